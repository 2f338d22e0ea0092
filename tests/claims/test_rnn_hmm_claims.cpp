// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of the lab page's table of claims, on seeds 0-2, or 0-5 where nets differ. Thresholds are the page's; where
// our seeds scatter more widely than its author's, the comment says so.
#include <algorithm>
#include <cmath>

#include "tests/claims/rnn_hmm_runs.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;

namespace {

const Trained& twoStates(std::uint64_t seed) {
  static std::map<std::uint64_t, Trained> runs;
  const auto found = runs.find(seed);
  return found != runs.end() ? found->second : runs.try_emplace(seed, Json::object(), seed, 600).first->second;
}

const Trained& doubleWell(std::uint64_t seed) {
  static std::map<std::uint64_t, Trained> runs;
  const auto found = runs.find(seed);
  return found != runs.end() ? found->second : runs.try_emplace(seed, kDoubleWell, seed, 600).first->second;
}

}  // namespace

class TestRnnHmmClaims : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void seeds_data() {
    QTest::addColumn<int>("seed");
    for (int s = 0; s < 3; ++s) QTest::addRow("seed %d", s) << s;
  }

  void twoStatesReachTheStatistics_data() { seeds_data(); }
  void twoStatesReachTheStatistics() {
    QFETCH(int, seed);
    const Trained& run = twoStates(static_cast<std::uint64_t>(seed));
    const HiddenMarkov chain = HiddenMarkov::linearChain(2, true);
    SAY("T_err %.4f r1 %.3f r5 %.3f r10 %.3f TR %.4f", run.settled("transitionError"), run.settled("excess1"),
        run.settled("excess5"), run.settled("excess10"), run.settled("changeRate"));
    QVERIFY(run.settled("transitionError") < 0.03);
    for (const auto& [id, lag] : {std::pair{"excess1", 1}, {"excess5", 5}, {"excess10", 10}})
      QVERIFY2(std::abs(run.settled(id) / chain.excess(lag) - 1) < 0.25, id);
    QVERIFY(run.settled("changeRate") > 0.035 && run.settled("changeRate") < 0.065);
  }

  void distancesMatch_data() { seeds_data(); }
  void distancesMatch() {
    QFETCH(int, seed);
    const State state = twoStates(static_cast<std::uint64_t>(seed)).analyse("sequence-distance");
    SAY("distance %.3f reference %.3f ratio %.3f", value(state, "distance"), value(state, "reference"),
        value(state, "ratio"));
    QVERIFY(value(state, "ratio") > 0.9 && value(state, "ratio") < 1.15);
  }

  // 200/200 within 150 steps; g in 0.80..0.98. The page's author saw medians of 35-44; a PyTorch loop of the same
  // recipe gives 39 on one seed and 110 on the next, and so do we.
  void silenceCollapses_data() { seeds_data(); }
  void silenceCollapses() {
    QFETCH(int, seed);
    const Trained& run = twoStates(static_cast<std::uint64_t>(seed));
    const State state = run.analyse("silence");
    SAY("median %.0f longest %.0f g %.3f rays %.0f", value(state, "median"), value(state, "longest"),
        run.recorder.last("growth"), run.recorder.last("rays"));
    QCOMPARE(value(state, "collapsed"), 1.0);
    QVERIFY(value(state, "longest") <= 150);
    QVERIFY(run.recorder.last("growth") > 0.80 && run.recorder.last("growth") < 0.98);
    const State points = run.analyse("fixed-points");
    for (std::size_t p = 0; p < points.get("q").size(); ++p) {
      if (value(points, "slow", p) > 0) continue;
      double norm = 0;
      for (std::size_t u = 0; u < 64; ++u) norm += std::pow(value(points, "states", p * 64 + u), 2);
      QVERIFY(std::sqrt(norm) < 1e-3);
    }
  }

  void statesGrowWithTheNoise() {
    const State sweep = twoStates(0).analyse("noise-sweep");
    double first = 0;
    for (std::size_t i = 2; i < 9; ++i) {
      const double ratio = value(sweep, "meanNorm", i) / value(sweep, "sigma", i);
      if (i == 2) first = ratio;
      QVERIFY(std::abs(ratio / first - 1) < 1e-9);
      QVERIFY(std::abs(value(sweep, "changeRate", i) - value(sweep, "changeRate", 2)) < 1e-12);
    }
  }

  // What one seed gives depends on the last bits of the arithmetic, so on the processor: six seeds where nets differ.
  // An index above 0.2 was published for three seeds of three; the weaker orbits here have 0.15 to 0.2.
  void noiseSustainsAnOrbit() {
    int strong = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Trained& run = twoStates(seed);
      SAY("seed %d rotation %.3f agreement %.3f turns %.1f PC1 %.2f", int(seed), run.settled("rotation"),
          run.settled("agreement"), run.settled("turns"), run.settled("firstComponent"));
      strong += run.settled("rotation") > 0.2;
      QVERIFY(run.settled("rotation") > 0.15);
      QVERIFY(run.settled("agreement") >= 0.95);
      QVERIFY(run.settled("firstComponent") >= 0.5);
    }
    QVERIFY(strong >= 4);
  }

  // Two wells survive as rays, one for each symbol, on two seeds of three (published: three of three; a PyTorch loop of
  // the recipe: seven of ten), as a share of 26 seeds; the others keep one ray.
  void wellsSurviveAsRays() {
    constexpr int kSeeds = 26;
    int two = 0, turning = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Trained run(Json::object(), seed, 600);
      const double rays = run.recorder.last("rays");
      SAY("seed %d rays %.0f rotation %.3f g %.3f", int(seed), rays, run.settled("rotation"),
          run.recorder.last("growth"));
      turning += run.settled("rotation") > 0.2;
      QVERIFY(rays == 1 || rays == 2);
      if (rays != 2) continue;
      const Array pins = run.recorder.arrays.at("rayDirectionSymbol").rbegin()->second;
      two += pins.value(0) + pins.value(1) == 2 && pins.value(0) != pins.value(1);
    }
    SAY("two rays on %d, rotation above 0.2 on %d of %d", two, turning, kSeeds);
    QVERIFY(two >= 15);
    QVERIFY(turning >= 22);
  }

  void threeStatesReachTheStatistics_data() { seeds_data(); }
  void threeStatesReachTheStatistics() {
    QFETCH(int, seed);
    const Trained run({{"hmm.states", 3}, {"train.length", 30}, {"train.window", 5}}, static_cast<std::uint64_t>(seed),
                      400);
    SAY("T_err %.4f changes %.2f", run.settled("transitionError"), run.settled("changes"));
    QVERIFY(run.settled("transitionError") < 0.03);
    QVERIFY(std::abs(run.settled("changes") / 7.430 - 1) < 0.15);
  }

  // Published for one seed; five of our six.
  void doubleWellIsMultistable() {
    int multistable = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Trained& run = doubleWell(seed);
      const State points = run.analyse("fixed-points", {{"starts", 256}});
      int low = 0, high = 0, saddles = 0;
      for (std::size_t p = 0; p < points.get("q").size(); ++p) {
        if (value(points, "slow", p) > 0) continue;
        const double l0 = value(points, "logits", 3 * p), l2 = value(points, "logits", 3 * p + 2);
        const int unstable = static_cast<int>(value(points, "unstable", p));
        SAY("unstable %d basin %.2f logits %.2f %.2f lambda %.3f%+.3fi", unstable, value(points, "basin", p), l0, l2,
            value(points, "eigenvalues", 128 * p), value(points, "eigenvalues", 128 * p + 1));
        low += unstable == 0 && l0 > l2;
        high += unstable == 0 && l2 > l0;
        saddles += unstable == 1;
      }
      SAY("seed %d T_err %.4f", int(seed), run.settled("transitionError"));
      multistable += low >= 1 && high >= 1 && saddles >= 1;
      QVERIFY(run.settled("transitionError") < 0.02);
    }
    QVERIFY(multistable >= 4);
  }

  // The error is least near the noise of training (0.75 to 1.5 of it) while the change rate rises with it all along.
  void noiseLevelIsTuned_data() { seeds_data(); }
  void noiseLevelIsTuned() {
    QFETCH(int, seed);
    const State sweep = doubleWell(static_cast<std::uint64_t>(seed)).analyse("noise-sweep");
    for (std::size_t i = 0; i < 9; ++i)
      SAY("sigma %.2f TR %.4f max error %.3f", value(sweep, "sigma", i), value(sweep, "changeRate", i),
          value(sweep, "largestTransitionError", i));
    double least = 1;
    for (std::size_t i = 4; i <= 6; ++i) least = std::min(least, value(sweep, "largestTransitionError", i));
    for (const std::size_t i : {std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{8}})
      QVERIFY(value(sweep, "largestTransitionError", i) > 2 * least);
    for (std::size_t i = 3; i < 9; ++i) QVERIFY(value(sweep, "changeRate", i) > value(sweep, "changeRate", i - 1));
  }

  // Two resting points and a saddle on some seeds (published for one seed), one resting point on the others.
  void reluWithBiasIsMultistable() {
    int multistable = 0;
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
      const Trained run({{"model.bias", true}}, seed, 400);
      const State points = run.analyse("fixed-points", {{"starts", 256}});
      int stable = 0, saddles = 0;
      for (std::size_t p = 0; p < points.get("q").size(); ++p) {
        if (value(points, "slow", p) > 0) continue;
        stable += value(points, "unstable", p) == 0;
        saddles += value(points, "unstable", p) == 1;
      }
      SAY("seed %d stable %d saddles %d", int(seed), stable, saddles);
      QVERIFY(stable >= 1);
      multistable += stable == 2 && saddles == 1;
    }
    QVERIFY(multistable >= 1);
  }
};

QTEST_APPLESS_MAIN(TestRnnHmmClaims)
#include "test_rnn_hmm_claims.moc"
