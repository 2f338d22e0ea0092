// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/splats/depth_order.h"
#include "engine/splats/gradient_kernels.h"
#include "engine/splats/splat_camera.h"

namespace learnscope::splats {

/// Numbers of an activated Gaussian: position (3), opacity, scales (3, linear), quaternion (4, w first, any length),
/// red, green, blue.
inline constexpr int kGaussianValues = 14;

struct GradientOptions {
  std::array<double, 3> background{1, 1, 1};
  /// Leaves out what has no derivative: the cut at alpha < 1/255, the cap at 0.99, the extents and the limit of x/z in
  /// the Jacobian. For checks against finite differences.
  bool exact = false;
};

/// A differentiable picture of Gaussians: forward() draws as Rasteriser does (without harmonics), backward() gives the
/// gradient with respect to all 14 numbers of every Gaussian, written out by hand. The order of depths counts as
/// constant. T is float (production) or double (checks); one thread; buffers are kept.
template <class T>
class DifferentiableRasteriser {
 public:
  /// `gaussians` [count][14]; the picture is [3][height][width], `alpha` (may be null) [height][width] in 0..1.
  void forward(const T* gaussians, std::size_t count, const SplatCamera& camera, const GradientOptions& options,
               T* picture, T* alpha);
  /// With the arguments of the last forward() and the loss's gradient with respect to its picture and alpha (may be
  /// null), adds that with respect to the Gaussians to `gradient` [count][14].
  void backward(const T* gaussians, const T* byPicture, const T* byAlpha, T* gradient);

 private:
  /// What is kept of a Gaussian's projection.
  struct Projection {
    std::array<T, 3> t;         // in the camera's frame
    std::array<T, 2> slope;     // x/z and y/z as they are in the Jacobian
    std::array<bool, 2> free;   // not at their limit
    std::array<T, 6> m;         // J W, rows
    std::array<T, 9> rotation;  // R
    std::array<T, 4> q;         // normalised
    T qLength;
    bool drawn;
  };
  struct Rect {
    int left, top, right, bottom;  // tiles, exclusive
  };

  void project(const T* gaussians, std::size_t i);
  Rect rectOf(std::size_t i, T xx, T yy) const;
  void bin();
  void backProject(const T* g, std::size_t i, T* gradient) const;

  SplatCamera camera_;
  GradientOptions options_;
  std::array<T, 9> view_{};
  std::vector<Projection> projections_;
  std::vector<BlendedSplat<T>> screen_, byScreen_;
  std::vector<Rect> rects_;
  DepthOrder order_;
  std::vector<std::uint32_t> starts_, next_, lists_;
  std::vector<BlendedPixels<T>> sums_;  // of every tile
  int columns_ = 0, rows_ = 0;
};

extern template class DifferentiableRasteriser<float>;
extern template class DifferentiableRasteriser<double>;

}  // namespace learnscope::splats
