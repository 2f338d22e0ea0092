// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/training_loop.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

using Phase = TrainerStatus::Phase;
using namespace std::chrono_literals;

constexpr std::size_t queueLimit = 256U << 20U;
constexpr int eventCheckpointLimit = 64;

/// Largest distance between checkpoints, so that seeking replays little: max(50 steps, 2 % of the step).
std::int64_t checkpointGap(std::int64_t step) { return std::max<std::int64_t>(50, step / 50); }

/// Measures that take longer are measured beside a copy of the state, for whoever has asked for one lately.
constexpr auto slowMeasure = 50ms;
constexpr auto lately = 5s;

std::shared_ptr<const Snapshot> copyOf(const Stepper& stepper) {
  return std::make_shared<const Snapshot>(Snapshot{stepper.step(), stepper.config(), stepper.save()});
}

}  // namespace

class TrainingLoop::RunRecorder : public Recorder {
 public:
  RunRecorder(TrainingLoop& loop, std::int64_t step) : loop_(loop), step_(step) {}
  std::int64_t step() const override { return step_; }
  bool due(std::string_view cadence) const override { return loop_.stepper_->due(cadence); }
  void scalar(std::string_view measure, double value) override { loop_.run_->addScalar(measure, {step_, value}); }
  void array(std::string_view measure, Array value) override { loop_.run_->addArray(measure, step_, std::move(value)); }
  void event(Event event) override {
    event.detected = step_;
    loop_.newEvents_.push_back(event.id);
    loop_.run_->addEvent(std::move(event));
  }
  void defer(std::function<void(Recorder&)> job) override {
    loop_.deferred_.submit(step_, loop_.stepper_->config(), std::move(job));
  }

 private:
  TrainingLoop& loop_;
  std::int64_t step_;
};

TrainingLoop::TrainingLoop(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Trainer::Options options,
                           Trainer::Start start, TrainerMailbox& mailbox)
    : lab_(lab),
      run_(std::move(run)),
      options_(std::move(options)),
      start_(std::move(start)),
      mail_(mailbox),
      deferred_(lab) {}

void TrainingLoop::operator()(const std::stop_token& stop) {
  const Progress progress(stop, [this](double done, std::string_view what) {
    const std::lock_guard lock(mail_.mutex);
    mail_.status.buildDone = done;
    mail_.status.message = what;
  });
  Scheduler::Turn turn(options_.scheduler, stop);
  try {
    if (!turn.acquire()) return;
    prepare(progress);
    loop(turn, stop);
  } catch (const Cancelled&) {
  } catch (const Error& error) {
    // What building refuses (a probe that cannot read, a file that changed) is refused input: nothing was trained.
    fail(error.what(), error.exitStatus() == ExitStatus::Refused && run_->lastStep() == run_->info().forkStep);
  } catch (const std::exception& error) {
    fail(error.what());
  }
  turn.release();
  close();
}

void TrainingLoop::prepare(const Progress& progress) {
  const std::size_t everything = run_->journal().size();
  if (!run_->checkpoints().empty()) {
    stepper_ = restore(lab_, *run_, run_->lastStep(), everything, progress);
    if (!stepper_) throw IoError(run_->store() ? run_->store()->path() : "run", "no checkpoint can be read");
    lastCheckpoint_ = stepper_->step();
    if (!run_->scalars("wallTime").empty()) earlierSeconds_ = run_->scalars("wallTime").back().value;
    recompute(progress);
  } else if (start_) {
    const Snapshot from = start_(progress);
    stepper_ = forked(lab_, run_->info(), from.config, from.state, progress);
    run_->setLastStep(from.step);
    checkpoint(CheckpointKind::Start);
  } else {
    stepper_ = std::make_unique<Stepper>(lab_, run_->info().config, run_->info().seed, 0, progress);
    measure();
    afterEvents();
    checkpoint(CheckpointKind::Start);
  }
  {
    const std::lock_guard lock(mail_.mutex);
    mail_.config = stepper_->config();
    mail_.status.step = stepper_->step();
  }
  ended_ = run_->state() == RunState::Diverged;
  if (ended_)
    setPhase(Phase::Diverged, run_->stateMessage());
  else if (stepper_->step() >= run_->targetSteps())
    setPhase(Phase::Finished);
  else
    setPhase(Phase::Paused);
}

