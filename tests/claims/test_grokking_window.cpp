// SPDX-License-Identifier: GPL-3.0-or-later
// Groups grok live in the window, with all default views, at the steps of the page and bit for bit as without a window.
#include <QApplication>
#include <QProcess>

#include "app/main_window.h"
#include "engine/experiments/registry.h"
#include "engine/store/run_file.h"
#include "tests/support/claim.h"
#include "tests/support/support.h"

using namespace learnscope;

class TestGrokkingWindow : public QObject {
  Q_OBJECT

 private slots:
  // Seed 0: steps of memorised, stage II, stage III, generalised.
  void groksLive_data() {
    QTest::addColumn<QString>("group");
    QTest::addColumn<QList<int>>("steps");
    QTest::newRow("p=47") << "47" << QList<int>{60, 20, 110, 460};
    QTest::newRow("p=97") << "97" << QList<int>{60, 20, 160, 370};
  }
  void groksLive() {
    QFETCH(QString, group);
    QFETCH(QList<int>, steps);
    const test::TemporaryFolder folder;
    const Registry registry = builtinLabs();
    Settings settings(QString::fromStdString(folder.path("data")));
    DesktopTheme theme;
    QString file;
    {
      MainWindow window(registry, settings, theme);
      window.resize(1280, 800);
      window.show();
      LabWorkspace* lab = window.openLab(QStringLiteral("grokking"));
      QVERIFY(lab);
      SessionModel& model = lab->model();
      model.userSet("group", group.toStdString());
      model.userSteps(600);
      model.setSpeed(0);
      model.play();
      QVERIFY(QTest::qWaitFor([&] { return model.run() && model.run()->state() == RunState::Finished; }, 300'000));
      const QStringList ids{"memorised", "stage-2", "stage-3", "generalised"};
      QList<int> found(4, -1);
      for (const Event& event : model.run()->events())
        if (const auto place = ids.indexOf(QString::fromStdString(event.id)); place >= 0)
          found[place] = static_cast<int>(event.step);
      test::measured("window %s: memorised %d, stage II %d, stage III %d, generalised %d", qPrintable(group), found[0],
                     found[1], found[2], found[3]);
      for (int i = 0; i < 4; ++i) VERIFY_BETWEEN(found[i], steps[i] - 10, steps[i] + 10);
      for (ViewPane* pane : lab->panes())
        if (pane->isVisible()) QTRY_VERIFY2(pane->view()->dataCsv().size() > 20, qPrintable(pane->objectName()));
      file = lab->openFiles().first();
      window.close();
    }
    const QString other = QString::fromStdString(folder.path("headless.lscope"));
    QCOMPARE(QProcess::execute(QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope"),
                               {"run", "grokking", "--set", "group=" + group, "--steps", "600", "--out", other}),
             0);
    QCOMPARE(runFileDigest(file.toStdString()), runFileDigest(other.toStdString()));
  }
};

QTEST_MAIN(TestGrokkingWindow)
#include "test_grokking_window.moc"
