// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/measurement.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/measures/distances.h"
#include "engine/measures/interaction.h"
#include "engine/measures/pca.h"

namespace learnscope::grokking {
namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

TrainingPairs trainingPairsOf(const PairTask& task) {
  return {task.trainLeft(), task.trainRight(), task.trainTarget(), task.classCounts()};
}

std::size_t at(int row, int columns) { return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns); }

Array floats(std::span<const double> values, std::vector<std::int64_t> ids = {}) {
  const std::vector<float> narrow(values.begin(), values.end());
  return Array::from<float>(narrow, {static_cast<std::int64_t>(narrow.size())}, std::move(ids));
}

}  // namespace

template <class T>
void gradientPower(FeatureSpectrum& spectrum, const AlignedVector<T>& gradient, int hidden, AlignedVector<double>& work,
                   std::vector<double>& power) {
  power.assign(static_cast<std::size_t>(spectrum.features()), 0.0);
  for (const int half : {0, 1}) {
    spectrum.ofColumns(gradient.data() + at(half * spectrum.length(), hidden), hidden, work);
    for (int k = 0; k < spectrum.features(); ++k)
      power[static_cast<std::size_t>(k)] += Eigen::Map<const Eigen::ArrayXd>(work.data() + at(k, hidden), hidden).sum();
  }
}
template void gradientPower(FeatureSpectrum&, const AlignedVector<float>&, int, AlignedVector<double>&,
                            std::vector<double>&);
template void gradientPower(FeatureSpectrum&, const AlignedVector<double>&, int, AlignedVector<double>&,
                            std::vector<double>&);

template <class T>
Measurement<T>::Measurement(const FeatureSet& features) : features_(features) {
  if (!features.present()) return;
  spectrum_ = features.spectrum();
  alpha_.assign(static_cast<std::size_t>(features.count()), 0.0);
  allAlpha_.assign(alpha_.size() + 1, 0.0);
}

template <class T>
void Measurement<T>::setTask(const PairTask& task, LossKind loss) {
  const int m = task.order();
  const std::span<const std::int32_t> answers = task.operation().values();
  table_.setTask(answers, task.trainMask(), m, loss);
  answers_.assign(answers.begin(), answers.end());
  answerCounts_.assign(static_cast<std::size_t>(m), 0);
  for (std::int32_t answer : answers_) ++answerCounts_[static_cast<std::size_t>(answer)];
  left_.resize(at(m, m));
  right_.resize(at(m, m));
  for (int a = 0; a < m; ++a)
    for (int b = 0; b < m; ++b) {
      left_[at(a, m) + static_cast<std::size_t>(b)] = a;
      right_[at(a, m) + static_cast<std::size_t>(b)] = b;
    }
  trainIndex_.assign(at(m, m), -1);
  for (int i = 0; i < task.trainCount(); ++i)
    trainIndex_[at(task.left()[static_cast<std::size_t>(i)], m) +
                static_cast<std::size_t>(task.right()[static_cast<std::size_t>(i)])] = i;
  trainOutputs_.resize(at(task.trainCount(), m));
}

template <class T>
void Measurement<T>::compute(TwoLayerTrainer& trainer, const TwoLayerNet<T>& net, const PairTask& task, bool withRing) {
  evaluateTable(trainer, net, withRing);
  const double laziness = trainer.options().laziness;
  energy_.update(net, trainingPairsOf(task), trainOutputs_.data(), laziness > 0 ? laziness : 1.0);
  std::vector<double> sorted = energy_.energies();
  std::sort(sorted.begin(), sorted.end());
  largestEnergy_ = sorted.back();
  medianEnergy_ = sorted[(sorted.size() - 1) / 2];
  outputNorms_.resize(static_cast<std::size_t>(net.hidden));
  sizes_.resize(outputNorms_.size());
  for (std::size_t j = 0; j < sizes_.size(); ++j) {
    outputNorms_[j] =
        norm<T>({net.outputWeights + j * static_cast<std::size_t>(net.order), static_cast<std::size_t>(net.order)});
    sizes_[j] = energy_.inputNorms()[j] * outputNorms_[j];
  }
  if (!features_.present()) {
    topDown_ = meanIpr_ = none;
    return;
  }
  featureAmplitudes(features_.isotypes(), table_.answerMeans(), net.order, allAlpha_);
  std::copy(allAlpha_.begin() + 1, allAlpha_.end(), alpha_.begin());
  findFeatures(net);
  findTopDown(net);
}

