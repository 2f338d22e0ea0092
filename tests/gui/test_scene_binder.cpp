// SPDX-License-Identifier: GPL-3.0-or-later
// From a page and arrays to the marks of a scene, against known numbers; no picture is drawn.
#include <QtTest>
#include <map>
#include <numbers>

#include "tests/gui/plots_support.h"
#include "widgets/scene/scene_binder.h"
#include "widgets/scene/tessellation.h"

using namespace learnscope;
using learnscope::test::noise;

namespace {

/// Records of array measures by step.
struct Records {
  std::map<std::string, std::map<std::int64_t, Array>> arrays;

  void add(const std::string& measure, std::int64_t step, const std::vector<double>& values,
           std::vector<std::int64_t> shape, std::vector<std::int64_t> ids = {}) {
    arrays[measure][step] = Array::from<double>(values, std::move(shape), std::move(ids));
  }
  SceneSource at(std::int64_t step) const {
    SceneSource source;
    source.step = step;
    source.value = [this](const Binding& binding, std::int64_t when) -> std::optional<Bound> {
      Bound bound;
      bound.binding = binding;
      if (binding.source == Binding::Source::Constant) {
        bound.values = {binding.apply(binding.constant)};
        return bound;
      }
      if (binding.source == Binding::Source::Item) {
        bound.itemIndex = true;
        return bound;
      }
      const auto found = arrays.find(binding.measure);
      if (found == arrays.end()) return std::nullopt;
      auto record = found->second.upper_bound(when);
      if (record == found->second.begin()) return std::nullopt;
      return slice(std::prev(record)->second, binding);
    };
    source.steps = [this, step](const std::string& measure, std::size_t count) {
      std::vector<std::int64_t> steps;
      if (const auto found = arrays.find(measure); found != arrays.end())
        for (const auto& [when, array] : found->second)
          if (when <= step) steps.push_back(when);
      if (steps.size() > count) steps.erase(steps.begin(), steps.end() - static_cast<std::ptrdiff_t>(count));
      return steps;
    };
    return source;
  }
};

SceneSpec specOf(const std::vector<Json>& layers, Json more = Json::object()) { return SceneSpec::parse(more, layers); }

SceneSnapshot bound(const std::vector<Json>& layers, const SceneSource& source, const Selection& selection = {},
                    const Json& more = Json::object()) {
  return bindScene(specOf(layers, more), source, Theme::light(), selection);
}

/// The layers with a geometry of a kind; they live as long as the snapshot.
template <class T>
std::vector<std::pair<const SceneLayer*, const T*>> all(const SceneSnapshot&& snapshot) = delete;
template <class T>
std::vector<std::pair<const SceneLayer*, const T*>> all(const SceneSnapshot& snapshot) {
  std::vector<std::pair<const SceneLayer*, const T*>> found;
  for (const SceneLayer& layer : snapshot.layers)
    if (const T* one = std::get_if<T>(&layer.geometry)) found.emplace_back(&layer, one);
  return found;
}

bool near(Vec3f a, Vec3 b) { return length(a.wide() - b) < 1e-6; }

/// Volume enclosed by a closed surface (divergence theorem); its triangles run counter-clockwise from outside.
double volume(const Triangles& t) {
  double six = 0;
  for (std::size_t i = 0; i + 2 < t.indices.size(); i += 3)
    six +=
        dot(t.points[t.indices[i]].wide(), cross(t.points[t.indices[i + 1]].wide(), t.points[t.indices[i + 2]].wide()));
  return six / 6;
}

bool normalsPointOut(const Triangles& t) {
  for (std::size_t i = 0; i + 2 < t.indices.size(); i += 3) {
    const Vec3 a = t.points[t.indices[i]].wide(), b = t.points[t.indices[i + 1]].wide(),
               c = t.points[t.indices[i + 2]].wide();
    const Vec3 face = cross(b - a, c - a);
    for (std::size_t k = 0; k < 3; ++k) {
      const Vec3 n = t.normals[t.indices[i + k]].wide();
      if (std::abs(length(n) - 1) > 1e-5 || dot(n, face) < 0) return false;
    }
  }
  return true;
}

/// Area of a regular polygon with `n` corners on a circle of radius 1.
double polygon(int n) { return n / 2.0 * std::sin(2 * std::numbers::pi / n); }

}  // namespace

