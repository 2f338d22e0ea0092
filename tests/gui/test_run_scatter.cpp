// SPDX-License-Identifier: GPL-3.0-or-later
// Scatter plots and bars over runs against known numbers.
#include <QtTest>

#include "tests/gui/plots_support.h"
#include "widgets/plots/run_bars_view.h"
#include "widgets/plots/run_scatter_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

class Open : public RunScatterView {
 public:
  Open(SessionModel& model, const std::vector<Json>& layers)
      : RunScatterView(ViewSpec::parse({{"id", "v"},
                                        {"title", "Sweep"},
                                        {"kind", "scatter"},
                                        {"runs", "shown"},
                                        {"select", "class"},
                                        {"layers", layers}}),
                       model, nullptr) {
    resize(480, 360);
    show();
    refresh();
  }
  using RunScatterView::chart;

  template <class T>
  std::vector<T> all() {
    std::vector<T> found;
    for (const Mark& mark : chart(Theme::light()).marks)
      if (const T* one = std::get_if<T>(&mark)) found.push_back(*one);
    return found;
  }
};

class OpenBars : public RunBarsView {
 public:
  OpenBars(SessionModel& model, const std::vector<Json>& layers)
      : RunBarsView(ViewSpec::parse(
                        {{"id", "b"}, {"title", "Ablation"}, {"kind", "bars"}, {"runs", "shown"}, {"layers", layers}}),
                    model, nullptr) {
    resize(480, 360);
    show();
    refresh();
  }
  using RunBarsView::chart;
  using RunBarsView::spokenText;
  std::vector<Box> boxes() {
    for (const Mark& mark : chart(Theme::light()).marks)
      if (const Boxes* found = std::get_if<Boxes>(&mark)) return found->boxes;
    return {};
  }
};

/// Three seeds at dc = 1, one at dc = 2; T recorded at step 10 and 20.
struct Sweep : PlotSession {
  std::vector<std::shared_ptr<Run>> runs;
  Sweep() {
    model.setSynchronous(true);
    const double dc[] = {1, 1, 1, 2}, late[] = {10, 12, 14, 5};
    for (std::size_t i = 0; i < 4; ++i) {
      runs.push_back(addRun(std::string(1, static_cast<char>('a' + i)), i, 100, {{"dc", dc[i]}}));
      add(i, 10, {1, 1});
      add(i, 20, {late[i], 7});
      runs[i]->setLastStep(20);
    }
  }
  void add(std::size_t run, std::int64_t step, const std::vector<double>& values) const {
    runs[run]->addArray("alpha", step, Array::from<double>(values, {2}, {3, 5}));
  }
};

const Json kTime = {{"measure", "alpha"}, {"row", 0}};

}  // namespace

class TestRunScatter : public QObject {
  Q_OBJECT
 private slots:
  void pointsAreThoseOfAllShownRuns() {
    Sweep s;
    Open view(s.model, {{{"mark", "point"}, {"x", {{"parameter", "dc"}}}, {"y", kTime}}});
    QCOMPARE(view.all<Dots>().size(), std::size_t{1});
    QCOMPARE(view.all<Dots>()[0].dots.size(), std::size_t{4});
    s.model.userShow("a", false);
    view.refresh();
    QCOMPARE(view.all<Dots>()[0].dots.size(), std::size_t{3});
    // The current run is at the cursor, the others at their ends.
    s.model.makeCurrent("d");
    s.model.setCursor(10);
    view.refresh();
    const auto dots = view.all<Dots>()[0].dots;
    QCOMPARE(dots.back().at, QPointF(2, 1));
    QCOMPARE(dots[0].at, QPointF(1, 12));
    QVERIFY(view.dataCsv().contains(QStringLiteral(",d,3,0,2,1,0\n")));
  }

  void barsAreMeanAndDeviationOverSeeds() {
    Sweep s;
    Open view(s.model,
              {{{"mark", "point"}, {"x", {{"parameter", "dc"}}}, {"y", kTime}, {"bars", true}, {"label", "T"}}});
    const auto lines = view.all<Polyline>();
    QCOMPARE(lines.size(), std::size_t{2});  // one bar (a single seed has none) and the means
    QCOMPARE(lines[0].points, (std::vector<QPointF>{{1, 10}, {1, 14}}));
    QCOMPARE(lines[1].points, (std::vector<QPointF>{{1, 12}, {2, 5}}));
    QCOMPARE(view.chart(Theme::light()).legend.at(0).label, QStringLiteral("T"));
  }

