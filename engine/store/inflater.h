// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <zlib.h>

#include <new>

namespace learnscope {

/// A zlib decoder that ends itself. `windowBits` as in zlib.h: negative for raw deflate, 16 more for gzip.
class Inflater {
 public:
  explicit Inflater(int windowBits) {
    if (inflateInit2(&stream, windowBits) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
};

}  // namespace learnscope
