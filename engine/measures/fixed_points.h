// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <functional>
#include <span>
#include <vector>

#include "engine/measures/recurrent_map.h"

namespace learnscope {

/// q(h) = |F(h) - h|^2 / 2 (Sussillo & Barak 2013).
struct FixedPointOptions {
  double fixedSpeed = 1e-12;    ///< q below it: fixed point
  double slowSpeed = 1e-4;      ///< q below it: slow point
  double stopSpeed = 1e-20;     ///< the solver stops here
  int iterations = 60;          ///< of Levenberg-Marquardt, per start
  double mergeDistance = 1e-3;  ///< points nearer than this times max(1, |h|) are one
  int silentSteps = 500;        ///< how long a silent trajectory is followed
  int leaders = 96;             ///< starts solved one by one before the others are followed; all of fewer starts
  int mostPoints = 256;         ///< distinct points kept (those farthest apart), fixed and slow together
  double outliers = 10;  ///< solutions farther from the starts' centre than this times the farthest start are none
  bool spectra = true;   ///< eigenvalues and eigenvectors
};

struct FixedPoint {
  std::vector<double> state;  ///< [D]
  double q = 0;
  bool slow = false;                              ///< a slow point: slowSpeed > q >= fixedSpeed
  int unstable = -1;                              ///< eigenvalues of modulus > 1; -1 where the Jacobian is undefined
  std::vector<std::complex<double>> eigenvalues;  ///< by descending modulus
  std::vector<double> directions;  ///< real parts of the leading eigenvectors [min(3, D)][D], unit length; a complex
                                   ///< pair gives the real and the imaginary part
  int starts = 0;                  ///< starts that were solved to it
  double basin = 0;                ///< share of silent trajectories from the starts that end there
  int continuum = -1;              ///< index of the continuum it belongs to
  bool stable() const { return unstable == 0; }
};

/// At least 20 points with an eigenvalue within 1e-3 of 1 in one single-linkage cluster: not points but a manifold.
struct Continuum {
  int points = 0;
  int dimension = 0;  ///< median number of eigenvalues within 1e-3 of 1
};

struct FixedPoints {
  std::vector<FixedPoint> points;  ///< fixed points by ascending q-class and number of unstable directions, then slow
  std::vector<Continuum> continua;
  std::vector<int> pointOfStart;     ///< index of the point each start led to, or -1
  std::vector<double> speedOfStart;  ///< q reached from each start
  std::vector<double> endStates;     ///< where silent trajectories from the starts were left [starts][D]
  long solves = 0;                   ///< Levenberg-Marquardt systems solved
  int unsolved() const;              ///< starts that reached neither a fixed nor a slow point
};

/// Fixed and slow points of `map` from `starts` [n][D]: Levenberg-Marquardt with the exact Jacobian from starts that
/// lie far apart and from the slowest moments of silent trajectories; the others follow the dynamics until a known
/// stable point takes over (frozen-Jacobian Newton from there), and are solved one by one where none does; saddles are
/// also sought on the boundaries between the attractors found. Every
/// start ends at q < fixedSpeed, or is slow, or is told as unsolved. `report` is called with 0..1.
FixedPoints findFixedPoints(const RecurrentMap& map, std::span<const double> starts, const FixedPointOptions& options,
                            const std::function<void(double)>& report = {});

/// Levenberg-Marquardt from one state, in place (damping 1e-3, /5 on success, x5 on failure, at most 12 tries a step).
class LevenbergMarquardt {
 public:
  LevenbergMarquardt(const RecurrentMap& map, const FixedPointOptions& options);
  /// The q reached.
  double solve(double* state);
  long solves() const { return solves_; }

 private:
  const RecurrentMap& map_;
  FixedPointOptions options_;
  AlignedVector<double> residual_, next_, trial_, jacobian_, normal_, damped_, gradient_, step_;
  long solves_ = 0;
};

/// All fixed points of h = relu(W h + b) that the exact region iteration h <- (I - D W)^-1 D b, D = 1[W h + b > 0],
/// reaches from a state: repeated until D repeats. False if it cycles or a system is singular. `visit` sees every
/// iterate.
bool reluRegionFixedPoint(const ElmanMap& map, double* state, int iterations = 100,
                          const std::function<void(const double*)>& visit = {});

}  // namespace learnscope
