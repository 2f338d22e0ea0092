// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "engine/core/array.h"

namespace learnscope {

/// Everything an experiment needs to continue bit for bit: named arrays (weights, optimizer moments, stream positions,
/// data order, live values, detector latches). Shares its arrays, so copying it is cheap.
class State {
 public:
  void put(const std::string& name, Array array) { arrays_[name] = std::move(array); }
  template <class T>
  void putScalar(const std::string& name, T value) {
    put(name, Array::scalar<T>(value));
  }
  bool has(const std::string& name) const { return arrays_.count(name) != 0; }
  /// Throws DataError naming the state and the missing name.
  const Array& get(const std::string& name) const;
  template <class T>
  T scalar(const std::string& name) const {
    return get(name).as<T>()[0];
  }
  void merge(const std::string& prefix, const State& other);
  /// The arrays whose name starts with `prefix`, with the prefix cut off.
  State sub(const std::string& prefix) const;
  const std::map<std::string, Array>& arrays() const { return arrays_; }
  std::size_t bytes() const;

 private:
  std::map<std::string, Array> arrays_;
};

}  // namespace learnscope
