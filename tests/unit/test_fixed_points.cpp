// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Dense>
#include <QTest>
#include <cmath>

#include "engine/core/random_stream.h"
#include "engine/measures/fixed_points.h"

using namespace learnscope;

namespace {

std::vector<double> uniform(RandomStream& random, std::size_t n, double bound) {
  std::vector<double> values(n);
  for (double& value : values) value = random.uniform(-bound, bound);
  return values;
}

std::vector<double> diagonal(int n, double value) {
  std::vector<double> w(static_cast<std::size_t>(n * n), 0.0);
  for (int i = 0; i < n; ++i) w[static_cast<std::size_t>(i * n + i)] = value;
  return w;
}

double speed(const RecurrentMap& map, const std::vector<double>& h) {
  std::vector<double> next(h.size());
  map.step(h.data(), 1, next.data());
  double sum = 0;
  for (std::size_t i = 0; i < h.size(); ++i) sum += (next[i] - h[i]) * (next[i] - h[i]);
  return 0.5 * sum;
}

/// Largest difference between the exact Jacobian and central differences of step().
double jacobianError(const RecurrentMap& map, const std::vector<double>& h) {
  const std::size_t d = h.size();
  std::vector<double> exact(d * d), above(d), below(d);
  map.jacobian(h.data(), exact.data());
  double worst = 0;
  const double e = 1e-5;
  for (std::size_t j = 0; j < d; ++j) {
    std::vector<double> plus = h, minus = h;
    plus[j] += e;
    minus[j] -= e;
    map.step(plus.data(), 1, above.data());
    map.step(minus.data(), 1, below.data());
    for (std::size_t i = 0; i < d; ++i)
      worst = std::max(worst, std::abs((above[i] - below[i]) / (2 * e) - exact[i * d + j]));
  }
  return worst;
}

GruMap randomGru(int hidden, std::uint64_t seed, double bound) {
  RandomStream random(seed, "gru");
  const auto h = static_cast<std::size_t>(hidden);
  return {uniform(random, 3 * h * h, bound), uniform(random, 3 * h, 0.5), uniform(random, 3 * h, 0.5)};
}

}  // namespace

class TestFixedPoints : public QObject {
  Q_OBJECT
 private slots:
  // The page's reference: h = tanh(2 h) has 0 and +-0.957504, in two dimensions nine points.
  void ninePoints() {
    const ElmanMap map(RnnActivation::Tanh, diagonal(2, 2.0), {0, 0});
    RandomStream random(0, "starts");
    const FixedPoints found = findFixedPoints(map, uniform(random, 2 * 200, 1.5), {});
    QCOMPARE(found.points.size(), std::size_t{9});
    QCOMPARE(found.unsolved(), 0);
    int kinds[3] = {0, 0, 0};
    for (const FixedPoint& point : found.points) {
      QVERIFY(!point.slow && point.q < 1e-12);
      for (const double x : point.state) QVERIFY(std::abs(x) < 1e-6 || std::abs(std::abs(x) - 0.957504) < 1e-6);
      ++kinds[point.unstable];
      std::vector<double> moduli;
      for (const auto& value : point.eigenvalues) moduli.push_back(value.real());
      const double saddle[3][2] = {{0.166372, 0.166372}, {2, 0.166372}, {2, 2}};
      for (std::size_t k = 0; k < 2; ++k) QVERIFY(std::abs(moduli[k] - saddle[point.unstable][k]) < 1e-5);
    }
    QCOMPARE(kinds[0], 4);
    QCOMPARE(kinds[1], 4);
    QCOMPARE(kinds[2], 1);
    double basins = 0;
    for (const FixedPoint& point : found.points) basins += point.basin;
    QVERIFY(std::abs(basins - 1) < 1e-12);
  }

