// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "engine/experiments/registry.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/same.h"

namespace learnscope::test {

inline std::shared_ptr<const Lab> forgettingLab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("forgetting");
  return found;
}

/// A config that a second suffices for.
inline Json smallForgetting(Json more = Json::object()) {
  Json values{{"data.train", 100}, {"eval.samples", 50}, {"iterations", 40},  {"width", 24},
              {"memory", 60},      {"side", 12},         {"landscape", false}};
  values.update(more);
  return values;
}

/// An experiment with what it has recorded.
struct ForgettingRun {
  explicit ForgettingRun(const Json& values, std::uint64_t seed = 4)
      : config(checkedConfig(*forgettingLab(), values)),
        experiment(forgettingLab()->build(config, seed, Progress())),
        recorder(*forgettingLab(), config) {
    experiment->measure(recorder);
  }
  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      experiment->step(Progress());
      recorder.setStep(++step);
      experiment->measure(recorder);
    }
  }
  void apply(const std::string& name, const Json& arguments = Json::object()) {
    std::vector<Problem> problems;
    const Config resolvedArguments =
        resolved(forgettingLab()->describe(config).intervention(name)->arguments, arguments, problems);
    QVERIFY(problems.empty());
    experiment->apply(name, resolvedArguments, RandomStream(1, "intervention"));
  }
  const Array& last(const std::string& id) const { return recorder.arrays.at(id).rbegin()->second; }
  State analyse(const std::string& name, const Json& arguments) {
    std::vector<Problem> problems;
    const Config given = resolved(forgettingLab()->describe(config).analysis(name)->arguments, arguments, problems);
    return forgettingLab()->analyse(name, config, 4, experiment->save(), given, Progress());
  }

  Config config;
  std::unique_ptr<Experiment> experiment;
  MemoryRecorder recorder;
  std::int64_t step = 0;
};

}  // namespace learnscope::test
