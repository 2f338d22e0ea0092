// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace learnscope {

/// A square matrix, row-major [order, order].
struct SquareMatrix {
  int order = 0;
  std::vector<double> values;
};

/// Reads a user's connectivity matrix (entry [i, j]: weight from neuron j to neuron i) from .npy, .npz (its only
/// matrix, or the one called "W") or, for any other name, comma, semicolon, tab or space separated text; lines that
/// start with # are skipped. Refuses, naming file, line and column: what is not square, not finite or no number, ragged
/// rows, more than `largest` rows, a matrix of zeros. Throws DataError, IoError.
SquareMatrix readSquareMatrix(const std::string& path, int largest);

}  // namespace learnscope
