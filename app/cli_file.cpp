// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "app/cli.h"
#include "app/cli_progress.h"
#include "app/cli_support.h"
#include "engine/core/claims.h"
#include "engine/core/session.h"
#include "engine/store/export_data.h"
#include "engine/store/export_script.h"
#include "engine/store/npy.h"
#include "engine/store/run_file.h"
#include "engine/store/tensorboard.h"
#include "widgets/export/pictured_measures.h"

namespace learnscope::cli {
namespace {

/// Objects and lists below the first level, one line an entry; the form follows runFileInfo.
void writeInfo(const Json& info) {
  std::size_t width = 0;
  for (const auto& [key, value] : info.items()) width = std::max(width, key.size());
  const auto plain = [](const Json& value) { return value.is_string() ? value.get<std::string>() : dumped(value); };
  for (const auto& [key, value] : info.items()) {
    if (value.is_structured() && !value.empty()) {
      std::cout << key << '\n';
      for (const auto& [name, entry] : value.items())
        std::cout << "  " << (value.is_array() ? "" : name + "  ") << plain(entry) << '\n';
    } else if (!value.is_structured()) {
      std::cout << std::left << std::setw(static_cast<int>(width)) << key << "  " << plain(value) << '\n';
    }
  }
}

/// What a run says to the claims of its lab; nothing of a lab that is not part of this program.
Json claimsInfo(const Registry& registry, const std::string& file, const std::string& labId) {
  Json list = Json::array();
  const std::shared_ptr<const Lab> lab = registry.find(labId);
  const Claims claims = lab ? Claims::of(*lab) : Claims();
  if (claims.empty()) return list;
  const std::shared_ptr<Run> run = openRunFile(file, registry, OpenMode::Read);
  for (const Claim& claim : claims.list()) list.push_back(judgementJson(claim, claims.judge(claim, *run)));
  return list;
}

/// One claim a paragraph: verdict, value and what was expected, then the sentence. Those of other configurations are
/// only counted.
void writeClaims(const Json& claims) {
  if (claims.empty()) return;
  std::size_t elsewhere = 0;
  std::cout << "claims\n";
  for (const Json& claim : claims) {
    if (claim["verdict"] == verdictName(Verdict::NotAsked)) {
      ++elsewhere;
      continue;
    }
    const Json& value = claim["value"];
    std::cout << "  " << std::left << std::setw(7) << claim["verdict"].get<std::string>()
              << claim["id"].get<std::string>() << ": "
              << (value.is_number()   ? shortNumber(value)
                  : value.is_string() ? value.get<std::string>()
                                      : "none yet")
              << ", expected " << claim["expected"].get<std::string>();
    if (claim["step"].is_number()) std::cout << ", step " << claim["step"];
    std::cout << '\n';
    writeWrapped(std::cout, claim["text"].get<std::string>(), 9);
  }
  if (elsewhere > 0) std::cout << "  " << elsewhere << " about other configurations\n";
}

ExitStatus showInfo(const Registry& registry, const std::string& file, bool digest, bool json) {
  checkInput("run file", file);
  if (digest && !json) {
    std::cout << runFileDigest(file) << '\n';
    return ExitStatus::Done;
  }
  Json info = runFileInfo(file);
  if (digest) info["digest"] = runFileDigest(file);
  const Json claims = claimsInfo(registry, file, info["lab"].get<std::string>());
  if (json) {
    info["claims"] = claims;
    std::cout << dumped(info, 2) << '\n';
  } else {
    writeInfo(info);
    writeClaims(claims);
  }
  return ExitStatus::Done;
}

struct AnalyseOptions {
  std::string file, name, step, arguments = "{}", out;
  bool force = false;
};

ExitStatus analyse(const Registry& registry, const AnalyseOptions& options) {
  const OpenedRun opened = openForReading(registry, options.file);
  const Run& run = *opened.run;
  if (!options.out.empty()) {
    if (suffixOf(options.out) != "npz") throw ConfigError("--out", options.out, "must end in .npz");
    checkOutput("--out", options.out, options.force);
  }
  const Config arguments =
      checkedArguments(*opened.lab, run.info().config, options.name, parseJson(options.arguments, "--args"));
  std::int64_t step = run.lastStep();
  if (!options.step.empty()) step = parseInteger("--step", options.step, run.info().forkStep, run.lastStep());

  ProgressLine line;
  const Progress progress({}, [&line](double done, std::string_view what) {
    if (line.due()) line.draw(std::string(what) + " " + std::to_string(static_cast<int>(100 * done)) + " %");
  });
  const Snapshot snapshot = stateAt(opened.lab, run, step, progress);
  const State result =
      opened.lab->analyse(options.name, snapshot.config, run.info().seed, snapshot.state, arguments, progress);
  line.clear();
  if (!options.out.empty()) {
    writeNpz(options.out, result.arrays());
    return ExitStatus::Done;
  }
  Json arrays = Json::object();
  for (const auto& [name, array] : result.arrays()) arrays[name] = arrayJson(array);
  std::cout << dumped({{"analysis", options.name}, {"step", step}, {"arguments", arguments.json()}, {"result", arrays}})
            << '\n';
  return ExitStatus::Done;
}

struct ExportOptions {
  std::string file, csv, npz, json, tensorBoard, script, measures;
  bool wide = false, force = false;
};

/// "a,b" as names that the run has recorded; nothing: all of them.
std::vector<std::string> requireMeasures(const Run& run, const std::string& list) {
  std::vector<std::string> known = run.recordedScalars(), wanted;
  const std::vector<std::string> arrays = run.recordedArrays();
  known.insert(known.end(), arrays.begin(), arrays.end());
  std::vector<Problem> problems;
  std::stringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      problems.push_back({"--measures", name, "the run has recorded no such measure" + didYouMean(name, known)});
    wanted.push_back(name);
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return wanted;
}

/// Refuses a folder that cannot take the event file, and an event file that is there already.
void checkEventFile(const Run& run, const ExportOptions& options) {
  const std::filesystem::path folder(options.tensorBoard);
  if (!std::filesystem::exists(folder)) {
    checkOutput("--tensorboard", options.tensorBoard, false);
    return;
  }
  if (!std::filesystem::is_directory(folder))
    throw ConfigError("--tensorboard", options.tensorBoard, "a folder expected");
  const std::string file = tensorBoardFile(run, options.tensorBoard);
  if (std::filesystem::exists(std::filesystem::path(file).parent_path()))
    checkOutput("--tensorboard", file, options.force);
  else
    checkOutput("--tensorboard", std::filesystem::path(file).parent_path().string(), false);
}

ExitStatus exportData(const Registry& registry, const ExportOptions& options) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"--csv", options.csv}, {"--npz", options.npz}, {"--json", options.json}, {"--script", options.script}};
  const auto given = [](const auto& file) { return !file.second.empty(); };
  if (options.tensorBoard.empty() && std::none_of(files.begin(), files.end(), given))
    throw ConfigError("export", "", "give --csv, --npz, --json or --script FILE, or --tensorboard FOLDER");
  checkInput("run file", options.file);
  const std::shared_ptr<Run> run = openRunFile(options.file, registry, OpenMode::Read);
  const std::vector<std::string> measures = requireMeasures(*run, options.measures);
  for (const auto& [option, path] : files)
    if (!path.empty()) checkOutput(option, path, options.force);
  if (!options.tensorBoard.empty()) checkEventFile(*run, options);
  if (!options.csv.empty()) exportCsv(*run, measures, options.csv, options.wide);
  if (!options.npz.empty()) exportNpz(*run, measures, options.npz);
  if (!options.json.empty()) exportJson(*run, measures, options.json);
  if (!options.tensorBoard.empty()) {
    const std::shared_ptr<const Lab> lab = registry.find(run->info().lab);
    exportTensorBoard(*run, measures, lab ? picturedMeasures(pageOf(*lab)) : std::set<std::string>(),
                      options.tensorBoard);
  }
  if (!options.script.empty()) saveScript(registry, run, options.script);
  return ExitStatus::Done;
}

