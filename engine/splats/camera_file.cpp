// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/camera_file.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "engine/store/json_place.h"

namespace learnscope::splats {
namespace {

using Matrix = std::array<double, 9>;  // row-major

constexpr std::size_t kMostCameras = 100000;
constexpr int kLargestSide = 16384;
constexpr double kFar = 1e6, kLongestFocal = 1e7;
constexpr double kNoticed = 1e-3, kRefused = 1e-2;
constexpr int kPartDragSide = 512;
constexpr double kPartDragFieldOfView = 49.1;

/// R^T R - 1, largest entry.
double skew(const Matrix& r) {
  double worst = 0;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      double dot = i == j ? -1 : 0;
      for (std::size_t k = 0; k < 3; ++k) dot += r[3 * k + i] * r[3 * k + j];
      worst = std::max(worst, std::abs(dot));
    }
  return worst;
}

double determinant(const Matrix& r) {
  return r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]);
}

/// The rotation nearest to R, by Newton's iteration R <- R (3 - R^T R) / 2 for the polar factor.
Matrix straightened(Matrix r) {
  for (int round = 0; round < 4; ++round) {
    Matrix square{}, next{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t k = 0; k < 3; ++k) square[3 * i + j] += r[3 * k + i] * r[3 * k + j];
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t k = 0; k < 3; ++k)
          next[3 * i + j] += r[3 * i + k] * ((k == j ? 3 : 0) - square[3 * k + j]) / 2;
    r = next;
  }
  return r;
}

/// Fills pose of `camera` from its place and its axes in the world (columns x right, y down, z forward).
void setPose(SplatCamera& camera, const JsonPlace& where, Matrix axes, const Vec3d& eye, CameraFile& file) {
  const double off = skew(axes);
  if (off > kRefused) where.refuse("three axes of length 1 at right angles");
  if (determinant(axes) < 0) where.refuse("right-handed axes");
  if (off > kNoticed) file.notes.push_back("The axes at " + where.place() + " were set at right angles.");
  axes = straightened(axes);
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t k = 0; k < 3; ++k) camera.rotation[3 * row + k] = axes[3 * k + row];
  camera.translation = {};
  const Vec3d moved = camera.toCamera(eye);
  camera.translation = {-moved[0], -moved[1], -moved[2]};
}

void setLens(SplatCamera& camera, int width, int height, double focalX, double focalY) {
  camera.width = width;
  camera.height = height;
  camera.focalX = focalX;
  camera.focalY = focalY;
  camera.centreX = width / 2.0;
  camera.centreY = height / 2.0;
}

double focalOf(double fieldOfViewRadians, int side) { return side / 2.0 / std::tan(fieldOfViewRadians / 2); }

Vec3d vectorOf(const JsonPlace& place) {
  const std::vector<double> v = place.numbers(3, kFar);
  return {v[0], v[1], v[2]};
}

int sideOf(const JsonPlace& place) { return static_cast<int>(place.integer(1, kLargestSide)); }
double focalOf(const JsonPlace& place) { return place.number(1e-3, kLongestFocal); }

void readGaussianSplatting(const JsonPlace& root, CameraFile& file) {
  file.form = "cameras.json";
  for (const JsonPlace& entry : root.list(1, kMostCameras)) {
    NamedCamera named;
    if (entry.has("img_name"))
      named.name = entry["img_name"].text();
    else
      named.name = std::to_string(file.cameras.size());
    setLens(named.camera, sideOf(entry["width"]), sideOf(entry["height"]), focalOf(entry["fx"]), focalOf(entry["fy"]));
    const JsonPlace rotation = entry["rotation"];
    Matrix axes{};
    const std::vector<JsonPlace> rows = rotation.list(3, 3);
    for (std::size_t row = 0; row < 3; ++row) {
      const Vec3d values = vectorOf(rows[row]);
      std::copy(values.begin(), values.end(), axes.begin() + static_cast<std::ptrdiff_t>(3 * row));
    }
    setPose(named.camera, rotation, axes, vectorOf(entry["position"]), file);
    file.cameras.push_back(std::move(named));
  }
}

