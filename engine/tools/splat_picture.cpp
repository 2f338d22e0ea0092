// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tools/splat_picture.h"

namespace learnscope {

using namespace splats;

namespace {

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

}  // namespace

Parameter splatFileParameter(const char* id, const char* title) {
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

Parameter numberParameter(const char* id, const char* title, double fallback, const char* doc, double low, double high,
                          const char* unit) {
  return {.id = id,
          .title = title,
          .type = ParameterType::Real,
          .fallback = fallback,
          .doc = doc,
          .unit = unit,
          .minimum = low,
          .maximum = high};
}

Parameter wholeParameter(const char* id, const char* title, int fallback, const char* doc, int low, int high,
                         const char* unit) {
  Parameter parameter = numberParameter(id, title, fallback, doc, low, high, unit);
  parameter.type = ParameterType::Int;
  parameter.fallback = fallback;
  return parameter;
}

std::vector<Parameter> orbitParameters() {
  return {upParameter(),
          numberParameter("azimuth", LS_TR("Azimuth"), 20, LS_TR("Of the camera around the up axis; 0 is the front."),
                          -360, 360, "°"),
          numberParameter("elevation", LS_TR("Elevation"), 15, LS_TR("Of the camera above the horizon."), -90, 90, "°"),
          numberParameter("distance", LS_TR("Distance"), 0,
                          LS_TR("From the middle of the scene; 0 fits it into the picture."), 0, 1e6),
          numberParameter("fieldOfView", LS_TR("Field of view"), 49.1, LS_TR("Of the shorter side."), 1, 120, "°")};
}

OrbitView orbitOf(const Config& arguments) {
  OrbitView view;
  view.up = upAxisOf(arguments.text("up"), "/up");
  view.azimuth = arguments.real("azimuth");
  view.elevation = arguments.real("elevation");
  view.distance = arguments.real("distance");
  view.fieldOfView = arguments.real("fieldOfView");
  return view;
}

std::vector<Parameter> lookParameters() {
  return {
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
       .choices = {{"gaussian", LS_TR("Gaussians")}, {"ellipsoid", LS_TR("Ellipsoids")}, {"point", LS_TR("Points")}}},
      wholeParameter("degree", LS_TR("Harmonics"), 3, LS_TR("The highest degree of spherical harmonics that is used."),
                     0, 3),
      numberParameter("opacityCut", LS_TR("Opacity cut"), 0, LS_TR("Splats below are not drawn."), 0, 1),
      numberParameter("scale", LS_TR("Splat scale"), 1, LS_TR("Factor of the size of every splat."), 0.1, 2),
      wholeParameter("threads", LS_TR("Threads"), 2, LS_TR("That draw."), 1, 64)};
}

RenderOptions lookOf(const Config& arguments) {
  RenderOptions options;
  options.background = backgroundOf(arguments.text("background"));
  options.degree = static_cast<int>(arguments.integer("degree"));
  options.opacityCut = static_cast<float>(arguments.real("opacityCut"));
  options.scale = static_cast<float>(arguments.real("scale"));
  const std::string shape = arguments.text("shape");
  options.shape =
      shape == "gaussian" ? SplatShape::Gaussian : (shape == "point" ? SplatShape::Point : SplatShape::Ellipsoid);
  return options;
}

}  // namespace learnscope
