// SPDX-License-Identifier: GPL-3.0-or-later
// Bars, heat maps, scatter plots, pictures and tables against known numbers.
#include <QAccessible>
#include <QHeaderView>
#include <QLabel>
#include <QSignalSpy>
#include <QtTest>

#include "tests/gui/plots_support.h"
#include "widgets/plots/bars_view.h"
#include "widgets/plots/heatmap_view.h"
#include "widgets/plots/images_view.h"
#include "widgets/plots/scatter_view.h"
#include "widgets/plots/table_view.h"
#include "widgets/plots/text_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

ViewSpec specOf(const char* kind, const std::vector<Json>& layers, const Json& more) {
  Json json = {{"id", "v"}, {"title", "Features"}, {"kind", kind}, {"layers", layers}};
  if (more.is_object()) json.update(more);
  return ViewSpec::parse(json);
}

/// A view on a session with one run, its charts and hits within reach.
template <class Base>
class Open : public Base {
 public:
  Open(SessionModel& model, const char* kind, const std::vector<Json>& layers, const Json& more = Json::object())
      : Base(specOf(kind, layers, more), model, nullptr) {
    this->resize(480, 360);
    this->show();
    this->refresh();
  }
  using Base::chart;
  using Base::hit;

  template <class T>
  T only() {
    T found;
    int count = 0;
    for (const Mark& mark : chart(Theme::light()).marks)
      if (const T* one = std::get_if<T>(&mark)) found = *one, ++count;
    if (count != 1) qFatal("%d marks of the kind", count);
    return found;
  }
  void click(double x, double y) {
    QTest::mouseClick(&this->canvas(), Qt::LeftButton, Qt::NoModifier, this->canvas().mapper().point({x, y}).toPoint());
  }
};

struct OneRun : PlotSession {
  std::shared_ptr<Run> run = addRun("a", 3, 100);
  OneRun() { model.setSynchronous(true); }
  template <class T = float>
  void array(const char* measure, std::int64_t step, std::vector<T> values, std::vector<std::int64_t> shape,
             std::vector<std::int64_t> ids = {}) {
    run->addArray(measure, step, Array::from<T>(values, std::move(shape), std::move(ids)));
    run->setLastStep(std::max(run->lastStep(), step));
  }
};

QRgb at(const QImage& image, double x, double y) {
  return image.pixel(static_cast<int>(x * image.width()), static_cast<int>(y * image.height()));
}

QImage figureOf(View& view, QSize size, bool dark = false) {
  QImage image(size, QImage::Format_RGB32);
  image.setDotsPerMeterX(2835);  // 72 dpi
  image.setDotsPerMeterY(2835);
  image.fill(Qt::magenta);
  QPainter painter(&image);
  FigureStyle style;
  style.darkTheme = dark;
  style.fontPt = 0.1;
  view.paintFigure(painter, QRectF(QPointF(), QSizeF(size)), style);
  return image;
}

}  // namespace

class TestItemViews : public QObject {
  Q_OBJECT
 private slots:
  void emptyViewsSayWhatWillFillThem() {
    PlotSession s;
    const Json position = {{"measure", "points"}, {"column", 0}};
    Open<BarsView> bars(s.model, "bars", {{{"mark", "bar"}, {"y", "alpha"}}});
    Open<HeatmapView> cells(s.model, "heatmap", {{{"mark", "cells"}, {"value", "table"}}});
    Open<ScatterView> dots(s.model, "scatter", {{{"mark", "point"}, {"x", position}, {"y", position}}});
    ImagesView images(specOf("images", {{{"mark", "image"}, {"value", "digits"}}}, {}), s.model, nullptr);
    ItemTableView table(specOf("table", {{{"mark", "column"}, {"value", "alpha"}}}, {}), s.model, nullptr);
    images.resize(300, 200);
    images.show();
    table.show();
    for (PlotView* view : std::initializer_list<PlotView*>{&bars, &cells, &dots})
      QCOMPARE(view->canvas().chart().empty, QStringLiteral("Press play: features will appear here"));
    auto* said = table.table().viewport()->findChild<QLabel*>();
    QVERIFY(said->isVisible());
    QCOMPARE(said->text(), QStringLiteral("Press play: features will appear here"));
    const QImage before = images.grab().toImage();
    const auto run = s.addRun("a", 1, 10);
    for (View* view : std::initializer_list<View*>{&bars, &cells, &dots, &images, &table}) view->refresh();
    for (PlotView* view : std::initializer_list<PlotView*>{&bars, &cells, &dots})
      QCOMPARE(view->canvas().chart().empty, QStringLiteral("Waiting for the first values"));
    QCOMPARE(said->text(), QStringLiteral("Waiting for the first values"));
    QVERIFY(images.grab().toImage() != before);
    run->addArray("alpha", 0, filled({3}, [](std::size_t i) { return i; }));
    s.model.setSynchronous(true);
    bars.refresh();
    table.refresh();
    QVERIFY(bars.canvas().chart().empty.isEmpty());
    QVERIFY(!said->isVisible());
  }

