// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

/// The loops of a feed-forward net that are no matrix product, on plain pointers: built once for the baseline CPU and
/// once for AVX2+FMA, chosen once.
struct MlpKernels {
  /// g <- 0 where h is 0.
  void (*throughRelu)(float* g, const float* h, long count);
  /// out [width] = sum of the rows of g [rows, width].
  void (*columnSums)(const float* g, long rows, long width, float* out);
  /// out [width] = sum over the rows of g * h, both [rows, width].
  void (*columnProducts)(const float* g, const float* h, long rows, long width, float* out);
  /// Mean and biased variance of each column of z [rows, width].
  void (*columnMoments)(const float* z, long rows, long width, float* mean, float* variance);
  /// Batch normalisation and ReLU: normal = (z - mean) * inverse, z <- max(0, scale * normal + shift).
  void (*normalise)(float* z, float* normal, const float* mean, const float* inverse, const float* scale,
                    const float* shift, long rows, long width);
  /// g, a gradient by scale * normal + shift, becomes one by z: scale * inverse * (g - (sums + normal * productSums) /
  /// rows), with the column sums of g and of g * normal where the statistics were those of these rows; null where not.
  void (*throughNorm)(float* g, const float* normal, const float* scale, const float* inverse, const float* sums,
                      const float* productSums, long rows, long width);
  /// Maximum over each 2x2 block of an image [side, side, channels], a last odd row or column left out; `chosen` says
  /// which of the four. unpool adds g to where the maximum was.
  void (*pool)(const float* image, int side, int channels, float* out, unsigned char* chosen);
  void (*unpool)(const float* g, const unsigned char* chosen, int side, int channels, float* image);
  /// Logits [rows, classes] -> scale * d(sum of the rows' cross entropies)/d(logits), in place, and the sum of the
  /// cross entropies. `masks` [., classes] says by row `maskOf[row]` which classes take part (0: none of the loss
  /// reaches them); null: all. `right` counts the rows whose largest logit that takes part is the target.
  double (*crossEntropy)(float* logits, const int* target, long rows, int classes, float scale,
                         const unsigned char* masks, const int* maskOf, long* right);
  /// The same sum without a gradient, the logits left alone; `mask` [classes] (null: all) holds for all rows.
  double (*judge)(const float* logits, const int* target, long rows, int classes, const unsigned char* mask,
                  long* right);
  /// Probabilities softmax(z / temperature) of each row, in place.
  void (*softmax)(float* logits, long rows, int classes, float temperature);
  double (*dot)(const float* a, const float* b, long count);
  /// to += factor * from.
  void (*addScaled)(float* to, const float* from, float factor, long count);
  /// to = a * x + b * y.
  void (*mix)(float* to, float a, const float* x, float b, const float* y, long count);
  /// v <- momentum v + g; w <- w - rate v.
  void (*sgd)(float* w, float* v, const float* g, float rate, float momentum, long count);
  /// w <- (w + strength * omega * anchor) / (1 + strength * omega): the proximal step of a quadratic penalty.
  void (*proximal)(float* w, const float* omega, const float* anchor, float strength, long count);
  /// x <- x^2, or |x|.
  void (*square)(float* x, long count);
  void (*absolute)(float* x, long count);
  /// False if any value is NaN or infinite.
  bool (*finite)(const float* values, long count);
};

const MlpKernels& mlpKernels();
/// The set every CPU can run; for tests.
const MlpKernels& baselineMlpKernels();

namespace avx2 {
const MlpKernels& mlpKernels();
}  // namespace avx2

}  // namespace learnscope
