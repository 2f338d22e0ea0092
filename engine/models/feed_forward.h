// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/random_stream.h"
#include "engine/models/product_kernels.h"

namespace learnscope {

/// What a feed-forward net is made of: dense layers with ReLU between them; before them, perhaps, convolutions (3x3,
/// border of zeros), each with ReLU and 2x2 maximum pooling; and perhaps batch normalisation (Ioffe & Szegedy 2015)
/// between each layer but the last and its ReLU.
struct FeedForwardPlan {
  std::vector<int> widths;     ///< of the dense part: inputs of the net, hidden layers, outputs; at least two, positive
  std::vector<int> maps = {};  ///< of each convolution; the inputs are then images [channels, side, side]
  int channels = 1, side = 0;
  bool batchNorm = false;
};

/// One layer: a product with its weights [outputs, inputs] for each of its positions.
struct FeedForwardLayer {
  int inputs = 0, outputs = 0;  ///< of a convolution: 9 a channel, and maps
  int side = 0, channels = 0;   ///< of the images a convolution reads; side 0: dense
  bool last = false;            ///< no ReLU
  bool normalised = false;
  std::size_t weights = 0, biases = 0;  ///< of a normalised layer, biases are the shifts that follow normalisation
  std::size_t scales = 0, means = 0, variances = 0;  ///< of a normalised layer
  bool convolution() const { return side > 0; }
  int positions() const { return convolution() ? side * side : 1; }
  int pooledSide() const { return side / 2; }
  bool operator==(const FeedForwardLayer&) const = default;
};

/// Where the parameters of a net stand in one flat buffer: layer after layer, weights row-major, then biases, then
/// scales, each starting on a 64-byte boundary (the gaps stay 0). Behind them the running means and variances of
/// normalised layers, which no gradient moves.
class FeedForwardShape {
 public:
  FeedForwardShape() = default;
  /// A perceptron: widths from the inputs to the outputs.
  explicit FeedForwardShape(std::vector<int> widths) : FeedForwardShape(FeedForwardPlan{std::move(widths)}) {}
  /// Throws std::invalid_argument for fewer than two widths, any number below 1, images that do not fit the inputs or
  /// that pooling leaves no pixel of.
  explicit FeedForwardShape(const FeedForwardPlan& plan);

  int layers() const { return static_cast<int>(layers_.size()); }
  const FeedForwardLayer& layer(int l) const { return layers_[static_cast<std::size_t>(l)]; }
  int inputs() const { return widths_.front(); }
  int outputs() const { return widths_.back(); }
  /// Numbers a sample of activity l: 0 the inputs, layers() the outputs; of a convolution, pooled [side, side, maps].
  int width(int l) const { return widths_[static_cast<std::size_t>(l)]; }
  std::size_t weights(int l) const { return layer(l).weights; }
  std::size_t biases(int l) const { return layer(l).biases; }
  /// Where a layer's parameters begin and end.
  std::size_t begin(int l) const { return weights(l); }
  std::size_t end(int l) const { return l + 1 < layers() ? weights(l + 1) : trainable_; }
  /// Length of the flat buffer, gaps included, and of its part that gradients move.
  std::size_t size() const { return size_; }
  std::size_t trainable() const { return trainable_; }
  bool normalised() const { return trainable_ < size_; }
  /// Number of parameters.
  std::size_t parameters() const;
  /// Multiplications of one sample's way forward.
  double multiplications() const;
  bool operator==(const FeedForwardShape&) const = default;

  /// PyTorch's default: weights and biases of a layer uniform in +-1/sqrt(inputs of the layer) (Kaiming with a =
  /// sqrt(5)); of normalised layers shift 0, scale 1, mean 0, variance 1.
  AlignedVector<float> initial(RandomStream random) const;

 private:
  void add(FeedForwardLayer layer, int width);

  std::vector<int> widths_;  ///< of the activities
  std::vector<FeedForwardLayer> layers_;
  std::size_t trainable_ = 0, size_ = 0;
};

/// Forward and backward passes of one net over at most `rows` samples, with buffers of its own. A convolution is a
/// dense layer over the patches of its images, so that normalisation, gradients and importances are those of dense
/// layers.
class FeedForwardPass {
 public:
  FeedForwardPass(const FeedForwardShape& shape, int rows);
  const FeedForwardShape& shape() const { return shape_; }
  int capacity() const { return capacity_; }

