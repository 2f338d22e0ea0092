// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/scene_binder.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>

#include "widgets/scene/marked_ends.h"
#include "widgets/scene/paths.h"
#include "widgets/scene/scene_frame.h"
#include "widgets/scene/splat_rows.h"
#include "widgets/scene/tessellation.h"

namespace learnscope {
namespace {

constexpr std::size_t mostTrailPoints = 40000;  ///< of a layer: above, trails get shorter
constexpr std::size_t mostTubePoints = 20000;
constexpr std::size_t mostRidgeRecords = 240;  ///< of a surface over step
constexpr int flashRecords = 8;                ///< how long a flash lasts
/// Sizes of the marks on what is coloured by category: of tubes and arrows in their radii, of lines in scene units.
constexpr double tubeMark = 3.2, arrowMark = 3.2, lineMark = 0.07;

/// The items of a mark at one step: their places and what names and counts them.
struct Items {
  std::vector<Vec3> places;
  Bound reference;
  std::size_t size() const { return places.size(); }
};

QString numberText(double value) { return QString::number(value, 'g', 4); }

QColor mixed(const QColor& a, const QColor& b, double t) {
  const auto mix = [t](int x, int y) { return static_cast<int>(x + (y - x) * t + 0.5); };
  return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

/// Binds one mark into a snapshot.
class MarkBinder {
 public:
  MarkBinder(const MarkSpec& spec, const SceneSource& source, const Theme& theme, const Selection& selection,
             bool round, SceneSnapshot& out)
      : spec_(spec), source_(source), theme_(theme), selection_(selection), round_(round), out_(out) {}

  void bind() {
    switch (spec_.mark) {
      case MarkSpec::Mark::Sphere:
        return spec_.stack > 0 ? bindStack() : bindSpheres();
      case MarkSpec::Mark::Post:
        return bindPosts();
      case MarkSpec::Mark::Plane:
        return bindPlane();
      case MarkSpec::Mark::Tube:
        return spec_.overStep ? bindTubesOverStep() : bindTube();
      case MarkSpec::Mark::Mesh:
        return bindMesh();
      case MarkSpec::Mark::Arrow:
        return bindArrows();
      case MarkSpec::Mark::Line:
        return bindLines();
      case MarkSpec::Mark::Glyph:
        return bindGlyphs();
      case MarkSpec::Mark::Picture:
        return bindPictures();
      case MarkSpec::Mark::Solid:
        return bindSolids();
      case MarkSpec::Mark::Splat:
        return bindSplats();
    }
  }

 private:
  std::optional<Bound> bound(const std::string& name, std::int64_t step) const {
    const Binding* binding = spec_.channel(name);
    return binding ? source_.value(*binding, step) : std::nullopt;
  }

  /// Places at a step; nothing while a channel has no value.
  std::optional<Items> items(std::int64_t step) const {
    std::optional<Items> found = unmovedItems(step);
    if (found)
      for (Vec3& p : found->places) p = p + spec_.at;
    return found;
  }

  std::optional<Items> unmovedItems(std::int64_t step) const {
    if (spec_.channel("position")) {
      const auto position = bound("position", step);
      if (!position) return std::nullopt;
      return fromRows(*position);
    }
    std::map<std::string, Bound> values;
    for (const char* name : {"angle", "radius", "x", "y", "z", "height", "size"}) {
      if (!spec_.channel(name)) continue;
      auto value = bound(name, step);
      if (!value) return std::nullopt;
      values.emplace(name, std::move(*value));
    }
    Items result;
    result.reference.values = {0};
    for (const auto& [name, value] : values)
      if (!value.scalar() && !value.itemIndex && result.reference.scalar()) result.reference = value;
    const std::size_t n = result.reference.items();
    const auto column = [&](const char* name) {
      const auto found = values.find(name);
      return found == values.end() ? std::vector<double>(n, 0.0) : found->second.forItems(result.reference);
    };
    const bool cylinder = spec_.cylindrical();
    const std::vector<double> a = column(cylinder ? "angle" : "x"), b = column(cylinder ? "radius" : "y"),
                              z = column("z");
    result.places.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double turn = 2 * std::numbers::pi * a[i];
      result.places[i] = cylinder ? Vec3{b[i] * std::cos(turn), b[i] * std::sin(turn), z[i]} : Vec3{a[i], b[i], z[i]};
    }
    return result;
  }

  static Items fromRows(const Bound& rows) {
    Items result;
    // A single row is one item.
    const std::size_t n = rows.shape.size() >= 2 ? rows.items() : std::size_t{1};
    const std::size_t width = n ? rows.values.size() / n : 0;
    result.reference = rows;
    if (rows.shape.size() < 2) result.reference.shape = {1}, result.reference.ids.clear();
    result.places.resize(width >= 2 ? n : 0);
    for (std::size_t i = 0; i < result.places.size(); ++i) {
      const double* row = rows.values.data() + i * width;
      result.places[i] = {row[0], row[1], width > 2 ? row[2] : 0};
    }
    return result;
  }

  std::vector<double> channel(const std::string& name, const Items& items, double fallback) const {
    const auto value = bound(name, source_.step);
    return value ? value->forItems(items.reference) : std::vector<double>(items.size(), fallback);
  }

  std::vector<QColor> colors(const Items& items) { return colors(items, source_.step); }
  std::vector<QColor> colors(const Items& items, std::int64_t step) {
    std::vector<QColor> result(items.size());
    std::vector<double> values(items.size(), std::nan(""));
    if (spec_.color.value) {
      if (const auto value = source_.value(*spec_.color.value, step)) values = value->forItems(items.reference);
      if (step == source_.step) colorBar(values);
    }
    const auto range = spec_.color.rangeOf(values);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = spec_.color.at(values[i], range, theme_);
    return result;
  }

  /// The marks of the items' categories; empty where they have none.
  std::vector<CategoryMark> marks(const Items& items, std::int64_t step) const {
    std::vector<CategoryMark> result;
    if (!spec_.color.marks) return result;
    const auto value = source_.value(*spec_.color.value, step);
    if (!value) return result;
    for (const double v : value->forItems(items.reference)) result.push_back(spec_.color.markAt(v));
    return result;
  }

  void colorBar(const std::vector<double>& values) {
    if (spec_.color.map == QLatin1String("category")) return legend(values);
    const auto [low, high] = spec_.color.rangeOf(values);
    QString title = spec_.color.title;
    if (title.isEmpty() && !spec_.color.value->measure.empty()) title = source_.title(spec_.color.value->measure);
    for (const SceneColorBar& bar : out_.colorBars)
      if (bar.title == title && bar.map == spec_.color.map && bar.low == low && bar.high == high) return;
    out_.colorBars.push_back({title, spec_.color.map, low, high});
  }

  void legend(const std::vector<double>& values) {
    SceneLegend named{spec_.color.title, spec_.color.legend(values, theme_)};
    for (const SceneLegend& other : out_.legends)
      if (other.title == named.title) return;
    if (!named.entries.empty()) out_.legends.push_back(std::move(named));
  }

  bool isSelected(std::int64_t id) const {
    return !spec_.select.isEmpty() && selection_.kind == spec_.select &&
           std::find(selection_.ids.begin(), selection_.ids.end(), id) != selection_.ids.end();
  }

  QString labelOf(const Items& items, std::size_t i, const std::vector<double>& values) const {
    if (i < spec_.labels.size()) return spec_.labels[i];
    if (spec_.labelValue) return std::isfinite(values[i]) ? numberText(values[i]) : QString();
    if (!spec_.labelText.contains(QLatin1Char('{'))) return {};
    return QString(spec_.labelText).replace(QLatin1String("{id}"), QString::number(items.reference.id(i)));
  }

  void addLabels(const Items& items, const std::vector<Vec3>& at, const std::vector<double>& clearance,
                 double priority) {
    std::vector<double> values;
    if (spec_.labelValue) {
      const auto value = source_.value(*spec_.labelValue, source_.step);
      if (!value) return;
      values = value->forItems(items.reference);
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      const QString text = labelOf(items, i, values);
      if (text.isEmpty() || !finite(at[i])) continue;
      const bool selected = isSelected(items.reference.id(i));
      out_.labels.push_back({at[i], text, theme_.text, priority + (selected ? 10 : 0), clearance[i]});
    }
  }

  /// The values behind the channels, as recorded, for tooltips and CSV.
  std::vector<ItemValues> recordedValues(const Items& items) const {
    std::vector<ItemValues> result;
    std::vector<std::string> seen;
    const auto add = [&](Binding binding) {
      if (binding.source != Binding::Source::Measure && binding.source != Binding::Source::Analysis) return;
      binding.transform = Binding::Transform::None;
      binding.scale.reset();
      const std::string name = binding.source == Binding::Source::Measure ? binding.measure : binding.result;
      std::string key = name;
      if (binding.column) key.append(":").append(std::to_string(*binding.column));
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) return;
      seen.push_back(key);
      const auto value = source_.value(binding, source_.step);
      if (!value || value->shape.size() != 1) return;
      QString title = binding.source == Binding::Source::Measure ? source_.title(name) : QString::fromStdString(name);
      if (binding.column) title += QStringLiteral(" [%1]").arg(*binding.column);
      result.push_back({title, value->forItems(items.reference)});
    };
    for (const auto& [name, binding] : spec_.channels) add(binding);
    if (spec_.color.value) add(*spec_.color.value);
    std::vector<double> xyz[3];
    for (const Vec3& p : items.places) {
      xyz[0].push_back(p.x);
      xyz[1].push_back(p.y);
      xyz[2].push_back(p.z);
    }
    if (spec_.channel("position"))
      for (int k = 0; k < 3; ++k) result.push_back({QString(QLatin1Char("xyz"[k])), std::move(xyz[k])});
    return result;
  }

