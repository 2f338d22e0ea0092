// SPDX-License-Identifier: GPL-3.0-or-later
// What each subcommand does, called in this process.
#include <QtTest>
#include <filesystem>
#include <numeric>

#include "engine/store/npy.h"
#include "engine/store/run_file.h"
#include "tests/support/program.h"

using namespace learnscope;
using namespace learnscope::test;

class TestCli : public QObject {
  Q_OBJECT

 private slots:
  void everyCommandHasHelp() {
    const Program program;
    for (const char* command : {"labs", "describe", "run", "resume", "info", "analyse", "export", "render"}) {
      const Outcome help = program({command, "--help"});
      EXPECT_STATUS(help, 0);
      EXPECT_HAS(help.out, "Usage");
      EXPECT_HAS(program({"--help"}).out, command);
    }
    const Outcome version = program({"--version"});
    EXPECT_STATUS(version, 0);
    EXPECT_HAS(version.out, LEARNSCOPE_VERSION);
  }

  void labsAndDescribe() {
    const Program program;
    EXPECT_HAS(program({"labs"}).out, "tiny  Linear regression");
    const Json labs = Json::parse(program({"labs", "--json"}).out);
    QCOMPARE(labs.at(0).at("id").get<std::string>(), std::string("tiny"));
    const Outcome text = program({"describe", "tiny"});
    EXPECT_STATUS(text, 0);
    for (const char* part : {"lr  = 0.1", "number in [1e-06, 100]; live", "weights  [4]", "converged", "residuals",
                             "reset-weights", "classic", "orbit"})
      EXPECT_HAS(text.out, part);
    const Json json = Json::parse(program({"describe", "tiny", "--set", "lr=0.5", "--json"}).out);
    QCOMPARE(json.at("config").at("lr").get<double>(), 0.5);
    QCOMPARE(json.at("parameters").size(), std::size_t{3});
    for (const char* key : {"measures", "events", "analyses", "interventions", "presets", "views"})
      QVERIFY(!json.at(key).empty());
  }

  void runSumsUp() {
    const Program program;
    const Outcome outcome = program({"run", "tiny", "--out", program.path("a.lscope"), "--histogram", "weights"});
    EXPECT_STATUS(outcome, 0);
    for (const char* part : {"finished at step 200 of 200", "converged", "loss", "weights", "a.lscope"})
      EXPECT_HAS(outcome.out, part);
    QVERIFY(std::filesystem::exists(program.path("a.lscope")));
    QVERIFY(!std::filesystem::exists(program.path("a.lscope-wal")));
  }

  void sameSeedSameDigest() {
    const Program program;
    const std::string a = program.digest(program.train("a.lscope", {"--seed", "7"}));
    QCOMPARE(a.size(), std::size_t{17});
    QCOMPARE(program.digest(program.train("b.lscope", {"--seed", "7"})), a);
    QVERIFY(program.digest(program.train("c.lscope", {"--seed", "8"})) != a);
    QVERIFY(program.digest(program.train("d.lscope", {"--seed", "7", "--set", "lr=0.2"})) != a);
  }

  void configFiles() {
    const Program program;
    writeFile(program.path("flat.json"), R"({"lr": 0.3, "n": 32})");
    const Json flat = program.info(program.train("a.lscope", {"--config", program.path("flat.json")}));
    QCOMPARE(flat.at("config").at("lr").get<double>(), 0.3);
    QCOMPARE(flat.at("seed").get<int>(), 0);
    writeFile(program.path("wrapped.json"),
              R"({"lab": "tiny", "config": {"lr": 0.3, "n": 32}, "seed": 5, "steps": 40})");
    const Json wrapped =
        program.info(program.train("b.lscope", {"--config", program.path("wrapped.json"), "--set", "lr=0.4"}));
    QCOMPARE(wrapped.at("config").at("lr").get<double>(), 0.4);
    QCOMPARE(wrapped.at("config").at("n").get<int>(), 32);
    QCOMPARE(wrapped.at("seed").get<int>(), 5);
    QCOMPARE(wrapped.at("steps").get<int>(), 40);
  }