class TestSceneBinder : public QObject {
  Q_OBJECT
 private slots:
  void spheresStandWhereTheirChannelsSay() {
    Records r;
    r.add("angle", 0, {0, 0.25, 0.5}, {3}, {7, 8, 9});
    r.add("radius", 0, {1, 2, 3}, {3}, {7, 8, 9});
    r.add("energy", 0, {30, 10, 20}, {3}, {9, 7, 8});  // another order: matched by id
    const auto snapshot =
        bound({{{"mark", "sphere"},
                {"angle", "angle"},
                {"radius", "radius"},
                {"z", {{"measure", "energy"}, {"scale", {0, 100, 0, 1}}}},
                {"size", {{"measure", "energy"}, {"scale", {0, 100, 0.1, 1.1}}}},
                {"color", {{"measure", "energy"}, {"map", "sequential"}, {"range", {10, 30}}, {"title", "E"}}},
                {"select", "neuron"}}},
              r.at(5), {"neuron", {8}});
    const auto spheres = all<Spheres>(snapshot);
    QCOMPARE(spheres.size(), std::size_t{1});
    const auto& [layer, s] = spheres[0];
    QVERIFY(near(s->positions[0], {1, 0, 0.1}) && near(s->positions[1], {0, 2, 0.2}) &&
            near(s->positions[2], {-3, 0, 0.3}));
    QVERIFY(std::abs(s->radii[0] - 0.2) < 1e-6 && std::abs(s->radii[2] - 0.4) < 1e-6);
    QCOMPARE(s->colors[0], Rgba(mapColor("sequential", 0, Theme::light())));
    QCOMPARE(s->colors[2], Rgba(mapColor("sequential", 1, Theme::light())));
    QCOMPARE(layer->ids[1], std::int64_t{8});
    QCOMPARE(layer->select, QStringLiteral("neuron"));
    QCOMPARE(snapshot.rings.size(), std::size_t{1});
    QVERIFY(near(Vec3f(snapshot.rings[0].at), {0, 2, 0.2}) && snapshot.rings[0].color == Theme::light().accent);
    QVERIFY(snapshot.colorBars.size() == 1 && snapshot.colorBars[0].title == "E" && snapshot.colorBars[0].high == 30);
    QVERIFY(std::abs(snapshot.bounds.high.z - 0.7) < 1e-6 && std::abs(snapshot.bounds.low.x + 3.4) < 1e-6);
    // For tooltips the values are as recorded, not as scaled.
    const auto energy = std::find_if(layer->values.begin(), layer->values.end(),
                                     [](const ItemValues& v) { return v.name == "energy"; });
    QVERIFY(energy != layer->values.end() && energy->values[0] == 10 && energy->values[2] == 30);
  }

  void whatHasNoPlaceIsLeftOut() {
    Records r;
    r.add("p", 0, {1, 2, 3, NAN, 0, 0, 4, 5, 6}, {3, 3});
    r.add("size", 0, {0.1, 0.1, -1}, {3});
    const auto snapshot =
        bound({{{"mark", "sphere"}, {"position", "p"}, {"size", "size"}, {"label", "{id}"}}}, r.at(0));
    const auto spheres = all<Spheres>(snapshot);
    QCOMPARE(spheres[0].second->positions.size(), std::size_t{1});
    QCOMPARE(spheres[0].first->ids.size(), std::size_t{1});
    QVERIFY(snapshot.labels.size() == 1 && snapshot.labels[0].text == "0");
    // Nothing recorded, or only later: no layer, no colour bar.
    QVERIFY(bound({{{"mark", "sphere"}, {"position", "p"}}}, r.at(-1)).layers.empty());
    QVERIFY(bound({{{"mark", "sphere"}, {"x", "p"}, {"y", "q"}}}, r.at(0)).layers.empty());
  }

  // Lines through the last records, paler towards the past; items keep their ids while others come and go.
  void trailsGoBackInTime() {
    Records r;
    for (std::int64_t k = 0; k < 10; ++k) r.add("p", 10 * k, {double(k), 0, 0, double(-k), 1, 0}, {2, 3}, {1, 2});
    r.add("p", 100, {50, 1, 0, 10, 0, 0}, {2, 3}, {3, 1});  // 2 is gone, 3 is new
    const auto newest = bound({{{"mark", "sphere"}, {"position", "p"}, {"trail", 4}, {"select", "n"}}}, r.at(100)),
               middle = bound({{{"mark", "sphere"}, {"position", "p"}, {"trail", 4}}}, r.at(25));
    const auto lines = all<Lines>(newest), past = all<Lines>(middle);
    QCOMPARE(lines.size(), std::size_t{1});
    const Lines& l = *lines[0].second;
    QCOMPARE(std::vector<std::uint32_t>(l.strands.begin(), l.strands.end()), std::vector<std::uint32_t>({1, 5}));
    QVERIFY(near(l.positions[0], {50, 1, 0}));
    for (std::size_t k = 0; k < 5; ++k) QVERIFY(near(l.positions[1 + k], {6.0 + double(k), 0, 0}));
    for (std::size_t k = 2; k < 6; ++k) QVERIFY(l.colors[k].a > l.colors[k - 1].a);
    QVERIFY(lines[0].first->ids.empty());  // trails are not picked
    // The cursor in the past shows the past.
    QCOMPARE(past[0].second->strands[0], 3U);
    QVERIFY(near(past[0].second->positions[2], {2, 0, 0}));
    const auto bare = bound({{{"mark", "sphere"}, {"position", "p"}}}, r.at(100));
    QVERIFY(all<Lines>(bare).empty());
  }

