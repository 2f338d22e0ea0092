// SPDX-License-Identifier: GPL-3.0-or-later
// Figures and data as files, looked at with the tools that readers use: poppler, librsvg, libxml2 or Qt's reader.
#include <QImageReader>
#include <QXmlStreamReader>
#include <QtTest>
#include <algorithm>

#include "engine/store/export_data.h"
#include "engine/store/npy.h"
#include "tests/gui/export_support.h"
#include "widgets/export/pdf_page.h"
#include "widgets/export/svg_device.h"
#include "widgets/plots/lines_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// Everything in an SVG that has a place: the box of each element in the coordinates of the page, with the clip that
/// holds there.
struct Placed {
  QString element;
  QRectF box, clip;
};
struct SvgContent {
  QString problem;
  QRectF page;
  std::vector<Placed> placed;
  QStringList texts;
  int clips = 0;
};

QRectF boxOfPath(const QString& data) {
  QRectF box;
  static const QRegularExpression number(QStringLiteral("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?|nan|inf"));
  std::vector<double> values;
  for (auto i = number.globalMatch(data); i.hasNext();) values.push_back(i.next().captured().toDouble());
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    const QRectF point(values[i], values[i + 1], 1e-9, 1e-9);
    box = box.isNull() ? point : box | point;
  }
  return box;
}

SvgContent svgContent(const QByteArray& text) {
  SvgContent content;
  QXmlStreamReader xml(text);
  std::vector<QRectF> clips;
  while (!xml.atEnd()) {
    xml.readNext();
    const auto attribute = [&](const char* name) { return xml.attributes().value(QLatin1String(name)).toString(); };
    if (xml.isEndElement() && xml.name() == QLatin1String("svg")) clips.pop_back();
    if (!xml.isStartElement()) continue;
    if (xml.name() == QLatin1String("svg")) {
      const QStringList box = attribute("viewBox").split(' ');
      const QRectF view(box[0].toDouble(), box[1].toDouble(), box[2].toDouble(), box[3].toDouble());
      if (clips.empty())
        content.page = view;
      else
        ++content.clips;
      clips.push_back(clips.empty() ? view : view & clips.back());
    } else if (xml.name() == QLatin1String("path")) {
      content.placed.push_back(
          {QStringLiteral("path ") + attribute("d").left(60), boxOfPath(attribute("d")), clips.back()});
    } else if (xml.name() == QLatin1String("image")) {
      content.placed.push_back({QStringLiteral("image"),
                                QRectF(attribute("x").toDouble(), attribute("y").toDouble(),
                                       attribute("width").toDouble(), attribute("height").toDouble()),
                                clips.back()});
    } else if (xml.name() == QLatin1String("text")) {
      if (!attribute("x").isEmpty())
        content.placed.push_back({QStringLiteral("text"),
                                  QRectF(attribute("x").toDouble(), attribute("y").toDouble(), 1e-9, 1e-9),
                                  clips.back()});
      content.texts << xml.readElementText();
    }
  }
  if (xml.hasError()) content.problem = xml.errorString();
  return content;
}

const std::vector<const char*> everyView{"accuracy", "energies", "features", "table",
                                         "plane",    "digits",   "items",    "scene"};

}  // namespace

