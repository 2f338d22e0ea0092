// SPDX-License-Identifier: GPL-3.0-or-later
// A run is killed at random moments. Its file opens, holds all but at most the last second, and resumes to the run that
// nobody killed.
#include <signal.h>

#include <QElapsedTimer>
#include <QProcess>
#include <QtTest>
#include <filesystem>
#include <list>

#include "engine/core/random_stream.h"
#include "engine/store/run_file.h"
#include "tests/support/program.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

constexpr int moments = 20, together = 4;
constexpr std::int64_t target = 2000;
constexpr qint64 second = 1000;  // ms that may be lost

/// A training process with its log, line by line with the time it came.
class Victim {
 public:
  Victim(const QStringList& words, std::string file, qint64 after) : file_(std::move(file)), after_(after) {
    process_.setProcessChannelMode(QProcess::SeparateChannels);
    process_.start(QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny"), words);
  }
  /// Reads the log; kills when the time has come, counted from when the file was there. True once it is dead.
  bool watch() {
    if (!clock_.isValid() && std::filesystem::exists(file_)) clock_.start();
    while (process_.canReadLine()) {
      const Json line = Json::parse(process_.readLine().toStdString());
      if (line.contains("step"))
        lines_.emplace_back(clock_.isValid() ? clock_.elapsed() : 0, line["step"].get<std::int64_t>());
      ended_ |= line.contains("summary");
    }
    if (clock_.isValid() && clock_.elapsed() >= after_) {
      killedAt_ = clock_.elapsed();
      ::kill(static_cast<pid_t>(process_.processId()), SIGKILL);
      process_.waitForFinished(5000);
      return true;
    }
    return process_.state() == QProcess::NotRunning && process_.error() != QProcess::UnknownError;
  }
  /// The last step that was logged at least a second before the end.
  std::int64_t promised() const {
    std::int64_t step = -1;
    for (const auto& [when, logged] : lines_)
      if (when + second <= killedAt_) step = logged;
    return step;
  }
  std::int64_t lastLogged() const { return lines_.empty() ? -1 : lines_.back().second; }
  bool killed() const { return killedAt_ >= 0 && process_.exitStatus() == QProcess::CrashExit && !ended_; }
  const std::string& file() const { return file_; }

 private:
  QProcess process_;
  std::string file_;
  qint64 after_, killedAt_ = -1;
  QElapsedTimer clock_;
  std::vector<std::pair<qint64, std::int64_t>> lines_;
  bool ended_ = false;
};

}  // namespace

class TestKill : public QObject {
  Q_OBJECT

  Program program_;
  std::string whole_;  ///< digest of the run that nobody killed
  RandomStream random_{2026, "moments"};

  qint64 moment(double longest) { return static_cast<qint64>(random_.uniform() * longest); }

  /// Kills one process for each list of words, `together` at a time.
  void killAll(const std::vector<std::pair<QStringList, std::string>>& jobs, double longest,
               std::list<Victim>& victims) {
    std::size_t next = 0;
    std::list<Victim*> alive;
    QElapsedTimer clock;
    clock.start();
    while ((next < jobs.size() || !alive.empty()) && clock.elapsed() < 120'000) {
      while (next < jobs.size() && alive.size() < together) {
        victims.emplace_back(jobs[next].first, jobs[next].second, moment(longest));
        alive.push_back(&victims.back());
        ++next;
      }
      alive.remove_if([](Victim* victim) { return victim->watch(); });
      QTest::qWait(5);
    }
  }

  /// Status of the check of one victim's file, "" if it is right.
  std::string checked(const Victim& victim, std::int64_t& held) {
    std::shared_ptr<Run> run;
    try {
      run = openRunFile(victim.file(), program_.registry(), OpenMode::Read);
    } catch (const std::exception& error) {
      return error.what();
    }
    held = run->lastStep();
    // Created and paused where it had not begun to train, or not again.
    if (run->state() != RunState::Interrupted && run->state() != RunState::Created && run->state() != RunState::Paused)
      return "state " + std::string(runStateName(run->state()));
    if (held < victim.promised())
      return "holds step " + std::to_string(held) + ", but " + std::to_string(victim.promised()) +
             " was logged a second before";
    return {};
  }

 private slots:
  void initTestCase() {
    const std::string file = program_.train("whole.lscope", {"--steps", std::to_string(target)});
    whole_ = program_.digest(file);
    QVERIFY2(whole_.size() >= 16, file.c_str());
  }

  void aRunKilledAtAnyMomentOpensAndGoesOn() {
    std::vector<std::pair<QStringList, std::string>> jobs;
    for (int i = 0; i < moments; ++i) {
      const std::string file = program_.path("killed-" + std::to_string(i) + ".lscope");
      jobs.emplace_back(QStringList{"run", "tiny", "--speed", "400", "--steps", QString::number(target), "--log",
                                    "jsonl", "--out", QString::fromStdString(file)},
                        file);
    }
    std::list<Victim> victims;
    killAll(jobs, 2500, victims);
    QCOMPARE(victims.size(), std::size_t{moments});
    std::vector<std::pair<QStringList, std::string>> again;
    int i = 0, promises = 0;
    std::int64_t most = 0;
    for (const Victim& victim : victims) {
      QVERIFY2(victim.killed(), victim.file().c_str());
      std::int64_t held = 0;
      const std::string wrong = checked(victim, held);
      QVERIFY2(wrong.empty(), (victim.file() + ": " + wrong).c_str());
      promises += victim.promised() > 0;
      most = std::max(most, held);
      // Every fourth is killed again while it resumes.
      if (i++ % 4 == 0)
        again.emplace_back(
            QStringList{"resume", QString::fromStdString(victim.file()), "--speed", "400", "--log", "jsonl"},
            victim.file());
    }
    // The moments were such that something was at stake.
    QVERIFY2(promises >= moments / 4 && most > 400 && most < target,
             (std::to_string(promises) + " " + std::to_string(most)).c_str());

    std::list<Victim> twice;
    killAll(again, 1500, twice);
    for (const Victim& victim : twice) {
      QVERIFY2(victim.killed(), victim.file().c_str());
      std::int64_t held = 0;
      const std::string wrong = checked(victim, held);
      QVERIFY2(wrong.empty(), (victim.file() + ", the second time: " + wrong).c_str());
    }

    for (const Victim& victim : victims) {
      EXPECT_STATUS(program_({"resume", victim.file()}), 0);
      QVERIFY(!std::filesystem::exists(victim.file() + "-wal"));  // one plain file again
      const auto run = openRunFile(victim.file(), program_.registry(), OpenMode::Read);
      QCOMPARE(run->lastStep(), target);
      QCOMPARE(run->state(), RunState::Finished);
      QCOMPARE(program_.digest(victim.file()), whole_);
    }
  }
};

QTEST_GUILESS_MAIN(TestKill)
#include "test_kill.moc"
