// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/stepper.h"

#include <algorithm>

namespace learnscope {
namespace {

bool sameShapes(const State& a, const State& b) {
  return std::equal(a.arrays().begin(), a.arrays().end(), b.arrays().begin(), b.arrays().end(),
                    [](const auto& one, const auto& other) {
                      return one.first == other.first && one.second.dtype() == other.second.dtype() &&
                             std::ranges::equal(one.second.shape(), other.second.shape());
                    });
}

}  // namespace

Stepper::Stepper(std::shared_ptr<const Lab> lab, const Config& config, std::uint64_t seed, std::int64_t forkStep,
                 const Progress& progress)
    : lab_(std::move(lab)),
      config_(config),
      seed_(seed),
      step_(forkStep),
      experiment_(lab_->build(config, seed, progress)) {
  for (const Measure& measure : lab_->describe(config).measures)
    if (std::find(cadences_.begin(), cadences_.end(), measure.cadence) == cadences_.end())
      cadences_.push_back(measure.cadence);
}

void Stepper::load(const State& state, std::int64_t step, std::size_t journalLength) {
  experiment_->load(state);
  step_ = step;
  journalLength_ = journalLength;
}

void Stepper::train(const Progress& progress) {
  experiment_->step(progress);
  ++step_;
}

bool Stepper::due() const {
  return std::any_of(cadences_.begin(), cadences_.end(), [this](const std::string& cadence) { return due(cadence); });
}

void Stepper::apply(const Json& command) {
  if (command.contains("set")) {
    change(command["set"]);
  } else {
    const Json& action = command.at("intervene");
    experiment_->apply(action.at("name").get<std::string>(), Config(action.at("arguments")),
                       RandomStream(seed_, interventionStream + journalLength_));
  }
  ++journalLength_;
}

void Stepper::change(const Json& values) {
  for (const auto& [parameter, value] : values.items()) {
    experiment_->set(parameter, value);
    config_.set(parameter, value);
  }
}

void Stepper::applyJournal(const std::vector<JournalEntry>& journal, std::size_t limit) {
  while (journalLength_ < std::min(limit, journal.size()) && journal[journalLength_].step <= step_)
    apply(journal[journalLength_].command);
}

Json checkedDifference(const Lab& lab, const Config& config, const Json& difference) {
  Config changed = config;
  Json values = flattened(difference);
  for (const auto& [id, value] : values.items()) changed.set(id, value);
  std::vector<Problem> problems;
  resolved(lab.describe(changed).parameters, changed.json(), problems);
  if (problems.empty()) lab.validate(changed, problems);
  std::erase_if(problems, [](const Problem& problem) { return problem.warning; });
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return values;
}

std::unique_ptr<Stepper> forked(std::shared_ptr<const Lab> lab, const RunInfo& branch, const Config& before,
                                const State& state, const Progress& progress) {
  const Description description = lab->describe(branch.config);
  Config built = before;
  Json live = Json::object(), fixed = Json::object();
  for (const auto& [id, value] : branch.difference.items()) {
    const Parameter* parameter = description.parameter(id);
    if (parameter && parameter->live) {
      live[id] = value;
    } else {
      fixed[id] = value;
      built.set(id, value);
    }
  }
  auto stepper = std::make_unique<Stepper>(std::move(lab), built, branch.seed, branch.forkStep, progress);
  try {
    stepper->load(state, branch.forkStep, 0);
    if (!fixed.empty() && !sameShapes(stepper->save(), state)) throw DataError("", "", "it holds other arrays");
  } catch (const std::exception& error) {
    if (fixed.empty()) throw;
    throw ConfigError(
        "/branch/set", fixed.dump(),
        "the state at step " + std::to_string(branch.forkStep) + " does not load with it: " + error.what());
  }
  stepper->change(live);
  return stepper;
}

Json checkedAction(const Lab& lab, const Config& config, const Json& command) {
  const Description description = lab.describe(config);
  std::vector<Problem> problems;
  if (command.contains("set")) {
    const Json values = flattened(command["set"]);
    for (const auto& [id, value] : values.items()) {
      const Parameter* parameter = description.parameter(id);
      if (parameter && !parameter->live)
        problems.push_back({"/set/" + id, "", "cannot change while training; start a new run, or branch"});
    }
    if (!problems.empty()) throw ConfigError(std::move(problems));
    return {{"set", checkedDifference(lab, config, values)}};
  }
  const Json& action = command.at("intervene");
  const std::string name = action.at("name").get<std::string>();
  const InterventionDescription* intervention = description.intervention(name);
  if (!intervention) {
    std::vector<std::string> known;
    for (const auto& one : description.interventions) known.push_back(one.id);
    const std::string nearest = nearestName(name, known);
    throw ConfigError("/intervene/name", name,
                      "no such intervention" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  const Config arguments = resolved(intervention->arguments, action.value("arguments", Json::object()), problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return {{"intervene", {{"name", name}, {"arguments", arguments.json()}}}};
}

std::size_t entriesBefore(const std::vector<JournalEntry>& journal, std::int64_t step) {
  std::size_t before = 0;
  while (before < journal.size() && journal[before].step < step) ++before;
  return before;
}

Config configAt(const RunInfo& info, const std::vector<JournalEntry>& journal, std::size_t journalLength) {
  Config config = info.config;
  for (std::size_t i = 0; i < std::min(journalLength, journal.size()); ++i)
    if (journal[i].command.contains("set"))
      for (const auto& [id, value] : journal[i].command["set"].items()) config.set(id, value);
  return config;
}

std::unique_ptr<Stepper> restore(std::shared_ptr<const Lab> lab, const Run& run, std::int64_t step,
                                 std::size_t journalLimit, const Progress& progress) {
  if (!run.store()) return nullptr;
  run.store()->flush();
  const CheckpointInfo* best = nullptr;
  // The store's list, not the run's: the store thins out what a long run wrote.
  const std::vector<CheckpointInfo> stored = run.store()->checkpoints();
  for (const CheckpointInfo& info : stored)
    if (info.step <= step && info.journalLength <= journalLimit && (!best || info.step >= best->step)) best = &info;
  if (!best) return nullptr;
  const Config config = configAt(run.info(), run.journal(), best->journalLength);
  auto stepper = std::make_unique<Stepper>(std::move(lab), config, run.info().seed, run.info().forkStep, progress);
  stepper->load(run.store()->loadCheckpoint(best->step), best->step, best->journalLength);
  return stepper;
}

}  // namespace learnscope
