// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/gl_context.h"

#define EGL_NO_X11
#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace learnscope {
namespace {

constexpr unsigned glRenderer = 0x1F01;  // GL_RENDERER; no GL header here, the functions come from the context

std::string chosenRung() {
  const char* value = std::getenv("LEARNSCOPE_GL");
  return value ? value : "";
}

bool hasExtension(const char* list, std::string_view name) {
  if (!list) return false;
  std::string_view rest(list);
  for (std::size_t at = rest.find(name); at != std::string_view::npos; at = rest.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || rest[at - 1] == ' ') && (end == rest.size() || rest[end] == ' ')) return true;
  }
  return false;
}

/// An EGL display with a core context and no surface (EGL_KHR_surfaceless_context).
class EglContext : public GlContext {
 public:
  EglContext(EGLDisplay display, EGLContext context, std::string path)
      : display_(display), context_(context), path_(std::move(path)) {}
  ~EglContext() override {
    if (isCurrent()) doneCurrent();
    eglDestroyContext(display_, context_);
    eglTerminate(display_);
    eglReleaseThread();
  }
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;

  bool makeCurrent() override {
    eglBindAPI(EGL_OPENGL_API);
    return eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_) == EGL_TRUE;
  }
  void doneCurrent() override { eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT); }
  bool isCurrent() const override { return eglGetCurrentContext() == context_; }
  void* function(const char* name) const override { return reinterpret_cast<void*>(eglGetProcAddress(name)); }
  std::string path() const override { return path_; }

 private:
  EGLDisplay display_;
  EGLContext context_;
  std::string path_;
};

class QtContext : public GlContext {
 public:
  QtContext(std::unique_ptr<QOpenGLContext> context, QOffscreenSurface& surface)
      : context_(std::move(context)), surface_(surface) {}
  bool makeCurrent() override { return context_->makeCurrent(&surface_); }
  void doneCurrent() override { context_->doneCurrent(); }
  bool isCurrent() const override { return QOpenGLContext::currentContext() == context_.get(); }
  void* function(const char* name) const override { return reinterpret_cast<void*>(context_->getProcAddress(name)); }
  std::string path() const override { return "Qt offscreen"; }

 private:
  std::unique_ptr<QOpenGLContext> context_;
  QOffscreenSurface& surface_;
};

/// Initialises `display` and makes a core context on it; null with `reason` extended when it cannot.
std::unique_ptr<EglContext> contextOn(EGLDisplay display, const std::string& path, std::string& reason) {
  const auto refuse = [&](const char* why) {
    reason += path + ": " + why + ". ";
    return nullptr;
  };
  if (display == EGL_NO_DISPLAY) return refuse("no display");
  EGLint major = 0, minor = 0;
  if (!eglInitialize(display, &major, &minor)) return refuse("does not start");
  const auto close = [&](const char* why) {
    eglTerminate(display);
    return refuse(why);
  };
  if (!hasExtension(eglQueryString(display, EGL_EXTENSIONS), "EGL_KHR_surfaceless_context"))
    return close("needs a surface (no EGL_KHR_surfaceless_context)");
  if (!eglBindAPI(EGL_OPENGL_API)) return close("has no desktop OpenGL");
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  EGLConfig config = EGL_NO_CONFIG_KHR;
  EGLint found = 0;
  if (!eglChooseConfig(display, wanted, &config, 1, &found) || found == 0) config = EGL_NO_CONFIG_KHR;
  const EGLint attributes[] = {
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  const EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, attributes);
  if (context == EGL_NO_CONTEXT) return close("has no OpenGL 3.3 core profile");
  auto made = std::make_unique<EglContext>(display, context, path);
  if (!made->makeCurrent()) return refuse("cannot be made current");
  return made;
}

std::unique_ptr<EglContext> surfacelessContext(PFNEGLGETPLATFORMDISPLAYEXTPROC platformDisplay, std::string& reason) {
  if (!hasExtension(eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS), "EGL_MESA_platform_surfaceless")) {
    reason += "EGL surfaceless: not offered by this driver. ";
    return nullptr;
  }
  return contextOn(
      platformDisplay(EGL_PLATFORM_SURFACELESS_MESA, reinterpret_cast<void*>(EGL_DEFAULT_DISPLAY), nullptr),
      "EGL surfaceless", reason);
}

