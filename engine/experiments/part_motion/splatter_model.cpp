// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/splatter_model.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/part_motion/world.h"
#include "engine/models/gaussian_codes.h"

namespace learnscope::partmotion {
namespace {

constexpr int kSize = SplatterUNet::kSize, kOutSize = SplatterUNet::kOutSize, kSeen = SplatterUNet::kViews;
constexpr float kDepth = 2.4F, kDepthReach = 1.1F, kSideReach = 0.1F, kScale = 0.1F, kSmallestScale = 1e-4F;
constexpr double kMotionFactor = 10;

struct Ray {
  std::array<float, 3> eye, direction, right, down;
};

/// Through the centre of a pixel of `size` x `size`.
Ray rayOf(const splats::SplatCamera& camera, int x, int y) {
  const splats::Vec3d eye = camera.eye();
  const double t[3]{(x + 0.5 - camera.centreX) / camera.focalX, (y + 0.5 - camera.centreY) / camera.focalY, 1};
  const double length = std::sqrt(t[0] * t[0] + t[1] * t[1] + 1);
  Ray ray{};
  for (std::size_t k = 0; k < 3; ++k) {
    const auto& r = camera.rotation;
    ray.eye[k] = static_cast<float>(eye[k]);
    ray.direction[k] = static_cast<float>((t[0] * r[k] + t[1] * r[3 + k] + r[6 + k]) / length);
    ray.right[k] = static_cast<float>(r[k]);
    ray.down[k] = static_cast<float>(r[3 + k]);
  }
  return ray;
}

std::array<Ray, kOutSize * kOutSize> raysOf(int view) {
  const splats::SplatCamera camera = orbitCamera(view, kOutSize);
  std::array<Ray, kOutSize * kOutSize> rays;
  Ray* ray = rays.data();
  for (int y = 0; y < kOutSize; ++y)
    for (int x = 0; x < kOutSize; ++x) *ray++ = rayOf(camera, x, y);
  return rays;
}

const Ray& outputRay(int view, int pixel) {
  static const auto all = [] {
    std::array<std::array<Ray, kOutSize * kOutSize>, kSeen> rays;
    for (std::size_t v = 0; v < kSeen; ++v) rays[v] = raysOf(kSplatterViews[v]);
    return rays;
  }();
  return all[static_cast<std::size_t>(view)][static_cast<std::size_t>(pixel)];
}

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }
float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); }

/// Raw outputs of a pixel in the order depth, across, down, opacity, scales, quaternion (w first), rgb.
void activatePixel(const float* raw, const Ray& ray, float* g) {
  const float depth = kDepth + kDepthReach * std::tanh(raw[0]), across = kSideReach * std::tanh(raw[1]),
              down = kSideReach * std::tanh(raw[2]);
  for (std::size_t k = 0; k < 3; ++k)
    g[k] = ray.eye[k] + depth * ray.direction[k] + across * ray.right[k] + down * ray.down[k];
  g[3] = sigmoid(raw[3]);
  for (int k = 4; k < 7; ++k) g[k] = kSmallestScale + kScale * softplus(raw[k]);
  const float q[4]{raw[7] + 1, raw[8], raw[9], raw[10]};
  const float length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3] + 1e-12F);
  for (int k = 0; k < 4; ++k) g[7 + k] = q[k] / length;
  for (int k = 11; k < 14; ++k) g[k] = 0.5F * std::tanh(raw[k]) + 0.5F;
}

