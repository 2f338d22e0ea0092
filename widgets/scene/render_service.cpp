// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/render_service.h"

#include <spdlog/spdlog.h>

#include <QElapsedTimer>
#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QPainter>
#include <QThread>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "engine/core/errors.h"
#include "widgets/scene/gl_context.h"
#include "widgets/scene/scene_renderer.h"

namespace learnscope {
namespace {

constexpr double slowFrame = 25;   ///< ms: fast frames above it halve the resolution
constexpr double quickFrame = 6;   ///< ms: full frames below it afford supersampling
constexpr int framesToWarmUp = 3;  ///< shaders are compiled in the first frames
constexpr int framesToFall = 3, framesToRise = 30;
constexpr int largestTile = largestDrawnSide / 2;

/// One view's side of the quality ladder: how many drawn pixels per shown one, learnt from the frames before.
class QualityLadder {
 public:
  double resolution(SceneQuality quality, QSize pixels) const {
    const bool fits = 2 * std::max(pixels.width(), pixels.height()) <= largestDrawnSide;
    if (quality == SceneQuality::Still) return fits ? 2 : 1;
    return step_ == 2 && !fits ? 1 : step_;
  }
  void drawn(SceneQuality quality, double milliseconds) {
    if (quality == SceneQuality::Still || ++frames_ <= framesToWarmUp) return;
    const bool slow = step_ >= 1 && milliseconds > slowFrame;
    const bool quick = step_ == 0.5 || (step_ == 1 && milliseconds < quickFrame && 4 * milliseconds < slowFrame * 0.8);
    // One slow frame is somebody else's work; and what was slow once is tried again.
    slow_ = slow ? slow_ + 1 : 0;
    quick_ = quick ? quick_ + 1 : 0;
    if (slow_ == framesToFall) {
      step_ = step_ == 2 ? 1 : 0.5;
      slow_ = 0;
    } else if (quick_ == framesToRise) {
      step_ *= 2;
      quick_ = 0;
    }
  }

 private:
  double step_ = 1;
  int frames_ = 0;
  int slow_ = 0, quick_ = 0;  ///< in a row
};

struct ViewEntry {
  QObject* receiver = nullptr;
  std::function<void(const RenderedFrame&)> onFrame;
  std::optional<SceneSnapshot> wanted;
  std::optional<std::pair<QPointF, std::function<void(std::optional<PickedItem>)>>> question;
  std::shared_ptr<const SceneSnapshot> shown;
  std::uint64_t since = 0;  ///< when `wanted` began to wait, in requests
  QualityLadder ladder;
};

struct GrabRequest {
  SceneSnapshot snapshot;
  QSize pixels;
  std::promise<QImage> promise;
};

Error noContext(const std::string& reason) {
  return Error("No 3D picture: there is no OpenGL 3.3 context. " + reason, ExitStatus::Failed);
}

QImage drawTiles(SceneRenderer& renderer, const SceneSnapshot& snapshot, QSize pixels) {
  const double ratio = pixels.width() / std::max(1.0, double(snapshot.size.width()));
  if (std::max(pixels.width(), pixels.height()) <= largestTile) return renderer.render(snapshot, pixels, ratio, 2);
  QImage image(pixels, snapshot.transparent ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32);
  if (image.isNull()) throw Error("A picture of this size does not fit in memory.", ExitStatus::Refused);
  QPainter painter(&image);
  painter.setCompositionMode(QPainter::CompositionMode_Source);
  for (int top = 0; top < pixels.height(); top += largestTile) {
    for (int left = 0; left < pixels.width(); left += largestTile) {
      const QSize size(std::min(largestTile, pixels.width() - left), std::min(largestTile, pixels.height() - top));
      const Tile tile{double(left) / pixels.width(), double(top) / pixels.height(),
                      double(left + size.width()) / pixels.width(), double(top + size.height()) / pixels.height()};
      painter.drawImage(left, top, renderer.render(snapshot, size, ratio, 2, tile));
    }
  }
  return image;
}

}  // namespace

struct RenderService::Impl {
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  std::map<View, ViewEntry> views;
  std::deque<GrabRequest> grabs;
  std::uint64_t requests = 0;
  View nextView = 1;
  RenderStatus status;

  // The Qt rung needs a surface made by the GUI thread.
  QObject gui;
  bool surfaceWanted = false;
  bool surfaceRefused = false;
  std::unique_ptr<QOffscreenSurface> surface;

  std::jthread thread;  // last: ends before what it uses

