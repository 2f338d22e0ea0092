// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/fixed_point_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/models/blas.h"

namespace learnscope {
namespace {

constexpr std::size_t kMostSlowMoments = 64;
constexpr int kCaptureEvery = 10;        // silent steps between two looks at the known stable points
constexpr double kCaptureRadius = 0.25;  // relative; the frozen-Jacobian iteration itself decides
constexpr int kPolishing = 40;
constexpr int kMostPairs = 15, kBoundarySteps = 250, kBoundaryRounds = 13;  // 16^13 = 2^52: to the last bit
constexpr int kRoundsPerTry = 3;
constexpr std::size_t kSections = 15;

double speedOf(const double* next, const double* now, std::size_t size) {
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += (next[i] - now[i]) * (next[i] - now[i]);
  return 0.5 * sum;
}

}  // namespace

FixedPointSearch::FixedPointSearch(const RecurrentMap& map, std::span<const double> starts,
                                   const FixedPointOptions& options, const std::function<void(double)>& report)
    : map_(map),
      starts_(starts),
      options_(options),
      report_(report),
      dimension_(map.dimension()),
      count_(starts.size() / static_cast<std::size_t>(map.dimension())),
      solver_(map, options),
      pointOfStart_(count_, -1),
      speedOfStart_(count_, std::numeric_limits<double>::infinity()),
      ends_(starts.begin(), starts.end()),
      basin_(count_, -1),
      centre_(static_cast<std::size_t>(dimension_), 0.0) {
  for (std::size_t i = 0; i < starts.size(); ++i) centre_[i % size()] += starts[i] / static_cast<double>(count_);
  for (std::size_t i = 0; i < count_; ++i)
    reach_ = std::max(reach_, options.outliers * distance(starts.data() + i * size(), centre_.data()));
  if (count_ < 2) reach_ = std::numeric_limits<double>::infinity();
}

// Far from all starts gates saturate and any state looks fixed: such a solution is none.
double FixedPointSearch::solve(double* state) {
  const double q = solver_.solve(state);
  return distance(state, centre_.data()) <= reach_ ? q : std::numeric_limits<double>::infinity();
}

void FixedPointSearch::tell(double done) const {
  if (report_) report_(done);
}

double FixedPointSearch::distance(const double* a, const double* b) const {
  return std::sqrt(2 * speedOf(a, b, size()));
}

double FixedPointSearch::mergeRadius(const double* state) const {
  double sum = 0;
  for (std::size_t i = 0; i < size(); ++i) sum += state[i] * state[i];
  return options_.mergeDistance * std::max(1.0, std::sqrt(sum));
}

// A better solution of a known point replaces it until it is judged.
int FixedPointSearch::add(const double* state, double q) {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    Known& known = known_[i];
    if (distance(known.state.data(), state) >= mergeRadius(known.state.data())) continue;
    if (q < known.q && !known.judged) {
      known.state.assign(state, state + size());
      known.q = q;
    }
    return static_cast<int>(i);
  }
  Known& known = known_.emplace_back();
  known.state.assign(state, state + size());
  known.q = q;
  return static_cast<int>(known_.size()) - 1;
}

void FixedPointSearch::record(std::size_t start, const double* state, double q) {
  speedOfStart_[start] = q;
  if (!(q < options_.slowSpeed)) return;
  pointOfStart_[start] = add(state, q);
  ++known_[static_cast<std::size_t>(pointOfStart_[start])].starts;
}

// Farthest-first traversal: every start is within the radius of the last one chosen.
std::vector<std::size_t> FixedPointSearch::farApart(std::size_t count) const {
  std::vector<std::size_t> chosen;
  if (count >= count_) {
    chosen.resize(count_);
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    return chosen;
  }
  std::vector<double> nearest(count_, std::numeric_limits<double>::infinity());
  for (std::size_t next = 0; chosen.size() < count;) {
    chosen.push_back(next);
    for (std::size_t i = 0; i < count_; ++i)
      nearest[i] = std::min(nearest[i], speedOf(starts_.data() + i * size(), starts_.data() + next * size(), size()));
    next = static_cast<std::size_t>(std::max_element(nearest.begin(), nearest.end()) - nearest.begin());
  }
  return chosen;
}

void FixedPointSearch::solveLeaders() {
  const std::vector<std::size_t> leaders = farApart(static_cast<std::size_t>(std::max(1, options_.leaders)));
  std::vector<double> state(size());
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    std::copy_n(starts_.data() + leaders[i] * size(), size(), state.begin());
    const double q = solve(state.data());
    record(leaders[i], state.data(), q);
    tell(0.4 * static_cast<double>(i + 1) / static_cast<double>(leaders.size()));
  }
}

