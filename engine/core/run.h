// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/config.h"
#include "engine/core/description.h"
#include "engine/core/event.h"
#include "engine/core/series.h"
#include "engine/core/state.h"

namespace learnscope {

/// Running: a trainer drives it. Interrupted: found again after a crash. Finished: reached its target steps.
enum class RunState : int { Created, Running, Paused, Finished, Diverged, Failed, Interrupted };
std::string_view runStateName(RunState state);

/// What a user wrote on a run; may change at any time.
struct RunLabel {
  std::string title;
  std::string note = {};
  bool starred = false;
  bool operator==(const RunLabel&) const = default;
};

/// Manifest of a run; what identifies and reproduces it.
struct RunInfo {
  std::string id;  ///< random, 16 hex digits
  std::string lab;
  Config config;  ///< complete, as at step 0 (of a branch: at the fork)
  std::uint64_t seed = 0;
  std::int64_t steps = 0;  ///< target
  RunLabel label = {};     ///< as it was when the run was made or opened; Run::label() is the newest
  std::string created;     ///< ISO 8601, UTC
  std::string appVersion;
  std::string machine;
  std::string parent;                ///< id of the parent run, or ""
  std::string parentPath;            ///< relative to this file, or ""
  std::int64_t forkStep = 0;         ///< step 0 of this file's history
  Json difference = Json::object();  ///< of a branch: what was changed at the fork
};

/// Why a checkpoint was written; those of events and interventions survive thinning.
enum class CheckpointKind : int { Regular, Start, Pause, Event, Intervention, Close };

struct CheckpointInfo {
  std::int64_t step = 0;
  CheckpointKind kind = CheckpointKind::Regular;
  std::size_t bytes = 0;
  std::size_t journalLength = 0;  ///< journal entries applied before it
};

/// Disk a run takes, and how much its checkpoints may take before regular ones are thinned out; bytes. 0 of a run that
/// is kept in memory.
struct RunBudget {
  std::size_t bytes = 0;
  std::size_t checkpointBytes = 0;
  std::size_t checkpointLimit = 0;
};

/// Where a run is kept. Implemented by engine/store (a .lscope file) and by tests (memory). The append functions are
/// called by one thread at a time, only queue, and never wait for the disk; the read functions may be called from any
/// thread but the GUI's. All throw IoError.
class RunStore {
 public:
  virtual ~RunStore() = default;
  virtual void scalar(const std::string& measure, ScalarPoint point) = 0;
  virtual void array(const std::string& measure, std::int64_t step, const Array& value) = 0;
  virtual void event(const Event& event) = 0;
  virtual void journal(const JournalEntry& entry) = 0;
  virtual void checkpoint(const CheckpointInfo& info, const State& state) = 0;
  virtual void state(RunState state) = 0;
  virtual void label(const RunLabel& label) = 0;
  virtual void steps(std::int64_t target) = 0;
  /// Returns once all that was appended so far is on disk.
  virtual void flush() = 0;
  /// flush, compact, and make one plain file of it. Further appends reopen it.
  virtual void close() = 0;
  virtual RunBudget budget() const = 0;
  /// Bytes waiting for the disk; above 256 MB the trainer waits and says so.
  virtual std::size_t queuedBytes() const = 0;
  /// What failed on the writer thread, or "".
  virtual std::string failure() const = 0;
  virtual std::string path() const = 0;

  virtual Array loadArray(const std::string& measure, std::int64_t step) = 0;
  virtual std::vector<CheckpointInfo> checkpoints() = 0;
  /// The state of the checkpoint at exactly `step`.
  virtual State loadCheckpoint(std::int64_t step) = 0;
};

/// One training history in memory: append-only, one writer (its trainer), any number of readers that never block it.
class Run {
 public:
  /// `store` may be null: the run is kept in memory. The trainer's own measure "wallTime" is added to the description.
  Run(RunInfo info, Description description, std::shared_ptr<RunStore> store);
  ~Run();

  const RunInfo& info() const { return info_; }
  const Description& description() const { return description_; }
  RunStore* store() const { return store_.get(); }

