// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/inflate.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "engine/core/errors.h"

namespace learnscope::splats {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr std::size_t kGrowth = 1 << 20;
constexpr int kZstdLevel = 12;

const Bytef* input(ByteView bytes) { return reinterpret_cast<const Bytef*>(bytes.data()); }

}  // namespace

Bytes gunzip(ByteView packed, std::size_t limit, const std::string& file) {
  Bytes out;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  stream.next_in = const_cast<Bytef*>(input(packed));
  std::size_t left = packed.size();
  while (out.size() < limit) {
    const std::size_t before = out.size(), room = std::min(kGrowth, limit - before);
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    const std::size_t offered = std::min<std::size_t>(left, 1U << 30U);
    stream.avail_in = static_cast<uInt>(offered);
    const int status = inflate(&stream, Z_NO_FLUSH);
    left -= offered - stream.avail_in;
    out.resize(before + room - stream.avail_out);
    if (status == Z_STREAM_END) break;
    if (status == Z_BUF_ERROR || (status == Z_OK && left == 0 && stream.avail_out > 0))
      throw DataError(file, "gzip stream", "it is cut after " + std::to_string(out.size()) + " inflated bytes");
    if (status != Z_OK)
      throw DataError(file, "gzip stream", std::string("it is broken: ") + (stream.msg ? stream.msg : "bad data"));
  }
  return out;
}

Bytes gzip(ByteView bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  Bytes out;
  stream.next_in = const_cast<Bytef*>(input(bytes));
  std::size_t left = bytes.size();
  for (int status = Z_OK; status != Z_STREAM_END;) {
    const std::size_t before = out.size();
    out.resize(before + kGrowth);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kGrowth;
    const std::size_t offered = std::min<std::size_t>(left, 1U << 30U);
    stream.avail_in = static_cast<uInt>(offered);
    status = deflate(&stream, offered == left ? Z_FINISH : Z_NO_FLUSH);
    left -= offered - stream.avail_in;
    out.resize(before + kGrowth - stream.avail_out);
  }
  return out;
}

Bytes unzstd(ByteView packed, std::size_t size, const std::string& file, const std::string& place) {
  const unsigned long long said = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (said == ZSTD_CONTENTSIZE_ERROR) throw DataError(file, place, "a zstd stream expected");
  if (said != ZSTD_CONTENTSIZE_UNKNOWN && said != size)
    throw DataError(file, place, std::to_string(size) + " bytes expected, the stream says " + std::to_string(said));
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  Bytes out;
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  for (std::size_t rest = 1; rest != 0;) {
    // The memory grows with what comes out: a stream that claims more than it holds costs nothing.
    const std::size_t before = out.size();
    out.resize(std::min(size + 1, before + std::max(kGrowth, before)));
    ZSTD_outBuffer to{out.data(), out.size(), before};
    rest = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(rest)) throw DataError(file, place, std::string("broken zstd stream: ") + ZSTD_getErrorName(rest));
    out.resize(to.pos);
    if (out.size() > size || (rest != 0 && to.pos == before))
      throw DataError(file, place,
                      std::to_string(size) + " bytes expected, found " + (to.pos == before ? "" : "more than ") +
                          std::to_string(std::min(size, out.size())));
  }
  if (out.size() != size)
    throw DataError(file, place, std::to_string(size) + " bytes expected, found " + std::to_string(out.size()));
  return out;
}

Bytes zstd(ByteView bytes) {
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t got = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kZstdLevel);
  if (ZSTD_isError(got)) throw std::bad_alloc();
  out.resize(got);
  return out;
}

}  // namespace learnscope::splats
