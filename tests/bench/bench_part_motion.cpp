// SPDX-License-Identifier: GPL-3.0-or-later
// CPU milliseconds (of the thread) of the part-motion lab's training steps and of the answer to a mouse drag. Limits:
// what an independent PyTorch program takes for the same step (73 ms points, 123 ms splatter), 100 ms for a drag.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "engine/core/session.h"
#include "engine/experiments/part_motion/part_motion_lab.h"
#include "engine/models/threads.h"

namespace {

using namespace learnscope;

constexpr int kRepeats = 25;

double cpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

double median(const std::function<void()>& work) {
  std::vector<double> times;
  work();
  for (int i = 0; i < kRepeats; ++i) {
    const double start = cpuMilliseconds();
    work();
    times.push_back(cpuMilliseconds() - start);
  }
  std::sort(times.begin(), times.end());
  return times[kRepeats / 2];
}

bool said(const char* what, double milliseconds, double limit) {
  std::printf("%-44s %7.1f ms (limit %.0f)\n", what, milliseconds, limit);
  return milliseconds <= limit;
}

}  // namespace

int main() {
  useOneThread();
  const auto lab = partmotion::makeLab();
  bool good = true;
  const auto step = [&](const char* what, const Json& values, double limit) {
    const auto experiment = lab->build(checkedConfig(*lab, values), 0, Progress());
    const double found = median([&] { experiment->step(Progress()); });
    good &= said(what, found, limit);
  };
  step("points rigid, stage 1", {{"regime", "stage1"}}, 73);
  step("points rigid, stage 2", {{"regime", "stage2"}}, 110);
  step("points full, 3 blocks, attention to all", {{"head", "full"}, {"blocks", "3"}, {"attention", "all"}}, 174);
  step("splatter, pretraining", {{"formulation", "splatter"}}, 123);

  const Config config = checkedConfig(*lab, Json::object());
  const State state = lab->build(config, 0, Progress())->save();
  const Config pull = checkedArguments(*lab, config, "drag", {{"gaussian", 5}, {"x", 0.3}, {"y", -0.6}, {"z", 0.1}});
  good &=
      said("answer to a mouse drag", median([&] { lab->analyse("drag", config, 0, state, pull, Progress()); }), 100);
  return good ? 0 : 1;
}
