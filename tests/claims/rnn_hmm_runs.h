// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>
#include <map>
#include <memory>

#include "engine/experiments/rnn_hmm/experiment.h"
#include "engine/experiments/rnn_hmm/rnn_hmm_lab.h"
#include "engine/models/threads.h"
#include "tests/support/memory_recorder.h"

namespace learnscope::rnnhmm {

inline const Json kBirth{{"model.hidden", 100},
                         {"model.inputs", 50},
                         {"train.window", 20},
                         {"train.windows", 384},
                         {"train.activity", 0.001}};
inline const Json kDoubleWell{{"model.activation", "tanh"}, {"model.bias", true}, {"train.activity", 0.0}};
inline const Json kFull{{"hmm.family", "full"}, {"model.hidden", 100},
                        {"train.length", 60},   {"train.window", 8},
                        {"train.clip", 0.3},    {"train.curriculum", {{{"step", 1400}, {"window", 20}}}}};
inline const Json kCyclic{
    {"hmm.family", "cyclic"}, {"model.hidden", 100}, {"train.length", 40}, {"train.window", 8}, {"train.clip", 0.3}};
inline const Json kPaper{{"hmm.states", 3},   {"train.length", 30},  {"train.window", 0},  {"train.batch", 1024},
                         {"train.blur", 0.2}, {"model.hidden", 100}, {"model.inputs", 50}, {"train.activity", 0.0}};

/// A finished run in memory.
struct Trained {
  std::shared_ptr<const Lab> lab = makeLab();
  Config config;
  std::uint64_t seed;
  test::MemoryRecorder recorder;
  State state;

  Trained(const Json& values, std::uint64_t runSeed, int steps)
      : config(checkedConfig(*lab, values)), seed(runSeed), recorder(*lab, config) {
    const auto experiment = lab->build(config, seed, {});
    for (int step = 0; step <= steps; ++step) {
      if (step > 0) experiment->step({});
      recorder.setStep(step);
      experiment->measure(recorder);
    }
    state = experiment->save();
  }
  /// Mean of a scalar's last three records: occupancy wanders late in training.
  double settled(const std::string& id) const {
    const auto& values = recorder.scalars.at(id);
    double sum = 0;
    int n = 0;
    for (auto it = values.rbegin(); it != values.rend() && n < 3; ++it, ++n) sum += it->second;
    return sum / n;
  }
  State analyse(const std::string& id, const Json& values = Json::object()) const {
    std::vector<Problem> problems;
    const Config arguments = resolved(lab->describe(config).analysis(id)->arguments, values, problems);
    return lab->analyse(id, config, seed, state, arguments, {});
  }
};

inline double value(const State& state, const std::string& name, std::size_t i = 0) { return state.get(name).value(i); }

}  // namespace learnscope::rnnhmm

#define SAY(...) qInfo(__VA_ARGS__)
