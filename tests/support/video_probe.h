// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFloat16>  // QCOMPARE of Json asks for its constructors
#include <QImage>
#include <QProcess>
#include <QString>

#include "engine/core/parameter.h"

namespace learnscope::test {

/// What ffprobe says of the first stream of a video, its frames counted by decoding them; "format" holds the container.
inline Json probed(const std::string& path) {
  QProcess probe;
  probe.start("ffprobe", {"-v", "error", "-count_frames", "-select_streams", "v:0", "-show_streams", "-show_format",
                          "-of", "json", QString::fromStdString(path)});
  if (!probe.waitForFinished(60'000) || probe.exitCode() != 0) return Json::object();
  const Json all = Json::parse(probe.readAllStandardOutput().toStdString());
  Json stream = all["streams"][0];
  stream["format"] = all["format"];
  return stream;
}

/// Frame `number` as a player shows it; null if there is none.
inline QImage decoded(const std::string& path, int number, QSize size) {
  QProcess decoder;
  decoder.start("ffmpeg", {"-v", "error", "-i", QString::fromStdString(path), "-vf",
                           QStringLiteral("select=eq(n\\,%1)").arg(number), "-frames:v", "1", "-vsync", "0",
                           "-sws_flags", "accurate_rnd+full_chroma_int", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"});
  if (!decoder.waitForFinished(60'000)) return {};
  const QByteArray bytes = decoder.readAllStandardOutput();
  if (bytes.size() != qsizetype{3} * size.width() * size.height()) return {};
  return QImage(reinterpret_cast<const uchar*>(bytes.constData()), size.width(), size.height(), 3 * size.width(),
                QImage::Format_RGB888)
      .copy();
}

}  // namespace learnscope::test
