// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainter>
#include <QString>

#include "engine/core/parameter.h"
#include "widgets/model/theme.h"

namespace learnscope {

/// What a lab's card shows before there is a picture of a run: a drawing of the kind of thing its main view holds. It
/// stands for no data.
enum class CardMotif { Carousel, Trajectory, Surface, Graph, Curves, Splats };

/// From the marks of the page's first scene view: splats a piece of furniture, angles a carousel, tubes a trajectory,
/// meshes a surface, lines or arrows a graph; without a scene, curves. `page` is the whole JSON of a lab's page.
CardMotif cardMotif(const Json& page);

/// The page's accent colour, adapted to the theme; the theme's accent without one.
QColor cardAccent(const Json& page, const Theme& theme);

/// Draws the motif into `rect`, clipped; `seed` makes two labs of one motif differ.
void paintCard(QPainter& painter, const QRectF& rect, CardMotif motif, const QColor& accent, const Theme& theme,
               std::uint64_t seed);

}  // namespace learnscope
