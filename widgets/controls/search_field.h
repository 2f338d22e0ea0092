// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

namespace learnscope {

/// The field to filter by words: a magnifier in front, a button that clears it, `prompt` as placeholder and name.
class SearchField : public QLineEdit {
  Q_OBJECT
 public:
  explicit SearchField(const QString& prompt, QWidget* parent = nullptr);
};

}  // namespace learnscope
