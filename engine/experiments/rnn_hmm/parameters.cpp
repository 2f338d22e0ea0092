// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/description.h"

namespace learnscope::rnnhmm {
namespace {

using enum ParameterType;

void addWorld(std::vector<Parameter>& list) {
  const char* group = LS_TR("Hidden Markov model");
  list.push_back({.id = "hmm.family",
                  .title = LS_TR("Family"),
                  .type = Choice,
                  .fallback = "linear",
                  .doc = LS_TR("The process to emulate (Torre et al. 2025): a chain, three connected states, a ring, "
                               "your own matrices, or a file of sequences."),
                  .group = group,
                  .choices = {{"linear", LS_TR("Linear chain")},
                              {"full", LS_TR("Fully connected")},
                              {"cyclic", LS_TR("Cyclic")},
                              {"custom", LS_TR("Own matrices")},
                              {"file", LS_TR("Symbol file")}},
                  .live = true});
  list.push_back({.id = "hmm.states",
                  .title = LS_TR("States M"),
                  .type = Int,
                  .fallback = 2,
                  .doc = LS_TR("Hidden states of the chain; at most 5 with the rule 'target'."),
                  .group = group,
                  .unit = LS_TR("states"),
                  .minimum = 2,
                  .maximum = 12,
                  .live = true,
                  .visibleIf = {{"hmm.family", "linear"}}});
  list.push_back({.id = "hmm.rule",
                  .title = LS_TR("Rule"),
                  .type = Choice,
                  .fallback = "target",
                  .doc = LS_TR("target: q = 0.05^(1/(M-1)), crossing the chain without pause has probability 0.05. "
                               "stay: every state stays with 0.95."),
                  .group = group,
                  .choices = {{"target", LS_TR("Crossing")}, {"stay", LS_TR("Stay")}},
                  .live = true,
                  .visibleIf = {{"hmm.family", "linear"}}});
  list.push_back({.id = "hmm.transition",
                  .title = LS_TR("Transition A"),
                  .type = Matrix,
                  .fallback = Json::array({{0.95, 0.05}, {0.05, 0.95}}),
                  .doc = LS_TR("A_ij = P(next state j | state i); rows sum to 1."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1,
                  .live = true,
                  .visibleIf = {{"hmm.family", "custom"}}});
  list.push_back({.id = "hmm.emission",
                  .title = LS_TR("Emission E"),
                  .type = Matrix,
                  .fallback = Json::array({{0.99, 0.01, 0.0}, {0.0, 0.01, 0.99}}),
                  .doc = LS_TR("E_ia = P(symbol a | state i), 2 to 8 symbols; rows sum to 1. The number of symbols "
                               "cannot change while training."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1,
                  .live = true,
                  .visibleIf = {{"hmm.family", "custom"}}});
  list.push_back({.id = "hmm.file",
                  .title = LS_TR("Symbol file"),
                  .type = File,
                  .fallback = "",
                  .doc = LS_TR("One sequence a line, integers 0..K-1 separated by blanks or commas, optional header "
                               "\"# K=3\"."),
                  .group = group,
                  .visibleIf = {{"hmm.family", "file"}}});
  list.push_back({.id = "hmm.ragged",
                  .title = LS_TR("Unequal lines"),
                  .type = Choice,
                  .fallback = "error",
                  .doc = LS_TR("Lines of unequal length are refused, or all cut to the shortest."),
                  .group = group,
                  .choices = {{"error", LS_TR("Refuse")}, {"cut", LS_TR("Cut")}},
                  .visibleIf = {{"hmm.family", "file"}}});
}

void addModel(std::vector<Parameter>& list) {
  const char* group = LS_TR("Network");
  list.push_back({.id = "model.hidden",
                  .title = LS_TR("Hidden units H"),
                  .type = Int,
                  .fallback = 64,
                  .doc = LS_TR("h_t = phi(W h + U x + b), logits C h. Paper: 50, 150, 200."),
                  .group = group,
                  .unit = LS_TR("units"),
                  .minimum = 8,
                  .maximum = 256,
                  .logarithmic = true});
  list.push_back({.id = "model.inputs",
                  .title = LS_TR("Noise dimensions d"),
                  .type = Int,
                  .fallback = 20,
                  .doc = LS_TR("The only input is Gaussian noise of that many dimensions. Paper: 1, 10, 100, 200."),
                  .group = group,
                  .minimum = 1,
                  .maximum = 200,
                  .logarithmic = true});
  list.push_back({.id = "model.activation",
                  .title = LS_TR("Activation"),
                  .type = Choice,
                  .fallback = "relu",
                  .doc = LS_TR("ReLU without bias can only collapse when silent; tanh with bias can rest at several "
                               "points."),
                  .group = group,
                  .choices = {{"relu", "ReLU"}, {"tanh", "tanh"}}});
  list.push_back({.id = "model.bias",
                  .title = LS_TR("Biases"),
                  .type = Bool,
                  .fallback = false,
                  .doc = LS_TR("Two bias vectors, recurrent and input side; the paper has none."),
                  .group = group});
}

void addTraining(std::vector<Parameter>& list) {
  const char* group = LS_TR("Training");
  const auto integer = [&](const char* id, const char* title, int value, double low, double high, const char* doc) {
    list.push_back({.id = id,
                    .title = title,
                    .type = Int,
                    .fallback = value,
                    .doc = doc,
                    .group = group,
                    .minimum = low,
                    .maximum = high,
                    .live = true});
  };
  const auto real = [&](const char* id, const char* title, double value, double low, double high, bool logarithmic,
                        const char* doc) {
    list.push_back({.id = id,
                    .title = title,
                    .type = Real,
                    .fallback = value,
                    .doc = doc,
                    .group = group,
                    .minimum = low,
                    .maximum = high,
                    .logarithmic = logarithmic,
                    .live = true});
  };
  integer("train.batch", LS_TR("Sequences B"), 128, 32, 4096, LS_TR("Sequences a step, fresh every step."));
  integer("train.length", LS_TR("Length L"), 60, 10, 400, LS_TR("Symbols a sequence."));
  integer("train.window", LS_TR("Window w"), 10, 0, 400,
          LS_TR("The loss compares windows of w steps: statistics up to lag w - 1. 0 compares whole sequences, as in "
                "the paper (needs B of 1024 or more)."));
  integer("train.windows", LS_TR("Windows n_w"), 512, 64, 4096, LS_TR("Windows of each batch that are compared."));
  list.push_back({.id = "train.curriculum",
                  .title = LS_TR("Window curriculum"),
                  .type = Table,
                  .fallback = Json::array(),
                  .doc = LS_TR("Rows {step, window}: from that step on that window."),
                  .group = group,
                  .live = true});
  real("train.blur", LS_TR("Blur"), 1.0, 0.05, 5, true, LS_TR("Sinkhorn eps = blur². Paper: 0.2."));
  real("train.temperature", LS_TR("Temperature τ"), 1.0, 0.1, 5, true,
       LS_TR("Of the straight-through gradient of the sampled symbols."));
  real("train.learningRate", LS_TR("Learning rate"), 1e-3, 1e-5, 1e-1, true, LS_TR("Adam."));
  real("train.beta1", "β₁", 0.9, 0, 0.999, false, LS_TR("Adam's decay of the first moment."));
  real("train.beta2", "β₂", 0.9, 0, 0.999, false, LS_TR("Adam's decay of the second moment."));
  real("train.clip", LS_TR("Gradient clip"), 0.9, 0, 10, false,
       LS_TR("Largest norm of the gradient; 0 does not clip. Paper: 0.9, 0.3 for fully and cyclic."));
  real("train.activity", LS_TR("Activity cost λ"), 0.01, 0, 1, false,
       LS_TR("λ mean(h²): without it ReLU nets fit by growing without bound."));
  real("train.weightDecay", LS_TR("Weight decay"), 0.0, 0, 1, false, LS_TR("Added to the gradient times the weight."));
}

void addNoise(std::vector<Parameter>& list) {
  const char* group = LS_TR("Noise");
  list.push_back({.id = "noise.sigma",
                  .title = LS_TR("Noise σ"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("Standard deviation of the noise that drives training and analyses."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 5,
                  .live = true});
  list.push_back({.id = "noise.kind",
                  .title = LS_TR("Kind"),
                  .type = Choice,
                  .fallback = "gaussian",
                  .doc = LS_TR("Of the training noise. Mixed: (1 - γ) frozen + γ fresh."),
                  .group = group,
                  .choices = {{"gaussian", LS_TR("Gaussian")},
                              {"frozen", LS_TR("Frozen")},
                              {"mixed", LS_TR("Mixed")},
                              {"none", LS_TR("None")}},
                  .live = true});
  list.push_back({.id = "noise.mixture",
                  .title = LS_TR("Fresh share γ"),
                  .type = Real,
                  .fallback = 0.5,
                  .doc = LS_TR("Share of fresh noise in mixed noise."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1,
                  .live = true,
                  .visibleIf = {{"noise.kind", "mixed"}}});
  list.push_back({.id = "noise.swarm",
                  .title = LS_TR("Noise in the swarm"),
                  .type = Bool,
                  .fallback = true,
                  .doc = LS_TR("The 200 states of the swarm live on the present weights. Switched off, they stream to "
                               "their fate while training goes on."),
                  .group = group,
                  .live = true});
}

void addProbe(std::vector<Parameter>& list) {
  const char* group = LS_TR("Probe");
  list.push_back({.id = "probe.noise",
                  .title = LS_TR("Noise of the probe"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("Of the copy of the net that analyses look at, times σ. Training and its measures are "
                               "left alone."),
                  .group = group,
                  .unit = "σ",
                  .minimum = 0,
                  .maximum = 5,
                  .live = true});
  list.push_back({.id = "probe.without",
                  .title = LS_TR("Units off in the probe"),
                  .type = List,
                  .fallback = Json::array(),
                  .doc = LS_TR("Units without recurrent drive (μ = 0) in the copy, 0..H-1."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 255,
                  .live = true});
}

}  // namespace

std::vector<Parameter> parameters() {
  std::vector<Parameter> list;
  addWorld(list);
  addModel(list);
  addTraining(list);
  addNoise(list);
  addProbe(list);
  const char* group = LS_TR("Measuring");
  list.push_back({.id = "every",
                  .title = LS_TR("Evaluate every"),
                  .type = Int,
                  .fallback = 25,
                  .doc = LS_TR("Steps between evaluations of the symbols; dynamics every 2, collapse and fixed points "
                               "every 4, zones every 8 of them."),
                  .group = group,
                  .unit = LS_TR("steps"),
                  .minimum = 5,
                  .maximum = 1000});
  list.push_back({.id = "third",
                  .title = LS_TR("Third axis"),
                  .type = Choice,
                  .fallback = "component",
                  .doc = LS_TR("What stands upright in the phase portrait: the third principal component, or the "
                               "readout difference of the last and the first symbol."),
                  .group = group,
                  .choices = {{"component", LS_TR("Third component")}, {"readout", LS_TR("Readout difference")}},
                  .live = true});
  return list;
}

}  // namespace learnscope::rnnhmm
