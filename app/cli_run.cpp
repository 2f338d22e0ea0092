// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/cli.h"
#include "app/cli_support.h"
#include "app/cli_train.h"
#include "engine/store/run_file.h"

namespace learnscope::cli {
namespace {

constexpr std::size_t jsonLimit = 16U << 20U;
constexpr std::int64_t mostSteps = 1'000'000'000'000'000;

struct Options {
  std::string target;  // lab id, or run file
  std::vector<std::string> sets, histograms;
  std::string config, preset, seed, steps, out, log, script;
  int jobs = 0;
  double speed = 0;
};

/// What a config file or the head of a script says: the parameters' values, and where given the lab, the seed and the
/// steps.
struct ConfigFile {
  Json values = Json::object();
  std::string lab, seed, steps;
};

struct ScriptFile {
  ConfigFile head;
  std::vector<Command> commands;
};

ConfigFile configFrom(const Json& json, const std::string& path) {
  ConfigFile file;
  for (const auto& [key, value] : json.items()) {
    if (key == "config" && value.is_object())
      file.values = value;
    else if (key == "lab" && value.is_string())
      file.lab = value;
    else if (key == "seed" && value.is_number_integer())
      file.seed = dumped(value);
    else if (key == "steps" && value.is_number_integer())
      file.steps = dumped(value);
    else
      throw DataError(path, "/" + key, "lab (text), config (an object), seed and steps (integers) expected");
  }
  return file;
}

void requireLab(const ConfigFile& file, const std::string& id, const std::string& path) {
  if (!file.lab.empty() && file.lab != id)
    throw DataError(path, "/lab", "config of lab " + id + " expected, not of " + file.lab);
}

ConfigFile readConfigFile(const Lab& lab, const std::string& path) {
  checkInput("--config", path);
  const Json json = parseJson(readFile(path, jsonLimit), path);
  if (!json.is_object()) throw DataError(path, "", "an object of parameters expected");
  if (!json.contains("config")) return {json, {}, {}, {}};
  ConfigFile file = configFrom(json, path);
  requireLab(file, lab.describe().id, path);
  return file;
}

/// An array of commands, or an object that has them as "commands" and begins with what a config file says.
ScriptFile readScript(const std::string& path) {
  if (path.empty()) return {};
  checkInput("--script", path);
  Json json = parseJson(readFile(path, jsonLimit), path);
  ScriptFile script;
  if (json.is_object()) {
    if (!json.contains("commands"))
      throw DataError(path, "", "an array of commands, or an object that has one as \"commands\", expected");
    Json commands = json["commands"];
    json.erase("commands");
    script.head = configFrom(json, path);
    json = std::move(commands);
  }
  try {
    script.commands = parseScript(json);
    return script;
  } catch (const ConfigError& error) {
    throw DataError(path, "", error.what());
  }
}

Preset requirePreset(const Lab& lab, const std::string& id) {
  const LabPage page = pageOf(lab);
  if (const Preset* preset = page.preset(id)) return *preset;
  std::vector<std::string> known;
  std::string all;
  for (const Preset& preset : page.presets) {
    known.push_back(preset.id);
    all += (all.empty() ? "" : ", ") + preset.id;
  }
  throw ConfigError("--preset", id, "no such preset" + didYouMean(id, known) + " (presets: " + all + ")");
}

/// A name in the current folder that no file has yet.
std::string freeName(const std::string& stem) {
  std::string name = stem + ".lscope";
  for (int i = 2; std::filesystem::exists(name); ++i) name = stem + "-" + std::to_string(i) + ".lscope";
  return name;
}

/// The files of `count` runs: `out` itself, or "out-1.lscope", "out-2.lscope"... beside it.
std::vector<std::string> fileNames(const std::string& out, const std::string& lab, const std::vector<Job>& jobs) {
  std::vector<std::string> names;
  const std::filesystem::path path(out);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (out.empty()) {
      std::string name = freeName(lab + "-" + std::to_string(jobs[i].seed));
      for (int again = 2; std::find(names.begin(), names.end(), name) != names.end(); ++again)
        name = freeName(lab + "-" + std::to_string(jobs[i].seed) + "-" + std::to_string(again));
      names.push_back(name);
    } else if (jobs.size() == 1) {
      names.push_back(out);
    } else {
      const std::string name = path.stem().string() + "-" + std::to_string(i + 1) + ".lscope";
      names.push_back((path.parent_path() / name).string());
    }
    checkOutput("--out", names.back(), false);
  }
  return names;
}

Json merged(Json base, const Json& over) {
  base = flattened(base);
  base.update(flattened(over));
  return base;
}

/// What is to be trained, checked as a whole before any file is made. Later wins: defaults, preset, config file, --set.
std::vector<Job> plan(const Lab& lab, const Options& options, const ScriptFile& scriptFile) {
  Preset preset;
  preset.runs = {PresetRun{}};
  if (!options.preset.empty()) preset = requirePreset(lab, options.preset);
  ConfigFile file = scriptFile.head;
  if (!options.config.empty()) file = readConfigFile(lab, options.config);
  const std::string seed = options.seed.empty() ? file.seed : options.seed;
  const std::string steps = options.steps.empty() ? file.steps : options.steps;
  std::vector<Command> script = scriptFile.commands;
  if (options.script.empty() && !preset.commands.empty()) script = parseScript(preset.commands);

  std::vector<Job> jobs;
  for (const PresetRun& run : preset.runs) {
    Job job;
    job.values = withSets(lab, merged(run.set, file.values), options.sets);
    std::vector<Problem> warnings;
    const Config config = checkedConfig(lab, job.values, &warnings);
    for (const Problem& warning : warnings) std::cerr << "warning: " << warning.text() << '\n';
    job.steps = preset.steps > 0 ? preset.steps : lab.defaultSteps(config);
    if (!steps.empty()) job.steps = parseInteger("--steps", steps, 1, mostSteps);
    job.script = script;
    for (const std::uint64_t each : seed.empty() ? run.seeds : std::vector<std::uint64_t>{parseSeed(seed)}) {
      job.seed = each;
      jobs.push_back(job);
    }
  }
  const std::vector<std::string> names = fileNames(options.out, lab.describe().id, jobs);
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].file = names[i];
  return jobs;
}

