// SPDX-License-Identifier: GPL-3.0-or-later
// The buttons under a view, and a scene's handle as an argument of analyses, on a small RNN-HMM run.
#include <QLabel>
#include <QPushButton>

#include "engine/experiments/registry.h"
#include "tests/gui/session_fixture.h"
#include "widgets/controls/action_bar.h"
#include "widgets/model/binding.h"

using namespace learnscope;
using Phase = TrainerStatus::Phase;

namespace {

const Json kActions{
    {{"toggle", "noise.swarm"}, {"on", "Switch the noise off"}, {"off", "Switch the noise on"}, {"doc", "200 states."}},
    {{"intervene", "set-gains"},
     {"title", "Ablate"},
     {"arguments", {{"units", {{"selection", "unit"}}}, {"recurrent", 0.0}, {"noise", 1.0}}}},
    {{"set", "probe.without"}, {"value", {{"selection", "unit"}}}, {"title", "Probe"}},
    {{"set", "probe.without"}, {"value", Json::array()}, {"title", "Whole net"}},
    {{"guess", "Which?"}, {"choices", {"Upper", "Lower"}}, {"answer", "stripProcess"}}};

struct Fixture : test::SessionFixture {
  explicit Fixture(const Json& more = Json::object()) : test::SessionFixture(builtinLabs().find("rnn-hmm")) {
    for (const auto& [id, value] : std::map<std::string, Json>{{"model.hidden", 12},
                                                               {"model.inputs", 4},
                                                               {"train.batch", 32},
                                                               {"train.windows", 64},
                                                               {"train.length", 20},
                                                               {"every", 5}})
      model.userSet(id, value);
    for (const auto& [id, value] : more.items()) model.userSet(id, value);
    model.startRun(0, 400);
  }
};

QPushButton* button(ActionBar& bar, const char* name) { return bar.findChild<QPushButton*>(QLatin1String(name)); }

}  // namespace

class TestActionBar : public QObject {
  Q_OBJECT
 private slots:
  void switchesALiveParameter() {
    Fixture s;
    ActionBar bar(kActions, s.model);
    bar.show();
    QVERIFY(s.pausedAt(10));
    QPushButton* noise = button(bar, "action.noise.swarm");
    QTRY_COMPARE(noise->text(), QStringLiteral("Switch the noise off"));
    QVERIFY(noise->isEnabled());
    noise->click();
    QTRY_COMPARE(noise->text(), QStringLiteral("Switch the noise on"));
    QVERIFY(s.settles(Phase::Finished));  // a paused run plays on
    QVERIFY(s.model.run()->scalars("swarmTimer").back().value > 0);
    QVERIFY(s.model.run()->scalars("swarmNorm").back().value < 0.9);
    s.model.undoStack().undo();
    QTRY_COMPARE(noise->text(), QStringLiteral("Switch the noise off"));
    QVERIFY(s.problems.isEmpty());
  }

  void actsOnTheSelection() {
    Fixture s;
    ActionBar bar(kActions, s.model);
    bar.show();
    QVERIFY(s.pausedAt(10));
    QPushButton* ablate = button(bar, "action.set-gains");
    QTRY_VERIFY(!ablate->isEnabled());  // nothing is selected
    s.model.select({QStringLiteral("neuron"), {1}});
    QVERIFY(!ablate->isEnabled());  // of another kind
    s.model.select({QStringLiteral("unit"), {3, 7}});
    QTRY_VERIFY(ablate->isEnabled());
    ablate->click();
    QVERIFY(s.pausedAt(15));
    const auto journal = s.model.run()->journal();
    QVERIFY(std::any_of(journal.begin(), journal.end(), [](const JournalEntry& entry) {
      return entry.command.contains("intervene") &&
             entry.command["intervene"]["arguments"]["units"] == Json::array({3, 7});
    }));
  }

  void setsWhatIsSelected() {
    Fixture s;
    ActionBar bar(kActions, s.model);
    bar.show();
    QVERIFY(s.pausedAt(10));
    QPushButton *probe = button(bar, "action.Probe"), *whole = button(bar, "action.Whole net");
    QTRY_VERIFY(!probe->isEnabled() && whole->isEnabled());
    s.model.select({QStringLiteral("unit"), {3, 7}});
    QTRY_VERIFY(probe->isEnabled());
    probe->click();
    QTRY_COMPARE(s.model.config()["probe.without"], Json::array({3, 7}));
    whole->click();
    QTRY_COMPARE(s.model.config()["probe.without"], Json::array());
    QVERIFY(s.problems.isEmpty());
  }

  void asksAndAnswers() {
    Fixture s;
    ActionBar bar(kActions, s.model);
    bar.show();
    s.model.setSynchronous(true);
    QVERIFY(s.pausedAt(10));
    s.model.setCursor(10);  // the bar looks at once
    QPushButton *upper = button(bar, "action.guess.0"), *lower = button(bar, "action.guess.1");
    auto* verdict = bar.findChild<QLabel*>(QStringLiteral("action.verdict"));
    QTRY_VERIFY(upper->isEnabled());
    const bool isUpper = s.model.array(*s.model.run(), "stripProcess", 10)->value(0) == 0;
    (isUpper ? lower : upper)->click();
    QCOMPARE(verdict->text(), QStringLiteral("No: %1. 0 of 1 so far.").arg(isUpper ? "Upper" : "Lower"));
    QVERIFY(!upper->isEnabled() && !lower->isEnabled());  // one answer a record
    QVERIFY(s.pausedAt(15));
    s.model.setCursor(15);
    QTRY_VERIFY(upper->isEnabled());
    QVERIFY(verdict->text().isEmpty());
    const bool now = s.model.array(*s.model.run(), "stripProcess", 15)->value(0) == 0;
    (now ? upper : lower)->click();
    QVERIFY(verdict->text().contains(QStringLiteral("1 of 2")));
  }

  // A push from where the handle stands: the rollouts start there (tanh clips nothing).
  void handlesAreArguments() {
    Fixture s(Json{{"model.activation", "tanh"}, {"model.bias", true}});
    s.model.setSynchronous(true);
    QVERIFY(s.pausedAt(10));
    AnalysisFeed feed(s.model, QStringLiteral("test"));
    const Binding paths = Binding::parse(
        {{"analysis", "rollouts"},
         {"arguments", {{"x", {{"handle", "x"}}}, {"y", {{"handle", "y"}}}, {"z", {{"handle", "z"}}}, {"count", 2}}},
         {"result", "paths"}},
        "/position");
    for (const std::array<double, 3>& at : {std::array{0.2, -0.1, 0.3}, {-0.5, 0.4, 0.0}}) {
      feed.setHandle(at);
      const auto result = feed.result(paths, 10);
      QVERIFY2(result, qPrintable(feed.error()));
      for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs(result->get("paths").value(k) - at[k]) < 1e-5);
    }
  }

  void refusesBadPages() {
    Fixture s;
    for (const Json& bad : {Json(3), Json::array({3}), Json::array({Json::object()}), Json::array({{{"toggle", 3}}}),
                            Json::array({{{"toggle", "noise.swarm"}, {"on", "x"}}}),
                            Json::array({{{"intervene", "set-gains"}, {"title", "x"}, {"arguments", 3}}}),
                            Json::array({{{"guess", "x"}, {"answer", "y"}, {"choices", {"one"}}}})})
      QVERIFY_EXCEPTION_THROWN(ActionBar(bad, s.model), ConfigError);
  }
};

QTEST_MAIN(TestActionBar)
#include "test_action_bar.moc"
