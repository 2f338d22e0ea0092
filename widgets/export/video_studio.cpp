// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_studio.h"

#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSlider>
#include <QThreadPool>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/controls/parameter_form.h"
#include "widgets/export/make_video.h"
#include "widgets/export/picture_preview.h"
#include "widgets/model/icons.h"
#include "widgets/model/shell_word.h"
#include "widgets/scene/camera_input.h"

namespace learnscope {
namespace {

constexpr int typingPause = 120;    // ms
constexpr int mostRows = 8;         // of the list of views
constexpr double firstShown = 0.6;  // of the video: not its beginning, where little is seen

/// Parts of a request that have controls of their own, or none, in the form.
bool inForm(const std::string& id) { return id != "views" && id != "camera.keyframes" && !id.starts_with("select."); }

/// Parts that belong to one run rather than to a taste.
bool remembered(const std::string& id) {
  return id != "camera.keyframes" && !id.starts_with("select.") && !id.starts_with("steps.") &&
         !id.starts_with("title.") && !id.starts_with("end.") && id != "compare";
}

struct FormatChoice {
  const char* name;
  const char* suffix;  ///< "": a folder
};
constexpr FormatChoice formats[] = {{QT_TRANSLATE_NOOP("learnscope::VideoStudio", "MP4 (H.264)"), ".mp4"},
                                    {QT_TRANSLATE_NOOP("learnscope::VideoStudio", "WebM (VP9)"), ".webm"},
                                    {QT_TRANSLATE_NOOP("learnscope::VideoStudio", "Animated GIF"), ".gif"},
                                    {QT_TRANSLATE_NOOP("learnscope::VideoStudio", "Folder of PNG"), ""}};

QString text(const std::string& s) { return QString::fromStdString(s); }

QString clockText(double seconds) {
  const int whole = static_cast<int>(seconds);
  return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

/// The run is known here: its own steps instead of "the last".
void boundSteps(std::vector<Parameter>& parameters, const Run& run) {
  for (Parameter& parameter : parameters) {
    if (!parameter.id.starts_with("steps.")) continue;
    const bool first = parameter.id == "steps.first";
    parameter.minimum = static_cast<double>(run.info().forkStep);
    parameter.maximum = static_cast<double>(run.lastStep());
    parameter.fallback = first ? run.info().forkStep : run.lastStep();
    parameter.doc = first ? "The first step shown." : "The last step shown.";
  }
}

/// As large as fits and no larger than the video, with even sides.
QSize previewSize(QSize wanted, QSizeF room) {
  const QSizeF fitting = room.boundedTo(wanted);
  const auto even = [](double side) { return std::max(64, 2 * static_cast<int>(side / 2)); };
  return {even(fitting.width()), even(fitting.height())};
}

QString settingsKey(const SessionModel& model) { return QStringLiteral("video/") + text(model.description().id); }

}  // namespace

VideoStudio::VideoStudio(SessionModel& model, const Json& initial, QString program, QWidget* parent)
    : QDialog(parent), model_(model), job_(new VideoJob(std::move(program), this)) {
  setObjectName(QStringLiteral("video.studio"));
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Video of %1").arg(text(model.description().title)));
  views_ = viewsFor(model_.page(), model_.run()->info().config);
  shown_ = std::make_unique<SessionModel>(model_.session().lab(), factory_, scheduler_);
  shown_->setSynchronous(true);
  for (const std::shared_ptr<Run>& run : model_.runs(QStringLiteral("shown")))
    if (run != model_.run()) shown_->session().open(run, false);
  shown_->session().open(model_.run(), false);

  auto* top = new QHBoxLayout;
  top->setSpacing(0);
  top->addWidget(makePreview(), 1);
  top->addWidget(makeChoices());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(top, 1);
  column->addWidget(makeFoot());

  std::vector<Parameter> parameters = VideoRequest::parameters(views_);
  boundSteps(parameters, *model_.run());
  std::vector<Problem> none;
  Json taken = Json::object();
  const Json last = Json::parse(QSettings().value(settingsKey(model_)).toString().toStdString(), nullptr, false);
  if (last.is_object()) taken = flattened(last);
  const Json given = flattened(initial);
  for (const auto& [key, value] : given.items())
    if (!(key == "views" && taken.contains("views"))) taken[key] = value;
  // What was remembered and is wrong by now falls back to the defaults, value by value.
  const Config values = resolved(parameters, taken, none);
  std::erase_if(parameters, [&](const Parameter& p) {
    return !inForm(p.id) || (p.id == "compare" && shown_->session().members().size() < 2);
  });
  form_->setParameters(parameters);
  form_->setValues(values);
  keyframes_ = values["camera.keyframes"];
  selection_ = {{"select.kind", values["select.kind"]}, {"select.ids", values["select.ids"]}};
  fillViews(values["views"]);

  later_.setSingleShot(true);
  later_.setInterval(typingPause);
  connect(&later_, &QTimer::timeout, this, &VideoStudio::rebuild);
  drawing_.setSingleShot(true);
  connect(&drawing_, &QTimer::timeout, this, &VideoStudio::draw);
  connect(&playing_, &QTimer::timeout, this, &VideoStudio::advance);
  connect(form_, &ParameterForm::edited, this, &VideoStudio::edited);
  connect(form_, &ParameterForm::resetRequested, this, [this](const std::string& id) {
    Config reset = form_->values();
    reset.set(id, form_->row(id)->parameter().fallback);
    form_->setValues(reset);
    edited();
  });
  connect(job_, &VideoJob::progressed, this, [this](int frame, int frames, double rate, double left) {
    progress_->setRange(0, frames);
    progress_->setValue(frame);
    QString said = tr("frame %1 of %2").arg(frame).arg(frames);
    if (left >= 0) said += tr("  ·  %1 a second  ·  %2 left").arg(rate, 0, 'f', 1).arg(clockText(std::ceil(left)));
    summary_->setText(said);
  });
  connect(job_, &VideoJob::finished, this, &VideoStudio::onFinished);
  showState();
  resize(1180, 720);
  later_.start(0);
}

VideoStudio::~VideoStudio() = default;

QWidget* VideoStudio::makePreview() {
  auto* box = new QWidget(this);
  preview_ = new PicturePreview(tr("Preview of the video"), box);
  slider_ = new QSlider(Qt::Horizontal, box);
  slider_->setObjectName(QStringLiteral("video.frame"));
  slider_->setAccessibleName(tr("Frame"));
  slider_->setRange(0, 0);
  play_ = new QToolButton(box);
  play_->setObjectName(QStringLiteral("video.play"));
  play_->setIcon(symbolicIcon(QStringLiteral("play")));
  play_->setAutoRaise(true);
  play_->setToolTip(tr("Play the preview (Space)"));
  play_->setAccessibleName(tr("Play the preview"));
  play_->setShortcut(QKeySequence(Qt::Key_Space));
  place_ = new QLabel(box);
  place_->setAccessibleName(tr("Place in the video"));
  place_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0:00 / 00:00  ·  step 00 000 000")));
  auto* transport = new QHBoxLayout;
  transport->setContentsMargins(12, 6, 12, 8);
  transport->addWidget(play_);
  transport->addWidget(slider_, 1);
  transport->addSpacing(8);
  transport->addWidget(place_);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(preview_, 1);
  column->addLayout(transport);
  connect(slider_, &QSlider::valueChanged, this, [this] { drawing_.start(0); });
  connect(play_, &QToolButton::clicked, this, &VideoStudio::togglePlay);
  connect(preview_, &PicturePreview::resized, this, [this] { later_.start(); });
  connect(preview_, &PicturePreview::dragged, this, &VideoStudio::orbit);
  connect(preview_, &PicturePreview::zoomed, this, &VideoStudio::zoom);
  return box;
}

QWidget* VideoStudio::makeChoices() {
  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(14, 12, 12, 12);
  auto* heading = new QLabel(tr("&Shown, in this order"), content);
  QFont bold = heading->font();
  bold.setWeight(QFont::DemiBold);
  heading->setFont(bold);
  list_ = new QListWidget(content);
  list_->setObjectName(QStringLiteral("video.views"));
  list_->setAccessibleName(tr("Views"));
  list_->setToolTip(tr("Check the views to show; drag them into order. The first one is large."));
  list_->setDragDropMode(QAbstractItemView::InternalMove);
  heading->setBuddy(list_);
  form_ = new ParameterForm(content);
  places_ = new QLabel(content);
  places_->setWordWrap(true);
  places_->setForegroundRole(QPalette::PlaceholderText);
  clear_ = new QPushButton(tr("Clear &places"), content);
  clear_->setObjectName(QStringLiteral("video.clearPlaces"));
  column->addWidget(heading);
  column->addWidget(list_);
  column->addSpacing(4);
  column->addWidget(form_);
  column->addWidget(places_);
  column->addWidget(clear_, 0, Qt::AlignLeft);
  column->addStretch(1);
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(content);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFixedWidth(340);
  connect(list_, &QListWidget::itemChanged, this, &VideoStudio::edited);
  connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &VideoStudio::edited);
  connect(clear_, &QPushButton::clicked, this, &VideoStudio::clearPlaces);
  return scroll;
}

QWidget* VideoStudio::makeFoot() {
  auto* foot = new QFrame(this);
  foot->setObjectName(QStringLiteral("video.foot"));
  format_ = new QComboBox(foot);
  format_->setObjectName(QStringLiteral("video.format"));
  format_->setAccessibleName(tr("Format"));
  for (const FormatChoice& format : formats) format_->addItem(tr(format.name), QLatin1String(format.suffix));
  progress_ = new QProgressBar(foot);
  progress_->setAccessibleName(tr("Progress"));
  progress_->setTextVisible(false);
  progress_->setFixedWidth(220);
  summary_ = new QLabel(foot);
  summary_->setObjectName(QStringLiteral("video.summary"));
  summary_->setMinimumWidth(80);
  const auto button = [&](const QString& name, const char* id, const char* look) {
    auto* made = new QPushButton(name, foot);
    made->setObjectName(QLatin1String(look));
    made->setProperty("id", QLatin1String(id));
    made->setAutoDefault(false);
    return made;
  };
  folder_ = button(tr("Show in &folder"), "video.folder", "plain");
  copy_ = button(tr("Copy command &line"), "video.copy", "plain");
  cancel_ = button(tr("&Cancel"), "video.cancel", "plain");
  close_ = button(tr("Close"), "video.close", "plain");
  save_ = button(tr("&Save video…"), "video.save", "primary");
  copy_->setToolTip(tr("The command that makes this video without a window"));
  auto* row = new QHBoxLayout(foot);
  row->setContentsMargins(12, 8, 12, 10);
  row->addWidget(format_);
  row->addWidget(progress_);
  row->addSpacing(6);
  row->addWidget(summary_, 1);
  for (QPushButton* each : {folder_, copy_, close_, cancel_, save_}) row->addWidget(each);
  connect(format_, &QComboBox::currentIndexChanged, this, &VideoStudio::edited);
  connect(folder_, &QPushButton::clicked, this,
          [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path_).absolutePath())); });
  connect(copy_, &QPushButton::clicked, this, [this] {
    QGuiApplication::clipboard()->setText(commandLine());
    summary_->setText(tr("Copied: %1").arg(commandLine()));
  });
  connect(cancel_, &QPushButton::clicked, job_, &VideoJob::cancel);
  connect(close_, &QPushButton::clicked, this, &QDialog::reject);
  connect(save_, &QPushButton::clicked, this, &VideoStudio::askPath);
  return foot;
}

