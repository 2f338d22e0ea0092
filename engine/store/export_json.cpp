// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/store/export_data.h"
#include "engine/store/export_parts.h"

namespace learnscope {
namespace {

/// JSON has no place for numbers that are not finite: null is NaN, "inf" and "-inf" are what they say.
void appendJson(std::string& text, double value) {
  if (std::isnan(value))
    text += "null";
  else if (std::isinf(value))
    text += value > 0 ? "\"inf\"" : "\"-inf\"";
  else
    appendShortest(text, value);
}

template <class Range, class Append>
void appendList(TextFile& file, const Range& range, const Append& append) {
  file.text() += '[';
  bool first = true;
  for (const auto& each : range) {
    if (!first) file.text() += ',';
    first = false;
    append(each);
    file.flushIfLong();
  }
  file.text() += ']';
}

std::string quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

void writeScalars(const Run& run, const std::string& measure, TextFile& file) {
  const ScalarSeries& series = run.scalars(measure);
  std::vector<ScalarPoint> points;
  for (std::size_t i = 0, n = series.size(); i < n; ++i) points.push_back(series[i]);
  file.text() += quoted(measure) + ":{\"step\":";
  appendList(file, points, [&](const ScalarPoint& point) { file.text() += std::to_string(point.step); });
  file.text() += ",\"value\":";
  appendList(file, points, [&](const ScalarPoint& point) { appendJson(file.text(), point.value); });
  file.text() += '}';
}

/// Values from `at` on as nested rows.
void writeRows(const Array& array, std::size_t axis, std::size_t& at, TextFile& file) {
  if (axis == array.shape().size()) {
    // A float's own digits: its double would show the error of the conversion.
    if (array.dtype() == DType::Float32 && std::isfinite(array.value(at)))
      appendShortest(file.text(), array.as<float>()[at]);
    else
      appendJson(file.text(), array.value(at));
    ++at;
    file.flushIfLong();
    return;
  }
  file.text() += '[';
  for (std::int64_t i = 0; i < array.shape()[axis]; ++i) {
    if (i > 0) file.text() += ',';
    writeRows(array, axis + 1, at, file);
  }
  file.text() += ']';
}

void writeArrays(const Run& run, const std::string& measure, TextFile& file) {
  const auto& entries = run.arrays(measure);
  std::vector<std::int64_t> steps;
  for (std::size_t i = 0, n = entries.size(); i < n; ++i) steps.push_back(entries[i].step);
  file.text() += quoted(measure) + ':';
  appendList(file, steps, [&](std::int64_t step) {
    const std::shared_ptr<const Array> array = run.loadArray(measure, step);
    file.text() += "\n{\"step\":" + std::to_string(step);
    file.text() += ",\"dtype\":\"" + std::string(numpyName(array->dtype())) + "\",\"shape\":";
    file.text() += Json(array->shape()).dump();
    if (!array->ids().empty()) file.text() += ",\"ids\":" + Json(array->ids()).dump();
    file.text() += ",\"values\":";
    std::size_t at = 0;
    writeRows(*array, 0, at, file);
    file.text() += '}';
  });
}

Json journalOf(const Run& run) {
  Json list = Json::array();
  for (const JournalEntry& entry : run.journal()) list.push_back({{"step", entry.step}, {"command", entry.command}});
  return list;
}

}  // namespace

void exportJson(const Run& run, const std::vector<std::string>& measures, const std::string& path) {
  const RecordedMeasures wanted = chosenOf(run, measures);
  TextFile file(path);
  const auto dump = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  file.text() += "{\"learnscope\":" + dump(exportMetadata(run)) + ",\n\"scalars\":{";
  for (std::size_t i = 0; i < wanted.scalars.size(); ++i) {
    file.text() += i == 0 ? "\n" : ",\n";
    writeScalars(run, wanted.scalars[i], file);
  }
  file.text() += "},\n\"arrays\":{";
  for (std::size_t i = 0; i < wanted.arrays.size(); ++i) {
    file.text() += i == 0 ? "\n" : ",\n";
    writeArrays(run, wanted.arrays[i], file);
  }
  file.text() += "},\n\"events\":" + dump(exportedEvents(run)) + ",\n\"journal\":" + dump(journalOf(run)) + "}\n";
  file.commit();
}

}  // namespace learnscope
