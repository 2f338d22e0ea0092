// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/rasteriser.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <utility>

namespace learnscope::splats {
namespace {

class Stopwatch {
 public:
  /// Milliseconds since it was made or last asked.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::milli>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

ProjectView viewOf(const SplatCamera& camera, const RenderOptions& options) {
  ProjectView view{};
  for (std::size_t k = 0; k < 9; ++k) view.rotation[k] = static_cast<float>(camera.rotation[k]);
  for (std::size_t k = 0; k < 3; ++k) view.translation[k] = static_cast<float>(camera.translation[k]);
  view.focalX = static_cast<float>(camera.focalX);
  view.focalY = static_cast<float>(camera.focalY);
  view.centreX = static_cast<float>(camera.centreX);
  view.centreY = static_cast<float>(camera.centreY);
  view.width = static_cast<float>(camera.width);
  view.height = static_cast<float>(camera.height);
  view.limitX = static_cast<float>(kJacobianLimit * camera.width / 2 / camera.focalX);
  view.limitY = static_cast<float>(kJacobianLimit * camera.height / 2 / camera.focalY);
  view.nearest = static_cast<float>(std::max(camera.nearest, 1e-6));
  view.scaleSquared = options.scale * options.scale;
  view.opacityCut = options.opacityCut;
  view.orthographic = camera.orthographic;
  view.compensated = options.antialiased && options.shape == SplatShape::Gaussian;
  view.solid = options.shape != SplatShape::Gaussian;
  return view;
}

/// A splat of lane i turned into a disc of `radius` pixels.
void makeDisc(ProjectOutput& out, int i, float radius) {
  const float curve = -0.72134752F / (radius * radius);  // -log2(e) / 2
  out.a[i] = out.c[i] = curve;
  out.b[i] = 0;
  out.slopeX[i] = out.slopeY[i] = out.thickness[i] = 0;
  out.extentX[i] = out.extentY[i] = radius;
}

std::uint16_t tileOf(float pixel, int tiles) {
  return static_cast<std::uint16_t>(std::clamp(static_cast<int>(std::floor(pixel / kTile)), 0, tiles));
}

}  // namespace

void Rasteriser::setSplats(std::shared_ptr<const PreparedSplats> splats) {
  splats_ = std::move(splats);
  opacities_.reset();
  fixedColours_.reset();
  const std::size_t n = splats_ ? splats_->size() : 0;
  // Nothing of the last picture's tiles may be asked about any more.
  columns_ = rows_ = 0;
  segments_.clear();
  screen_.resize(n);
  depth_.resize(n);
  rects_.resize(n);
  colours_.setSplats(splats_);
}

void Rasteriser::setColours(std::shared_ptr<const std::array<AlignedVector<float>, 3>> colours) {
  fixedColours_ = std::move(colours);
}

void Rasteriser::projectSegment(Segment& segment, const ProjectView& view, const RenderOptions& options) {
  const Gaussians& set = splats_->gaussians();
  const AlignedVector<float>& opacity = opacities_ ? *opacities_ : set.opacity;
  const auto& colours = *shownColours_;
  const auto project = splatKernels().project;
  ProjectOutput out;
  std::size_t to = segment.first;
  for (std::size_t first = segment.first; first < segment.end; first += kProjectBlock) {
    ProjectInput in{};
    for (std::size_t k = 0; k < 3; ++k) in.position[k] = set.position[k].data() + first;
    for (std::size_t k = 0; k < 6; ++k) in.covariance[k] = splats_->covariance()[k].data() + first;
    in.opacity = opacity.data() + first;
    in.count = static_cast<int>(std::min<std::size_t>(kProjectBlock, segment.end - first));
    project(in, view, out);
    for (int i = 0; i < in.count; ++i) {
      if (out.extentX[i] < 0) continue;
      if (options.shape == SplatShape::Point) makeDisc(out, i, options.pointRadius);
      const std::size_t source = first + static_cast<std::size_t>(i);
      const float x = out.meanX[i], y = out.meanY[i], ex = out.extentX[i], ey = out.extentY[i];
      screen_[to] = {x,
                     y,
                     out.a[i],
                     out.b[i],
                     out.c[i],
                     out.logOpacity[i],
                     colours[0][source],
                     colours[1][source],
                     colours[2][source],
                     ex,
                     ey,
                     static_cast<std::uint32_t>(source)};
      depth_[to] = out.depth[i];
      if (view.solid) solid_[to] = {out.depth[i], out.slopeX[i], out.slopeY[i], out.thickness[i]};
      // A pixel is reached if its centre, at +0.5, is.
      rects_[to] = {tileOf(x - ex - 0.5F, columns_), tileOf(y - ey - 0.5F, rows_),
                    tileOf(x + ex - 0.5F + kTile, columns_), tileOf(y + ey - 0.5F + kTile, rows_)};
      const Rect& rect = rects_[to];
      segment.pairs +=
          static_cast<std::uint64_t>(rect.right - rect.left) * static_cast<unsigned>(rect.bottom - rect.top);
      ++to;
    }
  }
  segment.visible = to - segment.first;
}

void Rasteriser::project(const SplatCamera& camera, const RenderOptions& options) {
  const ProjectView view = viewOf(camera, options);
  if (view.solid) solid_.resize(splats_->size());
  const auto workers = static_cast<std::size_t>(pool_.size());
  segments_.assign(workers, {});
  for (std::size_t worker = 0; worker < workers; ++worker) {
    segments_[worker].first = splats_->size() * worker / workers;
    segments_[worker].end = splats_->size() * (worker + 1) / workers;
  }
  pool_.run([&](int worker) { projectSegment(segments_[static_cast<std::size_t>(worker)], view, options); });
}

void Rasteriser::sort() {
  std::size_t visible = 0;
  for (const Segment& segment : segments_) visible += segment.visible;
  DepthOrder::Entry* entry = order_.reset(visible);
  for (const Segment& segment : segments_)
    for (std::size_t k = segment.first; k < segment.first + segment.visible; ++k)
      *entry++ = {std::bit_cast<std::uint32_t>(depth_[k]), static_cast<std::uint32_t>(k)};
  sorted_ = order_.sort();
}

void Rasteriser::limitPairs() {
  drawn_ = order_.size();
  std::uint64_t pairs = 0;
  for (const Segment& segment : segments_) pairs += segment.pairs;
  if (pairs <= pairLimit_) return;
  pairs = 0;
  for (drawn_ = 0; drawn_ < order_.size(); ++drawn_) {
    const Rect& rect = rects_[sorted_[drawn_].splat];
    pairs += static_cast<std::uint64_t>(rect.right - rect.left) * static_cast<unsigned>(rect.bottom - rect.top);
    if (pairs > pairLimit_) return;
  }
}

std::size_t Rasteriser::bin() {
  const std::size_t tiles = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  const auto workers = static_cast<std::size_t>(pool_.size());
  counts_.resize(workers);
  const auto forShare = [&](std::size_t worker, const auto& visit) {
    const std::size_t first = drawn_ * worker / workers, last = drawn_ * (worker + 1) / workers;
    for (std::size_t k = first; k < last; ++k) {
      const std::uint32_t splat = sorted_[k].splat;
      const Rect rect = rects_[splat];
      for (std::size_t row = rect.top; row < rect.bottom; ++row)
        for (std::size_t column = rect.left; column < rect.right; ++column)
          visit(row * static_cast<std::size_t>(columns_) + column, splat);
    }
  };
  pool_.run([&](int worker) {
    auto& counts = counts_[static_cast<std::size_t>(worker)];
    counts.assign(tiles, 0);
    forShare(static_cast<std::size_t>(worker), [&](std::size_t tile, std::uint32_t) { ++counts[tile]; });
  });
  tileStart_.resize(tiles + 1);
  std::uint32_t sum = 0;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    tileStart_[tile] = sum;
    for (auto& counts : counts_) sum += std::exchange(counts[tile], sum);
  }
  tileStart_[tiles] = sum;
  if (lists_.size() < sum) lists_.resize(sum + sum / 4);
  pool_.run([&](int worker) {
    auto& next = counts_[static_cast<std::size_t>(worker)];
    forShare(static_cast<std::size_t>(worker),
             [&](std::size_t tile, std::uint32_t splat) { lists_[next[tile]++] = splat; });
  });
  return sum;
}

void Rasteriser::drawTile(std::size_t tile, const RenderOptions& options, TilePixels& pixels) const {
  const int left = static_cast<int>(tile % static_cast<std::size_t>(columns_)) * kTile;
  const int top = static_cast<int>(tile / static_cast<std::size_t>(columns_)) * kTile;
  const std::uint32_t* list = lists_.data() + tileStart_[tile];
  const std::uint32_t count = tileStart_[tile + 1] - tileStart_[tile];
  if (options.shape == SplatShape::Gaussian)
    splatKernels().blendTile(screen_.data(), list, count, left, top, pixels);
  else
    splatKernels().solidTile(screen_.data(), solid_.data(), list, count, left, top, options.shape == SplatShape::Point,
                             pixels);
}

template <class Store>
void Rasteriser::raster(const RenderOptions& options, const Store& store) {
  const std::size_t tiles = static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_);
  std::atomic<std::size_t> next{0};
  pool_.run([&](int) {
    TilePixels pixels;
    for (std::size_t tile = next++; tile < tiles; tile = next++) {
      drawTile(tile, options, pixels);
      const int left = static_cast<int>(tile % static_cast<std::size_t>(columns_)) * kTile;
      const int top = static_cast<int>(tile / static_cast<std::size_t>(columns_)) * kTile;
      store(pixels, left, top, std::min(kTile, width_ - left), std::min(kTile, height_ - top));
    }
  });
}

