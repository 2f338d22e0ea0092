// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <functional>

namespace learnscope {

/// Replaces "{measure}" and "{measure:.3f}" (digits after the point; .3g significant ones) by `value(measure)`; {step}
/// is the cursor's. A brace that opens no known form stays as it is.
QString filledText(const QString& pattern, const std::function<double(const QString&)>& value);

}  // namespace learnscope
