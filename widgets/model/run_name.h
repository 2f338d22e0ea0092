// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/model/session_model.h"

namespace learnscope {

/// A JSON value as a user reads it: no quotes around texts, numbers to six digits, at most 30 characters.
QString shortText(const Json& json);

/// "Classic from 200 \u00b7 weightDecay 0": title, fork, and how the run differs from its parent (or, without one, from
/// the first of the set).
QString runName(const SessionModel& model, const Run& run);

}  // namespace learnscope