// All M^2 pairs, in pieces of some rows of the table that stay in the cache.
template <class T>
void Measurement<T>::evaluateTable(TwoLayerTrainer& trainer, const TwoLayerNet<T>& net, bool withRing) {
  const int m = net.order, k = net.hidden, piece = m * std::max(1, 256 / m), all = m * m;
  const bool plain = trainer.options().laziness == 0;
  work_.resize(at(piece, k));
  outputs_.resize(at(piece, m));
  if (withRing) classMeans_.assign(at(m, k), 0.0);
  table_.begin();
  for (int first = 0; first < all; first += piece) {
    const int count = std::min(piece, all - first);
    const auto from = static_cast<std::size_t>(first), size = static_cast<std::size_t>(count);
    const auto left = std::span<const std::int32_t>(left_).subspan(from, size);
    const auto right = std::span<const std::int32_t>(right_).subspan(from, size);
    if (plain)
      outputsOf(net, left, right, work_.data(), outputs_.data());
    else
      trainer.outputs(left, right, outputs_.data());
    table_.add(outputs_.data(), first, count);
    for (int i = 0; i < count; ++i)
      if (const int index = trainIndex_[from + static_cast<std::size_t>(i)]; index >= 0)
        std::copy_n(outputs_.data() + at(i, m), m, trainOutputs_.data() + at(index, m));
    if (!withRing) continue;
    if (!plain) hiddenFeatures(net, left, right, work_.data());
    for (int i = 0; i < count; ++i)
      Eigen::Map<Eigen::ArrayXd>(classMeans_.data() + at(answers_[from + static_cast<std::size_t>(i)], k), k) +=
          Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>(work_.data() + at(i, k), k).template cast<double>();
  }
  table_.finish();
  if (!withRing) return;
  for (int c = 0; c < m; ++c)
    Eigen::Map<Eigen::ArrayXd>(classMeans_.data() + at(c, k), k) /=
        static_cast<double>(std::max<std::int64_t>(1, answerCounts_[static_cast<std::size_t>(c)]));
}

// IPR_j = mean over U_j, V_j (columns of the halves of W) and W_j (row of V); locked: IPR >= 0.5 and one dominant
// feature in all three.
template <class T>
void Measurement<T>::findFeatures(const TwoLayerNet<T>& net) {
  const int k = net.hidden, m = net.order;
  const auto size = static_cast<std::size_t>(k);
  ipr_.assign(size, 0.0);
  part_.resize(size);
  dominantPart_.resize(size);
  dominant_.resize(size);
  locked_.assign(size, 1);
  for (const int part : {0, 1, 2}) {
    if (part == 2)
      spectrum_.ofRows(net.outputWeights, k, power_);
    else
      spectrum_.ofColumns(net.inputWeights + at(part * m, k), k, power_);
    inverseParticipation(power_, spectrum_.features(), k, part_);
    dominantFeature(power_, spectrum_.features(), k, dominantPart_);
    if (part == 0) dominant_ = dominantPart_;
    for (std::size_t j = 0; j < size; ++j) {
      ipr_[j] += part_[j] / 3;
      if (dominantPart_[j] != dominant_[j]) locked_[j] = 0;
    }
  }
  std::set<std::int32_t> lockedFeatures;
  double sum = 0;
  int living = 0;
  lockedNeurons_ = 0;
  for (std::size_t j = 0; j < size; ++j) {
    locked_[j] = locked_[j] && ipr_[j] >= 0.5;
    if (locked_[j]) lockedFeatures.insert(dominant_[j]);
    lockedNeurons_ += locked_[j];
    if (sizes_[j] == 0 && energy_.inputNorms()[j] == 0) continue;  // dead
    sum += ipr_[j];
    ++living;
  }
  meanIpr_ = living ? sum / living : none;
  lockedFeatures_ = static_cast<int>(lockedFeatures.size());
  learned_ = static_cast<int>(std::count_if(alpha_.begin(), alpha_.end(), [](double a) { return a >= 0.5; }));
}

template <class T>
void Measurement<T>::findTopDown(const TwoLayerNet<T>& net) {
  std::vector<double> truePower, energyPower;
  gradientPower(spectrum_, energy_.hiddenGradient(), net.hidden, otherPower_, truePower);
  gradientPower(spectrum_, energy_.energyGradient(), net.hidden, otherPower_, energyPower);
  std::vector<double> push(alpha_.size()), missing(alpha_.size());
  for (std::size_t k = 0; k < alpha_.size(); ++k) {
    push[k] = std::log(std::max(truePower[k + 1], 1e-300) / std::max(energyPower[k + 1], 1e-300));
    missing[k] = std::log(std::max(1 - alpha_[k], 1e-3));
  }
  topDown_ = alpha_.empty() ? none : correlation(push, missing);
}

