// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/store/bytes.h"

namespace learnscope {

/// Refuses everything but an archive of torch.jit.save with weights that may be loaded: other kinds of file, pickles of
/// torch.save, unknown or oversized members, damaged ones, and code that runs while loading (__setstate__) or reaches
/// files. Throws DataError naming `path` and the member.
void checkTorchScriptArchive(ByteView bytes, const std::string& path);

}  // namespace learnscope
