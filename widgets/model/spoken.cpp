// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/spoken.h"

#include <QAccessibleWidget>
#include <QWidget>

namespace learnscope {
namespace {

class SpokenAccessible : public QAccessibleWidget {
 public:
  SpokenAccessible(QWidget* widget, const Spoken& spoken)
      : QAccessibleWidget(widget, spoken.spokenRole()), spoken_(spoken) {}
  QString text(QAccessible::Text kind) const override {
    return kind == QAccessible::Value ? spoken_.spokenText() : QAccessibleWidget::text(kind);
  }

 private:
  const Spoken& spoken_;
};

QAccessibleInterface* makeSpoken(const QString&, QObject* object) {
  auto* widget = qobject_cast<QWidget*>(object);
  const auto* spoken = widget ? dynamic_cast<const Spoken*>(widget) : nullptr;
  return spoken ? new SpokenAccessible(widget, *spoken) : nullptr;
}

}  // namespace

void installSpoken() {
  static const bool installed = (QAccessible::installFactory(makeSpoken), true);
  Q_UNUSED(installed);
}

}  // namespace learnscope
