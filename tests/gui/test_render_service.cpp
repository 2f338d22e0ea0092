// SPDX-License-Identifier: GPL-3.0-or-later
// The render thread: frames, grabs, picks, and pictures that agree with the camera. Needs no display.
#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>
#include <numbers>

#include "engine/core/errors.h"
#include "tests/gui/scene_support.h"
#include "widgets/model/theme.h"
#include "widgets/scene/render_service.h"
#include "widgets/scene/tessellation.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const Rgba white(255, 255, 255);

SceneSnapshot colored(int shade, QSize size = {64, 48}) {
  SceneSnapshot snapshot = sceneOf({}, size);
  snapshot.background = Rgba(static_cast<std::uint8_t>(shade), 10, 20);
  return snapshot;
}

SceneLayer sphere(Vec3 at, float radius, Rgba color = white) {
  return layerWith(Spheres{std::vector<Vec3f>{Vec3f(at)}, std::vector<float>{radius}, repeated(color, 1), false}, {0});
}

Vec3 somePoint(std::uint64_t i) { return {1.4 * noise(3 * i + 1), 1.4 * noise(3 * i + 2), 1.4 * noise(3 * i + 3)}; }

/// The sphere that a ray from the eye meets first, or -1; `doubt` where a second one is almost as near or a rim is
/// grazed.
int firstHit(const SceneSnapshot& snapshot, const Spheres& spheres, QPointF place, bool& doubt) {
  const Vec3 eye = snapshot.camera.eye(), ray = snapshot.camera.ray(place.x(), place.y(), snapshot.viewport());
  int best = -1;
  double nearest = 1e9;
  doubt = false;
  for (std::size_t i = 0; i < spheres.positions.size(); ++i) {
    const Vec3 to = spheres.positions[i].wide() - eye;
    const double along = dot(to, ray), radius = spheres.radii[i];
    const double miss = std::sqrt(std::max(0.0, dot(to, to) - along * along));
    if (std::abs(miss - radius) < 0.06) doubt = true;
    if (miss >= radius) continue;
    const double entry = along - std::sqrt(radius * radius - miss * miss);
    if (std::abs(entry - nearest) < 0.1) doubt = true;
    if (entry < nearest) nearest = entry, best = static_cast<int>(i);
  }
  return best;
}

}  // namespace

class TestRenderService : public QObject {
  Q_OBJECT

  std::shared_ptr<RenderService> service_;
  QImage draw(const SceneSnapshot& snapshot, int scale = 1) {
    return service_->grabNow(snapshot, snapshot.size * scale);
  }

 private slots:
  void initTestCase() { service_ = std::make_shared<RenderService>(); }
  void cleanupTestCase() { service_.reset(); }

  void hasAContextWithoutADisplay() {
    draw(colored(0));
    const RenderStatus status = service_->status();
    QVERIFY2(status.ready && !status.path.isEmpty(), qPrintable(status.reason));
    QVERIFY(!status.renderer.isEmpty());
  }

  void everyGrabIsAnsweredOnceInOrder() {
    std::vector<std::future<QImage>> answers;
    for (int i = 0; i < 40; ++i) answers.push_back(service_->grab(colored(5 * i), {64 + i, 48}));
    for (int i = 0; i < 40; ++i) {
      const QImage image = answers[static_cast<std::size_t>(i)].get();
      QCOMPARE(image.size(), QSize(64 + i, 48));
      QVERIFY2(std::abs(qRed(image.pixel(30, 20)) - 5 * i) <= 1, qPrintable(QString::number(i)));
    }
  }

