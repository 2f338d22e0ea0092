// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QObject>
#include <functional>
#include <future>
#include <memory>

#include "widgets/scene/picking.h"
#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// A finished picture, with the snapshot it shows: overlays are projected with that one's camera.
struct RenderedFrame {
  QImage image;  ///< null if there is no picture: see `problem`
  std::shared_ptr<const SceneSnapshot> snapshot;
  double milliseconds = 0;  ///< drawing and reading back
  double resolution = 1;    ///< drawn pixels per shown pixel and direction: 0.5 while it hurries, 2 at rest
  QString problem;
};

struct RenderStatus {
  bool ready = false;  ///< the ladder has been climbed; else nothing is known yet
  QString path;        ///< "EGL surfaceless"; "" when there is no context
  QString renderer;    ///< GL_RENDERER
  bool software = true;
  QString reason;                ///< why there is no context
  double frameMilliseconds = 0;  ///< of the newest frame shown
};

/// Draws 3D scenes: one thread with one GL context that owns every VTK object. Views send snapshots and get pictures.
/// All functions may be called from any thread; the object is made and destroyed on the GUI thread.
class RenderService {
 public:
  using View = int;

  RenderService();
  /// Answers what is queued with a failure, then ends the thread.
  ~RenderService();
  RenderService(const RenderService&) = delete;
  RenderService& operator=(const RenderService&) = delete;
  /// The one service that the views of a process share while any of them lives: a second context would cost a second
  /// software rasteriser. GUI thread only.
  static std::shared_ptr<RenderService> shared();

  /// `onFrame` is called on the thread of `receiver`, never after closeView.
  View openView(QObject* receiver, std::function<void(const RenderedFrame&)> onFrame);
  void closeView(View view);
  /// Wants this picture; one that waits is replaced (latest wins).
  void show(View view, SceneSnapshot snapshot);
  /// What is at a place (logical pixels) of the picture last drawn for the view; a waiting question of the view is
  /// replaced.
  void pick(View view, QPointF place, std::function<void(std::optional<PickedItem>)> answer);

  /// A picture of exactly `pixels`, supersampled, whatever its size; lines and the like scale with pixels /
  /// snapshot.size. The future is answered once, with the image or an Error.
  std::future<QImage> grab(SceneSnapshot snapshot, QSize pixels);
  /// The answer to a grab; from the GUI thread this is the way to wait. Throws Error.
  QImage wait(std::future<QImage>& answer);
  QImage grabNow(SceneSnapshot snapshot, QSize pixels);

  RenderStatus status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace learnscope
