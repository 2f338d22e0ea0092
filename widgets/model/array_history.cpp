// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/array_history.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QThread>
#include <QThreadPool>
#include <atomic>
#include <mutex>

namespace learnscope {
namespace {

constexpr std::size_t batch = 128;  // arrays read from disk before the rows are shown

std::optional<ArrayHistory::Row> rowOf(const std::shared_ptr<const Array>& array, const Binding& binding,
                                       std::int64_t step) {
  if (!array) return std::nullopt;
  const std::optional<Bound> bound = slice(*array, binding);
  if (!bound) return std::nullopt;
  ArrayHistory::Row row;
  row.step = step;
  row.values.assign(bound->values.begin(), bound->values.end());
  if (!bound->ids.empty()) row.ids = std::make_shared<const std::vector<std::int64_t>>(bound->ids);
  return row;
}

}  // namespace

/// Shared with the reading thread; outlives the history if that is destroyed meanwhile.
struct ArrayHistory::Loader {
  std::mutex mutex;
  std::vector<Row> rows;
  std::size_t end = 0;  ///< records before this one have been read
  std::atomic<bool> cancelled = false;
  std::atomic<bool> done = false;
  std::function<void()> arrived;  ///< GUI thread only; emptied by the history's destructor
};

ArrayHistory::ArrayHistory(std::shared_ptr<const Run> run, Binding binding, std::function<void()> arrived)
    : run_(std::move(run)), binding_(std::move(binding)), arrived_(std::move(arrived)) {}

ArrayHistory::~ArrayHistory() {
  if (!loader_) return;
  loader_->cancelled = true;
  loader_->arrived = nullptr;
}

bool ArrayHistory::complete() const { return taken_ == run_->arrays(binding_.measure).size(); }

void ArrayHistory::startLoading() {
  loader_ = std::make_shared<Loader>();
  loader_->arrived = arrived_;
  loader_->end = taken_;
  QThreadPool::globalInstance()->start([loader = loader_, run = run_, binding = binding_] {
    const auto& records = run->arrays(binding.measure);
    const std::size_t end = std::min(records.size(), loader->end + batch);
    for (std::size_t i = loader->end; i < end && !loader->cancelled; ++i) {
      std::optional<Row> row;
      try {
        row = rowOf(run->loadArray(binding.measure, records[i].step), binding, records[i].step);
      } catch (const Error&) {
        // An unreadable record stays a gap; opening the file has already said what is wrong with it.
      }
      const std::lock_guard lock(loader->mutex);
      if (row) loader->rows.push_back(std::move(*row));
      loader->end = i + 1;
    }
    loader->done = true;
    QMetaObject::invokeMethod(qApp, [loader] {
      if (loader->arrived) loader->arrived();
    });
  });
}

bool ArrayHistory::update(double budget, bool wait) {
  const std::size_t before = rows_.size();
  if (loader_) {
    if (!loader_->done && !wait) return false;
    while (!loader_->done) QThread::usleep(200);
    rows_.insert(rows_.end(), std::make_move_iterator(loader_->rows.begin()),
                 std::make_move_iterator(loader_->rows.end()));
    taken_ = loader_->end;
    loader_.reset();
  }
  const auto& records = run_->arrays(binding_.measure);
  QElapsedTimer timer;
  timer.start();
  for (const std::size_t end = records.size(); taken_ < end; ++taken_) {
    const std::int64_t step = records[taken_].step;
    std::shared_ptr<const Array> array = run_->arrayInMemory(binding_.measure, step);
    if (!array && wait) array = run_->loadArray(binding_.measure, step);
    if (!array) {
      startLoading();
      break;
    }
    if (auto row = rowOf(array, binding_, step)) rows_.push_back(std::move(*row));
    if (!wait && static_cast<double>(timer.nsecsElapsed()) > budget * 1e6) {
      ++taken_;
      break;
    }
  }
  return rows_.size() != before;
}

}  // namespace learnscope
