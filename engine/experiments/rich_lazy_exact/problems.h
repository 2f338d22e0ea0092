// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <memory>

#include "engine/core/lab.h"

namespace learnscope::richlazyexact {

/// The four problems, each an experiment beside its closed form. Throw ConfigError on values that do not fit.
std::unique_ptr<Experiment> makeModes(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeRanks(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeDiagonal(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeScale(const Config& config, std::uint64_t seed);

/// The list of a parameter.
std::vector<double> listOf(const Config& config, const std::string& id);
/// Names of the ranks' structures: "rank 1", ..., "aligned", "aligned, balanced".
std::vector<std::string> rankNames(const std::vector<double>& ranks);
/// "alpha 0.01", ...
std::vector<std::string> scaleNames(const std::vector<double>& scales);

/// Steps of the diagonal net's descent in one step of the experiment.
inline constexpr int diagonalBurst = 50;

/// Row-major copies between Eigen and recorded or saved arrays.
Array arrayOf(const Eigen::MatrixXd& matrix);
Array arrayOf(const Eigen::VectorXd& vector);
Eigen::MatrixXd matrixOf(const Array& array, Eigen::Index rows, Eigen::Index columns);

}  // namespace learnscope::richlazyexact
