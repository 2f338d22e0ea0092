// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/splat_window.h"

#include <QActionGroup>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QScreen>
#include <QScrollArea>
#include <QSlider>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>
#include <QtMath>
#include <algorithm>

#include "app/background.h"
#include "app/log.h"
#include "app/tool_dialog.h"
#include "engine/splats/splat_statistics.h"
#include "widgets/export/splat_video_tool.h"
#include "widgets/model/icons.h"

namespace learnscope {
namespace {

constexpr int stateParts = 20;  ///< positions of the slider between two states

QString droppedSplats(const QMimeData* data) {
  for (const QUrl& url : data->urls())
    if (url.isLocalFile() && (isSplatFile(url.toLocalFile()) || QFileInfo(url.toLocalFile()).isDir()))
      return url.toLocalFile();
  return {};
}

QString count(std::size_t n) { return QLocale().toString(static_cast<qlonglong>(n)); }

QString three(const std::array<double, 3>& q) {
  const QLocale locale;
  return QStringLiteral("%1 · %2 · %3")
      .arg(locale.toString(q[0], 'g', 3), locale.toString(q[1], 'g', 3), locale.toString(q[2], 'g', 3));
}

}  // namespace

bool isSplatFile(const QString& path) {
  for (const char* suffix : {".ply", ".splat", ".spz", ".ksplat"})
    if (path.endsWith(QLatin1String(suffix), Qt::CaseInsensitive)) return true;
  return false;
}

/// What reading a file gave.
struct SplatWindow::Loaded {
  splats::LoadedSplats file;  ///< its splats have moved on to `prepared`
  std::shared_ptr<const splats::PreparedSplats> prepared;
  splats::SplatStatistics statistics;
  std::shared_ptr<const splats::ObjectStates> object;  ///< of a folder
  std::optional<JointEstimate> joint;
  QString error;
  bool cancelled = false;
};

SplatWindow::SplatWindow(int threads, QWidget* parent)
    : QMainWindow(parent),
      view_(new SplatView(threads)),
      form_(new ParameterForm),
      messages_(new MessageBar),
      name_(new QLabel),
      facts_(new QFormLayout),
      status_(new QLabel),
      progress_(new QProgressBar),
      cancel_(new QToolButton) {
  setObjectName(QStringLiteral("splatWindow"));
  setWindowTitle(tr("Splat viewer — Learnscope"));
  setAcceptDrops(true);
  setContextMenuPolicy(Qt::NoContextMenu);
  view_->setMessage(tr("Drop a splat file here"),
                    tr("3DGS PLY, PlayCanvas compressed PLY, .splat or .spz.\nOr open one with Ctrl+O."));
  auto* centre = new QWidget;
  auto* row = new QHBoxLayout(centre);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  auto* column = new QVBoxLayout;
  column->setSpacing(0);
  column->addWidget(messages_);
  column->addWidget(view_, 1);
  column->addWidget(makeStateBar());
  row->addLayout(column, 1);
  row->addWidget(makePanel());
  setCentralWidget(centre);
  makeActions();
  status_->setObjectName(QStringLiteral("splatStatus"));
  statusBar()->addWidget(status_, 1);
  progress_->setRange(0, 1000);
  progress_->setMaximumWidth(fontMetrics().height() * 14);
  progress_->setAccessibleName(tr("Reading"));
  cancel_->setText(tr("Cancel"));
  connect(cancel_, &QToolButton::clicked, this, [this] { loading_.request_stop(); });
  for (QWidget* widget : {static_cast<QWidget*>(progress_), static_cast<QWidget*>(cancel_)}) {
    statusBar()->addPermanentWidget(widget);
    widget->hide();
  }
  connect(view_, &SplatView::frameShown, this, &SplatWindow::showStatus);
  connect(view_, &SplatView::hiddenChanged, this, &SplatWindow::showHidden);
  const int em = fontMetrics().height();
  resize(QSize(em * 76, em * 50).boundedTo(screen()->availableSize() - QSize(em, 3 * em)));
  view_->setFocus();
}

QWidget* SplatWindow::makeStateBar() {
  stateBar_ = new QWidget;
  auto* row = new QHBoxLayout(stateBar_);
  row->setContentsMargins(8, 5, 8, 5);
  auto* label = new QLabel(tr("&State"));
  states_ = new QSlider(Qt::Horizontal);
  states_->setObjectName(QStringLiteral("splatStates"));
  states_->setAccessibleName(tr("State"));
  states_->setTickPosition(QSlider::TicksBelow);
  states_->setPageStep(stateParts);
  label->setBuddy(states_);
  stateName_ = new QLabel;
  stateName_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("state 00.00, −000.0°")));
  row->addWidget(label);
  row->addWidget(states_, 1);
  row->addWidget(stateName_);
  connect(states_, &QSlider::valueChanged, this, &SplatWindow::showState);
  stateBar_->hide();
  return stateBar_;
}

