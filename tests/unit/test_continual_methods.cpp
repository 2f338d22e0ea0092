// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <map>
#include <set>

#include "engine/models/continual/gradient_constraints.h"
#include "engine/models/continual/importance.h"
#include "engine/models/continual/learner.h"
#include "engine/models/mlp_kernels.h"
#include "engine/models/threads.h"
#include "tests/support/dense_mlp.h"
#include "tests/support/same.h"

using namespace learnscope;
using namespace learnscope::continual;
using test::DenseMlp;
using test::same;

namespace {

constexpr std::array allMethods{
    MethodKind::Naive,     MethodKind::Joint,   MethodKind::Cumulative, MethodKind::Er,
    MethodKind::AGem,      MethodKind::Gem,     MethodKind::ErAGem,     MethodKind::EwcOffline,
    MethodKind::EwcOnline, MethodKind::EwcMean, MethodKind::Si,         MethodKind::Mas,
    MethodKind::L2,        MethodKind::Lwf,     MethodKind::Der,        MethodKind::DerPlus};

/// Gaussian clouds, two classes a task, new means each.
std::shared_ptr<const TaskStream> clouds(Scenario scenario = Scenario::Domain) {
  StreamOptions options;
  options.kind = StreamKind::Gaussians;
  options.scenario = scenario;
  options.tasks = 3;
  options.train = 60;
  options.test = 40;
  return std::make_shared<TaskStream>(makeTaskStream(options, 7, Progress()));
}

Learner learnerOf(MethodKind kind, std::shared_ptr<const TaskStream> stream, Scenario scenario = Scenario::Domain,
                  const std::function<void(MethodOptions&)>& change = nullptr,
                  const Architecture& architecture = {{7, 6}}) {
  useOneThread();
  MethodOptions method;
  method.kind = kind;
  method.referenceSamples = 24;
  method.importanceSamples = 30;
  if (change) change(method);
  TrainingOptions training;
  training.batch = 8;
  const ReplayMemory memory(usualPolicy(kind), 30, stream->classes);
  return {std::move(stream), scenario, architecture, {{0, 20}, {1, 20}, {2, 20}}, method, training, memory, 5};
}

void train(Learner& learner, int steps) {
  for (int i = 0; i < steps; ++i) learner.step();
}

/// A learner about to take the step after `steps`, and what its method says there.
struct Probe {
  Probe(MethodKind kind, int steps, const std::function<void(MethodOptions&)>& change = nullptr,
        Scenario scenario = Scenario::Domain)
      : learner(learnerOf(kind, clouds(scenario), scenario, change)),
        bench(learner.bench()),
        dense(bench.shape()),
        method(makeMethod(kind)) {
    train(learner, steps);
    method->load(learner.save().sub("method."));
    bench.drawTask(bench.task, bench.training.batch, bench.batches, bench.batch);
    before = bench.theta;
    loss = method->gradient(bench);
  }
  double crossEntropy(const std::vector<double>& theta, const Batch& batch) const {
    return dense.crossEntropy(dense.logits(theta, batch.x, batch.count), batch.y);
  }
  /// Compares a gradient with the slopes of `f` at the present weights.
  void check(const AlignedVector<float>& gradient, const std::function<double(const std::vector<double>&)>& f) const {
    double largest = 0;
    dense.overParameters([&](std::size_t i) {
      const double slope = test::slope(f, DenseMlp::wide(before), i), own = static_cast<double>(gradient[i]);
      QVERIFY2(std::abs(own - slope) < 3e-5 + 2e-3 * std::abs(slope),
               qPrintable(QString("parameter %1: %2, slope %3").arg(i).arg(own).arg(slope)));
      largest = std::max(largest, std::abs(slope));
    });
    QVERIFY(largest > 1e-3);
  }

