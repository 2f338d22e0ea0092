// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/svg_device.h"

#include <QBuffer>
#include <QFontInfo>
#include <QImage>
#include <QPainterPath>
#include <QPixmap>
#include <cmath>
#include <optional>

#include "widgets/export/xml_text.h"

namespace learnscope {
namespace {

constexpr double pointsPerMm = 72 / 25.4;

// Hundredths of a point are finer than any printer.
QString num(double value) {
  QString text = QString::number(value, 'f', 2);
  while (text.endsWith('0')) text.chop(1);
  if (text.endsWith('.')) text.chop(1);
  return text == QLatin1String("-0") ? QStringLiteral("0") : text;
}

QString pathData(const QPainterPath& path) {
  QString data;
  for (int i = 0; i < path.elementCount(); ++i) {
    const QPainterPath::Element e = path.elementAt(i);
    switch (e.type) {
      case QPainterPath::MoveToElement:
        data += 'M';
        break;
      case QPainterPath::LineToElement:
        data += 'L';
        break;
      case QPainterPath::CurveToElement:
        data += 'C';
        break;
      case QPainterPath::CurveToDataElement:
        data += ' ';
        break;
    }
    data += num(e.x) + ',' + num(e.y);
  }
  return data;
}

QString colorOf(const QColor& color) { return color.name(QColor::HexRgb); }

QString opacity(const char* attribute, const QColor& color) {
  return color.alpha() == 255 ? QString()
                              : QStringLiteral(" %1=\"%2\"").arg(QLatin1String(attribute), num(color.alphaF()));
}

QString png(const QImage& image) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return QString::fromLatin1(bytes.toBase64());
}

}  // namespace

class SvgDevice::Engine : public QPaintEngine {
 public:
  Engine()
      : QPaintEngine(QPaintEngine::PaintEngineFeatures(QPaintEngine::AllFeatures) &
                     ~PaintEngineFeatures(QPaintEngine::PatternBrush | QPaintEngine::PerspectiveTransform)) {}

  bool begin(QPaintDevice*) override {
    body_.clear();
    definitions_.clear();
    clip_.reset();
    return true;
  }
  bool end() override {
    closeClip();
    return true;
  }
  Type type() const override { return QPaintEngine::User; }
  const QString& body() const { return body_; }
  const QString& definitions() const { return definitions_; }

  void updateState(const QPaintEngineState& now) override {
    const DirtyFlags dirty = now.state();
    if (dirty & DirtyPen) pen_ = now.pen();
    if (dirty & DirtyBrush) brush_ = now.brush();
    if (dirty & DirtyFont) font_ = now.font();
    if (dirty & DirtyTransform) transform_ = now.transform();
    if (dirty & DirtyOpacity) opacity_ = now.opacity();
    if (dirty & DirtyClipEnabled) clipping_ = now.isClipEnabled();
    if (dirty & DirtyClipRegion)
      setClip(now.clipOperation(), transform_.mapRect(QRectF(now.clipRegion().boundingRect())));
    if (dirty & DirtyClipPath) setClip(now.clipOperation(), transform_.mapRect(now.clipPath().boundingRect()));
  }

  void drawPath(const QPainterPath& path) override { writePath(path, true); }

  void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override {
    QPainterPath path(points[0]);
    for (int i = 1; i < count; ++i) path.lineTo(points[i]);
    if (mode != PolylineMode) path.closeSubpath();
    path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
    writePath(path, mode != PolylineMode);
  }
  void drawPolygon(const QPoint* points, int count, PolygonDrawMode mode) override {
    QPolygonF polygon;
    for (int i = 0; i < count; ++i) polygon << QPointF(points[i]);
    drawPolygon(polygon.constData(), count, mode);
  }
  // Zero-length lines with round ends: one element for all.
  void drawPoints(const QPointF* points, int count) override {
    if (pen_.capStyle() != Qt::RoundCap) return QPaintEngine::drawPoints(points, count);
    enterClip();
    body_ += QStringLiteral("<path d=\"");
    for (int i = 0; i < count; ++i) {
      const QPointF at = transform_.map(points[i]);
      body_ += QStringLiteral("M%1,%2h0").arg(num(at.x()), num(at.y()));
    }
    body_ += QStringLiteral("\" fill=\"none\"") + strokeAttributes() + QStringLiteral("/>\n");
  }
  void drawRects(const QRectF* rects, int count) override {
    for (int i = 0; i < count; ++i) {
      QPainterPath path;
      path.addRect(rects[i]);
      writePath(path, true);
    }
  }
  void drawRects(const QRect* rects, int count) override {
    for (int i = 0; i < count; ++i) {
      const QRectF rect(rects[i]);
      drawRects(&rect, 1);
    }
  }