// Attracting: a perturbation of every direction decays, judged by the spectral radius. The inverse serves Newton steps
// with a frozen Jacobian: h <- h + (F(h) - h) inverse'.
void FixedPointSearch::judge(Known& known) {
  if (known.judged || !(known.q < options_.fixedSpeed)) return;
  known.judged = true;
  findSpectrum(known);
  const double norm = mergeRadius(known.state.data()) / options_.mergeDistance;
  const bool origin = map_.homogeneous() && norm <= 1 &&
                      speedOf(known.state.data(), std::vector<double>(size(), 0.0).data(), size()) < 1e-12;
  known.attracting = known.unstable == 0 || origin;
  if (!known.attracting) return;
  AlignedVector<double> matrix(size() * size()), work(32 * size());
  std::vector<int> pivots(size());
  map_.jacobian(known.state.data(), matrix.data());
  for (std::size_t i = 0; i < size(); ++i) matrix[i * size() + i] -= 1;
  if (!invert(dimension_, matrix.data(), pivots.data(), work.data())) {
    known.attracting = false;
    return;
  }
  for (double& value : matrix) value = -value;
  known.inverse = std::move(matrix);
}

void FixedPointSearch::follow() {
  active_.resize(count_);
  std::iota(active_.begin(), active_.end(), std::size_t{0});
  trajectory_.assign(starts_.begin(), starts_.end());
  next_.resize(trajectory_.size());
  speed_.assign(count_, std::numeric_limits<double>::infinity());
  falling_.assign(count_, 0.0);
  for (int step = 0; step < options_.silentSteps && !active_.empty(); ++step) {
    if (step % kCaptureEvery == 0) {
      capture();
      tell(0.4 + 0.3 * step / options_.silentSteps);
    }
    map_.step(trajectory_.data(), static_cast<int>(active_.size()), next_.data());
    for (std::size_t i = 0; i < active_.size(); ++i) {
      const double q = speedOf(next_.data() + i * size(), trajectory_.data() + i * size(), size());
      const double* now = trajectory_.data() + i * size();
      if (q > speed_[i] && falling_[i] > 0 && slowMoments_.size() < 64 * kMostSlowMoments)
        slowMoments_.emplace_back(speed_[i], std::vector<double>(now, now + size()));
      falling_[i] = q < speed_[i] ? 1 : 0;
      speed_[i] = q;
    }
    std::swap(trajectory_, next_);
  }
  capture();
  for (std::size_t i = 0; i < active_.size(); ++i)
    std::copy_n(trajectory_.data() + i * size(), size(), ends_.begin() + static_cast<long>(active_[i] * size()));
  solveSlowMoments();
}

// Where a trajectory has become slow away from all known points, there may be an unknown one.
void FixedPointSearch::solveSlowTrajectories() {
  std::vector<double> state(size());
  for (std::size_t i = 0; i < active_.size(); ++i) {
    const double* now = trajectory_.data() + i * size();
    if (!(speed_[i] < options_.slowSpeed) || nearKnown(now, kCaptureRadius / options_.mergeDistance)) continue;
    std::copy_n(now, size(), state.begin());
    const double q = solve(state.data());
    if (q < options_.fixedSpeed) add(state.data(), q);
    speed_[i] = std::numeric_limits<double>::infinity();  // one try until it moves on
  }
}

bool FixedPointSearch::arrivedAt(const double* state, std::size_t index) const {
  const double* place = known_[index].state.data();
  return distance(place, state) < 10 * mergeRadius(place);
}

bool FixedPointSearch::nearKnown(const double* state, double radii) const {
  return std::any_of(known_.begin(), known_.end(), [&](const Known& known) {
    return distance(known.state.data(), state) < radii * mergeRadius(known.state.data());
  });
}