  Learner learner;
  Bench& bench;
  DenseMlp dense;
  std::unique_ptr<Method> method;
  AlignedVector<float> before;
  LossParts loss;
};

std::vector<double> softmaxOf(const std::vector<double>& logits, std::size_t row, std::size_t classes, double t) {
  std::vector<double> p(classes);
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += p[c] = std::exp(logits[row * classes + c] / t);
  for (double& value : p) value /= sum;
  return p;
}

}  // namespace

class TestContinualMethods : public QObject {
  Q_OBJECT
 private slots:
  void dataGradients() {
    Probe probe(MethodKind::Naive, 25);
    probe.check(probe.bench.fresh, [&](const auto& theta) { return probe.crossEntropy(theta, probe.bench.batch); });
    QCOMPARE(probe.bench.followed(), probe.bench.fresh);
    QVERIFY(std::abs(probe.loss.fresh - probe.crossEntropy(DenseMlp::wide(probe.before), probe.bench.batch)) < 1e-4);
  }

  void penaltyGradients_data() {
    QTest::addColumn<int>("kind");
    for (const MethodKind kind : {MethodKind::EwcOffline, MethodKind::EwcOnline, MethodKind::EwcMean, MethodKind::Si,
                                  MethodKind::Mas, MethodKind::L2})
      QTest::addRow("%d", static_cast<int>(kind)) << static_cast<int>(kind);
  }
  // stability is the slope of the penalty, and the step's loss its value.
  void penaltyGradients() {
    QFETCH(int, kind);
    Probe probe(static_cast<MethodKind>(kind), 46, [](MethodOptions& o) {
      o.ewcStrength = 20;
      o.explicitPenalty = true;
    });
    const State state = probe.method->save();
    const auto omega = state.get("omega").as<float>(), anchor = state.get("anchor").as<float>();
    const std::map<MethodKind, double> strengths{{MethodKind::Si, 1}, {MethodKind::Mas, 1}, {MethodKind::L2, 0.1}};
    const auto found = strengths.find(static_cast<MethodKind>(kind));
    const double strength = found == strengths.end() ? 20 : found->second;
    const auto penalty = [&](const std::vector<double>& theta) {
      double sum = 0;
      for (std::size_t i = 0; i < theta.size(); ++i)
        sum += static_cast<double>(omega[i]) * std::pow(theta[i] - static_cast<double>(anchor[i]), 2);
      return 0.5 * strength * sum;
    };
    probe.check(probe.bench.stability, penalty);
    QVERIFY(std::abs(probe.loss.stability - penalty(DenseMlp::wide(probe.before))) < 1e-3);
    probe.check(probe.bench.total,
                [&](const auto& theta) { return probe.crossEntropy(theta, probe.bench.batch) + penalty(theta); });
  }

  // Two tasks' separate penalties and the one quadratic that is kept differ by a constant.
  void offlinePenaltiesAddUp() {
    Learner learner = learnerOf(MethodKind::EwcOffline, clouds());
    std::vector<std::vector<double>> fishers, anchors;
    for (int task = 0; task < 2; ++task) {
      train(learner, 19);
      Learner copy = learnerOf(MethodKind::EwcOffline, clouds());
      copy.load(learner.save());
      train(learner, 1);
      copy.step();
      // The Fisher's 60 samples were shuffled by 59 draws a task.
      copy.bench().noise.setPosition(static_cast<std::uint64_t>(task) * 59);
      AlignedVector<float> fisher;
      fisherInformation(copy.bench(), FisherKind::Empirical, 30, fisher);
      fishers.push_back(DenseMlp::wide(fisher));
      anchors.push_back(DenseMlp::wide(copy.bench().theta));
    }
    const State state = learner.save().sub("method.");
    const auto omega = state.get("omega").as<float>(), anchor = state.get("anchor").as<float>();
    for (std::size_t i = 0; i < omega.size(); ++i) {
      const double sum = fishers[0][i] + fishers[1][i];
      QVERIFY(std::abs(static_cast<double>(omega[i]) - sum) < 1e-6 + 1e-4 * sum);
      const double pull = fishers[0][i] * anchors[0][i] + fishers[1][i] * anchors[1][i];
      QVERIFY(std::abs(static_cast<double>(omega[i] * anchor[i]) - pull) < 1e-6 + 1e-3 * std::abs(pull));
    }
  }

