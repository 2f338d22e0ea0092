// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/run_markers.h"

#include <algorithm>

namespace learnscope {
namespace {

// "set lr" or the intervention's name; other commands leave no pin.
std::optional<QString> pinLabel(const Json& command) {
  if (command.contains("intervene")) return QString::fromStdString(command["intervene"].dump());
  if (command.contains("set")) return QString::fromStdString(command["set"].dump());
  return std::nullopt;
}

}  // namespace

RunMarkers markersOf(const Run& run, const StepAxis& axis, const ScaleMap& scale, double end) {
  RunMarkers markers;
  std::vector<Event> events = run.events();
  markers.events = events.size();
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.step < b.step; });
  for (const Event& event : events) {
    const EventRule* rule = run.description().event(event.id);
    const double at = scale.forward(axis.x(event.step));
    const QString title = QString::fromStdString(!event.title.empty() ? event.title : rule ? rule->title : event.id);
    if (rule && rule->phase) {
      if (!markers.spans.empty()) markers.spans.back().to = at;
      markers.spans.push_back({at, end, title});
    } else {
      markers.flags.push_back({at, title, false, rule && rule->indexed()});
    }
  }
  const std::vector<JournalEntry> journal = run.journal();
  markers.entries = journal.size();
  for (const JournalEntry& entry : journal)
    if (const auto label = pinLabel(entry.command))
      markers.flags.push_back({scale.forward(axis.x(entry.step)), *label, true});
  return markers;
}

}  // namespace learnscope
