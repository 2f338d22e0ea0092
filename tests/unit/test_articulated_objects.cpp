// SPDX-License-Identifier: GPL-3.0-or-later
#include <Eigen/Dense>
#include <QTest>
#include <cmath>
#include <map>
#include <numbers>
#include <set>

#include "engine/data/articulated_object.h"

using namespace learnscope;
using std::numbers::pi;

namespace {

constexpr int kCount = 700;

struct Scene {
  ArticulatedObject object;
  SampledObject sample;
  Scene(ObjectKind kind, std::uint64_t seed, ObjectPalette palette = ObjectPalette::Narrow) {
    RandomStream random(seed, "object");
    object = makeArticulatedObject(kind, palette, random);
    sample = sampleObject(object, kCount);
  }
  std::vector<float> at(double theta) const {
    return posed(sample, object, std::vector<double>(static_cast<std::size_t>(object.parts()), theta));
  }
};

const float* gaussian(const std::vector<float>& all, int i) { return all.data() + i * SampledObject::kValues; }

/// The rotation that takes the points of `part` in a to those in b (Kabsch), and their mean motion.
struct Fit {
  Eigen::Matrix3d rotation;
  double residual;
};
Fit kabsch(const Scene& scene, const std::vector<float>& a, const std::vector<float>& b, int part) {
  std::vector<Eigen::Vector3d> p, q;
  Eigen::Vector3d meanP = Eigen::Vector3d::Zero(), meanQ = meanP;
  for (int i = 0; i < kCount; ++i) {
    if (scene.sample.part[static_cast<std::size_t>(i)] != part) continue;
    p.push_back(Eigen::Vector3f::Map(gaussian(a, i)).cast<double>());
    q.push_back(Eigen::Vector3f::Map(gaussian(b, i)).cast<double>());
    meanP += p.back();
    meanQ += q.back();
  }
  meanP /= static_cast<double>(p.size());
  meanQ /= static_cast<double>(q.size());
  Eigen::Matrix3d h = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < p.size(); ++i) h += (p[i] - meanP) * (q[i] - meanQ).transpose();
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(h, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d sign = Eigen::Matrix3d::Identity();
  sign(2, 2) = (svd.matrixV() * svd.matrixU().transpose()).determinant();
  Fit fit{svd.matrixV() * sign * svd.matrixU().transpose(), 0};
  for (std::size_t i = 0; i < p.size(); ++i)
    fit.residual = std::max(fit.residual, (fit.rotation * (p[i] - meanP) - (q[i] - meanQ)).norm());
  return fit;
}

constexpr ObjectKind kAll[]{ObjectKind::Drawer, ObjectKind::Door, ObjectKind::Laptop, ObjectKind::Lid,
                            ObjectKind::Oven,   ObjectKind::Misc, ObjectKind::Multi};

}  // namespace

