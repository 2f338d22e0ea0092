// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/item_view.h"

#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope {

std::pair<double, double> extentOf(const std::vector<double>& values) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return {low, high};
}

ItemView::ItemView(ViewSpec viewSpec, SessionModel& sessionModel, QWidget* parent)
    : PlotView(std::move(viewSpec), sessionModel, parent),
      feed_(model(), QStringLiteral("view.") + QString::fromStdString(spec().id)) {
  connect(&feed_, &AnalysisFeed::arrived, this, [this] {
    if (isVisible()) refresh();
  });
  connect(&model(), &SessionModel::cursorChanged, this, [this] {
    if (isVisible()) refresh();
  });
}

void ItemView::rebuild() {
  live_.clear();
  run_ = run();
  readLayers(spec().layers(config(), run_ ? run_->description() : model().description()));
}

bool ItemView::update() {
  if (!run_) return false;
  bool changed = false;
  for (const auto& binding : live_) changed |= binding->update(model(), *run_, model().cursor(), &feed_);
  if (const QString now = failure(); now != failed_) {
    failed_ = now;
    changed = true;
  }
  return updateMore() || changed;
}

std::shared_ptr<LiveBinding> ItemView::live(const Binding& binding) {
  live_.push_back(std::make_shared<LiveBinding>(binding));
  return live_.back();
}

AxisView ItemView::axis(const char* name, const QString& title) const {
  AxisView result;
  result.title = axisTitle(spec().json, name, title);
  if (spec().json.contains(name))
    result.scale = ScaleMap::parse(QString::fromStdString(spec().json[name].value("scale", std::string())));
  return result;
}

std::vector<double> ItemView::channel(const std::shared_ptr<LiveBinding>& binding, const Bound& reference,
                                      double fallback) {
  if (!binding || !binding->value()) return std::vector<double>(reference.items(), fallback);
  return binding->value()->forItems(reference);
}

QString ItemView::itemText(std::int64_t id) const {
  return (selectKind().isEmpty() ? tr("item") : selectKind()) + ' ' + QString::number(id);
}

// The items of the first layer, as the arrow keys go through them.
std::vector<std::int64_t> ItemView::itemIds() const {
  std::vector<std::int64_t> ids;
  for (const auto& binding : live_) {
    if (!binding->value() || binding->value()->itemIndex || binding->value()->scalar()) continue;
    for (std::size_t i = 0; i < binding->value()->items(); ++i) ids.push_back(binding->value()->id(i));
    break;
  }
  return ids;
}

void ItemView::stepBy(int by) {
  const std::vector<std::int64_t> ids = itemIds();
  if (ids.empty() || selectKind().isEmpty()) return;
  const auto now = std::find_if(ids.begin(), ids.end(), [this](std::int64_t id) { return isSelected(id); });
  const auto n = static_cast<std::ptrdiff_t>(ids.size());
  const std::ptrdiff_t next = now == ids.end() ? (by > 0 ? 0 : n - 1) : (now - ids.begin() + by + n) % n;
  model().userSelect({selectKind(), {ids[static_cast<std::size_t>(next)]}});
}

QString ItemView::spokenText() const {
  const std::vector<std::int64_t> ids = itemIds();
  QString text = PlotView::spokenText();
  if (ids.empty() || !canvas().chart().empty.isEmpty()) return text;
  text += tr(" %n item(s)", nullptr, static_cast<int>(ids.size()));
  for (const std::int64_t id : ids)
    if (isSelected(id)) text += QStringLiteral("; ") + tr("%1 selected").arg(itemText(id));
  return text;
}

void ItemView::clickedAt(const QPointF& coordinates, const QPointF&) {
  const auto found = hit(coordinates);
  if (found && found->item) selectItem(*found->item);
}

void ItemView::hoveredAt(const std::optional<QPointF>& coordinates, const QPointF& position) {
  const auto found = coordinates ? hit(*coordinates) : std::nullopt;
  if (!found) {
    QToolTip::hideText();
    return;
  }
  QToolTip::showText(canvas().mapToGlobal(position.toPoint()), found->text, &canvas());
}

}  // namespace learnscope
