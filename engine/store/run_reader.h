// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include "engine/core/run.h"
#include "engine/store/run_manifest.h"

namespace learnscope {

/// Reads one run file; used by one thread at a time. Everything that comes out has been checked: types, checksums,
/// order, counts. Throws DataError naming file, table and row; IoError.
class RunReader {
 public:
  explicit RunReader(const std::string& path);

  /// Checks the structure of the database; see checkStructure.
  void check();
  Manifest manifest();
  /// All but the data of arrays and checkpoints.
  Run::Contents contents();
  Array array(const std::string& measure, std::int64_t step);
  State checkpoint(std::int64_t step);
  std::vector<CheckpointInfo> checkpoints();
  /// Newest value of every scalar measure, without reading all.
  std::map<std::string, ScalarPoint> lastValues();
  /// First and newest point of a scalar measure; nothing if it has none.
  std::vector<ScalarPoint> ends(const std::string& measure);
  /// Calls `found` with every array in the order of measure and step.
  void eachArray(const std::function<void(const std::string&, std::int64_t, const Array&)>& found);
  std::vector<Event> events();
  std::vector<JournalEntry> journal();
  std::map<std::string, std::vector<ScalarPoint>> scalars();
  Database& database() { return database_; }

 private:
  std::map<std::string, std::vector<std::int64_t>> arraySteps();
  Array decodeArray(const Statement& row, const std::string& measure, std::int64_t step) const;
  [[noreturn]] void refuse(const std::string& place, const std::string& expected) const;
  Database database_;
};

/// What is in the file: newest step, and the counts that the manifest also holds.
RunProgress progressOf(const Run::Contents& contents);

/// Throws IoError if there is no such file, DataError if it is none or is empty. (SQLite takes an empty file for a
/// database.)
void requireRunFile(const std::string& path);
/// Size of the file and of the log beside it.
std::size_t runFileBytes(const std::string& path);

/// Checks of one row of `checkpoints` (step, kind, journal_length, length of state, crc32c).
CheckpointInfo readCheckpointRow(const Statement& row, const std::string& path);

}  // namespace learnscope
