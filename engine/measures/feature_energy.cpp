// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/feature_energy.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/measures/gram.h"
#include "engine/models/blas.h"

namespace learnscope {
namespace {

// Rows a block: a block of features of 256 neurons stays in the second-level cache.
constexpr int blockRows = 128;

template <class T>
using Row = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstRow = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

std::size_t at(int row, int columns) { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns); }

// Degree of homogeneity of E in w; 0: not homogeneous.
int energyDegree(Activation activation) {
  switch (activation) {
    case Activation::Square:
    case Activation::SquaredRelu:
      return 4;
    case Activation::Relu:
      return 2;
    case Activation::Silu:
      return 0;
  }
  return 0;
}

}  // namespace

template <class T>
void FeatureEnergy<T>::update(const TwoLayerNet<T>& net, const TrainingPairs& pairs, const T* outputs,
                              double functionScale) {
  normalisedEnergies(net, pairs);
  gradients(net, pairs, outputs, functionScale);
  compareGradients(net.order, net.hidden);
}

template <class T>
void FeatureEnergy<T>::classSums(const TwoLayerNet<T>& net, const TrainingPairs& pairs) {
  const int n = static_cast<int>(pairs.target.size()), k = net.hidden, m = net.order;
  sums_.assign(at(m, k), T(0));
  block_.resize(at(blockRows, k));
  for (int first = 0; first < n; first += blockRows) {
    const int rows = std::min(blockRows, n - first);
    hiddenFeatures(net, pairs.left.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)),
                   pairs.right.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)), block_.data());
    for (int i = 0; i < rows; ++i)
      Row<T>(sums_.data() + at(pairs.target[static_cast<std::size_t>(first + i)], k), k) +=
          ConstRow<T>(block_.data() + at(i, k), k);
  }
  Eigen::ArrayXd total = Eigen::ArrayXd::Zero(k);
  for (int c = 0; c < m; ++c) total += ConstRow<T>(sums_.data() + at(c, k), k).template cast<double>();
  signal_.resize(at(m, k));
  meanPush_.assign(static_cast<std::size_t>(k), 0.0);
  rawEnergies_.assign(static_cast<std::size_t>(k), 0.0);
  for (int c = 0; c < m; ++c) {
    const double share = pairs.classCounts[static_cast<std::size_t>(c)] / static_cast<double>(n);
    Row<double> s(signal_.data() + at(c, k), k);
    s = ConstRow<T>(sums_.data() + at(c, k), k).template cast<double>() - share * total;
    Row<double>(meanPush_.data(), k) += share * s;
    Row<double>(rawEnergies_.data(), k) += 0.5 * s.square();
  }
}

template <class T>
void FeatureEnergy<T>::normalisedEnergies(const TwoLayerNet<T>& net, const TrainingPairs& pairs) {
  const int k = net.hidden, m = net.order, degree = energyDegree(net.activation);
  inputNorms_.assign(static_cast<std::size_t>(k), 0.0);
  Row<double> norms(inputNorms_.data(), k);
  for (int row = 0; row < 2 * m; ++row)
    norms += ConstRow<T>(net.inputWeights + at(row, k), k).template cast<double>().square();
  norms = norms.sqrt();
  const double share = static_cast<double>(pairs.target.size()) / (static_cast<double>(m) * m);
  const double unit = share * share * m / 4;
  energies_.assign(static_cast<std::size_t>(k), 0.0);
  if (degree == 0) {  // the energy of the normalised weights themselves
    scaled_.resize(at(2 * m, k));
    for (int row = 0; row < 2 * m; ++row)
      for (int j = 0; j < k; ++j)
        scaled_[at(row, k) + static_cast<std::size_t>(j)] =
            norms[j] > 0 ? static_cast<T>(net.inputWeights[at(row, k) + static_cast<std::size_t>(j)] / norms[j]) : T(0);
    TwoLayerNet<T> normalised = net;
    normalised.inputWeights = scaled_.data();
    classSums(normalised, pairs);
    for (int j = 0; j < k; ++j)
      energies_[static_cast<std::size_t>(j)] = rawEnergies_[static_cast<std::size_t>(j)] / unit;
  }
  classSums(net, pairs);
  if (degree == 0) return;
  for (int j = 0; j < k; ++j)
    if (norms[j] > 0)
      energies_[static_cast<std::size_t>(j)] =
          rawEnergies_[static_cast<std::size_t>(j)] / std::pow(norms[j], degree) / unit;
}

