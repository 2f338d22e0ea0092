// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/forgetting/setting.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "engine/core/errors.h"

namespace learnscope::forgetting {
namespace {

using namespace continual;

constexpr int mostTasks = 20;

StreamKind kindOf(const std::string& id) {
  static const std::map<std::string, StreamKind> kinds{
      {"rotated", StreamKind::Rotated}, {"permuted", StreamKind::Permuted}, {"split", StreamKind::Split},
      {"drift", StreamKind::Drift},     {"subsets", StreamKind::Subsets},   {"gaussians", StreamKind::Gaussians},
      {"moons", StreamKind::Moons},     {"spirals", StreamKind::Spirals},   {"xor", StreamKind::Xor}};
  return kinds.at(id);
}

/// "01 23 45": groups of classes, each a digit.
std::vector<std::vector<int>> groupsOf(const std::string& text) {
  std::vector<std::vector<int>> groups(1);
  std::map<int, std::size_t> owner;
  for (const char c : text) {
    if (c == ' ') {
      if (!groups.back().empty()) groups.emplace_back();
      continue;
    }
    if (c < '0' || c > '9')
      throw ConfigError("/groups", text, "classes 0 to 9, groups parted by blanks, as \"01 23 45 67 89\"");
    const int label = c - '0';
    const auto [place, fresh] = owner.emplace(label, groups.size());
    if (!fresh)
      throw ConfigError("/groups", text,
                        "class " + std::to_string(label) + " appears in task " + std::to_string(place->second) +
                            " and task " + std::to_string(groups.size()));
    groups.back().push_back(label);
  }
  if (groups.back().empty()) groups.pop_back();
  if (groups.empty()) throw ConfigError("/groups", text, "at least one group of classes");
  return groups;
}

/// "69": those of the ten classes that are left.
std::vector<int> classesWithout(const std::string& text) {
  std::vector<int> classes;
  for (char c = '0'; c <= '9'; ++c)
    if (text.find(c) == std::string::npos) classes.push_back(c - '0');
  const bool others = text.find_first_not_of("0123456789 ") != std::string::npos;
  if (others || classes.size() < 2) throw ConfigError("/leaveOut", text, "classes 0 to 9, as \"69\"; two must remain");
  return classes;
}

std::vector<std::string> cifarFiles(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".bin") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  if (files.empty()) throw ConfigError("/data.cifar", folder, "a folder with CIFAR-10's .bin files");
  return files;
}

}  // namespace

StreamOptions streamOptionsOf(const Config& config) {
  StreamOptions options;
  options.kind = kindOf(config.text("stream"));
  const std::string scenario = config.text("scenario");
  options.scenario = scenario == "class" ? Scenario::Class : scenario == "task" ? Scenario::Task : Scenario::Domain;
  options.side = static_cast<int>(config.integer("side"));
  options.difficulty = config.real("difficulty");
  options.angles.clear();
  for (const Json& angle : config["angles"]) options.angles.push_back(angle.get<double>());
  if (options.kind == StreamKind::Rotated && (options.angles.empty() || options.angles.size() > mostTasks))
    throw ConfigError("/angles", config["angles"].dump(), "1 to 20 numbers in degrees");
  options.tasks = static_cast<int>(config.integer("tasks"));
  if (options.kind != StreamKind::Subsets && options.tasks > mostTasks)
    throw ConfigError("/tasks", std::to_string(options.tasks), "1 to 20; more for random class subsets alone");
  options.groups = groupsOf(config.text("groups"));
  options.classes = classesWithout(config.text("leaveOut"));
  options.subsetClasses = static_cast<int>(config.integer("subsetClasses"));
  if (options.kind == StreamKind::Subsets && options.subsetClasses > static_cast<int>(options.classes.size()))
    throw ConfigError("/subsetClasses", std::to_string(options.subsetClasses),
                      "at most " + std::to_string(options.classes.size()) + ", the classes that are not left out");
  options.shifted = config.text("toyChange") == "shifted";
  options.separateHeads = options.scenario == Scenario::Task && config.text("heads") == "separate";
  options.train = static_cast<int>(config.integer("data.train"));
  options.test = static_cast<int>(config.integer("eval.samples"));
  options.images = config.text("data.images");
  options.labels = config.text("data.labels");
  if (options.images.empty() != options.labels.empty())
    throw ConfigError(options.images.empty() ? "/data.images" : "/data.labels", "", "both an image and a label file");
  if (const std::string folder = config.text("data.cifar"); !folder.empty()) {
    if (!options.images.empty()) throw ConfigError("/data.cifar", folder, "empty beside an image file");
    options.cifar = cifarFiles(folder);
  }
  return options;
}

Architecture architectureOf(const Config& config) {
  const auto depth = static_cast<std::size_t>(config.integer("depth"));
  const bool convolutions = config.text("network") == "cnn";
  return {.hidden = std::vector<int>(depth, static_cast<int>(config.integer("width"))),
          .maps = convolutions ? std::vector<int>{16, 32} : std::vector<int>{},
          .batchNorm = config.flag("batchNorm")};
}

