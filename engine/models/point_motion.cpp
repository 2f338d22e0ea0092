// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/point_motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "engine/models/blas.h"
#include "engine/models/point_kernels.h"

namespace learnscope {
namespace {

constexpr int kPointBands = 4, kDragBands = 6;
constexpr int kInput = kCodeValues + 6 * kPointBands;
constexpr int kDragInput = 2 * 6 * kDragBands + 3;

std::size_t area(int rows, int columns) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }

/// sin and cos of (pi/2) 2^k of each coordinate, k < bands, by doubling the angle; returns the end of what it wrote.
template <class T>
T* writeWaves(const T* xyz, int bands, T* out) {
  for (int axis = 0; axis < 3; ++axis) {
    const T angle = static_cast<T>(std::numbers::pi / 2) * xyz[axis];
    T s = std::sin(angle), c = std::cos(angle);
    for (int k = 0; k < bands; ++k) {
      *out++ = s;
      *out++ = c;
      const T twice = 2 * s * c;
      c = 1 - 2 * s * s;
      s = twice;
    }
  }
  return out;
}

template <class T>
std::array<T, 3> cross(const T* a, const T* b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

template <class T>
T dot(const T* a, const T* b, int n) {
  T sum = 0;
  for (int k = 0; k < n; ++k) sum += a[k] * b[k];
  return sum;
}

/// Hamilton's product a b, w first.
template <class T>
std::array<T, 4> product(const T* a, const T* b) {
  return {a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
          a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]};
}

/// The unit quaternion of a rotation vector.
template <class T>
std::array<T, 4> exponentialOf(const T* omega) {
  const T square = dot(omega, omega, 3), angle = std::sqrt(square);
  const T factor = angle < T(1e-4) ? T(0.5) - square / 48 : std::sin(angle / 2) / angle;
  return {std::cos(angle / 2), factor * omega[0], factor * omega[1], factor * omega[2]};
}

/// The gradient at a rotation vector from that at a small turn from the left, by the transposed left Jacobian
/// J' = 1 - (1 - cos a)/a^2 [w] + (a - sin a)/a^3 [w]^2.
template <class T>
std::array<T, 3> throughExponential(const T* omega, const std::array<T, 3>& torque) {
  const T square = dot(omega, omega, 3), angle = std::sqrt(square);
  const bool small = angle < T(1e-2);
  const T a = small ? T(0.5) - square / 24 : (1 - std::cos(angle)) / square;
  const T b = small ? T(1) / 6 - square / 120 : (angle - std::sin(angle)) / (square * angle);
  const std::array<T, 3> once = cross(omega, torque.data()), twice = cross(omega, once.data());
  return {torque[0] - a * once[0] + b * twice[0], torque[1] - a * once[1] + b * twice[1],
          torque[2] - a * once[2] + b * twice[2]};
}

}  // namespace

template <class T>
PointMotion<T>::PointMotion(const PointMotionShape& shape) : shape_(shape) {
  constexpr auto zero = LaneParameter::Start::Zero;
  const int n = shape.points;
  in_ = Linear(parameters_, "in", kInput, kWidth);
  for (std::size_t l = 0; l < shape.scales.size(); ++l) {
    const std::string name = "block" + std::to_string(l);
    const auto part = [&](const char* what, int in, int out,
                          LaneParameter::Start start = LaneParameter::Start::Uniform) {
      return Linear(parameters_, name + "." + what, in, out, start);
    };
    Block block;
    block.sharpness = static_cast<T>(1 / (2 * shape.scales[l] * shape.scales[l]));
    block.drag1 = part("drag1", kDragInput, kWidth);
    block.drag2 = part("drag2", kWidth, kWidth);
    block.drag3 = part("drag3", kWidth, kWidth);
    block.mix = part("mix", 2 * kWidth, kWidth, zero);
    block.attention = RowAttention<T>(parameters_, name + ".attention", {1, n, kWidth, kHeads, shape.anchorStride});
    block.norm = RowNorm<T>(parameters_, name + ".norm", n, kWidth);
    block.mlp1 = part("mlp1", kWidth, kHidden);
    block.mlp2 = part("mlp2", kHidden, kWidth, zero);
    block.mixed.resize(area(n, 2 * kWidth));
    block.hidden.resize(area(n, kHidden));
    block.slope.resize(area(n, kHidden));
    blocks_.push_back(std::move(block));
  }
  outLayer_ = Linear(parameters_, "out", kWidth, kCodeValues,
                     shape.head == MotionHead::Full ? LaneParameter::Start::Uniform : zero);
  if (shape.head == MotionHead::Rigid) {
    gateLayer_ = Linear(parameters_, "gate", kWidth, 1);
    twist1_ = Linear(parameters_, "twist1", 2 * kWidth, 2 * kWidth);
    twist2_ = Linear(parameters_, "twist2", 2 * kWidth, 6, zero);
    for (Buffer* buffer : {&gateLogit_, &gate_, &dgate_}) buffer->resize(static_cast<std::size_t>(n));
    for (Buffer* buffer : {&pooled_, &twistHidden_, &twistSlope_}) buffer->resize(2 * kWidth);
    twist_.resize(6);
    moved_.resize(area(n, 7));
  }
  input_.resize(area(n, kInput));
  h_.resize(area(n, kWidth));
  out_.resize(area(n, kCodeValues));
  dh_.resize(area(n, kWidth));
  dwide_.resize(area(n, 2 * kWidth));
  dwork_.resize(area(n, kWidth));
  ones_.assign(static_cast<std::size_t>(std::max(n, 64)), T(1));
}

