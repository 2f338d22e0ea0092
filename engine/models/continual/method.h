// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/models/continual/bench.h"

namespace learnscope::continual {

/// One way to learn task after task, as a plug-in: it is asked for gradients and told of tasks, and keeps what it needs
/// between steps. New methods implement this and take their place in makeMethod().
class Method {
 public:
  virtual ~Method() = default;
  /// A task's first step comes next.
  virtual void taskBegin(Bench&) {}
  /// From bench.batch: sets bench.fresh and, where something holds the old tasks, bench.stability and bench.total;
  /// calls bench.followFresh() where nothing does.
  virtual LossParts gradient(Bench& bench) = 0;
  /// The optimizer has moved theta by -rate * bench.velocity.
  virtual void afterStep(Bench&, double /*rate*/) {}
  /// A task's last step has been made; bench.finished already names it and the memory is refilled.
  virtual void taskEnd(Bench&) {}
  /// Bytes kept between steps besides the weights and the memory.
  virtual std::size_t bytes() const { return 0; }
  virtual State save() const { return {}; }
  virtual void load(const State&) {}
};

std::unique_ptr<Method> makeMethod(MethodKind kind);
/// True for the methods that learn from bench.memory.
bool usesMemory(MethodKind kind);
/// The memory that a method's published form has.
MemoryPolicy usualPolicy(MethodKind kind);

std::unique_ptr<Method> makeJoint(bool fromScratch);
std::unique_ptr<Method> makeReplay(MethodKind kind);
std::unique_ptr<Method> makeProjection(MethodKind kind);
std::unique_ptr<Method> makePenalty(MethodKind kind);
std::unique_ptr<Method> makeDistillation();

}  // namespace learnscope::continual
