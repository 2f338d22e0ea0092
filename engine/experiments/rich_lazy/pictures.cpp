// SPDX-License-Identifier: GPL-3.0-or-later
// What Measurement records: tables by structure and seed, spectra, and the pictures of the first seed.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/core/decompositions.h"
#include "engine/experiments/rich_lazy/measurement.h"
#include "engine/measures/effective_rank.h"

namespace learnscope::richlazy {
namespace {

std::size_t z(std::int64_t value) { return static_cast<std::size_t>(value); }

Array table(const std::vector<double>& values, int structures, int seeds) {
  const std::vector<float> narrow(values.begin(), values.end());
  return Array::from<float>(narrow, {structures, seeds});
}

double meanOf(const std::vector<double>& values, int structure, int seeds) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(structure) * seeds;
  return std::accumulate(first, first + seeds, 0.0) / seeds;
}

/// Eigenvalues of a symmetric kernel as shares of its trace, descending.
std::vector<double> kernelSpectrum(const AlignedVector<float>& kernel) {
  const auto rows = static_cast<Eigen::Index>(std::lround(std::sqrt(static_cast<double>(kernel.size()))));
  const Eigen::MatrixXd wide = Eigen::Map<const Eigen::MatrixXf>(kernel.data(), rows, rows).cast<double>();
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(wide, Eigen::EigenvaluesOnly).eigenvalues();
  const double trace = values.sum();
  std::vector<double> shares;
  for (Eigen::Index i = rows; i-- > 0;) shares.push_back(trace > 0 ? std::max(values[i], 0.0) / trace : 0);
  return shares;
}

/// (sum l)^2 / sum l^2 of the eigenvalues' shares.
double kernelDimension(const std::vector<double>& shares) {
  double squares = 0;
  for (const double share : shares) squares += share * share;
  return squares > 0 ? 1 / squares : 0;
}

}  // namespace

void Measurement::recordAlignments(const Ensemble& ensemble, Recorder& recorder) {
  const int structures = ensemble.structures(), seeds = ensemble.seeds();
  const auto write = [&](const char* id, const std::vector<double>& values) {
    recorder.array(id, table(values, structures, seeds));
  };
  write("kernelAlignment", now_.kernel);
  write("representationAlignment", now_.representation);
  write("signSimilarity", now_.signs);
  write("targetAlignment", now_.target);
  write("kernelVelocity", now_.velocity);
  const int full = fullOf(ensemble.list());
  if (full >= 0) {
    std::vector<double> richness;
    for (int m = 0; m < ensemble.members(); ++m)
      richness.push_back(now_.kernel[z(full * seeds + ensemble.seedOf(m))] - now_.kernel[z(m)]);
    write("richness", richness);
  }
  const std::vector<double> change = weightChange(ensemble, true);
  std::vector<float> places, means;
  for (int s = 0; s < structures; ++s) {
    for (int r = 0; r < seeds; ++r) {
      const std::size_t m = z(s * seeds + r);
      places.insert(places.end(), {static_cast<float>(1 - now_.kernel[m]),
                                   static_cast<float>(1 - now_.representation[m]), static_cast<float>(change[m])});
    }
    means.insert(means.end(), {static_cast<float>(1 - meanOf(now_.kernel, s, seeds)),
                               static_cast<float>(1 - meanOf(now_.representation, s, seeds)),
                               static_cast<float>(meanOf(change, s, seeds))});
  }
  std::vector<std::int32_t> structureOf;
  for (int m = 0; m < ensemble.members(); ++m) structureOf.push_back(m / seeds);
  recorder.array("netStructure", Array::vector<std::int32_t>(structureOf));
  std::vector<float> ranks, theorem;
  for (int m = 0; m < ensemble.members(); ++m) {
    const double rank = references_[z(m)].rank, d = ensemble.net(m).hidden;
    ranks.push_back(static_cast<float>(rank));
    theorem.push_back(static_cast<float>((1 + 1 / d) * std::sqrt(rank / (d + 3))));
  }
  std::vector<float> curve;
  for (int i = 0; i <= 48; ++i) {
    const double d = ensemble.net(0).hidden, rank = std::pow(d, i / 48.0);
    curve.insert(curve.end(), {static_cast<float>(rank), static_cast<float>((1 + 1 / d) * std::sqrt(rank / (d + 3)))});
  }
  recorder.array("rankCurve", Array::from<float>(curve, {49, 2}));
  recorder.array("startRank", Array::vector<float>(ranks));
  recorder.array("rankTheorem", Array::vector<float>(theorem));
  recorder.array("regime", Array::from<float>(places, {ensemble.members(), 3}));
  recorder.array("meanRegime", Array::from<float>(means, {structures, 3}));
}

