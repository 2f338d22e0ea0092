// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/net_stack.h"

#include <algorithm>

#include "engine/core/errors.h"

namespace learnscope::richlazy {
namespace {

using Part = AlignedVector<float> TrialRnnWeights::*;
constexpr std::pair<const char*, Part> parts[] = {{"input", &TrialRnnWeights::input},
                                                  {"recurrent", &TrialRnnWeights::recurrent},
                                                  {"readout", &TrialRnnWeights::readout}};

}  // namespace

void putNets(State& state, const std::string& prefix, int count, int hidden,
             const std::function<const TrialRnnWeights&(int)>& net) {
  for (const auto& [name, part] : parts) {
    const auto size = static_cast<std::int64_t>((net(0).*part).size());
    const std::int64_t rows = part == &TrialRnnWeights::readout ? size / hidden : hidden;
    Array all(DType::Float32, {count, rows, size / rows});
    const auto values = all.mutableAs<float>();
    for (int i = 0; i < count; ++i) std::copy((net(i).*part).begin(), (net(i).*part).end(), values.begin() + i * size);
    state.put(prefix + name, std::move(all));
  }
}

void getNets(const State& state, const std::string& prefix, int count,
             const std::function<TrialRnnWeights&(int)>& net) {
  for (const auto& [name, part] : parts) {
    const auto values = state.get(prefix + name).as<float>();
    const std::size_t size = (net(0).*part).size();
    if (values.size() != size * static_cast<std::size_t>(count))
      throw DataError("saved state", prefix + name, "an ensemble of the same size expected");
    for (int i = 0; i < count; ++i)
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(size) * i, size, (net(i).*part).begin());
  }
}

}  // namespace learnscope::richlazy
