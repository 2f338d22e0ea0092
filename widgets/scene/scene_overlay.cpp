// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_overlay.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <algorithm>
#include <numbers>

namespace learnscope {
namespace {

QString tickText(double value) {
  QString text = QString::number(std::abs(value) < 1e-12 ? 0 : value, 'g', 4);
  return text.replace(QLatin1Char('-'), QChar(0x2212));
}

class OverlayPainter {
 public:
  OverlayPainter(QPainter& painter, const QRectF& rect, const SceneSnapshot& snapshot, const OverlayStyle& style)
      : painter_(painter), rect_(rect), snapshot_(snapshot), style_(style), metrics_(style.font, painter.device()) {}

  void paint() {
    painter_.save();
    painter_.setRenderHint(QPainter::Antialiasing);
    painter_.setFont(style_.font);
    painter_.setClipRect(rect_);
    legends(colorBars());
    caption();
    if (style_.orientation) orientation();
    pictures();
    axes();
    rings();
    labels();
    painter_.restore();
  }

 private:
  double em() const { return metrics_.height(); }

  Projected place(Vec3 point) const {
    Projected p = snapshot_.camera.project(point, {rect_.width(), rect_.height()});
    p.x += rect_.left();
    p.y += rect_.top();
    return p;
  }
  static QPointF at(const Projected& p) { return {p.x, p.y}; }

  bool isFree(const QRectF& box) const {
    return rect_.contains(box) &&
           std::none_of(taken_.begin(), taken_.end(), [&](const QRectF& other) { return other.intersects(box); });
  }

  void text(const QRectF& box, const QString& words, const QColor& color, int flags = Qt::AlignCenter) {
    painter_.setPen(color);
    painter_.drawText(box, flags | Qt::TextSingleLine | Qt::TextDontClip, words);
  }

  // --- colour bars: a stack at the right edge, each with its title above.
  /// Where the stack ends.
  double colorBars() {
    const double margin = 0.9 * em(), width = 0.62 * em();
    const double height = std::clamp(rect_.height() * 0.24, 4 * em(), 9 * em());
    double top = rect_.top() + std::max(style_.top, margin) + 0.4 * em();
    for (const SceneColorBar& bar : snapshot_.colorBars) {
      if (top + height + 2 * em() > rect_.bottom()) return top;
      const double right = rect_.right() - margin;
      const QString title = metrics_.elidedText(bar.title, Qt::ElideRight, rect_.width() * 0.4);
      const QRectF head(right - metrics_.horizontalAdvance(title), top, metrics_.horizontalAdvance(title), em());
      text(head, title, style_.theme.text, Qt::AlignRight | Qt::AlignVCenter);
      if (!title.isEmpty()) top += 1.6 * em();  // the highest tick's text stands half above the box
      const QRectF box(right - width, top, width, height);
      QLinearGradient gradient(box.bottomLeft(), box.topLeft());
      for (int i = 0; i <= 24; ++i) gradient.setColorAt(i / 24.0, mapColor(bar.map, i / 24.0, style_.theme));
      painter_.setPen(QPen(style_.theme.faint, 0.6 * style_.line));
      painter_.setBrush(gradient);
      painter_.drawRoundedRect(box, 0.15 * em(), 0.15 * em());
      double widest = 0;
      const auto [low, high] = bar.byDepth ? depthRange(snapshot_) : std::array<double, 2>{bar.low, bar.high};
      for (const double value : roundTicks(low, high, 4)) {
        const double y = box.bottom() - (value - low) / (high - low) * box.height();
        const QString words = tickText(value);
        widest = std::max(widest, metrics_.horizontalAdvance(words));
        text(QRectF(box.left() - 0.4 * em() - 8 * em(), y - em() / 2, 8 * em(), em()), words, style_.theme.muted,
             Qt::AlignRight | Qt::AlignVCenter);
      }
      taken_.push_back(head.united(box.adjusted(-0.5 * em() - widest, -0.5 * em(), 0, 0.5 * em())));
      top = box.bottom() + 1.2 * em();
    }
    return top;
  }

