// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_view.h"

#include <QLocale>
#include <QPainter>
#include <QUndoCommand>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "widgets/model/theme.h"

namespace learnscope {

namespace {

constexpr int idleMilliseconds = 200;
constexpr int frameMilliseconds = 16;
constexpr double flightStep = 0.09;  ///< share of a camera move per frame
constexpr double turnDegrees = 0.6;
constexpr double slowMilliseconds = 25;  ///< a frame that takes longer is drawn in half resolution while moving
constexpr double fieldOfView = 49.1;

Choice choice(const char* id, const char* title) { return {id, title}; }

}  // namespace

/// Hides splats, or shows all again.
class HideSplats : public QUndoCommand {
 public:
  HideSplats(SplatView* view, std::shared_ptr<const std::vector<char>> hidden, const QString& text)
      : QUndoCommand(text), view_(view), before_(view->hidden_), after_(std::move(hidden)) {}
  void undo() override { view_->setHidden(before_); }
  void redo() override { view_->setHidden(after_); }

 private:
  SplatView* view_;
  std::shared_ptr<const std::vector<char>> before_, after_;
};

std::vector<Parameter> SplatView::parameters(int degree) {
  using enum ParameterType;
  std::vector<Parameter> all{
      {.id = "shape",
       .title = LS_TR("Shape"),
       .type = ParameterType::Choice,
       .fallback = "gaussian",
       .doc = LS_TR("Gaussians as they are, solid ellipsoids at one standard deviation, or the centres."),
       .choices = {choice("gaussian", LS_TR("Gaussians")), choice("ellipsoid", LS_TR("Ellipsoids")),
                   choice("point", LS_TR("Points"))}},
      {.id = "colours",
       .title = LS_TR("Colour"),
       .type = ParameterType::Choice,
       .fallback = "appearance",
       .doc = LS_TR("The splats' own colours, or a quantity on a scale: opacity, size (largest standard "
                    "deviation), depth."),
       .choices = {choice("appearance", LS_TR("Appearance")), choice("opacity", LS_TR("Opacity")),
                   choice("size", LS_TR("Size")), choice("depth", LS_TR("Depth"))}},
      {.id = "background",
       .title = LS_TR("Background"),
       .type = ParameterType::Choice,
       .fallback = "theme",
       .doc = LS_TR("Behind the splats; saved pictures are transparent there."),
       .choices = {choice("theme", LS_TR("As the window")), choice("white", LS_TR("White")),
                   choice("grey", LS_TR("Grey")), choice("black", LS_TR("Black"))}},
      {.id = "up",
       .title = LS_TR("Up"),
       .type = ParameterType::Choice,
       .fallback = "-y",
       .doc = LS_TR("Which way is up in the file's world; -y for files of photographs."),
       .choices = {choice("-y", "−y"), choice("+y", "+y"), choice("+z", "+z"), choice("-z", "−z"), choice("+x", "+x"),
                   choice("-x", "−x")}},
      {.id = "opacityCut",
       .title = LS_TR("Opacity cut"),
       .type = Real,
       .fallback = 0.0,
       .doc = LS_TR("Splats that are more transparent are not drawn."),
       .minimum = 0,
       .maximum = 1},
      {.id = "scale",
       .title = LS_TR("Splat scale"),
       .type = Real,
       .fallback = 1.0,
       .doc = LS_TR("Factor of the size of every splat."),
       .minimum = 0.1,
       .maximum = 2},
      {.id = "pointRadius",
       .title = LS_TR("Point radius"),
       .type = Real,
       .fallback = 1.5,
       .doc = LS_TR("Of the centres."),
       .unit = "px",
       .minimum = 0.5,
       .maximum = 8,
       .visibleIf = {{"shape", "point"}}},
      {.id = "antialiased",
       .title = LS_TR("Mip correction"),
       .type = Bool,
       .fallback = false,
       .doc = LS_TR("For splats that were trained with it: those smaller than a pixel are dimmed by as much as "
                    "they are widened (Mip-Splatting)."),
       .visibleIf = {{"shape", "gaussian"}}}};
  if (degree > 0)
    all.push_back({.id = "degree",
                   .title = LS_TR("Harmonics"),
                   .type = Int,
                   .fallback = degree,
                   .doc = LS_TR("The highest degree of spherical harmonics that is used: 0 shows colours without the "
                                "dependence on direction."),
                   .minimum = 0,
                   .maximum = static_cast<double>(degree)});
  return all;
}

SplatView::SplatView(int threads, QWidget* parent)
    : QWidget(parent), renderer_(threads), upright_(splats::uprightFrame(splats::UpAxis::MinusY)) {
  installSpoken();
  setObjectName(QStringLiteral("splatView"));
  setAccessibleName(tr("Gaussian splats"));
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_OpaquePaintEvent);
  std::vector<Problem> ignored;
  settings_ = resolved(parameters(0), Json::object(), ignored);
  camera_.fieldOfView = fieldOfView;
  connect(&renderer_, &SplatRenderer::frameReady, this, &SplatView::receive);
  idle_.setSingleShot(true);
  idle_.setInterval(idleMilliseconds);
  connect(&idle_, &QTimer::timeout, this, [this] { requestFrame(false); });
  flight_.setInterval(frameMilliseconds);
  connect(&flight_, &QTimer::timeout, this, &SplatView::takeStep);
  turning_.setInterval(frameMilliseconds);
  connect(&turning_, &QTimer::timeout, this, [this] {
    camera_.orbit(turnDegrees, 0);
    moved();
  });
}

