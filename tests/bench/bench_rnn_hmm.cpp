// SPDX-License-Identifier: GPL-3.0-or-later
// One measurement of the RNN-HMM lab's engine as a JSON line, for bench_rnn_hmm.py:
//   bench_rnn_hmm step                     CPU ms of a training step at the defaults (fresh targets, measures off)
//   bench_rnn_hmm flow                     CPU ms of a 32 x 32 flow field of a default net
//   bench_rnn_hmm live                     refreshes of that field while the default run trains at full speed
//   bench_rnn_hmm double-well FOLDER       trains a 128-unit tanh net with biases; writes W.npy, b.npy, X0.npy
//   bench_rnn_hmm fixed-points FOLDER      CPU s of the fixed-point search on those files
#include <chrono>
#include <ctime>
#include <fstream>
#include <future>
#include <iostream>
#include <thread>

#include "engine/core/session.h"
#include "engine/experiments/rnn_hmm/flow_field.h"
#include "engine/experiments/rnn_hmm/rnn_hmm_lab.h"
#include "engine/measures/fixed_points.h"
#include "engine/models/threads.h"
#include "engine/store/npy.h"
#include "tests/support/memory_store.h"

using namespace learnscope;
using namespace learnscope::rnnhmm;

namespace {

constexpr int kStarts = 1024;

double cpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

SymbolRnnTrainer<float> trained(const RnnShape& shape, const RnnTraining& options, int steps) {
  SymbolRnnTrainer<float> trainer(shape, options, 0);
  const HiddenMarkov chain = HiddenMarkov::linearChain(2, true);
  RandomStream data(0, "data");
  std::vector<std::uint8_t> target(static_cast<std::size_t>(options.batch * options.length));
  for (int i = 0; i < steps; ++i) {
    chain.sample(options.batch, options.length, data, target.data());
    trainer.step(target);
  }
  return trainer;
}

void step() {
  constexpr int kSteps = 100;
  const RnnTraining options;
  SymbolRnnTrainer<float> trainer = trained({}, options, 20);
  const HiddenMarkov chain = HiddenMarkov::linearChain(2, true);
  RandomStream data(1, "data");
  std::vector<std::uint8_t> target(static_cast<std::size_t>(options.batch * options.length));
  const double start = cpuSeconds();
  for (int i = 0; i < kSteps; ++i) {
    chain.sample(options.batch, options.length, data, target.data());
    trainer.step(target);
  }
  std::cout << "{\"ms\": " << (cpuSeconds() - start) / kSteps * 1e3 << "}\n";
}

void flow() {
  const Net net(trained({}, {}, 100).weights(), 1);
  const double start = cpuSeconds();
  const Chains chains = simulate(net.exact, kChains, kBurnIn, kChainSteps, analysisNoise(0, "bench"));
  const Portrait portrait = rotation(chains, net.exact, ThirdAxis::Component).portrait;
  const FlowField field = flowField(net, chains, portrait, true, 32, 2.5);
  std::cout << "{\"ms\": " << (cpuSeconds() - start) * 1e3 << ", \"cells\": " << field.supported.size() << "}\n";
}

/// As the window asks: a trainer's thread and the analysis thread, the next request when the last one is answered.
void live() {
  using Clock = std::chrono::steady_clock;
  test::MemoryRunFactory factory;
  Scheduler scheduler(1);
  Session session(makeLab(), factory, scheduler);
  Member& member = session.start(Json::object(), 0, 100000, 0, false);
  const auto stepOfRefresh = [&] {
    std::promise<AnalysisResult> answer;
    session.analyse("view", "flow-field", -1, {{"side", 32}, {"measured", false}},
                    [&](AnalysisResult result) { answer.set_value(std::move(result)); });
    const AnalysisResult result = answer.get_future().get();
    if (!result.result) throw std::runtime_error(result.error);
    return result.step;
  };
  while (member.run->lastStep() < 100) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const std::int64_t first = member.run->lastStep();
  std::int64_t shown = first;
  const double cpu = cpuSeconds();
  const auto start = Clock::now();
  int refreshes = 0;
  std::chrono::duration<double> wall{};
  while (wall.count() < 6) {
    // A field of a step already seen comes from the cache and is no refresh.
    const std::int64_t step = stepOfRefresh();
    if (step > shown)
      ++refreshes;
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    shown = step;
    wall = Clock::now() - start;
  }
  const double busy = cpuSeconds() - cpu;
  std::cout << "{\"perSecond\": " << refreshes / wall.count()
            << ", \"stepsPerSecond\": " << static_cast<double>(member.run->lastStep() - first) / wall.count()
            << ", \"cores\": " << busy / wall.count() << "}\n";
}

void save(const std::string& path, const Array& array) {
  const std::vector<std::byte> bytes = encodeNpy(array);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

std::vector<double> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const Array array = decodeNpy(std::as_bytes(std::span(text.data(), text.size())), path);
  const auto values = array.as<double>();
  return {values.begin(), values.end()};
}

void doubleWell(const std::string& folder) {
  RnnTraining options;
  options.activity = 0;
  const SymbolRnnTrainer<float> trainer = trained(
      {.hidden = 128, .inputs = 20, .symbols = 3, .bias = true, .activation = RnnActivation::Tanh}, options, 600);
  const Net net(trainer.weights(), 1);
  const Chains chains = simulate(net.exact, 64, kBurnIn, 3 * kStarts / 64, analysisNoise(0, "bench"));
  const AlignedVector<double> states = spreadStates(chains, kStarts);
  save(folder + "/W.npy",
       Array::from<double>(std::span<const double>(net.exact.w.data(), net.exact.w.size()), {128, 128}));
  save(folder + "/b.npy", Array::vector<double>(std::span<const double>(net.exact.b.data(), net.exact.b.size())));
  save(folder + "/X0.npy", Array::from<double>(std::span<const double>(states.data(), states.size()), {kStarts, 128}));
  std::cout << "{\"units\": 128, \"starts\": " << kStarts << "}\n";
}

void fixedPoints(const std::string& folder) {
  const ElmanMap map(RnnActivation::Tanh, load(folder + "/W.npy"), load(folder + "/b.npy"));
  const std::vector<double> starts = load(folder + "/X0.npy");
  const double start = cpuSeconds();
  const FixedPoints found = findFixedPoints(map, starts, {});
  const double seconds = cpuSeconds() - start;
  int stable = 0, fixed = 0;
  for (const FixedPoint& point : found.points) fixed += !point.slow, stable += point.stable() && !point.slow;
  double worst = 0;
  for (const double q : found.speedOfStart) worst = std::max(worst, q);
  std::cout << "{\"seconds\": " << seconds << ", \"fixed\": " << fixed << ", \"stable\": " << stable
            << ", \"slow\": " << found.points.size() - static_cast<std::size_t>(fixed)
            << ", \"unsolved\": " << found.unsolved() << ", \"solves\": " << found.solves
            << ", \"worstSpeed\": " << worst << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  useOneThread();
  const std::string what = argc > 1 ? argv[1] : "", folder = argc > 2 ? argv[2] : "";
  if (what == "step")
    step();
  else if (what == "flow")
    flow();
  else if (what == "live")
    live();
  else if (what == "double-well" && !folder.empty())
    doubleWell(folder);
  else if (what == "fixed-points" && !folder.empty())
    fixedPoints(folder);
  else {
    std::cerr << "bench_rnn_hmm: step, flow, live, double-well FOLDER or fixed-points FOLDER expected\n";
    return 2;
  }
  return 0;
}
