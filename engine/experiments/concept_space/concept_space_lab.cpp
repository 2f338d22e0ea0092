// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/concept_space_lab.h"

#include <algorithm>

#include "engine/experiments/concept_space/description.h"
#include "engine/experiments/concept_space/events.h"
#include "engine/experiments/concept_space/experiment.h"
#include "engine/experiments/concept_space/patch.h"

namespace learnscope::concept_space {
namespace {

// Concepts as far as the config tells without reading files; unknown values fall back to two.
int conceptsOf(const Config& config) {
  const auto is = [&](const char* kind) { return config.has("world.kind") && config["world.kind"] == kind; };
  if (is("discs3")) return 3;
  const bool listed =
      (is("vectors") || is("swing-by")) && config.has("vector.means") && config["vector.means"].is_array();
  return listed && config["vector.means"].size() == 3 ? 3 : 2;
}

/// Names of concepts as far as the config tells without reading files.
std::vector<std::string> itemNames(const Config& config) {
  const auto is = [&](const char* kind) { return config.has("world.kind") && config["world.kind"] == kind; };
  if (is("folder")) return {};
  std::vector<std::string> names;
  for (int i = 0; i < conceptsOf(config); ++i)
    names.push_back(is("vectors") || is("swing-by")
                        ? "axis " + std::to_string(i + 1)
                        : std::vector<std::string>{"colour", "size", "ground"}.at(static_cast<std::size_t>(i)));
  return names;
}

void append(std::vector<Problem>& problems, const Error& error, const std::string& pointer) {
  if (const auto* refused = dynamic_cast<const ConfigError*>(&error))
    problems.insert(problems.end(), refused->problems().begin(), refused->problems().end());
  else
    problems.push_back({pointer, error.what(), ""});
}

void checkWorld(const Config& config, std::vector<Problem>& problems) {
  const WorldKind kind = kindOf(config);
  if (kind == WorldKind::Vectors || kind == WorldKind::SwingBy) {
    const std::size_t count = config["vector.means"].size();
    if (count < 2 || count > 3)
      problems.push_back({"/vector.means", std::to_string(count) + " numbers", "2 or 3 means expected"});
  }
}

void checkTraining(const Config& config, const Setting& setting, std::vector<Problem>& problems) {
  if (setting.kind == WorldKind::SwingBy) return;
  checkHeldOut(setting, problems);
  if (setting.kind != WorldKind::Folder) {
    const std::int64_t images =
        config.integer("data.perClass") * (setting.classes() - static_cast<std::int64_t>(setting.heldOut.size()));
    if (config.integer("batch") > images)
      problems.push_back(
          {"/batch", config["batch"].dump(), "at most the " + std::to_string(images) + " training samples"});
  }
  const std::string louder = config.text("prompt.concept");
  if (louder != "weakest" && louder[0] - '0' > setting.concepts)
    problems.push_back({"/prompt.concept", louder, "this world has " + std::to_string(setting.concepts) + " concepts"});
  if (config.real("guidance.weight") != 1 && config.real("guidance.nullProbability") == 0)
    problems.push_back(
        {"/guidance.weight", config["guidance.weight"].dump(),
         "guidance needs guidance.nullProbability above 0: without null prompts there is nothing to guide "
         "away from"});
}

/// Index of the concept that an argument names, or -1 for the weakest one.
int conceptOf(const Config& arguments, const Setting& setting) {
  const std::string name = arguments.text("concept");
  if (name == "weakest") return -1;
  const int index = name.at(0) - '1';
  if (index >= setting.concepts)
    throw ConfigError("/concept", name, "this world has " + std::to_string(setting.concepts) + " concepts");
  return index;
}

std::size_t imagesOf(const Config& arguments) { return static_cast<std::size_t>(arguments.integer("images")); }

State resultOf(const Setting& setting, Drawing drawing, std::size_t images) {
  State result;
  const auto count = static_cast<std::int64_t>(images);
  drawing.samples.resize(images * setting.values);
  result.put("samples", Array::from<float>(drawing.samples, {count, static_cast<std::int64_t>(setting.values)}));
  if (hasPictures(setting.kind)) result.put("pictures", picturesOf(drawing.samples, setting.side));
  result.put("coordinate", Array::vector<double>(drawing.coordinate));
  result.putScalar<double>("accuracy", drawing.joint);
  return result;
}

class ConceptSpaceLab final : public Lab {
 public:
  Description describe(const Config& config) const override {
    return {.id = "concept-space",
            .title = LS_TR("Concept space"),
            .summary =
                LS_TR("A diffusion model learns coloured discs: it can draw a combination it never saw long before a "
                      "plain prompt shows it."),
            .source =
                "Core Francisco Park, Maya Okawa, Andrew Lee, Ekdeep Singh Lubana, Hidenori Tanaka, Emergence of "
                "Hidden Capabilities: Exploring Learning Dynamics in Concept Space, 2024, arXiv 2406.19370",
            .parameters = parameters(conceptsOf(config)),
            .measures = measures(itemNames(config)),
            .events = eventRules(),
            .analyses = analyses(),
            .interventions = interventions()};
  }

