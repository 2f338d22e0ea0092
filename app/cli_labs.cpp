// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>

#include "app/cli.h"
#include "app/cli_support.h"
#include "engine/core/claims.h"
#include "widgets/model/view_spec.h"

namespace learnscope::cli {
namespace {

ExitStatus listLabs(const Registry& registry, bool json) {
  Json list = Json::array();
  std::size_t width = 0;
  for (const auto& lab : registry.labs()) {
    const Description description = lab->describe();
    list.push_back({{"id", description.id},
                    {"title", description.title},
                    {"summary", description.summary},
                    {"source", description.source}});
    width = std::max(width, description.id.size());
  }
  if (json) {
    std::cout << dumped(list, 2) << '\n';
    return ExitStatus::Done;
  }
  for (const Json& lab : list) {
    std::cout << std::left << std::setw(static_cast<int>(width)) << lab["id"].get<std::string>() << "  "
              << lab["title"].get<std::string>() << '\n';
    writeWrapped(std::cout, lab["summary"].get<std::string>(), width + 2);
    writeWrapped(std::cout, lab["source"].get<std::string>(), width + 2);
  }
  return ExitStatus::Done;
}

void heading(const char* text, bool any) {
  if (any) std::cout << '\n' << text << '\n';
}

/// "  id  short facts", then the doc below.
void item(const std::string& id, const std::string& facts, const std::string& doc) {
  std::cout << "  " << id << (facts.empty() ? "" : "  " + facts) << '\n';
  if (!doc.empty()) writeWrapped(std::cout, doc, 6);
}

std::string parameterFacts(const Parameter& parameter, const Config& config) {
  const Json& value = config.has(parameter.id) ? config[parameter.id] : parameter.fallback;
  std::string facts = "= " + dumped(value);
  if (!parameter.unit.empty()) facts += " " + parameter.unit;
  facts += "  (" + parameter.allowed() + (parameter.live ? "; live" : "") + ")";
  return facts;
}

void writeParameters(const std::vector<Parameter>& parameters, const Config& config) {
  std::string group;
  for (const Parameter& parameter : parameters) {
    if (parameter.group != group) std::cout << "  [" << (group = parameter.group) << "]\n";
    item(parameter.id, parameterFacts(parameter, config), parameter.doc);
  }
}

std::string measureFacts(const Measure& measure) {
  std::string facts;
  if (measure.kind == MeasureKind::Array) {
    facts = "[";
    for (const std::string& axis : measure.shape) facts += (facts.size() > 1 ? ", " : "") + axis;
    facts += "]";
  }
  if (!measure.unit.empty()) facts += (facts.empty() ? "" : " ") + measure.unit;
  return facts;
}

/// Arguments on one line: "factor = 1.0, scale = 0.0".
std::string argumentFacts(const std::vector<Parameter>& arguments) {
  std::string facts;
  for (const Parameter& argument : arguments)
    facts += (facts.empty() ? "(" : ", ") + argument.id + " = " + dumped(argument.fallback);
  return facts.empty() ? "" : facts + ")";
}

void writeDescription(const Lab& lab, const Description& d, const Config& config) {
  std::cout << d.id << ": " << d.title << '\n';
  writeWrapped(std::cout, d.summary, 0);
  writeWrapped(std::cout, "Source: " + d.source, 0);
  std::cout << "Default steps: " << lab.defaultSteps(config) << '\n';
  heading("Parameters", !d.parameters.empty());
  writeParameters(d.parameters, config);
  heading("Measures", !d.measures.empty());
  for (const Measure& measure : d.measures) item(measure.id, measureFacts(measure), measure.doc);
  heading("Events", !d.events.empty());
  for (const EventRule& event : d.events) item(event.id, event.phase ? "(begins a phase)" : "", event.rule);
  heading("Analyses", !d.analyses.empty());
  for (const AnalysisDescription& analysis : d.analyses)
    item(analysis.id, argumentFacts(analysis.arguments), analysis.doc);
  heading("Interventions", !d.interventions.empty());
  for (const InterventionDescription& each : d.interventions) item(each.id, argumentFacts(each.arguments), each.doc);
  const LabPage page = pageOf(lab);
  heading("Presets", !page.presets.empty());
  for (const Preset& preset : page.presets) item(preset.id, preset.title.toStdString(), preset.doc.toStdString());
  heading("Views", !page.views.empty());
  for (const ViewSpec& view : page.views) item(view.id, view.title.toStdString(), view.doc.toStdString());
  const Claims claims = Claims::of(lab);
  heading("Claims", !claims.empty());
  for (const Claim& claim : claims.list()) item(claim.id, claim.expected(), claim.text);
}

ExitStatus describeLab(const Registry& registry, const std::string& id, const std::vector<std::string>& sets,
                       bool json) {
  const std::shared_ptr<const Lab> lab = registry.require(id);
  const Config config = checkedConfig(*lab, withSets(*lab, Json::object(), sets));
  const Description description = lab->describe(config);
  if (!json) {
    writeDescription(*lab, description, config);
    return ExitStatus::Done;
  }
  Json out = description.toJson();
  out["config"] = config.json();
  out["defaultSteps"] = lab->defaultSteps(config);
  const LabPage page = pageOf(*lab);
  out["presets"] = Json::array();
  for (const Preset& preset : page.presets)
    out["presets"].push_back(
        {{"id", preset.id}, {"title", preset.title.toStdString()}, {"doc", preset.doc.toStdString()}});
  out["views"] = Json::array();
  for (const ViewSpec& view : page.views)
    out["views"].push_back({{"id", view.id}, {"title", view.title.toStdString()}, {"kind", view.kind.toStdString()}});
  out["claims"] = Json::array();
  const Claims claims = Claims::of(*lab);
  for (const Claim& claim : claims.list())
    out["claims"].push_back({{"id", claim.id}, {"text", claim.text}, {"expected", claim.expected()}});
  std::cout << dumped(out, 2) << '\n';
  return ExitStatus::Done;
}

}  // namespace

void addLabCommands(CLI::App& app, const Registry& registry, Action& action) {
  CLI::App* labs = app.add_subcommand("labs", "List the labs");
  auto json = std::make_shared<bool>(false);
  labs->add_flag("--json", *json, "Print JSON");
  labs->callback([&registry, &action, json] { action = [&registry, json] { return listLabs(registry, *json); }; });

  struct Options {
    std::string lab;
    std::vector<std::string> sets;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* describe =
      app.add_subcommand("describe", "Describe a lab: parameters, measures, events, analyses, interventions, presets");
  describe->add_option("lab", options->lab, "The lab's id, as 'labs' lists it")->required()->type_name("LAB");
  addRepeatable(*describe, "--set", options->sets,
                "Describe with this value: a parameter may bring measures of its own")
      ->type_name("KEY=VALUE");
  describe->add_flag("--json", options->json, "Print JSON");
  describe->callback([&registry, &action, options] {
    action = [&registry, options] { return describeLab(registry, options->lab, options->sets, options->json); };
  });
}

}  // namespace learnscope::cli