  // Starts that all lie beside two attractors: the saddle between them is found on the boundary of their basins.
  void saddleBetweenTwoAttractors() {
    const ElmanMap map(RnnActivation::Tanh, diagonal(2, 2.0), {0, 0});
    RandomStream random(10, "starts");
    std::vector<double> starts = uniform(random, 2 * 50, 0.05);
    for (std::size_t i = 0; i < starts.size(); i += 2) {
      starts[i] += 0.95;
      starts[i + 1] += i % 4 == 0 ? 0.95 : -0.95;
    }
    const FixedPoints found = findFixedPoints(map, starts, {});
    QCOMPARE(found.points.size(), std::size_t{3});
    QCOMPARE(found.points[2].unstable, 1);
    QCOMPARE(found.points[2].starts, 0);
    QVERIFY(std::abs(found.points[2].state[0] - 0.957504) < 1e-6);
    QVERIFY(std::abs(found.points[2].state[1]) < 1e-9);
  }

  // Orthogonal Hadamard patterns with Hebb weights g/n sum p p': h = x p solves x = tanh(g x), and the eigenvalue along
  // each pattern is g (1 - x^2).
  void hopfieldAttractors() {
    const int n = 16;
    const double g = 2;
    std::vector<std::vector<double>> patterns;
    for (int p = 1; p <= 3; ++p) {
      std::vector<double> pattern;
      for (int i = 0; i < n; ++i) pattern.push_back(__builtin_parity(static_cast<unsigned>(i & p)) ? -1 : 1);
      patterns.push_back(pattern);
    }
    std::vector<double> w(static_cast<std::size_t>(n * n), 0.0);
    for (const auto& p : patterns)
      for (std::size_t i = 0; i < 16; ++i)
        for (std::size_t j = 0; j < 16; ++j) w[i * 16 + j] += g * p[i] * p[j] / n;
    const ElmanMap map(RnnActivation::Tanh, w, std::vector<double>(16, 0.0));
    RandomStream random(1, "starts");
    const FixedPoints found = findFixedPoints(map, uniform(random, 16 * 400, 1.0), {});
    for (const auto& p : patterns)
      for (const double sign : {1.0, -1.0}) {
        const auto match = std::find_if(found.points.begin(), found.points.end(), [&](const FixedPoint& point) {
          double worst = 0;
          for (std::size_t i = 0; i < 16; ++i)
            worst = std::max(worst, std::abs(point.state[i] - sign * 0.9575040240772687 * p[i]));
          return worst < 1e-6;
        });
        QVERIFY(match != found.points.end());
        QVERIFY(match->stable());
        QVERIFY(std::abs(match->eigenvalues[0].real() - 0.166372) < 1e-5);
        QVERIFY(match->basin > 0);
      }
    for (const FixedPoint& point : found.points) QVERIFY(speed(map, point.state) < 1e-12);
  }

  // tanh(h + small) along one axis with slope exactly 1 would be a line; a rank-1 integrator in the linear range of a
  // ReLU is one: h = relu(W h) with W a projection on a positive direction.
  void lineAttractorIsAContinuum() {
    const int n = 6;
    std::vector<double> v{1, 2, 1, 1, 0.5, 1}, w(36);
    double norm = 0;
    for (const double x : v) norm += x * x;
    for (std::size_t i = 0; i < 6; ++i)
      for (std::size_t j = 0; j < 6; ++j) w[i * 6 + j] = v[i] * v[j] / norm;
    const ElmanMap map(RnnActivation::Relu, w, std::vector<double>(n, 0.0));
    RandomStream random(2, "starts");
    std::vector<double> starts = uniform(random, 6 * 1000, 2.0);
    for (double& x : starts) x = std::abs(x);
    const FixedPoints found = findFixedPoints(map, starts, {});
    QVERIFY(found.points.size() <= 256);
    QCOMPARE(found.continua.size(), std::size_t{1});
    QCOMPARE(found.continua[0].dimension, 1);
    QCOMPARE(found.unsolved(), 0);
  }

