// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusVariant>
#include <QObject>

namespace learnscope {

/// Dark or light for the whole application: as the desktop says (its portal's colour scheme, else how light its palette
/// is), or as the user chose. LEARNSCOPE_THEME=light|dark wins over both.
class DesktopTheme : public QObject {
  Q_OBJECT
 public:
  enum class Choice { System, Light, Dark };
  Q_ENUM(Choice)

  explicit DesktopTheme(QObject* parent = nullptr);
  Choice choice() const { return choice_; }
  void setChoice(Choice choice);
  bool dark() const { return dark_; }

  /// The names used in settings.
  static QString name(Choice choice);
  static Choice fromName(const QString& name);

 signals:
  void changed();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private slots:
  void onPortalSetting(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  void askPortal();
  void apply();
  bool wantsDark() const;

  enum class Portal { Unknown, NoPreference, Dark, Light };
  Choice choice_ = Choice::System;
  Portal portal_ = Portal::Unknown;
  bool desktopPaletteDark_ = false;
  bool dark_ = false;
  bool applying_ = false;
};

/// The house's style sheet for a theme: what Fusion with a palette cannot say.
QString houseStyleSheet(bool dark);

}  // namespace learnscope
