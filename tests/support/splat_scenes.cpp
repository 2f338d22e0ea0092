// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/splat_scenes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/core/random_stream.h"

namespace learnscope::test {
namespace {

using splats::Gaussians;
using std::numbers::pi;

/// u_k(i) of the page.
double uniform(std::uint64_t k, std::uint64_t i) {
  const std::uint64_t state = (std::uint64_t{1} << 40U) + (k << 32U) + i + 0x9E3779B97F4A7C15ULL;
  return static_cast<double>(mix64(state) >> 11U) * 0x1.0p-53;
}

/// The rotation that takes e_z to n, after a spin about e_z.
std::array<double, 4> facing(const std::array<double, 3>& n, double spin) {
  std::array<double, 4> q{1 + n[2], -n[1], n[0], 0};
  if (q[0] < 1e-6) q = {0, 1, 0, 0};
  const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
  for (double& part : q) part /= length;
  const double c = std::cos(spin / 2), s = std::sin(spin / 2);
  return {q[0] * c - q[3] * s, q[1] * c + q[2] * s, q[2] * c - q[1] * s, q[0] * s + q[3] * c};
}

}  // namespace

Gaussians bumpScene(std::size_t count) {
  Gaussians splats(count, 0);
  const double spacing = std::sqrt(4 * pi * 0.61 / static_cast<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    std::array<double, 8> u;
    for (std::size_t k = 0; k < 8; ++k) u[k] = uniform(k, i);
    const double z = 2 * u[0] - 1, phi = 2 * pi * u[1], s = std::sqrt(std::max(0.0, 1 - z * z));
    const std::array<double, 3> n{s * std::cos(phi), s * std::sin(phi), z};
    const double radius = 0.78 + 0.12 * std::sin(5 * phi) * s + 0.08 * std::sin(7 * z);
    const std::array<double, 3> sigma{0.7 * spacing * (0.5 + u[2]), 0.7 * spacing * (0.5 + u[3]),
                                      0.1 * spacing * (0.5 + u[4])};
    const std::array<double, 4> q = facing(n, 2 * pi * u[7]);
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] = static_cast<float>(radius * n[k]);
      splats.logScale[k][i] = static_cast<float>(std::log(sigma[k]));
      splats.colour[k][i] = static_cast<float>(std::clamp(0.5 + 0.35 * n[k] + 0.3 * (u[6] - 0.5), 0.02, 0.98));
    }
    for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(q[k]);
    splats.opacity[i] = static_cast<float>(0.5 + 0.49 * u[5]);
  }
  return splats;
}

Gaussians randomSplats(std::size_t count, int degree, std::uint64_t seed) {
  Gaussians splats(count, degree);
  RandomStream random(seed, "splats");
  const auto draw = [&](double low, double high) { return static_cast<float>(random.uniform(low, high)); };
  for (std::size_t i = 0; i < count; ++i) {
    std::array<double, 4> q;
    double length = 0;
    for (double& part : q) {
      part = random.normal();
      length += part * part;
    }
    for (std::size_t k = 0; k < 4; ++k) splats.rotation[k][i] = static_cast<float>(q[k] / std::sqrt(length));
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] = draw(-3, 3);
      splats.logScale[k][i] = draw(-9, 1);
      splats.colour[k][i] = draw(-0.3, 1.3);
    }
    splats.opacity[i] = draw(0.01, 0.99);
    for (int c = 0; c < 3; ++c)
      for (int j = 0; j < splats.harmonicCount(); ++j) splats.harmonic(i, c, j) = draw(-0.9, 0.9);
  }
  return splats;
}

}  // namespace learnscope::test
