// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <memory>

#include "app/main_window.h"
#include "widgets/model/busy_probe.h"

namespace learnscope {

/// Measures the window from inside (tests/bench/bench_window.py): with LEARNSCOPE_BENCH=<seconds> the program opens the
/// lab that LEARNSCOPE_BENCH_LAB names (default grokking), sets LEARNSCOPE_BENCH_SET (a JSON object; default {"group":
/// "97"}), trains 30,000 steps at full speed with all default views live, prints one JSON object to stdout, and leaves.
/// With LEARNSCOPE_BENCH_STEPS it trains so many instead and says how long they took, and LEARNSCOPE_BENCH_ALL_VIEWS
/// opens every view of the lab first.
class WindowBench : public QObject {
  Q_OBJECT
 public:
  explicit WindowBench(MainWindow& window);
  static bool requested();
  void start();

 private:
  void onUsable();
  void play();
  void onRefreshed();
  void beginCounting();
  void finishRun();
  void finish();

  MainWindow& window_;
  LabWorkspace* lab_ = nullptr;
  QElapsedTimer sincePlay_, counting_;
  BusyTimes opening_;                ///< of the window until play
  std::unique_ptr<BusyProbe> busy_;  ///< since then
  double usable_ = 0, firstPoint_ = -1, labOpen_ = 0;
  std::int64_t firstStep_ = 0;
  std::int64_t wholeRun_ = 0;  ///< steps to be timed as a whole; 0: a rate is measured
  double runSeconds_ = 0;      ///< that they took
  std::uint64_t refreshes_ = 0;
};

/// Seconds since this process was started by the system.
double processAge();

}  // namespace learnscope
