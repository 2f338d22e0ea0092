// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <deque>

namespace learnscope {

/// Longest and p99 time the GUI thread was busy between two returns to its event loop, ms, over the last 60 s.
struct BusyTimes {
  double p99 = 0, longest = 0;
  std::size_t samples = 0;
};

/// Measures how long the GUI thread is busy: from the first event delivered after the loop has slept to the moment
/// before it sleeps again. (The dispatcher's own `awake` would miss timers: Qt delivers those before it says that it is
/// awake.)
class BusyProbe : public QObject {
  Q_OBJECT
 public:
  explicit BusyProbe(QObject* parent = nullptr);
  ~BusyProbe() override;
  BusyTimes times() const;
  void clear();

 protected:
  bool eventFilter(QObject* object, QEvent* event) override;

 private:
  struct Sample {
    qint64 end;
    float milliseconds;
  };
  void aboutToBlock();

  QElapsedTimer clock_;
  qint64 start_ = -1;  // ns; -1 while the loop sleeps
  std::deque<Sample> samples_;
};

}  // namespace learnscope
