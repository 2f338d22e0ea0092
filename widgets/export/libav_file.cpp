// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/libav_file.h"

extern "C" {
#include <libavutil/cpu.h>
}

#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"
#include "widgets/export/gif_palette.h"
#include "widgets/export/libav_handles.h"

namespace learnscope {
namespace libav {

Own<AVFrame> newFrame() {
  Own<AVFrame> frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

Own<AVPacket> newPacket() {
  Own<AVPacket> packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

std::string reason(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

}  // namespace libav

namespace {

using libav::Own;
using Options = std::vector<std::pair<std::string, std::string>>;

constexpr int keyframeSeconds = 2;  // between the frames that a player can jump to

/// How one format is made.
struct Recipe {
  const char* container;
  const char* what;                 ///< as said in errors
  std::vector<const char*> codecs;  ///< the first that is there is taken
  int threads;  ///< of the codec; never by the number of cores, on which the bits of a file would depend
  Options muxer;
};

Recipe recipeOf(VideoFormat format) {
  switch (format) {
    case VideoFormat::WebM:
      return {"webm", "VP9", {"libvpx-vp9"}, 2, {}};
    case VideoFormat::Gif:
      return {"gif", "GIF", {"gif"}, 1, {{"loop", "0"}}};
    default:
      // The index first, so that a browser plays before it has all of the file.
      return {"mp4", "H.264", {"libx264", "libopenh264"}, 1, {{"movflags", "+faststart"}}};
  }
}

// Without B-frames, which save nothing where most of a frame stands still: 13 ms a frame of 1080p instead of 42 with
// the preset "medium", for a fifth more bytes.
Options x264Options() {
  Options options{{"preset", "veryfast"}, {"bf", "0"}, {"crf", "17"}, {"profile", "high"}};
  // Its MB-tree for AVX-512 takes eight blocks of 16 pixels at a time and reads past the last of a row: where the width
  // is no multiple of 128, what the heap held before changed the file. The one for AVX2 is right, for a millisecond a
  // frame of 1080p.
  if (av_get_cpu_flags() & AV_CPU_FLAG_AVX512) options.emplace_back("x264-params", "asm=avx2");
  return options;
}

Options optionsOf(const AVCodec& codec) {
  const std::string name = codec.name;
  if (name == "libx264") return x264Options();
  if (name == "libvpx-vp9")
    return {{"deadline", "good"}, {"cpu-used", "4"}, {"row-mt", "1"}, {"tile-columns", "2"}, {"crf", "30"}, {"b", "0"}};
  return {};
}

class Dictionary {
 public:
  explicit Dictionary(const Options& entries) {
    for (const auto& [key, value] : entries) av_dict_set(&entries_, key.c_str(), value.c_str(), 0);
  }
  ~Dictionary() { av_dict_free(&entries_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  AVDictionary** handle() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

const AVCodec& codecOf(const Recipe& recipe) {
  std::string tried;
  for (const char* name : recipe.codecs) {
    if (const AVCodec* codec = avcodec_find_encoder_by_name(name)) return *codec;
    tried.append(tried.empty() ? "" : " or ").append(name);
  }
  throw Error(
      std::string("These FFmpeg libraries cannot encode ")
          .append(recipe.what)
          .append(": there is no ")
          .append(tried)
          .append(". Install the libavcodec package of your distribution that has it, or choose another format."),
      ExitStatus::Failed);
}

}  // namespace

struct LibavFile::Impl {
  std::string path;
  AtomicFile file;
  Own<AVFormatContext> container;
  Own<AVCodecContext> codec;
  Own<SwsContext> toYuv;
  Own<AVFrame> yuv;
  std::unique_ptr<GifPalette> palette;
  Own<AVPacket> packet = libav::newPacket();
  AVStream* stream = nullptr;
  std::int64_t next = 0;

  Impl(const std::string& name, const VideoEncoding& encoding);
  void openCodec(const Recipe& recipe, const VideoEncoding& encoding);
  void openYuv(QSize size);
  void openContainer(const Recipe& recipe, const VideoEncoding& encoding);
  void add(const QImage& image);
  void prepareYuv();
  void encode(const AVFrame* frame);
  void require(int code) const {
    if (code < 0) throw IoError(path, "cannot be written: " + libav::reason(code));
  }
};

LibavFile::Impl::Impl(const std::string& name, const VideoEncoding& encoding) : path(name), file(name) {
  av_log_set_level(AV_LOG_ERROR);
  const Recipe recipe = recipeOf(encoding.format);
  AVFormatContext* made = nullptr;
  require(avformat_alloc_output_context2(&made, nullptr, recipe.container, file.aside().c_str()));
  container.reset(made);
  openCodec(recipe, encoding);
  if (encoding.format == VideoFormat::Gif)
    palette = std::make_unique<GifPalette>(encoding.palette, encoding.size, encoding.rate);
  else
    openYuv(encoding.size);
  openContainer(recipe, encoding);
}

void LibavFile::Impl::openCodec(const Recipe& recipe, const VideoEncoding& encoding) {
  const AVCodec& found = codecOf(recipe);
  codec.reset(avcodec_alloc_context3(&found));
  if (!codec) throw std::bad_alloc();
  codec->width = encoding.size.width();
  codec->height = encoding.size.height();
  codec->time_base = {1, encoding.rate};
  codec->framerate = {encoding.rate, 1};
  codec->sample_aspect_ratio = {1, 1};
  codec->thread_count = recipe.threads;
  codec->flags |= AV_CODEC_FLAG_BITEXACT;
  if (encoding.format == VideoFormat::Gif) {
    codec->pix_fmt = AV_PIX_FMT_PAL8;
  } else {
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->gop_size = keyframeSeconds * encoding.rate;
    codec->color_range = AVCOL_RANGE_MPEG;
    codec->colorspace = AVCOL_SPC_BT709;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_BT709;
    codec->chroma_sample_location = AVCHROMA_LOC_LEFT;
  }
  if (container->oformat->flags & AVFMT_GLOBALHEADER) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  Dictionary options(optionsOf(found));
  require(avcodec_open2(codec.get(), &found, options.handle()));
}

// Full-range RGB to limited-range BT.709: without this the converter would use BT.601's matrix.
void LibavFile::Impl::openYuv(QSize size) {
  toYuv.reset(sws_getContext(size.width(), size.height(), AV_PIX_FMT_BGRA, size.width(), size.height(),
                             AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, nullptr, nullptr,
                             nullptr));
  if (!toYuv) throw std::bad_alloc();
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  require(sws_setColorspaceDetails(toYuv.get(), bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16));
}

void LibavFile::Impl::openContainer(const Recipe& recipe, const VideoEncoding& encoding) {
  container->flags |= AVFMT_FLAG_BITEXACT;  // no times of making: the same frames give the same file
  stream = avformat_new_stream(container.get(), nullptr);
  if (!stream) throw std::bad_alloc();
  require(avcodec_parameters_from_context(stream->codecpar, codec.get()));
  stream->time_base = codec->time_base;
  stream->avg_frame_rate = codec->framerate;
  std::string comment;
  for (const auto& [key, value] : encoding.metadata)
    comment.append(comment.empty() ? "" : "; ").append(key).append(": ").append(value);
  av_dict_set(&container->metadata, "title", encoding.title.c_str(), 0);
  av_dict_set(&container->metadata, "comment", comment.c_str(), 0);
  require(avio_open(&container->pb, file.aside().c_str(), AVIO_FLAG_WRITE));
  Dictionary options(recipe.muxer);
  require(avformat_write_header(container.get(), options.handle()));
}

// One buffer for all frames, unless the codec still reads the last one.
void LibavFile::Impl::prepareYuv() {
  if (yuv && av_frame_is_writable(yuv.get())) return;
  yuv = libav::newFrame();
  yuv->format = codec->pix_fmt;
  yuv->width = codec->width;
  yuv->height = codec->height;
  yuv->color_range = codec->color_range;
  yuv->colorspace = codec->colorspace;
  yuv->color_primaries = codec->color_primaries;
  yuv->color_trc = codec->color_trc;
  yuv->chroma_location = codec->chroma_sample_location;
  require(av_frame_get_buffer(yuv.get(), 0));
}

void LibavFile::Impl::add(const QImage& image) {
  Own<AVFrame> source = frameOf(image);
  source->pts = next;
  const auto send = [this](AVFrame& frame) {
    frame.pts = next++;
    frame.pict_type = AV_PICTURE_TYPE_NONE;
    encode(&frame);
  };
  if (palette) return send(*palette->reduced(std::move(source)));
  prepareYuv();
  sws_scale(toYuv.get(), source->data, source->linesize, 0, codec->height, yuv->data, yuv->linesize);
  send(*yuv);
}

void LibavFile::Impl::encode(const AVFrame* frame) {
  require(avcodec_send_frame(codec.get(), frame));
  while (true) {
    const int code = avcodec_receive_packet(codec.get(), packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    require(code);
    packet->stream_index = stream->index;
    if (packet->duration == 0) packet->duration = 1;
    av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
    require(av_interleaved_write_frame(container.get(), packet.get()));
    require(container->pb->error);  // a full disk shows here, long after the write
  }
}

LibavFile::LibavFile(const std::string& path, const VideoEncoding& encoding)
    : impl_(std::make_unique<Impl>(path, encoding)) {}

LibavFile::~LibavFile() = default;

void LibavFile::add(const QImage& frame) { impl_->add(frame); }

void LibavFile::finish() {
  impl_->encode(nullptr);
  impl_->require(av_write_trailer(impl_->container.get()));
  impl_->require(impl_->container->pb->error);
  impl_->require(avio_closep(&impl_->container->pb));
  impl_->file.commit();
}

}  // namespace learnscope
