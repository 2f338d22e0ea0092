// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "engine/data/drags_file.h"
#include "engine/experiments/part_motion/experiment.h"
#include "engine/experiments/part_motion/file_axes.h"
#include "engine/experiments/part_motion/part_motion_tools.h"
#include "engine/experiments/part_motion/saved_run.h"
#include "engine/experiments/part_motion/setting.h"
#include "engine/measures/rigid_fit.h"
#include "engine/models/threads.h"
#include "engine/splats/gaussian_rows.h"
#include "engine/splats/rasteriser.h"
#include "engine/splats/region.h"
#include "engine/splats/splat_file.h"
#include "engine/tools/summary_text.h"

namespace learnscope::partmotion {
namespace {

constexpr std::size_t kFewest = 128, kMost = 8192;
constexpr int kPulled = 1;  // the label of the mask in a pair made of a file

Parameter file(const char* id, const char* title, const char* doc) {
  return {.id = id, .title = title, .type = ParameterType::File, .fallback = "", .doc = doc};
}

/// A drag that has found its Gaussian.
struct Held {
  std::size_t gaussian = 0;
  Coordinates way{};  ///< in the picture's plane at the Gaussian's depth, world units
  int part = PictureDrags::kAnyPart;
};

std::vector<Held> heldBy(const PictureDrags& drags, const splats::Gaussians& object, const std::string& path) {
  const splats::SplatCamera camera = orbitCamera(drags.view, drags.size[0]);
  splats::Rasteriser rasteriser;
  rasteriser.setSplats(std::make_shared<splats::PreparedSplats>(object));
  AlignedVector<float> picture;
  rasteriser.render(camera, {}, picture);
  std::vector<Held> all;
  for (const PictureDrags::Item& drag : drags.drags) {
    const auto found = rasteriser.pick(drag.start[0], drag.start[1]);
    if (!found)
      throw DataError(path, "drag " + std::to_string(all.size()), "a start on the object expected, it is beside it");
    Held held;
    held.gaussian = *found;
    held.part = drag.part;
    const auto& x = object.position;
    const double depth = camera.toCamera({x[0][*found], x[1][*found], x[2][*found]})[2],
                 right = (drag.end[0] - drag.start[0]) * depth / camera.focalX,
                 down = (drag.end[1] - drag.start[1]) * depth / camera.focalY;
    for (std::size_t k = 0; k < 3; ++k) held.way[k] = right * camera.rotation[k] + down * camera.rotation[3 + k];
    all.push_back(held);
  }
  return all;
}

/// 1 for the Gaussians of the part that is pulled, 0 for the others.
std::vector<int> maskOf(const Held& held, const splats::Gaussians& object, const std::optional<ObjectParts>& parts,
                        const std::string& dragsPath) {
  std::vector<int> mask(object.size(), 0);
  if (!parts) {
    for (const std::size_t i : splats::regionAround(object, held.gaussian)) mask[i] = kPulled;
    return mask;
  }
  const int part = held.part == PictureDrags::kAnyPart ? parts->labels[held.gaussian] : held.part;
  if (parts->joints[static_cast<std::size_t>(part)].type == Joint::Type::Fixed)
    throw DataError(dragsPath, "drag 0", "part " + std::to_string(part) + " is fixed: a part with a joint expected");
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = parts->labels[i] == part ? kPulled : 0;
  return mask;
}

/// What the pulled part did: the rigid motion that fits it.
void describeMotion(const MotionPair& pair, std::span<const float> moved, Json& summary) {
  std::vector<double> from, to;
  double distance = 0;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i) {
    if (!pair.moves(i)) continue;
    double square = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      from.push_back(static_cast<double>(pair.from[i * kCodeValues + k]));
      to.push_back(static_cast<double>(moved[i * kCodeValues + k]));
      square += std::pow(to.back() - from.back(), 2);
    }
    distance += std::sqrt(square);
  }
  const std::size_t pulled = from.size() / 3;
  summary["pulled"] = pulled;
  summary["meanDisplacement"] = distance / static_cast<double>(std::max<std::size_t>(1, pulled));
  const auto fit = fitRigidMotion(from, to);
  if (!fit) return;
  summary["turn°"] = fit->angle * 180 / std::numbers::pi;
  summary["axis"] = placeText(otherAxes(fit->axis));
  summary["shift"] = placeText(otherAxes(fit->shift));
}

class MoveTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats move",
            .title = LS_TR("Splat file: move a part"),
            .summary = LS_TR("Move a part of an object by drags with a trained part-motion network"),
            .parameters = {runParameter(),
                           file("file", LS_TR("Splat file"),
                                LS_TR("128 to 8192 splats, upright with y down as files of photographs are, the "
                                      "front towards -z, within about 1.2 units of the middle.")),
                           file("drags", LS_TR("Drags"),
                                LS_TR("A drags.json. One drag goes to its whole part; several are taken as they are.")),
                           file("parts", LS_TR("Parts"),
                                LS_TR("A parts.json; empty: the part is what hangs together with the first drag's "
                                      "start and has its colour.")),
                           file("indices", LS_TR("Propagated drags"),
                                LS_TR("propagated_indices.npy of the official code: the first drag is carried out at "
                                      "each of its places.")),
                           file("out", LS_TR("Written to"),
                                LS_TR("The moved object: .ply, .compressed.ply, .splat or .spz.")),
                           {.id = "clamp",
                            .title = LS_TR("Clamp drags"),
                            .type = ParameterType::Bool,
                            .fallback = false,
                            .doc = LS_TR("Drags that leave the picture end at its edge; otherwise they are refused.")},
                           stepParameter()},
            .inputs = {"run", "file"},
            .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out"), dragsPath = arguments.text("drags");
    splats::WriteOptions options;
    options.format = splats::formatOfName(out, "/out");
    if (options.format == splats::SplatFormat::Ply) options.order = splats::SplatOrder::File;
    if (dragsPath.empty()) throw ConfigError("/drags", "", "a drags.json");
    splats::Gaussians object = splats::readSplatFile(arguments.text("file"), progress).splats;
    object.mirror(kFileAxes);
    if (object.size() < kFewest || object.size() > kMost)
      throw ConfigError("/file", std::to_string(object.size()) + " splats", "128 to 8192 splats");
    std::optional<ObjectParts> parts;
    if (const std::string path = arguments.text("parts"); !path.empty()) parts = readParts(path, object.size());
    PictureDrags drags = readDrags(dragsPath, arguments.flag("clamp"), parts ? &*parts : nullptr);
    if (drags.size[0] != drags.size[1])
      throw DataError(dragsPath, "size", "a square picture expected: the lab's cameras draw no other");
    if (const std::string path = arguments.text("indices"); !path.empty()) drags = propagated(drags, path);
    const SavedRun saved = openSavedRun(arguments.text("run"), arguments.integer("step"), progress);
    if (isSplatter(saved.at.config))
      throw ConfigError("/run", "formulation splatter", "a run on points: only they take an object's own Gaussians");

    const std::vector<Held> held = heldBy(drags, object, dragsPath);
    MotionPair pair;
    pair.movingPart = kPulled;
    pair.from = splats::toRows(object);
    pair.sample.part = maskOf(held.front(), object, parts, dragsPath);
    if (held.size() == 1) {
      pair.drags = spreadDrags(pair, kPulled, held.front().way, dragsOf(saved.at.config));
    } else {
      for (const Held& each : held)
        for (const double share : {0.0, 1.0})
          for (std::size_t k = 0; k < 3; ++k)
            pair.drags.push_back(pair.from[each.gaussian * kCodeValues + k] + static_cast<float>(share * each.way[k]));
    }
    progress.report(0.8, LS_TR("moving the object"));
    useOneThread();
    Config config = saved.at.config;
    config.set("points", object.size());
    const std::unique_ptr<Model> model = makeModel(config);
    const AlignedVector<float> weights = savedWeights(saved.at.state, *model);
    const ModelInput input{pair.from, pair.drags};
    model->forward(weights.data(), {&input, 1}, feltScales(config));
    const std::span<const float> moved = model->gaussians(0);
    splats::Gaussians result = splats::fromRows(moved);
    result.mirror(kFileAxes);
    splats::writeSplatFile(out, result, options);
    Json summary{{"splats", object.size()}, {"drags", pair.dragCount()}, {"step", saved.at.step}};
    describeMotion(pair, moved, summary);
    return summary;
  }
};

}  // namespace

std::shared_ptr<const Tool> makeMoveTool() { return std::make_shared<MoveTool>(); }

}  // namespace learnscope::partmotion
