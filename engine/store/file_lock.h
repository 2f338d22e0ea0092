// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace learnscope {

/// The right to write a run file: an flock on "<path>-lock", which the kernel gives back however the process ends. It
/// is not taken on the run file itself, because closing a descriptor of that would drop SQLite's locks.
class FileLock {
 public:
  /// Throws IoError if another process or another object of this one holds it.
  explicit FileLock(const std::string& path);
  /// Removes the lock file.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// True while somebody holds the lock of `path`.
  static bool held(const std::string& path);

 private:
  std::string lockPath_;
  int file_ = -1;
};

/// False on network file systems, where SQLite's write-ahead log (shared memory) is unsafe.
bool sharedMemoryIsSafe(const std::string& folder);
/// The same for a statfs type; local ones and unknown ones are safe, FUSE is not.
bool sharedMemoryIsSafeOn(unsigned long fileSystemType);

}  // namespace learnscope
