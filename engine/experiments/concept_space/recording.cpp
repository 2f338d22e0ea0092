// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/concept_space/recording.h"

#include <algorithm>
#include <cmath>

#include "engine/experiments/concept_space/experiment.h"
#include "engine/experiments/concept_space/streams.h"
#include "engine/measures/disc_geometry.h"

namespace learnscope::concept_space {
namespace {

constexpr int kMosaic = 2;           ///< pictures along each side of a corner's mosaic
constexpr double kArrowSteps = 300;  ///< an arrow reaches as far as the point moves in so many steps

/// Scene points [n, 3] with the ids of their classes.
class Points {
 public:
  void add(std::span<const double> coordinate, double progress, std::int64_t id) {
    const std::array<float, 3> point = scenePoint(coordinate, progress);
    values_.insert(values_.end(), point.begin(), point.end());
    ids_.push_back(id);
  }
  Array array() const { return Array::from<float>(values_, {static_cast<std::int64_t>(ids_.size()), 3}, ids_); }
  bool empty() const { return ids_.empty(); }

 private:
  std::vector<float> values_;
  std::vector<std::int64_t> ids_;
};

void recordScalars(const Evaluation& found, const Setting& setting, const EventDetector& events, Recorder& recorder) {
  const Drawing& focus = found.classes[static_cast<std::size_t>(setting.focus)];
  recorder.scalar("trainAccuracy", found.train);
  recorder.scalar("naive", found.naive);
  recorder.scalar("overprompt", found.overprompt);
  recorder.scalar("latent", found.latent);
  recorder.scalar("hiddenGap", std::max(found.overprompt, found.latent) - found.naive);
  recorder.scalar("trainOfMeans", found.trainOfMeans);
  recorder.scalar("naiveOfMeans", focus.jointOfMeans);
  recorder.scalar("trainDistance", found.trainDistance2);
  static constexpr const char* names[] = {"ood1", "ood2", "ood3"};
  for (int j = 0; j < setting.concepts; ++j) recorder.scalar(names[j], focus.coordinate[static_cast<std::size_t>(j)]);
  recorder.scalar("conceptDistance", cornerDistance(focus.coordinate, setting.focus, setting));
  const double speed = events.speed(setting);
  if (std::isfinite(speed)) recorder.scalar("speed", speed);
}

void recordPoints(const Evaluation& found, const Setting& setting, bool denoising, double progress,
                  Recorder& recorder) {
  Points others, naive, louder, shifted, early;
  std::vector<double> coordinates;
  for (int k = 0; k < setting.classes(); ++k) {
    const std::vector<double>& at = found.classes[static_cast<std::size_t>(k)].coordinate;
    coordinates.insert(coordinates.end(), at.begin(), at.end());
    early.add(at, progress, k);
    (k == setting.focus ? naive : others).add(at, progress, k);
  }
  louder.add(found.louder[found.bestLouder].coordinate, progress, setting.focus);
  shifted.add(found.shifted[found.bestShifted].coordinate, progress, setting.focus);
  recorder.array("coordinates", Array::from<double>(coordinates, {setting.classes(), setting.concepts}));
  if (!denoising) {
    recorder.array("earlyPoints", early.array());
    return;
  }
  recorder.array("classPoints", others.array());
  recorder.array("naivePoint", naive.array());
  recorder.array("overpromptPoint", louder.array());
  recorder.array("latentPoint", shifted.array());
}

/// Arrows in the scene: concept velocity lies in concept space, so that of two concepts lies flat.
void recordVelocities(const Setting& setting, const EventDetector& events, Recorder& recorder) {
  std::vector<float> others, naive;
  std::vector<std::int64_t> ids;
  for (int k = 0; k < setting.classes(); ++k) {
    std::vector<double> velocity = events.velocity(k);
    velocity.resize(3, 0.0);
    std::vector<float>& to = k == setting.focus ? naive : others;
    for (const double v : velocity) to.push_back(static_cast<float>(kArrowSteps * v));
    if (k != setting.focus) ids.push_back(k);
  }
  recorder.array("classVelocities", Array::from<float>(others, {static_cast<std::int64_t>(ids.size()), 3}, ids));
  recorder.array("naiveVelocity", Array::from<float>(naive, {1, 3}, {setting.focus}));
}

/// When the followed class's concepts, and each class held out, were learned; "never" counts as the newest step.
void recordLearning(const Setting& setting, const EventDetector& events, Recorder& recorder) {
  std::vector<double> times, distances, classTimes, eventTimes;
  std::vector<std::uint8_t> known, came;
  for (int j = 0; j < setting.concepts; ++j) {
    times.push_back(events.learnedTime(setting.focus, j));
    known.push_back(events.hasLearned(setting.focus, j) ? 1 : 0);
  }
  for (const std::int64_t step : events.emergence()) {
    eventTimes.push_back(static_cast<double>(step >= 0 ? step : recorder.step()));
    came.push_back(step >= 0 ? 1 : 0);
  }
  std::vector<std::int64_t> ids;
  std::vector<std::uint8_t> reached;
  for (const int k : setting.heldOut) {
    bool learned = false;
    ids.push_back(k);
    distances.push_back(events.distanceAtConvergence(k, setting));
    classTimes.push_back(events.classLearnedTime(k, setting, learned));
    reached.push_back(learned ? 1 : 0);
  }
  const auto count = static_cast<std::int64_t>(ids.size());
  recorder.array("learnedTime", Array::vector<double>(times));
  recorder.array("conceptLearned", Array::vector<std::uint8_t>(known));
  recorder.array("eventTimes", Array::vector<double>(eventTimes));
  recorder.array("eventsReached", Array::vector<std::uint8_t>(came));
  recorder.array("heldOutDistance", Array::from<double>(distances, {count}, ids));
  recorder.array("heldOutTime", Array::from<double>(classTimes, {count}, ids));
  recorder.array("heldOutLearned", Array::from<std::uint8_t>(reached, {count}, ids));
}

/// Radius and colour of the discs drawn for each class, without the probe [classes][2].
void recordGeometry(const Evaluation& found, const Setting& setting, Recorder& recorder) {
  std::vector<double> values;
  std::vector<float> image(setting.values);
  for (const Drawing& drawing : found.classes) {
    const std::size_t images = drawing.samples.size() / setting.values;
    double radius = 0, colour = 0;
    for (std::size_t i = 0; i < images; ++i) {
      for (std::size_t v = 0; v < setting.values; ++v)
        image[v] = std::clamp((drawing.samples[i * setting.values + v] + 1) / 2, 0.0F, 1.0F);
      const DiscGeometry seen = discGeometry(image, setting.side);
      radius += seen.radius / static_cast<double>(images);
      colour += seen.colour / static_cast<double>(images);
    }
    values.insert(values.end(), {radius, colour});
  }
  recorder.array("geometry", Array::from<double>(values, {setting.classes(), 2}));
}

void recordAccuracies(const Evaluation& found, Recorder& recorder) {
  const auto joints = [](const std::vector<Drawing>& drawings) {
    std::vector<double> values;
    for (const Drawing& drawing : drawings) values.push_back(drawing.joint);
    return Array::vector<double>(values);
  };
  recorder.array("jointAccuracy", joints(found.classes));
  recorder.array("overpromptMap", joints(found.louder));
  recorder.array("latentMap", joints(found.shifted));
}

/// Pictures of each class in a square of kMosaic x kMosaic [classes][m side][m side][3].
Array mosaics(const Evaluation& found, const Setting& setting) {
  const int side = setting.side, whole = kMosaic * side;
  Array out(DType::UInt8, {setting.classes(), whole, whole, 3});
  const auto bytes = out.mutableAs<std::uint8_t>();
  for (int k = 0; k < setting.classes(); ++k) {
    const Array pictures = picturesOf(found.classes[static_cast<std::size_t>(k)].samples, side);
    const auto from = pictures.as<std::uint8_t>();
    for (int i = 0; i < kMosaic * kMosaic; ++i)
      for (int y = 0; y < side; ++y) {
        const int row = (k * whole + (i / kMosaic) * side + y) * whole + (i % kMosaic) * side;
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>((i * side + y) * side * 3), side * 3,
                    bytes.begin() + static_cast<std::ptrdiff_t>(row * 3));
      }
  }
  return out;
}

void recordPictures(const Evaluation& found, const Setting& setting, double progress, Recorder& recorder) {
  std::vector<float> rows;
  const auto add = [&](const Drawing& drawing) {
    const std::size_t values = std::min(drawing.samples.size(), kPictureSamples * setting.values);
    rows.insert(rows.end(), drawing.samples.begin(), drawing.samples.begin() + static_cast<std::ptrdiff_t>(values));
    rows.resize(rows.size() + kPictureSamples * setting.values - values, 1.0f);  // fewer images than columns: white
  };
  for (const Drawing& drawing : found.classes) add(drawing);
  add(found.louder[found.bestLouder]);
  add(found.shifted[found.bestShifted]);
  recorder.array("pictures", picturesOf(rows, setting.side));
  recorder.array("cornerPictures", mosaics(found, setting));
  // Beside the corners, at the height of the present step.
  std::vector<float> places;
  for (int k = 0; k < setting.classes(); ++k)
    for (int j = 0; j < 3; ++j) {
      const bool concept_ = j < setting.concepts;
      const double corner = concept_ ? setting.digit(k, j) : kCubeHeight * progress;
      places.push_back(static_cast<float>(concept_ && j < 2 ? corner + (corner > 0.5 ? 0.3 : -0.3) : corner));
    }
  recorder.array("cornerPlaces", Array::from<float>(places, {setting.classes(), 3}));
}

}  // namespace

