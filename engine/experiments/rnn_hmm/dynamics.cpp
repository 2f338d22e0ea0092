// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/dynamics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/core/decompositions.h"
#include "engine/models/blas.h"

namespace learnscope::rnnhmm {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
const double none = std::numeric_limits<double>::quiet_NaN();

double normOf(const double* values, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += values[i] * values[i];
  return std::sqrt(sum);
}

}  // namespace

AlignedVector<double> spreadStates(const Chains& chains, int count) {
  const auto width = static_cast<std::size_t>(chains.hidden), rows = chains.rows();
  AlignedVector<double> states(static_cast<std::size_t>(count) * width);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    std::copy_n(chains.states.begin() + static_cast<long>(i * rows / static_cast<std::size_t>(count) * width), width,
                states.begin() + static_cast<long>(i * width));
  return states;
}

Dwelling dwelling(const Chains& chains) {
  long changes = 0, dwells = 0;
  double sum = 0, squares = 0;
  for (int i = 0; i < chains.chains; ++i) {
    int last = -1;  // step of the last change: only dwells between two changes count
    for (int t = 1; t < chains.steps; ++t) {
      if (chains.symbol(t, i) == chains.symbol(t - 1, i)) continue;
      ++changes;
      if (last >= 0) {
        const double dwell = t - last;
        ++dwells;
        sum += dwell;
        squares += dwell * dwell;
      }
      last = t;
    }
  }
  Dwelling result;
  result.changeRate = static_cast<double>(changes) / (static_cast<double>(chains.chains) * (chains.steps - 1));
  const double n = static_cast<double>(dwells);
  result.variation = dwells > 1 ? std::sqrt(std::max(0.0, squares / n - sum * sum / (n * n))) / (sum / n) : none;
  return result;
}

std::vector<double> Portrait::of(const double* h, int n) const {
  std::vector<double> out(static_cast<std::size_t>(n) * 3), centre(3);
  gemv(Transpose::No, 3, hidden, -1.0, axes.data(), hidden, mean.data(), 0.0, centre.data());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = centre[i % 3];
  gemm(Transpose::No, Transpose::Yes, n, 3, hidden, 1.0, h, hidden, axes.data(), hidden, 1.0, out.data(), 3);
  return out;
}

std::vector<double> Portrait::lift() const {
  const Eigen::Map<const RowMatrix> a(axes.data(), 3, hidden);
  const RowMatrix pseudo = a.completeOrthogonalDecomposition().pseudoInverse();
  return {pseudo.data(), pseudo.data() + pseudo.size()};
}

void Portrait::alignTo(const Portrait& earlier, const double* states, int n) {
  if (earlier.hidden != hidden) return;
  const std::vector<double> now = of(states, n), before = earlier.of(states, n);
  const Eigen::Map<const RowMatrix> x(now.data(), n, 3), y(before.data(), n, 3);
  if (!x.allFinite() || !y.allFinite()) return;
  const Eigen::MatrixXd cross = x.leftCols(2).transpose() * y.leftCols(2);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(cross, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Eigen::Matrix2d turn = svd.matrixU() * svd.matrixV().transpose();
  Eigen::Map<RowMatrix> a(axes.data(), 3, hidden);
  a.topRows(2) = (turn.transpose() * a.topRows(2)).eval();
  if (x.col(2).dot(y.col(2)) < 0) a.row(2) *= -1;
}

namespace {

struct Components {
  Eigen::RowVectorXd mean;
  Eigen::VectorXd variances;  ///< ascending
  Eigen::MatrixXd vectors;
};

Components components(const Eigen::Map<const RowMatrix>& h) {
  Components c;
  c.mean = h.colwise().mean();
  Eigen::MatrixXd covariance(h.cols(), h.cols());
  const RowMatrix centred = h.rowwise() - c.mean;
  gramOfColumns(static_cast<int>(h.cols()), static_cast<int>(h.rows()), 1.0 / static_cast<double>(h.rows()),
                centred.data(), 0.0, covariance.data());
  // Row-major lower is column-major upper.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      Eigen::MatrixXd(covariance.selfadjointView<Eigen::Upper>()));
  c.variances = solver.eigenvalues();
  c.vectors = solver.eigenvectors();
  return c;
}

/// Net turns of each chain about the origin of two coordinates [rows][3]; (steps, chains) as in Chains.
void countTurns(const std::vector<double>& coordinates, const Chains& chains, Rotation& result) {
  int positive = 0, turning = 0;
  double turns = 0;
  for (int i = 0; i < chains.chains; ++i) {
    double angle = 0;
    for (int t = 1; t < chains.steps; ++t) {
      const double* a = coordinates.data() + 3 * (static_cast<long>(t - 1) * chains.chains + i);
      const double* b = coordinates.data() + 3 * (static_cast<long>(t) * chains.chains + i);
      angle += std::atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]);
    }
    turns += std::abs(angle) / (2 * M_PI);
    turning += angle != 0;
    positive += angle > 0;
  }
  result.turns = turns / chains.chains * 1000 / (chains.steps - 1);
  const double share = turning > 0 ? static_cast<double>(positive) / turning : 0.5;
  result.agreement = std::max(share, 1 - share);
}

}  // namespace

