// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>
#include <QTimer>
#include <QUndoStack>
#include <QWidget>

#include "engine/core/config.h"
#include "engine/splats/splat_view.h"
#include "widgets/model/spoken.h"
#include "widgets/scene/camera.h"
#include "widgets/scene/splat_renderer.h"

namespace learnscope {

/// Gaussian splats in a pane, drawn without a graphics card.
///
/// Mouse: left drag orbits, middle or shift drag pans, right drag or the wheel comes nearer, a double click looks at
/// what is there; with a box or lasso a left drag hides what it encloses. Keys: arrows orbit, with shift they pan; +
/// and
/// - come nearer; Home goes back; W S A D Q E fly; T turns; Escape leaves box and lasso.
class SplatView : public QWidget, public Spoken {
  Q_OBJECT
 public:
  enum class Tool { Orbit, Box, Lasso };

  /// `threads`: how many may draw at once.
  explicit SplatView(int threads, QWidget* parent = nullptr);

  /// The view's own settings, as parameters of a form: shape, colours, up, background, degree (of a file that has
  /// harmonics up to that one), opacityCut, scale, ...
  static std::vector<Parameter> parameters(int degree);

  void setSplats(std::shared_ptr<const splats::PreparedSplats> splats, const Config& settings);
  /// Other values of the same splats, as many as before: camera, settings and what is hidden stay.
  void replaceSplats(std::shared_ptr<const splats::PreparedSplats> splats);
  std::shared_ptr<const splats::PreparedSplats> splats() const { return splats_; }
  void setSettings(const Config& settings);
  const Config& settings() const { return settings_; }
  /// Said in the middle of an empty pane.
  void setMessage(const QString& title, const QString& text);

  /// How many draw at once.
  int threads() const { return renderer_.threads(); }
  const Camera& camera() const { return camera_; }
  void setCamera(const Camera& camera);
  void goHome();
  bool isTurning() const { return turning_.isActive(); }
  void setTurning(bool on);
  Tool tool() const { return tool_; }
  void setTool(Tool tool);

  /// Hiding is undoable; hidden splats are neither drawn nor exported.
  QUndoStack& undoStack() { return undo_; }
  std::size_t hiddenCount() const { return hiddenCount_; }
  void showAll();
  /// The splats that are not hidden.
  splats::Gaussians visibleSplats() const;

  /// A picture in this many pixels over nothing: with alpha.
  void grabPicture(QSize pixels, std::function<void(const QImage&)> done);
  /// The camera of a picture in this many pixels.
  splats::SplatCamera splatCamera(QSize pixels) const;
  const std::optional<SplatFrame>& frame() const { return frame_; }
  /// What the pane says of the picture now: that it is reduced, what a tool waits for.
  QString noteText() const;

  QAccessible::Role spokenRole() const override { return QAccessible::Graphic; }
  QString spokenText() const override;
  QSize sizeHint() const override { return {960, 720}; }
  QSize minimumSizeHint() const override { return {200, 150}; }

 signals:
  void frameShown();
  void hiddenChanged();
  void toolChanged();
  void turningChanged(bool on);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  bool event(QEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  friend class HideSplats;
  QSize pixelSize() const;
  SplatRequest request(QSize pixels) const;
  splats::RenderOptions renderOptions() const;
  SplatColours colours() const;
  void requestFrame(bool moving);
  void receive(const SplatFrame& frame);
  void moved();
  void flyTo(const Camera& camera);
  void takeStep();
  void focusOn(QPointF place);
  void hideEnclosed(const QPolygonF& outline);
  void setHidden(std::shared_ptr<const std::vector<char>> hidden);
  void paintScale(QPainter& painter) const;
  void paintMessage(QPainter& painter) const;
  void paintNote(QPainter& painter) const;
  Camera homeCamera() const;

  SplatRenderer renderer_;
  std::shared_ptr<const splats::PreparedSplats> splats_;
  splats::Extent extent_;
  splats::UprightFrame upright_;
  Config settings_;
  QString title_, text_;
  Camera camera_, from_, to_;
  double flown_ = 1;
  std::optional<SplatFrame> frame_;
  double fullMilliseconds_ = 0;  ///< of the last frame in full resolution
  QTimer idle_, flight_, turning_;
  QUndoStack undo_;
  std::shared_ptr<const std::vector<char>> hidden_;
  std::shared_ptr<const AlignedVector<float>> opacities_;
  std::size_t hiddenCount_ = 0;
  Tool tool_ = Tool::Orbit;
  QPolygonF outline_;
  QPointF pressed_, last_;
  Qt::MouseButton button_ = Qt::NoButton;
};

}  // namespace learnscope
