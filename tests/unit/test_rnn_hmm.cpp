// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>
#include <set>

#include "engine/experiments/rnn_hmm/experiment.h"
#include "engine/experiments/rnn_hmm/flow_field.h"
#include "engine/experiments/rnn_hmm/rnn_hmm_lab.h"
#include "engine/experiments/rnn_hmm/unit_groups.h"
#include "engine/measures/fixed_point_tracks.h"
#include "engine/models/threads.h"
#include "tests/support/memory_recorder.h"
#include "tests/support/same.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;
using learnscope::test::MemoryRecorder;
using test::same;

namespace {

const Json kSmall{{"model.hidden", 12}, {"model.inputs", 4},   {"train.batch", 32}, {"train.length", 20},
                  {"train.window", 5},  {"train.windows", 64}, {"every", 5}};

Config small(Json more = Json::object()) {
  Json values = kSmall;
  values.update(more);
  return checkedConfig(*makeLab(), values);
}

/// Trains and records at every step that is due.
void run(Experiment& experiment, MemoryRecorder& recorder, int from, int to) {
  for (int step = from; step <= to; ++step) {
    if (step > from) experiment.step({});
    recorder.setStep(step);
    if (step > from || from == 0) experiment.measure(recorder);
  }
}

State analysed(const Lab& lab, const char* analysis, const Config& config, std::uint64_t seed, const State& state,
               const Json& values = Json::object()) {
  std::vector<Problem> problems;
  const Config arguments = resolved(lab.describe(config).analysis(analysis)->arguments, values, problems);
  return lab.analyse(analysis, config, seed, state, arguments, {});
}

std::vector<Problem> problemsOf(const Json& values) {
  try {
    std::vector<Problem> warnings;
    checkedConfig(*makeLab(), values, &warnings);
    return warnings;
  } catch (const ConfigError& error) {
    return error.problems();
  }
}

bool names(const std::vector<Problem>& problems, const std::string& pointer, const std::string& part) {
  return std::any_of(problems.begin(), problems.end(), [&](const Problem& p) {
    return p.pointer == pointer && p.text().find(part) != std::string::npos;
  });
}

}  // namespace

