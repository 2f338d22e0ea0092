// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/world.h"

#include <algorithm>
#include <cmath>

namespace learnscope::rnnhmm {
namespace {

std::vector<double> flat(const Json& matrix, int& rows, int& columns, const char* pointer) {
  std::vector<double> values;
  rows = static_cast<int>(matrix.size());
  columns = rows > 0 ? static_cast<int>(matrix[0].size()) : 0;
  for (const Json& row : matrix) {
    if (static_cast<int>(row.size()) != columns) throw ConfigError(pointer, row.dump(), "rows of one length");
    for (const Json& value : row) values.push_back(value.get<double>());
  }
  return values;
}

HiddenMarkov chainOf(const Config& config) {
  const std::string family = config.text("hmm.family");
  if (family == "full") return HiddenMarkov::fullyConnected();
  if (family == "cyclic") return HiddenMarkov::cyclic();
  if (family == "linear")
    return HiddenMarkov::linearChain(static_cast<int>(config.integer("hmm.states")),
                                     config.text("hmm.rule") == "target");
  int states = 0, columns = 0, rows = 0, symbols = 0;
  std::vector<double> a = flat(config["hmm.transition"], states, columns, "/hmm.transition");
  std::vector<double> e = flat(config["hmm.emission"], rows, symbols, "/hmm.emission");
  if (states != columns)
    throw ConfigError("/hmm.transition", std::to_string(states) + "×" + std::to_string(columns), "a square matrix");
  if (rows != states)
    throw ConfigError("/hmm.emission", std::to_string(rows) + " rows",
                      "one row for each of the " + std::to_string(states) + " states");
  return {std::move(a), std::move(e), states, symbols};
}

}  // namespace

World::World(const Config& config) {
  if (config.text("hmm.family") == "file") {
    const std::string path = config.text("hmm.file");
    if (path.empty()) throw ConfigError("/hmm.file", "", "a file with one sequence of symbols a line");
    file_ = readSymbolFile(path, config.text("hmm.ragged") == "cut" ? Ragged::Cut : Ragged::Refuse);
    symbols_ = file_->symbols;
    statistics_ = statisticsOf(*file_);
  } else {
    chain_ = chainOf(config);
    symbols_ = chain_->symbols();
    statistics_ = chain_->statistics();
  }
  for (int lag = 1; lag <= kLags; ++lag) excess_.push_back(chain_ ? chain_->excess(lag) : excessOf(*file_, lag));
}

void World::sample(int count, int length, RandomStream& random, std::uint8_t* out) const {
  if (chain_) return chain_->sample(count, length, random, out);
  for (int i = 0; i < count; ++i, out += length) {
    const auto row = file_->row(static_cast<int>(random.below(static_cast<std::uint64_t>(file_->count))));
    const std::uint64_t start = random.below(static_cast<std::uint64_t>(file_->length - length) + 1);
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(start), length, out);
  }
}

RnnShape shapeOf(const Config& config, int symbols) {
  return {.hidden = static_cast<int>(config.integer("model.hidden")),
          .inputs = static_cast<int>(config.integer("model.inputs")),
          .symbols = symbols,
          .bias = config.flag("model.bias"),
          .activation = config.text("model.activation") == "tanh" ? RnnActivation::Tanh : RnnActivation::Relu};
}

int windowAt(const Config& config, std::int64_t step) {
  int window = static_cast<int>(config.integer("train.window"));
  std::int64_t reached = -1;
  for (const Json& entry : config["train.curriculum"]) {
    const auto from = entry.value("step", std::int64_t{0});
    if (from > step || from < reached) continue;
    reached = from;
    window = entry.value("window", window);
  }
  return window;
}

RnnTraining trainingOf(const Config& config, std::int64_t step) {
  RnnTraining t;
  t.batch = static_cast<int>(config.integer("train.batch"));
  t.length = static_cast<int>(config.integer("train.length"));
  t.window = windowAt(config, step);
  t.windows = static_cast<int>(config.integer("train.windows"));
  t.blur = config.real("train.blur");
  t.temperature = config.real("train.temperature");
  t.learningRate = config.real("train.learningRate");
  t.beta1 = config.real("train.beta1");
  t.beta2 = config.real("train.beta2");
  t.clip = config.real("train.clip");
  t.activity = config.real("train.activity");
  t.weightDecay = config.real("train.weightDecay");
  t.sigma = config.real("noise.sigma");
  t.mixture = config.real("noise.mixture");
  const std::string kind = config.text("noise.kind");
  t.noise = kind == "frozen"  ? NoiseKind::Frozen
            : kind == "mixed" ? NoiseKind::Mixed
            : kind == "none"  ? NoiseKind::None
                              : NoiseKind::Gaussian;
  return t;
}

std::vector<Problem> windowProblems(const Config& config, int longest) {
  std::vector<Problem> problems;
  const auto length = config.integer("train.length");
  const std::string windows = "0 (whole sequences) or 2.." + std::to_string(length) + ", the length of a sequence";
  const auto fits = [&](std::int64_t window) { return window == 0 || (window >= 2 && window <= length); };
  if (length > longest)
    problems.push_back({"/train.length", std::to_string(length),
                        "at most " + std::to_string(longest) + ", the length of the file's sequences"});
  if (!fits(config.integer("train.window")))
    problems.push_back({"/train.window", config["train.window"].dump(), windows});
  for (const Json& entry : config["train.curriculum"]) {
    const bool whole = entry.is_object() && entry.size() == 2 && entry.contains("step") && entry.contains("window") &&
                       entry["step"].is_number_integer() && entry["window"].is_number_integer();
    if (!whole || entry["step"].get<std::int64_t>() < 0)
      problems.push_back({"/train.curriculum", entry.dump(), "rows {step >= 0, window}"});
    else if (!fits(entry["window"].get<std::int64_t>()))
      problems.push_back({"/train.curriculum", entry.dump(), "a window of " + windows});
  }
  return problems;
}

std::int64_t spacing(const Config& config, std::string_view cadence) {
  const std::int64_t every = config.has("every") ? std::max<std::int64_t>(1, config.integer("every")) : 25;
  if (cadence == "swarm") return std::max<std::int64_t>(1, every / 5);
  if (cadence == "dynamics") return 2 * every;
  if (cadence == "collapse") return 4 * every;
  if (cadence == "residency") return 8 * every;
  return every;
}

}  // namespace learnscope::rnnhmm