  void drawTextItem(const QPointF& at, const QTextItem& item) override {
    const QFont font = item.font();
    const double size = font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF();
    enterClip();
    QString line =
        QStringLiteral("<text xml:space=\"preserve\" font-family=\"%1, sans-serif\" font-size=\"%2\" fill=\"%3\"%4")
            .arg(xmlText(QFontInfo(font).family()), num(size), colorOf(pen_.color()),
                 opacity("fill-opacity", faded(pen_.color())));
    if (font.bold()) line += QStringLiteral(" font-weight=\"bold\"");
    if (font.italic()) line += QStringLiteral(" font-style=\"italic\"");
    // Viewers that have another font keep the width that the layout counted with.
    if (item.text().size() > 1) line += QStringLiteral(" textLength=\"%1\"").arg(num(item.width()));
    const QPointF place = transform_.map(at);
    const bool upright = transform_.type() <= QTransform::TxTranslate;
    line += upright ? QStringLiteral(" x=\"%1\" y=\"%2\"").arg(num(place.x()), num(place.y())) : transformAttribute(at);
    body_ += line + '>' + xmlText(item.text()) + QStringLiteral("</text>\n");
  }

  void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override {
    drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
  }
  void drawImage(const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags) override {
    enterClip();
    const QRectF place = transform_.mapRect(target);
    body_ += QStringLiteral(
                 "<image x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" preserveAspectRatio=\"none\" "
                 "xlink:href=\"data:image/png;base64,%5\"/>\n")
                 .arg(num(place.x()), num(place.y()), num(place.width()), num(place.height()),
                      png(image.copy(source.toRect())));
  }

 private:
  QColor faded(QColor color) const {
    color.setAlphaF(static_cast<float>(color.alphaF() * opacity_));
    return color;
  }

  QString transformAttribute(const QPointF& at) const {
    const QPointF o = transform_.map(at);
    return QStringLiteral(" transform=\"matrix(%1 %2 %3 %4 %5 %6)\"")
        .arg(transform_.m11(), 0, 'g', 8)
        .arg(transform_.m12(), 0, 'g', 8)
        .arg(transform_.m21(), 0, 'g', 8)
        .arg(transform_.m22(), 0, 'g', 8)
        .arg(num(o.x()), num(o.y()));
  }

  void setClip(Qt::ClipOperation operation, const QRectF& rect) {
    if (operation == Qt::NoClip)
      wanted_.reset();
    else if (operation == Qt::IntersectClip && wanted_)
      wanted_ = wanted_->intersected(rect);
    else
      wanted_ = rect;
  }

  // A nested <svg> clips to its box; its viewBox keeps the coordinates.
  void enterClip() {
    const std::optional<QRectF> now = clipping_ ? wanted_ : std::nullopt;
    if (now == clip_) return;
    closeClip();
    clip_ = now;
    if (!clip_) return;
    const QString x = num(clip_->x()), y = num(clip_->y()), w = num(clip_->width()), h = num(clip_->height());
    body_ += QStringLiteral(
                 "<svg x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" viewBox=\"%1 %2 %3 %4\" overflow=\"hidden\">\n")
                 .arg(x, y, w, h);
  }
  void closeClip() {
    if (clip_) body_ += QStringLiteral("</svg>\n");
    clip_.reset();
  }

  QString strokeAttributes() const {
    if (pen_.style() == Qt::NoPen || pen_.color().alpha() == 0) return QStringLiteral(" stroke=\"none\"");
    const QColor color = faded(pen_.color());
    const double scale = pen_.isCosmetic() ? 1 : std::sqrt(std::abs(transform_.determinant()));
    const double width = std::max(pen_.widthF(), pen_.widthF() == 0 ? 0.5 : 0.0) * scale;
    QString text = QStringLiteral(" stroke=\"%1\" stroke-width=\"%2\"").arg(colorOf(color), num(width)) +
                   opacity("stroke-opacity", color);
    if (pen_.joinStyle() == Qt::RoundJoin) text += QStringLiteral(" stroke-linejoin=\"round\"");
    if (pen_.capStyle() == Qt::RoundCap) text += QStringLiteral(" stroke-linecap=\"round\"");
    if (pen_.style() != Qt::SolidLine) {
      QStringList dashes;
      for (const double dash : pen_.dashPattern()) dashes << num(dash * width);
      text += QStringLiteral(" stroke-dasharray=\"%1\"").arg(dashes.join(','));
    }
    return text;
  }

