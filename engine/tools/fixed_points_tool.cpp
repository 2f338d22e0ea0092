// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tools/fixed_points_tool.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "engine/core/random_stream.h"
#include "engine/measures/fixed_point_table.h"
#include "engine/measures/pca.h"
#include "engine/models/threads.h"
#include "engine/store/atomic_file.h"
#include "engine/store/npy.h"
#include "engine/tools/rnn_weights.h"

namespace learnscope {
namespace {

std::vector<Parameter> toolParameters() {
  using enum ParameterType;
  return {{.id = "weights",
           .title = LS_TR("Weights"),
           .type = File,
           .fallback = "",
           .doc = LS_TR(
               "An .npz, .json or TorchScript .pt with weight_hh_l0, weight_ih_l0, bias_hh_l0, bias_ih_l0 as PyTorch "
               "names them (vanilla, GRU, LSTM), or W, U, b.")},
          {.id = "states",
           .title = LS_TR("Visited states"),
           .type = File,
           .fallback = "",
           .doc = LS_TR("A .npy of shape n×D or a×b×D to start from (LSTM: [h; c]); without it, random trajectories.")},
          {.id = "out",
           .title = LS_TR("Result"),
           .type = File,
           .fallback = "",
           .doc = LS_TR("Where to write: .npz (everything) or .csv (a table of the points).")},
          {.id = "activation",
           .title = LS_TR("Activation"),
           .type = Choice,
           .fallback = "tanh",
           .doc = LS_TR("Of a vanilla net; ignored for GRU and LSTM."),
           .choices = {{"tanh", "tanh"}, {"relu", "ReLU"}}},
          {.id = "leak",
           .title = LS_TR("Leak α"),
           .type = Real,
           .fallback = 1.0,
           .doc = LS_TR("h ← (1-α) h + α φ(...), of a vanilla net."),
           .minimum = 0.001,
           .maximum = 1},
          {.id = "input",
           .title = LS_TR("Constant input"),
           .type = List,
           .fallback = Json::array(),
           .doc = LS_TR("One value for each input; fixed points depend on it. Empty: zero.")},
          {.id = "starts",
           .title = LS_TR("Starts"),
           .type = Int,
           .fallback = 1024,
           .doc = LS_TR("At most that many states are used, evenly spread; or that many random ones drawn."),
           .minimum = 1,
           .maximum = 100000},
          {.id = "noise",
           .title = LS_TR("Start noise"),
           .type = Real,
           .fallback = 0.0,
           .doc = LS_TR("Standard deviation of noise added to the starts."),
           .minimum = 0,
           .maximum = 100},
          {.id = "fixedSpeed",
           .title = LS_TR("Fixed below q"),
           .type = Real,
           .fallback = 1e-12,
           .doc = LS_TR("q = |F(h) - h|² / 2 of a fixed point."),
           .minimum = 1e-24,
           .maximum = 1e-2,
           .logarithmic = true},
          {.id = "slowSpeed",
           .title = LS_TR("Slow below q"),
           .type = Real,
           .fallback = 1e-4,
           .doc = LS_TR("q of a slow point."),
           .minimum = 1e-20,
           .maximum = 1,
           .logarithmic = true},
          {.id = "flow",
           .title = LS_TR("Flow field"),
           .type = Int,
           .fallback = 0,
           .doc = LS_TR("Cells a side of a flow field in the plane of the first two principal components; 0 for none. "
                        "Written to .npz."),
           .minimum = 0,
           .maximum = 256},
          {.id = "seed",
           .title = LS_TR("Seed"),
           .type = Int,
           .fallback = 0,
           .doc = LS_TR("Of random starts and start noise."),
           .minimum = 0,
           .maximum = 9007199254740992.0}};
}

/// Random trajectories: U(-1, 1) followed for 20 steps, then every third step.
std::vector<double> randomStarts(const RecurrentMap& map, std::size_t count, std::uint64_t seed) {
  const auto d = static_cast<std::size_t>(map.dimension());
  const std::size_t rows = std::min<std::size_t>(count, 64);
  RandomStream random(seed, "starts");
  std::vector<double> h(rows * d), next(h.size()), starts;
  for (double& x : h) x = random.uniform(-1, 1);
  for (int t = 1; starts.size() < count * d; ++t) {
    map.step(h.data(), static_cast<int>(rows), next.data());
    h.swap(next);
    if (t > 20 && t % 3 == 0) starts.insert(starts.end(), h.begin(), h.end());
  }
  starts.resize(count * d);
  return starts;
}

std::vector<double> thinned(const std::vector<double>& states, std::size_t d, std::size_t count) {
  const std::size_t rows = states.size() / d;
  if (rows <= count) return states;
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) {
    const auto from = states.begin() + static_cast<std::ptrdiff_t>(i * rows / count * d);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(d));
  }
  return out;
}

