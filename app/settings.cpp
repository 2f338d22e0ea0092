// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace learnscope {
namespace {

constexpr int recentLimit = 12;

QString locateData() {
  const QString forced = qEnvironmentVariable("LEARNSCOPE_DATA");
  return forced.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) : forced;
}

// A name may hold "/", which QSettings would take for a group.
QString layoutKey(const QString& lab, const QString& name) {
  return QStringLiteral("layouts/%1/%2").arg(lab, QString::fromLatin1(name.toUtf8().toPercentEncoding()));
}

}  // namespace

Settings::Settings() : Settings(locateData()) {}

Settings::Settings(const QString& dataFolder)
    : folder_(QDir(dataFolder).absolutePath()),
      store_(folder_ + QStringLiteral("/settings.ini"), QSettings::IniFormat) {
  QDir().mkpath(folder_);
}

QString Settings::subfolder(const QString& name) const {
  const QString path = folder_ + QLatin1Char('/') + name;
  QDir().mkpath(path);
  return path;
}

QStringList Settings::layoutNames(const QString& lab) const {
  store_.beginGroup(QStringLiteral("layouts/") + lab);
  QStringList names;
  for (const QString& key : store_.childKeys())
    names << QString::fromUtf8(QByteArray::fromPercentEncoding(key.toLatin1()));
  store_.endGroup();
  return names;
}

QVariant Settings::layout(const QString& lab, const QString& name) const { return store_.value(layoutKey(lab, name)); }

void Settings::saveLayout(const QString& lab, const QString& name, const QVariant& layout) {
  store_.setValue(layoutKey(lab, name), layout);
}

void Settings::removeLayout(const QString& lab, const QString& name) { store_.remove(layoutKey(lab, name)); }

QStringList Settings::recentFiles() const {
  QStringList present;
  for (const QString& path : store_.value(QStringLiteral("recentFiles")).toStringList())
    if (QFileInfo::exists(path)) present << path;
  return present;
}

void Settings::addRecentFile(const QString& path) {
  const QString absolute = QFileInfo(path).absoluteFilePath();
  if (absolute.startsWith(folder_ + QLatin1Char('/'))) return;
  QStringList files = recentFiles();
  files.removeAll(absolute);
  files.prepend(absolute);
  store_.setValue(QStringLiteral("recentFiles"), QStringList(files.mid(0, recentLimit)));
}

}  // namespace learnscope