  void everyPositiveStateOfTheIdentity() {
    const ElmanMap map(RnnActivation::Relu, diagonal(2, 1.0), {0, 0});
    QVERIFY(map.homogeneous());
    RandomStream random(3, "starts");
    std::vector<double> starts = uniform(random, 2 * 600, 1.0);
    for (double& x : starts) x = std::abs(x);
    const FixedPoints found = findFixedPoints(map, starts, {});
    QCOMPARE(found.continua.size(), std::size_t{1});
    QCOMPARE(found.continua[0].dimension, 2);
  }

  // A contracting ReLU net without bias has the origin alone, where no Jacobian exists.
  void silentReluHasOnlyTheOrigin() {
    RandomStream random(4, "weights");
    const ElmanMap map(RnnActivation::Relu, uniform(random, 30 * 30, 1 / std::sqrt(30.0)),
                       std::vector<double>(30, 0.0));
    std::vector<double> starts = uniform(random, 30 * 200, 2.0);
    for (double& x : starts) x = std::max(x, 0.0);
    const FixedPoints found = findFixedPoints(map, starts, {});
    QCOMPARE(found.points.size(), std::size_t{1});
    QCOMPARE(found.points[0].unstable, -1);
    QVERIFY(found.points[0].eigenvalues.empty());
    for (const double x : found.points[0].state) QVERIFY(std::abs(x) < 1e-3);
    QCOMPARE(found.unsolved(), 0);
  }

  // The exact region iteration and the solver agree on a ReLU net with biases.
  void reluRegions() {
    RandomStream random(5, "weights");
    const ElmanMap map(RnnActivation::Relu, uniform(random, 400, 0.2), uniform(random, 20, 1.0));
    std::vector<double> state(20, 0.5);
    QVERIFY(reluRegionFixedPoint(map, state.data()));
    QVERIFY(speed(map, state) < 1e-24);
    const FixedPoints found = findFixedPoints(map, uniform(random, 20 * 50, 1.0), {});
    QCOMPARE(found.points.size(), std::size_t{1});
    for (std::size_t i = 0; i < 20; ++i) QVERIFY(std::abs(found.points[0].state[i] - state[i]) < 1e-8);
  }

  void jacobians() {
    RandomStream random(6, "states");
    const auto state = [&](std::size_t n) { return uniform(random, n, 1.0); };
    QVERIFY(jacobianError(ElmanMap(RnnActivation::Tanh, uniform(random, 49, 1), state(7)), state(7)) < 1e-8);
    QVERIFY(jacobianError(ElmanMap(RnnActivation::Tanh, uniform(random, 49, 1), state(7), 0.3), state(7)) < 1e-8);
    QVERIFY(jacobianError(ElmanMap(RnnActivation::Relu, uniform(random, 49, 1), state(7), 0.7), state(7)) < 1e-8);
    QVERIFY(jacobianError(randomGru(5, 7, 1.5), state(5)) < 1e-8);
    QVERIFY(jacobianError(LstmMap(uniform(random, 4 * 25, 1.5), state(20)), state(10)) < 1e-8);
    for (const auto activation : {RnnActivation::Relu, RnnActivation::Tanh}) {
      const MeanMap map(activation, uniform(random, 49, 1), state(7), {0.1, 0.5, 1, 2, 0.3, 0.7, 1.1});
      QVERIFY(jacobianError(map, state(7)) < 1e-8);
    }
  }