  // Each Fisher against per-sample gradients by the definition of its name.
  void fishers() {
    Learner learner = learnerOf(MethodKind::Naive, clouds());
    train(learner, 10);
    Bench& bench = learner.bench();
    const std::uint64_t position = bench.noise.position();
    const int samples = 12, classes = bench.stream().classes;
    const std::vector<std::int64_t> order = RandomStream(bench.noise).shuffled(60);
    for (const FisherKind kind :
         {FisherKind::Empirical, FisherKind::Sampled, FisherKind::Batch, FisherKind::Weighted}) {
      std::vector<double> expected(bench.shape().size(), 0.0), mean = expected;
      RandomStream labels = bench.noise;
      labels.setPosition(position);
      labels.shuffled(60);
      AlignedVector<float> one(bench.shape().size(), 0.0F), fisher;
      for (int i = 0; i < samples; ++i) {
        Batch batch;
        batch.refs = {{bench.task, static_cast<int>(order[static_cast<std::size_t>(i)])}};
        bench.gather(batch);
        bench.pass.forward(bench.theta.data(), batch.x.data(), 1);
        const std::vector<double> logits(bench.pass.logits().begin(), bench.pass.logits().end());
        const std::vector<double> p = softmaxOf(logits, 0, static_cast<std::size_t>(classes), 1);
        if (kind == FisherKind::Sampled) batch.y[0] = labels.uniform() < p[0] ? 0 : 1;
        const double weight = kind == FisherKind::Weighted ? p[static_cast<std::size_t>(batch.y[0])] : 1;
        bench.crossEntropy(batch, one.data());
        for (std::size_t j = 0; j < one.size(); ++j) {
          const auto g = static_cast<double>(one[j]);
          expected[j] += weight * g * g / samples;
          mean[j] += g / samples;
        }
      }
      bench.noise.setPosition(position);
      fisherInformation(bench, kind, samples, fisher);
      for (std::size_t j = 0; j < fisher.size(); ++j) {
        const double value = kind == FisherKind::Batch ? mean[j] * mean[j] : expected[j];
        QVERIFY2(std::abs(static_cast<double>(fisher[j]) - value) < 1e-7 + 1e-3 * value,
                 qPrintable(QString("kind %1").arg(static_cast<int>(kind))));
      }
    }
  }

  // MAS against finite differences of ||f(x)||^2, sample by sample.
  void outputSensitivityIsThatOfTheOutputs() {
    Learner learner = learnerOf(MethodKind::Mas, clouds());
    train(learner, 10);
    Bench& bench = learner.bench();
    const DenseMlp dense(bench.shape());
    const std::vector<std::int64_t> order = RandomStream(bench.noise).shuffled(60);
    AlignedVector<float> omega;
    outputSensitivity(bench, 5, omega);
    dense.overParameters([&](std::size_t i) {
      double sum = 0;
      for (std::size_t s = 0; s < 5; ++s) {
        Batch batch;
        batch.refs = {{bench.task, static_cast<int>(order[s])}};
        bench.gather(batch);
        const auto square = [&](const std::vector<double>& theta) {
          double total = 0;
          for (const double value : dense.logits(theta, batch.x, 1)) total += value * value;
          return total;
        };
        sum += std::abs(test::slope(square, DenseMlp::wide(bench.theta), i)) / 5;
      }
      QVERIFY(std::abs(static_cast<double>(omega[i]) - sum) < 2e-4 + 2e-3 * sum);
    });
  }

