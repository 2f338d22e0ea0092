// SPDX-License-Identifier: GPL-3.0-or-later
// The claims of the preset "Birth of the orbit" on six seeds: instability first, three zones, a few units that switch.
// Which seeds leave the plateau within 1500 steps depends on the last bits of the arithmetic, so on the processor: half
// of them are asked for, and what follows a birth is asked of those that were born.
#include <cmath>

#include "tests/claims/rnn_hmm_runs.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;

namespace {

constexpr int kSeeds = 6;

const Trained& birth(int seed) {
  static std::map<int, Trained> runs;
  const auto found = runs.find(seed);
  return found != runs.end() ? found->second
                             : runs.try_emplace(seed, kBirth, static_cast<std::uint64_t>(seed), 1500).first->second;
}

/// When the unstable and the critical share pass their marks, and how far the change rate falls within 100 steps.
struct Birth {
  std::int64_t unstable = -1, critical = -1;
  double drop = 0;
};
Birth birthOf(const Trained& run) {
  const auto& scalars = run.recorder.scalars;
  const auto& rate = scalars.at("changeRate");
  Birth found;
  for (const auto& [step, share] : scalars.at("shareUnstable")) {
    if (found.unstable < 0 && share > 0.5) found.unstable = step;
    if (found.critical < 0 && scalars.at("criticalShare").at(step) > 0.1) found.critical = step;
  }
  if (found.unstable < 0) return found;
  const double before = rate.at(std::max<std::int64_t>(0, found.unstable - 100));
  for (std::int64_t step = found.unstable; step <= found.unstable + 100; step += 50)
    if (const auto after = rate.find(step); after != rate.end())
      found.drop = std::max(found.drop, before / std::max(after->second, 1e-9));
  return found;
}

/// The seeds that have two lasting states at the end: few changes, along few directions.
const std::vector<int>& born() {
  static const std::vector<int> seeds = [] {
    std::vector<int> list;
    for (int seed = 0; seed < kSeeds; ++seed)
      if (birth(seed).recorder.last("changeRate") < 0.06 && birth(seed).recorder.last("participation") < 4)
        list.push_back(seed);
    return list;
  }();
  return seeds;
}

}  // namespace

class TestRnnHmmBirth : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void born_data() {
    QTest::addColumn<int>("seed");
    for (const int seed : born()) QTest::addRow("seed %d", seed) << seed;
  }

  void halfOfTheSeedsAreBorn() { QVERIFY(born().size() >= kSeeds / 2); }

  // Published for one seed: the unstable share passes one half in a record before the critical share passes a tenth.
  // Records are 50 steps apart, and some births fall between two of them.
  void instabilityComesFirst() {
    int first = 0;
    for (int seed = 0; seed < kSeeds; ++seed) {
      const Trained& run = birth(seed);
      const Birth found = birthOf(run);
      SAY("seed %d unstable from %d, critical from %d, drop of the change rate %.1f, last TR %.4f unstable %.2f "
          "critical %.2f PR %.2f dwell variation %.2f",
          seed, int(found.unstable), int(found.critical), found.drop, run.recorder.last("changeRate"),
          run.recorder.last("shareUnstable"), run.recorder.last("criticalShare"), run.recorder.last("participation"),
          run.recorder.last("dwellVariation"));
      if (found.unstable < 0) continue;
      ++first;
      QVERIFY(found.critical < 0 || found.unstable < found.critical);
      QVERIFY(found.drop > 3);
    }
    QVERIFY(first >= 1);
  }

  void threeZones_data() { born_data(); }
  void threeZones() {
    QFETCH(int, seed);
    const auto last = [&](const char* id) { return birth(seed).recorder.arrays.at(id).rbegin()->second; };
    const Array stay = last("zoneResidency"), share = last("zoneShare"), unstable = last("zoneUnstable"),
                signs = last("zoneSignChanges");
    for (std::size_t z = 0; z < 4; ++z)
      SAY("zone %d share %.3f RT %.1f unstable %.2f sign changes %.2f", int(z), share.value(z), stay.value(z),
          unstable.value(z), signs.value(z));
    QVERIFY(stay.value(3) < 2 && stay.value(2) >= 2 && stay.value(2) <= 8 && stay.value(1) > 8);
    QVERIFY(unstable.value(3) > unstable.value(1));
    QVERIFY(share.value(1) > share.value(2) && share.value(2) > share.value(3));
    QVERIFY(signs.value(1) > signs.value(2) && signs.value(2) > signs.value(3));
  }

  // Frozen noise spreads nothing, and fresh noise more than half of it. That clusters spread more than transitions
  // holds for nets of the published widths and objective (test_rnn_hmm_published); these have ratios of 0.76 to 0.96.
  void noiseSpreadsStates_data() { born_data(); }
  void noiseSpreadsStates() {
    QFETCH(int, seed);
    const State state = birth(seed).analyse("noise-sensitivity");
    const double cluster = value(state, "clusterDistance", 2), transition = value(state, "transitionDistance", 2);
    SAY("mean distance cluster %.2f transition %.2f ratio %.2f", cluster, transition, cluster / transition);
    for (const char* zone : {"clusterDistance", "transitionDistance"}) {
      QVERIFY(value(state, zone, 0) < 1e-9);
      QVERIFY(value(state, zone, 1) > 0 && value(state, zone, 2) > value(state, zone, 1));
    }
  }

  // Published for one seed: 200- and 6-fold. Asked for: in most directions of most seeds the exit rate at least halves,
  // and does not without as many random units.
  void aFewUnitsCarryTheSwitch() {
    int carried = 0, directions = 0;
    for (const int seed : born())
      for (const int from : {0, 2}) {
        const State units = birth(seed).analyse("units", {{"from", from}});
        double random = 0;
        const std::size_t n = units.get("exitRateControls").size();
        for (std::size_t i = 0; i < n; ++i) random += value(units, "exitRateControls", i) / static_cast<double>(n);
        const double rate = value(units, "exitRate"), without = value(units, "exitRateWithout");
        SAY("seed %d from %d: exit rate %.4f, without %.4f, random %.4f, occupancy %.3f", seed, from, rate, without,
            random, value(units, "occupancyWithout"));
        ++directions;
        carried += without < rate / 2 && without < random / 2;
      }
    QVERIFY(2 * carried > directions);
  }
};

QTEST_APPLESS_MAIN(TestRnnHmmBirth)
#include "test_rnn_hmm_birth.moc"
