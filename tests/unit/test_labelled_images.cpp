// SPDX-License-Identifier: GPL-3.0-or-later
#include <png.h>

#include <QTest>
#include <filesystem>
#include <fstream>

#include "engine/data/labelled_images.h"
#include "engine/experiments/concept_space/concept_space_lab.h"
#include "engine/experiments/concept_space/setting.h"
#include "engine/store/png.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

void writePng(const std::string& path, int width, int height, std::uint8_t red, std::uint8_t blue) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), {red, 100, blue});
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(height);
  png.format = PNG_FORMAT_RGB;
  QVERIFY(png_image_write_to_file(&png, path.c_str(), 0, pixels.data(), 0, nullptr) != 0);
}

void writeText(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// A folder with `each` pictures of every class; colour is red or blue, shade dark or bright.
class Pictures {
 public:
  explicit Pictures(int each = 8, int side = 8) {
    for (int k = 0; k < 4; ++k)
      for (int i = 0; i < each; ++i) {
        const std::string name = std::to_string(k) + "-" + std::to_string(i) + ".png";
        const auto level = static_cast<std::uint8_t>((k % 2 ? 200 : 90) + i % 16);
        writePng(folder_.path(name), side, side, k / 2 ? 10 : level, k / 2 ? level : 10);
        labels.push_back({{"file", name}, {"concepts", {{"colour", k / 2}, {"shade", k % 2}}}});
      }
    save();
  }
  void save() const { writeText(folder_.path("labels.json"), labels.dump()); }
  std::string path(const std::string& name) const { return folder_.path(name); }
  const std::string& folder() const { return folder_.path(); }
  /// What loading says.
  std::string said() const {
    try {
      LabelledImages::load(folder(), Progress());
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  Json labels = Json::array();

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

#define EXPECT_SAID(pictures, part)                                            \
  do {                                                                         \
    const std::string text = (pictures).said();                                \
    QVERIFY2(text.find(part) != std::string::npos, ("said: " + text).c_str()); \
  } while (false)

class TestLabelledImages : public QObject {
  Q_OBJECT
 private slots:
  void readsWhatIsThere() {
    const Pictures pictures;
    const LabelledImages images = LabelledImages::load(pictures.folder(), Progress());
    QCOMPARE(images.side, 8);
    QCOMPARE(images.concepts, (std::vector<std::string>{"colour", "shade"}));
    QCOMPARE(images.numbers.size(), 32U);
    QCOMPARE(images.numbers[0], 0);
    QCOMPARE(images.numbers[31], 3);
    QCOMPARE(images.pixels.size(), 32U * 192U);
    QVERIFY(std::abs(images.pixels[0] - 90.0f / 255) < 1e-6);
    QVERIFY(std::abs(images.pixels[64] - 100.0f / 255) < 1e-6);
  }

  void refusesBadLabels() {
    Pictures pictures;
    const Json good = pictures.labels;
    const auto with = [&](const char* pointer, const Json& value) {
      pictures.labels = good;
      pictures.labels[Json::json_pointer(pointer)] = value;
      pictures.save();
    };
    with("/3/concepts/shade", 2);
    EXPECT_SAID(pictures, "labels.json: entry 4: concept \"shade\" must be 0 or 1, got 2");
    with("/3/concepts/shade", 0.5);
    EXPECT_SAID(pictures, "must be 0 or 1, got 0.5");
    with("/3/concepts/shadow", 1);
    EXPECT_SAID(pictures, "entry 4: unknown concept \"shadow\"");
    with("/3/concepts", Json{{"colour", 1}});
    EXPECT_SAID(pictures, "entry 4: concept \"shade\" is missing");
    with("/0/concepts", Json{{"colour", 1}});
    EXPECT_SAID(pictures, "2 or 3 concepts expected, got 1");
    with("/5", 7);
    EXPECT_SAID(pictures, "entry 6: {\"file\"");
    with("/5/file", "../outside.png");
    EXPECT_SAID(pictures, "is not a file of this folder");
    with("/5/file", "/etc/passwd");
    EXPECT_SAID(pictures, "is not a file of this folder");
    with("/5/file", "gone.png");
    EXPECT_SAID(pictures, "gone.png: a PNG picture expected, but there is no such file");
    pictures.labels = good;
    pictures.labels.erase(0);
    pictures.save();
    EXPECT_SAID(pictures, "class '00': at least 8 pictures a class expected, got 7");
    pictures.labels = Json::object();
    pictures.save();
    EXPECT_SAID(pictures, "a list of labelled pictures expected");
    Json many = Json::array();
    for (int i = 0; i <= 50000; ++i) many.push_back(0);
    pictures.labels = many;
    pictures.save();
    EXPECT_SAID(pictures, "at most 50000 pictures expected, got 50001");
    writeText(pictures.path("labels.json"), "[{\"file\": ");
    EXPECT_SAID(pictures, "line 1");
    std::filesystem::remove(pictures.path("labels.json"));
    EXPECT_SAID(pictures, "labels.json: cannot be opened");
  }

  void refusesBadPictures() {
    Pictures pictures;
    writePng(pictures.path("1-3.png"), 12, 12, 1, 1);
    EXPECT_SAID(pictures, "1-3.png: all pictures must be 8 x 8, this one is 12 x 12");
    writeText(pictures.path("1-3.png"), "not a picture, but long enough to be one");
    EXPECT_SAID(pictures, "1-3.png: byte 0: a PNG picture expected");
    writePng(pictures.path("1-3.png"), 8, 8, 1, 1);
    std::filesystem::resize_file(pictures.path("1-3.png"), std::filesystem::file_size(pictures.path("1-3.png")) / 2);
    EXPECT_SAID(pictures, "1-3.png: unreadable PNG picture");
    writeText(pictures.path("1-3.png"), "");
    EXPECT_SAID(pictures, "1-3.png: byte 0");
    EXPECT_SAID(Pictures(8, 10), "a square picture of side 8, 12, 16, 24 or 32 expected, got 10 x 10");
    EXPECT_SAID(Pictures(8, 64), "1 to 32 pixels a side expected, got 64 x 64");
  }

  void readsHeadersAlone() {
    const Pictures pictures;
    const PngImage header = readPng(pictures.path("0-0.png"), 32, true);
    QCOMPARE(header.width, 8);
    QVERIFY(header.rgb.empty());
  }

  // A user's pictures train like the built-in worlds, with one-hot prompts.
  void trainsOnAFolder() {
    const Pictures pictures(16);
    const auto lab = concept_space::makeLab();
    const Config config = checkedConfig(*lab, {{"world.kind", "folder"},
                                               {"folder", pictures.folder()},
                                               {"evaluation.images", 4},
                                               {"evaluation.samplerSteps", 4}});
    const concept_space::Setting setting = concept_space::settingOf(config);
    QCOMPARE(setting.promptLength, 4);
    QCOMPARE(setting.prompts[1], (std::vector<float>{1, 0, 0, 1}));
    const auto experiment = lab->build(config, 0, Progress());
    test::MemoryRecorder recorder(*lab, config);
    for (std::int64_t step = 1; step <= 20; ++step) experiment->step(Progress());
    recorder.setStep(20);
    experiment->measure(recorder);
    QVERIFY(recorder.scalars.contains("naive") && recorder.last("loss") > 0);
    QCOMPARE(recorder.arrays["pictures"][20].shape(), (std::vector<std::int64_t>{48, 8, 8, 3}));
  }
};

QTEST_GUILESS_MAIN(TestLabelledImages)
#include "test_labelled_images.moc"