template <class T>
void PointMotion<T>::draw(RandomStream& random, float* values) const {
  parameters_.draw(random, 1, values);
  if (shape_.head == MotionHead::Rigid) values[gateLayer_.bias] = -1;
}

template <class T>
void PointMotion<T>::features() {
  const int n = shape_.points;
  for (int i = 0; i < n; ++i) {
    T* row = input_.data() + area(i, kInput);
    const T* g = gaussians_ + area(i, kCodeValues);
    encodeGaussians(g, 1, row);
    writeWaves(g, kPointBands, row + kCodeValues);
  }
}

template <class T>
void PointMotion<T>::dragFeatures() {
  const auto wanted = static_cast<std::size_t>(count_);
  if (dragInput_.size() < wanted * kDragInput) {
    dragInput_.resize(wanted * kDragInput);
    dmessage_.resize(wanted * kWidth);
    for (Block& block : blocks_) {
      block.reach.resize(area(shape_.points, count_));
      for (Buffer* b : {&block.message1, &block.slope1, &block.message2, &block.slope2, &block.message})
        b->resize(wanted * kWidth);
    }
  }
  centre_ = {};
  for (int k = 0; k < count_; ++k) {
    const T* drag = drags_ + kDragValues * k;
    T* out = writeWaves(drag, kDragBands, dragInput_.data() + area(k, kDragInput));
    out = writeWaves(drag + 3, kDragBands, out);
    for (int j = 0; j < 3; ++j) {
      *out++ = drag[3 + j] - drag[j];
      centre_[static_cast<std::size_t>(j)] += drag[j] / static_cast<T>(count_);
    }
  }
}

template <class T>
void PointMotion<T>::messages(Block& block, bool felt) {
  const int n = shape_.points;
  for (int i = 0; i < n; ++i) {
    T* row = block.mixed.data() + area(i, 2 * kWidth);
    std::copy_n(h_.data() + area(i, kWidth), kWidth, row);
    if (!felt) std::fill_n(row + kWidth, kWidth, T(0));
  }
  if (felt) {
    const auto& kernels = pointKernels<T>();
    const long values = static_cast<long>(count_) * kWidth;
    block.drag1.apply(p_, dragInput_.data(), count_, block.message.data());
    kernels.silu(block.message.data(), block.message1.data(), block.slope1.data(), values);
    block.drag2.apply(p_, block.message1.data(), count_, block.message.data());
    kernels.silu(block.message.data(), block.message2.data(), block.slope2.data(), values);
    block.drag3.apply(p_, block.message2.data(), count_, block.message.data());
    kernels.reach(gaussians_, n, kCodeValues, drags_, count_, block.sharpness, block.reach.data());
    gemm(Transpose::No, Transpose::No, n, kWidth, count_, T(1), block.reach.data(), count_, block.message.data(),
         kWidth, T(0), block.mixed.data() + kWidth, 2 * kWidth);
  }
  block.mix.apply(p_, block.mixed.data(), n, h_.data(), true);
}

template <class T>
void PointMotion<T>::forward(const T* parameters, const T* gaussians, const T* drags, int count,
                             const std::vector<bool>& scales) {
  p_ = parameters;
  gaussians_ = gaussians;
  drags_ = drags;
  count_ = count;
  felt_ = scales;
  felt_.resize(blocks_.size(), true);
  const int n = shape_.points;
  const auto& kernels = pointKernels<T>();
  features();
  dragFeatures();
  in_.apply(p_, input_.data(), n, h_.data());
  for (std::size_t l = 0; l < blocks_.size(); ++l) {
    Block& block = blocks_[l];
    if (count == 0) felt_[l] = false;
    messages(block, felt_[l]);
    block.attention.forward(p_, h_.data());
    block.norm.forward(p_, h_.data());
    block.mlp1.apply(p_, block.norm.out(), n, dwide_.data());
    kernels.silu(dwide_.data(), block.hidden.data(), block.slope.data(), static_cast<long>(n) * kHidden);
    block.mlp2.apply(p_, block.hidden.data(), n, h_.data(), true);
  }
  move();
}

