// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace learnscope {

/// Text for an XML element or attribute: escaped, without the control characters that XML 1.0 has no place for.
QString xmlText(const QString& text);

}  // namespace learnscope