  // An item flashes in the record in which it becomes non-zero, and fades over the next ones.
  void flashesFade() {
    Records r;
    for (std::int64_t k = 0; k < 20; ++k) {
      r.add("p", 10 * k, {0, 0, 0, 1, 0, 0}, {2, 3});
      r.add("locked", 10 * k, {k >= 5 ? 1.0 : 0.0, 1.0}, {2});
    }
    const std::vector<Json> layers{{{"mark", "sphere"}, {"position", "p"}, {"size", 0.1}, {"flashOn", "locked"}}};
    std::vector<float> halos;
    for (std::int64_t k = 3; k < 15; ++k) {
      const auto snapshot = bound(layers, r.at(10 * k));
      const auto spheres = all<Spheres>(snapshot);
      QCOMPARE(std::abs(spheres[0].second->radii[1] - 0.1F) < 1e-6F, true);  // always locked: no flash
      const bool flashing = k >= 5 && k < 13;
      QVERIFY2((spheres.size() == 2) == flashing, qPrintable(QString::number(k)));
      if (!flashing) {
        QVERIFY(std::abs(spheres[0].second->radii[0] - 0.1F) < 1e-6F);
        continue;
      }
      QCOMPARE(spheres[1].second->positions.size(), std::size_t{1});
      QVERIFY(spheres[0].second->radii[0] > 0.1F);
      halos.push_back(spheres[1].second->colors[0].a);
    }
    QVERIFY(std::is_sorted(halos.rbegin(), halos.rend()));
    QVERIFY(std::abs(halos[0] - 0.45F * 255) < 1);
  }