void readTransforms(const JsonPlace& root, CameraFile& file) {
  file.form = "transforms.json";
  // A frame's own lens goes before that of the file.
  const auto lens = [&](const JsonPlace& frame, const std::string& key) { return frame.has(key) ? frame : root; };
  for (const JsonPlace& frame : root["frames"].list(1, kMostCameras)) {
    NamedCamera named;
    named.name = frame.has("file_path") ? std::filesystem::path(frame["file_path"].text()).filename().string()
                                        : std::to_string(file.cameras.size());
    const int width = lens(frame, "w").has("w") ? sideOf(lens(frame, "w")["w"]) : 800,
              height = lens(frame, "h").has("h") ? sideOf(lens(frame, "h")["h"]) : width;
    const JsonPlace focal = lens(frame, "fl_x");
    double focalX = 0;
    if (focal.has("fl_x"))
      focalX = focalOf(focal["fl_x"]);
    else
      focalX = focalOf(lens(frame, "camera_angle_x")["camera_angle_x"].number(1e-3, std::numbers::pi - 1e-3), width);
    const JsonPlace across = lens(frame, "fl_y");
    setLens(named.camera, width, height, focalX, across.has("fl_y") ? focalOf(across["fl_y"]) : focalX);
    const JsonPlace matrix = frame["transform_matrix"];
    Matrix axes{};
    Vec3d eye{};
    const std::vector<JsonPlace> rows = matrix.list(3, 4);
    for (std::size_t row = 0; row < 3; ++row) {
      const std::vector<double> values = rows[row].numbers(4, kFar);
      for (std::size_t k = 0; k < 3; ++k) axes[3 * row + k] = k == 0 ? values[k] : -values[k];
      eye[row] = values[3];
    }
    setPose(named.camera, matrix, axes, eye, file);
    file.cameras.push_back(std::move(named));
  }
}

void readPartDrag(const JsonPlace& root, CameraFile& file) {
  file.form = "PartDrag-4D";
  NamedCamera named;
  named.name = std::filesystem::path(root.file()).stem().string();
  const double focal = focalOf(kPartDragFieldOfView * std::numbers::pi / 180, kPartDragSide);
  setLens(named.camera, kPartDragSide, kPartDragSide, focal, focal);
  Matrix axes{};
  std::size_t column = 0;
  for (const char* key : {"x", "y", "z"}) {
    const Vec3d axis = vectorOf(root[key]);
    for (std::size_t row = 0; row < 3; ++row) axes[3 * row + column] = column == 0 ? axis[row] : -axis[row];
    ++column;
  }
  setPose(named.camera, root, axes, vectorOf(root["origin"]), file);
  file.cameras.push_back(std::move(named));
}

}  // namespace

CameraFile readCameraFile(const std::string& path) {
  const Json json = readJsonFile(path);
  const JsonPlace root(path, json);
  CameraFile file;
  if (json.is_array())
    readGaussianSplatting(root, file);
  else if (root.has("frames"))
    readTransforms(root, file);
  else if (root.has("origin"))
    readPartDrag(root, file);
  else
    throw DataError(path, "the whole",
                    "cameras expected: a list (cameras.json of 3DGS), \"frames\" (transforms.json) or \"origin\" "
                    "(PartDrag-4D)");
  return file;
}

void writeCameraFile(const std::string& path, const std::vector<NamedCamera>& cameras) {
  Json list = Json::array();
  for (const auto& [name, camera] : cameras) {
    Json rotation = Json::array();
    for (std::size_t row = 0; row < 3; ++row)
      rotation.push_back({camera.rotation[row], camera.rotation[3 + row], camera.rotation[6 + row]});
    list.push_back({{"id", list.size()},
                    {"img_name", name},
                    {"width", camera.width},
                    {"height", camera.height},
                    {"position", camera.eye()},
                    {"rotation", std::move(rotation)},
                    {"fx", camera.focalX},
                    {"fy", camera.focalY}});
  }
  writeJsonFile(path, list);
}

}  // namespace learnscope::splats