// Trajectories near a known stable point leave the set and are brought to q < fixedSpeed there.
void FixedPointSearch::capture() {
  solveSlowTrajectories();
  std::vector<std::vector<std::size_t>> groups(known_.size());
  std::vector<std::uint8_t> taken(active_.size(), 0);
  for (std::size_t k = 0; k < known_.size(); ++k) {
    judge(known_[k]);
    if (!known_[k].attracting) continue;
    const double radius = kCaptureRadius * mergeRadius(known_[k].state.data()) / options_.mergeDistance;
    for (std::size_t i = 0; i < active_.size(); ++i)
      if (!taken[i] && distance(trajectory_.data() + i * size(), known_[k].state.data()) < radius) {
        groups[k].push_back(i);
        taken[i] = 1;
      }
  }
  for (std::size_t k = 0; k < groups.size(); ++k)
    if (!groups[k].empty()) polish(known_[k], static_cast<int>(k), groups[k]);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (basin_[active_[i]] >= 0) continue;
    if (kept != i) {
      std::copy_n(trajectory_.data() + i * size(), size(), trajectory_.data() + kept * size());
      speed_[kept] = speed_[i];
      falling_[kept] = falling_[i];
      active_[kept] = active_[i];
    }
    ++kept;
  }
  active_.resize(kept);
}

// Newton steps with the Jacobian of the known point, all states at once. Whoever does not come at least twice nearer a
// step goes on following the dynamics.
void FixedPointSearch::polish(Known& known, int index, const std::vector<std::size_t>& group) {
  std::vector<std::size_t> rows = group;
  AlignedVector<double> h(rows.size() * size()), residual(h.size());
  for (std::size_t r = 0; r < rows.size(); ++r)
    std::copy_n(trajectory_.data() + rows[r] * size(), size(), h.data() + r * size());
  std::vector<double> before(rows.size(), std::numeric_limits<double>::infinity());
  for (int iteration = 0; iteration < kPolishing && !rows.empty(); ++iteration) {
    const int n = static_cast<int>(rows.size());
    map_.step(h.data(), n, residual.data());
    std::size_t kept = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double q = speedOf(residual.data() + r * size(), h.data() + r * size(), size());
      const std::size_t start = active_[rows[r]];
      if (q < options_.fixedSpeed &&
          distance(h.data() + r * size(), known.state.data()) < mergeRadius(known.state.data())) {
        basin_[start] = index;
        std::copy_n(known.state.data(), size(), ends_.begin() + static_cast<long>(start * size()));
        if (pointOfStart_[start] >= 0) continue;
        pointOfStart_[start] = index;
        speedOfStart_[start] = q;
        ++known.starts;
        continue;
      }
      if (!(q < 0.25 * before[r])) continue;
      for (std::size_t i = 0; i < size(); ++i) {
        residual[kept * size() + i] = residual[r * size() + i] - h[r * size() + i];
        h[kept * size() + i] = h[r * size() + i];
      }
      before[kept] = q;
      rows[kept++] = rows[r];
    }
    rows.resize(kept);
    if (kept == 0) return;
    gemm(Transpose::No, Transpose::Yes, static_cast<int>(kept), dimension_, dimension_, 1.0, residual.data(),
         dimension_, known.inverse.data(), dimension_, 1.0, h.data(), dimension_);
  }
}

// Silent trajectories slow down where they pass a saddle: their slowest moments lead to it.
void FixedPointSearch::solveSlowMoments() {
  std::sort(slowMoments_.begin(), slowMoments_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t tried = 0;
  for (auto& [q, state] : slowMoments_) {
    if (tried == kMostSlowMoments) break;
    if (nearKnown(state.data(), 10)) continue;
    ++tried;
    const double reached = solve(state.data());
    if (reached < options_.fixedSpeed) add(state.data(), reached);
  }
  slowMoments_.clear();
}

void FixedPointSearch::solveRest() {
  std::vector<double> state(size());
  for (std::size_t i = 0; i < count_; ++i) {
    if (pointOfStart_[i] >= 0) continue;
    std::copy_n(starts_.data() + i * size(), size(), state.begin());
    double q = solve(state.data());
    if (!(q < options_.slowSpeed)) {
      std::copy_n(ends_.begin() + static_cast<long>(i * size()), size(), state.begin());
      q = solve(state.data());
    }
    record(i, state.data(), q);
    tell(0.7 + 0.25 * static_cast<double>(i + 1) / static_cast<double>(count_));
  }
}

// Index of the nearest of `points` after a silent run from each row of h [n][D], in place; ends when all have arrived.
std::vector<std::size_t> FixedPointSearch::endsOf(AlignedVector<double>& h, const std::vector<std::size_t>& points) {
  const int n = static_cast<int>(h.size() / size());
  AlignedVector<double> moved(h.size());
  std::vector<std::size_t> ends(static_cast<std::size_t>(n));
  for (int t = 1; t <= kBoundarySteps; ++t) {
    map_.step(h.data(), n, moved.data());
    h.swap(moved);
    if (t % kCaptureEvery != 0) continue;
    bool arrived = true;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const auto away = [&](std::size_t k) { return distance(known_[k].state.data(), h.data() + i * size()); };
      ends[i] = *std::min_element(points.begin(), points.end(),
                                  [&](std::size_t a, std::size_t b) { return away(a) < away(b); });
      arrived = arrived && arrivedAt(h.data() + i * size(), ends[i]);
    }
    if (arrived) break;
  }
  return ends;
}