  // E[relu(m + s xi)], and the mean map against a fine sum over the normal density.
  void meanMap() {
    QVERIFY(std::abs(meanRelu(0, 1) - 0.398942) < 1e-6);
    QVERIFY(std::abs(meanRelu(1, 2) - 1.395593) < 1e-6);
    QVERIFY(std::abs(meanRelu(-1, 0.5) - 0.004245) < 1e-6);
    QCOMPARE(meanRelu(2, 0), 2.0);
    const double m = 0.4, s = 0.25;
    const MeanMap map(RnnActivation::Tanh, {0}, {m}, {s});
    double h = 0, next = 0, sum = 0;
    map.step(&h, 1, &next);
    const double dx = 1e-3;
    for (double x = -8; x < 8; x += dx) sum += std::tanh(m + s * x) * std::exp(-x * x / 2) * dx / std::sqrt(2 * M_PI);
    QVERIFY(std::abs(next - sum) < 1e-6);
  }

  // The zeros of F(h) - h on a fine grid, refined by Newton steps on finite differences, are exactly the points found.
  void gruAgainstGridSearch() {
    const GruMap map = randomGru(2, 17, 4.0);
    RandomStream random(8, "starts");
    const FixedPoints found = findFixedPoints(map, uniform(random, 2 * 300, 1.0), {});
    std::vector<Eigen::Vector2d> grid;
    for (double x = -1; x <= 1; x += 0.02)
      for (double y = -1; y <= 1; y += 0.02) {
        Eigen::Vector2d h(x, y);
        for (int i = 0; i < 50; ++i) {
          Eigen::Vector2d f, fx, fy;
          const double e = 1e-6;
          const Eigen::Vector2d hx = h + Eigen::Vector2d(e, 0), hy = h + Eigen::Vector2d(0, e);
          map.step(h.data(), 1, f.data());
          map.step(hx.data(), 1, fx.data());
          map.step(hy.data(), 1, fy.data());
          Eigen::Matrix2d j;
          j << (fx - f) / e, (fy - f) / e;
          j -= Eigen::Matrix2d::Identity();
          h -= j.fullPivLu().solve(f - h);
        }
        std::vector<double> state{h[0], h[1]};
        if (!h.allFinite() || h.cwiseAbs().maxCoeff() > 1 || speed(map, state) > 1e-16) continue;
        if (std::none_of(grid.begin(), grid.end(), [&](const auto& g) { return (g - h).norm() < 1e-4; }))
          grid.push_back(h);
      }
    QVERIFY(grid.size() >= 3);
    std::size_t fixed = 0;
    for (const FixedPoint& point : found.points) {
      if (point.slow) continue;
      ++fixed;
      const Eigen::Vector2d h(point.state[0], point.state[1]);
      QVERIFY(std::any_of(grid.begin(), grid.end(), [&](const auto& g) { return (g - h).norm() < 1e-5; }));
    }
    QCOMPARE(fixed, grid.size());
  }

  // Following trajectories is a short cut: the points are those of the solver run from every start.
  void shortCutFindsWhatTheSolverFinds() {
    RandomStream random(9, "weights");
    const ElmanMap map(RnnActivation::Tanh, uniform(random, 24 * 24, 2.2 / std::sqrt(24.0)), uniform(random, 24, 0.3));
    const std::vector<double> starts = uniform(random, 24 * 600, 1.0);
    FixedPointOptions all;
    all.leaders = 600;
    const FixedPoints slow = findFixedPoints(map, starts, all);
    const FixedPoints fast = findFixedPoints(map, starts, {});
    QCOMPARE(fast.unsolved(), slow.unsolved());
    for (const FixedPoint& point : slow.points) {
      if (!point.stable()) continue;
      QVERIFY(std::any_of(fast.points.begin(), fast.points.end(), [&](const FixedPoint& other) {
        double worst = 0;
        for (std::size_t i = 0; i < 24; ++i) worst = std::max(worst, std::abs(point.state[i] - other.state[i]));
        return worst < 1e-6;
      }));
    }
    for (const double q : fast.speedOfStart) QVERIFY(q < 1e-4);
    for (const FixedPoint& point : fast.points)
      if (!point.slow) QVERIFY(speed(map, point.state) < 1e-12);
  }
};

QTEST_APPLESS_MAIN(TestFixedPoints)
#include "test_fixed_points.moc"
