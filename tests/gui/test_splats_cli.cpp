// SPDX-License-Identifier: GPL-3.0-or-later
// `learnscope splats ...` as a user types it.
#include <QImage>
#include <QTest>
#include <cmath>
#include <fstream>

#include "engine/experiments/registry.h"
#include "engine/splats/splat_file.h"
#include "tests/support/program.h"
#include "tests/support/splat_scenes.h"

using namespace learnscope;
using namespace learnscope::test;

class TestSplatsCli : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    splats::Gaussians scene = bumpScene(2000);
    scene.position[0][17] = NAN;
    splats::writeSplatFile(folder_.path("bump.ply"), scene, {});
    splats::writeSplatFile(folder_.path("sh.spz"), randomSplats(200, 3), {.format = splats::SplatFormat::Spz});
  }

  void infoSaysWhatAFileHolds() {
    const Outcome outcome = call({"info", folder_.path("bump.ply"), "--json"});
    EXPECT_STATUS(outcome, 0);
    const Json info = Json::parse(outcome.out);
    QCOMPARE(info["splats"].get<int>(), 1999);
    QCOMPARE(info["promised"].get<int>(), 2000);
    QCOMPARE(info["format"].get<std::string>(), std::string("PLY"));
    QVERIFY(info["notes"].get<std::string>().starts_with("1 of 2000 dropped"));
    QVERIFY(std::abs(info["meanOpacity"].get<double>() - 0.745) < 0.01);
    const Outcome text = call({"info", folder_.path("sh.spz")});
    QVERIFY(text.out.find("degree  3") != std::string::npos);
    QVERIFY(text.out.find("version 3") != std::string::npos);
  }

  void convertsBetweenFormatsAndComparesThem() {
    std::string from = folder_.path("sh.spz");
    for (const char* name : {"a.ply", "a.compressed.ply", "a.spz", "a.splat"}) {
      EXPECT_STATUS(call({"convert", from, "--out", folder_.path(name), "--order", "file", "--spzVersion", "4"}), 0);
      from = folder_.path(name);
    }
    const auto compared = [&](const char* a, const char* b) {
      const Outcome outcome = call({"compare", folder_.path(a), folder_.path(b), "--json"});
      return outcome.status == 0 ? Json::parse(outcome.out) : Json{{"error", outcome.err}};
    };
    const Json same = compared("sh.spz", "sh.spz");
    QCOMPARE(same["meanPsnr"].get<std::string>(), std::string("identical"));
    const Json packed = compared("sh.spz", "a.compressed.ply");
    QVERIFY2(packed["meanPsnr"].get<double>() > 30, packed.dump().c_str());
    QVERIFY(packed["byIndex"][4]["largest"].get<double>() < 0.002);  // opacity
    const Json bare = compared("sh.spz", "a.splat");
    QCOMPARE(bare["otherDegree"].get<int>(), 0);
    QVERIFY(bare["meanPsnr"].get<double>() < packed["meanPsnr"].get<double>());  // its harmonics are gone
    const Outcome lossy = call({"convert", folder_.path("sh.spz"), "--out", folder_.path("b.splat"), "--json"});
    QVERIFY(lossy.out.find("harmonics are left out") != std::string::npos);
  }

  void rendersAPictureWithAlpha() {
    const std::string out = folder_.path("bump.png");
    EXPECT_STATUS(call({"render", folder_.path("bump.ply"), "--out", out, "--width", "200", "--height", "100", "--up",
                        "+y", "--threads", "1"}),
                  0);
    const QImage image(QString::fromStdString(out));
    QCOMPARE(image.size(), QSize(200, 100));
    QCOMPARE(qAlpha(image.pixel(2, 2)), 0);
    QVERIFY(qAlpha(image.pixel(100, 50)) > 200);
    // Up is up: colours are 0.5 + 0.35 of the direction, so green grows towards the top.
    QVERIFY(qGreen(image.pixel(100, 25)) > qGreen(image.pixel(100, 75)) + 60);
    EXPECT_STATUS(call({"render", folder_.path("bump.ply"), "--out", out}), 2);  // it exists
    EXPECT_STATUS(call({"render", folder_.path("bump.ply"), "--out", out, "--force", "--background", "#336699"}), 0);
    QCOMPARE(QImage(QString::fromStdString(out)).pixel(2, 2), qRgba(0x33, 0x66, 0x99, 0xFF));
  }

  void refusals_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const QStringList& words, const char* part) {
      QTest::newRow(name) << words << QString(part);
    };
    row("missing file", {"info", "nowhere.ply"}, "nowhere.ply");
    row("no file", {"info"}, "learnscope splats info --help");
    row("no such file or command", {"inof"}, "inof");
    row("unknown flag", {"info", "BUMP", "--jason"}, "unknown option --jason; did you mean --json?");
    row("second file missing", {"compare", "BUMP"}, "other");
    row("suffix", {"convert", "BUMP", "--out", "a.obj"}, "a name that ends in .ply");
    row("not a png", {"render", "BUMP", "--out", "a.jpg"}, "a name that ends in .png");
    row("background", {"render", "BUMP", "--out", "a.png", "--background", "#12345"}, "#rrggbb");
    row("up", {"render", "BUMP", "--out", "a.png", "--up", "y"}, "up");
    row("width", {"render", "BUMP", "--out", "a.png", "--width", "0"}, "width");
    row("not splats", {"info", "NOTES"}, "a PLY, compressed PLY, .splat or .spz file expected");
  }
  void refusals() {
    QFETCH(QStringList, words);
    QFETCH(QString, part);
    std::ofstream(folder_.path("notes.txt")) << "nothing";
    std::vector<std::string> arguments;
    for (const QString& word : words)
      arguments.push_back(word == "BUMP"    ? folder_.path("bump.ply")
                          : word == "NOTES" ? folder_.path("notes.txt")
                                            : word.toStdString());
    const Outcome outcome = call(arguments);
    EXPECT_STATUS(outcome, 2);
    QVERIFY2(outcome.err.find(part.toStdString()) != std::string::npos, outcome.err.c_str());
  }

 private:
  static Outcome call(std::vector<std::string> words) {
    words.insert(words.begin(), "splats");
    return callProgram(builtinLabs(), std::move(words));
  }
  TemporaryFolder folder_;
};

QTEST_MAIN(TestSplatsCli)
#include "test_splats_cli.moc"
