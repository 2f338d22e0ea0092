// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/state.h"
#include "engine/measures/fixed_points.h"

namespace learnscope {

/// Identity of fixed points through training: each point takes the id of the nearest one of the last look, closest
/// pairs first and no farther than a quarter of max(1, |h|); points without a partner are born, partners without a
/// point have died. Ids are never used twice.
class FixedPointTracks {
 public:
  struct Change {
    std::int64_t id = 0;
    int unstable = 0;
  };
  /// Ids of `points`, in their order. Slow points get none (-1).
  std::vector<std::int64_t> observe(const std::vector<FixedPoint>& points);
  /// Of the last look.
  const std::vector<Change>& born() const { return born_; }
  const std::vector<Change>& died() const { return died_; }

  State save() const;
  void load(const State& state);

 private:
  struct Track {
    std::int64_t id = 0;
    int unstable = 0;
    std::vector<double> state;
  };
  std::vector<Track> tracks_;
  std::vector<Change> born_, died_;
  std::int64_t next_ = 0;
};

}  // namespace learnscope
