// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "engine/splats/splat_file.h"
#include "engine/splats/splat_statistics.h"
#include "engine/tools/splats_tools.h"

namespace learnscope {
namespace {

using namespace splats;

class SplatsInfoTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats info",
            .title = LS_TR("Splat file: what it holds"),
            .summary = LS_TR("Say what a Gaussian-splat file holds: count, harmonics, box, opacities, scales"),
            .parameters = {{.id = "file",
                            .title = LS_TR("Splat file"),
                            .type = ParameterType::File,
                            .fallback = "",
                            .doc = LS_TR("A 3DGS .ply, PlayCanvas .compressed.ply, .splat or .spz file.")}},
            .inputs = {"file"}};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const LoadedSplats loaded = readSplatFile(arguments.text("file"), progress);
    const Gaussians& splats = loaded.splats;
    const SplatStatistics s = statisticsOf(splats);
    const auto box = splats.box();
    Json rows = Json::array();
    const auto row = [&](const char* what, const std::array<double, 3>& q) {
      rows.push_back({{"quantity", what}, {"q05", q[0]}, {"q50", q[1]}, {"q95", q[2]}});
    };
    row("opacity", s.opacity);
    row("scale", s.scale);
    return {{"format", formatName(loaded.format)},
            {"variant", loaded.variant},
            {"splats", s.count},
            {"promised", loaded.promised},
            {"dropped", loaded.dropped},
            {"degree", splats.degree()},
            {"antialiased", loaded.antialiased},
            {"pointCloud", loaded.pointCloud},
            {"lowest", Json(box[0]).dump()},
            {"highest", Json(box[1]).dump()},
            {"visible", s.visible},
            {"meanOpacity", s.meanOpacity},
            {"coloursOutside", s.coloursOutside},
            {"quantiles", std::move(rows)},
            {"notes", std::accumulate(loaded.notes.begin(), loaded.notes.end(), std::string(),
                                      [](std::string all, const std::string& note) {
                                        return all + (all.empty() ? "" : " ") + note;
                                      })}};
  }
};

class SplatsConvertTool final : public Tool {
 public:
  ToolDescription describe() const override {
    return {.id = "splats convert",
            .title = LS_TR("Splat file: convert"),
            .summary = LS_TR("Write a Gaussian-splat file in another format"),
            .parameters =
                {{.id = "file",
                  .title = LS_TR("Splat file"),
                  .type = ParameterType::File,
                  .fallback = "",
                  .doc = LS_TR("A 3DGS .ply, PlayCanvas .compressed.ply, .splat or .spz file.")},
                 {.id = "out",
                  .title = LS_TR("Result"),
                  .type = ParameterType::File,
                  .fallback = "",
                  .doc = LS_TR("Where to write; the suffix names the format: .ply, .compressed.ply, .splat or .spz.")},
                 {.id = "degree",
                  .title = LS_TR("Harmonics"),
                  .type = ParameterType::Int,
                  .fallback = 3,
                  .doc = LS_TR("The highest degree of spherical harmonics to keep; .splat keeps none."),
                  .minimum = 0,
                  .maximum = 3},
                 {.id = "order",
                  .title = LS_TR("Order"),
                  .type = ParameterType::Choice,
                  .fallback = "best",
                  .doc = LS_TR("best: what suits the format (Morton for compressed PLY, largest first for .splat)."),
                  .choices = {{"best", LS_TR("Best for the format")}, {"file", LS_TR("As in the file")}}},
                 {.id = "spzVersion",
                  .title = LS_TR(".spz version"),
                  .type = ParameterType::Choice,
                  .fallback = "3",
                  .doc = LS_TR("3 is read by most viewers; 4 is smaller."),
                  .choices = {{"3", "3"}, {"4", "4"}}}},
            .inputs = {"file"},
            .output = "out"};
  }

  Json run(const Config& arguments, const Progress& progress) const override {
    const std::string out = arguments.text("out");
    WriteOptions options;
    options.format = formatOfName(out, "/out");
    options.degree = static_cast<int>(arguments.integer("degree"));
    options.spzVersion = arguments.text("spzVersion") == "4" ? 4 : 3;
    options.order = arguments.text("order") == "file" ? SplatOrder::File : SplatOrder::Best;
    const LoadedSplats loaded = readSplatFile(arguments.text("file"), progress);
    options.antialiased = loaded.antialiased;
    progress.report(1, LS_TR("writing splats"));
    const std::size_t bytes = writeSplatFile(out, loaded.splats, options);
    const SplatStatistics s = statisticsOf(loaded.splats);
    Json losses = Json::array();
    const auto loss = [&](bool holds, const char* what) {
      if (holds) losses.push_back({{"loss", what}});
    };
    const int degree = options.format == SplatFormat::Splat ? 0 : options.degree;
    loss(loaded.splats.degree() > degree, LS_TR("harmonics are left out"));
    loss(options.format == SplatFormat::Splat && s.coloursOutside > 0, LS_TR("colours outside [0, 1] are clipped"));
    loss(loaded.antialiased && options.format != SplatFormat::Spz, LS_TR("the antialiased flag has no place"));
    return {{"read", formatName(loaded.format)},
            {"written", formatName(options.format)},
            {"splats", s.count},
            {"dropped", loaded.dropped},
            {"degree", std::min(degree, loaded.splats.degree())},
            {"bytes", bytes},
            {"losses", std::move(losses)}};
  }
};

}  // namespace

std::shared_ptr<const Tool> makeSplatsInfoTool() { return std::make_shared<SplatsInfoTool>(); }
std::shared_ptr<const Tool> makeSplatsConvertTool() { return std::make_shared<SplatsConvertTool>(); }

}  // namespace learnscope
