// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <memory>

#include "engine/splats/rasteriser.h"
#include "widgets/scene/gl_context.h"

namespace learnscope {

/// Draws Gaussian splats with OpenGL 3.3: an instanced quad a splat, its data in texture buffers, sorted back to front
/// on the CPU, blended premultiplied in half floats. The same pictures as Rasteriser up to rounding; Gaussians only.
/// Made for and used with one current context. Throws std::runtime_error where the driver refuses.
class SplatGlPainter {
 public:
  explicit SplatGlPainter(const GlContext& context);
  ~SplatGlPainter();
  SplatGlPainter(const SplatGlPainter&) = delete;
  SplatGlPainter& operator=(const SplatGlPainter&) = delete;

  /// The most splats that the driver's texture buffers hold.
  std::size_t capacity() const;
  void setSplats(std::shared_ptr<const splats::PreparedSplats> splats);
  /// Into `image`, which has the camera's size and is ARGB32_Premultiplied; colours and opacities may be null (the
  /// splats' own).
  splats::FrameStatistics render(const splats::SplatCamera& camera, const splats::RenderOptions& options,
                                 const std::shared_ptr<const std::array<AlignedVector<float>, 3>>& colours,
                                 const std::shared_ptr<const AlignedVector<float>>& opacities, QImage& image);

 private:
  struct Functions;
  struct Resources;
  void makeProgram();
  void resizeTarget(int width, int height);
  void uploadLook(const std::array<AlignedVector<float>, 3>& colours, const AlignedVector<float>& opacities);
  std::size_t uploadOrder(const splats::SplatCamera& camera);
  void setUniforms(const splats::SplatCamera& camera, const splats::RenderOptions& options);

  std::unique_ptr<Functions> gl_;
  std::unique_ptr<Resources> r_;
  std::shared_ptr<const splats::PreparedSplats> splats_;
  splats::ViewColours viewColours_;
  splats::WorkerPool pool_{1};
  splats::DepthOrder order_;
  AlignedVector<std::uint32_t> indices_;
  AlignedVector<float> staging_;
  const void* shownColours_ = nullptr;  // what the look buffer holds
  const void* shownOpacities_ = nullptr;
};

}  // namespace learnscope
