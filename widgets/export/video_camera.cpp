// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_camera.h"

#include <algorithm>

namespace learnscope {
namespace {

constexpr int fitSamples = 5;      // steps whose content a camera without a place of its own takes in
constexpr int followSamples = 61;  // places along the run that a following camera looks at

double eased(double t) { return t * t * (3 - 2 * t); }

// Keeps all of what the run shows in the picture, so that the camera need not move.
Camera fitted(SceneView& scene, const VideoPlan& plan, QSizeF area) {
  Bounds bounds;
  for (int i = 0; i < fitSamples; ++i) {
    scene.model().setCursor(plan.stepAt(static_cast<double>(i) / (fitSamples - 1)));
    bounds.add(scene.content().bounds);
  }
  Camera camera;
  // The picture of a narrow view is widened when it is drawn.
  if (!bounds.empty()) camera.fit(bounds, {std::max(area.width(), area.height() * 4 / 3), area.height()});
  return camera;
}

// The middle of what is selected, else of all that is drawn.
std::optional<Vec3> middle(const SceneSnapshot& content) {
  Vec3 sum;
  for (const SceneRing& ring : content.rings) sum = sum + ring.at;
  if (!content.rings.empty()) return sum * (1.0 / static_cast<double>(content.rings.size()));
  if (content.bounds.empty()) return std::nullopt;
  return content.bounds.centre();
}

}  // namespace

CameraPath::CameraPath(SceneView& scene, const VideoRequest& request, const VideoPlan& plan, QSizeF area)
    : path_(request.path), turns_(request.turns) {
  scene.model().setCursor(plan.first());
  scene.refresh();
  start_ = scene.pageCamera() ? *scene.pageCamera() : fitted(scene, plan, area);
  if (!request.camera.empty()) {
    const std::optional<Camera> named = scene.namedCamera(QString::fromStdString(request.camera), start_);
    if (!named)
      throw ConfigError("/camera.from", request.camera, "expected a camera of this view, home, top, front or side");
    start_ = *named;
  }
  for (const VideoKeyframe& keyframe : request.keyframes) {
    if (!keyframe.view.empty() && keyframe.view != scene.spec().id) continue;
    const double time = keyframe.step ? plan.timeOf(*keyframe.step) : 0;
    places_.push_back({time, Camera::fromJson(keyframe.camera, start_, "/camera.keyframes")});
  }
  std::stable_sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.time < b.time; });
  if (path_ == VideoRequest::Path::Keyframes) return;
  if (!places_.empty()) start_ = places_.front().camera;
  places_.clear();
  if (path_ == VideoRequest::Path::Follow) follow(scene, plan);
}

// A few places along the run, joined smoothly: items jump from record to record, the camera must not.
void CameraPath::follow(SceneView& scene, const VideoPlan& plan) {
  std::vector<Place> seen;
  for (int i = 0; i < followSamples; ++i) {
    const double time = static_cast<double>(i) / (followSamples - 1);
    scene.model().setCursor(plan.stepAt(time));
    const std::optional<Vec3> target = middle(scene.content());
    if (!target) continue;
    Camera camera = start_;
    camera.target = *target;
    seen.push_back({time, camera});
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Vec3 before = seen[i == 0 ? 0 : i - 1].camera.target,
               after = seen[std::min(i + 1, seen.size() - 1)].camera.target;
    places_.push_back(seen[i]);
    places_.back().camera.target = (before + seen[i].camera.target * 2 + after) * 0.25;
  }
}

Camera CameraPath::at(const VideoFrame& frame) const {
  if (path_ == VideoRequest::Path::Turntable) {
    Camera camera = start_;
    camera.orbit(360 * turns_ * frame.time, 0);
    return camera;
  }
  if (places_.empty()) return start_;
  const auto next = std::upper_bound(places_.begin(), places_.end(), frame.time,
                                     [](double time, const Place& place) { return time < place.time; });
  if (next == places_.begin()) return places_.front().camera;
  if (next == places_.end()) return places_.back().camera;
  const Place& from = *(next - 1);
  const double t = (frame.time - from.time) / (next->time - from.time);
  return interpolate(from.camera, next->camera, path_ == VideoRequest::Path::Keyframes ? eased(t) : t);
}

}  // namespace learnscope
