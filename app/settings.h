// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSettings>
#include <QString>
#include <QStringList>

namespace learnscope {

/// What the program remembers between starts, and where it keeps files: the application's data folder, or the folder
/// that the environment variable LEARNSCOPE_DATA names.
class Settings {
 public:
  Settings();
  explicit Settings(const QString& dataFolder);

  QString dataFolder() const { return folder_; }
  QString runsFolder() const { return subfolder(QStringLiteral("runs")); }
  QString stylesFolder() const { return subfolder(QStringLiteral("styles")); }
  QString trashFolder() const { return subfolder(QStringLiteral("trash")); }
  QString thumbnailsFolder() const { return subfolder(QStringLiteral("thumbnails")); }
  QString logFile() const { return folder_ + QStringLiteral("/learnscope.log"); }

  QVariant value(const QString& key, const QVariant& fallback = {}) const { return store_.value(key, fallback); }
  void setValue(const QString& key, const QVariant& value) { store_.setValue(key, value); }
  void remove(const QString& key) { store_.remove(key); }
  void sync() { store_.sync(); }

  /// Layouts of a lab that the user saved by name.
  QStringList layoutNames(const QString& lab) const;
  QVariant layout(const QString& lab, const QString& name) const;
  void saveLayout(const QString& lab, const QString& name, const QVariant& layout);
  void removeLayout(const QString& lab, const QString& name);

  /// Run files outside the data folder that were opened last, newest first; those that are gone are left out.
  QStringList recentFiles() const;
  void addRecentFile(const QString& path);

 private:
  /// The folder's path; it is made when missing.
  QString subfolder(const QString& name) const;
  QString folder_;
  mutable QSettings store_;
};

}  // namespace learnscope
