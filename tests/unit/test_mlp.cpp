// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>

#include "engine/models/mlp.h"
#include "engine/models/mlp_kernels.h"
#include "engine/models/two_layer_kernels.h"
#include "tests/support/dense_mlp.h"

using namespace learnscope;
using test::DenseMlp;

namespace {

std::vector<MlpKernels> kernelSets() {
  std::vector<MlpKernels> sets{baselineMlpKernels()};
  if (cpuHasAvx2()) sets.push_back(mlpKernels());
  return sets;
}

AlignedVector<float> normals(std::size_t count, const char* name) {
  RandomStream random(3, name);
  AlignedVector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

double largestDifference(std::span<const float> a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]) / (1e-3 + std::abs(b[i])));
  return largest;
}

}  // namespace

class TestMlp : public QObject {
  Q_OBJECT
 private slots:
  void shapeIsLaidOut() {
    const MlpShape shape({5, 7, 3});
    QCOMPARE(shape.parameters(), std::size_t(5 * 7 + 7 + 7 * 3 + 3));
    QCOMPARE(shape.weights(0), std::size_t(0));
    for (int l = 0; l < 2; ++l) {
      QCOMPARE(shape.weights(l) % 16, std::size_t(0));
      QCOMPARE(shape.biases(l) % 16, std::size_t(0));
    }
    QVERIFY(shape.end(1) == shape.size() && shape.end(0) == shape.begin(1));
    QVERIFY_EXCEPTION_THROWN(MlpShape({4}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(MlpShape({4, 0, 2}), std::invalid_argument);
    const AlignedVector<float> theta = shape.initial({1, "weights"});
    double most = 0;
    for (std::size_t i = 0; i < 35; ++i) most = std::max(most, std::abs(static_cast<double>(theta[i])));
    QVERIFY(most > 0.3 && most <= 1 / std::sqrt(5.0));
    for (std::size_t i = 35; i < shape.biases(0); ++i) QCOMPARE(theta[i], 0.0F);
  }

  void forwardIsTheFormula() {
    const MlpShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 13, "x");
    MlpPass pass(shape, 13);
    pass.forward(theta.data(), x.data(), 13);
    const DenseMlp dense(shape);
    QVERIFY(largestDifference(pass.logits(), dense.logits(theta, x, 13)) < 1e-4);
    QVERIFY_EXCEPTION_THROWN(pass.forward(theta.data(), x.data(), 14), std::logic_error);
  }

  void gradientIsThatOfFiniteDifferences() {
    const MlpShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 8, "x");
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1, 0};
    MlpPass pass(shape, 8);
    pass.forward(theta.data(), x.data(), 8);
    mlpKernels().crossEntropy(pass.logits().data(), y.data(), 8, 4, 1.0F / 8, nullptr, nullptr, nullptr);
    AlignedVector<float> gradient(shape.size(), 9.0F);
    pass.backward(theta.data(), x.data(), gradient.data());
    const DenseMlp dense(shape);
    const auto loss = [&](const std::vector<double>& at) { return dense.crossEntropy(dense.logits(at, x, 8), y); };
    dense.overParameters([&](std::size_t i) {
      const double difference = test::slope(loss, dense.wide(theta), i);
      QVERIFY2(
          std::abs(static_cast<double>(gradient[i]) - difference) < 2e-5 + 1e-3 * std::abs(difference),
          qPrintable(QString("parameter %1: %2, %3").arg(i).arg(static_cast<double>(gradient[i])).arg(difference)));
    });
  }

  // The sum over samples of squares (absolute values) against one backward pass a sample.
  void importanceIsASumOverSamples() {
    const MlpShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 7, "x");
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1};
    for (const auto power : {MlpPass::Power::Square, MlpPass::Power::Absolute}) {
      std::vector<double> expected(shape.size(), 0.0);
      MlpPass pass(shape, 7);
      AlignedVector<float> one(shape.size(), 0.0F);
      for (int i = 0; i < 7; ++i) {
        pass.forward(theta.data(), x.data() + 6 * i, 1);
        mlpKernels().crossEntropy(pass.logits().data(), y.data() + i, 1, 4, 1, nullptr, nullptr, nullptr);
        pass.backward(theta.data(), x.data() + 6 * i, one.data());
        for (std::size_t j = 0; j < one.size(); ++j) {
          const auto g = static_cast<double>(one[j]);
          expected[j] += power == MlpPass::Power::Square ? g * g : std::abs(g);
        }
      }
      pass.forward(theta.data(), x.data(), 7);
      mlpKernels().crossEntropy(pass.logits().data(), y.data(), 7, 4, 1, nullptr, nullptr, nullptr);
      AlignedVector<float> all(shape.size(), 0.0F);
      pass.importance(theta.data(), x.data(), power, all.data());
      QVERIFY(largestDifference(all, expected) < 1e-3);
    }
  }

  void maskedClassesTakeNoPart() {
    for (const MlpKernels& kernels : kernelSets()) {
      AlignedVector<float> logits{1, 5, 2, 0, 3, 3};
      const std::vector<int> y{0, 1}, maskOf{0, 1};
      const std::vector<unsigned char> masks{1, 0, 1, 0, 1, 1};
      long right = 0;
      const double loss = kernels.crossEntropy(logits.data(), y.data(), 2, 3, 1, masks.data(), maskOf.data(), &right);
      const double first = std::log(std::exp(1.0) + std::exp(2.0)) - 1, second = std::log(2.0);
      QVERIFY(std::abs(loss - first - second) < 1e-5);
      QCOMPARE(right, 1L);  // of two equal logits the first counts, as argmax has it
      QCOMPARE(logits[1], 0.0F);
      QVERIFY(std::abs(static_cast<double>(logits[2]) - std::exp(2.0) / (std::exp(1.0) + std::exp(2.0))) < 1e-5);
      QVERIFY(std::abs(static_cast<double>(logits[4]) + 0.5) < 1e-5);
    }
  }

  void elementaryKernelsAgreeWithTheirFormulas() {
    const long n = 70;  // no multiple of the lanes
    const AlignedVector<float> a = normals(n, "a"), b = normals(n, "b"), anchor = normals(n, "c");
    for (const MlpKernels& kernels : kernelSets()) {
      double dot = 0;
      for (std::size_t i = 0; i < n; ++i) dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
      QVERIFY(std::abs(kernels.dot(a.data(), b.data(), n) - dot) < 1e-4);
      AlignedVector<float> w = a, v = b, to(n);
      kernels.sgd(w.data(), v.data(), anchor.data(), 0.1F, 0.9F, n);
      kernels.mix(to.data(), 2, a.data(), -3, b.data(), n);
      AlignedVector<float> omega = b, near = a;
      kernels.absolute(omega.data(), n);
      kernels.proximal(near.data(), omega.data(), anchor.data(), 0.7F, n);
      for (std::size_t i = 0; i < n; ++i) {
        QVERIFY(std::abs(v[i] - (0.9F * b[i] + anchor[i])) < 1e-5F);
        QVERIFY(std::abs(w[i] - (a[i] - 0.1F * v[i])) < 1e-5F);
        QVERIFY(std::abs(to[i] - (2 * a[i] - 3 * b[i])) < 1e-5F);
        QCOMPARE(omega[i], std::abs(b[i]));
        // The proximal point minimises |w - a|^2 / 2 + s omega |w - anchor|^2 / 2: its slope there is 0.
        QVERIFY(std::abs(near[i] - a[i] + 0.7F * omega[i] * (near[i] - anchor[i])) < 1e-5F);
      }
      AlignedVector<float> z = a, p = a;
      kernels.softmax(p.data(), 7, 10, 2);
      for (int row = 0; row < 7; ++row) {
        double sum = 0;
        for (int c = 0; c < 10; ++c) sum += static_cast<double>(p[static_cast<std::size_t>(10 * row + c)]);
        QVERIFY(std::abs(sum - 1) < 1e-5);
      }
      QVERIFY(std::abs(std::log(static_cast<double>(p[1] / p[0])) - static_cast<double>(z[1] - z[0]) / 2) < 1e-5);
      QVERIFY(kernels.finite(a.data(), n));
      z[69] = INFINITY;
      QVERIFY(!kernels.finite(z.data(), n));
    }
  }
};

QTEST_APPLESS_MAIN(TestMlp)
#include "test_mlp.moc"
