// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tools/rnn_weights.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/models/blas.h"
#include "engine/store/npy.h"
#include "engine/tools/torchscript_file.h"

namespace learnscope {
namespace {

constexpr std::size_t mostBytes = std::size_t{1} << 30U, mostJson = std::size_t{16} << 20U;
constexpr std::int64_t mostUnits = 2048;

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t n : shape) text += (text.empty() ? "" : "×") + std::to_string(n);
  return text.empty() ? "a single number" : text;
}

Array jsonArray(const Json& json, const std::string& path, const std::string& name) {
  const auto refuse = [&]() -> Array { throw DataError(path, name, "rows of numbers of one length expected"); };
  if (!json.is_array() || json.empty()) return refuse();
  const bool matrix = json[0].is_array();
  std::vector<double> values;
  const std::size_t columns = matrix ? json[0].size() : 1;
  for (const Json& row : json) {
    if (matrix != row.is_array() || (matrix && row.size() != columns)) return refuse();
    for (const Json& value : matrix ? row : Json::array({row})) {
      if (!value.is_number()) return refuse();
      values.push_back(value.get<double>());
    }
  }
  const auto rows = static_cast<std::int64_t>(json.size());
  if (matrix) return Array::from<double>(values, {rows, static_cast<std::int64_t>(columns)});
  return Array::from<double>(values, {rows});
}

std::map<std::string, Array> readArrays(const std::string& path) {
  if (path.ends_with(".npz")) return readNpz(path);
  if (path.ends_with(".pt") || path.ends_with(".pth")) return readTorchScript(path);
  if (!path.ends_with(".json"))
    throw DataError(
        path, "suffix",
        ".npz, .json or TorchScript (.pt, .pth) expected; pickles are not read, as they can run code (save with "
        "numpy.savez(file, **{k: v.numpy() for k, v in net.state_dict().items()}))");
  const Json json = parseJson(readFile(path, mostJson), path);
  if (!json.is_object()) throw DataError(path, "line 1", "an object of named matrices expected");
  std::map<std::string, Array> arrays;
  for (const auto& [name, value] : json.items()) arrays[name] = jsonArray(value, path, name);
  return arrays;
}

/// The arrays of one layer by their last name, prefixes cut off.
class Named {
 public:
  Named(std::map<std::string, Array> arrays, const std::string& path) : path_(path) {
    for (auto& [name, array] : arrays) {
      const std::size_t dot = name.rfind('.');
      std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
      if (last.ends_with("_hh") || last.ends_with("_ih")) last += "_l0";  // a cell's
      if (last.find("_l1") != std::string::npos)
        throw DataError(path, name, "one layer expected: fixed points of stacked layers are not searched");
      if (last.find("_reverse") != std::string::npos)
        throw DataError(path, name, "one direction expected: a bidirectional net has no autonomous dynamics");
      if (last == "weight_hr_l0") throw DataError(path, name, "an LSTM without projection expected");
      if (!last.starts_with("weight_") && !last.starts_with("bias_") && last.size() > 1) continue;  // a readout
      if (arrays_.count(last)) throw DataError(path, name, "one recurrent layer expected, found two named " + last);
      arrays_[last] = array;
    }
  }

  const Array* find(const std::string& one, const std::string& other) const {
    for (const std::string& name : {one, other})
      if (const auto found = arrays_.find(name); found != arrays_.end()) return &found->second;
    return nullptr;
  }

  std::vector<double> values(const Array& array, const std::string& name,
                             const std::vector<std::int64_t>& shape) const {
    if (array.shape() != shape)
      throw DataError(path_, name, "shape " + shapeText(shape) + " expected, found " + shapeText(array.shape()));
    std::vector<double> out(array.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = array.value(i);
      if (!std::isfinite(out[i]))
        throw DataError(path_, name, "finite values expected, entry " + std::to_string(i) + " is not");
    }
    return out;
  }

 private:
  const std::string& path_;
  std::map<std::string, Array> arrays_;
};

/// b + input b + W_ih x, the constant part of every gate.
std::vector<double> constantDrive(const RecurrentWeights& weights, const std::vector<double>& x) {
  std::vector<double> drive = weights.inputBias;
  if (!x.empty())
    gemv(Transpose::No, static_cast<int>(drive.size()), weights.inputs, 1.0, weights.input.data(), weights.inputs,
         x.data(), 1.0, drive.data());
  return drive;
}