  void barsStandForItems() {
    OneRun s;
    s.array<float>("alpha", 0, {0.5F, -1, 2}, {3}, {4, 5, 9});
    Open<BarsView> view(s.model, "bars",
                        {{{"mark", "bar"}, {"y", "alpha"}, {"x", {{"item", "index"}}}, {"color", "concept"}}},
                        {{"select", "feature"}});
    auto boxes = view.only<Boxes>().boxes;
    QCOMPARE(boxes.size(), std::size_t{3});
    const double heights[] = {0.5, -1, 2}, places[] = {4, 5, 9};
    for (std::size_t i = 0; i < 3; ++i) {
      QVERIFY(std::abs(boxes[i].rect.top()) < 1e-12 && std::abs(boxes[i].rect.bottom() - heights[i]) < 1e-6);
      QVERIFY(std::abs(boxes[i].rect.left() - places[i] + 0.4) < 1e-12 &&
              std::abs(boxes[i].rect.width() - 0.8) < 1e-12);
      QCOMPARE(boxes[i].color, Theme::light().color("concept"));
    }
    const Chart chart = view.chart(Theme::light());
    QVERIFY(chart.y.low < -1 && chart.y.high > 2 && chart.x.low < 3.6 && chart.x.high > 9.4);
    view.click(9, 1);
    QCOMPARE(s.model.selection(), (Selection{"feature", {9}}));
    QVERIFY(view.only<Boxes>().boxes[2].selected && !view.only<Boxes>().boxes[0].selected);
    view.click(9, 1);
    QVERIFY(s.model.selection().ids.empty());
    QCOMPARE(view.hit({5.2, 0})->text, QStringLiteral("feature 5: −1"));
    QVERIFY(!view.hit({7, 0}));
    // By keys and in words.
    for (const int id : {4, 5, 9, 4}) {
      QTest::keyClick(&view.canvas(), Qt::Key_Right);
      QCOMPARE(s.model.selection(), (Selection{"feature", {id}}));
    }
    QTest::keyClick(&view.canvas(), Qt::Key_Left);
    QCOMPARE(s.model.selection(), (Selection{"feature", {9}}));
    const QString said = QAccessible::queryAccessibleInterface(&view.canvas())->text(QAccessible::Value);
    QVERIFY2(said.contains("3 item") && said.contains("feature 9 selected"), qPrintable(said));
    s.model.select({});
    QVERIFY(view.dataCsv().contains(QStringLiteral(",9,8.5999999999999996,9.4000000000000004,2\n")));
  }

  void barsOfSeveralLayersStandSideBySide() {
    OneRun s;
    s.array<float>("alpha", 0, {1, 2}, {2});
    s.array<float>("energy", 0, {3, 4}, {2});
    Open<BarsView> view(s.model, "bars",
                        {{{"mark", "bar"}, {"y", "alpha"}, {"label", "α"}, {"labels", {"one", "two"}}},
                         {{"mark", "bar"}, {"y", "energy"}, {"label", "E"}}});
    const auto boxes = view.only<Boxes>().boxes;
    QCOMPARE(boxes.size(), std::size_t{4});
    QVERIFY(std::abs(boxes[0].rect.right() - boxes[2].rect.left()) < 1e-12);
    QVERIFY(boxes[0].color != boxes[2].color);
    const Chart chart = view.chart(Theme::light());
    QCOMPARE(chart.legend.size(), std::size_t{2});
    QCOMPARE(chart.x.ticks(8)[1].label, QStringLiteral("two"));
    QVERIFY(chart.y.low == 0);
  }

