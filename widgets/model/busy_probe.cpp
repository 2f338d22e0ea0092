// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/busy_probe.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <algorithm>
#include <vector>

namespace learnscope {
namespace {
constexpr qint64 window = 60'000'000'000;  // ns
}

BusyProbe::BusyProbe(QObject* parent) : QObject(parent) {
  clock_.start();
  QCoreApplication::instance()->installEventFilter(this);
  connect(QAbstractEventDispatcher::instance(), &QAbstractEventDispatcher::aboutToBlock, this,
          &BusyProbe::aboutToBlock);
}

BusyProbe::~BusyProbe() {
  if (QCoreApplication::instance()) QCoreApplication::instance()->removeEventFilter(this);
}

bool BusyProbe::eventFilter(QObject*, QEvent*) {
  if (start_ < 0) start_ = clock_.nsecsElapsed();
  return false;
}

void BusyProbe::aboutToBlock() {
  if (start_ < 0) return;
  const qint64 end = clock_.nsecsElapsed();
  samples_.push_back({end, static_cast<float>(static_cast<double>(end - start_) * 1e-6)});
  while (samples_.front().end < end - window) samples_.pop_front();
  start_ = -1;
}

BusyTimes BusyProbe::times() const {
  std::vector<float> values;
  values.reserve(samples_.size());
  const qint64 since = clock_.nsecsElapsed() - window;
  for (const Sample& sample : samples_)
    if (sample.end >= since) values.push_back(sample.milliseconds);
  if (values.empty()) return {};
  const auto p99 = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * 99 / 100);
  std::nth_element(values.begin(), p99, values.end());
  return {*p99, *std::max_element(p99, values.end()), values.size()};
}

void BusyProbe::clear() { samples_.clear(); }

}  // namespace learnscope