  SceneLayer layerOf(const Items& items) const {
    SceneLayer layer;
    layer.title = spec_.title;
    layer.select = spec_.select;
    std::vector<std::int64_t> ids(items.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = items.reference.id(i);
    layer.ids = std::move(ids);
    layer.values = recordedValues(items);
    return layer;
  }

  double opacity() const {
    const auto value = bound("opacity", source_.step);
    return value && !value->values.empty() && std::isfinite(value->values[0]) ? std::clamp(value->values[0], 0.0, 1.0)
                                                                              : 1;
  }

  /// The measure whose records are the history of a mark.
  std::string leadMeasure() const {
    for (const char* name : {"position", "z", "radius", "angle", "x", "y"})
      if (const Binding* b = spec_.channel(name); b && b->source == Binding::Source::Measure) return b->measure;
    return {};
  }

  void bindSpheres();
  void addCircles(const Items& items, const std::vector<double>& sizes, const std::vector<QColor>& colors);
  void addTrails(const Items& items, const std::vector<QColor>& colors);
  std::vector<double> flashes(const Items& items) const;
  void bindPosts();
  void bindPlane();
  void bindTube();
  void bindTubesOverStep();
  void bindStack();
  void bindMesh();
  void bindHeights(Items& all, std::vector<std::uint32_t>& faces) const;
  void bindRecords(std::vector<std::vector<double>>& rows, std::vector<double>& shares) const;
  void bindArrows();
  void bindLines();
  void bindPaths(const Bound& paths);
  void bindGlyphs();
  void bindPictures();
  void bindSolids();
  void bindSplats();
  void addSolids(GlyphSurface surface, std::vector<Rgba> rgba);

  const MarkSpec& spec_;
  const SceneSource& source_;
  const Theme& theme_;
  const Selection& selection_;
  bool round_;
  SceneSnapshot& out_;
};

void MarkBinder::bindSpheres() {
  const auto found = items(source_.step);
  if (!found) return;
  const Items& all = *found;
  const std::vector<double> sizes = channel("size", all, 0.03), alphas = channel("opacity", all, 1),
                            flash = flashes(all);
  const std::vector<QColor> tints = colors(all);
  const std::vector<CategoryMark> shapes = marks(all, source_.step);
  if (spec_.hollow) return addCircles(all, sizes, tints);
  const QColor glow(0xF0, 0xE4, 0x42);
  std::vector<Vec3f> places, halos;
  std::vector<float> radii, haloRadii;
  std::vector<Rgba> rgba, haloColors;
  std::vector<CategoryMark> keptShapes;
  Items kept;
  kept.reference = all.reference;
  kept.reference.ids.clear();
  std::vector<double> clearance;
  bool translucent = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!finite(all.places[i]) || !(sizes[i] > 0) || !(alphas[i] > 0)) continue;
    const double radius = std::min(sizes[i], 1e3) * (1 + 0.8 * flash[i]);
    places.emplace_back(all.places[i]);
    radii.push_back(static_cast<float>(radius));
    rgba.emplace_back(mixed(tints[i], glow, 0.6 * flash[i]), alphas[i]);
    if (!shapes.empty()) keptShapes.push_back(shapes[i]);
    translucent |= alphas[i] < 1;
    kept.places.push_back(all.places[i]);
    kept.reference.ids.push_back(all.reference.id(i));
    clearance.push_back(radius);
    if (flash[i] > 0) {
      halos.emplace_back(all.places[i]);
      haloRadii.push_back(static_cast<float>(radius * (1.4 + 1.2 * (1 - flash[i]))));
      haloColors.emplace_back(glow, 0.45 * flash[i]);
    }
    if (isSelected(all.reference.id(i))) out_.rings.push_back({all.places[i], radius, theme_.accent});
  }
  kept.reference.shape = {static_cast<std::int64_t>(kept.size())};
  kept.reference.values.assign(kept.size(), 0);
  if (spec_.trail > 0) addTrails(all, tints);
  addLabels(kept, kept.places, clearance, 0);
  SceneLayer layer = layerOf(kept);
  layer.geometry = Spheres{std::move(places), std::move(radii), std::move(rgba), translucent, std::move(keptShapes)};
  out_.layers.push_back(std::move(layer));
  if (halos.empty()) return;
  SceneLayer halo;
  halo.geometry = Spheres{std::move(halos), std::move(haloRadii), std::move(haloColors), true};
  out_.layers.push_back(std::move(halo));
}

