// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/core/run.h"
#include "engine/store/file_lock.h"
#include "engine/store/run_reader.h"
#include "engine/store/run_writer.h"

namespace learnscope {

/// Newest recorded step of each measure.
struct RecordedSteps {
  std::map<std::string, std::int64_t> scalars, arrays;
};

/// A run file being written: appends go into a batch that a writer thread commits four times a second; reads come from
/// the batches that still wait, else from a connection of their own. When the disk fails, failure() says so and the
/// batch is tried again every two seconds; once 192 MB wait, everything waiting and to come is dropped and only the
/// memory has it. Points and arrays at or before the newest row of their measure are there already and are ignored.
class WritingRunStore : public RunStore {
 public:
  WritingRunStore(std::string path, Description description, WriterLimits limits, std::unique_ptr<FileLock> lock,
                  std::unique_ptr<RunWriter> writer, RecordedSteps recorded);
  ~WritingRunStore() override;

  void scalar(const std::string& measure, ScalarPoint point) override;
  void array(const std::string& measure, std::int64_t step, const Array& value) override;
  void event(const Event& event) override;
  void journal(const JournalEntry& entry) override;
  void checkpoint(const CheckpointInfo& info, const State& state) override;
  void state(RunState state) override;
  void label(const RunLabel& label) override;
  void steps(std::int64_t target) override;
  void flush() override;
  void close() override;
  RunBudget budget() const override;
  std::size_t queuedBytes() const override;
  std::string failure() const override;
  std::string path() const override { return path_; }

  Array loadArray(const std::string& measure, std::int64_t step) override;
  std::vector<CheckpointInfo> checkpoints() override;
  State loadCheckpoint(std::int64_t step) override;

 private:
  void loop();
  bool write();
  void finish();
  void changed(std::size_t bytes, std::int64_t step);
  void waitUntilWritten(std::unique_lock<std::mutex>& lock);
  RunReader& reader();

  const std::string path_;
  const Description description_;
  const WriterLimits limits_;

  // The writer thread's own.
  std::unique_ptr<FileLock> fileLock_;
  std::unique_ptr<RunWriter> writer_;

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable wake_, settled_;
  std::shared_ptr<RunBatch> queued_ = std::make_shared<RunBatch>();
  std::shared_ptr<RunBatch> writing_;  ///< being committed, or waiting for the disk to recover
  std::vector<CheckpointInfo> checkpoints_;
  RecordedSteps recorded_;
  std::uint64_t attempts_ = 0;
  bool busy_ = false, urgent_ = false, closing_ = false, stopping_ = false, dropped_ = false;
  std::string failure_;

  std::mutex readMutex_;  // of reader_
  std::unique_ptr<RunReader> reader_;
  std::thread thread_;
};

/// A run file that is only looked at: appending throws IoError. What the user writes on the run is kept all the same,
/// on a thread of its own, if nobody else has the file open for writing.
class ReadingRunStore : public RunStore {
 public:
  explicit ReadingRunStore(std::unique_ptr<RunReader> reader) : reader_(std::move(reader)) {}

  void scalar(const std::string&, ScalarPoint) override { refuse(); }
  void array(const std::string&, std::int64_t, const Array&) override { refuse(); }
  void event(const Event&) override { refuse(); }
  void journal(const JournalEntry&) override { refuse(); }
  void checkpoint(const CheckpointInfo&, const State&) override { refuse(); }
  void state(RunState) override { refuse(); }
  void label(const RunLabel& label) override;
  void steps(std::int64_t) override { refuse(); }
  void flush() override {}
  void close() override {}
  RunBudget budget() const override;
  std::size_t queuedBytes() const override { return 0; }
  std::string failure() const override;
  std::string path() const override { return reader_->database().path(); }
  Array loadArray(const std::string& measure, std::int64_t step) override;
  std::vector<CheckpointInfo> checkpoints() override;
  State loadCheckpoint(std::int64_t step) override;

 private:
  [[noreturn]] void refuse() const;
  mutable std::mutex mutex_;
  std::unique_ptr<RunReader> reader_;
  std::string failure_;
  std::shared_future<void> labelling_;  ///< the last of a chain; its destructor waits
};

}  // namespace learnscope
