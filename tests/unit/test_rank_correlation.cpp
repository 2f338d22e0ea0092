// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "engine/measures/rank_correlation.h"

using namespace learnscope;

class TestRankCorrelation : public QObject {
  Q_OBJECT
 private slots:
  void agreesWithAPublishedExample() {
    // IQ and hours of television a week, ten people: rho = -29/165.
    const std::vector<double> iq{106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
        hours{7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    QVERIFY(std::abs(rankCorrelation(iq, hours) + 29.0 / 165) < 1e-12);
  }
  void tiesShareTheirRank() {
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
    const std::vector<double> x{1, 5, 5, 9}, y{1, 2, 3, 4};
    QVERIFY(std::abs(rankCorrelation(x, y) - 4.5 / std::sqrt(4.5 * 5)) < 1e-12);
  }
  void onlyOrderCounts() {
    const std::vector<double> x{1, 2, 3, 4}, up{1, 10, 100, 1e6}, down{4, 3, 2, 1};
    QCOMPARE(rankCorrelation(x, up), 1.0);
    QCOMPARE(rankCorrelation(x, down), -1.0);
  }
  void leavesOutWhatIsNotFinite() {
    const std::vector<double> x{1, 2, std::nan(""), 4}, y{1, 2, 3, 4};
    QCOMPARE(rankCorrelation(x, y), 1.0);
    QVERIFY(std::isnan(rankCorrelation(std::vector<double>{1}, std::vector<double>{1})));
    QVERIFY(std::isnan(rankCorrelation(std::vector<double>{2, 2}, std::vector<double>{1, 2})));
    QVERIFY_EXCEPTION_THROWN(rankCorrelation(x, up()), std::invalid_argument);
  }

 private:
  static std::vector<double> up() { return {1, 2}; }
};

QTEST_APPLESS_MAIN(TestRankCorrelation)
#include "test_rank_correlation.moc"
