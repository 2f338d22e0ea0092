// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <array>
#include <cmath>

#include "engine/experiments/registry.h"
#include "tests/support/driven.h"
#include "tests/support/same.h"

using namespace learnscope;
using test::same;

namespace {

std::shared_ptr<const Lab> lab() {
  static const std::shared_ptr<const Lab> found = builtinLabs().require("rich-lazy-exact");
  return found;
}

struct Driven : test::Driven {
  explicit Driven(const Json& values) : test::Driven(lab(), values, 2) {}
  double largest(const std::string& scalar) const {
    double most = 0;
    for (const auto& [at, value] : recorder.scalars.at(scalar)) most = std::max(most, std::abs(value));
    return most;
  }
};

std::string refusal(const Json& values) { return test::refusal(*lab(), values); }

}  // namespace

class TestRichLazyExact : public QObject {
  Q_OBJECT
 private slots:
  void everyProblemRecordsWhatIsDescribed_data() {
    QTest::addColumn<QString>("values");
    QTest::newRow("modes") << R"({})";
    QTest::newRow("modes, lambda") << R"({"lambda": 2, "basis": "random"})";
    QTest::newRow("modes, Gaussian") << R"({"start": "random", "strength": 0.01})";
    QTest::newRow("one mode") << R"({"values": [3], "integrator": "rungeKutta"})";
    QTest::newRow("ranks") << R"({"problem": "ranks", "teachers": 2, "dimension": 6, "ranks": [1, 3]})";
    QTest::newRow("diagonal") << R"({"problem": "diagonal"})";
    QTest::newRow("modes, three layers") << R"({"depth": 3, "strength": 0.05})";
    QTest::newRow("modes, five layers, random") << R"({"depth": 5, "strength": 0.3, "basis": "random"})";
    QTest::newRow("ranks, anisotropic")
        << R"({"problem": "ranks", "teachers": 2, "dimension": 6, "ranks": [1, 3], "kappa": 5})";
    QTest::newRow("scale, plane")
        << R"({"problem": "scale", "width": 12, "points": 15, "scales": [1, 100], "data": "circle"})";
    QTest::newRow("scale, classes")
        << R"({"problem": "scale", "width": 12, "points": 16, "scales": [1, 100], "data": "classes"})";
    QTest::newRow("scale") << R"({"problem": "scale", "width": 12, "points": 15, "scales": [1, 10, 100]})";
  }
  void everyProblemRecordsWhatIsDescribed() {
    QFETCH(QString, values);
    const Json json = Json::parse(values.toStdString());
    Driven run(json);
    run.train(30);
    const Description description = lab()->describe(run.config);
    for (const auto& [id, records] : run.recorder.arrays) {
      const Measure* measure = description.measure(id);
      QVERIFY2(measure && measure->kind == MeasureKind::Array, id.c_str());
      QCOMPARE(records.rbegin()->second.shape().size(), measure->shape.size());
      if (!measure->items.empty())
        QCOMPARE(static_cast<std::int64_t>(measure->items.size()), records.rbegin()->second.shape()[0]);
    }
    for (const auto& [id, points] : run.recorder.scalars) {
      QVERIFY2(description.measure(id), id.c_str());
      for (const auto& [step, value] : points) QVERIFY2(std::isfinite(value), id.c_str());
    }
    QVERIFY(run.recorder.scalars.at("loss").rbegin()->second < run.recorder.scalars.at("loss").begin()->second);

    Driven other(json);
    other.experiment->load(run.experiment->save());
    other.recorder.setStep(run.recorder.step());
    run.train(25);
    other.train(25);
    QVERIFY(same(run.experiment->save(), other.experiment->save()));
    QCOMPARE(run.recorder.last("loss"), other.recorder.last("loss"));
    QVERIFY_THROWS_EXCEPTION(ConfigError, run.experiment->apply("nothing", Config(), RandomStream()));
    QVERIFY_THROWS_EXCEPTION(ConfigError, run.experiment->set("problem", "modes"));
  }

  // What the page draws: the net on its closed form, modes learned at the half times of the formula.
  void theNetFollowsItsTwin() {
    Driven run(Json{{"integrator", "rungeKutta"}});
    run.train(2000);
    QVERIFY(run.largest("residual") < 1e-6);
    QVERIFY(run.largest("balanceResidual") < 1e-6);
    for (const auto& [step, formula] : run.recorder.arrays.at("singleMode"))
      for (std::size_t m = 0; m < 4; ++m)
        QVERIFY(std::abs(formula.value(m) - run.recorder.arrays.at("strengths").at(step).value(m)) < 1e-6);
    for (const int m : {0, 1, 2, 3}) {
      const Event* event = run.recorder.find("mode-learned-" + std::to_string(m));
      QVERIFY(event);
      QVERIFY(std::abs(event->values["time"].get<double>() - event->values["halfTime"].get<double>()) < 0.051);
    }
    // From an isotropic start to eigenvalues s_i + s_j of the kernel: KA = mean / root mean square.
    double sum = 0, squares = 0;
    for (const double a : {3.0, 2.0, 1.2, 0.6})
      for (const double b : {3.0, 2.0, 1.2, 0.6}) sum += a + b, squares += (a + b) * (a + b);
    QVERIFY(std::abs(run.recorder.last("exactKernelAlignment") - sum / std::sqrt(16 * squares)) < 5e-3);
    QVERIFY(std::abs(run.recorder.last("exactKernelAlignment") - run.recorder.last("kernelAlignment")) < 1e-6);
  }

