// SPDX-License-Identifier: GPL-3.0-or-later
// The differentiable rasteriser against finite differences and against the one of pictures.
#include <QTest>
#include <cmath>

#include "engine/core/random_stream.h"
#include "engine/splats/differentiable.h"
#include "engine/splats/rasteriser.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

constexpr int kSide = 20;  // no multiple of a tile
constexpr std::size_t kPlane = kSide * kSide;

SplatCamera testCamera(int side = kSide) { return lookingAt({1.1, 0.8, 1.9}, {0, 0, 0}, {0, 1, 0}, 49.1, side, side); }

/// Random Gaussians in front of the camera, activated; quaternions of any length.
std::vector<double> randomGaussians(std::size_t count, std::uint64_t seed = 3) {
  RandomStream random(seed, "gaussians");
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    for (int k = 0; k < 3; ++k) values.push_back(random.uniform(-0.5, 0.5));
    values.push_back(random.uniform(0.2, 0.9));
    for (int k = 0; k < 3; ++k) values.push_back(random.uniform(0.05, 0.25));
    for (int k = 0; k < 4; ++k) values.push_back(random.uniform(0.2, 1) * (random.uniform() < 0.5 ? -1 : 1));
    for (int k = 0; k < 3; ++k) values.push_back(random.uniform(0.05, 0.95));
  }
  return values;
}

template <class T>
struct Loss {
  DifferentiableRasteriser<T> rasteriser;
  GradientOptions options;
  std::vector<T> picture = std::vector<T>(3 * kPlane), alpha = std::vector<T>(kPlane);
  std::vector<double> target, weight;

  explicit Loss(bool exact) {
    options.exact = exact;
    options.background = {0.9, 0.4, 0.1};
    RandomStream random(8, "target");
    target = random.uniforms(3 * kPlane);
    weight = random.uniforms(kPlane);
  }
  /// 1/2 sum (picture - target)^2 + sum weight alpha.
  double value(const std::vector<T>& gaussians) {
    rasteriser.forward(gaussians.data(), gaussians.size() / kGaussianValues, testCamera(), options, picture.data(),
                       alpha.data());
    double sum = 0;
    for (std::size_t i = 0; i < picture.size(); ++i)
      sum += std::pow(static_cast<double>(picture[i]) - target[i], 2) / 2;
    for (std::size_t i = 0; i < alpha.size(); ++i) sum += weight[i] * static_cast<double>(alpha[i]);
    return sum;
  }
  std::vector<T> gradient(const std::vector<T>& gaussians) {
    value(gaussians);
    std::vector<T> byPicture, byAlpha(weight.begin(), weight.end());
    for (std::size_t i = 0; i < picture.size(); ++i) byPicture.push_back(picture[i] - static_cast<T>(target[i]));
    std::vector<T> out(gaussians.size());
    rasteriser.backward(gaussians.data(), byPicture.data(), byAlpha.data(), out.data());
    return out;
  }
};

const char* nameOf(std::size_t k) {
  static constexpr const char* names[]{"x",  "y",  "z",  "opacity", "s0",  "s1",    "s2",
                                       "qw", "qx", "qy", "qz",      "red", "green", "blue"};
  return names[k % kGaussianValues];
}

}  // namespace

class TestSplatGradients : public QObject {
  Q_OBJECT
 private slots:
  void everyNumberAgainstFiniteDifferences() {
    const std::vector<double> gaussians = randomGaussians(7);
    Loss<double> loss(true);
    const std::vector<double> gradient = loss.gradient(gaussians);
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    for (std::size_t k = 0; k < gaussians.size(); ++k) {
      const double h = 1e-5;
      std::vector<double> moved = gaussians;
      moved[k] += h;
      const double up = loss.value(moved);
      moved[k] -= 2 * h;
      const double slope = (up - loss.value(moved)) / (2 * h);
      // 1e-4 relative, and what the differences themselves round to.
      QVERIFY2(std::abs(slope - gradient[k]) <= 1e-4 * std::abs(slope) + 1e-8 * largest,
               (std::string(nameOf(k)) + ": " + std::to_string(gradient[k]) + " for " + std::to_string(slope)).c_str());
    }
  }

  void productionAgreesAwayFromThresholds() {
    const std::vector<double> gaussians = randomGaussians(7);
    const std::vector<float> narrow(gaussians.begin(), gaussians.end());
    Loss<float> loss(false);
    const std::vector<float> gradient = loss.gradient(narrow);
    Loss<double> reference(false);
    double largest = 0;
    for (const float g : gradient) largest = std::max(largest, std::abs(static_cast<double>(g)));
    int compared = 0;
    for (std::size_t k = 0; k < gaussians.size(); ++k) {
      const auto slopeWith = [&](double h) {
        std::vector<double> moved = gaussians;
        moved[k] += h;
        const double up = reference.value(moved);
        moved[k] -= 2 * h;
        return (up - reference.value(moved)) / (2 * h);
      };
      const double slope = slopeWith(1e-6);
      // A pixel that crosses the cut within the step makes the difference jump, by more the smaller the step.
      if (std::abs(slope) < 0.01 * largest || std::abs(slope - slopeWith(2.5e-7)) > 1e-3 * std::abs(slope)) continue;
      ++compared;
      QVERIFY2(std::abs(slope - static_cast<double>(gradient[k])) <= 0.01 * std::abs(slope),
               (std::string(nameOf(k)) + ": " + std::to_string(gradient[k]) + " for " + std::to_string(slope)).c_str());
    }
    QVERIFY(compared > 40);
  }

