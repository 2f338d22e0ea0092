// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <set>

#include "engine/core/errors.h"
#include "engine/data/trial_task.h"

using namespace learnscope;

namespace {

TrialBatch drawn(const TrialTask& task, int trials, std::uint64_t seed = 1) {
  TrialBatch batch;
  RandomStream random(seed, "trials");
  task.draw(trials, random, batch);
  return batch;
}

float inputAt(const TrialBatch& batch, int step, int trial, int channel) {
  return batch.x[static_cast<std::size_t>((step * batch.trials + trial) * batch.inputs + channel)];
}

int targetAt(const TrialBatch& batch, int step, int trial) {
  return batch.target[static_cast<std::size_t>(step * batch.trials + trial)];
}

/// Share of right choices of an observer that adds up the relevant channels' differences.
double observed(const TrialTask& task, int trials) {
  const TrialBatch batch = drawn(task, trials, 9);
  int right = 0;
  for (int i = 0; i < trials; ++i) {
    double first = 0, second = 0;
    int channel = 1;
    if (task.options().kind == TrialKind::Context) channel = inputAt(batch, batch.steps - 1, i, 5) > 0.5F ? 1 : 3;
    for (int t = 0; t < batch.steps - 1; ++t) {
      const double difference = inputAt(batch, t, i, channel) - inputAt(batch, t, i, channel + 1);
      (t == 6 ? second : first) += difference;
    }
    const bool matches = first * second > 0;
    const int choice =
        task.options().kind == TrialKind::DelayedMatch ? (matches ? 1 : 2) : (first + second > 0 ? 1 : 2);
    right += choice == batch.decision[static_cast<std::size_t>(i)];
  }
  return right / static_cast<double>(trials);
}

}  // namespace

class TestTrialTask : public QObject {
  Q_OBJECT
 private slots:
  // The page's definition without noise: 0.5 +- C/200 while fixating, all 0 and the choice at the end.
  void twoAlternativeForcedChoice() {
    const TrialTask task({.noise = 0});
    QCOMPARE(task.steps(), 8);
    QCOMPARE(task.inputs(), 3);
    const TrialBatch batch = drawn(task, 200);
    std::set<float> evidence;
    for (int i = 0; i < 200; ++i) {
      const int g = batch.decision[static_cast<std::size_t>(i)] - 1;
      QVERIFY(g == 0 || g == 1);
      for (int t = 0; t < 7; ++t) {
        QCOMPARE(inputAt(batch, t, i, 0), 1.0F);
        QCOMPARE(inputAt(batch, t, i, 1) + inputAt(batch, t, i, 2), 1.0F);
        QVERIFY(inputAt(batch, t, i, 1 + g) >= 0.5F);
        QCOMPARE(targetAt(batch, t, i), 0);
      }
      evidence.insert(std::round((inputAt(batch, 0, i, 1 + g) - 0.5F) * 2000) / 10);
      for (int c = 0; c < 3; ++c) QCOMPARE(inputAt(batch, 7, i, c), 0.0F);
      QCOMPARE(targetAt(batch, 7, i), 1 + g);
    }
    QCOMPARE(evidence, (std::set<float>{0, 6.4F, 12.8F, 25.6F, 51.2F}));
  }

  void delayedMatch() {
    const TrialTask task({.kind = TrialKind::DelayedMatch, .noise = 0});
    QCOMPARE(task.steps(), 8);
    const TrialBatch batch = drawn(task, 100);
    for (int i = 0; i < 100; ++i) {
      const bool same = inputAt(batch, 0, i, 1) == inputAt(batch, 6, i, 1);
      QCOMPARE(batch.decision[static_cast<std::size_t>(i)], same ? 1 : 2);
      QCOMPARE(inputAt(batch, 0, i, 1) + inputAt(batch, 0, i, 2), 1.0F);
      for (int t = 1; t < 6; ++t) QCOMPARE(inputAt(batch, t, i, 1) + inputAt(batch, t, i, 2), 0.0F);
      QCOMPARE(inputAt(batch, 6, i, 0), 1.0F);
      QCOMPARE(inputAt(batch, 7, i, 0), 0.0F);
    }
  }

