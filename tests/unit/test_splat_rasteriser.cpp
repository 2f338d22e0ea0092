// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/core/random_stream.h"
#include "engine/splats/rasteriser.h"
#include "tests/support/count_allocations.h"
#include "tests/support/splat_scenes.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

struct One {
  std::array<double, 3> mean, scale, colour;
  double opacity = 0.8, spin = 0;  // degrees about z
};

std::shared_ptr<const PreparedSplats> prepared(const std::vector<One>& list) {
  Gaussians splats(list.size(), 0);
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      splats.position[k][i] = static_cast<float>(list[i].mean[k]);
      splats.logScale[k][i] = static_cast<float>(std::log(list[i].scale[k]));
      splats.colour[k][i] = static_cast<float>(list[i].colour[k]);
    }
    const double half = list[i].spin * std::numbers::pi / 360;
    splats.rotation[0][i] = static_cast<float>(std::cos(half));
    splats.rotation[3][i] = static_cast<float>(std::sin(half));
    splats.opacity[i] = static_cast<float>(list[i].opacity);
  }
  return std::make_shared<PreparedSplats>(splats);
}

/// The camera of the page's golden values.
SplatCamera goldenCamera() {
  SplatCamera camera;
  camera.focalX = camera.focalY = 64;
  camera.centreX = camera.centreY = 32;
  camera.width = camera.height = 64;
  return camera;
}

struct Picture {
  int width = 0;
  AlignedVector<float> rgba;
  float at(int x, int y, int c) const {
    return rgba[4 * static_cast<std::size_t>(y * width + x) + static_cast<std::size_t>(c)];
  }
};

Picture drawn(const std::shared_ptr<const PreparedSplats>& splats, const SplatCamera& camera,
              const RenderOptions& options = {}, int threads = 1) {
  Rasteriser rasteriser(threads);
  rasteriser.setSplats(splats);
  Picture picture{camera.width, {}};
  rasteriser.render(camera, options, picture.rgba);
  return picture;
}

RenderOptions transparent() {
  RenderOptions options;
  options.background = {0, 0, 0, 0};
  return options;
}

SplatCamera orbit(double azimuth, int width, int height) {
  return lookingAt({2.4 * std::sin(azimuth), 1, 2.4 * std::cos(azimuth)}, {0, 0, 0}, {0, 1, 0}, 49.1, width, height);
}

using Matrix3 = std::array<std::array<double, 3>, 3>;

Matrix3 product(const Matrix3& a, const Matrix3& b, bool transposeB) {
  Matrix3 out{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k) out[i][j] += a[i][k] * (transposeB ? b[j][k] : b[k][j]);
  return out;
}

