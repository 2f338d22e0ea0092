// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_store.h"

#include <algorithm>
#include <chrono>

#include "engine/core/errors.h"
#include "engine/store/run_manifest.h"

namespace learnscope {
namespace {

using namespace std::chrono_literals;

constexpr auto commitEvery = 250ms;
constexpr auto retryAfter = 2s;
constexpr std::size_t commitBytes = std::size_t{16} << 20U;
// Below the 256 MB at which a trainer waits for the disk: a dead disk must not stop a run that memory can hold.
constexpr std::size_t giveUpBytes = std::size_t{192} << 20U;
constexpr std::size_t rowBytes = 64;                                     // what a queued entry costs beyond its data
constexpr std::size_t itemLimit = blobLimit - (std::size_t{32} << 20U);  // leaves room for headers

/// True, and noted, if `step` is newer than all of its measure.
bool isNew(std::map<std::string, std::int64_t>& steps, const std::string& measure, std::int64_t step) {
  const auto [found, first] = steps.try_emplace(measure, step);
  if (!first && step <= found->second) return false;
  found->second = step;
  return true;
}

RunBudget budgetOf(const std::string& path, const std::vector<CheckpointInfo>& checkpoints, WriterLimits limits) {
  RunBudget budget{.bytes = runFileBytes(path), .checkpointLimit = limits.checkpointBytes};
  for (const CheckpointInfo& info : checkpoints) budget.checkpointBytes += info.bytes;
  return budget;
}

}  // namespace

WritingRunStore::WritingRunStore(std::string path, Description description, WriterLimits limits,
                                 std::unique_ptr<FileLock> lock, std::unique_ptr<RunWriter> writer,
                                 RecordedSteps recorded)
    : path_(std::move(path)),
      description_(std::move(description)),
      limits_(limits),
      fileLock_(std::move(lock)),
      writer_(std::move(writer)),
      checkpoints_(writer_->checkpoints()),
      recorded_(std::move(recorded)),
      thread_([this] { loop(); }) {}

WritingRunStore::~WritingRunStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = closing_ = true;
    wake_.notify_all();
  }
  thread_.join();
}

void WritingRunStore::changed(std::size_t bytes, std::int64_t step) {
  queued_->bytes += bytes;
  queued_->lastStep = std::max(queued_->lastStep, step);
  if (queued_->bytes > commitBytes && !urgent_ && failure_.empty()) {
    urgent_ = true;
    wake_.notify_all();
  }
}

void WritingRunStore::scalar(const std::string& measure, ScalarPoint point) {
  const std::lock_guard lock(mutex_);
  if (dropped_ || !isNew(recorded_.scalars, measure, point.step)) return;
  queued_->scalars[measure].push_back(point);
  changed(sizeof point, point.step);
}

void WritingRunStore::array(const std::string& measure, std::int64_t step, const Array& value) {
  if (value.bytes() > itemLimit)
    throw IoError(path_, measure + " at step " + std::to_string(step) + " is larger than 1 GB and cannot be stored");
  const std::lock_guard lock(mutex_);
  if (dropped_ || !isNew(recorded_.arrays, measure, step)) return;
  queued_->arrays.push_back({measure, step, value});
  changed(value.bytes() + value.ids().size() * sizeof(std::int64_t) + rowBytes, step);
}

void WritingRunStore::event(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  queued_->events.push_back(event);
  changed(rowBytes, event.detected);
}

void WritingRunStore::journal(const JournalEntry& entry) {
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  queued_->journal.push_back(entry);
  changed(rowBytes, entry.step);
}

void WritingRunStore::checkpoint(const CheckpointInfo& info, const State& state) {
  if (state.bytes() > itemLimit)
    throw IoError(path_,
                  "checkpoint at step " + std::to_string(info.step) + " is larger than 1 GB and cannot be stored");
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  queued_->checkpoints.push_back({info, state});
  changed(state.bytes() + rowBytes, info.step);
}

void WritingRunStore::state(RunState state) {
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  queued_->manifest["state"] = runStateName(state);
  changed(rowBytes, 0);
}

void WritingRunStore::label(const RunLabel& label) {
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  for (const auto& [key, value] : labelRows(label)) queued_->manifest[key] = value;
  changed(rowBytes + label.note.size(), 0);
}

void WritingRunStore::steps(std::int64_t target) {
  const std::lock_guard lock(mutex_);
  if (dropped_) return;
  queued_->manifest["steps"] = std::to_string(target);
  changed(rowBytes, 0);
}

void WritingRunStore::waitUntilWritten(std::unique_lock<std::mutex>& lock) {
  // An attempt that is under way may hold less than what is queued now: then the one after it counts.
  const std::uint64_t needed = attempts_ + (busy_ ? 2 : 1);
  urgent_ = true;
  wake_.notify_all();
  settled_.wait(lock, [&] {
    return (queued_->empty() && !writing_ && !closing_) || dropped_ || (!failure_.empty() && attempts_ >= needed);
  });
  if (!failure_.empty()) throw IoError(path_, failure_);
}

void WritingRunStore::flush() {
  std::unique_lock lock(mutex_);
  waitUntilWritten(lock);
}

void WritingRunStore::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  waitUntilWritten(lock);
}

RunBudget WritingRunStore::budget() const {
  const std::lock_guard lock(mutex_);
  return budgetOf(path_, checkpoints_, limits_);
}

