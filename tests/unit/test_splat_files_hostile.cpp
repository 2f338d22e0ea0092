// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>

#include "engine/core/errors.h"
#include "engine/splats/inflate.h"
#include "engine/splats/neighbours.h"
#include "engine/splats/splat_file.h"
#include "engine/splats/spz_layout.h"
#include "tests/support/count_allocations.h"
#include "tests/support/splat_scenes.h"

using namespace learnscope;
using namespace learnscope::splats;

namespace {

std::string encoded(SplatFormat format, std::size_t count = 300, int degree = 1, int version = 3) {
  WriteOptions options{.format = format, .spzVersion = version};
  return std::string(textOf(encodeSplats(test::randomSplats(count, degree), options)));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? "no " + from : text.replace(at, from.size(), to);
}

std::string ascii(const std::string& count, const std::string& properties, const std::string& rows) {
  return "ply\nformat ascii 1.0\nelement vertex " + count + "\n" + properties + "end_header\n" + rows;
}

std::string floats(std::initializer_list<const char*> names) {
  std::string text;
  for (const char* name : names) text += std::string("property float ") + name + "\n";
  return text;
}

std::string inflated(const std::string& packed) { return std::string(textOf(gunzip(bytesOf(packed), 1 << 24, ""))); }
std::string deflated(const std::string& raw) { return std::string(textOf(gzip(bytesOf(raw)))); }

std::string patched(std::string bytes, std::size_t at, std::initializer_list<int> values) {
  for (const int value : values) bytes[at++] = static_cast<char>(value);
  return bytes;
}

std::string refusal(const std::string& name, const std::string& bytes) {
  try {
    readSplats(ByteSource(name, bytesOf(bytes)));
  } catch (const Error& error) {
    return error.what();
  }
  return "not refused";
}

}  // namespace

