// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QElapsedTimer>
#include <QTimer>
#include <memory>

#include "engine/core/scheduler.h"
#include "widgets/export/video_job.h"
#include "widgets/export/video_stage.h"
#include "widgets/model/no_new_runs.h"

class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSlider;
class QToolButton;

namespace learnscope {

class ParameterForm;
class PicturePreview;

/// Chooses views, time, camera, size and words of a video of the current run, shows every frame of it before it is
/// made, and makes it. Remembers the last choices of a lab.
class VideoStudio : public QDialog {
  Q_OBJECT
 public:
  /// `initial`: parts of a request that the window knows, such as its cameras. `program` makes the video.
  VideoStudio(SessionModel& model, const Json& initial, QString program, QWidget* parent = nullptr);
  ~VideoStudio() override;

  /// The request as it is set; throws ConfigError with all that is wrong.
  VideoRequest request() const;
  /// Makes the video; the name's ending says the format.
  void save(const QString& path);
  /// Goes to a frame of the preview.
  void showFrame(int frame);
  /// `learnscope video …` for this video.
  QString commandLine() const;

 protected:
  void reject() override;

 private:
  QWidget* makePreview();
  QWidget* makeChoices();
  QWidget* makeFoot();
  void fillViews(const Json& chosen);
  Json values() const;
  void edited();
  void showProblems(const std::vector<Problem>& problems);
  void rebuild();
  void draw();
  void togglePlay();
  void advance();
  void showPlaces();
  void placeCamera(SceneView& scene, const Camera& camera);
  Camera placedCamera(const SceneView& scene) const;
  void orbit(QPointF from, QPointF delta);
  void zoom(QPointF at, double factor);
  void clearPlaces();
  void askPath();
  void showState();
  void onFinished(bool cancelled, const QString& problem);
  void remember() const;
  QStringList files() const;

  SessionModel& model_;  ///< the window's
  std::vector<ViewSpec> views_;
  NoNewRuns factory_;
  Scheduler scheduler_{1};
  std::unique_ptr<SessionModel> shown_;  ///< the preview's, with a cursor of its own
  std::unique_ptr<VideoStage> stage_;
  Json keyframes_ = Json::array();
  Json selection_ = Json::object();
  VideoJob* job_;
  QString path_;

  PicturePreview* preview_;
  QSlider* slider_;
  QToolButton* play_;
  QLabel* place_;
  QListWidget* list_;
  ParameterForm* form_;
  QLabel* places_;
  QPushButton* clear_;
  QLabel* summary_;
  QComboBox* format_;
  QProgressBar* progress_;
  QPushButton *folder_, *copy_, *cancel_, *save_, *close_;
  QTimer later_;    ///< a rebuild that waits for the end of typing
  QTimer drawing_;  ///< a frame that waits for the events before it
  QTimer playing_;
  QElapsedTimer clock_;
  int playedFrom_ = 0;
};

}  // namespace learnscope
