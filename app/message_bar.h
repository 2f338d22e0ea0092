// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <functional>

namespace learnscope {

/// A message above the content that stops nobody: what happened, and a button for what to do next. The newest one
/// shows.
class MessageBar : public QFrame {
  Q_OBJECT
 public:
  enum class Kind { Note, Problem };
  explicit MessageBar(QWidget* parent = nullptr);

  /// A note without a button leaves by itself after 8 s; a problem stays until it is closed.
  void show(Kind kind, const QString& text, const QString& action = {}, std::function<void()> handler = {});
  QString text() const { return text_->text(); }

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QLabel* icon_;
  QLabel* text_;
  QPushButton* action_;
  QTimer timer_;
  std::function<void()> handler_;
};

}  // namespace learnscope
