// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace learnscope {

/// Exit status of the program and of every subcommand.
enum class ExitStatus : int { Done = 0, Failed = 1, Refused = 2, Diverged = 3 };

/// One thing that is wrong with a config: where (JSON pointer, e.g. "/weightDecay"), the value given, what is allowed.
/// A warning does not refuse the run.
struct Problem {
  std::string pointer;
  std::string value;
  std::string allowed;
  bool warning = false;
  std::string text() const;
};

/// Base of all errors that are shown to a user; what() is the whole sentence.
class Error : public std::runtime_error {
 public:
  Error(const std::string& text, ExitStatus status) : std::runtime_error(text), status_(status) {}
  ExitStatus exitStatus() const { return status_; }

 private:
  ExitStatus status_;
};

/// A config, command or command line that is refused; carries every problem found.
class ConfigError : public Error {
 public:
  explicit ConfigError(std::vector<Problem> problems);
  ConfigError(std::string pointer, std::string value, std::string allowed);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// A file whose content is refused: place is a line, byte offset or field ("row 3, column 5").
class DataError : public Error {
 public:
  DataError(const std::string& file, const std::string& place, const std::string& expected);
};

/// Training produced a value that is not finite.
class NumericError : public Error {
 public:
  NumericError(std::int64_t step, const std::string& what);
  std::int64_t step() const { return step_; }

 private:
  std::int64_t step_;
};

/// Reading or writing failed for a reason outside the content (no space, no permission).
class IoError : public Error {
 public:
  IoError(const std::string& file, const std::string& reason);
};

/// The known name nearest to `name` by edit distance (at most 3 edits), or "".
std::string nearestName(const std::string& name, const std::vector<std::string>& known);

/// Texts of the engine that translators see; the identity at run time.
#define LS_TR(text) text

}  // namespace learnscope