void checkHistograms(const Description& description, const std::vector<std::string>& wanted) {
  std::vector<std::string> arrays;
  for (const Measure& measure : description.measures)
    if (measure.kind == MeasureKind::Array) arrays.push_back(measure.id);
  for (const std::string& name : wanted)
    if (std::find(arrays.begin(), arrays.end(), name) == arrays.end())
      throw ConfigError("--histogram", name, "no such array measure" + didYouMean(name, arrays));
}

TrainOptions trainOptions(const Options& options) {
  TrainOptions out;
  out.jobs = options.jobs > 0 ? options.jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  out.speed = options.speed;
  out.jsonLines = options.log == "jsonl";
  out.histograms = options.histograms;
  return out;
}

ExitStatus runLab(const Registry& registry, const Options& options) {
  const ScriptFile script = readScript(options.script);
  const std::string id = options.target.empty() ? script.head.lab : options.target;
  if (id.empty()) throw ConfigError("LAB", "", "give a lab, or a script that names one");
  const std::shared_ptr<const Lab> lab = registry.require(id);
  requireLab(script.head, lab->describe().id, options.script);
  std::vector<Job> jobs = plan(*lab, options, script);
  checkHistograms(lab->describe(checkedConfig(*lab, jobs.front().values)), options.histograms);
  return train(lab, std::move(jobs), trainOptions(options));
}

ExitStatus resume(const Registry& registry, const Options& options) {
  checkInput("run file", options.target);
  Job job;
  job.file = options.target;
  job.script = readScript(options.script).commands;
  // A second opener may only read; look before asking for more, so that a refusal changes nothing.
  OpenedRun seen = openForReading(registry, options.target);
  checkHistograms(seen.run->description(), options.histograms);
  const std::int64_t last = seen.run->lastStep();
  std::int64_t target = seen.run->targetSteps();
  if (!options.steps.empty()) target = parseInteger("--steps", options.steps, 1, mostSteps);
  if (seen.run->state() == RunState::Diverged)
    throw ConfigError(options.target, "", "the run diverged at step " + std::to_string(last) + " and cannot go on");
  if (target <= last)
    throw ConfigError("--steps", std::to_string(target),
                      "the run has reached step " + std::to_string(last) + " already; give a later target");
  seen.run.reset();  // a reader that outlives the writer would keep the write-ahead log beside the closed file
  job.resumed = openRunFile(options.target, registry, OpenMode::Append);
  if (target != job.resumed->targetSteps()) job.resumed->setTargetSteps(target);
  return train(seen.lab, {std::move(job)}, trainOptions(options));
}

/// Options that `run` and `resume` share.
void addTrainOptions(CLI::App& command, Options& options) {
  command.add_option("--steps", options.steps, "Train to this step")->type_name("N");
  command.add_option("--log", options.log, "jsonl: a JSON line per log on stdout, the summary last")
      ->check(CLI::IsMember({"jsonl"}))
      ->type_name("FORMAT");
  command.add_option("--script", options.script, "Carry out the commands of this JSON file")->type_name("FILE");
  command.add_option("--speed", options.speed, "Steps a second; 0 = as fast as possible")
      ->check(between(0.0, 1e9))
      ->type_name("S")
      ->capture_default_str();
  addRepeatable(command, "--histogram", options.histograms, "Add a histogram of this array measure to the summary")
      ->type_name("MEASURE");
}

}  // namespace

void addTrainCommands(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* run = app.add_subcommand("run", "Train a lab without a window and keep the run in a file");
  run->add_option("lab", options->target, "The lab's id, as 'labs' lists it; a script may name it")->type_name("LAB");
  addRepeatable(*run, "--set", options->sets, "Set a parameter; 'describe LAB' lists them")->type_name("KEY=VALUE");
  run->add_option("--config", options->config, "Parameters from a JSON file")->type_name("FILE");
  run->add_option("--preset", options->preset, "Start from a preset: its runs, seeds, steps and commands")
      ->type_name("NAME");
  run->add_option("--seed", options->seed, "Seed, 0 to 2^63-1 (default 0, or the preset's)")->type_name("N");
  run->add_option("--out", options->out, "The run file (default LAB-SEED.lscope here; several runs are numbered)")
      ->type_name("FILE.lscope");
  run->add_option("--jobs", options->jobs, "Runs of a preset trained at once (default: cores - 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  addTrainOptions(*run, *options);
  run->callback(
      [&registry, &action, options] { action = [&registry, options] { return runLab(registry, *options); }; });

  auto again = std::make_shared<Options>();
  again->jobs = 1;
  CLI::App* resumed = app.add_subcommand("resume", "Train an interrupted, stopped or finished run further");
  resumed->add_option("file", again->target, "The run file")->required()->type_name("FILE");
  addTrainOptions(*resumed, *again);
  resumed->callback([&registry, &action, again] { action = [&registry, again] { return resume(registry, *again); }; });
}

}  // namespace learnscope::cli
