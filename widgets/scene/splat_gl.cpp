// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_gl.h"

#include <GL/glcorearb.h>

#include <QElapsedTimer>
#include <QFile>
#include <algorithm>
#include <bit>
#include <stdexcept>

namespace learnscope {

// The core functions that are used, resolved from the context.
#define LS_SPLAT_GL_FUNCTIONS(F)                               \
  F(PFNGLGETINTEGERVPROC, GetIntegerv)                         \
  F(PFNGLCREATESHADERPROC, CreateShader)                       \
  F(PFNGLSHADERSOURCEPROC, ShaderSource)                       \
  F(PFNGLCOMPILESHADERPROC, CompileShader)                     \
  F(PFNGLGETSHADERIVPROC, GetShaderiv)                         \
  F(PFNGLGETSHADERINFOLOGPROC, GetShaderInfoLog)               \
  F(PFNGLDELETESHADERPROC, DeleteShader)                       \
  F(PFNGLCREATEPROGRAMPROC, CreateProgram)                     \
  F(PFNGLATTACHSHADERPROC, AttachShader)                       \
  F(PFNGLLINKPROGRAMPROC, LinkProgram)                         \
  F(PFNGLGETPROGRAMIVPROC, GetProgramiv)                       \
  F(PFNGLGETPROGRAMINFOLOGPROC, GetProgramInfoLog)             \
  F(PFNGLDELETEPROGRAMPROC, DeleteProgram)                     \
  F(PFNGLUSEPROGRAMPROC, UseProgram)                           \
  F(PFNGLGETUNIFORMLOCATIONPROC, GetUniformLocation)           \
  F(PFNGLUNIFORM1IPROC, Uniform1i)                             \
  F(PFNGLUNIFORM1FPROC, Uniform1f)                             \
  F(PFNGLUNIFORM2FPROC, Uniform2f)                             \
  F(PFNGLUNIFORM3FPROC, Uniform3f)                             \
  F(PFNGLUNIFORMMATRIX3FVPROC, UniformMatrix3fv)               \
  F(PFNGLGENBUFFERSPROC, GenBuffers)                           \
  F(PFNGLDELETEBUFFERSPROC, DeleteBuffers)                     \
  F(PFNGLBINDBUFFERPROC, BindBuffer)                           \
  F(PFNGLBUFFERDATAPROC, BufferData)                           \
  F(PFNGLGENTEXTURESPROC, GenTextures)                         \
  F(PFNGLDELETETEXTURESPROC, DeleteTextures)                   \
  F(PFNGLBINDTEXTUREPROC, BindTexture)                         \
  F(PFNGLACTIVETEXTUREPROC, ActiveTexture)                     \
  F(PFNGLTEXBUFFERPROC, TexBuffer)                             \
  F(PFNGLGENVERTEXARRAYSPROC, GenVertexArrays)                 \
  F(PFNGLDELETEVERTEXARRAYSPROC, DeleteVertexArrays)           \
  F(PFNGLBINDVERTEXARRAYPROC, BindVertexArray)                 \
  F(PFNGLENABLEVERTEXATTRIBARRAYPROC, EnableVertexAttribArray) \
  F(PFNGLVERTEXATTRIBIPOINTERPROC, VertexAttribIPointer)       \
  F(PFNGLVERTEXATTRIBDIVISORPROC, VertexAttribDivisor)         \
  F(PFNGLGENFRAMEBUFFERSPROC, GenFramebuffers)                 \
  F(PFNGLDELETEFRAMEBUFFERSPROC, DeleteFramebuffers)           \
  F(PFNGLBINDFRAMEBUFFERPROC, BindFramebuffer)                 \
  F(PFNGLGENRENDERBUFFERSPROC, GenRenderbuffers)               \
  F(PFNGLDELETERENDERBUFFERSPROC, DeleteRenderbuffers)         \
  F(PFNGLBINDRENDERBUFFERPROC, BindRenderbuffer)               \
  F(PFNGLRENDERBUFFERSTORAGEPROC, RenderbufferStorage)         \
  F(PFNGLFRAMEBUFFERRENDERBUFFERPROC, FramebufferRenderbuffer) \
  F(PFNGLCHECKFRAMEBUFFERSTATUSPROC, CheckFramebufferStatus)   \
  F(PFNGLVIEWPORTPROC, Viewport)                               \
  F(PFNGLCLEARCOLORPROC, ClearColor)                           \
  F(PFNGLCLEARPROC, Clear)                                     \
  F(PFNGLENABLEPROC, Enable)                                   \
  F(PFNGLDISABLEPROC, Disable)                                 \
  F(PFNGLBLENDFUNCPROC, BlendFunc)                             \
  F(PFNGLDRAWARRAYSINSTANCEDPROC, DrawArraysInstanced)         \
  F(PFNGLPIXELSTOREIPROC, PixelStorei)                         \
  F(PFNGLREADPIXELSPROC, ReadPixels)                           \
  F(PFNGLGETERRORPROC, GetError)

struct SplatGlPainter::Functions {
  explicit Functions(const GlContext& context) {
#define LS_RESOLVE(Type, name)                                 \
  name = reinterpret_cast<Type>(context.function("gl" #name)); \
  if (!name) throw std::runtime_error("OpenGL without gl" #name);
    LS_SPLAT_GL_FUNCTIONS(LS_RESOLVE)
#undef LS_RESOLVE
  }
#define LS_DECLARE(Type, name) Type name = nullptr;
  LS_SPLAT_GL_FUNCTIONS(LS_DECLARE)
#undef LS_DECLARE
};

struct SplatGlPainter::Resources {
  GLuint program = 0, vertexArray = 0, framebuffer = 0, target = 0;
  GLuint buffers[3]{};   // geometry, look, order
  GLuint textures[2]{};  // of the first two
  int width = 0, height = 0;
};

namespace {

constexpr std::size_t kGeometryTexels = 3;

template <class Get, class Log>
void requireSuccess(const char* what, GLuint name, GLenum query, const Get& get, const Log& log) {
  GLint done = 0;
  get(name, query, &done);
  if (done) return;
  char text[1024] = "";
  log(name, sizeof text, nullptr, text);
  throw std::runtime_error(std::string(what) + ": " + text);
}

QByteArray shaderText(const char* name) {
  QFile file(QStringLiteral(":/shaders/splats/%1.glsl").arg(QLatin1String(name)));
  if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error(std::string("no shader called ") + name);
  return file.readAll();
}

}  // namespace

SplatGlPainter::SplatGlPainter(const GlContext& context)
    : gl_(std::make_unique<Functions>(context)), r_(std::make_unique<Resources>()) {
  makeProgram();
  gl_->GenVertexArrays(1, &r_->vertexArray);
  gl_->GenBuffers(3, r_->buffers);
  gl_->GenTextures(2, r_->textures);
  gl_->GenFramebuffers(1, &r_->framebuffer);
  gl_->GenRenderbuffers(1, &r_->target);
  gl_->BindVertexArray(r_->vertexArray);
  gl_->BindBuffer(GL_ARRAY_BUFFER, r_->buffers[2]);
  gl_->EnableVertexAttribArray(0);
  gl_->VertexAttribIPointer(0, 1, GL_UNSIGNED_INT, 0, nullptr);
  gl_->VertexAttribDivisor(0, 1);
}

SplatGlPainter::~SplatGlPainter() {
  gl_->DeleteProgram(r_->program);
  gl_->DeleteVertexArrays(1, &r_->vertexArray);
  gl_->DeleteBuffers(3, r_->buffers);
  gl_->DeleteTextures(2, r_->textures);
  gl_->DeleteFramebuffers(1, &r_->framebuffer);
  gl_->DeleteRenderbuffers(1, &r_->target);
}

void SplatGlPainter::makeProgram() {
  r_->program = gl_->CreateProgram();
  for (const auto& [type, name] : {std::pair{GL_VERTEX_SHADER, "vertex"}, {GL_FRAGMENT_SHADER, "fragment"}}) {
    const QByteArray text = shaderText(name);
    const char* source = text.constData();
    const GLuint shader = gl_->CreateShader(static_cast<GLenum>(type));
    gl_->ShaderSource(shader, 1, &source, nullptr);
    gl_->CompileShader(shader);
    requireSuccess(name, shader, GL_COMPILE_STATUS, gl_->GetShaderiv, gl_->GetShaderInfoLog);
    gl_->AttachShader(r_->program, shader);
    gl_->DeleteShader(shader);
  }
  gl_->LinkProgram(r_->program);
  requireSuccess("program", r_->program, GL_LINK_STATUS, gl_->GetProgramiv, gl_->GetProgramInfoLog);
}

std::size_t SplatGlPainter::capacity() const {
  GLint texels = 0;
  gl_->GetIntegerv(GL_MAX_TEXTURE_BUFFER_SIZE, &texels);
  return static_cast<std::size_t>(std::max(texels, 0)) / kGeometryTexels;
}

void SplatGlPainter::setSplats(std::shared_ptr<const splats::PreparedSplats> splats) {
  splats_ = std::move(splats);
  viewColours_.setSplats(splats_);
  shownColours_ = shownOpacities_ = nullptr;
  const splats::Gaussians& set = splats_->gaussians();
  staging_.assign(set.size() * kGeometryTexels * 4, 0);
  for (std::size_t i = 0; i < set.size(); ++i) {
    float* texel = staging_.data() + i * kGeometryTexels * 4;
    for (std::size_t k = 0; k < 3; ++k) texel[k] = set.position[k][i];
    for (std::size_t k = 0; k < 6; ++k) texel[4 + k] = splats_->covariance()[k][i];
  }
  gl_->BindBuffer(GL_TEXTURE_BUFFER, r_->buffers[0]);
  gl_->BufferData(GL_TEXTURE_BUFFER, static_cast<GLsizeiptr>(staging_.size() * sizeof(float)), staging_.data(),
                  GL_STATIC_DRAW);
}

void SplatGlPainter::uploadLook(const std::array<AlignedVector<float>, 3>& colours,
                                const AlignedVector<float>& opacities) {
  staging_.resize(splats_->size() * 4);
  for (std::size_t i = 0; i < splats_->size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) staging_[4 * i + c] = colours[c][i];
    staging_[4 * i + 3] = opacities[i];
  }
  gl_->BindBuffer(GL_TEXTURE_BUFFER, r_->buffers[1]);
  gl_->BufferData(GL_TEXTURE_BUFFER, static_cast<GLsizeiptr>(staging_.size() * sizeof(float)), staging_.data(),
                  GL_DYNAMIC_DRAW);
}

/// Sends the splats in front of the eye, farthest first; how many there are.
std::size_t SplatGlPainter::uploadOrder(const splats::SplatCamera& camera) {
  const auto& position = splats_->gaussians().position;
  const auto row = [&](std::size_t k) { return static_cast<float>(camera.rotation[6 + k]); };
  const float w0 = row(0), w1 = row(1), w2 = row(2), shift = static_cast<float>(camera.translation[2]);
  const auto nearest = static_cast<float>(camera.nearest);
  splats::DepthOrder::Entry* entries = order_.reset(splats_->size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < splats_->size(); ++i) {
    const float z = w0 * position[0][i] + w1 * position[1][i] + w2 * position[2][i] + shift;
    if (z >= nearest) entries[count++] = {std::bit_cast<std::uint32_t>(z), static_cast<std::uint32_t>(i)};
  }
  order_.reset(count);
  const splats::DepthOrder::Entry* sorted = order_.sort();
  indices_.resize(count);
  for (std::size_t k = 0; k < count; ++k) indices_[k] = sorted[count - 1 - k].splat;
  gl_->BindBuffer(GL_ARRAY_BUFFER, r_->buffers[2]);
  gl_->BufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(count * sizeof(std::uint32_t)), indices_.data(),
                  GL_STREAM_DRAW);
  return count;
}

void SplatGlPainter::resizeTarget(int width, int height) {
  gl_->BindFramebuffer(GL_FRAMEBUFFER, r_->framebuffer);
  if (width == r_->width && height == r_->height) return;
  gl_->BindRenderbuffer(GL_RENDERBUFFER, r_->target);
  gl_->RenderbufferStorage(GL_RENDERBUFFER, GL_RGBA16F, width, height);
  gl_->FramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, r_->target);
  if (gl_->CheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
    throw std::runtime_error("OpenGL refuses a picture of " + std::to_string(width) + " x " + std::to_string(height));
  r_->width = width;
  r_->height = height;
}

void SplatGlPainter::setUniforms(const splats::SplatCamera& camera, const splats::RenderOptions& options) {
  const auto at = [this](const char* name) { return gl_->GetUniformLocation(r_->program, name); };
  const auto f = [](double v) { return static_cast<float>(v); };
  float rotation[9];
  for (std::size_t k = 0; k < 9; ++k) rotation[k] = f(camera.rotation[k]);
  gl_->UniformMatrix3fv(at("rotation"), 1, GL_TRUE, rotation);
  gl_->Uniform3f(at("translation"), f(camera.translation[0]), f(camera.translation[1]), f(camera.translation[2]));
  gl_->Uniform2f(at("focal"), f(camera.focalX), f(camera.focalY));
  gl_->Uniform2f(at("centre"), f(camera.centreX), f(camera.centreY));
  gl_->Uniform2f(at("size"), f(camera.width), f(camera.height));
  gl_->Uniform2f(at("limit"), f(splats::kJacobianLimit * camera.width / 2 / camera.focalX),
                 f(splats::kJacobianLimit * camera.height / 2 / camera.focalY));
  gl_->Uniform1f(at("nearest"), f(camera.nearest));
  gl_->Uniform1f(at("scaleSquared"), options.scale * options.scale);
  gl_->Uniform1f(at("opacityCut"), options.opacityCut);
  gl_->Uniform1i(at("orthographic"), camera.orthographic);
  gl_->Uniform1i(at("compensated"), options.antialiased);
  gl_->Uniform1i(at("geometry"), 0);
  gl_->Uniform1i(at("look"), 1);
}

splats::FrameStatistics SplatGlPainter::render(
    const splats::SplatCamera& camera, const splats::RenderOptions& options,
    const std::shared_ptr<const std::array<AlignedVector<float>, 3>>& colours,
    const std::shared_ptr<const AlignedVector<float>>& opacities, QImage& image) {
  splats::FrameStatistics statistics;
  QElapsedTimer watch;
  watch.start();
  const auto lap = [&watch] { return static_cast<double>(watch.nsecsElapsed()) / 1e6; };
  bool changed = false;
  const auto& shown = colours ? *colours : viewColours_.update(camera.eye(), options.degree, pool_, &changed);
  if (changed || &shown != shownColours_ || opacities.get() != shownOpacities_ || colours)
    uploadLook(shown, opacities ? *opacities : splats_->gaussians().opacity);
  shownColours_ = &shown;
  shownOpacities_ = opacities.get();
  statistics.colours = lap();
  const std::size_t count = uploadOrder(camera);
  statistics.sort = lap() - statistics.colours;
  statistics.visible = count;

  resizeTarget(camera.width, camera.height);
  gl_->Viewport(0, 0, camera.width, camera.height);
  gl_->Disable(GL_DEPTH_TEST);
  gl_->Disable(GL_CULL_FACE);
  gl_->Enable(GL_BLEND);
  gl_->BlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  const auto& b = options.background;
  gl_->ClearColor(b[0], b[1], b[2], b[3]);
  gl_->Clear(GL_COLOR_BUFFER_BIT);
  gl_->UseProgram(r_->program);
  setUniforms(camera, options);
  for (unsigned k = 0; k < 2; ++k) {
    gl_->ActiveTexture(GL_TEXTURE0 + k);
    gl_->BindTexture(GL_TEXTURE_BUFFER, r_->textures[k]);
    gl_->TexBuffer(GL_TEXTURE_BUFFER, GL_RGBA32F, r_->buffers[k]);
  }
  gl_->BindVertexArray(r_->vertexArray);
  gl_->DrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(count));
  gl_->PixelStorei(GL_PACK_ROW_LENGTH, static_cast<GLint>(image.bytesPerLine() / 4));
  gl_->PixelStorei(GL_PACK_ALIGNMENT, 4);
  gl_->ReadPixels(0, 0, camera.width, camera.height, GL_BGRA, GL_UNSIGNED_BYTE, image.bits());
  if (const GLenum error = gl_->GetError(); error != GL_NO_ERROR)
    throw std::runtime_error("OpenGL error " + std::to_string(error));
  statistics.raster = lap() - statistics.colours - statistics.sort;
  return statistics;
}

}  // namespace learnscope
