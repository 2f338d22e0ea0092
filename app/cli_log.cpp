// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_log.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>

#include "app/cli_support.h"

namespace learnscope::cli {

JsonLog::JsonLog(const Run& run, std::string file, bool fromStart) : run_(run), file_(std::move(file)) {
  if (fromStart) return;
  for (const std::string& name : run.recordedScalars()) written_[name] = run.scalars(name).size();
  events_ = run.events().size();
}

void JsonLog::write(std::ostream& out, bool all) {
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  if (!all) {
    const std::vector<CheckpointInfo> checkpoints = run_.checkpoints();
    limit = checkpoints.empty() ? -1 : checkpoints.back().step;
  }
  using Ordered = nlohmann::ordered_json;
  std::map<std::int64_t, Ordered> lines;
  const auto lineOf = [&](std::int64_t step) -> Ordered& {
    Ordered& line = lines[step];
    if (line.is_null()) {
      if (!file_.empty()) line["file"] = file_;
      line["step"] = step;
    }
    return line;
  };
  for (const Measure& measure : run_.description().measures) {
    if (measure.kind != MeasureKind::Scalar) continue;
    const ScalarSeries& series = run_.scalars(measure.id);
    std::size_t& next = written_[measure.id];
    for (const std::size_t end = series.size(); next < end && series[next].step <= limit; ++next)
      lineOf(series[next].step)[measure.id] = series[next].value;
  }
  const std::vector<Event> events = run_.events();
  for (; events_ < events.size() && events[events_].detected <= limit; ++events_)
    lineOf(events[events_].detected)["events"].push_back(Ordered(eventJson(events[events_])));
  for (const auto& [step, line] : lines) out << line.dump(-1, ' ', false, Ordered::error_handler_t::replace) << '\n';
  if (!lines.empty()) out.flush();
}

Json histogram(const Array& array, std::int64_t step) {
  constexpr std::size_t bins = 10;
  std::vector<double> values;
  for (std::size_t i = 0; i < array.size(); ++i)
    if (std::isfinite(array.value(i))) values.push_back(array.value(i));
  double low = 0, high = 1;
  if (!values.empty()) {
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    if (*least < 0 || *greatest > 1) {
      low = *least;
      high = *greatest > *least ? *greatest : *least + 1;
    }
  }
  std::vector<double> edges;
  for (std::size_t i = 0; i <= bins; ++i) edges.push_back(low + (high - low) * static_cast<double>(i) / bins);
  std::vector<std::size_t> counts(bins);
  for (const double value : values)
    ++counts[std::min(bins - 1, static_cast<std::size_t>((value - low) / (high - low) * bins))];
  return {{"step", step}, {"edges", edges}, {"counts", counts}, {"notFinite", array.size() - values.size()}};
}

Json eventJson(const Event& event) {
  Json json = {{"id", event.id}, {"step", event.step}, {"detected", event.detected}, {"title", event.title}};
  if (!event.values.empty()) json["values"] = event.values;
  return json;
}

Json summaryJson(const Run& run, const std::string& file, const std::vector<std::string>& histograms) {
  Json last = Json::object(), counts = Json::object(), events = Json::array();
  for (const std::string& name : run.recordedScalars()) last[name] = run.scalars(name).back().value;
  for (const Event& event : run.events()) events.push_back(eventJson(event));
  for (const std::string& name : histograms) {
    const auto& entries = run.arrays(name);
    if (entries.empty()) continue;
    if (const auto array = run.loadArray(name, entries.back().step))
      counts[name] = histogram(*array, entries.back().step);
  }
  Json summary = {{"lab", run.info().lab},
                  {"config", run.info().config.json()},
                  {"seed", run.info().seed},
                  {"file", file},
                  {"state", runStateName(run.state())},
                  {"steps", run.lastStep()},
                  {"target", run.targetSteps()},
                  {"events", events},
                  {"last", last}};
  if (!histograms.empty()) summary["histograms"] = counts;
  if (!run.stateMessage().empty()) summary["message"] = run.stateMessage();
  return summary;
}

void writeSummary(std::ostream& out, const Json& summary) {
  out << summary["lab"].get<std::string>() << ", seed " << dumped(summary["seed"]) << ": "
      << summary["state"].get<std::string>() << " at step " << dumped(summary["steps"]) << " of "
      << dumped(summary["target"]) << '\n';
  if (summary.contains("message")) writeWrapped(out, summary["message"].get<std::string>(), 2);
  std::size_t width = 8;
  for (const Json& event : summary["events"]) width = std::max(width, event["id"].get<std::string>().size());
  for (const auto& [name, value] : summary["last"].items()) width = std::max(width, name.size());
  const auto row = [&](const std::string& name) -> std::ostream& {
    return out << "  " << std::left << std::setw(static_cast<int>(width)) << name << "  ";
  };
  for (const Json& event : summary["events"])
    row(event["id"].get<std::string>()) << "step " << dumped(event["step"]) << '\n';
  for (const auto& [name, value] : summary["last"].items())
    row(name) << (value.is_number() ? shortNumber(value.get<double>()) : dumped(value)) << '\n';
  if (summary.contains("histograms"))
    for (const auto& [name, counts] : summary["histograms"].items()) {
      row(name) << dumped(counts["counts"]) << " in [" << shortNumber(counts["edges"].front().get<double>()) << ", "
                << shortNumber(counts["edges"].back().get<double>()) << "]\n";
    }
  out << "  run file: " << summary["file"].get<std::string>() << '\n';
}

}  // namespace learnscope::cli
