// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_stage.h"

#include <QApplication>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <atomic>
#include <cmath>

#include "widgets/export/figure_layout.h"
#include "widgets/plots/run_markers.h"

namespace learnscope {
namespace {

constexpr double pageSide = 480;  // points of the shorter side of a frame at text size 1
constexpr double margin = 12, gap = 8, textPt = 9;
constexpr double headingHeight = 24, captionHeight = 26, timelineHeight = 30, titleHeight = 18;
constexpr double leastSide = 40;       // points of a view
constexpr std::size_t mostFrames = 6;  // that are kept to be drawn again

QColor mixed(const QColor& a, const QColor& b, double t) {
  const auto mix = [t](int from, int to) { return static_cast<int>(std::lround(from + t * (to - from))); };
  return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

}  // namespace

std::vector<QRect> videoCells(VideoRequest::Layout layout, std::size_t views, bool firstIsScene, const QRect& area,
                              int space) {
  using Layout = VideoRequest::Layout;
  const int count = static_cast<int>(views);
  FigureStyle style;
  style.gapMm = space * 25.4 / 72;
  style.arrangement = layout == Layout::Auto    ? FigureStyle::Arrangement::Auto
                      : layout == Layout::Focus ? FigureStyle::Arrangement::Lead
                                                : FigureStyle::Arrangement::Grid;
  style.columns = layout == Layout::Row ? count : layout == Layout::Column ? 1 : 0;
  std::vector<QRect> cells;
  for (const QRectF& cell : figureCells(count, firstIsScene && count > 1, area, style)) {
    const QPoint from(qRound(cell.left()), qRound(cell.top())), to(qRound(cell.right()), qRound(cell.bottom()));
    cells.emplace_back(from, to - QPoint(1, 1));
  }
  return cells;
}

/// What a view shows in some frames: drawn once for all that show the same.
struct VideoStage::Picture {
  std::unique_ptr<FilmFrame> content;
  QImage image;  ///< null until it has been painted
};

struct VideoStage::Cell {
  std::unique_ptr<View> view;
  SceneView* scene = nullptr;  ///< the same, if it is one
  std::optional<CameraPath> camera;
  QRect place;          ///< pixels
  QRect box;            ///< below the title
  double axesLeft = 0;  ///< points: where the axes of a column of plots begin together
  std::shared_ptr<Picture> last;
};

struct VideoStage::Taken {
  VideoFrame frame;
  std::vector<std::shared_ptr<Picture>> pictures;  ///< one a cell
};

VideoStage::VideoStage(SessionModel& model, VideoRequest request)
    : model_(model), request_(std::move(request)), theme_(request_.dark ? Theme::night() : Theme::light()) {
  const double side = std::min(request_.size.width(), request_.size.height());
  unit_ = side * request_.textSize / pageSide;
  checkRange();
  const std::shared_ptr<Run> run = model_.run();
  plan_ = std::make_unique<VideoPlan>(request_, request_.first, request_.last, run->events(), run->description());
  model_.select(request_.selection);
  if (request_.compare) model_.userCompare({Comparison::Mode::Overlay});
  const std::vector<ViewSpec> views = viewsFor(model_.page(), run->info().config);
  for (const std::string& id : request_.views) {
    const auto spec = std::find_if(views.begin(), views.end(), [&](const ViewSpec& view) { return view.id == id; });
    if (spec == views.end()) throw ConfigError("/views", id, "expected a view that this run has");
    Cell cell;
    cell.view = createView(*spec, model_);
    cell.scene = qobject_cast<SceneView*>(cell.view.get());
    cells_.push_back(std::move(cell));
  }
  arrange();
  setCameras(request_);
  lineUp();
}

VideoStage::~VideoStage() = default;

void VideoStage::setCameras(const VideoRequest& request) {
  for (Cell& cell : cells_)
    if (cell.scene) cell.camera.emplace(*cell.scene, request, *plan_, QSizeF(cell.box.size()) / unit_);
}

FigureStyle VideoStage::styleOf(const Cell& cell) const {
  FigureStyle style;
  style.fontPt = textPt;
  style.dpi = 72 * unit_;
  style.darkTheme = request_.dark;
  style.axesLeft = cell.axesLeft;
  return style;
}

// As wide as the labels at the last step need: what they need in between must not move the axes.
void VideoStage::lineUp() {
  model_.setCursor(plan_->last());
  QImage device(1, 1, QImage::Format_RGB32);
  QPainter painter(&device);
  std::map<int, double> insets;
  for (Cell& cell : cells_) {
    double& inset = insets[cell.place.left()];
    inset = std::max(
        inset, cell.view->figureAxesLeft(painter, QRectF(QPointF(), QSizeF(cell.box.size()) / unit_), styleOf(cell)));
  }
  for (Cell& cell : cells_) cell.axesLeft = insets[cell.place.left()];
}

void VideoStage::checkRange() {
  const std::shared_ptr<Run> run = model_.run();
  const std::int64_t from = run->info().forkStep, to = run->lastStep();
  if (request_.last < 0) request_.last = to;
  if (request_.first == 0) request_.first = from;
  if (request_.first < from || request_.last > to || request_.first > request_.last)
    throw ConfigError("/steps", std::to_string(request_.first) + ":" + std::to_string(request_.last),
                      "the run has steps " + std::to_string(from) + " to " + std::to_string(to));
}

void VideoStage::arrange() {
  const auto pixels = [this](double points) { return static_cast<int>(std::lround(points * unit_)); };
  QRect area =
      QRect(QPoint(), request_.size).adjusted(pixels(margin), pixels(margin), -pixels(margin), -pixels(margin));
  if (request_.heading) {
    heading_ = QRectF(area.left(), area.top(), area.width(), pixels(headingHeight));
    area.setTop(area.top() + pixels(headingHeight));
  }
  if (request_.timeline) {
    timeline_ = QRectF(area.left(), area.bottom() + 1 - pixels(timelineHeight), area.width(), pixels(timelineHeight));
    area.setBottom(area.bottom() - pixels(timelineHeight + gap));
  }
  if (plan_->hasCaptions()) {
    caption_ = QRectF(area.left(), area.bottom() + 1 - pixels(captionHeight), area.width(), pixels(captionHeight));
    area.setBottom(area.bottom() - pixels(captionHeight));
  }
  const bool scene = cells_.front().scene != nullptr;
  const std::vector<QRect> places = videoCells(request_.layout, cells_.size(), scene, area, pixels(gap));
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].place = places[i];
    cells_[i].box = places[i].adjusted(1, pixels(titleHeight), -1, -1);
    if (std::min(cells_[i].box.width(), cells_[i].box.height()) < leastSide * unit_)
      throw ConfigError("/views", std::to_string(cells_.size()) + " views",
                        "they do not fit: choose fewer views, a larger size or smaller text");
  }
}

