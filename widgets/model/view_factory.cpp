// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/view.h"
#include "widgets/plots/bars_view.h"
#include "widgets/plots/heatmap_view.h"
#include "widgets/plots/images_view.h"
#include "widgets/plots/lines_view.h"
#include "widgets/plots/run_bars_view.h"
#include "widgets/plots/run_scatter_view.h"
#include "widgets/plots/scatter_view.h"
#include "widgets/plots/table_view.h"
#include "widgets/plots/text_view.h"
#if __has_include("widgets/scene/scene_view.h")
#include "widgets/scene/scene_view.h"
#define LEARNSCOPE_HAS_SCENES
#endif

namespace learnscope {
namespace {

using Maker = std::unique_ptr<View> (*)(const ViewSpec&, SessionModel&, QWidget*);

template <class Kind>
std::unique_ptr<View> make(const ViewSpec& spec, SessionModel& model, QWidget* parent) {
  return std::make_unique<Kind>(spec, model, parent);
}

std::unique_ptr<View> makeScatter(const ViewSpec& spec, SessionModel& model, QWidget* parent) {
  return runsBinding(spec) == QLatin1String("shown") ? make<RunScatterView>(spec, model, parent)
                                                     : make<ScatterView>(spec, model, parent);
}

std::unique_ptr<View> makeBars(const ViewSpec& spec, SessionModel& model, QWidget* parent) {
  return runsBinding(spec) == QLatin1String("shown") ? make<RunBarsView>(spec, model, parent)
                                                     : make<BarsView>(spec, model, parent);
}

const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> table{
      {"lines", make<LinesView>}, {"bars", makeBars},           {"heatmap", make<HeatmapView>},
      {"scatter", makeScatter},   {"images", make<ImagesView>}, {"table", make<ItemTableView>},
      {"text", make<TextView>},
#ifdef LEARNSCOPE_HAS_SCENES
      {"scene", make<SceneView>},
#endif
  };
  return table;
}

}  // namespace

std::unique_ptr<View> createView(const ViewSpec& spec, SessionModel& model, QWidget* parent) {
  std::vector<std::string> known;
  for (const auto& [kind, maker] : makers()) {
    if (kind == spec.kind.toStdString()) return maker(spec, model, parent);
    known.push_back(kind);
  }
  std::string allowed;
  for (const std::string& kind : known) allowed += (allowed.empty() ? "expected one of " : ", ") + kind;
  const std::string nearest = nearestName(spec.kind.toStdString(), known);
  throw ConfigError("/kind", spec.kind.toStdString(), nearest.empty() ? allowed : "did you mean " + nearest + "?");
}

}  // namespace learnscope
