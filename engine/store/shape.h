// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/core/array.h"

namespace learnscope {

/// Most axes that a file may claim (numpy's own limit).
inline constexpr std::size_t axisLimit = 32;

/// Bytes of an array of this type and shape; nothing if an extent is negative, there are too many axes, or it exceeds
/// 2^48.
std::optional<std::size_t> checkedBytes(DType type, std::span<const std::int64_t> shape);

/// The type with numpy's descriptor `name`; nothing if Array does not have it.
std::optional<DType> dtypeNamed(std::string_view name);

}  // namespace learnscope
