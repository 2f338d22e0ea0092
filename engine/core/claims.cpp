// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/claims.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/claims_page.h"
#include "engine/core/short_number.h"

namespace learnscope {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// A number with the step it comes from; final once no further step can change it.
struct Found {
  double value = std::nan("");
  std::int64_t step = -1;
  bool final = false;
  bool known() const { return !std::isnan(value); }
};

/// Takes numbers from what a run recorded up to a step.
class Taker {
 public:
  Taker(const Run& run, const Claims::ArrayAt& arrayAt, std::int64_t end)
      : run_(run), arrayAt_(arrayAt), end_(end), reached_(run.lastStep() >= end) {}

  Found take(const RunNumber& number) const {
    if (!number.event.empty()) return eventOf(number.event);
    const std::optional<std::int64_t> from = stepOf(number.from, 0), until = stepOf(number.until, end_);
    if (!from || !until) return {};
    const std::int64_t last = std::min(*until, end_);
    const Found found = number.item.empty() ? ofScalar(number, *from, last) : ofArray(number, *from, last);
    return found.known() ? found : Found();  // what is not a number decides nothing
  }
  bool reached() const { return reached_; }

 private:
  Found eventOf(const std::string& id) const {
    for (const Event& event : run_.events())
      if (event.id == id && event.step <= end_) return {static_cast<double>(event.step), event.step, true};
    return {never, -1, reached_};
  }

  /// Nothing of an event that has not happened: no record counts yet.
  std::optional<std::int64_t> stepOf(const RunNumber::Bound& bound, std::int64_t fallback) const {
    if (const auto* step = std::get_if<std::int64_t>(&bound)) return *step;
    const auto* event = std::get_if<std::string>(&bound);
    if (!event) return fallback;
    const Found found = eventOf(*event);
    return found.step < 0 ? std::nullopt : std::optional(found.step);
  }

  Found ofScalar(const RunNumber& number, std::int64_t from, std::int64_t last) const {
    const ScalarSeries& series = run_.scalars(number.measure);
    const std::ptrdiff_t end = indexAt(series, last) + 1, begin = indexAt(series, from - 1) + 1;
    if (end <= begin) return {};
    using Take = RunNumber::Take;
    const auto at = [&](std::ptrdiff_t i) { return series[static_cast<std::size_t>(i)]; };
    if (number.take == Take::FirstAbove || number.take == Take::FirstBelow) {
      for (std::ptrdiff_t i = begin; i < end; ++i)
        if (number.take == Take::FirstAbove ? at(i).value > number.threshold : at(i).value < number.threshold)
          return {static_cast<double>(at(i).step), at(i).step, true};
      return {never, -1, run_.lastStep() >= last};
    }
    Found found{at(end - 1).value, at(end - 1).step, run_.lastStep() >= last};
    if (number.take == Take::Mean) {
      const auto records = static_cast<std::ptrdiff_t>(number.records);
      if (end - begin < records) return {};
      double sum = 0;
      for (std::ptrdiff_t i = end - records; i < end; ++i) sum += at(i).value;
      found.value = sum / static_cast<double>(records);
    }
    const bool extreme = number.take == Take::Smallest || number.take == Take::Largest;
    if (extreme) found.value = at(begin).value, found.step = at(begin).step;
    for (std::ptrdiff_t i = begin; extreme && i < end; ++i)
      if ((number.take == Take::Smallest && at(i).value < found.value) ||
          (number.take == Take::Largest && at(i).value > found.value))
        found.value = at(i).value, found.step = at(i).step;
    return found;
  }

  Found ofArray(const RunNumber& number, std::int64_t from, std::int64_t last) const {
    const AppendOnly<ArrayEntry>& records = run_.arrays(number.measure);
    const std::ptrdiff_t end = indexAt(records, last);
    double sum = 0;
    for (std::size_t back = 0; back < number.records; ++back) {
      const std::ptrdiff_t i = end - static_cast<std::ptrdiff_t>(back);
      if (i < 0 || records[static_cast<std::size_t>(i)].step < from) return {};
      const std::shared_ptr<const Array> array = arrayAt_(number.measure, records[static_cast<std::size_t>(i)].step);
      const std::optional<double> value = array ? itemOf(*array, number.item) : std::nullopt;
      if (!value) return {};
      sum += *value;
    }
    return {sum / static_cast<double>(number.records), records[static_cast<std::size_t>(end)].step,
            run_.lastStep() >= last};
  }

