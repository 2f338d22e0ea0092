// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/continual_metrics.h"

#include <algorithm>
#include <cmath>

namespace learnscope {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr int curveStart = 10;  ///< beta of LCA

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? undefined : sum / static_cast<double>(values.size());
}

}  // namespace

ContinualMetrics::ContinualMetrics(int tasks) {
  const std::size_t count = at(tasks);
  seen_.assign(count, false);
  ended_.assign(count, false);
  for (std::vector<double>* values : {&minimum_, &endValue_, &before_, &untrained_}) values->assign(count, undefined);
  for (std::vector<double>* values : {&drop10_, &drop100_, &rise10_, &rise100_, &early_}) values->assign(count, 0.0);
  earlyCount_.assign(count, 0);
  endStep_.assign(count, -1);
}

void ContinualMetrics::observe(const ContinualEvaluation& evaluation) {
  const bool begins = history_.empty() || history_.back().endsSegment;
  history_.push_back(evaluation);
  if (begins) {
    segment_ = endTable_.size();
    segmentStart_ = history_.size() - 1;
  }
  for (int i = 0; i < tasks(); ++i) {
    const auto value = static_cast<double>(evaluation.accuracy[at(i)]);
    if (std::isnan(value)) continue;
    seen_[at(i)] = true;
    if (ended_[at(i)] && i != evaluation.current)
      minimum_[at(i)] = std::isnan(minimum_[at(i)]) ? value : std::min(minimum_[at(i)], value);
    if (i == evaluation.current && !ended_[at(i)] && earlyCount_[at(i)] < curveStart) {
      early_[at(i)] += value;
      ++earlyCount_[at(i)];
    }
  }
  followWindows(evaluation);
  followGaps(evaluation, begins);
  anytime_ += averageAccuracy();
  if (evaluation.endsSegment) endSegment(evaluation);
}

void ContinualMetrics::endNow() {
  if (history_.empty() || history_.back().endsSegment) return;
  history_.back().endsSegment = true;
  endSegment(history_.back());
}

void ContinualMetrics::followWindows(const ContinualEvaluation& evaluation) {
  const std::size_t last = history_.size() - 1;
  for (std::size_t i = 0; i < minimum_.size(); ++i) {
    const float now = evaluation.accuracy[i];
    if (std::isnan(now)) continue;
    for (std::size_t back = 1; back < 100 && back <= last; ++back) {
      const float then = history_[last - back].accuracy[i];
      if (std::isnan(then)) break;
      const double drop = static_cast<double>(then) - static_cast<double>(now);
      drop100_[i] = std::max(drop100_[i], drop);
      rise100_[i] = std::max(rise100_[i], -drop);
      if (back >= 10) continue;
      drop10_[i] = std::max(drop10_[i], drop);
      rise10_[i] = std::max(rise10_[i], -drop);
    }
  }
}

void ContinualMetrics::followGaps(const ContinualEvaluation& evaluation, bool begins) {
  if (begins) {
    for (int i = 0; i < tasks(); ++i) {
      if (!ended_[at(i)] || i == evaluation.current) continue;
      StabilityGap gap;
      gap.task = i;
      gap.segment = segment_;
      gap.before = static_cast<double>(history_[history_.size() - 2].accuracy[at(i)]);
      gap.minimum = gap.onsetMinimum = std::numeric_limits<double>::infinity();
      gaps_.push_back(gap);
    }
  }
  for (StabilityGap& gap : gaps_) {
    if (gap.segment != segment_ || gap.ended) continue;
    gap.end = static_cast<double>(evaluation.accuracy[at(gap.task)]);
    if (gap.end < gap.minimum) {
      gap.minimum = gap.end;
      gap.minimumStep = evaluation.step;
    }
    if (begins) gap.onsetMinimum = gap.end;
  }
}

