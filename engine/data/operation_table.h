// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/group.h"

namespace learnscope {

/// A binary operation on 0..M-1: the target y[a][b] of every pair. From a group, or from an expression mod p (which is
/// no group: measures of irreps do not apply).
class OperationTable {
 public:
  explicit OperationTable(Group group);
  /// Integer polynomial in a and b mod p (2 <= p <= 256): + - * ^ ( ), integers, unary minus, e.g. "a^2+a*b+b^2",
  /// "a^3+ab" (a factor may follow another without `*`). Read by a parser of its own, never evaluated as code. Throws
  /// ConfigError at `pointer` with the position (from 1) of the error; at most 200 characters.
  static OperationTable fromExpression(std::string_view expression, int p, const std::string& pointer = "/expression");

  int order() const { return order_; }
  int operator()(int a, int b) const { return values_[static_cast<std::size_t>(a * order_ + b)]; }
  /// Row-major M*M.
  std::span<const std::int32_t> values() const { return values_; }
  /// "Z_47", "a^2+a*b+b^2 mod 97".
  const std::string& name() const { return name_; }
  const std::optional<Group>& group() const { return group_; }

 private:
  OperationTable(std::vector<std::int32_t> values, int order, std::string name);

  std::vector<std::int32_t> values_;
  int order_ = 0;
  std::string name_;
  std::optional<Group> group_;
};

}  // namespace learnscope
