// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/parameter_editor.h"

#include <QComboBox>
#include <QCompleter>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "widgets/controls/number_field.h"
#include "widgets/controls/switch_button.h"
#include "widgets/controls/table_dialog.h"
#include "widgets/controls/value_slider.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

void name(QWidget* widget, const Parameter& parameter, const char* part = "") {
  widget->setObjectName(QStringLiteral("parameter.") + text(parameter.id) + QLatin1String(part));
  widget->setAccessibleName(text(parameter.title));
  widget->setAccessibleDescription(text(parameter.doc));
  widget->setToolTip(parameterToolTip(parameter));
}

/// Real and Int: an exact field, and a slider when the range is finite.
class NumberEditor : public ParameterEditor {
 public:
  NumberEditor(const Parameter& p, QWidget* parent) : ParameterEditor(p, parent), field_(new NumberField(p, parent)) {
    name(field_, p);
    field_->setFixedWidth(field_->fontMetrics().horizontalAdvance(QStringLiteral("0.0000000")) + 14);
    connect(field_, &NumberField::edited, this, [this](const Json& value) {
      setValue(value);
      emit edited(value);
    });
    connect(field_, &NumberField::refused, this, &ParameterEditor::refused);
    connect(field_, &NumberField::mended, this, &ParameterEditor::mended);
    if (std::isfinite(p.minimum) && std::isfinite(p.maximum) && p.maximum > p.minimum) makeSlider(parent);
  }
  Json value() const override { return field_->value(); }
  void setValue(const Json& value) override {
    field_->setValue(value);
    if (slider_ && value.is_number()) slider_->setNumber(value.get<double>());
  }
  QWidget* compact() const override { return field_; }
  QWidget* wide() const override { return slider_; }

 private:
  void makeSlider(QWidget* parent) {
    const Parameter& p = parameter();
    const bool whole = p.type == ParameterType::Int;
    slider_ = new ValueSlider(parent);
    name(slider_, p, ".slider");
    slider_->setScale(p.minimum, p.maximum, p.logarithmic, whole);
    if (p.fallback.is_number()) slider_->setDefault(p.fallback.get<double>());
    connect(slider_, &QAbstractSlider::sliderPressed, this, &ParameterEditor::gestureBegan);
    connect(slider_, &QAbstractSlider::sliderReleased, this, &ParameterEditor::gestureEnded);
    connect(slider_, &ValueSlider::moved, this, [this, whole](double number) {
      const Json value = whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
      field_->setValue(value);
      emit mended();
      emit edited(value);
    });
  }

  NumberField* field_;
  ValueSlider* slider_ = nullptr;
};

class BoolEditor : public ParameterEditor {
 public:
  BoolEditor(const Parameter& p, QWidget* parent) : ParameterEditor(p, parent), button_(new SwitchButton(parent)) {
    name(button_, p);
    connect(button_, &QAbstractButton::clicked, this, [this](bool on) { emit edited(on); });
  }
  Json value() const override { return button_->isChecked(); }
  void setValue(const Json& value) override { button_->setChecked(value.is_boolean() && value.get<bool>()); }
  QWidget* compact() const override { return button_; }

 private:
  SwitchButton* button_;
};

class ChoiceEditor : public ParameterEditor {
 public:
  ChoiceEditor(const Parameter& p, QWidget* parent) : ParameterEditor(p, parent), box_(new QComboBox(parent)) {
    name(box_, p);
    box_->setEditable(p.open);
    box_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    box_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box_->setMinimumContentsLength(8);
    box_->setFocusPolicy(Qt::StrongFocus);
    box_->installEventFilter(this);
    for (const Choice& choice : p.choices)
      box_->addItem(text(choice.title.empty() ? choice.id : choice.title), text(choice.id));
    connect(box_, &QComboBox::activated, this, [this] { commit(); });
    if (p.open) connect(box_->lineEdit(), &QLineEdit::editingFinished, this, [this] { commit(); });
    if (p.open) box_->setInsertPolicy(QComboBox::NoInsert);
  }
  Json value() const override { return value_; }
  void setValue(const Json& value) override {
    value_ = value;
    const QString id = value.is_string() ? text(value.get<std::string>()) : QString();
    const int index = box_->findData(id);
    box_->setCurrentIndex(index);
    if (index < 0 && parameter().open) box_->setEditText(id);
  }
  QWidget* compact() const override { return box_; }
  // The wheel belongs to the panel that scrolls.
  bool eventFilter(QObject*, QEvent* event) override {
    if (event->type() != QEvent::Wheel || box_->hasFocus()) return false;
    event->ignore();
    return true;
  }

