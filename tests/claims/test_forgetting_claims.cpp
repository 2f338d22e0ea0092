// SPDX-License-Identifier: GPL-3.0-or-later
// What De Lange et al. 2023 (arXiv 2205.13452) and its neighbours say of the stability gap and of forgetting curves, at
// desktop scale. The reference numbers are those of an independent PyTorch program, five seeds.
#include <QTest>
#include <cmath>
#include <map>

#include "engine/experiments/registry.h"
#include "engine/measures/forgetting_curve.h"
#include "tests/support/claim.h"
#include "tests/support/driven.h"

using namespace learnscope;
using test::measured;

namespace {

constexpr int seeds = 5;

std::shared_ptr<const Lab> lab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("forgetting");
  return found;
}

/// A run of the lab to its end, or for some steps.
struct Outcome : test::Driven {
  Outcome(Json values, std::uint64_t seed, std::int64_t steps = 0)
      : Driven(lab(), (values["landscape"] = false, values), seed) {
    to(last = steps > 0 ? steps : lab()->defaultSteps(config));
  }
  double value(const std::string& id) const { return recorder.last(id); }
  double at(const std::string& id, std::int64_t step) const { return recorder.scalars.at(id).at(step); }
  double accuracy(std::size_t task, std::int64_t step) const {
    return recorder.arrays.at("accuracy").at(step).value(task);
  }
  bool gap() const { return recorder.find("gap-onset") != nullptr; }

  std::int64_t last = 0;
};

struct Spread {
  double mean = 0, deviation = 0;
};
Spread spreadOf(const std::vector<double>& values) {
  Spread spread;
  for (const double value : values) spread.mean += value / static_cast<double>(values.size());
  for (const double value : values) spread.deviation += std::pow(value - spread.mean, 2);
  spread.deviation = std::sqrt(spread.deviation / static_cast<double>(values.size() - 1));
  return spread;
}

/// Five seeds of a config; runs that several claims look at are made once.
const std::vector<std::unique_ptr<Outcome>>& runs(const Json& values) {
  static std::map<std::string, std::vector<std::unique_ptr<Outcome>>> made;
  auto& found = made[values.dump()];
  if (found.empty())
    for (std::uint64_t seed = 0; seed < seeds; ++seed) found.push_back(std::make_unique<Outcome>(values, seed));
  return found;
}

Spread over(const Json& values, const std::string& id) {
  std::vector<double> found;
  for (const auto& run : runs(values)) found.push_back(run->value(id));
  return spreadOf(found);
}

}  // namespace