  void picturesAreThoseOfTheRasteriser() {
    const std::vector<double> values = randomGaussians(60);
    Gaussians splats(60, 0);
    for (std::size_t i = 0; i < 60; ++i) {
      const double* g = values.data() + i * kGaussianValues;
      const double length = std::sqrt(g[7] * g[7] + g[8] * g[8] + g[9] * g[9] + g[10] * g[10]);
      for (std::size_t k = 0; k < 3; ++k) {
        splats.position[k][i] = static_cast<float>(g[k]);
        splats.logScale[k][i] = static_cast<float>(std::log(g[4 + k]));
        splats.colour[k][i] = static_cast<float>(g[11 + k]);
      }
      for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(g[7 + k] / length);
      splats.opacity[i] = static_cast<float>(g[3]);
    }
    Rasteriser rasteriser;
    rasteriser.setSplats(std::make_shared<PreparedSplats>(splats));
    AlignedVector<float> rgba;
    const SplatCamera camera = testCamera(45);
    rasteriser.render(camera, {}, rgba);
    DifferentiableRasteriser<float> differentiable;
    const std::vector<float> narrow(values.begin(), values.end());
    std::vector<float> picture(3 * 45 * 45);
    differentiable.forward(narrow.data(), 60, camera, {}, picture.data(), nullptr);
    double sum = 0;
    for (std::size_t i = 0; i < 45 * 45; ++i)
      for (std::size_t c = 0; c < 3; ++c) sum += std::pow(rgba[4 * i + c] - picture[c * 45 * 45 + i], 2);
    QVERIFY2(-10 * std::log10(sum / (3 * 45 * 45)) > 60, std::to_string(sum).c_str());
  }

  void whatIsNotDrawnHasNoGradient() {
    std::vector<double> gaussians = randomGaussians(3);
    for (std::size_t k = 0; k < 3; ++k) gaussians[k] = (k == 0 ? 1.1 : k == 1 ? 0.8 : 1.9) * 2;  // behind the eye
    gaussians[kGaussianValues + 3] = 0.001;                                                      // too faint
    Loss<double> loss(false);
    const std::vector<double> gradient = loss.gradient(gaussians);
    for (std::size_t k = 0; k < 2 * kGaussianValues; ++k) QCOMPARE(gradient[k], 0.0);
    QVERIFY(gradient[2 * kGaussianValues + 11] != 0.0);
    DifferentiableRasteriser<double> empty;
    std::vector<double> picture(3 * kPlane), none;
    empty.forward(none.data(), 0, testCamera(), {}, picture.data(), nullptr);
    for (const double v : picture) QCOMPARE(v, 1.0);
    empty.backward(none.data(), picture.data(), nullptr, none.data());
  }

  void gradientsMoveAGaussianToItsPlace() {
    // The picture of one Gaussian is matched by descent from a wrong place, size and colour.
    const std::vector<double> truth{0.1, -0.1, 0.05, 0.9, .2, .12, .1, 1, .2, .1, 0, .9, .2, .1};
    std::vector<double> guess{-0.1, 0.05, 0, 0.6, .15, .15, .15, 1, 0, 0, 0, .5, .5, .5};
    DifferentiableRasteriser<double> rasteriser;
    std::vector<double> target(3 * kPlane), picture(3 * kPlane), byPicture(3 * kPlane);
    rasteriser.forward(truth.data(), 1, testCamera(), {}, target.data(), nullptr);
    const auto error = [&] {
      rasteriser.forward(guess.data(), 1, testCamera(), {}, picture.data(), nullptr);
      double sum = 0;
      for (std::size_t i = 0; i < picture.size(); ++i) {
        byPicture[i] = 2 * (picture[i] - target[i]) / static_cast<double>(picture.size());
        sum += std::pow(picture[i] - target[i], 2) / static_cast<double>(picture.size());
      }
      return sum;
    };
    const double before = error();
    std::vector<double> square(guess.size(), 0), mean(guess.size(), 0);
    for (int step = 1; step <= 400; ++step) {
      error();
      std::vector<double> gradient(guess.size());
      rasteriser.backward(guess.data(), byPicture.data(), nullptr, gradient.data());
      for (std::size_t k = 0; k < guess.size(); ++k) {
        mean[k] = 0.9 * mean[k] + 0.1 * gradient[k];
        square[k] = 0.99 * square[k] + 0.01 * gradient[k] * gradient[k];
        guess[k] -=
            0.01 * mean[k] / (1 - std::pow(0.9, step)) / (std::sqrt(square[k] / (1 - std::pow(0.99, step))) + 1e-9);
      }
      guess[3] = std::clamp(guess[3], 0.01, 0.98);
    }
    QVERIFY2(error() < 1e-3 * before, std::to_string(error() / before).c_str());
  }
};

QTEST_GUILESS_MAIN(TestSplatGradients)
#include "test_splat_gradients.moc"
