// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

using namespace std::chrono_literals;

/// A lock file may be removed by its owner between our open and our lock: then we hold a lock on nothing.
bool stillThere(int file, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(const std::string& path) : lockPath_(path + "-lock") {
  // A reader that asks held() has the lock for an instant: try for a moment.
  const auto end = std::chrono::steady_clock::now() + 200ms;
  do {
    file_ = ::open(lockPath_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) throw IoError(path, "cannot be locked for writing: " + std::string(std::strerror(errno)));
    const bool locked = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
    if (locked && stillThere(file_, lockPath_)) return;
    ::close(file_);
    if (!locked) std::this_thread::sleep_for(10ms);
  } while (std::chrono::steady_clock::now() < end);
  throw IoError(path, "is being written by another window or process; open it for reading, or close it there");
}

FileLock::~FileLock() {
  ::unlink(lockPath_.c_str());
  ::close(file_);
}

bool FileLock::held(const std::string& path) {
  const int file = ::open((path + "-lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool busy = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return busy;
}

bool sharedMemoryIsSafe(const std::string& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return false;
  return sharedMemoryIsSafeOn(static_cast<unsigned long>(info.f_type) & 0xFFFFFFFFUL);
}

bool sharedMemoryIsSafeOn(unsigned long fileSystemType) {
  // statfs(2) and linux/magic.h: NFS, SMB, CIFS, SMB2, FUSE (sshfs among others), 9P, AFS, Ceph, Coda, NCP, OCFS2,
  // Lustre, GPFS.
  constexpr std::array<unsigned long, 13> network = {0x6969,     0x517B,     0xFF534D42, 0xFE534D42, 0x65735546,
                                                     0x01021997, 0x5346414F, 0x00C36400, 0x73757245, 0x564C,
                                                     0x7461636F, 0x0BD00BD0, 0x47504653};
  return std::find(network.begin(), network.end(), fileSystemType) == network.end();
}

}  // namespace learnscope
