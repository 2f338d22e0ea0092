// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <set>

#include "engine/core/stepper.h"
#include "engine/data/pair_task.h"
#include "engine/experiments/grokking/grokking_lab.h"
#include "engine/measures/isotypic.h"
#include "tests/support/dense_net.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/text.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// One run under the program's own order of things (train, measure, command), all that it records in memory.
class Bench {
 public:
  Bench(const Json& values, std::uint64_t seed)
      : lab_(grokking::makeLab()),
        seed_(seed),
        start_(checkedConfig(*lab_, values)),
        recorder(*lab_, start_),
        stepper_(std::make_unique<Stepper>(lab_, start_, seed, 0, Progress())) {
    measure();
  }

  void train(int steps) {
    for (int i = 0; i < steps; ++i) {
      stepper_->train(Progress());
      measure();
    }
  }
  void set(const Json& values) { apply({{"set", values}}); }
  void intervene(const char* name, const Json& arguments) {
    apply({{"intervene", {{"name", name}, {"arguments", arguments}}}});
  }
  /// Saves, builds everything anew with the live config and loads.
  void reopen() {
    const State state = stepper_->save();
    const std::int64_t step = stepper_->step();
    const std::size_t journal = stepper_->journalLength();
    stepper_ = std::make_unique<Stepper>(lab_, Config(stepper_->config()), seed_, 0, Progress());
    stepper_->load(state, step, journal);
  }
  State save() const { return stepper_->save(); }
  const Config& config() const { return stepper_->config(); }
  std::int64_t step() const { return stepper_->step(); }
  double last(const std::string& measure) const { return recorder.last(measure); }
  std::vector<double> array(const std::string& measure) const {
    const Array& values = recorder.arrays.at(measure).rbegin()->second;
    std::vector<double> list(values.size());
    for (std::size_t i = 0; i < list.size(); ++i) list[i] = values.value(i);
    return list;
  }

 private:
  void apply(const Json& command) { stepper_->apply(checkedAction(*lab_, stepper_->config(), command)); }
  void measure() {
    recorder.setStep(stepper_->step());
    if (stepper_->due()) stepper_->measure(recorder);
  }

  std::shared_ptr<const Lab> lab_;
  std::uint64_t seed_;
  Config start_;

 public:
  MemoryRecorder recorder;

 private:
  std::unique_ptr<Stepper> stepper_;
};

bool sameBits(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && a.ids() == b.ids() &&
         std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

/// The first thing that differs between two benches, or "".
std::string difference(const Bench& a, const Bench& b) {
  const State left = a.save(), right = b.save();
  if (left.arrays().size() != right.arrays().size()) return "number of saved arrays";
  for (const auto& [name, array] : left.arrays())
    if (!right.has(name) || !sameBits(array, right.get(name))) return "saved " + name;
  if (a.recorder.scalars != b.recorder.scalars) return "recorded scalars";
  if (a.recorder.events != b.recorder.events) return "events";
  for (const auto& [measure, steps] : a.recorder.arrays)
    for (const auto& [step, array] : steps)
      if (!sameBits(array, b.recorder.arrays.at(measure).at(step))) return measure + " at " + std::to_string(step);
  return {};
}

Matrix matrixOf(const State& state, const char* name) {
  const Array& array = state.get(name);
  Matrix m(array.shape()[0], array.shape()[1]);
  for (std::size_t i = 0; i < array.size(); ++i) m.data()[i] = array.value(i);
  return m;
}

/// Orthogonal projectors onto the features of a group, the constant first: frequencies by their formula for Z_p.
std::vector<Matrix> projectorsOf(const Group& group) {
  const int m = group.order();
  std::vector<Matrix> all;
  if (group.isModularAddition()) {
    for (int k = 0; k <= m / 2; ++k) {
      Matrix p(m, m);
      for (int i = 0; i < m; ++i)
        for (int j = 0; j < m; ++j)
          p(i, j) = (k == 0 || 2 * k == m ? 1.0 : 2.0) / m * std::cos(2 * std::numbers::pi * k * (i - j) / m);
      all.push_back(p);
    }
    return all;
  }
  for (const Isotype& isotype : isotypicDecomposition(group.table(), m))
    all.emplace_back(Eigen::Map<const Matrix>(isotype.projector.data(), m, m));
  return all;
}

/// |f|^2 in each feature; for Z_p the Fourier power |sum f exp(-2 pi i k t/p)|^2, as the page has it.
Eigen::VectorXd powerOf(const Group& group, const std::vector<Matrix>& projectors, const Eigen::VectorXd& f) {
  Eigen::VectorXd power(static_cast<Eigen::Index>(projectors.size()));
  for (Eigen::Index k = 0; k < power.size(); ++k) {
    if (group.isModularAddition()) {
      std::complex<double> sum = 0;
      for (Eigen::Index t = 0; t < f.size(); ++t)
        sum +=
            f[t] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * t) / static_cast<double>(f.size()));
      power[k] = std::norm(sum);
    } else {
      power[k] = (projectors[static_cast<std::size_t>(k)] * f).squaredNorm();
    }
  }
  return power;
}

