// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/measures/distances.h"
#include "engine/measures/effective_rank.h"
#include "engine/models/recurrent_init.h"

using namespace learnscope;

namespace {

double frobenius(const std::vector<double>& m) { return norm<double>(m); }

std::vector<double> strictlyLower(int n) {
  std::vector<double> m(static_cast<std::size_t>(n * n), 0.0);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) m[static_cast<std::size_t>(i * n + j)] = 1 + 0.1 * i - 0.2 * j;
  return m;
}

std::string refusal(const RecurrentInit& init, Wiring wiring, int rank, const std::vector<double>& given = {}) {
  try {
    recurrentMatrix(init, wiring, rank, 0, given);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "not refused";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestRecurrentInit : public QObject {
  Q_OBJECT
 private slots:
  // Effective ranks of spectra that can be worked out by hand.
  void effectiveRanksOfKnownSpectra() {
    const std::vector<double> flat(8, 2.0), one{3, 0, 0}, two{2, 1}, none{0, 0};
    for (const auto rank : {participationRatio, nuclearRank, entropyRank, stableRank}) {
      QVERIFY(std::abs(rank(flat) - 8) < 1e-12);
      QVERIFY(std::abs(rank(one) - 1) < 1e-12);
      QCOMPARE(rank(none), 0.0);
    }
    QVERIFY(std::abs(participationRatio(two) - 25.0 / 17) < 1e-12);
    QVERIFY(std::abs(nuclearRank(two) - 1.5) < 1e-12);
    QVERIFY(std::abs(stableRank(two) - 1.25) < 1e-12);
    QVERIFY(std::abs(entropyRank(two) - std::exp(std::log(3.0) - 2.0 / 3 * std::log(2.0))) < 1e-12);
  }

  void spectraOfKnownMatrices() {
    const std::vector<double> rotation{0, -2, 2, 0}, shear{0, 3, 0, 0};
    QVERIFY(std::abs(spectralRadius(rotation, 2) - 2) < 1e-12);
    QCOMPARE(spectralRadius(shear, 2), 0.0);
    const std::vector<double> s = singularValues(shear, 2, 2);
    QVERIFY(std::abs(s[0] - 3) < 1e-12 && s[1] < 1e-12);
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, singularValues(shear, 3, 2));
  }

  void everyStructureHasTheNormOfTheGaussian_data() {
    QTest::addColumn<int>("wiring");
    for (const Wiring w : {Wiring::Full, Wiring::Rank, Wiring::Aligned, Wiring::DaleBalanced, Wiring::DaleUnbalanced,
                           Wiring::Block, Wiring::Chain, Wiring::Sparse, Wiring::User})
      QTest::newRow(std::string(idOf(w)).c_str()) << int(w);
  }
  void everyStructureHasTheNormOfTheGaussian() {
    QFETCH(int, wiring);
    RecurrentInit init;
    init.hidden = 40;
    RandomStream random(8, 8);
    const std::vector<double> given = random.normals(1600);
    for (const NormRule rule : {NormRule::Frobenius, NormRule::SpectralRadius, NormRule::SpectralNorm}) {
      init.norm = rule;
      const std::vector<double> w = recurrentMatrix(init, Wiring(wiring), 3, 5, given);
      const double wanted = normOf(rule, gaussianRecurrent(init, 5), 40);
      QVERIFY(std::abs(normOf(rule, w, 40) - wanted) < 1e-9 * wanted);
      QCOMPARE(w, recurrentMatrix(init, Wiring(wiring), 3, 5, given));
    }
    QCOMPARE(wiringFrom(std::string(idOf(Wiring(wiring))), "/x"), Wiring(wiring));
  }

  void lowRankIsTheBestApproximation() {
    RecurrentInit init;
    init.hidden = 30;
    init.norm = NormRule::None;
    const std::vector<double> g = gaussianRecurrent(init, 1), w = recurrentMatrix(init, Wiring::Rank, 4, 1);
    const std::vector<double> all = singularValues(g, 30, 30), kept = singularValues(w, 30, 30);
    double rest = 0;
    for (std::size_t i = 0; i < 30; ++i) {
      if (i < 4) QVERIFY(std::abs(all[i] - kept[i]) < 1e-10);
      if (i >= 4) QVERIFY(kept[i] < 1e-10);
      if (i >= 4) rest += all[i] * all[i];
    }
    // Eckart and Young: what is missing has the norm of the singular values left out.
    std::vector<double> difference(g.size());
    for (std::size_t i = 0; i < g.size(); ++i) difference[i] = g[i] - w[i];
    QVERIFY(std::abs(frobenius(difference) - std::sqrt(rest)) < 1e-9);
    QCOMPARE(recurrentMatrix(init, Wiring::Full, 0, 1), g);
  }

  // The page's table at N = 100, gain 1.25, one norm: participation ratio and spectral radius, means of three seeds.
  void publishedRanksAndRadii_data() {
    QTest::addColumn<int>("wiring");
    QTest::addColumn<int>("rank");
    QTest::addColumn<double>("ratio");
    QTest::addColumn<double>("spread");
    QTest::addColumn<double>("radiusFrom");
    QTest::addColumn<double>("radiusTo");
    QTest::newRow("rank 1") << int(Wiring::Rank) << 1 << 1.0 << 1e-6 << 0.0 << 4.0;
    QTest::newRow("rank 10") << int(Wiring::Rank) << 10 << 9.9 << 0.2 << 0.9 << 2.2;
    QTest::newRow("full") << int(Wiring::Full) << 0 << 50.2 << 1.5 << 1.15 << 1.45;
    QTest::newRow("Dale balanced") << int(Wiring::DaleBalanced) << 0 << 2.4 << 0.4 << 0.8 << 1.3;
    QTest::newRow("Dale unbalanced") << int(Wiring::DaleUnbalanced) << 0 << 2.4 << 0.4 << 5.5 << 6.5;
    // A draw of four by four means varies: the middle 90 % of draws have 2.1 to 4.7, the published one 6.1.
    QTest::newRow("blocks") << int(Wiring::Block) << 0 << 3.3 << 1.5 << 3.0 << 9.0;
    QTest::newRow("chains") << int(Wiring::Chain) << 0 << 7.5 << 2.0 << 5.5 << 7.8;
  }
  void publishedRanksAndRadii() {
    QFETCH(int, wiring);
    QFETCH(int, rank);
    QFETCH(double, ratio);
    QFETCH(double, spread);
    QFETCH(double, radiusFrom);
    QFETCH(double, radiusTo);
    double found = 0, radius = 0;
    for (const std::uint64_t seed : {0, 1, 2}) {
      const std::vector<double> w = recurrentMatrix({}, Wiring(wiring), rank, seed);
      found += participationRatio(singularValues(w, 100, 100)) / 3;
      radius += spectralRadius(w, 100) / 3;
    }
    QVERIFY2(std::abs(found - ratio) <= spread, std::to_string(found).c_str());
    QVERIFY2(radius >= radiusFrom && radius <= radiusTo, std::to_string(radius).c_str());
  }

  void daleColumnsHaveOneSignAndMeanZero() {
    RecurrentInit init;
    init.hidden = 50;
    const std::vector<double> w = recurrentMatrix(init, Wiring::DaleBalanced, 0, 3);
    double sum = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      QVERIFY(i % 50 < 40 ? w[i] >= 0 : w[i] <= 0);
      sum += w[i];
    }
    double whole = 0;
    for (const double v : w) whole += std::abs(v);
    QVERIFY(std::abs(sum) < 0.1 * whole);
  }

  void refusals() {
    RecurrentInit init;
    init.hidden = 20;
    QVERIFY(has(refusal(init, Wiring::Rank, 0), "must be 1..20"));
    QVERIFY(has(refusal(init, Wiring::Rank, 21), "must be 1..20"));
    const std::vector<double> zeros(400, 0.0);
    QVERIFY(has(refusal(init, Wiring::User, 0, zeros), "norm is 0, cannot rescale"));
    init.norm = NormRule::SpectralRadius;
    QVERIFY(has(refusal(init, Wiring::User, 0, strictlyLower(20)), "spectral radius is 0; use Frobenius"));
    std::vector<double> shuffled = strictlyLower(20);  // nilpotent, but not triangular to the eye
    for (std::size_t i = 0; i < 20; ++i) std::swap(shuffled[i * 20 + 3], shuffled[i * 20 + 17]);
    for (std::size_t j = 0; j < 20; ++j) std::swap(shuffled[3 * 20 + j], shuffled[17 * 20 + j]);
    QVERIFY(has(refusal(init, Wiring::User, 0, shuffled), "spectral radius is 0; use Frobenius"));
    init.norm = NormRule::Frobenius;
    QCOMPARE(refusal(init, Wiring::User, 0, strictlyLower(20)), std::string("not refused"));
    init.inhibitory = 0.01;
    QVERIFY(has(refusal(init, Wiring::DaleBalanced, 0), "20 excitatory and 0 inhibitory"));
    init.inhibitory = 1;
    QVERIFY(has(refusal(init, Wiring::DaleUnbalanced, 0), "/init.inhibitory"));
    init.gain = 0;
    QVERIFY(has(refusal(init, Wiring::Full, 0), "/init.gain"));
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, recurrentMatrix({}, Wiring::User, 0, 0, {}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, wiringFrom("ful", "/structures"));
    QVERIFY_THROWS_EXCEPTION(ConfigError, normRuleFrom("frobenious", "/init.norm"));
  }
};

QTEST_GUILESS_MAIN(TestRecurrentInit)
#include "test_recurrent_init.moc"
