// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gallery.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/controls/search_field.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

constexpr int gap = 18;
constexpr int contentWidth = 1240;

QLabel* heading(const QString& text, QWidget* parent, double scale) {
  auto* label = new QLabel(text, parent);
  QFont font = label->font();
  font.setPointSizeF(font.pointSizeF() * scale);
  font.setBold(true);
  label->setFont(font);
  return label;
}

QLabel* quietText(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setForegroundRole(QPalette::PlaceholderText);
  label->setWordWrap(true);
  return label;
}

}  // namespace

CardGrid::CardGrid(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

QSize CardGrid::cell(int width, int* columns) const {
  const int least = fontMetrics().height() * 16;
  *columns = std::max(1, (width + gap) / (least + gap));
  const int wide = std::min((width - gap * (*columns - 1)) / *columns, least * 3 / 2);
  return {wide, cards_.isEmpty() ? 0 : cards_.first()->heightForWidth(wide)};
}

int CardGrid::heightForWidth(int width) const {
  int columns = 1, count = 0;
  const QSize size = cell(width, &columns);
  for (const LabCard* card : cards_) count += card->isVisibleTo(this);
  const int rows = (count + columns - 1) / columns;
  return rows == 0 ? 0 : rows * size.height() + (rows - 1) * gap;
}

void CardGrid::arrange() {
  int columns = 1, index = 0;
  const QSize size = cell(width(), &columns);
  for (LabCard* card : cards_) {
    if (!card->isVisibleTo(this)) continue;
    card->setGeometry((index % columns) * (size.width() + gap), (index / columns) * (size.height() + gap), size.width(),
                      size.height());
    ++index;
  }
  setFixedHeight(heightForWidth(width()));
}

void CardGrid::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
}

Gallery::Gallery(const Registry& registry, RecentRuns& runs, const QString& thumbnailsFolder, QWidget* parent)
    : QWidget(parent), runs_(runs) {
  setObjectName(QStringLiteral("gallery"));
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  messages_ = new MessageBar(this);
  outer->addWidget(messages_);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  outer->addWidget(scroll, 1);

  auto* content = new QWidget(scroll);
  content->setObjectName(QStringLiteral("galleryContent"));
  auto* column = new QWidget(content);
  column->setMaximumWidth(contentWidth);
  auto* center = new QHBoxLayout(content);
  center->setContentsMargins(32, 26, 32, 32);
  center->addStretch(1);
  center->addWidget(column, 1000);
  center->addStretch(1);
  auto* layout = new QVBoxLayout(column);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(12);

  layout->addWidget(makeHeader());
  interrupted_ = new QFrame(column);
  interrupted_->setObjectName(QStringLiteral("noticeBar"));
  interrupted_->hide();
  layout->addWidget(interrupted_);
  layout->addSpacing(4);

  grid_ = new CardGrid(column);
  for (const auto& lab : registry.labs()) {
    auto* card = new LabCard(*lab, thumbnailsFolder, grid_);
    connect(card, &QAbstractButton::clicked, this, [this, card] { emit labRequested(card->labId()); });
    cards_ << card;
  }
  grid_->setCards(cards_);
  layout->addWidget(grid_);
  noLabs_ = quietText({}, column);
  layout->addWidget(noLabs_);

  lessons_ = makeLessons(registry);
  layout->addWidget(lessons_);
  layout->addSpacing(14);
  layout->addWidget(heading(tr("Recent runs"), column, 1.15));
  runModel_ = new RunListModel(runs, this);
  runList_ = new RunList(runModel_, column);
  layout->addWidget(runList_);
  noRuns_ = quietText({}, column);
  layout->addWidget(noRuns_);
  layout->addStretch(1);
  scroll->setWidget(content);

  connect(runList_, &RunList::openRequested, this, [this](const QString& path) { emit runRequested(path, false); });
  connect(runList_, &RunList::copyRequested, this, &Gallery::copyRequested);
  connect(runList_, &RunList::trashRequested, this, &Gallery::trash);
  connect(&runs_, &RecentRuns::changed, this, &Gallery::showInterrupted);
  updateEmptyTexts();
}

QWidget* Gallery::makeHeader() {
  auto* header = new QWidget(this);
  auto* layout = new QHBoxLayout(header);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* titles = new QVBoxLayout;
  titles->setSpacing(2);
  titles->addWidget(heading(tr("Learnscope"), header, 1.9));
  titles->addWidget(quietText(tr("Open a lab, press play, and watch a network learn."), header));
  layout->addLayout(titles, 1);
  search_ = new SearchField(tr("Search labs and runs"), header);
  search_->setObjectName(QStringLiteral("searchField"));
  search_->setMinimumWidth(fontMetrics().height() * 15);
  layout->addWidget(search_, 0, Qt::AlignVCenter);
  connect(search_, &QLineEdit::textChanged, this, &Gallery::search);
  return header;
}

