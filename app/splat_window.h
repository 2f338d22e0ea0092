// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QProgressBar>
#include <QToolButton>
#include <thread>

#include "app/message_bar.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/state_folder.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/scene/splat_view.h"

class QFormLayout;
class QSlider;

namespace learnscope {

/// True for the suffixes of splat files.
bool isSplatFile(const QString& path);

/// The splat viewer: one file, its pane, its settings and what it holds. Of a folder of states it shows the object with
/// the most of them, under a slider that moves it.
class SplatWindow : public QMainWindow {
  Q_OBJECT
 public:
  /// `threads`: how many may draw at once.
  explicit SplatWindow(int threads, QWidget* parent = nullptr);

  /// Reads a file or a folder of states in the background; the one that is shown stays until it is there.
  void open(const QString& path);
  /// Moves the object of a folder; null while a single file is shown.
  QSlider* stateSlider() { return object_ ? states_ : nullptr; }
  SplatView& view() { return *view_; }
  ParameterForm& form() { return *form_; }
  MessageBar& messages() { return *messages_; }
  QString statusText() const { return status_->text(); }

 signals:
  void opened(bool done);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  struct Loaded;
  void makeActions();
  QWidget* makePanel();
  void addTool(QToolBar* bar, SplatView::Tool tool, const QString& icon, const QString& text, const QString& tip);
  void finish(const QString& path, Loaded loaded);
  void fillForm(const Loaded& loaded);
  void fillFacts(const Loaded& loaded);
  QWidget* makeStateBar();
  void showState();
  void showStatus();
  void showHidden();
  void askOpen();
  void askSave();
  void savePicture(double factor);
  void makeVideo();

  SplatView* view_;
  ParameterForm* form_;
  std::vector<Parameter> parameters_;  ///< of the form
  MessageBar* messages_;
  QLabel* name_;
  QFormLayout* facts_;
  QLabel* hidden_ = nullptr;
  QLabel* status_;
  QWidget* stateBar_ = nullptr;
  QSlider* states_ = nullptr;
  QLabel* stateName_ = nullptr;
  std::shared_ptr<const splats::ObjectStates> object_;
  std::optional<JointEstimate> joint_;
  QProgressBar* progress_;
  QToolButton* cancel_;
  QString path_;
  long opening_ = 0;      ///< counts calls of open(): only the newest one's answer is shown
  std::jthread loading_;  // last: stops and is joined before the rest goes
};

}  // namespace learnscope
