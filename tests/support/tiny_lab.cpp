// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tiny_lab.h"

#include <cmath>

namespace learnscope::test {
namespace {

constexpr std::size_t width = 4;

/// X row-major [n, 4] and y [n].
struct Data {
  std::vector<double> inputs, targets;
};

Data makeData(const Config& config, std::uint64_t seed) {
  const auto n = static_cast<std::size_t>(config.integer("n"));
  Data data{RandomStream(seed, "inputs").normals(n * width), RandomStream(seed, "noise").normals(n)};
  const std::vector<double> truth = RandomStream(seed, "truth").normals(width);
  for (std::size_t i = 0; i < n; ++i) {
    data.targets[i] *= config.real("noise");
    for (std::size_t j = 0; j < width; ++j) data.targets[i] += data.inputs[i * width + j] * truth[j];
  }
  return data;
}

/// X w - y.
std::vector<double> residuals(const Data& data, std::span<const double> weights) {
  std::vector<double> out(data.targets.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = -data.targets[i];
    for (std::size_t j = 0; j < width; ++j) out[i] += data.inputs[i * width + j] * weights[j];
  }
  return out;
}

class TinyExperiment : public Experiment {
 public:
  TinyExperiment(const Config& config, std::uint64_t seed)
      : data_(makeData(config, seed)), noise_(config.real("noise")), lr_(config.real("lr")) {}

  void step(const Progress&) override {
    const std::vector<double> error = residuals(data_, weights_);
    if (!std::isfinite(loss(error))) throw NumericError(step_ + 1, "the loss is not finite");
    for (std::size_t j = 0; j < width; ++j) {
      double gradient = 0;
      for (std::size_t i = 0; i < error.size(); ++i) gradient += error[i] * data_.inputs[i * width + j];
      weights_[j] -= lr_ * gradient / static_cast<double>(error.size());
    }
    ++step_;
  }

  void measure(Recorder& recorder) override {
    if (recorder.due("arrays")) recorder.array("weights", Array::vector<double>(weights_));
    if (!recorder.due("scalars")) return;
    const double value = loss(residuals(data_, weights_));
    recorder.scalar("loss", value);
    if (converged_ || value > noise_ * noise_ + 1e-3) return;
    converged_ = true;
    recorder.event({"converged", recorder.step(), recorder.step(), "Converged", {{"loss", value}}});
  }

  State save() const override {
    State state;
    state.put("weights", Array::vector<double>(weights_));
    state.putScalar<double>("lr", lr_);
    state.putScalar<std::int64_t>("step", step_);
    state.putScalar<std::uint8_t>("converged", converged_ ? 1 : 0);
    return state;
  }

  void load(const State& state) override {
    const std::span<const double> weights = state.get("weights").as<double>();
    weights_.assign(weights.begin(), weights.end());
    lr_ = state.scalar<double>("lr");
    step_ = state.scalar<std::int64_t>("step");
    converged_ = state.scalar<std::uint8_t>("converged") != 0;
  }

  void set(const std::string&, const Json& value) override { lr_ = value.get<double>(); }

  void apply(const std::string&, const Config& arguments, RandomStream random) override {
    for (double& weight : weights_) weight = arguments.real("scale") * random.normal();
  }

 private:
  static double loss(const std::vector<double>& error) {
    double sum = 0;
    for (const double e : error) sum += e * e;
    return sum / (2 * static_cast<double>(error.size()));
  }

