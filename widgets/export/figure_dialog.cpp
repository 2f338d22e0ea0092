// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "widgets/export/figure_actions.h"

namespace learnscope {
namespace {

constexpr const char* group = "figure";
constexpr QSize previewSize(420, 320);

FigureStyle remembered() {
  QSettings settings;
  settings.beginGroup(QLatin1String(group));
  FigureStyle style;
  style.widthMm = settings.value("widthMm", style.widthMm).toDouble();
  style.heightMm = settings.value("heightMm", style.heightMm).toDouble();
  style.fontPt = settings.value("fontPt", style.fontPt).toDouble();
  style.lineWidthPt = settings.value("lineWidthPt", style.lineWidthPt).toDouble();
  style.dpi = settings.value("dpi", style.dpi).toDouble();
  style.darkTheme = settings.value("dark", style.darkTheme).toBool();
  style.transparent = settings.value("transparent", style.transparent).toBool();
  style.markers = settings.value("markers", style.markers).toBool();
  style.legend = settings.value("legend", style.legend).toBool();
  style.title = settings.value("title", style.title).toBool();
  return style;
}

}  // namespace

FigureDialog::FigureDialog(View& view, QWidget* parent) : QDialog(parent), view_(view), form_(new QFormLayout) {
  setWindowTitle(tr("Save figure of %1").arg(view.spec().title));
  const FigureStyle style = remembered();
  preview_ = new QLabel(this);
  preview_->setFixedSize(previewSize);
  preview_->setAlignment(Qt::AlignCenter);
  preview_->setAccessibleName(tr("Preview"));
  width_ = addNumber(tr("&Width"), style.widthMm, 10, 2000, 1, tr(" mm"));
  height_ = addNumber(tr("&Height"), style.heightMm, 10, 2000, 1, tr(" mm"));
  font_ = addNumber(tr("&Font"), style.fontPt, 2, 72, 1, tr(" pt"));
  line_ = addNumber(tr("&Lines"), style.lineWidthPt, 0.1, 20, 2, tr(" pt"));
  dpi_ = addNumber(tr("&Resolution"), style.dpi, 20, 2400, 0, tr(" dpi"));
  dark_ = addCheck(tr("&Dark"), style.darkTheme);
  transparent_ = addCheck(tr("&Transparent background"), style.transparent);
  markers_ = addCheck(tr("&Phases and events"), style.markers);
  legend_ = addCheck(tr("L&egend"), style.legend);
  title_ = addCheck(tr("T&itle"), style.title);
  auto* row = new QHBoxLayout;
  row->addLayout(form_);
  row->addWidget(preview_, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  buttons->addButton(tr("Save…"), QDialogButtonBox::AcceptRole);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  auto* column = new QVBoxLayout(this);
  column->addLayout(row);
  column->addWidget(buttons);
  preview();
}

QDoubleSpinBox* FigureDialog::addNumber(const QString& label, double value, double least, double most, int decimals,
                                        const QString& unit) {
  auto* box = new QDoubleSpinBox(this);
  box->setRange(least, most);
  box->setDecimals(decimals);
  box->setValue(value);
  box->setSuffix(unit);
  box->setKeyboardTracking(false);
  form_->addRow(label, box);
  connect(box, &QDoubleSpinBox::valueChanged, this, &FigureDialog::preview);
  return box;
}

QCheckBox* FigureDialog::addCheck(const QString& label, bool on) {
  auto* box = new QCheckBox(label, this);
  box->setChecked(on);
  form_->addRow(QString(), box);
  connect(box, &QCheckBox::toggled, this, &FigureDialog::preview);
  return box;
}

FigureStyle FigureDialog::style() const {
  FigureStyle style;
  style.widthMm = width_->value();
  style.heightMm = height_->value();
  style.fontPt = font_->value();
  style.lineWidthPt = line_->value();
  style.dpi = dpi_->value();
  style.darkTheme = dark_->isChecked();
  style.transparent = transparent_->isChecked();
  style.markers = markers_->isChecked();
  style.legend = legend_->isChecked();
  style.title = title_->isChecked();
  return style;
}

void FigureDialog::preview() {
  if (!preview_ || !title_) return;
  FigureStyle small = style();
  // As many dots an inch as make the figure fit.
  small.dpi = 25.4 * std::min(previewSize.width() / small.widthMm, previewSize.height() / small.heightMm);
  preview_->setPixmap(QPixmap::fromImage(figureImage(view_, small)));
}

void FigureDialog::remember() const {
  const FigureStyle chosen = style();
  QSettings settings;
  settings.beginGroup(QLatin1String(group));
  settings.setValue("widthMm", chosen.widthMm);
  settings.setValue("heightMm", chosen.heightMm);
  settings.setValue("fontPt", chosen.fontPt);
  settings.setValue("lineWidthPt", chosen.lineWidthPt);
  settings.setValue("dpi", chosen.dpi);
  settings.setValue("dark", chosen.darkTheme);
  settings.setValue("transparent", chosen.transparent);
  settings.setValue("markers", chosen.markers);
  settings.setValue("legend", chosen.legend);
  settings.setValue("title", chosen.title);
}

}  // namespace learnscope
