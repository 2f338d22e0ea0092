// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>

#include "app/lab_card.h"
#include "app/message_bar.h"
#include "app/run_list.h"
#include "engine/core/registry.h"
#include "widgets/model/lesson.h"

namespace learnscope {

/// Lays its children out in equal columns, each at least `minimum` wide.
class CardGrid : public QWidget {
  Q_OBJECT
 public:
  explicit CardGrid(QWidget* parent = nullptr);
  void setCards(QList<LabCard*> cards) { cards_ = std::move(cards); }
  void arrange();
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QSize cell(int width, int* columns) const;
  QList<LabCard*> cards_;
};

/// The start page: labs as cards, runs that were interrupted, recent runs, one search field for all.
class Gallery : public QWidget {
  Q_OBJECT
 public:
  Gallery(const Registry& registry, RecentRuns& runs, const QString& thumbnailsFolder, QWidget* parent = nullptr);

  QList<LabCard*> cards() const { return cards_; }
  void setOpenLabs(const QSet<QString>& labs);
  void reloadThumbnails();
  void focusSearch();
  /// Moves a run to the trash and offers to bring it back.
  void trash(const QString& path);
  MessageBar* messages() const { return messages_; }

 signals:
  void labRequested(const QString& lab);
  void lessonRequested(const learnscope::Lesson& lesson);
  void runRequested(const QString& path, bool resume);
  void copyRequested(const QString& path);

 private:
  QWidget* makeHeader();
  QWidget* makeLessons(const Registry& registry);
  void search(const QString& text);
  void showInterrupted();
  void updateEmptyTexts();

  RecentRuns& runs_;
  QList<LabCard*> cards_;
  QWidget* lessons_;
  QList<QWidget*> lessonRows_;
  CardGrid* grid_;
  QLineEdit* search_;
  QFrame* interrupted_;
  RunListModel* runModel_;
  RunList* runList_;
  QLabel* noLabs_;
  QLabel* noRuns_;
  MessageBar* messages_;
};

}  // namespace learnscope
