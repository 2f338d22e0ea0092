// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/parameter_form.h"
#include "widgets/model/session_model.h"

namespace learnscope {

/// Puts the selected items into the arguments named like the kind of the selection: `neuron` takes the first neuron,
/// `neurons` (a list) all of them. Values that the argument does not allow are left out.
inline void fillFromSelection(ParameterForm& form, const Selection& selection) {
  if (selection.ids.empty()) return;
  Config values = form.values();
  for (const ParameterRow* row : form.rows()) {
    const Parameter& parameter = row->parameter();
    const QString id = QString::fromStdString(parameter.id);
    Json value;
    if (parameter.type == ParameterType::List && (id == selection.kind || id == selection.kind + QLatin1Char('s')))
      value = selection.ids;
    else if (id == selection.kind)
      value = parameter.type == ParameterType::Int ? Json(selection.ids.front())
                                                   : Json(std::to_string(selection.ids.front()));
    if (!value.is_null() && !parameter.check(value)) values.set(parameter.id, value);
  }
  form.setValues(values);
}

}  // namespace learnscope