/// Sigma' of a splat in double precision, straight from the formulas; {xx, xy, yy}, the mean and the depth.
struct Screen {
  double xx, xy, yy, x, y, z;
};
Screen projected(const Gaussians& s, std::size_t i, const SplatCamera& camera) {
  const double w = s.rotation[0][i], x = s.rotation[1][i], y = s.rotation[2][i], z = s.rotation[3][i];
  Matrix3 r{{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
             {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
             {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
  for (auto& row : r)
    for (std::size_t k = 0; k < 3; ++k) row[k] *= std::exp(static_cast<double>(s.logScale[k][i]));
  const auto t = camera.toCamera({s.position[0][i], s.position[1][i], s.position[2][i]});
  const auto limited = [](double v, double limit) { return std::clamp(v, -limit, limit); };
  const double u = limited(t[0] / t[2], 1.3 * camera.width / 2 / camera.focalX);
  const double v = limited(t[1] / t[2], 1.3 * camera.height / 2 / camera.focalY);
  const Matrix3 j{{{camera.focalX / t[2], 0, -camera.focalX * u / t[2]},
                   {0, camera.focalY / t[2], -camera.focalY * v / t[2]},
                   {0, 0, 0}}};
  Matrix3 rotation;
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) rotation[a][b] = camera.rotation[3 * a + b];
  const Matrix3 m = product(j, product(rotation, r, false), false), sigma = product(m, m, true);
  return {sigma[0][0] + .3,
          sigma[0][1],
          sigma[1][1] + .3,
          camera.focalX * t[0] / t[2] + camera.centreX,
          camera.focalY * t[1] / t[2] + camera.centreY,
          t[2]};
}

/// Every splat against every pixel, in double precision, without tiles, extents or early ends.
Picture bruteForce(const Gaussians& s, const SplatCamera& camera, const std::array<AlignedVector<float>, 3>& colours) {
  std::vector<Screen> screen;
  for (std::size_t i = 0; i < s.size(); ++i) screen.push_back(projected(s, i, camera));
  std::vector<std::size_t> order(s.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return screen[a].z < screen[b].z; });
  Picture picture{camera.width, {}};
  for (int y = 0; y < camera.height; ++y)
    for (int x = 0; x < camera.width; ++x) {
      double through = 1, rgb[3]{};
      for (const std::size_t i : order) {
        const Screen& p = screen[i];
        if (p.z < camera.nearest) continue;
        const double dx = x + .5 - p.x, dy = y + .5 - p.y, det = p.xx * p.yy - p.xy * p.xy;
        const double m = (p.yy * dx * dx - 2 * p.xy * dx * dy + p.xx * dy * dy) / det;
        const double alpha = std::min(.99, static_cast<double>(s.opacity[i]) * std::exp(-m / 2));
        if (alpha < 1.0 / 255) continue;
        for (std::size_t c = 0; c < 3; ++c) rgb[c] += through * alpha * static_cast<double>(colours[c][i]);
        through *= 1 - alpha;
      }
      for (const double v : rgb) picture.rgba.push_back(static_cast<float>(v + through));
      picture.rgba.push_back(1);
    }
  return picture;
}

double psnr(const Picture& a, const Picture& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgba.size(); ++i)
    sum += (static_cast<double>(a.rgba[i]) - b.rgba[i]) * (static_cast<double>(a.rgba[i]) - b.rgba[i]);
  return -10 * std::log10(sum / static_cast<double>(a.rgba.size()) * 4 / 3);
}

bool near(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance; }

const One g1{{0, 0, 4}, {.1, .1, .1}, {1, 0, 0}, .8}, g3{{0, 0, 5}, {.2, .2, .2}, {0, 1, 0}, .6};

}  // namespace

class TestSplatRasteriser : public QObject {
  Q_OBJECT
 private slots:
  void goldenValues() {
    const Picture one = drawn(prepared({g1}), goldenCamera(), transparent());
    QVERIFY(near(one.at(31, 31, 3), .7330392, 1e-4));
    const auto g2 = prepared({{{1, .5, 4}, {.3, .1, .05}, {1, 1, 1}, .9, 30}});
    const Screen s = projected(g2->gaussians(), 0, goldenCamera());
    QVERIFY(near(s.xx, 18.26, 1e-4) && near(s.xy, 8.8881, 1e-4) && near(s.yy, 7.99, 1e-4));
    QVERIFY(near(s.x, 48, 1e-4) && near(s.y, 40, 1e-4));
    QVERIFY(near(drawn(g2, goldenCamera(), transparent()).at(50, 41, 3), .7501824, 1e-4));
    for (const auto& order : {std::vector{g1, g3}, std::vector{g3, g1}}) {
      const Picture two = drawn(prepared(order), goldenCamera());
      const std::array<double, 3> expected{.845561, .266961, .112522};
      for (int c = 0; c < 3; ++c) QVERIFY(near(two.at(32, 32, c), expected[static_cast<std::size_t>(c)], 1e-4));
    }
    const auto clamped = prepared({{{6, 0, 2}, {.1, .1, .1}, {1, 1, 1}}});
    const Screen edge = projected(clamped->gaussians(), 0, goldenCamera());
    QVERIFY(near(edge.xx, 14.8664, 1e-4) && near(edge.xy, 0, 1e-4) && near(edge.yy, 10.54, 1e-4));
  }

  /// The clamp as the kernel has it: seen by moving the picture's centre, so that the splat is inside.
  void theJacobianIsClampedAsPublished() {
    SplatCamera camera = goldenCamera();
    camera.centreX = 32 - 3 * 64;
    const Picture picture = drawn(prepared({{{6, 0, 2}, {.1, .1, .1}, {1, 1, 1}, .8}}), camera, transparent());
    const double m = .25 / 14.8664 + .25 / 10.54;
    QVERIFY(near(picture.at(31, 31, 3), .8 * std::exp(-m / 2), 1e-4));
    QVERIFY(near(picture.at(35, 31, 3), .8 * std::exp(-(12.25 / 14.8664 + .25 / 10.54) / 2), 1e-4));
  }

