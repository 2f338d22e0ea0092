// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>
#include <numeric>

#include "engine/core/session.h"
#include "engine/core/stepper.h"
#include "engine/experiments/part_motion/evaluation.h"
#include "engine/experiments/part_motion/events.h"
#include "engine/experiments/part_motion/experiment.h"
#include "engine/experiments/part_motion/learner.h"
#include "engine/experiments/part_motion/part_motion_lab.h"
#include "engine/experiments/part_motion/scene_arrays.h"
#include "engine/experiments/part_motion/splatter_model.h"
#include "tests/support/driven.h"
#include "tests/support/same.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::partmotion;
using test::same;

namespace {

const std::shared_ptr<const Lab> lab = makeLab();

/// A network that learns a little within a second.
Json small(Json more = Json::object()) {
  Json values{{"points", 128}, {"batch", 2}, {"iterations", 60}, {"drags.count", 4}, {"evaluation.every", 20}};
  values.update(more);
  return values;
}

Config configOf(const Json& values) { return checkedConfig(*lab, values); }

std::string refusal(const Json& values) { return test::refusal(*lab, values); }

struct Training : test::Driven {
  explicit Training(const Json& values, std::uint64_t seed = 1) : Driven(lab, values, seed) {}
};

Evaluation evaluationOf(double relativeEpe, double psnr, double retention) {
  Evaluation found;
  found.relativeEpe = relativeEpe;
  found.psnr = psnr;
  found.copyPsnr = 20;
  found.retention = retention;
  found.meanOpacity = 0.9;
  return found;
}

}  // namespace

class TestPartMotion : public QObject {
  Q_OBJECT
 private slots:
  void refusesWhatDoesNotFit() {
    const auto refuses = [](const Json& values, const char* said) {
      const std::string text = refusal(values);
      QVERIFY2(text.find(said) != std::string::npos, text.c_str());
    };
    refuses({{"points", 100}}, "points");
    refuses({{"drags.count", 65}}, "drags.count");
    refuses({{"render.size", 8}}, "render.size");
    refuses({{"kinds", Json::array()}}, "/kinds");
    refuses({{"kinds", {"chair"}}}, "kinds");
    refuses({{"shown", 24}}, "shown");
    refuses({{"head", "full"}, {"pretraining.steps", 0}}, "/teacher");
    refuses({{"points", 8192}, {"attention", "all"}, {"blocks", "3"}}, "2 GB");
    refuses({{"formulation", "splatter"}, {"pretraining.steps", 0}}, "/pretraining.steps");
    refuses({{"regime", "stage3"}}, "regime");
    refuses({{"pionts", 512}}, "points");
    QCOMPARE(refusal(small()), std::string("accepted"));
    QVERIFY(lab->estimate(configOf(small())).seconds > 0);
  }

  void pairsAreWhatThePageSays() {
    const World world{{ObjectKind::Drawer, ObjectKind::Door}, ObjectPalette::Narrow, 200, true, 3};
    for (int i = 0; i < 20; ++i) {
      const MotionPair pair = trainPair(world, i, 10), again = trainPair(world, i, 4);
      QCOMPARE(pair.from, again.from);
      QVERIFY(std::equal(again.drags.begin(), again.drags.end(), pair.drags.begin()));
      QVERIFY(pair.fromState != pair.toState && pair.movingPart >= 1);
      QCOMPARE(pair.dragCount(), 10);
      double still = 0, moved = 0;
      for (std::size_t k = 0; k < pair.sample.part.size(); ++k) {
        double square = 0;
        for (std::size_t j = 0; j < 3; ++j) square += std::pow(double{pair.to[14 * k + j]} - pair.from[14 * k + j], 2);
        (pair.moves(k) ? moved : still) += square;
      }
      QCOMPARE(still, 0.0);
      QVERIFY(moved > 0);
      // Plane drags say nothing along the view.
      const splats::SplatCamera camera = orbitCamera(0, 10);
      for (int k = 0; k < 10; ++k) {
        double along = 0;
        for (std::size_t j = 0; j < 3; ++j)
          along += (pair.drags[static_cast<std::size_t>(6 * k) + 3 + j] -
                    double{pair.drags[static_cast<std::size_t>(6 * k) + j]}) *
                   camera.forward()[j];
        QVERIFY(std::abs(along) < 1e-5);
      }
    }
    QVERIFY(trainPair(world, 0, 1).from != testPair(world, 0, 1).from);
    // The first camera stands in front, to the right and above, 2.4 away.
    const splats::Vec3d eye = orbitCamera(0, 10).eye();
    QVERIFY(std::abs(std::hypot(eye[0], eye[1], eye[2]) - 2.4) < 1e-9);
    QVERIFY(eye[0] > 0 && eye[1] > 0 && eye[2] > 0);
  }

