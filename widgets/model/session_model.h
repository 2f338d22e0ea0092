// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QUndoStack>
#include <memory>
#include <optional>

#include "engine/core/session.h"
#include "widgets/model/view_spec.h"

namespace learnscope {

/// What all views highlight; kind is "neuron", "class", "feature", "run", ...; ids are the stable ids of arrays.
struct Selection {
  QString kind;
  std::vector<std::int64_t> ids;
  bool operator==(const Selection&) const = default;
};

/// The GUI's side of a session: one cursor, one selection, one undo stack, one display timer that polls the runs and tells
/// views when something is new. Lives on the GUI thread.
class SessionModel : public QObject {
  Q_OBJECT
 public:
  SessionModel(std::shared_ptr<const Lab> lab, RunFactory& factory, Scheduler& scheduler, QObject* parent = nullptr);
  ~SessionModel() override;

  Session& session() { return *session_; }
  const LabPage& page() const { return page_; }
  const Description& description() const;
  /// The current run, or null before the first.
  std::shared_ptr<Run> run() const;
  /// "current": the current run; "shown": all shown; "parent": the current one's parent if in the set.
  std::vector<std::shared_ptr<Run>> runs(const QString& binding) const;
  /// Values of the current run (live), else those set for the next one.
  Config config() const;

  // Cursor.
  bool following() const { return following_; }
  /// The step that views show: the newest step when following.
  std::int64_t cursor() const;
  void setCursor(std::int64_t step);
  void follow();
  /// The step under the mouse in any plot, or none; shown as a read-out in all.
  std::optional<std::int64_t> hoverStep() const { return hover_; }
  void setHoverStep(std::optional<std::int64_t> step);

  const Selection& selection() const { return selection_; }
  void select(Selection selection);

  /// The array recorded at or before `step`: at once when in memory; else the I/O thread fetches it, `refreshed` follows, and the
  /// last one shown (or null) is returned meanwhile. In synchronous mode (figures, tests) it waits for the disk.
  std::shared_ptr<const Array> array(const Run& run, const std::string& measure, std::int64_t step);
  void setSynchronous(bool on) { synchronous_ = on; }

  // What the user does; each is undoable on undoStack() (drags of one control merge).
  QUndoStack& undoStack() { return undo_; }
  /// A live parameter of the running model (journaled), or a parameter of the next run.
  void userSet(const std::string& parameter, const Json& value);
  void userIntervene(const std::string& intervention, const Json& arguments);
  void userCursor(std::int64_t step);
  void userSelect(const Selection& selection);

  /// Starts a preset: its runs with their seeds, its speed, its commands.
  void startPreset(const Preset& preset);
  /// Starts one run with the edited values.
  void startRun(std::uint64_t seed, std::int64_t steps);
  void play();
  void pause();
  void step();
  /// Steps a second; 0 = max.
  void setSpeed(double speed);
  double speed() const { return speed_; }
  void branchAt(std::int64_t step, const Json& difference);
  /// Carries out any command of the vocabulary; those of the window are emitted as windowCommand. Throws ConfigError.
  void perform(const Command& command);

  /// Longest and p99 time the GUI thread was busy between two returns to its event loop, ms, over the last 60 s.
  struct BusyTimes {
    double p99 = 0, longest = 0;
    std::size_t samples = 0;
  };
  BusyTimes busyTimes() const;

 signals:
  /// At display rate, only when a run, the cursor or the selection changed.
  void refreshed();
  void cursorChanged(std::int64_t step);
  void hoverChanged();
  void selectionChanged();
  void currentRunChanged();
  void runSetChanged();
  void statusChanged();
  void configEdited();
  /// Play was pressed with the cursor in the past: follow the newest, or branch here?
  void playInPast(std::int64_t step);
  void windowCommand(const learnscope::Command& command);
  /// Something was refused or failed; said once, at the border.
  void problem(const QString& text);

 private:
  struct Impl;
  std::unique_ptr<Session> session_;
  LabPage page_;
  std::unique_ptr<Impl> impl_;
  QUndoStack undo_;
  bool following_ = true;
  bool synchronous_ = false;
  std::int64_t cursor_ = 0;
  std::optional<std::int64_t> hover_;
  Selection selection_;
  double speed_ = 0;
};

}  // namespace learnscope
