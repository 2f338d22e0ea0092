// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/rnn_hmm/description.h"

#include "engine/core/redraw.h"

namespace learnscope::rnnhmm {
namespace {

using enum ParameterType;

Parameter integer(const char* id, const char* title, int value, double low, double high, const char* doc) {
  return {.id = id, .title = title, .type = Int, .fallback = value, .doc = doc, .minimum = low, .maximum = high};
}

Parameter real(const char* id, const char* title, double value, double low, double high, const char* doc) {
  return {.id = id, .title = title, .type = Real, .fallback = value, .doc = doc, .minimum = low, .maximum = high};
}

AnalysisDescription fixedPoints() {
  return {
      .id = "fixed-points",
      .title = LS_TR("Fixed points"),
      .doc = LS_TR("Fixed and slow points of the silent map, or of the mean map E[h_{t+1} | h_t] under noise, with "
                   "spectra and basins. A ReLU net without bias has the origin alone."),
      .arguments = {{.id = "map",
                     .title = LS_TR("Map"),
                     .type = Choice,
                     .fallback = "silent",
                     .doc = LS_TR("The dynamics without noise, or their mean under noise."),
                     .choices = {{"silent", LS_TR("Silent")}, {"mean", LS_TR("Mean under noise")}}},
                    integer("starts", LS_TR("Starts"), 128, 1, 1024, LS_TR("Visited states the search starts from."))},
      .results = {
          analysisResult("states", LS_TR("States"), LS_TR("Fixed points, then slow points."), {"F", "H"}),
          analysisResult("positions", LS_TR("Positions"), LS_TR("In the portrait."), {"F", "3"}),
          analysisResult("q", "q", "|F(h) - h|² / 2", {"F"}),
          analysisResult("unstable", LS_TR("Unstable directions"),
                         LS_TR("Eigenvalues outside the unit circle; -1 where the Jacobian is undefined."), {"F"}),
          analysisResult("slow", LS_TR("Slow"), LS_TR("1 where q >= 1e-12."), {"F"}),
          analysisResult("starts", LS_TR("Starts"), LS_TR("Starts that led there."), {"F"}),
          analysisResult("basin", LS_TR("Basin"), LS_TR("Share of silent trajectories that end there."), {"F"}),
          analysisResult("continuum", LS_TR("Continuum"), LS_TR("Which manifold it belongs to, or -1."), {"F"}),
          analysisResult("eigenvalues", LS_TR("Eigenvalues"), LS_TR("Real and imaginary parts."), {"F", "H", "2"}),
          analysisResult("directions", LS_TR("Directions"), LS_TR("Leading eigenvectors."), {"F", "3", "H"}),
          analysisResult("logits", LS_TR("Logits"), LS_TR("C h."), {"F", "K"}),
          analysisResult("unsolved", LS_TR("Unsolved"), LS_TR("Starts that reached neither."), {}),
          analysisResult("continua", LS_TR("Continua"), LS_TR("Manifolds of fixed points."), {})}};
}

AnalysisDescription flowField() {
  return {
      .id = "flow-field",
      .title = LS_TR("Flow field"),
      .doc = LS_TR("Where states of the orbit plane go: mean map under noise or silent map, at states lifted from "
                   "the plane by the nearest visited ones; and the measured drift and diffusion."),
      .arguments = {{.id = "noise",
                     .title = LS_TR("Noise"),
                     .type = Bool,
                     .fallback = true,
                     .doc = LS_TR("The mean under noise, else silence.")},
                    {.id = "measured",
                     .title = LS_TR("Measured steps"),
                     .type = Bool,
                     .fallback = true,
                     .doc = LS_TR("Drift and diffusion of 20,000 actual steps too; without them it is faster.")},
                    integer("side", LS_TR("Cells a side"), 24, 4, 64, LS_TR("Of the grid.")),
                    real("extent", LS_TR("Extent"), 2.5, 0.5, 20, LS_TR("Half side in standard deviations."))},
      .results = {
          analysisResult("positions", LS_TR("Positions"), LS_TR("Cell centres in the portrait."), {"N", "3"}),
          analysisResult("directions", LS_TR("Directions"), LS_TR("Step of the map."), {"N", "3"}),
          analysisResult("speed", LS_TR("log10 q"), LS_TR("Speed at the lifted state."), {"S", "S"}),
          analysisResult("supported", LS_TR("Supported"), LS_TR("1 where visited states are near."), {"N"}),
          analysisResult("shade", LS_TR("Shade"), LS_TR("log10 q where visited states are near, else empty."), {"N"}),
          analysisResult("drift", LS_TR("Drift"), LS_TR("Mean of the actual steps; empty below 10 visits."),
                         {"N", "3"}),
          analysisResult("visits", LS_TR("Visits"), LS_TR("Of 20,000 states."), {"S", "S"}),
          analysisResult("diffusion", LS_TR("Diffusion"), LS_TR("Variance of the actual steps."), {"S", "S"})}};
}

AnalysisDescription silence() {
  return {.id = "silence",
          .title = LS_TR("Noise off"),
          .doc = LS_TR("40 noisy states under silence, and the steps to 1 % of the norm of 200."),
          .arguments = {integer("steps", LS_TR("Steps"), 60, 1, 500, LS_TR("Silent steps drawn."))},
          .results = {analysisResult("paths", LS_TR("Paths"), LS_TR("Segments in the portrait."), {"2E", "3"}),
                      analysisResult("time", LS_TR("Time"), LS_TR("Silent step of a segment."), {"2E"}),
                      analysisResult("ends", LS_TR("Ends"), LS_TR("Where they are after the last step."), {"40", "3"}),
                      analysisResult("collapse", LS_TR("Collapse"), LS_TR("Steps to 1 %, -1 if never."), {"200"}),
                      analysisResult("median", LS_TR("Median"), LS_TR("Of the collapse, in steps."), {}),
                      analysisResult("longest", LS_TR("Longest"), LS_TR("Of the collapse, in steps."), {}),
                      analysisResult("collapsed", LS_TR("Collapsed"), LS_TR("Share of the 200."), {})}};
}

AnalysisDescription noiseSweep() {
  return {.id = "noise-sweep",
          .title = LS_TR("Noise sweep"),
          .doc = LS_TR("The net under other noise levels: 100 chains of 400 steps each."),
          .arguments = {},
          .results = {analysisResult("sigma", "σ", LS_TR("Standard deviation of the noise."), {"9"}),
                      analysisResult("changeRate", LS_TR("Change rate"), LS_TR("TR of the largest logit."), {"9"}),
                      analysisResult("transitionError", LS_TR("Transition error"), LS_TR("Mean |T - T*|."), {"9"}),
                      analysisResult("largestTransitionError", LS_TR("Largest transition error"),
                                     LS_TR("Max |T - T*|."), {"9"}),
                      analysisResult("dwellVariation", LS_TR("Dwell variation"), LS_TR("sd / mean."), {"9"}),
                      analysisResult("meanNorm", LS_TR("Mean |h|"), LS_TR("Of the states."), {"9"})}};
}

AnalysisDescription units() {
  return {
      .id = "units",
      .title = LS_TR("Units"),
      .doc = LS_TR("Which units leave a symbol: e_u = exit rate with unit u's recurrent drive off minus that of the "
                   "net; the leading group switched off together, and five random groups beside it."),
      .arguments = {integer("from", LS_TR("From symbol"), 0, 0, 7, LS_TR("The symbol that is left.")),
                    integer("group", LS_TR("Group"), 3, 1, 32, LS_TR("Units switched off together."))},
      .results = {
          analysisResult("effect", "e_u", LS_TR("Change of the exit rate from every symbol."), {"H", "K"}),
          analysisResult("ownEffect", LS_TR("e_u from the symbol"),
                         LS_TR("Its column, most negative first; ids are the units."), {"H"}),
          analysisResult("cluster", LS_TR("Cluster"), LS_TR("Mean pre-activation in the symbol's cluster."), {"H"}),
          analysisResult("kick", LS_TR("Kick-zone"), LS_TR("The same where the symbol is about to be left."), {"H"}),
          analysisResult("transition", LS_TR("Transition"), LS_TR("The same where it is left at once."), {"H"}),
          analysisResult("signature", LS_TR("Signature"),
                         LS_TR("(leaving - cluster) / sd of units negative in the cluster and positive after."), {"H"}),
          analysisResult("leaving", LS_TR("Leaving"), LS_TR("Mean pre-activation one step after an exit."), {"H"}),
          analysisResult("active", LS_TR("Active"), LS_TR("Share of time with h > 0."), {"H"}),
          analysisResult("ranked", LS_TR("Ranked"), LS_TR("Units by e_u, most negative first."), {"H"}),
          analysisResult("exitRate", LS_TR("Exit rate"), LS_TR("Of the net, per step."), {}),
          analysisResult("exitRateWithout", LS_TR("Exit rate without"), LS_TR("Group switched off."), {}),
          analysisResult("occupancy", LS_TR("Occupancy"), LS_TR("Share of time in the symbol."), {}),
          analysisResult("occupancyWithout", LS_TR("Occupancy without"), LS_TR("Group switched off."), {}),
          analysisResult("exitRateControls", LS_TR("Exit rates of controls"),
                         LS_TR("As many random active units switched off."), {"5"}),
          analysisResult("exitRates", LS_TR("Exit rates"), LS_TR("Net, group switched off, five controls."), {"7"})}};
}

AnalysisDescription blocks() {
  return {.id = "blocks",
          .title = LS_TR("Blocks of W"),
          .doc = LS_TR("W sorted: units that leave the first symbol, units that leave the last, the integrating units "
                       "that one group excites and the other inhibits, and the others."),
          .arguments = {integer("group", LS_TR("Group"), 3, 1, 32, LS_TR("Units of each direction.")),
                        real("share", LS_TR("Share"), 0.45, 0, 1, LS_TR("Of the units that may be integrating."))},
          .results = {analysisResult("weights", "W", LS_TR("Row: to, column: from; ids are the units."), {"H", "H"}),
                      analysisResult("means", LS_TR("Block means"), LS_TR("Mean weight to (row) and from a block."),
                                     {"4", "4"}),
                      analysisResult("order", LS_TR("Order"), LS_TR("The units."), {"H"}),
                      analysisResult("block", LS_TR("Block"),
                                     LS_TR("0 leaves the first symbol, 1 the last, 2 integrates, 3 others."), {"H"})}};
}

AnalysisDescription regions() {
  return {.id = "regions",
          .title = LS_TR("Region iteration"),
          .doc = LS_TR("Exact fixed points of a ReLU net with biases: h <- (I - D W)^-1 D b with D the active units, "
                       "until D repeats, from visited states."),
          .arguments = {integer("starts", LS_TR("Starts"), 40, 1, 400, LS_TR("Visited states."))},
          .results = {analysisResult("paths", LS_TR("Paths"), LS_TR("Segments from iterate to iterate."), {"2E", "3"}),
                      analysisResult("iteration", LS_TR("Iteration"), LS_TR("Of a segment, from 1."), {"2E"}),
                      analysisResult("states", LS_TR("States"), LS_TR("Distinct fixed points."), {"F", "H"}),
                      analysisResult("positions", LS_TR("Positions"), LS_TR("In the portrait."), {"F", "3"}),
                      analysisResult("active", LS_TR("Active"), LS_TR("Units active there."), {"F"}),
                      analysisResult("unstable", LS_TR("Unstable directions"),
                                     LS_TR("Eigenvalues of D W outside the unit circle."), {"F"}),
                      analysisResult("starts", LS_TR("Starts"), LS_TR("Starts that led there."), {"F"}),
                      analysisResult("unsolved", LS_TR("Unsolved"), LS_TR("Starts that cycle among regions."), {})}};
}

AnalysisDescription states() {
  return {.id = "states",
          .title = LS_TR("States and a unit"),
          .doc = LS_TR("Visited states with what can colour them: the pre-activation of one unit, the speed of the "
                       "silent map, the symbol."),
          .arguments = {integer("unit", LS_TR("Unit"), 0, 0, 255, LS_TR("Whose pre-activation; clipped to H - 1.")),
                        integer("count", LS_TR("States"), 1500, 1, 5000, LS_TR("Spread over 100 chains."))},
          .results = {analysisResult("positions", LS_TR("Positions"), LS_TR("In the portrait."), {"N", "3"}),
                      analysisResult("preActivation", LS_TR("Pre-activation"), "(W h + b)_u", {"N"}),
                      analysisResult("speed", LS_TR("log10 q"), "|F(h) - h|² / 2", {"N"}),
                      analysisResult("symbol", LS_TR("Symbol"), LS_TR("argmax of the logits."), {"N"})}};
}

AnalysisDescription exitAverage() {
  return {.id = "exit-average",
          .title = LS_TR("Exit-triggered average"),
          .doc = LS_TR("Mean pre-activation of the three units with the most negative e_u around exits."),
          .arguments = {integer("from", LS_TR("From symbol"), 0, 0, 7, LS_TR("The symbol that is left."))},
          .results = {analysisResult("units", LS_TR("Units"), LS_TR("Which they are."), {"3"}),
                      analysisResult("lag", LS_TR("Lag"), LS_TR("Steps from the exit."), {"21"}),
                      analysisResult("unit1", LS_TR("First"), LS_TR("Mean pre-activation."), {"21"}),
                      analysisResult("unit2", LS_TR("Second"), LS_TR("Mean pre-activation."), {"21"}),
                      analysisResult("unit3", LS_TR("Third"), LS_TR("Mean pre-activation."), {"21"})}};
}

AnalysisDescription rollouts() {
  return {
      .id = "rollouts",
      .title = LS_TR("Push a state"),
      .doc = LS_TR("Noisy rollouts from a point of the portrait, lifted to a state by the nearest visited ones."),
      .arguments = {real("x", "x", 0, -20, 20, LS_TR("First axis.")), real("y", "y", 0, -20, 20, LS_TR("Second axis.")),
                    real("z", "z", 0, -20, 20, LS_TR("Third axis.")),
                    integer("count", LS_TR("Rollouts"), 10, 1, 100, LS_TR("From the same point.")),
                    integer("steps", LS_TR("Steps"), 40, 1, 200, LS_TR("Of each rollout."))},
      .results = {analysisResult("paths", LS_TR("Paths"), LS_TR("Segments in the portrait."), {"2E", "3"}),
                  analysisResult("symbols", LS_TR("Symbols"), LS_TR("argmax of the logits."), {"2E"})}};
}

}  // namespace

std::vector<AnalysisDescription> analyses() {
  std::vector<AnalysisDescription> list{fixedPoints(), flowField(), silence(), noiseSweep(), units(),
                                        exitAverage(), rollouts(),  blocks(),  regions(),    states()};
  list.push_back({.id = "sequence-distance",
                  .title = LS_TR("Sequence distance"),
                  .doc = LS_TR("Euclidean distance of each generated sequence to the target sequence of its largest "
                               "transport-plan entry, and of target to target."),
                  .arguments = {integer("sequences", LS_TR("Sequences"), 500, 50, 2000, LS_TR("Of each batch."))},
                  .results = {analysisResult("distance", LS_TR("Net to target"), LS_TR("Mean distance."), {}),
                              analysisResult("reference", LS_TR("Target to target"), LS_TR("Mean distance."), {}),
                              analysisResult("ratio", LS_TR("Ratio"), LS_TR("Net over reference."), {})}});
  list.push_back(
      {.id = "noise-sensitivity",
       .title = LS_TR("Noise sensitivity"),
       .doc =
           LS_TR("100 rollouts of 5 steps from each of ten cluster and ten transition states with noise (1 - γ) frozen "
                 "+ γ fresh, γ = 0, 0.5, 1."),
       .arguments = {},
       .results = {
           analysisResult("clusterVariance", LS_TR("Cluster variance"), LS_TR("Trace."), {"3"}),
           analysisResult("clusterDistance", LS_TR("Cluster distance"), LS_TR("Mean, to the mean."), {"3"}),
           analysisResult("transitionVariance", LS_TR("Transition variance"), LS_TR("Trace."), {"3"}),
           analysisResult("transitionDistance", LS_TR("Transition distance"), LS_TR("Mean, to the mean."), {"3"})}});
  list.push_back(
      {.id = "pairs",
       .title = LS_TR("Orbits of pairs"),
       .doc = LS_TR("For each pair of symbols: runs longer than 20 steps within the two, and the rotation "
                    "index of their first 21 states."),
       .arguments = {},
       .results = {analysisResult("first", LS_TR("First symbol"), LS_TR("Of the pair."), {"P"}),
                   analysisResult("second", LS_TR("Second symbol"), LS_TR("Of the pair."), {"P"}),
                   analysisResult("runs", LS_TR("Runs"), LS_TR("Of 100,000 steps."), {"P"}),
                   analysisResult("rotation", LS_TR("Rotation index"), LS_TR("Empty below 5 runs."), {"P"})}});
  for (AnalysisDescription& analysis : list) {
    analysis.arguments.push_back(real("probeNoise", LS_TR("Noise of the probe"), 1, 0, 5,
                                      LS_TR("Times σ, in the copy that is looked at; training is left alone.")));
    analysis.arguments.push_back({.id = "probeWithout",
                                  .title = LS_TR("Units off in the probe"),
                                  .type = List,
                                  .fallback = Json::array(),
                                  .doc = LS_TR("Units without recurrent drive (μ = 0) in the copy, 0..H-1."),
                                  .minimum = 0,
                                  .maximum = 255});
  }
  return list;
}

std::vector<InterventionDescription> interventions() {
  const Parameter units{.id = "units",
                        .title = LS_TR("Units"),
                        .type = List,
                        .fallback = Json::array({0}),
                        .doc = LS_TR("Which units, 0..H-1."),
                        .minimum = 0,
                        .maximum = 255};
  return {
      {.id = "set-gains",
       .title = LS_TR("Set unit gains"),
       .doc =
           LS_TR("z_u = μ (W h)_u + ν (U x)_u: μ = 0 ablates the unit's recurrent drive, ν = 0 keeps the noise away."),
       .arguments = {units, real("recurrent", "μ", 0, 0, 2, LS_TR("Gain on the recurrent drive.")),
                     real("noise", "ν", 1, 0, 2, LS_TR("Gain on the noise drive."))}},
      {.id = "noise-into",
       .title = LS_TR("Noise into these units only"),
       .doc = LS_TR("ν = 1 for these units and 0 for all others."),
       .arguments = {units}},
      {.id = "reset-gains", .title = LS_TR("Reset unit gains"), .doc = LS_TR("All gains back to 1."), .arguments = {}},
      {.id = "add-bias",
       .title = LS_TR("Add a bias"),
       .doc = LS_TR("Adds a bias vector, trained from now on: turns rays into fixed points."),
       .arguments = {{.id = "direction",
                      .title = LS_TR("Direction"),
                      .type = Choice,
                      .fallback = "random",
                      .doc = LS_TR("Random, or along the readout of the last minus the first symbol."),
                      .choices = {{"random", LS_TR("Random")}, {"readout", LS_TR("Readout")}}},
                     real("size", LS_TR("Size"), 0.5, 0, 1, LS_TR("Norm of the vector."))}},
      {.id = "reset-optimizer",
       .title = LS_TR("Reset the optimizer"),
       .doc = LS_TR("Forgets Adam's moments."),
       .arguments = {}},
      redrawIntervention(),
  };
}

}  // namespace learnscope::rnnhmm