// What only the end of a stretch can tell: where its first tenth ends, and how far each evaluation lay below the end.
void ContinualMetrics::closeGaps() {
  const std::int64_t start = segmentStart_ > 0 ? history_[segmentStart_ - 1].step : 0;
  const std::int64_t length = history_.back().step - start;
  const std::int64_t onset = start + std::max<std::int64_t>(20, length / 10);
  for (StabilityGap& gap : gaps_) {
    if (gap.segment != segment_ || gap.ended) continue;
    gap.ended = true;
    std::int64_t before = start;
    for (std::size_t n = segmentStart_; n < history_.size(); ++n) {
      const std::int64_t step = history_[n].step;
      const auto value = static_cast<double>(history_[n].accuracy[at(gap.task)]);
      if (step <= onset) gap.onsetMinimum = std::min(gap.onsetMinimum, value);
      gap.area += std::max(0.0, gap.end - value) * static_cast<double>(step - before);
      before = step;
      if (gap.recovery90 < 0 && step >= gap.minimumStep && value >= gap.minimum + 0.9 * gap.recovery())
        gap.recovery90 = step - gap.minimumStep;
    }
  }
}

void ContinualMetrics::endSegment(const ContinualEvaluation& evaluation) {
  closeGaps();
  const std::size_t current = at(evaluation.current);
  ended_[current] = true;
  endValue_[current] = static_cast<double>(evaluation.accuracy[current]);
  endStep_[current] = evaluation.step;
  endTable_.push_back(evaluation.accuracy);
  endTask_.push_back(evaluation.current);
}

double ContinualMetrics::averageAccuracy() const {
  std::vector<double> values;
  if (!history_.empty())
    for (const float value : history_.back().accuracy)
      if (!std::isnan(value)) values.push_back(static_cast<double>(value));
  return meanOf(values);
}

double ContinualMetrics::meanOfEarlier(const std::vector<double>& values) const {
  std::vector<double> earlier;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (ended_[i] && at(history_.back().current) != i && !std::isnan(values[i])) earlier.push_back(values[i]);
  return meanOf(earlier);
}

double ContinualMetrics::forgetting() const {
  if (history_.empty()) return undefined;
  std::vector<double> lost(minimum_.size());
  for (std::size_t i = 0; i < lost.size(); ++i)
    lost[i] = endValue_[i] - static_cast<double>(history_.back().accuracy[i]);
  return meanOfEarlier(lost);
}

double ContinualMetrics::minimumAccuracy() const { return history_.empty() ? undefined : meanOfEarlier(minimum_); }

double ContinualMetrics::worstCaseAccuracy() const {
  if (history_.empty()) return undefined;
  const auto current = static_cast<double>(history_.back().accuracy[at(history_.back().current)]);
  const double least = minimumAccuracy();
  if (std::isnan(least)) return current;
  double earlier = 0;
  for (std::size_t i = 0; i < ended_.size(); ++i) earlier += ended_[i] && at(history_.back().current) != i ? 1 : 0;
  return current / (earlier + 1) + earlier / (earlier + 1) * least;
}

double ContinualMetrics::windowedForgetting(int w) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < seen_.size(); ++i)
    if (seen_[i]) values.push_back(w == 10 ? drop10_[i] : drop100_[i]);
  return meanOf(values);
}

double ContinualMetrics::windowedPlasticity(int w) const {
  std::vector<double> values;
  for (std::size_t i = 0; i < seen_.size(); ++i)
    if (seen_[i]) values.push_back(w == 10 ? rise10_[i] : rise100_[i]);
  return meanOf(values);
}

double ContinualMetrics::averageAnytimeAccuracy() const {
  return history_.empty() ? undefined : anytime_ / static_cast<double>(history_.size());
}

double ContinualMetrics::learningCurveArea() const {
  std::vector<double> areas;
  for (std::size_t i = 0; i < early_.size(); ++i)
    if (earlyCount_[i] == curveStart && !std::isnan(before_[i]))
      areas.push_back((before_[i] + early_[i]) / (curveStart + 1));
  return meanOf(areas);
}

double ContinualMetrics::backwardTransfer() const {
  std::vector<double> transfer;
  for (std::size_t j = 0; j + 1 < endTable_.size(); ++j) {
    const std::size_t task = at(endTask_[j]);
    const bool first = std::find(endTask_.begin(), endTask_.begin() + static_cast<std::ptrdiff_t>(j), endTask_[j]) ==
                       endTask_.begin() + static_cast<std::ptrdiff_t>(j);
    if (first && endTask_.back() != endTask_[j])
      transfer.push_back(static_cast<double>(endTable_.back()[task]) - static_cast<double>(endTable_[j][task]));
  }
  return meanOf(transfer);
}

