// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_studio.h"

#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QStandardPaths>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/export/figure_host.h"
#include "widgets/export/figure_panel_form.h"
#include "widgets/export/figure_style_form.h"
#include "widgets/export/picture_preview.h"
#include "widgets/export/save_figure.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

constexpr int restMilliseconds = 60;    // after a change, before the preview is drawn
constexpr int liveMilliseconds = 1000;  // while the run trains on
constexpr int idRole = Qt::UserRole;

QString stylesFolder(const FigureHost* host) {
  if (host) return host->stylesFolder();
  return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/styles");
}

std::vector<std::pair<QString, QString>> viewsOf(const FigureHost* host, const View& first) {
  if (host) return host->figureViews();
  return {{QString::fromStdString(first.spec().id), first.spec().title}};
}

}  // namespace

FigureStudio::FigureStudio(View& first, QWidget* parent)
    : QDialog(parent), first_(first), host_(FigureHost::of(first)), shelf_(stylesFolder(host_)) {
  setObjectName(QStringLiteral("figureStudio"));
  setWindowTitle(tr("Figure"));
  preview_ = new PicturePreview(tr("Preview of the figure"), this);
  facts_ = new QLabel(this);
  facts_->setObjectName(QStringLiteral("figure.facts"));
  facts_->setAlignment(Qt::AlignCenter);
  auto* left = new QVBoxLayout;
  left->addWidget(preview_, 1);
  left->addWidget(facts_);
  auto* row = new QHBoxLayout;
  row->addLayout(left, 1);
  row->addWidget(makeSide());
  auto* column = new QVBoxLayout(this);
  column->addLayout(row, 1);
  column->addWidget(makeButtons());

  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &FigureStudio::draw);
  connect(preview_, &PicturePreview::resized, this, &FigureStudio::later);
  connect(form_, &FigureStyleForm::changed, this, &FigureStudio::later);
  connect(panel_, &FigurePanelForm::changed, this, &FigureStudio::later);
  connect(&first.model(), &SessionModel::refreshed, this, [this] {
    if (!timer_.isActive()) timer_.start(liveMilliseconds);
  });
  const int em = fontMetrics().height();
  resize(QSize(62 * em, 42 * em).boundedTo(screen()->availableSize() - QSize(2 * em, 3 * em)));
  setViews({QString::fromStdString(first.spec().id)});
  setStyle(shelf_.last());
}

QWidget* FigureStudio::makeSide() {
  auto* side = new QWidget(this);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(makeStyles());
  form_ = new FigureStyleForm(this);
  panel_ = new FigurePanelForm(this);
  auto* tabs = new QTabWidget(side);
  tabs->setObjectName(QStringLiteral("figure.tabs"));
  tabs->setDocumentMode(true);
  const auto add = [&](QWidget* content, const QString& title) {
    auto* scroll = new QScrollArea(tabs);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    tabs->addTab(scroll, title);
  };
  auto* page = new QWidget(tabs);
  auto* stacked = new QVBoxLayout(page);
  stacked->setContentsMargins(0, 0, 0, 0);
  stacked->addWidget(makeViews());
  stacked->addWidget(form_->page());
  stacked->addStretch();
  add(page, tr("Page"));
  add(form_->look(), tr("Look"));
  add(panel_, tr("Panels"));
  column->addWidget(tabs, 1);
  side->setFixedWidth(22 * fontMetrics().height());
  return side;
}

QWidget* FigureStudio::makeStyles() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(9, 0, 9, 0);
  styles_ = new QComboBox(bar);
  styles_->setObjectName(QStringLiteral("figure.styles"));
  styles_->setPlaceholderText(tr("Choose a saved style"));
  styles_->addItems(shelf_.names());
  styles_->setCurrentIndex(-1);
  styles_->setAccessibleName(tr("Saved styles"));
  connect(styles_, &QComboBox::activated, this,
          [this] { say([this] { setStyle(shelf_.load(styles_->currentText())); }); });
  auto* more = new QToolButton(bar);
  more->setObjectName(QStringLiteral("quiet"));
  more->setIcon(symbolicIcon(QStringLiteral("menu")));
  more->setToolTip(tr("Save and delete styles"));
  more->setAccessibleName(tr("Styles"));
  more->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(more);
  menu->addAction(tr("&Save style as…"), this, &FigureStudio::keepStyle);
  QAction* remove = menu->addAction(tr("&Delete style"), this, [this] {
    shelf_.remove(styles_->currentText());
    styles_->removeItem(styles_->currentIndex());
    styles_->setCurrentIndex(-1);
  });
  connect(menu, &QMenu::aboutToShow, remove, [this, remove] { remove->setEnabled(styles_->currentIndex() >= 0); });
  menu->addAction(tr("Back to the &default"), this, [this] {
    styles_->setCurrentIndex(-1);
    setStyle({});
  });
  more->setMenu(menu);
  row->addWidget(styles_, 1);
  row->addWidget(more);
  return bar;
}

QWidget* FigureStudio::makeViews() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(9, 9, 9, 0);
  auto* label = new QLabel(tr("&Views, in the order of their letters"), box);
  list_ = new QListWidget(box);
  list_->setObjectName(QStringLiteral("figure.views"));
  list_->setDragDropMode(QAbstractItemView::InternalMove);
  list_->setToolTip(tr("Check what is to be in the figure; drag to change the order"));
  label->setBuddy(list_);
  for (const auto& [id, title] : viewsOf(host_, first_)) {
    auto* item = new QListWidgetItem(title, list_);
    item->setData(idRole, id);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsDragEnabled);
    item->setCheckState(Qt::Unchecked);
  }
  const int rows = std::clamp(list_->count(), 2, 7);
  list_->setFixedHeight(rows * (fontMetrics().height() + 6) + 6);
  connect(list_, &QListWidget::itemChanged, this, &FigureStudio::viewsChanged);
  connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &FigureStudio::viewsChanged);
  column->addWidget(label);
  column->addWidget(list_);
  return box;
}

