// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <QProcess>
#include <QTest>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>
#include <thread>

#include "engine/core/errors.h"
#include "engine/store/file_lock.h"
#include "engine/store/run_file.h"
#include "engine/store/run_store.h"
#include "tests/support/same.h"
#include "tests/support/store_lab.h"
#include "tests/support/support.h"

using namespace learnscope;
using namespace learnscope::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

double monotonicSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// What a child process does until it is killed: about 2000 steps a second, telling its clock at each.
int writeUntilKilled(const std::string& path) {
  const std::shared_ptr<Run> run = fs::exists(path) ? openRunFile(path, storeRegistry(), OpenMode::Append)
                                                    : createRunFile(path, *storeLab(), storeInfo());
  run->setState(RunState::Running);
  std::cout << "writing" << std::endl;
  for (std::int64_t step = run->lastStep() + (run->scalars("loss").empty() ? 0 : 1);; ++step) {
    recordSteps(*run, step, step);
    run->addScalar("time", {step, monotonicSeconds()});
    std::this_thread::sleep_for(500us);
  }
}

/// Everything of recordSteps(0..last) is there once, and nothing else.
void verifyHistory(const Run& run, std::int64_t last) {
  for (const char* measure : {"loss", "accuracy"})
    QCOMPARE(run.scalars(measure).size(), static_cast<std::size_t>(last + 1));
  for (std::int64_t step = 0; step <= last; ++step) {
    const ScalarPoint& point = run.scalars("loss")[static_cast<std::size_t>(step)];
    QCOMPARE(point.step, step);
    QCOMPARE(point.value, lossAt(step));
  }
  QCOMPARE(run.arrays("weights").size(), static_cast<std::size_t>(last / 10 + 1));
  for (std::int64_t step = 0; step <= last; step += 10) {
    QVERIFY(same(*run.loadArray("weights", step), weightsAt(step)));
    QCOMPARE(run.loadArray("tasks", step)->ids()[1], step + 100);
  }
  QCOMPARE(run.events().size(), std::size_t{last >= 20 ? 1U : 0U});
  QCOMPARE(run.journal().size(), std::size_t{last >= 30 ? 1U : 0U});
  for (const CheckpointInfo& info : run.store()->checkpoints()) {
    const State state = run.store()->loadCheckpoint(info.step);
    QVERIFY(same(state.get("weights"), weightsAt(info.step)));
    QCOMPARE(info.journalLength, std::size_t{info.step > 30 ? 1U : 0U});
  }
}

QStringList filesIn(const TemporaryFolder& folder) {
  QStringList names;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    names << QString::fromStdString(entry.path().filename());
  names.sort();
  return names;
}

void makeRun(const std::string& path, std::int64_t last, std::uint64_t seed = 7) {
  const auto run = createRunFile(path, *storeLab(), storeInfo(seed));
  recordSteps(*run, 0, last);
  run->setState(RunState::Finished);
  run->store()->close();
}

}  // namespace

