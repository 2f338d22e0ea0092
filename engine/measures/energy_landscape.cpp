// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/energy_landscape.h"

#include <algorithm>
#include <cmath>

#include "engine/models/two_layer_net.h"

namespace learnscope {
namespace {

void normalise(std::vector<double>& w) {
  double squares = 0;
  for (double value : w) squares += value * value;
  const double norm = std::sqrt(squares);
  if (norm > 0)
    for (double& value : w) value /= norm;
}

}  // namespace

EnergyLandscape::EnergyLandscape(int order, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                                 std::span<const std::int32_t> target, Activation activation)
    : order_(order),
      activation_(activation),
      left_(left.begin(), left.end()),
      right_(right.begin(), right.end()),
      target_(target.begin(), target.end()),
      counts_(static_cast<std::size_t>(order), 0.0),
      z_(target.size()),
      f_(target.size()),
      classSums_(static_cast<std::size_t>(order)) {
  for (std::int32_t y : target_) ++counts_[static_cast<std::size_t>(y)];
}

double EnergyLandscape::unit() const {
  const double m = order_, share = pairs() / (m * m);
  return share * share * m / 4;
}

void EnergyLandscape::forward(std::span<const double> w) {
  const std::size_t n = target_.size();
  for (std::size_t i = 0; i < n; ++i)
    z_[i] = w[static_cast<std::size_t>(left_[i])] + w[static_cast<std::size_t>(order_ + right_[i])];
  activate(activation_, z_.data(), f_.data(), n);
  std::fill(classSums_.begin(), classSums_.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    classSums_[static_cast<std::size_t>(target_[i])] += f_[i];
    sum += f_[i];
  }
  for (std::size_t c = 0; c < classSums_.size(); ++c) classSums_[c] -= counts_[c] * sum / static_cast<double>(n);
}

double EnergyLandscape::value(std::span<const double> w) {
  forward(w);
  double squares = 0;
  for (double z : classSums_) squares += z * z;
  return squares / 2;
}

double EnergyLandscape::gradient(std::span<const double> w, std::span<double> gradient) {
  const double energy = value(w);
  const std::size_t n = target_.size();
  double mean = 0;
  for (std::size_t c = 0; c < classSums_.size(); ++c) mean += counts_[c] / static_cast<double>(n) * classSums_[c];
  activationSlope(activation_, z_.data(), f_.data(), n);
  std::fill(gradient.begin(), gradient.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const double push = f_[i] * (classSums_[static_cast<std::size_t>(target_[i])] - mean);
    gradient[static_cast<std::size_t>(left_[i])] += push;
    gradient[static_cast<std::size_t>(order_ + right_[i])] += push;
  }
  return energy;
}

Ascent followEnergy(EnergyLandscape& landscape, std::span<const double> start, const AscentOptions& options,
                    const std::function<void(int)>& report) {
  Ascent ascent;
  ascent.w.assign(start.begin(), start.end());
  normalise(ascent.w);
  std::vector<double> gradient(ascent.w.size());
  const auto keep = [&] {
    ascent.trajectory.insert(ascent.trajectory.end(), ascent.w.begin(), ascent.w.end());
    ascent.energies.push_back(ascent.energy);
  };
  ascent.energy = landscape.gradient(ascent.w, gradient);
  if (options.keepEvery > 0) keep();
  while (ascent.steps < options.steps) {
    if (report && ascent.steps % 64 == 0) report(ascent.steps);
    for (std::size_t i = 0; i < gradient.size(); ++i) ascent.w[i] += options.rate * gradient[i];
    normalise(ascent.w);
    const double before = ascent.energy;
    ascent.energy = landscape.gradient(ascent.w, gradient);
    ++ascent.steps;
    // Rounding at the top is no fall.
    if (ascent.energy < before * (1 - 1e-12)) ascent.monotone = false;
    if (options.keepEvery > 0 && ascent.steps % options.keepEvery == 0) keep();
    if (ascent.energy - before <= options.tolerance * ascent.energy) break;
  }
  if (options.keepEvery > 0 && ascent.steps % options.keepEvery != 0) keep();
  return ascent;
}

}  // namespace learnscope
