// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>

#include <QTest>
#include <cmath>
#include <fstream>
#include <numeric>

#include "engine/core/errors.h"
#include "engine/data/digit_sequences.h"
#include "engine/data/glyph_digits.h"
#include "engine/data/idx_file.h"
#include "engine/store/gzip.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

std::string bigEndian(std::uint32_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 0xFFU);
  return bytes;
}

std::string images(int count, int rows, int columns) {
  std::string bytes = bigEndian(0x803) + bigEndian(static_cast<std::uint32_t>(count)) +
                      bigEndian(static_cast<std::uint32_t>(rows)) + bigEndian(static_cast<std::uint32_t>(columns));
  for (int i = 0; i < count * rows * columns; ++i) bytes += static_cast<char>(i % 256);
  return bytes;
}

std::string labels(int count, int first = 0) {
  std::string bytes = bigEndian(0x801) + bigEndian(static_cast<std::uint32_t>(count));
  for (int i = 0; i < count; ++i) bytes += static_cast<char>((i + first) % 10);
  return bytes;
}

std::string written(const test::TemporaryFolder& folder, const char* name, const std::string& bytes) {
  std::ofstream(folder.path(name), std::ios::binary) << bytes;
  return folder.path(name);
}

std::string gzip(const std::string& plain) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::vector<float> glyph(int digit, const GlyphOptions& options, std::uint64_t seed) {
  std::vector<float> pixels(static_cast<std::size_t>(options.size * options.size));
  RandomStream random(seed, "glyph");
  drawGlyph(digit, options, random, pixels);
  return pixels;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a[i] - b[i]), 2);
  return std::sqrt(sum);
}

}  // namespace

