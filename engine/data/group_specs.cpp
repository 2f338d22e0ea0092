// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/group_specs.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <numeric>

namespace learnscope {
namespace {

using Permutation = std::vector<int>;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

CayleyTable tabulated(int order, const std::function<int(int, int)>& product) {
  CayleyTable table{order,
                    std::vector<std::int32_t>(static_cast<std::size_t>(order) * static_cast<std::size_t>(order))};
  for (int g = 0; g < order; ++g)
    for (int h = 0; h < order; ++h) table.values[static_cast<std::size_t>(g * order + h)] = product(g, h);
  return table;
}

/// Mixed radix, the first factor varying fastest.
std::optional<CayleyTable> productOfCyclic(std::string_view spec, int largest) {
  std::vector<int> factors;
  long order = 1;
  for (std::size_t begin = 0; begin <= spec.size();) {
    const std::size_t end = std::min(spec.find('x', begin), spec.size());
    const std::optional<int> factor = number(spec.substr(begin, end - begin));
    if (!factor || *factor < 2 || *factor > largest || (order *= *factor) > largest) return std::nullopt;
    factors.push_back(*factor);
    begin = end + 1;
  }
  return tabulated(static_cast<int>(order), [&](int g, int h) {
    int product = 0, stride = 1;
    for (const int factor : factors) {
      product += (g / stride + h / stride) % factor * stride;
      stride *= factor;
    }
    return product;
  });
}

bool isEven(const Permutation& images) {
  int inversions = 0;
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::size_t j = i + 1; j < images.size(); ++j) inversions += images[i] > images[j];
  return inversions % 2 == 0;
}

/// One-line images in lexicographic order; g*h means apply g, then h.
CayleyTable permutationGroup(int degree, bool evenOnly) {
  Permutation images(static_cast<std::size_t>(degree));
  std::iota(images.begin(), images.end(), 0);
  std::vector<Permutation> elements;
  std::map<Permutation, int> index;
  do {
    if (evenOnly && !isEven(images)) continue;
    index[images] = static_cast<int>(elements.size());
    elements.push_back(images);
  } while (std::next_permutation(images.begin(), images.end()));
  return tabulated(static_cast<int>(elements.size()), [&](int g, int h) {
    Permutation product = elements[static_cast<std::size_t>(g)];
    for (int& image : product) image = elements[static_cast<std::size_t>(h)][static_cast<std::size_t>(image)];
    return index.at(product);
  });
}

/// r^k is k, s r^k is m + k, with r s = s r^-1.
CayleyTable dihedral(int m) {
  return tabulated(2 * m, [m](int g, int h) {
    const bool flipG = g >= m, flipH = h >= m;
    const int turn = ((flipH ? -g % m : g % m) + h % m + 2 * m) % m;
    return (flipG != flipH ? m : 0) + turn;
  });
}

/// 1, -1, i, -i, j, -j, k, -k: element 2u + s is (-1)^s times unit u of {1, i, j, k}.
CayleyTable quaternions() {
  static constexpr int unit[4][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}};
  static constexpr int sign[4][4] = {{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 1, 0}, {0, 0, 1, 1}};
  return tabulated(8, [](int g, int h) { return 2 * unit[g / 2][h / 2] + (g % 2 + h % 2 + sign[g / 2][h / 2]) % 2; });
}

}  // namespace

std::optional<CayleyTable> cayleyTableOf(std::string_view spec, int largest) {
  if (spec.empty() || spec.size() > 64) return std::nullopt;
  if (spec == "Q8" || spec == "q8") return quaternions();
  const char kind = spec.front();
  const std::optional<int> degree = number(spec.substr(1));
  switch (kind) {
    case 'S':
    case 's':
      return degree && *degree >= 2 && *degree <= 5 ? std::optional(permutationGroup(*degree, false)) : std::nullopt;
    case 'A':
    case 'a':
      return degree && *degree >= 3 && *degree <= 5 ? std::optional(permutationGroup(*degree, true)) : std::nullopt;
    case 'D':
    case 'd':
      return degree && *degree >= 2 && 2 * *degree <= largest ? std::optional(dihedral(*degree)) : std::nullopt;
    default:
      return productOfCyclic(spec, largest);
  }
}

}  // namespace learnscope
