// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numbers>

#include "engine/splats/state_folder.h"
#include "engine/tools/splats_tools.h"
#include "engine/tools/summary_text.h"

namespace learnscope {
namespace {

using namespace splats;

class SplatsStatesTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats states",
            .title = LS_TR("Splat folder: states and joint"),
            .summary = LS_TR("Find the states of an object in a folder of splat files, and the joint that moves it"),
            .parameters = {{.id = "folder",
                            .title = LS_TR("Folder"),
                            .type = ParameterType::Folder,
                            .fallback = "",
                            .doc = LS_TR("Splat files named MESH_PART_STATE[_OTHERS], or ending in numbers.")},
                           {.id = "object",
                            .title = LS_TR("Object"),
                            .type = ParameterType::Text,
                            .fallback = "",
                            .doc = LS_TR("Which of several; empty: the one with the most states.")}},
            .inputs = {"folder"}};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::vector<StateSeries> all = findStateSeries(arguments.text("folder"));
    const std::string wanted = arguments.text("object");
    const auto chosen =
        wanted.empty() ? all.begin()
                       : std::find_if(all.begin(), all.end(), [&](const StateSeries& s) { return s.name == wanted; });
    if (chosen == all.end()) {
      std::vector<std::string> names;
      names.reserve(all.size());
      for (const StateSeries& series : all) names.push_back(series.name);
      const std::string nearest = nearestName(wanted, names);
      throw ConfigError("/object", wanted,
                        nearest.empty() ? "one of this folder: " + names.front() : "did you mean " + nearest + "?");
    }
    const ObjectStates object = readStates(*chosen, progress);
    Json rows = Json::array();
    for (std::size_t i = 0; i < object.states.size(); ++i)
      rows.push_back({{"state", object.states[i]}, {"splats", object.splats[i]->size()}});
    Json summary{{"object", object.name},
                 {"objects", all.size()},
                 {"sameCount", object.sameCount},
                 {"pixelAligned", object.pixelAligned}};
    const std::optional<JointEstimate> joint = jointOf(object);
    summary["joint"] = !joint ? "none" : joint->turns ? "turns" : "slides";
    if (joint) {
      summary["axis"] = placeText(joint->axis);
      summary["origin"] = placeText(joint->origin);
      summary["moving"] = std::count(joint->moves.begin(), joint->moves.end(), true);
      summary["residual"] = joint->residual;
      for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i][joint->turns ? "degrees" : "shift"] =
            joint->turns ? joint->values[i] * 180 / std::numbers::pi : joint->values[i];
    }
    summary["states"] = std::move(rows);
    Json notes = Json::array();
    for (const std::string& note : object.notes) notes.push_back({{"note", note}});
    if (!notes.empty()) summary["notes"] = std::move(notes);
    return summary;
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatsStatesTool() { return std::make_shared<SplatsStatesTool>(); }

}  // namespace learnscope
