// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/branch_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

#include "engine/core/stepper.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/controls/search_field.h"
#include "widgets/model/run_name.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

/// The values a run had when it left `step`.
Config configBefore(const Run& run, std::int64_t step) {
  const std::vector<JournalEntry> journal = run.journal();
  return configAt(run.info(), journal, entriesBefore(journal, step));
}

}  // namespace

BranchDialog::BranchDialog(SessionModel& model, QWidget* parent)
    : QDialog(parent), model_(model), run_(model.run()), parameters_(new ParameterForm), arguments_(new ParameterForm) {
  setObjectName(QStringLiteral("branchDialog"));
  setWindowTitle(tr("Branch"));
  summary_ = new QLabel(this);
  summary_->setObjectName(QStringLiteral("branchDialog.summary"));
  summary_->setWordWrap(true);
  summary_->setMinimumHeight(3 * fontMetrics().height());
  summary_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  auto* box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  ok_ = box->addButton(tr("&Branch"), QDialogButtonBox::AcceptRole);
  ok_->setObjectName(QStringLiteral("branchDialog.ok"));
  ok_->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeHead());
  column->addWidget(makeChanges(), 1);
  column->addWidget(makeIntervention());
  column->addWidget(summary_);
  column->addWidget(box);
  connect(box, &QDialogButtonBox::accepted, this, &BranchDialog::branch);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  // What was edited in the panel and waits is what the branch is wanted for.
  for (const std::string& id : model.pendingEdits()) edits_[id] = model.nextConfig()[id];
  takeIntervention();
  takeStep();
  const int em = fontMetrics().height();
  resize(26 * em, 34 * em);
}

QWidget* BranchDialog::makeHead() {
  auto* head = new QWidget(this);
  step_ = new QDoubleSpinBox(head);  // whole numbers beyond 32 bits
  step_->setObjectName(QStringLiteral("branchDialog.step"));
  step_->setDecimals(0);
  step_->setGroupSeparatorShown(true);
  step_->setRange(static_cast<double>(run_->info().forkStep), static_cast<double>(run_->lastStep()));
  step_->setValue(static_cast<double>(model_.cursor()));
  step_->setToolTip(tr("The state is found from the nearest checkpoint before it, and replayed exactly"));
  events_ = new QComboBox(head);
  events_->setObjectName(QStringLiteral("branchDialog.events"));
  events_->setAccessibleName(tr("Event to branch at"));
  events_->addItem(tr("the cursor"), QVariant::fromValue<qlonglong>(model_.cursor()));
  for (const Event& event : run_->events())
    if (const EventRule* rule = run_->description().event(event.id); !rule || !rule->indexed())
      events_->addItem(text(event.title.empty() ? event.id : event.title), QVariant::fromValue<qlonglong>(event.step));
  events_->setEnabled(events_->count() > 1);
  name_ = new QLineEdit(head);
  name_->setObjectName(QStringLiteral("branchDialog.name"));
  name_->setPlaceholderText(runName(model_, *run_));
  when_ = new QComboBox(head);
  when_->setObjectName(QStringLiteral("branchDialog.when"));
  when_->addItem(tr("now; its parent pauses"));
  when_->addItem(tr("now, beside its parent"));
  when_->addItem(tr("when its parent has come to rest"));
  when_->addItem(tr("not yet"));
  auto* where = new QHBoxLayout;
  where->addWidget(step_, 1);
  where->addWidget(new QLabel(tr("at"), head));
  where->addWidget(events_, 2);
  auto* form = new QFormLayout(head);
  form->setContentsMargins(0, 0, 0, 0);
  auto* from = new QLabel(tr("&From step"), head);
  from->setBuddy(step_);
  form->addRow(from, where);
  form->addRow(tr("&Name"), name_);
  form->addRow(tr("&Train"), when_);
  connect(step_, qOverload<double>(&QDoubleSpinBox::valueChanged), this, &BranchDialog::takeStep);
  connect(events_, &QComboBox::activated, this,
          [this] { step_->setValue(static_cast<double>(events_->currentData().toLongLong())); });
  return head;
}

QWidget* BranchDialog::makeChanges() {
  auto* box = new QGroupBox(tr("What changes"), this);
  auto* search = new SearchField(tr("Find a parameter"), box);
  auto* scroll = new QScrollArea(box);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  parameters_->setObjectName(QStringLiteral("branchDialog.parameters"));
  scroll->setWidget(parameters_);
  auto* column = new QVBoxLayout(box);
  column->addWidget(search);
  column->addWidget(scroll, 1);
  connect(search, &QLineEdit::textChanged, parameters_, &ParameterForm::setFilter);
  connect(parameters_, &ParameterForm::edited, this, [this](const std::string& id, const Json& value) {
    edits_[id] = value;
    check();
  });
  connect(parameters_, &ParameterForm::resetRequested, this, [this](const std::string& id) {
    edits_[id] = parameters_->row(id)->parameter().fallback;
    check();
  });
  return box;
}

