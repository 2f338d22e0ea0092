// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

#include "widgets/scene/scene_snapshot.h"

namespace learnscope {

/// An item under the mouse.
struct PickedItem {
  std::size_t layer = 0;  ///< index in SceneSnapshot::layers
  std::size_t item = 0;   ///< row in that layer
  std::int64_t id = 0;    ///< its stable id
  QString select;         ///< the layer's kind of selection; may be ""
  Vec3 at;
  double radius = 0;  ///< scene units, for a mark around it
  bool operator==(const PickedItem&) const = default;
};

/// The nearest item to the eye within `tolerance` logical pixels of `place`; of those that contain the place if there
/// are any. Layers without ids have no items.
std::optional<PickedItem> pickItem(const SceneSnapshot& snapshot, QPointF place, double tolerance = 4);

}  // namespace learnscope
