// SPDX-License-Identifier: GPL-3.0-or-later
// Frame times of the CPU path on bump(N), 1024x768: bench_splats [FRAMES]. Medians over frames of an orbit; exit status
// 1 if a limit of the part-motion page is broken.
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "engine/core/random_stream.h"
#include "engine/splats/rasteriser.h"
#include "engine/splats/splat_file.h"
#include "tests/support/splat_scenes.h"
#include "tests/support/support.h"

namespace {

using namespace learnscope;
using namespace learnscope::splats;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

bool withinLimit(const char* what, double found, double limit) {
  std::printf("%-44s %8.2f ms (at most %.0f)%s\n", what, found, limit, found <= limit ? "" : "  BROKEN");
  return found <= limit;
}

bool frames(std::size_t count, int threads, int rounds, double limit) {
  Rasteriser rasteriser(threads);
  rasteriser.setSplats(std::make_shared<PreparedSplats>(test::bumpScene(count)));
  AlignedVector<std::uint32_t> pixels(1024 * 768);
  std::vector<double> total, parts[4];
  std::vector<double> cpu;
  for (int k = -2; k < rounds; ++k) {
    const double a = 0.35 + 0.05 * k;
    const SplatCamera camera =
        lookingAt({2.4 * std::sin(a) * .9, 2.4 * .436, 2.4 * std::cos(a) * .9}, {0, 0, 0}, {0, 1, 0}, 49.1, 1024, 768);
    const double start = threadSeconds();
    const FrameStatistics s = rasteriser.render(camera, {}, pixels.data(), 1024);
    if (k < 0) continue;  // buffers grow
    cpu.push_back(1e3 * (threadSeconds() - start));
    total.push_back(s.total());
    const double values[4]{s.project, s.sort, s.bin, s.raster};
    for (std::size_t p = 0; p < 4; ++p) parts[p].push_back(values[p]);
    if (k == 0) std::printf("  %zu visible, %zu pairs\n", s.visible, s.pairs);
  }
  char what[80];
  std::snprintf(what, sizeof what, "bump(%zu), %d thread%s, frame", count, threads, threads == 1 ? "" : "s");
  std::printf("  project %.1f, sort %.1f, bin %.1f, raster %.1f ms; first thread's CPU %.1f ms\n", median(parts[0]),
              median(parts[1]), median(parts[2]), median(parts[3]), median(cpu));
  return withinLimit(what, median(total), limit);
}

bool sorting() {
  constexpr std::size_t count = 1000000;
  RandomStream random(1, "depths");
  std::vector<float> depths(count);
  for (float& depth : depths) depth = static_cast<float>(random.uniform(0.05, 40));
  DepthOrder order;
  std::vector<double> times;
  for (int round = 0; round < 15; ++round) {
    DepthOrder::Entry* entries = order.reset(count);
    for (std::size_t i = 0; i < count; ++i)
      entries[i] = {std::bit_cast<std::uint32_t>(depths[i]), static_cast<std::uint32_t>(i)};
    const double start = threadSeconds();
    order.sort();
    times.push_back(1e3 * (threadSeconds() - start));
  }
  return withinLimit("sort of 1,000,000 depths (CPU time)", median(times), 15);
}

/// Peak of the process's memory in bytes since it was last reset.
double peakBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return 1024 * std::stod(line.substr(6));
  return 0;
}

Gaussians withHarmonics(const Gaussians& flat) {
  Gaussians rich(flat.size(), 3);
  rich.position = flat.position;
  rich.logScale = flat.logScale;
  rich.rotation = flat.rotation;
  rich.opacity = flat.opacity;
  rich.colour = flat.colour;
  return rich;
}

/// Reading a PLY of a million splats, and the memory that one with harmonics of degree 3 takes with its first frame.
bool loading() {
  const test::TemporaryFolder folder;
  constexpr std::size_t count = 1000000, some = 300000;
  writeSplatFile(folder.path("flat.ply"), test::bumpScene(count), {});
  const double start = threadSeconds();
  bool good = readSplatFile(folder.path("flat.ply")).splats.size() == count;
  good &= withinLimit("load of a PLY of 1,000,000 splats (CPU time)", 1e3 * (threadSeconds() - start), 1500);
  writeSplatFile(folder.path("rich.ply"), withHarmonics(test::bumpScene(some)), {});
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
  const double idle = peakBytes();
  Rasteriser rasteriser(1);
  rasteriser.setSplats(std::make_shared<PreparedSplats>(readSplatFile(folder.path("rich.ply")).splats));
  AlignedVector<std::uint32_t> pixels(1024 * 768);
  rasteriser.render(lookingAt({1.6, 1, 1.6}, {0, 0, 0}, {0, 1, 0}, 49.1, 1024, 768), {}, pixels.data(), 1024);
  const double bytes = (peakBytes() - idle) / some;
  std::printf("%-44s %8.0f (at most 400)%s\n", "bytes a splat with harmonics of degree 3", bytes,
              bytes <= 400 ? "" : "  BROKEN");
  return good && bytes <= 400;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  bool good = sorting();
  good &= loading();
  good &= frames(65536, 1, rounds, 75);
  good &= frames(65536, 2, rounds, 50);
  good &= frames(262144, 2, rounds, 150);
  good &= frames(1000000, 1, rounds, 900);
  good &= frames(1000000, 2, rounds, 450);
  return good ? 0 : 1;
}
