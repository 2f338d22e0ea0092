// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFloat16>  // QCOMPARE of Json asks for its constructors
#include <QTest>

#include "widgets/model/item_names.h"

using namespace learnscope;

namespace {

Description description() {
  Description result;
  result.measures = {
      {.id = "loss", .title = "Loss", .doc = "", .kind = MeasureKind::Array, .items = {"rank 1", "full"}},
      {.id = "plain", .title = "Plain", .doc = "", .kind = MeasureKind::Array}};
  return result;
}

std::vector<Json> named(const char* layers) {
  return withItemNames(Json::parse(layers).get<std::vector<Json>>(), description());
}

}  // namespace

class TestItemNames : public QObject {
  Q_OBJECT
 private slots:
  void eachBecomesALayerAnItem() {
    const std::vector<Json> layers = named(R"([{"mark": "line", "each": true, "y": "loss", "label": "{name}, mean"}])");
    QCOMPARE(layers.size(), std::size_t(2));
    QCOMPARE(
        layers[0],
        Json::parse(
            R"({"mark": "line", "y": {"measure": "loss", "row": 0}, "label": "rank 1, mean", "color": "0", "dash": 0})"));
    QCOMPARE(
        layers[1],
        Json::parse(
            R"({"mark": "line", "y": {"measure": "loss", "row": 1}, "label": "full, mean", "color": "1", "dash": 1})"));
  }

  void ofManyItemsOneLayerShowsAll() {
    Description many = description();
    many.measures[0].items.assign(33, "task");
    const std::vector<Json> page = Json::parse(R"([{"mark": "line", "each": true, "y": "loss", "label": "{name}"}])");
    QCOMPARE(withItemNames(page, many), Json::parse(R"([{"mark": "line", "y": "loss"}])").get<std::vector<Json>>());
    many.measures[0].items.pop_back();
    QCOMPARE(withItemNames(page, many).size(), std::size_t(32));
  }

  void aPageKeepsItsOwnColourAndOtherBindings() {
    const std::vector<Json> layers = named(
        R"([{"mark": "sphere", "each": true, "x": {"measure": "loss", "column": 0}, "y": "plain", "color": "muted"}])");
    QCOMPARE(layers.size(), std::size_t(2));
    QCOMPARE(
        layers[1],
        Json::parse(
            R"({"mark": "sphere", "x": {"measure": "loss", "column": 0, "row": 1}, "y": "plain", "color": "muted"})"));
  }

  void rowsAreNamedLastIsANumberAndMissingOnesAreLeftOut() {
    const std::vector<Json> layers = named(R"([
      {"mark": "bar", "y": {"measure": "loss", "row": "last"}, "label": "{name}"},
      {"mark": "bar", "y": {"measure": "loss", "row": 2}, "label": "{name}"},
      {"mark": "sphere", "x": 1, "size": {"measure": "loss", "row": 0}, "labels": ["{name} now"]},
      {"mark": "bar", "y": "loss", "labels": "items"},
      {"mark": "cells", "value": "loss", "rows": "items"},
      {"mark": "cells", "value": "plain", "rows": "items"}])");
    QCOMPARE(layers.size(), std::size_t(5));
    QCOMPARE(layers[3]["rows"], Json({"rank 1", "full"}));
    QVERIFY(!layers[4].contains("rows"));
    QCOMPARE(layers[0]["y"]["row"], Json(1));
    QCOMPARE(layers[0]["label"], Json("full"));
    QCOMPARE(layers[1]["labels"], Json({"rank 1 now"}));
    QCOMPARE(layers[2]["labels"], Json({"rank 1", "full"}));
  }

  void withoutNamesLayersStayAsTheyAre() {
    const std::vector<Json> layers = named(R"([
      {"mark": "line", "each": true, "y": "plain", "label": "{name}"},
      {"mark": "bar", "y": "unknown", "labels": "items"}])");
    QCOMPARE(layers[0], Json::parse(R"({"mark": "line", "y": "plain", "label": "{name}"})"));
    QCOMPARE(layers[1], Json::parse(R"({"mark": "bar", "y": "unknown"})"));
  }
};

QTEST_GUILESS_MAIN(TestItemNames)
#include "test_item_names.moc"
