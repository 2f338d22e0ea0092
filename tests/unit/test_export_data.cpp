// SPDX-License-Identifier: GPL-3.0-or-later
// A run's numbers in every form in which they leave, read back by programs of others.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTest>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/core/errors.h"
#include "engine/store/export_data.h"
#include "engine/store/run_file.h"
#include "engine/store/tensorboard.h"
#include "tests/support/store_lab.h"
#include "tests/support/support.h"
#include "tests/support/text.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

/// A run file with numbers that are hard to write: not finite, tiny, with all digits.
struct Exported {
  TemporaryFolder folder;
  Registry registry = storeRegistry();
  std::shared_ptr<Run> run;

  Exported() {
    RunInfo info = storeInfo();
    info.id = "00112233445566aa";
    info.created = "2024-05-01T12:00:00Z";
    info.parent = info.parentPath = {};
    const std::string file = folder.path("run.lscope");
    const std::shared_ptr<Run> written = createRunFile(file, *storeLab(), info);
    recordSteps(*written, 0, 60);
    const double limits[] = {std::nan(""), INFINITY, -INFINITY, 5e-324, 1.7976931348623157e308, 0.1, -0.0};
    std::int64_t step = 0;
    for (const double value : limits) written->addScalar("time", {step++, value});
    Array odd(DType::Float32, {3, 4});
    for (std::size_t i = 0; i < odd.size(); ++i) odd.mutableAs<float>()[i] = 0.1F * static_cast<float>(i);
    odd.mutableAs<float>()[3] = std::numeric_limits<float>::denorm_min();
    written->addArray("weights", 70, odd);
    // Pictures: a stack in grey, a stack in colour.
    for (const auto& [at, shape] : {std::pair{71, std::vector<std::int64_t>{2, 3, 4}}, {72, {2, 3, 4, 3}}}) {
      Array stack(DType::Float32, shape);
      for (std::size_t i = 0; i < stack.size(); ++i)
        stack.mutableAs<float>()[i] = static_cast<float>((i * 37) % 101) / 101.0F + (at == 71 ? 0.5F : 0.0F);
      written->addArray("weights", at, stack);
    }
    written->setState(RunState::Finished);
    written->store()->close();
    run = openRunFile(file, registry, OpenMode::Read);
  }
  QString path(const char* name) const { return QString::fromStdString(folder.path(name)); }
};

/// What Python says; status 77 if there is none.
std::pair<int, QString> python(const QStringList& arguments) {
  QProcess process;
  process.setProcessChannelMode(QProcess::MergedChannels);
  process.start(QStringLiteral("/usr/bin/python3"), arguments);  // Debian's, which has numpy
  if (!process.waitForStarted(5000)) return {77, QString()};
  process.waitForFinished(60000);
  return {process.exitCode(), QString::fromUtf8(process.readAll())};
}

}  // namespace

class TestExportData : public QObject {
  Q_OBJECT
 private slots:
  void everyNumberReadsBackEqual() {
    const Exported e;
    exportCsv(*e.run, {}, e.folder.path("tidy.csv"), false);
    exportCsv(*e.run, {}, e.folder.path("wide.csv"), true);
    exportNpz(*e.run, {}, e.folder.path("run.npz"));
    exportJson(*e.run, {}, e.folder.path("run.json"));
    exportTensorBoard(*e.run, {}, {"weights"}, e.folder.path("board"));
    const std::string events = tensorBoardFile(*e.run, e.folder.path("board"));
    QVERIFY2(has(events, "/board/store-test-7-00112233/events.out.tfevents.1714564800.learnscope"), events.c_str());
    std::filesystem::rename(events, e.folder.path("events"));
    const auto [status, said] =
        python({QStringLiteral(LEARNSCOPE_TEST_DATA "/read_exports.py"), e.path("run.lscope"), e.path("")});
    if (status == 77) QSKIP("no /usr/bin/python3");
    QVERIFY2(status == 0, qPrintable(said));
    QVERIFY2(said.contains("numbers are equal"), qPrintable(said));
    qInfo("%s", qPrintable(said.trimmed()));
  }

  // The page of the manual says how to read a run file in Python: its own lines are run.
  void theManualsLinesReadARunFile() {
    const Exported e;
    QFile page(QStringLiteral(LEARNSCOPE_SOURCE_DIR "/resources/docs/data.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(page.readAll());
    const qsizetype begin = text.indexOf("```python\n") + 10, end = text.indexOf("```", begin);
    QVERIFY(begin > 10 && end > begin);
    const QString lines = text.mid(begin, end - begin);
    QVERIFY2(lines.contains("run.lscope"), qPrintable(lines));
    QVERIFY(lines.trimmed().count('\n') == 2);
    QFile script(e.path("read.py"));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write(
        "import os, sys\nos.chdir(sys.argv[1])\ntry:\n    import numpy\nexcept ImportError:\n    sys.exit(77)\n");
    script.write(lines.toUtf8());
    script.write("\nfor step, value in zip(loss['step'], loss['value']): print(step, repr(float(value)))\n");
    script.close();
    const auto [status, said] = python({script.fileName(), e.path("")});
    if (status == 77) QSKIP("no numpy for /usr/bin/python3");
    QVERIFY2(status == 0, qPrintable(said));
    const QStringList rows = said.split('\n', Qt::SkipEmptyParts);
    const ScalarSeries& loss = e.run->scalars("loss");
    QCOMPARE(static_cast<std::size_t>(rows.size()), loss.size());
    for (std::size_t i = 0; i < loss.size(); ++i) {
      const QStringList row = rows[static_cast<qsizetype>(i)].split(' ');
      QVERIFY(row[0].toLongLong() == loss[i].step && row[1].toDouble() == loss[i].value);
    }
  }

  void onlyWhatWasAskedForIsExported() {
    const Exported e;
    exportJson(*e.run, {"loss"}, e.folder.path("loss.json"));
    const Json json = parseJson(readFile(e.folder.path("loss.json"), 1 << 20), "loss.json");
    QCOMPARE(json["scalars"].size(), std::size_t{1});
    QVERIFY(json["arrays"].empty());
    QCOMPARE(json["learnscope"]["seed"].get<int>(), 7);
    for (const auto& refused :
         {refusal<ConfigError>([&] { exportJson(*e.run, {"los"}, e.folder.path("no.json")); }),
          refusal<ConfigError>([&] { exportTensorBoard(*e.run, {"los"}, {}, e.folder.path("no")); })})
      EXPECT_HAS(refused, "did you mean loss?");
    QVERIFY(!std::filesystem::exists(e.folder.path("no.json")) && !std::filesystem::exists(e.folder.path("no")));
    QVERIFY_EXCEPTION_THROWN(exportJson(*e.run, {}, e.folder.path("no/such/run.json")), IoError);
    QVERIFY_EXCEPTION_THROWN(exportTensorBoard(*e.run, {}, {}, "/proc/no"), IoError);
  }

  // A stranger's run file must not choose where an export goes.
  void namesStayInTheirFolder() {
    RunInfo info = storeInfo();
    info.lab = "../../etc";
    info.id = "../x/./../..";
    const Run run(info, storeLab()->describe(), nullptr);
    QCOMPARE(tensorBoardFile(run, "board"), std::string("board/______etc-7-___x____/events.out.tfevents.0.learnscope"));
  }
};

QTEST_MAIN(TestExportData)
#include "test_export_data.moc"
