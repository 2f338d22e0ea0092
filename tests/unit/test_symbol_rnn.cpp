// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <cstring>

#include "engine/data/symbol_sequences.h"
#include "engine/measures/sinkhorn.h"
#include "engine/models/bulk_stream.h"
#include "engine/models/symbol_rnn_trainer.h"
#include "engine/models/threads.h"

using namespace learnscope;

namespace {

/// "0002", "2222", ... as step-major symbols [4][3].
std::vector<std::uint8_t> stepMajor(const std::vector<std::string>& rows) {
  std::vector<std::uint8_t> out;
  for (std::size_t s = 0; s < rows[0].size(); ++s)
    for (const std::string& row : rows) out.push_back(static_cast<std::uint8_t>(row[s] - '0'));
  return out;
}

const std::vector<std::string> kX{"0002", "2222", "0100"}, kY{"0022", "2202", "0000"};

std::vector<std::uint8_t> randomSymbols(RandomStream& random, std::size_t n) {
  std::vector<std::uint8_t> out(n);
  for (auto& symbol : out) symbol = static_cast<std::uint8_t>(random.below(3));
  return out;
}

bool near(double a, double b, double tolerance) { return std::abs(a - b) < tolerance; }

std::string said(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

class TestSymbolRnn : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  // The page's table of exact statistics.
  void hmmStatistics() {
    struct Row {
      HiddenMarkov chain;
      int length;
      std::vector<double> f, t;
      double changes;
      std::vector<double> r, moduli;
    };
    const std::vector<Row> rows{{HiddenMarkov::linearChain(2, true),
                                 100,
                                 {.495, .01, .495},
                                 {.9405, .01, .0495},
                                 6.812,
                                 {.221, .198, .145, .085, .030},
                                 {1, .9}},
                                {HiddenMarkov::linearChain(3, true),
                                 30,
                                 {.495, .01, .495},
                                 {.7512, .01, .2388},
                                 7.430,
                                 {.127, .098, .046, .013, .001},
                                 {1, .776, .329}},
                                {HiddenMarkov::linearChain(4, true),
                                 30,
                                 {.495, .01, .495},
                                 {.7092, .01, .2808},
                                 8.636,
                                 {},
                                 {1, .784, .263, .258}},
                                {HiddenMarkov::linearChain(5, true),
                                 40,
                                 {.495, .01, .495},
                                 {.6957, .01, .2943},
                                 12.136,
                                 {},
                                 {1, .819, .711, .347, .238}},
                                {HiddenMarkov::fullyConnected(),
                                 30,
                                 {1 / 3., 1 / 3., 1 / 3.},
                                 {.9136, .0432, .0432},
                                 2.507,
                                 {.193, .179, .142, .096, .044},
                                 {1, .925, .925}},
                                {HiddenMarkov::cyclic(),
                                 40,
                                 {.25, .5, .25},
                                 {.7835, .212, .0045},
                                 8.356,
                                 {.133, .125, .103, .075, .042},
                                 {1, .95, .95, .9}}};
    const int lags[] = {1, 2, 5, 10, 20};
    for (const Row& row : rows) {
      const SymbolStatistics s = row.chain.statistics();
      for (std::size_t a = 0; a < 3; ++a) {
        QVERIFY(near(s.frequencies[a], row.f[a], 6e-4));
        QVERIFY(near(s.transitions[a], row.t[a], 6e-5));
        // A stationary chain keeps its frequencies: f T = f; rows of T sum to 1.
        double kept = 0, sum = 0;
        for (std::size_t b = 0; b < 3; ++b) {
          kept += s.frequencies[b] * s.transitions[b * 3 + a];
          sum += s.transitions[a * 3 + b];
        }
        QVERIFY(near(kept, s.frequencies[a], 1e-12) && near(sum, 1, 1e-12));
      }
      QVERIFY(near(s.changesPerStep * (row.length - 1), row.changes, 6e-4));
      for (std::size_t i = 0; i < row.r.size(); ++i) QVERIFY(near(row.chain.excess(lags[i]), row.r[i], 6e-4));
      const std::vector<double> moduli = row.chain.eigenvalueModuli();
      for (std::size_t i = 0; i < row.moduli.size(); ++i) QVERIFY(near(moduli[i], row.moduli[i], 1.1e-3));
      QVERIFY(row.chain.warnings().empty());
    }
    // The middle row of lin2's T, and the fully connected one at L = 40.
    QVERIFY(near(rows[0].chain.statistics().transitions[3], .495, 1e-9));
    QVERIFY(near(rows[4].chain.statistics().changesPerStep * 39, 3.371, 0.06));
  }

  // Estimates from samples agree with the exact values; a seed gives the same sequences.
  void samplesFollowTheChain() {
    const HiddenMarkov chain = HiddenMarkov::cyclic();
    SymbolSequences data{4000, 60, 3, std::vector<std::uint8_t>(240000)};
    RandomStream random(1, "data"), again(1, "data");
    chain.sample(4000, 60, random, data.values.data());
    std::vector<std::uint8_t> copy(240000);
    chain.sample(4000, 60, again, copy.data());
    QVERIFY(copy == data.values);
    const SymbolStatistics found = statisticsOf(data), exact = chain.statistics();
    for (std::size_t i = 0; i < 9; ++i) QVERIFY(near(found.transitions[i], exact.transitions[i], 0.01));
    QVERIFY(near(found.changesPerStep, exact.changesPerStep, 0.005));
    for (const int lag : {1, 5, 20}) QVERIFY(near(excessOf(data, lag), chain.excess(lag), 0.006));
    double sum = 0;
    for (const double c : changesOf(data)) sum += c;
    QVERIFY(near(sum / 4000 / 59, found.changesPerStep, 1e-12));
    QVERIFY(std::isnan(excessOf(data, 60)));
  }

  void badChains() {
    const auto row = said([] { HiddenMarkov({.95, .02, .5, .5}, {1, 0, 0, 1}, 2, 2); });
    QVERIFY2(row.find("transition row 1") != std::string::npos && row.find("sums to 0.97") != std::string::npos,
             row.c_str());
    QVERIFY(said([] { HiddenMarkov({1.5, -.5, .5, .5}, {1, 0, 0, 1}, 2, 2); }).find("negative") != std::string::npos);
    QVERIFY(!said([] { HiddenMarkov({NAN, 1, .5, .5}, {1, 0, 0, 1}, 2, 2); }).empty());
    QVERIFY(said([] { HiddenMarkov({1, 0, 0}, {1, 0}, 1, 2); }).find("square") != std::string::npos);
    QVERIFY(said([] { HiddenMarkov::linearChain(6, true); }).find("Use rule 'stay'") != std::string::npos);
    const HiddenMarkov six = HiddenMarkov::linearChain(6, false);
    QVERIFY(near(six.transition()[7], 0.95, 1e-12));
    QCOMPARE(HiddenMarkov({1, 0, 0, 1}, {1, 0, 0, 1}, 2, 2).warnings().size(), std::size_t{1});
    const HiddenMarkov swap({0, 1, 1, 0}, {1, 0, 0, 1}, 2, 2);
    QCOMPARE(swap.warnings().size(), std::size_t{1});
    QVERIFY(near(swap.stationary()[0], 0.5, 1e-9));
  }

  void symbolFiles() {
    const std::string ten = "0 1 2 0 1 2 0 1 2 0";
    const SymbolSequences good = parseSymbols("# K=4\n" + ten + "\n1,1,1,1,1,1,1,1,1,1\r\n", "f", Ragged::Refuse);
    QCOMPARE(good.count, 2);
    QCOMPARE(good.length, 10);
    QCOMPARE(good.symbols, 4);
    QCOMPARE(int(good.row(1)[9]), 1);
    QCOMPARE(parseSymbols(ten + " 2 2\n" + ten, "f", Ragged::Cut).length, 10);
    const auto refuses = [](const std::string& text, const char* part) {
      const std::string error = said([&] { parseSymbols(text, "f", Ragged::Refuse); });
      return error.find(part) != std::string::npos;
    };
    QVERIFY(refuses("", "at least one sequence"));
    QVERIFY(refuses("\n\n", "at least one sequence"));
    QVERIFY(refuses(ten + "\n0 1 0\n", "line 2"));
    QVERIFY(refuses("# K=3\n0 1 2 3 0 0 0 0 0 0\n", "line 2, column 7"));
    QVERIFY(refuses("0 1 x 0 0 0 0 0 0 0\n", "line 1, column 5"));
    QVERIFY(refuses("0 1 nan 0 0 0 0 0 0 0\n", "line 1, column 5"));
    QVERIFY(refuses("0 1.5 0 0 0 0 0 0 0 0\n", "line 1, column 3"));
    QVERIFY(refuses("0 -1 0 0 0 0 0 0 0 0\n", "line 1, column 3"));
    QVERIFY(refuses("0 99999999999999999999 0 0 0 0 0 0 0\n", "column 3"));
    QVERIFY(refuses("# K=99\n" + ten, "2..8"));
    QVERIFY(refuses("0 1 2\n", "10..400"));
    QVERIFY(refuses(std::string("\0\1\2", 3) + ten, "line 1"));
  }

  // The page's reference values of the Sinkhorn divergence.
  void sinkhornReference() {
    const std::vector<double> fine = epsilonSchedule(12, 0.2), coarse = epsilonSchedule(12, 1);
    const std::vector<double> wantedFine{12, 12, 3, .75, .1875, .046875, .04}, wantedCoarse{12, 12, 3, 1};
    QCOMPARE(fine.size(), wantedFine.size());
    for (std::size_t i = 0; i < fine.size(); ++i) QVERIFY(near(fine[i], wantedFine[i], 1e-12));
    QCOMPARE(coarse.size(), wantedCoarse.size());
    QCOMPARE(epsilonSchedule(90, 0.2).size(), std::size_t{8});
    const auto x = stepMajor(kX), y = stepMajor(kY);
    for (const bool logDomain : {false, true}) {
      Sinkhorn<double> sinkhorn(logDomain);
      sinkhorn.resize(3, 4, 3);
      QVERIFY(near(sinkhorn.value(x.data(), y.data(), 0.2), 1.0, 1e-6));
      const auto fineGradient = sinkhorn.gradient(x.data(), y.data(), 0.2);
      for (std::size_t c = 0; c < 12; ++c)
        QVERIFY(near(fineGradient[c], c == 6 ? 1 / 3. : (c == 8 ? -1 / 3. : 0), 1e-6));
      QVERIFY(near(sinkhorn.value(x.data(), y.data(), 1), 0.674786, 1e-6));
      const auto gradient = sinkhorn.gradient(x.data(), y.data(), 1);
      const double third[3] = {.14906, 0, -.14906}, second[3] = {-.00507, .03946, -.03439};
      for (std::size_t a = 0; a < 3; ++a) {
        QVERIFY(near(gradient[6 + a], third[a], 6e-6));
        QVERIFY(near(gradient[3 + a], second[a], 6e-6));
      }
      QVERIFY(near(sinkhorn.value(x.data(), x.data(), 1), 0, 1e-12));
      const auto turned = stepMajor({kX[2], kX[0], kX[1]});
      QVERIFY(near(sinkhorn.value(turned.data(), y.data(), 1), 0.674786, 1e-6));
    }
  }

  // Both domains and both precisions agree where both are safe; plans have rows of 1.
  void sinkhornDomainsAgree() {
    RandomStream random(3, "x");
    const auto x = randomSymbols(random, 60 * 8), y = randomSymbols(random, 60 * 8);
    Sinkhorn<double> direct, logarithmic(true);
    Sinkhorn<float> single;
    direct.resize(60, 8, 3);
    logarithmic.resize(60, 8, 3);
    single.resize(60, 8, 3);
    const double value = direct.value(x.data(), y.data(), 1);
    QVERIFY(near(value, logarithmic.value(x.data(), y.data(), 1), 1e-10));
    QVERIFY(near(value, single.value(x.data(), y.data(), 1), 1e-4));
    const auto a = direct.gradient(x.data(), y.data(), 1), b = logarithmic.gradient(x.data(), y.data(), 1);
    const auto c = single.gradient(x.data(), y.data(), 1);
    for (std::size_t i = 0; i < a.size(); ++i) {
      QVERIFY(near(a[i], b[i], 1e-12));
      QVERIFY(near(a[i], c[i], 1e-6));
    }
    AlignedVector<double> plan;
    direct.plan(plan);
    for (std::size_t i = 0; i < 60; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < 60; ++j) sum += plan[i * 60 + j];
      QVERIFY(near(sum, 1, 1e-12));
    }
  }