void MarkBinder::addCircles(const Items& items, const std::vector<double>& sizes, const std::vector<QColor>& colors) {
  for (std::size_t i = 0; i < items.size(); ++i)
    if (finite(items.places[i]) && sizes[i] > 0) out_.rings.push_back({items.places[i], sizes[i], colors[i]});
  addLabels(items, items.places, sizes, 0);
}

/// How strongly each item flashes: 1 in the record in which `flashOn` became non-zero, fading over flashRecords.
std::vector<double> MarkBinder::flashes(const Items& items) const {
  std::vector<double> result(items.size(), 0.0);
  const Binding* on = spec_.channel("flashOn");
  if (!on || on->source != Binding::Source::Measure) return result;
  const std::vector<std::int64_t> steps = source_.steps(on->measure, flashRecords + 1);
  std::vector<double> before;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const auto value = source_.value(*on, steps[k]);
    if (!value) continue;
    const std::vector<double> now = value->forItems(items.reference);
    const double strength = 1 - static_cast<double>(steps.size() - 1 - k) / flashRecords;
    for (std::size_t i = 0; i < now.size() && !before.empty(); ++i)
      if (now[i] > 0 && !(before[i] > 0)) result[i] = strength;
    before = now;
  }
  return result;
}

/// One line an item through its last records, fading towards the past; selected ones are stronger.
void MarkBinder::addTrails(const Items& items, const std::vector<QColor>& colors) {
  const std::string measure = leadMeasure();
  if (measure.empty() || items.size() == 0) return;
  const std::size_t longest =
      std::min<std::size_t>(static_cast<std::size_t>(spec_.trail), mostTrailPoints / items.size());
  if (longest < 1) return;
  const std::vector<std::int64_t> steps = source_.steps(measure, longest + 1);
  std::vector<std::vector<Vec3>> history;
  for (const std::int64_t step : steps) {
    const auto past = step == source_.step ? std::optional<Items>(items) : this->items(step);
    if (!past) continue;
    std::vector<Vec3> row(items.size(), {std::nan(""), 0, 0});
    if (past->reference.ids == items.reference.ids) {
      std::copy_n(past->places.begin(), std::min(row.size(), past->size()), row.begin());
    } else {
      std::unordered_map<std::int64_t, std::size_t> byId;
      for (std::size_t i = 0; i < past->size(); ++i) byId[past->reference.id(i)] = i;
      for (std::size_t i = 0; i < row.size(); ++i)
        if (const auto at = byId.find(items.reference.id(i)); at != byId.end()) row[i] = past->places[at->second];
    }
    history.push_back(std::move(row));
  }
  std::vector<Vec3f> places;
  std::vector<Rgba> rgba;
  std::vector<std::uint32_t> strands;
  const double strongest = items.size() > 64 ? 0.34 : 0.6;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const double alpha = isSelected(items.reference.id(i)) ? 1.0 : strongest;
    std::uint32_t count = 0;
    for (std::size_t k = 0; k < history.size(); ++k) {
      if (!finite(history[k][i])) continue;
      const double age = static_cast<double>(k + 1) / static_cast<double>(history.size());
      places.emplace_back(history[k][i]);
      rgba.emplace_back(colors[i], alpha * age * age);
      ++count;
    }
    if (count > 0) strands.push_back(count);
  }
  SceneLayer layer;
  layer.geometry = Lines{std::move(places), std::move(rgba), std::move(strands), 1.4F};
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindPosts() {
  const auto found = items(source_.step);
  if (!found) return;
  const Items& all = *found;
  const std::vector<double> heights = channel("height", all, 0);
  const std::vector<QColor> tints = colors(all);
  const double alpha = opacity(), radius = spec_.width > 0 ? spec_.width : 0.03;
  std::vector<Vec3f> bottoms;
  std::vector<float> tall;
  std::vector<Rgba> rgba;
  std::vector<Vec3> tops(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    // A post without a height still shows where it stands.
    const double height = finite(all.places[i]) && std::isfinite(heights[i]) ? heights[i] : 0;
    bottoms.emplace_back(finite(all.places[i]) ? all.places[i] : Vec3{});
    tall.push_back(static_cast<float>(std::abs(height) < 0.012 ? 0.012 : height));
    rgba.emplace_back(tints[i], alpha);
    tops[i] = all.places[i] + Vec3{0, 0, std::max(height, 0.0)};
    if (isSelected(all.reference.id(i))) out_.rings.push_back({tops[i], radius * 1.2, theme_.accent});
  }
  addLabels(all, tops, std::vector<double>(all.size(), radius), 5);
  SceneLayer layer = layerOf(all);
  layer.geometry = Posts{std::move(bottoms), std::move(tall), std::move(rgba), static_cast<float>(radius)};
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindPlane() {
  const auto z = bound("z", source_.step);
  if (!z || z->values.empty() || !std::isfinite(z->values[0])) return;
  const double alpha = spec_.channel("opacity") ? opacity() : 0.2;
  const Vec3 centre{0, 0, z->values[0]};
  SceneLayer layer;
  layer.title = spec_.labelText;
  layer.geometry = Plane{centre, spec_.extent, Rgba(theme_.color(spec_.color.key), alpha), round_};
  out_.layers.push_back(std::move(layer));
  if (!spec_.labelText.isEmpty()) {
    // At the rim that faces the reader for any camera: the overlay chooses among these places.
    out_.labels.push_back({centre + Vec3{spec_.extent, 0, 0}, spec_.labelText, theme_.muted, 8, 0, spec_.extent});
  }
}

void MarkBinder::bindTube() {
  const auto found = items(source_.step);
  if (!found) return;
  const std::vector<QColor> tints = colors(*found);
  const double alpha = opacity();
  const float radius = static_cast<float>(spec_.width > 0 ? spec_.width : 0.015);
  const std::vector<double> sizes = channel("size", *found, radius);
  MarkedEnds heads(marks(*found, source_.step));
  Items kept;
  std::vector<Vec3f> places;
  std::vector<float> radii;
  std::vector<Rgba> rgba;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (!finite(found->places[i]) || !(sizes[i] > 0)) continue;
    places.emplace_back(found->places[i]);
    radii.push_back(static_cast<float>(sizes[i]));
    rgba.emplace_back(tints[i], alpha);
    if (i == 0 || i + 1 == found->size() || heads.differ(i, i - 1)) heads.add(found->places[i], tints[i], i);
    kept.places.push_back(found->places[i]);
    kept.reference.ids.push_back(found->reference.id(i));
    if (isSelected(found->reference.id(i))) out_.rings.push_back({found->places[i], 0.05, theme_.accent});
  }
  kept.reference.shape = {static_cast<std::int64_t>(kept.size())};
  kept.reference.values.assign(kept.size(), 0);
  if (!spec_.channel("size")) radii.clear();
  addLabels(kept, kept.places, std::vector<double>(kept.size(), 1.5 * radius), 2);
  SceneLayer layer = layerOf(kept);
  const auto count = static_cast<std::uint32_t>(places.size());
  layer.geometry = Tubes{std::move(places), std::move(rgba), {count}, radius, spec_.closed, std::move(radii)};
  out_.layers.push_back(std::move(layer));
  heads.putInto(out_.layers, tubeMark * radius);
}