void SplatView::setSplats(std::shared_ptr<const splats::PreparedSplats> splats, const Config& settings) {
  splats_ = std::move(splats);
  extent_ = splats_ ? splats::robustExtent(splats_->gaussians()) : splats::Extent();
  undo_.clear();
  setHidden(nullptr);
  frame_.reset();
  fullMilliseconds_ = 0;
  setTurning(false);
  settings_ = settings;
  upright_ = splats::uprightFrame(splats::upAxisOf(settings_.text("up"), "/up"));
  camera_ = homeCamera();
  requestFrame(false);
  update();
}

void SplatView::replaceSplats(std::shared_ptr<const splats::PreparedSplats> splats) {
  if (splats->size() != splats_->size()) {
    undo_.clear();
    setHidden(nullptr);
  }
  splats_ = std::move(splats);
  requestFrame(true);
}

void SplatView::setSettings(const Config& settings) {
  const bool turned = settings.text("up") != settings_.text("up");
  settings_ = settings;
  if (turned) {
    upright_ = splats::uprightFrame(splats::upAxisOf(settings_.text("up"), "/up"));
    camera_ = homeCamera();
  }
  requestFrame(false);
}

void SplatView::setMessage(const QString& title, const QString& text) {
  title_ = title;
  text_ = text;
  update();
}

Camera SplatView::homeCamera() const {
  Camera camera;
  camera.azimuth = 20;
  camera.elevation = 12;
  camera.fieldOfView = fieldOfView;
  Bounds bounds;
  for (const splats::Vec3d& corner : {extent_.low, extent_.high}) {
    const splats::Vec3d p = upright_.toUpright(corner);
    bounds.add(Vec3{p[0], p[1], p[2]}, 1e-3);
  }
  camera.fit(bounds, {std::max(1.0, double(width())), std::max(1.0, double(height()))});
  return camera;
}

void SplatView::setCamera(const Camera& camera) {
  flight_.stop();
  camera_ = camera;
  moved();
}

void SplatView::goHome() { flyTo(homeCamera()); }

void SplatView::setTurning(bool on) {
  if (on == turning_.isActive()) return;
  if (on && splats_)
    turning_.start();
  else
    turning_.stop();
  emit turningChanged(turning_.isActive());
}

void SplatView::setTool(Tool tool) {
  if (tool == tool_) return;
  tool_ = tool;
  outline_.clear();
  setCursor(tool == Tool::Orbit ? Qt::ArrowCursor : Qt::CrossCursor);
  update();
  emit toolChanged();
}

QSize SplatView::pixelSize() const { return (QSizeF(size()) * devicePixelRatioF()).toSize().expandedTo({1, 1}); }

splats::SplatCamera SplatView::splatCamera(QSize pixels) const {
  const auto world = [this](Vec3 v) { return upright_.toWorld({v.x, v.y, v.z}); };
  const splats::Vec3d right = world(camera_.right()), up = world(camera_.up()), forward = world(camera_.forward());
  const splats::Vec3d eye = world(camera_.eye());
  splats::SplatCamera camera;
  for (std::size_t k = 0; k < 3; ++k) {
    camera.rotation[k] = right[k];
    camera.rotation[3 + k] = -up[k];
    camera.rotation[6 + k] = forward[k];
  }
  const splats::Vec3d moved = camera.toCamera(eye);  // translation is still 0
  camera.translation = {-moved[0], -moved[1], -moved[2]};
  const double shorter = std::min(pixels.width(), pixels.height());
  camera.focalX = camera.focalY = shorter / 2 / std::tan(camera_.fieldOfView * std::numbers::pi / 360);
  camera.centreX = pixels.width() / 2.0;
  camera.centreY = pixels.height() / 2.0;
  camera.width = pixels.width();
  camera.height = pixels.height();
  // In a tiny scene the usual near plane would hide everything.
  camera.nearest = std::min(camera.nearest, 0.02 * std::max(extent_.radius(), 1e-4));
  return camera;
}

SplatColours SplatView::colours() const {
  const std::string mode = settings_.text("colours");
  if (mode == "opacity") return SplatColours::Opacity;
  if (mode == "size") return SplatColours::Size;
  return mode == "depth" ? SplatColours::Depth : SplatColours::Appearance;
}

