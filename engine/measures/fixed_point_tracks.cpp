// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/fixed_point_tracks.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr double kReach = 0.25;

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

double sizeOf(const std::vector<double>& a) { return distance(a, std::vector<double>(a.size(), 0.0)); }

}  // namespace

std::vector<std::int64_t> FixedPointTracks::observe(const std::vector<FixedPoint>& points) {
  std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
  for (std::size_t t = 0; t < tracks_.size(); ++t)
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (points[p].slow || points[p].state.size() != tracks_[t].state.size()) continue;
      const double d = distance(points[p].state, tracks_[t].state);
      if (d <= kReach * std::max(1.0, sizeOf(tracks_[t].state))) pairs.emplace_back(d, t, p);
    }
  std::sort(pairs.begin(), pairs.end());
  std::vector<std::int64_t> ids(points.size(), -1);
  std::vector<std::uint8_t> used(tracks_.size(), 0);
  for (const auto& [d, t, p] : pairs) {
    if (used[t] || ids[p] >= 0) continue;
    used[t] = 1;
    ids[p] = tracks_[t].id;
  }
  born_.clear();
  died_.clear();
  for (std::size_t t = 0; t < tracks_.size(); ++t)
    if (!used[t]) died_.push_back({tracks_[t].id, tracks_[t].unstable});
  std::vector<Track> now;
  for (std::size_t p = 0; p < points.size(); ++p) {
    if (points[p].slow) continue;
    if (ids[p] < 0) {
      ids[p] = next_++;
      born_.push_back({ids[p], points[p].unstable});
    }
    now.push_back({ids[p], points[p].unstable, points[p].state});
  }
  tracks_ = std::move(now);
  return ids;
}

State FixedPointTracks::save() const {
  State state;
  std::vector<std::int64_t> numbers{next_, static_cast<std::int64_t>(tracks_.size())};
  std::vector<double> values;
  for (const Track& track : tracks_) {
    numbers.push_back(track.id);
    numbers.push_back(track.unstable);
    values.insert(values.end(), track.state.begin(), track.state.end());
  }
  state.put("numbers", Array::vector<std::int64_t>(numbers));
  state.put("states", Array::vector<double>(values));
  return state;
}

void FixedPointTracks::load(const State& state) {
  const auto numbers = state.get("numbers").as<std::int64_t>();
  const auto values = state.get("states").as<double>();
  const std::size_t count = numbers.size() < 2 ? 0 : static_cast<std::size_t>(numbers[1]);
  if (numbers.size() < 2 || numbers.size() != 2 + 2 * count || (count > 0 && values.size() % count != 0))
    throw DataError("saved state", "\"tracks\"", "written by another version");
  next_ = numbers[0];
  tracks_.clear();
  const std::size_t size = count == 0 ? 0 : values.size() / count;
  for (std::size_t t = 0; t < count; ++t)
    tracks_.push_back({numbers[2 + 2 * t],
                       static_cast<int>(numbers[3 + 2 * t]),
                       {values.begin() + static_cast<std::ptrdiff_t>(t * size),
                        values.begin() + static_cast<std::ptrdiff_t>((t + 1) * size)}});
}

}  // namespace learnscope
