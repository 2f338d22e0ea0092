// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_splats [SECONDS] [SEED] [FORMAT]: reads mutated splat files of one format (its name as `splats info` says it),
// or of every. A finding is a crash, a sanitizer's report, an exception that is no Error, or a splat that cannot be
// drawn; the input is then in fuzz_splats.input.
#include "engine/splats/inflate.h"
#include "engine/splats/splat_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/splat_scenes.h"

namespace {

using namespace learnscope;
using namespace learnscope::splats;

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

}  // namespace

int main(int argc, char** argv) {
  std::vector<Sample> all = samples();
  if (argc > 3) std::erase_if(all, [&](const Sample& sample) { return sample.format != argv[3]; });
  if (all.empty()) {
    std::cerr << "no format " << argv[3] << '\n';
    return 2;
  }
  const std::vector<std::string> words{"-1",
                                       "4294967295",
                                       "549755813888",
                                       "nan",
                                       "1e39",
                                       "list uchar int i",
                                       "element vertex 0\n",
                                       "property float x\n",
                                       "end_header\n",
                                       "ply\n"};
  return fuzz::run<Sample>(argc, argv, "fuzz_splats", all, words, [](const Sample& sample) {
    if (sample.gzipped) fuzz::current = std::string(textOf(gzip(bytesOf(fuzz::current))));
    const LoadedSplats loaded = readSplats(ByteSource(sample.name, bytesOf(fuzz::current)));
    for (std::size_t i = 0; i < loaded.splats.size(); ++i)
      if (!isDrawable(loaded.splats, i)) throw std::logic_error("splat " + std::to_string(i) + " is not drawable");
    return formatName(loaded.format);
  });
}
