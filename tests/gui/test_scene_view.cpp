// SPDX-License-Identifier: GPL-3.0-or-later
// A scene as a widget: what it says when empty, the camera under mouse and keys, selection, data, figures.
#include <QAccessible>
#include <QSignalSpy>
#include <QtTest>

#include "tests/gui/scene_support.h"
#include "widgets/scene/scene_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const Json spheres = {{"mark", "sphere"},
                      {"x", {{"measure", "points"}, {"column", 0}}},
                      {"y", {{"measure", "points"}, {"column", 1}}},
                      {"z", 0},
                      {"size", 0.15},
                      {"select", "neuron"}};

ViewSpec specOf(Json more = Json::object(), const std::vector<Json>& layers = {spheres}) {
  Json json = {{"id", "carousel"},
               {"title", "Carousel"},
               {"kind", "scene"},
               {"layers", layers},
               {"camera", {{"azimuth", 30}, {"elevation", 40}, {"distance", 6}}},
               {"cameras", {{{"id", "low"}, {"title", "Low"}, {"elevation", 5}}, {{"id", "far"}, {"distance", 20}}}}};
  if (more.is_object()) json.update(more);
  return ViewSpec::parse(json);
}

/// Four items at the corners of a square, ids 10 to 13.
struct Square : PlotSession {
  std::shared_ptr<Run> run = addRun("a", 1, 100);
  Square() {
    model.setSynchronous(true);
    record(0, 1);
  }
  void record(std::int64_t step, float half) {
    run->addArray("points", step,
                  Array::from<float>(std::vector<float>{half, half, half, -half, -half, -half, -half, half}, {4, 2},
                                     {10, 11, 12, 13}));
    run->setLastStep(step);
  }
};

struct Shown {
  SceneView view;
  explicit Shown(SessionModel& model, Json more = Json::object(), const std::vector<Json>& layers = {spheres})
      : view(specOf(more, layers), model) {
    view.resize(400, 300);
    view.show();
    view.refresh();
  }
  Viewport pane() const { return {400, 300}; }
  QPoint pixel(Vec3 at) const {
    const Projected p = view.camera().project(at, pane());
    return QPoint(static_cast<int>(p.x), static_cast<int>(p.y));
  }
  void drag(QPoint from, QPoint by, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {}) {
    const auto send = [&](QEvent::Type type, QPoint at, Qt::MouseButton which, Qt::MouseButtons held) {
      QMouseEvent event(type, at, view.mapToGlobal(at), which, held, modifiers);
      QCoreApplication::sendEvent(&view, &event);
    };
    send(QEvent::MouseButtonPress, from, button, button);
    for (int i = 1; i <= 4; ++i) send(QEvent::MouseMove, from + by * i / 4, Qt::NoButton, button);
    send(QEvent::MouseButtonRelease, from + by, button, Qt::NoButton);
  }
};

bool near(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) <= tolerance; }

}  // namespace

class TestSceneView : public QObject {
  Q_OBJECT
 private slots:
  void saysWhatWillFillIt() {
    PlotSession s;
    Shown shown(s.model);
    QVERIFY(shown.view.message().contains(QLatin1String("Press play")));
    const auto run = s.addRun("a", 1, 10);
    shown.view.refresh();
    QCOMPARE(shown.view.message(), QStringLiteral("Nothing recorded yet."));
    QImage image(100, 100, QImage::Format_RGB32);
    QPainter painter(&image);
    QVERIFY_EXCEPTION_THROWN(shown.view.paintFigure(painter, QRectF(0, 0, 100, 100), {}), Error);
    run->addArray("points", 0, filled({2, 2}, [](std::size_t i) { return i; }));
    s.model.setSynchronous(true);
    shown.view.refresh();
    QVERIFY(shown.view.message().isEmpty());
  }

  void aMistakeInThePageIsSaid() {
    Square s;
    Shown shown(s.model, {}, {{{"mark", "sphere"}, {"position", "points"}, {"trail", 5000}}});
    QVERIFY2(shown.view.message().contains(QLatin1String("/layers/0/trail")), qPrintable(shown.view.message()));
  }

