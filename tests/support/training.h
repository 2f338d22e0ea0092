// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/lab.h"
#include "engine/core/run.h"
#include "engine/core/trainer.h"

namespace learnscope::test {

/// A run of a lab trained without window or file: the config is checked, and the trainer measures and records, exactly
/// as in the program. Refused values throw ConfigError.
class Training {
 public:
  /// `steps` 0 takes the lab's default.
  Training(std::shared_ptr<const Lab> lab, const Json& values, std::uint64_t seed = 0, std::int64_t steps = 0);
  /// A preset of the lab's page by its id, with its first run's first seed.
  static Training ofPreset(std::shared_ptr<const Lab> lab, const std::string& preset);

  /// Trains to the target and returns itself; throws std::runtime_error if the run did not come to its end.
  Training& toEnd();
  /// Trains until the event is recorded, then `more` steps; at most to the target. False if the event did not come.
  bool pastEvent(const std::string& event, std::int64_t more = 0);
  Training& toStep(std::int64_t step);
  /// Posts a `set` or `intervene` command and returns when it has been carried out.
  void act(const Json& command);

  const Run& run() const { return *run_; }
  std::int64_t step() const { return run_->lastStep(); }
  /// Step of the first event with that id, or -1.
  std::int64_t eventStep(const std::string& id) const;
  /// The last value at or before `step`; throws std::out_of_range if there is none.
  double value(const std::string& measure, std::int64_t step) const;
  double last(const std::string& measure) const { return value(measure, step()); }
  /// The points of `measure` at first <= step <= last.
  std::vector<ScalarPoint> points(const std::string& measure, std::int64_t first = 0,
                                  std::int64_t last = INT64_MAX) const;
  /// The point of largest value there; throws std::out_of_range if there is none.
  ScalarPoint largest(const std::string& measure, std::int64_t first = 0, std::int64_t last = INT64_MAX) const;
  /// The last array recorded, as doubles.
  std::vector<double> array(const std::string& measure) const;
  /// An analysis of the present state; `arguments` are completed by their defaults.
  State analyse(const std::string& analysis, const Json& arguments = Json::object());
  /// CPU seconds of this process since this training began.
  double cpuSeconds() const;

 private:
  void post(const Json& command);

  std::shared_ptr<const Lab> lab_;
  std::shared_ptr<Run> run_;
  std::unique_ptr<Trainer> trainer_;
  double cpuStart_ = 0;
};

}  // namespace learnscope::test
