// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_view.h"

#include <QContextMenuEvent>
#include <QMenu>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/export/figure_actions.h"
#include "widgets/plots/chart_film.h"
#include "widgets/plots/curve.h"
#include "widgets/plots/figure_painter.h"

namespace learnscope {
namespace {

class ChartFrame : public FilmFrame {
 public:
  ChartFrame(Chart chart, const QRectF& rect, const FigureStyle& style)
      : chart_(std::move(chart)), rect_(rect), style_(style) {}
  bool equals(const FilmFrame& other) const override {
    const auto* same = dynamic_cast<const ChartFrame*>(&other);
    return same && rect_ == same->rect_ && chart_ == same->chart_;
  }
  void paint(QPainter& painter) override { drawFigure(painter, rect_, chart_, style_); }

 private:
  Chart chart_;
  QRectF rect_;
  FigureStyle style_;
};

}  // namespace

QString runsBinding(const ViewSpec& spec) {
  return QString::fromStdString(spec.json.value("runs", std::string("current")));
}

std::optional<std::pair<double, double>> rangeGiven(const Json& view, const char* axis) {
  if (!view.contains(axis) || !view[axis].contains("range")) return std::nullopt;
  return std::pair{view[axis]["range"][0].get<double>(), view[axis]["range"][1].get<double>()};
}

QString axisTitle(const Json& view, const char* axis, const QString& fallback) {
  if (!view.contains(axis) || !view[axis].contains("title")) return fallback;
  return QString::fromStdString(view[axis]["title"].get<std::string>());
}

std::pair<double, double> padded(double low, double high, double margin) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) return {0, 1};
  if (low == high) {
    const double around = low == 0 ? 0.5 : 0.05 * std::abs(low);
    return {low - around, high + around};
  }
  const double extra = margin * (high - low);
  return {low - extra, high + extra};
}

std::optional<ConfigError> mistakeIn(const std::function<void()>& read) {
  try {
    read();
  } catch (const ConfigError& error) {
    return error;
  } catch (const Json::exception& error) {
    return ConfigError("/layers", error.what(), "expected the types of resources/docs/views.md");
  }
  return std::nullopt;
}

QString mistakeText(const ConfigError& error) {
  return PlotView::tr("This view's page has a mistake.\n%1").arg(QString::fromUtf8(error.what()));
}

QString emptyTextOf(const View& view, bool hasRun, const QString& failure) {
  if (!failure.isEmpty()) return View::tr("The analysis of this view failed.\n%1").arg(failure);
  const ViewSpec& spec = view.spec();
  if (spec.json.contains("empty") && spec.json["empty"].is_string())
    return QString::fromStdString(spec.json["empty"].get<std::string>());
  return hasRun ? PlotView::tr("Waiting for the first values")
                : PlotView::tr("Press play: %1 will appear here").arg(spec.title.toLower());
}

