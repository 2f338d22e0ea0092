// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/style_shelf.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include "engine/core/config.h"
#include "engine/store/atomic_file.h"

namespace learnscope {
namespace {

constexpr std::size_t largestFile = 1U << 20U;
// A leading dot keeps it out of the list of names.
const QString lastName = QStringLiteral(".last");

}  // namespace

QStringList StyleShelf::names() const {
  QStringList found;
  for (const QFileInfo& file : QDir(folder_).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name))
    found << file.completeBaseName();
  return found;
}

QString StyleShelf::path(const QString& name) const { return QStringLiteral("%1/%2.json").arg(folder_, name); }

FigureStyle StyleShelf::load(const QString& name) const { return read(path(name)); }

void StyleShelf::save(const QString& name, const FigureStyle& style) const {
  static const QRegularExpression plain(QStringLiteral(R"(^[\p{L}\p{N}][\p{L}\p{N} _.,()+-]{0,59}$)"));
  if (!plain.match(name).hasMatch())
    throw ConfigError("style", name.toStdString(), "expected a name of letters, digits, spaces and -_.,()+");
  write(path(name), style);
}

void StyleShelf::remove(const QString& name) const { QFile::remove(path(name)); }

FigureStyle StyleShelf::last() const {
  try {
    return read(path(lastName));
  } catch (const Error&) {
    return {};  // the first time, or from another version
  }
}

void StyleShelf::keepLast(const FigureStyle& style) const { write(path(lastName), style); }

FigureStyle StyleShelf::read(const QString& path) {
  const std::string file = path.toStdString();
  try {
    return FigureStyle::fromJson(parseJson(readFile(file, largestFile), file));
  } catch (const ConfigError& error) {
    throw DataError(file, "", error.what());
  }
}

void StyleShelf::write(const QString& path, const FigureStyle& style) {
  QDir().mkpath(QFileInfo(path).absolutePath());
  AtomicFile file(path.toStdString());
  file.write(style.toJson().dump(2) + "\n");
  file.commit();
}

}  // namespace learnscope
