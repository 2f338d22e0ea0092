// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/errors.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace learnscope {
namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text.append(text.empty() ? "" : "\n").append(problem.text());
  return text;
}

// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment), whatever the case.
int editDistance(const std::string& a, const std::string& b) {
  const auto letter = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<int> before, last, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = letter(a[i - 1]) == letter(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped =
          i > 1 && j > 1 && letter(a[i - 1]) == letter(b[j - 2]) && letter(a[i - 2]) == letter(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Problem::text() const {
  std::string text = pointer;
  if (!value.empty()) text += (text.empty() ? "" : ": ") + value;
  if (!allowed.empty()) text += (text.empty() ? "" : ": ") + allowed;
  return text;
}

ConfigError::ConfigError(std::vector<Problem> problems)
    : Error(joined(problems), ExitStatus::Refused), problems_(std::move(problems)) {}

ConfigError::ConfigError(std::string pointer, std::string value, std::string allowed)
    : ConfigError(std::vector<Problem>{{std::move(pointer), std::move(value), std::move(allowed)}}) {}

DataError::DataError(const std::string& file, const std::string& place, const std::string& expected)
    : Error(file + ": " + (place.empty() ? "" : place + ": ") + expected, ExitStatus::Refused) {}

NumericError::NumericError(std::int64_t step, const std::string& what)
    : Error("step " + std::to_string(step) + ": " + what, ExitStatus::Diverged), step_(step) {}

IoError::IoError(const std::string& file, const std::string& reason)
    : Error(file + ": " + reason, ExitStatus::Failed) {}

std::string nearestName(const std::string& name, const std::vector<std::string>& known) {
  std::string best;
  int least = 4;
  for (const std::string& candidate : known) {
    const int distance = editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace learnscope
