// SPDX-License-Identifier: GPL-3.0-or-later
// A 1080p30 video of two plots and a 3D view of a grokking run. `rate`: frames made a second as MP4 (600 of them) and
// as WebM (150), with all that comes before the first one. `memory`: how much the process grows between frame 500 and
// the last of 3,000. Prints one JSON object; exit status 1 if a limit is broken.
#include <QApplication>
#include <QElapsedTimer>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/cli_offscreen.h"
#include "app/cli_support.h"
#include "engine/core/session.h"
#include "engine/experiments/registry.h"
#include "engine/store/run_file.h"
#include "tests/support/support.h"
#include "widgets/export/make_video.h"

using namespace learnscope;

namespace {

constexpr double leastMp4 = 15, leastWebM = 6;  // frames a second
constexpr double mostGrowth = 24;               // MB over 2,500 frames
constexpr int settled = 500;                    // frames until caches are full

double residentMegabytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096 / 1e6;
}

std::string trained(const Registry& registry, const std::string& path) {
  const std::shared_ptr<const Lab> lab = registry.require("grokking");
  struct OneFile : RunFactory {
    std::string path;
    std::shared_ptr<Run> create(const Lab& of, RunInfo info) override {
      return createRunFile(path, of, std::move(info));
    }
  } files;
  files.path = path;
  Scheduler scheduler(1);
  Session session(lab, files, scheduler);
  Member& member = session.start(Json::object(), 0, 1500, 0, false);
  while (member.trainer->status().phase != TrainerStatus::Phase::Finished)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return path;
}

struct Made {
  double framesPerSecond = 0, growth = 0;
};

Made make(const std::shared_ptr<const Lab>& lab, const std::string& run, const std::string& out, double seconds) {
  QElapsedTimer timer;
  timer.start();
  cli::OffscreenRuns runs(lab, {run}, Theme::light());
  const Json request = {{"views", {"carousel", "accuracy", "loss"}},
                        {"size", "1080p30"},
                        {"seconds", seconds},
                        {"camera.path", "turntable"}};
  VideoStage stage(runs.model(),
                   VideoRequest::fromJson(request, viewsFor(cli::pageOf(*lab), runs.model().run()->info().config)));
  double before = 0, most = 0;
  makeVideo(stage, out, Progress({}, [&](double done, std::string_view) {
              if (std::lround(done * stage.size()) < settled) return;
              const double now = residentMegabytes();
              if (before == 0) before = now;
              most = std::max(most, now);
            }));
  return {stage.size() / (static_cast<double>(timer.elapsed()) / 1000), std::max(0.0, most - before)};
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QApplication app(argc, argv);
  const bool memory = argc > 1 && std::string_view(argv[1]) == "memory";
  const Registry registry = builtinLabs();
  const std::shared_ptr<const Lab> lab = registry.require("grokking");
  const test::TemporaryFolder folder;
  const std::string run = trained(registry, folder.path("run.lscope"));
  Json said;
  bool good = true;
  if (memory) {
    const double growth = make(lab, run, folder.path("v.mp4"), 100).growth;
    good = growth <= mostGrowth;
    said = {{"growthMB", growth}, {"limitMB", mostGrowth}};
  } else {
    const double mp4 = make(lab, run, folder.path("v.mp4"), 20).framesPerSecond;
    const double webm = make(lab, run, folder.path("v.webm"), 5).framesPerSecond;
    good = mp4 >= leastMp4 && webm >= leastWebM;
    said = {{"mp4FramesPerSecond", mp4},
            {"webmFramesPerSecond", webm},
            {"mp4MB", static_cast<double>(std::filesystem::file_size(folder.path("v.mp4"))) / 1e6},
            {"limits", {{"mp4", leastMp4}, {"webm", leastWebM}}}};
  }
  said["good"] = good;
  std::cout << said.dump(2) << std::endl;
  return good ? 0 : 1;
}
