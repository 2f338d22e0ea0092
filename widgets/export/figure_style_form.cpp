// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_style_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QSpinBox>
#include <cmath>

namespace learnscope {
namespace {

QFormLayout* formIn(QWidget* widget) {
  auto* form = new QFormLayout(widget);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  return form;
}

}  // namespace

FigureStyleForm::FigureStyleForm(QWidget* parent)
    : QObject(parent), page_(new QWidget(parent)), look_(new QWidget(parent)) {
  makePage();
  makeLook();
}

void FigureStyleForm::makePage() {
  QFormLayout& form = *formIn(page_);
  size_ = addChoice(
      form, "size", tr("&Size"),
      {tr("One column, 85 × 60 mm"), tr("Two columns, 178 × 100 mm"), tr("Slide 16:9, 254 × 142.9 mm"), tr("Free")});
  connect(size_, &QComboBox::activated, this, [this](int index) {
    if (index >= static_cast<int>(figureSizes().size())) return;
    const FigureSize& chosen = figureSizes()[static_cast<std::size_t>(index)];
    width_->setValue(chosen.widthMm);
    height_->setValue(chosen.heightMm);
  });
  width_ = addNumber(form, "width", tr("&Width"), 10, 2000, 2, tr(" mm"));
  height_ = addNumber(form, "height", tr("&Height"), 10, 2000, 2, tr(" mm"));
  connect(width_, &QDoubleSpinBox::valueChanged, this, &FigureStyleForm::nameSize);
  connect(height_, &QDoubleSpinBox::valueChanged, this, &FigureStyleForm::nameSize);
  arrangement_ = addChoice(form, "arrangement", tr("&Arrangement"),
                           {tr("As fits"), tr("Grid"), tr("First large, others beside it")});
  columns_ = new QSpinBox(page_);
  columns_->setObjectName(QStringLiteral("figure.columns"));
  columns_->setRange(0, 12);
  columns_->setSpecialValueText(tr("as fits"));
  form.addRow(tr("&Columns"), columns_);
  connect(columns_, &QSpinBox::valueChanged, this, [this] {
    if (!showing_) emit changed();
  });
  gap_ = addNumber(form, "gap", tr("&Gap"), 0, 50, 1, tr(" mm"));
  letters_ =
      addChoice(form, "letters", tr("Panel &letters"), {tr("None"), tr("a, b, c"), tr("A, B, C"), tr("(a), (b), (c)")});
  dpi_ = addNumber(form, "dpi", tr("&Resolution"), 20, 2400, 0, tr(" dpi"));
  dpi_->setToolTip(tr("Of PNG and TIFF, and of 3D scenes and heat maps inside PDF and SVG"));
}

void FigureStyleForm::makeLook() {
  QFormLayout& form = *formIn(look_);
  family_ = new QComboBox(look_);
  family_->setObjectName(QStringLiteral("figure.family"));
  family_->addItem(tr("As the window"));
  for (const QString& family : QFontDatabase::families())
    if (!QFontDatabase::isPrivateFamily(family)) family_->addItem(family, family);
  family_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  family_->setMinimumContentsLength(12);
  form.addRow(tr("&Font"), family_);
  connect(family_, &QComboBox::currentIndexChanged, this, [this] {
    if (!showing_) emit changed();
  });
  font_ = addNumber(form, "font", tr("&Text"), 2, 72, 1, tr(" pt"));
  titleFont_ = addNumber(form, "titleFont", tr("T&itles"), 0, 72, 1, tr(" pt"));
  titleFont_->setSpecialValueText(tr("as text"));
  letterFont_ = addNumber(form, "letterFont", tr("Letters of &panels"), 0, 72, 1, tr(" pt"));
  letterFont_->setSpecialValueText(tr("text + 25 %"));
  line_ = addNumber(form, "line", tr("&Lines"), 0, 20, 2, tr(" pt"));
  line_->setSingleStep(0.25);
  palette_ = addChoice(form, "palette", tr("&Colours"), {tr("Okabe and Ito, for every eye"), tr("Greys, for print")});
  theme_ = addChoice(form, "theme", tr("The&me"), {tr("Light"), tr("Dark")});
  background_ = addChoice(form, "background", tr("&Background"), {tr("Filled"), tr("Transparent")});
  title_ = addCheck(form, "title", tr("&Titles of panels"));
  legend_ = addCheck(form, "legend", tr("L&egends and colour bars"));
  markers_ = addCheck(form, "markers", tr("Phases and e&vents"));
  grid_ = addCheck(form, "grid", tr("&Grid lines"));
  sceneText_ = addCheck(form, "sceneText", tr("Axes and te&xt over 3D scenes"));
}

QDoubleSpinBox* FigureStyleForm::addNumber(QFormLayout& form, const char* name, const QString& label, double least,
                                           double most, int decimals, const QString& unit) {
  auto* box = new QDoubleSpinBox(form.parentWidget());
  box->setObjectName(QStringLiteral("figure.") + QLatin1String(name));
  box->setRange(least, most);
  box->setDecimals(decimals);
  box->setSuffix(unit);
  box->setKeyboardTracking(false);
  form.addRow(label, box);
  connect(box, &QDoubleSpinBox::valueChanged, this, [this] {
    if (!showing_) emit changed();
  });
  return box;
}

QComboBox* FigureStyleForm::addChoice(QFormLayout& form, const char* name, const QString& label,
                                      const QStringList& choices) {
  auto* box = new QComboBox(form.parentWidget());
  box->setObjectName(QStringLiteral("figure.") + QLatin1String(name));
  box->addItems(choices);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(12);
  form.addRow(label, box);
  connect(box, &QComboBox::currentIndexChanged, this, [this] {
    if (!showing_) emit changed();
  });
  return box;
}

QCheckBox* FigureStyleForm::addCheck(QFormLayout& form, const char* name, const QString& label) {
  auto* box = new QCheckBox(label, form.parentWidget());
  box->setObjectName(QStringLiteral("figure.") + QLatin1String(name));
  form.addRow(box);
  connect(box, &QCheckBox::toggled, this, [this] {
    if (!showing_) emit changed();
  });
  return box;
}

// Which of the known sizes these are.
void FigureStyleForm::nameSize() {
  int index = static_cast<int>(figureSizes().size());
  for (std::size_t i = 0; i < figureSizes().size(); ++i)
    if (std::abs(figureSizes()[i].widthMm - width_->value()) < 0.006 &&
        std::abs(figureSizes()[i].heightMm - height_->value()) < 0.006)
      index = static_cast<int>(i);
  const QSignalBlocker quiet(size_);
  size_->setCurrentIndex(index);
}

void FigureStyleForm::readInto(FigureStyle& style) const {
  style.widthMm = width_->value();
  style.heightMm = height_->value();
  if (const auto i = static_cast<std::size_t>(size_->currentIndex()); i < figureSizes().size()) {
    // To the fraction that the field does not show.
    style.widthMm = figureSizes()[i].widthMm;
    style.heightMm = figureSizes()[i].heightMm;
  }
  style.arrangement = static_cast<FigureStyle::Arrangement>(arrangement_->currentIndex());
  style.columns = columns_->value();
  style.gapMm = gap_->value();
  style.letters = static_cast<FigureStyle::Letters>(letters_->currentIndex());
  style.dpi = dpi_->value();
  style.family = family_->currentData().toString();
  style.fontPt = font_->value();
  // Between 0 and the smallest size that can be read there is nothing to choose.
  style.titlePt = titleFont_->value() < 2 ? 0 : titleFont_->value();
  style.letterPt = letterFont_->value() < 2 ? 0 : letterFont_->value();
  style.lineWidthPt = line_->value();
  style.greys = palette_->currentIndex() == 1;
  style.darkTheme = theme_->currentIndex() == 1;
  style.transparent = background_->currentIndex() == 1;
  style.title = title_->isChecked();
  style.legend = legend_->isChecked();
  style.markers = markers_->isChecked();
  style.grid = grid_->isChecked();
  style.sceneText = sceneText_->isChecked();
}

void FigureStyleForm::show(const FigureStyle& style) {
  showing_ = true;
  width_->setValue(style.widthMm);
  height_->setValue(style.heightMm);
  nameSize();
  arrangement_->setCurrentIndex(static_cast<int>(style.arrangement));
  columns_->setValue(style.columns);
  gap_->setValue(style.gapMm);
  letters_->setCurrentIndex(static_cast<int>(style.letters));
  dpi_->setValue(style.dpi);
  family_->setCurrentIndex(style.family.isEmpty() ? 0 : std::max(0, family_->findData(style.family)));
  font_->setValue(style.fontPt);
  titleFont_->setValue(style.titlePt);
  letterFont_->setValue(style.letterPt);
  line_->setValue(style.lineWidthPt);
  palette_->setCurrentIndex(style.greys ? 1 : 0);
  theme_->setCurrentIndex(style.darkTheme ? 1 : 0);
  background_->setCurrentIndex(style.transparent ? 1 : 0);
  title_->setChecked(style.title);
  legend_->setChecked(style.legend);
  markers_->setChecked(style.markers);
  grid_->setChecked(style.grid);
  sceneText_->setChecked(style.sceneText);
  showing_ = false;
  emit changed();
}

}  // namespace learnscope
