// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFloat16>
#include <QTest>

#include "engine/core/command.h"
#include "engine/core/lab.h"
#include "engine/core/registry.h"
#include "engine/core/series.h"
#include "tests/support/tiny_lab.h"

using namespace learnscope;

namespace {

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.exitStatus() == ExitStatus::Refused ? error.what() : "wrong status";
  }
  return "nothing refused";
}

}  // namespace

class TestConfig : public QObject {
  Q_OBJECT
 private slots:
  void everyTypeTakesItsOwnAndRefusesTheRest() {
    const Parameter real{
        .id = "r", .title = "R", .type = ParameterType::Real, .fallback = 1, .doc = "", .minimum = 0, .maximum = 2};
    QVERIFY(!real.check(1.5));
    QVERIFY(!real.check(2));
    QVERIFY(real.check(2.5).has_value());
    QVERIFY(real.check(std::nan("")).has_value());
    QVERIFY(real.check("1").has_value());
    QVERIFY(real.check(nullptr).has_value());
    const Parameter integer{
        .id = "i", .title = "I", .type = ParameterType::Int, .fallback = 1, .doc = "", .minimum = 0};
    QVERIFY(!integer.check(INT64_MAX));
    QVERIFY(integer.check(1.5).has_value());
    QVERIFY(integer.check(Json(std::uint64_t(1) << 63)).has_value());
    const Parameter choice{.id = "c",
                           .title = "C",
                           .type = ParameterType::Choice,
                           .fallback = "adam",
                           .doc = "",
                           .choices = {{"adam", "Adam"}, {"sgd", "SGD"}}};
    QVERIFY(!choice.check("sgd"));
    QVERIFY(choice.check("adm")->allowed.find("did you mean adam") != std::string::npos);
    const Parameter matrix{
        .id = "m", .title = "M", .type = ParameterType::Matrix, .fallback = Json::array(), .doc = ""};
    QVERIFY(!matrix.check(Json::parse("[[1,2],[3,4]]")));
    QVERIFY(matrix.check(Json::parse("[[1,2],[3]]")).has_value());
    QVERIFY(matrix.check(Json::parse("[[1,\"x\"]]")).has_value());
    const Parameter subset{.id = "s",
                           .title = "S",
                           .type = ParameterType::Subset,
                           .fallback = Json::array(),
                           .doc = "",
                           .choices = {{"a", "A"}}};
    QVERIFY(!subset.check(Json::parse("[\"a\"]")));
    QVERIFY(subset.check(Json::parse("[\"b\"]")).has_value());
  }

  void flagsAreParsedWhole() {
    const Parameter real{.id = "r", .title = "R", .type = ParameterType::Real, .fallback = 1, .doc = ""};
    QCOMPARE(real.parse("1e-3").get<double>(), 1e-3);
    for (const char* bad : {"", "1e-3x", "nan", "inf", "--1"})
      QVERIFY(refusal([&] { real.parse(bad); }).starts_with("/r: "));
    const Parameter integer{.id = "i", .title = "I", .type = ParameterType::Int, .fallback = 1, .doc = ""};
    QCOMPARE(integer.parse("9223372036854775807").get<std::int64_t>(), INT64_MAX);
    for (const char* bad : {"1.5", "9223372036854775808", "0x10"})
      QVERIFY(refusal([&] { integer.parse(bad); }).starts_with("/i: "));
  }

  void allProblemsAreSaidAtOnceWithTheNearestName() {
    const auto lab = test::tinyLab();
    const std::string text = refusal([&] { checkedConfig(*lab, {{"lr", -1}, {"nois", 1}, {"n", "many"}}); });
    QVERIFY2(text.find("/lr: -1") != std::string::npos, text.c_str());
    QVERIFY2(text.find("did you mean noise?") != std::string::npos, text.c_str());
    QVERIFY2(text.find("/n: \"many\"") != std::string::npos, text.c_str());
  }

  void nestedAndDottedKeysAreTheSame() {
    QCOMPARE(flattened({{"data", {{"noise", 1}}}, {"lr", 2}}), Json({{"data.noise", 1}, {"lr", 2}}));
  }

