// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/data/drags_file.h"
#include "engine/experiments/part_motion/evaluation.h"
#include "engine/experiments/part_motion/experiment.h"
#include "engine/experiments/part_motion/file_axes.h"
#include "engine/experiments/part_motion/part_motion_tools.h"
#include "engine/experiments/part_motion/saved_run.h"
#include "engine/experiments/part_motion/scene_arrays.h"
#include "engine/models/threads.h"
#include "engine/splats/camera_file.h"
#include "engine/splats/gaussian_rows.h"
#include "engine/splats/splat_file.h"
#include "engine/store/atomic_folder.h"
#include "engine/store/export_data.h"
#include "engine/store/export_parts.h"
#include "engine/store/json_place.h"
#include "engine/store/png.h"

namespace learnscope::partmotion {
namespace {

constexpr int kStripSide = 256, kPictureSide = 512;

void writeRows(const std::string& path, std::span<const float> rows) {
  splats::Gaussians splats = splats::fromRows(rows);
  splats.mirror(kFileAxes);
  splats::writeSplatFile(path, splats, {.order = splats::SplatOrder::File});
}

ObjectParts partsOf(const MotionPair& pair) {
  ObjectParts parts{pair.sample.part, pair.object.joints};
  for (Joint& joint : parts.joints) {
    joint.origin = otherAxes(joint.origin);
    joint.axis = otherAxes(joint.axis);
  }
  return parts;
}

/// The pair's drags as view 0 sees them; what leaves its picture is left out.
PictureDrags drawnDrags(const MotionPair& pair) {
  PictureDrags drags;
  drags.size = {kPictureSide, kPictureSide};
  const splats::SplatCamera camera = orbitCamera(0, kPictureSide);
  for (std::size_t at = 0; at < pair.drags.size(); at += 6) {
    PictureDrags::Item drag;
    std::array<double, 2>* ends[]{&drag.start, &drag.end};
    bool inside = true;
    for (std::size_t end = 0; end < 2; ++end) {
      const float* place = &pair.drags[at + 3 * end];
      const splats::Vec3d t = camera.toCamera({place[0], place[1], place[2]});
      *ends[end] = {camera.focalX * t[0] / t[2] + camera.centreX, camera.focalY * t[1] / t[2] + camera.centreY};
      for (const double v : *ends[end]) inside = inside && v >= 0 && v <= kPictureSide;
    }
    drag.part = pair.movingPart;
    if (inside) drags.drags.push_back(drag);
  }
  return drags;
}

/// Rows of A, prediction, B, |error| under each other, one view a row.
void writeStrip(const std::string& path, const Array& pictures) {
  const auto side = static_cast<std::size_t>(pictures.shape()[1]);
  const auto from = pictures.as<std::uint8_t>();
  std::vector<std::uint8_t> rgba;
  rgba.reserve(16 * side * side * 4);
  for (std::size_t y = 0; y < 4 * side; ++y)
    for (std::size_t x = 0; x < 4 * side; ++x) {
      const std::size_t picture = 4 * (y / side) + x / side, pixel = (y % side) * side + x % side;
      const std::uint8_t* rgb = &from[3 * (picture * side * side + pixel)];
      rgba.insert(rgba.end(), {rgb[0], rgb[1], rgb[2], 255});
    }
  writePng(path, static_cast<int>(4 * side), static_cast<int>(4 * side), rgba);
}

std::vector<splats::NamedCamera> cameras() {
  std::vector<splats::NamedCamera> all;
  for (int view = 0; view < kViews; ++view) {
    splats::SplatCamera camera = orbitCamera(view, kPictureSide);
    for (std::size_t i = 0; i < camera.rotation.size(); ++i) camera.rotation[i] *= kFileAxes[i % 3];
    all.push_back({"view" + std::to_string(view), camera});
  }
  return all;
}

class OutputsTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats outputs",
            .title = LS_TR("Part-motion run: files"),
            .summary = LS_TR("Write the states, drags, pictures, numbers and events of a part-motion run as files"),
            .parameters = {runParameter(),
                           {.id = "out",
                            .title = LS_TR("Folder"),
                            .type = ParameterType::File,
                            .fallback = "",
                            .doc = LS_TR("A new folder: metrics.csv, events.json, state_0.ply to state_5.ply as "
                                         "predicted, true_0.ply to true_5.ply, parts.json, drags.json, cameras.json, "
                                         "strip.png (A, prediction, B, error).")},
                           {.id = "object",
                            .title = LS_TR("Object"),
                            .type = ParameterType::Int,
                            .fallback = -1,
                            .doc = LS_TR("Test object; -1: the one that the run shows."),
                            .minimum = -1,
                            .maximum = kTestPairs - 1},
                           stepParameter()},
            .inputs = {"run"},
            .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    if (out.empty()) throw ConfigError("/out", "", "a new folder");
    const SavedRun saved = openSavedRun(arguments.text("run"), arguments.integer("step"), progress);
    const Config& config = saved.at.config;
    const std::int64_t wanted = arguments.integer("object");
    const int object = static_cast<int>(wanted < 0 ? config.integer("shown") : wanted);
    useOneThread();
    const std::unique_ptr<Model> model = makeModel(config);
    const AlignedVector<float> weights = savedWeights(saved.at.state, *model);
    const Evaluator evaluator(config, saved.run->info().seed);
    const Answer answer = evaluator.answer(*model, weights.data(), config, object);
    progress.report(0.5, LS_TR("writing files"));

    AtomicFolder folder(out);
    const MotionPair& pair = answer.pair;
    for (int state = 0; state < kStates; ++state) {
      const double theta = state / double{kStates - 1}, from = pair.fromState / double{kStates - 1},
                   to = pair.toState / double{kStates - 1};
      const std::string name = std::to_string(state) + ".ply";
      writeRows(folder.file("true_" + name), pair.at(theta));
      if (answer.material) writeRows(folder.file("state_" + name), movedBy(answer, (theta - from) / (to - from)));
    }
    writeRows(folder.file("prediction.ply"), answer.gaussians);
    writeParts(folder.file("parts.json"), partsOf(pair));
    const PictureDrags drags = drawnDrags(pair);
    if (!drags.drags.empty()) writeDrags(folder.file("drags.json"), drags);
    splats::writeCameraFile(folder.file("cameras.json"), cameras());
    writeStrip(folder.file("strip.png"), pictureStrip(answer, evaluationViews(config), kStripSide));
    exportCsv(*saved.run, {}, folder.file("metrics.csv"), true);
    writeJsonFile(folder.file("events.json"), exportedEvents(*saved.run));
    folder.commit();
    return {{"folder", out},
            {"step", saved.at.step},
            {"object", object},
            {"from", "state_" + std::to_string(pair.fromState)},
            {"to", "state_" + std::to_string(pair.toState)},
            {"drags", drags.drags.size()}};
  }
};

}  // namespace

std::shared_ptr<const Tool> makeOutputsTool() { return std::make_shared<OutputsTool>(); }

}  // namespace learnscope::partmotion