std::shared_ptr<VideoStage::Taken> VideoStage::take(int number) {
  auto taken = std::make_shared<Taken>();
  taken->frame = plan_->at(number);
  if (taken->frame.part != VideoFrame::Part::Run) return taken;
  model_.setCursor(taken->frame.step);
  for (Cell& cell : cells_) {
    const FigureStyle style = styleOf(cell);
    if (cell.scene) cell.scene->setCamera(cell.camera->at(taken->frame));
    const QRectF area(QPointF(), QSizeF(cell.box.size()) / unit_);
    auto picture = std::make_shared<Picture>();
    picture->content = cell.view->filmFrame(area, style);
    if (picture->content && cell.last && cell.last->content && picture->content->equals(*cell.last->content)) {
      picture = cell.last;
    } else if (picture->content) {
      picture->content->start();
    } else {
      picture->image = blank(cell.box);
      QPainter painter(&picture->image);
      painter.scale(unit_, unit_);
      cell.view->paintFigure(painter, area, style);
    }
    cell.last = picture;
    taken->pictures.push_back(std::move(picture));
  }
  return taken;
}

QImage VideoStage::finished(Taken& taken) {
  for (std::size_t i = 0; i < taken.pictures.size(); ++i) {
    Picture& picture = *taken.pictures[i];
    if (!picture.image.isNull()) continue;
    picture.image = blank(cells_[i].box);
    QPainter painter(&picture.image);
    painter.scale(unit_, unit_);
    picture.content->paint(painter);
  }
  QImage& image = emptyFrame();
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  if (taken.frame.part == VideoFrame::Part::Run)
    paintFrame(painter, taken);
  else
    paintCard(painter, taken.frame.part == VideoFrame::Part::Title ? request_.title : request_.end, taken.frame.fade);
  painter.end();  // or the copy would be a deep one
  return image;
}

