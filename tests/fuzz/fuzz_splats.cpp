// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_splats [SECONDS] [SEED] [FORMAT]: reads mutated splat files of one format (its name as `splats info` says it),
// or of every. A finding is a crash, a sanitizer's report, an exception that is no Error, or a splat that cannot be
// drawn; the input is then in fuzz_splats.input.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/splats/inflate.h"
#include "engine/splats/splat_file.h"
#include "tests/support/splat_scenes.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// A claim that is believed shows as an allocation that no input here can need.
extern "C" const char* __asan_default_options() { return "max_allocation_size_mb=1024:allocator_may_return_null=0"; }
extern "C" const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }

namespace {

using namespace learnscope;
using namespace learnscope::splats;

std::string current;  // what is being read

void keepInput() { std::ofstream("fuzz_splats.input", std::ios::binary) << current; }

struct Sample {
  std::string format;
  std::string name;
  std::string bytes;
  bool gzipped = false;  ///< mutate what is inside
};

std::vector<Sample> samples() {
  std::vector<Sample> all;
  const auto add = [&](const char* name, const Gaussians& splats, SplatFormat format, int version = 3) {
    const WriteOptions options{.format = format, .spzVersion = version};
    const std::string bytes(textOf(encodeSplats(splats, options)));
    all.push_back({formatName(format), name, bytes});
    if (format == SplatFormat::Spz && version == 3)
      all.push_back({formatName(format), name, std::string(textOf(gunzip(bytesOf(bytes), 1 << 24, name))), true});
  };
  for (const int degree : {0, 1, 3})
    for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{300}}) {
      const Gaussians splats = test::randomSplats(count, degree);
      add("a.ply", splats, SplatFormat::Ply);
      add("a.ply", splats, SplatFormat::CompressedPly);
      add("a.splat", splats, SplatFormat::Splat);
      add("a.spz", splats, SplatFormat::Spz, 3);
      add("a.spz", splats, SplatFormat::Spz, 4);
    }
  all.push_back(
      {formatName(SplatFormat::Ply), "a.ply",
       "ply\nformat ascii 1.0\nelement camera 1\nproperty int id\nelement vertex 2\nproperty float "
       "x\nproperty double y\nproperty float z\nproperty uchar red\nproperty uchar green\nproperty uchar "
       "blue\nelement face 1\nproperty list uchar int i\nend_header\n0\n1 2 3 4 5 6\n1e3 nan -2 7 8 9\n3 0 1 2\n"});
  return all;
}

std::string mutated(std::string bytes, const std::vector<Sample>& all, RandomStream& random) {
  static const std::vector<std::string> words{"-1",
                                              "4294967295",
                                              "549755813888",
                                              "nan",
                                              "1e39",
                                              "list uchar int i",
                                              "element vertex 0\n",
                                              "property float x\n",
                                              "end_header\n",
                                              "ply\n"};
  const std::uint64_t rounds = 1 + random.below(4);
  for (std::uint64_t k = 0; k < rounds && !bytes.empty(); ++k) {
    // Headers decide most, so half of the places lie in the first 700 bytes.
    const std::size_t reach = random.below(2) ? std::min<std::size_t>(bytes.size(), 700) : bytes.size();
    const std::size_t at = random.below(reach);
    switch (random.below(7)) {
      case 0:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.erase(at, 1 + random.below(40));
        break;
      case 4:
        bytes.insert(at, words[random.below(words.size())]);
        break;
      case 5:
        for (std::size_t i = at; i < std::min(at + 4, bytes.size()); ++i) bytes[i] = random.below(2) ? '\xff' : '\0';
        break;
      case 6: {
        const std::string& other = all[random.below(all.size())].bytes;
        const std::size_t from = random.below(other.size());
        bytes.insert(at, other.substr(from, 1 + random.below(200)));
        break;
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_set_death_callback(keepInput);
#endif
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  RandomStream random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1, "fuzz");
  std::vector<Sample> all = samples();
  if (argc > 3) std::erase_if(all, [&](const Sample& sample) { return sample.format != argv[3]; });
  if (all.empty()) {
    std::cerr << "no format " << argv[3] << '\n';
    return 2;
  }
  const auto start = std::chrono::steady_clock::now();
  std::map<std::string, long> outcomes;
  long inputs = 0;
  for (; std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds; ++inputs) {
    const Sample& sample = all[random.below(all.size())];
    current = mutated(sample.bytes, all, random);
    if (sample.gzipped) current = std::string(textOf(gzip(bytesOf(current))));
    try {
      const LoadedSplats loaded = readSplats(ByteSource(sample.name, bytesOf(current)));
      for (std::size_t i = 0; i < loaded.splats.size(); ++i)
        if (!isDrawable(loaded.splats, i)) throw std::logic_error("splat " + std::to_string(i) + " is not drawable");
      ++outcomes["read " + formatName(loaded.format)];
    } catch (const Error&) {
      ++outcomes["refused " + sample.name];
    } catch (const std::exception& error) {
      keepInput();
      std::cerr << "finding after " << inputs << " inputs, in fuzz_splats.input: " << error.what() << '\n';
      return 1;
    }
  }
  std::cout << inputs << " inputs, no finding\n";
  for (const auto& [what, count] : outcomes) std::cout << "  " << what << ": " << count << '\n';
  return 0;
}
