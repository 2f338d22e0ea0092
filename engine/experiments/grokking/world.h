// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/core/config.h"
#include "engine/data/pair_task.h"
#include "engine/measures/isotypic.h"
#include "engine/measures/spectrum.h"
#include "engine/models/two_layer_options.h"

namespace learnscope::grokking {

/// The operation that the config names: a group, an expression mod p, or a user's Cayley table. Throws ConfigError,
/// DataError, IoError.
OperationTable operationOf(const Config& config);

/// n as the config asks for it: `n`, or round(c M ln M) if that is 0 (not clipped).
std::int64_t requestedPairs(const Config& config, int order);
/// n as trained on: an n that follows from c is clipped to M..M^2 - 1; energy-only runs hold all M^2 pairs.
int trainingPairs(const Config& config, int order);

/// The options of the net; throws ConfigError for what does not go together.
TwoLayerOptions optionsOf(const Config& config);

/// What a feature is in this world: an isotype of the group, numbered from 1 (for Z_p the frequency); none for an
/// expression.
class FeatureSet {
 public:
  FeatureSet() = default;
  explicit FeatureSet(const OperationTable& operation);

  /// True if the operation is a group: features, alpha and spectra exist.
  bool present() const { return !isotypes_.empty(); }
  /// Features without the trivial one.
  int count() const { return present() ? static_cast<int>(isotypes_.size()) - 1 : 0; }
  /// The trivial isotype first.
  const std::vector<Isotype>& isotypes() const { return isotypes_; }
  /// Spectrum over the features: Fourier where the table is addition mod p, else isotypic.
  FeatureSpectrum spectrum() const;
  /// 1..count(), the stable ids of feature arrays.
  std::vector<std::int64_t> ids() const;

 private:
  bool modular_ = false;
  int order_ = 0;
  std::vector<Isotype> isotypes_;
};

}  // namespace learnscope::grokking
