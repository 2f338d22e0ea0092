// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/video_plan.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr std::size_t parts = 4096;     // of the steps, where time is stretched around events
constexpr double reach = 0.05;          // share of the steps on each side of an event that passes slower
constexpr double captionSeconds = 3.5;  // a caption stands for
constexpr double leastSeconds = 0.7;    // or is left out if the next comes sooner
constexpr double fadeSeconds = 0.3;

// 1 at an event, 0 farther than `reach` from it, smooth between; a polynomial, the same on every machine.
double nearness(double away) {
  const double u = std::max(0.0, 1 - std::abs(away) / reach);
  return u * u * (3 - 2 * u);
}

int framesOf(double seconds, int rate) { return std::max(1, static_cast<int>(std::lround(seconds * rate))); }

double ramp(double seconds) { return std::clamp(seconds / fadeSeconds, 0.0, 1.0); }

}  // namespace

VideoPlan::VideoPlan(const VideoRequest& request, std::int64_t first, std::int64_t last,
                     const std::vector<Event>& events, const Description& description)
    : first_(first), last_(last), speed_(request.speed), rate_(request.rate) {
  runFrames_ = framesOf(request.seconds, rate_);
  if (!request.title.empty()) titleFrames_ = framesOf(request.title.seconds, rate_);
  if (!request.end.empty()) endFrames_ = framesOf(request.end.seconds, rate_);
  std::vector<std::int64_t> moments;
  std::vector<std::pair<std::int64_t, QString>> said;
  for (const Event& event : events) {
    const EventRule* rule = description.event(event.id);
    if (event.step < first_ || event.step > last_ || (rule && rule->indexed())) continue;
    moments.push_back(event.step);
    const std::string& title = !event.title.empty() ? event.title : rule ? rule->title : event.id;
    said.emplace_back(event.step, QString::fromStdString(title));
  }
  if (speed_ == VideoRequest::Speed::Events) weigh(moments, request.slowdown);
  if (request.captions) placeCaptions(std::move(said), rate_);
}

void VideoPlan::weigh(const std::vector<std::int64_t>& moments, double slowdown) {
  const double range = std::max<double>(1, static_cast<double>(last_ - first_));
  reached_.assign(parts + 1, 0);
  for (std::size_t i = 0; i < parts; ++i) {
    const double at = (static_cast<double>(i) + 0.5) / parts;
    double nearest = 0;
    for (const std::int64_t moment : moments)
      nearest = std::max(nearest, nearness(at - static_cast<double>(moment - first_) / range));
    reached_[i + 1] = reached_[i] + 1 + (slowdown - 1) * nearest;
  }
  for (double& time : reached_) time /= reached_[parts];
}

std::int64_t VideoPlan::stepAt(double time) const {
  time = std::clamp(time, 0.0, 1.0);
  const auto range = static_cast<double>(last_ - first_);
  double share = time;
  if (speed_ == VideoRequest::Speed::Logarithmic && range > 0) {
    share = std::expm1(time * std::log1p(range)) / range;
  } else if (speed_ == VideoRequest::Speed::Events) {
    const auto next = std::clamp<std::ptrdiff_t>(
        std::upper_bound(reached_.begin(), reached_.end(), time) - reached_.begin(), 1, std::ptrdiff_t(parts));
    const double from = reached_[static_cast<std::size_t>(next - 1)], to = reached_[static_cast<std::size_t>(next)];
    share = (static_cast<double>(next - 1) + (time - from) / (to - from)) / parts;
  }
  return first_ + static_cast<std::int64_t>(std::llround(share * range));
}

double VideoPlan::timeOf(std::int64_t step) const {
  const auto range = static_cast<double>(last_ - first_);
  if (range <= 0) return 0;
  const double share = std::clamp(static_cast<double>(step - first_) / range, 0.0, 1.0);
  if (speed_ == VideoRequest::Speed::Logarithmic) return std::log1p(share * range) / std::log1p(range);
  if (speed_ != VideoRequest::Speed::Events) return share;
  const double place = share * parts;
  const auto part = std::min(static_cast<std::size_t>(place), parts - 1);
  return std::lerp(reached_[part], reached_[part + 1], place - static_cast<double>(part));
}

void VideoPlan::placeCaptions(std::vector<std::pair<std::int64_t, QString>> said, int rate) {
  std::stable_sort(said.begin(), said.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const int length = framesOf(captionSeconds, rate), least = framesOf(leastSeconds, rate);
  for (const auto& [step, text] : said) {
    int from = std::max(0, static_cast<int>(timeOf(step) * (runFrames_ - 1)) - 1);
    while (from < runFrames_ - 1 && stepAt(static_cast<double>(from) / std::max(1, runFrames_ - 1)) < step) ++from;
    const Caption caption{from, std::min(runFrames_, from + length), text};
    if (!captions_.empty()) {
      Caption& before = captions_.back();
      if (before.from == from) {
        before.text += QStringLiteral(" · ") + text;
        continue;
      }
      before.to = std::min(before.to, from);
      if (before.to - before.from < least) captions_.pop_back();
    }
    captions_.push_back(caption);
  }
}

VideoFrame VideoPlan::at(int frame) const {
  VideoFrame result;
  const auto card = [&](VideoFrame::Part part, int index, int count, std::int64_t step) {
    result.part = part;
    result.step = step;
    result.time = static_cast<double>(index) / count;
    result.fade = std::min(ramp((index + 1.0) / rate_), ramp(static_cast<double>(count - index) / rate_));
    return result;
  };
  if (frame < titleFrames_) return card(VideoFrame::Part::Title, frame, titleFrames_, first_);
  frame -= titleFrames_;
  if (frame >= runFrames_) return card(VideoFrame::Part::End, frame - runFrames_, endFrames_, last_);
  result.time = runFrames_ == 1 ? 1 : static_cast<double>(frame) / (runFrames_ - 1);
  result.step = stepAt(result.time);
  for (const Caption& caption : captions_) {
    if (frame < caption.from || frame >= caption.to) continue;
    result.caption = caption.text;
    const double open = caption.to == runFrames_ ? 1 : ramp(static_cast<double>(caption.to - frame) / rate_);
    result.captionFade = std::min(ramp((frame - caption.from + 1.0) / rate_), open);
  }
  return result;
}

}  // namespace learnscope