/// The items of several records up to the cursor, the oldest at the bottom, each record flat.
void MarkBinder::bindStack() {
  constexpr std::size_t mostRecords = 14;
  const std::string measure = leadMeasure();
  const auto last = items(source_.step);
  if (measure.empty() || !last || last->size() == 0) return;
  const std::vector<std::int64_t> steps = source_.steps(measure, std::numeric_limits<std::size_t>::max());
  if (steps.empty()) return;
  const std::size_t most = std::clamp<std::size_t>(mostTrailPoints / last->size(), 2, mostRecords);
  const std::size_t stride = (steps.size() + most - 1) / most;
  const double first = static_cast<double>(steps.front()), span = static_cast<double>(steps.back()) - first;
  std::vector<Vec3f> places;
  std::vector<float> radii;
  std::vector<Rgba> rgba;
  std::vector<CategoryMark> shapes;
  const double alpha = opacity();
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if ((steps.size() - 1 - k) % stride != 0) continue;
    const auto then = items(steps[k]);
    if (!then) continue;
    const std::vector<QColor> tints = colors(*then, steps[k]);
    const std::vector<CategoryMark> marked = marks(*then, steps[k]);
    const std::vector<double> sizes = channel("size", *then, 0.03);
    const double height = span > 0 ? spec_.stack * (static_cast<double>(steps[k]) - first) / span : spec_.stack;
    for (std::size_t i = 0; i < then->size(); ++i) {
      if (!finite(then->places[i]) || !(sizes[i] > 0)) continue;
      places.emplace_back(Vec3{then->places[i].x, then->places[i].y, height});
      radii.push_back(static_cast<float>(sizes[i]));
      rgba.emplace_back(tints[i], alpha);
      if (spec_.color.marks) shapes.push_back(marked.empty() ? CategoryMark::Circle : marked[i]);
    }
  }
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = Spheres{std::move(places), std::move(radii), std::move(rgba), alpha < 1, std::move(shapes)};
  out_.layers.push_back(std::move(layer));
}

