// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>

#include "widgets/model/theme.h"
#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

struct OverlayStyle {
  Theme theme;
  QFont font;
  double line = 1;          ///< width of thin lines, painter units
  QString caption;          ///< "step 1,240", at the bottom right
  bool orientation = true;  ///< the small x, y, z hint at the bottom left
  double top = 0;           ///< height that tools cover at the top
};

/// Everything in a scene that is text or a thin line: axes, labels, rings, colour bars, caption. Projected with the
/// snapshot's camera into `rect`, so it fits the picture there; only vectors and real text.
void paintOverlay(QPainter& painter, const QRectF& rect, const SceneSnapshot& snapshot, const OverlayStyle& style);

/// Round numbers in [low, high], about `count` of them, as an axis shows them.
std::vector<double> roundTicks(double low, double high, int count);

}  // namespace learnscope
