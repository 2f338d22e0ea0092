// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "engine/core/session.h"
#include "engine/data/pair_task.h"
#include "engine/experiments/grokking/grokking_lab.h"
#include "engine/measures/isotypic.h"
#include "tests/support/claim.h"
#include "tests/support/dense_net.h"
#include "tests/support/support.h"
#include "tests/support/text.h"
#include "tests/support/training.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

Training trained(const Json& values, int steps) {
  Training training(grokking::makeLab(), values, 3, std::max(steps, 1));
  training.toStep(steps);
  return training;
}

std::vector<double> listOf(const State& state, const char* name) {
  const Array& array = state.get(name);
  std::vector<double> values(array.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = array.value(i);
  return values;
}

double largestOf(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

}  // namespace

class TestGrokkingLab : public QObject {
  Q_OBJECT
 private slots:
  // The fast part of the claims: p = 23, seed 0 at the page's steps.
  void z23GroksAtItsSteps() {
    Training run(grokking::makeLab(), {{"group", "23"}}, 0);
    QVERIFY(run.pastEvent("generalised", 300));
    VERIFY_BETWEEN(run.eventStep("memorised"), 40, 60);
    VERIFY_BETWEEN(run.eventStep("stage-2"), 20, 40);
    VERIFY_BETWEEN(run.eventStep("stage-3"), 90, 110);
    VERIFY_BETWEEN(run.eventStep("generalised"), 540, 560);
    QCOMPARE(run.last("testAccuracy"), 1.0);
    QCOMPARE(run.last("features"), 11.0);
    VERIFY_BETWEEN(run.largest("topDown", run.eventStep("stage-3")).value, 0.7, 1);
    for (int k = 1; k <= 11; ++k) QVERIFY(run.eventStep("feature-" + std::to_string(k)) > 0);
    for (const ScalarPoint& all : run.points("allLoss"))
      QVERIFY(std::abs(all.value - run.value("ruleLoss", all.step) - run.value("pairsLoss", all.step)) < 1e-6);
    // Without weight decay nothing of it happens.
    Training without(grokking::makeLab(), {{"group", "23"}, {"weightDecay", 0}}, 0, 700);
    without.toEnd();
    VERIFY_BETWEEN(without.eventStep("memorised"), 40, 100);
    QVERIFY(without.last("testAccuracy") < 0.5);
    QVERIFY(without.eventStep("stuck-lazy") > 0);
  }

  void everyPresetIsAccepted() {
    const auto lab = grokking::makeLab();
    const Json page = Json::parse(lab->page());
    std::set<std::string> ids;
    for (const Json& preset : page.at("presets")) {
      ids.insert(preset.at("id"));
      for (const Json& run : preset.at("runs"))
        for (const Json& seed : run.at("seeds")) {
          const RunInfo info = checkedRunInfo(*lab, run.at("set"), seed.get<std::uint64_t>(), preset.at("steps"));
          const Estimate estimate = lab->estimate(info.config);
          QVERIFY(estimate.bytes > 1e5 && estimate.bytes < 2e9);
          QVERIFY(estimate.seconds > 0.01 && estimate.seconds < 300);
        }
    }
    for (const char* id : {"classic", "long-plateau", "no-decay", "strong-decay", "collapse", "lazy-start", "zero-init",
                           "too-little-data", "s4", "muon-24", "paper-fig3"})
      QVERIFY2(ids.contains(id), id);
  }

  void theDescriptionIsWhole() {
    const auto lab = grokking::makeLab();
    const Description description = lab->describe();
    QCOMPARE(description.id, std::string("grokking"));
    for (const Parameter& parameter : description.parameters) QVERIFY(!parameter.doc.empty());
    for (const Measure& measure : description.measures) QVERIFY(!measure.doc.empty());
    Training run = trained({{"group", "11"}, {"n", 90}, {"hidden", 16}}, 100);
    // What is described is recorded, and nothing else (but the trainer's own time).
    std::set<std::string> described, recorded;
    for (const Measure& measure : description.measures) described.insert(measure.id);
    for (const std::string& id : run.run().recordedScalars()) recorded.insert(id);
    for (const std::string& id : run.run().recordedArrays()) recorded.insert(id);
    recorded.erase("wallTime");
    QCOMPARE(recorded, described);
    // The expression has no features, and says so in its description.
    const Description expression = lab->describe(Config(Json{{"operation", "expression"}}));
    QVERIFY(expression.measures.size() < description.measures.size());
  }

  // The page's bad input that reaches the lab as values.
  void badValuesAreRefused_data() {
    QTest::addColumn<QString>("values");
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* values, const char* pointer, const char* said) {
      QTest::newRow(values) << QString(values) << QString(pointer) << QString(said);
    };
    row(R"({"n": 46})", "/n", "training pairs must be between M and M^2 - 1");
    row(R"({"n": 2210})", "/n", "training pairs must be between M and M^2 - 1");
    row(R"({"n": 2209})", "/n", "energyOnly");
    row(R"({"c": 0.1})", "/c", "training pairs must be between M and M^2 - 1");
    row(R"({"c": -1})", "/c", "");
    row(R"({"learningRate": -1})", "/learningRate", "");
    row(R"({"learningRate": 0})", "/learningRate", "");
    row(R"({"learningRate": "fast"})", "/learningRate", "");
    row(R"({"learningRate": null})", "/learningRate", "");
    row(R"({"weightDecay": -1e-9})", "/weightDecay", "");
    row(R"({"weightDecay": [1]})", "/weightDecay", "");
    row(R"({"hidden": 0})", "/hidden", "");
    row(R"({"hidden": 256.5})", "/hidden", "");
    row(R"({"hidden": 5000})", "/hidden", "4096");
    row(R"({"activation": "rellu"})", "/activation", "relu");
    row(R"({"loss": "mse"})", "/loss", "classCentred");
    row(R"({"optimizer": "Muon"})", "/optimizer", "muon");
    row(R"({"ridgeOutput": true, "loss": "crossEntropy"})", "/ridgeOutput", "ridge output layer needs a squared loss");
    row(R"({"ridgeOutput": true, "laziness": 1})", "/ridgeOutput", "laziness");
    row(R"({"backend": "torchCpu", "optimizer": "muon"})", "/optimizer", "native backend");
    row(R"({"backend": "torchCpu", "ridgeOutput": true})", "/ridgeOutput", "native backend");
    row(R"({"backend": "torchCpu", "laziness": 2})", "/laziness", "native backend");
    row(R"({"group": "S6"})", "/group", "group of order 2..256");
    row(R"({"operation": "table"})", "/table", "a file with a Cayley table");
    row(R"({"operation": "table", "table": "/nonexistent.csv"})", "/table", "/nonexistent.csv");
    row(R"({"operation": "expression", "expression": "a/b"})", "/expression", "position 2");
    row(R"({"operation": "expression", "modulus": 257})", "/modulus", "");
    row(R"({"batch": 4})", "/batch", "0 (full) or 8..905");
    row(R"({"batch": 906})", "/batch", "0 (full) or 8..905");
    row(R"({"weigthDecay": 0})", "/weigthDecay", "weightDecay");
  }
  void badValuesAreRefused() {
    QFETCH(QString, values);
    QFETCH(QString, pointer);
    QFETCH(QString, said);
    const auto lab = grokking::makeLab();
    try {
      checkedConfig(*lab, Json::parse(values.toStdString()));
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      QCOMPARE(QString::fromStdString(error.problems()[0].pointer), pointer);
      EXPECT_HAS(std::string(error.what()), said.toStdString());
    }
  }

  void allProblemsAreSaidAtOnce() {
    const auto lab = grokking::makeLab();
    try {
      checkedConfig(*lab, {{"learningRate", -1}, {"hidden", 0}, {"activation", "tanh"}});
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      QCOMPARE(error.problems().size(), std::size_t(3));
    }
    EXPECT_HAS(refusal<ConfigError>([&] { checkedRunInfo(*lab, {}, std::uint64_t{1} << 63, 10); }), "2^63");
    EXPECT_HAS(refusal<ConfigError>([&] {
                 checkedConfig(*lab, {{"weightDecay", std::numeric_limits<double>::quiet_NaN()}});
               }),
               "/weightDecay");
  }

  void moreDataThanThereIsIsClippedWithAWarning() {
    const auto lab = grokking::makeLab();
    std::vector<Problem> warnings;
    checkedConfig(*lab, {{"group", "23"}, {"c", 50}}, &warnings);
    QCOMPARE(warnings.size(), std::size_t(1));
    QCOMPARE(warnings[0].pointer, std::string("/c"));
    EXPECT_HAS(warnings[0].allowed, "clipped to M^2 - 1 = 528");
    checkedConfig(*lab, {{"every", 50}}, &warnings);
    EXPECT_HAS(warnings.at(0).allowed, "miss both stage marks");
  }

  void aUsersTableTrainsLikeTheGroupItIs() {
    const TemporaryFolder folder;
    std::string csv;
    const Group group = Group::fromSpec("S3");
    for (int g = 0; g < 6; ++g)
      for (int h = 0; h < 6; ++h) csv += std::to_string(group.product(g, h)) + (h == 5 ? "\n" : ",");
    writeFile(folder.path("s3.csv"), csv);
    Training named = trained({{"group", "S3"}, {"n", 30}, {"hidden", 16}}, 50),
             read = trained({{"operation", "table"}, {"table", folder.path("s3.csv")}, {"n", 30}, {"hidden", 16}}, 50);
    for (const char* measure : {"trainLoss", "testLoss", "topDown", "meanIpr"})
      QCOMPARE(read.last(measure), named.last(measure));
  }

  void divergenceKeepsTheRunAndSaysWhatToDo() {
    Training run(grokking::makeLab(), {{"group", "11"}, {"n", 90}, {"optimizer", "sgd"}, {"learningRate", 500}}, 0,
                 200);
    const std::string said = refusal<std::runtime_error>([&] { run.toEnd(); });
    EXPECT_HAS(said, "learningRate 50");
    QCOMPARE(run.run().state(), RunState::Diverged);
    QVERIFY(run.eventStep("diverged") >= 0);
    QVERIFY(std::isfinite(run.value("trainLoss", 0)));
  }

  void analysesAgreeWithWhatIsRecorded() {
    Training run = trained({{"group", "11"}, {"n", 90}, {"hidden", 32}}, 100);
    QCOMPARE(run.analyse("repulsion").scalar<double>("share"), run.last("repulsion"));
    VERIFY_BETWEEN(run.analyse("coverage").scalar<double>("coverage"), -1, 1);
    // The ring by itself has the shape of the recorded one, which is scaled and turned.
    const std::vector<double> ring = run.array("answerRing"), plain = listOf(run.analyse("answer-ring"), "coordinates");
    const auto distance = [](const std::vector<double>& points, std::size_t a, std::size_t b) {
      double sum = 0;
      for (std::size_t i = 0; i < 3; ++i) sum += std::pow(points[3 * a + i] - points[3 * b + i], 2);
      return std::sqrt(sum);
    };
    const double scale = distance(ring, 0, 1) / distance(plain, 0, 1);
    for (std::size_t a = 0; a < 11; ++a)
      for (std::size_t b = 0; b < a; ++b)
        QVERIFY(std::abs(distance(ring, a, b) - scale * distance(plain, a, b)) < 1e-4);
    double square = 0;
    for (double value : ring) square += value * value;
    QVERIFY(std::abs(square / 11 - 1) < 1e-5);
    // The neuron's spectrum has its peak at the recorded frequency.
    const std::vector<double> frequency = run.array("frequency");
    for (int j : {0, 7, 31}) {
      const State neuron = run.analyse("neuron", {{"neuron", j}});
      QCOMPARE(neuron.get("u").size(), std::size_t(11));
      const std::vector<double> power = listOf(neuron, "spectrumU");
      QCOMPARE(double(std::max_element(power.begin() + 1, power.end()) - power.begin()),
               frequency[static_cast<std::size_t>(j)]);
      QVERIFY(std::abs(std::accumulate(power.begin(), power.end(), 0.0) - 1) < 1e-9);
    }
    EXPECT_HAS(refusal<ConfigError>([&] { run.analyse("neuron", {{"neuron", 32}}); }), "0..31");
  }

  // E_S(w) = 1/2 ||P_miss Y' sigma(Xw)||^2 from projectors, as a share of the energy in all features.
  void missingFeatureEnergyMatchesItsDefinition() {
    Training run = trained({{"group", "S4"}, {"n", 489}, {"hidden", 24}, {"precision", "float64"}}, 200);
    const State found = run.analyse("missing-feature-energy");
    const std::vector<double> alpha = run.array("alpha"), share = listOf(found, "share"),
                              missing = listOf(found, "missing");
    const PairTask task(OperationTable(Group::fromSpec("S4")), 3, 489);
    const std::vector<Isotype> isotypes = isotypicDecomposition(task.operation().group()->table(), 24);
    Matrix pMissing = Matrix::Zero(24, 24), pAll = pMissing;
    for (std::size_t rho = 1; rho < isotypes.size(); ++rho) {
      const Matrix p = Eigen::Map<const Matrix>(isotypes[rho].projector.data(), 24, 24);
      pAll += p;
      QCOMPARE(missing[rho - 1] == 1, alpha[rho - 1] < 0.5 * largestOf(alpha));
      if (missing[rho - 1] == 1) pMissing += p;
    }
    const Matrix x = pairInputs(task.trainLeft(), task.trainRight(), 24), y = oneHot(task.trainTarget(), 24);
    for (int j : {0, 11, 23}) {
      const State neuron = run.analyse("neuron", {{"neuron", j}});
      std::vector<double> w = listOf(neuron, "u");
      const std::vector<double> v = listOf(neuron, "v");
      w.insert(w.end(), v.begin(), v.end());
      const Matrix z = x * Eigen::Map<const Matrix>(w.data(), 48, 1);
      const Matrix sums = y.transpose() * sigma(Activation::Square, z);
      QVERIFY(std::abs(share[static_cast<std::size_t>(j)] -
                       (pMissing * sums).squaredNorm() / (pAll * sums).squaredNorm()) < 1e-9);
    }
  }

  void theLandscapeHasItsPeaks() {
    Training run = trained({{"group", "11"}, {"n", 70}, {"hidden", 32}}, 100);
    const State patch = run.analyse("landscape", {{"resolution", 41}});
    const std::vector<double> full = listOf(patch, "full"), train = listOf(patch, "train"),
                              peaks = listOf(patch, "peaks");
    QCOMPARE(full.size(), std::size_t(41 * 41));
    // No point of the full table lies above the generalising maximum; the memorising direction does on the pairs.
    VERIFY_BETWEEN(largestOf(full), 0.9, 1 + 1e-9);
    QVERIFY(largestOf(train) > largestOf(full));
    QVERIFY(peaks[8] > 1);
    for (std::size_t i = 0; i < 2; ++i) {  // the learned directions reach the maximum where the peaks say
      const auto column = static_cast<std::size_t>(std::lround((peaks[3 * i] + 1) * 20)),
                 line = static_cast<std::size_t>(std::lround((peaks[3 * i + 1] + 1) * 20));
      VERIFY_BETWEEN(full[line * 41 + column], 0.9, 1);
    }
    const State ascent = run.analyse("follow-energy", {{"start", "neuron"}, {"neuron", 3}, {"table", "full"}});
    QCOMPARE(ascent.scalar<double>("monotone"), 1.0);
    QVERIFY(std::abs(listOf(ascent, "energies").back() - 1) < 1e-3);
  }
};

QTEST_GUILESS_MAIN(TestGrokkingLab)
#include "test_grokking_lab.moc"