  void splatsStandInTheirOwnColoursOrInGivenOnes() {
    Records records;
    std::vector<double> rows;
    const auto row = [&](double x, double scale) {
      for (const double value : {x, 0.0, 1.0, 0.8, scale, 0.2, 0.3, 2.0, 0.0, 0.0, 0.0, 0.25, 0.5, 1.0})
        rows.push_back(value);
    };
    row(0, 0.1);
    row(5, std::nan(""));
    row(1, 0.1);
    records.add("gaussians", 0, rows, {3, 14}, {4, 5, 6});
    records.add("gate", 0, {0, 0.5, 1}, {3}, {4, 5, 6});
    const Json own{{"mark", "splat"}, {"value", "gaussians"}, {"at", {0, 2, 0}},
                   {"label", "A"},    {"select", "gaussian"}, {"opacity", 0.5}};
    const SceneSnapshot snapshot = bound({own}, records.at(0), {QStringLiteral("gaussian"), {6}});
    const auto found = all<Splats>(snapshot);
    QCOMPARE(found.size(), std::size_t{1});
    const splats::Gaussians& splats = *found[0].second->splats;
    QCOMPARE(splats.size(), std::size_t{2});  // what is not finite is left out
    QCOMPARE(found[0].first->ids[1], 6);
    QVERIFY(std::abs(splats.position[0][1] - 1) < 1e-6 && std::abs(splats.position[1][1] - 2) < 1e-6);
    QVERIFY(std::abs(splats.opacity[0] - 0.4F) < 1e-6F);
    QVERIFY(std::abs(splats.logScale[0][0] - std::log(0.1F)) < 1e-6F);
    QVERIFY(std::abs(splats.rotation[0][0] - 1) < 1e-6F);
    QVERIFY(std::abs(splats.colour[1][0] - 0.5F) < 1e-6F);
    QCOMPARE(snapshot.labels.size(), std::size_t{1});
    QCOMPARE(snapshot.rings.size(), std::size_t{1});
    QVERIFY(snapshot.bounds.low.y > 1.9);

    Json shaded = own;
    shaded["color"] = {{"measure", "gate"}, {"map", "sequential"}, {"range", {0, 1}}};
    const SceneSnapshot coloured = bound({shaded}, records.at(0));
    const splats::Gaussians& gated = *all<Splats>(coloured)[0].second->splats;
    const QColor low = mapColor(QStringLiteral("sequential"), 0, Theme::light()),
                 high = mapColor(QStringLiteral("sequential"), 1, Theme::light());
    QVERIFY(std::abs(gated.colour[0][0] - static_cast<float>(low.redF())) < 0.01F);
    QVERIFY(std::abs(gated.colour[0][1] - static_cast<float>(high.redF())) < 0.01F);
    QCOMPARE(coloured.colorBars.size(), std::size_t{1});

    Json deep = own;
    deep["depth"] = true;
    SceneSnapshot byDepth = bound({deep}, records.at(0));
    QCOMPARE(byDepth.colorBars.size(), std::size_t{1});
    QVERIFY(byDepth.colorBars[0].byDepth);
    byDepth.camera = Camera();
    byDepth.camera.azimuth = 0;  // the eye is on +x: the splat at x = 1 is nearer than the one at x = 0
    byDepth.camera.elevation = 0;
    byDepth.camera.target = {0, 0, 0};
    byDepth.camera.distance = 5;
    const auto range = depthRange(byDepth);
    QVERIFY(std::abs(range[0] - 4) < 1e-6 && std::abs(range[1] - 5) < 1e-6);
    QVERIFY(depthRange(coloured) == (std::array<double, 2>{0, 1}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, specOf({{{"mark", "splat"}}}));
    QVERIFY_THROWS_EXCEPTION(ConfigError, specOf({{{"mark", "splat"}, {"value", "gaussians"}, {"at", {1, 2}}}}));
  }

  void postsPlanesTubesArrowsAndLines() {
    Records r;
    r.add("alpha", 0, {0.5, 0, 2}, {3});
    r.add("p", 0, {0, 0, 0, 1, 0, 0, 1, 1, 0, NAN, 0, 0}, {4, 3});
    r.add("d", 0, {0, 0, 1, 0, 2, 0, NAN, 0, 0, 1, 1, 1}, {4, 3});
    r.add("thick", 0, {0.25, 0.5, 0.125, 1}, {4});
    const auto snapshot = bound({{{"mark", "post"},
                                  {"angle", {{"item", "index"}, {"scale", {0, 4, 0, 1}}}},
                                  {"radius", 1},
                                  {"height", "alpha"},
                                  {"label", {{"item", "index"}}}},
                                 {{"mark", "plane"}, {"z", 0.7}, {"extent", 1.5}, {"opacity", 0.25}, {"label", "top"}},
                                 {{"mark", "tube"}, {"position", "p"}, {"closed", true}, {"width", 0.05}},
                                 {{"mark", "arrow"}, {"position", "p"}, {"direction", "d"}},
                                 {{"mark", "line"}, {"position", "p"}, {"width", 3}},
                                 {{"mark", "tube"}, {"position", "p"}, {"size", "thick"}}},
                                r.at(0));
    const auto& posts = *all<Posts>(snapshot)[0].second;
    QVERIFY(near(posts.bottoms[1], {0, 1, 0}) && near(posts.bottoms[2], {-1, 0, 0}));
    QVERIFY(posts.heights[0] == 0.5F && posts.heights[2] == 2 && posts.heights[1] > 0 && posts.heights[1] < 0.02F);
    const auto& plane = *all<Plane>(snapshot)[0].second;
    QVERIFY(plane.centre == Vec3({0, 0, 0.7}) && plane.extent == 1.5 && plane.round && plane.color.a == 64);
    const auto& tube = *all<Tubes>(snapshot)[0].second;
    QVERIFY(tube.closed && tube.radius == 0.05F && tube.strands == std::vector<std::uint32_t>({3}));
    QVERIFY(tube.radii.empty() && tube.radiusAt(1) == 0.05F);
    const auto& cone = *all<Tubes>(snapshot)[1].second;
    QCOMPARE(std::vector<float>(cone.radii.begin(), cone.radii.end()), (std::vector<float>{0.25F, 0.5F, 0.125F}));
    const auto& arrows = *all<Arrows>(snapshot)[0].second;
    QCOMPARE(arrows.positions.size(), std::size_t{2});  // one has no place, one no direction
    QVERIFY(near(arrows.directions[1], {0, 2, 0}));
    const auto& lines = *all<Lines>(snapshot)[0].second;
    QCOMPARE(lines.strands.size(), std::size_t{1});  // the second pair has an end without a place
    QCOMPARE(lines.width, 3.0F);
    QStringList labels;
    for (const SceneLabel& label : snapshot.labels) labels << label.text;
    QCOMPARE(labels, QStringList({"0", "1", "2", "top"}));
  }

  void linesGoThroughThePlacesOfEachItem() {
    Records r;
    r.add("p", 0, {0, 0, 0, 1, 0, 0, 1, 1, 0, 5, 5, 5, NAN, 0, 0, 6, 6, 6}, {2, 3, 3});
    const auto snapshot =
        bound({{{"mark", "line"}, {"position", "p"}, {"color", {{"item", "index"}, {"map", "category"}}}}}, r.at(0));
    const auto& lines = *all<Lines>(snapshot)[0].second;
    QCOMPARE(lines.strands.size(), std::size_t{2});
    QVERIFY(lines.strands[0] == 3 && lines.strands[1] == 2);  // a place that is none is left out
    QVERIFY(near(lines.positions[2], {1, 1, 0}) && near(lines.positions[4], {6, 6, 6}));
    QVERIFY(lines.colors[0] == Rgba(Theme::light().category(0)) && lines.colors[3] == Rgba(Theme::light().category(1)));
  }

  // Past runs stay beside the present one, as far as they went.
  void otherRunsAreDrawnToTheirEnd() {
    Records mine, other;
    for (std::int64_t k = 0; k < 4; ++k) mine.add("p", 10 * k, {double(k), 0, 0}, {1, 3});
    for (std::int64_t k = 0; k < 6; ++k) other.add("p", 10 * k, {double(k), 1, 0}, {1, 3});
    SceneSource source = mine.at(10);
    source.others = {other.at(50)};
    const auto snapshot = bound({{{"mark", "tube"}, {"position", "p"}, {"over", "step"}},
                                 {{"mark", "tube"}, {"position", "p"}, {"over", "step"}, {"runs", "others"}}},
                                source);
    const auto tubes = all<Tubes>(snapshot);
    QCOMPARE(tubes.size(), std::size_t{2});
    QCOMPARE(tubes[0].second->strands, std::vector<std::uint32_t>({2}));
    QCOMPARE(tubes[1].second->strands, std::vector<std::uint32_t>({6}));
    QVERIFY(near(tubes[1].second->positions[5], {5, 1, 0}));
    source.others.clear();
    const auto alone = bound({{{"mark", "tube"}, {"position", "p"}, {"runs", "others"}}}, source);
    QVERIFY(all<Tubes>(alone).empty());
  }

  void comparedRunsAreGhosts() {
    Records mine, other;
    mine.add("p", 0, {1, 0, 0}, {1, 3});
    other.add("p", 0, {0, 2, 0}, {1, 3});
    SceneSource source = mine.at(0);
    source.ghosts = {other.at(0)};
    source.ghosts[0].ghostColor = QStringLiteral("1");
    const auto snapshot = bound({{{"mark", "sphere"}, {"position", "p"}, {"label", "{id}"}, {"color", "0"}},
                                 {{"mark", "plane"}, {"z", 1}, {"extent", 1}}},
                                source);
    const auto spheres = all<Spheres>(snapshot);
    QCOMPARE(spheres.size(), std::size_t{2});
    QCOMPARE(all<Plane>(snapshot).size(), std::size_t{1});  // what stands still is drawn once
    QVERIFY(near(spheres[0].second->positions[0], {1, 0, 0}));
    QVERIFY(near(spheres[1].second->positions[0], {0, 2, 0}));
    QCOMPARE(spheres[0].second->colors[0].a, std::uint8_t{255});
    QVERIFY(spheres[1].second->colors[0].a < 100);
    QVERIFY(spheres[1].second->colors[0].r != spheres[0].second->colors[0].r);
  }

  void tubesOverStepFollowAnItem() {
    Records r;
    for (std::int64_t k = 0; k < 6; ++k) r.add("p", 10 * k, {double(k), double(k * k), 0}, {3});
    const auto snapshot = bound({{{"mark", "tube"}, {"position", "p"}, {"over", "step"}}}, r.at(40));
    const auto tubes = all<Tubes>(snapshot);
    QCOMPARE(tubes[0].second->strands, std::vector<std::uint32_t>({5}));
    for (std::size_t k = 0; k < 5; ++k) QVERIFY(near(tubes[0].second->positions[k], {double(k), double(k * k), 0}));
  }

  // A glyph stands where the items stood when the event happened, once the cursor has got there.
  void glyphsStandAtEvents() {
    Records r;
    for (std::int64_t k = 0; k < 6; ++k) r.add("p", 10 * k, {double(k), 0, 1}, {3});
    SceneSource source = r.at(45);
    source.events = [] {
      return std::vector<Event>{{"turn", 20, 30, "Turn"}, {"turn-2", 40, 40, "Second"}, {"turn", 50, 50, "Later"}};
    };
    const Json glyph = {{"mark", "glyph"}, {"event", "turn"}, {"position", "p"}, {"size", 0.1}, {"shape", "cube"}};
    const auto one = bound({glyph}, source);
    const auto& cube = *all<Mesh>(one)[0].second;
    QCOMPARE(cube.faces.size(), std::size_t{36});
    Bounds box;
    for (const Vec3f& p : cube.vertices) {
      QVERIFY(std::abs(length(p.wide() - Vec3{2, 0, 1}) - 0.1) < 1e-6);
      box.add(p.wide());
    }
    QVERIFY(near(Vec3f(box.centre()), {2, 0, 1}));
    QVERIFY(one.labels.size() == 1 && one.labels[0].text == "Turn");
    Json family = glyph;
    family["event"] = "turn*";
    family["shape"] = "star";
    family["label"] = "here";
    const auto both = bound({family}, source);
    QCOMPARE(all<Mesh>(both)[0].second->faces.size(), std::size_t{2 * 24 * 3});
    QVERIFY(both.labels.size() == 2 && both.labels[1].text == "here" && both.labels[1].at.x == 4);
    QVERIFY(bound({glyph}, r.at(45)).layers.empty());  // no events
    // The solids are closed: their volumes are those of the textbook.
    const auto volumeOf = [](GlyphShape shape) {
      GlyphSurface surface;
      surface.add(shape, {3, 4, 5}, 1);
      const std::vector<Rgba> grey(surface.vertices.size());
      const Triangles flat = tessellate(Mesh{surface.vertices, surface.faces, grey});
      return normalsPointOut(flat) ? volume(flat) : -1;
    };
    QVERIFY(std::abs(volumeOf(GlyphShape::Octahedron) - 4.0 / 3) < 1e-4);
    QVERIFY(std::abs(volumeOf(GlyphShape::Cube) - 8 / std::sqrt(27.0)) < 1e-4);
    // An octahedron of 0.45 with eight pyramids on its faces, each as high as from the face to the unit sphere.
    const double inner = 0.45, face = std::sqrt(3.0) / 2 * inner * inner, height = 1 - inner / std::sqrt(3.0);
    QVERIFY(std::abs(volumeOf(GlyphShape::Star) - (4.0 / 3 * inner * inner * inner + 8 * face * height / 3)) < 1e-4);
  }

  void meshesOfHeightsAndOfFaces() {
    Records r;
    r.add("h", 0, {0, 1, 2, 3, NAN, 5, 6, 7, 8, 9, 10, 11}, {4, 3});
    const auto snapshot =
        bound({{{"mark", "mesh"}, {"value", "h"}, {"x", {0, 2}}, {"y", {-1, 1}}, {"color", "2"}}}, r.at(0));
    const auto& mesh = *all<Mesh>(snapshot)[0].second;
    QCOMPARE(mesh.vertices.size(), std::size_t{12});
    QVERIFY(near(mesh.vertices[5], {2, -1.0 / 3, 5}));
    QCOMPARE(mesh.faces.size() / 3, std::size_t{12 - 6});  // the six at the missing height are left out
    QCOMPARE(mesh.colors[0], Rgba(Theme::light().color("2")));
    r.add("v", 0, {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {4, 3});
    r.add("f", 0, {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3, 1, 2, 9, -1, 0, 1}, {6, 3});
    const auto solid = bound({{{"mark", "mesh"}, {"vertices", "v"}, {"faces", "f"}}}, r.at(0));
    const auto& tetrahedron = *all<Mesh>(solid)[0].second;
    QCOMPARE(tetrahedron.faces.size() / 3, std::size_t{4});  // indices that name no vertex are refused
    QVERIFY(std::abs(volume(tessellate(tetrahedron)) - 1.0 / 6) < 1e-6);
  }

  // Volumes of what is drawn, from the triangles, against those of the solids they stand for.
  void surfacesAreClosedAndFaceOutwards() {
    const std::vector<Rgba> grey(40, Rgba(128, 128, 128));
    Tubes tube{std::vector<Vec3f>{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}}, grey, {3}, 0.1F, false};
    QVERIFY(std::abs(volume(tessellate(tube)) - polygon(12) * 0.01 * 2) < 1e-5);
    QVERIFY(normalsPointOut(tessellate(tube)));
    std::vector<Vec3f> ring;
    for (int i = 0; i < 40; ++i)
      ring.emplace_back(Vec3{std::cos(i * std::numbers::pi / 20), std::sin(i * std::numbers::pi / 20), 0});
    const Triangles torus = tessellate(Tubes{ring, grey, {40}, 0.1F, true});
    const double exact = 2 * std::numbers::pi * polygon(12) * 0.01;  // Pappus
    QVERIFY2(std::abs(volume(torus) / exact - 1) < 0.01, qPrintable(QString::number(volume(torus) / exact)));
    QVERIFY(normalsPointOut(torus));
    for (const float height : {1.F, -1.F}) {
      const Triangles post = tessellate(Posts{std::vector<Vec3f>{{3, 4, 0}}, std::vector<float>{height}, grey, 0.1F});
      // A post has no bottom; the bevel takes 0.025 off the rim.
      Bounds b;
      for (const Vec3f& p : post.points) b.add(p.wide());
      QVERIFY(std::abs(b.high.z - std::max(height, 0.F)) < 1e-6 && std::abs(b.low.z - std::min(height, 0.F)) < 1e-6);
      QVERIFY(std::abs(b.high.x - 3.1) < 1e-6);
    }
    const Triangles arrow =
        tessellate(Arrows{std::vector<Vec3f>{{0, 0, 0}}, std::vector<Vec3f>{{0, 3, 4}}, grey, 0.1F});
    const double head = 0.5, shaft = 0.1, wide = 0.45 * head;
    // The shaft is open where the head covers its end: that disc is missing from the surface integral.
    const double open = shaft * shaft * (5 - head) / 3;
    const double wanted = polygon(14) * (shaft * shaft * (5 - head) + wide * wide * head / 3 - open);
    QVERIFY2(std::abs(volume(arrow) / wanted - 1) < 1e-3, qPrintable(QString("%1 %2").arg(volume(arrow)).arg(wanted)));
    const Triangles disc = tessellate(Plane{{0, 0, 1}, 2, Rgba(1, 2, 3), true});
    QVERIFY(normalsPointOut(disc) && std::abs(volume(disc) * 3 - 4 * polygon(96)) < 1e-4);  // height 1 above the origin
  }

  void axesFloorAndBounds() {
    Records r;
    r.add("p", 0, {0, 0, 0.5}, {1, 3});
    r.add("share", 0, {0.75}, {1});
    const auto snapshot =
        bound({{{"mark", "sphere"}, {"position", "p"}, {"size", 0.1}}}, r.at(0), {},
              {{"floor", true}, {"axes", {{"z", {{"title", "energy, {share:.2f}"}, {"scale", {0, 100, 0, 2}}}}}}});
    QCOMPARE(snapshot.axes[2]->title, QStringLiteral("energy, 0.75"));
    QVERIFY(snapshot.axes[2] && snapshot.axes[2]->high == 2 && snapshot.axes[2]->valueHigh == 100);
    QVERIFY(!snapshot.axes[0]);
    QVERIFY(snapshot.bounds.low.z == 0 && snapshot.bounds.high.z == 2);
    QVERIFY(snapshot.floor && snapshot.floor->z == 0 && snapshot.floor->extent > 0.1);
  }

  void theSameSourceGivesTheSameScene() {
    Records r;
    r.add("p", 0, {0, 0, 0, 1, 2, 3}, {2, 3});
    const std::vector<Json> layers{{{"mark", "sphere"}, {"position", "p"}, {"label", "{id}"}}};
    const auto a = bound(layers, r.at(0)), b = bound(layers, r.at(0));
    QVERIFY(a.bounds == b.bounds && a.labels.size() == b.labels.size());
    QCOMPARE(all<Spheres>(a)[0].second->colors[1], all<Spheres>(b)[0].second->colors[1]);
  }

  void pagesWithMistakesSayWhere_data() {
    QTest::addColumn<QByteArray>("layer");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* json, const char* said) {
      QTest::newRow(json) << QByteArray(json) << QString(said);
    };
    row(R"({"mark": "spheer", "position": "p"})", "did you mean sphere?");
    row(R"({"mark": "sphere"})", "/layers/0/x");
    row(R"({"mark": "sphere", "position": "p", "x": 1})", "more than one position");
    row(R"({"mark": "sphere", "angle": 1})", "/layers/0/radius");
    row(R"({"mark": "sphere", "position": "p", "trail": 1001})", "/layers/0/trail");
    row(R"({"mark": "sphere", "position": "p", "trail": -1})", "/layers/0/trail");
    row(R"({"mark": "post", "x": 1, "y": 1})", "/layers/0/height");
    row(R"({"mark": "arrow", "position": "p"})", "/layers/0/direction");
    row(R"({"mark": "mesh"})", "expected value, or vertices and faces");
    row(R"({"mark": "mesh", "value": "h", "x": [1, 1]})", "/layers/0/x");
    row(R"({"mark": "glyph", "position": "p"})", "/layers/0/event");
    row(R"({"mark": "glyph", "position": "p", "event": "e", "shape": "heart"})", "/layers/0/shape");
    row(R"({"mark": "tube", "position": "p", "width": 0})", "/layers/0/width");
    row(R"({"mark": "tube", "position": "p", "over": "time"})", "/layers/0/over");
    row(R"({"mark": "tube", "position": "p", "closed": "yes"})", "/layers/0/closed");
    row(R"({"mark": "tube", "position": "p", "runs": "mine"})", "/layers/0/runs");
  }
  void pagesWithMistakesSayWhere() {
    QFETCH(QByteArray, layer);
    QFETCH(QString, said);
    try {
      specOf({Json::parse(layer.toStdString())});
      QFAIL("taken");
    } catch (const ConfigError& error) {
      QVERIFY2(QString(error.what()).contains(said), error.what());
    }
  }

