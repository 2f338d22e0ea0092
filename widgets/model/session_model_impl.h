// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <future>
#include <map>
#include <set>

#include "engine/core/claims.h"
#include "widgets/model/array_loader.h"
#include "widgets/model/script_player.h"
#include "widgets/model/session_model.h"

namespace learnscope {

/// The private state of a SessionModel; shared by session_model.cpp and session_actions.cpp.
struct SessionModel::Impl {
  using Key = std::pair<const Run*, std::string>;

  BusyProbe probe;

  // The display timer.
  QTimer timer;
  QElapsedTimer clock;
  bool dirty = true;
  std::uint64_t seenVersion = 0;
  qint64 lastRefresh = 0;  // ms on `clock`: when the views had drawn
  qint64 gap = 16;         // ms between refreshes that the views can bear
  qint64 lastChange = 0;
  qint64 lastStatus = -1000;
  bool statusDue = false;  // something changed since the status was announced
  std::optional<qint64> lastBudget;
  std::set<std::string> warnedBudget;  // runs whose checkpoints are near their limit
  std::int64_t announcedCursor = -1;
  std::string currentId;
  QString signature;  // of the run set
  TrainerStatus::Phase phase = TrainerStatus::Phase::Paused;
  std::string message;

  // Arrays.
  std::map<Key, std::shared_ptr<const Array>> shown;
  std::map<std::tuple<const Run*, std::string, std::int64_t>, std::shared_ptr<const Array>> fetched;
  std::size_t fetchedBytes = 0;
  std::set<Key> failed;

  Claims claims;

  // The next run.
  Config next;
  Description nextDescription;
  std::uint64_t seed = 0;
  std::int64_t steps = 0;
  std::map<std::string, qint64> touched;  // live parameters: when the user last set them

  // Gestures.
  int gesture = 0;
  bool inGesture = false;
  QString gestureSubject;
  qint64 gestureEnd = 0;

  std::vector<std::shared_future<void>> closing;             // trainers of removed runs
  std::vector<std::pair<std::string, std::string>> waiting;  // branches that begin when their parents rest
  ScriptPlayer* script = nullptr;
  std::unique_ptr<ArrayLoader> loader;
};

/// Values of a run: its trainer's live ones, or what its journal left.
Config liveValues(const Member& member);

}  // namespace learnscope