  // Deeper nets on the equation of their modes, for kernel and hidden layer too.
  void deeperNetsFollowTheirModes() {
    for (const int depth : {3, 4, 5}) {
      Driven run(Json{{"integrator", "rungeKutta"}, {"depth", depth}, {"strength", 0.05}});
      run.train(1000);
      QVERIFY2(run.largest("residual") < 1e-6, std::to_string(run.largest("residual")).c_str());
      for (const char* id : {"KernelAlignment", "RepresentationAlignment", "Loss"}) {
        const std::string exact = std::string("exact") + id;
        std::string net = id;
        net[0] = static_cast<char>(std::tolower(net[0]));
        for (const auto& [step, value] : run.recorder.scalars.at(exact))
          QVERIFY2(std::abs(value - run.recorder.scalars.at(net).at(step)) < 1e-6, exact.c_str());
      }
      QVERIFY(!run.recorder.find("no-twin"));
      QVERIFY(run.recorder.scalars.at("linearisationError").begin()->second < 1e-12);
    }
  }

  // Without balance there is no twin, and the event says by how much; the net still runs.
  void unbalancedStartsHaveNoTwin() {
    Driven run(Json{{"start", "random"}, {"strength", 0.1}});
    run.train(20);
    const Event* event = run.recorder.find("no-twin");
    QVERIFY(event && event->values["balanceResidual"].get<double>() > 1e-3);
    QCOMPARE(run.recorder.scalars.count("residual"), std::size_t(0));
    QVERIFY(run.recorder.last("balanceResidual") > 1e-3);
  }

  // Chizat's sense of lazy: the larger the scale, the nearer to the net linearised at its start; lambda does the same.
  void linearisationErrorsFallWithLaziness() {
    Driven scales(Json{{"problem", "scale"}, {"scales", {1, 10, 100}}, {"data", "circle"}});
    scales.train(1500);
    // At the end both fit the data; what tells is the way there.
    std::array<double, 3> errors{};
    for (const auto& [step, record] : scales.recorder.arrays.at("linearisationErrors"))
      for (std::size_t k = 0; k < 3 && step > 0; ++k) errors[k] = std::max(errors[k], record.value(k));
    QVERIFY2(errors[0] > 2 * errors[1] && errors[1] > 2 * errors[2], Json(errors).dump().c_str());
    // Where the functions agree on the data the drawn surface is that of the net: targets over the largest.
    QVERIFY(scales.last("scaleLoss").value(0) < 1e-3);
    QCOMPARE(scales.last("surface").shape(), (std::vector<std::int64_t>{3, 33, 33}));
    // The grid's corners are the middle column turned by homogeneity: F(2x) = 2 F(x) at the centre's neighbours.
    const Array& surface = scales.last("surface");
    for (std::size_t k = 0; k < 3; ++k)
      QVERIFY(std::abs(surface.value(k * 1089 + 16 * 33 + 18) - 2 * surface.value(k * 1089 + 16 * 33 + 17)) < 1e-9);
    Driven lazy(Json{{"lambda", 20.0}, {"timeStep", 2e-3}}), rich(Json{{"lambda", 0.0}, {"strength", 0.1}});
    lazy.train(100);
    rich.train(100);
    QVERIFY(lazy.largest("linearisationError") < 0.05 && rich.largest("linearisationError") > 0.5);
  }

  // Teachers of few directions: a low-rank start along those turns its kernel less than one across.
  void startsAlongAnAnisotropicTeacherAreLazier() {
    Driven run(Json{{"problem", "ranks"}, {"dimension", 10}, {"ranks", {1, 5}}, {"teachers", 6}, {"kappa", 20}});
    run.train(600);
    QCOMPARE(lab()->describe(run.config).measure("rankAlignment")->items,
             (std::vector<std::string>{"rank 1", "rank 5", "rank 1 along F", "rank 5 along F", "aligned",
                                       "aligned, balanced"}));
    for (std::size_t g = 0; g < 5; ++g) QVERIFY(run.last("rankResidual").value(g) < 2e-3);
    for (const std::size_t g : {0U, 1U})
      QVERIFY(run.last("rankAlignment").value(g + 2) > run.last("rankAlignment").value(g));
    // kappa -> infinity: b lies in d/2 directions, so b^T M b is Tr M / (d/2) for the start that spans them.
    QVERIFY(std::abs(run.last("rankAlignment").value(3) - (1 + 2 / 10.0) * std::sqrt(5 / 13.0)) < 0.005);
  }

