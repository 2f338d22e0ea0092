// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/gui/scene_support.h"
#include "widgets/export/save_figure.h"

namespace learnscope::test {

/// Views of every kind of the plot lab's runs.
inline ViewSpec viewOf(const char* id) {
  static const Json views = {{{"id", "accuracy"},
                              {"title", "Accuracy & <loss>"},
                              {"kind", "lines"},
                              {"x", {{"title", "step"}}},
                              {"y", {{"title", "accuracy"}}},
                              {"layers",
                               {{{"mark", "line"}, {"y", "trainAccuracy"}, {"label", "train"}},
                                {{"mark", "line"}, {"y", "testAccuracy"}, {"label", "test"}, {"color", "test"}}}}},
                             {{"id", "energies"},
                              {"title", "Energies"},
                              {"kind", "lines"},
                              {"y", {{"range", {0.3, 0.6}}}},
                              {"layers", {{{"mark", "line"}, {"y", "energy"}}}}},
                             {{"id", "features"},
                              {"title", "Features"},
                              {"kind", "bars"},
                              {"y", {{"range", {0, 0.5}}}},
                              {"layers", {{{"mark", "bar"}, {"y", "alpha"}, {"color", "concept"}}}}},
                             {{"id", "table"},
                              {"title", "Table"},
                              {"kind", "heatmap"},
                              {"layers", {{{"mark", "cells"}, {"value", "table"}, {"title", "right"}}}}},
                             {{"id", "plane"},
                              {"title", "Plane"},
                              {"kind", "scatter"},
                              {"x", {{"range", {-0.5, 0.5}}}},
                              {"layers",
                               {{{"mark", "point"},
                                 {"x", {{"measure", "points"}, {"column", 0}}},
                                 {"y", {{"measure", "points"}, {"column", 1}}},
                                 {"size", 6}}}}},
                             {{"id", "digits"},
                              {"title", "Digits"},
                              {"kind", "images"},
                              {"layers", {{{"mark", "image"}, {"value", "digits"}}}}},
                             {{"id", "items"},
                              {"title", "Items"},
                              {"kind", "table"},
                              {"layers", {{{"mark", "column"}, {"value", "alpha"}, {"title", "alpha"}}}}},
                             {{"id", "scene"},
                              {"title", "Scene"},
                              {"kind", "scene"},
                              {"axes", {{"z", {{"title", "height"}, {"range", {0, 1}}}}}},
                              {"layers",
                               {{{"mark", "sphere"},
                                 {"x", {{"measure", "points"}, {"column", 0}}},
                                 {"y", {{"measure", "points"}, {"column", 1}}},
                                 {"z", 0},
                                 {"size", 0.06},
                                 {"color", {{"item", "index"}, {"map", "sequential"}, {"title", "item"}}}}}}}};
  for (const Json& view : views)
    if (view["id"] == id) return ViewSpec::parse(view);
  qFatal("no view %s", id);
}

/// A finished run of the plot lab, and a folder for its figures.
struct Files : PlotSession {
  std::shared_ptr<Run> run = addRun("run-1", 7, 1500);
  QTemporaryDir folder;
  Files() {
    fillLikeGrokking(*run, 7, 1500);
    model.setSynchronous(true);
  }
  QString path(const QString& name) const { return folder.filePath(name); }
  QString saved(const char* view, const QString& suffix, const FigureStyle& style = {}) {
    const auto shown = createView(viewOf(view), model);
    shown->resize(480, 320);
    const QString file = path(QLatin1String(view) + suffix);
    saveFigure(*shown, file, style);
    return file;
  }
};

inline QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What a program says, or what is wrong with it; `found` false if it is not installed.
inline QString said(const QString& program, const QStringList& arguments, bool& found) {
  QProcess process;
  process.start(program, arguments);
  found = process.waitForStarted(5000);
  if (!found) return {};
  process.waitForFinished(20000);
  return process.exitCode() == 0
             ? QString::fromUtf8(process.readAllStandardOutput())
             : QStringLiteral("exit %1: ").arg(process.exitCode()) + QString::fromUtf8(process.readAllStandardError());
}

}  // namespace learnscope::test

#define NEEDS(found, program) \
  if (!(found)) QSKIP(program " is not installed")
