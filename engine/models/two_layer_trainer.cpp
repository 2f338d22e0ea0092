// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/two_layer_trainer.h"

#include "engine/models/native_trainer.h"
#include "engine/models/two_layer_torch.h"

namespace learnscope {

std::unique_ptr<TwoLayerTrainer> makeTwoLayerTrainer(const TwoLayerOptions& options, const PairTask& task,
                                                     std::uint64_t seed) {
  options.check();
  if (options.backend != Backend::Native) return makeTorchTrainer(options, task, seed);
  if (options.precision == Precision::Float64) return std::make_unique<NativeTrainer<double>>(options, task, seed);
  return std::make_unique<NativeTrainer<float>>(options, task, seed);
}

}  // namespace learnscope