// The chosen ones first, in their order, then the others as the page has them.
void VideoStudio::fillViews(const Json& chosen) {
  const QSignalBlocker quiet(list_);
  const auto add = [this](const ViewSpec& view, bool on) {
    auto* item = new QListWidgetItem(view.title, list_);
    item->setData(Qt::UserRole, text(view.id));
    item->setToolTip(view.doc);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsDragEnabled);
    item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
  };
  const auto isChosen = [&](const ViewSpec& view) {
    return std::find(chosen.begin(), chosen.end(), Json(view.id)) != chosen.end();
  };
  for (const Json& id : chosen)
    for (const ViewSpec& view : views_)
      if (id == view.id) add(view, true);
  for (const ViewSpec& view : views_)
    if (!isChosen(view)) add(view, false);
  const int rows = std::clamp(list_->count(), 1, mostRows);
  list_->setFixedHeight(rows * list_->sizeHintForRow(0) + 2 * list_->frameWidth() + 4);
}

Json VideoStudio::values() const {
  Json values = form_->values().json();
  values["views"] = Json::array();
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->checkState() == Qt::Checked)
      values["views"].push_back(list_->item(i)->data(Qt::UserRole).toString().toStdString());
  values["camera.keyframes"] = keyframes_;
  values.update(selection_);
  return values;
}