class TestForgettingClaims : public QObject {
  Q_OBJECT
 private slots:
  void referenceRows_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<double>("accReference");
    QTest::addColumn<double>("accSd");
    QTest::addColumn<double>("minimumReference");
    QTest::addColumn<double>("minimumSd");
    QTest::addColumn<double>("depthReference");
    QTest::addColumn<double>("depthSd");
    const auto row = [](const char* name, double a, double as, double m, double ms, double d, double ds) {
      QTest::newRow(name) << QString(name) << a << as << m << ms << d << ds;
    };
    row("naive", .601, .015, .350, .038, .429, .034);
    row("joint", .904, .008, .796, .016, .151, .024);
    row("er", .885, .011, .677, .058, .232, .061);
    row("der", .856, .014, .725, .033, .180, .021);
    row("derpp", .916, .010, .834, .013, .114, .009);
    row("agem", .687, .012, .420, .063, .402, .044);
    row("gem", .730, .019, .438, .092, .408, .098);
    // Of LwF's min-ACC the five seeds of the reference lay high (.339+-.021): a second independent program found
    // .308+-.047 over 20 seeds of its own and .282+-.030 over 12 of this lab's streams. Here: the 20 seeds' mean and
    // the deviation of a five-seed mean.
    row("lwf", .619, .017, .308, .021, .388, .031);
    row("ewc-online", .708, .056, .358, .069, .466, .106);
    row("ewc", .687, .056, .333, .059, .483, .098);
    row("si", .695, .051, .353, .065, .470, .098);
    row("mas", .613, .038, .388, .051, .408, .048);
    row("l2", .648, .026, .340, .045, .475, .101);
  }
  // Rotated 0/80/160, 300 updates a task, evaluation after each: means of five seeds within max(0.03, 2 sd) of the
  // reference; every method has a gap in some run.
  void referenceRows() {
    QFETCH(QString, method);
    const Json values{{"method", method.toStdString()}};
    const Spread acc = over(values, "averageAccuracy"), minimum = over(values, "minAccuracy"),
                 depth = over(values, "gapDepth");
    measured(
        "%-10s ACC %.3f+-%.3f FORG %.3f min-ACC %.3f+-%.3f WC-ACC %.3f WF10 %.3f WF100 %.3f WP100 %.3f depth "
        "%.3f+-%.3f recovery %.3f",
        method.toUtf8().constData(), acc.mean, acc.deviation, over(values, "forgetting").mean, minimum.mean,
        minimum.deviation, over(values, "worstCase").mean, over(values, "wf10").mean, over(values, "wf100").mean,
        over(values, "wp100").mean, depth.mean, depth.deviation, over(values, "gapRecovery").mean);
    const auto check = [](const char* what, double value, double expected, double deviation) {
      const double room = std::max(0.03, 2 * deviation);
      QVERIFY2(std::abs(value - expected) <= room,
               qPrintable(QString("%1 %2, reference %3 within %4").arg(what).arg(value).arg(expected).arg(room)));
    };
    QFETCH(double, accReference);
    QFETCH(double, accSd);
    QFETCH(double, minimumReference);
    QFETCH(double, minimumSd);
    QFETCH(double, depthReference);
    QFETCH(double, depthSd);
    bool gap = false;
    for (const auto& run : runs(values)) gap = gap || run->gap();
    QVERIFY(gap);
    check("ACC", acc.mean, accReference, accSd);
    check("min-ACC", minimum.mean, minimumReference, minimumSd);
    check("depth", depth.mean, depthReference, depthSd);
  }

  // Replay has a transient drop, and even training on all data has one.
  void replayAndJointTrainingFallAndRecover() {
    const double er = over({{"method", "er"}}, "gapDepth").mean, erBack = over({{"method", "er"}}, "gapRecovery").mean;
    const double joint = over({{"method", "joint"}}, "gapDepth").mean,
                 jointBack = over({{"method", "joint"}}, "gapRecovery").mean;
    measured("gap: ER depth %.3f, recovery share %.2f; joint depth %.3f, share %.2f", er, erBack / er, joint,
             jointBack / joint);
    QVERIFY(er >= 0.10 && erBack / er >= 0.4);
    QVERIFY(joint >= 0.08 && jointBack / joint >= 0.6);
  }

  // The same histories judged every 1, 10, 50, 100 and 300 updates.
  void sparseEvaluationHidesIt() {
    std::vector<double> means;
    for (const std::int64_t every : {1, 10, 50, 100, 300}) {
      std::vector<double> minima;
      for (const auto& run : runs({{"method", "er"}})) {
        double mean = 0;
        for (std::size_t task = 0; task < 2; ++task) {
          double least = 1;
          for (std::int64_t step = 300 * (static_cast<std::int64_t>(task) + 1) + 1; step <= 900; ++step)
            if (step % every == 0) least = std::min(least, run->accuracy(task, step));
          mean += least / 2;
        }
        minima.push_back(mean);
      }
      means.push_back(spreadOf(minima).mean);
    }
    measured("min-ACC of ER at rho 1, 10, 50, 100, 300: %.3f %.3f %.3f %.3f %.3f", means[0], means[1], means[2],
             means[3], means[4]);
    QVERIFY(means[4] - means[0] >= 0.08);
  }

  void gapGrowsWithDissimilarity() {
    const std::vector<double> angles{10, 30, 60, 90, 150};
    std::vector<double> depths;
    for (const double angle : angles) {
      std::vector<double> found;
      for (std::uint64_t seed = 0; seed < 4; ++seed)
        found.push_back(Outcome({{"angles", {0, angle}},
                                 {"iterations", 250},
                                 {"method", "er"},
                                 {"memory", 200},
                                 {"data.train", 1000},
                                 {"eval.samples", 400}},
                                seed)
                            .value("gapDepth"));
      depths.push_back(spreadOf(found).mean);
    }
    measured("gap depth at 10, 30, 60, 90, 150 degrees: %.3f %.3f %.3f %.3f %.3f", depths[0], depths[1], depths[2],
             depths[3], depths[4]);
    double squares = 0;  // Spearman: the angles ascend, so a depth's rank is its place among the depths
    for (std::size_t i = 0; i < depths.size(); ++i) {
      double rank = 0;
      for (const double other : depths) rank += other < depths[i] ? 1 : 0;
      squares += std::pow(rank - static_cast<double>(i), 2);
    }
    QVERIFY(1 - 6 * squares / (5 * 24) >= 0.9);
    QVERIFY(depths[4] - depths[0] >= 0.10);
  }

  // At the boundary nothing pushes back, until damage is done.
  void theStabilityGradientComesLate() {
    std::vector<double> onset, later, before, third, tenth;
    for (const auto& run : runs({{"method", "er"}})) {
      onset.push_back(run->at("plasticity", 301) / run->at("stability", 301));
      std::vector<double> ratios;
      for (std::int64_t step = 315; step <= 325; ++step)
        ratios.push_back(run->at("plasticity", step) / run->at("stability", step));
      std::nth_element(ratios.begin(), ratios.begin() + 5, ratios.end());
      later.push_back(ratios[5]);
      before.push_back(run->accuracy(0, 300));
      third.push_back(std::min({run->accuracy(0, 301), run->accuracy(0, 302), run->accuracy(0, 303)}));
      tenth.push_back(run->accuracy(0, 310));
    }
    const double a = spreadOf(before).mean, b = spreadOf(third).mean, c = spreadOf(tenth).mean;
    measured("first step of task 2: ratio of norms %.1f, steps 15-25 %.1f; task 1: %.3f -> %.3f, step 10 %.3f",
             spreadOf(onset).mean, spreadOf(later).mean, a, b, c);
    QVERIFY(spreadOf(onset).mean >= 4);
    QVERIFY(spreadOf(later).mean < 3);
    QVERIFY(a - b >= 0.05);
    QVERIFY(c >= b + 0.5 * (a - b));
  }

  void newClassesAreWorse() {
    const Json values{{"stream", "split"}, {"scenario", "class"}, {"method", "er"},    {"memory", 200},
                      {"batch", 32},       {"iterations", 150},   {"data.train", 600}, {"eval.samples", 200}};
    const double acc = over(values, "averageAccuracy").mean, least = over(values, "minAccuracy").mean;
    measured("class-incremental ER: ACC %.3f, min-ACC %.3f, WF10 %.3f", acc, least, over(values, "wf10").mean);
    QVERIFY(acc >= 0.88);
    QVERIFY(least <= 0.70);
  }

  void aLowLossStraightRoadExists() {
    for (const char* method : {"er", "joint"}) {
      std::vector<double> lines, paths;
      for (const auto& run : runs({{"method", method}})) {
        const Array& line = run->recorder.arrays.at("pathAccuracy").at(600);
        double least = 1, dip = 1;
        for (std::size_t i = 0; i < 11; ++i) least = std::min(least, line.value(i));
        for (std::int64_t step = 301; step <= 600; ++step) dip = std::min(dip, run->accuracy(0, step));
        QVERIFY(least >= std::min(line.value(0), line.value(10)) - 0.02);
        lines.push_back(least);
        paths.push_back(dip);
      }
      measured("%s: task 1 along the straight line at least %.3f, along SGD's path %.3f", method, spreadOf(lines).mean,
               spreadOf(paths).mean);
      QVERIFY(spreadOf(lines).mean - spreadOf(paths).mean >= 0.05);
    }
  }

  void momentumDeepensSmallRatesTrade() {
    const double plain = over({{"method", "er"}}, "gapDepth").mean;
    const Json heavy{{"method", "er"}, {"momentum", 0.9}}, slow{{"method", "er"}, {"learningRate", 0.02}};
    const double deep = over(heavy, "gapDepth").mean, shallow = over(slow, "gapDepth").mean;
    measured("ER depth: plain %.3f, momentum 0.9 %.3f (ACC %.3f), rate 0.02 %.3f (ACC %.3f)", plain, deep,
             over(heavy, "averageAccuracy").mean, shallow, over(slow, "averageAccuracy").mean);
    QVERIFY(deep >= 1.4 * plain);
    QVERIFY(shallow < plain);
    QVERIFY(over(slow, "averageAccuracy").mean < over({{"method", "er"}}, "averageAccuracy").mean);
  }

  // Task 1 under plain SGD, tau = 1..300, every evaluation, unweighted.
  void forgettingIsNotExponential() {
    int wins = 0;
    for (const auto& run : runs({{"method", "naive"}})) {
      std::vector<double> tau, retention;
      for (std::int64_t step = 301; step <= 600; ++step) {
        tau.push_back(static_cast<double>(step - 300));
        retention.push_back(run->recorder.arrays.at("retention").at(step).value(0));
      }
      const RetentionFit power = fitRetention(RetentionModel::Power, tau, retention);
      const RetentionFit exponential = fitRetention(RetentionModel::Exponential, tau, retention);
      const RetentionFit floor = fitRetention(RetentionModel::Floor, tau, retention);
      measured("R2 power %.2f exponential %.2f with floor %.2f, AIC %.0f against %.0f", power.r2, exponential.r2,
               floor.r2, power.aic, exponential.aic);
      wins += power.r2 > exponential.r2 && power.aic < exponential.aic ? 1 : 0;
    }
    QVERIFY(wins >= 4);
  }

  void savingsSurviveForgetting() {
    std::vector<double> savings;
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      const Outcome run({{"method", "naive"}}, seed, 600);
      const State result = lab()->analyse("savings", run.config, seed, run.experiment->save(),
                                          Config({{"task", 1}, {"criterion", 0.9}, {"most", 2000}}), Progress());
      savings.push_back(result.get("savings").value(0));
      measured("savings after task 2: L %.0f, R %.0f, %.2f", result.get("scratch").value(0),
               result.get("relearn").value(0), savings.back());
    }
    QVERIFY(spreadOf(savings).mean >= 0.5);
  }
};

QTEST_APPLESS_MAIN(TestForgettingClaims)
#include "test_forgetting_claims.moc"
