// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/splats/splat_statistics.h"
#include "engine/splats/splat_view.h"
#include "tests/support/splat_scenes.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

bool near(double a, double b, double tolerance = 1e-9) { return std::abs(a - b) <= tolerance; }

/// Pixel and depth of a point.
std::array<double, 3> seen(const SplatCamera& camera, const Vec3d& world) {
  const Vec3d t = camera.toCamera(world);
  return {camera.focalX * t[0] / t[2] + camera.centreX, camera.focalY * t[1] / t[2] + camera.centreY, t[2]};
}

}  // namespace

class TestSplatViews : public QObject {
  Q_OBJECT
 private slots:
  void uprightFramesAreRightHanded() {
    for (const char* name : {"+x", "-x", "+y", "-y", "+z", "-z"}) {
      const UpAxis up = upAxisOf(name, "/up");
      QCOMPARE(upAxisName(up), std::string(name));
      const UprightFrame f = uprightFrame(up);
      // front x side = up
      for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t a = (k + 1) % 3, b = (k + 2) % 3;
        QVERIFY(near(f.front[a] * f.side[b] - f.front[b] * f.side[a], f.up[k]));
      }
      const Vec3d p{1, -2, 3}, back = f.toUpright(f.toWorld(p));
      for (std::size_t k = 0; k < 3; ++k) QVERIFY(near(back[k], p[k]));
    }
    QVERIFY_THROWS_EXCEPTION(ConfigError, upAxisOf("y", "/up"));
  }

  void orbitsAreThoseOfThePage() {
    // Eye = 2.4 (cos el sin az, sin el, cos el cos az) around 0 for +y.
    const Extent extent{{-1, -1, -1}, {1, 1, 1}};
    const OrbitView view{.up = UpAxis::PlusY, .azimuth = 33, .elevation = 21, .distance = 2.4};
    const SplatCamera camera = orbitCamera(extent, view, 400, 300);
    const double az = 33 * M_PI / 180, el = 21 * M_PI / 180;
    const Vec3d eye = camera.eye();
    QVERIFY(near(eye[0], 2.4 * std::cos(el) * std::sin(az)) && near(eye[1], 2.4 * std::sin(el)) &&
            near(eye[2], 2.4 * std::cos(el) * std::cos(az)));
    const auto middle = seen(camera, {0, 0, 0}), above = seen(camera, {0, 0.1, 0});
    QVERIFY(near(middle[0], 200) && near(middle[1], 150) && near(middle[2], 2.4));
    QVERIFY(above[1] < 150 && near(above[0], 200));
    // Photographs have y down: what is above has a smaller y, and a camera in front looks along +z.
    const SplatCamera photo = orbitCamera(extent, {.azimuth = 0, .elevation = 0, .distance = 5}, 300, 300);
    QVERIFY(near(photo.eye()[2], -5) && seen(photo, {0, -0.1, 0})[1] < 150 && seen(photo, {0.1, 0, 0})[0] > 150);
  }

  void theSceneFillsThePicture_data() {
    QTest::addColumn<double>("elevation");
    QTest::addColumn<int>("width");
    QTest::newRow("wide") << 10.0 << 900;
    QTest::newRow("tall") << 25.0 << 200;
    QTest::newRow("from above") << 90.0 << 400;
    QTest::newRow("from below") << -90.0 << 400;
  }
  void theSceneFillsThePicture() {
    QFETCH(double, elevation);
    QFETCH(int, width);
    const Extent extent{{-1, -3, 0}, {0.5, 1, 0.7}};
    const SplatCamera camera = orbitCamera(extent, {.azimuth = 50, .elevation = elevation}, width, 400);
    double most = 0;
    for (unsigned corner = 0; corner < 8; ++corner) {
      Vec3d p;
      for (std::size_t k = 0; k < 3; ++k) p[k] = corner >> k & 1U ? extent.high[k] : extent.low[k];
      const auto [x, y, z] = seen(camera, p);
      QVERIFY(z > 0);
      most = std::max({most, std::abs(2 * x / width - 1), std::abs(2 * y / 400 - 1)});
    }
    QVERIFY2(most < 1 && most > 0.85, std::to_string(most).c_str());
  }

  void straysDoNotCount() {
    Gaussians splats = test::bumpScene(1000);
    splats.position[0][5] = 900;
    splats.position[1][6] = -900;
    const Extent extent = robustExtent(splats);
    QVERIFY(extent.radius() < 1.8 && extent.radius() > 1.2);
    QVERIFY(near(robustExtent(Gaussians()).radius(), 0));
    QVERIFY(near(robustExtent(test::bumpScene(1)).radius(), 0));
  }

  void statisticsOfAKnownSet() {
    Gaussians splats(101, 0);
    for (std::size_t i = 0; i < 101; ++i) {
      splats.opacity[i] = static_cast<float>(i) / 100;
      splats.logScale[1][i] = std::log(static_cast<float>(i + 1));
      splats.colour[2][i] = i < 20 ? 1.5F : 0.5F;
    }
    const SplatStatistics s = statisticsOf(splats);
    QCOMPARE(s.count, 101U);
    QCOMPARE(s.visible, 100U);
    QVERIFY(near(s.meanOpacity, 0.5, 1e-6) && near(s.opacity[0], 0.05, 1e-6) && near(s.opacity[2], 0.95, 1e-6));
    QVERIFY(near(s.scale[1], 51, 1e-3));
    QVERIFY(near(s.coloursOutside, 20.0 / 101));
    QCOMPARE(statisticsOf(Gaussians()).count, 0U);
  }

  void differencesOfAKnownPair() {
    const Gaussians a = test::randomSplats(9, 2);
    Gaussians b = a;
    b.position[0][3] += 0.3F;
    b.position[1][3] -= 0.4F;
    b.opacity[1] += 0.01F;
    b.harmonic(8, 2, 7) += 0.25F;
    // A turn by 10 degrees about z, and the same rotation with the other sign.
    const double c = std::cos(M_PI / 36), s = std::sin(M_PI / 36);
    const double w = b.rotation[0][2], x = b.rotation[1][2], y = b.rotation[2][2], z = b.rotation[3][2];
    const double turned[4]{c * w - s * z, c * x - s * y, c * y + s * x, c * z + s * w};
    for (std::size_t k = 0; k < 4; ++k) {
      b.rotation[k][2] = static_cast<float>(turned[k]);
      b.rotation[k][5] = -b.rotation[k][5];
    }
    const SplatDifference d = differenceOf(a, b);
    QVERIFY(near(d.position, 0.5, 1e-6) && near(d.opacity, 0.01, 1e-6) && near(d.harmonics, 0.25, 1e-6));
    QVERIFY2(near(d.largestTurn, 10, 1e-3) && near(d.medianTurn, 0, 1e-3), std::to_string(d.largestTurn).c_str());
    QVERIFY(near(d.logScale, 0) && near(d.colour, 0));
  }
};

QTEST_GUILESS_MAIN(TestSplatViews)
#include "test_splat_views.moc"
