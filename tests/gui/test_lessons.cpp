// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QPushButton>
#include <set>

#include "engine/experiments/registry.h"
#include "tests/gui/session_fixture.h"
#include "widgets/controls/lesson_player.h"

using namespace learnscope;
using test::SessionFixture;

namespace {

std::string refusal(const Json& json) {
  try {
    Lesson::parse("x", json);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "not refused";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Json lessonOf(Json steps) {
  return {{"schema", 1}, {"lab", "tiny"}, {"title", "A"}, {"doc", "B"}, {"minutes", 5}, {"steps", std::move(steps)}};
}

/// A lab that trains without its loss landscape: training ahead for it would take most of a lesson's time.
class Plain final : public Lab {
 public:
  explicit Plain(std::shared_ptr<const Lab> lab) : lab_(std::move(lab)) {}
  Description describe(const Config& config) const override { return lab_->describe(config); }
  void validate(const Config& config, std::vector<Problem>& problems) const override {
    lab_->validate(config, problems);
  }
  Estimate estimate(const Config& config) const override { return lab_->estimate(config); }
  std::unique_ptr<Experiment> build(const Config& config, std::uint64_t seed, const Progress& progress) const override {
    Config plain = config;
    if (plain.has("landscape")) plain.set("landscape", false);
    return lab_->build(plain, seed, progress);
  }
  State analyse(const std::string& analysis, const Config& config, std::uint64_t seed, const State& state,
                const Config& arguments, const Progress& progress) const override {
    return lab_->analyse(analysis, config, seed, state, arguments, progress);
  }
  bool due(std::string_view cadence, const Config& config, std::int64_t step) const override {
    return lab_->due(cadence, config, step);
  }
  std::int64_t defaultSteps(const Config& config) const override { return lab_->defaultSteps(config); }
  std::string_view page() const override { return lab_->page(); }

 private:
  std::shared_ptr<const Lab> lab_;
};

/// Waits until the present step's commands are done, at full speed whatever the preset says.
bool settled(LessonPlayer& player, SessionModel& model) {
  return QTest::qWaitFor(
      [&] {
        if (model.run() && model.speed() != 0) model.setSpeed(0);
        return !player.busy();
      },
      60000);
}

}  // namespace

class TestLessons : public QObject {
  Q_OBJECT
 private slots:
  void fourLessonsTravelAlong() {
    const std::vector<Lesson> lessons = builtinLessons();
    QVERIFY(lessons.size() >= 4);
    for (std::size_t i = 0; i + 1 < lessons.size(); ++i) QVERIFY(lessons[i].order <= lessons[i + 1].order);
  }

  // What a lesson names is there: presets, views, measures' views, parameters.
  void lessonsNameWhatExists() {
    const Registry labs = builtinLabs();
    for (const Lesson& lesson : builtinLessons()) {
      const auto lab = labs.require(lesson.lab);
      const Json page = Json::parse(lab->page());
      std::set<std::string> presets, views;
      for (const Json& preset : page["presets"]) presets.insert(preset["id"]);
      for (const Json& view : page["views"]) views.insert(view["id"]);
      QVERIFY(!lesson.steps.front().preset.empty());
      for (const LessonStep& step : lesson.steps) {
        if (!step.preset.empty()) QVERIFY2(presets.count(step.preset), step.preset.c_str());
        for (const Command& command : step.commands) {
          if (command.verb != "pointAt") continue;
          const std::string id = command.value.get<std::string>();
          QVERIFY2(views.count(id) || lab->describe().parameter(id), id.c_str());
        }
      }
    }
  }

  void lessonsArePlayedThrough_data() {
    QTest::addColumn<int>("index");
    const std::vector<Lesson> lessons = builtinLessons();
    for (std::size_t i = 0; i < lessons.size(); ++i) QTest::newRow(lessons[i].id.c_str()) << static_cast<int>(i);
  }
  void lessonsArePlayedThrough() {
    QFETCH(int, index);
    const Lesson lesson = builtinLessons()[static_cast<std::size_t>(index)];
    const auto lab = builtinLabs().require(lesson.lab);
    // The first lesson is played with all that belongs to it.
    SessionFixture f(index == 0 ? lab : std::make_shared<const Plain>(lab));
    LessonPlayer player(f.model);
    QSignalSpy closed(&player, &LessonPlayer::closed);
    player.start(lesson);
    std::vector<std::int64_t> cursors;
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
      QCOMPARE(player.step(), static_cast<int>(i));
      QVERIFY2(settled(player, f.model), lesson.steps[i].title.toUtf8());
      const auto text = [&](const char* name) { return player.findChild<QLabel*>(QLatin1String(name))->text(); };
      QCOMPARE(text("lesson.title"), lesson.steps[i].title);
      QCOMPARE(text("lesson.text"), lesson.steps[i].text);
      QVERIFY2(text("lesson.answer").isEmpty(), text("lesson.answer").toUtf8());
      for (const Command& command : lesson.steps[i].commands)
        if (command.verb == "runTo") QCOMPARE(f.model.run()->lastStep(), command.value.get<std::int64_t>());
      const LessonQuestion& question = lesson.steps[i].question;
      for (std::size_t choice = 0; choice < question.choices.size(); ++choice) {
        auto* button = player.findChild<QPushButton*>(QStringLiteral("lesson.choice%1").arg(choice));
        QVERIFY(button);
        if (static_cast<int>(choice) != question.answer) continue;
        button->click();
        QVERIFY(QTest::qWaitFor([&] { return text("lesson.answer").contains(question.because); }, 2000));
      }
      cursors.push_back(f.model.cursor());
      if (i + 1 < lesson.steps.size()) player.next();
    }
    QCOMPARE(f.problems, QStringList());
    // Going back shows the steps as they were.
    for (std::size_t i = lesson.steps.size() - 1; i-- > 0;) {
      player.back();
      QCOMPARE(player.step(), static_cast<int>(i));
      QCOMPARE(f.model.cursor(), cursors[i]);
    }
    while (player.lesson()) player.next();
    QCOMPARE(closed.count(), 1);
    QVERIFY(player.isHidden());
  }

  void aStepMayBeLeftEarly() {
    const Lesson lesson = builtinLessons().front();
    SessionFixture f(builtinLabs().require(lesson.lab));
    LessonPlayer player(f.model);
    player.start(lesson);
    QVERIFY(settled(player, f.model));
    player.next();  // trains 300 updates
    player.next();
    QVERIFY(settled(player, f.model));
    QVERIFY(QTest::qWaitFor([&] { return f.model.status().phase == TrainerStatus::Phase::Paused; }, 5000));
    QCOMPARE(player.step(), 2);
    player.stop();
    QVERIFY(!player.lesson());
  }

  void wrongAnswersAreSaid() {
    SessionFixture f;
    LessonPlayer player(f.model);
    const Lesson lesson = Lesson::parse(
        "x", lessonOf({{{"title", "Q"},
                        {"commands",
                         {{{"say", "text"}},
                          {{"ask", {{"text", "?"}, {"choices", {"a", "b"}}, {"answer", 1}, {"because", "so"}}}}}}}}));
    player.start(lesson);
    player.choose(0);
    QVERIFY(player.findChild<QLabel*>(QStringLiteral("lesson.answer"))->text().contains(QStringLiteral("so")));
    QVERIFY(!player.findChild<QPushButton*>(QStringLiteral("lesson.choice0"))->isEnabled());
    player.choose(7);
  }

  void hostileLessons() {
    const Json say{{"say", "text"}};
    QVERIFY(says(refusal(Json::array()), "/schema"));
    QVERIFY(says(refusal({{"schema", 2}}), "/schema"));
    QVERIFY(says(refusal({{"schema", 1}, {"lab", 3}}), "/lab"));
    QVERIFY(says(refusal(lessonOf(Json::array())), "/steps"));
    QVERIFY(says(refusal(lessonOf({{{"title", "a"}}})), "/steps/0/commands"));
    QVERIFY(says(refusal(lessonOf({{{"title", "a"}, {"commands", Json::array()}}})), "says something"));
    QVERIFY(says(refusal(lessonOf({{{"title", "a"}, {"commands", {say, {{"sya", "x"}}}}}})), "/steps/0/commands/1"));
    QVERIFY(says(
        refusal(lessonOf(
            {{{"title", "a"}, {"commands", {say, {{"ask", {{"text", "?"}, {"choices", {"a"}}, {"answer", 3}}}}}}}})),
        "answer"));
  }

  void aPresetThatIsNotThereIsSaid() {
    SessionFixture f;
    LessonPlayer player(f.model);
    player.start(Lesson::parse("x", lessonOf({{{"title", "a"}, {"preset", "none"}, {"commands", {{{"say", "t"}}}}}})));
    QVERIFY(player.findChild<QLabel*>(QStringLiteral("lesson.answer"))->text().contains(QStringLiteral("none")));
  }
};

QTEST_MAIN(TestLessons)
#include "test_lessons.moc"
