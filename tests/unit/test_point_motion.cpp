// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Dense>
#include <QTest>
#include <cmath>
#include <numeric>

#include "engine/measures/image_quality.h"
#include "engine/measures/rigid_fit.h"
#include "engine/models/one_cycle.h"
#include "engine/models/point_kernels.h"
#include "engine/models/point_motion.h"

using namespace learnscope;

namespace {

std::vector<double> randomObject(int points, std::uint64_t seed) {
  RandomStream random(seed, "test.points");
  std::vector<double> gaussians;
  for (int i = 0; i < points; ++i) {
    for (int k = 0; k < 3; ++k) gaussians.push_back(random.uniform(-.5, .5));
    gaussians.push_back(random.uniform(.2, .95));
    for (int k = 0; k < 3; ++k) gaussians.push_back(std::exp(random.uniform(-4, -2)));
    double q[4], length = 0;
    for (double& value : q) length += std::pow(value = random.normal(), 2);
    for (const double value : q) gaussians.push_back(value / std::sqrt(length));
    for (int k = 0; k < 3; ++k) gaussians.push_back(random.uniform(.1, .9));
  }
  return gaussians;
}

/// A weighted sum of the codes as a loss, of a small network with weights that leave nothing at zero.
struct Check {
  PointMotionShape shape;
  PointMotion<double> net;
  std::vector<double> gaussians, drags, weights, slope;
  std::vector<bool> felt{true, true, true};

  explicit Check(PointMotionShape of, int dragCount = 3) : shape(of), net(of), gaussians(randomObject(of.points, 3)) {
    RandomStream random(5, "test.weights");
    for (int i = 0; i < net.parameters().count(); ++i) weights.push_back(0.15 * random.normal());
    for (int k = 0; k < 6 * dragCount; ++k) drags.push_back(random.uniform(-.5, .5));
    for (std::size_t i = 0; i < gaussians.size(); ++i) slope.push_back(random.normal());
  }
  double loss() {
    net.forward(weights.data(), gaussians.data(), drags.data(), static_cast<int>(drags.size() / 6), felt);
    return std::inner_product(slope.begin(), slope.end(), net.codes(), 0.0);
  }
  std::vector<double> gradient() {
    loss();
    std::vector<double> out(weights.size(), 0.0);
    net.backward(slope.data(), out.data());
    return out;
  }
};

}  // namespace

class TestPointMotion : public QObject {
  Q_OBJECT
 private slots:
  // The page's count of the default network, in the published widths.
  void hasThePagesParameters() { QCOMPARE(PointMotion<float>(PointMotionShape{}).parameters().count(), 130581); }

  void gradientsAgainstFiniteDifferences_data() {
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("drags");
    QTest::newRow("rigid") << static_cast<int>(MotionHead::Rigid) << 4 << 3;
    QTest::newRow("rigid, odd count") << static_cast<int>(MotionHead::Rigid) << 5 << 1;
    QTest::newRow("residual") << static_cast<int>(MotionHead::Residual) << 4 << 3;
    QTest::newRow("full, all points") << static_cast<int>(MotionHead::Full) << 1 << 3;
    QTest::newRow("full, no drags") << static_cast<int>(MotionHead::Full) << 4 << 0;
  }
  void gradientsAgainstFiniteDifferences() {
    QFETCH(int, head);
    QFETCH(int, stride);
    QFETCH(int, drags);
    Check check({static_cast<MotionHead>(head), 23, {0.3, 0.8}, stride}, drags);
    const std::vector<double> gradient = check.gradient();
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    // A few numbers of every tensor.
    for (const LaneParameter& tensor : check.net.parameters().all())
      for (int k = 0; k < 5; ++k) {
        const auto at = static_cast<std::size_t>(tensor.offset + k * (tensor.count - 1) / 4);
        const double h = 1e-5, value = check.weights[at];
        check.weights[at] = value + h;
        const double up = check.loss();
        check.weights[at] = value - h;
        const double slope = (up - check.loss()) / (2 * h);
        check.weights[at] = value;
        QVERIFY2(std::abs(slope - gradient[at]) <= 1e-5 * std::abs(slope) + 1e-8 * largest,
                 (tensor.name + ": " + std::to_string(gradient[at]) + " for " + std::to_string(slope)).c_str());
      }
  }