  void validate(const Config& config, std::vector<Problem>& problems) const override {
    checkWorld(config, problems);
    if (std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return !p.warning; })) return;
    try {
      checkTraining(config, settingOf(config), problems);
    } catch (const Error& error) {
      append(problems, error, "/folder");
    }
  }

  Estimate estimate(const Config& config) const override {
    const WorldKind kind = kindOf(config);
    const double steps = config.real("steps");
    if (kind == WorldKind::SwingBy) return {.bytes = 1e5, .seconds = steps * 3e-6};
    const double batch = config.real("batch"), images = config.real("evaluation.images"),
                 evaluations = steps / config.real("evaluation.every") + 7,
                 forwards = 20 * images * config.real("evaluation.samplerSteps");
    if (kind == WorldKind::Vectors)
      return {.bytes = 4e6, .seconds = steps * batch * 4e-6 + evaluations * forwards * 1e-6};
    const double side = std::stod(config.text("image.size")), area = side * side / 256;
    const double pictures = 8 * config.real("data.perClass") + 8 * 768;
    return {.bytes = pictures * 3 * side * side * 4 + 2.4e7 * area,
            .seconds = 1 + area * (steps * batch * 3.2e-4 + evaluations * forwards * 1e-4)};
  }

  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    return kindOf(config) == WorldKind::SwingBy ? makeSwingByExperiment(config)
                                                : makeDiffusionExperiment(config, seed, progress);
  }

  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    if (kindOf(config) == WorldKind::SwingBy) throw ConfigError("/analyse", analysis, "the exact model draws nothing");
    progress.report(0);
    Config drawn = config;
    drawn.set("evaluation.images", static_cast<std::int64_t>(imagesOf(arguments)));
    Frozen frozen = thaw(drawn, seed, state);
    const Setting& setting = *frozen.setting;
    progress.report(0.2, LS_TR("drawing"));
    if (analysis == "draw") {
      const std::int64_t number = arguments.integer("class");
      if (number >= setting.classes())
        throw ConfigError("/class", std::to_string(number), "0.." + std::to_string(setting.classes() - 1));
      const auto at = static_cast<std::size_t>(number);
      return resultOf(setting, frozen.artist->draw(setting.prompts[at], static_cast<int>(number)), imagesOf(arguments));
    }
    if (analysis == "overprompt")
      return resultOf(setting,
                      frozen.artist->draw(setting.overprompt(arguments.real("strength"), conceptOf(arguments, setting)),
                                          setting.focus),
                      imagesOf(arguments));
    if (analysis == "latent") return latent(frozen, arguments);
    if (analysis == "patch") {
      const std::int64_t from =
          patchPrompts(frozen, drawn, arguments.text("snapshot"), arguments.integer("snapshotStep"));
      const auto focus = static_cast<std::size_t>(setting.focus);
      State result = resultOf(setting, frozen.artist->draw(setting.prompts[focus], setting.focus), imagesOf(arguments));
      result.putScalar<double>("snapshotStep", static_cast<double>(from));
      return result;
    }
    throw ConfigError("/analyse", analysis, "an analysis of this lab");
  }

  /// Evaluations at 20, 50, then every 50 up to 300, then every `evaluation.every`.
  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    const bool exact = kindOf(config) == WorldKind::SwingBy;
    if (cadence == "start") return step == 0;
    if (cadence != "evaluations") return Lab::due(cadence, config, step);
    if (exact) return Lab::due("scalars", config, step);
    if (step <= 300) return step == 20 || (step > 0 && step % 50 == 0);
    return step % config.integer("evaluation.every") == 0;
  }

  std::int64_t defaultSteps(const Config& config) const override {
    return config.has("steps") ? config.integer("steps") : 3000;
  }

 private:
  static State latent(const Frozen& frozen, const Config& arguments) {
    std::array<bool, 5> on{};
    for (const Json& block : arguments["blocks"])
      on[static_cast<std::size_t>(block.get<std::string>()[0] - '1')] = true;
    const std::size_t blocks = static_cast<std::size_t>(frozen.artist->blocks());
    // A network of one block has none to choose.
    const std::span<const bool> chosen = blocks == on.size() ? std::span<const bool>(on) : std::span<const bool>();
    return resultOf(
        *frozen.setting,
        frozen.artist->drawLatent(arguments.real("strength"), chosen, conceptOf(arguments, *frozen.setting)),
        imagesOf(arguments));
  }
};

}  // namespace

std::shared_ptr<const Lab> makeLab() { return std::make_shared<ConceptSpaceLab>(); }

}  // namespace learnscope::concept_space