class TestExport : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { QApplication::setPalette(Theme::light().palette()); }

  void pdfHasRealTextAndItsExactSize() {
    Files f;
    FigureStyle style;
    style.widthMm = 178;
    style.heightMm = 61.5;
    style.title = true;
    const QString file = f.saved("accuracy", ".pdf", style);
    bool found = false;
    const QString text = said("pdftotext", {"-layout", file, "-"}, found);
    NEEDS(found, "pdftotext");
    for (const char* word : {"train", "test", "step", "accuracy", "Accuracy & <loss>", "Memorised", "0.5", "1000"})
      QVERIFY2(text.contains(QLatin1String(word)), qPrintable(QString(word) + " in: " + text));
    const QString info = said("pdfinfo", {file}, found);
    static const QRegularExpression size("Page size:\\s+([0-9.]+) x ([0-9.]+) pts");
    const auto match = size.match(info);
    QVERIFY2(match.hasMatch(), qPrintable(info));
    QVERIFY2(std::abs(match.captured(1).toDouble() / 72 * 25.4 - 178) < 0.02, qPrintable(match.captured(1)));
    QVERIFY2(std::abs(match.captured(2).toDouble() / 72 * 25.4 - 61.5) < 0.02, qPrintable(match.captured(2)));
    QVERIFY(info.contains("Learnscope") && info.contains("Accuracy & <loss>") &&
            info.contains(QRegularExpression("Pages:\\s+1\n")));
    // A reader that mends nothing opens it.
    const QString drawn = said("pdftoppm", {"-r", "72", "-png", file, f.path("page")}, found);
    NEEDS(found, "pdftoppm");
    QVERIFY2(drawn.isEmpty(), qPrintable(drawn));
    const QStringList pages = QDir(f.folder.path()).entryList({"page*.png"});
    QCOMPARE(pages.size(), 1);
    QVERIFY(blobIn(QImage(f.path(pages[0])).convertToFormat(QImage::Format_RGB32), 255).pixels > 0);
  }

  void pdfCarriesWhatMadeIt() {
    Files f;
    f.model.setCursor(700);
    const QString file = f.saved("accuracy", ".pdf");
    bool found = false;
    const QString meta = said("pdfinfo", {"-meta", file}, found);
    NEEDS(found, "pdfinfo");
    QXmlStreamReader xml(meta);
    std::map<QString, QString> entries;
    while (!xml.atEnd()) {
      if (xml.readNext() != QXmlStreamReader::StartElement) continue;
      const QString name = xml.name().toString();
      if (xml.namespaceUri().contains(QLatin1String("learnscope"))) entries[name] = xml.readElementText();
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString() + meta));
    QCOMPARE(entries["lab"], QStringLiteral("plot-lab"));
    QCOMPARE(entries["seed"], QStringLiteral("7"));
    QCOMPARE(entries["step"], QStringLiteral("700"));
    QCOMPARE(entries["view"], QStringLiteral("accuracy"));
    QCOMPARE(entries["run"], QStringLiteral("run-1"));
    QVERIFY(entries["version"].startsWith("Learnscope ") && entries.contains("config"));
  }

  void pagesAreCutToFractionsOfAPoint() {
    QByteArray pdf =
        "%PDF-1.4\n1 0 obj\n<< /MediaBox [0 0 505.000000 300.000000] >>\nendobj\n2 0 obj\n<< >>\nendobj\nxref\n0 3\n";
    const auto place = [](const QByteArray& in, const char* what) {
      return QByteArray::number(in.indexOf(what)).rightJustified(10, '0');
    };
    pdf += "0000000000 65535 f \n" + place(pdf, "1 0 obj") + " 00000 n \n" + place(pdf, "2 0 obj") +
           " 00000 n \ntrailer\n<< >>\nstartxref\n" + QByteArray::number(pdf.indexOf("xref\n0 3")) + "\n%%EOF\n";
    const QByteArray exact = withExactPage(pdf, 504.5669, 299.25);
    QVERIFY2(exact.contains("/MediaBox [0 0.7500 504.5669 300.0000]"), exact.constData());
    for (const char* object : {"1 0 obj", "2 0 obj"})
      QVERIFY2(exact.contains(place(exact, object) + " 00000 n"), object);
    QVERIFY(exact.contains("startxref\n" + QByteArray::number(exact.indexOf("xref\n0 3")) + "\n"));
    for (const QByteArray& other : {QByteArray(), QByteArray("%PDF-1.4 nothing"), pdf.left(60)})
      QCOMPARE(withExactPage(other, 10, 10), other);
  }

  void svgIsWellFormedAndStaysInItsClips_data() {
    QTest::addColumn<QString>("view");
    for (const char* view : everyView) QTest::newRow(view) << QString(view);
  }
  void svgIsWellFormedAndStaysInItsClips() {
    QFETCH(QString, view);
    Files f;
    f.model.select({"neuron", {1}});
    FigureStyle style;
    style.widthMm = 85.5;
    style.title = true;
    const QByteArray text = contentOf(f.saved(view.toUtf8().constData(), ".svg", style));
    const SvgContent content = svgContent(text);
    QVERIFY2(content.problem.isEmpty(), qPrintable(content.problem));
    QVERIFY(std::abs(content.page.width() - 85.5 / 25.4 * 72) < 1e-6);
    QVERIFY(text.contains("width=\"85.5mm\" height=\"60mm\""));
    QVERIFY(!content.placed.empty() && !text.contains("nan") && !text.contains("inf\""));
    for (const Placed& one : content.placed) {
      const QRectF roomy = one.clip.adjusted(-0.02, -0.02, 0.02, 0.02);
      QVERIFY2(roomy.contains(one.box), qPrintable(QStringLiteral("%1: %2 %3 %4 %5 outside %6 %7 %8 %9")
                                                       .arg(one.element)
                                                       .arg(one.box.left())
                                                       .arg(one.box.top())
                                                       .arg(one.box.right())
                                                       .arg(one.box.bottom())
                                                       .arg(one.clip.left())
                                                       .arg(one.clip.top())
                                                       .arg(one.clip.right())
                                                       .arg(one.clip.bottom())));
    }
    if (view != "digits")
      QVERIFY(content.texts.contains(QString::fromStdString(viewOf(view.toUtf8().constData()).title.toStdString())));
    bool found = false;
    const QString wrong = said("xmllint", {"--noout", f.path(view + ".svg")}, found);
    if (found) QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
  }

  // Another program draws the same picture from the file.
  void otherProgramsDrawTheSvg() {
    Files f;
    FigureStyle style;
    style.dpi = 144;
    style.legend = false;
    style.markers = false;
    for (const char* view : {"energies", "features", "plane", "table"}) {
      const QString svg = f.saved(view, ".svg", style), png = f.saved(view, ".png", style);
      bool found = false;
      const QString problem =
          said("rsvg-convert", {"--dpi-x", "144", "--dpi-y", "144", "-o", f.path("drawn.png"), svg}, found);
      NEEDS(found, "rsvg-convert");
      QVERIFY2(problem.isEmpty(), qPrintable(problem));
      const QImage theirs = QImage(f.path("drawn.png"))
                                .convertToFormat(QImage::Format_RGB32)
                                .scaled(120, 85, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
      const QImage ours = QImage(png)
                              .convertToFormat(QImage::Format_RGB32)
                              .scaled(120, 85, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
      double sum = 0;
      for (int y = 0; y < 85; ++y)
        for (int x = 0; x < 120; ++x) sum += std::abs(qGray(theirs.pixel(x, y)) - qGray(ours.pixel(x, y)));
      QVERIFY2(sum / (120 * 85) < 6, qPrintable(QStringLiteral("%1: %2").arg(view).arg(sum / (120 * 85))));
    }
  }

  void svgDeviceWritesEveryPrimitive() {
    SvgDevice device(100, 50);
    device.setMetadata(QStringLiteral("a & b\u0001"), {{"config", "{\"x\": \"<y>\"}"}});
    QPainter painter(&device);
    painter.setPen(QPen(QColor(10, 20, 30, 128), 2, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    painter.setClipRect(QRectF(10, 10, 40, 40));
    painter.drawLine(QPointF(0, 0), QPointF(100, 100));
    painter.setClipping(false);
    painter.translate(5, 0);
    painter.rotate(90);
    painter.drawText(QPointF(0, 0), QStringLiteral("x < y  §"));
    painter.resetTransform();
    QLinearGradient gradient(0, 0, 0, 10);
    gradient.setColorAt(0, Qt::red);
    gradient.setColorAt(1, Qt::blue);
    painter.setPen(Qt::NoPen);
    painter.setBrush(gradient);
    painter.drawRect(QRectF(60, 0, 10, 10));
    painter.drawPolygon(QPolygonF{{70, 0}, {80, 0}, {75, 8}});
    painter.end();
    const QByteArray text = device.document();
    const SvgContent content = svgContent(text);
    QVERIFY2(content.problem.isEmpty(), qPrintable(content.problem));
    QCOMPARE(content.clips, 1);
    QCOMPARE(content.texts, QStringList({QStringLiteral("x < y  §")}));
    for (const char* part : {"stroke-dasharray=", "stroke-opacity=\"0.5", "<linearGradient", "fill=\"url(#gradient1)\"",
                             "overflow=\"hidden\"", "<title>a &amp; b", "&quot;&lt;y&gt;&quot;"})
      QVERIFY2(text.contains(part), part);
  }

  void pngHasItsResolutionAndMetadata() {
    Files f;
    FigureStyle style;
    style.widthMm = 85;
    style.heightMm = 60;
    style.dpi = 300;
    const QString file = f.saved("accuracy", ".png", style);
    const QImage image(file);
    QCOMPARE(image.size(), QSize(1004, 709));
    QVERIFY(std::abs(image.dotsPerMeterX() * 0.0254 - 300) < 0.1);
    QCOMPARE(image.text("learnscope-lab"), QStringLiteral("plot-lab"));
    QCOMPARE(image.text("learnscope-seed"), QStringLiteral("7"));
    QCOMPARE(image.text("learnscope-step"), QStringLiteral("1500"));
    QCOMPARE(image.text("Title"), QStringLiteral("Accuracy & <loss>"));
    QVERIFY(image.text("Software").startsWith("Learnscope "));
    style.transparent = true;
    QCOMPARE(qAlpha(QImage(f.saved("accuracy", ".png", style)).pixel(2, 2)), 0);
    style.transparent = false;
    style.darkTheme = true;
    QCOMPARE(QColor(QImage(f.saved("accuracy", ".png", style)).pixel(2, 2)), Theme::night().plotBackground);
  }

  // 600 dpi are more than a tile: drawn in several, and sharper than the screen.
  void scenesAreDrawnAtAnyResolution() {
    Files f;
    FigureStyle style;
    style.widthMm = 120;
    style.heightMm = 90;
    style.dpi = 600;
    const QString file = f.saved("scene", ".png", style);
    const QImage image(file);
    QCOMPARE(image.size(), QSize(2835, 2126));
    style.dpi = 75;
    const QImage small = QImage(f.saved("scene", ".png", style)).convertToFormat(QImage::Format_RGB32);
    const QImage reduced = image.convertToFormat(QImage::Format_RGB32)
                               .scaled(small.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    double sum = 0;
    for (int y = 0; y < small.height(); ++y)
      for (int x = 0; x < small.width(); ++x) sum += std::abs(qGray(small.pixel(x, y)) - qGray(reduced.pixel(x, y)));
    QVERIFY2(sum / (small.width() * small.height()) < 4,
             qPrintable(QString::number(sum / (small.width() * small.height()))));
    // In a PDF the picture is a raster under real text.
    const QString pdf = f.saved("scene", ".pdf", style);
    bool found = false;
    const QString text = said("pdftotext", {pdf, "-"}, found);
    NEEDS(found, "pdftotext");
    for (const char* word : {"height", "item", "step"}) QVERIFY2(text.contains(QLatin1String(word)), qPrintable(text));
  }

  void everyViewGivesItsDataAndEveryFormat() {
    Files f;
    for (const char* view : everyView) {
      for (const char* suffix : {".pdf", ".svg", ".png"}) QVERIFY2(QFileInfo(f.saved(view, suffix)).size() > 500, view);
      const auto shown = createView(viewOf(view), f.model);
      shown->refresh();
      QVERIFY2(shown->dataCsv().count('\n') > 10, view);
    }
  }

  void dataComesOutAsItWentIn() {
    Files f;
    const std::string csv = f.path("data.csv").toStdString(), npz = f.path("data.npz").toStdString();
    exportCsv(*f.run, {"loss", "testAccuracy"}, csv, false);
    QStringList rows = QString::fromUtf8(contentOf(f.path("data.csv"))).split('\n', Qt::SkipEmptyParts);
    QVERIFY(rows[0].startsWith("# learnscope {") && rows[0].contains("\"lab\":\"plot-lab\""));
    QCOMPARE(rows[1], QStringLiteral("step,measure,value"));
    const ScalarSeries& loss = f.run->scalars("loss");
    for (std::size_t i = 0; i < loss.size(); ++i) {
      const QStringList row = rows[2 + static_cast<int>(i)].split(',');
      QVERIFY(row[0].toLongLong() == loss[i].step && row[1] == "loss" && row[2].toDouble() == loss[i].value);
    }
    exportNpz(*f.run, {"loss", "alpha"}, npz);
    const auto members = readNpz(npz);
    QCOMPARE(members.at("loss_value").as<double>()[20], loss[20].value);
    QCOMPARE(members.at("alpha").shape(), std::vector<std::int64_t>({76, 23}));
    const auto alpha = f.run->loadArray("alpha", 1000);
    for (std::size_t k = 0; k < 23; ++k) QCOMPARE(members.at("alpha").as<float>()[50 * 23 + k], alpha->as<float>()[k]);
  }

  void whatIsThereSurvivesAFailure() {
    Files f;
    const QString file = f.saved("accuracy", ".pdf");
    const QByteArray before = contentOf(file);
    // The scene has nothing to draw: refused after the file was named.
    PlotSession empty;
    empty.addRun("b", 1, 10);
    const auto scene = createView(viewOf("scene"), empty.model);
    QVERIFY_EXCEPTION_THROWN(saveFigure(*scene, file, {}), Error);
    QCOMPARE(contentOf(file), before);
    const auto view = createView(viewOf("accuracy"), f.model);
    FigureStyle style;
    style.widthMm = 5;
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, file, style), ConfigError);
    style.widthMm = style.heightMm = 2000;
    style.dpi = 2400;
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, file, style), ConfigError);
    style.dpi = NAN;
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, file, style), ConfigError);
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, f.path("figure.bmp"), {}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, f.path("no/such/folder/figure.svg"), {}), IoError);
    QVERIFY_EXCEPTION_THROWN(saveFigure(*view, QStringLiteral("/dev/full/figure.png"), {}), IoError);
    QCOMPARE(contentOf(file), before);
    // Nothing half-written is left behind.
    QCOMPARE(QDir(f.folder.path()).entryList(QDir::Files), QStringList({"accuracy.pdf"}));
    // Over an existing figure it is replaced whole.
    style = {};
    style.widthMm = 100;
    f.saved("accuracy", ".pdf", style);
    QVERIFY(contentOf(file) != before && contentOf(file).startsWith("%PDF"));
  }
};

QTEST_MAIN(TestExport)
#include "test_export.moc"