void TrainingLoop::recompute(const Progress& progress) {
  const std::vector<JournalEntry> journal = run_->journal();
  const std::int64_t first = stepper_->step(), last = run_->lastStep();
  while (stepper_->step() < last) {
    progress.report(double(stepper_->step() - first) / double(last - first), LS_TR("Recomputing the last steps"));
    stepper_->applyJournal(journal, journal.size());
    stepper_->train(progress);
    if (stepper_->due()) measure();
  }
  stepper_->applyJournal(journal, journal.size());
  collectDeferred(true);
  newEvents_.clear();
}

void TrainingLoop::loop(Scheduler::Turn& turn, const std::stop_token& stop) {
  const Progress progress(stop, nullptr);
  while (!stop.stop_requested()) {
    takeCommands();
    serveSnapshot();
    publishRate();
    if (!waitForWork(turn, stop)) continue;
    if (!turn.yieldIfDue() || !waitForDisk(stop) || !waitForPace(turn, stop)) continue;
    try {
      stepOnce(progress);
    } catch (const NumericError& error) {
      diverge(error);
    }
  }
}

void TrainingLoop::takeCommands() {
  for (;;) {
    Json action;
    {
      const std::lock_guard lock(mail_.mutex);
      if (mail_.actions.empty() || ended_) return;
      action = mail_.actions.front();
    }
    applyAction(action);
    // It leaves the queue when it is done: wait() must not return before, and must hear of it while paused.
    const std::lock_guard lock(mail_.mutex);
    mail_.actions.pop_front();
    mail_.changed.notify_all();
  }
}

void TrainingLoop::applyAction(const Json& action) {
  collectDeferred(true);
  // The state just before is what undoing it goes back to.
  if (action.contains("intervene")) checkpoint(CheckpointKind::Intervention);
  try {
    stepper_->apply(action);
  } catch (const ConfigError& error) {
    const std::lock_guard lock(mail_.mutex);
    mail_.status.message = error.what();
    return;
  }
  run_->addJournal({stepper_->step(), action});
  const std::lock_guard lock(mail_.mutex);
  mail_.config = stepper_->config();
}

void TrainingLoop::serveSnapshot() {
  {
    const std::lock_guard lock(mail_.mutex);
    if (mail_.snapshotsServed == mail_.snapshotsAsked) return;
  }
  auto copy = copyOf(*stepper_);
  const std::lock_guard lock(mail_.mutex);
  mail_.snapshot = std::move(copy);
  mail_.snapshotsServed = mail_.snapshotsAsked;
  mail_.changed.notify_all();
}

/// True if a step may be taken now; else waits until something changed.
bool TrainingLoop::waitForWork(Scheduler::Turn& turn, const std::stop_token& stop) {
  std::unique_lock lock(mail_.mutex);
  if (stepper_ && mail_.stepsToGo) mail_.stopAt = stepper_->step() + *std::exchange(mail_.stepsToGo, {});
  if (!ended_ && stepper_ && mail_.stopAt && stepper_->step() >= *mail_.stopAt) {
    mail_.stopAt.reset();
    mail_.running = false;
    mail_.changed.notify_all();  // a step passed long ago changes no phase that wait() would hear of
  }
  const bool atTarget = stepper_ && stepper_->step() >= run_->targetSteps();
  if (mail_.running && !ended_ && !atTarget) {
    const bool resumed = mail_.status.phase != Phase::Running;
    lock.unlock();
    if (resumed) setPhase(Phase::Running);
    return true;
  }
  const bool wasRunning = mail_.status.phase == Phase::Running || mail_.status.phase == Phase::Waiting;
  lock.unlock();
  if (wasRunning && !ended_) {
    if (atTarget) {
      finish();
    } else {
      checkpoint(CheckpointKind::Pause);
      setPhase(Phase::Paused);
    }
  }
  turn.release();
  lock.lock();
  mail_.changed.wait(lock, stop, [this] {
    return (mail_.running && !ended_ && stepper_->step() < run_->targetSteps()) ||
           (!mail_.actions.empty() && !ended_) || mail_.snapshotsServed != mail_.snapshotsAsked;
  });
  nextStep_ = {};
  recent_.clear();
  return false;
}

