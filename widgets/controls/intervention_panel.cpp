// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/intervention_panel.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/controls/argument_selection.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

bool same(const InterventionDescription& a, const InterventionDescription& b) {
  return a.id == b.id && a.title == b.title && a.doc == b.doc && a.visibleIf == b.visibleIf &&
         std::equal(a.arguments.begin(), a.arguments.end(), b.arguments.begin(), b.arguments.end(),
                    [](const Parameter& p, const Parameter& q) { return p.toJson() == q.toJson(); });
}

}  // namespace

InterventionPanel::InterventionPanel(SessionModel& model, QWidget* parent) : QWidget(parent), model_(model) {
  setObjectName(QStringLiteral("interventionPanel"));
  setAccessibleName(tr("Interventions"));
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* content = new QWidget;
  column_ = new QVBoxLayout(content);
  column_->setContentsMargins(10, 8, 10, 8);
  column_->setSpacing(10);
  empty_ = new QLabel(tr("This lab has no interventions."), content);
  empty_->setForegroundRole(QPalette::PlaceholderText);
  empty_->setAlignment(Qt::AlignCenter);
  column_->addWidget(empty_);
  column_->addStretch();
  scroll->setWidget(content);
  scroll->viewport()->setAutoFillBackground(false);
  content->setAutoFillBackground(false);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->addWidget(scroll);
  connect(&model_, &SessionModel::currentRunChanged, this, &InterventionPanel::rebuild);
  connect(&model_, &SessionModel::configEdited, this, &InterventionPanel::rebuild);
  connect(&model_, &SessionModel::statusChanged, this, &InterventionPanel::showState);
  connect(&model_, &SessionModel::selectionChanged, this, &InterventionPanel::takeSelection);
  rebuild();
}

ParameterForm* InterventionPanel::form(const std::string& intervention) const {
  for (const Entry& entry : entries_)
    if (entry.description.id == intervention) return entry.form;
  return nullptr;
}

void InterventionPanel::rebuild() {
  const std::vector<InterventionDescription>& wanted = model_.description().interventions;
  const bool kept = std::equal(wanted.begin(), wanted.end(), entries_.begin(), entries_.end(),
                               [](const auto& a, const Entry& b) { return same(a, b.description); });
  if (!kept) {
    for (const Entry& entry : entries_) entry.box->deleteLater();
    entries_.clear();
    for (const InterventionDescription& each : wanted) {
      entries_.push_back(makeEntry(each));
      column_->insertWidget(column_->count() - 1, entries_.back().box);
    }
    takeSelection();
  }
  showState();
}

InterventionPanel::Entry InterventionPanel::makeEntry(const InterventionDescription& description) {
  Entry entry{description, new QWidget(empty_->parentWidget()), nullptr, nullptr, nullptr};
  auto* column = new QVBoxLayout(entry.box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(3);
  entry.button = new QPushButton(text(description.title), entry.box);
  entry.button->setObjectName(QStringLiteral("intervene.") + text(description.id));
  entry.button->setToolTip(QStringLiteral("<p>%1</p>").arg(text(description.doc).toHtmlEscaped()));
  entry.button->setAccessibleDescription(text(description.doc));
  auto* doc = new QLabel(text(description.doc), entry.box);
  doc->setWordWrap(true);
  doc->setForegroundRole(QPalette::PlaceholderText);
  entry.form = new ParameterForm(entry.box);
  entry.form->setParameters(description.arguments, false);
  entry.form->setVisible(!description.arguments.empty());
  connect(entry.form, &ParameterForm::resetRequested, entry.form, [form = entry.form](const std::string& id) {
    Config values = form->values();
    values.set(id, form->row(id)->parameter().fallback);
    form->setValues(values);
  });
  entry.problem = new QLabel(entry.box);
  entry.problem->setWordWrap(true);
  entry.problem->hide();
  QPalette red = entry.problem->palette();
  red.setColor(QPalette::WindowText, Theme::of(palette()).error);
  entry.problem->setPalette(red);
  column->addWidget(doc);
  column->addWidget(entry.form);
  column->addWidget(entry.button);
  column->addWidget(entry.problem);
  const std::string id = description.id;
  connect(entry.button, &QPushButton::clicked, this, [this, id] {
    for (const Entry& each : entries_)
      if (each.description.id == id) apply(each);
  });
  return entry;
}

void InterventionPanel::showState() {
  const Member* member = model_.session().current();
  const bool trains = member && member->trainer;
  const Config config = model_.config();
  int shown = 0;
  for (const Entry& entry : entries_) {
    const Json& condition = entry.description.visibleIf;
    const bool visible = condition.is_null() || config.satisfies(condition);
    entry.box->setVisible(visible);
    entry.button->setEnabled(trains);
    shown += visible ? 1 : 0;
  }
  empty_->setText(entries_.empty() ? tr("This lab has no interventions.") : tr("None applies to this run."));
  empty_->setVisible(shown == 0);
}

void InterventionPanel::takeSelection() {
  for (const Entry& entry : entries_) fillFromSelection(*entry.form, model_.selection());
}

void InterventionPanel::apply(const Entry& entry) {
  std::vector<Problem> problems;
  const Config arguments = resolved(entry.description.arguments, entry.form->values().json(), problems);
  QStringList lines;
  for (const Problem& problem : problems) lines << QStringLiteral("\u2716 ") + text(problem.text());
  for (const ParameterRow* row : entry.form->rows())
    if (!row->problem().isEmpty())
      lines << QStringLiteral("\u2716 ") + text(row->parameter().title) + QStringLiteral(": ") + row->problem();
  entry.problem->setText(lines.join(u'\n'));
  entry.problem->setVisible(!lines.isEmpty());
  if (lines.isEmpty()) model_.userIntervene(entry.description.id, arguments.json());
}

}  // namespace learnscope
