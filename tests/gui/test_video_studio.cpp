// SPDX-License-Identifier: GPL-3.0-or-later
// The video studio: what is chosen there is what is shown and what is made.
#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QtTest>
#include <filesystem>

#include "app/cli_offscreen.h"
#include "tests/support/program.h"
#include "tests/support/video_probe.h"
#include "widgets/controls/parameter_form.h"
#include "widgets/export/picture_preview.h"
#include "widgets/export/video_studio.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

struct Studio {
  Program program;
  std::string file = program.train("a.lscope", {"--steps", "120"});
  cli::OffscreenRuns runs{tinyLab(), {file}, Theme::light()};
  VideoStudio* studio = nullptr;

  explicit Studio(const Json& initial = Json::object()) {
    QSettings().clear();
    Json all = {{"size", "320x180@10"}, {"seconds", 2.0}};
    all.update(initial);
    studio = new VideoStudio(runs.model(), all, QStringLiteral(LEARNSCOPE_BIN_DIR "/learnscope_tiny"));
    studio->setAttribute(Qt::WA_DeleteOnClose, false);
    studio->show();
  }
  ~Studio() { delete studio; }
  template <class W>
  W* child(const char* name) const {
    return studio->findChild<W*>(QLatin1String(name));
  }
  QPushButton* button(const char* id) const {
    for (QPushButton* each : studio->findChildren<QPushButton*>())
      if (each->property("id").toString() == QLatin1String(id)) return each;
    return nullptr;
  }
  QSlider* slider() const { return child<QSlider>("video.frame"); }
  PicturePreview* preview() const { return studio->findChild<PicturePreview*>(); }
  QString summary() const { return child<QLabel>("video.summary")->text(); }
  ParameterForm* form() const { return studio->findChild<ParameterForm*>(); }
  void set(const char* id, const Json& value) const {
    Config values = form()->values();
    values.set(id, value);
    form()->setValues(values);
    emit form()->edited(id, value);
  }
  bool ready(int frames) const {
    return QTest::qWaitFor([&] { return slider()->maximum() == frames - 1 && !preview()->picture().isNull(); }, 5000);
  }
  std::string path(const char* name) const { return program.path(name); }
};

}  // namespace

