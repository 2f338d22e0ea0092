// SPDX-License-Identifier: GPL-3.0-or-later
// The camera of scenes as pure mathematics.
#include <QtTest>

#include "tests/gui/plots_support.h"
#include "widgets/scene/camera.h"

using namespace learnscope;
using learnscope::test::noise;

namespace {

constexpr Viewport panes[] = {{640, 480}, {300, 900}, {1920, 400}, {256, 256}};

bool near(double a, double b, double tolerance = 1e-9) {
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}
bool near(Vec3 a, Vec3 b, double tolerance = 1e-9) { return length(a - b) <= tolerance * std::max(1.0, length(b)); }

Camera someCamera(std::uint64_t i) {
  Camera camera;
  camera.azimuth = 180 * noise(7 * i);
  camera.elevation = 89 * noise(7 * i + 1);
  camera.distance = std::pow(10, noise(7 * i + 2)) * 4;
  camera.target = {noise(7 * i + 3), noise(7 * i + 4), noise(7 * i + 5)};
  camera.fieldOfView = 40 + 25 * noise(7 * i + 6);
  return camera;
}
Vec3 somePoint(std::uint64_t i) { return Vec3{noise(3 * i + 90001), noise(3 * i + 90002), noise(3 * i + 90003)} * 2; }

/// (x, y, z, 1) through row-major matrices, divided by w.
Vec3 through(const Matrix4& projection, const Matrix4& view, Vec3 point) {
  const auto apply = [](const Matrix4& m, const std::array<double, 4>& v) {
    std::array<double, 4> out{};
    for (std::size_t r = 0; r < 4; ++r)
      for (std::size_t c = 0; c < 4; ++c) out[r] += m[4 * r + c] * v[c];
    return out;
  };
  const auto clip = apply(projection, apply(view, {point.x, point.y, point.z, 1}));
  return Vec3{clip[0], clip[1], clip[2]} * (1 / clip[3]);
}

}  // namespace

class TestCamera : public QObject {
  Q_OBJECT
 private slots:
  void standsWhereItSays() {
    Camera camera;
    camera.azimuth = camera.elevation = 0;
    camera.distance = 5;
    camera.target = {1, 2, 3};
    QVERIFY(near(camera.eye(), {6, 2, 3}) && near(camera.forward(), {-1, 0, 0}));
    QVERIFY(near(camera.right(), {0, 1, 0}) && near(camera.up(), {0, 0, 1}));
    camera.azimuth = 90;
    camera.elevation = 30;
    QVERIFY(near(camera.eye(), {1, 2 + 5 * std::sqrt(0.75), 5.5}));
    camera.elevation = 90;  // straight down is no special case
    QVERIFY(near(camera.eye(), {1, 2, 8}) && near(length(camera.up()), 1) && near(dot(camera.up(), camera.right()), 0));
    // The target is in the middle; a unit there is as large as the field of view says.
    for (const Viewport pane : panes) {
      const Projected p = camera.project(camera.target, pane);
      const double shorter = std::min(pane.width, pane.height);
      QVERIFY(near(p.x, pane.width / 2) && near(p.y, pane.height / 2) && near(p.depth, 5));
      QVERIFY(near(p.scale, shorter / (2 * 5 * std::tan(16 * 3.14159265358979 / 180))));
    }
    QVERIFY(!camera.project({1, 2, 9}, panes[0]).inFront());
  }

  void projectionAgreesWithTheMatrices() {
    for (std::uint64_t i = 0; i < 200; ++i) {
      const Camera camera = someCamera(i);
      const Viewport pane = panes[i % 4];
      const Vec3 point = somePoint(i);
      const Projected p = camera.project(point, pane);
      if (!p.inFront()) continue;
      const Vec3 clip = through(camera.projection(pane, 0.01, 100), camera.view(), point);
      QVERIFY(near((clip.x + 1) / 2 * pane.width, p.x) && near((1 - clip.y) / 2 * pane.height, p.y));
      // Depth: the near plane is -1, the far plane 1.
      QVERIFY(near(clip.z, (100.01 - 2 * 100 * 0.01 / p.depth) / (100 - 0.01)));
      // A tile is the same picture, cut out.
      const Tile tile{0.25, 0.5, 0.5, 1};
      const Vec3 cut = through(camera.projection(pane, 0.01, 100, tile), camera.view(), point);
      QVERIFY(near((cut.x + 1) / 2 * 0.25 + 0.25, p.x / pane.width) &&
              near((1 - cut.y) / 2 * 0.5 + 0.5, p.y / pane.height));
      const Vec3 there =
          camera.eye() + camera.ray(p.x, p.y, pane) * (p.depth / dot(camera.ray(p.x, p.y, pane), camera.forward()));
      QVERIFY(near(there, point));
      const Vec3 aside = point + camera.right() * 1e-6;
      QVERIFY(near((camera.project(aside, pane).x - p.x) * 1e6, p.scale, 1e-4));
    }
  }

  void orbitKeepsDistanceAndWraps() {
    Camera camera = someCamera(1);
    const Vec3 target = camera.target;
    camera.azimuth = 170;
    camera.elevation = 80;
    camera.orbit(20, 20);
    QCOMPARE(camera.azimuth, -170.0);
    QCOMPARE(camera.elevation, 90.0);
    camera.orbit(-20, -500);
    QCOMPARE(camera.azimuth, 170.0);
    QCOMPARE(camera.elevation, -90.0);
    camera.orbit(10, 0);
    QCOMPARE(camera.azimuth, 180.0);
    QVERIFY(near(length(camera.eye() - target), camera.distance));
  }

