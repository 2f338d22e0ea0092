// SPDX-License-Identifier: GPL-3.0-or-later
// Scales, ticks, numbers as text, clipping and thinning of curves.
#include <QtTest>
#include <cmath>

#include "tests/gui/plots_support.h"
#include "widgets/plots/chart.h"
#include "widgets/plots/clip.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

using Kind = ScaleMap::Kind;

QStringList labels(const ScaleMap& scale, double low, double high, int count) {
  QStringList result;
  for (const Tick& tick : roundTicks(scale, low, high, count)) result << tick.label;
  return result;
}

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

}  // namespace

class TestAxes : public QObject {
  Q_OBJECT
 private slots:
  void scalesGoThereAndBack() {
    for (const ScaleMap& scale : {ScaleMap{}, ScaleMap{Kind::Log, 1}, ScaleMap{Kind::Symlog, 0.01}})
      for (const double v : {1e-9, 0.003, 0.5, 1.0, 17.0, 1e8}) {
        QVERIFY2(near(scale.inverse(scale.forward(v)) / v, 1), qPrintable(QString::number(v)));
        if (scale.kind != Kind::Log) QVERIFY(near(scale.forward(-v), -scale.forward(v)));
      }
    QVERIFY(std::isnan(ScaleMap({Kind::Log, 1}).forward(0)));
    QVERIFY(std::isnan(ScaleMap({Kind::Log, 1}).forward(-1)));
    QCOMPARE(ScaleMap({Kind::Symlog, 0.1}).forward(0.9), 1.0);  // log10(1 + 9)
    QCOMPARE(ScaleMap({Kind::Symlog, 0.1}).forward(0), 0.0);
    for (const char* name : {"linear", "log", "symlog"}) QCOMPARE(ScaleMap::parse(name).name(), QLatin1String(name));
  }