// One that nobody holds any more; megabytes asked for anew with every frame would leave holes in the heap.
QImage& VideoStage::emptyFrame() {
  auto free = std::find_if(frames_.begin(), frames_.end(), [](const QImage& frame) { return frame.isDetached(); });
  std::atomic_thread_fence(std::memory_order_acquire);  // after the last look that the encoder took
  if (free == frames_.end()) {
    if (frames_.size() == mostFrames) frames_.erase(frames_.begin());
    free = frames_.insert(frames_.end(), QImage(request_.size, QImage::Format_RGB32));
  }
  free->fill(theme_.window);
  return *free;
}

QImage VideoStage::blank(const QRect& place) const {
  QImage image(place.size(), QImage::Format_RGB32);
  image.fill(theme_.plotBackground);
  return image;
}

QFont VideoStage::font(double pt, bool bold) const {
  QFont result = QApplication::font();
  result.setPixelSize(std::max(1, static_cast<int>(std::lround(pt * unit_))));
  result.setHintingPreference(QFont::PreferNoHinting);
  result.setBold(bold);
  return result;
}

void VideoStage::paintFrame(QPainter& painter, const Taken& taken) {
  painter.setRenderHint(QPainter::Antialiasing, false);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const QRect& place = cells_[i].place;
    painter.fillRect(place, theme_.plotBackground);
    painter.drawImage(cells_[i].box.topLeft(), taken.pictures[i]->image);
    const QFont bold = font(9.5, true);
    painter.setFont(bold);
    painter.setPen(theme_.text);
    const QRectF strip(place.left() + 6 * unit_, place.top(), place.width() - 12 * unit_, titleHeight * unit_);
    painter.drawText(strip, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(bold).elidedText(cells_[i].view->spec().title, Qt::ElideRight, strip.width()));
    painter.setPen(QPen(theme_.grid, std::max(1.0, std::floor(unit_ * 0.75))));
    painter.drawRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5));
  }
  painter.setRenderHint(QPainter::Antialiasing);
  if (request_.heading) paintHeading(painter, taken.frame);
  if (!taken.frame.caption.isEmpty()) paintCaption(painter, taken.frame);
  if (request_.timeline) paintTimeline(painter, taken.frame);
}

void VideoStage::paintCard(QPainter& painter, const VideoCard& card, double fade) {
  const QRectF page(QPointF(), QSizeF(request_.size));
  const QRectF area = page.adjusted(0.1 * page.width(), 0, -0.1 * page.width(), 0);
  const QFont large = font(26, true), small = font(13);
  const int flags = Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap;
  const auto height = [&](const QFont& used, const QString& text) {
    return text.isEmpty() ? 0.0 : QFontMetricsF(used).boundingRect(area, flags, text).height();
  };
  const double first = height(large, card.text), second = height(small, card.detail);
  const double between = first > 0 && second > 0 ? 10 * unit_ : 0;
  const double top = (page.height() - first - between - second) / 2;
  painter.setFont(large);
  painter.setPen(mixed(theme_.window, theme_.text, fade));
  painter.drawText(QRectF(area.left(), top, area.width(), first), flags, card.text);
  painter.setFont(small);
  painter.setPen(mixed(theme_.window, theme_.muted, fade));
  painter.drawText(QRectF(area.left(), top + first + between, area.width(), second), flags, card.detail);
}

