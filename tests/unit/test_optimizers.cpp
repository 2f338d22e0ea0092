// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/models/batch_order.h"
#include "engine/models/newton_schulz.h"
#include "engine/models/threads.h"
#include "engine/models/two_layer_kernels.h"
#include "engine/models/two_layer_torch.h"
#include "tests/support/dense_net.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr double kRate = 3e-3, kDecay = 0.05, kBeta1 = 0.8, kBeta2 = 0.95;

PairTask task() { return {OperationTable(Group::fromSpec("7")), 4, 30}; }

TwoLayerOptions optionsOf(OptimizerKind optimizer) {
  TwoLayerOptions options;
  options.precision = Precision::Float64;
  options.hidden = 10;
  options.optimizer = optimizer;
  options.learningRate = kRate;
  options.weightDecay = kDecay;
  options.beta1 = kBeta1;
  options.beta2 = kBeta2;
  return options;
}

DenseNet gradientsOf(TwoLayerTrainer& trainer) {
  trainer.computeGradients();
  return DenseNet(trainer.gradients());
}

/// Five Newton-Schulz steps, as the lab's page prints them.
Matrix orthogonalised(const Matrix& g) {
  const double coefficients[5][3] = {
      {4.01, -9.22, 5.80}, {3.49, -6.38, 3.23}, {3.34, -6.21, 3.20}, {3.64, -7.48, 4.43}, {3.46, -5.35, 2.85}};
  Matrix x = g / (g.norm() + 1e-7);
  const bool tall = x.rows() > x.cols();
  if (tall) x = x.transpose().eval();
  for (const auto& [a, b, c] : coefficients) {
    const Matrix square = x * x.transpose();
    x = (a * x + (b * square + c * square * square) * x).eval();
  }
  return tall ? Matrix(x.transpose()) : x;
}

/// One weight matrix under an optimizer, by its formula.
struct Updated {
  Matrix w, m, v;
  explicit Updated(const Matrix& start) : w(start), m(start * 0), v(start * 0) {}

  void adam(Matrix g, int t, bool decoupled) {
    if (decoupled)
      w *= 1 - kRate * kDecay;
    else
      g += kDecay * w;
    m = kBeta1 * m + (1 - kBeta1) * g;
    v = kBeta2 * v + (1 - kBeta2) * g.cwiseProduct(g);
    const Matrix mHat = m / (1 - std::pow(kBeta1, t)), vHat = v / (1 - std::pow(kBeta2, t));
    w.array() -= kRate * mHat.array() / (vHat.array().sqrt() + 1e-8);
  }
  void sgd(const Matrix& g) {
    m = kBeta1 * m + g + kDecay * w;
    w -= kRate * m;
  }
  void muon(const Matrix& g) {
    m = 0.99 * m + 0.01 * g;
    w = w * (1 - kRate * kDecay) - kRate * orthogonalised(m);
  }
};

void step(OptimizerKind optimizer, const DenseNet& g, int t, Updated& input, Updated& output) {
  switch (optimizer) {
    case OptimizerKind::Adam:
    case OptimizerKind::AdamW:
      input.adam(g.w, t, optimizer == OptimizerKind::AdamW);
      return output.adam(g.v, t, optimizer == OptimizerKind::AdamW);
    case OptimizerKind::Sgd:
      input.sgd(g.w);
      return output.sgd(g.v);
    case OptimizerKind::Muon:
      input.muon(g.w);
      return output.adam(g.v, t, false);
  }
}

double distance(const TwoLayerTrainer& trainer, const Matrix& w, const Matrix& v) {
  const DenseNet net(trainer.net());
  return std::max((net.w - w).cwiseAbs().maxCoeff(), (net.v - v).cwiseAbs().maxCoeff());
}

}  // namespace