  void run(std::stop_token stop);
  std::unique_ptr<GlContext> climb(std::stop_token stop);
  void makeSurface();
  bool anythingToDo() const;
  void serve(std::stop_token stop, GlContext* context);
  void answerQuestions(std::unique_lock<std::mutex>& lock);
  bool drawGrab(std::unique_lock<std::mutex>& lock, std::unique_ptr<SceneRenderer>& renderer, GlContext* context);
  bool drawView(std::unique_lock<std::mutex>& lock, std::map<View, std::unique_ptr<SceneRenderer>>& renderers,
                GlContext* context);
};

void RenderService::Impl::makeSurface() {
  {
    const std::lock_guard lock(mutex);
    if (!surfaceWanted || surface) return;
  }
  auto made = std::make_unique<QOffscreenSurface>();
  QSurfaceFormat format;
  format.setVersion(3, 3);
  format.setProfile(QSurfaceFormat::CoreProfile);
  made->setFormat(format);
  made->create();
  const std::lock_guard lock(mutex);
  surfaceRefused = !made->isValid();
  surface = std::move(made);
  changed.notify_all();
}

std::unique_ptr<GlContext> RenderService::Impl::climb(std::stop_token stop) {
  GlContextResult result = openEglContext();
  if (!result.context && qtContextAllowed() && qobject_cast<QGuiApplication*>(QCoreApplication::instance())) {
    std::unique_lock lock(mutex);
    surfaceWanted = true;
    QMetaObject::invokeMethod(
        &gui, [this] { makeSurface(); }, Qt::QueuedConnection);
    changed.wait(lock, stop, [this] { return surface != nullptr; });
    const bool usable = surface && !surfaceRefused;
    lock.unlock();
    if (usable) {
      GlContextResult qt = openQtContext(*surface);
      result.context = std::move(qt.context);
      result.reason += qt.reason;
    } else {
      result.reason += "Qt offscreen: no surface. ";
    }
  }
  const std::string name = result.context ? rendererName(*result.context) : "";
  const auto log = spdlog::get("render");  // none without a window
  const std::lock_guard lock(mutex);
  status.ready = true;
  if (result.context) {
    status.path = QString::fromStdString(result.context->path());
    status.renderer = QString::fromStdString(name);
    status.software = isSoftwareRenderer(name);
    if (log) log->info("3D: {} on {}", result.context->path(), name);
  } else {
    status.reason = QString::fromStdString(result.reason).trimmed();
    if (log) log->warn("3D: no OpenGL context. {}", result.reason);
  }
  return std::move(result.context);
}

bool RenderService::Impl::anythingToDo() const {
  if (!grabs.empty()) return true;
  for (const auto& [id, view] : views)
    if (view.wanted || view.question) return true;
  return false;
}

void RenderService::Impl::run(std::stop_token stop) {
  const std::unique_ptr<GlContext> context = climb(stop);
  serve(stop, context.get());
  if (context) context->doneCurrent();
  const std::lock_guard lock(mutex);
  for (GrabRequest& grab : grabs)
    grab.promise.set_exception(std::make_exception_ptr(Error("The 3D renderer has been closed.", ExitStatus::Failed)));
  grabs.clear();
}

void RenderService::Impl::serve(std::stop_token stop, GlContext* context) {
  std::map<View, std::unique_ptr<SceneRenderer>> renderers;
  std::unique_ptr<SceneRenderer> grabber;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    changed.wait(lock, stop, [this, &renderers] { return anythingToDo() || renderers.size() > views.size(); });
    if (stop.stop_requested()) break;
    std::erase_if(renderers, [this](const auto& entry) { return !views.contains(entry.first); });
    answerQuestions(lock);
    // Views first: a long queue of grabs (a video) must not freeze the window.
    drawView(lock, renderers, context);
    drawGrab(lock, grabber, context);
  }
}

void RenderService::Impl::answerQuestions(std::unique_lock<std::mutex>& lock) {
  std::vector<std::pair<View, std::shared_ptr<const SceneSnapshot>>> asked;
  for (const auto& [id, view] : views)
    if (view.question) asked.emplace_back(id, view.shown);
  for (const auto& [id, snapshot] : asked) {
    auto [place, answer] = std::move(*views[id].question);
    views[id].question.reset();
    lock.unlock();
    const std::optional<PickedItem> item = snapshot ? pickItem(*snapshot, place) : std::nullopt;
    lock.lock();
    const auto view = views.find(id);
    if (view == views.end()) continue;
    QMetaObject::invokeMethod(
        view->second.receiver, [answer = std::move(answer), item] { answer(item); }, Qt::QueuedConnection);
  }
}

