// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

namespace learnscope::libav {

// Owners of the libraries' objects; each is freed by the call that its documentation names.
struct Free {
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFilterGraph* p) const { avfilter_graph_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
  void operator()(AVFormatContext* p) const {
    if (p->pb) avio_closep(&p->pb);
    avformat_free_context(p);
  }
};
template <class T>
using Own = std::unique_ptr<T, Free>;

/// An empty frame or packet; throws std::bad_alloc.
Own<AVFrame> newFrame();
Own<AVPacket> newPacket();
/// What a negative return value means: "No space left on device".
std::string reason(int code);

}  // namespace learnscope::libav
