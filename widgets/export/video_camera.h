// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/export/video_plan.h"
#include "widgets/scene/scene_view.h"

namespace learnscope {

/// Where the camera of one scene is in each frame: a pure function of the frame. Moves the cursor of the scene's model
/// while it is made.
class CameraPath {
 public:
  CameraPath(SceneView& scene, const VideoRequest& request, const VideoPlan& plan, QSizeF area);
  Camera at(const VideoFrame& frame) const;

 private:
  struct Place {
    double time = 0;  ///< 0..1 of the run
    Camera camera;
  };
  void follow(SceneView& scene, const VideoPlan& plan);

  VideoRequest::Path path_;
  double turns_ = 0;
  Camera start_;
  std::vector<Place> places_;  ///< ascending in time; of Path::Follow only their targets count
};

}  // namespace learnscope
