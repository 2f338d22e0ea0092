// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "widgets/model/view.h"

namespace learnscope {

/// Whoever shows several views, for figures of more than one: found among a view's parents.
class FigureHost {
 public:
  virtual ~FigureHost() = default;
  /// Ids and titles of the views that can be in a figure, in their order.
  virtual std::vector<std::pair<QString, QString>> figureViews() const = 0;
  /// The view, made now if it was not yet; null if it cannot be shown.
  virtual View* figureView(const QString& id) = 0;
  /// How the views are arranged, as the command `layout`.
  virtual Json figureLayout() const = 0;
  /// Where styles of figures are kept by name.
  virtual QString stylesFolder() const = 0;

  static FigureHost* of(QWidget& view) {
    for (QWidget* widget = &view; widget; widget = widget->parentWidget())
      if (auto* host = dynamic_cast<FigureHost*>(widget)) return host;
    return nullptr;
  }
};

}  // namespace learnscope
