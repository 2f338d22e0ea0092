// SPDX-License-Identifier: GPL-3.0-or-later
// The splat viewer with mouse and keyboard, on small scenes.
#include <QAction>
#include <QDialog>
#include <QDir>
#include <QDropEvent>
#include <QMimeData>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <fstream>

#include "app/splat_window.h"
#include "engine/core/random_stream.h"
#include "tests/support/splat_scenes.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

/// The window with a file in it, of a size that is drawn quickly.
class Fixture {
 public:
  explicit Fixture(std::size_t count = 3000) : window(1) {
    splats::Gaussians scene = test::bumpScene(count);
    splats::writeSplatFile(folder.path("bump.ply"), scene, {});
    window.resize(800, 500);
    window.show();
    view().setFocus();
  }
  SplatView& view() { return window.view(); }
  bool open(const std::string& name = "bump.ply") {
    QSignalSpy opened(&window, &SplatWindow::opened);
    window.open(QString::fromStdString(folder.path(name)));
    return opened.wait(20000) && opened.first().first().toBool();
  }
  /// Waits for the next picture in full resolution.
  QImage settled() {
    for (int tries = 0; tries < 100; ++tries) {
      QSignalSpy shown(&view(), &SplatView::frameShown);
      if (!shown.wait(400) && view().frame() && !view().frame()->reduced) break;
    }
    return view().frame() ? view().frame()->image : QImage();
  }
  test::TemporaryFolder folder;
  SplatWindow window;
};

int alphaAt(const QImage& image, double x, double y) {
  return qAlpha(image.pixel(static_cast<int>(x * image.width()), static_cast<int>(y * image.height())));
}

}  // namespace

class TestSplatWindow : public QObject {
  Q_OBJECT
 private slots:
  void anEmptyWindowSaysWhatFillsIt() {
    Fixture f;
    QVERIFY(f.view().spokenText().contains("Drop a splat file here"));
    const QImage pane = f.view().grab().toImage();
    int ink = 0;
    for (int x = 0; x < pane.width(); ++x)
      for (int y = 0; y < pane.height(); ++y) ink += pane.pixel(x, y) != pane.pixel(1, 1);
    QVERIFY(ink > 200);
    // Nothing to turn, hide or fly through yet.
    QTest::keyClick(&f.view(), Qt::Key_T);
    QVERIFY(!f.view().isTurning());
    QTest::mouseDClick(&f.view(), Qt::LeftButton);
    QTest::mouseClick(&f.view(), Qt::LeftButton);
  }

  void showsAFileAndWhatItHolds() {
    Fixture f;
    QVERIFY(f.open());
    const QImage image = f.settled();
    QCOMPARE(image.size(), f.view().size());
    QVERIFY(image.pixel(image.width() / 2, image.height() / 2) != image.pixel(1, 1));
    QVERIFY(f.view().spokenText().contains("3"));
    QVERIFY2(f.window.statusText().contains("pixels"), qPrintable(f.window.statusText()));
    QVERIFY(f.window.windowTitle().startsWith("bump.ply"));
    QVERIFY(f.window.messages().isHidden());
  }

