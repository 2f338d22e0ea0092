// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>
#include <fstream>

#include "engine/experiments/registry.h"
#include "tests/support/driven.h"
#include "tests/support/same.h"
#include "tests/support/support.h"

using namespace learnscope;
using test::same;

namespace {

std::shared_ptr<const Lab> lab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("rich-lazy");
  return found;
}

Json small(Json more = Json::object()) {
  Json values{{"hidden", 24}, {"seeds", 2}, {"batch", 8}, {"probeTrials", 16}, {"kernelTrials", 4}, {"alignEvery", 10}};
  values.update(more);
  return values;
}

struct Driven : test::Driven {
  explicit Driven(const Json& values, std::uint64_t seed = 4) : test::Driven(lab(), values, seed) {}
};

std::string refusal(const Json& values) { return test::refusal(*lab(), values); }

bool sameBytes(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

}  // namespace

class TestRichLazy : public QObject {
  Q_OBJECT
 private slots:
  void nothingHasChangedAtTheStart() {
    const Driven run(small());
    QCOMPARE(run.last("kernelAlignment").shape(), (std::vector<std::int64_t>{3, 2}));
    for (std::size_t m = 0; m < 6; ++m) {
      QVERIFY(std::abs(run.last("kernelAlignment").value(m) - 1) < 1e-6);
      QVERIFY(std::abs(run.last("representationAlignment").value(m) - 1) < 1e-5);
      QCOMPARE(run.last("weightChange").value(m), 0.0);
      QVERIFY(std::abs(run.last("signSimilarity").value(m) - 1) < 1e-12);
      QVERIFY(std::abs(run.last("loss").value(m) - std::log(3.0)) < 1);
    }
    // Ranks 1 and 10 of the same Gaussian draw.
    QVERIFY(std::abs(run.last("effectiveRank").value(0) - 1) < 1e-3);
    QVERIFY(run.last("effectiveRank").value(2) > 5 && run.last("effectiveRank").value(2) < 10.001);
    QVERIFY(std::memcmp(run.last("activity").data(), run.last("startActivity").data(), run.last("activity").bytes()) ==
            0);
  }

  void everyMeasureIsDescribed() {
    Driven run(small());
    run.train(20);
    const Description description = lab()->describe(run.config);
    for (const auto& [id, records] : run.recorder.arrays) {
      const Measure* measure = description.measure(id);
      QVERIFY2(measure && measure->kind == MeasureKind::Array, id.c_str());
      QCOMPARE(records.rbegin()->second.shape().size(), measure->shape.size());
      if (!measure->items.empty())
        QCOMPARE(static_cast<std::int64_t>(measure->items.size()), records.rbegin()->second.shape()[0]);
    }
    for (const Measure& measure : description.measures)
      QVERIFY2(run.recorder.arrays.count(measure.id) + run.recorder.scalars.count(measure.id) == 1, measure.id.c_str());
    QCOMPARE(description.measure("loss")->items, (std::vector<std::string>{"rank 1", "rank 10", "full"}));
  }

  void trainingLowersTheLossAndTurnsTheKernel() {
    Driven run(small({{"learningRate", 0.05}}));
    run.train(200);
    for (std::size_t m = 0; m < 6; ++m) {
      QVERIFY(run.last("loss").value(m) < 0.2);
      QVERIFY(run.last("weightChange").value(m) > 0.01);
      const double ka = run.last("kernelAlignment").value(m), ra = run.last("representationAlignment").value(m);
      QVERIFY(ka > 0 && ka < 0.999 && ra > 0 && ra < 1.0001);
    }
    QVERIFY(run.recorder.stepOf("fixation-learned-0") > 0);
    QVERIFY(run.recorder.stepOf("kernel-burst-2") > 0);
    for (const Event& event : run.recorder.events) QVERIFY2(lab()->describe().event(event.id), event.id.c_str());
  }

  // Structures of one seed share every trial: a net's history does not depend on its neighbours.
  void aMemberTrainsAsItWouldAlone() {
    Driven all(small()), alone(small({{"structures", {"full"}}, {"seeds", 1}}), 5);
    all.train(20);
    alone.train(20);
    // Structure 2 is full, seed index 1 is seed 4 + 1.
    QCOMPARE(all.last("weightChange").value(5), alone.last("weightChange").value(0));
    QCOMPARE(all.last("kernelAlignment").value(5), alone.last("kernelAlignment").value(0));
    QCOMPARE(all.last("loss").value(5), alone.last("loss").value(0));
  }

