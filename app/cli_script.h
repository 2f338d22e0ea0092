// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/core/session.h"

namespace learnscope::cli {

/// Carries out a script on one run of a session without a window: each command when the one before has arrived (a
/// `runTo` is there, a `set` stands in the journal, a branch is built, an analysis is computed). Commands of the window
/// that only show something (cursor, select, camera, layout, pointAt) change nothing and are passed over, `wait` does
/// not wait, `say` and `ask` are printed.
class HeadlessScript {
 public:
  HeadlessScript(Session& session, Member& member, std::vector<Command> script);
  ~HeadlessScript();
  HeadlessScript(const HeadlessScript&) = delete;
  HeadlessScript& operator=(const HeadlessScript&) = delete;

  /// Goes as far as it can without waiting. Throws ConfigError naming the command's place in the script.
  void advance();
  /// True once every command is done and the run has come to rest: paused as asked, finished, diverged or failed.
  bool done() const { return done_; }
  /// The run that commands go to: after a `branch`, the branch.
  Member& member() const { return *member_; }
  /// All runs of this script: the first and its branches.
  const std::vector<Member*>& members() const { return members_; }
  /// Gives up the rest and pauses.
  void stop();

  /// Called with what an `analyse` gave, and with the text of `say` and `ask`.
  std::function<void(const AnalysisResult&, const Json& arguments)> onAnalysis;
  std::function<void(const std::string&)> onSay;
  /// Called for an `export` of data or of a view, at the step the run stands at.
  std::function<void(Member&, const Json& request)> onExport;

 private:
  bool arrived();
  void perform(const Command& command);
  void performTrainer(const Command& command);
  void branch(const Json& value);
  void analyse(const Json& value);
  void waitForRest();
  void waitForBuild();

  Session& session_;
  Member* member_;
  std::vector<Member*> members_;
  std::vector<Command> script_;
  std::size_t next_ = 0;
  bool pausedLast_ = false;
  bool goneOn_ = false;
  bool done_ = false;
  std::function<bool()> waiting_;  // true once the last command has arrived
  std::future<void> rest_;
};

}  // namespace learnscope::cli
