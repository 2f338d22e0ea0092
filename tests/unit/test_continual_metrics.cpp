// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "engine/core/random_stream.h"
#include "engine/measures/continual_metrics.h"

using namespace learnscope;

namespace {

const float unseen = std::nanf("");

/// A random history: segments of random lengths on random tasks, evaluated at random distances.
struct RandomHistory {
  RandomHistory(std::uint64_t seed, bool repeat) {
    RandomStream random(seed, "history");
    tasks = 2 + static_cast<int>(random.below(4));
    std::vector<bool> seen(static_cast<std::size_t>(tasks), false);
    std::int64_t step = 0;
    const int segments = repeat ? 7 : tasks;
    int previous = -1;
    for (int s = 0; s < segments; ++s) {
      int task = s;
      if (repeat) do
          task = static_cast<int>(random.below(static_cast<std::uint64_t>(tasks)));
        while (task == previous);
      previous = task;
      seen[static_cast<std::size_t>(task)] = true;
      const int count = 3 + static_cast<int>(random.below(150));
      for (int n = 0; n < count; ++n) {
        step += 1 + static_cast<std::int64_t>(random.below(3));
        ContinualEvaluation evaluation{step, task, n + 1 == count, {}};
        for (int i = 0; i < tasks; ++i)
          evaluation.accuracy.push_back(seen[static_cast<std::size_t>(i)] ? static_cast<float>(random.below(101)) / 100
                                                                          : unseen);
        all.push_back(evaluation);
      }
    }
  }
  int tasks = 0;
  std::vector<ContinualEvaluation> all;
};

/// The definitions, by brute force over the first `count` evaluations.
class Definitions {
 public:
  Definitions(const std::vector<ContinualEvaluation>& all, std::size_t count)
      : h_(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)), tasks_(all.front().accuracy.size()) {}

  double a(std::size_t n, std::size_t i) const { return static_cast<double>(h_[n].accuracy[i]); }
  std::size_t current() const { return static_cast<std::size_t>(h_.back().current); }
  /// Index of the evaluation that ended the first (last) stretch on task i; -1.
  int firstEnd(std::size_t i) const {
    for (std::size_t n = 0; n < h_.size(); ++n)
      if (static_cast<std::size_t>(h_[n].current) == i && h_[n].endsSegment) return static_cast<int>(n);
    return -1;
  }
  int lastEnd(std::size_t i) const {
    for (std::size_t n = h_.size(); n-- > 0;)
      if (static_cast<std::size_t>(h_[n].current) == i && h_[n].endsSegment) return static_cast<int>(n);
    return -1;
  }
  std::vector<std::size_t> earlier() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < tasks_; ++i)
      if (firstEnd(i) >= 0 && i != current()) found.push_back(i);
    return found;
  }
  double acc() const {
    double sum = 0, k = 0;
    for (std::size_t i = 0; i < tasks_; ++i)
      if (!std::isnan(a(h_.size() - 1, i))) sum += a(h_.size() - 1, i), ++k;
    return sum / k;
  }
  double forgetting() const {
    double sum = 0;
    for (const std::size_t i : earlier()) sum += a(static_cast<std::size_t>(lastEnd(i)), i) - a(h_.size() - 1, i);
    return sum / static_cast<double>(earlier().size());
  }
  double minimum() const {
    double sum = 0;
    for (const std::size_t i : earlier()) {
      double least = 2;
      for (std::size_t n = static_cast<std::size_t>(firstEnd(i)) + 1; n < h_.size(); ++n)
        if (static_cast<std::size_t>(h_[n].current) != i) least = std::min(least, a(n, i));
      sum += least;
    }
    return sum / static_cast<double>(earlier().size());
  }
  double worstCase() const {
    const double k = static_cast<double>(earlier().size()) + 1, now = a(h_.size() - 1, current());
    return earlier().empty() ? now : now / k + (1 - 1 / k) * minimum();
  }
  double window(std::size_t w, double sign) const {
    double sum = 0, k = 0;
    for (std::size_t i = 0; i < tasks_; ++i) {
      if (std::isnan(a(h_.size() - 1, i))) continue;
      double most = 0;
      for (std::size_t n = 0; n < h_.size(); ++n)
        for (std::size_t m = n + 1 > w ? n + 1 - w : 0; m < n; ++m)
          if (!std::isnan(a(m, i))) most = std::max(most, sign * (a(m, i) - a(n, i)));
      sum += most;
      ++k;
    }
    return sum / k;
  }
  double anytime() const {
    double sum = 0;
    for (std::size_t n = 1; n <= h_.size(); ++n) sum += Definitions(h_, n).acc();
    return sum / static_cast<double>(h_.size());
  }
  /// (depth, recovery) means over (earlier task, later stretch).
  std::pair<double, double> gaps() const {
    double depth = 0, recovery = 0, count = 0;
    std::size_t start = 0;
    for (std::size_t n = 0; n < h_.size(); ++n) {
      if (!h_[n].endsSegment && n + 1 < h_.size()) continue;
      for (std::size_t i = 0; i < tasks_; ++i) {
        if (i == static_cast<std::size_t>(h_[n].current) || firstEnd(i) < 0 ||
            static_cast<std::size_t>(firstEnd(i)) >= start)
          continue;
        double least = 2;
        for (std::size_t m = start; m <= n; ++m) least = std::min(least, a(m, i));
        depth += a(start - 1, i) - least;
        recovery += a(n, i) - least;
        ++count;
      }
      start = n + 1;
    }
    return {depth / count, recovery / count};
  }

 private:
  std::vector<ContinualEvaluation> h_;
  std::size_t tasks_;
};