void activateGradient(const float* raw, const Ray& ray, const float* g, const float* slope, float* byRaw) {
  float by[3]{};
  for (std::size_t k = 0; k < 3; ++k) {
    by[0] += slope[k] * ray.direction[k];
    by[1] += slope[k] * ray.right[k];
    by[2] += slope[k] * ray.down[k];
  }
  for (int k = 0; k < 3; ++k) {
    const float t = std::tanh(raw[k]);
    byRaw[k] = by[k] * (k == 0 ? kDepthReach : kSideReach) * (1 - t * t);
  }
  byRaw[3] = slope[3] * g[3] * (1 - g[3]);
  for (int k = 4; k < 7; ++k) byRaw[k] = slope[k] * kScale * sigmoid(raw[k]);
  const float q[4]{raw[7] + 1, raw[8], raw[9], raw[10]};
  const float length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3] + 1e-12F);
  float along = 0;
  for (int k = 0; k < 4; ++k) along += slope[7 + k] * g[7 + k];
  for (int k = 0; k < 4; ++k) byRaw[7 + k] = (slope[7 + k] - along * g[7 + k]) / length;
  for (int k = 11; k < 14; ++k) {
    const float t = 2 * g[k] - 1;
    byRaw[k] = slope[k] * 0.5F * (1 - t * t);
  }
}

/// Calls f(plane 0's place of a pixel in a lane, view, pixel) for the pixels of an object.
template <class F>
void eachPixel(const LaneGrid& grid, int object, const F& f) {
  for (int view = 0; view < kSeen; ++view)
    for (int y = 0; y < kOutSize; ++y)
      for (int x = 0; x < kOutSize; ++x)
        f(y * grid.row + x * grid.pixel + object * kSeen + view, view, y * kOutSize + x);
}

std::size_t placeOf(int view, int pixel) {
  return static_cast<std::size_t>(view * kOutSize * kOutSize + pixel) * kCodeValues;
}

}  // namespace

SplatterModel::SplatterModel() {
  picture_.resize(3 * kSize * kSize);
  for (auto* sets : {&gaussians_, &byGaussians_})
    for (auto& set : *sets) set.assign(static_cast<std::size_t>(kSplatterGaussians) * kCodeValues, 0.0F);
}

// Colours from -1 to 1 and the Pluecker coordinates of each pixel's ray.
void SplatterModel::look(int lane, std::span<const float> gaussians, int view) {
  const splats::SplatCamera camera = orbitCamera(view, kSize);
  rasteriser_.forward(gaussians.data(), gaussians.size() / kCodeValues, camera, {}, picture_.data(), nullptr);
  LanePlanes& in = net_.input();
  const LaneGrid& grid = in.grid();
  for (int y = 0; y < kSize; ++y)
    for (int x = 0; x < kSize; ++x) {
      const long at = y * grid.row + x * grid.pixel + lane;
      const auto pixel = static_cast<std::size_t>(y * kSize + x);
      for (int c = 0; c < 3; ++c)
        in.plane(c)[at] = 2 * picture_[pixel + static_cast<std::size_t>(c) * kSize * kSize] - 1;
      const auto [o, d, right, down] = rayOf(camera, x, y);
      const float moment[3]{o[1] * d[2] - o[2] * d[1], o[2] * d[0] - o[0] * d[2], o[0] * d[1] - o[1] * d[0]};
      for (int k = 0; k < 3; ++k) {
        in.plane(3 + k)[at] = moment[k];
        in.plane(6 + k)[at] = d[static_cast<std::size_t>(k)];
      }
    }
}

std::vector<PictureDrag> SplatterModel::seenDrags(std::span<const ModelInput> inputs) const {
  std::vector<PictureDrag> seen;
  for (std::size_t object = 0; object < inputs.size(); ++object)
    for (std::size_t v = 0; v < kSeen; ++v) {
      const splats::SplatCamera camera = orbitCamera(kSplatterViews[v], 1);
      const std::span<const float> drags = inputs[object].drags;
      for (std::size_t at = 0; at + 5 < drags.size(); at += 6) {
        PictureDrag drag{static_cast<int>(object * kSeen + v)};
        float* out[2][2]{{&drag.startX, &drag.startY}, {&drag.endX, &drag.endY}};
        for (std::size_t end = 0; end < 2; ++end) {
          const float* place = &drags[at + 3 * end];
          const splats::Vec3d t = camera.toCamera({place[0], place[1], place[2]});
          *out[end][0] = static_cast<float>(camera.focalX * t[0] / t[2] + camera.centreX);
          *out[end][1] = static_cast<float>(camera.focalY * t[1] / t[2] + camera.centreY);
        }
        seen.push_back(drag);
      }
    }
  return seen;
}

