// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes of categories: in scenes, plots, legends and figures, told apart without colour.
#include <QPicture>
#include <QtTest>
#include <numbers>
#include <set>

#include "tests/gui/scene_support.h"
#include "widgets/plots/dot_crowd.h"
#include "widgets/plots/figure_painter.h"
#include "widgets/plots/heatmap_view.h"
#include "widgets/plots/scatter_view.h"
#include "widgets/scene/render_service.h"
#include "widgets/scene/scene_binder.h"
#include "widgets/scene/scene_overlay.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const Json symbolColor{{"measure", "kind"},
                       {"map", "category"},
                       {"marks", true},
                       {"title", "symbol"},
                       {"names", {"0", "1", "2", "3", "4", "5", "6", "7"}}};

/// Eight items on a line, each of a category of its own; four of segments and an arrow each.
SceneSource eight() {
  SceneSource source;
  source.value = [](const Binding& binding, std::int64_t) -> std::optional<Bound> {
    Bound bound;
    bound.binding = binding;
    if (binding.source == Binding::Source::Constant) {
      bound.values = {binding.constant};
    } else if (binding.measure == "places" || binding.measure == "ways") {
      bound.shape = {8, 3};
      for (int i = 0; i < 8; ++i)
        for (const double v : {0.5 * i, 0.0, 1.0}) bound.values.push_back(v);
    } else if (binding.measure == "kind") {
      bound.shape = {8};
      for (int i = 0; i < 8; ++i) bound.values.push_back(i);
    } else if (binding.measure == "pairs") {
      bound.shape = {8};
      bound.values = {2, 2, 2, 5, 5, 5, 1, 1};
    } else {
      return std::nullopt;
    }
    return bound;
  };
  source.steps = [](const std::string&, std::size_t) { return std::vector<std::int64_t>{0}; };
  return source;
}

SceneSnapshot bound(const Json& layer, const Theme& theme = Theme::light()) {
  return bindScene(SceneSpec::parse(Json::object(), {layer}), eight(), theme, {});
}

std::vector<CategoryMark> marksOf(const SceneLayer& layer) {
  const auto& marks = std::get<Spheres>(layer.geometry).marks;
  return {marks.begin(), marks.end()};
}

double areaOf(CategoryMark mark) {
  if (mark == CategoryMark::Circle) return std::numbers::pi;
  const QPolygonF& p = markOutline(mark);
  double twice = 0;
  for (qsizetype i = 0; i < p.size(); ++i) {
    const QPointF a = p[i], b = p[(i + 1) % p.size()];
    twice += a.x() * b.y() - a.y() * b.x();
  }
  return std::abs(twice) / 2;
}

/// Bright pixels of a picture, weighted: what covers a pixel by half counts half.
double coveredIn(const QImage& image, QRect box) {
  double sum = 0;
  for (int y = box.top(); y <= box.bottom(); ++y)
    for (int x = box.left(); x <= box.right(); ++x) sum += qGray(image.pixel(x, y)) > 40;
  return sum;
}

QImage painted(CategoryMark mark, double radius, QColor color) {
  QImage image(64, 64, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  paintMark(painter, mark, {32, 32}, radius);
  return image;
}

/// How much of what either picture covers differs.
double difference(const QImage& a, const QImage& b) {
  double differ = 0, covered = 0;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) {
      const int left = qGray(a.pixel(x, y)), right = qGray(b.pixel(x, y));
      covered += 255 - std::min(left, right);
      differ += std::abs(left - right);
    }
  return differ / std::max(covered, 1.0);
}

ViewSpec specOf(const char* kind, const Json& layer, const Json& more = Json::object()) {
  Json json = {{"id", "v"}, {"title", "Symbols"}, {"kind", kind}, {"layers", {layer}}};
  json.update(more);
  return ViewSpec::parse(json);
}

template <class Base>
class Open : public Base {
 public:
  Open(SessionModel& model, const ViewSpec& spec) : Base(spec, model, nullptr) {
    this->resize(480, 360);
    this->show();
    this->refresh();
  }
  using Base::chart;
};

struct OneRun : PlotSession {
  std::shared_ptr<Run> run = addRun("a", 3, 100);
  OneRun() { model.setSynchronous(true); }
  void array(const char* measure, std::vector<float> values, std::vector<std::int64_t> shape) {
    run->addArray(measure, 0, Array::from<float>(values, std::move(shape)));
  }
};

}  // namespace

