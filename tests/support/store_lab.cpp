// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/store_lab.h"

#include <cmath>

#include "tests/support/described_lab.h"

namespace learnscope::test {
namespace {

class StoreLab : public DescribedLab {
 public:
  Description describe(const Config&) const override {
    Description description;
    description.id = "store-test";
    description.title = "Store test";
    description.measures = {{.id = "loss", .title = "Loss", .doc = "Made up.", .unit = "nats"},
                            {.id = "accuracy", .title = "Accuracy", .doc = "Made up."},
                            {.id = "time", .title = "Time", .doc = "Monotonic seconds.", .unit = "s"},
                            {.id = "weights", .title = "Weights", .doc = "Made up.", .kind = MeasureKind::Array},
                            {.id = "tasks", .title = "Tasks", .doc = "Made up.", .kind = MeasureKind::Array}};
    description.events = {{.id = "memorised", .title = "Memorised", .rule = "step 20", .phase = true}};
    return description;
  }
};

}  // namespace

std::shared_ptr<const Lab> storeLab() { return std::make_shared<StoreLab>(); }

Registry storeRegistry() {
  Registry registry;
  registry.add(storeLab());
  return registry;
}

RunInfo storeInfo(std::uint64_t seed) {
  RunInfo info;
  info.lab = "store-test";
  info.config = Config(Json{{"lr", 0.1}, {"data.name", "größe \"x\""}});
  info.seed = seed;
  info.steps = 100;
  info.label.title = "A title";
  info.parent = "0123456789abcdef";
  info.parentPath = "../parent.lscope";
  info.difference = Json{{"lr", 0.2}};
  return info;
}

double lossAt(std::int64_t step) { return std::exp(-0.01 * static_cast<double>(step)); }

Array weightsAt(std::int64_t step) {
  Array array(DType::Float32, {3, 4});
  for (std::size_t i = 0; i < array.size(); ++i)
    array.mutableAs<float>()[i] = static_cast<float>(step) + 0.25F * static_cast<float>(i);
  return array;
}

State stateOfStep(std::int64_t step) {
  State state;
  state.put("weights", weightsAt(step));
  state.putScalar<std::int64_t>("step", step);
  return state;
}

void recordSteps(Run& run, std::int64_t first, std::int64_t last) {
  for (std::int64_t step = first; step <= last; ++step) {
    run.addScalar("loss", {step, lossAt(step)});
    run.addScalar("accuracy", {step, 1 - lossAt(step)});
    if (step % 10 == 0) {
      run.addArray("weights", step, weightsAt(step));
      const std::vector<double> values{1.0 * static_cast<double>(step), 2, 3};
      run.addArray("tasks", step, Array::from<double>(values, {3}, {5, step + 100, 9}));
    }
    if (step == 20) run.addEvent({"memorised", 18, 20, "Memorised", Json{{"accuracy", 0.99}}});
    if (step == 30) run.addJournal({30, Json{{"set", {{"lr", 0.3}}}}});
    if (step % 50 == 0) run.addCheckpoint({step, CheckpointKind::Regular, 0, run.journal().size()}, stateOfStep(step));
    run.setLastStep(step);
  }
}

}  // namespace learnscope::test
