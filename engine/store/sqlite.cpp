// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr int busyMilliseconds = 5000;

bool isDamage(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:  // such as a view in place of a table
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Statement::Statement(Database& database, std::string_view sql, std::string place)
    : database_(&database), place_(std::move(place)) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  statement_.reset(statement);
  check(code);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) database_->fail(code, place_);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  check(sqlite3_bind_text64(statement_.get(), parameter, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, ByteView blob) {
  static const std::byte none{};
  check(
      sqlite3_bind_blob64(statement_.get(), parameter, blob.data() ? blob.data() : &none, blob.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bindNull(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  check(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  const int code = sqlite3_step(statement_.get());
  reset();
  check(code);
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

void Statement::refuse(int column, const char* expected) const {
  throw DataError(
      database_->path(), place_,
      std::string(expected) + " expected in column \"" + sqlite3_column_name(statement_.get(), column) + "\"");
}

std::int64_t Statement::integer(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_INTEGER) refuse(column, "an integer");
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) refuse(column, "text");
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (!text) throw std::bad_alloc();
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

ByteView Statement::blob(int column) const {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_BLOB) refuse(column, "a blob");
  const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

// An absolute path is never taken for a "file:" URI or ":memory:".
Database::Database(const std::string& path, Access access) : path_(std::filesystem::absolute(path).string()) {
  constexpr int common = SQLITE_OPEN_NOMUTEX;
  int code = SQLITE_OK;
  if (access == Access::Read) {
    code = open(SQLITE_OPEN_READONLY | common);
    // What a crash left behind (a hot journal, a log without its index) can only be read after a recovery, which
    // writes.
    if (code != SQLITE_OK && !isDamage(code)) {
      code = open(SQLITE_OPEN_READWRITE | common);
      if (code == SQLITE_OK) run("PRAGMA query_only=ON");
    }
  } else {
    code = open(SQLITE_OPEN_READWRITE | (access == Access::Create ? SQLITE_OPEN_CREATE : 0) | common);
  }
  if (code != SQLITE_OK) fail(code, "");
}

int Database::open(int flags) {
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(path_.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) return code;
  sqlite3_extended_result_codes(handle, 1);
  defend();
  // The first access tells whether it is a database at all and whether it can be recovered.
  return sqlite3_exec(handle, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
}

void Database::defend() {
  sqlite3* const db = handle();
  sqlite3_busy_timeout(db, busyMilliseconds);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, static_cast<int>(blobLimit));
  sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 64);
  sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 32);
  sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 4);
  sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 25'000);
  sqlite3_limit(db, SQLITE_LIMIT_FUNCTION_ARG, 8);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", nullptr, nullptr, nullptr);
}

void Database::limitLengthToFile() {
  std::error_code ignored;
  std::uintmax_t bytes = 0;
  for (const char* part : {"", "-wal"})
    if (const std::uintmax_t size = std::filesystem::file_size(path_ + part, ignored); !ignored) bytes += size;
  const std::uintmax_t limit = std::clamp<std::uintmax_t>(bytes, std::uintmax_t{1} << 20U, blobLimit);
  sqlite3_limit(handle(), SQLITE_LIMIT_LENGTH, static_cast<int>(limit));
}

void Database::fail(int code, const std::string& place) const {
  const std::string reason = handle_ ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
  if ((code & 0xFF) == SQLITE_NOTADB) throw DataError(path_, place, "a run file (SQLite database) expected");
  if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
  if (isDamage(code)) throw DataError(path_, place, "an undamaged run file expected (" + reason + ")");
  throw IoError(path_, (place.empty() ? "" : place + ": ") + reason);
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, "");
}

std::int64_t Database::integer(const std::string& sql) {
  Statement query(*this, sql, sql);
  return query.step() ? query.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
  Statement query(*this, sql, sql);
  return query.step() ? query.text(0) : "";
}

Transaction::Transaction(Database& database, bool write) : database_(database) {
  database_.run(write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  // Some errors have rolled back already; rolling back once more then fails harmlessly.
  if (open_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace learnscope
