// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/script_player.h"

#include <algorithm>

#include "widgets/model/session_model.h"

namespace learnscope {
namespace {

using Phase = TrainerStatus::Phase;

bool ended(Phase phase) { return phase == Phase::Finished || phase == Phase::Diverged || phase == Phase::Failed; }
bool atRest(Phase phase) { return phase == Phase::Paused || ended(phase); }

bool hasEvent(const Run& run, const std::string& id) {
  const std::vector<Event> events = run.events();
  return std::any_of(events.begin(), events.end(), [&](const Event& event) { return event.id == id; });
}

}  // namespace

ScriptPlayer::ScriptPlayer(SessionModel& model, QObject* parent) : QObject(parent), model_(model) {
  poll_.setInterval(20);
  connect(&poll_, &QTimer::timeout, this, &ScriptPlayer::check);
  connect(&model_, &SessionModel::analysisReady, this, [this] { analysed_ = true; });
}

void ScriptPlayer::play(std::vector<Command> script) {
  stop();
  script_ = std::move(script);
  position_ = 0;
  playing_ = true;
  next();
}

void ScriptPlayer::stop() {
  poll_.stop();
  arrived_ = nullptr;
  playing_ = false;
}

void ScriptPlayer::advance() {
  if (!playing_) return;
  poll_.stop();
  ++position_;
  next();
}

void ScriptPlayer::check() {
  if (playing_ && arrived_ && arrived_()) advance();
}

void ScriptPlayer::next() {
  if (position_ >= script_.size()) {
    stop();
    emit finished();
    return;
  }
  const Command command = script_[position_];
  emit started(position_, command);
  if (!playing_) return;
  try {
    arrived_ = arrival(command);
    model_.perform(command);
  } catch (const Error& error) {
    const std::size_t at = position_;
    stop();
    emit failed(at, QString::fromUtf8(error.what()));
    return;
  }
  // Even a command that is done at once returns to the event loop: a long script must not freeze the window.
  if (playing_) poll_.start();
}

// Made before the command is carried out, so that it can remember what was there before.
std::function<bool()> ScriptPlayer::arrival(const Command& command) {
  const std::shared_ptr<Run> run = model_.run();
  if (command.verb == "runTo") {
    const Json to = command.value;
    return [this, to] {
      const std::shared_ptr<Run> now = model_.run();
      const Phase phase = model_.status().phase;
      if (!now || ended(phase)) return true;
      return phase == Phase::Paused &&
             (to.is_string() ? hasEvent(*now, to) : now->lastStep() >= to.get<std::int64_t>());
    };
  }
  if (command.verb == "step" && run) {
    const std::int64_t goal = run->lastStep() + (command.value.is_null() ? 1 : command.value.get<std::int64_t>());
    return [this, run, goal] { return ended(model_.status().phase) || run->lastStep() >= goal; };
  }
  if (command.verb == "pause") return [this] { return atRest(model_.status().phase); };
  if ((command.verb == "set" || command.verb == "intervene") && run && model_.session().current()->trainer) {
    const std::size_t before = run->journal().size();
    QElapsedTimer since;
    since.start();
    // A set of what will only count for the next run is never journaled, so the wait has an end.
    return [this, run, before, since] {
      return run->journal().size() > before || ended(model_.status().phase) || since.elapsed() > 1000;
    };
  }
  if (command.verb == "branch") return [this] { return model_.status().phase != Phase::Building; };
  if (command.verb == "analyse") {
    analysed_ = false;
    return [this] { return analysed_; };
  }
  if (command.verb == "wait") {
    const auto milliseconds = static_cast<qint64>(command.value.get<double>() * 1000);
    QElapsedTimer since;
    since.start();
    return [since, milliseconds] { return since.elapsed() >= milliseconds; };
  }
  if (command.verb == "ask") return [] { return false; };
  return [] { return true; };
}

}  // namespace learnscope
