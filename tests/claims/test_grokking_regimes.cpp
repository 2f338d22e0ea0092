// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "engine/experiments/grokking/grokking_lab.h"
#include "tests/support/claim.h"
#include "tests/support/training.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

Training started(const Json& values, int seed = 0, int steps = 1500) {
  return {grokking::makeLab(), values, static_cast<std::uint64_t>(seed), steps};
}

/// The page's steps of generalising in these claims are those of logs 50 steps apart.
int onPageGrid(std::int64_t step) { return static_cast<int>((step + 49) / 50 * 50); }

}  // namespace

/// What decides between memorising and generalising: weight decay, data size, initialisation, optimizer, group, width.
class TestGrokkingRegimes : public QObject {
  Q_OBJECT
 private slots:
  // Tian 2025, Sec. 3 and 7: p = 47, n = 883. Generalised at a step, or the test accuracy at 1500.
  void weightDecayFeedsFeatureLearning_data() {
    QTest::addColumn<double>("decay");
    QTest::addColumn<int>("generalised");
    QTest::addColumn<double>("testAccuracy");
    QTest::newRow("0") << 0.0 << -1 << 0.26;
    QTest::newRow("5e-5") << 5e-5 << -1 << 0.74;
    QTest::newRow("2e-4") << 2e-4 << 550 << 1.0;
    QTest::newRow("1e-3") << 1e-3 << 250 << 1.0;
  }
  void weightDecayFeedsFeatureLearning() {
    QFETCH(double, decay);
    QFETCH(int, generalised);
    QFETCH(double, testAccuracy);
    Training run = started({{"n", 883}, {"weightDecay", decay}});
    run.toEnd();
    measured("decay %g generalised %ld test %.3f memorised %ld stuck-lazy %ld", decay,
             long(run.eventStep("generalised")), run.last("testAccuracy"), long(run.eventStep("memorised")),
             long(run.eventStep("stuck-lazy")));
    if (generalised < 0) {
      QCOMPARE(run.eventStep("generalised"), std::int64_t(-1));
      VERIFY_BETWEEN(run.last("testAccuracy"), testAccuracy - 0.03, testAccuracy + 0.03);
    } else {
      VERIFY_BETWEEN(onPageGrid(run.eventStep("generalised")), generalised - 50, generalised + 50);
    }
    // Below the usual decay A vanishes after memorising.
    QCOMPARE(run.eventStep("stuck-lazy") >= 0, decay < 2e-4);
  }

  void tooMuchDecayCollapses() {
    Training run = started({{"n", 883}, {"weightDecay", 5e-3}});
    run.toEnd();
    measured("decay 5e-3 train %.3f test %.3f at 1500", run.last("trainAccuracy"), run.last("testAccuracy"));
    VERIFY_BETWEEN(run.last("trainAccuracy"), 0, 0.9);
  }

  void decayKeepsTheSignalInTheGradient() {
    Training without = started({{"weightDecay", 0}}), with = started({});
    without.toStep(600);
    with.toStep(600);
    measured("signal n=905 t=600: A %.3f (wd 0) %.3f (wd 2e-4), c %.3f %.3f", without.last("alignment"),
             with.last("alignment"), without.last("signalCosine"), with.last("signalCosine"));
    VERIFY_BETWEEN(without.last("alignment"), -0.13, -0.03);
    VERIFY_BETWEEN(with.last("alignment"), 0.69, 0.79);
    VERIFY_BETWEEN(without.last("signalCosine"), 0.06, 0.12);
    VERIFY_BETWEEN(with.last("signalCosine"), 0.22, 0.30);
  }

  void decaySwitchedOffAtStep200() {
    Training run = started({});
    run.toStep(200).act({{"set", {{"weightDecay", 0}}}});
    run.toEnd();
    measured("decay 2e-4 until 200, then 0 (n=905): test %.3f at 1500", run.last("testAccuracy"));
    VERIFY_BETWEEN(run.last("testAccuracy"), 0.849 - 0.03, 0.849 + 0.03);
  }

