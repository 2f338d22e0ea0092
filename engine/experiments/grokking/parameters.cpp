// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/grokking/description.h"

namespace learnscope::grokking {
namespace {

using enum ParameterType;

void addWorld(std::vector<Parameter>& list) {
  const char* group = LS_TR("World");
  list.push_back({.id = "operation",
                  .title = LS_TR("Operation"),
                  .type = Choice,
                  .fallback = "group",
                  .doc = LS_TR("Where the multiplication table comes from: a group, an expression mod p (no group: "
                               "feature views are off), or a file."),
                  .group = group,
                  .choices = {{"group", LS_TR("Group")},
                              {"expression", LS_TR("Expression mod p")},
                              {"table", LS_TR("Cayley table file")}}});
  list.push_back({.id = "group",
                  .title = LS_TR("Group"),
                  .type = Choice,
                  .fallback = "47",
                  .doc = LS_TR("47 is Z_47; 2x2x5 a product of cyclic groups (first factor varies fastest); S4, A5, D5 "
                               "(order 10), Q8. At most 256 elements."),
                  .group = group,
                  .choices = {{"23", "Z_23"},
                              {"31", "Z_31"},
                              {"47", "Z_47"},
                              {"59", "Z_59"},
                              {"71", "Z_71"},
                              {"97", "Z_97"},
                              {"4x6", "Z_4 × Z_6"},
                              {"2x2x5", "Z_2 × Z_2 × Z_5"},
                              {"2x3x5", "Z_2 × Z_3 × Z_5"},
                              {"S3", "S_3"},
                              {"S4", "S_4"},
                              {"S5", "S_5"},
                              {"D5", "D_5"},
                              {"Q8", "Q_8"},
                              {"A4", "A_4"},
                              {"A5", "A_5"}},
                  .open = true,
                  .visibleIf = {{"operation", "group"}}});
  list.push_back(
      {.id = "expression",
       .title = LS_TR("Expression"),
       .type = Choice,
       .fallback = "a^2+a*b+b^2",
       .doc = LS_TR(
           "Integer polynomial in a and b, taken mod p: + - * ^ ( ). At most 200 characters (Power et al. 2022)."),
       .group = group,
       .choices = {{"a*b", "a·b"}, {"a-b", "a − b"}, {"a^2+a*b+b^2", "a² + ab + b²"}, {"a^3+a*b", "a³ + ab"}},
       .open = true,
       .visibleIf = {{"operation", "expression"}}});
  list.push_back({.id = "modulus",
                  .title = LS_TR("Modulus p"),
                  .type = Int,
                  .fallback = 47,
                  .doc = LS_TR("The expression is taken mod p."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 256,
                  .visibleIf = {{"operation", "expression"}}});
  list.push_back(
      {.id = "table",
       .title = LS_TR("Table file"),
       .type = File,
       .fallback = "",
       .doc = LS_TR("Cayley table of 0-based integers, CSV or JSON, 2 to 256 elements; checked to be a group."),
       .group = group,
       .visibleIf = {{"operation", "table"}}});
  list.push_back({.id = "c",
                  .title = LS_TR("Data c"),
                  .type = Real,
                  .fallback = 5.0,
                  .doc = LS_TR("Training pairs n = round(c M ln M) of the M^2 pairs; the scaling law says that c "
                               "decides (Thm 4). Ignored if n is given."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 100});
  list.push_back({.id = "n",
                  .title = LS_TR("Training pairs n"),
                  .type = Int,
                  .fallback = 0,
                  .doc = LS_TR("Number of training pairs, M to M^2 - 1; 0 takes it from c."),
                  .group = group,
                  .unit = LS_TR("pairs"),
                  .minimum = 0,
                  .maximum = 65536});
  list.push_back({.id = "energyOnly",
                  .title = LS_TR("Energy only"),
                  .type = Bool,
                  .fallback = false,
                  .doc = LS_TR("Trains on all M^2 pairs: no test set, for looking at energies on the full table."),
                  .group = group});
}

void addNetwork(std::vector<Parameter>& list) {
  const char* group = LS_TR("Network");
  list.push_back(
      {.id = "hidden",
       .title = LS_TR("Hidden neurons K"),
       .type = Int,
       .fallback = 256,
       .doc =
           LS_TR("Width of the hidden layer of O = beta sigma(XW) V. Paper: 2048 (Fig. 3, 5), 1024, 256 (Fig. 10-13)."),
       .group = group,
       .unit = LS_TR("neurons"),
       .minimum = 8,
       .maximum = 4096,
       .logarithmic = true});
  list.push_back({.id = "activation",
                  .title = LS_TR("Activation"),
                  .type = Choice,
                  .fallback = "square",
                  .doc = LS_TR("sigma. The theory of local maxima holds for x²; ReLU is slow here."),
                  .group = group,
                  .choices = {{"square", "x²"}, {"relu", "ReLU"}, {"squaredRelu", "ReLU²"}, {"silu", "SiLU"}}});
  list.push_back({.id = "inputInit",
                  .title = LS_TR("Input scale sW"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("Multiplier of W's initial U(±1/sqrt(2M)); 3 gives a lazy start."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 10});
  list.push_back({.id = "outputInit",
                  .title = LS_TR("Output scale sV"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("Multiplier of V's initial U(±1/sqrt(K)); 0 is zero-init."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 10});
  list.push_back({.id = "outputScale",
                  .title = LS_TR("Logit scale beta"),
                  .type = Real,
                  .fallback = 1.0,
                  .doc = LS_TR("O becomes beta O (Sec. 7, C.3)."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 10,
                  .live = true});
  list.push_back(
      {.id = "laziness",
       .title = LS_TR("Laziness alpha"),
       .type = Real,
       .fallback = 0.0,
       .doc = LS_TR("Kumar et al. 2024: trains alpha (f - f0), SGD's learning rate divided by alpha². 0 is off."),
       .group = group,
       .minimum = 0,
       .maximum = 1000});
}

void addTraining(std::vector<Parameter>& list) {
  const char* group = LS_TR("Training");
  list.push_back({.id = "learningRate",
                  .title = LS_TR("Learning rate"),
                  .type = Real,
                  .fallback = 1e-3,
                  .doc = LS_TR("Adam 1e-3; Muon 5e-3 to 2e-2; plain gradient descent on the mean square loss needs "
                               "about 100 (Kumar et al. 2024)."),
                  .group = group,
                  .minimum = 1e-7,
                  .maximum = 1000,
                  .logarithmic = true,
                  .live = true});
  list.push_back({.id = "weightDecay",
                  .title = LS_TR("Weight decay"),
                  .type = Real,
                  .fallback = 2e-4,
                  .doc = LS_TR("Coupled L2 for Adam and SGD, decoupled for AdamW (which needs about 1) and Muon's W. "
                               "It feeds feature learning (Sec. 3, 7)."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1,
                  .live = true});
  list.push_back({.id = "optimizer",
                  .title = LS_TR("Optimizer"),
                  .type = Choice,
                  .fallback = "adam",
                  .doc = LS_TR("A change while training starts with fresh state. Muon trains W, Adam V."),
                  .group = group,
                  .choices = {{"adam", "Adam"}, {"adamW", "AdamW"}, {"sgd", "SGD"}, {"muon", "Muon"}},
                  .live = true});
  list.push_back({.id = "loss",
                  .title = LS_TR("Loss"),
                  .type = Choice,
                  .fallback = "classCentred",
                  .doc = LS_TR("Class-centred: mean_i ||(O_i - mean_c O_i) - (e_y - 1/M)||²."),
                  .group = group,
                  .choices = {{"classCentred", LS_TR("Class-centred square")},
                              {"meanSquare", LS_TR("Mean square")},
                              {"crossEntropy", LS_TR("Cross-entropy")}}});
  list.push_back({.id = "batch",
                  .title = LS_TR("Batch"),
                  .type = Int,
                  .fallback = 0,
                  .doc = LS_TR("Pairs a step; 0 is the full training set, else 8 to n."),
                  .group = group,
                  .unit = LS_TR("pairs"),
                  .minimum = 0,
                  .maximum = 65536,
                  .live = true});
  list.push_back({.id = "freezeInput",
                  .title = LS_TR("Freeze W"),
                  .type = Bool,
                  .fallback = false,
                  .doc = LS_TR("The input weights stay as they are."),
                  .group = group,
                  .live = true});
  list.push_back({.id = "freezeOutput",
                  .title = LS_TR("Freeze V"),
                  .type = Bool,
                  .fallback = false,
                  .doc = LS_TR("The output weights stay as they are."),
                  .group = group,
                  .live = true});
  list.push_back(
      {.id = "ridgeOutput",
       .title = LS_TR("Output by ridge"),
       .type = Bool,
       .fallback = false,
       .doc = LS_TR("Before each step V is the ridge solution (F'F + eta I)^-1 F'Y (Fig. 12-13); squared losses only."),
       .group = group,
       .live = true});
  list.push_back({.id = "ridge",
                  .title = LS_TR("Ridge eta"),
                  .type = Real,
                  .fallback = 0.0,
                  .doc = LS_TR("0 takes the theory's n·wd/2."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1e6,
                  .live = true,
                  .visibleIf = {{"ridgeOutput", true}}});
  list.push_back({.id = "beta1",
                  .title = LS_TR("Adam beta 1"),
                  .type = Real,
                  .fallback = 0.9,
                  .doc = LS_TR("Decay of the first moment; SGD's momentum."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 0.9999,
                  .live = true});
  list.push_back({.id = "beta2",
                  .title = LS_TR("Adam beta 2"),
                  .type = Real,
                  .fallback = 0.999,
                  .doc = LS_TR("Decay of the second moment."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 0.999999,
                  .live = true});
}

void addMachine(std::vector<Parameter>& list) {
  const char* group = LS_TR("Machine");
  list.push_back({.id = "every",
                  .title = LS_TR("Log every"),
                  .type = Int,
                  .fallback = 10,
                  .doc = LS_TR("Steps between logs; above 10 both stage marks can be missed."),
                  .group = group,
                  .unit = LS_TR("steps"),
                  .minimum = 1,
                  .maximum = 1000});
  list.push_back({.id = "precision",
                  .title = LS_TR("Precision"),
                  .type = Choice,
                  .fallback = "float32",
                  .doc = LS_TR("float64 reproduces golden values."),
                  .group = group,
                  .choices = {{"float32", "float32"}, {"float64", "float64"}}});
  list.push_back(
      {.id = "backend",
       .title = LS_TR("Backend"),
       .type = Choice,
       .fallback = "native",
       .doc = LS_TR("Native: hand-written kernels and OpenBLAS on one core; or LibTorch on the CPU or a CUDA device."),
       .group = group,
       .choices = {{"native", LS_TR("Native")}, {"torchCpu", "LibTorch, CPU"}, {"torchCuda", "LibTorch, CUDA"}}});
}

}  // namespace

std::vector<Parameter> parameters() {
  std::vector<Parameter> list;
  addWorld(list);
  addNetwork(list);
  addTraining(list);
  addMachine(list);
  return list;
}

std::vector<InterventionDescription> interventions() {
  const Parameter neuron{.id = "neuron",
                         .title = LS_TR("Neuron"),
                         .type = Int,
                         .fallback = 0,
                         .doc = LS_TR("Index of the hidden neuron."),
                         .minimum = 0,
                         .maximum = 65535};
  return {
      {"set-data",
       LS_TR("Add or remove data"),
       LS_TR("Keeps the weights and trains on the first n pairs of the same shuffle; cutting c from 5 to 2 after "
             "grokking shows ungrokking."),
       {{.id = "c",
         .title = LS_TR("Data c"),
         .type = Real,
         .fallback = 2.0,
         .doc = LS_TR("n = round(c M ln M), at most M^2 - 1."),
         .minimum = 0,
         .maximum = 100},
        {.id = "n",
         .title = LS_TR("Training pairs n"),
         .type = Int,
         .fallback = 0,
         .doc = LS_TR("0 takes n from c."),
         .minimum = 0,
         .maximum = 65536}}},
      {"add-neurons",
       LS_TR("Add neurons"),
       LS_TR("Appends fresh neurons, drawn as at the start."),
       {{.id = "count",
         .title = LS_TR("Count"),
         .type = Int,
         .fallback = 16,
         .doc = LS_TR("How many."),
         .minimum = 1,
         .maximum = 4096}}},
      {"kill-neuron",
       LS_TR("Kill neuron"),
       LS_TR("Sets its weights and moments to zero: it gets no gradient any more."),
       {neuron}},
      {"kill-frequency",
       LS_TR("Kill frequency"),
       LS_TR("Kills every neuron whose U has this dominant feature (frequency, isotype)."),
       {{.id = "frequency",
         .title = LS_TR("Frequency"),
         .type = Int,
         .fallback = 1,
         .doc = LS_TR("Feature index k >= 1."),
         .minimum = 1,
         .maximum = 255}},
       {{"operation", {"group", "table"}}}},
      {"reseed-neuron", LS_TR("Re-seed neuron"), LS_TR("Draws its weights anew as at the start."), {neuron}},
  };
}

}  // namespace learnscope::grokking
