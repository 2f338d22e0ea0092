// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/random_stream.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace learnscope {
namespace {

constexpr std::uint64_t kGamma = 0x9E3779B97F4A7C15ULL;

// FNV-1a, lifted above every numbered stream.
std::uint64_t namedStream(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash | (1ULL << 63);
}

}  // namespace

std::uint64_t mix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream) : start_(mix64(seed * kGamma + stream)) {}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) : RandomStream(seed, namedStream(name)) {}

std::uint64_t RandomStream::next() { return mix64(start_ + ++position_ * kGamma); }

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double RandomStream::normal() {
  const double u1 = uniform();
  const double u2 = uniform();
  return std::sqrt(-2.0 * std::log(1.0 - u1)) * std::cos(2.0 * std::numbers::pi * u2);
}

std::uint64_t RandomStream::below(std::uint64_t n) {
  return static_cast<std::uint64_t>(uniform() * static_cast<double>(n));
}

std::vector<std::int64_t> RandomStream::shuffled(std::size_t n) {
  std::vector<std::int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = n; i-- > 1;) std::swap(order[i], order[below(i + 1)]);
  return order;
}

std::vector<double> RandomStream::uniforms(std::size_t n) {
  std::vector<double> values(n);
  for (double& value : values) value = uniform();
  return values;
}

std::vector<double> RandomStream::normals(std::size_t n) {
  std::vector<double> values(n);
  for (double& value : values) value = normal();
  return values;
}

}  // namespace learnscope
