// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_reader.h"

#include <algorithm>
#include <filesystem>

#include "engine/core/errors.h"
#include "engine/store/npy.h"
#include "engine/store/run_schema.h"
#include "engine/store/tensor_container.h"

namespace fs = std::filesystem;

namespace learnscope {
namespace {

constexpr CheckpointKind kinds[] = {CheckpointKind::Regular, CheckpointKind::Start,        CheckpointKind::Pause,
                                    CheckpointKind::Event,   CheckpointKind::Intervention, CheckpointKind::Close};

std::string placeOf(const std::string& measure, std::int64_t step) {
  return measure + " at step " + std::to_string(step);
}

}  // namespace

void requireRunFile(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw IoError(path, "no such file");
  if (!fs::is_regular_file(status)) throw DataError(path, "", "a run file expected, this is no plain file");
  if (fs::file_size(path, error) == 0 && !error) throw DataError(path, "", "a run file expected, this file is empty");
}

std::size_t runFileBytes(const std::string& path) {
  std::size_t bytes = 0;
  for (const char* part : {"", "-wal"}) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path + part, error);
    if (!error) bytes += static_cast<std::size_t>(size);
  }
  return bytes;
}

RunReader::RunReader(const std::string& path) : database_((requireRunFile(path), path), Database::Access::Read) {
  database_.limitLengthToFile();
  verifySchema(database_);
}

void RunReader::refuse(const std::string& place, const std::string& expected) const {
  throw DataError(database_.path(), place, expected + " expected");
}

void RunReader::check() { checkStructure(database_); }
Manifest RunReader::manifest() { return readManifest(database_); }

std::map<std::string, std::vector<ScalarPoint>> RunReader::scalars() {
  std::map<std::string, std::vector<ScalarPoint>> found;
  Statement query = database_.statement(
      "SELECT measure, first_step, n, points, crc32c FROM scalars ORDER BY measure, first_step", "table scalars");
  while (query.step()) {
    const std::string measure = query.text(0);
    const std::int64_t first = query.integer(1), count = query.integer(2);
    const ByteView points = query.blob(3);
    const std::string place = "scalars: " + placeOf(measure, first);
    if (RowChecksum().add(measure).add(first).add(count).add(points).value() != query.integer(4))
      refuse(place, "an undamaged row (CRC32C)");
    std::vector<ScalarPoint>& series = found[measure];
    const std::size_t before = series.size();
    decodePoints(points, count, database_.path() + ": " + place, series);
    if (series[before].step != first) refuse(place, "first_step as in its points");
  }
  return found;
}

std::map<std::string, std::vector<std::int64_t>> RunReader::arraySteps() {
  std::map<std::string, std::vector<std::int64_t>> found;
  // Only the index is read: the blobs may be gigabytes.
  Statement query = database_.statement("SELECT measure, step FROM arrays ORDER BY measure, step", "table arrays");
  while (query.step()) {
    const std::string measure = query.text(0);
    std::vector<std::int64_t>& steps = found[measure];
    const std::int64_t step = query.integer(1);
    if (step < 0 || (!steps.empty() && step <= steps.back()))
      refuse("arrays: " + placeOf(measure, step), "a rising step");
    steps.push_back(step);
  }
  return found;
}

std::vector<Event> RunReader::events() {
  std::vector<Event> found;
  Statement query = database_.statement(
      "SELECT number, name, step, detected, title, details, crc32c FROM events ORDER BY number", "table events");
  while (query.step()) {
    const std::int64_t number = query.integer(0);
    const std::string place = "events: " + std::to_string(number);
    const std::string values = query.text(5);
    Event event{query.text(1), query.integer(2), query.integer(3), query.text(4), {}};
    const std::int64_t crc = RowChecksum()
                                 .add(number)
                                 .add(event.id)
                                 .add(event.step)
                                 .add(event.detected)
                                 .add(event.title)
                                 .add(values)
                                 .value();
    if (crc != query.integer(6)) refuse(place, "an undamaged row (CRC32C)");
    if (number != static_cast<std::int64_t>(found.size()) || event.step < 0 || event.detected < event.step)
      refuse(place, "numbers from 0 without gaps and steps from 0 up to the detection");
    event.values = parseJson(values, database_.path() + ": " + place);
    found.push_back(std::move(event));
  }
  return found;
}

