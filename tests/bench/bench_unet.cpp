// SPDX-License-Identifier: GPL-3.0-or-later
// CPU milliseconds of the concept-space lab's training step (batch 32) and sampler step (16 images), one thread. Prints
// one JSON object.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "engine/models/conditional_unet.h"
#include "engine/models/diffusion.h"
#include "engine/models/threads.h"

namespace {

using namespace learnscope;

constexpr int kChunks = 9, kSamples = 3072, kValues = 768, kBatch = 32, kSamplerSteps = 12;

double cpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double medianMs(int repeats, const std::function<void()>& work) {
  std::vector<double> chunks;
  work();
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    const double start = cpuSeconds();
    for (int i = 0; i < repeats; ++i) work();
    chunks.push_back((cpuSeconds() - start) / repeats);
  }
  std::sort(chunks.begin(), chunks.end());
  return 1e3 * chunks[kChunks / 2];
}

}  // namespace

int main() {
  useOneThread();
  const UNetShape shape{16, 4};
  RandomStream random(0, "bench");
  std::vector<float> images(kSamples * kValues), prompts(kSamples * 4), noise(16 * kValues), drawn(noise.size());
  fillNormals(random, images);
  fillNormals(random, noise);
  for (float& p : prompts) p = static_cast<float>(random.uniform());
  DiffusionTrainer trainer(std::make_unique<ConditionalUNet>(shape), 0, 1);
  DiffusionBatch batch;
  batch.samples.resize(kBatch);
  batch.prompts.resize(kBatch);
  const double step = medianMs(15, [&] {
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto sample = static_cast<std::size_t>(random.below(kSamples));
      batch.samples[i] = images.data() + sample * kValues;
      batch.prompts[i] = prompts.data() + sample * 4;
    }
    trainer.step(batch, {});
  });
  DdimSampler sampler(std::make_unique<ConditionalUNet>(shape));
  sampler.use(trainer.means().data());
  PromptCodes codes;
  sampler.codes(std::vector<float>{0.35f, 0.35f, 0.65f, 0.25f}, codes);
  const double sample =
      medianMs(3, [&] { sampler.sample(codes, {.steps = kSamplerSteps}, noise.data(), drawn.data()); }) / kSamplerSteps;
  std::printf("{\"step\": %.4f, \"sample\": %.4f}\n", step, sample);
  return 0;
}
