// SPDX-License-Identifier: GPL-3.0-or-later
// Where the values of a view come from: bindings, slices, runs, colours, analyses.
#include <cmath>
#include <numeric>

#include "tests/gui/plots_support.h"
#include "tests/gui/session_fixture.h"
#include "widgets/model/array_history.h"
#include "widgets/model/binding.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

Array counting(std::vector<std::int64_t> shape, std::vector<std::int64_t> ids = {}) {
  std::int64_t n = 1;
  for (const std::int64_t extent : shape) n *= extent;
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 0.0);
  return Array::from<double>(values, std::move(shape), std::move(ids));
}

using Values = std::vector<double>;
using Shape = std::vector<std::int64_t>;

Binding parsed(const Json& json) { return Binding::parse(json, "/y"); }

/// Place and allowed values of the refusal of `json`, or "" if it is taken.
std::string refusal(const Json& json) {
  try {
    parsed(json);
  } catch (const ConfigError& error) {
    return error.problems().front().pointer + " " + error.problems().front().allowed;
  }
  return {};
}

}  // namespace

class TestBinding : public QObject {
  Q_OBJECT
 private slots:
  void readsEveryForm() {
    QCOMPARE(parsed(2.5).constant, 2.5);
    QCOMPARE(parsed("loss").measure, std::string("loss"));
    const Binding full = parsed({{"measure", "W"}, {"column", 1}, {"row", 2}, {"transform", "abs"}});
    QVERIFY(full.source == Binding::Source::Measure && full.column == 1 && full.row == 2);
    QVERIFY(full.transform == Binding::Transform::Abs);
    QVERIFY(parsed({{"item", "index"}}).source == Binding::Source::Item);
    const Binding analysis = parsed({{"analysis", "a"}, {"result", "r"}, {"arguments", {{"k", 1}}}});
    QVERIFY(analysis.source == Binding::Source::Analysis && analysis.arguments["k"] == 1);
  }

