// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/splat_file.h"

#include <algorithm>
#include <cctype>

#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"

namespace learnscope::splats {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

LoadedSplats readByContent(const ByteSource& source, const Progress& progress) {
  const std::string name = lower(source.name());
  if (name.ends_with(".ksplat")) throw DataError(source.name(), "", "a .ksplat file cannot be read: convert to PLY");
  if (source.size() == 0) throw DataError(source.name(), "", "the file is empty: a splat file expected");
  const Bytes start = source.read(0, std::min<std::uint64_t>(4, source.size()));
  const std::string_view magic = textOf(start);
  if (magic.starts_with("ply")) return readPly(source, progress);
  if (magic.starts_with("\x1f\x8b") || magic == "NGSP" || name.ends_with(".spz")) return readSpz(source, progress);
  if (name.ends_with(".splat")) return readSplatRecords(source, progress);
  throw DataError(source.name(), "byte 0", "a PLY, compressed PLY, .splat or .spz file expected");
}

}  // namespace

std::string formatName(SplatFormat format) {
  switch (format) {
    case SplatFormat::Ply:
      return "PLY";
    case SplatFormat::CompressedPly:
      return "compressed PLY";
    case SplatFormat::Splat:
      return ".splat";
    case SplatFormat::Spz:
      return ".spz";
  }
  return {};
}

LoadedSplats readSplats(const ByteSource& source, const Progress& progress) {
  LoadedSplats loaded = readByContent(source, progress);
  loaded.dropped += dropUndrawable(loaded.splats);
  if (2 * loaded.dropped > loaded.promised)
    throw DataError(source.name(), "",
                    "most splats drawable expected: " + std::to_string(loaded.dropped) + " of " +
                        std::to_string(loaded.promised) + " have values that are not finite or out of range");
  if (loaded.dropped > 0)
    loaded.notes.push_back(std::to_string(loaded.dropped) + " of " + std::to_string(loaded.promised) +
                           " dropped: values that are not finite or out of range.");
  return loaded;
}

LoadedSplats readSplatFile(const std::string& path, const Progress& progress) {
  return readSplats(ByteSource(path), progress);
}

SplatFormat formatOfName(const std::string& path, const std::string& pointer) {
  const std::string name = lower(path);
  if (name.ends_with(".compressed.ply")) return SplatFormat::CompressedPly;
  if (name.ends_with(".ply")) return SplatFormat::Ply;
  if (name.ends_with(".splat")) return SplatFormat::Splat;
  if (name.ends_with(".spz")) return SplatFormat::Spz;
  throw ConfigError(pointer, path, "a name that ends in .ply, .compressed.ply, .splat or .spz");
}

Bytes encodeSplats(const Gaussians& splats, const WriteOptions& options, const std::string& name) {
  switch (options.format) {
    case SplatFormat::Ply:
      return encodePly(splats, options);
    case SplatFormat::CompressedPly:
      return encodeCompressedPly(splats, options);
    case SplatFormat::Splat:
      return encodeSplatRecords(splats, options);
    case SplatFormat::Spz:
      return encodeSpz(splats, options, name);
  }
  return {};
}

std::size_t writeSplatFile(const std::string& path, const Gaussians& splats, const WriteOptions& options) {
  const Bytes bytes = encodeSplats(splats, options, path);
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
  return bytes.size();
}

}  // namespace learnscope::splats
