// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/simulation.h"

#include <algorithm>

namespace learnscope::rnnhmm {
namespace {

std::size_t cells(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

template <class T>
void argmaxRows(const T* logits, int n, int symbols, std::uint8_t* out) {
  for (int i = 0; i < n; ++i) {
    const T* row = logits + cells(i, symbols);
    out[i] = static_cast<std::uint8_t>(std::max_element(row, row + symbols) - row);
  }
}

/// [rows][K] -> [K][rows], as the kernels have it.
template <class T>
AlignedVector<T> symbolMajor(const AlignedVector<T>& logits, int symbols) {
  const auto k = static_cast<std::size_t>(symbols), rows = logits.size() / k;
  AlignedVector<T> out(logits.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t a = 0; a < k; ++a) out[a * rows + i] = logits[i * k + a];
  return out;
}

/// Symbols [steps][chains] sampled from logits, as sequences [chains][steps].
template <class T>
SymbolSequences sampled(const AlignedVector<T>& logits, int chains, int steps, int symbols, BulkStream gumbel) {
  const AlignedVector<T> turned = symbolMajor(logits, symbols);
  AlignedVector<T> draws(turned.size());
  gumbel.gumbels(static_cast<long>(draws.size()), draws.data());
  std::vector<std::uint8_t> flat(cells(chains, steps));
  rnnKernels<T>().emitSymbols(turned.data(), draws.data(), static_cast<long>(flat.size()), symbols, T(1), flat.data(),
                              nullptr);
  SymbolSequences data{.count = chains, .length = steps, .symbols = symbols, .values = {}};
  data.values.resize(flat.size());
  for (int t = 0; t < steps; ++t)
    for (int i = 0; i < chains; ++i)
      data.values[cells(i, steps) + static_cast<std::size_t>(t)] = flat[cells(t, chains) + static_cast<std::size_t>(i)];
  return data;
}

}  // namespace

BulkStream analysisNoise(std::uint64_t seed, std::string_view purpose, std::int64_t step) {
  BulkStream stream(seed, purpose);
  stream.origin = mix64(stream.origin + static_cast<std::uint64_t>(step));
  return stream;
}

template <class T>
void noisyStep(const EffectiveRnn<T>& net, AlignedVector<T>& h, int n, BulkStream& noise, AlignedVector<T>& work) {
  const std::size_t states = cells(n, net.shape.hidden), inputs = cells(n, net.shape.inputs);
  work.resize(2 * states + inputs);
  T* x = work.data() + 2 * states;
  noise.normals(static_cast<long>(inputs), x);
  net.drive(x, n, work.data());
  net.step(h.data(), work.data(), n, work.data() + states);
  std::copy_n(work.data() + states, states, h.data());
}

template <class T>
void largestSymbols(const EffectiveRnn<T>& net, const T* h, int n, AlignedVector<T>& logits,
                    std::vector<std::uint8_t>& symbols) {
  logits.resize(cells(n, net.shape.symbols));
  symbols.resize(static_cast<std::size_t>(n));
  net.logits(h, n, logits.data());
  argmaxRows(logits.data(), n, net.shape.symbols, symbols.data());
}

template void noisyStep(const EffectiveRnn<float>&, AlignedVector<float>&, int, BulkStream&, AlignedVector<float>&);
template void noisyStep(const EffectiveRnn<double>&, AlignedVector<double>&, int, BulkStream&, AlignedVector<double>&);
template void largestSymbols(const EffectiveRnn<float>&, const float*, int, AlignedVector<float>&,
                             std::vector<std::uint8_t>&);
template void largestSymbols(const EffectiveRnn<double>&, const double*, int, AlignedVector<double>&,
                             std::vector<std::uint8_t>&);

Chains simulate(const EffectiveRnn<double>& net, int chains, int burnIn, int steps, BulkStream noise) {
  Chains result{.chains = chains,
                .steps = steps,
                .hidden = net.shape.hidden,
                .symbols = net.shape.symbols,
                .states = {},
                .logits = {},
                .largest = {}};
  const std::size_t slice = cells(chains, net.shape.hidden);
  result.states.resize(cells(steps, chains) * static_cast<std::size_t>(net.shape.hidden));
  AlignedVector<double> h(slice, 0.0), work;
  for (int t = 0; t < burnIn + steps; ++t) {
    noisyStep(net, h, chains, noise, work);
    if (t >= burnIn) std::copy(h.begin(), h.end(), result.states.begin() + (t - burnIn) * static_cast<long>(slice));
  }
  const int rows = steps * chains;
  result.logits.resize(cells(rows, net.shape.symbols));
  result.largest.resize(static_cast<std::size_t>(rows));
  net.logits(result.states.data(), rows, result.logits.data());
  argmaxRows(result.logits.data(), rows, net.shape.symbols, result.largest.data());
  return result;
}

SymbolSequences generate(const EffectiveRnn<float>& net, int count, int length, BulkStream noise, BulkStream gumbel) {
  const std::size_t slice = cells(count, net.shape.hidden), inputs = cells(count, net.shape.inputs);
  AlignedVector<float> h(slice, 0.0F), next(slice), drive(slice), x(inputs);
  AlignedVector<float> logits(cells(count, length) * static_cast<std::size_t>(net.shape.symbols));
  for (int t = 0; t < length; ++t) {
    noise.normals(static_cast<long>(inputs), x.data());
    net.drive(x.data(), count, drive.data());
    net.step(h.data(), drive.data(), count, next.data());
    h.swap(next);
    net.logits(h.data(), count, logits.data() + cells(t, count) * static_cast<std::size_t>(net.shape.symbols));
  }
  return sampled(logits, count, length, net.shape.symbols, gumbel);
}

SymbolSequences sampleSymbols(const Chains& chains, BulkStream gumbel) {
  return sampled(chains.logits, chains.chains, chains.steps, chains.symbols, gumbel);
}

}  // namespace learnscope::rnnhmm
