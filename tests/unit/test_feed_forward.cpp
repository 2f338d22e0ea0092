// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>

#include "engine/models/feed_forward.h"
#include "engine/models/mlp_kernels.h"
#include "engine/models/product_kernels.h"
#include "engine/models/two_layer_kernels.h"
#include "tests/support/dense_mlp.h"
#include "tests/support/plain_net.h"

using namespace learnscope;
using test::DenseMlp;
using test::PlainNet;

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

/// Nets with convolutions (on images with an odd side after the first pooling, of one and two channels), with
/// normalisation, and with both.
std::vector<std::pair<const char*, FeedForwardPlan>> plans() {
  return {{"perceptron", {.widths = {12, 9, 7, 4}}},
          {"normalised", {.widths = {12, 9, 7, 4}, .batchNorm = true}},
          {"convolutions", {.widths = {36, 8, 4}, .maps = {3, 5}, .side = 6}},
          {"two channels", {.widths = {72, 8, 4}, .maps = {3, 4}, .channels = 2, .side = 6}},
          {"both", {.widths = {72, 8, 4}, .maps = {3, 4}, .channels = 2, .side = 6, .batchNorm = true}}};
}

/// Weights of a plan, those of normalised layers away from where they start.
AlignedVector<float> weightsOf(const FeedForwardShape& shape) {
  AlignedVector<float> theta = shape.initial({2, "weights"});
  RandomStream random(4, "statistics");
  for (int l = 0; l < shape.layers(); ++l) {
    const FeedForwardLayer& layer = shape.layer(l);
    for (std::size_t j = 0; layer.normalised && j < static_cast<std::size_t>(layer.outputs); ++j) {
      theta[layer.scales + j] = static_cast<float>(random.uniform(0.5, 1.5));
      theta[layer.biases + j] = static_cast<float>(random.uniform(-0.3, 0.5));
      theta[layer.means + j] = static_cast<float>(random.uniform(-0.3, 0.3));
      theta[layer.variances + j] = static_cast<float>(random.uniform(0.3, 1.5));
    }
  }
  return theta;
}

double largestDifference(std::span<const float> a, const std::vector<double>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]) / (1e-3 + std::abs(b[i])));
  return largest;
}

}  // namespace

class TestFeedForward : public QObject {
  Q_OBJECT
 private slots:
  void shapeIsLaidOut() {
    const FeedForwardShape shape({5, 7, 3});
    QCOMPARE(shape.parameters(), std::size_t(5 * 7 + 7 + 7 * 3 + 3));
    QCOMPARE(shape.weights(0), std::size_t(0));
    for (int l = 0; l < 2; ++l) {
      QCOMPARE(shape.weights(l) % 16, std::size_t(0));
      QCOMPARE(shape.biases(l) % 16, std::size_t(0));
    }
    QVERIFY(shape.end(1) == shape.size() && shape.end(0) == shape.begin(1));
    QVERIFY_EXCEPTION_THROWN(FeedForwardShape({4}), std::invalid_argument);
    QVERIFY_EXCEPTION_THROWN(FeedForwardShape({4, 0, 2}), std::invalid_argument);
    const AlignedVector<float> theta = shape.initial({1, "weights"});
    double most = 0;
    for (std::size_t i = 0; i < 35; ++i) most = std::max(most, std::abs(static_cast<double>(theta[i])));
    QVERIFY(most > 0.3 && most <= 1 / std::sqrt(5.0));
    for (std::size_t i = 35; i < shape.biases(0); ++i) QCOMPARE(theta[i], 0.0F);
  }

