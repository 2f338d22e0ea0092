// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/lines_view.h"

#include <QActionGroup>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFontMetricsF>
#include <QMenu>
#include <QMimeData>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/model/run_name.h"

namespace learnscope {

LinesView::LinesView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : PlotView(std::move(viewSpec), sessionModel, parent),
      context_{canvas(),
               model(),
               {},
               {},
               0,
               false,
               [this] {
                 markDirty();
                 if (isVisible()) refresh();
               }},
      source_(xSourceOf(spec().json)) {
  context_.x = pageScale("x");
  context_.y = pageScale("y");
  setAcceptDrops(true);
  header().setSmoothable(true);
  connect(&header(), &PlotHeader::smoothingChanged, this, &LinesView::setSmoothing);
  const auto overlay = [this] {
    if (!isVisible()) return;
    showValues();
    canvas().redrawOverlay();
  };
  connect(&model(), &SessionModel::hoverChanged, this, overlay);
  connect(&model(), &SessionModel::cursorChanged, this, overlay);
  connect(&model(), &SessionModel::comparisonChanged, &canvas(), &PlotCanvas::resetZoom);
}

LinesView::~LinesView() = default;

ScaleMap LinesView::pageScale(const char* axis) const {
  const Json& json = spec().json;
  return ScaleMap::parse(json.contains(axis) ? QString::fromStdString(json[axis].value("scale", std::string()))
                                             : QString());
}

PanelStyle LinesView::panelStyle() const {
  PanelStyle panel = PlotView::panelStyle();
  if (context_.x.kind != pageScale("x").kind) panel.x.scale = context_.x.name().toStdString();
  if (context_.y.kind != pageScale("y").kind) panel.y.scale = context_.y.name().toStdString();
  if (context_.smoothing > 0) panel.smoothing = context_.smoothing;
  return panel;
}

void LinesView::showPanelStyle(const PanelStyle& panel) {
  refresh();
  if (panel.x.scale) setXScale(ScaleMap::parse(QString::fromStdString(*panel.x.scale)).kind);
  if (panel.y.scale) setYScale(ScaleMap::parse(QString::fromStdString(*panel.y.scale)).kind);
  if (panel.smoothing) setSmoothing(*panel.smoothing);
  PlotView::showPanelStyle(panel);
}

void LinesView::rebuild() {
  layers_.clear();
  const Comparison& comparison = model().comparison();
  comparing_ = comparison.mode != Comparison::Mode::Off && model().runs(QStringLiteral("shown")).size() > 1;
  const auto runs = model().runs(comparing_ ? QStringLiteral("shown") : runsBinding(spec()));
  current_ = run();
  if (comparing_) current_ = model().run();
  if (current_ && std::find(runs.begin(), runs.end(), model().run()) != runs.end()) current_ = model().run();
  // Differences have both signs.
  if (comparing_ && comparison.mode == Comparison::Mode::Difference && context_.y.kind == ScaleMap::Kind::Log) {
    context_.y = {ScaleMap::Kind::Symlog, 1};
    wasLog_ = true;
  } else if (wasLog_ && comparison.mode != Comparison::Mode::Difference) {
    context_.y = {ScaleMap::Kind::Log, 1};
    wasLog_ = false;
  }
  axis_.reset();
  markersSeen_ = 0;
  if (!current_) return;
  axis_ = comparing_ ? comparedAxis(model(), current_, source_) : std::make_unique<StepAxis>(current_, source_);
  std::vector<Json> layers = spec().layers(config(), current_->description());
  layers.insert(layers.end(), added_.begin(), added_.end());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    LineSpec line = LineSpec::parse(layers[i], "/layers/" + std::to_string(i), static_cast<int>(i), spec().json,
                                    current_->description());
    const Measure* measure = current_->description().measure(line.y.measure);
    const bool array = measure && measure->kind == MeasureKind::Array;
    if (comparing_ && !array)
      layers_.push_back(comparedLayer(std::move(line), context_, runs, current_, source_));
    else
      layers_.push_back(array ? itemLayer(std::move(line), context_, current_, source_)
                              : scalarLayer(std::move(line), context_, runs, current_, source_));
    layers_.back()->setSmoothing(context_.smoothing);
  }
  restyle();
}