  void panKeepsWhatIsUnderTheMouse() {
    for (std::uint64_t i = 0; i < 50; ++i) {
      Camera camera = someCamera(i);
      const Viewport pane = panes[i % 4];
      const Vec3 held = camera.target + camera.right() * 0.1 + camera.up() * -0.2;  // at the target's distance
      const Projected before = camera.project(held, pane);
      camera.pan(37, -21, pane);
      const Projected after = camera.project(held, pane);
      QVERIFY(near(after.x, before.x + 37) && near(after.y, before.y - 21));
      QVERIFY(near(after.depth, before.depth));
    }
  }

  void dollyAndFly() {
    Camera camera = someCamera(3);
    camera.distance = 2;
    camera.dolly(0.5);
    QCOMPARE(camera.distance, 1.0);
    camera.dolly(1e-9);
    QCOMPARE(camera.distance, 1e-4);
    camera.dolly(1e30);
    QCOMPARE(camera.distance, 1e6);
    camera.distance = 2;
    const Camera start = camera;
    camera.fly(0.5, -0.25, 1);
    QVERIFY(near(camera.eye() - start.eye(), start.forward() * 0.5 + start.right() * -0.25 + start.up()));
    QVERIFY(camera.distance == 2 && camera.azimuth == start.azimuth);
  }

  // All corners are within the margin, and the scene is as large as that allows.
  void fitShowsEverythingAsLargeAsItCan() {
    for (std::uint64_t i = 0; i < 60; ++i) {
      Camera camera = someCamera(i);
      Bounds bounds;
      bounds.add(somePoint(2 * i));
      bounds.add(somePoint(2 * i + 1));
      const Viewport pane = panes[i % 4];
      camera.fit(bounds, pane, 0.9);
      double reach = 0;
      for (int corner = 0; corner < 8; ++corner) {
        const Projected p =
            camera.project({corner & 1 ? bounds.high.x : bounds.low.x, corner & 2 ? bounds.high.y : bounds.low.y,
                            corner & 4 ? bounds.high.z : bounds.low.z},
                           pane);
        QVERIFY(p.inFront());
        reach = std::max({reach, std::abs(2 * p.x / pane.width - 1), std::abs(2 * p.y / pane.height - 1)});
      }
      QVERIFY2(near(reach, 0.9), qPrintable(QString::number(reach)));
      const auto [nearest, farthest] = camera.clipping(bounds);
      QVERIFY(nearest > 0 && nearest < farthest && farthest / nearest < 1e5);
    }
    Camera camera = someCamera(9);
    const Camera before = camera;
    camera.fit({}, panes[0]);
    QCOMPARE(camera, before);
    Bounds point;
    point.add(Vec3{1, 1, 1});
    camera.fit(point, panes[0]);
    QVERIFY(camera.distance > 0 && near(camera.target, {1, 1, 1}));
  }

  void jsonThereAndBack() {
    for (std::uint64_t i = 0; i < 100; ++i) {
      const Camera camera = someCamera(i);
      QCOMPARE(Camera::fromJson(Json::parse(camera.toJson().dump())), camera);
    }
    const Camera base = someCamera(5);
    Camera changed = base;
    changed.distance = 9;
    QCOMPARE(Camera::fromJson({{"distance", 9}}, base), changed);
    QCOMPARE(Camera::fromJson({{"azimuth", 540}}, base).azimuth, 180.0);
  }

  void refusesWithThePlace_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* json, const char* said) {
      QTest::newRow(json) << QByteArray(json) << QString(said);
    };
    row("3", "/camera");
    row(R"({"azimut": 3})", "did you mean azimuth");
    row(R"({"elevation": 91})", "/camera/elevation");
    row(R"({"distance": 0})", "/camera/distance");
    row(R"({"distance": "far"})", "/camera/distance");
    row(R"({"fieldOfView": 180})", "/camera/fieldOfView");
    row(R"({"target": [1, 2]})", "/camera/target");
    row(R"({"target": [1, 2, null]})", "/camera/target");
    row(R"({"target": [1, 2, 1e9]})", "/camera/target");
  }
  void refusesWithThePlace() {
    QFETCH(QByteArray, json);
    QFETCH(QString, said);
    try {
      Camera::fromJson(Json::parse(json.toStdString()), Camera(), "/camera");
      QFAIL("taken");
    } catch (const ConfigError& error) {
      QVERIFY2(QString(error.what()).contains(said), error.what());
    }
  }

  void interpolationTakesTheShortWay() {
    Camera a = someCamera(1), b = someCamera(2);
    a.azimuth = 170;
    b.azimuth = -170;
    a.distance = 1;
    b.distance = 16;
    QCOMPARE(interpolate(a, b, 0), a);
    QCOMPARE(interpolate(a, b, 1), b);
    const Camera half = interpolate(a, b, 0.5);
    QVERIFY(near(std::abs(half.azimuth), 180) && near(half.distance, 4));
    QVERIFY(near(half.target, (a.target + b.target) * 0.5));
  }

  void narrowPicturesSeeAsMuchToTheSides() {
    Camera camera;
    camera.target = {0.1, 0.2, 0.3};
    const Vec3 side = camera.target + camera.right() * 1.2;
    const double there = camera.project(side, {800, 600}).x / 800;
    for (const Viewport narrow : {Viewport{600, 500}, Viewport{500, 500}, Viewport{300, 900}})
      QVERIFY(std::abs(camera.widened(narrow).project(side, narrow).x / narrow.width - there) < 1e-12);
    QCOMPARE(camera.widened({800, 600}), camera);
    QCOMPARE(camera.widened({1600, 600}), camera);
  }
};

QTEST_APPLESS_MAIN(TestCamera)
#include "test_camera.moc"
