// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/splat_video_tool.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/splats/splat_file.h"
#include "engine/splats/state_folder.h"
#include "engine/tools/splat_picture.h"
#include "widgets/export/video_encoder.h"
#include "widgets/export/video_request.h"

namespace learnscope {
namespace {

using namespace splats;

constexpr int kPaletteSamples = 12;  // frames that a GIF's colours are chosen from

/// What is filmed: a still set, or an object that goes to its last state and back.
class Subject {
 public:
  Subject(const std::string& path, bool states, const Progress& progress) {
    if (!states) {
      LoadedSplats loaded = readSplatFile(path, progress);
      antialiased_ = loaded.antialiased;
      still_ = std::make_shared<PreparedSplats>(std::move(loaded.splats));
      extent_ = robustExtent(still_->gaussians());
      return;
    }
    object_ = readStates(seriesOf(path), progress);
    joint_ = jointOf(object_);
    extent_ = robustExtent(*object_.splats.front());
    for (const auto& splats : object_.splats) {
      const Extent more = robustExtent(*splats);
      for (std::size_t k = 0; k < 3; ++k) {
        extent_.low[k] = std::min(extent_.low[k], more.low[k]);
        extent_.high[k] = std::max(extent_.high[k], more.high[k]);
      }
    }
  }
  bool antialiased() const { return antialiased_; }
  const Extent& extent() const { return extent_; }
  std::size_t states() const { return object_.states.size(); }
  /// At a share of the film's time.
  std::shared_ptr<const PreparedSplats> at(double time) const {
    if (still_) return still_;
    const double there = 1 - std::abs(2 * time - 1), last = static_cast<double>(object_.splats.size() - 1);
    return std::make_shared<PreparedSplats>(stateAt(object_, joint_, joint_ ? there * last : std::round(there * last)));
  }

 private:
  /// The series of a folder that a file belongs to.
  static StateSeries seriesOf(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    for (const StateSeries& series : findStateSeries(folder.string()))
      for (const StateSeries::File& file : series.files)
        if (std::filesystem::path(file.path).filename() == std::filesystem::path(path).filename()) return series;
    throw ConfigError("/states", path, "a file of a series of states, such as shot0001.ply");
  }

  std::shared_ptr<const PreparedSplats> still_;
  ObjectStates object_;
  std::optional<JointEstimate> joint_;
  Extent extent_;
  bool antialiased_ = false;
};

/// Draws the frames of a film.
class Film {
 public:
  Film(const Subject& subject, const Config& arguments, QSize size, int frames)
      : subject_(subject),
        view_(orbitOf(arguments)),
        options_(lookOf(arguments)),
        turns_(arguments.real("turns")),
        size_(size),
        frames_(frames),
        rasteriser_(static_cast<int>(arguments.integer("threads"))) {
    options_.antialiased = subject.antialiased();
    if (options_.background[3] < 1)
      throw ConfigError("/background", "transparent", "white, black or #rrggbb: a video has no transparency");
  }
  QImage frame(int index) {
    const double time = static_cast<double>(index) / frames_;  // the last frame leads to the first one
    OrbitView view = view_;
    view.azimuth += 360 * turns_ * time;
    if (auto splats = subject_.at(time); splats != shown_) {
      shown_ = std::move(splats);
      rasteriser_.setSplats(shown_);
    }
    QImage image(size_, QImage::Format_RGB32);
    rasteriser_.render(orbitCamera(subject_.extent(), view, size_.width(), size_.height()), options_,
                       reinterpret_cast<std::uint32_t*>(image.bits()),
                       static_cast<std::size_t>(image.bytesPerLine()) / 4);
    return image;
  }