/// The object where the slider is: between two states its part is turned or slid on, without a joint the state stays.
void SplatWindow::showState() {
  if (!object_) return;
  const double place = states_->value() / double{stateParts};
  view_->replaceSplats(std::make_shared<splats::PreparedSplats>(splats::stateAt(*object_, joint_, place)));
  const auto before = static_cast<std::size_t>(place);
  const bool last = before + 1 >= object_->states.size();
  const double share = last ? 0 : place - static_cast<double>(before);
  const auto mixed = [&](const auto& values) {
    const auto a = static_cast<double>(values[before]);
    return last ? a : a + share * (static_cast<double>(values[before + 1]) - a);
  };
  QString text =
      joint_ ? tr("state %1").arg(mixed(object_->states), 0, 'f', 2) : tr("state %1").arg(object_->states[before]);
  if (joint_ && joint_->turns) text += tr(", %1°").arg(qRadiansToDegrees(mixed(joint_->values)), 0, 'f', 1);
  if (joint_ && !joint_->turns) text += tr(", shift %1").arg(mixed(joint_->values), 0, 'f', 3);
  stateName_->setText(text);
}

QWidget* SplatWindow::makePanel() {
  auto* panel = new QWidget;
  panel->setObjectName(QStringLiteral("splatPanel"));
  panel->setFixedWidth(fontMetrics().height() * 19);
  auto* column = new QVBoxLayout(panel);
  QFont bold = font();
  bold.setBold(true);
  name_->setFont(bold);
  name_->setWordWrap(true);
  name_->setText(tr("No file"));
  column->addWidget(name_);
  facts_->setLabelAlignment(Qt::AlignLeft);
  facts_->setHorizontalSpacing(fontMetrics().height());
  column->addLayout(facts_);
  parameters_ = SplatView::parameters(0);
  form_->setParameters(parameters_, false);
  form_->setValues(view_->settings());
  const auto apply = [this](const std::string& id, const Json& value) {
    Config settings = form_->values();
    settings.set(id, value);
    form_->setValues(settings);
    view_->setSettings(settings);
  };
  connect(form_, &ParameterForm::edited, this, apply);
  connect(form_, &ParameterForm::resetRequested, this, [this, apply](const std::string& id) {
    for (const Parameter& parameter : parameters_)
      if (parameter.id == id) apply(id, parameter.fallback);
  });
  auto* rows = new QWidget;
  auto* stretched = new QVBoxLayout(rows);
  stretched->setContentsMargins(0, 0, 0, 0);
  stretched->addWidget(form_);
  stretched->addStretch(1);
  auto* scroll = new QScrollArea;
  scroll->setWidget(rows);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  column->addWidget(scroll, 1);
  return panel;
}

void SplatWindow::addTool(QToolBar* bar, SplatView::Tool tool, const QString& icon, const QString& text,
                          const QString& tip) {
  QAction* action = bar->addAction(symbolicIcon(icon), text);
  action->setToolTip(tip);
  action->setCheckable(true);
  action->setChecked(view_->tool() == tool);
  connect(action, &QAction::triggered, this, [this, tool] { view_->setTool(tool); });
  connect(view_, &SplatView::toolChanged, action, [this, action, tool] { action->setChecked(view_->tool() == tool); });
}