void LinesView::restyle() {
  for (const auto& layer : layers_) layer->restyle(canvas().theme(), model().selection());
}

bool LinesView::update() {
  context_.wait = waiting();
  bool changed = false;
  for (const auto& layer : layers_) changed |= layer->update();
  if (changed && syncThreshold()) rescale();
  if (current_) {
    const std::size_t markers = current_->events().size() + current_->journal().size();
    changed |= markers != markersSeen_ || targetSeen_ != current_->targetSteps();
    markersSeen_ = markers;
    targetSeen_ = current_->targetSteps();
  }
  if (changed) showValues();
  return changed;
}

// A symlog axis is linear below a thousandth of the power of ten that holds all values.
bool LinesView::syncThreshold() {
  if (context_.y.kind != ScaleMap::Kind::Symlog) return false;
  Extent extent;
  for (const auto& layer : layers_) extent.add(layer->yExtent());
  if (extent.empty()) return false;
  const double most = std::max(std::abs(context_.y.inverse(extent.low)), std::abs(context_.y.inverse(extent.high)));
  const double threshold = most > 0 ? std::pow(10.0, std::ceil(std::log10(most) - 1e-9) - 3) : 1;
  if (std::abs(std::log10(threshold / context_.y.threshold)) < 0.5) return false;
  context_.y.threshold = threshold;
  return true;
}

void LinesView::rescale() {
  for (const auto& layer : layers_) layer->rescale();
  for (const auto& layer : layers_) layer->update();
}

void LinesView::setSmoothing(double weight) {
  context_.smoothing = std::clamp(weight, 0.0, 0.9999);
  header().setSmoothing(context_.smoothing);
  for (const auto& layer : layers_) layer->setSmoothing(context_.smoothing);
  restyle();
  showValues();
  canvas().replot();
}

void LinesView::setYScale(ScaleMap::Kind kind) {
  if (kind == context_.y.kind) return;
  wasLog_ = false;  // the user's choice stays
  context_.y = {kind, 1};
  rescale();
  if (syncThreshold()) rescale();
  canvas().resetZoom();
  showChart();
}

void LinesView::setXScale(ScaleMap::Kind kind) {
  if (kind == context_.x.kind) return;
  context_.x = {kind, 1};
  rescale();
  canvas().resetZoom();
  showChart();
}

void LinesView::addMeasure(const std::string& measure) {
  const Description& description = current_ ? current_->description() : model().description();
  if (!description.measure(measure)) {
    std::vector<std::string> known;
    for (const Measure& other : description.measures) known.push_back(other.id);
    const std::string nearest = nearestName(measure, known);
    throw ConfigError("measure", measure,
                      nearest.empty() ? "expected a measure of this lab" : "did you mean " + nearest + "?");
  }
  added_.push_back(Json{{"mark", "line"}, {"y", measure}});
  rebuild();
  markDirty();
  refresh();
}

AxisView LinesView::xAxisView() const {
  AxisView axis;
  axis.scale = context_.x;
  const QString fallback = source_ == XSource::WallTime ? tr("seconds")
                           : source_ == XSource::Epoch  ? tr("epoch")
                                                        : tr("step");
  axis.title = axisTitle(spec().json, "x", fallback);
  if (comparing_ && model().comparison().align == Comparison::Align::WallTime) axis.title = tr("seconds");
  if (comparing_ && model().comparison().align == Comparison::Align::Event) {
    const EventRule* rule = current_->description().event(model().comparison().event);
    axis.title =
        tr("%1 since %2").arg(axis.title, QString::fromStdString(rule ? rule->title : model().comparison().event));
  }
  Extent extent;
  for (const auto& layer : layers_) extent.add(layer->xExtent());
  if (const auto given = rangeGiven(spec().json, "x")) {
    axis.low = context_.x.forward(given->first);
    axis.high = context_.x.forward(given->second);
    if (std::isfinite(axis.low) && std::isfinite(axis.high)) return axis;
  }
  if (extent.empty()) return axis;
  if (context_.x.kind != ScaleMap::Kind::Linear) {
    std::tie(axis.low, axis.high) = padded(extent.low, extent.high, 0.01);
    return axis;
  }
  // While training the axis grows in round steps, so that the curve is not squeezed at every frame.
  const bool live = current_ && current_->state() == RunState::Running;
  const auto target = source_ == XSource::Step && current_ ? static_cast<double>(current_->targetSteps()) : 0;
  axis.low = std::min(0.0, extent.low);
  axis.high = extent.high;
  if (live) {
    axis.high = roundUp(extent.high);
    if (target >= extent.high) axis.high = std::min(axis.high, target);
  }
  if (!(axis.high > axis.low)) axis.high = axis.low + 1;
  return axis;
}

