// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/core/random_stream.h"
#include "engine/models/two_layer_options.h"

namespace learnscope {

/// W [2M, K] ~ sW U(-1/sqrt(2M), 1/sqrt(2M)) from stream 2, V [K, M] ~ sV U(-1/sqrt(K), 1/sqrt(K)) from stream 3; drawn
/// row-major as [K][2M] and [M][K]. K = options.hidden.
template <class T>
void drawInitialWeights(const TwoLayerOptions& options, int order, std::uint64_t seed, T* inputWeights,
                        T* outputWeights);

/// Draws neurons first..K-1 as at initialisation from one stream: all of their W as [neuron][2M], then V as
/// [M][neuron].
template <class T>
void drawNeurons(const TwoLayerOptions& options, int order, int first, int count, RandomStream& random, T* inputWeights,
                 T* outputWeights);

}  // namespace learnscope
