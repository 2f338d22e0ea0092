// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/make_video.h"

namespace learnscope {
namespace {

constexpr int paletteSamples = 24;  // frames along the video that a GIF's colours are chosen from

// What reproduces the video.
std::vector<std::pair<std::string, std::string>> metadataOf(const VideoStage& stage) {
  const RunInfo& info = stage.model().run()->info();
  return {{"lab", info.lab},
          {"config", info.config.json().dump()},
          {"seed", std::to_string(info.seed)},
          {"steps", std::to_string(stage.plan().first()) + ":" + std::to_string(stage.plan().last())},
          {"version", "Learnscope " LEARNSCOPE_VERSION},
          {"run", info.id},
          {"request", stage.request().toJson().dump()}};
}

std::vector<QImage> samplesOf(VideoStage& stage, const Progress& progress) {
  std::vector<QImage> samples;
  const int count = std::min(paletteSamples, stage.size());
  for (int i = 0; i < count; ++i) {
    progress.report(0, "choosing colours");
    samples.push_back(stage.frame(count == 1 ? 0 : static_cast<int>(std::int64_t{stage.size() - 1} * i / (count - 1))));
  }
  return samples;
}

}  // namespace

void checkVideo(const VideoRequest& request, VideoFormat format) {
  if (request.rate > fastestRate(format))
    throw ConfigError("/size", std::to_string(request.rate) + " frames per second",
                      "a GIF has at most " + std::to_string(fastestRate(format)) + ", as in 1280x720@25");
}

void makeVideo(VideoStage& stage, const std::string& path, const Progress& progress) {
  const std::optional<VideoFormat> format = videoFormatOf(path);
  if (!format) throw ConfigError("--out", path, "expected a name that ends in .mp4, .webm or .gif");
  checkVideo(stage.request(), *format);
  VideoEncoding encoding;
  encoding.format = *format;
  encoding.size = stage.request().size;
  encoding.rate = stage.request().rate;
  encoding.title = stage.model().description().title;
  encoding.metadata = metadataOf(stage);
  if (*format == VideoFormat::Gif) encoding.palette = samplesOf(stage, progress);
  VideoEncoder encoder(createVideoSink(path, encoding));
  // One frame ahead: its 3D pictures are drawn while the one before is put together.
  std::shared_ptr<VideoStage::Taken> next = stage.take(0);
  for (int i = 0; i < stage.size(); ++i) {
    progress.report(static_cast<double>(i) / stage.size());
    const std::shared_ptr<VideoStage::Taken> now = std::move(next);
    if (i + 1 < stage.size()) next = stage.take(i + 1);
    encoder.add(stage.finished(*now));
  }
  encoder.finish();
  progress.report(1);
}

}  // namespace learnscope