class TestOptimizers : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void everyStepFollowsTheFormula_data() {
    QTest::addColumn<int>("optimizer");
    QTest::addColumn<int>("backend");
    for (int o = 0; o < 4; ++o) {
      QTest::newRow((std::string(idOf(OptimizerKind(o))) + " native").c_str()) << o << int(Backend::Native);
      if (OptimizerKind(o) != OptimizerKind::Muon)
        QTest::newRow((std::string(idOf(OptimizerKind(o))) + " torch").c_str()) << o << int(Backend::TorchCpu);
    }
  }
  void everyStepFollowsTheFormula() {
    QFETCH(int, optimizer);
    QFETCH(int, backend);
    TwoLayerOptions options = optionsOf(OptimizerKind(optimizer));
    options.backend = Backend(backend);
    const auto trainer = makeTwoLayerTrainer(options, task(), 6);
    const DenseNet start(trainer->net());
    Updated input(start.w), output(start.v);
    for (int t = 1; t <= 6; ++t) {
      const DenseNet g = gradientsOf(*trainer);
      trainer->step();
      QCOMPARE(trainer->steps(), std::int64_t(t));
      // What step() leaves is the loss's gradient alone, no decay in it.
      const DenseNet left(trainer->gradients());
      QVERIFY((left.w - g.w).cwiseAbs().maxCoeff() < 1e-14);
      QVERIFY((left.v - g.v).cwiseAbs().maxCoeff() < 1e-14);
      step(OptimizerKind(optimizer), g, t, input, output);
      QVERIFY(distance(*trainer, input.w, output.w) < 1e-12);
    }
  }

  void aNewOptimizerStartsFresh() {
    const auto trainer = makeTwoLayerTrainer(optionsOf(OptimizerKind::Adam), task(), 6);
    for (int i = 0; i < 5; ++i) trainer->step();
    trainer->change(optionsOf(OptimizerKind::AdamW));
    const DenseNet start(trainer->net());
    Updated input(start.w), output(start.v);
    for (int t = 1; t <= 3; ++t) {
      const DenseNet g = gradientsOf(*trainer);
      trainer->step();
      step(OptimizerKind::AdamW, g, t, input, output);
    }
    QVERIFY(distance(*trainer, input.w, output.w) < 1e-12);
    QCOMPARE(trainer->steps(), std::int64_t(8));
  }

  void frozenWeightsStay_data() {
    QTest::addColumn<int>("optimizer");
    QTest::addColumn<int>("backend");
    for (int o = 0; o < 4; ++o) {
      QTest::newRow((std::string(idOf(OptimizerKind(o))) + " native").c_str()) << o << int(Backend::Native);
      if (OptimizerKind(o) != OptimizerKind::Muon)
        QTest::newRow((std::string(idOf(OptimizerKind(o))) + " torch").c_str()) << o << int(Backend::TorchCpu);
    }
  }
  void frozenWeightsStay() {
    QFETCH(int, optimizer);
    QFETCH(int, backend);
    for (const bool input : {true, false}) {
      TwoLayerOptions options = optionsOf(OptimizerKind(optimizer));
      options.backend = Backend(backend);
      options.freezeInput = input;
      options.freezeOutput = !input;
      const auto trainer = makeTwoLayerTrainer(options, task(), 6);
      const DenseNet start(trainer->net());
      for (int i = 0; i < 3; ++i) trainer->step();
      const DenseNet end(trainer->net());
      QCOMPARE(start.w == end.w, input);
      QCOMPARE(start.v == end.v, !input);
    }
  }

  // Every singular value ends near 1, whatever it was, and the singular vectors stay.
  void newtonSchulzOrthogonalises_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::newRow("tall") << 46 << 24;
    QTest::newRow("wide") << 12 << 40;
    QTest::newRow("square") << 20 << 20;
  }
  void newtonSchulzOrthogonalises() {
    QFETCH(int, rows);
    QFETCH(int, columns);
    const std::vector<double> values = RandomStream(2, 2).normals(static_cast<std::size_t>(rows * columns));
    const Matrix g = Eigen::Map<const Matrix>(values.data(), rows, columns);
    NewtonSchulz<double> newtonSchulz;
    newtonSchulz.resize(rows, columns);
    const Matrix result = Eigen::Map<const Matrix>(newtonSchulz(g.data()), rows, columns);
    QVERIFY((result - orthogonalised(g)).cwiseAbs().maxCoeff() < 1e-12);
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(g, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::MatrixXd inBasis = svd.matrixU().transpose() * result * svd.matrixV();
    for (Eigen::Index i = 0; i < inBasis.rows(); ++i)
      for (Eigen::Index j = 0; j < inBasis.cols(); ++j) {
        if (i != j) QVERIFY(std::abs(inBasis(i, j)) < 1e-9);
        // A singular value far below the others needs more than five steps.
        if (i == j && svd.singularValues()[i] > 0.05 * svd.singularValues()[0])
          QVERIFY(inBasis(i, i) > 0.7 && inBasis(i, i) < 1.3);
      }
  }

  // Kumar et al. 2024: the function is alpha (f - f0), zero at the start, and the rate is divided by alpha^2.
  void lazyTrainingStartsAtZeroAndScalesTheRate() {
    TwoLayerOptions options = optionsOf(OptimizerKind::Sgd);
    options.laziness = 4;
    options.outputScale = 1.5;
    options.weightDecay = 0;
    options.beta1 = 0;
    const PairTask pairs = task();
    const auto trainer = makeTwoLayerTrainer(options, pairs, 6);
    const DenseNet start(trainer->net());
    std::vector<double> o(30 * 7);
    trainer->outputs(pairs.trainLeft(), pairs.trainRight(), o.data());
    for (double value : o) QCOMPARE(value, 0.0);
    const Matrix x = pairInputs(pairs.trainLeft(), pairs.trainRight(), 7), y = oneHot(pairs.trainTarget(), 7);
    const auto f = [&](const DenseNet& net) {
      return Matrix(1.5 * sigma(Activation::Square, Matrix(x * net.w)) * net.v);
    };
    for (int t = 0; t < 3; ++t) {
      const DenseNet before(trainer->net());
      const Matrix function = 4 * (f(before) - f(start));
      Matrix residual = function - y;
      residual = residual.colwise() - residual.rowwise().mean();
      const double loss = trainer->step();
      QVERIFY(std::abs(loss - residual.squaredNorm() / 30) < 1e-12);
      const Matrix z = x * before.w, dO = 4 * 1.5 * 2 / 30.0 * residual;
      const Matrix dV = sigma(Activation::Square, z).transpose() * dO,
                   dW = x.transpose() * (dO * before.v.transpose()).cwiseProduct(2 * z);
      QVERIFY(distance(*trainer, before.w - kRate / 16 * dW, before.v - kRate / 16 * dV) < 1e-12);
    }
  }

  // Consecutive pieces of the shuffle of stream 1000 + epoch; a rest smaller than the batch is left out.
  void miniBatchesFollowTheShuffle() {
    const PairTask pairs = task();
    BatchOrder batches(pairs, 9, 8);
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
      const auto shuffle = RandomStream(9, 1000 + epoch).shuffled(30);
      for (std::size_t first = 0; first + 8 <= 30; first += 8) {
        std::multiset<std::array<int, 3>> expected, found;
        for (std::size_t i = first; i < first + 8; ++i) {
          const auto at = static_cast<std::size_t>(shuffle[i]);
          expected.insert({pairs.trainLeft()[at], pairs.trainRight()[at], pairs.trainTarget()[at]});
        }
        const PairRows& rows = batches.next();
        QCOMPARE(rows.count(), 8);
        for (std::size_t i = 0; i < 8; ++i) found.insert({rows.left[i], rows.right[i], rows.target[i]});
        QVERIFY(found == expected);
        QVERIFY(std::is_sorted(rows.left.begin(), rows.left.end()));
      }
    }
    QCOMPARE(batches.position().epoch, std::int64_t(3));
    QCOMPARE(batches.position().offset, std::int64_t(24));
    // Going back gives the same batch again, also across a shuffle.
    const BatchOrder::Position here = batches.position();
    const std::vector<std::int32_t> once = batches.next().right;
    batches.setPosition(here);
    QCOMPARE(batches.next().right, once);
    BatchOrder other(pairs, 9, 8);
    other.setPosition(here);
    QCOMPARE(other.next().right, once);
  }

  // The first mini-batch's step has the gradient of its pairs alone.
  void aMiniBatchStepUsesItsPairs() {
    TwoLayerOptions options = optionsOf(OptimizerKind::Sgd);
    options.batch = 8;
    options.weightDecay = 0;
    options.beta1 = 0;
    const PairTask pairs = task();
    const auto trainer = makeTwoLayerTrainer(options, pairs, 6);
    const DenseNet start(trainer->net());
    BatchOrder batches(pairs, 6, 8);
    const PairRows& rows = batches.next();
    const AutogradResult expected = autogradOf(std::get<TwoLayerNet<double>>(trainer->net()), LossKind::ClassCentred,
                                               rows.left, rows.right, rows.target);
    QVERIFY(std::abs(trainer->step() - expected.loss) < 1e-13);
    const Matrix dW = Eigen::Map<const Matrix>(expected.inputGradient.data(), 14, 10),
                 dV = Eigen::Map<const Matrix>(expected.outputGradient.data(), 10, 7);
    QVERIFY(distance(*trainer, start.w - kRate * dW, start.v - kRate * dV) < 1e-13);
  }

  // V <- (G^T G + eta I)^-1 G^T Y, G = beta F, by a general inverse; eta = n wd / 2 unless it is given.
  void ridgeOutputMatchesADirectSolve_data() {
    QTest::addColumn<double>("eta");
    QTest::addColumn<int>("batch");
    QTest::addColumn<bool>("single");
    QTest::newRow("given") << 0.4 << 0 << false;
    QTest::newRow("from the decay") << 0.0 << 0 << false;
    QTest::newRow("mini-batch") << 0.0 << 12 << false;
    QTest::newRow("float32") << 0.4 << 0 << true;
  }
  void ridgeOutputMatchesADirectSolve() {
    QFETCH(double, eta);
    QFETCH(int, batch);
    QFETCH(bool, single);
    TwoLayerOptions options = optionsOf(OptimizerKind::Adam);
    options.outputScale = 1.5;
    options.ridgeOutput = true;
    options.ridge = eta;
    options.batch = batch;
    if (single) options.precision = Precision::Float32;
    const PairTask pairs = task();
    const auto trainer = makeTwoLayerTrainer(options, pairs, 6);
    BatchOrder batches(pairs, 6, batch);
    for (int t = 0; t < 3; ++t) {
      const DenseNet before(trainer->net());
      const PairRows& rows = batches.next();
      const double loss = trainer->step();
      const double ridge = eta > 0 ? eta : rows.count() * kDecay / 2;
      const Matrix x = pairInputs(rows.left, rows.right, 7), y = oneHot(rows.target, 7),
                   g = 1.5 * sigma(Activation::Square, Matrix(x * before.w));
      const Matrix v =
          (g.transpose() * g + ridge * Matrix::Identity(10, 10)).fullPivLu().inverse() * (g.transpose() * y);
      QVERIFY((DenseNet(trainer->net()).v - v).cwiseAbs().maxCoeff() < (single ? 1e-5 : 1e-10));
      Matrix residual = g * v - y;
      residual = residual.colwise() - residual.rowwise().mean();
      QVERIFY(std::abs(loss - residual.squaredNorm() / rows.count()) < (single ? 1e-5 : 1e-10));
    }
  }

  // The AVX2 kernels against the baseline ones, on lengths with and without a rest.
  void kernelSetsAgree_data() {
    QTest::addColumn<int>("count");
    for (int count : {1, 7, 16, 37, 256}) QTest::addRow("%d", count) << count;
  }
  void kernelSetsAgree() {
    QFETCH(int, count);
    compareKernels<float>(count, 2e-6);
    compareKernels<double>(count, 1e-14);
  }

  void nothingButFiniteValuesIsFinite() {
    for (const TwoLayerKernels<float>* kernels : {&baselineKernels<float>(), &twoLayerKernels<float>()})
      for (const std::size_t at : {std::size_t{0}, std::size_t{15}, std::size_t{16}, std::size_t{36}})
        for (const float bad : {INFINITY, -INFINITY, NAN}) {
          std::vector<float> values(37, 3e38F);
          QVERIFY(kernels->finite(values.data(), 37));
          values[at] = bad;
          QVERIFY(!kernels->finite(values.data(), 37));
        }
  }

  void theTorchBackendRefusesWhatItCannotDo() {
    TwoLayerOptions options = optionsOf(OptimizerKind::Muon);
    options.backend = Backend::TorchCpu;
    options.ridgeOutput = true;
    try {
      options.check();
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      QCOMPARE(error.problems().size(), std::size_t(2));
      QCOMPARE(error.problems()[0].pointer, std::string("/optimizer"));
    }
  }

 private:
  template <class T>
  void compareKernels(int count, double tolerance) {
    const auto size = static_cast<std::size_t>(count);
    const auto drawn = [&](std::uint64_t stream) {
      const std::vector<double> values = RandomStream(3, stream).normals(size);
      return AlignedVector<T>(values.begin(), values.end());
    };
    const auto close = [&](const AlignedVector<T>& a, const AlignedVector<T>& b) {
      for (std::size_t i = 0; i < size; ++i)
        if (!(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <=
              tolerance * (1 + std::abs(static_cast<double>(b[i])))))
          return false;
      return true;
    };
    const TwoLayerKernels<T>&fast = twoLayerKernels<T>(), &plain = baselineKernels<T>();
    const AlignedVector<T> z = drawn(1), g = drawn(2);
    AlignedVector<T> a(size), b(size);
    for (int act = 0; act < 4; ++act) {
      fast.activate(Activation(act), z.data(), a.data(), count);
      plain.activate(Activation(act), z.data(), b.data(), count);
      QVERIFY(close(a, b));
      for (std::size_t i = 0; i < size; ++i)
        QVERIFY(std::abs(static_cast<double>(a[i]) - sigma(Activation(act), static_cast<double>(z[i]))) <
                20 * tolerance);
      fast.slope(Activation(act), z.data(), a.data(), count);
      plain.slope(Activation(act), z.data(), b.data(), count);
      QVERIFY(close(a, b));
    }
    for (int loss = 0; loss < 3; ++loss) {
      AlignedVector<T> p = z, q = z;
      const int target = count / 2;
      const double first = fast.residual(LossKind(loss), p.data(), &target, 1, count, T(0.5)),
                   second = plain.residual(LossKind(loss), q.data(), &target, 1, count, T(0.5));
      QVERIFY(std::abs(first - second) < 10 * tolerance * (1 + std::abs(second)));
      QVERIFY(close(p, q));
    }
    AlignedVector<T> w1 = drawn(4), w2 = w1, m1 = drawn(5), m2 = m1, v1(size, T(0.3)), v2 = v1;
    fast.adam(w1.data(), m1.data(), v1.data(), g.data(), count, T(0.01), T(2), T(0.9), T(0.999), T(0.1), T(0.99));
    plain.adam(w2.data(), m2.data(), v2.data(), g.data(), count, T(0.01), T(2), T(0.9), T(0.999), T(0.1), T(0.99));
    QVERIFY(close(w1, w2) && close(m1, m2) && close(v1, v2));
    fast.sgd(w1.data(), m1.data(), g.data(), count, T(0.01), T(0.9), T(0.1));
    plain.sgd(w2.data(), m2.data(), g.data(), count, T(0.01), T(0.9), T(0.1));
    QVERIFY(close(w1, w2) && close(m1, m2));
  }
};

QTEST_GUILESS_MAIN(TestOptimizers)
#include "test_optimizers.moc"