  // Splats lie under the other marks, in the same perspective, whatever the tile.
  void splatsLieUnderTheOtherMarks() {
    splats::Gaussians red(1, 0);
    red.position[0][0] = 0.8F;
    for (auto& column : red.logScale) column[0] = std::log(0.2F);
    red.rotation[0][0] = 1;
    red.opacity[0] = 0.95F;
    red.colour[0][0] = 1;
    SceneLayer splats;
    splats.geometry = Splats{std::make_shared<const splats::Gaussians>(red)};
    SceneLayer ball = test::layerWith(Spheres{std::vector<Vec3f>{{-0.8F, 0, 0}}, std::vector<float>{0.2F},
                                              std::vector<Rgba>{Rgba(0, 0, 255)}, false});
    SceneSnapshot snapshot = test::sceneOf({splats, ball});
    snapshot.background = Rgba(10, 200, 10);
    const Viewport viewport = snapshot.viewport();
    const Projected at = snapshot.camera.project({0.8, 0, 0}, viewport),
                    other = snapshot.camera.project({-0.8, 0, 0}, viewport);
    for (const int scale : {1, 4}) {
      const QImage image = draw(snapshot, scale);
      const QColor there = image.pixelColor(static_cast<int>(at.x * scale), static_cast<int>(at.y * scale)),
                   ball2 = image.pixelColor(static_cast<int>(other.x * scale), static_cast<int>(other.y * scale)),
                   ground = image.pixelColor(2, 2);
      QVERIFY2(there.red() > 220 && there.green() < 40, qPrintable(there.name()));
      QVERIFY2(ball2.blue() > 120 && ball2.green() < 80, qPrintable(ball2.name()));
      QVERIFY2(std::abs(ground.green() - 200) <= 1, qPrintable(ground.name()));
    }
    snapshot.transparent = true;
    QCOMPARE(qAlpha(draw(snapshot).pixel(2, 2)), 0);
  }

  void impossibleGrabsAreRefused() {
    QVERIFY_EXCEPTION_THROWN(service_->grabNow(colored(0), {0, 10}), Error);
    QCOMPARE(qRed(draw(colored(77)).pixel(5, 5)), 77);  // and the next one is drawn
  }

