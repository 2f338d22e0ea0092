// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/measures/recurrent_map.h"

namespace learnscope {

enum class RnnCell { Elman, Gru, Lstm };

/// Weights of one recurrent layer as PyTorch names them, or as this program's own W, U, b.
struct RecurrentWeights {
  RnnCell cell = RnnCell::Elman;
  int hidden = 0;
  int inputs = 0;                                ///< 0 without input weights
  std::vector<double> recurrent;                 ///< weight_hh_l0 [G H][H], G = 1, 3 (r, z, n) or 4 (i, f, g, o)
  std::vector<double> input;                     ///< weight_ih_l0 [G H][d]; may be empty
  std::vector<double> recurrentBias, inputBias;  ///< [G H], zero if absent
};

/// Reads an .npz (weight_hh_l0, weight_ih_l0, bias_hh_l0, bias_ih_l0, with any prefix such as "rnn."; or W, U, b) or a
/// .json object with the same names and nested rows, or an archive of torch.jit.save (.pt, .pth; read by a process of
/// its own). The kind of cell follows from the shapes. Refuses wrong shapes, values that are not finite, several layers
/// or directions, more than 2048 units, and every other kind of file: a pickle can run code. Throws Error.
RecurrentWeights readRecurrentWeights(const std::string& path);

/// The autonomous map under a constant input x [d] (empty: zero). `activation` and `leak` are of Elman cells. Throws
/// ConfigError if x does not fit.
std::unique_ptr<RecurrentMap> mapOf(const RecurrentWeights& weights, RnnActivation activation, double leak,
                                    const std::vector<double>& x);

/// Rows of visited states [n][D] from a .npy of shape [n, D] or [a, b, D]. Throws DataError (shape, a value that is not
/// finite), IoError.
std::vector<double> readStates(const std::string& path, int dimension);

}  // namespace learnscope