QWidget* FigureStudio::makeButtons() {
  auto* box = new QDialogButtonBox(this);
  // By their names in the window's style sheet, which looks at them once: when they come into the box.
  const auto button = [box](const QString& text, const char* look, QDialogButtonBox::ButtonRole role) {
    auto* made = new QPushButton(text, box);
    made->setObjectName(QLatin1String(look));
    box->addButton(made, role);
    return made;
  };
  copy_ = button(tr("&Copy"), "plain", QDialogButtonBox::ActionRole);
  button(tr("Close"), "plain", QDialogButtonBox::RejectRole);
  save_ = button(tr("&Save…"), "primary", QDialogButtonBox::ActionRole);
  save_->setDefault(true);
  connect(copy_, &QPushButton::clicked, this, &FigureStudio::copy);
  connect(save_, &QPushButton::clicked, this, &FigureStudio::askSave);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  return box;
}

FigureStyle FigureStudio::style() const {
  FigureStyle style;
  form_->readInto(style);
  style.panels = panel_->panels();
  return style;
}

void FigureStudio::setStyle(const FigureStyle& style) {
  panel_->setPanels(style.panels);
  form_->show(style);
}

QStringList FigureStudio::views() const {
  QStringList ids;
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->checkState() == Qt::Checked) ids << list_->item(i)->data(idRole).toString();
  return ids;
}

void FigureStudio::setViews(const QStringList& ids) {
  {
    const QSignalBlocker quiet(list_);
    int place = 0;
    for (const QString& id : ids) {
      for (int i = place; i < list_->count(); ++i) {
        if (list_->item(i)->data(idRole) != id) continue;
        list_->insertItem(place, list_->takeItem(i));
        list_->item(place++)->setCheckState(Qt::Checked);
        break;
      }
    }
    for (int i = place; i < list_->count(); ++i) list_->item(i)->setCheckState(Qt::Unchecked);
  }
  viewsChanged();
}

std::vector<View*> FigureStudio::shownViews() const {
  std::vector<View*> shown;
  for (const QString& id : views())
    if (View* view = host_ ? host_->figureView(id) : &first_) shown.push_back(view);
  return shown;
}

void FigureStudio::viewsChanged() {
  std::vector<std::pair<QString, QString>> chosen;
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->checkState() == Qt::Checked)
      chosen.emplace_back(list_->item(i)->data(idRole).toString(), list_->item(i)->text());
  panel_->setViews(chosen);
  later();
}

void FigureStudio::later() { timer_.start(restMilliseconds); }

void FigureStudio::draw() {
  const FigureStyle wanted = style();
  const std::vector<View*> shown = shownViews();
  QString problem;
  if (shown.empty()) problem = tr("Check a view to see the figure.");
  try {
    if (problem.isEmpty()) {
      requireFigureStyle(wanted);
      FigureStyle small = wanted;
      // As many dots an inch as make the figure fit.
      small.dpi = 25.4 * preview_->room({wanted.widthMm, wanted.heightMm}).width() / wanted.widthMm;
      preview_->setPicture(figureImage(shown, small));
    }
  } catch (const Error& error) {
    problem = QString::fromUtf8(error.what());
  }
  if (!problem.isEmpty()) preview_->setMessage(problem);
  save_->setEnabled(problem.isEmpty());
  copy_->setEnabled(problem.isEmpty());
  const auto pixels = [&](double mm) { return qRound(mm / 25.4 * wanted.dpi); };
  facts_->setText(tr("%1 × %2 mm · %3 × %4 pixels at %5 dpi · step %6")
                      .arg(wanted.widthMm, 0, 'f', 1)
                      .arg(wanted.heightMm, 0, 'f', 1)
                      .arg(pixels(wanted.widthMm))
                      .arg(pixels(wanted.heightMm))
                      .arg(wanted.dpi, 0, 'f', 0)
                      .arg(first_.model().cursor()));
}

void FigureStudio::save(const QString& path) {
  saveFigure(shownViews(), path, style(), host_ ? host_->figureLayout() : Json::object());
  shelf_.keepLast(style());
}

void FigureStudio::askSave() {
  const QString name = views().join(QLatin1Char('-')).left(60) + QStringLiteral(".pdf");
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save figure"), name,
      tr("PDF (*.pdf);;SVG (*.svg);;PNG (*.png);;TIFF (*.tiff *.tif);;Figures (*.pdf *.svg *.png *.tiff *.tif)"));
  if (path.isEmpty()) return;
  say([&] {
    save(path);
    accept();
  });
}

void FigureStudio::copy() {
  say([this] {
    QGuiApplication::clipboard()->setImage(figureImage(shownViews(), style()));
    shelf_.keepLast(style());
  });
}

void FigureStudio::keepStyle() {
  const QString name =
      QInputDialog::getText(this, tr("Save style"), tr("Name of the style:"), QLineEdit::Normal, styles_->currentText())
          .trimmed();
  if (name.isEmpty()) return;
  say([&] {
    // What was chosen for one panel belongs to this figure, not to the style.
    FigureStyle kept = style();
    kept.panels.clear();
    shelf_.save(name, kept);
    if (styles_->findText(name) < 0) styles_->addItem(name);
    styles_->setCurrentText(name);
  });
}

// What is refused is said where the figure would be.
void FigureStudio::say(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    preview_->setMessage(QString::fromUtf8(error.what()));
  }
}

}  // namespace learnscope
