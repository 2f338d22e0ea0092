// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_writer.h"

#include <algorithm>
#include <filesystem>

#include "engine/core/errors.h"
#include "engine/store/file_lock.h"
#include "engine/store/npy.h"
#include "engine/store/run_reader.h"
#include "engine/store/run_schema.h"
#include "engine/store/tensor_container.h"

namespace learnscope {
namespace {

// A commit writes one chunk a measure; small ones are joined now and then, so that a long run does not become millions
// of rows.
constexpr int chunksBeforeJoining = 64;
constexpr std::size_t joinedPoints = 4096;
constexpr std::size_t closedPoints = 65536;

bool isProtected(CheckpointKind kind) {
  return kind == CheckpointKind::Start || kind == CheckpointKind::Event || kind == CheckpointKind::Intervention;
}

}  // namespace

RunWriter::RunWriter(const std::string& path, const Description& description, WriterLimits limits)
    : database_(path, Database::Access::Write), description_(description), limits_(limits) {
  verifySchema(database_);
  const std::string folder = std::filesystem::path(database_.path()).parent_path().string();
  const bool log = !limits_.rollbackJournal && sharedMemoryIsSafe(folder);
  database_.text(log ? "PRAGMA journal_mode=WAL" : "PRAGMA journal_mode=DELETE");
  // The log is synced at every commit: what was committed survives a power cut too.
  database_.run("PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF");
  progress_ = readManifest(database_).progress;
  Statement query = database_.statement(
      "SELECT step, kind, journal_length, length(state), crc32c FROM checkpoints ORDER BY step", "table checkpoints");
  while (query.step()) checkpoints_.push_back(readCheckpointRow(query, database_.path()));
}

void RunWriter::commit(const RunBatch& batch) {
  const RunProgress before = progress_;
  const std::vector<CheckpointInfo> checkpointsBefore = checkpoints_;
  const auto measuresBefore = knownMeasures_;
  try {
    Transaction transaction(database_, true);
    for (const auto& [measure, points] : batch.scalars) writeScalars(measure, points);
    for (const RunBatch::ArrayRow& row : batch.arrays) writeArray(row);
    for (const Event& event : batch.events) writeEvent(event, progress_.events++);
    for (const JournalEntry& entry : batch.journal) writeJournal(entry, progress_.journal++);
    for (const RunBatch::CheckpointRow& row : batch.checkpoints) writeCheckpoint(row);
    if (!batch.checkpoints.empty()) thinCheckpoints();
    for (const auto& [key, value] : batch.manifest) writeManifestRow(database_, key, value);
    progress_.lastStep = std::max(progress_.lastStep, batch.lastStep);
    writeManifestRow(database_, "progress", progressText(progress_));
    transaction.commit();
  } catch (...) {
    progress_ = before;
    checkpoints_ = checkpointsBefore;
    knownMeasures_ = measuresBefore;
    throw;
  }
}

void RunWriter::writeMeasure(const std::string& name, MeasureKind kind) {
  if (std::exchange(knownMeasures_[name], true)) return;
  const Measure* found = description_.measure(name);
  const Measure measure = found ? *found : Measure{.id = name, .title = name, .doc = ""};
  const std::string kindName = kind == MeasureKind::Scalar ? "scalar" : "array";
  const std::int64_t crc =
      RowChecksum().add(name).add(kindName).add(measure.title).add(measure.unit).add(measure.doc).value();
  database_.statement("INSERT OR IGNORE INTO measures VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "table measures")
      .bind(1, name)
      .bind(2, kindName)
      .bind(3, measure.title)
      .bind(4, measure.unit)
      .bind(5, measure.doc)
      .bind(6, crc)
      .run();
}

void RunWriter::writeScalars(const std::string& measure, std::span<const ScalarPoint> points) {
  if (points.empty()) return;
  writeMeasure(measure, MeasureKind::Scalar);
  const Bytes blob = encodePoints(points);
  const std::int64_t first = points.front().step, count = static_cast<std::int64_t>(points.size());
  database_.statement("INSERT INTO scalars VALUES (?1, ?2, ?3, ?4, ?5)", "scalars: " + measure)
      .bind(1, measure)
      .bind(2, first)
      .bind(3, count)
      .bind(4, blob)
      .bind(5, RowChecksum().add(measure).add(first).add(count).add(ByteView(blob)).value())
      .run();
  progress_.points += count;
  if (++smallChunks_[measure] < chunksBeforeJoining) return;
  joinChunks(measure, joinedPoints);
  smallChunks_[measure] = 0;
}

void RunWriter::joinChunks(const std::string& measure, std::size_t chunkPoints) {
  std::vector<ScalarPoint> points;
  std::int64_t start = 0, rows = 0;
  {
    // Full chunks come first, since only the newest points are in small ones.
    Statement query = database_.statement(
        "SELECT first_step, n, points, crc32c FROM scalars WHERE measure=?1 AND first_step >= coalesce((SELECT "
        "min(first_step) FROM scalars WHERE measure=?1 AND n < ?2), 0) ORDER BY first_step",
        "scalars: " + measure);
    query.bind(1, measure).bind(2, static_cast<std::int64_t>(chunkPoints));
    while (query.step()) {
      const std::int64_t first = query.integer(0), count = query.integer(1);
      const ByteView blob = query.blob(2);
      if (RowChecksum().add(measure).add(first).add(count).add(blob).value() != query.integer(3))
        throw DataError(database_.path(), "scalars: " + measure, "an undamaged row (CRC32C) expected");
      decodePoints(blob, count, database_.path() + ": scalars: " + measure, points);
      if (rows++ == 0) start = first;
    }
  }
  if (rows < 2) return;
  database_.statement("DELETE FROM scalars WHERE measure=?1 AND first_step >= ?2", "scalars: " + measure)
      .bind(1, measure)
      .bind(2, start)
      .run();
  progress_.points -= static_cast<std::int64_t>(points.size());
  for (std::span<const ScalarPoint> rest(points); !rest.empty();) {
    const std::size_t n = std::min(chunkPoints, rest.size());
    smallChunks_[measure] = 0;
    writeScalars(measure, rest.first(n));
    rest = rest.subspan(n);
  }
}

void RunWriter::writeArray(const RunBatch::ArrayRow& row) {
  writeMeasure(row.measure, MeasureKind::Array);
  const Bytes npy = encodeNpy(row.value);
  RowChecksum crc;
  crc.add(row.measure).add(row.step).add(ByteView(npy));
  Bytes ids;
  Statement insert = database_.statement("INSERT INTO arrays VALUES (?1, ?2, ?3, ?4, ?5)", "arrays: " + row.measure);
  insert.bind(1, row.measure).bind(2, row.step).bind(3, npy);
  if (row.value.ids().empty()) {
    insert.bindNull(4);
  } else {
    ids = encodeNpy(Array::vector<std::int64_t>(row.value.ids()));
    crc.add(ByteView(ids));
    insert.bind(4, ids);
  }
  insert.bind(5, crc.value()).run();
  ++progress_.arrays;
}

void RunWriter::writeEvent(const Event& event, std::int64_t number) {
  const std::string values = event.values.dump();
  const std::int64_t crc =
      RowChecksum().add(number).add(event.id).add(event.step).add(event.detected).add(event.title).add(values).value();
  database_.statement("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", "events: " + event.id)
      .bind(1, number)
      .bind(2, event.id)
      .bind(3, event.step)
      .bind(4, event.detected)
      .bind(5, event.title)
      .bind(6, values)
      .bind(7, crc)
      .run();
}

void RunWriter::writeJournal(const JournalEntry& entry, std::int64_t number) {
  const std::string command = entry.command.dump();
  database_.statement("INSERT INTO journal VALUES (?1, ?2, ?3, ?4)", "table journal")
      .bind(1, number)
      .bind(2, entry.step)
      .bind(3, command)
      .bind(4, RowChecksum().add(number).add(entry.step).add(command).value())
      .run();
}

void RunWriter::writeCheckpoint(const RunBatch::CheckpointRow& row) {
  CheckpointInfo info = row.info;
  const auto events = std::count_if(checkpoints_.begin(), checkpoints_.end(),
                                    [](const CheckpointInfo& each) { return each.kind == CheckpointKind::Event; });
  if (info.kind == CheckpointKind::Event && static_cast<std::size_t>(events) >= limits_.eventCheckpoints)
    info.kind = CheckpointKind::Regular;
  const auto at = std::lower_bound(checkpoints_.begin(), checkpoints_.end(), info.step,
                                   [](const CheckpointInfo& each, std::int64_t step) { return each.step < step; });
  if (at != checkpoints_.end() && at->step == info.step) {
    // The first of a step stays: with fewer journal entries applied it is the state before an intervention, and the
    // journal leads from it to the later one.
    if (!isProtected(info.kind) || isProtected(at->kind)) return;
    at->kind = info.kind;
    const std::string kind(checkpointKindName(at->kind));
    database_.statement("UPDATE checkpoints SET kind=?2, crc32c=?3 WHERE step=?1", "table checkpoints")
        .bind(1, at->step)
        .bind(2, kind)
        .bind(3, RowChecksum()
                     .add(at->step)
                     .add(kind)
                     .add(static_cast<std::int64_t>(at->journalLength))
                     .add(static_cast<std::int64_t>(at->bytes))
                     .value())
        .run();
    return;
  }
  const Bytes container = encodeState(row.state, true);
  info.bytes = container.size();
  insertCheckpoint(info, container);
  checkpoints_.insert(at, info);
}

void RunWriter::insertCheckpoint(const CheckpointInfo& info, ByteView container) {
  const std::string kind(checkpointKindName(info.kind));
  const auto journalLength = static_cast<std::int64_t>(info.journalLength);
  const std::int64_t crc = RowChecksum()
                               .add(info.step)
                               .add(kind)
                               .add(journalLength)
                               .add(static_cast<std::int64_t>(container.size()))
                               .value();
  database_.statement("INSERT INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5)", "table checkpoints")
      .bind(1, info.step)
      .bind(2, kind)
      .bind(3, journalLength)
      .bind(4, container)
      .bind(5, crc)
      .run();
}

void RunWriter::thinCheckpoints() {
  const auto total = [this] {
    std::size_t bytes = 0;
    for (const CheckpointInfo& info : checkpoints_) bytes += info.bytes;
    return bytes;
  };
  while (total() > limits_.checkpointBytes) {
    // The newest stays whatever its kind: a crash continues from it.
    std::vector<std::int64_t> dropped;
    bool drop = true;
    for (std::size_t i = 0; i + 1 < checkpoints_.size(); ++i) {
      if (isProtected(checkpoints_[i].kind)) continue;
      if (drop) dropped.push_back(checkpoints_[i].step);
      drop = !drop;
    }
    if (dropped.empty()) return;
    for (const std::int64_t step : dropped)
      database_.statement("DELETE FROM checkpoints WHERE step=?1", "table checkpoints").bind(1, step).run();
    std::erase_if(checkpoints_, [&](const CheckpointInfo& info) {
      return std::binary_search(dropped.begin(), dropped.end(), info.step);
    });
  }
}

void RunWriter::finish() {
  std::vector<std::string> measures;
  {
    Statement query = database_.statement(
        "SELECT measure FROM scalars WHERE n < ?1 GROUP BY measure HAVING count(*) > 1", "table scalars");
    query.bind(1, static_cast<std::int64_t>(closedPoints));
    while (query.step()) measures.push_back(query.text(0));
  }
  if (!measures.empty()) {
    Transaction transaction(database_, true);
    for (const std::string& measure : measures) joinChunks(measure, closedPoints);
    transaction.commit();
  }
  database_.run("PRAGMA incremental_vacuum");
  database_.integer("PRAGMA wal_checkpoint(TRUNCATE)");
  // Another connection that is reading keeps the log mode in place: the last one to close then removes the (empty) log.
  try {
    database_.text("PRAGMA journal_mode=DELETE");
  } catch (const IoError&) {
  }
}

}  // namespace learnscope
