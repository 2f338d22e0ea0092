// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace learnscope::splats {

/// A fixed number of threads that do one job together; the caller is the first of them. One thread starts none.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()) + 1; }
  /// Calls job(0) .. job(size() - 1), each on a thread of its own, and returns when all are done. The job must not
  /// throw.
  void run(const std::function<void(int)>& job);

 private:
  void work(int worker);

  std::mutex mutex_;
  std::condition_variable begin_, end_;
  const std::function<void(int)>* job_ = nullptr;
  long round_ = 0;
  int busy_ = 0;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace learnscope::splats
