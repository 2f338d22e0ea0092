// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include "engine/core/random_stream.h"
#include "engine/core/state.h"
#include "engine/data/pair_task.h"
#include "engine/models/two_layer_net.h"
#include "engine/models/two_layer_options.h"

namespace learnscope {

/// The net in the trainer's precision; use std::visit.
using AnyTwoLayerNet = std::variant<TwoLayerNet<float>, TwoLayerNet<double>>;

/// Trains a two-layer net on the training pairs of a PairTask; owns weights, gradients, moments and all work buffers,
/// so a step allocates nothing. Weights start as in the lab's page: W from stream 2 (row-major [K][2M]), V from stream
/// 3
/// ([M][K]); mini-batches are consecutive pieces of the shuffle of stream 1000 + epoch, a rest smaller than the batch
/// is left out. Same options, task and seed give the same run bit for bit.
class TwoLayerTrainer {
 public:
  virtual ~TwoLayerTrainer() = default;
  TwoLayerTrainer(const TwoLayerTrainer&) = delete;
  TwoLayerTrainer& operator=(const TwoLayerTrainer&) = delete;

  /// One step; returns the loss of the batch before the update. Throws NumericError if the loss or a gradient is not
  /// finite; the state is then as before the step.
  virtual double step() = 0;
  /// Steps done.
  virtual std::int64_t steps() const = 0;
  /// Loss and gradients on the whole training set at the present weights (Kumar's function included, ridge not),
  /// without training; gradients() then holds them.
  virtual double computeGradients() = 0;
  /// dL/dW and dL/dV of the last step() or computeGradients(), shaped and scaled like net(); no weight decay included.
  virtual AnyTwoLayerNet gradients() = 0;

  /// The present weights. Valid until the next non-const call.
  virtual AnyTwoLayerNet net() const = 0;
  /// Replaces the weights (golden values, tests, interventions); sizes as net(); moments stay.
  virtual void setWeights(std::span<const double> inputWeights, std::span<const double> outputWeights) = 0;
  /// Logits of the trained function (beta, laziness and f0 included) of n pairs, [n, M].
  virtual void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, float* o) = 0;
  virtual void outputs(std::span<const std::int32_t> left, std::span<const std::int32_t> right, double* o) = 0;

  virtual const TwoLayerOptions& options() const = 0;
  /// Takes over the live options; throws ConfigError if one that is not live differs. A new optimizer starts with fresh
  /// state (moments zero, bias correction from 1).
  virtual void change(const TwoLayerOptions& options) = 0;
  /// Takes over a changed training set of the same order; the mini-batch epoch starts anew.
  virtual void setTask(const PairTask& task) = 0;

  /// Appends neurons drawn as at initialisation (fan-ins of the new K), moments zero. options().hidden grows.
  virtual void addNeurons(int count, RandomStream random) = 0;
  /// Sets a neuron's weights and moments to zero: it gets no gradient any more and stays dead.
  virtual void killNeuron(int neuron) = 0;
  /// Draws a neuron's weights anew as at initialisation, moments zero.
  virtual void reseedNeuron(int neuron, RandomStream random) = 0;

  /// Weights, moments, counters, batch position and (if laziness is on) the initial weights. Options and task are the
  /// owner's to keep.
  virtual State save() const = 0;
  /// After load(save()) with equal options and task, training continues bit for bit. K is taken from the state. Throws
  /// DataError if the shapes do not fit.
  virtual void load(const State& state) = 0;

 protected:
  TwoLayerTrainer() = default;
};

/// Builds the trainer of options.backend. Throws ConfigError (bad options, CUDA not there).
std::unique_ptr<TwoLayerTrainer> makeTwoLayerTrainer(const TwoLayerOptions& options, const PairTask& task,
                                                     std::uint64_t seed);

/// True if LibTorch can use a CUDA device here.
bool cudaAvailable();
/// "1.13.0".
std::string torchVersion();

}  // namespace learnscope
