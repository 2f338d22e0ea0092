// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUndoStack>
#include <functional>
#include <memory>
#include <optional>

#include "engine/core/session.h"
#include "widgets/model/busy_probe.h"
#include "widgets/model/view_spec.h"

namespace learnscope {

class Claims;

/// What all views highlight; kind is "neuron", "class", "feature", "run", ...; ids are the stable ids of arrays.
struct Selection {
  QString kind;
  std::vector<std::int64_t> ids;
  bool operator==(const Selection&) const = default;
};

/// How line plots show the runs of the set together. Colour then says the run, dash the measure.
struct Comparison {
  enum class Mode { Off, Overlay, Difference };  ///< Off: as the view's page says; Difference: from the current run
  enum class Align { Step, WallTime, Event };
  Mode mode = Mode::Off;
  Align align = Align::Step;
  std::string event = {};  ///< of Align::Event: its step is x = 0; runs without it are left out
  bool operator==(const Comparison&) const = default;
};

/// The GUI's side of a session: one cursor, one selection, one undo stack, one display timer that polls the runs and
/// tells views when something is new. Lives on the GUI thread.
class SessionModel : public QObject {
  Q_OBJECT
 public:
  SessionModel(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler, QObject* parent = nullptr);
  ~SessionModel() override;

  Session& session() { return *session_; }
  const Session& session() const { return *session_; }
  const LabPage& page() const { return page_; }
  /// Of the lab's page.
  const Claims& claims() const;
  const Description& description() const;
  /// The current run, or null before the first.
  std::shared_ptr<Run> run() const;
  /// "current": the current run; "shown": all shown; "parent": the current one's parent if in the set.
  std::vector<std::shared_ptr<Run>> runs(const QString& binding) const;
  /// Values of the current run (live), else those set for the next one.
  Config config() const;
  /// Values of the next run: those of the current run (or the lab's defaults) with the user's edits.
  const Config& nextConfig() const;
  std::uint64_t nextSeed() const;
  std::int64_t nextSteps() const;
  /// Parameters (not live) whose edits wait for the next run.
  std::vector<std::string> pendingEdits() const;
  /// Everything wrong with nextConfig(): each parameter's bounds, then the lab's own rules.
  std::vector<Problem> nextProblems() const;
  /// The lab's description for nextConfig(): what panels are made from.
  const Description& nextDescription() const;
  /// `learnscope run LAB --set …`: the headless form of the next run.
  QString commandLine() const;
  /// Of the current run's trainer; of a run that is only looked at, made from the run.
  TrainerStatus status() const;
  /// True while the current run trains (or is built, to train at once).
  bool playing() const;

  // Cursor.
  bool following() const { return following_; }
  /// The step that views show: the newest step when following.
  std::int64_t cursor() const;
  void setCursor(std::int64_t step);
  void follow();
  /// The step under the mouse in any plot, or none; shown as a read-out in all.
  std::optional<std::int64_t> hoverStep() const { return hover_; }
  void setHoverStep(std::optional<std::int64_t> step);

  const Comparison& comparison() const { return comparison_; }
  /// Place of a run in the set: the category of its colour everywhere.
  int colorOf(const Run& run) const;
  /// The step of an event in a run or, before its fork, in its ancestors of the set.
  std::optional<std::int64_t> eventStep(const Run& run, const std::string& event) const;
  /// The step of the newest arrays at or before the cursor: what pictures show.
  std::int64_t shownStep() const;

  const Selection& selection() const { return selection_; }
  void select(Selection selection);

  /// The array recorded at or before `step`: at once when in memory; else the I/O thread fetches it, `refreshed`
  /// follows, and meanwhile the last one shown is returned if `step` is the cursor's, else null (a trail leaves it
  /// out). In synchronous mode (figures, tests) it waits for the disk and for analyses.
  std::shared_ptr<const Array> array(const Run& run, const std::string& measure, std::int64_t step);
  void setSynchronous(bool on) { synchronous_ = on; }
  bool synchronous() const { return synchronous_; }