  void aSavedStateContinuesBitForBit_data() {
    QTest::addColumn<QString>("more");
    QTest::newRow("defaults") << "{}";
    QTest::newRow("dms, tanh, leaky") << R"({"task": "dms", "activation": "tanh", "leak": 0.5})";
    QTest::newRow("cxt, Dale, clipped")
        << R"({"task": "cxt", "structures": ["daleBalanced", "full"], "enforceDale": true, "clip": 0.2})";
    QTest::newRow("aligned, projected") << R"({"structures": ["aligned"], "twinSteps": 20, "updateRank": 3})";
  }
  void aSavedStateContinuesBitForBit() {
    QFETCH(QString, more);
    const Json values = small(Json::parse(more.toStdString()));
    Driven run(values);
    run.train(33);
    Driven other(values);
    other.experiment->load(run.experiment->save());
    other.recorder.setStep(run.recorder.step());
    QVERIFY(same(run.experiment->save(), other.experiment->save()));
    run.train(31);
    other.train(31);
    QVERIFY(same(run.experiment->save(), other.experiment->save()));
    for (const auto& [id, records] : other.recorder.arrays)
      for (const auto& [step, array] : records)
        if (step > 33) QVERIFY2(sameBytes(array, run.recorder.arrays.at(id).at(step)), id.c_str());
  }

  // A branch measures its first step again: the same numbers, no event twice.
  void aStepMeasuredAgainSaysTheSame() {
    Driven run(small());
    run.train(40);
    const std::map<std::string, Array> before = [&] {
      std::map<std::string, Array> newest;
      for (const auto& [id, records] : run.recorder.arrays) newest[id] = records.rbegin()->second;
      return newest;
    }();
    const std::size_t events = run.recorder.events.size();
    Driven other(small());
    other.experiment->load(run.experiment->save());
    other.recorder.setStep(40);
    const std::size_t earlier = other.recorder.events.size();
    other.experiment->measure(other.recorder);
    for (const auto& [id, array] : before) QVERIFY2(sameBytes(array, other.last(id)), id.c_str());
    QCOMPARE(other.recorder.events.size(), earlier);
    QVERIFY(events >= earlier);
  }

  void liveChangesAndInterventions() {
    Driven run(small());
    run.train(20);
    run.experiment->apply("make-reference", Config(), RandomStream(1, 1));
    run.recorder.setStep(20);
    run.experiment->measure(run.recorder);
    for (std::size_t m = 0; m < 6; ++m) QVERIFY(std::abs(run.last("kernelAlignment").value(m) - 1) < 1e-6);
    for (std::size_t m = 0; m < 6; ++m) QCOMPARE(run.last("weightChange").value(m), 0.0);

    run.experiment->apply("scale-recurrent", Config(Json{{"factor", 2.0}}), RandomStream(1, 1));
    run.experiment->measure(run.recorder);
    for (std::size_t m = 0; m < 6; ++m) QVERIFY(std::abs(run.last("relativeChange").value(m) - 1) < 1e-5);
    run.experiment->apply("scale-recurrent", Config(Json{{"factor", 0.5}}), RandomStream(1, 1));
    run.experiment->apply("add-rank-one", Config(Json{{"size", 0.25}}), RandomStream(1, 2));
    run.experiment->measure(run.recorder);
    for (std::size_t m = 0; m < 6; ++m) QVERIFY(std::abs(run.last("relativeChange").value(m) - 0.25) < 1e-5);

    run.experiment->set("freezeRecurrent", true);
    const double before = run.last("weightChange").value(3);
    run.train(10);
    QCOMPARE(run.last("weightChange").value(3), before);
    run.experiment->apply("redraw-readout", Config(), RandomStream(1, 3));
    QVERIFY_THROWS_EXCEPTION(ConfigError, run.experiment->apply("nothing", Config(), RandomStream()));
    QVERIFY_THROWS_EXCEPTION(ConfigError, run.experiment->set("updateRank", 25));
  }

