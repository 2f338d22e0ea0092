// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QPixmap>

#include "app/card_picture.h"
#include "engine/core/lab.h"

namespace learnscope {

/// A lab in the gallery: picture, title, one line, source paper. A picture of a finished run takes the drawing's place.
class LabCard : public QAbstractButton {
  Q_OBJECT
 public:
  LabCard(const Lab& lab, const QString& thumbnailsFolder, QWidget* parent = nullptr);

  const QString& labId() const { return id_; }
  bool matches(const QString& search) const;
  /// Marks the card while its lab is open; "" for not.
  void setBadge(const QString& badge);
  void reloadThumbnail();
  /// Where the picture of a lab's finished run is kept.
  static QString thumbnailPath(const QString& folder, const QString& lab, bool dark);

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void enterEvent(QEnterEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  int pictureHeight(int width) const { return width * 9 / 16; }
  const QPixmap& picture(const QSize& size);
  void paintTexts(QPainter& painter, const QRect& area) const;

  QString id_, title_, summary_, source_, badge_, folder_;
  Json page_;
  CardMotif motif_;
  QPixmap picture_;
  bool dark_ = false;
};

}  // namespace learnscope