  void shakesInTheImagePlane() {
    std::vector<float> drags(6000, 0.0F);
    RandomStream random(1, "test.shake");
    shakeDrags(drags, 0.2, random);
    const splats::SplatCamera camera = orbitCamera(0, 10);
    double square = 0;
    for (std::size_t i = 0; i < drags.size(); i += 3) {
      double along = 0;
      for (std::size_t j = 0; j < 3; ++j) {
        square += std::pow(double{drags[i + j]}, 2) / 2000;
        along += drags[i + j] * camera.forward()[j];
      }
      QVERIFY(std::abs(along) < 1e-6);
    }
    QVERIFY(std::abs(square - 2 * 0.04) < 0.005);
    QVERIFY(std::abs(imageWidth() - 2.193) < 0.001);
  }

  void theScheduleFollowsItsRegime() {
    Schedule both(configOf(small({{"iterations", 100}, {"split", 0.75}})));
    QCOMPARE(both.at(0).stage, Stage::Motion);
    QCOMPARE(both.at(74).stage, Stage::Motion);
    QCOMPARE(both.at(74).end, 75);
    QCOMPARE(both.at(75).stage, Stage::Appearance);
    QCOMPARE(both.at(75).begin, 75);
    QCOMPARE(both.at(500).stage, Stage::Appearance);
    both.switchAt(30);
    QCOMPARE(both.at(29).end, 30);
    QCOMPARE(both.at(30).stage, Stage::Appearance);
    QVERIFY_THROWS_EXCEPTION(ConfigError, both.switchAt(40));
    Schedule full(configOf(small({{"head", "full"}, {"regime", "stage2"}, {"pretraining.steps", 40}})));
    QCOMPARE(full.at(39).stage, Stage::Pretraining);
    QCOMPARE(full.at(40).stage, Stage::Appearance);
    QCOMPARE(full.steps(), 100);
    QVERIFY_THROWS_EXCEPTION(ConfigError, full.switchAt(10));
    full.switchAt(60);
    QCOMPARE(full.at(60).stage, Stage::Motion);
    Schedule joint(configOf(small({{"regime", "joint"}})));
    QCOMPARE(joint.at(0).stage, Stage::Joint);
    QVERIFY_THROWS_EXCEPTION(ConfigError, joint.switchAt(10));
  }

  void edgesAgainstFiniteDifferences() {
    constexpr int size = 9;  // not a multiple of the coarsest scale
    RandomStream random(2, "test.edges");
    std::vector<double> difference(3 * size * size), slope(difference), rest(difference);
    for (double& value : difference) value = random.normal();
    edgeLoss(difference, size, slope);
    for (std::size_t i = 0; i < difference.size(); i += 7) {
      const double h = 1e-6, value = difference[i];
      difference[i] = value + h;
      const double up = edgeLoss(difference, size, rest);
      difference[i] = value - h;
      QVERIFY(std::abs((up - edgeLoss(difference, size, rest)) / (2 * h) - slope[i]) < 1e-8);
      difference[i] = value;
    }
    // One scale by hand: a step of 1 between two columns.
    std::fill(difference.begin(), difference.end(), 0.0);
    QCOMPARE(edgeLoss(difference, size, slope), 0.0);
  }

