// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <cmath>
#include <set>

#include "engine/core/random_stream.h"

using learnscope::RandomStream;

/// Golden values come from an independent Python implementation of the same generator.
class TestRandomStream : public QObject {
  Q_OBJECT
 private slots:
  void uniformsMatchTheReference() {
    const double expected[] = {0.74974824135803009, 0.37239342287916577, 0.43828390628455283};
    RandomStream stream(0, 1);
    for (const double value : expected) QCOMPARE(stream.uniform(), value);
    RandomStream other(7, 3);
    QCOMPARE(other.uniform(), 0.24683076660459691);
    QCOMPARE(other.uniform(), 0.73851087132220872);
  }

  void largestSeedAndStreamWrapAround() {
    RandomStream stream((1ULL << 63) - 1, 2000000000ULL);
    QCOMPARE(stream.uniform(), 0.46686118229154872);
    QCOMPARE(stream.uniform(), 0.99101458895127503);
  }

  void mixIsTheFinaliser() { QCOMPARE(learnscope::mix64(1), 0x5692161d100b05e5ULL); }

  void normalsMatchTheReference() {
    RandomStream stream(0, 2);
    QVERIFY(std::abs(stream.normal() - 0.60437778506674456) < 1e-15);
    QVERIFY(std::abs(stream.normal() - -0.017570676519781236) < 1e-15);
    QVERIFY(std::abs(stream.normal() - 1.0479965827031512) < 1e-15);
    QCOMPARE(stream.position(), std::uint64_t{6});
  }

  void shuffleMatchesTheReference() {
    const std::vector<std::int64_t> expected{9, 4, 0, 5, 2, 1, 6, 8, 3, 7};
    QCOMPARE(RandomStream(0, 1).shuffled(10), expected);
    QVERIFY(RandomStream(0, 1).shuffled(0).empty());
    QCOMPARE(RandomStream(0, 1).shuffled(1), std::vector<std::int64_t>{0});
  }

  void positionContinuesASavedStream() {
    RandomStream stream(5, 9);
    for (int i = 0; i < 17; ++i) stream.next();
    RandomStream resumed(5, 9);
    resumed.setPosition(stream.position());
    for (int i = 0; i < 5; ++i) QCOMPARE(resumed.next(), stream.next());
  }

  void listsAreTheSameAsSingleDraws() {
    const std::vector<double> uniforms = RandomStream(3, 4).uniforms(6);
    const std::vector<double> normals = RandomStream(3, 4).normals(3);
    RandomStream one(3, 4), two(3, 4);
    for (const double value : uniforms) QCOMPARE(one.uniform(), value);
    for (const double value : normals) QCOMPARE(two.normal(), value);
  }

  void belowCoversItsRange() {
    RandomStream stream(1, 1);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(stream.below(7));
    QCOMPARE(seen.size(), std::size_t{7});
    QCOMPARE(*seen.rbegin(), std::uint64_t{6});
  }

  void namedStreamsDifferFromEachOtherAndFromNumberedOnes() {
    std::set<std::uint64_t> first;
    for (const char* name : {"split", "weights", "noise", ""}) first.insert(RandomStream(0, name).next());
    for (std::uint64_t stream = 0; stream < 1000; ++stream) first.insert(RandomStream(0, stream).next());
    QCOMPARE(first.size(), std::size_t{1004});
  }
};

QTEST_APPLESS_MAIN(TestRandomStream)
#include "test_random_stream.moc"
