// SPDX-License-Identifier: GPL-3.0-or-later
#include <zstd.h>

#include <QTest>
#include <cstring>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/store/bytes.h"
#include "engine/store/sha256.h"
#include "engine/store/tensor_container.h"
#include "tests/support/same.h"

using namespace learnscope;
using test::same;

namespace {

State sampleState() {
  State state;
  std::vector<float> weights(1000);
  RandomStream random(3, "weights");
  for (float& w : weights) w = static_cast<float>(random.normal());
  state.put("weights", Array::from<float>(weights, {10, 100}));
  state.put("tasks", Array::from<double>(std::vector<double>{1, 2, 3}, {3}, {7, 9, 4}));
  state.put("empty", Array(DType::Float64, {0, 5}));
  state.put("bytes", Array::vector<std::uint8_t>(std::vector<std::uint8_t>{1, 2, 3}));
  state.putScalar<std::int64_t>("position", -5);
  state.put("order", Array::vector<std::int32_t>(std::vector<std::int32_t>{2, 0, 1}));
  return state;
}

/// True if the bytes are refused with a DataError; false if they decode to `expected`; fails the test otherwise.
bool refused(const Bytes& bytes, const State& expected) {
  try {
    const State decoded = decodeState(bytes, "test");
    if (!same(decoded, expected)) qFatal("damaged container decoded to other content");
    return false;
  } catch (const DataError&) {
    return true;
  }
}

Bytes containerWith(const std::string& header, std::size_t dataBytes) {
  Bytes bytes;
  append(bytes, std::string_view("\x89LSTATE\n", 8));
  appendNumber(bytes, std::uint32_t{1});
  appendNumber(bytes, static_cast<std::uint32_t>(header.size()));
  appendNumber(bytes, crc32c(bytesOf(header)));
  appendNumber(bytes, std::uint32_t{0});
  append(bytes, header);
  bytes.resize((bytes.size() + 63) / 64 * 64 + dataBytes);
  return bytes;
}

}  // namespace

class TestTensorContainer : public QObject {
  Q_OBJECT
 private slots:
  void checksumHasThePublishedValues() {
    // RFC 3720, appendix B.4, and the check value of the Castagnoli polynomial.
    const std::string digits = "123456789";
    QCOMPARE(crc32c(bytesOf(digits)), 0xE3069283U);
    const Bytes zeros(32), ones(32, std::byte{0xFF});
    QCOMPARE(crc32c(zeros), 0x8A9136AAU);
    QCOMPARE(crc32c(ones), 0x62A8AB43U);
    QCOMPARE(crc32c(bytesOf(digits.substr(4)), crc32c(bytesOf(digits.substr(0, 4)))), 0xE3069283U);
    RandomStream random(1, "bytes");
    for (std::size_t n = 0; n < 100; ++n) {
      Bytes bytes(n);
      for (std::byte& b : bytes) b = static_cast<std::byte>(random.below(256));
      QCOMPARE(crc32c(bytes, 17), crc32cPortable(bytes, 17));
    }
  }

