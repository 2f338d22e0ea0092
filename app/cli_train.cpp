// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_train.h"

#include <deque>
#include <filesystem>
#include <iostream>
#include <list>
#include <map>
#include <thread>

#include "app/cli_log.h"
#include "app/cli_progress.h"
#include "app/cli_render.h"
#include "app/cli_script.h"
#include "app/cli_support.h"
#include "app/stop_signals.h"
#include "engine/core/scheduler.h"
#include "engine/store/export_data.h"
#include "engine/store/run_file.h"

namespace learnscope::cli {
namespace {

/// Gives each new run the file that was asked for, and a branch a name beside its parent's.
class NamedFiles : public RunFactory {
 public:
  void setNext(const std::string& file) { next_ = file; }
  void remember(const Run& run, const std::string& file) { files_[run.info().id] = file; }
  const std::string& fileOf(const Run& run) { return files_[run.info().id]; }

  std::shared_ptr<Run> create(const Lab& lab, RunInfo info) override {
    const std::string file = info.parent.empty() ? next_ : branchFile(files_[info.parent]);
    std::shared_ptr<Run> run = createRunFile(file, lab, std::move(info));
    remember(*run, file);
    return run;
  }

 private:
  static std::string branchFile(const std::filesystem::path& parent) {
    std::filesystem::path file;
    int number = 1;
    do file = parent.parent_path() / (parent.stem().string() + "-branch" + std::to_string(number++) + ".lscope");
    while (std::filesystem::exists(file));
    return file.string();
  }

  std::string next_;
  std::map<std::string, std::string> files_;
};

/// Trains a list of jobs, some at a time, on this thread's loop.
class Training {
 public:
  Training(std::shared_ptr<const Lab> lab, std::vector<Job> jobs, const TrainOptions& options)
      : lab_(std::move(lab)),
        queue_(jobs.begin(), jobs.end()),
        total_(jobs.size()),
        options_(options),
        scheduler_(options.jobs),
        session_(lab_, files_, scheduler_) {}

