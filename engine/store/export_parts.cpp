// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/export_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/core/errors.h"

namespace learnscope {

std::vector<std::string> chosenMeasures(const std::vector<std::string>& wanted,
                                        const std::vector<std::string>& recorded, const std::string& what) {
  if (wanted.empty()) return recorded;
  std::vector<Problem> problems;
  for (const std::string& name : wanted) {
    if (std::find(recorded.begin(), recorded.end(), name) != recorded.end()) continue;
    const std::string nearest = nearestName(name, recorded);
    problems.push_back(
        {"measure", name,
         "no " + what + " of that name was recorded" + (nearest.empty() ? "" : "; did you mean " + nearest + "?")});
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return wanted;
}

RecordedMeasures chosenOf(const Run& run, const std::vector<std::string>& wanted) {
  RecordedMeasures recorded{run.recordedScalars(), run.recordedArrays()};
  if (wanted.empty()) return recorded;
  std::vector<std::string> all = recorded.scalars;
  all.insert(all.end(), recorded.arrays.begin(), recorded.arrays.end());
  RecordedMeasures result;
  for (const std::string& name : chosenMeasures(wanted, all, "measure")) {
    const bool scalar = std::find(recorded.scalars.begin(), recorded.scalars.end(), name) != recorded.scalars.end();
    (scalar ? result.scalars : result.arrays).push_back(name);
  }
  return result;
}

Json exportMetadata(const Run& run) {
  const RunInfo& info = run.info();
  return {{"lab", info.lab}, {"seed", info.seed},          {"config", info.config.json()},
          {"run", info.id},  {"lastStep", run.lastStep()}, {"version", LEARNSCOPE_VERSION}};
}

Json exportedEvents(const Run& run) {
  Json list = Json::array();
  for (const Event& event : run.events())
    list.push_back({{"id", event.id},
                    {"step", event.step},
                    {"detected", event.detected},
                    {"title", event.title},
                    {"values", event.values}});
  return list;
}

namespace {

template <class Number>
void appendNumber(std::string& text, Number value) {
  if (std::isnan(value)) {
    text += "nan";
    return;
  }
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

void appendShortest(std::string& text, double value) { appendNumber(text, value); }
void appendShortest(std::string& text, float value) { appendNumber(text, value); }

}  // namespace learnscope
