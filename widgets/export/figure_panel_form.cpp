// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_panel_form.h"

#include <QComboBox>
#include <QDoubleValidator>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <utility>

namespace learnscope {
namespace {

enum Column { Text, X, Y, In };

std::optional<double> numberIn(const QString& text) {
  bool number = false;
  const double value = QLocale::c().toDouble(text.trimmed(), &number);
  return number ? std::optional(value) : std::nullopt;
}

QString shown(double value) { return QString::number(value, 'g', 12); }

}  // namespace

FigurePanelForm::FigurePanelForm(QWidget* parent) : QWidget(parent), view_(new QComboBox(this)) {
  auto* form = new QFormLayout(this);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  view_->setObjectName(QStringLiteral("figure.panel"));
  view_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  view_->setMinimumContentsLength(12);
  form->addRow(tr("&Panel"), view_);
  connect(view_, &QComboBox::currentIndexChanged, this, &FigurePanelForm::showPanel);
  title_ = addText("panelTitle", tr("as chosen for all"));
  form->addRow(tr("&Title"), title_);
  xTitle_ = addText("xTitle", tr("as in the view"));
  form->addRow(tr("&X axis"), xTitle_);
  makeRange(*form, "x", tr("x from"), xLow_, xHigh_);
  yTitle_ = addText("yTitle", tr("as in the view"));
  form->addRow(tr("&Y axis"), yTitle_);
  makeRange(*form, "y", tr("y from"), yLow_, yHigh_);
  legend_ = new QComboBox(this);
  legend_->setObjectName(QStringLiteral("figure.panelLegend"));
  legend_->addItems({tr("as chosen for all"), tr("shown"), tr("left out")});
  form->addRow(tr("Le&gend"), legend_);
  connect(legend_, &QComboBox::currentIndexChanged, this, &FigurePanelForm::readPanel);
  makeAnnotations(*form);
}

QLineEdit* FigurePanelForm::addText(const char* name, const QString& placeholder) {
  auto* field = new QLineEdit(this);
  field->setObjectName(QStringLiteral("figure.") + QLatin1String(name));
  field->setPlaceholderText(placeholder);
  field->setMaxLength(200);
  connect(field, &QLineEdit::textEdited, this, &FigurePanelForm::readPanel);
  return field;
}

void FigurePanelForm::makeRange(QFormLayout& form, const char* name, const QString& label, QLineEdit*& low,
                                QLineEdit*& high) {
  low = addText((std::string(name) + "Low").c_str(), tr("auto"));
  high = addText((std::string(name) + "High").c_str(), tr("auto"));
  for (QLineEdit* field : {low, high}) {
    auto* number = new QDoubleValidator(field);
    number->setLocale(QLocale::c());
    field->setValidator(number);
  }
  low->setAccessibleName(tr("%1 axis from").arg(QLatin1String(name)));
  high->setAccessibleName(tr("%1 axis to").arg(QLatin1String(name)));
  auto* row = new QHBoxLayout;
  row->addWidget(low, 1);
  row->addWidget(new QLabel(tr("to"), this));
  row->addWidget(high, 1);
  form.addRow(label, row);
}

void FigurePanelForm::makeAnnotations(QFormLayout& form) {
  annotations_ = new QTableWidget(0, 4, this);
  annotations_->setObjectName(QStringLiteral("figure.annotations"));
  annotations_->setAccessibleName(tr("Annotations"));
  annotations_->setHorizontalHeaderLabels({tr("Annotation"), tr("x"), tr("y"), tr("on")});
  annotations_->verticalHeader()->hide();
  annotations_->horizontalHeader()->setSectionResizeMode(Text, QHeaderView::Stretch);
  const int em = fontMetrics().height();
  for (const Column column : {X, Y}) annotations_->setColumnWidth(column, 4 * em);
  annotations_->setColumnWidth(In, 5 * em);
  annotations_->setMinimumHeight(7 * em);
  annotations_->setToolTip(
      tr("Axes: x and y are values on them. Panel: shares of the panel, 0 to 1 from its lower left"));
  connect(annotations_, &QTableWidget::cellChanged, this, &FigurePanelForm::readPanel);
  auto* add = new QPushButton(tr("&Add annotation"), this);
  add->setObjectName(QStringLiteral("figure.addAnnotation"));
  remove_ = new QPushButton(tr("&Remove"), this);
  remove_->setObjectName(QStringLiteral("figure.removeAnnotation"));
  connect(add, &QPushButton::clicked, this, [this] {
    addAnnotation({tr("text"), 0.5, 0.5, true});
    annotations_->setCurrentCell(annotations_->rowCount() - 1, Text);
    annotations_->editItem(annotations_->currentItem());
    readPanel();
  });
  connect(remove_, &QPushButton::clicked, this, [this] {
    if (annotations_->currentRow() >= 0) annotations_->removeRow(annotations_->currentRow());
    readPanel();
  });
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(add);
  buttons->addWidget(remove_);
  buttons->addStretch();
  form.addRow(annotations_);
  form.addRow(buttons);
}

void FigurePanelForm::addAnnotation(const Annotation& annotation) {
  const bool before = std::exchange(showing_, true);
  const int row = annotations_->rowCount();
  annotations_->insertRow(row);
  annotations_->setItem(row, Text, new QTableWidgetItem(annotation.text));
  annotations_->setItem(row, X, new QTableWidgetItem(shown(annotation.x)));
  annotations_->setItem(row, Y, new QTableWidgetItem(shown(annotation.y)));
  auto* place = new QComboBox(annotations_);
  place->addItems({tr("axes"), tr("panel")});
  place->setCurrentIndex(annotation.onPanel ? 1 : 0);
  place->setAccessibleName(tr("What x and y count"));
  connect(place, &QComboBox::currentIndexChanged, this, &FigurePanelForm::readPanel);
  annotations_->setCellWidget(row, In, place);
  showing_ = before;
}

void FigurePanelForm::setViews(const std::vector<std::pair<QString, QString>>& views) {
  const QString before = view_->currentData().toString();
  {
    const QSignalBlocker quiet(view_);
    view_->clear();
    for (const auto& [id, title] : views) view_->addItem(title, id);
    view_->setCurrentIndex(std::max(0, view_->findData(before)));
  }
  showPanel();
}

void FigurePanelForm::setPanels(std::map<std::string, PanelStyle> panels) {
  panels_ = std::move(panels);
  showPanel();
}

std::map<std::string, PanelStyle> FigurePanelForm::panels() const {
  std::map<std::string, PanelStyle> chosen;
  for (int i = 0; i < view_->count(); ++i)
    if (const auto found = panels_.find(view_->itemData(i).toString().toStdString());
        found != panels_.end() && found->second != PanelStyle())
      chosen.insert(*found);
  return chosen;
}

void FigurePanelForm::showPanel() {
  showing_ = true;
  const PanelStyle panel = panels_[view_->currentData().toString().toStdString()];
  title_->setText(panel.title.value_or(QString()));
  xTitle_->setText(panel.x.title.value_or(QString()));
  yTitle_->setText(panel.y.title.value_or(QString()));
  const auto range = [](const PanelStyle::Axis& axis, QLineEdit& low, QLineEdit& high) {
    low.setText(axis.range ? shown(axis.range->first) : QString());
    high.setText(axis.range ? shown(axis.range->second) : QString());
  };
  range(panel.x, *xLow_, *xHigh_);
  range(panel.y, *yLow_, *yHigh_);
  legend_->setCurrentIndex(!panel.legend ? 0 : *panel.legend ? 1 : 2);
  annotations_->setRowCount(0);
  for (const Annotation& each : panel.annotations) addAnnotation(each);
  remove_->setEnabled(annotations_->rowCount() > 0);
  showing_ = false;
}

void FigurePanelForm::readPanel() {
  if (showing_ || view_->count() == 0) return;
  PanelStyle& panel = panels_[view_->currentData().toString().toStdString()];
  const auto text = [](const QLineEdit& field) {
    return field.text().isEmpty() ? std::optional<QString>() : field.text();
  };
  panel.title = text(*title_);
  panel.x.title = text(*xTitle_);
  panel.y.title = text(*yTitle_);
  // Both ends, or neither: one alone is half typed.
  const auto range = [](const QLineEdit& low, const QLineEdit& high) -> std::optional<std::pair<double, double>> {
    const auto from = numberIn(low.text()), to = numberIn(high.text());
    return from && to ? std::optional(std::pair(*from, *to)) : std::nullopt;
  };
  panel.x.range = range(*xLow_, *xHigh_);
  panel.y.range = range(*yLow_, *yHigh_);
  panel.legend = legend_->currentIndex() == 0 ? std::nullopt : std::optional(legend_->currentIndex() == 1);
  panel.annotations.clear();
  for (int row = 0; row < annotations_->rowCount(); ++row) {
    const auto cell = [&](Column column) {
      const QTableWidgetItem* item = annotations_->item(row, column);
      return item ? item->text() : QString();
    };
    const auto* place = qobject_cast<QComboBox*>(annotations_->cellWidget(row, In));
    panel.annotations.push_back({cell(Text), numberIn(cell(X)).value_or(0), numberIn(cell(Y)).value_or(0),
                                 place && place->currentIndex() == 1});
  }
  remove_->setEnabled(annotations_->rowCount() > 0);
  emit changed();
}

}  // namespace learnscope
