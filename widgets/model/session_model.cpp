// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/session_model.h"

#include <QLocale>
#include <QTimer>
#include <algorithm>

#include "engine/core/stepper.h"
#include "widgets/model/run_name.h"
#include "widgets/model/session_model_impl.h"
#include "widgets/model/shell_word.h"

namespace learnscope {
namespace {

constexpr qint64 displayGap = 33;  // ms: nobody reads a curve faster
constexpr qint64 idleGap = 50;     // ms between looks at runs that have not changed for a second
constexpr qint64 statusGap = 200;  // ms between two read-outs of rates
constexpr std::size_t fetchedLimit = 64U << 20U;

using Phase = TrainerStatus::Phase;

Phase phaseOf(RunState state) {
  switch (state) {
    case RunState::Finished:
      return Phase::Finished;
    case RunState::Diverged:
      return Phase::Diverged;
    case RunState::Failed:
      return Phase::Failed;
    default:
      return Phase::Paused;
  }
}

}  // namespace

Config liveValues(const Member& member) {
  if (member.trainer) return member.trainer->liveConfig();
  const std::vector<JournalEntry> journal = member.run->journal();
  return configAt(member.run->info(), journal, journal.size());
}

SessionModel::SessionModel(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler, QObject* parent)
    : QObject(parent), session_(std::make_unique<Session>(lab, factory, scheduler)), impl_(std::make_unique<Impl>()) {
  qRegisterMetaType<Command>();
  qRegisterMetaType<AnalysisResult>();
  const std::string_view text = lab->page();
  if (!text.empty()) page_ = LabPage::parse(text, lab->describe().id);
  impl_->claims = Claims::of(*lab);
  speed_ = page_.speed;
  std::vector<Problem> none;
  impl_->next = resolved(lab->describe().parameters, Json::object(), none);
  impl_->nextDescription = lab->describe(impl_->next);
  impl_->steps = lab->defaultSteps(impl_->next);
  impl_->loader = std::make_unique<ArrayLoader>([this](ArrayLoader::Result result) {
    QMetaObject::invokeMethod(this, [this, r = std::move(result)] {
      if (!r.array) {
        if (impl_->failed.insert({r.run.get(), r.measure}).second) emit problem(QString::fromStdString(r.error));
        return;
      }
      // Held until the views have drawn it: the engine's cache is shared and may drop it at once.
      if (impl_->fetchedBytes > fetchedLimit) {
        impl_->fetched.clear();
        impl_->fetchedBytes = 0;
      }
      if (impl_->fetched.insert_or_assign({r.run.get(), r.measure, r.step}, r.array).second)
        impl_->fetchedBytes += r.array->bytes();
      change();
    });
  });
  impl_->script = new ScriptPlayer(*this, this);
  connect(impl_->script, &ScriptPlayer::finished, this, [this] { emit scriptChanged(false); });
  connect(impl_->script, &ScriptPlayer::failed, this, [this](std::size_t, const QString& why) {
    emit scriptChanged(false);
    emit problem(why);
  });
  impl_->clock.start();
  impl_->timer.setSingleShot(true);
  impl_->timer.setTimerType(Qt::PreciseTimer);
  connect(&impl_->timer, &QTimer::timeout, this, &SessionModel::tick);
  impl_->timer.start(0);
}

SessionModel::~SessionModel() {
  impl_->timer.stop();
  undo_.clear();
  impl_->loader.reset();
  session_.reset();
}

const Claims& SessionModel::claims() const { return impl_->claims; }

const Description& SessionModel::description() const {
  const Member* member = session_->current();
  return member ? member->run->description() : impl_->nextDescription;
}

std::shared_ptr<Run> SessionModel::run() const {
  const Member* member = session_->current();
  return member ? member->run : nullptr;
}

std::vector<std::shared_ptr<Run>> SessionModel::runs(const QString& binding) const {
  std::vector<std::shared_ptr<Run>> found;
  const Member* current = session_->current();
  if (binding == QLatin1String("shown")) {
    // The current run comes last: views draw it on top.
    for (const auto& member : session_->members())
      if (member->shown && member.get() != current) found.push_back(member->run);
    if (current && current->shown) found.push_back(current->run);
  } else if (binding == QLatin1String("parent")) {
    if (const Member* parent = current ? session_->find(current->run->info().parent) : nullptr)
      found.push_back(parent->run);
  } else if (current) {
    found.push_back(current->run);
  }
  return found;
}

Config SessionModel::config() const {
  const Member* member = session_->current();
  return member ? liveValues(*member) : impl_->next;
}

const Config& SessionModel::nextConfig() const { return impl_->next; }
std::uint64_t SessionModel::nextSeed() const { return impl_->seed; }
std::int64_t SessionModel::nextSteps() const { return impl_->steps; }
const Description& SessionModel::nextDescription() const { return impl_->nextDescription; }

std::vector<std::string> SessionModel::pendingEdits() const {
  std::vector<std::string> pending;
  const Member* member = session_->current();
  if (!member) return pending;
  const Config live = liveValues(*member);
  for (const Parameter& parameter : impl_->nextDescription.parameters) {
    if (parameter.live && member->trainer) continue;
    if (live.has(parameter.id) && impl_->next.has(parameter.id) && live[parameter.id] != impl_->next[parameter.id])
      pending.push_back(parameter.id);
  }
  return pending;
}

std::vector<Problem> SessionModel::nextProblems() const {
  std::vector<Problem> problems;
  const Lab& lab = *session_->lab();
  const Config config = resolved(impl_->nextDescription.parameters, impl_->next.json(), problems);
  if (problems.empty()) lab.validate(config, problems);
  return problems;
}

QString SessionModel::commandLine() const {
  const Lab& lab = *session_->lab();
  std::vector<Problem> none;
  const Json changed = impl_->next.difference(resolved(lab.describe().parameters, Json::object(), none));
  QString line = QStringLiteral("learnscope run ") + QString::fromStdString(lab.describe().id);
  for (const auto& [id, value] : changed.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    line += QStringLiteral(" --set ") + shellWord(QString::fromStdString(id + "=" + text));
  }
  return line + QStringLiteral(" --seed %1 --steps %2").arg(impl_->seed).arg(impl_->steps);
}

TrainerStatus SessionModel::status() const {
  const Member* member = session_->current();
  if (member && member->trainer) return member->trainer->status();
  TrainerStatus status;
  status.phase = Phase::Paused;
  if (!member) return status;
  status.phase = phaseOf(member->run->state());
  status.step = member->run->lastStep();
  status.target = member->run->targetSteps();
  status.message = member->run->stateMessage();
  return status;
}

bool SessionModel::playing() const {
  const Member* member = session_->current();
  return member && member->trainer && member->trainer->status().running;
}

std::int64_t SessionModel::cursor() const {
  const Member* member = session_->current();
  const std::int64_t newest = member ? member->run->lastStep() : 0;
  return following_ ? newest : std::min(cursor_, newest);
}

void SessionModel::setCursor(std::int64_t step) {
  const Member* member = session_->current();
  const std::int64_t first = member ? member->run->info().forkStep : 0;
  const std::int64_t last = member ? member->run->lastStep() : 0;
  step = std::clamp(step, std::min(first, last), last);
  if (!following_ && step == cursor_) return;
  following_ = false;
  cursor_ = step;
  impl_->loader->clear();
  impl_->announcedCursor = step;
  emit cursorChanged(step);
  change();
}

void SessionModel::follow() {
  if (following_) return;
  following_ = true;
  impl_->announcedCursor = cursor();
  emit cursorChanged(cursor());
  change();
}

int SessionModel::colorOf(const Run& run) const {
  const auto& members = session_->members();
  const auto found = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m->run.get() == &run; });
  return static_cast<int>(found - members.begin());
}

