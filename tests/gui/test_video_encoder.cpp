// SPDX-License-Identifier: GPL-3.0-or-later
// Video files, looked at with FFmpeg's own tools.
#include <malloc.h>
#include <sys/resource.h>

#include <QPainter>
#include <QtTest>
#include <csignal>
#include <filesystem>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "tests/support/support.h"
#include "tests/support/text.h"
#include "tests/support/video_probe.h"
#include "widgets/export/video_encoder.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

const QSize size(320, 240);
constexpr int rate = 25, frames = 50;
const std::vector<QColor> patches{QColor(255, 255, 255), QColor(0, 0, 0),      QColor(255, 0, 0),
                                  QColor(0, 255, 0),     QColor(0, 0, 255),    QColor(0, 114, 178),
                                  QColor(213, 94, 0),    QColor(128, 128, 128)};

QRect patchAt(std::size_t i) { return QRect(static_cast<int>(i % 4) * 80, static_cast<int>(i / 4) * 80, 80, 80); }

/// Patches of known colours over a bar that moves by a pixel a frame.
QImage frameAt(int number) {
  QImage image(size, QImage::Format_RGB32);
  image.fill(QColor(243, 244, 246));
  QPainter painter(&image);
  for (std::size_t i = 0; i < patches.size(); ++i) painter.fillRect(patchAt(i), patches[i]);
  painter.fillRect(QRect(number * 4, 180, 40, 40), QColor(0, 158, 115));
  return image;
}

VideoEncoding encodingFor(VideoFormat format) {
  VideoEncoding encoding;
  encoding.format = format;
  encoding.size = size;
  encoding.rate = rate;
  encoding.title = "Patches";
  encoding.metadata = {{"lab", "none"}, {"seed", "7"}};
  if (format == VideoFormat::Gif) encoding.palette = {frameAt(0), frameAt(frames / 2), frameAt(frames - 1)};
  return encoding;
}

void write(const std::string& path, int count = frames) {
  VideoEncoder encoder(createVideoSink(path, encodingFor(*videoFormatOf(path))));
  for (int i = 0; i < count; ++i) encoder.add(frameAt(i));
  encoder.finish();
}

bool emptyFolder(const TemporaryFolder& folder) { return std::filesystem::is_empty(folder.path()); }

int distance(const QColor& a, const QColor& b) {
  return std::max({std::abs(a.red() - b.red()), std::abs(a.green() - b.green()), std::abs(a.blue() - b.blue())});
}

}  // namespace

class TestVideoEncoder : public QObject {
  Q_OBJECT

 private slots:
  void namesSayTheFormat() {
    QCOMPARE(*videoFormatOf("a/b.mp4"), VideoFormat::Mp4);
    QCOMPARE(*videoFormatOf("b.WebM"), VideoFormat::WebM);
    QCOMPARE(*videoFormatOf("b.gif"), VideoFormat::Gif);
    QCOMPARE(*videoFormatOf("frames"), VideoFormat::Png);
    QCOMPARE(*videoFormatOf("frames.d/"), VideoFormat::Png);
    QVERIFY(!videoFormatOf("b.avi"));
    QVERIFY(!videoFormatOf(""));
  }

