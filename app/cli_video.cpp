// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>

#include "app/cli.h"
#include "app/cli_offscreen.h"
#include "app/cli_progress.h"
#include "app/cli_support.h"
#include "app/stop_signals.h"
#include "widgets/export/make_video.h"

namespace learnscope::cli {
namespace {

constexpr std::size_t requestLimit = 16U << 20U;

struct Flag {
  const char* name;
  const char* parameter;
};
/// Options that say one parameter of a request; the others are given by --set or in a file.
constexpr Flag flags[] = {{"--size", "size"},          {"--seconds", "seconds"},
                          {"--speed", "speed"},        {"--slowdown", "slowdown"},
                          {"--layout", "layout"},      {"--theme", "theme"},
                          {"--text-size", "textSize"}, {"--camera", "camera.path"},
                          {"--turns", "camera.turns"}, {"--camera-from", "camera.from"},
                          {"--title", "title.text"},   {"--end", "end.text"}};

struct Options {
  std::vector<std::string> files, sets;
  std::string request, views, steps, out, log;
  std::map<std::string, std::string> texts;  // by parameter
  bool force = false, plan = false;
};

const Parameter& parameterOf(const std::vector<Parameter>& parameters, const std::string& id) {
  return *std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.id == id; });
}

/// "0:2000", "0:" or ":2000".
void takeSteps(const std::string& text, Json& values) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos)
    throw ConfigError("--steps", text, "expected FIRST:LAST, such as 0:2000; either may be left out");
  const std::string first = text.substr(0, colon), last = text.substr(colon + 1);
  if (!first.empty()) values["steps.first"] = parseInteger("--steps", first, 0, INT64_MAX);
  if (!last.empty()) values["steps.last"] = parseInteger("--steps", last, 0, INT64_MAX);
}

/// The request of the file, with what the options say over it.
VideoRequest requestOf(const Options& options, const std::vector<ViewSpec>& views) {
  Json values = Json::object();
  if (!options.request.empty()) {
    checkInput("--request", options.request);
    const Json file = parseJson(readFile(options.request, requestLimit), options.request);
    if (!file.is_object()) throw DataError(options.request, "", "an object, a video request, expected");
    values = flattened(file);
  }
  const std::vector<Parameter> parameters = VideoRequest::parameters(views);
  for (const auto& [id, text] : options.texts)
    if (!text.empty()) values[id] = parameterOf(parameters, id).parse(text);
  if (!options.views.empty()) values["views"] = listed(options.views);
  if (!options.steps.empty()) takeSteps(options.steps, values);
  return VideoRequest::fromJson(withSets([&parameters](const Config&) { return parameters; }, values, options.sets),
                                views);
}

void printPlan(const VideoPlan& plan) {
  std::cout << "frame,part,step,caption\n";
  constexpr const char* parts[] = {"title", "run", "end"};
  for (int i = 0; i < plan.size(); ++i) {
    const VideoFrame frame = plan.at(i);
    std::cout << i << ',' << parts[static_cast<int>(frame.part)] << ',' << frame.step << ",\""
              << frame.caption.toStdString() << "\"\n";
  }
}

