// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

#include <QFile>
#include <QTest>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>

#include "engine/core/errors.h"
#include "engine/store/run_file.h"
#include "engine/store/run_schema.h"
#include "tests/support/store_lab.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::test;
namespace fs = std::filesystem;

namespace {

QByteArray content(const std::string& path) {
  QFile file(QString::fromStdString(path));
  if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read");
  return file.readAll();
}

void replaceContent(const std::string& path, const QByteArray& bytes) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", "-lock"}) fs::remove(path + suffix);
  QFile file(QString::fromStdString(path));
  if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
  file.write(bytes);
}

void makeRun(const std::string& path) {
  const auto run = createRunFile(path, *storeLab(), storeInfo());
  recordSteps(*run, 0, 60);
  run->setState(RunState::Finished);
}

/// Everything that a run file gives, as text.
std::string everything(const std::string& path) {
  const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
  std::string all = runFileDigest(path) + std::to_string(static_cast<int>(run->state())) + run->title() +
                    std::to_string(run->lastStep()) + run->info().parent + run->info().difference.dump() +
                    run->info().created + std::to_string(run->targetSteps());
  for (const Event& event : run->events()) all += event.title;
  for (const CheckpointInfo& info : run->store()->checkpoints()) {
    const State state = run->store()->loadCheckpoint(info.step);
    all += std::to_string(info.step) + std::to_string(static_cast<int>(info.kind)) + std::to_string(info.journalLength);
    for (const auto& [name, array] : state.arrays())
      all += name + std::string(reinterpret_cast<const char*>(array.data()), array.bytes());
  }
  for (const char* measure : {"weights", "tasks"})
    for (std::size_t i = 0; i < run->arrays(measure).size(); ++i)
      all += std::to_string(run->arrays(measure)[i].step) +
             std::to_string(run->loadArray(measure, run->arrays(measure)[i].step)->value(1));
  return all;
}

/// The error that opening and reading gives, or "".
QString refusal(const std::string& path) {
  try {
    everything(path);
    return {};
  } catch (const DataError& error) {
    return error.what();
  } catch (const IoError& error) {
    return error.what();
  }
}

void edit(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) qFatal("cannot open");
  char* error = nullptr;
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK) qFatal("%s: %s", sql.c_str(), error);
  sqlite3_close(db);
}

std::string hex(ByteView bytes) {
  return "x'" +
         QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())).toHex().toStdString() +
         "'";
}

/// SQL that replaces the first chunk of loss by `points`, with right checksums.
std::string chunkSql(const Bytes& blob, std::int64_t first, std::int64_t count) {
  const std::int64_t crc =
      RowChecksum().add(std::string_view("loss")).add(first).add(count).add(ByteView(blob)).value();
  return "DELETE FROM scalars WHERE measure='loss'; INSERT INTO scalars VALUES ('loss'," + std::to_string(first) + "," +
         std::to_string(count) + "," + hex(blob) + "," + std::to_string(crc) + ")";
}

std::string manifestSql(const std::string& key, const std::string& value) {
  const std::int64_t crc = RowChecksum().add(std::string_view(key)).add(std::string_view(value)).value();
  return "INSERT OR REPLACE INTO manifest VALUES ('" + key + "','" + value + "'," + std::to_string(crc) + ")";
}

}  // namespace