PlotView::PlotView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : View(std::move(viewSpec), sessionModel, parent), header_(new PlotHeader(this)), canvas_(new PlotCanvas(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(header_);
  column->addWidget(canvas_, 1);
  setFocusProxy(canvas_);
  canvas_->setAccessibleName(spec().title);
  canvas_->setAccessibleDescription(spec().doc);
  canvas_->installEventFilter(this);
  canvas_->setSpoken([this] { return spokenText(); });
  connect(canvas_, &PlotCanvas::stepped, this, [this](int by) { stepBy(by); });
  selectKind_ = QString::fromStdString(spec().json.value("select", std::string()));
  for (const Json& layer : spec().json["layers"])
    if (selectKind_.isEmpty() && layer.contains("select"))
      selectKind_ = QString::fromStdString(layer["select"].get<std::string>());
  canvas_->setOverlay([this](QPainter& painter) { drawOverlay(painter); });
  const auto coordinates = [this](const QPointF& position) {
    return QPointF(canvas_->xAxis->pixelToCoord(position.x()), canvas_->yAxis->pixelToCoord(position.y()));
  };
  connect(canvas_, &PlotCanvas::clicked, this,
          [this, coordinates](const QPointF& position) { clickedAt(coordinates(position), position); });
  connect(canvas_, &PlotCanvas::hovered, this,
          [this, coordinates](const QPointF& position) { hoveredAt(coordinates(position), position); });
  connect(canvas_, &PlotCanvas::hoverLeft, this, [this] { hoveredAt(std::nullopt, {}); });
  const auto showNow = [this] {
    restyle();  // lines of what is selected
    dirty_ = true;
    if (isVisible()) refresh();
  };
  connect(&model(), &SessionModel::selectionChanged, this, showNow);
  connect(&model(), &SessionModel::refreshed, this, [this] {
    if (isVisible()) refresh();
  });
}

std::shared_ptr<Run> PlotView::run() const {
  const auto runs = model().runs(runsBinding(spec()));
  return runs.empty() ? nullptr : runs.back();
}

Config PlotView::config() const {
  const std::shared_ptr<Run> shown = run();
  return shown ? shown->info().config : model().config();
}

// What the layers depend on: the runs shown and the conditions that hold.
std::string PlotView::layerSignature() const {
  std::string signature;
  for (const std::shared_ptr<Run>& shown : model().runs(runsBinding(spec()))) signature += shown->info().id + ";";
  if (const Comparison& comparison = model().comparison(); comparison.mode != Comparison::Mode::Off) {
    signature += std::to_string(static_cast<int>(comparison.mode)) +
                 std::to_string(static_cast<int>(comparison.align)) + comparison.event +
                 (model().run() ? model().run()->info().id : "") + ";";
    for (const std::shared_ptr<Run>& shown : model().runs(QStringLiteral("shown"))) signature += shown->info().id + ";";
  }
  const Config values = config();
  for (const Json& layer : spec().json["layers"])
    signature += !layer.contains("when") || values.satisfies(layer["when"]) ? '1' : '0';
  return signature;
}

// True if what is shown has changed since it was drawn.
bool PlotView::look() {
  if (const std::string signature = layerSignature(); signature != signature_) {
    signature_ = signature;
    dirty_ = true;
    mistake_ = mistakeIn([this] { rebuild(); });
  }
  if (!mistake_ && update()) dirty_ = true;
  return dirty_;
}

void PlotView::refresh() {
  if (!look()) return;
  dirty_ = false;
  if (!mistake_) {
    showChart();
    return;
  }
  Chart said;
  said.empty = mistakeText(*mistake_);
  header_->setLegend({});
  canvas_->setChart(std::move(said));
  canvas_->replot();
}

void PlotView::showChart() {
  Chart now = chart(canvas_->theme());
  header_->setTitle(now.y.title.compare(spec().title, Qt::CaseInsensitive) == 0 ? QString() : now.y.title);
  header_->setLegend(now.legend);
  canvas_->setChart(std::move(now));
  header_->setLeftMargin(canvas_->axisRect()->margins().left());
  canvas_->replot();
}

Chart PlotView::chartOf(const FigureStyle& style) {
  waiting_ = true;
  // What nobody sees need not be drawn on the canvas too.
  if (isVisible())
    refresh();
  else
    look();
  waiting_ = false;
  if (mistake_) throw ConfigError(*mistake_);
  panel_ = style.panel(spec().id);
  return figureChart(figureTheme(style));
}

void PlotView::paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  drawFigure(painter, rect, chartOf(style), style, style.panel(spec().id).annotations);
}

double PlotView::figureAxesLeft(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
  return axesLeftOf(painter, rect, chartOf(style), style);
}

Chart PlotView::figureChart(const Theme& theme) {
  Chart result = chart(theme);
  applyFrame(result);
  return result;
}

void PlotView::fit(AxisView& axis, const char* name, const Extent& values) const {
  std::tie(axis.low, axis.high) = padded(values.low, values.high, 0.06);
  if (const auto given = rangeGiven(spec().json, name))
    std::tie(axis.low, axis.high) = std::pair{axis.scale.forward(given->first), axis.scale.forward(given->second)};
}

void PlotView::applyFrame(Chart& chart) const {
  const auto frame = [&](AxisView& axis, const QCPRange& shown, const PanelStyle::Axis& wanted) {
    if (canvas_->zoomed()) {
      axis.low = shown.lower;
      axis.high = shown.upper;
      chart.framed = true;
    }
    if (wanted.title) axis.title = *wanted.title;
    if (!wanted.range) return;
    const double low = axis.scale.forward(wanted.range->first), high = axis.scale.forward(wanted.range->second);
    if (!std::isfinite(low) || !std::isfinite(high) || low >= high)
      throw ConfigError("/panels/" + spec().id, Json({wanted.range->first, wanted.range->second}).dump(),
                        "expected a range that its axis, which is " + axis.scale.name().toStdString() + ", can show");
    axis.low = low;
    axis.high = high;
    chart.framed = true;
  };
  frame(chart.x, canvas_->xAxis->range(), panel_.x);
  frame(chart.y, canvas_->yAxis->range(), panel_.y);
}