/// Says how far it is: on a terminal as a line, and as lines of JSON where asked for.
class VideoProgress {
 public:
  VideoProgress(int frames, bool json) : frames_(frames), json_(json) {}
  void operator()(double done, std::string_view what) {
    if (StopSignals::asked()) stop_.request_stop();
    if (json_ && done > said_) {
      said_ = done;
      std::cout << dumped({{"frame", std::lround(done * frames_)}, {"frames", frames_}}) << std::endl;
    }
    if (!line_.due()) return;
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const auto frame = std::lround(done * frames_);
    std::string text =
        what.empty() ? "frame " + std::to_string(frame) + "/" + std::to_string(frames_) : std::string(what);
    if (done > 0 && elapsed > 0)
      text.append("  ")
          .append(shortNumber(std::round(10 * done * frames_ / elapsed) / 10))
          .append(" frames/s  ")
          .append(duration(elapsed * (1 - done) / done))
          .append(" left");
    line_.draw(text);
  }
  void clear() { line_.clear(); }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  int frames_;
  bool json_;
  double said_ = -1;
  ProgressLine line_;
  std::stop_source stop_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void checkOut(const Options& options, const VideoRequest& request) {
  const std::optional<VideoFormat> format = videoFormatOf(options.out);
  if (!format)
    throw ConfigError("--out", options.out,
                      "a video's name must end in .mp4, .webm or .gif; a name without an ending is a folder of PNG");
  checkVideo(request, *format);
  if (format != VideoFormat::Png) return checkOutput("--out", options.out, options.force);
  std::string folder = options.out;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (std::filesystem::exists(folder)) throw ConfigError("--out", folder, "already exists; name a new folder");
  checkOutput("--out", folder, false);
}

ExitStatus video(const Registry& registry, const Options& options) {
  std::vector<OpenedRun> opened;
  for (const std::string& file : options.files) opened.push_back(openForReading(registry, file));
  const std::shared_ptr<const Lab> lab = opened.back().lab;
  for (std::size_t i = 0; i < opened.size(); ++i)
    if (opened[i].lab != lab)
      throw ConfigError("file", options.files[i], "expected runs of one lab, " + lab->describe().id);
  const VideoRequest request = requestOf(options, viewsFor(pageOf(*lab), opened.back().run->info().config));
  if (!options.plan) checkOut(options, request);
  opened.clear();
  OffscreenRuns runs(lab, options.files, request.dark ? Theme::night() : Theme::light());
  VideoStage stage(runs.model(), request);
  if (options.plan) {
    printPlan(stage.plan());
    return ExitStatus::Done;
  }
  const StopSignals guard;
  VideoProgress said(stage.size(), options.log == "jsonl");
  try {
    makeVideo(stage, options.out, Progress(said.token(), std::ref(said)));
  } catch (const Cancelled&) {
    said.clear();
    std::cerr << "stopped by the user; nothing was written\n";
    return ExitStatus::Failed;
  }
  said.clear();
  return ExitStatus::Done;
}

}  // namespace

void addVideoCommand(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* video_ = app.add_subcommand("video", "Make a video of a run file; needs no display");
  video_->add_option("file", options->files, "The run file; of several all are shown and the last is the current one")
      ->required()
      ->type_name("FILE");
  video_->add_option("--out", options->out, "The video: .mp4, .webm, .gif, or a folder of PNG")->type_name("FILE");
  video_->add_option("--views", options->views, "Ids of the views, as 'describe' lists them")->type_name("A,B,…");
  video_->add_option("--steps", options->steps, "The steps to show (default: all)")->type_name("FIRST:LAST");
  const std::vector<Parameter> parameters = VideoRequest::parameters({});
  for (const Flag& flag : flags) {
    const Parameter& parameter = parameterOf(parameters, flag.parameter);
    video_->add_option(flag.name, options->texts[flag.parameter], parameter.doc)
        ->type_name(parameter.choices.empty() ? "VALUE" : parameter.allowed());
  }
  addRepeatable(*video_, "--set", options->sets, "Any other part of the request")->type_name("PART=VALUE");
  video_->add_option("--request", options->request, "The request as JSON; options win over it")->type_name("FILE");
  video_->add_flag("--plan", options->plan, "Only print which step each frame shows, as CSV");
  video_->add_option("--log", options->log, "jsonl: progress as JSON lines on stdout")
      ->check(CLI::IsMember({"jsonl"}))
      ->type_name("FORMAT");
  video_->add_flag("--force", options->force, "Replace an existing file");
  video_->callback(
      [&registry, &action, options] { action = [&registry, options] { return video(registry, *options); }; });
}

}  // namespace learnscope::cli
