// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/png_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <QBuffer>
#include <QFile>
#include <QImageWriter>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/core/errors.h"

namespace learnscope {
namespace {

constexpr int compression = 40;  // of 100: a quarter of the time of the densest, a few percent larger

}  // namespace

PngFolder::PngFolder(std::string path, const VideoEncoding& encoding)
    : path_(std::move(path)), title_(encoding.title), metadata_(encoding.metadata) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored)) throw IoError(path_, "already exists; name a new folder");
  std::string aside = path_ + ".XXXXXX";
  if (!mkdtemp(aside.data())) throw IoError(path_, "cannot be written: " + std::string(std::strerror(errno)));
  aside_ = std::move(aside);
}

PngFolder::~PngFolder() {
  std::error_code ignored;
  if (!aside_.empty()) std::filesystem::remove_all(aside_, ignored);
}

void PngFolder::add(const QImage& frame) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QImageWriter writer(&buffer, "png");
  writer.setCompression(compression);
  writer.setText(QStringLiteral("Title"), QString::fromStdString(title_));
  for (const auto& [key, value] : metadata_)
    writer.setText(QStringLiteral("learnscope-") + QString::fromStdString(key), QString::fromStdString(value));
  if (!writer.write(frame)) throw IoError(path_, "cannot be written: " + writer.errorString().toStdString());
  const QString name = QStringLiteral("/frame-%1.png").arg(++count_, 6, 10, QLatin1Char('0'));
  QFile file(QString::fromStdString(aside_) + name);
  // Flushed here: a full disk shows only then, and closing says nothing.
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.flush())
    throw IoError(path_, "cannot be written: " + file.errorString().toStdString());
}

void PngFolder::finish() {
  // mkdtemp makes the folder private; give it the permissions that a new folder would get.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  std::error_code error;
  if (::chmod(aside_.c_str(), 0777 & ~mask) != 0)
    throw IoError(path_, "cannot be written: " + std::string(std::strerror(errno)));
  std::filesystem::rename(aside_, path_, error);
  if (error) throw IoError(path_, "cannot be written: " + error.message());
  aside_.clear();
}

}  // namespace learnscope
