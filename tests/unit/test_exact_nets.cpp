// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <QTest>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/models/deep_linear.h"
#include "engine/models/diagonal_net.h"
#include "engine/models/riccati.h"
#include "engine/models/scaled_relu.h"

using namespace learnscope;

namespace {

/// A teacher of four modes and a balanced start with directions of its own.
struct Problem4 {
  explicit Problem4(double lambda, double a0 = 0.01) {
    RandomStream random(7, "exact");
    const Eigen::Vector4d values(3, 2, 1.2, 0.6);
    correlation = randomOrthogonal(4, random) * values.asDiagonal() * randomOrthogonal(4, random).transpose();
    const Eigen::MatrixXd left = randomOrthogonal(4, random), right = randomOrthogonal(4, random);
    start = balancedNet(Eigen::VectorXd::Constant(4, a0), lambda, left, right, random);
  }
  Eigen::MatrixXd correlation;
  LinearNet start;
};

Eigen::MatrixXd square(const LinearNet& net) { return net.stacked() * net.stacked().transpose(); }

/// alpha^2 sum q(beta_i / alpha^2), q(z) = 2 - sqrt(4 + z^2) + z asinh(z / 2).
double potential(const Eigen::VectorXd& beta, double alpha) {
  const Eigen::ArrayXd z = beta.array() / (alpha * alpha);
  return alpha * alpha * (2 - (4 + z.square()).sqrt() + z * (z / 2).asinh()).sum();
}

/// The whole tangent kernel of a linear net on the inputs e_1 .. e_d, from its Jacobian.
Eigen::MatrixXd kernelByJacobian(const LinearNet& net) {
  const Eigen::Index d = net.first.cols(), h = net.first.rows(), o = net.second.rows();
  Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(d * o, h * d + o * h);
  for (Eigen::Index x = 0; x < d; ++x)
    for (Eigen::Index k = 0; k < o; ++k)
      for (Eigen::Index j = 0; j < h; ++j) {
        jacobian(x * o + k, j * d + x) = net.second(k, j);
        jacobian(x * o + k, h * d + k * h + j) = net.first(j, x);
      }
  return jacobian * jacobian.transpose();
}

}  // namespace

class TestExactNets : public QObject {
  Q_OBJECT
 private slots:
  void balancedStartsAreBalanced_data() { lambdas(); }
  void balancedStartsAreBalanced() {
    QFETCH(double, lambda);
    const Problem4 problem(lambda);
    QVERIFY(balanceResidual(problem.start, lambda) < 1e-12);
    const Eigen::VectorXd s = problem.start.function().jacobiSvd().singularValues();
    QVERIFY((s.array() - 0.01).abs().maxCoeff() < 1e-12);
  }

  // The page's acceptance: Runge-Kutta with 4000 steps against the closed form, at t = 0.5, 2, 4.
  void theFlowIsTheRiccatiSolution_data() { lambdas(); }
  void theFlowIsTheRiccatiSolution() {
    QFETCH(double, lambda);
    const Problem4 problem(lambda);
    RiccatiFlow flow(problem.start, problem.correlation, lambda);
    for (const double time : {0.5, 2.0, 4.0}) {
      LinearNet net = problem.start;
      for (int i = 0; i < 4000; ++i) rungeKutta(net, problem.correlation, time / 4000);
      const double error = (square(net) - flow.at(time)).cwiseAbs().maxCoeff();
      QVERIFY2(error < 1e-8, std::to_string(error).c_str());
      QVERIFY(balanceResidual(net, lambda) < 1e-8);
    }
  }

  void gradientDescentFollows_data() { lambdas(); }
  void gradientDescentFollows() {
    QFETCH(double, lambda);
    const Problem4 problem(lambda);
    RiccatiFlow flow(problem.start, problem.correlation, lambda);
    LinearNet net = problem.start;
    double worst = 0;
    for (int i = 1; i <= 4000; ++i) {
      descend(net, problem.correlation, 1e-3);
      if (i % 100 == 0) worst = std::max(worst, (square(net) - flow.at(i * 1e-3)).cwiseAbs().maxCoeff());
    }
    QVERIFY2(worst < 1e-2, std::to_string(worst).c_str());
  }

  // Far beyond exp's range the pieces still end at the teacher; going back starts again.
  void longTimesDoNotOverflow() {
    const Problem4 problem(2);
    RiccatiFlow flow(problem.start, problem.correlation, 2);
    const Eigen::MatrixXd early = flow.at(1);
    const Eigen::MatrixXd late = flow.at(1000);
    QVERIFY(late.allFinite());
    QVERIFY((flow.function(late) - problem.correlation).cwiseAbs().maxCoeff() < 1e-9);
    QVERIFY((flow.at(1) - early).cwiseAbs().maxCoeff() < 1e-12);
  }