double ContinualMetrics::chaudhryForgetting() const {
  std::vector<double> lost;
  for (std::size_t i = 0; i < minimum_.size() && !endTable_.empty(); ++i) {
    double best = -1;
    for (std::size_t j = 0; j + 1 < endTable_.size(); ++j)
      if (!std::isnan(endTable_[j][i])) best = std::max(best, static_cast<double>(endTable_[j][i]));
    if (best >= 0 && at(endTask_.back()) != i) lost.push_back(best - static_cast<double>(endTable_.back()[i]));
  }
  return meanOf(lost);
}

double ContinualMetrics::forwardTransfer() const {
  std::vector<double> gained;
  const int first = history_.empty() ? -1 : history_.front().current;
  for (int i = 0; i < tasks(); ++i)
    if (i != first && !std::isnan(before_[at(i)]) && !std::isnan(untrained_[at(i)]))
      gained.push_back(before_[at(i)] - untrained_[at(i)]);
  return meanOf(gained);
}

double ContinualMetrics::retention(int task, double chance) const {
  if (sinceEnd(task) < 0) return undefined;
  return (static_cast<double>(history_.back().accuracy[at(task)]) - chance) / (endValue_[at(task)] - chance);
}

std::int64_t ContinualMetrics::sinceEnd(int task) const {
  if (history_.empty() || !ended_[at(task)]) return -1;
  if (history_.back().current == task && history_.back().step != endStep_[at(task)]) return -1;
  return history_.back().step - endStep_[at(task)];
}

void ContinualMetrics::retentionCurve(int task, double chance, std::vector<double>& tau,
                                      std::vector<double>& retention) const {
  tau.clear();
  retention.clear();
  double end = undefined;
  std::int64_t endStep = 0;
  for (const ContinualEvaluation& evaluation : history_) {
    const auto value = static_cast<double>(evaluation.accuracy[at(task)]);
    if (evaluation.current == task) {
      if (evaluation.endsSegment) {
        end = value;
        endStep = evaluation.step;
      }
      continue;
    }
    if (std::isnan(end)) continue;
    if (!tau.empty() && static_cast<std::int64_t>(tau.back()) >= evaluation.step - endStep) {
      tau.clear();  // another exposure began
      retention.clear();
    }
    tau.push_back(static_cast<double>(evaluation.step - endStep));
    retention.push_back((value - chance) / (end - chance));
  }
}

double ContinualMetrics::meanGapDepth() const {
  std::vector<double> depths;
  for (const StabilityGap& gap : gaps_) depths.push_back(gap.depth());
  return meanOf(depths);
}

double ContinualMetrics::meanGapRecovery() const {
  std::vector<double> gains;
  for (const StabilityGap& gap : gaps_) gains.push_back(gap.recovery());
  return meanOf(gains);
}

State ContinualMetrics::save() const {
  State state;
  std::vector<std::int64_t> rows;
  std::vector<float> accuracies;
  for (const ContinualEvaluation& evaluation : history_) {
    rows.insert(rows.end(), {evaluation.step, evaluation.current, evaluation.endsSegment ? 1 : 0});
    accuracies.insert(accuracies.end(), evaluation.accuracy.begin(), evaluation.accuracy.end());
  }
  const auto count = static_cast<std::int64_t>(history_.size());
  state.put("rows", Array::from<std::int64_t>(rows, {count, 3}));
  state.put("accuracies", Array::from<float>(accuracies, {count, tasks()}));
  state.put("before", Array::vector<double>(before_));
  state.put("untrained", Array::vector<double>(untrained_));
  return state;
}

// Everything else follows from the history.
void ContinualMetrics::load(const State& state) {
  const auto rows = state.get("rows").as<std::int64_t>();
  const auto accuracies = state.get("accuracies").as<float>();
  const auto before = state.get("before").as<double>(), untrained = state.get("untrained").as<double>();
  const std::size_t count = rows.size() / 3, width = before.size();
  *this = ContinualMetrics(static_cast<int>(width));
  before_.assign(before.begin(), before.end());
  untrained_.assign(untrained.begin(), untrained.end());
  for (std::size_t n = 0; n < count; ++n) {
    const auto values = accuracies.subspan(n * width, width);
    observe({rows[3 * n], static_cast<int>(rows[3 * n + 1]), rows[3 * n + 2] != 0, {values.begin(), values.end()}});
  }
}

}  // namespace learnscope
