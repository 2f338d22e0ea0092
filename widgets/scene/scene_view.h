// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QToolButton>

#include "widgets/model/binding.h"
#include "widgets/model/spoken.h"
#include "widgets/model/view.h"
#include "widgets/scene/render_service.h"
#include "widgets/scene/scene_binder.h"

namespace learnscope {

/// A 3D scene: shows the pictures that the render service draws of it, with text and axes painted over them.
///
/// Mouse: left drag orbits, middle or shift drag pans, the wheel comes nearer, a click selects, a double click looks at
/// the item. Keys: arrows orbit, with shift they pan; + and - come nearer; Home or 0 goes back; 1..9 take camera
/// presets; W S A D Q E fly; T turns the scene slowly; Escape clears the selection. A handle of the page is dragged in
/// the plane of the screen; Ctrl+arrows move it by key.
class SceneView : public View, public Spoken {
  Q_OBJECT
 public:
  SceneView(ViewSpec spec, SessionModel& model, QWidget* parent = nullptr);
  ~SceneView() override;

  void refresh() override;
  void paintFigure(QPainter& painter, const QRectF& rect, const FigureStyle& style) override;
  std::unique_ptr<FilmFrame> filmFrame(const QRectF& rect, const FigureStyle& style) override;
  PanelStyle panelStyle() const override;
  void showPanelStyle(const PanelStyle& panel) override;
  QString dataCsv() const override;
  QSize sizeHint() const override { return {640, 480}; }
  QSize minimumSizeHint() const override { return {160, 120}; }

  const Camera& camera() const { return camera_; }
  /// Where the page's handle stands; arguments of analyses take its coordinates.
  std::optional<Vec3> handle() const { return dragPoint_; }
  /// The camera that the page gives; none: the content is fitted.
  const std::optional<Camera>& pageCamera() const { return page_.home; }
  /// What is drawn at the cursor; camera, size and quality are the caller's.
  SceneSnapshot content() { return bind(Theme::of(palette())); }
  /// Goes there at once; moves of the user are animated.
  void setCamera(const Camera& camera);
  const std::vector<NamedCamera>& cameras() const { return cameras_; }
  /// The presets that the page names, then "home", "top", "front", "side", which keep what `home` looks at.
  std::optional<Camera> namedCamera(const QString& id, const Camera& home) const;
  /// Flies to a named camera; false if there is no such.
  bool showPreset(const QString& id);
  bool isTurning() const { return turning_.isActive(); }
  void setTurning(bool on);
  /// What the pane says instead of a picture: what will fill it, or what is wrong; "" when there is a picture.
  QString message() const;
  QAccessible::Role spokenRole() const override { return QAccessible::Graphic; }
  QString spokenText() const override;
  /// Waits for the render thread and returns what the pane shows, with its overlay, in this many pixels.
  QImage picture(QSize pixels, double fontPixels);

 signals:
  void cameraChanged();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void readPage();
  SceneSource source();
  SceneSource sourceOf(const std::shared_ptr<Run>& run, std::int64_t step, AnalysisFeed* feed);
  SceneSnapshot bind(const Theme& theme);
  SceneSnapshot figureSnapshot(const QSizeF& area, const FigureStyle& style);
  SceneSnapshot placed(SceneSnapshot snapshot, const Camera& camera, QSize size, double pixelRatio) const;
  Camera homeCamera() const;
  std::shared_ptr<Run> shownRun() const;
  void requestFrame(SceneQuality quality);
  void receive(const RenderedFrame& frame);
  void moveCamera(const Camera& target);
  void moved();
  void takeStep();
  void select(const std::optional<PickedItem>& item, bool extend);
  bool onHandle(QPointF place) const;
  bool takeHold(QPointF place);
  void moveHandle(double dx, double dy);
  bool handleKey(const QKeyEvent& event);
  void drawHandle(SceneSnapshot& snapshot, const Theme& theme) const;
  void hover(QPointF place);
  void showTooltip(const std::optional<PickedItem>& item);
  QString describe(const PickedItem& item) const;
  void makeTools();
  void placeTools();
  QString stepText() const;
  void onCommand(const Command& command);

  SceneSpec page_;
  QString problem_;  ///< what is wrong with the page
  Config config_;    ///< the one that the layers were chosen for
  AnalysisFeed feed_;
  std::shared_ptr<RenderService> service_;
  RenderService::View handle_ = 0;
  SceneSnapshot snapshot_;  ///< newest content, without camera
  std::optional<RenderedFrame> frame_;
  Camera camera_;
  bool cameraPlaced_ = false;  ///< by the page, by the user or fitted; until then content is fitted
  std::vector<NamedCamera> cameras_;
  QTimer idle_;     ///< after 200 ms of rest the picture is refined
  QTimer flight_;   ///< an animated camera move
  QTimer turning_;  ///< the turntable
  QTimer hoverRest_;
  Camera from_, to_;
  double flown_ = 1;
  QPointF pressed_, last_;
  Qt::MouseButton button_ = Qt::NoButton;
  bool dragged_ = false;
  std::optional<Vec3> dragPoint_;
  bool holdsHandle_ = false;
  bool closing_ = false;
  QPoint tipPlace_;
  QWidget* tools_ = nullptr;
  QToolButton* turnButton_ = nullptr;
};

}  // namespace learnscope
