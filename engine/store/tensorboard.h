// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/core/run.h"

namespace learnscope {

/// Where exportTensorBoard() writes: folder/LAB-SEED-ID/events.out.tfevents.CREATED.learnscope, so that several runs
/// in one folder are compared in one TensorBoard.
std::string tensorBoardFile(const Run& run, const std::string& folder);

/// The recorded `measures` (all if none is named) as an event file for TensorBoard, made whole or not at all, with its
/// folders.
/// - Scalars as float32: all that TensorBoard takes.
/// - Arrays as histograms: least, greatest, number, sum, sum of squares and 32 buckets of equal width over the finite
///   values; nothing for an array without any.
/// - Those named in `pictures`, too, as images: [H, W], [N, H, W] or [N, H, W, 3], the first 16 of N; grey from least
/// to
///   greatest value of the array, 0..1 as it is.
/// - The metadata as text.
/// Records are in the order of their steps, with the wall time of the run. Throws ConfigError, IoError.
void exportTensorBoard(const Run& run, const std::vector<std::string>& measures, const std::set<std::string>& pictures,
                       const std::string& folder);

}  // namespace learnscope
