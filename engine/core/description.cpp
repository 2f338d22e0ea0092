// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/description.h"

#include <algorithm>

namespace learnscope {
namespace {

template <class Item>
const Item* findById(const std::vector<Item>& items, const std::string& id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

Json measureJson(const Measure& measure) {
  Json json = {{"id", measure.id},
               {"title", measure.title},
               {"doc", measure.doc},
               {"kind", measure.kind == MeasureKind::Scalar ? "scalar" : "array"},
               {"cadence", measure.cadence}};
  if (!measure.unit.empty()) json["unit"] = measure.unit;
  if (!measure.shape.empty()) json["shape"] = measure.shape;
  if (!measure.group.empty()) json["group"] = measure.group;
  if (!measure.items.empty()) json["items"] = measure.items;
  return json;
}

Json parametersJson(const std::vector<Parameter>& parameters) {
  Json json = Json::array();
  for (const Parameter& parameter : parameters) json.push_back(parameter.toJson());
  return json;
}

Json measuresJson(const std::vector<Measure>& measures) {
  Json json = Json::array();
  for (const Measure& measure : measures) json.push_back(measureJson(measure));
  return json;
}

}  // namespace

const Parameter* Description::parameter(const std::string& wanted) const { return findById(parameters, wanted); }
const Measure* Description::measure(const std::string& wanted) const { return findById(measures, wanted); }
const AnalysisDescription* Description::analysis(const std::string& wanted) const { return findById(analyses, wanted); }
const InterventionDescription* Description::intervention(const std::string& wanted) const {
  return findById(interventions, wanted);
}

const EventRule* Description::event(const std::string& wanted) const {
  if (const EventRule* exact = findById(events, wanted)) return exact;
  for (const EventRule& rule : events) {
    const std::size_t open = rule.id.find('{');
    if (open != std::string::npos && wanted.starts_with(rule.id.substr(0, open))) return &rule;
  }
  return nullptr;
}

Json Description::toJson() const {
  Json json = {{"id", id},
               {"title", title},
               {"summary", summary},
               {"source", source},
               {"parameters", parametersJson(parameters)},
               {"measures", measuresJson(measures)},
               {"events", Json::array()},
               {"analyses", Json::array()},
               {"interventions", Json::array()}};
  for (const EventRule& rule : events)
    json["events"].push_back({{"id", rule.id}, {"title", rule.title}, {"rule", rule.rule}, {"phase", rule.phase}});
  for (const AnalysisDescription& analysis : analyses)
    json["analyses"].push_back({{"id", analysis.id},
                                {"title", analysis.title},
                                {"doc", analysis.doc},
                                {"arguments", parametersJson(analysis.arguments)},
                                {"results", measuresJson(analysis.results)}});
  for (const InterventionDescription& intervention : interventions)
    json["interventions"].push_back({{"id", intervention.id},
                                     {"title", intervention.title},
                                     {"doc", intervention.doc},
                                     {"arguments", parametersJson(intervention.arguments)}});
  return json;
}

}  // namespace learnscope
