// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/core/lab.h"

namespace learnscope::test {

/// A lab that only describes: its runs are filled by the test.
class DescribedLab : public Lab {
 public:
  void validate(const Config&, std::vector<Problem>&) const override {}
  Estimate estimate(const Config&) const override { return {}; }
  std::unique_ptr<Experiment> build(const Config&, std::uint64_t, const Progress&) const override { return nullptr; }
  State analyse(const std::string&, const Config&, std::uint64_t, const State&, const Config&,
                const Progress&) const override {
    return {};
  }
  std::int64_t defaultSteps(const Config&) const override { return 100; }
  std::string_view page() const override { return {}; }
};

}  // namespace learnscope::test
