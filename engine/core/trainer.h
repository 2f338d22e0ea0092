// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/core/command.h"
#include "engine/core/lab.h"
#include "engine/core/run.h"

namespace learnscope {

class Scheduler;

/// A copied experiment state and the config that was live then.
struct Snapshot {
  std::int64_t step = 0;
  Config config;
  State state;
};

/// What the status bar shows; a value, copied.
struct TrainerStatus {
  enum class Phase { Building, Running, Paused, Waiting, Finished, Diverged, Failed };
  Phase phase = Phase::Building;
  bool running = false;  ///< told to train; it obeys at its next step boundary
  std::int64_t step = 0;
  std::int64_t target = 0;
  double stepsPerSecond = 0;  ///< over the last second
  double measuringShare = 0;  ///< share of the busy time spent measuring, 0..1
  double buildDone = 0;       ///< 0..1 while Building
  std::string message;        ///< what is being built or waited for; the error when Failed or Diverged
  double secondsLeft = 0;
  bool refused = false;  ///< Failed because the input was refused while building: nothing was trained
};

/// Drives one experiment on a worker thread of its own and fills one run.
class Trainer {
 public:
  struct Options {
    double speed = 0;                ///< steps a second; 0 = as fast as possible
    bool paused = true;              ///< wait for `run` after building
    Scheduler* scheduler = nullptr;  ///< shared turns; none: always runs
    std::function<void()> onChange;  ///< called (from the worker) when the phase changes
  };

  /// Starts the worker: builds the experiment, or restores it from the run's newest checkpoint and recomputes to the
  /// run's last step (comparing, never duplicating), then waits or trains.
  Trainer(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Options options);
  /// A branch: `start` is computed on the worker (a replay of the parent), then `difference` is set live.
  using Start = std::function<Snapshot(const Progress&)>;
  Trainer(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Options options, Start start);
  /// Stops at the next step boundary, writes a checkpoint and closes the run.
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// Queues a trainer command (set, run, pause, step, runTo, intervene); it has been parsed. Values are checked here
  /// against the description; throws ConfigError. Those that change the model are journaled.
  void post(const Command& command);
  void setSpeed(double stepsPerSecond);
  double speed() const;
  /// Trains on to a later target; a finished run goes on.
  void setTarget(std::int64_t steps);

  TrainerStatus status() const;
  /// The config with all live changes applied.
  Config liveConfig() const;
  /// The newest state copied between steps (latest wins), after the commands posted so far; waits at most until the
  /// next step boundary. Null before built.
  std::shared_ptr<const Snapshot> snapshot();
  /// The same for looking at the weights: while a slow measure goes on, the state that is being measured, at once,
  /// unless an intervention waits.
  std::shared_ptr<const Snapshot> snapshotAtOnce();
  /// Blocks until the phase is Finished, Diverged, Failed or Paused.
  void wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The state at any recorded step: the nearest earlier checkpoint, replayed with the journal's entries before that
/// step, or with the first `journalLength` entries if given (the state just before an intervention). Not on the GUI
/// thread.
Snapshot stateAt(std::shared_ptr<const Lab> lab, const Run& run, std::int64_t step, const Progress& progress,
                 std::optional<std::size_t> journalLength = {});

}  // namespace learnscope
