// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/run.h"
#include "engine/store/run_manifest.h"

namespace learnscope {

/// What is written in one transaction.
struct RunBatch {
  struct ArrayRow {
    std::string measure;
    std::int64_t step;
    Array value;
  };
  struct CheckpointRow {
    CheckpointInfo info;
    State state;
  };
  std::map<std::string, std::vector<ScalarPoint>, std::less<>> scalars;
  std::vector<ArrayRow> arrays;
  std::vector<Event> events;
  std::vector<JournalEntry> journal;
  std::vector<CheckpointRow> checkpoints;
  std::map<std::string, std::string> manifest;  ///< changed rows: state, label, steps
  std::int64_t lastStep = 0;
  std::size_t bytes = 0;
  bool empty() const { return bytes == 0; }
};

struct WriterLimits {
  std::size_t checkpointBytes = std::size_t{512} << 20U;  ///< above it regular checkpoints go
  std::size_t eventCheckpoints = 64;
  bool rollbackJournal = false;  ///< even where the write-ahead log would be safe
};

/// Writes into an existing run file, whose lock is held; used by one thread at a time. Throws DataError, IoError.
class RunWriter {
 public:
  RunWriter(const std::string& path, const Description& description, WriterLimits limits);

  /// All of it or nothing.
  void commit(const RunBatch& batch);
  /// Joins the chunks of every measure, gives free pages back and folds the log into the file. It stays open for
  /// reading.
  void finish();
  const std::vector<CheckpointInfo>& checkpoints() const { return checkpoints_; }

 private:
  void writeScalars(const std::string& measure, std::span<const ScalarPoint> points);
  void writeMeasure(const std::string& measure, MeasureKind kind);
  void writeArray(const RunBatch::ArrayRow& row);
  void writeEvent(const Event& event, std::int64_t number);
  void writeJournal(const JournalEntry& entry, std::int64_t number);
  void writeCheckpoint(const RunBatch::CheckpointRow& row);
  void insertCheckpoint(const CheckpointInfo& info, ByteView container);
  /// Drops those whose loss widens gaps least, so that the whole history stays about equally quick to seek.
  void thinCheckpoints();
  void joinChunks(const std::string& measure, std::size_t chunkPoints);

  Database database_;
  Description description_;
  WriterLimits limits_;
  RunProgress progress_;
  std::vector<CheckpointInfo> checkpoints_;
  std::map<std::string, int> smallChunks_;
  std::map<std::string, bool> knownMeasures_;
};

}  // namespace learnscope
