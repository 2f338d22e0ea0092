// SPDX-License-Identifier: GPL-3.0-or-later
// What the user does to a session: the half of SessionModel that changes runs and fills the undo stack.
#include <algorithm>

#include "widgets/model/run_name.h"
#include "widgets/model/session_model_impl.h"
#include "widgets/model/undo_commands.h"

namespace learnscope {
namespace {

using Phase = TrainerStatus::Phase;

QString text(const std::string& s) { return QString::fromStdString(s); }

bool descends(const Session& session, const Member* member, const std::string& ancestor) {
  while (member && member->run->info().id != ancestor) member = session.find(member->run->info().parent);
  return member != nullptr;
}

bool startsTraining(const std::string& verb) {
  return verb == "run" || verb == "runTo" || verb == "step" || verb == "pause";
}

}  // namespace

/// Runs an action at the border: what is refused is said once.
void SessionModel::say(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    emit problem(QString::fromUtf8(error.what()));
  }
}

void SessionModel::done(const QString& what, const QString& key, std::function<void()> undo,
                        std::function<void()> redo) {
  undo_.push(
      new DoneCommand(what, key, std::move(undo), std::move(redo), [this](const QString& why) { emit problem(why); }));
}

void SessionModel::beginGesture() {
  ++impl_->gesture;
  impl_->inGesture = true;
}

void SessionModel::endGesture() {
  ++impl_->gesture;
  impl_->inGesture = false;
}

/// One key for all changes of one drag, or of quick repeats of a key (less than half a second apart).
QString SessionModel::gestureKey(const QString& what) {
  Impl& d = *impl_;
  const qint64 now = d.clock.elapsed();
  if (!d.inGesture && (d.gestureSubject != what || now - d.gestureEnd > 500)) ++d.gesture;
  d.gestureSubject = what;
  d.gestureEnd = now;
  return what + QLatin1Char('#') + QString::number(d.gesture);
}

void SessionModel::userSet(const std::string& parameter, const Json& value) {
  say([&] { set(parameter, value); });
}

