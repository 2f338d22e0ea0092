// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <vector>

#include "engine/models/lane_blocks.h"
#include "engine/models/row_layers.h"

namespace learnscope {

/// A drag as one picture sees it: start and end in shares of its sides, 0..1, in the picture of a lane.
struct PictureDrag {
  int lane = 0;
  float startX = 0, startY = 0, endX = 0, endY = 0;
};

/// A small network from four pictures of an object to Gaussians, one a pixel of 16 x 16 a view, conditioned on drags at
/// three scales (part-motion page, "splatter"; after LGM, arXiv 2402.05054, and PartRM, arXiv 2503.19913): channels
/// 16/32/64 at 32/16/8 pixels, halved by 3x3 convolutions of stride 2, residual blocks as in ConditionalUNet, attention
/// across the views of an object twice at 8 pixels, doubled to 16 before a 3x3 one. Before each block O becomes O +
/// Conv([M, O]), where M carries F(start) and F(end) of every drag at its start, blurred by a 3x3 mean; that
/// convolution starts at 0. Four objects of four views, lane = 4 object + view, go through side by side. All buffers
/// are owned.
class SplatterUNet {
 public:
  static constexpr int kObjects = 4, kViews = 4;
  static constexpr int kSize = 32, kInputs = 9, kOutSize = 16, kOutputs = 14, kLevels = 3;

  SplatterUNet();

  const LaneParameters& parameters() const { return parameters_; }
  /// Takes over parameters, which must outlive the passes; after every change of them too.
  void use(const float* parameters);

  /// [9] planes of 32 x 32.
  LanePlanes& input() { return input_; }
  /// Raw outputs, [14] planes of 16 x 16.
  const LanePlanes& output() const { return output_; }
  LanePlanes& outputGradient() { return outputGradient_; }
  /// `scales`: the levels, finest first, at which drags are embedded; without one the level is that of a network that
  /// knows no drags. Drags that start outside their picture are not felt.
  void forward(const std::vector<PictureDrag>& drags, const std::array<bool, kLevels>& scales);
  /// |M|_2 at a level and a pixel of the picture of a lane: how strongly the last forward() felt drags there.
  float dragStrength(int level, int lane, int x, int y) const;
  /// Adds the gradients of the parameters for outputGradient(), through the last forward().
  void backward(float* gradient);

 private:
  /// O += Conv([M, O]) at one level.
  struct Embedding {
    int channels = 0, size = 0;
    RowLinear<float> first, second;
    LaneConv conv;
    LanePlanes map, joint, byJoint;                                   ///< M, [blurred M | O], its gradient
    AlignedVector<float> raw, hidden, slope, code, byCode, byHidden;  ///< rows: starts of all drags, then their ends
  };
  Embedding makeEmbedding(int channels, int size, const std::string& name);
  void waves(const std::vector<PictureDrag>& drags);
  void embed(Embedding& embedding, LanePlanes& planes);
  void embedBackward(Embedding& embedding, LanePlanes& gradient, float* parameterGradients);
  void attend(RowAttention<float>& attention, LanePlanes& planes);
  void attendBackward(RowAttention<float>& attention, LanePlanes& gradient, float* parameterGradients);

  LaneParameters parameters_;
  const float* values_ = nullptr;
  LaneConv in_, down1_, down2_, up_, out_;
  std::array<Embedding, kLevels> embeddings_;
  LaneResidual full_, half_, quarter1_, quarter2_, merge_;
  RowAttention<float> attention1_, attention2_;
  LaneNorm norm_;
  std::vector<PictureDrag> drags_;
  std::array<bool, kLevels> scales_{};
  LanePlanes input_, output_, outputGradient_;
  LanePlanes a0_, a1_, a2_, joined_, a3_, a4_, a5_, doubled_, a6_;      ///< activations on the way
  LanePlanes d0_, d1_, d2_, byJoined_, d3_, d4_, d5_, byDoubled_, d6_;  ///< their gradients
  AlignedVector<float> waves_, rows_;                                   ///< [2 drags][32], [tokens][64]
};

}  // namespace learnscope