  void forwardIsTheFormula() {
    const FeedForwardShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 13, "x");
    FeedForwardPass pass(shape, 13);
    pass.forward(theta.data(), x.data(), 13);
    const DenseMlp dense(shape);
    QVERIFY(largestDifference(pass.logits(), dense.logits(theta, x, 13)) < 1e-4);
    QVERIFY_EXCEPTION_THROWN(pass.forward(theta.data(), x.data(), 14), std::logic_error);
  }

  void products_data() {
    QTest::addColumn<QList<int>>("sizes");
    for (const QList<int>& sizes : {QList<int>{1, 1, 1}, QList<int>{5, 10, 7}, QList<int>{6, 64, 16},
                                    QList<int>{13, 129, 3}, QList<int>{64, 128, 256}, QList<int>{17, 83, 30}})
      QTest::addRow("%d x %d, %d deep", sizes[0], sizes[1], sizes[2]) << sizes;
  }
  // Each factor in both orders, with and without what follows, against sums in double; rows do not depend on their
  // neighbours, and both kernels that fuse multiplication and addition give the same bits.
  void products() {
    QFETCH(QList<int>, sizes);
    const long m = sizes[0], n = sizes[1], k = sizes[2];
    const AlignedVector<float> a = normals(static_cast<std::size_t>(m * k), "a"),
                               b = normals(static_cast<std::size_t>(k * n), "b"),
                               bias = normals(static_cast<std::size_t>(n), "bias"),
                               held = normals(static_cast<std::size_t>(m * n), "c");
    AlignedVector<float> panel(static_cast<std::size_t>(k * productColumns));
    for (int variant = 0; variant < 8; ++variant) {
      const bool aTurned = (variant & 1) != 0, bTurned = (variant & 2) != 0, finish = (variant & 4) != 0;
      AlignedVector<float> c = held, last;
      MatrixProduct product{.m = m, .n = n, .k = k, .a = a.data(), .b = b.data(), .c = c.data(), .add = finish};
      product.aRow = aTurned ? 1 : k;
      product.aStep = aTurned ? m : 1;
      product.bStep = bTurned ? 1 : n;
      product.bColumn = bTurned ? k : 1;
      product.bias = finish ? bias.data() : nullptr;
      product.relu = finish;
      for (const ProductKernel kernel : productKernels()) {
        c = held;
        kernel(product, panel.data());
        for (long i = 0; i < m; ++i)
          for (long j = 0; j < n; ++j) {
            const auto at = static_cast<std::size_t>(i * n + j);
            double sum = 0;
            for (long p = 0; p < k; ++p)
              sum += static_cast<double>(product.a[i * product.aRow + p * product.aStep]) *
                     static_cast<double>(product.b[p * product.bStep + j * product.bColumn]);
            if (finish) sum = std::max(0.0, sum + static_cast<double>(held[at] + bias[static_cast<std::size_t>(j)]));
            QVERIFY(std::abs(static_cast<double>(c[at]) - sum) < 1e-4);
          }
        if (kernel == productKernels()[0]) continue;
        if (!last.empty()) QCOMPARE(c, last);
        last = c;
        MatrixProduct lower = product;
        lower.m = m - m / 2;
        lower.a += m / 2 * product.aRow;
        AlignedVector<float> part(held.begin() + m / 2 * n, held.end());
        lower.c = part.data();
        kernel(lower, panel.data());
        QVERIFY(std::equal(part.begin(), part.end(), c.begin() + m / 2 * n));
      }
    }
  }

  void gradientIsThatOfFiniteDifferences() {
    const FeedForwardShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 8, "x");
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1, 0};
    FeedForwardPass pass(shape, 8);
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
    const FeedForwardShape shape({6, 9, 5, 4});
    const AlignedVector<float> theta = shape.initial({2, "weights"}), x = normals(6 * 7, "x");
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1};
    for (const auto power : {FeedForwardPass::Power::Square, FeedForwardPass::Power::Absolute}) {
      std::vector<double> expected(shape.size(), 0.0);
      FeedForwardPass pass(shape, 7);
      AlignedVector<float> one(shape.size(), 0.0F);
      for (int i = 0; i < 7; ++i) {
        pass.forward(theta.data(), x.data() + 6 * i, 1);
        mlpKernels().crossEntropy(pass.logits().data(), y.data() + i, 1, 4, 1, nullptr, nullptr, nullptr);
        pass.backward(theta.data(), x.data() + 6 * i, one.data());
        for (std::size_t j = 0; j < one.size(); ++j) {
          const auto g = static_cast<double>(one[j]);
          expected[j] += power == FeedForwardPass::Power::Square ? g * g : std::abs(g);
        }
      }
      pass.forward(theta.data(), x.data(), 7);
      mlpKernels().crossEntropy(pass.logits().data(), y.data(), 7, 4, 1, nullptr, nullptr, nullptr);
      AlignedVector<float> all(shape.size(), 0.0F);
      pass.importance(theta.data(), x.data(), power, all.data());
      QVERIFY(largestDifference(all, expected) < 1e-3);
    }
  }

  void nets_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < plans().size(); ++i) QTest::newRow(plans()[i].first) << static_cast<int>(i);
  }
  // Convolutions and normalisation: logits against the definition, gradients against its slopes, by the statistics of
  // the rows and by the running ones.
  void nets() {
    QFETCH(int, index);
    const FeedForwardShape shape(plans()[static_cast<std::size_t>(index)].second);
    AlignedVector<float> theta = weightsOf(shape);
    const auto width = static_cast<std::size_t>(shape.inputs());
    const AlignedVector<float> x = normals(width * 9, "x");  // more images than are unrolled at once
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1, 0, 2};
    const PlainNet plain(shape);
    const PlainNet::Values wide(theta.begin(), theta.end()), samples(x.begin(), x.end());
    for (const bool own : {true, false}) {
      FeedForwardPass pass(shape, 10);
      AlignedVector<float> moved = theta;
      if (own)
        pass.forwardInTraining(moved.data(), x.data(), 9);
      else
        pass.forward(theta.data(), x.data(), 9);
      QVERIFY(largestDifference(pass.logits(), plain.logits(wide, samples, 9, own)) < 2e-3);
      mlpKernels().crossEntropy(pass.logits().data(), y.data(), 9, 4, 1.0F / 9, nullptr, nullptr, nullptr);
      AlignedVector<float> gradient(shape.size(), 0.0F);
      pass.backward(theta.data(), x.data(), gradient.data());
      const auto loss = [&](const std::vector<double>& at) { return plain.crossEntropy(at, samples, y, own); };
      double largest = 0;
      plain.overParameters(3, [&](std::size_t i) {
        const double slope = test::slope(loss, wide, i, 1e-6), found = static_cast<double>(gradient[i]);
        QVERIFY2(std::abs(found - slope) < 3e-5 + 2e-3 * std::abs(slope),
                 qPrintable(QString("parameter %1: %2, slope %3").arg(i).arg(found).arg(slope)));
        largest = std::max(largest, std::abs(slope));
      });
      QVERIFY(largest > 1e-2);
      for (std::size_t i = shape.trainable(); i < shape.size(); ++i) QCOMPARE(gradient[i], 0.0F);
    }
  }

  void netImportances_data() { nets_data(); }
  // The sum over samples of squares (absolute values) against one backward pass a sample.
  void netImportances() {
    QFETCH(int, index);
    const FeedForwardShape shape(plans()[static_cast<std::size_t>(index)].second);
    const AlignedVector<float> theta = weightsOf(shape);
    const auto width = static_cast<std::size_t>(shape.inputs());
    const AlignedVector<float> x = normals(width * 9, "x");
    const std::vector<int> y{0, 1, 2, 3, 3, 2, 1, 0, 2};
    for (const auto power : {FeedForwardPass::Power::Square, FeedForwardPass::Power::Absolute}) {
      std::vector<double> expected(shape.size(), 0.0);
      FeedForwardPass pass(shape, 9);
      AlignedVector<float> one(shape.size(), 0.0F), all = one;
      for (std::size_t i = 0; i < 9; ++i) {
        pass.forward(theta.data(), x.data() + width * i, 1);
        mlpKernels().crossEntropy(pass.logits().data(), y.data() + i, 1, 4, 1, nullptr, nullptr, nullptr);
        pass.backward(theta.data(), x.data() + width * i, one.data());
        for (std::size_t j = 0; j < one.size(); ++j) {
          const auto g = static_cast<double>(one[j]);
          expected[j] += power == FeedForwardPass::Power::Square ? g * g : std::abs(g);
        }
      }
      pass.forward(theta.data(), x.data(), 9);
      mlpKernels().crossEntropy(pass.logits().data(), y.data(), 9, 4, 1, nullptr, nullptr, nullptr);
      pass.importance(theta.data(), x.data(), power, all.data());
      QVERIFY(largestDifference(all, expected) < 2e-3);
      if (!shape.normalised()) continue;
      AlignedVector<float> moved = theta;
      pass.forwardInTraining(moved.data(), x.data(), 9);
      QVERIFY_EXCEPTION_THROWN(pass.importance(theta.data(), x.data(), power, all.data()), std::logic_error);
    }
  }

  // Running statistics take over their share of the rows' mean and unbiased variance.
  void runningStatistics() {
    const FeedForwardShape shape(FeedForwardPlan{.widths = {5, 3, 2}, .batchNorm = true});
    QVERIFY(shape.normalised() && shape.trainable() == shape.layer(0).means);
    const FeedForwardLayer& layer = shape.layer(0);
    AlignedVector<float> theta = weightsOf(shape);
    const AlignedVector<float> before = theta, x = normals(5 * 8, "x");
    FeedForwardPass pass(shape, 8);
    pass.forwardInTraining(theta.data(), x.data(), 8);
    for (std::size_t j = 0; j < 3; ++j) {
      double mean = 0, square = 0;
      for (std::size_t r = 0; r < 8; ++r) {
        double z = 0;
        for (std::size_t i = 0; i < 5; ++i)
          z += static_cast<double>(theta[layer.weights + j * 5 + i]) * static_cast<double>(x[r * 5 + i]);
        mean += z / 8;
        square += z * z;
      }
      const double variance = (square - 8 * mean * mean) / 7;
      const auto near = [&](std::size_t place, double value) {
        return std::abs(static_cast<double>(theta[place]) - (0.9 * static_cast<double>(before[place]) + 0.1 * value)) <
               1e-5;
      };
      QVERIFY(near(layer.means + j, mean));
      QVERIFY(near(layer.variances + j, variance));
    }
    QVERIFY(std::equal(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(shape.trainable()), theta.begin()));
    // At share 1 the running statistics are those of the rows: but for the variance's n / (n - 1), both ways agree.
    pass.forwardInTraining(theta.data(), x.data(), 8, 1);
    const std::vector<float> own(pass.logits().begin(), pass.logits().end());
    for (std::size_t j = 0; j < 3; ++j) theta[layer.variances + j] *= 7.0F / 8;
    pass.forward(theta.data(), x.data(), 8);
    for (std::size_t i = 0; i < own.size(); ++i) QVERIFY(std::abs(own[i] - pass.logits()[i]) < 1e-4F);
  }

  void impossibleNetsAreRefused() {
    const auto refused = [](const FeedForwardPlan& plan) {
      try {
        FeedForwardShape shape(plan);
      } catch (const std::invalid_argument&) {
        return true;
      }
      return false;
    };
    QVERIFY(refused({.widths = {36, 4}, .maps = {3}, .side = 5}));
    QVERIFY(refused({.widths = {36, 4}, .maps = {3}}));
    QVERIFY(refused({.widths = {36, 4}, .maps = {0}, .side = 6}));
    QVERIFY(refused({.widths = {9, 4}, .maps = {3, 3}, .side = 3}));
    const FeedForwardShape shape(FeedForwardPlan{.widths = {36, 8, 4}, .maps = {3, 5}, .side = 6, .batchNorm = true});
    QCOMPARE(shape.parameters(), std::size_t(11 * 3 + 29 * 5 + 7 * 8 + 9 * 4));
    QCOMPARE(shape.width(1), 27);
    QCOMPARE(shape.width(2), 5);
    QCOMPARE(shape.multiplications(), 36.0 * 9 * 3 + 9.0 * 27 * 5 + 5 * 8 + 8 * 4);
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

  // Judging says what the cross entropy's kernel says, for any number of rows, and leaves the logits.
  void judgingIsTheCrossEntropy() {
    const AlignedVector<float> logits = normals(13 * 10, "logits");
    const std::vector<int> y{0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 3, 5}, maskOf(13, 0);
    const std::vector<unsigned char> mask{1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
    const unsigned char* const masksOf[] = {nullptr, mask.data()};
    for (const MlpKernels& kernels : kernelSets())
      for (const unsigned char* masks : masksOf)
        for (const long rows : {1L, 8L, 13L}) {
          AlignedVector<float> changed = logits;
          long right = 0, expected = 0;
          const double loss = kernels.judge(logits.data(), y.data(), rows, 10, masks, &right);
          const double cross =
              kernels.crossEntropy(changed.data(), y.data(), rows, 10, 1, masks, maskOf.data(), &expected);
          QVERIFY(std::abs(loss - cross) < 1e-4);
          QCOMPARE(right, expected);
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

QTEST_APPLESS_MAIN(TestFeedForward)
#include "test_feed_forward.moc"