  void contextDecision() {
    const TrialTask task({.kind = TrialKind::Context, .noise = 0});
    QCOMPARE(task.inputs(), 7);
    QCOMPARE(task.steps(), 8);
    const TrialBatch batch = drawn(task, 200);
    int conflicts = 0;
    for (int i = 0; i < 200; ++i) {
      const int context = inputAt(batch, 7, i, 5) == 1.0F ? 0 : 1;
      const auto shows = [&](int modality) {
        return inputAt(batch, 1, i, 1 + 2 * modality) > inputAt(batch, 1, i, 2 + 2 * modality) ? 1 : 2;
      };
      QCOMPARE(shows(context), batch.decision[static_cast<std::size_t>(i)]);
      conflicts += shows(0) != shows(1);
      for (int t = 0; t < 8; ++t) QCOMPARE(inputAt(batch, t, i, 5) + inputAt(batch, t, i, 6), 1.0F);
      for (int t = 2; t < 8; ++t)
        for (int c = 1; c < 5; ++c) QCOMPARE(inputAt(batch, t, i, c), 0.0F);
      QCOMPARE(inputAt(batch, 6, i, 0), 1.0F);
      QCOMPARE(inputAt(batch, 7, i, 0), 0.0F);
    }
    QVERIFY(conflicts > 70 && conflicts < 130);
  }

  // Noise on the stimulus inputs alone, on all seven in CXT; of the standard deviation asked for.
  void noiseIsWhereThePageSays() {
    for (const TrialKind kind : {TrialKind::TwoAlternative, TrialKind::Context}) {
      const TrialBatch batch = drawn(TrialTask({.kind = kind, .coherences = {0}}), 4000);
      for (int c = 0; c < batch.inputs; ++c) {
        double mean = 0, squares = 0;
        for (int i = 0; i < 4000; ++i) mean += inputAt(batch, 0, i, c) / 4000.0;
        for (int i = 0; i < 4000; ++i) squares += std::pow(inputAt(batch, 0, i, c) - mean, 2) / 4000.0;
        if (c >= 5) continue;  // the context itself varies
        const bool noisy = kind == TrialKind::Context || c > 0;
        QVERIFY(std::abs(std::sqrt(squares) - (noisy ? 0.1 : 0.0)) < 0.005);
      }
    }
  }

  // Published ceilings: 0.875, 0.875 and 1; and an observer who plays the trials.
  void ceilings_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("ceiling");
    QTest::newRow("2af") << 0 << 0.875;
    QTest::newRow("dms") << 1 << 1.0;
    QTest::newRow("cxt") << 2 << 0.875;
  }
  void ceilings() {
    QFETCH(int, kind);
    QFETCH(double, ceiling);
    const TrialTask task({.kind = TrialKind(kind)});
    QVERIFY(std::abs(task.idealAccuracy() - ceiling) < 0.002);
    QVERIFY(std::abs(observed(task, 20000) - task.idealAccuracy()) < 0.01);
  }

  void refusals_data() {
    QTest::addColumn<QString>("part");
    QTest::addColumn<int>("stimulus");
    QTest::addColumn<int>("decision");
    QTest::addColumn<double>("noise");
    QTest::addColumn<double>("coherence");
    QTest::newRow("no multiple") << "timing.stimulus: 150 ms: is not a multiple of dt 100" << 150 << 100 << 0.1 << 5.0;
    QTest::newRow("no decision") << "timing.decision" << 0 << 0 << 0.1 << 5.0;
    QTest::newRow("too long") << "at most 64 steps" << 6400 << 100 << 0.1 << 5.0;
    QTest::newRow("negative") << "timing.stimulus" << -100 << 100 << 0.1 << 5.0;
    QTest::newRow("noise") << "/noise" << 0 << 100 << std::nan("") << 5.0;
    QTest::newRow("coherence") << "/coherences" << 0 << 100 << 0.1 << 101.0;
  }
  void refusals() {
    QFETCH(QString, part);
    QFETCH(int, stimulus);
    QFETCH(int, decision);
    QFETCH(double, noise);
    QFETCH(double, coherence);
    try {
      TrialTask({.stimulus = stimulus, .decision = decision, .noise = noise, .coherences = {coherence}});
      QFAIL("not refused");
    } catch (const ConfigError& error) {
      const std::string what = error.what();
      const std::size_t colon = part.toStdString().find(": is not");
      const std::string wanted = colon == std::string::npos ? part.toStdString() : "is not a multiple of dt 100";
      QVERIFY2(what.find(wanted) != std::string::npos, what.c_str());
    }
    QVERIFY_THROWS_EXCEPTION(ConfigError, trialKindFrom("2fa"));
  }
};

QTEST_GUILESS_MAIN(TestTrialTask)
#include "test_trial_task.moc"