  void linearTicksAreRound() {
    QCOMPARE(labels({}, 0, 1, 5), QStringList({"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    QCOMPARE(labels({}, -1, 1, 4), QStringList({"−1.0", "−0.5", "0.0", "0.5", "1.0"}));
    QCOMPARE(labels({}, 3, 1234, 4), QStringList({"500", "1000"}));
    QCOMPARE(labels({}, 0, 40000, 4), QStringList({"0", "10 000", "20 000", "30 000", "40 000"}));
    QVERIFY(labels({}, 1, 1, 5).isEmpty());
    QVERIFY(labels({}, 0, std::nan(""), 5).isEmpty());
    for (int i = 0; i < 2000; ++i) {
      const double low = 50 * noise(static_cast<std::uint64_t>(i)),
                   span = std::pow(10, 6 * noise(7777u + static_cast<std::uint64_t>(i)));
      const auto ticks = roundTicks({}, low, low + span, 6);
      QVERIFY(ticks.size() >= 2 && ticks.size() <= 8);
      for (const Tick& tick : ticks)
        QVERIFY(tick.coordinate >= low - 1e-6 * span && tick.coordinate <= low + span * (1 + 1e-6));
    }
  }

  void logTicksArePowersOfTen() {
    const ScaleMap log{Kind::Log, 1};
    QCOMPARE(labels(log, -4, 0, 6), QStringList({"10⁻⁴", "0.001", "0.01", "0.1", "1"}));
    QCOMPARE(labels(log, 0, 2, 8), QStringList({"1", "2", "5", "10", "20", "50", "100"}));
    QCOMPARE(labels(log, -12, 0, 4), QStringList({"10⁻¹²", "10⁻⁹", "10⁻⁶", "0.001", "1"}));
    QCOMPARE(labels(log, std::log10(2), std::log10(4), 4), QStringList({"2.0", "2.5", "3.0", "3.5", "4.0"}));
    for (const Tick& tick : roundTicks(log, 0, 2, 8))
      QVERIFY(near(std::pow(10, tick.coordinate), tick.label.toDouble()));
  }

  void symlogTicksAreSymmetricWithZero() {
    const ScaleMap symlog{Kind::Symlog, 0.1};
    const double reach = symlog.forward(100);
    QCOMPARE(labels(symlog, -reach, reach, 10),
             QStringList({"−100", "−10", "−1", "−0.1", "0", "0.1", "1", "10", "100"}));
    // Fewer keep the outermost power and stay symmetric.
    QCOMPARE(labels(symlog, -reach, reach, 5), QStringList({"−10", "−0.1", "0", "0.1", "10"}));
    QCOMPARE(labels(symlog, 0, reach, 4), QStringList({"0", "0.1", "1", "10", "100"}));
    for (const Tick& tick : roundTicks(symlog, 0, reach, 4))
      QVERIFY(near(symlog.inverse(tick.coordinate), tick.label.toDouble()));
  }

  void numbersReadWell() {
    QCOMPARE(formatNumber(0), QStringLiteral("0"));
    QCOMPARE(formatNumber(0.25), QStringLiteral("0.25"));
    QCOMPARE(formatNumber(-0.123456), QStringLiteral("−0.1235"));
    QCOMPARE(formatNumber(12345.678), QStringLiteral("12 346"));
    QCOMPARE(formatNumber(1e7), QStringLiteral("10⁷"));
    QCOMPARE(formatNumber(2.5e-5), QStringLiteral("2.5×10⁻⁵"));
    QCOMPARE(formatNumber(-3e12), QStringLiteral("−3×10¹²"));
    QCOMPARE(formatNumber(9.99996e-6), QStringLiteral("10⁻⁵"));  // rounds up to the next power
    QCOMPARE(formatNumber(9.9996e9), QStringLiteral("10¹⁰"));
    QCOMPARE(formatNumber(std::nan("")), QStringLiteral("–"));
    QCOMPARE(formatNumber(INFINITY), QStringLiteral("∞"));
    QCOMPARE(roundUp(0.9), 1.0);
    QCOMPARE(roundUp(1210), 1250.0);
    QCOMPARE(roundUp(-1), 1.0);
  }

  void thinningKeepsWhatAPixelShows() {
    std::vector<QPointF> points;
    for (std::uint64_t i = 0; i < 100000; ++i)
      points.emplace_back(static_cast<double>(i),
                          i % 777 == 776 ? std::nan("") : noise(i) + std::sin(1e-3 * static_cast<double>(i)));
    constexpr int columns = 500;
    const auto kept = thinned(points, 0, 100000, columns);
    QVERIFY(kept.size() < points.size() / 20);
    const auto extremes = [](const std::vector<QPointF>& all) {
      std::vector<std::pair<double, double>> found(columns, {1e9, -1e9});
      std::vector<int> gaps(columns);
      for (const QPointF& p : all) {
        const auto c = static_cast<std::size_t>(p.x() / 200);
        if (std::isnan(p.y())) {
          gaps[c] = 1;
          continue;
        }
        found[c] = {std::min(found[c].first, p.y()), std::max(found[c].second, p.y())};
      }
      return std::pair(found, gaps);
    };
    QVERIFY(extremes(kept) == extremes(points));
    for (std::size_t i = 1; i < kept.size(); ++i) QVERIFY(kept[i - 1].x() < kept[i].x());
  }

  // The length inside is that of a brute-force walk along the line, and nothing lies outside.
  void linesAreClippedExactly() {
    const QRectF rect(-0.4, -0.5, 1.1, 0.8);
    QPolygonF line;
    for (std::uint64_t i = 0; i < 400; ++i) line << QPointF(noise(2 * i), noise(2 * i + 1));
    double inside = 0, walked = 0;
    for (const QPolygonF& piece : clippedLine(line, rect)) {
      QVERIFY(piece.size() >= 2);
      for (const QPointF& p : piece) QVERIFY(rect.adjusted(-1e-12, -1e-12, 1e-12, 1e-12).contains(p));
      for (qsizetype i = 1; i < piece.size(); ++i) inside += QLineF(piece[i - 1], piece[i]).length();
    }
    constexpr int steps = 4000;
    for (qsizetype i = 1; i < line.size(); ++i) {
      const QLineF segment(line[i - 1], line[i]);
      int hits = 0;
      for (int k = 0; k < steps; ++k) hits += rect.contains(segment.pointAt((k + 0.5) / steps));
      walked += segment.length() * hits / steps;
    }
    QVERIFY2(std::abs(inside - walked) < 1e-3 * walked, qPrintable(QString("%1 %2").arg(inside).arg(walked)));
    QVERIFY(clippedLine(QPolygonF{{-9, 9}, {9, 9}}, rect).empty());
    QCOMPARE(clippedLine(QPolygonF{{0, 0}, {0.1, 0.1}, {0.2, 0}}, rect).size(), std::size_t{1});
  }

  void polygonsAreClippedToTheirPartInside() {
    const QRectF rect(0, 0, 4, 3);
    const auto area = [](const QPolygonF& p) {
      double twice = 0;
      for (qsizetype i = 0; i < p.size(); ++i) {
        const QPointF &a = p[i], &b = p[(i + 1) % p.size()];
        twice += a.x() * b.y() - b.x() * a.y();
      }
      return std::abs(twice) / 2;
    };
    // A square turned by 45 degrees about a corner of the rectangle: a quarter of it is inside.
    QCOMPARE(area(clippedPolygon(QPolygonF{{-1, 0}, {0, -1}, {1, 0}, {0, 1}}, rect)), 0.5);
    QCOMPARE(area(clippedPolygon(QPolygonF{{-9, -9}, {9, -9}, {9, 9}, {-9, 9}}, rect)), 12.0);
    QVERIFY(clippedPolygon(QPolygonF{{5, 5}, {6, 5}, {6, 6}}, rect).isEmpty());
  }
};

QTEST_MAIN(TestAxes)
#include "test_axes.moc"