  void closingAnswersWhatIsQueued() {
    auto service = std::make_unique<RenderService>();
    std::vector<std::future<QImage>> answers;
    for (int i = 0; i < 30; ++i) answers.push_back(service->grab(colored(i), {1200, 900}));
    answers.front().wait();
    service.reset();
    int drawn = 0, refused = 0;
    for (auto& answer : answers) {
      QVERIFY(answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
      try {
        drawn += !answer.get().isNull();
      } catch (const Error&) {
        ++refused;
      }
    }
    QVERIFY(drawn >= 1 && drawn + refused == 30);
  }

  void theLatestPictureWins() {
    QObject receiver;
    std::vector<int> shades;
    const auto view = service_->openView(&receiver, [&](const RenderedFrame& frame) {
      QVERIFY2(frame.problem.isEmpty(), qPrintable(frame.problem));
      QCOMPARE(qRed(frame.image.pixel(9, 9)), int(frame.snapshot->background.r));
      shades.push_back(frame.snapshot->background.r);
    });
    for (int i = 0; i <= 200; ++i) service_->show(view, colored(i, {800, 600}));
    QTRY_VERIFY_WITH_TIMEOUT(!shades.empty() && shades.back() == 200, 5000);
    QVERIFY2(shades.size() < 60, qPrintable(QString::number(shades.size())));
    QVERIFY(std::is_sorted(shades.begin(), shades.end()));
    // After closing nothing comes any more.
    service_->show(view, colored(10, {800, 600}));
    service_->closeView(view);
    const std::size_t before = shades.size();
    draw(colored(0));
    QTest::qWait(50);
    QVERIFY(shades.size() <= before + 1);
    service_->show(view, colored(11));
    draw(colored(0));
    QTest::qWait(20);
    QVERIFY(shades.back() != 11);
  }

  void framesHaveTheSizeOfTheirPixels() {
    QObject receiver;
    RenderedFrame last;
    const auto view = service_->openView(&receiver, [&](const RenderedFrame& frame) { last = frame; });
    SceneSnapshot snapshot = colored(50, {101, 67});
    snapshot.pixelRatio = 1.5;
    for (const SceneQuality quality : {SceneQuality::Fast, SceneQuality::Still}) {
      last = {};
      snapshot.quality = quality;
      service_->show(view, snapshot);
      QTRY_VERIFY(!last.image.isNull());
      QCOMPARE(last.image.size(), QSize(152, 101));
      QCOMPARE(last.image.devicePixelRatio(), 1.5);
      QVERIFY(last.milliseconds > 0);
    }
    QCOMPARE(last.resolution, 2.0);  // at rest every pixel is the mean of four
    service_->closeView(view);
  }

  void drawingIsDeterministic() {
    SceneSnapshot snapshot = sceneOf({});
    std::vector<Vec3f> places;
    for (std::uint64_t i = 0; i < 500; ++i) places.emplace_back(somePoint(i));
    snapshot.layers = {
        layerWith(Spheres{places, std::vector<float>(500, 0.05F), repeated(Rgba(200, 90, 20), 500), false})};
    const QImage first = draw(snapshot);
    QVERIFY(draw(colored(9)) != first);
    QCOMPARE(draw(snapshot), first);
    // What was uploaded for another scene does not stay.
    QCOMPARE(blobIn(draw(sceneOf({}))).pixels, 0);
  }

  // The camera's projection and the picture agree to a pixel, wherever the point, whatever the size.
  void spheresAreDrawnWhereTheCameraSays() {
    double worst = 0;
    for (std::uint64_t i = 0; i < 30; ++i) {
      SceneSnapshot snapshot = sceneOf({sphere(somePoint(i), 0.05F)}, i % 2 ? QSize(320, 240) : QSize(200, 330));
      snapshot.camera.azimuth = 180 * noise(i + 500);
      snapshot.camera.elevation = 85 * noise(i + 600);
      const Projected p = snapshot.camera.project(somePoint(i), snapshot.viewport());
      const Blob blob = blobIn(draw(snapshot));
      if (p.x < 8 || p.y < 8 || p.x > snapshot.size.width() - 8 || p.y > snapshot.size.height() - 8) continue;
      const QPointF middle = QRectF(blob.box).center();
      worst = std::max({worst, std::abs(middle.x() - p.x), std::abs(middle.y() - p.y)});
      QVERIFY2(
          worst <= 1,
          qPrintable(
              QStringLiteral("%1: %2, %3 instead of %4, %5").arg(i).arg(middle.x()).arg(middle.y()).arg(p.x).arg(p.y)));
      QVERIFY(std::abs(blob.box.width() / 2.0 - 0.05 * p.scale) <= 1);
    }
    qInfo("largest difference %.2f pixels", worst);
  }

  // The box of each mark's pixels is that of its projected corners.
  void everyMarkIsDrawnWhereTheCameraSays_data() {
    QTest::addColumn<QString>("mark");
    for (const char* name : {"tube", "post", "plane", "mesh", "arrow", "lines"}) QTest::newRow(name) << name;
  }
  void everyMarkIsDrawnWhereTheCameraSays() {
    QFETCH(QString, mark);
    SceneLayer layer;
    if (mark == "tube")
      layer = layerWith(
          Tubes{std::vector<Vec3f>{{-1, 0, 0}, {0, 1, 0.5F}, {1, 0, 1}}, repeated(white, 3), {3}, 0.04F, false});
    else if (mark == "post")
      layer =
          layerWith(Posts{std::vector<Vec3f>{{0.3F, -0.4F, 0}}, std::vector<float>{1.2F}, repeated(white, 1), 0.1F});
    else if (mark == "plane")
      layer = layerWith(Plane{{0.2, 0.1, 0.4}, 0.9, white, false});
    else if (mark == "mesh")
      layer = layerWith(Mesh{std::vector<Vec3f>{{-1, -1, 0}, {1, -1, 0.3F}, {1, 1, 0}, {-1, 1, 1}},
                             std::vector<std::uint32_t>{0, 1, 2, 0, 2, 3}, repeated(white, 4)});
    else if (mark == "arrow")
      layer = layerWith(
          Arrows{std::vector<Vec3f>{{-0.5F, 0, 0}}, std::vector<Vec3f>{{1.2F, 0.4F, 0.8F}}, repeated(white, 1), 0.05F});
    else
      layer = layerWith(
          Lines{std::vector<Vec3f>{{-1, 0, 0}, {1, 0.5F, 1}}, repeated(white, 2), std::vector<std::uint32_t>{2}, 2});
    SceneSnapshot snapshot = sceneOf({layer}, {480, 360});
    const auto corners = std::visit(
        [](const auto& geometry) -> std::vector<Vec3f> {
          if constexpr (requires { tessellate(geometry); })
            return tessellate(geometry).points;
          else if constexpr (std::is_same_v<std::decay_t<decltype(geometry)>, Lines>)
            return {geometry.positions.begin(), geometry.positions.end()};
          else
            return {};
        },
        layer.geometry);
    QRectF expected;
    for (const Vec3f& corner : corners) {
      const Projected p = snapshot.camera.project(corner.wide(), snapshot.viewport());
      expected |= QRectF(p.x - 1e-3, p.y - 1e-3, 2e-3, 2e-3);
    }
    const QRectF box(blobIn(draw(snapshot)).box);
    const double slack = mark == "lines" ? 2 : 1;  // half the width of the line
    QVERIFY2(std::abs(box.left() - expected.left()) <= slack && std::abs(box.right() - expected.right()) <= slack &&
                 std::abs(box.top() - expected.top()) <= slack && std::abs(box.bottom() - expected.bottom()) <= slack,
             qPrintable(QStringLiteral("%1 %2 %3 %4, expected %5 %6 %7 %8")
                            .arg(box.left())
                            .arg(box.top())
                            .arg(box.right())
                            .arg(box.bottom())
                            .arg(expected.left())
                            .arg(expected.top())
                            .arg(expected.right())
                            .arg(expected.bottom())));
  }

  void nearMarksCoverFarOnes() {
    const Camera camera = sceneOf({}).camera;
    const Vec3 near = camera.target - camera.forward() * 1.0, far = camera.target + camera.forward() * 1.0;
    for (const bool turned : {false, true}) {
      std::vector<SceneLayer> layers{sphere(near, 0.2F, Rgba(255, 0, 0)), sphere(far, 0.4F, Rgba(0, 0, 255))};
      if (turned) std::swap(layers[0], layers[1]);
      const QColor middle(draw(sceneOf(layers)).pixel(160, 120));
      QVERIFY2(middle.red() > 120 && middle.blue() < 60, qPrintable(middle.name()));
    }
    // A translucent plane lets through what is behind it, in the order of alpha.
    const QColor through(draw(sceneOf({sphere({0, 0, -0.3}, 0.3F, Rgba(255, 0, 0)),
                                       layerWith(Plane{{0, 0, 0.2}, 1.5, Rgba(0, 0, 255, 64), false})}))
                             .pixel(160, 130));
    QVERIFY2(through.red() > 80 && through.blue() > 30, qPrintable(through.name()));
  }

  void fogFadesIntoTheBackground() {
    SceneSnapshot snapshot = sceneOf({});
    const Vec3 far = snapshot.camera.target + snapshot.camera.forward() * 1.9;
    snapshot.layers = {sphere(far, 0.3F)};
    const int clear = qRed(draw(snapshot).pixel(160, 120));
    snapshot.fog = 0.8;
    const int faded = qRed(draw(snapshot).pixel(160, 120));
    QVERIFY2(faded < 0.6 * clear, qPrintable(QStringLiteral("%1 %2").arg(faded).arg(clear)));
  }

  void transparentPicturesHaveAnEmptyBackground() {
    SceneSnapshot snapshot = sceneOf({sphere({0, 0, 0}, 0.4F)});
    snapshot.background = white;
    snapshot.transparent = true;
    const QImage image = draw(snapshot);
    QCOMPARE(qAlpha(image.pixel(2, 2)), 0);
    QCOMPARE(qAlpha(image.pixel(160, 120)), 255);
  }

  // Exports larger than a tile are drawn in tiles that fit together to the pixel.
  void tilesFitTogether() {
    SceneSnapshot snapshot = sceneOf(
        {layerWith(Tubes{
             std::vector<Vec3f>{{-1.6F, 0, -1}, {0, 1, 0.5F}, {1.6F, 0, 1}}, repeated(white, 3), {3}, 0.06F, false}),
         sphere({0, 0, 0}, 0.5F, Rgba(230, 120, 30))},
        {300, 220});
    const QImage large = service_->grabNow(snapshot, {3000, 2200});
    QCOMPARE(large.size(), QSize(3000, 2200));
    const QImage small = draw(snapshot).convertToFormat(QImage::Format_RGB32);
    const QImage reduced = large.scaled(small.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                               .convertToFormat(QImage::Format_RGB32);
    int off = 0;
    for (int y = 0; y < small.height(); ++y)
      for (int x = 0; x < small.width(); ++x)
        off += std::abs(qGreen(small.pixel(x, y)) - qGreen(reduced.pixel(x, y))) > 40;
    QVERIFY2(off < 0.004 * small.width() * small.height(), qPrintable(QString::number(off)));
    // No seam: along the tile border at x = 2048 neighbours differ no more than elsewhere.
    const auto steps = [&](int x) {
      double sum = 0;
      for (int y = 0; y < large.height(); ++y)
        sum += std::abs(qGreen(large.pixel(x, y)) - qGreen(large.pixel(x - 1, y)));
      return sum;
    };
    const double usual = (steps(2040) + steps(2044) + steps(2052) + steps(2056)) / 4;
    QVERIFY2(steps(2048) <= 1.5 * usual + 50, qPrintable(QStringLiteral("%1 %2").arg(steps(2048)).arg(usual)));
  }

  void picksTheItemUnderThePlace() {
    std::vector<Vec3f> places;
    std::vector<float> radii;
    std::vector<std::int64_t> ids;
    for (std::uint64_t i = 0; i < 60; ++i) {
      places.emplace_back(somePoint(i));
      radii.push_back(static_cast<float>(0.12 + 0.08 * noise(i + 900)));
      ids.push_back(static_cast<std::int64_t>(1000 + i));
    }
    SceneSnapshot snapshot = sceneOf({layerWith(Spheres{places, radii, repeated(white, 60), false}, ids)});
    const auto& spheres = std::get<Spheres>(snapshot.layers[0].geometry);
    int checked = 0, hits = 0;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      const QPointF place(160 + 150 * noise(2 * i), 120 + 110 * noise(2 * i + 1));
      bool doubt = false;
      const int expected = firstHit(snapshot, spheres, place, doubt);
      if (doubt) continue;
      const auto picked = pickItem(snapshot, place, 0);
      ++checked;
      hits += expected >= 0;
      QVERIFY2(expected < 0 ? !picked : picked && picked->id == 1000 + expected, qPrintable(QString::number(i)));
    }
    QVERIFY2(checked > 1000 && hits > 100, qPrintable(QStringLiteral("%1 %2").arg(checked).arg(hits)));
  }

  void pickingHasRules() {
    const Camera camera = sceneOf({}).camera;
    const Vec3 near = camera.target - camera.forward() * 1.0;
    SceneSnapshot snapshot = sceneOf({sphere({0, 0, 0}, 0.3F), sphere(near, 0.1F)});
    snapshot.layers[1].ids = std::vector<std::int64_t>{7};
    QCOMPARE(pickItem(snapshot, {160, 120})->id, std::int64_t{7});  // the nearer one
    snapshot.layers[1].ids = {};
    QCOMPARE(pickItem(snapshot, {160, 120})->layer, std::size_t{0});  // without ids there are no items
    const double reach = 0.3 * camera.project({0, 0, 0}, snapshot.viewport()).scale;
    QVERIFY(pickItem(snapshot, {160 + reach + 3, 120}));  // within the tolerance of four pixels
    QVERIFY(!pickItem(snapshot, {160 + reach + 6, 120}));
    snapshot.camera.distance = 0.1;  // behind the eye
    snapshot.layers = {sphere(snapshot.camera.eye() - snapshot.camera.forward() * 0.5, 0.1F)};
    QVERIFY(!pickItem(snapshot, {160, 120}));
    // Posts and arrows along their whole length.
    SceneSnapshot post = sceneOf({layerWith(
        Posts{std::vector<Vec3f>{{0, 0, -1}, {0.5F, 0.5F, -1}}, std::vector<float>{2, 1}, repeated(white, 2), 0.05F},
        {3, 4})});
    for (const double z : {-0.9, 0.0, 0.9}) {
      const Projected p = post.camera.project({0, 0, z}, post.viewport());
      QCOMPARE(pickItem(post, {p.x, p.y})->id, std::int64_t{3});
    }
    const Projected tip = post.camera.project({0.5, 0.5, -0.1}, post.viewport());
    QCOMPARE(pickItem(post, {tip.x, tip.y})->id, std::int64_t{4});
    QCOMPARE(pickItem(post, {tip.x, tip.y})->select, QStringLiteral("item"));
  }

  // Asked of the service, it is the picture that was drawn last that answers.
  void picksFromThePictureThatIsShown() {
    QObject receiver;
    int frames = 0;
    const auto view = service_->openView(&receiver, [&](const RenderedFrame&) { ++frames; });
    std::optional<PickedItem> answer;
    int answers = 0;
    const auto ask = [&](QPointF place) {
      answers = 0;
      service_->pick(view, place, [&](std::optional<PickedItem> item) { answer = item, ++answers; });
      return QTest::qWaitFor([&] { return answers > 0; }, 3000);
    };
    QVERIFY(ask({160, 120}) && !answer);  // nothing drawn yet
    service_->show(view, sceneOf({sphere({0, 0, 0}, 0.3F)}));
    QTRY_COMPARE(frames, 1);
    QVERIFY(ask({160, 120}) && answer && answer->id == 0);
    QVERIFY(ask({5, 5}) && !answer);
    QCOMPARE(answers, 1);
    service_->closeView(view);
  }

  void sharedArraysAreNotDrawnAgain() {
    // The same arrays under another camera, then others of the same size: each picture is of its own snapshot.
    std::vector<Vec3f> left{{-1, 1, 0}}, right{{1, -1, 0}};
    SceneSnapshot a = sceneOf({layerWith(Spheres{left, std::vector<float>{0.2F}, repeated(white, 1), false})});
    const QPointF first = blobIn(draw(a)).middle;
    a.camera.orbit(180, 0);
    const QPointF turned = blobIn(draw(a)).middle;
    QVERIFY(std::abs(first.x() - turned.x()) > 40);
    std::get<Spheres>(a.layers[0].geometry).positions = right;
    const QPointF moved = blobIn(draw(a)).middle;
    QVERIFY(std::abs(moved.x() - first.x()) < 2);  // opposite place, opposite side
  }

  void withoutAContextEveryRequestIsAnswered() {
    qputenv("LEARNSCOPE_GL", "none");
    {
      RenderService none;
      try {
        none.grabNow(colored(0), {10, 10});
        QFAIL("drawn");
      } catch (const Error& error) {
        QVERIFY2(QString(error.what()).contains(QLatin1String("no OpenGL 3.3 context")), error.what());
        QVERIFY(QString(error.what()).contains(QLatin1String("LEARNSCOPE_GL=none")));
      }
      QVERIFY(none.status().ready && none.status().path.isEmpty() && !none.status().reason.isEmpty());
      QObject receiver;
      QString problem;
      const auto view = none.openView(&receiver, [&](const RenderedFrame& frame) { problem = frame.problem; });
      none.show(view, colored(1));
      QTRY_VERIFY(problem.contains(QLatin1String("no OpenGL 3.3 context")));
      std::optional<PickedItem> item;
      int answers = 0;
      none.pick(view, {1, 1}, [&](std::optional<PickedItem>) { ++answers; });
      QTRY_COMPARE(answers, 1);
      none.closeView(view);
    }
    qunsetenv("LEARNSCOPE_GL");
  }

  // One scene of every mark, against a picture that a person has looked at.
  void everyMarkLooksAsItDid() {
    SceneSnapshot snapshot = sceneOf({}, {360, 260});
    snapshot.background = white;
    snapshot.fog = 0.35;
    snapshot.camera.distance = 4.6;
    std::vector<Vec3f> places, ring;
    std::vector<float> radii;
    std::vector<Rgba> colors, ringColors;
    const Theme theme = Theme::light();
    for (int i = 0; i < 24; ++i) {
      const double angle = i * std::numbers::pi / 12;
      places.emplace_back(Vec3{0.8 * std::cos(angle), 0.8 * std::sin(angle), 0.3 + 0.25 * std::sin(3 * angle)});
      radii.push_back(0.05F + 0.002F * static_cast<float>(i));
      colors.emplace_back(mapColor("cyclic", i / 24.0, theme));
      ring.emplace_back(Vec3{1.2 * std::cos(angle), 1.2 * std::sin(angle), 0.6 + 0.1 * std::cos(2 * angle)});
      ringColors.emplace_back(mapColor("sequential", i / 23.0, theme));
    }
    std::vector<Vec3f> heights;
    std::vector<std::uint32_t> faces;
    std::vector<Rgba> shades;
    for (std::uint32_t r = 0; r < 9; ++r)
      for (std::uint32_t c = 0; c < 9; ++c) {
        const double x = c / 8.0 - 0.5, y = r / 8.0 - 0.5, z = 0.35 * std::exp(-12 * (x * x + y * y));
        heights.emplace_back(Vec3{x, y, z});
        shades.emplace_back(mapColor("diverging", z / 0.35, theme));
        if (r < 8 && c < 8) {
          const std::uint32_t a = 9 * r + c;
          faces.insert(faces.end(), {a, a + 1, a + 10, a, a + 10, a + 9});
        }
      }
    snapshot.layers = std::vector<SceneLayer>{
        layerWith(Spheres{places, radii, colors, false}),
        layerWith(Tubes{ring, ringColors, {24}, 0.025F, true}),
        layerWith(Posts{std::vector<Vec3f>{{1, 0, 0}, {0, 1, 0}, {-1, 0, 0}}, std::vector<float>{0.4F, 0.8F, 0.2F},
                        repeated(Rgba(theme.muted), 3), 0.05F}),
        layerWith(Mesh{heights, faces, shades}),
        layerWith(Arrows{std::vector<Vec3f>{{0, 0, 0.4F}, {0.4F, -0.4F, 0.2F}},
                         std::vector<Vec3f>{{0, 0, 0.6F}, {0.5F, -0.3F, 0.2F}}, repeated(Rgba(0xD5, 0x5E, 0), 2),
                         0.03F}),
        layerWith(Lines{std::vector<Vec3f>{{-1, -1, 0}, {-0.5F, -1, 0.6F}, {0, -1, 0.2F}},
                        repeated(Rgba(0, 0x72, 0xB2), 3), std::vector<std::uint32_t>{3}, 2}),
        layerWith(Plane{{0, 0, 0.75}, 1.2, Rgba(90, 100, 110, 46), true})};
    snapshot.floor = SceneFloor{0, 2, 0.25, {}, Rgba(theme.muted, 0.5)};
    snapshot.bounds = {};
    for (const SceneLayer& layer : snapshot.layers) snapshot.bounds.add(boundsOf(layer));
    const QString difference = pictureDifference(draw(snapshot), "scene-marks");
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
    // The comparison notices a mark that is gone.
    snapshot.layers.erase(snapshot.layers.begin() + 1);
    if (!qEnvironmentVariableIsSet("LEARNSCOPE_UPDATE_PICTURES"))
      QVERIFY(!pictureDifference(draw(snapshot), "scene-marks", 24, 0.002, false).isEmpty());
  }
};

QTEST_MAIN(TestRenderService)
#include "test_render_service.moc"
