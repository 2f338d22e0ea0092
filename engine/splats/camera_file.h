// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/splats/splat_camera.h"

namespace learnscope::splats {

/// A camera by the name of its picture.
struct NamedCamera {
  std::string name;
  SplatCamera camera;
};

struct CameraFile {
  std::string form;  ///< "cameras.json", "transforms.json" or "PartDrag-4D"
  std::vector<NamedCamera> cameras;
  std::vector<std::string> notes;  ///< axes that were set right
};

/// Reads cameras, known by their keys: 3DGS's cameras.json (rotation camera to world, OpenCV's axes); transforms.json
/// (OpenGL's axes, y and z turned; focal lengths or camera_angle_x); PartDrag-4D's NNN_camera.json (origin, x, y, z in
/// Blender's axes, which say nothing of the lens: 512 x 512 pixels and 49.1 degrees, as its models draw). Axes whose
/// dot products are off by more than 1e-3 are set right with a note, by more than 1e-2 refused. Throws DataError naming
/// file and key, IoError.
CameraFile readCameraFile(const std::string& path);

/// As 3DGS's cameras.json. Throws IoError.
void writeCameraFile(const std::string& path, const std::vector<NamedCamera>& cameras);

}  // namespace learnscope::splats
