// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/evaluation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "engine/measures/image_quality.h"

namespace learnscope::partmotion {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kDegrees = 180 / std::numbers::pi;
constexpr float kChangedPixel = 0.1F, kVisibleOpacity = 0.005F;
constexpr double kLeastTurn = 0.5 / kDegrees, kLeastShift = 0.01;  // below, the axis of a fitted motion means nothing

const float* at(std::span<const float> gaussians, std::size_t i) { return gaussians.data() + i * kCodeValues; }

double distance(const float* a, const float* b) {
  return std::hypot(static_cast<double>(a[0] - b[0]), static_cast<double>(a[1] - b[1]),
                    static_cast<double>(a[2] - b[2]));
}

double dot(const Coordinates& a, const Coordinates& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

double length(const Coordinates& a) { return std::sqrt(dot(a, a)); }

/// Degrees between two lines or directions.
double between(const Coordinates& a, const Coordinates& b) {
  const double scale = length(a) * length(b);
  return scale > 0 ? std::acos(std::clamp(dot(a, b) / scale, -1.0, 1.0)) * kDegrees : kUndefined;
}

/// Means of what applies.
class Mean {
 public:
  void add(double value, double weight = 1) {
    if (!std::isfinite(value)) return;
    sum_ += weight * value;
    count_ += weight;
  }
  double sum() const { return sum_; }
  double value() const { return count_ > 0 ? sum_ / count_ : kUndefined; }

 private:
  double sum_ = 0, count_ = 0;
};

std::array<double, 2> projected(const splats::SplatCamera& camera, const float* place) {
  const splats::Vec3d t = camera.toCamera({place[0], place[1], place[2]});
  return {camera.focalX * t[0] / t[2], camera.focalY * t[1] / t[2]};
}

/// How far the dragged points are from where they were dragged to, in % of the picture's width in view 0.
double dragErrorOf(const MotionPair& pair, std::span<const float> gaussians) {
  const splats::SplatCamera camera = orbitCamera(0, 100);
  Mean mean;
  for (int k = 0; k < pair.dragCount(); ++k) {
    const float* drag = pair.drags.data() + static_cast<std::size_t>(6 * k);
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < pair.sample.part.size(); ++i)
      if (distance(at(pair.from, i), drag) < distance(at(pair.from, nearest), drag)) nearest = i;
    const auto is = projected(camera, at(gaussians, nearest)), wanted = projected(camera, drag + 3);
    mean.add(std::hypot(is[0] - wanted[0], is[1] - wanted[1]));
  }
  return mean.value();
}

/// |{gate > 1/2} and {moved}| / |{gate > 1/2} or {moved}|.
double gateOverlap(const MotionPair& pair, std::span<const float> gate) {
  int both = 0, either = 0;
  for (std::size_t i = 0; i < gate.size(); ++i) {
    const bool open = gate[i] > 0.5F;
    both += open && pair.moves(i);
    either += open || pair.moves(i);
  }
  return static_cast<double>(both) / std::max(1, either);
}

struct FieldErrors {
  Mean epe, moved, drift, colour;
};

void addFieldErrors(const MotionPair& pair, std::span<const float> gaussians, FieldErrors& errors) {
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i) {
    const float *is = at(gaussians, i), *from = at(pair.from, i), *to = at(pair.to, i);
    if (pair.moves(i)) {
      errors.epe.add(distance(is, to));
      errors.moved.add(distance(from, to));
    } else {
      errors.drift.add(distance(is, from));
    }
    double colour = 0;
    for (int c = 11; c < 14; ++c) colour += std::abs(static_cast<double>(is[c] - to[c]));
    errors.colour.add(colour / 3);
  }
}

/// -10 log10 of the mean squared error over the pixels in which start and truth differ; NaN without such pixels.
double movingPsnr(const std::vector<std::vector<float>>& from, const std::vector<std::vector<float>>& is,
                  const std::vector<std::vector<float>>& to) {
  Mean mean;
  for (std::size_t view = 0; view < to.size(); ++view) {
    const std::size_t pixels = to[view].size() / 3;
    for (std::size_t p = 0; p < pixels; ++p) {
      float change = 0;
      double error = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t i = c * pixels + p;
        change = std::max(change, std::abs(from[view][i] - to[view][i]));
        error += std::pow(static_cast<double>(is[view][i] - to[view][i]), 2) / 3;
      }
      if (change > kChangedPixel) mean.add(error);
    }
  }
  return std::isfinite(mean.value()) ? peakSignalToNoise(mean.value()) : kUndefined;
}

}  // namespace

std::array<int, 4> evaluationViews(const Config& config) {
  return isSplatter(config) ? std::array<int, 4>{1, 3, 5, 7} : std::array<int, 4>{0, 2, 4, 6};
}

