// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace learnscope {

/// The symbolic icon resources/icons/<name>.svg in the colour of the text around it: it follows the palette by itself.
QIcon symbolicIcon(const QString& name);

}  // namespace learnscope
