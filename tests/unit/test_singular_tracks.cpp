// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/SVD>
#include <QTest>
#include <cmath>

#include "engine/measures/singular_tracks.h"
#include "engine/models/linear_net.h"

using namespace learnscope;

namespace {

/// U diag(values) V^T, row-major.
std::vector<float> matrixOf(const Eigen::MatrixXd& u, const Eigen::VectorXd& values, const Eigen::MatrixXd& v) {
  const Eigen::MatrixXd transposed = (u * values.asDiagonal() * v.transpose()).transpose();
  return {transposed.data(), transposed.data() + transposed.size()};
}

bool near(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::abs(a[i] - b[i]) > 1e-5) return false;
  return a.size() == b.size();
}

}  // namespace

class TestSingularTracks : public QObject {
  Q_OBJECT
 private slots:
  // Two values cross: each keeps its place, whatever the order by size and the signs of the vectors.
  void crossingValuesKeepTheirPlaces() {
    RandomStream random(1, 1);
    const Eigen::MatrixXd u = randomOrthogonal(4, random), v = randomOrthogonal(4, random);
    SingularTracks tracks;
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector4d(3, 2, 1, 0.5), v), 4), {3, 2, 1, 0.5}));
    QVERIFY(near(tracks.follow(matrixOf(-u, Eigen::Vector4d(2.4, 2.6, 1, 0.5), -v), 4), {2.4, 2.6, 1, 0.5}));
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector4d(1, 3, 1.2, 0.7), v), 4), {1, 3, 1.2, 0.7}));
    // The same matrix again says the same; a copy from the saved directions too.
    SingularTracks copy;
    copy.restore(tracks.directions());
    const std::vector<float> last = matrixOf(u, Eigen::Vector4d(1, 3, 1.1, 1.4), v);
    QCOMPARE(copy.follow(last, 4), tracks.follow(last, 4));
    QCOMPARE(copy.directions(), tracks.directions());
  }

  // Rank 1 at first: what grows out of nothing takes the next place and keeps it.
  void newDirectionsTakeTheNextPlace() {
    RandomStream random(2, 1);
    const Eigen::MatrixXd u = randomOrthogonal(3, random), v = randomOrthogonal(3, random);
    SingularTracks tracks;
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector3d(3, 0, 0), v), 3), {3, 0, 0}));
    QCOMPARE(tracks.directions().size(), std::size_t(6));
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector3d(3, 0, 0.4), v), 3), {3, 0.4, 0}));
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector3d(3, 0.9, 0.5), v), 3), {3, 0.5, 0.9}));
    QVERIFY(near(tracks.follow(matrixOf(u, Eigen::Vector3d(0.1, 0.9, 0.5), v), 3), {0.1, 0.5, 0.9}));
  }

  void nothingHasNoPlaces() {
    SingularTracks tracks;
    QVERIFY(near(tracks.follow(std::vector<float>(9, 0.0F), 3), {0, 0, 0}));
    QVERIFY(tracks.directions().empty());
  }
};

QTEST_GUILESS_MAIN(TestSingularTracks)
#include "test_singular_tracks.moc"
