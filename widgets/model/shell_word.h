// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace learnscope {

/// A text as one word of a POSIX shell's command line: quoted where it has to be.
QString shellWord(QString text);

}  // namespace learnscope