std::vector<double> sum(const std::vector<double>& a, std::vector<double> b) {
  for (std::size_t i = 0; i < b.size(); ++i) b[i] += a[i];
  return b;
}

}  // namespace

RecurrentWeights readRecurrentWeights(const std::string& path) {
  const Named named(readArrays(path), path);
  const Array* recurrent = named.find("weight_hh_l0", "W");
  if (!recurrent)
    throw DataError(path, "weight_hh_l0", "expected but missing (or W): the recurrent weights, H×H, 3H×H or 4H×H");
  const std::vector<std::int64_t>& shape = recurrent->shape();
  const std::int64_t h = shape.size() == 2 ? shape[1] : 0, gates = h > 0 ? shape[0] / h : 0;
  if (h < 1 || h > mostUnits || shape[0] != gates * h || (gates != 1 && gates != 3 && gates != 4))
    throw DataError(
        path, "weight_hh_l0",
        "H×H (vanilla), 3H×H (GRU) or 4H×H (LSTM) with at most 2048 units expected, found " + shapeText(shape));
  RecurrentWeights weights;
  weights.cell = gates == 1 ? RnnCell::Elman : (gates == 3 ? RnnCell::Gru : RnnCell::Lstm);
  weights.hidden = static_cast<int>(h);
  weights.recurrent = named.values(*recurrent, "weight_hh_l0", {gates * h, h});
  if (const Array* input = named.find("weight_ih_l0", "U")) {
    const std::int64_t d = input->shape().size() == 2 ? input->shape()[1] : 0;
    if (d < 1) throw DataError(path, "weight_ih_l0", "a matrix of " + std::to_string(gates * h) + " rows expected");
    weights.inputs = static_cast<int>(std::min<std::int64_t>(d, 1 << 20));
    weights.input = named.values(*input, "weight_ih_l0", {gates * h, d});
  }
  const auto bias = [&](const char* one, const char* other) {
    const Array* array = named.find(one, other);
    if (!array) return std::vector<double>(static_cast<std::size_t>(gates * h), 0.0);
    return named.values(*array, one, {gates * h});
  };
  weights.recurrentBias = bias("bias_hh_l0", "b");
  weights.inputBias = bias("bias_ih_l0", "c");
  return weights;
}

std::unique_ptr<RecurrentMap> mapOf(const RecurrentWeights& weights, RnnActivation activation, double leak,
                                    const std::vector<double>& x) {
  if (!x.empty() && static_cast<int>(x.size()) != weights.inputs)
    throw ConfigError("/input", std::to_string(x.size()) + " values",
                      weights.inputs ? std::to_string(weights.inputs) + " values, one for each input"
                                     : "none: the file has no input weights");
  std::vector<double> drive = constantDrive(weights, x);
  if (weights.cell == RnnCell::Gru)
    return std::make_unique<GruMap>(weights.recurrent, weights.recurrentBias, std::move(drive));
  drive = sum(weights.recurrentBias, std::move(drive));
  if (weights.cell == RnnCell::Lstm) return std::make_unique<LstmMap>(weights.recurrent, std::move(drive));
  return std::make_unique<ElmanMap>(activation, weights.recurrent, std::move(drive), leak);
}

std::vector<double> readStates(const std::string& path, int dimension) {
  const std::string content = readFile(path, mostBytes);
  const Array array = decodeNpy(std::as_bytes(std::span(content.data(), content.size())), path);
  const std::vector<std::int64_t>& shape = array.shape();
  if (shape.size() < 2 || shape.size() > 3 || shape.back() != dimension || array.size() == 0)
    throw DataError(path, "shape",
                    "n×" + std::to_string(dimension) + " or a×b×" + std::to_string(dimension) + " expected, found " +
                        shapeText(shape));
  std::vector<double> states(array.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i] = array.value(i);
    if (!std::isfinite(states[i]))
      throw DataError(path, "row " + std::to_string(i / static_cast<std::size_t>(dimension)), "finite values expected");
  }
  return states;
}

}  // namespace learnscope