  // The pane says what is missing and what to do; plots and training go on.
  void withoutOpenGlThePaneSaysWhy() {
    qputenv("LEARNSCOPE_GL", "none");
    {
      Square s;
      Shown shown(s.model);
      QTRY_VERIFY(shown.view.message().contains(QLatin1String("no OpenGL 3.3")));
      for (const char* part : {"libegl1", "Plots and training go on", "LEARNSCOPE_GL=none"})
        QVERIFY2(shown.view.message().contains(QLatin1String(part)), part);
      QVERIFY(blobIn(shown.view.grab().toImage(), 1).pixels > 0);
      shown.drag({100, 100}, {50, 0});  // the camera still moves, nothing breaks
      QVERIFY(!shown.view.dataCsv().isEmpty());
    }
    qunsetenv("LEARNSCOPE_GL");
  }

  void clicksSelectTheItemUnderTheCursor() {
    Square s;
    Shown shown(s.model);
    QTRY_VERIFY(shown.view.message().isEmpty());
    QTest::qWait(300);  // the first picture
    const auto click = [&](Vec3 at, Qt::KeyboardModifiers modifiers = {}) {
      QTest::mouseClick(&shown.view, Qt::LeftButton, modifiers, shown.pixel(at));
    };
    click({1, 1, 0});
    QTRY_COMPARE(s.model.selection(), (Selection{"neuron", {10}}));
    click({-1, -1, 0}, Qt::ControlModifier);
    QTRY_COMPARE(s.model.selection(), (Selection{"neuron", {10, 12}}));
    click({1, 1, 0}, Qt::ControlModifier);
    QTRY_COMPARE(s.model.selection(), (Selection{"neuron", {12}}));
    s.model.undoStack().undo();  // clicks that follow each other are one step
    QVERIFY(s.model.selection().ids.empty());
    s.model.undoStack().redo();
    QCOMPARE(s.model.selection(), (Selection{"neuron", {12}}));
    click({0, 0, 0});  // nothing there
    QTRY_VERIFY(s.model.selection().ids.empty());
    click({-1, -1, 0});
    QTRY_COMPARE(s.model.selection(), (Selection{"neuron", {12}}));
    QTest::keyClick(&shown.view, Qt::Key_Escape);
    QVERIFY(s.model.selection().ids.empty());
  }

  void theMouseMovesTheCamera() {
    Square s;
    Shown shown(s.model);
    QSignalSpy changed(&shown.view, &SceneView::cameraChanged);
    const Camera home = shown.view.camera();
    shown.drag({100, 100}, {40, 20});
    QVERIFY(near(shown.view.camera().azimuth, home.azimuth - 14) &&
            near(shown.view.camera().elevation, home.elevation + 7));
    QVERIFY(changed.size() > 0 && s.model.selection().ids.empty());  // a drag is no click
    // Panning keeps what was grabbed under the mouse.
    const QPoint before = shown.pixel({0, 0, 0});
    shown.drag(before, {30, -12}, Qt::LeftButton, Qt::ShiftModifier);
    QCOMPARE(shown.pixel({0, 0, 0}), before + QPoint(30, -12));
    shown.drag(before, {-30, 12}, Qt::MiddleButton);
    QCOMPARE(shown.pixel({0, 0, 0}), before);
    shown.drag({100, 100}, {0, 50}, Qt::RightButton);
    QVERIFY(shown.view.camera().distance > home.distance);
    // The wheel comes nearer to what is under it.
    shown.view.setCamera(home);
    const Vec3 held = home.target + home.right() * 1.0 + home.up() * 0.5;
    const QPoint at = shown.pixel(held);
    QWheelEvent wheel(at, shown.view.mapToGlobal(at), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&shown.view, &wheel);
    QVERIFY(near(shown.view.camera().distance, home.distance * 0.88 * 0.88));
    QVERIFY((shown.pixel(held) - at).manhattanLength() <= 2);
  }

