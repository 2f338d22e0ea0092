// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/parameter.h"

namespace learnscope {

enum class MeasureKind { Scalar, Array };

/// A named quantity recorded at a step.
struct Measure {
  std::string id;
  std::string title;
  std::string doc;  ///< formula and source
  std::string unit = {};
  MeasureKind kind = MeasureKind::Scalar;
  std::vector<std::string> shape = {};  ///< symbolic: {"K", "M"}; the recorded array carries its actual shape
  std::string cadence = "scalars";      ///< the cadence group that records it; see Lab::due
  std::string group = {};               ///< heading in lists of measures
  std::vector<std::string> items = {};  ///< names of the items of the first axis, where the config knows them
};

/// A detected moment and the rule that detects it.
struct EventRule {
  std::string id;  ///< kebab-case; "{k}" stands for an index ("feature-{k}")
  std::string title;
  std::string rule;    ///< in words and symbols
  bool phase = false;  ///< begins a phase: the timeline draws a band until the next one

  /// One of many ("feature-{k}"): drawn as a tick, without a name.
  bool indexed() const { return id.find('{') != std::string::npos; }
};

/// A named function of (config, frozen state, arguments) to arrays, computed on demand.
struct AnalysisDescription {
  std::string id;
  std::string title;
  std::string doc;
  std::vector<Parameter> arguments = {};
  std::vector<Measure> results = {};  ///< what the returned State holds, by name
};

/// A named action on the running model.
struct InterventionDescription {
  std::string id;
  std::string title;
  std::string doc;
  std::vector<Parameter> arguments = {};
  Json visibleIf = {};
};

/// Everything about a lab that windows, command line, JSON and docs need. May depend on the config (a user's table
/// changes the measures that exist); with a default config it is complete.
struct Description {
  std::string id;  ///< the page's name: "grokking"
  std::string title;
  std::string summary;  ///< one line
  std::string source;   ///< authors, title, year, arXiv number
  std::vector<Parameter> parameters;
  std::vector<Measure> measures;
  std::vector<EventRule> events;
  std::vector<AnalysisDescription> analyses;
  std::vector<InterventionDescription> interventions;

  const Parameter* parameter(const std::string& id) const;
  const Measure* measure(const std::string& id) const;
  const AnalysisDescription* analysis(const std::string& id) const;
  const InterventionDescription* intervention(const std::string& id) const;
  /// The rule of a recorded event: "feature-7" finds "feature-{k}".
  const EventRule* event(const std::string& id) const;
  Json toJson() const;
};

}  // namespace learnscope
