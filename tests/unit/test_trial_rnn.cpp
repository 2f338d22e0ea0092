// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/data/trial_task.h"
#include "engine/measures/tangent_kernel.h"
#include "engine/models/threads.h"
#include "engine/models/weight_constraints.h"
#include "tests/support/count_allocations.h"
#include "tests/support/trial_rnn_torch.h"

using namespace learnscope;

namespace {

TrialRnn smallNet(const TrialTask& task, TrialActivation activation, float leak, int hidden = 20) {
  TrialRnn net;
  net.inputs = task.inputs();
  net.hidden = hidden;
  net.outputs = TrialTask::outputs();
  net.activation = activation;
  net.leak = leak;
  net.drawInput({3, "input"});
  net.drawReadout({3, "readout"});
  RandomStream random(3, "recurrent");
  net.recurrent.resize(static_cast<std::size_t>(hidden * hidden));
  for (float& value : net.recurrent)
    value = static_cast<float>(1.25 / std::sqrt(static_cast<double>(hidden)) * random.normal());
  return net;
}

TrialBatch batchOf(const TrialTask& task, int trials) {
  TrialBatch batch;
  RandomStream random(3, "trials");
  task.draw(trials, random, batch);
  return batch;
}

double largestDifference(std::span<const float> a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < b.size(); ++i) most = std::max(most, std::abs(static_cast<double>(a[i]) - b[i]));
  return a.size() == b.size() ? most : 1e9;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double v : values) most = std::max(most, std::abs(v));
  return most;
}

}  // namespace