const std::vector<Choice>& methodChoices() {
  static const std::vector<Choice> choices{{"naive", LS_TR("None (plain SGD)")},
                                           {"joint", LS_TR("Joint training on all tasks so far")},
                                           {"cumulative", LS_TR("Joint, from scratch at each task")},
                                           {"er", LS_TR("ER: experience replay")},
                                           {"agem", LS_TR("A-GEM: projection on the memory's gradient")},
                                           {"gem", LS_TR("GEM: projection on each task's gradient")},
                                           {"er-agem", LS_TR("ER + A-GEM")},
                                           {"ewc", LS_TR("EWC, one penalty a task")},
                                           {"ewc-online", LS_TR("EWC online")},
                                           {"ewc-mean", LS_TR("EWC, mean of the Fishers")},
                                           {"si", LS_TR("SI: synaptic intelligence")},
                                           {"mas", LS_TR("MAS: memory aware synapses")},
                                           {"l2", LS_TR("L2 to the last task's weights")},
                                           {"lwf", LS_TR("LwF: learning without forgetting")},
                                           {"der", LS_TR("DER: dark experience replay")},
                                           {"derpp", LS_TR("DER++")}};
  return choices;
}

MethodOptions methodOptionsOf(const Config& config) {
  MethodOptions options;
  const std::string id = config.text("method");
  const auto& choices = methodChoices();
  const auto found = std::find_if(choices.begin(), choices.end(), [&](const Choice& c) { return c.id == id; });
  options.kind = static_cast<MethodKind>(found - choices.begin());
  options.newWeight = config.real("newWeight");
  options.referenceSamples = static_cast<int>(config.integer("agem.samples"));
  options.margin = config.real("gem.margin");
  options.ewcStrength = config.real("ewc.lambda");
  options.ewcDecay = config.real("ewc.gamma");
  const std::string fisher = config.text("ewc.fisher");
  options.fisher = fisher == "sampled"    ? FisherKind::Sampled
                   : fisher == "batch"    ? FisherKind::Batch
                   : fisher == "weighted" ? FisherKind::Weighted
                                          : FisherKind::Empirical;
  options.importanceSamples = static_cast<int>(config.integer("importanceSamples"));
  options.siStrength = config.real("si.c");
  options.siDamping = config.real("si.xi");
  options.masStrength = config.real("mas.lambda");
  options.l2Strength = config.real("l2.lambda");
  options.explicitPenalty = config.flag("explicit");
  options.distillation = config.real("lwf.alpha");
  options.temperature = config.real("lwf.temperature");
  options.darkWeight = config.real("der.a");
  options.labelWeight = config.real("der.b");
  return options;
}

TrainingOptions trainingOptionsOf(const Config& config) {
  return {.learningRate = config.real("learningRate"),
          .momentum = config.real("momentum"),
          .batch = static_cast<int>(config.integer("batch")),
          .keepMomentum = config.flag("keepMomentum")};
}

MemoryPolicy memoryPolicyOf(const Config& config) {
  const std::string policy = config.text("memory.policy");
  if (policy == "reservoir") return MemoryPolicy::Reservoir;
  if (policy == "balanced") return MemoryPolicy::Balanced;
  if (policy == "refill") return MemoryPolicy::Refill;
  if (config.text("stream") == "drift") return MemoryPolicy::Reservoir;
  return usualPolicy(methodOptionsOf(config).kind);
}

std::vector<Segment> scheduleOf(const Config& config, std::uint64_t seed) {
  const StreamOptions options = streamOptionsOf(config);
  const int tasks = taskCount(options);
  const std::int64_t iterations = config.integer("iterations");
  std::vector<Segment> segments;
  for (const Json& entry : config["schedule"]) {
    if (options.kind == StreamKind::Drift) break;  // its places come in their own order
    const double number = entry.get<double>();
    if (number < 1 || number > tasks || number != std::floor(number))
      throw ConfigError("/schedule", entry.dump(), "task numbers from 1 to " + std::to_string(tasks));
    segments.push_back({static_cast<int>(number) - 1, iterations});
  }
  RandomStream random(seed, "forgetting.visits");
  if (options.kind != StreamKind::Drift && segments.empty())
    for (std::int64_t visit = 0; visit < config.integer("visits"); ++visit)
      segments.push_back({static_cast<int>(random.below(static_cast<std::uint64_t>(tasks))), iterations});
  if (segments.empty())
    for (int k = 0; k < tasks; ++k) segments.push_back({k, iterations});
  return segments;
}

std::int64_t stepsOf(const Config& config) {
  std::int64_t steps = 0;
  for (const Segment& segment : scheduleOf(config, 0)) steps += segment.iterations;
  return steps;
}

bool endsSegment(const Config& config, std::int64_t step) {
  const std::int64_t iterations = config.has("iterations") ? config.integer("iterations") : 300;
  return step > 0 && step % iterations == 0;
}

}  // namespace learnscope::forgetting