  void theCameraIsTheHousesCamera() {
    Fixture f;
    QVERIFY(f.open());
    RandomStream random(2, "points");
    for (const char* up : {"-y", "+y", "+z", "-x"}) {
      Config settings = f.view().settings();
      settings.set("up", up);
      f.view().setSettings(settings);
      const splats::UprightFrame frame = splats::uprightFrame(splats::upAxisOf(up, ""));
      const splats::SplatCamera camera = f.view().splatCamera({640, 300});
      for (int k = 0; k < 20; ++k) {
        const splats::Vec3d world{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
        const splats::Vec3d p = frame.toUpright(world), t = camera.toCamera(world);
        const Projected expected = f.view().camera().project({p[0], p[1], p[2]}, {640, 300});
        QVERIFY(std::abs(camera.focalX * t[0] / t[2] + camera.centreX - expected.x) < 1e-6);
        QVERIFY(std::abs(camera.focalY * t[1] / t[2] + camera.centreY - expected.y) < 1e-6);
        QVERIFY(std::abs(t[2] - expected.depth) < 1e-9);
      }
    }
  }

  void mouseAndKeysMoveTheCamera() {
    Fixture f;
    QVERIFY(f.open());
    const QImage before = f.settled();
    const Camera home = f.view().camera();
    const QPoint centre = f.view().rect().center();
    QTest::mousePress(&f.view(), Qt::LeftButton, {}, centre);
    QTest::mouseMove(&f.view(), centre + QPoint(60, 20));
    QTest::mouseRelease(&f.view(), Qt::LeftButton, {}, centre + QPoint(60, 20));
    QVERIFY(f.view().camera().azimuth < home.azimuth && f.view().camera().elevation > home.elevation);
    QVERIFY(f.settled() != before);
    QTest::mousePress(&f.view(), Qt::MiddleButton, {}, centre);
    QTest::mouseMove(&f.view(), centre + QPoint(30, 0));
    QTest::mouseRelease(&f.view(), Qt::MiddleButton, {}, centre);
    QVERIFY(!(f.view().camera().target == home.target));
    QTest::keyClick(&f.view(), Qt::Key_Plus);
    QVERIFY(f.view().camera().distance < home.distance);
    const Vec3 eye = f.view().camera().eye();
    QTest::keyClick(&f.view(), Qt::Key_W);
    QVERIFY(dot(f.view().camera().eye() - eye, f.view().camera().forward()) > 0);
    QTest::keyClick(&f.view(), Qt::Key_T);
    QVERIFY(f.view().isTurning());
    const double azimuth = f.view().camera().azimuth;
    QTRY_VERIFY(f.view().camera().azimuth != azimuth);
    QTest::keyClick(&f.view(), Qt::Key_Home);
    QVERIFY(!f.view().isTurning());
    QTRY_VERIFY(std::abs(f.view().camera().distance - home.distance) < 1e-9 &&
                std::abs(f.view().camera().azimuth - home.azimuth) < 1e-9);
  }

  void theVideoDialogStartsFromWhatIsSeen() {
    Fixture f;
    QVERIFY(f.open());
    Camera camera = f.view().camera();
    camera.azimuth = 77;
    f.view().setCamera(camera);
    for (QAction* action : f.window.findChildren<QAction*>())
      if (action->text() == QStringLiteral("Video…")) action->trigger();
    auto* dialog = f.window.findChild<QDialog*>(QStringLiteral("tool.splats video"));
    QVERIFY(dialog);
    const Config values = dialog->findChild<ParameterForm*>()->values();
    QCOMPARE(values.text("file"), f.folder.path("bump.ply"));
    QCOMPARE(values.text("out"), f.folder.path("bump.mp4"));
    QCOMPARE(values.real("azimuth"), 77.0);
    QVERIFY(!values.flag("states"));
    dialog->close();
  }

  void aDoubleClickLooksAtTheSurface() {
    Fixture f;
    QVERIFY(f.open());
    f.settled();
    QTest::mouseDClick(&f.view(), Qt::LeftButton, {}, f.view().rect().center());
    // The surface is 0.58 to 0.98 from the middle.
    const auto radius = [&] { return length(f.view().camera().target); };
    QTRY_VERIFY(radius() > 0.5 && radius() < 1);
  }

  void boxAndLassoHideAndUndoShows() {
    Fixture f;
    QVERIFY(f.open());
    f.settled();
    f.view().setTool(SplatView::Tool::Box);
    QTest::mousePress(&f.view(), Qt::LeftButton, {}, {5, 5});
    QTest::mouseMove(&f.view(), QPoint(f.view().width() / 2, f.view().height() - 5));
    QTest::mouseRelease(&f.view(), Qt::LeftButton, {}, QPoint(f.view().width() / 2, f.view().height() - 5));
    QTRY_VERIFY(f.view().hiddenCount() > 500);
    const std::size_t half = f.view().hiddenCount();
    QVERIFY(half < 2500);
    QCOMPARE(f.view().visibleSplats().size(), 3000 - half);
    f.settled();
    QCOMPARE(f.view().frame()->statistics.visible, 3000 - half);
    f.view().setTool(SplatView::Tool::Lasso);
    QTest::mousePress(&f.view(), Qt::LeftButton, {}, {5, 5});
    for (const QPoint& p : {QPoint(f.view().width() - 5, 5), QPoint(f.view().width() - 5, f.view().height() / 2),
                            QPoint(5, f.view().height() / 2)})
      QTest::mouseMove(&f.view(), p);
    QTest::mouseRelease(&f.view(), Qt::LeftButton, {}, {5, f.view().height() / 2});
    QTRY_VERIFY(f.view().hiddenCount() > half);
    f.view().undoStack().undo();
    QCOMPARE(f.view().hiddenCount(), half);
    f.view().showAll();
    QCOMPARE(f.view().hiddenCount(), 0U);
    f.view().undoStack().undo();
    QCOMPARE(f.view().hiddenCount(), half);
    QTest::keyClick(&f.view(), Qt::Key_Escape);
    QCOMPARE(f.view().tool(), SplatView::Tool::Orbit);
  }

  void everySettingChangesThePicture_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("value");
    for (const auto& [id, value] :
         std::initializer_list<std::pair<const char*, const char*>>{{"shape", "\"ellipsoid\""},
                                                                    {"shape", "\"point\""},
                                                                    {"colours", "\"opacity\""},
                                                                    {"colours", "\"size\""},
                                                                    {"colours", "\"depth\""},
                                                                    {"background", "\"black\""},
                                                                    {"background", "\"grey\""},
                                                                    {"up", "\"+z\""},
                                                                    {"opacityCut", "0.8"},
                                                                    {"scale", "0.5"},
                                                                    {"antialiased", "true"}})
      QTest::addRow("%s %s", id, value) << QString(id) << QString(value);
  }
  void everySettingChangesThePicture() {
    QFETCH(QString, id);
    QFETCH(QString, value);
    Fixture f;
    QVERIFY(f.open());
    const QImage before = f.settled();
    // As the form says it.
    emit f.window.form().edited(id.toStdString(), Json::parse(value.toStdString()));
    QVERIFY(f.view().settings()[id.toStdString()] == Json::parse(value.toStdString()));
    QTRY_VERIFY(f.view().frame()->image != before);
    emit f.window.form().resetRequested(id.toStdString());
    QTRY_VERIFY(f.view().frame()->image == before);
  }

