// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>
#include <cmath>

#include "widgets/model/icons.h"
#include "widgets/scene/camera_input.h"
#include "widgets/scene/scene_view.h"

namespace learnscope {
namespace {

constexpr int clickSlack = 4;  ///< pixels a press may wander and still be a click

}  // namespace

void SceneView::makeTools() {
  tools_ = new QWidget(this);
  tools_->setObjectName(QStringLiteral("sceneTools"));
  auto* row = new QHBoxLayout(tools_);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(2);
  const auto button = [&](const char* icon, const QString& name, const QString& tip) {
    auto* made = new QToolButton(tools_);
    made->setAutoRaise(true);
    made->setIcon(symbolicIcon(QLatin1String(icon)));
    made->setIconSize({16, 16});
    made->setAccessibleName(name);
    made->setToolTip(tip);
    made->setFocusPolicy(Qt::TabFocus);
    row->addWidget(made);
    return made;
  };
  auto* presets = button("camera", tr("Camera presets"), tr("Camera presets (1 to 9)"));
  presets->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(presets);
  presets->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    menu->clear();
    int key = 1;
    for (const NamedCamera& preset : cameras_) {
      QAction* action = menu->addAction(preset.title, this, [this, id = preset.id] { showPreset(id); });
      if (key <= 9) action->setShortcut(QKeySequence(Qt::Key_0 + key++));
    }
    if (!cameras_.empty()) menu->addSeparator();
    menu->addAction(tr("Top"), this, [this] { showPreset(QStringLiteral("top")); });
    menu->addAction(tr("Front"), this, [this] { showPreset(QStringLiteral("front")); });
    menu->addAction(tr("Side"), this, [this] { showPreset(QStringLiteral("side")); });
  });
  auto* home = button("reset", tr("Reset the camera"), tr("Reset the camera (Home)"));
  connect(home, &QToolButton::clicked, this, [this] { showPreset(QStringLiteral("home")); });
  turnButton_ = button("turntable", tr("Turntable"), tr("Turn the scene slowly (T)"));
  turnButton_->setCheckable(true);
  connect(turnButton_, &QToolButton::clicked, this, [this](bool on) { setTurning(on); });
}

void SceneView::placeTools() {
  tools_->adjustSize();
  tools_->move(width() - tools_->width() - 6, 6);
  tools_->raise();
}

void SceneView::resizeEvent(QResizeEvent* event) {
  View::resizeEvent(event);
  placeTools();
  requestFrame(SceneQuality::Fast);
}

void SceneView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  placeTools();
  refresh();
}

void SceneView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
    if (isVisible()) refresh();
}

bool SceneView::event(QEvent* event) {
  // Single letters are the view's while it has the focus, not shortcuts of the window.
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool plain = !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    const bool ours = (key->key() >= Qt::Key_0 && key->key() <= Qt::Key_9) || key->key() == Qt::Key_Plus ||
                      key->key() == Qt::Key_Minus || key->key() == Qt::Key_Home || key->key() == Qt::Key_T ||
                      key->key() == Qt::Key_Left || key->key() == Qt::Key_Right || key->key() == Qt::Key_Up ||
                      key->key() == Qt::Key_Down || QStringLiteral("WASDQE").contains(QChar(key->key() & 0xFFFF));
    if (plain && ours) {
      event->accept();
      return true;
    }
  }
  return View::event(event);
}

void SceneView::mousePressEvent(QMouseEvent* event) {
  if (button_ != Qt::NoButton) return;
  setFocus(Qt::MouseFocusReason);
  flight_.stop();
  setTurning(false);
  QToolTip::hideText();
  button_ = event->button();
  pressed_ = last_ = event->position();
  dragged_ = false;
  holdsHandle_ = button_ == Qt::LeftButton && (onHandle(pressed_) || takeHold(pressed_));
}

/// Puts the handle on what is pressed, if the page wants it on such items.
bool SceneView::takeHold(QPointF place) {
  if (!page_.handle || page_.handle->on.isEmpty()) return false;
  SceneSnapshot meant = placed(snapshot_, camera_, size(), 1);
  std::erase_if(meant.layers, [this](const SceneLayer& layer) { return layer.select != page_.handle->on; });
  const std::optional<PickedItem> item = pickItem(meant, place);
  if (!item) return false;
  dragPoint_ = item->at;
  model().userSelect({item->select, {item->id}});
  return true;
}

bool SceneView::onHandle(QPointF place) const {
  if (!dragPoint_) return false;
  const Projected p = camera_.project(*dragPoint_, {double(width()), double(height())});
  const double reach = std::max(10.0, page_.handle->size * p.scale + 4);
  return p.inFront() && std::hypot(place.x() - p.x, place.y() - p.y) <= reach;
}

/// Moves it by pixels in the plane of the screen.
void SceneView::moveHandle(double dx, double dy) {
  const Projected p = camera_.project(*dragPoint_, {double(width()), double(height())});
  if (!p.inFront() || !(p.scale > 0)) return;
  dragPoint_ = *dragPoint_ + camera_.right() * (dx / p.scale) - camera_.up() * (dy / p.scale);
  refresh();
}

void SceneView::drawHandle(SceneSnapshot& snapshot, const Theme& theme) const {
  SceneLayer layer;
  const auto radius = static_cast<float>(page_.handle->size);
  layer.geometry = Spheres{std::vector<Vec3f>{Vec3f(*dragPoint_)}, std::vector<float>{radius},
                           std::vector<Rgba>{Rgba(theme.accent)}, false};
  snapshot.layers.push_back(std::move(layer));
  snapshot.rings.push_back({*dragPoint_, page_.handle->size, theme.accent});
  if (!page_.handle->label.isEmpty())
    snapshot.labels.push_back({*dragPoint_, page_.handle->label, theme.text, 20, 1.6 * page_.handle->size});
}

