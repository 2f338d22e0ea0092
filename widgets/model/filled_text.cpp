// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/filled_text.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>

#include "widgets/plots/scale_map.h"

namespace learnscope {

QString filledText(const QString& pattern, const std::function<double(const QString&)>& value) {
  static const QRegularExpression hole(QStringLiteral(R"(\{([A-Za-z][A-Za-z0-9.\-]*)(?::\.(\d{1,2})([fg]))?\})"));
  QString text;
  qsizetype end = 0;
  for (auto found = hole.globalMatch(pattern); found.hasNext();) {
    const QRegularExpressionMatch match = found.next();
    text += QStringView(pattern).mid(end, match.capturedStart() - end);
    end = match.capturedEnd();
    const double number = value(match.captured(1));
    if (match.captured(3) == QLatin1String("f") && std::isfinite(number))
      text += QString::number(number, 'f', match.captured(2).toInt());
    else
      text += formatNumber(number, match.captured(2).isEmpty() ? 4 : std::max(1, match.captured(2).toInt()));
  }
  return text += QStringView(pattern).mid(end);
}

}  // namespace learnscope
