// SPDX-License-Identifier: GPL-3.0-or-later
// A figure of a run with a million points: made from nothing and saved in at most half a second, in a PDF of at most
// 200 kB, and not to be told from one that draws every point.
#include <QApplication>
#include <QFileInfo>
#include <QTemporaryDir>
#include <chrono>
#include <cstdio>

#include "tests/gui/plots_support.h"
#include "widgets/export/save_figure.h"
#include "widgets/plots/chart.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr std::int64_t points = 1000000;
constexpr double mostSeconds = 0.5;
constexpr qint64 mostBytes = 200000;
constexpr double leastPsnr = 40;  // dB; above it no eye sees a difference

double seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A loss that falls with noise at every step.
double lossAt(std::int64_t step) {
  const double t = static_cast<double>(step) / static_cast<double>(points);
  return 0.1 + std::exp(-6 * t) + 0.08 * noise(static_cast<std::uint64_t>(step)) + 0.05 * std::sin(80 * t);
}

ViewSpec lossView() {
  return ViewSpec::parse({{"id", "loss"},
                          {"title", "Loss"},
                          {"kind", "lines"},
                          {"x", {{"title", "step"}}},
                          {"y", {{"title", "loss"}}},
                          {"layers", {{{"mark", "line"}, {"y", "loss"}, {"label", "loss"}}}}});
}

/// The curve alone, of every point or of those that figures draw, at 600 dots an inch.
QImage curve(bool all, double widthMm) {
  const double dotsPerPoint = 600 / 72.0, width = widthMm / 25.4 * 72;
  QImage image(static_cast<int>(width * dotsPerPoint), static_cast<int>(150 * dotsPerPoint), QImage::Format_RGB32);
  image.fill(Qt::white);
  Polyline line;
  for (std::int64_t step = 0; step < points; ++step) line.points.emplace_back(static_cast<double>(step), lossAt(step));
  if (!all) line.points = thinned(line.points, 0, static_cast<double>(points), figureColumns);
  line.color = Theme::light().category(0);
  QPainter painter(&image);
  painter.scale(dotsPerPoint, dotsPerPoint);
  const Mapper mapper{QRectF(0, 0, width, 150), 0, static_cast<double>(points), 0, 1.3, false};
  DrawStyle style;
  style.theme = Theme::light();
  drawMark(painter, mapper, line, style);
  return image;
}

double psnr(const QImage& a, const QImage& b) {
  double sum = 0;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) {
      const double d = qGray(a.pixel(x, y)) - qGray(b.pixel(x, y));
      sum += d * d;
    }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255 * a.width() * a.height() / sum);
}

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  const QApplication application(argc, argv);
  QApplication::setPalette(Theme::light().palette());
  PlotSession session;
  session.model.setSynchronous(true);
  const std::shared_ptr<Run> run = session.addRun("run-1", 7, points);
  for (std::int64_t step = 0; step < points; ++step) run->addScalar("loss", {step, lossAt(step)});
  run->setLastStep(points - 1);
  run->setState(RunState::Finished);

  const QTemporaryDir folder;
  bool within = true;
  for (const char* suffix : {"pdf", "svg", "png"}) {
    const QString file = folder.filePath(QStringLiteral("loss.") + QLatin1String(suffix));
    double best = 1e9;
    for (int repeat = 0; repeat < 3; ++repeat)
      best = std::min(best, seconds([&] {
                        const std::unique_ptr<View> view = createView(lossView(), session.model);
                        FigureStyle style;
                        style.widthMm = 178;
                        style.heightMm = 60;
                        saveFigure(*view, file, style);
                      }));
    const qint64 bytes = QFileInfo(file).size();
    std::printf("%s of %lld points: %.3f s, %lld bytes\n", suffix, static_cast<long long>(points), best,
                static_cast<long long>(bytes));
    if (QLatin1String(suffix) == QLatin1String("pdf")) within = best <= mostSeconds && bytes <= mostBytes;
  }
  for (const double width : {85.0, 178.0}) {
    const double ratio = psnr(curve(true, width), curve(false, width));
    std::printf("sampled against every point, %.0f mm wide at 600 dpi: %.1f dB\n", width, ratio);
    within = within && ratio >= leastPsnr;
  }
  std::printf("limits: %.1f s, %lld bytes of PDF, %.0f dB\n", mostSeconds, static_cast<long long>(mostBytes),
              leastPsnr);
  return within ? 0 : 1;
}
