// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/description.h"

namespace learnscope {

/// Layers as they are drawn for measures whose items have names (Measure::items; resources/docs/views.md, "Items with
/// names"): `"each": true` becomes one layer an item, `"row": "last"` the last item, `"labels": "items"` their names,
/// and
/// "{name}" in a label that of the layer's row. Layers of rows beyond the last item are left out.
std::vector<Json> withItemNames(const std::vector<Json>& layers, const Description& description);

}  // namespace learnscope