/// The way of each item through the records up to the cursor.
void MarkBinder::bindTubesOverStep() {
  const std::string measure = leadMeasure();
  const auto last = items(source_.step);
  if (measure.empty() || !last || last->size() == 0) return;
  std::vector<std::int64_t> steps = source_.steps(measure, std::numeric_limits<std::size_t>::max());
  // Long histories are thinned evenly; the newest record stays.
  const std::size_t most = std::max<std::size_t>(2, mostTubePoints / last->size());
  const std::size_t stride = (steps.size() + most - 1) / most;
  std::vector<std::vector<Vec3>> ways(last->size());
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if ((steps.size() - 1 - k) % std::max<std::size_t>(stride, 1) != 0) continue;
    const auto then = items(steps[k]);
    for (std::size_t i = 0; then && i < std::min(ways.size(), then->size()); ++i)
      if (finite(then->places[i])) ways[i].push_back(then->places[i]);
  }
  const std::vector<QColor> tints = colors(*last);
  const double alpha = opacity();
  Tubes tubes;
  std::vector<Vec3f> places;
  std::vector<Rgba> rgba;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const std::vector<Vec3> way = spec_.curved ? curveThrough(ways[i], 8) : ways[i];
    const std::vector<PathPiece> pieces =
        spec_.dashed ? dashes(way, 0.045, 0.035) : std::vector<PathPiece>{{way, 0, 1}};
    for (const PathPiece& piece : pieces) {
      for (std::size_t k = 0; k < piece.points.size(); ++k) {
        // The past is paler.
        const double along = static_cast<double>(k + 1) / static_cast<double>(piece.points.size());
        const double age = 1 - (piece.from + (piece.to - piece.from) * along);
        places.emplace_back(piece.points[k]);
        rgba.emplace_back(mixed(tints[i], theme_.plotBackground, 0.55 * age), alpha);
      }
      tubes.strands.push_back(static_cast<std::uint32_t>(piece.points.size()));
    }
  }
  tubes.positions = std::move(places);
  tubes.colors = std::move(rgba);
  tubes.radius = static_cast<float>(spec_.width > 0 ? spec_.width : 0.012);
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = std::move(tubes);
  out_.layers.push_back(std::move(layer));
}