class TestCategoryMarks : public QObject {
  Q_OBJECT

  std::shared_ptr<RenderService> service_;

 private slots:
  void initTestCase() { service_ = std::make_shared<RenderService>(); }
  void cleanupTestCase() { service_.reset(); }

  void eightCategoriesHaveEightMarks() {
    std::set<CategoryMark> marks;
    for (int i = 0; i < categoryMarks; ++i) marks.insert(categoryMark(i));
    QCOMPARE(marks.size(), std::size_t{8});
    QCOMPARE(categoryMark(9), categoryMark(1));
    QCOMPARE(categoryMark(-1), categoryMark(7));
    for (const Theme& base : {Theme::light(), Theme::night()})
      for (const bool greys : {false, true}) {
        Theme theme = base;
        theme.greys = greys;
        std::set<std::pair<QRgb, CategoryMark>> pairs;
        for (int i = 0; i < 8; ++i) pairs.insert({theme.category(i).rgb(), categoryMark(i)});
        QCOMPARE(pairs.size(), std::size_t{8});
      }
  }

  // None looks larger than another, and none leaves the room that it is given.
  void marksAreAboutAsLarge() {
    for (int i = 0; i < categoryMarks; ++i) {
      const double share = areaOf(categoryMark(i)) / std::numbers::pi;
      QVERIFY2(share > 0.75 && share < 1.05, qPrintable(QString("%1: %2").arg(i).arg(share)));
      for (const QPointF& corner : markOutline(categoryMark(i)))
        QVERIFY(std::hypot(corner.x(), corner.y()) < markReach + 1e-9);
    }
  }

  // In one grey and at the size of a dot in a figure.
  void marksDifferWithoutColour() {
    for (const double radius : {4.0, 12.0})
      for (int i = 0; i < categoryMarks; ++i)
        for (int j = 0; j < i; ++j) {
          const double share = difference(painted(categoryMark(i), radius, Qt::darkGray),
                                          painted(categoryMark(j), radius, Qt::darkGray));
          QVERIFY2(share > 0.08, qPrintable(QString("%1 %2: %3").arg(i).arg(j).arg(share)));
        }
  }

  void onlyCategoriesHaveMarks() {
    for (const Json& wrong : {Json(1), Json("category")})
      QVERIFY_EXCEPTION_THROWN(bound({{"mark", "sphere"},
                                      {"position", "places"},
                                      {"color", {{"measure", "kind"}, {"map", "category"}, {"marks", wrong}}}}),
                               ConfigError);
    QVERIFY_EXCEPTION_THROWN(bound({{"mark", "sphere"},
                                    {"position", "places"},
                                    {"color", {{"measure", "kind"}, {"map", "sequential"}, {"marks", true}}}}),
                             ConfigError);
  }

  void spheresTakeTheirCategorysMark() {
    const SceneSnapshot scene = bound({{"mark", "sphere"}, {"position", "places"}, {"color", symbolColor}});
    const std::vector<CategoryMark> marks = marksOf(scene.layers.at(0));
    QCOMPARE(marks.size(), std::size_t{8});
    for (int i = 0; i < 8; ++i) QCOMPARE(marks[static_cast<std::size_t>(i)], categoryMark(i));
    QCOMPARE(scene.legends.at(0).entries.size(), std::size_t{8});
    for (int i = 0; i < 8; ++i) {
      const CategoryName& entry = scene.legends[0].entries[static_cast<std::size_t>(i)];
      QVERIFY(entry.mark == categoryMark(i) && entry.color == Theme::light().category(i));
    }
    Json plain = symbolColor;
    plain.erase("marks");
    QVERIFY(marksOf(bound({{"mark", "sphere"}, {"position", "places"}, {"color", plain}}).layers.at(0)).empty());
  }