  // Bins are closed below; the last one is closed at both ends; what lies outside does not count.
  void histogramsCount() {
    OneRun s;
    s.array<float>("alpha", 0, {0, 0.25F, 0.25F, 0.5F, 0.75F, 1, 1, 2, -1, NAN}, {10});
    Open<BarsView> view(s.model, "bars", {{{"mark", "bar"}, {"y", "alpha"}, {"bins", 4}, {"range", {0, 1}}}});
    QString counts;
    for (const QString& row : view.dataCsv().split('\n').mid(1, 4)) counts += row.section(',', 4) + ' ';
    QCOMPARE(counts, QStringLiteral("1 2 1 3 "));
    QCOMPARE(view.chart(Theme::light()).y.title, QStringLiteral("count"));
    QCOMPARE(view.hit({0.3, 1})->text, QStringLiteral("0.25 – 0.5: 2"));
    Open<BarsView> whole(s.model, "bars", {{{"mark", "bar"}, {"y", "alpha"}, {"bins", 3}}});  // -1, 0, 1, 2
    counts.clear();
    for (const QString& row : whole.dataCsv().split('\n').mid(1, 3)) counts += row.section(',', 4) + ' ';
    QCOMPARE(counts, QStringLiteral("1 5 3 "));
  }

  void barsOnALogAxisStandOnItsFoot() {
    OneRun s;
    s.array<float>("alpha", 0, {0.01F, 100, 0}, {3});
    Open<BarsView> view(s.model, "bars", {{{"mark", "bar"}, {"y", "alpha"}}}, {{"y", {{"scale", "log"}}}});
    const auto boxes = view.only<Boxes>().boxes;
    QCOMPARE(boxes.size(), std::size_t{2});  // 0 has no place there
    const Chart chart = view.chart(Theme::light());
    for (const Box& box : boxes) QVERIFY(box.rect.normalized().top() >= chart.y.low - 1e-9 && box.rect.height() > 0);
    QVERIFY(std::abs(boxes[1].rect.bottom() - 2) < 1e-6);
  }

  void heatmapsPaintCellsRowByRow() {
    OneRun s;
    s.array<float>("table", 0, {0, 1, 2, 3, 4, NAN}, {2, 3}, {10, 20});
    Open<HeatmapView> view(s.model, "heatmap",
                           {{{"mark", "cells"}, {"value", "table"}, {"title", "value"}, {"select", "row"}}});
    const auto cells = view.only<Cells>();
    QCOMPARE(cells.image.size(), QSize(3, 2));
    const Theme theme = Theme::light();
    for (int i = 0; i < 5; ++i) {
      const QColor wanted = mapColor("sequential", i / 4.0, theme), got(cells.image.pixel(i % 3, i / 3));
      QVERIFY2(std::abs(wanted.red() - got.red()) <= 1 && std::abs(wanted.blue() - got.blue()) <= 1,
               qPrintable(got.name()));
    }
    QCOMPARE(qAlpha(cells.image.pixel(2, 1)), 0);  // not a number: nothing
    const Chart chart = view.chart(theme);
    QVERIFY(chart.y.reversed && chart.equalAspect);  // row 0 at the top, as a matrix is written
    QVERIFY(chart.bar && chart.bar->low == 0 && chart.bar->high == 4 && chart.bar->title == "value");
    QCOMPARE(view.hit({2.4, 0.4})->text, QStringLiteral("0, 2: 2"));
    QVERIFY(!view.hit({2.6, 0}) && !view.hit({-0.6, 0}));
    view.click(1, 1);
    QCOMPARE(s.model.selection(), (Selection{"row", {20}}));
    QCOMPARE(view.only<Cells>().selected, std::vector<QRectF>({QRectF(-0.5, 0.5, 3, 1)}));
    QCOMPARE(view.dataCsv(), QStringLiteral("0,1,2\n3,4,nan\n"));
    // On the screen the cell in the upper left corner is the first of the first row.
    const QImage shown = view.canvas().grab().toImage();
    const auto pixel = [&](double x, double y) {
      const QPointF p = view.canvas().mapper().point({x, y}) * shown.devicePixelRatio();
      return shown.pixel(p.toPoint());
    };
    QCOMPARE(pixel(0, 0), cells.image.pixel(0, 0));
    QCOMPARE(pixel(2, 0), cells.image.pixel(2, 0));
    QVERIFY(view.canvas().mapper().y(0) < view.canvas().mapper().y(1));
  }

