// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace learnscope {

/// Numbers of an activated Gaussian, x y z | opacity | scales | quaternion w x y z | r g b, and of its code, in which
/// networks read and write: x y z | 0.3 logit(opacity) | 0.5 ln s + 1.5 | quaternion | 2 rgb - 1 (part-motion page,
/// "Model and training").
inline constexpr int kCodeValues = 14;

/// Opacities are kept within 1e-6 of 0 and 1.
template <class T>
void encodeGaussians(const T* gaussians, long count, T* codes);

/// ln s is kept within [-7, -0.5] so that no splat fills a picture; quaternions may have any length.
template <class T>
void decodeGaussians(const T* codes, long count, T* gaussians);

/// The gradient at the codes, from that at the Gaussians that decodeGaussians() made of them.
template <class T>
void decodeGradient(const T* codes, const T* gaussians, const T* byGaussians, long count, T* byCodes);

}  // namespace learnscope
