// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/recorder.h"
#include "engine/experiments/rich_lazy/ensemble.h"
#include "engine/measures/singular_tracks.h"
#include "engine/measures/tangent_kernel.h"

namespace learnscope::richlazy {

inline constexpr int shownTrials = 64;       ///< of the activity picture
inline constexpr int shownEigenvalues = 32;  ///< of the kernel's spectrum
inline constexpr double settledAlignment = 0.98;
inline constexpr int settledEvaluations = 5;  ///< that a kernel must stay before it counts as settled

/// Alignments of one evaluation; vectors are [structures * seeds].
struct Alignments {
  std::vector<double> kernel, representation, signs, target, velocity;
};

/// Measures the ensemble against its reference: kernels, representations and spectra.
class Measurement {
 public:
  Measurement(const Ensemble& ensemble, int kernelTrials);

  /// Kernel and representation of every member against those of the reference nets (recomputed when that has changed).
  const Alignments& align(const Ensemble& ensemble);
  void recordAlignments(const Ensemble& ensemble, Recorder& recorder);
  void recordSpectra(const Ensemble& ensemble, double gain, Recorder& recorder);
  /// What the 3D views draw of the first seed: activity, paths and kernels, beside those of the reference.
  void recordPictures(const Ensemble& ensemble, Recorder& recorder);
  /// |W - W(reference)|_F of every member, and the same over |W(reference)|_F.
  static std::vector<double> weightChange(const Ensemble& ensemble, bool relative);

  const Alignments& alignments() const { return now_; }
  /// Largest |eigenvalue| of W over the radius of G's Gaussian disk (its gain), by member, at the last spectra.
  const std::vector<double>& outliers() const { return outliers_; }
  /// The step whose kernel has stayed above settledAlignment for at least settledEvaluations evaluations, or -1, by
  /// structure (first seed).
  std::vector<std::int64_t> settled() const;

  State save() const;
  void load(const Ensemble& ensemble, const State& state);

 private:
  struct Reference {
    AlignedVector<float> kernel;     ///< [rows, rows]
    AlignedVector<float> decision;   ///< activity at the last step [probe trials, N]
    std::vector<double> mean, axes;  ///< the first three principal components of the activity at all steps (first seed)
    double scale = 0;                ///< that fits it into the unit cube
    double rank = 0;                 ///< participation ratio of W's singular values
  };
  struct Anchor {
    TrialRnn net;
    AlignedVector<float> kernel;
    std::int64_t step = -1, evaluations = 0;
  };

  void refresh(const Ensemble& ensemble);
  void kernelOf(const TrialRnn& net, const Ensemble& ensemble, int seedIndex, AlignedVector<float>& kernel);
  void decisionOf(const TrialRnn& net, const TrialBatch& probes, AlignedVector<float>& decision);
  void findAxes(Reference& reference, const TrialRnn& net, const TrialBatch& probes);
  void follow(const Ensemble& ensemble, int member, const AlignedVector<float>& kernel);
  void project(const Reference& reference, const float* activity, int hidden, float* place) const;
  Array decisionPicture(const Ensemble& ensemble, bool start);
  Array pathPicture(const Ensemble& ensemble, int choice);
  Array kernelPicture(const Ensemble& ensemble, bool start) const;

  int kernelTrials_;
  TangentKernel tangent_;
  TrialRnnActivity activity_;
  AlignedVector<float> kernelInputs_, decision_;
  std::vector<Reference> references_;
  std::vector<AlignedVector<float>> kernels_;  ///< at the last evaluation, by member
  std::vector<Anchor> anchors_;                ///< by structure, first seed
  std::vector<SingularTracks> tracks_;         ///< of W by structure, first seed
  std::vector<TrialRnn> last_;                 ///< nets of the last evaluation
  Alignments now_;
  std::vector<double> outliers_;
  std::int64_t lastStep_ = -1, lastProbes_ = -1, referenceVersion_ = -1;
};

/// The inputs of the first `count` trials, [steps, count, inputs].
AlignedVector<float> firstTrials(const TrialBatch& batch, int count);

}  // namespace learnscope::richlazy
