// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <fstream>

#include "engine/core/errors.h"
#include "engine/store/matrix_file.h"
#include "engine/store/npy.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

std::string written(const test::TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  std::ofstream(folder.path(name), std::ios::binary) << bytes;
  return folder.path(name);
}

std::string npyOf(const Array& array) {
  const std::vector<std::byte> bytes = encodeNpy(array);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A header that claims a shape, with no data behind it.
std::string claiming(const std::string& shape) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8U);
  return bytes + header;
}

std::string refusal(const std::string& path) {
  try {
    readSquareMatrix(path, 500);
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

}  // namespace

class TestMatrixFile : public QObject {
  Q_OBJECT
 private slots:
  void theSameMatrixFromEveryFormat() {
    const test::TemporaryFolder folder;
    const std::vector<double> values{1, -2.5, 0, 4e-3};
    const std::vector<float> narrow{1, -2.5F, 0, 4e-3F};
    const Array wide = Array::from<double>(values, {2, 2});
    const std::vector<std::string> paths{
        written(folder, "a.csv", "# weights\n1, -2.5\r\n+0,4e-3\n\n"), written(folder, "b.txt", "1 -2.5\n0 4e-3"),
        written(folder, "c.csv", "1;-2.5\n0;4e-3\n"), written(folder, "d.tsv", "1\t-2.5\n0\t4e-3\n"),
        written(folder, "e.npy", npyOf(wide))};
    for (const std::string& path : paths) {
      const SquareMatrix matrix = readSquareMatrix(path, 500);
      QCOMPARE(matrix.order, 2);
      QCOMPARE(matrix.values, values);
    }
    const std::string float32 = written(folder, "f.npy", npyOf(Array::from<float>(narrow, {2, 2})));
    QVERIFY(std::abs(readSquareMatrix(float32, 500).values[3] - 4e-3) < 1e-9);
    writeNpz(folder.path("g.npz"), {{"W", wide}, {"other", Array::from<double>(values, {4, 1})}});
    QCOMPARE(readSquareMatrix(folder.path("g.npz"), 500).values, values);
    writeNpz(folder.path("h.npz"), {{"weights", wide}, {"gain", Array::scalar<double>(2)}});
    QCOMPARE(readSquareMatrix(folder.path("h.npz"), 500).values, values);
  }

  void refusals_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* title, const char* name, const std::string& bytes, const char* part) {
      QTest::newRow(title) << QString(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                           << QString(part);
    };
    const std::vector<double> six{1, 2, 3, 4, 5, 6}, nan{1, std::nan(""), 3, 4}, zeros{0, 0, 0, 0};
    std::string wide;
    for (int i = 0; i < 501; ++i) wide += "1,";
    row("empty", "a.csv", "", "found nothing");
    row("comments only", "a.csv", "# nothing\n", "found nothing");
    row("ragged", "a.csv", "1,2\n3\n", "line 2: 2 entries expected as in the first row, found 1");
    row("too few rows", "a.csv", "1,2\n", "2 rows expected (the matrix must be square), found 1");
    row("too many rows", "a.csv", "1\n2\n", "line 2");
    row("header text", "a.csv", "a,b\n1,2\n", "line 1, column 1: a finite number expected, found \"a\"");
    row("text inside", "a.csv", "1,2\n3,x4\n", "line 2, column 2");
    row("NaN text", "a.csv", "1,nan\n3,4\n", "line 1, column 2");
    row("infinite text", "a.csv", "1,2\n1e999,4\n", "line 2, column 1");
    row("empty entry", "a.csv", "1,,2\n3,4,5\n6,7,8\n", "line 1, column 2");
    row("zeros", "a.csv", "0,0\n0,0\n", "norm is 0, cannot rescale");
    row("501 columns", "a.csv", wide + "1\n", "1 to 500 rows expected, found 502 columns");
    row("binary as text", "a.csv", std::string("\x00\x01\x02\xff", 4), "line 1, column 1");
    row("npy not square", "a.npy", npyOf(Array::from<double>(six, {2, 3})), "found 2 x 3");
    row("npy vector", "a.npy", npyOf(Array::vector<double>(six)), "found 6");
    row("npy scalar", "a.npy", npyOf(Array::scalar<double>(1)), "a single number");
    row("npy NaN", "a.npy", npyOf(Array::from<double>(nan, {2, 2})), "row 1, column 2: a finite number expected");
    row("npy zeros", "a.npy", npyOf(Array::from<double>(zeros, {2, 2})), "norm is 0");
    row("npy of 10^5 x 10^5", "a.npy", claiming("(100000, 100000)"), "as many values as the shape says");
    row("npy of 2^40 rows", "a.npy", claiming("(1099511627776, 1099511627776)"), "shape");
    row("npy truncated", "a.npy", npyOf(Array::from<double>(six, {2, 3})).substr(0, 90), "a.npy");
    row("npy empty file", "a.npy", "", "a.npy");
    row("npz that is none", "a.npz", "PK\x05\x06", "a.npz");
  }
  void refusals() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, part);
    const test::TemporaryFolder folder;
    const std::string path =
        written(folder, name.toStdString(), {bytes.data(), static_cast<std::size_t>(bytes.size())});
    const std::string said = refusal(path);
    QVERIFY2(said.find(part.toStdString()) != std::string::npos, said.c_str());
    QVERIFY2(said.find(name.toStdString()) != std::string::npos, said.c_str());
  }

  void archivesWithoutOneMatrix() {
    const test::TemporaryFolder folder;
    const Array matrix = Array::from<double>(std::vector<double>{1, 2, 3, 4}, {2, 2});
    writeNpz(folder.path("two.npz"), {{"a", matrix}, {"b", matrix}});
    QVERIFY(refusal(folder.path("two.npz")).find("found several") != std::string::npos);
    writeNpz(folder.path("none.npz"), {{"a", Array::scalar<double>(1)}});
    QVERIFY(refusal(folder.path("none.npz")).find("found none") != std::string::npos);
    QVERIFY(refusal(folder.path("missing.csv")).find("cannot be opened") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestMatrixFile)
#include "test_matrix_file.moc"