  void jsonLog() {
    const Program program;
    const Outcome outcome =
        program({"run", "tiny", "--out", program.path("a.lscope"), "--log", "jsonl", "--histogram", "weights"});
    EXPECT_STATUS(outcome, 0);
    const std::vector<Json> lines = jsonLines(outcome.out);
    QCOMPARE(lines.size(), std::size_t{22});  // steps 0, 10, ..., 200 and the summary
    std::string events;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
      QCOMPARE(lines[i].at("step").get<std::size_t>(), 10 * i);
      QVERIFY(lines[i].at("loss").is_number());
      if (lines[i].contains("events")) events += lines[i]["events"].at(0).at("id").get<std::string>();
    }
    QCOMPARE(events, std::string("converged"));
    const Json summary = lines.back().at("summary");
    QCOMPARE(summary.at("state").get<std::string>(), std::string("finished"));
    QCOMPARE(summary.at("last").at("loss"), lines[20].at("loss"));
    QCOMPARE(summary.at("events").at(0).at("id").get<std::string>(), std::string("converged"));
    const auto counts = summary.at("histograms").at("weights").at("counts").get<std::vector<int>>();
    QCOMPARE(std::accumulate(counts.begin(), counts.end(), 0), 4);
  }

  void presets() {
    const Program program;
    EXPECT_STATUS(program({"run", "tiny", "--preset", "classic", "--out", program.path("p.lscope"), "--jobs", "2"}), 0);
    const Json first = program.info(program.path("p-1.lscope")), second = program.info(program.path("p-2.lscope"));
    QCOMPARE(first.at("seed").get<int>(), 0);
    QCOMPARE(second.at("seed").get<int>(), 1);
    QCOMPARE(first.at("steps").get<int>(), 100);
    QCOMPARE(first.at("config").at("lr").get<double>(), 0.2);
    // One seed makes one run, under its own name; --set wins over the preset.
    const Json one =
        program.info(program.train("one.lscope", {"--preset", "classic", "--seed", "4", "--set", "lr=0.3"}));
    QCOMPARE(one.at("config").at("lr").get<double>(), 0.3);
    const auto kicked =
        openRunFile(program.train("kick.lscope", {"--preset", "kick"}), program.registry(), OpenMode::Read);
    QCOMPARE(kicked->journal().size(), std::size_t{1});
    QCOMPARE(kicked->journal().front().step, std::int64_t{50});
    QCOMPARE(kicked->lastStep(), std::int64_t{120});
  }

  // The run's own claims in words, all of them as JSON; no verdict for a run of other settings.
  void claims() {
    const Program program;
    const std::string file = program.train("a.lscope", {"--preset", "classic", "--seed", "0"});
    const Outcome text = program({"info", file});
    EXPECT_STATUS(text, 0);
    for (const char* part : {"claims\n  holds  converges: ", ", expected ≤ 60, step ", "  holds  floor: 0.00",
                             "  fails  nothing-left: 0.00", "         The loss falls below a millionth.\n",
                             "  1 about other configurations\n"})
      EXPECT_HAS(text.out, part);
    QVERIFY(text.out.find("comes-back") == std::string::npos);
    const Json claims = program.info(file).at("claims");
    QCOMPARE(claims.size(), std::size_t{4});
    QVERIFY(claims[0]["verdict"] == "holds" && claims[0]["value"] == claims[0]["step"] &&
            claims[0]["source"] == "paper");
    QVERIFY(claims[2]["verdict"] == "fails" && claims[2]["value"].get<double>() > 1e-6 && claims[2]["step"] == 100);
    QVERIFY(claims[3]["verdict"] == "not asked" && claims[3]["value"].is_null() && claims[3]["step"].is_null());
    const Json early = program.info(program.train("b.lscope", {"--preset", "classic", "--seed", "0", "--steps", "20"}));
    QVERIFY(early.at("claims")[1]["verdict"] == "open" && early.at("claims")[1]["value"].is_number());
    for (const Json& claim : program.info(program.train("c.lscope", {})).at("claims"))
      QVERIFY(claim["verdict"] == "not asked");
    EXPECT_HAS(program({"describe", "tiny"}).out, "converges  ≤ 60\n      Gradient descent");
    QCOMPARE(Json::parse(program({"describe", "tiny", "--json"}).out).at("claims").size(), std::size_t{4});
  }

  void info() {
    const Program program;
    const std::string file = program.train("a.lscope");
    const Outcome text = program({"info", file});
    EXPECT_STATUS(text, 0);
    EXPECT_HAS(text.out, "tiny");
    EXPECT_HAS(text.out, "converged");
    const Json info = Json::parse(program({"info", file, "--json", "--digest"}).out);
    QCOMPARE(info.at("lab").get<std::string>(), std::string("tiny"));
    QCOMPARE(info.at("digest").get<std::string>() + "\n", program.digest(file));
  }

  void resumeIsBitExact() {
    const Program program;
    const std::string straight = program.digest(program.train("straight.lscope", {"--steps", "200"}));
    const std::string halves = program.train("halves.lscope", {"--steps", "100"});
    const Outcome early = program({"resume", halves});
    EXPECT_STATUS(early, 2);
    EXPECT_HAS(early.err, "reached step 100 already");
    const Outcome outcome = program({"resume", halves, "--steps", "200", "--log", "jsonl"});
    EXPECT_STATUS(outcome, 0);
    QCOMPARE(jsonLines(outcome.out).front().at("step").get<int>(), 110);
    QCOMPARE(program.digest(halves), straight);
  }

  void divergenceKeepsTheRun() {
    const Program program;
    const std::string file = program.path("d.lscope");
    const Outcome outcome =
        program({"run", "tiny", "--set", "lr=10", "--steps", "2000", "--out", file, "--log", "jsonl"});
    EXPECT_STATUS(outcome, 3);
    QCOMPARE(jsonLines(outcome.out).back().at("summary").at("state").get<std::string>(), std::string("diverged"));
    EXPECT_STATUS(program({"info", file}), 0);
    EXPECT_STATUS(program({"resume", file, "--steps", "3000"}), 2);
  }

  void analyse() {
    const Program program;
    const std::string file = program.train("a.lscope", {"--set", "n=8"});
    const auto residuals = [&](const std::vector<std::string>& more) {
      std::vector<std::string> words{"analyse", file, "--name", "residuals"};
      words.insert(words.end(), more.begin(), more.end());
      return Json::parse(program(words).out).at("result").at("residuals").at("values").get<std::vector<double>>();
    };
    const std::vector<double> once = residuals({"--step", "37"});
    const std::vector<double> twice = residuals({"--step", "37", "--args", R"({"factor": 2})"});
    QCOMPARE(once.size(), std::size_t{8});
    for (std::size_t i = 0; i < once.size(); ++i) QCOMPARE(twice[i], 2 * once[i]);
    QVERIFY(residuals({"--step", "0"}) != once);
    const std::string npz = program.path("r.npz");
    EXPECT_STATUS(program({"analyse", file, "--name", "residuals", "--step", "37", "--out", npz}), 0);
    const Array stored = readNpz(npz).at("residuals");
    for (std::size_t i = 0; i < once.size(); ++i) QCOMPARE(stored.as<double>()[i], once[i]);
    EXPECT_HAS(program({"analyse", file, "--name", "residual"}).err, "did you mean residuals?");
    EXPECT_STATUS(program({"analyse", file, "--name", "residuals", "--step", "201"}), 2);
    EXPECT_STATUS(program({"analyse", file, "--name", "residuals", "--args", "{"}), 2);
    EXPECT_STATUS(program({"analyse", file, "--name", "residuals", "--args", R"({"faktor": 1})"}), 2);
  }

  void exportData() {
    const Program program;
    const std::string file = program.train("a.lscope"), csv = program.path("a.csv"), npz = program.path("a.npz");
    EXPECT_STATUS(program({"export", file, "--csv", csv, "--npz", npz}), 0);
    EXPECT_HAS(readFile(csv, 1 << 20), "loss");
    const auto arrays = readNpz(npz);
    const auto run = openRunFile(file, program.registry(), OpenMode::Read);
    QCOMPARE(arrays.at("loss_value").size(), run->scalars("loss").size());
    QCOMPARE(arrays.at("weights").shape(), (std::vector<std::int64_t>{21, 4}));
    const std::string wide = program.path("b.csv"), none = program.path("c.csv");
    EXPECT_STATUS(program({"export", file, "--csv", wide, "--measures", "loss", "--wide"}), 0);
    EXPECT_HAS(readFile(wide, 1 << 20), "step,loss");
    const Outcome unknown = program({"export", file, "--csv", none, "--measures", "loss,los"});
    EXPECT_STATUS(unknown, 2);
    EXPECT_HAS(unknown.err, "did you mean loss?");
    QVERIFY(!std::filesystem::exists(none));
  }

  void render() {
    const Program program;
    const std::string file = program.train("a.lscope"), none = program.path("x.pdf");
    const std::vector<std::pair<std::string, std::string>> kinds{{"pdf", "%PDF"}, {"svg", "<?xml"}, {"png", "\x89PNG"}};
    for (const auto& [suffix, magic] : kinds)
      for (const std::string view : {"loss", "weights", "orbit"}) {
        const std::string out = program.path(view + "." + suffix);
        EXPECT_STATUS(program({"render", file, "--view", view, "--step", "100", "--out", out, "--theme", "dark"}), 0);
        QCOMPARE(readFile(out, 1 << 26).substr(0, magic.size()), magic);
      }
    const std::string png = program.path("w.png");
    EXPECT_STATUS(
        program({"render", file, "--view", "loss", "--out", png, "--width", "100", "--height", "50", "--dpi", "254"}),
        0);
    QCOMPARE(QImage(QString::fromStdString(png)).size(), QSize(1000, 500));
    EXPECT_HAS(program({"render", file, "--view", "los", "--out", none}).err, "did you mean loss?");
    EXPECT_STATUS(program({"render", file, "--view", "loss", "--out", program.path("x.bmp")}), 2);
    EXPECT_STATUS(program({"render", file, "--view", "loss", "--out", none, "--step", "201"}), 2);
    QVERIFY(!std::filesystem::exists(none));
  }
};

QTEST_MAIN(TestCli)
#include "test_cli.moc"
