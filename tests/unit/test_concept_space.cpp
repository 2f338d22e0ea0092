// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>

#include "engine/core/stepper.h"
#include "engine/data/concept_world.h"
#include "engine/experiments/concept_space/concept_space_lab.h"
#include "engine/experiments/concept_space/events.h"
#include "engine/experiments/concept_space/experiment.h"
#include "engine/experiments/concept_space/streams.h"
#include "engine/measures/disc_geometry.h"
#include "engine/store/run_file.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/same.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::concept_space;
using test::same;

namespace {

const std::shared_ptr<const Lab> lab = makeLab();

Config configOf(Json values = Json::object()) { return checkedConfig(*lab, values); }

/// A world that trains in a second: small pictures, few samples.
Json small(Json more = Json::object()) {
  Json values{{"image.size", "8"},      {"data.perClass", 64},          {"steps", 200},
              {"evaluation.images", 4}, {"evaluation.samplerSteps", 4}, {"world.dc", 0.8}};
  values.update(more);
  return values;
}

std::string refusal(const Json& values) {
  try {
    checkedConfig(*lab, values);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

State analysed(const char* name, const Config& config, const State& state, const Json& arguments) {
  return lab->analyse(name, config, 1, state, checkedArguments(*lab, config, name, arguments), Progress());
}

void runTo(Experiment& experiment, test::MemoryRecorder& recorder, std::int64_t from, std::int64_t to) {
  for (std::int64_t step = from + 1; step <= to; ++step) {
    experiment.step(Progress());
    recorder.setStep(step);
    experiment.measure(recorder);
  }
}

/// An evaluation in which every class stands in its corner but the focus, with given accuracies.
Evaluation evaluationOf(const Setting& setting, std::vector<double> focus, double naive, double overprompt) {
  Evaluation found;
  for (int k = 0; k < setting.classes(); ++k) {
    Drawing drawing;
    for (int j = 0; j < setting.concepts; ++j) drawing.coordinate.push_back(setting.digit(k, j));
    if (k == setting.focus) drawing.coordinate = focus;
    found.classes.push_back(drawing);
  }
  found.louder.resize(kStrengths.size());
  found.shifted.resize(kLatentSteps.size());
  found.naive = naive;
  found.overprompt = overprompt;
  return found;
}

}  // namespace

class TestConceptSpace : public QObject {
  Q_OBJECT
 private slots:
  // The page's table of concept signals at 16 pixels, pos .1, ds .4.
  void signalsAreThePages_data() {
    QTest::addColumn<double>("dc");
    QTest::addColumn<double>("large");
    QTest::addColumn<double>("smallDisc");
    QTest::addColumn<double>("size");
    QTest::newRow("0.1") << 0.1 << 0.0016 << 0.0002 << 0.029;
    QTest::newRow("0.2") << 0.2 << 0.0065 << 0.0008 << 0.034;
    QTest::newRow("0.3") << 0.3 << 0.0145 << 0.0018 << 0.037;
    QTest::newRow("0.4") << 0.4 << 0.0258 << 0.0032 << 0.042;
    QTest::newRow("0.8") << 0.8 << 0.1032 << 0.0128 << 0.072;
  }
  void signalsAreThePages() {
    QFETCH(double, dc);
    QFETCH(double, large);
    QFETCH(double, smallDisc);
    QFETCH(double, size);
    ConceptWorldOptions options;
    options.colour = dc;
    const ConceptWorld world(options);
    RandomStream random(0, "test.signal");
    QVERIFY(std::abs(world.signal(0, 0, 200, random) - large) < 0.6e-4);
    QVERIFY(std::abs(world.signal(1, 0, 200, random) - smallDisc) < 0.6e-4);
    QVERIFY(std::abs(world.signal(0, 1, 400, random) - size) < 1.5e-3);
  }

  void drawsInsideItsSpreads() {
    ConceptWorldOptions options;
    options.concepts = 3;
    const ConceptWorld world(options);
    QCOMPARE(world.classes(), 8);
    RandomStream random(1, "test.world");
    for (int k = 0; k < 8; ++k) {
      const Disc mean = world.mean(k);
      QVERIFY(std::abs(mean.radius - (ConceptWorld::digit(k, 1, 3) ? 0.25 : 0.65)) < 1e-6);
      QVERIFY(std::abs(mean.colour[0] - (ConceptWorld::digit(k, 0, 3) ? 0.35 : 0.65)) < 1e-6);
      QVERIFY(std::abs(mean.colour[1] - 0.35) < 1e-6);
      QVERIFY(std::abs(mean.ground[0] - (ConceptWorld::digit(k, 2, 3) ? 0.35 : 0.65)) < 1e-6);
      for (int i = 0; i < 200; ++i) {
        const Disc disc = world.draw(k, random);
        for (std::size_t c = 0; c < 3; ++c) {
          QVERIFY(std::abs(disc.colour[c] - mean.colour[c]) <= 0.3 / 8 + 1e-6);
          QVERIFY(std::abs(disc.ground[c] - mean.ground[c]) <= 0.3 / 8 + 1e-6);
        }
        QVERIFY(disc.radius >= 0.1f && std::abs(disc.radius - mean.radius) <= 0.15 + 1e-6);
        QVERIFY(std::abs(disc.x) <= 0.1 && std::abs(disc.y) <= 0.1);
      }
    }
    // A disc covers its area: the mean mask of a centred one is pi r^2 / 4 (the picture's side is 2).
    ConceptWorldOptions fine;
    fine.side = 32;
    std::vector<float> image(3 * 32 * 32);
    const Disc disc{{1, 1, 1}, 0.5f, 0, 0, {0, 0, 0}};
    ConceptWorld(fine).render(disc, image.data());
    double sum = 0;
    for (const float v : image) sum += v;
    const double cells = 31.0 * 31.0;  // pixel centres reach from edge to edge
    QVERIFY(std::abs(sum / 3 / cells - M_PI * 0.25 / 4) < 0.01);
  }

  void saysTheQuietConceptLouder() {
    const Setting setting = settingOf(configOf());
    QCOMPARE(setting.focus, 3);
    QCOMPARE(setting.conceptNames[static_cast<std::size_t>(setting.quiet)], std::string("colour"));
    const std::vector<float> loud = setting.overprompt(1.6);
    const double wanted[] = {0.5 - 1.6 * 0.15, 0.35, 0.5 + 1.6 * 0.15, 0.25};
    for (std::size_t i = 0; i < 4; ++i) QVERIFY(std::abs(loud[i] - wanted[i]) < 1e-6);
    QCOMPARE(setting.overprompt(1), setting.prompts[3]);
    const Setting::LatentClasses latent = setting.latentClasses();
    QCOMPARE(latent.base, 1);  // red small
    QCOMPARE(latent.with, 2);  // blue large
    QCOMPARE(latent.without, 0);
    // With a strong colour and a weak size the size is the quiet one.
    QCOMPARE(settingOf(configOf({{"world.dc", 0.8}, {"world.ds", 0.1}})).quiet, 1);
    QVERIFY(settingOf(configOf({{"world.dc", 0.8}})).overprompt(4)[2] <= 1.0f);  // clipped
  }

  void refusesWorldsThatTeachNothing_data() {
    QTest::addColumn<QString>("values");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const char* values, const char* said) {
      QTest::newRow(name) << QString::fromUtf8(values) << QString::fromUtf8(said);
    };
    row("dc", R"({"world": {"dc": 1.2}})", "/world.dc: 1.2: must be number in [0.05, 0.8]");
    row("ds", R"({"world.ds": 0.01})", "number in [0.05, 0.4]");
    row("nothing held out", R"({"heldOut": ""})", "at least one class must be held out");
    row("no blue", R"({"heldOut": "10, 11"})",
        "concept 'colour' value 1 has no training class; nothing could teach it");
    row("digits", R"({"heldOut": "112"})", "class '112' has 3 digits, world has 2 concepts");
    row("no digit", R"({"heldOut": "1x"})", "needs digits 0 and 1");
    row("twice", R"({"heldOut": "11 11"})", "named twice");
    row("size", R"({"image.size": "18"})", "8, 12, 16, 24, 32");
    row("batch of one", R"({"batch": 1})", "integer in [2, 128]");
    row("batch above data", R"({"batch": 100, "data.perClass": 8})", "at most the 24 training samples");
    row("guidance", R"({"guidance.weight": 3})", "needs guidance.nullProbability above 0");
    row("unknown", R"({"world.dd": 0.3})", "did you mean world.d");
    row("vectors", R"({"world.kind": "vectors", "vector.means": [1]})", "2 or 3 means expected");
    row("folder", R"({"world.kind": "folder"})", "a folder with PNG pictures and labels.json is needed");
    row("missing folder", R"({"world.kind": "folder", "folder": "/nonexistent"})", "/nonexistent/labels.json");
  }
  void refusesWorldsThatTeachNothing() {
    QFETCH(QString, values);
    QFETCH(QString, said);
    const std::string text = refusal(Json::parse(values.toStdString()));
    QVERIFY2(text.find(said.toStdString()) != std::string::npos, text.c_str());
  }

  void evaluatesWhenThePageSays() {
    const Config config = configOf();
    std::vector<std::int64_t> steps;
    for (std::int64_t step = 0; step <= 900; ++step)
      if (lab->due("evaluations", config, step)) steps.push_back(step);
    QCOMPARE(steps, (std::vector<std::int64_t>{20, 50, 100, 150, 200, 250, 300, 450, 600, 750, 900}));
    QVERIFY(!lab->due("evaluations", configOf({{"evaluation.every", 200}}), 450));
  }

  void eventsFollowTheirRules() {
    const Setting setting = settingOf(configOf());
    EventDetector events(setting);
    test::MemoryRecorder recorder(*lab, configOf());
    const auto at = [&](std::int64_t step, std::vector<double> focus, double naive, double capability) {
      recorder.setStep(step);
      events.observe(evaluationOf(setting, std::move(focus), naive, capability), setting, recorder);
    };
    at(150, {0, 0}, 0, 0.9);  // before denoising nothing counts
    recorder.setStep(200);
    events.observeLoss(0.07, recorder);
    QVERIFY(!events.denoising());
    recorder.setStep(210);
    events.observeLoss(0.059, recorder);
    QCOMPARE(recorder.stepOf("denoising"), 210);
    // Up along the left edge to red small, then right to blue small.
    at(300, {0, 0.0}, 0.0, 0.6);
    at(450, {0, 0.4}, 0.0, 0.4);  // interrupts
    at(600, {0, 0.8}, 0.1, 0.5);
    at(750, {0, 1.0}, 0.1, 0.7);
    QCOMPARE(recorder.stepOf("capability"), -1);
    at(900, {0.3, 1.0}, 0.3, 0.8);
    QCOMPARE(recorder.stepOf("capability"), 600);
    QCOMPARE(recorder.find("capability")->detected, 900);
    QCOMPARE(recorder.stepOf("pull"), 300);
    QCOMPARE(recorder.find("pull")->values["corner"].get<std::string>(), std::string("red small"));
    at(1050, {0.6, 1.0}, 0.6, 0.9);
    at(1200, {0.9, 1.0}, 0.9, 0.9);
    QCOMPARE(recorder.stepOf("behaviour"), -1);
    at(1350, {1.0, 1.0}, 1.0, 0.9);
    QCOMPARE(recorder.stepOf("behaviour"), 1050);
    // Smoothing delays and advances it by less than two places.
    QVERIFY(recorder.find("learned-7") && std::abs(recorder.stepOf("learned-7") - 750) <= 150);
    QCOMPARE(recorder.stepOf("train-converged"), 300);
    // A resumed run shows an evaluation again: nothing is said twice.
    const std::size_t said = recorder.events.size();
    EventDetector again(setting);
    again.load(events.save());
    recorder.setStep(1350);
    again.observe(evaluationOf(setting, {1, 1}, 1, 1), setting, recorder);
    QCOMPARE(recorder.events.size(), said);
    QVERIFY(same(again.save(), events.save()));
  }

  void turnIsFoundWhereThePathBends() {
    const Setting setting = settingOf(configOf());
    EventDetector events(setting);
    test::MemoryRecorder recorder(*lab, configOf());
    recorder.setStep(100);
    events.observeLoss(0.05, recorder);
    // Up to red small by 0.2 an evaluation until step 1050, a rest, then slowly to the right.
    for (std::int64_t step = 300; step <= 3000; step += 150) {
      const double along = static_cast<double>(step - 300) / 150;
      recorder.setStep(step);
      events.observe(evaluationOf(setting, {std::max(0.0, 0.12 * (along - 7)), std::min(1.0, 0.2 * along)}, 0, 0),
                     setting, recorder);
    }
    const Event* turn = recorder.find("turn");
    QVERIFY(turn);
    QVERIFY2(std::abs(static_cast<double>(turn->step) - 1200) <= 200, std::to_string(turn->step).c_str());
    QVERIFY(turn->detected >= turn->step + 300);
    QVERIFY(turn->values["angle"].get<double>() > 60);
    QCOMPARE(turn->values["swingBy"].get<std::string>(), std::string("red small"));
  }

  void continuesBitForBit() {
    const Config config =
        configOf(small({{"maskProbability", 0.3}, {"guidance.nullProbability", 0.1}, {"guidance.weight", 2}}));
    const auto whole = lab->build(config, 3, Progress()), first = lab->build(config, 3, Progress()),
               second = lab->build(config, 3, Progress());
    test::MemoryRecorder a(*lab, config), b(*lab, config), c(*lab, config);
    const Config arguments(Json{{"class", "11"}, {"count", 5}});
    runTo(*whole, a, 0, 40);
    whole->apply("show-examples", arguments, RandomStream());
    runTo(*whole, a, 40, 60);
    runTo(*first, b, 0, 40);
    first->apply("show-examples", arguments, RandomStream());
    second->load(first->save());
    runTo(*second, c, 40, 60);
    QVERIFY(same(whole->save(), second->save()));
    QCOMPARE(a.scalars["naive"][50], c.scalars["naive"][50]);
    QVERIFY(c.find("examples-shown"));
    QCOMPARE(c.find("examples-shown")->step, 40);
    QVERIFY(std::memcmp(a.arrays["pictures"][50].data(), c.arrays["pictures"][50].data(),
                        a.arrays["pictures"][50].bytes()) == 0);
    QCOMPARE(a.arrays["pictures"][50].shape(), (std::vector<std::int64_t>{48, 8, 8, 3}));
  }

  void everyMeasureIsRecordedAndDescribed() {
    for (const char* kind : {"discs2", "discs3", "vectors", "swing-by"}) {
      Json values = small({{"world.kind", kind}, {"heldOut", std::strcmp(kind, "discs3") ? "11" : "011,101,110,111"}});
      const Config config = configOf(values);
      const Description description = lab->describe(config);
      const auto experiment = lab->build(config, 0, Progress());
      test::MemoryRecorder recorder(*lab, config);
      experiment->measure(recorder);
      runTo(*experiment, recorder, 0, 20);
      for (const auto& [id, unused] : recorder.scalars) QVERIFY2(description.measure(id), id.c_str());
      for (const auto& [id, unused] : recorder.arrays) QVERIFY2(description.measure(id), id.c_str());
      QVERIFY2(recorder.scalars.size() >= 5 && recorder.arrays.contains("cornerPosts"), kind);
      QCOMPARE(recorder.arrays.contains("naivePoint"), kind[0] == 'v' || kind[0] == 's');  // discs are noise at step 20
    }
  }

  void coordinatesAreMeansOfProbabilities() {
    const Config config = configOf(small());
    const auto experiment = lab->build(config, 1, Progress());
    test::MemoryRecorder recorder(*lab, config);
    experiment->measure(recorder);
    runTo(*experiment, recorder, 0, 20);
    // The analysis draws the same samples as the evaluation, from the saved state.
    const State drawn = analysed("draw", config, experiment->save(), Json{{"class", 3}, {"images", 4}});
    const auto coordinate = drawn.get("coordinate").as<double>();
    const Array& coordinates = recorder.arrays["coordinates"][20];
    QCOMPARE(coordinate[0], coordinates.value(6));
    QCOMPARE(coordinate[1], coordinates.value(7));
    QCOMPARE(drawn.scalar<double>("accuracy"), recorder.scalars["naive"][20]);
    const State loud = analysed("overprompt", config, experiment->save(), Json{{"strength", 1.6}, {"images", 4}});
    QCOMPARE(loud.scalar<double>("accuracy"), recorder.arrays["overpromptMap"][20].value(4));
    const Json all{"1", "2", "3", "4", "5"};
    const State latent =
        analysed("latent", config, experiment->save(), Json{{"strength", 1.0}, {"blocks", all}, {"images", 4}});
    QCOMPARE(latent.scalar<double>("accuracy"), recorder.arrays["latentMap"][20].value(2));
    // With no block moved it is the base class that is drawn: red small.
    const State none = analysed("latent", config, experiment->save(),
                                Json{{"strength", 1.0}, {"blocks", Json::array()}, {"images", 4}});
    const State base = analysed("draw", config, experiment->save(), Json{{"class", 1}, {"images", 4}});
    QVERIFY(std::memcmp(none.get("samples").data(), base.get("samples").data(), base.get("samples").bytes()) == 0);
  }

  void refusesBadInterventions() {
    const Config config = configOf(small());
    const auto experiment = lab->build(config, 0, Progress());
    const auto apply = [&](const char* name, Json arguments) {
      experiment->apply(name, Config(arguments), RandomStream());
    };
    QVERIFY_EXCEPTION_THROWN(apply("show-examples", {{"class", "112"}, {"count", 5}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(apply("show-examples", {{"class", "11"}, {"count", 65}}), ConfigError);
    apply("hide-examples", {{"class", "00"}});
    apply("hide-examples", {{"class", "01"}});
    QVERIFY_EXCEPTION_THROWN(apply("hide-examples", {{"class", "10"}}), ConfigError);
    experiment->step(Progress());  // one class is left
  }

  // The trainer's first act is to measure step 0: the probe is trained there, before anything else.
  void refusesAProbeThatCannotRead() {
    const Config config = configOf(small({{"world.dc", 0.05}, {"world.ds", 0.05}}));
    const auto experiment = lab->build(config, 0, Progress());
    test::MemoryRecorder recorder(*lab, config);
    try {
      experiment->measure(recorder);
      QFAIL("a probe under 0.95 was taken");
    } catch (const ConfigError& error) {
      QVERIFY2(std::string(error.what()).find("at least 0.95 is needed") != std::string::npos, error.what());
    }
    QVERIFY(recorder.scalars.empty() && recorder.events.empty());
  }

  void saysHowWellTheProbeReads() {
    const Config config = configOf(small());
    const auto experiment = lab->build(config, 0, Progress());
    test::MemoryRecorder recorder(*lab, config);
    experiment->measure(recorder);
    const auto accuracy = recorder.arrays["probeAccuracy"][0].as<double>();
    QCOMPARE(accuracy.size(), 2U);
    QVERIFY(accuracy[0] >= 0.95 && accuracy[1] >= 0.95);
    QVERIFY(recorder.find("probe-1"));
    QCOMPARE(recorder.find("probe-0")->values["accuracy"].get<double>(), accuracy[0]);
  }

  // A state brings its probe: going back in time must not train another.
  void goesBackWithoutTrainingAProbe() {
    const Config config = configOf(small());
    const auto first = lab->build(config, 3, Progress());
    test::MemoryRecorder a(*lab, config), b(*lab, config);
    first->measure(a);
    runTo(*first, a, 0, 19);
    const State saved = first->save();
    runTo(*first, a, 19, 20);
    int probes = 0;
    const Progress progress(
        {}, [&](double, std::string_view what) { probes += what.find("probe") != std::string_view::npos ? 1 : 0; });
    const auto second = lab->build(config, 3, progress);
    second->load(saved);
    runTo(*second, b, 19, 20);
    QCOMPARE(probes, 0);
    QCOMPARE(a.scalars["naive"][20], b.scalars["naive"][20]);
    lab->build(config, 3, progress)->measure(b);  // the same eyes see a probe that is trained
    QVERIFY(probes > 0);
  }

  void divergenceLeavesTheStateAsItWas() {
    const Config config = configOf(small());
    const auto experiment = lab->build(config, 0, Progress());
    State broken = experiment->save();
    Array weights = broken.get("trainer.weights");
    weights.mutableAs<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    broken.put("trainer.weights", weights);
    experiment->load(broken);
    const State before = experiment->save();
    QVERIFY_EXCEPTION_THROWN(experiment->step(Progress()), NumericError);
    QVERIFY(same(before, experiment->save()));
  }

  void velocityIsTheSpeedAndItsDirection() {
    const Setting setting = settingOf(configOf());
    EventDetector events(setting);
    test::MemoryRecorder recorder(*lab, configOf());
    QCOMPARE(events.velocity(3), (std::vector<double>{0, 0}));
    for (std::int64_t step = 150; step <= 1500; step += 150) {
      recorder.setStep(step);
      events.observe(evaluationOf(setting, {0.0004 * static_cast<double>(step), 0.3}, 0, 0), setting, recorder);
      if (step < 300) continue;
      const std::vector<double> velocity = events.velocity(setting.focus);
      QVERIFY(std::abs(std::hypot(velocity[0], velocity[1]) - events.speed(setting)) < 1e-12);
    }
    const std::vector<double> velocity = events.velocity(setting.focus);
    QVERIFY(velocity[0] > 0 && velocity[0] <= 0.0004 && std::abs(velocity[1]) < 1e-12);
    QCOMPARE(events.velocity(0), (std::vector<double>{0, 0}));  // it stands in its corner
  }

  void learningTimesFollowTheirRules() {
    const Setting setting = settingOf(configOf());
    EventDetector events(setting);
    test::MemoryRecorder recorder(*lab, configOf());
    bool learned = true;
    const auto at = [&](std::int64_t step, std::vector<double> focus) {
      recorder.setStep(step);
      events.observe(evaluationOf(setting, std::move(focus), 0, 0), setting, recorder);
    };
    recorder.setStep(10);
    events.observeLoss(0.05, recorder);
    at(150, {0.1, 0.2});
    QVERIFY(std::abs(events.distanceAtConvergence(3, setting) - std::hypot(0.9, 0.8)) < 1e-12);
    QCOMPARE(events.classLearnedTime(3, setting, learned), 150.0);
    QVERIFY(!learned);
    at(300, {0.94, 0.9});
    QCOMPARE(events.classLearnedTime(3, setting, learned), 300.0);
    QVERIFY(!learned);
    at(450, {0.94, 0.93});
    at(600, {0.1, 0.1});
    QCOMPARE(events.classLearnedTime(3, setting, learned), 450.0);
    QVERIFY(learned);
    QVERIFY(!events.hasLearned(3, 0));
    QCOMPARE(events.learnedTime(3, 0), 600.0);  // not learned: the step so far
    for (std::int64_t step = 750; step <= 1500; step += 150) at(step, {1, 1});
    QVERIFY(events.hasLearned(3, 0));
    QCOMPARE(events.learnedTime(3, 0), static_cast<double>(recorder.stepOf("learned-6")));
    QCOMPARE(events.emergence()[1], std::int64_t{-1});
  }

  void streamsAreTheExactModels() {
    // Figure 5 of arXiv 2410.08309: mu = (1, 2); from W(0) = .01 the weak axis rises to .2250 and dips to .1118.
    const Setting setting = settingOf(configOf({{"world.kind", "vectors"}, {"vector.means", {1.0, 2.0}}}));
    const Array streams = swingStreams(setting, 0.05);
    QCOMPARE(streams.shape(), (std::vector<std::int64_t>{6, 64, 3}));
    const auto at = [&](std::size_t path, std::size_t i, std::size_t j) {
      return streams.value((path * 64 + i) * 3 + j);
    };
    double peak = 0, dip = 1;
    for (std::size_t i = 0; i < 64; ++i) {
      if (at(1, i, 1) < 0.9) peak = std::max(peak, at(1, i, 0));
      if (at(1, i, 1) > 0.9) dip = std::min(dip, at(1, i, 0));
      QCOMPARE(at(1, i, 2), 0.0);
    }
    QVERIFY2(std::abs(peak - 0.2250) < 0.01, std::to_string(peak).c_str());
    QVERIFY2(std::abs(dip - 0.1118) < 0.01, std::to_string(dip).c_str());
    QVERIFY(std::hypot(at(1, 63, 0) - 1, at(1, 63, 1) - 1) < 0.05);
    // A followed class with the first concept at 0 has its picture mirrored.
    const Array mirrored = swingStreams(
        settingOf(configOf({{"world.kind", "vectors"}, {"vector.means", {1.0, 2.0}}, {"heldOut", "01"}})), 0.05);
    for (std::size_t i = 0; i < 64; ++i) QVERIFY(std::abs(mirrored.value((64 + i) * 3) - (1 - at(1, i, 0))) < 1e-6);
  }

  void geometryAgreesWithTheRenderer() {
    ConceptWorldOptions options;
    options.side = 32;
    const ConceptWorld world(options);
    std::vector<float> image(3 * 32 * 32);
    for (const float radius : {0.25f, 0.45f, 0.65f}) {
      const Disc disc{{0.35f, 0.3f, 0.65f}, radius, 0.05f, -0.1f, {0.9f, 0.9f, 0.9f}};
      world.render(disc, image.data());
      const DiscGeometry seen = discGeometry(image, 32);
      QVERIFY2(std::abs(seen.radius - radius) < 0.015, std::to_string(seen.radius).c_str());
      // The mask is the renderer's m, so that blue - red under it is the mean of .3 m with weight m.
      double mass = 0, square = 0;
      for (int i = 0; i < 32 * 32; ++i) {
        const double x = -1 + 2.0 * (i % 32) / 31, y = -1 + 2.0 * (i / 32) / 31;
        const double r = std::hypot(x - disc.x, y - disc.y), m = 1 / (1 + std::exp((r - radius) * 31));
        mass += m;
        square += m * m;
      }
      QVERIFY2(std::abs(seen.colour - 0.3 * square / mass) < 0.005, std::to_string(seen.colour).c_str());
    }
    std::fill(image.begin(), image.end(), 0.5f);
    QCOMPARE(discGeometry(image, 32).radius, 0.0);
  }

  // Patched with its own snapshot a network is itself; with another's it draws what that mixture of weights draws.
  void patchesThePromptsOnly() {
    test::TemporaryFolder folder;
    const auto runOf = [&](const char* name, std::uint64_t seed, const Json& more) {
      RunInfo info = checkedRunInfo(*lab, small(more), seed, 60);
      const auto run = createRunFile(folder.path(name), *lab, info);
      Trainer::Options options;
      options.paused = false;
      {
        Trainer trainer(lab, run, options);
        trainer.wait();
      }
      const State state = run->store()->loadCheckpoint(60);
      run->store()->close();
      return state;
    };
    const State mine = runOf("a.lscope", 1, Json::object()), other = runOf("b.lscope", 2, Json::object());
    const Config config = configOf(small());
    const auto patched = [&](const State& state, const char* file, std::int64_t step = -1) {
      return analysed("patch", config, state,
                      Json{{"snapshot", folder.path(file)}, {"snapshotStep", step}, {"images", 4}});
    };
    const State plain = analysed("draw", config, mine, Json{{"class", 3}, {"images", 4}});
    const State self = patched(mine, "a.lscope");
    QCOMPARE(self.scalar<double>("snapshotStep"), 60.0);
    QVERIFY(std::memcmp(self.get("samples").data(), plain.get("samples").data(), plain.get("samples").bytes()) == 0);
    // By hand: the other's prompt MLPs in my weights.
    State mixed = mine;
    Array weights = mine.get("trainer.means");
    const auto net = settingOf(config).makeNet();
    const auto from = other.get("trainer.means").as<float>();
    int moved = 0;
    for (const LaneParameter& p : net->parameters().all())
      if (p.name.find(".prompt") != std::string::npos)
        for (int i = p.offset; i < p.offset + p.count; ++i, ++moved)
          weights.mutableAs<float>()[static_cast<std::size_t>(i)] = from[static_cast<std::size_t>(i)];
    QCOMPARE(moved, 2 * (4 * 12 + 12 + 12 * 12 + 12) + 3 * (4 * 24 + 24 + 24 * 24 + 24));
    mixed.put("trainer.means", weights);
    const State byHand = analysed("draw", config, mixed, Json{{"class", 3}, {"images", 4}});
    const State both = patched(mine, "b.lscope", 60);
    QVERIFY(std::memcmp(both.get("samples").data(), byHand.get("samples").data(), byHand.get("samples").bytes()) == 0);
    QVERIFY(std::memcmp(both.get("samples").data(), plain.get("samples").data(), plain.get("samples").bytes()) != 0);
    // What does not fit is refused.
    runOf("three.lscope", 1, {{"world.kind", "discs3"}, {"heldOut", "011,101,110,111"}});
    const auto said = [&](const char* file) {
      try {
        patched(mine, file);
      } catch (const Error& error) {
        return std::string(error.what());
      }
      return std::string("accepted");
    };
    QVERIFY2(said("three.lscope").find("snapshot expects prompt length 7, lab has 4") != std::string::npos,
             said("three.lscope").c_str());
    QVERIFY(said("gone.lscope") != "accepted");
  }

  // z = 0 in, image out: the loss is that of the drawn image itself, and noise does not matter.
  void regressorDrawsInOnePass() {
    const Config config = configOf(small({{"objective", "image"}}));
    const auto experiment = lab->build(config, 1, Progress());
    test::MemoryRecorder recorder(*lab, config);
    experiment->measure(recorder);
    runTo(*experiment, recorder, 0, 100);
    QVERIFY(recorder.scalars["batchLoss"][100] < 0.5 * recorder.scalars["batchLoss"][10]);
    const State drawn = analysed("draw", config, experiment->save(), Json{{"class", 0}, {"images", 2}});
    const auto samples = drawn.get("samples").as<float>();
    QVERIFY(std::equal(samples.begin(), samples.begin() + 192, samples.begin() + 192));
    // Red large: what it has learned of the middle of the picture is red.
    const auto at = [&](std::size_t channel) { return samples[channel * 64 + 3 * 8 + 3]; };
    QVERIFY(at(0) > at(2) + 0.2f);
  }

  void saysAnyConceptLouder() {
    const Setting setting = settingOf(configOf());
    QCOMPARE(setting.overprompt(1.6, 0), setting.overprompt(1.6));
    const std::vector<float> smaller = setting.overprompt(1.5, 1);
    QVERIFY(std::abs(smaller[3] - (0.45f - 1.5f * 0.2f)) < 1e-6f);
    QCOMPARE(smaller[0], setting.prompts[3][0]);
    QCOMPARE(setting.latentClasses(1).base, 2);  // blue large
    QCOMPARE(setting.latentClasses(1).with, 1);  // red small
    QVERIFY(refusal({{"prompt.concept", "3"}}).find("this world has 2 concepts") != std::string::npos);
  }

  // The page's bounds leave no world whose small discs would be clamped: .45 - .2 - .15 = .1.
  void smallestRadiusIsReachedButNotClamped() {
    std::vector<Problem> warnings;
    checkedConfig(*lab, {{"world.ds", 0.4}}, &warnings);
    QVERIFY(warnings.empty());
  }
};

QTEST_GUILESS_MAIN(TestConceptSpace)
#include "test_concept_space.moc"
