// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/core/description.h"

namespace learnscope {

/// A lab's measures, written one after the other under headings.
class MeasureList {
 public:
  /// What follows stands under `group` and is recorded by the cadence group `cadence`.
  void heading(std::string group, std::string cadence) {
    group_ = std::move(group);
    cadence_ = std::move(cadence);
  }
  /// Names of the items of the arrays to come whose first axis is `axis`.
  void name(const std::string& axis, std::vector<std::string> items) { items_[axis] = std::move(items); }
  Measure& scalar(std::string id, std::string title, std::string doc, std::string unit = {}) {
    return add(std::move(id), std::move(title), std::move(doc), MeasureKind::Scalar, {}, std::move(unit));
  }
  Measure& array(std::string id, std::string title, std::string doc, std::vector<std::string> shape,
                 std::string unit = {}) {
    return add(std::move(id), std::move(title), std::move(doc), MeasureKind::Array, std::move(shape), std::move(unit));
  }
  std::vector<Measure> take() { return std::exchange(list_, {}); }

 private:
  Measure& add(std::string id, std::string title, std::string doc, MeasureKind kind, std::vector<std::string> shape,
               std::string unit) {
    const auto named = shape.empty() ? items_.end() : items_.find(shape.front());
    std::vector<std::string> items = named == items_.end() ? std::vector<std::string>{} : named->second;
    list_.push_back({.id = std::move(id),
                     .title = std::move(title),
                     .doc = std::move(doc),
                     .unit = std::move(unit),
                     .kind = kind,
                     .shape = std::move(shape),
                     .cadence = cadence_,
                     .group = group_,
                     .items = std::move(items)});
    return list_.back();
  }

  std::string group_, cadence_ = "scalars";
  std::map<std::string, std::vector<std::string>> items_;
  std::vector<Measure> list_;
};

/// One of the arrays (a number where it has no shape) that an analysis returns.
inline Measure analysisResult(std::string id, std::string title, std::string doc, std::vector<std::string> shape) {
  return {.id = std::move(id),
          .title = std::move(title),
          .doc = std::move(doc),
          .kind = shape.empty() ? MeasureKind::Scalar : MeasureKind::Array,
          .shape = std::move(shape),
          .cadence = {}};
}

}  // namespace learnscope
