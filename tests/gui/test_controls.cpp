// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>
#include <QTreeView>

#include "tests/gui/session_fixture.h"
#include "widgets/controls/analysis_panel.h"
#include "widgets/controls/event_list.h"
#include "widgets/controls/intervention_panel.h"
#include "widgets/controls/number_field.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/controls/parameter_panel.h"
#include "widgets/controls/play_in_past_dialog.h"
#include "widgets/controls/run_set_model.h"
#include "widgets/controls/run_set_panel.h"
#include "widgets/controls/seed_field.h"
#include "widgets/controls/status_strip.h"
#include "widgets/controls/switch_button.h"
#include "widgets/controls/table_dialog.h"
#include "widgets/controls/timeline.h"
#include "widgets/controls/timeline_track.h"
#include "widgets/controls/value_slider.h"
#include "widgets/model/theme.h"

using namespace learnscope;
using test::SessionFixture;
using Phase = TrainerStatus::Phase;

namespace {

/// The tiny lab with one parameter of every type besides its own; it trains as the tiny lab does.
class EveryTypeLab : public Lab {
 public:
  Description describe(const Config& config) const override {
    Description all = tiny_->describe(config);
    const auto add = [&](Parameter p) { all.parameters.push_back(std::move(p)); };
    const std::string data = "Data", network = "Network";
    using T = ParameterType;
    add({.id = "shuffle",
         .title = "Shuffle",
         .type = T::Bool,
         .fallback = false,
         .doc = "Draws a new order every epoch.",
         .group = data});
    add({.id = "group",
         .title = "Group",
         .type = T::Choice,
         .fallback = "47",
         .doc = "The group whose table is learned.",
         .group = data,
         .choices = {{"47", "Z47, cyclic"}, {"s4", "S4, symmetric"}}});
    add({.id = "expression",
         .title = "Expression",
         .type = T::Choice,
         .fallback = "a+b",
         .doc = "Any expression of a and b.",
         .group = data,
         .choices = {{"a+b", "a + b"}, {"a*b", "a \u00d7 b"}},
         .open = true});
    add({.id = "tableFile",
         .title = "Cayley table",
         .type = T::File,
         .fallback = "",
         .doc = "CSV of 0-based integers.",
         .group = data,
         .visibleIf = {{"group", "s4"}}});
    add({.id = "note", .title = "Note", .type = T::Text, .fallback = "", .doc = "Kept with the run.", .group = data});
    add({.id = "widths",
         .title = "Hidden widths",
         .type = T::List,
         .fallback = {16, 16},
         .doc = "Neurons a layer.",
         .group = network,
         .minimum = 1,
         .maximum = 4096});
    add({.id = "mixing",
         .title = "Mixing",
         .type = T::Matrix,
         .fallback = {{1, 0}, {0, 1}},
         .doc = "Mixes the inputs.",
         .group = network,
         .minimum = -1,
         .maximum = 1});
    add({.id = "layers",
         .title = "Trained layers",
         .type = T::Subset,
         .fallback = {"W"},
         .doc = "What the optimiser changes.",
         .group = network,
         .choices = {{"W", "W"}, {"V", "V"}}});
    add({.id = "decay",
         .title = "Weight decay",
         .type = T::Real,
         .fallback = 2e-4,
         .doc = "Coupled L2.",
         .group = "Optimiser",
         .unit = "1/step",
         .minimum = 0,
         .maximum = 1,
         .logarithmic = true,
         .live = false});
    all.interventions.push_back({.id = "freeze",
                                 .title = "Freeze a weight",
                                 .doc = "Stops the training of one weight.",
                                 .arguments = {{.id = "weight",
                                                .title = "Weight",
                                                .type = T::Int,
                                                .fallback = 0,
                                                .doc = "Which.",
                                                .minimum = 0,
                                                .maximum = 3}}});
    return all;
  }
  void validate(const Config& config, std::vector<Problem>& problems) const override {
    if (config.flag("shuffle") && config.text("group") == "s4")
      problems.push_back({"/shuffle", "true", "S4 has no order to shuffle"});
    tiny_->validate(config, problems);
  }
  Estimate estimate(const Config& config) const override { return tiny_->estimate(config); }
  std::unique_ptr<Experiment> build(const Config& c, std::uint64_t seed, const Progress& p) const override {
    return tiny_->build(c, seed, p);
  }
  State analyse(const std::string& a, const Config& c, std::uint64_t seed, const State& s, const Config& arguments,
                const Progress& p) const override {
    return tiny_->analyse(a, c, seed, s, arguments, p);
  }
  std::int64_t defaultSteps(const Config& c) const override { return tiny_->defaultSteps(c); }
  std::string_view page() const override { return tiny_->page(); }

