// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/run.h"
#include "engine/store/atomic_file.h"

namespace learnscope {

// What the exporters of data share.

/// The wanted measures that were recorded; all when none is named. Throws ConfigError for a name that is not among
/// them, saying that no `what` of that name was recorded.
std::vector<std::string> chosenMeasures(const std::vector<std::string>& wanted,
                                        const std::vector<std::string>& recorded, const std::string& what);

/// The wanted measures that the run has recorded, by kind; all when none is named. Throws ConfigError.
struct RecordedMeasures {
  std::vector<std::string> scalars, arrays;
};
RecordedMeasures chosenOf(const Run& run, const std::vector<std::string>& wanted);

/// Lab, seed, config, run id, last step, version.
Json exportMetadata(const Run& run);

/// [{"id", "step", "detected", "title", "values"}, ...]
Json exportedEvents(const Run& run);

/// Shortest text that reads back as the same number: "0.1", "nan", "-inf".
void appendShortest(std::string& text, double value);
void appendShortest(std::string& text, float value);

/// A text file that is handed to the disk in pieces and appears whole or not at all.
class TextFile {
 public:
  explicit TextFile(const std::string& path) : file_(path) {}
  std::string& text() { return text_; }
  void endLine() {
    text_ += '\n';
    flushIfLong();
  }
  void flushIfLong() {
    if (text_.size() > flushBytes) flush();
  }
  void commit() {
    flush();
    file_.commit();
  }

 private:
  static constexpr std::size_t flushBytes = std::size_t{1} << 20U;
  void flush() {
    file_.write(text_);
    text_.clear();
  }
  AtomicFile file_;
  std::string text_;
};

}  // namespace learnscope
