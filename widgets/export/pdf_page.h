// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace learnscope {

/// Sets the page of a one-page PDF written by QPdfWriter (whole points) to exactly `width` x `height` points: replaces
/// its MediaBox, keeping the upper left corner where it is, and mends the cross-reference table. Returns it unchanged
/// if it is not of the form that QPdfWriter writes.
QByteArray withExactPage(const QByteArray& pdf, double width, double height);

}  // namespace learnscope
