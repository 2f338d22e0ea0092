// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/run_name.h"

#include <QLocale>

namespace learnscope {

QString shortText(const Json& json) {
  if (json.is_number_float()) return QString::number(json.get<double>(), 'g', 6);
  const QString all = QString::fromStdString(json.is_string() ? json.get<std::string>() : json.dump());
  return all.size() <= 30 ? all : all.left(29) + QChar(0x2026);
}

QString runName(const SessionModel& model, const Run& run) {
  const RunInfo& info = run.info();
  const QString given = QString::fromStdString(run.title());
  QString name = given.isEmpty() ? SessionModel::tr("Run %1").arg(model.colorOf(run) + 1) : given;
  const auto& members = model.session().members();
  if (!info.parent.empty())
    name += SessionModel::tr(" from %1").arg(QLocale().toString(static_cast<qlonglong>(info.forkStep)));
  // What all runs share says nothing: each shows how it differs from the first.
  const Json difference = !info.parent.empty() || members.empty()
                              ? info.difference
                              : info.config.difference(members.front()->run->info().config);
  QStringList parts;
  for (const auto& [id, value] : difference.items())
    parts << QString::fromStdString(id) + QLatin1Char(' ') + shortText(value);
  return parts.isEmpty() ? name : name + QStringLiteral(" \u00b7 ") + parts.join(QStringLiteral(", "));
}

}  // namespace learnscope
