// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/energy_analyses.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "engine/measures/energy_landscape.h"
#include "engine/measures/pca.h"
#include "engine/measures/table_evaluation.h"

namespace learnscope::grokking {

DoubleNet::DoubleNet(const TwoLayerTrainer& trainer) {
  std::visit(
      [this](const auto& net) {
        order = net.order;
        hidden = net.hidden;
        activation = net.activation;
        outputScale = static_cast<double>(net.outputScale);
        input.assign(net.inputWeights, net.inputWeights + net.inputSize());
        output.assign(net.outputWeights, net.outputWeights + net.outputSize());
      },
      trainer.net());
}

TwoLayerNet<double> DoubleNet::view() const {
  return {order, hidden, activation, outputScale, input.data(), output.data()};
}

std::vector<double> DoubleNet::inputOf(int j) const {
  std::vector<double> w(2 * static_cast<std::size_t>(order));
  for (std::size_t row = 0; row < w.size(); ++row)
    w[row] = input[row * static_cast<std::size_t>(hidden) + static_cast<std::size_t>(j)];
  return w;
}

int neuronArgument(const Config& arguments, int hidden) {
  const std::int64_t j = arguments.integer("neuron");
  if (j < 0 || j >= hidden) throw ConfigError("/neuron", std::to_string(j), "0.." + std::to_string(hidden - 1));
  return static_cast<int>(j);
}

std::vector<double> powerShares(const FeatureSet& features, std::span<const double> function) {
  FeatureSpectrum spectrum = features.spectrum();
  AlignedVector<double> power;
  spectrum.ofRows(function.data(), 1, power);
  const double sum = std::accumulate(power.begin(), power.end(), 0.0);
  for (double& part : power) part = sum > 0 ? part / sum : 0;
  return {power.begin(), power.end()};
}

namespace {

// Streams of the analyses' own; they never meet a run's.
constexpr std::uint64_t followStream = 3'000'000'000, landscapeStream = 3'000'000'001;

EnergyLandscape trainLandscape(const PairTask& task, Activation activation) {
  return {task.order(), task.trainLeft(), task.trainRight(), task.trainTarget(), activation};
}

EnergyLandscape fullLandscape(const PairTask& task, Activation activation) {
  return {task.order(), task.left(), task.right(), task.target(), activation};
}

double lengthOf(const std::vector<double>& w) {
  return std::sqrt(std::inner_product(w.begin(), w.end(), w.begin(), 0.0));
}

// alpha of the frozen function on all pairs, the trivial feature first.
std::vector<double> amplitudes(const Frozen& frozen, const Progress& progress) {
  const int m = frozen.task->order();
  TableEvaluation table;
  table.setTask(frozen.task->operation().values(), frozen.task->trainMask(), m, frozen.trainer->options().loss);
  table.begin();
  std::vector<std::int32_t> left(static_cast<std::size_t>(m)), right(left.size());
  std::iota(right.begin(), right.end(), 0);
  AlignedVector<double> outputs(static_cast<std::size_t>(m) * static_cast<std::size_t>(m));
  for (int a = 0; a < m; ++a) {
    progress.report(0.2 * a / m, LS_TR("evaluating all pairs"));
    std::fill(left.begin(), left.end(), a);
    frozen.trainer->outputs(left, right, outputs.data());
    table.add(outputs.data(), a * m, m);
  }
  table.finish();
  std::vector<double> alpha(frozen.features.isotypes().size());
  featureAmplitudes(frozen.features.isotypes(), table.answerMeans(), m, alpha);
  return alpha;
}

// A local maximum on the full table in one isotype: w = [u; Pu] with P the inverse permutation, then ascent (for d > 1
// the projected random function is not yet a maximum).
std::vector<double> learnedDirection(const Frozen& frozen, int feature, EnergyLandscape& full, RandomStream& random) {
  const int m = frozen.task->order();
  const Group& group = *frozen.task->operation().group();
  const Isotype& isotype = frozen.features.isotypes()[static_cast<std::size_t>(feature)];
  std::vector<double> u(static_cast<std::size_t>(m), 0.0), w(2 * u.size());
  for (int r = 0; r < isotype.rank; ++r) {
    const double weight = random.normal();
    for (int g = 0; g < m; ++g)
      u[static_cast<std::size_t>(g)] += weight * isotype.basis[static_cast<std::size_t>(r * m + g)];
  }
  for (int g = 0; g < m; ++g) {
    w[static_cast<std::size_t>(g)] = u[static_cast<std::size_t>(g)];
    w[static_cast<std::size_t>(m + g)] = u[static_cast<std::size_t>(group.inverse(g))];
  }
  return followEnergy(full, w, {.steps = 500, .tolerance = 1e-9}).w;
}

std::vector<double> memorisingDirection(EnergyLandscape& train, RandomStream& random, const Progress& progress) {
  Ascent best;
  for (int i = 0; i < 64; ++i) {
    const auto report = [&](int) { progress.report(0.3 + 0.5 * i / 64, LS_TR("climbing from 64 random starts")); };
    Ascent ascent = followEnergy(train, random.normals(2 * static_cast<std::size_t>(train.order())),
                                 {.steps = 1000, .tolerance = 1e-7}, report);
    if (ascent.energy > best.energy) best = std::move(ascent);
  }
  return best.w;
}

}  // namespace

State follow(const Frozen& frozen, const Config& arguments, const Progress& progress) {
  const DoubleNet net(*frozen.trainer);
  EnergyLandscape energy = arguments.text("table") == "full" ? fullLandscape(*frozen.task, net.activation)
                                                             : trainLandscape(*frozen.task, net.activation);
  std::vector<double> start;
  if (arguments.text("start") == "random") {
    const auto size = 2 * static_cast<std::size_t>(net.order);
    RandomStream random(static_cast<std::uint64_t>(arguments.integer("draw")), followStream);
    start = random.normals(size);
  } else {
    start = net.inputOf(neuronArgument(arguments, net.hidden));
    if (lengthOf(start) == 0) throw ConfigError("/neuron", arguments["neuron"].dump(), "a neuron that lives");
  }
  const auto steps = static_cast<int>(arguments.integer("steps"));
  AscentOptions options{
      .rate = arguments.real("rate"), .steps = steps, .tolerance = 1e-10, .keepEvery = std::max(1, steps / 1000)};
  const Ascent ascent =
      followEnergy(energy, start, options, [&](int done) { progress.report(done / static_cast<double>(steps)); });
  const auto kept = static_cast<int>(ascent.energies.size()), size = 2 * net.order;
  std::vector<double> energies = ascent.energies;
  for (double& value : energies) value /= energy.unit();
  State result;
  result.put("energies", Array::vector<double>(energies));
  result.put("trajectory", Array::from<double>(ascent.trajectory, {kept, size}));
  result.put("path", Array::from<double>(principalComponents(ascent.trajectory, kept, size, 3).coordinates, {kept, 3}));
  result.putScalar("monotone", ascent.monotone ? 1.0 : 0.0);
  if (!frozen.features.present()) return result;
  std::vector<double> power =
      powerShares(frozen.features, std::span(ascent.w).first(static_cast<std::size_t>(net.order)));
  const auto feature = power.size() > 1 ? std::max_element(power.begin() + 1, power.end()) - power.begin() : 0;
  result.put("power", Array::vector<double>(power));
  result.putScalar("feature", static_cast<double>(feature));
  return result;
}

State landscape(const Frozen& frozen, const Config& arguments, const Progress& progress) {
  const PairTask& task = *frozen.task;
  const Activation activation = frozen.trainer->options().activation;
  if (!frozen.features.present() || frozen.features.count() < 2)
    throw ConfigError("/group", task.operation().name(), "a group with two features or more");
  EnergyLandscape full = fullLandscape(task, activation), train = trainLandscape(task, activation);
  const std::vector<double> alpha = amplitudes(frozen, progress);
  std::vector<int> order(static_cast<std::size_t>(frozen.features.count()));
  std::iota(order.begin(), order.end(), 1);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return alpha[static_cast<std::size_t>(a)] > alpha[static_cast<std::size_t>(b)];
  });
  RandomStream random(task.seed(), landscapeStream);
  progress.report(0.2, LS_TR("finding the directions"));
  const auto size = 2 * static_cast<Eigen::Index>(task.order());
  Eigen::MatrixXd directions(size, 3);
  for (int i = 0; i < 2; ++i) {
    const std::vector<double> w = learnedDirection(frozen, order[static_cast<std::size_t>(i)], full, random);
    directions.col(i) = Eigen::Map<const Eigen::VectorXd>(w.data(), size);
  }
  const std::vector<double> memorising = memorisingDirection(train, random, progress);
  directions.col(2) = Eigen::Map<const Eigen::VectorXd>(memorising.data(), size);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < i; ++j) directions.col(i) -= directions.col(i).dot(directions.col(j)) * directions.col(j);
    directions.col(i).normalize();
  }
  // The patch: azimuthal projection about the middle of the three directions, out to a quarter turn.
  Eigen::Matrix3d frame;
  frame.col(0) = Eigen::Vector3d(1, -1, 0).normalized();
  frame.col(1) = Eigen::Vector3d(-1, -1, 2).normalized();
  frame.col(2) = Eigen::Vector3d(1, 1, 1).normalized();
  const auto resolution = static_cast<int>(arguments.integer("resolution"));
  std::vector<double> onFull, onTrain;
  for (int r = 0; r < resolution; ++r) {
    progress.report(0.8 + 0.2 * r / resolution, LS_TR("evaluating the patch"));
    for (int c = 0; c < resolution; ++c) {
      const double x = -1 + 2.0 * c / (resolution - 1), y = -1 + 2.0 * r / (resolution - 1);
      const double turn = std::hypot(x, y) * std::numbers::pi / 2,
                   sine = turn > 0 ? std::sin(turn) / std::hypot(x, y) : 0;
      const Eigen::VectorXd w = directions * (frame * Eigen::Vector3d(x * sine, y * sine, std::cos(turn)));
      const std::span<const double> point(w.data(), static_cast<std::size_t>(size));
      onFull.push_back(full.value(point) / full.unit());
      onTrain.push_back(train.value(point) / train.unit());
    }
  }
  std::vector<double> peaks;
  for (int i = 0; i < 3; ++i) {
    const Eigen::Vector3d local = frame.transpose().col(i);
    const double turn = std::acos(std::clamp(local.z(), -1.0, 1.0)), radius = turn / (std::numbers::pi / 2);
    const double flat = std::hypot(local.x(), local.y());
    const Eigen::VectorXd w = directions.col(i);
    peaks.insert(peaks.end(), {radius * local.x() / flat, radius * local.y() / flat,
                               train.value({w.data(), static_cast<std::size_t>(size)}) / train.unit()});
  }
  State result;
  result.put("full", Array::from<double>(onFull, {resolution, resolution}));
  result.put("train", Array::from<double>(onTrain, {resolution, resolution}));
  result.put("peaks", Array::from<double>(peaks, {3, 3}));
  return result;
}