  Data data_;
  double noise_, lr_;
  std::vector<double> weights_ = std::vector<double>(width);
  std::int64_t step_ = 0;
  bool converged_ = false;
};

class TinyLab : public Lab {
 public:
  Description describe(const Config&) const override {
    const Parameter scale{.id = "scale",
                          .title = "Scale",
                          .type = ParameterType::Real,
                          .fallback = 0.0,
                          .doc = "Standard deviation.",
                          .minimum = 0,
                          .maximum = 100};
    return {.id = "tiny",
            .title = "Linear regression",
            .summary = "Gradient descent finds four weights.",
            .source = "Gauss, Theoria motus, 1809",
            .parameters = {{.id = "lr",
                            .title = "Learning rate",
                            .type = ParameterType::Real,
                            .fallback = 0.1,
                            .doc = "Step size of gradient descent.",
                            .minimum = 1e-6,
                            .maximum = 100,
                            .logarithmic = true,
                            .live = true},
                           {.id = "noise",
                            .title = "Noise",
                            .type = ParameterType::Real,
                            .fallback = 0.1,
                            .doc = "Standard deviation of the targets' noise.",
                            .minimum = 0,
                            .maximum = 10},
                           {.id = "n",
                            .title = "Samples",
                            .type = ParameterType::Int,
                            .fallback = 64,
                            .doc = "Number of training samples.",
                            .minimum = 1,
                            .maximum = 1e6}},
            .measures = {{.id = "loss", .title = "Loss", .doc = "|X w - y|^2 / (2 n)"},
                         {.id = "weights",
                          .title = "Weights",
                          .doc = "w",
                          .kind = MeasureKind::Array,
                          .shape = {"4"},
                          .cadence = "arrays"}},
            .events = {{"converged", "Converged", "first log with loss <= noise^2 + 1e-3", true}},
            .analyses = {{.id = "residuals",
                          .title = "Residuals",
                          .doc = "(X w - y) times a factor, per sample.",
                          .arguments = {{.id = "factor",
                                         .title = "Factor",
                                         .type = ParameterType::Real,
                                         .fallback = 1.0,
                                         .doc = "Multiplies the residuals."}},
                          .results = {{.id = "residuals",
                                       .title = "Residuals",
                                       .doc = "[n]",
                                       .kind = MeasureKind::Array,
                                       .shape = {"n"}}}}},
            .interventions = {{.id = "reset-weights",
                               .title = "Reset weights",
                               .doc = "Draws new weights from a normal distribution.",
                               .arguments = {scale}}}};
  }
  void validate(const Config& config, std::vector<Problem>& problems) const override {
    if (config.integer("n") < static_cast<std::int64_t>(width))
      problems.push_back({"/n", config["n"].dump(), "fewer samples than weights have many solutions", true});
  }
  Estimate estimate(const Config& config) const override {
    const double n = config.real("n");
    return {n * (width + 1) * sizeof(double), 1e-9 * n * width * static_cast<double>(defaultSteps(config))};
  }
  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress&) const override {
    return std::make_unique<TinyExperiment>(config, seed);
  }
  State analyse(const std::string&, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress&) const override {
    if (arguments.real("factor") < 0) throw Error("a factor below 0 turns residuals around", ExitStatus::Failed);
    std::vector<double> values = residuals(makeData(config, seed), state.get("weights").as<double>());
    for (double& value : values) value *= arguments.real("factor");
    State result;
    result.put("residuals", Array::vector<double>(values));
    return result;
  }
  std::int64_t defaultSteps(const Config&) const override { return 200; }
  std::string_view page() const override {
    return R"({"schema": 1, "speed": 50, "card": {"view": "orbit", "accent": "#0072B2"},
 "presets": [
  {"id": "classic", "title": "Classic", "doc": "Two seeds fall to the noise.", "speed": 50, "steps": 100,
   "runs": [{"set": {"lr": 0.2}, "seeds": [0, 1]}], "commands": []},
  {"id": "kick", "title": "Kick", "doc": "The weights are drawn anew at step 50.", "speed": 50, "steps": 120, "runs": [{}],
   "commands": [{"runTo": 50}, {"intervene": {"name": "reset-weights", "arguments": {"scale": 2}}}, {"run": null}]}],
 "claims": [
  {"id": "converges", "text": "Gradient descent reaches the noise within 60 steps.", "source": "paper",
   "presets": ["classic"], "value": {"event": "converged"}, "most": 60},
  {"id": "floor", "text": "The loss ends at that of the noise.", "source": "ours",
   "presets": ["classic"], "value": {"measure": "loss", "mean": 3}, "least": 0.001, "most": 0.011},
  {"id": "nothing-left", "text": "The loss falls below a millionth.", "source": "ours", "presets": ["classic"], "value": "loss", "most": 1e-6},
  {"id": "comes-back", "text": "After the kick the loss comes back.", "source": "ours", "presets": ["kick"], "value": "loss", "most": 0.05}],
 "views": [
  {"id": "orbit", "title": "Weights on a ring", "kind": "scene", "area": "centre", "doc": "One sphere a weight; height is its value.",
   "layers": [{"mark": "sphere", "angle": {"item": "index", "scale": [0, 4, 0, 1]}, "radius": 1, "z": "weights", "size": 0.1,
     "color": {"measure": "weights", "map": "diverging", "range": [-2, 2], "title": "weight"}, "trail": 10, "select": "weight"},
    {"mark": "plane", "z": 0, "extent": 1.2, "opacity": 0.2}],
   "camera": {"azimuth": 40, "elevation": 25, "distance": 5, "target": [0, 0, 0]},
   "axes": {"z": {"title": "weight", "range": [-2, 2]}}, "floor": true},
  {"id": "loss", "title": "Loss", "kind": "lines", "area": "right", "runs": "shown", "x": {"title": "step"},
   "y": {"title": "loss", "scale": "log"}, "layers": [{"mark": "line", "y": "loss", "label": "loss", "color": "train"}]},
  {"id": "weights", "title": "Weights", "kind": "bars", "area": "right", "x": {"title": "weight"}, "y": {"title": "value"},
   "layers": [{"mark": "bar", "y": "weights", "color": "0", "labels": ["a", "b", "c", "d"]}], "select": "weight"}]})";
  }
};

}  // namespace

std::shared_ptr<const Lab> tinyLab() { return std::make_shared<TinyLab>(); }

}  // namespace learnscope::test
