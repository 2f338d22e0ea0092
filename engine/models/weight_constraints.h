// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

namespace learnscope {

/// Sets to 0 what has left the sign of its column (Dale's law: a neuron excites or inhibits all its targets). Only
/// columns of `initial` [n, n] whose entries all have one sign (zeros aside) are bound.
void keepColumnSigns(std::span<const float> initial, std::span<float> matrix, int n);

/// The leading left and right singular vectors of a matrix [n, n], as rows [rank, n].
void singularSpaces(std::span<const float> matrix, int n, int rank, std::vector<float>& left,
                    std::vector<float>& right);

/// matrix <- U U^T matrix V V^T with the orthonormal rows of `left` (U^T) and `right` (V^T) [rank, n].
void projectOnto(std::span<const float> left, std::span<const float> right, int rank, int n, std::span<float> matrix);

}  // namespace learnscope
