// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/rich_lazy/description.h"

namespace learnscope::richlazy {
namespace {

using enum ParameterType;

void addTable(MeasureList& list, const char* id, const char* title, const char* doc) {
  list.array(id, title, doc, {"structures", "seeds"});
}

void addTraining(MeasureList& list) {
  list.heading(LS_TR("Training"), "scalars");
  list.scalar("meanLoss", LS_TR("Mean loss"), LS_TR("Loss, mean over all nets."), LS_TR("nats"));
  list.scalar("meanAccuracy", LS_TR("Mean accuracy"), LS_TR("Decision accuracy, mean over all nets."));
  addTable(list, "loss", LS_TR("Loss"), LS_TR("Cross entropy over all steps, mean of the batches since the last log."));
  addTable(list, "accuracy", LS_TR("Decision accuracy"),
           LS_TR("Share of right choices at the last step, mean of the batches since the last log."));
  addTable(list, "weightChange", LS_TR("Weight change"), LS_TR("|W - W(0)|_F, the recurrent matrix alone."));
  addTable(list, "relativeChange", LS_TR("Relative weight change"), LS_TR("|W - W(0)|_F / |W(0)|_F."));
}

void addAlignments(MeasureList& list) {
  list.heading(LS_TR("Alignment"), "alignments");
  addTable(list, "kernelAlignment", LS_TR("Kernel alignment KA"),
           LS_TR("sum(K o K0) / (|K| |K0|), K the tangent kernel of all outputs with respect to W on the kernel "
                 "trials; 1: the kernel has not moved."));
  addTable(list, "representationAlignment", LS_TR("Representation alignment RA"),
           LS_TR("sum(R o R0) / (|R| |R0|), R = H H^T of the activity at the last step of the probe trials."));
  addTable(list, "richness", LS_TR("Richer than full rank"),
           LS_TR("KA of the full-rank net of the same seed minus KA: how much more the kernel moved."));
  addTable(list, "kernelVelocity", LS_TR("Kernel velocity"),
           LS_TR("1 - alignment of the kernels of two evaluations, per step."));
  addTable(list, "targetAlignment", LS_TR("Kernel-target alignment"),
           LS_TR("y^T K y / (|K| |y|^2), y the centred one-hot targets."));
  addTable(list, "signSimilarity", LS_TR("Sign similarity"),
           LS_TR("Share of equal signs of the activity at the last step, now and at the reference."));
  list.array("regime", LS_TR("Regime of each net"), LS_TR("1 - KA, 1 - RA, relative weight change."), {"nets", "3"});
  list.array("netStructure", LS_TR("Structure of each net"), LS_TR("Its index."), {"nets"});
  list.array("startRank", LS_TR("Effective rank at the start"),
             LS_TR("Participation ratio of the singular values of the reference's W."), {"nets"});
  list.array("rankTheorem", LS_TR("Rank theorem"),
             LS_TR("(1 + 1/d) sqrt(PR / (d + 3)) with d = N and PR the effective rank at the start: what the lab "
                   "rich-lazy-exact derives for two-layer linear nets with small weights."),
             {"nets"});
  list.array("rankCurve", LS_TR("Rank theorem's curve"), LS_TR("The same over all effective ranks: rank, KA."),
             {"points", "2"});
  list.array("meanRegime", LS_TR("Regime of each structure"), LS_TR("The same, mean over seeds."), {"structures", "3"});
}

void addSpectra(MeasureList& list) {
  list.heading(LS_TR("Spectra"), "spectra");
  addTable(list, "effectiveRank", LS_TR("Effective rank"),
           LS_TR("Participation ratio (sum s^2)^2 / sum s^4 of W's singular values."));
  addTable(list, "nuclearRank", LS_TR("Rank sum/max"), LS_TR("sum s / max s."));
  addTable(list, "entropyRank", LS_TR("Entropy rank"), LS_TR("exp(-sum p ln p), p = s / sum s."));
  addTable(list, "stableRank", LS_TR("Stable rank"), LS_TR("sum s^2 / max s^2."));
  addTable(list, "spectralRadius", LS_TR("Spectral radius"), LS_TR("Largest |eigenvalue| of W."));
  list.array("singularValues", LS_TR("Singular values"), LS_TR("Of W, first seed, descending."), {"structures", "N"});
  list.array("singularRidges", LS_TR("Singular values, followed"),
             LS_TR("Of W, first seed, each in the place of the earlier one whose directions it overlaps most."),
             {"structures", "N"});
  list.array("eigenvalues", LS_TR("Eigenvalues"), LS_TR("Of W, first seed: real and imaginary part."),
             {"structures", "N", "2"});
  list.array("gaussianCircle", LS_TR("Gaussian circle"),
             LS_TR("Where the eigenvalues of a Gaussian matrix of this gain end: radius = gain."), {"points", "2"});
  list.array("kernelSpectrum", LS_TR("Kernel spectrum"),
             LS_TR("Largest eigenvalues of K as shares of its trace, first seed."), {"structures", "32"});
  list.array("kernelDimension", LS_TR("Kernel dimension"),
             LS_TR("Participation ratio of the eigenvalues of K, first seed."), {"structures"});
}

void addPictures(MeasureList& list) {
  list.heading(LS_TR("Pictures"), "pictures");
  list.array(
      "activity", LS_TR("Activity"),
      LS_TR("Activity at the last step of the first 64 probe trials (first seed) on three principal components of "
            "the activity of all steps at the start, which fills the unit cube."),
      {"structures", "trials", "3"});
  list.array("startActivity", LS_TR("Activity at the start"), LS_TR("The same of the reference nets."),
             {"structures", "trials", "3"});
  list.array("firstPath", LS_TR("Path of choice 1"),
             LS_TR("Mean activity of the probe trials of choice 1, step by step."), {"structures", "steps", "3"});
  list.array("secondPath", LS_TR("Path of choice 2"),
             LS_TR("Mean activity of the probe trials of choice 2, step by step."), {"structures", "steps", "3"});
  list.array("choice", LS_TR("Choice of a probe trial"), LS_TR("1 or 2."), {"trials"});
  list.array("kernel", LS_TR("Kernel"),
             LS_TR("K summed over equal outputs, trials ordered by choice, over its largest entry (first seed)."),
             {"structures", "trials x steps", "trials x steps"});
  list.array("startKernel", LS_TR("Kernel at the start"), LS_TR("The same of the reference nets."),
             {"structures", "trials x steps", "trials x steps"});
}

Parameter index(const char* id, const char* title, const char* doc) {
  return {.id = id, .title = title, .type = Int, .fallback = 0, .doc = doc, .minimum = 0, .maximum = 1000};
}

}  // namespace

std::vector<Measure> measures(const std::vector<Structure>& structures) {
  std::vector<std::string> names;
  for (const Structure& structure : structures) names.push_back(structure.name);
  MeasureList list;
  list.name("structures", std::move(names));
  addTraining(list);
  addAlignments(list);
  addSpectra(list);
  addPictures(list);
  return list.take();
}

std::vector<AnalysisDescription> analyses() {
  const std::vector<Parameter> net{index("structure", LS_TR("Structure"), LS_TR("Index in the order of the tables.")),
                                   index("seedIndex", LS_TR("Seed"), LS_TR("0 is the run's own seed."))};
  return {{.id = "kernel",
           .title = LS_TR("Tangent kernel"),
           .doc = LS_TR("The whole kernel of one net, rows (trial, step, output), now and at the reference."),
           .arguments = net,
           .results = {analysisResult("kernel", LS_TR("K"), LS_TR("Now."), {"rows", "rows"}),
                       analysisResult("startKernel", LS_TR("K0"), LS_TR("At the reference."), {"rows", "rows"})}},
          {.id = "weights",
           .title = LS_TR("Recurrent weights"),
           .doc = LS_TR("One net's W, and how far it moved along the singular directions of W(0)."),
           .arguments = net,
           .results = {analysisResult("weights", LS_TR("W"), LS_TR("Now."), {"N", "N"}),
                       analysisResult("startWeights", LS_TR("W(0)"), LS_TR("At the reference."), {"N", "N"}),
                       analysisResult("directions", LS_TR("Change along directions"),
                                      LS_TR("u_i^T (W - W(0)) v_i for the singular vectors of W(0)."), {"N"})}}};
}

}  // namespace learnscope::richlazy