// Somewhere between two attractors lies the boundary of a basin, and on it as a rule a saddle (the indices of all fixed
// points of a net with bounded states sum to 1, two attractors have 2). A state on the boundary to the last bit runs
// along it to the saddle before it falls to a side. Pairs that a known saddle joins need no search.
void FixedPointSearch::solveBoundaries() {
  std::vector<std::size_t> attractors;
  for (std::size_t k = 0; k < known_.size(); ++k) {
    judge(known_[k]);
    if (known_[k].attracting) attractors.push_back(k);
  }
  if (attractors.size() < 2) return;
  std::set<std::set<std::size_t>> joined;
  std::size_t asked = 0;  // known points whose sides are in `joined`
  int pairs = 0;
  for (std::size_t a = 0; a < attractors.size(); ++a)
    for (std::size_t b = a + 1; b < attractors.size() && pairs < kMostPairs; ++b) {
      for (; asked < known_.size(); ++asked) {
        judge(known_[asked]);
        joined.insert(joinedBy(known_[asked], attractors));
      }
      if (joined.contains({attractors[a], attractors[b]})) continue;
      ++pairs;
      tell(0.95);
      solveBoundary(attractors[a], attractors[b], attractors);
    }
}

// The attractors that both sides of a saddle with one unstable direction fall to; empty if they are not reached.
std::set<std::size_t> FixedPointSearch::joinedBy(const Known& saddle, const std::vector<std::size_t>& attractors) {
  if (!saddle.judged || saddle.unstable != 1 || saddle.directions.empty()) return {};
  AlignedVector<double> sides(2 * size());
  const double away = 10 * mergeRadius(saddle.state.data());
  for (std::size_t i = 0; i < size(); ++i) {
    sides[i] = saddle.state[i] + away * saddle.directions[i];
    sides[size() + i] = saddle.state[i] - away * saddle.directions[i];
  }
  std::set<std::size_t> reached;
  const std::vector<std::size_t> ends = endsOf(sides, attractors);
  for (std::size_t side = 0; side < ends.size(); ++side)
    if (arrivedAt(sides.data() + side * size(), ends[side])) reached.insert(ends[side]);
  return reached;
}

// The slowest moment of a state on the boundary often leads to the saddle long before the last bit is known.
void FixedPointSearch::solveBoundary(std::size_t from, std::size_t to, const std::vector<std::size_t>& attractors) {
  std::vector<double> low = known_[from].state, high = known_[to].state;
  for (int round = 1; round <= kBoundaryRounds; ++round) {
    AlignedVector<double> h(kSections * size());
    for (std::size_t i = 0; i < kSections; ++i)
      for (std::size_t u = 0; u < size(); ++u)
        h[i * size() + u] = low[u] + (high[u] - low[u]) * static_cast<double>(i + 1) / (kSections + 1);
    const std::vector<double> inside(h.begin(), h.end());
    const std::vector<std::size_t> ends = endsOf(h, attractors);
    const auto left = static_cast<std::size_t>(
        std::find_if(ends.begin(), ends.end(), [&](std::size_t end) { return end != from; }) - ends.begin());
    const auto at = [&](std::size_t i) { return inside.begin() + static_cast<long>(i * size()); };
    if (left < kSections) high.assign(at(left), at(left) + static_cast<long>(size()));
    if (left > 0) low.assign(at(left - 1), at(left - 1) + static_cast<long>(size()));
    if (round % kRoundsPerTry != 0 && round != kBoundaryRounds) continue;
    if (const int found = solveSlowestMoment(high); found >= 0) {
      Known& saddle = known_[static_cast<std::size_t>(found)];
      judge(saddle);
      if (joinedBy(saddle, attractors) == std::set{from, to}) return;
    }
  }
}