class TestArticulatedObjects : public QObject {
  Q_OBJECT
 private slots:
  void everyKindIsSampledWhole_data() {
    QTest::addColumn<int>("kind");
    for (const ObjectKind kind : kAll) QTest::newRow(objectKindName(kind).c_str()) << static_cast<int>(kind);
  }
  void everyKindIsSampledWhole() {
    QFETCH(int, kind);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Scene scene(static_cast<ObjectKind>(kind), seed, seed % 2 ? ObjectPalette::Wide : ObjectPalette::Narrow);
      QCOMPARE(scene.sample.count(), kCount);
      QCOMPARE(scene.sample.gaussians.size(), std::size_t{kCount * SampledObject::kValues});
      std::set<int> parts(scene.sample.part.begin(), scene.sample.part.end());
      QCOMPARE(static_cast<int>(parts.size()), scene.object.parts());
      double area = 0;
      for (int i = 0; i < kCount; ++i) {
        const float* g = gaussian(scene.sample.gaussians, i);
        for (int k = 0; k < 3; ++k) QVERIFY(std::abs(g[k]) < 0.8F && g[4 + k] > 0);
        for (int k = 11; k < 14; ++k) QVERIFY(g[k] >= 0.02F && g[k] <= 0.98F);
        QCOMPARE(g[3], 0.95F);
        // Flat across its face; the two tangent scales are .62 sqrt(area / k), so their squares sum to the area.
        const float thin = std::min({g[4], g[5], g[6]});
        QVERIFY(std::abs(thin - 0.7F * 0.012F) < 1e-6F || thin < 0.0084F);
        area += static_cast<double>(g[4] * g[5] * g[6] / (0.7F * 0.012F)) / (0.62 * 0.62);
      }
      double boxes = 0;
      for (const PartBox& box : scene.object.boxes)
        for (std::size_t face = 0; face < 6; ++face)
          if (box.faces >> face & 1U) boxes += 4 * box.half[(face / 2 + 1) % 3] * box.half[(face / 2 + 2) % 3];
      QVERIFY2(std::abs(area / boxes - 1) < 1e-4, std::to_string(area / boxes).c_str());
    }
  }

  void partsMoveRigidlyAboutTheirJoints_data() { everyKindIsSampledWhole_data(); }
  void partsMoveRigidlyAboutTheirJoints() {
    QFETCH(int, kind);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const Scene scene(static_cast<ObjectKind>(kind), seed);
      QVERIFY(scene.at(0) == scene.sample.gaussians);
      const std::vector<float> open = scene.at(1);
      for (int part = 0; part < scene.object.parts(); ++part) {
        const Joint& joint = scene.object.joints[static_cast<std::size_t>(part)];
        const Fit fit = kabsch(scene, scene.sample.gaussians, open, part);
        QVERIFY(fit.residual < 1e-5);
        const Eigen::AngleAxisd turn(fit.rotation);
        const Eigen::Vector3d axis = Eigen::Vector3d::Map(joint.axis.data());
        if (joint.type != Joint::Type::Revolute) {
          QVERIFY(turn.angle() < 1e-4);
        } else {
          QVERIFY(std::abs(turn.angle() - std::abs(joint.high)) < 1e-4);
          QVERIFY(std::abs(turn.axis().dot(axis) - (joint.high > 0 ? 1 : -1)) < 1e-4);
        }
        for (int i = 0; i < kCount; ++i) {
          if (scene.sample.part[static_cast<std::size_t>(i)] != part) continue;
          const Eigen::Vector3d a = Eigen::Vector3f::Map(gaussian(scene.sample.gaussians, i)).cast<double>();
          const Eigen::Vector3d b = Eigen::Vector3f::Map(gaussian(open, i)).cast<double>();
          const Eigen::Vector3d o = Eigen::Vector3d::Map(joint.origin.data());
          if (joint.type == Joint::Type::Prismatic) QVERIFY((b - a - joint.high * axis).norm() < 1e-6);
          if (joint.type == Joint::Type::Fixed) QVERIFY(a == b);
          // A hinge keeps every point's distance from its axis, and its place along it.
          if (joint.type == Joint::Type::Revolute)
            QVERIFY(std::abs((a - o).cross(axis).norm() - (b - o).cross(axis).norm()) < 1e-6 &&
                    std::abs((b - a).dot(axis)) < 1e-6);
          // The quaternion turned with it.
          const float* g = gaussian(open, i);
          const Eigen::Quaterniond q(g[7], g[8], g[9], g[10]);
          QVERIFY((q.toRotationMatrix() - fit.rotation).norm() < 1e-4);
        }
      }
    }
  }

  void whatOpensComesToTheFrontOrUp() {
    const auto highest = [](const Scene& scene, int k) {
      double sum = 0;
      int moving = 0;
      const std::vector<float> open = scene.at(1);
      for (int i = 0; i < kCount; ++i)
        if (scene.sample.part[static_cast<std::size_t>(i)] > 0) {
          sum += static_cast<double>(gaussian(open, i)[k]) - gaussian(scene.sample.gaussians, i)[k];
          ++moving;
        }
      return sum / moving;
    };
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      for (const ObjectKind kind : {ObjectKind::Drawer, ObjectKind::Door, ObjectKind::Oven, ObjectKind::Multi})
        QVERIFY(highest(Scene(kind, seed), 2) > 0.1);
      for (const ObjectKind kind : {ObjectKind::Laptop, ObjectKind::Lid}) QVERIFY(highest(Scene(kind, seed), 1) > 0.1);
    }
  }

  void limitsAreThoseOfThePage() {
    std::set<int> drawerCounts;
    std::set<double> sides;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const Scene drawer(ObjectKind::Drawer, seed), door(ObjectKind::Door, seed), oven(ObjectKind::Oven, seed);
      drawerCounts.insert(drawer.object.parts() - 1);
      const double depth = drawer.object.boxes[0].half[2];
      for (std::size_t part = 1; part < drawer.object.joints.size(); ++part)
        QVERIFY(drawer.object.joints[part].high >= depth && drawer.object.joints[part].high <= 1.5 * depth);
      const Joint& hinge = door.object.joints[1];
      sides.insert(std::copysign(1.0, hinge.origin[0]));
      QVERIFY(hinge.high * hinge.origin[0] > 0);  // origin -s w, angle -s
      QVERIFY(std::abs(hinge.high) >= 80 * pi / 180 && std::abs(hinge.high) <= 120 * pi / 180);
      QVERIFY(oven.object.joints[1].high >= 70 * pi / 180 && oven.object.joints[1].high <= 88 * pi / 180);
      QCOMPARE(Scene(ObjectKind::Misc, seed).object.parts(), 1);
    }
    QCOMPARE(drawerCounts, (std::set<int>{2, 3}));
    QCOMPARE(sides.size(), std::size_t{2});
    QCOMPARE(Scene(ObjectKind::Multi, 0).object.parts(), 4);
  }

  void thetaIsLinearInTheJoint() {
    const Scene scene(ObjectKind::Door, 3);
    const Joint& joint = scene.object.joints[1];
    for (int k = 0; k <= 5; ++k) {
      const Fit fit = kabsch(scene, scene.sample.gaussians, scene.at(k / 5.0), 1);
      QVERIFY(std::abs(Eigen::AngleAxisd(fit.rotation).angle() - std::abs(joint.high) * k / 5) < 1e-4);
    }
  }

  void objectsFollowTheirStream() {
    QVERIFY(Scene(ObjectKind::Lid, 5).sample.gaussians == Scene(ObjectKind::Lid, 5).sample.gaussians);
    QVERIFY(Scene(ObjectKind::Lid, 5).sample.gaussians != Scene(ObjectKind::Lid, 6).sample.gaussians);
  }

  void dragsStartOnTheMovingPartAndLieInTheImagePlane() {
    const Scene scene(ObjectKind::Multi, 2);
    const std::vector<double> a(4, 0.0), b{0, 0, 0.6, 0};
    const std::vector<float> from = posed(scene.sample, scene.object, a), to = posed(scene.sample, scene.object, b);
    RandomStream random(1, "drags");
    const Coordinates none{}, oblique{0, -0.6, -0.8};
    for (const Drag& drag : drawDrags(from, to, scene.sample, 2, 10, none, random)) {
      bool found = false;
      for (int i = 0; i < kCount && !found; ++i) {
        const float *p = gaussian(from, i), *q = gaussian(to, i);
        found = scene.sample.part[static_cast<std::size_t>(i)] == 2 && p[0] == static_cast<float>(drag.start[0]) &&
                p[1] == static_cast<float>(drag.start[1]) && p[2] == static_cast<float>(drag.start[2]) &&
                q[2] == static_cast<float>(drag.end[2]);
      }
      QVERIFY(found);
    }
    const double length = 0.6 * scene.object.joints[2].high;
    for (const Drag& drag : drawDrags(from, to, scene.sample, 2, 10, oblique, random)) {
      double along = 0, square = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        along += (drag.end[k] - drag.start[k]) * oblique[k];
        square += std::pow(drag.end[k] - drag.start[k], 2);
      }
      QVERIFY(std::abs(along) < 1e-6);
      QVERIFY(std::abs(std::sqrt(square) - 0.6 * length) < 1e-5);  // sin of the angle to the view is 0.6
    }
    QVERIFY(drawDrags(from, to, scene.sample, 9, 10, none, random).empty());
  }
};

QTEST_GUILESS_MAIN(TestArticulatedObjects)
#include "test_articulated_objects.moc"
