// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/play_in_past_dialog.h"

#include <QCommandLinkButton>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include "widgets/model/icons.h"

namespace learnscope {

PlayInPastDialog::PlayInPastDialog(SessionModel& model, std::int64_t step, QWidget* parent) : QDialog(parent) {
  setObjectName(QStringLiteral("playInPast"));
  setWindowTitle(tr("Play"));
  const QLocale locale;
  const std::shared_ptr<Run> run = model.run();
  const std::int64_t newest = run ? run->lastStep() : step;
  const Member* member = model.session().current();
  const TrainerStatus::Phase phase = model.status().phase;
  const bool canGoOn =
      member && member->trainer && phase != TrainerStatus::Phase::Diverged && phase != TrainerStatus::Phase::Failed;
  auto* question = new QLabel(
      canGoOn ? tr("The views show step %1; training has reached step %2.")
                    .arg(locale.toString(static_cast<qlonglong>(step)), locale.toString(static_cast<qlonglong>(newest)))
              : tr("This run cannot go on from its end. A branch trains on from step %1.")
                    .arg(locale.toString(static_cast<qlonglong>(step))),
      this);
  question->setWordWrap(true);
  auto* follow =
      new QCommandLinkButton(tr("&Follow the newest step"), tr("This run trains on, and the views go with it."), this);
  follow->setObjectName(QStringLiteral("playInPast.follow"));
  follow->setIcon(symbolicIcon(QStringLiteral("live")));
  follow->setVisible(canGoOn);
  auto* branch = new QCommandLinkButton(tr("&Branch here"),
                                        tr("A new run starts from step %1; the old future stays beside it.")
                                            .arg(locale.toString(static_cast<qlonglong>(step))),
                                        this);
  branch->setObjectName(QStringLiteral("playInPast.branch"));
  branch->setIcon(symbolicIcon(QStringLiteral("branch")));
  auto* box = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  auto* column = new QVBoxLayout(this);
  column->addWidget(question);
  column->addWidget(follow);
  column->addWidget(branch);
  column->addWidget(box);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(follow, &QCommandLinkButton::clicked, this, [this, &model] {
    accept();
    model.follow();
    model.play();
  });
  connect(branch, &QCommandLinkButton::clicked, this, [this, &model, step] {
    accept();
    model.branchAt({.step = step});
  });
  (canGoOn ? follow : branch)->setFocus();
}

}  // namespace learnscope