template <class T>
void FeatureEnergy<T>::gradients(const TwoLayerNet<T>& net, const TrainingPairs& pairs, const T* outputs,
                                 double functionScale) {
  const int n = static_cast<int>(pairs.target.size()), k = net.hidden, m = net.order;
  outputMean_.assign(static_cast<std::size_t>(m), 0.0);
  for (int i = 0; i < n; ++i)
    Row<double>(outputMean_.data(), m) += ConstRow<T>(outputs + at(i, m), m).template cast<double>();
  push_.resize(at(m, k));
  double pushSquares = 0;
  for (int c = 0; c < m; ++c) {
    Row<T> push(push_.data() + at(c, k), k);
    push = (ConstRow<double>(signal_.data() + at(c, k), k) - ConstRow<double>(meanPush_.data(), k)).template cast<T>();
    pushSquares += pairs.classCounts[static_cast<std::size_t>(c)] * push.template cast<double>().square().sum();
  }
  // What is added to -O to give Yt - Ot, but for the one-hot entry: mean of O minus n_c / n.
  residual_.resize(at(blockRows, m));
  scaled_.resize(static_cast<std::size_t>(m));
  for (int c = 0; c < m; ++c)
    scaled_[static_cast<std::size_t>(c)] =
        static_cast<T>((outputMean_[static_cast<std::size_t>(c)] - pairs.classCounts[static_cast<std::size_t>(c)]) / n);
  slope_.resize(at(blockRows, k));
  featureGradient_.resize(at(blockRows, k));
  hiddenGradient_.assign(at(2 * m, k), T(0));
  energyGradient_.assign(at(2 * m, k), T(0));
  double product = 0, squares = 0;
  for (int first = 0; first < n; first += blockRows) {
    const int rows = std::min(blockRows, n - first);
    const auto from = static_cast<std::size_t>(first), count = static_cast<std::size_t>(rows);
    preActivations(net, pairs.left.subspan(from, count), pairs.right.subspan(from, count), block_.data());
    activationSlope(net.activation, block_.data(), slope_.data(), count * static_cast<std::size_t>(k));
    for (int i = 0; i < rows; ++i) {
      Row<T> residual(residual_.data() + at(i, m), m);
      residual = ConstRow<T>(scaled_.data(), m) - ConstRow<T>(outputs + at(first + i, m), m);
      residual[pairs.target[from + static_cast<std::size_t>(i)]] += T(1);
    }
    gemm(Transpose::No, Transpose::Yes, rows, k, m, static_cast<T>(functionScale * net.outputScale), residual_.data(),
         m, net.outputWeights, m, T(0), featureGradient_.data(), k);
    for (int i = 0; i < rows; ++i) {
      const std::size_t pair = from + static_cast<std::size_t>(i);
      const ConstRow<T> gradient(featureGradient_.data() + at(i, k), k), slope(slope_.data() + at(i, k), k),
          push(push_.data() + at(pairs.target[pair], k), k);
      product += static_cast<double>((gradient * push).sum());
      squares += static_cast<double>(gradient.square().sum());
      for (const int row : {static_cast<int>(pairs.left[pair]), m + pairs.right[pair]}) {
        Row<T>(hiddenGradient_.data() + at(row, k), k) += slope * gradient;
        Row<T>(energyGradient_.data() + at(row, k), k) += slope * push;
      }
    }
  }
  gradientNorm_ = std::sqrt(squares);
  const double norms = gradientNorm_ * std::sqrt(pushSquares);
  signalCosine_ = norms > 0 ? product / norms : 0;
}

template <class T>
void FeatureEnergy<T>::compareGradients(int order, int hidden) {
  Eigen::ArrayXd product = Eigen::ArrayXd::Zero(hidden), true2 = product, energy2 = product;
  for (int row = 0; row < 2 * order; ++row) {
    const auto trueGradient = ConstRow<T>(hiddenGradient_.data() + at(row, hidden), hidden).template cast<double>();
    const auto energyGradient = ConstRow<T>(energyGradient_.data() + at(row, hidden), hidden).template cast<double>();
    product += trueGradient * energyGradient;
    true2 += trueGradient.square();
    energy2 += energyGradient.square();
  }
  alignments_.resize(static_cast<std::size_t>(hidden));
  sorted_.clear();
  for (int j = 0; j < hidden; ++j) {
    const double cosine = product[j] / std::max(std::sqrt(true2[j]) * std::sqrt(energy2[j]), 1e-30);
    alignments_[static_cast<std::size_t>(j)] = cosine;
    if (inputNorms_[static_cast<std::size_t>(j)] > 0) sorted_.push_back(cosine);
  }
  if (sorted_.empty()) {
    alignment_ = std::numeric_limits<double>::quiet_NaN();
    return;
  }
  const auto middle = sorted_.begin() + static_cast<std::ptrdiff_t>((sorted_.size() - 1) / 2);
  std::nth_element(sorted_.begin(), middle, sorted_.end());
  alignment_ = *middle;
}

template class FeatureEnergy<float>;
template class FeatureEnergy<double>;

template <class T>
void centredFeatures(const TwoLayerNet<T>& net, const TrainingPairs& pairs, AlignedVector<T>& features) {
  const int n = static_cast<int>(pairs.target.size()), k = net.hidden;
  features.resize(at(n, k));
  hiddenFeatures(net, pairs.left, pairs.right, features.data());
  Eigen::ArrayXd mean = Eigen::ArrayXd::Zero(k);
  for (int i = 0; i < n; ++i) mean += ConstRow<T>(features.data() + at(i, k), k).template cast<double>();
  const Eigen::Array<T, Eigen::Dynamic, 1> centre = (mean / n).template cast<T>();
  for (int i = 0; i < n; ++i) Row<T>(features.data() + at(i, k), k) -= centre;
}
template void centredFeatures(const TwoLayerNet<float>&, const TrainingPairs&, AlignedVector<float>&);
template void centredFeatures(const TwoLayerNet<double>&, const TrainingPairs&, AlignedVector<double>&);

template <class T>
double independenceRatio(const AlignedVector<T>& centred, int pairs, int hidden, AlignedVector<T>& work) {
  if (hidden < 2) return 0;
  work.resize(at(hidden, hidden));
  gram(pairs, hidden, centred.data(), work.data());
  double diagonal = 0, off = 0;
  for (int j = 0; j < hidden; ++j) {
    diagonal += static_cast<double>(work[at(j, hidden) + static_cast<std::size_t>(j)]);
    const int rest = hidden - j - 1;
    if (rest > 0) off += ConstRow<T>(work.data() + at(j, hidden) + j + 1, rest).abs().template cast<double>().sum();
  }
  const double pairsOfNeurons = hidden * (hidden - 1.0) / 2;
  return diagonal > 0 ? (off / pairsOfNeurons) / (diagonal / hidden) : 0;
}
template double independenceRatio(const AlignedVector<float>&, int, int, AlignedVector<float>&);
template double independenceRatio(const AlignedVector<double>&, int, int, AlignedVector<double>&);

}  // namespace learnscope