/// Heights [rows, columns] over the ranges of the page.
void MarkBinder::bindHeights(Items& all, std::vector<std::uint32_t>& faces) const {
  const auto along = [](const std::array<double, 2>& range, double share) {
    return range[0] + (range[1] - range[0]) * share;
  };
  std::vector<std::vector<double>> rows;
  std::vector<double> shares;  ///< of the y range, one a row
  if (spec_.overStep) {
    bindRecords(rows, shares);
  } else {
    const auto heights = bound("value", source_.step);
    if (!heights || heights->shape.size() != 2 || heights->shape[0] < 2) return;
    const std::size_t count = static_cast<std::size_t>(heights->shape[0]), columns = heights->values.size() / count;
    for (std::size_t r = 0; r < count; ++r) {
      const auto first = heights->values.begin() + static_cast<std::ptrdiff_t>(r * columns);
      rows.emplace_back(first, first + static_cast<std::ptrdiff_t>(columns));
      shares.push_back(static_cast<double>(r) / static_cast<double>(count - 1));
    }
  }
  if (rows.size() < 2 || rows.front().size() < 2) return;
  const std::size_t columns = rows.front().size();
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns; ++c)
      all.places.push_back({along(spec_.xRange, static_cast<double>(c) / static_cast<double>(columns - 1)),
                            along(spec_.yRange, shares[r]), rows[r][c]});
  for (std::size_t r = 0; r + 1 < rows.size(); ++r) {
    for (std::size_t c = 0; c + 1 < columns; ++c) {
      const auto a = static_cast<std::uint32_t>(r * columns + c), b = a + static_cast<std::uint32_t>(columns);
      faces.insert(faces.end(), {a, a + 1, b + 1, a, b + 1, b});
    }
  }
}

/// One row a record up to the cursor, placed by its step within the whole run.
void MarkBinder::bindRecords(std::vector<std::vector<double>>& rows, std::vector<double>& shares) const {
  const Binding& value = *spec_.channel("value");
  const std::vector<std::int64_t> steps = source_.steps(value.measure, std::numeric_limits<std::size_t>::max());
  const std::size_t stride = std::max<std::size_t>(1, (steps.size() + mostRidgeRecords - 1) / mostRidgeRecords);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if ((steps.size() - 1 - k) % stride != 0) continue;
    const auto record = source_.value(value, steps[k]);
    if (!record || record->shape.size() != 1 || (!rows.empty() && record->values.size() != rows.front().size()))
      continue;
    rows.push_back(record->values);
    shares.push_back(static_cast<double>(steps[k]) /
                     static_cast<double>(std::max({source_.wholeRun, source_.step, std::int64_t{1}})));
  }
}

