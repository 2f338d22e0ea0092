// SPDX-License-Identifier: GPL-3.0-or-later
// Claims of Park et al. 2024 (arXiv 2406.19370) and Yang et al. 2025 (arXiv 2410.08309) at desktop scale. Thresholds:
// resources/docs/concept-space.md.
#include <cmath>

#include "tests/claims/concept_runs.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr int kSeeds = 3, kMoreSeeds = 5;

const Json kDefault = Json::object();

/// T of a concept of blue small: 6 is its colour, 7 its size; never learned counts as the budget.
double learnedTime(const Json& set, std::uint64_t seed, const char* concept_) {
  return static_cast<double>(conceptRun(set, seed, 4000).event(concept_).value_or(4000));
}

int seedsOf(const std::function<bool(std::uint64_t)>& holds) { return seedsWhere(kSeeds, holds); }

}  // namespace

class TestConceptSpaceClaims : public QObject {
  Q_OBJECT
 private slots:
  // Each run in a row of its own, so that its time is seen.
  void trains_data() {
    QTest::addColumn<QString>("set");
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("seed");
    const auto rows = [](const char* set, int steps, int seeds) {
      for (int seed = 0; seed < seeds; ++seed)
        QTest::addRow("%s seed %d", set, seed) << QString::fromUtf8(set) << steps << seed;
    };
    rows("{}", 4000, kSeeds);
    rows("{\"world.dc\": 0.25}", 4000, kSeeds);
    rows("{\"world.dc\": 0.8}", 4000, kSeeds);
    rows("{\"world.dc\": 0.1}", 4000, kMoreSeeds);
    rows("{\"maskProbability\": 0.5}", 3000, kSeeds);
    rows("{\"maskProbability\": 1.0}", 3000, kMoreSeeds);
  }
  void trains() {
    QFETCH(QString, set);
    QFETCH(int, steps);
    QFETCH(int, seed);
    const ConceptRun& run = conceptRun(Json::parse(set.toStdString()), static_cast<std::uint64_t>(seed), steps);
    measured(
        "%s seed %d: capability %s behaviour %s turn %s, at the end train %.2f naive %.2f overprompt %.2f latent %.2f "
        "at (%.2f, %.2f)",
        set.toUtf8().constData(), seed, stepText(run.event("capability")).c_str(),
        stepText(run.event("behaviour")).c_str(), stepText(run.event("turn")).c_str(), run.end("trainAccuracy"),
        run.end("naive"), run.end("overprompt"), run.end("latent"), run.end("ood1"), run.end("ood2"));
    QVERIFY(run.end("trainAccuracy") > 0.7 && run.end("ood2") > 0.9);
  }

  void hiddenCapabilityPrecedesBehaviour() {
    QVERIFY(seedsOf([](std::uint64_t seed) {
              const ConceptRun& run = conceptRun(kDefault, seed, 4000);
              const auto capability = run.event("capability"), behaviour = run.event("behaviour");
              bool hidden = false;
              for (const auto& [step, naive] : run.scalars.at("naive"))
                hidden |= naive <= 0.4 && std::max(run.at("overprompt", step), run.at("latent", step)) >= 0.6;
              return capability && (!behaviour || *behaviour - *capability >= 300) && hidden;
            }) >= 2);
  }

  void latentStepDoesTheSame() {
    QVERIFY(seedsOf([](std::uint64_t seed) {
              const ConceptRun& run = conceptRun(kDefault, seed, 4000);
              const auto latent = run.firstAtLeast("latent", 0.5), naive = run.firstAtLeast("naive", 0.5);
              return latent && (!naive || *latent < *naive);
            }) >= 2);
  }

  void pulledToTheTrainedNeighbour() {
    QVERIFY(seedsOf([](std::uint64_t seed) {
              const ConceptRun& run = conceptRun(kDefault, seed, 4000);
              const auto step = run.firstAtLeast("trainAccuracy", 0.9);
              return step && run.at("ood1", *step) <= 0.35 && run.at("ood2", *step) >= 0.7;
            }) >= 2);
  }

