// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/analyses.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <variant>

#include "engine/experiments/grokking/energy_analyses.h"
#include "engine/experiments/grokking/experiment.h"
#include "engine/measures/feature_energy.h"
#include "engine/measures/interaction.h"
#include "engine/measures/pca.h"

namespace learnscope::grokking {
namespace {

TrainingPairs pairsOf(const PairTask& task) {
  return {task.trainLeft(), task.trainRight(), task.trainTarget(), task.classCounts()};
}

AlignedVector<double> centredOf(const DoubleNet& net, const PairTask& task) {
  AlignedVector<double> centred;
  centredFeatures(net.view(), pairsOf(task), centred);
  return centred;
}

State neuron(const Frozen& frozen, const Config& arguments, const Progress&) {
  const DoubleNet net(*frozen.trainer);
  const int j = neuronArgument(arguments, net.hidden), m = net.order;
  std::vector<double> w = net.inputOf(j), out(net.output.begin() + j * m, net.output.begin() + (j + 1) * m);
  const std::vector<double> u(w.begin(), w.begin() + m), v(w.begin() + m, w.end());
  State result;
  const std::map<std::string, const std::vector<double>*> parts{{"u", &u}, {"v", &v}, {"w", &out}};
  for (const auto& [name, part] : parts) {
    result.put(name, Array::vector<double>(*part));
    if (!frozen.features.present()) continue;
    const std::string id = std::string("spectrum") + static_cast<char>(std::toupper(name[0]));
    result.put(id, Array::vector<double>(powerShares(frozen.features, *part)));
  }
  return result;
}

State answerRing(const Frozen& frozen, const Config&, const Progress& progress) {
  const DoubleNet net(*frozen.trainer);
  const int m = net.order, k = net.hidden;
  std::vector<double> means(static_cast<std::size_t>(m) * static_cast<std::size_t>(k), 0.0);
  std::vector<double> counts(static_cast<std::size_t>(m), 0.0);
  AlignedVector<double> features(means.size());
  std::vector<std::int32_t> left(static_cast<std::size_t>(m)), right(left.size());
  for (int a = 0; a < m; ++a) {
    progress.report(a / static_cast<double>(m));
    for (int b = 0; b < m; ++b) left[static_cast<std::size_t>(b)] = a, right[static_cast<std::size_t>(b)] = b;
    hiddenFeatures(net.view(), std::span<const std::int32_t>(left), std::span<const std::int32_t>(right),
                   features.data());
    for (int b = 0; b < m; ++b) {
      const int answer = frozen.task->operation()(a, b);
      counts[static_cast<std::size_t>(answer)] += 1;
      for (int j = 0; j < k; ++j)
        means[static_cast<std::size_t>(answer * k + j)] += features[static_cast<std::size_t>(b * k + j)];
    }
  }
  for (int c = 0; c < m; ++c)
    for (int j = 0; j < k; ++j)
      means[static_cast<std::size_t>(c * k + j)] /= std::max(1.0, counts[static_cast<std::size_t>(c)]);
  const Pca pca = principalComponents(means, m, k, 3);
  std::vector<double> shares;
  for (double variance : pca.variance) shares.push_back(pca.totalVariance > 0 ? variance / pca.totalVariance : 0);
  State result;
  result.put("coordinates", Array::from<double>(pca.coordinates, {m, 3}));
  result.put("variance", Array::vector<double>(shares));
  return result;
}

State repulsionOf(const Frozen& frozen, const Config&, const Progress& progress) {
  const DoubleNet net(*frozen.trainer);
  progress.report(0.1, LS_TR("inverting the feature correlations"));
  const int n = frozen.task->trainCount();
  const Repulsion found =
      repulsion(centredOf(net, *frozen.task), n, net.hidden, ridgeOfDecay(n, frozen.trainer->options().weightDecay));
  std::vector<std::int32_t> pairs;
  for (std::size_t i = 0; i < found.first.size(); ++i) pairs.insert(pairs.end(), {found.first[i], found.second[i]});
  State result;
  result.put("cosines", Array::vector<double>(found.cosines));
  result.put("entries", Array::vector<double>(found.entries));
  result.put("pairs", Array::from<std::int32_t>(pairs, {found.pairs, 2}));
  result.putScalar("share", found.share);
  return result;
}

State coverage(const Frozen& frozen, const Config&, const Progress& progress) {
  const DoubleNet net(*frozen.trainer);
  const PairTask& task = *frozen.task;
  const int n = task.trainCount(), m = net.order, k = net.hidden;
  const AlignedVector<double> centred = centredOf(net, task);
  progress.report(0.3, LS_TR("forming the gradients"));
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Matrix> f(centred.data(), n, k);
  Matrix labels = Matrix::Zero(n, m), outputs(n, m);
  for (int i = 0; i < n; ++i) labels(i, task.trainTarget()[static_cast<std::size_t>(i)]) = 1;
  labels.rowwise() -= labels.colwise().mean().eval();
  frozen.trainer->outputs(task.trainLeft(), task.trainRight(), outputs.data());
  outputs.rowwise() -= outputs.colwise().mean().eval();
  const Eigen::Map<const Matrix> v(net.output.data(), k, m);
  AlignedVector<double> push(centred.size()), gradient(centred.size());
  Eigen::Map<Matrix>(push.data(), n, k) = labels * (labels.transpose() * f);
  Eigen::Map<Matrix>(gradient.data(), n, k) = (labels - outputs) * v.transpose();
  progress.report(0.7, LS_TR("comparing with the theory"));
  State result;
  result.putScalar("coverage", theoryCoverage(centred, push, gradient, n, k,
                                              ridgeOfDecay(n, frozen.trainer->options().weightDecay)));
  return result;
}

}  // namespace

State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
              const Config& arguments, const Progress& progress) {
  using Run = std::function<State(const Frozen&, const Config&, const Progress&)>;
  static const std::map<std::string, Run> runs{{"neuron", neuron},
                                               {"answer-ring", answerRing},
                                               {"repulsion", repulsionOf},
                                               {"coverage", coverage},
                                               {"follow-energy", follow},
                                               {"landscape", landscape},
                                               {"missing-feature-energy", missingFeatureEnergy}};
  const auto found = runs.find(analysis);
  if (found == runs.end()) throw ConfigError("/analyse", analysis, "an analysis of this lab");
  progress.report(0);
  return found->second(thaw(config, seed, state), arguments, progress);
}

}  // namespace learnscope::grokking