FrameStatistics Rasteriser::prepare(const SplatCamera& camera, const RenderOptions& options) {
  FrameStatistics statistics;
  width_ = camera.width;
  height_ = camera.height;
  columns_ = (width_ + kTile - 1) / kTile;
  rows_ = (height_ + kTile - 1) / kTile;
  options_ = options;
  Stopwatch watch;
  shownColours_ = fixedColours_ ? fixedColours_.get() : &colours_.update(camera.eye(), options.degree, pool_);
  statistics.colours = watch.lap();
  project(camera, options);
  statistics.project = watch.lap();
  sort();
  statistics.sort = watch.lap();
  limitPairs();
  statistics.pairs = bin();
  statistics.bin = watch.lap();
  statistics.visible = drawn_;
  statistics.leftOut = order_.size() - drawn_;
  return statistics;
}

FrameStatistics Rasteriser::render(const SplatCamera& camera, const RenderOptions& options,
                                   AlignedVector<float>& rgba) {
  FrameStatistics statistics = prepare(camera, options);
  rgba.resize(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 4);
  Stopwatch watch;
  const auto& background = options.background;
  raster(options, [&](const TilePixels& tile, int left, int top, int columns, int rows) {
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column) {
        const int at = row * kTile + column;
        const float t = tile.through[at];
        float* out = rgba.data() + 4 * (static_cast<std::size_t>(top + row) * static_cast<std::size_t>(width_) +
                                        static_cast<std::size_t>(left + column));
        out[0] = tile.red[at] + t * background[0];
        out[1] = tile.green[at] + t * background[1];
        out[2] = tile.blue[at] + t * background[2];
        out[3] = 1 - t + t * background[3];
      }
  });
  statistics.raster = watch.lap();
  return statistics;
}

