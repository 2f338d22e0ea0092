// SPDX-License-Identifier: GPL-3.0-or-later
// A figure dropped on the window brings back what it was made from; figures and exports from the command line.
#include <QDockWidget>
#include <QDropEvent>
#include <QImage>
#include <QMainWindow>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QUrl>
#include <filesystem>

#include "app/main_window.h"
#include "tests/support/program.h"
#include "widgets/export/save_figure.h"
#include "widgets/plots/lines_view.h"
#include "widgets/scene/scene_view.h"

using namespace learnscope;

namespace {

constexpr int patience = 20000;  // ms; a busy machine is no failure

struct Window {
  explicit Window(const QString& folder) : settings(folder) {
    registry.add(test::tinyLab());
    window = std::make_unique<MainWindow>(registry, settings, theme);
    window->resize(1280, 800);
    window->show();
  }
  bool drop(const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window.get(), &enter);
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(window.get(), &drop);
    return enter.isAccepted();
  }
  SessionModel& model() { return window->workspace()->model(); }

  Registry registry;
  Settings settings;
  DesktopTheme theme;
  std::unique_ptr<MainWindow> window;
};

bool trainToEnd(LabWorkspace& lab, std::int64_t steps) {
  lab.model().setSpeed(0);
  lab.model().userSteps(steps);
  lab.model().play();
  return QTest::qWaitFor([&] { return lab.model().run() && lab.model().run()->state() == RunState::Finished; },
                         patience);
}

/// Docks as nobody but a user would put them: runs in front of the parameters, events below the scene, loss narrow.
void rearrange(LabWorkspace& lab) {
  auto* docks = lab.findChild<QMainWindow*>();
  const auto dock = [&](const char* name) {
    return docks->findChild<QDockWidget*>(QStringLiteral("dock.") + QLatin1String(name));
  };
  docks->tabifyDockWidget(dock("panel.parameters"), dock("panel.runs"));
  docks->addDockWidget(Qt::BottomDockWidgetArea, dock("panel.events"));
  docks->splitDockWidget(dock("panel.events"), dock("panel.interventions"), Qt::Horizontal);
  for (const char* shown : {"panel.events", "panel.interventions", "panel.runs"}) dock(shown)->show();
  dock("panel.runs")->raise();
  docks->resizeDocks({dock("loss")}, {310}, Qt::Horizontal);
  docks->resizeDocks({dock("panel.events")}, {190}, Qt::Vertical);
  QCoreApplication::processEvents();
}

/// Where each shown dock of a lab is.
QMap<QString, QRect> placesOf(LabWorkspace& lab) {
  QMap<QString, QRect> places;
  for (const QDockWidget* dock : lab.findChildren<QDockWidget*>())
    if (!dock->isHidden() && dock->geometry().right() >= 0) places[dock->objectName()] = dock->geometry();
  return places;
}

/// Trains in a window, places cursor and camera, zooms, and saves a figure of it; the id of the run.
std::string makeFigure(const QString& folder, const QString& path, QMap<QString, QRect>* places = nullptr) {
  Window w(folder);
  LabWorkspace& lab = *w.window->openLab(QStringLiteral("tiny"));
  if (!trainToEnd(lab, 80)) return {};
  // Views are laid out a little after the window shows.
  if (!QTest::qWaitFor([&] { return lab.isOpen(QStringLiteral("loss")); }, patience)) return {};
  lab.setOpen(QStringLiteral("weights"), false);
  rearrange(lab);
  lab.model().setCursor(40);
  auto* scene = qobject_cast<SceneView*>(lab.figureView(QStringLiteral("orbit")));
  Camera camera = scene->camera();
  camera.azimuth = 123;
  scene->setCamera(camera);
  auto* loss = qobject_cast<LinesView*>(lab.figureView(QStringLiteral("loss")));
  loss->refresh();
  loss->canvas().zoomTo({10, 50}, {-1, 1});
  View* const views[] = {scene, loss};
  saveFigure(views, path, {}, lab.figureLayout());
  if (places) *places = placesOf(lab);
  return lab.model().run()->info().id;
}

}  // namespace

class TestFigureDrop : public QObject {
  Q_OBJECT
 private slots:
  void init() { data_ = std::make_unique<test::TemporaryFolder>(); }

