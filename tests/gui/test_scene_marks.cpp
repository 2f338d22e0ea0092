// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "widgets/scene/paths.h"
#include "widgets/scene/ribbons.h"
#include "widgets/scene/scene_binder.h"

using namespace learnscope;

namespace {

double lengthOf(const std::vector<Vec3>& path) {
  double sum = 0;
  for (std::size_t i = 1; i < path.size(); ++i) sum += length(path[i] - path[i - 1]);
  return sum;
}

/// Two pictures of 2 x 2 pixels at fixed places; a point that moves right by 0.1 a step.
SceneSource source(std::int64_t step) {
  SceneSource source;
  source.step = step;
  source.value = [](const Binding& binding, std::int64_t at) -> std::optional<Bound> {
    Bound bound;
    bound.binding = binding;
    if (binding.source == Binding::Source::Constant) {
      bound.values = {binding.constant};
    } else if (binding.source == Binding::Source::Item) {
      bound.itemIndex = true;
    } else if (binding.measure == "places") {
      bound.shape = {2, 3};
      bound.values = {0, 0, 0.5, 1, 1, 0.5};
    } else if (binding.measure == "pictures") {
      bound.shape = {2, 2, 2, 3};
      bound.values.assign(24, 0.5);
      for (std::size_t i = 0; i < 3; ++i) bound.values[i] = i == 0 ? 1.0 : -1.0;  // below 0 is clipped
    } else if (binding.measure == "held") {
      bound.shape = {2};
      bound.values = {0, 1};
    } else if (binding.measure == "growing") {
      bound.shape = {3};
      bound.values = {0, 0.01 * static_cast<double>(at), 1};
    } else if (binding.measure == "point") {
      bound.shape = {1, 3};
      bound.values = {0.1 * static_cast<double>(at), 0, 0};
    } else {
      return std::nullopt;
    }
    return bound;
  };
  source.steps = [step](const std::string&, std::size_t) {
    std::vector<std::int64_t> steps;
    for (std::int64_t s = 0; s <= step; s += 10) steps.push_back(s);
    return steps;
  };
  return source;
}

SceneSnapshot bound(const Json& layer, std::int64_t step) {
  return bindScene(SceneSpec::parse(Json::object(), {layer}), source(step), Theme::light(), {});
}

std::string refusal(const Json& layer) {
  try {
    SceneSpec::parse(Json::object(), {layer});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

class TestSceneMarks : public QObject {
  Q_OBJECT
 private slots:
  // One row a record, at its share of the run: at step 30 of 60 the surface reaches half of the range.
  void surfacesOverStepGrowWithTheRun() {
    const Json layer{{"mark", "mesh"}, {"value", "growing"}, {"over", "step"}, {"x", {0, 2}}, {"y", {-1, 1}}};
    SceneSource run = source(30);
    run.wholeRun = 60;
    const SceneSnapshot scene = bindScene(SceneSpec::parse(Json::object(), {layer}), run, Theme::light(), {});
    QCOMPARE(scene.layers.size(), std::size_t(1));
    const Mesh& mesh = std::get<Mesh>(scene.layers[0].geometry);
    QCOMPARE(mesh.vertices.size(), std::size_t(12));
    QCOMPARE(mesh.faces.size(), std::size_t(3 * 2 * 2 * 3));
    const Vec3 middle = mesh.vertices[10].wide();
    QVERIFY(std::abs(middle.x - 1) < 1e-6 && std::abs(middle.y) < 1e-6 && std::abs(middle.z - 0.3) < 1e-6);
    QVERIFY(bound(layer, 0).layers.empty());
    Json constant = layer;
    constant["value"] = 1;
    QVERIFY(refusal(constant).find("one row a record") != std::string::npos);
  }

  void picturesFaceTheCamera() {
    const SceneSnapshot scene = bound({{"mark", "quad"},
                                       {"position", "places"},
                                       {"value", "pictures"},
                                       {"frame", "held"},
                                       {"color", "#D62728"},
                                       {"width", 0.4},
                                       {"labels", {"red", "blue"}}},
                                      0);
    QCOMPARE(scene.layers.size(), 1U);
    const auto& pictures = std::get<Pictures>(scene.layers[0].geometry);
    QCOMPARE(pictures.positions.size(), 2U);
    QCOMPARE(pictures.pixels.size(), 8U);
    QCOMPARE(pictures.pixels[0], Rgba(255, 0, 0));
    QCOMPARE(pictures.pixels[1], Rgba(128, 128, 128));
    QCOMPARE(int(pictures.frames[0].a), 0);
    QCOMPARE(pictures.frames[1], Rgba(QColor(0xD6, 0x27, 0x28)));
    QCOMPARE(scene.labels.size(), 2U);
    QCOMPARE(scene.labels[1].text, QStringLiteral("blue"));
    const Camera camera;
    const Triangles triangles = ribbons(pictures, {camera, {400, 300}, 1});
    // Eight pixels and one frame of four bars.
    QCOMPARE(triangles.indices.size(), std::size_t{(8 + 4) * 6});
    double area = 0;
    for (std::size_t i = 0; i < 8 * 6; i += 3) {
      const Vec3 a = triangles.points[triangles.indices[i]].wide(),
                 b = triangles.points[triangles.indices[i + 1]].wide(),
                 c = triangles.points[triangles.indices[i + 2]].wide();
      const Vec3 n = cross(b - a, c - a);
      area += length(n) / 2;
      QVERIFY(std::abs(std::abs(dot(normalised(n), camera.forward())) - 1) < 1e-4);
    }
    QVERIFY(area < 2 * 0.4 * 0.4 + 1e-4 && area > 0.4 * 0.4);
    QVERIFY(scene.bounds.high.x > 1.1);
  }

  void refusesWhatItCannotDraw() {
    QVERIFY(refusal({{"mark", "quad"}, {"position", "places"}}).find("/layers/0/value") != std::string::npos);
    QVERIFY(refusal({{"mark", "tube"}, {"position", "point"}, {"dashed", 1}}).find("expected true or false") !=
            std::string::npos);
  }

  void paletteNamesTheColours() {
    const SceneSnapshot scene =
        bound({{"mark", "sphere"},
               {"position", "places"},
               {"color", {{"item", "index"}, {"map", "category"}, {"palette", {"#112233", "#445566"}}}}},
              0);
    const auto& spheres = std::get<Spheres>(scene.layers[0].geometry);
    QCOMPARE(spheres.colors[0], Rgba(0x11, 0x22, 0x33));
    QCOMPARE(spheres.colors[1], Rgba(0x44, 0x55, 0x66));
  }

  void curvesPassThroughTheirPoints() {
    const std::vector<Vec3> knots{{0, 0, 0}, {1, 0, 0}, {1, 0, 0}, {1, 1, 0}, {2, 1, 1}};
    const auto curve = curveThrough(knots, 8);
    QCOMPARE(curve.size(), 25U);  // the doubled point is left out
    for (const Vec3& knot : knots) {
      double nearest = 1;
      for (const Vec3& p : curve) nearest = std::min(nearest, length(p - knot));
      QVERIFY(nearest < 1e-9);
    }
    // A straight line stays one, even with uneven spacing.
    for (const Vec3& p : curveThrough({{0, 0, 0}, {0.1, 0, 0}, {2, 0, 0}}, 8))
      QVERIFY(std::abs(p.y) + std::abs(p.z) < 1e-12);
    QCOMPARE(curveThrough({{1, 2, 3}}, 8).size(), 1U);
  }

  void dashesShareTheLength() {
    const std::vector<Vec3> line{{0, 0, 0}, {0.5, 0, 0}, {1, 0, 0}};
    const auto pieces = dashes(line, 0.1, 0.1);
    QCOMPARE(pieces.size(), 5U);
    double drawn = 0;
    for (const PathPiece& piece : pieces) {
      QVERIFY(std::abs(lengthOf(piece.points) - 0.1) < 1e-6);
      drawn += piece.to - piece.from;
    }
    QVERIFY(std::abs(drawn - 0.5) < 1e-6);
    QVERIFY(dashes({{0, 0, 0}, {0, 0, 0}}, 0.1, 0.1).empty());
  }

  void tubesOverStepCanBeCurvedAndDashed() {
    Json layer{{"mark", "tube"}, {"position", "point"}, {"over", "step"}};
    QCOMPARE(std::get<Tubes>(bound(layer, 90).layers[0].geometry).strands.size(), 1U);
    layer["dashed"] = true;
    layer["curved"] = true;
    const SceneSnapshot scene = bound(layer, 90);
    const auto& tubes = std::get<Tubes>(scene.layers[0].geometry);
    std::size_t rows = 0;
    for (const std::uint32_t count : tubes.strands) rows += count;
    QVERIFY(tubes.strands.size() > 50 && rows == tubes.positions.size() && rows == tubes.colors.size());
  }
};

QTEST_GUILESS_MAIN(TestSceneMarks)
#include "test_scene_marks.moc"
