// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSet>
#include <functional>
#include <vector>

#include "app/settings.h"
#include "engine/core/registry.h"
#include "engine/store/run_file.h"

namespace learnscope {

/// The run files of the data folder, and those opened from elsewhere, read in the background; deleting moves to the
/// trash folder.
class RecentRuns : public QObject {
  Q_OBJECT
 public:
  RecentRuns(const Registry& registry, Settings& settings, QObject* parent = nullptr);

  /// Reads the folder again in the background; changed() follows.
  void refresh();
  bool loaded() const { return loaded_; }
  /// Newest first.
  const std::vector<RunFileEntry>& entries() const { return entries_; }
  /// Those that a crash or a power cut left unfinished and that no window has open.
  std::vector<RunFileEntry> interrupted() const;
  /// Files that are open here: never offered, never deleted.
  void setOpenFiles(QSet<QString> paths) { open_ = std::move(paths); }

  /// Title of a lab, or its id if this program does not know it.
  QString labTitle(const std::string& lab) const;

  /// Moves a closed run file into a folder; returns where it went. Any thread. Throws IoError.
  static QString moveInto(const QString& folder, const QString& path);
  /// Moves a run file to the trash folder; returns where it went. Throws IoError.
  QString moveToTrash(const QString& path);
  void restoreFromTrash(const QString& trashed, const QString& original);
  /// Copies a run file whole, written aside and renamed. Throws IoError. Not on the GUI thread.
  static void copyRun(const QString& from, const QString& to);

 signals:
  void changed();

 private:
  const Registry& registry_;
  Settings& settings_;
  std::vector<RunFileEntry> entries_;
  QSet<QString> open_;
  bool loaded_ = false;
  int request_ = 0;
};

/// "Finished", "Interrupted", ...: as shown to the user.
QString runStateText(RunState state);

}  // namespace learnscope