void Measurement::recordSpectra(const Ensemble& ensemble, double gain, Recorder& recorder) {
  const int structures = ensemble.structures(), seeds = ensemble.seeds(), n = ensemble.net(0).hidden;
  std::vector<double> participation, nuclear, entropy, stable, radius;
  std::vector<float> singular, ridges, plane, kernels, dimensions;
  for (int m = 0; m < ensemble.members(); ++m) {
    const AlignedVector<float>& w = ensemble.net(m).recurrent;
    const std::vector<double> wide(w.begin(), w.end());
    const std::vector<double> s = singularValues(wide, n, n);
    const std::vector<std::complex<double>> eigen = eigenvalues(wide, n);
    participation.push_back(participationRatio(s));
    nuclear.push_back(nuclearRank(s));
    entropy.push_back(entropyRank(s));
    stable.push_back(stableRank(s));
    radius.push_back(std::abs(eigen.front()));
    outliers_[z(m)] = radius.back() / gain;
    if (ensemble.seedOf(m) != 0) continue;
    singular.insert(singular.end(), s.begin(), s.end());
    const std::vector<double> tracked = tracks_[z(m / seeds)].follow(w, n);
    ridges.insert(ridges.end(), tracked.begin(), tracked.end());
    for (const std::complex<double>& value : eigen)
      plane.insert(plane.end(), {static_cast<float>(value.real()), static_cast<float>(value.imag())});
    std::vector<double> shares = kernelSpectrum(kernels_[z(m)]);
    dimensions.push_back(static_cast<float>(kernelDimension(shares)));
    shares.resize(shownEigenvalues, 0);
    kernels.insert(kernels.end(), shares.begin(), shares.end());
  }
  recorder.array("effectiveRank", table(participation, structures, seeds));
  recorder.array("nuclearRank", table(nuclear, structures, seeds));
  recorder.array("entropyRank", table(entropy, structures, seeds));
  recorder.array("stableRank", table(stable, structures, seeds));
  recorder.array("spectralRadius", table(radius, structures, seeds));
  recorder.array("singularValues", Array::from<float>(singular, {structures, n}));
  recorder.array("singularRidges", Array::from<float>(ridges, {structures, n}));
  recorder.array("eigenvalues", Array::from<float>(plane, {structures, n, 2}));
  std::vector<float> circle;
  for (int i = 0; i <= 96; ++i)
    circle.insert(circle.end(), {static_cast<float>(gain * std::cos(i * std::numbers::pi / 48)),
                                 static_cast<float>(gain * std::sin(i * std::numbers::pi / 48))});
  recorder.array("gaussianCircle", Array::from<float>(circle, {97, 2}));
  recorder.array("kernelSpectrum", Array::from<float>(kernels, {structures, shownEigenvalues}));
  recorder.array("kernelDimension", Array::vector<float>(dimensions));
}

void Measurement::project(const Reference& reference, const float* activity, int hidden, float* place) const {
  for (int c = 0; c < 3; ++c) {
    double sum = 0;
    for (int i = 0; i < hidden; ++i)
      sum += (static_cast<double>(activity[i]) - reference.mean[z(i)]) * reference.axes[z(c * hidden + i)];
    place[c] = static_cast<float>(sum * reference.scale);
  }
}