std::optional<RigidFit> fitMovingPart(const MotionPair& pair, std::span<const float> from, std::span<const float> to) {
  std::vector<double> a, b;
  for (std::size_t i = 0; i < pair.sample.part.size(); ++i)
    for (int k = 0; k < 3 && pair.moves(i); ++k) {
      a.push_back(static_cast<double>(at(from, i)[k]));
      b.push_back(static_cast<double>(at(to, i)[k]));
    }
  return fitRigidMotion(a, b);
}

JointError jointError(const MotionPair& pair, const RigidFit& fit) {
  JointError error{kUndefined, kUndefined, kUndefined, kUndefined};
  const Joint& joint = pair.object.joints[static_cast<std::size_t>(pair.movingPart)];
  const double change =
      joint.value(pair.toState / double{kStates - 1}) - joint.value(pair.fromState / double{kStates - 1});
  const double sign = change < 0 ? -1 : 1;
  Coordinates axis = joint.axis;
  for (double& value : axis) value *= sign;
  if (joint.type == Joint::Type::Prismatic) {
    if (length(fit.shift) > kLeastShift) error.axis = between(fit.shift, axis);
    error.shift = std::abs(length(fit.shift) - std::abs(change));
    return error;
  }
  error.angle = std::abs(fit.angle - std::abs(change)) * kDegrees;
  if (fit.angle < kLeastTurn) return error;
  error.axis = between(fit.axis, axis);
  Coordinates apart;
  for (std::size_t k = 0; k < 3; ++k) apart[k] = fit.origin[k] - joint.origin[k];
  const double along = dot(apart, joint.axis);
  for (std::size_t k = 0; k < 3; ++k) apart[k] -= along * joint.axis[k];
  error.origin = length(apart);
  return error;
}

std::vector<Evaluator::Picture> Evaluator::draw(std::span<const float> gaussians) {
  std::vector<Picture> pictures;
  for (const int view : views_) {
    pictures.emplace_back(3 * kEvaluationSize * kEvaluationSize);
    rasteriser_.forward(gaussians.data(), gaussians.size() / kCodeValues, orbitCamera(view, kEvaluationSize), {},
                        pictures.back().data(), nullptr);
  }
  return pictures;
}

double Evaluator::psnrOf(const std::vector<Picture>& a, const std::vector<Picture>& b) const {
  Mean error;
  for (std::size_t view = 0; view < a.size(); ++view) error.add(meanSquaredError(a[view], b[view]));
  return peakSignalToNoise(error.value());
}

void Evaluator::prepare() {
  if (!scenes_.empty()) return;
  for (int i = 0; i < kTestPairs; ++i) {
    const MotionPair pair = testPair(world_, i, 1);
    scenes_.push_back({draw(pair.from), draw(pair.to)});
  }
  for (int i = 0; i < kStillProbes; ++i) {
    probes_.push_back(stillProbe(world_, i));
    probePictures_.push_back(draw(probes_.back()));
  }
}

std::vector<Answer> Evaluator::answers(Model& model, const float* weights, const Config& config, int first,
                                       int count) const {
  std::vector<Answer> found(static_cast<std::size_t>(count));
  std::vector<ModelInput> inputs;
  for (int i = 0; i < count; ++i) {
    Answer& answer = found[static_cast<std::size_t>(i)];
    answer.pair = testPair(world_, first + i, dragsOf(config));
    answer.material = model.material();
    inputs.push_back({answer.pair.from, answer.pair.drags});
  }
  model.forward(weights, inputs, feltScales(config));
  for (int i = 0; i < count; ++i) {
    Answer& answer = found[static_cast<std::size_t>(i)];
    answer.gaussians.assign(model.gaussians(i).begin(), model.gaussians(i).end());
    answer.gate.assign(model.gate().begin(), model.gate().end());
  }
  return found;
}

Answer Evaluator::answer(Model& model, const float* weights, const Config& config, int object) const {
  Answer answer = std::move(answers(model, weights, config, object, 1).front());
  answer.dragMaps = model.dragMaps(0);
  if (!answer.material) return answer;
  answer.reaches = shapeOf(config).scales;
  const std::vector<bool> felt = feltScales(config);
  for (std::size_t k = 0; k < felt.size(); ++k) answer.reaches[k] *= felt[k] ? 1 : 0;
  return answer;
}

struct Evaluator::Sums {
  Mean psnr, copy, ceiling, moving, ssim, iou, drag, axis, origin, angle, shift, retention, opacity, visible;
  FieldErrors field;
  std::vector<float> sizes;
};