class TestRnnHmm : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // Everything that is recorded is described, and everything described is recorded.
  void describesWhatItRecords() {
    const auto lab = makeLab();
    for (const char* activation : {"relu", "tanh"}) {
      const Config config = small({{"model.activation", activation}, {"model.bias", true}});
      const auto experiment = lab->build(config, 1, {});
      MemoryRecorder recorder(*lab, config);
      run(*experiment, recorder, 0, 40);
      const Description description = lab->describe(config);
      std::set<std::string> recorded;
      for (const auto& [id, values] : recorder.scalars) {
        QVERIFY2(description.measure(id) && description.measure(id)->kind == MeasureKind::Scalar, id.c_str());
        recorded.insert(id);
      }
      for (const auto& [id, values] : recorder.arrays) {
        QVERIFY2(description.measure(id) && description.measure(id)->kind == MeasureKind::Array, id.c_str());
        recorded.insert(id);
      }
      const std::set<std::string> sometimes{"collapseMedian", "collapseLongest", "dwellVariation", "excess20",
                                            "rayFeet",        "rayWays",         "rayDirections",  "rayDirectionSymbol",
                                            "meanModulus"};
      for (const Measure& measure : description.measures)
        QVERIFY2(recorded.count(measure.id) || sometimes.count(measure.id), measure.id.c_str());
    }
  }

  // Saved in the middle and loaded into a fresh experiment, a run goes on bit for bit, with the same records.
  void resumesBitForBit() {
    const auto lab = makeLab();
    const Config config = small({{"model.activation", "tanh"}, {"model.bias", true}});
    const auto one = lab->build(config, 3, {});
    MemoryRecorder first(*lab, config), second(*lab, config);
    run(*one, first, 0, 20);
    const State middle = one->save();
    run(*one, first, 20, 40);
    const auto two = lab->build(config, 3, {});
    two->load(middle);
    QVERIFY(same(two->save(), middle));
    second.setStep(20);
    two->measure(second);  // measured again after a resume: nothing moves
    QVERIFY(same(two->save(), middle));
    run(*two, second, 20, 40);
    QVERIFY(same(one->save(), two->save()));
    for (const auto& [id, values] : second.scalars)
      for (const auto& [step, value] : values) QCOMPARE(value, first.scalars.at(id).at(step));
    for (const auto& [id, values] : second.arrays)
      for (const auto& [step, value] : values)
        QVERIFY2(std::memcmp(value.data(), first.arrays.at(id).at(step).data(), value.bytes()) == 0, id.c_str());
  }

  // F(c h) = c F(h) for ReLU without bias: three times the noise gives exactly three times the states.
  void homogeneity() {
    RandomStream random(2, "weights");
    RnnWeights<float> weights({.hidden = 20, .inputs = 5});
    weights.initialise(random);
    const Net one(weights, 1), three(weights, 3);
    const Chains a = simulate(one.exact, 10, 5, 50, analysisNoise(0, "x"));
    const Chains b = simulate(three.exact, 10, 5, 50, analysisNoise(0, "x"));
    for (std::size_t i = 0; i < a.states.size(); ++i)
      QVERIFY(std::abs(b.states[i] - 3 * a.states[i]) <= 1e-12 * std::abs(b.states[i]));
    QCOMPARE(dwelling(a).changeRate, dwelling(b).changeRate);
  }

  // Two states on a circle, turned by a known angle, have a known rotation index: sin(angle).
  void rotationOfACircle() {
    const double angle = 0.3;
    RnnWeights<float> weights({.hidden = 4, .inputs = 1});
    const Net net(weights, 1);
    Chains chains{.chains = 8, .steps = 400, .hidden = 4, .symbols = 3, .states = {}, .logits = {}, .largest = {}};
    for (int t = 0; t < chains.steps; ++t)
      for (int i = 0; i < chains.chains; ++i) {
        const double phase = angle * t + i;
        const double h[4] = {2 * std::cos(phase), 5, 0.5 * std::sin(phase), 1};
        chains.states.insert(chains.states.end(), h, h + 4);
        chains.largest.push_back(0);
      }
    const Rotation found = rotation(chains, net.exact, ThirdAxis::Component);
    QVERIFY(std::abs(found.index - std::sin(angle)) < 5e-3);
    QVERIFY(std::abs(found.turns - 1000 * angle / (2 * M_PI)) < 0.5);
    QCOMPARE(found.agreement, 1.0);
    QVERIFY(std::abs(found.slowest - 1) < 5e-3);
    QVERIFY(std::abs(found.participation - std::pow(4 + 0.25, 2) / (16 + 0.0625)) < 1e-2);
    // The portrait has unit variance in the plane, and its lift is a right inverse.
    const std::vector<double> at = found.portrait.of(chains.states.data(), static_cast<int>(chains.rows()));
    double square = 0;
    for (std::size_t r = 0; r < chains.rows(); ++r) square += at[3 * r] * at[3 * r];
    QVERIFY(std::abs(square / static_cast<double>(chains.rows()) - 1) < 1e-2);
  }

  // Active-set eigenvalues are the non-zero ones of the whole Jacobian.
  void activeSetSpectrum() {
    RandomStream random(4, "weights");
    RnnWeights<float> weights({.hidden = 15, .inputs = 3});
    weights.initialise(random);
    const Net net(weights, 1);
    const Chains chains = simulate(net.exact, 2, 5, 3, analysisNoise(0, "x"));
    const auto active = localEigenvalues(net.exact, chains.state(1, 0));
    std::vector<double> jacobian(225), power(225);
    net.silentMap().jacobian(chains.state(1, 0), jacobian.data());
    std::complex<double> sum = 0, squares = 0;
    for (const auto lambda : active) sum += lambda, squares += lambda * lambda;
    double trace = 0, trace2 = 0;
    for (std::size_t i = 0; i < 15; ++i) {
      trace += jacobian[i * 16];
      for (std::size_t j = 0; j < 15; ++j) trace2 += jacobian[i * 15 + j] * jacobian[j * 15 + i];
    }
    QVERIFY(std::abs(sum - trace) < 1e-10 && std::abs(squares - trace2) < 1e-10);
    QVERIFY(active.size() < 15);
  }

  void residencyOfASwitch() {
    // A net whose readout is its own sign change every step leaves at once; one without noise never does.
    RnnWeights<float> weights(
        {.hidden = 1, .inputs = 1, .symbols = 2, .bias = false, .activation = RnnActivation::Tanh});
    weights.w()[0] = -3;
    weights.c()[0] = -1;
    weights.c()[1] = 1;
    const Net flip(weights, 0);
    Residency stay = residency(flip.single, {0.9F, -0.9F}, analysisNoise(0, "x"));
    QCOMPARE(stay.steps[0], 1.0);
    QVERIFY(stay.zones[0] == Zone::Transition);
    weights.w()[0] = 3;
    const Net rest(weights, 0);
    stay = residency(rest.single, {0.9F}, analysisNoise(0, "x"));
    QVERIFY(std::abs(stay.steps[0] - 60) < 1e-9);
    QVERIFY(stay.zones[0] == Zone::Cluster);  // softmax of +-0.9 is 0.86
    const ExitRates rates = exitRates(flip.single, 4, 50, analysisNoise(0, "x"));
    QVERIFY(rates.occupancy[0] + rates.occupancy[1] > 0.99);
  }

  // Identity follows a moving point; one that jumps dies and another is born.
  void tracks() {
    FixedPointTracks tracks;
    const auto at = [](double x, int unstable) {
      FixedPoint point;
      point.state = {x, 0};
      point.unstable = unstable;
      return point;
    };
    QVERIFY((tracks.observe({at(0, 0), at(1, 1)}) == std::vector<std::int64_t>{0, 1}));
    QCOMPARE(tracks.born().size(), std::size_t{2});
    QVERIFY((tracks.observe({at(1.1, 1), at(-0.1, 0)}) == std::vector<std::int64_t>{1, 0}));
    QVERIFY(tracks.born().empty() && tracks.died().empty());
    FixedPointTracks copy;
    copy.load(tracks.save());
    for (FixedPointTracks* each : {&tracks, &copy}) {
      QVERIFY((each->observe({at(-0.1, 0), at(5, 0)}) == std::vector<std::int64_t>{0, 2}));
      QCOMPARE(each->died().size(), std::size_t{1});
      QCOMPARE(each->died()[0].id, std::int64_t{1});
    }
  }

  void analysesGiveWhatTheyDescribe_data() {
    QTest::addColumn<QString>("activation");
    QTest::newRow("tanh") << "tanh";
    QTest::newRow("relu") << "relu";
  }
  void analysesGiveWhatTheyDescribe() {
    QFETCH(QString, activation);
    const auto lab = makeLab();
    const Config config = small({{"model.activation", activation.toStdString()}, {"model.bias", true}});
    const auto experiment = lab->build(config, 1, {});
    MemoryRecorder recorder(*lab, config);
    run(*experiment, recorder, 0, 10);
    const State state = experiment->save();
    for (const AnalysisDescription& analysis : lab->describe(config).analyses) {
      std::vector<Problem> problems;
      Json values = Json::object();
      if (analysis.id == "sequence-distance") values["sequences"] = 50;
      const Config arguments = resolved(analysis.arguments, values, problems);
      QVERIFY(problems.empty());
      if (analysis.id == "regions" && activation == "tanh") {
        QVERIFY_EXCEPTION_THROWN(lab->analyse(analysis.id, config, 1, state, arguments, {}), ConfigError);
        continue;
      }
      const State result = lab->analyse(analysis.id, config, 1, state, arguments, {});
      std::set<std::string> described, found;
      for (const Measure& measure : analysis.results) described.insert(measure.id);
      for (const auto& [name, array] : result.arrays()) found.insert(name);
      QVERIFY2(found == described, analysis.id.c_str());
      QVERIFY(same(state, experiment->save()));
    }
    QVERIFY_EXCEPTION_THROWN(lab->analyse("nothing", config, 1, state, Config(), {}), ConfigError);
  }

  // The region iteration's points rest under the silent map, and are those of the solver.
  void regionsAreFixedPoints() {
    const auto lab = makeLab();
    const Config config = small({{"model.activation", "relu"}, {"model.bias", true}});
    const auto experiment = lab->build(config, 4, {});
    const State state = experiment->save();
    const State regions = analysed(*lab, "regions", config, 4, state, {{"starts", 20}});
    const Frozen frozen = thaw(config, 4, state);
    const ElmanMap map = Net(frozen.weights, 1).silentMap();
    const auto states = regions.get("states").as<double>();
    const auto hidden = static_cast<std::size_t>(map.dimension());
    QVERIFY(states.size() >= hidden);
    std::vector<double> next(hidden);
    for (std::size_t p = 0; p < states.size() / hidden; ++p) {
      map.step(states.data() + p * hidden, 1, next.data());
      for (std::size_t u = 0; u < hidden; ++u) QVERIFY(std::abs(next[u] - states[p * hidden + u]) < 1e-10);
    }
    double starts = regions.scalar<std::int64_t>("unsolved");
    for (const std::int64_t n : regions.get("starts").as<std::int64_t>()) starts += static_cast<double>(n);
    QCOMPARE(starts, 20.0);
    QCOMPARE(regions.get("paths").size(), 3 * regions.get("iteration").size());
  }

  // Groups of a small W, by hand.
  void groupsOfUnits() {
    const std::vector<double> effects{0.1, 0, -0.3, 0, NAN, 0, -0.2, 0};
    QVERIFY((causalRank(effects, 2, 0) == std::vector<std::int64_t>{1, 3, 0, 2}));
    // Unit 2 is excited by 0 and inhibited by 1, unit 3 the other way and weaker, unit 4 excited by both.
    const std::vector<double> w{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -2, 0, 0, 0, -1, 1, 0, 0, 0, 1, 1, 0, 0, 0};
    const std::vector<std::int64_t> first{0}, second{1};
    QVERIFY((integratingUnits(w, first, second, 5) == std::vector<std::int64_t>{2, 3}));
    QVERIFY((integratingUnits(w, first, second, 1) == std::vector<std::int64_t>{2}));
  }

  // W sorted into blocks is W with its rows and columns in the order told.
  void blocksAreW() {
    const auto lab = makeLab();
    const Config config = small();
    const State state = lab->build(config, 2, {})->save();
    const State blocks = analysed(*lab, "blocks", config, 2, state);
    const Frozen frozen = thaw(config, 2, state);
    const auto hidden = static_cast<std::size_t>(frozen.weights.shape.hidden);
    const auto order = blocks.get("order").as<std::int64_t>();
    QCOMPARE(std::set<std::int64_t>(order.begin(), order.end()).size(), hidden);
    for (std::size_t i = 0; i < hidden; ++i)
      for (std::size_t j = 0; j < hidden; ++j)
        QCOMPARE(
            blocks.get("weights").value(i * hidden + j),
            static_cast<double>(
                frozen.weights.w()[static_cast<std::size_t>(order[i]) * hidden + static_cast<std::size_t>(order[j])]));
    double sum = 0, others = 0;
    for (std::size_t i = 0; i < hidden; ++i) {
      if (blocks.get("block").value(i) != 3) continue;
      for (std::size_t j = 0; j < 3; ++j) sum += blocks.get("weights").value(i * hidden + j);
      others += 3;
    }
    QVERIFY(std::abs(blocks.get("means").value(12) - sum / others) < 1e-12);  // from the first group of three
    for (std::size_t i = 1; i < hidden; ++i) QVERIFY(blocks.get("block").value(i) >= blocks.get("block").value(i - 1));
  }

  void interventions() {
    const auto lab = makeLab();
    const Config config = small();
    const auto experiment = lab->build(config, 1, {});
    experiment->apply("set-gains", Config({{"units", {2, 3}}, {"recurrent", 0.0}, {"noise", 1.0}}), {});
    const auto gains = experiment->save().get("trainer.recurrentGain");
    QCOMPARE(gains.value(2), 0.0);
    QCOMPARE(gains.value(4), 1.0);
    QVERIFY_EXCEPTION_THROWN(
        experiment->apply("set-gains", Config({{"units", {12}}, {"recurrent", 0.0}, {"noise", 1.0}}), {}), ConfigError);
    experiment->apply("noise-into", Config(Json{{"units", {5}}}), {});
    const auto noiseGains = experiment->save().get("trainer.noiseGain");
    for (std::size_t u = 0; u < 12; ++u) QCOMPARE(noiseGains.value(u), u == 5 ? 1.0 : 0.0);
    experiment->apply("add-bias", Config({{"direction", "readout"}, {"size", 0.5}}), RandomStream(1, "i"));
    for (int i = 0; i < 5; ++i) experiment->step({});
    const State state = experiment->save();
    const auto again = lab->build(config, 1, {});
    again->load(state);  // a bias that came later is part of the state
    QVERIFY(same(again->save(), state));
    experiment->apply("reset-gains", Config(Json::object()), {});
    QCOMPARE(experiment->save().get("trainer.recurrentGain").value(2), 1.0);
  }

  // A probe that switches units off sees what an intervention would make of the net, and leaves the net alone; without
  // noise a net without biases stays where it starts.
  void probesACopy() {
    const auto lab = makeLab();
    const Config config = small({{"model.activation", "tanh"}});
    const auto experiment = lab->build(config, 1, {});
    MemoryRecorder recorder(*lab, config);
    run(*experiment, recorder, 0, 10);
    const State state = experiment->save();
    const auto probed = [&](const State& of, const Json& values) {
      return analysed(*lab, "states", config, 1, of, values);
    };
    const State probe = probed(state, {{"probeWithout", {2, 3}}});
    QVERIFY(same(state, experiment->save()));
    experiment->apply("set-gains", Config({{"units", {2, 3}}, {"recurrent", 0.0}, {"noise", 1.0}}), {});
    QVERIFY(same(probe, probed(experiment->save(), Json::object())));
    QVERIFY(!same(probe, probed(state, Json::object())));
    const State silent = probed(state, {{"probeNoise", 0.0}}), one = probed(state, {{"probeNoise", 1.0}});
    const Array still = silent.get("preActivation"), moved = one.get("preActivation");
    double largest = 0;
    for (std::size_t i = 0; i < still.size(); ++i) {
      QCOMPARE(still.value(i), 0.0);
      largest = std::max(largest, std::abs(moved.value(i)));
    }
    QVERIFY(largest > 0.1);
    QVERIFY_EXCEPTION_THROWN(probed(state, {{"probeWithout", {12}}}), ConfigError);
    QVERIFY(names(problemsOf({{"model.hidden", 12}, {"probe.without", {3, 12}}}), "/probe.without", "0..11"));
  }

  void setsLive() {
    const auto lab = makeLab();
    const Config config = small();
    const auto experiment = lab->build(config, 1, {});
    for (const auto& [id, value] : std::map<std::string, Json>{{"train.window", 10},
                                                               {"train.batch", 48},
                                                               {"noise.sigma", 2.0},
                                                               {"noise.kind", "mixed"},
                                                               {"noise.swarm", false},
                                                               {"hmm.states", 3},
                                                               {"train.curriculum", {{{"step", 3}, {"window", 4}}}}}) {
      experiment->set(id, value);
      experiment->step({});
    }
    QVERIFY_EXCEPTION_THROWN(experiment->set("train.window", 21), ConfigError);
    experiment->set("hmm.family", "custom");
    QVERIFY_EXCEPTION_THROWN(experiment->set("hmm.emission", Json::array({{1}})), ConfigError);
  }

  void refusesBadConfigs() {
    QVERIFY(names(problemsOf({{"train.window", 61}}), "/train.window", "2..60"));
    QVERIFY(names(problemsOf({{"train.window", 1}}), "/train.window", "2..60"));
    QVERIFY(names(problemsOf({{"train.windows", 4000}}), "/train.windows", "768"));
    QVERIFY(names(problemsOf({{"train.window", 0}}), "/train.window", "plateau"));
    QVERIFY(names(problemsOf({{"hmm.states", 6}}), "/hmm.states", "rule 'stay'"));
    QVERIFY(problemsOf({{"hmm.states", 6}, {"hmm.rule", "stay"}}).empty());
    const Json custom{{"hmm.family", "custom"}, {"hmm.transition", {{0.9, 0.05}, {0.5, 0.5}}}};
    QVERIFY(names(problemsOf(custom), "/hmm.transition", "sums to 0.95"));
    QVERIFY(names(problemsOf({{"hmm.family", "custom"}, {"hmm.transition", {{1.0}}}}), "/hmm.emission", "1 states"));
    QVERIFY(names(problemsOf({{"hmm.family", "custom"}, {"hmm.transition", {{1, 0}, {0, 1}}}}), "/hmm.transition",
                  "reducible"));
    QVERIFY(!problemsOf({{"hmm.family", "file"}, {"hmm.file", "/nowhere"}}).empty());
    QVERIFY(names(problemsOf({{"train.curriculum", {{{"step", 5}, {"window", 99}}}}}), "/train.curriculum", "2..60"));
    QVERIFY(names(problemsOf({{"train.curriculum", {{{"step", 5}}}}}), "/train.curriculum", "window"));
    QVERIFY(!problemsOf({{"train.blurr", 1}}).empty());
    QVERIFY(!problemsOf({{"train.beta1", 1.0}}).empty());
  }

  // Where a cell is visited often, the mean map at its lifted state points where the actual steps went on average.
  void flowFollowsTheActualSteps() {
    RandomStream random(4, "weights");
    RnnWeights<float> weights({.hidden = 12, .inputs = 4});
    weights.initialise(random);
    const Net net(weights, 1);
    const Chains chains = simulate(net.exact, kChains, kBurnIn, 4 * kChainSteps, analysisNoise(0, "x"));
    const Portrait portrait = rotation(chains, net.exact, ThirdAxis::Component).portrait;
    const FlowField field = flowField(net, chains, portrait, true, 10, 2.5);
    double both = 0, actual = 0, mapped = 0;
    int cells = 0;
    for (std::size_t c = 0; c < 100; ++c) {
      if (field.visits[c] < 400) continue;
      ++cells;
      for (std::size_t k = 0; k < 2; ++k) {
        const double a = field.drift[3 * c + k], b = field.directions[3 * c + k];
        both += a * b;
        actual += a * a;
        mapped += b * b;
      }
    }
    QVERIFY(cells > 20);
    QVERIFY2(both / std::sqrt(actual * mapped) > 0.9, qPrintable(QString::number(both / std::sqrt(actual * mapped))));
    // A state lifted from a point of the portrait lies there (before ReLU's clipping).
    const std::array<double, 3> wanted{0.3, -0.4, 0.2};
    const std::vector<double> state = liftToState(chains, portrait, wanted, false);
    const std::vector<double> at = portrait.of(state.data(), 1);
    for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs(at[k] - wanted[k]) < 1e-9);
  }
};

QTEST_APPLESS_MAIN(TestRnnHmm)
#include "test_rnn_hmm.moc"
