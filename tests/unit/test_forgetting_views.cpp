// SPDX-License-Identifier: GPL-3.0-or-later
// What the forgetting lab's views of weights, memory and gaps show, against other ways to it.
#include <QTest>
#include <cmath>

#include "engine/experiments/forgetting/weight_trail.h"
#include "engine/measures/pca.h"
#include "engine/models/mlp_kernels.h"
#include "tests/unit/forgetting_runs.h"

using namespace learnscope;
using test::smallForgetting;
using Driven = test::ForgettingRun;

namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

AlignedVector<float> normals(std::size_t count, const char* name) {
  RandomStream random(3, name);
  AlignedVector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.normal()));
  return values;
}

}  // namespace

class TestForgettingViews : public QObject {
  Q_OBJECT
 private slots:
  // The sketch is linear and keeps inner products to a few in a hundred.
  void sketchesKeepInnerProducts() {
    const std::size_t numbers = 20000, places = 2048;
    const forgetting::Sketch sketch(numbers, places, {1, "sketch"});
    const AlignedVector<float> a = normals(numbers, "a"), b = normals(numbers, "b");
    AlignedVector<float> mixed(numbers);
    mlpKernels().mix(mixed.data(), 1, a.data(), 0.7F, b.data(), static_cast<long>(numbers));
    const std::vector<float> sa = sketch.of(a), sb = sketch.of(b), sm = sketch.of(mixed);
    for (std::size_t j = 0; j < places; ++j) QVERIFY(std::abs(sm[j] - (sa[j] + 0.7F * sb[j])) < 1e-3F);
    const auto cosine = [](std::span<const float> x, std::span<const float> y) {
      return dot(x, y) / std::sqrt(dot(x, x) * dot(y, y));
    };
    QVERIFY(std::abs(dot(sa, sa) / dot(a, a) - 1) < 0.1);
    QVERIFY(std::abs(cosine(sa, sm) - cosine(a, mixed)) < 0.07);
    QVERIFY(std::abs(cosine(sa, sb) - cosine(a, b)) < 0.07);
  }