void Evaluator::judge(const Answer& found, const Scene& scene, Sums& sums) {
  const std::vector<Picture> pictures = draw(found.gaussians);
  sums.psnr.add(psnrOf(pictures, scene.to));
  sums.copy.add(psnrOf(scene.from, scene.to));
  sums.moving.add(movingPsnr(scene.from, pictures, scene.to));
  for (std::size_t view = 0; view < pictures.size(); ++view)
    sums.ssim.add(structuralSimilarity(pictures[view], scene.to[view], 3, kEvaluationSize, kEvaluationSize));
  for (std::size_t at = 0; at < found.gaussians.size(); at += kCodeValues) {
    const float* g = &found.gaussians[at];
    sums.opacity.add(static_cast<double>(g[3]));
    sums.visible.add(g[3] > kVisibleOpacity ? 1 : 0);
    sums.sizes.push_back(std::max({g[4], g[5], g[6]}));
  }
  if (!found.material) return;
  addFieldErrors(found.pair, found.gaussians, sums.field);
  if (!found.gate.empty()) sums.iou.add(gateOverlap(found.pair, found.gate));
  sums.drag.add(dragErrorOf(found.pair, found.gaussians));
  const auto fit = fitMovingPart(found.pair, found.pair.from, found.gaussians);
  if (!fit) return;
  const JointError error = jointError(found.pair, *fit);
  sums.axis.add(error.axis);
  sums.origin.add(error.origin);
  sums.angle.add(error.angle);
  sums.shift.add(error.shift);
}

Evaluation Evaluator::evaluate(Model& model, const float* weights, const Config& config) {
  prepare();
  Sums sums;
  const int group = model.objects();
  for (int first = 0; first < kTestPairs; first += group) {
    const std::vector<Answer> found = answers(model, weights, config, first, std::min(group, kTestPairs - first));
    std::vector<ModelInput> moved;
    for (std::size_t i = 0; i < found.size(); ++i) {
      judge(found[i], scenes_[static_cast<std::size_t>(first) + i], sums);
      moved.push_back({found[i].pair.to, {}});
    }
    if (!model.writesAnew()) continue;
    model.forward(weights, moved, feltScales(config));
    for (std::size_t i = 0; i < moved.size(); ++i)
      sums.ceiling.add(
          psnrOf(draw(model.gaussians(static_cast<int>(i))), scenes_[static_cast<std::size_t>(first) + i].to));
  }
  for (std::size_t first = 0; first < probes_.size(); first += static_cast<std::size_t>(group)) {
    std::vector<ModelInput> inputs;
    for (std::size_t i = first; i < std::min(probes_.size(), first + static_cast<std::size_t>(group)); ++i)
      inputs.push_back({probes_[i], {}});
    model.forward(weights, inputs, feltScales(config));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      sums.retention.add(psnrOf(draw(model.gaussians(static_cast<int>(i))), probePictures_[first + i]));
  }
  std::sort(sums.sizes.begin(), sums.sizes.end());
  const auto quantile = [&](std::size_t percent) {
    return static_cast<double>(sums.sizes[sums.sizes.size() * percent / 100]);
  };
  return {.psnr = sums.psnr.value(),
          .copyPsnr = sums.copy.value(),
          .ceilingPsnr = sums.ceiling.value(),
          .movingPsnr = sums.moving.value(),
          .ssim = sums.ssim.value(),
          .epe = sums.field.epe.value(),
          .relativeEpe = sums.field.epe.value() / sums.field.moved.value(),
          .drift = sums.field.drift.value(),
          .iou = sums.iou.value(),
          .dragError = sums.drag.value(),
          .colourError = sums.field.colour.value(),
          .joint = {sums.axis.value(), sums.origin.value(), sums.angle.value(), sums.shift.value()},
          .retention = sums.retention.value(),
          .meanOpacity = sums.opacity.value(),
          .visible = sums.visible.value(),
          .scales = {quantile(5), quantile(50), quantile(95)}};
}

Array pictureStrip(const Answer& answer, const std::array<int, 4>& views, int size) {
  const std::size_t pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  splats::DifferentiableRasteriser<float> rasteriser;
  Array strip(DType::UInt8, {4 * std::ssize(views), size, size, 3});
  std::uint8_t* out = strip.mutableAs<std::uint8_t>().data();
  std::array<std::vector<float>, 3> pictures;
  for (auto& picture : pictures) picture.resize(3 * pixels);
  const auto level = [](float v) { return static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.0F, 1.0F))); };
  for (const int view : views) {
    const std::span<const float> sets[]{answer.pair.from, answer.gaussians, answer.pair.to};
    for (std::size_t k = 0; k < 3; ++k)
      rasteriser.forward(sets[k].data(), sets[k].size() / kCodeValues, orbitCamera(view, size), {}, pictures[k].data(),
                         nullptr);
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t p = 0; p < pixels; ++p)
        for (std::size_t c = 0; c < 3; ++c) {
          const std::size_t i = c * pixels + p;
          *out++ = level(k < 3 ? pictures[k][i] : std::abs(pictures[1][i] - pictures[2][i]));
        }
  }
  return strip;
}

}  // namespace learnscope::partmotion