  /// Activities of x [rows, inputs], rows <= capacity; normalised by the running statistics.
  void forward(const float* theta, const float* x, int rows);
  /// The same, normalised by the statistics of these rows, of which the running ones in theta take over `share`
  /// (PyTorch's momentum; variances unbiased).
  void forwardInTraining(float* theta, const float* x, int rows, float share = 0.1F);
  int rows() const { return rows_; }
  /// [rows, outputs], of the last forward pass; a loss turns them into its gradient before backward().
  std::span<float> logits();
  /// Activity l >= 1 of a hidden layer [rows, width(l)].
  std::span<const float> hidden(int l) const;
  /// gradient [size()] = d(loss)/d(theta) with d(loss)/d(logits) standing in logits(); x as in the forward pass, whose
  /// kind of statistics it is the gradient of.
  void backward(const float* theta, const float* x, float* gradient);
  enum class Power { Square, Absolute };
  /// importance = sum over samples of the square (or the absolute value) of each sample's own gradient, after
  /// forward(). A sample's gradient of a dense weight is delta * activity, so one product of squares gives all.
  /// Activities are lost.
  void importance(const float* theta, const float* x, Power power, float* importance);

 private:
  /// What a layer keeps between the passes.
  struct Kept {
    AlignedVector<float> activity;      ///< of its units, pooled [rows, width]
    AlignedVector<float> delta;         ///< d(loss)/d(activity), then d(loss)/d(product); the last layer's is logits()
    AlignedVector<float> maps;          ///< of a convolution, before pooling [rows, positions, outputs]
    AlignedVector<float> mapDelta;      ///< d(loss)/d(product) of a convolution
    std::vector<unsigned char> chosen;  ///< which of four was the maximum [rows, width]
    AlignedVector<float> normal;        ///< normalised products [rows * positions, outputs]
    AlignedVector<float> mean, inverse, sums, productSums;  ///< [outputs]; inverse of the deviation
  };
  Kept& kept(int l) { return kept_[static_cast<std::size_t>(l)]; }
  const float* input(int l, const float* x) { return l == 0 ? x : kept(l - 1).activity.data(); }
  long products(int l) const { return static_cast<long>(rows_) * shape_.layer(l).positions(); }
  float* product(int l) { return shape_.layer(l).convolution() ? kept(l).maps.data() : kept(l).activity.data(); }
  float* productDelta(int l);

  void run(const float* theta, float* statistics, const float* x, int rows, float share);
  void multiply(int l, const float* theta, const float* in);
  void normalise(int l, const float* theta, float* statistics, float share);
  void deltas(const float* theta, float* gradient, const Power* perSample);
  void throughLayer(int l, const float* theta);
  void throughActivation(int l, const float* theta, float* gradient, const Power* perSample);
  void weightGradient(int l, const float* in, float* gradient);
  void convolutionImportance(int l, const float* in, Power power, float* importance);
  /// The three products of a layer with `rows` of its patches (of a dense layer: inputs): what it makes of them, with
  /// bias and ReLU where no normalisation comes between; the gradient by them; and that by its weights.
  void multiplied(const MatrixProduct& product);
  void multiplyWeights(int l, const float* theta, const float* in, int rows, float* to);
  void multiplyDeltas(int l, const float* theta, const float* deltas, int rows, float* to);
  void multiplyInputs(int l, const float* deltas, const float* in, int rows, bool add, float* gradient);
  /// Patches of images first .. first + count - 1 of layer l's input, [count * positions, inputs].
  void gatherPatches(int l, const float* in, int first, int count);

  FeedForwardShape shape_;
  int capacity_, rows_ = 0;
  bool batchStatistics_ = false;  ///< of the last forward pass
  std::vector<Kept> kept_;
  AlignedVector<float> inputs_;          ///< squares of x
  AlignedVector<float> patches_, part_;  ///< of a few images; one sample's gradient
  AlignedVector<float> panel_;           ///< for products
};

}  // namespace learnscope
