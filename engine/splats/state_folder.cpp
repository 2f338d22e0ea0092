// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/state_folder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <regex>

namespace learnscope::splats {
namespace {

constexpr std::size_t kMostFiles = 10000;
constexpr std::array kSuffixes{".compressed.ply", ".ply", ".splat", ".spz"};
// Four views of 64 x 64 and of 128 x 128 pixels: what the official models write.
constexpr std::array<std::size_t, 2> kPixelCounts{4 * 64 * 64, 4 * 128 * 128};

std::optional<std::string> stemOf(const std::string& name) {
  for (const std::string suffix : kSuffixes)
    if (name.size() > suffix.size() && name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  return std::nullopt;
}

/// The object and the state that a file's name says.
std::optional<std::pair<std::string, int>> parsed(const std::string& stem) {
  static const std::regex official("^(?:eval_gaussians_)?([0-9]{1,9})_([0-9]{1,3})_([0-5])(?:_([0-9]{2,6}))?$");
  static const std::regex sequence("^(.*?)[-_. ]*([0-9]{1,6})$");
  std::smatch match;
  if (std::regex_match(stem, match, official)) {
    const std::string others = match[4];
    return std::pair("object " + match.str(1) + ", part " + match.str(2) + (others.empty() ? "" : ", others " + others),
                     std::stoi(match[3]));
  }
  if (std::regex_match(stem, match, sequence))
    return std::pair(match.str(1).empty() ? std::string("sequence") : match.str(1), std::stoi(match[2]));
  return std::nullopt;
}

}  // namespace

std::vector<StateSeries> findStateSeries(const std::string& folder) {
  std::map<std::string, StateSeries> found;
  std::error_code error;
  std::size_t seen = 0;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (++seen > kMostFiles) throw DataError(folder, "folder", "at most 10000 files");
    const std::string name = entry->path().filename().string();
    const auto stem = stemOf(name);
    const auto said = stem ? parsed(*stem) : std::nullopt;
    if (!said || !entry->is_regular_file()) continue;
    StateSeries& series = found[said->first];
    series.name = said->first;
    series.files.push_back({said->second, entry->path().string()});
  }
  if (error) throw IoError(folder, error.message());
  std::vector<StateSeries> all;
  for (auto& [name, series] : found) {
    std::sort(series.files.begin(), series.files.end(),
              [](const auto& a, const auto& b) { return std::tie(a.state, a.path) < std::tie(b.state, b.path); });
    // The same state twice, in two formats: one of them is enough.
    series.files.erase(std::unique(series.files.begin(), series.files.end(),
                                   [](const auto& a, const auto& b) { return a.state == b.state; }),
                       series.files.end());
    if (series.files.size() > 1) all.push_back(std::move(series));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.files.size() > b.files.size(); });
  if (all.empty())
    throw DataError(folder, "folder",
                    "at least two splat files of one object: MESH_PART_STATE.ply, or names that end in numbers");
  return all;
}

ObjectStates readStates(const StateSeries& series, const Progress& progress) {
  ObjectStates object;
  object.name = series.name;
  object.firstFile = series.files.front().path;
  std::size_t count = 0;
  for (std::size_t i = 0; i < series.files.size(); ++i) {
    const auto& [state, path] = series.files[i];
    progress.report(static_cast<double>(i) / static_cast<double>(series.files.size()), LS_TR("reading states"));
    LoadedSplats loaded = readSplatFile(path, Progress(progress.stopToken(), {}));
    if (i == 0) count = loaded.splats.size();
    object.sameCount = object.sameCount && loaded.splats.size() == count && loaded.dropped == 0;
    if (loaded.dropped > 0)
      object.notes.push_back(std::to_string(loaded.dropped) + " of " + std::to_string(loaded.promised) +
                             " splats dropped in state " + std::to_string(state) + ".");
    if (i > 0 && state > object.states.back() + 1)
      object.notes.push_back("States " + std::to_string(object.states.back() + 1) + " to " + std::to_string(state - 1) +
                             " are missing.");
    object.states.push_back(state);
    object.splats.push_back(std::make_shared<const Gaussians>(std::move(loaded.splats)));
  }
  if (!object.sameCount)
    object.notes.push_back("The states differ in their number of splats: no displacement, no joint.");
  object.pixelAligned =
      object.sameCount && std::find(kPixelCounts.begin(), kPixelCounts.end(), count) != kPixelCounts.end();
  if (object.pixelAligned)
    object.notes.push_back("Pixel-aligned: splat i is the same pixel in every state, not the same point; no joint.");
  return object;
}

std::optional<JointEstimate> jointOf(const ObjectStates& object) {
  if (!object.material()) return std::nullopt;
  std::vector<std::vector<double>> positions;
  for (const auto& splats : object.splats) {
    std::vector<double>& rows = positions.emplace_back();
    for (std::size_t i = 0; i < splats->size(); ++i)
      for (const auto& column : splats->position) rows.push_back(static_cast<double>(column[i]));
  }
  return estimateJoint(positions);
}

Gaussians stateAt(const ObjectStates& object, const std::optional<JointEstimate>& joint, double place) {
  const std::size_t last = object.splats.size() - 1;
  const auto before = static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(last)));
  Gaussians splats = *object.splats[before];
  if (!joint || before == last) return splats;
  const double share = place - static_cast<double>(before);
  const double change = share * (joint->values[before + 1] - joint->values[before]);
  const double half = joint->turns ? change / 2 : 0, slide = joint->turns ? 0 : change;
  const std::array<double, 3>& axis = joint->axis;
  const double w = std::cos(half), s = std::sin(half);
  const std::array<double, 3> v{s * axis[0], s * axis[1], s * axis[2]};
  for (std::size_t i = 0; i < splats.size(); ++i) {
    if (!joint->moves[i]) continue;
    // x' = x + 2 w (v x x) + 2 v x (v x x) about the origin, q' = (w, v) q.
    std::array<double, 3> x;
    for (std::size_t k = 0; k < 3; ++k) x[k] = static_cast<double>(splats.position[k][i]) - joint->origin[k];
    const auto cross = [](const auto& a, const auto& b) {
      return std::array<double, 3>{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    };
    const std::array<double, 3> once = cross(v, x), twice = cross(v, once);
    const std::array<double, 3> q{splats.rotation[1][i], splats.rotation[2][i], splats.rotation[3][i]};
    const double qw = static_cast<double>(splats.rotation[0][i]);
    const std::array<double, 3> turned = cross(v, q);
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] =
          static_cast<float>(x[k] + joint->origin[k] + 2 * (w * once[k] + twice[k]) + slide * axis[k]);
      splats.rotation[1 + k][i] = static_cast<float>(w * q[k] + qw * v[k] + turned[k]);
    }
    splats.rotation[0][i] = static_cast<float>(w * qw - v[0] * q[0] - v[1] * q[1] - v[2] * q[2]);
  }
  return splats;
}

}  // namespace learnscope::splats
