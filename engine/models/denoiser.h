// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/models/lane_conv.h"

namespace learnscope {

/// What prompt and time add to the hidden units of a denoiser, for 16 samples: [sum of codeWidths()][16].
using PromptCodes = AlignedVector<float>;

/// A network that predicts the noise in a noisy sample from the sample, the diffusion time and a prompt; 16 samples
/// side by side. The prompt enters as codes, block by block, that are added to hidden units: interventions change them.
class Denoiser {
 public:
  virtual ~Denoiser() = default;

  virtual const LaneParameters& parameters() const = 0;
  /// Takes over parameters [parameters().count()], which must outlive the passes; after every change of them too.
  virtual void use(const float* parameters) = 0;
  /// Numbers of the prompt.
  virtual int promptLength() const = 0;
  /// Hidden units that the codes of each block shift.
  virtual std::vector<int> codeWidths() const = 0;

  /// Planes of a sample (3 colours; coordinates of a vector) and their grid.
  virtual int planes() const = 0;
  virtual const LaneGrid& grid() const = 0;
  virtual float* input() = 0;
  virtual const float* output() const = 0;
  virtual float* outputGradient() = 0;

  /// Codes of prompts [promptLength][16].
  virtual void promptCodes(const float* prompts, PromptCodes& codes) = 0;
  /// Codes of diffusion times [16], each in 0..1.
  virtual void timeCodes(const float* times, PromptCodes& codes) = 0;
  /// Output from input() with the sum of prompt and time codes; `keep` what backward() needs.
  virtual void forward(const PromptCodes& codes, bool keep) = 0;
  /// Adds the gradients of the parameters for outputGradient(), through the last forward(keep), promptCodes() and
  /// timeCodes().
  virtual void backward(float* parameterGradients) = 0;
};

inline constexpr int kTimeWaves = 32;
/// sin and cos of 1000 t 10000^(-i/16), i < 16 [32][16].
void timeWaves(const float* times, float* waves);

}  // namespace learnscope
