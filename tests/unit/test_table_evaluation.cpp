// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <numbers>

#include "engine/core/random_stream.h"
#include "engine/data/pair_task.h"
#include "engine/measures/table_evaluation.h"

using namespace learnscope;

namespace {

/// Random outputs on a whole table, and its split.
struct Fixture {
  PairTask task;
  std::vector<double> outputs;  ///< [M^2][M]
  int m;

  explicit Fixture(const char* group, bool full = false)
      : task(OperationTable(Group::fromSpec(group)), 2, halfOf(group, full), full), m(task.order()) {
    outputs = RandomStream(8, 8).normals(static_cast<std::size_t>(m * m * m));
  }
  static int halfOf(const char* group, bool full) {
    const int all = Group::fromSpec(group).order() * Group::fromSpec(group).order();
    return full ? all : all / 2;
  }
  double o(int a, int b, int c) const { return outputs[static_cast<std::size_t>((a * m + b) * m + c)]; }
  int answer(int a, int b) const { return task.operation()(a, b); }

  template <class T = double>
  TableEvaluation evaluated(LossKind loss) const {
    const std::vector<T> values(outputs.begin(), outputs.end());
    TableEvaluation table;
    table.setTask(task.operation().values(), task.trainMask(), m, loss);
    table.begin();
    for (int first = 0; first < m * m; first += 10)  // in pieces that do not divide the table
      table.add(values.data() + first * m, first, std::min(10, m * m - first));
    table.finish();
    return table;
  }
};

double rowLoss(LossKind loss, const Fixture& f, int a, int b) {
  double sum = 0, mean = 0, partition = 0;
  for (int c = 0; c < f.m; ++c) mean += f.o(a, b, c) / f.m, partition += std::exp(f.o(a, b, c));
  if (loss == LossKind::CrossEntropy) return -std::log(std::exp(f.o(a, b, f.answer(a, b))) / partition);
  for (int c = 0; c < f.m; ++c) {
    const double hit = c == f.answer(a, b) ? 1.0 : 0.0;
    sum += loss == LossKind::MeanSquare ? std::pow(f.o(a, b, c) - hit, 2) / f.m
                                        : std::pow(f.o(a, b, c) - mean - (hit - 1.0 / f.m), 2);
  }
  return sum;
}

}  // namespace

