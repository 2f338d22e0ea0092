// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRect>
#include <memory>
#include <vector>

#include "widgets/export/video_camera.h"
#include "widgets/export/video_plan.h"
#include "widgets/model/view.h"

namespace learnscope {

/// Where the views of a video stand in `area`, in whole pixels. Auto is Focus if the first of several views is a 3D
/// one, else Grid.
std::vector<QRect> videoCells(VideoRequest::Layout layout, std::size_t views, bool firstIsScene, const QRect& area,
                              int gap);

/// Draws the frames of a video: the views of a request, laid out, with heading, caption, timeline and cards. Of the GUI
/// thread; moves the cursor of its model, which should be its own and synchronous.
class VideoStage {
 public:
  /// Of the model's current run. Throws ConfigError for what the request asks of this run in vain.
  VideoStage(SessionModel& model, VideoRequest request);
  ~VideoStage();

  SessionModel& model() const { return model_; }
  const VideoRequest& request() const { return request_; }
  const VideoPlan& plan() const { return *plan_; }
  int size() const { return plan_->size(); }

  /// A frame that has been taken from the run, but whose 3D pictures are still being drawn.
  struct Taken;
  std::shared_ptr<Taken> take(int frame);
  QImage finished(Taken& taken);
  QImage frame(int number) { return finished(*take(number)); }

  /// Other places of the cameras; all else of the request stays.
  void setCameras(const VideoRequest& request);
  /// The 3D view at a place of the frames; null if there is none.
  SceneView* sceneAt(QPointF place) const;
  /// Of one of the views, in a frame.
  Camera camera(const SceneView& scene, int frame) const;

 private:
  struct Picture;
  struct Cell;
  void arrange();
  void lineUp();
  FigureStyle styleOf(const Cell& cell) const;
  void checkRange();
  QImage& emptyFrame();
  QImage blank(const QRect& place) const;
  void paintFrame(QPainter& painter, const Taken& taken);
  void paintCard(QPainter& painter, const VideoCard& card, double fade);
  void paintHeading(QPainter& painter, const VideoFrame& frame);
  void paintCaption(QPainter& painter, const VideoFrame& frame);
  void paintTimeline(QPainter& painter, const VideoFrame& frame);
  QFont font(double pt, bool bold = false) const;

  SessionModel& model_;
  VideoRequest request_;
  Theme theme_;
  double unit_ = 1;  ///< pixels a point
  std::unique_ptr<VideoPlan> plan_;
  std::vector<Cell> cells_;
  std::vector<QImage> frames_;           ///< finished ones, some of them still being encoded
  QRectF heading_, caption_, timeline_;  ///< pixels
};

}  // namespace learnscope
