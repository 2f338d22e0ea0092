// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/scheduler.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace learnscope {
namespace {

constexpr std::int64_t turnNanoseconds = 50'000'000;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Scheduler::Scheduler(int capacity)
    : capacity_(capacity > 0 ? capacity : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1)) {}

bool Scheduler::Turn::acquire() {
  if (held_ || !scheduler_) return !stop_.stop_requested();
  std::unique_lock lock(scheduler_->mutex_);
  const std::uint64_t ticket = scheduler_->nextTicket_++;
  auto& waiting = scheduler_->waiting_;
  waiting.push_back(ticket);
  scheduler_->changed_.wait(lock, stop_,
                            [&] { return scheduler_->running_ < scheduler_->capacity_ && waiting.front() == ticket; });
  waiting.erase(std::find(waiting.begin(), waiting.end(), ticket));
  if (!stop_.stop_requested()) {
    ++scheduler_->running_;
    held_ = true;
    since_ = now();
  }
  lock.unlock();
  scheduler_->changed_.notify_all();
  return held_;
}

void Scheduler::Turn::release() {
  if (!held_) return;
  {
    const std::lock_guard lock(scheduler_->mutex_);
    --scheduler_->running_;
  }
  held_ = false;
  scheduler_->changed_.notify_all();
}

bool Scheduler::Turn::yieldIfDue() {
  if (!scheduler_) return !stop_.stop_requested();
  if (held_ && now() - since_ > turnNanoseconds) {
    bool wanted = false;
    {
      const std::lock_guard lock(scheduler_->mutex_);
      wanted = !scheduler_->waiting_.empty();
    }
    if (wanted)
      release();
    else
      since_ = now();
  }
  return acquire();
}

}  // namespace learnscope
