// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Eigen/Core>
#include <array>
#include <memory>

#include "engine/core/lab.h"

namespace learnscope::richlazyexact {

/// The four problems, each an experiment beside its closed form. Throw ConfigError on values that do not fit.
std::unique_ptr<Experiment> makeModes(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeRanks(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeDiagonal(const Config& config, std::uint64_t seed);
std::unique_ptr<Experiment> makeScale(const Config& config, std::uint64_t seed);

/// Row-major copies between Eigen and recorded or saved arrays.
Array arrayOf(const Eigen::MatrixXd& matrix);
Array arrayOf(const Eigen::VectorXd& vector);
Eigen::MatrixXd matrixOf(const Array& array, Eigen::Index rows, Eigen::Index columns);

/// What the problems have in common: a count of steps, at most one live value (a learning rate), no interventions.
class ExactProblem : public Experiment {
 public:
  void set(const std::string& parameter, const Json& value) override;
  void apply(const std::string& intervention, const Config& arguments, RandomStream random) override;

 protected:
  ExactProblem() = default;
  ExactProblem(const char* rateId, double rate) : rate_(rate), rateId_(rateId) {}
  /// Records an event at the first time that `now` holds.
  static void tellOnce(bool& told, bool now, const char* id, const char* title, Json values, Recorder& recorder);

  std::int64_t steps_ = 0;
  double rate_ = 0;

 private:
  std::string rateId_;
};

/// Records one array [items] an id; `row(i)` gives the values of item i in the order of the ids. Returns [items, ids].
template <std::size_t N, class Row>
Eigen::MatrixXd recordItems(Recorder& recorder, std::size_t items, const std::array<const char*, N>& ids,
                            const Row& row) {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(items), static_cast<Eigen::Index>(N));
  for (std::size_t i = 0; i < items; ++i) {
    const std::array<double, N> own = row(i);
    for (std::size_t k = 0; k < N; ++k) values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = own[k];
  }
  for (std::size_t k = 0; k < N; ++k)
    recorder.array(ids[k], arrayOf(Eigen::VectorXd(values.col(static_cast<Eigen::Index>(k)))));
  return values;
}

/// The list of a parameter.
std::vector<double> listOf(const Config& config, const std::string& id);
/// Names of the ranks' structures: "rank 1", ..., for an anisotropic teacher "rank 1 along F", ..., "aligned",
/// "aligned, balanced".
std::vector<std::string> rankNames(const std::vector<double>& ranks, bool anisotropic);
/// "alpha 0.01", ...
std::vector<std::string> scaleNames(const std::vector<double>& scales);

/// Steps of the diagonal net's descent in one step of the experiment.
inline constexpr int diagonalBurst = 50;

}  // namespace learnscope::richlazyexact
