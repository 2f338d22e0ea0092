// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFloat16>
#include <QTest>
#include <cstring>

#include "engine/core/stepper.h"
#include "engine/core/trainer.h"
#include "tests/support/memory_store.h"
#include "tests/support/tiny_lab.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

std::shared_ptr<Run> newRun(const Lab& lab, std::int64_t steps, const Json& values = Json::object()) {
  MemoryRunFactory factory;
  return factory.create(lab, checkedRunInfo(lab, values, 7, steps));
}

Trainer::Options atFullSpeed() {
  Trainer::Options options;
  options.paused = false;
  return options;
}

void trainToEnd(const std::shared_ptr<const Lab>& lab, const std::shared_ptr<Run>& run) {
  Trainer trainer(lab, run, atFullSpeed());
  trainer.wait();
}

std::vector<double> values(const Run& run, const std::string& measure) {
  std::vector<double> all;
  const ScalarSeries& series = run.scalars(measure);
  for (std::size_t i = 0; i < series.size(); ++i) all.push_back(series[i].value);
  return all;
}

/// A lab whose loss is computed on the deferred thread, and whose events end or follow it.
class DeferringLab : public Lab {
 public:
  Description describe(const Config&) const override {
    Description d;
    d.id = "deferring";
    d.measures = {{.id = "square", .title = "Square", .doc = "step^2"},
                  {.id = "direct", .title = "Direct", .doc = "step"}};
    d.events = {{.id = "late", .title = "Late", .rule = "square >= 2500"}};
    return d;
  }
  void validate(const Config&, std::vector<Problem>&) const override {}
  Estimate estimate(const Config&) const override { return {}; }
  std::int64_t defaultSteps(const Config&) const override { return 100; }
  State analyse(const std::string&, const Config&, std::uint64_t, const State&, const Config&,
                const Progress&) const override {
    return {};
  }
  std::unique_ptr<Experiment> build(const Config&, std::uint64_t, const Progress&) const override {
    class Counter : public Experiment {
     public:
      void step(const Progress&) override { ++step_; }
      void measure(Recorder& recorder) override {
        recorder.scalar("direct", double(recorder.step()));
        recorder.defer([](Recorder& later) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          const auto s = later.step();
          later.scalar("square", double(s * s));
          if (s * s == 2500) later.event({"late", s, 0, "Late", Json::object()});
        });
      }
      State save() const override {
        State state;
        state.putScalar<std::int64_t>("step", step_);
        return state;
      }
      void load(const State& state) override { step_ = state.scalar<std::int64_t>("step"); }
      void set(const std::string&, const Json&) override {}
      void apply(const std::string&, const Config&, RandomStream) override {}

     private:
      std::int64_t step_ = 0;
    };
    return std::make_unique<Counter>();
  }
};

/// A lab that refuses its config only when it is built, or whose measure takes 300 ms.
class AwkwardLab : public DeferringLab {
 public:
  explicit AwkwardLab(bool refuses) : refuses_(refuses) {}
  Description describe(const Config& config) const override {
    Description d = DeferringLab::describe(config);
    d.parameters = {{.id = "rate", .title = "Rate", .fallback = 1.0, .doc = "Any.", .live = true}};
    return d;
  }
  std::unique_ptr<Experiment> build(const Config&, std::uint64_t, const Progress&) const override {
    if (refuses_) throw ConfigError("/world", "grey", "a world that can be told apart");
    class Slow : public Experiment {
     public:
      void step(const Progress&) override {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ++step_;
      }
      void measure(Recorder&) override { std::this_thread::sleep_for(std::chrono::milliseconds(300)); }
      State save() const override {
        State state;
        state.putScalar<std::int64_t>("step", step_);
        return state;
      }
      void load(const State& state) override { step_ = state.scalar<std::int64_t>("step"); }
      void set(const std::string&, const Json&) override {}
      void apply(const std::string&, const Config&, RandomStream) override {}

     private:
      std::int64_t step_ = 0;
    };
    return std::make_unique<Slow>();
  }

 private:
  bool refuses_;
};

}  // namespace

