// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>
#include <fstream>

#include "engine/core/errors.h"
#include "engine/experiments/forgetting/setting.h"
#include "tests/support/support.h"
#include "tests/unit/forgetting_runs.h"

using namespace learnscope;

namespace {

constexpr auto lab = test::forgettingLab;
Json small(const Json& more = Json::object()) { return test::smallForgetting(more); }
using Driven = test::ForgettingRun;
using test::same;

std::string refusal(const Json& values) { return test::refusal(*lab(), values); }

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestForgetting : public QObject {
  Q_OBJECT
 private slots:
  void everyRecordedNameIsDescribed() {
    Driven run(small({{"landscape", true}, {"method", "er"}}));
    run.train(60);
    const Description description = lab()->describe(run.config);
    for (const auto& [id, values] : run.recorder.scalars) QVERIFY2(description.measure(id), id.c_str());
    for (const auto& [id, values] : run.recorder.arrays) QVERIFY2(description.measure(id), id.c_str());
    for (const Event& event : run.recorder.events) QVERIFY2(description.event(event.id), event.id.c_str());
    for (const Measure& measure : description.measures)
      if (measure.id != "decision")
        QVERIFY2(run.recorder.scalars.count(measure.id) + run.recorder.arrays.count(measure.id), measure.id.c_str());
  }

  void accuracyIsThatOfTheHistory() {
    Driven run(small());
    run.train(120);
    const Array& accuracy = run.last("accuracy");
    QCOMPARE(accuracy.shape(), std::vector<std::int64_t>{3});
    double mean = 0, least = 1;
    for (std::size_t i = 0; i < 3; ++i) mean += accuracy.value(i) / 3;
    QVERIFY(std::abs(run.recorder.last("averageAccuracy") - mean) < 1e-6);
    for (std::int64_t step = 41; step <= 120; ++step)
      least = std::min(least, run.recorder.arrays.at("accuracy").at(step).value(0));
    QVERIFY(std::abs(run.last("minimum").value(0) - least) < 1e-6);
    QVERIFY(std::isnan(run.recorder.arrays.at("accuracy").at(40).value(1)));
    QVERIFY(!std::isnan(run.recorder.arrays.at("accuracy").at(41).value(1)));
    QCOMPARE(run.recorder.arrays.at("tableAccuracy").size(), std::size_t(3));
    const double p = accuracy.value(2), width = run.last("accuracyWidth").value(2);
    QVERIFY(std::abs(width - 1.96 * std::sqrt(p * (1 - p) / 50)) < 1e-6);
  }

  void evaluationDoesNotTouchTraining() {
    for (const char* method : {"naive", "derpp", "ewc-online"}) {
      const bool normalised = method == std::string("derpp");
      Driven often(small({{"method", method}, {"landscape", true}, {"batchNorm", normalised}})),
          seldom(small({{"method", method}, {"eval.every", 40}, {"eval.redraw", true}, {"batchNorm", normalised}}));
      often.train(90);
      seldom.train(90);
      QVERIFY(same(often.experiment->save().sub("learner."), seldom.experiment->save().sub("learner.")));
    }
  }

  void resumesBitForBit_data() {
    QTest::addColumn<QString>("values");
    QTest::newRow("replay") << R"({"method": "er", "landscape": true})";
    QTest::newRow("dark, momentum") << R"({"method": "derpp", "momentum": 0.9, "keepMomentum": true})";
    QTest::newRow("penalty") << R"({"method": "si", "eval.redraw": true})";
    QTest::newRow("drift") << R"({"stream": "drift", "method": "er"})";
    QTest::newRow("recurring") << R"({"schedule": [1, 2, 1], "method": "gem"})";
    QTest::newRow("convolutions, normalised")
        << R"({"network": "cnn", "batchNorm": true, "method": "ewc-online", "width": 12})";
    QTest::newRow("heads") << R"({"scenario": "task", "heads": "separate", "method": "derpp", "batchNorm": true})";
    QTest::newRow("random visits") << R"({"stream": "subsets", "scenario": "class", "visits": 4, "tasks": 3})";
    QTest::newRow("toys") << R"({"stream": "moons", "tasks": 2, "method": "lwf"})";
  }
  void resumesBitForBit() {
    QFETCH(QString, values);
    const Json config = small(Json::parse(values.toStdString()));
    Driven whole(config), part(config), resumed(config);
    whole.train(90);
    part.train(47);
    resumed.experiment->load(part.experiment->save());
    resumed.recorder.setStep(47);
    resumed.train(43);
    QVERIFY(same(whole.experiment->save(), resumed.experiment->save()));
    for (const auto& [id, points] : whole.recorder.scalars)
      for (const auto& [step, value] : points)
        if (step > 47)
          QVERIFY2(std::memcmp(&value, &resumed.recorder.scalars.at(id).at(step), sizeof value) == 0, id.c_str());
    for (const auto& [id, points] : whole.recorder.arrays)
      for (const auto& [step, value] : points)
        if (step > 47)
          QVERIFY2(std::memcmp(value.data(), resumed.recorder.arrays.at(id).at(step).data(), value.bytes()) == 0,
                   id.c_str());
    std::vector<Event> expected, found;
    for (const Event& event : whole.recorder.events)
      if (event.detected > 47) expected.push_back(event);
    for (const Event& event : resumed.recorder.events)
      if (event.detected > 47) found.push_back(event);
    QVERIFY(found == expected);
  }

  void methodMayChangeInTheGap() {
    const Json longer = small({{"iterations", 150}, {"angles", {0, 120}}});
    Driven plain(longer), rescued(longer);
    plain.train(160);
    rescued.train(160);
    QVERIFY(same(plain.experiment->save(), rescued.experiment->save()));
    rescued.experiment->set("method", "er");
    plain.train(60);
    rescued.train(60);
    const double with = rescued.last("accuracy").value(0), without = plain.last("accuracy").value(0);
    QVERIFY2(with > without + 0.1, qPrintable(QString("%1 against %2").arg(with).arg(without)));
    rescued.experiment->set("memory", 10);
    rescued.train(1);
    QCOMPARE(rescued.recorder.last("memory.used"), 10.0);
    rescued.experiment->set("momentum", 0.9);
    rescued.train(1);
  }

  void interventionsChangeTheCourse() {
    Driven run(small());
    run.train(10);
    run.apply("swap-tasks");
    run.apply("next-task");
    run.train(1);
    QCOMPARE(run.recorder.last("task"), 3.0);
    QVERIFY(!std::isnan(run.recorder.last("minAccuracy")));
    run.apply("revisit", {{"task", 1}, {"steps", 5}});
    run.train(5);
    QCOMPARE(run.recorder.last("task"), 1.0);
    run.train(1);
    QCOMPARE(run.recorder.last("task"), 3.0);
    run.apply("rehearse-class", {{"class", 4}, {"steps", 3}});
    run.apply("replay-burst", {{"steps", 3}});
    run.apply("freeze", {{"layer", 1}});
    run.apply("thaw", {{"layer", 1}});
    run.apply("warm-up", {{"steps", 3}});
    run.apply("reset-optimizer");
    run.train(5);
    const auto refused = [&](const std::string& name, const Json& arguments) {
      try {
        run.apply(name, arguments);
      } catch (const ConfigError&) {
        return true;
      }
      return false;
    };
    QVERIFY(refused("freeze", {{"layer", 7}}));
    QVERIFY(refused("revisit", {{"task", 2}}));
    QVERIFY(refused("rehearse-class", {{"class", 50}}));
    QVERIFY(refused("swap-tasks", Json::object()));
    Driven fresh(small());
    QVERIFY_EXCEPTION_THROWN(fresh.apply("next-task"), ConfigError);
    QVERIFY_EXCEPTION_THROWN(fresh.apply("replay-burst"), ConfigError);
  }

  // The ball starts at the start and, if nobody intervenes, rolls to where training ahead said it would.
  void theBallArrives() {
    Driven run(small({{"landscape", true}}));
    run.train(80);
    for (const std::int64_t start : {std::int64_t{0}, std::int64_t{40}}) {
      const Array& anchors = run.recorder.arrays.at("anchors").at(start);
      const auto ball = [&](std::int64_t step) { return run.recorder.arrays.at("ball").at(step); };
      for (std::size_t axis = 0; axis < 2; ++axis)
        QVERIFY(std::abs(ball(start).value(axis) - anchors.value(axis)) < 1e-4);
      const Array& path = run.recorder.arrays.at("ballPath").at(start + 39);
      QCOMPARE(path.shape()[0], 40);
    }
    // The end of task 1 belongs to the next plane; the one before it lies close to the anchor.
    const Array& anchors = run.recorder.arrays.at("anchors").at(40);
    const Array near = run.recorder.arrays.at("ball").at(79);
    const double gap = std::hypot(near.value(0) - anchors.value(3), near.value(1) - anchors.value(4));
    const double whole = std::hypot(anchors.value(3) - anchors.value(0), anchors.value(4) - anchors.value(1));
    QVERIFY2(gap < 0.1 * whole, qPrintable(QString("%1 of %2").arg(gap).arg(whole)));
    QVERIFY(run.recorder.scalars.at("offPlane").at(79) < 0.2);
    const Array& line = run.last("roadLine");
    QCOMPARE(line.shape(), (std::vector<std::int64_t>{11, 3}));
  }

  void straightPathsEndAtTheTable() {
    Driven run(small());
    run.train(80);
    const Array& path = run.last("pathAccuracy");
    QVERIFY(std::abs(path.value(10) - run.last("tableAccuracy").value(0)) < 1e-6);
    QVERIFY(std::abs(path.value(0) - run.recorder.arrays.at("accuracy").at(40).value(0)) < 1e-6);
    QVERIFY(run.last("barrier").value(0) >= 0);
  }

  void analysesAnswer() {
    Driven run(small({{"angles", {0, 120}}}));
    run.train(80);
    const State before = run.experiment->save();
    const State savings = run.analyse("savings", {{"task", 1}, {"criterion", 0.6}});
    const double scratch = savings.get("scratch").value(0), relearn = savings.get("relearn").value(0);
    QVERIFY(scratch > 0 && relearn < scratch);
    QVERIFY(std::abs(savings.get("savings").value(0) - (scratch - relearn) / scratch) < 1e-12);
    const State probe = run.analyse("probe", {{"task", 1}});
    QVERIFY(probe.get("after").value(0) > probe.get("before").value(0));
    const State confusion = run.analyse("confusion", {{"task", 2}});
    double trace = 0;
    for (std::size_t c = 0; c < 10; ++c) trace += confusion.get("confusion").value(11 * c) / 10;
    QVERIFY(std::abs(trace - run.last("accuracy").value(1)) < 1e-6);
    const State curve = run.analyse("forgetting-curve", {{"task", 1}, {"afterBottom", false}});
    QCOMPARE(curve.get("retention").size(), std::size_t(40));
    QVERIFY(std::abs(curve.get("retention").value(39) - run.last("retention").value(0)) < 1e-6);
    QVERIFY(same(before, run.experiment->save()));
    QVERIFY_EXCEPTION_THROWN(run.analyse("savings", {{"task", 3}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(run.analyse("forgetting-curve", {{"task", 9}}), ConfigError);
  }

  // With heads of their own tasks share all but the last layer, and the task is told: less is lost.
  void separateHeadsForgetLess() {
    const Json longer = small({{"iterations", 120}, {"angles", {0, 120}}, {"scenario", "task"}});
    Json apart = longer;
    apart["heads"] = "separate";
    Driven shared(longer), separate(apart);
    shared.train(240);
    separate.train(240);
    QVERIFY(separate.last("accuracy").value(0) > shared.last("accuracy").value(0) + 0.05);
    QCOMPARE(separate.last("memoryContent").shape(), (std::vector<std::int64_t>{2, 10}));
    const State confusion = separate.analyse("confusion", {{"task", 2}});
    QCOMPARE(confusion.get("confusion").size(), std::size_t(100));
    double trace = 0;
    for (std::size_t c = 0; c < 10; ++c) trace += confusion.get("confusion").value(11 * c) / 10;
    QVERIFY(std::abs(trace - separate.last("accuracy").value(1)) < 1e-6);
  }

  // A straight line's ends are judged with statistics estimated anew, so they need not be the table's; the net that was
  // trained is left alone.
  void normalisedNetsAreEstimatedOnLines() {
    Driven run(small({{"batchNorm", true}, {"landscape", true}}));
    run.train(80);
    const State before = run.experiment->save();
    for (const float value : run.last("oldSheet").as<float>()) QVERIFY(std::isfinite(value));
    QVERIFY(run.last("pathAccuracy").value(21) > 0.15);
    QVERIFY(same(before, run.experiment->save()));
  }

  void randomVisitsRecur() {
    const Json values =
        small({{"stream", "subsets"}, {"scenario", "class"}, {"tasks", 3}, {"visits", 12}, {"iterations", 5}});
    const Config config = checkedConfig(*lab(), values);
    QCOMPARE(lab()->defaultSteps(config), 60);
    const auto order = forgetting::scheduleOf(config, 4);
    QCOMPARE(order.size(), std::size_t(12));
    std::vector<int> visits(3, 0);
    for (const auto& segment : order) ++visits.at(static_cast<std::size_t>(segment.task));
    for (const int count : visits) QVERIFY(count > 0);
    QVERIFY(order != forgetting::scheduleOf(config, 5));
    Driven run(values);
    run.train(60);
    QVERIFY(!std::isnan(run.recorder.last("minAccuracy")));
  }

  void driftSeesTaskAfterTask() {
    Driven run(small({{"stream", "drift"}, {"method", "er"}}));
    run.train(200);
    QVERIFY(std::isnan(run.recorder.arrays.at("accuracy").at(49).value(1)));
    QVERIFY(!std::isnan(run.recorder.arrays.at("accuracy").at(51).value(1)));
    QVERIFY(!std::isnan(run.recorder.last("minAccuracy")));
    QVERIFY(run.recorder.last("memory.used") > 0);
  }

  void badInputIsRefused() {
    QVERIFY(says(refusal({{"angles", Json::array()}}), "1 to 20 numbers in degrees"));
    QVERIFY(says(refusal({{"angles", std::vector<int>(21, 5)}}), "1 to 20 numbers"));
    QVERIFY(says(refusal({{"stream", "split"}, {"scenario", "class"}, {"groups", "013 23"}}),
                 "class 3 appears in task 1 and task 2"));
    QVERIFY(says(refusal({{"groups", "0x"}}), "classes 0 to 9"));
    QVERIFY(says(refusal({{"groups", " "}}), "at least one group"));
    QVERIFY(says(refusal({{"schedule", {1, 4}}}), "task numbers from 1 to 3"));
    QVERIFY(says(refusal({{"eval.every", 0}}), "eval.every"));
    QVERIFY(says(refusal({{"stream", "drift"}, {"method", "ewc"}}), "needs no task boundary"));
    QVERIFY(says(refusal({{"stream", "moons"}, {"network", "cnn"}}), "no images"));
    QVERIFY(says(refusal({{"batchNorm", true}, {"batch", 1}}), "at least 2"));
    QVERIFY(says(refusal({{"stream", "drift"}, {"scenario", "task"}, {"heads", "separate"}}), "no task to tell"));
    QVERIFY(says(refusal({{"schedule", {1, 2}}, {"visits", 3}}), "beside an order"));
    QVERIFY(says(refusal({{"data.images", "x"}}), "both an image and a label file"));
    QVERIFY(says(refusal({{"data.cifar", "/none"}}), ".bin files"));
    QVERIFY(says(refusal({{"momentun", 0.5}}), "momentum"));
    const test::TemporaryFolder folder;
    std::ofstream(folder.path("i")) << "no idx";
    std::ofstream(folder.path("l")) << "no idx";
    QVERIFY(says(refusal({{"data.images", folder.path("i")}, {"data.labels", folder.path("l")}}), "byte 0"));
    std::vector<Problem> warnings;
    checkedConfig(*lab(), {{"stream", "split"}}, &warnings);
    QVERIFY(!warnings.empty());
  }

  void presetsAreValid() {
    const Json page = Json::parse(lab()->page());
    for (const Json& preset : page["presets"])
      for (const Json& run : preset["runs"]) {
        const Config config = checkedConfig(*lab(), run["set"]);
        QCOMPARE(lab()->defaultSteps(config), preset["steps"].get<std::int64_t>());
      }
  }

  void divergenceLeavesAFiniteState() {
    Driven run(small({{"method", "l2"}, {"explicit", true}, {"l2.lambda", 1e6}}));
    bool diverged = false;
    try {
      run.train(100);
    } catch (const NumericError&) {
      diverged = true;
    }
    QVERIFY(diverged);
    const State state = run.experiment->save();
    for (const float value : state.get("learner.theta").as<float>()) QVERIFY(std::isfinite(value));
  }
};

QTEST_APPLESS_MAIN(TestForgetting)
#include "test_forgetting.moc"
