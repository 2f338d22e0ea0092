// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/trajectory.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace learnscope {
namespace {

constexpr double kArcStep = 0.01;

double distance(const double* a, const double* b, int dimensions) {
  double sum = 0;
  for (int i = 0; i < dimensions; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// A path by arc length: equally spaced places along it and the steps they belong to.
struct ByArc {
  std::vector<double> points, steps;
  std::size_t size() const { return steps.size(); }
};

ByArc byArc(const Trajectory& path) {
  const auto d = static_cast<std::size_t>(path.dimensions);
  ByArc out;
  double along = 0, wanted = 0;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const double *a = path.points.data() + i * d, *b = a + d;
    const double length = distance(a, b, path.dimensions);
    for (; wanted < along + length; wanted += kArcStep) {
      const double t = (wanted - along) / length;
      for (std::size_t j = 0; j < d; ++j) out.points.push_back(a[j] + t * (b[j] - a[j]));
      out.steps.push_back(path.steps[i] + t * (path.steps[i + 1] - path.steps[i]));
    }
    along += length;
  }
  return out;
}

double angleBetween(const double* before, const double* at, const double* after, int dimensions) {
  double dot = 0, a2 = 0, b2 = 0;
  for (int i = 0; i < dimensions; ++i) {
    const double a = at[i] - before[i], b = after[i] - at[i];
    dot += a * b;
    a2 += a * a;
    b2 += b * b;
  }
  if (a2 == 0 || b2 == 0) return 180;  // it came back to where it was
  return std::acos(std::clamp(dot / std::sqrt(a2 * b2), -1.0, 1.0)) * 180 / std::numbers::pi;
}

}  // namespace

std::vector<double> gaussianSmoothed(std::span<const double> values, double sigma, double truncate) {
  std::vector<double> out(values.begin(), values.end());
  if (values.empty() || !(sigma > 0)) return out;
  const auto reach = static_cast<std::ptrdiff_t>(truncate * sigma + 0.5);
  const auto last = static_cast<std::ptrdiff_t>(values.size()) - 1;
  for (std::ptrdiff_t i = 0; i <= last; ++i) {
    double sum = 0, weight = 0;
    for (std::ptrdiff_t k = -reach; k <= reach; ++k) {
      const double w = std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma));
      sum += w * values[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i + k, 0, last))];
      weight += w;
    }
    out[static_cast<std::size_t>(i)] = sum / weight;
  }
  return out;
}

Trajectory resampled(const Trajectory& path, double spacing) {
  Trajectory out{path.dimensions, {}, {}};
  if (path.size() == 0) return out;
  const auto d = static_cast<std::size_t>(path.dimensions);
  std::size_t i = 0;
  for (double step = std::ceil(path.steps.front() / spacing) * spacing; step <= path.steps.back(); step += spacing) {
    while (i + 2 < path.size() && path.steps[i + 1] < step) ++i;
    const std::size_t next = std::min(i + 1, path.size() - 1);
    const double gap = path.steps[next] - path.steps[i];
    const double t = gap > 0 ? (step - path.steps[i]) / gap : 0;
    out.steps.push_back(step);
    for (std::size_t j = 0; j < d; ++j)
      out.points.push_back(path.points[i * d + j] + t * (path.points[next * d + j] - path.points[i * d + j]));
  }
  return out;
}

Trajectory smoothed(const Trajectory& path, double sigma, double truncate) {
  Trajectory out = path;
  const auto d = static_cast<std::size_t>(path.dimensions);
  std::vector<double> column(path.size());
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t i = 0; i < path.size(); ++i) column[i] = path.points[i * d + j];
    const std::vector<double> soft = gaussianSmoothed(column, sigma, truncate);
    for (std::size_t i = 0; i < path.size(); ++i) out.points[i * d + j] = soft[i];
  }
  return out;
}

std::vector<double> speeds(const Trajectory& path) {
  std::vector<double> out(path.size(), 0.0);
  const auto d = static_cast<std::size_t>(path.dimensions);
  for (std::size_t i = 0; i < path.size() && path.size() > 1; ++i) {
    const std::size_t a = i == 0 ? 0 : i - 1, b = std::min(i + 1, path.size() - 1);
    out[i] = distance(path.points.data() + a * d, path.points.data() + b * d, path.dimensions) /
             (path.steps[b] - path.steps[a]);
  }
  return out;
}

std::vector<Turn> turns(const Trajectory& path, double chord, double least) {
  const ByArc arc = byArc(path);
  const auto reach = static_cast<std::size_t>(std::lround(chord / kArcStep));
  const auto d = static_cast<std::size_t>(path.dimensions);
  std::vector<Turn> found;
  if (arc.size() < 2 * reach + 1) return found;
  std::vector<double> angles(arc.size(), 0.0);
  for (std::size_t i = reach; i + reach < arc.size(); ++i)
    angles[i] = angleBetween(arc.points.data() + (i - reach) * d, arc.points.data() + i * d,
                             arc.points.data() + (i + reach) * d, path.dimensions);
  for (std::size_t i = reach; i + reach < arc.size(); ++i) {
    if (angles[i] < least) continue;
    const auto from = angles.begin() + static_cast<std::ptrdiff_t>(i - reach);
    if (std::max_element(from, from + static_cast<std::ptrdiff_t>(2 * reach + 1)) - angles.begin() ==
        static_cast<std::ptrdiff_t>(i))
      found.push_back({arc.steps[i], angles[i]});
  }
  return found;
}

}  // namespace learnscope
