// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>

namespace learnscope {

/// An on/off switch: a check box (for keyboard and screen readers) that is drawn as a sliding knob. The knob's place
/// and a bar or ring in it say the state besides the colour.
class SwitchButton : public QCheckBox {
  Q_OBJECT
 public:
  explicit SwitchButton(QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool hitButton(const QPoint& position) const override { return rect().contains(position); }
};

}  // namespace learnscope