class TestVideoStudio : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    QCoreApplication::setOrganizationName("learnscope-test-video");
    QStandardPaths::setTestModeEnabled(true);
  }

  void theChoicesAreTheRequest() {
    const Studio s;
    QVERIFY(s.ready(20));
    QCOMPARE(s.studio->request().views, (std::vector<std::string>{"orbit", "loss", "weights"}));
    s.set("seconds", 3.0);
    s.set("speed", "logarithmic");
    auto* list = s.child<QListWidget>("video.views");
    QCOMPARE(list->count(), 3);
    list->item(0)->setCheckState(Qt::Unchecked);
    QVERIFY(s.ready(30));
    const VideoRequest request = s.studio->request();
    QCOMPARE(request.views, (std::vector<std::string>{"loss", "weights"}));
    QCOMPARE(request.speed, VideoRequest::Speed::Logarithmic);
    EXPECT_HAS(s.summary().toStdString(), "30 frames");
    EXPECT_HAS(s.studio->commandLine().toStdString(), "--views loss,weights");
    EXPECT_HAS(s.studio->commandLine().toStdString(), "--set seconds=3.0");
  }

  void thePreviewShowsTheFrameOfTheSlider() {
    const Studio s;
    QVERIFY(s.ready(20));
    const QImage first = s.preview()->picture();
    s.studio->showFrame(15);
    QTRY_VERIFY(s.preview()->picture() != first);
    // Of the aspect of the video, and no larger than it.
    const QSize size = s.preview()->picture().size();
    QVERIFY(size.width() <= 320 && std::abs(size.width() * 9 - size.height() * 16) < 32);
  }

  void whatIsWrongIsSaidAndCannotBeSaved() {
    const Studio s;
    QVERIFY(s.ready(20));
    s.set("size", "999");
    QVERIFY(!s.button("video.save")->isEnabled());
    QVERIFY(!s.form()->row("size")->problem().isEmpty());
    s.set("size", "320x180@60");
    QVERIFY(s.button("video.save")->isEnabled());
    s.child<QComboBox>("video.format")->setCurrentIndex(2);  // GIF
    QVERIFY(!s.button("video.save")->isEnabled());
    for (int i = 0; i < 3; ++i) s.child<QListWidget>("video.views")->item(i)->setCheckState(Qt::Unchecked);
    QVERIFY(!s.button("video.save")->isEnabled());
  }

  void draggingPlacesTheCamera() {
    const Studio s;
    QVERIFY(s.ready(20));
    emit s.preview()->dragged({80, 90}, {-100, 0});
    VideoRequest request = s.studio->request();
    QCOMPARE(request.keyframes.size(), std::size_t{1});
    QCOMPARE(request.keyframes[0].view, std::string("orbit"));
    QVERIFY(std::abs(request.keyframes[0].camera["azimuth"].get<double>() - 75) < 1e-9);
    s.set("camera.path", "keyframes");
    s.studio->showFrame(19);
    QTest::qWait(200);
    emit s.preview()->zoomed({80, 90}, 0.5);
    emit s.preview()->zoomed({80, 90}, 0.5);
    request = s.studio->request();
    QCOMPARE(request.keyframes.size(), std::size_t{2});
    QCOMPARE(*request.keyframes[1].step, std::int64_t{120});
    QVERIFY(std::abs(request.keyframes[1].camera["distance"].get<double>() - 1.25) < 1e-9);
    s.child<QPushButton>("video.clearPlaces")->click();
    QVERIFY(!s.button("video.save")->isEnabled());  // a path by keyframes needs some
    s.set("camera.path", "fixed");
    QVERIFY(s.studio->request().keyframes.empty());
  }

  void theVideoIsMadeInAnotherProcess() {
    const Studio s;
    QVERIFY(s.ready(20));
    s.studio->save(QString::fromStdString(s.path("v.mp4")));
    QTRY_VERIFY_WITH_TIMEOUT(s.summary().startsWith("Saved v.mp4"), 30'000);
    const Json probe = probed(s.path("v.mp4"));
    QCOMPARE(probe.value("nb_read_frames", ""), std::string("20"));
    QCOMPARE(probe["width"].get<int>(), 320);
    QVERIFY(s.button("video.folder")->isVisible());
  }

  void cancelLeavesNothing() {
    const Studio s;
    QVERIFY(s.ready(20));
    s.set("seconds", 600.0);
    QVERIFY(s.ready(6000));
    s.studio->save(QString::fromStdString(s.path("v.mp4")));
    QTRY_VERIFY_WITH_TIMEOUT(s.summary().contains("frame "), 30'000);
    QVERIFY(s.button("video.cancel")->isVisible() && !s.button("video.save")->isVisible());
    s.button("video.cancel")->click();
    QTRY_VERIFY_WITH_TIMEOUT(s.summary().startsWith("Cancelled"), 10'000);
    for (const auto& entry : std::filesystem::directory_iterator(s.program.folder()))
      QVERIFY2(entry.path().filename().string().starts_with("a.lscope"), entry.path().c_str());
  }

  void aPlaceThatCannotBeWrittenIsSaid() {
    const Studio s;
    QVERIFY(s.ready(20));
    s.studio->save(QStringLiteral("/nowhere/v.mp4"));
    QTRY_VERIFY_WITH_TIMEOUT(s.summary().contains("there is no folder"), 30'000);
    QVERIFY(s.button("video.save")->isEnabled());
  }

  void choicesAreRememberedPerLab() {
    Json kept;
    {
      const Studio s(Json{{"theme", "dark"}});
      QVERIFY(s.ready(20));
      s.set("layout", "row");
      s.studio->close();
      kept = Json::parse(QSettings().value("video/tiny").toString().toStdString());
    }
    QCOMPARE(kept["layout"], Json("row"));
    QVERIFY(!kept.contains("steps.first"));
  }
};

QTEST_MAIN(TestVideoStudio)
#include "test_video_studio.moc"
