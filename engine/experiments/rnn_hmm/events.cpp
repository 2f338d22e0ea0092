// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rnn_hmm/events.h"

#include <cmath>

namespace learnscope::rnnhmm {

std::vector<EventRule> eventRules() {
  return {
      {"marginals", LS_TR("Frequencies learnt"), LS_TR("largest error of a symbol's frequency < 0.05"), true},
      {"plateau", LS_TR("Plateau: no memory"),
       LS_TR("frequencies learnt and r_1 below a tenth of the target's: independent symbols"), true},
      {"destabilised", LS_TR("Destabilised"),
       LS_TR("the share of states with an eigenvalue outside the unit circle has risen from < 0.02 to > 0.2, or the "
             "silent net grows (g >= 1)")},
      {"birth", LS_TR("States are born"), LS_TR("r_1 above half of the target's"), true},
      {"orbit", LS_TR("Orbit"),
       LS_TR("rotation index > 0.2, at least 95 % of chains turn the same way, participation ratio < 3"), true},
      {"emulates", LS_TR("Emulates"), LS_TR("mean transition error < 0.03 and r_10 within 30 %"), true},
      {"explosion", LS_TR("Explosion"), LS_TR("mean |h| > 10^4 or g > 1.02")},
      {"point-born-{k}", LS_TR("Fixed point born"),
       LS_TR("a fixed point of the silent net without a partner within a quarter of max(1, |h|) at the last look")},
      {"point-died-{k}", LS_TR("Fixed point gone"), LS_TR("a fixed point of the last look without a partner now")},
  };
}

void EventDetector::count(Mark mark, bool hit, Recorder& recorder) {
  if (done_[mark]) return;
  if (!hit) {
    hits_[mark] = 0;
    return;
  }
  if (hits_[mark]++ == 0) first_[mark] = recorder.step();
  if (hits_[mark] < 3) return;
  done_[mark] = 1;
  const EventRule rule = eventRules()[mark];
  recorder.event({.id = rule.id, .step = first_[mark], .title = rule.title, .values = Json::object()});
}

void EventDetector::observe(const Observation& now, bool dynamics, Recorder& recorder) {
  if (recorder.step() <= lastStep_) return;
  lastStep_ = recorder.step();
  const bool marginals = now.frequencyError < 0.05;
  count(Marginals, marginals, recorder);
  count(Plateau, marginals && now.excess1 < 0.1 * now.target1, recorder);
  count(Birth, now.excess1 > 0.5 * now.target1, recorder);
  count(Emulates, now.transitionError < 0.03 && std::abs(now.excess10 - now.target10) < 0.3 * std::abs(now.target10),
        recorder);
  if (!dynamics) return;
  if (now.shareUnstable < 0.02) stable_ = 1;
  count(Destabilised, (stable_ > 0 && now.shareUnstable > 0.2) || now.growth >= 1, recorder);
  count(Orbit, now.rotation > 0.2 && now.agreement >= 0.95 && now.participation < 3, recorder);
  count(Explosion, !(now.meanNorm <= 1e4) || now.growth > 1.02, recorder);
}

State EventDetector::save() const {
  State state;
  std::vector<std::int64_t> counters{lastStep_, stable_ > 0};
  for (const auto* list : {&first_, &hits_, &done_}) counters.insert(counters.end(), list->begin(), list->end());
  state.put("counters", Array::vector<std::int64_t>(counters));
  return state;
}

void EventDetector::load(const State& state) {
  const auto counters = state.get("counters").as<std::int64_t>();
  if (counters.size() != 2 + 3 * std::size_t{MarkCount})
    throw DataError("saved state", "\"events\"", "written by another version of this lab");
  lastStep_ = counters[0];
  stable_ = counters[1] ? 1 : 0;
  std::size_t at = 2;
  for (auto* list : {&first_, &hits_, &done_})
    for (std::int64_t& value : *list) value = counters[at++];
}

}  // namespace learnscope::rnnhmm
