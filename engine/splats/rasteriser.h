// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "engine/splats/depth_order.h"
#include "engine/splats/prepared_splats.h"
#include "engine/splats/splat_camera.h"
#include "engine/splats/splat_kernels.h"
#include "engine/splats/view_colours.h"
#include "engine/splats/worker_pool.h"

namespace learnscope::splats {

enum class SplatShape {
  Gaussian,
  Ellipsoid,  ///< solid, at one sigma, with a depth of its own for every pixel
  Point       ///< a disc around the centre
};

struct RenderOptions {
  SplatShape shape = SplatShape::Gaussian;
  int degree = 3;                               ///< harmonics above are left out
  float opacityCut = 0;                         ///< splats below are not drawn
  float scale = 1;                              ///< factor of all scales
  bool antialiased = false;                     ///< the Mip correction, for splats trained with it
  float pointRadius = 1.5F;                     ///< pixels
  std::array<float, 4> background{1, 1, 1, 1};  ///< premultiplied red, green, blue, alpha, 0..1
};

/// Milliseconds (wall clock) of the parts of a frame, and what it drew.
struct FrameStatistics {
  double colours = 0, project = 0, sort = 0, bin = 0, raster = 0;
  double total() const { return colours + project + sort + bin + raster; }
  std::size_t visible = 0;  ///< splats on the screen
  std::size_t pairs = 0;    ///< splats times the tiles they touch
  std::size_t leftOut = 0;  ///< the farthest splats, where there would be more pairs than the limit
};

/// Draws Gaussian splats on the CPU: EWA projection, an exact sort by depth, lists of 16x16-pixel tiles, blending front
/// to back. The same picture for any number of threads. One picture at a time; its buffers are kept for the next.
class Rasteriser {
 public:
  explicit Rasteriser(int threads = 1) : pool_(threads) {}
  int threads() const { return pool_.size(); }

  void setSplats(std::shared_ptr<const PreparedSplats> splats);
  /// Bounds the memory of a picture: 4 bytes a pair of a splat and a tile (2^27 pairs at first). Beyond it the farthest
  /// splats are left out; only sets of huge splats get there, and what is in front of those hides them.
  void setPairLimit(std::uint64_t limit) { pairLimit_ = limit; }
  /// Colours (one array a channel) and opacities to be shown instead of the splats' own; null for those. They must
  /// outlive the next frames and have one value a splat.
  void setColours(std::shared_ptr<const std::array<AlignedVector<float>, 3>> colours);
  void setOpacities(std::shared_ptr<const AlignedVector<float>> opacities) { opacities_ = std::move(opacities); }

  /// Premultiplied red, green, blue, alpha, [height][width][4], over the background.
  FrameStatistics render(const SplatCamera& camera, const RenderOptions& options, AlignedVector<float>& rgba);
  /// 0xAARRGGBB premultiplied, rows `stride` pixels apart.
  FrameStatistics render(const SplatCamera& camera, const RenderOptions& options, std::uint32_t* pixels,
                         std::size_t stride);

  /// The splat in front at a place of the last picture: the first with which the accumulated alpha exceeds 1/2 (of
  /// ellipsoids and points: the nearest there).
  std::optional<std::size_t> pick(double x, double y) const;
  /// The splats whose centres the last picture shows at depth > nearest: for selections. x, y in pixels.
  struct Centre {
    std::uint32_t splat;
    float x, y;
  };
  std::vector<Centre> centres() const;

 private:
  struct Rect {
    std::uint16_t left, top, right, bottom;  // tiles, right and bottom exclusive
  };
  /// What one worker projects: its share of the splats, written from `first` on.
  struct Segment {
    std::size_t first = 0, end = 0, visible = 0;
    std::uint64_t pairs = 0;
  };

  FrameStatistics prepare(const SplatCamera& camera, const RenderOptions& options);
  void project(const SplatCamera& camera, const RenderOptions& options);
  void projectSegment(Segment& segment, const ProjectView& view, const RenderOptions& options);
  void sort();
  void limitPairs();
  std::size_t bin();
  template <class Store>
  void raster(const RenderOptions& options, const Store& store);
  void drawTile(std::size_t tile, const RenderOptions& options, TilePixels& pixels) const;

  WorkerPool pool_;
  std::shared_ptr<const PreparedSplats> splats_;
  std::shared_ptr<const std::array<AlignedVector<float>, 3>> fixedColours_;
  std::shared_ptr<const AlignedVector<float>> opacities_;
  ViewColours colours_;
  const std::array<AlignedVector<float>, 3>* shownColours_ = nullptr;  // of the last picture
  AlignedVector<ScreenSplat> screen_;
  AlignedVector<SolidDepth> solid_;
  AlignedVector<float> depth_;
  AlignedVector<Rect> rects_;
  std::vector<Segment> segments_;
  DepthOrder order_;
  const DepthOrder::Entry* sorted_ = nullptr;
  std::size_t drawn_ = 0;  ///< of the sorted ones
  std::uint64_t pairLimit_ = std::uint64_t{1} << 27U;
  std::vector<std::vector<std::uint32_t>> counts_;  // a worker's splats in each tile, then where it writes
  std::vector<std::uint32_t> tileStart_;
  AlignedVector<std::uint32_t> lists_;
  int columns_ = 0, rows_ = 0, width_ = 0, height_ = 0;
  RenderOptions options_;  // of the last picture
};

}  // namespace learnscope::splats
