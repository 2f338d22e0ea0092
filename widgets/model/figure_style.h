// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/errors.h"
#include "engine/core/parameter.h"
#include "widgets/model/theme.h"

class QPainter;

namespace learnscope {

/// Text in a figure. Its left end stands at (x, y): values on the axes of a plot, else (`onPanel`) shares 0..1 of the
/// panel from its lower left corner.
struct Annotation {
  QString text;
  double x = 0, y = 0;
  bool onPanel = false;
  bool operator==(const Annotation&) const = default;
};

/// What a figure changes in one view; what is not given is as the view has it.
struct PanelStyle {
  struct Axis {
    std::optional<QString> title;
    std::optional<std::pair<double, double>> range;  ///< values, low < high
    std::optional<std::string> scale;                ///< "linear", "log", "symlog"; of line plots
    bool operator==(const Axis&) const = default;
  };
  std::optional<QString> title;
  std::optional<bool> legend;
  Axis x, y;
  std::optional<double> smoothing;  ///< of line plots, as LinesView::setSmoothing()
  Json camera;                      ///< of a 3D scene, as Camera::toJson(); null: as it stands
  std::vector<Annotation> annotations;
  bool operator==(const PanelStyle&) const = default;
};

/// How a figure is drawn: sizes in millimetres and points, whatever the screen. JSON form: resources/docs/figures.md.
struct FigureStyle {
  enum class Arrangement { Auto, Grid, Lead };  ///< Lead: the first view large, the others in a row or column beside it
  enum class Letters { None, Lower, Upper, Bracketed };  ///< a, A, (a)

  double widthMm = 85;
  double heightMm = 60;
  double fontPt = 8;
  double lineWidthPt = 1;
  double dpi = 300;  ///< of rasters inside, and of PNG and TIFF
  bool transparent = false;
  bool darkTheme = false;
  bool greys = false;   ///< in place of Okabe & Ito's colours, for print without colour
  bool markers = true;  ///< events and phases
  bool legend = true;
  bool title = false;
  bool grid = true;
  bool sceneText = true;  ///< axes, names and the step over 3D scenes
  double titlePt = 0;     ///< of panel titles; 0: as fontPt
  double letterPt = 0;    ///< of panel letters; 0: a quarter more than fontPt
  QString family;         ///< of fonts; "": the program's
  Arrangement arrangement = Arrangement::Auto;
  int columns = 0;  ///< of a grid; 0: as fits
  double gapMm = 3;
  Letters letters = Letters::Lower;          ///< only where there is more than one view
  std::map<std::string, PanelStyle> panels;  ///< by the view's id
  double axesLeft = 0;  ///< points that axes stand in from the left at least: set by the layout to line them up

  bool operator==(const FigureStyle&) const = default;
  const PanelStyle& panel(const std::string& view) const;

  Json toJson() const;
  /// Throws ConfigError with every problem: unknown keys with their nearest neighbour, wrong types, what is out of
  /// range. `pointer` is where `json` stands.
  static FigureStyle fromJson(const Json& json, const std::string& pointer = "");
  /// Appends what is out of range, with the JSON pointers of fromJson().
  void check(std::vector<Problem>& problems, const std::string& pointer = "") const;
};

/// A named size of figures: "column" 85 x 60 mm, "page" 178 x 100 mm, "slide" 254 x 142.875 mm (16:9).
struct FigureSize {
  const char* id;
  double widthMm, heightMm;
};
const std::vector<FigureSize>& figureSizes();

/// A style's font, of `pt` points (0: its size of text), for a painter whose unit is 1/72 inch, whatever the resolution
/// of its device.
QFont figureFont(const QPainter& painter, const FigureStyle& style, double pt = 0);

/// The colours that a figure style asks for.
Theme figureTheme(const FigureStyle& style);

}  // namespace learnscope
