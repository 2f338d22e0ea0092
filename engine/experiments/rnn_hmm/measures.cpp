// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/description.h"

namespace learnscope::rnnhmm {
namespace {

Measure scalar(const char* id, const char* title, const char* doc, const char* group, const char* cadence,
               const char* unit = "") {
  return {.id = id, .title = title, .doc = doc, .unit = unit, .cadence = cadence, .group = group};
}

Measure array(const char* id, const char* title, std::vector<std::string> shape, const char* doc, const char* group,
              const char* cadence) {
  return {.id = id,
          .title = title,
          .doc = doc,
          .kind = MeasureKind::Array,
          .shape = std::move(shape),
          .cadence = cadence,
          .group = group};
}

void addSymbols(std::vector<Measure>& list) {
  const char* group = LS_TR("Symbols");
  const char* at = "scalars";
  list.push_back(scalar("loss", LS_TR("Divergence"),
                        LS_TR("Sinkhorn divergence at the training blur between windows of 500 generated and 500 fresh "
                              "target sequences, in mismatching steps."),
                        group, at, "steps"));
  list.push_back(scalar("floor", LS_TR("Floor"),
                        LS_TR("The same between two batches of the target: what a perfect net reaches, not 0. Mean of "
                              "4 draws."),
                        group, at, "steps"));
  list.push_back(scalar("frequencyError", LS_TR("Frequency error"), LS_TR("max_a |f_a - f*_a|, 0..1."), group, at));
  list.push_back(scalar("transitionError", LS_TR("Transition error"),
                        LS_TR("mean |T - T*| over rows of symbols with f* >= 0.05, 0..1."), group, at));
  list.push_back(scalar("largestTransitionError", LS_TR("Largest transition error"),
                        LS_TR("max |T - T*| over the same rows."), group, at));
  list.push_back(
      scalar("changes", LS_TR("Changes"), LS_TR("Mean number of symbol changes in a sequence, 0..L-1."), group, at));
  list.push_back(scalar("changesSpread", LS_TR("Spread of changes"), LS_TR("Its standard deviation."), group, at));
  list.push_back(
      scalar("targetChanges", LS_TR("Changes of the target"), LS_TR("(L-1)(1 - tr J^(1)), exact."), group, at));
  for (const char* lag : {"1", "5", "10", "20"})
    list.push_back(scalar((std::string("excess") + lag).c_str(), (std::string("r_") + lag).c_str(),
                          LS_TR("Excess autocorrelation at that lag: mean over the first and the last symbol of "
                                "P(same symbol k steps later) - f²; sees memory that T misses."),
                          group, at));
  list.push_back(array("frequencies", LS_TR("Frequencies"), {"K"}, LS_TR("f of the net."), group, at));
  list.push_back(
      array("targetFrequencies", LS_TR("Target frequencies"), {"K"}, LS_TR("f* of the process, exact."), group, at));
  list.push_back(array("transitions", LS_TR("Transitions"), {"K", "K"},
                       LS_TR("T of the net; a row of a symbol that was never emitted is empty."), group, at));
  list.push_back(array("targetTransitions", LS_TR("Target transitions"), {"K", "K"},
                       LS_TR("T* of the process, exact: row-normalised sum_ij pi_i E_ia A_ij E_jb."), group, at));
  list.push_back(
      array("transitionDifference", LS_TR("Transition difference"), {"K", "K"}, LS_TR("T - T*."), group, at));
  list.push_back(
      array("excess", LS_TR("Excess autocorrelation"), {"lag"}, LS_TR("r_k of the net, lags 1..20."), group, at));
  list.push_back(
      array("targetExcess", LS_TR("Target autocorrelation"), {"lag"}, LS_TR("r_k of the process."), group, at));
  list.push_back(array("strips", LS_TR("Emitted symbols"), {"2", "200"},
                       LS_TR("200 symbols of the process and of the net, the one above the other in an order that "
                             "changes from record to record."),
                       group, at));
  list.push_back(
      array("stripProcess", LS_TR("Strip of the process"), {"1"}, LS_TR("The row of strips that is it."), group, at));
}

void addDynamics(std::vector<Measure>& list) {
  const char* group = LS_TR("Dynamics");
  const char* at = "dynamics";
  list.push_back(scalar("changeRate", LS_TR("Change rate TR"),
                        LS_TR("Changes of the largest logit per step, 100 chains of 200 steps after 20."), group, at));
  list.push_back(scalar("dwellVariation", LS_TR("Dwell variation"),
                        LS_TR("sd / mean of the times between two changes; sqrt(1-q) for a Markov chain."), group, at));
  list.push_back(scalar("meanNorm", LS_TR("Mean |h|"), LS_TR("Mean norm of the state."), group, at));
  list.push_back(
      scalar("growth", LS_TR("Growth factor g"),
             LS_TR("Growth of the silent net without biases per step: geometric mean over the last 100 of 600 "
                   "renormalised steps; a ReLU net is stable below 1."),
             group, at));
  list.push_back(scalar("rays", LS_TR("Rays"), LS_TR("Distinct directions in which silent states end."), group, at));
  list.push_back(scalar("shareUnstable", LS_TR("Unstable share"),
                        LS_TR("Share of 100 states whose Jacobian has an eigenvalue outside the unit circle."), group,
                        at));
  list.push_back(scalar("unstable", LS_TR("Unstable directions"), LS_TR("Their mean number."), group, at));
  list.push_back(scalar("criticalShare", LS_TR("Critical share"),
                        LS_TR("Share of states with a pair |Re zeta| < 0.1, Im zeta > 0.05, zeta = (l-1)/(l+1)."),
                        group, at));
  list.push_back(scalar("participation", LS_TR("Participation ratio"),
                        LS_TR("(sum l)² / sum l² of the covariance of h, 1..H."), group, at));
  list.push_back(scalar("rotation", LS_TR("Rotation index"),
                        LS_TR("Largest singular value of (C - C')/2, C the lag-1 covariance of the six leading "
                              "components, whitened; 0..0.5. Untrained nets have about 0.1."),
                        group, at));
  list.push_back(scalar("turns", LS_TR("Winding"), LS_TR("Net turns in the orbit plane."), group, at,
                        LS_TR("turns / 1000 steps")));
  list.push_back(
      scalar("agreement", LS_TR("Winding agreement"), LS_TR("Share of chains that turn the same way."), group, at));
  list.push_back(scalar("slowest", LS_TR("Slowest correlation"),
                        LS_TR("Largest eigenvalue modulus of the whitened lag-1 covariance."), group, at));
  list.push_back(scalar("firstComponent", LS_TR("Variance in PC 1"), LS_TR("Share of the variance of h."), group, at));
  list.push_back(scalar("readoutLength", LS_TR("Readout angle"),
                        LS_TR("Length of the projection of the unit readouts of the first and last symbol on PC 1-2."),
                        group, at));
  list.push_back(array("cloud", LS_TR("Visited states"), {"1000", "3"},
                       LS_TR("Orbit plane (leading rotation) and third axis, each of unit variance."), group, at));
  list.push_back(array("cloudSymbol", LS_TR("Symbol of a state"), {"1000"}, LS_TR("argmax of its logits."), group, at));
  list.push_back(array("trajectory", LS_TR("Trajectory"), {"200", "3"}, LS_TR("One chain, step by step."), group, at));
  list.push_back(
      array("trajectorySymbol", LS_TR("Symbol on the trajectory"), {"200"}, LS_TR("argmax of the logits."), group, at));
  list.push_back(array("directions", LS_TR("Directions"), {"600", "3"},
                       LS_TR("h/|h| on the unit sphere of its three leading directions."), group, at));
  list.push_back(array("directionSymbol", LS_TR("Symbol of a direction"), {"600"}, "argmax.", group, at));
  list.push_back(
      array("rayFeet", LS_TR("Feet of the rays"), {"R", "3"}, LS_TR("The silent state, once a ray."), group, at));
  list.push_back(array("rayWays", LS_TR("Rays in the portrait"), {"R", "3"},
                       LS_TR("From there outwards, 1.5 times the mean norm of the states long."), group, at));
  list.push_back(array("rayDirections", LS_TR("Rays on the sphere"), {"R", "3"}, LS_TR("Unit vectors."), group, at));
  list.push_back(
      array("rayDirectionSymbol", LS_TR("Symbol of a pin"), {"R"}, LS_TR("argmax of its logits."), group, at));
  list.push_back(array("eigenvalues", LS_TR("Local eigenvalues"), {"N", "2"},
                       LS_TR("Real and imaginary part at 25 states; for ReLU those of W on the active units."), group,
                       at));
}

void addSilence(std::vector<Measure>& list) {
  const char* group = LS_TR("Silence");
  list.push_back(scalar("collapseMedian", LS_TR("Median collapse"),
                        LS_TR("Silent steps until a noisy state has 1 % of its norm, median of those of 200 that get "
                              "there in 500."),
                        group, "collapse", LS_TR("steps")));
  list.push_back(scalar("collapseLongest", LS_TR("Longest collapse"), LS_TR("The longest of them."), group, "collapse",
                        LS_TR("steps")));
  list.push_back(
      scalar("collapsed", LS_TR("Collapsed"), LS_TR("Share of the 200 states that get there."), group, "collapse"));
  list.push_back(scalar("amplification", LS_TR("Amplification"),
                        LS_TR("Largest norm on the way over the norm at the start."), group, "collapse"));
  list.push_back(scalar("stablePoints", LS_TR("Stable fixed points"), LS_TR("Of the silent net."), group, "collapse"));
  list.push_back(scalar("saddles", LS_TR("Unstable fixed points"), LS_TR("Of the silent net."), group, "collapse"));
  list.push_back(scalar("slowPoints", LS_TR("Slow points"), LS_TR("1e-12 <= q < 1e-4."), group, "collapse"));
  list.push_back(array("fixedPoints", LS_TR("Fixed points"), {"F", "3"},
                       LS_TR("In the portrait; ids are identities through training (nearest match)."), group,
                       "collapse"));
  list.push_back(
      array("fixedKind", LS_TR("Kind of fixed point"), {"F"}, LS_TR("0 stable, 1 unstable."), group, "collapse"));
  list.push_back(array("fixedReadout", LS_TR("Readout at the fixed point"), {"F"},
                       LS_TR("Logit of the last minus that of the first symbol."), group, "collapse"));
  list.push_back(array("fixedBasin", LS_TR("Basin"), {"F"}, LS_TR("Share of silent trajectories that end there."),
                       group, "collapse"));
  list.push_back(array("fixedDirections", LS_TR("Unstable directions"), {"2E", "3"},
                       LS_TR("Segments along unstable eigenvectors, as long as |lambda|."), group, "collapse"));
  list.push_back(array("slowPlaces", LS_TR("Slow points"), {"S", "3"}, LS_TR("In the portrait."), group, "collapse"));
  list.push_back(array("meanPoints", LS_TR("Fixed points under noise"), {"M", "3"},
                       LS_TR("Of the mean map E[h_{t+1} | h_t], in the portrait."), group, "collapse"));
  list.push_back(scalar("meanModulus", LS_TR("Modulus under noise"),
                        LS_TR("Largest |lambda| of the mean map at its fixed point that most starts lead to."), group,
                        "collapse"));
  list.push_back(array("swarm", LS_TR("Swarm"), {"200", "3"},
                       LS_TR("200 states that live on, 4 steps a record, with the noise on or off."), group, "swarm"));
  list.push_back(
      array("swarmSymbol", LS_TR("Symbol of the swarm"), {"200"}, LS_TR("argmax of the logits."), group, "swarm"));
  list.push_back(scalar("swarmTimer", LS_TR("Timer of the swarm"),
                        LS_TR("Silent steps until the swarm's size is 1 %, or so far."), group, "swarm",
                        LS_TR("steps")));
  list.push_back(scalar("swarmNorm", LS_TR("Norm of the swarm"),
                        LS_TR("Mean norm over the one when the noise was last on."), group, "swarm"));
}

void addZones(std::vector<Measure>& list) {
  const char* group = LS_TR("Zones");
  const char* at = "residency";
  list.push_back(array("zoneCloud", LS_TR("Sampled states"), {"1000", "3"}, LS_TR("In the portrait."), group, at));
  list.push_back(array("zone", LS_TR("Zone"), {"1000"},
                       LS_TR("0 unassigned, 1 cluster (RT > 8, softmax > 0.8), 2 kick-zone (2..8), 3 transition "
                             "(RT < 2)."),
                       group, at));
  list.push_back(array("residency", LS_TR("Residency RT"), {"1000"},
                       LS_TR("Mean steps until the largest logit changes, 20 noisy rollouts, at most 60."), group, at));
  list.push_back(array("signChanges", LS_TR("Sign changes"), {"1000"},
                       LS_TR("Of the steps of the starting symbol's logit, mean of the rollouts."), group, at));
  list.push_back(array("residencyHistogram", LS_TR("Residency histogram"), {"4", "12"},
                       LS_TR("Share of a zone's states by RT, 5 steps a bin."), group, at));
  list.push_back(array("signHistogram", LS_TR("Sign-change histogram"), {"4", "12"},
                       LS_TR("Share of a zone's states by sign changes, one a bin; the last takes all more."), group,
                       at));
  list.push_back(array("zoneEigenvalues", LS_TR("Local eigenvalues by zone"), {"N", "2"},
                       LS_TR("Real and imaginary part at up to 8 states of clusters, kick-zones and transitions."),
                       group, at));
  list.push_back(array("zoneOfEigenvalue", LS_TR("Zone of an eigenvalue"), {"N"}, LS_TR("As zone."), group, at));
  list.push_back(array("zoneShare", LS_TR("Share of a zone"), {"4"}, LS_TR("Of the states."), group, at));
  list.push_back(array("zoneResidency", LS_TR("Residency by zone"), {"4"}, LS_TR("Mean RT."), group, at));
  list.push_back(array("zoneUnstable", LS_TR("Unstable directions by zone"), {"4"}, LS_TR("Mean number."), group, at));
  list.push_back(array("zoneSignChanges", LS_TR("Sign changes by zone"), {"4"}, LS_TR("Mean."), group, at));
}

}  // namespace

std::vector<Measure> measures() {
  std::vector<Measure> list;
  addSymbols(list);
  addDynamics(list);
  addSilence(list);
  addZones(list);
  return list;
}

}  // namespace learnscope::rnnhmm