std::optional<std::int64_t> SessionModel::eventStep(const Run& run, const std::string& event) const {
  const Run* at = &run;
  for (std::int64_t until = INT64_MAX; at;) {
    for (const Event& each : at->events())
      if (each.id == event && each.step <= until) return each.step;
    until = at->info().forkStep;
    const Member* parent = at->info().parent.empty() ? nullptr : session_->find(at->info().parent);
    at = parent ? parent->run.get() : nullptr;
  }
  return {};
}

/// Said once a run, before regular checkpoints are thinned out.
void SessionModel::watchBudget() {
  constexpr qint64 budgetGap = 5000;
  constexpr double near = 0.8;
  Impl& d = *impl_;
  if (d.lastBudget && d.clock.elapsed() - *d.lastBudget < budgetGap) return;
  d.lastBudget = d.clock.elapsed();
  for (const auto& member : session_->members()) {
    if (!member->trainer || d.warnedBudget.contains(member->run->info().id)) continue;
    const RunBudget budget = member->run->budget();
    if (static_cast<double>(budget.checkpointBytes) <= near * static_cast<double>(budget.checkpointLimit)) continue;
    d.warnedBudget.insert(member->run->info().id);
    emit note(tr("The checkpoints of %1 take %2 of %3. Above that regular ones are thinned out: going back gets "
                 "slower, nothing recorded is lost.")
                  .arg(runName(*this, *member->run),
                       QLocale().formattedDataSize(static_cast<qint64>(budget.checkpointBytes)),
                       QLocale().formattedDataSize(static_cast<qint64>(budget.checkpointLimit))));
  }
}