  // Another task draws probes of its own; W_in grows from 3 to 7 inputs, and the state still continues.
  void theTaskMayChangeWhileTraining() {
    Driven run(small());
    run.train(20);
    run.experiment->set("task", "cxt");
    run.train(20);
    Json values = small();
    values["task"] = "cxt";
    Driven other(values);
    other.experiment->load(run.experiment->save());
    other.recorder.setStep(run.recorder.step());
    run.train(20);
    other.train(20);
    QVERIFY(same(run.experiment->save(), other.experiment->save()));
    run.experiment->set("task", "dms");
    run.train(10);
    QVERIFY(std::isnan(run.last("kernelVelocity").value(0)));
    run.train(10);
    QVERIFY(std::isfinite(run.last("kernelVelocity").value(0)));
  }

  void divergenceLeavesTheLastStateAndSaysWhere() {
    Driven run(small(
        {{"structures", {"full", "chain"}}, {"init.chainStrength", 5.0}, {"learningRate", 0.3}, {"init.gain", 3.0}}));
    State before;
    bool diverged = false;
    for (int i = 0; i < 100 && !diverged; ++i) {
      before = run.experiment->save();
      try {
        run.experiment->step(Progress());
      } catch (const NumericError& error) {
        diverged = true;
        QCOMPARE(error.exitStatus(), ExitStatus::Diverged);
        QVERIFY(std::string(error.what()).find("seed") != std::string::npos);
      }
    }
    QVERIFY(diverged);
    QVERIFY(same(before, run.experiment->save()));
  }

  void aMatrixOfTheUserJoinsTheStructures() {
    const test::TemporaryFolder folder;
    const std::string path = folder.path("w.csv");
    {
      std::ofstream file(path);
      RandomStream random(1, 1);
      for (int i = 0; i < 24; ++i)
        for (int j = 0; j < 24; ++j) file << random.normal() << (j == 23 ? '\n' : ',');
    }
    Driven run(small({{"structures", {"full"}}, {"init.matrix", path}}));
    QCOMPARE(lab()->describe(run.config).measure("loss")->items, (std::vector<std::string>{"full", "own matrix"}));
    run.train(10);
    QVERIFY(std::isfinite(run.last("kernelAlignment").value(3)));
    QVERIFY(refusal(small({{"hidden", 30}, {"init.matrix", path}})).find("set hidden to 24") != std::string::npos);
    // 0: as many neurons as the matrix has rows.
    const Driven sized(small({{"structures", {"full"}}, {"hidden", 0}, {"init.matrix", path}}));
    QCOMPARE(sized.last("kernelAlignment").shape(), (std::vector<std::int64_t>{2, 2}));
    QCOMPARE(sized.last("singularValues").shape(), (std::vector<std::int64_t>{2, 24}));
    QVERIFY(refusal(small({{"hidden", 0}, {"init.ranks", {25}}, {"init.matrix", path}})).find("1..24") !=
            std::string::npos);
    QCOMPARE(refusal(small({{"hidden", 0}})), std::string("accepted"));
    std::ofstream(path) << "1,2\n3,4\n";
    QVERIFY(refusal(small({{"hidden", 0}, {"init.matrix", path}})).find("at least 10 rows") != std::string::npos);
    std::ofstream(path) << "1,2\n3,nan\n";
    QVERIFY(refusal(small({{"init.matrix", path}})).find("line 2, column 2") != std::string::npos);
  }

  void analysesGiveKernelsAndWeights() {
    Driven run(small());
    run.train(15);
    const State state = run.experiment->save();
    const Config which(Json{{"structure", 2}, {"seedIndex", 1}});
    const State kernels = lab()->analyse("kernel", run.config, 4, state, which, Progress());
    const Array &k = kernels.get("kernel"), &k0 = kernels.get("startKernel");
    QCOMPARE(k.shape(), (std::vector<std::int64_t>{96, 96}));
    double product = 0, power = 0, power0 = 0;
    for (std::size_t i = 0; i < k.size(); ++i) {
      product += k.value(i) * k0.value(i);
      power += k.value(i) * k.value(i);
      power0 += k0.value(i) * k0.value(i);
    }
    run.train(5);
    run.experiment->load(state);
    run.recorder.setStep(20);
    run.experiment->measure(run.recorder);
    QVERIFY(std::abs(product / std::sqrt(power * power0) - run.last("kernelAlignment").value(5)) < 1e-6);
    const State weights = lab()->analyse("weights", run.config, 4, state, which, Progress());
    double change = 0, along = 0;
    for (std::size_t i = 0; i < 576; ++i)
      change += std::pow(weights.get("weights").value(i) - weights.get("startWeights").value(i), 2);
    for (std::size_t i = 0; i < 24; ++i) along += std::pow(weights.get("directions").value(i), 2);
    QVERIFY(std::abs(std::sqrt(change) - run.last("weightChange").value(5)) < 1e-6);
    QVERIFY(along > 0 && along <= change * 1.0001);
    QVERIFY_THROWS_EXCEPTION(ConfigError, lab()->analyse("kernel", run.config, 4, state,
                                                         Config(Json{{"structure", 3}, {"seedIndex", 0}}), Progress()));
    QVERIFY_THROWS_EXCEPTION(ConfigError, lab()->analyse("kernle", run.config, 4, state, which, Progress()));
  }