  // Reading: any thread.
  /// Step 0 of nothing recorded; else the step the trainer has reached.
  std::int64_t lastStep() const { return lastStep_.load(std::memory_order_acquire); }
  RunState state() const { return state_.load(std::memory_order_acquire); }
  bool hasRecorded(const std::string& event) const;
  std::int64_t targetSteps() const { return targetSteps_.load(); }
  RunLabel label() const;
  std::string title() const { return label().title; }
  std::string stateMessage() const;
  /// Grows with every change: a reader polls it to know that something is new.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// The series of a scalar measure; an empty one if nothing was recorded. Valid as long as the run.
  const ScalarSeries& scalars(const std::string& measure) const;
  /// Steps at which an array measure was recorded, ascending.
  const AppendOnly<struct ArrayEntry>& arrays(const std::string& measure) const;
  /// The array recorded at or before `step` if it is in memory; null if none or not loaded (then see loadArray).
  std::shared_ptr<const Array> arrayInMemory(const std::string& measure, std::int64_t step) const;
  /// The same, from disk when needed. Not on the GUI thread.
  std::shared_ptr<const Array> loadArray(const std::string& measure, std::int64_t step) const;
  std::vector<Event> events() const;
  std::vector<JournalEntry> journal() const;
  /// Steps to which seek() can go at once.
  std::vector<CheckpointInfo> checkpoints() const;
  RunBudget budget() const { return store_ ? store_->budget() : RunBudget(); }
  /// Names of scalar / array measures that have at least one value.
  std::vector<std::string> recordedScalars() const;
  std::vector<std::string> recordedArrays() const;

  // Writing: the trainer's thread (or the reader of a file, before the run is shared). What is at or before the newest
  // row of its measure is a recomputation after a crash: it is compared with the row, never written again.
  void addScalar(std::string_view measure, ScalarPoint point);
  void addArray(std::string_view measure, std::int64_t step, Array value);
  void addEvent(Event event);
  void addJournal(JournalEntry entry);
  void addCheckpoint(CheckpointInfo info, const State& state);
  void setLastStep(std::int64_t step);
  void setState(RunState state, const std::string& message = {});
  void setLabel(const RunLabel& label);
  void setTargetSteps(std::int64_t steps);
  /// Called by the reader of a file: what the file holds, without writing it again. Array data stays on disk.
  struct Contents {
    std::map<std::string, std::vector<ScalarPoint>> scalars;
    std::map<std::string, std::vector<std::int64_t>> arrays;
    std::vector<Event> events;
    std::vector<JournalEntry> journal;
    std::vector<CheckpointInfo> checkpoints;
    std::int64_t lastStep = 0;
    RunState state = RunState::Created;
  };
  void fill(Contents contents);
  /// Recomputed values that were not bit for bit those recorded.
  std::int64_t replayMismatches() const { return replayMismatches_.load(); }

 private:
  struct Impl;
  RunInfo info_;
  Description description_;
  std::shared_ptr<RunStore> store_;
  std::unique_ptr<Impl> impl_;
  std::atomic<std::int64_t> lastStep_{0};
  std::atomic<std::int64_t> targetSteps_{0};
  std::atomic<RunState> state_{RunState::Created};
  std::atomic<std::uint64_t> version_{0};
  std::atomic<std::int64_t> replayMismatches_{0};
};

/// One recorded array: its data while in memory (a cache of 256 MB a run, or always if the run has no store), else on
/// disk.
struct ArrayEntry {
  std::int64_t step = 0;
  mutable std::atomic<std::weak_ptr<const Array>> data;
  ArrayEntry() = default;
  explicit ArrayEntry(std::int64_t at) : step(at) {}
  ArrayEntry(ArrayEntry&& other) noexcept { *this = std::move(other); }
  ArrayEntry& operator=(ArrayEntry&& other) noexcept {
    step = other.step;
    data = other.data.load();
    return *this;
  }
};

std::string newRunId();

}  // namespace learnscope
