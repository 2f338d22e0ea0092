// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_schema.h"

#include <array>
#include <filesystem>
#include <map>

#include "engine/core/errors.h"
#include "engine/store/npy_header.h"
#include "engine/store/run_file.h"
#include "engine/store/tensor_container.h"

namespace learnscope {
namespace {

struct Table {
  const char* name;
  const char* sql;
};

// The text is part of the format: a reader compares it. resources/docs/run-file.md explains the columns.
constexpr std::array<Table, 7> tables = {{
    {"manifest",
     "CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc32c INTEGER NOT NULL) STRICT, WITHOUT "
     "ROWID"},
    {"measures",
     "CREATE TABLE measures (name TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, unit TEXT NOT NULL, "
     "doc TEXT NOT NULL, crc32c INTEGER NOT NULL) STRICT, WITHOUT ROWID"},
    {"scalars",
     "CREATE TABLE scalars (measure TEXT NOT NULL, first_step INTEGER NOT NULL, n INTEGER NOT NULL, "
     "points BLOB NOT NULL, crc32c INTEGER NOT NULL, PRIMARY KEY (measure, first_step)) STRICT"},
    {"arrays",
     "CREATE TABLE arrays (measure TEXT NOT NULL, step INTEGER NOT NULL, npy BLOB NOT NULL, ids BLOB, "
     "crc32c INTEGER NOT NULL, PRIMARY KEY (measure, step)) STRICT"},
    {"events",
     "CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, step INTEGER NOT NULL, "
     "detected INTEGER NOT NULL, title TEXT NOT NULL, details TEXT NOT NULL, crc32c INTEGER NOT NULL) STRICT"},
    {"journal",
     "CREATE TABLE journal (number INTEGER PRIMARY KEY, step INTEGER NOT NULL, command TEXT NOT NULL, "
     "crc32c INTEGER NOT NULL) STRICT"},
    {"checkpoints",
     "CREATE TABLE checkpoints (step INTEGER PRIMARY KEY, kind TEXT NOT NULL, journal_length INTEGER NOT NULL, "
     "state BLOB NOT NULL, crc32c INTEGER NOT NULL) STRICT"},
}};

constexpr std::uintmax_t wholeCheckLimit = std::uintmax_t{64} << 20U;
constexpr std::string_view pointType = "[('step', '<i8'), ('value', '<f8')]";
static_assert(sizeof(ScalarPoint) == 16);

void runCheck(Database& database, const std::string& sql, const std::string& place) {
  Statement query = database.statement(sql, place);
  if (!query.step()) throw DataError(database.path(), place, "an undamaged run file expected");
  const std::string first = query.text(0);
  if (first != "ok") throw DataError(database.path(), place, "an undamaged run file expected (" + first + ")");
}

}  // namespace

void createSchema(Database& database) {
  database.run("PRAGMA auto_vacuum=INCREMENTAL");
  Transaction transaction(database, true);
  database.run(("PRAGMA application_id=" + std::to_string(applicationId)).c_str());
  database.run(("PRAGMA user_version=" + std::to_string(runFileSchema)).c_str());
  for (const Table& table : tables) database.run(table.sql);
  transaction.commit();
}

void verifySchema(Database& database) {
  const std::string& path = database.path();
  if (database.integer("PRAGMA application_id") != applicationId)
    throw DataError(path, "application_id", "a run file expected, this is another SQLite database");
  const std::int64_t schema = database.integer("PRAGMA user_version");
  if (schema > runFileSchema)
    throw DataError(path, "schema " + std::to_string(schema),
                    "schema " + std::to_string(runFileSchema) +
                        " or older expected: the file was made by a newer version of Learnscope");
  if (schema != runFileSchema) throw DataError(path, "schema " + std::to_string(schema), "a known schema expected");
  std::map<std::string, std::string> expected;
  for (const Table& table : tables) expected[table.name] = table.sql;
  Statement query = database.statement("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL", "schema");
  while (query.step()) {
    const std::string kind = query.text(0), name = query.text(1);
    const auto found = expected.find(name);
    if (kind != "table" || found == expected.end())
      throw DataError(path, "schema", "no " + kind + " \"" + name + "\" expected in a run file");
    if (found->second != query.text(2))
      throw DataError(path, "schema", "table \"" + name + "\" with other columns expected");
    expected.erase(found);
  }
  if (!expected.empty())
    throw DataError(path, "schema", "table \"" + expected.begin()->first + "\" expected, but missing");
}

void checkStructure(Database& database) {
  std::error_code ignored;
  const std::uintmax_t bytes = std::filesystem::file_size(database.path(), ignored);
  if (!ignored && bytes <= wholeCheckLimit) return runCheck(database, "PRAGMA quick_check(1)", "structure");
  for (const char* table : {"manifest", "measures", "scalars", "events", "journal"})
    runCheck(database, std::string("PRAGMA quick_check(") + table + ")", std::string("table ") + table);
}

RowChecksum& RowChecksum::add(std::int64_t value) {
  crc_ = crc32c(std::as_bytes(std::span(&value, 1)), crc_);
  return *this;
}

RowChecksum& RowChecksum::add(std::string_view text) {
  crc_ = crc32c(bytesOf(text), crc_);
  crc_ = crc32c(bytesOf(std::string_view("\0", 1)), crc_);
  return *this;
}

RowChecksum& RowChecksum::add(ByteView blob) {
  add(static_cast<std::int64_t>(blob.size()));
  crc_ = crc32c(blob, crc_);
  return *this;
}

Bytes encodePoints(std::span<const ScalarPoint> points) {
  const std::int64_t count = static_cast<std::int64_t>(points.size());
  Bytes bytes = npyHeader(pointType, std::span(&count, 1));
  append(bytes, std::as_bytes(points));
  return bytes;
}

void decodePoints(ByteView blob, std::int64_t count, const std::string& name, std::vector<ScalarPoint>& points) {
  const NpyHeader header = readNpyHeader(blob, name);
  if (header.descr != pointType || header.fortranOrder || header.shape.size() != 1)
    throw DataError(name, "descr " + header.descr, "a list of " + std::string(pointType) + " expected");
  const std::size_t bytes = blob.size() - header.dataOffset;
  if (count < 1 || header.shape[0] != count || bytes % sizeof(ScalarPoint) != 0 ||
      bytes / sizeof(ScalarPoint) != static_cast<std::size_t>(count))
    throw DataError(name, "", "as many points as n and the shape say expected");
  const std::size_t before = points.size();
  points.resize(before + static_cast<std::size_t>(count));
  std::memcpy(points.data() + before, blob.data() + header.dataOffset, bytes);
  std::int64_t last = before ? points[before - 1].step : -1;
  for (std::size_t i = before; i < points.size(); ++i) {
    if (points[i].step <= last)
      throw DataError(name, "point " + std::to_string(i - before),
                      "a step above " + std::to_string(last) + " expected, found " + std::to_string(points[i].step));
    last = points[i].step;
  }
}

}  // namespace learnscope
