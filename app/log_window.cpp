// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/log_window.h"

#include <QClipboard>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include "app/log.h"
#include "widgets/model/icons.h"

namespace learnscope {

LogWindow::LogWindow(QString logFile, std::function<QString()> busyText, QWidget* parent)
    : QWidget(parent, Qt::Window), logFile_(std::move(logFile)), busyText_(std::move(busyText)) {
  setObjectName(QStringLiteral("logWindow"));
  setWindowTitle(tr("Log"));
  category_ = new QComboBox(this);
  category_->setAccessibleName(tr("Category"));
  category_->addItem(tr("All categories"), QString());
  for (const QString& name : logCategories()) category_->addItem(name, name);
  level_ = new QComboBox(this);
  level_->setAccessibleName(tr("Level"));
  level_->addItem(tr("All levels"), false);
  level_->addItem(tr("Warnings and errors"), true);
  auto* copy = new QPushButton(symbolicIcon(QStringLiteral("copy")), tr("Copy"), this);
  copy->setToolTip(tr("Copy the lines that are shown"));

  text_ = new QPlainTextEdit(this);
  text_->setReadOnly(true);
  text_->setAccessibleName(tr("Log lines"));
  text_->setFrameShape(QFrame::NoFrame);
  text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text_->setLineWrapMode(QPlainTextEdit::NoWrap);
  busy_ = new QLabel(this);
  busy_->setAccessibleName(tr("How busy the window is"));
  auto* path = new QLabel(tr("File: %1").arg(logFile_), this);
  path->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

  auto* top = new QHBoxLayout;
  top->addWidget(category_);
  top->addWidget(level_);
  top->addStretch();
  top->addWidget(copy);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(text_, 1);
  layout->addWidget(busy_);
  layout->addWidget(path);
  const int em = fontMetrics().height();
  resize(em * 52, em * 26);

  connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(text_->toPlainText()); });
  connect(category_, &QComboBox::currentIndexChanged, this, &LogWindow::refresh);
  connect(level_, &QComboBox::currentIndexChanged, this, &LogWindow::refresh);
  connect(&timer_, &QTimer::timeout, this, &LogWindow::refresh);
  timer_.setInterval(500);
}

void LogWindow::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  refresh();
  timer_.start();
}

void LogWindow::hideEvent(QHideEvent* event) {
  timer_.stop();
  QWidget::hideEvent(event);
}

void LogWindow::refresh() {
  const QString category = category_->currentData().toString();
  const bool warningsOnly = level_->currentData().toBool();
  QStringList lines;
  for (const QString& line : lastLogLines()) {
    if (!category.isEmpty() && !line.contains(QStringLiteral("  %1 ").arg(category))) continue;
    if (warningsOnly && !line.contains(QStringLiteral("  warning")) && !line.contains(QStringLiteral("  error")))
      continue;
    lines << line;
  }
  if (lines != shown_) {
    const bool atEnd = text_->verticalScrollBar()->value() == text_->verticalScrollBar()->maximum();
    text_->setPlainText(lines.join(QLatin1Char('\n')));
    if (atEnd) text_->verticalScrollBar()->setValue(text_->verticalScrollBar()->maximum());
    shown_ = lines;
  }
  busy_->setText(busyText_());
  busy_->setVisible(!busy_->text().isEmpty());
}

}  // namespace learnscope