  QString fillAttributes(bool filled) {
    if (!filled || brush_.style() == Qt::NoBrush) return QStringLiteral(" fill=\"none\"");
    if (const QGradient* gradient = brush_.gradient(); gradient && gradient->type() == QGradient::LinearGradient)
      return QStringLiteral(" fill=\"url(#%1)\"").arg(defineGradient(*static_cast<const QLinearGradient*>(gradient)));
    const QColor color = faded(brush_.color());
    return QStringLiteral(" fill=\"%1\"").arg(colorOf(color)) + opacity("fill-opacity", color);
  }

  QString defineGradient(const QLinearGradient& gradient) {
    const QString id = QStringLiteral("gradient%1").arg(++gradients_);
    const QPointF a = transform_.map(gradient.start()), b = transform_.map(gradient.finalStop());
    definitions_ +=
        QStringLiteral(
            "<linearGradient id=\"%1\" gradientUnits=\"userSpaceOnUse\" x1=\"%2\" y1=\"%3\" x2=\"%4\" y2=\"%5\">")
            .arg(id, num(a.x()), num(a.y()), num(b.x()), num(b.y()));
    for (const auto& [offset, color] : gradient.stops())
      definitions_ += QStringLiteral("<stop offset=\"%1\" stop-color=\"%2\"/>")
                          .arg(QString::number(offset, 'g', 5), colorOf(color));
    definitions_ += QStringLiteral("</linearGradient>\n");
    return id;
  }

  void writePath(const QPainterPath& path, bool filled) {
    if (path.isEmpty()) return;
    enterClip();
    const QPainterPath mapped = transform_.map(path);
    QString element =
        QStringLiteral("<path d=\"%1\"").arg(pathData(mapped)) + fillAttributes(filled) + strokeAttributes();
    if (filled && path.fillRule() == Qt::OddEvenFill && brush_.style() != Qt::NoBrush)
      element += QStringLiteral(" fill-rule=\"evenodd\"");
    body_ += element + QStringLiteral("/>\n");
  }

  QString body_, definitions_;
  QPen pen_;
  QBrush brush_;
  QFont font_;
  QTransform transform_;
  double opacity_ = 1;
  bool clipping_ = false;
  std::optional<QRectF> wanted_, clip_;
  int gradients_ = 0;
};

SvgDevice::SvgDevice(double widthMm, double heightMm)
    : widthMm_(widthMm), heightMm_(heightMm), engine_(std::make_unique<Engine>()) {}
SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const { return engine_.get(); }

void SvgDevice::setMetadata(const QString& title, const QList<std::pair<QString, QString>>& entries) {
  title_ = title;
  metadata_ = entries;
}

int SvgDevice::metric(PaintDeviceMetric metric) const {
  switch (metric) {
    case PdmWidth:
      return static_cast<int>(std::ceil(widthMm_ * pointsPerMm));
    case PdmHeight:
      return static_cast<int>(std::ceil(heightMm_ * pointsPerMm));
    case PdmWidthMM:
      return static_cast<int>(std::lround(widthMm_));
    case PdmHeightMM:
      return static_cast<int>(std::lround(heightMm_));
    case PdmNumColors:
      return 1 << 24;
    case PdmDepth:
      return 24;
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
      return 72;
    case PdmDevicePixelRatio:
      return 1;
    case PdmDevicePixelRatioScaled:
      return static_cast<int>(devicePixelRatioFScale());
  }
  return 0;
}

QByteArray SvgDevice::document() const {
  const auto exact = [](double value) { return QString::number(value, 'g', 10); };
  QString text =
      QStringLiteral(
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" version=\"1.1\" "
          "width=\"%1mm\" height=\"%2mm\" viewBox=\"0 0 %3 %4\">\n")
          .arg(exact(widthMm_), exact(heightMm_), exact(widthMm_ * pointsPerMm), exact(heightMm_ * pointsPerMm));
  text += QStringLiteral("<title>%1</title>\n").arg(xmlText(title_));
  text += QStringLiteral("<metadata><learnscope:figure xmlns:learnscope=\"https://learnscope.invalid/ns/figure\">\n");
  for (const auto& [name, value] : metadata_)
    text += QStringLiteral("<learnscope:%1>%2</learnscope:%1>\n").arg(name, xmlText(value));
  text += QStringLiteral("</learnscope:figure></metadata>\n");
  if (!engine_->definitions().isEmpty()) text += QStringLiteral("<defs>\n%1</defs>\n").arg(engine_->definitions());
  return (text + engine_->body() + QStringLiteral("</svg>\n")).toUtf8();
}

}  // namespace learnscope
