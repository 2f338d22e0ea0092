// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/message_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>

#include "widgets/model/icons.h"

namespace learnscope {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent) {
  setObjectName(QStringLiteral("messageBar"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 6, 8, 6);
  icon_ = new QLabel(this);
  text_ = new QLabel(this);
  text_->setWordWrap(true);
  text_->setTextFormat(Qt::PlainText);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  action_ = new QPushButton(this);
  action_->setObjectName(QStringLiteral("plain"));
  auto* close = new QToolButton(this);
  close->setObjectName(QStringLiteral("quiet"));
  close->setIcon(symbolicIcon(QStringLiteral("close")));
  close->setAccessibleName(tr("Close the message"));
  close->setToolTip(tr("Close"));
  layout->addWidget(icon_, 0, Qt::AlignTop);
  layout->addWidget(text_, 1);
  layout->addWidget(action_);
  layout->addWidget(close);
  connect(close, &QToolButton::clicked, this, &QWidget::hide);
  connect(action_, &QPushButton::clicked, this, [this] {
    hide();
    if (handler_) handler_();
  });
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &QWidget::hide);
  hide();
}

void MessageBar::show(Kind kind, const QString& text, const QString& action, std::function<void()> handler) {
  const int side = fontMetrics().height() + 2;
  icon_->setPixmap(
      symbolicIcon(kind == Kind::Problem ? QStringLiteral("warning") : QStringLiteral("info")).pixmap(side, side));
  text_->setText(text);
  setAccessibleName(text);
  handler_ = std::move(handler);
  action_->setText(action);
  action_->setVisible(!action.isEmpty());
  timer_.stop();
  if (kind == Kind::Note && action.isEmpty()) timer_.start(8000);
  QWidget::show();
  QAccessibleEvent alert(this, QAccessible::Alert);
  QAccessible::updateAccessibility(&alert);
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape)
    hide();
  else
    QFrame::keyPressEvent(event);
}

}  // namespace learnscope