void SplatWindow::makeActions() {
  auto* bar = addToolBar(tr("Tools"));
  bar->setMovable(false);
  bar->setIconSize({18, 18});
  bar->toggleViewAction()->setEnabled(false);
  const auto add = [&](const char* icon, const QString& text, const QString& tip, const QKeySequence& key,
                       const auto& does) {
    QAction* action = bar->addAction(symbolicIcon(QLatin1String(icon)), text);
    action->setShortcut(key);
    action->setToolTip(key.isEmpty() ? tip : tr("%1 (%2)").arg(tip, key.toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, does);
    return action;
  };
  add("open", tr("Open…"), tr("Open a splat file"), QKeySequence::Open, [this] { askOpen(); });
  add("save", tr("Save as…"), tr("Write the splats that are not hidden, in any format"), QKeySequence::SaveAs,
      [this] { askSave(); });
  QAction* picture = add("camera", tr("Picture"), tr("Save a picture with transparent background"),
                         QKeySequence(QStringLiteral("Ctrl+P")), [this] { savePicture(1); });
  auto* sizes = new QMenu(this);
  for (const int factor : {1, 2, 4})
    sizes->addAction(tr("%1× the size of the pane…").arg(factor), this, [this, factor] { savePicture(factor); });
  picture->setMenu(sizes);
  add("film", tr("Video…"), tr("Film the scene from all sides"), QKeySequence(QStringLiteral("Ctrl+Shift+V")),
      [this] { makeVideo(); });
  bar->addSeparator();
  addTool(bar, SplatView::Tool::Orbit, QStringLiteral("orbit"), tr("Orbit"),
          tr("Turn, pan and come nearer with the mouse"));
  addTool(bar, SplatView::Tool::Box, QStringLiteral("select-box"), tr("Box"), tr("Hide what a box encloses"));
  addTool(bar, SplatView::Tool::Lasso, QStringLiteral("select-lasso"), tr("Lasso"), tr("Hide what a line encloses"));
  QAction* all = add("restart", tr("Show all"), tr("Show all hidden splats again"), {}, [this] { view_->showAll(); });
  all->setEnabled(false);
  connect(view_, &SplatView::hiddenChanged, all, [this, all] { all->setEnabled(view_->hiddenCount() > 0); });
  QAction* undo = view_->undoStack().createUndoAction(this, tr("Undo"));
  undo->setIcon(symbolicIcon(QStringLiteral("undo")));
  undo->setShortcut(QKeySequence::Undo);
  QAction* redo = view_->undoStack().createRedoAction(this, tr("Redo"));
  redo->setIcon(symbolicIcon(QStringLiteral("redo")));
  redo->setShortcut(QKeySequence::Redo);
  bar->addActions({undo, redo});
  bar->addSeparator();
  add("reset", tr("Reset the camera"), tr("Look at the whole scene again"), QKeySequence(Qt::Key_Home),
      [this] { view_->goHome(); });
  QAction* turn = add("turntable", tr("Turntable"), tr("Turn the scene slowly (T)"), {},
                      [this] { view_->setTurning(!view_->isTurning()); });
  turn->setCheckable(true);
  connect(view_, &SplatView::turningChanged, turn, &QAction::setChecked);
  for (QAction* action : bar->actions())
    if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action))) {
      button->setFocusPolicy(Qt::TabFocus);
      button->setAccessibleName(action->text());
      if (action->menu()) button->setPopupMode(QToolButton::InstantPopup);
    }
}

void SplatWindow::open(const QString& path) {
  const QString file = QFileInfo(path).absoluteFilePath();
  loading_ = {};  // stops and joins the one before
  const long opening = ++opening_;
  progress_->setValue(0);
  progress_->show();
  cancel_->show();
  if (!view_->splats()) view_->setMessage(tr("Reading %1…").arg(QFileInfo(file).fileName()), {});
  loading_ = std::jthread([this, file, opening](const std::stop_token& stop) {
    const Progress progress(stop, [this, last = -1](double done, std::string_view) mutable {
      const int now = static_cast<int>(100 * done);
      if (now != std::exchange(last, now))
        QMetaObject::invokeMethod(this, [this, now] { progress_->setValue(10 * now); });
    });
    Loaded loaded;
    try {
      if (QFileInfo(file).isDir()) {
        loaded.object = std::make_shared<const splats::ObjectStates>(
            splats::readStates(splats::findStateSeries(file.toStdString()).front(), progress));
        loaded.joint = splats::jointOf(*loaded.object);
        loaded.file.splats = *loaded.object->splats.front();
        loaded.file.promised = loaded.file.splats.size();
        loaded.file.notes = loaded.object->notes;
      } else {
        loaded.file = splats::readSplatFile(file.toStdString(), progress);
      }
      loaded.statistics = splats::statisticsOf(loaded.file.splats);
      loaded.prepared = std::make_shared<splats::PreparedSplats>(std::move(loaded.file.splats));
    } catch (const Cancelled&) {
      loaded.cancelled = true;
    } catch (const std::exception& error) {
      loaded.error = QString::fromUtf8(error.what());
    }
    QMetaObject::invokeMethod(this, [this, file, opening, loaded] {
      if (opening == opening_) finish(file, loaded);
    });
  });
}

