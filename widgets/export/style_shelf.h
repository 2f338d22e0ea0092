// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "widgets/model/figure_style.h"

namespace learnscope {

/// Styles of figures that were saved by name: JSON files of one folder, also for `render --style`.
class StyleShelf {
 public:
  explicit StyleShelf(QString folder) : folder_(std::move(folder)) {}
  /// In the order of the alphabet.
  QStringList names() const;
  QString path(const QString& name) const;
  /// Throws IoError, DataError.
  FigureStyle load(const QString& name) const;
  /// Throws ConfigError for a name that makes no file's name; IoError.
  void save(const QString& name, const FigureStyle& style) const;
  void remove(const QString& name) const;

  /// A style file wherever it is. Throws IoError, DataError.
  static FigureStyle read(const QString& path);

  /// The style that was used last; the default one if there is none, or none that can be read.
  FigureStyle last() const;
  void keepLast(const FigureStyle& style) const;

 private:
  static void write(const QString& path, const FigureStyle& style);
  QString folder_;
};

}  // namespace learnscope