  // The codecs must not read what was never written: the heap's old content differs from export to export.
  void theSameFramesGiveTheSameFile_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"v.mp4", "v.webm", "v.gif"}) QTest::newRow(name) << name;
  }
  void theSameFramesGiveTheSameFile() {
    QFETCH(QString, name);
    const TemporaryFolder folder;
    const std::string path = folder.path(name.toStdString());
    VideoEncoding encoding = encodingFor(*videoFormatOf(path));
    encoding.size = QSize(472, 270);  // neither whole blocks nor whole groups of them
    const auto frame = [&](int number) {
      QImage image(encoding.size, QImage::Format_RGB32);
      image.fill(Qt::white);
      QPainter painter(&image);
      painter.setRenderHint(QPainter::Antialiasing);
      painter.translate(236, 135);
      painter.rotate(3 * number);
      for (int i = 0; i < 40; ++i) painter.drawEllipse(QPointF(9 * i - 180, 5 * i - 100), 30 + i, 10);
      return image;
    };
    if (encoding.format == VideoFormat::Gif) encoding.palette = {frame(0), frame(20)};
    std::vector<std::string> files;
    for (const int filler : {0, 1, 2, 255}) {
      mallopt(M_PERTURB, filler);
      VideoEncoder encoder(createVideoSink(path, encoding));
      for (int i = 0; i < 40; ++i) encoder.add(frame(i));
      encoder.finish();
      mallopt(M_PERTURB, 0);
      files.push_back(readFile(path, 1 << 26));
      std::filesystem::remove(path);
    }
    for (const std::string& file : files) QVERIFY(file == files.front());
  }

  void filesAreWhatTheySay_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("codec");
    QTest::addColumn<QString>("container");
    QTest::addColumn<int>("tolerance");
    QTest::newRow("mp4") << "v.mp4"
                         << "h264"
                         << "mp4" << 6;
    QTest::newRow("webm") << "v.webm"
                          << "vp9"
                          << "webm" << 6;
    QTest::newRow("gif") << "v.gif"
                         << "gif"
                         << "gif" << 10;
  }
  void filesAreWhatTheySay() {
    QFETCH(QString, name);
    QFETCH(QString, codec);
    QFETCH(QString, container);
    QFETCH(int, tolerance);
    const TemporaryFolder folder;
    const std::string path = folder.path(name.toStdString());
    write(path);
    const Json probe = probed(path);
    QCOMPARE(probe.value("codec_name", ""), codec.toStdString());
    EXPECT_HAS(probe["format"].value("format_name", ""), container.toStdString());
    QCOMPARE(probe["width"].get<int>(), size.width());
    QCOMPARE(probe["height"].get<int>(), size.height());
    QCOMPARE(probe.value("nb_read_frames", ""), std::to_string(frames));
    QCOMPARE(probe.value("avg_frame_rate", ""), std::to_string(rate) + "/1");
    QVERIFY(std::abs(std::stod(probe["format"].value("duration", "0")) - static_cast<double>(frames) / rate) < 0.011);
    if (codec != "gif") {
      QCOMPARE(probe.value("pix_fmt", ""), std::string("yuv420p"));
      QCOMPARE(probe.value("color_range", ""), std::string("tv"));
      QCOMPARE(probe.value("color_space", ""), std::string("bt709"));
      QCOMPARE(probe.value("color_primaries", ""), std::string("bt709"));
      QCOMPARE(probe.value("color_transfer", ""), std::string("bt709"));
      EXPECT_HAS(probe["format"]["tags"].dump(), "Patches");
      EXPECT_HAS(probe["format"]["tags"].dump(), "seed: 7");
    }
    for (const int number : {0, 17, frames - 1}) {
      const QImage shown = decoded(path, number, size);
      QVERIFY(!shown.isNull());
      for (std::size_t i = 0; i < patches.size(); ++i) {
        const QColor seen = shown.pixelColor(patchAt(i).center());
        QVERIFY2(distance(seen, patches[i]) <= tolerance,
                 qPrintable(QStringLiteral("frame %1, %2 became %3").arg(number).arg(patches[i].name(), seen.name())));
      }
      // The bar of this frame, not of the one before or after.
      const QColor bar(0, 158, 115), back(243, 244, 246);
      QVERIFY(distance(shown.pixelColor(number * 4 + 38, 200), bar) < 40);
      QVERIFY(distance(shown.pixelColor(number * 4 + 44, 200), back) < 40);
    }
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  }

  void anIndexStandsInFrontOfTheFrames() {
    const TemporaryFolder folder;
    write(folder.path("v.mp4"));
    const std::string bytes = readFile(folder.path("v.mp4"), 1 << 24);
    QVERIFY(bytes.find("moov") < bytes.find("mdat"));
  }

  void framesOfAFolderAreExact() {
    const TemporaryFolder folder;
    const std::string path = folder.path("frames");
    write(path + "/", 12);
    for (int i = 0; i < 12; ++i) {
      const QImage image(QString::fromStdString(path) +
                         QStringLiteral("/frame-%1.png").arg(i + 1, 6, 10, QLatin1Char('0')));
      QCOMPARE(image.convertToFormat(QImage::Format_RGB32), frameAt(i));
      QCOMPARE(image.text("learnscope-seed"), QStringLiteral("7"));
    }
    QCOMPARE(std::distance(std::filesystem::directory_iterator(path), {}), 12);
    QVERIFY((std::filesystem::status(path).permissions() & std::filesystem::perms::others_read) !=
            std::filesystem::perms::none);
    EXPECT_HAS(refusal<IoError>([&] { write(path); }), "already exists");
  }

  void oneFrameIsAVideo() {
    for (const char* name : {"v.mp4", "v.webm", "v.gif"}) {
      const TemporaryFolder folder;
      write(folder.path(name), 1);
      QCOMPARE(probed(folder.path(name)).value("nb_read_frames", ""), std::string("1"));
    }
  }

  void whatIsNotFinishedLeavesNothing() {
    for (const char* name : {"v.mp4", "v.webm", "v.gif", "frames"}) {
      const TemporaryFolder folder;
      {
        VideoEncoder encoder(createVideoSink(folder.path(name), encodingFor(*videoFormatOf(name))));
        for (int i = 0; i < 20; ++i) encoder.add(frameAt(i));
      }
      QVERIFY(emptyFolder(folder));
    }
  }

  void anOldFileStaysIfTheNewOneFails() {
    const TemporaryFolder folder;
    writeFile(folder.path("v.mp4"), "old");
    { VideoEncoder encoder(createVideoSink(folder.path("v.mp4"), encodingFor(VideoFormat::Mp4))); }
    QCOMPARE(readFile(folder.path("v.mp4"), 100), std::string("old"));
    write(folder.path("v.mp4"));
    QVERIFY(readFile(folder.path("v.mp4"), 1 << 24) != "old");
  }

  void aPlaceThatCannotBeWrittenIsSaid() {
    for (const char* name : {"/v.mp4", "/v.webm", "/v.gif", "/frames"})
      EXPECT_HAS(refusal<IoError>([&] { write("/nowhere/at/all" + std::string(name)); }), "/nowhere/at/all");
  }

  void aFullDiskIsSaidAndLeavesNothing() {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    for (const char* name : {"v.mp4", "v.webm", "v.gif", "frames"}) {
      const TemporaryFolder folder;
      const rlimit small{200, before.rlim_max};
      setrlimit(RLIMIT_FSIZE, &small);
      const std::string said = refusal<IoError>([&] { write(folder.path(name)); });
      setrlimit(RLIMIT_FSIZE, &before);
      EXPECT_HAS(said, folder.path(name));
      EXPECT_HAS(said, "cannot be written: File too large");
      QVERIFY(emptyFolder(folder));
    }
  }
};

QTEST_MAIN(TestVideoEncoder)
#include "test_video_encoder.moc"
