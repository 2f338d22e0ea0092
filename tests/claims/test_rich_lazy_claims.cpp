// SPDX-License-Identifier: GPL-3.0-or-later
// What Liu et al. 2024 (arXiv 2310.08513) say of connectivity and richness, at desktop scale with paired seeds.
#include <QTest>
#include <cmath>
#include <cstdio>

#include "engine/experiments/registry.h"
#include "tests/support/memory_recorder.h"

using namespace learnscope;

namespace {

/// Final values of a run's table [structures, seeds].
class Table {
 public:
  explicit Table(const Array& array) : array_(array) {}
  std::size_t seeds() const { return static_cast<std::size_t>(array_.shape()[1]); }
  double mean(std::size_t structure) const {
    double sum = 0;
    for (std::size_t r = 0; r < seeds(); ++r) sum += array_.value(structure * seeds() + r);
    return sum / static_cast<double>(seeds());
  }
  double error(std::size_t structure) const {
    double sum = 0;
    for (std::size_t r = 0; r < seeds(); ++r)
      sum += std::pow(array_.value(structure * seeds() + r) - mean(structure), 2);
    return std::sqrt(sum / static_cast<double>((seeds() - 1) * seeds()));
  }

 private:
  Array array_;
};

/// Trains an ensemble to its default end and prints the page's table.
struct Outcome {
  explicit Outcome(const Json& values, std::uint64_t seed = 0) {
    const auto lab = builtinLabs().require("rich-lazy");
    const Config config = checkedConfig(*lab, values);
    const auto experiment = lab->build(config, seed, Progress());
    test::MemoryRecorder recorder(*lab, config);
    const std::int64_t steps = lab->defaultSteps(config);
    for (std::int64_t step = 0; step <= steps; ++step) {
      recorder.setStep(step);
      experiment->measure(recorder);
      if (step < steps) experiment->step(Progress());
    }
    for (const char* id : {"loss", "accuracy", "weightChange", "representationAlignment", "kernelAlignment",
                           "effectiveRank", "spectralRadius"})
      records[id] = recorder.arrays.at(id);
    const std::vector<std::string> names = lab->describe(config).measure("loss")->items;
    std::printf("%-16s %-8s %-8s %-14s %-14s %-14s %-8s\n", values.dump().substr(0, 16).c_str(), "loss", "acc", "dW",
                "RA", "KA", "PR(0)");
    for (std::size_t s = 0; s < names.size(); ++s)
      std::printf("%-16s %-8.4f %-8.3f %.2f+-%.2f     %.3f+-%.3f   %.3f+-%.3f   %.1f\n", names[s].c_str(),
                  last("loss").mean(s), accuracy(s), last("weightChange").mean(s), last("weightChange").error(s),
                  last("representationAlignment").mean(s), last("representationAlignment").error(s),
                  last("kernelAlignment").mean(s), last("kernelAlignment").error(s), first("effectiveRank").mean(s));
    std::fflush(stdout);
  }
  Table last(const std::string& id) const { return Table(records.at(id).rbegin()->second); }
  Table first(const std::string& id) const { return Table(records.at(id).begin()->second); }
  /// Over the last 200 steps.
  double accuracy(std::size_t structure) const {
    double sum = 0;
    int count = 0;
    for (auto log = records.at("accuracy").rbegin(); log != records.at("accuracy").rend() && count < 20; ++log, ++count)
      sum += Table(log->second).mean(structure);
    return sum / count;
  }
  std::map<std::string, std::map<std::int64_t, Array>> records;
};

/// A reference table's row: mean and standard error over its own five seeds.
struct Published {
  const char* measure;
  double mean[3], error[3];  ///< rank 1, rank 10, full
};

/// Rank 1, rank 10, full: ten paired seeds.
const Outcome& ranked(const std::string& task) {
  static std::map<std::string, Outcome> outcomes;
  auto found = outcomes.find(task);
  if (found == outcomes.end()) found = outcomes.emplace(task, Outcome({{"task", task}, {"seeds", 10}})).first;
  return found->second;
}

}  // namespace

class TestRichLazyClaims : public QObject {
  Q_OBJECT
 private slots:
  void lowRankLearnsRicher_data() {
    QTest::addColumn<QString>("task");
    QTest::newRow("2af") << "2af";
    QTest::newRow("dms") << "dms";
  }
  // Mean KA(rank 1) < KA(full) - 0.15, RA(rank 1) < RA(full) - 0.05, RA ordered 1 < 10 < full.
  void lowRankLearnsRicher() {
    QFETCH(QString, task);
    const Outcome& run = ranked(task.toStdString());
    const Table ka = run.last("kernelAlignment"), ra = run.last("representationAlignment");
    QVERIFY(ka.mean(0) < ka.mean(2) - 0.15);
    QVERIFY(ra.mean(0) < ra.mean(2) - 0.05);
    QVERIFY(ra.mean(0) < ra.mean(1) && ra.mean(1) < ra.mean(2));
  }

