// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/rnn_hmm/description.h"

namespace learnscope::rnnhmm {
namespace {

void addSymbols(MeasureList& list) {
  list.heading(LS_TR("Symbols"), "scalars");
  list.scalar("loss", LS_TR("Divergence"),
              LS_TR("Sinkhorn divergence at the training blur between windows of 500 generated and 500 fresh "
                    "target sequences, in mismatching steps."),
              "steps");
  list.scalar("floor", LS_TR("Floor"),
              LS_TR("The same between two batches of the target: what a perfect net reaches, not 0. Mean of "
                    "4 draws."),
              "steps");
  list.scalar("frequencyError", LS_TR("Frequency error"), LS_TR("max_a |f_a - f*_a|, 0..1."));
  list.scalar("transitionError", LS_TR("Transition error"),
              LS_TR("mean |T - T*| over rows of symbols with f* >= 0.05, 0..1."));
  list.scalar("largestTransitionError", LS_TR("Largest transition error"), LS_TR("max |T - T*| over the same rows."));
  list.scalar("changes", LS_TR("Changes"), LS_TR("Mean number of symbol changes in a sequence, 0..L-1."));
  list.scalar("changesSpread", LS_TR("Spread of changes"), LS_TR("Its standard deviation."));
  list.scalar("targetChanges", LS_TR("Changes of the target"), LS_TR("(L-1)(1 - tr J^(1)), exact."));
  for (const char* lag : {"1", "5", "10", "20"})
    list.scalar(std::string("excess").append(lag), std::string("r_").append(lag),
                LS_TR("Excess autocorrelation at that lag: mean over the first and the last symbol of "
                      "P(same symbol k steps later) - f²; sees memory that T misses."));
  list.array("frequencies", LS_TR("Frequencies"), LS_TR("f of the net."), {"K"});
  list.array("targetFrequencies", LS_TR("Target frequencies"), LS_TR("f* of the process, exact."), {"K"});
  list.array("transitions", LS_TR("Transitions"),
             LS_TR("T of the net; a row of a symbol that was never emitted is empty."), {"K", "K"});
  list.array("targetTransitions", LS_TR("Target transitions"),
             LS_TR("T* of the process, exact: row-normalised sum_ij pi_i E_ia A_ij E_jb."), {"K", "K"});
  list.array("transitionDifference", LS_TR("Transition difference"), LS_TR("T - T*."), {"K", "K"});
  list.array("excess", LS_TR("Excess autocorrelation"), LS_TR("r_k of the net, lags 1..20."), {"lag"});
  list.array("targetExcess", LS_TR("Target autocorrelation"), LS_TR("r_k of the process."), {"lag"});
  list.array("strips", LS_TR("Emitted symbols"),
             LS_TR("200 symbols of the process and of the net, the one above the other in an order that "
                   "changes from record to record."),
             {"2", "200"});
  list.array("stripProcess", LS_TR("Strip of the process"), LS_TR("The row of strips that is it."), {"1"});
}

void addDynamics(MeasureList& list) {
  list.heading(LS_TR("Dynamics"), "dynamics");
  list.scalar("changeRate", LS_TR("Change rate TR"),
              LS_TR("Changes of the largest logit per step, 100 chains of 200 steps after 20."));
  list.scalar("dwellVariation", LS_TR("Dwell variation"),
              LS_TR("sd / mean of the times between two changes; sqrt(1-q) for a Markov chain."));
  list.scalar("meanNorm", LS_TR("Mean |h|"), LS_TR("Mean norm of the state."));
  list.scalar("growth", LS_TR("Growth factor g"),
              LS_TR("Growth of the silent net without biases per step: geometric mean over the last 100 of 600 "
                    "renormalised steps; a ReLU net is stable below 1."));
  list.scalar("rays", LS_TR("Rays"), LS_TR("Distinct directions in which silent states end."));
  list.scalar("shareUnstable", LS_TR("Unstable share"),
              LS_TR("Share of 100 states whose Jacobian has an eigenvalue outside the unit circle."));
  list.scalar("unstable", LS_TR("Unstable directions"), LS_TR("Their mean number."));
  list.scalar("criticalShare", LS_TR("Critical share"),
              LS_TR("Share of states with a pair |Re zeta| < 0.1, Im zeta > 0.05, zeta = (l-1)/(l+1)."));
  list.scalar("participation", LS_TR("Participation ratio"), LS_TR("(sum l)² / sum l² of the covariance of h, 1..H."));
  list.scalar("rotation", LS_TR("Rotation index"),
              LS_TR("Largest singular value of (C - C')/2, C the lag-1 covariance of the six leading "
                    "components, whitened; 0..0.5. Untrained nets have about 0.1."));
  list.scalar("turns", LS_TR("Winding"), LS_TR("Net turns in the orbit plane."), LS_TR("turns / 1000 steps"));
  list.scalar("agreement", LS_TR("Winding agreement"), LS_TR("Share of chains that turn the same way."));
  list.scalar("slowest", LS_TR("Slowest correlation"),
              LS_TR("Largest eigenvalue modulus of the whitened lag-1 covariance."));
  list.scalar("firstComponent", LS_TR("Variance in PC 1"), LS_TR("Share of the variance of h."));
  list.scalar("readoutLength", LS_TR("Readout angle"),
              LS_TR("Length of the projection of the unit readouts of the first and last symbol on PC 1-2."));
  list.array("cloud", LS_TR("Visited states"),
             LS_TR("Orbit plane (leading rotation) and third axis, each of unit variance."), {"1000", "3"});
  list.array("cloudSymbol", LS_TR("Symbol of a state"), LS_TR("argmax of its logits."), {"1000"});
  list.array("trajectory", LS_TR("Trajectory"), LS_TR("One chain, step by step."), {"200", "3"});
  list.array("trajectorySymbol", LS_TR("Symbol on the trajectory"), LS_TR("argmax of the logits."), {"200"});
  list.array("directions", LS_TR("Directions"), LS_TR("h/|h| on the unit sphere of its three leading directions."),
             {"600", "3"});
  list.array("directionSymbol", LS_TR("Symbol of a direction"), "argmax.", {"600"});
  list.array("rayFeet", LS_TR("Feet of the rays"), LS_TR("The silent state, once a ray."), {"R", "3"});
  list.array("rayWays", LS_TR("Rays in the portrait"),
             LS_TR("From there outwards, 1.5 times the mean norm of the states long."), {"R", "3"});
  list.array("rayDirections", LS_TR("Rays on the sphere"), LS_TR("Unit vectors."), {"R", "3"});
  list.array("rayDirectionSymbol", LS_TR("Symbol of a pin"), LS_TR("argmax of its logits."), {"R"});
  list.array("eigenvalues", LS_TR("Local eigenvalues"),
             LS_TR("Real and imaginary part at 25 states; for ReLU those of W on the active units."), {"N", "2"});
}

void addSilence(MeasureList& list) {
  list.heading(LS_TR("Silence"), "collapse");
  list.scalar("collapseMedian", LS_TR("Median collapse"),
              LS_TR("Silent steps until a noisy state has 1 % of its norm, median of those of 200 that get "
                    "there in 500."),
              LS_TR("steps"));
  list.scalar("collapseLongest", LS_TR("Longest collapse"), LS_TR("The longest of them."), LS_TR("steps"));
  list.scalar("collapsed", LS_TR("Collapsed"), LS_TR("Share of the 200 states that get there."));
  list.scalar("amplification", LS_TR("Amplification"), LS_TR("Largest norm on the way over the norm at the start."));
  list.scalar("stablePoints", LS_TR("Stable fixed points"), LS_TR("Of the silent net."));
  list.scalar("saddles", LS_TR("Unstable fixed points"), LS_TR("Of the silent net."));
  list.scalar("slowPoints", LS_TR("Slow points"), LS_TR("1e-12 <= q < 1e-4."));
  list.array("fixedPoints", LS_TR("Fixed points"),
             LS_TR("In the portrait; ids are identities through training (nearest match)."), {"F", "3"});
  list.array("fixedKind", LS_TR("Kind of fixed point"), LS_TR("0 stable, 1 unstable."), {"F"});
  list.array("fixedReadout", LS_TR("Readout at the fixed point"),
             LS_TR("Logit of the last minus that of the first symbol."), {"F"});
  list.array("fixedBasin", LS_TR("Basin"), LS_TR("Share of silent trajectories that end there."), {"F"});
  list.array("fixedDirections", LS_TR("Unstable directions"),
             LS_TR("Segments along unstable eigenvectors, as long as |lambda|."), {"2E", "3"});
  list.array("slowPlaces", LS_TR("Slow points"), LS_TR("In the portrait."), {"S", "3"});
  list.array("meanPoints", LS_TR("Fixed points under noise"),
             LS_TR("Of the mean map E[h_{t+1} | h_t], in the portrait."), {"M", "3"});
  list.scalar("meanModulus", LS_TR("Modulus under noise"),
              LS_TR("Largest |lambda| of the mean map at its fixed point that most starts lead to."));
  list.heading(LS_TR("Silence"), "swarm");
  list.array("swarm", LS_TR("Swarm"), LS_TR("200 states that live on, 4 steps a record, with the noise on or off."),
             {"200", "3"});
  list.array("swarmSymbol", LS_TR("Symbol of the swarm"), LS_TR("argmax of the logits."), {"200"});
  list.scalar("swarmTimer", LS_TR("Timer of the swarm"),
              LS_TR("Silent steps until the swarm's size is 1 %, or so far."), LS_TR("steps"));
  list.scalar("swarmNorm", LS_TR("Norm of the swarm"), LS_TR("Mean norm over the one when the noise was last on."));
}

void addZones(MeasureList& list) {
  list.heading(LS_TR("Zones"), "residency");
  list.array("zoneCloud", LS_TR("Sampled states"), LS_TR("In the portrait."), {"1000", "3"});
  list.array("zone", LS_TR("Zone"),
             LS_TR("0 unassigned, 1 cluster (RT > 8, softmax > 0.8), 2 kick-zone (2..8), 3 transition "
                   "(RT < 2)."),
             {"1000"});
  list.array("residency", LS_TR("Residency RT"),
             LS_TR("Mean steps until the largest logit changes, 20 noisy rollouts, at most 60."), {"1000"});
  list.array("signChanges", LS_TR("Sign changes"),
             LS_TR("Of the steps of the starting symbol's logit, mean of the rollouts."), {"1000"});
  list.array("residencyHistogram", LS_TR("Residency histogram"),
             LS_TR("Share of a zone's states by RT, 5 steps a bin."), {"4", "12"});
  list.array("signHistogram", LS_TR("Sign-change histogram"),
             LS_TR("Share of a zone's states by sign changes, one a bin; the last takes all more."), {"4", "12"});
  list.array("zoneEigenvalues", LS_TR("Local eigenvalues by zone"),
             LS_TR("Real and imaginary part at up to 8 states of clusters, kick-zones and transitions."), {"N", "2"});
  list.array("zoneOfEigenvalue", LS_TR("Zone of an eigenvalue"), LS_TR("As zone."), {"N"});
  list.array("zoneShare", LS_TR("Share of a zone"), LS_TR("Of the states."), {"4"});
  list.array("zoneResidency", LS_TR("Residency by zone"), LS_TR("Mean RT."), {"4"});
  list.array("zoneUnstable", LS_TR("Unstable directions by zone"), LS_TR("Mean number."), {"4"});
  list.array("zoneSignChanges", LS_TR("Sign changes by zone"), LS_TR("Mean."), {"4"});
}

}  // namespace

std::vector<Measure> measures() {
  MeasureList list;
  addSymbols(list);
  addDynamics(list);
  addSilence(list);
  addZones(list);
  return list.take();
}

}  // namespace learnscope::rnnhmm
