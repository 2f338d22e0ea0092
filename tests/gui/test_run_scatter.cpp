// SPDX-License-Identifier: GPL-3.0-or-later
// Scatter plots over runs against known numbers.
#include <QtTest>

#include "tests/gui/plots_support.h"
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
