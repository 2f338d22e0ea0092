// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/figure_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <array>

namespace learnscope {
namespace {

struct SizePreset {
  const char* name;
  double width, height, font;  ///< mm, mm, pt
};
constexpr std::array<SizePreset, 5> presets{{
    {QT_TRANSLATE_NOOP("learnscope::FigureDialog", "One column"), 85, 60, 8},
    {QT_TRANSLATE_NOOP("learnscope::FigureDialog", "One and a half columns"), 120, 80, 8},
    {QT_TRANSLATE_NOOP("learnscope::FigureDialog", "Two columns"), 178, 90, 8},
    {QT_TRANSLATE_NOOP("learnscope::FigureDialog", "Slide, 16:9"), 254, 142.9, 18},
    {QT_TRANSLATE_NOOP("learnscope::FigureDialog", "Own size"), 0, 0, 0},
}};
constexpr int ownSize = static_cast<int>(presets.size()) - 1;
constexpr double mmPerInch = 25.4, pointsPerInch = 72;

QDoubleSpinBox* number(double low, double high, double value, const QString& unit, const QString& name,
                       QWidget* parent) {
  auto* box = new QDoubleSpinBox(parent);
  box->setRange(low, high);
  box->setDecimals(1);
  box->setValue(value);
  box->setSuffix(QLatin1Char(' ') + unit);
  box->setAccessibleName(name);
  return box;
}

}  // namespace

FigureDialog::FigureDialog(View& view, const QString& baseName, FigureStyle style, const QString& format,
                           QWidget* parent)
    : QDialog(parent), view_(view), baseName_(baseName) {
  setObjectName(QStringLiteral("figureDialog"));
  setWindowTitle(tr("Save figure: %1").arg(view.spec().title));
  auto* layout = new QVBoxLayout(this);
  auto* middle = new QHBoxLayout;
  middle->setSpacing(18);
  picture_ = new QLabel(this);
  picture_->setAccessibleName(tr("Preview"));
  picture_->setAlignment(Qt::AlignCenter);
  const int em = fontMetrics().height();
  picture_->setMinimumSize(em * 26, em * 20);
  middle->addWidget(picture_, 1);
  middle->addWidget(makeControls(style, format));
  layout->addLayout(middle, 1);
  message_ = new QLabel(this);
  message_->setWordWrap(true);
  message_->hide();
  layout->addWidget(message_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
  buttons->button(QDialogButtonBox::Save)->setText(tr("Save…"));
  connect(buttons, &QDialogButtonBox::accepted, this, &FigureDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
  later_.setSingleShot(true);
  later_.setInterval(120);
  connect(&later_, &QTimer::timeout, this, &FigureDialog::preview);
  later_.start(0);
}

QWidget* FigureDialog::makeControls(const FigureStyle& style, const QString& format) {
  auto* box = new QWidget(this);
  auto* form = new QFormLayout(box);
  form->setContentsMargins(0, 0, 0, 0);
  size_ = new QComboBox(box);
  for (const SizePreset& preset : presets) size_->addItem(tr(preset.name));
  width_ = number(20, 1000, style.widthMm, tr("mm"), tr("Width"), box);
  height_ = number(15, 1000, style.heightMm, tr("mm"), tr("Height"), box);
  font_ = number(4, 48, style.fontPt, tr("pt"), tr("Text size"), box);
  line_ = number(0.2, 6, style.lineWidthPt, tr("pt"), tr("Line width"), box);
  dpi_ = number(72, 1200, style.dpi, tr("dpi"), tr("Resolution"), box);
  dpi_->setDecimals(0);
  dpi_->setToolTip(tr("Of PNG files, and of images inside PDF and SVG"));
  format_ = new QComboBox(box);
  format_->addItem(tr("PDF, vector"), QStringLiteral("pdf"));
  format_->addItem(tr("SVG, vector"), QStringLiteral("svg"));
  format_->addItem(tr("PNG, pixels"), QStringLiteral("png"));
  format_->setCurrentIndex(std::max(0, format_->findData(format)));
  theme_ = new QComboBox(box);
  theme_->addItems({tr("Light, for paper"), tr("Dark, for slides")});
  theme_->setCurrentIndex(style.darkTheme ? 1 : 0);
  const auto check = [&](const QString& text, bool on) {
    auto* widget = new QCheckBox(text, box);
    widget->setChecked(on);
    connect(widget, &QCheckBox::toggled, &later_, qOverload<>(&QTimer::start));
    return widget;
  };
  transparent_ = check(tr("Transparent background"), style.transparent);
  markers_ = check(tr("Events and phases"), style.markers);
  legend_ = check(tr("Legend"), style.legend);
  title_ = check(tr("Title"), style.title);
  form->addRow(tr("&Size"), size_);
  form->addRow(tr("&Width"), width_);
  form->addRow(tr("&Height"), height_);
  form->addRow(tr("&Text"), font_);
  form->addRow(tr("&Lines"), line_);
  form->addRow(tr("&Format"), format_);
  form->addRow(tr("&Resolution"), dpi_);
  form->addRow(tr("&Colours"), theme_);
  for (QCheckBox* widget : {legend_, markers_, title_, transparent_}) form->addRow(QString(), widget);

  size_->setCurrentIndex(ownSize);
  for (int i = 0; i < ownSize; ++i)
    if (presets[static_cast<std::size_t>(i)].width == style.widthMm &&
        presets[static_cast<std::size_t>(i)].height == style.heightMm)
      size_->setCurrentIndex(i);
  connect(size_, &QComboBox::activated, this, &FigureDialog::usePreset);
  for (QDoubleSpinBox* side : {width_, height_})
    connect(side, &QDoubleSpinBox::valueChanged, this, [this] { size_->setCurrentIndex(ownSize); });
  for (QDoubleSpinBox* spin : {width_, height_, font_, line_})
    connect(spin, &QDoubleSpinBox::valueChanged, &later_, qOverload<>(&QTimer::start));
  connect(theme_, &QComboBox::currentIndexChanged, &later_, qOverload<>(&QTimer::start));
  return box;
}

void FigureDialog::usePreset(int index) {
  if (index == ownSize) return;
  const SizePreset& preset = presets[static_cast<std::size_t>(index)];
  const QSignalBlocker noWidth(width_), noHeight(height_);
  width_->setValue(preset.width);
  height_->setValue(preset.height);
  font_->setValue(preset.font);
  later_.start();
}

FigureStyle FigureDialog::style() const {
  FigureStyle style;
  style.widthMm = width_->value();
  style.heightMm = height_->value();
  style.fontPt = font_->value();
  style.lineWidthPt = line_->value();
  style.dpi = dpi_->value();
  style.transparent = transparent_->isChecked();
  style.darkTheme = theme_->currentIndex() == 1;
  style.markers = markers_->isChecked();
  style.legend = legend_->isChecked();
  style.title = title_->isChecked();
  return style;
}

QString FigureDialog::format() const { return format_->currentData().toString(); }

void FigureDialog::preview() {
  const FigureStyle chosen = style();
  const QSizeF points(chosen.widthMm / mmPerInch * pointsPerInch, chosen.heightMm / mmPerInch * pointsPerInch);
  const QSizeF room = points.scaled(picture_->size() - QSize(8, 8), Qt::KeepAspectRatio);
  const double ratio = devicePixelRatioF();
  QImage image((room * ratio).toSize().expandedTo({1, 1}), QImage::Format_ARGB32_Premultiplied);
  const Theme theme = chosen.darkTheme ? Theme::night() : Theme::light();
  image.fill(theme.plotBackground);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(image.width() / points.width(), image.height() / points.height());
  FigureStyle coarse = chosen;
  coarse.dpi = pointsPerInch * image.width() / points.width();
  try {
    view_.paintFigure(painter, QRectF(QPointF(0, 0), points), coarse);
  } catch (const Error& error) {
    message_->setText(QString::fromUtf8(error.what()));
    message_->show();
  }
  painter.end();
  image.setDevicePixelRatio(ratio);
  picture_->setPixmap(QPixmap::fromImage(image));
}

void FigureDialog::accept() {
  const QString suffix = format();
  QString path = QFileDialog::getSaveFileName(this, tr("Save figure"), QStringLiteral("%1.%2").arg(baseName_, suffix),
                                              tr("%1 file (*.%2)").arg(suffix.toUpper(), suffix));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1Char('.') + suffix, Qt::CaseInsensitive)) path += QLatin1Char('.') + suffix;
  try {
    saveFigure(view_, path, style());
  } catch (const Error& error) {
    message_->setText(tr("The figure was not saved: %1").arg(QString::fromUtf8(error.what())));
    message_->show();
    return;
  }
  saved_ = path;
  QDialog::accept();
}

}  // namespace learnscope
