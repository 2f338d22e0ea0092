// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/core/lab.h"

namespace learnscope {

/// Computes deferred measures on a thread of its own, in order, and keeps what they recorded until the trainer takes
/// it: a run has one writer.
class DeferredMeasures {
 public:
  explicit DeferredMeasures(std::shared_ptr<const Lab> lab) : lab_(std::move(lab)) {}

  /// Queues a job of `step`; `config` decides what is due.
  void submit(std::int64_t step, const Config& config, std::function<void(Recorder&)> job);
  /// Writes what is ready (or, with `all`, everything queued) into `recorderAt(step)`. Rethrows what a job threw.
  void collect(bool all, const std::function<std::unique_ptr<Recorder>(std::int64_t)>& recorderAt);
  /// Jobs not yet collected.
  std::size_t pending() const;

 private:
  struct Job {
    std::int64_t step = 0;
    Config config;
    std::function<void(Recorder&)> work;
    std::vector<std::function<void(Recorder&)>> rows;
    std::exception_ptr failure;
    bool done = false;
  };
  class Buffer;
  void loop(const std::stop_token& stop);

  std::shared_ptr<const Lab> lab_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::jthread thread_;  // started by the first job; last, so that it stops first
};

}  // namespace learnscope
