// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/training.h"

#include <ctime>

#include <algorithm>
#include <stdexcept>

#include "engine/core/session.h"

namespace learnscope::test {
namespace {

double processSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Training::Training(std::shared_ptr<const Lab> lab, const Json& values, std::uint64_t seed, std::int64_t steps)
    : lab_(std::move(lab)), cpuStart_(processSeconds()) {
  RunInfo info = checkedRunInfo(*lab_, values, seed, steps);
  Description description = lab_->describe(info.config);
  run_ = std::make_shared<Run>(std::move(info), std::move(description), nullptr);
  trainer_ = std::make_unique<Trainer>(lab_, run_, Trainer::Options());
}

Training Training::ofPreset(std::shared_ptr<const Lab> lab, const std::string& preset) {
  const Json page = Json::parse(lab->page());
  for (const Json& one : page.at("presets")) {
    if (one.at("id") != preset) continue;
    const Json& first = one.at("runs").at(0);
    return {std::move(lab), first.at("set"), first.at("seeds").at(0).get<std::uint64_t>(),
            one.at("steps").get<std::int64_t>()};
  }
  throw std::invalid_argument("no preset " + preset);
}

void Training::post(const Json& command) {
  trainer_->post(parseCommand(command));
  trainer_->wait();
  const TrainerStatus status = trainer_->status();
  if (status.phase == TrainerStatus::Phase::Failed || status.phase == TrainerStatus::Phase::Diverged)
    throw std::runtime_error("the run ended at step " + std::to_string(status.step) + ": " + status.message);
}

Training& Training::toEnd() {
  post({{"run", nullptr}});
  return *this;
}

Training& Training::toStep(std::int64_t step) {
  post({{"runTo", std::min(step, run_->targetSteps())}});
  return *this;
}

bool Training::pastEvent(const std::string& event, std::int64_t more) {
  post({{"runTo", event}});
  const std::int64_t happened = eventStep(event);
  if (happened < 0) return false;
  toStep(happened + more);
  return true;
}

void Training::act(const Json& command) {
  post(command);
  trainer_->snapshot();  // served after the queue of actions
}

std::int64_t Training::eventStep(const std::string& id) const {
  for (const Event& event : run_->events())
    if (event.id == id) return event.step;
  return -1;
}

double Training::value(const std::string& measure, std::int64_t step) const {
  const ScalarSeries& series = run_->scalars(measure);
  const std::ptrdiff_t index = indexAt(series, step);
  if (index < 0) throw std::out_of_range("no " + measure + " at step " + std::to_string(step));
  return series[static_cast<std::size_t>(index)].value;
}

std::vector<ScalarPoint> Training::points(const std::string& measure, std::int64_t first, std::int64_t last) const {
  std::vector<ScalarPoint> found;
  const ScalarSeries& series = run_->scalars(measure);
  for (std::size_t i = 0; i < series.size(); ++i)
    if (series[i].step >= first && series[i].step <= last) found.push_back(series[i]);
  return found;
}

ScalarPoint Training::largest(const std::string& measure, std::int64_t first, std::int64_t last) const {
  const std::vector<ScalarPoint> found = points(measure, first, last);
  if (found.empty()) throw std::out_of_range("no " + measure + " in this range");
  return *std::max_element(found.begin(), found.end(),
                           [](const ScalarPoint& a, const ScalarPoint& b) { return a.value < b.value; });
}

std::vector<double> Training::array(const std::string& measure) const {
  const std::shared_ptr<const Array> array = run_->loadArray(measure, step());
  if (!array) throw std::out_of_range("no " + measure + " recorded");
  std::vector<double> values(array->size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = array->value(i);
  return values;
}

State Training::analyse(const std::string& analysis, const Json& arguments) {
  const std::shared_ptr<const Snapshot> snapshot = trainer_->snapshot();
  const Description description = lab_->describe(snapshot->config);
  for (const AnalysisDescription& one : description.analyses) {
    if (one.id != analysis) continue;
    std::vector<Problem> problems;
    const Config complete = resolved(one.arguments, arguments, problems);
    if (!problems.empty()) throw ConfigError(std::move(problems));
    return lab_->analyse(analysis, snapshot->config, run_->info().seed, snapshot->state, complete, Progress());
  }
  throw std::invalid_argument("no analysis " + analysis);
}

double Training::cpuSeconds() const { return processSeconds() - cpuStart_; }

}  // namespace learnscope::test
