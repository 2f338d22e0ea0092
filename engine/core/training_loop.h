// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "engine/core/deferred.h"
#include "engine/core/scheduler.h"
#include "engine/core/stepper.h"
#include "engine/core/trainer.h"

namespace learnscope {

/// What a trainer's owner asks of its worker, and what the worker tells back; guarded by one mutex.
struct TrainerMailbox {
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  // Asked.
  std::deque<Json> actions;  ///< checked set and intervene commands
  bool running = false;
  std::optional<std::int64_t> stopAt;
  std::optional<std::int64_t> stepsToGo;  ///< turned into stopAt at the next boundary
  std::string stopEvent;
  double speed = 0;
  std::uint64_t snapshotsAsked = 0;
  std::chrono::steady_clock::time_point lastAsked{};  ///< for a snapshot at once
  // Told.
  std::uint64_t snapshotsServed = 0;
  std::shared_ptr<const Snapshot> snapshot;
  bool measuring = false;  ///< the snapshot is of the step whose slow measure goes on
  TrainerStatus status;
  Config config;
  bool ended = false;  ///< the worker takes no more steps
};

/// The worker's loop: commands, step, measure, checkpoint, in that order; see Trainer.
class TrainingLoop {
 public:
  TrainingLoop(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Trainer::Options options, Trainer::Start start,
               TrainerMailbox& mailbox);
  void operator()(const std::stop_token& stop);

 private:
  class RunRecorder;
  using Clock = std::chrono::steady_clock;

  void prepare(const Progress& progress);
  void recompute(const Progress& progress);
  void loop(Scheduler::Turn& turn, const std::stop_token& stop);
  void takeCommands();
  void applyAction(const Json& action);
  void serveSnapshot();
  bool waitForWork(Scheduler::Turn& turn, const std::stop_token& stop);
  bool waitForPace(Scheduler::Turn& turn, const std::stop_token& stop);
  bool waitForDisk(const std::stop_token& stop);
  void stepOnce(const Progress& progress);
  void measure();
  void measureAside(const std::function<void()>& work);
  void collectDeferred(bool all);
  std::unique_ptr<Recorder> recorderAt(std::int64_t step);
  void afterEvents();
  void checkpoint(CheckpointKind kind);
  void checkpointIfDue();
  void finish();
  void diverge(const NumericError& error);
  void fail(const std::string& message, bool refused = false);
  void close();
  void setPhase(TrainerStatus::Phase phase, const std::string& message = {});
  void publishRate();
  double wallSeconds() const;

  std::shared_ptr<const Lab> lab_;
  std::shared_ptr<Run> run_;
  Trainer::Options options_;
  Trainer::Start start_;
  TrainerMailbox& mail_;
  std::unique_ptr<Stepper> stepper_;
  DeferredMeasures deferred_;
  std::vector<std::string> newEvents_;
  int eventCheckpoints_ = 0;
  std::int64_t lastCheckpoint_ = -1;
  bool ended_ = false;
  Clock::duration busy_{}, measuring_{};
  Clock::duration longestMeasure_{};
  double earlierSeconds_ = 0;
  Clock::time_point nextStep_{};
  Clock::time_point published_{};
  std::deque<std::pair<Clock::time_point, std::int64_t>> recent_;
};

}  // namespace learnscope
