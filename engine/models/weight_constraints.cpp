// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/weight_constraints.h"

#include "engine/core/decompositions.h"
#include "engine/models/blas.h"

namespace learnscope {

void keepColumnSigns(std::span<const float> initial, std::span<float> matrix, int n) {
  const auto size = static_cast<std::size_t>(n);
  for (std::size_t j = 0; j < size; ++j) {
    bool positive = false, negative = false;
    for (std::size_t i = 0; i < size; ++i) {
      positive |= initial[i * size + j] > 0;
      negative |= initial[i * size + j] < 0;
    }
    if (positive == negative) continue;
    for (std::size_t i = 0; i < size; ++i) {
      float& value = matrix[i * size + j];
      if (positive ? value < 0 : value > 0) value = 0;
    }
  }
}

void singularSpaces(std::span<const float> matrix, int n, int rank, std::vector<float>& left,
                    std::vector<float>& right) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::MatrixXd wide = Eigen::Map<const RowMajor>(matrix.data(), n, n).cast<double>();
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(wide, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto size = static_cast<std::size_t>(rank) * static_cast<std::size_t>(n);
  left.resize(size);
  right.resize(size);
  Eigen::Map<RowMajor>(left.data(), rank, n) = svd.matrixU().leftCols(rank).transpose().cast<float>();
  Eigen::Map<RowMajor>(right.data(), rank, n) = svd.matrixV().leftCols(rank).transpose().cast<float>();
}

void projectOnto(std::span<const float> left, std::span<const float> right, int rank, int n, std::span<float> matrix) {
  std::vector<float> inner(static_cast<std::size_t>(rank) * static_cast<std::size_t>(n)),
      core(static_cast<std::size_t>(rank) * static_cast<std::size_t>(rank));
  gemm(Transpose::No, Transpose::No, rank, n, n, 1.0F, left.data(), n, matrix.data(), n, 0.0F, inner.data(), n);
  gemm(Transpose::No, Transpose::Yes, rank, rank, n, 1.0F, inner.data(), n, right.data(), n, 0.0F, core.data(), rank);
  gemm(Transpose::No, Transpose::No, rank, n, rank, 1.0F, core.data(), rank, right.data(), n, 0.0F, inner.data(), n);
  gemm(Transpose::Yes, Transpose::No, n, n, rank, 1.0F, left.data(), n, inner.data(), n, 0.0F, matrix.data(), n);
}

}  // namespace learnscope
