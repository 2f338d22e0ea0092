// SPDX-License-Identifier: GPL-3.0-or-later
#include <QThread>
#include <algorithm>

#include "engine/core/session.h"
#include "tests/gui/session_fixture.h"

using namespace learnscope;
using test::SessionFixture;
using Phase = TrainerStatus::Phase;

namespace {

constexpr std::int64_t scalarCount = 1'000'000, arrayCount = 10'000;

/// A run with 10^6 scalar points and 10^4 arrays that lie in the store only, as after opening a file.
std::shared_ptr<Run> bigRun(test::MemoryRunFactory& factory) {
  const auto lab = test::tinyLab();
  RunInfo info;
  info.id = newRunId();
  info.lab = "tiny";
  info.config = checkedConfig(*lab, Json::object());
  info.steps = scalarCount;
  std::shared_ptr<Run> run = factory.create(*lab, info);
  Run::Contents contents;
  std::vector<ScalarPoint>& loss = contents.scalars["loss"];
  for (std::int64_t i = 0; i < scalarCount; ++i) loss.push_back({i, 1.0 / static_cast<double>(i + 1)});
  std::vector<std::int64_t>& steps = contents.arrays["weights"];
  for (std::int64_t i = 0; i < arrayCount; ++i) {
    const std::int64_t step = i * (scalarCount / arrayCount);
    steps.push_back(step);
    const std::vector<double> values(1000, static_cast<double>(step));
    run->store()->array("weights", step, Array::vector<double>(values));
  }
  contents.lastStep = scalarCount - 1;
  contents.state = RunState::Finished;
  run->fill(std::move(contents));
  return run;
}

}  // namespace

class TestSessionModel : public QObject {
  Q_OBJECT
 private slots:
  void beginsWithTheLabsDefaults() {
    SessionFixture f;
    QCOMPARE(f.model.nextConfig().real("lr"), 0.1);
    QCOMPARE(f.model.nextSteps(), 200);
    QVERIFY(!f.model.run());
    QCOMPARE(f.model.commandLine(), QStringLiteral("learnscope run tiny --seed 0 --steps 200"));
    f.model.userSet("lr", 0.02);
    QCOMPARE(f.model.commandLine(), QStringLiteral("learnscope run tiny --set lr=0.02 --seed 0 --steps 200"));
  }

  void undoOfALiveSetSetsBackNow() {
    SessionFixture f;
    QVERIFY(f.pausedAt(20));
    f.model.userSet("lr", 0.2);
    QTRY_COMPARE(f.model.config().real("lr"), 0.2);
    f.model.undoStack().undo();
    QTRY_COMPARE(f.model.config().real("lr"), 0.1);
    f.model.undoStack().redo();
    QTRY_COMPARE(f.model.config().real("lr"), 0.2);
    const std::vector<JournalEntry> journal = f.model.run()->journal();
    QCOMPARE(journal.size(), std::size_t{3});
    QCOMPARE(journal[1].command, Json({{"set", {{"lr", 0.1}}}}));
    QCOMPARE(journal[1].step, 20);
  }

  void aDragIsOneStepOfUndo() {
    SessionFixture f;
    f.model.beginGesture();
    for (int i = 1; i <= 30; ++i) f.model.userSet("lr", 0.1 + 0.01 * i);
    f.model.endGesture();
    f.model.beginGesture();
    f.model.userSet("lr", 0.9);
    f.model.endGesture();
    QCOMPARE(f.model.undoStack().count(), 2);
    f.model.undoStack().undo();
    QCOMPARE(f.model.nextConfig().real("lr"), 0.1 + 0.01 * 30);
    f.model.undoStack().undo();
    QCOMPARE(f.model.nextConfig().real("lr"), 0.1);
    f.model.undoStack().redo();
    QCOMPARE(f.model.nextConfig().real("lr"), 0.1 + 0.01 * 30);
  }

  void whatIsRefusedIsSaidAndNotUndoable() {
    SessionFixture f;
    f.model.userSet("lr", -1.0);
    f.model.userSet("lrr", 1.0);
    f.model.userIntervene("reset-weights", Json::object());
    QCOMPARE(f.problems.size(), 3);
    QVERIFY(f.problems[0].contains(QLatin1String("1e-06")));
    QVERIFY(f.problems[1].contains(QLatin1String("did you mean lr")));
    QCOMPARE(f.model.undoStack().count(), 0);
  }

