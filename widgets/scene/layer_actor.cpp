// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/layer_actor.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkIdList.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPointGaussianMapper.h>
#include <vtkPoints.h>
#include <vtkProperty.h>
#include <vtkShaderProperty.h>
#include <vtkTypeInt32Array.h>
#include <vtkUniforms.h>
#include <vtkUnsignedCharArray.h>

#include <QFile>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "widgets/scene/portioned_mapper.h"
#include "widgets/scene/tessellation.h"

namespace learnscope {
namespace {

std::string shaderText(const char* name) {
  QFile file(QStringLiteral(":/shaders/scene/%1.glsl").arg(QLatin1String(name)));
  if (!file.open(QIODevice::ReadOnly)) throw std::logic_error(std::string("shader missing: ") + name);
  return file.readAll().toStdString();
}

/// Spheres of at most this radius (drawn pixels) are GL points: on software GL they cost half of the triangles that
/// VTK's geometry shader makes, but a point vanishes at once when its centre leaves the picture.
constexpr double largestSprite = 12, hysteresis = 0.8;

/// Replaces VTK's lighting by ours: the functions of shade.glsl (and marks.glsl), then the body `name`, which writes
/// fragOutput0.
void useShader(vtkActor* actor, const char* name, bool marked) {
  vtkShaderProperty* shader = actor->GetShaderProperty();
  const std::string functions = shaderText("shade") + (marked ? shaderText("marks") : std::string());
  shader->AddFragmentShaderReplacement("//VTK::Light::Dec", true, "//VTK::Light::Dec\n" + functions, false);
  shader->AddFragmentShaderReplacement("//VTK::Light::Impl", true, shaderText(name), false);
}

void setUniforms(vtkActor* actor, const ShadeUniforms& uniforms) {
  vtkUniforms* custom = actor->GetShaderProperty()->GetFragmentCustomUniforms();
  custom->SetUniform3f("fogColor", uniforms.fogColor.data());
  custom->SetUniform3f("fogRange", uniforms.fogRange.data());
}

/// Drawn pixels of a scene unit at distance 1.
double focalPixels(const RibbonView& view) {
  const Projected target = view.camera.project(view.camera.target, view.viewport);
  return target.scale * target.depth / view.pixel;
}

/// The largest radius in drawn pixels; infinite where a sphere reaches behind the eye.
double largestRadius(const Spheres& spheres, const RibbonView& view) {
  const Vec3 eye = view.camera.eye(), forward = view.camera.forward();
  double largest = 0;
  for (std::size_t i = 0; i < spheres.positions.size(); ++i) {
    const Vec3f& p = spheres.positions.data()[i];
    const double radius = spheres.radii.data()[i], depth = dot(Vec3{p.x, p.y, p.z} - eye, forward);
    if (depth <= radius) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, radius / depth);
  }
  return largest * focalPixels(view) * (spheres.marks.empty() ? 1 : markReach);
}

void setSpriteUniforms(vtkActor* actor, const ShadeUniforms& uniforms, const RibbonView& view) {
  vtkUniforms* custom = actor->GetShaderProperty()->GetVertexCustomUniforms();
  custom->SetUniform3f("spriteFog", uniforms.fogRange.data());
  custom->SetUniform3f("spriteFogColor", uniforms.fogColor.data());
  custom->SetUniformf("spriteScale", static_cast<float>(2 * focalPixels(view)));
}

/// Copies rows of floats or bytes into a VTK array, in place where the size is the same.
template <class ArrayType, class T>
void fill(ArrayType* array, int components, const T* rows, std::size_t count) {
  using Element = typename ArrayType::ValueType;
  static_assert(sizeof(T) % sizeof(Element) == 0);
  array->SetNumberOfComponents(components);
  array->SetNumberOfTuples(static_cast<vtkIdType>(count));
  if (count > 0) std::memcpy(array->GetPointer(0), rows, count * sizeof(T));
  array->Modified();
}

/// Shows rows to VTK where they are; they must stay there.
template <class ArrayType, class T>
void lend(ArrayType* array, int components, const T* rows, std::size_t count) {
  using Element = typename ArrayType::ValueType;
  static_assert(sizeof(T) % sizeof(Element) == 0);
  constexpr int notOurs = 1;
  auto* first = const_cast<Element*>(reinterpret_cast<const Element*>(rows));
  array->SetNumberOfComponents(components);
  array->SetArray(first, static_cast<vtkIdType>(count * sizeof(T) / sizeof(Element)), notOurs);
  array->Modified();
}

template <class ArrayType>
ArrayType* pointArray(vtkPolyData* data, const char* name) {
  if (auto* existing = ArrayType::SafeDownCast(data->GetPointData()->GetArray(name))) return existing;
  vtkNew<ArrayType> array;
  array->SetName(name);
  data->GetPointData()->AddArray(array);
  return array;
}

vtkFloatArray* placesOf(vtkPolyData* data) {
  if (!data->GetPoints()) {
    vtkNew<vtkPoints> made;
    made->SetDataTypeToFloat();
    data->SetPoints(made);
  }
  data->GetPoints()->Modified();
  return vtkFloatArray::SafeDownCast(data->GetPoints()->GetData());
}

vtkUnsignedCharArray* colorsOf(vtkPolyData* data) {
  auto* array = pointArray<vtkUnsignedCharArray>(data, "colors");
  data->GetPointData()->SetScalars(array);
  return array;
}

/// A hash of the generations of the columns: equal ones mean equal content.
template <class... Columns>
std::uint64_t fingerprint(const Columns&... columns) {
  std::uint64_t hash = 1469598103934665603ULL;
  ((hash = (hash ^ (columns.generation() + 1)) * 1099511628211ULL), ...);
  return hash;
}

std::uint64_t fingerprint(const SceneLayer& layer) {
  struct Visitor {
    std::uint64_t operator()(const Spheres& s) const { return fingerprint(s.positions, s.radii, s.colors, s.marks); }
    std::uint64_t operator()(const Tubes& t) const {
      return fingerprint(t.positions, t.colors, t.radii) + std::hash<float>()(t.radius);
    }
    std::uint64_t operator()(const Lines& l) const { return fingerprint(l.positions, l.colors, l.strands); }
    std::uint64_t operator()(const Posts& p) const {
      return fingerprint(p.bottoms, p.heights, p.colors) + std::hash<float>()(p.radius);
    }
    std::uint64_t operator()(const Plane& p) const {
      const std::hash<double> h;
      return h(p.centre.x) * 3 + h(p.centre.y) * 5 + h(p.centre.z) * 7 + h(p.extent) * 11 + p.color.r * 13U +
             p.color.g * 17U + p.color.b * 19U + p.color.a * 23U + 1;
    }
    std::uint64_t operator()(const Mesh& m) const { return fingerprint(m.vertices, m.faces, m.colors); }
    std::uint64_t operator()(const Pictures& p) const { return fingerprint(p.positions, p.pixels, p.frames); }
    std::uint64_t operator()(const Arrows& a) const {
      return fingerprint(a.positions, a.directions, a.colors) + std::hash<float>()(a.radius);
    }
    std::uint64_t operator()(const Splats&) const { return 0; }  // drawn by SplatUnderlay
  };
  return std::visit(Visitor(), layer.geometry);
}

/// Surfaces depend on the layer alone, lines also on the camera.
Triangles trianglesOf(const SceneLayer& layer, const RibbonView& view) {
  return std::visit(
      [&](const auto& geometry) -> Triangles {
        if constexpr (requires { tessellate(geometry); }) {
          return tessellate(geometry);
        } else if constexpr (requires { ribbons(geometry, view); }) {
          return ribbons(geometry, view);
        } else {
          return {};
        }
      },
      layer.geometry);
}

void showTriangles(vtkActor* actor, vtkPolyData* data, const TriangleBuffers& buffers) {
  const Triangles& triangles = buffers.triangles;
  lend(placesOf(data), 3, triangles.points.data(), triangles.points.size());
  if (!triangles.normals.empty()) {
    auto* normals = pointArray<vtkFloatArray>(data, "normals");
    lend(normals, 3, triangles.normals.data(), triangles.normals.size());
    data->GetPointData()->SetNormals(normals);
  }
  lend(colorsOf(data), 4, triangles.colors.data(), triangles.colors.size());
  vtkNew<vtkTypeInt32Array> offsets, corners;
  lend(offsets.Get(), 1, buffers.offsets.data(), triangles.indices.size() / 3 + 1);
  lend(corners.Get(), 1, triangles.indices.data(), triangles.indices.size());
  vtkNew<vtkCellArray> cells;
  cells->SetData(offsets, corners);
  data->SetPolys(cells);
  data->Modified();
  actor->SetVisibility(!triangles.indices.empty());
}

/// As marks.glsl reads them: the mark in the last three bits of alpha.
std::vector<Rgba> withMarks(const Spheres& spheres) {
  std::vector<Rgba> colors(spheres.colors.begin(), spheres.colors.end());
  for (std::size_t i = 0; i < std::min(colors.size(), spheres.marks.size()); ++i)
    colors[i].a = static_cast<std::uint8_t>((colors[i].a >> 3) << 3 | static_cast<int>(spheres.marks[i]));
  return colors;
}

void showSpheres(vtkActor* actor, vtkPolyData* data, const Spheres& spheres, bool sprites) {
  const std::size_t count = spheres.positions.size();
  fill(placesOf(data), 3, spheres.positions.data(), count);
  auto* radii = pointArray<vtkFloatArray>(data, "radii");
  fill(radii, 1, spheres.radii.data(), count);
  if (spheres.marks.empty()) {
    fill(colorsOf(data), 4, spheres.colors.data(), count);
  } else {
    const std::vector<Rgba> colors = withMarks(spheres);
    fill(colorsOf(data), 4, colors.data(), count);
    if (!sprites)  // a sprite's shader knows how far its own mark reaches
      std::for_each_n(radii->GetPointer(0), count, [](float& radius) { radius *= static_cast<float>(markReach); });
  }
  if (data->GetNumberOfVerts() != 1 ||
      data->GetVerts()->GetNumberOfConnectivityIds() != static_cast<vtkIdType>(count)) {
    vtkNew<vtkIdList> all;
    all->SetNumberOfIds(static_cast<vtkIdType>(count));
    std::iota(all->begin(), all->end(), 0);
    vtkNew<vtkCellArray> cells;
    cells->InsertNextCell(all);
    data->SetVerts(cells);
  }
  data->Modified();
  actor->SetVisibility(count > 0);
}

/// A mapper that takes colours as they are.
vtkSmartPointer<vtkPolyDataMapper> surfaceMapper() {
  auto mapper = vtkSmartPointer<PortionedMapper>::New();
  mapper->SetVBOShiftScaleMethod(0);  // scene units are near 1: shifting would only cost passes over the points
  return mapper;
}

vtkSmartPointer<vtkPolyDataMapper> sphereMapper() {
  const auto splats = vtkSmartPointer<vtkPointGaussianMapper>::New();
  splats->EmissiveOff();
  splats->SetScaleArray("radii");
  splats->SetScaleFactor(1);
  splats->SetTriangleScale(1);  // the triangle around the unit disc
  splats->SetSplatShaderCode("//VTK::Color::Impl\n");
  return splats;
}

/// The same discs as sphereMapper's, as GL points.
vtkSmartPointer<vtkPolyDataMapper> spriteMapper(vtkActor* actor, bool marked) {
  auto mapper = surfaceMapper();
  mapper->MapDataArrayToVertexAttribute("spriteRadius", "radii", vtkDataObject::FIELD_ASSOCIATION_POINTS, -1);
  actor->GetProperty()->SetRepresentationToPoints();
  vtkShaderProperty* shader = actor->GetShaderProperty();
  const auto text = [marked](const char* plain, const char* more) {
    return shaderText(plain) + (marked ? shaderText(more) : std::string());
  };
  shader->AddVertexShaderReplacement("//VTK::Normal::Dec", true,
                                     text("sprite_declarations", "sprite_marks_declarations"), false);
  shader->AddVertexShaderReplacement("//VTK::PositionVC::Impl", true,
                                     "//VTK::PositionVC::Impl\n" + text("sprite_vertex", "sprite_marks_vertex"), false);
  std::string inputs = "flat in vec4 spriteColor;\nflat in vec4 spriteHaze;\nflat in float spriteRim;\n";
  if (marked)
    inputs += "flat in vec4 markPlane;\nflat in vec4 markRest;\nflat in vec4 markTurn;\nflat in vec2 markSide;\n";
  shader->AddFragmentShaderReplacement("//VTK::Normal::Dec", true, inputs, false);
  return mapper;
}

void assemble(vtkActor* actor, vtkPolyDataMapper* mapper, vtkPolyData* data, const char* shader, bool marked = false) {
  mapper->ScalarVisibilityOn();
  mapper->SetScalarModeToUsePointData();
  mapper->SetColorModeToDirectScalars();
  mapper->SetInputData(data);
  actor->SetMapper(mapper);
  // VTK's translucent pass is order independent and costs a second framebuffer; blending in draw order is enough.
  actor->ForceOpaqueOn();
  useShader(actor, shader, marked);
}

}  // namespace