  void heatmapsOfCategories() {
    OneRun s;
    s.array<float>("table", 0, {0, 1, 2, 7}, {2, 2});
    Open<HeatmapView> view(s.model, "heatmap",
                           {{{"mark", "cells"},
                             {"value", "table"},
                             {"categories",
                              {{{"value", 0}, {"label", "wrong"}, {"color", "#ff0000"}},
                               {{"value", 1}, {"label", "right"}, {"color", "#00ff00"}},
                               {{"value", 2}, {"label", "train"}, {"color", "#0000ff"}},
                               {{"value", 3}, {"label", "absent"}, {"color", "#ffffff"}}}}}});
    const auto cells = view.only<Cells>();
    QCOMPARE(cells.image.pixel(0, 0), qRgb(255, 0, 0));
    QCOMPARE(cells.image.pixel(1, 0), qRgb(0, 255, 0));
    QCOMPARE(cells.image.pixel(0, 1), qRgb(0, 0, 255));
    QCOMPARE(qAlpha(cells.image.pixel(1, 1)), 0);
    QCOMPARE(view.hit({1, 0})->text, QStringLiteral("0, 1: right"));
    QCOMPARE(view.chart(Theme::light()).legend.size(), std::size_t{3});
  }

  // Records are spaced unevenly: each lasts until the next.
  void waterfallsShowWhenThingsHappened() {
    OneRun s;
    for (const std::int64_t step : {0, 10, 20, 60, 100})
      s.array<float>("alpha", step, {static_cast<float>(step), 0, 100}, {3}, {7, 8, 9});
    Open<HeatmapView> view(s.model, "heatmap",
                           {{{"mark", "cells"}, {"value", "alpha"}, {"over", "step"}, {"range", {0, 100}}}});
    const auto cells = view.only<Cells>();
    QCOMPARE(cells.extent, QRectF(0, -0.5, 100, 3));
    const auto value = [&](double step, int item) {  // item 0 at the bottom
      const QImage& image = cells.image;
      return image.pixel(static_cast<int>(step / 100 * image.width()), image.height() - 1 - item);
    };
    const auto color = [](double v) {
      return mapColor("sequential", std::lround(v / 100 * 255) / 255.0, Theme::light()).rgb();
    };
    QCOMPARE(value(5, 0), color(0));
    QCOMPARE(value(15, 0), color(10));
    QCOMPARE(value(59, 0), color(20));
    QCOMPARE(value(61, 0), color(60));
    QCOMPARE(value(50, 1), color(0));
    QCOMPARE(value(50, 2), color(100));
    QCOMPARE(view.hit({59, 0.2})->item, std::optional<std::int64_t>(7));
    QCOMPARE(view.hit({59, 0.2})->text, QStringLiteral("item 7: 20"));
    QVERIFY(!view.hit({-5, 0}) && !view.hit({50, 3}));
    view.click(40, 1);
    QVERIFY(std::abs(s.model.cursor() - 40) <= 1);
    QCOMPARE(view.dataCsv().count('\n'), 16);
    QVERIFY(view.dataCsv().contains(QStringLiteral("60,7,60\n")));
  }

  void scatterDrawsAFormulaAndTellsTheResidual() {
    OneRun s;
    s.array<float>("points", 0, {1, 10, 2, 20, 4, 40}, {3, 2});
    s.array<float>("alpha", 0, {10, 21, 40}, {3});
    const Json x = {{"measure", "points"}, {"column", 0}}, y = {{"measure", "points"}, {"column", 1}};
    Open<ScatterView> view(s.model, "scatter",
                           {{{"mark", "point"}, {"x", x}, {"y", y}, {"joined", true}, {"label", "formula"}},
                            {{"mark", "point"}, {"x", x}, {"y", "alpha"}, {"against", y}}});
    const Chart chart = view.chart(Theme::light());
    const auto* line = std::get_if<Polyline>(&chart.marks[0]);
    QVERIFY(line && line->points.size() == 3 && line->points[2] == QPointF(4, 40));
    QVERIFY(chart.legend[0].label == "formula" && chart.legend[0].shape == LegendEntry::Shape::Line);
    QVERIFY(view.hit({2, 21})->text.endsWith(QStringLiteral("2, 21 (\u0394 1)")));
    QVERIFY(view.hit({4, 40})->text.endsWith(QStringLiteral("4, 40 (\u0394 0)")));
  }