bool near(double a, double b) { return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) < 1e-6; }

}  // namespace

class TestContinualMetrics : public QObject {
  Q_OBJECT
 private slots:
  void agreeWithTheirDefinitions() {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const RandomHistory history(seed, seed % 2 == 1);
      ContinualMetrics metrics(history.tasks);
      for (std::size_t n = 1; n <= history.all.size(); ++n) {
        metrics.observe(history.all[n - 1]);
        if (n % 37 != 0 && n != history.all.size()) continue;
        const Definitions defined(history.all, n);
        QVERIFY(near(metrics.averageAccuracy(), defined.acc()));
        QVERIFY(near(metrics.forgetting(), defined.forgetting()));
        QVERIFY(near(metrics.minimumAccuracy(), defined.minimum()));
        QVERIFY(near(metrics.worstCaseAccuracy(), defined.worstCase()));
        QVERIFY(near(metrics.windowedForgetting(10), defined.window(10, 1)));
        QVERIFY(near(metrics.windowedForgetting(100), defined.window(100, 1)));
        QVERIFY(near(metrics.windowedPlasticity(10), defined.window(10, -1)));
        QVERIFY(near(metrics.windowedPlasticity(100), defined.window(100, -1)));
        QVERIFY(near(metrics.averageAnytimeAccuracy(), defined.anytime()));
        const auto [depth, recovery] = defined.gaps();
        QVERIFY(near(metrics.meanGapDepth(), depth));
        QVERIFY(near(metrics.meanGapRecovery(), recovery));
      }
    }
  }

  void oneTaskHasNoMinimum() {
    ContinualMetrics metrics(2);
    metrics.observe({1, 0, false, {0.3F, unseen}});
    QVERIFY(std::isnan(metrics.minimumAccuracy()));
    QVERIFY(std::isnan(metrics.forgetting()));
    QVERIFY(near(metrics.worstCaseAccuracy(), 0.3));
  }

  // Before 0.9, bottom 0.5 at step 13, end 0.88 at step 17.
  void oneGapByHand() {
    ContinualMetrics metrics(2);
    metrics.observe({10, 0, true, {0.9F, unseen}});
    const std::vector<float> old{0.8F, 0.6F, 0.5F, 0.7F, 0.8F, 0.84F, 0.88F};
    for (std::size_t i = 0; i < old.size(); ++i)
      metrics.observe({11 + static_cast<std::int64_t>(i), 1, i + 1 == old.size(), {old[i], 0.5F}});
    const StabilityGap& gap = metrics.gaps().front();
    QVERIFY(near(gap.depth(), 0.4) && near(gap.recovery(), 0.38) && near(gap.onsetDepth(), 0.4));
    QCOMPARE(gap.minimumStep, 13);
    QCOMPARE(gap.recovery90, 4);  // 0.5 + 0.9 * 0.38 = 0.842 is first reached at step 17
    QVERIFY(near(gap.area, 0.08 + 0.28 + 0.38 + 0.18 + 0.08 + 0.04));
    QCOMPARE(metrics.sinceEnd(0), 7);
    QVERIFY(near(metrics.retention(0, 0.1), 0.78 / 0.8));
  }

  void tableMeasuresByHand() {
    ContinualMetrics metrics(3);
    for (int i = 0; i < 3; ++i) metrics.untrained(i, 0.1);
    metrics.before(0, 0.1);
    metrics.observe({1, 0, true, {0.9F, unseen, unseen}});
    metrics.before(1, 0.3);
    metrics.observe({2, 1, true, {0.6F, 0.8F, unseen}});
    metrics.before(2, 0.2);
    metrics.observe({3, 2, true, {0.5F, 0.85F, 0.9F}});
    QVERIFY(near(metrics.backwardTransfer(), (-0.4 + 0.05) / 2));
    QVERIFY(near(metrics.chaudhryForgetting(), (0.4 - 0.05) / 2));
    QVERIFY(near(metrics.forwardTransfer(), (0.2 + 0.1) / 2));
    QCOMPARE(metrics.endTable().size(), std::size_t(3));
  }

  void learningCurveAreaIsTheMeanOfElevenEvaluations() {
    ContinualMetrics metrics(1);
    metrics.before(0, 0.1);
    for (int n = 1; n <= 12; ++n) metrics.observe({n, 0, false, {0.05F * static_cast<float>(n)}});
    QVERIFY(near(metrics.learningCurveArea(), (0.1 + 0.05 * 55) / 11));
  }

  void retentionCurveIsThatOfTheLastExposure() {
    ContinualMetrics metrics(2);
    metrics.observe({10, 0, true, {0.9F, unseen}});
    metrics.observe({20, 1, true, {0.5F, 0.9F}});
    metrics.observe({30, 0, true, {0.7F, 0.6F}});
    metrics.observe({35, 1, false, {0.4F, 0.8F}});
    std::vector<double> tau, retention;
    metrics.retentionCurve(0, 0.1, tau, retention);
    QCOMPARE(tau, std::vector<double>{5});
    QVERIFY(near(retention[0], 0.3 / 0.6));
    QVERIFY(std::isnan(metrics.retention(1, 0.1)));  // it is being trained
  }

  void aSavedHistoryGoesOn() {
    const RandomHistory history(5, true);
    ContinualMetrics whole(history.tasks), part(history.tasks), loaded;
    const std::size_t half = history.all.size() / 2;
    for (std::size_t n = 0; n < half; ++n) part.observe(history.all[n]);
    loaded.load(part.save());
    for (std::size_t n = half; n < history.all.size(); ++n) loaded.observe(history.all[n]);
    for (const ContinualEvaluation& evaluation : history.all) whole.observe(evaluation);
    QCOMPARE(loaded.worstCaseAccuracy(), whole.worstCaseAccuracy());
    QCOMPARE(loaded.windowedForgetting(100), whole.windowedForgetting(100));
    QCOMPARE(loaded.meanGapDepth(), whole.meanGapDepth());
    QCOMPARE(loaded.averageAnytimeAccuracy(), whole.averageAnytimeAccuracy());
  }

  void anInterruptedStretchEndsWhenItIsKnown() {
    ContinualMetrics metrics(2);
    metrics.observe({5, 0, false, {0.9F, unseen}});
    metrics.endNow();
    metrics.endNow();
    metrics.observe({6, 1, false, {0.6F, 0.2F}});
    QCOMPARE(metrics.endTable().size(), std::size_t(1));
    QVERIFY(near(metrics.meanGapDepth(), 0.3));
  }
};

QTEST_APPLESS_MAIN(TestContinualMetrics)
#include "test_continual_metrics.moc"
