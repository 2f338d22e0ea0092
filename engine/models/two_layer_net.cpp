// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_net.h"

#include <vector>

#include "engine/models/blas.h"
#include "engine/models/two_layer_kernels.h"

namespace learnscope {

template <class T>
void activate(Activation activation, const T* z, T* f, std::size_t count) {
  twoLayerKernels<T>().activate(activation, z, f, static_cast<long>(count));
}

template <class T>
void activationSlope(Activation activation, const T* z, T* d, std::size_t count) {
  twoLayerKernels<T>().slope(activation, z, d, static_cast<long>(count));
}

template <class T>
void preActivations(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                    T* z) {
  const long hidden = net.hidden;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const T* wa = net.inputWeights + left[i] * hidden;
    const T* wb = net.inputWeights + (net.order + right[i]) * hidden;
    T* row = z + static_cast<long>(i) * hidden;
    for (long j = 0; j < hidden; ++j) row[j] = wa[j] + wb[j];
  }
}

template <class T>
void hiddenFeatures(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
                    T* f) {
  twoLayerKernels<T>().gather(net.activation, net.inputWeights, net.order, net.hidden, left.data(), right.data(),
                              static_cast<int>(left.size()), f);
}

template <class T>
void outputsOf(const TwoLayerNet<T>& net, std::span<const std::int32_t> left, std::span<const std::int32_t> right,
               T* work, T* outputs) {
  hiddenFeatures(net, left, right, work);
  gemm(Transpose::No, Transpose::No, static_cast<int>(left.size()), net.order, net.hidden, net.outputScale, work,
       net.hidden, net.outputWeights, net.order, T(0), outputs, net.order);
}

template <class T>
double lossOf(LossKind loss, const T* outputs, std::span<const std::int32_t> target, int order) {
  const auto m = static_cast<std::size_t>(order);
  std::vector<T> row(m);
  double total = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    row.assign(outputs + i * m, outputs + (i + 1) * m);
    total += twoLayerKernels<T>().residual(loss, row.data(), &target[i], 1, order, T(1));
  }
  return total / static_cast<double>(target.size());
}

template void activate(Activation, const float*, float*, std::size_t);
template void activate(Activation, const double*, double*, std::size_t);
template void activationSlope(Activation, const float*, float*, std::size_t);
template void activationSlope(Activation, const double*, double*, std::size_t);
template void preActivations(const TwoLayerNet<float>&, std::span<const std::int32_t>, std::span<const std::int32_t>,
                             float*);
template void preActivations(const TwoLayerNet<double>&, std::span<const std::int32_t>, std::span<const std::int32_t>,
                             double*);
template void hiddenFeatures(const TwoLayerNet<float>&, std::span<const std::int32_t>, std::span<const std::int32_t>,
                             float*);
template void hiddenFeatures(const TwoLayerNet<double>&, std::span<const std::int32_t>, std::span<const std::int32_t>,
                             double*);
template void outputsOf(const TwoLayerNet<float>&, std::span<const std::int32_t>, std::span<const std::int32_t>, float*,
                        float*);
template void outputsOf(const TwoLayerNet<double>&, std::span<const std::int32_t>, std::span<const std::int32_t>,
                        double*, double*);
template double lossOf(LossKind, const float*, std::span<const std::int32_t>, int);
template double lossOf(LossKind, const double*, std::span<const std::int32_t>, int);

}  // namespace learnscope
