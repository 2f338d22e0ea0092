// SPDX-License-Identifier: GPL-3.0-or-later
// A user's picture folder in the concept-space lab, from the command line and in the window: it trains, and what is
// wrong with it is said before anything starts.
#include <png.h>

#include <QtTest>
#include <filesystem>
#include <fstream>

#include "engine/experiments/concept_space/concept_space_lab.h"
#include "tests/gui/session_fixture.h"
#include "tests/support/program.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

void writePng(const std::string& path, int side, std::uint8_t red, std::uint8_t blue) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < side * side; ++i) pixels.insert(pixels.end(), {red, 100, blue});
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = png.height = static_cast<png_uint_32>(side);
  png.format = PNG_FORMAT_RGB;
  QVERIFY(png_image_write_to_file(&png, path.c_str(), 0, pixels.data(), 0, nullptr) != 0);
}

/// A folder with sixteen pictures of every class, and what a test breaks in it.
struct Pictures {
  TemporaryFolder folder;
  Json labels = Json::array();
  Pictures() {
    for (int k = 0; k < 4; ++k)
      for (int i = 0; i < 16; ++i) {
        const std::string name = std::to_string(k) + "-" + std::to_string(i) + ".png";
        const auto level = static_cast<std::uint8_t>((k % 2 ? 200 : 90) + i);
        writePng(folder.path(name), 8, k / 2 ? 10 : level, k / 2 ? level : 10);
        labels.push_back({{"file", name}, {"concepts", {{"hair", k / 2}, {"smile", k % 2}}}});
      }
    save();
  }
  void save() const { std::ofstream(folder.path("labels.json"), std::ios::binary) << labels.dump(); }
};

using Break = void (*)(Pictures&);

const std::map<std::string, std::pair<Break, const char*>>& mistakes() {
  static const std::map<std::string, std::pair<Break, const char*>> table{
      {"missing picture", {[](Pictures& p) { std::filesystem::remove(p.folder.path("2-5.png")); }, "2-5.png"}},
      {"mixed sizes",
       {[](Pictures& p) { writePng(p.folder.path("2-5.png"), 12, 1, 1); }, "2-5.png: all pictures must be"}},
      {"unreadable", {[](Pictures& p) { std::ofstream(p.folder.path("2-5.png")) << "no picture"; }, "2-5.png"}},
      {"unknown concept",
       {[](Pictures& p) { p.labels[3]["concepts"]["smyle"] = 1, p.save(); }, "entry 4: unknown concept \"smyle\""}},
      {"not 0 or 1", {[](Pictures& p) { p.labels[3]["concepts"]["smile"] = 2, p.save(); }, "must be 0 or 1, got 2"}},
      {"small class",
       {[](Pictures& p) {
          for (int i = 0; i < 9; ++i) p.labels.erase(0);
          p.save();
        },
        "class '00': at least 8 pictures a class expected, got 7"}},
      {"no labels", {[](Pictures& p) { std::filesystem::remove(p.folder.path("labels.json")); }, "labels.json"}},
      {"pictures that cannot be told apart",
       {[](Pictures& p) {
          for (const Json& one : p.labels) writePng(p.folder.path(one["file"].get<std::string>()), 8, 90, 90);
        },
        "at least 0.95 is needed"}},
  };
  return table;
}

}  // namespace

class TestConceptRefusals : public QObject {
  Q_OBJECT

  static Outcome run(const std::vector<std::string>& more, const std::string& out) {
    Registry registry;
    registry.add(concept_space::makeLab());
    std::vector<std::string> words{"run",   "concept-space",      "--steps", "20", "--out", out,
                                   "--set", "evaluation.images=4"};
    words.insert(words.end(), more.begin(), more.end());
    return callProgram(registry, words);
  }
  static void mistakeRows() {
    QTest::addColumn<QString>("name");
    for (const auto& [name, unused] : mistakes()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
  }

 private slots:
  void aFolderTrainsFromTheCommandLine() {
    const Pictures pictures;
    const TemporaryFolder out;
    const Outcome outcome =
        run({"--set", "world.kind=folder", "--set", "folder=" + pictures.folder.path(), "--set", "heldOut=01"},
            out.path("x.lscope"));
    EXPECT_STATUS(outcome, 0);
    EXPECT_HAS(outcome.out, "naive");
    QVERIFY(std::filesystem::exists(out.path("x.lscope")));
  }

  void theCommandLineRefusesAFolder_data() { mistakeRows(); }
  void theCommandLineRefusesAFolder() {
    QFETCH(QString, name);
    Pictures pictures;
    const auto& [breakIt, said] = mistakes().at(name.toStdString());
    breakIt(pictures);
    const TemporaryFolder out;
    const Outcome outcome =
        run({"--set", "world.kind=folder", "--set", "folder=" + pictures.folder.path()}, out.path("x.lscope"));
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, said);
    QVERIFY2(std::filesystem::is_empty(out.path()), "a refused run left a file");
  }

  // A world whose concepts the probe cannot read: only training the probe tells.
  void theCommandLineRefusesAProbeThatCannotRead() {
    const TemporaryFolder out;
    const Outcome outcome =
        run({"--set", "world.dc=0.05", "--set", "world.ds=0.05", "--set", "image.size=8"}, out.path("x.lscope"));
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, "at least 0.95 is needed");
    QVERIFY2(std::filesystem::is_empty(out.path()), "a refused run left a file");
  }

  void aFolderTrainsInTheWindow() {
    const Pictures pictures;
    SessionFixture f(concept_space::makeLab());
    f.model.userSet("world.kind", "folder");
    f.model.userSet("folder", pictures.folder.path());
    f.model.userSet("evaluation.images", 4);
    QVERIFY(f.model.nextProblems().empty());
    f.model.startRun(0, 20);
    f.model.userIntervene("show-examples", {{"class", "11"}, {"count", 5}});
    QVERIFY(QTest::qWaitFor([&] { return f.model.status().phase == TrainerStatus::Phase::Finished; }, 30000));
    QVERIFY(!f.model.run()->scalars("naive").empty());
    QVERIFY(f.model.run()->hasRecorded("examples-shown"));
    QVERIFY2(f.problems.isEmpty(), qPrintable(f.problems.join('\n')));
  }

  void theWindowSaysWhatIsWrong() {
    Pictures pictures;
    mistakes().at("unreadable").first(pictures);
    SessionFixture f(concept_space::makeLab());
    f.model.userSet("world.kind", "folder");
    f.model.userSet("folder", pictures.folder.path());
    f.model.startRun(0, 20);
    QVERIFY(QTest::qWaitFor([&] { return f.model.status().phase == TrainerStatus::Phase::Failed; }, 30000));
    QVERIFY(QTest::qWaitFor([&] { return !f.problems.isEmpty(); }, 5000));
    QVERIFY2(f.problems.join('\n').contains(QStringLiteral("2-5.png")), qPrintable(f.problems.join('\n')));
    QVERIFY(f.model.status().refused);
  }
};

QTEST_MAIN(TestConceptRefusals)
#include "test_concept_refusals.moc"