void SceneView::mouseMoveEvent(QMouseEvent* event) {
  const QPointF delta = event->position() - last_;
  last_ = event->position();
  if (button_ == Qt::NoButton) {
    setCursor(onHandle(last_) ? Qt::OpenHandCursor : Qt::ArrowCursor);
    hoverRest_.start();
    return;
  }
  if (!dragged_ && (event->position() - pressed_).manhattanLength() < clickSlack) return;
  dragged_ = true;
  if (holdsHandle_) return moveHandle(delta.x(), delta.y());
  cameraPlaced_ = true;
  dragCamera(camera_, delta, button_, event->modifiers(), {double(width()), double(height())});
  moved();
}

void SceneView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != button_) return;
  button_ = Qt::NoButton;
  if (std::exchange(holdsHandle_, false)) return;
  if (dragged_ || event->button() != Qt::LeftButton) return;
  const bool extend = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
  service_->pick(handle_, event->position(),
                 [this, extend](const std::optional<PickedItem>& item) { select(item, extend); });
}

void SceneView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  service_->pick(handle_, event->position(), [this](const std::optional<PickedItem>& item) {
    if (!item) return;
    Camera camera = camera_;
    camera.target = item->at;
    camera.distance = std::max(camera.distance * 0.6, 8 * item->radius);
    moveCamera(camera);
  });
}

void SceneView::wheelEvent(QWheelEvent* event) {
  if (const double notches = event->angleDelta().y() / 120.0; notches != 0) {
    wheelCamera(camera_, notches, event->position(), {double(width()), double(height())});
    cameraPlaced_ = true;
    moved();
  }
  event->accept();
}

/// Ctrl and an arrow move the handle, where there is one.
bool SceneView::handleKey(const QKeyEvent& event) {
  if (!dragPoint_ || !(event.modifiers() & Qt::ControlModifier)) return false;
  const double slide = 0.02 * height();
  switch (event.key()) {
    case Qt::Key_Left:
      return moveHandle(-slide, 0), true;
    case Qt::Key_Right:
      return moveHandle(slide, 0), true;
    case Qt::Key_Up:
      return moveHandle(0, -slide), true;
    case Qt::Key_Down:
      return moveHandle(0, slide), true;
    default:
      return false;
  }
}

void SceneView::keyPressEvent(QKeyEvent* event) {
  if (handleKey(*event)) return;
  if (keyCamera(camera_, event->key(), event->modifiers(), {double(width()), double(height())})) {
    cameraPlaced_ = true;
    return moved();
  }
  switch (event->key()) {
    case Qt::Key_0:
    case Qt::Key_Home:
      showPreset(QStringLiteral("home"));
      return;
    case Qt::Key_T:
      return setTurning(!isTurning());
    case Qt::Key_Escape:
      if (!model().selection().ids.empty()) return model().userSelect({});
      break;
    default:
      break;
  }
  const int preset = event->key() - Qt::Key_1;
  if (preset >= 0 && preset < 9 && preset < static_cast<int>(cameras_.size())) {
    showPreset(cameras_[static_cast<std::size_t>(preset)].id);
    return;
  }
  View::keyPressEvent(event);
}

void SceneView::leaveEvent(QEvent* event) {
  hoverRest_.stop();
  View::leaveEvent(event);
}

void SceneView::select(const std::optional<PickedItem>& item, bool extend) {
  if (!item) {
    if (!extend && !model().selection().ids.empty()) model().userSelect({});
    return;
  }
  if (item->select.isEmpty()) return;
  Selection selection{item->select, {item->id}};
  if (extend && model().selection().kind == item->select) {
    selection.ids = model().selection().ids;
    const auto found = std::find(selection.ids.begin(), selection.ids.end(), item->id);
    if (found == selection.ids.end()) {
      selection.ids.push_back(item->id);
    } else {
      selection.ids.erase(found);
    }
  }
  model().userSelect(selection);
}

void SceneView::hover(QPointF place) {
  if (!underMouse()) return;
  tipPlace_ = mapToGlobal(place.toPoint());
  service_->pick(handle_, place, [this](const std::optional<PickedItem>& item) { showTooltip(item); });
}

void SceneView::showTooltip(const std::optional<PickedItem>& item) {
  if (button_ != Qt::NoButton || !item) {
    QToolTip::hideText();
    return;
  }
  QToolTip::showText(tipPlace_, describe(*item), this);
}

/// "neuron 12" and one line a value; plain text of the page is escaped.
QString SceneView::describe(const PickedItem& item) const {
  if (!frame_ || item.layer >= frame_->snapshot->layers.size()) return {};
  const SceneLayer& layer = frame_->snapshot->layers[item.layer];
  const QString kind = item.select.isEmpty() ? (layer.title.isEmpty() ? tr("item") : layer.title) : item.select;
  QString text =
      QStringLiteral("<b>%1 %2</b><table cellspacing=0 cellpadding=1>").arg(kind.toHtmlEscaped()).arg(item.id);
  for (const ItemValues& values : layer.values) {
    if (item.item >= values.values.size()) continue;
    text += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td align=right>%2</td></tr>")
                .arg(values.name.toHtmlEscaped(), QLocale().toString(values.values[item.item], 'g', 4));
  }
  return text + QStringLiteral("</table>");
}

}  // namespace learnscope
