// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/symbol_sequences.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "engine/core/config.h"

namespace learnscope {
namespace {

constexpr std::size_t mostLines = 1'000'000, mostBytes = std::size_t{1} << 30U;
constexpr int mostSymbols = 8, longest = 400, shortest = 10;

/// One pass over the text, knowing line and column for errors.
class SymbolParser {
 public:
  SymbolParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void parse() {
    while (at_ < text_.size()) {
      ++line_;
      lineStart_ = at_;
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line = text_.substr(at_, end - at_);
      if (line.starts_with("#"))
        header(line);
      else
        row(end);
      at_ = end + 1;
    }
    if (lengths.empty()) throw DataError(name_, "line 1", "at least one sequence of symbols expected, found none");
  }

  std::vector<std::uint8_t> values;
  std::vector<std::size_t> lengths, lines;
  int given = 0, largest = 0;

 private:
  [[noreturn]] void refuse(std::size_t at, const std::string& expected) const {
    throw DataError(name_, "line " + std::to_string(line_) + ", column " + std::to_string(at - lineStart_ + 1),
                    expected);
  }

  void header(std::string_view line) {
    const std::size_t k = line.find("K=");
    if (k == std::string_view::npos) return;
    int value = 0;
    const auto [rest, error] = std::from_chars(line.data() + k + 2, line.data() + line.size(), value);
    if (error != std::errc() || value < 2 || value > mostSymbols)
      refuse(lineStart_ + k + 2, "K of 2..8 symbols expected");
    if (!lengths.empty()) refuse(lineStart_, "\"# K=\" before the first sequence expected");
    given = value;
  }

  void row(std::size_t end) {
    const std::size_t before = values.size();
    const auto separator = [](char c) { return c == ' ' || c == ',' || c == '\t' || c == '\r'; };
    while (true) {
      while (at_ < end && separator(text_[at_])) ++at_;
      if (at_ >= end) break;
      unsigned value = 0;
      const auto [rest, error] = std::from_chars(text_.data() + at_, text_.data() + end, value);
      const auto next = static_cast<std::size_t>(rest - text_.data());
      if (error != std::errc() || (next < end && !separator(text_[next])))
        refuse(at_, "an integer symbol 0.." + std::to_string((given ? given : mostSymbols) - 1) + " expected");
      const unsigned limit = static_cast<unsigned>(given ? given : mostSymbols);
      if (value >= limit)
        refuse(at_, "a symbol 0.." + std::to_string(limit - 1) + " expected, found " + std::to_string(value));
      values.push_back(static_cast<std::uint8_t>(value));
      largest = std::max(largest, static_cast<int>(value));
      at_ = next;
    }
    if (values.size() == before) return;  // an empty line
    if (lengths.size() == mostLines) refuse(lineStart_, "at most 1000000 sequences expected");
    lengths.push_back(values.size() - before);
    lines.push_back(line_);
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0, line_ = 0, lineStart_ = 0;
};

}  // namespace

SymbolSequences parseSymbols(std::string_view text, const std::string& name, Ragged ragged) {
  SymbolParser parser(text, name);
  parser.parse();
  const std::size_t least = *std::min_element(parser.lengths.begin(), parser.lengths.end());
  if (ragged == Ragged::Refuse)
    for (std::size_t i = 0; i < parser.lengths.size(); ++i)
      if (parser.lengths[i] != parser.lengths[0])
        throw DataError(name, "line " + std::to_string(parser.lines[i]),
                        std::to_string(parser.lengths[0]) + " symbols as in the first sequence expected, found " +
                            std::to_string(parser.lengths[i]) + "; 'cut' shortens all to the shortest");
  if (least < static_cast<std::size_t>(shortest) || (ragged == Ragged::Refuse && least > std::size_t{longest}))
    throw DataError(name, "line " + std::to_string(parser.lines[0]),
                    "sequences of 10..400 symbols expected, found " + std::to_string(least));
  SymbolSequences data;
  data.count = static_cast<int>(parser.lengths.size());
  data.length = static_cast<int>(std::min<std::size_t>(least, longest));
  data.symbols = parser.given ? parser.given : std::max(2, parser.largest + 1);
  data.values.reserve(static_cast<std::size_t>(data.count) * static_cast<std::size_t>(data.length));
  std::size_t from = 0;
  for (const std::size_t length : parser.lengths) {
    const auto start = parser.values.begin() + static_cast<std::ptrdiff_t>(from);
    data.values.insert(data.values.end(), start, start + data.length);
    from += length;
  }
  return data;
}

SymbolSequences readSymbolFile(const std::string& path, Ragged ragged) {
  return parseSymbols(readFile(path, mostBytes), path, ragged);
}

SymbolStatistics statisticsOf(const SymbolSequences& data) {
  const auto k = static_cast<std::size_t>(data.symbols);
  std::vector<double> counts(k, 0.0), joint(k * k, 0.0);
  double changes = 0;
  for (int i = 0; i < data.count; ++i) {
    const auto row = data.row(i);
    for (std::size_t t = 0; t < row.size(); ++t) {
      counts[row[t]] += 1;
      if (t == 0) continue;
      joint[row[t - 1] * k + row[t]] += 1;
      changes += row[t] != row[t - 1];
    }
  }
  const double all = static_cast<double>(data.values.size());
  SymbolStatistics s{data.symbols, counts, joint, changes / (data.count * std::max(1.0, data.length - 1.0))};
  for (double& f : s.frequencies) f /= all;
  for (std::size_t a = 0; a < k; ++a) {
    double sum = 0;
    for (std::size_t b = 0; b < k; ++b) sum += joint[a * k + b];
    for (std::size_t b = 0; b < k; ++b) s.transitions[a * k + b] /= sum;  // NaN where the symbol is never left
  }
  return s;
}

double excessOf(const SymbolSequences& data, int lag) {
  if (lag >= data.length) return std::numeric_limits<double>::quiet_NaN();
  const int last = data.symbols - 1;
  double first = 0, other = 0, both[2] = {0, 0};
  for (int i = 0; i < data.count; ++i) {
    const auto row = data.row(i);
    for (int t = 0; t < data.length; ++t) {
      const int now = row[static_cast<std::size_t>(t)];
      first += now == 0;
      other += now == last;
      if (t + lag >= data.length) continue;
      const int later = row[static_cast<std::size_t>(t + lag)];
      both[0] += now == 0 && later == 0;
      both[1] += now == last && later == last;
    }
  }
  const double all = static_cast<double>(data.values.size()),
               pairs = data.count * static_cast<double>(data.length - lag);
  first /= all;
  other /= all;
  return 0.5 * (both[0] / pairs - first * first + both[1] / pairs - other * other);
}

std::vector<double> changesOf(const SymbolSequences& data) {
  std::vector<double> changes(static_cast<std::size_t>(data.count), 0.0);
  for (int i = 0; i < data.count; ++i) {
    const auto row = data.row(i);
    for (std::size_t t = 1; t < row.size(); ++t) changes[static_cast<std::size_t>(i)] += row[t] != row[t - 1];
  }
  return changes;
}

}  // namespace learnscope
