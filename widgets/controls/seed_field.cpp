// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/seed_field.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QToolButton>

#include "widgets/controls/number_field.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {
constexpr std::uint64_t largest = INT64_MAX;
}

SeedField::SeedField(QWidget* parent) : QWidget(parent), field_(new QLineEdit(this)) {
  auto* dice = new QToolButton(this);
  dice->setObjectName(QStringLiteral("seed.dice"));
  dice->setIcon(symbolicIcon(QStringLiteral("dice")));
  dice->setAutoRaise(true);
  dice->setAccessibleName(tr("Draw a new seed"));
  dice->setToolTip(tr("Draw a new seed"));
  field_->setObjectName(QStringLiteral("seed.field"));
  field_->setAccessibleName(tr("Seed"));
  field_->setAlignment(Qt::AlignRight);
  field_->setText(QStringLiteral("0"));
  setTabularFigures(*field_);
  field_->installEventFilter(this);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(2);
  row->addWidget(field_, 1);
  row->addWidget(dice);
  setFocusProxy(field_);
  connect(field_, &QLineEdit::editingFinished, this, &SeedField::commit);
  connect(dice, &QToolButton::clicked, this, &SeedField::roll);
}

void SeedField::setSeed(std::uint64_t seed) {
  seed_ = seed;
  field_->setText(QString::number(seed));
}

void SeedField::commit() {
  bool valid = false;
  const std::uint64_t typed = field_->text().trimmed().toULongLong(&valid);
  if (!valid || typed > largest) {
    emit refused(tr("Must be a whole number in 0..%1").arg(largest));
    return;
  }
  emit mended();
  change(typed);
}

void SeedField::change(std::uint64_t seed) {
  const bool changed = seed != seed_;
  setSeed(seed);
  if (changed) emit edited(seed);
}

// Six digits: a seed that a person can read out and type again.
void SeedField::roll() {
  emit mended();
  change(QRandomGenerator::global()->bounded(1'000'000U));
}

bool SeedField::eventFilter(QObject* object, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Up && seed_ < largest) change(seed_ + 1);
    if (key == Qt::Key_Down && seed_ > 0) change(seed_ - 1);
    if (key == Qt::Key_Up || key == Qt::Key_Down) return true;
    if (key == Qt::Key_Escape && field_->text() != QString::number(seed_)) {
      setSeed(seed_);
      emit mended();
      return true;
    }
  }
  return QWidget::eventFilter(object, event);
}

}  // namespace learnscope
