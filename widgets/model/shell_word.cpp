// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/shell_word.h"

#include <QRegularExpression>

namespace learnscope {

QString shellWord(QString text) {
  static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_.,=/+-]+$"));
  if (plain.match(text).hasMatch()) return text;
  return QLatin1Char('\'') + text.replace(QLatin1Char('\''), QLatin1String("'\\''")) + QLatin1Char('\'');
}

}  // namespace learnscope
