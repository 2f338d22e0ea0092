// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_view.h"

#include <QLocale>
#include <QPainter>
#include <QTextStream>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/scene/scene_overlay.h"

namespace learnscope {
namespace {

constexpr int idleMilliseconds = 200;
constexpr int frameMilliseconds = 16;
constexpr double flightStep = 0.09;  ///< share of a camera move per frame
constexpr double turnDegrees = 0.35;

/// A picture of a scene for a figure or a video, in points.
class ScenePicture : public FilmFrame {
 public:
  ScenePicture(std::shared_ptr<RenderService> service, SceneSnapshot snapshot, const QRectF& rect,
               const FigureStyle& style, QString caption, QString message = {})
      : service_(std::move(service)),
        snapshot_(std::move(snapshot)),
        rect_(rect),
        style_(style),
        caption_(std::move(caption)),
        message_(std::move(message)) {}

  bool equals(const FilmFrame& other) const override {
    const auto* same = dynamic_cast<const ScenePicture*>(&other);
    return same && rect_ == same->rect_ && caption_ == same->caption_ && message_ == same->message_ &&
           snapshot_ == same->snapshot_;
  }

  void start() override { picture_ = service_->grab(snapshot_, pixels()); }

  void paint(QPainter& painter) override {
    const QImage image = picture_.valid() ? service_->wait(picture_) : service_->grabNow(snapshot_, pixels());
    painter.save();
    drawPicture(painter, image);
    const QFont font = figureFont(painter, style_);
    const Theme theme = figureTheme(style_);
    SceneSnapshot shown = snapshot_;
    if (!style_.legend) {
      shown.colorBars.clear();
      shown.legends.clear();
    }
    if (!style_.sceneText) {
      shown.labels.clear();
      for (std::optional<SceneAxis>& axis : shown.axes) axis.reset();
    }
    const QString caption = style_.sceneText ? caption_ : QString();
    paintOverlay(painter, rect_, shown, {theme, font, 0.75 * style_.lineWidthPt, caption, false, 0});
    painter.setFont(font);
    painter.setPen(theme.muted);
    if (!message_.isEmpty()) painter.drawText(rect_, Qt::AlignCenter | Qt::TextWordWrap, message_);
    painter.restore();
  }

 private:
  QSize pixels() const { return (rect_.size() * style_.dpi / 72).toSize().expandedTo(QSize(1, 1)); }

  // Pixel by pixel where the device has the picture's own resolution: much faster, and nothing is blurred.
  void drawPicture(QPainter& painter, const QImage& image) const {
    const QRectF place = painter.transform().mapRect(rect_);
    const bool upright = painter.transform().type() <= QTransform::TxScale;
    const double off = std::abs(place.width() - image.width()) + std::abs(place.height() - image.height()) +
                       std::abs(place.left() - std::round(place.left())) +
                       std::abs(place.top() - std::round(place.top()));
    painter.save();
    if (upright && off < 1e-6) {
      painter.resetTransform();
      painter.drawImage(place.topLeft().toPoint(), image);
    } else {
      painter.setRenderHint(QPainter::SmoothPixmapTransform);
      painter.drawImage(rect_, image);
    }
    painter.restore();
  }