  void oneModeHasItsPublishedValues() {
    const std::pair<double, double> values[]{{0.5, 0.0199586}, {1, 0.3557125}, {1.5, 2.1896116}, {2, 2.9457207}};
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(1, 1);
    RandomStream random(1, 1);
    const LinearNet start = balancedNet(Eigen::VectorXd::Constant(1, 1e-3), 0, one, one, random);
    RiccatiFlow flow(start, 3 * one, 0);
    for (const auto& [time, strength] : values) {
      QVERIFY(std::abs(modeStrength(3, 1e-3, time) - strength) < 1e-6);
      QVERIFY(std::abs(flow.function(flow.at(time))(0, 0) - strength) < 1e-6);
    }
    QVERIFY(std::abs(modeStrength(3, 1e-3, modeHalfTime(3, 1e-3)) - 1.5) < 1e-12);
    QCOMPARE(modeHalfTime(3, 2.5), 0.0);
  }

  // a' = sqrt(lambda^2 + 4 a^2) (s - a), and the exponential rate |lambda| where lambda is large.
  void oneModeObeysItsEquation() {
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(1, 1);
    for (const double lambda : {0.0, 2.0, -2.0, 20.0}) {
      RandomStream random(1, 1);
      RiccatiFlow flow(balancedNet(Eigen::VectorXd::Constant(1, 0.1), lambda, one, one, random), 3 * one, lambda);
      const auto a = [&](double t) { return flow.function(flow.at(t))(0, 0); };
      for (const double t : {0.05, 0.2}) {
        const double h = 1e-4, before = a(t - h), now = a(t), after = a(t + h);
        const double slope = std::sqrt(lambda * lambda + 4 * now * now) * (3 - now);
        QVERIFY(std::abs((after - before) / (2 * h) - slope) < 1e-4 * (1 + slope));
      }
      if (lambda < 10) continue;
      const double rate = std::log((3 - a(0.05)) / (3 - a(0.1))) / 0.05;
      QVERIFY(std::abs(rate - lambda) < 0.05 * lambda);
    }
  }

  void kernelAlignmentIsThatOfTheWholeKernels() {
    const Problem4 a(0.5, 0.3), b(0, 1);
    LinearNet moved = a.start;
    moved.second += b.start.second;
    const Eigen::MatrixXd k0 = kernelByJacobian(a.start), k = kernelByJacobian(moved);
    const auto kernel = [](const LinearNet& net) {
      return LinearKernel::ofBlocks(net.first.transpose() * net.first, net.second * net.second.transpose());
    };
    const double whole = k.cwiseProduct(k0).sum() / (k.norm() * k0.norm());
    QVERIFY(std::abs(kernelAlignment(kernel(moved), kernel(a.start)) - whole) < 1e-12);
    QVERIFY(std::abs(kernelAlignment(kernel(moved), kernel(moved)) - 1) < 1e-12);
    const Eigen::MatrixXd in = moved.first.transpose() * moved.first;
    QVERIFY(std::isnan(gramAlignment(in, Eigen::MatrixXd::Zero(4, 4))));
  }

  // The optimality conditions of the minimised potential: asinh(beta / 2 alpha^2) lies in the row space of X.
  void theDiagonalLimitIsOptimal() {
    RandomStream random(3, 3);
    Eigen::MatrixXd x(5, 12);
    for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
    Eigen::VectorXd truth = Eigen::VectorXd::Zero(12);
    truth[1] = 1;
    truth[7] = -0.8;
    const Eigen::VectorXd y = x * truth;
    double l1 = 0, l2 = 1e9, least = 1e9;
    for (const double alpha : {0.001, 0.01, 0.1, 1.0, 5.0, 50.0}) {
      const Eigen::VectorXd beta = diagonalLimit(x, y, alpha);
      QVERIFY((x * beta - y).norm() < 1e-9);
      const Eigen::VectorXd z = (beta / (2 * alpha * alpha)).array().asinh();
      const Eigen::VectorXd projected = x.transpose() * (x * x.transpose()).ldlt().solve(x * z);
      QVERIFY((projected - z).norm() < 1e-6 * (1 + z.norm()));
      // No other solution has less of the potential alpha^2 sum q(beta / alpha^2).
      QVERIFY(potential(beta, alpha) <= potential(truth, alpha) * (1 + 1e-9));
      QVERIFY(potential(beta, alpha) <= potential(leastNormSolution(x, y), alpha) * (1 + 1e-9));
      // Small scales are sparse, large ones have the least norm.
      QVERIFY(beta.lpNorm<1>() >= l1 - 1e-9);
      QVERIFY(beta.norm() <= l2 + 1e-9);
      const double distance = (beta - leastNormSolution(x, y)).norm();
      QVERIFY(distance <= least + 1e-9);
      l1 = beta.lpNorm<1>();
      l2 = beta.norm();
      least = distance;
    }
    QVERIFY(least < 1e-6);
  }