 private:
  void commit() {
    QString id = box_->currentData().toString();
    if (parameter().open && box_->currentText() != box_->itemText(box_->currentIndex()))
      id = box_->currentText().trimmed();
    if (parameter().open && (id.isEmpty() || box_->findText(box_->currentText()) < 0))
      id = box_->currentText().trimmed();
    if (Json(id.toStdString()) == value_) {
      emit mended();
      return;
    }
    offer(id.toStdString());
  }
  QComboBox* box_;
  Json value_;
};

/// Text, List, File, Folder: a line; the last two with a chooser.
class LineEditor : public ParameterEditor {
 public:
  LineEditor(const Parameter& p, QWidget* parent)
      : ParameterEditor(p, parent), frame_(new QWidget(parent)), line_(new QLineEdit(frame_)) {
    name(line_, p);
    auto* row = new QHBoxLayout(frame_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    row->addWidget(line_, 1);
    frame_->setFocusProxy(line_);
    frame_->setToolTip(parameterToolTip(p));
    if (p.type == ParameterType::List) line_->setPlaceholderText(tr("numbers, separated by commas"));
    if (p.type == ParameterType::File || p.type == ParameterType::Folder) {
      auto* browse = new QToolButton(frame_);
      browse->setIcon(symbolicIcon(QStringLiteral("open")));
      browse->setAutoRaise(true);
      name(browse, p, ".browse");
      browse->setAccessibleName(tr("Choose %1").arg(text(p.title)));
      row->addWidget(browse);
      connect(browse, &QToolButton::clicked, this, [this] { choose(); });
    }
    connect(line_, &QLineEdit::editingFinished, this, [this] { commit(); });
  }
  Json value() const override { return value_; }
  void setValue(const Json& value) override {
    value_ = value;
    line_->setText(shown(value));
  }
  QWidget* wide() const override { return frame_; }

 private:
  static QString shown(const Json& value) {
    if (value.is_string()) return text(value.get<std::string>());
    if (!value.is_array()) return {};
    QStringList parts;
    for (const Json& each : value) parts << NumberField::format(each);
    return parts.join(QStringLiteral(", "));
  }
  void commit() {
    const QString typed = line_->text().trimmed();
    if (typed == shown(value_)) {
      emit mended();
      return;
    }
    if (parameter().type != ParameterType::List) return offer(typed.toStdString());
    const QString list = typed.startsWith(u'[') ? typed : u'[' + typed + u']';
    const Json parsed = Json::parse(list.toStdString(), nullptr, false);
    if (parsed.is_discarded())
      emit refused(tr("Must be %1").arg(text(parameter().allowed())));
    else
      offer(parsed);
  }
  void choose() {
    const QString start = line_->text();
    const QString path = parameter().type == ParameterType::Folder
                             ? QFileDialog::getExistingDirectory(frame_, text(parameter().title), start)
                             : QFileDialog::getOpenFileName(frame_, text(parameter().title), start);
    if (path.isEmpty()) return;
    line_->setText(path);
    commit();
  }
  QWidget* frame_;
  QLineEdit* line_;
  Json value_;
};

/// Matrix and Table: a button that says the size and opens a dialog.
class TableEditor : public ParameterEditor {
 public:
  TableEditor(const Parameter& p, QWidget* parent) : ParameterEditor(p, parent), button_(new QToolButton(parent)) {
    name(button_, p);
    button_->setIcon(symbolicIcon(QStringLiteral("table")));
    button_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(button_, &QToolButton::clicked, this, [this] {
      TableDialog dialog(parameter(), value_, button_->window());
      if (dialog.exec() == QDialog::Accepted && dialog.value() != value_) offer(dialog.value());
    });
  }
  Json value() const override { return value_; }
  void setValue(const Json& value) override {
    value_ = value;
    const std::size_t rows = value.is_array() ? value.size() : 0;
    const std::size_t columns = rows != 0 ? value.front().size() : 0;
    button_->setText(rows == 0 ? tr("empty") : QStringLiteral("%1 \u00d7 %2").arg(rows).arg(columns));
  }
  QWidget* compact() const override { return button_; }