class TestTrainer : public QObject {
  Q_OBJECT
 private slots:
  void recordsFromStepZeroToTheTarget() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 100);
    trainToEnd(lab, run);
    QCOMPARE(run->state(), RunState::Finished);
    QCOMPARE(run->lastStep(), 100);
    QCOMPARE(run->scalars("loss").size(), std::size_t(11));
    QCOMPARE(run->scalars("loss")[0].step, 0);
    QCOMPARE(run->scalars("loss").back().step, 100);
    QVERIFY(run->scalars("loss").back().value < run->scalars("loss")[0].value);
    QCOMPARE(run->arrays("weights").size(), std::size_t(11));
    QVERIFY(run->hasRecorded("converged"));
  }

  void refusalWhileBuildingIsNoFailure() {
    const auto lab = std::make_shared<AwkwardLab>(true);
    const auto run = newRun(*lab, 100);
    Trainer trainer(lab, run, atFullSpeed());
    trainer.wait();
    QVERIFY(trainer.status().phase == TrainerStatus::Phase::Failed);
    QVERIFY(trainer.status().refused);
    QVERIFY(trainer.status().message.find("/world: grey: a world that can be told apart") != std::string::npos);
    QCOMPARE(run->lastStep(), 0);
  }

  // While a slow measure goes on, the state being measured is there at once.
  void snapshotsDoNotWaitForSlowMeasures() {
    const auto lab = std::make_shared<AwkwardLab>(false);
    const auto run = newRun(*lab, 60);
    Trainer trainer(lab, run, atFullSpeed());
    while (run->lastStep() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    trainer.snapshotAtOnce();  // somebody asks: from now on copies are made
    int quick = 0;
    for (int i = 0; i < 20; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (i == 10) trainer.post({"set", Json{{"rate", 2}}});  // does not change what is looked at
      const auto snapshot = trainer.snapshotAtOnce();
      quick += std::chrono::steady_clock::now() - start < std::chrono::milliseconds(60);
      QVERIFY(snapshot && snapshot->state.scalar<std::int64_t>("step") == snapshot->step);
      std::this_thread::sleep_for(std::chrono::milliseconds(37));
    }
    // Who waited for the measure would wait longer than that four times of five.
    QVERIFY2(quick >= 12, std::to_string(quick).c_str());
    // One that must see the commands before it waits for them.
    trainer.post({"set", Json{{"rate", 3}}});
    trainer.snapshot();
    QCOMPARE(run->journal().size(), std::size_t(2));
    trainer.post({"pause", nullptr});
    trainer.wait();
    QVERIFY(trainer.snapshotAtOnce()->step == run->lastStep());
  }

  void sameSeedTwiceIsTheSameRun() {
    const auto lab = tinyLab();
    const auto a = newRun(*lab, 200), b = newRun(*lab, 200);
    trainToEnd(lab, a);
    trainToEnd(lab, b);
    QCOMPARE(values(*a, "loss"), values(*b, "loss"));
  }

  void continuesAfterACrashWithoutDuplicateRows() {
    const auto lab = tinyLab();
    const auto straight = newRun(*lab, 300);
    trainToEnd(lab, straight);

    CheckpointInfo before;
    for (const CheckpointInfo& info : straight->checkpoints())
      if (info.step > 0 && info.step < 130) before = info;
    QVERIFY(before.step > 0);
    // What a killed process leaves: rows up to 130, a checkpoint before, state running.
    const auto store = std::make_shared<MemoryStore>();
    const RunInfo info = checkedRunInfo(*lab, Json::object(), 7, 300);
    const auto crashed = std::make_shared<Run>(info, lab->describe(), store);
    Run::Contents contents;
    for (std::size_t i = 0; i <= 13; ++i) contents.scalars["loss"].push_back(straight->scalars("loss")[i]);
    contents.checkpoints = {before};
    contents.lastStep = 130;
    contents.state = RunState::Interrupted;
    store->checkpoint(contents.checkpoints[0], straight->store()->loadCheckpoint(before.step));
    crashed->fill(contents);
    trainToEnd(lab, crashed);
    QCOMPARE(crashed->replayMismatches(), 0);
    QCOMPARE(values(*crashed, "loss"), values(*straight, "loss"));
    QCOMPARE(crashed->state(), RunState::Finished);
  }

  void aRecomputationThatDiffersIsCounted() {
    const auto lab = tinyLab();
    const auto straight = newRun(*lab, 100);
    trainToEnd(lab, straight);
    const auto store = std::make_shared<MemoryStore>();
    const auto crashed = std::make_shared<Run>(checkedRunInfo(*lab, Json::object(), 7, 100), lab->describe(), store);
    Run::Contents contents;
    contents.scalars["loss"] = {straight->scalars("loss")[0], {10, 42.0}};
    contents.checkpoints = {{0, CheckpointKind::Start, 0, 0}};
    contents.lastStep = 10;
    store->checkpoint(contents.checkpoints[0], straight->store()->loadCheckpoint(0));
    crashed->fill(contents);
    trainToEnd(lab, crashed);
    QCOMPARE(crashed->replayMismatches(), 1);
    QCOMPARE(crashed->scalars("loss")[1].value, 42.0);
  }

  void liveChangesAndInterventionsAreJournaledAndReplayed() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 200);
    Trainer::Options options;
    Trainer trainer(lab, run, options);
    trainer.post({"runTo", 60});
    trainer.wait();
    QCOMPARE(trainer.status().step, 60);
    trainer.post({"set", {{"lr", 0.02}}});
    trainer.post({"intervene", {{"name", "reset-weights"}, {"arguments", {{"scale", 2.0}}}}});
    trainer.post({"runTo", 130});
    trainer.wait();
    const auto live = trainer.snapshot();
    QVERIFY(live != nullptr);
    QCOMPARE(live->step, 130);
    QCOMPARE(live->config.real("lr"), 0.02);
    QCOMPARE(run->journal().size(), std::size_t(2));
    const Snapshot replayed = stateAt(lab, *run, 130, Progress());
    QCOMPARE(std::memcmp(replayed.state.get("weights").data(), live->state.get("weights").data(), 4 * sizeof(double)),
             0);
    // Just before the intervention, but after the live change.
    const Snapshot before = stateAt(lab, *run, 60, Progress(), 1);
    QCOMPARE(before.config.real("lr"), 0.02);
    const Snapshot at60 = stateAt(lab, *run, 60, Progress());
    QCOMPARE(at60.config.real("lr"), 0.1);
    QCOMPARE(std::memcmp(before.state.get("weights").data(), at60.state.get("weights").data(), 4 * sizeof(double)), 0);
  }

  void refusesWhatMayNotChange() {
    const auto lab = tinyLab();
    Trainer trainer(lab, newRun(*lab, 10), {});
    QVERIFY_EXCEPTION_THROWN(trainer.post({"set", {{"noise", 0.2}}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(trainer.post({"set", {{"lr", -1}}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(trainer.post({"set", {{"lrr", 0.1}}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(trainer.post({"intervene", {{"name", "reset-weight"}}}), ConfigError);
  }

  void branchWithoutChangesReproducesItsParent() {
    const auto lab = tinyLab();
    MemoryRunFactory factory;
    Scheduler scheduler(2);
    Session session(lab, factory, scheduler);
    Member& parent = session.start(Json::object(), 3, 150, 0, false);
    parent.trainer->wait();
    Member& branch = session.branch(parent, {.step = 70});
    branch.trainer->wait();
    QCOMPARE(branch.run->info().forkStep, 70);
    QCOMPARE(branch.run->info().parent, parent.run->info().id);
    const ScalarSeries& mine = branch.run->scalars("loss");
    QCOMPARE(mine[0].step, 80);
    for (std::size_t i = 0; i < mine.size(); ++i) QCOMPARE(mine[i].value, parent.run->scalars("loss")[i + 8].value);
    Member& other = session.branch(parent, {.step = 70, .set = {{"lr", 0.001}}});
    other.trainer->wait();
    QVERIFY(other.run->scalars("loss").back().value != mine.back().value);
    QCOMPARE(other.run->info().difference, Json({{"lr", 0.001}}));
    QVERIFY_EXCEPTION_THROWN(session.branch(parent, {.step = 1000}), ConfigError);
  }

  void divergenceIsAnEventAndKeepsTheRun() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 100000, {{"lr", 90.0}});
    Trainer trainer(lab, run, atFullSpeed());
    trainer.wait();
    QCOMPARE(trainer.status().phase, TrainerStatus::Phase::Diverged);
    QCOMPARE(run->state(), RunState::Diverged);
    QVERIFY(run->hasRecorded("diverged"));
    QVERIFY(run->scalars("loss").size() > 1);
    QVERIFY(trainer.snapshot() != nullptr);
  }

  void waitReturnsOnceACommandIsDoneWhilePaused() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 100);
    Trainer trainer(lab, run, Trainer::Options());
    trainer.post({"runTo", 20});
    trainer.wait();
    for (int i = 1; i <= 20; ++i) {
      trainer.post({"set", {{"lr", 0.001 * i}}});
      trainer.wait();
      QCOMPARE(trainer.liveConfig().real("lr"), 0.001 * i);
      QCOMPARE(run->journal().size(), static_cast<std::size_t>(i));
      trainer.post({"runTo", i});  // a step that has passed, or is here
      trainer.wait();
      QCOMPARE(trainer.status().step, 20);
    }
  }

  void runToAnEventStopsThere() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 1000);
    Trainer trainer(lab, run, {});
    trainer.post({"runTo", "converged"});
    trainer.wait();
    QCOMPARE(trainer.status().step, run->events().front().detected);
    QVERIFY(trainer.status().step < 1000);
    trainer.post({"step", 3});
    trainer.wait();
    QCOMPARE(trainer.status().step, run->events().front().detected + 3);
  }

  void deferredMeasuresArriveInOrderAndComplete() {
    const auto lab = std::make_shared<DeferringLab>();
    const auto run = newRun(*lab, 100);
    trainToEnd(lab, run);
    const ScalarSeries& squares = run->scalars("square");
    QCOMPARE(squares.size(), std::size_t(11));
    for (std::size_t i = 0; i < squares.size(); ++i)
      QCOMPARE(squares[i].value, double(squares[i].step * squares[i].step));
    QCOMPARE(run->events().size(), std::size_t(1));
    QCOMPARE(run->events()[0].detected, 50);
  }

  void aTargetCanBeExtended() {
    const auto lab = tinyLab();
    const auto run = newRun(*lab, 50), straight = newRun(*lab, 90);
    Trainer trainer(lab, run, atFullSpeed());
    trainer.wait();
    trainer.setTarget(90);
    trainer.post({"run", nullptr});
    trainer.wait();
    trainToEnd(lab, straight);
    QCOMPARE(values(*run, "loss"), values(*straight, "loss"));
  }

  void speedIsKept() {
    const auto lab = tinyLab();
    Trainer::Options options = atFullSpeed();
    options.speed = 200;
    const auto run = newRun(*lab, 60);
    const auto begin = std::chrono::steady_clock::now();
    Trainer trainer(lab, run, options);
    trainer.wait();
    QVERIFY(std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(250));
  }

  void trainersShareTheSlotsOfTheScheduler() {
    const auto lab = tinyLab();
    Scheduler scheduler(1);
    std::vector<std::shared_ptr<Run>> runs;
    std::vector<std::unique_ptr<Trainer>> trainers;
    for (int i = 0; i < 4; ++i) {
      Trainer::Options options = atFullSpeed();
      options.scheduler = &scheduler;
      runs.push_back(newRun(*lab, 2000));
      trainers.push_back(std::make_unique<Trainer>(lab, runs.back(), options));
    }
    for (auto& trainer : trainers) trainer->wait();
    for (const auto& run : runs) QCOMPARE(run->lastStep(), 2000);
  }

  void anAnalysisOfAPastStepSeesThatState() {
    const auto lab = tinyLab();
    MemoryRunFactory factory;
    Scheduler scheduler(2);
    Session session(lab, factory, scheduler);
    Member& member = session.start(Json::object(), 3, 120, 0, false);
    member.trainer->wait();
    const std::string name = lab->describe().analyses.at(0).id;
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<AnalysisResult> results;
    const auto keep = [&](const AnalysisResult& result) {
      const std::lock_guard lock(mutex);
      results.push_back(result);
      arrived.notify_all();
    };
    session.analyse("a", name, 40, Json::object(), keep);
    session.analyse("b", name, -1, Json::object(), keep);
    std::unique_lock lock(mutex);
    QVERIFY(arrived.wait_for(lock, std::chrono::seconds(10), [&] { return results.size() == 2; }));
    QVERIFY2(results[0].error.empty(), results[0].error.c_str());
    QCOMPARE(results[0].step, 40);
    QCOMPARE(results[1].step, 120);
    QVERIFY(results[0].result && results[1].result);
  }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "test_trainer.moc"
