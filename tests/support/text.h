// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <fstream>
#include <string>

namespace learnscope::test {

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline void writeFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// What refused the call, or "" if nothing did.
template <class Expected, class F>
std::string refusal(const F& f) {
  try {
    f();
  } catch (const Expected& error) {
    return error.what();
  }
  return {};
}

}  // namespace learnscope::test

/// Checks for a part of a text, showing what was said instead.
#define EXPECT_HAS(text, part)                                                                                   \
  do {                                                                                                           \
    const std::string whole_ = (text);                                                                           \
    QVERIFY2(learnscope::test::has(whole_, part), ("expected " + std::string(part) + " in: " + whole_).c_str()); \
  } while (false)
