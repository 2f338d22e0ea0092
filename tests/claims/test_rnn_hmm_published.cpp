// SPDX-License-Identifier: GPL-3.0-or-later
// The published objective: whole sequences at blur 0.2, no activity term. The slowest of the lab's claims.
#include "tests/claims/rnn_hmm_runs.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;

namespace {

constexpr int kSeeds = 3;
constexpr int kSteps = 1500;  // as many as published

/// The published widths too, with a batch of 1024 for 4096.
const Trained& wide(int seed) {
  static std::map<int, std::unique_ptr<Trained>> all;
  auto& run = all[seed];
  if (!run) {
    Json values = kPaper;
    values["model.hidden"] = 150;
    values["model.inputs"] = 100;
    run = std::make_unique<Trained>(values, static_cast<std::uint64_t>(seed), kSteps);
  }
  return *run;
}

}  // namespace

class TestRnnHmmPublished : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // Whole sequences at a batch of 1024 leave the plateau, as published, and end near the floor: at step 650, 425 and
  // 425 (the page's author saw 300-400).
  void leavesThePlateau_data() {
    QTest::addColumn<int>("seed");
    for (int s = 0; s < kSeeds; ++s) QTest::addRow("seed %d", s) << s;
  }
  void leavesThePlateau() {
    QFETCH(int, seed);
    const Trained run(kPaper, static_cast<std::uint64_t>(seed), 800);
    SAY("T_err %.4f loss %.3f floor %.3f r1 %.3f", run.settled("transitionError"), run.settled("loss"),
        run.settled("floor"), run.settled("excess1"));
    QVERIFY(run.settled("transitionError") < 0.1);
    QVERIFY(run.settled("loss") < 1.1 * run.settled("floor"));
  }

  // Published: clusters spread 8-20 % more than transitions. It takes the published widths and length of training:
  // narrower nets, and these before step 700, are below 1 as often as above.
  void clustersAreNoiseSensitive() {
    int sensitive = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const State state = wide(seed).analyse("noise-sensitivity");
      const double cluster = value(state, "clusterDistance", 2), transition = value(state, "transitionDistance", 2);
      SAY("seed %d T_err %.4f mean distance cluster %.2f transition %.2f ratio %.3f", seed,
          wide(seed).settled("transitionError"), cluster, transition, cluster / transition);
      sensitive += cluster >= transition;
    }
    QVERIFY(3 * sensitive >= 2 * kSeeds);
  }
};

QTEST_APPLESS_MAIN(TestRnnHmmPublished)
#include "test_rnn_hmm_published.moc"