  // Large lambda is lazy: the kernel hardly turns and modes are learned at once; lambda = 0 from small weights is rich.
  void lambdaDecidesTheRegime() {
    Driven lazy(Json{{"lambda", 20.0}, {"timeStep", 2e-3}}), rich(Json{{"lambda", 0.0}});
    lazy.train(500);
    rich.train(2000);
    QVERIFY(lazy.recorder.last("loss") < 1e-3 && rich.recorder.last("loss") < 1e-2);
    QVERIFY(lazy.recorder.last("kernelAlignment") > 0.999);
    QVERIFY(rich.recorder.last("kernelAlignment") < 0.95);
    // Sigmoid: the largest mode waits, then takes less time from a tenth to nine tenths than it has waited.
    // Exponential: no waiting.
    const auto reached = [](const Driven& run, double share) {
      for (const auto& [step, strengths] : run.recorder.arrays.at("strengths"))
        if (strengths.value(0) >= 3 * share) return static_cast<double>(step);
      return 1e9;
    };
    QVERIFY(reached(rich, 0.9) - reached(rich, 0.1) < reached(rich, 0.1));
    QVERIFY(reached(lazy, 0.9) - reached(lazy, 0.1) > 4 * reached(lazy, 0.1));
    QVERIFY(lazy.largest("residual") < 0.1 && rich.largest("residual") < 0.1);
  }

  // The rank theorem with the page's numbers is a claim; here one small case against its own formula.
  void theRankTheoremHolds() {
    Driven run(Json{{"problem", "ranks"}, {"dimension", 8}, {"ranks", {1, 8}}, {"teachers", 3}});
    run.train(600);
    QVERIFY(run.recorder.stepOf("teachers-learned") > 0);
    for (std::size_t i = 0; i < 12; ++i) {
      const double difference = run.last("netAlignment").value(i) - run.last("netTheory").value(i);
      QVERIFY2(std::abs(difference) < 2e-3, std::to_string(difference).c_str());
    }
    // Aligned with w2(0) = 0: 2 / sqrt(d + 3); balanced: 1.
    QVERIFY(std::abs(run.last("rankAlignment").value(2) - 2 / std::sqrt(11.0)) < 2e-3);
    QVERIFY(std::abs(run.last("rankAlignment").value(3) - 1) < 1e-6);
  }

  void divergenceLeavesTheLastState() {
    Driven run(Json{{"timeStep", 1.0}, {"strength", 5.0}});
    bool diverged = false;
    State before;
    for (int i = 0; i < 200 && !diverged; ++i) {
      before = run.experiment->save();
      try {
        run.experiment->step(Progress());
      } catch (const NumericError&) {
        diverged = true;
      }
    }
    QVERIFY(diverged);
    QVERIFY(same(before, run.experiment->save()));
  }

  void refusals_data() {
    QTest::addColumn<QString>("values");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* values, const char* part) {
      QTest::newRow(name) << values << part;
    };
    row("problem", R"({"problem": "mode"})", "did you mean modes?");
    row("no modes", R"({"values": []})", "1 to 12 numbers");
    row("zero mode", R"({"values": [3, 0]})", "/values/1");
    row("thirteen modes", R"({"values": [1,1,1,1,1,1,1,1,1,1,1,1,1]})", "1 to 12 numbers");
    row("rank above d", R"({"problem": "ranks", "dimension": 4, "ranks": [5]})", "at most 4");
    row("half a rank", R"({"problem": "ranks", "ranks": [1.5]})", "must be 1..20");
    row("ranks not ascending", R"({"problem": "ranks", "ranks": [5, 2]})", "ascending");
    row("alpha 0", R"({"problem": "diagonal", "alphas": [0]})", "/alphas/0");
    row("alpha negative", R"({"problem": "diagonal", "alphas": [-1]})", "/alphas");
    row("alphas twice", R"({"problem": "diagonal", "alphas": [1, 1]})", "each once, ascending");
    row("too many rows", R"({"problem": "diagonal", "rows": 12})", "fewer than columns, 12");
    row("scale 0", R"({"problem": "scale", "scales": [0, 1]})", "/scales/0");
    row("strength", R"({"strength": 0})", "/strength");
    row("depth 1", R"({"depth": 1})", "/depth");
    row("depth 6", R"({"depth": 6})", "/depth");
    row("deep and unbalanced", R"({"depth": 3, "lambda": 1})", "0 where depth > 2");
    row("kappa 0", R"({"problem": "ranks", "kappa": 0})", "/kappa");
    row("data", R"({"problem": "scale", "data": "plane"})", "/data");
    row("time step", R"({"timeStep": 0})", "/timeStep");
  }
  void refusals() {
    QFETCH(QString, values);
    QFETCH(QString, part);
    const std::string said = refusal(Json::parse(values.toStdString()));
    QVERIFY2(said.find(part.toStdString()) != std::string::npos, said.c_str());
  }

  void whatHasNoTwinIsAWarning() {
    std::vector<learnscope::Problem> warnings;
    checkedConfig(*lab(), {{"start", "random"}, {"timeStep", 1.0}}, &warnings);
    QCOMPARE(warnings.size(), std::size_t(2));
  }
};

QTEST_GUILESS_MAIN(TestRichLazyExact)
#include "test_rich_lazy_exact.moc"
