// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/core/random_stream.h"
#include "engine/measures/isotypic.h"
#include "engine/measures/spectrum.h"

using namespace learnscope;

namespace {

// Built here from the definition, independent of the engine's groups.
std::vector<std::int32_t> symmetricGroup(int n) {
  std::vector<std::vector<int>> elements;
  std::vector<int> images(static_cast<std::size_t>(n));
  std::iota(images.begin(), images.end(), 0);
  do elements.push_back(images);
  while (std::next_permutation(images.begin(), images.end()));
  std::vector<std::int32_t> table;
  for (const auto& g : elements)
    for (const auto& h : elements) {
      std::vector<int> product;
      for (int image : g) product.push_back(h[static_cast<std::size_t>(image)]);
      table.push_back(
          static_cast<std::int32_t>(std::find(elements.begin(), elements.end(), product) - elements.begin()));
    }
  return table;
}

std::vector<std::int32_t> cyclicProduct(const std::vector<int>& orders) {
  int order = 1;
  for (int o : orders) order *= o;
  std::vector<std::int32_t> table(static_cast<std::size_t>(order * order));
  for (int g = 0; g < order; ++g)
    for (int h = 0; h < order; ++h) {
      int stride = 1, sum = 0;
      for (int o : orders) {
        sum += (g / stride % o + h / stride % o) % o * stride;
        stride *= o;
      }
      table[static_cast<std::size_t>(g * order + h)] = sum;
    }
  return table;
}

using Ranks = QList<int>;  // 10 * d, + 1 for a pair

}  // namespace
Q_DECLARE_METATYPE(std::vector<std::int32_t>)

class TestIsotypic : public QObject {
  Q_OBJECT
 private slots:
  void decomposition_data() {
    QTest::addColumn<std::vector<std::int32_t>>("table");
    QTest::addColumn<Ranks>("expected");
    QTest::newRow("S3") << symmetricGroup(3) << Ranks{10, 10, 20};
    QTest::newRow("S4") << symmetricGroup(4) << Ranks{10, 10, 20, 30, 30};
    // Z2 x Z2 x Z5: 4 real characters, 8 pairs. Z4 x Z6: 4 real characters, 10 pairs.
    QTest::newRow("2x2x5") << cyclicProduct({2, 2, 5}) << Ranks{10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11};
    QTest::newRow("4x6") << cyclicProduct({4, 6}) << Ranks{10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11};
    QTest::newRow("Z7") << cyclicProduct({7}) << Ranks{10, 11, 11, 11};
    QTest::newRow("Z2") << cyclicProduct({2}) << Ranks{10, 10};
  }
  void decomposition() {
    QFETCH(std::vector<std::int32_t>, table);
    QFETCH(Ranks, expected);
    const int order = static_cast<int>(std::lround(std::sqrt(table.size())));
    const std::vector<Isotype> isotypes = isotypicDecomposition(table, order);
    Ranks ranks;
    std::vector<double> sum(table.size(), 0.0);
    for (const Isotype& isotype : isotypes) {
      const bool pair = isotype.kind == Isotype::Kind::Pair;
      ranks.append(10 * isotype.dimension + pair);
      QCOMPARE(isotype.rank, (pair ? 2 : 1) * isotype.dimension * isotype.dimension);
      double trace = 0;
      for (int i = 0; i < order; ++i) {
        trace += isotype.projector[static_cast<std::size_t>(i * order + i)];
        for (int j = 0; j < order; ++j) {
          double square = 0;
          for (int k = 0; k < order; ++k)
            square += isotype.projector[static_cast<std::size_t>(i * order + k)] *
                      isotype.projector[static_cast<std::size_t>(k * order + j)];
          const auto at = static_cast<std::size_t>(i * order + j);
          QVERIFY(std::abs(square - isotype.projector[at]) < 1e-10);
          sum[at] += isotype.projector[at];
        }
      }
      QVERIFY(std::abs(trace - isotype.rank) < 1e-10);
    }
    std::sort(ranks.begin(), ranks.end());
    QCOMPARE(ranks, expected);
    for (int i = 0; i < order; ++i)
      for (int j = 0; j < order; ++j)
        QVERIFY(std::abs(sum[static_cast<std::size_t>(i * order + j)] - (i == j)) < 1e-10);
    // Two-sided: left and right translations of the group map every isotype to itself.
    for (const Isotype& isotype : isotypes)
      for (int g = 0; g < order; ++g)
        for (int i = 0; i < order; ++i)
          for (int j = 0; j < order; ++j) {
            const double here = isotype.projector[static_cast<std::size_t>(i * order + j)];
            const auto at = [&](int r, int c) { return isotype.projector[static_cast<std::size_t>(r * order + c)]; };
            QVERIFY(std::abs(here - at(table[static_cast<std::size_t>(g * order + i)],
                                       table[static_cast<std::size_t>(g * order + j)])) < 1e-9);
            QVERIFY(std::abs(here - at(table[static_cast<std::size_t>(i * order + g)],
                                       table[static_cast<std::size_t>(j * order + g)])) < 1e-9);
          }
  }