// One row a lesson whose lab is there: a button with its title, and what it is about.
QWidget* Gallery::makeLessons(const Registry& registry) {
  auto* section = new QWidget(this);
  auto* layout = new QVBoxLayout(section);
  layout->setContentsMargins(0, 14, 0, 0);
  layout->setSpacing(6);
  layout->addWidget(heading(tr("Lessons"), section, 1.15));
  QList<QPushButton*> starts;
  for (const Lesson& lesson : builtinLessons()) {
    const auto lab = registry.find(lesson.lab);
    if (!lab) continue;
    auto* row = new QWidget(section);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(14);
    auto* start = new QPushButton(symbolicIcon(QStringLiteral("present")), lesson.title, row);
    start->setObjectName(QStringLiteral("plain"));
    starts << start;
    start->setToolTip(lesson.doc);
    start->setAccessibleName(tr("Lesson: %1").arg(lesson.title));
    line->addWidget(start);
    line->addWidget(quietText(tr("%1 · %2 minutes").arg(lesson.doc).arg(lesson.minutes), row), 1);
    connect(start, &QPushButton::clicked, this, [this, lesson] { emit lessonRequested(lesson); });
    layout->addWidget(row);
    row->setProperty("words", tr("Lesson") + QLatin1Char(' ') + lesson.title + QLatin1Char(' ') + lesson.doc);
    lessonRows_ << row;
  }
  // What they are about begins at one place.
  int widest = fontMetrics().height() * 15;
  for (QPushButton* start : starts) widest = std::max(widest, start->sizeHint().width());
  for (QPushButton* start : starts) start->setMinimumWidth(widest);
  section->setVisible(!lessonRows_.isEmpty());
  return section;
}

void Gallery::search(const QString& text) {
  bool anyLesson = false;
  for (QWidget* row : lessonRows_) {
    const bool found = row->property("words").toString().contains(text.trimmed(), Qt::CaseInsensitive);
    row->setVisible(found);
    anyLesson = anyLesson || found;
  }
  lessons_->setVisible(anyLesson);
  for (LabCard* card : cards_) card->setVisible(card->matches(text));
  grid_->arrange();
  runModel_->setSearch(text.trimmed());
  updateEmptyTexts();
}

void Gallery::focusSearch() {
  search_->setFocus(Qt::ShortcutFocusReason);
  search_->selectAll();
}

void Gallery::setOpenLabs(const QSet<QString>& labs) {
  for (LabCard* card : cards_) card->setBadge(labs.contains(card->labId()) ? tr("open") : QString());
}

void Gallery::reloadThumbnails() {
  for (LabCard* card : cards_) card->reloadThumbnail();
}

void Gallery::updateEmptyTexts() {
  bool anyCard = false;
  for (const LabCard* card : cards_) anyCard = anyCard || card->isVisibleTo(grid_);
  noLabs_->setText(tr("No lab matches the search."));
  noLabs_->setVisible(!anyCard);
  if (!runs_.loaded())
    noRuns_->setText(tr("Looking for runs…"));
  else if (runs_.entries().empty())
    noRuns_->setText(tr("Every run you start is kept here: the file holds its curves, states and everything you did."));
  else
    noRuns_->setText(tr("No run matches the search."));
  noRuns_->setVisible(runModel_->rowCount() == 0);
  runList_->setVisible(runModel_->rowCount() > 0);
}

void Gallery::showInterrupted() {
  updateEmptyTexts();
  // A new frame's content each time: the old buttons may be the ones that were clicked.
  qDeleteAll(interrupted_->findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
  delete interrupted_->layout();
  const std::vector<RunFileEntry> found = runs_.interrupted();
  interrupted_->setVisible(!found.empty());
  if (found.empty()) return;
  auto* layout = new QVBoxLayout(interrupted_);
  layout->setContentsMargins(14, 10, 10, 10);
  layout->addWidget(heading(tr("Interrupted runs: %1").arg(found.size()), interrupted_, 1.0));
  constexpr std::size_t limit = 5;
  for (std::size_t i = 0; i < std::min(found.size(), limit); ++i) {
    const QString path = QString::fromStdString(found[i].path);
    auto* row = new QWidget(interrupted_);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    const QString title =
        QString::fromStdString(found[i].info.label.title.empty() ? found[i].info.lab : found[i].info.label.title);
    line->addWidget(new QLabel(tr("%1 · %2 · stopped at step %3 of %4")
                                   .arg(runs_.labTitle(found[i].info.lab), title,
                                        QLocale().toString(static_cast<qlonglong>(found[i].lastStep)),
                                        QLocale().toString(static_cast<qlonglong>(found[i].info.steps))),
                               row),
                    1);
    const auto button = [&](const char* name, const QString& text, const QString& tip, auto handler) {
      auto* push = new QPushButton(text, row);
      push->setObjectName(QLatin1String(name));
      push->setToolTip(tip);
      push->setAccessibleName(tr("%1: %2").arg(text, title));
      // Queued: the handler may rebuild this frame.
      connect(push, &QPushButton::clicked, this, handler, Qt::QueuedConnection);
      line->addWidget(push);
    };
    button("primary", tr("Resume"), tr("Train on from the last state that was kept"),
           [this, path] { emit runRequested(path, true); });
    button("plain", tr("Open"), tr("Look at it without training"), [this, path] { emit runRequested(path, false); });
    button("plain", tr("Discard"), tr("Move it to the trash"), [this, path] { trash(path); });
    layout->addWidget(row);
  }
  if (found.size() > limit)
    layout->addWidget(quietText(tr("and %1 more below").arg(found.size() - limit), interrupted_));
}

void Gallery::trash(const QString& path) {
  try {
    const QString trashed = runs_.moveToTrash(path);
    messages_->show(MessageBar::Kind::Note, tr("The run was moved to the trash."), tr("Undo"), [this, trashed, path] {
      try {
        runs_.restoreFromTrash(trashed, path);
      } catch (const Error& error) {
        messages_->show(MessageBar::Kind::Problem, QString::fromUtf8(error.what()));
      }
    });
  } catch (const Error& error) {
    messages_->show(MessageBar::Kind::Problem, QString::fromUtf8(error.what()));
  }
}

}  // namespace learnscope