  void hostileJsonIsRefused() {
    QVERIFY(refusal([] { parseJson(std::string(100000, '['), "x.json"); }).find("nested at most 64") !=
            std::string::npos);
    QVERIFY(refusal([] { parseJson("{\"a\": 1,\n \"b\": }", "x.json"); }).starts_with("x.json: line 2"));
    QVERIFY(refusal([] { parseJson("", "x.json"); }).starts_with("x.json: "));
    QVERIFY(refusal([] { parseJson("{\"a\": NaN}", "x.json"); }).starts_with("x.json: "));
    QVERIFY(refusal([] { parseJson(std::string((16U << 20U) + 1, ' '), "x.json"); }).find("16 MB") !=
            std::string::npos);
    QVERIFY(refusal([] { parseJson("\"\xff\xfe\"", "x.json"); }).starts_with("x.json: "));
    QCOMPARE(parseJson("{\"a[[[[\": \"]]\"}", "x").size(), std::size_t(1));
  }

  void conditionsHoldForValuesAndLists() {
    const Config config(Json{{"group", "47"}, {"k", 3}});
    QVERIFY(config.satisfies(nullptr));
    QVERIFY(config.satisfies({{"group", "47"}}));
    QVERIFY(config.satisfies({{"group", {"23", "47"}}, {"k", 3}}));
    QVERIFY(!config.satisfies({{"group", "23"}}));
    QVERIFY(!config.satisfies({{"missing", 1}}));
  }

  void commandsAreCheckedAgainstTheirForms() {
    for (const VerbDescription& verb : vocabulary()) QVERIFY(!verb.form.empty());
    QCOMPARE(vocabulary().size(), std::size_t(17));
    QCOMPARE(parseCommand({{"runTo", "generalised"}}).verb, std::string("runTo"));
    QVERIFY(refusal([] { parseCommand({{"rumTo", 1}}); }).find("did you mean runTo") != std::string::npos);
    QVERIFY(refusal([] { parseCommand({{"runTo", -1}}); }).find("expected the form") != std::string::npos);
    QVERIFY(refusal([] {
              parseCommand({{"run", nullptr}, {"pause", nullptr}});
            }).find("one verb") != std::string::npos);
    QVERIFY(refusal([] { parseScript(Json::parse(R"([{"pause": null}, {"wait": "x"}])")); }).starts_with("/1/wait"));
  }

  void theManualListsEveryCommand() {
    const std::string manual = readFile(LEARNSCOPE_SOURCE_DIR "/resources/docs/commands.md", 1 << 20);
    for (const VerbDescription& verb : vocabulary())
      QVERIFY2(manual.find("| `" + verb.verb + "` |") != std::string::npos, verb.verb.c_str());
  }

  void cadenceIsAPureFunctionOfTheStep() {
    const auto lab = test::tinyLab();
    const Config config;
    QVERIFY(lab->due("scalars", config, 0) && lab->due("scalars", config, 10) && !lab->due("scalars", config, 11));
    QVERIFY(lab->due("arrays", config, 3990) && lab->due("arrays", config, 4000) && lab->due("arrays", config, 4020));
    QVERIFY(!lab->due("arrays", config, 4010));
    QVERIFY(lab->due("arrays", config, 8000) && !lab->due("arrays", config, 8020) && lab->due("arrays", config, 8040));
    QVERIFY(!lab->due("no such group", config, 0));
  }

  void unknownLabsNameTheirNeighbour() {
    Registry registry;
    registry.add(test::tinyLab());
    QVERIFY(refusal([&] { registry.require("tny"); }).find("did you mean tiny") != std::string::npos);
    QVERIFY(registry.find("tiny") != nullptr);
  }

  void appendOnlySequencesKeepEveryElement() {
    AppendOnly<ScalarPoint> series;
    for (int i = 0; i < 100000; ++i) series.append({2 * i, double(i)});
    for (int i = 0; i < 100000; ++i) QVERIFY(series[std::size_t(i)].value == i);
    QCOMPARE(indexAt(series, -1), std::ptrdiff_t(-1));
    QCOMPARE(indexAt(series, 0), std::ptrdiff_t(0));
    QCOMPARE(indexAt(series, 7), std::ptrdiff_t(3));
    QCOMPARE(indexAt(series, 1 << 30), std::ptrdiff_t(99999));
  }
};

QTEST_GUILESS_MAIN(TestConfig)
#include "test_config.moc"