class TestSplatFilesHostile : public QObject {
  Q_OBJECT
 private slots:
  void refusals_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* title, const char* name, const std::string& bytes, const char* part) {
      QTest::newRow(title) << QString(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                           << QString(part);
    };
    const std::string ply = encoded(SplatFormat::Ply), packed = encoded(SplatFormat::CompressedPly);
    const std::string records = encoded(SplatFormat::Splat), spz = encoded(SplatFormat::Spz);
    const std::string spz4 = encoded(SplatFormat::Spz, 300, 1, 4), raw = inflated(spz);
    const std::string gaussian = floats({"x", "y", "z", "opacity", "f_dc_0", "f_dc_1", "f_dc_2", "scale_0", "scale_1",
                                         "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"});

    row("empty", "a.ply", "", "the file is empty");
    row("another file", "a.txt", "hello, world", "a PLY, compressed PLY, .splat or .spz file expected");
    row("ksplat", "a.KSPLAT", "whatever", "convert to PLY");

    row("no end_header", "a.ply", "ply\nformat ascii 1.0\n", "no end_header in the first 64 kB");
    row("header of 65 kB", "a.ply", "ply\n" + std::string(70000, 'a'), "no end_header");
    row("not ply", "a.ply", "plyx\nend_header\n", "line 1: \"ply\" expected");
    row("format", "a.ply", "ply\nformat binary 1.0\nend_header\n", "line 2: format ascii");
    row("no format", "a.ply", "ply\nelement vertex 1\nproperty float x\nend_header\n", "no format line");
    row("negative count", "a.ply", replaced(ply, "vertex 300", "vertex -3"), "line 3: a count of 0 to 2^40");
    row("count 2^60", "a.ply", replaced(ply, "vertex 300", "vertex 1152921504606846976"), "a count of 0 to 2^40");
    row("count 2^39", "a.ply", replaced(ply, "vertex 300", "vertex 549755813888"),
        "truncated PLY: header promises 549755813888 splats");
    row("count 0", "a.ply", ascii("0", gaussian, ""), "at least one splat expected, found 0");
    row("one too many", "a.ply", replaced(ply, "vertex 300", "vertex 301"),
        "header promises 301 splats (31304 bytes), file holds 300");
    row("one too few", "a.ply", replaced(ply, "vertex 300", "vertex 299"), "the end of the file expected");
    row("truncated", "a.ply", ply.substr(0, ply.size() - 1), "file holds 299");
    row("property twice", "a.ply", replaced(ply, "property float y", "property float x"), "stands there twice");
    row("property type", "a.ply", replaced(ply, "property float y", "property string y"), "a type such as float");
    row("property first", "a.ply", "ply\nformat ascii 1.0\nproperty float x\nend_header\n", "before any element");
    row("no vertex", "a.ply", "ply\nformat ascii 1.0\nelement face 1\nproperty float x\nend_header\n1\n",
        "vertex expected");
    row("no opacity", "a.ply", replaced(ply, "property float opacity", "property float alpha"),
        "property opacity expected");
    row("f_rest 8", "a.ply", replaced(ply, "property float f_rest_8", "property float extra"),
        "f_rest has 8 columns; expected 0, 9, 24 or 45");
    row("f_rest with a gap", "a.ply", replaced(ply, "property float f_rest_8", "property float f_rest_x"),
        "property f_rest_8 expected");
    row("rot 3", "a.ply", replaced(ply, "property float rot_3", "property float extra"),
        "rot_ has 3 columns; expected 4");
    row("scale 1", "a.ply", replaced(replaced(ply, "float scale_2", "float e"), "float scale_1", "float f"),
        "scale_ has 1 columns");
    row("list before vertex", "a.ply",
        "ply\nformat binary_little_endian 1.0\nelement face 1\nproperty list uchar int i\nelement vertex 1\n" +
            gaussian + "end_header\n" + std::string(200, '\0'),
        "no list before vertex");
    row("list in vertex", "a.ply",
        ascii("1", gaussian + "property list uchar int i\n", "1 2 3\n" + std::string(100, '1')), "no lists expected");

    row("ascii too short for its count", "a.ply", ascii("1000000000", gaussian, "1 2 3\n"), "file holds at most 0");
    row("ascii ends", "a.ply", ascii("1", gaussian, "100 200 300 400 500 600 700 800\n"),
        "row 1, scale_1: truncated PLY");
    row("ascii word", "a.ply", ascii("1", gaussian, "1 2 three 0 0 0 0 0 0 0 1 0 0 0\n"),
        "row 1, z: a number expected, found \"three\"");
    row("ascii binary", "a.ply", ascii("1", gaussian, std::string(100, '\x01')), "a number expected");
    row("all NaN", "a.ply", ascii("1", gaussian, "nan 0 0 0 0 0 0 0 0 0 1 0 0 0\n"),
        "1 of 1 have values that are not finite");

    const std::string whole = encoded(SplatFormat::CompressedPly, 256);
    row("chunk count", "a.ply",
        replaced(replaced(whole, "chunk 1", "chunk 2"), "end_header\n", "end_header\n" + std::string(72, '\0')),
        "element chunk: 1 rows expected, found 2");
    row("no chunk", "a.ply",
        "ply\nformat binary_little_endian 1.0\nelement vertex 1\nproperty uint packed_position\nend_header\n1234",
        "element chunk: 1 rows expected, found 0");
    row("chunk column", "a.ply", replaced(packed, "float max_scale_y", "float max_scale_q"),
        "property max_scale_y expected");
    row("packed column", "a.ply", replaced(packed, "uint packed_rotation", "uint rotation"),
        "property uint packed_rotation expected");
    row("packed type", "a.ply", replaced(packed, "uint packed_rotation", "float packed_rotation"),
        "property uint packed_rotation");
    row("sh count", "a.ply", replaced(packed, "element sh 300", "element sh 299"), "end of the file");
    row("sh columns", "a.ply", replaced(packed, "property uchar f_rest_8\n", "").substr(0, packed.size() - 24 - 300),
        "sh: 8 columns; expected 9, 24 or 45");
    row("sh type", "a.ply", replaced(packed, "property uchar f_rest_8", "property char f_rest_8"),
        "property uchar f_rest_ expected");
    row("compressed big-endian", "a.ply", replaced(packed, "little", "big"), "binary_little_endian expected");
    row("compressed truncated", "a.ply", packed.substr(0, 900), "truncated PLY");

    row("splat size", "a.splat", records + std::string(1, 'x'),
        "not a .splat file (size 9601 is not a multiple of 32)");
    row("splat scale", "a.splat", patched(records, 12, {0, 0, 0, 0}), "not a .splat file (the first scale is 0");
    row("splat scale NaN", "a.splat", patched(records, 12, {0, 0, 0xC0, 0x7F}), "the first scale is nan");

    row("spz magic", "a.spz", "NGSQ0000000000000000000000000000", "field magic");
    row("spz inner magic", "a.spz", deflated(patched(raw, 0, {'X'})), "field magic");
    row("spz version 0", "a.spz", deflated(patched(raw, 4, {0})), "field version: 1 to 3 expected, found 0");
    row("spz version 5", "a.spz", deflated(patched(raw, 4, {5})), "field version: 1 to 3 expected, found 5");
    row("spz raw version 3", "a.spz", patched(spz4, 4, {3}), "field version: 4 expected, found 3");
    row("spz count 0", "a.spz", deflated(patched(raw, 8, {0, 0, 0, 0})), "field numPoints: at least 1");
    row("spz count 2^32-1", "a.spz", deflated(patched(raw, 8, {255, 255, 255, 255})), "field numPoints: at most what");
    row("spz one more", "a.spz", deflated(patched(raw, 8, {45, 1})), "301 splats need");
    row("spz one fewer", "a.spz", deflated(patched(raw, 8, {43, 1})), "the end of the stream expected");
    row("spz degree", "a.spz", deflated(patched(raw, 12, {5})), "field shDegree");
    row("spz fraction", "a.spz", deflated(patched(raw, 13, {40})), "field fractionalBits");
    row("spz cut", "a.spz", spz.substr(0, spz.size() / 2), "gzip stream: it is cut");
    row("spz header only", "a.spz", spz.substr(0, 5), "gzip stream");
    row("spz broken", "a.spz", patched(spz, 200, {0x55, 0xAA, 0x55, 0xAA, 1, 2, 3, 4, 5, 6}), "gzip stream");
    row("spz extension", "a.spz", deflated(patched(raw, 14, {2}) + "abc"), "extensions: a type and a length");
    row("spz extension length", "a.spz", deflated(patched(raw, 14, {2}) + std::string("abcd\xff\xff\xff\xff", 8)),
        "4294967295 bytes of payload");
    row("spz4 short", "a.spz", spz4.substr(0, 20), "32 bytes expected, found 20");
    row("spz4 count", "a.spz", patched(spz4, 8, {255, 255, 255, 255}), "at most 1024 a byte");
    row("spz4 one more", "a.spz", patched(spz4, 8, {45, 1}), "stream 0: 2709 raw bytes expected, found 2700");
    row("spz4 streams", "a.spz", patched(spz4, 15, {5}), "field numStreams: 6 expected, found 5");
    row("spz4 table", "a.spz", patched(spz4, 16, {255, 255, 255, 255}), "field tocOffset");
    row("spz4 stream size", "a.spz", patched(spz4, 32, {255, 255, 255, 255, 255, 255, 255, 255}), "stream 0");
    row("spz4 broken", "a.spz", patched(spz4, 132, {1, 2, 3, 4, 5, 6, 7}), "stream 0");
    row("spz4 truncated", "a.spz", spz4.substr(0, spz4.size() - 1), "stream 5");
    row("spz4 trailing", "a.spz", spz4 + "x", "the end of the file expected");
  }
  void refusals() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, part);
    const std::string said = refusal(name.toStdString(), bytes.toStdString());
    QVERIFY2(said.find(part.toStdString()) != std::string::npos, said.c_str());
    QVERIFY2(said.find(name.toStdString()) != std::string::npos, said.c_str());
  }

  /// Every prefix of every format is refused with an error, or read; nothing else.
  void everyPrefixIsAnswered() {
    const std::pair<const char*, std::string> files[]{{"a.ply", encoded(SplatFormat::Ply, 3)},
                                                      {"a.ply", encoded(SplatFormat::CompressedPly, 3)},
                                                      {"a.splat", encoded(SplatFormat::Splat, 3)},
                                                      {"a.spz", encoded(SplatFormat::Spz, 3)},
                                                      {"a.spz", encoded(SplatFormat::Spz, 3, 1, 4)}};
    for (const auto& [name, bytes] : files)
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::string said = refusal(name, bytes.substr(0, size));
        const bool wholeRecords = std::string(name) == "a.splat" && size > 0 && size % 32 == 0;
        QVERIFY2((said == "not refused") == wholeRecords, (name + std::to_string(size) + said).c_str());
      }
  }

  /// What a header claims is compared with the bytes that are there before it is believed.
  void claimsCostNoMemory() {
    const std::string gaussian = floats({"x", "y", "z", "opacity", "f_dc_0", "f_dc_1", "f_dc_2", "scale_0", "scale_1",
                                         "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"});
    const std::string raw = inflated(encoded(SplatFormat::Spz));
    const std::pair<const char*, std::string> files[]{
        {"a.ply", replaced(encoded(SplatFormat::Ply), "vertex 300", "vertex 1000000000")},
        {"a.ply", ascii("1000000000", gaussian, "1 2 3\n")},
        {"a.ply", replaced(replaced(encoded(SplatFormat::CompressedPly), "chunk 2", "chunk 4000000"), "vertex 300",
                           "vertex 1000000000")},
        {"a.spz", deflated(patched(raw, 8, {255, 255, 255, 127}))},
        {"a.spz", deflated(patched(raw, 8, {0, 0, 1, 0}))},
        {"a.spz", patched(encoded(SplatFormat::Spz, 300, 1, 4), 8, {0, 0, 10, 0})}};
    for (const auto& [name, bytes] : files) {
      test::largestAllocation = 0;
      const std::string said = refusal(name, bytes);
      QVERIFY2(said != "not refused", name);
      QVERIFY2(test::largestAllocation < (3 << 20), std::to_string(test::largestAllocation).c_str());
    }
  }

  void equalPointsHaveNeighboursToo() {
    std::array<AlignedVector<float>, 3> points;
    for (auto& axis : points) axis.assign(20000, 1.0F);
    points[0].push_back(3);
    for (std::size_t k = 1; k < 3; ++k) points[k].push_back(1);
    const std::vector<float> spacing = neighbourDistances(points, 3);
    QCOMPARE(spacing[0], 0.0F);
    QCOMPARE(spacing.back(), 2.0F);
  }

  void neighboursAreThoseOfABruteForce() {
    const Gaussians splats = test::randomSplats(500, 0);
    const std::vector<float> spacing = neighbourDistances(splats.position, 3);
    for (std::size_t i = 0; i < 500; ++i) {
      std::vector<double> all;
      for (std::size_t j = 0; j < 500; ++j) {
        double d = 0;
        for (const auto& axis : splats.position)
          d += (static_cast<double>(axis[i]) - axis[j]) * (static_cast<double>(axis[i]) - axis[j]);
        if (j != i) all.push_back(std::sqrt(d));
      }
      std::sort(all.begin(), all.end());
      QVERIFY(std::abs((all[0] + all[1] + all[2]) / 3 - static_cast<double>(spacing[i])) < 1e-6);
    }
  }
};

QTEST_GUILESS_MAIN(TestSplatFilesHostile)
#include "test_splat_files_hostile.moc"
