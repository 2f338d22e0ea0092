// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/joint_estimate.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

constexpr double kLeastMotion = 1e-3;  // of the box's diagonal
constexpr double kFirstShare = 0.3;    // of the largest displacement: points surely of the part
constexpr double kLeastTurn = 3 * std::numbers::pi / 180;
constexpr int kRounds = 10;

double distance(const double* a, const double* b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

double diagonal(const std::vector<double>& points) {
  double square = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double low = points[k], high = points[k];
    for (std::size_t i = k; i < points.size(); i += 3) {
      low = std::min(low, points[i]);
      high = std::max(high, points[i]);
    }
    square += (high - low) * (high - low);
  }
  return std::sqrt(square);
}

std::optional<RigidFit> fitOf(const std::vector<double>& from, const std::vector<double>& to,
                              const std::vector<bool>& chosen) {
  std::vector<double> a, b;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    for (std::size_t k = 0; k < 3 && chosen[i]; ++k) {
      a.push_back(from[3 * i + k]);
      b.push_back(to[3 * i + k]);
    }
  return fitRigidMotion(a, b);
}

/// How far a fit leaves a point from where it should be.
double missed(const RigidFit& fit, const double* from, const double* to) {
  double there[3];
  for (std::size_t row = 0; row < 3; ++row) {
    there[row] = fit.translation[row];
    for (std::size_t k = 0; k < 3; ++k) there[row] += fit.rotation[3 * row + k] * from[k];
  }
  return distance(there, to);
}

double dot(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

}  // namespace

std::optional<JointEstimate> estimateJoint(std::span<const std::vector<double>> states) {
  if (states.size() < 2 || states[0].size() < 9) return std::nullopt;
  const std::vector<double>& first = states[0];
  const std::size_t count = first.size() / 3;
  double most = 0;
  std::size_t farthest = 1;
  for (std::size_t s = 1; s < states.size(); ++s)
    for (std::size_t i = 0; i < count; ++i) {
      const double moved = distance(&first[3 * i], &states[s][3 * i]);
      if (moved <= most) continue;
      most = moved;
      farthest = s;
    }
  const double size = diagonal(first), noise = kLeastMotion * size;
  if (!(most > noise)) return std::nullopt;
  const std::vector<double>& last = states[farthest];
  JointEstimate joint;
  joint.moves.resize(count);
  for (std::size_t i = 0; i < count; ++i) joint.moves[i] = distance(&first[3 * i], &last[3 * i]) > kFirstShare * most;
  std::optional<RigidFit> fit;
  for (int round = 0; round < kRounds; ++round) {
    fit = fitOf(first, last, joint.moves);
    if (!fit) return std::nullopt;
    std::vector<bool> moves(count);
    for (std::size_t i = 0; i < count; ++i)
      moves[i] = missed(*fit, &first[3 * i], &last[3 * i]) < distance(&first[3 * i], &last[3 * i]) - noise;
    if (moves == joint.moves || std::count(moves.begin(), moves.end(), true) < 3) break;
    joint.moves = std::move(moves);
  }
  joint.residual = fit->residual;
  joint.turns = fit->angle > kLeastTurn;
  joint.origin = fit->origin;
  const double slide = std::sqrt(dot(fit->shift, fit->shift));
  for (std::size_t k = 0; k < 3; ++k) joint.axis[k] = joint.turns ? fit->axis[k] : fit->shift[k] / slide;
  for (const std::vector<double>& state : states) {
    const auto there = fitOf(first, state, joint.moves);
    if (!there) return std::nullopt;
    joint.values.push_back(joint.turns ? there->angle * (dot(there->axis, joint.axis) < 0 ? -1 : 1)
                                       : dot(there->shift, joint.axis));
  }
  joint.values[0] = 0;  // against itself, but for rounding
  return joint;
}

}  // namespace learnscope
