// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/parameter_form.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/model/icons.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

/// The mark of a parameter that may change while training: a small dot in the accent colour.
class LiveDot : public QWidget {
 public:
  explicit LiveDot(QWidget* parent) : QWidget(parent) {
    setFixedSize(8, 12);
    setToolTip(tr("Live: may change while training"));
    setAccessibleName(tr("Live"));
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::of(palette()).accent);
    painter.drawEllipse(QPointF(3.5, height() / 2.0 + 0.5), 2.5, 2.5);
  }
};

/// A title that ends in an ellipsis where it has no room; the tooltip has all of it.
class TitleLabel : public QLabel {
 public:
  using QLabel::QLabel;

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(contentsRect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()));
  }
};

bool sameDescription(const Parameter& a, const Parameter& b) { return a.toJson() == b.toJson() && a.group == b.group; }

}  // namespace

ParameterRow::ParameterRow(const Parameter& parameter, QWidget* parent)
    : QWidget(parent),
      editor_(createParameterEditor(parameter, this)),
      title_(new TitleLabel(text(parameter.title), this)),
      problem_(new QLabel(this)),
      reset_(new QToolButton(this)) {
  setObjectName(QStringLiteral("row.") + text(parameter.id));
  const QString tip = parameterToolTip(parameter);
  title_->setToolTip(tip);
  title_->setBuddy(editor_->focusWidget());
  title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  title_->setMinimumWidth(60);
  reset_->setIcon(symbolicIcon(QStringLiteral("reset")));
  reset_->setIconSize({14, 14});
  reset_->setAutoRaise(true);
  reset_->setFixedSize(20, 20);
  reset_->setObjectName(QStringLiteral("reset.") + text(parameter.id));
  reset_->setAccessibleName(tr("Reset %1").arg(text(parameter.title)));
  reset_->setToolTip(tr("Back to the default"));
  QSizePolicy keep = reset_->sizePolicy();
  keep.setRetainSizeWhenHidden(true);
  reset_->setSizePolicy(keep);
  problem_->setWordWrap(true);
  problem_->setObjectName(QStringLiteral("problem.") + text(parameter.id));
  problem_->hide();

  auto* head = new QHBoxLayout;
  head->setSpacing(3);
  head->addWidget(title_, 1);
  if (parameter.live) head->insertWidget(0, new LiveDot(this));
  head->addWidget(reset_);
  if (QWidget* compact = editor_->compact()) {
    const bool stretches = compact->sizePolicy().horizontalPolicy() == QSizePolicy::Expanding;
    head->addWidget(compact, stretches ? 1 : 0);
  }
  if (!parameter.unit.empty()) {
    auto* unit = new QLabel(text(parameter.unit), this);
    unit->setForegroundRole(QPalette::PlaceholderText);
    head->addWidget(unit);
  }
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 1, 0, 1);
  column->setSpacing(1);
  column->addLayout(head);
  if (editor_->wide()) column->addWidget(editor_->wide());
  column->addWidget(problem_);

  connect(reset_, &QToolButton::clicked, this, &ParameterRow::resetRequested);
  connect(editor_, &ParameterEditor::edited, this, &ParameterRow::edited);
  connect(editor_, &ParameterEditor::refused, this, [this](const QString& why) {
    own_ = why;
    showState();
  });
  connect(editor_, &ParameterEditor::mended, this, [this] {
    own_.clear();
    showState();
  });
  showState();
}

void ParameterRow::setValue(const Json& value) {
  if (editor_->value() != value) {
    editor_->setValue(value);
    own_.clear();
  }
  const bool changed = value != parameter().fallback;
  if (changed == changed_ && own_.isEmpty()) return;
  changed_ = changed;
  showState();
}

void ParameterRow::setProblem(const QString& problem, bool warning) {
  if (labs_ == problem && labsWarning_ == warning) return;
  labs_ = problem;
  labsWarning_ = warning;
  showState();
}

QString ParameterRow::problem() const { return own_.isEmpty() ? labs_ : own_; }

void ParameterRow::setPending(bool pending) {
  if (pending_ == pending) return;
  pending_ = pending;
  showState();
}

bool ParameterRow::matches(const QString& words) const {
  const Parameter& p = parameter();
  const QString all = text(p.title + " " + p.id + " " + p.doc + " " + p.group);
  const QStringList parts = words.split(u' ', Qt::SkipEmptyParts);
  return std::all_of(parts.begin(), parts.end(),
                     [&](const QString& w) { return all.contains(w, Qt::CaseInsensitive); });
}

void ParameterRow::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && problem_) showState();
}