  // SI: the path integral of a task, step by step from the outside.
  void pathIntegral() {
    Learner learner = learnerOf(MethodKind::Si, clouds());
    const std::vector<double> start = DenseMlp::wide(learner.bench().theta);
    std::vector<double> path(start.size(), 0.0);
    for (int i = 0; i < 20; ++i) {
      const std::vector<double> before = DenseMlp::wide(learner.bench().theta);
      learner.step();
      for (std::size_t j = 0; j < path.size(); ++j)
        path[j] -=
            static_cast<double>(learner.bench().fresh[j]) * (static_cast<double>(learner.bench().theta[j]) - before[j]);
    }
    const auto omega = learner.save().get("method.omega");
    for (std::size_t j = 0; j < path.size(); ++j) {
      const double moved = static_cast<double>(learner.bench().theta[j]) - start[j];
      const double expected = std::max(0.0, path[j]) / (moved * moved + 0.01);
      QVERIFY(std::abs(omega.value(j) - expected) < 1e-5 + 5e-3 * expected);
    }
  }

  void distillationGradient() {
    Probe probe(MethodKind::Lwf, 27, [](MethodOptions& o) { o.distillation = 0.7; });
    const State state = probe.method->save();
    const auto saved = state.get("old").as<float>();
    const AlignedVector<float> old(saved.begin(), saved.end());
    const Batch& batch = probe.bench.batch;
    const auto classes = static_cast<std::size_t>(probe.bench.stream().classes);
    const std::vector<double> taught = probe.dense.logits(old, batch.x, batch.count);
    const auto divergence = [&](const std::vector<double>& theta) {
      const std::vector<double> logits = probe.dense.logits(theta, batch.x, batch.count);
      double sum = 0;
      for (std::size_t r = 0; r < batch.y.size(); ++r) {
        const std::vector<double> q = softmaxOf(taught, r, classes, 2), p = softmaxOf(logits, r, classes, 2);
        for (std::size_t c = 0; c < classes; ++c) sum += q[c] * std::log(q[c] / p[c]);
      }
      return 0.7 * 4 * sum / batch.count;
    };
    probe.check(probe.bench.stability, divergence);
    QVERIFY(std::abs(probe.loss.stability - divergence(DenseMlp::wide(probe.before))) < 1e-4);
    probe.check(probe.bench.fresh, [&](const auto& theta) { return probe.crossEntropy(theta, batch); });
  }

  void replayGradients_data() {
    QTest::addColumn<int>("kind");
    for (const MethodKind kind : {MethodKind::Er, MethodKind::Der, MethodKind::DerPlus})
      QTest::addRow("%d", static_cast<int>(kind)) << static_cast<int>(kind);
  }
  // The draws of the replay stream are repeated, and the loss they stand for differentiated.
  void replayGradients() {
    QFETCH(int, kind);
    const auto method = static_cast<MethodKind>(kind);
    Learner learner = learnerOf(method, clouds(), Scenario::Domain, [](MethodOptions& o) {
      o.newWeight = 0.3;
      o.darkWeight = 0.6;
      o.labelWeight = 0.4;
    });
    train(learner, 25);
    Bench& bench = learner.bench();
    RandomStream draws = bench.replay;
    std::vector<int> first, second;
    bench.memory.draw(8, draws, first);
    bench.memory.draw(8, draws, second);
    Probe probe(method, 25, [](MethodOptions& o) {
      o.newWeight = 0.3;
      o.darkWeight = 0.6;
      o.labelWeight = 0.4;
    });
    const auto batchOf = [&](const std::vector<int>& items) {
      Batch batch;
      for (const int item : items) batch.refs.push_back(bench.memory.items()[static_cast<std::size_t>(item)]);
      bench.gather(batch);
      return batch;
    };
    const Batch one = batchOf(first), two = batchOf(second);
    const auto classes = static_cast<std::size_t>(bench.stream().classes);
    const auto dark = [&](const std::vector<double>& theta) {
      const std::vector<double> logits = probe.dense.logits(theta, one.x, one.count);
      double sum = 0;
      for (std::size_t r = 0; r < first.size(); ++r)
        for (std::size_t c = 0; c < classes; ++c)
          sum += std::pow(logits[r * classes + c] - static_cast<double>(bench.memory.logits(first[r])[c]), 2);
      return sum / static_cast<double>(logits.size());
    };
    probe.check(probe.bench.total, [&](const std::vector<double>& theta) {
      const double fresh = probe.crossEntropy(theta, probe.bench.batch);
      if (method == MethodKind::Er) return 0.3 * fresh + 0.7 * probe.crossEntropy(theta, one);
      return fresh + 0.6 * dark(theta) + (method == MethodKind::DerPlus ? 0.4 * probe.crossEntropy(theta, two) : 0);
    });
  }

