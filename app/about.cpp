// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/about.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSysInfo>
#include <QVBoxLayout>

#include "widgets/model/icons.h"

namespace learnscope {

QList<std::pair<QString, QString>> versionList() {
  return {
      {QStringLiteral("Learnscope"), QStringLiteral(LEARNSCOPE_VERSION " (" LEARNSCOPE_BUILD_TYPE ")")},
      {QStringLiteral("Qt"), QString::fromLatin1(qVersion())},
      {QStringLiteral("VTK"), QStringLiteral(LEARNSCOPE_VTK_VERSION)},
      {QStringLiteral("LibTorch"), QStringLiteral(LEARNSCOPE_TORCH_VERSION)},
      {QStringLiteral("SQLite"), QStringLiteral(LEARNSCOPE_SQLITE_VERSION)},
      {QStringLiteral("System"),
       QStringLiteral("%1, %2").arg(QSysInfo::prettyProductName(), QSysInfo::currentCpuArchitecture())},
  };
}

AboutDialog::AboutDialog(QWidget* parent) : QDialog(parent) {
  setObjectName(QStringLiteral("aboutDialog"));
  setWindowTitle(tr("About Learnscope"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(24, 20, 24, 16);
  layout->setSpacing(10);
  auto* title = new QLabel(tr("Learnscope"), this);
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 1.7);
  large.setBold(true);
  title->setFont(large);
  layout->addWidget(title);
  layout->addWidget(new QLabel(tr("An instrument for looking at how networks learn."), this));

  auto* form = new QFormLayout;
  form->setHorizontalSpacing(20);
  form->setContentsMargins(0, 8, 0, 8);
  QStringList lines;
  for (const auto& [name, version] : versionList()) {
    auto* value = new QLabel(version, this);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* label = new QLabel(name, this);
    label->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(label, value);
    lines << QStringLiteral("%1: %2").arg(name, version);
  }
  layout->addLayout(form);
  auto* licence = new QLabel(tr("Free software under the GNU General Public License, version 3 or any later version\n"
                                "(SPDX: GPL-3.0-or-later). There is no warranty."),
                             this);
  layout->addWidget(licence);

  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  QPushButton* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
  copy->setIcon(symbolicIcon(QStringLiteral("copy")));
  copy->setToolTip(tr("Copy the versions for an error report"));
  connect(copy, &QPushButton::clicked, this,
          [text = lines.join(QLatin1Char('\n'))] { QGuiApplication::clipboard()->setText(text); });
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  layout->addWidget(buttons);
}

}  // namespace learnscope
