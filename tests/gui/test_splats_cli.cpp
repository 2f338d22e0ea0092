// SPDX-License-Identifier: GPL-3.0-or-later
// `learnscope splats ...` as a user types it.
#include <QImage>
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/experiments/registry.h"
#include "engine/splats/camera_file.h"
#include "engine/splats/splat_file.h"
#include "tests/support/program.h"
#include "tests/support/splat_scenes.h"
#include "tests/support/video_probe.h"
#include "widgets/export/splat_video_tool.h"

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

  void camerasOfAFileDraw() {
    const auto camera = splats::lookingAt({0, 0, 3}, {0, 0, 0}, {0, 1, 0}, 49.1, 400, 400);
    splats::writeCameraFile(
        folder_.path("cameras.json"),
        {{"far", splats::lookingAt({0, 0, 30}, {0, 0, 0}, {0, 1, 0}, 49.1, 400, 400)}, {"near", camera}});
    const Outcome listed = call({"cameras", folder_.path("cameras.json"), "--json"});
    EXPECT_STATUS(listed, 0);
    const Json found = Json::parse(listed.out);
    QCOMPARE(found["cameras"].size(), std::size_t{2});
    QVERIFY(std::abs(found["cameras"][1]["fieldOfView°"].get<double>() - 49.1) < 1e-6);
    EXPECT_STATUS(call({"cameras", folder_.path("cameras.json"), "--out", folder_.path("again.json")}), 0);
    const auto ink = [&](const char* name) {
      const std::string out = folder_.path(std::string(name) + ".png");
      const Outcome drawn =
          call({"render", folder_.path("bump.ply"), "--out", out, "--cameras", folder_.path("again.json"), "--camera",
                name, "--width", "200", "--height", "200", "--force"});
      if (drawn.status != 0) return -1;
      const QImage image(QString::fromStdString(out));
      int pixels = 0;
      for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x) pixels += qAlpha(image.pixel(x, y)) > 100;
      return pixels;
    };
    const int wide = ink("near"), narrow = ink("far");
    QVERIFY(narrow > 20 && wide > 50 * narrow);
    QCOMPARE(ink("nera"), -1);
    const Outcome refused = call({"render", folder_.path("bump.ply"), "--out", folder_.path("n.png"), "--cameras",
                                  folder_.path("again.json"), "--camera", "nera"});
    EXPECT_STATUS(refused, 2);
    QVERIFY(refused.err.find("did you mean near?") != std::string::npos);
  }

  void stripsAreComparedTileByTile() {
    QImage truth(48, 16, QImage::Format_RGB32), found(48, 16, QImage::Format_RGB32);
    truth.fill(Qt::black);
    found.fill(Qt::black);
    for (int y = 0; y < 16; ++y)
      for (int x = 16; x < 32; ++x) found.setPixelColor(x, y, QColor(51, 51, 51));  // 0.2 everywhere in tile 1
    const QString a = QString::fromStdString(folder_.path("a.png")), b = QString::fromStdString(folder_.path("b.png"));
    QVERIFY(found.save(a) && truth.save(b));
    const Outcome compared = call({"strip", a.toStdString(), b.toStdString(), "--json"});
    EXPECT_STATUS(compared, 0);
    const Json summary = Json::parse(compared.out);
    QCOMPARE(summary["tiles"].get<int>(), 3);
    QVERIFY(std::abs(summary["byTile"][1]["psnr"].get<double>() + 20 * std::log10(0.2)) < 1e-4);
    QCOMPARE(summary["byTile"][0]["psnr"].get<double>(), 60.0);
    QVERIFY(truth.scaled(40, 16).save(b));
    EXPECT_STATUS(call({"strip", a.toStdString(), b.toStdString()}), 2);
  }

  void filmsATurntable() {
    const std::string out = folder_.path("turn.mp4");
    const Outcome made = film({folder_.path("bump.ply"), "--out", out, "--size", "128x96@10", "--seconds", "1", "--up",
                               "+y", "--threads", "1", "--json"});
    EXPECT_STATUS(made, 0);
    QCOMPARE(Json::parse(made.out)["frames"].get<int>(), 10);
    const Json stream = probed(out);
    QCOMPARE(stream["width"].get<int>(), 128);
    QCOMPARE(stream["nb_read_frames"].get<std::string>(), std::string("10"));
    const QImage first = decoded(out, 0, {128, 96}), half = decoded(out, 5, {128, 96});
    QVERIFY(!first.isNull() && first.pixelColor(2, 2).lightness() > 240 && first.pixelColor(64, 48).lightness() < 240);
    // Half a turn on, the other side: red and blue follow the direction.
    QVERIFY(std::abs(first.pixelColor(64, 48).blue() - half.pixelColor(64, 48).blue()) > 40);
    EXPECT_STATUS(film({folder_.path("bump.ply"), "--out", out}), 2);  // it exists
  }

  void filmsStates() {
    for (const int state : {0, 1, 2}) {
      splats::Gaussians scene = bumpScene(400);
      for (std::size_t i = 0; i < 100; ++i) scene.position[1][i] += 0.5F * static_cast<float>(state);
      splats::writeSplatFile(folder_.path("shot" + std::to_string(state) + ".ply"), scene,
                             {.order = splats::SplatOrder::File});
    }
    const std::string out = folder_.path("states");
    const Outcome made = film({folder_.path("shot1.ply"), "--states", "true", "--out", out, "--size", "96x96@10",
                               "--seconds", "0.8", "--turns", "0", "--up", "+y", "--threads", "1", "--json"});
    EXPECT_STATUS(made, 0);
    QCOMPARE(Json::parse(made.out)["states"].get<int>(), 3);
    const auto frame = [&](int number) {
      return QImage(QString::fromStdString(out + "/frame-00000" + std::to_string(number) + ".png"))
          .convertToFormat(QImage::Format_RGB32);
    };
    QVERIFY(!frame(1).isNull() && frame(1) != frame(5));
    QCOMPARE(frame(2), frame(8));  // there and back
    const Outcome lonely = film({folder_.path("bump.ply"), "--states", "true", "--out", folder_.path("x.gif")});
    EXPECT_STATUS(lonely, 2);
    QVERIFY(lonely.err.find("a file of a series of states") != std::string::npos);
  }

  void filmRefusals() {
    const auto refused = [&](std::vector<std::string> more, const char* part) {
      std::vector<std::string> words{folder_.path("bump.ply")};
      words.insert(words.end(), more.begin(), more.end());
      const Outcome outcome = film(words);
      EXPECT_STATUS(outcome, 2);
      QVERIFY2(outcome.err.find(part) != std::string::npos, outcome.err.c_str());
    };
    const std::string out = folder_.path("r.mp4");
    refused({"--out", folder_.path("r.avi")}, ".mp4");
    refused({"--out", out, "--size", "127x96@10"}, "even sides");
    refused({"--out", folder_.path("r.gif"), "--size", "1080p60"}, "at most 50");
    refused({"--out", out, "--background", "transparent"}, "transparency");
    refused({"--out", out, "--seconds", "0"}, "seconds");
    QVERIFY(!std::filesystem::exists(out));
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
    row("cameras missing", {"render", "BUMP", "--out", "a.png", "--cameras", "nowhere.json"}, "nowhere.json");
    row("not cameras", {"cameras", "NOTES"}, "JSON expected");
    row("not a strip", {"strip", "NOTES", "NOTES"}, "a PNG picture expected");
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
  /// The program as main() makes it.
  static Outcome film(std::vector<std::string> words) {
    words.insert(words.begin(), {"splats", "video"});
    Registry registry = builtinLabs();
    registry.add(makeSplatVideoTool());
    return callProgram(registry, std::move(words));
  }
  TemporaryFolder folder_;
};

QTEST_MAIN(TestSplatsCli)
#include "test_splats_cli.moc"
