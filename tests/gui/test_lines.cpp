// SPDX-License-Identifier: GPL-3.0-or-later
// Line plots against known numbers.
#include <QAccessible>
#include <QDragEnterEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>

#include "tests/gui/plots_support.h"
#include "widgets/plots/lines_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// A line plot whose charts can be looked at.
class Lines : public LinesView {
 public:
  Lines(SessionModel& model, Json more, std::vector<Json> layers) : LinesView(specOf(more, layers), model, nullptr) {
    resize(640, 360);
    show();
    refresh();
  }
  using LinesView::chart;
  using LinesView::figureChart;

  Chart figure() { return figureChart(Theme::light()); }
  template <class T>
  std::vector<T> marks() {
    std::vector<T> found;
    for (const Mark& mark : figure().marks)
      if (const T* one = std::get_if<T>(&mark)) found.push_back(*one);
    return found;
  }
  QPoint pixel(double x, double y) const { return canvas().mapper().point({x, y}).toPoint(); }

 private:
  static ViewSpec specOf(Json more, const std::vector<Json>& layers) {
    Json json = {{"id", "v"}, {"title", "Accuracy"}, {"kind", "lines"}, {"layers", layers}};
    if (more.is_object()) json.update(more);
    return ViewSpec::parse(json);
  }
};

Json line(const char* measure, Json more = Json::object()) {
  Json json = {{"mark", "line"}, {"y", measure}};
  json.update(more);
  return json;
}

/// Mean of the exponential weights w^(n-k), k = 0..n, by definition (not by recursion).
double smoothed(const std::vector<double>& y, std::size_t n, double w) {
  double sum = 0, mass = 0, weight = 1;
  for (std::size_t k = n + 1; k-- > 0 && weight > 1e-18; weight *= w) {
    sum += weight * y[k];
    mass += weight;
  }
  return sum / mass;
}

/// Linear interpolation between order statistics.
double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto i = static_cast<std::size_t>(place);
  return i + 1 < values.size() ? values[i] + (place - static_cast<double>(i)) * (values[i + 1] - values[i]) : values[i];
}

bool near(double a, double b, double tolerance = 1e-12) {
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

void drag(QWidget& widget, QPoint from, QPoint to) {
  QTest::mousePress(&widget, Qt::LeftButton, Qt::NoModifier, from);
  QTest::mouseMove(&widget, (from + to) / 2);
  QMouseEvent move(QEvent::MouseMove, to, widget.mapToGlobal(to), Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&widget, &move);
  QTest::mouseRelease(&widget, Qt::LeftButton, Qt::NoModifier, to);
}

}  // namespace

class TestLines : public QObject {
  Q_OBJECT
 private slots:
  void emptyViewsSayWhatWillFillThem() {
    PlotSession s;
    Lines view(s.model, {}, {line("loss")});
    QCOMPARE(view.canvas().chart().empty, QStringLiteral("Press play: accuracy will appear here"));
    QVERIFY(view.header().legend().empty());
    Lines own(s.model, {{"empty", "Generalises after the first run."}}, {line("loss")});
    QCOMPARE(own.canvas().chart().empty, QStringLiteral("Generalises after the first run."));
    const auto run = s.addRun("a", 1, 10);
    view.refresh();
    QCOMPARE(view.canvas().chart().empty, QStringLiteral("Waiting for the first values"));
    run->addScalar("loss", {0, 1});
    view.refresh();
    QVERIFY(view.canvas().chart().empty.isEmpty());
  }

