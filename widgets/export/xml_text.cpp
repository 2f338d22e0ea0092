// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/xml_text.h"

namespace learnscope {

QString xmlText(const QString& text) {
  QString kept = text;
  const auto forbidden = [](QChar c) {
    return (c.unicode() < 0x20 && c != u'\t' && c != u'\n' && c != u'\r') || c.unicode() == 0xFFFE ||
           c.unicode() == 0xFFFF;
  };
  kept.removeIf(forbidden);
  return kept.toHtmlEscaped();
}

}  // namespace learnscope