  static std::optional<double> itemOf(const Array& array, const std::vector<std::int64_t>& place) {
    if (place.size() > array.shape().size() || array.size() == 0) return std::nullopt;
    std::size_t at = 0, each = array.size();
    for (std::size_t axis = 0; axis < place.size(); ++axis) {
      if (place[axis] >= array.shape()[axis]) return std::nullopt;
      each /= static_cast<std::size_t>(array.shape()[axis]);
      at += static_cast<std::size_t>(place[axis]) * each;
    }
    double sum = 0;
    for (std::size_t i = 0; i < each; ++i) sum += array.value(at + i);
    return sum / static_cast<double>(each);
  }

  const Run& run_;
  const Claims::ArrayAt& arrayAt_;
  std::int64_t end_;
  bool reached_;
};

/// What a claim looks at: one number, or two of them together.
Found valueOf(const Claim& claim, const Taker& taker) {
  const Found first = taker.take(claim.value);
  if (!claim.over && !claim.minus) return first;
  const Found second = taker.take(claim.over ? *claim.over : *claim.minus);
  if (!first.known() || !second.known()) return {std::nan(""), std::max(first.step, second.step), false};
  return {claim.over ? first.value / second.value : first.value - second.value, std::max(first.step, second.step),
          first.final && second.final};
}

/// The lab's measures, events and parameters, with those that only a preset's values bring.
Description wholeDescription(const Json& page, const Lab& lab) {
  Description whole = lab.describe();
  for (const Json& preset : page.value("presets", Json::array()))
    for (const Json& run : preset.value("runs", Json::array())) {
      const Description here = lab.describe(Config(flattened(run.value("set", Json::object()))));
      for (const Measure& measure : here.measures)
        if (!whole.measure(measure.id)) whole.measures.push_back(measure);
      for (const EventRule& event : here.events)
        if (!whole.event(event.id)) whole.events.push_back(event);
      for (const Parameter& parameter : here.parameters)
        if (!whole.parameter(parameter.id)) whole.parameters.push_back(parameter);
    }
  return whole;
}

}  // namespace

std::string Claim::expected() const {
  if (never) return LS_TR("never");
  if (least && most && *least == *most) return shortNumber(*least);
  if (least && most) return shortNumber(*least) + " … " + shortNumber(*most);
  return least ? "≥ " + shortNumber(*least) : "≤ " + shortNumber(*most);
}

std::string_view verdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::Holds:
      return "holds";
    case Verdict::Fails:
      return "fails";
    case Verdict::Open:
      return "open";
    case Verdict::NotAsked:
      break;
  }
  return "not asked";
}

Claims::Claims(const Json& page, const Lab& lab) {
  checkPresets(page);
  const Description description = wholeDescription(page, lab);
  list_ = parseClaims(page, description);
  const Json ignored = page.value("claimsAside", Json::array());
  if (!ignored.is_array()) throw ConfigError("/claimsAside", ignored.dump(), "expected ids of parameters");
  for (const Json& parameter : ignored) {
    if (!parameter.is_string() || !description.parameter(parameter.get<std::string>()))
      throw ConfigError("/claimsAside", parameter.dump(), "expected ids of parameters");
    aside_.push_back(parameter.get<std::string>());
  }
  for (const Claim& claim : list_) {
    if (!claim.set.is_null()) settings_.emplace(claim.set.dump(), settingOf({{"runs", {{{"set", claim.set}}}}}, lab));
    for (const Json& preset : page.value("presets", Json::array()))
      if (const std::string id = preset.value("id", std::string());
          std::find(claim.presets.begin(), claim.presets.end(), id) != claim.presets.end() && !settings_.contains(id))
        settings_.emplace(id, settingOf(preset, lab));
  }
}

Claims Claims::of(const Lab& lab) {
  const std::string_view text = lab.page();
  if (text.empty()) return {};
  const std::string name = lab.describe().id;
  try {
    return Claims(parseJson(text, name), lab);
  } catch (const ConfigError& error) {
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) problem.pointer = name + "#" + problem.pointer;
    throw ConfigError(std::move(problems));
  }
}

