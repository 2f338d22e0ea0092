// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/scale_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace learnscope {
namespace {

constexpr QChar minus(0x2212), thinSpace(0x2009);

QString superscript(int exponent) {
  static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  QString text = exponent < 0 ? QStringLiteral("⁻") : QString();
  for (const QChar c : QString::number(std::abs(exponent))) text += digits[c.digitValue()];
  return text;
}

QString grouped(QString text) {
  text.replace(QLatin1Char('-'), minus);
  const qsizetype point = text.indexOf(QLatin1Char('.'));
  const qsizetype end = point < 0 ? text.size() : point;
  const qsizetype begin = text.startsWith(minus) ? 1 : 0;
  if (end - begin >= 5)
    for (qsizetype i = end - 3; i > begin; i -= 3) text.insert(i, thinSpace);
  return text;
}

QString powerOfTen(int exponent) {
  if (exponent >= -3 && exponent <= 3) return formatNumber(std::pow(10.0, exponent), 6);
  return QStringLiteral("10") + superscript(exponent);
}

// Steps of 1, 2 or 5 times a power of ten.
double roundStep(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double part = rough / power;
  return power * (part <= 1.0 + 1e-9 ? 1 : part <= 2 + 1e-9 ? 2 : part <= 5 + 1e-9 ? 5 : 10);
}

std::vector<Tick> linearTicks(double low, double high, int count) {
  const double step = roundStep((high - low) / count);
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
  const bool extreme = std::max(std::abs(low), std::abs(high)) >= 1e7 || step < 1e-6;
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) {
    const double at = std::abs(i) < 0.5 ? 0 : i * step;
    ticks.push_back({at, extreme ? formatNumber(at, 3) : grouped(QString::number(at, 'f', decimals))});
  }
  return ticks;
}

std::vector<Tick> logTicks(double low, double high, int count) {
  const double decades = high - low;
  std::vector<Tick> ticks;
  if (decades < 0.7) {  // less than a factor of 5: round numbers of the value itself
    for (const Tick& tick : linearTicks(std::pow(10, low), std::pow(10, high), count))
      if (tick.coordinate > 0) ticks.push_back({std::log10(tick.coordinate), tick.label});
    return ticks;
  }
  const int every = std::max(1, static_cast<int>(std::ceil(decades / count)));
  const bool between = every == 1 && decades * 3 <= count + 2;
  for (int k = static_cast<int>(std::floor(low)); k <= static_cast<int>(std::ceil(high)); ++k) {
    for (const int digit : {1, 2, 5}) {
      if (digit > 1 && !between) break;
      const double at = k + std::log10(digit);
      if (at < low - 1e-9 || at > high + 1e-9 || k % every != 0) continue;
      ticks.push_back({at, digit == 1 ? powerOfTen(k) : formatNumber(digit * std::pow(10.0, k), 3)});
    }
  }
  return ticks;
}

std::vector<Tick> symlogTicks(const ScaleMap& scale, double low, double high, int count) {
  std::vector<Tick> ticks;
  if (low <= 0 && high >= 0) ticks.push_back({0, QStringLiteral("0")});
  const int first = static_cast<int>(std::lround(std::log10(scale.threshold)));
  const double reach = std::max(std::abs(low), std::abs(high));
  const int last = first + static_cast<int>(std::floor(reach)) + 1;
  const bool twoSided = low < 0 && high > 0;
  const int every = std::max(1, static_cast<int>(std::ceil((last - first) * (twoSided ? 2.0 : 1.0) / count)));
  // The outermost power comes first, so that thinning keeps it.
  for (int k = last; k >= first; k -= every) {
    for (const int sign : {-1, 1}) {
      const double at = sign * scale.forward(std::pow(10.0, k));
      if (at < low - 1e-9 || at > high + 1e-9) continue;
      ticks.push_back({at, (sign < 0 ? QString(minus) : QString()) + powerOfTen(k)});
    }
  }
  std::sort(ticks.begin(), ticks.end(), [](const Tick& a, const Tick& b) { return a.coordinate < b.coordinate; });
  return ticks;
}

}  // namespace

ScaleMap ScaleMap::parse(const QString& name) {
  if (name == QLatin1String("log")) return {Kind::Log, 1};
  if (name == QLatin1String("symlog")) return {Kind::Symlog, 1};
  return {};
}

QString ScaleMap::name() const {
  switch (kind) {
    case Kind::Log:
      return QStringLiteral("log");
    case Kind::Symlog:
      return QStringLiteral("symlog");
    case Kind::Linear:
      break;
  }
  return QStringLiteral("linear");
}

double ScaleMap::forward(double value) const {
  switch (kind) {
    case Kind::Log:
      return value > 0 ? std::log10(value) : std::nan("");
    case Kind::Symlog:
      return std::copysign(std::log10(1 + std::abs(value) / threshold), value);
    case Kind::Linear:
      break;
  }
  return value;
}

double ScaleMap::inverse(double coordinate) const {
  switch (kind) {
    case Kind::Log:
      return std::pow(10.0, coordinate);
    case Kind::Symlog:
      return std::copysign(threshold * (std::pow(10.0, std::abs(coordinate)) - 1), coordinate);
    case Kind::Linear:
      break;
  }
  return coordinate;
}

std::vector<Tick> roundTicks(const ScaleMap& scale, double low, double high, int count) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) return {};
  count = std::max(count, 2);
  switch (scale.kind) {
    case ScaleMap::Kind::Log:
      return logTicks(low, high, count);
    case ScaleMap::Kind::Symlog:
      return symlogTicks(scale, low, high, count);
    case ScaleMap::Kind::Linear:
      break;
  }
  return linearTicks(low, high, count);
}

double roundUp(double value) {
  if (!(value > 0) || !std::isfinite(value)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double part : {1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0})
    if (part * power >= value * (1 - 1e-12)) return part * power;
  return 10 * power;
}

QString formatNumber(double value, int digits) {
  if (std::isnan(value)) return QStringLiteral("–");
  if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
  if (value == 0) return QStringLiteral("0");
  const double magnitude = std::abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e7) {
    const int before = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
    const int decimals = std::clamp(digits - before, 0, 8);
    QString text = QString::number(value, 'f', decimals);
    if (text.contains(QLatin1Char('.'))) {
      while (text.endsWith(QLatin1Char('0'))) text.chop(1);
      if (text.endsWith(QLatin1Char('.'))) text.chop(1);
    }
    return grouped(text);
  }
  int exponent = static_cast<int>(std::floor(std::log10(magnitude)));
  const auto mantissa = [&] { return QString::number(value / std::pow(10.0, exponent), 'g', std::max(digits - 1, 1)); };
  QString part = mantissa();
  if (std::abs(part.toDouble()) >= 10) {  // 9.9996 rounds up to the next power
    ++exponent;
    part = mantissa();
  }
  part.replace(QLatin1Char('-'), minus);
  if (part == QLatin1String("1")) return QStringLiteral("10") + superscript(exponent);
  return part + QStringLiteral("×10") + superscript(exponent);
}

}  // namespace learnscope
