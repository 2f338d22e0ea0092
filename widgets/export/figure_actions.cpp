// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_actions.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QSaveFile>
#include <algorithm>

#include "widgets/export/figure_studio.h"
#include "widgets/export/save_figure.h"

namespace learnscope {
namespace {

// As the view stands on the screen, twice as sharp.
FigureStyle screenStyle(const View& view) {
  FigureStyle style;
  style.widthMm = std::max(40.0, view.width() / 96.0 * 25.4);
  style.heightMm = std::max(30.0, view.height() / 96.0 * 25.4);
  style.dpi = 192;
  style.fontPt = std::max(6.0, view.font().pointSizeF() * 0.88);
  style.darkTheme = Theme::of(view.palette()).dark;
  return style;
}

void copyFigure(View& view) {
  try {
    QGuiApplication::clipboard()->setImage(figureImage(view, screenStyle(view)));
  } catch (const Error& error) {
    emit view.model().problem(QString::fromUtf8(error.what()));
  }
}

void saveData(View& view) {
  const QString name = QString::fromStdString(view.spec().id) + QStringLiteral(".csv");
  const QString path = QFileDialog::getSaveFileName(&view, View::tr("Save data"), name,
                                                    View::tr("CSV (*.csv);;Cells between tabs (*.tsv)"));
  if (path.isEmpty()) return;
  QSaveFile file(path);
  const bool tabs = path.endsWith(QLatin1String(".tsv"), Qt::CaseInsensitive);
  const QByteArray text = (tabs ? tabbed(view.dataCsv()) : view.dataCsv()).toUtf8();
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
    emit view.model().problem(path + QStringLiteral(": ") + file.errorString());
}

}  // namespace

QString tabbed(const QString& csv) {
  QString text;
  text.reserve(csv.size());
  bool quoted = false;
  for (qsizetype i = 0; i < csv.size(); ++i) {
    const QChar c = csv[i];
    if (c == u'"') {
      // Two of them inside quotes are one.
      if (quoted && i + 1 < csv.size() && csv[i + 1] == u'"')
        text += csv[i++];
      else
        quoted = !quoted;
    } else if (quoted && (c == u'\t' || c == u'\n' || c == u'\r')) {
      text += u' ';
    } else {
      text += !quoted && c == u',' ? QChar(u'\t') : c;
    }
  }
  return text;
}

void copyData(const View& view) {
  const QString csv = view.dataCsv();
  auto* data = new QMimeData;  // the clipboard's from now on
  data->setText(tabbed(csv));
  data->setData(QStringLiteral("text/csv"), csv.toUtf8());
  QGuiApplication::clipboard()->setMimeData(data);
}

void addFigureActions(QMenu& menu, View& view) {
  menu.addAction(View::tr("Copy data"), &view, [&view] { copyData(view); });
  menu.addAction(View::tr("Copy figure"), &view, [&view] { copyFigure(view); });
  menu.addSeparator();
  menu.addAction(View::tr("Save data…"), &view, [&view] { saveData(view); });
  menu.addAction(View::tr("Save figure…"), &view, [&view] { openFigureStudio(view); });
}

void openFigureStudio(View& view) { FigureStudio(view, view.window()).exec(); }

}  // namespace learnscope
