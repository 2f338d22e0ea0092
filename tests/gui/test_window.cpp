// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, offscreen, with the tiny lab and real run files in a folder of its own.
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QTest>
#include <QUrl>

#include "app/card_picture.h"
#include "app/log.h"
#include "app/main_window.h"
#include "engine/experiments/registry.h"
#include "engine/store/run_file.h"
#include "tests/support/program.h"
#include "tests/support/support.h"
#include "tests/support/tiny_lab.h"

using namespace learnscope;

namespace {

constexpr int patience = 20000;  // ms; a busy machine is no failure

Registry tinyRegistry() {
  Registry registry;
  registry.add(test::tinyLab());
  return registry;
}

/// A window with a data folder; both may be made again over the same folder, as at the next start of the program.
struct Program {
  explicit Program(const QString& folder)
      : registry(tinyRegistry()), settings(folder), window(registry, settings, theme) {
    window.resize(1280, 800);
    window.show();
  }
  LabWorkspace& lab() { return *window.openLab(QStringLiteral("tiny")); }

  Registry registry;
  Settings settings;
  DesktopTheme theme;
  MainWindow window;
};

bool trainToEnd(LabWorkspace& lab, std::int64_t steps) {
  lab.model().setSpeed(0);
  lab.model().userSteps(steps);
  lab.model().play();
  return QTest::qWaitFor([&] { return lab.model().run() && lab.model().run()->state() == RunState::Finished; },
                         patience);
}

}  // namespace

