// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/group.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "engine/core/config.h"
#include "engine/data/group_specs.h"

namespace learnscope {
namespace {

// 256 rows of 256 entries of at most four characters, generously.
constexpr std::size_t tableFileLimit = 2U << 20U;

std::string place(int row, int column) {
  return "row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1);
}

void checkEntries(const std::vector<std::int32_t>& table, int order, const std::string& name) {
  for (int g = 0; g < order; ++g)
    for (int h = 0; h < order; ++h) {
      const int entry = table[static_cast<std::size_t>(g * order + h)];
      if (entry < 0 || entry >= order)
        throw DataError(name, place(g, h), std::to_string(entry) + " is not in 0.." + std::to_string(order - 1));
    }
}

void checkPermutations(const std::vector<std::int32_t>& table, int order, const std::string& name) {
  for (const bool rows : {true, false})
    for (int line = 0; line < order; ++line) {
      std::vector<bool> seen(static_cast<std::size_t>(order));
      for (int i = 0; i < order; ++i) {
        const auto entry =
            static_cast<std::size_t>(table[static_cast<std::size_t>(rows ? line * order + i : i * order + line)]);
        if (seen[entry])
          throw DataError(name, (rows ? "row " : "column ") + std::to_string(line + 1),
                          "is not a permutation of the elements: " + std::to_string(entry) + " occurs twice");
        seen[entry] = true;
      }
    }
}

int identityOf(const std::vector<std::int32_t>& table, int order, const std::string& name) {
  for (int e = 0; e < order; ++e) {
    bool neutral = true;
    for (int g = 0; g < order && neutral; ++g)
      neutral =
          table[static_cast<std::size_t>(e * order + g)] == g && table[static_cast<std::size_t>(g * order + e)] == g;
    if (neutral) return e;
  }
  throw DataError(name, "", "the table has no identity element");
}

void checkAssociative(const std::vector<std::int32_t>& table, int order, const std::string& name) {
  const auto at = [&](int g, int h) { return table[static_cast<std::size_t>(g * order + h)]; };
  for (int a = 0; a < order; ++a)
    for (int b = 0; b < order; ++b)
      for (int c = 0; c < order; ++c)
        if (at(at(a, b), c) != at(a, at(b, c)))
          throw DataError(name, "elements " + std::to_string(a) + ", " + std::to_string(b) + ", " + std::to_string(c),
                          "the table is not associative: (a b) c = " + std::to_string(at(at(a, b), c)) +
                              ", but a (b c) = " + std::to_string(at(a, at(b, c))));
}

std::vector<std::vector<std::int32_t>> rowsOfCsv(const std::string& text, const std::string& path) {
  std::vector<std::vector<std::int32_t>> rows(1);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char c = *at;
    if (c == '\n') {
      if (!rows.back().empty()) rows.emplace_back();
      ++at;
    } else if (c == ',' || c == ';' || c == ' ' || c == '\t' || c == '\r') {
      ++at;
    } else {
      std::int32_t value = 0;
      const auto [next, error] = std::from_chars(at, end, value);
      if (error != std::errc())
        throw DataError(path, place(static_cast<int>(rows.size()) - 1, static_cast<int>(rows.back().size())),
                        "an integer expected");
      rows.back().push_back(value);
      at = next;
    }
  }
  if (rows.back().empty()) rows.pop_back();
  return rows;
}

std::vector<std::vector<std::int32_t>> rowsOfJson(const std::string& text, const std::string& path) {
  const Json json = parseJson(text, path);
  if (!json.is_array()) throw DataError(path, "", "an array of rows of integers expected");
  std::vector<std::vector<std::int32_t>> rows;
  for (std::size_t r = 0; r < json.size(); ++r) {
    if (!json[r].is_array()) throw DataError(path, "row " + std::to_string(r + 1), "an array of integers expected");
    rows.emplace_back();
    for (std::size_t c = 0; c < json[r].size(); ++c) {
      const Json& entry = json[r][c];
      const bool small = entry.is_number_integer() && entry >= INT32_MIN && entry <= INT32_MAX;
      if (!small) throw DataError(path, place(static_cast<int>(r), static_cast<int>(c)), "an integer expected");
      rows.back().push_back(entry.get<std::int32_t>());
    }
  }
  return rows;
}

}  // namespace

Group Group::fromSpec(std::string_view spec, const std::string& pointer) {
  const std::optional<CayleyTable> found = cayleyTableOf(spec, kLargestOrder);
  if (!found)
    throw ConfigError(pointer, std::string(spec), "must be a group of order 2..256, such as 47, 4x6, S4, A5, D5 or Q8");
  std::string name(spec);
  if (name.find_first_not_of("0123456789") == std::string::npos) name = "Z_" + name;
  return fromTable(found->values, found->order, name);
}

Group Group::fromFile(const std::string& path) {
  const std::string text = readFile(path, tableFileLimit);
  const auto rows = path.ends_with(".json") ? rowsOfJson(text, path) : rowsOfCsv(text, path);
  if (rows.size() < 2 || rows.size() > static_cast<std::size_t>(kLargestOrder))
    throw DataError(path, "", "a table of 2 to 256 rows expected, found " + std::to_string(rows.size()));
  std::vector<std::int32_t> table;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].size() != rows.size())
      throw DataError(path, "row " + std::to_string(r + 1),
                      std::to_string(rows.size()) + " entries expected (the table must be square), found " +
                          std::to_string(rows[r].size()));
    table.insert(table.end(), rows[r].begin(), rows[r].end());
  }
  return fromTable(std::move(table), static_cast<int>(rows.size()), path);
}

Group Group::fromTable(std::vector<std::int32_t> table, int order, std::string name) {
  if (order < 2 || order > kLargestOrder ||
      table.size() != static_cast<std::size_t>(order) * static_cast<std::size_t>(order))
    throw DataError(name, "", "a square table of 2 to 256 rows expected");
  checkEntries(table, order, name);
  checkPermutations(table, order, name);
  const int identity = identityOf(table, order, name);
  checkAssociative(table, order, name);
  return {std::move(table), order, identity, std::move(name)};
}

Group::Group(std::vector<std::int32_t> table, int order, int identity, std::string name)
    : table_(std::move(table)), order_(order), identity_(identity), name_(std::move(name)) {
  inverse_.resize(static_cast<std::size_t>(order_));
  abelian_ = modular_ = true;
  for (int g = 0; g < order_; ++g)
    for (int h = 0; h < order_; ++h) {
      if (product(g, h) == identity_) inverse_[static_cast<std::size_t>(g)] = h;
      abelian_ = abelian_ && product(g, h) == product(h, g);
      modular_ = modular_ && product(g, h) == (g + h) % order_;
    }
  class_.assign(static_cast<std::size_t>(order_), -1);
  for (int g = 0; g < order_; ++g) {
    if (class_[static_cast<std::size_t>(g)] >= 0) continue;
    for (int h = 0; h < order_; ++h) class_[static_cast<std::size_t>(product(product(h, g), inverse(h)))] = classCount_;
    ++classCount_;
  }
  for (int g = 0; g < order_ && !cyclic_; ++g) {
    int period = 1;
    for (int power = g; power != identity_; power = product(power, g)) ++period;
    cyclic_ = period == order_;
  }
}

}  // namespace learnscope