splats::RenderOptions SplatView::renderOptions() const {
  splats::RenderOptions options;
  const std::string shape = settings_.text("shape");
  options.shape = shape == "point"
                      ? splats::SplatShape::Point
                      : (shape == "ellipsoid" ? splats::SplatShape::Ellipsoid : splats::SplatShape::Gaussian);
  options.degree = settings_.has("degree") ? static_cast<int>(settings_.integer("degree")) : 0;
  options.opacityCut = static_cast<float>(settings_.real("opacityCut"));
  options.scale = static_cast<float>(settings_.real("scale"));
  options.pointRadius = static_cast<float>(settings_.real("pointRadius") * devicePixelRatioF());
  options.antialiased = settings_.flag("antialiased");
  const std::string background = settings_.text("background");
  QColor colour = Theme::of(palette()).plotBackground;
  if (background == "white") colour = Qt::white;
  if (background == "grey") colour = QColor(128, 128, 128);
  if (background == "black") colour = Qt::black;
  options.background = {static_cast<float>(colour.redF()), static_cast<float>(colour.greenF()),
                        static_cast<float>(colour.blueF()), 1};
  return options;
}

SplatRequest SplatView::request(QSize pixels) const {
  SplatRequest request;
  request.splats = splats_;
  request.opacities = opacities_;
  request.colours = colours();
  request.camera = splatCamera(pixels);
  request.options = renderOptions();
  return request;
}

void SplatView::requestFrame(bool moving) {
  if (!splats_) return;
  const bool reduced = moving && fullMilliseconds_ > slowMilliseconds;
  SplatRequest wanted = request(reduced ? pixelSize() / 2 : pixelSize());
  wanted.reduced = reduced;
  if (reduced) wanted.options.pointRadius /= 2;
  renderer_.show(wanted);
}

void SplatView::moved() {
  requestFrame(true);
  idle_.start();
}

void SplatView::receive(const SplatFrame& frame) {
  if (!splats_) return;
  frame_ = frame;
  if (!frame.reduced) fullMilliseconds_ = frame.statistics.total();
  update();
  emit frameShown();
}

void SplatView::flyTo(const Camera& camera) {
  setTurning(false);
  from_ = camera_;
  to_ = camera;
  flown_ = 0;
  flight_.start();
}

void SplatView::takeStep() {
  flown_ = std::min(1.0, flown_ + flightStep);
  const double eased = flown_ * flown_ * (3 - 2 * flown_);
  camera_ = interpolate(from_, to_, eased);
  if (flown_ >= 1) flight_.stop();
  moved();
}

void SplatView::setHidden(std::shared_ptr<const std::vector<char>> hidden) {
  hidden_ = std::move(hidden);
  hiddenCount_ = 0;
  opacities_.reset();
  if (hidden_) {
    auto opacities = std::make_shared<AlignedVector<float>>(splats_->gaussians().opacity);
    for (std::size_t i = 0; i < hidden_->size(); ++i)
      if ((*hidden_)[i]) {
        (*opacities)[i] = 0;
        ++hiddenCount_;
      }
    opacities_ = std::move(opacities);
  }
  requestFrame(false);
  emit hiddenChanged();
}

void SplatView::hideEnclosed(const QPolygonF& outline) {
  if (!splats_ || outline.size() < 3) return;
  const double ratio = devicePixelRatioF();
  renderer_.centres(request(pixelSize()), [this, outline, ratio, shown = splats_](const auto& centres) {
    if (shown != splats_) return;
    auto hidden =
        hidden_ ? std::make_shared<std::vector<char>>(*hidden_) : std::make_shared<std::vector<char>>(splats_->size());
    const QRectF box = outline.boundingRect();
    std::size_t more = 0;
    for (const auto& centre : centres) {
      const QPointF place(centre.x / ratio, centre.y / ratio);
      if (!box.contains(place) || !outline.containsPoint(place, Qt::OddEvenFill)) continue;
      more += !(*hidden)[centre.splat];
      (*hidden)[centre.splat] = 1;
    }
    if (more > 0) undo_.push(new HideSplats(this, hidden, tr("Hide %n splats", nullptr, static_cast<int>(more))));
  });
}

void SplatView::showAll() {
  if (hiddenCount_ > 0) undo_.push(new HideSplats(this, nullptr, tr("Show all splats")));
}

splats::Gaussians SplatView::visibleSplats() const {
  if (!splats_) return {};
  if (!hidden_) return splats_->gaussians();
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < hidden_->size(); ++i)
    if (!(*hidden_)[i]) order.push_back(i);
  return splats_->gaussians().taken(order);
}

void SplatView::grabPicture(QSize pixels, std::function<void(const QImage&)> done) {
  SplatRequest wanted = request(pixels);
  wanted.options.background = {0, 0, 0, 0};
  wanted.options.pointRadius *= static_cast<float>(pixels.height()) / static_cast<float>(pixelSize().height());
  renderer_.grab(wanted, [done = std::move(done)](const SplatFrame& frame) { done(frame.image); });
}

QString SplatView::spokenText() const {
  if (!splats_) return title_ + QLatin1Char(' ') + text_;
  QString said = tr("%1 splats").arg(QLocale().toString(static_cast<qlonglong>(splats_->size())));
  if (hiddenCount_ > 0) said += tr(", %1 hidden").arg(QLocale().toString(static_cast<qlonglong>(hiddenCount_)));
  if (frame_)
    said += tr(", %1 in the picture").arg(QLocale().toString(static_cast<qlonglong>(frame_->statistics.visible)));
  return said;
}

}  // namespace learnscope
