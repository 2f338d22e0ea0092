// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/view_pane.h"

#include <QHBoxLayout>

#include "app/log.h"
#include "widgets/controls/action_bar.h"
#include "widgets/export/figure_actions.h"
#include "widgets/model/icons.h"

namespace learnscope {

ViewPane::ViewPane(ViewSpec spec, SessionModel& model, QWidget* parent)
    : QWidget(parent), spec_(std::move(spec)), model_(model) {
  setObjectName(QStringLiteral("pane.") + QString::fromStdString(spec_.id));
  layout_ = new QVBoxLayout(this);
  layout_->setContentsMargins(0, 0, 0, 0);
  setMinimumSize(120, 90);
}

View* ViewPane::view() {
  if (view_ || failed_) return view_;
  try {
    view_ = createView(spec_, model_, this).release();
    layout_->addWidget(view_);
    if (spec_.json.contains("actions")) layout_->addWidget(new ActionBar(spec_.json["actions"], model_, this));
  } catch (const Error& error) {
    failed_ = true;
    auto* label = new QLabel(tr("This view cannot be shown: %1").arg(QString::fromUtf8(error.what())), this);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignCenter);
    label->setMargin(16);
    layout_->addWidget(label);
    logWarning("ui",
               QStringLiteral("view %1: %2").arg(QString::fromStdString(spec_.id), QString::fromUtf8(error.what())));
  }
  return view_;
}

bool ViewPane::refreshIfSeen() {
  if (!view_ || !isVisible() || visibleRegion().isEmpty()) return false;
  view_->refresh();
  return true;
}

void ViewPane::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (View* shown = view()) shown->refresh();
}

void ViewPane::fillMenu(QMenu* menu) {
  menu->clear();
  if (View* shown = view()) {
    addFigureActions(*menu, *shown);
    menu->addSeparator();
  }
  menu->addAction(symbolicIcon(QStringLiteral("close")), tr("Close view"), this, &ViewPane::closeRequested);
}

PaneHeader::PaneHeader(const QString& title, const QString& doc, bool withMenu, QWidget* parent)
    : QWidget(parent), title_(title), doc_(doc) {
  setObjectName(QStringLiteral("paneHeader"));
  setAttribute(Qt::WA_StyledBackground);
  setToolTip(doc);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(10, 1, 3, 1);
  layout->setSpacing(0);
  label_ = new QLabel(title, this);
  label_->setTextFormat(Qt::PlainText);
  label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  layout->addWidget(label_, 1);
  const auto button = [&](const QString& icon, const QString& name) {
    auto* tool = new QToolButton(this);
    tool->setIcon(symbolicIcon(icon));
    tool->setIconSize({15, 15});
    tool->setToolTip(name);
    tool->setAccessibleName(tr("%1: %2").arg(title, name));
    tool->setFocusPolicy(Qt::TabFocus);
    layout->addWidget(tool);
    return tool;
  };
  if (withMenu) {
    menu_ = button(QStringLiteral("menu"), tr("View menu"));
    menu_->setPopupMode(QToolButton::InstantPopup);
  }
  QToolButton* close = button(QStringLiteral("close"), tr("Close"));
  connect(close, &QToolButton::clicked, this, &PaneHeader::closeClicked);
}

void PaneHeader::setTabbed(bool tabbed) {
  tabbed_ = tabbed;
  elide();
}

void PaneHeader::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  elide();
}

void PaneHeader::elide() {
  QFont font = label_->font();
  font.setBold(false);
  label_->setFont(font);
  const QString text = tabbed_ && !doc_.isEmpty() ? doc_ : title_;
  label_->setText(label_->fontMetrics().elidedText(text, Qt::ElideRight, label_->width()));
}

PaneDock::PaneDock(const QString& id, const QString& title, const QString& doc, QWidget* content, QWidget* parent)
    : QDockWidget(title, parent) {
  setObjectName(QStringLiteral("dock.") + id);
  setAccessibleName(title);
  pane_ = qobject_cast<ViewPane*>(content);
  header_ = new PaneHeader(title, doc, pane_ != nullptr, this);
  setTitleBarWidget(header_);
  setWidget(content);
  connect(header_, &PaneHeader::closeClicked, this, &QDockWidget::close);
  if (!pane_) return;
  auto* menu = new QMenu(header_);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] { pane_->fillMenu(menu); });
  header_->menuButton()->setMenu(menu);
  connect(pane_, &ViewPane::closeRequested, this, &QDockWidget::close);
}

}  // namespace learnscope
