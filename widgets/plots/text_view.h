// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

#include "widgets/model/view.h"

namespace learnscope {

/// Sentences with values at the cursor.
class TextView : public View {
  Q_OBJECT
 public:
  TextView(ViewSpec spec, SessionModel& model, QWidget* parent);
  void refresh() override;
  void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  QString dataCsv() const override;
  QString text() const { return label_->text(); }

 protected:
  void showEvent(QShowEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  QLabel* label_;
};

}  // namespace learnscope