bool RenderService::Impl::drawView(std::unique_lock<std::mutex>& lock,
                                   std::map<View, std::unique_ptr<SceneRenderer>>& renderers, GlContext* context) {
  auto next = views.end();
  for (auto it = views.begin(); it != views.end(); ++it)
    if (it->second.wanted && (next == views.end() || it->second.since < next->second.since)) next = it;
  if (next == views.end()) return false;
  const View id = next->first;
  RenderedFrame frame;
  frame.snapshot = std::make_shared<const SceneSnapshot>(std::move(*next->second.wanted));
  next->second.wanted.reset();
  QualityLadder ladder = next->second.ladder;
  const QString reason = status.reason;
  lock.unlock();

  const SceneSnapshot& snapshot = *frame.snapshot;
  const QSize pixels = (QSizeF(snapshot.size) * snapshot.pixelRatio).toSize();
  try {
    if (!context) throw noContext(reason.toStdString());
    std::unique_ptr<SceneRenderer>& renderer = renderers[id];
    if (!renderer) renderer = std::make_unique<SceneRenderer>(*context);
    frame.resolution = ladder.resolution(snapshot.quality, pixels);
    QElapsedTimer timer;
    timer.start();
    if (frame.resolution < 1) {
      const QSize half((pixels.width() + 1) / 2, (pixels.height() + 1) / 2);
      frame.image = renderer->render(snapshot, half, snapshot.pixelRatio / 2, 1);
    } else {
      frame.image = renderer->render(snapshot, pixels, snapshot.pixelRatio, static_cast<int>(frame.resolution));
    }
    frame.milliseconds = static_cast<double>(timer.nsecsElapsed()) * 1e-6;
    ladder.drawn(snapshot.quality, frame.milliseconds);
    if (frame.resolution < 1) frame.image = frame.image.scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    frame.image.setDevicePixelRatio(snapshot.pixelRatio);
  } catch (const std::exception& error) {
    frame.problem = QString::fromUtf8(error.what());
  }

  lock.lock();
  const auto view = views.find(id);
  if (view == views.end()) return true;
  view->second.shown = frame.snapshot;
  view->second.ladder = ladder;
  if (!frame.image.isNull()) status.frameMilliseconds = frame.milliseconds;
  QMetaObject::invokeMethod(
      view->second.receiver, [onFrame = view->second.onFrame, frame = std::move(frame)] { onFrame(frame); },
      Qt::QueuedConnection);
  return true;
}

bool RenderService::Impl::drawGrab(std::unique_lock<std::mutex>& lock, std::unique_ptr<SceneRenderer>& renderer,
                                   GlContext* context) {
  if (grabs.empty()) return false;
  GrabRequest grab = std::move(grabs.front());
  grabs.pop_front();
  const QString reason = status.reason;
  lock.unlock();
  try {
    if (!context) throw noContext(reason.toStdString());
    if (grab.pixels.isEmpty()) throw Error("A picture needs at least one pixel.", ExitStatus::Refused);
    if (!renderer) renderer = std::make_unique<SceneRenderer>(*context);
    grab.snapshot.quality = SceneQuality::Still;  // the same picture whatever was drawn before
    grab.promise.set_value(drawTiles(*renderer, grab.snapshot, grab.pixels));
  } catch (...) {
    grab.promise.set_exception(std::current_exception());
  }
  lock.lock();
  return true;
}

RenderService::RenderService() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::jthread([impl = impl_.get()](std::stop_token stop) { impl->run(stop); });
}

RenderService::~RenderService() {
  impl_->thread.request_stop();
  impl_->changed.notify_all();
  impl_->thread.join();
}

std::shared_ptr<RenderService> RenderService::shared() {
  static std::weak_ptr<RenderService> living;
  std::shared_ptr<RenderService> service = living.lock();
  if (!service) living = service = std::make_shared<RenderService>();
  return service;
}

RenderService::View RenderService::openView(QObject* receiver, std::function<void(const RenderedFrame&)> onFrame) {
  const std::lock_guard lock(impl_->mutex);
  const View id = impl_->nextView++;
  ViewEntry& entry = impl_->views[id];
  entry.receiver = receiver;
  entry.onFrame = std::move(onFrame);
  return id;
}

void RenderService::closeView(View view) {
  const std::lock_guard lock(impl_->mutex);
  impl_->views.erase(view);
  impl_->changed.notify_all();
}

void RenderService::show(View view, SceneSnapshot snapshot) {
  if (snapshot.size.isEmpty()) return;
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->views.find(view);
  if (found == impl_->views.end()) return;
  if (!found->second.wanted) found->second.since = ++impl_->requests;
  found->second.wanted = std::move(snapshot);
  impl_->changed.notify_all();
}

void RenderService::pick(View view, QPointF place, std::function<void(std::optional<PickedItem>)> answer) {
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->views.find(view);
  if (found == impl_->views.end()) return;
  found->second.question.emplace(place, std::move(answer));
  impl_->changed.notify_all();
}

std::future<QImage> RenderService::grab(SceneSnapshot snapshot, QSize pixels) {
  GrabRequest request{std::move(snapshot), pixels, {}};
  std::future<QImage> answer = request.promise.get_future();
  const std::lock_guard lock(impl_->mutex);
  impl_->grabs.push_back(std::move(request));
  impl_->changed.notify_all();
  return answer;
}

QImage RenderService::wait(std::future<QImage>& answer) {
  const bool onGui = QThread::currentThread() == impl_->gui.thread();
  while (answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
    if (onGui) impl_->makeSurface();
  return answer.get();
}

QImage RenderService::grabNow(SceneSnapshot snapshot, QSize pixels) {
  std::future<QImage> answer = grab(std::move(snapshot), pixels);
  return wait(answer);
}

RenderStatus RenderService::status() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->status;
}

}  // namespace learnscope