void SplatWindow::finish(const QString& path, Loaded loaded) {
  progress_->hide();
  cancel_->hide();
  if (!loaded.prepared) {
    const QString name = QFileInfo(path).fileName();
    if (!view_->splats())
      view_->setMessage(tr("Drop a splat file here"),
                        tr("3DGS PLY, PlayCanvas compressed PLY, .splat or .spz.\nOr open one with Ctrl+O."));
    if (loaded.cancelled)
      messages_->show(MessageBar::Kind::Note, tr("Reading %1 was cancelled.").arg(name));
    else
      messages_->show(MessageBar::Kind::Problem, loaded.error);
    logWarning("ui", QStringLiteral("not opened: %1 %2").arg(path, loaded.error));
    emit opened(false);
    return;
  }
  path_ = path;
  setWindowTitle(tr("%1 — Splat viewer — Learnscope").arg(QFileInfo(path).fileName()));
  messages_->hide();
  QStringList notes;
  for (const std::string& note : loaded.file.notes) notes << QString::fromStdString(note);
  if (!notes.isEmpty()) messages_->show(MessageBar::Kind::Note, notes.join(QLatin1Char(' ')));
  fillForm(loaded);
  object_.reset();
  joint_ = loaded.joint;
  view_->setSplats(loaded.prepared, form_->values());
  stateBar_->setVisible(loaded.object != nullptr);
  if (loaded.object) {
    const QSignalBlocker quiet(states_);
    states_->setRange(0, stateParts * (static_cast<int>(loaded.object->states.size()) - 1));
    states_->setTickInterval(stateParts);
    states_->setSingleStep(loaded.joint ? 1 : stateParts);
    states_->setValue(0);
    object_ = loaded.object;
    showState();
  }
  fillFacts(loaded);
  showHidden();
  emit opened(true);
}

/// The settings stay from file to file, but for those that the file decides.
void SplatWindow::fillForm(const Loaded& loaded) {
  Json kept = form_->values().json();
  kept.erase("degree");
  kept["antialiased"] = loaded.file.antialiased;
  parameters_ = SplatView::parameters(loaded.prepared->gaussians().degree());
  std::vector<Problem> ignored;
  form_->setParameters(parameters_, false);
  form_->setValues(resolved(parameters_, kept, ignored));
}

void SplatWindow::fillFacts(const Loaded& loaded) {
  name_->setText(QFileInfo(path_).fileName());
  while (facts_->rowCount() > 0) facts_->removeRow(0);
  const auto add = [this](const QString& what, const QString& value, const QString& tip = {}) {
    auto* label = new QLabel(value);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setToolTip(tip);
    facts_->addRow(what, label);
    return label;
  };
  const splats::SplatStatistics& s = loaded.statistics;
  if (loaded.object) {
    add(tr("Object"), QString::fromStdString(loaded.object->name));
    add(tr("States"), count(loaded.object->states.size()));
    QLabel* joint = add(tr("Joint"), !loaded.joint ? tr("none") : loaded.joint->turns ? tr("turns") : tr("slides"));
    if (loaded.joint)
      joint->setToolTip(tr("Axis (%1), %2 of the splats move; the rigid motion leaves %3 units.")
                            .arg(three(loaded.joint->axis))
                            .arg(count(static_cast<std::size_t>(
                                std::count(loaded.joint->moves.begin(), loaded.joint->moves.end(), true))))
                            .arg(loaded.joint->residual, 0, 'g', 2));
  } else {
    add(tr("Format"), QString::fromStdString(splats::formatName(loaded.file.format)),
        QString::fromStdString(loaded.file.variant));
  }
  add(tr("Splats"), count(s.count));
  if (loaded.file.dropped > 0)
    add(tr("Dropped"), tr("%1 of %2").arg(count(loaded.file.dropped), count(loaded.file.promised)),
        tr("Splats with values that are not finite or out of range."));
  add(tr("Harmonics"), tr("degree %1").arg(loaded.prepared->gaussians().degree()));
  add(tr("Opacity"), three(s.opacity), tr("5, 50 and 95 % of the splats are below."));
  add(tr("Size"), three(s.scale), tr("Largest standard deviation in world units: 5, 50 and 95 % are below."));
  hidden_ = add(tr("Hidden"), QString());
}