  void keysMoveTheCamera() {
    Square s;
    Shown shown(s.model);
    const Camera home = shown.view.camera();
    QTest::keyClick(&shown.view, Qt::Key_Right);
    QVERIFY(near(shown.view.camera().azimuth, home.azimuth + 5));
    QTest::keyClick(&shown.view, Qt::Key_Down);
    QVERIFY(near(shown.view.camera().elevation, home.elevation - 5));
    QTest::keyClick(&shown.view, Qt::Key_Plus);
    QVERIFY(shown.view.camera().distance < home.distance);
    QTest::keyClick(&shown.view, Qt::Key_W);
    QVERIFY(length(shown.view.camera().target - home.target) > 0.1);
    QTest::keyClick(&shown.view, Qt::Key_Home);
    QTRY_COMPARE(shown.view.camera(), home);
    QTest::keyClick(&shown.view, Qt::Key_1);
    QTRY_COMPARE(shown.view.camera().elevation, 5.0);
    QTest::keyClick(&shown.view, Qt::Key_2);
    QTRY_COMPARE(shown.view.camera().distance, 20.0);
    QVERIFY(shown.view.showPreset("top"));
    QTRY_COMPARE(shown.view.camera().elevation, 90.0);
    QVERIFY(!shown.view.showPreset("nowhere"));
    QTest::keyClick(&shown.view, Qt::Key_T);
    QVERIFY(shown.view.isTurning());
    const double azimuth = shown.view.camera().azimuth;
    QTRY_VERIFY(shown.view.camera().azimuth != azimuth);
    QTest::keyClick(&shown.view, Qt::Key_T);
    QVERIFY(!shown.view.isTurning());
  }

  void commandsMoveTheCamera() {
    Square s;
    Shown shown(s.model);
    QSignalSpy problem(&s.model, &SessionModel::problem);
    s.model.perform({"camera", {{"view", "carousel"}, {"azimuth", -20}, {"distance", 3}}});
    QTRY_VERIFY(near(shown.view.camera().azimuth, -20) && near(shown.view.camera().distance, 3));
    s.model.perform({"camera", {{"view", "carousel"}, {"preset", "low"}}});
    QTRY_VERIFY(near(shown.view.camera().elevation, 5));
    const Camera before = shown.view.camera();
    s.model.perform({"camera", {{"view", "other"}, {"distance", 9}}});
    s.model.perform({"camera", {{"view", "carousel"}, {"distance", -1}}});
    s.model.perform({"camera", {{"view", "carousel"}, {"preset", "nowhere"}}});
    QCOMPARE(problem.size(), 2);
    QTest::qWait(60);
    QCOMPARE(shown.view.camera(), before);
  }

  void aPageWithoutACameraIsFitted() {
    Square s;
    Json json = specOf().json;
    json.erase("camera");
    SceneView view(ViewSpec::parse(json), s.model);
    view.resize(400, 300);
    view.show();
    view.refresh();
    for (const Vec3 corner : {Vec3{1, 1, 0}, Vec3{-1, -1, 0}, Vec3{1, -1, 0}}) {
      const Projected p = view.camera().project(corner, {400, 300});
      QVERIFY(p.x > 0 && p.x < 400 && p.y > 0 && p.y < 300);
    }
    // It stays there while the scene grows: the reader keeps the scale.
    const Camera fitted = view.camera();
    s.record(10, 3);
    view.refresh();
    QCOMPARE(view.camera(), fitted);
  }

  void theCursorChoosesTheRecord() {
    Square s;
    s.record(50, 2);
    Shown shown(s.model);
    QVERIFY(shown.view.dataCsv().contains(QStringLiteral("10,2,2")));
    const QImage later = shown.view.picture({400, 300}, 12);
    s.model.setCursor(20);
    QVERIFY(shown.view.dataCsv().contains(QStringLiteral("10,1,1")));
    QVERIFY(shown.view.picture({400, 300}, 12) != later);
    QCOMPARE(shown.view.dataCsv().section('\n', 0, 0), QStringLiteral("neuron,Points [0],Points [1]"));
  }

  // The picture with its overlay is that of the window; a selected item has a ring, the step stands below.
  void picturesShowTheSelection() {
    Square s;
    Shown shown(s.model);
    const QImage plain = shown.view.picture({400, 300}, 12);
    s.model.select({"neuron", {13}});
    const QImage ringed = shown.view.picture({400, 300}, 12);
    QRect changed;
    for (int y = 0; y < 300; ++y)
      for (int x = 0; x < 400; ++x)
        if (plain.pixel(x, y) != ringed.pixel(x, y)) changed |= QRect(x, y, 1, 1);
    const QPoint at = shown.pixel({-1, 1, 0});
    QVERIFY2((changed.center() - at).manhattanLength() <= 3,
             qPrintable(QStringLiteral("%1 %2").arg(changed.center().x()).arg(at.x())));
    QVERIFY(changed.width() > 10 && changed.width() < 60);
  }

