// SPDX-License-Identifier: GPL-3.0-or-later
// Milliseconds per full-batch training step of the grokking lab's net, measures off, float32, one thread; and the heap
// allocations that the steps made, in any library. One JSON object a line.
//   bench_grokking CASE...     each of: 23 31 47 59 97 (the lab's defaults) paper (M = 71, K = 2048, n = 2016)
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include <algorithm>
#include <atomic>
#include <vector>

#include "engine/models/threads.h"
#include "engine/models/two_layer_kernels.h"
#include "engine/models/two_layer_trainer.h"

namespace {

std::atomic<long> allocations{0};

}  // namespace

// glibc's allocator under our counter, for every library of the process; operator new ends here too.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

#define COUNTED __attribute__((visibility("default")))
COUNTED void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
COUNTED void* calloc(std::size_t count, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(count, size);
}
COUNTED void* realloc(void* block, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(block, size);
}
COUNTED void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
COUNTED void* memalign(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
COUNTED int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}
}

namespace {

using namespace learnscope;

double cpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Case {
  std::string_view name;
  const char* group;
  int pairs, hidden, steps;  ///< steps in a chunk
};
constexpr Case kCases[] = {{"23", "23", 361, 256, 200}, {"31", "31", 532, 256, 120}, {"47", "47", 905, 256, 60},
                           {"59", "59", 1203, 256, 40}, {"97", "97", 2219, 256, 20}, {"paper", "71", 2016, 2048, 4}};

void run(const Case& work) {
  constexpr int kChunks = 7;
  TwoLayerOptions options;
  options.hidden = work.hidden;
  const PairTask task(OperationTable(Group::fromSpec(work.group)), 0, work.pairs);
  const auto trainer = makeTwoLayerTrainer(options, task, 0);
  for (int i = 0; i < work.steps; ++i) trainer->step();
  if (allocations == 0) {
    std::fprintf(stderr, "bench_grokking: the allocator is not counted here\n");
    std::exit(1);
  }
  std::vector<double> chunks;
  chunks.reserve(kChunks);
  const long before = allocations;
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    const double start = cpuSeconds();
    for (int i = 0; i < work.steps; ++i) trainer->step();
    chunks.push_back((cpuSeconds() - start) / work.steps);
  }
  const long made = allocations - before;
  std::sort(chunks.begin(), chunks.end());
  const double seconds = chunks[kChunks / 2];
  const double flop = 6.0 * work.pairs * work.hidden * task.order();
  std::printf("{\"case\": \"%s\", \"ms\": %.4f, \"gflops\": %.2f, \"allocations\": %ld, \"kernels\": \"%s\"}\n",
              work.name.data(), 1e3 * seconds, 1e-9 * flop / seconds, made, kernelSetName());
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  useOneThread();
  for (int i = 1; i < count; ++i) {
    const auto* const found =
        std::find_if(std::begin(kCases), std::end(kCases), [&](const Case& work) { return work.name == words[i]; });
    if (found == std::end(kCases)) {
      std::fprintf(stderr, "bench_grokking: \"%s\" is not one of 23 31 47 59 97 paper\n", words[i]);
      return 2;
    }
    run(*found);
  }
  return 0;
}
