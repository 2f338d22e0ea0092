// SPDX-License-Identifier: GPL-3.0-or-later
// What PartRM (Gao et al. 2025, arXiv 2503.19913) says of stages, drags and appearance, at desktop scale on procedural
// objects. The reference numbers are those of an independent PyTorch program, one seed.
#include <QTest>
#include <algorithm>
#include <map>

#include "engine/experiments/registry.h"
#include "engine/models/threads.h"
#include "tests/support/claim.h"
#include "tests/support/memory_recorder.h"

using namespace learnscope;
using test::measured;

namespace {

constexpr std::uint64_t seeds = 3;

const Lab& lab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("part-motion");
  return *found;
}

/// The values of every scalar at the end of a run.
using Outcome = std::map<std::string, double>;

Outcome outcomeOf(Json values, std::uint64_t seed) {
  values.update({{"drags.noise", 0}, {"lambdaGradient", 0}});
  const Config config = checkedConfig(lab(), values);
  const auto experiment = lab().build(config, seed, Progress());
  test::MemoryRecorder recorder(lab(), config);
  const std::int64_t last = lab().defaultSteps(config);
  for (std::int64_t step = 0; step <= last; ++step) {
    if (step > 0) experiment->step(Progress());
    recorder.setStep(step);
    experiment->measure(recorder);
  }
  Outcome outcome;
  for (const auto& [id, rows] : recorder.scalars) outcome[id] = rows.rbegin()->second;
  return outcome;
}

/// Three seeds of a config; runs that several claims look at are made once.
const std::vector<Outcome>& runs(const Json& values) {
  static std::map<std::string, std::vector<Outcome>> made;
  auto& found = made[values.dump()];
  for (std::uint64_t seed = found.size(); seed < seeds; ++seed) found.push_back(outcomeOf(values, seed));
  return found;
}

double median(const Json& values, const std::string& id) {
  std::vector<double> found;
  for (const Outcome& outcome : runs(values)) found.push_back(outcome.at(id));
  std::sort(found.begin(), found.end());
  return found[found.size() / 2];
}

Json rigid(Json more = Json::object()) {
  Json values{{"regime", "stage1"}, {"iterations", 500}};
  values.update(more);
  return values;
}

/// The arms on points that are written anew: one stage at rate 2e-3, or half of it and then half at 1e-3.
Json points(const std::string& regime) {
  Json values{{"head", "full"}, {"iterations", 160}, {"regime", regime}, {"split", 0.5}, {"learningRate", 2e-3}};
  values["appearanceRate"] = regime == "stage2" ? 2e-3 : 1e-3;
  return values;
}

/// The arms of the splatter, alike.
Json splatter(const std::string& regime) {
  return {{"formulation", "splatter"}, {"regime", regime}, {"appearanceRate", regime == "stage2" ? 2e-3 : 1e-3}};
}

}  // namespace

class TestPartMotionClaims : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // Reference: 25.33 dB against 20.22 dB of the copy, relative EPE .369, drift .019.
  void motionIsLearned() {
    const double psnr = median(rigid(), "psnr"), copy = median(rigid(), "copyPsnr"),
                 epe = median(rigid(), "relativeEpe"), drift = median(rigid(), "drift");
    measured("rigid: PSNR %.2f, copy %.2f, relative EPE %.3f, drift %.3f, IoU %.2f", psnr, copy, epe, drift,
             median(rigid(), "iou"));
    QVERIFY(psnr >= copy + 3.5);
    QVERIFY(epe <= 0.5);
  }

  // Reference: relative EPE .588, .901, .726; retention lost 10.8, 12.4, 11.5 dB; colour error .0065, .032, .040.
  void picturesAloneDoNotTeachMotion() {
    std::map<std::string, double> epe, lost, colour;
    for (const char* regime : {"stage1", "stage2", "stage1+2"}) {
      epe[regime] = median(points(regime), "relativeEpe");
      lost[regime] = median(points(regime), "forgetting");
      colour[regime] = median(points(regime), "colourError");
      measured("points full, %s: relative EPE %.3f, retention lost %.2f dB, colour error %.4f, PSNR %.2f", regime,
               epe[regime], lost[regime], colour[regime], median(points(regime), "psnr"));
    }
    QVERIFY(epe["stage2"] >= 1.25 * epe["stage1"]);
    QVERIFY(epe["stage1+2"] < epe["stage2"]);
    QVERIFY(colour["stage2"] >= 3 * colour["stage1"]);
  }

  // Reference: PSNR 21.41, 22.43, 22.26; retention lost 1.78, 1.69, 1.01 dB.
  void twoStagesOfTheSplatter() {
    std::map<std::string, double> psnr, lost;
    for (const char* regime : {"stage1", "stage2", "stage1+2"}) {
      psnr[regime] = median(splatter(regime), "psnr");
      lost[regime] = median(splatter(regime), "forgetting");
      measured("splatter, %s: PSNR %.2f, copy %.2f, ceiling %.2f, retention lost %.2f dB", regime, psnr[regime],
               median(splatter(regime), "copyPsnr"), median(splatter(regime), "ceilingPsnr"), lost[regime]);
    }
    QVERIFY(psnr["stage1+2"] > psnr["stage1"] && lost["stage1+2"] < lost["stage2"]);
    QEXPECT_FAIL("", "not reproduced at this size: the arms lie within 0.35 dB", Continue);
    QVERIFY(psnr["stage1+2"] >= psnr["stage1"] + 0.4);
    QEXPECT_FAIL("", "not reproduced at this size: 0.27 dB instead of 0.3", Continue);
    QVERIFY(lost["stage1+2"] <= lost["stage2"] - 0.3);
  }

  void moreDragsHelp() {
    for (const int count : {1, 5, 10})
      measured("rigid, %d drags: PSNR %.2f, relative EPE %.3f", count, median(rigid({{"drags.count", count}}), "psnr"),
               median(rigid({{"drags.count", count}}), "relativeEpe"));
    QVERIFY(median(rigid({{"drags.count", 10}}), "psnr") >= median(rigid({{"drags.count", 1}}), "psnr"));
  }

  void bothScalesAreAsGoodAsOne() {
    double best = 0;
    for (const char* scale : {"1", "2"}) {
      const double psnr = median(rigid({{"drags.scales", {scale}}}), "psnr");
      measured("rigid, scale %s alone: PSNR %.2f", scale, psnr);
      best = std::max(best, psnr);
    }
    QVERIFY(median(rigid(), "psnr") >= best - 0.3);
  }
};

QTEST_APPLESS_MAIN(TestPartMotionClaims)
#include "test_part_motion_claims.moc"
