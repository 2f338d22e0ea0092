// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <limits>

#include "engine/core/errors.h"
#include "engine/experiments/grokking/events.h"
#include "engine/experiments/grokking/grokking_lab.h"
#include "tests/support/memory_recorder.h"

using namespace learnscope;
using namespace learnscope::grokking;
using namespace learnscope::test;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A made-up history fed to the detector, ten steps a log from step 0.
class History {
 public:
  explicit History(int features = 3) : detector_(features), lab_(makeLab()), recorder_(*lab_, Config()) {}

  /// One more log; a quiet one unless `change` says otherwise.
  template <class F>
  History& log(const F& change) {
    Observation log{.trainAccuracy = 0.1, .testAccuracy = 0.1, .alignment = 0.5, .alpha = alpha_};
    change(log);
    recorder_.setStep(next_);
    next_ += 10;
    detector_.observe(log, recorder_);
    return *this;
  }
  History& quiet(int logs) {
    for (int i = 0; i < logs; ++i) log([](Observation&) {});
    return *this;
  }
  /// Logs of c = each value.
  History& cosines(std::initializer_list<double> values) {
    for (double c : values) log([c](Observation& o) { o.signalCosine = c; });
    return *this;
  }
  History& pairsLosses(std::initializer_list<double> values) {
    for (double loss : values) log([loss](Observation& o) { o.pairsLoss = loss; });
    return *this;
  }
  /// Saves and goes on with a fresh detector.
  History& resume() {
    EventDetector fresh(static_cast<int>(alpha_.size()));
    fresh.load(detector_.save());
    detector_ = fresh;
    return *this;
  }
  /// The detector sees logs again from `step` on (a recomputation after a crash).
  void again(std::int64_t step) { next_ = step; }
  std::int64_t at(const std::string& id) const { return recorder_.stepOf(id); }
  std::int64_t detected(const std::string& id) const {
    const Event* event = recorder_.find(id);
    return event ? event->detected : -1;
  }
  std::size_t count() const { return recorder_.events.size(); }
  std::int64_t now() const { return next_ - 10; }

  std::vector<double> alpha_ = {0, 0, 0};

 private:
  EventDetector detector_;
  std::shared_ptr<const Lab> lab_;
  MemoryRecorder recorder_;
  std::int64_t next_ = 0;
};

const double kHalf = std::sqrt(0.5);

}  // namespace

class TestGrokkingEvents : public QObject {
  Q_OBJECT
 private slots:
  void aQuietRunHasStageOneAlone() {
    History h;
    h.quiet(100);
    QCOMPARE(h.count(), std::size_t(1));
    QCOMPARE(h.at("stage-1"), 0);
  }

  // First log with c > 0 and c^2 >= 1/2.
  void stageTwoNeedsHalfOfThePowerAndThePositiveSign() {
    History h;
    h.cosines({0.1, -0.9, -1.0, kHalf - 1e-9, kHalf + 1e-9, 0.9});
    QCOMPARE(h.at("stage-2"), 40);
    QCOMPARE(h.detected("stage-2"), 40);
  }

  // The first of two consecutive later logs with c^2 < 1/2; latched.
  void stageThreeNeedsTwoLogsInARow() {
    History h;
    h.cosines({0.1, 0.9, 0.6, 0.9, 0.6, 0.9});
    QCOMPARE(h.at("stage-3"), -1);
    h.cosines({0.6});
    QCOMPARE(h.at("stage-3"), -1);
    h.cosines({0.5});
    QCOMPARE(h.at("stage-3"), 60);
    QCOMPARE(h.detected("stage-3"), 70);
    const std::size_t before = h.count();
    h.cosines({0.9, 0.9, 0.1, 0.1, 0.1});
    QCOMPARE(h.count(), before);
  }

  void stageThreeComesOnlyAfterStageTwo() {
    History h;
    h.cosines({0.1, 0.1, 0.1, 0.1, 0.9, 0.1});
    QCOMPARE(h.at("stage-3"), -1);  // the weak logs before stage II do not count
    h.cosines({-0.9});              // a negative cosine is no signal
    QCOMPARE(h.at("stage-3"), 50);
  }

  void stageThreeSurvivesAResumeBetweenItsTwoLogs() {
    History h;
    h.cosines({0.9, 0.6}).resume().cosines({0.6});
    QCOMPARE(h.at("stage-3"), 10);
    History other;
    other.cosines({0.9, 0.6, 0.9}).resume().cosines({0.6, 0.9, 0.6});
    QCOMPARE(other.at("stage-3"), -1);
  }

  void memorisedAndGeneralisedAreThresholdsOfTheirOwnSets() {
    History h;
    h.log([](Observation& o) { o.trainAccuracy = 0.9899; });
    h.log([](Observation& o) { o.trainAccuracy = 0.99; });
    QCOMPARE(h.at("memorised"), 10);
    QCOMPARE(h.at("generalised"), -1);
    h.log([](Observation& o) { o.testAccuracy = kNone; });
    h.log([](Observation& o) { o.testAccuracy = 0.99, o.trainAccuracy = 0; });
    QCOMPARE(h.at("generalised"), 30);
    const std::size_t before = h.count();
    h.log([](Observation& o) { o.testAccuracy = o.trainAccuracy = 1; });
    QCOMPARE(h.count(), before);
  }

  void firstLockedNeuron() {
    History h;
    h.quiet(2).log([](Observation& o) { o.lockedNeurons = 1; }).log([](Observation& o) { o.lockedNeurons = 9; });
    QCOMPARE(h.at("first-locked"), 20);
  }

