// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <span>

#include "widgets/model/view.h"

namespace learnscope {

/// Views as one picture of `style`'s size and resolution.
QImage figureImage(std::span<View* const> views, const FigureStyle& style);
inline QImage figureImage(View& view, const FigureStyle& style) {
  View* const views[] = {&view};
  return figureImage(views, style);
}

/// Saves views as one figure, by the suffix of `path`: .pdf, .svg, .png, .tif or .tiff. Written aside, then renamed,
/// with metadata (lab, config, seed, step, version, run id); all but TIFF carry the whole state (FigureState). Throws
/// ConfigError for an unknown suffix and for what is wrong with the style, IoError, and what views throw.
void saveFigure(std::span<View* const> views, const QString& path, const FigureStyle& style,
                const Json& layout = Json::object());
inline void saveFigure(View& view, const QString& path, const FigureStyle& style) {
  View* const views[] = {&view};
  saveFigure(views, path, style);
}

/// The suffixes that saveFigure() knows.
const QStringList& figureSuffixes();
/// What is wrong with a style on this machine: its numbers, and fonts that are not installed. Throws ConfigError.
void requireFigureStyle(const FigureStyle& style);

}  // namespace learnscope
