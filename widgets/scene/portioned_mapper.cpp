// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/portioned_mapper.h"

#include <vtk_glew.h>

#include <vtkObjectFactory.h>
#include <vtkOpenGLIndexBufferObject.h>
#include <vtkOpenGLVertexBufferObjectGroup.h>

#include <algorithm>

namespace learnscope {
namespace {

constexpr std::size_t portion = 16384;  // triangles: 9 MB at most

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
  for (std::size_t first = 0; first < count; first += 3 * portion) {
    const std::size_t size = std::min(3 * portion, count - first);
    glDrawRangeElements(GL_TRIANGLES, 0, last, static_cast<GLsizei>(size), GL_UNSIGNED_INT,
                        reinterpret_cast<const void*>(first * sizeof(GLuint)));
    glFinish();
  }
  triangles.IBO->Release();
}

}  // namespace learnscope