  // Fig. 5, Thm 4: wd 1e-3, K = 256, seed 0.
  void dataSizeDecides_data() {
    QTest::addColumn<int>("p");
    QTest::addColumn<double>("c");
    QTest::addColumn<int>("generalised");
    QTest::addColumn<double>("testAccuracy");
    QTest::newRow("p=23 c=2.5") << 23 << 2.5 << -1 << 0.31;
    QTest::newRow("p=47 c=2.5") << 47 << 2.5 << -1 << 0.02;
    QTest::newRow("p=23 c=3") << 23 << 3.0 << 1150 << 1.0;
    QTest::newRow("p=47 c=3") << 47 << 3.0 << 950 << 1.0;
    QTest::newRow("p=23 c=3.5") << 23 << 3.5 << 700 << 1.0;
    QTest::newRow("p=47 c=3.5") << 47 << 3.5 << 550 << 1.0;
  }
  void dataSizeDecides() {
    QFETCH(int, p);
    QFETCH(double, c);
    QFETCH(int, generalised);
    QFETCH(double, testAccuracy);
    Training run = started({{"group", std::to_string(p)}, {"c", c}, {"weightDecay", 1e-3}}, 0, 2000);
    run.toEnd();
    measured("data p=%d c=%.1f generalised %ld test %.3f at 2000", p, c, long(run.eventStep("generalised")),
             run.last("testAccuracy"));
    if (generalised < 0) {
      QCOMPARE(run.eventStep("generalised"), std::int64_t(-1));
      VERIFY_BETWEEN(run.last("testAccuracy"), testAccuracy - 0.05, testAccuracy + 0.05);
    } else {
      VERIFY_BETWEEN(onPageGrid(run.eventStep("generalised")), generalised - 50, generalised + 50);
    }
  }

  // Fig. 14-16.
  void zeroInitIsFaster() {
    long plain = 0, zero = 0;
    for (int seed = 0; seed < 3; ++seed) {
      Training a = started({}, seed), b = started({{"outputInit", 0}}, seed);
      QVERIFY(a.pastEvent("generalised"));
      QVERIFY(b.pastEvent("generalised"));
      measured("zero-init seed=%d generalised %ld, %ld with V = 0", seed, long(a.eventStep("generalised")),
               long(b.eventStep("generalised")));
      plain += a.eventStep("generalised");
      zero += b.eventStep("generalised");
    }
    QVERIFY(static_cast<double>(zero) <= 0.9 * static_cast<double>(plain));
  }

  // Fig. 8, Thm 8: features with alpha >= 0.5 after 1500 steps, p = 23, seeds 0 and 1 together.
  void muonCoversMoreFeaturesWithFewNeurons_data() {
    QTest::addColumn<int>("hidden");
    QTest::addColumn<bool>("ahead");
    QTest::newRow("K=24") << 24 << true;
    QTest::newRow("K=32") << 32 << true;
    QTest::newRow("K=64") << 64 << false;
  }
  void muonCoversMoreFeaturesWithFewNeurons() {
    QFETCH(int, hidden);
    QFETCH(bool, ahead);
    const auto learned = [&](const char* optimizer, double rate, int seed) {
      Training run =
          started({{"group", "23"}, {"hidden", hidden}, {"optimizer", optimizer}, {"learningRate", rate}}, seed);
      return static_cast<int>(run.toEnd().last("learnedFeatures"));
    };
    int muon[2], adam[2], fast[2];
    for (int seed : {0, 1}) {
      muon[seed] = learned("muon", 5e-3, seed);
      adam[seed] = learned("adam", 1e-3, seed);
      fast[seed] = learned("adam", 5e-3, seed);
    }
    measured("muon K=%d learned features of 11: Muon 5e-3 %d,%d  Adam 1e-3 %d,%d  Adam 5e-3 %d,%d", hidden, muon[0],
             muon[1], adam[0], adam[1], fast[0], fast[1]);
    const int best = std::max(adam[0] + adam[1], fast[0] + fast[1]);
    if (ahead)
      QVERIFY(muon[0] + muon[1] > best);
    else
      QCOMPARE(muon[0] + muon[1], best);
  }