class TestTableEvaluation : public QObject {
  Q_OBJECT
 private slots:
  void accuraciesAndLosses_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<int>("loss");
    for (const char* group : {"7", "S3", "2x4"})
      for (int loss = 0; loss < 3; ++loss)
        QTest::addRow("%s %s", group, std::string(idOf(LossKind(loss))).c_str()) << QString(group) << loss;
  }
  void accuraciesAndLosses() {
    QFETCH(QString, group);
    QFETCH(int, loss);
    const Fixture f(group.toUtf8().constData());
    const TableEvaluation table = f.evaluated(LossKind(loss));
    const std::vector<std::uint8_t> mask = f.task.trainMask();
    double hits[2] = {}, losses[2] = {}, counts[2] = {};
    for (int a = 0; a < f.m; ++a)
      for (int b = 0; b < f.m; ++b) {
        const auto pair = static_cast<std::size_t>(a * f.m + b);
        const int set = mask[pair] ? 0 : 1;
        int best = 0;
        for (int c = 1; c < f.m; ++c)
          if (f.o(a, b, c) > f.o(a, b, best)) best = c;
        const bool hit = best == f.answer(a, b);
        hits[set] += hit;
        counts[set] += 1;
        losses[set] += rowLoss(LossKind(loss), f, a, b);
        QCOMPARE(static_cast<int>(table.correct()[pair]), (set == 0 ? 2 : 0) + hit);
      }
    QVERIFY(std::abs(table.trainAccuracy() - hits[0] / counts[0]) < 1e-14);
    QVERIFY(std::abs(table.testAccuracy() - hits[1] / counts[1]) < 1e-14);
    QVERIFY(std::abs(table.trainLoss() - losses[0] / counts[0]) < 1e-12);
    QVERIFY(std::abs(table.testLoss() - losses[1] / counts[1]) < 1e-12);
    QVERIFY(std::abs(f.evaluated<float>(LossKind(loss)).testLoss() - losses[1] / counts[1]) < 1e-6);
  }

  void lossSplitsIntoRuleAndPairs_data() {
    QTest::addColumn<QString>("group");
    for (const char* group : {"7", "S3", "Q8", "4x6"}) QTest::newRow(group) << QString(group);
  }
  void lossSplitsIntoRuleAndPairs() {
    QFETCH(QString, group);
    const Fixture f(group.toUtf8().constData());
    const int m = f.m;
    const TableEvaluation table = f.evaluated(LossKind::CrossEntropy);  // the split is of the class-centred square
    std::vector<double> centred(f.outputs), g(static_cast<std::size_t>(m * m), 0.0);
    for (int pair = 0; pair < m * m; ++pair) {
      double mean = 0;
      for (int c = 0; c < m; ++c) mean += centred[static_cast<std::size_t>(pair * m + c)] / m;
      for (int c = 0; c < m; ++c) {
        double& value = centred[static_cast<std::size_t>(pair * m + c)];
        value -= mean;
        g[static_cast<std::size_t>(f.answer(pair / m, pair % m) * m + c)] += value / m;  // each answer occurs M times
      }
    }
    double all = 0, rule = 0, pairs = 0;
    for (int pair = 0; pair < m * m; ++pair) {
      const int y = f.answer(pair / m, pair % m);
      for (int c = 0; c < m; ++c) {
        const double target = (c == y ? 1.0 : 0.0) - 1.0 / m, value = centred[static_cast<std::size_t>(pair * m + c)],
                     mean = g[static_cast<std::size_t>(y * m + c)];
        all += std::pow(value - target, 2) / (m * m);
        rule += std::pow(mean - target, 2) / (m * m);
        pairs += std::pow(value - mean, 2) / (m * m);
      }
    }
    QVERIFY(std::abs(table.allLoss() - all) < 1e-12);
    QVERIFY(std::abs(table.ruleLoss() - rule) < 1e-12);
    QVERIFY(std::abs(table.pairsLoss() - pairs) < 1e-12);
    QVERIFY(std::abs(table.allLoss() - table.ruleLoss() - table.pairsLoss()) < 1e-12);
    for (std::size_t i = 0; i < g.size(); ++i) QVERIFY(std::abs(table.answerMeans()[i] - g[i]) < 1e-12);
  }

  // alpha_k = (1/p^2) sum O_c(a,b) cos(2 pi k (a+b-c)/p).
  void frequencyAmplitudes_data() {
    QTest::addColumn<int>("p");
    for (int p : {5, 7, 8, 11}) QTest::addRow("%d", p) << p;
  }
  void frequencyAmplitudes() {
    QFETCH(int, p);
    const Fixture f(std::to_string(p).c_str());
    const TableEvaluation table = f.evaluated(LossKind::ClassCentred);
    const std::vector<Isotype> isotypes = isotypicDecomposition(f.task.operation().group()->table(), p);
    std::vector<double> alpha(isotypes.size());
    featureAmplitudes(isotypes, table.answerMeans(), p, alpha);
    QVERIFY(std::abs(alpha[0]) < 1e-12);
    for (int k = 1; k <= p / 2; ++k) {
      double sum = 0;
      for (int a = 0; a < p; ++a)
        for (int b = 0; b < p; ++b)
          for (int c = 0; c < p; ++c) sum += f.o(a, b, c) * std::cos(2 * std::numbers::pi * k * (a + b - c) / p);
      QVERIFY(std::abs(alpha[static_cast<std::size_t>(k)] - sum / (p * p)) < 1e-12);
    }
  }

  // alpha_rho = sum O_c(a,b) P_rho[c, ab] / (M tr P_rho).
  void isotypeAmplitudes_data() {
    QTest::addColumn<QString>("group");
    for (const char* group : {"S3", "S4", "A4", "D5", "Q8", "2x2x5"}) QTest::newRow(group) << QString(group);
  }
  void isotypeAmplitudes() {
    QFETCH(QString, group);
    const Fixture f(group.toUtf8().constData());
    const TableEvaluation table = f.evaluated(LossKind::ClassCentred);
    const std::vector<Isotype> isotypes = isotypicDecomposition(f.task.operation().group()->table(), f.m);
    std::vector<double> alpha(isotypes.size());
    featureAmplitudes(isotypes, table.answerMeans(), f.m, alpha);
    for (std::size_t rho = 1; rho < isotypes.size(); ++rho) {
      const auto p = [&](int r, int c) { return isotypes[rho].projector[static_cast<std::size_t>(r * f.m + c)]; };
      double sum = 0, trace = 0;
      for (int a = 0; a < f.m; ++a) {
        trace += p(a, a);
        for (int b = 0; b < f.m; ++b)
          for (int c = 0; c < f.m; ++c) sum += f.o(a, b, c) * p(c, f.answer(a, b));
      }
      QVERIFY(std::abs(alpha[rho] - sum / (f.m * trace)) < 1e-12);
    }
  }

  // The perfect function has every amplitude at 1 and no loss; a constant one has none.
  void perfectAndConstantFunctions() {
    Fixture f("S4");
    for (int pair = 0; pair < f.m * f.m; ++pair)
      for (int c = 0; c < f.m; ++c)
        f.outputs[static_cast<std::size_t>(pair * f.m + c)] = c == f.answer(pair / f.m, pair % f.m) ? 1 : 0;
    TableEvaluation table = f.evaluated(LossKind::ClassCentred);
    const std::vector<Isotype> isotypes = isotypicDecomposition(f.task.operation().group()->table(), f.m);
    std::vector<double> alpha(isotypes.size());
    featureAmplitudes(isotypes, table.answerMeans(), f.m, alpha);
    for (std::size_t rho = 1; rho < alpha.size(); ++rho) QVERIFY(std::abs(alpha[rho] - 1) < 1e-12);
    QCOMPARE(table.testAccuracy(), 1.0);
    QVERIFY(std::abs(table.allLoss()) < 1e-12);
    std::fill(f.outputs.begin(), f.outputs.end(), 3.0);
    table = f.evaluated(LossKind::ClassCentred);
    featureAmplitudes(isotypes, table.answerMeans(), f.m, alpha);
    for (double a : alpha) QVERIFY(std::abs(a) < 1e-12);
    QVERIFY(std::abs(table.ruleLoss() - (1 - 1.0 / f.m)) < 1e-12);
    // Equal outputs: the first class is the prediction, as torch's argmax.
    for (int a = 0; a < f.m; ++a)
      for (int b = 0; b < f.m; ++b)
        QCOMPARE(table.correct()[static_cast<std::size_t>(a * f.m + b)] % 2 == 1, f.answer(a, b) == 0);
  }

  void withoutTestPairsTheTestSideIsNotANumber() {
    const TableEvaluation table = Fixture("7", true).evaluated(LossKind::ClassCentred);
    QVERIFY(std::isnan(table.testAccuracy()));
    QVERIFY(std::isnan(table.testLoss()));
    QVERIFY(std::isfinite(table.trainLoss()));
  }
};

QTEST_APPLESS_MAIN(TestTableEvaluation)
#include "test_table_evaluation.moc"
