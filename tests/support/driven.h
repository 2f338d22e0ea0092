// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stdexcept>

#include "engine/core/errors.h"
#include "tests/support/memory_recorder.h"

namespace learnscope::test {

/// An experiment of a lab, driven without a trainer, with what it has recorded; measured at every step from 0 on.
class Driven {
  std::shared_ptr<const Lab> lab_;
  std::uint64_t seed_;

 public:
  Driven(std::shared_ptr<const Lab> of, const Json& values, std::uint64_t seed)
      : lab_(std::move(of)),
        seed_(seed),
        config(checkedConfig(*lab_, values)),
        experiment(lab_->build(config, seed, Progress())),
        recorder(*lab_, config) {
    experiment->measure(recorder);
  }
  void to(std::int64_t last) {
    while (recorder.step() < last) {
      experiment->step(Progress());
      recorder.setStep(recorder.step() + 1);
      experiment->measure(recorder);
    }
  }
  void train(std::int64_t steps) { to(recorder.step() + steps); }
  void apply(const std::string& name, const Json& arguments = Json::object()) {
    experiment->apply(name, complete(lab_->describe(config).intervention(name)->arguments, arguments),
                      RandomStream(1, "intervention"));
  }
  State analyse(const std::string& name, const Json& arguments) const {
    const Config given = complete(lab_->describe(config).analysis(name)->arguments, arguments);
    return lab_->analyse(name, config, seed_, experiment->save(), given, Progress());
  }
  /// The newest record of an array.
  const Array& last(const std::string& id) const { return recorder.arrays.at(id).rbegin()->second; }

  Config config;
  std::unique_ptr<Experiment> experiment;
  MemoryRecorder recorder;

 private:
  static Config complete(const std::vector<Parameter>& parameters, const Json& arguments) {
    std::vector<Problem> problems;
    Config given = resolved(parameters, arguments, problems);
    if (!problems.empty()) throw ConfigError(std::move(problems));
    return given;
  }
};

/// What a lab says against a config; "accepted" if nothing.
inline std::string refusal(const Lab& lab, const Json& values) {
  try {
    checkedConfig(lab, values);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace learnscope::test
