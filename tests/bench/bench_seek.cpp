// SPDX-License-Identifier: GPL-3.0-or-later
// Going back: the state at random steps of a 30,000-step grokking run (Z_47), from its checkpoints. Prints one JSON
// object; exit status 1 if the slowest of a hundred takes longer than a limit of the house.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "engine/core/random_stream.h"
#include "engine/core/session.h"
#include "engine/experiments/registry.h"
#include "engine/store/run_file.h"
#include "tests/support/support.h"

using namespace learnscope;

int main(int argc, char** argv) {
  constexpr double mostSeconds = 2;
  const std::int64_t steps = argc > 1 ? std::atoll(argv[1]) : 30'000;
  const test::TemporaryFolder folder;
  const Registry registry = builtinLabs();
  const auto lab = registry.require("grokking");
  FolderRunFactory factory(folder.path());
  Scheduler scheduler(1);
  Session session(lab, factory, scheduler);
  Member& member = session.start(Json::object(), 0, steps, 0, false);
  member.trainer->wait();
  const std::shared_ptr<Run> run = openRunFile(member.run->store()->path(), registry, OpenMode::Read);

  RandomStream random(0, "seeks");
  std::vector<double> seconds;
  std::int64_t slowest = 0;
  for (int i = 0; i < 100; ++i) {
    const auto step = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(steps) + 1));
    const auto begin = std::chrono::steady_clock::now();
    const Snapshot found = stateAt(lab, *run, step, Progress());
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (found.step != step) return 1;
    if (seconds.empty() || took > *std::max_element(seconds.begin(), seconds.end())) slowest = step;
    seconds.push_back(took);
  }
  std::sort(seconds.begin(), seconds.end());
  const double p99 = seconds[98];
  std::cout << Json{{"steps", steps},
                    {"checkpoints", run->checkpoints().size()},
                    {"medianSeconds", seconds[50]},
                    {"p99Seconds", p99},
                    {"slowestStep", slowest},
                    {"limits", {{"p99Seconds", mostSeconds}}}}
                   .dump(1)
            << std::endl;
  return p99 <= mostSeconds ? 0 : 1;
}
