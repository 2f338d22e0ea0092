// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>

#include "engine/core/random_stream.h"
#include "engine/data/pair_task.h"
#include "engine/measures/feature_energy.h"
#include "engine/measures/interaction.h"
#include "tests/support/dense_net.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr int kHidden = 9;

/// A net of random weights on part of a group's table.
template <class T>
struct Fixture {
  PairTask task;
  std::vector<T> w, v;
  TwoLayerNet<T> net;

  Fixture(const char* group, int n, Activation activation) : task(OperationTable(Group::fromSpec(group)), 1, n) {
    const auto m = static_cast<std::size_t>(task.order());
    const std::vector<double> a = RandomStream(1, 31).normals(2 * m * kHidden),
                              b = RandomStream(1, 32).normals(m * kHidden);
    w.assign(a.begin(), a.end());
    v.assign(b.begin(), b.end());
    net = {task.order(), kHidden, activation, T(1.5), w.data(), v.data()};
  }
  TrainingPairs pairs() const { return {task.trainLeft(), task.trainRight(), task.trainTarget(), task.classCounts()}; }
  std::vector<T> outputs() const {
    std::vector<T> work(static_cast<std::size_t>(task.trainCount()) * kHidden),
        o(static_cast<std::size_t>(task.trainCount() * task.order()));
    outputsOf<T>(net, task.trainLeft(), task.trainRight(), work.data(), o.data());
    return o;
  }
};

/// The same by the definitions, with dense matrices.
struct Definition {
  Matrix features, labels, signal, push, gradient, hiddenGradient, energyGradient;

  template <class T>
  explicit Definition(const Fixture<T>& f) {
    const DenseNet net{AnyTwoLayerNet(f.net)};
    const int m = f.task.order();
    const Matrix x = pairInputs(f.task.trainLeft(), f.task.trainRight(), m), z = x * net.w;
    features = sampleCentred(sigma(net.activation, z));
    labels = sampleCentred(oneHot(f.task.trainTarget(), m));
    signal = labels.transpose() * features;
    push = labels * signal;
    gradient = (labels - net.outputScale * features * net.v) * (net.outputScale * net.v).transpose();
    const Matrix slope = sigmaSlope(net.activation, z);
    hiddenGradient = x.transpose() * slope.cwiseProduct(gradient);
    energyGradient = x.transpose() * slope.cwiseProduct(push);
  }
};

template <class T>
double farthest(const AlignedVector<T>& a, const Matrix& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(static_cast<double>(a[i]) - b.data()[i]));
  return worst;
}

}  // namespace

