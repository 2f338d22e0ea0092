// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/matrix_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/npy.h"

namespace learnscope {
namespace {

constexpr std::size_t fileLimit = std::size_t{64} << 20U;

std::string lineText(std::size_t line) { return "line " + std::to_string(line); }

[[noreturn]] void refuseSize(const std::string& path, const std::string& place, int largest, const std::string& found) {
  throw DataError(path, place, "a square matrix of 1 to " + std::to_string(largest) + " rows expected, found " + found);
}

SquareMatrix checked(SquareMatrix matrix, const std::string& path) {
  const auto n = static_cast<std::size_t>(matrix.order);
  for (std::size_t i = 0; i < matrix.values.size(); ++i)
    if (!std::isfinite(matrix.values[i]))
      throw DataError(path, "row " + std::to_string(i / n + 1) + ", column " + std::to_string(i % n + 1),
                      "a finite number expected");
  if (std::all_of(matrix.values.begin(), matrix.values.end(), [](double v) { return v == 0; }))
    throw DataError(path, "", "norm is 0, cannot rescale: a matrix with a weight that is not 0 expected");
  return matrix;
}

SquareMatrix fromArray(const Array& array, const std::string& path, int largest) {
  const auto& shape = array.shape();
  std::string found;
  for (const std::int64_t side : shape) found += (found.empty() ? "" : " x ") + std::to_string(side);
  if (shape.size() != 2 || shape[0] != shape[1] || shape[0] < 1 || shape[0] > largest)
    refuseSize(path, "shape", largest, found.empty() ? "a single number" : found);
  SquareMatrix matrix{static_cast<int>(shape[0]), std::vector<double>(array.size())};
  for (std::size_t i = 0; i < array.size(); ++i) matrix.values[i] = array.value(i);
  return checked(std::move(matrix), path);
}

SquareMatrix fromNpz(const std::string& path, int largest) {
  const std::map<std::string, Array> arrays = readNpz(path);
  if (const auto named = arrays.find("W"); named != arrays.end()) return fromArray(named->second, path, largest);
  const Array* only = nullptr;
  for (const auto& [name, array] : arrays) {
    if (array.shape().size() != 2) continue;
    if (only) throw DataError(path, "", "one matrix, or one called W, expected; found several");
    only = &array;
  }
  if (!only) throw DataError(path, "", "a matrix expected; found none");
  return fromArray(*only, path, largest);
}

bool separates(char c) { return c == ',' || c == ';' || c == '\t' || c == ' '; }

/// The numbers of a line; a comma or semicolon with nothing before it is an empty entry and refused.
std::vector<double> numbersOf(std::string_view line, const std::string& path, std::size_t number) {
  std::vector<double> values;
  std::size_t at = 0;
  bool needed = false;  // a comma asks for another entry
  while (at < line.size()) {
    if (separates(line[at])) {
      if (line[at] == ',' || line[at] == ';') {
        if (needed || values.empty())
          throw DataError(path, lineText(number) + ", column " + std::to_string(values.size() + 1),
                          "a number expected, found nothing");
        needed = true;
      }
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < line.size() && !separates(line[end])) ++end;
    const char* first = line.data() + at + (line[at] == '+' ? 1 : 0);
    double value = 0;
    const auto [stop, error] = std::from_chars(first, line.data() + end, value);
    if (error != std::errc() || stop != line.data() + end || !std::isfinite(value))
      throw DataError(path, lineText(number) + ", column " + std::to_string(values.size() + 1),
                      "a finite number expected, found \"" +
                          std::string(line.substr(at, std::min<std::size_t>(end - at, 20))) + "\"");
    values.push_back(value);
    needed = false;
    at = end;
  }
  return values;
}

SquareMatrix fromText(const std::string& path, int largest) {
  const std::string text = readFile(path, fileLimit);
  SquareMatrix matrix;
  std::size_t number = 0;
  int rows = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<double> values = numbersOf(line, path, number);
    if (values.empty()) continue;
    if (rows == 0) {
      matrix.order = static_cast<int>(std::min<std::size_t>(values.size(), 1U << 30U));
      if (matrix.order > largest)
        refuseSize(path, lineText(number), largest, std::to_string(values.size()) + " columns");
    }
    if (static_cast<int>(values.size()) != matrix.order)
      throw DataError(path, lineText(number),
                      std::to_string(matrix.order) + " entries expected as in the first row, found " +
                          std::to_string(values.size()));
    if (++rows > matrix.order)
      throw DataError(path, lineText(number),
                      std::to_string(matrix.order) + " rows expected (the matrix must be square)");
    matrix.values.insert(matrix.values.end(), values.begin(), values.end());
  }
  if (rows == 0) refuseSize(path, "", largest, "nothing");
  if (rows != matrix.order)
    throw DataError(
        path, "",
        std::to_string(matrix.order) + " rows expected (the matrix must be square), found " + std::to_string(rows));
  return checked(std::move(matrix), path);
}

}  // namespace

SquareMatrix readSquareMatrix(const std::string& path, int largest) {
  if (path.ends_with(".npz")) return fromNpz(path, largest);
  if (!path.ends_with(".npy")) return fromText(path, largest);
  const std::string bytes = readFile(path, fileLimit);
  return fromArray(decodeNpy(std::as_bytes(std::span(bytes.data(), bytes.size())), path), path, largest);
}

}  // namespace learnscope
