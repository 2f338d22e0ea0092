// SPDX-License-Identifier: GPL-3.0-or-later
#include <QBuffer>
#include <QFileInfo>
#include <QPageLayout>
#include <QPdfWriter>
#include <QSaveFile>
#include <cmath>

#include "widgets/export/figure_actions.h"
#include "widgets/export/pdf_page.h"
#include "widgets/export/svg_device.h"
#include "widgets/export/xml_text.h"
#include "widgets/model/view.h"

namespace learnscope {
namespace {

constexpr double pointsPerMm = 72 / 25.4;
using Metadata = QList<std::pair<QString, QString>>;

// What reproduces the picture.
Metadata metadataOf(const View& view) {
  Metadata entries{{"view", QString::fromStdString(view.spec().id)},
                   {"step", QString::number(view.model().cursor())},
                   {"version", QStringLiteral("Learnscope " LEARNSCOPE_VERSION)}};
  const std::shared_ptr<Run> run = view.model().run();
  if (!run) return entries;
  const RunInfo& info = run->info();
  entries.prepend({"seed", QString::number(info.seed)});
  entries.prepend({"config", QString::fromStdString(info.config.json().dump())});
  entries.prepend({"lab", QString::fromStdString(info.lab)});
  entries.append({"run", QString::fromStdString(info.id)});
  return entries;
}

QByteArray xmp(const QString& title, const Metadata& entries) {
  QString text =
      QStringLiteral(
          "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
          "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
          "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
          "xmlns:learnscope=\"https://learnscope.invalid/ns/figure\">\n"
          "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n")
          .arg(xmlText(title));
  for (const auto& [name, value] : entries)
    text += QStringLiteral("<learnscope:%1>%2</learnscope:%1>\n").arg(name, xmlText(value));
  return (text + QStringLiteral("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>\n")).toUtf8();
}

// Paints with one unit a point.
void paint(View& view, QPaintDevice& device, double unitsPerPoint, const FigureStyle& style) {
  QPainter painter(&device);
  painter.scale(unitsPerPoint, unitsPerPoint);
  view.paintFigure(painter, QRectF(0, 0, style.widthMm * pointsPerMm, style.heightMm * pointsPerMm), style);
}

QByteArray pdfOf(View& view, const FigureStyle& style, const Metadata& metadata) {
  const double width = style.widthMm * pointsPerMm, height = style.heightMm * pointsPerMm;
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    // Whole points that hold the figure; the page is cut to the exact size below.
    const QSize points(static_cast<int>(std::ceil(width)), static_cast<int>(std::ceil(height)));
    writer.setPageLayout(QPageLayout(QPageSize(points, QString(), QPageSize::ExactMatch), QPageLayout::Portrait,
                                     QMarginsF(), QPageLayout::Point, QMarginsF()));
    writer.setResolution(1200);
    writer.setTitle(view.spec().title);
    writer.setCreator(QStringLiteral("Learnscope " LEARNSCOPE_VERSION));
    writer.setDocumentXmpMetadata(xmp(view.spec().title, metadata));
    paint(view, writer, 1200 / 72.0, style);
  }
  return withExactPage(buffer.data(), width, height);
}

QByteArray svgOf(View& view, const FigureStyle& style, const Metadata& metadata) {
  SvgDevice device(style.widthMm, style.heightMm);
  device.setMetadata(view.spec().title, metadata);
  paint(view, device, 1, style);
  return device.document();
}

QByteArray pngOf(View& view, const FigureStyle& style, const Metadata& metadata) {
  QImage image = figureImage(view, style);
  for (const auto& [name, value] : metadata) image.setText(QStringLiteral("learnscope-") + name, value);
  image.setText(QStringLiteral("Title"), view.spec().title);
  image.setText(QStringLiteral("Software"), QStringLiteral("Learnscope " LEARNSCOPE_VERSION));
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return buffer.data();
}

void checkStyle(const FigureStyle& style) {
  std::vector<Problem> problems;
  const auto check = [&](const char* name, double value, double least, double most, const char* unit) {
    if (value >= least && value <= most) return;
    problems.push_back({name, std::to_string(value),
                        "expected " + std::to_string(static_cast<int>(least)) + " to " +
                            std::to_string(static_cast<int>(most)) + " " + unit});
  };
  check("width", style.widthMm, 10, 2000, "mm");
  check("height", style.heightMm, 10, 2000, "mm");
  check("font size", style.fontPt, 2, 72, "pt");
  check("line width", style.lineWidthPt, 0, 20, "pt");
  check("resolution", style.dpi, 20, 2400, "dpi");
  const double pixels = style.widthMm * style.heightMm * style.dpi * style.dpi / (25.4 * 25.4);
  if (problems.empty() && pixels > 2e8)
    problems.push_back(
        {"resolution", std::to_string(static_cast<int>(style.dpi)), "expected at most 200 million pixels in all"});
  if (!problems.empty()) throw ConfigError(problems);
}

}  // namespace

QImage figureImage(View& view, const FigureStyle& style) {
  const double perPoint = style.dpi / 72;
  QImage image(static_cast<int>(std::lround(style.widthMm / 25.4 * style.dpi)),
               static_cast<int>(std::lround(style.heightMm / 25.4 * style.dpi)), QImage::Format_ARGB32_Premultiplied);
  image.fill(Qt::transparent);
  image.setDotsPerMeterX(static_cast<int>(std::lround(style.dpi / 0.0254)));
  image.setDotsPerMeterY(static_cast<int>(std::lround(style.dpi / 0.0254)));
  paint(view, image, perPoint, style);
  return image;
}

void saveFigure(View& view, const QString& path, const FigureStyle& style) {
  checkStyle(style);
  const QString suffix = QFileInfo(path).suffix().toLower();
  const Metadata metadata = metadataOf(view);
  QByteArray bytes;
  if (suffix == QLatin1String("pdf"))
    bytes = pdfOf(view, style, metadata);
  else if (suffix == QLatin1String("svg"))
    bytes = svgOf(view, style, metadata);
  else if (suffix == QLatin1String("png"))
    bytes = pngOf(view, style, metadata);
  else
    throw ConfigError(path.toStdString(), suffix.toStdString(), "expected a file name that ends in .pdf, .svg or .png");
  // Written aside, then renamed: a figure that is there stays whole if this fails.
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
    throw IoError(path.toStdString(), file.errorString().toStdString());
}

}  // namespace learnscope
