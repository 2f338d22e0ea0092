// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/world.h"

#include <algorithm>
#include <set>

namespace learnscope::richlazy {
namespace {

/// The ranks of the list that are whole and positive, each once, ascending.
std::set<int> ranksOf(const Config& config) {
  std::set<int> ranks;
  if (!config.has("init.ranks") || !config["init.ranks"].is_array()) return {1, 10};
  for (const Json& rank : config["init.ranks"])
    if (rank.is_number() && rank.get<double>() >= 1 && rank.get<double>() <= largestHidden)
      ranks.insert(static_cast<int>(rank.get<double>()));
  return ranks;
}

std::string titleOf(Wiring wiring) {
  switch (wiring) {
    case Wiring::Full:
      return LS_TR("full");
    case Wiring::Rank:
      return LS_TR("rank ");
    case Wiring::Aligned:
      return LS_TR("aligned ");
    case Wiring::DaleBalanced:
      return LS_TR("Dale balanced");
    case Wiring::DaleUnbalanced:
      return LS_TR("Dale unbalanced");
    case Wiring::Block:
      return LS_TR("blocks");
    case Wiring::Chain:
      return LS_TR("chains");
    case Wiring::Sparse:
      return LS_TR("sparse");
    case Wiring::User:
      return LS_TR("own matrix");
  }
  return {};
}

}  // namespace

std::vector<Structure> structuresOf(const Config& config) {
  std::set<Wiring> chosen;
  if (config.has("structures") && config["structures"].is_array()) {
    for (const Json& id : config["structures"]) {
      if (!id.is_string()) continue;
      try {
        chosen.insert(wiringFrom(id.get<std::string>(), "/structures"));
      } catch (const ConfigError&) {
        continue;
      }
    }
  } else {
    chosen = {Wiring::Rank, Wiring::Full};
  }
  if (config.has("init.matrix") && config["init.matrix"].is_string() && !config.text("init.matrix").empty())
    chosen.insert(Wiring::User);
  std::vector<Structure> structures;
  for (const Wiring wiring : {Wiring::Rank, Wiring::Aligned, Wiring::Full, Wiring::DaleBalanced, Wiring::DaleUnbalanced,
                              Wiring::Block, Wiring::Chain, Wiring::Sparse, Wiring::User}) {
    if (chosen.count(wiring) == 0) continue;
    if (wiring != Wiring::Rank && wiring != Wiring::Aligned) {
      structures.push_back({wiring, 0, titleOf(wiring)});
      continue;
    }
    for (const int rank : ranksOf(config)) structures.push_back({wiring, rank, titleOf(wiring) + std::to_string(rank)});
  }
  return structures;
}

int fullOf(const std::vector<Structure>& structures) {
  for (std::size_t s = 0; s < structures.size(); ++s)
    if (structures[s].wiring == Wiring::Full) return static_cast<int>(s);
  return -1;
}

std::vector<double> coherencesOf(const Json& list) { return list.get<std::vector<double>>(); }

TrialOptions trialOptionsOf(const Config& config) {
  TrialOptions options;
  options.kind = trialKindFrom(config.text("task"));
  options.stimulus = static_cast<int>(config.integer("timing.stimulus"));
  options.delay = static_cast<int>(config.integer("timing.delay"));
  options.decision = static_cast<int>(config.integer("timing.decision"));
  options.noise = config.real("noise");
  options.coherences = coherencesOf(config["coherences"]);
  return options;
}

RecurrentInit initOf(const Config& config) {
  RecurrentInit init;
  init.hidden = hiddenOf(config);
  init.gain = config.real("init.gain");
  init.norm = normRuleFrom(config.text("init.norm"), "/init.norm");
  init.inhibitory = config.real("init.inhibitory");
  init.blocks = static_cast<int>(config.integer("init.blocks"));
  init.blockStrength = config.real("init.blockStrength");
  init.chainStrength = config.real("init.chainStrength");
  init.density = config.real("init.density");
  return init;
}

SquareMatrix userMatrixOf(const Config& config) {
  const std::string path = config.text("init.matrix");
  if (path.empty()) throw ConfigError("/init.matrix", "", "a file with a square matrix (npy, npz or csv) is needed");
  SquareMatrix matrix = readSquareMatrix(path, largestHidden);
  const std::int64_t wanted = config.integer("hidden");
  if (wanted == 0 && matrix.order < smallestHidden)
    throw DataError(
        path, "",
        "at least " + std::to_string(smallestHidden) + " rows expected, found " + std::to_string(matrix.order));
  if (wanted != 0 && matrix.order != wanted)
    throw DataError(path, "",
                    std::to_string(wanted) + " rows expected (hidden), found " + std::to_string(matrix.order) +
                        "; set hidden to " + std::to_string(matrix.order) + ", or to 0");
  return matrix;
}

int hiddenOf(const Config& config) {
  const auto hidden = static_cast<int>(config.integer("hidden"));
  if (hidden > 0) return hidden;
  return config.text("init.matrix").empty() ? defaultHidden : userMatrixOf(config).order;
}

int seedsOf(const Config& config) { return static_cast<int>(config.integer("seeds")); }

}  // namespace learnscope::richlazy
