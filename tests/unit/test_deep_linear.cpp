// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "engine/models/deep_linear.h"
#include "engine/models/linear_net.h"
#include "engine/models/riccati.h"

using namespace learnscope;

namespace {

Eigen::MatrixXd gaussian(Eigen::Index rows, Eigen::Index columns, RandomStream& random) {
  Eigen::MatrixXd values(rows, columns);
  for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = 0.6 * random.normal();
  return values;
}

/// A net of layers 4 -> 5 -> ... -> 5 -> 3.
DeepLinearNet wide(int depth, RandomStream random) {
  DeepLinearNet net;
  for (int l = 0; l < depth; ++l) net.layers.push_back(gaussian(l == depth - 1 ? 3 : 5, l == 0 ? 4 : 5, random));
  return net;
}

/// d vec(function) / d weights by central differences [outputs * inputs, weights]; exact, as each weight is linear.
Eigen::MatrixXd jacobian(const DeepLinearNet& net) {
  const double h = 1e-3;
  std::vector<Eigen::VectorXd> columns;
  for (std::size_t l = 0; l < net.depth(); ++l)
    for (Eigen::Index i = 0; i < net.layers[l].size(); ++i) {
      DeepLinearNet up = net, down = net;
      up.layers[l].data()[i] += h;
      down.layers[l].data()[i] -= h;
      const Eigen::MatrixXd slope = (up.function() - down.function()) / (2 * h);
      columns.emplace_back(Eigen::Map<const Eigen::VectorXd>(slope.data(), slope.size()));
    }
  Eigen::MatrixXd result(columns.front().size(), static_cast<Eigen::Index>(columns.size()));
  for (std::size_t c = 0; c < columns.size(); ++c) result.col(static_cast<Eigen::Index>(c)) = columns[c];
  return result;
}

Eigen::VectorXd flat(const DeepLinearNet& net) {
  Eigen::VectorXd weights(0);
  for (const Eigen::MatrixXd& layer : net.layers) {
    const Eigen::Index before = weights.size();
    weights.conservativeResize(before + layer.size());
    weights.tail(layer.size()) = Eigen::Map<const Eigen::VectorXd>(layer.data(), layer.size());
  }
  return weights;
}

Eigen::VectorXd vec(const Eigen::MatrixXd& matrix) {
  return Eigen::Map<const Eigen::VectorXd>(matrix.data(), matrix.size());
}

/// Time from a0 to a of a' = L a^(2 - 2/L) (s - a), by Simpson's rule in ln a.
double timeTo(double a, double a0, double s, int depth) {
  const int pieces = 20000;
  const double low = std::log(a0), step = (std::log(a) - low) / pieces;
  const auto rate = [&](int i) {
    const double x = low + i * step;
    return 1 / (depth * std::exp((1 - 2.0 / depth) * x) * (s - std::exp(x)));
  };
  double sum = rate(0) + rate(pieces);
  for (int i = 1; i < pieces; ++i) sum += (i % 2 == 1 ? 4 : 2) * rate(i);
  return sum * step / 3;
}

}  // namespace

class TestDeepLinear : public QObject {
  Q_OBJECT
 private slots:
  // One small step is the rate times the gradient of the loss: J^T vec(S - f).
  void descentFollowsTheGradient_data() { depths(); }
  void descentFollowsTheGradient() {
    QFETCH(int, depth);
    RandomStream random(3, "teacher");
    const DeepLinearNet start = wide(depth, {3, "net"});
    const Eigen::MatrixXd teacher = gaussian(3, 4, random);
    DeepLinearNet net = start;
    descend(net, teacher, 1e-2);
    const Eigen::VectorXd expected = 1e-2 * jacobian(start).transpose() * vec(teacher - start.function());
    QVERIFY((flat(net) - flat(start) - expected).cwiseAbs().maxCoeff() < 1e-11);
    // Runge-Kutta of order 4: half the step, a sixteenth of the error.
    const auto after = [&](int steps) {
      DeepLinearNet moved = start;
      for (int i = 0; i < steps; ++i) rungeKutta(moved, teacher, 0.02 / steps);
      return moved.function();
    };
    const Eigen::MatrixXd finest = after(320);
    const double coarse = (after(10) - finest).norm(), fine = (after(20) - finest).norm();
    QVERIFY2(fine < coarse / 12, std::to_string(coarse / fine).c_str());
  }

