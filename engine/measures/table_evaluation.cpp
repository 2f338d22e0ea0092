// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/table_evaluation.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

namespace learnscope {
namespace {

template <class T>
using Row = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

// The first largest entry is the prediction, as torch's argmax.
template <class T>
bool predicts(const Row<T>& row, int answer) {
  const T value = row[answer];
  return (answer == 0 || row.head(answer).maxCoeff() < value) && row.tail(row.size() - answer).maxCoeff() <= value;
}

template <class T>
double crossEntropy(const Row<T>& row, int answer) {
  const double most = row.maxCoeff();
  double sum = 0;
  for (Eigen::Index c = 0; c < row.size(); ++c) sum += std::exp(static_cast<double>(row[c]) - most);
  return most + std::log(sum) - static_cast<double>(row[answer]);
}

}  // namespace

void TableEvaluation::setTask(std::span<const std::int32_t> answers, std::span<const std::uint8_t> trainMask, int order,
                              LossKind loss) {
  order_ = order;
  loss_ = loss;
  answers_.assign(answers.begin(), answers.end());
  train_.assign(trainMask.begin(), trainMask.end());
  correct_.assign(answers.size(), 0);
  answerCounts_.assign(static_cast<std::size_t>(order), 0);
  for (std::int32_t answer : answers_) ++answerCounts_[static_cast<std::size_t>(answer)];
  answerMeans_.assign(static_cast<std::size_t>(order) * order, 0.0);
}

void TableEvaluation::begin() {
  std::fill(answerMeans_.begin(), answerMeans_.end(), 0.0);
  squares_ = residual_ = 0;
  for (int set = 0; set < 2; ++set) lossSum_[set] = 0, hits_[set] = counts_[set] = 0;
}

template <class T>
void TableEvaluation::add(const T* outputs, int first, int count) {
  const double m = order_;
  for (int i = 0; i < count; ++i) {
    const auto pair = static_cast<std::size_t>(first + i);
    const Row<T> row(outputs + static_cast<std::size_t>(i) * order_, order_);
    const std::int32_t answer = answers_[pair];
    const double mean = row.template cast<double>().mean();
    const double raw = row.template cast<double>().square().sum();
    const double square = raw - m * mean * mean, target = static_cast<double>(row[answer]);
    const double residual = square - 2 * (target - mean) + 1 - 1 / m;
    Eigen::Map<Eigen::ArrayXd>(answerMeans_.data() + static_cast<std::size_t>(answer) * order_, order_) +=
        row.template cast<double>() - mean;
    const int set = train_[pair] ? 0 : 1;
    const bool hit = predicts(row, answer);
    squares_ += square;
    residual_ += residual;
    lossSum_[set] += loss_ == LossKind::ClassCentred ? residual
                     : loss_ == LossKind::MeanSquare ? (raw - 2 * target + 1) / m
                                                     : crossEntropy(row, answer);
    hits_[set] += hit;
    ++counts_[set];
    correct_[pair] = static_cast<std::uint8_t>((set == 0 ? 2 : 0) + hit);
  }
}
template void TableEvaluation::add(const float*, int, int);
template void TableEvaluation::add(const double*, int, int);

void TableEvaluation::finish() {
  const double pairs = static_cast<double>(answers_.size()), m = order_;
  double means = 0, rule = 0;
  for (int h = 0; h < order_; ++h) {
    const auto n = static_cast<double>(answerCounts_[static_cast<std::size_t>(h)]);
    if (n == 0) continue;
    Eigen::Map<Eigen::ArrayXd> g(answerMeans_.data() + static_cast<std::size_t>(h) * order_, order_);
    g /= n;
    const double square = g.square().sum();
    means += n * square;
    rule += n * (square - 2 * g[h] + 1 - 1 / m);
  }
  allLoss_ = residual_ / pairs;
  ruleLoss_ = rule / pairs;
  pairsLoss_ = (squares_ - means) / pairs;
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto ratio = [&](double sum, int set) { return counts_[set] ? sum / static_cast<double>(counts_[set]) : none; };
  trainAccuracy_ = ratio(static_cast<double>(hits_[0]), 0);
  testAccuracy_ = ratio(static_cast<double>(hits_[1]), 1);
  trainLoss_ = ratio(lossSum_[0], 0);
  testLoss_ = ratio(lossSum_[1], 1);
}

void featureAmplitudes(std::span<const Isotype> isotypes, std::span<const double> answerMeans, int order,
                       std::span<double> alpha) {
  using Square = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
  const Square means(answerMeans.data(), order, order);
  for (std::size_t k = 0; k < isotypes.size(); ++k)  // projectors are symmetric: P[c, h] = P[h, c]
    alpha[k] = Square(isotypes[k].projector.data(), order, order).cwiseProduct(means).sum() / isotypes[k].rank;
}

}  // namespace learnscope
