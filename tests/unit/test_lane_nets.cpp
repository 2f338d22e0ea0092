// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <functional>

#include "engine/core/errors.h"
#include "engine/models/concept_probe.h"
#include "engine/models/conditional_mlp.h"
#include "engine/models/conditional_unet.h"
#include "engine/models/diffusion.h"
#include "engine/models/threads.h"
#include "engine/models/unet_torch.h"
#include "tests/support/count_allocations.h"

using namespace learnscope;

namespace {

AlignedVector<float> drawn(std::size_t n, RandomStream& random, double scale = 1) {
  AlignedVector<float> values(n);
  for (float& value : values) value = static_cast<float>(scale * random.normal());
  return values;
}

/// All weights away from 0, also those that start there, so that every gradient is tested.
AlignedVector<float> weightsOf(const Denoiser& net, std::uint64_t seed) {
  RandomStream random(seed, "test.weights");
  AlignedVector<float> weights(static_cast<std::size_t>(net.parameters().count()));
  net.parameters().draw(random, 1, weights.data());
  for (float& w : weights) w += static_cast<float>(0.05 * random.normal());
  return weights;
}

double relative(std::span<const float> got, std::span<const double> wanted) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    difference += std::pow(got[i] - wanted[i], 2);
    size += wanted[i] * wanted[i];
  }
  return std::sqrt(difference / std::max(size, 1e-30));
}

/// Calls f(place, index) for every value of a sample of the net.
void eachValue(const Denoiser& net, const std::function<void(long, std::size_t)>& f) {
  const LaneGrid& grid = net.grid();
  std::size_t i = 0;
  for (int c = 0; c < net.planes(); ++c)
    for (int y = 0; y < grid.rows; ++y)
      for (int x = 0; x < grid.columns; ++x) f(c * grid.plane + y * grid.row + x * grid.pixel, i++);
}

/// Mean square error of 16 samples and its gradient by the hand-written passes.
struct Passed {
  double loss = 0;
  AlignedVector<float> output, gradient;
};
Passed passed(Denoiser& net, const AlignedVector<float>& weights, const AlignedVector<float>& images,
              const AlignedVector<float>& prompts, const AlignedVector<float>& times,
              const AlignedVector<float>& noise) {
  const std::size_t values = images.size() / kImageLanes, length = static_cast<std::size_t>(net.promptLength());
  Passed result;
  result.output.resize(images.size());
  result.gradient.assign(weights.size(), 0.0f);
  net.use(weights.data());
  AlignedVector<float> lanes(length * kImageLanes);
  for (std::size_t l = 0; l < kImageLanes; ++l)
    for (std::size_t p = 0; p < length; ++p) lanes[p * kImageLanes + l] = prompts[l * length + p];
  eachValue(net, [&](long place, std::size_t k) {
    for (std::size_t l = 0; l < kImageLanes; ++l) net.input()[place + static_cast<long>(l)] = images[l * values + k];
  });
  PromptCodes codes, time;
  net.promptCodes(lanes.data(), codes);
  net.timeCodes(times.data(), time);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] += time[i];
  net.forward(codes, true);
  const double scale = 2.0 / static_cast<double>(images.size());
  eachValue(net, [&](long place, std::size_t k) {
    for (std::size_t l = 0; l < kImageLanes; ++l) {
      const long at = place + static_cast<long>(l);
      const float difference = net.output()[at] - noise[l * values + k];
      result.output[l * values + k] = net.output()[at];
      net.outputGradient()[at] = static_cast<float>(scale * difference);
      result.loss += 0.5 * scale * difference * difference;
    }
  });
  net.backward(result.gradient.data());
  return result;
}

