// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_render.h"

#include <CLI/CLI.hpp>

#include "app/cli.h"
#include "app/cli_offscreen.h"
#include "app/cli_support.h"
#include "widgets/model/view.h"

namespace learnscope::cli {
namespace {

ViewSpec requireView(const Lab& lab, const std::string& id) {
  const LabPage page = pageOf(lab);
  if (const ViewSpec* view = page.view(id)) return *view;
  std::vector<std::string> known;
  std::string all;
  for (const ViewSpec& view : page.views) {
    known.push_back(view.id);
    all += (all.empty() ? "" : ", ") + view.id;
  }
  throw ConfigError("--view", id, "no such view" + didYouMean(id, known) + " (views: " + all + ")");
}

struct Options {
  RenderRequest request;
  std::string step;
  std::string theme = "light";
  bool force = false;
};

ExitStatus render(const Registry& registry, Options options) {
  RenderRequest& request = options.request;
  const OpenedRun opened = openForReading(registry, request.file);
  checkRender(*opened.lab, request);
  checkOutput("--out", request.out, options.force);
  if (!options.step.empty()) request.step = parseInteger("--step", options.step, 0, INT64_MAX);
  request.dark = options.theme == "dark";
  renderFigure(opened.lab, request);
  return ExitStatus::Done;
}

}  // namespace

void checkRender(const Lab& lab, const RenderRequest& request) {
  requireView(lab, request.view);
  const std::string suffix = suffixOf(request.out);
  if (suffix != "pdf" && suffix != "svg" && suffix != "png")
    throw ConfigError("--out", request.out, "a figure's name must end in .pdf, .svg or .png");
}

void renderFigure(const std::shared_ptr<const Lab>& lab, const RenderRequest& request) {
  const ViewSpec spec = requireView(*lab, request.view);
  OffscreenRuns opened(lab, {request.file}, request.dark);
  SessionModel& model = opened.model();
  const std::int64_t first = model.run()->info().forkStep, last = model.run()->lastStep();
  if (request.step > last || (request.step >= 0 && request.step < first))
    throw ConfigError("--step", std::to_string(request.step),
                      "the run has steps " + std::to_string(first) + " to " + std::to_string(last));
  model.setCursor(request.step < 0 ? last : request.step);

  FigureStyle style;
  style.widthMm = request.widthMm;
  style.heightMm = request.heightMm;
  style.fontPt = request.fontPt;
  style.dpi = request.dpi;
  style.darkTheme = request.dark;
  const std::unique_ptr<View> view = createView(spec, model);
  saveFigure(*view, QString::fromStdString(request.out), style);
}

void addRenderCommand(CLI::App& app, const Registry& registry, Action& action) {
  auto options = std::make_shared<Options>();
  RenderRequest& request = options->request;
  CLI::App* render_ = app.add_subcommand("render", "Draw a view of a run file as PDF, SVG or PNG; needs no display");
  render_->add_option("file", request.file, "The run file")->required()->type_name("FILE");
  render_->add_option("--view", request.view, "The view's id, as 'describe' lists it")->required()->type_name("VIEW");
  render_->add_option("--step", options->step, "The step to show (default: the last)")->type_name("N");
  render_->add_option("--out", request.out, "The figure: .pdf, .svg or .png")->required()->type_name("FILE");
  render_->add_option("--width", request.widthMm, "Width in mm")
      ->check(between(10.0, 2000.0))
      ->type_name("MM")
      ->capture_default_str();
  render_->add_option("--height", request.heightMm, "Height in mm")
      ->check(between(10.0, 2000.0))
      ->type_name("MM")
      ->capture_default_str();
  render_->add_option("--font", request.fontPt, "Font size in pt")
      ->check(between(3.0, 72.0))
      ->type_name("PT")
      ->capture_default_str();
  render_->add_option("--dpi", request.dpi, "Dots per inch of PNG and of images inside")
      ->check(between(36.0, 2400.0))
      ->type_name("N")
      ->capture_default_str();
  render_->add_option("--theme", options->theme, "light or dark")
      ->check(CLI::IsMember({"light", "dark"}))
      ->type_name("THEME")
      ->capture_default_str();
  render_->add_flag("--force", options->force, "Replace an existing figure");
  render_->callback(
      [&registry, &action, options] { action = [&registry, options] { return render(registry, *options); }; });
}

}  // namespace learnscope::cli