std::size_t WritingRunStore::queuedBytes() const {
  const std::lock_guard lock(mutex_);
  return queued_->bytes + (writing_ ? writing_->bytes : 0);
}

std::string WritingRunStore::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void WritingRunStore::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    const bool failing = !failure_.empty() && !dropped_;
    wake_.wait_for(lock, failing ? std::chrono::milliseconds(retryAfter) : commitEvery,
                   [&] { return stopping_ || closing_ || urgent_; });
    urgent_ = false;
    if (!writing_ && !queued_->empty()) writing_ = std::exchange(queued_, std::make_shared<RunBatch>());
    const bool closeNow = closing_ && queued_->empty();
    busy_ = true;
    lock.unlock();
    const bool written = write();
    if (written && closeNow) finish();
    lock.lock();
    busy_ = false;
    ++attempts_;
    if (closeNow || !written) closing_ = false;
    if (!written && queued_->bytes + writing_->bytes > giveUpBytes) {
      dropped_ = true;
      queued_ = std::make_shared<RunBatch>();
      writing_.reset();
    }
    settled_.notify_all();
    if (stopping_ && (!written || (queued_->empty() && !writing_))) return;
    if (stopping_) closing_ = true;
  }
}

bool WritingRunStore::write() {
  if (!writing_) return true;
  std::string problem;
  try {
    // A closed file is opened again when more comes.
    if (!fileLock_) fileLock_ = std::make_unique<FileLock>(path_);
    if (!writer_) writer_ = std::make_unique<RunWriter>(path_, description_, limits_);
    writer_->commit(*writing_);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  const std::lock_guard lock(mutex_);
  failure_ = problem;
  if (!problem.empty()) return false;
  checkpoints_ = writer_->checkpoints();
  writing_.reset();
  return true;
}

void WritingRunStore::finish() {
  std::string problem;
  try {
    {
      const std::lock_guard lock(readMutex_);
      reader_.reset();
    }
    if (writer_) writer_->finish();
  } catch (const std::exception& error) {
    problem = error.what();
  }
  writer_.reset();
  fileLock_.reset();
  const std::lock_guard lock(mutex_);
  if (!dropped_ || !problem.empty()) failure_ = problem;
}

RunReader& WritingRunStore::reader() {
  if (!reader_) reader_ = std::make_unique<RunReader>(path_);
  return *reader_;
}

Array WritingRunStore::loadArray(const std::string& measure, std::int64_t step) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& batch : {queued_, writing_})
      if (batch)
        for (const RunBatch::ArrayRow& row : batch->arrays)
          if (row.step == step && row.measure == measure) return row.value;
  }
  const std::lock_guard lock(readMutex_);
  return reader().array(measure, step);
}

std::vector<CheckpointInfo> WritingRunStore::checkpoints() {
  const std::lock_guard lock(mutex_);
  std::map<std::int64_t, CheckpointInfo> found;
  for (const CheckpointInfo& info : checkpoints_) found.emplace(info.step, info);
  for (const auto& batch : {writing_, queued_})
    if (batch)
      for (const RunBatch::CheckpointRow& row : batch->checkpoints) found.emplace(row.info.step, row.info);
  std::vector<CheckpointInfo> list;
  for (const auto& [step, info] : found) list.push_back(info);
  return list;
}

State WritingRunStore::loadCheckpoint(std::int64_t step) {
  {
    // The first of a step is the one that stays.
    const std::lock_guard lock(mutex_);
    const bool stored = std::any_of(checkpoints_.begin(), checkpoints_.end(),
                                    [step](const CheckpointInfo& info) { return info.step == step; });
    for (const auto& batch : {writing_, queued_})
      if (batch && !stored)
        for (const RunBatch::CheckpointRow& row : batch->checkpoints)
          if (row.info.step == step) return row.state;
  }
  const std::lock_guard lock(readMutex_);
  return reader().checkpoint(step);
}

void ReadingRunStore::refuse() const { throw IoError(path(), "was opened for reading only"); }

void ReadingRunStore::label(const RunLabel& label) {
  labelling_ = std::async(std::launch::async, [this, label, before = labelling_] {
                 if (before.valid()) before.wait();
                 std::string problem;
                 try {
                   const FileLock lock(path());
                   RunWriter writer(path(), Description(), WriterLimits());
                   RunBatch batch;
                   batch.manifest = labelRows(label);
                   batch.bytes = rowBytes;
                   writer.commit(batch);
                   writer.finish();
                 } catch (const std::exception& error) {
                   problem = error.what();
                 }
                 const std::lock_guard guard(mutex_);
                 failure_ = problem;
               }).share();
}

RunBudget ReadingRunStore::budget() const {
  const std::lock_guard lock(mutex_);
  return budgetOf(path(), reader_->checkpoints(), WriterLimits());
}

std::string ReadingRunStore::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Array ReadingRunStore::loadArray(const std::string& measure, std::int64_t step) {
  const std::lock_guard lock(mutex_);
  return reader_->array(measure, step);
}

std::vector<CheckpointInfo> ReadingRunStore::checkpoints() {
  const std::lock_guard lock(mutex_);
  return reader_->checkpoints();
}

State ReadingRunStore::loadCheckpoint(std::int64_t step) {
  const std::lock_guard lock(mutex_);
  return reader_->checkpoint(step);
}

}  // namespace learnscope
