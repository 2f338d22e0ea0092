// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/forgetting_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "engine/core/config.h"
#include "engine/core/errors.h"

namespace learnscope {
namespace {

using Pair = std::array<double, 2>;
constexpr double unbounded = 30;  ///< largest |log| of a parameter

// Parameters are searched as logarithms, a floor as its logit, so that all stay in their ranges.
Pair parametersOf(RetentionModel model, const Pair& free) {
  if (model == RetentionModel::Floor) return {1 / (1 + std::exp(-free[0])), std::exp(free[1])};
  return {std::exp(free[0]), std::exp(free[1])};
}

double valueOf(RetentionModel model, const Pair& p, double tau) {
  switch (model) {
    case RetentionModel::Exponential:
      return std::exp(-tau / p[0]);
    case RetentionModel::Floor:
      return p[0] + (1 - p[0]) * std::exp(-tau / p[1]);
    case RetentionModel::Power:
      return std::pow(1 + p[0] * tau, -p[1]);
    case RetentionModel::Logarithm:
      return 1 - p[0] * std::log1p(p[1] * tau);
    case RetentionModel::Ebbinghaus:
      return p[0] / (std::pow(std::log10(tau + 1), p[1]) + p[0]);
  }
  return 0;
}

double halfLifeOf(RetentionModel model, const Pair& p) {
  const double never = std::numeric_limits<double>::infinity();
  switch (model) {
    case RetentionModel::Exponential:
      return p[0] * std::log(2.0);
    case RetentionModel::Floor:
      return p[0] < 0.5 ? -p[1] * std::log((0.5 - p[0]) / (1 - p[0])) : never;
    case RetentionModel::Power:
      return (std::pow(2.0, 1 / p[1]) - 1) / p[0];
    case RetentionModel::Logarithm:
      return std::expm1(0.5 / p[0]) / p[1];
    case RetentionModel::Ebbinghaus:
      return std::pow(10.0, std::pow(p[0], 1 / p[1])) - 1;
  }
  return never;
}

class Search {
 public:
  Search(RetentionModel model, std::span<const double> tau, std::span<const double> retention,
         std::span<const double> weights)
      : model_(model), count_(model == RetentionModel::Exponential ? 1 : 2), tau_(tau), r_(retention), w_(weights) {}

  double squares(const Pair& free) const {
    const Pair p = parametersOf(model_, free);
    double sum = 0;
    for (std::size_t i = 0; i < tau_.size(); ++i) {
      const double e = valueOf(model_, p, tau_[i]) - r_[i];
      sum += weight(i) * e * e;
    }
    return std::isfinite(sum) ? sum : std::numeric_limits<double>::infinity();
  }

  // Descends from the best few of a grid of starts.
  Pair best() const {
    std::vector<std::pair<double, Pair>> starts;
    const double reach = std::log(std::max(1.0, *std::max_element(tau_.begin(), tau_.end())));
    for (const double share : {-0.5, 0.0, 0.5, 1.0})
      for (const double other : {-3.0, -1.0, 0.5}) {
        Pair start{other, share * reach};
        if (model_ == RetentionModel::Exponential) start = {share * reach, 0};
        if (model_ == RetentionModel::Power) start = {-share * reach, other};
        if (model_ == RetentionModel::Logarithm) start = {other, -share * reach};
        if (model_ == RetentionModel::Ebbinghaus) start = {share, other};
        starts.emplace_back(squares(start), start);
      }
    std::sort(starts.begin(), starts.end());
    Pair found{};
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < 4; ++i) {
      const Pair end = descend(starts[i].second);
      const double value = squares(end);
      if (value >= least) continue;
      least = value;
      found = end;
    }
    return found;
  }
  int count() const { return count_; }
  double weight(std::size_t i) const { return w_.empty() ? 1 : w_[i]; }

 private:
  struct Normal {
    double a00 = 0, a01 = 0, a11 = 0, g0 = 0, g1 = 0;
  };
  // J'J and J'e with derivatives by central differences.
  Normal normal(const Pair& free) const {
    constexpr double h = 1e-5;
    const Pair p = parametersOf(model_, free);
    std::array<Pair, 4> moved{};
    for (std::size_t k = 0; k < 2; ++k)
      for (const int sign : {0, 1}) {
        Pair shifted = free;
        shifted[k] += sign == 0 ? -h : h;
        moved[2 * k + static_cast<std::size_t>(sign)] = parametersOf(model_, shifted);
      }
    Normal n;
    for (std::size_t i = 0; i < tau_.size(); ++i) {
      const double e = valueOf(model_, p, tau_[i]) - r_[i];
      const double d0 = (valueOf(model_, moved[1], tau_[i]) - valueOf(model_, moved[0], tau_[i])) / (2 * h);
      const double d1 =
          count_ == 1 ? 0 : (valueOf(model_, moved[3], tau_[i]) - valueOf(model_, moved[2], tau_[i])) / (2 * h);
      n.a00 += weight(i) * d0 * d0;
      n.a01 += weight(i) * d0 * d1;
      n.a11 += weight(i) * d1 * d1;
      n.g0 += weight(i) * d0 * e;
      n.g1 += weight(i) * d1 * e;
    }
    return n;
  }