  void isSpoken() {
    Square s;
    Shown shown(s.model);
    s.model.select({"neuron", {13}});
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&shown.view);
    QCOMPARE(spoken->role(), QAccessible::Graphic);
    QCOMPARE(spoken->text(QAccessible::Name), QStringLiteral("Carousel"));
    QTRY_COMPARE(spoken->text(QAccessible::Value), QStringLiteral("step 0; 4 of neuron; neuron 13 selected"));
  }

  void theWindowShowsWhatTheServiceDrew() {
    Square s;
    Shown shown(s.model);
    QTRY_VERIFY(shown.view.message().isEmpty());
    const auto middleOf = [&] {
      const QImage image = shown.view.grab().toImage();
      return QColor(image.pixel(shown.pixel({1, 1, 0}) * image.devicePixelRatio()));
    };
    QTRY_VERIFY(middleOf() != Theme::of(shown.view.palette()).plotBackground);
  }

  void parentAndShownRuns() {
    Square s;
    RunInfo info;
    info.id = "child";
    info.lab = "plot-lab";
    info.parent = "a";
    const auto child = s.factory.create(*s.lab, info);
    child->addArray("points", 0, filled({1, 2}, [](std::size_t) { return 9; }));
    s.model.session().open(child, false);
    s.model.makeCurrent("child");
    Shown current(s.model), parent(s.model, {{"runs", "parent"}}), all(s.model, {{"runs", "shown"}});
    QVERIFY(current.view.dataCsv().contains(QStringLiteral("0,9,9")));
    QVERIFY(parent.view.dataCsv().contains(QStringLiteral("13,-1,1")));
    QVERIFY(all.view.dataCsv().contains(QStringLiteral("0,9,9")));
  }

  // A handle follows the mouse in the plane of the screen; the camera stays.
  void draggedHandle() {
    Square s;
    Shown shown(s.model, {{"handle", {{"at", {0.5, 0, 0}}, {"label", "drag me"}}}});
    const Camera before = shown.view.camera();
    const Projected p = before.project({0.5, 0, 0}, shown.pane());
    shown.drag(shown.pixel({0.5, 0, 0}), {40, -20});
    QVERIFY(shown.view.camera() == before);
    const Vec3 wanted = Vec3{0.5, 0, 0} + before.right() * (40 / p.scale) + before.up() * (20 / p.scale);
    QVERIFY(length(*shown.view.handle() - wanted) < 0.02);
    QTest::keyClick(&shown.view, Qt::Key_Right, Qt::ControlModifier);
    QVERIFY(dot(*shown.view.handle() - wanted, before.right()) > 0.01);
    QVERIFY(shown.view.camera() == before);
    shown.drag({10, 10}, {40, 0});  // elsewhere the mouse orbits
    QVERIFY(!(shown.view.camera() == before));
    Shown without(s.model);
    QVERIFY(!without.view.handle());
  }

  // A handle that stands on items is where one is pressed, and nowhere before.
  void handleOnItems() {
    Square s;
    Shown shown(s.model, {{"handle", {{"on", "neuron"}}}});
    QVERIFY(!shown.view.handle());
    const Camera before = shown.view.camera();
    shown.drag(shown.pixel({1, -1, 0}), {30, 0});
    QVERIFY(shown.view.handle().has_value());
    QVERIFY(shown.view.camera() == before);
    QCOMPARE(s.model.selection(), (Selection{"neuron", {11}}));
    const Projected p = before.project({1, -1, 0}, shown.pane());
    const Vec3 wanted = Vec3{1, -1, 0} + before.right() * (30 / p.scale);
    QVERIFY(length(*shown.view.handle() - wanted) < 0.05);
  }
};

QTEST_MAIN(TestSceneView)
#include "test_scene_view.moc"
