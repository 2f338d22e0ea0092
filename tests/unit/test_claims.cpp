// SPDX-License-Identifier: GPL-3.0-or-later
// Claims of a page: what is refused, and every verdict on series made by hand.
#include <QTest>
#include <cmath>

#include "engine/core/claims.h"
#include "engine/core/registry.h"
#include "engine/experiments/registry.h"
#include "tests/support/described_lab.h"

using namespace learnscope;

namespace {

class ClaimLab : public test::DescribedLab {
 public:
  Description describe(const Config&) const override {
    Description d;
    d.id = "claims";
    d.parameters = {{.id = "lr", .title = "Rate", .fallback = 0.1, .doc = ""},
                    {.id = "look", .title = "Look", .fallback = 1.0, .doc = ""}};
    d.measures = {{.id = "a", .title = "A", .doc = ""},
                  {.id = "b", .title = "B", .doc = ""},
                  {.id = "list", .title = "List", .doc = "", .kind = MeasureKind::Array, .shape = {"N"}},
                  {.id = "table", .title = "Table", .doc = "", .kind = MeasureKind::Array, .shape = {"2", "3"}}};
    d.events = {{"rise", "Rise", ""}, {"fall", "Fall", ""}};
    return d;
  }
};

Json pageWith(Json claims) {
  return {{"schema", 1},
          {"presets",
           {{{"id", "plain"}, {"steps", 100}, {"runs", {{{"set", Json::object()}}}}},
            {{"id", "fast"}, {"steps", 50}, {"runs", {{{"set", {{"lr", 0.5}}}}}}},
            {{"id", "slowed"},
             {"steps", 100},
             {"runs", {{{"set", {{"lr", 0.3}}}}}},
             {"commands", {{{"runTo", 40}}, {{"set", {{"lr", 0.2}}}}, {{"run", nullptr}}}}}}},
          {"claimsAside", {"look"}},
          {"claims", std::move(claims)}};
}

/// A claim about the preset "plain", with what is given put over it.
Json claimWith(const Json& more) {
  Json claim{{"id", "one"}, {"text", "It is so."}, {"source", "paper"}, {"presets", {"plain"}}, {"value", "a"}};
  claim.update(more);
  return claim;
}

std::string refusal(const Json& page) {
  try {
    Claims(page, ClaimLab());
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::shared_ptr<Run> runOf(const Json& config = Json::object(), RunInfo info = {}) {
  Json values{{"lr", 0.1}, {"look", 1.0}};
  values.update(config);
  info.id = "r";
  info.lab = "claims";
  info.config = Config(values);
  return std::make_shared<Run>(info, ClaimLab().describe(info.config), nullptr);
}

/// a = step / 100, b = 1 - a, every 10 steps up to `last`; list and table every 50.
std::shared_ptr<Run> filled(std::int64_t last, const Json& config = Json::object(), RunInfo info = {}) {
  auto run = runOf(config, std::move(info));
  for (std::int64_t step = 0; step <= last; step += 10) {
    const double a = static_cast<double>(step) / 100;
    run->addScalar("a", {step, a});
    run->addScalar("b", {step, 1 - a});
    if (step % 50 == 0) {
      run->addArray("list", step, Array::vector<double>(std::vector<double>{a, 10 * a, std::nan("")}));
      run->addArray(
          "table", step,
          Array::from<double>(std::vector<double>{0, 0, 0, a, 2 * a, 3 * a}, std::vector<std::int64_t>{2, 3}));
    }
    if (step == 30) run->addEvent({"rise", 30, 30, "Rise"});
    run->setLastStep(step);
  }
  return run;
}

Judgement judged(const Json& claim, const Run& run) {
  const Claims claims(pageWith({claimWith(claim)}), ClaimLab());
  return claims.judge(claims.list().front(), run);
}

void compare(const Judgement& found, Verdict verdict, std::optional<double> value, std::int64_t step) {
  QCOMPARE(std::string(verdictName(found.verdict)), std::string(verdictName(verdict)));
  QCOMPARE(found.value.has_value(), value.has_value());
  if (value && std::isinf(*value)) QVERIFY(std::isinf(*found.value));
  if (value && !std::isinf(*value))
    QVERIFY2(std::abs(*found.value - *value) < 1e-12, std::to_string(*found.value).c_str());
  QCOMPARE(found.step, step);
}

}  // namespace

class TestClaims : public QObject {
  Q_OBJECT
 private slots:
  void malformedPagesAreRefused_data() {
    QTest::addColumn<QString>("claim");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* claim, const char* said) { QTest::newRow(claim) << claim << said; };
    row(R"({"least": 1, "value": "c"})", "/claims/0/value: \"c\"");
    row(R"({"least": 1, "value": {"measure": "lost"}})", "/claims/0/value/measure: \"lost\": did you mean list?");
    row(R"({"least": 1, "value": {"event": "rose"}})", "/claims/0/value/event: \"rose\": did you mean rise?");
    row(R"({"least": 1, "value": {"event": "rise", "mean": 3}})", "/claims/0/value/mean");
    row(R"({"least": 1, "value": 7})", "/claims/0/value");
    row(R"({"least": 1, "value": {}})", "expected a measure or an event");
    row(R"({"least": 1, "value": "list"})", "expected 1 to 1: list is an array");
    row(R"({"least": 1, "value": {"measure": "a", "item": 0}})", "a is a scalar");
    row(R"({"least": 1, "value": {"measure": "list", "item": -1}})", "/claims/0/value/item: \"-1\"");
    row(R"({"least": 1, "value": {"measure": "list", "item": 0, "largest": true}})", "/claims/0/value/item");
    row(R"({"least": 1, "value": {"measure": "a", "mean": 0}})", "/claims/0/value/mean: \"0\"");
    row(R"({"least": 1, "value": {"measure": "a", "mean": 2, "largest": true}})", "expected one way");
    row(R"({"least": 1, "value": {"measure": "a", "firstAbove": "x"}})", "expected a number");
    row(R"({"least": 1, "value": {"measure": "a", "from": "rice"}})", "did you mean rise?");
    row(R"({"least": 1, "presets": ["plane"]})", "/claims/0/presets/0: \"plane\": did you mean plain?");
    row(R"({"least": 1, "presets": []})", "/claims/0/presets");
    row(R"({"least": 1, "presets": "plain"})", "/claims/0/presets");
    row(R"({"least": 1, "when": {"rl": 1}})", "/claims/0/when/rl");
    row(R"({"least": 1, "set": {"lr": 1}})", "expected presets or set");
    row(R"({"least": 1, "source": "me"})", "/claims/0/source: \"\"me\"\": expected paper or ours");
    row(R"({"least": 1, "text": 3})", "/claims/0/text");
    row(R"({"least": 1, "id": ""})", "/claims/0/id");
    row(R"({"least": 1, "step": 0})", "/claims/0/step");
    row(R"({})", "/claims/0/least: \"missing\"");
    row(R"({"least": 2, "most": 1})", "/claims/0/most");
    row(R"({"least": "2"})", "/claims/0/least");
    row(R"({"never": true})", "only an event");
    row(R"({"never": false, "value": {"event": "rise"}})", "/claims/0/never");
    row(R"({"never": true, "least": 1, "value": {"event": "rise"}})", "/claims/0/least");
    row(R"({"least": 1, "over": "b", "minus": "b"})", "expected one of the two");
    row(R"({"least": 1, "lest": 1})", "did you mean least?");
  }
  void malformedPagesAreRefused() {
    QFETCH(QString, claim);
    QFETCH(QString, said);
    const std::string text = refusal(pageWith({claimWith(Json::parse(claim.toStdString()))}));
    QVERIFY2(QString::fromStdString(text).remove('"').contains(QString(said).remove('"')), text.c_str());
  }

  void otherPagesAreRefusedOrEmpty() {
    QVERIFY(refusal(pageWith(Json::object())).find("/claims") != std::string::npos);
    QVERIFY(refusal(pageWith({1})).find("/claims/0") != std::string::npos);
    QVERIFY(refusal(pageWith({claimWith({{"least", 1}}), claimWith({{"least", 1}})})).find("this one is taken") !=
            std::string::npos);
    for (const char* broken :
         {R"([1])", R"({"id": "plain"})", R"([{"id": "plain", "runs": 3}])", R"([{"id": 3}])",
          R"([{"id": "plain", "runs": [{"set": []}]}])", R"([{"id": "plain", "steps": "many"}])"}) {
      Json page = pageWith({claimWith({{"least", 1}})});
      page["presets"] = Json::parse(broken);
      QVERIFY2(refusal(page).find("/presets") != std::string::npos, broken);
    }
    QVERIFY(refusal(Json::array()) != "accepted");
    Json aside = pageWith(Json::array());
    aside["claimsAside"] = {"lock"};
    QVERIFY(refusal(aside).find("/claimsAside") != std::string::npos);
    QVERIFY(Claims(pageWith(Json::array()), ClaimLab()).empty());
    QVERIFY(Claims(Json::object(), ClaimLab()).empty());
    QVERIFY(Claims::of(ClaimLab()).empty());
    // Cut anywhere, a page is not JSON any more: refused where it is read.
    const std::string whole = pageWith({claimWith({{"least", 1}})}).dump();
    for (std::size_t size = 1; size < whole.size(); size += 7)
      QVERIFY_EXCEPTION_THROWN(parseJson(whole.substr(0, size), "page"), DataError);
  }

  void expectationsReadWell() {
    const auto expected = [](const Json& claim) {
      return Claims(pageWith({claimWith(claim)}), ClaimLab()).list().front().expected();
    };
    QCOMPARE(expected({{"least", 0.5}}), std::string("≥ 0.5"));
    QCOMPARE(expected({{"most", 3}}), std::string("≤ 3"));
    QCOMPARE(expected({{"least", 0.5}, {"most", 0.75}}), std::string("0.5 … 0.75"));
    QCOMPARE(expected({{"least", 2}, {"most", 2}}), std::string("2"));
    QCOMPARE(expected({{"never", true}, {"value", {{"event", "rise"}}}}), std::string("never"));
  }

  // Open until the end of the preset, then final: what is trained beyond does not change it.
  void theLastValueDecidesAtTheEnd() {
    compare(judged({{"least", 0.95}}, *runOf()), Verdict::Open, std::nullopt, -1);
    compare(judged({{"least", 0.95}}, *filled(40)), Verdict::Open, 0.4, 40);
    compare(judged({{"least", 0.95}}, *filled(100)), Verdict::Holds, 1.0, 100);
    compare(judged({{"most", 0.95}}, *filled(100)), Verdict::Fails, 1.0, 100);
    compare(judged({{"most", 1.05}}, *filled(200)), Verdict::Holds, 1.0, 100);
    compare(judged({{"most", 0.5}, {"step", 50}}, *filled(70)), Verdict::Holds, 0.5, 50);
    // Bounds belong to the range.
    compare(judged({{"least", 1}, {"most", 1}}, *filled(100)), Verdict::Holds, 1.0, 100);
  }

  void whatWasNotRecordedStaysOpen() {
    auto run = runOf();
    run->setLastStep(100);
    compare(judged({{"least", 0}}, *run), Verdict::Open, std::nullopt, -1);
    compare(judged({{"least", 0}, {"value", {{"measure", "list"}, {"item", 0}}}}, *run), Verdict::Open, std::nullopt,
            -1);
    // Not a number: nothing to decide with; as an item of an array too.
    const Json missing{{"least", 0}, {"value", {{"measure", "list"}, {"item", 2}}}};
    compare(judged(missing, *filled(100)), Verdict::Open, std::nullopt, -1);
  }

  void meansAndExtremes() {
    const auto run = filled(100);
    const auto of = [](const Json& value) { return Json{{"least", 0}, {"value", value}}; };
    compare(judged(of({{"measure", "a"}, {"mean", 3}}), *run), Verdict::Holds, 0.9, 100);
    compare(judged(of({{"measure", "a"}, {"mean", 12}}), *run), Verdict::Open, std::nullopt, -1);
    compare(judged(of({{"measure", "b"}, {"largest", true}}), *run), Verdict::Holds, 1.0, 0);
    compare(judged(of({{"measure", "b"}, {"smallest", true}, {"until", 70}}), *run), Verdict::Holds, 0.3, 70);
    compare(judged(of({{"measure", "b"}, {"largest", true}, {"from", "rise"}}), *run), Verdict::Holds, 0.7, 30);
    compare(judged(of({{"measure", "a"}, {"until", "rise"}}), *run), Verdict::Holds, 0.3, 30);
    compare(judged(of({{"measure", "a"}, {"from", "fall"}}), *run), Verdict::Open, std::nullopt, -1);
    // A range that is past decides before the end.
    compare(judged(of({{"measure", "a"}, {"until", 20}}), *filled(20)), Verdict::Holds, 0.2, 20);
  }

  void itemsOfArrays() {
    const auto run = filled(100);
    const auto of = [](const Json& value) { return Json{{"least", 0}, {"value", value}}; };
    compare(judged(of({{"measure", "list"}, {"item", 1}}), *run), Verdict::Holds, 10.0, 100);
    compare(judged(of({{"measure", "list"}, {"item", 1}, {"mean", 2}}), *run), Verdict::Holds, 7.5, 100);
    compare(judged(of({{"measure", "table"}, {"item", {1, 2}}}), *run), Verdict::Holds, 3.0, 100);
    compare(judged(of({{"measure", "table"}, {"item", 1}}), *run), Verdict::Holds, 2.0, 100);  // mean of its row
    compare(judged(of({{"measure", "list"}, {"item", 9}}), *run), Verdict::Open, std::nullopt, -1);
  }

  // An array that is still on its way from the disk leaves the claim open.
  void arraysMayBeOnTheirWay() {
    const Claims claims(pageWith({claimWith({{"least", 0}, {"value", {{"measure", "list"}, {"item", 1}}}})}),
                        ClaimLab());
    const Judgement found =
        claims.judge(claims.list().front(), *filled(100), [](const std::string&, std::int64_t) { return nullptr; });
    compare(found, Verdict::Open, std::nullopt, -1);
  }

  void eventsDecideWhenTheyCome() {
    const Json by40{{"most", 40}, {"value", {{"event", "rise"}}}}, by20{{"most", 20}, {"value", {{"event", "rise"}}}};
    compare(judged(by40, *filled(20)), Verdict::Open, HUGE_VAL, -1);
    compare(judged(by40, *filled(30)), Verdict::Holds, 30.0, 30);
    compare(judged(by20, *filled(30)), Verdict::Fails, 30.0, 30);
    const Json fall{{"most", 90}, {"value", {{"event", "fall"}}}};
    compare(judged(fall, *filled(90)), Verdict::Open, HUGE_VAL, -1);
    compare(judged(fall, *filled(100)), Verdict::Fails, HUGE_VAL, 100);
    compare(judged({{"never", true}, {"value", {{"event", "fall"}}}}, *filled(100)), Verdict::Holds, HUGE_VAL, 100);
    compare(judged({{"never", true}, {"value", {{"event", "fall"}}}}, *filled(90)), Verdict::Open, HUGE_VAL, -1);
    compare(judged({{"never", true}, {"value", {{"event", "rise"}}}}, *filled(30)), Verdict::Fails, 30.0, 30);
  }

  // Which of two moments came first; one that never comes is later than any.
  void momentsCompared() {
    const Json first{{"measure", "a"}, {"firstAbove", 0.45}}, second{{"measure", "b"}, {"firstBelow", 0.25}};
    compare(judged({{"most", -1}, {"value", first}, {"minus", second}}, *filled(100)), Verdict::Holds, -30.0, 80);
    compare(judged({{"most", -1}, {"value", second}, {"minus", first}}, *filled(100)), Verdict::Fails, 30.0, 80);
    const Json never{{"measure", "a"}, {"firstAbove", 7}}, fall{{"event", "fall"}};
    compare(judged({{"most", -1}, {"value", first}, {"minus", never}}, *filled(70)), Verdict::Open, -HUGE_VAL, 50);
    compare(judged({{"most", -1}, {"value", first}, {"minus", never}}, *filled(100)), Verdict::Holds, -HUGE_VAL, 50);
    compare(judged({{"least", 300}, {"value", fall}, {"minus", {{"event", "rise"}}}}, *filled(100)), Verdict::Holds,
            HUGE_VAL, 30);
    // Neither came: nothing came first.
    compare(judged({{"most", -1}, {"value", never}, {"minus", fall}}, *filled(100)), Verdict::Fails, std::nullopt, 100);
  }

  void ratios() {
    compare(judged({{"least", 4}, {"step", 80}, {"over", "b"}}, *filled(100)), Verdict::Holds, 4.0, 80);
    compare(judged({{"most", 3}, {"step", 80}, {"over", "b"}}, *filled(100)), Verdict::Fails, 4.0, 80);
  }

  void otherRunsAreNotAsked() {
    const auto verdict = [](const Json& claim, const Run& run) { return judged(claim, run).verdict; };
    const Json plain{{"least", 0}};
    QCOMPARE(verdict(plain, *filled(100)), Verdict::Holds);
    QCOMPARE(verdict(plain, *filled(100, {{"look", 7.0}})), Verdict::Holds);  // set aside
    QCOMPARE(verdict(plain, *filled(100, {{"lr", 0.5}})), Verdict::NotAsked);
    QCOMPARE(verdict({{"least", 0}, {"presets", {"plain", "fast"}}}, *filled(50, {{"lr", 0.5}})), Verdict::Holds);
    QCOMPARE(verdict({{"least", 0}, {"presets", {"plain", "fast"}}}, *filled(50)), Verdict::Open);
    QCOMPARE(verdict({{"least", 0}, {"when", {{"look", 2.0}}}}, *filled(100)), Verdict::NotAsked);
    Json set{{"id", "one"}, {"text", "So."}, {"source", "ours"}, {"set", {{"lr", 0.7}}}, {"value", "a"}, {"least", 0}};
    const Claims claims(pageWith({set}), ClaimLab());
    QCOMPARE(claims.judge(claims.list().front(), *filled(100, {{"lr", 0.7}})).verdict, Verdict::Holds);
    QCOMPARE(claims.judge(claims.list().front(), *filled(100)).verdict, Verdict::NotAsked);
    // A branch: its past is in another file.
    RunInfo branch;
    branch.forkStep = 10;
    QCOMPARE(verdict(plain, *filled(100, Json::object(), branch)), Verdict::NotAsked);
    branch.forkStep = 0;
    branch.difference = {{"lr", 0.1}};
    QCOMPARE(verdict(plain, *filled(100, Json::object(), branch)), Verdict::NotAsked);
  }

  // What the user does to a run ends what is said of it, unless the preset does the same, or it is done afterwards.
  void interferenceIsNoticed() {
    const Json plain{{"least", 0}}, slowed{{"least", 0}, {"presets", {"slowed"}}};
    auto run = filled(100);
    run->addJournal({20, Json{{"set", {{"look", 3.0}}}}});
    QCOMPARE(judged(plain, *run).verdict, Verdict::Holds);
    run->addJournal({100, Json{{"set", {{"lr", 3.0}}}}});
    QCOMPARE(judged(plain, *run).verdict, Verdict::Holds);
    run = filled(100);
    run->addJournal({20, Json{{"intervene", {{"name", "kick"}}}}});
    QCOMPARE(judged(plain, *run).verdict, Verdict::NotAsked);
    run = filled(30, {{"lr", 0.3}});
    QCOMPARE(judged(slowed, *run).verdict, Verdict::Open);
    run = filled(100, {{"lr", 0.3}});
    QCOMPARE(judged(slowed, *run).verdict, Verdict::NotAsked);  // the preset's own command is missing
    run->addJournal({40, Json{{"set", {{"lr", 0.2}}}}});
    QCOMPARE(judged(slowed, *run).verdict, Verdict::Holds);
    run->addJournal({60, Json{{"set", {{"lr", 0.4}}}}});
    QCOMPARE(judged(slowed, *run).verdict, Verdict::NotAsked);
  }

  void judgementsAsJson() {
    const Claims claims(pageWith({claimWith({{"least", 0.95}})}), ClaimLab());
    const Claim& claim = claims.list().front();
    Json json = judgementJson(claim, claims.judge(claim, *filled(100)));
    QVERIFY((json == Json{{"id", "one"},
                          {"text", "It is so."},
                          {"source", "paper"},
                          {"verdict", "holds"},
                          {"expected", "≥ 0.95"},
                          {"value", 1.0},
                          {"step", 100}}));
    json = judgementJson(claim, claims.judge(claim, *runOf()));
    QVERIFY(json["value"].is_null() && json["step"].is_null() && json["verdict"] == "open");
    json = judgementJson(claim, Judgement{Verdict::Fails, HUGE_VAL, 3});
    QVERIFY(json["value"] == "never");
  }

  // Every claim of every lab names measures, events, presets and parameters that exist, says how it came out in one
  // sentence, and is asked of a run of its own preset.
  void everyLabsClaimsAreSound() {
    std::size_t labs = 0;
    const Registry registry = builtinLabs();
    for (const auto& lab : registry.labs()) {
      const Claims claims = Claims::of(*lab);
      labs += !claims.empty();
      const Json page = lab->page().empty() ? Json::object() : parseJson(lab->page(), "page");
      for (const Claim& claim : claims.list()) {
        QVERIFY2(claim.text.ends_with(".") && claim.text.size() > 20, claim.text.c_str());
        Json values = claim.set.is_null() ? Json::object() : claim.set;
        for (const Json& preset : page["presets"])
          for (const Json& each : preset.value("runs", Json::array()))
            if (!claim.presets.empty() && preset["id"] == claim.presets.front() &&
                (claim.when.is_null() || checkedConfig(*lab, each.value("set", Json::object())).satisfies(claim.when)))
              values = each.value("set", Json::object());
        RunInfo info;
        info.lab = lab->describe().id;
        info.config = checkedConfig(*lab, values);
        const Run run(info, lab->describe(info.config), nullptr);
        QVERIFY2(claims.judge(claim, run).verdict == Verdict::Open, (info.lab + " " + claim.id).c_str());
      }
    }
    QCOMPARE(labs, std::size_t{7});
  }
};

QTEST_GUILESS_MAIN(TestClaims)
#include "test_claims.moc"