  std::shared_ptr<RenderService> service_;
  SceneSnapshot snapshot_;
  QRectF rect_;
  FigureStyle style_;
  QString caption_, message_;
  std::future<QImage> picture_;
};

QString csvCell(const QString& text) {
  if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n')))
    return text;
  return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

}  // namespace

SceneView::SceneView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : View(std::move(viewSpec), sessionModel, parent),
      feed_(sessionModel, QStringLiteral("scene.") + QString::fromStdString(spec().id)),
      service_(RenderService::shared()) {
  installSpoken();
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setAccessibleDescription(spec().doc);
  handle_ = service_->openView(this, [this](const RenderedFrame& frame) { receive(frame); });
  idle_.setSingleShot(true);
  idle_.setInterval(idleMilliseconds);
  connect(&idle_, &QTimer::timeout, this, [this] { requestFrame(SceneQuality::Still); });
  flight_.setInterval(frameMilliseconds);
  connect(&flight_, &QTimer::timeout, this, &SceneView::takeStep);
  turning_.setInterval(frameMilliseconds);
  connect(&turning_, &QTimer::timeout, this, [this] {
    camera_.orbit(turnDegrees, 0);
    moved();
  });
  hoverRest_.setSingleShot(true);
  hoverRest_.setInterval(60);
  connect(&hoverRest_, &QTimer::timeout, this, [this] { hover(last_); });
  makeTools();
  readPage();
  const auto look = [this] {
    if (isVisible()) refresh();
  };
  connect(&model(), &SessionModel::refreshed, this, look);
  connect(&model(), &SessionModel::cursorChanged, this, look);
  connect(&model(), &SessionModel::selectionChanged, this, look);
  connect(&model(), &SessionModel::windowCommand, this, &SceneView::onCommand);
  connect(&feed_, &AnalysisFeed::arrived, this, look);
}

SceneView::~SceneView() {
  closing_ = true;
  service_->closeView(handle_);
}

std::shared_ptr<Run> SceneView::shownRun() const {
  const auto found = spec().json.find("runs");
  const QString binding = found != spec().json.end() && found->is_string()
                              ? QString::fromStdString(found->get<std::string>())
                              : QStringLiteral("current");
  const auto runs = model().runs(binding);
  return runs.empty() ? nullptr : runs.back();  // as in every view: the current one if it is shown
}

void SceneView::readPage() {
  const std::shared_ptr<Run> run = shownRun();
  config_ = run ? run->info().config : model().config();
  problem_.clear();
  try {
    page_ = SceneSpec::parse(spec().json, spec().layers(config_, run ? run->description() : model().description()));
  } catch (const ConfigError& error) {
    problem_ = QString::fromUtf8(error.what());
    page_ = {};
  }
  cameras_ = page_.cameras;
  if (!page_.handle)
    dragPoint_.reset();
  else if (!dragPoint_ && page_.handle->on.isEmpty())
    dragPoint_ = page_.handle->at;
  if (page_.home && !cameraPlaced_) {
    camera_ = *page_.home;
    cameraPlaced_ = true;
  }
}

SceneSource SceneView::sourceOf(const std::shared_ptr<Run>& run, std::int64_t step, AnalysisFeed* feed) {
  SceneSource source;
  source.step = step;
  source.wholeRun = run ? run->targetSteps() : 0;
  source.value = [this, run, feed](const Binding& binding, std::int64_t at) -> std::optional<Bound> {
    return run || binding.source == Binding::Source::Constant || binding.source == Binding::Source::Item
               ? evaluate(binding, model(), *run, at, feed)
               : std::nullopt;
  };
  source.steps = [run, step](const std::string& measure, std::size_t count) {
    std::vector<std::int64_t> steps;
    if (!run) return steps;
    const auto& records = run->arrays(measure);
    const std::ptrdiff_t last = indexAt(records, step);
    const auto available = static_cast<std::size_t>(last + 1);
    for (std::size_t i = available - std::min(available, count); i < available; ++i) steps.push_back(records[i].step);
    return steps;
  };
  source.events = [run] { return run ? run->events() : std::vector<Event>(); };
  source.title = [this](const std::string& id) {
    const Measure* measure = model().description().measure(id);
    return QString::fromStdString(measure ? measure->title : id);
  };
  return source;
}

SceneSource SceneView::source() {
  const std::shared_ptr<Run> run = shownRun();
  SceneSource source = sourceOf(run, model().cursor(), &feed_);
  const auto others = model().runs(QStringLiteral("shown"));
  if (run && model().comparison().mode != Comparison::Mode::Off)
    for (const std::shared_ptr<Run>& other : others) {
      if (other == run) continue;
      source.ghosts.push_back(sourceOf(other, std::min(model().cursor(), other->lastStep()), nullptr));
      source.ghosts.back().ghostColor = QString::number(model().colorOf(*other));
    }
  const bool wanted =
      std::any_of(page_.marks.begin(), page_.marks.end(), [](const MarkSpec& mark) { return mark.others; });
  if (!wanted) return source;
  for (const std::shared_ptr<Run>& other : others)
    if (other != run) source.others.push_back(sourceOf(other, other->lastStep(), nullptr));
  return source;
}

SceneSnapshot SceneView::bind(const Theme& theme) {
  if (!shownRun()) {
    SceneSnapshot empty;
    empty.background = Rgba(theme.plotBackground);
    return empty;
  }
  if (dragPoint_) feed_.setHandle({dragPoint_->x, dragPoint_->y, dragPoint_->z});
  SceneSnapshot snapshot = bindScene(page_, source(), theme, model().selection());
  if (dragPoint_) drawHandle(snapshot, theme);
  return snapshot;
}

SceneSnapshot SceneView::placed(SceneSnapshot snapshot, const Camera& camera, QSize size, double pixelRatio) const {
  snapshot.camera = camera;
  snapshot.size = size;
  snapshot.pixelRatio = pixelRatio;
  return snapshot;
}

void SceneView::refresh() {
  const std::shared_ptr<Run> run = shownRun();
  const Config now = run ? run->info().config : model().config();
  if (!(now == config_)) readPage();
  snapshot_ = bind(Theme::of(palette()));
  if (!cameraPlaced_ && !snapshot_.layers.empty() && !snapshot_.bounds.empty()) {
    camera_ = homeCamera();
    cameraPlaced_ = true;
  }
  requestFrame(SceneQuality::Fast);
}

Camera SceneView::homeCamera() const {
  if (page_.home) return *page_.home;
  Camera camera;
  camera.fit(snapshot_.bounds, {double(width()), double(height())});
  return camera;
}

void SceneView::requestFrame(SceneQuality quality) {
  if (size().isEmpty() || !isVisible()) return;  // a view is refreshed when it is shown
  SceneSnapshot wanted = placed(snapshot_, camera_, size(), devicePixelRatioF());
  wanted.quality = quality;
  service_->show(handle_, std::move(wanted));
  if (quality == SceneQuality::Fast) idle_.start();
}

void SceneView::receive(const RenderedFrame& frame) {
  if (closing_) return;
  frame_ = frame;
  update();
}

void SceneView::setCamera(const Camera& camera) {
  flight_.stop();
  camera_ = camera;
  cameraPlaced_ = true;
  moved();
}

void SceneView::moved() {
  requestFrame(SceneQuality::Fast);
  emit cameraChanged();
}

/// Flies to `target` within a quarter of a second; a flight under way is redirected.
void SceneView::moveCamera(const Camera& target) {
  from_ = camera_;
  to_ = target;
  flown_ = 0;
  cameraPlaced_ = true;
  flight_.start();
}

void SceneView::takeStep() {
  flown_ = std::min(1.0, flown_ + flightStep);
  camera_ = interpolate(from_, to_, flown_ * flown_ * (3 - 2 * flown_));
  if (flown_ >= 1) flight_.stop();
  moved();
}

std::optional<Camera> SceneView::namedCamera(const QString& id, const Camera& home) const {
  for (const NamedCamera& preset : cameras_)
    if (preset.id == id) return preset.camera;
  Camera camera = home;
  if (id == QLatin1String("top")) {
    camera.elevation = 90;
    camera.azimuth = -90;
  } else if (id == QLatin1String("front")) {
    camera.elevation = 4;
    camera.azimuth = -90;
  } else if (id == QLatin1String("side")) {
    camera.elevation = 4;
    camera.azimuth = 0;
  } else if (id != QLatin1String("home")) {
    return std::nullopt;
  }
  return camera;
}

bool SceneView::showPreset(const QString& id) {
  const std::optional<Camera> named = namedCamera(id, homeCamera());
  if (named) moveCamera(*named);
  return named.has_value();
}

void SceneView::setTurning(bool on) {
  if (on) {
    turning_.start();
  } else {
    turning_.stop();
  }
  turnButton_->setChecked(on);
}

void SceneView::onCommand(const Command& command) {
  if (command.verb != "camera" || !command.value.is_object()) return;
  const Json& value = command.value;
  if (!value.contains("view") || value["view"] != spec().id) return;
  try {
    if (value.contains("preset") && value["preset"].is_string()) {
      if (!showPreset(QString::fromStdString(value["preset"].get<std::string>())))
        throw ConfigError("/camera/preset", value["preset"].dump(),
                          "expected a camera of this view, home, top, front or side");
      return;
    }
    Json place = value;
    place.erase("view");
    moveCamera(Camera::fromJson(place, camera_, "/camera"));
  } catch (const Error& error) {
    emit model().problem(QString::fromUtf8(error.what()));
  }
}

QString SceneView::stepText() const {
  return shownRun() ? tr("step %1").arg(QLocale().toString(static_cast<qlonglong>(model().cursor()))) : QString();
}

QString SceneView::message() const {
  if (!problem_.isEmpty()) return tr("This view's page has a mistake.\n%1").arg(problem_);
  if (frame_ && !frame_->problem.isEmpty()) {
    const QString reason = service_->status().reason;
    if (reason.isEmpty()) return tr("The 3D view could not be drawn.\n%1").arg(frame_->problem);
    return tr("No 3D picture: this computer offers no OpenGL 3.3.\nInstall the packages libegl1 and libgl1-mesa-dri, "
              "then start "
              "again.\nPlots and training go on.\n\n%1")
        .arg(reason);
  }
  if (!shownRun()) return tr("Press play: the scene appears with the first recorded step.");
  if (snapshot_.layers.empty()) {
    if (!feed_.error().isEmpty()) return tr("The analysis of this view failed.\n%1").arg(feed_.error());
    return tr("Nothing recorded yet.");
  }
  return {};
}

QString SceneView::spokenText() const {
  if (const QString said = message(); !said.isEmpty()) return said;
  QStringList parts{stepText()};
  for (const SceneLayer& layer : snapshot_.layers)
    if (!layer.ids.empty())
      parts << tr("%1 of %2").arg(layer.ids.size()).arg(layer.select.isEmpty() ? tr("items") : layer.select);
  const Selection& selection = model().selection();
  for (const std::int64_t id : selection.ids) parts << tr("%1 %2 selected").arg(selection.kind).arg(id);
  return parts.join(QStringLiteral("; "));
}

void SceneView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Theme theme = Theme::of(palette());
  const QString empty = message();
  if (!empty.isEmpty() || !frame_ || frame_->image.isNull()) {
    painter.fillRect(rect(), theme.plotBackground);
    painter.setPen(theme.muted);
    painter.drawText(rect().adjusted(32, 32, -32, -32), Qt::AlignCenter | Qt::TextWordWrap, empty);
    return;
  }
  const QSizeF shown = frame_->image.deviceIndependentSize();
  if (shown != QSizeF(size())) {
    // Just resized: the old picture stands in, stretched, until the new one comes.
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(rect()), frame_->image);
  } else {
    painter.drawImage(0, 0, frame_->image);
  }
  OverlayStyle style{theme, font(), 1, stepText(), true, double(tools_->height()) + 12};
  paintOverlay(painter, rect(), *frame_->snapshot, style);
  if (hasFocus()) {
    painter.setPen(QPen(theme.accent, 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

// Logical pixels are points here, so widths on the picture are those of the page.
SceneSnapshot SceneView::figureSnapshot(const QSizeF& area, const FigureStyle& style) {
  SceneSnapshot snapshot = bind(figureTheme(style));
  const Viewport viewport{area.width(), area.height()};
  const Json& place = style.panel(spec().id).camera;
  const bool fitted = place.is_null() && !cameraPlaced_ && !page_.home;
  Camera camera = cameraPlaced_ ? camera_ : homeCamera();
  if (fitted) camera.fit(snapshot.bounds, viewport);
  if (!place.is_null()) camera = Camera::fromJson(place, camera, "/panels/" + spec().id + "/camera");
  snapshot.transparent = style.transparent;
  return placed(std::move(snapshot), fitted ? camera : camera.widened(viewport), area.toSize(), 1);
}

void SceneView::paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  SceneSnapshot snapshot = figureSnapshot(rect.size(), style);
  if (snapshot.layers.empty()) throw Error(message().toStdString(), ExitStatus::Failed);
  ScenePicture(service_, std::move(snapshot), rect, style, stepText()).paint(painter);
}

std::unique_ptr<FilmFrame> SceneView::filmFrame(const QRectF& rect, const FigureStyle& style) {
  SceneSnapshot snapshot = figureSnapshot(rect.size(), style);
  const QString empty = snapshot.layers.empty() ? message() : QString();
  return std::make_unique<ScenePicture>(service_, std::move(snapshot), rect, style, QString(), empty);
}

PanelStyle SceneView::panelStyle() const {
  PanelStyle panel;
  if (cameraPlaced_) panel.camera = camera_.toJson();
  return panel;
}

void SceneView::showPanelStyle(const PanelStyle& panel) {
  if (!panel.camera.is_null()) setCamera(Camera::fromJson(panel.camera, camera_, "/camera"));
}

QImage SceneView::picture(QSize pixels, double fontPixels) {
  SceneSnapshot snapshot = placed(bind(Theme::of(palette())), cameraPlaced_ ? camera_ : homeCamera(), pixels, 1);
  QImage image = service_->grabNow(snapshot, pixels);
  QPainter painter(&image);
  QFont sized = font();
  sized.setPixelSize(std::max(1, static_cast<int>(fontPixels)));
  paintOverlay(painter, QRectF(QPointF(), QSizeF(pixels)), snapshot,
               {Theme::of(palette()), sized, fontPixels / 12, stepText(), true, 0});
  return image;
}

QString SceneView::dataCsv() const {
  QString text;
  QTextStream out(&text);
  out.setRealNumberPrecision(17);
  bool first = true;
  for (const SceneLayer& layer : snapshot_.layers) {
    if (layer.ids.empty()) continue;
    if (!first) out << '\n';
    first = false;
    out << csvCell(layer.select.isEmpty() ? QStringLiteral("item") : layer.select);
    for (const ItemValues& values : layer.values) out << ',' << csvCell(values.name);
    out << '\n';
    for (std::size_t i = 0; i < layer.ids.size(); ++i) {
      out << layer.ids[i];
      for (const ItemValues& values : layer.values) out << ',' << values.values[i];
      out << '\n';
    }
  }
  return text;
}

}  // namespace learnscope
