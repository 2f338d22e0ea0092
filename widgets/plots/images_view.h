// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/binding.h"
#include "widgets/model/spoken.h"
#include "widgets/model/view.h"

namespace learnscope {

/// A grid of small pictures at the cursor: an array [N, H, W] (grey or mapped) or [N, H, W, 3] (red, green, blue).
class ImagesView : public View, public Spoken {
  Q_OBJECT
 public:
  ImagesView(ViewSpec spec, SessionModel& model, QWidget* parent);
  void refresh() override;
  void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  QString dataCsv() const override;
  QSize sizeHint() const override { return {320, 220}; }
  QString spokenText() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  struct Picture {
    std::int64_t id = 0;
    QString label;
    QImage image;
  };
  /// Where pictures stand in an area of some size.
  struct Arrangement {
    int columns = 1, rows = 0;
    double cell = 0, pictureWidth = 0, pictureHeight = 0, label = 0;
    QRectF place(std::size_t i, const QPointF& origin) const;
  };
  void rebuild();
  void makePictures(const Theme& theme);
  Arrangement arranged(const QSizeF& area, double labelHeight, bool fit) const;
  void draw(QPainter& painter, const QRectF& area, const Theme& theme, const QFont& font, double unit, bool fit,
            double offset);
  QRectF pictureArea() const;
  QRectF gridArea() const;
  QFont labelFont() const;
  double rowLabelWidth(const QFontMetricsF& metrics, double width) const;
  std::optional<std::size_t> pictureAt(const QPointF& position) const;
  void scrollTo(double offset);
  bool isSelected(std::int64_t id) const;
  void select(std::size_t i);

  AnalysisFeed feed_;
  LiveBinding value_;
  ColorBinding color_;
  std::vector<QString> labels_, rowLabels_;
  int columns_ = 0;  ///< of the grid; 0: as many as make the pictures largest
  std::vector<Picture> pictures_;
  QString selectKind_, shownRun_;
  std::shared_ptr<Run> run_;
  std::optional<ConfigError> mistake_;  ///< in the page
  bool built_ = false, dirty_ = true;
  double offset_ = 0;
};

}  // namespace learnscope
