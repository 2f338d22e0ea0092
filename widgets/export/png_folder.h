// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/store/atomic_folder.h"
#include "widgets/export/video_encoder.h"

namespace learnscope {

/// A new folder of frame-000001.png, frame-000002.png, …; written beside its name, then renamed.
class PngFolder : public VideoSink {
 public:
  PngFolder(std::string path, const VideoEncoding& encoding);
  void add(const QImage& frame) override;
  void finish() override;

 private:
  AtomicFolder folder_;
  std::string title_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  int count_ = 0;
};

}  // namespace learnscope
