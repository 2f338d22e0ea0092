// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/aligned.h"
#include "engine/core/lab.h"

namespace learnscope {

/// Labelled samples as rows of one matrix.
struct Samples {
  int count = 0, inputs = 0;
  AlignedVector<float> x;  ///< [count, inputs]
  std::vector<int> y;      ///< class of each
  const float* row(int i) const { return x.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(inputs); }
};

/// One task of a stream: what is trained on, and the fixed samples it is judged by.
struct StreamTask {
  std::string name;  ///< "80°", "2 3"
  std::shared_ptr<const Samples> train, test;
  std::vector<int> classes;  ///< those of the task, ascending
};

/// Tasks that arrive one after the other.
struct TaskStream {
  int inputs = 0, classes = 0;
  int headClasses = 0;         ///< of separate heads, one a task: output = task * headClasses + label; 0: one head
  int side = 0, channels = 1;  ///< of the images [channels, side, side]; side 0: the inputs are no image
  /// Boundary-free: all tasks share one pool of training samples, ordered along the drift, and each is an evaluation
  /// point on it, placed in 0..1.
  bool drifting = false;
  std::vector<double> places;
  std::vector<StreamTask> tasks;
  int labelOf(int output) const { return headClasses > 0 ? output % headClasses : output; }
  int labels() const { return headClasses > 0 ? headClasses : classes; }
};

enum class StreamKind { Rotated, Permuted, Split, Subsets, Drift, Gaussians, Moons, Spirals, Xor };
/// Which classes a sample is judged among: always the same (domain), all that exist (class), those of its task (task).
enum class Scenario { Domain, Class, Task };

struct StreamOptions {
  StreamKind kind = StreamKind::Rotated;
  Scenario scenario = Scenario::Domain;
  int side = 16;                                           ///< of built-in glyphs
  double difficulty = 1;                                   ///< of built-in glyphs
  std::vector<double> angles{0, 80, 160};                  ///< Rotated: degrees, one a task
  int tasks = 5;                                           ///< Permuted, Subsets, Gaussians, toys
  int subsetClasses = 2;                                   ///< Subsets: classes of each task
  std::vector<int> classes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};  ///< Rotated, Permuted, Drift, Subsets: those that take part
  bool shifted = false;                                    ///< toys: moved around a circle instead of turned
  bool separateHeads = false;            ///< outputs of its own for each task, where tasks share classes
  std::vector<std::vector<int>> groups;  ///< Split: classes of each task
  int train = 1500, test = 500;          ///< samples a task, as equal a share of each class as possible
  std::string images, labels;            ///< the user's IDX files
  std::vector<std::string> cifar;        ///< or CIFAR-10 files
};

/// Number of tasks that `options` make, without making them.
int taskCount(const StreamOptions& options);
/// Names of the tasks, as StreamTask::name.
std::vector<std::string> taskNames(const StreamOptions& options);

/// Classes of each task, ascending, where tasks differ in them (Split, Subsets: `tasks` different random subsets of
/// those that take part, the same for every seed; fewer tasks where there are not so many); else empty.
std::vector<std::vector<int>> taskClasses(const StreamOptions& options);

/// Share of right answers by guessing, by task, among the classes that occur in the tasks a sample is judged among.
std::vector<double> chanceOf(const StreamOptions& options);

/// Draws (or reads) all samples; each task and purpose has a random stream of its own. Throws DataError, IoError, and
/// ConfigError if a file has too few images of a class.
TaskStream makeTaskStream(const StreamOptions& options, std::uint64_t seed, const Progress& progress);

}  // namespace learnscope