  // Distances along the way in three sketched components against those of the exact components of the same weights.
  void theWayIsThatOfTheWeights() {
    Driven run(smallForgetting({{"eval.every", 1}}));
    std::vector<double> weights;
    const auto keep = [&] {
      const State state = run.experiment->save();
      for (const float value : state.get("learner.theta").as<float>()) weights.push_back(static_cast<double>(value));
    };
    keep();
    for (int i = 0; i < 8; ++i) {
      run.train(10);
      keep();
    }
    const Array& path = run.last("weightPath");
    // The end of task 1 and of task 2 fall on records; nothing has been dropped yet. The last point stands twice: kept,
    // and as the present one.
    QCOMPARE(path.shape(), (std::vector<std::int64_t>{10, 3}));
    const Pca exact = principalComponents(weights, 9, static_cast<int>(weights.size() / 9), 3);
    double largest = 0;
    for (const double value : exact.coordinates) largest = std::max(largest, std::abs(value));
    const auto distance = [](const auto& value, std::size_t i, std::size_t j) {
      double square = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) square += std::pow(value(3 * i + axis) - value(3 * j + axis), 2);
      return std::sqrt(square);
    };
    for (std::size_t i = 0; i < 9; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const double own = distance([&](std::size_t k) { return path.value(k); }, i, j);
        const double expected = distance([&](std::size_t k) { return exact.coordinates[k] / largest; }, i, j);
        QVERIFY2(std::abs(own - expected) < 0.12, qPrintable(QString("%1, %2").arg(own).arg(expected)));
      }
    QVERIFY(run.recorder.last("weightExplained") > 0.7);
    const Array& tasks = run.last("weightTask");
    QCOMPARE(tasks.value(0), 1.0);
    QCOMPARE(tasks.value(9), 2.0);
  }

  // One arrow without a method; with replay, two.
  void pullsAreThoseOfTheGradients() {
    Driven plain(smallForgetting()), replay(smallForgetting({{"method", "er"}}));
    plain.train(60);
    replay.train(60);
    const auto length = [](const Array& pulls, std::size_t row) {
      return std::hypot(pulls.value(3 * row), pulls.value(3 * row + 1), pulls.value(3 * row + 2));
    };
    QVERIFY(length(plain.last("pulls"), 0) > 0);
    QCOMPARE(length(plain.last("pulls"), 1), 0.0);
    // Lengths are those of the gradients of the last update, whatever of their directions is seen.
    const double fresh = replay.recorder.last("plasticity"), stability = replay.recorder.last("stability");
    QVERIFY(fresh > 0 && stability > 0);
    const double longer = std::max(fresh, stability);
    QVERIFY(std::abs(length(replay.last("pulls"), 0) - 0.5 * fresh / longer) < 1e-4);
    QVERIFY(std::abs(length(replay.last("pulls"), 1) - 0.5 * stability / longer) < 1e-4);
  }

  void longWaysAreThinned() {
    Driven run(smallForgetting({{"iterations", 900},
                                {"width", 8},
                                {"side", 8},
                                {"eval.every", 1},
                                {"eval.samples", 50},
                                {"angles", {0, 90}}}));
    run.train(1400);
    const Array& path = run.last("weightPath");
    QVERIFY(path.shape()[0] > 64 && path.shape()[0] <= 129);
    for (std::size_t i = 0; i < path.size(); ++i) QVERIFY(std::abs(path.value(i)) < 1.5);
  }

  // At every second of the last 50 evaluations on the present axes: the places that were recorded then as features.
  void trailsAreFormerPlaces() {
    Driven run(smallForgetting({{"iterations", 130}}));
    run.train(100);
    const Array& trail = run.last("featureTrail");
    QCOMPARE(trail.shape(), (std::vector<std::int64_t>{40, 26, 3}));
    const auto place = [&](std::size_t sample, std::size_t point, std::size_t axis) {
      return trail.value((sample * 26 + point) * 3 + axis);
    };
    for (const std::size_t ago : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
      const Array& then = run.recorder.arrays.at("features").at(100 - 10 * static_cast<std::int64_t>(ago));
      for (std::size_t sample = 0; sample < 40; ++sample)
        for (std::size_t axis = 0; axis < 3; ++axis)
          QCOMPARE(place(sample, ago == 0 ? 25 : 24 - 5 * ago, axis), then.value(3 * sample + axis));
    }
    // Where the axes are found anew the trails begin anew; a new task's are shorter.
    run.train(30);
    QCOMPARE(run.last("featureTrail").shape(), (std::vector<std::int64_t>{40, 1, 3}));
    run.train(10);
    QCOMPARE(run.last("featureTrail").shape(), (std::vector<std::int64_t>{80, 6, 3}));
  }

  // More sets of classes than another stream may have tasks; each has its own accuracy.
  void manySetsOfClasses() {
    Driven run(smallForgetting({{"stream", "subsets"},
                                {"scenario", "class"},
                                {"tasks", 45},
                                {"iterations", 2},
                                {"data.train", 20},
                                {"side", 8},
                                {"eval.every", 2}}));
    run.train(90);
    const Array& accuracy = run.last("accuracy");
    QCOMPARE(accuracy.size(), std::size_t(45));
    for (std::size_t k = 0; k < 45; ++k) QVERIFY(accuracy.value(k) >= 0 && accuracy.value(k) <= 1);
    QCOMPARE(run.last("terrain").shape(), (std::vector<std::int64_t>{45, 120}));
    QCOMPARE(run.last("features").shape()[0], 45 * (800 / 45));
  }

  void memoryIsShownByClass() {
    Driven run(smallForgetting({{"method", "er"}, {"memory", 40}}));
    run.train(50);
    const State shown = run.analyse("memory-pictures", {{"columns", 5}});
    const Array& pictures = shown.get("pictures");
    QCOMPARE(pictures.shape(), (std::vector<std::int64_t>{50, 12, 12}));
    const Array& content = run.last("memoryContent");
    for (std::size_t label = 0; label < 10; ++label)
      for (std::size_t column = 0; column < 5; ++column) {
        double ink = 0;
        for (std::size_t p = 0; p < 144; ++p) ink += pictures.value((label * 5 + column) * 144 + p);
        QCOMPARE(ink > 1, static_cast<double>(column) < content.value(label));
      }
    QCOMPARE(run.last("memoryFeatures").shape(), (std::vector<std::int64_t>{40, 3}));
    Driven toys(smallForgetting({{"stream", "moons"}, {"tasks", 2}}));
    QVERIFY_EXCEPTION_THROWN(toys.analyse("memory-pictures", Json::object()), ConfigError);
  }

  void probesOfAllTasksAreThoseOfEach() {
    Driven run(smallForgetting({{"angles", {0, 120, 60}}, {"batchNorm", true}}));
    run.train(80);
    const State all = run.analyse("probe-all", {{"updates", 60}});
    QVERIFY(std::isnan(all.get("after").value(2)));
    for (std::size_t task = 0; task < 2; ++task) {
      const State one = run.analyse("probe", {{"task", static_cast<int>(task) + 1}, {"updates", 60}});
      QCOMPARE(all.get("before").value(task), one.get("before").value(0));
      QCOMPARE(all.get("after").value(task), one.get("after").value(0));
      QVERIFY(std::abs(one.get("before").value(0) - run.last("accuracy").value(task)) < 1e-6);
    }
    QVERIFY(all.get("after").value(0) > all.get("before").value(0));
  }

  // Around each change, from the record.
  void gapsAreAligned() {
    Driven run(smallForgetting());
    run.train(110);
    const State state = run.analyse("aligned-gaps", Json::object());
    const Array &since = state.get("since"), &accuracy = state.get("accuracy");
    QCOMPARE(since.value(50), 0.0);
    QVERIFY(std::abs(since.value(59) - 1) < 1e-12 && std::abs(since.value(41) + 1) < 1e-12);
    const auto recorded = [&](std::int64_t step, std::size_t task) {
      return run.recorder.arrays.at("accuracy").at(step).value(task);
    };
    const auto shown = [&](std::size_t row, std::size_t place) { return accuracy.value(row * 351 + place); };
    // Task 1 has two changes behind it, task 2 one; n = 40 ends the stretch, after 30 only the first goes on.
    QVERIFY(std::abs(shown(0, 55) - (recorded(45, 0) + recorded(85, 0)) / 2) < 1e-6);
    QVERIFY(std::abs(shown(0, 85) - recorded(75, 0)) < 1e-6);
    QVERIFY(std::abs(shown(1, 55) - recorded(85, 1)) < 1e-6);
    QVERIFY(std::abs(shown(6, 55) - (recorded(45, 0) + recorded(85, 0) + recorded(85, 1)) / 3) < 1e-6);
    QVERIFY(std::isnan(shown(0, 91)) && std::isnan(shown(2, 55)));
    // Before a change: the stretch that ends there, and no earlier one.
    QVERIFY(std::abs(shown(1, 40) - recorded(70, 1)) < 1e-6);
    QVERIFY(std::isnan(shown(1, 9)));
  }

  // By hand, from the recorded accuracies: every update is evaluated.
  void gapsOneByOne() {
    Driven run(smallForgetting());
    run.train(110);
    const State state = run.analyse("gaps", Json::object());
    const auto recorded = [&](std::int64_t step, std::size_t task) {
      return run.recorder.arrays.at("accuracy").at(step).value(task);
    };
    // Stretches of 40, 40 and 30 updates: the second has ended.
    QCOMPARE(state.get("task").size(), std::size_t{1});
    QCOMPARE(state.get("task").value(0), 1.0);
    QCOMPARE(state.get("stretch").value(0), 2.0);
    std::int64_t lowest = 41;
    for (std::int64_t step = 41; step <= 80; ++step)
      if (recorded(step, 0) < recorded(lowest, 0)) lowest = step;
    const double least = recorded(lowest, 0), end = recorded(80, 0);
    double area = 0;
    std::int64_t back = lowest;
    while (recorded(back, 0) < least + 0.9 * (end - least) - 1e-9) ++back;
    for (std::int64_t step = 41; step <= 80; ++step) area += std::max(0.0, end - recorded(step, 0));
    QVERIFY(std::abs(state.get("depth").value(0) - (recorded(40, 0) - least)) < 1e-6);
    QVERIFY(std::abs(state.get("recovery").value(0) - (end - least)) < 1e-6);
    QCOMPARE(state.get("recovery90").value(0), static_cast<double>(back - lowest));
    QCOMPARE(state.get("medianRecovery90").value(0), state.get("recovery90").value(0));
    QVERIFY(std::abs(state.get("area").value(0) - area) < 1e-5);
  }

  // The reference is what a run of joint training reaches; that run itself lacks nothing.
  void intransigenceAgainstAJointRun() {
    Driven run(smallForgetting());
    run.train(110);
    Json values = smallForgetting();
    values["method"] = "joint";
    Driven joint(values);
    joint.train(110);
    const State state = run.analyse("intransigence", Json::object());
    QCOMPARE(state.get("reference").size(), std::size_t{2});
    for (std::size_t stretch = 0; stretch < 2; ++stretch) {
      const auto end = static_cast<std::int64_t>(40 * (stretch + 1));
      const double best = joint.recorder.arrays.at("accuracy").at(end).value(stretch),
                   reached = run.recorder.arrays.at("accuracy").at(end).value(stretch);
      QVERIFY(std::abs(state.get("reference").value(stretch) - best) < 1e-6);
      QVERIFY(std::abs(state.get("intransigence").value(stretch) - (best - reached)) < 1e-6);
    }
    QVERIFY(std::abs(joint.analyse("intransigence", Json::object()).get("mean").value(0)) < 1e-6);
  }
};

QTEST_APPLESS_MAIN(TestForgettingViews)
#include "test_forgetting_views.moc"
