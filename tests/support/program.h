// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "app/app.h"
#include "tests/support/support.h"
#include "tests/support/text.h"
#include "tests/support/tiny_lab.h"

namespace learnscope::test {

/// What one call of the program said.
struct Outcome {
  int status = -1;
  std::string out, err;
};

/// Calls the program in this process, its output caught.
inline Outcome callProgram(const Registry& registry, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "learnscope");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::ostringstream out, err;
  std::streambuf* const oldOut = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const oldErr = std::cerr.rdbuf(err.rdbuf());
  Outcome outcome;
  outcome.status = runApplication(registry, static_cast<int>(arguments.size()), argv.data());
  std::cout.rdbuf(oldOut);
  std::cerr.rdbuf(oldErr);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

/// Each line of `text` as JSON.
inline std::vector<Json> jsonLines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

/// The program with the tiny lab alone, and a folder for its files.
class Program {
 public:
  Program() { registry_.add(tinyLab()); }
  const Registry& registry() const { return registry_; }
  const std::string& folder() const { return folder_.path(); }
  std::string path(const std::string& name) const { return folder_.path(name); }
  Outcome operator()(const std::vector<std::string>& arguments) const { return callProgram(registry_, arguments); }

  /// Trains the tiny lab into a new file of that name; its path, or what went wrong.
  std::string train(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", "tiny", "--out", path(name)};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = (*this)(words);
    return outcome.status == 0 ? path(name) : "not trained: " + outcome.err;
  }
  std::string digest(const std::string& file) const { return (*this)({"info", file, "--digest"}).out; }
  Json info(const std::string& file) const { return Json::parse((*this)({"info", file, "--json"}).out); }

 private:
  Registry registry_;
  TemporaryFolder folder_;
};

}  // namespace learnscope::test

/// Check an exit status or a part of a text, showing what was said instead.
#define EXPECT_STATUS(outcome, wanted)                                                     \
  do {                                                                                     \
    const learnscope::test::Outcome outcome_ = (outcome);                                  \
    QVERIFY2(outcome_.status == (wanted),                                                  \
             ("status " + std::to_string(outcome_.status) + ": " + outcome_.err).c_str()); \
  } while (false)