  void pictureLossAgainstFiniteDifferences() {
    const World world{{ObjectKind::Lid}, ObjectPalette::Narrow, 128, true, 5};
    const MotionPair pair = trainPair(world, 1, 1);
    // The last Gaussians belong to the lid.
    std::vector<double> from(pair.from.end() - 14 * 20, pair.from.end()), to(pair.to.end() - 14 * 20, pair.to.end());
    QVERIFY(from != to);
    ImageLoss<double> loss(true);
    ImageLossOptions options{{0, 3}, 16, 0.7, 0};  // edges have kinks: see edgesAgainstFiniteDifferences
    std::vector<double> gradient(from.size(), 0.0);
    loss.compare(from, to, options, 1, gradient.data());
    double largest = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    for (std::size_t i = 0; i < from.size(); i += 11) {
      const double h = 1e-6, value = from[i];
      from[i] = value + h;
      const double up = loss.compare(from, to, options, 1, nullptr).total(options);
      from[i] = value - h;
      const double slope = (up - loss.compare(from, to, options, 1, nullptr).total(options)) / (2 * h);
      from[i] = value;
      QVERIFY2(std::abs(slope - gradient[i]) < 1e-4 * std::abs(slope) + 1e-5 * largest,
               (std::to_string(i) + ": " + std::to_string(gradient[i]) + " for " + std::to_string(slope)).c_str());
    }
    options.gradient = 0.3;
    QVERIFY(loss.compare(from, to, options, 1, nullptr).gradient > 0);
    QCOMPARE(loss.compare(from, from, options, 1, nullptr).total(options), 0.0);
  }

  // The truth has no error in any measure, a copy misses all of the motion.
  void measuresKnowTruthAndCopy() {
    const Config config = configOf(small());
    const World world = worldOf(config, 1);
    for (int i = 0; i < kTestPairs; ++i) {
      const MotionPair pair = testPair(world, i, 4);
      const auto fit = fitMovingPart(pair, pair.from, pair.to);
      QVERIFY(fit && fit->residual < 1e-5);
      const JointError error = jointError(pair, *fit);
      const bool slides = pair.object.joints[static_cast<std::size_t>(pair.movingPart)].type == Joint::Type::Prismatic;
      QVERIFY(error.axis < 0.1);
      if (slides) {
        QVERIFY(error.shift < 1e-5 && std::isnan(error.angle));
      } else {
        QVERIFY(error.angle < 0.01 && error.origin < 1e-3 && std::isnan(error.shift));
      }
    }
    // The rigid head starts as a copy.
    Training run(small({{"kinds", {"drawer"}}}));
    QVERIFY(std::abs(run.recorder.last("relativeEpe") - 1) < 1e-6);
    QVERIFY(run.recorder.last("drift") < 1e-6);
    QVERIFY(run.recorder.last("colourError") < 1e-6);
    QVERIFY(std::abs(run.recorder.last("psnr") - run.recorder.last("copyPsnr")) < 1e-3);
    QVERIFY(std::abs(run.recorder.last("psnrGain")) < 1e-3);
    QVERIFY(run.recorder.last("retention") > 55);
    QVERIFY(std::abs(run.recorder.last("meanOpacity") - 0.95) < 1e-4);
    QCOMPARE(run.recorder.last("visibleShare"), 1.0);
  }

  void everyMeasureIsDescribedAndShaped() {
    Training run(small({{"head", "full"}, {"pretraining.steps", 20}, {"iterations", 50}, {"regime", "stage1+2"}}));
    run.to(60);
    const Description description = lab->describe();
    for (const auto& [id, rows] : run.recorder.scalars) QVERIFY2(description.measure(id), id.c_str());
    for (const auto& [id, rows] : run.recorder.arrays) {
      const Measure* measure = description.measure(id);
      QVERIFY2(measure, id.c_str());
      QCOMPARE(rows.rbegin()->second.shape().size(), measure->shape.size());
    }
    QCOMPARE(run.recorder.arrays["pictures"].begin()->second.shape(),
             (std::vector<std::int64_t>{16, kEvaluationSize, kEvaluationSize, 3}));
    for (const Event& event : run.recorder.events) QVERIFY2(description.event(event.id), event.id.c_str());
    QCOMPARE(run.recorder.stepOf("pretraining"), 0);
    QCOMPARE(run.recorder.stepOf("stage-1"), 20);
    QCOMPARE(run.recorder.stepOf("stage-2"), 58);
    QVERIFY(run.recorder.scalars["ceilingPsnr"].size() > 1);
  }

