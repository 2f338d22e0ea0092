// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/array_loader.h"

#include <algorithm>

namespace learnscope {

ArrayLoader::ArrayLoader(std::function<void(Result)> loaded)
    : loaded_(std::move(loaded)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

ArrayLoader::~ArrayLoader() {
  thread_.request_stop();
  changed_.notify_all();
  thread_.join();
}

void ArrayLoader::request(std::shared_ptr<const Run> run, const std::string& measure, std::int64_t step) {
  const std::lock_guard lock(mutex_);
  const auto same = [&](const Request& r) { return r.step == step && r.run == run && r.measure == measure; };
  if (std::any_of(loading_.begin(), loading_.end(), same)) return;
  if (const auto found = std::find_if(queue_.begin(), queue_.end(), same); found != queue_.end()) queue_.erase(found);
  queue_.push_front({std::move(run), measure, step});
  if (queue_.size() > capacity) queue_.pop_back();
  changed_.notify_one();
}

void ArrayLoader::clear() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
}

void ArrayLoader::work(const std::stop_token& stop) {
  while (true) {
    Request request;
    {
      std::unique_lock lock(mutex_);
      loading_.clear();
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      request = std::move(queue_.front());
      queue_.pop_front();
      loading_.push_back(request);
    }
    Result result{request.run, request.measure, request.step, nullptr, {}};
    try {
      result.array = request.run->loadArray(request.measure, request.step);
    } catch (const std::exception& error) {
      result.error = error.what();
    }
    loaded_(std::move(result));
  }
}

}  // namespace learnscope