  // --- names of categories, below the colour bars: a mark (a disc where they have none) and a word each.
  void legends(double top) {
    const double right = rect_.right() - 0.9 * em(), disc = 0.6 * em();
    for (const SceneLegend& legend : snapshot_.legends) {
      const double lines = static_cast<double>(legend.entries.size()) + (legend.title.isEmpty() ? 0.0 : 1.0);
      if (top + 1.25 * em() * lines > rect_.bottom()) return;
      double widest = metrics_.horizontalAdvance(legend.title);
      for (const auto& entry : legend.entries)
        widest = std::max(widest, metrics_.horizontalAdvance(entry.name) + disc + 0.5 * em());
      const QRectF box(right - widest, top, widest, 1.25 * em() * lines);
      taken_.push_back(box);
      QColor veil = style_.theme.plotBackground;
      veil.setAlphaF(0.7F);
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(veil);
      painter_.drawRoundedRect(box.adjusted(-0.4 * em(), -0.2 * em(), 0.4 * em(), 0), 4, 4);
      if (!legend.title.isEmpty()) {
        text({right - widest, top, widest, em()}, legend.title, style_.theme.text, Qt::AlignRight | Qt::AlignVCenter);
        top += 1.25 * em();
      }
      for (const auto& [name, color, mark] : legend.entries) {
        painter_.setPen(Qt::NoPen);
        painter_.setBrush(color);
        paintMark(painter_, mark, {right - disc / 2, top + em() / 2}, disc / 2);
        text({right - widest, top, widest - disc - 0.5 * em(), em()}, name, style_.theme.muted,
             Qt::AlignRight | Qt::AlignVCenter);
        top += 1.25 * em();
      }
      top += 0.6 * em();
    }
  }

  void caption() {
    if (style_.caption.isEmpty()) return;
    const double width = metrics_.horizontalAdvance(style_.caption);
    const QRectF box(rect_.right() - 0.9 * em() - width, rect_.bottom() - 1.7 * em(), width, em());
    text(box, style_.caption, style_.theme.muted, Qt::AlignRight | Qt::AlignVCenter);
    taken_.push_back(box.adjusted(-4, -2, 4, 2));
  }

  // --- pictures in the scene: data, which no text is to cover.
  void pictures() {
    for (const SceneLayer& layer : snapshot_.layers) {
      const auto* shown = std::get_if<Pictures>(&layer.geometry);
      if (!shown || shown->width < 1 || shown->height < 1) continue;
      const double longer = std::max(shown->width, shown->height);
      for (const Vec3f& at : shown->positions) {
        const Projected p = place({at.x, at.y, at.z});
        if (!p.inFront()) continue;
        const double unit = shown->size * p.scale / longer;
        taken_.emplace_back(p.x - shown->width * unit / 2, p.y - shown->height * unit / 2, shown->width * unit,
                            shown->height * unit);
      }
    }
  }