void VideoStage::paintHeading(QPainter& painter, const VideoFrame& frame) {
  const QRectF line = heading_.adjusted(0, 0, 0, -6 * unit_);
  const QFont bold = font(11, true), normal = font(11);
  const QString lab = QString::fromStdString(model_.description().title);
  const QString run = QString::fromStdString(model_.run()->title());
  const QString step = QLocale().toString(static_cast<qlonglong>(frame.step));
  // As wide as the last step: the text must not wander while the digits change.
  const double room = QFontMetricsF(bold).horizontalAdvance(QLocale().toString(static_cast<qlonglong>(plan_->last())));
  painter.setFont(bold);
  painter.setPen(theme_.text);
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, step);
  const QFontMetricsF metrics(normal);
  const double word = metrics.horizontalAdvance(View::tr("step")) + 4 * unit_;
  painter.setFont(normal);
  painter.setPen(theme_.muted);
  painter.drawText(line.adjusted(0, 0, -room - 4 * unit_, 0), Qt::AlignRight | Qt::AlignVCenter, View::tr("step"));
  const double free = line.width() - room - word - 16 * unit_;
  painter.setFont(bold);
  painter.setPen(theme_.text);
  const QString title = QFontMetricsF(bold).elidedText(lab, Qt::ElideRight, free);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, title);
  const double used = QFontMetricsF(bold).horizontalAdvance(title) + 8 * unit_;
  if (run.isEmpty() || used > free) return;
  painter.setFont(normal);
  painter.setPen(theme_.muted);
  painter.drawText(line.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(run, Qt::ElideRight, free - used));
}

void VideoStage::paintCaption(QPainter& painter, const VideoFrame& frame) {
  const QFont used = font(13, true);
  painter.setFont(used);
  painter.setPen(mixed(theme_.window, theme_.text, frame.captionFade));
  painter.drawText(caption_, Qt::AlignCenter,
                   QFontMetricsF(used).elidedText(frame.caption, Qt::ElideRight, caption_.width()));
}

// Phases as bands with their names, events as ticks, and how far the video has come, over all steps that it shows.
void VideoStage::paintTimeline(QPainter& painter, const VideoFrame& frame) {
  const QRectF bar(timeline_.left(), timeline_.top() + 8 * unit_, timeline_.width(), 14 * unit_);
  const auto low = static_cast<double>(plan_->first()), high = std::max(low + 1, static_cast<double>(plan_->last()));
  const auto x = [&](double step) {
    return bar.left() + (std::clamp(step, low, high) - low) / (high - low) * bar.width();
  };
  const std::shared_ptr<Run> run = model_.run();
  const RunMarkers markers = markersOf(*run, StepAxis(run, XSource::Step), ScaleMap(), high);
  const auto now = static_cast<double>(frame.step);
  painter.setPen(Qt::NoPen);
  painter.fillRect(bar, mixed(theme_.window, theme_.text, 0.08));
  painter.fillRect(QRectF(bar.topLeft(), QPointF(x(now), bar.bottom())), mixed(theme_.window, theme_.accent, 0.3));
  const QFont small = font(8.5);
  const QFontMetricsF metrics(small);
  painter.setFont(small);
  int index = 0;
  for (const Span& span : markers.spans) {
    const int color = index++;
    if (span.from > now || span.to < low) continue;
    const QRectF band(QPointF(x(span.from), bar.top()), QPointF(x(std::min(span.to, now)), bar.bottom()));
    painter.fillRect(band, mixed(theme_.window, theme_.category(color), theme_.dark ? 0.45 : 0.32));
    const QString name = metrics.elidedText(span.name, Qt::ElideRight, band.width() - 8 * unit_);
    painter.setPen(theme_.text);
    if (name.size() > 2 || name == span.name)
      painter.drawText(band.adjusted(4 * unit_, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, name);
  }
  for (const Flag& flag : markers.flags) {
    if (flag.at > now || flag.at < low || flag.at > high) continue;
    painter.setPen(QPen(flag.pin ? theme_.warning : theme_.muted, unit_));
    const double at = x(flag.at);
    painter.drawLine(QPointF(at, flag.minor ? bar.top() - 3 * unit_ : bar.top() - 6 * unit_), QPointF(at, bar.top()));
  }
  painter.setPen(QPen(theme_.text, 2 * unit_, Qt::SolidLine, Qt::FlatCap));
  painter.drawLine(QPointF(x(now), bar.top() - 3 * unit_), QPointF(x(now), bar.bottom() + 3 * unit_));
}

SceneView* VideoStage::sceneAt(QPointF place) const {
  for (const Cell& cell : cells_)
    if (QRectF(cell.place).contains(place)) return cell.scene;
  return nullptr;
}

Camera VideoStage::camera(const SceneView& scene, int frame) const {
  for (const Cell& cell : cells_)
    if (cell.scene == &scene) return cell.camera->at(plan_->at(frame));
  return {};
}

}  // namespace learnscope
