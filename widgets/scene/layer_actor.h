// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtkActor.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>

#include <array>

#include "widgets/scene/ribbons.h"

namespace learnscope {

/// What all shaders of one picture know.
struct ShadeUniforms {
  std::array<float, 3> fogColor{};
  /// {distance where fading begins, 1 / (where it ends - where it begins), share at the end}.
  std::array<float, 3> fogRange{};
};

/// What is drawn later covers or blends over what is drawn before.
enum class DrawOrder { Surfaces, Floor, Spheres, Lines, TranslucentSpheres, SheerSurfaces, Planes };

/// Triangles that VTK draws from where they are, without copies of its own.
struct TriangleBuffers {
  Triangles triangles;
  std::vector<std::int32_t> offsets;  ///< of each triangle in the indices, and of the end

  void take(Triangles made);
};

/// The VTK objects of one layer. Used by SceneRenderer only, on the render thread.
class LayerActor {
 public:
  LayerActor(const SceneLayer& layer, const RibbonView& view);
  /// True if `layer` is drawn by the same means, so that update() suffices.
  bool fits(const SceneLayer& layer, const RibbonView& view) const;
  /// Uploads what changed.
  void update(const SceneLayer& layer, const RibbonView& view, const ShadeUniforms& uniforms);
  vtkActor* actor() const { return actor_; }
  DrawOrder order() const { return order_; }

 private:
  std::size_t kind_;
  DrawOrder order_ = DrawOrder::Surfaces;
  bool facing_ = false;      ///< turns with the camera
  bool sprites_ = false;     ///< spheres as GL points
  bool marked_ = false;      ///< spheres with marks of categories
  std::uint64_t shown_ = 0;  ///< fingerprint of what was uploaded
  TriangleBuffers buffers_;
  vtkSmartPointer<vtkActor> actor_;
  vtkSmartPointer<vtkPolyData> data_;
};

class FloorActor {
 public:
  FloorActor();
  void update(const SceneFloor& floor, const RibbonView& view, const ShadeUniforms& uniforms);
  vtkActor* actor() const { return actor_; }

 private:
  TriangleBuffers buffers_;
  vtkSmartPointer<vtkActor> actor_;
  vtkSmartPointer<vtkPolyData> data_;
};

}  // namespace learnscope
