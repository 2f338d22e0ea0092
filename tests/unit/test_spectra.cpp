// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <complex>
#include <numbers>

#include "engine/core/random_stream.h"
#include "engine/measures/pca.h"
#include "engine/measures/spectrum.h"

using namespace learnscope;

namespace {

// The definition, term by term.
double powerByDefinition(const std::vector<double>& f, int k) {
  std::complex<double> sum = 0;
  for (std::size_t t = 0; t < f.size(); ++t)
    sum += f[t] * std::polar(1.0, -2 * std::numbers::pi * k * static_cast<double>(t) / static_cast<double>(f.size()));
  return std::norm(sum);
}

double iprOf(const std::vector<double>& f) {
  FeatureSpectrum spectrum = FeatureSpectrum::fourier(static_cast<int>(f.size()));
  AlignedVector<double> power;
  spectrum.ofRows(f.data(), 1, power);
  double ipr = 0;
  inverseParticipation(power, spectrum.features(), 1, {&ipr, 1});
  return ipr;
}

std::vector<double> cosine(int p, int k) {
  std::vector<double> f(static_cast<std::size_t>(p));
  for (int t = 0; t < p; ++t) f[static_cast<std::size_t>(t)] = std::cos(2 * std::numbers::pi * k * t / p);
  return f;
}

}  // namespace

class TestSpectra : public QObject {
  Q_OBJECT
 private slots:
  void powerMatchesTheDefinition_data() {
    QTest::addColumn<int>("length");
    for (int length : {2, 3, 8, 23, 24, 97, 128}) QTest::addRow("%d", length) << length;
  }
  void powerMatchesTheDefinition() {
    QFETCH(int, length);
    const int count = 5;
    const std::vector<double> rows = RandomStream(1, 2).normals(static_cast<std::size_t>(length * count));
    std::vector<double> columns(rows.size());
    for (int j = 0; j < count; ++j)
      for (int t = 0; t < length; ++t)
        columns[static_cast<std::size_t>(t * count + j)] = rows[static_cast<std::size_t>(j * length + t)];
    FeatureSpectrum spectrum = FeatureSpectrum::fourier(length);
    QCOMPARE(spectrum.features(), length / 2 + 1);
    AlignedVector<double> ofRows, ofColumns;
    spectrum.ofRows(rows.data(), count, ofRows);
    spectrum.ofColumns(columns.data(), count, ofColumns);
    for (int j = 0; j < count; ++j) {
      const std::vector<double> f(rows.begin() + j * length, rows.begin() + (j + 1) * length);
      for (int k = 0; k < spectrum.features(); ++k) {
        const auto i = static_cast<std::size_t>(k * count + j);
        QVERIFY(std::abs(ofRows[i] - powerByDefinition(f, k)) < 1e-9 * length);
        QVERIFY(std::abs(ofColumns[i] - ofRows[i]) < 1e-9 * length);
      }
    }
  }

  void inverseParticipationOfKnownFunctions() {
    for (int p : {59, 97}) {
      std::vector<double> oneHot(static_cast<std::size_t>(p), 0.0), two = cosine(p, 5);
      oneHot[3] = 1;
      for (int t = 0; t < p; ++t) two[static_cast<std::size_t>(t)] += cosine(p, 9)[static_cast<std::size_t>(t)];
      QVERIFY(std::abs(iprOf(cosine(p, 5)) - 1) < 1e-9);
      QVERIFY(std::abs(iprOf(oneHot) - 2.0 / (p + 1)) < 1e-9);  // 0.033333 and 0.020408
      QVERIFY(std::abs(iprOf(std::vector<double>(static_cast<std::size_t>(p), 1.0)) - 1) < 1e-9);
      QVERIFY(std::abs(iprOf(two) - 0.5) < 1e-9);
      QCOMPARE(iprOf(std::vector<double>(static_cast<std::size_t>(p), 0.0)), 0.0);
    }
  }