std::map<std::string, Array> arraysOf(const FixedPoints& found, std::size_t d) {
  State table = fixedPointTable(found, static_cast<int>(d));
  const std::vector<std::int64_t> ofStart(found.pointOfStart.begin(), found.pointOfStart.end());
  table.put("pointOfStart", Array::vector<std::int64_t>(ofStart));
  table.put("speedOfStart", Array::vector<double>(found.speedOfStart));
  return table.arrays();
}

/// F(h) - h on a grid of the plane of the first two principal components of the starts.
void addFlow(const RecurrentMap& map, const std::vector<double>& starts, int side, std::map<std::string, Array>& out) {
  const auto d = static_cast<std::size_t>(map.dimension()),
             cells = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  const Pca pca = principalComponents(starts, static_cast<int>(starts.size() / d), map.dimension(), 2);
  double extent = 0;
  for (const double x : pca.coordinates) extent = std::max(extent, std::abs(x));
  extent *= 1.1;
  std::vector<double> positions, states, next(cells * d), directions, speed;
  for (std::size_t c = 0; c < cells; ++c) {
    const double x = extent * (2 * (static_cast<double>(c % static_cast<std::size_t>(side)) + 0.5) / side - 1);
    const double y = extent * (2 * (static_cast<double>(c / static_cast<std::size_t>(side)) + 0.5) / side - 1);
    positions.insert(positions.end(), {x, y});
    for (std::size_t i = 0; i < d; ++i) states.push_back(pca.mean[i] + x * pca.axes[i] + y * pca.axes[d + i]);
  }
  map.step(states.data(), static_cast<int>(cells), next.data());
  for (std::size_t c = 0; c < cells; ++c) {
    double along[2] = {0, 0}, q = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double step = next[c * d + i] - states[c * d + i];
      q += 0.5 * step * step;
      along[0] += pca.axes[i] * step;
      along[1] += pca.axes[d + i] * step;
    }
    directions.insert(directions.end(), {along[0], along[1]});
    speed.push_back(q);
  }
  const auto n = static_cast<std::int64_t>(cells), size = static_cast<std::int64_t>(d);
  out["flowPositions"] = Array::from<double>(positions, {n, 2});
  out["flowDirections"] = Array::from<double>(directions, {n, 2});
  out["flowSpeed"] = Array::vector<double>(speed);
  out["flowMean"] = Array::vector<double>(pca.mean);
  out["flowAxes"] = Array::from<double>(pca.axes, {2, size});
}

void writeCsv(const std::string& path, const FixedPoints& found, std::size_t d) {
  std::string text = "point,kind,q,unstable,largestModulus,basin,starts,continuum";
  for (std::size_t i = 0; i < d; ++i) text += ",h" + std::to_string(i);
  text += '\n';
  char number[40];
  for (std::size_t p = 0; p < found.points.size(); ++p) {
    const FixedPoint& point = found.points[p];
    text += std::to_string(p) + (point.slow ? ",slow," : ",fixed,");
    std::snprintf(number, sizeof number, "%.6g,%d,", point.q, point.unstable);
    text += number;
    if (!point.eigenvalues.empty()) {
      std::snprintf(number, sizeof number, "%.9g", std::abs(point.eigenvalues[0]));
      text += number;
    }
    std::snprintf(number, sizeof number, ",%.6g,%d,%d", point.basin, point.starts, point.continuum);
    text += number;
    for (const double x : point.state) {
      std::snprintf(number, sizeof number, ",%.17g", x);
      text += number;
    }
    text += '\n';
  }
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(text.data(), text.size())));
  file.commit();
}

