// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace learnscope {

/// A finite group of order M, as its Cayley table. Elements are 0..M-1.
class Group {
 public:
  static constexpr int kLargestOrder = 256;

  /// "47" (Z_47), "4x6", "2x2x5" (products of cyclic groups, first factor varies fastest), "S4", "A5" (one-line images
  /// in lexicographic order, g*h = apply g, then h), "D5" (order 10: r^k is k, s r^k is 5 + k) or "Q8" (1, -1, i, -i,
  /// j, -j, k, -k). Throws ConfigError at `pointer` on an unknown name or an order outside 2..256.
  static Group fromSpec(std::string_view spec, const std::string& pointer = "/group");
  /// Reads a Cayley table of 0-based integers, row g column h = g*h: CSV (comma, semicolon or white space between
  /// entries, one row a line) or JSON (array of equal rows; file name ends in ".json"). Throws DataError with the
  /// place, IoError.
  static Group fromFile(const std::string& path);
  /// `table` is row-major M*M; `name` is said in errors. Throws DataError ("row 3, column 5: 24 is not in 0..23",
  /// counting from 1) if it is no group: entries, permutations, identity, associativity (first triple, 0-based
  /// elements).
  static Group fromTable(std::vector<std::int32_t> table, int order, std::string name);

  int order() const { return order_; }
  int product(int g, int h) const { return table_[static_cast<std::size_t>(g * order_ + h)]; }
  int inverse(int g) const { return inverse_[static_cast<std::size_t>(g)]; }
  int identity() const { return identity_; }
  /// Row-major M*M.
  std::span<const std::int32_t> table() const { return table_; }
  const std::string& name() const { return name_; }

  bool isAbelian() const { return abelian_; }
  /// Isomorphic to Z_M (some element generates everything).
  bool isCyclic() const { return cyclic_; }
  /// The table is (a + b) mod M itself, so that frequencies of the index are irreps (cyclic measures apply).
  bool isModularAddition() const { return modular_; }
  /// Class number of each element, classes numbered by their smallest element.
  const std::vector<std::int32_t>& conjugacyClass() const { return class_; }
  int conjugacyClassCount() const { return classCount_; }

 private:
  Group(std::vector<std::int32_t> table, int order, int identity, std::string name);

  std::vector<std::int32_t> table_, inverse_, class_;
  int order_ = 0, identity_ = 0, classCount_ = 0;
  bool abelian_ = false, cyclic_ = false, modular_ = false;
  std::string name_;
};

}  // namespace learnscope
