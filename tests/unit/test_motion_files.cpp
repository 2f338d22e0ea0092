// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON files of cameras, parts and drags, propagated indices, and pictures: what is written is read back, what
// others write is read, and everything else is refused by file and place.
#include <QTest>
#include <cmath>
#include <fstream>

#include "engine/core/errors.h"
#include "engine/data/drags_file.h"
#include "engine/splats/camera_file.h"
#include "engine/splats/region.h"
#include "engine/store/jpeg.h"
#include "engine/store/json_place.h"
#include "engine/store/npy.h"
#include "tests/support/splat_scenes.h"
#include "tests/support/support.h"

using namespace learnscope;
using splats::CameraFile;
using splats::SplatCamera;
using splats::Vec3d;

namespace {

std::string written(const test::TemporaryFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder.path(name), std::ios::binary) << text;
  return folder.path(name);
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What reading said, or "accepted".
template <class F>
std::string said(const F& read) {
  try {
    read();
  } catch (const DataError& error) {
    return error.what();
  }
  return "accepted";
}

bool near(double a, double b, double most = 1e-9) { return std::abs(a - b) <= most; }

/// Where a camera draws a place of the world.
std::array<double, 2> seen(const SplatCamera& camera, const Vec3d& place) {
  const Vec3d t = camera.toCamera(place);
  return {camera.focalX * t[0] / t[2] + camera.centreX, camera.focalY * t[1] / t[2] + camera.centreY};
}

constexpr const char* kCamera =
    R"([{"id": 0, "img_name": "a", "width": 640, "height": 480, "position": [1, 2, 3],
         "rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "fx": 500, "fy": 510}])";

ObjectParts someParts() {
  ObjectParts parts;
  parts.labels = {0, 0, 0, 2, 2, 1, 0};
  parts.joints.resize(3);
  parts.joints[1] = {Joint::Type::Prismatic, {0, 0, 0}, {0, 0, 1}, 0, 0.7};
  parts.joints[2] = {Joint::Type::Revolute, {-0.5, 0.1, 0.3}, {0, 1, 0}, 0, -1.6};
  return parts;
}

}  // namespace

class TestMotionFiles : public QObject {
  Q_OBJECT
 private slots:
  void camerasComeBack() {
    std::vector<splats::NamedCamera> cameras;
    for (int k = 0; k < 5; ++k)
      cameras.push_back({"view" + std::to_string(k), splats::lookingAt({std::sin(k), 0.3 * k, 2.4 * std::cos(k)},
                                                                       {0.1, 0, 0}, {0, 1, 0}, 49.1, 512, 384)});
    const std::string path = folder_.path("cameras.json");
    splats::writeCameraFile(path, cameras);
    const CameraFile read = splats::readCameraFile(path);
    QCOMPARE(read.cameras.size(), cameras.size());
    QVERIFY(read.notes.empty());
    for (std::size_t k = 0; k < cameras.size(); ++k) {
      QCOMPARE(read.cameras[k].name, cameras[k].name);
      for (const Vec3d& place : {Vec3d{0, 0, 0}, Vec3d{0.3, -0.2, 0.1}}) {
        const auto a = seen(read.cameras[k].camera, place), b = seen(cameras[k].camera, place);
        QVERIFY(near(a[0], b[0], 1e-6) && near(a[1], b[1], 1e-6));
      }
    }
  }

