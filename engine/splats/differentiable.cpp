// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/differentiable.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "engine/splats/splat_kernels.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kMean = 0, kOpacity = 3, kScale = 4, kRotation = 7, kColour = 11;

template <class T>
std::array<T, 9> rotationOf(const std::array<T, 4>& q) {
  const auto [w, x, y, z] = q;
  return {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
          2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
          2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
}

/// The gradient with respect to a unit quaternion of a loss whose gradient with respect to its matrix is r.
template <class T>
std::array<T, 4> byQuaternion(const std::array<T, 4>& q, const std::array<T, 9>& r) {
  const auto [w, x, y, z] = q;
  return {2 * (-z * r[1] + y * r[2] + z * r[3] - x * r[5] - y * r[6] + x * r[7]),
          2 * (y * r[1] + z * r[2] + y * r[3] - 2 * x * r[4] - w * r[5] + z * r[6] + w * r[7] - 2 * x * r[8]),
          2 * (-2 * y * r[0] + x * r[1] + w * r[2] + x * r[3] + z * r[5] - w * r[6] + z * r[7] - 2 * y * r[8]),
          2 * (-2 * z * r[0] - w * r[1] + x * r[2] + w * r[3] - 2 * z * r[4] + y * r[5] + x * r[6] + y * r[7])};
}

/// M S of the 2x3 matrix m, with S = (R diag s): rows of the screen covariance's root.
template <class T>
std::array<T, 6> rootOf(const std::array<T, 6>& m, const std::array<T, 9>& rotation, const T* scale) {
  std::array<T, 6> root{};
  for (std::size_t row = 0; row < 2; ++row)
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t j = 0; j < 3; ++j) root[3 * row + k] += m[3 * row + j] * rotation[3 * j + k];
      root[3 * row + k] *= scale[k];
    }
  return root;
}

template <class T>
T dot3(const T* a, const T* b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

}  // namespace

template <class T>
typename DifferentiableRasteriser<T>::Rect DifferentiableRasteriser<T>::rectOf(std::size_t i, T xx, T yy) const {
  if (options_.exact) return {0, 0, columns_, rows_};
  const BlendedSplat<T>& s = screen_[i];
  const T reach = std::sqrt(2 * std::log(std::max<T>(255 * s.opacity, 1)));
  const T ex = reach * std::sqrt(xx), ey = reach * std::sqrt(yy);
  const auto tile = [](T pixel, int tiles) {
    return static_cast<int>(std::clamp<T>(std::floor(pixel / kGradientTile), 0, static_cast<T>(tiles)));
  };
  const T half = T(0.5);
  return {tile(s.meanX - ex - half, columns_), tile(s.meanY - ey - half, rows_),
          tile(s.meanX + ex - half + kGradientTile, columns_), tile(s.meanY + ey - half + kGradientTile, rows_)};
}

template <class T>
void DifferentiableRasteriser<T>::project(const T* gaussians, std::size_t i) {
  const T* g = gaussians + i * kGaussianValues;
  Projection& p = projections_[i];
  rects_[i] = {0, 0, 0, 0};
  for (std::size_t row = 0; row < 3; ++row)
    p.t[row] = dot3(&view_[3 * row], g + kMean) + static_cast<T>(camera_.translation[row]);
  const T z = p.t[2];
  p.drawn = z >= static_cast<T>(camera_.nearest) && g[kOpacity] >= T(kAlphaCut);
  if (!p.drawn) return;
  const std::array<T, 2> focal{static_cast<T>(camera_.focalX), static_cast<T>(camera_.focalY)};
  const std::array<T, 2> size{static_cast<T>(camera_.width), static_cast<T>(camera_.height)};
  for (std::size_t k = 0; k < 2; ++k) {
    const T limit = static_cast<T>(kJacobianLimit) * size[k] / 2 / focal[k], u = p.t[k] / z;
    p.free[k] = options_.exact || std::abs(u) <= limit;
    p.slope[k] = p.free[k] ? u : std::copysign(limit, u);
    for (std::size_t j = 0; j < 3; ++j) p.m[3 * k + j] = focal[k] / z * (view_[3 * k + j] - p.slope[k] * view_[6 + j]);
  }
  p.qLength = std::sqrt(g[kRotation] * g[kRotation] + dot3(g + kRotation + 1, g + kRotation + 1));
  for (std::size_t k = 0; k < 4; ++k) p.q[k] = g[kRotation + k] / p.qLength;
  p.rotation = rotationOf(p.q);
  const std::array<T, 6> root = rootOf(p.m, p.rotation, g + kScale);
  const T xx = dot3(&root[0], &root[0]) + T(kLowPass), yy = dot3(&root[3], &root[3]) + T(kLowPass);
  const T xy = dot3(&root[0], &root[3]), det = xx * yy - xy * xy;
  screen_[i] = {focal[0] * p.t[0] / z + static_cast<T>(camera_.centreX),
                focal[1] * p.t[1] / z + static_cast<T>(camera_.centreY),
                yy / det,
                -xy / det,
                xx / det,
                g[kOpacity],
                g[kColour],
                g[kColour + 1],
                g[kColour + 2]};
  p.drawn = std::isfinite(screen_[i].meanX + screen_[i].meanY + screen_[i].xx + screen_[i].xy + screen_[i].yy);
  if (p.drawn) rects_[i] = rectOf(i, xx, yy);
}

