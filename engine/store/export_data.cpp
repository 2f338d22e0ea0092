// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/export_data.h"

#include <algorithm>
#include <map>

#include "engine/core/errors.h"
#include "engine/store/export_parts.h"
#include "engine/store/npy.h"

namespace learnscope {
namespace {

constexpr std::size_t npzBytes = 0xFFFFFFFFU;

std::string csvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void writeTidy(const Run& run, const std::vector<std::string>& measures, TextFile& csv) {
  csv.text() += "step,measure,value";
  csv.endLine();
  for (const std::string& measure : measures) {
    const ScalarSeries& series = run.scalars(measure);
    const std::string name = csvField(measure);
    for (std::size_t i = 0, n = series.size(); i < n; ++i) {
      csv.text() += std::to_string(series[i].step) + ',' + name + ',';
      appendShortest(csv.text(), series[i].value);
      csv.endLine();
    }
  }
}

void writeWide(const Run& run, const std::vector<std::string>& measures, TextFile& csv) {
  struct Column {
    const ScalarSeries* series;
    std::size_t size, next;
  };
  std::vector<Column> columns;
  csv.text() += "step";
  for (const std::string& measure : measures) {
    csv.text() += ',' + csvField(measure);
    const ScalarSeries& series = run.scalars(measure);
    columns.push_back({&series, series.size(), 0});
  }
  csv.endLine();
  while (true) {
    const std::int64_t none = std::numeric_limits<std::int64_t>::max();
    std::int64_t step = none;
    for (const Column& column : columns)
      if (column.next < column.size) step = std::min(step, (*column.series)[column.next].step);
    if (step == none) return;
    csv.text() += std::to_string(step);
    for (Column& column : columns) {
      csv.text() += ',';
      if (column.next == column.size || (*column.series)[column.next].step != step) continue;
      appendShortest(csv.text(), (*column.series)[column.next++].value);
    }
    csv.endLine();
  }
}

void addScalars(const Run& run, const std::string& measure, std::map<std::string, Array>& members) {
  const ScalarSeries& series = run.scalars(measure);
  std::vector<std::int64_t> steps(series.size());
  std::vector<double> values(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    steps[i] = series[i].step;
    values[i] = series[i].value;
  }
  members[measure + "_step"] = Array::vector<std::int64_t>(steps);
  members[measure + "_value"] = Array::vector<double>(values);
}

bool sameForm(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.ids() == b.ids();
}

/// One array with the steps as first axis.
Array stacked(const std::vector<std::shared_ptr<const Array>>& arrays) {
  std::vector<std::int64_t> shape = arrays.front()->shape();
  shape.insert(shape.begin(), static_cast<std::int64_t>(arrays.size()));
  Array all(arrays.front()->dtype(), std::move(shape));
  std::size_t at = 0;
  for (const auto& array : arrays) {
    if (array->bytes() != 0) std::memcpy(all.mutableData() + at, array->data(), array->bytes());
    at += array->bytes();
  }
  return all;
}

void addArrays(const Run& run, const std::string& measure, std::map<std::string, Array>& members, std::size_t& bytes) {
  const auto& entries = run.arrays(measure);
  std::vector<std::int64_t> steps;
  std::vector<std::shared_ptr<const Array>> arrays;
  for (std::size_t i = 0, n = entries.size(); i < n; ++i) {
    auto array = run.loadArray(measure, entries[i].step);
    if (!array) continue;
    bytes += array->bytes();
    if (bytes >= npzBytes)
      throw ConfigError("measure", measure, "less than 4 GB in one .npz expected; export fewer measures");
    steps.push_back(entries[i].step);
    arrays.push_back(std::move(array));
  }
  if (arrays.empty()) return;
  members[measure + "_step"] = Array::vector<std::int64_t>(steps);
  const bool alike =
      std::all_of(arrays.begin(), arrays.end(), [&](const auto& array) { return sameForm(*array, *arrays.front()); });
  if (alike) {
    members[measure] = stacked(arrays);
    if (!arrays.front()->ids().empty()) members[measure + "_ids"] = Array::vector<std::int64_t>(arrays.front()->ids());
    return;
  }
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const std::string name = measure + "_" + std::to_string(steps[i]);
    members[name] = *arrays[i];
    if (!arrays[i]->ids().empty()) members[name + "_ids"] = Array::vector<std::int64_t>(arrays[i]->ids());
  }
}

}  // namespace

void exportCsv(const Run& run, const std::vector<std::string>& measures, const std::string& path, bool wide) {
  const std::vector<std::string> names = chosenMeasures(measures, run.recordedScalars(), "scalar measure");
  TextFile csv(path);
  csv.text() += "# learnscope " + exportMetadata(run).dump();
  csv.endLine();
  wide ? writeWide(run, names, csv) : writeTidy(run, names, csv);
  csv.commit();
}

void exportNpz(const Run& run, const std::vector<std::string>& measures, const std::string& path) {
  const RecordedMeasures wanted = chosenOf(run, measures);
  std::map<std::string, Array> members;
  std::size_t bytes = 0;
  for (const std::string& name : wanted.scalars) addScalars(run, name, members);
  for (const std::string& name : wanted.arrays) addArrays(run, name, members, bytes);
  const std::string text = exportMetadata(run).dump();
  members["metadata"] = Array::vector<std::uint8_t>({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  writeNpz(path, members);
}

}  // namespace learnscope