template <class T>
Observation Measurement<T>::observation() const {
  return {.trainAccuracy = table_.trainAccuracy(),
          .testAccuracy = table_.testAccuracy(),
          .signalCosine = energy_.signalCosine(),
          .alignment = energy_.alignment(),
          .topDown = topDown_,
          .pairsLoss = table_.pairsLoss(),
          .meanIpr = meanIpr_,
          .largestEnergy = largestEnergy_,
          .lockedNeurons = features_.present() ? lockedNeurons_ : 0,
          .alpha = alpha_};
}

template <class T>
void Measurement<T>::recordScalars(const EarlierWeights& earlier, const TwoLayerNet<T>& net, Recorder& recorder) const {
  const auto write = [&](const char* id, double value) {
    if (!std::isnan(value)) recorder.scalar(id, value);
  };
  write("trainAccuracy", table_.trainAccuracy());
  write("testAccuracy", table_.testAccuracy());
  write("trainLoss", table_.trainLoss());
  write("testLoss", table_.testLoss());
  write("allLoss", table_.allLoss());
  write("ruleLoss", table_.ruleLoss());
  write("pairsLoss", table_.pairsLoss());
  write("signalCosine", energy_.signalCosine());
  write("alignment", energy_.alignment());
  write("gradientNorm", energy_.gradientNorm());
  write("medianEnergy", medianEnergy_);
  write("largestEnergy", largestEnergy_);
  if (features_.present()) {
    write("topDown", topDown_);
    write("meanIpr", meanIpr_);
    write("features", lockedFeatures_);
    write("lockedNeurons", lockedNeurons_);
    write("learnedFeatures", learned_);
  }
  const std::vector<double> w(net.inputWeights, net.inputWeights + net.inputSize());
  const std::vector<double> v(net.outputWeights, net.outputWeights + net.outputSize());
  write("inputNorm", norm<double>(w));
  write("outputNorm", norm<double>(v));
  if (earlier.firstInput.size() == w.size())
    write("inputTravel", relativeDistance<double>(std::span(w), earlier.firstInput));
  if (earlier.previousInput.size() == w.size())
    write("inputTurn", cosineDistance<double>(std::span(w), earlier.previousInput));
  if (earlier.previousOutput.size() == v.size())
    write("outputTurn", cosineDistance<double>(std::span(v), earlier.previousOutput));
}

template <class T>
void Measurement<T>::recordArrays(std::vector<double>& ring, const TwoLayerNet<T>& net, Recorder& recorder) {
  const int m = net.order;
  recorder.array("energy", floats(energy_.energies()));
  recorder.array("neuronAlignment", floats(energy_.alignments()));
  recorder.array("size", floats(sizes_));
  recorder.array("correct", Array::from<std::uint8_t>(table_.correct(), {m, m}));
  if (features_.present()) {
    const int count = features_.count();
    std::vector<double> angles(dominant_.size()), featureAngles(static_cast<std::size_t>(count));
    for (std::size_t j = 0; j < angles.size(); ++j) angles[j] = (dominant_[j] - 1.0) / std::max(count, 1);
    for (std::size_t k = 0; k < featureAngles.size(); ++k) featureAngles[k] = static_cast<double>(k) / count;
    recorder.array("ipr", floats(ipr_));
    recorder.array("frequency", Array::vector<std::int32_t>(dominant_));
    recorder.array("frequencyAngle", floats(angles));
    recorder.array("locked", Array::vector<std::uint8_t>(locked_));
    recorder.array("alpha", floats(alpha_, features_.ids()));
    recorder.array("featureAngle", floats(featureAngles, features_.ids()));
  }
  Pca pca = principalComponents(classMeans_, m, net.hidden, 3);
  double variance = 0;
  for (double part : pca.variance) variance += part;
  const double scale = variance > 0 ? 1 / std::sqrt(variance) : 0;
  for (double& coordinate : pca.coordinates) coordinate *= scale;
  if (ring.size() == pca.coordinates.size()) alignToPrevious(pca.coordinates, ring, m, 3);
  ring = pca.coordinates;
  const std::vector<float> narrow(ring.begin(), ring.end());
  recorder.array("answerRing", Array::from<float>(narrow, {m, 3}));
}

template <class T>
double Measurement<T>::independence(const TwoLayerNet<T>& net, const PairTask& task) {
  centredFeatures(net, trainingPairsOf(task), centred_);
  return independenceRatio(centred_, task.trainCount(), net.hidden, gram_);
}

template <class T>
double Measurement<T>::repulsionShare(const TwoLayerNet<T>& net, const PairTask& task, double weightDecay) {
  centredFeatures(net, trainingPairsOf(task), centred_);
  const AlignedVector<double> centred(centred_.begin(), centred_.end());
  return repulsion(centred, task.trainCount(), net.hidden, ridgeOfDecay(task.trainCount(), weightDecay)).share;
}

template class Measurement<float>;
template class Measurement<double>;

}  // namespace learnscope::grokking