  void emptyMemoryLeavesTheNewLoss() {
    for (const MethodKind kind : {MethodKind::Er, MethodKind::Der, MethodKind::DerPlus, MethodKind::AGem}) {
      Probe probe(kind, 0);
      QCOMPARE(probe.bench.followed(), probe.bench.fresh);
    }
  }

  // A-GEM: never against the memory's gradient, and untouched without conflict.
  void averagedProjection() {
    bool conflicts = false;
    for (int steps = 21; steps < 60; ++steps) {
      Probe probe(MethodKind::AGem, steps);
      const auto dot = [&](const AlignedVector<float>& a, const AlignedVector<float>& b) {
        return mlpKernels().dot(a.data(), b.data(), probe.bench.size());
      };
      const double square = dot(probe.bench.stability, probe.bench.stability);
      if (dot(probe.bench.fresh, probe.bench.stability) >= 0) {
        QCOMPARE(probe.bench.followed(), probe.bench.fresh);
      } else {
        conflicts = true;
        QVERIFY(std::abs(dot(probe.bench.total, probe.bench.stability)) < 1e-4 * square + 1e-6);
      }
    }
    QVERIFY(conflicts);
  }

  // GEM's dual against all 2^k active sets.
  void constrainedMultipliersAreOptimal() {
    RandomStream random(2, "qp");
    for (int round = 0; round < 200; ++round) {
      const std::size_t k = 1 + random.below(6), d = 8;
      const double margin = round % 3 == 0 ? 0.5 : 0;
      const std::vector<double> g = random.normals(k * d), target = random.normals(d);
      std::vector<double> a(k * k, 0.0), b(k, 0.0);
      for (std::size_t i = 0; i < k; ++i) {
        for (std::size_t j = 0; j < k; ++j)
          for (std::size_t n = 0; n < d; ++n) a[i * k + j] += g[i * d + n] * g[j * d + n];
        for (std::size_t n = 0; n < d; ++n) b[i] += g[i * d + n] * target[n];
      }
      const std::vector<double> v = constrainedMultipliers(a, b, margin);
      QCOMPARE(v.size(), k);
      for (std::size_t i = 0; i < k; ++i) {
        double slope = b[i];
        for (std::size_t j = 0; j < k; ++j) slope += a[i * k + j] * v[j];
        // Karush-Kuhn-Tucker: at the bound the slope points up, inside it is 0.
        QVERIFY(v[i] >= margin);
        QVERIFY(slope > -1e-7);
        if (v[i] > margin + 1e-9) QVERIFY(std::abs(slope) < 1e-7);
      }
    }
    QVERIFY(constrainedMultipliers(std::vector<double>{0}, std::vector<double>{-1}, 0).empty());
  }

  // GEM: the result raises no past task's loss (to first order).
  void episodicProjection() {
    for (int steps = 41; steps < 60; steps += 3) {
      Probe probe(MethodKind::Gem, steps);
      AlignedVector<float> row(probe.bench.shape().size());
      for (const int task : {0, 1}) {
        std::vector<SampleRef> refs;
        for (const int item : probe.bench.memory.itemsOf(task))
          refs.push_back(probe.bench.memory.items()[static_cast<std::size_t>(item)]);
        QCOMPARE(refs.size(), std::size_t(15));
        probe.bench.crossEntropyOf(refs, row.data());
        const double along = mlpKernels().dot(row.data(), probe.bench.total.data(), probe.bench.size());
        QVERIFY2(along > -1e-4, qPrintable(QString::number(along)));
      }
    }
  }

