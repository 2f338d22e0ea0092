// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <functional>
#include <vector>

#include "engine/core/command.h"

namespace learnscope {

class SessionModel;

/// Carries out commands one after another: presets, lessons and GUI tests. It waits where a command says so: until a
/// `runTo` or `step` has arrived, a `set` or `intervene` stands in the journal, a `branch` is built, an `analyse` is
/// done, the seconds of a `wait` are over, an `ask` was answered.
class ScriptPlayer : public QObject {
  Q_OBJECT
 public:
  explicit ScriptPlayer(SessionModel& model, QObject* parent = nullptr);

  void play(std::vector<Command> script);
  void stop();
  bool playing() const { return playing_; }
  /// The command that is being carried out.
  std::size_t position() const { return position_; }
  /// Ends the wait of the present command: the answer to an `ask`, or a teacher's "go on".
  void advance();

 signals:
  void started(std::size_t position, const learnscope::Command& command);
  void finished();
  /// The script stopped at a command that was refused.
  void failed(std::size_t position, const QString& text);

 private:
  void next();
  void check();
  std::function<bool()> arrival(const Command& command);

  SessionModel& model_;
  std::vector<Command> script_;
  std::size_t position_ = 0;
  bool playing_ = false;
  std::function<bool()> arrived_;
  QTimer poll_;
  bool analysed_ = false;
};

}  // namespace learnscope