AxisView LinesView::yAxisView() const {
  AxisView axis;
  axis.scale = context_.y;
  axis.title = axisTitle(spec().json, "y");
  const bool difference = comparing_ && model().comparison().mode == Comparison::Mode::Difference;
  if (difference) axis.title = axis.title.isEmpty() ? tr("difference") : tr("%1, difference").arg(axis.title);
  if (const auto given = rangeGiven(spec().json, "y"); given && !difference) {
    axis.low = context_.y.forward(given->first);
    axis.high = context_.y.forward(given->second);
    if (std::isfinite(axis.low) && std::isfinite(axis.high)) {
      std::tie(axis.low, axis.high) = padded(axis.low, axis.high, 0.02);
      return axis;
    }
  }
  Extent extent;
  for (const auto& layer : layers_) extent.add(layer->yExtent());
  std::tie(axis.low, axis.high) = padded(extent.low, extent.high, 0.05);
  return axis;
}

Chart LinesView::chart(const Theme& theme) {
  Chart result;
  result.title = spec().title;
  result.x = xAxisView();
  result.y = yAxisView();
  bool any = false;
  for (const auto& layer : layers_) {
    layer->addRibbons(result.marks, theme);
    const QColor color = comparing_ ? theme.text : theme.color(layer->spec().color.key);
    result.legend.push_back({layer->spec().label, color, LegendEntry::Shape::Line, layer->spec().dash});
    any |= !layer->xExtent().empty();
  }
  if (comparing_)
    for (const std::shared_ptr<Run>& shown : model().runs(QStringLiteral("shown")))
      result.legend.push_back(
          {runName(model(), *shown), theme.category(model().colorOf(*shown)), LegendEntry::Shape::Line, 0});
  if (!any) {
    result.legend.clear();
    result.empty = emptyText();
  } else if (spec().json.value("markers", true) && axis_) {
    RunMarkers markers = markersOf(*current_, *axis_, context_.x, result.x.high);
    result.spans = std::move(markers.spans);
    result.flags = std::move(markers.flags);
  }
  return result;
}

Chart LinesView::figureChart(const Theme& theme) {
  Chart result = chart(theme);
  result.marks.clear();
  applyFrame(result);
  for (const auto& layer : layers_) layer->addMarks(result.marks, theme, result.x.low, result.x.high, figureColumns);
  return result;
}

std::optional<double> LinesView::cursorCoordinate() const {
  if (!axis_) return std::nullopt;
  const double x = context_.x.forward(axis_->x(model().cursor()));
  return std::isfinite(x) ? x : -std::numeric_limits<double>::infinity();  // a log axis has no place for step 0
}

std::vector<Readout> LinesView::readouts(const LineLayer& layer, std::int64_t step) const {
  std::vector<Readout> result = layer.readouts(step, canvas().theme());
  if (layer.spec().against.empty()) return result;
  std::vector<double> measured;
  for (const auto& other : layers_)
    if (other->spec().y.measure == layer.spec().against)
      for (const Readout& readout : other->readouts(step, canvas().theme())) measured.push_back(readout.value);
  if (measured.size() != result.size()) return result;
  for (std::size_t i = 0; i < result.size(); ++i)
    if (const double residual = std::abs(result[i].value - measured[i]); std::isfinite(residual))
      result[i].residual = residual;
  return result;
}

