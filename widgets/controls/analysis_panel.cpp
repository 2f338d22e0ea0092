// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/analysis_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QTableView>
#include <QThreadPool>
#include <QVBoxLayout>

#include "engine/store/npy.h"
#include "widgets/controls/argument_selection.h"
#include "widgets/controls/array_table_model.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

QString shapeText(const Array& array) {
  QStringList sizes;
  for (const std::int64_t size : array.shape()) sizes << QString::number(size);
  return sizes.isEmpty() ? AnalysisPanel::tr("one number") : sizes.join(QStringLiteral(" \u00d7 "));
}

}  // namespace

AnalysisPanel::AnalysisPanel(SessionModel& model, QWidget* parent)
    : QWidget(parent),
      model_(model),
      names_(new QComboBox(this)),
      doc_(new QLabel(this)),
      form_(new ParameterForm(this)),
      run_(new QPushButton(tr("Compute at the cursor"), this)),
      save_(new QPushButton(tr("Save as npz\u2026"), this)),
      arrays_(new QComboBox(this)),
      state_(new QLabel(this)),
      table_(new QTableView(this)),
      cells_(new ArrayTableModel(this)) {
  setObjectName(QStringLiteral("analysisPanel"));
  setAccessibleName(tr("Analyses"));
  names_->setObjectName(QStringLiteral("analysisPanel.name"));
  names_->setAccessibleName(tr("Analysis"));
  run_->setObjectName(QStringLiteral("analysisPanel.run"));
  save_->setObjectName(QStringLiteral("analysisPanel.save"));
  arrays_->setObjectName(QStringLiteral("analysisPanel.result"));
  arrays_->setAccessibleName(tr("Result"));
  table_->setObjectName(QStringLiteral("analysisPanel.table"));
  table_->setAccessibleName(tr("Values of the result"));
  table_->setModel(cells_);
  table_->setFrameShape(QFrame::NoFrame);
  doc_->setWordWrap(true);
  doc_->setForegroundRole(QPalette::PlaceholderText);
  state_->setWordWrap(true);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(run_, 1);
  buttons->addWidget(save_);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 8, 10, 8);
  column->addWidget(names_);
  column->addWidget(doc_);
  column->addWidget(form_);
  column->addLayout(buttons);
  column->addWidget(state_);
  column->addWidget(arrays_);
  column->addWidget(table_, 1);

  connect(names_, &QComboBox::currentIndexChanged, this, &AnalysisPanel::choose);
  connect(run_, &QPushButton::clicked, this, &AnalysisPanel::compute);
  connect(save_, &QPushButton::clicked, this, &AnalysisPanel::save);
  connect(arrays_, &QComboBox::currentIndexChanged, this, [this] {
    const std::string name = arrays_->currentData().toString().toStdString();
    cells_->setArray(result_ && result_->has(name) ? result_->get(name) : Array());
  });
  connect(&model_, &SessionModel::currentRunChanged, this, &AnalysisPanel::rebuild);
  connect(&model_, &SessionModel::selectionChanged, this, [this] { fillFromSelection(*form_, model_.selection()); });
  connect(&model_, &SessionModel::analysisReady, this, [this](const QString& key, const AnalysisResult& result) {
    if (key == QLatin1String("panel")) showResult(result);
  });
  rebuild();
}

const AnalysisDescription* AnalysisPanel::chosen() const {
  return model_.description().analysis(names_->currentData().toString().toStdString());
}

void AnalysisPanel::rebuild() {
  std::vector<std::string> ids;
  for (const AnalysisDescription& each : model_.description().analyses) ids.push_back(each.id);
  if (ids != known_ || ids.empty()) {
    known_ = ids;
    names_->clear();
    for (const AnalysisDescription& each : model_.description().analyses)
      names_->addItem(text(each.title), text(each.id));
    choose();
  }
  run_->setEnabled(model_.run() != nullptr && !ids.empty());
  save_->setEnabled(result_ != nullptr);
  arrays_->setVisible(result_ != nullptr);
  table_->setVisible(result_ != nullptr);
  if (ids.empty())
    state_->setText(tr("This lab has no analyses."));
  else if (!result_)
    state_->setText(model_.run() ? tr("The result will stand here.") : tr("Start a run to analyse it."));
}

void AnalysisPanel::choose() {
  const AnalysisDescription* analysis = chosen();
  doc_->setText(analysis ? text(analysis->doc) : QString());
  form_->setParameters(analysis ? analysis->arguments : std::vector<Parameter>(), false);
  form_->setVisible(analysis && !analysis->arguments.empty());
}

void AnalysisPanel::compute() {
  const AnalysisDescription* analysis = chosen();
  if (!analysis) return;
  Json arguments = Json::object();
  for (const Parameter& argument : analysis->arguments) arguments[argument.id] = form_->values()[argument.id];
  state_->setText(tr("Computing\u2026"));
  try {
    model_.analyse("panel", analysis->id, model_.following() ? -1 : model_.cursor(), arguments);
  } catch (const Error& error) {
    state_->setText(QStringLiteral("\u2716 ") + QString::fromUtf8(error.what()));
  }
}

void AnalysisPanel::showResult(const AnalysisResult& result) {
  if (!result.result) {
    // Without an error it was replaced by a newer request, whose answer follows.
    if (!result.error.empty()) state_->setText(QStringLiteral("\u2716 ") + text(result.error));
    return;
  }
  result_ = result.result;
  state_->setText(
      tr("%1 at step %2").arg(names_->currentText(), QLocale().toString(static_cast<qlonglong>(result.step))));
  const QString before = arrays_->currentData().toString();
  arrays_->clear();
  for (const auto& [name, array] : result_->arrays())
    arrays_->addItem(QStringLiteral("%1  (%2)").arg(text(name), shapeText(array)), text(name));
  arrays_->setCurrentIndex(std::max(0, arrays_->findData(before)));
  rebuild();
}

void AnalysisPanel::save() {
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save the result"), text(model_.description().id) + QStringLiteral(".npz"), tr("numpy archive (*.npz)"));
  if (path.isEmpty() || !result_) return;
  state_->setText(tr("Saving\u2026"));
  QThreadPool::globalInstance()->start([panel = QPointer<AnalysisPanel>(this), result = result_, path] {
    QString said = tr("Saved to %1").arg(path);
    try {
      writeNpz(path.toStdString(), result->arrays());
    } catch (const Error& error) {
      said = QStringLiteral("\u2716 ") + QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(QCoreApplication::instance(), [panel, said] {
      if (panel) panel->state_->setText(said);
    });
  });
}

}  // namespace learnscope