VideoRequest VideoStudio::request() const {
  VideoRequest request = VideoRequest::fromJson(values(), views_);
  if (const auto format = videoFormatOf("video" + format_->currentData().toString().toStdString()))
    checkVideo(request, *format);
  return request;
}

void VideoStudio::edited() {
  for (ParameterRow* row : form_->rows()) row->setProblem({}, false);
  try {
    static_cast<void>(request());
    later_.start();
  } catch (const ConfigError& error) {
    showProblems(error.problems());
  }
  showState();
}

void VideoStudio::showProblems(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    ParameterRow* row = form_->row(problem.pointer.substr(std::min<std::size_t>(1, problem.pointer.size())));
    if (row)
      row->setProblem(text(problem.allowed), false);
    else
      preview_->setMessage(text(problem.text()));
  }
}

void VideoStudio::rebuild() {
  const double at =
      stage_ && stage_->size() > 1 ? static_cast<double>(slider_->value()) / (stage_->size() - 1) : firstShown;
  const int before = stage_ ? stage_->size() : 0;
  try {
    VideoRequest request = this->request();
    request.size = previewSize(request.size, preview_->room(request.size));
    stage_.reset();
    stage_ = std::make_unique<VideoStage>(*shown_, std::move(request));
  } catch (const ConfigError& error) {
    showProblems(error.problems());
    preview_->setMessage(QString::fromUtf8(error.what()));
    showState();
    return;
  }
  {
    const QSignalBlocker quiet(slider_);
    slider_->setRange(0, stage_->size() - 1);
    slider_->setPageStep(stage_->request().rate);
    if (before != stage_->size()) slider_->setValue(static_cast<int>(std::lround(at * (stage_->size() - 1))));
  }
  showPlaces();
  showState();
  draw();
}