bool TrainingLoop::waitForDisk(const std::stop_token& stop) {
  if (!run_->store() || run_->store()->queuedBytes() < queueLimit) return true;
  setPhase(Phase::Waiting, LS_TR("Waiting for the disk"));
  while (run_->store()->queuedBytes() > queueLimit / 2 && !stop.stop_requested()) std::this_thread::sleep_for(10ms);
  setPhase(Phase::Running);
  return !stop.stop_requested();
}

/// Keeps to the asked speed; false if commands came meanwhile.
bool TrainingLoop::waitForPace(Scheduler::Turn& turn, const std::stop_token& stop) {
  std::unique_lock lock(mail_.mutex);
  if (mail_.speed <= 0) {
    nextStep_ = {};
    return true;
  }
  const auto period = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / mail_.speed));
  const auto now = Clock::now();
  if (nextStep_ == Clock::time_point{} || now - nextStep_ > 200ms || nextStep_ - now > period) nextStep_ = now;
  if (nextStep_ > now) {
    if (nextStep_ - now > 1ms) {
      lock.unlock();
      turn.release();
      lock.lock();
    }
    const double speed = mail_.speed;
    const bool disturbed = mail_.changed.wait_until(lock, stop, nextStep_, [&] {
      return !mail_.running || !mail_.actions.empty() || mail_.snapshotsServed != mail_.snapshotsAsked ||
             mail_.speed != speed;
    });
    if (disturbed || stop.stop_requested()) return false;
  }
  nextStep_ += period;
  lock.unlock();
  return turn.acquire();
}

void TrainingLoop::stepOnce(const Progress& progress) {
  const auto begin = Clock::now();
  stepper_->train(progress);
  run_->setLastStep(stepper_->step());
  auto measured = Clock::duration{};
  if (stepper_->due()) {
    const auto start = Clock::now();
    measureAside([this] { measure(); });
    measured = Clock::now() - start;
    longestMeasure_ = std::max(longestMeasure_, measured);
  }
  collectDeferred(false);
  afterEvents();
  checkpointIfDue();
  busy_ += Clock::now() - begin;
  measuring_ += measured;
}

/// Lets analyses have the present state while `work` measures it for long.
void TrainingLoop::measureAside(const std::function<void()>& work) {
  bool wanted = longestMeasure_ > slowMeasure;
  if (wanted) {
    const std::lock_guard lock(mail_.mutex);
    wanted = Clock::now() - mail_.lastAsked < lately;
  }
  if (!wanted) return work();
  auto copy = copyOf(*stepper_);
  const auto publish = [&](bool measuring) {
    const std::lock_guard lock(mail_.mutex);
    mail_.measuring = measuring;
    if (!measuring) return;
    mail_.snapshot = std::move(copy);
    mail_.changed.notify_all();
  };
  publish(true);
  try {
    work();
  } catch (...) {
    publish(false);
    throw;
  }
  publish(false);
}

void TrainingLoop::measure() {
  RunRecorder recorder(*this, stepper_->step());
  stepper_->measure(recorder);
  if (stepper_->due("scalars")) recorder.scalar("wallTime", wallSeconds());
}

std::unique_ptr<Recorder> TrainingLoop::recorderAt(std::int64_t step) {
  return std::make_unique<RunRecorder>(*this, step);
}

void TrainingLoop::collectDeferred(bool all) {
  if (deferred_.pending() != 0) deferred_.collect(all, [this](std::int64_t step) { return recorderAt(step); });
}

void TrainingLoop::afterEvents() {
  if (newEvents_.empty()) return;
  {
    const std::lock_guard lock(mail_.mutex);
    if (std::find(newEvents_.begin(), newEvents_.end(), mail_.stopEvent) != newEvents_.end()) {
      mail_.stopEvent.clear();
      mail_.running = false;
    }
  }
  newEvents_.clear();
  if (eventCheckpoints_++ < eventCheckpointLimit) checkpoint(CheckpointKind::Event);
}

