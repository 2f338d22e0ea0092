// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window_bench.h"

#include <unistd.h>

#include <QApplication>
#include <QFile>
#include <QTimer>
#include <ctime>
#include <iostream>

namespace learnscope {
namespace {

constexpr std::int64_t steps = 30000;
constexpr int warmUp = 2000;  // ms after the first point, not counted

}  // namespace

double processAge() {
  QFile stat(QStringLiteral("/proc/self/stat"));
  if (!stat.open(QIODevice::ReadOnly)) return -1;
  const QByteArray line = stat.readAll();
  // The name, in parentheses, may hold spaces; field 22 (starttime, in clock ticks since boot) is the 20th after it.
  const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
  if (fields.size() < 20) return -1;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const double started = fields[19].toDouble() / static_cast<double>(sysconf(_SC_CLK_TCK));
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) - started;
}

WindowBench::WindowBench(MainWindow& window) : window_(window) {}

bool WindowBench::requested() { return qEnvironmentVariableIntValue("LEARNSCOPE_BENCH") > 0; }

// Usable: shown, painted, and back in the event loop with nothing left to do.
void WindowBench::start() {
  QTimer::singleShot(0, this, [this] { QTimer::singleShot(0, this, &WindowBench::onUsable); });
}

void WindowBench::onUsable() {
  usable_ = processAge();
  QElapsedTimer opening;
  opening.start();
  const QString lab = qEnvironmentVariable("LEARNSCOPE_BENCH_LAB", QStringLiteral("grokking"));
  lab_ = window_.openLab(lab);
  if (!lab_) {
    std::cerr << "bench: the lab " << lab.toStdString() << " does not open\n";
    QApplication::exit(1);
    return;
  }
  if (qEnvironmentVariableIsSet("LEARNSCOPE_BENCH_ALL_VIEWS"))
    for (const ViewSpec& view : lab_->model().page().views) lab_->setOpen(QString::fromStdString(view.id), true);
  QApplication::processEvents();
  labOpen_ = static_cast<double>(opening.elapsed()) / 1000;
  QTimer::singleShot(500, this, &WindowBench::play);
}

void WindowBench::play() {
  SessionModel& model = lab_->model();
  const QByteArray values = qgetenv("LEARNSCOPE_BENCH_SET");
  const Json set = values.isEmpty() ? Json{{"group", "97"}} : parseJson(values.toStdString(), "LEARNSCOPE_BENCH_SET");
  for (const auto& [id, value] : set.items()) model.userSet(id, value);
  wholeRun_ = qEnvironmentVariableIntValue("LEARNSCOPE_BENCH_STEPS");
  model.userSteps(wholeRun_ > 0 ? wholeRun_ : steps);
  model.setSpeed(0);
  connect(&model, &SessionModel::refreshed, this, &WindowBench::onRefreshed);
  opening_ = model.busyTimes();
  busy_ = std::make_unique<BusyProbe>();
  sincePlay_.start();
  model.play();
}

void WindowBench::onRefreshed() {
  ++refreshes_;
  const std::shared_ptr<Run> run = lab_->model().run();
  if (wholeRun_ > 0) {
    if (run && run->lastStep() >= wholeRun_ && runSeconds_ == 0) {
      runSeconds_ = static_cast<double>(sincePlay_.elapsed()) / 1000;
      QTimer::singleShot(0, this, &WindowBench::finishRun);  // the window cannot go while it tells of a refresh
    }
    return;
  }
  if (firstPoint_ >= 0 || !run || run->recordedScalars().empty()) return;
  firstPoint_ = static_cast<double>(sincePlay_.elapsed()) / 1000;
  QTimer::singleShot(warmUp, this, &WindowBench::beginCounting);
}

void WindowBench::finishRun() {
  const BusyTimes busy = busy_->times();
  const Json result{{"runSeconds", runSeconds_},
                    {"refreshes", refreshes_},
                    {"openingLongestMilliseconds", opening_.longest},
                    {"busyP99Milliseconds", busy.p99},
                    {"busyLongestMilliseconds", busy.longest}};
  std::cout << result.dump() << std::endl;
  window_.close();
  QApplication::quit();
}

void WindowBench::beginCounting() {
  firstStep_ = lab_->model().run()->lastStep();
  refreshes_ = 0;
  counting_.start();
  QTimer::singleShot(1000 * qEnvironmentVariableIntValue("LEARNSCOPE_BENCH"), this, &WindowBench::finish);
}

void WindowBench::finish() {
  const double seconds = static_cast<double>(counting_.elapsed()) / 1000;
  const BusyTimes busy = busy_->times();
  const std::int64_t done = lab_->model().run()->lastStep() - firstStep_;
  const Json result{{"usableSeconds", usable_},
                    {"labOpenSeconds", labOpen_},
                    {"firstPointSeconds", firstPoint_},
                    {"seconds", seconds},
                    {"steps", done},
                    {"stepsPerSecond", static_cast<double>(done) / seconds},
                    {"refreshesPerSecond", static_cast<double>(refreshes_) / seconds},
                    {"openingLongestMilliseconds", opening_.longest},
                    {"busyP99Milliseconds", busy.p99},
                    {"busyLongestMilliseconds", busy.longest},
                    {"busySamples", busy.samples}};
  std::cout << result.dump() << std::endl;
  window_.close();
  QApplication::quit();
}

}  // namespace learnscope
