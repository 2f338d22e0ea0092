// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_render.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "app/cli.h"
#include "app/cli_offscreen.h"
#include "app/cli_support.h"
#include "app/settings.h"
#include "widgets/export/figure_state.h"
#include "widgets/export/save_figure.h"
#include "widgets/export/style_shelf.h"
#include "widgets/model/view.h"

namespace learnscope::cli {
namespace {

const ViewSpec& requireView(const LabPage& page, const std::string& id, const std::string& option) {
  if (const ViewSpec* view = page.view(id)) return *view;
  std::vector<std::string> known;
  std::string all;
  for (const ViewSpec& view : page.views) {
    known.push_back(view.id);
    all += (all.empty() ? "" : ", ") + view.id;
  }
  throw ConfigError(option, id, "no such view" + didYouMean(id, known) + " (views: " + all + ")");
}

struct Options {
  RenderRequest request;
  std::string views, step, style, like;
  std::string theme = "light";
  bool force = false;
  // As given on the command line, over those of a style.
  double width = 0, height = 0, font = 0, dpi = 0;
};

/// A style file, or the name of a style that was saved in the window.
FigureStyle readStyle(const std::string& given) {
  const QString name = QString::fromStdString(given);
  if (!std::filesystem::exists(given)) {
    const StyleShelf shelf(Settings().stylesFolder());
    if (shelf.names().contains(name)) return shelf.load(name);
  }
  checkInput("--style", given);
  return StyleShelf::read(name);
}

ExitStatus render(const Registry& registry, Options options, const CLI::App& command) {
  RenderRequest& request = options.request;
  if (!options.like.empty()) {
    checkInput("--like", options.like);
    FigureState state = readFigureState(QString::fromStdString(options.like));
    request.style = std::move(state.style);
    request.views = std::move(state.views);
    request.step = state.step;
  }
  if (!options.style.empty()) request.style = readStyle(options.style);
  if (!options.views.empty()) request.views = listed(options.views);
  if (request.views.empty()) throw ConfigError("--view", "", "name the views, or give a picture with --like");
  const OpenedRun opened = openForReading(registry, request.file);
  const auto take = [&](const char* option, double given, double& value) {
    if (command.count(option) > 0) value = given;
  };
  take("--width", options.width, request.style.widthMm);
  take("--height", options.height, request.style.heightMm);
  take("--font", options.font, request.style.fontPt);
  take("--dpi", options.dpi, request.style.dpi);
  if (command.count("--theme") > 0) request.style.darkTheme = options.theme == "dark";
  checkRender(*opened.lab, request);
  checkOutput("--out", request.out, options.force);
  if (!options.step.empty()) request.step = parseInteger("--step", options.step, 0, INT64_MAX);
  renderFigure(opened.lab, request);
  return ExitStatus::Done;
}

}  // namespace

void checkRender(const Lab& lab, const RenderRequest& request) {
  const LabPage page = pageOf(lab);
  for (const std::string& view : request.views) requireView(page, view, "--view");
  for (const auto& [view, panel] : request.style.panels) requireView(page, view, "/panels");
  if (!figureSuffixes().contains(QString::fromStdString(suffixOf(request.out))))
    throw ConfigError("--out", request.out, "a figure's name must end in .pdf, .svg, .png or .tiff");
}

void renderFigure(const std::shared_ptr<const Lab>& lab, const RenderRequest& request) {
  const LabPage page = pageOf(*lab);
  OffscreenRuns opened(lab, {request.file}, figureTheme(request.style));
  SessionModel& model = opened.model();
  const std::int64_t first = model.run()->info().forkStep, last = model.run()->lastStep();
  if (request.step > last || (request.step >= 0 && request.step < first))
    throw ConfigError("--step", std::to_string(request.step),
                      "the run has steps " + std::to_string(first) + " to " + std::to_string(last));
  model.setCursor(request.step < 0 ? last : request.step);

  std::vector<std::unique_ptr<View>> views;
  std::vector<View*> shown;
  for (const std::string& id : request.views) {
    views.push_back(createView(requireView(page, id, "--view"), model));
    views.back()->showPanelStyle(request.style.panel(id));
    shown.push_back(views.back().get());
  }
  saveFigure(shown, QString::fromStdString(request.out), request.style);
}

void addRenderCommand(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<Options>();
  RenderRequest& request = options->request;
  CLI::App* render_ =
      app.add_subcommand("render", "Draw views of a run file as PDF, SVG, PNG or TIFF; needs no display");
  render_->add_option("file", request.file, "The run file")->required()->type_name("FILE");
  render_->add_option("--view", options->views, "Ids of views, as 'describe' lists them; several become panels")
      ->type_name("A,B");
  render_->add_option("--step", options->step, "The step to show (default: the last)")->type_name("N");
  render_->add_option("--out", request.out, "The figure: .pdf, .svg, .png or .tiff")->required()->type_name("FILE");
  render_->add_option("--style", options->style, "A style: a JSON file, or the name of one saved in the window")
      ->type_name("FILE");
  render_->add_option("--like", options->like, "A figure saved before: the same views, step and style")
      ->type_name("PICTURE");
  const auto number = [&](const char* name, double& value, const char* doc, double least, double most,
                          const char* unit) {
    render_->add_option(name, value, doc)->check(between(least, most))->type_name(unit);
  };
  number("--width", options->width, "Width in mm (default: the style's, 85)", 10, 2000, "MM");
  number("--height", options->height, "Height in mm (default: the style's, 60)", 10, 2000, "MM");
  number("--font", options->font, "Font size in pt (default: the style's, 8)", 3, 72, "PT");
  number("--dpi", options->dpi, "Dots per inch of PNG, TIFF and images inside (default: the style's, 300)", 36, 2400,
         "N");
  render_->add_option("--theme", options->theme, "light or dark")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("THEME");
  render_->add_flag("--force", options->force, "Replace an existing figure");
  render_->callback([&registry, &action, options, render_] {
    action = [&registry, options, render_] { return render(registry, *options, *render_); };
  });
}

}  // namespace learnscope::cli
