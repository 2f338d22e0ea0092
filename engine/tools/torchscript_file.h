// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "engine/core/array.h"

namespace learnscope {

/// The recurrent weights of an archive of torch.jit.save, by name. It is read by a process of its own with limits on
/// memory, processor time, files and the clock (30 s); pickles are refused. Throws DataError (content, crash, limit),
/// IoError (no helper program).
std::map<std::string, Array> readTorchScript(const std::string& path);

}  // namespace learnscope
