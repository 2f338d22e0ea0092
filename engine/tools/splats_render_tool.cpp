// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "engine/splats/rasteriser.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/splat_statistics.h"
#include "engine/splats/splat_view.h"
#include "engine/store/png.h"
#include "engine/tools/splats_tools.h"

namespace learnscope {
namespace {

using namespace splats;

constexpr int kCompareViews = 8, kCompareSide = 512;

Parameter fileParameter(const char* id, const char* title) {
  return {.id = id,
          .title = title,
          .type = ParameterType::File,
          .fallback = "",
          .doc = LS_TR("A 3DGS .ply, PlayCanvas .compressed.ply, .splat or .spz file.")};
}

Parameter upParameter() {
  return {.id = "up",
          .title = LS_TR("Up"),
          .type = ParameterType::Choice,
          .fallback = "-y",
          .doc = LS_TR("Which way is up in the file's world; -y for files of photographs."),
          .choices = {{"-y", "-y"}, {"+y", "+y"}, {"+z", "+z"}, {"-z", "-z"}, {"+x", "+x"}, {"-x", "-x"}}};
}

Parameter number(const char* id, const char* title, double fallback, const char* doc, double low, double high,
                 const char* unit = "") {
  return {.id = id,
          .title = title,
          .type = ParameterType::Real,
          .fallback = fallback,
          .doc = doc,
          .unit = unit,
          .minimum = low,
          .maximum = high};
}

Parameter whole(const char* id, const char* title, int fallback, const char* doc, int low, int high,
                const char* unit = "") {
  Parameter parameter = number(id, title, fallback, doc, low, high, unit);
  parameter.type = ParameterType::Int;
  parameter.fallback = fallback;
  return parameter;
}

std::array<float, 4> backgroundOf(const std::string& text) {
  if (text == "transparent") return {0, 0, 0, 0};
  if (text == "black") return {0, 0, 0, 1};
  if (text == "white") return {1, 1, 1, 1};
  if (text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos) {
    std::array<float, 4> colour{0, 0, 0, 1};
    for (std::size_t c = 0; c < 3; ++c)
      colour[c] = static_cast<float>(std::stoi(text.substr(1 + 2 * c, 2), nullptr, 16)) / 255.0F;
    return colour;
  }
  throw ConfigError("/background", text, "transparent, white, black or #rrggbb");
}

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

class SplatsRenderTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {
        .id = "splats render",
        .title = LS_TR("Splat file: picture"),
        .summary = LS_TR("Draw a Gaussian-splat file as PNG; needs no display and no graphics card"),
        .parameters =
            {fileParameter("file", LS_TR("Splat file")),
             {.id = "out",
              .title = LS_TR("Picture"),
              .type = ParameterType::File,
              .fallback = "",
              .doc = LS_TR("Where to write the PNG.")},
             whole("width", LS_TR("Width"), 1024, LS_TR("Of the picture."), 1, 16384, "px"),
             whole("height", LS_TR("Height"), 768, LS_TR("Of the picture."), 1, 16384, "px"),
             upParameter(),
             number("azimuth", LS_TR("Azimuth"), 20, LS_TR("Of the camera around the up axis; 0 is the front."), -360,
                    360, "°"),
             number("elevation", LS_TR("Elevation"), 15, LS_TR("Of the camera above the horizon."), -90, 90, "°"),
             number("distance", LS_TR("Distance"), 0,
                    LS_TR("From the middle of the scene; 0 fits it into the picture."), 0, 1e6),
             number("fieldOfView", LS_TR("Field of view"), 49.1, LS_TR("Of the shorter side."), 1, 120, "°"),
             {.id = "background",
              .title = LS_TR("Background"),
              .type = ParameterType::Choice,
              .fallback = "transparent",
              .doc = LS_TR("transparent, white, black or #rrggbb."),
              .choices = {{"transparent", LS_TR("Transparent")}, {"white", LS_TR("White")}, {"black", LS_TR("Black")}},
              .open = true},
             {.id = "shape",
              .title = LS_TR("Shape"),
              .type = ParameterType::Choice,
              .fallback = "gaussian",
              .doc = LS_TR("Gaussians, solid ellipsoids at one sigma, or centre points."),
              .choices = {{"gaussian", LS_TR("Gaussians")},
                          {"ellipsoid", LS_TR("Ellipsoids")},
                          {"point", LS_TR("Points")}}},
             whole("degree", LS_TR("Harmonics"), 3, LS_TR("The highest degree of spherical harmonics that is used."), 0,
                   3),
             number("opacityCut", LS_TR("Opacity cut"), 0, LS_TR("Splats below are not drawn."), 0, 1),
             number("scale", LS_TR("Splat scale"), 1, LS_TR("Factor of the size of every splat."), 0.1, 2),
             whole("threads", LS_TR("Threads"), 2, LS_TR("That draw."), 1, 64)},
        .inputs = {"file"},
        .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    if (!out.ends_with(".png")) throw ConfigError("/out", out, "a name that ends in .png");
    RenderOptions options;
    options.background = backgroundOf(arguments.text("background"));
    options.degree = static_cast<int>(arguments.integer("degree"));
    options.opacityCut = static_cast<float>(arguments.real("opacityCut"));
    options.scale = static_cast<float>(arguments.real("scale"));
    const std::string shape = arguments.text("shape");
    options.shape =
        shape == "gaussian" ? SplatShape::Gaussian : (shape == "point" ? SplatShape::Point : SplatShape::Ellipsoid);
    OrbitView view;
    view.up = upAxisOf(arguments.text("up"), "/up");
    view.azimuth = arguments.real("azimuth");
    view.elevation = arguments.real("elevation");
    view.distance = arguments.real("distance");
    view.fieldOfView = arguments.real("fieldOfView");
    LoadedSplats loaded = readSplatFile(arguments.text("file"), progress);
    options.antialiased = loaded.antialiased;
    progress.report(0.9, LS_TR("drawing splats"));
    const int width = static_cast<int>(arguments.integer("width")),
              height = static_cast<int>(arguments.integer("height"));
    const auto prepared = std::make_shared<PreparedSplats>(std::move(loaded.splats));
    Rasteriser rasteriser(static_cast<int>(arguments.integer("threads")));
    rasteriser.setSplats(prepared);
    AlignedVector<std::uint32_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const FrameStatistics frame =
        rasteriser.render(orbitCamera(robustExtent(prepared->gaussians()), view, width, height), options, pixels.data(),
                          static_cast<std::size_t>(width));
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
            .parameters = {fileParameter("file", LS_TR("Splat file")),
                           fileParameter("other", LS_TR("Other splat file")), upParameter()},
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