  void refusals_data() {
    QTest::addColumn<QString>("values");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* values, const char* part) {
      QTest::newRow(name) << values << part;
    };
    row("rank 0", R"({"init.ranks": [0]})", "/init.ranks: 0: must be 1..100");
    row("rank above N", R"({"hidden": 50, "init.ranks": [51]})", "must be 1..50");
    row("half a rank", R"({"init.ranks": [1.5]})", "must be 1..100");
    row("rank twice", R"({"init.ranks": [3, 3]})", "each rank once");
    row("no rank", R"({"init.ranks": []})", "at least one rank");
    row("N below", R"({"hidden": 9})", "/hidden");
    row("N above", R"({"hidden": 501})", "/hidden");
    row("gain", R"({"init.gain": 0})", "/init.gain");
    row("no structure", R"({"structures": []})", "at least one structure");
    row("structure twice", R"({"structures": ["full", "full"]})", "each structure once");
    row("unknown structure", R"({"structures": ["fulll"]})", "/structures: did you mean full?");
    row("unknown key", R"({"init.gian": 1})", "init.gain");
    row("Dale fraction", R"({"structures": ["daleBalanced"], "init.inhibitory": 0.001})",
        "100 excitatory and 0 inhibitory");
    row("Dale all", R"({"structures": ["daleBalanced"], "init.inhibitory": 1})", "/init.inhibitory");
    row("density", R"({"structures": ["sparse"], "init.density": 0})", "/init.density");
    row("timing", R"({"timing.stimulus": 150})", "150 ms");
    row("no decision", R"({"timing.decision": 0})", "/timing.decision");
    row("too many steps", R"({"timing.stimulus": 6000, "timing.decision": 1000})", "at most 64 steps");
    row("kernel", R"({"probeTrials": 512, "kernelTrials": 512})", "kernel would need 12288 rows");
    row("kernel trials", R"({"probeTrials": 16, "kernelTrials": 32})", "at most probeTrials");
    row("update rank", R"({"hidden": 20, "init.ranks": [1], "updateRank": 21})", "/updateRank");
    row("no file", R"({"init.matrix": "/nowhere/w.csv"})", "cannot be opened");
    row("learning rate", R"({"learningRate": 1})", "/learningRate");
    row("coherence", R"({"coherences": [101]})", "/coherences");
  }
  void refusals() {
    QFETCH(QString, values);
    QFETCH(QString, part);
    const std::string said = refusal(Json::parse(values.toStdString()));
    // A problem reads pointer, value, what is allowed: look for the parts.
    const QStringList parts = part.split(QStringLiteral(": "));
    for (const QString& one : parts) QVERIFY2(said.find(one.toStdString()) != std::string::npos, said.c_str());
  }

  void estimatesGrowWithTheEnsemble() {
    const Config one = checkedConfig(*lab(), {{"seeds", 1}}),
                 many = checkedConfig(*lab(), {{"seeds", 20}, {"hidden", 500}});
    QVERIFY(lab()->estimate(one).bytes > 1e5 && lab()->estimate(one).seconds > 0.01);
    QVERIFY(lab()->estimate(many).bytes > 20 * lab()->estimate(one).bytes);
    QVERIFY(lab()->estimate(many).seconds > 100 * lab()->estimate(one).seconds);
  }
};

QTEST_GUILESS_MAIN(TestRichLazy)
#include "test_rich_lazy.moc"
