// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tool_dialog.h"

#include <QDeadlineTimer>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFontDatabase>
#include <QLabel>
#include <QMessageBox>
#include <QMetaObject>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "widgets/controls/parameter_form.h"

namespace learnscope {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

/// "key  value" lines; tables one row a line.
QString summaryText(const Json& summary) {
  QString out;
  const auto plain = [](const Json& value) {
    return text(value.is_string() ? value.get<std::string>() : value.dump());
  };
  for (const auto& [key, value] : summary.items()) {
    if (!value.is_array()) {
      out += text(key) + QStringLiteral("  ") + plain(value) + QLatin1Char('\n');
      continue;
    }
    if (value.empty()) continue;
    out += text(key) + QLatin1Char('\n');
    for (const Json& row : value) {
      for (const auto& [name, cell] : row.items()) out += QStringLiteral("  %1 %2").arg(text(name), plain(cell));
      out += QLatin1Char('\n');
    }
  }
  return out;
}

}  // namespace

ToolDialog::ToolDialog(std::shared_ptr<const Tool> tool, QWidget* parent, const Json& given)
    : QDialog(parent),
      tool_(std::move(tool)),
      description_(tool_->describe()),
      form_(new ParameterForm),
      progress_(new QProgressBar),
      run_(new QPushButton(tr("&Run"))),
      result_(new QPlainTextEdit) {
  setObjectName(QStringLiteral("tool.") + text(description_.id));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(text(description_.title));
  auto* doc = new QLabel(text(description_.summary));
  doc->setWordWrap(true);
  form_->setParameters(description_.parameters, false);
  Config defaults;
  for (const Parameter& parameter : description_.parameters)
    defaults.set(parameter.id, given.value(parameter.id, parameter.fallback));
  form_->setValues(defaults);
  connect(form_, &ParameterForm::edited, this, [this](const std::string& id, const Json& value) {
    Config values = form_->values();
    values.set(id, value);
    form_->setValues(values);
  });
  connect(form_, &ParameterForm::resetRequested, this, [this](const std::string& id) {
    Config values = form_->values();
    for (const Parameter& parameter : description_.parameters)
      if (parameter.id == id) values.set(id, parameter.fallback);
    form_->setValues(values);
  });
  auto* scroll = new QScrollArea;
  scroll->setWidget(form_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  progress_->setRange(0, 1000);
  progress_->setAccessibleName(tr("Progress"));
  progress_->hide();
  result_->setReadOnly(true);
  result_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  result_->setPlaceholderText(tr("What the tool finds will stand here."));
  result_->setAccessibleName(tr("Result"));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  buttons->addButton(run_, QDialogButtonBox::ActionRole);
  run_->setDefault(true);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(run_, &QPushButton::clicked, this, &ToolDialog::runOrCancel);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(doc);
  layout->addWidget(scroll, 3);
  layout->addWidget(progress_);
  layout->addWidget(result_, 2);
  layout->addWidget(buttons);
  resize(560, 760);
}

void ToolDialog::reject() {
  job_.request_stop();
  QDialog::reject();
}

void ToolDialog::runOrCancel() {
  if (running_) {
    job_.request_stop();
    return;
  }
  const Config arguments = form_->values();
  const QString out = description_.output.empty() ? QString() : text(arguments.text(description_.output));
  if (!out.isEmpty() && QFileInfo::exists(out) &&
      QMessageBox::question(this, windowTitle(), tr("Replace %1?").arg(out)) != QMessageBox::Yes)
    return;
  running_ = true;
  run_->setText(tr("&Cancel"));
  progress_->setValue(0);
  progress_->show();
  result_->clear();
  job_ = std::jthread([this, tool = tool_, arguments](const std::stop_token& stop) {
    const Progress progress(stop, [this, last = QDeadlineTimer()](double done, std::string_view what) mutable {
      if (!last.hasExpired()) return;  // twenty times a second is enough for a bar
      last.setRemainingTime(50);
      const QString said = QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size()));
      QMetaObject::invokeMethod(this, [this, done, said] { tell(done, said); });
    });
    QString said;
    bool failed = false;
    try {
      said = summaryText(tool->run(arguments, progress));
    } catch (const Cancelled&) {
      said = tr("Cancelled.");
    } catch (const std::exception& error) {
      said = QString::fromUtf8(error.what());
      failed = true;
    }
    QMetaObject::invokeMethod(this, [this, said, failed] { finish(said, failed); });
  });
}

void ToolDialog::tell(double done, const QString& what) {
  progress_->setValue(static_cast<int>(1000 * done));
  progress_->setFormat(QStringLiteral("%1 %p %").arg(what));
}

void ToolDialog::finish(const QString& said, bool failed) {
  running_ = false;
  run_->setText(tr("&Run"));
  progress_->hide();
  result_->setPlainText((failed ? QStringLiteral("✖ ") : QString()) + said);
}

}  // namespace learnscope
