// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/world.h"

#include <algorithm>
#include <numeric>

namespace learnscope::grokking {

OperationTable operationOf(const Config& config) {
  const std::string kind = config.text("operation");
  if (kind == "expression")
    return OperationTable::fromExpression(config.text("expression"), static_cast<int>(config.integer("modulus")));
  if (kind == "table") {
    if (config.text("table").empty())
      throw ConfigError("/table", "", "a file with a Cayley table (CSV or JSON) is needed");
    return OperationTable(Group::fromFile(config.text("table")));
  }
  return OperationTable(Group::fromSpec(config.text("group")));
}

std::int64_t requestedPairs(const Config& config, int order) {
  const std::int64_t n = config.integer("n");
  return n > 0 ? n : PairTask::countFor(config.real("c"), order);
}

int trainingPairs(const Config& config, int order) {
  const std::int64_t all = static_cast<std::int64_t>(order) * order;
  if (config.flag("energyOnly")) return static_cast<int>(all);
  const std::int64_t n = requestedPairs(config, order);
  if (config.integer("n") > 0) return static_cast<int>(std::min<std::int64_t>(n, all + 1));  // checked by PairTask
  return static_cast<int>(std::clamp<std::int64_t>(n, order, all - 1));
}

TwoLayerOptions optionsOf(const Config& config) {
  TwoLayerOptions options;
  options.hidden = static_cast<int>(config.integer("hidden"));
  options.activation = activationFrom(config.text("activation"));
  options.inputInit = config.real("inputInit");
  options.outputInit = config.real("outputInit");
  options.outputScale = config.real("outputScale");
  options.laziness = config.real("laziness");
  options.loss = lossFrom(config.text("loss"));
  options.optimizer = optimizerFrom(config.text("optimizer"));
  options.learningRate = config.real("learningRate");
  options.weightDecay = config.real("weightDecay");
  options.beta1 = config.real("beta1");
  options.beta2 = config.real("beta2");
  options.batch = static_cast<int>(config.integer("batch"));
  options.freezeInput = config.flag("freezeInput");
  options.freezeOutput = config.flag("freezeOutput");
  options.ridgeOutput = config.flag("ridgeOutput");
  options.ridge = config.real("ridge");
  options.precision = precisionFrom(config.text("precision"));
  options.backend = backendFrom(config.text("backend"));
  return options;
}

FeatureSet::FeatureSet(const OperationTable& operation) : order_(operation.order()) {
  if (!operation.group()) return;
  modular_ = operation.group()->isModularAddition();
  isotypes_ = isotypicDecomposition(operation.group()->table(), order_);
}

FeatureSpectrum FeatureSet::spectrum() const {
  return modular_ ? FeatureSpectrum::fourier(order_) : FeatureSpectrum::isotypic(isotypes_);
}

std::vector<std::int64_t> FeatureSet::ids() const {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(count()));
  std::iota(ids.begin(), ids.end(), std::int64_t{1});
  return ids;
}

}  // namespace learnscope::grokking
