// SPDX-License-Identifier: GPL-3.0-or-later
// learnscope_tiny: the program with one more lab. These lines are all that a lab of one's own needs beside itself.
#include "app/app.h"
#include "engine/experiments/registry.h"
#include "tests/support/tiny_lab.h"

int main(int argc, char** argv) {
  learnscope::Registry registry = learnscope::builtinLabs();
  registry.add(learnscope::test::tinyLab());
  return learnscope::runApplication(registry, argc, argv);
}
