// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/lab.h"
#include "engine/splats/byte_source.h"
#include "engine/splats/gaussians.h"

namespace learnscope::splats {

enum class SplatFormat { Ply, CompressedPly, Splat, Spz };
/// "PLY", "compressed PLY", ".splat", ".spz".
std::string formatName(SplatFormat format);

/// Splats as a file holds them, turned to the axes of Gaussians, without those that cannot be drawn.
struct LoadedSplats {
  Gaussians splats;
  SplatFormat format = SplatFormat::Ply;
  std::string variant;             ///< "binary little-endian", "version 4", ...
  std::size_t promised = 0;        ///< splats the file says it has
  std::size_t dropped = 0;         ///< of these, not drawable: see isDrawable
  bool antialiased = false;        ///< trained with the Mip correction, to be drawn with it
  bool pointCloud = false;         ///< no Gaussians: points with radii from their neighbours
  std::vector<std::string> notes;  ///< what a user should know: a band dropped, a third scale made up
};

/// Reads any of the formats, known by content (.splat by name). The size of what a header claims is checked against the
/// bytes that are there before anything is allocated. Throws DataError naming file and place, IoError, Cancelled.
LoadedSplats readSplats(const ByteSource& source, const Progress& progress = {});
LoadedSplats readSplatFile(const std::string& path, const Progress& progress = {});

enum class SplatOrder {
  Best,  ///< what suits the format: Morton for compressed PLY, falling volume * opacity for .splat
  File   ///< as given
};

struct WriteOptions {
  SplatFormat format = SplatFormat::Ply;
  int degree = 3;      ///< harmonics above are left out
  int spzVersion = 3;  ///< 3 or 4
  SplatOrder order = SplatOrder::Best;
  bool antialiased = false;  ///< the flag of .spz; other formats have none
};

/// The format that the suffix of `path` names: .compressed.ply, .ply, .splat, .spz; throws ConfigError at `pointer`.
SplatFormat formatOfName(const std::string& path, const std::string& pointer);

/// Writes the whole file or nothing; returns its bytes. Losses: see the table in resources/docs/splats.md. Throws
/// IoError; DataError when a position does not fit .spz (|x| >= 2048).
std::size_t writeSplatFile(const std::string& path, const Gaussians& splats, const WriteOptions& options);
/// The same, to memory.
Bytes encodeSplats(const Gaussians& splats, const WriteOptions& options, const std::string& name = "");

/// The largest opacity distance from 0 and 1 where a logit is needed.
inline constexpr double kOpacityMargin = 1e-6;

// One reader and writer a format; each throws DataError. Undrawable splats are still in.
LoadedSplats readPly(const ByteSource& source, const Progress& progress);
LoadedSplats readSplatRecords(const ByteSource& source, const Progress& progress);
LoadedSplats readSpz(const ByteSource& source, const Progress& progress);
Bytes encodePly(const Gaussians& splats, const WriteOptions& options);
Bytes encodeCompressedPly(const Gaussians& splats, const WriteOptions& options);
Bytes encodeSplatRecords(const Gaussians& splats, const WriteOptions& options);
Bytes encodeSpz(const Gaussians& splats, const WriteOptions& options, const std::string& name);

}  // namespace learnscope::splats
