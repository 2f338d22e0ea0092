// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <fstream>
#include <set>

#include "engine/core/errors.h"
#include "engine/data/cifar_file.h"
#include "engine/data/image_source.h"
#include "engine/data/task_stream.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

StreamOptions small(StreamKind kind) {
  StreamOptions options;
  options.kind = kind;
  options.train = 40;
  options.test = 20;
  options.groups = {{0, 1}, {7, 3}};
  return options;
}

std::string bigEndian(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> static_cast<unsigned>(shift));
  return text;
}

/// IDX files of `count` images of side x side, image i all of value i and label i % 10.
void writeIdx(const std::string& images, const std::string& labels, std::uint32_t count, std::uint32_t side,
              std::uint32_t labelCount) {
  std::string pixels = bigEndian(0x803) + bigEndian(count) + bigEndian(side) + bigEndian(side);
  std::string classes = bigEndian(0x801) + bigEndian(labelCount);
  for (std::uint32_t i = 0; i < count; ++i) pixels += std::string(side * side, static_cast<char>(i));
  for (std::uint32_t i = 0; i < labelCount; ++i) classes += static_cast<char>(i % 10);
  std::ofstream(images, std::ios::binary) << pixels;
  std::ofstream(labels, std::ios::binary) << classes;
}

template <class F>
std::string refusal(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestTaskStream : public QObject {
  Q_OBJECT
 private slots:
  void rotatedTasksHaveEqualClasses() {
    const TaskStream stream = makeTaskStream(small(StreamKind::Rotated), 1, Progress());
    QCOMPARE(stream.tasks.size(), std::size_t(3));
    QCOMPARE(stream.inputs, 256);
    for (const StreamTask& task : stream.tasks) {
      std::vector<int> counts(10, 0);
      for (const int label : task.train->y) ++counts[static_cast<std::size_t>(label)];
      QCOMPARE(counts, std::vector<int>(10, 4));
      for (const float value : task.test->x) QVERIFY(value >= 0 && value <= 1);
    }
    QCOMPARE(stream.tasks[1].name, std::string("task 2: 80°"));
    QVERIFY(stream.tasks[0].train->x != stream.tasks[0].test->x);
    const TaskStream again = makeTaskStream(small(StreamKind::Rotated), 1, Progress());
    QCOMPARE(again.tasks[2].train->x, stream.tasks[2].train->x);
    QVERIFY(makeTaskStream(small(StreamKind::Rotated), 2, Progress()).tasks[0].train->x != stream.tasks[0].train->x);
  }

  // A task's samples are drawn by streams of its own: another task beside it changes none of them.
  void tasksDoNotDisturbEachOther() {
    StreamOptions two = small(StreamKind::Rotated), three = two;
    two.angles = {0, 80};
    QCOMPARE(makeTaskStream(two, 1, Progress()).tasks[1].train->x,
             makeTaskStream(three, 1, Progress()).tasks[1].train->x);
  }

  void permutationsAreThoseOfTheTask() {
    StreamOptions options = small(StreamKind::Permuted);
    options.tasks = 3;
    const TaskStream a = makeTaskStream(options, 1, Progress()), b = makeTaskStream(options, 9, Progress());
    const auto sorted = [](const float* row) {
      std::vector<float> values(row, row + 256);
      std::sort(values.begin(), values.end());
      return values;
    };
    // pi_0 is the identity; another seed draws other digits but permutes alike: mean images keep their border pixels.
    const auto darkest = [](const Samples& samples) {
      std::set<int> dark;
      for (int j = 0; j < 256; ++j) {
        double sum = 0;
        for (int i = 0; i < samples.count; ++i) sum += static_cast<double>(samples.row(i)[j]);
        if (sum / samples.count < 0.03) dark.insert(j);
      }
      return dark;
    };
    std::set<int> both, either;
    const std::set<int> first = darkest(*a.tasks[1].train), second = darkest(*b.tasks[1].train);
    std::set_intersection(first.begin(), first.end(), second.begin(), second.end(), std::inserter(both, both.end()));
    QVERIFY(both.size() > 0.6 * static_cast<double>(std::min(first.size(), second.size())));
    QVERIFY(darkest(*a.tasks[0].train) != first);
    QVERIFY(sorted(a.tasks[1].train->row(0)).back() > 0.5F);
  }

  void splitTasksHaveTheirClasses() {
    const TaskStream stream = makeTaskStream(small(StreamKind::Split), 1, Progress());
    QCOMPARE(stream.classes, 10);
    QCOMPARE(stream.tasks[1].classes, (std::vector<int>{3, 7}));
    for (const int label : stream.tasks[1].test->y) QVERIFY(label == 3 || label == 7);
  }

  // Different sets of the asked size, the same for every seed, as many as there are.
  void subsetsAreDifferentSetsOfClasses() {
    StreamOptions options = small(StreamKind::Subsets);
    options.tasks = 20;
    options.subsetClasses = 3;
    const std::vector<std::vector<int>> classes = taskClasses(options);
    QCOMPARE(std::set<std::vector<int>>(classes.begin(), classes.end()).size(), std::size_t(20));
    for (const std::vector<int>& subset : classes) {
      QCOMPARE(subset.size(), std::size_t(3));
      QVERIFY(std::is_sorted(subset.begin(), subset.end()) && subset.front() >= 0 && subset.back() <= 9);
    }
    options.tasks = 2;
    const TaskStream stream = makeTaskStream(options, 5, Progress());
    for (std::size_t k = 0; k < 2; ++k) {
      QCOMPARE(stream.tasks[k].classes, classes[k]);
      const std::set<int> labels(stream.tasks[k].train->y.begin(), stream.tasks[k].train->y.end());
      QCOMPARE(std::vector<int>(labels.begin(), labels.end()), classes[k]);
    }
    options.tasks = 20;
    options.subsetClasses = 9;
    QCOMPARE(taskCount(options), 10);
    options.tasks = 252;
    options.subsetClasses = 5;
    const std::vector<std::vector<int>> all = taskClasses(options);
    QCOMPARE(std::set<std::vector<int>>(all.begin(), all.end()).size(), std::size_t(252));
  }

  // Classes that are left out are in no task, training or evaluation, and in no random set.
  void classesCanBeLeftOut() {
    for (const StreamKind kind : {StreamKind::Rotated, StreamKind::Permuted, StreamKind::Drift}) {
      StreamOptions options = small(kind);
      options.classes = {0, 1, 2, 3, 4, 5, 7, 8};
      const TaskStream stream = makeTaskStream(options, 5, Progress());
      QCOMPARE(stream.classes, 10);
      for (const StreamTask& task : stream.tasks) {
        QCOMPARE(task.classes, options.classes);
        for (const auto& samples : {task.train, task.test})
          QCOMPARE(std::set<int>(samples->y.begin(), samples->y.end()),
                   std::set<int>(options.classes.begin(), options.classes.end()));
      }
      for (const double chance : chanceOf(options)) QCOMPARE(chance, 1.0 / 8);
    }
    StreamOptions options = small(StreamKind::Subsets);
    options.classes = {1, 2, 3, 8};
    options.subsetClasses = 2;
    options.tasks = 252;
    QCOMPARE(taskCount(options), 6);
    for (const std::vector<int>& subset : taskClasses(options))
      for (const int c : subset) QVERIFY(c == 1 || c == 2 || c == 3 || c == 8);
    options.scenario = Scenario::Class;
    QCOMPARE(chanceOf(options), std::vector<double>(6, 0.25));
    options.scenario = Scenario::Task;
    QCOMPARE(chanceOf(options), std::vector<double>(6, 0.5));
  }

  void chanceIsThatOfAGuess() {
    for (const StreamKind kind : {StreamKind::Moons, StreamKind::Gaussians})
      QCOMPARE(chanceOf(small(kind)).front(), 0.5);
    StreamOptions clouds = small(StreamKind::Gaussians);
    clouds.scenario = Scenario::Class;
    QCOMPARE(chanceOf(clouds), std::vector<double>(static_cast<std::size_t>(clouds.tasks), 0.5 / clouds.tasks));
  }

  // Shifted toys are those of task 1's shape, moved: the means of all lie on a circle.
  void toysMayBeShifted() {
    StreamOptions options = small(StreamKind::Xor);
    options.tasks = 4;
    options.train = 4000;
    options.shifted = true;
    const TaskStream stream = makeTaskStream(options, 5, Progress());
    for (std::size_t k = 0; k < 4; ++k) {
      const Samples& samples = *stream.tasks[k].train;
      double x = 0, y = 0;
      for (int i = 0; i < samples.count; ++i) {
        x += static_cast<double>(samples.row(i)[0]) / samples.count;
        y += static_cast<double>(samples.row(i)[1]) / samples.count;
      }
      const double angle = 1.5707963267948966 * static_cast<double>(k);
      QVERIFY(std::hypot(x - 0.5 * std::cos(angle), y - 0.5 * std::sin(angle)) < 0.05);
    }
    QCOMPARE(stream.tasks[1].name, std::string("task 2: shifted to 90°"));
  }

  void driftIsOnePoolInOrder() {
    const TaskStream stream = makeTaskStream(small(StreamKind::Drift), 1, Progress());
    QVERIFY(stream.drifting);
    QCOMPARE(stream.tasks.size(), std::size_t(5));
    QCOMPARE(stream.tasks[0].train->count, 200);
    QCOMPARE(stream.tasks[0].train.get(), stream.tasks[4].train.get());
    QCOMPARE(stream.places, (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  }

  void gaussianMeansLieOnTheSphere() {
    StreamOptions options = small(StreamKind::Gaussians);
    options.tasks = 2;
    options.train = 4000;
    options.scenario = Scenario::Class;
    const TaskStream stream = makeTaskStream(options, 1, Progress());
    QCOMPARE(stream.classes, 4);
    const Samples& train = *stream.tasks[1].train;
    std::vector<double> mean(10, 0.0);
    double square = 0;
    for (int i = 0; i < train.count; i += 2) {
      QCOMPARE(train.y[static_cast<std::size_t>(i)], 2);
      for (std::size_t j = 0; j < 10; ++j) mean[j] += static_cast<double>(train.row(i)[j]) / 2000;
    }
    for (const double value : mean) square += value * value;
    QVERIFY(std::abs(std::sqrt(square) - 3) < 0.1);
    double spread = 0;
    for (int i = 0; i < train.count; i += 2)
      spread += std::pow(static_cast<double>(train.row(i)[0]) - mean[0], 2) / 2000;
    QVERIFY(std::abs(std::sqrt(spread) - 0.7) < 0.04);
  }

  void toysAreTurned() {
    for (const StreamKind kind : {StreamKind::Moons, StreamKind::Spirals, StreamKind::Xor}) {
      StreamOptions options = small(kind);
      options.tasks = 4;
      const TaskStream stream = makeTaskStream(options, 1, Progress());
      QCOMPARE(stream.inputs, 2);
      QCOMPARE(stream.classes, 2);
      QCOMPARE(stream.tasks[2].name, std::string("task 3: 90°"));
      for (const float value : stream.tasks[3].train->x) QVERIFY(std::abs(value) < 2);
    }
    // A quarter turn of XOR swaps its classes: the same quadrant has the other label.
    StreamOptions options = small(StreamKind::Xor);
    options.tasks = 2;
    const TaskStream stream = makeTaskStream(options, 1, Progress());
    for (int task = 0; task < 2; ++task) {
      const Samples& train = *stream.tasks[static_cast<std::size_t>(task)].train;
      for (int i = 0; i < train.count; ++i) {
        const bool equal = (train.row(i)[0] > 0) == (train.row(i)[1] > 0);
        QCOMPARE(train.y[static_cast<std::size_t>(i)] == 1, equal == (task == 0));
      }
    }
  }

  void filesAreSplitAndTurned() {
    const test::TemporaryFolder folder;
    writeIdx(folder.path("i"), folder.path("l"), 100, 5, 100);
    ImageSource source = ImageSource::idx(folder.path("i"), folder.path("l"));
    QCOMPARE(source.available(3), 10);
    StreamOptions options = small(StreamKind::Rotated);
    options.images = folder.path("i");
    options.labels = folder.path("l");
    options.angles = {0, 90};
    options.test = 30;
    const TaskStream stream = makeTaskStream(options, 1, Progress());
    std::set<float> train, test;
    for (int i = 0; i < 40; ++i) train.insert(stream.tasks[0].train->row(i)[12]);
    for (int i = 0; i < 30; ++i) test.insert(stream.tasks[0].test->row(i)[12]);
    QCOMPARE(train.size() + test.size(), std::size_t(70));
    for (const float value : test) QVERIFY(train.count(value) == 0);
    options.test = 70;
    QVERIFY(says(refusal([&] { makeTaskStream(options, 1, Progress()); }), "10 images of class"));
  }

  void aQuarterTurnMovesPixelsExactly() {
    const test::TemporaryFolder folder;
    std::string pixels = bigEndian(0x803) + bigEndian(1) + bigEndian(3) + bigEndian(3);
    for (int i = 0; i < 9; ++i) pixels += static_cast<char>(i * 20);
    std::ofstream(folder.path("i"), std::ios::binary) << pixels;
    std::ofstream(folder.path("l"), std::ios::binary) << bigEndian(0x801) + bigEndian(1) + std::string(1, '\x04');
    const ImageSource source = ImageSource::idx(folder.path("i"), folder.path("l"));
    RandomStream random(0, "none");
    std::vector<float> turned(9);
    source.draw(4, 0, 90, random, turned);
    // Counter-clockwise: the right column becomes the top row.
    const std::vector<int> expected{2, 5, 8, 1, 4, 7, 0, 3, 6};
    for (std::size_t i = 0; i < 9; ++i)
      QVERIFY(std::abs(static_cast<double>(turned[i]) - expected[i] * 20 / 255.0) < 1e-5);
  }

  void hostileImageFiles() {
    const test::TemporaryFolder folder;
    writeIdx(folder.path("i"), folder.path("l"), 20, 4, 19);
    QVERIFY(says(refusal([&] { ImageSource::idx(folder.path("i"), folder.path("l")); }), "20 images but 19 labels"));
    QVERIFY(says(refusal([&] { ImageSource::idx(folder.path("l"), folder.path("l")); }), "0x00000803"));
    std::ofstream(folder.path("i"), std::ios::binary)
        << bigEndian(0x803) + bigEndian(1) + bigEndian(2) + bigEndian(3) + std::string(6, '\0');
    std::ofstream(folder.path("l"), std::ios::binary) << bigEndian(0x801) + bigEndian(1) + std::string(1, '\0');
    QVERIFY(says(refusal([&] { ImageSource::idx(folder.path("i"), folder.path("l")); }), "square images"));
    std::ofstream(folder.path("i"), std::ios::binary)
        << bigEndian(0x803) + bigEndian(1) + bigEndian(2) + bigEndian(2) + std::string(4, '\0');
    std::ofstream(folder.path("l"), std::ios::binary) << bigEndian(0x801) + bigEndian(1) + std::string(1, '\x0b');
    QVERIFY(says(refusal([&] { ImageSource::idx(folder.path("i"), folder.path("l")); }), "label 0"));
    QVERIFY(says(refusal([&] { ImageSource::idx(folder.path("none"), folder.path("l")); }), "none"));
  }

  void cifarFiles() {
    const test::TemporaryFolder folder;
    const auto write = [&](const std::string& bytes) {
      std::ofstream(folder.path("b.bin"), std::ios::binary) << bytes;
      return folder.path("b.bin");
    };
    const std::string record = std::string(1, '\x03') + std::string(3072, '\x7f');
    const CifarImages images = readCifar(write(record + record));
    QCOMPARE(images.count, 2);
    QCOMPARE(images.labels[1], std::uint8_t(3));
    QCOMPARE(images.pixels.size(), std::size_t(6144));
    QVERIFY(says(refusal([&] { readCifar(write(record + "xy")); }), "record 1"));
    QVERIFY(says(refusal([&] { readCifar(write(record.substr(0, 3000))); }), "record 0"));
    QVERIFY(says(refusal([&] { readCifar(write("")); }), "record 0"));
    QVERIFY(says(refusal([&] { readCifar(write(record + std::string(1, '\x0a') + std::string(3072, '\0'))); }),
                 "record 1"));
    const ImageSource source = ImageSource::cifar({write(record + record)});
    QCOMPARE(source.inputs(), 3072);
    QCOMPARE(source.available(3), 2);
  }

  void cancelledWhileDrawing() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(makeTaskStream(small(StreamKind::Rotated), 1, Progress(stop.get_token(), nullptr)),
                             Cancelled);
  }
};

QTEST_APPLESS_MAIN(TestTaskStream)
#include "test_task_stream.moc"
