// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/rich_lazy/ensemble.h"

#include "engine/core/redraw.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/measures/distances.h"
#include "engine/models/two_layer_kernels.h"
#include "engine/models/weight_constraints.h"

namespace learnscope::richlazy {
namespace {

constexpr double largestWeight = 1e3;  ///< |W|_F above which a net counts as diverged

AlignedVector<float> narrowed(const std::vector<double>& values) {
  AlignedVector<float> result(values.size());
  std::transform(values.begin(), values.end(), result.begin(), [](double v) { return static_cast<float>(v); });
  return result;
}

bool finite(const AlignedVector<float>& values) {
  return twoLayerKernels<float>().finite(values.data(), static_cast<long>(values.size()));
}

double frobenius(const AlignedVector<float>& values) { return norm<float>(std::span(values)); }

std::uint64_t plus(std::uint64_t seed, int index) { return seed + static_cast<std::uint64_t>(index); }

}  // namespace

LiveOptions liveOptionsOf(const Config& config) {
  return {.learningRate = config.real("learningRate"),
          .momentum = config.real("momentum"),
          .clip = config.real("clip"),
          .freezeInput = config.flag("freezeInput"),
          .freezeRecurrent = config.flag("freezeRecurrent"),
          .freezeReadout = config.flag("freezeReadout"),
          .enforceDale = config.flag("enforceDale"),
          .updateRank = static_cast<int>(config.integer("updateRank"))};
}

Ensemble::Ensemble(const Config& config, std::uint64_t seed, const Progress& progress)
    : seed_(seed),
      structures_(structuresOf(config)),
      seeds_(seedsOf(config)),
      batch_(static_cast<int>(config.integer("batch"))),
      probeTrials_(static_cast<int>(config.integer("probeTrials"))),
      task_(config, seed),
      probeTask_(task_),
      live_(liveOptionsOf(config)),
      members_(static_cast<std::size_t>(members())),
      probes_(static_cast<std::size_t>(seeds_)),
      scores_(members_.size()) {
  const RecurrentInit init = initOf(config);
  SquareMatrix user;
  for (const Structure& structure : structures_)
    if (structure.wiring == Wiring::User) user = userMatrixOf(config);
  for (int r = 0; r < seeds_; ++r) {
    const std::uint64_t own = plus(seed, r);
    trials_.emplace_back(own, "trials");
    std::vector<double> directions;
    for (int s = 0; s < structures(); ++s) {
      progress.report((r + s / static_cast<double>(structures())) / seeds_, LS_TR("wiring the nets"));
      const Structure& structure = structures_[static_cast<std::size_t>(s)];
      if (structure.wiring == Wiring::Aligned && directions.empty())
        directions = taskDirections(config, own, static_cast<int>(config.integer("twinSteps")), progress);
      Member& member = at(s, r);
      TrialRnn& net = member.net;
      net.inputs = task_.inputs();
      net.hidden = init.hidden;
      net.outputs = task_.outputs();
      net.activation = trialActivationFrom(config.text("activation"));
      net.leak = static_cast<float>(config.real("leak"));
      net.drawInput({own, "input"});
      net.drawReadout({own, "readout"});
      const bool aligned = structure.wiring == Wiring::Aligned;
      net.recurrent =
          narrowed(recurrentMatrix(init, structure.wiring, structure.rank, own, aligned ? directions : user.values));
      member.initial = net.recurrent;
      member.momentum.input.assign(net.input.size(), 0.0F);
      member.momentum.recurrent.assign(net.recurrent.size(), 0.0F);
      member.momentum.readout.assign(net.readout.size(), 0.0F);
      member.reference = net;
    }
  }
  positions_.resize(trials_.size());
  drawProbes();
}

// Each draw of probes has a stream of its own, so that a reload draws the same.
void Ensemble::drawProbes() {
  for (int r = 0; r < seeds_; ++r) {
    RandomStream random(plus(seed_, r), "probes " + std::to_string(probeDraws_));
    probeTask_.draw(probeTrials_, true, random, probes_[static_cast<std::size_t>(r)]);
  }
  ++referenceVersion_;
}

void Ensemble::step() {
  for (std::size_t r = 0; r < trials_.size(); ++r) positions_[r] = trials_[r].position();
  const auto refuse = [&](int member, const std::string& what) {
    for (std::size_t r = 0; r < trials_.size(); ++r) trials_[r].setPosition(positions_[r]);
    throw NumericError(steps_ + 1, what + " in " + structures_[static_cast<std::size_t>(member / seeds_)].name +
                                       ", seed " + std::to_string(plus(seed_, member % seeds_)));
  };
  for (int r = 0; r < seeds_; ++r) {
    task_.draw(batch_, false, trials_[static_cast<std::size_t>(r)], batchTrials_);
    for (int s = 0; s < structures(); ++s) {
      const int index = s * seeds_ + r;
      Member& member = at(s, r);
      forward(member.net, batchTrials_.x, batch_, batchTrials_.steps, true, activity_);
      TrialScore& result = scores_[static_cast<std::size_t>(index)];
      result = score(member.net, batchTrials_.target, activity_);
      if (!std::isfinite(result.loss)) refuse(index, "the loss is not finite");
      backward(member.net, batchTrials_.x, activity_, member.gradient);
      if (!finite(member.gradient.recurrent) || !finite(member.gradient.input) || !finite(member.gradient.readout))
        refuse(index, "a gradient is not finite");
      if (frobenius(member.net.recurrent) > largestWeight) refuse(index, "the norm of W exceeds 1000");
    }
  }
  for (Member& member : members_) update(member);
  ++steps_;
}

void Ensemble::update(Member& member) {
  TrialRnnWeights& g = member.gradient;
  if (live_.updateRank > 0) projectUpdate(member);
  if (live_.clip > 0) {
    double power = 0;
    for (const auto* part : {&g.input, &g.recurrent, &g.readout}) {
      const double size = frobenius(*part);
      power += size * size;
    }
    const double size = std::sqrt(power);
    if (size > live_.clip)
      for (auto* part : {&g.input, &g.recurrent, &g.readout})
        for (float& value : *part) value *= static_cast<float>(live_.clip / size);
  }
  const auto descend = [this](AlignedVector<float>& w, AlignedVector<float>& m, const AlignedVector<float>& gradient) {
    twoLayerKernels<float>().sgd(w.data(), m.data(), gradient.data(), static_cast<long>(w.size()),
                                 static_cast<float>(live_.learningRate), static_cast<float>(live_.momentum), 0.0F);
  };
  if (!live_.freezeInput) descend(member.net.input, member.momentum.input, g.input);
  if (!live_.freezeRecurrent) descend(member.net.recurrent, member.momentum.recurrent, g.recurrent);
  if (!live_.freezeReadout) descend(member.net.readout, member.momentum.readout, g.readout);
  if (live_.enforceDale) keepColumnSigns(member.initial, member.net.recurrent, member.net.hidden);
}

// g <- U U^T g V V^T with the leading singular vectors of W(0).
void Ensemble::projectUpdate(Member& member) {
  const int n = member.net.hidden;
  const auto wanted = static_cast<std::size_t>(live_.updateRank) * static_cast<std::size_t>(n);
  if (member.rowSpace.size() != wanted)
    singularSpaces(member.initial, n, live_.updateRank, member.columnSpace, member.rowSpace);
  projectOnto(member.columnSpace, member.rowSpace, live_.updateRank, n, member.gradient.recurrent);
}

void Ensemble::setInputs(int inputs) {
  for (int s = 0; s < structures(); ++s)
    for (int r = 0; r < seeds_; ++r) {
      Member& member = at(s, r);
      if (member.net.inputs == inputs) continue;
      TrialRnn drawn = member.net;
      drawn.inputs = inputs;
      drawn.drawInput({plus(seed_, r), "input " + std::to_string(inputs)});
      const auto resized = [&](const AlignedVector<float>& from, const AlignedVector<float>& otherwise) {
        AlignedVector<float> to = otherwise;
        const auto old = static_cast<std::size_t>(member.net.inputs), now = static_cast<std::size_t>(inputs);
        for (std::size_t i = 0; i < static_cast<std::size_t>(member.net.hidden); ++i)
          std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i * old), std::min(old, now),
                      to.begin() + static_cast<std::ptrdiff_t>(i * now));
        return to;
      };
      member.reference.input = resized(member.reference.input, drawn.input);
      member.momentum.input = resized(member.momentum.input, AlignedVector<float>(drawn.input.size(), 0.0F));
      member.net.input = resized(member.net.input, drawn.input);
      member.net.inputs = member.reference.inputs = inputs;
    }
}

