// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace learnscope {

/// A figure as a sheet on the desk, as large as fits; a chequered ground shows through where it is transparent. Or what
/// is wrong with it.
class FigurePreview : public QWidget {
  Q_OBJECT
 public:
  explicit FigurePreview(QWidget* parent = nullptr);
  void setFigure(const QImage& image);
  void setProblem(const QString& text);
  const QImage& image() const { return image_; }
  QString problem() const { return problem_; }
  /// Pixels that a figure of this shape may take, device pixels counted.
  QSize room(double aspect) const;
  QSize sizeHint() const override { return {620, 520}; }
  QSize minimumSizeHint() const override { return {280, 240}; }

 signals:
  void resized();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  QImage image_;
  QString problem_;
};

}  // namespace learnscope
