// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <tuple>

#include "engine/core/session.h"

namespace learnscope {

/// Computes analyses one after the other on one thread. Of the requests with one key only the newest counts.
class AnalysisThread {
 public:
  struct Request {
    std::string key;
    std::string analysis;
    Config arguments;
    std::int64_t step = -1;  ///< -1: the newest state
    std::shared_ptr<const Lab> lab;
    std::shared_ptr<Run> run;
    std::shared_ptr<Trainer> trainer;  ///< may be null
    std::function<void(AnalysisResult)> done;
  };

  AnalysisThread();
  void ask(Request request);

 private:
  using CacheKey = std::tuple<std::string, std::int64_t, std::string, std::string>;
  void loop(const std::stop_token& stop);
  AnalysisResult compute(const Request& request, const Progress& progress);
  Snapshot snapshotFor(const Request& request, const Progress& progress);
  std::shared_ptr<const State> cached(const CacheKey& key) const;
  void remember(const CacheKey& key, std::shared_ptr<const State> result);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Request> queue_;
  std::string computing_;                                                // key of the request being computed
  std::stop_source current_;                                             // stops it
  std::deque<std::pair<CacheKey, std::shared_ptr<const State>>> cache_;  // worker only
  std::jthread thread_;
};

}  // namespace learnscope
