// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/trainer_state.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr const char* kWhere = "trainer state";

template <class T>
Array matrix(const AlignedVector<T>& values, std::int64_t rows, std::int64_t columns) {
  return Array::from<T>(std::span<const T>(values.data(), values.size()), {rows, columns});
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

template <class T>
AlignedVector<T> matrixFrom(const State& state, const std::string& name, std::int64_t rows, std::int64_t columns) {
  const Array& array = state.get(name);
  if (array.dtype() != dtypeOf<T>())
    throw DataError(kWhere, name, "another precision than the options' " + std::string(numpyName(dtypeOf<T>())));
  if (array.shape() != std::vector<std::int64_t>{rows, columns})
    throw DataError(kWhere, name, "shape " + shapeText(array.shape()) + " instead of " + shapeText({rows, columns}));
  const std::span<const T> values = array.as<T>();
  return {values.begin(), values.end()};
}

std::int64_t counter(const State& state, const std::string& name, std::int64_t least) {
  const Array& array = state.get(name);
  if (array.dtype() != DType::Int64 || array.size() != 1) throw DataError(kWhere, name, "expected one 64-bit integer");
  const std::int64_t value = array.as<std::int64_t>()[0];
  if (value < least) throw DataError(kWhere, name, std::to_string(value) + " is less than " + std::to_string(least));
  return value;
}

}  // namespace

template <class T>
State toState(const TrainerState<T>& v) {
  State state;
  state.put("inputWeights", matrix(v.inputWeights, 2 * v.order, v.hidden));
  state.put("inputMoment1", matrix(v.inputMoment1, 2 * v.order, v.hidden));
  state.put("inputMoment2", matrix(v.inputMoment2, 2 * v.order, v.hidden));
  state.put("outputWeights", matrix(v.outputWeights, v.hidden, v.order));
  state.put("outputMoment1", matrix(v.outputMoment1, v.hidden, v.order));
  state.put("outputMoment2", matrix(v.outputMoment2, v.hidden, v.order));
  state.putScalar<std::int64_t>("steps", v.steps);
  state.putScalar<std::int64_t>("optimizerSteps", v.optimizerSteps);
  state.putScalar<std::int64_t>("initialHidden", v.initialHidden);
  state.putScalar<std::int64_t>("epoch", v.position.epoch);
  state.putScalar<std::int64_t>("epochOffset", v.position.offset);
  state.putScalar<std::int64_t>("epochShuffled", v.position.shuffled ? 1 : 0);
  return state;
}

template <class T>
TrainerState<T> fromState(const State& state, int order) {
  TrainerState<T> v;
  v.order = order;
  const std::vector<std::int64_t>& shape = state.get("outputWeights").shape();
  constexpr std::int64_t kMostNeurons = 1 << 20;
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > kMostNeurons)
    throw DataError(kWhere, "outputWeights", "shape " + shapeText(shape) + " is not [K, M]");
  v.hidden = static_cast<int>(shape[0]);
  v.inputWeights = matrixFrom<T>(state, "inputWeights", 2 * order, v.hidden);
  v.inputMoment1 = matrixFrom<T>(state, "inputMoment1", 2 * order, v.hidden);
  v.inputMoment2 = matrixFrom<T>(state, "inputMoment2", 2 * order, v.hidden);
  v.outputWeights = matrixFrom<T>(state, "outputWeights", v.hidden, order);
  v.outputMoment1 = matrixFrom<T>(state, "outputMoment1", v.hidden, order);
  v.outputMoment2 = matrixFrom<T>(state, "outputMoment2", v.hidden, order);
  v.steps = counter(state, "steps", 0);
  v.optimizerSteps = counter(state, "optimizerSteps", 0);
  v.initialHidden = static_cast<int>(std::min(counter(state, "initialHidden", 1), kMostNeurons));
  v.position.epoch = counter(state, "epoch", 0);
  v.position.offset = counter(state, "epochOffset", 0);
  v.position.shuffled = counter(state, "epochShuffled", 0) != 0;
  if (v.position.shuffled && v.position.epoch < 1) throw DataError(kWhere, "epoch", "a shuffled epoch counts from 1");
  return v;
}

void requireOnlyLiveChanges(const TwoLayerOptions& now, const TwoLayerOptions& then) {
  std::vector<Problem> problems;
  const auto fixed = [&](const char* pointer, bool same) {
    if (!same) problems.push_back({pointer, "", "cannot change while training"});
  };
  fixed("/hidden", now.hidden == then.hidden);
  fixed("/activation", now.activation == then.activation);
  fixed("/inputInit", now.inputInit == then.inputInit);
  fixed("/outputInit", now.outputInit == then.outputInit);
  fixed("/laziness", now.laziness == then.laziness);
  fixed("/loss", now.loss == then.loss);
  fixed("/precision", now.precision == then.precision);
  fixed("/backend", now.backend == then.backend);
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

template <class T>
void growColumns(const AlignedVector<T>& from, int rows, int columns, int more, AlignedVector<T>& to) {
  const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(columns);
  const auto wide = static_cast<std::size_t>(more);
  to.assign(r * wide, T(0));
  for (std::size_t i = 0; i < r; ++i) std::copy_n(from.data() + i * c, c, to.data() + i * wide);
}

template State toState(const TrainerState<float>&);
template State toState(const TrainerState<double>&);
template TrainerState<float> fromState(const State&, int);
template TrainerState<double> fromState(const State&, int);
template void growColumns(const AlignedVector<float>&, int, int, int, AlignedVector<float>&);
template void growColumns(const AlignedVector<double>&, int, int, int, AlignedVector<double>&);

}  // namespace learnscope
