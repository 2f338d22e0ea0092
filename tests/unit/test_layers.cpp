// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace fs = std::filesystem;

namespace {

const fs::path root = LEARNSCOPE_SOURCE_DIR;

std::vector<fs::path> sources(const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") found.push_back(entry.path());
  return found;
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> includes(const fs::path& path) {
  static const std::regex line("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]", std::regex::multiline);
  const std::string text = contents(path);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

/// Every header of ours that `path` reaches, itself included.
std::set<fs::path> reached(const fs::path& path) {
  std::set<fs::path> seen;
  std::vector<fs::path> open{path};
  while (!open.empty()) {
    const fs::path next = open.back();
    open.pop_back();
    if (!seen.insert(next).second) continue;
    for (const std::string& include : includes(next))
      if (fs::exists(root / include)) open.push_back(root / include);
  }
  return seen;
}

bool isTorch(const std::string& include) {
  return include.starts_with("torch/") || include.starts_with("ATen/") || include.starts_with("c10/");
}
bool isQtOrVtk(const std::string& include) {
  static const std::regex qt("^(Q[A-Z].*|Qt[A-Z].*|qcustomplot.*|vtk.*)$");
  return std::regex_match(include, qt);
}

}  // namespace

class TestLayers : public QObject {
  Q_OBJECT
 private slots:
  void theEngineKnowsNeitherQtNorVtk() {
    const auto files = sources("engine");
    QVERIFY(files.size() > 20);
    for (const fs::path& file : files)
      for (const std::string& include : includes(file))
        QVERIFY2(!isQtOrVtk(include) && !include.starts_with("widgets/") && !include.starts_with("app/"),
                 (file.string() + " includes " + include).c_str());
  }

  void noTorchHeaderIsReachedFromWidgetsOrApp() {
    for (const char* folder : {"widgets", "app"})
      for (const fs::path& file : sources(folder))
        for (const fs::path& header : reached(file))
          for (const std::string& include : includes(header))
            QVERIFY2(!isTorch(include), (file.string() + " reaches " + include + " by " + header.string()).c_str());
  }

  void widgetsDoNotKnowTheAppNorAnyLab() {
    for (const fs::path& file : sources("widgets"))
      for (const std::string& include : includes(file))
        QVERIFY2(!include.starts_with("app/") && !include.starts_with("engine/experiments/"),
                 (file.string() + " includes " + include).c_str());
  }

  void theCoreImportsNothingOfOurs() {
    for (const fs::path& file : sources("engine/core"))
      for (const std::string& include : includes(file))
        QVERIFY2(!include.starts_with("engine/") || include.starts_with("engine/core/"),
                 (file.string() + " includes " + include).c_str());
  }

  // A weak symbol compiled for AVX2 or AVX-512 could be the one that the linker keeps for a machine without it.
  void kernelsForOneCpuShareNoSymbols() {
#ifdef __SANITIZE_ADDRESS__
    QSKIP("the sanitizer adds symbols of its own");
#endif
    const QStringList objects = QStringLiteral(LEARNSCOPE_AVX_OBJECTS).split(':', Qt::SkipEmptyParts);
    QVERIFY(!objects.isEmpty());
    for (const QString& object : objects) {
      QProcess nm;
      nm.start("nm", {"-C", "--defined-only", "--extern-only", object});
      QVERIFY2(nm.waitForFinished() && nm.exitCode() == 0, qPrintable(nm.errorString() + nm.readAllStandardError()));
      int exported = 0;
      for (const QByteArray& line : nm.readAllStandardOutput().split('\n')) {
        if (line.isEmpty()) continue;
        const char type = line.mid(line.indexOf(' ') + 1)[0];
        // T: a function of ours by its own name. W, V, u: shared among objects.
        const bool own = line.contains("learnscope::avx2::") || line.contains("learnscope::avx512::");
        QVERIFY2(type == 'T' && own, (object.toUtf8() + ": " + line).constData());
        ++exported;
      }
      QVERIFY(exported > 0);
    }
  }

  void everyFileIsSmallAndSaysItsLicense() {
    for (const char* folder : {"engine", "widgets", "app", "tests"})
      for (const fs::path& file : sources(folder)) {
        QVERIFY2(fs::file_size(file) <= 40 * 1024, (file.string() + " is over 40 kB").c_str());
        QVERIFY2(contents(file).starts_with("// SPDX-License-Identifier: GPL-3.0-or-later"),
                 (file.string() + " lacks its SPDX line").c_str());
      }
  }
};

QTEST_GUILESS_MAIN(TestLayers)
#include "test_layers.moc"
