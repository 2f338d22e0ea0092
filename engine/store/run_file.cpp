// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_file.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <thread>

#include "engine/core/errors.h"
#include "engine/store/run_schema.h"
#include "engine/store/run_store.h"

namespace fs = std::filesystem;

namespace learnscope {
namespace {

/// One name for one file, so that two names never give two locks.
std::string canonical(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(fs::absolute(path), error);
  if (error) throw IoError(path, error.message());
  return found.string();
}

std::string utcNow(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

std::string thisMachine() {
  utsname system{};
  if (uname(&system) != 0) return "";
  return std::string(system.sysname) + " " + system.release + " " + system.machine + ", " +
         std::to_string(std::thread::hardware_concurrency()) + " cores";
}

/// Gives `from` the name `to` unless that exists.
void renameNew(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  // Not every file system can do that in one step.
  if (errno != EEXIST && link(from.c_str(), to.c_str()) == 0) {
    unlink(from.c_str());
    return;
  }
  if (errno == EEXIST || fs::exists(to)) throw IoError(to, "exists already; choose another name");
  if (std::rename(from.c_str(), to.c_str()) != 0) throw IoError(to, std::strerror(errno));
}

void removeWithJournals(const std::string& path) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
}

/// A complete, empty run file under its final name, or nothing.
void makeFile(const std::string& path, const Manifest& manifest) {
  const std::string aside = path + "-new";
  removeWithJournals(aside);
  try {
    {
      Database database(aside, Database::Access::Create);
      createSchema(database);
      Transaction transaction(database, true);
      for (const auto& [key, value] : manifestRows(manifest)) writeManifestRow(database, key, value);
      transaction.commit();
    }
    renameNew(aside, path);
  } catch (...) {
    removeWithJournals(aside);
    throw;
  }
}

/// A run that was running, and whose writer is gone, was interrupted.
RunState stateNow(RunState stored, bool written) {
  return stored == RunState::Running && !written ? RunState::Interrupted : stored;
}

RecordedSteps recordedSteps(const Run::Contents& contents) {
  RecordedSteps recorded;
  for (const auto& [measure, points] : contents.scalars) recorded.scalars[measure] = points.back().step;
  for (const auto& [measure, steps] : contents.arrays) recorded.arrays[measure] = steps.back();
  return recorded;
}

RunFileEntry entryOf(const std::string& path) {
  RunFileEntry entry;
  entry.path = path;
  entry.bytes = runFileBytes(path);
  try {
    const bool written = FileLock::held(path);
    Manifest manifest = RunReader(path).manifest();
    entry.state = stateNow(manifest.state, written);
    entry.lastStep = manifest.progress.lastStep;
    entry.info = std::move(manifest.info);
  } catch (const std::exception& error) {
    entry.error = error.what();
  }
  return entry;
}

}  // namespace

std::shared_ptr<Run> createRunFile(const std::string& path, const Lab& lab, RunInfo info) {
  const std::string file = canonical(path);
  if (fs::exists(file)) throw IoError(path, "exists already; choose another name");
  if (info.id.empty()) info.id = newRunId();
  if (info.lab.empty()) info.lab = lab.describe().id;
  if (info.created.empty()) info.created = utcNow("%Y-%m-%dT%H:%M:%SZ");
  if (info.appVersion.empty()) info.appVersion = LEARNSCOPE_VERSION;
  if (info.machine.empty()) info.machine = thisMachine();
  if (!info.difference.is_object()) info.difference = Json::object();
  if (fs::path(info.parentPath).is_absolute()) {
    std::error_code other;  // on another disk there is no relative way
    const fs::path way = fs::relative(info.parentPath, fs::path(file).parent_path(), other);
    if (!other && !way.empty()) info.parentPath = way.string();
  }
  const Description description = lab.describe(info.config);
  auto lock = std::make_unique<FileLock>(file);
  RunProgress progress;
  progress.lastStep = info.forkStep;
  makeFile(file, {info, RunState::Created, progress, description.toJson().dump()});
  auto writer = std::make_unique<RunWriter>(file, description, WriterLimits());
  auto store = std::make_shared<WritingRunStore>(file, description, WriterLimits(), std::move(lock), std::move(writer),
                                                 RecordedSteps());
  return std::make_shared<Run>(std::move(info), description, std::move(store));
}

std::shared_ptr<Run> openRunFile(const std::string& path, const Registry& registry, OpenMode mode) {
  const std::string file = canonical(path);
  requireRunFile(file);
  std::unique_ptr<FileLock> lock;
  if (mode == OpenMode::Append) lock = std::make_unique<FileLock>(file);
  // Asked before reading: a writer that ends in between has written its last state by then.
  const bool written = !lock && FileLock::held(file);
  auto reader = std::make_unique<RunReader>(file);
  reader->check();
  Run::Contents contents = reader->contents();
  const Manifest manifest = reader->manifest();
  contents.state = stateNow(contents.state, written);
  const std::shared_ptr<const Lab> lab = registry.find(manifest.info.lab);
  const Description description = lab ? lab->describe(manifest.info.config) : describedIn(manifest, file);
  std::shared_ptr<RunStore> store;
  if (lock) {
    reader.reset();
    auto writer = std::make_unique<RunWriter>(file, description, WriterLimits());
    store = std::make_shared<WritingRunStore>(file, description, WriterLimits(), std::move(lock), std::move(writer),
                                              recordedSteps(contents));
  } else {
    store = std::make_shared<ReadingRunStore>(std::move(reader));
  }
  auto run = std::make_shared<Run>(manifest.info, description, std::move(store));
  run->fill(std::move(contents));
  return run;
}

std::string parentFile(const Run& run) {
  if (run.info().parent.empty() || !run.store()) return "";
  const fs::path folder = fs::path(run.store()->path()).parent_path();
  const auto isParent = [&](const std::string& file) {
    std::error_code error;
    return fs::is_regular_file(file, error) && entryOf(file).info.id == run.info().parent;
  };
  const std::string remembered = (folder / run.info().parentPath).lexically_normal().string();
  if (isParent(remembered)) return remembered;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, error))
    if (file.path().extension() == ".lscope" && isParent(file.path().string())) return file.path().string();
  return "";
}

std::vector<RunFileEntry> listRunFiles(const std::string& folder) {
  std::vector<RunFileEntry> entries;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder, error))
    if (file.path().extension() == ".lscope") entries.push_back(entryOf(file.path().string()));
  std::sort(entries.begin(), entries.end(), [](const RunFileEntry& a, const RunFileEntry& b) {
    return std::tie(b.info.created, b.path) < std::tie(a.info.created, a.path);
  });
  return entries;
}

std::shared_ptr<Run> FolderRunFactory::create(const Lab& lab, RunInfo info) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw IoError(folder_, "cannot be created: " + error.message());
  if (info.id.empty()) info.id = newRunId();
  const std::string name = lab.describe().id + "-" + utcNow("%Y%m%d-%H%M%S") + "-" + info.id.substr(0, 8) + ".lscope";
  return createRunFile((fs::path(folder_) / name).string(), lab, std::move(info));
}

}  // namespace learnscope