  void jointTakesABatchOfEachTask() {
    Learner learner = learnerOf(MethodKind::Joint, clouds());
    train(learner, 41);
    const std::int64_t before = learner.bench().backpropagated;
    learner.step();
    QCOMPARE(learner.bench().backpropagated - before, 3 * 8);
  }

  void savedLearnersGoOnBitForBit() {
    for (const MethodKind kind : allMethods) {
      Learner whole = learnerOf(kind, clouds()), part = learnerOf(kind, clouds()), loaded = learnerOf(kind, clouds());
      train(whole, 55);
      train(part, 33);
      train(loaded, 7);
      loaded.load(part.save());
      train(loaded, 22);
      QVERIFY2(same(whole.save(), loaded.save()), qPrintable(QString::number(static_cast<int>(kind))));
    }
  }

  void everyMethodLearnsEveryScenario() {
    for (const Scenario scenario : {Scenario::Domain, Scenario::Class, Scenario::Task})
      for (const MethodKind kind : allMethods) {
        Learner learner = learnerOf(kind, clouds(scenario), scenario);
        train(learner, 60);
        QVERIFY(std::isfinite(learner.loss().fresh));
        QCOMPARE(learner.bench().finished.size(), std::size_t(3));
      }
  }

  void taskMasksReachTheGradient() {
    Probe probe(MethodKind::Naive, 25, nullptr, Scenario::Task);
    // Classes 2 and 3 are those of task 2: no other output learns.
    const FeedForwardShape& shape = probe.bench.shape();
    const int last = shape.layers() - 1;
    for (int c = 0; c < shape.outputs(); ++c) {
      const float bias = probe.bench.fresh[shape.biases(last) + static_cast<std::size_t>(c)];
      QCOMPARE(bias != 0.0F, c == 2 || c == 3);
    }
  }

  // Tasks that share classes get outputs of their own, and no other output learns.
  void separateHeadsLearnAlone() {
    StreamOptions options;
    options.kind = StreamKind::Moons;
    options.scenario = Scenario::Task;
    options.tasks = 3;
    options.train = 60;
    options.test = 40;
    options.separateHeads = true;
    const auto stream = std::make_shared<TaskStream>(makeTaskStream(options, 7, Progress()));
    QCOMPARE(stream->classes, 6);
    QCOMPARE(stream->labels(), 2);
    QCOMPARE(stream->tasks[2].classes, (std::vector<int>{4, 5}));
    QCOMPARE(stream->labelOf(5), 1);
    for (const MethodKind kind : allMethods) {
      Learner learner = learnerOf(kind, stream, Scenario::Task);
      train(learner, 25);
      if (kind == MethodKind::Naive) {
        const std::size_t bias = learner.bench().shape().biases(2);
        for (std::size_t c = 0; c < 6; ++c) QCOMPARE(learner.bench().fresh[bias + c] != 0.0F, c == 2 || c == 3);
      }
      train(learner, 35);
      QVERIFY(std::isfinite(learner.loss().fresh + learner.loss().stability));
    }
    // Where no class is shared the mask alone parts the heads.
    StreamOptions apart = options;
    apart.kind = StreamKind::Gaussians;
    QCOMPARE(makeTaskStream(apart, 7, Progress()).headClasses, 0);
  }

  // One divergence a past task, among its own classes.
  void distillationOfHeads() {
    Probe probe(MethodKind::Lwf, 47, nullptr, Scenario::Task);
    const State state = probe.method->save();
    const auto saved = state.get("old").as<float>();
    const AlignedVector<float> old(saved.begin(), saved.end());
    const Batch& batch = probe.bench.batch;
    const std::vector<double> taught = probe.dense.logits(old, batch.x, batch.count);
    probe.check(probe.bench.stability, [&](const std::vector<double>& theta) {
      const std::vector<double> logits = probe.dense.logits(theta, batch.x, batch.count);
      double sum = 0;
      for (std::size_t r = 0; r < batch.y.size(); ++r)
        for (const std::size_t first : {0, 2}) {  // the classes of tasks 1 and 2
          const auto head = [&](const std::vector<double>& z) {
            return softmaxOf({z[r * 6 + first], z[r * 6 + first + 1]}, 0, 2, 2);
          };
          const std::vector<double> q = head(taught), p = head(logits);
          for (std::size_t c = 0; c < 2; ++c) sum += q[c] * std::log(q[c] / p[c]);
        }
      return 4 * sum / batch.count;
    });
  }

