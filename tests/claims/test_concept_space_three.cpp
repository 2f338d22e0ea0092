// SPDX-License-Identifier: GPL-3.0-or-later
// Three concepts (Park et al. 2024, arXiv 2406.19370): how far an unseen class is from its corner when training
// converges tells when it is learned. Thresholds: resources/docs/concept-space.md.
#include <cmath>

#include "engine/measures/rank_correlation.h"
#include "tests/claims/concept_runs.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr int kRuns = 6, kSteps = 4000;
const Json kWorld{
    {"world.kind", "discs3"}, {"heldOut", "011,101,110,111"}, {"world.dc", 0.4}, {"world.db", 0.4}, {"steps", kSteps}};

const ConceptRun& runOf(int seed) { return conceptRun(kWorld, static_cast<std::uint64_t>(seed), kSteps); }

}  // namespace

class TestConceptSpaceThreeClaims : public QObject {
  Q_OBJECT
 private slots:
  void trains_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 0; seed < kRuns; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void trains() {
    QFETCH(int, seed);
    const ConceptRun& run = runOf(seed);
    const auto distance = run.last.at("heldOutDistance").as<double>(), time = run.last.at("heldOutTime").as<double>();
    const auto learned = run.last.at("heldOutLearned").as<std::uint8_t>();
    for (std::size_t i = 0; i < distance.size(); ++i)
      measured("seed %d class %lld: distance %.3f, %s %.0f", seed,
               static_cast<long long>(run.last.at("heldOutDistance").id(i)), distance[i],
               learned[i] ? "learned at" : "not learned by", time[i]);
    QVERIFY(run.event("train-converged"));
    QVERIFY(run.end("trainAccuracy") > 0.9);
  }

  // Each class held out in each run is a point; one that is not learned counts as the budget.
  void distanceAtConvergencePredictsLearningTime() {
    std::vector<double> distances, times;
    for (int seed = 0; seed < kRuns; ++seed) {
      const auto distance = runOf(seed).last.at("heldOutDistance").as<double>(),
                 time = runOf(seed).last.at("heldOutTime").as<double>();
      distances.insert(distances.end(), distance.begin(), distance.end());
      times.insert(times.end(), time.begin(), time.end());
    }
    const double rank = rankCorrelation(distances, times);
    measured("rank correlation %.3f over %zu classes of %d runs", rank, distances.size(), kRuns);
    QVERIFY(rank > 0.3);
  }
};

QTEST_GUILESS_MAIN(TestConceptSpaceThreeClaims)
#include "test_concept_space_three.moc"
