// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_job.h"

#include <QDir>
#include <QTimer>

namespace learnscope {
namespace {

constexpr int patience = 5000;  // ms that a cancelled process has to tidy up

// "learnscope: text" of the command line is for a terminal.
QString problemOf(const QByteArray& said) {
  QString text = QString::fromUtf8(said).trimmed();
  const QString prefix = QStringLiteral("learnscope: ");
  return text.startsWith(prefix) ? text.mid(prefix.size()) : text;
}

}  // namespace

VideoJob::VideoJob(QString program, QObject* parent) : QObject(parent), program_(std::move(program)) {}

VideoJob::~VideoJob() {
  if (!process_) return;
  process_->disconnect(this);
  process_->terminate();
  if (process_->waitForFinished(patience)) return;
  process_->kill();
  process_->waitForFinished();
}

void VideoJob::start(const QStringList& files, const Json& request, const QString& out) {
  if (running()) return;
  cancelled_ = false;
  request_ = std::make_unique<QTemporaryFile>(QDir::tempPath() + QStringLiteral("/learnscope-video-XXXXXX.json"));
  const QByteArray text = QByteArray::fromStdString(request.dump());
  if (!request_->open() || request_->write(text) != text.size() || !request_->flush()) {
    emit finished(false, request_->fileName() + QStringLiteral(": ") + request_->errorString());
    return;
  }
  process_ = std::make_unique<QProcess>();
  connect(process_.get(), &QProcess::readyReadStandardOutput, this, &VideoJob::readProgress);
  connect(process_.get(), &QProcess::finished, this, [this] { end(false); });
  connect(process_.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    if (error == QProcess::FailedToStart) end(true);
  });
  clock_.start();
  process_->start(program_,
                  QStringList{QStringLiteral("video")} + files +
                      QStringList{QStringLiteral("--request"), request_->fileName(), QStringLiteral("--out"), out,
                                  QStringLiteral("--force"), QStringLiteral("--log"), QStringLiteral("jsonl")});
}

void VideoJob::cancel() {
  if (!running() || cancelled_) return;
  cancelled_ = true;
  process_->terminate();
  QTimer::singleShot(patience, process_.get(), &QProcess::kill);
}

void VideoJob::readProgress() {
  while (process_->canReadLine()) {
    const QByteArray line = process_->readLine();
    const Json json = Json::parse(line.constData(), nullptr, false);
    if (!json.is_object() || !json.contains("frame") || !json.contains("frames")) continue;
    const int frame = json["frame"].get<int>(), frames = json["frames"].get<int>();
    if (frame == 0) clock_.restart();  // loading is over
    const double elapsed = static_cast<double>(clock_.elapsed()) / 1000;
    const double rate = elapsed > 0 ? frame / elapsed : 0;
    emit progressed(frame, frames, rate, frame > 0 && rate > 0 ? (frames - frame) / rate : -1);
  }
}

void VideoJob::end(bool failedToStart) {
  QString problem;
  if (failedToStart) {
    problem = tr("%1 could not be started: %2").arg(program_, process_->errorString());
  } else if (!cancelled_ && process_->exitStatus() == QProcess::CrashExit) {
    problem = tr("The program that makes the video crashed.");
  } else if (!cancelled_ && process_->exitCode() != 0) {
    problem = problemOf(process_->readAllStandardError());
    if (problem.isEmpty()) problem = tr("The video was not made (exit status %1).").arg(process_->exitCode());
  }
  process_.release()->deleteLater();  // this is called from one of its signals
  request_.reset();
  emit finished(cancelled_, problem);
}

}  // namespace learnscope
