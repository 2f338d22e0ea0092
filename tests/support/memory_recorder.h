// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/core/lab.h"

namespace learnscope::test {

/// A recorder that keeps everything in memory, for driving an experiment without a trainer; deferred jobs run at once.
class MemoryRecorder final : public Recorder {
 public:
  MemoryRecorder(const Lab& lab, const Config& config) : lab_(lab), config_(config) {}
  void setStep(std::int64_t step) { step_ = step; }

  std::int64_t step() const override { return step_; }
  bool due(std::string_view cadence) const override { return lab_.due(cadence, config_, step_); }
  void scalar(std::string_view measure, double value) override { scalars[std::string(measure)][step_] = value; }
  void array(std::string_view measure, Array value) override { arrays[std::string(measure)][step_] = std::move(value); }
  void event(Event event) override {
    event.detected = step_;
    events.push_back(std::move(event));
  }
  void defer(std::function<void(Recorder&)> job) override { job(*this); }

  const Event* find(const std::string& id) const {
    for (const Event& event : events)
      if (event.id == id) return &event;
    return nullptr;
  }
  /// The step of an event, or -1.
  std::int64_t stepOf(const std::string& id) const {
    const Event* event = find(id);
    return event ? event->step : -1;
  }
  double last(const std::string& measure) const { return scalars.at(measure).rbegin()->second; }

  std::map<std::string, std::map<std::int64_t, double>> scalars;
  std::map<std::string, std::map<std::int64_t, Array>> arrays;
  std::vector<Event> events;

 private:
  const Lab& lab_;
  Config config_;
  std::int64_t step_ = 0;
};

}  // namespace learnscope::test
