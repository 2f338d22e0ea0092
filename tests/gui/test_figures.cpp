// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of several panels, their styles, what they carry, and the dialog that makes them; looked at with poppler,
// librsvg and libtiff (Qt's reader).
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QImageReader>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QTableWidget>
#include <cmath>
#include <set>

#include "engine/store/png_text.h"
#include "tests/gui/export_support.h"
#include "tests/support/text.h"
#include "widgets/export/figure_actions.h"
#include "widgets/export/figure_layout.h"
#include "widgets/export/figure_state.h"
#include "widgets/export/figure_studio.h"
#include "widgets/export/picture_preview.h"
#include "widgets/plots/dot_crowd.h"
#include "widgets/plots/lines_view.h"
#include "widgets/scene/scene_view.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// Views of one run, shown together.
struct Panels : Files {
  std::vector<std::unique_ptr<View>> owned;
  std::vector<View*> views;
  explicit Panels(const std::vector<const char*>& ids) {
    for (const char* id : ids) {
      owned.push_back(createView(viewOf(id), model));
      owned.back()->resize(480, 320);
      views.push_back(owned.back().get());
    }
  }
  QString save(const QString& name, const FigureStyle& style = {}) {
    const QString file = path(name);
    saveFigure(views, file, style, Json{{"open", {"accuracy"}}});
    return file;
  }
  View* of(const char* id) {
    for (View* view : views)
      if (view->spec().id == id) return view;
    return nullptr;
  }
};

/// Peak signal-to-noise ratio in dB of two pictures, both brought to one size; pages differ in fonts' smoothing.
double psnr(const QImage& a, const QImage& b, QSize size) {
  const auto reduced = [&](const QImage& image) {
    QImage page(image.size(), QImage::Format_RGB32);
    page.fill(Qt::white);
    QPainter(&page).drawImage(QRect(QPoint(), image.size()), image);
    return page.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  };
  const QImage one = reduced(a), two = reduced(b);
  double sum = 0;
  for (int y = 0; y < size.height(); ++y)
    for (int x = 0; x < size.width(); ++x) {
      const QRgb p = one.pixel(x, y), q = two.pixel(x, y);
      for (const int d : {qRed(p) - qRed(q), qGreen(p) - qGreen(q), qBlue(p) - qBlue(q)}) sum += d * d;
    }
  const double mean = sum / (3.0 * size.width() * size.height());
  return mean == 0 ? 99 : 10 * std::log10(255 * 255 / mean);
}

FigureStyle page(double width = 178, double height = 100) {
  FigureStyle style;
  style.widthMm = width;
  style.heightMm = height;
  return style;
}

/// Everything about a style that differs from the default.
FigureStyle unusual() {
  FigureStyle style = page(120.5, 77.25);
  style.fontPt = 7;
  style.titlePt = 9;
  style.letterPt = 11;
  style.lineWidthPt = 0.75;
  style.dpi = 150;
  style.transparent = style.darkTheme = style.greys = style.title = true;
  style.markers = style.legend = style.grid = style.sceneText = false;
  style.arrangement = FigureStyle::Arrangement::Lead;
  style.letters = FigureStyle::Letters::Bracketed;
  style.columns = 2;
  style.gapMm = 5;
  PanelStyle& panel = style.panels["accuracy"];
  panel.title = QStringLiteral("A “title”");
  panel.legend = true;
  panel.x = {QStringLiteral("steps"), std::pair(0.0, 500.0), "log"};
  panel.y.range = {-0.5, 1.5};
  panel.smoothing = 0.9;
  panel.camera = {{"azimuth", 20.0}};
  panel.annotations = {{QStringLiteral("here"), 100, 0.5, false}, {QStringLiteral("there"), 0.5, 0.5, true}};
  return style;
}

}  // namespace

