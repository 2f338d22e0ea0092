// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/splats/neighbours.h"
#include "engine/splats/ply.h"

namespace learnscope::splats {

LoadedSplats readPointCloud(const ByteSource& source, const PlyHeader& header, const Progress& progress) {
  const PlyElement& vertex = *header.find("vertex");
  LoadedSplats loaded;
  loaded.pointCloud = true;
  loaded.promised = vertex.count;
  Gaussians& splats = loaded.splats;
  splats.resize(vertex.count, 0);
  std::vector<std::string> names{"x", "y", "z"};
  std::vector<float*> columns{splats.position[0].data(), splats.position[1].data(), splats.position[2].data()};
  const bool coloured = vertex.find("red") && vertex.find("green") && vertex.find("blue");
  if (coloured) {
    names.insert(names.end(), {"red", "green", "blue"});
    for (auto& channel : splats.colour) columns.push_back(channel.data());
  }
  readPlyColumns(source, header, vertex, names, columns, progress);
  for (std::size_t c = 0; c < 3; ++c) {
    const float full = coloured && vertex.find(names[3 + c])->type == PlyType::UInt8 ? 255.0F : 1.0F;
    for (float& v : splats.colour[c]) v = coloured ? v / full : 0.6F;
  }
  std::fill(splats.opacity.begin(), splats.opacity.end(), 1.0F);
  std::fill(splats.rotation[0].begin(), splats.rotation[0].end(), 1.0F);
  loaded.dropped = dropUndrawable(splats);
  const std::vector<float> spacing = neighbourDistances(splats.position, 3, progress);
  for (std::size_t i = 0; i < splats.size(); ++i)
    for (auto& axis : splats.logScale) axis[i] = std::log(std::max(0.5F * spacing[i], 1e-7F));
  loaded.notes.emplace_back(
      LS_TR("Not a Gaussian file: its points are shown with radii from their three nearest neighbours."));
  return loaded;
}

}  // namespace learnscope::splats
