// SPDX-License-Identifier: GPL-3.0-or-later
// The files that a run of the part-motion lab gives and takes: what `splats outputs` writes opens as an object with
// states, and `splats move` moves it again.
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/core/errors.h"
#include "engine/core/session.h"
#include "engine/data/drags_file.h"
#include "engine/experiments/part_motion/part_motion_lab.h"
#include "engine/experiments/part_motion/part_motion_tools.h"
#include "engine/experiments/part_motion/world.h"
#include "engine/splats/camera_file.h"
#include "engine/splats/gaussian_rows.h"
#include "engine/splats/state_folder.h"
#include "engine/store/json_place.h"
#include "engine/store/npy.h"
#include "engine/store/png.h"
#include "engine/store/run_file.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::partmotion;

namespace {

/// A tool's summary for these arguments.
Json call(const Tool& tool, const Json& values) {
  std::vector<Problem> problems;
  const Config arguments = resolved(tool.describe().parameters, values, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return tool.run(arguments, Progress());
}

template <class F>
std::string said(const F& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

double farthest(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); i += 14)
    most = std::max(most, std::hypot(static_cast<double>(a[i] - b[i]), static_cast<double>(a[i + 1] - b[i + 1]),
                                     static_cast<double>(a[i + 2] - b[i + 2])));
  return most;
}

}  // namespace

