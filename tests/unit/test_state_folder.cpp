// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <fstream>
#include <numbers>

#include "engine/data/articulated_object.h"
#include "engine/experiments/registry.h"
#include "engine/measures/joint_estimate.h"
#include "engine/splats/gaussian_rows.h"
#include "engine/splats/splat_statistics.h"
#include "engine/splats/state_folder.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

struct Scene {
  ArticulatedObject object;
  SampledObject sample;
  Scene(ObjectKind kind, std::uint64_t seed) {
    RandomStream random(seed, "test.states");
    object = makeArticulatedObject(kind, ObjectPalette::Wide, random);
    sample = sampleObject(object, 400);
  }
  std::vector<float> at(double theta) const {
    std::vector<double> thetas(static_cast<std::size_t>(object.parts()), 0);
    thetas[1] = theta;
    return posed(sample, object, thetas);
  }
  const Joint& joint() const { return object.joints[1]; }
};

void write(const std::string& path, const std::vector<float>& rows) {
  writeSplatFile(path, fromRows(rows), {.order = SplatOrder::File});
}

std::vector<double> positions(const std::vector<float>& rows) {
  std::vector<double> xyz;
  for (std::size_t i = 0; i < rows.size(); i += 14) xyz.insert(xyz.end(), &rows[i], &rows[i] + 3);
  return xyz;
}

double between(const std::array<double, 3>& a, const Coordinates& b) {
  return std::acos(std::clamp(std::abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]), 0.0, 1.0)) * 180 / std::numbers::pi;
}

}  // namespace

class TestStateFolder : public QObject {
  Q_OBJECT
 private slots:
  void findsJoints_data() {
    QTest::addColumn<int>("kind");
    for (const ObjectKind kind :
         {ObjectKind::Drawer, ObjectKind::Door, ObjectKind::Laptop, ObjectKind::Lid, ObjectKind::Oven})
      QTest::newRow(objectKindName(kind).c_str()) << static_cast<int>(kind);
  }
  void findsJoints() {
    QFETCH(int, kind);
    const Scene scene(static_cast<ObjectKind>(kind), 7);
    std::vector<std::vector<double>> states;
    for (int k = 0; k < 6; ++k) states.push_back(positions(scene.at(k / 5.0)));
    RandomStream random(1, "test.noise");
    for (auto& state : states)
      for (double& value : state) value += 2e-4 * random.normal();
    const auto joint = estimateJoint(states);
    QVERIFY(joint.has_value());
    QCOMPARE(joint->turns, scene.joint().type == Joint::Type::Revolute);
    QVERIFY2(between(joint->axis, scene.joint().axis) < 0.5,
             std::to_string(between(joint->axis, scene.joint().axis)).c_str());
    int wrong = 0;
    for (std::size_t i = 0; i < scene.sample.part.size(); ++i) wrong += joint->moves[i] != (scene.sample.part[i] == 1);
    QVERIFY2(wrong <= 8, std::to_string(wrong).c_str());
    for (int k = 0; k < 6; ++k) {
      const double expected = std::abs(scene.joint().value(k / 5.0) - scene.joint().value(0));
      QVERIFY(std::abs(std::abs(joint->values[static_cast<std::size_t>(k)]) - expected) < 0.01);
    }
    if (!joint->turns) return;
    double along = 0, square = 0;
    for (std::size_t k = 0; k < 3; ++k) along += (joint->origin[k] - scene.joint().origin[k]) * scene.joint().axis[k];
    for (std::size_t k = 0; k < 3; ++k)
      square += std::pow(joint->origin[k] - scene.joint().origin[k] - along * scene.joint().axis[k], 2);
    QVERIFY(std::sqrt(square) < 0.01);
  }

  void findsNoJointWhereNothingMoves() {
    const Scene scene(ObjectKind::Lid, 3);
    const std::vector<std::vector<double>> still{positions(scene.at(0)), positions(scene.at(0))};
    QVERIFY(!estimateJoint(still));
    QVERIFY(!estimateJoint(std::span(still).first(1)));
  }

