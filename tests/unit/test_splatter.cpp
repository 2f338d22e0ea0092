// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/experiments/part_motion/splatter_model.h"
#include "engine/experiments/part_motion/world.h"
#include "engine/models/threads.h"

using namespace learnscope;
using namespace learnscope::partmotion;

namespace {

/// All weights away from 0, also those that start there, so that every gradient is tested.
AlignedVector<float> weightsOf(const LaneParameters& parameters) {
  RandomStream random(3, "test.weights");
  AlignedVector<float> weights(static_cast<std::size_t>(parameters.count()));
  parameters.draw(random, 1, weights.data());
  for (float& w : weights) w += static_cast<float>(0.05 * random.normal());
  return weights;
}

MotionPair pairOf(int index) {
  return testPair({{ObjectKind::Drawer, ObjectKind::Door}, ObjectPalette::Narrow, 128, true, 2}, index, 3);
}

}  // namespace

class TestSplatter : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // The reference has 399,830 weights.
  void isAsLargeAsTheReference() {
    const int count = SplatterUNet().parameters().count();
    QVERIFY2(std::abs(count - 399830) < 0.005 * 399830, std::to_string(count).c_str());
  }

  // Every tensor along a random direction, by differences of a loss that is linear in the raw outputs.
  void networkGradientsAgainstFiniteDifferences() {
    SplatterUNet net;
    AlignedVector<float> weights = weightsOf(net.parameters());
    RandomStream random(4, "test.inputs");
    const LaneGrid grid = net.input().grid(), out = net.output().grid();
    for (int c = 0; c < SplatterUNet::kInputs; ++c)
      for (int y = 0; y < grid.rows; ++y)
        for (int i = 0; i < grid.columns * kImageLanes; ++i)
          net.input().plane(c)[y * grid.row + i] = static_cast<float>(random.normal());
    const std::vector<PictureDrag> drags{
        {0, 0.2F, 0.3F, 0.6F, 0.4F}, {0, 0.21F, 0.3F, 0.6F, 0.5F}, {7, 0.9F, 0.99F, 0.1F, 0.2F}, {9, 1.5F, 0.1F, 0, 0}};
    std::vector<float> slope(static_cast<std::size_t>(SplatterUNet::kOutputs * out.rows * out.columns * kImageLanes));
    for (float& value : slope) value = static_cast<float>(random.normal());
    const auto eachOutput = [&](const auto& f) {
      std::size_t k = 0;
      for (int c = 0; c < SplatterUNet::kOutputs; ++c)
        for (int y = 0; y < out.rows; ++y)
          for (int i = 0; i < out.columns * kImageLanes; ++i) f(c, y * out.row + i, k++);
    };
    const auto loss = [&] {
      net.use(weights.data());
      net.forward(drags, {true, true, true});
      double sum = 0;
      eachOutput([&](int c, long at, std::size_t k) {
        sum += static_cast<double>(slope[k]) * static_cast<double>(net.output().plane(c)[at]);
      });
      return sum;
    };
    loss();
    eachOutput([&](int c, long at, std::size_t k) { net.outputGradient().plane(c)[at] = slope[k]; });
    AlignedVector<float> gradient(weights.size(), 0.0F);
    net.backward(gradient.data());
    for (const LaneParameter& tensor : net.parameters().all()) {
      std::vector<float> way(static_cast<std::size_t>(tensor.count));
      double expected = 0, size = 0;
      for (std::size_t i = 0; i < way.size(); ++i) {
        way[i] = static_cast<float>(random.normal());
        const auto g = static_cast<double>(gradient[static_cast<std::size_t>(tensor.offset) + i]);
        expected += g * static_cast<double>(way[i]);
        size += g * g;
      }
      const auto at = [&](float h) {
        const AlignedVector<float> before = weights;
        for (std::size_t i = 0; i < way.size(); ++i) weights[static_cast<std::size_t>(tensor.offset) + i] += h * way[i];
        const double value = loss();
        weights = before;
        return value;
      };
      const float h = 0.08F / std::sqrt(static_cast<float>(tensor.count));  // smaller ones drown in rounding
      const double found = (at(h) - at(-h)) / (2 * static_cast<double>(h));
      QVERIFY2(std::abs(found - expected) <= 0.03 * (std::sqrt(size) + std::abs(expected)) + 0.05,
               (tensor.name + ": " + std::to_string(found) + " for " + std::to_string(expected)).c_str());
    }
  }

  // Without scales no drag is heard, and a zero convolution is deaf to them.
  void dragsAreHeardWhereTheyAre() {
    SplatterUNet net;
    AlignedVector<float> weights(static_cast<std::size_t>(net.parameters().count()));
    RandomStream random(5, "test.start");
    net.parameters().draw(random, 1, weights.data());
    for (int c = 0; c < SplatterUNet::kInputs; ++c) net.input().plane(c)[c * kImageLanes] = 1;
    const auto output = [&](const AlignedVector<float>& with, const std::vector<PictureDrag>& drags, bool heard) {
      net.use(with.data());
      net.forward(drags, {heard, heard, heard});
      std::vector<float> values;
      const LaneGrid grid = net.output().grid();
      for (int lane = 0; lane < kImageLanes; ++lane)
        for (int y = 0; y < grid.rows; ++y)
          for (int x = 0; x < grid.columns; ++x)
            values.push_back(net.output().plane(0)[y * grid.row + x * grid.pixel + lane]);
      return values;
    };
    const std::vector<PictureDrag> drag{{5, 0.5F, 0.5F, 0.7F, 0.5F}};
    QCOMPARE(output(weights, drag, true), output(weights, {}, false));
    const AlignedVector<float> trained = weightsOf(net.parameters());
    QCOMPARE(output(trained, drag, false), output(trained, {}, false));
    const std::vector<float> without = output(trained, {}, true), with = output(trained, drag, true);
    const std::size_t each = without.size() / kImageLanes;
    for (std::size_t lane = 0; lane < kImageLanes; ++lane) {
      const bool same = std::equal(with.begin() + static_cast<std::ptrdiff_t>(lane * each),
                                   with.begin() + static_cast<std::ptrdiff_t>((lane + 1) * each),
                                   without.begin() + static_cast<std::ptrdiff_t>(lane * each));
      QCOMPARE(same, lane / 4 != 1);  // the views of an object see each other, objects do not
    }
  }

  void modelGradientsAgainstFiniteDifferences() {
    SplatterModel model;
    AlignedVector<float> weights = weightsOf(model.parameters());
    const MotionPair a = pairOf(0), b = pairOf(1);
    const std::vector<ModelInput> inputs{{a.from, a.drags}, {b.from, {}}};
    const std::vector<bool> felt{true, true, true};
    model.forward(weights.data(), inputs, felt);
    QCOMPARE(model.gaussians(0).size(), std::size_t{14 * kSplatterGaussians});
    std::vector<std::vector<float>> targets;
    RandomStream random(6, "test.targets");
    for (int object = 0; object < 2; ++object) {
      targets.emplace_back(model.gaussians(object).begin(), model.gaussians(object).end());
      for (float& value : targets.back()) value += static_cast<float>(0.3 * random.normal());
    }
    AlignedVector<float> gradient(weights.size(), 0.0F), rest(gradient);
    const auto loss = [&] {
      model.forward(weights.data(), inputs, felt);
      return model.motionLoss(0, targets[0], 0.7) * 0.7 + model.motionLoss(1, targets[1], 0.3) * 0.3;
    };
    loss();
    model.backward(gradient.data());
    double squares = 0;
    for (const float g : gradient) squares += static_cast<double>(g) * static_cast<double>(g);
    // Along the gradient itself the loss changes by its square.
    const AlignedVector<float> before = weights;
    const double h = 1e-3 / std::sqrt(squares);
    const auto at = [&](double way) {
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = before[i] + static_cast<float>(way) * gradient[i];
      return loss();
    };
    const double slope = (at(h) - at(-h)) / (2 * h);
    QVERIFY2(std::abs(slope - squares) < 0.03 * squares,
             (std::to_string(slope) + " for " + std::to_string(squares)).c_str());
  }

  // A Gaussian stands on the ray of its pixel: seen from its own view it covers that pixel.
  void gaussiansStandOnTheirPixels() {
    SplatterModel model;
    AlignedVector<float> weights(static_cast<std::size_t>(model.parameters().count()), 0.0F);
    const MotionPair pair = pairOf(0);
    const ModelInput input{pair.from, {}};
    model.forward(weights.data(), {&input, 1}, {});
    for (int view = 0; view < SplatterUNet::kViews; ++view) {
      const splats::SplatCamera camera = orbitCamera(kSplatterViews[static_cast<std::size_t>(view)], 16);
      for (int pixel = 0; pixel < 256; pixel += 37) {
        const float* g = model.gaussians(0).data() + 14 * (256 * view + pixel);
        const splats::Vec3d t = camera.toCamera({g[0], g[1], g[2]});
        QVERIFY(std::abs(camera.focalX * t[0] / t[2] + camera.centreX - (pixel % 16 + 0.5)) < 1e-3);
        QVERIFY(std::abs(camera.focalY * t[1] / t[2] + camera.centreY - (pixel / 16 + 0.5)) < 1e-3);
        QVERIFY(std::abs(std::hypot(t[0], t[1], t[2]) - 2.4) < 1e-4);
        QVERIFY(std::abs(g[3] - 0.5F) < 1e-6F && std::abs(g[11] - 0.5F) < 1e-6F);
        QVERIFY(std::abs(g[4] - (1e-4F + 0.1F * std::log(2.0F))) < 1e-6F);
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestSplatter)
#include "test_splatter.moc"
