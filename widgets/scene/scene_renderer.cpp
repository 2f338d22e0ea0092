// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_renderer.h"

#include <vtk_glew.h>

#include <QPainter>

#include <vtkCamera.h>
#include <vtkCullerCollection.h>
#include <vtkLight.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkRenderer.h>

#include <algorithm>
#include <stdexcept>

#include "widgets/scene/headless_window.h"
#include "widgets/scene/layer_actor.h"
#include "widgets/scene/splat_underlay.h"

namespace learnscope {
namespace {

/// VTK's picture (RGBA, bottom row first) as a QImage of the size, averaging reduce x reduce pixels.
QImage toImage(const std::vector<std::uint8_t>& rgba, QSize drawn, int reduce, bool transparent) {
  const QImage::Format format = transparent ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32;
  const int width = drawn.width() / reduce, height = drawn.height() / reduce;
  QImage image(width, height, format);
  const std::size_t stride = static_cast<std::size_t>(drawn.width()) * 4;
  for (int y = 0; y < height; ++y) {
    auto* out = reinterpret_cast<std::uint32_t*>(image.scanLine(y));
    const std::uint8_t* row = rgba.data() + static_cast<std::size_t>(drawn.height() - 1 - y * reduce) * stride;
    if (reduce == 1) {
      const auto* in = reinterpret_cast<const std::uint32_t*>(row);
      for (int x = 0; x < width; ++x)
        out[x] = (in[x] & 0xFF00FF00U) | ((in[x] & 0xFFU) << 16) | ((in[x] >> 16) & 0xFFU);
      continue;
    }
    const auto* upper = reinterpret_cast<const std::uint32_t*>(row);
    const auto* lower = reinterpret_cast<const std::uint32_t*>(row - stride);
    constexpr std::uint32_t pair = 0x00FF00FFU, half = 0x00020002U;  // two channels at a time
    for (int x = 0; x < width; ++x) {
      const std::uint32_t a = upper[2 * x], b = upper[2 * x + 1], c = lower[2 * x], d = lower[2 * x + 1];
      const std::uint32_t rb = (((a & pair) + (b & pair) + (c & pair) + (d & pair) + half) >> 2) & pair;
      const std::uint32_t ga =
          ((((a >> 8) & pair) + ((b >> 8) & pair) + ((c >> 8) & pair) + ((d >> 8) & pair) + half) >> 2) & pair;
      out[x] = (ga << 8) | (rb >> 16) | (rb << 16);
    }
  }
  return image;
}

void setMatrix(vtkMatrix4x4* matrix, const Matrix4& values) { matrix->DeepCopy(values.data()); }

}  // namespace

struct SceneRenderer::Impl {
  GlContext& context;
  vtkNew<HeadlessWindow> window;
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkMatrix4x4> projection;
  std::vector<std::unique_ptr<LayerActor>> layers;
  std::unique_ptr<FloorActor> floor;
  SplatUnderlay splats;
  std::vector<std::uint8_t> pixels;
  std::vector<vtkActor*> order;

  explicit Impl(GlContext& c) : context(c) {}
  void updateActors(const SceneSnapshot& snapshot, const RibbonView& view, const ShadeUniforms& uniforms);
  void updateCamera(const SceneSnapshot& snapshot, std::array<double, 2> clipping, Tile tile);
  void read(QSize size);
};

SceneRenderer::SceneRenderer(GlContext& context) : impl_(std::make_unique<Impl>(context)) {
  context.makeCurrent();
  impl_->window->attach(context);
  impl_->renderer->SetUseDepthPeeling(false);
  impl_->renderer->GetCullers()->RemoveAllItems();
  impl_->renderer->AutomaticLightCreationOff();
  vtkNew<vtkLight> light;  // VTK passes normals to a shader only where there is a light; ours stands in shade.glsl
  light->SetLightTypeToHeadlight();
  impl_->renderer->AddLight(light);
  impl_->window->AddRenderer(impl_->renderer);
}

SceneRenderer::~SceneRenderer() {
  impl_->context.makeCurrent();
  impl_->renderer->RemoveAllViewProps();
  impl_->window->Finalize();
}

void SceneRenderer::Impl::updateActors(const SceneSnapshot& snapshot, const RibbonView& view,
                                       const ShadeUniforms& uniforms) {
  layers.resize(snapshot.layers.size());
  std::vector<std::pair<DrawOrder, vtkActor*>> wanted;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const SceneLayer& layer = snapshot.layers[i];
    if (std::holds_alternative<Splats>(layer.geometry)) {
      layers[i].reset();
      continue;
    }
    if (!layers[i] || !layers[i]->fits(layer, view)) layers[i] = std::make_unique<LayerActor>(layer, view);
    layers[i]->update(layer, view, uniforms);
    wanted.emplace_back(layers[i]->order(), layers[i]->actor());
  }
  if (snapshot.floor) {
    if (!floor) floor = std::make_unique<FloorActor>();
    floor->update(*snapshot.floor, view, uniforms);
    wanted.emplace_back(DrawOrder::Floor, floor->actor());
  }
  std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<vtkActor*> sorted;
  for (const auto& [place, actor] : wanted) sorted.push_back(actor);
  if (sorted == order) return;
  renderer->RemoveAllViewProps();
  for (vtkActor* actor : sorted) renderer->AddActor(actor);
  order = std::move(sorted);
}