  void learnsAnything() {
    Training run(small(
        {{"kinds", {"drawer"}}, {"regime", "stage1"}, {"batch", 4}, {"drags.noise", 0}, {"drags.mode", "space"}}));
    run.to(60);
    QVERIFY2(run.recorder.last("relativeEpe") < 0.8, std::to_string(run.recorder.last("relativeEpe")).c_str());
    const auto& losses = run.recorder.scalars["motionLoss"];
    double first = 0, last = 0;
    for (std::int64_t step = 1; step <= 10; ++step) {
      first += losses.at(step);
      last += losses.at(50 + step);
    }
    QVERIFY2(last < 0.7 * first, (std::to_string(first) + " to " + std::to_string(last)).c_str());
    QVERIFY(run.recorder.stepOf("motion-onset") > 0 || run.recorder.last("relativeEpe") > 0.75);
  }

  void resumesBitForBit_data() {
    QTest::addColumn<QString>("more");
    QTest::newRow("stages") << R"({"split": 0.4})";
    QTest::newRow("joint") << R"({"regime": "joint", "rehearsal": 0.4, "freeze": ["colour"]})";
    QTest::newRow("full") << R"({"head": "full", "pretraining.steps": 12, "blocks": "3"})";
  }
  void resumesBitForBit() {
    QFETCH(QString, more);
    const Json values = small(Json::parse(more.toStdString()));
    Training whole(values);
    whole.to(15);
    const State middle = whole.experiment->save();
    whole.to(30);
    Training rest(values);
    rest.experiment->load(middle);
    rest.recorder.setStep(15);
    rest.to(30);
    QVERIFY(same(whole.experiment->save(), rest.experiment->save()));
    QCOMPARE(rest.recorder.last("psnr"), whole.recorder.last("psnr"));
  }

  void refusesOtherNetworksStates() {
    const State rigid = Training(small()).experiment->save();
    Training full(small({{"head", "full"}}));
    try {
      full.experiment->load(rigid);
      QFAIL("loaded");
    } catch (const DataError& error) {
      QVERIFY(QString(error.what())
                  .contains(QLatin1String("checkpoint is points/rigid/2 blocks/anchors, run is points/full")));
    }
    State broken = rigid;
    broken.put("learner.counters", Array::vector<std::int64_t>(std::vector<std::int64_t>{1, 2}));
    QVERIFY_THROWS_EXCEPTION(DataError, Training(small()).experiment->load(broken));
  }

  void frozenPartsStay() {
    Training run(small({{"freeze", {"backbone", "gate"}}}));
    const State before = run.experiment->save();
    run.to(3);
    const auto a = before.get("learner.weights").as<float>();
    const State after = run.experiment->save();
    const auto b = after.get("learner.weights").as<float>();
    const std::unique_ptr<Model> model = makeModel(run.config);
    for (const LaneParameter& tensor : model->parameters().all()) {
      const auto first = static_cast<std::size_t>(tensor.offset), count = static_cast<std::size_t>(tensor.count);
      const bool stays =
          std::equal(a.begin() + tensor.offset, a.begin() + tensor.offset + tensor.count, b.begin() + tensor.offset);
      const bool frozen =
          tensor.name.starts_with("in.") || tensor.name.starts_with("block") || tensor.name.starts_with("gate.");
      if (frozen) QVERIFY2(stays, tensor.name.c_str());
      if (tensor.name.starts_with("out.")) QVERIFY2(!stays, tensor.name.c_str());
      QVERIFY(first + count <= a.size());
    }
  }

  void stagesSwitchOnRequest() {
    Training run(small({{"regime", "stage1"}}));
    run.to(5);
    run.experiment->apply("switch-stage", Config(), RandomStream());
    run.to(8);
    QCOMPARE(run.recorder.stepOf("stage-2"), 6);
    QVERIFY(run.recorder.scalars["colourLoss"].contains(6));
    QVERIFY(!run.recorder.scalars["colourLoss"].contains(5));
    QVERIFY_THROWS_EXCEPTION(ConfigError, run.experiment->apply("switch-stage", Config(), RandomStream()));
  }

