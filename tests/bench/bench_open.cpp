// SPDX-License-Identifier: GPL-3.0-or-later
// A run file with 10^6 scalar points and 10^4 arrays: how long it takes to open, and how long the views take to follow
// the cursor to a random step (arrays come from disk). Prints one JSON object; exit status 1 if a limit is broken.
#include <QApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>

#include "engine/core/random_stream.h"
#include "engine/store/run_file.h"
#include "tests/support/described_lab.h"
#include "tests/support/support.h"
#include "tests/support/tiny_lab.h"
#include "widgets/model/view.h"

using namespace learnscope;

namespace {

constexpr std::int64_t points = 1'000'000, arrays = 10'000, measures = 4;
constexpr double mostOpen = 1, mostMove = 50;
constexpr int moves = 400;

/// The tiny lab with more scalars, and arrays as large as the neurons of a default grokking run.
class WideLab : public test::DescribedLab {
 public:
  Description describe(const Config& config) const override {
    Description all = tiny_->describe(config);
    for (std::int64_t m = 1; m < measures; ++m)
      all.measures.push_back({.id = "m" + std::to_string(m), .title = "M", .doc = "Noise."});
    return all;
  }
  std::int64_t defaultSteps(const Config&) const override { return points; }

 private:
  std::shared_ptr<const Lab> tiny_ = test::tinyLab();
};

void write(const std::string& path, const std::shared_ptr<const Lab>& lab) {
  RunInfo info;
  info.config = Config();
  info.steps = points;
  const std::shared_ptr<Run> run = createRunFile(path, *lab, info);
  RandomStream random(1, "bench");
  const std::int64_t each = points / measures, spacing = each / arrays;
  for (std::int64_t step = 0; step < each; ++step) {
    run->addScalar("loss", {step, 1.0 / static_cast<double>(step + 1)});
    for (std::int64_t m = 1; m < measures; ++m) run->addScalar("m" + std::to_string(m), {step, random.uniform()});
    if (step % spacing == 0)
      run->addArray("weights", step, Array::vector<float>(std::vector<float>(256, static_cast<float>(step))));
    run->setLastStep(step);
    if (step % 20000 == 0) run->store()->flush();
  }
  run->setState(RunState::Finished);
  run->store()->close();
}

/// No run is ever started here.
struct NoNewRuns : RunFactory {
  std::shared_ptr<Run> create(const Lab&, RunInfo) override { throw std::logic_error("no new runs"); }
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  const auto lab = std::make_shared<WideLab>();
  Registry registry;
  registry.add(lab);
  const test::TemporaryFolder folder;
  const std::string path = folder.path("large.lscope");
  write(path, lab);

  double open = 1e9;
  std::shared_ptr<Run> run;
  for (int i = 0; i < 3; ++i) {  // the cache is warm from writing; the best of three is the program's own time
    run.reset();
    QElapsedTimer timer;
    timer.start();
    run = openRunFile(path, registry, OpenMode::Read);
    open = std::min(open, static_cast<double>(timer.nsecsElapsed()) * 1e-9);
  }

  NoNewRuns factory;
  Scheduler scheduler(1);
  SessionModel model(lab, factory, scheduler);
  model.session().open(run, false);
  const auto viewOf = [&](const char* json) {
    auto view = createView(ViewSpec::parse(Json::parse(json)), model);
    view->resize(480, 260);
    view->show();
    return view;
  };
  const auto bars = viewOf(R"({"id": "bars", "kind": "bars", "layers": [{"mark": "bar", "y": "weights"}]})");
  const auto lines = viewOf(
      R"({"id": "lines", "kind": "lines", "layers": [{"mark": "line", "y": "loss"}, {"mark": "line", "y": "m1"}]})");
  const auto energies = viewOf(R"({"id": "items", "kind": "lines", "layers": [{"mark": "line", "y": "weights"}]})");
  const auto scene = viewOf(
      R"({"id": "scene", "kind": "scene", "layers": [{"mark": "sphere", "angle": {"item": "index", "scale": [0, 256, 0, 1]},
    "radius": 1, "z": {"measure": "weights", "scale": [0, 250000, 0, 1]}, "trail": 20}]})");
  for (QElapsedTimer settle =
           [] {
             QElapsedTimer t;
             t.start();
             return t;
           }();
       settle.elapsed() < 3000;)
    QApplication::processEvents(QEventLoop::AllEvents, 50);

  RandomStream random(2, "moves");
  const std::int64_t spacing = points / measures / arrays;
  std::vector<double> times;
  for (int i = 0; i < moves; ++i) {
    const auto step = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(points / measures)));
    const QString wanted = QString::number(step / spacing * spacing, 'g', 17);
    QElapsedTimer timer;
    timer.start();
    model.setCursor(step);
    do {
      QApplication::processEvents(QEventLoop::AllEvents, 5);
    } while (bars->dataCsv().section('\n', 1, 1).section(',', 4) != wanted && timer.elapsed() < 2000);
    times.push_back(static_cast<double>(timer.nsecsElapsed()) * 1e-6);
  }
  const Json result = {{"points", points},
                       {"arrays", arrays},
                       {"megabytes", static_cast<double>(std::filesystem::file_size(path)) / 1e6},
                       {"openSeconds", open},
                       {"moveMedianMilliseconds", quantile(times, 0.5)},
                       {"moveP99Milliseconds", quantile(times, 0.99)},
                       {"limits", {{"openSeconds", mostOpen}, {"moveP99Milliseconds", mostMove}}}};
  std::cout << result.dump(1) << std::endl;
  return open <= mostOpen && quantile(times, 0.99) <= mostMove ? 0 : 1;
}
