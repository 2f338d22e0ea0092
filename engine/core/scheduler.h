// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>

namespace learnscope {

/// Lets at most `capacity` trainers compute at once; the others take 50 ms turns in order of arrival.
class Scheduler {
 public:
  /// max(1, cores - 1) when capacity is 0.
  explicit Scheduler(int capacity = 0);
  int capacity() const { return capacity_; }

  /// A right to compute. Give it up while paused or waiting; call yieldIfDue() at every step.
  class Turn {
   public:
    Turn(Scheduler* scheduler, std::stop_token stop) : scheduler_(scheduler), stop_(std::move(stop)) {}
    ~Turn() { release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    /// Waits for a slot; false if stopped.
    bool acquire();
    void release();
    /// After 50 ms of computing, hands the slot to whoever waits, then waits for it again; false if stopped.
    bool yieldIfDue();

   private:
    Scheduler* scheduler_;
    std::stop_token stop_;
    bool held_ = false;
    std::int64_t since_ = 0;
  };

 private:
  friend class Turn;
  const int capacity_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int running_ = 0;
  std::uint64_t nextTicket_ = 0;
  std::deque<std::uint64_t> waiting_;
};

}  // namespace learnscope
