// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/streams.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "engine/measures/swing_by.h"

namespace learnscope::concept_space {
namespace {

/// How far towards the corner the weakest concept stands at the start; with mu = (1, 2) the second is W(0) = .01 there.
constexpr std::array<double, 6> kStarts{0.0084, 0.028, 0.084, 0.25, 0.5, 0.8};
constexpr double kCorrelation = 0.9;  ///< of the start, as in figure 5 of arXiv 2410.08309
constexpr double kStrongest = 2;      ///< mu of the concept with the strongest signal there
constexpr double kWeakest = 0.2;      ///< share of it below which nothing would be learned within the budget
constexpr int kMost = 3000;           ///< Runge-Kutta steps of a path
constexpr std::size_t kPoints = 64;   ///< of a path, evenly spaced along it
constexpr double kArrived = 0.02;     ///< distance from the corner where a path ends

std::vector<double> meansOf(const Setting& setting) {
  std::vector<double> mu = setting.means;
  // A concept's mean is the size of its signal |dG/dz|, of which the signal strengths of pictures are the squares.
  if (mu.empty())
    for (const double signal : setting.signalStrengths) mu.push_back(std::sqrt(signal));
  const double largest = *std::max_element(mu.begin(), mu.end());
  for (double& m : mu) m = kStrongest * std::max(kWeakest, m / largest);
  return mu;
}

/// Points at even distances along a path [rows][d].
std::vector<double> evenly(const std::vector<double>& path, std::size_t d) {
  const std::size_t rows = path.size() / d;
  std::vector<double> along{0};
  for (std::size_t i = 1; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j) sum += std::pow(path[i * d + j] - path[(i - 1) * d + j], 2);
    along.push_back(along.back() + std::sqrt(sum));
  }
  std::vector<double> result;
  std::size_t i = 0;
  for (std::size_t k = 0; k < kPoints; ++k) {
    const double want = along.back() * static_cast<double>(k) / (kPoints - 1);
    while (i + 2 < rows && along[i + 1] < want) ++i;
    const double length = along[i + 1] - along[i], share = length > 0 ? (want - along[i]) / length : 0;
    for (std::size_t j = 0; j < d; ++j)
      result.push_back(path[i * d + j] + std::clamp(share, 0.0, 1.0) * (path[(i + 1) * d + j] - path[i * d + j]));
  }
  return result;
}

}  // namespace

Array swingStreams(const Setting& setting, double spread) {
  const std::vector<double> mu = meansOf(setting), sigma(mu.size(), spread);
  const auto d = mu.size();
  std::vector<float> floor;
  const double reach =
      1 + kCorrelation * (std::accumulate(mu.begin(), mu.end(), 0.0) / *std::min_element(mu.begin(), mu.end()) - 1);
  for (const double share : kStarts) {
    const double start = share / reach;  // f_1 = start (mu_1 + c (mu_2 + ...)) / mu_1
    SwingBy model(mu, sigma, SwingBy::correlatedStart(static_cast<int>(d), start, kCorrelation));
    const double dt = 0.1 / model.rates().maxCoeff();
    std::vector<double> path;
    double away = 1;
    for (int i = 0; i < kMost && away > kArrived; ++i) {
      const Eigen::VectorXd point = model.point();
      path.insert(path.end(), point.data(), point.data() + point.size());
      away = (point - Eigen::VectorXd::Ones(point.size())).norm();
      model.advance(dt);
    }
    const std::vector<double> points = evenly(path, d);
    for (std::size_t k = 0; k < kPoints; ++k)
      for (std::size_t j = 0; j < 3; ++j) {
        // The model's unseen corner is (1, 1): a concept that the followed class has at 0 is mirrored.
        const double f = j < d ? points[k * d + j] : 0;
        floor.push_back(static_cast<float>(j < d && !setting.digit(setting.focus, static_cast<int>(j)) ? 1 - f : f));
      }
  }
  return Array::from<float>(floor, {static_cast<std::int64_t>(kStarts.size()), static_cast<std::int64_t>(kPoints), 3});
}

}  // namespace learnscope::concept_space
