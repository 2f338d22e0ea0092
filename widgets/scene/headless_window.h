// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtkGenericOpenGLRenderWindow.h>

#include "widgets/scene/gl_context.h"

namespace learnscope {

/// A VTK window without a window: draws into its own framebuffer in a context that we made.
class HeadlessWindow : public vtkGenericOpenGLRenderWindow {
 public:
  static HeadlessWindow* New();
  vtkTypeMacro(HeadlessWindow, vtkGenericOpenGLRenderWindow) HeadlessWindow(const HeadlessWindow&) = delete;
  HeadlessWindow& operator=(const HeadlessWindow&) = delete;

  /// Ties the window to `context`, which must be current and outlive it.
  void attach(GlContext& context);
  /// Loads the GL entry points. Debian's GLEW is built for GLX: without an X display it reports error 4 after it has
  /// loaded everything, which is good enough here.
  void OpenGLInitContext() override;
  /// Nothing is presented: pictures are read from the framebuffer that VTK draws in. VTK would copy it, depth too, into
  /// a second one.
  void Frame() override {}

 protected:
  HeadlessWindow() = default;
  ~HeadlessWindow() override = default;

 private:
  void onMakeCurrent();
  void onIsCurrent(vtkObject*, unsigned long, void* answer);
  void onSupportsOpenGl(vtkObject*, unsigned long, void* answer);
  GlContext* context_ = nullptr;
};

}  // namespace learnscope
