// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/export/video_encoder.h"

namespace learnscope {

/// A new folder of frame-000001.png, frame-000002.png, …; written beside its name, then renamed.
class PngFolder : public VideoSink {
 public:
  PngFolder(std::string path, const VideoEncoding& encoding);
  ~PngFolder() override;
  void add(const QImage& frame) override;
  void finish() override;

 private:
  std::string path_;
  std::string aside_;
  std::string title_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  int count_ = 0;
};

}  // namespace learnscope
