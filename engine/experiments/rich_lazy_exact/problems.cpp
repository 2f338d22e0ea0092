// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy_exact/problems.h"

#include <cstdio>

namespace learnscope::richlazyexact {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::string shortNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

std::vector<double> listOf(const Config& config, const std::string& id) {
  return config[id].get<std::vector<double>>();
}

void ExactProblem::set(const std::string& parameter, const Json& value) {
  if (parameter.empty() || parameter != rateId_)
    throw ConfigError("/" + parameter, value.dump(), "not live: start again with it");
  rate_ = value.get<double>();
}

void ExactProblem::apply(const std::string& intervention, const Config&, RandomStream) {
  throw ConfigError("/intervene", intervention, "an intervention of this lab");
}

void ExactProblem::tellOnce(bool& told, bool now, const char* id, const char* title, Json values, Recorder& recorder) {
  if (told || !now) return;
  told = true;
  recorder.event({.id = id, .step = recorder.step(), .title = title, .values = std::move(values)});
}

std::vector<std::string> rankNames(const std::vector<double>& ranks, bool anisotropic) {
  std::vector<std::string> names;
  for (const double rank : ranks) names.push_back(LS_TR("rank ") + shortNumber(rank));
  for (std::size_t i = 0; anisotropic && i < ranks.size(); ++i)
    names.push_back(LS_TR("rank ") + shortNumber(ranks[i]) + LS_TR(" along F"));
  names.emplace_back(LS_TR("aligned"));
  names.emplace_back(LS_TR("aligned, balanced"));
  return names;
}

std::vector<std::string> scaleNames(const std::vector<double>& scales) {
  std::vector<std::string> names;
  for (const double scale : scales) names.push_back("\u03b1 = " + shortNumber(scale));
  return names;
}

Array arrayOf(const Eigen::MatrixXd& matrix) {
  Array array(DType::Float64, {matrix.rows(), matrix.cols()});
  Eigen::Map<RowMajor>(array.mutableAs<double>().data(), matrix.rows(), matrix.cols()) = matrix;
  return array;
}

Array arrayOf(const Eigen::VectorXd& vector) {
  return Array::vector<double>(std::span(vector.data(), static_cast<std::size_t>(vector.size())));
}

Eigen::MatrixXd matrixOf(const Array& array, Eigen::Index rows, Eigen::Index columns) {
  const auto values = array.as<double>();
  if (static_cast<Eigen::Index>(values.size()) != rows * columns)
    throw DataError("saved state", "a matrix", std::to_string(rows) + " x " + std::to_string(columns) + " expected");
  return Eigen::Map<const RowMajor>(values.data(), rows, columns);
}

}  // namespace learnscope::richlazyexact
