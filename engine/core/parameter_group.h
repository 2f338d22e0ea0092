// SPDX-License-Identifier: GPL-3.0-or-later
// Short forms for a lab's list of parameters.
#pragma once

#include <utility>
#include <vector>

#include "engine/core/parameter.h"

namespace learnscope {

/// A real number in low..high that may change while training.
inline Parameter liveReal(const char* id, const char* title, double fallback, double low, double high,
                          const char* doc) {
  return {.id = id,
          .title = title,
          .type = ParameterType::Real,
          .fallback = fallback,
          .doc = doc,
          .minimum = low,
          .maximum = high,
          .live = true};
}

/// A whole number in low..high that is fixed when the run starts.
inline Parameter fixedWhole(const char* id, const char* title, int fallback, double low, double high, const char* doc) {
  return {.id = id,
          .title = title,
          .type = ParameterType::Int,
          .fallback = fallback,
          .doc = doc,
          .minimum = low,
          .maximum = high};
}

/// Appends parameters under one heading.
class ParameterGroup {
 public:
  ParameterGroup(std::vector<Parameter>& list, const char* title) : list_(list), title_(title) {}
  Parameter& add(Parameter parameter, Json visibleIf = {}) {
    parameter.group = title_;
    parameter.visibleIf = std::move(visibleIf);
    list_.push_back(std::move(parameter));
    return list_.back();
  }

 private:
  std::vector<Parameter>& list_;
  const char* title_;
};

}  // namespace learnscope