 private:
  const Subject& subject_;
  OrbitView view_;
  RenderOptions options_;
  double turns_;
  QSize size_;
  int frames_;
  Rasteriser rasteriser_;
  std::shared_ptr<const PreparedSplats> shown_;
};

class SplatVideoTool final : public Tool {
 public:
  ToolDescription describe() const override {
    ToolDescription tool{
        .id = "splats video",
        .title = LS_TR("Splat file: turntable video"),
        .summary = LS_TR("Film a Gaussian-splat file from all sides as MP4, WebM, GIF or a folder of PNG"),
        .parameters =
            {splatFileParameter("file", LS_TR("Splat file")),
             {.id = "out",
              .title = LS_TR("Video"),
              .type = ParameterType::File,
              .fallback = "",
              .doc = LS_TR("A name that ends in .mp4, .webm or .gif; without an ending a folder of PNG.")},
             {.id = "size",
              .title = LS_TR("Size and rate"),
              .type = ParameterType::Choice,
              .fallback = "720p30",
              .doc = LS_TR("WIDTHxHEIGHT@RATE, or one of the usual."),
              .choices = {{"720p30", "720p30"}, {"1080p30", "1080p30"}, {"1080p60", "1080p60"}, {"square", "square"}},
              .open = true},
             numberParameter("seconds", LS_TR("Length"), 8, LS_TR("Of the video."), 0.1, 600, "s"),
             numberParameter("turns", LS_TR("Turns"), 1,
                             LS_TR("Of the camera around the scene, counter-clockwise seen from above."), -100, 100),
             {.id = "states",
              .title = LS_TR("Go through the states"),
              .type = ParameterType::Bool,
              .fallback = false,
              .doc = LS_TR("The file is one of a series (MESH_PART_STATE, or names that end in numbers): the object "
                           "goes to its last state and back.")}},
        .inputs = {"file"},
        .output = "out"};
    for (std::vector<Parameter> more : {orbitParameters(), lookParameters()})
      for (Parameter& parameter : more) {
        if (parameter.id == "background") {
          parameter.fallback = "white";
          parameter.doc = LS_TR("white, black or #rrggbb.");
          parameter.choices.erase(parameter.choices.begin());
        }
        tool.parameters.push_back(std::move(parameter));
      }
    return tool;
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    const std::optional<VideoFormat> format = videoFormatOf(out);
    if (!format) throw ConfigError("/out", out, "a name that ends in .mp4, .webm or .gif, or a new folder");
    const auto size = videoSize(arguments.text("size"));
    if (!size)
      throw ConfigError("/size", arguments.text("size"),
                        "720p30, 1080p30, 1080p60, square or WIDTHxHEIGHT@RATE with even sides");
    VideoEncoding encoding;
    encoding.format = *format;
    encoding.size = size->first;
    encoding.rate = size->second;
    if (encoding.rate > fastestRate(*format))
      throw ConfigError("/size", arguments.text("size"),
                        "at most " + std::to_string(fastestRate(*format)) + " frames a second in this format");
    const std::string file = arguments.text("file");
    encoding.title = std::filesystem::path(file).filename().string();
    Json written = arguments.json();
    for (const char* key : {"file", "out", "threads"}) written.erase(key);
    encoding.metadata = {{"request", written.dump()}, {"version", "Learnscope " LEARNSCOPE_VERSION}};
    const int frames = std::max(1, static_cast<int>(std::lround(arguments.real("seconds") * encoding.rate)));

    const Subject subject(file, arguments.flag("states"), progress);
    Film film(subject, arguments, encoding.size, frames);
    for (int i = 0; *format == VideoFormat::Gif && i < kPaletteSamples; ++i)
      encoding.palette.push_back(film.frame(i * frames / kPaletteSamples));
    VideoEncoder encoder(createVideoSink(out, encoding));
    for (int i = 0; i < frames; ++i) {
      progress.report(static_cast<double>(i) / frames, LS_TR("drawing frames"));
      encoder.add(film.frame(i));
    }
    encoder.finish();
    return {{"frames", frames},
            {"width", encoding.size.width()},
            {"height", encoding.size.height()},
            {"rate", encoding.rate},
            {"states", subject.states()}};
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatVideoTool() { return std::make_shared<SplatVideoTool>(); }

}  // namespace learnscope
