// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/png_folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <QBuffer>
#include <QImageWriter>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>

#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"

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
  char name[32];
  std::snprintf(name, sizeof name, "/frame-%06d.png", ++count_);
  AtomicFile file(aside_ + name);
  file.write(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
  file.commit();
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
