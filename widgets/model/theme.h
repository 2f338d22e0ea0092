// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace learnscope {

/// The colours of the house in light and dark; both designed. Categories are Okabe-Ito, each with a dash of its own.
struct Theme {
  bool dark = false;
  bool greys = false;  ///< categories and maps without colour, for print
  QColor window, panel, raised, text, muted, faint, grid, accent, warning, error, plotBackground;

  static Theme light();
  static Theme night();
  static Theme of(const QPalette& palette);
  static Theme current();  ///< of the application's palette
  QPalette palette() const;

  /// The colour that means `key` in every view: "train", "test", "concept", "0".."n" (category by number), "#rrggbb",
  /// "text", "muted".
  QColor color(const QString& key) const;
  QColor category(int index) const;
  /// The same where a page wants the colour `key` for it. Hues that a page chose may be alike in grey: then the theme's
  /// own greys are taken.
  QColor category(int index, const QString& key) const;
  /// Pen style that goes with a category, so that colour is never the only difference.
  static Qt::PenStyle dash(int index);
};

/// Maps u in [0, 1] to a colour: "sequential" (cividis), "diverging" (light centre; in the dark theme a grey one),
/// "cyclic". In greys all but the cyclic one run from dark to light, so that a sign can still be read.
QColor mapColor(const QString& map, double u, const Theme& theme);

}  // namespace learnscope