Eigen::Index dominant(const Eigen::VectorXd& power) {
  Eigen::Index best = 1;
  for (Eigen::Index k = 2; k < power.size(); ++k)
    if (power[k] > power[best]) best = k;
  return best;
}

double pearson(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  const Eigen::VectorXd x = a.array() - a.mean(), y = b.array() - b.mean();
  return x.dot(y) / (x.norm() * y.norm());
}

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance * (1 + std::abs(b)); }

}  // namespace

class TestGrokkingExperiment : public QObject {
  Q_OBJECT
 private slots:
  // Every recorded measure against its definition, from the saved weights, at some steps of a run.
  void measuresMatchTheirDefinitions_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<QString>("activation");
    QTest::addColumn<int>("steps");
    QTest::newRow("Z_11 at the start") << "11"
                                       << "square" << 0;
    QTest::newRow("Z_11") << "11"
                          << "square" << 150;
    QTest::newRow("Z_11 locked") << "11"
                                 << "square" << 800;
    QTest::newRow("Z_12") << "12"
                          << "square" << 150;
    QTest::newRow("S_3") << "S3"
                         << "square" << 150;
    QTest::newRow("2x2x3") << "2x2x3"
                           << "silu" << 150;
    QTest::newRow("Q_8 ReLU") << "Q8"
                              << "relu" << 50;
  }
  void measuresMatchTheirDefinitions() {
    QFETCH(QString, group);
    QFETCH(QString, activation);
    QFETCH(int, steps);
    const OperationTable operation(Group::fromSpec(group.toStdString()));
    const int m = operation.order(), n = m * m * 3 / 4, k = 24;
    Bench bench({{"group", group.toStdString()},
                 {"n", n},
                 {"hidden", k},
                 {"activation", activation.toStdString()},
                 {"precision", "float64"},
                 {"every", 10},
                 {"learningRate", 3e-3}},
                2);
    const Matrix first = matrixOf(bench.save(), "trainer.inputWeights");
    Matrix before, beforeV;
    if (steps > 0) {
      bench.train(steps - 1);
      before = matrixOf(bench.save(), "trainer.inputWeights");
      beforeV = matrixOf(bench.save(), "trainer.outputWeights");
      bench.train(1);
    }
    const Matrix w = matrixOf(bench.save(), "trainer.inputWeights"),
                 v = matrixOf(bench.save(), "trainer.outputWeights");
    checkWeights(bench, w, v, first, before, beforeV);
    checkFeatures(bench, *operation.group(), w, v);
    checkTopDown(bench, PairTask(operation, 2, n), activationFrom(activation.toStdString()), w, v);
    if (group == "11" && steps == 800) QVERIFY(bench.last("lockedNeurons") > 0 && bench.last("features") > 1);
  }

  void goldenLossesComeThroughTheLab() {
    Bench bench({{"group", "23"}, {"precision", "float64"}, {"every", 1}}, 0);
    bench.train(100);
    const auto& losses = bench.recorder.scalars.at("trainLoss");
    QVERIFY(std::abs(losses.at(0) - 0.958302184953) < 1e-10);
    QVERIFY(std::abs(losses.at(1) - 0.955035341258) < 1e-10);
    QVERIFY(std::abs(losses.at(10) - 0.929608226372) < 1e-9);
    QVERIFY(std::abs(losses.at(100) - 0.253196707659) < 1e-6);
  }

  // Every intervention and live change, with a reopening before, between and after: bit for bit the same run.
  void continuesBitForBitThroughInterventions_data() {
    QTest::addColumn<QString>("values");
    const auto row = [](const char* title, const char* values) { QTest::newRow(title) << QString(values); };
    row("defaults", "{}");
    row("float64", R"({"precision": "float64"})");
    row("mini-batch", R"({"batch": 50})");
    row("Muon", R"({"optimizer": "muon", "learningRate": 0.01})");
    row("SGD", R"({"optimizer": "sgd", "learningRate": 0.1})");
    row("AdamW", R"({"optimizer": "adamW", "weightDecay": 0.5})");
    row("ridge", R"({"ridgeOutput": true})");
    row("lazy", R"({"optimizer": "sgd", "laziness": 3, "learningRate": 1})");
    row("cross-entropy, SiLU", R"({"loss": "crossEntropy", "activation": "silu"})");
    row("LibTorch", R"({"backend": "torchCpu", "batch": 50})");
    row("table of S_4", R"({"group": "S4"})");
  }
  void continuesBitForBitThroughInterventions() {
    QFETCH(QString, values);
    Json config = Json::parse(values.toStdString());
    if (!config.contains("group")) config["group"] = "11";
    config["hidden"] = 20;
    config["n"] = config["group"] == "S4" ? 400 : 90;
    const auto play = [&](bool reopening) {
      Bench bench(config, 7);
      int next = 0;
      // Reopens in the middle, just before and just after each command.
      const auto on = [&](int steps) {
        bench.train(steps / 2);
        if (reopening) bench.reopen();
        bench.train(steps - steps / 2);
        if (reopening && next++ % 2 == 0) bench.reopen();
      };
      on(33);
      bench.intervene("kill-neuron", {{"neuron", 4}});
      on(21);
      bench.intervene("add-neurons", {{"count", 3}});
      on(17);
      bench.intervene("set-data", {{"n", 70}});
      on(25);
      bench.intervene("reseed-neuron", {{"neuron", 4}});
      on(14);
      bench.set({{"learningRate", config.value("learningRate", 1e-3) / 2}, {"batch", 24}});
      on(30);
      bench.intervene("kill-frequency", {{"frequency", 2}});
      on(15);
      bench.intervene("set-data", {{"n", 95}});
      on(22);
      bench.set({{"outputScale", 1.25}, {"freezeInput", true}});
      on(12);
      bench.set({{"freezeInput", false}, {"optimizer", config.value("optimizer", "") == "adamW" ? "adam" : "adamW"}});
      on(31);
      return bench;
    };
    const Bench straight = play(false), reopened = play(true);
    QCOMPARE(difference(straight, reopened), std::string());
    QCOMPARE(straight.step(), std::int64_t(220));
    QVERIFY(straight.recorder.find("optimizer-reset"));
    QCOMPARE(straight.array("energy").size(), std::size_t(23));
    QVERIFY(std::isfinite(straight.last("trainLoss")));
  }

  // 2 * 10^9 + journal index: what an intervention draws does not depend on what trained before.
  void interventionsDrawFromTheirOwnStream() {
    Bench bench({{"group", "11"}, {"n", 90}, {"hidden", 20}, {"precision", "float64"}}, 7);
    bench.set({{"learningRate", 2e-3}});
    bench.train(13);
    bench.intervene("reseed-neuron", {{"neuron", 5}});
    RandomStream random(7, 2'000'000'001);
    const Matrix w = matrixOf(bench.save(), "trainer.inputWeights"),
                 v = matrixOf(bench.save(), "trainer.outputWeights");
    for (int i = 0; i < 22; ++i) QVERIFY(std::abs(w(i, 5) - (2 * random.uniform() - 1) / std::sqrt(22)) < 1e-15);
    for (int c = 0; c < 11; ++c) QVERIFY(std::abs(v(5, c) - (2 * random.uniform() - 1) / std::sqrt(20)) < 1e-15);
  }

  void setDataKeepsTheWeightsAndSwapsThePairs() {
    Bench bench({{"group", "11"}, {"n", 90}, {"hidden", 20}}, 7);
    bench.train(50);
    const State before = bench.save();
    bench.intervene("set-data", {{"n", 60}});
    QVERIFY(sameBits(before.get("trainer.inputWeights"), bench.save().get("trainer.inputWeights")));
    bench.train(10);
    const PairTask task(OperationTable(Group::fromSpec("11")), 7, 60);
    const std::vector<std::uint8_t> mask = task.trainMask();
    const std::vector<double> correct = bench.array("correct");
    for (std::size_t i = 0; i < mask.size(); ++i) QCOMPARE(correct[i] >= 2, mask[i] == 1);
    bench.intervene("set-data", {{"c", 2.0}, {"n", 0}});
    QCOMPARE(bench.save().scalar<std::int64_t>("n"), std::int64_t(PairTask::countFor(2, 11)));
    bench.intervene("set-data", {{"c", 50.0}, {"n", 0}});  // clipped
    QCOMPARE(bench.save().scalar<std::int64_t>("n"), std::int64_t(120));
    for (const Json& bad : {Json{{"n", 10}}, Json{{"n", 121}}, Json{{"c", 0.1}}})
      EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("set-data", bad); }),
                 "training pairs must be between M and M^2 - 1");
    bench.set({{"batch", 40}});
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("set-data", {{"n", 30}}); }), "at least the batch, 40");
    QCOMPARE(bench.save().scalar<std::int64_t>("n"), std::int64_t(120));
  }

  void killFrequencyKillsItsNeuronsAndNoOthers() {
    Bench bench({{"group", "11"}, {"n", 90}, {"hidden", 20}, {"precision", "float64"}}, 7);
    bench.train(60);
    const std::vector<double> frequency = bench.array("frequency");
    bench.intervene("kill-frequency", {{"frequency", 3}});
    const Matrix w = matrixOf(bench.save(), "trainer.inputWeights"),
                 v = matrixOf(bench.save(), "trainer.outputWeights");
    int killed = 0;
    for (int j = 0; j < 20; ++j) {
      const bool dead = frequency[static_cast<std::size_t>(j)] == 3;
      killed += dead;
      QCOMPARE(w.col(j).norm() == 0, dead);
      QCOMPARE(v.row(j).norm() == 0, dead);
    }
    QVERIFY(killed > 0);
    bench.train(50);  // they stay dead
    QCOMPARE(static_cast<int>((matrixOf(bench.save(), "trainer.inputWeights").colwise().norm().array() == 0).count()),
             killed);
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("kill-frequency", {{"frequency", 6}}); }), "1..5");
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("kill-neuron", {{"neuron", 20}}); }), "0..19");
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("add-neurons", {{"count", 4090}}); }), "at most 4096");
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("kill-neurons", {}); }), "did you mean kill-neuron?");
  }

  void expressionsHaveNoFeatures() {
    Bench bench({{"operation", "expression"}, {"modulus", 11}, {"n", 90}, {"hidden", 20}}, 1);
    bench.train(50);
    for (const char* measure : {"topDown", "meanIpr", "features"}) QVERIFY(!bench.recorder.scalars.contains(measure));
    for (const char* measure : {"alpha", "ipr", "frequency"}) QVERIFY(!bench.recorder.arrays.contains(measure));
    QVERIFY(bench.recorder.scalars.contains("signalCosine"));
    QCOMPARE(bench.array("energy").size(), std::size_t(20));
    EXPECT_HAS(refusal<ConfigError>([&] { bench.intervene("kill-frequency", {{"frequency", 1}}); }), "no features");
  }

  void energyOnlyRunsHaveNoTestSet() {
    Bench bench({{"group", "11"}, {"energyOnly", true}, {"hidden", 20}}, 1);
    bench.train(20);
    QVERIFY(!bench.recorder.scalars.contains("testAccuracy"));
    QCOMPARE(bench.save().scalar<std::int64_t>("n"), std::int64_t(121));
    bench.reopen();
    bench.train(10);
    QVERIFY(std::isfinite(bench.last("trainLoss")));
  }

  void aStateOfAnotherRunIsRefused() {
    Bench small({{"group", "11"}, {"n", 90}, {"hidden", 20}}, 1),
        large({{"group", "13"}, {"n", 90}, {"hidden", 20}}, 1),
        exact({{"group", "11"}, {"n", 90}, {"hidden", 20}, {"precision", "float64"}}, 1);
    const auto lab = grokking::makeLab();
    const auto load = [&](const Bench& into, const State& state) {
      Stepper(lab, into.config(), 1, 0, Progress()).load(state, 0, 0);
    };
    EXPECT_HAS(refusal<DataError>([&] { load(small, exact.save()); }), "precision");
    EXPECT_HAS(refusal<Error>([&] { load(small, large.save()); }), "Weights");
    EXPECT_HAS(refusal<DataError>([&] { load(small, State()); }), "n");
  }

 private:
  void checkWeights(const Bench& bench, const Matrix& w, const Matrix& v, const Matrix& first, const Matrix& before,
                    const Matrix& beforeV) {
    QVERIFY(near(bench.last("inputNorm"), w.norm()));
    QVERIFY(near(bench.last("outputNorm"), v.norm()));
    QVERIFY(near(bench.last("inputTravel"), (w - first).norm() / first.norm()));
    QCOMPARE(bench.recorder.scalars.contains("inputTurn"), before.size() > 0);
    if (before.size() > 0) {  // the step before, not the log before
      QVERIFY(near(bench.last("inputTurn"), 1 - cosine(w, before)));
      QVERIFY(near(bench.last("outputTurn"), 1 - cosine(v, beforeV)));
    }
    const std::vector<double> size = bench.array("size");
    for (Eigen::Index j = 0; j < w.cols(); ++j)
      QVERIFY(near(size[static_cast<std::size_t>(j)], w.col(j).norm() * v.row(j).norm(), 1e-6));
  }

  // IPR_j: mean over U_j, V_j, W_j of sum |f|^4 / (sum |f|^2)^2; locked: IPR >= 0.5 and one dominant feature.
  void checkFeatures(const Bench& bench, const Group& group, const Matrix& w, const Matrix& v) {
    const int m = group.order();
    const std::vector<Matrix> projectors = projectorsOf(group);
    const std::vector<double> ipr = bench.array("ipr"), frequency = bench.array("frequency"),
                              locked = bench.array("locked");
    double mean = 0;
    int lockedNeurons = 0;
    std::set<Eigen::Index> lockedFeatures;
    for (Eigen::Index j = 0; j < w.cols(); ++j) {
      const Eigen::VectorXd parts[] = {w.col(j).head(m), w.col(j).tail(m), v.row(j).transpose()};
      double value = 0;
      std::set<Eigen::Index> peaks;
      for (const Eigen::VectorXd& part : parts) {
        const Eigen::VectorXd power = powerOf(group, projectors, part);
        value += power.squaredNorm() / std::pow(power.sum(), 2) / 3;
        peaks.insert(dominant(power));
      }
      const auto at = static_cast<std::size_t>(j);
      QVERIFY(near(ipr[at], value, 1e-6));
      QCOMPARE(static_cast<Eigen::Index>(frequency[at]), dominant(powerOf(group, projectors, parts[0])));
      const bool lock = value >= 0.5 && peaks.size() == 1;
      QCOMPARE(locked[at] == 1, lock);
      if (lock) lockedFeatures.insert(*peaks.begin());
      lockedNeurons += lock;
      mean += value / static_cast<double>(w.cols());
    }
    QVERIFY(near(bench.last("meanIpr"), mean));
    QCOMPARE(bench.last("lockedNeurons"), double(lockedNeurons));
    QCOMPARE(bench.last("features"), double(lockedFeatures.size()));
  }

  // tau: correlation over features of ln(push / independent push) with ln(1 - alpha), clamped below at 1e-3.
  void checkTopDown(const Bench& bench, const PairTask& task, Activation activation, const Matrix& w, const Matrix& v) {
    const Group& group = *task.operation().group();
    const int m = task.order();
    const std::vector<Matrix> projectors = projectorsOf(group);
    const Matrix x = pairInputs(task.trainLeft(), task.trainRight(), m), z = x * w;
    const Matrix labels = sampleCentred(oneHot(task.trainTarget(), m)), features = sampleCentred(sigma(activation, z));
    const Matrix slope = sigmaSlope(activation, z), push = labels * (labels.transpose() * features),
                 gradient = (labels - features * v) * v.transpose();
    const Matrix hidden = x.transpose() * slope.cwiseProduct(gradient),
                 energy = x.transpose() * slope.cwiseProduct(push);
    const Matrix all = pairInputs(task.left(), task.right(), m), outputs = sigma(activation, Matrix(all * w)) * v;
    const auto count = static_cast<Eigen::Index>(projectors.size()) - 1;
    const std::vector<double> alpha = bench.array("alpha");
    Eigen::VectorXd ratio(count), missing(count);
    for (Eigen::Index k = 0; k < count; ++k) {
      const Matrix& p = projectors[static_cast<std::size_t>(k + 1)];
      double amplitude = 0;
      for (Eigen::Index i = 0; i < outputs.rows(); ++i)
        amplitude += outputs.row(i).dot(p.col(task.target()[static_cast<std::size_t>(i)])) / (m * p.trace());
      QVERIFY(near(alpha[static_cast<std::size_t>(k)], amplitude, 1e-6));
      missing[k] = std::log(std::max(1 - amplitude, 1e-3));
      double top = 0, bottom = 0;
      for (Eigen::Index j = 0; j < w.cols(); ++j)
        for (const int half : {0, m}) {
          top += powerOf(group, projectors, hidden.col(j).segment(half, m))[k + 1];
          bottom += powerOf(group, projectors, energy.col(j).segment(half, m))[k + 1];
        }
      ratio[k] = std::log(top / bottom);
    }
    QVERIFY(near(bench.last("topDown"), pearson(ratio, missing), 1e-7));
    QVERIFY(near(bench.last("signalCosine"), cosine(gradient, push)));
    QVERIFY(near(bench.last("gradientNorm"), gradient.norm()));
  }
};

QTEST_GUILESS_MAIN(TestGrokkingExperiment)
#include "test_grokking_experiment.moc"
