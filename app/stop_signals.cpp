// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/stop_signals.h"

namespace learnscope::cli {
namespace {

volatile std::sig_atomic_t stopAsked = 0;

extern "C" void askToStop(int) { stopAsked = 1; }

}  // namespace

StopSignals::StopSignals() {
  stopAsked = 0;
  struct sigaction stop {};
  stop.sa_handler = askToStop;
  stop.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &stop, &interrupt_);
  sigaction(SIGTERM, &stop, &terminate_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_);
  sigaction(SIGXFSZ, &ignore, &size_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
  sigaction(SIGPIPE, &pipe_, nullptr);
  sigaction(SIGXFSZ, &size_, nullptr);
}

bool StopSignals::asked() { return stopAsked != 0; }

}  // namespace learnscope::cli