  // alpha_k >= 0.5, or test >= 0.9 and alpha_k >= half of the largest.
  void featuresAreAcquiredByEitherRule() {
    History h;
    h.alpha_ = {0.49, 0.5, 0.1};
    h.quiet(1);
    QCOMPARE(h.at("feature-1"), -1);
    QCOMPARE(h.at("feature-2"), 0);
    h.alpha_ = {0.04, 0.1, 0.06};  // strong decay: accurate with small amplitudes
    h.log([](Observation& o) { o.testAccuracy = 0.89; });
    QCOMPARE(h.at("feature-3"), -1);
    h.log([](Observation& o) { o.testAccuracy = 0.9; });
    QCOMPARE(h.at("feature-3"), 20);
    QCOMPARE(h.at("feature-1"), -1);
    h.alpha_ = {0.9, 0.9, 0.9};
    h.resume().quiet(3);
    QCOMPARE(h.at("feature-1"), 30);
    QCOMPARE(h.count(), std::size_t(4));  // each once, also over a resume
  }

  // Below 0.98 of the running maximum in 3 consecutive logs, marked at the first.
  void cleanupNeedsThreeLogsInARow() {
    History h;
    h.pairsLosses({0.1, 1.0, 0.97, 0.97, 0.98, 0.97, 0.97, 1.2, 1.17, 1.1});
    QCOMPARE(h.at("cleanup"), -1);
    h.resume();  // the count goes on
    h.pairsLosses({1.0});
    QCOMPARE(h.at("cleanup"), 80);
    QCOMPARE(h.detected("cleanup"), 100);
  }

  void topDownIsActiveInStageThreeOnly() {
    History h;
    const auto both = [](double c, double tau) {
      return [c, tau](Observation& o) { o.signalCosine = c, o.topDown = tau; };
    };
    h.log(both(0.9, 0.95)).log(both(0.9, 0.95)).log(both(0.6, 0.6)).log(both(0.6, 0.6));
    QCOMPARE(h.at("stage-3"), 20);
    QCOMPARE(h.at("top-down"), -1);
    h.log(both(0.6, 0.7));
    QCOMPARE(h.at("top-down"), 40);
    // Already active when stage III began: marked there.
    History early;
    early.log(both(0.9, 0)).log(both(0.6, 0.8)).log(both(0.6, 0.2));
    QCOMPARE(early.at("top-down"), 10);
    QCOMPARE(early.detected("top-down"), 20);
    History resumed;
    resumed.log(both(0.9, 0)).log(both(0.6, 0.8)).resume().log(both(0.6, 0.2));
    QCOMPARE(resumed.at("top-down"), 10);
    History none;
    none.log(both(0.9, kNone)).log(both(0.6, kNone)).log(both(0.6, kNone));
    QCOMPARE(none.at("top-down"), -1);
  }

  // Mean IPR 0.03 under its maximum and max e_j > 2.
  void driftNeedsBothItsSigns() {
    History h;
    const auto log = [](double ipr, double energy) {
      return [ipr, energy](Observation& o) { o.meanIpr = ipr, o.largestEnergy = energy; };
    };
    h.log(log(0.5, 1)).log(log(0.48, 3)).log(log(0.4, 2)).log(log(kNone, 3));
    QCOMPARE(h.at("memorising-maxima"), -1);
    h.resume().log(log(0.469, 2.1));
    QCOMPARE(h.at("memorising-maxima"), 40);
  }

  // Memorised for 500 steps and A < 0.1.
  void stuckLazyWaitsFiveHundredSteps() {
    History h;
    const auto log = [](double train, double alignment) {
      return [train, alignment](Observation& o) { o.trainAccuracy = train, o.alignment = alignment; };
    };
    h.log(log(0, 0)).log(log(1, 0));  // memorised at 10
    for (int step = 20; step <= 500; step += 10) h.log(log(1, 0));
    QCOMPARE(h.at("stuck-lazy"), -1);
    h.log(log(1, 0.1));
    QCOMPARE(h.at("stuck-lazy"), -1);
    h.log(log(1, kNone)).resume().log(log(1, 0.09));
    QCOMPARE(h.at("stuck-lazy"), 530);
  }

  // A log that is computed again after a crash changes nothing.
  void logsSeenBeforeAreIgnored() {
    History h;
    h.cosines({0.9, 0.6}).resume();
    h.again(10);
    h.cosines({0.6});  // step 10 once more: not a second log
    QCOMPARE(h.at("stage-3"), -1);
    h.cosines({0.6});
    QCOMPARE(h.at("stage-3"), 10);
    QCOMPARE(h.detected("stage-3"), 20);
  }

  void everyEventHasARuleInWords() {
    const std::vector<EventRule> rules = eventRules();
    for (const char* id : {"stage-1", "stage-2", "stage-3", "memorised", "first-locked", "cleanup", "generalised",
                           "top-down", "memorising-maxima", "stuck-lazy", "feature-{k}", "optimizer-reset"})
      QVERIFY2(
          std::any_of(rules.begin(), rules.end(), [&](const EventRule& r) { return r.id == id && !r.rule.empty(); }),
          id);
  }

  void aStateOfAnotherShapeIsRefused() {
    EventDetector three(3), four(4);
    QVERIFY_THROWS_EXCEPTION(DataError, four.load(three.save()));
    State state = three.save();
    state.put("marks", Array::vector<std::int64_t>(std::vector<std::int64_t>(3, -1)));
    QVERIFY_THROWS_EXCEPTION(DataError, three.load(state));
    QVERIFY_THROWS_EXCEPTION(DataError, three.load(State()));
  }
};

QTEST_APPLESS_MAIN(TestGrokkingEvents)
#include "test_grokking_events.moc"
