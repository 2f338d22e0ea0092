// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace learnscope {

/// A portable random stream: SplitMix64 started at s0 = mix64(seed * gamma + stream); its i-th output (i >= 1) is
/// mix64(s0 + i * gamma). Every purpose (split, initial weights, noise, ...) has a stream of its own, so switching one
/// off never moves another. The whole state is (seed, stream, position).
class RandomStream {
 public:
  RandomStream() = default;
  RandomStream(std::uint64_t seed, std::uint64_t stream);
  /// The stream called `name`; numbers above 2^32, so named streams never meet numbered ones.
  RandomStream(std::uint64_t seed, std::string_view name);

  std::uint64_t next();
  /// In [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal by the cosine half of Box-Muller: two uniforms each.
  double normal();
  /// In 0..n-1 as floor(u * n).
  std::uint64_t below(std::uint64_t n);
  /// Fisher-Yates from the end: for i = n-1..1 swap(i, floor(u * (i + 1))).
  std::vector<std::int64_t> shuffled(std::size_t n);
  std::vector<double> uniforms(std::size_t n);
  std::vector<double> normals(std::size_t n);

  /// Number of outputs drawn so far; setting it continues a saved stream.
  std::uint64_t position() const { return position_; }
  void setPosition(std::uint64_t position) { position_ = position; }

 private:
  std::uint64_t start_ = 0;
  std::uint64_t position_ = 0;
};

std::uint64_t mix64(std::uint64_t z);

}  // namespace learnscope
