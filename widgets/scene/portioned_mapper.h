// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtkOpenGLPolyDataMapper.h>

namespace learnscope {

/// Draws triangles in portions, each done before the next but one begins. Software GL keeps all that it has been told
/// to draw, half a kilobyte a triangle, until it is asked for the picture: as much memory as the longest trails need
/// otherwise.
class PortionedMapper : public vtkOpenGLPolyDataMapper {
 public:
  static PortionedMapper* New();
  vtkTypeMacro(PortionedMapper, vtkOpenGLPolyDataMapper) PortionedMapper(const PortionedMapper&) = delete;
  PortionedMapper& operator=(const PortionedMapper&) = delete;

  void RenderPieceDraw(vtkRenderer* renderer, vtkActor* actor) override;

 protected:
  PortionedMapper() = default;
  ~PortionedMapper() override = default;
};

}  // namespace learnscope
