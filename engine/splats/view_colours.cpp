// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/view_colours.h"

#include <algorithm>

#include "engine/splats/splat_kernels.h"

namespace learnscope::splats {
namespace {

constexpr double kDrift = 0.01;  // share of its distance that an eye may move
constexpr std::size_t kBlock = Gaussians::kBlock;

}  // namespace

void ViewColours::setSplats(std::shared_ptr<const PreparedSplats> splats) {
  splats_ = std::move(splats);
  eye_.reset();
  const std::size_t n = splats_ ? splats_->size() : 0;
  if (splats_) box_ = splats_->gaussians().box();
  for (auto& channel : colours_) channel.resize((n + kBlock - 1) / kBlock * kBlock);
}

bool ViewColours::isNear(const Vec3d& eye) const {
  double moved = 0, distance = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    moved += (eye[k] - (*eye_)[k]) * (eye[k] - (*eye_)[k]);
    // To the nearest point of the box: colours drift most there.
    const double nearest = std::clamp<double>(eye[k], box_[0][k], box_[1][k]);
    distance += (eye[k] - nearest) * (eye[k] - nearest);
  }
  return moved <= kDrift * kDrift * distance;
}

const std::array<AlignedVector<float>, 3>& ViewColours::update(const Vec3d& eye, int degree, WorkerPool& pool,
                                                               bool* changed) {
  degree = std::clamp(degree, 0, splats_->gaussians().degree());
  const bool stale = !eye_ || degree_ != degree || (degree > 0 && !isNear(eye));
  if (stale) {
    shade(eye, degree, pool);
    eye_ = eye;
    degree_ = degree;
  }
  if (changed) *changed = stale;
  return colours_;
}

void ViewColours::shade(const Vec3d& eye, int degree, WorkerPool& pool) {
  const Gaussians& set = splats_->gaussians();
  const std::array<float, 3> from{static_cast<float>(eye[0]), static_cast<float>(eye[1]), static_cast<float>(eye[2])};
  const auto some = [&](const std::array<const float*, 3>& position, const std::array<const float*, 3>& base,
                        std::size_t at, long blocks) {
    float* const rgb[3]{colours_[0].data() + at, colours_[1].data() + at, colours_[2].data() + at};
    const float* harmonics = set.harmonics.data() + at * 3 * static_cast<std::size_t>(set.harmonicCount());
    splatKernels().harmonicColours(position.data(), base.data(), harmonics, set.degree(), degree, from.data(), blocks,
                                   rgb);
  };
  const auto starts = [](const std::array<AlignedVector<float>, 3>& arrays, std::size_t at) {
    return std::array<const float*, 3>{arrays[0].data() + at, arrays[1].data() + at, arrays[2].data() + at};
  };
  const long whole = static_cast<long>(set.size() / kBlock), workers = pool.size();
  pool.run([&](int worker) {
    const long first = whole * worker / workers, last = whole * (worker + 1) / workers;
    const std::size_t at = static_cast<std::size_t>(first) * kBlock;
    some(starts(set.position, at), starts(set.colour, at), at, last - first);
  });
  // The last block is not whole: its splats' columns end earlier.
  const std::size_t rest = set.size() % kBlock, at = set.size() - rest;
  if (rest == 0) return;
  alignas(64) float position[3][kBlock]{}, base[3][kBlock]{};
  for (std::size_t k = 0; k < 3; ++k) {
    std::copy_n(set.position[k].data() + at, rest, position[k]);
    std::copy_n(set.colour[k].data() + at, rest, base[k]);
  }
  some({position[0], position[1], position[2]}, {base[0], base[1], base[2]}, at, 1);
}

}  // namespace learnscope::splats