void SceneRenderer::Impl::updateCamera(const SceneSnapshot& snapshot, std::array<double, 2> clipping, Tile tile) {
  const Camera& camera = snapshot.camera;
  vtkCamera* target = renderer->GetActiveCamera();
  const Vec3 eye = camera.eye(), up = camera.up();
  target->SetPosition(eye.x, eye.y, eye.z);
  target->SetFocalPoint(camera.target.x, camera.target.y, camera.target.z);
  target->SetViewUp(up.x, up.y, up.z);
  target->SetClippingRange(clipping[0], clipping[1]);
  setMatrix(projection, camera.projection(snapshot.viewport(), clipping[0], clipping[1], tile));
  target->SetExplicitProjectionTransformMatrix(projection);
  target->UseExplicitProjectionTransformMatrixOn();
  target->Modified();
}

void SceneRenderer::Impl::read(QSize size) {
  pixels.resize(static_cast<std::size_t>(size.width()) * static_cast<std::size_t>(size.height()) * 4);
  vtkOpenGLFramebufferObject* frame = window->GetRenderFramebuffer();
  frame->Bind(GL_READ_FRAMEBUFFER);
  frame->ActivateReadBuffer(0);
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glReadPixels(0, 0, size.width(), size.height(), GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
}

QImage SceneRenderer::render(const SceneSnapshot& snapshot, QSize size, double pixelRatio, int reduce, Tile tile) {
  if (size.isEmpty()) return {};
  const QSize drawn = size * reduce;
  if (std::max(drawn.width(), drawn.height()) > largestDrawnSide) throw std::logic_error("tile too large");
  impl_->context.makeCurrent();

  Bounds bounds = snapshot.bounds;
  if (snapshot.floor) {
    const SceneFloor& floor = *snapshot.floor;
    const Vec3 middle{floor.centre.x, floor.centre.y, floor.z};
    bounds.add(middle + Vec3{floor.extent, floor.extent, 0});
    bounds.add(middle - Vec3{floor.extent, floor.extent, 0});
  }
  const Rgba back = snapshot.background;
  const float fogColor[] = {back.r / 255.F, back.g / 255.F, back.b / 255.F};
  // The cue spans the marks, not the floor, which reaches farther.
  const auto depth = snapshot.camera.clipping(snapshot.bounds);
  const ShadeUniforms uniforms{
      {fogColor[0], fogColor[1], fogColor[2]},
      {static_cast<float>(depth[0]), static_cast<float>(1 / (depth[1] - depth[0])), static_cast<float>(snapshot.fog)}};
  const bool whole = tile.left <= 0 && tile.top <= 0 && tile.right >= 1 && tile.bottom >= 1;
  impl_->updateActors(
      snapshot,
      {snapshot.camera, snapshot.viewport(), 1 / (pixelRatio * reduce), whole, snapshot.quality == SceneQuality::Still},
      uniforms);
  impl_->updateCamera(snapshot, snapshot.camera.clipping(bounds), tile);
  const bool splats = SplatUnderlay::wanted(snapshot), transparent = snapshot.transparent || splats;
  const double base = transparent ? 0 : 1;
  impl_->renderer->SetBackground(fogColor[0] * base, fogColor[1] * base, fogColor[2] * base);
  impl_->renderer->SetBackgroundAlpha(base);
  impl_->window->SetSize(drawn.width(), drawn.height());
  glEnable(GL_PROGRAM_POINT_SIZE);
  impl_->window->Render();
  impl_->read(drawn);
  QImage marks = toImage(impl_->pixels, drawn, reduce, transparent);
  if (!splats) return marks;
  QImage picture = impl_->splats.draw(snapshot, size, tile);
  QPainter(&picture).drawImage(0, 0, marks);
  return snapshot.transparent ? picture : picture.convertToFormat(QImage::Format_RGB32);
}

}  // namespace learnscope
