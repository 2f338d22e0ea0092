// SPDX-License-Identifier: GPL-3.0-or-later
// Going back: branches in the window, on the command line and in every lab; journals that make their run again.
#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>
#include <QToolButton>
#include <fstream>

#include "app/log.h"
#include "app/main_window.h"
#include "engine/core/stepper.h"
#include "engine/experiments/registry.h"
#include "engine/store/run_file.h"
#include "tests/support/program.h"
#include "widgets/controls/branch_dialog.h"
#include "widgets/controls/compare_dialog.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/model/playback.h"
#include "widgets/plots/lines_view.h"

using namespace learnscope;

namespace {

constexpr int patience = 120000;  // ms; a busy machine is no failure

struct Window {
  explicit Window(const QString& folder)
      : registry(builtinLabs()), settings(folder), window(registry, settings, theme) {
    window.resize(1280, 800);
    window.show();
  }
  Registry registry;
  Settings settings;
  DesktopTheme theme;
  MainWindow window;
};

bool finished(SessionModel& model) {
  return QTest::qWaitFor([&] { return model.run() && model.run()->state() == RunState::Finished; }, patience);
}

void verifySamePast(const Run& parent, const Run& branch) {
  int compared = 0;
  for (const std::string& measure : branch.recordedScalars()) {
    if (measure == "wallTime") continue;
    const ScalarSeries &mine = branch.scalars(measure), &theirs = parent.scalars(measure);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      const std::ptrdiff_t at = indexAt(theirs, mine[i].step);
      QVERIFY2(at >= 0 && theirs[static_cast<std::size_t>(at)].step == mine[i].step, measure.c_str());
      const double a = mine[i].value, b = theirs[static_cast<std::size_t>(at)].value;
      QVERIFY2(
          a == b || (std::isnan(a) && std::isnan(b)),
          qPrintable(QStringLiteral("%1 at %2: %3, parent %4").arg(measure.c_str()).arg(mine[i].step).arg(a).arg(b)));
      ++compared;
    }
  }
  for (const std::string& measure : branch.recordedArrays()) {
    const auto& records = branch.arrays(measure);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto mine = branch.loadArray(measure, records[i].step), theirs = parent.loadArray(measure, records[i].step);
      QVERIFY2(mine && theirs && mine->shape() == theirs->shape() && mine->bytes() == theirs->bytes() &&
                   std::memcmp(mine->data(), theirs->data(), mine->bytes()) == 0,
               qPrintable(QStringLiteral("%1 at %2").arg(measure.c_str()).arg(records[i].step)));
      ++compared;
    }
  }
  QVERIFY2(compared > 0, "nothing recorded after the fork");
}

/// A live number of the lab that may be halved, or none.
Json smallChange(const Lab& lab, const Config& config) {
  for (const Parameter& parameter : lab.describe(config).parameters) {
    if (!parameter.live || parameter.type != ParameterType::Real || !config.has(parameter.id)) continue;
    if (!parameter.visibleIf.is_null() && !config.satisfies(parameter.visibleIf)) continue;
    const double value = config.real(parameter.id);
    if (value == 0) continue;
    try {
      return checkedDifference(lab, config, {{parameter.id, value / 2}});
    } catch (const ConfigError&) {
      continue;
    }
  }
  return Json();
}

}  // namespace

