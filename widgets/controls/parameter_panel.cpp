// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/parameter_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/controls/number_field.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/controls/search_field.h"
#include "widgets/controls/seed_field.h"
#include "widgets/model/icons.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr std::size_t searchFrom = 8;  // parameters

QString text(const std::string& s) { return QString::fromStdString(s); }

Parameter stepsParameter() {
  Parameter steps;
  steps.id = "steps";
  steps.title = QObject::tr("Steps").toStdString();
  steps.type = ParameterType::Int;
  steps.minimum = 1;
  steps.maximum = 1e12;
  steps.logarithmic = true;
  steps.doc = QObject::tr("How long to train. It may be moved further while the run trains.").toStdString();
  steps.fallback = 1000;
  return steps;
}

void redden(QLabel* label) {
  QPalette red = label->palette();
  red.setColor(QPalette::WindowText, Theme::of(label->palette()).error);
  label->setPalette(red);
}

}  // namespace

ParameterPanel::ParameterPanel(SessionModel& model, QWidget* parent)
    : QWidget(parent), model_(model), form_(new ParameterForm) {
  setObjectName(QStringLiteral("parameterPanel"));
  setAccessibleName(tr("Parameters"));
  auto* scroll = new QScrollArea(this);
  scroll->setObjectName(QStringLiteral("parameterPanel.scroll"));
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* content = new QWidget;
  auto* inner = new QVBoxLayout(content);
  inner->setContentsMargins(10, 4, 10, 8);
  nothing_ = new QLabel(tr("No parameter matches."), content);
  nothing_->setForegroundRole(QPalette::PlaceholderText);
  nothing_->setAlignment(Qt::AlignCenter);
  inner->addWidget(form_);
  inner->addWidget(nothing_);
  inner->addStretch();
  scroll->setWidget(content);
  scroll->viewport()->setAutoFillBackground(false);
  content->setAutoFillBackground(false);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeHead());
  column->addWidget(scroll, 1);
  column->addWidget(makeFoot());
  setMinimumWidth(230);

  connect(form_, &ParameterForm::edited, this,
          [this](const std::string& id, const Json& value) { model_.userSet(id, value); });
  connect(form_, &ParameterForm::resetRequested, this, [this](const std::string& id) { model_.userReset(id); });
  connect(form_, &ParameterForm::gestureBegan, &model_, &SessionModel::beginGesture);
  connect(form_, &ParameterForm::gestureEnded, &model_, &SessionModel::endGesture);
  connect(&model_, &SessionModel::configEdited, this, &ParameterPanel::showValues);
  connect(&model_, &SessionModel::currentRunChanged, this, &ParameterPanel::showValues);
  connect(&model_, &SessionModel::statusChanged, this, &ParameterPanel::showFoot);
  // The lab's own rules may read files or build tables: once the user pauses, not at every pixel of a drag.
  check_.setSingleShot(true);
  check_.setInterval(150);
  connect(&check_, &QTimer::timeout, this, &ParameterPanel::showProblems);
  showValues();
  showProblems();
}

QWidget* ParameterPanel::makeHead() {
  auto* head = new QWidget(this);
  auto* column = new QVBoxLayout(head);
  column->setContentsMargins(10, 8, 10, 4);
  presets_ = new QToolButton(head);
  presets_->setObjectName(QStringLiteral("parameterPanel.presets"));
  presets_->setText(tr("Presets"));
  presets_->setIcon(symbolicIcon(QStringLiteral("preset")));
  presets_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  presets_->setPopupMode(QToolButton::InstantPopup);
  presets_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  presets_->setToolTip(tr("Start one of the lab's prepared runs"));
  auto* menu = new QMenu(presets_);
  menu->setToolTipsVisible(true);
  for (const Preset& preset : model_.page().presets) {
    QAction* action = menu->addAction(preset.title);
    action->setObjectName(QStringLiteral("preset.") + text(preset.id));
    action->setToolTip(preset.doc);
    connect(action, &QAction::triggered, this, [this, &preset] {
      presets_->setText(preset.title);
      presets_->setToolTip(preset.doc);
      model_.startPreset(preset);
    });
  }
  presets_->setMenu(menu);
  presets_->setVisible(!model_.page().presets.empty());
  search_ = new SearchField(tr("Find a parameter"), head);
  search_->setObjectName(QStringLiteral("parameterPanel.search"));
  connect(search_, &QLineEdit::textChanged, this, [this](const QString& words) {
    form_->setFilter(words);
    nothing_->setVisible(form_->visibleRows() == 0);
  });
  column->addWidget(presets_);
  column->addWidget(search_);
  return head;
}