  void picturesAreThoseOfABruteForce_data() {
    QTest::addColumn<int>("scene");
    QTest::newRow("surface") << 0;
    QTest::newRow("anything") << 1;
    QTest::newRow("harmonics") << 2;
  }
  void picturesAreThoseOfABruteForce() {
    QFETCH(int, scene);
    Gaussians splats = scene == 0 ? test::bumpScene(3000) : test::randomSplats(300, scene == 2 ? 3 : 0);
    if (scene > 0)
      for (std::size_t i = 0; i < splats.size(); ++i)
        for (std::size_t k = 0; k < 3; ++k) {
          splats.logScale[k][i] = 0.3F * splats.logScale[k][i] - 2;
          splats.position[k][i] *= 0.3F;
        }
    // A size that is no multiple of a tile.
    const SplatCamera camera = orbit(0.6, 101, 75);
    const auto eye = camera.eye();
    std::array<AlignedVector<float>, 3> colours;
    for (std::size_t i = 0; i < splats.size(); ++i) {
      std::array<double, 3> d;
      for (std::size_t k = 0; k < 3; ++k) d[k] = static_cast<double>(splats.position[k][i]) - eye[k];
      const double length = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      for (double& part : d) part /= length;
      for (int c = 0; c < 3; ++c)
        colours[static_cast<std::size_t>(c)].push_back(static_cast<float>(shade(splats, i, c, d)));
    }
    const Picture expected = bruteForce(splats, camera, colours);
    const Picture found = drawn(std::make_shared<PreparedSplats>(splats), camera);
    QCOMPARE(found.rgba.size(), expected.rgba.size());
    double most = 0;
    for (std::size_t i = 0; i < found.rgba.size(); ++i)
      most = std::max(most, std::abs(static_cast<double>(found.rgba[i]) - expected.rgba[i]));
    const double quality = psnr(found, expected);
    // A share at the cut of 1/255 may fall on either side of it.
    QVERIFY2(quality > 60 && most < 0.012, (std::to_string(quality) + " dB, " + std::to_string(most)).c_str());
  }

  void harmonicsAreThePublishedOnes() {
    // Direction (1, 2, 3) / sqrt 14, f_dc = 0, coefficient j = 0.05 j.
    Gaussians splats(17, 3);
    for (std::size_t i = 0; i < 17; ++i) {
      splats.position[0][i] = 1;
      splats.position[1][i] = 2;
      splats.position[2][i] = 3;
      for (std::size_t c = 0; c < 3; ++c) splats.colour[c][i] = 0.5F;
      for (int c = 0; c < 3; ++c)
        for (int j = 0; j < 15; ++j) splats.harmonic(i, c, j) = 0.05F * static_cast<float>(j + 1);
    }
    const float* position[3];
    const float* base[3];
    float* rgb[3];
    std::array<AlignedVector<float>, 3> out;
    std::array<AlignedVector<float>, 3> places = splats.position, bases = splats.colour;
    for (std::size_t k = 0; k < 3; ++k) {
      places[k].resize(32);
      bases[k].resize(32);
      out[k].resize(32);
      position[k] = places[k].data();
      base[k] = bases[k].data();
      rgb[k] = out[k].data();
    }
    const float eye[3]{0, 0, 0};
    const std::array<double, 4> expected{.5, .5065292, .3797806, .0397045};
    for (const SplatKernels* kernels : {&splatKernels(), &baselineSplatKernels()})
      for (int degree = 0; degree <= 3; ++degree) {
        kernels->harmonicColours(position, base, splats.harmonics.data(), 3, degree, eye, 2, rgb);
        for (const auto& channel : out) QVERIFY(near(channel[16], expected[static_cast<std::size_t>(degree)], 1e-6));
      }
  }