template <class T>
void DifferentiableRasteriser<T>::bin() {
  std::size_t drawn = 0;
  for (const Projection& p : projections_) drawn += p.drawn;
  DepthOrder::Entry* entry = order_.reset(drawn);
  for (std::size_t i = 0; i < projections_.size(); ++i)
    if (projections_[i].drawn)
      *entry++ = {std::bit_cast<std::uint32_t>(static_cast<float>(projections_[i].t[2])),
                  static_cast<std::uint32_t>(i)};
  const DepthOrder::Entry* sorted = order_.sort();
  const auto visit = [&](const auto& f) {
    for (std::size_t k = 0; k < drawn; ++k) {
      const Rect& r = rects_[sorted[k].splat];
      for (int row = r.top; row < r.bottom; ++row)
        for (int column = r.left; column < r.right; ++column)
          f(static_cast<std::size_t>(row * columns_ + column), sorted[k].splat);
    }
  };
  starts_.assign(static_cast<std::size_t>(columns_ * rows_) + 1, 0);
  visit([&](std::size_t tile, std::uint32_t) { ++starts_[tile + 1]; });
  for (std::size_t tile = 1; tile < starts_.size(); ++tile) starts_[tile] += starts_[tile - 1];
  next_ = starts_;
  lists_.resize(starts_.back());
  visit([&](std::size_t tile, std::uint32_t splat) { lists_[next_[tile]++] = splat; });
}

template <class T>
void DifferentiableRasteriser<T>::forward(const T* gaussians, std::size_t count, const SplatCamera& camera,
                                          const GradientOptions& options, T* picture, T* alpha) {
  camera_ = camera;
  options_ = options;
  columns_ = (camera.width + kGradientTile - 1) / kGradientTile;
  rows_ = (camera.height + kGradientTile - 1) / kGradientTile;
  for (std::size_t k = 0; k < 9; ++k) view_[k] = static_cast<T>(camera.rotation[k]);
  projections_.resize(count);
  screen_.resize(count);
  rects_.resize(count);
  for (std::size_t i = 0; i < count; ++i) project(gaussians, i);
  bin();
  sums_.resize(static_cast<std::size_t>(columns_ * rows_));
  const auto plane = static_cast<std::size_t>(camera.width) * static_cast<std::size_t>(camera.height);
  for (std::size_t tile = 0; tile < sums_.size(); ++tile) {
    const int left = static_cast<int>(tile) % columns_ * kGradientTile;
    const int top = static_cast<int>(tile) / columns_ * kGradientTile;
    BlendedPixels<T>& sums = sums_[tile];
    gradientKernels<T>().forward(screen_.data(), lists_.data() + starts_[tile], starts_[tile + 1] - starts_[tile], left,
                                 top, options.exact, sums);
    const std::array<const T*, 3> channels{sums.red, sums.green, sums.blue};
    for (int y = top; y < std::min(top + kGradientTile, camera.height); ++y)
      for (int x = left; x < std::min(left + kGradientTile, camera.width); ++x) {
        const int at = (y - top) * kGradientTile + x - left;
        const auto pixel = static_cast<std::size_t>(y * camera.width + x);
        for (std::size_t c = 0; c < 3; ++c)
          picture[c * plane + pixel] = channels[c][at] + sums.through[at] * static_cast<T>(options.background[c]);
        if (alpha) alpha[pixel] = 1 - sums.through[at];
      }
  }
}

