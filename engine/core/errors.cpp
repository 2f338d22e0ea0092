// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/errors.h"

#include <algorithm>
#include <cctype>

namespace learnscope {
namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += (text.empty() ? "" : "\n") + problem.text();
  return text;
}

int editDistance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int above = row[j];
      const bool same =
          std::tolower(static_cast<unsigned char>(a[i - 1])) == std::tolower(static_cast<unsigned char>(b[j - 1]));
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = above;
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
