// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <memory>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

/// A file in memory, as libtiff wants to see one.
struct Memory {
  Bytes bytes;
  std::size_t at = 0;

  static Memory& of(thandle_t handle) { return *static_cast<Memory*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    Memory& file = of(handle);
    const std::size_t size = std::min(static_cast<std::size_t>(count), file.bytes.size() - file.at);
    std::copy_n(file.bytes.data() + file.at, size, static_cast<std::byte*>(to));
    file.at += size;
    return static_cast<tmsize_t>(size);
  }
  static tmsize_t write(thandle_t handle, void* from, tmsize_t count) {
    Memory& file = of(handle);
    const auto size = static_cast<std::size_t>(count);
    if (file.bytes.size() < file.at + size) file.bytes.resize(file.at + size);
    std::copy_n(static_cast<const std::byte*>(from), size, file.bytes.data() + file.at);
    file.at += size;
    return count;
  }
  static toff_t seek(thandle_t handle, toff_t offset, int from) {
    Memory& file = of(handle);
    const toff_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? file.at : file.bytes.size();
    file.at = base + offset;
    if (file.at > file.bytes.size()) file.bytes.resize(file.at);
    return file.at;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes.size(); }
};

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

}  // namespace

Bytes encodeTiff(int width, int height, int channels, std::span<const std::uint8_t> pixels, double dpi,
                 const std::string& description) {
  const auto require = [](bool done) {
    if (!done) throw Error("the picture cannot be encoded as TIFF", ExitStatus::Failed);
  };
  Memory file;
  std::unique_ptr<TIFF, CloseTiff> opened(TIFFClientOpen("picture", "w", &file, Memory::read, Memory::write,
                                                         Memory::seek, Memory::close, Memory::size, nullptr, nullptr));
  require(opened != nullptr);
  TIFF* tiff = opened.get();
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  TIFFSetField(tiff, TIFFTAG_XRESOLUTION, dpi);
  TIFFSetField(tiff, TIFFTAG_YRESOLUTION, dpi);
  TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, description.c_str());
  TIFFSetField(tiff, TIFFTAG_SOFTWARE, "Learnscope " LEARNSCOPE_VERSION);
  const std::uint16_t alpha[] = {EXTRASAMPLE_UNASSALPHA};
  if (channels == 4) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, alpha);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
  const auto row = static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  std::vector<std::uint8_t> line(row);  // libtiff works on what it is given
  for (int y = 0; y < height; ++y) {
    std::copy_n(pixels.data() + static_cast<std::size_t>(y) * row, row, line.data());
    require(TIFFWriteScanline(tiff, line.data(), static_cast<std::uint32_t>(y), 0) == 1);
  }
  require(TIFFFlush(tiff) == 1);
  opened.reset();
  return std::move(file.bytes);
}

}  // namespace learnscope