void ParameterRow::showState() {
  const Theme theme = Theme::of(palette());
  QFont font = this->font();
  font.setBold(changed_);
  font.setItalic(pending_);
  if (title_->font() != font) title_->setFont(font);
  title_->setAccessibleDescription(pending_ ? tr("For the next run") : QString());
  reset_->setVisible(changed_);
  const QString wrong = problem();
  const bool warning = own_.isEmpty() && labsWarning_;
  const QColor color = warning ? theme.warning : theme.error;
  problem_->setText((warning ? QStringLiteral("\u26a0 ") : QStringLiteral("\u2716 ")) + wrong);
  if (QPalette own = problem_->palette(); own.color(QPalette::WindowText) != color) {
    own.setColor(QPalette::WindowText, color);
    problem_->setPalette(own);
  }
  problem_->setVisible(!wrong.isEmpty());
}

ParameterForm::ParameterForm(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)) {
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(2);
}

ParameterForm::Group& ParameterForm::group(const QString& title, bool headings) {
  for (Group& each : groups_)
    if (each.title == title) return each;
  auto* heading = new QToolButton(this);
  heading->setObjectName(QStringLiteral("group.") + title);
  heading->setText(title);
  heading->setCheckable(true);
  heading->setChecked(true);
  heading->setArrowType(Qt::DownArrow);
  heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  heading->setAutoRaise(true);
  heading->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  QFont font = heading->font();
  font.setWeight(QFont::DemiBold);
  heading->setFont(font);
  auto* body = new QWidget(this);
  auto* inner = new QVBoxLayout(body);
  inner->setContentsMargins(headings ? 8 : 0, 0, 0, headings ? 6 : 0);
  inner->setSpacing(2);
  column_->addWidget(heading);
  column_->addWidget(body);
  connect(heading, &QToolButton::toggled, this, [this, heading](bool open) {
    heading->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    showRows();
  });
  groups_.push_back({title, heading, body, {}});
  return groups_.back();
}

void ParameterForm::setParameters(const std::vector<Parameter>& parameters, bool headings) {
  const bool same =
      std::equal(parameters.begin(), parameters.end(), parameters_.begin(), parameters_.end(), sameDescription);
  if (same && !rows_.empty()) return;
  std::vector<ParameterRow*> old = std::move(rows_);
  rows_.clear();
  for (Group& each : groups_) each.rows.clear();
  for (const Parameter& parameter : parameters) {
    const auto kept = std::find_if(old.begin(), old.end(), [&](const ParameterRow* row) {
      return row && sameDescription(row->parameter(), parameter);
    });
    Group& home = group(text(parameter.group), headings);
    ParameterRow* row = nullptr;
    if (kept != old.end()) {
      row = std::exchange(*kept, nullptr);
      home.body->layout()->removeWidget(row);
    } else {
      row = new ParameterRow(parameter, home.body);
      const std::string id = parameter.id;
      connect(row, &ParameterRow::edited, this, [this, id](const Json& value) {
        values_.set(id, value);
        if (ParameterRow* found = this->row(id)) found->setValue(value);
        showRows();
        emit edited(id, value);
      });
      connect(row, &ParameterRow::resetRequested, this, [this, id] { emit resetRequested(id); });
      connect(row->editor(), &ParameterEditor::gestureBegan, this, &ParameterForm::gestureBegan);
      connect(row->editor(), &ParameterEditor::gestureEnded, this, &ParameterForm::gestureEnded);
      row->setValue(parameter.fallback);
      values_.set(id, parameter.fallback);
    }
    home.body->layout()->addWidget(row);
    home.rows.push_back(row);
    rows_.push_back(row);
  }
  for (ParameterRow* row : old)
    if (row) row->deleteLater();
  parameters_ = parameters;
  std::erase_if(groups_, [](Group& each) {
    if (!each.rows.empty()) return false;
    each.heading->deleteLater();
    each.body->deleteLater();
    return true;
  });
  for (Group& each : groups_) each.heading->setVisible(headings && groups_.size() > 1);
  showRows();
}

void ParameterForm::setValues(const Config& values) {
  values_ = values;
  for (ParameterRow* row : rows_)
    if (values.has(row->parameter().id)) row->setValue(values[row->parameter().id]);
  showRows();
}

void ParameterForm::setFilter(const QString& words) {
  filter_ = words.trimmed();
  showRows();
}

ParameterRow* ParameterForm::row(const std::string& id) const {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](ParameterRow* row) { return row->parameter().id == id; });
  return found == rows_.end() ? nullptr : *found;
}

void ParameterForm::showRows() {
  visibleRows_ = 0;
  const bool headings = groups_.size() > 1;
  for (Group& each : groups_) {
    int shown = 0;
    for (ParameterRow* row : each.rows) {
      const Json& condition = row->parameter().visibleIf;
      const bool visible =
          (condition.is_null() || values_.satisfies(condition)) && (filter_.isEmpty() || row->matches(filter_));
      row->setVisible(visible);
      shown += visible ? 1 : 0;
    }
    visibleRows_ += shown;
    each.heading->setVisible(headings && shown > 0);
    // A search looks into folded groups too.
    each.body->setVisible(shown > 0 && (each.heading->isChecked() || !filter_.isEmpty() || !headings));
  }
}

}  // namespace learnscope
