// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_motion_files [SECONDS] [SEED]: reads mutated camera, parts and drags files, propagated indices and JPEG
// pictures. A finding is a crash, a sanitizer's report, or an exception that is no Error; the input is then in
// fuzz_motion_files.input.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/data/drags_file.h"
#include "engine/splats/camera_file.h"
#include "engine/store/jpeg.h"
#include "engine/store/npy.h"
#include "tests/support/support.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

// A claim that is believed shows as an allocation that no input here can need.
extern "C" const char* __asan_default_options() { return "max_allocation_size_mb=1024:allocator_may_return_null=0"; }
extern "C" const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }

namespace {

using namespace learnscope;

std::string current;  // what is being read

void keepInput() { std::ofstream("fuzz_motion_files.input", std::ios::binary) << current; }

struct Sample {
  std::string name, bytes;
  std::function<void(const std::string& path)> read;
};

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Sample> samples() {
  const auto cameras = [](const std::string& path) { splats::readCameraFile(path); };
  const auto drags = [](const std::string& path) {
    readDrags(path, false);
    readDrags(path, true);
  };
  PictureDrags drawn;
  drawn.drags = {{{10, 20}, {30, 25}, 1}};
  const auto indices = encodeNpy(Array::from<std::int64_t>(std::vector<std::int64_t>{5, 100, 511, 7}, {2, 2}));
  return {
      {"cameras.json",
       R"([{"id":0,"img_name":"a","width":640,"height":480,"position":[1,2,3],"rotation":[[1,0,0],[0,1,0],[0,0,1]],"fx":500,"fy":510}])",
       cameras},
      {"transforms.json",
       R"({"camera_angle_x":0.85,"frames":[{"file_path":"./r_0","w":512,"h":512,"transform_matrix":[[1,0,0,0],[0,1,0,0],[0,0,1,2],[0,0,0,1]]}]})",
       cameras},
      {"003_camera.json", R"({"origin":[0,0,2],"x":[1,0,0],"y":[0,1,0],"z":[0,0,1]})", cameras},
      {"parts.json",
       R"({"gaussians":7,"labels":[[0,3],[2,2],[1,1],[0,1]],"joints":[{"type":"fixed"},{"type":"prismatic","origin":[0,0,0],"axis":[0,0,1],"low":0,"high":0.7},{"type":"revolute","origin":[0,0,0],"axis":[0,1,0],"low":0,"high":-1.6}]})",
       [](const std::string& path) { readParts(path, 7); }},
      {"drags.json",
       R"({"view":0,"size":[512,512],"drags":[{"start":[1,2],"end":[3,4],"part":1},{"start":[5,6],"end":[7,8]}]})",
       drags},
      {"propagated_indices.npy",
       {reinterpret_cast<const char*>(indices.data()), indices.size()},
       [drawn](const std::string& path) { propagated(drawn, path); }},
      {"strip.jpg", contents(LEARNSCOPE_TEST_DATA "/strip.jpg"),
       [](const std::string& path) { readPicture(path, 4096); }}};
}

std::string mutated(std::string bytes, const std::vector<Sample>& all, RandomStream& random) {
  static const std::vector<std::string> words{"-1", "1e400", "-0.0",   "null", "[]",   "{}", "18446744073709551615",
                                              "\"", "[[[[",  "1e-400", "true", "\xFF", ",",  "\"labels\""};
  const std::uint64_t rounds = 1 + random.below(4);
  for (std::uint64_t k = 0; k < rounds && !bytes.empty(); ++k) {
    const std::size_t at = random.below(bytes.size());
    switch (random.below(6)) {
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
        bytes.erase(at, 1 + random.below(20));
        break;
      case 4:
        bytes.insert(at, words[random.below(words.size())]);
        break;
      case 5: {
        const std::string& other = all[random.below(all.size())].bytes;
        const std::size_t from = random.below(other.size());
        bytes.insert(at, other.substr(from, 1 + random.below(60)));
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
  const std::vector<Sample> all = samples();
  const test::TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  std::map<std::string, long> outcomes;
  long inputs = 0;
  for (; std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds; ++inputs) {
    const Sample& sample = all[random.below(all.size())];
    current = mutated(sample.bytes, all, random);
    const std::string path = folder.path(sample.name);
    std::ofstream(path, std::ios::binary) << current;
    try {
      sample.read(path);
      ++outcomes["read " + sample.name];
    } catch (const Error&) {
      ++outcomes["refused " + sample.name];
    } catch (const std::exception& error) {
      keepInput();
      std::cerr << "finding after " << inputs << " inputs, in fuzz_motion_files.input: " << error.what() << '\n';
      return 1;
    }
  }
  std::cout << inputs << " inputs, no finding\n";
  for (const auto& [what, count] : outcomes) std::cout << "  " << what << ": " << count << '\n';
  return 0;
}