 private:
  std::shared_ptr<const Lab> tiny_ = test::tinyLab();
};

void enter(QLineEdit* field, const QString& text) {
  field->setFocus();
  field->selectAll();
  QTest::keyClicks(field, text);
  QTest::keyClick(field, Qt::Key_Return);
}

}  // namespace

class TestControls : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    QApplication::setStyle(QStringLiteral("Fusion"));
    QApplication::setPalette(Theme::light().palette());
  }

  void everyTypeEditsAndRefuses() {
    SessionFixture f(std::make_shared<EveryTypeLab>());
    ParameterPanel panel(f.model);
    panel.resize(300, 900);
    panel.show();
    const Config& next = f.model.nextConfig();
    const auto line = [&](const char* id) {
      return panel.findChild<QLineEdit*>(QLatin1String("parameter.") + QLatin1String(id));
    };
    const auto problem = [&](const char* id) { return panel.form()->row(id)->problem(); };

    enter(line("lr"), QStringLiteral("2.5e-3"));
    QCOMPARE(next.real("lr"), 2.5e-3);
    QCOMPARE(line("lr")->text(), QStringLiteral("2.5e-3"));
    enter(line("lr"), QStringLiteral("-1"));
    QCOMPARE(next.real("lr"), 2.5e-3);
    QVERIFY(problem("lr").contains(QLatin1String("1e-06")));
    QVERIFY(panel.findChild<QLabel*>(QStringLiteral("problem.lr"))->isVisible());
    QTest::keyClick(line("lr"), Qt::Key_Escape);
    QCOMPARE(problem("lr"), QString());
    QCOMPARE(line("lr")->text(), QStringLiteral("2.5e-3"));

    enter(line("n"), QStringLiteral("12.5"));
    QVERIFY(!problem("n").isEmpty());
    enter(line("n"), QStringLiteral("500000"));
    QCOMPARE(next.integer("n"), 500000);

    QTest::keyClick(panel.findChild<SwitchButton*>(QStringLiteral("parameter.shuffle")), Qt::Key_Space);
    QVERIFY(next.flag("shuffle"));

    auto* group = panel.findChild<QComboBox*>(QStringLiteral("parameter.group"));
    QVERIFY(!panel.form()->row("tableFile")->isVisible());
    QTest::keyClick(group, Qt::Key_Down);
    QCOMPARE(next.text("group"), std::string("s4"));
    QVERIFY(panel.form()->row("tableFile")->isVisible());
    // The lab's own rule stands under its field, and nothing can be started with it.
    QTRY_VERIFY(problem("shuffle").contains(QLatin1String("no order to shuffle")));
    QVERIFY(!panel.findChild<QPushButton*>(QStringLiteral("parameterPanel.restart"))->isEnabled());

    auto* expression = panel.findChild<QComboBox*>(QStringLiteral("parameter.expression"));
    enter(expression->lineEdit(), QStringLiteral("a-2*b"));
    QCOMPARE(next.text("expression"), std::string("a-2*b"));

    enter(line("note"), QStringLiteral("first try"));
    QCOMPARE(next.text("note"), std::string("first try"));
    enter(line("widths"), QStringLiteral("32, 8"));
    QCOMPARE(next["widths"], Json({32, 8}));
    enter(line("widths"), QStringLiteral("32, zero"));
    QVERIFY(!problem("widths").isEmpty());
    enter(line("widths"), QStringLiteral("32, 0"));
    QVERIFY(problem("widths").contains(QLatin1String("4096")));

    auto* v = panel.findChild<QCheckBox*>(QStringLiteral("parameter.layers.V"));
    QTest::keyClick(v, Qt::Key_Space);
    QCOMPARE(next["layers"], Json({"W", "V"}));
    QVERIFY(f.problems.isEmpty());

    // Each edit is undoable, in order, and the panel shows it.
    QVERIFY(f.model.undoStack().count() >= 8);
    while (f.model.undoStack().canUndo()) f.model.undoStack().undo();
    QCOMPARE(next.real("lr"), 0.1);
    QCOMPARE(line("lr")->text(), QStringLiteral("0.1"));
    QVERIFY(!panel.findChild<SwitchButton*>(QStringLiteral("parameter.shuffle"))->isChecked());
  }

  void everyControlIsReachableAndNamed() {
    SessionFixture f(std::make_shared<EveryTypeLab>());
    ParameterPanel panel(f.model);
    panel.show();
    for (const Parameter& parameter : f.model.nextDescription().parameters) {
      const ParameterRow* row = panel.form()->row(parameter.id);
      QVERIFY2(row, parameter.id.c_str());
      QWidget* editor = row->editor()->focusWidget();
      QAccessibleInterface* interface =
          QAccessible::queryAccessibleInterface(editor->focusProxy() ? editor->focusProxy() : editor);
      QVERIFY2(interface && !interface->text(QAccessible::Name).isEmpty(), parameter.id.c_str());
      QVERIFY2(editor->toolTip().contains(QString::fromStdString(parameter.doc)), parameter.id.c_str());
    }
    for (const QAbstractButton* button : panel.findChildren<QAbstractButton*>())
      QVERIFY2(!button->text().isEmpty() || !button->accessibleName().isEmpty(), qPrintable(button->objectName()));
  }

  void searchFindsByWordsAndResetPutsBack() {
    SessionFixture f(std::make_shared<EveryTypeLab>());
    ParameterPanel panel(f.model);
    panel.show();
    auto* search = panel.findChild<QLineEdit*>(QStringLiteral("parameterPanel.search"));
    QVERIFY(search->isVisible());
    QTest::keyClicks(search, QStringLiteral("optimiser changes"));
    QCOMPARE(panel.form()->visibleRows(), 1);
    QVERIFY(panel.form()->row("layers")->isVisible());
    search->clear();
    f.model.userSet("decay", 0.5);
    auto* reset = panel.findChild<QToolButton*>(QStringLiteral("reset.decay"));
    QVERIFY(reset->isVisible());
    reset->click();
    QCOMPARE(f.model.nextConfig().real("decay"), 2e-4);
    QVERIFY(!reset->isVisible());
    f.model.undoStack().undo();
    QCOMPARE(f.model.nextConfig().real("decay"), 0.5);
  }

  void sliderDragIsOneUndo() {
    SessionFixture f;
    ParameterPanel panel(f.model);
    panel.resize(300, 500);
    panel.show();
    auto* slider = panel.findChild<ValueSlider*>(QStringLiteral("parameter.lr.slider"));
    const QPoint from(slider->width() / 2, slider->height() / 2);
    QTest::mousePress(slider, Qt::LeftButton, {}, from);
    for (int i = 1; i <= 40; ++i) QTest::mouseMove(slider, from + QPoint(i, 0));
    QTest::qWait(600);
    QTest::mouseMove(slider, from + QPoint(50, 0));
    QTest::mouseRelease(slider, Qt::LeftButton, {}, from + QPoint(50, 0));
    QVERIFY(f.model.nextConfig().real("lr") > 0.01);
    QCOMPARE(f.model.undoStack().count(), 1);
    f.model.undoStack().undo();
    QCOMPARE(f.model.nextConfig().real("lr"), 0.1);
  }

  void sliderCoversItsRange() {
    ValueSlider slider;
    slider.setScale(1e-5, 1, true, false);
    double seen = -1;
    connect(&slider, &ValueSlider::moved, &slider, [&](double value) { seen = value; });
    slider.setValue(1000);
    QCOMPARE(seen, 1.0);
    slider.setValue(0);
    QCOMPARE(seen, 1e-5);
    slider.setValue(600);
    QCOMPARE(seen, 1e-2);
    slider.setScale(0, 1, true, false);
    slider.setValue(1);
    slider.setValue(0);
    QCOMPARE(seen, 0.0);
    slider.setScale(8, 4096, true, true);
    slider.setNumber(256);
    QCOMPARE(slider.number(), 256.0);
    QVERIFY(slider.value() > 400 && slider.value() < 700);
  }

  void numberFieldStepsAndFormats() {
    QCOMPARE(NumberField::format(2e-4), QStringLiteral("2e-4"));
    QCOMPARE(NumberField::format(0.05), QStringLiteral("0.05"));
    QCOMPARE(NumberField::format(1e7), QStringLiteral("1e7"));
    QCOMPARE(NumberField::format(1.5e-10), QStringLiteral("1.5e-10"));
    QCOMPARE(NumberField::format(std::int64_t{9'007'199'254'740'993}), QStringLiteral("9007199254740993"));
    const Parameter lr = *test::tinyLab()->describe().parameter("lr");
    NumberField field(lr);
    field.setValue(0.1);
    QTest::keyClick(&field, Qt::Key_Up);
    QCOMPARE(field.value().get<double>(), 0.13);
    QTest::keyClick(&field, Qt::Key_PageDown);
    QCOMPARE(field.value().get<double>(), 0.013);
  }

  void seedIsSixtyFourBit() {
    SessionFixture f;
    ParameterPanel panel(f.model);
    auto* field = panel.findChild<QLineEdit*>(QStringLiteral("seed.field"));
    enter(field, QStringLiteral("9223372036854775807"));
    QCOMPARE(f.model.nextSeed(), std::uint64_t{9223372036854775807ULL});
    enter(field, QStringLiteral("9223372036854775808"));
    QCOMPARE(f.model.nextSeed(), std::uint64_t{9223372036854775807ULL});
    QTest::keyClick(field, Qt::Key_Escape);
    QCOMPARE(field->text(), QStringLiteral("9223372036854775807"));
    QTest::keyClick(field, Qt::Key_Down);
    QCOMPARE(f.model.nextSeed(), std::uint64_t{9223372036854775806ULL});
    panel.findChild<QToolButton*>(QStringLiteral("seed.dice"))->click();
    QVERIFY(f.model.nextSeed() < 1'000'000);
    f.model.undoStack().undo();
    QVERIFY(f.model.nextSeed() > 1'000'000);
  }

  void matrixDialogEditsAndRefuses() {
    const Parameter mixing = *EveryTypeLab().describe(Config()).parameter("mixing");
    TableDialog dialog(mixing, mixing.fallback);
    auto* table = dialog.findChild<QTableWidget*>();
    auto* ok = dialog.findChild<QPushButton*>();
    for (QPushButton* button : dialog.findChildren<QPushButton*>())
      if (button->text().contains(QLatin1String("OK"))) ok = button;
    table->item(0, 1)->setText(QStringLiteral("0.5"));
    QCOMPARE(dialog.value(), Json({{1, 0.5}, {0, 1}}));
    table->item(1, 0)->setText(QStringLiteral("seven"));
    QVERIFY(!ok->isEnabled());
    table->item(1, 0)->setText(QStringLiteral("7"));
    QVERIFY(!ok->isEnabled());
    table->item(1, 0)->setText(QStringLiteral("-1"));
    QVERIFY(ok->isEnabled());
    QApplication::clipboard()->setText(QStringLiteral("0.1\t0.2\t0.3\n0.4\t0.5\t0.6\n"));
    table->setCurrentCell(0, 0);
    dialog.findChild<QPushButton*>(QStringLiteral("tableDialog.paste"))->click();
    QCOMPARE(dialog.value(), Json({{0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}}));
  }

  void restartShowsWhatWaits() {
    SessionFixture f;
    ParameterPanel panel(f.model);
    auto* restart = panel.findChild<QPushButton*>(QStringLiteral("parameterPanel.restart"));
    QCOMPARE(restart->text(), QStringLiteral("Start a run"));
    QVERIFY(f.pausedAt(10));
    f.model.userSet("noise", 0.7);
    QCOMPARE(restart->text(), QStringLiteral("Restart with changes"));
    restart->click();
    QCOMPARE(f.model.run()->info().config.real("noise"), 0.7);
    QCOMPARE(restart->text(), QStringLiteral("Start a new run"));
    panel.copyCommandLine();
    QVERIFY(QApplication::clipboard()->text().contains(QLatin1String("--set noise=0.7")));
  }

  void timelineByKeys() {
    SessionFixture f;
    Timeline timeline(f.model);
    timeline.resize(1000, timeline.sizeHint().height());
    timeline.show();
    QVERIFY(f.pausedAt(100));
    TimelineTrack* track = timeline.track();
    QTest::keyClick(track, Qt::Key_Left);
    QCOMPARE(f.model.cursor(), 90);
    QTest::keyClick(track, Qt::Key_Left);
    QTest::keyClick(track, Qt::Key_Right);
    QCOMPARE(f.model.cursor(), 90);
    QTest::keyClick(track, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(f.model.cursor(), 0);
    QTest::keyClick(track, Qt::Key_End);
    QVERIFY(f.model.following());
    QTest::keyClick(track, Qt::Key_Home);
    QCOMPARE(f.model.cursor(), 0);
    const std::int64_t converged = f.model.run()->events().front().step;
    QTest::qWait(250);
    QTest::keyClick(track, Qt::Key_Right, Qt::ControlModifier);
    QCOMPARE(f.model.cursor(), converged);
    QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(track);
    QCOMPARE(interface->role(), QAccessible::Slider);
    QCOMPARE(interface->valueInterface()->currentValue().toLongLong(), converged);
    QVERIFY(interface->text(QAccessible::Value).contains(QLatin1String("Converged")));
    interface->valueInterface()->setCurrentValue(30);
    QCOMPARE(f.model.cursor(), 30);
    QTest::keyClick(track, Qt::Key_End);
    QTest::keyClick(track, Qt::Key_Period);
    QTRY_COMPARE(f.model.run()->lastStep(), 101);
    QTRY_VERIFY(!f.model.playing());
    QTest::keyClick(track, Qt::Key_Space);
    QVERIFY(f.settles(Phase::Finished));
  }

  void timelineByMouse() {
    SessionFixture f;
    Timeline timeline(f.model);
    timeline.resize(1000, timeline.sizeHint().height());
    timeline.show();
    QVERIFY(f.pausedAt(100));
    TimelineTrack* track = timeline.track();
    QTRY_COMPARE(track->last(), 200);
    const auto at = [&](std::int64_t step) { return QPoint(qRound(track->x(step)), track->height() / 2); };
    QTest::mousePress(track, Qt::LeftButton, {}, at(50));
    QVERIFY2(std::abs(f.model.cursor() - 50) <= 1, qPrintable(QString::number(f.model.cursor())));
    QTest::mouseMove(track, at(70));
    QTest::mouseRelease(track, Qt::LeftButton, {}, at(70));
    QVERIFY(std::abs(f.model.cursor() - 70) <= 1);
    QVERIFY(f.model.hoverStep().has_value());
    QCOMPARE(f.model.undoStack().count(), 1);
    // Let go beyond the newest step, the cursor follows it.
    QTest::mouseClick(track, Qt::LeftButton, {}, at(180));
    QVERIFY(f.model.following());
  }

  void flagsNeverOverlap() {
    const auto width = [](const QString& text) { return 7.0 * static_cast<double>(text.size()); };
    std::vector<std::pair<double, QString>> flags;
    std::uint64_t state = 7;
    for (int i = 0; i < 60; ++i) {
      state = mix64(state);
      flags.emplace_back(static_cast<double>(state % 900), QStringLiteral("Feature %1 acquired").arg(i));
    }
    std::sort(flags.begin(), flags.end());
    const std::vector<FlagPlace> places = placeFlags(flags, 2, 1000, 30, width);
    QCOMPARE(places.size(), flags.size());
    int shown = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i].row < 0) continue;
      ++shown;
      QVERIFY(places[i].left + width(places[i].text) <= 1000);
      for (std::size_t j = i + 1; j < places.size(); ++j)
        if (places[j].row == places[i].row) QVERIFY(places[i].left + width(places[i].text) <= places[j].x);
    }
    QVERIFY(shown >= 10);
    const std::vector<FlagPlace> alone = placeFlags({{100, QStringLiteral("Memorised")}}, 2, 1000, 30, width);
    QCOMPARE(alone.front().text, QStringLiteral("Memorised"));
  }

  void stepScaleInverts() {
    for (const bool logarithmic : {false, true}) {
      const StepScale scale(100, 30100, 10, 1010, logarithmic);
      QCOMPARE(scale.x(100), 10.0);
      QCOMPARE(scale.x(30100), 1010.0);
      for (const std::int64_t step : {100, 101, 150, 4000, 30100})
        QVERIFY(std::abs(scale.step(scale.x(step)) - step) <= 1);
      const std::vector<std::int64_t> ticks = scale.ticks(60);
      QVERIFY(ticks.size() >= 4);
      for (std::size_t i = 1; i < ticks.size(); ++i) QVERIFY(scale.x(ticks[i]) - scale.x(ticks[i - 1]) >= 59);
    }
  }

  void runSetIsATree() {
    SessionFixture f;
    RunSetPanel panel(f.model);
    panel.show();
    QVERIFY(f.pausedAt(60));
    const std::string parent = f.model.run()->info().id;
    f.model.branchAt({.step = 30, .set = {{"lr", 0.5}}});
    auto* view = panel.view();
    auto* runs = qobject_cast<RunSetModel*>(view->model());
    QCOMPARE(runs->rowCount(), 1);
    const QModelIndex root = runs->find(parent);
    QCOMPARE(runs->rowCount(root), 1);
    const QModelIndex child = runs->index(0, 0, root);
    QVERIFY(child.data().toString().contains(QLatin1String("lr 0.5")));
    QVERIFY(child.data().toString().contains(QLatin1String("30")));
    view->setCurrentIndex(root);
    emit view->activated(root);
    QCOMPARE(f.model.run()->info().id, parent);
    QVERIFY(runs->setData(root, Qt::Unchecked, Qt::CheckStateRole));
    QVERIFY(!f.model.session().find(parent)->shown);
    QVERIFY(runs->setData(root, QStringLiteral("Baseline"), Qt::EditRole));
    QTRY_VERIFY(runs->find(parent).data().toString().startsWith(QLatin1String("Baseline")));
    view->setCurrentIndex(runs->index(0, 0, runs->find(parent)));
    for (QAction* action : view->actions())
      if (action->objectName() == QLatin1String("runSetPanel.remove")) action->trigger();
    QCOMPARE(f.model.session().members().size(), std::size_t{1});
  }

  void eventsLeadToTheirStep() {
    SessionFixture f;
    EventList list(f.model);
    list.show();
    QVERIFY(f.pausedAt(100));
    f.model.userSet("lr", 0.2);
    QTRY_COMPARE(list.view()->model()->rowCount(), 2);
    const QModelIndex first = list.view()->model()->index(0, EventListModel::What);
    QCOMPARE(first.data().toString(), QStringLiteral("Converged"));
    QVERIFY(first.data(Qt::ToolTipRole).toString().contains(QLatin1String("noise^2")));
    QCOMPARE(list.view()->model()->index(1, EventListModel::What).data().toString(), QStringLiteral("lr = 0.2"));
    emit list.view()->activated(first);
    QCOMPARE(f.model.cursor(), f.model.run()->events().front().step);
  }

  void interventionTakesItsArgumentsAndTheSelection() {
    SessionFixture f(std::make_shared<EveryTypeLab>());
    InterventionPanel panel(f.model);
    panel.show();
    auto* reset = panel.findChild<QPushButton*>(QStringLiteral("intervene.reset-weights"));
    QVERIFY(!reset->isEnabled());
    QVERIFY(f.pausedAt(10));
    QTRY_VERIFY(reset->isEnabled());
    enter(panel.form("reset-weights")->findChild<QLineEdit*>(QStringLiteral("parameter.scale")), QStringLiteral("3"));
    reset->click();
    QTRY_COMPARE(f.model.run()->journal().size(), std::size_t{1});
    QCOMPARE(f.model.run()->journal().front().command["intervene"]["arguments"], Json({{"scale", 3.0}}));
    f.model.select({QStringLiteral("weight"), {2}});
    QCOMPARE(panel.form("freeze")->values()["weight"], Json(2));
    f.model.select({QStringLiteral("weight"), {9}});
    QCOMPARE(panel.form("freeze")->values()["weight"], Json(2));
  }

  void analysisShowsItsArrays() {
    SessionFixture f;
    AnalysisPanel panel(f.model);
    panel.show();
    QVERIFY(f.pausedAt(50));
    auto* run = panel.findChild<QPushButton*>(QStringLiteral("analysisPanel.run"));
    QTRY_VERIFY(run->isEnabled());
    run->click();
    auto* table = panel.findChild<QTableView*>(QStringLiteral("analysisPanel.table"));
    QTRY_COMPARE(table->model()->rowCount(), 64);
    QVERIFY(panel.findChild<QComboBox*>(QStringLiteral("analysisPanel.result"))
                ->currentText()
                .contains(QLatin1String("64")));
  }

  void statusSaysWhatHappens() {
    SessionFixture f;
    StatusStrip strip(f.model);
    strip.show();
    const auto label = [&](const char* name) {
      return strip.findChild<QLabel*>(QLatin1String("statusStrip.") + QLatin1String(name));
    };
    QCOMPARE(label("state")->text(), QStringLiteral("Ready"));
    QVERIFY(f.pausedAt(40));
    QTRY_VERIFY(label("state")->text().contains(QLatin1String("Paused")));
    QTRY_COMPARE(label("step")->text(), QStringLiteral("step 40 of 200"));
    strip.setRenderer(QStringLiteral("llvmpipe"));
    strip.setFrameRate(29.6);
    QCOMPARE(label("renderer")->text(), QStringLiteral("30 fps \u00b7 llvmpipe"));
    QCOMPARE(StatusStrip::duration(3.2), QStringLiteral("4 s"));
    QCOMPARE(StatusStrip::duration(4320), QStringLiteral("1 h 12 min"));
    f.model.userSet("lr", 50.0);
    f.model.perform({"run", nullptr});
    QVERIFY(f.settles(Phase::Diverged));
    QTRY_VERIFY(label("state")->text().contains(QLatin1String("Diverged")));
  }

  void playInPastFollowsOrBranches() {
    SessionFixture f;
    QVERIFY(f.pausedAt(60));
    f.model.setCursor(20);
    PlayInPastDialog branch(f.model, 20);
    branch.findChild<QAbstractButton*>(QStringLiteral("playInPast.branch"))->click();
    QCOMPARE(f.model.run()->info().forkStep, 20);
    QVERIFY(f.settles(Phase::Finished));
    f.model.makeCurrent(f.model.run()->info().parent);
    f.model.setCursor(10);
    PlayInPastDialog follow(f.model, 10);
    follow.findChild<QAbstractButton*>(QStringLiteral("playInPast.follow"))->click();
    QVERIFY(f.model.following());
    QVERIFY(f.settles(Phase::Finished));
    QCOMPARE(f.model.session().members().size(), std::size_t{2});
  }

  // Both themes draw every control, differently. LEARNSCOPE_SHOTS=folder keeps the pictures.
  void looksInBothThemes() {
    SessionFixture f(std::make_shared<EveryTypeLab>());
    f.model.userSteps(1500);
    f.model.userSet("decay", 0.01);
    QVERIFY(f.pausedAt(420));
    f.model.userIntervene("reset-weights", {{"scale", 2.0}});
    QTRY_COMPARE(f.model.run()->journal().size(), std::size_t{1});
    QVERIFY(f.pausedAt(900));
    const std::string parent = f.model.run()->info().id;
    f.model.branchAt({.step = 300, .set = {{"lr", 0.4}}});
    QVERIFY(f.settles(Phase::Finished));
    f.model.makeCurrent(parent);
    f.model.userSet("noise", 0.5);
    f.model.setCursor(610);
    const QString folder = qEnvironmentVariable("LEARNSCOPE_SHOTS");
    const auto grab = [&](QWidget& widget, const QString& name, QSize size) {
      QImage pictures[2];
      for (const bool dark : {false, true}) {
        QApplication::setPalette((dark ? Theme::night() : Theme::light()).palette());
        widget.resize(size);
        widget.show();
        QTest::qWait(300);
        pictures[dark] = widget.grab().toImage();
        if (!folder.isEmpty())
          pictures[dark].save(QStringLiteral("%1/%2-%3.png")
                                  .arg(folder, name, dark ? QStringLiteral("dark") : QStringLiteral("light")));
      }
      QApplication::setPalette(Theme::light().palette());
      QVERIFY2(pictures[0] != pictures[1], qPrintable(name));
      QVERIFY2(pictures[0].pixelColor(2, pictures[0].height() - 3).lightness() >
                   pictures[1].pixelColor(2, pictures[1].height() - 3).lightness(),
               qPrintable(name));
    };
    ParameterPanel parameters(f.model);
    grab(parameters, QStringLiteral("parameters"), {290, 940});
    Timeline timeline(f.model);
    grab(timeline, QStringLiteral("timeline"), {1300, timeline.sizeHint().height()});
    RunSetPanel runs(f.model);
    grab(runs, QStringLiteral("runs"), {420, 180});
    EventList events(f.model);
    grab(events, QStringLiteral("events"), {360, 180});
    InterventionPanel interventions(f.model);
    grab(interventions, QStringLiteral("interventions"), {290, 320});
    AnalysisPanel analyses(f.model);
    grab(analyses, QStringLiteral("analyses"), {320, 360});
    StatusStrip status(f.model);
    status.setRenderer(QStringLiteral("llvmpipe (LLVM 15, 256 bits)"));
    status.setFrameRate(31);
    grab(status, QStringLiteral("status"), {1300, 26});
    PlayInPastDialog dialog(f.model, 610);
    grab(dialog, QStringLiteral("dialog"), dialog.sizeHint());
  }
};

QTEST_MAIN(TestControls)
#include "test_controls.moc"
