// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/pictured_measures.h"

namespace learnscope {

std::set<std::string> picturedMeasures(const LabPage& page) {
  std::set<std::string> measures;
  for (const ViewSpec& view : page.views) {
    if (view.kind != QLatin1String("images") && view.kind != QLatin1String("heatmap")) continue;
    for (const Json& layer : view.json["layers"]) {
      if (!layer.contains("value")) continue;
      const Json& value = layer["value"];
      if (value.is_string()) measures.insert(value.get<std::string>());
      if (value.is_object() && value.contains("measure") && value["measure"].is_string())
        measures.insert(value["measure"].get<std::string>());
    }
  }
  return measures;
}

}  // namespace learnscope
