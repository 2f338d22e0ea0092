// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model/view.h"

namespace learnscope {

View::View(ViewSpec spec, SessionModel& model, QWidget* parent)
    : QWidget(parent), spec_(std::move(spec)), model_(model) {
  setObjectName(QStringLiteral("view.") + QString::fromStdString(spec_.id));
  setAccessibleName(spec_.title);
}

std::unique_ptr<FilmFrame> View::filmFrame(const QRectF&, const FigureStyle&) { return nullptr; }

}  // namespace learnscope
