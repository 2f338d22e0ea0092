// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numbers>

#include "engine/splats/camera_file.h"
#include "engine/tools/splats_tools.h"
#include "engine/tools/summary_text.h"

namespace learnscope {
namespace {

using namespace splats;

class SplatsCamerasTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats cameras",
            .title = LS_TR("Camera file: what it holds"),
            .summary = LS_TR("List the cameras of a JSON file, and write them as 3DGS's cameras.json"),
            .parameters = {{.id = "file",
                            .title = LS_TR("Camera file"),
                            .type = ParameterType::File,
                            .fallback = "",
                            .doc = LS_TR("cameras.json of 3DGS, transforms.json, or NNN_camera.json of PartDrag-4D.")},
                           {.id = "out",
                            .title = LS_TR("Written to"),
                            .type = ParameterType::File,
                            .fallback = "",
                            .doc = LS_TR("A cameras.json; empty: nothing is written.")}},
            .inputs = {"file"},
            .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    progress.report(0);
    const CameraFile file = readCameraFile(arguments.text("file"));
    if (const std::string out = arguments.text("out"); !out.empty()) writeCameraFile(out, file.cameras);
    Json rows = Json::array();
    for (const auto& [name, camera] : file.cameras)
      rows.push_back({{"name", name},
                      {"width", camera.width},
                      {"height", camera.height},
                      {"fieldOfView°", 2 * std::atan(camera.height / 2.0 / camera.focalY) * 180 / std::numbers::pi},
                      {"eye", placeText(camera.eye())},
                      {"forward", placeText(camera.forward())}});
    Json notes = Json::array();
    for (const std::string& note : file.notes) notes.push_back({{"note", note}});
    Json summary{{"form", file.form}, {"cameras", std::move(rows)}};
    if (!notes.empty()) summary["notes"] = std::move(notes);
    return summary;
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatsCamerasTool() { return std::make_shared<SplatsCamerasTool>(); }

}  // namespace learnscope