void SessionModel::set(const std::string& id, const Json& value) {
  const Parameter* parameter = impl_->nextDescription.parameter(id);
  if (!parameter) {
    std::vector<std::string> known;
    for (const Parameter& each : impl_->nextDescription.parameters) known.push_back(each.id);
    const std::string nearest = nearestName(id, known);
    throw ConfigError("/" + id, "", "unknown parameter" + (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  if (std::optional<Problem> wrong = parameter->check(value)) throw ConfigError({std::move(*wrong)});
  const Json before = impl_->next[id];
  if (before == value) return;
  const Member* member = session_->current();
  const std::string runId = parameter->live && member && member->trainer ? member->run->info().id : std::string();
  const QString title = text(parameter->title);  // applySet describes anew
  applySet(runId, id, value);
  done(
      tr("%1 = %2").arg(title, shortText(value)), gestureKey(text("set/" + runId + "/" + id)),
      [this, runId, id, before] { applySet(runId, id, before); },
      [this, runId, id, value] { applySet(runId, id, value); });
}

/// Sets a parameter *now*: in the run (or the branch of it that is current), or for the next run when `runId` is empty.
void SessionModel::applySet(const std::string& runId, const std::string& id, const Json& value) {
  if (!runId.empty()) {
    Member* member = session_->current();
    if (!descends(*session_, member, runId)) member = session_->find(runId);
    if (!member || !member->trainer)
      throw ConfigError("/" + id, value.dump(), "the run that this was set in does not train any more");
    member->trainer->post({"set", Json{{id, value}}});
    impl_->touched[id] = impl_->clock.elapsed();
    if (member != session_->current()) return;
  }
  impl_->next.set(id, value);
  impl_->nextDescription = session_->lab()->describe(impl_->next);
  emit configEdited();
  change();
}

void SessionModel::userReset(const std::string& parameter) {
  const std::vector<Parameter> all = impl_->nextDescription.parameters;
  undo_.beginMacro(tr("Reset to default"));
  for (const Parameter& each : all)
    if (parameter.empty() || each.id == parameter) userSet(each.id, each.fallback);
  undo_.endMacro();
}

void SessionModel::userSeed(std::uint64_t seed) {
  const std::uint64_t before = impl_->seed;
  if (seed == before) return;
  const auto apply = [this](std::uint64_t value) {
    impl_->seed = value;
    emit configEdited();
  };
  apply(seed);
  // Steps up and down are one gesture; another number is a decision of its own.
  const bool step = seed == before + 1 || before == seed + 1;
  done(
      tr("Seed %1").arg(seed), step ? gestureKey(QStringLiteral("seed")) : QString(), [=] { apply(before); },
      [=] { apply(seed); });
}

void SessionModel::userSteps(std::int64_t steps) {
  const std::int64_t before = impl_->steps;
  if (steps == before || steps < 1) return;
  const std::string runId = session_->current() && session_->current()->trainer ? impl_->currentId : std::string();
  const auto apply = [this, runId](std::int64_t value) {
    impl_->steps = value;
    Member* member = runId.empty() ? nullptr : session_->find(runId);
    // A run's target may move as long as it lies ahead.
    if (member && member->trainer && value > member->run->lastStep()) member->trainer->setTarget(value);
    emit configEdited();
    change();
  };
  apply(steps);
  done(
      tr("%1 steps").arg(steps), gestureKey(QStringLiteral("steps")), [=] { apply(before); }, [=] { apply(steps); });
}

void SessionModel::userIntervene(const std::string& intervention, const Json& arguments) {
  say([&] { intervene(intervention, arguments); });
}

void SessionModel::intervene(const std::string& intervention, const Json& arguments) {
  Member* member = session_->current();
  if (!member || !member->trainer)
    throw ConfigError("/intervene", intervention, "there is no training run: press play, or branch, first");
  const Command command{"intervene", Json{{"name", intervention}, {"arguments", arguments}}};
  const auto length = std::make_shared<std::size_t>(member->run->journal().size());
  const auto target = std::make_shared<std::string>(member->run->info().id);
  member->trainer->post(command);
  const InterventionDescription* known = member->run->description().intervention(intervention);
  done(
      text(known ? known->title : intervention), {}, [this, target, length] { undoIntervention(*target, *length); },
      [this, target, length, command] {
        Member* now = session_->current();
        if (!now || !now->trainer) throw ConfigError("/intervene", "", "there is no training run");
        *target = now->run->info().id;
        *length = now->run->journal().size();
        now->trainer->post(command);
      });
  change();
}

/// A new branch from the checkpoint forced just before the intervention; the future that had it stays in the run set.
void SessionModel::undoIntervention(const std::string& runId, std::size_t journalLength) {
  Member* member = session_->find(runId);
  if (!member) throw ConfigError("/intervene", "", "the run that this was done to is not in the set any more");
  const std::vector<JournalEntry> journal = member->run->journal();
  for (std::size_t i = journalLength; i < journal.size(); ++i)
    if (journal[i].command.contains("intervene")) {
      branch(*member, {.step = journal[i].step, .paused = !playing(), .journalLength = i});
      return;
    }
  throw ConfigError("/intervene", "", "it has not taken effect yet, or was refused");
}

void SessionModel::userCursor(std::int64_t step) {
  const bool followed = following_;
  const std::int64_t before = cursor();
  setCursor(step);
  const std::int64_t after = cursor_;
  if (!followed && before == after) return;
  done(
      tr("Move the cursor"), QStringLiteral("cursor"),
      [this, followed, before] { followed ? follow() : setCursor(before); }, [this, after] { setCursor(after); });
}

void SessionModel::userCompare(const Comparison& comparison) {
  const Comparison before = comparison_;
  if (before == comparison) return;
  const auto apply = [this](const Comparison& wanted) {
    comparison_ = wanted;
    emit comparisonChanged();
    change();
  };
  apply(comparison);
  done(
      tr("Compare runs"), {}, [=] { apply(before); }, [=] { apply(comparison); });
}

void SessionModel::userSelect(const Selection& selection) {
  const Selection before = selection_;
  if (before == selection) return;
  select(selection);
  done(
      tr("Select"), QStringLiteral("select"), [this, before] { select(before); },
      [this, selection] { select(selection); });
}

void SessionModel::userLabel(const std::string& runId, const RunLabel& label) {
  say([&] {
    const Member* member = session_->find(runId);
    if (!member || member->run->label() == label) return;
    const auto apply = [this, runId](const RunLabel& written) {
      if (const Member* found = session_->find(runId)) found->run->setLabel(written);
      emit runSetChanged();
      change();
    };
    const RunLabel before = member->run->label();
    apply(label);
    done(
        before.title != label.title ? tr("Rename run")
        : before.note != label.note ? tr("Note on run")
        : label.starred             ? tr("Star run")
                                    : tr("Take the star off"),
        {}, [=] { apply(before); }, [=] { apply(label); });
  });
}

void SessionModel::userShow(const std::string& runId, bool shown) {
  const Member* member = session_->find(runId);
  if (!member || member->shown == shown) return;
  const auto apply = [this, runId](bool on) {
    if (Member* found = session_->find(runId)) found->shown = on;
    emit runSetChanged();
    change();
  };
  apply(shown);
  done(
      shown ? tr("Show run") : tr("Hide run"), {}, [=] { apply(!shown); }, [=] { apply(shown); });
}

void SessionModel::userRemove(const std::string& runId) { takeOut(runId, tr("Remove run"), nullptr, nullptr); }

void SessionModel::userDelete(const std::string& runId, std::function<void()> discard, std::function<void()> restore) {
  takeOut(runId, tr("Delete run"), std::move(discard), std::move(restore));
}

void SessionModel::takeOut(const std::string& runId, const QString& what, std::function<void()> discard,
                           std::function<void()> restore) {
  Member* member = session_->find(runId);
  if (!member) return;
  const std::shared_ptr<Run> run = member->run;
  const bool trained = member->trainer != nullptr;
  const auto gone = std::make_shared<std::shared_future<void>>();
  const auto remove = [this, run, discard, gone] {
    Member* found = session_->find(run->info().id);
    if (!found) return;
    // Its trainer ends at a step boundary and closes the file: not while the window waits.
    *gone = std::async(std::launch::async, [this, run, discard, trainer = std::move(found->trainer)]() mutable {
              trainer.reset();
              if (!discard) return;
              try {
                if (run->store()) run->store()->close();
                discard();
              } catch (const Error& error) {
                QMetaObject::invokeMethod(this, [this, why = QString::fromUtf8(error.what())] { emit problem(why); });
              }
            }).share();
    impl_->closing.push_back(*gone);
    session_->remove(*found);
    emit runSetChanged();
    change();
  };
  remove();
  done(
      what, {},
      [this, run, trained, gone, restore] {
        gone->wait();
        if (restore) restore();
        session_->open(run, trained);
        emit runSetChanged();
        change();
      },
      remove);
}

void SessionModel::makeCurrent(const std::string& runId) {
  Member* member = session_->find(runId);
  if (!member || member == session_->current()) return;
  session_->makeCurrent(*member);
  adoptCurrent();
  change();
}

void SessionModel::usePreset(const Preset& preset) {
  undo_.beginMacro(tr("Preset %1").arg(preset.title));
  const std::vector<Parameter> all = impl_->nextDescription.parameters;
  const Json values = preset.runs.empty() ? Json::object() : flattened(preset.runs.front().set);
  for (const Parameter& each : all) userSet(each.id, values.contains(each.id) ? values[each.id] : each.fallback);
  // Values that only exist with the preset's others (a table's own parameters) come second.
  for (const auto& [id, value] : values.items())
    if (impl_->nextDescription.parameter(id)) userSet(id, value);
  if (!preset.runs.empty() && !preset.runs.front().seeds.empty()) userSeed(preset.runs.front().seeds.front());
  userSteps(preset.steps > 0 ? preset.steps : session_->lab()->defaultSteps(impl_->next));
  undo_.endMacro();
}

void SessionModel::startPreset(const Preset& preset, bool waiting) {
  say([&] {
    const std::vector<Command> script = parseScript(preset.commands);
    const bool driven =
        waiting || std::any_of(script.begin(), script.end(), [](const Command& c) { return startsTraining(c.verb); });
    const Lab& lab = *session_->lab();
    // All are checked before the first starts.
    std::vector<Config> configs;
    for (const PresetRun& each : preset.runs) configs.push_back(checkedConfig(lab, each.set));
    pauseAll();
    Member* first = nullptr;
    for (std::size_t i = 0; i < preset.runs.size(); ++i) {
      const std::int64_t steps = preset.steps > 0 ? preset.steps : lab.defaultSteps(configs[i]);
      for (const std::uint64_t seed : preset.runs[i].seeds) {
        Member& member = session_->start(preset.runs[i].set, seed, steps, preset.speed, driven);
        member.run->setLabel({(preset.title + tr(", seed %1").arg(seed)).toStdString()});
        if (!first) first = &member;
      }
    }
    if (!first) return;
    session_->makeCurrent(*first);
    speed_ = preset.speed;
    following_ = true;
    adoptCurrent();
    emit runSetChanged();
    change();
    if (script.empty()) return;
    emit scriptChanged(true);
    impl_->script->play(script);
  });
}

void SessionModel::startRun(std::uint64_t seed, std::int64_t steps) {
  say([&] {
    const Config config = checkedConfig(*session_->lab(), impl_->next.json());
    pauseAll();
    session_->start(config.json(), seed, steps, speed_, false);
    following_ = true;
    adoptCurrent();
    emit runSetChanged();
    emit statusChanged();
    change();
  });
}

void SessionModel::pauseAll() {
  impl_->script->stop();
  for (const auto& member : session_->members())
    if (member->trainer) member->trainer->post({"pause", nullptr});
}

void SessionModel::play() {
  say([&] {
    Member* member = session_->current();
    if (!member) {
      restart();
      return;
    }
    if (!member->trainer || (!following_ && cursor_ < member->run->lastStep())) {
      emit playInPast(cursor());
      return;
    }
    const Phase phase = member->trainer->status().phase;
    if (phase == Phase::Diverged || phase == Phase::Failed) {
      emit playInPast(cursor());
      return;
    }
    // Played at its end, a run goes on for as long again as the lab's default run.
    if (phase == Phase::Finished) {
      impl_->steps = member->run->targetSteps() + session_->lab()->defaultSteps(liveValues(*member));
      member->trainer->setTarget(impl_->steps);
      emit configEdited();
    }
    post({"run", nullptr});
  });
}

void SessionModel::pause() {
  say([&] {
    if (session_->current() && session_->current()->trainer) post({"pause", nullptr});
  });
}

void SessionModel::step() {
  say([&] {
    Member* member = session_->current();
    if (!member) {
      const Config config = checkedConfig(*session_->lab(), impl_->next.json());
      member = &session_->start(config.json(), impl_->seed, impl_->steps, speed_, true);
      adoptCurrent();
      emit runSetChanged();
    }
    if (!member->trainer || (!following_ && cursor_ < member->run->lastStep())) {
      emit playInPast(cursor());
      return;
    }
    post({"step", nullptr});
  });
}

/// A command for the current run's trainer.
void SessionModel::post(const Command& command) {
  Member* member = session_->current();
  if (!member || !member->trainer) throw ConfigError("/" + command.verb, "", "there is no training run");
  member->trainer->post(command);
  emit statusChanged();
  change();
}

void SessionModel::setSpeed(double speed) {
  speed_ = std::max(0.0, speed);
  for (const auto& member : session_->members())
    if (member->trainer) member->trainer->setSpeed(speed_);
  emit statusChanged();
}

void SessionModel::branchAt(const Fork& fork, bool afterParent) {
  say([&] {
    Member* member = session_->current();
    if (!member) throw ConfigError("/branch", "", "there is no run to branch from");
    const std::string parent = member->run->info().id;
    Fork asked = fork;
    asked.paused |= afterParent;
    asked.beside |= afterParent;
    const Member& child = branch(*member, asked);
    if (afterParent) impl_->waiting.emplace_back(child.run->info().id, parent);
  });
}

/// Branches that wait for their parents begin when those have come to rest.
void SessionModel::startWaiting() {
  std::erase_if(impl_->waiting, [this](const auto& pair) {
    const Member* child = session_->find(pair.first);
    const Member* parent = session_->find(pair.second);
    if (!child || !child->trainer) return true;
    if (parent && parent->trainer && parent->trainer->status().running) return false;
    child->trainer->post({"run", nullptr});
    return true;
  });
}

Member& SessionModel::branch(Member& parent, const Fork& fork) {
  Member& child = session_->branch(parent, fork);
  if (child.trainer) child.trainer->setSpeed(speed_);
  following_ = true;
  adoptCurrent();
  emit runSetChanged();
  emit statusChanged();
  change();
  return child;
}

void SessionModel::analyse(const std::string& key, const std::string& analysis, std::int64_t step,
                           const Json& arguments) {
  session_->analyse(key, analysis, step, arguments, [this, key](AnalysisResult result) {
    QMetaObject::invokeMethod(this, [this, key, r = std::move(result)] {
      if (!r.error.empty()) emit problem(QString::fromStdString(r.error));
      emit analysisReady(QString::fromStdString(key), r);
    });
  });
}

void SessionModel::perform(const Command& command) {
  const VerbDescription* description = verbDescription(command.verb);
  if (!description) throw ConfigError("/" + command.verb, "", "unknown command");
  const Json& value = command.value;
  if (command.verb == "set") {
    const Json flat = flattened(value);
    for (const auto& [id, each] : flat.items()) set(id, each);
  } else if (command.verb == "intervene") {
    intervene(value.at("name"), value.value("arguments", Json::object()));
  } else if (command.verb == "cursor") {
    value.is_null() ? follow() : setCursor(value.get<std::int64_t>());
  } else if (command.verb == "select") {
    select({text(value.at("kind")), value.at("ids").get<std::vector<std::int64_t>>()});
  } else if (command.verb == "branch") {
    Member* member = session_->current();
    if (!member) throw ConfigError("/branch", "", "there is no run to branch from");
    Fork fork = forkOf(value);
    fork.paused = true;
    branch(*member, fork);
  } else if (command.verb == "analyse") {
    const bool newest = !value.contains("step") || value.at("step").is_null();
    analyse("command", value.at("name"), newest ? -1 : value.at("step").get<std::int64_t>(),
            value.value("arguments", Json::object()));
  } else if (description->target == CommandTarget::Trainer) {
    if (!session_->current() && startsTraining(command.verb)) {
      const Config config = checkedConfig(*session_->lab(), impl_->next.json());
      session_->start(config.json(), impl_->seed, impl_->steps, speed_, true);
      adoptCurrent();
      emit runSetChanged();
    }
    if (command.verb == "run" && value.is_object()) setSpeed(value.at("speed"));
    post(command);
  } else {
    emit windowCommand(command);
  }
}

}  // namespace learnscope
