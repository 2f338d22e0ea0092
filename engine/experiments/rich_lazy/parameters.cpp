// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/description.h"

#include "engine/core/redraw.h"

namespace learnscope::richlazy {
namespace {

using enum ParameterType;

void addTask(std::vector<Parameter>& list) {
  const char* group = LS_TR("Task");
  list.push_back({.id = "task",
                  .title = LS_TR("Task"),
                  .type = Choice,
                  .fallback = "2af",
                  .doc = LS_TR("What the nets learn (NeuroGym v0.0.1). A change while training also draws new probe "
                               "trials, so alignments start from the reference on the new task."),
                  .group = group,
                  .choices = {{"2af", LS_TR("2AF: which input is stronger")},
                              {"dms", LS_TR("DMS: does the test match the sample")},
                              {"cxt", LS_TR("CXT: attend the cued modality")},
                              {"digits", LS_TR("Digits read by rows")}},
                  .live = true});
  const Json trials{{"task", {"2af", "dms", "cxt"}}}, digits{{"task", "digits"}};
  list.push_back(
      {.id = "noise",
       .title = LS_TR("Input noise"),
       .type = Real,
       .fallback = 0.1,
       .doc = LS_TR("Standard deviation of the noise on the stimulus inputs (on all inputs in CXT). The probe "
                    "trials keep that of the start."),
       .group = group,
       .minimum = 0,
       .maximum = 1,
       .live = true,
       .visibleIf = trials});
  list.push_back(
      {.id = "coherences",
       .title = LS_TR("Coherences"),
       .type = List,
       .fallback = Json::array(),
       .doc = LS_TR("Evidence strengths, each as likely; empty: 0, 6.4, 12.8, 25.6, 51.2 in 2AF and 5, 15, 50 "
                    "in CXT."),
       .group = group,
       .unit = "%",
       .minimum = 0,
       .maximum = 100,
       .live = true,
       .visibleIf = {{"task", {"2af", "cxt"}}}});
  list.push_back({.id = "timing.stimulus",
                  .title = LS_TR("Stimulus"),
                  .type = Int,
                  .fallback = 0,
                  .doc = LS_TR("Length of the stimulus (in DMS of sample and test each), in steps of 100 ms; 0: the "
                               "task's own, 700, 100, 200 ms."),
                  .group = group,
                  .unit = "ms",
                  .minimum = 0,
                  .maximum = 6000,
                  .visibleIf = trials});
  list.push_back({.id = "timing.delay",
                  .title = LS_TR("Delay"),
                  .type = Int,
                  .fallback = 0,
                  .doc = LS_TR("Between stimulus and decision (in DMS: sample and test); 0: the task's own 500 ms. 2AF "
                               "has none."),
                  .group = group,
                  .unit = "ms",
                  .minimum = 0,
                  .maximum = 6000,
                  .visibleIf = {{"task", {"dms", "cxt"}}}});
  list.push_back({.id = "timing.decision",
                  .title = LS_TR("Decision"),
                  .type = Int,
                  .fallback = 100,
                  .doc = LS_TR("Length of the decision period, in which the choice is the target."),
                  .group = group,
                  .unit = "ms",
                  .minimum = 0,
                  .maximum = 6000,
                  .visibleIf = trials});
  list.push_back({.id = "idxImages",
                  .title = LS_TR("Image file"),
                  .type = File,
                  .fallback = "",
                  .doc = LS_TR("Your digits as an IDX file (as MNIST's, plain or .gz); empty: built-in glyph digits."),
                  .group = group,
                  .visibleIf = digits});
  list.push_back({.id = "idxLabels",
                  .title = LS_TR("Label file"),
                  .type = File,
                  .fallback = "",
                  .doc = LS_TR("Their labels 0 to 9 as an IDX file."),
                  .group = group,
                  .visibleIf = digits});
}

void addWiring(std::vector<Parameter>& list) {
  const char* group = LS_TR("Wiring");
  list.push_back(
      {.id = "structures",
       .title = LS_TR("Structures"),
       .type = Subset,
       .fallback = {"rank", "full"},
       .doc = LS_TR("Initial recurrent matrices that learn side by side from the same draw, seed and trials. "
                    "Rank and full are those of Liu et al. 2024; the others are this program's definitions "
                    "of the families that the paper names."),
       .group = group,
       .choices = {{"rank", LS_TR("Low rank")},
                   {"aligned", LS_TR("Low rank, aligned with the task")},
                   {"full", LS_TR("Full rank")},
                   {"daleBalanced", LS_TR("Dale, balanced")},
                   {"daleUnbalanced", LS_TR("Dale, unbalanced")},
                   {"block", LS_TR("Blocks")},
                   {"chain", LS_TR("Chains")},
                   {"sparse", LS_TR("Sparse")},
                   {"user", LS_TR("Own matrix")}}});
  list.push_back(
      {.id = "init.ranks",
       .title = LS_TR("Ranks"),
       .type = List,
       .fallback = {1, 10},
       .doc = LS_TR("Ranks of the low-rank and the aligned structures, each 1 to N: how many singular values "
                    "of the Gaussian draw are kept."),
       .group = group,
       .minimum = -1e6,
       .maximum = 1e6});
  list.push_back({.id = "init.gain",
                  .title = LS_TR("Gain"),
                  .type = Real,
                  .fallback = 1.25,
                  .doc = LS_TR("Entries of the Gaussian draw have standard deviation gain / sqrt(N)."),
                  .group = group,
                  .minimum = 0.05,
                  .maximum = 3});
  list.push_back({.id = "init.norm",
                  .title = LS_TR("Equal"),
                  .type = Choice,
                  .fallback = "frobenius",
                  .doc = LS_TR("What all structures share with the Gaussian draw. The same Frobenius norm is not the "
                               "same dynamics: look at the spectral radius."),
                  .group = group,
                  .choices = {{"frobenius", LS_TR("Frobenius norm")},
                              {"spectralRadius", LS_TR("Spectral radius")},
                              {"spectralNorm", LS_TR("Spectral norm")},
                              {"none", LS_TR("Nothing")}}});
  list.push_back({.id = "init.inhibitory",
                  .title = LS_TR("Inhibitory share"),
                  .type = Real,
                  .fallback = 0.2,
                  .doc = LS_TR("Share of the neurons whose outgoing weights are negative in Dale's wirings."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1});
  list.push_back({.id = "init.blocks",
                  .title = LS_TR("Blocks"),
                  .type = Int,
                  .fallback = 4,
                  .doc = LS_TR("Equal groups of neurons of the block wiring."),
                  .group = group,
                  .minimum = 1,
                  .maximum = 500});
  list.push_back({.id = "init.blockStrength",
                  .title = LS_TR("Block strength s"),
                  .type = Real,
                  .fallback = 2.0,
                  .doc = LS_TR("V_ij = s M_b(i)b(j) + n_ij, M and n standard normal. 2 gives outlier eigenvalues, 0.2 "
                               "hardly any."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 100});
  list.push_back({.id = "init.chainStrength",
                  .title = LS_TR("Chain strength k"),
                  .type = Real,
                  .fallback = 0.7,
                  .doc = LS_TR("V_ij = n_ij + k (q_i + q_j): in- and out-strength of a neuron correlate, so paths "
                               "i to j to l exceed chance; negative: fall below it. 0.15 is weak."),
                  .group = group,
                  .minimum = -10,
                  .maximum = 10});
  list.push_back({.id = "init.density",
                  .title = LS_TR("Density p"),
                  .type = Real,
                  .fallback = 0.1,
                  .doc = LS_TR("Share of the entries that the sparse wiring keeps."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1});
  list.push_back({.id = "init.matrix",
                  .title = LS_TR("Matrix file"),
                  .type = File,
                  .fallback = "",
                  .doc = LS_TR("Your connectivity as npy, npz or csv, N x N, entry [i, j] from neuron j to neuron i; "
                               "it joins the structures as \"own matrix\"."),
                  .group = group});
  list.push_back({.id = "twinSteps",
                  .title = LS_TR("Twin's steps"),
                  .type = Int,
                  .fallback = 1500,
                  .doc = LS_TR("How long the full-rank twin is trained whose weight change gives the aligned structure "
                               "its directions."),
                  .group = group,
                  .unit = LS_TR("steps"),
                  .minimum = 1,
                  .maximum = 20000});
}

void addNetwork(std::vector<Parameter>& list) {
  const char* group = LS_TR("Network");
  list.push_back({.id = "hidden",
                  .title = LS_TR("Neurons N"),
                  .type = Int,
                  .fallback = defaultHidden,
                  .doc = LS_TR("Width of the recurrent layer, 10 to 500 (paper: 300); 0: as many as the own matrix has "
                               "rows."),
                  .group = group,
                  .unit = LS_TR("neurons"),
                  .minimum = 0,
                  .maximum = largestHidden});
  list.push_back({.id = "activation",
                  .title = LS_TR("Activation"),
                  .type = Choice,
                  .fallback = "relu",
                  .doc = LS_TR("h = phi(u); the paper's is ReLU."),
                  .group = group,
                  .choices = {{"relu", "ReLU"}, {"tanh", "tanh"}, {"linear", LS_TR("Linear")}}});
  list.push_back({.id = "leak",
                  .title = LS_TR("Leak a"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("dt / tau in u = (1-a) h + a (W_in x + W h); 1 is a plain discrete net."),
                  .group = group,
                  .minimum = 0.1,
                  .maximum = 1});
  list.push_back(
      {.id = "seeds",
       .title = LS_TR("Seeds"),
       .type = Int,
       .fallback = 5,
       .doc = LS_TR("Nets of each structure: seeds s, s + 1, ... from the run's own. Alignments spread widely "
                    "at low rank: five at least."),
       .group = group,
       .minimum = 1,
       .maximum = 20});
}

void addTraining(std::vector<Parameter>& list) {
  const char* group = LS_TR("Training");
  const auto flag = [&](const char* id, const char* title, const char* doc) {
    list.push_back(
        {.id = id, .title = title, .type = Bool, .fallback = false, .doc = doc, .group = group, .live = true});
  };
  list.push_back({.id = "learningRate",
                  .title = LS_TR("Learning rate"),
                  .type = Real,
                  .fallback = 0.01,
                  .doc = LS_TR("Of stochastic gradient descent with momentum (paper: 0.003)."),
                  .group = group,
                  .minimum = 1e-4,
                  .maximum = 0.3,
                  .logarithmic = true,
                  .live = true});
  list.push_back({.id = "momentum",
                  .title = LS_TR("Momentum"),
                  .type = Real,
                  .fallback = 0.9,
                  .doc = LS_TR("m <- momentum m + g."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 0.99,
                  .live = true});
  list.push_back({.id = "batch",
                  .title = LS_TR("Batch"),
                  .type = Int,
                  .fallback = 32,
                  .doc = LS_TR("Fresh trials a step, the same for every structure of a seed."),
                  .group = group,
                  .unit = LS_TR("trials"),
                  .minimum = 1,
                  .maximum = 1024});
  list.push_back({.id = "clip",
                  .title = LS_TR("Gradient clip"),
                  .type = Real,
                  .fallback = 0.0,
                  .doc = LS_TR("Largest norm of a net's gradient; 0 is off."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 10,
                  .live = true});
  flag("freezeRecurrent", LS_TR("Freeze W"), LS_TR("The recurrent matrix stays as it is."));
  flag("freezeInput", LS_TR("Freeze W_in"), LS_TR("The input matrix stays as it is."));
  flag("freezeReadout", LS_TR("Freeze W_out"), LS_TR("The readout stays as it is."));
  flag("enforceDale", LS_TR("Enforce Dale's law"),
       LS_TR("After each step weights that left the sign of their column are set to 0, where the column started with "
             "one sign (the paper does not do this)."));
  list.push_back(
      {.id = "updateRank",
       .title = LS_TR("Rank of updates"),
       .type = Int,
       .fallback = 0,
       .doc = LS_TR("Projects the gradient of W onto the leading singular vectors of W(0) on both sides; 0 is "
                    "off."),
       .group = group,
       .minimum = 0,
       .maximum = largestHidden,
       .live = true});
}

void addMeasuring(std::vector<Parameter>& list) {
  const char* group = LS_TR("Measuring");
  list.push_back({.id = "every",
                  .title = LS_TR("Log every"),
                  .type = Int,
                  .fallback = 10,
                  .doc = LS_TR("Steps between two logs of loss, accuracy and weight change."),
                  .group = group,
                  .unit = LS_TR("steps"),
                  .minimum = 1,
                  .maximum = 1000});
  list.push_back(
      {.id = "alignEvery",
       .title = LS_TR("Align every"),
       .type = Int,
       .fallback = 50,
       .doc = LS_TR("Steps between two evaluations of kernels and representations; spectra are taken at every "
                    "second one."),
       .group = group,
       .unit = LS_TR("steps"),
       .minimum = 1,
       .maximum = 10000});
  list.push_back({.id = "probeTrials",
                  .title = LS_TR("Probe trials"),
                  .type = Int,
                  .fallback = 320,
                  .doc = LS_TR("Fixed trials of the representation alignment (paper: 320)."),
                  .group = group,
                  .unit = LS_TR("trials"),
                  .minimum = 8,
                  .maximum = 4096});
  list.push_back(
      {.id = "kernelTrials",
       .title = LS_TR("Kernel trials"),
       .type = Int,
       .fallback = 8,
       .doc = LS_TR("The first of them, for the tangent kernel of trials x steps x outputs rows (paper: 32)."),
       .group = group,
       .unit = LS_TR("trials"),
       .minimum = 2,
       .maximum = 512});
}

}  // namespace

std::vector<Parameter> parameters() {
  std::vector<Parameter> list;
  addTask(list);
  addWiring(list);
  addNetwork(list);
  addTraining(list);
  addMeasuring(list);
  return list;
}

std::vector<InterventionDescription> interventions() {
  return {redrawIntervention(),
          {"make-reference", LS_TR("Make this the reference"),
           LS_TR("Alignments and weight changes are measured from the nets as they are now.")},
          {"scale-recurrent",
           LS_TR("Scale W"),
           LS_TR("Multiplies every recurrent matrix."),
           {{.id = "factor",
             .title = LS_TR("Factor"),
             .type = Real,
             .fallback = 1.5,
             .doc = LS_TR("What W is multiplied by."),
             .minimum = 0,
             .maximum = 10}}},
          {"add-rank-one",
           LS_TR("Add a rank-1 matrix"),
           LS_TR("W += size |W| u v^T with random unit vectors, the same for all structures of a seed."),
           {{.id = "size",
             .title = LS_TR("Size"),
             .type = Real,
             .fallback = 0.3,
             .doc = LS_TR("Norm of what is added, relative to that of W."),
             .minimum = 0,
             .maximum = 10}}},
          {"redraw-readout", LS_TR("Draw the readout anew"),
           LS_TR("New W_out from its initial distribution, its momentum at 0: what of the task lives in W?")}};
}

}  // namespace learnscope::richlazy
