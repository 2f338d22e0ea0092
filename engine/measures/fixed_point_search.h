// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "engine/measures/fixed_points.h"

namespace learnscope {

/// The parts of findFixedPoints, in the order they are called.
class FixedPointSearch {
 public:
  FixedPointSearch(const RecurrentMap& map, std::span<const double> starts, const FixedPointOptions& options,
                   const std::function<void(double)>& report);

  /// Levenberg-Marquardt from starts that lie far apart.
  void solveLeaders();
  /// Silent trajectories of all starts: to known stable points, to their slowest moments, to their ends.
  void follow();
  /// Levenberg-Marquardt from every start that nothing has solved, or from where its trajectory was left.
  void solveRest();
  /// Saddles on the boundaries between the attractors found.
  void solveBoundaries();
  /// Merged, classified points with spectra, basins and continua.
  FixedPoints finish();

 private:
  struct Known : FixedPoint {
    bool attracting = false;
    bool judged = false;            ///< a fixed point whose spectrum, `attracting` and `inverse` are known
    AlignedVector<double> inverse;  ///< -(F' - I)^-1
  };

  std::size_t size() const { return static_cast<std::size_t>(dimension_); }
  double distance(const double* a, const double* b) const;
  double mergeRadius(const double* state) const;
  double solve(double* state);
  int add(const double* state, double q);
  void record(std::size_t start, const double* state, double q);
  void judge(Known& known);
  bool nearKnown(const double* state, double radii) const;
  bool arrivedAt(const double* state, std::size_t index) const;
  void solveSlowTrajectories();
  void capture();
  void polish(Known& known, int index, const std::vector<std::size_t>& group);
  void solveSlowMoments();
  std::vector<std::size_t> endsOf(AlignedVector<double>& h, const std::vector<std::size_t>& points);
  std::set<std::size_t> joinedBy(const Known& saddle, const std::vector<std::size_t>& attractors);
  int solveSlowestMoment(std::vector<double> state);
  void solveBoundary(std::size_t from, std::size_t to, const std::vector<std::size_t>& attractors);
  std::vector<std::size_t> farApart(std::size_t count) const;
  void thin();
  void findSpectrum(FixedPoint& point) const;
  void findBasins(FixedPoints& result) const;
  void findContinua(FixedPoints& result) const;
  void tell(double done) const;

  const RecurrentMap& map_;
  std::span<const double> starts_;
  FixedPointOptions options_;
  std::function<void(double)> report_;
  int dimension_;
  std::size_t count_;
  LevenbergMarquardt solver_;
  std::vector<Known> known_;
  std::vector<int> pointOfStart_;
  std::vector<double> speedOfStart_;
  AlignedVector<double> trajectory_, next_;  ///< of the starts still followed, [active][D]
  std::vector<std::size_t> active_;          ///< their start
  std::vector<double> speed_, falling_;      ///< q now, and 1 while it has been falling
  std::vector<std::pair<double, std::vector<double>>> slowMoments_;
  std::vector<double> ends_;    ///< [starts][D]
  std::vector<int> basin_;      ///< known point that took a trajectory over, or -1
  std::vector<double> centre_;  ///< of the starts [D]
  double reach_ = 0;            ///< distance from it beyond which nothing is searched
};

}  // namespace learnscope