std::int64_t SessionModel::shownStep() const {
  const std::shared_ptr<Run> current = run();
  const std::int64_t at = cursor();
  std::int64_t shown = -1;
  if (current)
    for (const std::string& measure : current->recordedArrays()) {
      const auto& records = current->arrays(measure);
      const std::ptrdiff_t index = indexAt(records, at);
      if (index >= 0) shown = std::max(shown, records[static_cast<std::size_t>(index)].step);
    }
  return shown < 0 ? at : shown;
}

void SessionModel::setHoverStep(std::optional<std::int64_t> step) {
  if (hover_ == step) return;
  hover_ = step;
  emit hoverChanged();
}

void SessionModel::select(Selection selection) {
  if (selection_ == selection) return;
  selection_ = std::move(selection);
  emit selectionChanged();
  change();
}

std::shared_ptr<const Array> SessionModel::array(const Run& run, const std::string& measure, std::int64_t step) {
  const auto& recorded = run.arrays(measure);
  const std::ptrdiff_t index = indexAt(recorded, step);
  if (index < 0) return nullptr;
  const std::int64_t at = recorded[static_cast<std::size_t>(index)].step;
  const Impl::Key key{&run, measure};
  const bool atCursor = step == cursor();
  std::shared_ptr<const Array> found = run.arrayInMemory(measure, at);
  if (!found) {
    const auto held = impl_->fetched.find({&run, measure, at});
    if (held != impl_->fetched.end()) found = held->second;
  }
  if (!found && synchronous_) found = run.loadArray(measure, at);
  if (found) {
    if (atCursor) impl_->shown[key] = found;
    return found;
  }
  if (!impl_->failed.contains(key))
    for (const auto& member : session_->members())
      if (member->run.get() == &run) impl_->loader->request(member->run, measure, at);
  const auto last = impl_->shown.find(key);
  return atCursor && last != impl_->shown.end() ? last->second : nullptr;
}

BusyTimes SessionModel::busyTimes() const { return impl_->probe.times(); }

/// Something is new for the views: draw as soon as they can bear it.
void SessionModel::change() {
  impl_->dirty = true;
  const qint64 wait = std::max<qint64>(0, impl_->lastRefresh + impl_->gap - impl_->clock.elapsed());
  if (!impl_->timer.isActive() || impl_->timer.remainingTime() > wait) impl_->timer.start(static_cast<int>(wait));
}

