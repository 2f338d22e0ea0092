// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFloat16>
#include <QTest>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/models/threads.h"
#include "engine/models/two_layer_torch.h"
#include "tests/support/count_allocations.h"
#include "tests/support/same.h"

using namespace learnscope;
using test::same;

namespace {

PairTask modularTask(int p, int n) { return {OperationTable(Group::fromSpec(std::to_string(p))), 0, n}; }

TwoLayerOptions float64() {
  TwoLayerOptions options;
  options.precision = Precision::Float64;
  return options;
}

TwoLayerNet<double> netOf(const TwoLayerTrainer& trainer) { return std::get<TwoLayerNet<double>>(trainer.net()); }

double norm(const double* values, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i] * values[i];
  return std::sqrt(sum);
}

}  // namespace

class TestTwoLayerNet : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // The lab page's golden start: p = 23, seed 0, defaults, float64.
  void startsFromTheGoldenValues() {
    const PairTask task = modularTask(23, PairTask::countFor(5, 23));
    QCOMPARE(task.trainCount(), 361);
    const int first[3][3] = {{3, 20, 0}, {21, 20, 18}, {17, 7, 1}};
    for (std::size_t i = 0; i < 3; ++i) {
      QCOMPARE(task.left()[i], first[i][0]);
      QCOMPARE(task.right()[i], first[i][1]);
      QCOMPARE(task.target()[i], first[i][2]);
    }
    const auto trainer = makeTwoLayerTrainer(float64(), task, 0);
    std::vector<double> losses;
    for (int i = 0; i < 101; ++i) losses.push_back(trainer->step());
    QVERIFY(std::abs(losses[0] - 0.958302184953) < 1e-10);
    QVERIFY(std::abs(losses[1] - 0.955035341258) < 1e-10);
    QVERIFY(std::abs(losses[10] - 0.929608226372) < 1e-9);
    QVERIFY(std::abs(losses[100] - 0.253196707659) < 1e-6);
    const auto net = netOf(*trainer);
    QVERIFY(std::abs(norm(net.inputWeights, net.inputSize()) - 16.9209835) < 1e-5);
    QVERIFY(std::abs(norm(net.outputWeights, net.outputSize()) - 8.72449292) < 1e-5);
  }

  void gradients_data() {
    QTest::addColumn<int>("activation");
    QTest::addColumn<int>("loss");
    for (int a = 0; a < 4; ++a)
      for (int l = 0; l < 3; ++l)
        QTest::newRow((std::string(idOf(Activation(a))) + " " + std::string(idOf(LossKind(l)))).c_str()) << a << l;
  }
  // Against central differences of the loss, and against LibTorch's autograd on a dense one-hot batch.
  void gradients() {
    QFETCH(int, activation);
    QFETCH(int, loss);
    TwoLayerOptions options = float64();
    options.hidden = 6;
    options.activation = Activation(activation);
    options.loss = LossKind(loss);
    options.outputScale = 1.5;
    const PairTask task = modularTask(7, 30);
    const auto trainer = makeTwoLayerTrainer(options, task, 3);
    const auto net = netOf(*trainer);
    std::vector<double> w(net.inputWeights, net.inputWeights + net.inputSize());
    std::vector<double> v(net.outputWeights, net.outputWeights + net.outputSize());
    const double value = trainer->computeGradients();
    const auto g = std::get<TwoLayerNet<double>>(trainer->gradients());
    const std::vector<double> dw(g.inputWeights, g.inputWeights + w.size()),
        dv(g.outputWeights, g.outputWeights + v.size());

    const AutogradResult torch =
        autogradOf(netOf(*trainer), options.loss, task.trainLeft(), task.trainRight(), task.trainTarget());
    QVERIFY(std::abs(torch.loss - value) < 1e-12);
    for (std::size_t i = 0; i < w.size(); ++i) QVERIFY(std::abs(torch.inputGradient[i] - dw[i]) < 1e-12);
    for (std::size_t i = 0; i < v.size(); ++i) QVERIFY(std::abs(torch.outputGradient[i] - dv[i]) < 1e-12);

    const double h = 1e-5;
    const auto difference = [&](std::vector<double>& values, std::size_t i) {
      const double at = values[i];
      values[i] = at + h;
      trainer->setWeights(w, v);
      const double above = trainer->computeGradients();
      values[i] = at - h;
      trainer->setWeights(w, v);
      const double below = trainer->computeGradients();
      values[i] = at;
      return (above - below) / (2 * h);
    };
    // A ReLU has a kink; no pre-activation of this draw lies within h of it.
    for (std::size_t i = 0; i < w.size(); i += 3) QVERIFY(std::abs(difference(w, i) - dw[i]) < 1e-8);
    for (std::size_t i = 0; i < v.size(); i += 2) QVERIFY(std::abs(difference(v, i) - dv[i]) < 1e-8);
  }

  void aStepAllocatesNothing() {
    const PairTask task = modularTask(23, 361);
    for (const OptimizerKind optimizer :
         {OptimizerKind::Adam, OptimizerKind::AdamW, OptimizerKind::Sgd, OptimizerKind::Muon}) {
      TwoLayerOptions options;
      options.optimizer = optimizer;
      options.batch = optimizer == OptimizerKind::AdamW ? 100 : 0;
      const auto trainer = makeTwoLayerTrainer(options, task, 0);
      for (int i = 0; i < 5; ++i) trainer->step();
      const long before = test::allocations;
      for (int i = 0; i < 20; ++i) trainer->step();
      QCOMPARE(test::allocations.load() - before, 0L);
    }
  }

  void sameSeedIsTheSameRunAndStateContinuesBitForBit() {
    const PairTask task = modularTask(23, 361);
    for (const int batch : {0, 100}) {
      TwoLayerOptions options;
      options.batch = batch;
      const auto a = makeTwoLayerTrainer(options, task, 5), b = makeTwoLayerTrainer(options, task, 5);
      for (int i = 0; i < 40; ++i) QCOMPARE(a->step(), b->step());
      const auto c = makeTwoLayerTrainer(options, task, 5);
      c->load(a->save());
      for (int i = 0; i < 40; ++i) {
        const double loss = b->step();
        QCOMPARE(a->step(), loss);
        QCOMPARE(c->step(), loss);
      }
      QVERIFY(same(a->save(), c->save()));
    }
  }

  void aLossThatIsNotFiniteLeavesTheStateAsItWas() {
    TwoLayerOptions options;
    options.learningRate = 1e12;
    options.optimizer = OptimizerKind::Sgd;
    options.batch = 100;
    const auto trainer = makeTwoLayerTrainer(options, modularTask(23, 361), 0);
    State before;
    bool diverged = false;
    for (int i = 0; i < 50 && !diverged; ++i) {
      before = trainer->save();
      try {
        trainer->step();
      } catch (const NumericError& error) {
        diverged = true;
        QCOMPARE(error.exitStatus(), ExitStatus::Diverged);
      }
    }
    QVERIFY(diverged);
    QVERIFY(same(before, trainer->save()));
  }

  void theLibTorchBackendTrainsTheSame_data() {
    QTest::addColumn<int>("optimizer");
    QTest::newRow("adam") << int(OptimizerKind::Adam);
    QTest::newRow("adamw") << int(OptimizerKind::AdamW);
    QTest::newRow("sgd") << int(OptimizerKind::Sgd);
  }
  void theLibTorchBackendTrainsTheSame() {
    QFETCH(int, optimizer);
    TwoLayerOptions options = float64();
    options.hidden = 32;
    options.optimizer = OptimizerKind(optimizer);
    options.batch = 90;
    TwoLayerOptions onTorch = options;
    onTorch.backend = Backend::TorchCpu;
    const PairTask task = modularTask(11, 100);
    const auto native = makeTwoLayerTrainer(options, task, 1), torch = makeTwoLayerTrainer(onTorch, task, 1);
    for (int i = 0; i < 20; ++i) QVERIFY(std::abs(native->step() - torch->step()) < 1e-9);
    native->addNeurons(3, RandomStream(1, 77));
    torch->addNeurons(3, RandomStream(1, 77));
    native->killNeuron(2);
    torch->killNeuron(2);
    for (int i = 0; i < 20; ++i) QVERIFY(std::abs(native->step() - torch->step()) < 1e-9);
    std::vector<double> a(121), b(121);
    native->outputs(task.left().first(11), task.right().first(11), a.data());
    torch->outputs(task.left().first(11), task.right().first(11), b.data());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(std::abs(a[i] - b[i]) < 1e-8);
    // A checkpoint of one backend opens in the other.
    const auto moved = makeTwoLayerTrainer(options, task, 1);
    moved->load(torch->save());
    for (int i = 0; i < 5; ++i) QVERIFY(std::abs(moved->step() - torch->step()) < 1e-9);
  }

  void aKilledNeuronStaysDeadAndANewOneLearns() {
    TwoLayerOptions options = float64();
    options.hidden = 16;
    const auto trainer = makeTwoLayerTrainer(options, modularTask(11, 100), 0);
    for (int i = 0; i < 10; ++i) trainer->step();
    trainer->killNeuron(4);
    trainer->addNeurons(2, RandomStream(0, 99));
    for (int i = 0; i < 10; ++i) trainer->step();
    const auto net = netOf(*trainer);
    QCOMPARE(net.hidden, 18);
    for (int i = 0; i < 22; ++i) QCOMPARE(net.inputWeights[i * 18 + 4], 0.0);
    for (int c = 0; c < 11; ++c) QCOMPARE(net.outputWeights[4 * 11 + c], 0.0);
    QVERIFY(net.outputWeights[17 * 11] != 0.0);
    QVERIFY_THROWS_EXCEPTION(ConfigError, trainer->killNeuron(18));
  }

  // V <- (F^T F + eta I)^{-1} F^T Y: the normal equations must hold at the solution.
  void ridgeSolvesTheNormalEquations() {
    TwoLayerOptions options = float64();
    options.hidden = 8;
    options.ridgeOutput = true;
    options.ridge = 0.3;
    options.freezeInput = true;
    const PairTask task = modularTask(7, 40);
    const auto trainer = makeTwoLayerTrainer(options, task, 2);
    trainer->step();
    const auto net = netOf(*trainer);
    std::vector<double> f(40 * 8);
    hiddenFeatures(net, task.trainLeft(), task.trainRight(), f.data());
    for (std::size_t j = 0; j < 8; ++j)
      for (std::size_t c = 0; c < 7; ++c) {
        double rest = 0.3 * net.outputWeights[j * 7 + c];
        for (std::size_t i = 0; i < 40; ++i) {
          double o = 0;
          for (std::size_t k = 0; k < 8; ++k) o += f[i * 8 + k] * net.outputWeights[k * 7 + c];
          rest += f[i * 8 + j] * (o - (task.trainTarget()[i] == static_cast<int>(c) ? 1.0 : 0.0));
        }
        QVERIFY(std::abs(rest) < 1e-10);
      }
  }

  void badOptionsAreRefusedAllAtOnce() {
    TwoLayerOptions options;
    options.learningRate = -1;
    options.weightDecay = std::nan("");
    options.ridgeOutput = true;
    options.loss = LossKind::CrossEntropy;
    try {
      makeTwoLayerTrainer(options, modularTask(7, 20), 0);
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      QCOMPARE(error.problems().size(), std::size_t(3));
      QVERIFY(std::string(error.what()).find("ridge output layer needs a squared loss") != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(TestTwoLayerNet)
#include "test_two_layer_net.moc"