  // What the user does; each is undoable on undoStack() (drags of one control merge).
  QUndoStack& undoStack() { return undo_; }
  /// A live parameter of the running model (journaled), or a parameter of the next run.
  void userSet(const std::string& parameter, const Json& value);
  void userIntervene(const std::string& intervention, const Json& arguments);
  void userCursor(std::int64_t step);
  void userSelect(const Selection& selection);
  void userCompare(const Comparison& comparison);
  void userSeed(std::uint64_t seed);
  void userSteps(std::int64_t steps);
  /// Name, note and star of a run.
  void userLabel(const std::string& runId, const RunLabel& label);
  void userShow(const std::string& runId, bool shown);
  /// Takes a run out of the set; its file stays.
  void userRemove(const std::string& runId);
  /// The same, and then `discard` puts its closed file away, on another thread; undoing calls `restore` first.
  void userDelete(const std::string& runId, std::function<void()> discard, std::function<void()> restore);
  /// Puts one parameter, or all (empty), back to the lab's default.
  void userReset(const std::string& parameter);
  /// What happens between the two is one step of undo, however long it takes.
  void beginGesture();
  void endGesture();

  /// Starts a preset: its runs with their seeds, its speed, its commands. They train at once, unless the commands say
  /// when or they are to wait.
  void startPreset(const Preset& preset, bool waiting = false);
  /// Takes a preset's values, seed and steps for the next run without starting it (undoable).
  void usePreset(const Preset& preset);
  /// Starts one run with the edited values; what trains already is paused.
  void startRun(std::uint64_t seed, std::int64_t steps);
  void restart() { startRun(nextSeed(), nextSteps()); }
  void makeCurrent(const std::string& runId);
  void play();
  void pause();
  void step();
  /// Steps a second; 0 = max.
  void setSpeed(double speed);
  double speed() const { return speed_; }
  /// A branch of the current run; with `afterParent` it trains when the parent has come to rest.
  void branchAt(const Fork& fork, bool afterParent = false);
  /// Carries out any command of the vocabulary; those of the window are emitted as windowCommand. Throws ConfigError.
  void perform(const Command& command);
  /// Computes an analysis of the current run on the analysis thread; `analysisReady` follows with the same key.
  void analyse(const std::string& key, const std::string& analysis, std::int64_t step, const Json& arguments);

  /// Of the GUI thread, over the last 60 s.
  BusyTimes busyTimes() const;

 signals:
  /// At display rate, only when a run, the cursor or the selection changed.
  void refreshed();
  void cursorChanged(std::int64_t step);
  void hoverChanged();
  void selectionChanged();
  void comparisonChanged();
  void currentRunChanged();
  void runSetChanged();
  void statusChanged();
  void configEdited();
  /// Play was pressed with the cursor in the past: follow the newest, or branch here?
  void playInPast(std::int64_t step);
  void windowCommand(const learnscope::Command& command);
  void analysisReady(const QString& key, const learnscope::AnalysisResult& result);
  /// Commands of a preset have begun to play, or ended.
  void scriptChanged(bool playing);
  /// Something worth knowing; nothing was refused.
  void note(const QString& text);
  /// Something was refused or failed; said once, at the border.
  void problem(const QString& text);

 private:
  struct Impl;
  void tick();
  void announceStatus(const TrainerStatus& state);
  void syncLive();
  void watchBudget();
  void change();
  void say(const std::function<void()>& action);
  void done(const QString& text, const QString& key, std::function<void()> undo, std::function<void()> redo);
  QString gestureKey(const QString& what);
  void set(const std::string& parameter, const Json& value);
  void applySet(const std::string& runId, const std::string& parameter, const Json& value);
  void intervene(const std::string& intervention, const Json& arguments);
  void undoIntervention(const std::string& runId, std::size_t journalLength);
  Member& branch(Member& parent, const Fork& fork);
  void startWaiting();
  void takeOut(const std::string& runId, const QString& what, std::function<void()> discard,
               std::function<void()> restore);
  void adoptCurrent();
  void pauseAll();
  void post(const Command& command);

  std::unique_ptr<Session> session_;
  LabPage page_;
  std::unique_ptr<Impl> impl_;
  QUndoStack undo_;
  bool following_ = true;
  bool synchronous_ = false;
  std::int64_t cursor_ = 0;
  std::optional<std::int64_t> hover_;
  Selection selection_;
  Comparison comparison_;
  double speed_ = 0;
};

}  // namespace learnscope
