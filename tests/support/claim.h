// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <cstdarg>
#include <cstdio>

namespace learnscope::test {

/// Prints one line of what a claim measured; the manual's tables are made of these.
[[gnu::format(printf, 1, 2)]] inline void measured(const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  std::fputs("MEASURED ", stdout);
  std::vprintf(format, values);
  std::fputs("\n", stdout);
  va_end(values);
  std::fflush(stdout);
}

}  // namespace learnscope::test

/// Fails with the value and the bounds in the message.
#define VERIFY_BETWEEN(value, low, high)                                                                        \
  do {                                                                                                          \
    const double shown = static_cast<double>(value);                                                            \
    QVERIFY2(shown >= (low) && shown <= (high),                                                                 \
             (#value " = " + std::to_string(shown) + ", expected " + std::to_string(static_cast<double>(low)) + \
              " to " + std::to_string(static_cast<double>(high)))                                               \
                 .c_str());                                                                                     \
  } while (false)
