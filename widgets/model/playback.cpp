// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/playback.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double wholeSeconds = 10;
constexpr int gap = 33;  // ms

}  // namespace

Playback::Playback(SessionModel& model, QObject* parent) : QObject(parent), model_(model) {
  timer_.setInterval(gap);
  connect(&timer_, &QTimer::timeout, this, &Playback::tick);
  connect(&model_, &SessionModel::currentRunChanged, this, [this] {
    stop();
    setRange({});
  });
}

std::pair<double, double> Playback::bounds() const {
  if (range_) return {static_cast<double>(range_->first), static_cast<double>(range_->second)};
  const std::shared_ptr<Run> run = model_.run();
  return {static_cast<double>(run->info().forkStep), static_cast<double>(run->lastStep())};
}

void Playback::play() {
  if (playing() || !model_.run() || model_.run()->lastStep() <= model_.run()->info().forkStep) return;
  const auto [from, to] = bounds();
  const auto at = static_cast<double>(model_.cursor());
  position_ = at < from || at >= to ? from : at;
  placed_ = static_cast<std::int64_t>(position_);
  model_.userCursor(placed_);
  clock_.start();
  timer_.start();
  emit changed();
}

void Playback::stop() {
  if (!playing()) return;
  timer_.stop();
  emit changed();
}

void Playback::setRange(std::optional<std::pair<std::int64_t, std::int64_t>> range) {
  if (range && range->first > range->second) std::swap(range->first, range->second);
  if (range && range->first == range->second) range.reset();
  if (range == range_) return;
  range_ = range;
  emit changed();
}

void Playback::tick() {
  if (model_.following() || model_.cursor() != placed_) return stop();
  const auto [from, to] = bounds();
  const double speed = model_.speed() > 0 ? model_.speed() : (to - from) / wholeSeconds;
  position_ += speed * static_cast<double>(clock_.restart()) / 1000;
  if (position_ >= to) {
    if (!range_) {
      stop();
      return model_.follow();
    }
    position_ = from + std::fmod(position_ - from, to - from);
  }
  placed_ =
      std::clamp(static_cast<std::int64_t>(position_), static_cast<std::int64_t>(from), static_cast<std::int64_t>(to));
  model_.setCursor(placed_);
}

}  // namespace learnscope