  void scatterPlacesItems() {
    OneRun s;
    s.array<float>("points", 0, {1, 10, 2, 1000, 3, -5}, {3, 2}, {4, 5, 6});
    s.array<float>("alpha", 0, {0, 1, 0.5F}, {3}, {4, 6, 5});  // another order
    const Json x = {{"measure", "points"}, {"column", 0}}, y = {{"measure", "points"}, {"column", 1}};
    Open<ScatterView> view(s.model, "scatter",
                           {{{"mark", "point"},
                             {"x", x},
                             {"y", y},
                             {"size", {{"measure", "alpha"}, {"scale", {0, 1, 2, 6}}}},
                             {"color", {{"measure", "alpha"}, {"map", "sequential"}, {"title", "α"}}},
                             {"select", "neuron"}}},
                           {{"y", {{"scale", "log"}}}});
    const auto dots = view.only<Dots>().dots;
    QCOMPARE(dots.size(), std::size_t{3});
    QCOMPARE(dots[0].at, QPointF(1, 1));
    QCOMPARE(dots[1].at, QPointF(2, 3));
    QVERIFY(std::isnan(dots[2].at.y()));  // negative on a log axis
    QVERIFY(dots[0].radius == 2 && dots[1].radius == 4 && dots[2].radius == 6);
    QCOMPARE(dots[2].color, mapColor("sequential", 1, Theme::light()));
    const Chart chart = view.chart(Theme::light());
    QVERIFY(chart.bar && chart.bar->title == "α" && chart.bar->high == 1);
    QVERIFY(chart.x.low < 1 && chart.x.high > 2);
    view.click(2, 3);
    QCOMPARE(s.model.selection(), (Selection{"neuron", {5}}));
    QVERIFY(view.only<Dots>().dots[1].selected);
    QCOMPARE(view.only<Dots>().dots[1].label, QStringLiteral("5"));
    QCOMPARE(view.hit({2, 3})->text, QStringLiteral("neuron 5: 2, 1000"));
    QVERIFY(view.dataCsv().contains(QStringLiteral(",6,3,-5\n")));
  }

  void scatterDrawsCirclesAndNamesCategories() {
    OneRun s;
    s.array<float>("points", 0, {1, 0, 0, -2, 3, 3}, {3, 2});
    s.array<float>("alpha", 0, {0, 2, 2}, {3});
    const Json x = {{"measure", "points"}, {"column", 0}}, y = {{"measure", "points"}, {"column", 1}};
    Open<ScatterView> view(
        s.model, "scatter",
        {{{"mark", "point"},
          {"x", x},
          {"y", y},
          {"color", {{"measure", "alpha"}, {"map", "category"}, {"names", {"cluster", "kick", "transition"}}}}}},
        {{"circles", {2}}});
    for (const QPointF& point : view.only<Polyline>().points)
      QVERIFY(std::abs(std::hypot(point.x(), point.y()) - 2) < 1e-9);
    const Chart chart = view.chart(Theme::light());
    QVERIFY(chart.equalAspect && !chart.bar);
    QCOMPARE(chart.legend.size(), std::size_t{2});
    QCOMPARE(chart.legend[1].label, QStringLiteral("transition"));
  }

  void theCursorChoosesTheRecord() {
    OneRun s;
    s.array<float>("alpha", 0, {1}, {1});
    s.array<float>("alpha", 50, {5}, {1});
    s.run->setLastStep(80);
    Open<BarsView> view(s.model, "bars", {{{"mark", "bar"}, {"y", "alpha"}}});
    QCOMPARE(view.only<Boxes>().boxes[0].rect.bottom(), 5.0);
    s.model.setCursor(49);
    QCOMPARE(view.only<Boxes>().boxes[0].rect.bottom(), 1.0);
    QCOMPARE(view.canvas().chart().y.high, view.chart(Theme::light()).y.high);  // the window shows it too
  }