void VideoStudio::draw() {
  if (!stage_) return;
  const int frame = slider_->value();
  try {
    preview_->setPicture(stage_->frame(frame));
  } catch (const Error& error) {
    preview_->setMessage(QString::fromUtf8(error.what()));
  }
  const VideoFrame now = stage_->plan().at(frame);
  const double rate = stage_->request().rate;
  QString said = QStringLiteral("%1 / %2").arg(clockText(frame / rate), clockText(stage_->size() / rate));
  if (now.part == VideoFrame::Part::Run)
    said += tr("  ·  step %1").arg(QLocale().toString(static_cast<qlonglong>(now.step)));
  place_->setText(said);
}

void VideoStudio::showFrame(int frame) { slider_->setValue(frame); }

void VideoStudio::togglePlay() {
  if (!stage_) return;
  const bool on = !playing_.isActive();
  play_->setIcon(symbolicIcon(on ? QStringLiteral("pause") : QStringLiteral("play")));
  if (!on) return playing_.stop();
  playedFrom_ = slider_->value() >= slider_->maximum() ? 0 : slider_->value();
  clock_.start();
  playing_.start(1000 / stage_->request().rate);
}

// In real time: what cannot be drawn in time is passed over (in the preview only).
void VideoStudio::advance() {
  if (!stage_) return;
  const int frame =
      playedFrom_ + static_cast<int>(static_cast<double>(clock_.elapsed()) / 1000 * stage_->request().rate);
  slider_->setValue(std::min(frame, slider_->maximum()));
  if (frame >= slider_->maximum()) togglePlay();
}