void TrainingLoop::checkpointIfDue() {
  if (stepper_->step() - lastCheckpoint_ >= checkpointGap(stepper_->step())) checkpoint(CheckpointKind::Regular);
}

void TrainingLoop::checkpoint(CheckpointKind kind) {
  collectDeferred(true);
  // One a step: journal entries of the same step are replayed from it.
  if (!run_->store() || lastCheckpoint_ == stepper_->step()) return;
  lastCheckpoint_ = stepper_->step();
  run_->addCheckpoint({stepper_->step(), kind, 0, stepper_->journalLength()}, stepper_->save());
}

void TrainingLoop::finish() {
  checkpoint(CheckpointKind::Close);
  run_->setState(RunState::Finished);
  if (run_->store()) run_->store()->close();
  setPhase(Phase::Finished);
}

void TrainingLoop::diverge(const NumericError& error) {
  ended_ = true;
  run_->addEvent({"diverged", stepper_->step(), stepper_->step(), LS_TR("Diverged"), Json{{"reason", error.what()}}});
  checkpoint(CheckpointKind::Event);
  const std::string advice =
      std::string(error.what()) +
      ". The last finite state is kept: branch from a step before, for example with a tenth of the learning rate.";
  run_->setState(RunState::Diverged, advice);
  if (run_->store()) run_->store()->close();
  setPhase(Phase::Diverged, advice);
}

void TrainingLoop::fail(const std::string& message, bool refused) {
  ended_ = true;
  {
    const std::lock_guard lock(mail_.mutex);
    mail_.status.refused = refused;
  }
  run_->setState(RunState::Failed, message);
  setPhase(Phase::Failed, message);
}

void TrainingLoop::close() {
  try {
    if (stepper_ && !ended_) {
      collectDeferred(true);
      checkpoint(CheckpointKind::Close);
      if (run_->state() == RunState::Running) run_->setState(RunState::Paused);
    }
    if (run_->store()) run_->store()->close();
  } catch (const std::exception& error) {
    fail(error.what());
  }
  const std::lock_guard lock(mail_.mutex);
  mail_.ended = true;
  mail_.changed.notify_all();
}

void TrainingLoop::setPhase(Phase phase, const std::string& message) {
  {
    const std::lock_guard lock(mail_.mutex);
    mail_.status.phase = phase;
    mail_.status.message = message;
    mail_.status.step = stepper_ ? stepper_->step() : 0;
    if (phase != Phase::Running) mail_.status.stepsPerSecond = 0;
    if (phase == Phase::Finished || phase == Phase::Diverged || phase == Phase::Failed) mail_.running = false;
    mail_.changed.notify_all();
  }
  const RunState before = run_->state();
  if (phase == Phase::Running && before != RunState::Running) run_->setState(RunState::Running);
  if (phase == Phase::Paused && before != RunState::Paused) run_->setState(RunState::Paused);
  if (options_.onChange) options_.onChange();
}

void TrainingLoop::publishRate() {
  const auto now = Clock::now();
  if (now - published_ < 50ms) return;
  published_ = now;
  recent_.emplace_back(now, stepper_->step());
  while (recent_.size() > 2 && now - recent_.front().first > 1s) recent_.pop_front();
  const double seconds = std::chrono::duration<double>(now - recent_.front().first).count();
  const std::lock_guard lock(mail_.mutex);
  TrainerStatus& status = mail_.status;
  status.step = stepper_->step();
  status.target = run_->targetSteps();
  if (seconds > 0) status.stepsPerSecond = double(stepper_->step() - recent_.front().second) / seconds;
  status.secondsLeft = status.stepsPerSecond > 0 ? double(status.target - status.step) / status.stepsPerSecond : 0;
  status.measuringShare = busy_.count() > 0 ? double(measuring_.count()) / double(busy_.count()) : 0;
}

double TrainingLoop::wallSeconds() const { return earlierSeconds_ + std::chrono::duration<double>(busy_).count(); }

}  // namespace learnscope
