// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/registry.h"

#include "engine/experiments/concept_space/concept_space_lab.h"
#include "engine/experiments/grokking/grokking_lab.h"

namespace learnscope {

Registry builtinLabs() {
  Registry registry;
  registry.add(grokking::makeLab());
  registry.add(concept_space::makeLab());
  return registry;
}

}  // namespace learnscope
