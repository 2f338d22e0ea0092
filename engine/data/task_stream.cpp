// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/task_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <numeric>
#include <set>

#include "engine/core/errors.h"
#include "engine/data/image_source.h"

namespace learnscope {
namespace {

constexpr double pi = std::numbers::pi;
constexpr std::array driftPlaces{0.0, 0.25, 0.5, 0.75, 1.0};  ///< evaluation points of a drift of 180 degrees
constexpr int gaussianInputs = 10, gaussianClasses = 2;
constexpr double shiftRadius = 0.5;  ///< of the circle that shifted toys go round

std::size_t z(int value) { return static_cast<std::size_t>(value); }

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

std::vector<int> range(int first, int count) {
  std::vector<int> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), first);
  return values;
}

bool isToy(StreamKind kind) {
  return kind == StreamKind::Moons || kind == StreamKind::Spirals || kind == StreamKind::Xor;
}

RandomStream streamOf(std::uint64_t seed, const char* purpose, int task) {
  return {seed, std::string(purpose) + "." + std::to_string(task)};
}

std::shared_ptr<Samples> emptySamples(int count, int inputs) {
  auto samples = std::make_shared<Samples>();
  samples->count = count;
  samples->inputs = inputs;
  samples->x.assign(static_cast<std::size_t>(count) * static_cast<std::size_t>(inputs), 0.0F);
  samples->y.assign(static_cast<std::size_t>(count), 0);
  return samples;
}

std::span<float> rowOf(Samples& samples, int i) {
  const auto width = static_cast<std::size_t>(samples.inputs);
  return std::span(samples.x).subspan(static_cast<std::size_t>(i) * width, width);
}

/// Makes the tasks of image streams.
class ImageTasks {
 public:
  ImageTasks(const StreamOptions& options, std::uint64_t seed, const Progress& progress)
      : options_(options), seed_(seed), progress_(progress), source_(sourceOf(options)) {
    source_.shuffle({seed, "stream.order"});
  }

  TaskStream make() {
    TaskStream stream;
    stream.inputs = source_.inputs();
    stream.classes = 10;
    stream.side = source_.side();
    stream.channels = source_.channels();
    const std::vector<std::string> names = taskNames(options_);
    const std::vector<std::vector<int>> groups = taskClasses(options_);
    if (options_.kind == StreamKind::Drift) return drift(std::move(stream), names);
    for (int k = 0; k < taskCount(options_); ++k) {
      const std::vector<int> classes = groups.empty() ? options_.classes : groups[static_cast<std::size_t>(k)];
      const double angle = options_.kind == StreamKind::Rotated ? options_.angles[static_cast<std::size_t>(k)] : 0;
      auto train = draw(classes, options_.train, 0, angle, "stream.train", k);
      auto test = draw(classes, options_.test, share(options_.train, classes), angle, "stream.test", k);
      if (options_.kind == StreamKind::Permuted && k > 0) {
        const std::vector<std::int64_t> order = RandomStream(static_cast<std::uint64_t>(k), "stream.permutation")
                                                    .shuffled(static_cast<std::size_t>(source_.inputs()));
        permute(*train, order);
        permute(*test, order);
      }
      stream.tasks.push_back({names[static_cast<std::size_t>(k)], train, test, classes});
    }
    return stream;
  }

 private:
  static ImageSource sourceOf(const StreamOptions& options) {
    if (!options.images.empty()) return ImageSource::idx(options.images, options.labels);
    if (!options.cifar.empty()) return ImageSource::cifar(options.cifar);
    return {options.side, options.difficulty};
  }
  static int share(int count, const std::vector<int>& classes) {
    return (count + static_cast<int>(classes.size()) - 1) / static_cast<int>(classes.size());
  }

