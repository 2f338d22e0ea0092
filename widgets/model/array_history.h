// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "widgets/model/binding.h"

namespace learnscope {

/// All records of an array measure of one run, sliced and scaled by a binding: one row a recorded step. Grows with the
/// run; arrays that are only on disk are read by a thread of the global pool. For the GUI thread.
class ArrayHistory {
 public:
  struct Row {
    std::int64_t step = 0;
    std::vector<float> values;
    std::shared_ptr<const std::vector<std::int64_t>> ids;  ///< null: 0..n-1
    std::int64_t id(std::size_t i) const { return ids ? (*ids)[i] : static_cast<std::int64_t>(i); }
  };

  /// `arrived` is called on the GUI thread when rows from disk are there to be taken by update().
  ArrayHistory(std::shared_ptr<const Run> run, Binding binding, std::function<void()> arrived);
  ~ArrayHistory();
  /// Takes what is new, for at most about `budget` ms (or all of it, waiting for the disk, if `wait`). True if rows
  /// came.
  bool update(double budget, bool wait);
  const std::vector<Row>& rows() const { return rows_; }
  /// True when every record of the run is a row.
  bool complete() const;

 private:
  struct Loader;
  void startLoading();

  std::shared_ptr<const Run> run_;
  Binding binding_;
  std::function<void()> arrived_;
  std::vector<Row> rows_;
  std::size_t taken_ = 0;  ///< records of the run that were looked at
  std::shared_ptr<Loader> loader_;
};

}  // namespace learnscope