class TestDigitSequences : public QObject {
  Q_OBJECT
 private slots:
  // Without difficulty only width and noise vary: 9 is 6 turned by 180 degrees, 0 and 8 are their own turns.
  void glyphsAreTheStrokesOfThePage() {
    const GlyphOptions plain{.size = 28, .difficulty = 0};
    GlyphOptions turned = plain;
    turned.rotation = 180;
    QVERIFY(distance(glyph(9, plain, 1), glyph(6, turned, 1)) < 1e-4);
    // Different noise pixel by pixel, so only near.
    std::vector<float> zero = glyph(0, plain, 1);
    std::vector<float> reversed(zero.rbegin(), zero.rend());
    QVERIFY(distance(zero, reversed) < 0.05 * std::sqrt(2.0 * 784) * 1.2);
    // A 1 is a vertical stroke right of the middle: ink at (0.05, -0.5), none at (-0.8, -0.5).
    const std::vector<float> one = glyph(1, plain, 2);
    const auto at = [&](double x, double y) {
      return one[static_cast<std::size_t>(std::lround((1.2 - y) / 2.4 * 27) * 28 + std::lround((x + 1.2) / 2.4 * 27))];
    };
    QVERIFY(at(0.05, -0.5) > 0.7F);
    QVERIFY(at(-0.8, -0.5) < 0.3F);
    for (int digit = 0; digit < 10; ++digit)
      for (const float value : glyph(digit, {}, 3)) QVERIFY(value >= 0 && value <= 1);
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, glyph(10, {}, 1));
    std::vector<float> small(9);
    RandomStream random(1, 1);
    QVERIFY_THROWS_EXCEPTION(std::invalid_argument, drawGlyph(1, {}, random, small));
  }

  // A nearest-mean classifier of 200 glyphs a class tells most others apart: the classes are there to be learned.
  void glyphsCanBeToldApart() {
    std::vector<std::vector<double>> means(10, std::vector<double>(784, 0.0));
    for (int i = 0; i < 1000; ++i) {
      const std::vector<float> pixels = glyph(i % 10, {}, static_cast<std::uint64_t>(i));
      for (std::size_t p = 0; p < 784; ++p) means[static_cast<std::size_t>(i % 10)][p] += pixels[p] / 100.0;
    }
    int right = 0;
    for (int i = 0; i < 200; ++i) {
      const std::vector<float> pixels = glyph(i % 10, {}, static_cast<std::uint64_t>(5000 + i));
      int best = 0;
      double least = 1e9;
      for (int c = 0; c < 10; ++c) {
        double sum = 0;
        for (std::size_t p = 0; p < 784; ++p) sum += std::pow(pixels[p] - means[static_cast<std::size_t>(c)][p], 2);
        if (sum < least) least = sum, best = c;
      }
      right += best == i % 10;
    }
    QVERIFY2(right > 140, std::to_string(right).c_str());
  }

  void rowsAreShownOneAStep() {
    const test::TemporaryFolder folder;
    const DigitSequences digits(written(folder, "images", images(48, 5, 4)), written(folder, "labels", labels(48)));
    QCOMPARE(digits.steps(), 5);
    QCOMPARE(digits.inputs(), 4);
    for (const bool heldOut : {false, true}) {
      RandomStream random(1, 1);
      TrialBatch batch;
      digits.draw(30, heldOut, random, batch);
      QVERIFY(batch.lastOnly());
      for (std::size_t i = 0; i < 30; ++i) {
        // Pixel p of image k is (20 k + p) mod 256 over 255; its label k mod 10.
        const int first = static_cast<int>(std::lround(batch.x[i * 4] * 255));
        int image = -1;
        for (int k = 0; k < 48; ++k)
          if (20 * k % 256 == first && k % 10 == batch.decision[i]) image = k;
        QVERIFY(image >= 0);
        QVERIFY(heldOut ? image >= 44 : image < 44);
        for (int t = 0; t < 5; ++t)
          for (int c = 0; c < 4; ++c)
            QVERIFY(std::abs(batch.x[(static_cast<std::size_t>(t) * 30 + i) * 4 + static_cast<std::size_t>(c)] * 255 -
                             static_cast<float>((20 * image + 4 * t + c) % 256)) < 1e-3F);
      }
    }
  }

  void packedFilesAreReadAsPlainOnes() {
    const test::TemporaryFolder folder;
    const std::string plain = images(300, 28, 28);
    const IdxImages expected = readIdxImages(written(folder, "plain", plain));
    const auto same = [&](const char* name, const std::string& bytes) {
      return readIdxImages(written(folder, name, bytes)).pixels == expected.pixels;
    };
    QVERIFY(same("images.gz", gzip(plain)));
    QVERIFY(same("no-suffix", gzip(plain)));
    QVERIFY(same("two-members.gz", gzip(plain.substr(0, 1000)) + gzip(plain.substr(1000))));
    QCOMPARE(readIdxLabels(written(folder, "labels.gz", gzip(labels(48)))).size(), 48U);
    // A whole block of content may end exactly with the file's last byte.
    const std::string block(std::size_t{1} << 18U, 'x');
    QCOMPARE(readMaybeGzip(written(folder, "block.gz", gzip(block)), block.size()), block);
    QCOMPARE(readMaybeGzip(written(folder, "empty.gz", gzip("")), 100), std::string());
  }

  void damagedPackedFilesAreRefused() {
    const test::TemporaryFolder folder;
    const std::string whole = gzip(images(60, 9, 7));
    const auto refusal = [&](const std::string& bytes, std::size_t limit) -> std::string {
      try {
        readMaybeGzip(written(folder, "bad.gz", bytes), limit);
      } catch (const DataError& error) {
        return error.what();
      }
      return "";
    };
    const std::size_t limit = 1 << 20;
    for (std::size_t length = 2; length < whole.size(); ++length) {
      const std::string told = refusal(whole.substr(0, length), limit);
      QVERIFY2(told.find("packed byte " + std::to_string(length)) != std::string::npos, told.c_str());
    }
    std::string changed = whole;
    changed[whole.size() - 6] = static_cast<char>(changed[whole.size() - 6] ^ 1);  // the checksum
    QVERIFY(refusal(changed, limit).find("undamaged gzip data expected (incorrect data check)") != std::string::npos);
    changed = whole;
    changed[2] = 7;  // the method
    QVERIFY(refusal(changed, limit).find("undamaged gzip data expected") != std::string::npos);
    QVERIFY(refusal(whole + "x", limit).find("another gzip member") != std::string::npos);
    // A small file that unpacks to 64 MB stops at the limit.
    const std::string bomb = gzip(std::string(std::size_t{64} << 20U, '\0'));
    QVERIFY(bomb.size() < 100000);
    QVERIFY(refusal(bomb, limit).find("content of at most 1048576 bytes") != std::string::npos);
    QVERIFY(refusal(gzip(std::string(101, 'x')), 100).find("at most 100 bytes") != std::string::npos);
  }

  void refusals_data() {
    QTest::addColumn<QByteArray>("imageBytes");
    QTest::addColumn<QByteArray>("labelBytes");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const std::string& a, const std::string& b, const char* part) {
      const auto bytes = [](const std::string& s) { return QByteArray(s.data(), static_cast<qsizetype>(s.size())); };
      QTest::newRow(name) << bytes(a) << bytes(b) << QString(part);
    };
    const std::string good = images(30, 4, 4), names = labels(30);
    row("empty images", "", names, "byte 0");
    row("empty labels", good, "", "byte 0");
    row("magic", bigEndian(0x802) + good.substr(4), names,
        "0x00000803 (unsigned bytes, 3 axes) expected, found 0x00000802");
    row("labels as images", names, good, "0x00000803");
    row("truncated header", good.substr(0, 10), names, "byte 8");
    row("truncated", good.substr(0, good.size() - 1), names, "480 values after the header expected, found 479");
    row("too long", good + "x", names, "found 481");
    row("no images", images(0, 4, 4), names, "byte 4");
    row("huge", bigEndian(0x803) + bigEndian(0xFFFFFFFF) + bigEndian(0xFFFFFFFF) + bigEndian(0xFFFFFFFF), names,
        "values in all expected");
    row("other count", good, labels(29), "30 labels expected, as many as images; found 29");
    row("label 10", good, labels(29) + std::string(1, 10), "");
    row("packed and truncated inside", gzip(good.substr(0, good.size() - 1)), names, "byte 495: 480 values after");
    row("few images", images(23, 4, 4), labels(23), "at least 24 images");
    row("narrow", images(30, 4, 3), names, "sides of 4 to 64 pixels expected, found 3");
  }
  void refusals() {
    QFETCH(QByteArray, imageBytes);
    QFETCH(QByteArray, labelBytes);
    QFETCH(QString, part);
    const test::TemporaryFolder folder;
    std::string labelText(labelBytes.data(), static_cast<std::size_t>(labelBytes.size()));
    if (part.isEmpty()) {  // a wrong label in a file that is whole
      labelText = labels(30);
      labelText.back() = 10;
      part = QStringLiteral("byte 37");
    }
    const std::string a = written(folder, "images", {imageBytes.data(), static_cast<std::size_t>(imageBytes.size())}),
                      b = written(folder, "labels", labelText);
    try {
      const DigitSequences digits(a, b);
      QFAIL("not refused");
    } catch (const DataError& error) {
      QVERIFY2(std::string(error.what()).find(part.toStdString()) != std::string::npos, error.what());
    }
  }
};

QTEST_GUILESS_MAIN(TestDigitSequences)
#include "test_digit_sequences.moc"