  // --- which way is x, y and z.
  void orientation() {
    const double arm = 1.15 * em();
    const QPointF middle(rect_.left() + 2.3 * em(), rect_.bottom() - 2.3 * em());
    const Camera& camera = snapshot_.camera;
    const Vec3 axes[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    int order[] = {0, 1, 2};  // the one that points away first
    std::sort(order, order + 3,
              [&](int a, int b) { return dot(axes[a], camera.forward()) > dot(axes[b], camera.forward()); });
    for (const int k : order) {
      const QPointF way(dot(axes[k], camera.right()), -dot(axes[k], camera.up()));
      const bool away = dot(axes[k], camera.forward()) > 0.05;
      const QColor color = away ? style_.theme.faint : style_.theme.muted;
      painter_.setPen(QPen(color, 1.3 * style_.line, Qt::SolidLine, Qt::RoundCap));
      painter_.drawLine(middle, middle + way * arm);
      const QPointF tip = middle + way * (arm + 0.5 * em());
      text(QRectF(tip.x() - em(), tip.y() - em() / 2, 2 * em(), em()), QString(QLatin1Char("xyz"[k])), color);
    }
    taken_.push_back(QRectF(middle.x() - 2 * em(), middle.y() - 2 * em(), 4 * em(), 4 * em()));
  }

  // --- axes
  void axes() {
    if (snapshot_.bounds.empty()) return;
    if (snapshot_.axes[0]) floorAxis(0);
    if (snapshot_.axes[1]) floorAxis(1);
    if (snapshot_.axes[2]) uprightAxis();
  }

  /// x or y: along the edge of the floor that is nearer to the reader.
  void floorAxis(int k) {
    const SceneAxis& axis = *snapshot_.axes[k];
    const Bounds& b = snapshot_.bounds;
    const double z = snapshot_.axes[2] ? std::min(snapshot_.axes[2]->low, snapshot_.axes[2]->high) : b.low.z;
    const Vec3 eye = snapshot_.camera.eye(), middle = b.centre();
    const double other = k == 0 ? (eye.y > middle.y ? b.high.y : b.low.y) : (eye.x > middle.x ? b.high.x : b.low.x);
    drawAxis(axis, [&](double s) { return k == 0 ? Vec3{s, other, z} : Vec3{other, s, z}; });
  }

  /// z: at the left of the scene, whatever the camera's side.
  void uprightAxis() {
    const SceneAxis& axis = *snapshot_.axes[2];
    const Bounds& b = snapshot_.bounds;
    const Vec3 middle = b.centre();
    Vec3 best = middle;
    if (snapshot_.axes[0] || snapshot_.axes[1]) {
      double leftmost = 1e300;
      for (const Vec3 corner : {b.low, Vec3{b.low.x, b.high.y, 0}, Vec3{b.high.x, b.low.y, 0}, b.high}) {
        const Projected p = place({corner.x, corner.y, axis.low});
        if (p.inFront() && p.x < leftmost) leftmost = p.x, best = corner;
      }
    } else {
      const double reach = std::max({b.high.x - middle.x, b.high.y - middle.y}) * 1.08;
      best = middle - snapshot_.camera.right() * reach;
    }
    drawAxis(axis, [&](double s) { return Vec3{best.x, best.y, s}; });
  }

  template <class Place>
  void drawAxis(const SceneAxis& axis, Place where) {
    const Projected from = place(where(axis.low)), to = place(where(axis.high));
    if (!from.inFront() || !to.inFront()) return;
    const QPointF along = at(to) - at(from);
    const double size = std::hypot(along.x(), along.y());
    if (size < 2 * em()) return;  // seen end on
    const QPointF unit = along / size;
    // Ticks and texts stand away from the middle of the scene.
    QPointF out(-unit.y(), unit.x());
    const Projected centre = place(snapshot_.bounds.centre());
    const QPointF towards = at(centre) - (at(from) + along / 2);
    if (QPointF::dotProduct(out, towards) > 0) out = -out;
    painter_.setPen(QPen(style_.theme.muted, style_.line, Qt::SolidLine, Qt::RoundCap));
    painter_.drawLine(at(from), at(to));
    const int count = std::clamp(static_cast<int>(size / (3.2 * em())), 2, 6);
    double reach = 0;
    for (const double value : roundTicks(axis.valueLow, axis.valueHigh, count)) {
      const double share = (value - axis.valueLow) / (axis.valueHigh - axis.valueLow);
      const Projected p = place(where(axis.low + share * (axis.high - axis.low)));
      painter_.setPen(QPen(style_.theme.muted, style_.line));
      painter_.drawLine(at(p), at(p) + out * 0.3 * em());
      const QString words = tickText(value);
      const double half = metrics_.horizontalAdvance(words) / 2;
      const double away = 0.45 * em() + std::abs(out.x()) * half + std::abs(out.y()) * em() / 2;
      const QPointF middle = at(p) + out * away;
      const QRectF box(middle.x() - half, middle.y() - em() / 2, 2 * half, em());
      if (!isFree(box)) continue;
      text(box, words, style_.theme.muted);
      taken_.push_back(box.adjusted(-2, 0, 2, 0));
      reach = std::max(reach, away + std::abs(out.x()) * half + std::abs(out.y()) * em() / 2);
    }
    axisTitle(axis.title, at(from) + along / 2 + out * (reach + 0.3 * em()), out, at(to), unit);
  }

  void axisTitle(const QString& title, QPointF beside, QPointF out, QPointF end, QPointF unit) {
    if (title.isEmpty()) return;
    const double half = metrics_.horizontalAdvance(title) / 2;
    const QPointF middle = beside + QPointF(out.x() * half, out.y() * em() / 2);
    QRectF box(middle.x() - half, middle.y() - em() / 2, 2 * half, em());
    for (int tries = 0; tries < 3 && !isFree(box); ++tries) box.translate(out * 0.7 * em());  // past a tick's text
    if (!isFree(box)) {  // above the end of the axis
      const QPointF tip = end + unit * 1.1 * em();
      box.moveCenter(tip);
      box.moveLeft(std::max(box.left(), rect_.left() + 2));
    }
    if (!isFree(box)) return;
    text(box, title, style_.theme.text);
    taken_.push_back(box.adjusted(-2, 0, 2, 0));
  }

  // --- the selection
  void rings() {
    for (const SceneRing& ring : snapshot_.rings) {
      const Projected p = place(ring.at);
      if (!p.inFront()) continue;
      const double radius = std::max(ring.radius * p.scale, 2.0 * style_.line) + 3 * style_.line;
      painter_.setBrush(Qt::NoBrush);
      painter_.setPen(QPen(style_.theme.plotBackground, 4 * style_.line));
      painter_.drawEllipse(at(p), radius, radius);
      painter_.setPen(QPen(ring.color, 2 * style_.line));
      painter_.drawEllipse(at(p), radius, radius);
    }
  }

  // --- labels, none over another
  void labels() {
    struct Candidate {
      const SceneLabel* label;
      Projected at;
    };
    std::vector<Candidate> wanted;
    for (const SceneLabel& label : snapshot_.labels) {
      const Projected p = place(label.rim > 0 ? readableRim(label) : label.at);
      if (p.inFront()) wanted.push_back({&label, p});
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const Candidate& a, const Candidate& b) {
      return a.label->priority != b.label->priority ? a.label->priority > b.label->priority : a.at.depth < b.at.depth;
    });
    for (const Candidate& one : wanted) label(*one.label, one.at);
  }

