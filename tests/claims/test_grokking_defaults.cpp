// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <array>
#include <map>

#include "engine/experiments/grokking/grokking_lab.h"
#include "tests/support/claim.h"
#include "tests/support/training.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// Default runs to 300 steps after generalising, each trained once for all claims about it.
Training& defaultRun(int p, int seed) {
  static std::map<std::pair<int, int>, Training> runs;
  const auto found = runs.find({p, seed});
  if (found != runs.end()) return found->second;
  Training training(grokking::makeLab(), {{"group", std::to_string(p)}}, static_cast<std::uint64_t>(seed));
  training.pastEvent("generalised", 300);
  return runs.emplace(std::pair(p, seed), std::move(training)).first->second;
}

std::array<int, 10> histogram(const std::vector<double>& values) {
  std::array<int, 10> bins{};
  for (double value : values) ++bins[static_cast<std::size_t>(std::clamp(static_cast<int>(value * 10), 0, 9))];
  return bins;
}

void allRuns(bool everySeed = true) {
  QTest::addColumn<int>("p");
  QTest::addColumn<int>("seed");
  for (int p : {23, 31, 47, 59, 97})
    for (int seed = 0; seed < (everySeed ? 3 : 1); ++seed) QTest::addRow("p=%d seed=%d", p, seed) << p << seed;
}

}  // namespace

/// Claims about runs at the lab's defaults: five primes, three seeds each.
class TestGrokkingDefaults : public QObject {
  Q_OBJECT
 private slots:
  // Tian 2025, Fig. 3, Cor. 2. Steps of generalising: our reference in PyTorch.
  void delayedGeneralisationAndEveryFrequencyLearned_data() { allRuns(); }
  void delayedGeneralisationAndEveryFrequencyLearned() {
    QFETCH(int, p);
    QFETCH(int, seed);
    const std::map<int, std::array<int, 3>> reference{{23, {550, 640, 650}},
                                                      {31, {690, 550, 500}},
                                                      {47, {460, 500, 470}},
                                                      {59, {390, 410, 460}},
                                                      {97, {370, 400, 370}}};
    const Training& run = defaultRun(p, seed);
    const auto memorised = run.eventStep("memorised"), generalised = run.eventStep("generalised");
    measured("defaults p=%d seed=%d memorised %ld generalised %ld test %.4f features %.0f cpu %.1f s", p, seed,
             long(memorised), long(generalised), run.last("testAccuracy"), run.last("features"), run.cpuSeconds());
    VERIFY_BETWEEN(memorised, 1, 100);
    VERIFY_BETWEEN(generalised, 300, 800);
    const int expected = reference.at(p)[static_cast<std::size_t>(seed)];
    VERIFY_BETWEEN(generalised, expected - 10, expected + 10);
    QCOMPARE(run.last("testAccuracy"), 1.0);
    QCOMPARE(run.last("features"), (p - 1) / 2.0);
    VERIFY_BETWEEN(run.cpuSeconds(), 0, 30);  // with all measures
  }

  void stagesComeAtTheirSteps_data() {
    QTest::addColumn<int>("p");
    QTest::addColumn<QList<int>>("steps");
    QTest::newRow("p=23") << 23 << QList<int>{50, 30, 100, 550};
    QTest::newRow("p=47") << 47 << QList<int>{60, 20, 110, 460};
    QTest::newRow("p=97") << 97 << QList<int>{60, 20, 160, 370};
  }
  void stagesComeAtTheirSteps() {
    QFETCH(int, p);
    QFETCH(QList<int>, steps);
    const Training& run = defaultRun(p, 0);
    const char* const events[] = {"memorised", "stage-2", "stage-3", "generalised"};
    for (qsizetype i = 0; i < 4; ++i) {
      measured("stages p=%d %s %ld", p, events[i], long(run.eventStep(events[i])));
      VERIFY_BETWEEN(run.eventStep(events[i]), steps[i] - 10, steps[i] + 10);
    }
  }

  void otherEventsComeInTheirRanges_data() { allRuns(); }
  void otherEventsComeInTheirRanges() {
    QFETCH(int, p);
    QFETCH(int, seed);
    const Training& run = defaultRun(p, seed);
    long first = 1L << 30, last = -1;
    for (int k = 1; k <= (p - 1) / 2; ++k) {
      const long step = run.eventStep("feature-" + std::to_string(k));
      QVERIFY2(step >= 0, ("feature " + std::to_string(k) + " was not acquired").c_str());
      first = std::min(first, step);
      last = std::max(last, step);
    }
    measured(
        "events p=%d seed=%d stage-2 %ld stage-3 %ld first-locked %ld features %ld..%ld cleanup %ld stuck-lazy %ld", p,
        seed, long(run.eventStep("stage-2")), long(run.eventStep("stage-3")), long(run.eventStep("first-locked")),
        first, last, long(run.eventStep("cleanup")), long(run.eventStep("stuck-lazy")));
    VERIFY_BETWEEN(run.eventStep("stage-2"), 20, 30);
    VERIFY_BETWEEN(run.eventStep("stage-3"), 100, 160);
    VERIFY_BETWEEN(run.eventStep("first-locked"), 70, 140);
    VERIFY_BETWEEN(first, 110, 280);
    VERIFY_BETWEEN(last, 130, 540);
    QCOMPARE(run.eventStep("stuck-lazy"), std::int64_t(-1));
  }

