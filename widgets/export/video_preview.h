// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace learnscope {

/// Shows one frame of a video as large as fits. Dragging and the wheel are reported in pixels of the frame, for 3D
/// views under the mouse.
class VideoPreview : public QWidget {
  Q_OBJECT
 public:
  explicit VideoPreview(QWidget* parent = nullptr);
  /// The size that frames should have: as large as fits, even sides, of the aspect of `wanted`.
  QSize frameSize(QSize wanted) const;
  void setFrame(const QImage& frame);
  /// What is shown instead of a frame.
  void setMessage(const QString& message);
  const QImage& frame() const { return frame_; }
  QSize sizeHint() const override { return {760, 460}; }
  QSize minimumSizeHint() const override { return {320, 200}; }

 signals:
  void resized();
  /// The mouse went by `delta` with the left button, from a drag that began at `from`.
  void dragged(QPointF from, QPointF delta);
  void dragEnded();
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
  QPointF inFrame(QPointF position) const;

  QImage frame_;
  QString message_;
  QPointF pressed_, last_;
  bool dragging_ = false;
};

}  // namespace learnscope
