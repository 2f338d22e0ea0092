// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "engine/core/event.h"
#include "widgets/model/theme.h"
#include "widgets/scene/scene_snapshot.h"
#include "widgets/scene/scene_spec.h"

namespace learnscope {

/// Where a scene's values come from: a run at the cursor, or a test's arrays.
struct SceneSource {
  std::int64_t step = 0;      ///< the cursor
  std::int64_t wholeRun = 0;  ///< steps the run is to have, 0: not known
  /// The value of a binding at a step; nothing where there is none (yet).
  std::function<std::optional<Bound>(const Binding&, std::int64_t step)> value;
  /// The last `count` steps at or before the cursor at which a measure was recorded, ascending.
  std::function<std::vector<std::int64_t>(const std::string& measure, std::size_t count)> steps;
  /// Detected so far, in any order.
  std::function<std::vector<Event>()> events = [] { return std::vector<Event>(); };
  /// The other shown runs, each at its own newest step.
  std::vector<SceneSource> others = {};
  /// Runs compared with this one: their moving marks are drawn at the same step, see-through, in their run's colour.
  std::vector<SceneSource> ghosts = {};
  QString ghostColor = {};  ///< of a ghost: key of Theme::color
  /// What a measure is called; its id by default.
  std::function<QString(const std::string& measure)> title = [](const std::string& id) {
    return QString::fromStdString(id);
  };
};

/// The marks, labels, rings, colour bars, axes, floor and bounds of a scene at the cursor; camera, size and quality are
/// the caller's. A layer whose values are not there yet is left out. Pure: the same source gives the same snapshot.
SceneSnapshot bindScene(const SceneSpec& spec, const SceneSource& source, const Theme& theme,
                        const Selection& selection);

}  // namespace learnscope