  void eventsFollowTheirRules() {
    const Config config = configOf(small());
    test::MemoryRecorder recorder(*lab, config);
    EventDetector events;
    const auto at = [&](std::int64_t step, const Evaluation& found) {
      recorder.setStep(step);
      events.observe(found, true, recorder);
    };
    at(0, evaluationOf(1, 20, 35));
    at(25, evaluationOf(0.7, 21, 33.9));
    QCOMPARE(recorder.stepOf("motion-onset"), 25);
    at(50, evaluationOf(0.39, 21.6, 33.8));
    QCOMPARE(recorder.stepOf("copy-beaten"), 50);
    QCOMPARE(recorder.stepOf("forgetting"), 25);
    at(75, evaluationOf(0.41, 22, 34.6));
    QCOMPARE(recorder.stepOf("recovered"), 75);
    for (const int step : {100, 125, 150}) {
      QCOMPARE(recorder.stepOf("motion-learned"), -1);
      at(step, evaluationOf(0.3, 22, 34));
    }
    QCOMPARE(recorder.stepOf("motion-learned"), 100);
    EventDetector again;
    again.load(events.save());
    Evaluation faint = evaluationOf(0.3, 22, 34);
    faint.meanOpacity = 0.05;
    faint.colourError = 0.03;
    const std::size_t before = recorder.events.size();
    recorder.setStep(175);
    again.observe(faint, true, recorder);
    QCOMPARE(recorder.events.size(), before + 2);
    QCOMPARE(recorder.stepOf("degenerate"), 175);
    QCOMPARE(recorder.stepOf("appearance-drift"), 175);
    again.observeConflict(-0.2, recorder);
    QCOMPARE(recorder.stepOf("conflict"), 175);
  }

  void analysesPredictPullAndPlay() {
    Training run(small());
    run.to(20);
    const State state = run.experiment->save();
    const auto analysed = [&](const char* name, const Json& arguments) {
      return lab->analyse(name, run.config, 1, state, checkedArguments(*lab, run.config, name, arguments), Progress());
    };
    const State predicted = analysed("predict", {{"object", 0}});
    const auto recorded = run.recorder.arrays["predictedGaussians"].rbegin()->second;
    QVERIFY(std::memcmp(predicted.get("predictedGaussians").data(), recorded.data(), recorded.bytes()) == 0);
    const Description description = lab->describe();
    for (const AnalysisDescription& analysis : description.analyses) {
      const State result = analysed(analysis.id.c_str(), Json::object());
      for (const auto& [id, array] : result.arrays()) {
        const bool known = std::any_of(analysis.results.begin(), analysis.results.end(),
                                       [&, name = id](const Measure& measure) { return measure.id == name; });
        QVERIFY2(known, id.c_str());
      }
    }
    // A pulled point: the drags start in its part and share its displacement.
    const MotionPair pair = testPair(worldOf(run.config, 1), 0, 4);
    const auto held = static_cast<std::size_t>(
        std::find(pair.sample.part.begin(), pair.sample.part.end(), pair.movingPart) - pair.sample.part.begin());
    const Coordinates place = toScene({pair.from[14 * held], pair.from[14 * held + 1], pair.from[14 * held + 2] + 0.2});
    const State pulled =
        analysed("drag", {{"object", 0}, {"gaussian", held}, {"x", place[0]}, {"y", place[1]}, {"z", place[2]}});
    const auto ways = pulled.get("dragWays").as<float>();
    QCOMPARE(ways.size(), std::size_t{12});
    for (std::size_t k = 0; k < ways.size(); k += 3) QVERIFY(std::abs(ways[k + 1] + 0.2F) < 1e-5F);
    QVERIFY_THROWS_EXCEPTION(ConfigError, analysed("drag", {{"gaussian", 500}}));
    // Played to the state it was asked for, the true object is the pair's own.
    const State played = analysed("play", {{"object", 0}, {"state", pair.toState}});
    const Array truth = sceneGaussians(pair.to);
    QVERIFY(std::memcmp(played.get("trueGaussians").data(), truth.data(), truth.bytes()) == 0);
    QVERIFY_THROWS_EXCEPTION(Error,
                             lab->analyse("predict", configOf(small({{"head", "full"}})), 1, state,
                                          checkedArguments(*lab, run.config, "predict", Json::object()), Progress()));
  }