  void kernelsAreThoseOfTheJacobian_data() { depths(); }
  void kernelsAreThoseOfTheJacobian() {
    QFETCH(int, depth);
    const DeepLinearNet a = wide(depth, {3, "net"}), b = wide(depth, {4, "net"});
    const Eigen::MatrixXd ja = jacobian(a), jb = jacobian(b), ka = ja * ja.transpose(), kb = jb * jb.transpose();
    const LinearKernel fast(a), other(b);
    QVERIFY(std::abs(fast.inner(other) - ka.cwiseProduct(kb).sum()) < 1e-9 * ka.norm() * kb.norm());
    QVERIFY(std::abs(kernelAlignment(fast, other) - ka.cwiseProduct(kb).sum() / (ka.norm() * kb.norm())) < 1e-9);
    RandomStream random(5, "error");
    const Eigen::MatrixXd error = gaussian(3, 4, random);
    QVERIFY((vec(fast.times(error)) - ka * vec(error)).cwiseAbs().maxCoeff() < 1e-9 * ka.norm());
    DeepLinearNet nothing = a;
    for (Eigen::MatrixXd& layer : nothing.layers) layer.setZero();
    QVERIFY(std::isnan(kernelAlignment(LinearKernel(nothing), fast)));
  }

  // The linearised net is f0 + J (w - w0) with weights trained on its own loss.
  void theLinearisedNetIsTrainedOnTheStartsJacobian() {
    RandomStream random(3, "teacher");
    const DeepLinearNet start = wide(3, {3, "net"});
    const Eigen::MatrixXd teacher = gaussian(3, 4, random), j = jacobian(start);
    LinearisedNet linear(start);
    Eigen::VectorXd change = Eigen::VectorXd::Zero(j.cols());
    const double dt = 0.02;
    for (int i = 0; i < 200; ++i) {
      const Eigen::VectorXd error = vec(teacher - start.function()) - j * change;
      change += dt * j.transpose() * error;
      linear.descend(teacher, dt);
    }
    QVERIFY((vec(linear.function()) - vec(start.function()) - j * change).cwiseAbs().maxCoeff() < 1e-9);
    // On the flow it decays exponentially: halving the step changes nothing at order 4.
    LinearisedNet coarse(start), fine(start);
    for (int i = 0; i < 100; ++i) coarse.rungeKutta(teacher, 0.02);
    for (int i = 0; i < 200; ++i) fine.rungeKutta(teacher, 0.01);
    QVERIFY((coarse.function() - fine.function()).cwiseAbs().maxCoeff() < 1e-6);
  }

  void balancedStartsStayBalancedAndFollowTheModes_data() { depths(); }
  void balancedStartsStayBalancedAndFollowTheModes() {
    QFETCH(int, depth);
    RandomStream random(7, "exact");
    const Eigen::Vector3d values(3, 1.5, 0.8), strengths = Eigen::Vector3d::Constant(0.05);
    const Eigen::MatrixXd left = randomOrthogonal(3, random), right = randomOrthogonal(3, random);
    const Eigen::MatrixXd teacher = left * values.asDiagonal() * right.transpose();
    DeepLinearNet net = balancedDeepNet(strengths, depth, left, right, random);
    QCOMPARE(static_cast<int>(net.depth()), depth);
    QVERIFY(balanceResidual(net, 0) < 1e-12);
    QVERIFY((net.function() - 0.05 * left * right.transpose()).cwiseAbs().maxCoeff() < 1e-12);
    DeepModes modes(values, strengths, depth);
    for (int i = 1; i <= 4; ++i) {
      for (int k = 0; k < 1000; ++k) rungeKutta(net, teacher, 5e-4);
      const Eigen::MatrixXd expected = left * modes.at(0.5 * i).asDiagonal() * right.transpose();
      const double error = (net.function() - expected).cwiseAbs().maxCoeff();
      QVERIFY2(error < 1e-8, std::to_string(error).c_str());
    }
    QVERIFY(balanceResidual(net, 0) < 1e-8);
  }

  // Two layers: Saxe's sigmoid. Any depth: the separated equation integrated the other way round.
  void modesObeyTheirEquation_data() { depths(); }
  void modesObeyTheirEquation() {
    QFETCH(int, depth);
    DeepModes modes(Eigen::VectorXd::Constant(1, 3.0), Eigen::VectorXd::Constant(1, 0.01), depth);
    for (const double target : {0.1, 1.0, 2.9}) {
      const double time = timeTo(target, 0.01, 3, depth);
      QVERIFY2(std::abs(modes.at(time)[0] - target) < 1e-8, std::to_string(modes.at(time)[0]).c_str());
    }
    QVERIFY(std::abs(modes.at(0)[0] - 0.01) < 1e-12);
    // A value depends on its time alone, so that a branch repeats its parent.
    DeepModes again(Eigen::VectorXd::Constant(1, 3.0), Eigen::VectorXd::Constant(1, 0.01), depth);
    for (int i = 0; i <= 7; ++i) again.at(0.1 * i);
    QCOMPARE(again.at(1)[0], modes.at(1)[0]);
    if (depth != 2) return;
    for (const double time : {0.3, 0.9, 2.0}) QVERIFY(std::abs(modes.at(time)[0] - modeStrength(3, 0.01, time)) < 1e-8);
  }

 private:
  static void depths() {
    QTest::addColumn<int>("depth");
    for (int depth = 2; depth <= 5; ++depth) QTest::newRow(std::to_string(depth).c_str()) << depth;
  }
};

QTEST_GUILESS_MAIN(TestDeepLinear)
#include "test_deep_linear.moc"