  void sha256HasThePublishedValues() {
    // FIPS 180-4 examples.
    const auto hash = [](std::string_view text, std::size_t piece) {
      Sha256 sha;
      for (std::size_t at = 0; at < text.size(); at += piece) sha.add(bytesOf(text.substr(at, piece)));
      return sha.hex();
    };
    QCOMPARE(hash("", 1), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(hash("abc", 2), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    for (const std::size_t piece : {1, 7, 55, 56, 64, 1000})
      QCOMPARE(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", piece),
               std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    QCOMPARE(hash(std::string(1000000, 'a'), 999),
             std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
  }

  void everyTypeComesBack() {
    const State state = sampleState();
    for (const bool compress : {false, true}) {
      const State back = decodeState(encodeState(state, compress), "test");
      QVERIFY(same(back, state));
      for (const auto& [name, array] : back.arrays())
        QCOMPARE(reinterpret_cast<std::uintptr_t>(array.data()) % 64, std::uintptr_t{0});
    }
    QVERIFY(same(decodeState(encodeState(State(), true), "test"), State()));
  }

  void zerosCompress() {
    State state;
    state.put("moments", Array(DType::Float32, {1000, 1000}));
    const Bytes bytes = encodeState(state, true);
    QVERIFY2(bytes.size() < 10000, qPrintable(QString::number(bytes.size())));
    QVERIFY(same(decodeState(bytes, "test"), state));
  }

  void dataIsAlignedInTheFile() {
    State state;
    state.put("a", Array::vector<float>(std::vector<float>{1.5F}));
    const Bytes bytes = encodeState(state, false);
    QCOMPARE(bytes.size() % 64, std::size_t{4});
    QCOMPARE(numberAt<float>(bytes, bytes.size() - 4), 1.5F);
  }

  void everyBitFlipIsRefusedOrHarmless() {
    const State state = sampleState();
    for (const bool compress : {false, true}) {
      const Bytes bytes = encodeState(state, compress);
      int refusals = 0;
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        Bytes damaged = bytes;
        damaged[i] ^= static_cast<std::byte>(1U << (i % 8));
        refusals += refused(damaged, state);
      }
      QVERIFY(refusals > static_cast<int>(bytes.size() * 9 / 10));
    }
  }

  void everyTruncationIsRefused() {
    const State state = sampleState();
    for (const bool compress : {false, true}) {
      const Bytes bytes = encodeState(state, compress);
      for (std::size_t n = 0; n < bytes.size(); n += 3)
        QVERIFY(refused(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)), state));
      Bytes longer = bytes;
      longer.push_back(std::byte{0});
      QVERIFY(refused(longer, state));
    }
  }

  void hostileHeadersAreRefused_data() {
    QTest::addColumn<QString>("header");
    const auto row = [](const char* name, const QString& entry) {
      QTest::newRow(name) << QStringLiteral("{\"arrays\":[%1]}").arg(entry);
    };
    QTest::newRow("no arrays") << "{}";
    QTest::newRow("not an object") << "[1]";
    QTest::newRow("not JSON") << "{";
    QTest::newRow("deep") << QString(200, '[');
    row("number", "1");
    row("huge", R"({"name":"a","dtype":"<f8","shape":[1000000000000],"offset":0,"bytes":8000000000000,"crc32c":0})");
    row("overflow", R"({"name":"a","dtype":"<f8","shape":[4294967296,4294967296],"offset":0,"bytes":0,"crc32c":0})");
    row("hidden overflow",
        R"({"name":"a","dtype":"<f8","shape":[0,9000000000000000000,9000000000000000000],"offset":0,"bytes":0,"crc32c":0})");
    row("negative", R"({"name":"a","dtype":"<f8","shape":[-1],"offset":0,"bytes":8,"crc32c":0})");
    row("fraction", R"({"name":"a","dtype":"<f8","shape":[1.5],"offset":0,"bytes":8,"crc32c":0})");
    row("enormous number", R"({"name":"a","dtype":"<f8","shape":[1e300],"offset":0,"bytes":8,"crc32c":0})");
    row("too many axes",
        R"({"name":"a","dtype":"|u1","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,)"
        R"(1,1,1,1,1],"offset":0,"bytes":1,"crc32c":0})");
    row("offset outside",
        R"({"name":"a","dtype":"<f8","shape":[1],"offset":18446744073709551552,"bytes":8,"crc32c":0})");
    row("negative offset", R"({"name":"a","dtype":"<f8","shape":[1],"offset":-64,"bytes":8,"crc32c":0})");
    row("object type", R"({"name":"a","dtype":"|O","shape":[1],"offset":0,"bytes":8,"crc32c":0})");
    row("wrong checksum", R"({"name":"a","dtype":"<f8","shape":[8],"offset":0,"bytes":64,"crc32c":1})");
    row("huge ids", R"({"name":"a","dtype":"<f8","shape":[1000000000000,0],"offset":0,"bytes":0,"crc32c":0,)"
                    R"("ids":{"offset":0,"bytes":8000000000000,"crc32c":0}})");
    row("twice", R"({"name":"a","dtype":"|u1","shape":[0],"offset":0,"bytes":0,"crc32c":0},)"
                 R"({"name":"a","dtype":"|u1","shape":[0],"offset":0,"bytes":0,"crc32c":0})");
  }
  void hostileHeadersAreRefused() {
    QFETCH(QString, header);
    QVERIFY_THROWS_EXCEPTION(DataError, decodeState(containerWith(header.toStdString(), 64), "test"));
  }

  void bombsAreRefusedBeforeTheyUnpack() {
    // A frame that claims 2^40 bytes.
    Bytes frame;
    appendNumber(frame, std::uint32_t{ZSTD_MAGICNUMBER});
    appendNumber(frame, std::uint8_t{0xE0});  // single segment, 8-byte content size
    appendNumber(frame, std::uint64_t{1} << 40U);
    frame.resize(64);
    QVERIFY_THROWS_EXCEPTION(DataError, decodeState(frame, "test"));
    // One that claims less than the limit but holds nothing.
    std::memset(frame.data(), 0, frame.size());
    Bytes small;
    appendNumber(small, std::uint32_t{ZSTD_MAGICNUMBER});
    appendNumber(small, std::uint8_t{0xE0});
    appendNumber(small, std::uint64_t{1} << 29U);
    QVERIFY_THROWS_EXCEPTION(DataError, decodeState(small, "test"));
  }

  void errorsNameFileAndPlace() {
    const State state = sampleState();
    Bytes bytes = encodeState(state, false);
    bytes.back() ^= std::byte{1};
    try {
      decodeState(bytes, "my.lscope: checkpoints: step 5");
      QFAIL("not refused");
    } catch (const DataError& error) {
      const QString text = error.what();
      QVERIFY2(text.startsWith("my.lscope: checkpoints: step 5: array ") && text.contains("weights"), qPrintable(text));
    }
  }
};

QTEST_GUILESS_MAIN(TestTensorContainer)
#include "test_tensor_container.moc"
