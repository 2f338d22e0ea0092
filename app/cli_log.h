// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "engine/core/run.h"

namespace learnscope::cli {

/// Writes one JSON line per step of a run at which scalars were recorded or events detected:
/// {"step": 10, "loss": 0.5, ..., "events": [...]}; "file" comes first when several runs write to one stream.
class JsonLog {
 public:
  /// `fromStart`: also what the run holds already (a resumed run's lines begin where it continues).
  JsonLog(const Run& run, std::string file, bool fromStart);
  /// Writes the lines that are complete: measures may be computed aside, and are all there at a checkpoint. With `all`,
  /// the rest.
  void write(std::ostream& out, bool all);

 private:
  const Run& run_;
  std::string file_;
  std::map<std::string, std::size_t> written_;  // points of each scalar
  std::size_t events_ = 0;
};

/// Counts of the values of an array in ten equal bins: over [0, 1] when all values lie there, else from least to
/// greatest.
/// {"step", "edges" [11], "counts" [10], "notFinite"}.
Json histogram(const Array& array, std::int64_t step);

/// {"id", "step", "detected", "title"}, and "values" if there are any.
Json eventJson(const Event& event);

/// What a run came to: lab, config, seed, file, state, steps, seconds, events, the last value of every scalar, and the
/// histograms of the array measures named.
Json summaryJson(const Run& run, const std::string& file, const std::vector<std::string>& histograms);
/// The same for people.
void writeSummary(std::ostream& out, const Json& summary);

}  // namespace learnscope::cli