/// The first device that gives a context; with `hardwareOnly`, of those that are not software rasterisers.
std::unique_ptr<EglContext> deviceContext(PFNEGLGETPLATFORMDISPLAYEXTPROC platformDisplay, bool hardwareOnly,
                                          std::string& reason) {
  const auto queryDevices = reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
  const auto deviceString =
      reinterpret_cast<PFNEGLQUERYDEVICESTRINGEXTPROC>(eglGetProcAddress("eglQueryDeviceStringEXT"));
  EGLDeviceEXT devices[16];
  EGLint count = 0;
  if (!queryDevices || !deviceString || !queryDevices(16, devices, &count) || count == 0) {
    reason += "EGL device: none found. ";
    return nullptr;
  }
  for (EGLint i = 0; i < count; ++i) {
    if (hardwareOnly && hasExtension(deviceString(devices[i], EGL_EXTENSIONS), "EGL_MESA_device_software")) continue;
    const std::string path = "EGL device " + std::to_string(i);
    auto context = contextOn(platformDisplay(EGL_PLATFORM_DEVICE_EXT, devices[i], nullptr), path, reason);
    if (context && !(hardwareOnly && isSoftwareRenderer(rendererName(*context)))) return context;
  }
  return nullptr;
}

}  // namespace

std::string rendererName(const GlContext& context) {
  using GetString = const unsigned char* (*)(unsigned);
  const auto getString = reinterpret_cast<GetString>(context.function("glGetString"));
  const unsigned char* name = getString ? getString(glRenderer) : nullptr;
  return name ? reinterpret_cast<const char*>(name) : "unknown renderer";
}

bool isSoftwareRenderer(const std::string& name) {
  for (const char* word : {"llvmpipe", "softpipe", "swrast", "SWR", "Software Rasterizer"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

bool qtContextAllowed() {
  const std::string rung = chosenRung();
  return rung.empty() || rung == "qt";
}

GlContextResult openEglContext() {
  setenv("LP_NUM_THREADS", "1", 0);
  const std::string rung = chosenRung();
  GlContextResult result;
  if (rung == "none" || rung == "qt") {
    result.reason = "LEARNSCOPE_GL=" + rung + ". ";
    return result;
  }
  const auto platformDisplay =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  if (!platformDisplay) {
    result.reason = "EGL: no platform displays. ";
    return result;
  }
  std::unique_ptr<EglContext> surfaceless;
  if (rung != "device") surfaceless = surfacelessContext(platformDisplay, result.reason);
  const bool software = surfaceless && isSoftwareRenderer(rendererName(*surfaceless));
  if (rung != "surfaceless" && (!surfaceless || software))
    result.context = deviceContext(platformDisplay, software, result.reason);
  if (!result.context) result.context = std::move(surfaceless);
  if (result.context) result.context->makeCurrent();
  return result;
}

GlContextResult openHardwareContext() {
  const std::string rung = chosenRung();
  GlContextResult result;
  const auto platformDisplay =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  if ((rung.empty() || rung == "device") && platformDisplay)
    result.context = deviceContext(platformDisplay, true, result.reason);
  else
    result.reason = "EGL device: not asked for or not offered. ";
  return result;
}

GlContextResult openQtContext(QOffscreenSurface& surface) {
  GlContextResult result;
  auto context = std::make_unique<QOpenGLContext>();
  context->setFormat(surface.format());
  if (!context->create() || !context->makeCurrent(&surface)) {
    result.reason = "Qt offscreen: no OpenGL context. ";
    return result;
  }
  const QSurfaceFormat format = context->format();
  if (context->isOpenGLES() || format.version() < qMakePair(3, 3)) {
    result.reason = "Qt offscreen: OpenGL " + std::to_string(format.majorVersion()) + "." +
                    std::to_string(format.minorVersion()) + ", 3.3 is needed. ";
    return result;
  }
  result.context = std::make_unique<QtContext>(std::move(context), surface);
  return result;
}

}  // namespace learnscope