  // On points the map is the share of the drags' message as the network damps it, drawn where view 0 sees the object.
  void dragMapsShowWhereDragsAreFelt() {
    Training run(small({{"drags.scales", {"1"}}}));
    const Array reach = run.recorder.arrays["dragReach"].begin()->second;
    QCOMPARE(reach.shape(), (std::vector<std::int64_t>{2, 128}));
    const MotionPair pair = testPair(worldOf(run.config, 1), 0, 4);
    for (std::size_t i = 0; i < 128; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) {
        double square = 0;
        for (std::size_t j = 0; j < 3; ++j)
          square += std::pow(static_cast<double>(pair.from[14 * i + j] - pair.drags[6 * k + j]), 2);
        sum += std::exp(-square / (2 * 0.15 * 0.15));
      }
      QVERIFY(std::abs(reach.value(i) - sum / (sum + 0.1)) < 1e-5);
      QCOMPARE(reach.value(128 + i), 0.0);  // the second scale is switched off
    }
    const Array maps = run.recorder.arrays["dragMaps"].begin()->second;
    QCOMPARE(maps.shape(), (std::vector<std::int64_t>{2, kDragMapSide, kDragMapSide}));
    double brightest = 0, off = 0;
    for (std::size_t p = 0; p < maps.size() / 2; ++p) {
      brightest = std::max(brightest, maps.value(p));
      off = std::max(off, maps.value(maps.size() / 2 + p));
    }
    QVERIFY(brightest > 0.5 && brightest <= 1.001 && off < 1e-6);
    QVERIFY(maps.value(0) < 1e-6);  // beside the object
  }

  // Of the splatter it is |M|: alight around the starts of the drags that view 0 sees, dark elsewhere.
  void dragMapsOfTheSplatterLieAtTheStarts() {
    const Config config = configOf({{"formulation", "splatter"}, {"drags.count", 1}, {"points", 128}});
    SplatterModel model;
    AlignedVector<float> weights(static_cast<std::size_t>(model.parameters().count()));
    RandomStream random(3, "test");
    model.draw(random, weights.data());
    const Answer answer = Evaluator(config, 1).answer(model, weights.data(), config, 0);
    QCOMPARE(answer.dragMaps.size(), std::size_t{3 * kDragMapSide * kDragMapSide});
    const splats::SplatCamera camera = orbitCamera(0, kDragMapSide);
    const float* start = answer.pair.drags.data();
    const splats::Vec3d t = camera.toCamera({start[0], start[1], start[2]});
    const double x = camera.focalX * t[0] / t[2] + camera.centreX, y = camera.focalY * t[1] / t[2] + camera.centreY;
    for (std::size_t level = 0; level < 3; ++level) {
      const int cell = 1 << level;
      for (int row = 0; row < kDragMapSide; ++row)
        for (int column = 0; column < kDragMapSide; ++column) {
          const float strength = answer.dragMaps[(level * kDragMapSide + static_cast<std::size_t>(row)) * kDragMapSide +
                                                 static_cast<std::size_t>(column)];
          const bool felt = std::abs(row / cell - static_cast<int>(y) / cell) <= 1 &&
                            std::abs(column / cell - static_cast<int>(x) / cell) <= 1;
          QCOMPARE(strength > 0, felt);
        }
    }
  }

  // The fitted screw, carried out whole, is the rigid motion itself; half of a turn is a turn by half.
  void motionIsPlayedAsAScrew() {
    const World world{{ObjectKind::Door}, ObjectPalette::Narrow, 200, true, 2};
    MotionPair pair = testPair(world, 0, 1);
    Answer answer;
    answer.pair = pair;
    answer.gaussians = pair.to;
    const auto farthest = [&](const std::vector<float>& a, const std::vector<float>& b) {
      double most = 0;
      for (std::size_t i = 0; i < a.size(); i += 14)
        for (std::size_t k = 0; k < 3; ++k) most = std::max(most, std::abs(double{a[i + k]} - b[i + k]));
      return most;
    };
    QVERIFY(farthest(movedBy(answer, 1), pair.to) < 1e-5);
    QVERIFY(farthest(movedBy(answer, 0), pair.from) < 1e-6);
    QVERIFY(farthest(movedBy(answer, 0.5), pair.at((pair.fromState + pair.toState) / 10.0)) < 1e-5);
  }
};

QTEST_APPLESS_MAIN(TestPartMotion)
#include "test_part_motion.moc"