  // Without a turn the exponential's series is used; with one of more than a degree the closed forms.
  void gradientsOfSmallAndLargeTurns() {
    for (const double size : {1e-6, 3e-3, 1.0}) {
      Check check({MotionHead::Rigid, 16, {0.3}, 4});
      const auto& all = check.net.parameters().all();
      for (const LaneParameter& tensor : all)
        if (tensor.name.starts_with("twist2"))
          for (int i = 0; i < tensor.count; ++i) check.weights[static_cast<std::size_t>(tensor.offset + i)] *= size;
      const std::vector<double> gradient = check.gradient();
      for (const LaneParameter& tensor : all) {
        if (tensor.name != "twist2.bias") continue;
        for (int k = 0; k < 6; ++k) {
          const auto at = static_cast<std::size_t>(tensor.offset + k);
          const double h = 1e-5, value = check.weights[at];
          check.weights[at] = value + h;
          const double up = check.loss();
          check.weights[at] = value - h;
          const double slope = (up - check.loss()) / (2 * h);
          check.weights[at] = value;
          QVERIFY2(std::abs(slope - gradient[at]) <= 1e-5 * std::abs(slope) + 1e-6, std::to_string(size).c_str());
        }
      }
    }
  }

  // A gate wide open and a twist set by hand: the rigid head moves points as a matrix does.
  void theRigidHeadIsARigidMotion() {
    Check check({MotionHead::Rigid, 20, {0.3}, 4});
    std::fill(check.weights.begin(), check.weights.end(), 0.0);
    for (const LaneParameter& tensor : check.net.parameters().all()) {
      double* values = check.weights.data() + tensor.offset;
      if (tensor.name == "gate.bias") values[0] = 50;
      if (tensor.name == "twist2.bias")
        for (int k = 0; k < 6; ++k) values[k] = 0.1 * (k + 1);
      if (tensor.name.ends_with("gamma")) std::fill_n(values, tensor.count, 1.0);
    }
    check.loss();
    const Eigen::Vector3d omega(.2, .4, .6), shift(.8, 1, 1.2);
    const Eigen::Matrix3d turn = Eigen::AngleAxisd(omega.norm(), omega.normalized()).toRotationMatrix();
    Eigen::Vector3d centre = Eigen::Vector3d::Zero();
    for (int k = 0; k < 3; ++k) centre += Eigen::Vector3d::Map(check.drags.data() + 6 * k) / 3;
    for (int i = 0; i < 20; ++i) {
      const double *from = check.gaussians.data() + 14 * i, *to = check.net.codes() + 14 * i;
      const Eigen::Vector3d expected = turn * (Eigen::Vector3d::Map(from) - centre) + centre + shift;
      QVERIFY((Eigen::Vector3d::Map(to) - expected).norm() < 1e-9);
      const Eigen::Quaterniond q(from[7], from[8], from[9], from[10]), r(to[7], to[8], to[9], to[10]);
      QVERIFY((r.toRotationMatrix() - turn * q.toRotationMatrix()).norm() < 1e-9);
    }
  }

  // The page's formula for a block's message, worked out point by point.
  void messagesFollowTheirFormula() {
    const PointKernels<double>& kernels = pointKernels<double>();
    const double points[]{0, 0, 0, 1, 2, 3}, drags[]{0, 0, .3, 9, 9, 9, 1, 2, 2, 9, 9, 9};
    double reach[4];
    const double sigma = .6;
    kernels.reach(points, 2, 3, drags, 2, 1 / (2 * sigma * sigma), reach);
    const auto weight = [&](double square) { return std::exp(-square / (2 * sigma * sigma)); };
    const double first[]{weight(.09), weight(9)}, second[]{weight(1 + 4 + 7.29), weight(1)};
    for (int k = 0; k < 2; ++k) {
      QVERIFY(std::abs(reach[k] - first[k] / (first[0] + first[1] + .1)) < 1e-12);
      QVERIFY(std::abs(reach[2 + k] - second[k] / (second[0] + second[1] + .1)) < 1e-12);
    }
  }

