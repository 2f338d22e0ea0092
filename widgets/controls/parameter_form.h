// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>
#include <optional>
#include <vector>

#include "engine/core/config.h"
#include "widgets/controls/parameter_editor.h"

class QLabel;
class QToolButton;
class QVBoxLayout;

namespace learnscope {

/// One parameter as a row: title (bold with a reset arrow when changed, a dot when live), editor, and below what is
/// wrong.
class ParameterRow : public QWidget {
  Q_OBJECT
 public:
  ParameterRow(const Parameter& parameter, QWidget* parent = nullptr);
  const Parameter& parameter() const { return editor_->parameter(); }
  ParameterEditor* editor() const { return editor_; }

  void setValue(const Json& value);
  /// A text under the field, empty for none. What the field itself refuses goes before what the lab says.
  void setProblem(const QString& text, bool warning);
  QString problem() const;
  /// The value waits for the next run.
  void setPending(bool pending);
  /// Title, id or doc contain all words.
  bool matches(const QString& words) const;

 signals:
  void edited(const learnscope::Json& value);
  void resetRequested();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void showState();

  ParameterEditor* editor_;
  QLabel* title_;
  QLabel* problem_;
  QToolButton* reset_;
  QString own_, labs_;
  bool labsWarning_ = false;
  bool changed_ = false, pending_ = false;
};

/// Parameters under each other, grouped under foldable headings when there is more than one group. Rows whose
/// `visibleIf` does not hold are hidden. Used by the parameter panel, and for the arguments of interventions and
/// analyses.
class ParameterForm : public QWidget {
  Q_OBJECT
 public:
  explicit ParameterForm(QWidget* parent = nullptr);

  /// Rebuilds the rows; a row whose description is unchanged is kept, with focus and half-typed text.
  void setParameters(const std::vector<Parameter>& parameters, bool headings = true);
  void setValues(const Config& values);
  Config values() const { return values_; }
  /// Shows only rows that match; empty shows all.
  void setFilter(const QString& words);
  ParameterRow* row(const std::string& id) const;
  const std::vector<ParameterRow*>& rows() const { return rows_; }
  int visibleRows() const { return visibleRows_; }

 signals:
  void edited(const std::string& id, const learnscope::Json& value);
  void resetRequested(const std::string& id);
  void gestureBegan();
  void gestureEnded();

 private:
  struct Group {
    QString title;
    QToolButton* heading;
    QWidget* body;
    std::vector<ParameterRow*> rows;
  };
  Group& group(const QString& title, bool headings);
  void showRows();

  QVBoxLayout* column_;
  std::vector<Parameter> parameters_;
  std::vector<ParameterRow*> rows_;
  std::vector<Group> groups_;
  Config values_;
  QString filter_;
  int visibleRows_ = 0;
};

}  // namespace learnscope