void TriangleBuffers::take(Triangles made) {
  triangles = std::move(made);
  for (std::size_t i = offsets.size(); i <= triangles.indices.size() / 3; ++i)
    offsets.push_back(static_cast<std::int32_t>(3 * i));
}

LayerActor::LayerActor(const SceneLayer& layer, const RibbonView& view)
    : kind_(layer.geometry.index()),
      actor_(vtkSmartPointer<vtkActor>::New()),
      data_(vtkSmartPointer<vtkPolyData>::New()) {
  if (const auto* spheres = std::get_if<Spheres>(&layer.geometry)) {
    sprites_ = view.whole && largestRadius(*spheres, view) <= largestSprite * hysteresis;
    marked_ = !spheres->marks.empty();
    const char* shader = marked_ ? (sprites_ ? "sprite_marks" : "sphere_marks") : sprites_ ? "sprite" : "sphere";
    assemble(actor_, sprites_ ? spriteMapper(actor_, marked_) : sphereMapper(), data_, shader, marked_);
  } else if (std::holds_alternative<Lines>(layer.geometry)) {
    order_ = DrawOrder::Lines;
    assemble(actor_, surfaceMapper(), data_, "flat");
  } else if (std::holds_alternative<Plane>(layer.geometry)) {
    order_ = DrawOrder::Planes;
    assemble(actor_, surfaceMapper(), data_, "flat");
  } else if (std::holds_alternative<Pictures>(layer.geometry)) {
    facing_ = true;
    assemble(actor_, surfaceMapper(), data_, "flat");
  } else {
    assemble(actor_, surfaceMapper(), data_, "surface");
  }
}