class TestWindow : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { startLogging(folder_.path("log.txt").c_str()); }
  void init() { data_ = std::make_unique<test::TemporaryFolder>(); }

  void galleryListsLabsAndSearchFindsThem() {
    Program program(path());
    Gallery& gallery = program.window.gallery();
    QCOMPARE(gallery.cards().size(), 1);
    LabCard* card = gallery.cards().first();
    QCOMPARE(card->labId(), QStringLiteral("tiny"));
    QVERIFY(!card->accessibleName().isEmpty());
    QVERIFY(card->isVisible());
    auto* search = gallery.findChild<QLineEdit*>(QStringLiteral("searchField"));
    QVERIFY(search);
    search->setText(QStringLiteral("no such lab"));
    QVERIFY(!card->isVisible());
    search->setText(card->accessibleName().left(3).toUpper());
    QVERIFY(card->isVisible());
    QTest::mouseClick(card, Qt::LeftButton);
    QVERIFY(program.window.workspace());
    QCOMPARE(program.window.workspace()->labId(), QStringLiteral("tiny"));
  }

  void labOpensWithoutTrainingAndPlayFillsTheViews() {
    Program program(path());
    LabWorkspace& lab = program.lab();
    QTest::qWait(50);
    QVERIFY(!lab.model().run());
    QVERIFY(!lab.panes().isEmpty());
    QVERIFY(trainToEnd(lab, 60));
    ViewPane* loss = lab.pane(QStringLiteral("loss"));
    QVERIFY(loss && loss->view());
    QVERIFY(loss->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(loss->view()->dataCsv().count(QLatin1Char('\n')) > 3, patience);
    const QImage picture = loss->view()->grab().toImage();
    QSet<QRgb> colors;
    for (int y = 0; y < picture.height(); y += 2)
      for (int x = 0; x < picture.width(); x += 2) colors.insert(picture.pixel(x, y));
    QVERIFY2(colors.size() > 8, "the view is empty");
  }

  void theWindowFitsASmallScreen() {
    Program program(path());
    program.lab();
    QTest::qWait(100);
    QCOMPARE(program.window.size(), QSize(1280, 800));
    QVERIFY2(program.window.minimumSizeHint().height() <= 700,
             qPrintable(QString::number(program.window.minimumSizeHint().height())));
    QVERIFY2(program.window.minimumSizeHint().width() <= 1100,
             qPrintable(QString::number(program.window.minimumSizeHint().width())));
  }

  void runsAreKeptAndTrashed() {
    Program program(path());
    QVERIFY(trainToEnd(program.lab(), 40));
    const QStringList files = program.lab().openFiles();
    QCOMPARE(files.size(), 1);
    QVERIFY_EXCEPTION_THROWN(program.window.recentRuns().moveToTrash(files.first()), IoError);
    program.window.closeLab(&program.lab());
    QVERIFY(!program.window.workspace());
    QTRY_COMPARE_WITH_TIMEOUT(program.window.recentRuns().entries().size(), std::size_t{1}, patience);
    QCOMPARE(program.window.recentRuns().entries().front().state, RunState::Finished);
    program.window.gallery().trash(files.first());
    QVERIFY(!QFile::exists(files.first()));
    QTRY_VERIFY_WITH_TIMEOUT(program.window.recentRuns().entries().empty(), patience);
    auto* undo = program.window.gallery().messages()->findChild<QPushButton*>(QStringLiteral("plain"));
    QVERIFY(undo && undo->isVisible());
    undo->click();
    QVERIFY(QFile::exists(files.first()));
  }

  void theWindowAndTheCommandLineGiveTheSameRun() {
    QString file;
    {
      Program program(path());
      QVERIFY(trainToEnd(program.lab(), 200));
      file = program.lab().openFiles().first();
      program.window.close();
    }
    const test::Program commandLine;
    const std::string other = commandLine.train("b.lscope", {"--steps", "200"});
    QCOMPARE(runFileDigest(file.toStdString()), runFileDigest(other));
  }

  void aDroppedFileOpensInItsLab() {
    QString file;
    {
      Program program(path());
      QVERIFY(trainToEnd(program.lab(), 40));
      file = program.lab().openFiles().first();
      program.window.close();
    }
    Program program(path());
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(file)});
    QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&program.window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&program.window, &drop);
    QTRY_VERIFY_WITH_TIMEOUT(program.window.workspace() && program.window.workspace()->model().run(), patience);
    QCOMPARE(program.window.workspace()->model().run()->lastStep(), std::int64_t{40});
    QCOMPARE(program.window.workspace()->model().session().members().size(), std::size_t{1});
  }

  void aBrokenFileIsRefusedInWords() {
    Program program(path());
    const QString file = QString::fromStdString(data_->path("broken.lscope"));
    QFile broken(file);
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("this is no run");
    broken.close();
    bool done = true;
    int answers = 0;
    connect(&program.window, &MainWindow::runOpened, this, [&](const QString&, bool ok) { done = ok, ++answers; });
    program.window.open(file);
    QTRY_COMPARE_WITH_TIMEOUT(answers, 1, patience);
    QVERIFY(!done);
    QVERIFY(program.window.gallery().messages()->isVisible());
    QVERIFY(program.window.gallery().messages()->text().contains(QStringLiteral("broken.lscope")));
  }

  void anInterruptedRunIsOfferedAndResumed() {
    const QString crashed = QString::fromStdString(data_->path("crashed"));
    QVERIFY(QDir().mkpath(crashed + QStringLiteral("/runs")));
    QProcess training;
    training.start(
        QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny"),
        {QStringLiteral("run"), QStringLiteral("tiny"), QStringLiteral("--steps"), QStringLiteral("100000000"),
         QStringLiteral("--out"), crashed + QStringLiteral("/runs/killed.lscope")});
    QVERIFY(training.waitForStarted(patience));
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(crashed + QStringLiteral("/runs/killed.lscope")), patience);
    QTest::qWait(2500);  // committed at the latest one second after
    training.kill();
    QVERIFY(training.waitForFinished(patience));
    Program program(crashed);
    QPushButton* resume = nullptr;
    QTRY_VERIFY_WITH_TIMEOUT((resume = program.window.gallery().findChild<QPushButton*>(QStringLiteral("primary"))),
                             patience);
    QTRY_VERIFY_WITH_TIMEOUT(resume->isVisible(), patience);
    QVERIFY(resume->accessibleName().contains(QStringLiteral("Resume")));
    resume->click();
    QTRY_VERIFY_WITH_TIMEOUT(program.window.workspace() && program.window.workspace()->model().run(), patience);
    SessionModel& model = program.window.workspace()->model();
    const std::int64_t before = model.run()->lastStep();
    QVERIFY(before > 0);
    QTRY_VERIFY_WITH_TIMEOUT(model.run()->lastStep() > before, patience);
    model.pause();
  }

  void layoutPersists() {
    {
      Program program(path());
      LabWorkspace& lab = program.lab();
      QTest::qWait(100);
      QVERIFY(lab.isOpen(QStringLiteral("weights")));
      lab.setOpen(QStringLiteral("weights"), false);
      program.window.close();
    }
    Program program(path());
    LabWorkspace& lab = program.lab();
    QTest::qWait(100);
    QVERIFY(!lab.isOpen(QStringLiteral("weights")));
    QVERIFY(lab.isOpen(QStringLiteral("loss")));
    lab.resetLayout();
    QVERIFY(lab.isOpen(QStringLiteral("weights")));
  }

  // A view that opens where no row is left joins the tabs; where there is room it gets a row.
  void openedViewsStayReadable() {
    Program program(path());
    LabWorkspace& lab = program.lab();
    auto* docks = lab.findChild<QMainWindow*>();
    auto* dock = lab.findChild<QDockWidget*>(QStringLiteral("dock.weights"));
    QVERIFY(docks && dock);
    for (const bool room : {false, true}) {
      program.window.resize(1100, room ? 1500 : 500);
      QTest::qWait(100);
      lab.resetLayout();
      lab.setOpen(QStringLiteral("weights"), false);
      QTest::qWait(50);
      lab.raiseView(QStringLiteral("weights"));
      QCOMPARE(docks->tabifiedDockWidgets(dock).isEmpty(), room);
      QTRY_VERIFY(lab.pane(QStringLiteral("weights"))->isVisible());
      QVERIFY(dock->height() > 120);
    }
  }

  void presentingShowsViewsOnlyAndComesBack() {
    Program program(path());
    LabWorkspace& lab = program.lab();
    QTest::qWait(100);
    auto* parameters = lab.findChild<QDockWidget*>(QStringLiteral("dock.panel.parameters"));
    QVERIFY(parameters && parameters->isVisible());
    program.window.actions().action(QStringLiteral("view.present"))->trigger();
    QVERIFY(lab.presenting());
    QVERIFY(!parameters->isVisible());
    QVERIFY(lab.pane(QStringLiteral("loss"))->isVisible());
    program.window.actions().action(QStringLiteral("view.leavePresent"))->trigger();
    QVERIFY(!lab.presenting());
    QVERIFY(parameters->isVisible());
  }

  void themeSwitches() {
    Program program(path());
    program.theme.setChoice(DesktopTheme::Choice::Light);
    const QColor light = QApplication::palette().color(QPalette::Window);
    program.theme.setChoice(DesktopTheme::Choice::Dark);
    const QColor dark = QApplication::palette().color(QPalette::Window);
    QVERIFY(light.lightnessF() > 0.7f);
    QVERIFY(dark.lightnessF() < 0.3f);
    QVERIFY(Theme::current().dark);
    QVERIFY(program.window.gallery().palette().color(QPalette::Window).lightnessF() < 0.3f);
    QVERIFY(houseStyleSheet(true) != houseStyleSheet(false));
    QVERIFY2(!houseStyleSheet(true).contains(QLatin1Char('@')), "a colour of the style sheet has no value");
  }

  void everyActionHasItsOwnShortcutAndAnIconThatExists() {
    Program program(path());
    QHash<QString, QString> owners;
    QSet<QString> ids;
    for (const ActionSpec& spec : program.window.actions().specs()) {
      QVERIFY2(!ids.contains(spec.id), qPrintable(spec.id));
      ids.insert(spec.id);
      QVERIFY2(spec.handler || spec.submenu, qPrintable(spec.id));
      QVERIFY2(!spec.tip.isEmpty(), qPrintable(spec.id));
      if (!spec.icon.isEmpty())
        QVERIFY2(QFile::exists(QStringLiteral(":/icons/%1.svg").arg(spec.icon)), qPrintable(spec.icon));
      for (const QKeySequence& shortcut : spec.shortcuts) {
        const QString keys = shortcut.toString();
        QVERIFY2(!owners.contains(keys),
                 qPrintable(keys + QStringLiteral(": ") + spec.id + QStringLiteral(" and ") + owners.value(keys)));
        owners.insert(keys, spec.id);
      }
    }
    QVERIFY(!program.window.actions().action(QStringLiteral("run.play"))->isEnabled());
    program.lab();
    QVERIFY(program.window.actions().action(QStringLiteral("run.play"))->isEnabled());
    QVERIFY(!program.window.actions().action(QStringLiteral("run.branch"))->isEnabled());
  }

  void undoTakesAnEditBack() {
    Program program(path());
    LabWorkspace& lab = program.lab();
    const Json before = lab.model().nextConfig()["lr"];
    lab.model().userSet("lr", 0.05);
    QAction* undo = program.window.actions().action(QStringLiteral("edit.undo"));
    QTRY_VERIFY(undo->isEnabled());
    undo->trigger();
    QCOMPARE(lab.model().nextConfig()["lr"].get<double>(), before.get<double>());
  }

  void aRefusalIsSaidAboveTheViews() {
    Program program(path());
    LabWorkspace& lab = program.lab();
    lab.model().userSet("lr", -1.0);
    QVERIFY(lab.messages().isVisible());
    QVERIFY(lab.messages().text().contains(QStringLiteral("lr")));
  }

  void everyBuiltInLabOpens() {
    const Registry registry = builtinLabs();
    Settings settings(path());
    DesktopTheme theme;
    MainWindow window(registry, settings, theme);
    window.resize(1280, 800);
    window.show();
    for (const auto& lab : registry.labs()) {
      const QString id = QString::fromStdString(lab->describe().id);
      QVERIFY2(window.openLab(id), qPrintable(id + QStringLiteral(": ") + window.gallery().messages()->text()));
      QTest::qWait(20);
      for (ViewPane* pane : window.workspace()->panes())
        QVERIFY2(pane->view(), qPrintable(id + QStringLiteral("/") + QString::fromStdString(pane->spec().id)));
    }
  }

  void cardsAreDrawnFromThePagesMarks() {
    const auto page = [](const char* layer) {
      return parseJson(std::string(R"({"views": [{"kind": "scene", "layers": [)") + layer + "]}]}", "page");
    };
    QCOMPARE(cardMotif(page(R"({"mark": "sphere", "angle": 0})")), CardMotif::Carousel);
    QCOMPARE(cardMotif(page(R"({"mark": "tube"})")), CardMotif::Trajectory);
    QCOMPARE(cardMotif(page(R"({"mark": "mesh"})")), CardMotif::Surface);
    QCOMPARE(cardMotif(page(R"({"mark": "splat"})")), CardMotif::Splats);
    QCOMPARE(cardMotif(Json::object()), CardMotif::Curves);
    const Theme theme = Theme::light();
    QCOMPARE(cardAccent(Json{{"card", {{"accent", "#123456"}}}}, theme), QColor(0x123456));
    QCOMPARE(cardAccent(Json{{"card", {{"accent", "no colour"}}}}, theme), theme.accent);
    for (const CardMotif motif : {CardMotif::Carousel, CardMotif::Trajectory, CardMotif::Surface, CardMotif::Graph,
                                  CardMotif::Curves, CardMotif::Splats}) {
      QImage image(320, 180, QImage::Format_ARGB32_Premultiplied);
      image.fill(Qt::magenta);
      QPainter painter(&image);
      paintCard(painter, QRectF(20, 20, 280, 140), motif, theme.accent, theme, 1);
      painter.end();
      QCOMPARE(image.pixelColor(10, 90), QColor(Qt::magenta));  // nothing outside its rectangle
      QVERIFY(image.pixelColor(25, 25) != QColor(Qt::magenta));
    }
  }

  void settingsKeepLayoutsByName() {
    Settings settings(path());
    settings.saveLayout(QStringLiteral("tiny"), QStringLiteral("a/b é"), 7);
    QCOMPARE(settings.layoutNames(QStringLiteral("tiny")), QStringList(QStringLiteral("a/b é")));
    QCOMPARE(settings.layout(QStringLiteral("tiny"), QStringLiteral("a/b é")).toInt(), 7);
    settings.removeLayout(QStringLiteral("tiny"), QStringLiteral("a/b é"));
    QVERIFY(settings.layoutNames(QStringLiteral("tiny")).isEmpty());
  }

  void theLogKeepsItsLastLines() {
    logWarning("store", QStringLiteral("a line to find"));
    QVERIFY(lastLogLines().last().contains(QStringLiteral("a line to find")));
    QVERIFY(lastLogLines().last().contains(QStringLiteral("store")));
  }

 private:
  QString path() const { return QString::fromStdString(data_->path("data")); }
  test::TemporaryFolder folder_;
  std::unique_ptr<test::TemporaryFolder> data_;
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
