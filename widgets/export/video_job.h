// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryFile>
#include <memory>

#include "engine/core/parameter.h"

namespace learnscope {

/// A video that is made by `learnscope video` in a process of its own, so that the window stays quick and a training
/// run beside it is in no danger.
class VideoJob : public QObject {
  Q_OBJECT
 public:
  /// `program`: this program, or in tests another one with the same commands.
  explicit VideoJob(QString program, QObject* parent = nullptr);
  /// Cancels, and waits until nothing is left of the file.
  ~VideoJob() override;

  /// The last file is the current run. Replaces an existing file.
  void start(const QStringList& files, const Json& request, const QString& out);
  void cancel();
  bool running() const { return process_ != nullptr; }

 signals:
  /// `secondsLeft` is negative while it is not known.
  void progressed(int frame, int frames, double framesPerSecond, double secondsLeft);
  /// `problem` is empty if the video is there, or if it was cancelled.
  void finished(bool cancelled, const QString& problem);

 private:
  void readProgress();
  void end(bool failedToStart);

  QString program_;
  std::unique_ptr<QProcess> process_;
  std::unique_ptr<QTemporaryFile> request_;
  QElapsedTimer clock_;
  bool cancelled_ = false;
};

}  // namespace learnscope