  // Kernels of both builds agree, and with the standard library.
  void kernels() {
    const auto &fast = rnnKernels<float>(), &plain = baselineRnnKernels<float>();
    std::vector<float> a(5000), b(5000);
    fast.normals(42, 7, 5000, a.data());
    plain.normals(42, 7, 5000, b.data());
    double mean = 0, square = 0, fourth = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      QVERIFY(near(a[i], b[i], 1e-5));
      mean += a[i] / 5000.0;
      square += a[i] * a[i] / 5000.0;
      fourth += std::pow(a[i], 4) / 5000.0;
    }
    QVERIFY(near(mean, 0, 0.06) && near(square, 1, 0.08) && near(fourth, 3, 0.5));
    // 256 values a block: a longer draw begins like a shorter one.
    std::vector<float> first(256);
    fast.normals(42, 7, 256, first.data());
    QVERIFY(std::equal(first.begin(), first.end(), a.begin()));
    fast.gumbels(42, 7, 5000, a.data());
    mean = 0;
    for (const float g : a) mean += g / 5000.0;
    QVERIFY(near(mean, 0.5772, 0.07));
    std::vector<double> z;
    std::vector<float> zf;
    for (double x = -12; x < 12; x += 0.013) z.push_back(x), zf.push_back(static_cast<float>(x));
    std::vector<double> t = z;
    std::vector<float> tf = zf;
    rnnKernels<double>().activate(RnnActivation::Tanh, t.data(), static_cast<long>(t.size()));
    fast.activate(RnnActivation::Tanh, tf.data(), static_cast<long>(tf.size()));
    for (std::size_t i = 0; i < z.size(); ++i) {
      QVERIFY(near(t[i], std::tanh(z[i]), 4e-16));
      QVERIFY(near(tf[i], std::tanh(static_cast<double>(zf[i])), 2e-7));
    }
  }

  void gradients_data() {
    QTest::addColumn<bool>("tanh");
    QTest::addColumn<bool>("bias");
    QTest::addColumn<int>("window");
    QTest::newRow("relu windows") << false << false << 5;
    QTest::newRow("tanh bias windows") << true << true << 5;
    QTest::newRow("relu bias whole") << false << true << 0;
  }
  // The straight-through gradient is that of sum G soft + activity with G = dS/dX held fixed: its finite differences,
  // by a plain loop that draws the same numbers.
  void gradients() {
    QFETCH(bool, tanh);
    QFETCH(bool, bias);
    QFETCH(int, window);
    RnnShape shape{.hidden = 7,
                   .inputs = 3,
                   .symbols = 3,
                   .bias = bias,
                   .activation = tanh ? RnnActivation::Tanh : RnnActivation::Relu};
    RnnTraining options;
    options.batch = 32;
    options.length = 10;
    options.window = window;
    options.windows = 64;
    options.temperature = 0.7;
    options.activity = 0.3;
    options.sigma = 1.3;
    SymbolRnnTrainer<double> trainer(shape, options, 5);
    trainer.mutableWeights().recurrentGain[2] = 0.4;
    trainer.mutableWeights().noiseGain[3] = 1.7;
    RandomStream data(5, "data");
    std::vector<std::uint8_t> target(320);
    HiddenMarkov::linearChain(3, true).sample(32, 10, data, target.data());
    trainer.gradients(target);
    const auto gradient = trainer.gradient();
    const RnnWeights<double> weights = trainer.weights();
    const auto emitted = trainer.emitted();
    const auto g = trainer.symbolGradient();  // dS/dX at [K][L B]
    AlignedVector<double> x(10 * 32 * 3), gumbel(3 * 320);
    BulkStream(5, "noise").normals(static_cast<long>(x.size()), x.data());
    BulkStream(5, "gumbel").gumbels(static_cast<long>(gumbel.size()), gumbel.data());
    const auto surrogate = [&](const RnnWeights<double>& w, bool check) {
      double total = 0, activity = 0;
      std::vector<double> h(32 * 7, 0.0), next(7);
      for (std::size_t t = 0; t < 10; ++t)
        for (std::size_t b = 0; b < 32; ++b) {
          for (std::size_t i = 0; i < 7; ++i) {
            double z = bias ? w.bias()[i] + w.bias()[7 + i] : 0;
            for (std::size_t j = 0; j < 7; ++j) z += w.recurrentGain[i] * w.w()[i * 7 + j] * h[b * 7 + j];
            for (std::size_t j = 0; j < 3; ++j) z += 1.3 * w.noiseGain[i] * w.u()[i * 3 + j] * x[(t * 32 + b) * 3 + j];
            next[i] = tanh ? std::tanh(z) : std::max(z, 0.0);
          }
          double l[3], sum = 0;
          std::size_t best = 0;
          for (std::size_t a = 0; a < 3; ++a) {
            l[a] = gumbel[a * 320 + t * 32 + b];
            for (std::size_t i = 0; i < 7; ++i) l[a] += w.c()[a * 7 + i] * next[i];
            if (l[a] > l[best]) best = a;
          }
          if (check && best != emitted[t * 32 + b]) return 1e9;
          for (double& value : l) sum += value = std::exp(value / 0.7);
          for (std::size_t a = 0; a < 3; ++a) total += g[a * 320 + t * 32 + b] * l[a] / sum;
          for (std::size_t i = 0; i < 7; ++i) {
            h[b * 7 + i] = next[i];
            activity += next[i] * next[i];
          }
        }
      return total + 0.3 * activity / (320 * 7);
    };
    QVERIFY(surrogate(weights, true) < 1e8);  // the loop emits the same symbols
    for (std::size_t i = 0; i < weights.values.size(); ++i) {
      RnnWeights<double> above = weights, below = weights;
      const double e = 1e-6;
      above.values[i] += e;
      below.values[i] -= e;
      const double difference = (surrogate(above, false) - surrogate(below, false)) / (2 * e);
      QVERIFY2(near(difference, gradient[i], 1e-6),
               qPrintable(QString("%1: %2 and %3").arg(i).arg(difference).arg(gradient[i])));
    }
  }

  // Saved and loaded in the middle, a trainer goes on bit for bit; frozen and mixed noise too.
  void resumesBitForBit() {
    for (const NoiseKind kind : {NoiseKind::Gaussian, NoiseKind::Frozen, NoiseKind::Mixed}) {
      RnnTraining options;
      options.batch = 32;
      options.length = 20;
      options.noise = kind;
      options.windows = 48;
      const RnnShape shape{.hidden = 16, .inputs = 4};
      SymbolRnnTrainer<float> one(shape, options, 9);
      RandomStream data(9, "data");
      std::vector<std::uint8_t> target(640);
      const HiddenMarkov chain = HiddenMarkov::linearChain(2, true);
      State saved;
      std::uint64_t position = 0;
      for (int i = 0; i < 12; ++i) {
        if (i == 6) saved = one.save(), position = data.position();
        chain.sample(32, 20, data, target.data());
        one.step(target);
      }
      SymbolRnnTrainer<float> two(shape, options, 9);
      two.load(saved);
      data.setPosition(position);
      for (int i = 6; i < 12; ++i) {
        chain.sample(32, 20, data, target.data());
        two.step(target);
      }
      const State a = one.save(), b = two.save();
      for (const auto& [name, array] : a.arrays())
        QVERIFY2(std::memcmp(array.data(), b.get(name).data(), array.bytes()) == 0, name.c_str());
    }
  }

  // A loss that is not finite leaves everything as it was.
  void refusesToDiverge() {
    RnnTraining options;
    options.batch = 32;
    SymbolRnnTrainer<float> trainer({.hidden = 8, .inputs = 2}, options, 1);
    trainer.mutableWeights().values[3] = std::numeric_limits<float>::infinity();
    const State before = trainer.save();
    std::vector<std::uint8_t> target(32 * 60, 0);
    QVERIFY_EXCEPTION_THROWN(trainer.step(target), NumericError);
    QVERIFY(std::memcmp(before.get("counters").data(), trainer.save().get("counters").data(), 48) == 0);
  }
};

QTEST_APPLESS_MAIN(TestSymbolRnn)
#include "test_symbol_rnn.moc"