  std::shared_ptr<Samples> draw(const std::vector<int>& classes, int count, int first, double angle,
                                const char* purpose, int task) {
    RandomStream random = streamOf(seed_, purpose, task);
    auto samples = emptySamples(count, source_.inputs());
    for (int i = 0; i < count; ++i) {
      if (i % 64 == 0) progress_.report(0, LS_TR("drawing the tasks"));
      const int label = classes[static_cast<std::size_t>(i) % classes.size()];
      const int place = first + i / static_cast<int>(classes.size());
      requireImage(label, place);
      source_.draw(label, place, angle, random, rowOf(*samples, i));
      samples->y[static_cast<std::size_t>(i)] = label;
    }
    return samples;
  }

  void requireImage(int label, int place) const {
    const int available = source_.available(label);
    if (available >= 0 && place >= available)
      throw ConfigError("/data.train", std::to_string(options_.train),
                        "the files have " + std::to_string(available) + " images of class " + std::to_string(label) +
                            "; choose fewer training and evaluation samples a task");
  }

  static void permute(Samples& samples, const std::vector<std::int64_t>& order) {
    std::vector<float> before(static_cast<std::size_t>(samples.inputs));
    for (int i = 0; i < samples.count; ++i) {
      const std::span<float> row = rowOf(samples, i);
      std::copy(row.begin(), row.end(), before.begin());
      for (std::size_t j = 0; j < row.size(); ++j) row[j] = before[static_cast<std::size_t>(order[j])];
    }
  }

  // One pool whose angle grows evenly from 0 to 180 degrees with the sample's number, classes in turn.
  TaskStream drift(TaskStream stream, const std::vector<std::string>& names) {
    stream.drifting = true;
    const int count = options_.train * static_cast<int>(driftPlaces.size());
    const std::vector<int>& classes = options_.classes;
    RandomStream random = streamOf(seed_, "stream.train", 0);
    auto pool = emptySamples(count, source_.inputs());
    for (int i = 0; i < count; ++i) {
      if (i % 64 == 0) progress_.report(static_cast<double>(i) / count, LS_TR("drawing the drift"));
      const int label = classes[static_cast<std::size_t>(i) % classes.size()];
      const int place = i / static_cast<int>(classes.size());
      requireImage(label, place);
      source_.draw(label, place, 180.0 * i / std::max(1, count - 1), random, rowOf(*pool, i));
      pool->y[static_cast<std::size_t>(i)] = label;
    }
    for (std::size_t k = 0; k < driftPlaces.size(); ++k) {
      auto test =
          draw(classes, options_.test, share(count, classes), 180 * driftPlaces[k], "stream.test", static_cast<int>(k));
      stream.tasks.push_back({names[k], pool, test, classes});
      stream.places.push_back(driftPlaces[k]);
    }
    return stream;
  }

  const StreamOptions& options_;
  std::uint64_t seed_;
  const Progress& progress_;
  ImageSource source_;
};

std::array<double, 2> toyPoint(StreamKind kind, int label, RandomStream& random) {
  if (kind == StreamKind::Moons) {
    const double t = pi * random.uniform(), noise = 0.1;
    const double x = label == 0 ? std::cos(t) - 0.5 : 0.5 - std::cos(t);
    const double y = label == 0 ? std::sin(t) - 0.25 : 0.25 - std::sin(t);
    return {x + noise * random.normal(), y + noise * random.normal()};
  }
  if (kind == StreamKind::Spirals) {
    const double t = std::sqrt(random.uniform()), a = 1.75 * 2 * pi * t * 0.5 + pi * label;
    return {1.2 * t * std::cos(a) + 0.04 * random.normal(), 1.2 * t * std::sin(a) + 0.04 * random.normal()};
  }
  const double x = random.uniform(-1, 1), y = random.uniform(0, 1);
  return {x, (x > 0) == (label == 1) ? y : -y};
}

std::shared_ptr<Samples> toySamples(const StreamOptions& options, int count, int task, RandomStream random) {
  auto samples = emptySamples(count, 2);
  const double angle = options.shifted ? 0 : pi * task / options.tasks;
  const double place = 2 * pi * task / options.tasks, reach = options.shifted ? shiftRadius : 0;
  for (int i = 0; i < count; ++i) {
    const auto [x, y] = toyPoint(options.kind, i % 2, random);
    rowOf(*samples, i)[0] = static_cast<float>(std::cos(angle) * x - std::sin(angle) * y + reach * std::cos(place));
    rowOf(*samples, i)[1] = static_cast<float>(std::sin(angle) * x + std::cos(angle) * y + reach * std::sin(place));
    samples->y[static_cast<std::size_t>(i)] = i % 2;
  }
  return samples;
}

