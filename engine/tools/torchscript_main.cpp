// SPDX-License-Identifier: GPL-3.0-or-later
// learnscope-torchscript FILE: the recurrent weights of a TorchScript archive as our tensor container on standard
// output. A process of its own, as LibTorch's reader checks nothing: it limits itself before it looks at the file.
// Exit status: 0 done, 2 refused (the reason on standard error); any other end is a crash or a limit.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/tensor_container.h"
#include "engine/tools/torchscript_archive.h"
#include "engine/tools/torchscript_weights.h"

using namespace learnscope;

namespace {

constexpr rlim_t mostCpuSeconds = 20, mostMemory = rlim_t{3} << 30U;
constexpr std::size_t mostFileBytes = std::size_t{1} << 30U;

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  if (setrlimit(static_cast<__rlimit_resource_t>(resource), &both) != 0) _exit(1);
}

/// Address space on top of what is mapped already (libraries, a sanitizer's shadow).
void limitMemory() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  limit(RLIMIT_AS, pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + mostMemory);
}

/// No more memory, time, files, processes or privileges than reading weights takes.
void confine() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CPU, mostCpuSeconds);
  limitMemory();
}

/// The first line that says something: errors of LibTorch carry a backtrace.
std::string firstLine(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string::npos) return "no reason given";
  return text.substr(begin, std::min<std::size_t>(text.find('\n', begin) - begin, 300));
}

void writeAll(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(file, bytes.data(), bytes.size());
    if (n < 0) _exit(1);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "learnscope-torchscript: one FILE expected\n";
    return static_cast<int>(ExitStatus::Refused);
  }
  // What libraries print must not mix with the weights.
  const int out = dup(STDOUT_FILENO);
  if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return static_cast<int>(ExitStatus::Failed);
  confine();
  const std::string path = argv[1];
  try {
    const std::string content = readFile(path, mostFileBytes);
    checkTorchScriptArchive(bytesOf(content), path);
    std::istringstream archive(content);
    writeAll(out, encodeState(torchScriptWeights(archive), false));
    return static_cast<int>(ExitStatus::Done);
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << path << ": TorchScript cannot read it: " << firstLine(error.what()) << '\n';
  }
  return static_cast<int>(ExitStatus::Refused);
}