void SessionModel::tick() {
  Impl& d = *impl_;
  const qint64 now = d.clock.elapsed();
  const Member* member = session_->current();
  if ((member ? member->run->info().id : std::string()) != d.currentId) adoptCurrent();

  const std::uint64_t version = session_->version();
  const bool changed = d.dirty || version != d.seenVersion;
  const TrainerStatus state = status();
  d.statusDue |= changed;
  if (state.phase != d.phase || (now - d.lastStatus >= statusGap && (d.statusDue || state.phase == Phase::Building)))
    announceStatus(state);
  if (changed) {
    startWaiting();
    watchBudget();
    d.seenVersion = version;
    d.dirty = false;
    d.lastChange = now;
    const std::int64_t at = cursor();
    if (at != d.announcedCursor) {
      d.announcedCursor = at;
      emit cursorChanged(at);
    }
    QElapsedTimer cost;
    cost.start();
    emit refreshed();
    // The paint events that views have asked for come before this: half of the thread's time stays free for the user.
    QTimer::singleShot(0, this, [this, cost] {
      impl_->gap = std::clamp<qint64>(2 * cost.elapsed(), displayGap, 500);
      impl_->lastRefresh = impl_->clock.elapsed();
      if (impl_->timer.remainingTime() < impl_->gap - cost.elapsed())
        impl_->timer.start(static_cast<int>(std::max<qint64>(0, impl_->gap - cost.elapsed())));
    });
  }
  d.timer.start(static_cast<int>(now - d.lastChange > 1000 ? idleGap : d.gap));
}

/// Says what changed in rates, phases and the run set.
void SessionModel::announceStatus(const TrainerStatus& state) {
  Impl& d = *impl_;
  d.lastStatus = d.clock.elapsed();
  d.statusDue = false;
  const bool quiet = state.phase == Phase::Building || state.phase == Phase::Waiting || state.phase == Phase::Finished;
  if (state.message != d.message) {
    d.message = state.message;
    if (!quiet && !state.message.empty()) emit problem(QString::fromStdString(state.message));
  }
  d.phase = state.phase;
  syncLive();
  QString signature;
  for (const auto& member : session_->members())
    signature += QString::fromStdString(member->run->info().id) + QString::fromStdString(member->run->title()) +
                 QString::number(static_cast<int>(member->run->state())) + (member->shown ? u'+' : u'-');
  if (signature != d.signature) {
    d.signature = signature;
    emit runSetChanged();
  }
  emit statusChanged();
}

/// What an intervention or a script changed in the running model shows in the panel too.
void SessionModel::syncLive() {
  const Member* member = session_->current();
  if (!member || !member->trainer) return;
  const Config live = liveValues(*member);
  bool edited = false;
  for (const Parameter& parameter : impl_->nextDescription.parameters) {
    if (!parameter.live || !live.has(parameter.id) || live[parameter.id] == impl_->next[parameter.id]) continue;
    const auto touched = impl_->touched.find(parameter.id);
    if (touched != impl_->touched.end() && impl_->clock.elapsed() - touched->second < 1500) continue;
    impl_->next.set(parameter.id, live[parameter.id]);
    edited = true;
  }
  if (edited) emit configEdited();
}

/// Another run became current: its values are the ones that the next run starts from.
void SessionModel::adoptCurrent() {
  Impl& d = *impl_;
  const Member* member = session_->current();
  d.currentId = member ? member->run->info().id : std::string();
  if (member) {
    d.next = liveValues(*member);
    d.nextDescription = session_->lab()->describe(d.next);
    d.seed = member->run->info().seed;
    d.steps = member->run->targetSteps();
    d.touched.clear();
    if (member->trainer) speed_ = member->trainer->speed();
  }
  std::set<const Run*> kept;
  for (const auto& each : session_->members()) kept.insert(each->run.get());
  std::erase_if(d.shown, [&](const auto& entry) { return !kept.contains(entry.first.first); });
  std::erase_if(d.fetched, [&](const auto& entry) { return !kept.contains(std::get<0>(entry.first)); });
  d.dirty = true;
  emit currentRunChanged();
  emit configEdited();
}

}  // namespace learnscope
