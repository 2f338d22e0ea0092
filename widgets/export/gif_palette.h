// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <vector>

#include "widgets/export/libav_handles.h"

namespace learnscope {

/// Reduces frames to one palette of 255 colours that is chosen for given samples, with an ordered dither that stands
/// still where the picture does.
class GifPalette {
 public:
  /// Throws Error.
  GifPalette(const std::vector<QImage>& samples, QSize size, int rate);
  /// `frame` (BGRA, of the size) with palette indices.
  libav::Own<AVFrame> reduced(libav::Own<AVFrame> frame);

 private:
  libav::Own<AVFilterGraph> graph_;
  AVFilterContext* source_ = nullptr;
  AVFilterContext* sink_ = nullptr;
};

/// The pixels of an image as a frame that shares them; the image is kept while the frame lives.
libav::Own<AVFrame> frameOf(const QImage& image);

}  // namespace learnscope