 private:
  QToolButton* button_;
  Json value_;
};

class SubsetEditor : public ParameterEditor {
 public:
  SubsetEditor(const Parameter& p, QWidget* parent) : ParameterEditor(p, parent), frame_(new QWidget(parent)) {
    name(frame_, p);
    auto* grid = new QGridLayout(frame_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(2);
    std::size_t longest = 0;
    for (const Choice& choice : p.choices) longest = std::max(longest, choice.title.size());
    const int columns = longest > 12 ? 1 : longest > 6 ? 2 : 3;
    for (const Choice& choice : p.choices) {
      auto* box = new QCheckBox(text(choice.title.empty() ? choice.id : choice.title), frame_);
      box->setObjectName(QStringLiteral("parameter.") + text(p.id + "." + choice.id));
      const int n = static_cast<int>(boxes_.size());
      grid->addWidget(box, n / columns, n % columns);
      boxes_.push_back(box);
      connect(box, &QCheckBox::clicked, this, [this] { offer(value()); });
    }
    if (!boxes_.empty()) frame_->setFocusProxy(boxes_.front());
    frame_->setToolTip(parameterToolTip(p));
  }
  Json value() const override {
    Json ids = Json::array();
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      if (boxes_[i]->isChecked()) ids.push_back(parameter().choices[i].id);
    return ids;
  }
  void setValue(const Json& value) override {
    for (std::size_t i = 0; i < boxes_.size(); ++i)
      boxes_[i]->setChecked(value.is_array() &&
                            std::find(value.begin(), value.end(), parameter().choices[i].id) != value.end());
  }
  QWidget* wide() const override { return frame_; }

 private:
  QWidget* frame_;
  std::vector<QCheckBox*> boxes_;
};

}  // namespace

void ParameterEditor::offer(const Json& value) {
  if (const std::optional<Problem> problem = parameter_.check(value)) {
    emit refused(tr("Must be %1").arg(text(problem->allowed)));
    return;
  }
  setValue(value);
  emit mended();
  emit edited(value);
}

ParameterEditor* createParameterEditor(const Parameter& parameter, QWidget* parent) {
  switch (parameter.type) {
    case ParameterType::Bool:
      return new BoolEditor(parameter, parent);
    case ParameterType::Int:
    case ParameterType::Real:
      return new NumberEditor(parameter, parent);
    case ParameterType::Choice:
      return new ChoiceEditor(parameter, parent);
    case ParameterType::Matrix:
    case ParameterType::Table:
      return new TableEditor(parameter, parent);
    case ParameterType::Subset:
      return new SubsetEditor(parameter, parent);
    case ParameterType::Text:
    case ParameterType::List:
    case ParameterType::File:
    case ParameterType::Folder:
      break;
  }
  return new LineEditor(parameter, parent);
}

QString parameterToolTip(const Parameter& parameter) {
  QString tip = QStringLiteral("<p><b>%1</b></p>").arg(text(parameter.title).toHtmlEscaped());
  if (!parameter.doc.empty()) tip += QStringLiteral("<p>%1</p>").arg(text(parameter.doc).toHtmlEscaped());
  QString facts = text(parameter.allowed()).toHtmlEscaped();
  if (!parameter.unit.empty()) facts += QStringLiteral(", ") + text(parameter.unit).toHtmlEscaped();
  const Json& fallback = parameter.fallback;
  if (fallback.is_primitive() && !fallback.is_null())
    facts += QObject::tr("; default %1").arg(NumberField::format(fallback).toHtmlEscaped());
  tip += QStringLiteral("<p>%1<br><code>%2</code></p>").arg(facts, text(parameter.id).toHtmlEscaped());
  return parameter.live ? tip + QObject::tr("<p>May change while training.</p>") : tip;
}

}  // namespace learnscope