  // Wide data, where the potential is far larger than what is left of its gradient.
  void theDiagonalLimitOfWideData() {
    RandomStream random(3, 3);
    Eigen::MatrixXd x(60, 600);
    for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
    const Eigen::VectorXd y = x * (Eigen::VectorXd::Unit(600, 1) - 0.8 * Eigen::VectorXd::Unit(600, 7));
    for (const double alpha : {0.01, 0.1, 1.0, 5.0, 50.0}) {
      const Eigen::VectorXd beta = diagonalLimit(x, y, alpha);
      QVERIFY((x * beta - y).norm() < 1e-8);
      const Eigen::VectorXd z = (beta / (2 * alpha * alpha)).array().asinh();
      QVERIFY((z - x.transpose() * (x * x.transpose()).ldlt().solve(x * z)).norm() < 1e-6 * z.norm());
    }
  }

  // The page's acceptance for the two larger scales; the small ones are a claim.
  void descentEndsAtTheDiagonalLimit() {
    RandomStream random(3, 3);
    Eigen::MatrixXd x(5, 12);
    for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.normal();
    const Eigen::VectorXd y = x * Eigen::VectorXd::Unit(12, 1);
    for (const double alpha : {1.0, 5.0}) {
      DiagonalNet net = DiagonalNet::start(12, alpha);
      for (int i = 0; i < 40000; ++i) net.descend(x, y, 5e-4 / (alpha * alpha));
      const double distance = (net.beta() - diagonalLimit(x, y, alpha)).norm();
      QVERIFY2(distance < 1e-3, std::to_string(distance).c_str());
    }
  }

  void functionsOfThePlane() {
    const SphereData data = circleClasses(40, {5, "circle"});
    for (Eigen::Index i = 0; i < 40; ++i) {
      QVERIFY(std::abs(data.x.row(i).norm() - 1) < 1e-12);
      QCOMPARE(data.y[i], data.x(i, 0) * data.x(i, 1) > 0 ? 1.0 : -1.0);
      QVERIFY(std::abs(data.x(i, 0)) > 0.25 && std::abs(data.x(i, 1)) > 0.25);  // sin 15 degrees
    }
    ScaledRelu net(30, 2, data.x, {5, "relu"});
    const Eigen::MatrixXd before = net.neurons(true);
    for (int i = 0; i < 20; ++i) net.descend(data.y, 0.5);
    QVERIFY((net.outputsAt(data.x) - net.outputs()).cwiseAbs().maxCoeff() < 1e-12);
    QVERIFY(net.neurons(true) == before && net.neurons(false) != before);
    QVERIFY(std::abs(net.neurons(false).row(3).norm() - std::abs(net.second()[3]) * net.first().row(3).norm()) < 1e-12);
  }

  // Descent and kernel of the scaled ReLU net against finite differences.
  void theReluNetDescendsItsLoss() {
    const SphereData data = sphereData(9, 3, 2, {5, "sphere"});
    QVERIFY((data.x.rowwise().norm().array() - 1).abs().maxCoeff() < 1e-12);
    const ScaledRelu start(6, 10, data.x, {5, "relu"});
    QVERIFY(start.outputs().cwiseAbs().maxCoeff() < 1e-12);
    QCOMPARE(start.distance(), 0.0);
    const double h = 1e-6;
    ScaledRelu stepped = start;
    stepped.descend(data.y, 1e-3);
    Eigen::MatrixXd jacobian(9, 24);
    const auto check = [&](auto get, Eigen::Index i, Eigen::Index column) {
      ScaledRelu up = start, down = start;
      get(up).data()[i] += h;
      get(down).data()[i] -= h;
      const double slope = (up.loss(data.y) - down.loss(data.y)) / (2 * h) / 100;
      QVERIFY(std::abs(get(stepped).data()[i] - (get(up).data()[i] - h) + 1e-3 * slope) < 1e-9);
      jacobian.col(column) = (up.outputs() - down.outputs()) / (2 * h) / 10;
    };
    for (Eigen::Index i = 0; i < 18; ++i) check([](ScaledRelu& net) -> Eigen::MatrixXd& { return net.first(); }, i, i);
    for (Eigen::Index i = 0; i < 6; ++i)
      check([](ScaledRelu& net) -> Eigen::VectorXd& { return net.second(); }, i, 18 + i);
    QVERIFY((jacobian * jacobian.transpose() - start.kernel()).cwiseAbs().maxCoeff() < 1e-6);
  }

 private:
  static void lambdas() {
    QTest::addColumn<double>("lambda");
    QTest::newRow("0") << 0.0;
    QTest::newRow("2") << 2.0;
    QTest::newRow("-2") << -2.0;
  }
};

QTEST_GUILESS_MAIN(TestExactNets)
#include "test_exact_nets.moc"
