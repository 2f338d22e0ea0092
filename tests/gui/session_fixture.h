// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFloat16>  // QCOMPARE of Json asks for its constructors
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include "tests/support/memory_store.h"
#include "tests/support/tiny_lab.h"
#include "widgets/model/session_model.h"

namespace learnscope::test {

/// A session of a lab (the tiny one unless given) with runs in memory.
struct SessionFixture {
  MemoryRunFactory factory;
  Scheduler scheduler{1};
  SessionModel model;

  explicit SessionFixture(std::shared_ptr<const Lab> lab = tinyLab()) : model(std::move(lab), factory, scheduler) {
    QObject::connect(&model, &SessionModel::problem, &model, [this](const QString& text) { problems << text; });
    model.setSpeed(0);
  }
  bool settles(TrainerStatus::Phase phase) {
    return QTest::qWaitFor([&] { return model.status().phase == phase; }, 5000);
  }
  /// A run that has been trained to `step` and paused there.
  bool pausedAt(std::int64_t step) {
    model.perform({"runTo", step});
    return QTest::qWaitFor(
        [&] { return model.status().phase == TrainerStatus::Phase::Paused && model.run()->lastStep() == step; }, 5000);
  }
  QStringList problems;
};

}  // namespace learnscope::test