class TestRunFile : public QObject {
  Q_OBJECT
 private slots:
  void everythingComesBack() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    makeRun(path, 100);
    QCOMPARE(filesIn(folder), QStringList{"a.lscope"});
    for (const OpenMode mode : {OpenMode::Read, OpenMode::Append}) {
      const auto run = openRunFile(path, storeRegistry(), mode);
      verifyHistory(*run, 100);
      QCOMPARE(run->lastStep(), std::int64_t{100});
      QCOMPARE(run->state(), RunState::Finished);
      const RunInfo expected = storeInfo();
      const RunInfo& info = run->info();
      QVERIFY(info.config == expected.config);
      QCOMPARE(info.seed, expected.seed);
      QCOMPARE(info.steps, expected.steps);
      QCOMPARE(info.label, expected.label);
      QCOMPARE(info.parent, expected.parent);
      QCOMPARE(info.parentPath, expected.parentPath);
      QVERIFY(info.difference == expected.difference);
      QCOMPARE(info.id.size(), std::size_t{16});
      QCOMPARE(info.appVersion, std::string(LEARNSCOPE_VERSION));
      QVERIFY(!info.created.empty() && !info.machine.empty());
      QVERIFY((run->events()[0] == Event{"memorised", 18, 20, "Memorised", Json{{"accuracy", 0.99}}}));
      QVERIFY((run->journal()[0] == JournalEntry{30, Json{{"set", {{"lr", 0.3}}}}}));
      QCOMPARE(run->store()->checkpoints().size(), std::size_t{3});
    }
    QCOMPARE(filesIn(folder), QStringList{"a.lscope"});
  }

  void unusualNumbersComeBack() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    const std::vector<double> values{std::nan(""), INFINITY, -0.0, 5e-324, 1.0 / 3};
    RunInfo info = storeInfo(18446744073709551615ULL);
    {
      const auto run = createRunFile(path, *storeLab(), info);
      for (std::size_t i = 0; i < values.size(); ++i)
        run->addScalar("loss", {static_cast<std::int64_t>(i) * 1000000000000, values[i]});
      run->addArray("weights", 3, Array(DType::Float32, {0, 4}));
      run->addArray("tasks", 3, Array::scalar<double>(4));
    }
    const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
    QCOMPARE(run->info().seed, info.seed);
    for (std::size_t i = 0; i < values.size(); ++i)
      QCOMPARE(std::memcmp(&run->scalars("loss")[i].value, &values[i], 8), 0);
    QVERIFY((run->loadArray("weights", 3)->shape() == std::vector<std::int64_t>{0, 4}));
    QVERIFY(run->loadArray("tasks", 3)->shape().empty());
    QVERIFY(runFileInfo(path)["measures"]["loss"]["value"] == 1.0 / 3);
  }

  void aLabThatIsNotHereIsDescribedByTheFile() {
    const TemporaryFolder folder;
    makeRun(folder.path("a.lscope"), 40);
    const auto run = openRunFile(folder.path("a.lscope"), Registry(), OpenMode::Read);
    QCOMPARE(run->description().title, std::string("Store test"));
    QCOMPARE(run->description().measure("loss")->unit, std::string("nats"));
    QCOMPARE(run->description().measure("weights")->kind, MeasureKind::Array);
    QVERIFY(run->description().event("memorised")->phase);
    verifyHistory(*run, 40);
  }

  void reopeningAppends() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope"), whole = folder.path("whole.lscope");
    makeRun(whole, 200);
    makeRun(path, 77);
    {
      const auto run = openRunFile(path, storeRegistry(), OpenMode::Append);
      recordSteps(*run, 78, 120);
      run->store()->close();
      // Further appends reopen it.
      recordSteps(*run, 121, 150);
      run->store()->close();
      recordSteps(*run, 151, 200);
      run->setLabel({"Renamed", "why", true});
      run->setTargetSteps(5000);
      run->setState(RunState::Paused);
    }
    const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
    verifyHistory(*run, 200);
    QCOMPARE(run->title(), std::string("Renamed"));
    QCOMPARE(run->targetSteps(), std::int64_t{5000});
    QCOMPARE(run->state(), RunState::Paused);
    QCOMPARE(runFileDigest(path), runFileDigest(whole));
  }

  void aRunThatIsOnlyLookedAtKeepsItsLabel() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    makeRun(path, 50);
    const std::string digest = runFileDigest(path);
    {
      const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
      run->setLabel({"One", "first", false});
      run->setLabel({"Two", "a note\nof two lines", true});
      QVERIFY(run->budget().bytes > 0);
      QCOMPARE(run->budget().checkpointLimit, std::size_t{512} << 20U);
    }
    const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
    QVERIFY(run->label() == (RunLabel{"Two", "a note\nof two lines", true}));
    QCOMPARE(runFileDigest(path), digest);
  }

  void rowsAreNeverDuplicated() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    makeRun(path, 100);
    const std::string before = runFileDigest(path);
    const auto run = openRunFile(path, storeRegistry(), OpenMode::Append);
    // Straight into the store, past the run's own comparison.
    for (std::int64_t step = 60; step <= 100; ++step) {
      run->store()->scalar("loss", {step, lossAt(step)});
      if (step % 10 == 0) run->store()->array("weights", step, weightsAt(step));
    }
    run->store()->close();
    QCOMPARE(runFileDigest(path), before);
  }

  void readsWhatIsStillQueued() {
    const TemporaryFolder folder;
    const auto run = createRunFile(folder.path("a.lscope"), *storeLab(), storeInfo());
    run->store()->array("weights", 5, weightsAt(5));
    run->store()->checkpoint({5, CheckpointKind::Pause, 0, 0}, stateOfStep(5));
    QVERIFY(run->store()->queuedBytes() > 0);
    QVERIFY(same(run->store()->loadArray("weights", 5), weightsAt(5)));
    QCOMPARE(run->store()->checkpoints().size(), std::size_t{1});
    QVERIFY(same(run->store()->loadCheckpoint(5).get("weights"), weightsAt(5)));
    run->store()->flush();
    QCOMPARE(run->store()->queuedBytes(), std::size_t{0});
    QVERIFY(same(run->store()->loadArray("weights", 5), weightsAt(5)));
    QVERIFY(same(run->store()->loadCheckpoint(5).get("weights"), weightsAt(5)));
    QVERIFY_THROWS_EXCEPTION(DataError, run->store()->loadArray("weights", 6));
    QVERIFY_THROWS_EXCEPTION(DataError, run->store()->loadCheckpoint(6));
  }

  void neverOverwrites() {
    const TemporaryFolder folder;
    makeRun(folder.path("a.lscope"), 10);
    const std::string before = runFileDigest(folder.path("a.lscope"));
    QVERIFY_THROWS_EXCEPTION(IoError, createRunFile(folder.path("a.lscope"), *storeLab(), storeInfo()));
    QCOMPARE(runFileDigest(folder.path("a.lscope")), before);
    QVERIFY_THROWS_EXCEPTION(IoError, createRunFile(folder.path("no/b.lscope"), *storeLab(), storeInfo()));
    QCOMPARE(filesIn(folder), QStringList{"a.lscope"});
  }

  void aSecondOpenerOnlyReads() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    auto run = createRunFile(path, *storeLab(), storeInfo());
    run->setState(RunState::Running);
    recordSteps(*run, 0, 60);
    run->store()->flush();
    QVERIFY_THROWS_EXCEPTION(IoError, openRunFile(path, storeRegistry(), OpenMode::Append));
    const auto reader = openRunFile(path, storeRegistry(), OpenMode::Read);
    QCOMPARE(reader->state(), RunState::Running);
    verifyHistory(*reader, 60);
    reader->setLabel({"no"});
    QTRY_VERIFY(!reader->store()->failure().empty());  // the writer has the file
    QCOMPARE(runFileInfo(path)["state"].get<std::string>(), std::string("running"));
    // The writer goes on and closes while the reader keeps its file open.
    recordSteps(*run, 61, 90);
    const double start = monotonicSeconds();
    run->store()->close();
    QVERIFY2(monotonicSeconds() - start < 2, "closing waited for a reader");
    QVERIFY(same(*reader->loadArray("weights", 50), weightsAt(50)));
    verifyHistory(*openRunFile(path, storeRegistry(), OpenMode::Append), 90);
  }

  void aReaderInAnotherProcessSeesAWholeSnapshot() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {"--write", QString::fromStdString(path)});
    QVERIFY(child.waitForReadyRead(20000));
    QVERIFY_THROWS_EXCEPTION(IoError, openRunFile(path, storeRegistry(), OpenMode::Append));
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(60ms);
      const auto run = openRunFile(path, storeRegistry(), OpenMode::Read);
      QCOMPARE(run->state(), i > 5 ? RunState::Running : run->state());
      if (!run->scalars("loss").empty()) verifyHistory(*run, run->lastStep());
    }
    child.kill();
    QVERIFY(child.waitForFinished());
    QCOMPARE(openRunFile(path, storeRegistry(), OpenMode::Read)->state(), RunState::Interrupted);
  }

  void killedAtAnyMomentItOpensAgain() {
    const TemporaryFolder folder;
    std::mt19937 random(20240229);
    std::uniform_int_distribution<int> lifetime(0, 1500);
    constexpr int files = 4, rounds = 5;
    double worst = 0;
    // Every file is killed again and again, in parallel with others.
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::unique_ptr<QProcess>> children;
      for (int i = 0; i < files; ++i) {
        children.push_back(std::make_unique<QProcess>());
        children.back()->start(QCoreApplication::applicationFilePath(),
                               {"--write", QString::fromStdString(folder.path(std::to_string(i) + ".lscope"))});
      }
      for (const auto& child : children) QVERIFY(child->waitForReadyRead(20000));
      std::vector<std::pair<int, int>> moments;
      for (int i = 0; i < files; ++i) moments.emplace_back(lifetime(random), i);
      std::sort(moments.begin(), moments.end());
      const double start = monotonicSeconds();
      for (const auto& [milliseconds, i] : moments) {
        const double wait = start + milliseconds / 1000.0 - monotonicSeconds();
        if (wait > 0) std::this_thread::sleep_for(std::chrono::duration<double>(wait));
        const double killed = monotonicSeconds();
        children[static_cast<std::size_t>(i)]->kill();
        QVERIFY(children[static_cast<std::size_t>(i)]->waitForFinished());
        const auto run = openRunFile(folder.path(std::to_string(i) + ".lscope"), storeRegistry(), OpenMode::Read);
        // Nothing was committed yet only if it lived less than a second.
        const double newest = run->scalars("time").empty() ? start : std::max(start, run->scalars("time").back().value);
        worst = std::max(worst, killed - newest);
        if (run->scalars("loss").empty()) continue;
        QCOMPARE(run->state(), RunState::Interrupted);
        verifyHistory(*run, run->lastStep());
      }
    }
    qInfo("at most %.3f s lost", worst);
    QVERIFY2(worst < 1.0, qPrintable(QString::number(worst)));
  }

  void aLeftOverLockDoesNotBlock() {
    const TemporaryFolder folder;
    makeRun(folder.path("a.lscope"), 10);
    { std::ofstream(folder.path("a.lscope-lock")); }
    QVERIFY(!FileLock::held(folder.path("a.lscope")));
    openRunFile(folder.path("a.lscope"), storeRegistry(), OpenMode::Append)->store()->close();
    QCOMPARE(filesIn(folder), QStringList{"a.lscope"});
  }

  void networkFileSystemsGetARollbackJournal() {
    for (const unsigned long type : {0x6969UL, 0xFF534D42UL, 0xFE534D42UL, 0x65735546UL})
      QVERIFY(!sharedMemoryIsSafeOn(type));
    for (const unsigned long type : {0xEF53UL, 0x9123683EUL, 0x58465342UL, 0x01021994UL})
      QVERIFY(sharedMemoryIsSafeOn(type));
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    makeRun(path, 0);
    WriterLimits limits;
    limits.rollbackJournal = true;
    const Description description = storeLab()->describe();
    WritingRunStore store(path, description, limits, std::make_unique<FileLock>(path),
                          std::make_unique<RunWriter>(path, description, limits), {});
    store.scalar("time", {1, 0.5});
    store.flush();
    QVERIFY(!fs::exists(path + "-wal"));
    QCOMPARE(openRunFile(path, storeRegistry(), OpenMode::Read)->scalars("time").size(), std::size_t{1});
    store.scalar("time", {2, 0.75});
    store.close();
    QCOMPARE(openRunFile(path, storeRegistry(), OpenMode::Read)->scalars("time").size(), std::size_t{2});
    QCOMPARE(filesIn(folder), QStringList{"a.lscope"});
  }

  void checkpointsAreThinned() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    makeRun(path, 0);
    WriterLimits limits;
    limits.checkpointBytes = 40000;
    limits.eventCheckpoints = 3;
    const Description description = storeLab()->describe();
    RunWriter writer(path, description, limits);
    State state;
    std::vector<double> noise(100);
    std::mt19937_64 random(5);
    for (std::int64_t step = 1; step <= 400; ++step) {
      for (double& x : noise) x = static_cast<double>(random());
      state.put("noise", Array::vector<double>(noise));
      RunBatch batch;
      const CheckpointKind kind = step % 60 == 0 ? CheckpointKind::Event
                                  : step == 111  ? CheckpointKind::Intervention
                                                 : CheckpointKind::Regular;
      batch.checkpoints.push_back({{step, kind, 0, 0}, state});
      batch.bytes = 1;
      writer.commit(batch);
    }
    std::size_t bytes = 0;
    std::int64_t largestGap = 0, last = 0;
    std::vector<std::int64_t> kept;
    for (const CheckpointInfo& info : writer.checkpoints()) {
      bytes += info.bytes;
      largestGap = std::max(largestGap, info.step - last);
      last = info.step;
      if (info.kind == CheckpointKind::Event || info.kind == CheckpointKind::Intervention) kept.push_back(info.step);
    }
    QVERIFY(bytes <= limits.checkpointBytes && bytes > limits.checkpointBytes / 4);
    QCOMPARE(last, std::int64_t{400});
    // Those of events and interventions stay, up to the limit of events.
    QVERIFY((kept == std::vector<std::int64_t>{60, 111, 120, 180}));
    QVERIFY2(largestGap < 30, qPrintable(QString::number(largestGap)));
  }

  void theFirstCheckpointOfAStepStays() {
    const TemporaryFolder folder;
    const auto run = createRunFile(folder.path("a.lscope"), *storeLab(), storeInfo());
    run->store()->checkpoint({5, CheckpointKind::Pause, 0, 0}, stateOfStep(5));
    run->store()->checkpoint({5, CheckpointKind::Intervention, 0, 0}, stateOfStep(5));
    run->store()->checkpoint({5, CheckpointKind::Close, 0, 1}, stateOfStep(6));
    run->store()->flush();
    const auto found = run->store()->checkpoints();
    QCOMPARE(found.size(), std::size_t{1});
    QCOMPARE(found[0].kind, CheckpointKind::Intervention);
    QCOMPARE(found[0].journalLength, std::size_t{0});
    QVERIFY(same(run->store()->loadCheckpoint(5).get("weights"), weightsAt(5)));
  }

  void aFullDiskIsReportedAndTheRunGoesOn() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    const auto run = createRunFile(path, *storeLab(), storeInfo());
    recordSteps(*run, 0, 20);
    run->store()->close();
    // The file can no longer be opened for writing: a folder is in the place of its lock.
    fs::create_directory(path + "-lock");
    recordSteps(*run, 21, 40);
    QVERIFY_THROWS_EXCEPTION(IoError, run->store()->flush());
    QVERIFY(!run->store()->failure().empty());
    QCOMPARE(run->scalars("loss").size(), std::size_t{41});
    QVERIFY(same(run->store()->loadArray("weights", 40), weightsAt(40)));
    // When the cause is gone, all is written after all.
    fs::remove(path + "-lock");
    run->store()->flush();
    QVERIFY(run->store()->failure().empty());
    run->store()->close();
    verifyHistory(*openRunFile(path, storeRegistry(), OpenMode::Read), 40);
  }

  void digestKnowsContentAndNothingElse() {
    const TemporaryFolder folder;
    makeRun(folder.path("a.lscope"), 60);
    const std::string digest = runFileDigest(folder.path("a.lscope"));
    QCOMPARE(digest.size(), std::size_t{16});
    // Other id, time, title, chunks and wall time: same digest.
    {
      RunInfo info = storeInfo();
      info.label.title = "Other";
      info.created = "2001-01-01T00:00:00Z";
      info.machine = "another";
      const auto run = createRunFile(folder.path("b.lscope"), *storeLab(), info);
      for (std::int64_t step = 0; step <= 60; ++step) {
        recordSteps(*run, step, step);
        run->addScalar("wallTime", {step, 0.1 * static_cast<double>(step)});
        if (step % 7 == 0) run->store()->flush();
      }
      run->store()->flush();
      QCOMPARE(runFileDigest(folder.path("b.lscope")), digest);
    }
    QCOMPARE(runFileDigest(folder.path("b.lscope")), digest);
    // Anything else changes it.
    QSet<QString> digests{QString::fromStdString(digest)};
    const auto vary = [&](const std::string& name, const RunInfo& info, const std::function<void(Run&)>& more) {
      {
        const auto run = createRunFile(folder.path(name), *storeLab(), info);
        recordSteps(*run, 0, 60);
        more(*run);
      }
      digests << QString::fromStdString(runFileDigest(folder.path(name)));
    };
    RunInfo config = storeInfo();
    config.config.set("lr", 0.10000000000000002);
    vary("config.lscope", config, [](Run&) {});
    vary("seed.lscope", storeInfo(8), [](Run&) {});
    vary("scalar.lscope", storeInfo(), [](Run& run) { run.addScalar("loss", {61, 0}); });
    vary("zero.lscope", storeInfo(), [](Run& run) { run.addScalar("loss", {61, -0.0}); });
    vary("array.lscope", storeInfo(), [](Run& run) { run.addArray("weights", 61, weightsAt(1)); });
    vary("ids.lscope", storeInfo(), [](Run& run) {
      const Array w = weightsAt(1);
      run.addArray("weights", 61, Array::from<float>(w.as<float>(), {3, 4}, {0, 1, 2}));
    });
    vary("shape.lscope", storeInfo(), [](Run& run) {
      const Array w = weightsAt(1);
      run.addArray("weights", 61, Array::from<float>(w.as<float>(), {4, 3}));
    });
    vary("event.lscope", storeInfo(), [](Run& run) { run.addEvent({"generalised", 61, 61, "", Json::object()}); });
    vary("journal.lscope", storeInfo(), [](Run& run) { run.addJournal({60, Json{{"set", {{"lr", 0.4}}}}}); });
    QCOMPARE(digests.size(), 10);
  }

  void infoSaysWhatIsInTheFile() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    {
      const auto run = createRunFile(path, *storeLab(), storeInfo());
      recordSteps(*run, 0, 60);
      run->addScalar("wallTime", {60, 12.0});
      run->setState(RunState::Diverged);
    }
    const Json info = runFileInfo(path);
    QCOMPARE(info["lab"].get<std::string>(), std::string("store-test"));
    QVERIFY(info["config"] == storeInfo().config.json());
    QCOMPARE(info["seed"].get<int>(), 7);
    QCOMPARE(info["steps"].get<int>(), 60);
    QCOMPARE(info["targetSteps"].get<int>(), 100);
    QCOMPARE(info["stepRate"].get<double>(), 5.0);
    QCOMPARE(info["state"].get<std::string>(), std::string("diverged"));
    QCOMPARE(info["measures"]["loss"]["value"].get<double>(), lossAt(60));
    QCOMPARE(info["measures"]["weights"]["count"].get<int>(), 7);
    QCOMPARE(info["events"][0]["name"].get<std::string>(), std::string("memorised"));
    QCOMPARE(info["events"][0]["step"].get<int>(), 18);
    QCOMPARE(info["checkpoints"].get<int>(), 2);
    QCOMPARE(info["schema"].get<int>(), runFileSchema);
    QCOMPARE(info["bytes"].get<std::uintmax_t>(), fs::file_size(path));
  }

  void aFolderIsListedNewestFirst() {
    const TemporaryFolder folder;
    FolderRunFactory factory(folder.path("runs/of mine"));
    RunInfo info = storeInfo();
    info.created = "2024-01-01T00:00:00Z";
    const std::string older = factory.create(*storeLab(), info)->store()->path();
    info.created = "2024-01-02T00:00:00Z";
    const auto running = factory.create(*storeLab(), info);
    running->setState(RunState::Running);
    recordSteps(*running, 0, 30);
    running->store()->flush();
    {
      std::ofstream(factory.folder() + "/broken.lscope")
          << "not SQLite, but long enough to look at, and then some more";
    }
    { std::ofstream(factory.folder() + "/other.txt") << "x"; }
    const auto entries = listRunFiles(factory.folder());
    QCOMPARE(entries.size(), std::size_t{3});
    QCOMPARE(entries[0].path, running->store()->path());
    QCOMPARE(entries[0].state, RunState::Running);
    QCOMPARE(entries[0].lastStep, std::int64_t{30});
    QVERIFY(entries[0].bytes > 0);
    QCOMPARE(entries[1].path, older);
    QCOMPARE(entries[1].info.label.title, std::string("A title"));
    QVERIFY(entries[0].error.empty() && entries[1].error.empty());
    QVERIFY(!entries[2].error.empty());
    QVERIFY(listRunFiles(folder.path("none")).empty());
  }

  void manySmallChunksAreJoined() {
    const TemporaryFolder folder;
    const std::string path = folder.path("a.lscope");
    const auto run = createRunFile(path, *storeLab(), storeInfo());
    for (std::int64_t step = 0; step < 300; ++step) {
      run->addScalar("loss", {step, lossAt(step)});
      run->store()->flush();
    }
    {
      Database database(path, Database::Access::Read);
      QVERIFY(database.integer("SELECT count(*) FROM scalars") < 80);
    }
    run->store()->close();
    Database database(path, Database::Access::Read);
    QCOMPARE(database.integer("SELECT count(*) FROM scalars"), std::int64_t{1});
    QCOMPARE(openRunFile(path, storeRegistry(), OpenMode::Read)->scalars("loss").size(), std::size_t{300});
  }
};

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--write") return writeUntilKilled(argv[2]);
  QCoreApplication app(argc, argv);
  TestRunFile test;
  return QTest::qExec(&test, argc, argv);
}
#include "test_run_file.moc"