QWidget* ParameterPanel::makeFoot() {
  auto* foot = new QWidget(this);
  auto* grid = new QGridLayout(foot);
  grid->setContentsMargins(10, 6, 10, 8);
  grid->setVerticalSpacing(4);
  grid->setColumnStretch(1, 1);
  seed_ = new SeedField(foot);
  seed_->setToolTip(
      tr("Seed of all random streams, 0 to 2<sup>63</sup> \u2212 1. The same seed and values give the same run, bit "
         "for bit."));
  steps_ = new NumberField(stepsParameter(), foot);
  steps_->setObjectName(QStringLiteral("parameterPanel.steps"));
  steps_->setAccessibleName(tr("Steps"));
  steps_->setToolTip(parameterToolTip(stepsParameter()));
  auto* seedLabel = new QLabel(tr("S&eed"), foot);
  seedLabel->setBuddy(seed_->field());
  auto* stepsLabel = new QLabel(tr("S&teps"), foot);
  stepsLabel->setBuddy(steps_);
  footProblem_ = new QLabel(foot);
  footProblem_->setWordWrap(true);
  redden(footProblem_);
  problems_ = new QLabel(foot);
  problems_->setObjectName(QStringLiteral("parameterPanel.problems"));
  problems_->setWordWrap(true);
  redden(problems_);
  note_ = new QLabel(foot);
  note_->setWordWrap(true);
  note_->setForegroundRole(QPalette::PlaceholderText);
  restart_ = new QPushButton(foot);
  restart_->setObjectName(QStringLiteral("parameterPanel.restart"));
  restart_->setIcon(symbolicIcon(QStringLiteral("restart")));
  auto* copy = new QToolButton(foot);
  copy->setObjectName(QStringLiteral("parameterPanel.copyCommandLine"));
  copy->setIcon(symbolicIcon(QStringLiteral("terminal")));
  copy->setAutoRaise(true);
  copy->setAccessibleName(tr("Copy command line"));
  copy->setToolTip(tr("Copy command line: the headless form of this run"));
  grid->addWidget(seedLabel, 0, 0);
  grid->addWidget(seed_, 0, 1, 1, 2);
  grid->addWidget(stepsLabel, 1, 0);
  grid->addWidget(steps_, 1, 1);
  grid->addWidget(copy, 1, 2);
  grid->addWidget(footProblem_, 2, 0, 1, 3);
  grid->addWidget(problems_, 3, 0, 1, 3);
  grid->addWidget(note_, 4, 0, 1, 3);
  grid->addWidget(restart_, 5, 0, 1, 3);

  const auto refuse = [this](const QString& why) {
    footProblem_->setText(why.isEmpty() ? QString() : QStringLiteral("\u2716 ") + why);
    footProblem_->setVisible(!why.isEmpty());
  };
  refuse({});
  connect(seed_, &SeedField::edited, &model_, &SessionModel::userSeed);
  connect(seed_, &SeedField::refused, this, refuse);
  connect(seed_, &SeedField::mended, this, [refuse] { refuse({}); });
  connect(steps_, &NumberField::edited, this, [this](const Json& v) { model_.userSteps(v.get<std::int64_t>()); });
  connect(steps_, &NumberField::refused, this, refuse);
  connect(steps_, &NumberField::mended, this, [refuse] { refuse({}); });
  connect(restart_, &QPushButton::clicked, this, [this] { model_.restart(); });
  connect(copy, &QToolButton::clicked, this, &ParameterPanel::copyCommandLine);
  return foot;
}

void ParameterPanel::copyCommandLine() { QApplication::clipboard()->setText(model_.commandLine()); }

void ParameterPanel::showValues() {
  const std::vector<Parameter>& parameters = model_.nextDescription().parameters;
  form_->setParameters(parameters);
  form_->setValues(model_.nextConfig());
  search_->setVisible(parameters.size() >= searchFrom);
  nothing_->setVisible(form_->visibleRows() == 0);
  if (seed_->seed() != model_.nextSeed()) seed_->setSeed(model_.nextSeed());
  steps_->setValue(model_.nextSteps());
  showFoot();
  check_.start();
}

void ParameterPanel::showFoot() {
  const bool hasRun = model_.run() != nullptr;
  const std::vector<std::string> pending = model_.pendingEdits();
  const bool seedChanged = hasRun && model_.nextSeed() != model_.run()->info().seed;
  for (ParameterRow* row : form_->rows())
    row->setPending(std::find(pending.begin(), pending.end(), row->parameter().id) != pending.end());
  const auto changes = static_cast<int>(pending.size()) + (seedChanged ? 1 : 0);
  restart_->setText(!hasRun ? tr("Start a run") : changes > 0 ? tr("Restart with changes") : tr("Start a new run"));
  restart_->setToolTip(tr("Starts a new run from step 0 with these values; the present one is kept."));
  QFont font = restart_->font();
  font.setBold(changes > 0);
  restart_->setFont(font);
  note_->setVisible(changes > 0);
  if (changes > 0) note_->setText(tr("Changes that wait for the next run (in italics): %1").arg(changes));
}

void ParameterPanel::showProblems() {
  const std::vector<Problem> problems = model_.nextProblems();
  QStringList general;
  bool refused = false;
  for (ParameterRow* row : form_->rows()) {
    const auto mine = std::find_if(problems.begin(), problems.end(),
                                   [&](const Problem& p) { return p.pointer == "/" + row->parameter().id; });
    row->setProblem(mine == problems.end() ? QString() : text(mine->allowed), mine != problems.end() && mine->warning);
  }
  for (const Problem& problem : problems) {
    refused = refused || !problem.warning;
    const std::string id = problem.pointer.empty() ? "" : problem.pointer.substr(1);
    const ParameterRow* row = form_->row(id);
    if (!row || !row->isVisibleTo(form_))
      general << (problem.warning ? QStringLiteral("\u26a0 ") : QStringLiteral("\u2716 ")) + text(problem.text());
  }
  problems_->setText(general.join(u'\n'));
  problems_->setVisible(!general.isEmpty());
  restart_->setEnabled(!refused);
}

void ParameterPanel::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Find) && search_->isVisible()) {
    search_->setFocus(Qt::ShortcutFocusReason);
    search_->selectAll();
    return;
  }
  QWidget::keyPressEvent(event);
}

}  // namespace learnscope
