// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/undo_commands.h"

#include "engine/core/errors.h"

namespace learnscope {

DoneCommand::DoneCommand(const QString& text, QString key, Action undo, Action redo,
                         std::function<void(const QString&)> refused)
    : QUndoCommand(text),
      key_(std::move(key)),
      undo_(std::move(undo)),
      redo_(std::move(redo)),
      refused_(std::move(refused)) {}

void DoneCommand::undo() { carryOut(undo_); }

void DoneCommand::redo() {
  if (done_)
    done_ = false;
  else
    carryOut(redo_);
}

int DoneCommand::id() const { return key_.isEmpty() ? -1 : 1; }

bool DoneCommand::mergeWith(const QUndoCommand* other) {
  const auto* later = dynamic_cast<const DoneCommand*>(other);
  if (!later || later->key_ != key_) return false;
  redo_ = later->redo_;
  setText(later->text());
  return true;
}

// An exception must not pass through QUndoStack, which would be left half-way.
void DoneCommand::carryOut(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    refused_(QString::fromUtf8(error.what()));
  }
}

}  // namespace learnscope
