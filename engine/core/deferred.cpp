// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/deferred.h"

#include <algorithm>

namespace learnscope {

class DeferredMeasures::Buffer : public Recorder {
 public:
  Buffer(const Lab& lab, Job& job) : lab_(lab), job_(job) {}
  std::int64_t step() const override { return job_.step; }
  bool due(std::string_view cadence) const override { return lab_.due(cadence, job_.config, job_.step); }
  void scalar(std::string_view measure, double value) override {
    job_.rows.emplace_back([name = std::string(measure), value](Recorder& to) { to.scalar(name, value); });
  }
  void array(std::string_view measure, Array value) override {
    job_.rows.emplace_back([name = std::string(measure), value](Recorder& to) { to.array(name, value); });
  }
  void event(Event event) override {
    job_.rows.emplace_back([event](Recorder& to) { to.event(event); });
  }
  void defer(std::function<void(Recorder&)> job) override { job(*this); }

 private:
  const Lab& lab_;
  Job& job_;
};

void DeferredMeasures::submit(std::int64_t step, const Config& config, std::function<void(Recorder&)> job) {
  auto queued = std::make_shared<Job>();
  queued->step = step;
  queued->config = config;
  queued->work = std::move(job);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(queued));
  }
  if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
  changed_.notify_all();
}

void DeferredMeasures::collect(bool all, const std::function<std::unique_ptr<Recorder>(std::int64_t)>& recorderAt) {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      if (jobs_.empty()) return;
      job = jobs_.front();
      if (!all && !job->done) return;
      changed_.wait(lock, [&] { return job->done; });
      jobs_.pop_front();
    }
    if (job->failure) std::rethrow_exception(job->failure);
    const auto recorder = recorderAt(job->step);
    for (const auto& row : job->rows) row(*recorder);
  }
}

std::size_t DeferredMeasures::pending() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

void DeferredMeasures::loop(const std::stop_token& stop) {
  for (;;) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      const auto next = [this] {
        return std::find_if(jobs_.begin(), jobs_.end(), [](const auto& one) { return !one->done; });
      };
      if (!changed_.wait(lock, stop, [&] { return next() != jobs_.end(); })) return;
      job = *next();
    }
    try {
      Buffer buffer(*lab_, *job);
      job->work(buffer);
    } catch (...) {
      job->failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      job->done = true;
    }
    changed_.notify_all();
  }
}

}  // namespace learnscope
