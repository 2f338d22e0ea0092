// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/export_script.h"

#include "engine/core/journal_script.h"
#include "engine/store/atomic_file.h"
#include "engine/store/run_file.h"

namespace learnscope {

Json runScript(const Registry& registry, const std::shared_ptr<Run>& run) {
  std::vector<std::shared_ptr<const Run>> runs{run};
  while (!runs.front()->info().parent.empty()) {
    const std::string file = parentFile(*runs.front());
    if (file.empty())
      throw ConfigError("script", "", "the file of its parent, run " + runs.front()->info().parent + ", is not there");
    runs.insert(runs.begin(), openRunFile(file, registry, OpenMode::Read));
  }
  std::vector<const Run*> lineage;
  for (const auto& each : runs) lineage.push_back(each.get());
  return scriptOf(lineage);
}

void saveScript(const Registry& registry, const std::shared_ptr<Run>& run, const std::string& path) {
  const Json script = runScript(registry, run);
  AtomicFile file(path);
  file.write(script.dump(1) + "\n");
  file.commit();
}

}  // namespace learnscope