  // The same camera in the three forms: 2 units in front of the origin on the world's +z, looking back at it, x right,
  // +y up.
  void theFormsAgree() {
    const std::string ours = written(folder_, "a.json", R"([{"width": 512, "height": 512, "position": [0, 0, 2],
        "rotation": [[1, 0, 0], [0, -1, 0], [0, 0, -1]], "fx": 560.44, "fy": 560.44}])");
    const std::string nerf = written(folder_, "transforms.json",
                                     R"({"camera_angle_x": 0.8569566627, "frames": [{"file_path": "./train/r_0",
        "w": 512, "h": 512, "transform_matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 2], [0, 0, 0, 1]]}]})");
    const std::string partDrag =
        written(folder_, "003_camera.json", R"({"origin": [0, 0, 2], "x": [1, 0, 0], "y": [0, 1, 0], "z": [0, 0, 1]})");
    for (const std::string& path : {ours, nerf, partDrag}) {
      const CameraFile file = splats::readCameraFile(path);
      QCOMPARE(file.cameras.size(), std::size_t{1});
      const auto at = seen(file.cameras[0].camera, {0.5, 0.25, 0});
      QVERIFY2(near(at[0], 256 + 560.44 * 0.25, 0.05) && near(at[1], 256 - 560.44 * 0.125, 0.05), path.c_str());
    }
    QCOMPARE(splats::readCameraFile(nerf).cameras[0].name, std::string("r_0"));
    QCOMPARE(splats::readCameraFile(partDrag).form, std::string("PartDrag-4D"));
  }

  void axesAreSetRightOrRefused() {
    const auto with = [&](const char* row) {
      std::string text = kCamera;
      text.replace(text.find("[1, 0, 0]"), 9, row);
      return written(folder_, "axes.json", text);
    };
    QVERIFY(splats::readCameraFile(with("[1, 0.0004, 0]")).notes.empty());
    const CameraFile bent = splats::readCameraFile(with("[1, 0.004, 0]"));
    QCOMPARE(bent.notes.size(), std::size_t{1});
    QVERIFY(bent.notes[0].find("[0].rotation") != std::string::npos);
    const auto& r = bent.cameras[0].camera.rotation;
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) {
        double dot = 0;
        for (std::size_t k = 0; k < 3; ++k) dot += r[3 * i + k] * r[3 * j + k];
        QVERIFY(near(dot, i == j ? 1 : 0));
      }
    for (const char* row : {"[1, 0.02, 0]", "[-1, 0, 0]", "[0, 0, 0]", "[2, 0, 0]"}) {
      const std::string text = said([&] { splats::readCameraFile(with(row)); });
      QVERIFY2(text.find("axes.json") != std::string::npos && text.find("[0].rotation") != std::string::npos,
               text.c_str());
    }
  }

  void refusesCameras_data() {
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* from, const char* to, const char* part) {
      QTest::newRow(name) << from << to << part;
    };
    row("missing key", R"("fx": 500, )", "", "[0].fx");
    row("missing position", R"("position": [1, 2, 3],)", "", "[0].position");
    row("two numbers", "[1, 2, 3]", "[1, 2]", "[0].position");
    row("a text", "[1, 2, 3]", R"([1, "2", 3])", "[0].position[1]");
    row("far away", "[1, 2, 3]", "[1, 2e9, 3]", "[0].position[1]");
    row("not finite", "[1, 2, 3]", "[1, 1e999, 3]", "JSON expected");
    row("no width", "640", "0", "[0].width");
    row("huge width", "640", "4000000000", "[0].width");
    row("half a pixel", "640", "640.5", "[0].width");
    row("no focal length", "500", "0", "[0].fx");
    row("two rows", "[[1, 0, 0], ", "[", "[0].rotation");
    row("nothing", kCamera, "[]", "a list of 1");
    row("an object of nothing", kCamera, "{}", "cameras expected");
    row("a number", kCamera, "7", "cameras expected");
    row("truncated", R"("fy": 510}])", "", "JSON expected");
    row("empty", kCamera, "", "JSON expected");
    row("frames", kCamera, R"({"frames": []})", "frames");
    row("no lens", kCamera, R"({"frames": [{"transform_matrix": []}]})", "camera_angle_x");
    row("matrix", kCamera, R"({"camera_angle_x": 1, "frames": [{"transform_matrix": [[1, 0, 0, 0]]}]})",
        "frames[0].transform_matrix");
    row("PartDrag without z", kCamera, R"({"origin": [0, 0, 2], "x": [1, 0, 0], "y": [0, 1, 0]})", "z: this key");
  }
  void refusesCameras() {
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, part);
    QString text = QString::fromLatin1(kCamera);
    QVERIFY(text.contains(from));
    text.replace(from, to);
    const std::string path = written(folder_, "bad.json", text.toStdString());
    const std::string error = said([&] { splats::readCameraFile(path); });
    QVERIFY2(error.find(part.toStdString()) != std::string::npos && error.find("bad.json") != std::string::npos,
             error.c_str());
  }

  void partsComeBack() {
    const ObjectParts parts = someParts();
    const std::string path = folder_.path("a.parts.json");
    writeParts(path, parts);
    const ObjectParts read = readParts(path, 7);
    QCOMPARE(read.labels, parts.labels);
    QCOMPARE(read.joints.size(), std::size_t{3});
    for (std::size_t k = 0; k < 3; ++k) {
      QVERIFY(read.joints[k].type == parts.joints[k].type);
      QVERIFY(read.joints[k].origin == parts.joints[k].origin && read.joints[k].axis == parts.joints[k].axis);
      QVERIFY(read.joints[k].low == parts.joints[k].low && read.joints[k].high == parts.joints[k].high);
    }
  }

  void refusesParts_data() {
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* from, const char* to, const char* part) {
      QTest::newRow(name) << from << to << part;
    };
    row("another object", R"("gaussians": 7)", R"("gaussians": 8)", "gaussians");
    row("a huge count", R"("gaussians": 7)", R"("gaussians": 1e15)", "gaussians");
    row("too few labels", "[1, 1]", "[1, 2]", "labels");
    row("a huge run", "[2, 2]", "[2, 4000000000]", "labels[1][1]");
    row("an empty run", "[2, 2]", "[2, 0]", "labels[1][1]");
    row("no such part", "[2, 2]", "[3, 2]", "labels[1][0]");
    row("a negative part", "[2, 2]", "[-1, 2]", "labels[1][0]");
    row("labels missing", R"("labels")", R"("label")", "labels");
    row("a joint of another kind", "revolute", "ball", "joints[2].type");
    row("no axis", "[0, 1, 0]", "[0, 0, 0]", "joints[2].axis");
    row("limits alike", R"("high": 0.7)", R"("high": 0)", "joints[1]");
    row("several turns", R"("high": -1.6)", R"("high": -160)", "joints[2].high");
    row("no joints", R"("joints": [)", R"("joints": [], "j": [)", "joints");
  }
  void refusesParts() {
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, part);
    QString text = R"({"gaussians": 7, "labels": [[0, 3], [2, 2], [1, 1], [0, 1]], "joints": [{"type": "fixed"},
        {"type": "prismatic", "origin": [0, 0, 0], "axis": [0, 0, 1], "low": 0, "high": 0.7},
        {"type": "revolute", "origin": [0, 0, 0], "axis": [0, 1, 0], "low": 0, "high": -1.6}]})";
    QCOMPARE(said([&] { readParts(written(folder_, "good.json", text.toStdString()), 7); }), std::string("accepted"));
    QVERIFY(text.contains(from));
    text.replace(from, to);
    const std::string path = written(folder_, "bad.parts.json", text.toStdString());
    const std::string error = said([&] { readParts(path, 7); });
    QVERIFY2(error.find(part.toStdString()) != std::string::npos && error.find("bad.parts.json") != std::string::npos,
             error.c_str());
  }

  void dragsComeBack() {
    PictureDrags drags;
    drags.view = 3;
    drags.size = {640, 480};
    drags.drags = {{{10, 20.5}, {100, 200}, PictureDrags::kAnyPart}, {{0, 0}, {640, 480}, 2}};
    const std::string path = folder_.path("a.drags.json");
    writeDrags(path, drags);
    const ObjectParts parts = someParts();
    const PictureDrags read = readDrags(path, false, &parts);
    QCOMPARE(read.view, 3);
    QVERIFY(read.size == drags.size && read.drags.size() == 2);
    for (std::size_t k = 0; k < 2; ++k)
      QVERIFY(read.drags[k].start == drags.drags[k].start && read.drags[k].end == drags.drags[k].end &&
              read.drags[k].part == drags.drags[k].part);
  }

  void refusesDrags_data() {
    QTest::addColumn<QString>("list");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* list, const char* part) { QTest::newRow(name) << list << part; };
    row("none", "", "a list of 1 to 64");
    row("outside", R"({"start": [612, 40], "end": [3, 4]})", "start (612, 40) is outside 512×512");
    row("ends outside", R"({"start": [1, 2], "end": [3, -4]})", "end (3, -4) is outside 512×512");
    row("goes nowhere", R"({"start": [1, 2], "end": [1, 2]})", "an end that is not the start (1, 2)");
    row("no such part", R"({"start": [1, 2], "end": [3, 4], "part": 7})", "part 7 is unknown; 0..2");
    row("fixed part", R"({"start": [1, 2], "end": [3, 4], "part": 0})", "part 0 is fixed");
    row("one number", R"({"start": [1], "end": [3, 4]})", "drags[1].start");
    row("no end", R"({"start": [1, 2]})", "drags[1].end");
    row("not an object", "5", "drags[1]");
  }
  void refusesDrags() {
    QFETCH(QString, list);
    QFETCH(QString, part);
    const QString first = QStringLiteral(R"({"start": [1, 2], "end": [3, 4], "part": 1}, )");
    const QString all = list.isEmpty() ? QString() : first + list;
    const std::string path =
        written(folder_, "bad.drags.json",
                QStringLiteral(R"({"view": 0, "size": [512, 512], "drags": [%1]})").arg(all).toStdString());
    const ObjectParts parts = someParts();
    const std::string error = said([&] { readDrags(path, false, &parts); });
    QVERIFY2(error.find(part.toStdString()) != std::string::npos && error.find("bad.drags.json") != std::string::npos,
             error.c_str());
    if (error.find("outside") != std::string::npos) {
      QVERIFY2(error.find("drag 1") != std::string::npos, error.c_str());
      const PictureDrags clamped = readDrags(path, true, &parts);
      for (const PictureDrags::Item& drag : clamped.drags)
        for (const double v : {drag.start[0], drag.start[1], drag.end[0], drag.end[1]}) QVERIFY(v >= 0 && v <= 512);
    }
  }

  void refusesTheRestOfADragsFile() {
    const auto refused = [&](const char* text, const char* part) {
      const std::string error = said([&] { readDrags(written(folder_, "d.json", text), false); });
      QVERIFY2(error.find(part) != std::string::npos, error.c_str());
    };
    refused(R"({"size": [512, 512], "drags": []})", "view");
    refused(R"({"view": 8, "size": [512, 512], "drags": []})", "view");
    refused(R"({"view": 0, "size": [512, 0], "drags": []})", "size[1]");
    refused(R"({"view": 0, "size": 512, "drags": []})", "size");
    refused("[]", "an object");
    refused("{", "JSON expected");
    const std::string many = [] {
      std::string text = R"({"view": 0, "size": [512, 512], "drags": [)";
      for (int k = 0; k < 65; ++k) text += std::string(k ? "," : "") + R"({"start": [1, 2], "end": [3, 4]})";
      return text + "]}";
    }();
    refused(many.c_str(), "a list of 1 to 64");
  }

  void propagatedIndicesCarryTheDisplacement() {
    PictureDrags drags;
    drags.drags = {{{10, 20}, {30, 25}, 1}};
    const auto file = [&](const Array& array) {
      const auto bytes = encodeNpy(array);
      return written(folder_, "propagated_indices.npy",
                     std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    };
    const std::vector<std::int64_t> places{5, 100, 511, 7};
    const PictureDrags all = propagated(drags, file(Array::from<std::int64_t>(places, {2, 2})));
    QCOMPARE(all.drags.size(), std::size_t{2});
    // Rows are rows: the official code has swapped them already.
    QVERIFY(all.drags[0].start == (std::array<double, 2>{100.5, 5.5}));
    QVERIFY(all.drags[0].end == (std::array<double, 2>{120.5, 10.5}));
    QVERIFY(all.drags[1].start == (std::array<double, 2>{7.5, 511.5}) && all.drags[1].part == 1);
    std::vector<std::int64_t> many;
    for (std::int64_t k = 0; k < 1000; ++k) many.insert(many.end(), {k / 2, k / 4});
    QCOMPARE(propagated(drags, file(Array::from<std::int64_t>(many, {1000, 2}))).drags.size(), std::size_t{64});

    const auto refused = [&](const std::string& path, const char* part) {
      const std::string error = said([&] { propagated(drags, path); });
      QVERIFY2(error.find(part) != std::string::npos, error.c_str());
    };
    refused(file(Array::from<std::int64_t>(std::vector<std::int64_t>{1, 512}, {1, 2})), "[1, 512] is outside 512×512");
    refused(file(Array::from<std::int64_t>(std::vector<std::int64_t>{-1, 5}, {1, 2})), "row 0");
    refused(file(Array::from<std::int64_t>(places, {4})), "int64 of shape [n, 2]");
    refused(file(Array::from<double>(std::vector<double>{1, 2}, {1, 2})), "int64 of shape [n, 2]");
    const std::string whole = slurp(file(Array::from<std::int64_t>(places, {2, 2})));
    refused(written(folder_, "short.npy", whole.substr(0, whole.size() - 1)), "short.npy");
    refused(written(folder_, "empty.npy", ""), "empty.npy");
  }

  // A red plate beside a blue one, and a red one far away: only what touches and looks alike belongs.
  void aRegionHangsTogetherAndLooksAlike() {
    splats::Gaussians scene(3 * 100, 0);
    for (std::size_t i = 0; i < scene.size(); ++i) {
      const std::size_t plate = i / 100, k = i % 100;
      scene.position[0][i] = static_cast<float>(k % 10) * 0.1F + (plate == 1 ? 1.0F : plate == 2 ? 5.0F : 0.0F);
      scene.position[1][i] = static_cast<float>(k / 10) * 0.1F;
      scene.colour[plate == 1 ? 2 : 0][i] = 0.8F + 0.001F * static_cast<float>(k);
      scene.opacity[i] = 1;
    }
    std::vector<std::size_t> expected(100);
    for (std::size_t i = 0; i < 100; ++i) expected[i] = i;
    QCOMPARE(splats::regionAround(scene, 42), expected);
    QCOMPARE(splats::regionAround(scene, 142).front(), std::size_t{100});
    QCOMPARE(splats::regionAround(scene, 142).size(), std::size_t{100});
  }

  // FFmpeg decoded strip.jpg into strip.png.
  void jpegIsWhatAnotherDecoderSays() {
    const std::string folder = LEARNSCOPE_TEST_DATA;
    const PngImage jpeg = readPicture(folder + "/strip.jpg", 100), png = readPicture(folder + "/strip.png", 100);
    QCOMPARE(jpeg.width, 48);
    QCOMPARE(jpeg.height, 16);
    QCOMPARE(jpeg.rgb.size(), png.rgb.size());
    double worst = 0;
    for (std::size_t i = 0; i < png.rgb.size(); ++i)
      worst = std::max(worst, std::abs(static_cast<double>(jpeg.rgb[i] - png.rgb[i])));
    QVERIFY2(worst < 5.0 / 255, std::to_string(worst).c_str());

    const std::string bytes = slurp(folder + "/strip.jpg");
    for (std::size_t end = 2; end < bytes.size(); end += 1 + bytes.size() / 60) {
      const std::string path = written(folder_, "cut.jpg", bytes.substr(0, end));
      QVERIFY_THROWS_EXCEPTION(DataError, readPicture(path, 100));
    }
    QVERIFY(said([&] { readPicture(folder + "/strip.jpg", 40); }).find("48 x 16") != std::string::npos);
    QVERIFY_THROWS_EXCEPTION(DataError, readPicture(written(folder_, "no.jpg", "\xFF\xD8 not a picture"), 100));
    QVERIFY_THROWS_EXCEPTION(DataError, readPicture(written(folder_, "no.png", "nothing"), 100));
    // A header that claims much and holds nothing.
    std::string huge = bytes;
    const std::size_t frame = huge.find("\xFF\xC0");
    QVERIFY(frame != std::string::npos);
    huge.replace(frame + 5, 4, "\xF0\x01\xF0\x01");
    QVERIFY(said([&] { readPicture(written(folder_, "huge.jpg", huge), 16384); }).find("pixels a side") !=
            std::string::npos);
  }

 private:
  test::TemporaryFolder folder_;
};

QTEST_APPLESS_MAIN(TestMotionFiles)
#include "test_motion_files.moc"
