// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/core/lab.h"
#include "engine/core/run.h"

namespace learnscope {

/// A number that a run gives: a statistic of a measure's records, or the step of an event.
struct RunNumber {
  enum class Take { Last, Mean, Smallest, Largest, FirstAbove, FirstBelow };
  using Bound = std::variant<std::monostate, std::int64_t, std::string>;  ///< of the records: a step, or an event's

  std::string measure, event;  ///< one of the two
  /// Place in an array measure; of one with more axes the mean over the others. Empty: a scalar.
  std::vector<std::int64_t> item;
  Take take = Take::Last;
  std::size_t records = 1;  ///< of a mean: how many of the last ones
  double threshold = 0;     ///< of FirstAbove and FirstBelow, which give a step
  Bound from, until;        ///< records in this range count, ends included
};

/// What a paper says of a lab, or what was found here, as one number of a run and the bounds it must lie in. JSON form:
/// resources/docs/views.md, "Claims".
struct Claim {
  enum class Source { Paper, Ours };

  std::string id;
  std::string text;  ///< one sentence
  Source source = Source::Paper;
  std::vector<std::string> presets;  ///< it is about runs of these, whatever the seed,
  Json set;                          ///< or of these values over the lab's defaults (null: none)
  Json when;                         ///< of the presets' runs only those with these values (null: all)
  std::int64_t step = 0;             ///< when it is decided; 0: at the end of the preset
  RunNumber value;
  std::optional<RunNumber> over, minus;  ///< the value is divided by it, or it is subtracted
  std::optional<double> least, most;     ///< both included
  bool never = false;                    ///< instead of bounds: the event must not happen

  /// "0.035 … 0.065", "≤ 0.03", "never".
  std::string expected() const;
};

/// Holds and Fails are final. Open: the run has not come so far, or nothing was recorded yet. NotAsked: the run has
/// another configuration, or something was done to it.
enum class Verdict { Holds, Fails, Open, NotAsked };
std::string_view verdictName(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::NotAsked;
  std::optional<double> value;  ///< so far; infinite: a moment that has not come
  std::int64_t step = -1;       ///< of the record or event that decides, or has the value so far; -1: none
  bool operator==(const Judgement&) const = default;
};

/// The claims of a lab's page.
class Claims {
 public:
  /// The array of a measure recorded at exactly a step; null while it is on its way.
  using ArrayAt = std::function<std::shared_ptr<const Array>(const std::string& measure, std::int64_t step)>;

  Claims() = default;
  /// Those of `page`, checked against the lab: throws ConfigError naming the place of what is malformed or unknown.
  Claims(const Json& page, const Lab& lab);
  /// Those of the lab's own page.
  static Claims of(const Lab& lab);

  const std::vector<Claim>& list() const { return list_; }
  bool empty() const { return list_.empty(); }
  Judgement judge(const Claim& claim, const Run& run, const ArrayAt& arrayAt) const;
  /// Reads arrays from disk where needed: not on the GUI thread.
  Judgement judge(const Claim& claim, const Run& run) const;

 private:
  struct Setting {
    std::vector<Config> configs;  ///< of its runs
    std::vector<Json> commands;   ///< that change them on the way, as journaled
    std::int64_t steps = 0;
  };
  static Setting settingOf(const Json& preset, const Lab& lab);
  std::optional<std::int64_t> endFor(const Claim& claim, const Run& run) const;
  bool matches(const Setting& setting, const Run& run, std::int64_t end) const;
  std::vector<Json> interferences(const Run& run, std::int64_t end) const;
  bool aside(const std::string& parameter) const;

  std::vector<Claim> list_;
  std::map<std::string, Setting> settings_;  ///< of the presets that claims name, and of their `set`, as text
  std::vector<std::string> aside_;           ///< parameters that change nothing that claims look at
};

/// One judgement as `info --json` gives it.
Json judgementJson(const Claim& claim, const Judgement& judgement);

}  // namespace learnscope