  void aFigureBringsItsRunBack_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("png") << "figure.png";
    QTest::newRow("pdf") << "figure.pdf";
  }
  void aFigureBringsItsRunBack() {
    QFETCH(QString, name);
    const QString picture = path(name);
    QMap<QString, QRect> places;
    const std::string run = makeFigure(path("data"), picture, &places);
    QVERIFY(!run.empty());
    QCOMPARE(places.size(), 5);  // parameters, runs, events, interventions, claims
    Window w(path("data"));
    w.window->openLab(QStringLiteral("tiny"))->resetLayout();  // the folder remembers where everything was
    QVERIFY(w.drop(picture));
    QTRY_VERIFY_WITH_TIMEOUT(w.window->workspace() && w.model().run() && w.model().cursor() == 40, patience);
    QCOMPARE(w.model().run()->info().id, run);
    LabWorkspace& lab = *w.window->workspace();
    auto* scene = qobject_cast<SceneView*>(lab.figureView(QStringLiteral("orbit")));
    QTRY_COMPARE_WITH_TIMEOUT(scene->camera().azimuth, 123.0, patience);
    auto* loss = qobject_cast<LinesView*>(lab.figureView(QStringLiteral("loss")));
    QVERIFY(loss->canvas().zoomed());
    QCOMPARE(loss->canvas().xAxis->range().upper, 50.0);
    QVERIFY(!lab.isOpen(QStringLiteral("weights")));
    QTRY_COMPARE_WITH_TIMEOUT(placesOf(lab), places, patience);
    // Again, while its run is open: nothing is opened twice.
    w.model().setCursor(10);
    QVERIFY(w.drop(picture));
    QTRY_COMPARE_WITH_TIMEOUT(w.model().cursor(), std::int64_t{40}, patience);
    QCOMPARE(lab.model().session().members().size(), std::size_t{1});
    // The figure saved from there is the same, and so is what it carries, to the pixel of the docks.
    if (name.endsWith("png")) {
      View* const views[] = {scene, loss};
      saveFigure(views, path("again.png"), {}, lab.figureLayout());
      QCOMPARE(QImage(path("again.png")), QImage(picture));
      const Json before = readFigureState(picture).toJson(), after = readFigureState(path("again.png")).toJson();
      QCOMPARE(after.dump(), before.dump());
    }
  }

  void aRunThatIsGoneIsTrainedAgain() {
    const QString picture = path("figure.png");
    const std::string run = makeFigure(path("data"), picture);
    QVERIFY(!run.empty());
    Window w(path("elsewhere"));
    QVERIFY(w.drop(picture));
    QTRY_VERIFY_WITH_TIMEOUT(w.window->workspace() && w.window->workspace()->messages().text().contains("not among"),
                             patience);
    QVERIFY(!w.model().run());
    auto* offer = w.window->workspace()->messages().findChild<QPushButton*>();
    QVERIFY2(offer->text().contains("step 40"), qPrintable(offer->text()));
    w.model().setSpeed(0);
    offer->click();
    QTRY_VERIFY_WITH_TIMEOUT(w.model().run() && w.model().run()->lastStep() == 40 &&
                                 w.model().status().phase == TrainerStatus::Phase::Paused,
                             patience);
    QVERIFY(w.model().run()->info().id != run);
    // It is the same run: the same loss at the same step.
    const auto old = listRunFiles(path("data").toStdString() + "/runs");
    QCOMPARE(old.size(), std::size_t{1});
    const auto before = openRunFile(old[0].path, w.registry, OpenMode::Read);
    QCOMPARE(w.model().run()->scalars("loss").back().value, before->scalars("loss")[4].value);
  }

  void whatIsNoFigureIsRefused() {
    QImage plain(16, 16, QImage::Format_RGB32);
    plain.fill(Qt::blue);
    plain.save(path("plain.png"));
    Window w(path("data"));
    QVERIFY(w.drop(path("plain.png")));
    QTRY_VERIFY2_WITH_TIMEOUT(w.window->gallery().messages()->text().contains("carries no state"),
                              qPrintable(w.window->gallery().messages()->text()), patience);
    QVERIFY(!w.window->workspace());
  }

  void renderTakesStylesAndPictures() {
    const test::Program program;
    const std::string file = program.train("a.lscope"), style = program.path("paper.json");
    test::writeFile(style,
                    R"({"size": "page", "titles": true, "dpi": 100, "panels": {"loss": {"y": {"scale": "log"}}}})");
    const std::string png = program.path("a.png"), again = program.path("b.png"), pdf = program.path("c.pdf");
    EXPECT_STATUS(
        program({"render", file, "--view", "orbit,loss,weights", "--style", style, "--out", png, "--step", "100"}), 0);
    QCOMPARE(QImage(QString::fromStdString(png)).size(), QSize(701, 394));
    EXPECT_STATUS(program({"render", file, "--like", png, "--out", again}), 0);
    QVERIFY(readFile(again, 1 << 26) == readFile(png, 1 << 26));
    EXPECT_STATUS(program({"render", file, "--like", png, "--out", pdf, "--width", "90", "--view", "loss"}), 0);
    EXPECT_STATUS(program({"render", file, "--view", "loss", "--out", program.path("d.tiff")}), 0);
    const std::string none = program.path("x.pdf");
    const auto refused = [&](std::vector<std::string> more) {
      std::vector<std::string> words{"render", file, "--out", none};
      words.insert(words.end(), more.begin(), more.end());
      const test::Outcome outcome = program(words);
      return outcome.status == 2 ? outcome.err : "status " + std::to_string(outcome.status);
    };
    EXPECT_HAS(refused({}), "name the views");
    EXPECT_HAS(refused({"--view", "loss,los"}), "did you mean loss?");
    EXPECT_HAS(refused({"--view", "loss", "--style", program.path("no.json")}), "no such file");
    EXPECT_HAS(refused({"--like", file}), "a PNG, PDF or SVG picture expected");
    test::writeFile(style, R"({"lineWidht": 2})");
    EXPECT_HAS(refused({"--view", "loss", "--style", style}), "did you mean lineWidth?");
    test::writeFile(style, R"({"panels": {"lossy": {}}})");
    EXPECT_HAS(refused({"--view", "loss", "--style", style}), "/panels: lossy: no such view");
    test::writeFile(style, R"({"font": {"family": "No Such Font"}})");
    EXPECT_HAS(refused({"--view", "loss", "--style", style}), "/font/family: No Such Font: this font is not installed");
    test::writeFile(style, R"({"panels": {"loss": {"x": {"range": [-5, 5], "scale": "log"}}}})");
    EXPECT_HAS(refused({"--view", "loss", "--style", style}), "/panels/loss");
    test::writeFile(style, "{");
    EXPECT_HAS(refused({"--view", "loss", "--style", style}), "paper.json");
    QVERIFY(!std::filesystem::exists(none));
  }

  void exportWritesJsonAndEventFiles() {
    const test::Program program;
    const std::string file = program.train("a.lscope"), json = program.path("a.json"), board = program.path("board");
    EXPECT_STATUS(program({"export", file, "--json", json, "--tensorboard", board}), 0);
    const Json whole = parseJson(readFile(json, 1 << 26), json);
    QVERIFY(whole["scalars"].contains("loss") && whole["arrays"].contains("weights"));
    std::vector<std::filesystem::path> events;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(board))
      if (entry.is_regular_file()) events.push_back(entry.path());
    QCOMPARE(events.size(), std::size_t{1});
    EXPECT_HAS(events[0].string(), "/board/tiny-0-");
    EXPECT_HAS(program({"export", file, "--tensorboard", board}).err, "already exists");
    EXPECT_STATUS(program({"export", file, "--tensorboard", board, "--force"}), 0);
    EXPECT_STATUS(program({"export", file, "--tensorboard", json}), 2);
    EXPECT_STATUS(program({"export", file, "--tensorboard", program.path("no/such/board")}), 2);
    EXPECT_STATUS(program({"export", file}), 2);
  }

 private:
  QString path(const QString& name) const { return QString::fromStdString(data_->path(name.toStdString())); }
  std::unique_ptr<test::TemporaryFolder> data_;
};

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("learnscope-tests"));
  TestFigureDrop test;
  return QTest::qExec(&test, argc, argv);
}
#include "test_figure_drop.moc"
