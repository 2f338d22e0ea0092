// SPDX-License-Identifier: GPL-3.0-or-later
// CPU milliseconds of the rich-lazy lab on one thread; one JSON object a line.
//   bench_rich_lazy step      a training step of one net of the defaults (2AF, N = 100, batch 32), trials included
//   bench_rich_lazy run       1500 steps of one such net with all measures (build included)
//   bench_rich_lazy kernel    the tangent kernel of 32 trials at N = 300 (768 rows)
#include <cstdio>
#include <ctime>
#include <string_view>

#include "engine/experiments/registry.h"
#include "engine/experiments/rich_lazy/ensemble.h"
#include "engine/experiments/rich_lazy/measurement.h"
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

Config oneNet(const Lab& lab, Json more = Json::object()) {
  Json values{{"structures", {"full"}}, {"seeds", 1}};
  values.update(more);
  return checkedConfig(lab, values);
}

void step(const Lab& lab) {
  richlazy::Ensemble ensemble(oneNet(lab), 0, Progress());
  for (int i = 0; i < 50; ++i) ensemble.step();
  constexpr int steps = 400;
  const double before = cpuMilliseconds();
  for (int i = 0; i < steps; ++i) ensemble.step();
  say("step", (cpuMilliseconds() - before) / steps);
}

void run(const Lab& lab) {
  const Config config = oneNet(lab);
  const double before = cpuMilliseconds();
  const auto experiment = lab.build(config, 0, Progress());
  test::MemoryRecorder recorder(lab, config);
  for (int i = 0; i <= 1500; ++i) {
    recorder.setStep(i);
    experiment->measure(recorder);
    if (i < 1500) experiment->step(Progress());
  }
  say("run", cpuMilliseconds() - before);
}

void kernel(const Lab& lab) {
  richlazy::Ensemble ensemble(oneNet(lab, {{"hidden", 300}}), 0, Progress());
  const AlignedVector<float> x = richlazy::firstTrials(ensemble.probes(0), 32);
  TangentKernel tangent;
  tangent.compute(ensemble.net(0), x, 32, 8, false);
  constexpr int rounds = 5;
  const double before = cpuMilliseconds();
  for (int i = 0; i < rounds; ++i) tangent.compute(ensemble.net(0), x, 32, 8, false);
  say("kernel", (cpuMilliseconds() - before) / rounds);
}

}  // namespace

int main(int argc, char** argv) {
  useOneThread();
  const auto lab = builtinLabs().require("rich-lazy");
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "step")
      step(*lab);
    else if (name == "run")
      run(*lab);
    else if (name == "kernel")
      kernel(*lab);
    else
      return 2;
  }
  return 0;
}
