// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/portioned_mapper.h"

#include <vtk_glew.h>

#include <vtkObjectFactory.h>
#include <vtkOpenGLIndexBufferObject.h>
#include <vtkOpenGLVertexBufferObjectGroup.h>

#include <algorithm>

namespace learnscope {
namespace {

constexpr std::size_t portion = 8192;  // triangles; two portions at most are under way: 9 MB

}  // namespace

vtkStandardNewMacro(PortionedMapper)

    void PortionedMapper::RenderPieceDraw(vtkRenderer* renderer, vtkActor* actor) {
  vtkOpenGLHelper& triangles = Primitives[PrimitiveTris];
  const std::size_t count = triangles.IBO->IndexCount;
  if (count <= 3 * portion) {
    vtkOpenGLPolyDataMapper::RenderPieceDraw(renderer, actor);
    return;
  }
  UpdateShaders(triangles, renderer, actor);
  triangles.IBO->Bind();
  const auto last = static_cast<GLuint>(VBOs->GetNumberOfTuples("vertexMC") - 1);
  GLsync before = nullptr;
  const auto await = [&before] {
    if (!before) return;
    glClientWaitSync(before, GL_SYNC_FLUSH_COMMANDS_BIT, GL_TIMEOUT_IGNORED);
    glDeleteSync(before);
  };
  for (std::size_t first = 0; first < count; first += 3 * portion) {
    const std::size_t size = std::min(3 * portion, count - first);
    glDrawRangeElements(GL_TRIANGLES, 0, last, static_cast<GLsizei>(size), GL_UNSIGNED_INT,
                        reinterpret_cast<const void*>(first * sizeof(GLuint)));  // NOLINT: GL takes an offset
    const GLsync now = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
    glFlush();
    await();
    before = now;
  }
  await();
  triangles.IBO->Release();
}

}  // namespace learnscope
