// SPDX-License-Identifier: GPL-3.0-or-later
// The OpenGL path of splats against the CPU path.
#include <QTest>
#include <cmath>

#include "tests/support/splat_scenes.h"
#include "widgets/scene/splat_gl.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

double psnr(const QImage& a, const QImage& b) {
  double sum = 0;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) {
      const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
      sum += std::pow(qRed(p) - qRed(q), 2) + std::pow(qGreen(p) - qGreen(q), 2) + std::pow(qBlue(p) - qBlue(q), 2);
    }
  return -10 * std::log10(sum / (3.0 * a.width() * a.height()) / (255.0 * 255));
}

/// Random splats of the sizes that objects have.
Gaussians cloud(int degree) {
  Gaussians splats = test::randomSplats(2000, degree);
  for (std::size_t i = 0; i < splats.size(); ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      splats.logScale[k][i] = 0.3F * splats.logScale[k][i] - 3;
      splats.position[k][i] *= 0.3F;
    }
  return splats;
}

}  // namespace

class TestSplatGl : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    GlContextResult result = openEglContext();
    if (!result.context) QSKIP(("no OpenGL here: " + result.reason).c_str());
    context_ = std::move(result.context);
    painter_ = std::make_unique<SplatGlPainter>(*context_);
    QVERIFY(painter_->capacity() >= 65536 / 3);
  }
  void cleanupTestCase() {
    painter_.reset();
    context_.reset();
  }

  void agreesWithTheCpuPath_data() {
    QTest::addColumn<int>("scene");
    QTest::newRow("surface") << 0;
    QTest::newRow("cloud with harmonics") << 1;
    QTest::newRow("eye inside, wide, cut, scaled") << 2;
    QTest::newRow("orthographic, compensated, transparent") << 3;
  }
  void agreesWithTheCpuPath() {
    QFETCH(int, scene);
    const auto splats =
        std::make_shared<PreparedSplats>(scene == 0 ? test::bumpScene(8000) : cloud(scene == 1 ? 3 : 0));
    SplatCamera camera = lookingAt({1.5, 1.1, 1.6}, {0, 0, 0}, {0, 1, 0}, 49.1, 301, 203);
    RenderOptions options;
    if (scene == 2) {
      camera = lookingAt({.2, .1, .3}, {1, 0, 0}, {0, 1, 0}, 90, 301, 203);
      options.opacityCut = 0.3F;
      options.scale = 1.4F;
      options.background = {0.2F, 0, 0.3F, 1};
    }
    if (scene == 3) {
      camera.orthographic = true;
      camera.focalX = camera.focalY = 90;
      options.antialiased = true;
      options.background = {0, 0, 0, 0};
    }
    Rasteriser rasteriser;
    rasteriser.setSplats(splats);
    QImage cpu(301, 203, QImage::Format_ARGB32_Premultiplied), gl = cpu.copy();
    rasteriser.render(camera, options, reinterpret_cast<std::uint32_t*>(cpu.bits()),
                      static_cast<std::size_t>(cpu.bytesPerLine() / 4));
    painter_->setSplats(splats);
    painter_->render(camera, options, nullptr, nullptr, gl);
    QVERIFY(cpu.pixel(150, 100) != cpu.pixel(1, 1) || scene == 2);
    const double quality = psnr(cpu, gl);
    qInfo("%s: %.1f dB", QTest::currentDataTag(), quality);
    QVERIFY2(quality >= 44, std::to_string(quality).c_str());
  }

  void hiddenSplatsAndOtherColoursAreUploaded() {
    const auto splats = std::make_shared<PreparedSplats>(test::bumpScene(500));
    const SplatCamera camera = lookingAt({0, 0, 2.4}, {0, 0, 0}, {0, 1, 0}, 49.1, 64, 64);
    RenderOptions options;
    options.background = {0, 0, 0, 0};
    QImage image(64, 64, QImage::Format_ARGB32_Premultiplied);
    painter_->setSplats(splats);
    painter_->render(camera, options, nullptr, nullptr, image);
    QVERIFY(qAlpha(image.pixel(32, 32)) > 200);
    painter_->render(camera, options, nullptr, std::make_shared<AlignedVector<float>>(500), image);
    QCOMPARE(qAlpha(image.pixel(32, 32)), 0);
    auto green = std::make_shared<std::array<AlignedVector<float>, 3>>();
    for (std::size_t c = 0; c < 3; ++c) (*green)[c].assign(500, c == 1 ? 1.0F : 0.0F);
    painter_->render(camera, options, green, nullptr, image);
    QCOMPARE(qRed(image.pixel(32, 32)), 0);
    QVERIFY(qGreen(image.pixel(32, 32)) > 200);
    painter_->render(camera, options, nullptr, nullptr, image);
    QVERIFY(qRed(image.pixel(32, 32)) > 20);
  }

 private:
  std::unique_ptr<GlContext> context_;
  std::unique_ptr<SplatGlPainter> painter_;
};

QTEST_MAIN(TestSplatGl)
#include "test_splat_gl.moc"
