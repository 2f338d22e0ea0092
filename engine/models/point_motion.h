// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/models/gaussian_codes.h"
#include "engine/models/row_layers.h"

namespace learnscope {

/// What the network adds to a Gaussian's code.
enum class MotionHead {
  Rigid,     ///< one gated rigid motion of the object, then a correction of every number
  Residual,  ///< a correction of every number
  Full       ///< nothing of the input is kept: every number is written anew
};

struct PointMotionShape {
  MotionHead head = MotionHead::Rigid;
  int points = 512;                       ///< Gaussians of an object
  std::vector<double> scales{0.15, 0.6};  ///< reach sigma of the drags in each block, world units; one block each
  int anchorStride = 8;                   ///< attention looks at every so many-th point
  bool operator==(const PointMotionShape&) const = default;
};

/// A network that turns the Gaussians of an object and its drags into the Gaussians of the moved object, one object a
/// pass (part-motion page, "points"; after PartRM, arXiv 2503.19913). A block adds the drags' messages
/// m_i = sum_k w_ik e_k / (sum_k w_ik + 0.1), w_ik = exp(-|x_i - s_k|^2 / 2 sigma^2), attention to anchors with two
/// heads, and a perceptron. Gradients are written out by hand. T is float (training) or double (checks against finite
/// differences). All buffers are owned: a pass with no more drags than before allocates nothing.
template <class T>
class PointMotion {
 public:
  static constexpr int kWidth = 64, kHeads = 2, kHidden = 128;
  static constexpr int kDragValues = 6;  ///< start x y z, end x y z

  explicit PointMotion(const PointMotionShape& shape);

  const PointMotionShape& shape() const { return shape_; }
  const LaneParameters& parameters() const { return parameters_; }
  /// The weights training starts from [parameters().count()].
  void draw(RandomStream& random, float* values) const;

  /// `gaussians` [points][14] activated, `drags` [count][6]; `scales` says for each block whether its drags are felt.
  /// The arguments must live until backward().
  void forward(const T* parameters, const T* gaussians, const T* drags, int count, const std::vector<bool>& scales);
  /// Codes of the moved Gaussians [points][14], of the last forward().
  const T* codes() const { return out_.data(); }
  /// How much each point takes part in the motion, 0..1 [points]; Rigid alone.
  const T* gate() const { return gate_.data(); }
  /// Rotation vector (radians) and shift about the mean start of the drags [6]; Rigid alone.
  const T* twist() const { return twist_.data(); }
  /// Adds to `gradient` [parameters().count()] what the gradient at codes() gives.
  void backward(const T* byCodes, T* gradient);

 private:
  using Buffer = AlignedVector<T>;
  using Linear = RowLinear<T>;
  struct Block {
    Linear drag1, drag2, drag3, mix, mlp1, mlp2;
    RowAttention<T> attention;
    RowNorm<T> norm;
    T sharpness = 0;
    Buffer reach;                               ///< [points][drags]
    Buffer message1, slope1, message2, slope2;  ///< of the drags' perceptron [drags][64]
    Buffer message;                             ///< e [drags][64]
    Buffer mixed;                               ///< [points][64 of h | 64 of m]
    Buffer hidden, slope;                       ///< [points][128]
  };

  void features();
  void dragFeatures();
  void messages(Block& block, bool felt);
  void move();
  void rigid();
  void rigidBackward(const T* byCodes, T* gradient);
  void blockBackward(Block& block, bool felt, const T* byMessageMean, T* gradient);
  void messagesBackward(Block& block, T* gradient);

  PointMotionShape shape_;
  LaneParameters parameters_;
  Linear in_, outLayer_, gateLayer_, twist1_, twist2_;
  std::vector<Block> blocks_;
  // Of the last forward pass.
  const T *p_ = nullptr, *gaussians_ = nullptr, *drags_ = nullptr;
  int count_ = 0;
  std::vector<bool> felt_;
  std::array<T, 3> centre_{};
  Buffer input_;                              ///< [points][14 codes | 24 waves]
  Buffer dragInput_;                          ///< [drags][75]
  Buffer h_;                                  ///< [points][64]
  Buffer out_;                                ///< [points][14]
  Buffer gateLogit_, gate_;                   ///< [points]
  Buffer pooled_, twistHidden_, twistSlope_;  ///< [128] each
  Buffer twist_;                              ///< [6]
  T gateSum_ = 0;
  std::array<T, 9> rotation_{};
  std::array<T, 4> turn_{};        ///< the rotation as a quaternion
  std::array<T, kWidth> dmean_{};  ///< gradient at the last block's messages, of each point
  Buffer moved_;                   ///< [points][7]: x y z and the quaternion before it is normalised
  // Gradients on the way.
  Buffer dh_, dwide_, dwork_, dmessage_, ones_, dgate_;
};

extern template class PointMotion<float>;
extern template class PointMotion<double>;

}  // namespace learnscope
