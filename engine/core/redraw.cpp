// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/core/redraw.h"

namespace learnscope {

InterventionDescription redrawIntervention() {
  return {
      .id = redrawId,
      .title = LS_TR("Other random numbers"),
      .doc = LS_TR("From here on every random stream of training goes on from another part of itself: the same net, "
                   "another chance."),
      .arguments = {{.id = "draw",
                     .title = LS_TR("Draw"),
                     .type = ParameterType::Int,
                     .fallback = 1,
                     .doc = LS_TR("Which other numbers; each draw gives its own."),
                     .minimum = 1,
                     .maximum = 1048576}}};
}

void redraw(RandomStream& stream, std::int64_t draw) {
  constexpr unsigned partBits = 40;
  stream.setPosition(stream.position() + (static_cast<std::uint64_t>(draw) << partBits));
}

}  // namespace learnscope
