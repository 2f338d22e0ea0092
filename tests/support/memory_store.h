// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "engine/core/session.h"

namespace learnscope::test {

/// A run store in memory, for tests that are not about files.
class MemoryStore : public RunStore {
 public:
  explicit MemoryStore(RunBudget reported = {}) : reported_(reported) {}
  void scalar(const std::string&, ScalarPoint) override {}
  void array(const std::string& measure, std::int64_t step, const Array& value) override {
    const std::lock_guard lock(mutex_);
    arrays_[{measure, step}] = value;
  }
  void event(const Event&) override {}
  void journal(const JournalEntry&) override {}
  void checkpoint(const CheckpointInfo& info, const State& state) override {
    const std::lock_guard lock(mutex_);
    infos_.push_back(info);
    states_[info.step] = state;
  }
  void state(RunState) override {}
  void label(const RunLabel&) override {}
  void steps(std::int64_t) override {}
  void flush() override {}
  void close() override {}
  RunBudget budget() const override { return reported_; }
  std::size_t queuedBytes() const override { return 0; }
  std::string failure() const override { return {}; }
  std::string path() const override { return "memory"; }
  Array loadArray(const std::string& measure, std::int64_t step) override {
    const std::lock_guard lock(mutex_);
    return arrays_.at({measure, step});
  }
  std::vector<CheckpointInfo> checkpoints() override {
    const std::lock_guard lock(mutex_);
    return infos_;
  }
  State loadCheckpoint(std::int64_t step) override {
    const std::lock_guard lock(mutex_);
    return states_.at(step);
  }

 private:
  const RunBudget reported_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::int64_t>, Array> arrays_;
  std::vector<CheckpointInfo> infos_;
  std::map<std::int64_t, State> states_;
};

class MemoryRunFactory : public RunFactory {
 public:
  RunBudget reported;  ///< what the stores of the next runs say they take

  std::shared_ptr<Run> create(const Lab& lab, RunInfo info) override {
    Description description = lab.describe(info.config);
    return std::make_shared<Run>(std::move(info), std::move(description), std::make_shared<MemoryStore>(reported));
  }
};

}  // namespace learnscope::test
