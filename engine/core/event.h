// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/core/parameter.h"

namespace learnscope {

/// A detected moment of a run.
struct Event {
  std::string id;             ///< "memorised"; indexed ones carry the index: "feature-7"
  std::int64_t step = 0;      ///< when it happened
  std::int64_t detected = 0;  ///< when the rule could tell (>= step)
  std::string title;          ///< as the timeline shows it
  Json values = Json::object();
  bool operator==(const Event&) const = default;
};

/// One thing the user did to a run, with its step, as a command of the vocabulary.
struct JournalEntry {
  std::int64_t step = 0;
  Json command;
  bool operator==(const JournalEntry&) const = default;
};

}  // namespace learnscope
