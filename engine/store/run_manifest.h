// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "engine/core/run.h"
#include "engine/store/sqlite.h"

namespace learnscope {

/// How much is in a file: rewritten with every commit, so that rows that went missing are noticed.
struct RunProgress {
  std::int64_t lastStep = 0;
  std::int64_t points = 0;
  std::int64_t arrays = 0;
  std::int64_t events = 0;
  std::int64_t journal = 0;
  bool operator==(const RunProgress&) const = default;
};

/// What the manifest table says about a run, as text by key.
struct Manifest {
  RunInfo info;
  RunState state = RunState::Created;
  RunProgress progress;
  std::string description;  ///< JSON, as Description::toJson
};

/// Key and value of every row that a new run's manifest has.
std::map<std::string, std::string> manifestRows(const Manifest& manifest);
std::map<std::string, std::string> labelRows(const RunLabel& label);
void writeManifestRow(Database& database, const std::string& key, const std::string& value);
std::string progressText(const RunProgress& progress);
/// Throws DataError naming the key.
Manifest readManifest(Database& database);

/// A description as far as reading a run needs it: titles, measures, event rules. For labs that this program does not
/// have.
Description describedIn(const Manifest& manifest, const std::string& file);

std::string_view checkpointKindName(CheckpointKind kind);

}  // namespace learnscope