// The values at the cursor, or under the mouse, in the legend; of a formula the largest residual.
void LinesView::showValues() {
  const std::int64_t step = model().hoverStep().value_or(model().cursor());
  std::vector<QString> values;
  for (const auto& layer : layers_) {
    QString text;
    std::optional<double> residual;
    for (const Readout& readout : readouts(*layer, step)) {
      if (readout.main) text = formatNumber(readout.value);
      if (readout.residual) residual = std::max(residual.value_or(0), *readout.residual);
    }
    if (residual) text = QStringLiteral("\u0394 ") + formatNumber(*residual);
    values.push_back(text);
  }
  header().setValues(std::move(values));
}

void LinesView::clickedAt(const QPointF& coordinates, const QPointF&) {
  const double perPixel = canvas().yAxis->range().size() / std::max(1, canvas().axisRect()->height());
  if (!selectKind().isEmpty()) {
    for (const auto& layer : layers_) {
      if (const auto item = layer->itemAt(coordinates.x(), coordinates.y(), perPixel)) {
        selectItem(*item);
        return;
      }
    }
  }
  if (axis_)
    model().userCursor(
        std::clamp<std::int64_t>(axis_->step(context_.x.inverse(coordinates.x())), 0, current_->lastStep()));
}

// To the record before or after the cursor.
void LinesView::stepBy(int by) {
  std::optional<std::int64_t> nearest;
  for (const auto& layer : layers_)
    if (const auto step = layer->recordBeside(model().cursor(), by))
      if (!nearest || std::abs(*step - model().cursor()) < std::abs(*nearest - model().cursor())) nearest = step;
  if (nearest) model().userCursor(*nearest);
}

void LinesView::hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) {
  if (!coordinates || !axis_) {
    model().setHoverStep(std::nullopt);
    return;
  }
  model().setHoverStep(
      std::clamp<std::int64_t>(axis_->step(context_.x.inverse(coordinates->x())), 0, current_->lastStep()));
  const Mapper mapper = canvas().mapper();
  for (const Flag& flag : canvas().chart().flags) {
    if (std::abs(mapper.x(flag.at) - position.x()) > 3) continue;
    QToolTip::showText(canvas().mapToGlobal(position.toPoint()), flag.label, &canvas());
    return;
  }
  QToolTip::hideText();
}

void LinesView::drawOverlay(QPainter& painter) {
  if (!axis_ || layers_.empty() || !canvas().chart().empty.isEmpty()) return;
  const Mapper mapper = canvas().mapper();
  const Theme& theme = canvas().theme();
  painter.setRenderHint(QPainter::Antialiasing, true);
  const auto lineAt = [&](double x, const QColor& color, Qt::PenStyle dash) {
    painter.setPen(QPen(color, 1, dash));
    const double crisp = std::floor(x) + 0.5;
    painter.drawLine(QPointF(crisp, mapper.rect.top()), QPointF(crisp, mapper.rect.bottom()));
  };
  if (!model().following())
    lineAt(mapper.x(context_.x.forward(axis_->x(model().cursor()))), theme.accent, Qt::SolidLine);
  const auto hover = model().hoverStep();
  if (!hover) return;
  const double x = mapper.x(context_.x.forward(axis_->x(*hover)));
  if (x < mapper.rect.left() - 1 || x > mapper.rect.right() + 1) return;
  lineAt(x, theme.faint, Qt::SolidLine);
  drawReadouts(painter, mapper, x, *hover);
}

