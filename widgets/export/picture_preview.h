// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace learnscope {

/// What a studio will save, as a sheet on a desk; a chequered ground shows through where it is transparent. Or what is
/// wrong with it. Dragging and the wheel are reported in pixels of the picture, for 3D views under the mouse.
class PicturePreview : public QWidget {
  Q_OBJECT
 public:
  explicit PicturePreview(const QString& accessibleName, QWidget* parent = nullptr);
  void setPicture(const QImage& picture);
  /// Said over the picture before, which is dimmed, until there is a new one.
  void setMessage(const QString& message);
  const QImage& picture() const { return picture_; }
  const QString& message() const { return message_; }
  /// Pixels that a picture of the shape of `wanted` may take, device pixels counted.
  QSizeF room(QSizeF wanted) const;
  QSize sizeHint() const override { return {700, 500}; }
  QSize minimumSizeHint() const override { return {300, 220}; }

 signals:
  void resized();
  /// The mouse went by `delta` with the left button, from a drag that began at `from`.
  void dragged(QPointF from, QPointF delta);
  /// The wheel was turned; above 1: away.
  void zoomed(QPointF at, double factor);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  QRectF place() const;
  QPointF inPicture(QPointF position) const;
  void paintSheet(QPainter& painter, const QRectF& sheet) const;

  QImage picture_;
  QString message_;
  QPointF pressed_, last_;
  bool dragging_ = false;
};

}  // namespace learnscope
