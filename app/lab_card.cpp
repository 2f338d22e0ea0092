// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lab_card.h"

#include <QEvent>
#include <QFileInfo>
#include <QPainterPath>
#include <QStyleOption>
#include <QTextLayout>

namespace learnscope {
namespace {

constexpr int margin = 14;
constexpr double radius = 8;
constexpr int summaryLines = 3;

Json parsePage(const Lab& lab) {
  try {
    return parseJson(lab.page(), "page of " + lab.describe().id);
  } catch (const Error&) {
    return Json::object();  // a card needs no page; opening the lab says what is wrong with it
  }
}

QFont titleFont(QFont font) {
  font.setPointSizeF(font.pointSizeF() * 1.2);
  font.setBold(true);
  return font;
}

QFont smallFont(QFont font) {
  font.setPointSizeF(font.pointSizeF() * 0.88);
  return font;
}

// Draws at most `lines` wrapped lines, the last one elided; returns the y below them.
int drawWrapped(QPainter& painter, const QString& text, const QRect& area, int lines) {
  const QFontMetrics metrics(painter.font());
  QTextLayout layout(text, painter.font());
  layout.beginLayout();
  int y = area.top();
  for (int line = 0; line < lines; ++line) {
    QTextLine piece = layout.createLine();
    if (!piece.isValid()) break;
    piece.setLineWidth(area.width());
    QString shown = text.mid(piece.textStart(), piece.textLength());
    if (line == lines - 1) shown = metrics.elidedText(text.mid(piece.textStart()), Qt::ElideRight, area.width());
    painter.drawText(QRect(area.left(), y, area.width(), metrics.lineSpacing()), Qt::AlignLeft | Qt::AlignVCenter,
                     shown);
    y += metrics.lineSpacing();
  }
  layout.endLayout();
  return y;
}

}  // namespace

LabCard::LabCard(const Lab& lab, const QString& thumbnailsFolder, QWidget* parent)
    : QAbstractButton(parent), folder_(thumbnailsFolder), page_(parsePage(lab)), motif_(cardMotif(page_)) {
  const Description description = lab.describe();
  id_ = QString::fromStdString(description.id);
  title_ = QString::fromStdString(description.title);
  summary_ = QString::fromStdString(description.summary);
  source_ = QString::fromStdString(description.source);
  setObjectName(QStringLiteral("card.") + id_);
  setAccessibleName(title_);
  setAccessibleDescription(summary_);
  setToolTip(source_);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::PointingHandCursor);
  setAttribute(Qt::WA_Hover);
}

bool LabCard::matches(const QString& search) const {
  for (const QString& word : search.split(QLatin1Char(' '), Qt::SkipEmptyParts))
    if (!(id_ + QLatin1Char(' ') + title_ + QLatin1Char(' ') + summary_ + QLatin1Char(' ') + source_)
             .contains(word, Qt::CaseInsensitive))
      return false;
  return true;
}

void LabCard::setBadge(const QString& badge) {
  badge_ = badge;
  update();
}

QString LabCard::thumbnailPath(const QString& folder, const QString& lab, bool dark) {
  return QStringLiteral("%1/%2-%3.png").arg(folder, lab, dark ? QStringLiteral("dark") : QStringLiteral("light"));
}

void LabCard::reloadThumbnail() {
  picture_ = QPixmap();
  update();
}

int LabCard::heightForWidth(int width) const {
  const QFontMetrics small(smallFont(font()));
  return pictureHeight(width) + margin + QFontMetrics(titleFont(font())).lineSpacing() + 4 +
         summaryLines * fontMetrics().lineSpacing() + 6 + small.lineSpacing() + margin;
}

QSize LabCard::sizeHint() const {
  const int width = fontMetrics().height() * 17;
  return {width, heightForWidth(width)};
}