template <class T>
void PointMotion<T>::move() {
  const int n = shape_.points;
  if (shape_.head == MotionHead::Full) {
    outLayer_.apply(p_, h_.data(), n, out_.data());
    return;
  }
  for (int i = 0; i < n; ++i)
    std::copy_n(input_.data() + area(i, kInput), kCodeValues, out_.data() + area(i, kCodeValues));
  if (shape_.head == MotionHead::Rigid) rigid();
  outLayer_.apply(p_, h_.data(), n, out_.data(), true);
}

// x' = x + g (R (x - c) + c + t - x), q' = normalised q + g (q_R q - q).
template <class T>
void PointMotion<T>::rigid() {
  const int n = shape_.points;
  gateLayer_.apply(p_, h_.data(), n, gateLogit_.data());
  pointKernels<T>().sigmoid(gateLogit_.data(), gate_.data(), n);
  gateSum_ = 0;
  for (int i = 0; i < n; ++i) gateSum_ += gate_[static_cast<std::size_t>(i)];
  gemv(Transpose::Yes, n, kWidth, 1 / gateSum_, h_.data(), kWidth, gate_.data(), T(0), pooled_.data());
  gemv(Transpose::Yes, n, kWidth, 1 / static_cast<T>(n), blocks_.back().mixed.data() + kWidth, 2 * kWidth, ones_.data(),
       T(0), pooled_.data() + kWidth);
  std::array<T, 2 * kWidth> raw;
  twist1_.apply(p_, pooled_.data(), 1, raw.data());
  pointKernels<T>().silu(raw.data(), twistHidden_.data(), twistSlope_.data(), 2 * kWidth);
  twist2_.apply(p_, twistHidden_.data(), 1, twist_.data());
  for (T& value : twist_) value *= 2;
  turn_ = exponentialOf(twist_.data());
  const auto [w, x, y, z] = turn_;
  rotation_ = {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
               2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
               2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
  for (int i = 0; i < n; ++i) {
    const T* from = gaussians_ + area(i, kCodeValues);
    T* to = out_.data() + area(i, kCodeValues);
    T* moved = moved_.data() + area(i, 7);
    const T g = gate_[static_cast<std::size_t>(i)];
    const T v[3] = {from[0] - centre_[0], from[1] - centre_[1], from[2] - centre_[2]};
    for (std::size_t k = 0; k < 3; ++k) {
      moved[k] = dot(&rotation_[3 * k], v, 3) + twist_[3 + k] - v[k];
      to[k] = from[k] + g * moved[k];
    }
    const std::array<T, 4> turned = product(turn_.data(), from + 7);
    for (std::size_t k = 0; k < 4; ++k) moved[3 + k] = from[7 + k] + g * (turned[k] - from[7 + k]);
    const T length = std::sqrt(dot(moved + 3, moved + 3, 4));
    for (int k = 0; k < 4; ++k) to[7 + k] = moved[3 + k] / length;
  }
}

template <class T>
void PointMotion<T>::rigidBackward(const T* byCodes, T* gradient) {
  const int n = shape_.points;
  std::array<T, 3> torque{}, push{};
  for (int i = 0; i < n; ++i) {
    const T* from = gaussians_ + area(i, kCodeValues);
    const T* d = byCodes + area(i, kCodeValues);
    const T* moved = moved_.data() + area(i, 7);
    const T g = gate_[static_cast<std::size_t>(i)];
    // R v is the move without shift and start.
    T arm[3], force[3];
    for (std::size_t k = 0; k < 3; ++k) {
      arm[k] = moved[k] - twist_[3 + k] + from[k] - centre_[k];
      force[k] = g * d[k];
      push[k] += force[k];
    }
    const std::array<T, 3> moment = cross(arm, force);
    // Through the normalisation of the quaternion, then q_R q with a small turn from the left: half of (0, e) p.
    const T length = std::sqrt(dot(moved + 3, moved + 3, 4)), along = dot(d + 7, moved + 3, 4) / (length * length);
    T byQ[4];
    for (int k = 0; k < 4; ++k) byQ[k] = (d[7 + k] - along * moved[3 + k]) / length;
    const std::array<T, 4> p = product(turn_.data(), from + 7);
    const std::array<T, 3> swirl = cross(&p[1], byQ + 1);
    T byGate = dot(d, moved, 3);
    for (int k = 0; k < 4; ++k) byGate += byQ[k] * (p[static_cast<std::size_t>(k)] - from[7 + k]);
    for (std::size_t k = 0; k < 3; ++k)
      torque[k] += moment[k] + g / 2 * (-byQ[0] * p[1 + k] + p[0] * byQ[1 + k] + swirl[k]);
    dgate_[static_cast<std::size_t>(i)] = byGate;
  }
  const std::array<T, 3> byOmega = throughExponential(twist_.data(), torque);
  std::array<T, 6> byTwist;
  for (std::size_t k = 0; k < 3; ++k) {
    byTwist[k] = 2 * byOmega[k];
    byTwist[3 + k] = 2 * push[k];
  }
  std::array<T, 2 * kWidth> byHidden, byPooled;
  twist2_.back(p_, twistHidden_.data(), 1, byTwist.data(), byHidden.data(), false, gradient);
  pointKernels<T>().multiply(twistSlope_.data(), byHidden.data(), 2 * kWidth);
  twist1_.back(p_, pooled_.data(), 1, byHidden.data(), byPooled.data(), false, gradient);
  for (std::size_t j = 0; j < kWidth; ++j) dmean_[j] = byPooled[kWidth + j] / static_cast<T>(n);
  const T mean = dot(byPooled.data(), pooled_.data(), kWidth);
  for (int i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const T* h = h_.data() + area(i, kWidth);
    T* dh = dh_.data() + area(i, kWidth);
    const T g = gate_[at];
    dgate_[at] += (dot(byPooled.data(), h, kWidth) - mean) / gateSum_;
    dgate_[at] *= g * (1 - g);
    for (int j = 0; j < kWidth; ++j) dh[j] += g / gateSum_ * byPooled[static_cast<std::size_t>(j)];
  }
  gateLayer_.back(p_, h_.data(), n, dgate_.data(), dh_.data(), true, gradient);
}

template <class T>
void PointMotion<T>::backward(const T* byCodes, T* gradient) {
  const int n = shape_.points;
  outLayer_.back(p_, h_.data(), n, byCodes, dh_.data(), false, gradient);
  const bool rigidHead = shape_.head == MotionHead::Rigid;
  if (rigidHead) rigidBackward(byCodes, gradient);
  for (std::size_t l = blocks_.size(); l-- > 0;)
    blockBackward(blocks_[l], felt_[l], rigidHead && l + 1 == blocks_.size() ? dmean_.data() : nullptr, gradient);
  in_.back(p_, input_.data(), n, dh_.data(), nullptr, false, gradient);
}

// dh_ goes from behind the block to before it.
template <class T>
void PointMotion<T>::blockBackward(Block& block, bool felt, const T* byMessageMean, T* gradient) {
  const int n = shape_.points;
  const auto& kernels = pointKernels<T>();
  block.mlp2.back(p_, block.hidden.data(), n, dh_.data(), dwide_.data(), false, gradient);
  kernels.multiply(block.slope.data(), dwide_.data(), static_cast<long>(n) * kHidden);
  block.mlp1.back(p_, block.norm.out(), n, dwide_.data(), dwork_.data(), false, gradient);
  block.norm.backward(p_, dwork_.data(), dh_.data(), gradient);
  block.attention.backward(p_, dh_.data(), gradient);
  block.mix.back(p_, block.mixed.data(), n, dh_.data(), dwide_.data(), false, gradient);
  for (int i = 0; i < n; ++i) {
    T* wide = dwide_.data() + area(i, 2 * kWidth);
    T* dh = dh_.data() + area(i, kWidth);
    for (int j = 0; j < kWidth; ++j) dh[j] += wide[j];
    if (byMessageMean)
      for (int j = 0; j < kWidth; ++j) wide[kWidth + j] += byMessageMean[j];
  }
  if (felt) messagesBackward(block, gradient);
}

// From dwide_ [points][64 of h | 64 of m].
template <class T>
void PointMotion<T>::messagesBackward(Block& block, T* gradient) {
  const int n = shape_.points;
  const auto& kernels = pointKernels<T>();
  const long values = static_cast<long>(count_) * kWidth;
  gemm(Transpose::Yes, Transpose::No, count_, kWidth, n, T(1), block.reach.data(), count_, dwide_.data() + kWidth,
       2 * kWidth, T(0), dmessage_.data(), kWidth);
  block.drag3.back(p_, block.message2.data(), count_, dmessage_.data(), block.message.data(), false, gradient);
  kernels.multiply(block.slope2.data(), block.message.data(), values);
  block.drag2.back(p_, block.message1.data(), count_, block.message.data(), dmessage_.data(), false, gradient);
  kernels.multiply(block.slope1.data(), dmessage_.data(), values);
  block.drag1.back(p_, dragInput_.data(), count_, dmessage_.data(), nullptr, false, gradient);
}

template class PointMotion<float>;
template class PointMotion<double>;

}  // namespace learnscope
