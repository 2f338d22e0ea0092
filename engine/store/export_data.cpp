// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/export_data.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"
#include "engine/store/npy.h"

namespace learnscope {
namespace {

constexpr std::size_t flushBytes = std::size_t{1} << 20U;
constexpr std::size_t npzBytes = 0xFFFFFFFFU;

/// The wanted measures that were recorded; all when none is named. Throws ConfigError for a name that is not among
/// them.
std::vector<std::string> chosen(const std::vector<std::string>& wanted, const std::vector<std::string>& recorded,
                                const std::string& what) {
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

Json metadata(const Run& run) {
  const RunInfo& info = run.info();
  return {{"lab", info.lab}, {"seed", info.seed},          {"config", info.config.json()},
          {"run", info.id},  {"lastStep", run.lastStep()}, {"version", LEARNSCOPE_VERSION}};
}

/// Shortest text that reads back as the same number.
void appendNumber(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "nan";
    return;
  }
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

std::string csvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// Collects lines and hands them on in pieces.
class CsvFile {
 public:
  explicit CsvFile(const std::string& path) : file_(path) {}
  std::string& text() { return text_; }
  void endLine() {
    text_ += '\n';
    if (text_.size() > flushBytes) flush();
  }
  void commit() {
    flush();
    file_.commit();
  }

 private:
  void flush() {
    file_.write(text_);
    text_.clear();
  }
  AtomicFile file_;
  std::string text_;
};

void writeTidy(const Run& run, const std::vector<std::string>& measures, CsvFile& csv) {
  csv.text() += "step,measure,value";
  csv.endLine();
  for (const std::string& measure : measures) {
    const ScalarSeries& series = run.scalars(measure);
    const std::string name = csvField(measure);
    for (std::size_t i = 0, n = series.size(); i < n; ++i) {
      csv.text() += std::to_string(series[i].step) + ',' + name + ',';
      appendNumber(csv.text(), series[i].value);
      csv.endLine();
    }
  }
}

void writeWide(const Run& run, const std::vector<std::string>& measures, CsvFile& csv) {
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
      appendNumber(csv.text(), (*column.series)[column.next++].value);
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
  const std::vector<std::string> names = chosen(measures, run.recordedScalars(), "scalar measure");
  CsvFile csv(path);
  csv.text() += "# learnscope " + metadata(run).dump();
  csv.endLine();
  wide ? writeWide(run, names, csv) : writeTidy(run, names, csv);
  csv.commit();
}

void exportNpz(const Run& run, const std::vector<std::string>& measures, const std::string& path) {
  const std::vector<std::string> scalars = run.recordedScalars(), arrays = run.recordedArrays();
  std::vector<std::string> recorded = scalars;
  recorded.insert(recorded.end(), arrays.begin(), arrays.end());
  std::map<std::string, Array> members;
  std::size_t bytes = 0;
  for (const std::string& name : chosen(measures, recorded, "measure"))
    if (std::find(scalars.begin(), scalars.end(), name) != scalars.end())
      addScalars(run, name, members);
    else
      addArrays(run, name, members, bytes);
  const std::string text = metadata(run).dump();
  members["metadata"] = Array::vector<std::uint8_t>({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  writeNpz(path, members);
}

}  // namespace learnscope
