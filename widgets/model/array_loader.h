// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/core/run.h"

namespace learnscope {

/// The I/O thread of a window: reads recorded arrays from disk so that the GUI thread never does. The newest request is
/// served first, because it is the one under the cursor; the oldest are forgotten when more than `capacity` wait.
class ArrayLoader {
 public:
  struct Result {
    std::shared_ptr<const Run> run;
    std::string measure;
    std::int64_t step = 0;
    std::shared_ptr<const Array> array;  ///< null when it failed
    std::string error;
  };
  /// `loaded` is called on the I/O thread, once a request.
  explicit ArrayLoader(std::function<void(Result)> loaded);
  ~ArrayLoader();
  ArrayLoader(const ArrayLoader&) = delete;
  ArrayLoader& operator=(const ArrayLoader&) = delete;

  /// `step` is one at which the measure was recorded. A request that already waits moves to the front.
  void request(std::shared_ptr<const Run> run, const std::string& measure, std::int64_t step);
  /// Forgets what waits: the cursor has moved on.
  void clear();

  static constexpr std::size_t capacity = 512;

 private:
  struct Request {
    std::shared_ptr<const Run> run;
    std::string measure;
    std::int64_t step;
  };
  void work(const std::stop_token& stop);

  std::function<void(Result)> loaded_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Request> queue_;
  std::vector<Request> loading_;
  std::jthread thread_;
};

}  // namespace learnscope
