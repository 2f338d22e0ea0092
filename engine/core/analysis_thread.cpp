// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/analysis_thread.h"

#include <algorithm>

namespace learnscope {
namespace {

constexpr std::size_t cacheSize = 64;

}  // namespace

AnalysisThread::AnalysisThread() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

void AnalysisThread::ask(Request request) {
  std::vector<Request> replaced;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = queue_.begin(); it != queue_.end();) {
      if (it->key != request.key) {
        ++it;
        continue;
      }
      replaced.push_back(std::move(*it));
      it = queue_.erase(it);
    }
    if (computing_ == request.key) current_.request_stop();
    queue_.push_back(std::move(request));
  }
  changed_.notify_all();
  for (const Request& old : replaced) old.done({old.analysis, old.step, nullptr, {}});
}

void AnalysisThread::loop(const std::stop_token& stop) {
  const std::stop_callback stopCurrent(stop, [this] {
    const std::lock_guard lock(mutex_);
    current_.request_stop();
  });
  for (;;) {
    Request request;
    std::stop_token token;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      request = std::move(queue_.front());
      queue_.pop_front();
      computing_ = request.key;
      current_ = std::stop_source();
      token = current_.get_token();
    }
    const AnalysisResult result = compute(request, Progress(token, nullptr));
    {
      const std::lock_guard lock(mutex_);
      computing_.clear();
    }
    if (!stop.stop_requested()) request.done(result);
  }
}

AnalysisResult AnalysisThread::compute(const Request& request, const Progress& progress) {
  try {
    const std::string arguments = request.arguments.json().dump();
    const CacheKey asked{request.run->info().id, request.step, request.analysis, arguments};
    if (request.step >= 0)
      if (auto known = cached(asked)) return {request.analysis, request.step, std::move(known), {}};
    const Snapshot from = snapshotFor(request, progress);
    const CacheKey key{request.run->info().id, from.step, request.analysis, arguments};
    if (auto known = cached(key)) return {request.analysis, from.step, std::move(known), {}};
    auto result = std::make_shared<const State>(request.lab->analyse(
        request.analysis, from.config, request.run->info().seed, from.state, request.arguments, progress));
    remember(key, result);
    return {request.analysis, from.step, std::move(result), {}};
  } catch (const Cancelled&) {
    return {request.analysis, request.step, nullptr, {}};
  } catch (const std::exception& error) {
    return {request.analysis, request.step, nullptr, error.what()};
  }
}

Snapshot AnalysisThread::snapshotFor(const Request& request, const Progress& progress) {
  if (request.trainer && (request.step < 0 || request.step >= request.run->lastStep()))
    if (const auto live = request.trainer->snapshotAtOnce()) return *live;
  const std::int64_t step =
      request.step < 0 ? request.run->lastStep() : std::min(request.step, request.run->lastStep());
  return stateAt(request.lab, *request.run, step, progress);
}

std::shared_ptr<const State> AnalysisThread::cached(const CacheKey& key) const {
  for (const auto& [known, result] : cache_)
    if (known == key) return result;
  return nullptr;
}

void AnalysisThread::remember(const CacheKey& key, std::shared_ptr<const State> result) {
  cache_.emplace_back(key, std::move(result));
  if (cache_.size() > cacheSize) cache_.pop_front();
}

}  // namespace learnscope