std::vector<JournalEntry> RunReader::journal() {
  std::vector<JournalEntry> found;
  Statement query =
      database_.statement("SELECT number, step, command, crc32c FROM journal ORDER BY number", "table journal");
  while (query.step()) {
    const std::int64_t number = query.integer(0), step = query.integer(1);
    const std::string command = query.text(2), place = "journal: " + std::to_string(number);
    if (RowChecksum().add(number).add(step).add(command).value() != query.integer(3))
      refuse(place, "an undamaged row (CRC32C)");
    const std::int64_t last = found.empty() ? 0 : found.back().step;
    if (number != static_cast<std::int64_t>(found.size()) || step < last)
      refuse(place, "numbers from 0 without gaps and steps that do not fall");
    Json json = parseJson(command, database_.path() + ": " + place);
    if (!json.is_object()) refuse(place, "a JSON object");
    found.push_back({step, std::move(json)});
  }
  return found;
}

CheckpointInfo readCheckpointRow(const Statement& row, const std::string& path) {
  CheckpointInfo info;
  info.step = row.integer(0);
  const std::string kind = row.text(1), place = "checkpoints: step " + std::to_string(info.step);
  const std::int64_t journalLength = row.integer(2), bytes = row.integer(3);
  if (RowChecksum().add(info.step).add(kind).add(journalLength).add(bytes).value() != row.integer(4))
    throw DataError(path, place, "an undamaged row (CRC32C) expected");
  const auto found = std::find_if(std::begin(kinds), std::end(kinds),
                                  [&](CheckpointKind each) { return checkpointKindName(each) == kind; });
  if (info.step < 0 || journalLength < 0 || found == std::end(kinds))
    throw DataError(path, place, "a known kind, a step and a journal length from 0 expected");
  info.kind = *found;
  info.bytes = static_cast<std::size_t>(bytes);
  info.journalLength = static_cast<std::size_t>(journalLength);
  return info;
}

std::vector<CheckpointInfo> RunReader::checkpoints() {
  std::vector<CheckpointInfo> found;
  Statement query = database_.statement(
      "SELECT step, kind, journal_length, length(state), crc32c FROM checkpoints ORDER BY step", "table checkpoints");
  while (query.step()) found.push_back(readCheckpointRow(query, database_.path()));
  return found;
}

RunProgress progressOf(const Run::Contents& contents) {
  RunProgress progress;
  std::int64_t& last = progress.lastStep;
  for (const auto& [name, points] : contents.scalars) {
    last = std::max(last, points.back().step);
    progress.points += static_cast<std::int64_t>(points.size());
  }
  for (const auto& [name, steps] : contents.arrays) {
    last = std::max(last, steps.back());
    progress.arrays += static_cast<std::int64_t>(steps.size());
  }
  for (const Event& event : contents.events) last = std::max(last, event.detected);
  if (!contents.journal.empty()) last = std::max(last, contents.journal.back().step);
  if (!contents.checkpoints.empty()) last = std::max(last, contents.checkpoints.back().step);
  progress.events = static_cast<std::int64_t>(contents.events.size());
  progress.journal = static_cast<std::int64_t>(contents.journal.size());
  return progress;
}

Run::Contents RunReader::contents() {
  // One snapshot, though another process may be writing.
  Transaction snapshot(database_, false);
  const Manifest manifest = readManifest(database_);
  Run::Contents contents;
  contents.scalars = scalars();
  contents.arrays = arraySteps();
  contents.events = events();
  contents.journal = journal();
  contents.checkpoints = checkpoints();
  contents.state = manifest.state;
  RunProgress found = progressOf(contents);
  found.lastStep = std::max(found.lastStep, manifest.info.forkStep);
  if (found != manifest.progress)
    refuse("manifest: progress",
           "the rows that were written (" + progressText(manifest.progress) + "), found " + progressText(found) + ",");
  contents.lastStep = found.lastStep;
  snapshot.commit();
  return contents;
}

