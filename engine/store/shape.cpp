// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/shape.h"

#include <algorithm>

namespace learnscope {

std::optional<std::size_t> checkedBytes(DType type, std::span<const std::int64_t> shape) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 48U;
  if (shape.size() > axisLimit) return {};
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < 0; })) return {};
  // An empty axis must not hide that the others' product overflows.
  std::uint64_t product = sizeOf(type);
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(extent) > limit / product) return {};
    product *= static_cast<std::uint64_t>(extent);
  }
  return empty ? 0 : static_cast<std::size_t>(product);
}

std::optional<DType> dtypeNamed(std::string_view name) {
  for (const DType type : {DType::Float32, DType::Float64, DType::Int32, DType::Int64, DType::UInt8})
    if (name == numpyName(type)) return type;
  return {};
}

}  // namespace learnscope