  void itemsAreMatchedAndBoundsAreRings() {
    Sweep s;
    Open view(s.model, {{{"mark", "point"},
                         {"x", "alpha"},
                         {"y", {{"measure", "alpha"}, {"scale", {0, 1, 0, 2}}}},
                         {"open", {{"item", "index"}, {"scale", {3, 5, 0, 1}}}},
                         {"statistic", "rank"}}});
    const auto dots = view.all<Dots>()[0].dots;
    QCOMPARE(dots.size(), std::size_t{8});
    QCOMPARE(dots[0].at, QPointF(10, 20));
    QVERIFY(!dots[0].hollow && dots[1].hollow);
    QCOMPARE(view.chart(Theme::light()).legend.at(0).label, QStringLiteral("rank correlation 1 (8 point(s))"));
  }

  void aClickMakesARunCurrent() {
    Sweep s;
    Open view(s.model, {{{"mark", "point"}, {"x", {{"parameter", "dc"}}}, {"y", kTime}}});
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::NoModifier, view.canvas().mapper().point({1, 10}).toPoint());
    QCOMPARE(s.model.run()->info().id, std::string("a"));
  }

  void barsStandForRuns() {
    Sweep s;
    const double last[] = {3, -1, 2, 5};
    for (std::size_t i = 0; i < 4; ++i)
      for (const std::int64_t step : {10, 20}) s.runs[i]->addScalar("loss", {step, step == 10 ? 0.5 : last[i]});
    OpenBars view(s.model, {{{"mark", "bar"}, {"y", "loss"}, {"label", "loss"}},
                            {{"mark", "bar"}, {"y", {{"measure", "loss"}, {"scale", {0, 1, 0, 2}}}}}});
    const std::vector<Box> boxes = view.boxes();
    QCOMPARE(boxes.size(), std::size_t{8});
    QCOMPARE(boxes[0].rect.bottom(), 3.0);  // a rectangle in values: top is 0
    QCOMPARE(boxes[2].rect.bottom(), -1.0);
    QCOMPARE(boxes[1].rect.bottom(), 6.0);
    QVERIFY(boxes[0].rect.right() <= boxes[1].rect.left() + 1e-12 && boxes[1].rect.right() < boxes[2].rect.left());
    const Chart chart = view.chart(Theme::light());
    QCOMPARE(chart.legend.size(), std::size_t{4});
    QVERIFY(chart.legend[1].label.startsWith(QStringLiteral("B  ")));
    QCOMPARE(chart.x.named[3].label, QStringLiteral("D"));
    QVERIFY(chart.y.low < -1 && chart.y.high > 10);
    QVERIFY(view.dataCsv().contains(QStringLiteral("loss,b,1,")) &&
            view.spokenText().contains(QStringLiteral("loss 3")));
    // The current run is at the cursor; hidden ones go.
    s.model.makeCurrent("d");
    s.model.setCursor(10);
    view.refresh();
    QCOMPARE(view.boxes().back().rect.bottom(), 1.0);
    s.model.userShow("a", false);
    view.refresh();
    QCOMPARE(view.boxes().size(), std::size_t{6});
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, Qt::NoModifier, view.canvas().mapper().point({0, 0.1}).toPoint());
    QCOMPARE(s.model.run()->info().id, std::string("b"));
  }

  void pagesWithMistakesSayWhere() {
    Sweep s;
    const Json point = {{"mark", "point"}, {"x", "alpha"}, {"y", "alpha"}};
    const auto said = [&](const char* key, const Json& value) {
      Json layer = point;
      layer[key] = value;
      if (value.is_null()) layer.erase(key);
      Open view(s.model, {layer});
      return view.canvas().chart().empty;
    };
    QVERIFY(said("x", nullptr).contains(QStringLiteral("/layers/0/x")));
    QVERIFY(said("bars", "yes").contains(QStringLiteral("/layers/0/bars")));
    QVERIFY(said("statistic", "mean").contains(QStringLiteral("/layers/0/statistic")));
    QVERIFY(said("open", Json::array()).contains(QStringLiteral("/layers/0/open")));
  }
};

QTEST_MAIN(TestRunScatter)
#include "test_run_scatter.moc"
