// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/pdf_page.h"

#include <QRegularExpression>
#include <QString>

namespace learnscope {

QByteArray withExactPage(const QByteArray& pdf, double width, double height) {
  static const QRegularExpression box(QStringLiteral(R"(/MediaBox \[\s*0\s+0\s+([0-9.]+)\s+([0-9.]+)\s*\])"));
  // Latin-1 keeps one character a byte, so offsets are those of the file.
  const QString text = QString::fromLatin1(pdf);
  const QRegularExpressionMatch found = box.match(text);
  const qsizetype table = text.lastIndexOf(QLatin1String("\nxref\n"));
  const qsizetype start = text.lastIndexOf(QLatin1String("startxref"));
  if (!found.hasMatch() || table < 0 || start < 0) return pdf;
  const double top = found.captured(2).toDouble();
  const QByteArray exact = QStringLiteral("/MediaBox [0 %1 %2 %3]")
                               .arg(top - height, 0, 'f', 4)
                               .arg(width, 0, 'f', 4)
                               .arg(top, 0, 'f', 4)
                               .toLatin1();
  const qsizetype change = exact.size() - found.capturedLength();
  QByteArray result = pdf;
  // From the end to the front, so that earlier offsets stay valid: the table's own place, its entries, the box.
  const qsizetype digits = start + 10;
  const qsizetype line = result.indexOf('\n', digits);
  result.replace(digits, line - digits, QByteArray::number(result.mid(digits, line - digits).toLongLong() + change));
  static const QRegularExpression entry(QStringLiteral(R"((\d{10}) \d{5} n)"));
  for (auto match = entry.globalMatch(text, table); match.hasNext();) {
    const QRegularExpressionMatch one = match.next();
    const qlonglong offset = one.captured(1).toLongLong();
    if (offset > found.capturedStart())
      result.replace(one.capturedStart(1), 10, QByteArray::number(offset + change).rightJustified(10, '0'));
  }
  return result.replace(found.capturedStart(), found.capturedLength(), exact);
}

}  // namespace learnscope