  // AdamW (beta2 = 0.98, n = 883) decouples the decay: a like effect needs wd about 1.
  void decoupledDecayNeedsToBeLarge_data() {
    QTest::addColumn<double>("decay");
    QTest::addColumn<double>("testAccuracy");
    QTest::newRow("1") << 1.0 << 0.99;
    QTest::newRow("0.1") << 0.1 << 0.28;
  }
  void decoupledDecayNeedsToBeLarge() {
    QFETCH(double, decay);
    QFETCH(double, testAccuracy);
    Training run = started({{"n", 883}, {"optimizer", "adamW"}, {"beta2", 0.98}, {"weightDecay", decay}});
    run.toEnd();
    measured("adamW wd %g test %.3f at 1500", decay, run.last("testAccuracy"));
    VERIFY_BETWEEN(run.last("testAccuracy"), testAccuracy - 0.03, testAccuracy + 0.03);
  }

  void reluIsSlow() {
    Training run = started({{"n", 883}, {"activation", "relu"}});
    run.toEnd();
    measured("relu test %.3f at 1500", run.last("testAccuracy"));
    VERIFY_BETWEEN(run.last("testAccuracy"), 0, 0.05);
  }

  // A large rate at p = 47: from about step 600 energies pass 2, and when the mean IPR has fallen by 0.03 the neurons
  // are said to drift to memorising maxima; the test accuracy stays 1.
  void largeRateDriftsToMemorisingMaxima() {
    Training run = started({{"learningRate", 5e-3}});
    run.toEnd();
    measured("lr 5e-3 drift %ld, max e_j %.2f, test %.4f at 1500", long(run.eventStep("memorising-maxima")),
             run.last("largestEnergy"), run.last("testAccuracy"));
    VERIFY_BETWEEN(run.eventStep("memorising-maxima"), 720, 820);
    QVERIFY(run.value("largestEnergy", 550) < 2 && run.value("largestEnergy", 700) > 2);
    VERIFY_BETWEEN(run.last("testAccuracy"), 0.999, 1);
  }

