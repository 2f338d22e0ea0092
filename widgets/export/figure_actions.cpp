// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export/figure_actions.h"

#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QSaveFile>
#include <algorithm>

#include "widgets/export/figure_dialog.h"

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

void saveData(View& view) {
  const QString name = QString::fromStdString(view.spec().id) + QStringLiteral(".csv");
  const QString path = QFileDialog::getSaveFileName(&view, View::tr("Save data"), name, View::tr("CSV (*.csv)"));
  if (path.isEmpty()) return;
  QSaveFile file(path);
  const QByteArray text = view.dataCsv().toUtf8();
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
    emit view.model().problem(path + QStringLiteral(": ") + file.errorString());
}

}  // namespace

void addFigureActions(QMenu& menu, View& view) {
  menu.addAction(View::tr("Copy data"), &view, [&view] { QGuiApplication::clipboard()->setText(view.dataCsv()); });
  menu.addAction(View::tr("Copy figure"), &view,
                 [&view] { QGuiApplication::clipboard()->setImage(figureImage(view, screenStyle(view))); });
  menu.addSeparator();
  menu.addAction(View::tr("Save data…"), &view, [&view] { saveData(view); });
  menu.addAction(View::tr("Save figure…"), &view, [&view] { saveFigureWithDialog(view); });
}

void saveFigureWithDialog(View& view) {
  FigureDialog dialog(view, view.window());
  if (dialog.exec() != QDialog::Accepted) return;
  dialog.remember();
  const QString name = QString::fromStdString(view.spec().id) + QStringLiteral(".pdf");
  const QString path =
      QFileDialog::getSaveFileName(&view, View::tr("Save figure"), name, View::tr("Figures (*.pdf *.svg *.png)"));
  if (path.isEmpty()) return;
  try {
    saveFigure(view, path, dialog.style());
  } catch (const Error& error) {
    emit view.model().problem(QString::fromUtf8(error.what()));
  }
}

}  // namespace learnscope
