// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <cstdint>

class QLineEdit;

namespace learnscope {

/// A seed, 0..2^63-1 (QSpinBox ends at 2^31-1), with a dice button that draws a new one. Up and Down step it by one.
class SeedField : public QWidget {
  Q_OBJECT
 public:
  explicit SeedField(QWidget* parent = nullptr);
  std::uint64_t seed() const { return seed_; }
  void setSeed(std::uint64_t seed);
  QLineEdit* field() const { return field_; }

 signals:
  void edited(std::uint64_t seed);
  void refused(const QString& why);
  void mended();

 protected:
  bool eventFilter(QObject* object, QEvent* event) override;

 private:
  void commit();
  void change(std::uint64_t seed);
  void roll();

  QLineEdit* field_;
  std::uint64_t seed_ = 0;
};

}  // namespace learnscope
