// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/flow_field.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope::rnnhmm {
namespace {

constexpr int kVisited = 1500, kNearest = 8, kLeastVisits = 10;
constexpr double kNear = 0.35;  // standard deviations

/// Lifts points of the orbit plane (or of the whole portrait) to states.
class Lift {
 public:
  Lift(const Chains& chains, const Portrait& portrait, int axes)
      : portrait_(portrait),
        axes_(axes),
        hidden_(static_cast<std::size_t>(chains.hidden)),
        states_(spreadStates(chains, kVisited)),
        places_(portrait.of(states_.data(), kVisited)),
        lift_(portrait.lift()) {}

  /// True if visited states are near.
  bool operator()(const double* at, double* state) const {
    std::array<std::pair<double, int>, kNearest> nearest;
    nearest.fill({kNear * kNear, -1});
    for (int i = 0; i < kVisited; ++i) {
      double d = 0;
      for (int k = 0; k < axes_; ++k) {
        const double delta = places_[static_cast<std::size_t>(3 * i + k)] - at[k];
        d += delta * delta;
      }
      if (d >= nearest.back().first) continue;
      nearest.back() = {d, i};
      for (std::size_t k = kNearest - 1; k > 0 && nearest[k].first < nearest[k - 1].first; --k)
        std::swap(nearest[k], nearest[k - 1]);
    }
    int found = 0;
    double place[3] = {at[0], at[1], axes_ > 2 ? at[2] : 0};
    std::vector<double> mean(hidden_, 0.0);
    double centre[3] = {0, 0, 0};
    for (const auto& [d, i] : nearest) {
      if (i < 0) continue;
      ++found;
      for (std::size_t u = 0; u < hidden_; ++u) mean[u] += states_[static_cast<std::size_t>(i) * hidden_ + u];
      for (std::size_t k = 0; k < 3; ++k) centre[k] += places_[3 * static_cast<std::size_t>(i) + k];
    }
    for (std::size_t u = 0; u < hidden_; ++u) mean[u] = found ? mean[u] / found : portrait_.mean[u];
    for (int k = 0; k < axes_; ++k) place[k] -= found ? centre[k] / found : 0;
    for (std::size_t u = 0; u < hidden_; ++u) {
      state[u] = mean[u];
      for (int k = 0; k < axes_; ++k) state[u] += lift_[u * 3 + static_cast<std::size_t>(k)] * place[k];
    }
    return found > 0;
  }

 private:
  const Portrait& portrait_;
  int axes_;
  std::size_t hidden_;
  AlignedVector<double> states_;
  std::vector<double> places_, lift_;
};

void measureSteps(const Chains& chains, const Portrait& portrait, int side, double extent, FlowField& field) {
  const std::size_t cells = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::vector<double> sum(2 * cells, 0.0), squares(cells, 0.0);
  field.visits.assign(cells, 0.0);
  const std::vector<double> at = portrait.of(chains.states.data(), static_cast<int>(chains.rows()));
  const auto stride = 3 * static_cast<std::size_t>(chains.chains);
  for (std::size_t r = 0; r + stride < at.size(); r += 3) {
    const double x = (at[r] + extent) / (2 * extent) * side, y = (at[r + 1] + extent) / (2 * extent) * side;
    if (!(x >= 0 && x < side && y >= 0 && y < side)) continue;
    const std::size_t cell = static_cast<std::size_t>(y) * static_cast<std::size_t>(side) + static_cast<std::size_t>(x);
    const double dx = at[r + stride] - at[r], dy = at[r + stride + 1] - at[r + 1];
    field.visits[cell] += 1;
    sum[2 * cell] += dx;
    sum[2 * cell + 1] += dy;
    squares[cell] += dx * dx + dy * dy;
  }
  const double none = std::numeric_limits<double>::quiet_NaN();
  field.drift.assign(3 * cells, none);
  field.diffusion.assign(cells, none);
  for (std::size_t c = 0; c < cells; ++c) {
    const double n = field.visits[c];
    if (n < kLeastVisits) continue;
    field.drift[3 * c] = sum[2 * c] / n;
    field.drift[3 * c + 1] = sum[2 * c + 1] / n;
    field.drift[3 * c + 2] = 0;
    field.diffusion[c] =
        squares[c] / n - field.drift[3 * c] * field.drift[3 * c] - field.drift[3 * c + 1] * field.drift[3 * c + 1];
  }
}

}  // namespace

std::vector<double> liftToState(const Chains& chains, const Portrait& portrait, const std::array<double, 3>& at,
                                bool nonNegative) {
  std::vector<double> state(static_cast<std::size_t>(chains.hidden));
  const Lift lift(chains, portrait, 3);
  lift(at.data(), state.data());
  if (nonNegative)
    for (double& x : state) x = std::max(x, 0.0);
  return state;
}

FlowField flowField(const Net& net, const Chains& chains, const Portrait& portrait, bool noise, int side, double extent,
                    bool measured) {
  const std::size_t cells = static_cast<std::size_t>(side) * static_cast<std::size_t>(side),
                    hidden = static_cast<std::size_t>(chains.hidden);
  FlowField field;
  field.positions.assign(3 * cells, 0.0);
  field.directions.assign(3 * cells, 0.0);
  field.supported.assign(cells, 0.0);
  field.speed.resize(cells);
  std::vector<double> states(cells * hidden), next(states.size());
  const Lift lift(chains, portrait, 2);
  for (std::size_t c = 0; c < cells; ++c) {
    double* at = field.positions.data() + 3 * c;
    const auto row = static_cast<double>(c / static_cast<std::size_t>(side)),
               column = static_cast<double>(c % static_cast<std::size_t>(side));
    at[0] = extent * (2 * (column + 0.5) / side - 1);
    at[1] = extent * (2 * (row + 0.5) / side - 1);
    field.supported[c] = lift(at, states.data() + c * hidden);
    if (net.exact.shape.activation == RnnActivation::Relu)
      for (std::size_t u = 0; u < hidden; ++u) states[c * hidden + u] = std::max(states[c * hidden + u], 0.0);
  }
  if (noise)
    net.meanMap().step(states.data(), static_cast<int>(cells), next.data());
  else
    net.exact.step(states.data(), nullptr, static_cast<int>(cells), next.data());
  const std::vector<double> from = portrait.of(states.data(), static_cast<int>(cells));
  const std::vector<double> to = portrait.of(next.data(), static_cast<int>(cells));
  for (std::size_t c = 0; c < cells; ++c) {
    field.directions[3 * c] = to[3 * c] - from[3 * c];
    field.directions[3 * c + 1] = to[3 * c + 1] - from[3 * c + 1];
    double q = 0;
    for (std::size_t u = 0; u < hidden; ++u) {
      const double d = next[c * hidden + u] - states[c * hidden + u];
      q += 0.5 * d * d;
    }
    field.speed[c] = std::log10(std::max(q, 1e-300));
  }
  if (measured) measureSteps(chains, portrait, side, extent, field);
  return field;
}

}  // namespace learnscope::rnnhmm
