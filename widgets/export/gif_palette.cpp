// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/gif_palette.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include "engine/core/errors.h"

namespace learnscope {
namespace {

using libav::Own;

void require(int code, const char* doing) {
  if (code < 0)
    throw Error(std::string("The GIF palette failed (").append(doing).append("): ") + libav::reason(code),
                ExitStatus::Failed);
}

AVFilterContext* add(AVFilterGraph& graph, const char* filter, const std::string& arguments) {
  const AVFilter* found = avfilter_get_by_name(filter);
  if (!found) throw Error(std::string("These FFmpeg libraries have no filter ") + filter + ".", ExitStatus::Failed);
  AVFilterContext* made = nullptr;
  require(avfilter_graph_create_filter(&made, found, nullptr, arguments.empty() ? nullptr : arguments.c_str(), nullptr,
                                       &graph),
          filter);
  return made;
}

std::string sourceOf(QSize size, int rate) {
  return "video_size=" + std::to_string(size.width()) + "x" + std::to_string(size.height()) +
         ":pix_fmt=bgra:time_base=1/" + std::to_string(rate) + ":pixel_aspect=1/1";
}

Own<AVFilterGraph> newGraph() {
  Own<AVFilterGraph> graph(avfilter_graph_alloc());
  if (!graph) throw std::bad_alloc();
  graph->nb_threads = 1;
  return graph;
}

/// The best palette for all samples together, as a frame of 16 x 16 pixels.
Own<AVFrame> paletteFor(const std::vector<QImage>& samples, QSize size, int rate) {
  const Own<AVFilterGraph> graph = newGraph();
  AVFilterContext* source = add(*graph, "buffer", sourceOf(size, rate));
  AVFilterContext* generator = add(*graph, "palettegen", "stats_mode=full");
  AVFilterContext* sink = add(*graph, "buffersink", "");
  require(avfilter_link(source, 0, generator, 0), "link");
  require(avfilter_link(generator, 0, sink, 0), "link");
  require(avfilter_graph_config(graph.get(), nullptr), "configure");
  std::int64_t at = 0;
  for (const QImage& sample : samples) {
    const Own<AVFrame> frame = frameOf(sample);
    frame->pts = at++;
    require(av_buffersrc_add_frame(source, frame.get()), "sample");
  }
  require(av_buffersrc_add_frame(source, nullptr), "end of samples");
  Own<AVFrame> palette = libav::newFrame();
  require(av_buffersink_get_frame(sink, palette.get()), "choose");
  return palette;
}

}  // namespace

Own<AVFrame> frameOf(const QImage& image) {
  Own<AVFrame> frame = libav::newFrame();
  auto kept = std::make_unique<QImage>(image.convertToFormat(QImage::Format_RGB32));
  frame->format = AV_PIX_FMT_BGRA;
  frame->width = kept->width();
  frame->height = kept->height();
  frame->linesize[0] = static_cast<int>(kept->bytesPerLine());
  auto* pixels = const_cast<std::uint8_t*>(kept->constBits());  // read only: the buffer is marked so
  frame->data[0] = pixels;
  frame->buf[0] = av_buffer_create(
      pixels, static_cast<std::size_t>(kept->sizeInBytes()),
      [](void* owner, std::uint8_t*) { delete static_cast<QImage*>(owner); }, kept.get(), AV_BUFFER_FLAG_READONLY);
  if (!frame->buf[0]) throw std::bad_alloc();
  static_cast<void>(kept.release());
  return frame;
}

GifPalette::GifPalette(const std::vector<QImage>& samples, QSize size, int rate) : graph_(newGraph()) {
  const Own<AVFrame> palette = paletteFor(samples, size, rate);
  source_ = add(*graph_, "buffer", sourceOf(size, rate));
  AVFilterContext* colors = add(*graph_, "buffer", sourceOf({palette->width, palette->height}, rate));
  AVFilterContext* user = add(*graph_, "paletteuse", "dither=bayer:bayer_scale=5:diff_mode=rectangle");
  sink_ = add(*graph_, "buffersink", "");
  require(avfilter_link(source_, 0, user, 0), "link");
  require(avfilter_link(colors, 0, user, 1), "link");
  require(avfilter_link(user, 0, sink_, 0), "link");
  require(avfilter_graph_config(graph_.get(), nullptr), "configure");
  palette->pts = 0;
  require(av_buffersrc_add_frame(colors, palette.get()), "palette");
  require(av_buffersrc_add_frame(colors, nullptr), "palette");
}

Own<AVFrame> GifPalette::reduced(Own<AVFrame> frame) {
  require(av_buffersrc_add_frame(source_, frame.get()), "frame");
  Own<AVFrame> result = libav::newFrame();
  require(av_buffersink_get_frame(sink_, result.get()), "reduce");
  return result;
}

}  // namespace learnscope