void VideoStudio::showPlaces() {
  const bool scenes = std::any_of(views_.begin(), views_.end(), [&](const ViewSpec& view) {
    const std::vector<std::string>& shown = stage_->request().views;
    return view.kind == QLatin1String("scene") && std::find(shown.begin(), shown.end(), view.id) != shown.end();
  });
  places_->setVisible(scenes);
  clear_->setVisible(scenes && !keyframes_.empty());
  if (stage_->request().path != VideoRequest::Path::Keyframes) {
    places_->setText(
        tr("Drag in the picture to turn the scene, use the wheel to come nearer: the camera begins there."));
    return;
  }
  QStringList steps;
  for (const Json& place : keyframes_)
    steps << (place.contains("step") ? QLocale().toString(static_cast<qlonglong>(place["step"].get<std::int64_t>()))
                                     : tr("start"));
  const QString said = tr("Go to a frame and drag in the picture: the camera will be there at that step.");
  places_->setText(
      steps.isEmpty() ? said : said + QLatin1Char('\n') + tr("Placed at: %1").arg(steps.join(QStringLiteral(", "))));
}

void VideoStudio::placeCamera(SceneView& scene, const Camera& camera) {
  const bool keyed = stage_->request().path == VideoRequest::Path::Keyframes;
  Json place = camera.toJson();
  place["view"] = scene.spec().id;
  if (keyed) place["step"] = stage_->plan().at(slider_->value()).step;
  const auto same = [&](const Json& other) {
    return other.value("view", std::string()) == scene.spec().id &&
           (!keyed || (other.contains("step") && other["step"] == place["step"]));
  };
  std::erase_if(keyframes_.get_ref<Json::array_t&>(), same);
  keyframes_.push_back(std::move(place));
  try {
    stage_->setCameras(request());
  } catch (const ConfigError& error) {
    showProblems(error.problems());
    return;
  }
  showPlaces();
  drawing_.start(0);
}

// What a drag moves: by keyframes the camera of this frame, else where the path begins.
Camera VideoStudio::placedCamera(const SceneView& scene) const {
  const bool keyed = stage_->request().path == VideoRequest::Path::Keyframes;
  return stage_->camera(scene, keyed ? slider_->value() : 0);
}

void VideoStudio::orbit(QPointF from, QPointF delta) {
  SceneView* scene = stage_ ? stage_->sceneAt(from) : nullptr;
  if (!scene || job_->running()) return;
  Camera camera = placedCamera(*scene);
  dragCamera(camera, delta, Qt::LeftButton, Qt::NoModifier, {});
  placeCamera(*scene, camera);
}

void VideoStudio::zoom(QPointF at, double factor) {
  SceneView* scene = stage_ ? stage_->sceneAt(at) : nullptr;
  if (!scene || job_->running()) return;
  Camera camera = placedCamera(*scene);
  camera.dolly(factor);
  placeCamera(*scene, camera);
}

void VideoStudio::clearPlaces() {
  keyframes_ = Json::array();
  edited();
}

QStringList VideoStudio::files() const {
  QStringList files;
  for (const auto& member : shown_->session().members())
    if (const RunStore* store = member->run->store()) files << text(store->path());
  return files;
}

QString VideoStudio::commandLine() const {
  QString line = QStringLiteral("learnscope video");
  for (const QString& file : files()) line += QLatin1Char(' ') + shellWord(file);
  std::vector<Problem> none;
  const Config defaults = resolved(VideoRequest::parameters(views_), Json::object(), none);
  const Json changed = Config(values()).difference(defaults);
  for (const auto& [id, value] : changed.items()) {
    QString word;
    for (const Json& view : id == "views" ? value : Json::array()) word += (word.isEmpty() ? "" : ",") + text(view);
    if (id == "views")
      line += QStringLiteral(" --views ") + shellWord(word);
    else
      line += QStringLiteral(" --set ") +
              shellWord(text(id + "=" + (value.is_string() ? value.get<std::string>() : value.dump())));
  }
  return line + QStringLiteral(" --out ") +
         shellWord(text(model_.description().id) + format_->currentData().toString());
}

