// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QUndoCommand>
#include <functional>

namespace learnscope {

/// One action of the user that has just been carried out, as two functions. Actions with the same key that follow each
/// other are one step of undo (the drag of a slider); an empty key never merges. What `undo` or `redo` refuses goes to
/// `refused`.
class DoneCommand : public QUndoCommand {
 public:
  using Action = std::function<void()>;
  DoneCommand(const QString& text, QString key, Action undo, Action redo, std::function<void(const QString&)> refused);

  void undo() override;
  void redo() override;
  int id() const override;
  bool mergeWith(const QUndoCommand* other) override;

 private:
  void carryOut(const Action& action);

  QString key_;
  Action undo_, redo_;
  std::function<void(const QString&)> refused_;
  bool done_ = true;  // the first redo, by QUndoStack::push, finds it done
};

}  // namespace learnscope
