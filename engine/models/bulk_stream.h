// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/core/random_stream.h"
#include "engine/models/rnn_kernels.h"

namespace learnscope {

/// A stream of normals or Gumbel values drawn in bulk: SplitMix64 started at the first output of the named stream.
struct BulkStream {
  std::uint64_t origin = 0;
  std::uint64_t position = 0;  ///< outputs drawn so far; setting it continues a saved stream
  BulkStream() = default;
  BulkStream(std::uint64_t seed, std::string_view name) : origin(RandomStream(seed, name).next()) {}
  template <class T>
  void normals(long count, T* out);
  template <class T>
  void gumbels(long count, T* out);
};

template <class T>
void BulkStream::normals(long count, T* out) {
  rnnKernels<T>().normals(origin, position, count, out);
  position += static_cast<std::uint64_t>((count + 255) / 256) * 128;
}
template <class T>
void BulkStream::gumbels(long count, T* out) {
  rnnKernels<T>().gumbels(origin, position, count, out);
  position += static_cast<std::uint64_t>((count + 255) / 256) * 128;
}

}  // namespace learnscope
