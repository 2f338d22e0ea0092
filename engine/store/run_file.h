// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/core/registry.h"
#include "engine/core/run.h"
#include "engine/core/session.h"

namespace learnscope {

/// Schema of the .lscope file; a newer one is refused, an older one is migrated on a copy.
inline constexpr int runFileSchema = 1;

/// Creates a new run file (refuses to overwrite) and the run that writes into it through a writer thread.
std::shared_ptr<Run> createRunFile(const std::string& path, const Lab& lab, RunInfo info);

enum class OpenMode { Read, Append };

/// Opens a run file. The description comes from `registry`'s lab, or from the file itself when the lab is unknown. A
/// second opener reads only (Append then throws IoError). Scalars, events and journal are in memory, arrays stay on
/// disk. Throws DataError naming file, place and what was expected; IoError.
std::shared_ptr<Run> openRunFile(const std::string& path, const Registry& registry, OpenMode mode);

/// The file of a branch's parent: where the branch was made, else beside it; "" if it is in neither place.
std::string parentFile(const Run& run);

/// Manifest and last values without reading the whole file; see `info --json` for the form.
Json runFileInfo(const std::string& path);

/// Hash of config, seed, scalars, arrays, events and journal; times and ids aside. 16 hex digits.
std::string runFileDigest(const std::string& path);

/// Runs in `folder`, newest first: {path, info, state, bytes}; unreadable files carry an error.
struct RunFileEntry {
  std::string path;
  RunInfo info;
  RunState state = RunState::Created;
  std::int64_t lastStep = 0;
  std::size_t bytes = 0;
  std::string error;
};
std::vector<RunFileEntry> listRunFiles(const std::string& folder);

/// Makes run files in one folder, named after lab, time and id.
class FolderRunFactory : public RunFactory {
 public:
  explicit FolderRunFactory(std::string folder) : folder_(std::move(folder)) {}
  std::shared_ptr<Run> create(const Lab& lab, RunInfo info) override;
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace learnscope