class TestTimeMachine : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { startLogging(folder_.path("log.txt").c_str()); }

  // A rung of the issue: three futures of one past, made with the dialog and drawn over one another.
  void threeFuturesInTheWindow() {
    Window program(QString::fromStdString(folder_.path("window")));
    LabWorkspace& lab = *program.window.openLab(QStringLiteral("grokking"));
    SessionModel& model = lab.model();
    model.setSpeed(0);
    model.userSteps(1500);
    model.play();
    QVERIFY(finished(model));
    const std::shared_ptr<Run> parent = model.run();
    const auto branchWith = [&](const std::string& parameter, const Json& value) {
      model.makeCurrent(parent->info().id);
      model.userCursor(200);
      BranchDialog dialog(model);
      QCOMPARE(dialog.findChild<QDoubleSpinBox*>(QStringLiteral("branchDialog.step"))->value(), 200.0);
      auto* form = dialog.findChild<ParameterForm*>(QStringLiteral("branchDialog.parameters"));
      emit form->edited(parameter, value);
      QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("branchDialog.summary"))->text().contains(QChar(0x2192)));
      dialog.findChild<QPushButton*>(QStringLiteral("branchDialog.ok"))->click();
      QVERIFY(model.run() != parent);
      QCOMPARE(model.run()->info().forkStep, 200);
      QVERIFY(finished(model));
    };
    branchWith("weightDecay", 0.0);
    const std::shared_ptr<Run> undecayed = model.run();
    branchWith("optimizer", "muon");
    const std::shared_ptr<Run> muon = model.run();
    QCOMPARE(muon->info().difference, Json({{"optimizer", "muon"}}));
    QCOMPARE(parent->scalars("testAccuracy").back().value, 1.0);
    QVERIFY(undecayed->scalars("testAccuracy").back().value < 0.99);
    QCOMPARE(undecayed->scalars("testAccuracy").back().step, 1500);

    // Overlaid, then as differences from the parent.
    auto* accuracy = qobject_cast<LinesView*>(lab.pane(QStringLiteral("accuracy"))->view());
    QVERIFY(accuracy);
    model.makeCurrent(parent->info().id);
    model.userCompare({.mode = Comparison::Mode::Overlay});
    const auto runsIn = [&] {
      QSet<QString> runs;
      for (const QString& line : accuracy->dataCsv().split(QLatin1Char('\n')).mid(1)) runs << line.section(u',', 0, 0);
      runs.remove(QString());
      return runs;
    };
    QTRY_COMPARE_WITH_TIMEOUT(runsIn().size(), 3, patience);
    model.userCompare({.mode = Comparison::Mode::Difference});
    QTRY_COMPARE_WITH_TIMEOUT(runsIn().size(), 2, patience);
    double last = 0;
    for (const QString& line : accuracy->dataCsv().split(QLatin1Char('\n')))
      if (line.contains(QLatin1String("test")) && line.startsWith(QString::fromStdString(undecayed->info().id)))
        last = line.section(u',', -1).toDouble();
    QCOMPARE(last, undecayed->scalars("testAccuracy").back().value - 1);
    model.userCompare({.mode = Comparison::Mode::Overlay, .align = Comparison::Align::Event, .event = "memorised"});
    QTRY_COMPARE_WITH_TIMEOUT(runsIn().size(), 3, patience);

    CompareDialog table(model);
    QCOMPARE(table.findChild<QTableWidget*>(QStringLiteral("compareDialog.table"))->columnCount(), 3);
    QVERIFY(table.csv().contains(QLatin1String("difference")));
    model.undoStack().undo();
    QCOMPARE(model.comparison().mode, Comparison::Mode::Difference);
  }

  void playbackMovesTheCursorAndLoops() {
    Window program(QString::fromStdString(folder_.path("playback")));
    LabWorkspace& lab = *program.window.openLab(QStringLiteral("grokking"));
    SessionModel& model = lab.model();
    model.setSpeed(0);
    model.userSteps(120);
    model.play();
    QVERIFY(finished(model));
    auto* timeline = lab.findChild<Timeline*>();
    Playback& playback = timeline->playback();
    playback.setRange({{80, 20}});
    QCOMPARE(playback.range()->first, 20);
    model.setSpeed(2000);  // once around every 30 ms
    lab.replay();
    QVERIFY(playback.playing());
    QVERIFY(!model.following());
    for (int i = 0; i < 20; ++i) {
      QTest::qWait(20);
      QVERIFY(model.cursor() >= 20 && model.cursor() <= 80);
    }
    // Whoever takes the cursor stops it.
    model.userCursor(5);
    QTRY_VERIFY(!playback.playing());
    QCOMPARE(model.cursor(), 5);
    playback.setRange({});
    lab.replay();
    QTRY_VERIFY_WITH_TIMEOUT(model.following(), patience);
    QVERIFY(!playback.playing());
  }

  void labelsAndDeletionsAreUndoable() {
    Window program(QString::fromStdString(folder_.path("labels")));
    LabWorkspace& lab = *program.window.openLab(QStringLiteral("grokking"));
    SessionModel& model = lab.model();
    model.setSpeed(0);
    model.userSteps(40);
    model.play();
    QVERIFY(finished(model));
    const std::string id = model.run()->info().id, file = model.run()->store()->path();
    model.userLabel(id, {"Mine", "a note", true});
    QCOMPARE(model.run()->label().note, std::string("a note"));
    model.undoStack().undo();
    QVERIFY(!model.run()->label().starred);
    model.undoStack().redo();
    emit lab.deleteRequested(id);
    QVERIFY(!model.run());
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(QString::fromStdString(file)), patience);
    model.undoStack().undo();
    QVERIFY(QFile::exists(QString::fromStdString(file)));
    QVERIFY(model.run());
    model.run()->store()->flush();
    const auto again = openRunFile(file, program.registry, OpenMode::Read);
    QVERIFY(again->label() == (RunLabel{"Mine", "a note", true}));
  }

  void aBranchMayTrainBesideOrAfterItsParent() {
    Window program(QString::fromStdString(folder_.path("beside")));
    SessionModel& model = program.window.openLab(QStringLiteral("grokking"))->model();
    model.setSpeed(0);
    model.userSteps(100000);
    model.play();
    QVERIFY(QTest::qWaitFor([&] { return model.run() && model.run()->lastStep() > 60; }, patience));
    const std::string parent = model.run()->info().id;
    model.branchAt({.step = 50, .beside = true});
    const std::shared_ptr<Run> beside = model.run();
    const std::int64_t seen = model.session().find(parent)->run->lastStep();
    QTRY_VERIFY_WITH_TIMEOUT(beside->lastStep() > 100, patience);
    QTRY_VERIFY_WITH_TIMEOUT(model.session().find(parent)->run->lastStep() > seen, patience);
    model.pause();
    model.makeCurrent(parent);
    model.branchAt({.step = 50}, true);
    const std::shared_ptr<Run> after = model.run();
    QTest::qWait(300);
    QCOMPARE(after->lastStep(), 50);
    model.session().find(parent)->trainer->post({"pause", nullptr});
    QTRY_VERIFY_WITH_TIMEOUT(after->lastStep() > 60, patience);
  }

  void everyLabBranches_data() {
    QTest::addColumn<QString>("lab");
    const Registry registry = builtinLabs();
    for (const auto& lab : registry.labs())
      QTest::newRow(lab->describe().id.c_str()) << QString::fromStdString(lab->describe().id);
  }
  void everyLabBranches() {
    QFETCH(QString, lab);
    const Registry registry = builtinLabs();
    const std::shared_ptr<const Lab> known = registry.require(lab.toStdString());
    FolderRunFactory factory(folder_.path(lab.toStdString()));
    Scheduler scheduler(2);
    Session session(known, factory, scheduler);
    constexpr std::int64_t last = 60, fork = 30;
    Member& parent = session.start(Json::object(), 0, last, 0, false);
    parent.trainer->wait();
    QVERIFY2(parent.run->state() == RunState::Finished, parent.trainer->status().message.c_str());
    // Scrubbing: the state of any step is found.
    QCOMPARE(stateAt(known, *parent.run, 17, Progress()).step, 17);
    Member& same = session.branch(parent, {.step = fork});
    same.trainer->wait();
    QVERIFY2(same.run->state() == RunState::Finished, same.trainer->status().message.c_str());
    verifySamePast(*parent.run, *same.run);
    const Json change = smallChange(*known, parent.run->info().config);
    if (change.is_null()) return;  // nothing of this lab's default run is live
    Member& other = session.branch(parent, {.step = fork, .set = change});
    other.trainer->wait();
    QVERIFY2(other.run->state() == RunState::Finished, other.trainer->status().message.c_str());
    QCOMPARE(other.run->info().difference, change);
    QCOMPARE(other.run->lastStep(), last);

    // Compared in a window: the table has all three, the parent's own difference is 0.
    SessionModel model(known, factory, scheduler);
    for (const auto& run : {other.run, same.run, parent.run}) model.session().open(run, false);
    QTRY_COMPARE(model.run(), parent.run);
    const QStringList lines = CompareDialog(model).csv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QVERIFY(lines.size() > 2);
    QCOMPARE(lines.front().count(QLatin1String("difference")), 3);
  }

  // The same net, another chance: where a lab draws while it trains, a branch may draw otherwise.
  void branchesMayDrawOtherwise_data() { everyLabBranches_data(); }
  void branchesMayDrawOtherwise() {
    QFETCH(QString, lab);
    const Registry registry = builtinLabs();
    const std::shared_ptr<const Lab> known = registry.require(lab.toStdString());
    const Description description = known->describe(checkedConfig(*known, Json::object()));
    if (!description.intervention("redraw")) QSKIP("nothing is drawn at random after the start");
    FolderRunFactory factory(folder_.path(lab.toStdString() + "-draws"));
    Scheduler scheduler(2);
    Session session(known, factory, scheduler);
    Member& parent = session.start(Json::object(), 0, 60, 0, false);
    parent.trainer->wait();
    std::vector<State> states;
    for (const int draw : {1, 1, 2}) {
      Member& branch =
          session.branch(parent, {.step = 30, .intervene = {{"name", "redraw"}, {"arguments", {{"draw", draw}}}}});
      branch.trainer->wait();
      QVERIFY2(branch.run->state() == RunState::Finished, branch.trainer->status().message.c_str());
      QCOMPARE(branch.run->journal().size(), std::size_t{1});
      states.push_back(branch.run->store()->loadCheckpoint(60));
    }
    states.push_back(parent.run->store()->loadCheckpoint(60));
    const auto same = [](const State& a, const State& b) {
      return std::equal(a.arrays().begin(), a.arrays().end(), b.arrays().begin(), b.arrays().end(),
                        [](const auto& x, const auto& y) {
                          return x.first == y.first && x.second.bytes() == y.second.bytes() &&
                                 std::memcmp(x.second.data(), y.second.data(), x.second.bytes()) == 0;
                        });
    };
    QVERIFY(same(states[0], states[1]));
    QVERIFY(!same(states[0], states[2]));
    QVERIFY(!same(states[0], states[3]));
  }

  // What is not live may change where the state still loads; where it does not, the branch says so and nothing crashes.
  void everyLabRefusesWhatItsStateDoesNotLoad_data() { everyLabBranches_data(); }
  void everyLabRefusesWhatItsStateDoesNotLoad() {
    QFETCH(QString, lab);
    const Registry registry = builtinLabs();
    const std::shared_ptr<const Lab> known = registry.require(lab.toStdString());
    FolderRunFactory factory(folder_.path(lab.toStdString() + "-fixed"));
    Scheduler scheduler(2);
    Session session(known, factory, scheduler);
    Member& parent = session.start(Json::object(), 0, 10, 0, false);
    parent.trainer->wait();
    const Config config = parent.run->info().config;
    int tried = 0;
    for (const Parameter& parameter : known->describe(config).parameters) {
      if (parameter.live || tried >= 6 || !config.has(parameter.id)) continue;
      Json changed;
      if (parameter.type == ParameterType::Int)
        changed = config[parameter.id].get<std::int64_t>() + 2;
      else if (parameter.type == ParameterType::Choice && parameter.choices.size() > 1)
        changed = parameter.choices[config[parameter.id] == parameter.choices[0].id ? 1 : 0].id;
      else
        continue;
      try {
        checkedDifference(*known, config, {{parameter.id, changed}});
      } catch (const ConfigError&) {
        continue;
      }
      ++tried;
      Member& branch = session.branch(parent, {.step = 10, .set = {{parameter.id, changed}}, .paused = true});
      branch.trainer->wait();
      const TrainerStatus status = branch.trainer->status();
      QVERIFY2(status.phase == TrainerStatus::Phase::Paused || status.phase == TrainerStatus::Phase::Failed,
               parameter.id.c_str());
      if (status.phase == TrainerStatus::Phase::Failed)
        QVERIFY2(QString::fromStdString(status.message).contains(QLatin1String("does not load")),
                 (parameter.id + ": " + status.message).c_str());
      session.remove(branch);
    }
  }

  void theJournalMakesTheRunAgain() {
    const Registry registry = builtinLabs();
    const auto call = [&](const std::vector<std::string>& words) {
      const test::Outcome outcome = test::callProgram(registry, words);
      if (outcome.status != 0) qWarning("%s", outcome.err.c_str());
      return outcome.status == 0;
    };
    const std::string script = folder_.path("done.json"), run = folder_.path("run.lscope");
    std::ofstream(script)
        << R"([{"runTo": 40}, {"set": {"weightDecay": 0.001}}, {"runTo": 55}, {"set": {"learningRate": 0.002}},
      {"intervene": {"name": "kill-neuron", "arguments": {"neuron": 3}}}, {"runTo": 80}, {"set": {"weightDecay": 0}},
      {"runTo": 120}, {"branch": {"step": 90, "set": {"optimizer": "muon"}, "intervene":
      {"name": "kill-neuron", "arguments": {"neuron": 5}}}}, {"runTo": 130}, {"set": {"learningRate": 0.01}}])";
    QVERIFY(call({"run", "grokking", "--seed", "4", "--steps", "150", "--script", script, "--out", run}));
    // The parent was left at 120: its script ends there.
    const std::string branch = folder_.path("run-branch1.lscope");
    const std::string journal = folder_.path("journal.json"), again = folder_.path("again.lscope");
    QVERIFY(call({"export", branch, "--script", journal}));
    QVERIFY(call({"run", "--script", journal, "--out", again}));
    QCOMPARE(runFileDigest(folder_.path("again-branch1.lscope")), runFileDigest(branch));
    const std::string parentJournal = folder_.path("parent.json"), parentAgain = folder_.path("parent.lscope");
    QVERIFY(call({"export", run, "--script", parentJournal}));
    QVERIFY(call({"run", "grokking", "--script", parentJournal, "--out", parentAgain}));
    QCOMPARE(runFileDigest(parentAgain), runFileDigest(run));
    QVERIFY(!call({"run", "rnn-hmm", "--script", parentJournal, "--out", folder_.path("x.lscope")}));
  }

  void aBranchOpensWithoutItsParent() {
    const Registry registry = builtinLabs();
    const std::string run = folder_.path("p.lscope"), script = folder_.path("fork.json");
    std::ofstream(script) << R"([{"runTo": 60}, {"branch": {"step": 30}}, {"runTo": 60}])";
    QCOMPARE(test::callProgram(registry, {"run", "grokking", "--steps", "60", "--script", script, "--out", run}).status,
             0);
    const test::TemporaryFolder elsewhere;
    const std::string moved = elsewhere.path("moved.lscope");
    QVERIFY(QFile::copy(QString::fromStdString(folder_.path("p-branch1.lscope")), QString::fromStdString(moved)));
    const auto opened = openRunFile(moved, registry, OpenMode::Read);
    QCOMPARE(opened->info().forkStep, 30);
    QCOMPARE(parentFile(*opened), std::string());
    const auto lab = registry.require("grokking");
    QCOMPARE(stateAt(lab, *opened, 30, Progress()).step, 30);
    QCOMPARE(stateAt(lab, *opened, 47, Progress()).step, 47);
    QVERIFY(test::callProgram(registry, {"export", moved, "--script", elsewhere.path("s.json")}).status == 2);
    QVERIFY(parentFile(*openRunFile(folder_.path("p-branch1.lscope"), registry, OpenMode::Read)).ends_with("p.lscope"));
  }

 private:
  test::TemporaryFolder folder_;
};

QTEST_MAIN(TestTimeMachine)
#include "test_time_machine.moc"