  // Thm 7.
  void missingFeaturesGetThePush_data() { allRuns(); }
  void missingFeaturesGetThePush() {
    QFETCH(int, p);
    QFETCH(int, seed);
    const Training& run = defaultRun(p, seed);
    const ScalarPoint peak = run.largest("topDown", run.eventStep("stage-3"));
    measured("top-down p=%d seed=%d largest tau in stage III %.3f at %ld", p, seed, peak.value, long(peak.step));
    VERIFY_BETWEEN(peak.value, 0.7, 1);
  }

  // Thm 1: in stage II neurons climb their own energy. (The energy gradient itself is checked in the unit tests.)
  void independentDynamicsIsGradientAscentOfTheEnergy() {
    const Training& run = defaultRun(47, 0);
    const auto from = run.eventStep("stage-2"), to = run.eventStep("stage-3");
    const ScalarPoint peak = run.largest("alignment", from, to - 1);
    measured("alignment p=47 largest A in stage II %.3f at %ld, %.3f in its last log (stage III at %ld)", peak.value,
             long(peak.step), run.value("alignment", to - 1), long(to));
    VERIFY_BETWEEN(peak.value, 0.9, 1);
    VERIFY_BETWEEN(run.value("alignment", to - 1), 0.65, 0.75);
  }

  // Thm 6; arXiv 2605.08119.
  void similarFeaturesRepel_data() {
    QTest::addColumn<int>("p");
    for (int p : {23, 47, 97}) QTest::addRow("p=%d", p) << p;
  }
  void similarFeaturesRepel() {
    QFETCH(int, p);
    Training training(grokking::makeLab(), {{"group", std::to_string(p)}}, 0);
    double least = 2;
    std::int64_t leastAt = 0;
    for (int step : {20, 50, 100, 200, 400, 600, 800}) {
      const double share = training.toStep(step).analyse("repulsion").scalar<double>("share");
      if (share < least) least = share, leastAt = step;
    }
    measured("repulsion p=%d smallest share of b < 0 at steps 20..800: %.3f (step %ld)", p, least, long(leastAt));
    VERIFY_BETWEEN(least, 0.97, 1);
  }

  void lossSplitsIntoRuleAndPairs_data() { allRuns(false); }
  void lossSplitsIntoRuleAndPairs() {
    QFETCH(int, p);
    QFETCH(int, seed);
    const Training& run = defaultRun(p, seed);
    double worst = 0, rise = 0, before = 1e9;
    for (const ScalarPoint& all : run.points("allLoss")) {
      const double rule = run.value("ruleLoss", all.step), pairs = run.value("pairsLoss", all.step);
      worst = std::max(worst, std::abs(all.value - rule - pairs));
      rise = std::max(rise, rule - before);
      before = rule;
    }
    const ScalarPoint peak = run.largest("pairsLoss");
    measured(
        "split p=%d |L_all - L_rule - L_pairs| <= %.1e, largest rise of L_rule %.1e, L_pairs peaks %.3f at %ld, "
        "cleanup %ld",
        p, worst, rise, peak.value, long(peak.step), long(run.eventStep("cleanup")));
    VERIFY_BETWEEN(worst, 0, 1e-6);
    QVERIFY(peak.step < run.eventStep("generalised"));
    if (p != 47) return;
    VERIFY_BETWEEN(peak.value, 0.55, 0.58);
    VERIFY_BETWEEN(peak.step, 200, 260);
    VERIFY_BETWEEN(rise, -1, 1e-9);
  }

  void finalParticipationRatios_data() {
    QTest::addColumn<int>("p");
    QTest::addColumn<QList<int>>("bins");
    QTest::newRow("p=23") << 23 << QList<int>{0, 41, 51, 20, 24, 22, 21, 26, 40, 11};
    QTest::newRow("p=47") << 47 << QList<int>{34, 80, 21, 7, 10, 8, 5, 12, 17, 62};
    QTest::newRow("p=97") << 97 << QList<int>{51, 19, 5, 4, 4, 5, 1, 5, 7, 155};
  }
  void finalParticipationRatios() {
    QFETCH(int, p);
    QFETCH(QList<int>, bins);
    const std::array<int, 10> found = histogram(defaultRun(p, 0).array("ipr"));
    std::string text;
    for (int count : found) text += " " + std::to_string(count);
    measured("ipr p=%d at gen+300:%s", p, text.c_str());
    for (std::size_t i = 0; i < found.size(); ++i)
      VERIFY_BETWEEN(found[i], bins[qsizetype(i)] - 4, bins[qsizetype(i)] + 4);
  }
};

QTEST_GUILESS_MAIN(TestGrokkingDefaults)
#include "test_grokking_defaults.moc"
