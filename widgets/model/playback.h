// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <optional>

#include "widgets/model/session_model.h"

namespace learnscope {

/// Plays back what was recorded: moves the cursor through the current run, or round and round a range of it, at the
/// session's speed; with no speed set, the whole of it in ten seconds. Trains nothing.
class Playback : public QObject {
  Q_OBJECT
 public:
  explicit Playback(SessionModel& model, QObject* parent = nullptr);
  bool playing() const { return timer_.isActive(); }
  /// Begins at the cursor; at the end of what there is, from the start again.
  void play();
  void stop();
  /// Steps to loop over; none: the whole run, once.
  void setRange(std::optional<std::pair<std::int64_t, std::int64_t>> range);
  const std::optional<std::pair<std::int64_t, std::int64_t>>& range() const { return range_; }

 signals:
  void changed();

 private:
  void tick();
  std::pair<double, double> bounds() const;

  SessionModel& model_;
  QTimer timer_;
  QElapsedTimer clock_;
  std::optional<std::pair<std::int64_t, std::int64_t>> range_;
  double position_ = 0;
  std::int64_t placed_ = 0;  ///< where it put the cursor last: elsewhere, the user has taken it
};

}  // namespace learnscope