Rotation rotation(const Chains& chains, const EffectiveRnn<double>& net, ThirdAxis third) {
  const Eigen::Map<const RowMatrix> h(chains.states.data(), static_cast<Eigen::Index>(chains.rows()), chains.hidden);
  Rotation result;
  result.portrait.hidden = chains.hidden;
  result.portrait.mean.assign(static_cast<std::size_t>(chains.hidden), 0.0);
  result.portrait.axes.assign(3 * static_cast<std::size_t>(chains.hidden), 0.0);
  if (!h.allFinite()) return result;
  const Components pca = components(h);
  const Eigen::Index size = chains.hidden, kept = std::min<Eigen::Index>(6, size);
  const double total = pca.variances.sum();
  result.participation = total > 0 ? total * total / pca.variances.squaredNorm() : 0;
  for (std::size_t k = 0; k < 3; ++k)
    result.shares[k] = total > 0 ? pca.variances[size - 1 - static_cast<Eigen::Index>(k)] / total : 0;
  Eigen::Map<Eigen::RowVectorXd>(result.portrait.mean.data(), size) = pca.mean;
  // Whitening functionals of the leading components that vary at all.
  RowMatrix white = RowMatrix::Zero(kept, size);
  for (Eigen::Index k = 0; k < kept; ++k)
    if (const double v = pca.variances[size - 1 - k]; v > 1e-12 * std::max(total, 1e-300))
      white.row(k) = pca.vectors.col(size - 1 - k).transpose() / std::sqrt(v);
  const RowMatrix z = (h.rowwise() - pca.mean) * white.transpose();
  const Eigen::Index lagged = static_cast<Eigen::Index>(chains.rows()) - chains.chains;
  const Eigen::MatrixXd lag = z.bottomRows(lagged).transpose() * z.topRows(lagged) / static_cast<double>(lagged);
  const Eigen::MatrixXd skew = 0.5 * (lag - lag.transpose());
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(skew, Eigen::ComputeFullU);
  result.index = svd.singularValues()[0];
  result.slowest = lag.eigenvalues().cwiseAbs().maxCoeff();
  Eigen::Map<RowMatrix> axes(result.portrait.axes.data(), 3, size);
  axes.topRows(2) = svd.matrixU().leftCols(2).transpose() * white;
  if (third == ThirdAxis::Component) {
    axes.row(2) = white.row(std::min<Eigen::Index>(2, kept - 1));
  } else {
    const Eigen::Map<const RowMatrix> c(net.c.data(), net.shape.symbols, size);
    axes.row(2) = c.row(net.shape.symbols - 1) - c.row(0);
    const double spread =
        std::sqrt(((h.rowwise() - pca.mean) * axes.row(2).transpose()).squaredNorm() / static_cast<double>(h.rows()));
    if (spread > 0) axes.row(2) /= spread;
  }
  const Eigen::Map<const RowMatrix> c(net.c.data(), net.shape.symbols, size);
  for (const Eigen::Index a : {Eigen::Index{0}, static_cast<Eigen::Index>(net.shape.symbols) - 1}) {
    const Eigen::VectorXd unit = c.row(a).transpose().normalized();
    result.readoutLength += 0.5 * (pca.vectors.rightCols(2).transpose() * unit).norm();
  }
  countTurns(result.portrait.of(chains.states.data(), static_cast<int>(chains.rows())), chains, result);
  return result;
}

