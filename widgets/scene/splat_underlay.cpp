// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_underlay.h"

#include <algorithm>

namespace learnscope {

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
    rasteriser_.setSplats(std::make_shared<const splats::PreparedSplats>(std::move(all)));
    shown_ = std::move(wanted);
  }
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