void LinesView::drawReadouts(QPainter& painter, const Mapper& mapper, double x, std::int64_t step) const {
  struct Label {
    QString text;
    QColor color;
    double y;
  };
  const DrawStyle style = canvas().drawStyle();
  const QFontMetricsF metrics(style.font);
  const double height = metrics.height() + 1;
  std::vector<Label> labels;
  std::vector<Readout> all;
  for (const auto& layer : layers_)
    for (Readout& readout : readouts(*layer, step)) all.push_back(std::move(readout));
  for (const Readout& readout : all) {
    const double y = mapper.y(context_.y.forward(readout.value));
    if (!std::isfinite(y) || y < mapper.rect.top() - 1 || y > mapper.rect.bottom() + 1) continue;
    painter.setPen(QPen(style.theme.plotBackground, 1));
    painter.setBrush(readout.color);
    painter.drawEllipse(QPointF(x, y), 3.2, 3.2);
    QString text = readout.label + QStringLiteral("  ") + formatNumber(readout.value);
    if (readout.residual) text += QStringLiteral("  (\u0394 %1)").arg(formatNumber(*readout.residual));
    labels.push_back({std::move(text), readout.color, y});
  }
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
  const auto most = static_cast<std::size_t>(std::max(1.0, mapper.rect.height() / height - 1));
  if (labels.size() > most) labels.resize(most);
  // Pushed down where they would overlap, then back up from the lower edge.
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i].y = std::max(labels[i].y - height / 2, i ? labels[i - 1].y + height : mapper.rect.top());
  }
  for (std::size_t i = labels.size(); i-- > 0;) {
    const double lowest = i + 1 < labels.size() ? labels[i + 1].y - height : mapper.rect.bottom() - height;
    labels[i].y = std::min(labels[i].y, lowest);
  }
  double widest = 0;
  for (const Label& label : labels) widest = std::max(widest, metrics.horizontalAdvance(label.text));
  const bool left = x + widest + 14 > mapper.rect.right();
  painter.setFont(style.font);
  for (const Label& label : labels) {
    const double width = metrics.horizontalAdvance(label.text);
    const QRectF place(left ? x - width - 15 : x + 7, label.y, width + 8, height);
    QColor veil = style.theme.plotBackground;
    veil.setAlphaF(0.88f);
    painter.setPen(Qt::NoPen);
    painter.setBrush(veil);
    painter.drawRoundedRect(place, 3, 3);
    painter.setPen(style.theme.text);
    painter.drawText(QPointF(place.left() + 4, place.top() + metrics.ascent()), label.text);
    painter.fillRect(QRectF(left ? place.right() : place.left() - 2, place.top() + 2, 2, height - 4), label.color);
  }
}

void LinesView::addScaleMenu(QMenu& menu, const QString& title, bool horizontal) {
  QMenu* scales = menu.addMenu(title);
  auto* group = new QActionGroup(scales);
  const ScaleMap::Kind now = horizontal ? context_.x.kind : context_.y.kind;
  const std::vector<std::pair<QString, ScaleMap::Kind>> kinds{
      {tr("Linear"), ScaleMap::Kind::Linear}, {tr("Log"), ScaleMap::Kind::Log}, {tr("Symlog"), ScaleMap::Kind::Symlog}};
  for (const auto& [name, kind] : kinds) {
    if (horizontal && kind == ScaleMap::Kind::Symlog) continue;
    QAction* action = scales->addAction(name, this, [this, horizontal, chosen = kind] {
      if (horizontal)
        setXScale(chosen);
      else
        setYScale(chosen);
    });
    action->setCheckable(true);
    action->setChecked(kind == now);
    group->addAction(action);
  }
}

void LinesView::fillMenu(QMenu& menu) {
  addScaleMenu(menu, tr("Y scale"), false);
  addScaleMenu(menu, tr("X scale"), true);
  QMenu* smooth = menu.addMenu(tr("Smoothing"));
  for (const double weight : {0.0, 0.6, 0.9, 0.97, 0.99}) {
    const QString name = weight == 0 ? tr("None") : tr("Mean over about %1 records").arg(std::lround(1 / (1 - weight)));
    QAction* action = smooth->addAction(name, this, [this, weight] { setSmoothing(weight); });
    action->setCheckable(true);
    action->setChecked(std::abs(weight - context_.smoothing) < 0.005);
  }
  menu.addSeparator();
  PlotView::fillMenu(menu);
}

void LinesView::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasFormat(QLatin1String(measureMimeType))) event->acceptProposedAction();
}

void LinesView::dropEvent(QDropEvent* event) {
  try {
    addMeasure(event->mimeData()->data(QLatin1String(measureMimeType)).toStdString());
    event->acceptProposedAction();
  } catch (const Error& error) {
    emit model().problem(QString::fromUtf8(error.what()));
  }
}

QString LinesView::dataCsv() const {
  QString text = QStringLiteral("run,seed,series,step,value\n");
  for (const auto& layer : layers_) layer->addCsv(text);
  return text;
}

}  // namespace learnscope