  void picturesAreExact() {
    OneRun s;
    s.array<float>("digits", 0, {0, 1, 0.5F, 0.25F, 4, 4, 4, 4}, {2, 2, 2}, {8, 9});
    ImagesView view(
        specOf("images", {{{"mark", "image"}, {"value", "digits"}, {"range", {0, 1}}, {"select", "sample"}}}, {}),
        s.model, nullptr);
    view.resize(416, 216);
    view.show();
    view.refresh();
    QImage figure = figureOf(view, {400, 200});
    const auto grey = [](double v) {
      return qRgb(static_cast<int>(std::lround(255 * v)), static_cast<int>(std::lround(255 * v)),
                  static_cast<int>(std::lround(255 * v)));
    };
    QCOMPARE(at(figure, 0.12, 0.25), grey(0));
    QCOMPARE(at(figure, 0.36, 0.25), grey(1));
    QCOMPARE(at(figure, 0.12, 0.75), grey(0.5));
    QCOMPARE(at(figure, 0.36, 0.75), grey(0.25));
    QCOMPARE(at(figure, 0.75, 0.5), grey(1));  // above the range: as its end
    QTest::mouseClick(&view, Qt::LeftButton, Qt::NoModifier, QPoint(300, 100));
    QCOMPARE(s.model.selection(), (Selection{"sample", {9}}));
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(s.model.selection(), (Selection{"sample", {8}}));
    QVERIFY(view.dataCsv().startsWith(
        QStringLiteral("item,row,column,channel,value\n8,0,0,0,0\n8,0,1,0,1\n8,1,0,0,0.5\n")));
    // Three channels are colours; two are no picture.
    s.array<float>("digits", 10, {1, 0, 0, 0, 0.5F, 0}, {1, 1, 2, 3});
    view.refresh();
    figure = figureOf(view, {400, 200});
    QCOMPARE(at(figure, 0.3, 0.5), qRgb(255, 0, 0));
    QCOMPARE(at(figure, 0.7, 0.5), qRgb(0, 128, 0));
    s.array<float>("digits", 20, {1, 0, 0, 1}, {1, 1, 2, 2});
    view.refresh();
    QVERIFY(view.dataCsv().count('\n') == 1);
  }

  void tablesSortCheckAndSelect() {
    OneRun s;
    s.array<float>("energy", 0, {3, NAN, 1, 2}, {4}, {10, 11, 12, 13});
    s.array<float>("alpha", 0, {0.5F, 0.25F, 1}, {3}, {13, 10, 12});
    ItemTableView view(specOf("table",
                              {{{"mark", "column"}, {"value", {{"item", "index"}}}, {"title", "neuron"}},
                               {{"mark", "column"}, {"value", "energy"}, {"title", "E"}, {"digits", 3}},
                               {{"mark", "column"}, {"value", "alpha"}, {"title", "α, share"}}},
                              {{"select", "neuron"}}),
                       s.model, nullptr);
    view.resize(400, 300);
    view.show();
    view.refresh();
    auto& items = *dynamic_cast<ItemTableModel*>(view.table().model());
    const auto order = [&] {
      QList<int> ids;
      for (int row = 0; row < items.rowCount(); ++row) ids << static_cast<int>(items.idOf(row));
      return ids;
    };
    QCOMPARE(order(), QList<int>({10, 11, 12, 13}));
    view.table().sortByColumn(1, Qt::AscendingOrder);
    QCOMPARE(order(), QList<int>({12, 13, 10, 11}));  // missing values at the end
    view.table().sortByColumn(1, Qt::DescendingOrder);
    QCOMPARE(order(), QList<int>({10, 13, 12, 11}));
    QCOMPARE(items.index(0, 1).data().toString(), QStringLiteral("3"));
    QCOMPARE(items.index(3, 2).data().toString(), QStringLiteral("–"));
    // The order follows new values; the row of a selected item stays selected.
    view.table().selectRow(0);
    QCOMPARE(s.model.selection(), (Selection{"neuron", {10}}));
    s.array<float>("energy", 10, {0, 4, 1, 2}, {4}, {10, 11, 12, 13});
    view.refresh();
    QCOMPARE(order(), QList<int>({11, 13, 12, 10}));
    QVERIFY(view.table().selectionModel()->isRowSelected(3) && !view.table().selectionModel()->isRowSelected(0));
    // Checking a box adds to the selection of all views, unchecking takes away.
    QCOMPARE(items.index(3, 0).data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
    QVERIFY(items.setData(items.index(0, 0), Qt::Checked, Qt::CheckStateRole));
    QCOMPARE(s.model.selection(), (Selection{"neuron", {10, 11}}));
    QVERIFY(items.setData(items.index(3, 0), Qt::Unchecked, Qt::CheckStateRole));
    QCOMPARE(s.model.selection(), (Selection{"neuron", {11}}));
    QVERIFY(view.table().selectionModel()->isRowSelected(0));
    // With the mouse on the box, and with the space key.
    QStyleOptionViewItem option;
    option.initFrom(&view.table());
    option.rect = view.table().visualRect(items.index(1, 0));
    option.features |= QStyleOptionViewItem::HasCheckIndicator;
    const QRect box =
        view.table().style()->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &option, &view.table());
    QTest::mouseClick(view.table().viewport(), Qt::LeftButton, Qt::NoModifier, box.center());
    QCOMPARE(s.model.selection(), (Selection{"neuron", {11, 13}}));
    view.table().selectionModel()->setCurrentIndex(items.index(1, 0), QItemSelectionModel::NoUpdate);
    QTest::keyClick(&view.table(), Qt::Key_Space);
    QCOMPARE(s.model.selection(), (Selection{"neuron", {11}}));
    s.model.select({});
    QVERIFY(!view.table().selectionModel()->hasSelection());
    QCOMPARE(view.dataCsv(),
             QStringLiteral("item,neuron,E,\"α, share\"\n11,11,4,nan\n13,13,2,0.5\n12,12,1,1\n10,10,0,0.25\n"));
    // A table without `select` has no boxes.
    ItemTableView plain(specOf("table", {{{"mark", "column"}, {"value", "energy"}}}, {}), s.model, nullptr);
    plain.show();
    plain.refresh();
    QVERIFY(!plain.table().model()->index(0, 0).data(Qt::CheckStateRole).isValid());
  }

