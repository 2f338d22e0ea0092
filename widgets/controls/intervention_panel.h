// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/model/session_model.h"

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace learnscope {

class ParameterForm;

/// The lab's interventions: for each a button with its doc, and a form for its arguments. An argument that is named
/// like the kind of the selection ("neuron") takes the selected item.
class InterventionPanel : public QWidget {
  Q_OBJECT
 public:
  explicit InterventionPanel(SessionModel& model, QWidget* parent = nullptr);
  ParameterForm* form(const std::string& intervention) const;

 private:
  struct Entry {
    InterventionDescription description;
    QWidget* box;
    QPushButton* button;
    ParameterForm* form;
    QLabel* problem;
  };
  void rebuild();
  Entry makeEntry(const InterventionDescription& description);
  void showState();
  void takeSelection();
  void apply(const Entry& entry);

  SessionModel& model_;
  QVBoxLayout* column_;
  QLabel* empty_;
  std::vector<Entry> entries_;
};

}  // namespace learnscope