Array RunReader::decodeArray(const Statement& row, const std::string& measure, std::int64_t step) const {
  const std::string place = "arrays: " + placeOf(measure, step);
  const ByteView npy = row.blob(2);
  RowChecksum crc;
  crc.add(measure).add(step).add(npy);
  std::vector<std::int64_t> ids;
  const std::string name = database_.path() + ": " + place;
  if (!row.null(3)) {
    const ByteView idBytes = row.blob(3);
    crc.add(idBytes);
    const Array decoded = decodeNpy(idBytes, name + ": ids");
    if (decoded.dtype() != DType::Int64 || decoded.shape().size() != 1) refuse(place, "ids as a list of int64");
    ids.assign(decoded.as<std::int64_t>().begin(), decoded.as<std::int64_t>().end());
  }
  if (crc.value() != row.integer(4)) refuse(place, "an undamaged row (CRC32C)");
  const Array values = decodeNpy(npy, name);
  if (ids.empty()) return values;
  if (values.shape().empty() || values.shape()[0] != static_cast<std::int64_t>(ids.size()))
    refuse(place, "an id for every item of the first axis");
  Array array(values.dtype(), values.shape(), std::move(ids));
  std::memcpy(array.mutableData(), values.data(), values.bytes());
  return array;
}

Array RunReader::array(const std::string& measure, std::int64_t step) {
  database_.limitLengthToFile();
  Statement query = database_.statement(
      "SELECT measure, step, npy, ids, crc32c FROM arrays WHERE measure=?1 AND step=?2", "table arrays");
  query.bind(1, measure).bind(2, step);
  if (!query.step()) refuse("arrays: " + placeOf(measure, step), "a row");
  return decodeArray(query, query.text(0), query.integer(1));
}

void RunReader::eachArray(const std::function<void(const std::string&, std::int64_t, const Array&)>& found) {
  Statement query =
      database_.statement("SELECT measure, step, npy, ids, crc32c FROM arrays ORDER BY measure, step", "table arrays");
  while (query.step()) {
    const std::string measure = query.text(0);
    const std::int64_t step = query.integer(1);
    found(measure, step, decodeArray(query, measure, step));
  }
}

State RunReader::checkpoint(std::int64_t step) {
  database_.limitLengthToFile();
  const std::string place = "checkpoints: step " + std::to_string(step);
  Statement query = database_.statement(
      "SELECT step, kind, journal_length, length(state), crc32c, state FROM checkpoints WHERE step=?1", place);
  query.bind(1, step);
  if (!query.step()) refuse(place, "a row");
  readCheckpointRow(query, database_.path());
  return decodeState(query.blob(5), database_.path() + ": " + place);
}

std::map<std::string, ScalarPoint> RunReader::lastValues() {
  std::map<std::string, ScalarPoint> found;
  std::vector<std::string> names;
  {
    Statement query = database_.statement("SELECT DISTINCT measure FROM scalars", "table scalars");
    while (query.step()) names.push_back(query.text(0));
  }
  for (const std::string& name : names)
    if (const auto points = ends(name); !points.empty()) found[name] = points.back();
  return found;
}

std::vector<ScalarPoint> RunReader::ends(const std::string& measure) {
  std::vector<ScalarPoint> found;
  for (const char* order : {"ASC", "DESC"}) {
    Statement query = database_.statement(
        std::string("SELECT first_step, n, points, crc32c FROM scalars WHERE measure=?1 ORDER BY first_step ") + order +
            " LIMIT 1",
        "table scalars");
    query.bind(1, measure);
    if (!query.step()) return {};
    const std::int64_t first = query.integer(0), count = query.integer(1);
    const ByteView blob = query.blob(2);
    const std::string place = "scalars: " + placeOf(measure, first);
    if (RowChecksum().add(measure).add(first).add(count).add(blob).value() != query.integer(3))
      refuse(place, "an undamaged row (CRC32C)");
    std::vector<ScalarPoint> points;
    decodePoints(blob, count, database_.path() + ": " + place, points);
    found.push_back(found.empty() ? points.front() : points.back());
  }
  return found;
}

}  // namespace learnscope
