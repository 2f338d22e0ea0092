// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_init.h"

#include <cmath>

namespace learnscope {
namespace {

// Rounds to T before the multiplier, as the reference does.
template <class T>
T draw(RandomStream& random, double fanIn, double multiplier) {
  return static_cast<T>((2 * random.uniform() - 1) / std::sqrt(fanIn)) * static_cast<T>(multiplier);
}

template <class T>
void drawRange(const TwoLayerOptions& options, int order, int first, int count, RandomStream& inputRandom,
               RandomStream& outputRandom, T* inputWeights, T* outputWeights) {
  const long hidden = options.hidden;
  for (long j = first; j < first + count; ++j)
    for (long i = 0; i < 2L * order; ++i)
      inputWeights[i * hidden + j] = draw<T>(inputRandom, 2.0 * order, options.inputInit);
  for (long c = 0; c < order; ++c)
    for (long j = first; j < first + count; ++j)
      outputWeights[j * order + c] = draw<T>(outputRandom, static_cast<double>(hidden), options.outputInit);
}

}  // namespace

template <class T>
void drawInitialWeights(const TwoLayerOptions& options, int order, std::uint64_t seed, T* inputWeights,
                        T* outputWeights) {
  RandomStream inputRandom(seed, 2), outputRandom(seed, 3);
  drawRange(options, order, 0, options.hidden, inputRandom, outputRandom, inputWeights, outputWeights);
}

template <class T>
void drawNeurons(const TwoLayerOptions& options, int order, int first, int count, RandomStream& random, T* inputWeights,
                 T* outputWeights) {
  drawRange(options, order, first, count, random, random, inputWeights, outputWeights);
}

template void drawInitialWeights(const TwoLayerOptions&, int, std::uint64_t, float*, float*);
template void drawInitialWeights(const TwoLayerOptions&, int, std::uint64_t, double*, double*);
template void drawNeurons(const TwoLayerOptions&, int, int, int, RandomStream&, float*, float*);
template void drawNeurons(const TwoLayerOptions&, int, int, int, RandomStream&, double*, double*);

}  // namespace learnscope
