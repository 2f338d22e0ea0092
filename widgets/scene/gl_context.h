// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

class QOffscreenSurface;

namespace learnscope {

/// An OpenGL core context (>= 3.3) that needs no window. Used by one thread, the one that opened it.
class GlContext {
 public:
  virtual ~GlContext() = default;
  virtual bool makeCurrent() = 0;
  virtual void doneCurrent() = 0;
  virtual bool isCurrent() const = 0;
  virtual void* function(const char* name) const = 0;
  /// How it was obtained: "EGL surfaceless", "EGL device 0", "Qt offscreen".
  virtual std::string path() const = 0;
};

/// What a renderer calls itself (GL_RENDERER) and whether it draws on the processor. The context must be current.
std::string rendererName(const GlContext& context);
bool isSoftwareRenderer(const std::string& name);

/// Why there is no context, rung by rung.
struct GlContextResult {
  std::unique_ptr<GlContext> context;
  std::string reason;
};

/// The first rungs: EGL surfaceless (Mesa), then EGL devices (vendor drivers). A hardware device is preferred to a
/// surfaceless context that draws in software. The environment variable LEARNSCOPE_GL = surfaceless | device | qt |
/// none tries one rung only. Sets LP_NUM_THREADS to 1 if it is unset: software GL would start a raster thread per core
/// beside the training.
GlContextResult openEglContext();

/// A context on a device that is no software rasteriser, or none; cheap where there is no such device.
GlContextResult openHardwareContext();

/// The last rung: a Qt context on a hidden surface that the GUI thread has created.
GlContextResult openQtContext(QOffscreenSurface& surface);

/// True if LEARNSCOPE_GL allows the Qt rung.
bool qtContextAllowed();

}  // namespace learnscope
