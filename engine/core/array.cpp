// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/array.h"

#include <cstring>
#include <new>
#include <stdexcept>

namespace learnscope {
namespace {

std::shared_ptr<std::byte[]> alignedBytes(std::size_t bytes) {
  auto* data = static_cast<std::byte*>(::operator new (bytes ? bytes : 1, std::align_val_t{64}));
  return {data, [](std::byte* p) { ::operator delete (p, std::align_val_t{64}); }};
}

}  // namespace

std::size_t sizeOf(DType type) {
  switch (type) {
    case DType::Float32:
    case DType::Int32:
      return 4;
    case DType::Float64:
    case DType::Int64:
      return 8;
    case DType::UInt8:
      return 1;
  }
  return 0;
}

std::string_view numpyName(DType type) {
  switch (type) {
    case DType::Float32:
      return "<f4";
    case DType::Float64:
      return "<f8";
    case DType::Int32:
      return "<i4";
    case DType::Int64:
      return "<i8";
    case DType::UInt8:
      return "|u1";
  }
  return "";
}

Array::Array(DType type, std::vector<std::int64_t> shape, std::vector<std::int64_t> ids)
    : dtype_(type), shape_(std::move(shape)), ids_(std::move(ids)), size_(1) {
  for (const std::int64_t extent : shape_) size_ *= static_cast<std::size_t>(extent);
  data_ = alignedBytes(bytes());
  std::memset(data_.get(), 0, bytes());
}

double Array::value(std::size_t i) const {
  const std::byte* at = data_.get() + i * sizeOf(dtype_);
  const auto read = [at](auto zero) {
    std::memcpy(&zero, at, sizeof zero);
    return static_cast<double>(zero);
  };
  switch (dtype_) {
    case DType::Float32:
      return read(0.0F);
    case DType::Float64:
      return read(0.0);
    case DType::Int32:
      return read(std::int32_t{});
    case DType::Int64:
      return read(std::int64_t{});
    case DType::UInt8:
      return read(std::uint8_t{});
  }
  return 0;
}

void Array::assign(const void* values, std::size_t bytes) {
  if (bytes != this->bytes()) throw std::logic_error("array: number of values does not match the shape");
  if (bytes != 0) std::memcpy(data_.get(), values, bytes);
}

void Array::requireType(DType type) const {
  if (type != dtype_)
    throw std::logic_error("array: asked for " + std::string(numpyName(type)) + ", holds " +
                           std::string(numpyName(dtype_)));
}

}  // namespace learnscope
