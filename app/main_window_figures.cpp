// SPDX-License-Identifier: GPL-3.0-or-later
// Figures that carry what they were made from, brought back into the window.
#include <QFileInfo>

#include "app/background.h"
#include "app/log.h"
#include "app/main_window.h"

namespace learnscope {
namespace {

/// What reading a picture and looking for its run in the background gave.
struct FoundFigure {
  FigureState state;
  QString file;   ///< of the run; "" if it is in none of the places
  QString error;  ///< of the picture
};

QString fileOf(const std::string& run, const std::vector<RunFileEntry>& entries) {
  for (const RunFileEntry& entry : entries)
    if (entry.error.empty() && entry.info.id == run && QFileInfo::exists(QString::fromStdString(entry.path)))
      return QString::fromStdString(entry.path);
  return {};
}

FoundFigure findFigure(const QString& picture, const std::vector<RunFileEntry>& recent, const QString& folder) {
  FoundFigure found;
  try {
    found.state = readFigureState(picture);
    if (found.state.run.empty())
      throw DataError(picture.toStdString(), "the state inside", "a figure of a run expected");
    found.file = fileOf(found.state.run, recent);
    if (found.file.isEmpty()) found.file = fileOf(found.state.run, listRunFiles(folder.toStdString()));
  } catch (const Error& error) {
    found.error = QString::fromUtf8(error.what());
  }
  return found;
}

}  // namespace

void MainWindow::openFigure(const QString& path) {
  tell(MessageBar::Kind::Note, tr("Opening %1…").arg(QFileInfo(path).fileName()));
  inBackground(
      this,
      [path, recent = recent_.entries(), folder = settings_.runsFolder()] { return findFigure(path, recent, folder); },
      [this, path](const FoundFigure& found) {
        if (found.error.isEmpty()) {
          showFigureRun(found.state, found.file);
          return;
        }
        logWarning("store", QStringLiteral("not opened: %1").arg(found.error));
        tell(MessageBar::Kind::Problem, found.error);
        emit runOpened(path, false);
      });
}

void MainWindow::showFigureRun(const FigureState& state, const QString& file) {
  const QString lab = QString::fromStdString(state.lab);
  if (!registry_.find(state.lab)) {
    tell(MessageBar::Kind::Problem,
         tr("The figure shows a run of the lab “%1”, which this version does not have.").arg(lab));
    return;
  }
  LabWorkspace* open = workspaces_.value(lab);
  if (open && open->model().session().find(state.run)) {
    openLab(lab);
    open->model().makeCurrent(state.run);
    open->messages().hide();
    open->showFigure(state);
    emit runOpened(file, true);
    return;
  }
  if (file.isEmpty()) {
    offerRetraining(state);
    return;
  }
  // Once: other files may be opened meanwhile.
  const auto waiting = std::make_shared<QMetaObject::Connection>();
  *waiting =
      connect(this, &MainWindow::runOpened, this, [this, waiting, state, file](const QString& opened, bool done) {
        if (opened != QFileInfo(file).absoluteFilePath()) return;
        disconnect(*waiting);
        if (LabWorkspace* front = workspace(); done && front) front->showFigure(state);
      });
  openRun(file, false);
}

void MainWindow::offerRetraining(const FigureState& state) {
  LabWorkspace* front = openLab(QString::fromStdString(state.lab));
  if (!front) return;
  const QString missing = tr("The run of this figure (%1, seed %2) is not among your runs.")
                              .arg(QString::fromStdString(state.run))
                              .arg(state.seed);
  if (state.script.is_null()) {
    tell(MessageBar::Kind::Problem,
         missing + QLatin1Char(' ') + tr("It was a branch whose parent was gone, so it cannot be trained again."));
    return;
  }
  front->messages().show(
      MessageBar::Kind::Note, missing, tr("Train it again to step %1").arg(state.step), [front, state] {
        Preset again;
        again.title = tr("Again from a figure");
        again.steps = state.script.value("steps", std::int64_t{0});
        again.runs = {{state.script.value("config", Json::object()), {state.script.value("seed", std::uint64_t{0})}}};
        again.commands = state.script["commands"];
        front->model().startPreset(again);
        front->showFigure(state);
        front->model().follow();
      });
}

}  // namespace learnscope
