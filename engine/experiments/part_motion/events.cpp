// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/part_motion/events.h"

#include <cmath>

#include "engine/core/errors.h"
#include "engine/experiments/part_motion/description.h"

namespace learnscope::partmotion {
namespace {

constexpr double kOnset = 0.75, kLearned = 0.4, kFound = 0.5, kBeaten = 1.5, kForgotten = 1, kRecovered = 0.5,
                 kDrift = 0.02, kConflict = -0.1, kFaint = 0.1;

}  // namespace

std::vector<EventRule> eventRules() {
  return {{"pretraining", LS_TR("Pretraining"), LS_TR("training begins with still objects"), true},
          {"stage-1", LS_TR("Stage 1: motion"), LS_TR("the loss becomes the distance to target Gaussians"), true},
          {"stage-2", LS_TR("Stage 2: appearance"), LS_TR("the loss becomes the difference of pictures"), true},
          {"joint", LS_TR("Both losses"), LS_TR("the loss becomes the sum of both"), true},
          {"motion-onset", LS_TR("Motion onset"), LS_TR("relative EPE < 0.75")},
          {"motion-learned", LS_TR("Motion learned"), LS_TR("relative EPE < 0.4 at 3 evaluations in a row")},
          {"part-found", LS_TR("Part found"), LS_TR("IoU of {gate > 1/2} and the moved part > 0.5")},
          {"copy-beaten", LS_TR("Copy beaten"), LS_TR("test PSNR > that of the unmoved object + 1.5 dB")},
          {"forgetting", LS_TR("Forgetting"),
           LS_TR("retention 1 dB below where fine-tuning began, at 2 evaluations in a row; pretrained networks")},
          {"recovered", LS_TR("Recovered"), LS_TR("after forgetting, retention within 0.5 dB of where it was")},
          {"appearance-drift", LS_TR("Appearance drift"), LS_TR("mean colour error > 0.02")},
          {"conflict", LS_TR("Conflict"), LS_TR("cosine of the two losses' gradients < -0.1")},
          {"degenerate", LS_TR("Degenerate"), LS_TR("mean opacity < 0.1; points")}};
}

void EventDetector::enter(const Schedule::Span& span, Recorder& recorder) {
  const auto stage = static_cast<std::int64_t>(span.stage);
  if (stage == stage_ && span.begin == stageBegin_) return;
  stage_ = stage;
  stageBegin_ = span.begin;
  recorder.event({.id = stageEvent(span.stage), .step = recorder.step(), .title = stageTitle(span.stage)});
}

void EventDetector::once(Mark mark, bool holds, int times, const char* id, const char* title, Recorder& recorder,
                         Json values) {
  const auto at = static_cast<std::size_t>(mark);
  if (done_[at]) return;
  if (!holds) {
    inRow_[at] = 0;
    return;
  }
  if (inRow_[at]++ == 0) since_[at] = recorder.step();
  if (inRow_[at] < times) return;
  done_[at] = 1;
  recorder.event({.id = id, .step = since_[at], .title = title, .values = std::move(values)});
}

double EventDetector::forgetting(const Evaluation& found) const { return started_ ? start_ - found.retention : 0; }

void EventDetector::observe(const Evaluation& found, bool fineTuning, Recorder& recorder) {
  // Only a network that writes objects anew has learned something that it can forget; of others there is no ceiling.
  if (fineTuning && !started_ && std::isfinite(found.ceilingPsnr)) {
    started_ = true;
    start_ = found.retention;
  }
  once(Onset, fineTuning && found.relativeEpe < kOnset, 1, "motion-onset", LS_TR("motion onset"), recorder,
       {{"relativeEpe", found.relativeEpe}});
  once(Learned, fineTuning && found.relativeEpe < kLearned, 3, "motion-learned", LS_TR("motion learned"), recorder,
       {{"relativeEpe", found.relativeEpe}});
  once(Found, found.iou > kFound, 1, "part-found", LS_TR("part found"), recorder, {{"iou", found.iou}});
  once(Beaten, fineTuning && found.psnr > found.copyPsnr + kBeaten, 1, "copy-beaten", LS_TR("copy beaten"), recorder,
       {{"psnr", found.psnr}, {"copy", found.copyPsnr}});
  const double lost = forgetting(found);
  if (done_[Forgetting])
    once(Recovered, lost <= kRecovered, 1, "recovered", LS_TR("recovered"), recorder, {{"forgetting", lost}});
  once(Forgetting, lost >= kForgotten, 2, "forgetting", LS_TR("forgetting"), recorder, {{"forgetting", lost}});
  once(Drift, fineTuning && found.colourError > kDrift, 1, "appearance-drift", LS_TR("appearance drift"), recorder,
       {{"colourError", found.colourError}});
  // Of pixel-aligned Gaussians most are background and rightly empty.
  once(Degenerate, std::isfinite(found.relativeEpe) && found.meanOpacity < kFaint, 1, "degenerate", LS_TR("degenerate"),
       recorder, {{"meanOpacity", found.meanOpacity}});
}

void EventDetector::observeConflict(double cosine, Recorder& recorder) {
  once(Conflict, cosine < kConflict, 1, "conflict", LS_TR("gradient conflict"), recorder, {{"cosine", cosine}});
}

State EventDetector::save() const {
  State state;
  state.put("done", Array::vector<std::int64_t>(done_));
  state.put("inRow", Array::vector<std::int64_t>(inRow_));
  state.put("since", Array::vector<std::int64_t>(since_));
  const std::vector<std::int64_t> stage{stage_, stageBegin_, started_};
  state.put("stage", Array::vector<std::int64_t>(stage));
  state.putScalar<double>("start", start_);
  return state;
}

void EventDetector::load(const State& state) {
  const auto take = [&](const char* name, std::vector<std::int64_t>& values) {
    const auto saved = state.get(name).as<std::int64_t>();
    if (saved.size() != values.size())
      throw DataError("saved state", "\"events." + std::string(name) + "\"", "written by another version of this lab");
    values.assign(saved.begin(), saved.end());
  };
  std::vector<std::int64_t> stage(3);
  take("stage", stage);
  take("done", done_);
  take("inRow", inRow_);
  take("since", since_);
  stage_ = stage[0];
  stageBegin_ = stage[1];
  started_ = stage[2] != 0;
  start_ = state.scalar<double>("start");
}

}  // namespace learnscope::partmotion