QWidget* BranchDialog::makeIntervention() {
  auto* box = new QGroupBox(tr("And first of all"), this);
  intervention_ = new QComboBox(box);
  intervention_->setObjectName(QStringLiteral("branchDialog.intervention"));
  intervention_->setAccessibleName(tr("Intervention"));
  intervention_->addItem(tr("no intervention"));
  for (const InterventionDescription& each : run_->description().interventions)
    intervention_->addItem(text(each.title), text(each.id));
  box->setVisible(intervention_->count() > 1);
  auto* column = new QVBoxLayout(box);
  column->addWidget(intervention_);
  column->addWidget(arguments_);
  connect(intervention_, &QComboBox::currentIndexChanged, this, &BranchDialog::takeIntervention);
  connect(arguments_, &ParameterForm::edited, this, [this](const std::string& id, const Json& value) {
    Config values = arguments_->values();
    values.set(id, value);
    arguments_->setValues(values);
    check();
  });
  return box;
}

void BranchDialog::takeStep() {
  base_ = configBefore(*run_, static_cast<std::int64_t>(step_->value()));
  check();
}

void BranchDialog::takeIntervention() {
  const InterventionDescription* chosen =
      run_->description().intervention(intervention_->currentData().toString().toStdString());
  Config values;
  if (chosen)
    for (const Parameter& argument : chosen->arguments) values.set(argument.id, argument.fallback);
  arguments_->setParameters(chosen ? chosen->arguments : std::vector<Parameter>{}, false);
  arguments_->setValues(values);
  arguments_->setVisible(chosen && !chosen->arguments.empty());
  check();
}

Fork BranchDialog::fork() const {
  const Lab& lab = *model_.session().lab();
  Fork fork;
  fork.step = static_cast<std::int64_t>(step_->value());
  fork.title = name_->text().trimmed().toStdString();
  for (const auto& [id, value] : edits_)
    if (!base_.has(id) || base_[id] != value) fork.set[id] = value;
  Config config = base_;
  if (!fork.set.empty()) {
    fork.set = checkedDifference(lab, base_, fork.set);
    for (const auto& [id, value] : fork.set.items()) config.set(id, value);
  }
  const std::string name = intervention_->currentData().toString().toStdString();
  if (!name.empty())
    fork.intervene = checkedAction(
        lab, config, {{"intervene", {{"name", name}, {"arguments", arguments_->values().json()}}}})["intervene"];
  fork.beside = when_->currentIndex() == 1;
  fork.paused = when_->currentIndex() == 3;
  return fork;
}

/// Shows the edited values, and in words what they change.
void BranchDialog::check() {
  if (!ok_) return;
  Config values = base_;
  for (const auto& [id, value] : edits_) values.set(id, value);
  const Description description = model_.session().lab()->describe(values);
  parameters_->setParameters(description.parameters);
  parameters_->setValues(values);
  QPalette palette = this->palette();
  try {
    const Fork asked = fork();
    QStringList changes;
    for (const auto& [id, value] : asked.set.items()) {
      const Parameter* parameter = description.parameter(id);
      changes << tr("%1: %2 \u2192 %3%4")
                     .arg(text(parameter ? parameter->title : id), base_.has(id) ? shortText(base_[id]) : tr("new"),
                          shortText(value),
                          parameter && !parameter->live ? tr(" (if the state loads with it)") : QString());
    }
    if (!asked.intervene.is_null()) changes << intervention_->currentText();
    summary_->setText(changes.isEmpty() ? tr("Nothing changes: the branch will equal its parent bit for bit.")
                                        : changes.join(QStringLiteral(" \u00b7 ")));
    ok_->setEnabled(true);
  } catch (const Error& error) {
    palette.setColor(QPalette::WindowText, Theme::of(palette).error);
    summary_->setText(QStringLiteral("\u2716 ") + QString::fromUtf8(error.what()));
    ok_->setEnabled(false);
  }
  summary_->setPalette(palette);
}

void BranchDialog::branch() {
  const Fork asked = fork();
  accept();
  model_.branchAt(asked, when_->currentIndex() == 2);
}

}  // namespace learnscope
