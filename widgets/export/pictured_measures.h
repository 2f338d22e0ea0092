// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>

#include "widgets/model/view_spec.h"

namespace learnscope {

/// The measures that a page shows as pictures or heat maps: an export that holds images has them as images.
std::set<std::string> picturedMeasures(const LabPage& page);

}  // namespace learnscope
