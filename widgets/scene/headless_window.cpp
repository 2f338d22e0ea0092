// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/headless_window.h"

#include <vtk_glew.h>

#include <vtkCommand.h>
#include <vtkObjectFactory.h>

namespace learnscope {

vtkStandardNewMacro(HeadlessWindow)

    void HeadlessWindow::OpenGLInitContext() {
  ContextCreationTime.Modified();
  if (Initialized) return;
  constexpr GLenum noGlxDisplay = 4;
  glewExperimental = GL_TRUE;
  const GLenum status = glewInit();
  GlewInitValid = status == GLEW_OK || status == noGlxDisplay;
  Initialized = GlewInitValid;
  MaximumHardwareLineWidth = 1;  // core profile: wider lines are built by VTK's geometry shader
}

void HeadlessWindow::attach(GlContext& context) {
  context_ = &context;
  SetMultiSamples(0);  // VTK's default of 8 costs 5 to 17 times on software GL
  SetFrameBlitModeToNoBlit();
  SetOwnContext(0);
  AddObserver(vtkCommand::WindowMakeCurrentEvent, this, &HeadlessWindow::onMakeCurrent);
  AddObserver(vtkCommand::WindowIsCurrentEvent, this, &HeadlessWindow::onIsCurrent);
  AddObserver(vtkCommand::WindowSupportsOpenGLEvent, this, &HeadlessWindow::onSupportsOpenGl);
  SetReadyForRendering(true);
  OpenGLInitContext();
}

void HeadlessWindow::onMakeCurrent() {
  if (!context_->isCurrent()) context_->makeCurrent();
}

void HeadlessWindow::onIsCurrent(vtkObject*, unsigned long, void* answer) {
  *static_cast<bool*>(answer) = context_->isCurrent();
}

void HeadlessWindow::onSupportsOpenGl(vtkObject*, unsigned long, void* answer) { *static_cast<int*>(answer) = 1; }

}  // namespace learnscope
