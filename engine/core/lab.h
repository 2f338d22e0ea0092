// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "engine/core/config.h"
#include "engine/core/description.h"
#include "engine/core/random_stream.h"
#include "engine/core/recorder.h"
#include "engine/core/state.h"

namespace learnscope {

/// Long work reports through this and stops when asked: call report() at least every 50 ms; it throws Cancelled.
struct Cancelled {};
class Progress {
 public:
  Progress() = default;
  Progress(std::stop_token stop, std::function<void(double, std::string_view)> say)
      : stop_(std::move(stop)), say_(std::move(say)) {}
  /// `done` in 0..1; `what` is shown beside the bar.
  void report(double done, std::string_view what = {}) const {
    if (stop_.stop_requested()) throw Cancelled{};
    if (say_) say_(done, what);
  }
  const std::stop_token& stopToken() const { return stop_; }

 private:
  std::stop_token stop_;
  std::function<void(double, std::string_view)> say_;
};

/// Memory in bytes and time in seconds at full speed on one core; what does not fit is refused before it starts.
struct Estimate {
  double bytes = 0;
  double seconds = 0;
};

/// Data + model + objective + optimizer of one run. Lives on one worker thread; nothing else touches it.
class Experiment {
 public:
  virtual ~Experiment() = default;
  /// One step of training. Throws NumericError when the loss is not finite (state as before the step).
  virtual void step(const Progress& progress) = 0;
  /// Records every measure whose cadence group is due. Called at step 0 too, before any training.
  virtual void measure(Recorder& recorder) = 0;
  virtual State save() const = 0;
  /// After load(save()) the experiment continues bit for bit.
  virtual void load(const State& state) = 0;
  /// Changes a live parameter; the value has been checked against its description.
  virtual void set(const std::string& parameter, const Json& value) = 0;
  /// Applies an intervention whose arguments have been checked; `random` belongs to this intervention alone
  /// (stream 2*10^9 + journal index). Throws ConfigError if the model's state does not allow it.
  virtual void apply(const std::string& intervention, const Config& arguments, RandomStream random) = 0;
};

/// One phenomenon a user can open.
class Lab {
 public:
  virtual ~Lab() = default;
  /// Total, cheap and never throws: unknown or wrong values fall back to the default description.
  virtual Description describe(const Config& config) const = 0;
  Description describe() const { return describe(Config()); }
  /// Problems beyond each parameter's own bounds: combinations, files. All at once.
  virtual void validate(const Config& config, std::vector<Problem>& problems) const = 0;
  virtual Estimate estimate(const Config& config) const = 0;
  /// Builds the experiment at step 0; may take long (data, probes): reports progress.
  virtual std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed,
                                            const Progress& progress) const = 0;
  /// Runs an analysis on a frozen state, never touching the run's streams. Throws ConfigError on a bad argument.
  virtual State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                        const Config& arguments, const Progress& progress) const = 0;
  /// Pure in (config, step). "scalars": every `every` steps (parameter of that name, else 10); "arrays": at a spacing
  /// of every * 2^max(0, floor(log2(step / (200 * every)))). Labs with other rhythms override it for groups of their
  /// own.
  virtual bool due(std::string_view cadence, const Config& config, std::int64_t step) const;
  /// How many steps the default run takes.
  virtual std::int64_t defaultSteps(const Config& config) const = 0;
  /// The lab's page: JSON of card, view layout and presets (resources/labs/<id>.json).
  virtual std::string_view page() const;
};

/// The text of resources/labs/<id>.json, embedded at build time; empty if there is none.
std::string_view embeddedPage(std::string_view id);

/// Parameter values and defaults merged and checked by both the bounds and the lab; throws ConfigError with all
/// problems that are not warnings (those go to `warnings` if given).
Config checkedConfig(const Lab& lab, const Json& values, std::vector<Problem>* warnings = nullptr);

}  // namespace learnscope
