// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/png_folder.h"

#include <QBuffer>
#include <QImageWriter>
#include <cstdio>
#include <span>

#include "engine/core/errors.h"
#include "engine/store/atomic_file.h"

namespace learnscope {
namespace {

constexpr int compression = 40;  // of 100: a quarter of the time of the densest, a few percent larger

}  // namespace

PngFolder::PngFolder(std::string path, const VideoEncoding& encoding)
    : folder_(std::move(path)), title_(encoding.title), metadata_(encoding.metadata) {}

void PngFolder::add(const QImage& frame) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QImageWriter writer(&buffer, "png");
  writer.setCompression(compression);
  writer.setText(QStringLiteral("Title"), QString::fromStdString(title_));
  for (const auto& [key, value] : metadata_)
    writer.setText(QStringLiteral("learnscope-") + QString::fromStdString(key), QString::fromStdString(value));
  if (!writer.write(frame)) throw IoError(folder_.path(), "cannot be written: " + writer.errorString().toStdString());
  char name[32];
  std::snprintf(name, sizeof name, "frame-%06d.png", ++count_);
  AtomicFile file(folder_.file(name));
  file.write(std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
  file.commit();
}

void PngFolder::finish() { folder_.commit(); }

}  // namespace learnscope
