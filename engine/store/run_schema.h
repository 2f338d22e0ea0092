// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/core/series.h"
#include "engine/store/sqlite.h"

namespace learnscope {

/// Marks a SQLite database as a run file: "LSCO".
inline constexpr std::int64_t applicationId = 0x4C53434F;

/// Creates the tables of an empty database.
void createSchema(Database& database);
/// Throws DataError if the database is not a run file, is newer than this program, or has other tables than it should.
void verifySchema(Database& database);
/// SQLite's own check of the structure: of everything in a small file, else of all but the tables whose blobs carry a
/// checksum of their own and are read one by one (arrays, checkpoints).
void checkStructure(Database& database);

/// CRC32C over a row's columns in their order: integers as 8 little-endian bytes, text with a zero byte behind it,
/// blobs as their length (8 bytes) and their bytes, NULL as nothing.
class RowChecksum {
 public:
  RowChecksum& add(std::int64_t value);
  RowChecksum& add(std::string_view text);
  RowChecksum& add(ByteView blob);
  std::int64_t value() const { return crc_; }

 private:
  std::uint32_t crc_ = 0;
};

/// Points of one measure as a .npy blob of (step int64, value float64).
Bytes encodePoints(std::span<const ScalarPoint> points);
/// Appends the points of a blob to `points`; steps must rise, from 0 and from those there. Throws DataError.
void decodePoints(ByteView blob, std::int64_t count, const std::string& name, std::vector<ScalarPoint>& points);

}  // namespace learnscope