  // Batch normalisation under every method: resumes bit for bit, and nothing but passes in training moves the running
  // statistics.
  void normalisedNetsLearnByEveryMethod() {
    const Architecture normalised{.hidden = {7, 6}, .batchNorm = true};
    for (const MethodKind kind : allMethods) {
      Learner whole = learnerOf(kind, clouds(), Scenario::Domain, nullptr, normalised);
      Learner part = learnerOf(kind, clouds(), Scenario::Domain, nullptr, normalised);
      Learner loaded = learnerOf(kind, clouds(), Scenario::Domain, nullptr, normalised);
      train(whole, 55);
      train(part, 33);
      loaded.load(part.save());
      train(loaded, 22);
      QVERIFY2(same(whole.save(), loaded.save()), qPrintable(QString::number(static_cast<int>(kind))));
      const FeedForwardShape& shape = whole.bench().shape();
      QVERIFY(whole.bench().theta[shape.layer(0).variances] != 1.0F);
      for (std::size_t i = shape.trainable(); i < shape.size(); ++i) {
        QCOMPARE(whole.bench().velocity[i], 0.0F);
        if (whole.save().has("method.omega") && whole.save().get("method.omega").size() > i)
          QCOMPARE(whole.save().get("method.omega").value(i), 0.0);
      }
    }
  }

  // A step that diverges leaves the running statistics as they were.
  void divergedStepsMoveNoStatistics() {
    Learner learner = learnerOf(MethodKind::L2, clouds(), Scenario::Domain,
                                [](MethodOptions& o) {
                                  o.l2Strength = 1e9;
                                  o.explicitPenalty = true;
                                },
                                {.hidden = {7, 6}, .batchNorm = true});
    train(learner, 20);
    AlignedVector<float> before;
    try {
      for (int i = 0; i < 40; ++i) {
        before = learner.bench().theta;
        learner.step();
      }
      QFAIL("does not diverge");
    } catch (const NumericError&) {
    }
    QCOMPARE(learner.bench().theta, before);
  }

  void explicitPenaltiesMayDiverge() {
    Learner learner = learnerOf(MethodKind::L2, clouds(), Scenario::Domain, [](MethodOptions& o) {
      o.l2Strength = 1e6;
      o.explicitPenalty = true;
    });
    train(learner, 20);
    bool said = false;
    try {
      train(learner, 40);
    } catch (const NumericError& error) {
      said = std::string(error.what()).find("implicit") != std::string::npos;
    }
    QVERIFY(said);
  }

  void frozenLayersStay() {
    for (const MethodKind kind : {MethodKind::Er, MethodKind::L2}) {
      Learner learner = learnerOf(kind, clouds());
      train(learner, 25);
      learner.freeze(1, true);
      const AlignedVector<float> before = learner.bench().theta;
      train(learner, 5);
      const FeedForwardShape& shape = learner.bench().shape();
      for (std::size_t i = 0; i < shape.size(); ++i)
        if (i >= shape.begin(1) && i < shape.end(1)) QCOMPARE(learner.bench().theta[i], before[i]);
      QVERIFY(learner.bench().theta[0] != before[0]);
    }
  }