  void aPictureIsTransparentBehind() {
    Fixture f;
    QVERIFY(f.open());
    f.settled();
    QImage picture;
    f.view().grabPicture({200, 120}, [&](const QImage& image) { picture = image; });
    QTRY_VERIFY(!picture.isNull());
    QCOMPARE(picture.size(), QSize(200, 120));
    QCOMPARE(alphaAt(picture, 0.01, 0.02), 0);
    QVERIFY(alphaAt(picture, 0.5, 0.5) > 200);
  }

  void whatCannotBeReadLeavesWhatIsThere() {
    Fixture f;
    std::ofstream(f.folder.path("bad.ply")) << "ply\nformat ascii 1.0\nelement vertex 5\nend_header\n";
    QVERIFY(!f.open("bad.ply"));
    QVERIFY2(f.window.messages().text().contains("bad.ply"), qPrintable(f.window.messages().text()));
    QVERIFY(f.view().spokenText().contains("Drop a splat file here"));
    QVERIFY(f.open());
    QVERIFY(!f.open("bad.ply"));
    QVERIFY(!f.window.messages().isHidden());
    QCOMPARE(f.view().splats()->size(), 3000U);
    QVERIFY(f.window.windowTitle().startsWith("bump.ply"));
    // The newest of two calls wins.
    splats::writeSplatFile(f.folder.path("few.spz"), test::bumpScene(10), {.format = splats::SplatFormat::Spz});
    f.window.open(QString::fromStdString(f.folder.path("bump.ply")));
    QVERIFY(f.open("few.spz"));
    QTest::qWait(100);
    QCOMPARE(f.view().splats()->size(), 10U);
  }

  // A folder of states: a plate that slides on beside a body that stays.
  void aFolderOfStatesMovesUnderASlider() {
    Fixture f;
    const std::string states = f.folder.path("states");
    QVERIFY(QDir().mkpath(QString::fromStdString(states)));
    for (int k = 0; k < 3; ++k) {
      splats::Gaussians scene = test::bumpScene(400);
      for (std::size_t i = 0; i < 150; ++i) scene.position[0][i] += 3 + 0.25F * static_cast<float>(k);
      splats::writeSplatFile(states + "/7_0_" + std::to_string(k) + ".ply", scene, {.order = splats::SplatOrder::File});
    }
    QVERIFY(f.open());
    QVERIFY(!f.window.stateSlider());
    QVERIFY(f.open("states"));
    QSlider* slider = f.window.stateSlider();
    QVERIFY(slider && slider->isVisible());
    const Camera before = f.view().camera();
    const float first = f.view().splats()->gaussians().position[0][0];
    slider->setValue(slider->maximum() * 3 / 4);  // half-way from state 1 to state 2
    QVERIFY(std::abs(f.view().splats()->gaussians().position[0][0] - first - 0.375F) < 1e-3F);
    QCOMPARE(f.view().splats()->gaussians().position[0][300], test::bumpScene(400).position[0][300]);
    QVERIFY(f.view().camera() == before);
    QVERIFY(f.open());
    QVERIFY(!f.window.stateSlider());
    QVERIFY(QDir().mkpath(QString::fromStdString(f.folder.path("empty"))));
    QVERIFY(!f.open("empty"));
    QVERIFY(f.window.messages().text().contains("MESH_PART_STATE"));
  }

  void filesCanBeDropped() {
    Fixture f;
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QString::fromStdString(f.folder.path("bump.ply")))});
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&f.window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QSignalSpy opened(&f.window, &SplatWindow::opened);
    QCoreApplication::sendEvent(&f.window, &event);
    QVERIFY(opened.wait(20000) && opened.first().first().toBool());
    QVERIFY(isSplatFile("a.SPZ") && !isSplatFile("a.lscope"));
  }

  void movingIsReducedAndSaidWhereFramesAreSlow() {
    Fixture f(150000);
    f.window.resize(1500, 1000);
    QVERIFY(f.open());
    f.settled();
    if (f.view().frame()->statistics.total() < 30) QSKIP("this machine is too fast");
    const QSize full = f.view().frame()->image.size();
    QTest::keyClick(&f.view(), Qt::Key_Left);
    QTRY_VERIFY(f.view().frame()->reduced);
    QVERIFY(f.view().frame()->image.width() <= full.width() / 2 + 1);
    QTRY_VERIFY(!f.view().frame()->reduced);  // at rest it is refined
    QCOMPARE(f.view().frame()->image.size(), full);
  }
};

QTEST_MAIN(TestSplatWindow)
#include "test_splat_window.moc"
