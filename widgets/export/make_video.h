// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/lab.h"
#include "widgets/export/video_encoder.h"
#include "widgets/export/video_stage.h"

namespace learnscope {

/// Throws ConfigError if the request asks for what the format cannot hold.
void checkVideo(const VideoRequest& request, VideoFormat format);

/// Draws all frames of a stage and writes them to `path` by its suffix (see videoFormatOf): whole, or nothing of it.
/// Frames are drawn here (and by the render thread) while others before them are encoded. Reports the share of frames
/// done; throws Cancelled, ConfigError, IoError.
void makeVideo(VideoStage& stage, const std::string& path, const Progress& progress);

}  // namespace learnscope
