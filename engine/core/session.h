// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/registry.h"
#include "engine/core/run.h"
#include "engine/core/scheduler.h"
#include "engine/core/trainer.h"

namespace learnscope {

/// How a session makes files for new runs; engine/store gives one, tests give one in memory.
class RunFactory {
 public:
  virtual ~RunFactory() = default;
  virtual std::shared_ptr<Run> create(const Lab& lab, RunInfo info) = 0;
};

/// One run of a run set, with its trainer if it is being trained here.
struct Member {
  std::shared_ptr<Run> run;
  std::shared_ptr<Trainer> trainer;  ///< null: only looked at; shared with analyses that copy its state
  bool shown = true;
};

/// Where and how a branch leaves its parent.
struct Fork {
  std::int64_t step = 0;
  Json set = Json::object();  ///< parameters that change; those that are not live only where the state still loads
  Json intervene = {};        ///< {"name", "arguments"}: done first of all
  std::string title = {};     ///< default: the parent's
  bool paused = false;        ///< do not train yet
  bool beside = false;        ///< the parent trains on; else it pauses
  /// Entries of the parent's journal that belong to its past; default: all before the step.
  std::optional<std::size_t> journalLength = {};
};

/// The fork that a `branch` command asks for: its value, whose form has been checked.
Fork forkOf(const Json& command);

/// A manifest with a new id, this machine, this version; steps 0 means the lab's default.
RunInfo newRunInfo(const Lab& lab, Config config, std::uint64_t seed, std::int64_t steps);
/// The same from a user's values: checks them, the seed and the memory; throws ConfigError with all problems.
RunInfo checkedRunInfo(const Lab& lab, const Json& values, std::uint64_t seed, std::int64_t steps);
/// Arguments of an analysis, checked and completed; throws ConfigError.
Config checkedArguments(const Lab& lab, const Config& config, const std::string& analysis, const Json& arguments);

/// The result of an analysis, delivered on the analysis thread.
struct AnalysisResult {
  std::string analysis;
  std::int64_t step = 0;
  std::shared_ptr<const State> result;  ///< null when it failed or was replaced by a newer request
  std::string error;
};

class AnalysisThread;

/// A run set of one lab with its trainers, branches and analyses: everything a window does to a lab goes through here.
/// Owned and called by one thread (the GUI's, or the command line's).
class Session {
 public:
  Session(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler);
  ~Session();

  const std::shared_ptr<const Lab>& lab() const { return lab_; }
  const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
  Member* current() const { return current_; }
  Member* find(const std::string& runId) const;

  /// Adds a new run (checked config; throws ConfigError; refuses what does not fit in memory) and makes it current.
  Member& start(const Json& values, std::uint64_t seed, std::int64_t steps, double speed, bool paused);
  /// Adds a run opened from a file; with `resume` a trainer is attached (paused).
  Member& open(std::shared_ptr<Run> run, bool resume);
  /// A new run that starts from the state of `parent` at a step, which is found in the background. Throws ConfigError.
  Member& branch(Member& parent, const Fork& fork);
  void makeCurrent(Member& member) { current_ = &member; }
  /// Takes a run out of the set (its trainer writes a checkpoint and closes the file).
  void remove(Member& member);

  /// Carries out a command for the trainer or the session; window commands are the caller's. Throws ConfigError.
  void execute(const Command& command);

  /// Computes an analysis of the current run at `step` (-1: newest) on the analysis thread; a newer request with the
  /// same `key` replaces one that has not finished. Cached by (run, step, arguments).
  void analyse(const std::string& key, const std::string& analysis, std::int64_t step, const Json& arguments,
               std::function<void(AnalysisResult)> done);

  /// Grows with every change in any run of the set or in the set itself.
  std::uint64_t version() const;

 private:
  Member& add(std::shared_ptr<Run> run);

  std::shared_ptr<const Lab> lab_;
  RunFactory& factory_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<Member>> members_;
  Member* current_ = nullptr;
  std::uint64_t setVersion_ = 0;
  std::unique_ptr<AnalysisThread> analysis_;
};

}  // namespace learnscope