  ExitStatus operator()() {
    const StopSignals guard;
    while (!active_.empty() || (!queue_.empty() && !stopped_)) {
      while (!stopped_ && !queue_.empty() && active_.size() < static_cast<std::size_t>(options_.jobs)) begin();
      poll();
      if (line_.due() && !active_.empty()) line_.draw(progress());
      if (!stopped_ && (StopSignals::asked() || !std::cout)) stop();
      if (!active_.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    line_.clear();
    if (stopped_) std::cerr << "stopped by the user; 'learnscope resume FILE' goes on from there\n";
    for (const RenderRequest& figure : figures_) renderFigure(lab_, figure);
    return worst_;
  }

 private:
  /// A job that is being trained, with the logs of its run and of the branches its script makes.
  struct Active {
    std::unique_ptr<HeadlessScript> script;
    std::vector<JsonLog> logs;
    bool resumed = false;
  };

  void begin() {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    Member* member = nullptr;
    if (job.resumed) {
      files_.remember(*job.resumed, job.file);
      member = &session_.open(job.resumed, true);
      member->trainer->setSpeed(options_.speed);
    } else {
      files_.setNext(job.file);
      member = &session_.start(job.values, job.seed, job.steps, options_.speed, true);
    }
    Active& active = active_.emplace_back();
    active.resumed = job.resumed != nullptr;
    active.script = std::make_unique<HeadlessScript>(session_, *member, std::move(job.script));
    active.script->onSay = [this](const std::string& text) { note(text); };
    active.script->onAnalysis = [this](const AnalysisResult& result, const Json& arguments) {
      show(result, arguments);
    };
    active.script->onExport = [this](Member& from, const Json& request) { exportFrom(from, request); };
  }

  void poll() {
    for (auto active = active_.begin(); active != active_.end();) {
      active->script->advance();
      const bool unbuilt =
          stopped_ && active->script->member().trainer->status().phase == TrainerStatus::Phase::Building;
      if (options_.jsonLines) writeLogs(*active, false);
      if (active->script->done() || unbuilt) {
        finish(*active);
        active = active_.erase(active);
      } else {
        ++active;
      }
    }
  }

  void writeLogs(Active& active, bool all) {
    const std::vector<Member*>& members = active.script->members();
    while (active.logs.size() < members.size()) {
      const Run& run = *members[active.logs.size()]->run;
      const bool several = total_ > 1 || !active.logs.empty();
      active.logs.emplace_back(run, several ? files_.fileOf(run) : "", !(active.resumed && active.logs.empty()));
    }
    line_.clear();
    for (JsonLog& log : active.logs) log.write(std::cout, all);
  }

  /// Closes the runs of a job and says what they came to.
  void finish(Active& active) {
    const std::vector<Member*> members = active.script->members();
    if (options_.jsonLines) writeLogs(active, true);
    const bool resumed = active.resumed;
    active.script.reset();
    active.logs.clear();
    for (Member* member : members) {
      std::shared_ptr<Run> run = member->run;
      const TrainerStatus status = member->trainer->status();
      const Json summary = summaryJson(*run, files_.fileOf(*run), options_.histograms);
      session_.remove(*member);
      line_.clear();
      if (status.refused && !resumed) {
        refuse(run, status.message);
        continue;
      }
      if (options_.jsonLines)
        std::cout << dumped(Json{{"summary", summary}}) << std::endl;
      else
        writeSummary(std::cout, summary);
      if (status.phase == TrainerStatus::Phase::Failed) {
        std::cerr << "learnscope: " << files_.fileOf(*run) << ": " << status.message << '\n';
        worst_ = ExitStatus::Failed;
      } else if (run->state() == RunState::Diverged && worst_ == ExitStatus::Done) {
        worst_ = ExitStatus::Diverged;
      }
    }
    ++finished_;
  }

  /// Input that only building could refuse: nothing was trained, and the empty file goes.
  void refuse(std::shared_ptr<Run>& run, const std::string& why) {
    const std::string file = files_.fileOf(*run);
    run.reset();
    std::error_code ignored;
    for (const char* more : {"", "-wal", "-shm"}) std::filesystem::remove(file + more, ignored);
    std::cerr << "learnscope: " << why << '\n';
    if (worst_ != ExitStatus::Failed) worst_ = ExitStatus::Refused;
  }

  void stop() {
    stopped_ = true;
    note("stopping at the next step; press Ctrl-C again to kill");
    for (Active& active : active_) active.script->stop();
  }

  std::string progress() const {
    const Member& member = active_.front().script->member();
    std::string text;
    if (total_ > 1) text = std::to_string(finished_) + " of " + std::to_string(total_) + " runs done  ";
    return text + progressText(*member.run, member.trainer->status());
  }

  void note(const std::string& text) {
    line_.clear();
    std::cerr << text << '\n';
  }

  void show(const AnalysisResult& result, const Json& arguments) {
    if (!result.result) throw ConfigError("analyse", result.analysis, result.error);
    Json arrays = Json::object();
    for (const auto& [name, array] : result.result->arrays()) arrays[name] = arrayJson(array);
    line_.clear();
    std::cout
        << dumped({{"analysis", result.analysis}, {"step", result.step}, {"arguments", arguments}, {"result", arrays}})
        << std::endl;
  }

  void exportFrom(Member& member, const Json& request) {
    const std::string path = request["path"].get<std::string>(), suffix = suffixOf(path);
    checkOutput("export", path, false);
    if (suffix == "csv" || suffix == "npz") {
      // The trainer is at rest or goes on meanwhile: what is recorded now is what is written.
      suffix == "csv" ? exportCsv(*member.run, {}, path, false) : exportNpz(*member.run, {}, path);
      return;
    }
    if (!request.contains("view") || !request["view"].is_string())
      throw ConfigError("export", path, "a figure needs a view; data has the suffix .csv or .npz");
    // Drawn when the file is closed: figures need Qt, which a run does without.
    RenderRequest figure;
    figure.file = files_.fileOf(*member.run);
    figure.views = {request["view"].get<std::string>()};
    figure.step = member.run->lastStep();
    figure.out = path;
    checkRender(*lab_, figure);
    figures_.push_back(std::move(figure));
  }

  std::shared_ptr<const Lab> lab_;
  std::deque<Job> queue_;
  std::size_t total_ = 0, finished_ = 0;
  TrainOptions options_;
  NamedFiles files_;
  Scheduler scheduler_;
  Session session_;
  std::list<Active> active_;  // after the session: scripts end before the trainers they wait for
  std::vector<RenderRequest> figures_;
  ProgressLine line_;
  bool stopped_ = false;
  ExitStatus worst_ = ExitStatus::Done;
};

}  // namespace

ExitStatus train(const std::shared_ptr<const Lab>& lab, std::vector<Job> jobs, const TrainOptions& options) {
  return Training(lab, std::move(jobs), options)();
}

}  // namespace learnscope::cli
