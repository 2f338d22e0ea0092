// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTest>
#include <cstring>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/store/bytes.h"
#include "engine/store/npy.h"
#include "engine/store/npy_header.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

bool same(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

template <class T>
Array counting(std::vector<std::int64_t> shape) {
  Array array(dtypeOf<T>(), std::move(shape));
  for (std::size_t i = 0; i < array.size(); ++i) array.mutableAs<T>()[i] = static_cast<T>(i + 1);
  return array;
}

Bytes npyWith(const std::string& dictionary, const Bytes& values, int version = 1) {
  Bytes bytes;
  append(bytes, std::string_view("\x93NUMPY", 6));
  appendNumber(bytes, static_cast<std::uint8_t>(version));
  appendNumber(bytes, std::uint8_t{0});
  if (version == 1)
    appendNumber(bytes, static_cast<std::uint16_t>(dictionary.size()));
  else
    appendNumber(bytes, static_cast<std::uint32_t>(dictionary.size()));
  append(bytes, dictionary);
  append(bytes, values);
  return bytes;
}

/// Runs Python with numpy; false if there is none.
bool python(const QString& script, QByteArray* output) {
  QProcess process;
  process.start("/usr/bin/python3",
                {"-c", "import sys\ntry:\n import numpy as np\nexcept ImportError:\n sys.exit(77)\n" + script});
  if (!process.waitForStarted() || !process.waitForFinished(60000) || process.exitCode() == 77) return false;
  *output = process.readAllStandardOutput() + process.readAllStandardError();
  return true;
}

Bytes fileBytes(const std::string& path) {
  QFile file(QString::fromStdString(path));
  if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read");
  const QByteArray content = file.readAll();
  Bytes bytes;
  append(bytes, std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
  return bytes;
}

void writeFile(const std::string& path, const Bytes& bytes) {
  QFile file(QString::fromStdString(path));
  if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
}

}  // namespace

class TestNpy : public QObject {
  Q_OBJECT
 private slots:
  void everyTypeAndShapeComesBack() {
    for (const Array& array :
         {counting<float>({2, 3}), counting<double>({4}), counting<std::int32_t>({1, 1, 5}), counting<std::int64_t>({}),
          counting<std::uint8_t>({7}), counting<float>({0, 3}), counting<double>({3, 0})}) {
      const Bytes bytes = encodeNpy(array);
      QCOMPARE((bytes.size() - array.bytes()) % 64, std::size_t{0});
      QVERIFY(same(decodeNpy(bytes, "test"), array));
    }
  }

  void otherVersionsAndFortranOrderAreRead() {
    Bytes values;
    for (const double v : {1.0, 4.0, 2.0, 5.0, 3.0, 6.0}) appendNumber(values, v);
    const std::string dictionary = "{\"shape\": (2, 3), 'fortran_order': True, 'descr': '<f8'}\n";
    for (const int version : {1, 2, 3})
      QVERIFY(same(decodeNpy(npyWith(dictionary, values, version), "t"), counting<double>({2, 3})));
    const Array cube = counting<std::int32_t>({2, 3, 4});
    Bytes columns;
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t j = 0; j < 3; ++j)
        for (std::size_t i = 0; i < 2; ++i) appendNumber(columns, cube.as<std::int32_t>()[(i * 3 + j) * 4 + k]);
    QVERIFY(
        same(decodeNpy(npyWith("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3, 4), }", columns), "t"), cube));
  }

  void badHeadersAreRefused_data() {
    QTest::addColumn<QString>("dictionary");
    QTest::newRow("empty") << "";
    QTest::newRow("unclosed") << "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)";
    QTest::newRow("missing shape") << "{'descr': '<f8', 'fortran_order': False}";
    QTest::newRow("twice") << "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}";
    QTest::newRow("unknown key") << "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}";
    QTest::newRow("object") << "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}";
    QTest::newRow("big-endian") << "{'descr': '>f8', 'fortran_order': False, 'shape': (1,)}";
    QTest::newRow("structured") << "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}";
    QTest::newRow("huge") << "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}";
    QTest::newRow("overflow") << "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2)}";
    QTest::newRow("beyond int64") << "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}";
    QTest::newRow("negative") << "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}";
    QTest::newRow("too few values") << "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}";
    QTest::newRow("too many values") << "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}";
    QTest::newRow("garbage behind") << "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} import os";
  }
  void badHeadersAreRefused() {
    QFETCH(QString, dictionary);
    QVERIFY_THROWS_EXCEPTION(DataError, decodeNpy(npyWith(dictionary.toStdString(), Bytes(8)), "test"));
  }

  void truncationAndBitFlipsNeverCrash() {
    const Bytes bytes = encodeNpy(counting<double>({3, 2}));
    for (std::size_t n = 0; n < bytes.size(); ++n)
      QVERIFY_THROWS_EXCEPTION(DataError, decodeNpy(std::span(bytes).first(n), "test"));
    for (std::size_t i = 0; i < 128 * 8; ++i) {
      Bytes damaged = bytes;
      damaged[i / 8] ^= static_cast<std::byte>(1U << (i % 8));
      try {
        QCOMPARE(decodeNpy(damaged, "test").bytes(), std::size_t{48});
      } catch (const DataError&) {
      }
    }
  }

  void zipComesBackStoredAndDeflated() {
    const test::TemporaryFolder folder;
    RandomStream random(2, "noise");
    const std::vector<double> noise = random.normals(5000);
    const std::map<std::string, Array> arrays = {{"zeros", Array(DType::Float32, {300, 300})},
                                                 {"noise", Array::vector<double>(noise)},
                                                 {"data.x", counting<std::int64_t>({2, 2})},
                                                 {"none", counting<float>({0})}};
    writeNpz(folder.path("a.npz"), arrays);
    QVERIFY(fileBytes(folder.path("a.npz")).size() < 60000);
    const auto back = readNpz(folder.path("a.npz"));
    QCOMPARE(back.size(), arrays.size());
    for (const auto& [name, array] : arrays) QVERIFY(same(back.at(name), array));
    writeNpz(folder.path("empty.npz"), {});
    QVERIFY(readNpz(folder.path("empty.npz")).empty());
  }

  void damagedZipsAreRefusedOrEqual() {
    const test::TemporaryFolder folder;
    const std::map<std::string, Array> arrays = {{"a", counting<double>({20})}, {"z", Array(DType::Float32, {40, 40})}};
    const std::string path = folder.path("a.npz");
    writeNpz(path, arrays);
    const Bytes bytes = fileBytes(path);
    for (std::size_t n = 0; n < bytes.size(); n += 5) {
      writeFile(path, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)));
      QVERIFY_THROWS_EXCEPTION(DataError, readNpz(path));
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes damaged = bytes;
      damaged[i] ^= static_cast<std::byte>(1U << (i % 8));
      writeFile(path, damaged);
      try {
        // Names are the only part of a zip without a checksum.
        const auto back = readNpz(path);
        QCOMPARE(back.size(), arrays.size());
        for (const auto& [name, array] : back) QVERIFY(same(array, arrays.at("a")) || same(array, arrays.at("z")));
      } catch (const DataError&) {
      }
    }
    QVERIFY_THROWS_EXCEPTION(IoError, readNpz(folder.path("missing.npz")));
  }

  void writingKeepsTheOldFileWhenItFails() {
    const test::TemporaryFolder folder;
    QVERIFY_THROWS_EXCEPTION(IoError, writeNpz(folder.path("no/such/folder.npz"), {}));
    writeNpz(folder.path("a.npz"), {{"a", counting<float>({1})}});
    QVERIFY_THROWS_EXCEPTION(DataError,
                             writeNpz(folder.path("a.npz"), {{std::string(2000, 'x'), counting<float>({1})}}));
    QCOMPARE(readNpz(folder.path("a.npz")).count("a"), std::size_t{1});
  }

  void numpyReadsOurs() {
    const test::TemporaryFolder folder;
    writeNpz(folder.path("a.npz"), {{"f", counting<float>({2, 3})},
                                    {"i", counting<std::int64_t>({4})},
                                    {"s", Array::scalar<double>(2.5)},
                                    {"z", Array(DType::UInt8, {500, 500})}});
    QByteArray output;
    const QString script = QStringLiteral(
                               "z = np.load('%1')\n"
                               "print(z['f'].tolist(), z['f'].dtype, z['i'].tolist(), float(z['s']), z['s'].shape, "
                               "z['z'].shape, z['z'].sum())")
                               .arg(QString::fromStdString(folder.path("a.npz")));
    if (!python(script, &output)) QSKIP("no numpy for /usr/bin/python3");
    QCOMPARE(output.trimmed(),
             QByteArray("[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] float32 [1, 2, 3, 4] 2.5 () (500, 500) 0"));
  }

  void weReadNumpys() {
    const test::TemporaryFolder folder;
    QByteArray output;
    const QString base = QString::fromStdString(folder.path());
    const QString script = QStringLiteral(
                               "a = np.arange(1, 7, dtype='<f4').reshape(2, 3)\n"
                               "np.savez('%1/s.npz', a=a, t=np.asfortranarray(a), n=np.int64(3))\n"
                               "np.savez_compressed('%1/d.npz', a=a, t=np.asfortranarray(a), n=np.int64(3))")
                               .arg(base);
    if (!python(script, &output)) QSKIP("no numpy for /usr/bin/python3");
    QCOMPARE(output, QByteArray());
    for (const char* name : {"s.npz", "d.npz"}) {
      const auto arrays = readNpz(folder.path(name));
      QVERIFY(same(arrays.at("a"), counting<float>({2, 3})));
      QVERIFY(same(arrays.at("t"), counting<float>({2, 3})));
      QCOMPARE(arrays.at("n").as<std::int64_t>()[0], std::int64_t{3});
    }
  }
};

QTEST_GUILESS_MAIN(TestNpy)
#include "test_npy.moc"
