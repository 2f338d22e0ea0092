// SPDX-License-Identifier: GPL-3.0-or-later
// A figure of a million points, as a curve and as a scatter plot: made from nothing and saved in at most half a second,
// in a PDF of at most 200 kB, and the curve not to be told from one that draws every point (dots: tests/gui).
#include <QApplication>
#include <QFileInfo>
#include <QTemporaryDir>
#include <algorithm>
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
// Points: a line is 1 wide, and a print's dot at 300 an inch 0.24.
constexpr double mostOff = 1, meanOff = 0.05;

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

ViewSpec cloudView() {
  return ViewSpec::parse({{"id", "cloud"},
                          {"title", "Cloud"},
                          {"kind", "scatter"},
                          {"x", {{"title", "x"}}},
                          {"y", {{"title", "y"}}},
                          {"layers",
                           {{{"mark", "point"},
                             {"x", {{"measure", "points"}, {"column", 0}}},
                             {"y", {{"measure", "points"}, {"column", 1}}}}}}});
}

/// Points about the origin, dense in the middle.
Array cloud() {
  return filled({points, 2}, [](std::size_t i) { return noise(i) + noise(i + 7777777) + noise(i + 31415926); });
}

/// Least and greatest height that a curve has in each of `columns` columns of pixels, its segments between them too.
struct Envelope {
  std::vector<double> low, high;
};
Envelope envelopeOf(const std::vector<QPointF>& line, int columns) {
  Envelope envelope{std::vector<double>(static_cast<std::size_t>(columns), HUGE_VAL),
                    std::vector<double>(static_cast<std::size_t>(columns), -HUGE_VAL)};
  const double perColumn = static_cast<double>(points) / columns;
  const auto take = [&](int column, double y) {
    const auto i = static_cast<std::size_t>(std::clamp(column, 0, columns - 1));
    envelope.low[i] = std::min(envelope.low[i], y);
    envelope.high[i] = std::max(envelope.high[i], y);
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const int here = static_cast<int>(line[i].x() / perColumn);
    take(here, line[i].y());
    if (i == 0) continue;
    const QPointF from = line[i - 1], to = line[i];
    for (int border = static_cast<int>(from.x() / perColumn) + 1; border <= here; ++border) {
      const double y = from.y() + (to.y() - from.y()) * (border * perColumn - from.x()) / (to.x() - from.x());
      take(border - 1, y);
      take(border, y);
    }
  }
  // The pen is a point wide: half of one on either side is inked too.
  constexpr int reach = 2;
  Envelope inked = envelope;
  for (int i = 0; i < columns; ++i)
    for (int k = std::max(0, i - reach); k <= std::min(columns - 1, i + reach); ++k) {
      const auto at = static_cast<std::size_t>(i), from = static_cast<std::size_t>(k);
      inked.low[at] = std::min(inked.low[at], envelope.low[from]);
      inked.high[at] = std::max(inked.high[at], envelope.high[from]);
    }
  return inked;
}

/// The greatest and the mean distance in points between what two lines cover, column by column of a print at 300 dpi.
std::pair<double, double> differenceOf(const std::vector<QPointF>& a, const std::vector<QPointF>& b, double widthMm) {
  constexpr double heightPt = 150, valueRange = 1.3;
  const int columns = static_cast<int>(widthMm / 25.4 * 300);
  const Envelope one = envelopeOf(a, columns), two = envelopeOf(b, columns);
  double most = 0, sum = 0;
  for (std::size_t i = 0; i < one.low.size(); ++i)
    for (const double d : {one.low[i] - two.low[i], one.high[i] - two.high[i]}) {
      most = std::max(most, std::abs(d) * heightPt / valueRange);
      sum += std::abs(d) * heightPt / valueRange;
    }
  return {most, sum / (2 * columns)};
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

  run->addArray("points", points - 1, cloud());

  const QTemporaryDir folder;
  bool within = true;
  for (const ViewSpec& spec : {lossView(), cloudView()})
    for (const char* suffix : {"pdf", "svg", "png"}) {
      const QString file = folder.filePath(QStringLiteral("figure.") + QLatin1String(suffix));
      double best = 1e9;
      for (int repeat = 0; repeat < 3; ++repeat)
        best = std::min(best, seconds([&] {
                          const std::unique_ptr<View> view = createView(spec, session.model);
                          FigureStyle style;
                          style.widthMm = 178;
                          style.heightMm = 60;
                          saveFigure(*view, file, style);
                        }));
      const qint64 bytes = QFileInfo(file).size();
      std::printf("%s of %lld points, %s: %.3f s, %lld bytes\n", suffix, static_cast<long long>(points),
                  spec.id.c_str(), best, static_cast<long long>(bytes));
      if (QLatin1String(suffix) == QLatin1String("pdf")) within = within && best <= mostSeconds && bytes <= mostBytes;
    }
  std::vector<QPointF> all;
  for (std::int64_t step = 0; step < points; ++step) all.emplace_back(static_cast<double>(step), lossAt(step));
  const std::vector<QPointF> kept = thinned(all, 0, static_cast<double>(points), figureColumns);
  for (const double width : {85.0, 178.0}) {
    const auto [most, mean] = differenceOf(all, kept, width);
    std::printf("%zu points against all, %.0f mm wide at 300 dpi: off by %.3f pt at most, %.4f pt on the mean\n",
                kept.size(), width, most, mean);
    within = within && most <= mostOff && mean <= meanOff;
  }
  std::printf("limits: %.1f s, %lld bytes of PDF, %.2f and %.2f pt\n", mostSeconds, static_cast<long long>(mostBytes),
              mostOff, meanOff);
  return within ? 0 : 1;
}