  /// The place of a circle's rim that is farthest to the right and towards the reader: text to the right of it is free.
  Vec3 readableRim(const SceneLabel& label) const {
    const Camera& camera = snapshot_.camera;
    const double angle = camera.azimuth * std::numbers::pi / 180 + 0.30 * std::numbers::pi;
    return {label.rim * std::cos(angle), label.rim * std::sin(angle), label.at.z};
  }

  void label(const SceneLabel& label, const Projected& p) {
    const double gap = label.clearance * p.scale + 0.25 * em(), width = metrics_.horizontalAdvance(label.text);
    const double h = em();
    const QRectF tries[] = {{p.x - width / 2, p.y - gap - h, width, h},
                            {p.x + gap, p.y - h / 2, width, h},
                            {p.x - gap - width, p.y - h / 2, width, h},
                            {p.x - width / 2, p.y + gap, width, h}};
    // Names of planes stand beside their rim.
    const int first = label.rim > 0 ? 1 : 0;
    for (int k = first; k < 4; ++k) {
      if (!isFree(tries[k])) continue;
      QColor veil = style_.theme.plotBackground;
      veil.setAlphaF(0.55F);
      painter_.setPen(Qt::NoPen);
      painter_.setBrush(veil);
      painter_.drawRoundedRect(tries[k].adjusted(-2, 0, 2, 0), 3, 3);
      text(tries[k], label.text, label.color);
      taken_.push_back(tries[k].adjusted(-2, 0, 2, 0));
      return;
    }
  }

  QPainter& painter_;
  const QRectF rect_;
  const SceneSnapshot& snapshot_;
  const OverlayStyle& style_;
  QFontMetricsF metrics_;
  std::vector<QRectF> taken_;
};

}  // namespace

std::vector<double> roundTicks(double low, double high, int count) {
  if (low > high) std::swap(low, high);
  if (!(high > low) || !std::isfinite(high - low)) return {};
  const double raw = (high - low) / std::max(count - 1, 1), power = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double nice : {1.0, 2.0, 2.5, 5.0}) {
    if (nice * power >= raw * 0.999) {
      step = nice * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k) ticks.push_back(k * step);
  return ticks;
}

void paintOverlay(QPainter& painter, const QRectF& rect, const SceneSnapshot& snapshot, const OverlayStyle& style) {
  OverlayPainter(painter, rect, snapshot, style).paint();
}

}  // namespace learnscope