  void solidsAndCircles() {
    Records r;
    r.add("p", 5, {0, 0, 0, 1, 0, 0, std::nan(""), 0, 0}, {3, 3});
    r.add("kind", 5, {0, 1, 0}, {3});
    const SceneSnapshot solids =
        bound({{{"mark", "solid"}, {"position", "p"}, {"shape", "octahedron"}, {"size", 0.5}}}, r.at(5));
    const auto meshes = all<Mesh>(solids);
    QCOMPARE(meshes.size(), std::size_t{1});
    QCOMPARE(meshes[0].second->faces.size(), std::size_t{2 * 8 * 3});  // two octahedra; the third has no place
    QVERIFY(std::abs(solids.bounds.high.x - 1.5) < 1e-6 && std::abs(solids.bounds.low.z + 0.5) < 1e-6);
    const SceneSnapshot circles =
        bound({{{"mark", "sphere"}, {"position", "p"}, {"hollow", true}, {"size", 0.2}}}, r.at(5));
    QVERIFY(all<Spheres>(circles).empty());
    QCOMPARE(circles.rings.size(), std::size_t{2});
    QCOMPARE(circles.rings[1].radius, 0.2);
  }

  // The items of every record, flat at a height that grows with the step.
  void towers() {
    Records r;
    for (const int step : {0, 10, 40}) r.add("p", step, {0, 0, 7, 1, 0, 7, 1, 1, 7}, {3, 3});
    const Json tower{{"mark", "sphere"}, {"position", "p"}, {"stack", 2}};
    const SceneSnapshot whole = bound({tower}, r.at(40));
    const auto spheres = all<Spheres>(whole);
    QCOMPARE(spheres.size(), std::size_t{1});
    QCOMPARE(spheres[0].second->positions.size(), std::size_t{9});
    QCOMPARE(spheres[0].second->positions[0].z, 0.0F);
    QCOMPARE(spheres[0].second->positions[3].z, 0.5F);
    QCOMPARE(spheres[0].second->positions[8].z, 2.0F);
    const SceneSnapshot part = bound({tower}, r.at(10));
    QCOMPARE(all<Spheres>(part)[0].second->positions.size(), std::size_t{6});
    for (int step = 50; step < 1000; step += 10) r.add("p", step, {0, 0, 7, 1, 0, 7, 1, 1, 7}, {3, 3});
    const SceneSnapshot thinned = bound({tower}, r.at(1000));
    QVERIFY(all<Spheres>(thinned)[0].second->positions.size() <= 14 * 3);
    QCOMPARE(all<Spheres>(thinned)[0].second->positions[3 * 14 - 1].z, 2.0F);
  }

  void legendsNameTheCategoriesThatOccur() {
    Records r;
    r.add("p", 0, {0, 0, 0, 1, 0, 0}, {2, 3});
    r.add("zone", 0, {2, 0}, {2});
    const Json layer{{"mark", "sphere"},
                     {"position", "p"},
                     {"color",
                      {{"measure", "zone"},
                       {"map", "category"},
                       {"title", "zone"},
                       {"palette", {"#111111", "#222222", "#333333"}},
                       {"names", {"none", "cluster", "kick"}}}}};
    const SceneSnapshot snapshot = bound({layer, layer}, r.at(0));
    QCOMPARE(snapshot.legends.size(), std::size_t{1});  // the same for both layers
    QCOMPARE(snapshot.legends[0].entries.size(), std::size_t{2});
    QCOMPARE(snapshot.legends[0].entries[0].name, QStringLiteral("none"));
    QCOMPARE(snapshot.legends[0].entries[1].color, QColor(0x33, 0x33, 0x33));
    QVERIFY(snapshot.colorBars.empty());
  }
};

QTEST_MAIN(TestSceneBinder)
#include "test_scene_binder.moc"
