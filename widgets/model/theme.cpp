// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/theme.h"

#include <QGuiApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

namespace learnscope {
namespace {

// Okabe & Ito (2008), ordered so that the first few are the easiest to tell apart. On white the yellow is darkened and
// on black the two blues are lightened until each has a contrast of at least 3:1 with the plot's background.
constexpr std::array<QRgb, 8> lightCategories{0xff0072b2, 0xffd55e00, 0xff009e73, 0xffcc79a7,
                                              0xffe69f00, 0xff56b4e9, 0xff8f8400, 0xff4a5056};
constexpr std::array<QRgb, 8> darkCategories{0xff4c9fe0, 0xfff07a3c, 0xff2dbd93, 0xffdd95bd,
                                             0xfff0b22e, 0xff8ed3f7, 0xfff0e442, 0xffb9c0c7};

// For print without colour: as far apart as four greys can be that have a contrast of at least 3:1 with the background.
constexpr std::array<QRgb, 4> lightGreys{0xff111111, 0xff8f8f8f, 0xff4a4a4a, 0xff6d6d6d};
constexpr std::array<QRgb, 4> darkGreys{0xfff2f2f2, 0xff7a7a7a, 0xffbcbcbc, 0xff999999};
constexpr std::array<QRgb, 2> greyRamp{0xff1c1c1c, 0xfff4f4f4};

// Cividis of Nunez, Anderton & Renslow (2018), sampled at ninths.
constexpr std::array<QRgb, 10> cividis{0xff00204d, 0xff00336f, 0xff39486b, 0xff575c6d, 0xff707173,
                                       0xff8a8779, 0xffa69d75, 0xffc4b56c, 0xffe4cf5b, 0xffffea46};
constexpr std::array<QRgb, 5> divergingLight{0xff1f5a9c, 0xff7fadd6, 0xfff1f1ef, 0xffeb9a7c, 0xffb3312a};
constexpr std::array<QRgb, 5> divergingDark{0xff6cb4ff, 0xff42698f, 0xff474c52, 0xffa3614c, 0xffff8a66};

QColor interpolated(std::span<const QRgb> stops, double u) {
  const double place = u * static_cast<double>(stops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  const double t = place - static_cast<double>(low);
  const QColor a(stops[low]), b(stops[low + 1]);
  const auto mix = [t](int from, int to) { return static_cast<int>(std::lround(from + t * (to - from))); };
  return QColor(mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue()));
}

// A ring of hues of equal lightness and chroma in Oklab (Ottosson 2020), so that no phase stands out.
QColor hueRing(double turns, double lightness) {
  constexpr double chroma = 0.115;
  const double angle = 2 * std::numbers::pi * turns;
  const double a = chroma * std::cos(angle), b = chroma * std::sin(angle);
  const double l = std::pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
  const double m = std::pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
  const double s = std::pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
  const auto gamma = [](double linear) {
    const double x = std::clamp(linear, 0.0, 1.0);
    return static_cast<int>(std::lround(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055)));
  };
  return QColor(gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
                gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
                gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

}  // namespace

Theme Theme::light() {
  Theme theme;
  theme.window = QColor(0xf3f4f6);
  theme.panel = QColor(0xfafbfc);
  theme.raised = QColor(0xffffff);
  theme.text = QColor(0x1d2228);
  theme.muted = QColor(0x5a646e);
  theme.faint = QColor(0xa3abb3);
  theme.grid = QColor(0xe8ebee);
  theme.accent = QColor(0x2a66c8);
  theme.warning = QColor(0x9a6700);
  theme.error = QColor(0xc0332f);
  theme.plotBackground = QColor(0xffffff);
  return theme;
}

Theme Theme::night() {
  Theme theme;
  theme.dark = true;
  theme.window = QColor(0x1a1d21);
  theme.panel = QColor(0x202429);
  theme.raised = QColor(0x2a2f36);
  theme.text = QColor(0xe4e7ea);
  theme.muted = QColor(0x9ea7b0);
  theme.faint = QColor(0x69727b);
  theme.grid = QColor(0x2b3036);
  theme.accent = QColor(0x6ea8ff);
  theme.warning = QColor(0xe2ad45);
  theme.error = QColor(0xff7b72);
  theme.plotBackground = QColor(0x17191d);
  return theme;
}

Theme Theme::of(const QPalette& palette) {
  const bool dark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
  return dark ? night() : light();
}

Theme Theme::current() { return of(QGuiApplication::palette()); }

QPalette Theme::palette() const {
  QPalette result;
  const QColor onAccent = dark ? QColor(0x10141a) : QColor(0xffffff);
  const std::initializer_list<std::pair<QPalette::ColorRole, QColor>> roles{
      {QPalette::Window, window},
      {QPalette::WindowText, text},
      {QPalette::Base, raised},
      {QPalette::AlternateBase, panel},
      {QPalette::Text, text},
      {QPalette::PlaceholderText, faint},
      {QPalette::Button, panel},
      {QPalette::ButtonText, text},
      {QPalette::BrightText, error},
      {QPalette::ToolTipBase, raised},
      {QPalette::ToolTipText, text},
      {QPalette::Highlight, accent},
      {QPalette::HighlightedText, onAccent},
      {QPalette::Link, accent},
      {QPalette::LinkVisited, accent.darker(dark ? 120 : 130)},
      {QPalette::Light, dark ? QColor(0x3a4048) : QColor(0xffffff)},
      {QPalette::Midlight, dark ? QColor(0x31373e) : QColor(0xeef0f2)},
      {QPalette::Mid, dark ? QColor(0x3d444c) : QColor(0xcfd4d9)},
      {QPalette::Dark, dark ? QColor(0x101215) : QColor(0xb4bbc2)},
      {QPalette::Shadow, dark ? QColor(Qt::black) : QColor(0x8a929a)}};
  for (const auto& [role, color] : roles) result.setColor(role, color);
  for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
    result.setColor(QPalette::Disabled, role, faint);
  result.setColor(QPalette::Disabled, QPalette::Highlight, faint);
  result.setColor(QPalette::Inactive, QPalette::Highlight, dark ? QColor(0x3b4a63) : QColor(0xcfdcf2));
  result.setColor(QPalette::Inactive, QPalette::HighlightedText, text);
  return result;
}

QColor Theme::category(int index) const {
  if (greys) {
    const auto& all = dark ? darkGreys : lightGreys;
    return QColor(all[static_cast<std::size_t>(std::max(index, 0)) % all.size()]);
  }
  const auto& base = dark ? darkCategories : lightCategories;
  const int count = static_cast<int>(base.size());
  const int positive = std::max(index, 0);
  const QColor color(base[static_cast<std::size_t>(positive % count)]);
  // Later rounds stay apart from the first by lightness.
  const int round = (positive / count) % 3;
  if (round == 0) return color;
  return round == 1 ? color.lighter(dark ? 78 : 135) : color.lighter(dark ? 125 : 74);
}

QColor Theme::category(int index, const QString& key) const {
  bool number = false;
  key.toInt(&number);
  return greys && (number || key.startsWith(QLatin1Char('#'))) ? category(index) : color(key);
}

Qt::PenStyle Theme::dash(int index) {
  constexpr std::array styles{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine};
  return styles[static_cast<std::size_t>(std::max(index, 0)) % styles.size()];
}

QColor Theme::color(const QString& key) const {
  if (key == QLatin1String("train")) return category(0);
  if (key == QLatin1String("test")) return category(1);
  if (key == QLatin1String("concept")) return category(2);
  if (key == QLatin1String("text")) return text;
  if (key == QLatin1String("muted")) return muted;
  if (key == QLatin1String("faint")) return faint;
  if (key == QLatin1String("accent")) return accent;
  if (key == QLatin1String("warning")) return warning;
  if (key == QLatin1String("error")) return error;
  if (key.startsWith(QLatin1Char('#')) && QColor::isValidColor(key)) {
    const QColor given(key);
    const int grey = qGray(given.rgb());
    return greys ? QColor(grey, grey, grey) : given;
  }
  bool number = false;
  const int index = key.toInt(&number);
  return number ? category(index) : muted;
}

QColor mapColor(const QString& map, double u, const Theme& theme) {
  if (!std::isfinite(u)) return theme.faint;
  if (theme.greys) {
    const double turn = std::abs(2 * (u - std::floor(u)) - 1);
    return interpolated(greyRamp, map == QLatin1String("cyclic") ? turn : std::clamp(u, 0.0, 1.0));
  }
  if (map == QLatin1String("cyclic")) return hueRing(u - std::floor(u), theme.dark ? 0.75 : 0.66);
  const double clamped = std::clamp(u, 0.0, 1.0);
  if (map == QLatin1String("diverging")) return interpolated(theme.dark ? divergingDark : divergingLight, clamped);
  return interpolated(cividis, clamped);
}

}  // namespace learnscope