State missingFeatureEnergy(const Frozen& frozen, const Config&, const Progress& progress) {
  if (!frozen.features.present()) throw ConfigError("/operation", frozen.task->operation().name(), "a group");
  const DoubleNet net(*frozen.trainer);
  const PairTask& task = *frozen.task;
  const int n = task.trainCount(), m = net.order, k = net.hidden;
  const std::vector<double> alpha = amplitudes(frozen, progress);
  const double threshold = 0.5 * *std::max_element(alpha.begin() + 1, alpha.end());
  AlignedVector<double> features(static_cast<std::size_t>(n) * static_cast<std::size_t>(k));
  hiddenFeatures(net.view(), task.trainLeft(), task.trainRight(), features.data());
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Matrix sums = Matrix::Zero(m, k);  // Y' sigma(XW)
  const Eigen::Map<const Matrix> f(features.data(), n, k);
  for (int i = 0; i < n; ++i) sums.row(task.trainTarget()[static_cast<std::size_t>(i)]) += f.row(i);
  Eigen::RowVectorXd all = Eigen::RowVectorXd::Zero(k), missing = all;
  std::vector<std::uint8_t> flags;
  for (std::size_t rho = 1; rho < frozen.features.isotypes().size(); ++rho) {
    const Isotype& isotype = frozen.features.isotypes()[rho];
    const Eigen::Map<const Matrix> basis(isotype.basis.data(), isotype.rank, m);
    const Eigen::RowVectorXd part = 0.5 * (basis * sums).colwise().squaredNorm();
    all += part;
    flags.push_back(alpha[rho] < threshold);
    if (flags.back()) missing += part;
  }
  std::vector<double> share(static_cast<std::size_t>(k));
  for (int j = 0; j < k; ++j) share[static_cast<std::size_t>(j)] = all[j] > 0 ? missing[j] / all[j] : 0;
  State result;
  result.put("share", Array::vector<double>(share));
  result.put("missing",
             Array::from<std::uint8_t>(flags, {static_cast<std::int64_t>(flags.size())}, frozen.features.ids()));
  return result;
}

}  // namespace learnscope::grokking
