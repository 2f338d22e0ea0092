// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "engine/splats/prepared_splats.h"
#include "engine/splats/splat_camera.h"
#include "engine/splats/worker_pool.h"

namespace learnscope::splats {

/// The colours of splats as an eye sees them: harmonics evaluated in the direction from the eye to every splat, anew
/// when the eye has moved by 1 % of its distance.
class ViewColours {
 public:
  void setSplats(std::shared_ptr<const PreparedSplats> splats);
  /// One array a channel, padded to whole blocks; true in `changed` (if given) when they are new.
  const std::array<AlignedVector<float>, 3>& update(const Vec3d& eye, int degree, WorkerPool& pool,
                                                    bool* changed = nullptr);

 private:
  bool isNear(const Vec3d& eye) const;
  void shade(const Vec3d& eye, int degree, WorkerPool& pool);

  std::shared_ptr<const PreparedSplats> splats_;
  std::array<AlignedVector<float>, 3> colours_;
  std::array<std::array<float, 3>, 2> box_{};
  std::optional<Vec3d> eye_;
  int degree_ = -1;
};

}  // namespace learnscope::splats