void Ensemble::setTask(const LabTask& task) {
  const bool other = !task.sameKind(task_);
  task_ = task;
  if (!other) return;
  setInputs(task_.inputs());
  probeTask_ = task_;
  ++probeDraws_;
  drawProbes();
}

void Ensemble::makeReference() {
  for (Member& member : members_) member.reference = member.net;
  ++referenceVersion_;
}

void Ensemble::scaleRecurrent(double factor) {
  for (Member& member : members_)
    for (float& value : member.net.recurrent) value *= static_cast<float>(factor);
}

void Ensemble::addRankOne(double size, RandomStream random) {
  const auto n = static_cast<std::size_t>(members_.front().net.hidden);
  for (int r = 0; r < seeds_; ++r) {
    const std::vector<double> u = random.normals(n), v = random.normals(n);
    const double scale = 1 / (norm<double>(u) * norm<double>(v));
    for (int s = 0; s < structures(); ++s) {
      AlignedVector<float>& w = at(s, r).net.recurrent;
      const double strength = size * scale * frobenius(w);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) w[i * n + j] += static_cast<float>(strength * u[i] * v[j]);
    }
  }
}

void Ensemble::redrawTrials(std::int64_t draw) {
  for (RandomStream& stream : trials_) redraw(stream, draw);
}

void Ensemble::redrawReadout(RandomStream random) {
  for (int r = 0; r < seeds_; ++r) {
    const RandomStream own = random;
    for (int s = 0; s < structures(); ++s) {
      Member& member = at(s, r);
      member.net.drawReadout(own);
      std::fill(member.momentum.readout.begin(), member.momentum.readout.end(), 0.0F);
    }
    random.setPosition(random.position() + members_.front().net.readout.size());
  }
}

std::vector<double> taskDirections(const Config& config, std::uint64_t seed, int steps, const Progress& progress) {
  Config twin = config;
  twin.set("structures", Json::array({"full"}));
  twin.set("seeds", 1);
  Ensemble ensemble(twin, seed, progress);
  const AlignedVector<float> before = ensemble.net(0).recurrent;
  for (int i = 0; i < steps; ++i) {
    if (i % 20 == 0)
      progress.report(i / static_cast<double>(steps), LS_TR("training the twin that shows the task's directions"));
    ensemble.step();
  }
  std::vector<double> change(before.size());
  for (std::size_t i = 0; i < change.size(); ++i)
    change[i] = static_cast<double>(ensemble.net(0).recurrent[i]) - static_cast<double>(before[i]);
  return change;
}

}  // namespace learnscope::richlazy
