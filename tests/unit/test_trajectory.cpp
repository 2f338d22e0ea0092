// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <functional>

#include "engine/measures/swing_by.h"
#include "engine/measures/trajectory.h"

using namespace learnscope;

namespace {

Trajectory pathOf(const std::vector<std::array<double, 2>>& points, double spacing) {
  Trajectory path;
  for (std::size_t i = 0; i < points.size(); ++i) {
    path.steps.push_back(spacing * static_cast<double>(i));
    path.points.insert(path.points.end(), points[i].begin(), points[i].end());
  }
  return path;
}

SwingBy model(std::vector<double> mu, double scale) {
  const std::vector<double> sigma(mu.size(), 0.05);
  return {mu, sigma, SwingBy::correlatedStart(static_cast<int>(mu.size()), scale, 0.9)};
}

/// Times and values of the turning points of a quantity over 8 time units.
std::vector<std::pair<double, double>> turningPoints(SwingBy model, const std::function<double(const SwingBy&)>& of) {
  std::vector<std::pair<double, double>> found;
  double before = of(model), last = before;
  for (int i = 0; i < 8000; ++i) {
    model.advance(1e-3);
    const double now = of(model);
    if (i > 1 && (last - before) * (now - last) < 0) found.emplace_back(model.time() - 1e-3, last);
    before = last;
    last = now;
  }
  return found;
}

double loss(const SwingBy& m) { return m.oodLoss(); }
double firstAxis(const SwingBy& m) { return m.point()[0]; }

bool near(const std::pair<double, double>& got, double time, double value) {
  return std::abs(got.first - time) <= 1e-3 + 1e-9 && std::abs(got.second - value) <= 1e-3;
}

}  // namespace

class TestTrajectory : public QObject {
  Q_OBJECT
 private slots:
  void smoothingKeepsWhatIsSmooth() {
    const std::vector<double> constant(20, 3.5);
    for (const double v : gaussianSmoothed(constant, 1.5)) QVERIFY(std::abs(v - 3.5) < 1e-12);
    std::vector<double> line;
    for (int i = 0; i < 40; ++i) line.push_back(2.0 * i);
    const auto soft = gaussianSmoothed(line, 1.5);
    for (std::size_t i = 6; i < 34; ++i) QVERIFY(std::abs(soft[i] - line[i]) < 1e-12);
    // An impulse becomes the kernel.
    std::vector<double> impulse(21, 0.0);
    impulse[10] = 1;
    const auto kernel = gaussianSmoothed(impulse, 2);
    double sum = 0;
    for (const double v : kernel) sum += v;
    QVERIFY(std::abs(sum - 1) < 1e-12);
    QVERIFY(std::abs(kernel[12] / kernel[10] - std::exp(-0.5)) < 1e-12);
    QCOMPARE(gaussianSmoothed(impulse, 0), impulse);
  }

  void resamplingInterpolates() {
    Trajectory path{1, {20, 50, 200}, {0, 3, 18}};
    const Trajectory even = resampled(path, 50);
    QCOMPARE(even.steps, (std::vector<double>{50, 100, 150, 200}));
    QCOMPARE(even.points, (std::vector<double>{3, 8, 13, 18}));
    QCOMPARE(resampled(Trajectory{}, 50).size(), 0U);
  }

  void speedIsTheDerivative() {
    Trajectory circle;
    for (int i = 0; i <= 100; ++i) {
      circle.steps.push_back(i);
      const double angle = 0.02 * i;
      circle.points.insert(circle.points.end(), {std::cos(angle), std::sin(angle)});
    }
    for (const double v : speeds(circle)) QVERIFY(std::abs(v - 0.02) < 1e-5);
  }