  void coloursFollowTheEye() {
    Gaussians splats(1, 1);
    splats.rotation[0][0] = 1;
    splats.opacity[0] = 0.99F;
    for (std::size_t k = 0; k < 3; ++k) {
      splats.logScale[k][0] = -1;
      splats.colour[k][0] = 0.5F;
    }
    splats.harmonic(0, 0, 2) = 0.6F;  // red sees -x
    Rasteriser rasteriser;
    rasteriser.setSplats(std::make_shared<PreparedSplats>(splats));
    Picture picture{64, {}};
    const auto redFrom = [&](double azimuth) {
      rasteriser.render(lookingAt({4 * std::sin(azimuth), 0, 4 * std::cos(azimuth)}, {0, 0, 0}, {0, 1, 0}, 40, 64, 64),
                        transparent(), picture.rgba);
      return static_cast<double>(picture.at(32, 32, 0) / picture.at(32, 32, 3));
    };
    // The direction from an eye at +x to the splat is -x.
    QVERIFY(near(redFrom(std::numbers::pi / 2), .5 + .6 * .48860251, 1e-3));
    QVERIFY(near(redFrom(-std::numbers::pi / 2), .5 - .6 * .48860251, 1e-3));
    QVERIFY(near(redFrom(std::numbers::pi / 6), .5 + .3 * .48860251, 1e-3));
  }

  void threadsAndCpusDrawTheSame() {
    const auto scene = std::make_shared<PreparedSplats>(test::bumpScene(20000));
    const SplatCamera camera = orbit(1, 320, 200);
    const Picture one = drawn(scene, camera), three = drawn(scene, camera, {}, 3);
    QVERIFY(one.rgba == three.rgba);
  }

  void kernelsOfBothCpusAgree() {
    const Gaussians splats = test::bumpScene(kProjectBlock);
    const PreparedSplats scene(splats);
    ProjectInput in{};
    for (std::size_t k = 0; k < 3; ++k) in.position[k] = splats.position[k].data();
    for (std::size_t k = 0; k < 6; ++k) in.covariance[k] = scene.covariance()[k].data();
    in.opacity = splats.opacity.data();
    in.count = kProjectBlock;
    ProjectView view{};
    for (const int k : {0, 4, 8}) view.rotation[k] = 1;
    view.translation[2] = 2.4F;
    view.focalX = view.focalY = 100;
    view.centreX = view.centreY = 8;
    view.width = view.height = 16;
    view.limitX = view.limitY = 1;
    view.nearest = 0.05F;
    view.scaleSquared = 1;
    for (const bool solid : {false, true}) {
      view.solid = solid;
      static ProjectOutput a, b;
      splatKernels().project(in, view, a);
      baselineSplatKernels().project(in, view, b);
      for (int i = 0; i < kProjectBlock; ++i) {
        QCOMPARE(a.extentX[i] < 0, b.extentX[i] < 0);
        QVERIFY(near(a.meanX[i], b.meanX[i], 1e-3) && near(a.a[i] / b.a[i], 1, 1e-4) &&
                near(a.logOpacity[i], b.logOpacity[i], 1e-5) && near(a.extentY[i] / b.extentY[i], 1, 1e-4));
        if (solid) QVERIFY(near(a.thickness[i], b.thickness[i], 1e-4));
      }
      // One tile that all of them cover.
      std::vector<ScreenSplat> screen;
      std::vector<SolidDepth> depths;
      std::vector<std::uint32_t> list;
      for (int i = 0; i < kProjectBlock; ++i) {
        screen.push_back({a.meanX[i], a.meanY[i], a.a[i], a.b[i], a.c[i], a.logOpacity[i], .3F, .6F, .9F,
                          std::abs(a.extentX[i]), a.extentY[i], 0});
        depths.push_back({a.depth[i], a.slopeX[i], a.slopeY[i], a.thickness[i]});
        list.push_back(static_cast<std::uint32_t>(i));
      }
      TilePixels one, two;
      if (solid) {
        splatKernels().solidTile(screen.data(), depths.data(), list.data(), kProjectBlock, 0, 0, false, one);
        baselineSplatKernels().solidTile(screen.data(), depths.data(), list.data(), kProjectBlock, 0, 0, false, two);
      } else {
        splatKernels().blendTile(screen.data(), list.data(), kProjectBlock, 0, 0, one);
        baselineSplatKernels().blendTile(screen.data(), list.data(), kProjectBlock, 0, 0, two);
      }
      int far = 0;
      for (int i = 0; i < kTilePixels; ++i)
        far += !near(one.green[i], two.green[i], 1e-4) || !near(one.through[i], two.through[i], 1e-4);
      QVERIFY2(far <= 4, std::to_string(far).c_str());
      std::vector<std::uint32_t> bytes(kTilePixels), other(kTilePixels);
      const float white[4]{1, 1, 1, 1};
      splatKernels().packTile(one, white, kTile, kTile, bytes.data(), kTile);
      baselineSplatKernels().packTile(one, white, kTile, kTile, other.data(), kTile);
      QCOMPARE(bytes, other);
    }
  }

