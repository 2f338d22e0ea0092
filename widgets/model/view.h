// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QWidget>
#include <functional>
#include <memory>

#include "widgets/model/figure_style.h"
#include "widgets/model/session_model.h"
#include "widgets/model/view_spec.h"

namespace learnscope {

/// What a view shows in one frame of a video: taken at once, painted later. A video takes its next frame while the 3D
/// picture of the last one is still being drawn.
class FilmFrame {
 public:
  virtual ~FilmFrame() = default;
  /// True if `other` paints the same picture.
  virtual bool equals(const FilmFrame& other) const = 0;
  /// Begins what takes long, in the background.
  virtual void start() {}
  /// Paints into the rectangle it was taken for; waits for what was started.
  virtual void paint(QPainter& painter) = 0;
};

/// A widget that draws layers of measures at the cursor.
class View : public QWidget {
  Q_OBJECT
 public:
  View(ViewSpec spec, SessionModel& model, QWidget* parent = nullptr);
  const ViewSpec& spec() const { return spec_; }
  SessionModel& model() const { return model_; }

  /// Draws the run set at the cursor; called at display rate when visible and something changed, and must return in a
  /// few ms.
  virtual void refresh() = 0;
  /// Draws the same content, vectorially, into `rect` (in points, 1/72 inch). 3D scenes draw a raster with vector text
  /// over it. Titles, letters and annotations on panels are the layout's (widgets/export/figure_layout.h).
  virtual void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) = 0;
  /// How far from the left edge of `rect` the axes would stand in that figure; 0 of a view without.
  virtual double figureAxesLeft(QPainter&, const QRectF&, const FigureStyle&) { return 0; }
  /// What the user changed in this view by hand: the zoom of a plot, the camera of a scene.
  virtual PanelStyle panelStyle() const { return {}; }
  /// Zooms, scales, smooths and places the camera as a figure's panel has them. Throws ConfigError.
  virtual void showPanelStyle(const PanelStyle&) {}
  /// The same for a video: curves over time end at the cursor, and nothing says the step. Null of a view of which
  /// paintFigure is the frame.
  virtual std::unique_ptr<FilmFrame> filmFrame(const QRectF& rect, const FigureStyle& style);
  /// The data of this view at the cursor as CSV text.
  virtual QString dataCsv() const = 0;

 private:
  ViewSpec spec_;
  SessionModel& model_;
};

/// Makes the view of a spec's kind; throws ConfigError for an unknown kind, naming the nearest.
std::unique_ptr<View> createView(const ViewSpec& spec, SessionModel& model, QWidget* parent = nullptr);

}  // namespace learnscope
