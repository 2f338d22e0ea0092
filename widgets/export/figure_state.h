// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <span>

#include "widgets/model/view.h"

namespace learnscope {

/// What a figure was made from, kept inside it: enough to draw it again, to show it in a window, and to train its run
/// again if that is gone.
struct FigureState {
  std::string version;
  std::string lab;
  std::string run;  ///< id
  Config config;    ///< of the run at its start
  std::uint64_t seed = 0;
  std::int64_t step = 0;           ///< the cursor
  std::vector<std::string> views;  ///< in the figure
  FigureStyle style;               ///< with the cameras and ranges of its panels
  Json layout = Json::object();    ///< of the window, as the command `layout`; empty if there was none
  /// What trains the run up to `step`: {"lab", "config", "seed", "steps", "commands"}; null if the file of an ancestor
  /// was not there.
  Json script;

  Json toJson() const;
  /// Checks everything, a stranger may have made it: ids, numbers, that the script holds nothing but commands to the
  /// trainer and branches. Throws ConfigError with JSON pointers.
  static FigureState fromJson(const Json& json);
};

/// The state of views that show one model, drawn in `style`.
FigureState figureState(std::span<View* const> views, const FigureStyle& style, const Json& layout);

/// The state inside a PNG, PDF or SVG file that was saved here. Throws IoError, or DataError naming the file and the
/// place.
FigureState readFigureState(const QString& path);

/// Whether a file's name is that of a picture that may carry a state.
bool isFigureFile(const QString& path);

/// Where the state stands: the keyword of a PNG's text, the element in the metadata of PDF and SVG.
inline constexpr const char* figureStateKeyword = "learnscope-state";
inline constexpr const char* figureStateElement = "state";

}  // namespace learnscope
