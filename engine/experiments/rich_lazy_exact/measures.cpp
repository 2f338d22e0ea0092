// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/rich_lazy_exact/description.h"
#include "engine/experiments/rich_lazy_exact/problems.h"

namespace learnscope::richlazyexact {
namespace {

/// The numbers of a list parameter; its default where the config has none or something else.
std::vector<double> numbersOf(const Config& config, const char* id) {
  const auto fallback = [&] {
    for (const Parameter& parameter : parameters())
      if (parameter.id == id) return parameter.fallback.get<std::vector<double>>();
    return std::vector<double>{};
  };
  if (!config.has(id) || !config[id].is_array()) return fallback();
  std::vector<double> numbers;
  for (const Json& number : config[id]) {
    if (!number.is_number()) return fallback();
    numbers.push_back(number.get<double>());
  }
  return numbers;
}

void addModes(MeasureList& list, const std::vector<double>& values) {
  std::vector<std::string> names;
  for (const std::string& name : scaleNames(values)) names.push_back(std::string("s").append(name, name.find(" =")));
  list.name("modes", std::move(names));
  list.heading(LS_TR("Linear net"), "scalars");
  list.scalar("exactLoss", LS_TR("Loss, exact"), LS_TR("|S - W_L ... W_1|^2 / 2 of the closed form."));
  list.scalar("kernelAlignment", LS_TR("Kernel alignment"),
              LS_TR("KA of the tangent kernel on whitened inputs, against the start."));
  list.scalar("exactKernelAlignment", LS_TR("Kernel alignment, exact"), LS_TR("The same of the closed form."));
  list.scalar("representationAlignment", LS_TR("Representation alignment"),
              LS_TR("RA of the last hidden layer against the start."));
  list.scalar("exactRepresentationAlignment", LS_TR("Representation alignment, exact"),
              LS_TR("The same of the closed form."));
  list.scalar("residual", LS_TR("Residual"),
              LS_TR("Largest |difference| from the closed form: of Q Q^T with two layers, else of the function."));
  list.scalar(
      "linearisationError", LS_TR("Linearisation error"),
      LS_TR("|f - f_lin| / |f|, f_lin the net linearised at its start and trained by the same steps: 0 is lazy."));
  list.scalar("balanceResidual", LS_TR("Balance residual"),
              LS_TR("max over layers of |W'^T W' - W W^T - lambda I|: the flow conserves it, steps break it at order "
                    "of their size."));
  list.array("strengths", LS_TR("Mode strengths"), LS_TR("u_m^T f v_m for the teacher's singular vectors."), {"modes"});
  list.array("exactStrengths", LS_TR("Mode strengths, exact"), LS_TR("The same of the closed form."), {"modes"});
  list.array("linearStrengths", LS_TR("Mode strengths, linearised"),
             LS_TR("The same of the net linearised at its start."), {"modes"});
  list.array("singleMode", LS_TR("Single-mode formula"),
             LS_TR("s e^{2st} / (e^{2st} - 1 + s/a0), lambda = 0 (Saxe et al. 2013)."), {"modes"});
  list.array(
      "hidden", LS_TR("Hidden representation"),
      LS_TR(
          "Of the teacher's input directions, in the last hidden layer, on its three leading directions at the start."),
      {"modes", "3"});
  list.array("startHidden", LS_TR("Hidden representation at the start"), LS_TR("The same of the start."),
             {"modes", "3"});
  list.array("function", LS_TR("Function"), LS_TR("W_L ... W_1."), {"outputs", "inputs"});
}

void addRanks(MeasureList& list, const std::vector<double>& ranks, bool anisotropic) {
  list.name("structures", rankNames(ranks, anisotropic));
  list.heading(LS_TR("Rank theorem"), "scalars");
  list.array("rankAlignment", LS_TR("Kernel alignment by rank"), LS_TR("Mean of KA over teachers."), {"structures"});
  list.array("rankTheory", LS_TR("Formula by rank"),
             LS_TR("Mean of (b^T M b + Tr M) / (|M|_F sqrt(d + 3)) over the same teachers, M = W1(0)^T W1(0)."),
             {"structures"});
  list.array("rankExpected", LS_TR("Expectation by rank"),
             LS_TR("(1 + 1/d) sqrt(PR / (d + 3)) over random directions; other starts by the formula itself."),
             {"structures"});
  list.array("rankCurve", LS_TR("Expectation's curve"), LS_TR("The same over all effective ranks: rank, KA."),
             {"points", "2"});
  list.array("rankResidual", LS_TR("Residual by rank"), LS_TR("|mean KA - mean formula|."), {"structures"});
  list.array("effectiveRank", LS_TR("Effective rank"), LS_TR("Participation ratio of W1(0)."), {"structures"});
  list.array("netAlignment", LS_TR("Kernel alignment of each net"), LS_TR("KA now."), {"nets"});
  list.array("netTheory", LS_TR("Formula of each net"), LS_TR("What KA ends at for small weights."), {"nets"});
  list.array("netRank", LS_TR("Effective rank of each net"), LS_TR("Participation ratio of W1(0)."), {"nets"});
}

void addDiagonal(MeasureList& list, const std::vector<double>& alphas) {
  list.name("scales", scaleNames(alphas));
  list.heading(LS_TR("Diagonal net"), "scalars");
  list.array("coefficients", LS_TR("Coefficients"), LS_TR("beta = u o u - v o v."), {"scales", "D"});
  list.array("limit", LS_TR("Limit"), LS_TR("Where the flow ends: 2 alpha^2 sinh(X^T nu) with X beta = y."),
             {"scales", "D"});
  list.array("coefficientPlaces", LS_TR("Coefficients as places"), LS_TR("x index, y scale, z coefficient."),
             {"scales", "D", "3"});
  list.array("limitPlaces", LS_TR("Limits as places"), LS_TR("The same of the limits."), {"scales", "D", "3"});
  list.array("truth", LS_TR("Truth"), LS_TR("The sparse coefficients behind the data."), {"D"});
  list.array("fitLoss", LS_TR("Loss by scale"), LS_TR("|X beta - y|^2 / 2."), {"scales"});
  list.array("limitDistance", LS_TR("Distance from the limit"), LS_TR("|beta - limit|."), {"scales"});
  list.array("l1", LS_TR("l1 norm"), LS_TR("sum |beta_i|."), {"scales"});
  list.array("l2", LS_TR("l2 norm"), LS_TR("|beta|."), {"scales"});
  list.array("limitL1", LS_TR("l1 norm of the limit"), LS_TR("sum |limit_i|."), {"scales"});
  list.array("limitL2", LS_TR("l2 norm of the limit"), LS_TR("|limit|."), {"scales"});
  list.array("leastNormDistance", LS_TR("Distance from the least-norm solution"), LS_TR("|beta - X^T (X X^T)^-1 y|."),
             {"scales"});
}

void addScale(MeasureList& list, const std::vector<double>& scales) {
  list.name("scales", scaleNames(scales));
  list.heading(LS_TR("Output scale"), "scalars");
  list.scalar("slope", LS_TR("Slope"), LS_TR("Of log |w - w(0)| against log alpha over alpha >= 10; lazy: -1."));
  list.array("scale", LS_TR("Scale"), LS_TR("alpha."), {"scales"});
  list.array("scaleLoss", LS_TR("Loss by scale"), LS_TR("Over that at the start; a net stops at 1e-4."), {"scales"});
  list.array("distance", LS_TR("Weight change"), LS_TR("|w - w(0)| of both layers."), {"scales"});
  list.array("inverseLaw", LS_TR("Inverse law"), LS_TR("1/alpha through the largest alpha's weight change."),
             {"scales"});
  list.array("lawResidual", LS_TR("Residual of the inverse law"), LS_TR("|weight change / inverse law - 1|."),
             {"scales"});
  list.array("linearisationErrors", LS_TR("Linearisation error"),
             LS_TR("|F - F_lin| / |F| on the points, F_lin the net linearised at its start and trained by the same "
                   "steps; undefined at the start."),
             {"scales"});
  list.heading(LS_TR("Output scale"), "kernels");
  list.array("surface", LS_TR("Function"), LS_TR("F over the plane (2D data), over the largest |y|."),
             {"scales", "grid", "grid"});
  list.array("neurons", LS_TR("Neurons"), LS_TR("|a| w of each neuron (2D data)."), {"scales", "neurons", "2"});
  list.array("startNeurons", LS_TR("Neurons at the start"), LS_TR("The same at the start, equal for every scale."),
             {"neurons", "2"});
  list.array("dataPlaces", LS_TR("Data"), LS_TR("Points and targets over the largest |y| (2D data)."), {"points", "3"});
  list.array("scaleAlignment", LS_TR("Kernel alignment by scale"), LS_TR("KA of the tangent kernel on the points."),
             {"scales"});
}

}  // namespace

std::vector<Measure> measures(const Config& config) {
  MeasureList list;
  list.heading(LS_TR("Training"), "scalars");
  list.scalar("time", LS_TR("Time"), LS_TR("Step times time step (the flow's time)."));
  list.scalar("loss", LS_TR("Loss"), LS_TR("Of the problem, mean over its nets."));
  addModes(list, numbersOf(config, "values"));
  addRanks(list, numbersOf(config, "ranks"),
           config.has("kappa") && config["kappa"].is_number() && config.real("kappa") != 1);
  addDiagonal(list, numbersOf(config, "alphas"));
  addScale(list, numbersOf(config, "scales"));
  return list.take();
}

std::vector<EventRule> eventRules() {
  return {{"mode-learned-{k}", LS_TR("Mode learned"),
           LS_TR("strength >= half of its singular value; formula: t = ln(s/a0 - 1) / (2s) for lambda = 0"), true},
          {"no-twin", LS_TR("No exact twin"),
           LS_TR("at the start: the balance residual exceeds 1e-8, or a deeper net does not start along the teacher's "
                 "directions")},
          {"teachers-learned", LS_TR("Teachers learned"), LS_TR("mean loss <= 1e-6")},
          {"data-fitted", LS_TR("Data fitted"), LS_TR("loss of every scale <= 1e-8")},
          {"lazy-{k}", LS_TR("Lazy"),
           LS_TR("all nets learned; slope of log |w - w(0)| against log alpha around this one in -1 +- 0.15")},
          {"rich-{k}", LS_TR("Rich"), LS_TR("all nets learned, another slope")}};
}

}  // namespace learnscope::richlazyexact
