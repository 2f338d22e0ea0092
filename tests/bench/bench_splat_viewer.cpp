// SPDX-License-Identifier: GPL-3.0-or-later
// Frames a second of the splat viewer while a mouse turns its scene, as its pane shows them, in reduced resolution
// where it chooses that: bench_splat_viewer [FILE | COUNT] [SECONDS]. Without a file: bump(90854), as many splats as a
// usual scan. Prints one JSON object; exit status 1 if it shows fewer than 25 a second or reduces without saying so.
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QMouseEvent>
#include <QTimer>
#include <algorithm>
#include <iostream>
#include <thread>

#include "engine/splats/splat_file.h"
#include "tests/support/splat_scenes.h"
#include "widgets/scene/splat_view.h"

using namespace learnscope;

namespace {

constexpr double leastFps = 25;
constexpr int mouseMilliseconds = 8;  ///< a mouse reports 125 times a second
constexpr int fullFrames = 12;
constexpr std::size_t usual = 90854;

splats::Gaussians sceneOf(const std::string& argument) {
  if (argument.empty()) return test::bumpScene(usual);
  if (argument.find_first_not_of("0123456789") == std::string::npos) return test::bumpScene(std::stoul(argument));
  return splats::readSplatFile(argument).splats;
}

void send(SplatView& view, QEvent::Type type, QPointF at) {
  QMouseEvent event(type, at, view.mapToGlobal(at), Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&view, &event);
}

/// Lets the event loop run until the pane has come to rest on a frame in full resolution.
bool settle(SplatView& view) {
  QElapsedTimer clock, still;
  clock.start();
  still.start();
  const auto shown = QObject::connect(&view, &SplatView::frameShown, &view, [&] { still.restart(); });
  while (clock.elapsed() < 60000 && !(still.elapsed() > 600 && view.frame() && !view.frame()->reduced))
    QApplication::processEvents(QEventLoop::AllEvents, 20);
  QObject::disconnect(shown);
  return view.frame() && !view.frame()->reduced;
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  const double seconds = argc > 2 ? std::atof(argv[2]) : 10;
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
  SplatView view(threads);
  view.resize(1024, 768);
  view.show();
  const auto scene = std::make_shared<splats::PreparedSplats>(sceneOf(argc > 1 ? argv[1] : ""));
  view.setSplats(scene, view.settings());
  if (!settle(view)) return 1;
  std::vector<double> full;  // one full picture after each of a few turns
  for (int turn = 0; turn < fullFrames; ++turn) {
    Camera camera = view.camera();
    camera.orbit(360.0 / fullFrames, 0);
    view.setCamera(camera);
    if (!settle(view)) return 1;
    full.push_back(view.frame()->statistics.total());
  }

  std::vector<double> gaps;
  std::size_t reduced = 0;
  bool said = true;
  QElapsedTimer clock, sinceFrame;
  QObject::connect(&view, &SplatView::frameShown, &view, [&] {
    if (!clock.isValid()) return;
    gaps.push_back(static_cast<double>(sinceFrame.nsecsElapsed()) / 1e6);
    sinceFrame.restart();
    if (!view.frame()->reduced) return;
    ++reduced;
    said = said && !view.noteText().isEmpty();
  });
  const QPointF middle = view.rect().center();
  send(view, QEvent::MouseButtonPress, middle);
  QTimer mouse;
  QObject::connect(&mouse, &QTimer::timeout, &view, [&, moves = 0]() mutable {
    ++moves;  // 2 px a report: the scene turns once in a few seconds
    send(view, QEvent::MouseMove, middle + QPointF(2.0 * moves, 0));
  });
  mouse.start(mouseMilliseconds);
  QEventLoop loop;
  QTimer::singleShot(500, &loop, [&] {
    clock.start();
    sinceFrame.start();
    QTimer::singleShot(static_cast<int>(1000 * seconds), &loop, &QEventLoop::quit);
  });
  loop.exec();
  const double fps = 1e3 * static_cast<double>(gaps.size()) / static_cast<double>(clock.elapsed());
  mouse.stop();
  const Json result{{"splats", scene->size()},
                    {"size", "1024x768"},
                    {"path", view.frame()->path.toStdString()},
                    {"framesPerSecond", fps},
                    {"medianGapMilliseconds", quantile(gaps, 0.5)},
                    {"p95GapMilliseconds", quantile(gaps, 0.95)},
                    {"shareReduced", static_cast<double>(reduced) / std::max(1.0, static_cast<double>(gaps.size()))},
                    {"fullResolutionMilliseconds", quantile(full, 0.5)},
                    {"note", view.noteText().toStdString()},
                    {"limit", leastFps}};
  std::cout << result.dump(1) << std::endl;
  return fps >= leastFps && said ? 0 : 1;
}