  Pair descend(Pair at) const {
    double now = squares(at), damping = 1e-2;
    for (int round = 0; round < 200 && damping < 1e12 && std::isfinite(now); ++round) {
      const Normal n = normal(at);
      const double a00 = n.a00 * (1 + damping) + 1e-300, a11 = n.a11 * (1 + damping) + 1e-300;
      const double determinant = a00 * a11 - n.a01 * n.a01;
      Pair next{at[0] - (a11 * n.g0 - n.a01 * n.g1) / determinant, at[1] - (a00 * n.g1 - n.a01 * n.g0) / determinant};
      for (double& value : next) value = std::clamp(value, -unbounded, unbounded);
      const double then = squares(next);
      if (!(then < now)) {
        damping *= 10;
        continue;
      }
      const bool settled = now - then < 1e-12 * now;
      at = next;
      now = then;
      damping = std::max(1e-12, damping / 5);
      if (settled) break;
    }
    return at;
  }

  RetentionModel model_;
  int count_;
  std::span<const double> tau_, r_, w_;
};

}  // namespace

const char* retentionModelName(RetentionModel model) {
  constexpr std::array names{LS_TR("exponential"), LS_TR("exponential with floor"), LS_TR("power"), LS_TR("logarithm"),
                             LS_TR("Ebbinghaus")};
  return names[static_cast<std::size_t>(model)];
}

double RetentionFit::at(double tau) const { return valueOf(model, parameters, tau); }

RetentionFit fitRetention(RetentionModel model, std::span<const double> tau, std::span<const double> retention,
                          std::span<const double> weights) {
  if (tau.size() < 4 || tau.size() != retention.size() || (!weights.empty() && weights.size() != tau.size()))
    throw std::invalid_argument("fitRetention: 4 or more points of equal length");
  const Search search(model, tau, retention, weights);
  const Pair free = search.best();
  RetentionFit fit;
  fit.model = model;
  fit.parameters = parametersOf(model, free);
  fit.count = search.count();
  double mean = 0, all = 0, spread = 0;
  for (std::size_t i = 0; i < tau.size(); ++i) {
    mean += search.weight(i) * retention[i];
    all += search.weight(i);
  }
  mean /= all;
  for (std::size_t i = 0; i < tau.size(); ++i)
    spread += search.weight(i) * (retention[i] - mean) * (retention[i] - mean);
  const double squares = search.squares(free), n = static_cast<double>(tau.size());
  fit.r2 = 1 - squares / spread;
  fit.rmse = std::sqrt(squares / all);
  fit.aic = n * std::log(squares / n) + 2 * fit.count;
  fit.halfLife = halfLifeOf(model, fit.parameters);
  return fit;
}

double ebbinghausSavings(double minutes) { return 1.84 / (std::pow(std::log10(minutes), 1.25) + 1.84); }

std::span<const SavingsPoint> ebbinghausData() {
  static constexpr std::array<SavingsPoint, 7> points{{{20, 0.582},
                                                       {64, 0.442},
                                                       {526, 0.358},
                                                       {1440, 0.337},
                                                       {2 * 1440, 0.278},
                                                       {6 * 1440, 0.254},
                                                       {31 * 1440, 0.211}}};
  return points;
}

namespace {

double cellValue(const std::string& cell, const std::string& path, const std::string& place) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(cell, &used);
  } catch (const std::exception&) {
    throw DataError(path, place, "a number expected, found \"" + cell.substr(0, 40) + "\"");
  }
  if (cell.find_first_not_of(" \t\r", used) != std::string::npos || !std::isfinite(value))
    throw DataError(path, place, "a finite number expected, found \"" + cell.substr(0, 40) + "\"");
  return value;
}

void readRow(const std::string& line, const std::string& path, const std::string& row, RetentionData& data) {
  std::vector<double> values;
  std::istringstream cells(line);
  for (std::string cell; std::getline(cells, cell, ',');)
    values.push_back(cellValue(cell, path, row + ", column " + std::to_string(values.size() + 1)));
  if (values.size() < 2 || values.size() > 3)
    throw DataError(
        path, row,
        "time, retention and perhaps a weight expected, found " + std::to_string(values.size()) + " columns");
  if (values[0] < 0) throw DataError(path, row + ", column 1", "a time of 0 or more expected");
  if (values[1] < 0 || values[1] > 1.05) throw DataError(path, row + ", column 2", "retention in [0, 1.05] expected");
  if (values.size() == 3 && !(values[2] > 0)) throw DataError(path, row + ", column 3", "a positive weight expected");
  data.tau.push_back(values[0]);
  data.retention.push_back(values[1]);
  data.weights.push_back(values.size() == 3 ? values[2] : 1);
}

}  // namespace

RetentionData readRetentionCsv(const std::string& path) {
  std::istringstream text(readFile(path, std::size_t{16} << 20U));
  RetentionData data;
  int row = 0;
  for (std::string line; std::getline(text, line);) {
    ++row;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const bool heading = row == 1 && line.find_first_of("0123456789") == std::string::npos;
    if (!heading) readRow(line, path, "row " + std::to_string(row), data);
  }
  if (data.tau.size() < 4)
    throw DataError(path, "row " + std::to_string(row),
                    "at least 4 rows of data expected, found " + std::to_string(data.tau.size()));
  return data;
}

}  // namespace learnscope