/// A small learnable task: samples are +1 or -1 everywhere, as their prompt says.
DiffusionBatch signBatch(const std::vector<std::vector<float>>& samples, const std::vector<std::vector<float>>& prompts,
                         int count) {
  DiffusionBatch batch;
  for (int i = 0; i < count; ++i) {
    batch.samples.push_back(samples[static_cast<std::size_t>(i % 2)].data());
    batch.prompts.push_back(prompts[static_cast<std::size_t>(i % 2)].data());
  }
  return batch;
}

}  // namespace

class TestLaneNets : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { useOneThread(); }

  void hasThePagesNumberOfParameters() {
    QCOMPARE(ConditionalUNet({16, 4}).parameters().count(), 64787);
    // A prompt of 7 numbers adds 3 inputs to each block's first prompt layer.
    QCOMPARE(ConditionalUNet({16, 7}).parameters().count(), 64787 + 3 * (12 + 24 + 24 + 24 + 12));
  }

  void startsAsPyTorchsLayers() {
    const ConditionalUNet net({16, 4});
    std::vector<float> weights(64787);
    RandomStream random(1, "start");
    net.parameters().draw(random, 1, weights.data());
    for (const LaneParameter& p : net.parameters().all()) {
      double largest = 0, sum = 0;
      for (int i = 0; i < p.count; ++i) {
        const double w = weights[static_cast<std::size_t>(p.offset + i)];
        largest = std::max(largest, std::abs(w));
        sum += w;
      }
      if (p.start == LaneParameter::Start::Zero) QCOMPARE(largest, 0.0);
      if (p.start == LaneParameter::Start::One) QCOMPARE(sum, static_cast<double>(p.count));
      if (p.start != LaneParameter::Start::Uniform || p.count < 200) continue;
      const double bound = 1 / std::sqrt(static_cast<double>(p.fanIn));
      QVERIFY2(largest <= bound && largest > 0.95 * bound, p.name.c_str());
    }
    const auto fanIn = [&](const std::string& name) {
      for (const LaneParameter& p : net.parameters().all())
        if (p.name == name) return p.fanIn;
      return -1;
    };
    QCOMPARE(fanIn("block4.conv1.weight"), 48 * 9);
    QCOMPARE(fanIn("up1.weight"), 12 * 4);  // PyTorch takes the outputs of a transposed convolution
  }

  void agreesWithAutograd_data() {
    QTest::addColumn<int>("side");
    QTest::addColumn<int>("prompt");
    QTest::newRow("16 pixels, 4 numbers") << 16 << 4;
    QTest::newRow("12 pixels, 7 numbers") << 12 << 7;
  }
  void agreesWithAutograd() {
    QFETCH(int, side);
    QFETCH(int, prompt);
    ConditionalUNet net({side, prompt});
    const AlignedVector<float> weights = weightsOf(net, 3);
    RandomStream random(4, "test.data");
    const auto values = static_cast<std::size_t>(3 * side * side);
    const AlignedVector<float> images = drawn(16 * values, random), noise = drawn(16 * values, random);
    const AlignedVector<float> prompts = drawn(16 * static_cast<std::size_t>(prompt), random);
    AlignedVector<float> times(16);
    for (float& t : times) t = static_cast<float>(random.uniform());
    const Passed own = passed(net, weights, images, prompts, times, noise);
    const UNetReference wanted = unetReference(net, weights, images, prompts, times, noise);
    QVERIFY2(std::abs(own.loss - wanted.loss) < 1e-5 * wanted.loss, std::to_string(own.loss - wanted.loss).c_str());
    QVERIFY(relative(own.output, wanted.output) < 1e-5);
    for (const LaneParameter& p : net.parameters().all()) {
      const auto at = static_cast<std::size_t>(p.offset), n = static_cast<std::size_t>(p.count);
      const double error = relative({own.gradient.data() + at, n}, {wanted.gradient.data() + at, n});
      QVERIFY2(error < 1e-3, (p.name + " " + std::to_string(error)).c_str());
    }
  }

  void bothKernelSetsAgree() {
    RandomStream random(5, "test.kernels");
    const AlignedVector<float> in = drawn(4096, random, 3);
    AlignedVector<float> out(4096), slope(4096), fastOut(4096), fastSlope(4096);
    baselineLaneKernels().gelu(in.data(), out.data(), slope.data(), 4096);
    laneKernels().gelu(in.data(), fastOut.data(), fastSlope.data(), 4096);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double x = in[i], cdf = 0.5 * std::erfc(-x / std::sqrt(2.0));
      const double density = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
      QVERIFY(std::abs(out[i] - x * cdf) < 2e-6 && std::abs(fastOut[i] - x * cdf) < 2e-6);
      QVERIFY(std::abs(slope[i] - (cdf + x * density)) < 2e-6);
      QVERIFY(std::abs(fastSlope[i] - slope[i]) < 1e-6);
    }
    // A map with a rest tile (7 outputs) and taps that are no multiple of 3.
    const std::vector<int> offsets{0, 16, 64, 80, 160};
    const LaneMap map{7, 5, offsets.data(), 48, 16, {3, 2, 512, 32, 16}};
    const AlignedVector<float> packed = drawn(35, random);
    AlignedVector<float> a(4096), b(4096);
    baselineLaneKernels().apply(map, packed.data(), nullptr, false, in.data(), a.data());
    laneKernels().apply(map, packed.data(), nullptr, false, in.data(), b.data());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(std::abs(a[i] - b[i]) < 1e-4);
    AlignedVector<float> ga(35), gb(35);
    baselineLaneKernels().gradient(map, in.data(), a.data(), ga.data());
    laneKernels().gradient(map, in.data(), a.data(), gb.data());
    for (int o = 0; o < 7; ++o)
      for (int k = 0; k < 5; ++k) {
        double wanted = 0;
        for (int y = 0; y < 3; ++y)
          for (int x = 0; x < 2; ++x)
            for (int l = 0; l < 16; ++l)
              wanted += double(a[static_cast<std::size_t>(o * 512 + y * 32 + x * 16 + l)]) *
                        in[static_cast<std::size_t>(offsets[static_cast<std::size_t>(k)] + y * 48 + x * 16 + l)];
        const auto at = static_cast<std::size_t>(o * 5 + k);
        QVERIFY(std::abs(ga[at] - wanted) < 1e-3 * (1 + std::abs(wanted)));
        QVERIFY(std::abs(gb[at] - wanted) < 1e-3 * (1 + std::abs(wanted)));
      }
  }

  void vectorNetHasTheRightGradient() {
    ConditionalMlp net(3, 32, 3);
    AlignedVector<float> weights = weightsOf(net, 6);
    RandomStream random(7, "test.data");
    const AlignedVector<float> samples = drawn(48, random), noise = drawn(48, random), prompts = drawn(48, random);
    AlignedVector<float> times(16);
    for (float& t : times) t = static_cast<float>(random.uniform());
    const Passed own = passed(net, weights, samples, prompts, times, noise);
    for (const LaneParameter& p : net.parameters().all()) {
      // The derivative along the gradient itself: large against rounding.
      AlignedVector<float> moved = weights;
      double size = 0;
      for (int i = 0; i < p.count; ++i) size += std::pow(own.gradient[static_cast<std::size_t>(p.offset + i)], 2);
      size = std::sqrt(size);
      const double h = 2e-2;
      double ends[2];
      for (const int side : {0, 1}) {
        for (int i = 0; i < p.count; ++i) {
          const auto at = static_cast<std::size_t>(p.offset + i);
          moved[at] = weights[at] + static_cast<float>((side ? h : -h) * own.gradient[at] / size);
        }
        ends[side] = passed(net, moved, samples, prompts, times, noise).loss;
      }
      const double found = (ends[1] - ends[0]) / (2 * h);
      QVERIFY2(std::abs(found - size) < 1e-2 * size + 1e-5,
               (p.name + " " + std::to_string(found) + " " + std::to_string(size)).c_str());
    }
  }

  void probeHasTheRightGradient() {
    ConceptProbe probe(16, 2);
    RandomStream random(8, "test.probe");
    for (float& w : probe.weights()) w = static_cast<float>(0.2 * random.normal());
    std::vector<AlignedVector<float>> pictures;
    ProbeImages images;
    for (int i = 0; i < 16; ++i) pictures.push_back(drawn(768, random));
    for (int i = 0; i < 16; ++i) {
      images.images.push_back(pictures[static_cast<std::size_t>(i)].data());
      images.concepts.insert(images.concepts.end(),
                             {static_cast<std::uint8_t>(i % 2), static_cast<std::uint8_t>(i / 8)});
    }
    const auto lossAt = [&](AlignedVector<float>& gradient) {
      gradient.assign(probe.weights().size(), 0.0f);
      probe.use();
      return probe.lossAndGradient(images, 0, gradient);
    };
    AlignedVector<float> gradient, unused;
    lossAt(gradient);
    double size = 0;
    for (const float g : gradient) size += static_cast<double>(g) * g;
    size = std::sqrt(size);
    const AlignedVector<float> start = probe.weights();
    double ends[2];
    const double h = 2e-3;
    for (const int side : {0, 1}) {
      for (std::size_t i = 0; i < start.size(); ++i)
        probe.weights()[i] = start[i] + static_cast<float>((side ? h : -h) * gradient[i] / size);
      ends[side] = lossAt(unused);
    }
    const double found = (ends[1] - ends[0]) / (2 * h);
    QVERIFY2(std::abs(found - size) < 0.02 * size, (std::to_string(found) + " " + std::to_string(size)).c_str());
  }

  void noiseScheduleKeepsTheVariance() {
    for (const double t : {0.0, 0.3, 0.7, 1.0}) {
      const NoiseLevel level = noiseLevel(t);
      QVERIFY(std::abs(level.alpha * level.alpha + level.sigma * level.sigma - 1) < 1e-6);
      QVERIFY(std::abs(std::log(level.sigma * level.sigma / (level.alpha * level.alpha)) - (-5 + 13 * t)) < 1e-4);
    }
    RandomStream random(9, "test.normals");
    std::vector<float> normals(200000);
    fillNormals(random, normals);
    double sum = 0, squares = 0, fourth = 0;
    for (const float x : normals) {
      sum += x;
      squares += double(x) * x;
      fourth += std::pow(x, 4);
    }
    const auto n = static_cast<double>(normals.size());
    QVERIFY(std::abs(sum / n) < 0.01 && std::abs(squares / n - 1) < 0.015 && std::abs(fourth / n - 3) < 0.1);
  }

  void learnsAndDrawsWhatThePromptSays() {
    const std::vector<std::vector<float>> samples{{1, 1}, {-1, -1}}, prompts{{1, 0}, {0, 1}};
    DiffusionTrainer trainer(std::make_unique<ConditionalMlp>(2, 64, 2), 1, 1);
    for (int i = 0; i < 3000; ++i) trainer.step(signBatch(samples, prompts, 32), {.learningRate = 5e-3});
    DdimSampler sampler(std::make_unique<ConditionalMlp>(2, 64, 2));
    sampler.use(trainer.means().data());
    RandomStream random(2, "test.sampler");
    std::vector<float> noise(32), drawnSamples(32);
    fillNormals(random, noise);
    for (const std::size_t k : {0U, 1U}) {
      PromptCodes codes;
      sampler.codes(prompts[k], codes);
      sampler.sample(codes, {}, noise.data(), drawnSamples.data());
      for (const float x : drawnSamples) QVERIFY2(std::abs(x - samples[k][0]) < 0.2, std::to_string(x).c_str());
    }
  }

  // Guidance with weight 1 is no guidance; with weight 0 it draws what the null prompt draws.
  void guidanceMixesTheTwoPredictions() {
    DdimSampler sampler(std::make_unique<ConditionalMlp>(2, 32, 2));
    const AlignedVector<float> weights = weightsOf(sampler.net(), 11);
    sampler.use(weights.data());
    RandomStream random(3, "test.guidance");
    std::vector<float> noise(32), plain(32), one(32), zero(32), null(32);
    fillNormals(random, noise);
    PromptCodes codes, nothing;
    sampler.codes(std::vector<float>{1, 0}, codes);
    sampler.codes(std::vector<float>{-1, -1}, nothing);
    sampler.sample(codes, {}, noise.data(), plain.data());
    sampler.sample(codes, {.null = &nothing, .weight = 1}, noise.data(), one.data());
    sampler.sample(codes, {.null = &nothing, .weight = 0}, noise.data(), zero.data());
    sampler.sample(nothing, {}, noise.data(), null.data());
    QVERIFY(plain == one);
    QVERIFY(zero == null);
    QVERIFY(plain != null);
  }

  void continuesBitForBitAfterLoad() {
    const std::vector<std::vector<float>> samples{{1, 1}, {-1, -1}}, prompts{{1, 0}, {0, 1}};
    const DiffusionBatch batch = signBatch(samples, prompts, 20);  // a block of 16 and one that is not full
    DiffusionTrainer a(std::make_unique<ConditionalMlp>(2, 32, 2), 1, 1),
        b(std::make_unique<ConditionalMlp>(2, 32, 2), 1, 1);
    for (int i = 0; i < 20; ++i) a.step(batch, {});
    b.load(a.save());
    for (int i = 0; i < 20; ++i) QCOMPARE(a.step(batch, {}), b.step(batch, {}));
    QVERIFY(a.weights() == b.weights() && a.means() == b.means());
  }

  void refusesStatesOfOtherNetworks() {
    DiffusionTrainer small(std::make_unique<ConditionalMlp>(2, 32, 2), 1, 1),
        wide(std::make_unique<ConditionalMlp>(2, 64, 2), 1, 1),
        longer(std::make_unique<ConditionalMlp>(2, 32, 3), 1, 1);
    QVERIFY_EXCEPTION_THROWN(wide.load(small.save()), DataError);
    try {
      longer.load(small.save());
      QFAIL("a prompt of another length was taken");
    } catch (const DataError& error) {
      QVERIFY2(std::string(error.what()).find("snapshot expects prompt length 2, lab has 3") != std::string::npos,
               error.what());
    }
  }

  void keepsItsStateWhenTheLossDiverges() {
    const std::vector<std::vector<float>> samples{{1, 1}, {-1, -1}}, prompts{{1, 0}, {0, 1}};
    DiffusionTrainer trainer(std::make_unique<ConditionalMlp>(2, 32, 2), 1, 1);
    trainer.step(signBatch(samples, prompts, 16), {});
    const AlignedVector<float> before = trainer.weights();
    const std::vector<std::vector<float>> broken{{1, NAN}, {-1, -1}};
    QVERIFY_EXCEPTION_THROWN(trainer.step(signBatch(broken, prompts, 16), {}), NumericError);
    QVERIFY(trainer.weights() == before);
    QCOMPARE(trainer.steps(), 1);
  }

  void stepAllocatesNothing() {
    const std::vector<std::vector<float>> samples{std::vector<float>(192, 0.5f), std::vector<float>(192, -0.5f)},
        prompts{{1, 0, 0, 0}, {0, 1, 0, 0}};
    DiffusionTrainer trainer(std::make_unique<ConditionalUNet>(UNetShape{8, 4}), 1, 1);
    const DiffusionBatch batch = signBatch(samples, prompts, 32);
    trainer.step(batch, {});
    const long before = test::allocations;
    trainer.step(batch, {});
    QCOMPARE(test::allocations.load() - before, 0L);
  }
};

QTEST_GUILESS_MAIN(TestLaneNets)
#include "test_lane_nets.moc"
