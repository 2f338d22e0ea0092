// SPDX-License-Identifier: GPL-3.0-or-later
// The program as a process: scripts that use the whole vocabulary, signals, a terminal, a reader that goes away.
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <filesystem>

#include "engine/store/run_file.h"
#include "tests/support/program.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const QString programPath = QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny");

/// A run of the tiny lab that takes far longer than the test, with a line every tenth of a second.
QStringList slowRun(const std::string& file) {
  return {"run",     "tiny",  "--speed", "100",   "--steps",
          "1000000", "--log", "jsonl",   "--out", QString::fromStdString(file)};
}

/// Everything that a child on a terminal of its own writes until it ends.
std::string onTerminal(const std::vector<std::string>& words, int& status) {
  int master = -1;
  const pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
  if (child == 0) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  std::string text;
  char block[4096];
  for (ssize_t n = 0; (n = read(master, block, sizeof block)) > 0;) text.append(block, static_cast<std::size_t>(n));
  close(master);
  waitpid(child, &status, 0);
  return text;
}

}  // namespace

class TestCliProcess : public QObject {
  Q_OBJECT

 private slots:
  void listsTheTinyLabBesideTheBuiltInOnes() {
    QProcess process;
    process.start(programPath, {"labs", "--json"});
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardOutput().contains("\"tiny\""));
    process.start(programPath, {"labs", "--jsno"});
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains("--json"));
  }

  // Every verb of the vocabulary, on one run and a branch of it.
  void replaysTheWholeVocabulary() {
    const Program program;
    const std::string csv = program.path("data.csv"), pdf = program.path("loss.pdf");
    const Json script = {{{"say", "Look at the weights."}},
                         {{"runTo", 30}},
                         {{"set", {{"lr", 0.05}}}},
                         {{"step", nullptr}},
                         {{"step", 9}},
                         {{"intervene", {{"name", "reset-weights"}, {"arguments", {{"scale", 2}}}}}},
                         {{"runTo", "converged"}},
                         {{"cursor", 20}},
                         {{"cursor", nullptr}},
                         {{"select", {{"kind", "weight"}, {"ids", {1}}}}},
                         {{"camera", {{"view", "orbit"}, {"azimuth", 10}}}},
                         {{"layout", {{"open", {"loss"}}}}},
                         {{"pointAt", "loss"}},
                         {{"ask", {{"text", "What happens next?"}}}},
                         {{"wait", 3600}},
                         {{"analyse", {{"name", "residuals"}, {"step", 20}, {"arguments", {{"factor", 3}}}}}},
                         {{"export", {{"path", csv}}}},
                         {{"export", {{"path", pdf}, {"view", "loss"}}}},
                         {{"branch", {{"step", 25}, {"set", {{"lr", 0.3}}}}}},
                         {{"run", {{"speed", 0}}}},
                         {{"runTo", 60}},
                         {{"pause", nullptr}}};
    std::vector<std::string> used;
    for (const Json& command : script) used.push_back(command.begin().key());
    for (const VerbDescription& verb : vocabulary())
      QVERIFY2(std::find(used.begin(), used.end(), verb.verb) != used.end(), verb.verb.c_str());

    writeFile(program.path("script.json"), script.dump());
    const std::string file = program.path("a.lscope");
    const Outcome outcome = program(
        {"run", "tiny", "--steps", "5000", "--log", "jsonl", "--script", program.path("script.json"), "--out", file});
    EXPECT_STATUS(outcome, 0);
    EXPECT_HAS(outcome.err, "Look at the weights.");
    EXPECT_HAS(outcome.err, "What happens next?");
    EXPECT_HAS(outcome.out, "\"analysis\":\"residuals\"");
    EXPECT_HAS(readFile(csv, 1 << 20), "loss");
    EXPECT_HAS(readFile(pdf, 1 << 24), "%PDF");

    const auto run = openRunFile(file, program.registry(), OpenMode::Read);
    const std::vector<JournalEntry> journal = run->journal();
    QCOMPARE(journal.size(), std::size_t{2});
    QCOMPARE(journal[0], (JournalEntry{30, {{"set", {{"lr", 0.05}}}}}));
    QCOMPARE(journal[1].step, std::int64_t{40});
    QCOMPARE(run->events().front().id, std::string("converged"));
    QCOMPARE(run->lastStep(), run->events().front().detected);
    const auto branch = openRunFile(program.path("a-branch1.lscope"), program.registry(), OpenMode::Read);
    QCOMPARE(branch->info().parent, run->info().id);
    QCOMPARE(branch->info().forkStep, std::int64_t{25});
    QCOMPARE(branch->info().config.real("lr"), 0.3);
    QCOMPARE(branch->lastStep(), std::int64_t{60});
  }

  void scriptAndJournalGiveTheSameRunTwice() {
    const Program program;
    writeFile(
        program.path("s.json"),
        R"([{"runTo": 33}, {"set": {"lr": 0.05}}, {"intervene": {"name": "reset-weights", "arguments": {"scale": 1}}}])");
    const std::string a = program.digest(program.train("a.lscope", {"--script", program.path("s.json")}));
    QCOMPARE(program.digest(program.train("b.lscope", {"--script", program.path("s.json")})), a);
    QVERIFY(program.digest(program.train("c.lscope")) != a);
  }

  void interruptClosesTheRun() {
    const Program program;
    const std::string file = program.path("a.lscope");
    QProcess process;
    process.start(programPath, slowRun(file));
    QTRY_VERIFY_WITH_TIMEOUT(process.bytesAvailable() > 0 || !process.isOpen(), 30'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(10'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardError().contains("stopped by the user"));
    QVERIFY(!std::filesystem::exists(file + "-wal"));
    const std::int64_t last = openRunFile(file, program.registry(), OpenMode::Read)->lastStep();
    QVERIFY(last > 0);
    const Outcome resumed = program({"resume", file, "--steps", std::to_string(last + 50)});
    EXPECT_STATUS(resumed, 0);
    QCOMPARE(program.digest(file), program.digest(program.train("b.lscope", {"--steps", std::to_string(last + 50)})));
  }

  void aReaderThatGoesAwayStopsTheRun() {
    const Program program;
    const std::string file = program.path("a.lscope");
    QProcess process;
    process.start("bash", QStringList{"-c", "set -o pipefail; \"$0\" \"$@\" | head -n 2", programPath} + slowRun(file));
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(openRunFile(file, program.registry(), OpenMode::Read)->state(), RunState::Paused);
  }

  void progressIsDrawnOnATerminal() {
    int master = -1, slave = -1;
    if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
      QSKIP("there are no pseudo-terminals here (no /dev/pts)");
    close(master);
    close(slave);
    const Program program;
    int status = -1;
    const std::string text = onTerminal({programPath.toStdString(), "run", "tiny", "--speed", "100", "--steps", "80",
                                         "--out", program.path("a.lscope")},
                                        status);
    QCOMPARE(WEXITSTATUS(status), 0);
    for (const char* part : {"\r\033[K", "/80", " %", "steps/s", " left", "loss "}) EXPECT_HAS(text, part);
    EXPECT_HAS(text, "finished at step 80 of 80");
  }
};

QTEST_MAIN(TestCliProcess)
#include "test_cli_process.moc"
