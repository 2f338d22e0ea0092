// SPDX-License-Identifier: GPL-3.0-or-later
// Videos of runs: requests, which step each frame shows, the frames themselves, the subcommand.
#include <malloc.h>

#include <QProcess>
#include <QtTest>
#include <csignal>
#include <filesystem>

#include "app/cli_offscreen.h"
#include "app/cli_support.h"
#include "engine/experiments/registry.h"
#include "tests/gui/session_fixture.h"
#include "tests/support/program.h"
#include "tests/support/video_probe.h"
#include "widgets/export/make_video.h"
#include "widgets/export/svg_device.h"
#include "widgets/plots/chart_film.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const std::vector<ViewSpec>& tinyViews() {
  static const std::vector<ViewSpec> views = cli::pageOf(*tinyLab()).views;
  return views;
}

VideoRequest requestOf(const Json& json) { return VideoRequest::fromJson(json, tinyViews()); }

std::string refusedRequest(const Json& json) {
  return refusal<ConfigError>([&] { static_cast<void>(requestOf(json)); });
}

VideoPlan planOf(const Json& json, std::int64_t last, const std::vector<Event>& events = {}) {
  return VideoPlan(requestOf(json), 0, last, events, tinyLab()->describe());
}

bool resembles(const QColor& a, const QColor& b) {
  return std::max({std::abs(a.red() - b.red()), std::abs(a.green() - b.green()), std::abs(a.blue() - b.blue())}) < 40;
}

/// A run of the tiny lab on disk and what draws it.
struct Film {
  Program program;
  std::string file = program.train("a.lscope", {"--steps", "120"});
  cli::OffscreenRuns runs{tinyLab(), {file}, Theme::light()};

  VideoStage stage(Json request = Json::object()) {
    if (!request.contains("size")) request["size"] = "320x180@10";
    if (!request.contains("seconds")) request["seconds"] = 2;
    return VideoStage(runs.model(), requestOf(request));
  }
  Outcome video(std::vector<std::string> more) const {
    std::vector<std::string> words{"video", file};
    words.insert(words.end(), more.begin(), more.end());
    return program(words);
  }
};

}  // namespace

class TestVideo : public QObject {
  Q_OBJECT

 private slots:
  void aRequestIsItsJson() {
    const Json full = {
        {"views", {"loss", "orbit"}},
        {"layout", "row"},
        {"compare", true},
        {"steps", {{"first", 3}, {"last", 90}}},
        {"seconds", 4.5},
        {"speed", "events"},
        {"slowdown", 3.0},
        {"size", "640x360@24"},
        {"theme", "dark"},
        {"textSize", 1.25},
        {"heading", false},
        {"timeline", false},
        {"captions", false},
        {"camera",
         {{"path", "keyframes"},
          {"turns", -2.0},
          {"from", "top"},
          {"keyframes",
           {{{"view", "orbit"}, {"step", 10}, {"azimuth", 90.0}, {"target", {0.0, 0.0, 1.0}}}, {{"distance", 3.0}}}}}},
        {"title", {{"text", "Linear regression"}, {"detail", "seed 0"}, {"seconds", 1.5}}},
        {"end", {{"text", "Thank you"}, {"detail", ""}, {"seconds", 2.0}}},
        {"select", {{"kind", "weight"}, {"ids", {1, 3}}}}};
    QCOMPARE(requestOf(full).toJson(), full);
    QCOMPARE(requestOf(flattened(full)).toJson(), full);
    const VideoRequest usual = requestOf(Json::object());
    QCOMPARE(usual.views, (std::vector<std::string>{"orbit", "loss", "weights"}));
    QCOMPARE(requestOf(usual.toJson()).toJson(), usual.toJson());
    QCOMPARE(usual.size, QSize(1920, 1080));
    QCOMPARE(usual.rate, 30);
    QCOMPARE(requestOf({{"size", "square"}}).size, QSize(1080, 1080));
    QCOMPARE(requestOf({{"size", "1080p60"}}).rate, 60);
  }