void VideoStudio::askPath() {
  const QString suffix = format_->currentData().toString();
  const QString name = text(model_.description().id) + suffix;
  const QString filter = suffix.isEmpty() ? tr("New folder") + QStringLiteral(" (*)")
                                          : format_->currentText() + QStringLiteral(" (*") + suffix + QLatin1Char(')');
  QString path = QFileDialog::getSaveFileName(this, tr("Save video"), name, filter);
  if (path.isEmpty()) return;
  if (!suffix.isEmpty() && !path.endsWith(suffix, Qt::CaseInsensitive)) path += suffix;
  save(path);
}

void VideoStudio::save(const QString& path) {
  if (job_->running()) return;
  if (playing_.isActive()) togglePlay();
  path_ = path;
  Json request;
  try {
    request = this->request().toJson();
  } catch (const ConfigError& error) {
    showProblems(error.problems());
    return;
  }
  if (files().size() != static_cast<qsizetype>(shown_->session().members().size()))
    return onFinished(false, tr("The run is not kept in a file."));
  remember();
  progress_->setRange(0, 0);
  summary_->setText(tr("Beginning…"));
  // The file must hold what the window shows; its writer may be a second behind.
  QThreadPool::globalInstance()->start([this, guard = QPointer<VideoStudio>(this), run = model_.run(), request, path] {
    run->store()->flush();
    QMetaObject::invokeMethod(qApp, [this, guard, request, path] {
      if (!guard) return;
      job_->start(files(), request, path);
      showState();
    });
  });
}

void VideoStudio::onFinished(bool cancelled, const QString& problem) {
  showState();
  const QFileInfo made(path_);
  if (cancelled) {
    summary_->setText(tr("Cancelled; nothing was written."));
  } else if (!problem.isEmpty()) {
    summary_->setText(tr("Not saved: %1").arg(problem));
    summary_->setToolTip(problem);
  } else {
    const QString size = made.isDir() ? tr("folder") : QLocale().formattedDataSize(made.size());
    summary_->setText(tr("Saved %1 (%2)").arg(made.fileName(), size));
    folder_->show();
  }
}

void VideoStudio::showState() {
  const bool busy = job_->running();
  progress_->setVisible(busy);
  format_->setVisible(!busy);
  cancel_->setVisible(busy);
  save_->setVisible(!busy);
  close_->setVisible(!busy);
  copy_->setVisible(!busy);
  folder_->hide();
  form_->setEnabled(!busy);
  list_->setEnabled(!busy);
  if (busy) return;
  summary_->setToolTip({});
  try {
    const VideoRequest wanted = request();
    save_->setEnabled(stage_ != nullptr);
    const int frames = stage_ ? stage_->size() : 0;
    summary_->setText(tr("%1 × %2  ·  %3 frames  ·  %4")
                          .arg(wanted.size.width())
                          .arg(wanted.size.height())
                          .arg(frames)
                          .arg(clockText(static_cast<double>(frames) / wanted.rate)));
  } catch (const ConfigError& error) {
    save_->setEnabled(false);
    summary_->setText(text(error.problems().front().text()));
  }
}

void VideoStudio::remember() const {
  Json kept = Json::object();
  const Json all = values();
  for (const auto& [id, value] : all.items())
    if (remembered(id)) kept[id] = value;
  QSettings().setValue(settingsKey(model_), text(kept.dump()));
}

void VideoStudio::reject() {
  if (job_->running() && QMessageBox::question(this, windowTitle(), tr("Stop making the video?")) != QMessageBox::Yes)
    return;
  remember();
  QDialog::reject();
}

}  // namespace learnscope
