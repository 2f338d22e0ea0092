// SPDX-License-Identifier: GPL-3.0-or-later
// The panel of claims: verdicts that follow the run, and the way to the view and to the step.
#include <QAccessible>
#include <QCheckBox>
#include <QLabel>
#include <QListView>
#include <QtTest>

#include "tests/gui/session_fixture.h"
#include "widgets/controls/claim_list.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

Verdict verdictAt(const ClaimList& list, int row) {
  return static_cast<Verdict>(list.view()->model()->index(row, 0).data(ClaimListModel::VerdictRole).toInt());
}
QString detailAt(const ClaimList& list, int row) {
  return list.view()->model()->index(row, 0).data(ClaimListModel::DetailRole).toString();
}

/// A panel beside a session that has the preset's values.
struct Open {
  SessionFixture f;
  ClaimList list{f.model};
  Open() {
    list.resize(320, 300);
    list.show();
    f.model.usePreset(*f.model.page().preset("classic"));
  }
  /// To the end of the preset.
  bool trained() {
    f.model.perform({"run", nullptr});
    return QTest::qWaitFor([this] { return f.model.run() && f.model.run()->lastStep() == 100; }, 5000);
  }
  QString summary() const { return list.findChild<QLabel*>(QStringLiteral("claimList.summary"))->text(); }
  QCheckBox* whole() const { return list.findChild<QCheckBox*>(QStringLiteral("claimList.whole")); }
};

}  // namespace

class TestClaimList : public QObject {
  Q_OBJECT
 private slots:
  void verdictsFollowTheRun() {
    Open open;
    QVERIFY(open.summary().contains(QLatin1String("Start a preset")));
    QCOMPARE(open.list.view()->model()->rowCount(), 0);
    QVERIFY(open.f.pausedAt(10));
    QTRY_COMPARE(open.list.view()->model()->rowCount(), 3);
    QTRY_COMPARE(open.summary(), QStringLiteral("3 open"));
    QVERIFY(open.trained());
    // What fails comes first.
    QTRY_COMPARE(verdictAt(open.list, 0), Verdict::Fails);
    QCOMPARE(verdictAt(open.list, 1), Verdict::Holds);
    QCOMPARE(verdictAt(open.list, 2), Verdict::Holds);
    QTRY_COMPARE(open.summary(), QStringLiteral("2 holding · 1 failing"));
    QVERIFY2(detailAt(open.list, 2).endsWith(QStringLiteral("expected 0.001 … 0.011 · ours")),
             qPrintable(detailAt(open.list, 2)));
    // Said in words too.
    const QString spoken = open.list.view()->model()->index(0, 0).data(Qt::AccessibleTextRole).toString();
    QVERIFY2(spoken.startsWith(QLatin1String("fails: The loss falls below a millionth.")), qPrintable(spoken));
  }

  void claimsOfOtherPresetsCanBeShown() {
    Open open;
    QVERIFY(open.f.pausedAt(10));
    QTRY_COMPARE(open.list.view()->model()->rowCount(), 3);
    QVERIFY(open.whole()->isVisible() && open.whole()->text().contains('1'));
    open.whole()->click();
    QCOMPARE(open.list.view()->model()->rowCount(), 4);
    QCOMPARE(verdictAt(open.list, 3), Verdict::NotAsked);
    QVERIFY(detailAt(open.list, 3).contains(QLatin1String("Kick")));
  }

  // An intervention makes it another run.
  void interferenceEndsTheClaims() {
    Open open;
    QVERIFY(open.f.pausedAt(10));
    QTRY_COMPARE(open.list.view()->model()->rowCount(), 3);
    open.f.model.userSet("lr", 0.3);
    QTRY_COMPARE(open.list.view()->model()->rowCount(), 0);
    QVERIFY(open.summary().contains(QLatin1String("Start a preset")));
  }

  void rowsLeadToTheirViewAndStep() {
    Open open;
    QVERIFY(open.trained());
    QTRY_COMPARE(verdictAt(open.list, 0), Verdict::Fails);
    QSignalSpy asked(&open.list, &ClaimList::viewRequested);
    const auto at = [&](int row) { return open.list.view()->model()->index(row, 0); };
    open.f.model.setCursor(50);
    emit open.list.view()->clicked(at(0));
    QCOMPARE(asked.takeFirst().at(0).toString(), QStringLiteral("loss"));
    QCOMPARE(open.f.model.cursor(), std::int64_t{50});
    emit open.list.view()->activated(at(0));
    QCOMPARE(open.f.model.cursor(), std::int64_t{100});
    // An event has no view: a click goes to its step.
    asked.clear();
    emit open.list.view()->clicked(at(1));
    QVERIFY(asked.isEmpty());
    QCOMPARE(open.f.model.cursor(), open.f.model.run()->events().front().step);
  }

  // One line of the sentence, of the current row all of it at the panel's width.
  void theCurrentRowShowsItsWholeSentence() {
    Open open;
    QVERIFY(open.f.pausedAt(10));
    QTRY_COMPARE(open.list.view()->model()->rowCount(), 3);
    const auto height = [&] { return open.list.view()->visualRect(open.list.view()->model()->index(0, 0)).height(); };
    const auto current = [&](int row) { open.list.view()->setCurrentIndex(open.list.view()->model()->index(row, 0)); };
    open.list.resize(140, 300);
    current(1);
    const int line = height();
    current(0);
    QTRY_VERIFY(height() > line);
    current(1);
    QTRY_COMPARE(height(), line);
    QVERIFY(!open.list.grab().isNull());
  }
};

QTEST_MAIN(TestClaimList)
#include "test_claim_list.moc"