void SplatWindow::showHidden() {
  if (hidden_) hidden_->setText(view_->hiddenCount() > 0 ? count(view_->hiddenCount()) : tr("none"));
}

void SplatWindow::showStatus() {
  if (!view_->frame()) return;
  const SplatFrame& frame = *view_->frame();
  status_->setText(tr("%1 splats in the picture · %2 ms (sorting %3 ms) · %4 × %5 pixels · %6")
                       .arg(count(frame.statistics.visible))
                       .arg(frame.statistics.total(), 0, 'f', 1)
                       .arg(frame.statistics.sort, 0, 'f', 1)
                       .arg(frame.image.width())
                       .arg(frame.image.height())
                       .arg(frame.path));
}

void SplatWindow::askOpen() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open a splat file"), QFileInfo(path_).absolutePath(),
                                                    tr("Splat files (*.ply *.splat *.spz);;All files (*)"));
  if (!path.isEmpty()) open(path);
}

void SplatWindow::askSave() {
  if (!view_->splats()) return;
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save the splats"), QFileInfo(path_).absolutePath(),
      tr("3DGS PLY (*.ply);;Compressed PLY (*.compressed.ply);;.splat (*.splat);;.spz (*.spz)"));
  if (path.isEmpty()) return;
  inBackground(
      this,
      [path, splats = view_->visibleSplats(), antialiased = view_->settings().flag("antialiased")]() -> QString {
        try {
          splats::WriteOptions options;
          options.format = splats::formatOfName(path.toStdString(), "/out");
          options.antialiased = antialiased;
          splats::writeSplatFile(path.toStdString(), splats, options);
          return {};
        } catch (const std::exception& error) {
          return QString::fromUtf8(error.what());
        }
      },
      [this, path](const QString& error) {
        if (error.isEmpty())
          messages_->show(MessageBar::Kind::Note, tr("Written to %1.").arg(QFileInfo(path).fileName()));
        else
          messages_->show(MessageBar::Kind::Problem, error);
      });
}

void SplatWindow::savePicture(double factor) {
  if (!view_->splats()) return;
  const QString path = QFileDialog::getSaveFileName(
      this, tr("Save a picture"),
      QFileInfo(path_).absolutePath() + QLatin1Char('/') + QFileInfo(path_).baseName() + QStringLiteral(".png"),
      tr("PNG (*.png)"));
  if (path.isEmpty()) return;
  const QSize pixels = (QSizeF(view_->size()) * view_->devicePixelRatioF() * factor).toSize();
  view_->grabPicture(pixels, [this, path](const QImage& image) {
    if (image.save(path, "PNG"))
      messages_->show(MessageBar::Kind::Note, tr("Written to %1.").arg(QFileInfo(path).fileName()));
    else
      messages_->show(MessageBar::Kind::Problem, tr("%1 cannot be written.").arg(path));
  });
}

/// The tool's dialog for what is open, seen as it is seen now.
void SplatWindow::makeVideo() {
  if (!view_->splats()) return;
  const QString file = object_ ? QString::fromStdString(object_->firstFile) : path_;
  const Camera& camera = view_->camera();
  Json given{
      {"file", file.toStdString()},
      {"out",
       (QFileInfo(file).absolutePath() + u'/' + QFileInfo(file).baseName() + QStringLiteral(".mp4")).toStdString()},
      {"states", object_ != nullptr},
      {"azimuth", camera.azimuth},
      {"elevation", camera.elevation},
      {"threads", view_->threads()}};
  for (const char* id : {"up", "shape", "scale", "opacityCut", "degree"})
    if (view_->settings().has(id)) given[id] = view_->settings()[id];
  const std::string background = view_->settings().text("background");
  if (background == "white" || background == "black") given["background"] = background;
  (new ToolDialog(makeSplatVideoTool(), this, given))->open();
}

void SplatWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!droppedSplats(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void SplatWindow::dropEvent(QDropEvent* event) {
  const QString path = droppedSplats(event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  open(path);
}

}  // namespace learnscope