class TestPartMotionTools : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    points_ = trained({{"points", 160}, {"kinds", {"drawer"}}, {"iterations", 50}, {"drags.count", 4}});
    call(*makeOutputsTool(), {{"run", points_}, {"out", folder_.path("out")}, {"object", 2}});
  }

  void outputsAreThoseOfThePage() {
    for (const char* name : {"metrics.csv", "events.json", "parts.json", "drags.json", "cameras.json", "strip.png",
                             "prediction.ply", "state_0.ply", "state_5.ply", "true_0.ply", "true_5.ply"})
      QVERIFY2(std::filesystem::exists(out(name)), name);
    std::ifstream csv(out("metrics.csv"));
    std::string comment, header;
    std::getline(csv, comment);
    std::getline(csv, header);
    QVERIFY(header.starts_with("step,") && header.find("relativeEpe") != std::string::npos);
    const Json events = readJsonFile(out("events.json"));
    QVERIFY(events.is_array() && !events.empty() && events[0].contains("detected"));
    const PngImage strip = readPng(out("strip.png"), 4096);
    QCOMPARE(strip.width, 1024);
    QCOMPARE(strip.height, 1024);
    // A, the left column, has the object on white.
    QVERIFY(strip.rgb[0] > 0.99F && strip.rgb[static_cast<std::size_t>(128 * 1024 + 128)] < 0.99F);
    QCOMPARE(splats::readCameraFile(out("cameras.json")).cameras.size(), std::size_t{8});
  }

  // The states are the object's own, and the viewer finds the joint in them.
  void statesOpenAsAnObject() {
    World world;
    world.kinds = {ObjectKind::Drawer};
    world.points = 160;
    world.seed = 1;
    const MotionPair pair = testPair(world, 2, 4);
    for (const int state : {0, 3, 5}) {
      splats::Gaussians splats = splats::readSplatFile(out("true_" + std::to_string(state) + ".ply")).splats;
      splats.mirror({1, -1, -1});  // files have y down
      const std::vector<float> rows = splats::toRows(splats);
      QVERIFY(farthest(rows, pair.at(state / 5.0)) < 1e-5);
    }
    const auto all = splats::findStateSeries(folder_.path("out"));
    QCOMPARE(all.size(), std::size_t{2});
    for (const splats::StateSeries& series : all) {
      const splats::ObjectStates object = splats::readStates(series);
      QCOMPARE(object.states.size(), std::size_t{6});
      if (series.name != "true") continue;
      const auto joint = splats::jointOf(object);
      QVERIFY(joint && !joint->turns && std::abs(std::abs(joint->axis[2]) - 1) < 0.01);
      const ObjectParts parts = readParts(out("parts.json"), 160);
      for (std::size_t i = 0; i < 160; ++i) QCOMPARE(joint->moves[i], parts.labels[i] == pair.movingPart);
    }
    const ObjectParts parts = readParts(out("parts.json"), 160);
    QCOMPARE(parts.labels, pair.sample.part);
    QCOMPARE(readDrags(out("drags.json"), false, &parts).drags.size(), std::size_t{4});
  }

  // A camera of the file sees the file's object where the lab's camera sees the lab's, and its joints move it to its
  // states.
  void camerasAndJointsBelongToTheFiles() {
    World world;
    world.kinds = {ObjectKind::Drawer};
    world.points = 160;
    world.seed = 1;
    const MotionPair pair = testPair(world, 2, 4);
    const splats::Gaussians closed = splats::readSplatFile(out("true_0.ply")).splats,
                            open = splats::readSplatFile(out("true_5.ply")).splats;
    const auto cameras = splats::readCameraFile(out("cameras.json")).cameras;
    const std::vector<float> rows = pair.at(0);
    for (int view = 0; view < kViews; ++view) {
      const auto at = static_cast<std::size_t>(view);
      for (std::size_t i = 0; i < 160; i += 31) {
        const splats::Vec3d a = cameras[at].camera.toCamera(
                                {closed.position[0][i], closed.position[1][i], closed.position[2][i]}),
                            b = orbitCamera(view, 512).toCamera({rows[14 * i], rows[14 * i + 1], rows[14 * i + 2]});
        for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs(a[k] - b[k]) < 1e-5);
      }
    }
    const ObjectParts parts = readParts(out("parts.json"), 160);
    const Joint& joint = parts.joints[static_cast<std::size_t>(pair.movingPart)];
    for (std::size_t i = 0; i < 160; ++i)
      for (std::size_t k = 0; k < 3; ++k) {
        const double moved = parts.labels[i] == pair.movingPart ? (joint.high - joint.low) * joint.axis[k] : 0;
        QVERIFY(std::abs(static_cast<double>(open.position[k][i] - closed.position[k][i]) - moved) < 1e-5);
      }
  }

  void movesAnObjectOfAFile() {
    const std::string moved = folder_.path("moved.ply");
    const Json summary = call(*makeMoveTool(), move({{"out", moved}}));
    QCOMPARE(summary["drags"].get<int>(), 4);
    const std::vector<float> before = splats::toRows(splats::readSplatFile(out("true_0.ply")).splats),
                             after = splats::toRows(splats::readSplatFile(moved).splats);
    QCOMPARE(after.size(), before.size());
    QVERIFY(farthest(before, after) > 1e-3);
    // One drag goes to the whole part; without labels the part is what hangs together.
    PictureDrags one = readDrags(out("drags.json"), false);
    one.drags.resize(1);
    one.drags[0].part = PictureDrags::kAnyPart;
    writeDrags(folder_.path("one.json"), one);
    const Json whole =
        call(*makeMoveTool(), move({{"out", folder_.path("b.ply")}, {"drags", folder_.path("one.json")}}));
    QCOMPARE(whole["drags"].get<int>(), 4);  // the run's own number
    const ObjectParts parts = readParts(out("parts.json"), 160);
    QVERIFY(whole["pulled"].get<int>() > 10 && whole["pulled"].get<int>() < 160);
    const Json grown = call(
        *makeMoveTool(), move({{"out", folder_.path("c.splat")}, {"drags", folder_.path("one.json")}, {"parts", ""}}));
    QVERIFY(grown["pulled"].get<int>() > 0 && grown["pulled"].get<int>() < 160);
  }

  void propagatedDragsAreCarriedOut() {
    const PictureDrags drags = readDrags(out("drags.json"), false);
    std::vector<std::int64_t> places;
    for (const PictureDrags::Item& drag : drags.drags)
      places.insert(places.end(), {static_cast<std::int64_t>(drag.start[1]), static_cast<std::int64_t>(drag.start[0])});
    const auto bytes = encodeNpy(Array::from<std::int64_t>(places, {4, 2}));
    std::ofstream(folder_.path("p.npy"), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const Json summary =
        call(*makeMoveTool(), move({{"out", folder_.path("p.ply")}, {"indices", folder_.path("p.npy")}}));
    QCOMPARE(summary["drags"].get<int>(), 4);
  }

  void refusals() {
    const auto refused = [&](const Tool& tool, const Json& values, const char* part) {
      const std::string error = said([&] { call(tool, values); });
      QVERIFY2(error.find(part) != std::string::npos, error.c_str());
    };
    const auto moveTool = makeMoveTool(), outputsTool = makeOutputsTool();
    refused(*moveTool, move({{"out", folder_.path("a.obj")}}), "a name that ends in .ply");
    refused(*moveTool, move({{"drags", ""}}), "a drags.json");
    refused(*moveTool, move({{"step", 51}}), "0..50");
    refused(*moveTool, move({{"run", out("true_0.ply")}}), "true_0.ply");
    splats::writeSplatFile(folder_.path("small.ply"), splats::Gaussians(5, 0), {});
    refused(*moveTool, move({{"file", folder_.path("small.ply")}}), "small.ply");
    const splats::Gaussians all = splats::readSplatFile(out("true_0.ply")).splats;
    std::vector<std::size_t> some(140);
    for (std::size_t i = 0; i < some.size(); ++i) some[i] = i;
    splats::writeSplatFile(folder_.path("other.ply"), all.taken(some), {});
    refused(*moveTool, move({{"file", folder_.path("other.ply")}}), "140, as many as the object has");
    PictureDrags beside;
    beside.drags = {{{2, 2}, {40, 40}, PictureDrags::kAnyPart}};
    writeDrags(folder_.path("beside.json"), beside);
    refused(*moveTool, move({{"drags", folder_.path("beside.json")}}), "a start on the object");
    beside.size = {512, 256};
    writeDrags(folder_.path("beside.json"), beside);
    refused(*moveTool, move({{"drags", folder_.path("beside.json")}}), "a square picture");
    refused(*outputsTool, {{"run", points_}, {"out", ""}}, "a new folder");
    refused(*outputsTool, {{"run", points_}, {"out", folder_.path("out")}}, "already exists");
    refused(*outputsTool, {{"run", points_}, {"out", folder_.path("x")}, {"object", 24}}, "object");
    QVERIFY(!std::filesystem::exists(folder_.path("x")));
  }

 private:
  std::string out(const std::string& name) const { return folder_.path("out/" + name); }
  Json move(const Json& more) const {
    Json values{{"run", points_},
                {"file", out("true_0.ply")},
                {"drags", out("drags.json")},
                {"parts", out("parts.json")},
                {"out", folder_.path("unused.ply")}};
    values.update(more);
    return values;
  }
  std::string trained(const Json& values) const {
    FolderRunFactory factory(folder_.path());
    Scheduler scheduler(1);
    Session session(makeLab(), factory, scheduler);
    Member& member = session.start(values, 1, 50, 0, false);
    member.trainer->wait();
    const std::string path = member.run->store()->path();
    session.remove(member);
    return path;
  }

  test::TemporaryFolder folder_;
  std::string points_;
};

QTEST_APPLESS_MAIN(TestPartMotionTools)
#include "test_part_motion_tools.moc"