class TestFigures : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { QApplication::setPalette(Theme::light().palette()); }

  void stylesComeBackFromJson() {
    for (const FigureStyle& style : {FigureStyle(), unusual()}) {
      const Json json = style.toJson();
      QVERIFY(FigureStyle::fromJson(json) == style);
      QCOMPARE(FigureStyle::fromJson(Json::parse(json.dump())).toJson().dump(), json.dump());
    }
    QVERIFY(FigureStyle::fromJson(Json::object()) == FigureStyle());
    const FigureStyle slide = FigureStyle::fromJson({{"size", "slide"}});
    QVERIFY(std::abs(slide.widthMm / slide.heightMm - 16.0 / 9) < 1e-12);
  }

  void whatIsWrongInAStyleIsNamed_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("said");
    const auto row = [](const char* json, const char* said) { QTest::newRow(json) << QString(json) << QString(said); };
    row(R"([])", "expected an object");
    row(R"({"lineWidht": 1})", "/lineWidht: 1: unknown key; did you mean lineWidth?");
    row(R"({"size": "a4"})", "/size: \"a4\": expected {\"width\", \"height\"} in mm, column, page, slide");
    row(R"({"size": {"width": 5}})", "/size/width: 5.0: expected 10.0 to 2000.0 mm");
    row(R"({"size": {"depth": 5}})", "/size/depth");
    row(R"({"font": {"size": "8"}})", "/font/size: \"8\": expected a number");
    row(R"({"font": {"title": 1}})", "/font/title: 1.0: expected 0 (chosen), or 2.0 to 72 pt");
    row(R"({"font": 8})", "/font: 8: expected an object");
    row(R"({"palette": "rainbow"})", "/palette: \"rainbow\": expected okabe-ito, greys");
    row(R"({"letters": "b"})", "expected none, a, A, (a)");
    row(R"({"markers": 1})", "/markers: 1: expected true or false");
    row(R"({"columns": 1.5})", "/columns: 1.5: expected a whole number, 0 to 12");
    row(R"({"columns": 99999999999999999999})", "/columns");
    row(R"({"dpi": 1e999})", "/dpi");
    row(R"({"size": {"width": 2000, "height": 2000}, "dpi": 2400})",
        "/dpi: 2400.0: expected at most 200 million pixels");
    row(R"({"panels": []})", "/panels: []: expected an object by view");
    row(R"({"panels": {"a": {"x": {"range": [1]}}}})", "/panels/a/x/range: [1]: expected [low, high]");
    row(R"({"panels": {"a": {"x": {"range": [2, 1]}}}})", "expected [low, high] with low < high");
    row(R"({"panels": {"a": {"x": {"scale": "sqrt"}}}})", "/panels/a/x/scale: \"sqrt\": expected linear, log, symlog");
    row(R"({"panels": {"a": {"smoothing": 1}}})", "/panels/a/smoothing: 1.0: expected at least 0 and below 1");
    row(R"({"panels": {"a": {"camera": 3}}})", "/panels/a/camera: 3: expected an object");
    row(R"({"panels": {"a": {"annotations": [{"x": 1}]}}})", "/panels/a/annotations/0/text");
    row(R"({"panels": {"a": {"annotations": [{"text": "t", "in": "page"}]}}})", "/panels/a/annotations/0/in");
    row(R"({"panels": {"a": {"tittle": "t"}}})", "/panels/a/tittle: \"t\": unknown key; did you mean title?");
  }
  void whatIsWrongInAStyleIsNamed() {
    QFETCH(QString, json);
    QFETCH(QString, said);
    const Json parsed = Json::parse(json.toStdString(), nullptr, false);
    if (parsed.is_discarded()) return;  // a number that JSON has no place for: refused by the parser
    EXPECT_HAS(refusal<ConfigError>([&] { FigureStyle::fromJson(parsed); }), said.toStdString());
  }

  void cellsFillThePage() {
    const QRectF rect(10, 20, 400, 300);
    FigureStyle style;
    style.gapMm = 4;
    for (int count = 1; count <= 7; ++count)
      for (const bool leads : {false, true})
        for (const int columns : {0, 1, 3}) {
          style.columns = columns;
          const std::vector<QRectF> cells = figureCells(count, leads, rect, style);
          QCOMPARE(static_cast<int>(cells.size()), count);
          QRectF all;
          for (std::size_t i = 0; i < cells.size(); ++i) {
            QVERIFY(rect.adjusted(-1e-9, -1e-9, 1e-9, 1e-9).contains(cells[i]) && cells[i].width() > 20);
            for (std::size_t k = 0; k < i; ++k) QVERIFY(!cells[i].intersects(cells[k]));
            all |= cells[i];
          }
          QVERIFY(std::abs(all.width() - rect.width()) < 1e-9 || count < columns);
          QVERIFY(std::abs(all.height() - rect.height()) < 1e-9);
        }
    style.columns = 0;
    // Four plots on a page are two by two; a scene with two plots stands beside them.
    const std::vector<QRectF> four = figureCells(4, false, rect, style), three = figureCells(3, true, rect, style);
    QVERIFY(four[0].left() == four[2].left() && four[0].top() == four[1].top());
    QVERIFY(three[0].height() == rect.height() && three[1].left() == three[2].left() &&
            three[0].width() > three[1].width());
  }

  void lettersCount() {
    using Letters = FigureStyle::Letters;
    QCOMPARE(panelLetter(0, Letters::Lower), QStringLiteral("a"));
    QCOMPARE(panelLetter(25, Letters::Upper), QStringLiteral("Z"));
    QCOMPARE(panelLetter(26, Letters::Bracketed), QStringLiteral("(aa)"));
    QCOMPARE(panelLetter(3, Letters::None), QString());
  }

  void pdfOfPanelsHasLettersLabelsFontsAndSize() {
    Panels p({"scene", "accuracy", "features", "table"});
    FigureStyle style = page(178, 120.4);
    style.title = true;
    style.letters = FigureStyle::Letters::Bracketed;
    style.panels["accuracy"].x.title = QStringLiteral("training steps");
    style.panels["accuracy"].annotations = {{QStringLiteral("note well"), 700, 0.4, false},
                                            {QStringLiteral("outside"), 9000, 0.4, false}};
    style.panels["table"].annotations = {{QStringLiteral("in the middle"), 0.4, 0.5, true}};
    const QString file = p.save("panels.pdf", style);
    bool found = false;
    const QString text = said("pdftotext", {"-layout", file, "-"}, found);
    NEEDS(found, "pdftotext");
    for (const char* word : {"(a)", "(b)", "(c)", "(d)", "training steps", "accuracy", "height", "Features", "Table",
                             "Scene", "note well", "in the middle"})
      QVERIFY2(text.contains(QLatin1String(word)), qPrintable(QString(word) + " in: " + text));
    QVERIFY(!text.contains("outside"));
    const QString info = said("pdfinfo", {file}, found);
    static const QRegularExpression size("Page size:\\s+([0-9.]+) x ([0-9.]+) pts");
    const auto match = size.match(info);
    QVERIFY2(match.hasMatch(), qPrintable(info));
    QVERIFY(std::abs(match.captured(1).toDouble() / 72 * 25.4 - 178) < 0.2);
    QVERIFY(std::abs(match.captured(2).toDouble() / 72 * 25.4 - 120.4) < 0.2);
    // Every font is inside: the third column from the right of pdffonts is "emb", after "encoding" of one word.
    const QStringList fonts = said("pdffonts", {file}, found).split('\n', Qt::SkipEmptyParts).mid(2);
    QVERIFY(!fonts.isEmpty());
    for (const QString& font : fonts) {
      static const QRegularExpression embedded("\\s(yes|no)\\s+(yes|no)\\s+(yes|no)\\s+\\d+\\s+\\d+\\s*$");
      const auto flags = embedded.match(font);
      QVERIFY2(flags.hasMatch() && flags.captured(1) == "yes", qPrintable(font));
    }
    // A vector figure: the only picture inside are the scene and the grid of cells.
    const QStringList images = said("pdfimages", {"-list", file}, found).split('\n', Qt::SkipEmptyParts).mid(2);
    if (found) QVERIFY2(images.filter("image").size() == 2, qPrintable(images.join('\n')));
  }

  // librsvg and poppler draw what we draw, panel by panel and also where a plot is zoomed into.
  void svgAndPdfAreWhatOurRasterIs() {
    Panels p({"energies", "features", "plane", "accuracy", "table", "scene"});
    FigureStyle style = page(178, 150);
    style.dpi = 150;
    style.title = true;
    style.panels["energies"].x.range = {200.0, 420.0};
    style.panels["plane"].y.range = {-0.3, 0.45};
    style.panels["features"].y.range = {0.1, 0.3};
    const QString svg = p.save("zoomed.svg", style), png = p.save("zoomed.png", style);
    bool found = false;
    const QString problem =
        said("rsvg-convert", {"--dpi-x", "150", "--dpi-y", "150", "-o", p.path("drawn.png"), svg}, found);
    NEEDS(found, "rsvg-convert");
    QVERIFY2(problem.isEmpty(), qPrintable(problem));
    const QImage theirs(p.path("drawn.png")), ours(png);
    QVERIFY(std::abs(theirs.width() - ours.width()) <= 1 && std::abs(theirs.height() - ours.height()) <= 1);
    const QSize size(525, 442);
    const double ratio = psnr(theirs, ours, size);
    QVERIFY2(ratio > 25, qPrintable(QString::number(ratio)));
    const double other = psnr(theirs, QImage(p.save("plain.png", page(178, 150))), size);
    QVERIFY2(other < ratio - 3, "the measure does not see the zoom");
    const QString said1 =
        said("pdftoppm", {"-r", "150", "-png", "-singlefile", p.save("zoomed.pdf", style), p.path("poppler")}, found);
    NEEDS(found, "pdftoppm");
    QVERIFY2(said1.isEmpty(), qPrintable(said1));
    const double pdf = psnr(QImage(p.path("poppler.png")), ours, size);
    QVERIFY2(pdf > 25, qPrintable(QString::number(pdf)));
  }

  // What a zoomed plot draws lies inside its axes: with a huge curve, dots and bars, all ink left of the axes' left end
  // is that of labels.
  void nothingIsDrawnOutsideTheAxes() {
    for (const char* view : {"accuracy", "energies", "features", "plane", "table"}) {
      Panels p({view});
      FigureStyle style;
      style.markers = style.legend = style.grid = false;
      style.panels[view].x.range = {0.3, 0.6};
      style.panels[view].y.range = {0.3, 0.6};
      style.dpi = 72 * 4;
      style.lineWidthPt = 6;
      const QImage zoomed = figureImage(p.views, style);
      const double left = [&] {
        QImage device(10, 10, QImage::Format_RGB32);
        device.setDotsPerMeterX(zoomed.dotsPerMeterX());
        device.setDotsPerMeterY(zoomed.dotsPerMeterY());
        QPainter probe(&device);
        probe.scale(4, 4);
        return p.views[0]->figureAxesLeft(probe, QRectF(0, 0, 85 / 25.4 * 72, 60 / 25.4 * 72), style) * 4;
      }();
      QVERIFY(left > 20 && left < zoomed.width() / 2);
      // Between the labels and the axes there is a gap of a few pixels without ink; curves would cross it.
      for (int y = 0; y < zoomed.height() * 7 / 10; ++y)
        for (int x = static_cast<int>(left) - 4; x < static_cast<int>(left) - 1; ++x)
          QVERIFY2(qGray(zoomed.pixel(x, y)) > 250, qPrintable(QStringLiteral("%1 at %2, %3").arg(view).arg(x).arg(y)));
    }
  }

  // A crowd of dots is drawn by those that can be seen: the others change nothing that the eye finds.
  void hiddenDotsAreLeftOut() {
    const Mapper mapper{QRectF(0, 0, 240, 170)};
    const std::vector<QColor> colors{Qt::red, Qt::blue, Qt::darkGreen};
    for (const double radius : {0.4, 1.0, 3.5}) {
      std::vector<Dot> dots;
      for (std::uint64_t i = 0; i < 60000; ++i)
        dots.push_back({{0.5 + 0.45 * noise(3 * i), 0.5 + 0.4 * noise(3 * i + 1) * std::abs(noise(3 * i + 2))},
                        radius,
                        colors[static_cast<std::size_t>(i % 3)],
                        false,
                        {},
                        false});
      const auto drawn = [&](auto paint) {
        QImage image(720, 510, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(3, 3);
        paint(painter);
        return image;
      };
      const QImage all = drawn([&](QPainter& painter) {
        painter.setPen(Qt::NoPen);
        for (const Dot& dot : dots) {
          painter.setBrush(dot.color);
          painter.drawEllipse(mapper.point(dot.at), dot.radius, dot.radius);
        }
      });
      const QImage seen = drawn([&](QPainter& painter) { drawCrowd(painter, mapper, dots, 1); });
      const double ratio = psnr(all, seen, all.size());
      QVERIFY2(ratio > 30, qPrintable(QStringLiteral("radius %1: %2 dB").arg(radius).arg(ratio)));
      if (radius > 3) QVERIFY(visibleDots(dots, mapper, 1, 0.5).size() < dots.size() / 8);
    }
    // What is not plain, outside or nowhere is not of the crowd; what is seen through hides nothing.
    QColor clear(Qt::red);
    clear.setAlpha(100);
    const std::vector<Dot> odd{{{0.5, 0.5}, 3, clear, false, {}, false},
                               {{0.5, 0.5}, 3, clear, false, {}, false},
                               {{0.5, 0.5}, 2, Qt::red, true, {}, false},
                               {{0.5, 0.5}, 2, Qt::red, false, QStringLiteral("name"), false},
                               {{0.5, 0.5}, 2, Qt::red, false, {}, true},
                               {{1.5, 0.5}, 2, Qt::red, false, {}, false},
                               {{std::nan(""), 0.5}, 2, Qt::red, false, {}, false}};
    QCOMPARE(visibleDots(odd, mapper, 1, 0.5), (std::vector<std::size_t>{0, 1}));
  }

  void textOverScenesCanBeLeftOut() {
    Panels p({"scene"});
    FigureStyle style;
    style.sceneText = false;
    bool found = false;
    const QString text = said("pdftotext", {p.save("bare.pdf", style), "-"}, found);
    NEEDS(found, "pdftotext");
    QVERIFY2(!text.contains("height") && !text.contains("step"), qPrintable(text));
    QVERIFY2(text.contains("item"), qPrintable(text));  // the colour bar's, which is a legend
    style.legend = false;
    QVERIFY(said("pdftotext", {p.save("bare.pdf", style), "-"}, found).trimmed().isEmpty());
  }

  void greysHaveNoColour() {
    Panels p({"accuracy", "features", "table", "plane"});
    FigureStyle style = page();
    style.greys = true;
    style.title = true;
    style.dpi = 100;
    const QImage image = figureImage(p.views, style);
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) {
        const QColor c = image.pixelColor(x, y);
        // The house's text and lines are bluish greys.
        QVERIFY2(c.saturation() < 90 &&
                     std::max({c.red(), c.green(), c.blue()}) - std::min({c.red(), c.green(), c.blue()}) < 24,
                 qPrintable(c.name()));
      }
    Theme theme = figureTheme(style);
    std::set<int> levels;
    for (int i = 0; i < 4; ++i) levels.insert(theme.category(i).lightness());
    QCOMPARE(levels.size(), std::size_t{4});
    QVERIFY(mapColor("diverging", 0.1, theme).lightness() < mapColor("diverging", 0.9, theme).lightness());
  }

  void tiffIsWhatPngIs() {
    if (!QImageReader::supportedImageFormats().contains("tiff")) QSKIP("Qt's TIFF plugin is not installed");
    Panels p({"accuracy", "table"});
    for (const bool clear : {false, true}) {
      FigureStyle style = page();
      style.transparent = clear;
      style.dpi = 200;
      const QImage png(p.save("a.png", style)), tiff(p.save("a.tiff", style));
      QCOMPARE(tiff.size(), png.size());
      QVERIFY(std::abs(tiff.dotsPerMeterX() * 0.0254 - 200) < 0.1);
      QCOMPARE(tiff.hasAlphaChannel(), clear);
      double worst = 0;
      const QImage a = png.convertToFormat(QImage::Format_ARGB32), b = tiff.convertToFormat(QImage::Format_ARGB32);
      for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
          worst =
              std::max({worst, std::abs(qAlpha(a.pixel(x, y)) - qAlpha(b.pixel(x, y))) * 1.0,
                        qAlpha(a.pixel(x, y)) < 8 ? 0.0 : std::abs(qRed(a.pixel(x, y)) - qRed(b.pixel(x, y))) * 1.0});
      QVERIFY2(worst <= 1, qPrintable(QString::number(worst)));
    }
    QVERIFY(contentOf(p.path("a.tiff")).contains("\"lab\":\"plot-lab\""));
  }

  void picturesCarryTheirState() {
    Panels p({"scene", "accuracy"});
    p.model.setCursor(700);
    auto* scene = qobject_cast<SceneView*>(p.of("scene"));
    Camera camera;
    camera.azimuth = 77;
    scene->setCamera(camera);
    qobject_cast<LinesView*>(p.of("accuracy"))->setSmoothing(0.9);
    FigureStyle style = page();
    style.panels["accuracy"].x.range = {0.0, 900.0};
    style.panels["accuracy"].title = QStringLiteral("a <b> & \"c\" – é");
    for (const char* name : {"state.png", "state.pdf", "state.svg"}) {
      const FigureState state = readFigureState(p.save(name, style));
      QCOMPARE(state.lab, std::string("plot-lab"));
      QCOMPARE(state.run, std::string("run-1"));
      QCOMPARE(state.seed, std::uint64_t{7});
      QCOMPARE(state.step, std::int64_t{700});
      QCOMPARE(state.views, (std::vector<std::string>{"scene", "accuracy"}));
      QCOMPARE(state.style.panel("scene").camera["azimuth"].get<double>(), 77.0);
      QVERIFY(state.style.panel("accuracy").title == style.panels["accuracy"].title);
      QVERIFY(state.style.panel("accuracy").x.range == style.panels["accuracy"].x.range);
      QCOMPARE(state.style.panel("accuracy").smoothing.value(), 0.9);
      QCOMPARE(state.layout["open"][0].get<std::string>(), std::string("accuracy"));
      QCOMPARE(state.script["commands"].back()["runTo"].get<int>(), 700);
      QVERIFY(FigureState::fromJson(state.toJson()).toJson() == state.toJson());
    }
    // Drawn again from what the picture says, by other views: the same picture, bit for bit.
    const FigureState state = readFigureState(p.path("state.png"));
    Panels again({"scene", "accuracy"});
    again.model.setCursor(state.step);
    for (View* view : again.views) view->showPanelStyle(state.style.panel(view->spec().id));
    saveFigure(again.views, again.path("state.png"), state.style, state.layout);
    QCOMPARE(contentOf(again.path("state.png")), contentOf(p.path("state.png")));
  }

  void hostilePicturesAreRefused() {
    Panels p({"accuracy"});
    const QByteArray png = contentOf(p.save("good.png")), pdf = contentOf(p.save("good.pdf"));
    const auto refused = [&](const QByteArray& bytes) {
      QFile file(p.path("hostile"));
      if (!file.open(QIODevice::WriteOnly)) return std::string("cannot write");
      file.write(bytes);
      file.close();
      try {
        readFigureState(file.fileName());
      } catch (const DataError& error) {
        return std::string(error.what());
      }
      return std::string();
    };
    EXPECT_HAS(refused({}), "hostile");
    EXPECT_HAS(refused("GIF89a"), "a PNG, PDF or SVG picture expected");
    EXPECT_HAS(refused("%PDF-1.4 nothing"), "carries no state");
    EXPECT_HAS(refused("<?xml version=\"1.0\"?><svg></svg>"), "carries no state");
    EXPECT_HAS(refused("<?xml version=\"1.0\"?><svg>"), "well-formed XML expected");
    QImage plain(8, 8, QImage::Format_RGB32);
    plain.fill(Qt::red);
    plain.save(p.path("plain.png"));
    EXPECT_HAS(refused(contentOf(p.path("plain.png"))), "carries no state");
    // Cut off anywhere before the state's end it is refused; behind it, it is there.
    const qsizetype end = png.indexOf("learnscope-state") + 16;
    for (qsizetype cut = 0; cut < end; cut += 7)
      QVERIFY2(!refused(png.left(cut)).empty(), qPrintable(QString::number(cut)));
    for (qsizetype cut = 5; cut < pdf.indexOf("</x:xmpmeta>"); cut += 211) QVERIFY(!refused(pdf.left(cut)).empty());
    QByteArray flipped = png;
    flipped[end + 20] = static_cast<char>(flipped[end + 20] ^ 1);
    EXPECT_HAS(refused(flipped), "a chunk with its checksum expected");
    QByteArray longer = png;
    longer[33] = '\x7F';  // a chunk of two gigabytes
    EXPECT_HAS(refused(longer), "bytes expected");

    // The state itself, changed one key at a time.
    const Json good = readFigureState(p.path("good.png")).toJson();
    const auto with = [&](const char* pointer, const Json& value) {
      Json changed = good;
      changed[Json::json_pointer(pointer)] = value;
      const Bytes bytes = withPngText(bytesOf({contentOf(p.path("plain.png")).constData(),
                                               static_cast<std::size_t>(contentOf(p.path("plain.png")).size())}),
                                      figureStateKeyword, changed.dump());
      return refused({reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())});
    };
    QCOMPARE(with("/step", 3), std::string());
    EXPECT_HAS(with("/step", -1), "/step");
    EXPECT_HAS(with("/step", 1e300), "/step");
    EXPECT_HAS(with("/seed", "7"), "/seed");
    EXPECT_HAS(with("/run", Json::array()), "/run");
    EXPECT_HAS(with("/lab", std::string(1000, 'x')), "/lab");
    EXPECT_HAS(with("/views", Json::parse("[1]")), "/views");
    EXPECT_HAS(with("/style/dpi", -5), "/style/dpi");
    EXPECT_HAS(with("/layout", Json::parse(R"({"docks": "AAAA"})")), "/layout/docks");
    EXPECT_HAS(with("/layout", Json::parse(R"({"state": "AAAA"})")), "/layout/state");
    const auto dock = [&](const char* key, const Json& value) {
      Json group{{"docks", {"loss"}}, {"front", "loss"}, {"area", "left"}, {"box", {0, 0, 0.5, 1}}};
      if (*key) group[key] = value;
      return with("/layout", {{"docks", {group}}});
    };
    QCOMPARE(dock("", 0), std::string());
    EXPECT_HAS(dock("docks", Json::parse("[1]")), "/layout/docks/0/docks");
    EXPECT_HAS(dock("area", 3), "/layout/docks/0/area");
    EXPECT_HAS(dock("box", Json::parse("[0, 0, 1]")), "/layout/docks/0/box");
    EXPECT_HAS(dock("box", Json::parse("[0, 0, 1, 1e300]")), "four shares of the window");
    EXPECT_HAS(with("/script", 1), "/script");
    EXPECT_HAS(with("/script/commands", Json::parse(R"([{"export": {"path": "x.csv"}}])")),
               "what was done to a run, and nothing else");
    EXPECT_HAS(with("/script/commands", Json::parse(R"([{"layout": {}}])")),
               "what was done to a run, and nothing else");
    EXPECT_HAS(with("/script/commands", Json::parse(R"([{"runTo": -1}])")), "runTo");
    const std::string bomb(8U << 20U, ' ');
    const Bytes packed = withPngText(bytesOf({contentOf(p.path("plain.png")).constData(),
                                              static_cast<std::size_t>(contentOf(p.path("plain.png")).size())}),
                                     figureStateKeyword, bomb);
    EXPECT_HAS(refused({reinterpret_cast<const char*>(packed.data()), static_cast<qsizetype>(packed.size())}),
               "text of at most");
  }

  void theStudioMakesWhatItsPreviewShows() {
    Files f;
    const auto view = createView(viewOf("accuracy"), f.model);
    FigureStudio studio(*view, nullptr);
    studio.setStyle({});
    studio.show();
    auto* preview = studio.findChild<PicturePreview*>();
    QTRY_VERIFY(preview && !preview->picture().isNull());
    QCOMPARE(studio.views(), QStringList({"accuracy"}));
    const QImage before = preview->picture();
    auto* width = studio.findChild<QDoubleSpinBox*>("figure.width");
    width->setValue(120);
    QTRY_VERIFY(preview->picture().width() != before.width() || preview->picture().height() != before.height());
    QCOMPARE(studio.findChild<QComboBox*>("figure.size")->currentIndex(), 3);
    QCOMPARE(studio.style().widthMm, 120.0);
    auto* low = studio.findChild<QLineEdit*>("figure.xLow");
    auto* high = studio.findChild<QLineEdit*>("figure.xHigh");
    for (QLineEdit* field : {low, high}) {
      field->clear();
      QTest::keyClicks(field, field == low ? "500" : "20");
    }
    QTRY_VERIFY2(preview->message().contains("low < high"), qPrintable(preview->message()));
    high->clear();
    QTest::keyClicks(high, "900");
    QTRY_VERIFY(preview->message().isEmpty());
    QVERIFY(studio.style().panel("accuracy").x.range == std::pair(500.0, 900.0));
    studio.findChild<QPushButton*>("figure.addAnnotation")->click();
    QCOMPARE(studio.style().panel("accuracy").annotations.size(), std::size_t{1});
    const QString file = f.path("studio.png");
    studio.save(file);
    QCOMPARE(QImage(file).width(), qRound(120 / 25.4 * 300));
    const FigureState state = readFigureState(file);
    QVERIFY(state.style.panel("accuracy").annotations == studio.style().panel("accuracy").annotations);
    // What a style says comes back from the fields as it was.
    FigureStyle style = unusual();
    style.panels["accuracy"].camera = nullptr;
    style.panels["accuracy"].smoothing.reset();
    style.panels["accuracy"].x.scale.reset();
    studio.setStyle(style);
    QCOMPARE(studio.style().toJson().dump(), style.toJson().dump());
  }

  void stylesAreKeptByName() {
    QTemporaryDir folder;
    const StyleShelf shelf(folder.path());
    QVERIFY(shelf.names().isEmpty() && shelf.last() == FigureStyle());
    shelf.save("paper 1", unusual());
    shelf.keepLast(page());
    QCOMPARE(shelf.names(), QStringList({"paper 1"}));
    QVERIFY(shelf.load("paper 1") == unusual() && shelf.last() == page());
    for (const char* name : {"", "../x", "a/b", ".hidden", "a\nb"})
      QVERIFY_EXCEPTION_THROWN(shelf.save(name, {}), ConfigError);
    QFile(folder.filePath("broken.json")).open(QIODevice::WriteOnly);
    QVERIFY_EXCEPTION_THROWN(shelf.load("broken"), DataError);
    shelf.remove("paper 1");
    QCOMPARE(shelf.names(), QStringList({"broken"}));
  }

  void dataIsCopiedAsATable() {
    QCOMPARE(tabbed("a,b\n1,\"x, y\"\n2,\"he said \"\"no\"\"\"\n"), QString("a\tb\n1\tx, y\n2\the said \"no\"\n"));
    QCOMPARE(tabbed("a,\"two\nlines\tand a tab\"\n"), QString("a\ttwo lines and a tab\n"));
    Files f;
    for (const char* id : {"accuracy", "features", "plane", "table", "items", "digits", "scene"}) {
      const auto view = createView(viewOf(id), f.model);
      view->refresh();
      copyData(*view);
      const QMimeData* data = QGuiApplication::clipboard()->mimeData();
      QVERIFY2(data->text().contains('\t') && data->text() == tabbed(view->dataCsv()), id);
      QCOMPARE(QString::fromUtf8(data->data("text/csv")), view->dataCsv());
    }
  }
};

QTEST_MAIN(TestFigures)
#include "test_figures.moc"