  void cyclicIsotypesAreFrequencies_data() {
    QTest::addColumn<int>("p");
    for (int p : {23, 24, 97}) QTest::addRow("%d", p) << p;
  }
  void cyclicIsotypesAreFrequencies() {
    QFETCH(int, p);
    const std::vector<Isotype> isotypes = isotypicDecomposition(cyclicProduct({p}), p);
    QCOMPARE(static_cast<int>(isotypes.size()), p / 2 + 1);
    // Real characters come with the pairs, since both have d = 1; for even p the last is k = p/2.
    for (int k = 0; k <= p / 2; ++k) {
      const Isotype& isotype = isotypes[static_cast<std::size_t>(k)];
      const double scale = (k == 0 || 2 * k == p ? 1.0 : 2.0) / p;
      for (int c = 0; c < p; ++c)
        QVERIFY(std::abs(isotype.projector[static_cast<std::size_t>(c)] -
                         scale * std::cos(2 * std::numbers::pi * k * c / p)) < 1e-9);
      QCOMPARE(isotype.kind == Isotype::Kind::Real, k == 0 || 2 * k == p);
    }
  }

  void isotypicPowerSumsToTheSquaredNorm() {
    const std::vector<Isotype> isotypes = isotypicDecomposition(symmetricGroup(4), 24);
    FeatureSpectrum spectrum = FeatureSpectrum::isotypic(isotypes);
    QCOMPARE(spectrum.features(), 5);
    const std::vector<double> values = RandomStream(4, 4).normals(48);
    AlignedVector<double> power;
    spectrum.ofRows(values.data(), 2, power);
    for (int j = 0; j < 2; ++j) {
      double squared = 0, sum = 0;
      for (int i = 0; i < 24; ++i) squared += std::pow(values[static_cast<std::size_t>(24 * j + i)], 2);
      for (int k = 0; k < 5; ++k) {
        double projected = 0;
        for (int r = 0; r < 24; ++r) {
          double entry = 0;
          for (int c = 0; c < 24; ++c)
            entry += isotypes[static_cast<std::size_t>(k)].projector[static_cast<std::size_t>(24 * r + c)] *
                     values[static_cast<std::size_t>(24 * j + c)];
          projected += entry * entry;
        }
        QVERIFY(std::abs(power[static_cast<std::size_t>(2 * k + j)] - projected) < 1e-10);
        sum += projected;
      }
      QVERIFY(std::abs(sum - squared) < 1e-10);
    }
  }

  void energyMaxima() {
    const std::vector<Isotype> isotypes = isotypicDecomposition(symmetricGroup(4), 24);
    QCOMPARE(isotypes[1].energyMaximum(24), 12.0);                                        // the sign, real, d = 1: M/2
    QCOMPARE(isotypes[2].energyMaximum(24), 6.0);                                         // d = 2: M/4
    QCOMPARE(isotypes[4].energyMaximum(24), 4.0);                                         // d = 3: M/6
    QCOMPARE(isotypicDecomposition(cyclicProduct({23}), 23)[1].energyMaximum(23), 5.75);  // a pair: M/4
  }
};

QTEST_APPLESS_MAIN(TestIsotypic)
#include "test_isotypic.moc"
