// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/save_figure.h"

#include <QBuffer>
#include <QFileInfo>
#include <QFontDatabase>
#include <QPageLayout>
#include <QPdfWriter>
#include <QSaveFile>
#include <cmath>

#include "engine/store/png_text.h"
#include "engine/store/tiff.h"
#include "widgets/export/figure_layout.h"
#include "widgets/export/figure_state.h"
#include "widgets/export/pdf_page.h"
#include "widgets/export/svg_device.h"
#include "widgets/export/xml_text.h"

namespace learnscope {
namespace {

constexpr double pointsPerMm = 72 / 25.4;
// Hundredths of a point: coordinates are then short numbers in the file, finer than any printer.
constexpr int pdfUnitsPerInch = 7200;
const QString program = QStringLiteral("Learnscope " LEARNSCOPE_VERSION);
using Metadata = QList<std::pair<QString, QString>>;

std::string textOfJson(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A figure that is to be saved.
struct Figure {
  std::span<View* const> views;
  const FigureStyle& style;
  FigureState state;

  QString title() const {
    QStringList titles;
    for (const View* view : views) titles << view->spec().title;
    return titles.join(QStringLiteral(", "));
  }
  Metadata metadata() const {
    Metadata entries;
    if (!state.run.empty()) {
      entries = {{"lab", QString::fromStdString(state.lab)},
                 {"config", QString::fromStdString(textOfJson(state.config.json()))},
                 {"seed", QString::number(state.seed)}};
    }
    QStringList ids;
    for (const std::string& view : state.views) ids << QString::fromStdString(view);
    entries.append({"view", ids.join(QLatin1Char(','))});
    entries.append({"step", QString::number(state.step)});
    entries.append({"version", program});
    if (!state.run.empty()) entries.append({"run", QString::fromStdString(state.run)});
    return entries;
  }
  Metadata metadataWithState() const {
    Metadata entries = metadata();
    entries.append({QLatin1String(figureStateElement), QString::fromStdString(textOfJson(state.toJson()))});
    return entries;
  }
};

QByteArray xmp(const Figure& figure) {
  QString text = QStringLiteral(
                     "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                     "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                     "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                     "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                     "xmlns:learnscope=\"https://learnscope.invalid/ns/figure\">\n"
                     "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n")
                     .arg(xmlText(figure.title()));
  const Metadata entries = figure.metadataWithState();
  for (const auto& [name, value] : entries)
    text += QStringLiteral("<learnscope:%1>%2</learnscope:%1>\n").arg(name, xmlText(value));
  return (text + QStringLiteral("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>\n")).toUtf8();
}

// Paints with one unit a point.
void paint(std::span<View* const> views, QPaintDevice& device, double unitsPerPoint, const FigureStyle& style) {
  QPainter painter(&device);
  painter.scale(unitsPerPoint, unitsPerPoint);
  paintFigure(painter, QRectF(0, 0, style.widthMm * pointsPerMm, style.heightMm * pointsPerMm), views, style);
}

QByteArray pdfOf(const Figure& figure) {
  const double width = figure.style.widthMm * pointsPerMm, height = figure.style.heightMm * pointsPerMm;
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    // Whole points that hold the figure; the page is cut to the exact size below.
    const QSize points(static_cast<int>(std::ceil(width)), static_cast<int>(std::ceil(height)));
    writer.setPageLayout(QPageLayout(QPageSize(points, QString(), QPageSize::ExactMatch), QPageLayout::Portrait,
                                     QMarginsF(), QPageLayout::Point, QMarginsF()));
    writer.setResolution(pdfUnitsPerInch);
    writer.setTitle(figure.title());
    writer.setCreator(program);
    writer.setDocumentXmpMetadata(xmp(figure));
    paint(figure.views, writer, pdfUnitsPerInch / 72.0, figure.style);
  }
  return withExactPage(buffer.data(), width, height);
}

QByteArray svgOf(const Figure& figure) {
  SvgDevice device(figure.style.widthMm, figure.style.heightMm);
  device.setMetadata(figure.title(), figure.metadataWithState());
  paint(figure.views, device, 1, figure.style);
  return device.document();
}

QByteArray pngOf(const Figure& figure) {
  QImage image = figureImage(figure.views, figure.style);
  for (const auto& [name, value] : figure.metadata()) image.setText(QStringLiteral("learnscope-") + name, value);
  image.setText(QStringLiteral("Title"), figure.title());
  image.setText(QStringLiteral("Software"), program);
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  const QByteArray& plain = buffer.data();
  const Bytes whole = withPngText(bytesOf({plain.constData(), static_cast<std::size_t>(plain.size())}),
                                  figureStateKeyword, textOfJson(figure.state.toJson()));
  return {reinterpret_cast<const char*>(whole.data()), static_cast<qsizetype>(whole.size())};
}

QByteArray tiffOf(const Figure& figure) {
  const bool clear = figure.style.transparent;
  const QImage image =
      figureImage(figure.views, figure.style).convertToFormat(clear ? QImage::Format_RGBA8888 : QImage::Format_RGB888);
  const int channels = clear ? 4 : 3;
  // Rows of a QImage are padded.
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < image.height(); ++y)
    pixels.insert(pixels.end(), image.constScanLine(y), image.constScanLine(y) + image.width() * channels);
  Json description = Json::object();
  for (const auto& [name, value] : figure.metadata()) description[name.toStdString()] = value.toStdString();
  const Bytes bytes =
      encodeTiff(image.width(), image.height(), channels, pixels, figure.style.dpi, textOfJson(description));
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

using Encoder = QByteArray (*)(const Figure&);
const std::vector<std::pair<QString, Encoder>>& encoders() {
  static const std::vector<std::pair<QString, Encoder>> table{{QStringLiteral("pdf"), pdfOf},
                                                              {QStringLiteral("svg"), svgOf},
                                                              {QStringLiteral("png"), pngOf},
                                                              {QStringLiteral("tif"), tiffOf},
                                                              {QStringLiteral("tiff"), tiffOf}};
  return table;
}

}  // namespace

QImage figureImage(std::span<View* const> views, const FigureStyle& style) {
  QImage image(static_cast<int>(std::lround(style.widthMm / 25.4 * style.dpi)),
               static_cast<int>(std::lround(style.heightMm / 25.4 * style.dpi)), QImage::Format_ARGB32_Premultiplied);
  // Over the whole of it: the page may end inside the last pixels.
  image.fill(style.transparent ? QColor(Qt::transparent) : figureTheme(style).plotBackground);
  image.setDotsPerMeterX(static_cast<int>(std::lround(style.dpi / 0.0254)));
  image.setDotsPerMeterY(static_cast<int>(std::lround(style.dpi / 0.0254)));
  paint(views, image, style.dpi / 72, style);
  return image;
}

const QStringList& figureSuffixes() {
  static const QStringList suffixes = [] {
    QStringList all;
    for (const auto& [suffix, encode] : encoders()) all << suffix;
    return all;
  }();
  return suffixes;
}

void requireFigureStyle(const FigureStyle& style) {
  std::vector<Problem> problems;
  style.check(problems);
  const QStringList installed = QFontDatabase::families();
  if (!style.family.isEmpty() && !installed.contains(style.family, Qt::CaseInsensitive)) {
    std::vector<std::string> known;
    for (const QString& family : installed) known.push_back(family.toStdString());
    const std::string nearest = nearestName(style.family.toStdString(), known);
    problems.push_back({"/font/family", style.family.toStdString(),
                        "this font is not installed" + (nearest.empty() ? "" : "; did you mean " + nearest + "?")});
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
}

void saveFigure(std::span<View* const> views, const QString& path, const FigureStyle& style, const Json& layout) {
  if (views.empty()) throw ConfigError("views", "", "expected at least one view");
  requireFigureStyle(style);
  const QString suffix = QFileInfo(path).suffix().toLower();
  const auto encoder =
      std::find_if(encoders().begin(), encoders().end(), [&](const auto& each) { return each.first == suffix; });
  if (encoder == encoders().end())
    throw ConfigError(path.toStdString(), suffix.toStdString(),
                      "expected a file name that ends in .pdf, .svg, .png or .tiff");
  const QByteArray bytes = encoder->second({views, style, figureState(views, style, layout)});
  // Written aside, then renamed: a figure that is there stays whole if this fails.
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
    throw IoError(path.toStdString(), file.errorString().toStdString());
}

}  // namespace learnscope
