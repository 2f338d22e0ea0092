// SPDX-License-Identifier: GPL-3.0-or-later
// CPU milliseconds of the forgetting lab on one thread; one JSON object a line.
//   bench_forgetting step32 step64   a training step of the 256-128-128-10 perceptron at batch 32 or 64
//   bench_forgetting cnn norm        a step at batch 64 with two convolutions, or with batch normalisation
//   bench_forgetting run             rotated glyphs, plain SGD, 3 tasks x 300 updates, evaluation after every update,
//                                    all measures; the stream is drawn before
#include <cstdio>
#include <ctime>
#include <string_view>

#include "engine/experiments/forgetting/world.h"
#include "engine/experiments/registry.h"
#include "engine/models/threads.h"
#include "tests/support/memory_recorder.h"

using namespace learnscope;

namespace {

double cpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

void say(const char* name, double ms) { std::printf("{\"case\": \"%s\", \"ms\": %.4f}\n", name, ms); }

void step(const Lab& lab, const char* name, Json values) {
  values["iterations"] = 100000;
  const Config config = checkedConfig(lab, values);
  continual::Learner learner = forgetting::makeLearner(config, forgetting::makeStream(config, 0, Progress()), 0);
  for (int i = 0; i < 50; ++i) learner.step();
  constexpr int steps = 600;
  const double before = cpuMilliseconds();
  for (int i = 0; i < steps; ++i) learner.step();
  say(name, (cpuMilliseconds() - before) / steps);
}

void run(const Lab& lab) {
  const Config config = checkedConfig(lab, {{"landscape", false}});
  const auto experiment = lab.build(config, 0, Progress());
  test::MemoryRecorder recorder(lab, config);
  const double before = cpuMilliseconds();
  for (int i = 0; i <= 900; ++i) {
    recorder.setStep(i);
    experiment->measure(recorder);
    if (i < 900) experiment->step(Progress());
  }
  say("run", cpuMilliseconds() - before);
}

}  // namespace

int main(int argc, char** argv) {
  useOneThread();
  const auto lab = builtinLabs().require("forgetting");
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "step32")
      step(*lab, "step32", {{"batch", 32}});
    else if (name == "step64")
      step(*lab, "step64", {{"batch", 64}});
    else if (name == "cnn")
      step(*lab, "cnn", {{"network", "cnn"}});
    else if (name == "norm")
      step(*lab, "norm", {{"batchNorm", true}});
    else if (name == "run")
      run(*lab);
    else
      return 2;
  }
  return 0;
}
