// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/export/video_encoder.h"

namespace learnscope {

/// A video file written by the FFmpeg libraries. Encodes on the caller's thread (and those of the codec).
class LibavFile : public VideoSink {
 public:
  LibavFile(const std::string& path, const VideoEncoding& encoding);
  ~LibavFile() override;
  void add(const QImage& frame) override;
  void finish() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace learnscope