bool LayerActor::fits(const SceneLayer& layer, const RibbonView& view) const {
  if (layer.geometry.index() != kind_) return false;
  const auto* spheres = std::get_if<Spheres>(&layer.geometry);
  if (!spheres) return true;
  if (marked_ == spheres->marks.empty()) return false;
  const double limit = sprites_ && !view.still ? largestSprite : largestSprite * hysteresis;
  return sprites_ == (view.whole && largestRadius(*spheres, view) <= limit);
}

void LayerActor::update(const SceneLayer& layer, const RibbonView& view, const ShadeUniforms& uniforms) {
  setUniforms(actor_, uniforms);
  if (sprites_) setSpriteUniforms(actor_, uniforms, view);
  const auto* spheres = std::get_if<Spheres>(&layer.geometry);
  if (spheres) order_ = spheres->translucent ? DrawOrder::TranslucentSpheres : DrawOrder::Spheres;
  // What stands behind a surface of less than half opacity must be drawn before it to be seen through it.
  if (const auto* mesh = std::get_if<Mesh>(&layer.geometry); mesh && !mesh->colors.empty())
    order_ = mesh->colors[0].a < 128 ? DrawOrder::SheerSurfaces : DrawOrder::Surfaces;
  const std::uint64_t wanted = fingerprint(layer);
  if (wanted == shown_ && order_ != DrawOrder::Lines && !facing_) return;
  shown_ = wanted;
  if (spheres) {
    showSpheres(actor_, data_, *spheres, sprites_);
  } else {
    buffers_.take({});  // not two of them at once
    buffers_.take(trianglesOf(layer, view));
    showTriangles(actor_, data_, buffers_);
  }
}

FloorActor::FloorActor() : actor_(vtkSmartPointer<vtkActor>::New()), data_(vtkSmartPointer<vtkPolyData>::New()) {
  assemble(actor_, surfaceMapper(), data_, "flat");
}

void FloorActor::update(const SceneFloor& floor, const RibbonView& view, const ShadeUniforms& uniforms) {
  setUniforms(actor_, uniforms);
  buffers_.take(ribbons(floor, view));
  showTriangles(actor_, data_, buffers_);
}

}  // namespace learnscope