Claims::Setting Claims::settingOf(const Json& preset, const Lab& lab) {
  Setting setting;
  setting.steps = preset.value("steps", std::int64_t{0});
  for (const Json& run : preset.value("runs", Json::array({Json::object()})))
    setting.configs.push_back(checkedConfig(lab, run.value("set", Json::object())));
  if (setting.steps == 0 && !setting.configs.empty()) setting.steps = lab.defaultSteps(setting.configs.front());
  for (const Json& command : preset.value("commands", Json::array()))
    if (command.contains("set") || command.contains("intervene")) setting.commands.push_back(command);
  return setting;
}

bool Claims::aside(const std::string& parameter) const {
  return std::find(aside_.begin(), aside_.end(), parameter) != aside_.end();
}

/// What was done to the run before `end` that training notices.
std::vector<Json> Claims::interferences(const Run& run, std::int64_t end) const {
  std::vector<Json> found;
  for (const JournalEntry& entry : run.journal()) {
    if (entry.step >= end) continue;
    const bool changed = entry.command.contains("set") &&
                         std::any_of(entry.command["set"].items().begin(), entry.command["set"].items().end(),
                                     [this](const auto& item) { return !aside(item.key()); });
    if (changed || entry.command.contains("intervene")) found.push_back(entry.command);
  }
  return found;
}

bool Claims::matches(const Setting& setting, const Run& run, std::int64_t end) const {
  const Config& given = run.info().config;
  const bool same = std::any_of(setting.configs.begin(), setting.configs.end(), [&](const Config& wanted) {
    const auto& values = wanted.json().items();
    return std::all_of(values.begin(), values.end(), [&](const auto& item) {
      return aside(item.key()) || (given.has(item.key()) && given[item.key()] == item.value());
    });
  });
  if (!same) return false;
  // As far as it has come, the run must have had the preset's own commands and no others.
  const std::vector<Json> done = interferences(run, end);
  if (done.size() > setting.commands.size()) return false;
  if (run.lastStep() >= end && done.size() < setting.commands.size()) return false;
  return std::equal(done.begin(), done.end(), setting.commands.begin());
}

/// When the claim is decided; nothing if it is not about such a run.
std::optional<std::int64_t> Claims::endFor(const Claim& claim, const Run& run) const {
  // What came before a branch is not in it, and one with a change is another run.
  const RunInfo& info = run.info();
  if (!info.difference.empty() || info.forkStep > 0) return std::nullopt;
  if (!claim.when.is_null() && !info.config.satisfies(claim.when)) return std::nullopt;
  std::vector<std::string> settings = claim.presets;
  if (!claim.set.is_null()) settings.push_back(claim.set.dump());
  for (const std::string& name : settings) {
    const Setting& setting = settings_.at(name);
    if (const std::int64_t end = claim.step > 0 ? claim.step : setting.steps; matches(setting, run, end)) return end;
  }
  return std::nullopt;
}

Judgement Claims::judge(const Claim& claim, const Run& run, const ArrayAt& arrayAt) const {
  const std::optional<std::int64_t> end = endFor(claim, run);
  if (!end) return {};
  const Taker taker(run, arrayAt, *end);
  const Found found = valueOf(claim, taker);
  Judgement result{Verdict::Open, std::nullopt, found.step};
  if (found.known()) result.value = found.value;
  if (!found.final && !(taker.reached() && found.known())) return result;
  const bool holds = claim.never
                         ? std::isinf(found.value)
                         : (!claim.least || found.value >= *claim.least) && (!claim.most || found.value <= *claim.most);
  result.verdict = found.known() && holds ? Verdict::Holds : Verdict::Fails;
  if (result.step < 0) result.step = std::min(run.lastStep(), *end);
  return result;
}

Judgement Claims::judge(const Claim& claim, const Run& run) const {
  return judge(claim, run,
               [&run](const std::string& measure, std::int64_t step) { return run.loadArray(measure, step); });
}

Json judgementJson(const Claim& claim, const Judgement& judgement) {
  Json json{{"id", claim.id},
            {"text", claim.text},
            {"source", claim.source == Claim::Source::Paper ? "paper" : "ours"},
            {"verdict", verdictName(judgement.verdict)},
            {"expected", claim.expected()},
            {"value", nullptr},
            {"step", nullptr}};
  if (judgement.value && std::isfinite(*judgement.value)) json["value"] = *judgement.value;
  if (judgement.value && std::isinf(*judgement.value)) json["value"] = "never";
  if (judgement.step >= 0) json["step"] = judgement.step;
  return json;
}

}  // namespace learnscope