  void whatIsNotLiveWaitsForTheNextRun() {
    SessionFixture f;
    QVERIFY(f.pausedAt(10));
    f.model.userSet("noise", 0.5);
    QCOMPARE(f.model.config().real("noise"), 0.1);
    QCOMPARE(f.model.pendingEdits(), std::vector<std::string>{"noise"});
    f.model.userSeed(9'007'199'254'740'993);
    f.model.restart();
    QCOMPARE(f.model.run()->info().seed, std::uint64_t{9'007'199'254'740'993});
    QCOMPARE(f.model.config().real("noise"), 0.5);
    QVERIFY(f.model.pendingEdits().empty());
    QCOMPARE(f.model.session().members().size(), std::size_t{2});
  }

  void undoOfAnInterventionBranchesFromBeforeIt() {
    SessionFixture f;
    QVERIFY(f.pausedAt(50));
    const auto parent = f.model.run();
    f.model.userIntervene("reset-weights", {{"scale", 5.0}});
    QTRY_COMPARE(parent->journal().size(), std::size_t{1});
    QVERIFY(f.pausedAt(80));
    f.model.undoStack().undo();
    const auto branch = f.model.run();
    QVERIFY(branch != parent);
    QCOMPARE(branch->info().parent, parent->info().id);
    QCOMPARE(branch->info().forkStep, 50);
    QVERIFY(f.settles(Phase::Paused));
    QVERIFY(f.pausedAt(80));
    // Without the intervention the loss is what an undisturbed run has; the old future is still there.
    SessionFixture undisturbed;
    QVERIFY(undisturbed.pausedAt(80));
    QCOMPARE(branch->scalars("loss").back().value, undisturbed.model.run()->scalars("loss").back().value);
    QVERIFY(parent->scalars("loss").back().value != branch->scalars("loss").back().value);
    QCOMPARE(f.model.runs(QStringLiteral("shown")).size(), std::size_t{2});
    QVERIFY(f.model.runs(QStringLiteral("parent")).front() == parent);
    f.model.undoStack().redo();
    QTRY_COMPARE(branch->journal().size(), std::size_t{1});
    QVERIFY(f.problems.isEmpty());
  }

  void cursorFollowsOrStands() {
    SessionFixture f;
    QVERIFY(f.pausedAt(40));
    QVERIFY(f.model.following());
    QCOMPARE(f.model.cursor(), 40);
    f.model.userCursor(15);
    f.model.userCursor(17);
    QCOMPARE(f.model.cursor(), 17);
    QVERIFY(f.pausedAt(60));
    QCOMPARE(f.model.cursor(), 17);
    f.model.userCursor(1000);
    QCOMPARE(f.model.cursor(), 60);
    QSignalSpy past(&f.model, &SessionModel::playInPast);
    f.model.setCursor(20);
    f.model.play();
    QCOMPARE(past.count(), 1);
    QCOMPARE(past.front().front().toLongLong(), 20);
    f.model.undoStack().undo();
    QVERIFY(f.model.following());
  }

  void warnsBeforeTheCheckpointsReachTheirCap_data() {
    QTest::addColumn<int>("percent");
    QTest::addColumn<int>("warnings");
    QTest::newRow("at the limit of the warning") << 80 << 0;
    QTest::newRow("above it") << 81 << 1;
  }

  void warnsBeforeTheCheckpointsReachTheirCap() {
    QFETCH(const int, percent);
    QFETCH(const int, warnings);
    SessionFixture f;
    f.factory.reported = {.checkpointBytes = static_cast<std::size_t>(percent) << 20U, .checkpointLimit = 100U << 20U};
    QSignalSpy notes(&f.model, &SessionModel::note);
    QVERIFY(f.pausedAt(20));
    QVERIFY(f.pausedAt(40));
    const auto about = std::count_if(notes.begin(), notes.end(), [](const QList<QVariant>& note) {
      return note.front().toString().contains(QStringLiteral("thinned out"));
    });
    QCOMPARE(static_cast<int>(about), warnings);
  }

  void branchDiffersFromItsParent() {
    SessionFixture f;
    QVERIFY(f.pausedAt(60));
    f.model.branchAt({.step = 30, .set = {{"lr", 0.5}}});
    QVERIFY(f.settles(Phase::Finished));
    QCOMPARE(f.model.run()->info().forkStep, 30);
    QCOMPARE(f.model.config().real("lr"), 0.5);
    QCOMPARE(f.model.nextConfig().real("lr"), 0.5);
    QVERIFY(f.problems.isEmpty());
  }

  void presetStartsItsRunsAndPlaysItsCommands() {
    SessionFixture f;
    f.model.startPreset(*f.model.page().preset("classic"));
    f.model.setSpeed(0);
    QCOMPARE(f.model.session().members().size(), std::size_t{2});
    QCOMPARE(f.model.run()->info().seed, std::uint64_t{0});
    QVERIFY(f.settles(Phase::Finished));
    QCOMPARE(f.model.run()->lastStep(), 100);
    QSignalSpy script(&f.model, &SessionModel::scriptChanged);
    f.model.startPreset(*f.model.page().preset("kick"));
    f.model.setSpeed(0);
    QTRY_COMPARE_WITH_TIMEOUT(script.count(), 2, 5000);
    QVERIFY(f.settles(Phase::Finished));
    const std::vector<JournalEntry> journal = f.model.run()->journal();
    QCOMPARE(journal.size(), std::size_t{1});
    QCOMPARE(journal.front().step, 50);
  }

  void removedRunComesBack() {
    SessionFixture f;
    QVERIFY(f.pausedAt(10));
    const auto run = f.model.run();
    f.model.userLabel(run->info().id, {"Mine"});
    QCOMPARE(run->title(), std::string("Mine"));
    f.model.userShow(run->info().id, false);
    QVERIFY(f.model.runs(QStringLiteral("shown")).empty());
    f.model.userRemove(run->info().id);
    QVERIFY(!f.model.run());
    f.model.undoStack().undo();
    QVERIFY(f.model.run() == run);
    f.model.undoStack().undo();
    f.model.undoStack().undo();
    QVERIFY(run->title() != "Mine");
  }

  void playAtTheEndGoesOn() {
    SessionFixture f;
    f.model.startRun(0, 30);
    QVERIFY(f.settles(Phase::Finished));
    f.model.play();  // it may have trained to the new end before the next line
    QTRY_COMPARE_WITH_TIMEOUT(f.model.run()->lastStep(), 230, 5000);
  }

  void arraysComeFromTheIoThread() {
    SessionFixture f;
    const auto run = bigRun(f.factory);
    f.model.session().open(run, false);
    QTRY_VERIFY(f.model.run() == run);
    f.model.setCursor(500'050);
    QVERIFY(!f.model.array(*run, "weights", f.model.cursor()));
    QSignalSpy refreshed(&f.model, &SessionModel::refreshed);
    QTRY_VERIFY(f.model.array(*run, "weights", f.model.cursor()));
    QCOMPARE(f.model.array(*run, "weights", f.model.cursor())->value(0), 500'000.0);
    QTRY_VERIFY(refreshed.count() > 0);
    // Meanwhile the last one shown stands in at the cursor, but not elsewhere.
    f.model.setCursor(700'000);
    QCOMPARE(f.model.array(*run, "weights", 700'000)->value(0), 500'000.0);
    QVERIFY(!f.model.array(*run, "weights", 300'000));
    f.model.setSynchronous(true);
    QCOMPARE(f.model.array(*run, "weights", 900'099)->value(0), 900'000.0);
    QVERIFY(!f.model.array(*run, "nothing", 5));
  }

  void everyCursorPositionIsDrawnFromTheFile() {
    SessionFixture f;
    const auto run = bigRun(f.factory);
    f.model.session().open(run, false);
    QTRY_VERIFY(f.model.run() == run);
    std::int64_t drawn = -1;
    connect(&f.model, &SessionModel::refreshed, &f.model, [&] {
      // What a view of lines and one of bars read at the cursor.
      const ScalarSeries& loss = run->scalars("loss");
      const auto array = f.model.array(*run, "weights", f.model.cursor());
      const std::int64_t recorded = f.model.cursor() / 100 * 100;
      if (loss[static_cast<std::size_t>(indexAt(loss, f.model.cursor()))].step == f.model.cursor() && array &&
          array->value(0) == static_cast<double>(recorded))
        drawn = f.model.cursor();
    });
    for (int i = 0; i < 300; ++i) {
      const std::int64_t step = (i * 7919LL * 131) % scalarCount;
      f.model.setCursor(step);
      QVERIFY(QTest::qWaitFor([&] { return drawn == step; }, 2000));
    }
  }

  void refreshesOnlyWhenSomethingChanged() {
    SessionFixture f;
    QVERIFY(f.pausedAt(20));
    QTest::qWait(400);
    QSignalSpy refreshed(&f.model, &SessionModel::refreshed);
    QTest::qWait(400);
    QCOMPARE(refreshed.count(), 0);
    f.model.select({QStringLiteral("weight"), {2}});
    QTRY_COMPARE(refreshed.count(), 1);
  }

  void slowViewsAreAskedLessOften() {
    SessionFixture f;
    connect(&f.model, &SessionModel::refreshed, &f.model, [] { QThread::msleep(40); });
    f.model.startRun(0, 100'000'000);
    QSignalSpy refreshed(&f.model, &SessionModel::refreshed);
    QTest::qWait(1000);
    f.model.pause();
    // Half of the time is the user's: at most 1000 / 80 refreshes, and some slack.
    QVERIFY2(refreshed.count() <= 15, qPrintable(QString::number(refreshed.count())));
    QVERIFY2(refreshed.count() >= 4, qPrintable(QString::number(refreshed.count())));
  }

  void busyTimeIsMeasured() {
    SessionFixture f;
    // QTest::qWait never sleeps in the event loop, where busy time ends.
    QEventLoop loop;
    QTimer::singleShot(50, &f.model, [] { QThread::msleep(80); });
    QTimer::singleShot(500, &loop, &QEventLoop::quit);
    loop.exec();
    const BusyTimes times = f.model.busyTimes();
    QVERIFY(times.samples > 3);
    QVERIFY2(times.longest >= 80, qPrintable(QString::number(times.longest)));
    QVERIFY2(times.longest < 200, qPrintable(QString::number(times.longest)));
  }
};

QTEST_MAIN(TestSessionModel)
#include "test_session_model.moc"