PanelStyle PlotView::panelStyle() const {
  PanelStyle panel;
  if (!canvas_->zoomed()) return panel;
  // An axis that shows what it would without a zoom was left alone.
  const auto range = [](const AxisView& axis, const QCPRange& shown) -> std::optional<std::pair<double, double>> {
    if (shown.lower == axis.low && shown.upper == axis.high) return std::nullopt;
    return std::pair{axis.scale.inverse(shown.lower), axis.scale.inverse(shown.upper)};
  };
  panel.x.range = range(canvas_->chart().x, canvas_->xAxis->range());
  panel.y.range = range(canvas_->chart().y, canvas_->yAxis->range());
  return panel;
}

void PlotView::showPanelStyle(const PanelStyle& panel) {
  if (!panel.x.range && !panel.y.range) return;
  refresh();  // its scales are those of its layers
  const auto range = [](const AxisView& axis, const QCPRange& shown, const PanelStyle::Axis& wanted) {
    if (!wanted.range) return shown;
    return QCPRange(axis.scale.forward(wanted.range->first), axis.scale.forward(wanted.range->second));
  };
  const Chart& chart = canvas_->chart();
  canvas_->zoomTo(range(chart.x, canvas_->xAxis->range(), panel.x), range(chart.y, canvas_->yAxis->range(), panel.y));
}

std::unique_ptr<FilmFrame> PlotView::filmFrame(const QRectF& rect, const FigureStyle& style) {
  Chart shown = chartOf(style);
  if (const std::optional<double> cursor = cursorCoordinate()) endAt(shown, *cursor);
  // Captions and timeline of the video say the names; here they would lie on the curves.
  for (Flag& flag : shown.flags) flag.label.clear();
  for (Span& span : shown.spans) span.name.clear();
  return std::make_unique<ChartFrame>(std::move(shown), rect, style);
}

QString PlotView::emptyText() const { return emptyTextOf(*this, run() != nullptr, failure()); }

QString PlotView::spokenText() const {
  const Chart& chart = canvas_->chart();
  if (!chart.empty.isEmpty()) return chart.empty;
  QStringList parts;
  for (std::size_t i = 0; i < header_->legend().size(); ++i)
    parts << (header_->legend()[i].label + ' ' + (i < header_->values().size() ? header_->values()[i] : QString()))
                 .trimmed();
  return tr("step %1. %2").arg(model().hoverStep().value_or(model().cursor())).arg(parts.join(QStringLiteral("; ")));
}

void PlotView::selectItem(std::int64_t id) {
  if (selectKind_.isEmpty()) return;
  const Selection wanted{selectKind_, {id}};
  model().userSelect(model().selection() == wanted ? Selection{} : wanted);
}

bool PlotView::isSelected(std::int64_t id) const {
  const Selection& selection = model().selection();
  return !selectKind_.isEmpty() && selection.kind == selectKind_ &&
         std::find(selection.ids.begin(), selection.ids.end(), id) != selection.ids.end();
}

void PlotView::hoveredAt(const std::optional<QPointF>&, const QPointF&) {}
void PlotView::drawOverlay(QPainter&) {}

void PlotView::fillMenu(QMenu& menu) {
  QAction* reset = menu.addAction(tr("Reset zoom"), canvas_, &PlotCanvas::resetZoom);
  reset->setEnabled(canvas_->zoomed());
  menu.addSeparator();
  addFigureActions(menu, *this);
}

void PlotView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  fillMenu(menu);
  menu.exec(event->globalPos());
}

void PlotView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange) return;
  canvas_->setTheme(Theme::of(palette()));
  restyle();
  dirty_ = true;
  if (isVisible()) refresh();
}

void PlotView::enterEvent(QEnterEvent* event) {
  View::enterEvent(event);
  header_->setActive(true);
}

void PlotView::leaveEvent(QEvent* event) {
  View::leaveEvent(event);
  header_->setActive(false);
}

void PlotView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
}

bool PlotView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == canvas_) {
    if (event->type() == QEvent::FocusIn) header_->setActive(true);
    if (event->type() == QEvent::FocusOut) header_->setActive(underMouse());
  }
  return View::eventFilter(watched, event);
}

}  // namespace learnscope