template <class T>
void DifferentiableRasteriser<T>::backward(const T* gaussians, const T* byPicture, const T* byAlpha, T* gradient) {
  byScreen_.assign(screen_.size(), BlendedSplat<T>{});
  const auto plane = static_cast<std::size_t>(camera_.width) * static_cast<std::size_t>(camera_.height);
  for (std::size_t tile = 0; tile < sums_.size(); ++tile) {
    const int left = static_cast<int>(tile) % columns_ * kGradientTile;
    const int top = static_cast<int>(tile) / columns_ * kGradientTile;
    BlendedPixels<T> loss{};
    const std::array<T*, 3> channels{loss.red, loss.green, loss.blue};
    for (int y = top; y < std::min(top + kGradientTile, camera_.height); ++y)
      for (int x = left; x < std::min(left + kGradientTile, camera_.width); ++x) {
        const int at = (y - top) * kGradientTile + x - left;
        const auto pixel = static_cast<std::size_t>(y * camera_.width + x);
        for (std::size_t c = 0; c < 3; ++c) {
          channels[c][at] = byPicture[c * plane + pixel];
          loss.through[at] += channels[c][at] * static_cast<T>(options_.background[c]);
        }
        if (byAlpha) loss.through[at] -= byAlpha[pixel];
      }
    gradientKernels<T>().backward(screen_.data(), lists_.data() + starts_[tile], starts_[tile + 1] - starts_[tile],
                                  left, top, options_.exact, sums_[tile], loss, byScreen_.data());
  }
  for (std::size_t i = 0; i < screen_.size(); ++i)
    if (projections_[i].drawn) backProject(gaussians + i * kGaussianValues, i, gradient + i * kGaussianValues);
}

/// From a splat's gradient on the screen to that of its 14 numbers.
template <class T>
void DifferentiableRasteriser<T>::backProject(const T* g, std::size_t i, T* gradient) const {
  const Projection& p = projections_[i];
  const BlendedSplat<T>& s = screen_[i];
  const BlendedSplat<T>& d = byScreen_[i];
  gradient[kOpacity] += d.opacity;
  gradient[kColour] += d.red;
  gradient[kColour + 1] += d.green;
  gradient[kColour + 2] += d.blue;
  // Sigma' = K^-1: dL/dSigma' = -K (dL/dK) K; the off-diagonal of dL/dK is half of d.xy.
  const T kx = s.xx * d.xx + s.xy * d.xy / 2, ky = s.xx * d.xy / 2 + s.xy * d.yy;
  const T lx = s.xy * d.xx + s.yy * d.xy / 2, ly = s.xy * d.xy / 2 + s.yy * d.yy;
  const T sxx = -(kx * s.xx + ky * s.xy), sxy = -(kx * s.xy + ky * s.yy), syy = -(lx * s.xy + ly * s.yy);
  // Sigma' = B B^T with B = M R S: dL/dB = 2 (dL/dSigma') B.
  const std::array<T, 6> root = rootOf(p.m, p.rotation, g + kScale);
  std::array<T, 6> byRoot;
  for (std::size_t k = 0; k < 3; ++k) {
    byRoot[k] = 2 * (sxx * root[k] + sxy * root[3 + k]);
    byRoot[3 + k] = 2 * (sxy * root[k] + syy * root[3 + k]);
  }
  std::array<T, 9> byRotation{};
  std::array<T, 6> byM{};
  for (std::size_t k = 0; k < 3; ++k)
    for (std::size_t j = 0; j < 3; ++j) {
      const T r = p.rotation[3 * j + k];
      for (std::size_t row = 0; row < 2; ++row) {
        gradient[kScale + k] += byRoot[3 * row + k] * p.m[3 * row + j] * r;
        byRotation[3 * j + k] += byRoot[3 * row + k] * p.m[3 * row + j] * g[kScale + k];
        byM[3 * row + j] += byRoot[3 * row + k] * r * g[kScale + k];
      }
    }
  const std::array<T, 4> byUnit = byQuaternion(p.q, byRotation);
  const T along = byUnit[0] * p.q[0] + dot3(&byUnit[1], &p.q[1]);
  for (std::size_t k = 0; k < 4; ++k) gradient[kRotation + k] += (byUnit[k] - along * p.q[k]) / p.qLength;
  // M = f/z (W_k - slope W_z), mean = f t_k / z + centre.
  const std::array<T, 2> focal{static_cast<T>(camera_.focalX), static_cast<T>(camera_.focalY)};
  const std::array<T, 2> byMean{d.meanX, d.meanY};
  const T z = p.t[2];
  std::array<T, 3> byT{};
  for (std::size_t k = 0; k < 2; ++k) {
    const T bySlope = -focal[k] / z * dot3(&byM[3 * k], &view_[6]);
    byT[2] -= dot3(&byM[3 * k], &p.m[3 * k]) / z;
    if (p.free[k]) {
      byT[k] += bySlope / z;
      byT[2] -= bySlope * p.t[k] / (z * z);
    }
    byT[k] += byMean[k] * focal[k] / z;
    byT[2] -= byMean[k] * focal[k] * p.t[k] / (z * z);
  }
  for (std::size_t j = 0; j < 3; ++j)
    for (std::size_t row = 0; row < 3; ++row) gradient[kMean + j] += view_[3 * row + j] * byT[row];
}

template class DifferentiableRasteriser<float>;
template class DifferentiableRasteriser<double>;

}  // namespace learnscope::splats