class TestFeatureEnergy : public QObject {
  Q_OBJECT
 private slots:
  void matchesTheDefinitions_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("activation");
    for (int a = 0; a < 4; ++a) {
      QTest::addRow("Z_7 %s", std::string(idOf(Activation(a))).c_str()) << "7" << 30 << a;
      // More pairs than one block of rows.
      QTest::addRow("S_4 %s", std::string(idOf(Activation(a))).c_str()) << "S4" << 300 << a;
    }
  }
  void matchesTheDefinitions() {
    QFETCH(QString, group);
    QFETCH(int, n);
    QFETCH(int, activation);
    compare<double>(group.toUtf8().constData(), n, Activation(activation), 1e-11);
    compare<float>(group.toUtf8().constData(), n, Activation(activation), 2e-4);
  }

  void aDeadNeuronHasNoEnergyAndNoVoteOnAlignment() {
    Fixture<double> f("7", 30, Activation::Square);
    FeatureEnergy<double> energy;
    energy.update(f.net, f.pairs(), f.outputs().data());
    const std::vector<double> before = energy.alignments();
    for (std::size_t row = 0; row < 14; ++row)
      for (std::size_t j : {0U, 1U}) f.w[row * kHidden + j] = 0;
    energy.update(f.net, f.pairs(), f.outputs().data());
    QCOMPARE(energy.energies()[0], 0.0);
    QCOMPARE(energy.alignments()[1], 0.0);
    std::vector<double> living(energy.alignments().begin() + 2, energy.alignments().end());
    std::sort(living.begin(), living.end());
    QCOMPARE(energy.alignment(), living[3]);
    std::fill(f.w.begin(), f.w.end(), 0.0);
    energy.update(f.net, f.pairs(), f.outputs().data());
    QVERIFY(std::isnan(energy.alignment()));
    QCOMPARE(energy.signalCosine(), 0.0);
  }

  void independenceIsOffDiagonalOverDiagonal() {
    const Fixture<double> f("7", 30, Activation::Square);
    const Definition d(f);
    AlignedVector<double> centred, work;
    centredFeatures(f.net, f.pairs(), centred);
    QVERIFY(farthest(centred, d.features) < 1e-12);
    double diagonal = 0, off = 0;
    for (int j = 0; j < kHidden; ++j)
      for (int l = 0; l < kHidden; ++l) {
        const double entry = d.features.col(j).dot(d.features.col(l));
        (j == l ? diagonal : off) += std::abs(entry);
      }
    const double expected = off / (kHidden * (kHidden - 1)) / (diagonal / kHidden);
    QVERIFY(std::abs(independenceRatio(centred, 30, kHidden, work) - expected) < 1e-12);
    AlignedVector<double> one(30, 1.0);
    QCOMPARE(independenceRatio(one, 30, 1, work), 0.0);
  }

  // B by a general inverse, the pairs by a full sort.
  void repulsionMatchesTheInverse() {
    const Fixture<double> f("7", 30, Activation::Square);
    const Definition d(f);
    AlignedVector<double> centred;
    centredFeatures(f.net, f.pairs(), centred);
    for (const double eta : {0.7, 0.0}) {
      const Matrix gram = d.features.transpose() * d.features;
      const double ridge = std::max(eta, 1e-6 * gram.trace() / kHidden);
      const Matrix b = (gram + ridge * Matrix::Identity(kHidden, kHidden)).fullPivLu().inverse();
      std::vector<std::pair<double, double>> similar;  // minus the cosine, b_jl
      for (int j = 0; j < kHidden; ++j)
        for (int l = j + 1; l < kHidden; ++l)
          if (const double c = cosine(d.features.col(j), d.features.col(l)); c > 0) similar.emplace_back(-c, b(j, l));
      std::sort(similar.begin(), similar.end());
      const Repulsion all = repulsion(centred, 30, kHidden, eta);
      QCOMPARE(all.pairs, static_cast<int>(similar.size()));
      int negative = 0;
      for (std::size_t i = 0; i < similar.size(); ++i) {
        QVERIFY(std::abs(all.cosines[i] + similar[i].first) < 1e-12);
        QVERIFY(std::abs(all.entries[i] - similar[i].second) < 1e-9 * b.cwiseAbs().maxCoeff());
        QVERIFY(std::abs(all.entries[i] - b(all.first[i], all.second[i])) < 1e-9 * b.cwiseAbs().maxCoeff());
        negative += similar[i].second < 0;
      }
      QVERIFY(std::abs(all.share - negative / static_cast<double>(similar.size())) < 1e-15);
      const Repulsion few = repulsion(centred, 30, kHidden, eta, 3);
      QCOMPARE(few.pairs, 3);
      QCOMPARE(few.cosines[2], all.cosines[2]);
    }
  }

  void neuronsThatPointApartHaveNoPair() {
    const AlignedVector<double> opposite{1, -1, -1, 1};  // two pairs, two neurons
    const Repulsion none = repulsion(opposite, 2, 2, 0.1);
    QCOMPARE(none.pairs, 0);
    QVERIFY(std::isnan(none.share));
  }

  // Eq. 4 as it is printed, with the n x n inverse.
  void coverageMatchesTheEquation() {
    const Fixture<double> f("7", 30, Activation::Square);
    const Definition d(f);
    const double eta = ridgeOfDecay(30, 0.02);
    QCOMPARE(eta, 0.3);
    const Matrix& ft = d.features;
    const Matrix left = (ft * ft.transpose() + eta * Matrix::Identity(30, 30)).inverse();
    const Matrix right = (ft.transpose() * ft + eta * Matrix::Identity(kHidden, kHidden)).inverse();
    const Matrix theory = eta * left * d.push * right;
    const auto aligned = [](const Matrix& m) { return AlignedVector<double>(m.data(), m.data() + m.size()); };
    QVERIFY(std::abs(theoryCoverage(aligned(ft), aligned(d.push), aligned(d.gradient), 30, kHidden, eta) -
                     cosine(theory, d.gradient)) < 1e-9);
    // The gradient that the theory gives is covered wholly.
    QVERIFY(std::abs(theoryCoverage(aligned(ft), aligned(d.push), aligned(theory), 30, kHidden, eta) - 1) < 1e-9);
  }

 private:
  template <class T>
  void compare(const char* group, int n, Activation activation, double tolerance) {
    const Fixture<T> f(group, n, activation);
    const Definition d(f);
    FeatureEnergy<T> energy;
    energy.update(f.net, f.pairs(), f.outputs().data());
    const int m = f.task.order();
    const double unit = std::pow(n / (1.0 * m * m), 2) * m / 4;
    const Matrix x = pairInputs(f.task.trainLeft(), f.task.trainRight(), m);
    std::vector<double> alignments;
    for (int j = 0; j < kHidden; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double raw = 0.5 * d.signal.col(j).squaredNorm();
      QVERIFY(std::abs(energy.rawEnergies()[at] / raw - 1) < tolerance);
      // E of the normalised weights themselves, no degree of homogeneity assumed.
      Matrix w = DenseNet(AnyTwoLayerNet(f.net)).w.col(j);
      QVERIFY(std::abs(energy.inputNorms()[at] / w.norm() - 1) < tolerance);
      w.normalize();
      const Matrix normalised = d.labels.transpose() * sampleCentred(sigma(activation, Matrix(x * w)));
      QVERIFY(std::abs(energy.energies()[at] / (0.5 * normalised.squaredNorm() / unit) - 1) < tolerance);
      alignments.push_back(cosine(d.hiddenGradient.col(j), d.energyGradient.col(j)));
      QVERIFY(std::abs(energy.alignments()[at] - alignments.back()) < tolerance);
    }
    std::sort(alignments.begin(), alignments.end());
    QVERIFY(std::abs(energy.alignment() - alignments[(kHidden - 1) / 2]) < tolerance);
    QVERIFY(std::abs(energy.gradientNorm() / d.gradient.norm() - 1) < tolerance);
    QVERIFY(std::abs(energy.signalCosine() - cosine(d.gradient, d.push)) < tolerance);
    QVERIFY(farthest(energy.hiddenGradient(), d.hiddenGradient) < tolerance * d.hiddenGradient.norm());
    QVERIFY(farthest(energy.energyGradient(), d.energyGradient) < tolerance * d.energyGradient.norm());
  }
};

QTEST_APPLESS_MAIN(TestFeatureEnergy)
#include "test_feature_energy.moc"