class TestTrialRnn : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void gradients_data() {
    QTest::addColumn<int>("activation");
    QTest::addColumn<float>("leak");
    QTest::addColumn<bool>("lastOnly");
    for (const int activation : {0, 1, 2})
      for (const float leak : {1.0F, 0.4F})
        for (const bool lastOnly : {false, true}) {
          const std::string name = std::string(idOf(TrialActivation(activation))) + (leak < 1 ? " leaky" : "") +
                                   (lastOnly ? " last step" : "");
          QTest::newRow(name.c_str()) << activation << leak << lastOnly;
        }
  }
  // Back-propagation through time against LibTorch's autograd in double precision.
  void gradients() {
    QFETCH(int, activation);
    QFETCH(float, leak);
    QFETCH(bool, lastOnly);
    const TrialTask task({.kind = TrialKind::Context});
    const TrialRnn net = smallNet(task, TrialActivation(activation), leak);
    const TrialBatch batch = batchOf(task, 6);
    const std::vector<int>& target = lastOnly ? batch.decision : batch.target;
    const auto torch = test::autogradGradients(net, batch.x, target, 6, batch.steps);
    TrialRnnActivity activity;
    TrialRnnWeights gradient;
    forward(net, batch.x, 6, batch.steps, true, activity);
    const TrialScore scored = score(net, target, activity);
    backward(net, batch.x, activity, gradient);
    QVERIFY(std::abs(scored.loss - torch.loss) < 1e-5);
    QVERIFY(largestDifference(gradient.input, torch.input) < 1e-5 * (1 + largest(torch.input)));
    QVERIFY(largestDifference(gradient.recurrent, torch.recurrent) < 1e-5 * (1 + largest(torch.recurrent)));
    QVERIFY(largestDifference(gradient.readout, torch.readout) < 1e-5 * (1 + largest(torch.readout)));
    QCOMPARE(std::isnan(scored.otherAccuracy), lastOnly);
  }

  void kernels_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("activation");
    QTest::addColumn<float>("leak");
    QTest::addColumn<bool>("lastOnly");
    for (const int kind : {0, 1, 2})
      for (const int activation : {0, 1, 2})
        QTest::newRow(
            (std::string(idOf(TrialKind(kind))) + " " + std::string(idOf(TrialActivation(activation)))).c_str())
            << kind << activation << 1.0F << false;
    QTest::newRow("leaky") << 2 << 1 << 0.3F << false;
    QTest::newRow("last step") << 2 << 0 << 1.0F << true;
    QTest::newRow("last step, leaky") << 1 << 2 << 0.6F << true;
  }
  // The Gram-product kernel against one backward pass an output: relative error below 1e-5 of the largest entry.
  void kernels() {
    QFETCH(int, kind);
    QFETCH(int, activation);
    QFETCH(float, leak);
    QFETCH(bool, lastOnly);
    const TrialTask task({.kind = TrialKind(kind)});
    const TrialRnn net = smallNet(task, TrialActivation(activation), leak);
    const TrialBatch batch = batchOf(task, 3);
    const std::vector<double> torch = test::autogradKernel(net, batch.x, 3, batch.steps, lastOnly);
    TangentKernel kernel;
    kernel.compute(net, batch.x, 3, batch.steps, lastOnly);
    QCOMPARE(kernel.rows(), lastOnly ? 9 : 72);
    QCOMPARE(TangentKernel::rows(3, batch.steps, 3, lastOnly), std::int64_t{kernel.rows()});
    QVERIFY(largest(torch) > 1e-3);
    const double error = largestDifference(kernel.values(), torch) / largest(torch);
    QVERIFY2(error < 1e-5, std::to_string(error).c_str());
  }

  void aStepAllocatesNothing() {
    const TrialTask task({});
    const TrialRnn net = smallNet(task, TrialActivation::Relu, 1, 64);
    TrialBatch batch = batchOf(task, 32);
    RandomStream random(1, 1);
    TrialRnnActivity activity;
    TrialRnnWeights gradient;
    TangentKernel kernel;
    const auto work = [&] {
      task.draw(32, random, batch);
      forward(net, batch.x, 32, batch.steps, true, activity);
      score(net, batch.target, activity);
      backward(net, batch.x, activity, gradient);
      kernel.compute(net, batch.x, 32, batch.steps, true);
    };
    work();
    const long before = test::allocations;
    for (int i = 0; i < 5; ++i) work();
    QCOMPARE(test::allocations.load() - before, 0L);
  }

  // The AVX2 kernels and the baseline ones do the same.
  void bothKernelSetsAgree() {
    const TrialRnnKernels &wide = trialRnnKernels(), &base = baselineTrialRnnKernels();
    RandomStream random(5, 5);
    for (const int a : {0, 1, 2}) {
      std::vector<float> u(1003), before(u.size()), g(u.size());
      for (std::size_t i = 0; i < u.size(); ++i) {
        u[i] = static_cast<float>(random.normal());
        before[i] = static_cast<float>(random.normal());
        g[i] = static_cast<float>(random.normal());
      }
      std::vector<float> u2 = u, g2 = g;
      const auto count = static_cast<long>(u.size());
      wide.activateLeaky(TrialActivation(a), u.data(), before.data(), 0.3F, count);
      base.activateLeaky(TrialActivation(a), u2.data(), before.data(), 0.3F, count);
      wide.throughActivation(TrialActivation(a), g.data(), u.data(), count);
      base.throughActivation(TrialActivation(a), g2.data(), u2.data(), count);
      for (std::size_t i = 0; i < u.size(); ++i) {
        QVERIFY(std::abs(u[i] - u2[i]) < 1e-6F);
        QVERIFY(std::abs(g[i] - g2[i]) < 1e-5F);
      }
    }
  }

  // sum(R o R0) / (|R| |R0|) with R formed, and its range.
  void alignmentsAreThoseOfTheMatrices() {
    RandomStream random(2, 2);
    const int rows = 7, n = 4;
    std::vector<float> h(28), h0(28), r(49), r0(49);
    for (std::size_t i = 0; i < h.size(); ++i) h[i] = float(random.normal()), h0[i] = float(random.normal());
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < rows; ++j)
        for (int k = 0; k < n; ++k) {
          r[static_cast<std::size_t>(i * rows + j)] +=
              h[static_cast<std::size_t>(i * n + k)] * h[static_cast<std::size_t>(j * n + k)];
          r0[static_cast<std::size_t>(i * rows + j)] +=
              h0[static_cast<std::size_t>(i * n + k)] * h0[static_cast<std::size_t>(j * n + k)];
        }
    const double whole = matrixAlignment(r, r0), quick = representationAlignment(h, n, h0, n, rows);
    QVERIFY(std::abs(whole - quick) < 1e-6);
    QVERIFY(whole > 0 && whole < 1);
    QVERIFY(std::abs(representationAlignment(h, n, h, n, rows) - 1) < 1e-6);
    const std::vector<float> dead(28, 0.0F);
    QVERIFY(std::isnan(representationAlignment(dead, n, h, n, rows)));
    QVERIFY(std::isnan(matrixAlignment(std::vector<float>(9, 0.0F), std::vector<float>(9, 1.0F))));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, matrixAlignment(r, h));
    // A kernel that is the targets' own outer product is aligned with them fully.
    const std::vector<double> y{1, 0, 0, 1};
    std::vector<float> k(16);
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) k[i * 4 + j] = float((y[i] - 0.5) * (y[j] - 0.5));
    QVERIFY(std::abs(targetAlignment(k, y) - 1) < 1e-6);
    QCOMPARE(signSimilarity(std::vector<float>{1, -1, 0, 2}, std::vector<float>{3, 1, 0, -2}), 0.5);
  }

  void daleKeepsTheSignsOfColumnsThatHaveOne() {
    const std::vector<float> initial{1, -1, 1, 2, -3, -1, 0, -1, 1};  // columns: +, -, mixed
    std::vector<float> now{-1, 1, -1, 2, -2, 3, 5, 4, -6};
    keepColumnSigns(initial, now, 3);
    const std::vector<float> expected{0, 0, -1, 2, -2, 3, 5, 0, -6};
    QCOMPARE(now, expected);
  }

  void projectionKeepsTheLeadingSpaces() {
    const TrialRnn net = smallNet(TrialTask({}), TrialActivation::Relu, 1, 12);
    std::vector<float> left, right;
    singularSpaces(net.recurrent, 12, 12, left, right);
    std::vector<float> all(net.recurrent.begin(), net.recurrent.end());
    projectOnto(left, right, 12, 12, all);
    for (std::size_t i = 0; i < all.size(); ++i) QVERIFY(std::abs(all[i] - net.recurrent[i]) < 1e-5F);
    // One direction of each side: what is left is s_1 u_1 v_1^T, the best approximation of rank 1.
    singularSpaces(net.recurrent, 12, 1, left, right);
    std::vector<float> one(net.recurrent.begin(), net.recurrent.end()), again;
    projectOnto(left, right, 1, 12, one);
    again = one;
    projectOnto(left, right, 1, 12, again);
    for (std::size_t i = 0; i < one.size(); ++i) QVERIFY(std::abs(one[i] - again[i]) < 1e-5F);
    for (std::size_t i = 0; i < 11; ++i) QVERIFY(std::abs(one[i] * one[12 + i + 1] - one[i + 1] * one[12 + i]) < 1e-5F);
  }

  void unknownActivationsAreNamed() {
    try {
      trialActivationFrom("tahn");
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      QVERIFY(std::string(error.what()).find("did you mean tanh?") != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(TestTrialRnn)
#include "test_trial_rnn.moc"