void addInfo(CLI::App& app, const Registry& registry, Action& action) {
  struct Options {
    std::string file;
    bool digest = false, json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* info = app.add_subcommand("info", "Say what a run file holds");
  info->add_option("file", options->file, "The run file")->required()->type_name("FILE");
  info->add_flag("--digest", options->digest, "Print the digest of config, scalars, arrays, events and journal");
  info->add_flag("--json", options->json, "Print JSON");
  info->callback([&registry, &action, options] {
    action = [&registry, options] { return showInfo(registry, options->file, options->digest, options->json); };
  });
}

void addAnalyse(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<AnalyseOptions>();
  CLI::App* command = app.add_subcommand("analyse", "Compute an analysis at a step of a run file");
  command->add_option("file", options->file, "The run file")->required()->type_name("FILE");
  command->add_option("--name", options->name, "The analysis, as 'describe' lists it")->required()->type_name("NAME");
  command->add_option("--step", options->step, "The step (default: the last)")->type_name("N");
  command->add_option("--args", options->arguments, "Its arguments as a JSON object")->type_name("JSON");
  command->add_option("--out", options->out, "Write an .npz instead of JSON to stdout")->type_name("FILE.npz");
  command->add_flag("--force", options->force, "Replace an existing file");
  command->callback(
      [&registry, &action, options] { action = [&registry, options] { return analyse(registry, *options); }; });
}

void addExport(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write the data of a run file as CSV, npz, JSON or event files");
  command->add_option("file", options->file, "The run file")->required()->type_name("FILE");
  command->add_option("--csv", options->csv, "Scalars: step, measure, value")->type_name("FILE");
  command->add_option("--npz", options->npz, "Scalars and arrays for numpy")->type_name("FILE");
  command->add_option("--json", options->json, "Scalars, arrays, events and journal")->type_name("FILE");
  command
      ->add_option("--tensorboard", options->tensorBoard, "An event file for TensorBoard in a folder of its own there")
      ->type_name("FOLDER");
  command->add_option("--script", options->script, "Its journal as a script that makes the run again")
      ->type_name("FILE.json");
  command->add_option("--measures", options->measures, "Only these, separated by commas")->type_name("A,B");
  command->add_flag("--wide", options->wide, "CSV with one column a measure");
  command->add_flag("--force", options->force, "Replace existing files");
  command->callback(
      [&registry, &action, options] { action = [&registry, options] { return exportData(registry, *options); }; });
}

}  // namespace

void addFileCommands(CLI::App& app, const Registry& registry, Action& action) {
  addInfo(app, registry, action);
  addAnalyse(app, registry, action);
  addExport(app, registry, action);
}

}  // namespace learnscope::cli