  void readsOfficialNamesAndSequences() {
    const test::TemporaryFolder folder;
    const Scene scene(ObjectKind::Door, 5);
    for (const int k : {0, 1, 3, 5})
      write(folder.path("eval_gaussians_7120_0_" + std::to_string(k) + "_2110.ply"), scene.at(k / 5.0));
    for (const int k : {8, 9}) write(folder.path("shot000" + std::to_string(k) + ".ply"), scene.at(0));
    write(folder.path("7120_0_7.splat"), scene.at(0));
    std::ofstream(folder.path("notes.txt")) << "no splats";
    const std::vector<StateSeries> all = findStateSeries(folder.path());
    QCOMPARE(all.size(), std::size_t{2});
    QCOMPARE(all[0].name, std::string("object 7120, part 0, others 2110"));
    QCOMPARE(all[1].name, std::string("shot"));
    const ObjectStates object = readStates(all[0]);
    QCOMPARE(object.states, (std::vector<int>{0, 1, 3, 5}));
    QVERIFY(object.material());
    QCOMPARE(object.notes.size(), std::size_t{2});  // gaps at 2 and at 4
    QVERIFY(object.notes[0].find("2") != std::string::npos);
    const auto joint = jointOf(object);
    QVERIFY(joint && joint->turns);
    // Between states 1 and 3 (files 1 and 2) the part turns: half-way is state 2.
    const Gaussians between = stateAt(object, joint, 1.5), truth = fromRows(scene.at(0.4));
    const SplatDifference apart = differenceOf(between, truth);
    QVERIFY2(apart.position < 1e-3 && apart.largestTurn < 0.2, std::to_string(apart.position).c_str());
    QVERIFY(stateAt(object, joint, 1) == *object.splats[1]);
    QVERIFY(stateAt(object, joint, 99) == *object.splats[3]);
  }

  void saysWhatCannotBeCompared() {
    const test::TemporaryFolder folder;
    const Scene scene(ObjectKind::Door, 5);
    write(folder.path("a1.ply"), scene.at(0));
    std::vector<float> fewer = scene.at(1);
    fewer.resize(14 * 300);
    write(folder.path("a2.ply"), fewer);
    const ObjectStates object = readStates(findStateSeries(folder.path()).front());
    QVERIFY(!object.sameCount && !object.material());
    QVERIFY(object.notes.back().find("number of splats") != std::string::npos);
    std::ofstream(folder.path("a2.ply"), std::ios::trunc) << "ply\nnonsense";
    QVERIFY_THROWS_EXCEPTION(Error, readStates(findStateSeries(folder.path()).front()));
  }

  void refusesFoldersWithoutStates() {
    const test::TemporaryFolder folder;
    QVERIFY_THROWS_EXCEPTION(DataError, findStateSeries(folder.path()));
    QVERIFY_THROWS_EXCEPTION(IoError, findStateSeries(folder.path("missing")));
    write(folder.path("one1.ply"), Scene(ObjectKind::Lid, 1).at(0));
    QVERIFY_THROWS_EXCEPTION(DataError, findStateSeries(folder.path()));
  }

  void theToolSaysTheJoint() {
    const test::TemporaryFolder folder;
    const Scene scene(ObjectKind::Drawer, 4);
    for (int k = 0; k < 6; ++k) write(folder.path("10_1_" + std::to_string(k) + ".ply"), scene.at(k / 5.0));
    const Registry registry = builtinLabs();
    const auto found = std::find_if(registry.tools().begin(), registry.tools().end(),
                                    [](const auto& tool) { return tool->describe().id == "splats states"; });
    QVERIFY(found != registry.tools().end());
    const Json said = (*found)->run(Config({{"folder", folder.path()}, {"object", ""}}), Progress());
    QCOMPARE(said["joint"], Json("slides"));
    QCOMPARE(said["states"].size(), std::size_t{6});
    QVERIFY(std::abs(said["states"][5]["shift"].get<double>() - scene.joint().value(1)) < 1e-4);
    QVERIFY_THROWS_EXCEPTION(ConfigError,
                             (*found)->run(Config({{"folder", folder.path()}, {"object", "objec"}}), Progress()));
  }
};

QTEST_APPLESS_MAIN(TestStateFolder)
#include "test_state_folder.moc"