Growth growth(const EffectiveRnn<double>& net, const Chains& chains) {
  constexpr int kStarts = 64, kSteps = 600, kCounted = 100;
  const int size = chains.hidden;
  AlignedVector<double> h = spreadStates(chains, kStarts), next(h.size());
  std::vector<double> logs(kStarts, 0.0);
  const auto rescale = [&](AlignedVector<double>& states, int row) {
    double* state = states.data() + static_cast<long>(row) * size;
    const double norm = normOf(state, size);
    if (norm > 0)
      for (int u = 0; u < size; ++u) state[u] /= norm;
    return norm;
  };
  for (int i = 0; i < kStarts; ++i) rescale(h, i);
  for (int t = 0; t < kSteps; ++t) {
    net.step(h.data(), nullptr, kStarts, next.data());
    h.swap(next);
    for (int i = 0; i < kStarts; ++i)
      if (const double norm = rescale(h, i); t >= kSteps - kCounted)
        logs[static_cast<std::size_t>(i)] += std::log(norm);
  }
  Growth result;
  std::vector<double> logits(static_cast<std::size_t>(net.shape.symbols));
  for (int i = 0; i < kStarts; ++i) {
    const double factor = std::exp(logs[static_cast<std::size_t>(i)] / kCounted);
    const double* state = h.data() + static_cast<long>(i) * size;
    result.factor = std::max(result.factor, factor);
    if (!(factor > 0) || !std::isfinite(factor)) continue;  // died out: no direction
    const bool known = std::any_of(result.rays.begin(), result.rays.end(), [&](const std::vector<double>& ray) {
      double product = 0;
      for (int u = 0; u < size; ++u) product += ray[static_cast<std::size_t>(u)] * state[u];
      return product > 0.999;
    });
    if (known) continue;
    result.rays.emplace_back(state, state + size);
    net.logits(state, 1, logits.data());
    result.symbols.push_back(static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
  }
  return result;
}

Collapse collapse(const EffectiveRnn<double>& net, const Chains& chains) {
  constexpr int kStates = 200, kSteps = 500;
  const int size = chains.hidden;
  AlignedVector<double> h = spreadStates(chains, kStates), next(h.size());
  std::vector<double> start(kStates);
  for (int i = 0; i < kStates; ++i)
    start[static_cast<std::size_t>(i)] = normOf(h.data() + static_cast<long>(i) * size, size);
  Collapse result;
  result.steps.assign(kStates, -1);
  int open = kStates;
  for (int t = 1; t <= kSteps && open > 0; ++t) {
    net.step(h.data(), nullptr, kStates, next.data());
    h.swap(next);
    for (int i = 0; i < kStates; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double ratio = normOf(h.data() + static_cast<long>(i) * size, size) / start[at];
      result.amplification = std::max(result.amplification, ratio);
      if (result.steps[at] >= 0 || !(ratio < 0.01)) continue;
      result.steps[at] = t;
      --open;
    }
  }
  std::vector<int> times;
  for (const int t : result.steps)
    if (t >= 0) times.push_back(t);
  std::sort(times.begin(), times.end());
  result.reached = static_cast<double>(times.size()) / kStates;
  result.median = times.empty() ? none : times[times.size() / 2];
  result.longest = times.empty() ? none : times.back();
  return result;
}

// A ReLU net's non-zero eigenvalues are those of W on the active units alone.
std::vector<std::complex<double>> localEigenvalues(const EffectiveRnn<double>& net, const double* h) {
  const int size = net.shape.hidden;
  const auto width = static_cast<std::size_t>(size);
  AlignedVector<double> z(width);
  net.preActivation(h, 1, z.data());
  std::vector<Eigen::Index> active;
  for (int u = 0; u < size; ++u)
    if (net.shape.activation == RnnActivation::Tanh || z[static_cast<std::size_t>(u)] > 0) active.push_back(u);
  const auto count = static_cast<Eigen::Index>(active.size());
  Eigen::MatrixXd jacobian(count, count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto row = static_cast<std::size_t>(active[static_cast<std::size_t>(i)]);
    double slope = 1;
    if (net.shape.activation == RnnActivation::Tanh) {
      const double t = std::tanh(z[row]);
      slope = 1 - t * t;
    }
    for (Eigen::Index j = 0; j < count; ++j)
      jacobian(i, j) = slope * net.w[row * width + static_cast<std::size_t>(active[static_cast<std::size_t>(j)])];
  }
  if (count == 0) return {};
  const Eigen::VectorXcd values = Eigen::EigenSolver<Eigen::MatrixXd>(jacobian, false).eigenvalues();
  return {values.data(), values.data() + values.size()};
}

LocalSpectrum localSpectrum(const std::vector<std::complex<double>>& eigenvalues) {
  LocalSpectrum result;
  for (const std::complex<double> lambda : eigenvalues) {
    result.unstable += std::abs(lambda) > 1;
    const std::complex<double> zeta = (lambda - 1.0) / (lambda + 1.0 + 1e-8);
    if (std::abs(zeta.real()) < 0.1 && zeta.imag() > 0.05) result.critical = true;
  }
  return result;
}

}  // namespace learnscope::rnnhmm