// Index of the fixed point that the slowest moment of a silent run from `state` leads to, or -1.
int FixedPointSearch::solveSlowestMoment(std::vector<double> state) {
  std::vector<double> moved(size()), slowest;
  double before = std::numeric_limits<double>::infinity(), least = before;
  bool falling = false;
  for (int t = 0; t < kBoundarySteps; ++t) {
    map_.step(state.data(), 1, moved.data());
    const double q = speedOf(moved.data(), state.data(), size());
    if (falling && q > before && before < least) {
      least = before;
      slowest = state;
    }
    falling = q < before;
    before = q;
    state.swap(moved);
  }
  if (slowest.empty()) return -1;
  const double q = solve(slowest.data());
  return q < options_.fixedSpeed ? add(slowest.data(), q) : -1;
}

// Keeps the points farthest apart, the fixed ones first; starts go to the nearest that is kept.
void FixedPointSearch::thin() {
  const auto most = static_cast<std::size_t>(options_.mostPoints);
  if (known_.size() <= most) return;
  std::stable_sort(known_.begin(), known_.end(), [](const Known& a, const Known& b) { return a.q < b.q; });
  const std::size_t fixed = static_cast<std::size_t>(
      std::count_if(known_.begin(), known_.end(), [&](const Known& k) { return k.q < options_.fixedSpeed; }));
  std::vector<std::size_t> chosen;
  std::vector<double> nearest(known_.size(), std::numeric_limits<double>::infinity());
  const auto choose = [&](std::size_t end) {
    while (chosen.size() < std::min(end, most)) {
      const std::size_t next = static_cast<std::size_t>(
          std::max_element(nearest.begin(), nearest.begin() + static_cast<long>(std::max<std::size_t>(end, 1))) -
          nearest.begin());
      chosen.push_back(next);
      for (std::size_t i = 0; i < known_.size(); ++i)
        nearest[i] = std::min(nearest[i], distance(known_[i].state.data(), known_[next].state.data()));
      nearest[next] = -1;
    }
  };
  if (fixed > 0) choose(fixed);
  choose(known_.size());
  std::vector<Known> kept;
  kept.reserve(chosen.size());
  for (const std::size_t index : chosen) kept.push_back(known_[index]);
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (nearest[i] < 0) continue;
    auto closest = std::min_element(kept.begin(), kept.end(), [&](const Known& a, const Known& b) {
      return distance(a.state.data(), known_[i].state.data()) < distance(b.state.data(), known_[i].state.data());
    });
    closest->starts += known_[i].starts;
  }
  known_ = std::move(kept);
  for (std::size_t i = 0; i < count_; ++i) {
    if (pointOfStart_[i] < 0) continue;
    basin_[i] = -1;  // found again from the ends
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < known_.size(); ++k)
      if (const double d = distance(known_[k].state.data(), starts_.data() + i * size()); d < least) {
        least = d;
        pointOfStart_[i] = static_cast<int>(k);
      }
  }
}

FixedPoints FixedPointSearch::finish() {
  thin();
  std::vector<std::size_t> order(known_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<FixedPoint> points;
  for (Known& known : known_) {
    known.slow = !(known.q < options_.fixedSpeed);
    if (!known.judged) findSpectrum(known);
    points.push_back(static_cast<FixedPoint&&>(known));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].slow != points[b].slow) return points[b].slow;
    if (points[a].unstable != points[b].unstable) return points[a].unstable < points[b].unstable;
    return points[a].starts > points[b].starts;
  });
  FixedPoints result;
  std::vector<int> place(known_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = static_cast<int>(i);
    result.points.push_back(std::move(points[order[i]]));
  }
  for (int& point : pointOfStart_) point = point < 0 ? -1 : place[static_cast<std::size_t>(point)];
  for (int& point : basin_) point = point < 0 ? -1 : place[static_cast<std::size_t>(point)];
  result.pointOfStart = pointOfStart_;
  result.speedOfStart = speedOfStart_;
  result.solves = solver_.solves();
  findBasins(result);
  findContinua(result);
  result.endStates = std::move(ends_);
  tell(1);
  return result;
}

void FixedPointSearch::findBasins(FixedPoints& result) const {
  for (std::size_t i = 0; i < count_; ++i) {
    int end = basin_[i];
    const double* state = ends_.data() + i * size();
    for (std::size_t k = 0; end < 0 && k < result.points.size(); ++k)
      if (distance(state, result.points[k].state.data()) < 10 * mergeRadius(result.points[k].state.data()))
        end = static_cast<int>(k);
    if (end >= 0) result.points[static_cast<std::size_t>(end)].basin += 1.0 / static_cast<double>(count_);
  }
}

}  // namespace learnscope