  // Arrows have theirs beyond the tip, tubes where a stretch begins and at their head, lines where the category
  // changes.
  void otherMarksCarryThemAtTheirEnds() {
    const SceneSnapshot arrows =
        bound({{"mark", "arrow"}, {"position", "places"}, {"direction", "ways"}, {"color", symbolColor}});
    QCOMPARE(marksOf(arrows.layers.at(0)).size(), std::size_t{8});
    const Vec3 tip = std::get<Spheres>(arrows.layers[0].geometry).positions[0].wide();
    QVERIFY(tip.z > 2 && tip.z < 2.1);
    Json pairs = symbolColor;
    pairs["measure"] = "pairs";
    const SceneSnapshot tube = bound({{"mark", "tube"}, {"position", "places"}, {"width", 0.01}, {"color", pairs}});
    QCOMPARE(marksOf(tube.layers.at(1)),
             (std::vector<CategoryMark>{categoryMark(2), categoryMark(5), categoryMark(1), categoryMark(1)}));
    const SceneSnapshot lines = bound({{"mark", "line"}, {"position", "places"}, {"color", pairs}});
    QCOMPARE(marksOf(lines.layers.at(0)),
             (std::vector<CategoryMark>{categoryMark(2), categoryMark(5), categoryMark(5), categoryMark(1)}));
  }

  // As GL points and as discs: each covers as much as its outline does, whatever its opacity.
  void sceneDrawsTheOutlines_data() {
    QTest::addColumn<float>("radius");
    QTest::newRow("points") << 0.11F;
    QTest::newRow("discs") << 0.3F;
  }
  void sceneDrawsTheOutlines() {
    QFETCH(float, radius);
    for (const int alpha : {255, 128}) {
      for (int i = 0; i < categoryMarks; ++i) {
        Spheres spheres{std::vector<Vec3f>{{0, 0, 0}}, std::vector<float>{radius},
                        repeated(Rgba(255, 255, 255, static_cast<std::uint8_t>(alpha)), 1), alpha < 255,
                        std::vector<CategoryMark>{categoryMark(i)}};
        SceneSnapshot snapshot = sceneOf({layerWith(spheres, {0})});
        const int scale = 4;
        const QImage image = service_->grabNow(snapshot, snapshot.size * scale);
        const double pixels = radius * snapshot.camera.project({0, 0, 0}, snapshot.viewport()).scale * scale;
        const double drawn = coveredIn(image, image.rect()), expected = areaOf(categoryMark(i)) * pixels * pixels;
        QVERIFY2(std::abs(drawn / expected - 1) < 0.08,
                 qPrintable(QString("mark %1: %2 pixels, %3 expected").arg(i).arg(drawn).arg(expected)));
        // The same way up as on paper: the tips of triangle and star point up.
        const double half = image.height() / 2;
        const QRect upper(0, 0, image.width(), static_cast<int>(half - 0.75 * pixels));
        if (categoryMark(i) == CategoryMark::TriangleUp) QVERIFY(coveredIn(image, upper) > 0);
        if (categoryMark(i) == CategoryMark::TriangleDown) QCOMPARE(coveredIn(image, upper), 0.0);
      }
    }
  }

