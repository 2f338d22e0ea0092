// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace learnscope {

/// Binds OpenBLAS and LibTorch to one thread: nets of this size are slowed down by a second one, and trainers are
/// counted by the scheduler instead. Call once in every worker before its first product; cheap and safe to repeat.
void useOneThread();

/// The file that gemm comes from, e.g. ".../libopenblas.so.0"; empty if unknown.
std::string blasLibrary();
/// True if gemm comes from the unoptimised reference BLAS (about 20 times slower): warn the user once.
bool blasIsReference();

}  // namespace learnscope