  void findsTurns() {
    // Right, then up: one turn of 90 degrees where the corner is.
    std::vector<std::array<double, 2>> corner;
    for (int i = 0; i <= 10; ++i) corner.push_back({0.1 * i, 0});
    for (int i = 1; i <= 10; ++i) corner.push_back({1, 0.1 * i});
    const auto found = turns(pathOf(corner, 150), 0.15, 50);
    QCOMPARE(found.size(), 1U);
    QVERIFY(std::abs(found[0].angle - 90) < 5);
    QVERIFY(std::abs(found[0].step - 1500) < 20);
    QVERIFY(turns(pathOf(corner, 150), 0.15, 100).empty());
    // A straight line and a path too short for two chords have none.
    QVERIFY(turns(pathOf({{0, 0}, {1, 1}, {2, 2}}, 10), 0.15, 50).empty());
    QVERIFY(turns(pathOf({{0, 0}, {0.1, 0}, {0.1, 0.1}}, 10), 0.15, 50).empty());
    QVERIFY(turns(pathOf({{0, 0}, {0, 0}}, 10), 0.15, 50).empty());
    // There and back again.
    QVERIFY(turns(pathOf({{0, 0}, {1, 0}, {0, 0}}, 10), 0.15, 50)[0].angle > 170);
  }

  // Fig. 5 of arXiv 2410.08309 and the page's numbers, to 1e-3.
  void swingsByAsPublished() {
    const auto losses = turningPoints(model({1, 2}, 0.01), loss),
               points = turningPoints(model({1, 2}, 0.01), firstAxis);
    QVERIFY(losses.size() >= 2 && near(losses[0], 1.724, 0.3177) && near(losses[1], 3.308, 0.3949));
    QVERIFY(points.size() >= 2 && near(points[0], 1.443, 0.2250) && near(points[1], 3.316, 0.1118));
    const auto large = turningPoints(model({1, 2}, 0.1), loss), tiny = turningPoints(model({1, 2}, 0.001), loss);
    QVERIFY(near(large[0], 1.077, 0.1083) && near(large[1], 2.374, 0.2121));
    QVERIFY(std::abs(tiny[0].first - 2.406) <= 1.001e-3 && std::abs(tiny[1].first - 4.333) <= 1.001e-3);
    const auto three = turningPoints(model({1, 2, 3}, 0.01), loss);
    const double times[] = {1.097, 1.533, 3.363, 4.535};
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(std::abs(three[i].first - times[i]) <= 1.001e-3);
  }

  // The entry form of the flow, an independent way of writing it.
  void flowAgreesWithItsEntries() {
    const SwingBy m = model({1, 2, 3}, 0.3);
    const Eigen::MatrixXd& w = m.map();
    const Eigen::MatrixXd flow = m.flow(w);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) {
        double suppression = 0;
        for (int k = 0; k < 3; ++k)
          suppression += w(i, k) * w(k, j) * (m.rates()[i] + m.rates()[j] + 2 * m.rates()[k]) / 2;
        QVERIFY(std::abs(flow(i, j) - (w(i, j) * (m.rates()[i] + m.rates()[j]) - suppression)) < 1e-12);
      }
  }

  // Without off-diagonal entries each axis is a logistic curve of its own, and the flow descends the training loss.
  void diagonalFlowIsLogistic() {
    const std::vector<double> mu{1, 2}, sigma{0.05, 0.05};
    SwingBy m(mu, sigma, SwingBy::correlatedStart(2, 0.01, 0));
    double before = m.trainLoss();
    for (int i = 0; i < 3000; ++i) {
      m.advance(1e-3);
      QVERIFY(m.trainLoss() <= before);
      before = m.trainLoss();
    }
    for (int p = 0; p < 2; ++p) {
      // w' = 2 a w - 2 a w^2
      const double grown = 0.01 * std::exp(2 * m.rates()[p] * m.time());
      QVERIFY(std::abs(m.map()(p, p) - grown / (1 - 0.01 + grown)) < 1e-8);
    }
    QVERIFY(std::abs(oneLayerEntry(0.1, 2, 1.5) - (1 - 0.9 * std::exp(-3))) < 1e-15);
    QVERIFY_EXCEPTION_THROWN(SwingBy(mu, sigma, Eigen::MatrixXd::Zero(3, 3)), std::invalid_argument);
  }
};

QTEST_GUILESS_MAIN(TestTrajectory)
#include "test_trajectory.moc"
