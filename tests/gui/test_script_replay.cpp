// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include "engine/core/config.h"
#include "tests/gui/session_fixture.h"
#include "widgets/model/script_player.h"

using namespace learnscope;
using test::SessionFixture;

class TestScriptReplay : public QObject {
  Q_OBJECT
 private slots:
  void wholeVocabulary() {
    const std::string path = LEARNSCOPE_TEST_DATA "/whole_vocabulary.json";
    const std::vector<Command> script = parseScript(parseJson(readFile(path, 1 << 20), path));
    std::set<std::string> used;
    for (const Command& command : script) used.insert(command.verb);
    for (const VerbDescription& verb : vocabulary()) QVERIFY2(used.count(verb.verb), verb.verb.c_str());

    SessionFixture f;
    ScriptPlayer player(f.model);
    std::vector<std::string> started, window;
    AnalysisResult analysis;
    std::int64_t cursorAtAnalysis = -1;
    connect(&player, &ScriptPlayer::started, this, [&](std::size_t, const Command& command) { started.push_back(command.verb); });
    connect(&f.model, &SessionModel::windowCommand, this, [&](const Command& command) {
      window.push_back(command.verb);
      if (command.verb == "ask") QTimer::singleShot(30, &player, &ScriptPlayer::advance);
    });
    connect(&f.model, &SessionModel::analysisReady, this, [&](const QString&, const AnalysisResult& result) {
      analysis = result;
      cursorAtAnalysis = f.model.cursor();
    });
    QSignalSpy failed(&player, &ScriptPlayer::failed);
    QSignalSpy finished(&player, &ScriptPlayer::finished);
    player.play(script);
    QVERIFY2(QTest::qWaitFor([&] { return finished.count() + failed.count() > 0; }, 20000),
             started.empty() ? "nothing started" : started.back().c_str());
    QVERIFY2(failed.isEmpty(), failed.isEmpty() ? "" : qPrintable(failed.front().at(1).toString()));
    QCOMPARE(f.problems, QStringList());

    // Every command was carried out, in order.
    QCOMPARE(started.size(), script.size());
    for (std::size_t i = 0; i < script.size(); ++i) QCOMPARE(started[i], script[i].verb);
    const std::vector<std::string> expected{"layout", "say", "camera", "pointAt", "ask", "wait", "export"};
    QCOMPARE(window, expected);

    QCOMPARE(f.model.session().members().size(), std::size_t{2});
    const Run& first = *f.model.session().members().front()->run;
    QCOMPARE(first.info().config.real("noise"), 0.2);
    const std::vector<JournalEntry> journal = first.journal();
    QCOMPARE(journal.size(), std::size_t{2});
    QCOMPARE(journal[0].step, 40);
    QCOMPARE(journal[0].command, Json({{"set", {{"lr", 0.3}}}}));
    QCOMPARE(journal[1].step, 45);
    QVERIFY(journal[1].command.contains("intervene"));
    QVERIFY(!first.events().empty());
    QCOMPARE(cursorAtAnalysis, 20);
    QVERIFY(analysis.result);
    QCOMPARE(analysis.step, 40);
    QCOMPARE(analysis.result->get("residuals").size(), std::size_t{64});
    const Run& branch = *f.model.run();
    QCOMPARE(branch.info().parent, first.info().id);
    QCOMPARE(branch.info().forkStep, 40);
    QCOMPARE(f.model.config().real("lr"), 0.05);
    QVERIFY(branch.lastStep() > 40);
    QVERIFY(f.model.following());
    QCOMPARE(f.model.selection().ids, (std::vector<std::int64_t>{1, 3}));
    QVERIFY(!f.model.playing());
  }

  void stopsAtWhatIsRefused() {
    SessionFixture f;
    ScriptPlayer player(f.model);
    QSignalSpy failed(&player, &ScriptPlayer::failed);
    player.play(parseScript(Json::parse(R"([{"runTo": 5}, {"set": {"lr": -3}}, {"runTo": 50}])")));
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 5000);
    QCOMPARE(failed.front().front().toULongLong(), 1ULL);
    QVERIFY(failed.front().at(1).toString().contains(QLatin1String("lr")));
    QCOMPARE(f.model.run()->lastStep(), 5);
    QVERIFY(!player.playing());
  }

  void canBeStopped() {
    SessionFixture f;
    ScriptPlayer player(f.model);
    QSignalSpy finished(&player, &ScriptPlayer::finished);
    player.play(parseScript(Json::parse(R"([{"wait": 60}, {"run": null}])")));
    QTest::qWait(60);
    QVERIFY(player.playing());
    player.stop();
    QTest::qWait(60);
    QVERIFY(!f.model.run());
    QCOMPARE(finished.count(), 0);
  }
};

QTEST_MAIN(TestScriptReplay)
#include "test_script_replay.moc"
