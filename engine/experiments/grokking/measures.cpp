// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/measure_list.h"
#include "engine/experiments/grokking/description.h"

namespace learnscope::grokking {
namespace {

void addScalars(MeasureList& list) {
  list.heading(LS_TR("Outcome"), "scalars");
  list.scalar("trainAccuracy", LS_TR("Training accuracy"),
              LS_TR("Share of training pairs whose largest output is the answer, 0..1."));
  list.scalar("testAccuracy", LS_TR("Test accuracy"), LS_TR("The same on the test pairs."));
  list.scalar("trainLoss", LS_TR("Training loss"), LS_TR("The run's loss on the training pairs."));
  list.scalar("testLoss", LS_TR("Test loss"), LS_TR("The run's loss on the test pairs."));
  list.scalar("allLoss", "L_all",
              LS_TR("Mean over all pairs of ||O - (e_y - 1/M)||², O class-centred; L_all = L_rule + L_pairs "
                    "exactly. Uses the true table: an oracle measure."));
  list.scalar(
      "ruleLoss", "L_rule",
      LS_TR(
          "Mean ||g[ab] - (e_ab - 1/M)||², g[h] = mean of O over pairs with ab = h: what depends on the answer only."));
  list.scalar("pairsLoss", "L_pairs",
              LS_TR("Mean ||O - g[ab]||²: what is tied to single pairs (exact form of Nanda et al.'s "
                    "restricted/excluded idea)."));
  list.heading(LS_TR("Gradient"), "scalars");
  list.scalar("signalCosine", "c",
              LS_TR("c(t) = <G_F, Yt Yt' Ft> / norms, -1..1: share of the independent push in the gradient; "
                    "stage II while c² >= 1/2."));
  list.scalar("alignment", "A",
              LS_TR("A(t) = median over neurons of cos(true hidden gradient, energy gradient), -1..1 (Thm 1)."));
  list.scalar("gradientNorm", "‖G_F‖",
              LS_TR("G_F = (Yt - Ft V) V': minus the gradient at the hidden features up to 2/n."));
  list.heading(LS_TR("Gradient"), "independence");
  list.scalar("independence", LS_TR("Independence ratio"),
              LS_TR("Mean |off-diagonal| of Ft'Ft over its mean diagonal; the paper has <= 0.08 all along."));
  list.heading(LS_TR("Gradient"), "repulsion");
  list.scalar("repulsion", LS_TR("Repulsion share"),
              LS_TR("Share of the 200 most similar pairs of neurons with b_jl < 0, B = (Ft'Ft + eta I)^-1, "
                    "eta = n wd / 2 (Thm 6). Recorded up to K = 1024; else the analysis."));
  list.heading(LS_TR("Energy"), "scalars");
  list.scalar("medianEnergy", LS_TR("Median energy"), LS_TR("Median over neurons of e_j."));
  list.scalar("largestEnergy", LS_TR("Largest energy"), LS_TR("max e_j; above 1.5 a memorising maximum."));
  list.heading(LS_TR("Weights"), "scalars");
  list.scalar("inputNorm", "‖W‖", LS_TR("Frobenius norm of the input weights."));
  list.scalar("outputNorm", "‖V‖", LS_TR("Frobenius norm of the output weights."));
  list.scalar("inputTravel", LS_TR("Travel of W"), LS_TR("‖W - W0‖ / ‖W0‖."));
  list.scalar("inputTurn", LS_TR("Turn of W"), LS_TR("1 - cos(W_t, W_{t-1}) over one step, 0..2."));
  list.scalar("outputTurn", LS_TR("Turn of V"), LS_TR("1 - cos(V_t, V_{t-1}) over one step, 0..2."));
}

void addFeatureMeasures(MeasureList& list) {
  list.heading(LS_TR("Features"), "scalars");
  list.scalar("topDown", "tau",
              LS_TR("tau(t): correlation over features of ln(power of the true hidden gradient / power of "
                    "the energy gradient) with ln(1 - alpha_k), clamped below at 1e-3; -1..1 (Thm 7)."));
  list.scalar("meanIpr", LS_TR("Mean IPR"), LS_TR("Mean over living neurons of IPR_j."));
  list.scalar("features", LS_TR("Locked features"),
              LS_TR("Distinct dominant features of locked neurons, 0..(p-1)/2 for Z_p."));
  list.scalar("lockedNeurons", LS_TR("Locked neurons"),
              LS_TR("Neurons with IPR >= 0.5 and one dominant feature in U, V and W."));
  list.scalar("learnedFeatures", LS_TR("Learned features"), LS_TR("Features with alpha >= 0.5."));
  list.heading(LS_TR("Features"), "arrays");
  list.array("alpha", "alpha",
             LS_TR("alpha_rho = sum O_c(a,b) P_rho[c,ab] / (M tr P_rho): 0 absent, 1 learned; ids are the "
                   "feature numbers k. Uses the true table: an oracle measure."),
             {"features"});
  list.array("featureAngle", LS_TR("Feature angle"), LS_TR("Place of the feature on the carousel, in turns."),
             {"features"});
  list.array("ipr", "IPR",
             LS_TR("Mean over U_j, V_j, W_j of sum |f|⁴ / (sum |f|²)², f the Fourier (isotypic) components, "
                   "constant included; 0.05..1."),
             {"K"});
  list.array("frequency", LS_TR("Dominant feature"),
             LS_TR("Feature of largest power in U_j, constant left out; 1, 2, ..."), {"K"});
  list.array("frequencyAngle", LS_TR("Neuron angle"), LS_TR("Place of its dominant feature on the carousel, in turns."),
             {"K"});
  list.array("locked", LS_TR("Locked"), LS_TR("1 where IPR >= 0.5 and U, V, W share their dominant feature."), {"K"});
}

void addArrays(MeasureList& list) {
  list.heading(LS_TR("Neurons"), "arrays");
  list.array("energy", LS_TR("Energy"),
             LS_TR("e_j = E(w_j/‖w_j‖) / (r² M/4), r = n/M²: about 0.13 at the start, 1 at a generalising "
                   "maximum, above 1.5 at a memorising one."),
             {"K"});
  list.array("neuronAlignment", LS_TR("Alignment"),
             LS_TR("cos(true hidden gradient, energy gradient) of each neuron, -1..1."), {"K"});
  list.array("size", LS_TR("Size"), LS_TR("‖w_j‖ ‖v_j‖."), {"K"});
  list.heading(LS_TR("Outcome"), "arrays");
  list.array(
      "correct", LS_TR("Right and wrong"),
      LS_TR("Row a, column b: 0 test pair wrong, 1 test pair right, 2 training pair wrong, 3 training pair right."),
      {"M", "M"});
  list.array("answerRing", LS_TR("Answer ring"),
             LS_TR("Class means of F over all pairs on 3 principal components, scaled to unit mean square "
                   "radius and turned onto the ring before (Procrustes)."),
             {"M", "3"});
}

Parameter neuronArgument() {
  return {.id = "neuron",
          .title = LS_TR("Neuron"),
          .type = ParameterType::Int,
          .fallback = 0,
          .doc = LS_TR("Index of the hidden neuron."),
          .minimum = 0,
          .maximum = 65535};
}

Parameter tableArgument() {
  return {.id = "table",
          .title = LS_TR("Pairs"),
          .type = ParameterType::Choice,
          .fallback = "train",
          .doc = LS_TR("Energy on the training pairs or on the full table."),
          .choices = {{"train", LS_TR("Training pairs")}, {"full", LS_TR("Full table")}}};
}

void addFeatureAnalyses(std::vector<AnalysisDescription>& list) {
  list.push_back(
      {"landscape",
       LS_TR("Energy landscape"),
       LS_TR("Energy over the sphere patch spanned by maxima of the two features of largest alpha and the highest end "
             "of 64 ascents on the training pairs (paper Fig. 4), in units of the generalising maximum."),
       {{.id = "resolution",
         .title = LS_TR("Grid points a side"),
         .type = ParameterType::Int,
         .fallback = 49,
         .doc = LS_TR("Rows and columns of the patch."),
         .minimum = 9,
         .maximum = 201}},
       {analysisResult("full", LS_TR("Full table"), LS_TR("Energy on all pairs."), {"R", "R"}),
        analysisResult("train", LS_TR("Training pairs"), LS_TR("Energy on the training pairs."), {"R", "R"}),
        analysisResult(
            "peaks", LS_TR("Directions"),
            LS_TR("x, y and training energy of the two learned directions and the memorising one; x and y in "
                  "quarter turns from the middle."),
            {"3", "3"})}});
  list.push_back(
      {"missing-feature-energy",
       LS_TR("Missing-feature energy"),
       LS_TR("E_S(w_j) = 1/2 ||P_miss Y' sigma(X w_j)||², P_miss the projector on features with alpha < half of the "
             "largest (Thm 7), as a share of E_j."),
       {},
       {analysisResult("share", LS_TR("Share"), LS_TR("E_S / E of each neuron; E with the projector on all features."),
                       {"K"}),
        analysisResult("missing", LS_TR("Missing features"), LS_TR("1 where the feature is missing."), {"features"})}});
}

}  // namespace

std::vector<Measure> measures(bool features) {
  MeasureList list;
  addScalars(list);
  if (features) addFeatureMeasures(list);
  addArrays(list);
  return list.take();
}

std::vector<AnalysisDescription> analyses(bool features) {
  std::vector<AnalysisDescription> list;
  list.push_back(
      {"follow-energy",
       LS_TR("Follow the energy"),
       LS_TR("Gradient ascent w <- normalise(w + rate grad E(w)) from a neuron or a random start: E rises "
             "and ends in one feature (Thm 2)."),
       {{.id = "start",
         .title = LS_TR("Start"),
         .type = ParameterType::Choice,
         .fallback = "neuron",
         .doc = LS_TR("Where the ascent starts."),
         .choices = {{"neuron", LS_TR("Neuron")}, {"random", LS_TR("Random")}}},
        neuronArgument(),
        {.id = "draw",
         .title = LS_TR("Random draw"),
         .type = ParameterType::Int,
         .fallback = 0,
         .doc = LS_TR("Number of the random start."),
         .minimum = 0,
         .maximum = 1e9},
        tableArgument(),
        {.id = "rate",
         .title = LS_TR("Rate"),
         .type = ParameterType::Real,
         .fallback = 0.02,
         .doc = LS_TR("Step of the ascent."),
         .minimum = 1e-5,
         .maximum = 1,
         .logarithmic = true},
        {.id = "steps",
         .title = LS_TR("Steps"),
         .type = ParameterType::Int,
         .fallback = 2000,
         .doc = LS_TR("At most."),
         .minimum = 1,
         .maximum = 100000}},
       {analysisResult("energies", LS_TR("Energy"),
                       LS_TR("E along the way, in units of the generalising maximum r² M/4."), {"T"}),
        analysisResult("trajectory", LS_TR("Trajectory"), LS_TR("w along the way."), {"T", "2M"}),
        analysisResult("path", LS_TR("Path"), LS_TR("w on its three principal components."), {"T", "3"}),
        analysisResult("power", LS_TR("Power at the end"),
                       LS_TR("Share of each feature, the constant first; groups only."), {"features"}),
        analysisResult("feature", LS_TR("Feature at the end"), LS_TR("Feature of largest power; groups only."), {}),
        analysisResult("monotone", LS_TR("Monotone"), LS_TR("1 if E rose in every step."), {})}});
  list.push_back({"neuron",
                  LS_TR("Neuron"),
                  LS_TR("Weights of one neuron and their spectra."),
                  {neuronArgument()},
                  {analysisResult("u", "U", LS_TR("Input weights of a."), {"M"}),
                   analysisResult("v", "V", LS_TR("Input weights of b."), {"M"}),
                   analysisResult("w", "W", LS_TR("Output weights."), {"M"}),
                   analysisResult("spectrumU", LS_TR("Spectrum of U"),
                                  LS_TR("Share of the power, the constant first; groups only."), {"features"}),
                   analysisResult("spectrumV", LS_TR("Spectrum of V"), LS_TR("Share of the power."), {"features"}),
                   analysisResult("spectrumW", LS_TR("Spectrum of W"), LS_TR("Share of the power."), {"features"})}});
  list.push_back(
      {"answer-ring",
       LS_TR("Answer ring"),
       LS_TR("Class means of F over all pairs on their principal components, by themselves (not turned onto earlier "
             "ones)."),
       {},
       {analysisResult("coordinates", LS_TR("Coordinates"), LS_TR("In units of F."), {"M", "3"}),
        analysisResult("variance", LS_TR("Variance"), LS_TR("Share of the total variance of each component."),
                       {"3"})}});
  list.push_back(
      {"repulsion",
       LS_TR("Repulsion"),
       LS_TR("The 200 most similar pairs of neurons and their entries of B = (Ft'Ft + eta I)^-1 (Thm 6)."),
       {},
       {analysisResult("cosines", LS_TR("Cosine"), LS_TR("Of the centred features of the two neurons."), {"pairs"}),
        analysisResult("entries", "b_jl", LS_TR("Negative: they push each other apart."), {"pairs"}),
        analysisResult("pairs", LS_TR("Neurons"), LS_TR("Indices j, l."), {"pairs", "2"}),
        analysisResult("share", LS_TR("Share"), LS_TR("Of pairs with b_jl < 0."), {})}});
  list.push_back({"coverage",
                  LS_TR("Coverage of the theory"),
                  LS_TR("Cosine of G_F and eta (FtFt' + eta I)^-1 Yt Yt' Ft (Ft'Ft + eta I)^-1 (Eq. 4)."),
                  {},
                  {analysisResult("coverage", LS_TR("Coverage"), LS_TR("0..1."), {})}});
  if (features) addFeatureAnalyses(list);
  return list;
}

}  // namespace learnscope::grokking
