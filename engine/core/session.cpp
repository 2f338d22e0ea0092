// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/session.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "engine/core/analysis_thread.h"
#include "engine/core/stepper.h"

namespace learnscope {
namespace {

double memoryBytes() { return double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGE_SIZE)); }

std::string gigabytes(double bytes) { return std::to_string(bytes / (1 << 30)).substr(0, 5) + " GB"; }

void refuseTooLarge(const Lab& lab, const Config& config) {
  const Estimate estimate = lab.estimate(config);
  const double limit = 0.8 * memoryBytes();
  if (estimate.bytes > limit)
    throw ConfigError("", "this run needs " + gigabytes(estimate.bytes),
                      "at most " + gigabytes(limit) + " fit in memory");
}

std::string utcNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string machineName() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

Fork forkOf(const Json& command) {
  return {.step = command.at("step"),
          .set = command.value("set", Json::object()),
          .intervene = command.value("intervene", Json())};
}

RunInfo newRunInfo(const Lab& lab, Config config, std::uint64_t seed, std::int64_t steps) {
  RunInfo info;
  info.id = newRunId();
  info.lab = lab.describe(config).id;
  info.steps = steps > 0 ? steps : lab.defaultSteps(config);
  info.config = std::move(config);
  info.seed = seed;
  info.created = utcNow();
  info.appVersion = LEARNSCOPE_VERSION;
  info.machine = machineName();
  return info;
}

RunInfo checkedRunInfo(const Lab& lab, const Json& values, std::uint64_t seed, std::int64_t steps) {
  Config config = checkedConfig(lab, values);
  refuseTooLarge(lab, config);
  if (seed > static_cast<std::uint64_t>(INT64_MAX))
    throw ConfigError("/seed", std::to_string(seed), "must be in 0..2^63-1");
  return newRunInfo(lab, std::move(config), seed, steps);
}

Session::Session(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler)
    : lab_(std::move(lab)), factory_(factory), scheduler_(scheduler), analysis_(std::make_unique<AnalysisThread>()) {}

Session::~Session() {
  analysis_.reset();  // it may hold trainers
}

Member* Session::find(const std::string& runId) const {
  for (const auto& member : members_)
    if (member->run->info().id == runId) return member.get();
  return nullptr;
}

Member& Session::add(std::shared_ptr<Run> run) {
  members_.push_back(std::make_unique<Member>());
  members_.back()->run = std::move(run);
  current_ = members_.back().get();
  ++setVersion_;
  return *current_;
}

Member& Session::start(const Json& values, std::uint64_t seed, std::int64_t steps, double speed, bool paused) {
  Member& member = add(factory_.create(*lab_, checkedRunInfo(*lab_, values, seed, steps)));
  Trainer::Options options;
  options.speed = speed;
  options.paused = paused;
  options.scheduler = &scheduler_;
  member.trainer = std::make_shared<Trainer>(lab_, member.run, options);
  return member;
}

Member& Session::open(std::shared_ptr<Run> run, bool resume) {
  if (run->info().lab != lab_->describe().id)
    throw ConfigError("lab", run->info().lab, "this window shows the lab " + lab_->describe().id);
  Member& member = add(std::move(run));
  if (resume) {
    Trainer::Options options;
    options.scheduler = &scheduler_;
    member.trainer = std::make_shared<Trainer>(lab_, member.run, options);
  }
  return member;
}

Member& Session::branch(Member& parent, const Fork& fork) {
  const std::shared_ptr<Run> from = parent.run;
  const std::int64_t step = fork.step;
  if (step < from->info().forkStep || step > from->lastStep())
    throw ConfigError("/branch/step", std::to_string(step),
                      "must be in " + std::to_string(from->info().forkStep) + ".." + std::to_string(from->lastStep()));
  const std::vector<JournalEntry> journal = from->journal();
  const std::size_t limit = fork.journalLength.value_or(entriesBefore(journal, step));
  Config config = configAt(from->info(), journal, limit);
  const Json changes = fork.set.empty() ? Json::object() : checkedDifference(*lab_, config, fork.set);
  for (const auto& [id, value] : changes.items()) config.set(id, value);
  if (!fork.intervene.is_null()) checkedAction(*lab_, config, {{"intervene", fork.intervene}});

  RunInfo info = newRunInfo(*lab_, std::move(config), from->info().seed, std::max(from->targetSteps(), step + 1));
  info.parent = from->info().id;
  if (from->store()) info.parentPath = from->store()->path();
  info.forkStep = step;
  info.difference = changes;
  info.label.title = fork.title.empty() ? from->title() : fork.title;
  Trainer::Options options;
  options.scheduler = &scheduler_;
  options.paused = fork.paused;
  if (parent.trainer) options.speed = parent.trainer->speed();
  // Unless both are wanted the parent stops where it is: the machine is small.
  if (parent.trainer && !fork.beside) parent.trainer->post({"pause", nullptr});
  Member& member = add(factory_.create(*lab_, std::move(info)));
  member.trainer = std::make_shared<Trainer>(
      lab_, member.run, options,
      [lab = lab_, from, step, limit](const Progress& progress) { return stateAt(lab, *from, step, progress, limit); });
  if (!fork.intervene.is_null()) member.trainer->post({"intervene", fork.intervene});
  return member;
}

void Session::remove(Member& member) {
  if (current_ == &member) current_ = nullptr;
  std::erase_if(members_, [&](const auto& one) { return one.get() == &member; });
  if (!current_ && !members_.empty()) current_ = members_.back().get();
  ++setVersion_;
}

void Session::execute(const Command& command) {
  const VerbDescription* verb = verbDescription(command.verb);
  if (!verb || verb->target == CommandTarget::Window)
    throw ConfigError("/" + command.verb, "", "not a command of a session");
  if (!current_) throw ConfigError("/" + command.verb, "", "there is no run yet");
  if (command.verb == "branch") {
    branch(*current_, forkOf(command.value));
  } else if (command.verb == "analyse") {
    const Json& step = command.value.value("step", Json(-1));
    analyse("command", command.value["name"].get<std::string>(), step.is_null() ? -1 : step.get<std::int64_t>(),
            command.value.value("arguments", Json::object()), [](const AnalysisResult&) {});
  } else {
    if (!current_->trainer) throw ConfigError("/" + command.verb, "", "this run is only looked at; resume it to train");
    current_->trainer->post(command);
  }
}

void Session::analyse(const std::string& key, const std::string& analysis, std::int64_t step, const Json& arguments,
                      std::function<void(AnalysisResult)> done) {
  if (!current_) throw ConfigError("/analyse", analysis, "there is no run yet");
  analysis_->ask({key, analysis, checkedArguments(*lab_, current_->run->info().config, analysis, arguments), step, lab_,
                  current_->run, current_->trainer, std::move(done)});
}

std::uint64_t Session::version() const {
  std::uint64_t total = setVersion_ << 40U;
  for (const auto& member : members_) total += member->run->version();
  return total;
}

Config checkedArguments(const Lab& lab, const Config& config, const std::string& analysis, const Json& arguments) {
  const Description description = lab.describe(config);
  const AnalysisDescription* found = description.analysis(analysis);
  if (!found) {
    std::vector<std::string> known;
    for (const auto& one : description.analyses) known.push_back(one.id);
    const std::string nearest = nearestName(analysis, known);
    throw ConfigError("/analyse/name", analysis,
                      "no such analysis" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  std::vector<Problem> problems;
  Config checked = resolved(found->arguments, arguments, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return checked;
}

}  // namespace learnscope