const QPixmap& LabCard::picture(const QSize& size) {
  const Theme theme = Theme::current();
  const double ratio = devicePixelRatioF();
  const QSize pixels = size * ratio;
  if (picture_.size() == pixels && dark_ == theme.dark) return picture_;
  dark_ = theme.dark;
  QPixmap thumbnail(thumbnailPath(folder_, id_, theme.dark));
  if (!thumbnail.isNull()) {
    thumbnail = thumbnail.scaled(pixels, Qt::KeepAspectRatioByExpanding, Qt::SmoothTransformation);
    picture_ = thumbnail.copy((thumbnail.width() - pixels.width()) / 2, (thumbnail.height() - pixels.height()) / 2,
                              pixels.width(), pixels.height());
  } else {
    picture_ = QPixmap(pixels);
    picture_.fill(theme.plotBackground);
    QPainter painter(&picture_);
    painter.scale(ratio, ratio);
    paintCard(painter, QRectF(QPointF(0, 0), QSizeF(size)), motif_, cardAccent(page_, theme), theme, qHash(id_, 0));
  }
  picture_.setDevicePixelRatio(ratio);
  return picture_;
}

void LabCard::paintEvent(QPaintEvent*) {
  const Theme theme = Theme::current();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
  QPainterPath outline;
  outline.addRoundedRect(frame, radius, radius);
  painter.fillPath(outline, theme.raised);
  painter.save();
  painter.setClipPath(outline);
  const QSize size(width(), pictureHeight(width()));
  painter.drawPixmap(0, 0, picture(size));
  if (isDown()) painter.fillRect(rect(), QColor(0, 0, 0, 24));
  painter.restore();
  paintTexts(painter, rect().adjusted(margin, size.height() + margin - 2, -margin, -margin));

  QColor line = theme.text;
  line.setAlphaF(theme.dark ? 0.16f : 0.13f);
  if (hasFocus() || underMouse()) line = theme.accent;
  painter.setPen(QPen(line, hasFocus() ? 2 : 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(outline);
}

void LabCard::paintTexts(QPainter& painter, const QRect& area) const {
  const Theme theme = Theme::current();
  QRect line = area;
  painter.setFont(titleFont(font()));
  painter.setPen(theme.text);
  const QFontMetrics heading = painter.fontMetrics();
  int titleWidth = area.width();
  if (!badge_.isEmpty()) {
    const QFont small = smallFont(font());
    const int badgeWidth = QFontMetrics(small).horizontalAdvance(badge_) + 14;
    const QRect pill(area.right() - badgeWidth + 1, area.top(), badgeWidth, heading.lineSpacing());
    QColor back = theme.accent;
    back.setAlphaF(0.18f);
    painter.setBrush(back);
    painter.setPen(Qt::NoPen);
    painter.drawRoundedRect(pill, pill.height() / 2.0, pill.height() / 2.0);
    painter.setPen(theme.text);
    painter.setFont(small);
    painter.drawText(pill, Qt::AlignCenter, badge_);
    painter.setFont(titleFont(font()));
    titleWidth -= badgeWidth + 8;
  }
  painter.drawText(QRect(line.left(), line.top(), titleWidth, heading.lineSpacing()), Qt::AlignLeft | Qt::AlignVCenter,
                   heading.elidedText(title_, Qt::ElideRight, titleWidth));
  line.setTop(line.top() + heading.lineSpacing() + 4);
  painter.setFont(font());
  drawWrapped(painter, summary_, line, summaryLines);
  painter.setFont(smallFont(font()));
  painter.setPen(theme.muted);
  const QFontMetrics small = painter.fontMetrics();
  painter.drawText(QRect(area.left(), area.bottom() - small.lineSpacing() + 2, area.width(), small.lineSpacing()),
                   Qt::AlignLeft | Qt::AlignVCenter, small.elidedText(source_, Qt::ElideRight, area.width()));
}

void LabCard::enterEvent(QEnterEvent* event) {
  QAbstractButton::enterEvent(event);
  update();
}

void LabCard::leaveEvent(QEvent* event) {
  QAbstractButton::leaveEvent(event);
  update();
}

void LabCard::changeEvent(QEvent* event) {
  QAbstractButton::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) reloadThumbnail();
}

}  // namespace learnscope