  void bothKernelSetsAgree() {
    RandomStream random(1, "test.kernels");
    constexpr long rows = 7, width = 53;
    std::vector<float> x(rows * width), gamma(width), beta(width);
    for (float& value : x) value = static_cast<float>(random.normal());
    for (float& value : gamma) value = static_cast<float>(random.normal());
    const auto run = [&](const PointKernels<float>& kernels) {
      std::vector<float> out(x), all, xhat(x), inverse(rows), to(x), slope(x), dgamma(width), dbeta(width);
      kernels.normalise(x.data(), gamma.data(), beta.data(), rows, width, xhat.data(), inverse.data(), to.data());
      kernels.normaliseBackward(xhat.data(), inverse.data(), gamma.data(), to.data(), rows, width, out.data(),
                                dgamma.data(), dbeta.data());
      kernels.softmax(to.data(), rows, width, 0.3F);
      kernels.softmaxBackward(to.data(), out.data(), rows, width, 0.3F);
      kernels.silu(x.data(), xhat.data(), slope.data(), rows * width);
      for (const auto& part : {out, to, xhat, slope, dgamma, dbeta}) all.insert(all.end(), part.begin(), part.end());
      return all;
    };
    const std::vector<float> fast = run(pointKernels<float>()), plain = run(baselinePointKernels<float>());
    for (std::size_t i = 0; i < fast.size(); ++i)
      QVERIFY(std::abs(fast[i] - plain[i]) <= 1e-5F * (1 + std::abs(plain[i])));
  }

