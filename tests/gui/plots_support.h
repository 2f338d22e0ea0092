// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/core/session.h"
#include "tests/support/described_lab.h"
#include "tests/support/memory_store.h"
#include "widgets/model/session_model.h"

namespace learnscope::test {

class PlotLab : public DescribedLab {
 public:
  Description describe(const Config&) const override {
    Description d;
    d.id = "plot-lab";
    d.title = "Plot lab";
    const auto scalar = [&](const char* id, const char* title) {
      d.measures.push_back({.id = id, .title = title, .doc = ""});
    };
    const auto array = [&](const char* id, const char* title, std::vector<std::string> shape) {
      d.measures.push_back(
          {.id = id, .title = title, .doc = "", .kind = MeasureKind::Array, .shape = std::move(shape)});
    };
    scalar("trainAccuracy", "Train accuracy");
    scalar("testAccuracy", "Test accuracy");
    scalar("loss", "Loss");
    scalar("signed", "Signed");
    array("energy", "Energy", {"K"});
    array("alpha", "Alpha", {"F"});
    array("table", "Table", {"M", "M"});
    array("digits", "Digits", {"N", "H", "W"});
    array("points", "Points", {"K", "2"});
    d.events = {{"memorised", "Memorised", "train >= 0.99"},
                {"feature-{k}", "Feature {k}", "alpha_k >= 0.5"},
                {"stage-1", "Lazy", "start", true},
                {"stage-2", "Independent", "c^2 >= 1/2", true},
                {"stage-3", "Interactive", "c^2 < 1/2", true}};
    return d;
  }
  std::int64_t defaultSteps(const Config&) const override { return 1500; }
};

/// A session of the plot lab with runs made by hand.
struct PlotSession {
  std::shared_ptr<PlotLab> lab = std::make_shared<PlotLab>();
  MemoryRunFactory factory;
  Scheduler scheduler{1};
  SessionModel model{lab, factory, scheduler};

  std::shared_ptr<Run> addRun(const std::string& id, std::uint64_t seed, std::int64_t steps,
                              const Json& config = Json::object()) {
    RunInfo info;
    info.id = id;
    info.config = Config(config);
    info.lab = "plot-lab";
    info.label.title = "seed " + std::to_string(seed);
    info.seed = seed;
    info.steps = steps;
    std::shared_ptr<Run> run = factory.create(*lab, info);
    model.session().open(run, false);
    model.session().makeCurrent(*model.session().find(id));
    return run;
  }
};

/// Deterministic noise in [-1, 1].
inline double noise(std::uint64_t i) {
  i = (i ^ (i >> 30)) * 0xBF58476D1CE4E5B9ULL + 0x9E3779B97F4A7C15ULL;
  i = (i ^ (i >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((i ^ (i >> 31)) >> 11) * 0x1p-52 - 1;
}

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

template <class F>
Array filled(std::vector<std::int64_t> shape, F value) {
  std::int64_t n = 1;
  for (const std::int64_t extent : shape) n *= extent;
  std::vector<float> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(value(i));
  return Array::from<float>(values, std::move(shape));
}

/// Curves of the shape of a grokking run: train rises early, test late, energies fan out.
inline void fillLikeGrokking(Run& run, std::uint64_t seed, std::int64_t steps) {
  const double late = 380 + 40 * static_cast<double>(seed);
  for (std::int64_t step = 0; step <= steps; step += 10) {
    const double t = static_cast<double>(step);
    const auto jitter = [&](int which) {
      return 0.012 * noise(static_cast<std::uint64_t>(step * 8 + which) + seed * 99991);
    };
    run.addScalar("wallTime", {step, t * 0.0023});
    run.addScalar("trainAccuracy", {step, std::clamp(sigmoid((t - 45) / 14) + jitter(0), 0.0, 1.0)});
    run.addScalar("testAccuracy", {step, std::clamp(0.02 + 0.98 * sigmoid((t - late) / 45) + jitter(1), 0.0, 1.0)});
    run.addScalar("loss", {step, 0.95 * std::exp(-t / 160) + 0.0008 * (1 + jitter(2) * 20) + 1e-4});
    run.addScalar("signed", {step, 120 * std::sin(t / 90) * std::exp(-t / 400) + 3 * jitter(3)});
    if (step % 20 == 0) {
      run.addArray("energy", step, filled({256}, [&](std::size_t i) {
                     const double end = 0.4 + 0.8 * (noise(i + seed) + 1) / 2;
                     return 0.13 + end * sigmoid((t - 250 - 100 * noise(i * 7)) / 90);
                   }));
      run.addArray("alpha", step, filled({23}, [&](std::size_t k) {
                     return sigmoid((t - 180 - 12 * static_cast<double>((k * 7) % 23)) / 30);
                   }));
    }
    if (step % 100 == 0) {
      run.addArray("table", step, filled({23, 23}, [&](std::size_t i) {
                     return noise(i * 31) < 2 * sigmoid((t - late) / 45) - 1 ? 1 : 0;
                   }));
      run.addArray("points", step, filled({60, 2}, [&](std::size_t i) {
                     const double angle = 0.105 * static_cast<double>(i / 2) * 7,
                                  r = 0.2 + sigmoid((t - 300) / 80) + 0.1 * noise(i / 2);
                     return i % 2 ? r * std::sin(angle) : r * std::cos(angle);
                   }));
      run.addArray("digits", step, filled({12, 16, 16}, [&](std::size_t i) {
                     const double x = static_cast<double>(i % 16) - 7.5, y = static_cast<double>(i / 16 % 16) - 7.5,
                                  n = static_cast<double>(i / 256);
                     return std::exp(-std::pow(std::hypot(x, y) - 2 - 0.4 * n, 2) / 3);
                   }));
    }
    run.setLastStep(step);
  }
  const auto event = [&](const char* id, std::int64_t step, const char* title) {
    run.addEvent({id, step, step, title});
  };
  event("stage-1", 0, "Lazy");
  event("stage-2", 20, "Independent");
  event("stage-3", 110, "Interactive");
  event("memorised", 60, "Memorised");
  for (int k = 0; k < 12; ++k)
    event(("feature-" + std::to_string(k)).c_str(), 180 + 20 * k, ("Feature " + std::to_string(k)).c_str());
  event("generalised", static_cast<std::int64_t>(late) + 80, "Generalised");
  run.addJournal({700, Json{{"set", {{"weightDecay", 0.001}}}}});
  run.setState(RunState::Finished);
}

}  // namespace learnscope::test
