// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/dot_crowd.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

// Of a pixel's side to the dots' radius, and its bounds: an eighth of a millimetre is finer than the eye at a page.
constexpr double pixelShare = 0.25, finestPixel = 0.2, coarsestPixel = 0.5;

/// Which pixels of a rectangle opaque dots have covered so far, the topmost dot first.
class Cover {
 public:
  Cover(const QRectF& rect, double pixel)
      : pixel_(pixel),
        left_(rect.left()),
        top_(rect.top()),
        width_(static_cast<int>(rect.width() / pixel) + 1),
        height_(static_cast<int>(rect.height() / pixel) + 1),
        covered_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)),
        largest_(covered_.size()) {}

  /// Whether something of a dot is seen; an opaque one then hides what comes later.
  bool take(QPointF centre, double radius, bool opaque) {
    const double x = (centre.x() - left_) / pixel_, y = (centre.y() - top_) / pixel_, r = radius / pixel_;
    float& largest = largest_[index(static_cast<int>(x), static_cast<int>(y))];
    if (largest >= radius) return false;  // one at the same pixel hides it
    bool seen = false, any = false;
    const int from = std::max(0, static_cast<int>(std::ceil(y - r - 0.5)));
    const int to = std::min(height_ - 1, static_cast<int>(std::floor(y + r - 0.5)));
    for (int row = from; row <= to; ++row) {
      const double up = row + 0.5 - y, half = std::sqrt(std::max(0.0, r * r - up * up));
      const int begin = std::max(0, static_cast<int>(std::ceil(x - half - 0.5)));
      const int end = std::min(width_ - 1, static_cast<int>(std::floor(x + half - 0.5)));
      if (begin > end) continue;
      any = true;
      std::uint8_t* first = &covered_[index(begin, row)];
      std::uint8_t* last = first + (end - begin + 1);
      seen = seen || std::find(first, last, 0) != last;
      if (opaque) std::fill(first, last, 1);
    }
    if (opaque) largest = static_cast<float>(radius);
    return seen || !any;  // it may lie between the centres of pixels
  }

 private:
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }

  double pixel_, left_, top_;
  int width_, height_;
  std::vector<std::uint8_t> covered_;
  std::vector<float> largest_;  ///< radius of the opaque dots with their centre in a pixel
};

}  // namespace

std::vector<std::size_t> visibleDots(const std::vector<Dot>& dots, const Mapper& mapper, double unit, double pixel) {
  Cover cover(mapper.rect, pixel);
  std::vector<std::size_t> seen;
  for (std::size_t i = dots.size(); i-- > 0;) {
    const Dot& dot = dots[i];
    const QPointF centre = mapper.point(dot.at);
    if (!isPlain(dot) || !std::isfinite(dot.at.x()) || !std::isfinite(dot.at.y()) || !mapper.rect.contains(centre))
      continue;
    if (cover.take(centre, dot.radius * unit, dot.color.alpha() == 255)) seen.push_back(i);
  }
  std::reverse(seen.begin(), seen.end());
  return seen;
}

void drawCrowd(QPainter& painter, const Mapper& mapper, const std::vector<Dot>& dots, double unit) {
  double least = HUGE_VAL;
  for (const Dot& dot : dots) least = std::min(least, dot.radius * unit);
  const double pixel = std::clamp(pixelShare * least, finestPixel, coarsestPixel);
  QPolygonF run;  // of one colour and size: few words in a file
  const Dot* first = nullptr;
  const auto finish = [&] {
    if (run.isEmpty()) return;
    painter.setPen(QPen(first->color, 2 * first->radius * unit, Qt::SolidLine, Qt::RoundCap));
    painter.drawPoints(run);
    run.clear();
  };
  for (const std::size_t i : visibleDots(dots, mapper, unit, pixel)) {
    const Dot& dot = dots[i];
    if (first && (dot.color != first->color || dot.radius != first->radius)) finish();
    first = &dot;
    run << mapper.point(dot.at);
  }
  finish();
}

}  // namespace learnscope
