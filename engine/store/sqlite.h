// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/store/bytes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace learnscope {

/// Largest blob that a run file may hold.
inline constexpr std::size_t blobLimit = 1'000'000'000;

class Database;

/// A prepared statement. Columns are read with the type that they must have: anything else is a DataError naming
/// `place`.
class Statement {
 public:
  Statement(Database& database, std::string_view sql, std::string place);
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  /// The bytes must live until the statement has run.
  Statement& bind(int parameter, ByteView blob);
  Statement& bindNull(int parameter);
  /// True while there is a row.
  bool step();
  /// Runs a statement without rows and makes it ready for the next values.
  void run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  /// Valid until the next step.
  ByteView blob(int column) const;
  bool null(int column) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  void check(int code) const;
  [[noreturn]] void refuse(int column, const char* expected) const;
  Database* database_;
  std::string place_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

/// A connection with the house's limits and defences: no trusted schema, defensive mode, no triggers and views, bounded
/// lengths. Used by one thread at a time. Never open the file of a live connection by other means: closing any
/// descriptor of it would drop SQLite's POSIX locks. Throws DataError for damaged content, IoError for the rest.
class Database {
 public:
  enum class Access { Read, Write, Create };
  Database(const std::string& path, Access access);

  void run(const char* sql);
  /// The first column of the first row.
  std::int64_t integer(const std::string& sql);
  std::string text(const std::string& sql);
  Statement statement(std::string_view sql, std::string place) { return Statement(*this, sql, std::move(place)); }
  /// For a reader: no value may be longer than the file now is, so that no claim of a length costs memory.
  void limitLengthToFile();
  /// Throws what `code` means.
  [[noreturn]] void fail(int code, const std::string& place) const;
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  int open(int flags);
  void defend();
  std::string path_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// A transaction that is rolled back unless committed.
class Transaction {
 public:
  Transaction(Database& database, bool write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace learnscope