  // Fig. 5, bottom.
  void otherGroups_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("generalised");
    QTest::newRow("S4 403") << "S4" << 403 << 950;
    QTest::newRow("S4 489") << "S4" << 489 << 400;
    QTest::newRow("4x6 403") << "4x6" << 403 << 400;
    QTest::newRow("2x2x5 300") << "2x2x5" << 300 << 550;
  }
  void otherGroups() {
    QFETCH(QString, group);
    QFETCH(int, n);
    QFETCH(int, generalised);
    Training run = started({{"group", group.toStdString()}, {"n", n}});
    QVERIFY(run.pastEvent("generalised"));
    run.toEnd();
    const std::vector<double> alpha = run.array("alpha");
    const double least = *std::min_element(alpha.begin(), alpha.end());
    measured("group %s n=%d generalised %ld, %zu isotypes, smallest alpha %.3f at 1500", group.toUtf8().constData(), n,
             long(run.eventStep("generalised")), alpha.size(), least);
    VERIFY_BETWEEN(onPageGrid(run.eventStep("generalised")), generalised - 50, generalised + 50);
    VERIFY_BETWEEN(least, 0.9, 1.1);
  }

  // Fig. 3: M = 71, K = 2048, n = 2016.
  void paperScale() {
    Training run = Training::ofPreset(grokking::makeLab(), "paper-fig3");
    run.toEnd();
    const ScalarPoint peak = run.largest("gradientNorm");
    measured("paper memorised %ld generalised %ld ||G_F|| peaks %.1f at %ld, test %.4f, cpu %.1f s",
             long(run.eventStep("memorised")), long(run.eventStep("generalised")), peak.value, long(peak.step),
             run.last("testAccuracy"), run.cpuSeconds());
    VERIFY_BETWEEN(run.eventStep("memorised"), 1, 40);
    VERIFY_BETWEEN(run.eventStep("generalised"), 1, 200);
    VERIFY_BETWEEN(peak.value, 55, 85);
    VERIFY_BETWEEN(peak.step, 40, 80);
  }

  // What the lab's page of presets promises beyond the claims above.
  void presetsKeepTheirPromises_data() {
    QTest::addColumn<QString>("preset");
    QTest::addColumn<int>("generalised");
    QTest::newRow("long-plateau") << "long-plateau" << 1450;
    QTest::newRow("lazy-start") << "lazy-start" << 1200;
    QTest::newRow("strong-decay") << "strong-decay" << 190;
    QTest::newRow("too-little-data") << "too-little-data" << -1;
  }
  void presetsKeepTheirPromises() {
    QFETCH(QString, preset);
    QFETCH(int, generalised);
    Training run = Training::ofPreset(grokking::makeLab(), preset.toStdString());
    run.toEnd();
    const long at = run.eventStep("generalised");
    measured("preset %s memorised %ld generalised %ld test %.3f, at step 300 %.3f", preset.toUtf8().constData(),
             long(run.eventStep("memorised")), at, run.last("testAccuracy"), run.value("testAccuracy", 300));
    if (generalised < 0)
      QCOMPARE(at, -1L);
    else
      VERIFY_BETWEEN(at, 0.93 * generalised, 1.07 * generalised);
    if (preset == "lazy-start") VERIFY_BETWEEN(run.value("testAccuracy", 300), 0, 0.1);
  }

  // Thm 2, Cor. 2, by the analysis that the window's button runs: 64 random starts on the full table.
  void maximaOfTheEnergyAreSingleIrreps_data() {
    QTest::addColumn<QString>("group");
    for (const char* group : {"23", "24", "S3", "S4"}) QTest::newRow(group) << QString(group);
  }
  void maximaOfTheEnergyAreSingleIrreps() {
    QFETCH(QString, group);
    const auto lab = grokking::makeLab();
    Training run = started({{"group", group.toStdString()}, {"energyOnly", true}, {"hidden", 8}});
    run.toStep(0);
    int single = 0, monotone = 0;
    double leastPower = 1;
    std::map<double, int> ends;
    for (int draw = 0; draw < 64; ++draw) {
      const State end =
          run.analyse("follow-energy", {{"start", "random"}, {"draw", draw}, {"table", "full"}, {"steps", 20000}});
      const auto power = end.get("power").as<double>();
      const auto feature = static_cast<std::size_t>(end.scalar<double>("feature"));
      leastPower = std::min(leastPower, power[feature]);
      single += power[feature] > 0.999;
      monotone += end.scalar<double>("monotone") == 1;
      ++ends[std::round(end.get("energies").as<double>().back() * 1000) / 1000];
    }
    std::string text;
    for (const auto& [energy, count] : ends) text += " " + std::to_string(count) + "x" + std::to_string(energy);
    measured("maxima %s: %d of 64 in one isotype (least share %.4f), %d monotone; E / (M/4):%s",
             group.toUtf8().constData(), single, leastPower, monotone, text.c_str());
    QCOMPARE(single, 64);
    QCOMPARE(monotone, 64);
    for (const auto& [energy, count] : ends)
      QVERIFY(std::abs(energy - 1) < 1e-3 || std::abs(energy - 2) < 2e-3 || std::abs(energy - 2.0 / 3) < 1e-3);
  }
};

QTEST_GUILESS_MAIN(TestGrokkingRegimes)
#include "test_grokking_regimes.moc"