  void depthsAreSortedExactly_data() {
    QTest::addColumn<double>("low");
    QTest::addColumn<double>("high");
    QTest::newRow("near each other") << 2.0 << 2.0001;
    QTest::newRow("one scene") << 1.5 << 3.3;
    QTest::newRow("far apart") << 0.05 << 1e6;
    QTest::newRow("all equal") << 3.0 << 3.0;
  }
  void depthsAreSortedExactly() {
    QFETCH(double, low);
    QFETCH(double, high);
    RandomStream random(4, "depths");
    std::vector<DepthOrder::Entry> expected;
    DepthOrder order;
    DepthOrder::Entry* entries = order.reset(5000);
    for (std::uint32_t i = 0; i < 5000; ++i) {
      const auto depth = static_cast<float>(low * std::pow(high / low, random.uniform()));
      entries[i] = {std::bit_cast<std::uint32_t>(depth), i};
      expected.push_back(entries[i]);
    }
    std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) {
      return std::bit_cast<float>(a.key) < std::bit_cast<float>(b.key);
    });
    const DepthOrder::Entry* sorted = order.sort();
    for (std::size_t i = 0; i < 5000; ++i) QCOMPARE(sorted[i].splat, expected[i].splat);
    order.reset(0);
    order.sort();
  }

  void mipCorrectionKeepsTheLight() {
    // A splat far smaller than a pixel: with the correction its light is what its true size has.
    const auto dot = prepared({{{0.03125, 0.03125, 4}, {.002, .002, .002}, {1, 1, 1}, .9}});
    RenderOptions options = transparent();
    options.antialiased = true;
    const double s2 = std::pow(64 * .002 / 4, 2);
    const double expected = .9 * std::sqrt(s2 * s2 / ((s2 + .3) * (s2 + .3)));
    QVERIFY(expected < 1.0 / 255);  // and then it is below the cut
    QVERIFY(near(drawn(dot, goldenCamera(), options).at(32, 32, 3), 0, 1e-7));
    const auto larger = prepared({{{0.03125, 0.03125, 4}, {.03, .03, .03}, {1, 1, 1}, .9}});
    const double l2 = std::pow(64 * .03 / 4, 2);
    QVERIFY(near(drawn(larger, goldenCamera(), options).at(32, 32, 3), .9 * l2 / (l2 + .3), 1e-4));
    QVERIFY(near(drawn(larger, goldenCamera(), transparent()).at(32, 32, 3), .9, 1e-4));
  }

  void orthographicSplatsKeepTheirSize() {
    SplatCamera camera = goldenCamera();
    camera.orthographic = true;
    camera.focalX = camera.focalY = 20;
    for (const double z : {1.0, 7.0}) {
      const Picture picture = drawn(prepared({{{.4, 0, z}, {.2, .2, .2}, {1, 1, 1}, .8}}), camera, transparent());
      QVERIFY(near(picture.at(40, 32, 3), .8 * std::exp(-.5 * (.25 + .25) / 16.3), 1e-4));
    }
  }

  void solidSpheresHideEachOther() {
    // Two spheres of radius 0.5; the nearer one's front is nearer everywhere it is.
    const auto scene = prepared({{{0, 0, 6}, {.5, .5, .5}, {0, 1, 0}, .3}, {{.3, 0, 5}, {.5, .5, .5}, {1, 0, 0}, .3}});
    RenderOptions options = transparent();
    options.shape = SplatShape::Ellipsoid;
    const Picture picture = drawn(scene, goldenCamera(), options);
    QVERIFY(picture.at(35, 31, 0) > 0.9F && picture.at(35, 31, 1) == 0.0F);  // red in front, bright in its middle
    QVERIFY(picture.at(28, 31, 1) > 0.5F && picture.at(28, 31, 0) == 0.0F);  // green beside it
    QCOMPARE(picture.at(50, 31, 3), 0.0F);
    // Radius on the screen: sqrt((64 * .5 / 5)^2 (1 + (.3 / 5)^2) + .3) about 6.45 pixels.
    int rows = 0;
    for (int y = 0; y < 64; ++y) rows += picture.at(36, y, 0) > 0;
    QVERIFY2(rows == 12 || rows == 13, std::to_string(rows).c_str());
  }

  void interpenetratingEllipsoidsMeetInTheMiddle() {
    // Two discs that cross: whichever is nearer differs from side to side.
    Gaussians splats =
        prepared({{{0, 0, 5}, {1, .5, .01}, {1, 0, 0}}, {{0, 0, 5}, {1, .5, .01}, {0, 1, 0}}})->gaussians();
    const double half = 0.35;
    for (const std::size_t i : {0U, 1U}) {
      splats.rotation[0][i] = static_cast<float>(std::cos(half / 2));
      splats.rotation[2][i] = static_cast<float>((i == 0 ? 1 : -1) * std::sin(half / 2));
      splats.rotation[3][i] = 0;
    }
    RenderOptions options = transparent();
    options.shape = SplatShape::Ellipsoid;
    const Picture picture = drawn(std::make_shared<PreparedSplats>(splats), goldenCamera(), options);
    // A turn by +y takes +x away from the eye... z falls with x for +half: red is nearer on the right.
    QVERIFY(picture.at(38, 31, 0) > 0.3F && picture.at(38, 31, 1) == 0.0F);
    QVERIFY(picture.at(25, 31, 1) > 0.3F && picture.at(25, 31, 0) == 0.0F);
  }

  void pointsAreDiscs() {
    RenderOptions options = transparent();
    options.shape = SplatShape::Point;
    options.pointRadius = 2;
    const Picture picture = drawn(prepared({g1}), goldenCamera(), options);
    int pixels = 0;
    for (int y = 0; y < 64; ++y)
      for (int x = 0; x < 64; ++x) pixels += picture.at(x, y, 3) > 0.5F;
    QCOMPARE(pixels, 12);  // centres within 2 of a pixel corner
    QCOMPARE(picture.at(32, 32, 0), 1.0F);
  }

  void picksWhatIsInFront() {
    Rasteriser rasteriser;
    QVERIFY(!rasteriser.pick(3, 3));
    rasteriser.setSplats(prepared({g3, g1, {{1, 1, 4}, {.3, .3, .3}, {0, 0, 1}, .3}}));
    AlignedVector<float> rgba;
    RenderOptions options;
    rasteriser.render(goldenCamera(), options, rgba);
    QCOMPARE(rasteriser.pick(32, 32).value_or(9), 1U);
    QVERIFY(!rasteriser.pick(48, 48));  // too faint
    QVERIFY(!rasteriser.pick(-1, 5) && !rasteriser.pick(5, 64));
    options.shape = SplatShape::Ellipsoid;
    rasteriser.render(goldenCamera(), options, rgba);
    QCOMPARE(rasteriser.pick(48, 48).value_or(9), 2U);
    const auto centres = rasteriser.centres();
    QCOMPARE(centres.size(), 3U);
    QVERIFY(near(centres[2].x, 48, 1e-3) && centres[2].splat == 2);
    rasteriser.setSplats(prepared({g1}));
    QVERIFY(!rasteriser.pick(32, 32));
  }

  void hiddenAndCutSplatsAreNotDrawn() {
    Rasteriser rasteriser;
    rasteriser.setSplats(prepared({g1, g3}));
    AlignedVector<float> rgba;
    RenderOptions options;
    options.opacityCut = 0.7F;
    QCOMPARE(rasteriser.render(goldenCamera(), options, rgba).visible, 1U);
    options.opacityCut = 0;
    rasteriser.setOpacities(std::make_shared<AlignedVector<float>>(AlignedVector<float>{0, .6F}));
    QCOMPARE(rasteriser.render(goldenCamera(), options, rgba).visible, 1U);
    QCOMPARE(rasteriser.pick(32, 32).value_or(9), 1U);
    auto grey = std::make_shared<std::array<AlignedVector<float>, 3>>();
    for (auto& channel : *grey) channel.assign(2, 0.25F);
    rasteriser.setColours(grey);
    options.background = {0, 0, 0, 1};
    rasteriser.render(goldenCamera(), options, rgba);
    const float* pixel = &rgba[4 * (32 * 64 + 32)];
    QVERIFY(near(pixel[0], pixel[1], 1e-7) && pixel[0] > 0.1F);
  }

  void splatsBehindAndEmptySetsDrawNothing() {
    const Picture behind = drawn(
        prepared({{{0, 0, -4}, {.1, .1, .1}, {1, 0, 0}}, {{0, 0, .04}, {.1, .1, .1}, {1, 0, 0}}}), goldenCamera());
    for (const float v : behind.rgba) QCOMPARE(v, 1.0F);
    const Picture empty = drawn(std::make_shared<PreparedSplats>(Gaussians()), goldenCamera());
    for (const float v : empty.rgba) QCOMPARE(v, 1.0F);
    // Huge splats fill the picture and nothing overflows.
    const Picture huge = drawn(prepared({{{0, 0, 1}, {2e4, 2e4, 2e4}, {1, 0, 0}, 1}}), goldenCamera());
    QVERIFY(near(huge.at(3, 60, 0), 1, 1e-3) && near(huge.at(3, 60, 1), .01, 1e-3));
  }

  void hugeSplatsAreBoundedInMemory() {
    // Red, green and blue walls over 16 tiles each, the farthest beyond the limit.
    const auto wall = [](double z, std::array<double, 3> colour) { return One{{0, 0, z}, {9, 9, 9}, colour, .9}; };
    Rasteriser rasteriser(2);
    rasteriser.setSplats(prepared({wall(30, {0, 0, 1}), wall(20, {1, 0, 0}), wall(25, {0, 1, 0})}));
    Picture limited{64, {}}, whole{64, {}};
    QCOMPARE(rasteriser.render(goldenCamera(), transparent(), whole.rgba).leftOut, 0U);
    rasteriser.setPairLimit(33);
    const FrameStatistics statistics = rasteriser.render(goldenCamera(), transparent(), limited.rgba);
    QCOMPARE(statistics.leftOut, 1U);
    QCOMPARE(statistics.pairs, 32U);
    QVERIFY(near(limited.at(32, 32, 1), whole.at(32, 32, 1), 1e-6));
    QVERIFY(limited.at(32, 32, 2) == 0 && whole.at(32, 32, 2) > 0.005F);
  }

  void framesOfOneSizeAllocateNothing() {
    Rasteriser rasteriser(2);
    rasteriser.setSplats(std::make_shared<PreparedSplats>(test::bumpScene(5000)));
    AlignedVector<std::uint32_t> pixels(320 * 200);
    for (const double azimuth : {0.0, 0.5, 1.0, 0.2})
      rasteriser.render(orbit(azimuth, 320, 200), {}, pixels.data(), 320);
    const long before = test::allocations;
    rasteriser.render(orbit(0.7, 320, 200), {}, pixels.data(), 320);
    QVERIFY2(test::allocations - before <= 8, std::to_string(test::allocations - before).c_str());
  }

 private:
  /// The page's harmonics in double precision, term by term.
  static double shade(const Gaussians& s, std::size_t i, int c, const std::array<double, 3>& d) {
    const auto [x, y, z] = d;
    const double xx = x * x, yy = y * y, zz = z * z;
    const std::array<double, 15> basis{-.48860251 * y,
                                       .48860251 * z,
                                       -.48860251 * x,
                                       1.09254843 * x * y,
                                       -1.09254843 * y * z,
                                       .31539157 * (2 * zz - xx - yy),
                                       -1.09254843 * x * z,
                                       .54627422 * (xx - yy),
                                       -.59004359 * y * (3 * xx - yy),
                                       2.89061144 * x * y * z,
                                       -.45704580 * y * (4 * zz - xx - yy),
                                       .37317633 * z * (2 * zz - 3 * xx - 3 * yy),
                                       -.45704580 * x * (4 * zz - xx - yy),
                                       1.44530572 * z * (xx - yy),
                                       -.59004359 * x * (xx - 3 * yy)};
    double sum = s.colour[static_cast<std::size_t>(c)][i];
    for (int j = 0; j < s.harmonicCount(); ++j)
      sum += basis[static_cast<std::size_t>(j)] * static_cast<double>(s.harmonic(i, c, j));
    return std::max(0.0, sum);
  }
};

QTEST_GUILESS_MAIN(TestSplatRasteriser)
#include "test_splat_rasteriser.moc"
