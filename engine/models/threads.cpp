// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/models/threads.h"

#include <cblas.h>
#include <dlfcn.h>

#include "engine/models/two_layer_torch.h"

namespace learnscope {

void useOneThread() {
  openblas_set_num_threads(1);
  useOneTorchThread();
}

std::string blasLibrary() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&cblas_sgemm), &info) == 0 || !info.dli_fname) return {};
  return info.dli_fname;
}

bool blasIsReference() {
  const std::string library = blasLibrary();
  return library.find("openblas") == std::string::npos && library.find("mkl") == std::string::npos &&
         library.find("blis") == std::string::npos;
}

}  // namespace learnscope
