// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/splats/camera_file.h"
#include "engine/splats/rasteriser.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/splat_statistics.h"
#include "engine/splats/splat_view.h"
#include "engine/store/png.h"
#include "engine/tools/splat_picture.h"
#include "engine/tools/splats_tools.h"

namespace learnscope {
namespace {

using namespace splats;

constexpr int kCompareViews = 8, kCompareSide = 512;

/// Premultiplied 0xAARRGGBB to red, green, blue, alpha bytes, not premultiplied.
std::vector<std::uint8_t> straight(const AlignedVector<std::uint32_t>& pixels) {
  std::vector<std::uint8_t> rgba;
  rgba.reserve(4 * pixels.size());
  for (const std::uint32_t p : pixels) {
    const std::uint32_t alpha = p >> 24U;
    for (const unsigned shift : {16U, 8U, 0U}) {
      const std::uint32_t v = p >> shift & 0xFFU;
      rgba.push_back(static_cast<std::uint8_t>(alpha == 0 ? 0 : std::min(255U, (v * 255 + alpha / 2) / alpha)));
    }
    rgba.push_back(static_cast<std::uint8_t>(alpha));
  }
  return rgba;
}

/// A camera of a file, for a picture of another size: what it sees across stays.
SplatCamera cameraOf(const std::string& path, const std::string& name, int width, int height) {
  const CameraFile file = readCameraFile(path);
  const auto chosen = name.empty() ? file.cameras.begin()
                                   : std::find_if(file.cameras.begin(), file.cameras.end(),
                                                  [&](const auto& c) { return c.name == name; });
  if (chosen == file.cameras.end()) {
    std::vector<std::string> names;
    names.reserve(file.cameras.size());
    for (const NamedCamera& camera : file.cameras) names.push_back(camera.name);
    const std::string nearest = nearestName(name, names);
    throw ConfigError(
        "/camera", name,
        nearest.empty() ? "one of " + path + ", such as " + names.front() : "did you mean " + nearest + "?");
  }
  SplatCamera camera = chosen->camera;
  const double factor = static_cast<double>(width) / camera.width;
  camera.focalX *= factor;
  camera.focalY *= factor;
  camera.width = width;
  camera.height = height;
  camera.centreX = width / 2.0;
  camera.centreY = height / 2.0;
  return camera;
}

class SplatsRenderTool final : public Tool {
 public:
  ToolDescription describe() const override {
    ToolDescription tool{
        .id = "splats render",
        .title = LS_TR("Splat file: picture"),
        .summary = LS_TR("Draw a Gaussian-splat file as PNG; needs no display and no graphics card"),
        .parameters = {splatFileParameter("file", LS_TR("Splat file")),
                       {.id = "out",
                        .title = LS_TR("Picture"),
                        .type = ParameterType::File,
                        .fallback = "",
                        .doc = LS_TR("Where to write the PNG.")},
                       wholeParameter("width", LS_TR("Width"), 1024, LS_TR("Of the picture."), 1, 16384, "px"),
                       wholeParameter("height", LS_TR("Height"), 768, LS_TR("Of the picture."), 1, 16384, "px"),
                       {.id = "cameras",
                        .title = LS_TR("Camera file"),
                        .type = ParameterType::File,
                        .fallback = "",
                        .doc = LS_TR(
                            "A camera of this JSON file draws, for a picture as wide as its own, instead of one on an "
                            "orbit.")},
                       {.id = "camera",
                        .title = LS_TR("Camera"),
                        .type = ParameterType::Text,
                        .fallback = "",
                        .doc = LS_TR("Its name there; empty: the first.")}},
        .inputs = {"file"},
        .output = "out"};
    for (std::vector<Parameter> more : {orbitParameters(), lookParameters()})
      tool.parameters.insert(tool.parameters.end(), more.begin(), more.end());
    return tool;
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    if (!out.ends_with(".png")) throw ConfigError("/out", out, "a name that ends in .png");
    RenderOptions options = lookOf(arguments);
    const OrbitView view = orbitOf(arguments);
    const int width = static_cast<int>(arguments.integer("width")),
              height = static_cast<int>(arguments.integer("height"));
    std::optional<SplatCamera> given;
    if (const std::string cameras = arguments.text("cameras"); !cameras.empty())
      given = cameraOf(cameras, arguments.text("camera"), width, height);
    LoadedSplats loaded = readSplatFile(arguments.text("file"), progress);
    options.antialiased = loaded.antialiased;
    progress.report(0.9, LS_TR("drawing splats"));
    const auto prepared = std::make_shared<PreparedSplats>(std::move(loaded.splats));
    Rasteriser rasteriser(static_cast<int>(arguments.integer("threads")));
    rasteriser.setSplats(prepared);
    AlignedVector<std::uint32_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const SplatCamera camera = given ? *given : orbitCamera(robustExtent(prepared->gaussians()), view, width, height);
    const FrameStatistics frame = rasteriser.render(camera, options, pixels.data(), static_cast<std::size_t>(width));
    writePng(out, width, height, straight(pixels));
    return {{"splats", prepared->size()},
            {"dropped", loaded.dropped},
            {"visible", frame.visible},
            {"milliseconds", std::round(10 * frame.total()) / 10}};
  }
};

class SplatsCompareTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats compare",
            .title = LS_TR("Splat files: compare"),
            .summary = LS_TR("Compare two Gaussian-splat files splat by splat and as pictures (PSNR of 8 views)"),
            .parameters = {splatFileParameter("file", LS_TR("Splat file")),
                           splatFileParameter("other", LS_TR("Other splat file")), upParameter()},
            .inputs = {"file", "other"}};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const UpAxis up = upAxisOf(arguments.text("up"), "/up");
    const LoadedSplats a = readSplatFile(arguments.text("file"), progress);
    const LoadedSplats b = readSplatFile(arguments.text("other"), progress);
    Json summary{{"file", formatName(a.format)},   {"other", formatName(b.format)}, {"splats", a.splats.size()},
                 {"otherSplats", b.splats.size()}, {"degree", a.splats.degree()},   {"otherDegree", b.splats.degree()}};
    if (a.splats.size() == b.splats.size()) {
      const SplatDifference d = differenceOf(a.splats, b.splats);
      summary["byIndex"] =
          Json::array({{{"quantity", "position"}, {"largest", d.position}},
                       {{"quantity", "ln scale"}, {"largest", d.logScale}},
                       {{"quantity", "rotation °"}, {"largest", d.largestTurn}, {"median", d.medianTurn}},
                       {{"quantity", "colour"}, {"largest", d.colour}},
                       {{"quantity", "opacity"}, {"largest", d.opacity}},
                       {{"quantity", "harmonics"}, {"largest", d.harmonics}}});
    }
    const Extent extent = robustExtent(a.splats);
    Rasteriser first, second;
    first.setSplats(std::make_shared<PreparedSplats>(a.splats));
    second.setSplats(std::make_shared<PreparedSplats>(b.splats));
    RenderOptions options, otherOptions;
    options.antialiased = a.antialiased;
    otherOptions.antialiased = b.antialiased;
    AlignedVector<float> one, two;
    Json views = Json::array();
    double sum = 0;
    int differing = 0;
    for (int k = 0; k < kCompareViews; ++k) {
      progress.report(static_cast<double>(k) / kCompareViews, LS_TR("drawing splats"));
      OrbitView view;
      view.up = up;
      view.azimuth = 45 * k;
      const SplatCamera camera = orbitCamera(extent, view, kCompareSide, kCompareSide);
      first.render(camera, options, one);
      second.render(camera, otherOptions, two);
      const double error = meanSquare(one, two);
      views.push_back({{"azimuth", 45 * k}, {"psnr", error > 0 ? Json(-10 * std::log10(error)) : Json("identical")}});
      if (error <= 0) continue;
      sum -= 10 * std::log10(error);
      ++differing;
    }
    summary["meanPsnr"] = differing > 0 ? Json(sum / differing) : Json("identical");
    summary["views"] = std::move(views);
    return summary;
  }

 private:
  /// Over red, green, blue of pictures in [0, 1].
  static double meanSquare(const AlignedVector<float>& a, const AlignedVector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (i % 4 == 3) continue;
      const double d = std::clamp(a[i], 0.0F, 1.0F) - std::clamp(b[i], 0.0F, 1.0F);
      sum += d * d;
    }
    return sum / (0.75 * static_cast<double>(a.size()));
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatsRenderTool() { return std::make_shared<SplatsRenderTool>(); }
std::shared_ptr<const Tool> makeSplatsCompareTool() { return std::make_shared<SplatsCompareTool>(); }

}  // namespace learnscope
