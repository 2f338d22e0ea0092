// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QSize>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace learnscope {

/// Mp4: H.264, yuv420p. WebM: VP9, yuv420p. Both BT.709, limited range, tagged so. Gif: one palette for all frames.
/// Png: a folder of numbered pictures.
enum class VideoFormat { Mp4, WebM, Gif, Png };

/// By the suffix of a path: .mp4, .webm, .gif; none, or a slash at the end, is a folder of PNG. Nothing for others.
std::optional<VideoFormat> videoFormatOf(const std::string& path);
/// Frames per second that the format can keep exactly enough for players: a GIF counts hundredths of a second.
int fastestRate(VideoFormat format);

struct VideoEncoding {
  VideoFormat format = VideoFormat::Mp4;
  QSize size;     ///< even sides
  int rate = 30;  ///< frames per second
  std::string title;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< name and value, where the format has a place for it
  std::vector<QImage> palette;  ///< Gif: frames that its 255 colours are chosen from; must not be empty
};

/// Where the frames of a video go: a file (or folder) that appears under its name whole, by finish(), or not at all.
class VideoSink {
 public:
  virtual ~VideoSink() = default;
  /// The next frame, of the encoding's size. Throws IoError (disk full, …).
  virtual void add(const QImage& frame) = 0;
  /// Writes the rest and gives the file its name.
  virtual void finish() = 0;
};

/// Throws IoError, or Error if these FFmpeg libraries cannot encode the format.
std::unique_ptr<VideoSink> createVideoSink(const std::string& path, const VideoEncoding& encoding);

/// A sink that encodes on a thread of its own, a few frames behind: add() waits only when the queue is full. What fails
/// there is thrown by the next call here.
class VideoEncoder : public VideoSink {
 public:
  explicit VideoEncoder(std::unique_ptr<VideoSink> sink);
  ~VideoEncoder() override;
  void add(const QImage& frame) override;
  void finish() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace learnscope