FrameStatistics Rasteriser::render(const SplatCamera& camera, const RenderOptions& options, std::uint32_t* pixels,
                                   std::size_t stride) {
  FrameStatistics statistics = prepare(camera, options);
  Stopwatch watch;
  raster(options, [&](const TilePixels& tile, int left, int top, int columns, int rows) {
    splatKernels().packTile(tile, options.background.data(), columns, rows,
                            pixels + static_cast<std::size_t>(top) * stride + static_cast<std::size_t>(left),
                            static_cast<long>(stride));
  });
  statistics.raster = watch.lap();
  return statistics;
}

std::optional<std::size_t> Rasteriser::pick(double x, double y) const {
  const int column = static_cast<int>(std::floor(x / kTile)), row = static_cast<int>(std::floor(y / kTile));
  if (column < 0 || row < 0 || column >= columns_ || row >= rows_) return {};
  const std::size_t tile =
      static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
  double through = 1;
  std::optional<std::size_t> nearest;
  float nearestDepth = INFINITY;
  for (std::uint32_t k = tileStart_[tile]; k < tileStart_[tile + 1]; ++k) {
    const ScreenSplat& s = screen_[lists_[k]];
    const float dx = static_cast<float>(std::floor(x) + 0.5) - s.meanX;
    const float dy = static_cast<float>(std::floor(y) + 0.5) - s.meanY;
    const float log2 = s.a * dx * dx + s.b * dx * dy + s.c * dy * dy;
    if (options_.shape == SplatShape::Gaussian) {
      const float alpha = std::min(kMostAlpha, std::exp2(log2 + s.logOpacity));
      if (alpha >= kAlphaCut) through *= 1 - static_cast<double>(alpha);
      if (through < 0.5) return s.source;
      continue;
    }
    const float inside = 1 + log2 / 0.72134752F;  // 1 - m
    if (inside < 0) continue;
    const SolidDepth& d = solid_[lists_[k]];
    const float depth = d.depth + d.slopeX * dx + d.slopeY * dy - d.thickness * std::sqrt(inside);
    if (depth >= nearestDepth) continue;
    nearestDepth = depth;
    nearest = s.source;
  }
  return nearest;
}

std::vector<Rasteriser::Centre> Rasteriser::centres() const {
  std::vector<Centre> all;
  all.reserve(order_.size());
  for (const Segment& segment : segments_)
    for (std::size_t k = segment.first; k < segment.first + segment.visible; ++k)
      all.push_back({screen_[k].source, screen_[k].meanX, screen_[k].meanY});
  return all;
}

}  // namespace learnscope::splats