  void scheduleCanBeChanged() {
    Learner learner = learnerOf(MethodKind::Er, clouds());
    train(learner, 5);
    QVERIFY(learner.swapNext());
    QVERIFY(learner.jump());
    learner.step();
    QCOMPARE(learner.bench().task, 2);
    QCOMPARE(learner.bench().finished, std::vector<int>{0});
    learner.visit({0, 4});
    train(learner, 4);
    QCOMPARE(learner.bench().task, 0);
    learner.step();
    QCOMPARE(learner.bench().task, 2);
    train(learner, 18);
    QCOMPARE(learner.schedule().size(), std::size_t(5));
    QVERIFY(!learner.swapNext());
    learner.step();
    QCOMPARE(learner.bench().task, 1);
    QVERIFY(!learner.jump());
  }

  void rehearsalReplaysOneClass() {
    Learner plain = learnerOf(MethodKind::Naive, clouds()), rehearsed = learnerOf(MethodKind::Naive, clouds());
    train(plain, 20);
    train(rehearsed, 20);
    rehearsed.rehearse({10, 1});
    plain.step();
    rehearsed.step();
    QVERIFY(plain.bench().theta != rehearsed.bench().theta);
    QCOMPARE(rehearsed.bench().backpropagated - plain.bench().backpropagated, 8);
    train(rehearsed, 10);
    const std::int64_t before = rehearsed.bench().backpropagated;
    rehearsed.step();
    QCOMPARE(rehearsed.bench().backpropagated - before, 8);
  }

  void warmUpGrowsLinearly() {
    Learner learner = learnerOf(MethodKind::Naive, clouds());
    learner.warmUp(4);
    for (int i = 1; i <= 5; ++i) {
      const AlignedVector<float> before = learner.bench().theta;
      learner.step();
      const double rate = 0.1 * std::min(i, 4) / 4;
      const double moved = static_cast<double>(before[3]) - static_cast<double>(learner.bench().theta[3]);
      QVERIFY(std::abs(moved - rate * static_cast<double>(learner.bench().followed()[3])) < 1e-6);
    }
  }

  void reservoirKeepsEachItemAsOften() {
    const int items = 40, capacity = 10, rounds = 4000;
    std::vector<int> kept(items, 0);
    RandomStream random(1, "reservoir");
    const std::vector<float> logits{0, 0};
    for (int round = 0; round < rounds; ++round) {
      ReplayMemory memory(MemoryPolicy::Reservoir, capacity, 2);
      for (int i = 0; i < items; ++i) memory.offer({0, i}, 0, logits, random);
      for (const SampleRef& ref : memory.items()) ++kept[static_cast<std::size_t>(ref.index)];
    }
    for (const int count : kept) QVERIFY(std::abs(count - rounds / 4) < 5 * std::sqrt(rounds * 0.25 * 0.75));
  }

  void refillGivesEachTaskItsShare() {
    ReplayMemory memory(MemoryPolicy::Refill, 30, 2);
    RandomStream random(1, "refill");
    for (int task = 0; task < 3; ++task) memory.refill(task, 100, random);
    for (int task = 0; task < 3; ++task) {
      QCOMPARE(memory.itemsOf(task).size(), std::size_t(10));
      std::set<int> distinct;
      for (const int item : memory.itemsOf(task)) distinct.insert(memory.items()[static_cast<std::size_t>(item)].index);
      QCOMPARE(distinct.size(), std::size_t(10));
    }
    memory.setCapacity(12, random);
    QCOMPARE(memory.size(), 12);
    memory.setCapacity(0, random);
    QCOMPARE(memory.size(), 0);
  }

  void balancedMemoryBalancesClasses() {
    ReplayMemory memory(MemoryPolicy::Balanced, 20, 2);
    RandomStream random(1, "balanced");
    const std::vector<float> logits{0, 0};
    for (int i = 0; i < 400; ++i) memory.offer({0, i}, i < 300 ? 0 : 1, logits, random);
    int late = 0;
    for (const SampleRef& ref : memory.items()) late += ref.index >= 300 ? 1 : 0;
    QCOMPARE(late, 10);
  }
};

QTEST_APPLESS_MAIN(TestContinualMethods)
#include "test_continual_methods.moc"