  // Over all recorded values, also those that no pixel of the plot shows.
  void smoothsTheFullData() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100000);
    std::vector<double> y;
    for (std::int64_t i = 0; i < 100000; ++i) {
      y.push_back(std::sin(1e-4 * static_cast<double>(i)) + noise(static_cast<std::uint64_t>(i)));
      run->addScalar("loss", {i, y.back()});
    }
    run->setLastStep(99999);
    Lines view(s.model, {}, {line("loss")});
    view.setSmoothing(0.99);
    const auto curves = view.marks<Polyline>();
    QCOMPARE(curves.size(), std::size_t{2});  // the raw line stays behind
    QVERIFY(curves[0].points.size() > 5000 && curves[0].points.size() < 10000);
    QVERIFY(curves[0].color.alphaF() < 0.5F && curves[1].color.alphaF() == 1.F);
    for (std::size_t i = 0; i < curves[1].points.size(); i += 97) {
      const QPointF& p = curves[1].points[i];
      const auto step = static_cast<std::size_t>(p.x());
      QVERIFY2(near(p.y(), smoothed(y, step, 0.99), 1e-9), qPrintable(QString::number(step)));
    }
    // The raw line keeps the extremes.
    double most = -9;
    for (const QPointF& p : curves[0].points) most = std::max(most, p.y());
    QCOMPARE(most, *std::max_element(y.begin(), y.end()));
    // Values that come later are smoothed with those before.
    y.push_back(25);
    run->addScalar("loss", {100000, 25});
    run->setLastStep(100000);
    view.refresh();
    QVERIFY(near(view.marks<Polyline>()[1].points.back().y(), smoothed(y, 100000, 0.99), 1e-9));
    view.setSmoothing(0);
    QCOMPARE(view.marks<Polyline>().size(), std::size_t{1});
    QVERIFY(near(view.marks<Polyline>()[0].points.back().y(), 25));
  }

  void smoothingDoesNotDependOnTheScale() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 10);
    const std::vector<double> y{1, 0, 4, -2, 8};  // a log axis has no place for two of them
    for (std::size_t i = 0; i < y.size(); ++i) run->addScalar("loss", {static_cast<std::int64_t>(i), y[i]});
    run->setLastStep(4);
    Lines view(s.model, {}, {line("loss")});
    view.setSmoothing(0.5);
    view.setYScale(ScaleMap::Kind::Log);
    for (const bool again : {false, true}) {
      if (again) view.setSmoothing(0.5);
      const auto curves = view.marks<Polyline>();
      QVERIFY(std::isnan(curves[0].points[1].y()) && std::isnan(curves[0].points[3].y()));
      for (std::size_t i = 0; i < y.size(); ++i)
        QVERIFY(near(std::pow(10, curves[1].points[i].y()), smoothed(y, i, 0.5), 1e-9));
    }
  }

  void scalesAndTicks() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 1000);
    for (std::int64_t i = 0; i <= 1000; i += 10) {
      run->addScalar("loss", {i, std::pow(10, -static_cast<double>(i) / 250)});                  // 1 .. 1e-4
      run->addScalar("signed", {i, 100 * std::cos(static_cast<double>(i) * 3.14159265 / 500)});  // -100 .. 100
    }
    run->setLastStep(1000);
    run->setState(RunState::Finished);
    Lines view(s.model, {{"y", {{"scale", "log"}, {"title", "loss"}}}}, {line("loss")});
    const Chart log = view.figure();
    QVERIFY(near(log.y.low, -4.2) && near(log.y.high, 0.2));  // five per cent of four decades
    QStringList labels;
    for (const Tick& tick : log.y.ticks(8)) labels << tick.label;
    QCOMPARE(labels, QStringList({"10⁻⁴", "0.001", "0.01", "0.1", "1"}));
    const auto curve = view.marks<Polyline>()[0].points;
    for (const QPointF& p : curve) QVERIFY(near(p.y(), -p.x() / 250, 1e-9));
    QCOMPARE(log.x.title, QStringLiteral("step"));
    QVERIFY(log.x.low == 0 && log.x.high == 1000);

    Lines both(s.model, {{"y", {{"scale", "symlog"}}}}, {line("signed")});
    const Chart symlog = both.figure();
    QCOMPARE(symlog.y.scale.threshold, 0.1);  // a thousandth of 100
    labels.clear();
    for (const Tick& tick : symlog.y.ticks(10)) labels << tick.label;
    QCOMPARE(labels, QStringList({"−100", "−10", "−1", "−0.1", "0", "0.1", "1", "10", "100"}));
    const auto points = both.marks<Polyline>()[0].points;
    for (const QPointF& p : points) {
      const double v = 100 * std::cos(p.x() * 3.14159265 / 500);
      QVERIFY(near(p.y(), std::copysign(std::log10(1 + std::abs(v) / 0.1), v), 1e-9));
    }
    both.setYScale(ScaleMap::Kind::Linear);
    QVERIFY(near(both.marks<Polyline>()[0].points[0].y(), 100));
    both.setXScale(ScaleMap::Kind::Log);  // step 0 has no place there
    QVERIFY(near(both.marks<Polyline>()[0].points[0].x(), 1));
  }

  void bandsOverRuns() {
    PlotSession s;
    std::vector<std::shared_ptr<Run>> runs;
    for (const char* id : {"a", "b", "c"}) runs.push_back(s.addRun(id, runs.size(), 100));
    for (std::int64_t step = 0; step <= 40; step += 10) {
      runs[0]->addScalar("loss", {step, 1});
      runs[1]->addScalar("loss", {step, 3});
      if (step <= 20) runs[2]->addScalar("loss", {step, 8});  // the third has not got there
    }
    for (const auto& run : runs) run->setLastStep(run == runs[2] ? 20 : 40);
    Lines view(s.model, {{"runs", "shown"}, {"band", true}}, {line("loss")});
    const auto ribbons = view.marks<Ribbon>();
    const auto lines = view.marks<Polyline>();
    QCOMPARE(ribbons.size(), std::size_t{1});
    QCOMPARE(lines.size(), std::size_t{1});
    const double deviation = std::sqrt((9.0 + 1 + 16) / 2);  // of 1, 3, 8 about 4
    QCOMPARE(lines[0].points.size(), std::size_t{5});
    for (std::size_t i = 0; i < 3; ++i) {
      QVERIFY(near(lines[0].points[i].y(), 4));
      QVERIFY(near(ribbons[0].low[i], 4 - deviation) && near(ribbons[0].high[i], 4 + deviation));
    }
    QVERIFY(near(lines[0].points[4].y(), 2));
    QVERIFY(near(ribbons[0].high[4] - ribbons[0].low[4], 2 * std::sqrt(2.0)));
    // The last values come in, however soon after others.
    runs[0]->addScalar("loss", {50, 7});
    runs[0]->setLastStep(50);
    view.refresh();
    QTRY_COMPARE(view.canvas().graph(view.canvas().graphCount() - 2)->data()->size(), 6);
    // Hidden runs do not count.
    s.model.userShow("b", false);
    view.refresh();
    QVERIFY(near(view.marks<Polyline>()[0].points[0].y(), 4.5));
    // Without a band every run is a line, that of the current one the last and not faded.
    Lines single(s.model, {{"runs", "shown"}}, {line("loss")});
    QCOMPARE(single.marks<Polyline>().size(), std::size_t{2});
    QVERIFY(single.marks<Polyline>()[0].color.alphaF() < 0.5F && single.marks<Polyline>()[1].color.alphaF() == 1.F);
  }

  void manyItemsBecomeQuantiles() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    std::vector<std::vector<double>> rows;
    for (std::int64_t step = 0; step <= 30; step += 10) {
      rows.emplace_back();
      run->addArray("energy", step, filled({100}, [&](std::size_t i) {
                      rows.back().push_back(static_cast<float>(noise(i + 1000 * static_cast<std::size_t>(step))));
                      return rows.back().back();
                    }));
    }
    run->setLastStep(30);
    Lines view(s.model, {{"select", "neuron"}}, {line("energy")});
    auto ribbons = view.marks<Ribbon>();
    QCOMPARE(ribbons.size(), std::size_t{2});
    QCOMPARE(view.marks<Polyline>().size(), std::size_t{1});
    for (std::size_t r = 0; r < rows.size(); ++r) {
      QVERIFY(near(ribbons[0].low[r], quantile(rows[r], 0.05), 1e-6) &&
              near(ribbons[0].high[r], quantile(rows[r], 0.95), 1e-6));
      QVERIFY(near(ribbons[1].low[r], quantile(rows[r], 0.25), 1e-6) &&
              near(ribbons[1].high[r], quantile(rows[r], 0.75), 1e-6));
      QVERIFY(near(view.marks<Polyline>()[0].points[r].y(), quantile(rows[r], 0.5), 1e-6));
    }
    s.model.select({"neuron", {42}});
    view.refresh();
    auto lines = view.marks<Polyline>();
    QCOMPARE(lines.size(), std::size_t{2});
    for (std::size_t r = 0; r < rows.size(); ++r) QVERIFY(near(lines[1].points[r].y(), rows[r][42], 1e-6));
    s.model.select({"feature", {42}});  // another kind
    view.refresh();
    QCOMPARE(view.marks<Polyline>().size(), std::size_t{1});
    // A click on the highest item of a record selects it.
    const auto highest = static_cast<std::int64_t>(std::max_element(rows[2].begin(), rows[2].end()) - rows[2].begin());
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::NoModifier,
                      view.pixel(20.4, rows[2][static_cast<std::size_t>(highest)]));
    QCOMPARE(s.model.selection(), (Selection{"neuron", {highest}}));
  }

  void fewItemsAreLinesWithStableIds() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    const std::vector<float> first{1, 2, 3}, later{30, 10};
    run->addArray("energy", 0, Array::from<float>(first, {3}, {4, 5, 6}));
    run->addArray("energy", 10, Array::from<float>(later, {2}, {6, 4}));  // 5 is gone, the order is another
    run->addArray("alpha", 0, Array::from<float>(std::vector<float>{0, 1, 2}, {3}, {4, 5, 6}));
    run->addArray("alpha", 10, Array::from<float>(std::vector<float>{2, 7}, {2}, {6, 4}));
    run->setLastStep(10);
    Lines view(s.model, {{"select", "neuron"}},
               {line("energy", {{"color", {{"measure", "alpha"}, {"map", "category"}}}})});
    const auto lines = view.marks<Polyline>();
    QCOMPARE(lines.size(), std::size_t{3});
    QCOMPARE(lines[0].points, std::vector<QPointF>({{0, 1}, {10, 10}}));
    QCOMPARE(lines[1].points, std::vector<QPointF>({{0, 2}}));
    QCOMPARE(lines[2].points, std::vector<QPointF>({{0, 3}, {10, 30}}));
    // Coloured by the value at the newest record: item 4 is of category 7, item 6 of 2, item 5 has none any more.
    const Theme theme = Theme::light();
    QCOMPARE(lines[0].color, theme.category(7));
    QCOMPARE(lines[1].color, theme.faint);
    QCOMPARE(lines[2].color, theme.category(2));
    QVERIFY(view.dataCsv().contains(QStringLiteral("a,1,Energy 6,10,30\n")));
    // Mean and deviation over the items.
    Lines band(s.model, {}, {line("energy", {{"band", true}})});
    const auto ribbons = band.marks<Ribbon>();
    QVERIFY(near(ribbons[0].low[0], 1) && near(ribbons[0].high[0], 3));
    QVERIFY(near(band.marks<Polyline>()[0].points[1].y(), 20));
  }

  // A ribbon about each item's line, as far as its half-width was recorded.
  void itemsHaveTheirSpread() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    for (std::int64_t step = 0; step <= 20; step += 10) {
      const auto t = static_cast<float>(step);
      run->addArray("energy", step, Array::from<float>(std::vector<float>{t, 5}, {2}));
      if (step > 0) run->addArray("alpha", step, Array::from<float>(std::vector<float>{1, t / 10}, {2}));
    }
    run->setLastStep(20);
    Lines view(s.model, {{"select", "neuron"}}, {line("energy", {{"spread", "alpha"}})});
    const auto ribbons = view.marks<Ribbon>();
    QCOMPARE(ribbons.size(), std::size_t{2});
    QCOMPARE(view.marks<Polyline>().size(), std::size_t{2});
    QCOMPARE(ribbons[0].x, std::vector<double>({10, 20}));
    QCOMPARE(ribbons[0].low, std::vector<double>({9, 19}));
    QCOMPARE(ribbons[1].high, std::vector<double>({6, 7}));
    s.model.select({"neuron", {1}});
    QCOMPARE(view.marks<Ribbon>().size(), std::size_t{1});
    view.setYScale(ScaleMap::Kind::Log);
    QVERIFY(near(view.marks<Ribbon>()[0].high[1], std::log10(7)));
    Lines mistaken(s.model, {}, {line("loss", {{"spread", "alpha"}})});
    QVERIFY(mistaken.canvas().chart().empty.contains(QLatin1String("/layers/0/spread")));
  }

  void xIsStepOrWallTime() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 30);
    for (std::int64_t step = 0; step <= 30; step += 10) {
      run->addScalar("wallTime", {step, 0.5 * static_cast<double>(step * step)});
      run->addScalar("loss", {step, static_cast<double>(step)});
    }
    run->setLastStep(30);
    Lines view(s.model, {{"x", {{"source", "wallTime"}}}}, {line("loss")});
    QCOMPARE(view.figure().x.title, QStringLiteral("seconds"));
    const auto points = view.marks<Polyline>()[0].points;
    for (const QPointF& p : points) QVERIFY(near(p.x(), 0.5 * p.y() * p.y()));
    QCOMPARE(points.size(), std::size_t{4});
    // A click at 300 s is step 20: the last one recorded before it.
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::NoModifier, view.pixel(300, 15));
    QCOMPARE(s.model.cursor(), std::int64_t{20});
  }

  // A line that is a formula for another says how far it is from it: one residual for a scalar, the largest of items.
  void formulasSayTheirResidual() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 20);
    for (std::int64_t step = 0; step <= 20; step += 10) {
      run->addScalar("trainAccuracy", {step, 0.5});
      run->addScalar("testAccuracy", {step, 0.5 - 0.01 * static_cast<double>(step)});
      run->addArray("energy", step, Array::from<float>(std::vector<float>{1, 2}, {2}));
      run->addArray("alpha", step, Array::from<float>(std::vector<float>{1.125F, 2.5F}, {2}));
    }
    run->setLastStep(20);
    Json formula = line("testAccuracy"), items = line("alpha");
    formula["against"] = "trainAccuracy";
    items["against"] = "energy";
    Lines view(s.model, {}, {line("trainAccuracy"), formula, line("energy"), items});
    QCOMPARE(view.header().values(), std::vector<QString>({"0.5", "\u0394 0.2", "", "\u0394 0.5"}));
    s.model.setCursor(10);
    QCOMPARE(view.header().values()[1], QStringLiteral("\u0394 0.1"));
    formula["against"] = "losss";
    QVERIFY_THROWS_EXCEPTION(ConfigError,
                             LineSpec::parse(formula, "/layers/0", 0, Json::object(), s.lab->describe({})));
  }

  // The step under the mouse is read out in all plots at once.
  void hoverIsReadOutInEveryPlot() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    for (std::int64_t step = 0; step <= 100; step += 10) {
      run->addScalar("trainAccuracy", {step, static_cast<double>(step) / 100});
      run->addScalar("testAccuracy", {step, static_cast<double>(step) / 200});
      run->addScalar("loss", {step, 1000.0 - static_cast<double>(step)});
    }
    run->setLastStep(100);
    Lines accuracy(s.model, {}, {line("trainAccuracy"), line("testAccuracy")}), loss(s.model, {}, {line("loss")});
    QCOMPARE(accuracy.header().values(), std::vector<QString>({"1", "0.5"}));  // at the newest step
    const QImage before = loss.canvas().grab().toImage();
    QTest::mouseMove(&accuracy.canvas(), accuracy.pixel(47, 0.5));
    QTRY_COMPARE(s.model.hoverStep(), std::optional<std::int64_t>(47));
    QCOMPARE(accuracy.header().values(), std::vector<QString>({"0.4", "0.2"}));
    QCOMPARE(loss.header().values(), std::vector<QString>({"960"}));
    QVERIFY(loss.canvas().grab().toImage() != before);  // a line, a dot and the value at it
    accuracy.setSmoothing(0.5);
    std::vector<double> y;
    for (int i = 0; i <= 4; ++i) y.push_back(i / 10.0);
    QCOMPARE(accuracy.header().values()[0], formatNumber(smoothed(y, 4, 0.5)));
    QTest::mouseMove(&accuracy.canvas(), QPoint(2, 2));
    QTRY_VERIFY(!s.model.hoverStep());
    s.model.setCursor(20);
    QCOMPARE(loss.header().values(), std::vector<QString>({"980"}));
    // New values do not take the read-out away.
    run->addScalar("loss", {110, 5});
    run->setLastStep(110);
    s.model.follow();
    loss.refresh();
    QCOMPARE(loss.header().values(), std::vector<QString>({"5"}));
  }

  void zoomAndReset() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 200);
    for (std::int64_t step = 0; step <= 100; step += 10) run->addScalar("loss", {step, static_cast<double>(step)});
    run->setLastStep(100);
    Lines view(s.model, {}, {line("loss")});
    PlotCanvas& canvas = view.canvas();
    const QCPRange all = canvas.xAxis->range();
    drag(canvas, view.pixel(20, 80), view.pixel(60, 10));
    QVERIFY(canvas.zoomed());
    QVERIFY(std::abs(canvas.xAxis->range().lower - 20) < 1 && std::abs(canvas.xAxis->range().upper - 60) < 1);
    QVERIFY(std::abs(canvas.yAxis->range().lower - 10) < 1 && std::abs(canvas.yAxis->range().upper - 80) < 1);
    QVERIFY(s.model.following());  // a drag is no click
    // New data do not move what the user looks at; a figure shows the same part.
    run->addScalar("loss", {150, 500});
    run->setLastStep(150);
    view.refresh();
    QVERIFY(std::abs(canvas.xAxis->range().upper - 60) < 1);
    const Chart figure = view.figure();
    QVERIFY(figure.x.low == canvas.xAxis->range().lower && figure.y.high == canvas.yAxis->range().upper);
    QTest::mouseDClick(&canvas, Qt::LeftButton, Qt::NoModifier, view.pixel(40, 40));
    QVERIFY(!canvas.zoomed());
    QVERIFY(canvas.xAxis->range().lower == all.lower && canvas.xAxis->range().upper >= 150);
    const double size = canvas.yAxis->range().size();
    QTest::keyClick(&canvas, Qt::Key_Plus);
    QVERIFY(near(canvas.yAxis->range().size(), 0.8 * size));
    QTest::keyClick(&canvas, Qt::Key_0);
    QVERIFY(near(canvas.yAxis->range().size(), size) && !canvas.zoomed());
    // The wheel keeps what is under the mouse in place.
    const QPoint under = view.pixel(75, 250);
    const double x = canvas.xAxis->pixelToCoord(under.x());
    QWheelEvent wheel(under, canvas.mapToGlobal(under), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&canvas, &wheel);
    QVERIFY(near(canvas.xAxis->pixelToCoord(under.x()), x, 1e-9));
    QVERIFY(near(canvas.yAxis->range().size(), 0.85 * 0.85 * size));
  }

  void clicksMoveTheCursorAndAreUndoable() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    for (std::int64_t step = 0; step <= 100; step += 10) run->addScalar("loss", {step, 1});
    run->setLastStep(100);
    Lines view(s.model, {}, {line("loss")});
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::NoModifier, view.pixel(40, 1));
    QVERIFY(std::abs(s.model.cursor() - 40) <= 1);
    QVERIFY(!s.model.following());
    s.model.undoStack().undo();
    QVERIFY(s.model.following());
  }

  void keysMoveTheCursorAndTheReadOutIsSpoken() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    for (const std::int64_t step : {0, 10, 40, 100}) run->addScalar("loss", {step, static_cast<double>(step) / 4});
    run->setLastStep(100);
    Lines view(s.model, {}, {line("loss")});
    std::vector<std::int64_t> steps;
    for (const Qt::Key key : {Qt::Key_Left, Qt::Key_Left, Qt::Key_Left, Qt::Key_Left, Qt::Key_Right}) {
      QTest::keyClick(&view.canvas(), key);
      steps.push_back(s.model.cursor());
    }
    QCOMPARE(steps, std::vector<std::int64_t>({40, 10, 0, 0, 10}));
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&view.canvas());
    QVERIFY(spoken);
    QCOMPARE(spoken->role(), QAccessible::Chart);
    QCOMPARE(spoken->text(QAccessible::Name), QStringLiteral("Accuracy"));
    QCOMPARE(spoken->text(QAccessible::Value), QStringLiteral("step 10. Loss 2.5"));
  }

  void markersOfEventsPhasesAndInterventions() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 1500);
    fillLikeGrokking(*run, 1, 1500);
    Lines view(s.model, {}, {line("trainAccuracy")});
    const Chart chart = view.figure();
    QCOMPARE(chart.spans.size(), std::size_t{3});
    QCOMPARE(chart.spans[1].name, QStringLiteral("Independent"));
    QVERIFY(chart.spans[1].from == 20 && chart.spans[1].to == 110 && chart.spans[2].to == chart.x.high);
    std::size_t pins = 0;
    for (std::size_t i = 0; i < chart.flags.size(); ++i) {
      if (chart.flags[i].pin) {
        QCOMPARE(chart.flags[i].at, 700.0);
        ++pins;
      }
    }
    QCOMPARE(pins, std::size_t{1});
    QCOMPARE(chart.flags.size(), std::size_t{15});  // memorised, 12 features, generalised, the pin
    Lines bare(s.model, {{"markers", false}}, {line("trainAccuracy")});
    QVERIFY(bare.figure().flags.empty() && bare.figure().spans.empty());
  }

  void measuresAreDroppedOntoAPlot() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 10);
    run->addScalar("loss", {0, 1});
    run->addScalar("signed", {0, -1});
    Lines view(s.model, {}, {line("loss")});
    QMimeData data;
    data.setData(measureMimeType, "signed");
    QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &drop);
    QCOMPARE(view.header().legend().size(), std::size_t{2});
    QCOMPARE(view.header().legend()[1].label, QStringLiteral("Signed"));
    try {
      view.addMeasure("lost");
      QFAIL("taken");
    } catch (const ConfigError& error) {
      QVERIFY(QString(error.what()).contains(QLatin1String("did you mean loss?")));
    }
    QSignalSpy problem(&s.model, &SessionModel::problem);
    data.setData(measureMimeType, "nonsense-of-a-name");
    QCoreApplication::sendEvent(&view, &enter);
    QDropEvent wrong({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&view, &wrong);
    QCOMPARE(problem.size(), 1);
  }

  void csvHoldsWhatWasRecorded() {
    PlotSession s;
    const auto run = s.addRun("a", 7, 10);
    run->addScalar("loss", {0, 0.1});
    run->addScalar("loss", {10, 1.0 / 3});
    Lines view(s.model, {}, {line("loss", {{"label", "train, \"all\""}})});
    view.setSmoothing(0.9);
    QCOMPARE(view.dataCsv(), QStringLiteral("run,seed,series,step,value\n"
                                            "a,7,\"train, \"\"all\"\"\",0,0.10000000000000001\n"
                                            "a,7,\"train, \"\"all\"\"\",10,0.33333333333333331\n"));
  }

  // A mistake in a page is said in its place; a figure of it is refused.
  void aMistakeInThePageIsSaid() {
    PlotSession s;
    s.addRun("a", 1, 10)->addScalar("loss", {0, 1});
    Lines view(s.model, {}, {Json{{"mark", "line"}, {"y", {{"value", 1}}}}});
    QVERIFY(view.canvas().chart().empty.contains(QLatin1String("/layers/0/y")));
    QVERIFY(view.canvas().chart().empty.contains(QLatin1String("expected a measure")));
    QImage image(100, 100, QImage::Format_RGB32);
    QPainter painter(&image);
    QVERIFY_EXCEPTION_THROWN(view.paintFigure(painter, QRectF(0, 0, 100, 100), {}), ConfigError);
  }
};

QTEST_MAIN(TestLines)
#include "test_lines.moc"
