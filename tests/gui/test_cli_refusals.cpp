// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line refuses: exit status 2, a sentence that helps, nothing started, nothing of the user's lost.
#include <QtTest>
#include <filesystem>

#include "engine/store/run_file.h"
#include "tests/support/program.h"

using namespace learnscope;
using namespace learnscope::test;

class TestCliRefusals : public QObject {
  Q_OBJECT

 private slots:
  void words_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const QStringList& words, const char* said) {
      QTest::newRow(name) << words << QString::fromUtf8(said);
    };
    row("unknown option", {"run", "tiny", "--sede", "1"}, "did you mean --seed?");
    row("missing value", {"run", "tiny", "--seed"}, "--seed");
    row("missing lab", {"run"}, "lab");
    row("one word too many", {"describe", "tiny", "more"}, "unexpected argument 'more'");
    row("unknown command", {"rum"}, "did you mean run?");
    row("unknown command with words", {"rum", "tiny"}, "rum");
    row("no such file to open", {"gone.lscope"}, "no such run file");
    row("unknown lab", {"run", "tinny"}, "did you mean tiny?");
    row("unknown lab to describe", {"describe", "tinny"}, "did you mean tiny?");
    row("unknown preset", {"run", "tiny", "--preset", "clasic"}, "did you mean classic?");
    row("unknown parameter", {"run", "tiny", "--set", "noize=1"}, "did you mean noise?");
    row("no equals sign", {"run", "tiny", "--set", "noise"}, "parameter=value");
    row("out of range", {"run", "tiny", "--set", "lr=-1"}, "/lr: -1");
    row("not a number", {"run", "tiny", "--set", "lr=fast"}, "/lr: fast");
    row("not finite", {"run", "tiny", "--set", "lr=nan"}, "/lr: nan");
    row("not an integer", {"run", "tiny", "--set", "n=2.5"}, "/n: 2.5");
    row("negative seed", {"run", "tiny", "--seed", "-1"}, "--seed: -1");
    row("seed too large", {"run", "tiny", "--seed", "9223372036854775808"}, "--seed: 9223372036854775808");
    row("seed in words", {"run", "tiny", "--seed", "one"}, "--seed: one");
    row("no steps", {"run", "tiny", "--steps", "0"}, "--steps: 0");
    row("unknown log", {"run", "tiny", "--log", "xml"}, "--log");
    row("no jobs", {"run", "tiny", "--jobs", "0"}, "--jobs");
    row("unknown histogram", {"run", "tiny", "--histogram", "weight"}, "did you mean weights?");
    row("folder missing", {"run", "tiny", "--out", "/nowhere/at/all.lscope"}, "there is no folder");
    row("out is a folder", {"run", "tiny", "--out", "/tmp"}, "is a folder");
    row("config missing", {"run", "tiny", "--config", "gone.json"}, "no such file");
    row("script missing", {"run", "tiny", "--script", "gone.json"}, "no such file");
    row("info on nothing", {"info", "gone.lscope"}, "no such file");
    row("resume a folder", {"resume", "/tmp"}, "is not a file");
    row("export without a format", {"export", "gone.lscope"}, "--csv");
    row("render without a view", {"render", "gone.lscope", "--out", "x.pdf"}, "--view");
    row("theme", {"render", "x.lscope", "--view", "loss", "--out", "x.pdf", "--theme", "blue"}, "--theme");
    row("width", {"render", "x.lscope", "--view", "loss", "--out", "x.pdf", "--width", "nan"}, "--width");
  }
  void words() {
    QFETCH(QStringList, words);
    QFETCH(QString, said);
    const Program program;
    std::vector<std::string> list;
    for (const QString& word : words) list.push_back(word.toStdString());
    const QString before = QDir::currentPath();
    QDir::setCurrent(QString::fromStdString(program.folder()));
    const Outcome outcome = program(list);
    QDir::setCurrent(before);
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, said.toStdString());
    QVERIFY(outcome.out.empty());
    QVERIFY2(std::filesystem::is_empty(program.folder()), "a refused call left a file");
  }

  void allProblemsAtOnce() {
    const Program program;
    const Outcome outcome = program({"run", "tiny", "--set", "lr=x", "--set", "nois=1", "--set", "n=0.5"});
    EXPECT_STATUS(outcome, 2);
    for (const char* part : {"/lr", "/nois", "/n"}) EXPECT_HAS(outcome.err, part);
  }

  void configFiles_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("said");
    QTest::newRow("empty") << QByteArray("") << "JSON expected";
    QTest::newRow("truncated") << QByteArray("{\"lr\": 0.1,\n \"n\":") << "line 2";
    QTest::newRow("a list") << QByteArray("[1, 2]") << "object";
    QTest::newRow("unknown key") << QByteArray(R"({"lrr": 1})") << "did you mean lr?";
    QTest::newRow("wrong type") << QByteArray(R"({"lr": "fast"})") << "/lr";
    QTest::newRow("infinite") << QByteArray(R"({"lr": 1e999})") << "JSON expected";
    QTest::newRow("NaN") << QByteArray(R"({"lr": NaN})") << "JSON expected";
    QTest::newRow("other lab") << QByteArray(R"({"lab": "grokking", "config": {}})") << "config of lab tiny expected";
    QTest::newRow("seed") << QByteArray(R"({"config": {}, "seed": -4})") << "--seed";
    QTest::newRow("stray key") << QByteArray(R"({"config": {}, "sede": 4})") << "/sede";
    QTest::newRow("too deep") << QByteArray(100'000, '[') << "deep";
    QTest::newRow("binary") << QByteArray("\x00\xff\xfe{", 4) << "JSON expected";
  }
  void configFiles() {
    QFETCH(QByteArray, text);
    QFETCH(QString, said);
    const Program program;
    writeFile(program.path("bad.json"), text.toStdString());
    const Outcome outcome =
        program({"run", "tiny", "--config", program.path("bad.json"), "--out", program.path("a.lscope")});
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, said.toStdString());
    QVERIFY(!std::filesystem::exists(program.path("a.lscope")));
  }

  void scripts_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("said");
    QTest::newRow("no list") << QByteArray(R"({"run": null})") << "array";
    QTest::newRow("unknown verb") << QByteArray(R"([{"stop": null}])") << "did you mean step?";
    QTest::newRow("wrong form") << QByteArray(R"([{"pause": null}, {"runTo": -4}])") << "/1/runTo";
    QTest::newRow("two verbs") << QByteArray(R"([{"run": null, "pause": null}])") << "one verb";
  }
  void scripts() {
    QFETCH(QByteArray, text);
    QFETCH(QString, said);
    const Program program;
    writeFile(program.path("bad.json"), text.toStdString());
    const Outcome outcome =
        program({"run", "tiny", "--script", program.path("bad.json"), "--out", program.path("a.lscope")});
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, said.toStdString());
    QVERIFY(!std::filesystem::exists(program.path("a.lscope")));
  }

  // A command may be refused only once the run is there; what was trained until then is kept.
  void scriptsWhileTraining_data() {
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QString>("said");
    QTest::newRow("not live") << QByteArray(R"({"set": {"n": 8}})") << "/set/n";
    QTest::newRow("out of range") << QByteArray(R"({"set": {"lr": -1}})") << "/lr";
    QTest::newRow("intervention") << QByteArray(R"({"intervene": {"name": "reset-weight"}})")
                                  << "did you mean reset-weights?";
    QTest::newRow("argument") << QByteArray(R"({"intervene": {"name": "reset-weights", "arguments": {"scale": -1}}})")
                              << "/scale";
    QTest::newRow("analysis") << QByteArray(R"({"analyse": {"name": "residual"}})") << "did you mean residuals?";
    QTest::newRow("branch ahead") << QByteArray(R"({"branch": {"step": 40}})") << "/branch/step";
    QTest::newRow("figure") << QByteArray(R"({"export": {"view": "los", "path": "x.pdf"}})") << "did you mean loss?";
  }
  void scriptsWhileTraining() {
    QFETCH(QByteArray, command);
    QFETCH(QString, said);
    const Program program;
    writeFile(program.path("script.json"), "[{\"runTo\": 30}, " + command.toStdString() + "]");
    const Outcome outcome =
        program({"run", "tiny", "--script", program.path("script.json"), "--out", program.path("a.lscope")});
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, "script command 2");
    EXPECT_HAS(outcome.err, said.toStdString());
    const auto run = openRunFile(program.path("a.lscope"), program.registry(), OpenMode::Read);
    QCOMPARE(run->lastStep(), std::int64_t{30});
    QCOMPARE(run->scalars("loss").size(), std::size_t{4});
  }

  void runFiles_data() {
    QTest::addColumn<int>("keep");  // how many bytes of a good file are kept; -1: text instead
    QTest::newRow("empty") << 0;
    QTest::newRow("cut in the header") << 50;
    QTest::newRow("cut in the middle") << 9000;
    QTest::newRow("not SQLite") << -1;
  }
  void runFiles() {
    QFETCH(int, keep);
    const Program program;
    const std::string bytes = readFile(program.train("good.lscope"), 1 << 24);
    const std::string broken = keep < 0 ? "this is no run file\n" : bytes.substr(0, static_cast<std::size_t>(keep));
    const std::string file = program.path("broken.lscope"), csv = program.path("x.csv"), pdf = program.path("x.pdf");
    writeFile(file, broken);
    const std::vector<std::vector<std::string>> calls = {{"info", file},
                                                         {"info", file, "--digest"},
                                                         {"resume", file, "--steps", "300"},
                                                         {"export", file, "--csv", csv},
                                                         {"analyse", file, "--name", "residuals"},
                                                         {"render", file, "--view", "loss", "--out", pdf}};
    for (const auto& words : calls) {
      const Outcome outcome = program(words);
      EXPECT_STATUS(outcome, 2);
      EXPECT_HAS(outcome.err, "broken.lscope");
    }
    QCOMPARE(readFile(file, 1 << 24), broken);
    QVERIFY(!std::filesystem::exists(csv) && !std::filesystem::exists(pdf));
  }

  void existingFilesAreKept() {
    const Program program;
    const std::string file = program.train("a.lscope"), before = program.digest(file);
    const Outcome again = program({"run", "tiny", "--out", file, "--seed", "3"});
    EXPECT_STATUS(again, 2);
    EXPECT_HAS(again.err, "already exists");
    QCOMPARE(program.digest(file), before);
    const std::string csv = program.path("x.csv"), npz = program.path("x.npz"), pdf = program.path("x.pdf");
    for (const std::string& path : {csv, npz, pdf}) writeFile(path, "mine");
    EXPECT_STATUS(program({"export", file, "--csv", csv}), 2);
    EXPECT_STATUS(program({"analyse", file, "--name", "residuals", "--out", npz}), 2);
    EXPECT_STATUS(program({"render", file, "--view", "loss", "--out", pdf}), 2);
    for (const std::string& path : {csv, npz, pdf}) QCOMPARE(readFile(path, 100), std::string("mine"));
    EXPECT_STATUS(program({"export", file, "--csv", csv, "--force"}), 0);
    QVERIFY(readFile(csv, 1 << 20) != "mine");
  }
};

QTEST_MAIN(TestCliRefusals)
#include "test_cli_refusals.moc"
