// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_underlay.h"

#include <algorithm>
#include <limits>

#include "widgets/scene/splat_renderer.h"

namespace learnscope {
namespace {

double depthOf(const splats::Gaussians& splats, std::size_t i, const Camera& camera) {
  const Vec3 place{splats.position[0][i], splats.position[1][i], splats.position[2][i]};
  return dot(place - camera.eye(), camera.forward());
}

/// The splats' own colours, and shades of the depth where a layer asks for them; null where none does.
std::shared_ptr<const std::array<AlignedVector<float>, 3>> depthColours(const SceneSnapshot& snapshot,
                                                                        const splats::Gaussians& all) {
  const auto [low, high] = depthRange(snapshot);
  std::shared_ptr<std::array<AlignedVector<float>, 3>> colours;
  std::size_t first = 0;
  for (const SceneLayer& layer : snapshot.layers) {
    const auto* splats = std::get_if<Splats>(&layer.geometry);
    if (!splats) continue;
    const std::size_t end = first + splats->splats->size();
    if (splats->byDepth) {
      if (!colours) colours = std::make_shared<std::array<AlignedVector<float>, 3>>(all.colour);
      for (std::size_t i = first; i < end; ++i) {
        const auto& shade = scaleShade((depthOf(all, i, snapshot.camera) - low) / (high - low));
        for (std::size_t c = 0; c < 3; ++c) (*colours)[c][i] = shade[c];
      }
    }
    first = end;
  }
  return colours;
}

}  // namespace

std::array<double, 2> depthRange(const SceneSnapshot& snapshot) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const SceneLayer& layer : snapshot.layers) {
    const auto* splats = std::get_if<Splats>(&layer.geometry);
    if (!splats || !splats->byDepth) continue;
    for (std::size_t i = 0; i < splats->splats->size(); ++i) {
      const double depth = depthOf(*splats->splats, i, snapshot.camera);
      low = std::min(low, depth);
      high = std::max(high, depth);
    }
  }
  if (!(low < high)) return {0, 1};
  return {low, high};
}

bool SplatUnderlay::wanted(const SceneSnapshot& snapshot) {
  return std::any_of(snapshot.layers.begin(), snapshot.layers.end(),
                     [](const SceneLayer& layer) { return std::holds_alternative<Splats>(layer.geometry); });
}

splats::SplatCamera splatCamera(const SceneSnapshot& snapshot, QSize pixels, Tile tile) {
  const Camera& camera = snapshot.camera;
  const double width = pixels.width() / (tile.right - tile.left), height = pixels.height() / (tile.bottom - tile.top);
  const Vec3 right = camera.right(), down = camera.up() * -1.0, forward = camera.forward(), eye = camera.eye();
  splats::SplatCamera result;
  result.rotation = {right.x, right.y, right.z, down.x, down.y, down.z, forward.x, forward.y, forward.z};
  result.translation = {-dot(right, eye), -dot(down, eye), -dot(forward, eye)};
  result.focalX = result.focalY = camera.project(eye + forward, {width, height}).scale;
  result.centreX = width / 2 - tile.left * width;
  result.centreY = height / 2 - tile.top * height;
  result.width = pixels.width();
  result.height = pixels.height();
  return result;
}

QImage SplatUnderlay::draw(const SceneSnapshot& snapshot, QSize pixels, Tile tile) {
  std::vector<std::shared_ptr<const splats::Gaussians>> wanted;
  std::size_t count = 0;
  for (const SceneLayer& layer : snapshot.layers)
    if (const auto* splats = std::get_if<Splats>(&layer.geometry)) {
      wanted.push_back(splats->splats);
      count += splats->splats->size();
    }
  if (wanted != shown_) {
    splats::Gaussians all(count, 0);
    std::size_t to = 0;
    for (const auto& set : wanted)
      for (std::size_t i = 0; i < set->size(); ++i) all.copySplat(*set, i, to++);
    all_ = std::make_shared<const splats::PreparedSplats>(std::move(all));
    rasteriser_.setSplats(all_);
    shown_ = std::move(wanted);
  }
  rasteriser_.setColours(depthColours(snapshot, all_->gaussians()));
  splats::RenderOptions options;
  const Rgba back = snapshot.background;
  options.background = snapshot.transparent ? std::array<float, 4>{0, 0, 0, 0}
                                            : std::array<float, 4>{static_cast<float>(back.r) / 255.0F,
                                                                   static_cast<float>(back.g) / 255.0F,
                                                                   static_cast<float>(back.b) / 255.0F, 1};
  QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
  rasteriser_.render(splatCamera(snapshot, pixels, tile), options, reinterpret_cast<std::uint32_t*>(image.bits()),
                     static_cast<std::size_t>(image.bytesPerLine()) / 4);
  return image;
}

}  // namespace learnscope