  void turnMarksCapability() {
    QVERIFY(seedsOf([](std::uint64_t seed) {
              const ConceptRun& run = conceptRun(kDefault, seed, 4000);
              const auto turn = run.event("turn"), capability = run.event("capability");
              return turn && capability &&
                     std::abs(static_cast<double>(*turn - *capability)) <=
                         std::max(300.0, 0.2 * static_cast<double>(*capability));
            }) >= 2);
  }

  void signalSetsLearningTime() {
    const Json weak{{"world.dc", 0.25}}, strong{{"world.dc", 0.8}};
    const auto median = [](const Json& set, const char* concept_) {
      return medianOf(kSeeds, [&](std::uint64_t seed) { return learnedTime(set, seed, concept_); });
    };
    const double weakSize = median(weak, "learned-7"), weakColour = median(weak, "learned-6"),
                 colour = median(kDefault, "learned-6"), strongColour = median(strong, "learned-6");
    measured("T_size(.25) %.0f T_colour(.25) %.0f T_colour(.3) %.0f T_colour(.8) %.0f", weakSize, weakColour, colour,
             strongColour);
    QVERIFY(weakSize < weakColour);
    QVERIFY(strongColour < colour);
  }

  // Seed 1 composes early at every separation (see the lab's page).
  void weakColourIsRarelyLearned() {
    const int held = seedsWhere(kMoreSeeds, [](std::uint64_t seed) {
      const ConceptRun& run = conceptRun({{"world.dc", 0.1}}, seed, 4000);
      return run.end("ood1") < 0.5 && run.end("ood2") > 0.9;
    });
    measured("dc .1: colour below .5 at the end in %d of %d", held, kMoreSeeds);
    QVERIFY(held >= kMoreSeeds - 1);
  }

  void underspecificationSlowsAndBiases() {
    const auto unmasked = [](std::uint64_t seed) { return conceptRun(kDefault, seed, 4000).at("naive", 3000); };
    const int biased = seedsWhere(kMoreSeeds, [](std::uint64_t seed) {
      return conceptRun({{"maskProbability", 1.0}}, seed, 3000).end("ood1") <= 0.15;
    });
    measured("p = 1: colour at most .15 at the end in %d of %d", biased, kMoreSeeds);
    QVERIFY(biased >= kMoreSeeds - 1);
    QCOMPARE(seedsOf([&](std::uint64_t seed) {
               return conceptRun({{"maskProbability", 1.0}}, seed, 3000).end("naive") < unmasked(seed) - 0.15;
             }),
             kSeeds);
    QVERIFY(seedsOf([&](std::uint64_t seed) {
              return conceptRun({{"maskProbability", 0.5}}, seed, 3000).end("naive") < unmasked(seed) - 0.15;
            }) >= 2);
  }

  // Figure 5 of arXiv 2410.08309, through the lab: a step is 0.001 of its time.
  void swingByTurnsWhereTheTheorySays() {
    const ConceptRun& run = conceptRun({{"world.kind", "swing-by"}, {"steps", 5000}}, 0, 5000);
    const auto turnsAt = [&](const char* event, double time, double value) {
      const auto found = run.events.find(event);
      QVERIFY(found != run.events.end());
      const double seen = found->second.values.at("value").get<double>();
      measured("swing-by %s at %.3f: %.4f", event, 1e-3 * static_cast<double>(found->second.step), seen);
      VERIFY_BETWEEN(1e-3 * static_cast<double>(found->second.step), time - 1.0001e-3, time + 1.0001e-3);
      VERIFY_BETWEEN(seen, value - 1e-3, value + 1e-3);
    };
    turnsAt("loss-minimum", 1.724, 0.3177);
    turnsAt("loss-maximum", 3.308, 0.3949);
    turnsAt("concept-maximum", 1.443, 0.2250);
    turnsAt("concept-minimum", 3.316, 0.1118);
  }
};

QTEST_GUILESS_MAIN(TestConceptSpaceClaims)
#include "test_concept_space.moc"