  // Reference values of 2000 Gaussian rows: mean 0.0658, maximum 0.1744 (p = 59); 0.0404, 0.1219 (p = 97).
  void inverseParticipationOfNoise_data() {
    QTest::addColumn<int>("p");
    QTest::addColumn<double>("mean");
    QTest::addColumn<double>("maximum");
    QTest::newRow("59") << 59 << 0.0658 << 0.1744;
    QTest::newRow("97") << 97 << 0.0404 << 0.1219;
  }
  void inverseParticipationOfNoise() {
    QFETCH(int, p);
    QFETCH(double, mean);
    QFETCH(double, maximum);
    const std::vector<double> rows = RandomStream(1, 1).normals(static_cast<std::size_t>(2000 * p));
    FeatureSpectrum spectrum = FeatureSpectrum::fourier(p);
    AlignedVector<double> power;
    spectrum.ofRows(rows.data(), 2000, power);
    std::vector<double> ipr(2000);
    inverseParticipation(power, spectrum.features(), 2000, ipr);
    double sum = 0, most = 0;
    for (double value : ipr) {
      sum += value;
      most = std::max(most, value);
    }
    QVERIFY(std::abs(sum / 2000 - mean) < 5e-5);
    QVERIFY(std::abs(most - maximum) < 5e-5);
  }

  void dominantFeatureIgnoresTheConstant() {
    std::vector<double> f = cosine(23, 7);
    for (double& value : f) value += 100;
    FeatureSpectrum spectrum = FeatureSpectrum::fourier(23);
    AlignedVector<double> power;
    spectrum.ofRows(f.data(), 1, power);
    std::int32_t feature = -1;
    dominantFeature(power, spectrum.features(), 1, {&feature, 1});
    QCOMPARE(feature, 7);
  }

  void principalComponentsOfAnEllipse_data() {
    QTest::addColumn<int>("points");
    QTest::addColumn<int>("dimensions");
    QTest::newRow("few points") << 20 << 60;
    QTest::newRow("many points") << 60 << 20;
  }
  void principalComponentsOfAnEllipse() {
    QFETCH(int, points);
    QFETCH(int, dimensions);
    // An ellipse with half axes 3 and 1 in the plane of coordinates 4 and 7, shifted.
    std::vector<double> data(static_cast<std::size_t>(points * dimensions), 2.5);
    for (int i = 0; i < points; ++i) {
      const double turn = 2 * std::numbers::pi * i / points;
      data[static_cast<std::size_t>(i * dimensions + 4)] += 3 * std::cos(turn);
      data[static_cast<std::size_t>(i * dimensions + 7)] += std::sin(turn);
    }
    const Pca pca = principalComponents(data, points, dimensions, 3);
    QVERIFY(std::abs(pca.variance[0] - 4.5) < 1e-9);
    QVERIFY(std::abs(pca.variance[1] - 0.5) < 1e-9);
    QCOMPARE(pca.variance[2], 0.0);
    QVERIFY(std::abs(pca.totalVariance - 5) < 1e-9);
    QVERIFY(std::abs(pca.axes[4]) > 1 - 1e-9);
    QVERIFY(std::abs(pca.axes[static_cast<std::size_t>(dimensions + 7)]) > 1 - 1e-9);
    const auto largest = std::max_element(pca.coordinates.begin(), pca.coordinates.end(),
                                          [](double a, double b) { return std::abs(a) < std::abs(b); });
    QVERIFY(std::abs(*largest - 3) < 1e-9);  // positive: the sign is fixed
  }

  void alignmentUndoesTurnsAndMirrors() {
    const std::vector<double> before = RandomStream(3, 3).normals(30);
    std::vector<double> after(30);
    const double c = std::cos(1.0), s = std::sin(1.0);
    for (std::size_t i = 0; i < 30; i += 3) {  // turned about the third axis, then mirrored in it
      after[i] = c * before[i] - s * before[i + 1];
      after[i + 1] = s * before[i] + c * before[i + 1];
      after[i + 2] = -before[i + 2];
    }
    alignToPrevious(after, before, 10, 3);
    for (std::size_t i = 0; i < 30; ++i) QVERIFY(std::abs(after[i] - before[i]) < 1e-12);
  }
};

QTEST_APPLESS_MAIN(TestSpectra)
#include "test_spectra.moc"
