// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/trainer.h"

#include <algorithm>
#include <thread>

#include "engine/core/stepper.h"
#include "engine/core/training_loop.h"

namespace learnscope {

using Phase = TrainerStatus::Phase;

struct Trainer::Impl {
  std::shared_ptr<const Lab> lab;
  std::shared_ptr<Run> run;
  TrainerMailbox mail;
  std::jthread worker;

  void wake() { mail.changed.notify_all(); }
  std::shared_ptr<const Snapshot> snapshot(bool atOnce);
};

std::shared_ptr<const Snapshot> Trainer::Impl::snapshot(bool atOnce) {
  std::unique_lock lock(mail.mutex);
  if (mail.status.phase == Phase::Building || mail.status.phase == Phase::Failed || mail.ended) return mail.snapshot;
  const auto isThere = [&] {
    return atOnce && mail.measuring && std::none_of(mail.actions.begin(), mail.actions.end(), [](const Json& action) {
             return action.contains("intervene");
           });
  };
  if (atOnce) mail.lastAsked = std::chrono::steady_clock::now();
  if (isThere()) return mail.snapshot;
  const std::uint64_t wanted = ++mail.snapshotsAsked;
  mail.changed.notify_all();
  mail.changed.wait(lock, [&] {
    return mail.snapshotsServed >= wanted || isThere() || mail.ended || mail.status.phase == Phase::Failed;
  });
  return mail.snapshot;
}

Trainer::Trainer(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Options options)
    : Trainer(std::move(lab), std::move(run), std::move(options), nullptr) {}

Trainer::Trainer(std::shared_ptr<const Lab> lab, std::shared_ptr<Run> run, Options options, Start start)
    : impl_(std::make_unique<Impl>()) {
  impl_->lab = lab;
  impl_->run = run;
  impl_->mail.speed = options.speed;
  impl_->mail.running = !options.paused;
  impl_->mail.config = configAt(run->info(), run->journal(), run->journal().size());
  impl_->mail.status.target = run->targetSteps();
  impl_->worker =
      std::jthread([loop = std::make_shared<TrainingLoop>(lab, run, std::move(options), std::move(start), impl_->mail)](
                       const std::stop_token& stop) { (*loop)(stop); });
}

Trainer::~Trainer() {
  impl_->worker.request_stop();
  impl_->wake();
}

void Trainer::post(const Command& command) {
  TrainerMailbox& mail = impl_->mail;
  Json action;
  if (command.verb == "set" || command.verb == "intervene")
    action = checkedAction(*impl_->lab, liveConfig(), command.toJson());
  {
    const std::lock_guard lock(mail.mutex);
    if (!action.is_null()) {
      mail.actions.push_back(std::move(action));
    } else if (command.verb == "pause") {
      mail.running = false;
    } else {
      mail.stopAt.reset();
      mail.stopEvent.clear();
      mail.running = true;
      if (command.verb == "run" && command.value.is_object()) mail.speed = command.value["speed"].get<double>();
      if (command.verb == "step") mail.stepsToGo = command.value.is_null() ? 1 : command.value.get<std::int64_t>();
      if (command.verb == "runTo" && command.value.is_string()) {
        mail.stopEvent = command.value.get<std::string>();
        if (impl_->run->hasRecorded(mail.stopEvent)) mail.running = false;
      }
      if (command.verb == "runTo" && command.value.is_number()) mail.stopAt = command.value.get<std::int64_t>();
    }
  }
  impl_->wake();
}

void Trainer::setSpeed(double stepsPerSecond) {
  {
    const std::lock_guard lock(impl_->mail.mutex);
    impl_->mail.speed = stepsPerSecond;
  }
  impl_->wake();
}

double Trainer::speed() const {
  const std::lock_guard lock(impl_->mail.mutex);
  return impl_->mail.speed;
}

void Trainer::setTarget(std::int64_t steps) {
  impl_->run->setTargetSteps(steps);
  {
    const std::lock_guard lock(impl_->mail.mutex);
    TrainerStatus& status = impl_->mail.status;
    status.target = steps;
    if (status.phase == Phase::Finished && status.step < steps) status.phase = Phase::Paused;
  }
  impl_->wake();
}

TrainerStatus Trainer::status() const {
  const std::lock_guard lock(impl_->mail.mutex);
  TrainerStatus status = impl_->mail.status;
  status.running = impl_->mail.running;
  return status;
}

Config Trainer::liveConfig() const {
  const std::lock_guard lock(impl_->mail.mutex);
  return impl_->mail.config;
}

std::shared_ptr<const Snapshot> Trainer::snapshot() { return impl_->snapshot(false); }

std::shared_ptr<const Snapshot> Trainer::snapshotAtOnce() { return impl_->snapshot(true); }

void Trainer::wait() {
  TrainerMailbox& mail = impl_->mail;
  std::unique_lock lock(mail.mutex);
  mail.changed.wait(lock, [&] {
    const Phase phase = mail.status.phase;
    const bool resting = phase == Phase::Paused && !mail.running && mail.actions.empty() && !mail.stepsToGo;
    return mail.ended || resting || phase == Phase::Finished || phase == Phase::Diverged || phase == Phase::Failed;
  });
}

Snapshot stateAt(std::shared_ptr<const Lab> lab, const Run& run, std::int64_t step, const Progress& progress,
                 std::optional<std::size_t> journalLength) {
  const std::vector<JournalEntry> journal = run.journal();
  const std::size_t limit = journalLength.value_or(entriesBefore(journal, step));
  const std::unique_ptr<Stepper> stepper = restore(std::move(lab), run, step, limit, progress);
  if (!stepper)
    throw IoError(run.store() ? run.store()->path() : "run", "no checkpoint at or before step " + std::to_string(step));
  const std::int64_t first = stepper->step();
  while (stepper->step() < step) {
    progress.report(double(stepper->step() - first) / double(step - first), LS_TR("Replaying"));
    stepper->applyJournal(journal, limit);
    stepper->train(progress);
    NullRecorder recorder(*stepper);
    if (stepper->due()) stepper->measure(recorder);
  }
  stepper->applyJournal(journal, limit);
  return {stepper->step(), stepper->config(), stepper->save()};
}

}  // namespace learnscope
