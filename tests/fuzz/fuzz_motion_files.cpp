// SPDX-License-Identifier: GPL-3.0-or-later
// fuzz_motion_files [SECONDS] [SEED]: reads mutated camera, parts and drags files, propagated indices and JPEG
// pictures. A finding is a crash, a sanitizer's report, or an exception that is no Error; the input is then in
// fuzz_motion_files.input.
#include "engine/data/drags_file.h"
#include "engine/splats/camera_file.h"
#include "engine/store/jpeg.h"
#include "engine/store/npy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/support.h"

namespace {

using namespace learnscope;

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

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{"-1", "1e400", "-0.0",   "null", "[]",   "{}", "18446744073709551615",
                                       "\"", "[[[[",  "1e-400", "true", "\xFF", ",",  "\"labels\""};
  const test::TemporaryFolder folder;
  return fuzz::run<Sample>(argc, argv, "fuzz_motion_files", samples(), words, [&folder](const Sample& sample) {
    const std::string path = folder.path(sample.name);
    std::ofstream(path, std::ios::binary) << fuzz::current;
    sample.read(path);
    return sample.name;
  });
}
