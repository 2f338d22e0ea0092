// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tools/torchscript_file.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "engine/core/errors.h"
#include "engine/store/bytes.h"
#include "engine/store/tensor_container.h"

extern char** environ;

namespace learnscope {
namespace {

constexpr const char* helperName = "learnscope-torchscript";
constexpr std::size_t mostWeightBytes = std::size_t{1} << 29U, mostSaidBytes = 2000;
constexpr std::chrono::seconds longest{30};

/// Beside the program, or where an installed program keeps its helpers.
std::string helperPath() {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
  for (const auto& path : {folder / helperName, folder.parent_path() / "libexec" / "learnscope" / helperName})
    if (access(path.c_str(), X_OK) == 0) return path.string();
  throw IoError((folder / helperName).string(), "the helper that reads TorchScript is not there");
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw IoError("pipe", "no more files can be opened");
  }
  ~Pipe() {
    closeEnd(0);
    closeEnd(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int end(std::size_t which) const { return ends_[which]; }
  void closeEnd(std::size_t which) {
    if (ends_[which] >= 0) close(ends_[which]);
    ends_[which] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// The helper at work; killed if it is left before its end.
class Helper {
 public:
  Helper(const std::string& program, const std::string& path) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.end(1), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.end(1), STDERR_FILENO);
    std::string name = helperName, file = path;
    char* arguments[] = {name.data(), file.data(), nullptr};
    const int failed = posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    out.closeEnd(1);
    err.closeEnd(1);
    if (failed != 0) {
      process_ = -1;
      throw IoError(program, "cannot be started");
    }
  }
  ~Helper() {
    if (process_ < 0) return;
    kill(process_, SIGKILL);
    wait();
  }
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  /// The status of waitpid.
  int wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
    return status;
  }

  Pipe out, err;

 private:
  pid_t process_ = -1;
};

/// Appends what a pipe holds; false at its end.
bool drain(int file, std::string& to) {
  std::array<char, 65536> part;
  const ssize_t n = read(file, part.data(), part.size());
  if (n < 0) return errno == EINTR;
  to.append(part.data(), static_cast<std::size_t>(n));
  return n > 0;
}

/// Everything the helper says until it closes both pipes; false if it says too much or takes too long.
bool listen(Helper& helper, std::string& out, std::string& err) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  bool outOpen = true, errOpen = true;
  while (outOpen || errOpen) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    std::array<pollfd, 2> watched{pollfd{outOpen ? helper.out.end(0) : -1, POLLIN, 0},
                                  pollfd{errOpen ? helper.err.end(0) : -1, POLLIN, 0}};
    if (poll(watched.data(), watched.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    if (watched[0].revents != 0) outOpen = drain(helper.out.end(0), out);
    if (watched[1].revents != 0) errOpen = drain(helper.err.end(0), err);
    if (out.size() > mostWeightBytes) return false;
    if (err.size() > 16 * mostSaidBytes) err.erase(0, err.size() - mostSaidBytes);
  }
  return true;
}

/// The last line, which the helper says itself, without control characters.
std::string lastLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (const std::size_t line = text.rfind('\n'); line != std::string::npos) text.erase(0, line + 1);
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 32; });
  return text.substr(0, mostSaidBytes);
}

}  // namespace

std::map<std::string, Array> readTorchScript(const std::string& path) {
  Helper helper(helperPath(), path);
  std::string out, err;
  if (!listen(helper, out, err))
    throw DataError(path, "", "weights that can be read within 30 s and 512 MB expected (TorchScript helper stopped)");
  const int status = helper.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == static_cast<int>(ExitStatus::Refused))
    throw Error(lastLine(std::move(err)), ExitStatus::Refused);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw DataError(path, "", "an undamaged TorchScript archive expected (its reader crashed or reached its limits)");
  return decodeState(bytesOf(out), path).arrays();
}

}  // namespace learnscope
