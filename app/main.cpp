// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/app.h"
#include "engine/experiments/registry.h"

int main(int argc, char** argv) { return learnscope::runApplication(learnscope::builtinLabs(), argc, argv); }
