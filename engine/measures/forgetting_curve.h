// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

namespace learnscope {

/// Curves of retention R over time tau >= 0, all with R(0) = 1:
/// exponential e^(-tau/S); with floor c + (1 - c) e^(-tau/S); power (1 + b tau)^(-psi); logarithm 1 - a ln(1 + b tau);
/// Ebbinghaus kappa / (log10(tau + 1)^c + kappa).
enum class RetentionModel { Exponential, Floor, Power, Logarithm, Ebbinghaus };
inline constexpr std::array retentionModels{RetentionModel::Exponential, RetentionModel::Floor, RetentionModel::Power,
                                            RetentionModel::Logarithm, RetentionModel::Ebbinghaus};
const char* retentionModelName(RetentionModel model);

struct RetentionFit {
  RetentionModel model = RetentionModel::Exponential;
  std::array<double, 2> parameters{};  ///< S; c, S; b, psi; a, b; kappa, c
  int count = 1;                       ///< of the parameters
  double r2 = 0, rmse = 0;
  double aic = 0;       ///< n ln(RSS / n) + 2 count
  double halfLife = 0;  ///< tau where R = 1/2; infinite if never
  double at(double tau) const;
};

/// Weighted least squares (weights 1 if empty): Levenberg-Marquardt from a grid of starts. Throws std::invalid_argument
/// with fewer than 4 points or unequal lengths.
RetentionFit fitRetention(RetentionModel model, std::span<const double> tau, std::span<const double> retention,
                          std::span<const double> weights = {});

/// Savings of Ebbinghaus's own formula, 1.84 / (log10(t)^1.25 + 1.84), t in minutes counted from one minute before the
/// end of learning; t > 1.
double ebbinghausSavings(double minutes);

/// Ebbinghaus's seven delays (t as above) and savings (Ueber das Gedaechtnis, 1885, as in Murre & Dros 2015).
struct SavingsPoint {
  double minutes, savings;
};
std::span<const SavingsPoint> ebbinghausData();

/// A user's retention data.
struct RetentionData {
  std::vector<double> tau, retention, weights;
};
/// Reads comma-separated rows "time, retention[, weight]" with an optional heading line. Refuses, naming row and
/// column, negative times, retention outside [0, 1.05], weights that are not positive, text, and fewer than 4 rows.
/// Throws DataError, IoError.
RetentionData readRetentionCsv(const std::string& path);

}  // namespace learnscope