Array Measurement::decisionPicture(const Ensemble& ensemble, bool start) {
  const TrialBatch& probes = ensemble.probes(0);
  const int count = std::min(shownTrials, probes.trials), n = ensemble.net(0).hidden;
  Array all(DType::Float32, {ensemble.structures(), count, 3});
  const auto places = all.mutableAs<float>();
  for (int s = 0; s < ensemble.structures(); ++s) {
    const int m = s * ensemble.seeds();
    const Reference& reference = references_[z(m)];
    if (start)
      decision_ = reference.decision;
    else
      decisionOf(ensemble.net(m), probes, decision_);
    for (int i = 0; i < count; ++i)
      project(reference, decision_.data() + z(i) * z(n), n, places.data() + z(s * count + i) * 3);
  }
  return all;
}

// The mean over probe trials of one choice, step by step.
Array Measurement::pathPicture(const Ensemble& ensemble, int choice) {
  const TrialBatch& probes = ensemble.probes(0);
  const int n = ensemble.net(0).hidden;
  Array all(DType::Float32, {ensemble.structures(), probes.steps, 3});
  const auto places = all.mutableAs<float>();
  std::vector<float> mean(z(n));
  for (int s = 0; s < ensemble.structures(); ++s) {
    const int m = s * ensemble.seeds();
    forward(ensemble.net(m), probes.x, probes.trials, probes.steps, false, activity_);
    for (int t = 0; t < probes.steps; ++t) {
      std::fill(mean.begin(), mean.end(), 0.0F);
      int count = 0;
      for (int i = 0; i < probes.trials; ++i) {
        if (probes.decision[z(i)] != choice) continue;
        ++count;
        const float* h = activity_.hidden.data() + z(t * probes.trials + i) * z(n);
        for (int j = 0; j < n; ++j) mean[z(j)] += h[j];
      }
      for (float& value : mean) value /= static_cast<float>(std::max(count, 1));
      project(references_[z(m)], mean.data(), n, places.data() + z(s * probes.steps + t) * 3);
    }
  }
  return all;
}

// Summed over the outputs of equal index, trials ordered by their class, divided by the largest entry.
Array Measurement::kernelPicture(const Ensemble& ensemble, bool start) const {
  const TrialBatch& probes = ensemble.probes(0);
  const int outputs = ensemble.net(0).outputs, shown = probes.lastOnly() ? 1 : probes.steps;
  std::vector<int> order(z(kernelTrials_));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return probes.decision[z(a)] < probes.decision[z(b)]; });
  const int side = kernelTrials_ * shown, rows = side * outputs;
  Array all(DType::Float32, {ensemble.structures(), side, side});
  const auto cells = all.mutableAs<float>();
  for (int s = 0; s < ensemble.structures(); ++s) {
    const std::size_t m = z(s * ensemble.seeds());
    const AlignedVector<float>& kernel = start ? references_[m].kernel : kernels_[m];
    float* const picture = cells.data() + z(s) * z(side) * z(side);
    float largest = 0;
    for (int a = 0; a < side; ++a)
      for (int b = 0; b < side; ++b) {
        const int row = (order[z(a / shown)] * shown + a % shown) * outputs,
                  column = (order[z(b / shown)] * shown + b % shown) * outputs;
        float sum = 0;
        for (int k = 0; k < outputs; ++k) sum += kernel[z(row + k) * z(rows) + z(column + k)];
        picture[z(a) * z(side) + z(b)] = sum;
        largest = std::max(largest, std::abs(sum));
      }
    for (std::size_t i = 0; i < z(side) * z(side) && largest > 0; ++i) picture[i] /= largest;
  }
  return all;
}

void Measurement::recordPictures(const Ensemble& ensemble, Recorder& recorder) {
  // The start is written every time: a branch keeps what it shows in its own file.
  recorder.array("startActivity", decisionPicture(ensemble, true));
  recorder.array("startKernel", kernelPicture(ensemble, true));
  const std::span<const std::int32_t> choices(ensemble.probes(0).decision);
  recorder.array("choice", Array::vector<std::int32_t>(choices.first(std::min(z(shownTrials), choices.size()))));
  recorder.array("activity", decisionPicture(ensemble, false));
  recorder.array("firstPath", pathPicture(ensemble, 1));
  recorder.array("secondPath", pathPicture(ensemble, 2));
  recorder.array("kernel", kernelPicture(ensemble, false));
}

}  // namespace learnscope::richlazy