std::shared_ptr<Samples> gaussianSamples(int count, int firstClass, std::span<const double> means,
                                         RandomStream random) {
  auto samples = emptySamples(count, gaussianInputs);
  for (int i = 0; i < count; ++i) {
    const int c = i % gaussianClasses;
    for (int j = 0; j < gaussianInputs; ++j)
      rowOf(*samples, i)[static_cast<std::size_t>(j)] = static_cast<float>(
          means[static_cast<std::size_t>(c) * gaussianInputs + static_cast<std::size_t>(j)] + 0.7 * random.normal());
    samples->y[static_cast<std::size_t>(i)] = firstClass + c;
  }
  return samples;
}

TaskStream toys(const StreamOptions& options, std::uint64_t seed) {
  TaskStream stream;
  stream.inputs = 2;
  stream.classes = 2;
  const std::vector<std::string> names = taskNames(options);
  for (int k = 0; k < options.tasks; ++k)
    stream.tasks.push_back({names[static_cast<std::size_t>(k)],
                            toySamples(options, options.train, k, streamOf(seed, "stream.train", k)),
                            toySamples(options, options.test, k, streamOf(seed, "stream.test", k)), range(0, 2)});
  return stream;
}

// Means on the sphere of radius 3; a task brings new means of the same two classes, or two new classes.
TaskStream gaussians(const StreamOptions& options, std::uint64_t seed) {
  TaskStream stream;
  const bool fresh = options.scenario != Scenario::Domain;
  stream.inputs = gaussianInputs;
  stream.classes = fresh ? gaussianClasses * options.tasks : gaussianClasses;
  const std::vector<std::string> names = taskNames(options);
  for (int k = 0; k < options.tasks; ++k) {
    RandomStream random = streamOf(seed, "stream.means", k);
    std::vector<double> means = random.normals(std::size_t{gaussianClasses} * gaussianInputs);
    for (int c = 0; c < gaussianClasses; ++c) {
      const auto mean = std::span(means).subspan(static_cast<std::size_t>(c) * gaussianInputs, gaussianInputs);
      double square = 0;
      for (const double value : mean) square += value * value;
      for (double& value : mean) value *= 3 / std::sqrt(square);
    }
    const int first = fresh ? gaussianClasses * k : 0;
    stream.tasks.push_back({names[static_cast<std::size_t>(k)],
                            gaussianSamples(options.train, first, means, streamOf(seed, "stream.train", k)),
                            gaussianSamples(options.test, first, means, streamOf(seed, "stream.test", k)),
                            range(first, gaussianClasses)});
  }
  return stream;
}

std::shared_ptr<const Samples> onHead(const Samples& samples, int firstOutput) {
  auto moved = std::make_shared<Samples>(samples);
  for (int& label : moved->y) label += firstOutput;
  return moved;
}

// Tasks whose classes are disjoint have heads of their own as it is: the mask parts them.
void separateHeads(TaskStream& stream) {
  std::vector<int> users(static_cast<std::size_t>(stream.classes), 0);
  for (const StreamTask& task : stream.tasks)
    for (const int c : task.classes) ++users[static_cast<std::size_t>(c)];
  if (*std::max_element(users.begin(), users.end()) < 2) return;
  stream.headClasses = stream.classes;
  stream.classes *= static_cast<int>(stream.tasks.size());
  for (std::size_t k = 0; k < stream.tasks.size(); ++k) {
    StreamTask& task = stream.tasks[k];
    const int first = static_cast<int>(k) * stream.headClasses;
    task.train = onHead(*task.train, first);
    task.test = onHead(*task.test, first);
    for (int& c : task.classes) c += first;
  }
}

}  // namespace

