// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string_view>

#include "engine/core/array.h"
#include "engine/core/event.h"

namespace learnscope {

/// What an experiment writes measures and events into, at one step.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual std::int64_t step() const = 0;
  /// True if the cadence group is due at this step; measures of other groups must not be recorded.
  virtual bool due(std::string_view cadence) const = 0;
  virtual void scalar(std::string_view measure, double value) = 0;
  virtual void array(std::string_view measure, Array value) = 0;
  /// `event.detected` is set to this step.
  virtual void event(Event event) = 0;
  /// Runs `job` on another thread with a recorder of this same step; it must own copies of all it reads. Jobs run in
  /// order and are awaited before a checkpoint, so what they record never depends on the machine's speed.
  virtual void defer(std::function<void(Recorder&)> job) = 0;
};

}  // namespace learnscope
