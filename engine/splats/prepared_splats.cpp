// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/prepared_splats.h"

#include <cmath>

namespace learnscope::splats {

PreparedSplats::PreparedSplats(Gaussians splats) : splats_(std::move(splats)) {
  for (auto& part : covariance_) part.resize(splats_.size());
  for (std::size_t i = 0; i < splats_.size(); ++i) {
    const float w = splats_.rotation[0][i], x = splats_.rotation[1][i], y = splats_.rotation[2][i],
                z = splats_.rotation[3][i];
    const std::array<float, 9> r{1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
                                 2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
                                 2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
    std::array<float, 9> m;  // R S
    for (std::size_t k = 0; k < 3; ++k) {
      const float s = std::exp(splats_.logScale[k][i]);
      for (std::size_t row = 0; row < 3; ++row) m[3 * row + k] = r[3 * row + k] * s;
    }
    std::size_t part = 0;
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = a; b < 3; ++b, ++part)
        covariance_[part][i] = m[3 * a] * m[3 * b] + m[3 * a + 1] * m[3 * b + 1] + m[3 * a + 2] * m[3 * b + 2];
  }
}

}  // namespace learnscope::splats