  // An analysis at every frame's step would train the run again and again.
  void usualViewsShowWhatWasRecorded() {
    const test::SessionFixture f(builtinLabs().find("concept-space"));
    const std::vector<ViewSpec>& views = f.model.page().views;
    const Json usual = VideoRequest::parameters(views).front().fallback;
    QCOMPARE(usual.size(), std::size_t{3});
    for (const ViewSpec& view : views)
      if (std::find(usual.begin(), usual.end(), Json(view.id)) != usual.end())
        QVERIFY2(view.json.dump().find("\"analysis\"") == std::string::npos, view.id.c_str());
  }

  void badRequestsAreRefusedWithTheField_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const char* json, const char* said) {
      QTest::newRow(name) << QString::fromUtf8(json) << QString::fromUtf8(said);
    };
    row("key", R"({"sped": "constant"})", "did you mean speed?");
    row("view", R"({"views": ["orbti"]})", "did you mean orbit?");
    row("no view", R"({"views": []})", "expected 1 to 9");
    row("twice", R"({"views": ["loss", "loss"]})", "each view is shown once");
    row("speed", R"({"speed": "logaritmic"})", "did you mean logarithmic?");
    row("size", R"({"size": "1921x1080@30"})", "/size");
    row("huge", R"({"size": "8192x8192@30"})", "/size");
    row("rate", R"({"size": "640x360@0"})", "/size");
    row("garbage", R"({"size": "640x360@30fps"})", "/size");
    row("seconds", R"({"seconds": -1})", "/seconds");
    row("endless", R"({"seconds": 3600, "size": "1080p60"})", "200000 frames");
    row("steps", R"({"steps": {"first": 9, "last": 3}})", "9:3");
    row("negative", R"({"steps": {"first": -9}})", "/steps.first");
    row("text", R"({"textSize": 100})", "/textSize");
    row("title", R"({"title": {"text": 5}})", "/title.text");
    row("no places", R"({"camera": {"path": "keyframes"}})", "at least one place");
    row("elevation", R"({"camera": {"keyframes": [{"elevation": 100}]}})", "/camera.keyframes/0/elevation");
    row("angle", R"({"camera": {"keyframes": [{"azimut": 1}]}})", "did you mean azimuth");
    row("plot", R"({"camera": {"keyframes": [{"view": "loss"}]}})", "3D view");
    row("step", R"({"camera": {"keyframes": [{"step": 1.5}]}})", "/camera.keyframes/0/step");
    row("list", R"([1, 2])", "must be an object");
  }
  void badRequestsAreRefusedWithTheField() {
    QFETCH(QString, json);
    QFETCH(QString, said);
    EXPECT_HAS(refusedRequest(Json::parse(json.toStdString())), said.toStdString());
  }

  void framesAndSteps() {
    const VideoPlan plan = planOf({{"seconds", 10}, {"size", "640x360@30"}}, 2000);
    QCOMPARE(plan.size(), 300);
    QCOMPARE(plan.at(0).step, std::int64_t{0});
    QCOMPARE(plan.at(299).step, std::int64_t{2000});
    for (int i = 0; i < 300; ++i) QCOMPARE(plan.at(i).step, std::int64_t{std::llround(2000.0 * i / 299)});
    const VideoPlan still = planOf({{"seconds", 0.1}, {"size", "640x360@10"}}, 2000);
    QCOMPARE(still.size(), 1);
    QCOMPARE(still.at(0).step, std::int64_t{2000});
    QCOMPARE(planOf({{"seconds", 1}}, 0).at(29).step, std::int64_t{0});
  }

  void cardsStandBeforeAndAfter() {
    const VideoPlan plan = planOf({{"seconds", 2},
                                   {"size", "640x360@30"},
                                   {"title.text", "A"},
                                   {"title.seconds", 1.5},
                                   {"end.detail", "B"},
                                   {"end.seconds", 1}},
                                  100);
    QCOMPARE(plan.size(), 45 + 60 + 30);
    QCOMPARE(plan.at(44).part, VideoFrame::Part::Title);
    QCOMPARE(plan.at(45).part, VideoFrame::Part::Run);
    QCOMPARE(plan.at(45).step, std::int64_t{0});
    QCOMPARE(plan.at(104).step, std::int64_t{100});
    QCOMPARE(plan.at(105).part, VideoFrame::Part::End);
    QVERIFY(plan.at(0).fade < 0.2 && plan.at(20).fade == 1 && plan.at(44).fade < 0.2);
  }

  void logarithmicTimeSharesDecades() {
    const VideoPlan plan = planOf({{"seconds", 10}, {"speed", "logarithmic"}}, 9999);
    QCOMPARE(plan.at(0).step, std::int64_t{0});
    QCOMPARE(plan.at(plan.size() - 1).step, std::int64_t{9999});
    const double decade = plan.timeOf(99) - plan.timeOf(9);
    QVERIFY(std::abs(decade - (plan.timeOf(999) - plan.timeOf(99))) < 1e-9);
    QVERIFY(std::abs(decade - 0.25) < 1e-9);
    for (const std::int64_t step : {1, 10, 500, 9000}) QCOMPARE(plan.stepAt(plan.timeOf(step)), step);
  }

  void eventsPassSlowly() {
    const std::vector<Event> events{{"converged", 500, 500, "Converged"}};
    const VideoPlan plan = planOf({{"seconds", 20}, {"speed", "events"}, {"slowdown", 4}}, 1000, events);
    QCOMPARE(plan.at(0).step, std::int64_t{0});
    QCOMPARE(plan.at(plan.size() - 1).step, std::int64_t{1000});
    const double near = plan.timeOf(501) - plan.timeOf(499), far = plan.timeOf(101) - plan.timeOf(99);
    QVERIFY2(std::abs(near / far - 4) < 0.02, qPrintable(QString::number(near / far)));
    std::int64_t before = -1;
    for (int i = 0; i < plan.size(); ++i) {
      QVERIFY(plan.at(i).step >= before);
      before = plan.at(i).step;
    }
    for (const std::int64_t step : {3, 480, 500, 520, 997}) QCOMPARE(plan.stepAt(plan.timeOf(step)), step);
    // Without events it is constant.
    QCOMPARE(planOf({{"seconds", 20}, {"speed", "events"}}, 1000).timeOf(250), 0.25);
  }

  void captionsAppearWithTheirEvent() {
    const std::vector<Event> events{
        {"converged", 50, 60, "Converged"}, {"x", 52, 52, "Soon after"}, {"y", 90, 90, ""}, {"y", 200, 200, "outside"}};
    const VideoPlan plan = planOf({{"seconds", 10}, {"size", "640x360@10"}}, 100, events);
    int first = 0;
    while (plan.at(first).caption.isEmpty()) ++first;
    QCOMPARE(plan.at(first).caption, QStringLiteral("Soon after"));  // the one before would have stood for too short
    QVERIFY(plan.at(first).step >= 52 && plan.at(first - 1).step < 52);
    QCOMPARE(plan.at(99).caption, QStringLiteral("y"));
    QCOMPARE(plan.at(99).captionFade, 1.0);
    QVERIFY(planOf({{"seconds", 10}, {"captions", false}}, 100, events).at(200).caption.isEmpty());
  }

  void layoutsFillTheirArea() {
    using Layout = VideoRequest::Layout;
    for (const QRect& area : {QRect(10, 20, 1900, 1000), QRect(0, 0, 1080, 1080), QRect(0, 0, 600, 1000)}) {
      for (const Layout layout : {Layout::Auto, Layout::Focus, Layout::Row, Layout::Column, Layout::Grid}) {
        for (std::size_t n = 1; n <= 9; ++n) {
          const std::vector<QRect> cells = videoCells(layout, n, true, area, 8);
          QCOMPARE(cells.size(), n);
          QRect all;
          for (std::size_t i = 0; i < n; ++i) {
            QVERIFY(area.contains(cells[i]));
            all |= cells[i];
            for (std::size_t j = 0; j < i; ++j) QVERIFY(!cells[i].intersects(cells[j]));
          }
          QCOMPARE(all, area);
        }
      }
    }
  }

  void chartsEndAtTheCursor() {
    Chart chart;
    chart.marks.emplace_back(Polyline{{{0, 0}, {10, 10}, {20, 0}}, Qt::black, 1, 0});
    chart.marks.emplace_back(Ribbon{{0, 10, 20}, {0, 1, 2}, {1, 3, 5}, Qt::black});
    QImage cells(20, 2, QImage::Format_RGB32);
    cells.fill(Qt::red);
    chart.marks.emplace_back(Cells{cells, QRectF(0, 0, 20, 2), {}});
    chart.flags = {{4, "a"}, {14, "b"}};
    chart.spans = {{0, 12, "early"}, {12, 20, "late"}};
    endAt(chart, 5);
    const auto& line = std::get<Polyline>(chart.marks[0]);
    QCOMPARE(line.points.back(), QPointF(5, 5));
    const auto& ribbon = std::get<Ribbon>(chart.marks[1]);
    QCOMPARE(ribbon.x, (std::vector<double>{0, 5}));
    QCOMPARE(ribbon.high.back(), 2.0);
    QCOMPARE(std::get<Cells>(chart.marks[2]).image.width(), 5);
    QCOMPARE(chart.flags.size(), std::size_t{1});
    QCOMPARE(chart.spans.size(), std::size_t{1});
    QCOMPARE(chart.spans[0].to, 5.0);
    QCOMPARE(std::get<Dots>(chart.marks.back()).dots.front().at, QPointF(5, 5));
    Chart gone;
    gone.marks.emplace_back(Polyline{{{1, 0}, {2, std::nan("")}, {3, 1}}, Qt::black, 1, 0});
    gone.marks.emplace_back(Cells{cells, QRectF(0, 0, 20, 2), {}});
    endAt(gone, -std::numeric_limits<double>::infinity());
    QVERIFY(std::get<Polyline>(gone.marks[0]).points.empty());
    QVERIFY(std::get<Cells>(gone.marks[1]).image.isNull());
  }

  void framesDependOnTheRequestAlone() {
    Film film;
    const Json request = {{"camera.path", "turntable"}, {"title.text", "Title"}, {"title.seconds", 0.5}};
    std::vector<QImage> forward;
    {
      VideoStage stage = film.stage(request);
      QCOMPARE(stage.size(), 25);
      for (int i = 0; i < stage.size(); ++i) forward.push_back(stage.frame(i));
    }
    mallopt(M_PERTURB, 1);  // nothing of a picture is what a piece of memory held before
    VideoStage stage = film.stage(request);
    for (int i = stage.size(); i-- > 0;)
      QVERIFY2(stage.frame(i) == forward[static_cast<std::size_t>(i)], qPrintable(QString::number(i)));
    // Taken ahead, as the encoder does.
    const auto a = stage.take(9), b = stage.take(10);
    QVERIFY(stage.finished(*a) == forward[9]);
    QVERIFY(stage.finished(*b) == forward[10]);
    mallopt(M_PERTURB, 0);
    QVERIFY(forward[6] != forward[7]);
  }

  void whatFailedIsSaid_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QByteArray>("layer");
    QTest::newRow("bars") << "bars" << QByteArray(R"({"mark": "bar", "y": ANALYSIS})");
    QTest::newRow("heatmap") << "heatmap" << QByteArray(R"({"mark": "cells", "value": ANALYSIS})");
    QTest::newRow("scatter") << "scatter" << QByteArray(R"({"mark": "point", "x": ANALYSIS, "y": ANALYSIS})");
    QTest::newRow("images") << "images" << QByteArray(R"({"mark": "image", "value": ANALYSIS})");
    QTest::newRow("table") << "table" << QByteArray(R"({"mark": "column", "title": "r", "value": ANALYSIS})");
  }
  // In figures and in videos, not that values are on their way.
  void whatFailedIsSaid() {
    QFETCH(QString, kind);
    QFETCH(QByteArray, layer);
    layer.replace("ANALYSIS", R"({"analysis": "residuals", "arguments": {"factor": -1}, "result": "residuals"})");
    Film film;
    const auto view = createView(
        ViewSpec::parse({{"id", "v"}, {"title", "V"}, {"kind", kind.toStdString()}, {"layers", {Json::parse(layer)}}}),
        film.runs.model());
    const QRectF area(0, 0, 400, 300);
    SvgDevice figure(160, 120), frame(160, 120);
    QPainter painter(&figure);
    view->paintFigure(painter, area, {});
    painter.end();
    EXPECT_HAS(figure.document().toStdString(), "a factor below 0 turns residuals around");
    const std::unique_ptr<FilmFrame> content = view->filmFrame(area, {});
    if (!content) return;  // its frames are its figures
    painter.begin(&frame);
    content->paint(painter);
    painter.end();
    EXPECT_HAS(frame.document().toStdString(), "a factor below 0 turns residuals around");
  }

  void curvesGrowWithTheVideo() {
    Film film;
    VideoStage stage = film.stage({{"views", {"loss"}},
                                   {"size", "640x360@10"},
                                   {"textSize", 2.0},
                                   {"heading", false},
                                   {"timeline", false},
                                   {"captions", false}});
    const QColor curve = Theme::light().color("train");
    const auto right = [&](int frame) {
      const QImage image = stage.frame(frame);
      int most = 0;
      for (int y = 40; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
          if (resembles(image.pixelColor(x, y), curve)) most = std::max(most, x);
      return most;
    };
    const int early = right(5), middle = right(10), late = right(19);
    QVERIFY2(early < middle && middle < late, qPrintable(QStringLiteral("%1 %2 %3").arg(early).arg(middle).arg(late)));
    QVERIFY(late > 500);
  }

  void cameraPaths() {
    Film film;
    SceneView* scene = nullptr;
    const auto cameraOf = [&](VideoStage& stage, int frame) {
      scene = stage.sceneAt(QPointF(100, 90));
      return scene ? stage.camera(*scene, frame) : Camera();
    };
    VideoStage fixed = film.stage({{"views", {"orbit"}}});
    QCOMPARE(cameraOf(fixed, 0).azimuth, 40.0);
    QCOMPARE(cameraOf(fixed, 19), cameraOf(fixed, 0));
    VideoStage turning = film.stage({{"views", {"orbit"}}, {"camera.path", "turntable"}, {"camera.turns", 0.5}});
    QCOMPARE(cameraOf(turning, 0).azimuth, 40.0);
    QVERIFY(std::abs(cameraOf(turning, 19).azimuth - -140) < 1e-9);
    VideoStage top = film.stage({{"views", {"orbit"}}, {"camera.from", "top"}});
    QCOMPARE(cameraOf(top, 3).elevation, 90.0);
    VideoStage keyed =
        film.stage({{"views", {"orbit"}},
                    {"camera.path", "keyframes"},
                    {"camera.keyframes", {{{"step", 120}, {"elevation", 60}}, {{"step", 0}, {"elevation", 0}}}}});
    QCOMPARE(cameraOf(keyed, 0).elevation, 0.0);
    QCOMPARE(cameraOf(keyed, 19).elevation, 60.0);
    QVERIFY(cameraOf(keyed, 10).elevation > 20 && cameraOf(keyed, 10).elevation < 40);
    VideoStage following =
        film.stage({{"views", {"orbit"}}, {"camera.path", "follow"}, {"select.kind", "weight"}, {"select.ids", {1}}});
    const Camera begin = cameraOf(following, 0), end = cameraOf(following, 19);
    QVERIFY(std::abs(begin.target.x - end.target.x) < 1e-6);
    QVERIFY(length(end.target - Vec3{}) > 0.9);  // the ring has the radius 1
    EXPECT_HAS(refusal<ConfigError>([&] { film.stage({{"views", {"orbit"}}, {"camera.from", "below"}}); }), "below");
  }

  void whatTheRunLacksIsRefused() {
    Film film;
    EXPECT_HAS(refusal<ConfigError>([&] { film.stage({{"steps.last", 5000}}); }), "the run has steps 0 to 120");
    EXPECT_HAS(refusal<ConfigError>([&] {
                 film.stage({{"views", {"orbit", "loss", "weights"}}, {"textSize", 3}});
               }),
               "do not fit");
  }

  void theCommandMakesEveryFormat_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("codec");
    QTest::newRow("mp4") << "v.mp4"
                         << "h264";
    QTest::newRow("webm") << "v.webm"
                          << "vp9";
    QTest::newRow("gif") << "v.gif"
                         << "gif";
  }
  void theCommandMakesEveryFormat() {
    QFETCH(QString, name);
    QFETCH(QString, codec);
    Film film;
    const std::string out = film.program.path(name.toStdString());
    const std::vector<std::string> words{"--views", "orbit,loss", "--steps",    "0:100",    "--seconds",
                                         "2",       "--size",     "480x270@10", "--camera", "turntable",
                                         "--title", "Tiny",       "--out"};
    const auto to = [&](const std::string& file) {
      std::vector<std::string> all = words;
      all.push_back(file);
      return all;
    };
    EXPECT_STATUS(film.video(to(out)), 0);
    const Json probe = probed(out);
    QCOMPARE(probe.value("codec_name", ""), codec.toStdString());
    QCOMPARE(probe.value("nb_read_frames", ""), std::string("50"));  // and three seconds of title
    QCOMPARE(probe["width"].get<int>(), 480);
    // Frame k of two exports is identical: again in this process, whose heap has seen much by now, and by a fresh one,
    // as a shell makes it.
    const std::string again = film.program.path("again-" + name.toStdString()),
                      apart = film.program.path("apart-" + name.toStdString());
    EXPECT_STATUS(film.video(to(again)), 0);
    QStringList arguments{"video", QString::fromStdString(film.file)};
    for (const std::string& word : to(apart)) arguments << QString::fromStdString(word);
    QCOMPARE(QProcess::execute(QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny"), arguments), 0);
    const std::string file = readFile(out, 1 << 26);
    QVERIFY(readFile(again, 1 << 26) == file);
    QVERIFY(readFile(apart, 1 << 26) == file);
    EXPECT_STATUS(film.video({"--out", out}), 2);
    EXPECT_STATUS(film.video({"--seconds", "0.2", "--size", "320x180@10", "--out", out, "--force"}), 0);
    QCOMPARE(probed(out).value("nb_read_frames", ""), std::string("2"));
  }

  void aFileAndOptionsMakeARequest() {
    Film film;
    writeFile(film.program.path("r.json"),
              R"({"views": ["loss"], "seconds": 3, "size": "320x180@10", "speed": "logarithmic"})");
    const Outcome outcome =
        film.video({"--request", film.program.path("r.json"), "--seconds", "1", "--set", "timeline=false", "--plan"});
    EXPECT_STATUS(outcome, 0);
    EXPECT_HAS(outcome.out, "frame,part,step,caption\n0,run,0,");
    QCOMPARE(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 11);
    EXPECT_HAS(outcome.out, "9,run,120,");
  }

  void theCommandRefusesWithStatus2_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* name, const QStringList& words, const char* said) {
      QTest::newRow(name) << words << QString::fromUtf8(said);
    };
    row("no name", {}, "--out");
    row("suffix", {"--out", "v.avi"}, ".webm");
    row("no folder", {"--out", "/nowhere/v.mp4"}, "there is no folder");
    row("view", {"--out", "v.mp4", "--views", "orbti"}, "did you mean orbit?");
    row("steps", {"--out", "v.mp4", "--steps", "10"}, "FIRST:LAST");
    row("far", {"--out", "v.mp4", "--steps", "0:99999"}, "the run has steps 0 to 120");
    row("order", {"--out", "v.mp4", "--steps", "90:10"}, "not after the last");
    row("size", {"--out", "v.mp4", "--size", "4k"}, "1080p30");
    row("fast gif", {"--out", "v.gif", "--size", "1080p60"}, "at most 50");
    row("speed", {"--out", "v.mp4", "--speed", "fast"}, "constant");
    row("set", {"--out", "v.mp4", "--set", "them=dark"}, "did you mean theme?");
    row("request", {"--out", "v.mp4", "--request", "/nowhere.json"}, "/nowhere.json");
    row("option", {"--out", "v.mp4", "--view", "orbit"}, "--views");
  }
  void theCommandRefusesWithStatus2() {
    QFETCH(QStringList, words);
    QFETCH(QString, said);
    static const Film film;
    std::vector<std::string> all;
    for (const QString& word : words)
      all.push_back(word == "v.mp4" || word == "v.gif" || word == "v.avi" ? film.program.path(word.toStdString())
                                                                          : word.toStdString());
    const Outcome outcome = film.video(all);
    EXPECT_STATUS(outcome, 2);
    EXPECT_HAS(outcome.err, said.toStdString());
    for (const auto& entry : std::filesystem::directory_iterator(film.program.folder()))
      QCOMPARE(entry.path().filename().string(), std::string("a.lscope"));
  }

  void aBrokenRequestFileIsNamed() {
    const Film film;
    for (const char* text : {"", "{", "[]", "{\"views\": [}", "{\"seconds\": 1e999}", "{\"seconds\": NaN}"}) {
      writeFile(film.program.path("r.json"), text);
      const Outcome outcome =
          film.video({"--request", film.program.path("r.json"), "--out", film.program.path("v.mp4")});
      EXPECT_STATUS(outcome, 2);
      EXPECT_HAS(outcome.err, "r.json");
    }
  }

  void severalRunsAreCompared() {
    Film film;
    const std::string other = film.program.train("b.lscope", {"--set", "lr=0.02", "--steps", "120"});
    const std::string out = film.program.path("frames");
    EXPECT_STATUS(film.program({"video", other, film.file, "--views", "loss", "--set", "compare=true", "--text-size",
                                "2", "--seconds", "0.1", "--size", "640x360@10", "--out", out}),
                  0);
    const QImage image(QString::fromStdString(out) + "/frame-000001.png");
    QCOMPARE(image.size(), QSize(640, 360));
    int first = 0, second = 0;
    for (int y = 60; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) {
        first += resembles(image.pixelColor(x, y), Theme::light().category(0));
        second += resembles(image.pixelColor(x, y), Theme::light().category(1));
      }
    QVERIFY(first > 20 && second > 20);
  }

  void anInterruptLeavesNothing() {
    const Film film;
    QProcess process;
    process.start(QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny"),
                  {"video", QString::fromStdString(film.file), "--seconds", "300", "--size", "640x360@30", "--log",
                   "jsonl", "--out", QString::fromStdString(film.program.path("v.mp4"))});
    QTRY_VERIFY_WITH_TIMEOUT(process.bytesAvailable() > 0 || process.state() == QProcess::NotRunning, 30'000);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(10'000));
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().contains("nothing was written"));
    for (const auto& entry : std::filesystem::directory_iterator(film.program.folder()))
      QVERIFY2(entry.path().filename().string().starts_with("a.lscope"), entry.path().c_str());
  }
};

QTEST_MAIN(TestVideo)
#include "test_video.moc"