  void textFillsInValues() {
    OneRun s;
    s.run->addScalar("testAccuracy", {10, 0.98765});
    s.run->setLastStep(20);
    TextView view(
        specOf("text", {{{"mark", "text"}, {"value", "At {step}: {testAccuracy:.3f}, {loss}, {not one"}}}, {}), s.model,
        nullptr);
    view.refresh();
    QCOMPARE(view.text(), QStringLiteral("At 20: 0.988, –, {not one"));
    s.model.setCursor(5);
    view.refresh();
    QCOMPARE(view.text(), QStringLiteral("At 5: –, –, {not one"));
  }

  void pagesWithMistakesSayWhere_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QByteArray>("layer");
    QTest::addColumn<QString>("place");
    QTest::newRow("bars without y") << "bars" << QByteArray(R"({"mark": "bar"})") << "/layers/0/y";
    QTest::newRow("bins of a wrong type")
        << "bars" << QByteArray(R"({"mark": "bar", "y": "alpha", "bins": "many"})") << "/layers";
    QTest::newRow("cells without value") << "heatmap" << QByteArray(R"({"mark": "cells"})") << "/layers/0/value";
    QTest::newRow("category") << "heatmap"
                              << QByteArray(R"({"mark": "cells", "value": "table", "categories": [{"label": "x"}]})")
                              << "/layers/0/categories/0";
    QTest::newRow("waterfall of an analysis")
        << "heatmap" << QByteArray(R"({"mark": "cells", "over": "step", "value": {"analysis": "a", "result": "r"}})")
        << "/layers/0/value";
    QTest::newRow("joined by a word") << "scatter"
                                      << QByteArray(R"({"mark": "point", "x": 1, "y": 1, "joined": "yes"})")
                                      << "/layers/0/joined";
    QTest::newRow("point without y") << "scatter" << QByteArray(R"({"mark": "point", "x": 1})") << "/layers/0/y";
    QTest::newRow("image") << "images" << QByteArray(R"({"mark": "image"})") << "/layers/0/value";
    QTest::newRow("column") << "table" << QByteArray(R"({"mark": "column", "title": "x"})") << "/layers/0/value";
  }
  void pagesWithMistakesSayWhere() {
    QFETCH(QString, kind);
    QFETCH(QByteArray, layer);
    QFETCH(QString, place);
    OneRun s;
    const auto view = createView(specOf(kind.toUtf8().constData(), {Json::parse(layer.toStdString())}, {}), s.model);
    view->resize(300, 200);
    view->show();
    view->refresh();
    try {
      figureOf(*view, {100, 100});
      QFAIL("drawn");
    } catch (const ConfigError& error) {
      QVERIFY2(QString(error.what()).contains(place), error.what());
    }
  }
};

QTEST_MAIN(TestItemViews)
#include "test_item_views.moc"
