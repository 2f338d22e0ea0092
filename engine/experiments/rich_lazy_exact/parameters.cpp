// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy_exact/description.h"

namespace learnscope::richlazyexact {
namespace {

using enum ParameterType;

void addModes(std::vector<Parameter>& list) {
  const char* group = LS_TR("Linear net");
  const Json here{{"problem", "modes"}};
  list.push_back(
      {.id = "values",
       .title = LS_TR("Singular values"),
       .type = List,
       .fallback = {3, 2, 1.2, 0.6},
       .doc = LS_TR("Of the teacher S, descending; as many as inputs, hidden neurons and outputs (1 to 12)."),
       .group = group,
       .minimum = 0,
       .maximum = 20,
       .visibleIf = here});
  list.push_back({.id = "depth",
                  .title = LS_TR("Depth L"),
                  .type = Int,
                  .fallback = 2,
                  .doc = LS_TR("Layers of weights. Two have a closed form for every balance and direction; deeper nets "
                               "one equation a mode, a' = L a^(2 - 2/L) (s - a), from balanced layers along the "
                               "teacher's directions. Deeper waits longer and learns more abruptly."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 5,
                  .visibleIf = here});
  list.push_back({.id = "lambda",
                  .title = LS_TR("Balance lambda"),
                  .type = Real,
                  .fallback = 0.0,
                  .doc = LS_TR("W2^T W2 - W1 W1^T = lambda I at the start, conserved by the flow: 0 is rich (sigmoid "
                               "learning), large is lazy (exponential learning at rate |lambda|). Of two layers."),
                  .group = group,
                  .minimum = -20,
                  .maximum = 20,
                  .visibleIf = {{"problem", "modes"}, {"depth", 2}}});
  list.push_back({.id = "strength",
                  .title = LS_TR("Start strength a0"),
                  .type = Real,
                  .fallback = 1e-3,
                  .doc = LS_TR("Strength of every mode of W2 W1 at the start."),
                  .group = group,
                  .minimum = 1e-12,
                  .maximum = 10,
                  .logarithmic = true,
                  .visibleIf = here});
  list.push_back({.id = "basis",
                  .title = LS_TR("Start's directions"),
                  .type = Choice,
                  .fallback = "aligned",
                  .doc = LS_TR("The teacher's own singular vectors (modes learn one by one) or random ones."),
                  .group = group,
                  .choices = {{"aligned", LS_TR("The teacher's")}, {"random", LS_TR("Random")}},
                  .visibleIf = here});
  list.push_back(
      {.id = "start",
       .title = LS_TR("Start"),
       .type = Choice,
       .fallback = "balanced",
       .doc = LS_TR("Balanced exactly, or plain Gaussian weights: those have no closed form, and only the net "
                    "is drawn."),
       .group = group,
       .choices = {{"balanced", LS_TR("Balanced")}, {"random", LS_TR("Gaussian")}},
       .visibleIf = here});
  list.push_back({.id = "integrator",
                  .title = LS_TR("Steps by"),
                  .type = Choice,
                  .fallback = "gradientDescent",
                  .doc = LS_TR("Full-batch gradient descent, or the Runge-Kutta method of order 4 on the flow."),
                  .group = group,
                  .choices = {{"gradientDescent", LS_TR("Gradient descent")}, {"rungeKutta", LS_TR("Runge-Kutta 4")}},
                  .visibleIf = here});
  list.push_back({.id = "timeStep",
                  .title = LS_TR("Time step"),
                  .type = Real,
                  .fallback = 5e-3,
                  .doc = LS_TR("The learning rate: time = step x time step."),
                  .group = group,
                  .minimum = 1e-6,
                  .maximum = 1,
                  .logarithmic = true,
                  .visibleIf = here});
}

void addRanks(std::vector<Parameter>& list) {
  const char* group = LS_TR("Rank theorem");
  const Json here{{"problem", "ranks"}};
  list.push_back({.id = "dimension",
                  .title = LS_TR("Dimension d"),
                  .type = Int,
                  .fallback = 20,
                  .doc = LS_TR("Inputs and hidden neurons of each net; one output."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 60,
                  .visibleIf = here});
  list.push_back(
      {.id = "ranks",
       .title = LS_TR("Ranks"),
       .type = List,
       .fallback = {1, 2, 5, 10, 20},
       .doc = LS_TR("Ranks of W1(0) = sigma U_r V_r^T / sqrt(r), each 1 to d. Two aligned starts are added."),
       .group = group,
       .minimum = 1,
       .maximum = 60,
       .visibleIf = here});
  list.push_back({.id = "sigma",
                  .title = LS_TR("Norm sigma"),
                  .type = Real,
                  .fallback = 1e-3,
                  .doc = LS_TR("|W1(0)|_F; the theorem is for small ones."),
                  .group = group,
                  .minimum = 1e-6,
                  .maximum = 10,
                  .logarithmic = true,
                  .visibleIf = here});
  list.push_back(
      {.id = "kappa",
       .title = LS_TR("Teacher's kappa"),
       .type = Real,
       .fallback = 1.0,
       .doc = LS_TR("Teachers are y = w F x with random w: half of the singular values of F are kappa, the others 1. "
                    "Other than 1, starts along the leading directions of F are added for each rank: they are lazier."),
       .group = group,
       .minimum = 0.01,
       .maximum = 100,
       .logarithmic = true,
       .visibleIf = here});
  list.push_back({.id = "teachers",
                  .title = LS_TR("Teachers"),
                  .type = Int,
                  .fallback = 12,
                  .doc = LS_TR("Random teachers of norm 1 for each rank."),
                  .group = group,
                  .minimum = 1,
                  .maximum = 200,
                  .visibleIf = here});
  list.push_back({.id = "rankTimeStep",
                  .title = LS_TR("Time step"),
                  .type = Real,
                  .fallback = 0.05,
                  .doc = LS_TR("Of the Runge-Kutta method on the flow."),
                  .group = group,
                  .minimum = 1e-4,
                  .maximum = 0.5,
                  .logarithmic = true,
                  .visibleIf = here});
}

void addDiagonal(std::vector<Parameter>& list) {
  const char* group = LS_TR("Diagonal net");
  const Json here{{"problem", "diagonal"}};
  list.push_back({.id = "alphas",
                  .title = LS_TR("Scales alpha"),
                  .type = List,
                  .fallback = {0.01, 0.1, 1, 5},
                  .doc = LS_TR("Start u = v = alpha: small ends near the solution of least l1 norm (sparse), large at "
                               "that of least l2 norm. "
                               "Up to 12, each once, ascending."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 100,
                  .visibleIf = here});
  list.push_back({.id = "rows",
                  .title = LS_TR("Samples n"),
                  .type = Int,
                  .fallback = 5,
                  .doc = LS_TR("Gaussian rows of X; fewer than columns."),
                  .group = group,
                  .minimum = 1,
                  .maximum = 200,
                  .visibleIf = here});
  list.push_back({.id = "columns",
                  .title = LS_TR("Coefficients D"),
                  .type = Int,
                  .fallback = 12,
                  .doc = LS_TR("The truth is 1 at index 1, -0.8 at index 7, else 0."),
                  .group = group,
                  .minimum = 8,
                  .maximum = 2000,
                  .visibleIf = here});
  list.push_back({.id = "diagonalRate",
                  .title = LS_TR("Learning rate"),
                  .type = Real,
                  .fallback = 5e-4,
                  .doc = LS_TR("Of gradient descent, 50 of whose steps make one step here; divided by alpha^2 where "
                               "alpha > 1."),
                  .group = group,
                  .minimum = 1e-6,
                  .maximum = 0.1,
                  .logarithmic = true,
                  .live = true,
                  .visibleIf = here});
}

void addScale(std::vector<Parameter>& list) {
  const char* group = LS_TR("Output scale");
  const Json here{{"problem", "scale"}};
  list.push_back(
      {.id = "data",
       .title = LS_TR("Data"),
       .type = Choice,
       .fallback = "sphere",
       .doc = LS_TR("Points on a sphere or on the unit circle with a ReLU teacher of width 5, or two classes "
                    "on the circle (by quadrant). In the plane functions and neurons can be drawn."),
       .group = group,
       .choices = {{"sphere", LS_TR("Sphere, ReLU teacher")},
                   {"circle", LS_TR("Circle (2D), ReLU teacher")},
                   {"classes", LS_TR("Circle (2D), two classes")}},
       .visibleIf = here});
  list.push_back({.id = "scales",
                  .title = LS_TR("Scales alpha"),
                  .type = List,
                  .fallback = {1, 10, 30, 100, 300, 1000},
                  .doc = LS_TR("F = alpha (f - f0), loss / alpha^2. Up to 12, each once, ascending."),
                  .group = group,
                  .minimum = 0,
                  .maximum = 1e6,
                  .visibleIf = here});
  list.push_back({.id = "width",
                  .title = LS_TR("Width"),
                  .type = Int,
                  .fallback = 100,
                  .doc = LS_TR("Hidden ReLU neurons."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 2000,
                  .visibleIf = here});
  list.push_back({.id = "inputs",
                  .title = LS_TR("Inputs"),
                  .type = Int,
                  .fallback = 10,
                  .doc = LS_TR("Dimension of the sphere's space."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 100,
                  .visibleIf = {{"problem", "scale"}, {"data", "sphere"}}});
  list.push_back({.id = "points",
                  .title = LS_TR("Points"),
                  .type = Int,
                  .fallback = 200,
                  .doc = LS_TR("On the sphere or circle."),
                  .group = group,
                  .minimum = 2,
                  .maximum = 2000,
                  .visibleIf = here});
  list.push_back({.id = "scaleRate",
                  .title = LS_TR("Learning rate"),
                  .type = Real,
                  .fallback = 2.0,
                  .doc = LS_TR("Of full-batch gradient descent; the same dynamics of F at every alpha while lazy."),
                  .group = group,
                  .minimum = 1e-3,
                  .maximum = 20,
                  .logarithmic = true,
                  .live = true,
                  .visibleIf = here});
}

}  // namespace

std::vector<Parameter> parameters() {
  std::vector<Parameter> list;
  list.push_back({.id = "problem",
                  .title = LS_TR("Problem"),
                  .type = Choice,
                  .fallback = "modes",
                  .doc = LS_TR("Which network learns beside its closed form."),
                  .group = LS_TR("Problem"),
                  .choices = {{"modes", LS_TR("Linear net: exact flow")},
                              {"ranks", LS_TR("Rank theorem: kernel alignment and rank")},
                              {"diagonal", LS_TR("Diagonal net: small start, sparse answer")},
                              {"scale", LS_TR("Output scale: large scale, frozen weights")}}});
  addModes(list);
  addRanks(list);
  addDiagonal(list);
  addScale(list);
  list.push_back({.id = "every",
                  .title = LS_TR("Log every"),
                  .type = Int,
                  .fallback = 10,
                  .doc = LS_TR("Steps between two logs."),
                  .group = LS_TR("Measuring"),
                  .unit = LS_TR("steps"),
                  .minimum = 1,
                  .maximum = 1000});
  return list;
}

}  // namespace learnscope::richlazyexact
