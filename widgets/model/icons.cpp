// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/icons.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace learnscope {
namespace {

class SymbolicEngine : public QIconEngine {
 public:
  explicit SymbolicEngine(QString name) : name_(std::move(name)) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name_));
    if (file.open(QIODevice::ReadOnly)) svg_ = file.readAll();
  }

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const double ratio = painter->device() ? painter->device()->devicePixelRatioF() : 1;
    QPixmap image = pixmap(rect.size() * ratio, mode, state);
    image.setDevicePixelRatio(ratio);
    painter->drawPixmap(rect.topLeft(), image);
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
    const QPalette palette = QApplication::palette();
    QColor color = palette.color(QPalette::Active, QPalette::WindowText);
    if (mode == QIcon::Disabled) color = palette.color(QPalette::Disabled, QPalette::WindowText);
    if (mode == QIcon::Selected) color = palette.color(QPalette::Active, QPalette::HighlightedText);
    const QString key =
        QStringLiteral("icon/%1/%2x%3/%4").arg(name_).arg(size.width()).arg(size.height()).arg(color.rgba());
    QPixmap image;
    if (QPixmapCache::find(key, &image)) return image;
    image = QPixmap(size);
    image.fill(Qt::transparent);
    QByteArray colored = svg_;
    QSvgRenderer renderer(colored.replace("currentColor", color.name().toLatin1()));
    QPainter painter(&image);
    painter.setOpacity(color.alphaF());
    renderer.render(&painter);
    painter.end();
    QPixmapCache::insert(key, image);
    return image;
  }

  QIconEngine* clone() const override { return new SymbolicEngine(*this); }

 private:
  QString name_;
  QByteArray svg_;
};

}  // namespace

QIcon symbolicIcon(const QString& name) { return QIcon(new SymbolicEngine(name)); }

}  // namespace learnscope
