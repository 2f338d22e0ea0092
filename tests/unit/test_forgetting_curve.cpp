// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <fstream>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/measures/forgetting_curve.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

std::string refusal(const std::string& text) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("r.csv");
  std::ofstream(path) << text;
  try {
    readRetentionCsv(path);
  } catch (const DataError& error) {
    return error.what();
  }
  return "not refused";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestForgettingCurve : public QObject {
  Q_OBJECT
 private slots:
  // Murre & Dros 2015: the formula's savings at the seven delays, in per cent to 0.1.
  void ebbinghausSevenPoints() {
    const std::vector<double> expected{57.0, 46.8, 34.5, 30.4, 28.1, 24.9, 21.2};
    const auto points = ebbinghausData();
    QCOMPARE(points.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double value = 100 * ebbinghausSavings(points[i].minutes);
      QVERIFY2(std::abs(value - expected[i]) <= 0.1, qPrintable(QString("%1: %2").arg(points[i].minutes).arg(value)));
    }
    const std::vector<double> savings{58.2, 44.2, 35.8, 33.7, 27.8, 25.4, 21.1};
    for (std::size_t i = 0; i < savings.size(); ++i) QCOMPARE(points[i].savings, savings[i] / 100);
  }

  // His seven points, tau = t - 1: the fit finds kappa = 1.84 and c = 1.25 again.
  void ebbinghausFitOfHisData() {
    std::vector<double> tau, retention;
    for (const SavingsPoint& point : ebbinghausData()) {
      tau.push_back(point.minutes - 1);
      retention.push_back(point.savings);
    }
    const RetentionFit fit = fitRetention(RetentionModel::Ebbinghaus, tau, retention);
    QVERIFY(fit.r2 > 0.98);
    QVERIFY(std::abs(fit.parameters[0] - 1.84) < 0.15);
    QVERIFY(std::abs(fit.parameters[1] - 1.25) < 0.1);
    QVERIFY(fit.aic < fitRetention(RetentionModel::Exponential, tau, retention).aic);
  }

  void fitsFindTheirOwnParameters() {
    struct Case {
      RetentionModel model;
      std::array<double, 2> truth;
    };
    for (const Case& known : {Case{RetentionModel::Exponential, {80, 0}}, Case{RetentionModel::Floor, {0.3, 40}},
                              Case{RetentionModel::Power, {0.2, 0.4}}, Case{RetentionModel::Logarithm, {0.12, 0.7}},
                              Case{RetentionModel::Ebbinghaus, {1.5, 1.6}}}) {
      RetentionFit truth;
      truth.model = known.model;
      truth.parameters = known.truth;
      std::vector<double> tau, retention;
      for (int t = 1; t <= 300; ++t) {
        tau.push_back(t);
        retention.push_back(truth.at(t));
      }
      const RetentionFit fit = fitRetention(known.model, tau, retention);
      for (std::size_t k = 0; k < static_cast<std::size_t>(fit.count); ++k)
        QVERIFY2(std::abs(fit.parameters[k] / known.truth[k] - 1) < 1e-3, retentionModelName(known.model));
      QVERIFY(fit.r2 > 1 - 1e-8 && fit.rmse < 1e-5);
      if (std::isfinite(fit.halfLife)) QVERIFY(std::abs(fit.at(fit.halfLife) - 0.5) < 1e-6);
    }
  }

  // No other parameters nearby fit better, and R^2 and AIC are what their formulas say.
  void theMinimumIsOne() {
    RandomStream random(1, "noise");
    std::vector<double> tau, retention, weights;
    for (int t = 1; t <= 120; ++t) {
      tau.push_back(t);
      retention.push_back(std::pow(1 + 0.3 * t, -0.5) + 0.03 * random.normal());
      weights.push_back(1 + random.uniform());
    }
    for (const RetentionModel model : retentionModels) {
      const RetentionFit fit = fitRetention(model, tau, retention, weights);
      const auto squares = [&](const RetentionFit& of) {
        double sum = 0;
        for (std::size_t i = 0; i < tau.size(); ++i) sum += weights[i] * std::pow(of.at(tau[i]) - retention[i], 2);
        return sum;
      };
      const double least = squares(fit);
      for (std::size_t k = 0; k < static_cast<std::size_t>(fit.count); ++k)
        for (const double factor : {0.97, 1.03}) {
          RetentionFit moved = fit;
          moved.parameters[k] *= factor;
          QVERIFY2(squares(moved) >= least * (1 - 1e-9), retentionModelName(model));
        }
      double mean = 0, all = 0, spread = 0;
      for (std::size_t i = 0; i < tau.size(); ++i) mean += weights[i] * retention[i], all += weights[i];
      mean /= all;
      for (std::size_t i = 0; i < tau.size(); ++i) spread += weights[i] * std::pow(retention[i] - mean, 2);
      QVERIFY(std::abs(fit.r2 - (1 - least / spread)) < 1e-9);
      QVERIFY(std::abs(fit.aic - (120 * std::log(least / 120) + 2 * fit.count)) < 1e-6);
    }
  }

  void fewPointsAreRefused() {
    const std::vector<double> three{1, 2, 3};
    QVERIFY_EXCEPTION_THROWN(fitRetention(RetentionModel::Power, three, three), std::invalid_argument);
  }

  void csvIsReadAndRefused() {
    const test::TemporaryFolder folder;
    const std::string path = folder.path("r.csv");
    std::ofstream(path) << "time,retention,weight\n1, 0.9, 2\n2,0.8\r\n\n4,0.7\n8,0.65,1\n";
    const RetentionData data = readRetentionCsv(path);
    QCOMPARE(data.tau, (std::vector<double>{1, 2, 4, 8}));
    QCOMPARE(data.weights, (std::vector<double>{2, 1, 1, 1}));
    QVERIFY(says(refusal("1,0.9\n-2,0.8\n3,0.7\n4,0.6\n"), "row 2, column 1"));
    QVERIFY(says(refusal("1,0.9\n2,1.2\n3,0.7\n4,0.6\n"), "row 2, column 2"));
    QVERIFY(says(refusal("1,0.9\n2,nan\n3,0.7\n4,0.6\n"), "row 2, column 2"));
    QVERIFY(says(refusal("1,0.9\n2,0.8,0\n3,0.7\n4,0.6\n"), "row 2, column 3"));
    QVERIFY(says(refusal("1,0.9\n2,x0.8\n3,0.7\n4,0.6\n"), "row 2, column 2"));
    QVERIFY(says(refusal("1,0.9\n2\n3,0.7\n4,0.6\n"), "row 2"));
    QVERIFY(says(refusal("1,2,3,4\n"), "row 1"));
    QVERIFY(says(refusal("1,0.9\n2,0.8\n3,0.7\n"), "at least 4 rows"));
    QVERIFY(says(refusal(""), "at least 4 rows"));
  }
};

QTEST_APPLESS_MAIN(TestForgettingCurve)
#include "test_forgetting_curve.moc"
