// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAccessible>

namespace learnscope {

/// A custom-painted widget that can say what it shows: its name comes from accessibleName(), this is its value. A
/// widget that derives from it calls installSpoken() before it is shown.
class Spoken {
 public:
  virtual ~Spoken() = default;
  virtual QAccessible::Role spokenRole() const { return QAccessible::Chart; }
  /// What it shows now, in a sentence; changes with the data, so screen readers ask for it when they get there.
  virtual QString spokenText() const = 0;
};

/// Makes Qt's accessibility ask Spoken widgets; once for the process.
void installSpoken();

}  // namespace learnscope
