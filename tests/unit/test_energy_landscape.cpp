// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <numeric>
#include <set>

#include "engine/core/random_stream.h"
#include "engine/data/pair_task.h"
#include "engine/measures/energy_landscape.h"
#include "engine/measures/isotypic.h"
#include "engine/measures/spectrum.h"

using namespace learnscope;

namespace {

EnergyLandscape landscapeOf(const PairTask& task, Activation activation = Activation::Square) {
  return {task.order(), task.trainLeft(), task.trainRight(), task.trainTarget(), activation};
}

PairTask fullTable(const std::string& spec) {
  const OperationTable operation(Group::fromSpec(spec));
  return {operation, 0, operation.order() * operation.order(), true};
}

double norm(const std::vector<double>& w) { return std::sqrt(std::inner_product(w.begin(), w.end(), w.begin(), 0.0)); }

}  // namespace

class TestEnergyLandscape : public QObject {
  Q_OBJECT
 private slots:
  // The lab page's check: Z_7, full table, w = normals(seed 5, stream 9, 14).
  void energyOfZ7() {
    const PairTask task = fullTable("7");
    EnergyLandscape energy = landscapeOf(task);
    const std::vector<double> w = RandomStream(5, 9).normals(14);
    std::vector<double> gradient(14);
    QVERIFY(std::abs(energy.gradient(w, gradient) - 169.020671709) < 1e-9);
    QVERIFY(std::abs(energy.value(w) - 169.020671709) < 1e-9);
    QVERIFY(std::abs(norm(gradient) - 195.301997417) < 1e-9);
    QVERIFY(std::abs(gradient[0] + 64.92182513) < 1e-8);
    QVERIFY(std::abs(gradient[1] - 14.89107801) < 1e-8);
    QVERIFY(std::abs(gradient[2] + 17.393937) < 1e-6);
    std::vector<double> unit = w;
    for (double& value : unit) value /= norm(w);
    QVERIFY(std::abs(energy.value(unit) - 0.271603746232) < 1e-12);
    QCOMPARE(energy.unit(), 7 / 4.0);
  }

  void gradientMatchesDifferences_data() {
    QTest::addColumn<int>("activation");
    for (int a = 0; a < 4; ++a) QTest::newRow(std::string(idOf(Activation(a))).c_str()) << a;
  }
  void gradientMatchesDifferences() {
    QFETCH(int, activation);
    for (const char* group : {"11", "S3", "Q8"}) {
      const OperationTable operation(Group::fromSpec(group));
      const int m = operation.order();
      const PairTask task(operation, 3, m * m / 2);
      EnergyLandscape energy = landscapeOf(task, Activation(activation));
      std::vector<double> w = RandomStream(2, 21).normals(2 * static_cast<std::size_t>(m)), gradient(w.size());
      energy.gradient(w, gradient);
      const double h = 1e-5;
      for (std::size_t i = 0; i < w.size(); ++i) {
        const double at = w[i];
        w[i] = at + h;
        const double above = energy.value(w);
        w[i] = at - h;
        const double below = energy.value(w);
        w[i] = at;
        QVERIFY(std::abs((above - below) / (2 * h) - gradient[i]) < 1e-6 * (1 + norm(gradient)));
      }
    }
  }

  // Thm 2: from every start the ascent ends in one isotype at M/(4d) (pair) or M/(2d) (real irrep).
  void everyAscentEndsInOneIrrep_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<int>("reached");  // isotypes that 64 starts end in
    QTest::newRow("Z_23") << "23" << 11;
    QTest::newRow("Z_24") << "24" << -1;
    QTest::newRow("S_3") << "S3" << 2;
    QTest::newRow("S_4") << "S4" << -1;
  }
  void everyAscentEndsInOneIrrep() {
    QFETCH(QString, group);
    QFETCH(int, reached);
    const PairTask task = fullTable(group.toStdString());
    const int m = task.order();
    EnergyLandscape energy = landscapeOf(task);
    const std::vector<Isotype> isotypes = isotypicDecomposition(task.operation().group()->table(), m);
    FeatureSpectrum spectrum = FeatureSpectrum::isotypic(isotypes);
    std::set<std::size_t> ends;
    std::set<int> maxima;
    RandomStream random(1, 5);
    for (int start = 0; start < 64; ++start) {
      const Ascent ascent = followEnergy(energy, random.normals(2 * static_cast<std::size_t>(m)), {.steps = 40000});
      QVERIFY(ascent.monotone);
      QVERIFY(std::abs(norm(ascent.w) - 1) < 1e-12);
      for (const std::size_t half : {std::size_t{0}, static_cast<std::size_t>(m)}) {
        AlignedVector<double> power;
        spectrum.ofRows(ascent.w.data() + half, 1, power);
        const auto best = static_cast<std::size_t>(std::max_element(power.begin(), power.end()) - power.begin());
        QVERIFY(best > 0);
        QVERIFY2(power[best] > 0.499, qPrintable(QString("start %1: power %2").arg(start).arg(power[best])));
        QVERIFY(std::abs(ascent.energy / isotypes[best].energyMaximum(m) - 1) < 1e-3);
        ends.insert(best);
        maxima.insert(static_cast<int>(std::lround(12 * ascent.energy / m)));
      }
    }
    if (reached > 0) QCOMPARE(static_cast<int>(ends.size()), reached);
    // In twelfths of M: pairs M/4, real irreps M/2, M/4, M/6 for d = 1, 2, 3.
    const std::set<int> expected = group == "23"   ? std::set<int>{3}
                                   : group == "24" ? std::set<int>{3, 6}
                                   : group == "S3" ? std::set<int>{3, 6}
                                                   : std::set<int>{2, 3, 6};
    QCOMPARE(maxima, expected);
  }

  void theTrajectoryIsKeptFromStartToEnd() {
    const PairTask task = fullTable("7");
    EnergyLandscape energy = landscapeOf(task);
    const std::vector<double> start = RandomStream(5, 9).normals(14);
    int reports = 0;
    const Ascent ascent =
        followEnergy(energy, start, {.steps = 95, .tolerance = 0, .keepEvery = 10}, [&](int) { ++reports; });
    QCOMPARE(ascent.steps, 95);
    QCOMPARE(ascent.energies.size(), std::size_t(11));  // 0, 10, .., 90 and 95
    QCOMPARE(ascent.trajectory.size(), std::size_t(11 * 14));
    QCOMPARE(reports, 2);
    for (std::size_t i = 0; i < 14; ++i) {
      QVERIFY(std::abs(ascent.trajectory[i] - start[i] / norm(start)) < 1e-15);
      QCOMPARE(ascent.trajectory[140 + i], ascent.w[i]);
    }
    QCOMPARE(ascent.energies.back(), ascent.energy);
    // Downhill is told from uphill.
    QVERIFY(!followEnergy(energy, start, {.rate = -0.02, .steps = 5}).monotone);
  }
};

QTEST_APPLESS_MAIN(TestEnergyLandscape)
#include "test_energy_landscape.moc"
