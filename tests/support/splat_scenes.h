// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/splats/gaussians.h"

namespace learnscope::test {

/// The bench scene bump(N) of the part-motion page: a bumpy surface of flat, opaque Gaussians around the origin.
splats::Gaussians bumpScene(std::size_t count);

/// `count` Gaussians whose every component is random, inside what all formats can hold: positions in [-3, 3], ln s in
/// [-9, 1], colours in [-0.3, 1.3], harmonics in [-0.9, 0.9].
splats::Gaussians randomSplats(std::size_t count, int degree, std::uint64_t seed = 1);

}  // namespace learnscope::test
