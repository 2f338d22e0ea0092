// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/core/tool.h"

namespace learnscope {

/// `splats info`: what a splat file holds.
std::shared_ptr<const Tool> makeSplatsInfoTool();
/// `splats convert`: from any of the formats to any other.
std::shared_ptr<const Tool> makeSplatsConvertTool();
/// `splats render`: a picture with alpha.
std::shared_ptr<const Tool> makeSplatsRenderTool();
/// `splats compare`: two files, splat by splat and as pictures.
std::shared_ptr<const Tool> makeSplatsCompareTool();
/// `splats states`: the states of an object in a folder, and its joint.
std::shared_ptr<const Tool> makeSplatsStatesTool();
/// `splats cameras`: cameras of the usual JSON files, in one form.
std::shared_ptr<const Tool> makeSplatsCamerasTool();
/// `splats strip`: PSNR and SSIM of two strips of pictures.
std::shared_ptr<const Tool> makeSplatsStripTool();

}  // namespace learnscope
