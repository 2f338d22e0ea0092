// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace learnscope {

enum class DType : std::uint8_t { Float32, Float64, Int32, Int64, UInt8 };
std::size_t sizeOf(DType type);
/// numpy's descriptor: "<f4", "<f8", "<i4", "<i8", "|u1".
std::string_view numpyName(DType type);

template <class T>
constexpr DType dtypeOf();
template <>
constexpr DType dtypeOf<float>() {
  return DType::Float32;
}
template <>
constexpr DType dtypeOf<double>() {
  return DType::Float64;
}
template <>
constexpr DType dtypeOf<std::int32_t>() {
  return DType::Int32;
}
template <>
constexpr DType dtypeOf<std::int64_t>() {
  return DType::Int64;
}
template <>
constexpr DType dtypeOf<std::uint8_t>() {
  return DType::UInt8;
}

/// An immutable, shared, row-major n-dimensional array; copying shares the data. `ids` name the items of the first axis
/// (stable while neurons or tasks are added and removed); empty means 0..n-1.
class Array {
 public:
  Array() = default;
  /// Zero-filled; fill it through mutableData() before sharing.
  Array(DType type, std::vector<std::int64_t> shape, std::vector<std::int64_t> ids = {});

  template <class T>
  static Array from(std::span<const T> values, std::vector<std::int64_t> shape, std::vector<std::int64_t> ids = {}) {
    Array a(dtypeOf<T>(), std::move(shape), std::move(ids));
    a.assign(values.data(), values.size_bytes());
    return a;
  }
  template <class T>
  static Array vector(std::span<const T> values) {
    return from<T>(values, {static_cast<std::int64_t>(values.size())});
  }
  template <class T>
  static Array scalar(T value) {
    return from<T>(std::span<const T>(&value, 1), {});
  }

  DType dtype() const { return dtype_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  const std::vector<std::int64_t>& ids() const { return ids_; }
  /// Stable id of item i of the first axis.
  std::int64_t id(std::size_t i) const { return ids_.empty() ? static_cast<std::int64_t>(i) : ids_[i]; }
  /// Number of elements.
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeOf(dtype_); }
  bool empty() const { return size_ == 0; }
  const std::byte* data() const { return data_.get(); }
  std::byte* mutableData() { return data_.get(); }

  /// The elements as T; throws std::logic_error if T is not the array's type.
  template <class T>
  std::span<const T> as() const {
    requireType(dtypeOf<T>());
    return {reinterpret_cast<const T*>(data_.get()), size_};
  }
  template <class T>
  std::span<T> mutableAs() {
    requireType(dtypeOf<T>());
    return {reinterpret_cast<T*>(data_.get()), size_};
  }
  /// Element i (flat index) converted to double, whatever the type.
  double value(std::size_t i) const;

 private:
  void assign(const void* values, std::size_t bytes);
  void requireType(DType type) const;

  DType dtype_ = DType::Float32;
  std::vector<std::int64_t> shape_{0};
  std::vector<std::int64_t> ids_;
  std::size_t size_ = 0;
  std::shared_ptr<std::byte[]> data_;
};

}  // namespace learnscope
