// SPDX-License-Identifier: GPL-3.0-or-later
// 10,000 points at 1280 x 800 on software GL, read back into a picture, while a network trains on another thread.
// Prints one JSON object; exit status 1 if a limit of the house is broken. `bench_scene SECONDS marks` draws the marks
// of eight categories instead of spheres.
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <iostream>

#include "engine/core/session.h"
#include "engine/experiments/registry.h"
#include "tests/support/memory_store.h"
#include "widgets/scene/render_service.h"

using namespace learnscope;

namespace {

constexpr double mostMedian = 16, leastFps = 25, leastFull = 0.9;
constexpr int points = 10'000, warmUp = 30;

/// A cloud that moves a little from frame to frame, as a view of live values does.
struct Cloud {
  Column<float> radii{std::vector<float>(points, 0.012F)};
  Column<Rgba> colors;
  Column<CategoryMark> marks;
  std::vector<Vec3f> places;

  explicit Cloud(bool marked) {
    std::vector<CategoryMark> shapes;
    std::vector<Rgba> rgba;
    for (int i = 0; i < points; ++i) {
      const double u = std::fmod(i * 0.754877666, 1), v = std::fmod(i * 0.569840291, 1),
                   w = std::fmod(i * 0.618033989, 1);
      places.emplace_back(Vec3{2 * u - 1, 2 * v - 1, w});
      rgba.emplace_back(static_cast<std::uint8_t>(255 * u), static_cast<std::uint8_t>(255 * v),
                        static_cast<std::uint8_t>(255 * w));
      if (marked) shapes.push_back(categoryMark(i));
    }
    colors = std::move(rgba);
    if (marked) marks = std::move(shapes);
  }
  SceneSnapshot at(int frame) {
    for (std::size_t i = 0; i < places.size(); ++i)
      places[i].z += 0.002F * std::sin(0.1F * static_cast<float>(frame) + static_cast<float>(i));
    SceneSnapshot snapshot;
    snapshot.layers.resize(1);
    snapshot.layers[0].geometry = Spheres{places, radii, colors, false, marks};
    snapshot.bounds.add(Vec3{-1, -1, 0});
    snapshot.bounds.add(Vec3{1, 1, 1});
    snapshot.background = Rgba(255, 255, 255);
    snapshot.floor = SceneFloor{0, 2, 0.25, {}, Rgba(90, 100, 110, 128)};
    snapshot.size = {1280, 800};
    snapshot.camera.distance = 4.5;
    snapshot.camera.azimuth = frame;
    snapshot.camera.target = {0, 0, 0.4};
    return snapshot;
  }
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.empty() ? NAN : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("LP_NUM_THREADS", "1");
  QApplication application(argc, argv);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 8;
  const Registry registry = builtinLabs();
  test::MemoryRunFactory factory;
  Scheduler scheduler(1);
  Session session(registry.require("grokking"), factory, scheduler);
  Member& member = session.start(Json::object(), 0, 1'000'000'000, 0, false);

  RenderService service;
  Cloud cloud(argc > 2 && std::string_view(argv[2]) == "marks");
  std::vector<double> times;  // of frames at full resolution; the others were drawn in a hurry and do not count
  int drawnFrames = 0;
  int frame = 0;
  QElapsedTimer clock;
  std::int64_t firstStep = 0;
  QEventLoop loop;
  RenderService::View view = 0;
  view = service.openView(&application, [&](const RenderedFrame& drawn) {
    if (!drawn.problem.isEmpty()) {
      std::cerr << drawn.problem.toStdString() << '\n';
      return loop.exit(1);
    }
    if (++frame == warmUp) {
      clock.start();
      firstStep = member.run->lastStep();
    } else if (frame > warmUp) {
      ++drawnFrames;
      if (drawn.resolution >= 1) times.push_back(drawn.milliseconds);
      if (static_cast<double>(clock.elapsed()) > 1000 * seconds) return loop.exit(0);
    }
    service.show(view, cloud.at(frame));
  });
  // The network is at work before the clock starts.
  while (member.trainer->status().phase != TrainerStatus::Phase::Running || member.run->lastStep() < 20)
    QApplication::processEvents(QEventLoop::AllEvents, 20);
  service.show(view, cloud.at(0));
  const int failed = loop.exec();
  if (failed) return failed;
  const double elapsed = static_cast<double>(clock.elapsed()) / 1000;
  const RenderStatus status = service.status();
  const double median = quantile(times, 0.5), fps = drawnFrames / elapsed,
               full = static_cast<double>(times.size()) / std::max(drawnFrames, 1);
  const Json result = {
      {"points", points},
      {"size", "1280x800"},
      {"renderer", status.renderer.toStdString()},
      {"medianMilliseconds", median},
      {"p95Milliseconds", quantile(times, 0.95)},
      {"framesPerSecond", fps},
      {"shareAtFullResolution", full},
      {"trainingStepsPerSecond", static_cast<double>(member.run->lastStep() - firstStep) / elapsed},
      {"limits",
       {{"medianMilliseconds", mostMedian}, {"framesPerSecond", leastFps}, {"shareAtFullResolution", leastFull}}}};
  std::cout << result.dump(1) << std::endl;
  service.closeView(view);
  session.remove(member);
  return median <= mostMedian && fps >= leastFps && full >= leastFull ? 0 : 1;
}