std::vector<std::vector<int>> taskClasses(const StreamOptions& options) {
  std::vector<std::vector<int>> groups;
  if (options.kind == StreamKind::Split) groups = options.groups;
  if (options.kind == StreamKind::Subsets) {
    // All subsets, so that a small pool has no repetition: at most 252 of them.
    for (unsigned bits = 0; bits < 1U << 10; ++bits) {
      std::vector<int> subset;
      for (const int c : options.classes)
        if ((bits >> c & 1U) != 0) subset.push_back(c);
      if (static_cast<int>(subset.size()) != std::popcount(bits)) continue;
      if (static_cast<int>(subset.size()) == options.subsetClasses) groups.push_back(std::move(subset));
    }
    const std::vector<std::int64_t> order = RandomStream(0, "stream.subsets").shuffled(groups.size());
    std::vector<std::vector<int>> drawn;
    for (std::size_t k = 0; k < std::min(order.size(), static_cast<std::size_t>(options.tasks)); ++k)
      drawn.push_back(groups[static_cast<std::size_t>(order[k])]);
    groups = std::move(drawn);
  }
  for (std::vector<int>& classes : groups) std::sort(classes.begin(), classes.end());
  return groups;
}

int taskCount(const StreamOptions& options) {
  switch (options.kind) {
    case StreamKind::Rotated:
      return static_cast<int>(options.angles.size());
    case StreamKind::Split:
    case StreamKind::Subsets:
      return static_cast<int>(taskClasses(options).size());
    case StreamKind::Drift:
      return static_cast<int>(driftPlaces.size());
    default:
      return options.tasks;
  }
}

std::vector<std::string> taskNames(const StreamOptions& options) {
  std::vector<std::string> names;
  const std::vector<std::vector<int>> groups = taskClasses(options);
  for (int k = 0; k < taskCount(options); ++k) {
    const auto i = static_cast<std::size_t>(k);
    std::string name;
    if (options.kind == StreamKind::Rotated) {
      name = number(options.angles[i]) + "°";
    } else if (options.kind == StreamKind::Drift) {
      name = number(180 * driftPlaces[i]) + "°";
    } else if (!groups.empty()) {
      for (const int c : groups[i]) name.append(name.empty() ? "" : " ").append(std::to_string(c));
    } else if (isToy(options.kind)) {
      name = options.shifted ? LS_TR("shifted to ") + number(360.0 * k / options.tasks) + "°"
                             : number(180.0 * k / options.tasks) + "°";
    } else {
      name = std::to_string(k + 1);
    }
    names.push_back(LS_TR("task ") + std::to_string(k + 1) + (name == std::to_string(k + 1) ? "" : ": " + name));
  }
  return names;
}

std::vector<double> chanceOf(const StreamOptions& options) {
  const bool pairs = isToy(options.kind) || options.kind == StreamKind::Gaussians;
  const bool fresh = options.kind == StreamKind::Gaussians && options.scenario == Scenario::Class;
  const std::size_t common = !pairs ? options.classes.size() : fresh ? z(gaussianClasses * options.tasks) : 2;
  std::vector<double> chance(z(taskCount(options)), 1 / static_cast<double>(common));
  const std::vector<std::vector<int>> groups = taskClasses(options);
  std::set<int> all;
  for (const std::vector<int>& group : groups) all.insert(group.begin(), group.end());
  for (std::size_t k = 0; k < groups.size(); ++k)
    chance[k] = 1 / static_cast<double>(options.scenario == Scenario::Task ? groups[k].size() : all.size());
  return chance;
}

TaskStream makeTaskStream(const StreamOptions& options, std::uint64_t seed, const Progress& progress) {
  TaskStream stream = isToy(options.kind)                     ? toys(options, seed)
                      : options.kind == StreamKind::Gaussians ? gaussians(options, seed)
                                                              : ImageTasks(options, seed, progress).make();
  if (options.separateHeads) separateHeads(stream);
  return stream;
}

}  // namespace learnscope
