// SPDX-License-Identifier: GPL-3.0-or-later
// From moving a slider of the concept-space lab to the thumbnails that show it, while the default run trains at full
// speed: two sliders in turns, the views that hang on them and the plots beside them open. Prints one JSON object; exit
// status 1 if a limit is broken.
#include <QApplication>
#include <QElapsedTimer>
#include <QThread>
#include <algorithm>
#include <iostream>
#include <mutex>
#include <set>

#include "engine/experiments/concept_space/concept_space_lab.h"
#include "engine/store/run_file.h"
#include "tests/support/support.h"
#include "widgets/model/session_model.h"
#include "widgets/model/view.h"

using namespace learnscope;

namespace {

constexpr int moves = 120;
constexpr std::int64_t firstStep = 310;  ///< past the close evaluations of the beginning
constexpr double most = 300;             ///< milliseconds
const std::set<std::string> open{"accuracy", "overprompt-thumbnails", "latent-thumbnails", "pictures", "concepts"};

/// The lab, telling which strengths have been drawn.
class WatchedLab : public Lab {
 public:
  Description describe(const Config& config) const override { return lab_->describe(config); }
  void validate(const Config& config, std::vector<Problem>& problems) const override {
    lab_->validate(config, problems);
  }
  Estimate estimate(const Config& config) const override { return lab_->estimate(config); }
  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return lab_->build(config, seed, progress);
  }
  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    State result = lab_->analyse(analysis, config, seed, state, arguments, progress);
    const std::lock_guard lock(mutex_);
    drawn_.insert(arguments.real("strength"));
    return result;
  }
  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    return lab_->due(cadence, config, step);
  }
  std::int64_t defaultSteps(const Config& config) const override { return lab_->defaultSteps(config); }
  std::string_view page() const override { return lab_->page(); }
  bool hasDrawn(double strength) const {
    const std::lock_guard lock(mutex_);
    return drawn_.contains(strength);
  }

 private:
  std::shared_ptr<const Lab> lab_ = concept_space::makeLab();
  mutable std::mutex mutex_;
  mutable std::set<double> drawn_;
};

/// Counts the paint events of a view and its children.
class Paints : public QObject {
 public:
  explicit Paints(QWidget& view) {
    view.installEventFilter(this);
    for (QWidget* child : view.findChildren<QWidget*>()) child->installEventFilter(this);
  }
  bool eventFilter(QObject*, QEvent* event) override {
    count += event->type() == QEvent::Paint ? 1 : 0;
    return false;
  }
  int count = 0;
};

void spin() {
  QApplication::processEvents(QEventLoop::AllEvents, 5);
  QThread::msleep(1);
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  const test::TemporaryFolder folder;
  FolderRunFactory factory(folder.path());
  Scheduler scheduler(1);
  const auto lab = std::make_shared<WatchedLab>();
  SessionModel model(lab, factory, scheduler);
  model.setSpeed(0);
  QWidget window;
  std::vector<std::unique_ptr<View>> views;
  std::vector<std::unique_ptr<Paints>> paints;
  for (const ViewSpec& spec : model.page().views) {
    if (!open.contains(spec.id)) continue;
    views.push_back(createView(spec, model, &window));
    views.back()->setGeometry(0, 200 * static_cast<int>(views.size() - 1), 420, 200);
    if (spec.id.ends_with("thumbnails")) paints.push_back(std::make_unique<Paints>(*views.back()));
  }
  window.resize(420, 1000);
  window.show();
  model.startRun(0, 20000);  // longer than the moves take
  model.play();
  while (model.run()->lastStep() < firstStep) spin();
  std::vector<double> times;
  const std::int64_t before = model.run()->lastStep();
  QElapsedTimer all;
  all.start();
  for (int i = 0; i < moves && model.status().phase == TrainerStatus::Phase::Running; ++i) {
    const bool overprompt = i % 2 == 0;
    const double strength = 1 + 0.01 * i;
    QElapsedTimer timer;
    timer.start();
    model.userSet(overprompt ? "overprompt.strength" : "latent.strength", strength);
    while (!lab->hasDrawn(strength) && timer.elapsed() < 5000) spin();
    const int painted = paints[overprompt ? 0 : 1]->count;
    while (paints[overprompt ? 0 : 1]->count == painted && timer.elapsed() < 5000) spin();
    times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    // Not in step with the evaluations.
    timer.restart();
    while (timer.elapsed() < 40 + 37 * (i % 7)) spin();
  }
  const double stepsPerSecond =
      1e3 * static_cast<double>(model.run()->lastStep() - before) / static_cast<double>(all.elapsed());
  const double p50 = quantile(times, 0.5), p95 = quantile(times, 0.95), longest = quantile(times, 1);
  std::cout << Json{{"moves", times.size()},
                    {"p50Milliseconds", p50},
                    {"p95Milliseconds", p95},
                    {"longestMilliseconds", longest},
                    {"stepsPerSecond", stepsPerSecond}}
                   .dump()
            << std::endl;
  model.pause();
  return times.size() == static_cast<std::size_t>(moves) && p95 <= most ? 0 : 1;
}
