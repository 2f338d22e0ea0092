// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recent_runs.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <algorithm>

#include "app/background.h"

namespace learnscope {
namespace {

// What SQLite keeps beside a database that is open or was left open.
const QStringList sidecars{QString(), QStringLiteral("-wal"), QStringLiteral("-shm"), QStringLiteral("-journal")};

void moveRun(const QString& from, const QString& to) {
  if (!QFile::rename(from, to)) throw IoError(from.toStdString(), "cannot be moved to " + to.toStdString());
  for (const QString& suffix : sidecars)
    if (!suffix.isEmpty() && QFile::exists(from + suffix)) QFile::rename(from + suffix, to + suffix);
}

QString freeName(const QString& folder, const QString& name) {
  QString path = folder + QLatin1Char('/') + name;
  for (int n = 2; QFile::exists(path); ++n)
    path = QStringLiteral("%1/%2-%3.lscope").arg(folder, QFileInfo(name).completeBaseName()).arg(n);
  return path;
}

RunFileEntry readEntry(const QString& path) {
  const QFileInfo file(path);
  // One file of a foreign folder: list only its own folder's entry.
  for (RunFileEntry& entry : listRunFiles(file.absolutePath().toStdString()))
    if (QString::fromStdString(entry.path) == path) return entry;
  RunFileEntry missing;
  missing.path = path.toStdString();
  missing.error = "cannot be read";
  return missing;
}

}  // namespace

RecentRuns::RecentRuns(const Registry& registry, Settings& settings, QObject* parent)
    : QObject(parent), registry_(registry), settings_(settings) {}

void RecentRuns::refresh() {
  const int request = ++request_;
  inBackground(
      this,
      [folder = settings_.runsFolder(), others = settings_.recentFiles()] {
        std::vector<RunFileEntry> entries;
        try {
          entries = listRunFiles(folder.toStdString());
          for (const QString& path : others) entries.push_back(readEntry(path));
        } catch (const Error&) {
          // A folder that cannot be listed has no recent runs; opening a file says why.
        }
        std::stable_sort(entries.begin(), entries.end(), [](const RunFileEntry& a, const RunFileEntry& b) {
          return QFileInfo(QString::fromStdString(a.path)).lastModified() >
                 QFileInfo(QString::fromStdString(b.path)).lastModified();
        });
        return entries;
      },
      [this, request](std::vector<RunFileEntry> entries) {
        if (request != request_) return;
        entries_ = std::move(entries);
        loaded_ = true;
        emit changed();
      });
}

std::vector<RunFileEntry> RecentRuns::interrupted() const {
  std::vector<RunFileEntry> found;
  for (const RunFileEntry& entry : entries_)
    if (entry.error.empty() && entry.state == RunState::Interrupted && registry_.find(entry.info.lab) &&
        !open_.contains(QString::fromStdString(entry.path)))
      found.push_back(entry);
  return found;
}

QString RecentRuns::labTitle(const std::string& lab) const {
  const auto known = registry_.find(lab);
  return QString::fromStdString(known ? known->describe().title : lab);
}

QString RecentRuns::moveInto(const QString& folder, const QString& path) {
  const QString target = freeName(folder, QFileInfo(path).fileName());
  moveRun(path, target);
  return target;
}

QString RecentRuns::moveToTrash(const QString& path) {
  if (open_.contains(path)) throw IoError(path.toStdString(), "is open; close its lab first");
  const QString target = moveInto(settings_.trashFolder(), path);
  refresh();
  return target;
}

void RecentRuns::restoreFromTrash(const QString& trashed, const QString& original) {
  moveRun(trashed, original);
  refresh();
}

void RecentRuns::copyRun(const QString& from, const QString& to) {
  QFile source(from);
  if (!source.open(QIODevice::ReadOnly)) throw IoError(from.toStdString(), source.errorString().toStdString());
  QSaveFile target(to);
  if (!target.open(QIODevice::WriteOnly)) throw IoError(to.toStdString(), target.errorString().toStdString());
  QByteArray block;
  while (!(block = source.read(1 << 20)).isEmpty())
    if (target.write(block) != block.size()) throw IoError(to.toStdString(), target.errorString().toStdString());
  if (!target.commit()) throw IoError(to.toStdString(), target.errorString().toStdString());
}

QString runStateText(RunState state) {
  switch (state) {
    case RunState::Created:
      return RecentRuns::tr("Not started");
    case RunState::Running:
      return RecentRuns::tr("Running");
    case RunState::Paused:
      return RecentRuns::tr("Paused");
    case RunState::Finished:
      return RecentRuns::tr("Finished");
    case RunState::Diverged:
      return RecentRuns::tr("Diverged");
    case RunState::Failed:
      return RecentRuns::tr("Failed");
    case RunState::Interrupted:
      break;
  }
  return RecentRuns::tr("Interrupted");
}

}  // namespace learnscope
