// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_encoder.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <thread>

#include "widgets/export/libav_file.h"
#include "widgets/export/png_folder.h"

namespace learnscope {
namespace {

constexpr std::size_t queueLimit = 3;  // frames: 25 MB at 1080p

}  // namespace

std::optional<VideoFormat> videoFormatOf(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::string suffix = std::filesystem::path(path).extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  if (suffix.empty() || path.ends_with('/')) return VideoFormat::Png;
  if (suffix == ".mp4") return VideoFormat::Mp4;
  if (suffix == ".webm") return VideoFormat::WebM;
  if (suffix == ".gif") return VideoFormat::Gif;
  return std::nullopt;
}

int fastestRate(VideoFormat format) { return format == VideoFormat::Gif ? 50 : 120; }

std::unique_ptr<VideoSink> createVideoSink(const std::string& path, const VideoEncoding& encoding) {
  if (encoding.format == VideoFormat::Png) return std::make_unique<PngFolder>(path, encoding);
  return std::make_unique<LibavFile>(path, encoding);
}

struct VideoEncoder::Impl {
  std::unique_ptr<VideoSink> sink;
  std::mutex mutex;
  std::condition_variable_any changed;
  std::deque<QImage> queue;
  bool ended = false;  // no more frames will come
  std::exception_ptr error;
  std::jthread thread;  // last: ends before what it uses

  void work(const std::stop_token& stop) {
    try {
      while (true) {
        QImage frame;
        {
          std::unique_lock lock(mutex);
          changed.wait(lock, stop, [this] { return ended || !queue.empty(); });
          if (stop.stop_requested()) return;
          if (queue.empty()) break;
          frame = std::move(queue.front());
          queue.pop_front();
          changed.notify_all();
        }
        sink->add(frame);
      }
      sink->finish();
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = std::current_exception();
      changed.notify_all();
    }
  }
};

VideoEncoder::VideoEncoder(std::unique_ptr<VideoSink> sink) : impl_(std::make_unique<Impl>()) {
  impl_->sink = std::move(sink);
  impl_->thread = std::jthread([impl = impl_.get()](const std::stop_token& stop) { impl->work(stop); });
}

VideoEncoder::~VideoEncoder() = default;

void VideoEncoder::add(const QImage& frame) {
  std::unique_lock lock(impl_->mutex);
  impl_->changed.wait(lock, [this] { return impl_->error || impl_->queue.size() < queueLimit; });
  if (impl_->error) std::rethrow_exception(impl_->error);
  impl_->queue.push_back(frame);
  impl_->changed.notify_all();
}

void VideoEncoder::finish() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ended = true;
    impl_->changed.notify_all();
  }
  impl_->thread.join();
  if (impl_->error) std::rethrow_exception(impl_->error);
}

}  // namespace learnscope
