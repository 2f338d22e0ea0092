// SPDX-License-Identifier: GPL-3.0-or-later
// The claims about larger processes (fully connected, cyclic), and the floors that a perfect net reaches.
#include <cmath>

#include "engine/measures/sinkhorn.h"
#include "tests/claims/rnn_hmm_runs.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;

namespace {

HiddenMarkov chainOf(const QString& name) {
  if (name == "fully") return HiddenMarkov::fullyConnected();
  if (name == "cyclic") return HiddenMarkov::cyclic();
  return HiddenMarkov::linearChain(name.mid(3).toInt(), true);
}

/// S between fresh batches of two processes.
double divergence(const HiddenMarkov& one, const HiddenMarkov& other, int n, int length, double blur) {
  RandomStream random(0, "floor");
  const auto batch = [&](const HiddenMarkov& chain) {
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(n) * static_cast<std::size_t>(length)), out(rows.size());
    chain.sample(n, length, random, rows.data());
    for (int i = 0; i < n; ++i)
      for (int t = 0; t < length; ++t)
        out[static_cast<std::size_t>(t * n + i)] = rows[static_cast<std::size_t>(i * length + t)];
    return out;
  };
  Sinkhorn<float> sinkhorn;
  sinkhorn.resize(n, length, one.symbols());
  const auto x = batch(one), y = batch(other);
  return sinkhorn.value(x.data(), y.data(), blur);
}

void sayPairs(const State& pairs, int& many, int& turning) {
  many = turning = 0;
  for (std::size_t i = 0; i < pairs.get("runs").size(); ++i) {
    SAY("pair %d-%d runs %.0f rotation %.3f", int(value(pairs, "first", i)), int(value(pairs, "second", i)),
        value(pairs, "runs", i), value(pairs, "rotation", i));
    many += value(pairs, "runs", i) > 200;
    turning += value(pairs, "rotation", i) > 0.15;
  }
}

}  // namespace

class TestRnnHmmFamilies : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void seeds_data() {
    QTest::addColumn<int>("seed");
    for (int s = 0; s < 3; ++s) QTest::addRow("seed %d", s) << s;
  }

  // The published final losses (names of the saved models) are these floors, not 0; lin3 and fully from the page's own
  // reference. The published cyclic nets end at 5.5, below ours: they copy the 10 % of emission noise too seldom.
  void floors_data() {
    QTest::addColumn<int>("length");
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("lin3") << 30 << 4.045 << 4.045;
    QTest::newRow("lin4") << 30 << 4.5 << 4.7;
    QTest::newRow("lin5") << 40 << 7.6 << 7.9;
    QTest::newRow("fully") << 30 << 1.723 << 1.723;
    QTest::newRow("cyclic") << 40 << 5.5 << 6.1;
  }
  void floors() {
    QFETCH(int, length);
    QFETCH(double, low);
    QFETCH(double, high);
    const HiddenMarkov chain = chainOf(QTest::currentDataTag());
    const double floor = divergence(chain, chain, 4096, length, 0.2);
    SAY("floor %.3f", floor);
    QVERIFY(floor > 0.96 * low && floor < 1.04 * high);
  }

  // The published lin2 losses of 9.6-10.1 lie below the floor of 11.25: nets trained at blur 0.2 leave the rare
  // symbol out (1 % of the steps), and a process without it is nearer to the target than the target is to itself.
  void withoutTheRareSymbol() {
    const HiddenMarkov chain = HiddenMarkov::linearChain(2, true),
                       without({0.95, 0.05, 0.05, 0.95}, {1, 0, 0, 0, 0, 1}, 2, 3);
    const double floor = divergence(chain, chain, 4096, 100, 0.2), bare = divergence(without, chain, 4096, 100, 0.2);
    SAY("lin2 floor %.3f, without the rare symbol %.3f", floor, bare);
    QVERIFY(bare < floor);
    QVERIFY(bare > 0.96 * 9.6 && bare < 1.04 * 10.1);
  }

  void fullyConnected_data() { seeds_data(); }
  void fullyConnected() {
    QFETCH(int, seed);
    const Trained run(kFull, static_cast<std::uint64_t>(seed), 1800);
    int many = 0, turning = 0;
    sayPairs(run.analyse("pairs"), many, turning);
    const State silence = run.analyse("silence");
    SAY("T_err %.4f r20 %.3f (exact %.3f) TR %.3f g %.3f collapse median %.0f longest %.0f",
        run.settled("transitionError"), run.settled("excess20"), HiddenMarkov::fullyConnected().excess(20),
        run.settled("changeRate"), run.recorder.last("growth"), value(silence, "median"), value(silence, "longest"));
    QVERIFY(run.settled("transitionError") < 0.05);
    QVERIFY(many >= 2 && turning >= 2);
  }

  void cyclic_data() { seeds_data(); }
  void cyclic() {
    QFETCH(int, seed);
    const Trained run(kCyclic, static_cast<std::uint64_t>(seed), 1200);
    const HiddenMarkov chain = HiddenMarkov::cyclic();
    int many = 0, turning = 0;
    sayPairs(run.analyse("pairs"), many, turning);
    const State silence = run.analyse("silence");
    SAY("T_err %.4f changes %.2f (exact 8.36) r1 %.3f r5 %.3f r20 %.3f (exact %.3f %.3f %.3f) TR %.3f g %.3f collapse "
        "median %.0f longest %.0f",
        run.settled("transitionError"), run.settled("changes"), run.settled("excess1"), run.settled("excess5"),
        run.settled("excess20"), chain.excess(1), chain.excess(5), chain.excess(20), run.settled("changeRate"),
        run.recorder.last("growth"), value(silence, "median"), value(silence, "longest"));
    QVERIFY(run.settled("transitionError") < 0.06);
    QVERIFY(turning >= 2);
  }
};

QTEST_APPLESS_MAIN(TestRnnHmmFamilies)
#include "test_rnn_hmm_families.moc"