  void refusesWithThePlace_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("said");
    const auto row = [](const char* json, const char* said) {
      QTest::newRow(json) << QByteArray(json) << QByteArray(said);
    };
    row("null", "/y expected a number");
    row("{}", "/y expected exactly one of");
    row(R"({"measure": "a", "value": 1})", "/y expected exactly one of");
    row(R"({"measure": 3})", "/y/measure expected a name");
    row(R"({"mesure": "a"})", "/y/mesure did you mean measure?");
    row(R"({"measure": "a", "row": -1})", "/y/row expected an index");
    row(R"({"measure": "a", "column": 0.5})", "/y/column expected an index");
    row(R"({"measure": "a", "transform": "sqr"})", "/y/transform did you mean sqrt?");
    row(R"({"measure": "a", "scale": [0, 1, 2]})", "/y/scale expected [in0");
    row(R"({"measure": "a", "scale": [0, 1, 2, "x"]})", "/y/scale/3 expected a number");
    row(R"({"measure": "a", "scale": [1, 1, 0, 1]})", "/y/scale expected in0 and in1 to differ");
    row(R"({"analysis": "a"})", "/y/result expected the name of a result");
    row(R"({"item": "id"})", "/y/item expected index");
    row(R"({"value": "x"})", "/y/value expected a number");
  }
  void refusesWithThePlace() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, said);
    const std::string text = refusal(Json::parse(json.toStdString()));
    QVERIFY2(text.find(said.toStdString()) == 0, text.c_str());
  }

  void transformsThenScales() {
    const auto at = [](const Json& json, double value) { return parsed(json).apply(value); };
    QCOMPARE(at({{"measure", "a"}, {"transform", "log"}}, std::exp(2.0)), 2.0);
    QCOMPARE(at({{"measure", "a"}, {"transform", "log10"}}, 1000.0), 3.0);
    QCOMPARE(at({{"measure", "a"}, {"transform", "abs"}}, -3.0), 3.0);
    QCOMPARE(at({{"measure", "a"}, {"transform", "sqrt"}}, 9.0), 3.0);
    QCOMPARE(at({{"measure", "a"}, {"transform", "oneMinus"}}, 0.25), 0.75);
    QVERIFY(std::isnan(at({{"measure", "a"}, {"transform", "log"}}, 0.0)));
    QVERIFY(std::isnan(at({{"measure", "a"}, {"transform", "sqrt"}}, -1.0)));
    // 4 is a quarter of the way from 0 to 16; scales do not clamp and may run backwards.
    QCOMPARE(at({{"measure", "a"}, {"scale", {0, 16, 10, 20}}}, 4.0), 12.5);
    QCOMPARE(at({{"measure", "a"}, {"scale", {0, 1, 0, 10}}}, 2.0), 20.0);
    QCOMPARE(at({{"measure", "a"}, {"scale", {0, 1, 1, 0}}}, 0.25), 0.75);
    QCOMPARE(at({{"measure", "a"}, {"transform", "sqrt"}, {"scale", {0, 4, 0, 1}}}, 4.0), 0.5);
  }

  void slicesRowsAndColumns() {
    const Array cube = counting({2, 3, 2}, {5, 9});
    const auto cut = [&](const Json& more) {
      Json json = {{"measure", "a"}};
      json.update(more);
      return slice(cube, parsed(json));
    };
    const auto whole = cut(Json::object());
    QCOMPARE(whole->shape, Shape({2, 3, 2}));
    QCOMPARE(whole->ids, Shape({5, 9}));
    const auto row = cut({{"row", 1}});
    QCOMPARE(row->values, Values({6, 7, 8, 9, 10, 11}));
    QCOMPARE(row->shape, Shape({3, 2}));
    QVERIFY(row->ids.empty());  // they named the axis that is gone
    const auto column = cut({{"column", 1}});
    QCOMPARE(column->values, Values({1, 3, 5, 7, 9, 11}));
    QCOMPARE(column->shape, Shape({2, 3}));
    QCOMPARE(column->ids, Shape({5, 9}));
    const auto both = cut({{"row", 1}, {"column", 0}, {"scale", {0, 1, 0, 2}}});
    QCOMPARE(both->values, Values({12, 16, 20}));
    QVERIFY(!cut({{"row", 2}}));
    QVERIFY(!cut({{"column", 2}}));
    QVERIFY(!slice(Array::scalar<double>(1), parsed({{"measure", "a"}, {"row", 0}})));
    QVERIFY(!slice(counting({0, 3}), parsed({{"measure", "a"}, {"row", 0}})));
    QCOMPARE(slice(counting({4}), parsed({{"measure", "a"}, {"column", 2}}))->values, Values({2}));
  }

  void itemsAreMatchedByTheirIds() {
    Bound reference = *slice(counting({3}, {7, 3, 8}), parsed("a"));
    const Bound other = *slice(counting({3}, {3, 7, 4}), parsed("b"));
    const Values matched = other.forItems(reference);
    QCOMPARE(matched[0], 1.0);
    QCOMPARE(matched[1], 0.0);
    QVERIFY(std::isnan(matched[2]));
    QCOMPARE(slice(Array::scalar<double>(4), parsed("c"))->forItems(reference), Values({4, 4, 4}));
    Bound index;
    index.itemIndex = true;
    index.binding = parsed({{"item", "index"}, {"scale", {0, 8, 0, 1}}});
    QCOMPARE(index.forItems(reference), Values({7 / 8.0, 3 / 8.0, 1}));
    // More axes: the first value of each item.
    QCOMPARE(slice(counting({3, 2}, {7, 3, 8}), parsed("d"))->forItems(reference), Values({0, 2, 4}));
  }

  void valuesAreThoseRecordedAtOrBeforeTheCursor() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    s.model.setSynchronous(true);
    run->addScalar("loss", {10, 4});
    run->addScalar("loss", {20, 9});
    run->addArray("energy", 10, counting({3}));
    run->setLastStep(30);
    const auto at = [&](const Json& json, std::int64_t step) { return evaluate(parsed(json), s.model, *run, step); };
    QVERIFY(!at("loss", 9));
    QCOMPARE(at("loss", 10)->values, Values({4}));
    QCOMPARE(at({{"measure", "loss"}, {"transform", "sqrt"}}, 25)->values, Values({3}));
    QVERIFY(at("loss", 25)->scalar());
    QVERIFY(!at("energy", 9));
    QCOMPARE(at("energy", 30)->values, Values({0, 1, 2}));
    QVERIFY(!at("nothing", 30));
    QVERIFY(!at({{"analysis", "x"}, {"result", "r"}}, 30));
    QCOMPARE(at(7, 0)->values, Values({7}));
  }

  void parametersAreNumbersOfTheRunsConfig() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100, {{"world.dc", 0.3}, {"flag", true}, {"side", "16"}, {"name", "disc"}});
    const auto at = [&](const char* id) { return evaluate(parsed({{"parameter", id}}), s.model, *run, 0); };
    QCOMPARE(at("world.dc")->values, Values({0.3}));
    QVERIFY(at("world.dc")->scalar());
    QCOMPARE(at("flag")->values, Values({1}));
    QCOMPARE(at("side")->values, Values({16}));
    QVERIFY(!at("name") && !at("nothing"));
    QCOMPARE(evaluate(parsed({{"parameter", "side"}, {"scale", {0, 16, 0, 1}}}), s.model, *run, 0)->values,
             Values({1}));
  }

  void aLiveBindingTellsWhatChanged() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    s.model.setSynchronous(true);
    LiveBinding scalar(parsed("loss")), array(parsed("energy"));
    QVERIFY(!scalar.update(s.model, *run, 0) || !scalar.value());
    run->addScalar("loss", {0, 1});
    run->addScalar("loss", {10, 1});
    run->addArray("energy", 0, counting({3}));
    run->setLastStep(10);
    QVERIFY(scalar.update(s.model, *run, 0));
    QVERIFY(!scalar.update(s.model, *run, 10));  // another record, the same value
    QVERIFY(array.update(s.model, *run, 0));
    QVERIFY(!array.update(s.model, *run, 10));
    run->addArray("energy", 10, counting({4}));
    QVERIFY(array.update(s.model, *run, 10));
    QCOMPARE(array.value()->values.size(), std::size_t{4});
    const auto other = s.addRun("b", 2, 100);
    QVERIFY(array.update(s.model, *other, 10));
    QVERIFY(!array.value());
  }

  void runsAreCurrentShownOrParent() {
    PlotSession s;
    QVERIFY(s.model.runs("current").empty() && s.model.runs("shown").empty() && s.model.runs("parent").empty());
    const auto parent = s.addRun("parent", 1, 10), other = s.addRun("other", 2, 10);
    RunInfo info;
    info.id = "child";
    info.lab = "plot-lab";
    info.parent = "parent";
    const auto child = s.factory.create(*s.lab, info);
    s.model.session().open(child, false);
    s.model.session().makeCurrent(*s.model.session().find("child"));
    using Runs = std::vector<std::shared_ptr<Run>>;
    QCOMPARE(s.model.runs("current"), Runs({child}));
    QCOMPARE(s.model.runs("parent"), Runs({parent}));
    QCOMPARE(s.model.runs("shown"), Runs({parent, other, child}));
    s.model.userShow("other", false);
    QCOMPARE(s.model.runs("shown"), Runs({parent, child}));
    s.model.makeCurrent("parent");
    QCOMPARE(s.model.runs("shown"), Runs({child, parent}));  // the current one last: drawn on top
    QVERIFY(s.model.runs("parent").empty());
  }

  void historiesTakeEveryRecordOnce() {
    PlotSession s;
    const auto run = s.addRun("a", 1, 100);
    ArrayHistory history(run, parsed({{"measure", "table"}, {"row", 1}, {"transform", "sqrt"}}), [] {});
    QVERIFY(!history.update(5, true));
    for (std::int64_t step : {0, 10, 20}) run->addArray("table", step, counting({2, 2}));
    QVERIFY(history.update(5, true));
    QVERIFY(history.complete());
    QCOMPARE(history.rows().size(), std::size_t{3});
    QCOMPARE(history.rows()[2].step, std::int64_t{20});
    QCOMPARE(history.rows()[2].values, std::vector<float>({std::sqrt(2.F), std::sqrt(3.F)}));
    QVERIFY(!history.update(5, true));
    run->addArray("table", 30, counting({1, 2}));  // has no such row: a gap, not the end
    run->addArray("table", 40, counting({2, 2}));
    QVERIFY(history.update(5, true));
    QCOMPARE(history.rows().back().step, std::int64_t{40});
    QCOMPARE(history.rows().size(), std::size_t{4});
  }

  void coloursOfValues() {
    const Theme theme = Theme::light();
    const auto color = [](const Json& json) { return ColorBinding::parse({{"color", json}}, "/l", "3"); };
    QCOMPARE(ColorBinding::parse(Json::object(), "/l", "3").key, QStringLiteral("3"));
    QCOMPARE(color("train").at(1, {0, 1}, theme), theme.color("train"));
    const ColorBinding mapped = color({{"measure", "a"}, {"map", "diverging"}});
    QCOMPARE(mapped.rangeOf({-1, 4, std::nan("")}), std::pair(-4.0, 4.0));
    QCOMPARE(mapped.at(0, {-4, 4}, theme), mapColor("diverging", 0.5, theme));
    QCOMPARE(mapped.at(std::nan(""), {-4, 4}, theme), theme.faint);
    QCOMPARE(color({{"measure", "a"}}).rangeOf({2, 2}), std::pair(2.0, 4.0));
    QCOMPARE(color({{"measure", "a"}}).rangeOf({}), std::pair(0.0, 1.0));
    QCOMPARE(color({{"measure", "a"}, {"range", {1, 3}}}).rangeOf({9}), std::pair(1.0, 3.0));
    QCOMPARE(color({{"measure", "a"}, {"map", "category"}}).at(2, {0, 1}, theme), theme.category(2));
    for (const Json& wrong : {Json("#12"), Json(true), Json{{"measure", "a"}, {"map", "rainbow"}},
                              Json{{"measure", "a"}, {"range", {3, 1}}}})
      QVERIFY_EXCEPTION_THROWN(color(wrong), ConfigError);
  }

  // An argument may be the selection; a newer request replaces the older one.
  void analysesFollowCursorAndSelection() {
    SessionFixture f;
    QVERIFY(f.pausedAt(20));
    AnalysisFeed feed(f.model, "test");
    QSignalSpy arrived(&feed, &AnalysisFeed::arrived);
    const Binding binding = parsed(
        {{"analysis", "residuals"}, {"result", "residuals"}, {"arguments", {{"factor", {{"selection", "weight"}}}}}});
    const auto values = [&]() -> Values {
      const auto bound = evaluate(binding, f.model, *f.model.run(), 20, &feed);
      return bound ? bound->values : Values();
    };
    f.model.select({"weight", {2}});
    QVERIFY(values().empty());
    QVERIFY(arrived.wait(5000));
    const Values twice = values();
    QCOMPARE(twice.size(), std::size_t{64});
    f.model.select({"weight", {3}});
    arrived.clear();
    QCOMPARE(values(), twice);  // the last result stands in
    QVERIFY(arrived.wait(5000));
    const Values thrice = values();
    for (std::size_t i = 0; i < 64; ++i) QVERIFY(std::abs(thrice[i] * 2 - twice[i] * 3) < 1e-12);
    f.model.select({"other", {5}});
    arrived.clear();
    values();
    QVERIFY(arrived.wait(5000));
    for (const double value : values()) QCOMPARE(value, 0.0);
    QVERIFY(feed.error().isEmpty());
  }
};

QTEST_MAIN(TestBinding)
#include "test_binding.moc"