void SplatterModel::activate(int object) {
  const LanePlanes& out = net_.output();
  AlignedVector<float>& set = gaussians_[static_cast<std::size_t>(object)];
  eachPixel(out.grid(), object, [&](long at, int view, int pixel) {
    float raw[kCodeValues];
    for (int k = 0; k < kCodeValues; ++k) raw[k] = out.plane(k)[at];
    activatePixel(raw, outputRay(view, pixel), &set[placeOf(view, pixel)]);
  });
}

void SplatterModel::forward(const float* weights, std::span<const ModelInput> inputs, const std::vector<bool>& felt) {
  net_.use(weights);
  present_ = static_cast<int>(inputs.size());
  net_.input().clear();
  for (std::size_t object = 0; object < inputs.size(); ++object)
    for (int v = 0; v < kSeen; ++v)
      look(static_cast<int>(object) * kSeen + v, inputs[object].gaussians, kSplatterViews[static_cast<std::size_t>(v)]);
  std::array<bool, SplatterUNet::kLevels> scales{};
  for (std::size_t k = 0; k < scales.size(); ++k) scales[k] = k < felt.size() && felt[k];
  net_.forward(seenDrags(inputs), scales);
  for (int object = 0; object < present_; ++object) {
    activate(object);
    auto& gradient = byGaussians_[static_cast<std::size_t>(object)];
    std::fill(gradient.begin(), gradient.end(), 0.0F);
  }
  net_.outputGradient().clear();
}

std::vector<float> SplatterModel::dragMaps(int object) const {
  static_assert(kDragMapSide == kSize);
  std::vector<float> maps;
  maps.reserve(SplatterUNet::kLevels * kDragMapSide * kDragMapSide);
  for (int level = 0; level < SplatterUNet::kLevels; ++level)
    for (int y = 0; y < kDragMapSide; ++y)
      for (int x = 0; x < kDragMapSide; ++x) maps.push_back(net_.dragStrength(level, object * kSeen, x, y));
  return maps;
}

double SplatterModel::motionLoss(int object, std::span<const float> target, double weight) {
  const auto at = static_cast<std::size_t>(object);
  const auto count = static_cast<double>(target.size());
  const auto slope = static_cast<float>(2 * kMotionFactor * weight / count);
  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i) {
    const float difference = gaussians_[at][i] - target[i];
    sum += static_cast<double>(difference) * static_cast<double>(difference);
    byGaussians_[at][i] += slope * difference;
  }
  return kMotionFactor * sum / count;
}

void SplatterModel::addGradient(int object, std::span<const float> byGaussians) {
  auto& gradient = byGaussians_[static_cast<std::size_t>(object)];
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += byGaussians[i];
}

void SplatterModel::backward(float* gradient) {
  LanePlanes& by = net_.outputGradient();
  const LanePlanes& out = net_.output();
  for (int object = 0; object < present_; ++object) {
    const auto at = static_cast<std::size_t>(object);
    eachPixel(out.grid(), object, [&](long place, int view, int pixel) {
      float raw[kCodeValues], byRaw[kCodeValues];
      for (int k = 0; k < kCodeValues; ++k) raw[k] = out.plane(k)[place];
      const std::size_t g = placeOf(view, pixel);
      activateGradient(raw, outputRay(view, pixel), &gaussians_[at][g], &byGaussians_[at][g], byRaw);
      for (int k = 0; k < kCodeValues; ++k) by.plane(k)[place] = byRaw[k];
    });
  }
  net_.backward(gradient);
}

}  // namespace learnscope::partmotion