  void codesGoBothWays() {
    const std::vector<double> gaussians = randomObject(50, 9);
    std::vector<double> codes(gaussians.size()), back(gaussians.size()), slope(gaussians.size()), found(slope);
    encodeGaussians(gaussians.data(), 50, codes.data());
    decodeGaussians(codes.data(), 50, back.data());
    for (std::size_t i = 0; i < back.size(); ++i) QVERIFY(std::abs(back[i] - gaussians[i]) < 1e-9);
    QVERIFY(std::abs(codes[3] - 0.3 * std::log(gaussians[3] / (1 - gaussians[3]))) < 1e-12);
    RandomStream random(2, "test.slopes");
    for (double& value : slope) value = random.normal();
    codes[4] = 3;  // beyond the largest scale: flat
    decodeGaussians(codes.data(), 50, back.data());
    QVERIFY(std::abs(back[4] - std::exp(-0.5)) < 1e-12);
    decodeGradient(codes.data(), back.data(), slope.data(), 50, found.data());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const double h = 1e-6, value = codes[i];
      const auto at = [&](double moved) {
        codes[i] = moved;
        decodeGaussians(codes.data(), 50, back.data());
        codes[i] = value;
        return std::inner_product(back.begin(), back.end(), slope.begin(), 0.0);
      };
      QVERIFY(std::abs((at(value + h) - at(value - h)) / (2 * h) - found[i]) < 1e-6 * (1 + std::abs(found[i])));
    }
  }

  // Values of torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=20, pct_start=.15).
  void oneCycleIsPyTorchs() {
    const double expected[]{0.04, 0.52, 1.0, 0.9915}, last = 4e-6;
    for (int t = 0; t < 4; ++t) QVERIFY(std::abs(oneCycleRate(1, t, 20) - expected[t]) < 1e-4);
    QVERIFY(std::abs(oneCycleRate(1, 19, 20) - last) < 1e-9);
    QVERIFY(std::abs(oneCycleRate(1, 500, 20) - last) < 1e-9);
    QVERIFY(std::isfinite(oneCycleRate(1, 0, 1)));
  }

  void fitsRigidMotions() {
    RandomStream random(4, "test.fit");
    for (const double angle : {0.0, 0.3, 2.0, 3.1}) {
      const Eigen::Vector3d axis = Eigen::Vector3d(1, -2, .5).normalized(), origin(.3, .1, -.2), slide = .4 * axis;
      const Eigen::Matrix3d turn = Eigen::AngleAxisd(angle, axis).toRotationMatrix();
      std::vector<double> from, to;
      for (int i = 0; i < 12; ++i) {
        const Eigen::Vector3d p(random.normal(), random.normal(), random.normal());
        const Eigen::Vector3d q = turn * (p - origin) + origin + slide;
        from.insert(from.end(), p.data(), p.data() + 3);
        to.insert(to.end(), q.data(), q.data() + 3);
      }
      const auto fit = fitRigidMotion(from, to);
      QVERIFY(fit.has_value());
      QVERIFY(fit->residual < 1e-9);
      QVERIFY(std::abs(fit->angle - angle) < 1e-7);
      if (angle == 0) continue;
      QVERIFY((Eigen::Vector3d::Map(fit->axis.data()) - axis).norm() < 1e-7);
      const Eigen::Vector3d apart = Eigen::Vector3d::Map(fit->origin.data()) - origin;
      QVERIFY((apart - apart.dot(axis) * axis).norm() < 1e-7);
    }
    QVERIFY(!fitRigidMotion(std::vector<double>(6), std::vector<double>(6)));
    QVERIFY(!fitRigidMotion(std::vector<double>(9), std::vector<double>(12)));
  }

  // SSIM by its definition, window by window.
  void similarityAgainstBruteForce() {
    RandomStream random(6, "test.ssim");
    constexpr int side = 15;
    std::vector<float> a(2 * side * side), b(a);
    for (std::size_t i = 0; i < a.size(); ++i) {
      a[i] = static_cast<float>(random.uniform());
      b[i] = std::clamp(a[i] + static_cast<float>(0.1 * random.normal()), 0.0F, 1.0F);
    }
    double expected = 0, weights = 0;
    for (int i = -5; i <= 5; ++i)
      for (int j = -5; j <= 5; ++j) weights += std::exp(-(i * i + j * j) / 4.5);
    for (int c = 0; c < 2; ++c)
      for (int y = 5; y < side - 5; ++y)
        for (int x = 5; x < side - 5; ++x) {
          double ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
          const auto window = [&](const auto& f) {
            for (int i = -5; i <= 5; ++i)
              for (int j = -5; j <= 5; ++j) {
                const auto at = static_cast<std::size_t>((c * side + y + i) * side + x + j);
                f(std::exp(-(i * i + j * j) / 4.5) / weights, double{a[at]}, double{b[at]});
              }
          };
          window([&](double w, double p, double q) { ma += w * p, mb += w * q; });
          window([&](double w, double p, double q) {
            va += w * (p - ma) * (p - ma);
            vb += w * (q - mb) * (q - mb);
            cov += w * (p - ma) * (q - mb);
          });
          expected += (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
        }
    expected /= 2 * 5 * 5;
    QVERIFY(std::abs(structuralSimilarity(a, b, 2, side, side) - expected) < 1e-9);
    QVERIFY(std::abs(structuralSimilarity(a, a, 2, side, side) - 1) < 1e-12);
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, structuralSimilarity(a, b, 45, 10, 1));
    QCOMPARE(peakSignalToNoise(0.01), 20.0);
    QCOMPARE(peakSignalToNoise(0), kLargestPsnr);
    QVERIFY(std::abs(meanSquaredError(std::vector<float>{0, 1}, std::vector<float>{1, 1}) - 0.5) < 1e-12);
  }
};

QTEST_APPLESS_MAIN(TestPointMotion)
#include "test_point_motion.moc"