Array picturesOf(std::span<const float> samples, int side) {
  const auto plane = static_cast<std::size_t>(side * side), count = samples.size() / (3 * plane);
  Array out(DType::UInt8, {static_cast<std::int64_t>(count), side, side, 3});
  const auto bytes = out.mutableAs<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t p = 0; p < plane; ++p)
      for (std::size_t c = 0; c < 3; ++c) {
        const float unit = (samples[(i * 3 + c) * plane + p] + 1) / 2;
        bytes[(i * plane + p) * 3 + c] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(unit, 0.0f, 1.0f)));
      }
  return out;
}

void recordCorners(const Setting& setting, double spread, Recorder& recorder) {
  std::vector<std::uint8_t> held;
  std::vector<float> posts;
  for (int k = 0; k < setting.classes(); ++k) {
    held.push_back(setting.isHeldOut(k) ? 1 : 0);
    posts.insert(posts.end(), {static_cast<float>(setting.digit(k, 0)), static_cast<float>(setting.digit(k, 1)),
                               static_cast<float>(kCubeHeight)});
  }
  recorder.array("heldOutClasses", Array::vector<std::uint8_t>(held));
  recorder.array("cornerPosts", Array::from<float>(posts, {setting.classes(), 3}));
  recorder.array("conceptSignal", Array::vector<double>(setting.signalStrengths));
  recorder.array("swingStreams", swingStreams(setting, spread));
}

void recordEvaluation(const Evaluation& evaluation, const Setting& setting, const EventDetector& events,
                      double progress, Recorder& recorder) {
  recordScalars(evaluation, setting, events, recorder);
  recordPoints(evaluation, setting, events.denoising(), progress, recorder);
  recordAccuracies(evaluation, recorder);
  recordLearning(setting, events, recorder);
  if (events.denoising()) recordVelocities(setting, events, recorder);
  if (setting.kind == WorldKind::Discs2 || setting.kind == WorldKind::Discs3)
    recordGeometry(evaluation, setting, recorder);
  if (hasPictures(setting.kind)) recordPictures(evaluation, setting, progress, recorder);
}

}  // namespace learnscope::concept_space