Json summaryOf(const FixedPoints& found, const RecurrentWeights& weights) {
  Json points = Json::array();
  for (const FixedPoint& point : found.points) {
    if (points.size() == 20) break;
    Json row{{"kind", point.slow ? "slow" : "fixed"}, {"q", point.q}, {"unstable", point.unstable}};
    row["largestModulus"] = point.eigenvalues.empty() ? Json() : Json(std::abs(point.eigenvalues[0]));
    row["basin"] = point.basin;
    row["starts"] = point.starts;
    points.push_back(std::move(row));
  }
  const auto slow = std::count_if(found.points.begin(), found.points.end(), [](const FixedPoint& p) { return p.slow; });
  Json summary{{"cell", weights.cell == RnnCell::Elman ? "vanilla" : (weights.cell == RnnCell::Gru ? "GRU" : "LSTM")},
               {"units", weights.hidden},
               {"starts", found.pointOfStart.size()},
               {"fixedPoints", static_cast<long>(found.points.size()) - slow},
               {"slowPoints", slow},
               {"unsolvedStarts", found.unsolved()},
               {"solves", found.solves}};
  summary["continua"] = Json::array();
  for (const Continuum& continuum : found.continua)
    summary["continua"].push_back({{"points", continuum.points}, {"dimension", continuum.dimension}});
  summary["points"] = std::move(points);
  return summary;
}

class FixedPointsTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {
        .id = "fixed-points",
        .title = LS_TR("Fixed points of a network"),
        .summary = LS_TR("Find fixed and slow points, spectra, basins and the flow field of your own recurrent net"),
        .parameters = toolParameters(),
        .inputs = {"weights"},
        .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    if (!out.empty() && !out.ends_with(".npz") && !out.ends_with(".csv"))
      throw ConfigError("/out", out, "a name that ends in .npz or .csv");
    if (arguments.text("weights").empty()) throw ConfigError("/weights", "", "a file of weights");
    useOneThread();
    const RecurrentWeights weights = readRecurrentWeights(arguments.text("weights"));
    const auto map = mapOf(weights, arguments.text("activation") == "relu" ? RnnActivation::Relu : RnnActivation::Tanh,
                           arguments.real("leak"), arguments["input"].get<std::vector<double>>());
    const auto d = static_cast<std::size_t>(map->dimension());
    const auto count = static_cast<std::size_t>(arguments.integer("starts"));
    const auto seed = static_cast<std::uint64_t>(arguments.integer("seed"));
    const std::string states = arguments.text("states");
    std::vector<double> starts =
        states.empty() ? randomStarts(*map, count, seed) : thinned(readStates(states, map->dimension()), d, count);
    if (const double noise = arguments.real("noise"); noise > 0) {
      RandomStream random(seed, "start noise");
      for (double& x : starts) x += noise * random.normal();
    }
    FixedPointOptions options;
    options.fixedSpeed = arguments.real("fixedSpeed");
    options.slowSpeed = arguments.real("slowSpeed");
    options.stopSpeed = std::min(options.stopSpeed, options.fixedSpeed);
    if (options.slowSpeed < options.fixedSpeed)
      throw ConfigError("/slowSpeed", arguments["slowSpeed"].dump(), "at least fixedSpeed");
    const FixedPoints found = findFixedPoints(
        *map, starts, options, [&](double done) { progress.report(done, LS_TR("searching fixed points")); });
    if (out.ends_with(".csv")) {
      writeCsv(out, found, d);
    } else if (!out.empty()) {
      std::map<std::string, Array> arrays = arraysOf(found, d);
      if (const auto side = arguments.integer("flow"); side > 0) addFlow(*map, starts, static_cast<int>(side), arrays);
      writeNpz(out, arrays);
    }
    return summaryOf(found, weights);
  }
};

}  // namespace

std::shared_ptr<const Tool> makeFixedPointsTool() { return std::make_shared<FixedPointsTool>(); }

}  // namespace learnscope