  // The reference tables (five seeds of another generator): all means within three joint standard errors, or 6 % where
  // seeds hardly differ. The weight change of 2AF at full rank is that of ten seeds of a PyTorch loop of the recipe:
  // the table's 1.26 +- .01 does not come out of it.
  void theTablesComeOut_data() {
    QTest::addColumn<QString>("task");
    QTest::newRow("2af") << "2af";
    QTest::newRow("dms") << "dms";
  }
  void theTablesComeOut() {
    QFETCH(QString, task);
    const std::vector<Published> table =
        task == QLatin1String("2af")
            ? std::vector<Published>{{"weightChange", {1.40, 1.44, 1.315}, {.07, .04, .016}},
                                     {"representationAlignment", {.810, .914, .968}, {.094, .025, .007}},
                                     {"kernelAlignment", {.187, .393, .513}, {.064, .069, .047}}}
            : std::vector<Published>{{"weightChange", {1.84, 1.52, 1.67}, {.15, .05, .04}},
                                     {"representationAlignment", {.878, .956, .991}, {.046, .025, .001}},
                                     {"kernelAlignment", {.237, .341, .545}, {.115, .052, .042}}};
    const Outcome run({{"task", task.toStdString()}, {"seeds", 5}});
    for (const Published& row : table)
      for (std::size_t s = 0; s < 3; ++s) {
        const double difference = run.last(row.measure).mean(s) - row.mean[s];
        const double error = std::hypot(run.last(row.measure).error(s), row.error[s]);
        std::printf("%s %s %zu: %+.3f, joint s.e. %.3f\n", qPrintable(task), row.measure, s, difference, error);
        std::fflush(stdout);
        QVERIFY(std::abs(difference) < std::max(3 * error, 0.06 * row.mean[s]));
      }
  }

  // All structures learn: near the ideal observer of 0.875 (2AF), all of DMS but for rank 1, which may be slow.
  void everyRankLearnsTheTask() {
    for (const std::size_t s : {0U, 1U, 2U}) QVERIFY(ranked("2af").accuracy(s) > 0.84);
    for (const std::size_t s : {1U, 2U}) QVERIFY(ranked("dms").accuracy(s) > 0.99);
    QVERIFY(ranked("dms").accuracy(0) > 0.9);
  }

  // Asserted for 2AF alone; DMS is not ordered at N = 100.
  void weightsMoveFurtherAtLowRank() {
    const Table change = ranked("2af").last("weightChange");
    QVERIFY(change.mean(0) > change.mean(2));
  }

  void balancedDaleIsLowRankAndRicher() {
    const Outcome run({{"structures", {"full", "daleBalanced"}}, {"seeds", 3}});
    QVERIFY(run.first("effectiveRank").mean(1) < 5);
    const Table ka = run.last("kernelAlignment"), ra = run.last("representationAlignment");
    QVERIFY(ka.mean(1) < ka.mean(0) - 0.15);
    QVERIFY(ra.mean(1) < ra.mean(0) - 0.05);
  }

  // Same Frobenius norm is not same dynamics: unbalanced Dale diverges within some steps; strong chains throw W so far
  // that every neuron dies (no activity, RA undefined); at equal spectral radius they train.
  void strongChainsNeedTheSameRadius() {
    const auto lab = builtinLabs().require("rich-lazy");
    const Config config = checkedConfig(*lab, {{"structures", {"daleUnbalanced"}}, {"seeds", 3}});
    const auto experiment = lab->build(config, 0, Progress());
    bool diverged = false;
    for (int i = 0; i < 1500 && !diverged; ++i) try {
        experiment->step(Progress());
      } catch (const NumericError& error) {
        std::printf("%s\n", error.what());
        diverged = true;
      }
    QVERIFY(diverged);
    const Outcome thrown({{"structures", {"full", "chain"}}, {"seeds", 3}});
    QVERIFY(thrown.accuracy(0) > 0.8 && thrown.accuracy(1) < 0.1);
    QVERIFY(thrown.last("weightChange").mean(1) > 50 && std::isnan(thrown.last("representationAlignment").mean(1)));
    const Outcome run({{"structures", {"full", "chain"}}, {"seeds", 3}, {"init.norm", "spectralRadius"}});
    QVERIFY(run.accuracy(1) > 0.8);
  }

  // Weak chains and blocks keep the effective rank of the Gaussian and its laziness.
  void weakStructureIsAsLazy() {
    const Outcome run({{"structures", {"full", "block", "chain"}},
                       {"seeds", 5},
                       {"init.blockStrength", 0.2},
                       {"init.chainStrength", 0.15}});
    for (const std::size_t s : {1U, 2U}) {
      QVERIFY(run.first("effectiveRank").mean(s) > 40);
      QVERIFY(run.last("kernelAlignment").mean(s) > run.last("kernelAlignment").mean(0) - 0.15);
    }
  }

  // Digits by rows, gradients clipped (28 steps through a radius of 1.8 explode without): all ranks learn, and
  // low ones turn kernel and representation more than full rank.
  void digitsByRows() {
    const Outcome run({{"task", "digits"}, {"seeds", 3}, {"init.ranks", {5, 30}}, {"clip", 1.0}});
    for (const std::size_t s : {0U, 1U, 2U}) QVERIFY(run.accuracy(s) > 0.7);
    const Table ka = run.last("kernelAlignment"), ra = run.last("representationAlignment");
    QVERIFY(ka.mean(0) < ka.mean(2) && ka.mean(1) < ka.mean(2));
    QVERIFY(ra.mean(0) < ra.mean(1) && ra.mean(1) < ra.mean(2));
  }
};

QTEST_GUILESS_MAIN(TestRichLazyClaims)
#include "test_rich_lazy_claims.moc"