  void legendsDrawTheMark() {
    SceneSnapshot scene = sceneOf({}, {200, 160});
    std::vector<QImage> drawn;
    for (const CategoryMark mark : {CategoryMark::Circle, CategoryMark::Star}) {
      scene.legends = {{QStringLiteral("symbol"), {{QStringLiteral("0"), Qt::darkGray, mark}}}};
      QImage image(200, 160, QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      OverlayStyle style;
      style.orientation = false;
      paintOverlay(painter, image.rect(), scene, style);
      painter.end();
      drawn.push_back(image);
    }
    QVERIFY(drawn[0] != drawn[1]);
    std::vector<QImage> samples;
    for (const CategoryMark mark : {CategoryMark::Circle, CategoryMark::Square}) {
      QImage image(64, 64, QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      drawLegendSample(painter, image.rect(), {QStringLiteral("0"), Qt::darkGray, LegendEntry::Shape::Dot, 0, mark}, 1);
      painter.end();
      samples.push_back(image);
    }
    QVERIFY(difference(samples[0], samples[1]) > 0.08);
  }

  void scatterPlotsDrawThem() {
    OneRun s;
    s.array("points", {0, 0, 1, 1, 2, 4}, {3, 2});
    s.array("alpha", {0, 5, 2}, {3});
    Json color = symbolColor;
    color["measure"] = "alpha";
    const Json x = {{"measure", "points"}, {"column", 0}}, y = {{"measure", "points"}, {"column", 1}};
    Open<ScatterView> view(s.model, specOf("scatter", {{"mark", "point"}, {"x", x}, {"y", y}, {"color", color}}));
    const Chart chart = view.chart(Theme::light());
    const auto& dots = std::get<Dots>(chart.marks.at(0)).dots;
    QCOMPARE(dots[0].mark, categoryMark(0));
    QCOMPARE(dots[1].mark, categoryMark(5));
    QCOMPARE(chart.legend.size(), std::size_t{3});
    QCOMPARE(chart.legend[2].mark, categoryMark(5));
    // In a crowd too a mark is drawn as it is.
    Dot plain, marked;
    marked.mark = CategoryMark::Cross;
    QVERIFY(isPlain(plain) && !isPlain(marked));
  }

  // A strip has a level for each symbol that there can be, whether it occurs or not.
  void stripsHaveLevels() {
    OneRun s;
    s.array("table", {0, 0, 2, 1, 2, 2, 2, 2}, {2, 4});
    s.array("alpha", {0.3F, 0.3F, 0.3F, 0.1F}, {4});
    const Json categories{{{"value", 0}, {"label", "a"}, {"color", "2"}},
                          {{"value", 1}, {"label", "b"}, {"color", "5"}},
                          {{"value", 2}, {"label", "c"}, {"color", "1"}},
                          {{"value", 3}, {"label", "d"}, {"color", "4"}},
                          {{"value", 4}, {"label", "e"}, {"color", "0"}}};
    Open<HeatmapView> view(s.model, specOf("heatmap", {{"mark", "cells"},
                                                       {"value", "table"},
                                                       {"rows", {"upper", "lower"}},
                                                       {"levels", "alpha"},
                                                       {"categories", categories}}));
    for (const bool greys : {false, true}) {
      Theme theme = Theme::light();
      theme.greys = greys;
      const Chart chart = view.chart(theme);
      QCOMPARE(chart.legend.size(), std::size_t{4});
      std::set<std::pair<QRgb, CategoryMark>> pairs;
      for (const LegendEntry& entry : chart.legend) pairs.insert({entry.color.rgb(), entry.mark});
      QCOMPARE(pairs.size(), std::size_t{4});
      const auto& boxes = std::get<Boxes>(chart.marks.at(0)).boxes;
      const auto& dots = std::get<Dots>(chart.marks.at(1)).dots;
      QCOMPARE(dots.size(), std::size_t{8});
      // Upper row: a a c b; lower row: c c c c. Equal neighbours are one box; the others are rails.
      std::vector<Box> runs;
      for (const Box& box : boxes)
        if (box.color != theme.grid) runs.push_back(box);
      QCOMPARE(runs.size(), std::size_t{4});
      QCOMPARE(runs[0].rect.width(), 2.0);
      QCOMPARE(runs[3].rect.width(), 4.0);
      QVERIFY(runs[3].rect.center().y() > 0.5 && runs[0].rect.center().y() < 0.5);
      // The first symbol at the bottom (y runs down), each beside its mark.
      QVERIFY(runs[0].rect.center().y() > runs[1].rect.center().y());
      QVERIFY(runs[1].rect.center().y() > runs[2].rect.center().y());
      QVERIFY(std::abs(runs[0].rect.center().y() - dots[0].at.y()) < 1e-9 && dots[0].at.x() < -0.5);
      QVERIFY(chart.x.low < -0.5);
    }
    Open<HeatmapView> wrong(s.model, specOf("heatmap", {{"mark", "cells"}, {"value", "table"}, {"levels", "alpha"}}));
    QVERIFY2(wrong.canvas().chart().empty.contains("/layers/0/levels"), qPrintable(wrong.canvas().chart().empty));
  }

  // Figures keep them as vectors.
  void figuresDrawThem() {
    std::vector<QByteArray> pictures;
    for (int i = 0; i < categoryMarks; ++i) {
      Chart chart;
      Dot dot;
      dot.at = {0.5, 0.5};
      dot.color = Qt::darkGray;
      dot.mark = categoryMark(i);
      chart.marks.emplace_back(Dots{{dot}});
      QPicture picture;
      QPainter painter(&picture);
      drawFigure(painter, {0, 0, 241, 170}, chart, FigureStyle());
      painter.end();
      const QByteArray commands(picture.data(), static_cast<qsizetype>(picture.size()));
      for (const QByteArray& other : pictures) QVERIFY(commands != other);
      pictures.push_back(commands);
    }
  }
};

QTEST_MAIN(TestCategoryMarks)
#include "test_category_marks.moc"