void MarkBinder::bindMesh() {
  Mesh mesh;
  Items all;
  std::vector<std::uint32_t> faces;
  if (spec_.channel("value")) {
    bindHeights(all, faces);
    if (all.places.empty()) return;
  } else {
    const auto vertices = bound("vertices", source_.step), corners = bound("faces", source_.step);
    if (!vertices || !corners) return;
    all = fromRows(*vertices);
    for (const double corner : corners->values)
      faces.push_back(corner >= 0 && corner < double(all.size()) ? static_cast<std::uint32_t>(corner)
                                                                 : std::numeric_limits<std::uint32_t>::max());
  }
  std::vector<double> values(all.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = all.places[i].z;
  ColorBinding color = spec_.color;
  if (color.value) {
    const auto bound = source_.value(*color.value, source_.step);
    if (bound && bound->values.size() == values.size()) values = bound->values;
    colorBar(values);
  }
  const auto range = color.rangeOf(values);
  const double alpha = opacity();
  std::vector<Rgba> rgba;
  std::vector<Vec3f> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    // Colours come from the height where the page gives none.
    const QColor tint =
        color.value || color.key != QLatin1String("0")
            ? color.at(values[i], range, theme_)
            : mapColor(QStringLiteral("sequential"), (values[i] - range.first) / (range.second - range.first), theme_);
    rgba.emplace_back(tint, alpha);
    places.emplace_back(all.places[i]);
  }
  std::vector<std::uint32_t> whole;
  for (std::size_t f = 0; f + 2 < faces.size(); f += 3) {
    const auto good = [&](std::uint32_t v) { return v < all.size() && finite(all.places[v]); };
    if (good(faces[f]) && good(faces[f + 1]) && good(faces[f + 2])) whole.insert(whole.end(), &faces[f], &faces[f] + 3);
  }
  for (Vec3f& p : places)
    if (!finite(p.wide())) p = {};
  mesh.vertices = std::move(places);
  mesh.faces = std::move(whole);
  mesh.colors = std::move(rgba);
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = std::move(mesh);
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindArrows() {
  const auto found = items(source_.step);
  const auto directions = bound("direction", source_.step);
  if (!found || !directions) return;
  const Items towards = fromRows(*directions);
  const std::vector<QColor> tints = colors(*found);
  MarkedEnds tips(marks(*found, source_.step));
  const double alpha = opacity(), radius = spec_.width > 0 ? spec_.width : 0.012;
  std::vector<Vec3f> places, ways;
  std::vector<Rgba> rgba;
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < std::min(found->size(), towards.size()); ++i) {
    if (!finite(found->places[i]) || !finite(towards.places[i])) continue;
    places.emplace_back(found->places[i]);
    ways.emplace_back(towards.places[i]);
    rgba.emplace_back(tints[i], alpha);
    ids.push_back(found->reference.id(i));
    const Vec3 beyond = normalised(towards.places[i]) * (arrowMark * radius);
    tips.add(found->places[i] + towards.places[i] + beyond, tints[i], i);
  }
  tips.putInto(out_.layers, arrowMark * radius);
  SceneLayer layer;
  layer.title = spec_.title;
  layer.select = spec_.select;
  layer.ids = std::move(ids);
  layer.geometry = Arrows{std::move(places), std::move(ways), std::move(rgba), static_cast<float>(radius)};
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindLines() {
  if (const auto whole = bound("position", source_.step); whole && whole->shape.size() == 3) return bindPaths(*whole);
  const auto found = items(source_.step);
  if (!found) return;
  const std::vector<QColor> tints = colors(*found);
  MarkedEnds ends(marks(*found, source_.step));
  const double alpha = opacity();
  std::vector<Vec3f> places;
  std::vector<Rgba> rgba;
  std::vector<std::uint32_t> strands;
  for (std::size_t i = 0; i + 1 < found->size(); i += 2) {
    if (!finite(found->places[i]) || !finite(found->places[i + 1])) continue;
    for (const std::size_t end : {i, i + 1}) {
      places.emplace_back(found->places[end]);
      rgba.emplace_back(tints[end], alpha);
    }
    strands.push_back(2);
    // Where the category changes, and where no further segment goes on.
    const bool goesOn = i + 2 < found->size() && length(found->places[i + 2] - found->places[i + 1]) == 0;
    if (!goesOn || ends.differ(i, i + 1)) ends.add(found->places[i + 1], tints[i + 1], i + 1);
  }
  ends.putInto(out_.layers, lineMark);
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = Lines{std::move(places), std::move(rgba), std::move(strands),
                         static_cast<float>(spec_.width > 0 ? spec_.width : 1.5)};
  out_.layers.push_back(std::move(layer));
}

/// Lines through the rows of each item of [K, N, 3].
void MarkBinder::bindPaths(const Bound& paths) {
  if (paths.shape[2] != 3) return;
  Items each;
  each.reference = paths;
  each.places.resize(paths.items());
  const std::vector<QColor> tints = colors(each);
  MarkedEnds ends(marks(each, source_.step));
  const double alpha = opacity();
  std::vector<Vec3f> places;
  std::vector<Rgba> rgba;
  std::vector<std::uint32_t> strands;
  const auto rows = static_cast<std::size_t>(paths.shape[1]);
  for (std::size_t k = 0; k < each.size(); ++k) {
    std::uint32_t count = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const double* row = paths.values.data() + 3 * (k * rows + r);
      const Vec3 place = Vec3{row[0], row[1], row[2]} + spec_.at;
      if (!finite(place)) continue;
      places.emplace_back(place);
      rgba.emplace_back(tints[k], alpha);
      ++count;
    }
    if (count == 0) continue;
    strands.push_back(count);
    ends.add(places.back().wide(), tints[k], k);
  }
  ends.putInto(out_.layers, lineMark);
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = Lines{std::move(places), std::move(rgba), std::move(strands),
                         static_cast<float>(spec_.width > 0 ? spec_.width : 1.5)};
  out_.layers.push_back(std::move(layer));
}

/// Where the items stood when an event happened.
void MarkBinder::bindGlyphs() {
  const std::string& wanted = spec_.event;
  const bool family = wanted.ends_with('*');
  GlyphSurface surface;
  for (const Event& event : source_.events()) {
    const bool meant = family ? event.id.starts_with(wanted.substr(0, wanted.size() - 1)) : event.id == wanted;
    if (!meant || event.step > source_.step) continue;
    const auto found = items(event.step);
    if (!found) continue;
    const auto size = bound("size", event.step);
    const std::vector<double> sizes =
        size ? size->forItems(found->reference) : std::vector<double>(found->size(), 0.06);
    const QString name = spec_.labelText.isEmpty() ? QString::fromStdString(event.title) : spec_.labelText;
    for (std::size_t i = 0; i < found->size(); ++i) {
      if (!finite(found->places[i]) || !(sizes[i] > 0)) continue;
      surface.add(spec_.shape, found->places[i], sizes[i]);
      if (i == 0 && !name.isEmpty()) out_.labels.push_back({found->places[i], name, theme_.text, 6, sizes[i]});
    }
  }
  const std::size_t corners = surface.vertices.size();
  addSolids(std::move(surface), std::vector<Rgba>(corners, Rgba(theme_.color(spec_.color.key), opacity())));
}

/// The items as solids where they stand now.
void MarkBinder::bindSolids() {
  const auto found = items(source_.step);
  if (!found) return;
  const std::vector<double> sizes = channel("size", *found, 0.06);
  const std::vector<QColor> tints = colors(*found);
  GlyphSurface surface;
  std::vector<Rgba> rgba;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if (!finite(found->places[i]) || !(sizes[i] > 0)) continue;
    surface.add(spec_.shape, found->places[i], sizes[i]);
    rgba.resize(surface.vertices.size(), Rgba(tints[i], opacity()));
  }
  addLabels(*found, found->places, sizes, 6);
  addSolids(std::move(surface), std::move(rgba));
}