class TestRunFileHostile : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    makeRun(folder_.path("good.lscope"));
    good_ = content(folder_.path("good.lscope"));
    whole_ = everything(folder_.path("good.lscope"));
  }

  void filesThatAreNoneAreRefused() {
    const std::string path = folder_.path("a.lscope");
    QVERIFY(refusal(folder_.path("missing.lscope")).contains("no such file"));
    QVERIFY(refusal(folder_.path()).contains("run file expected"));
    replaceContent(path, "");
    QVERIFY(refusal(path).contains("empty"));
    QVERIFY_THROWS_EXCEPTION(DataError, runFileInfo(path));
    QVERIFY_THROWS_EXCEPTION(DataError, runFileDigest(path));
    replaceContent(path, QByteArray(5000, 'x'));
    QVERIFY(refusal(path).contains("a run file (SQLite database) expected"));
    replaceContent(path, "short");
    QVERIFY(!refusal(path).isEmpty());
    fs::remove(path);
    edit(path, "CREATE TABLE t (x)");
    QVERIFY(refusal(path).contains("another SQLite database"));
    QVERIFY_THROWS_EXCEPTION(DataError, openRunFile(path, storeRegistry(), OpenMode::Append));
    QVERIFY_THROWS_EXCEPTION(DataError, runFileInfo(path));
  }

  void aRefusedFileStaysAsItIs() {
    const std::string path = folder_.path("kept.lscope");
    replaceContent(path, good_);
    edit(path, "PRAGMA user_version=99");
    const QByteArray before = content(path);
    for (const OpenMode mode : {OpenMode::Read, OpenMode::Append})
      QVERIFY_THROWS_EXCEPTION(DataError, openRunFile(path, storeRegistry(), mode));
    QVERIFY(refusal(path).contains("newer version"));
    QVERIFY(content(path) == before);
    QVERIFY(!fs::exists(path + "-lock"));
  }

  void editedFilesAreRefused_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const std::string& sql, const char* says) {
      QTest::newRow(name) << QString::fromStdString(sql) << QString(says);
    };
    row("older schema", "PRAGMA user_version=0", "schema 0");
    row("view", "CREATE VIEW v AS SELECT 1", "no view \"v\"");
    row("trigger", "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END", "no trigger \"t\"");
    row("view for a table", "DROP TABLE events; CREATE VIEW events AS SELECT 0 number, 'x' name", "no view \"events\"");
    row("other columns", "DROP TABLE journal; CREATE TABLE journal (a)", "other columns");
    row("missing table", "DROP TABLE journal", "\"journal\" expected, but missing");
    row("more tables", "CREATE TABLE extra (a)", "no table \"extra\"");
    row("virtual table", "CREATE VIRTUAL TABLE f USING fts5(a)", "no table");
    row("index", "CREATE INDEX i ON events (name)", "no index");
    row("generated column",
        "DROP TABLE journal; CREATE TABLE journal (number INTEGER PRIMARY KEY, step INTEGER AS (1))", "other columns");
    row("manifest row changed", "UPDATE manifest SET value='8' WHERE key='seed'", "manifest: seed: an undamaged row");
    row("manifest row gone", "DELETE FROM manifest WHERE key='config'", "manifest: config: a value");
    row("config not JSON", manifestSql("config", "{"), "config");
    row("config not an object", manifestSql("config", "[1]"), "a JSON object");
    row("deep config", manifestSql("config", std::string(100000, '[')), "config");
    row("seed not a number", manifestSql("seed", "1e3"), "manifest: seed: an integer");
    row("seed too large", manifestSql("seed", "18446744073709551616"), "manifest: seed: an integer");
    row("unknown state", manifestSql("state", "sleeping"), "manifest: state");
    row("progress without counts", manifestSql("progress", "{}"), "manifest: progress");
    row("points gone", "DELETE FROM scalars WHERE measure='loss'", "manifest: progress");
    row("array gone", "DELETE FROM arrays WHERE step=60", "manifest: progress");
    row("event gone", "DELETE FROM events", "manifest: progress");
    row("journal gone", "DELETE FROM journal", "manifest: progress");
    row("array moved", "UPDATE arrays SET step=55 WHERE step=50 AND measure='weights'", "undamaged row (CRC32C)");
    row("array at a negative step", "UPDATE arrays SET step=-1 WHERE step=50 AND measure='weights'", "a rising step");
    row("array cut", "UPDATE arrays SET npy=substr(npy, 1, 100)", "undamaged row (CRC32C)");
    row("array without bytes", "UPDATE arrays SET npy=zeroblob(0)", "undamaged row (CRC32C)");
    row("points changed", "UPDATE scalars SET points=zeroblob(1000)", "undamaged row (CRC32C)");
    row("huge count", chunkSql(encodePoints(std::vector<ScalarPoint>{{0, 1}}), 0, 9000000000000000000),
        "as many points");
    row("negative count", chunkSql(encodePoints(std::vector<ScalarPoint>{{0, 1}}), 0, -1), "as many points");
    row("falling steps", chunkSql(encodePoints(std::vector<ScalarPoint>{{5, 1}, {4, 1}}), 5, 2), "a step above 5");
    row("equal steps", chunkSql(encodePoints(std::vector<ScalarPoint>{{5, 1}, {5, 1}}), 5, 2), "a step above 5");
    row("negative steps", chunkSql(encodePoints(std::vector<ScalarPoint>{{-5, 1}}), -5, 1), "a step above -1");
    row("wrong first step", chunkSql(encodePoints(std::vector<ScalarPoint>{{5, 1}}), 4, 1), "first_step");
    row("no .npy", chunkSql(Bytes(200), 0, 1), ".npy expected");
    row("event with a gap", "UPDATE events SET number=3", "undamaged row");
    row("event text", "UPDATE events SET details='{' || details", "undamaged row");
    row("checkpoint kind", "UPDATE checkpoints SET kind='event'", "undamaged row");
    row("checkpoint state", "UPDATE checkpoints SET state=zeroblob(length(state))", "tensor container expected");
    row("checkpoint step", "UPDATE checkpoints SET step=step+1", "undamaged row");
  }
  void editedFilesAreRefused() {
    QFETCH(QString, sql);
    QFETCH(QString, says);
    const std::string path = folder_.path("edited.lscope");
    replaceContent(path, good_);
    edit(path, sql.toStdString());
    const QString error = refusal(path);
    QVERIFY2(error.contains(says), qPrintable(error));
    QVERIFY2(error.startsWith(QString::fromStdString(path)), qPrintable(error));
  }

  void wrongTypesAreRefused() {
    // What STRICT would not let in, written past it.
    const std::string path = folder_.path("types.lscope");
    for (const char* update :
         {"UPDATE scalars SET n='many'", "UPDATE scalars SET points=1.5", "UPDATE scalars SET first_step='nan'",
          "UPDATE events SET step=2.5", "UPDATE journal SET command=x'00'",
          "UPDATE manifest SET value=x'ff' WHERE key='config'"}) {
      replaceContent(path, good_);
      edit(path, std::string("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql=replace(sql, ' STRICT', ''); "
                             "UPDATE sqlite_schema SET sql=replace(sql, 'INTEGER NOT NULL', 'BLOB NOT NULL'); "
                             "UPDATE sqlite_schema SET sql=replace(sql, 'STRICT, ', '')"));
      const QByteArray loose = content(path);
      QVERIFY(loose != good_);
      QVERIFY2(!refusal(path).isEmpty(), update);
    }
  }

  void anyTruncationIsRefused() {
    const std::string path = folder_.path("cut.lscope");
    for (int size = 1; size < good_.size(); size += 997) {
      replaceContent(path, good_.left(size));
      QVERIFY2(!refusal(path).isEmpty(), qPrintable(QString::number(size)));
    }
  }

  void bitFlipsGiveAnErrorOrTheSame() {
    const std::string path = folder_.path("flipped.lscope");
    std::mt19937 random(11);
    std::uniform_int_distribution<int> byte(0, static_cast<int>(good_.size()) - 1), bit(0, 7);
    int refused = 0;
    for (int i = 0; i < 1500; ++i) {
      // The first page, with the header and the schema, more often.
      const int at = i < 400 ? i : byte(random);
      QByteArray damaged = good_;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit(random)));
      replaceContent(path, damaged);
      try {
        if (everything(path) != whole_) QFAIL(qPrintable(QStringLiteral("byte %1 changed the content").arg(at)));
      } catch (const Error&) {
        ++refused;
      }
    }
    QVERIFY2(refused > 100, qPrintable(QString::number(refused)));
  }

  void randomPagesNeverCrash() {
    const std::string path = folder_.path("random.lscope");
    std::mt19937 random(12);
    std::uniform_int_distribution<int> byte(100, static_cast<int>(good_.size()) - 1), value(0, 255), length(1, 300);
    for (int i = 0; i < 300; ++i) {
      QByteArray damaged = good_;
      const int start = byte(random);
      for (int k = 0, n = length(random); k < n && start + k < damaged.size(); ++k)
        damaged[start + k] = static_cast<char>(value(random));
      replaceContent(path, damaged);
      try {
        if (everything(path) != whole_) QFAIL(qPrintable(QStringLiteral("from byte %1").arg(start)));
      } catch (const Error&) {
      }
    }
  }

 private:
  TemporaryFolder folder_;
  QByteArray good_;
  std::string whole_;
};

QTEST_GUILESS_MAIN(TestRunFileHostile)
#include "test_run_file_hostile.moc"