void MarkBinder::addSolids(GlyphSurface surface, std::vector<Rgba> rgba) {
  if (surface.vertices.empty()) return;
  SceneLayer layer;
  layer.title = spec_.title;
  layer.geometry = Mesh{std::move(surface.vertices), std::move(surface.faces), std::move(rgba)};
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindPictures() {
  const auto found = items(source_.step);
  const auto value = bound("value", source_.step);
  if (!found || !value || value->shape.size() != 4 || value->shape[3] != 3) return;
  const auto count = std::min(found->size(), value->items());
  const int height = static_cast<int>(value->shape[1]), width = static_cast<int>(value->shape[2]);
  const auto each = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  const std::vector<QColor> tints = colors(*found);
  const std::vector<double> framed = channel("frame", *found, 0);
  const auto level = [](double v) {
    return std::isfinite(v) ? static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.0, 1.0))) : std::uint8_t{0};
  };
  Items kept;
  std::vector<Vec3f> places;
  std::vector<Rgba> pixels, frames;
  for (std::size_t i = 0; i < count; ++i) {
    if (!finite(found->places[i])) continue;
    places.emplace_back(found->places[i]);
    kept.places.push_back(found->places[i]);
    kept.reference.ids.push_back(found->reference.id(i));
    frames.emplace_back(tints[i], framed[i] > 0 ? 1 : 0);
    const double* rgb = value->values.data() + 3 * i * each;
    for (std::size_t p = 0; p < each; ++p)
      pixels.emplace_back(level(rgb[3 * p]), level(rgb[3 * p + 1]), level(rgb[3 * p + 2]));
  }
  kept.reference.shape = {static_cast<std::int64_t>(kept.size())};
  kept.reference.values.assign(kept.size(), 0);
  const float size = static_cast<float>(spec_.width > 0 ? spec_.width : 0.3);
  std::vector<Vec3> above = kept.places;
  for (Vec3& at : above) at = at + Vec3{0, 0, 0.62 * size};
  addLabels(kept, above, std::vector<double>(kept.size(), 0.0), 6);
  SceneLayer layer = layerOf(kept);
  layer.geometry = Pictures{std::move(places), std::move(pixels), std::move(frames), width, height, size};
  out_.layers.push_back(std::move(layer));
}

void MarkBinder::bindSplats() {
  const auto rows = bound("value", source_.step);
  if (!rows) return;
  const std::vector<QColor> tints = spec_.color.value ? colors(fromRows(*rows)) : std::vector<QColor>();
  SplatRows read = readSplatRows(*rows, spec_.at, opacity(), tints);
  if (!read.splats) return;
  Items kept;
  kept.places = std::move(read.places);
  kept.reference.shape = {static_cast<std::int64_t>(kept.size())};
  kept.reference.values.assign(kept.size(), 0);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept.reference.ids.push_back(rows->id(read.rows[i]));
    if (isSelected(kept.reference.ids[i]))
      out_.rings.push_back({kept.places[i], std::exp(read.splats->logScale[0][i]), theme_.accent});
  }
  if (!spec_.labelText.isEmpty()) out_.labels.push_back({read.top, spec_.labelText, theme_.text, 6, 0.12});
  SceneLayer layer = layerOf(kept);
  if (spec_.depth &&
      std::none_of(out_.colorBars.begin(), out_.colorBars.end(), [](const SceneColorBar& bar) { return bar.byDepth; }))
    out_.colorBars.push_back({QObject::tr("depth (units)"), QStringLiteral("sequential"), 0, 1, true});
  layer.geometry = Splats{std::move(read.splats), spec_.depth};
  out_.layers.push_back(std::move(layer));
}

}  // namespace

SceneSnapshot bindScene(const SceneSpec& spec, const SceneSource& source, const Theme& theme,
                        const Selection& selection) {
  SceneSnapshot out;
  out.background = Rgba(theme.plotBackground);
  out.dark = theme.dark;
  for (const MarkSpec& mark : spec.marks) {
    const auto bind = [&](const SceneSource& from) {
      MarkBinder(mark, from, theme, selection, spec.cylindrical(), out).bind();
    };
    if (mark.others)
      std::for_each(source.others.begin(), source.others.end(), bind);
    else
      bind(source);
    // A page that draws other runs with such marks of its own needs no ghosts of them.
    const bool drawn = std::any_of(spec.marks.begin(), spec.marks.end(),
                                   [&](const MarkSpec& other) { return other.others && other.mark == mark.mark; });
    for (const SceneSource& ghost : source.ghosts)
      if (const std::optional<MarkSpec> pale = drawn ? std::nullopt : mark.ghost(ghost.ghostColor))
        MarkBinder(*pale, ghost, theme, selection, spec.cylindrical(), out).bind();
  }
  for (const SceneLayer& layer : out.layers) out.bounds.add(boundsOf(layer));
  addFrame(spec, source, theme, out);
  return out;
}

}  // namespace learnscope
