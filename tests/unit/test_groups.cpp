// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "engine/core/errors.h"
#include "engine/core/random_stream.h"
#include "engine/data/pair_task.h"
#include "tests/support/support.h"
#include "tests/support/text.h"

using namespace learnscope;
using namespace learnscope::test;

namespace {

using Permutation = std::vector<int>;

/// One-line images in lexicographic order.
std::vector<Permutation> permutations(int n, bool evenOnly) {
  Permutation images(static_cast<std::size_t>(n));
  std::iota(images.begin(), images.end(), 0);
  std::vector<Permutation> all;
  do {
    int inversions = 0;
    for (std::size_t i = 0; i < images.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) inversions += images[j] > images[i];
    if (!evenOnly || inversions % 2 == 0) all.push_back(images);
  } while (std::next_permutation(images.begin(), images.end()));
  return all;
}

std::string csvOf(const Group& group, const char* separator = ",") {
  std::string text;
  for (int g = 0; g < group.order(); ++g)
    for (int h = 0; h < group.order(); ++h)
      text += std::to_string(group.product(g, h)) + (h + 1 < group.order() ? separator : "\n");
  return text;
}

const char kNoGroup[] = "0 1 2 3 4\n1 0 3 4 2\n2 4 0 1 3\n3 2 4 0 1\n4 3 1 2 0\n";  // a loop of order 5

}  // namespace

class TestGroups : public QObject {
  Q_OBJECT
 private slots:
  void cyclicGroups() {
    for (int n : {2, 3, 23, 47, 97, 256}) {
      const Group group = Group::fromSpec(std::to_string(n));
      QCOMPARE(group.order(), n);
      QCOMPARE(group.name(), "Z_" + std::to_string(n));
      QVERIFY(group.isCyclic() && group.isAbelian() && group.isModularAddition());
      QCOMPARE(group.conjugacyClassCount(), n);
      for (int g = 0; g < n; ++g) {
        QCOMPARE(group.inverse(g), (n - g) % n);
        for (int h = 0; h < n; h += 5) QCOMPARE(group.product(g, h), (g + h) % n);
      }
    }
  }

  // The first factor varies fastest.
  void productsOfCyclicGroups_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QList<int>>("factors");
    QTest::addColumn<bool>("cyclic");
    QTest::newRow("4x6") << "4x6" << QList<int>{4, 6} << false;
    QTest::newRow("2x2x5") << "2x2x5" << QList<int>{2, 2, 5} << false;
    QTest::newRow("2x3x5") << "2x3x5" << QList<int>{2, 3, 5} << true;
    QTest::newRow("2x128") << "2x128" << QList<int>{2, 128} << false;
  }
  void productsOfCyclicGroups() {
    QFETCH(QString, spec);
    QFETCH(QList<int>, factors);
    QFETCH(bool, cyclic);
    const Group group = Group::fromSpec(spec.toStdString());
    QCOMPARE(group.order(), std::accumulate(factors.begin(), factors.end(), 1, std::multiplies<>()));
    QCOMPARE(group.isCyclic(), cyclic);
    QVERIFY(group.isAbelian() && !group.isModularAddition());
    const auto digits = [&](int g) {
      QList<int> d;
      for (int factor : factors) d.append(g % factor), g /= factor;
      return d;
    };
    for (int g = 0; g < group.order(); ++g)
      for (int h = 0; h < group.order(); ++h) {
        QList<int> sum = digits(g);
        for (qsizetype i = 0; i < sum.size(); ++i) sum[i] = (sum[i] + digits(h)[i]) % factors[i];
        QCOMPARE(digits(group.product(g, h)), sum);
      }
  }

  // g*h means apply g, then h.
  void permutationGroups_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<int>("classes");
    QTest::newRow("S2") << "S2" << 2;
    QTest::newRow("S3") << "S3" << 3;
    QTest::newRow("s4") << "s4" << 5;
    QTest::newRow("S5") << "S5" << 7;
    QTest::newRow("A3") << "A3" << 3;
    QTest::newRow("A4") << "A4" << 4;
    QTest::newRow("A5") << "A5" << 5;
  }
  void permutationGroups() {
    QFETCH(QString, spec);
    QFETCH(int, classes);
    const int degree = spec.last(1).toInt();
    const std::vector<Permutation> elements = permutations(degree, spec.startsWith('A'));
    const Group group = Group::fromSpec(spec.toStdString());
    QCOMPARE(group.order(), static_cast<int>(elements.size()));
    QCOMPARE(group.conjugacyClassCount(), classes);
    QCOMPARE(group.isAbelian(), group.order() < 4);
    for (int g = 0; g < group.order(); ++g)
      for (int h = 0; h < group.order(); ++h) {
        const Permutation &first = elements[static_cast<std::size_t>(g)],
                          &second = elements[static_cast<std::size_t>(h)];
        Permutation product;
        for (int image : first) product.push_back(second[static_cast<std::size_t>(image)]);
        QCOMPARE(elements[static_cast<std::size_t>(group.product(g, h))], product);
      }
  }

  // r^k is k, s r^k is m + k: r^m = s^2 = 1, r s = s r^-1.
  void dihedralGroups() {
    for (int m : {2, 3, 5, 8, 128}) {
      const Group group = Group::fromSpec("D" + std::to_string(m));
      QCOMPARE(group.order(), 2 * m);
      QCOMPARE(group.identity(), 0);
      for (int k = 0; k < m; ++k) {
        QCOMPARE(group.product(k, 1), (k + 1) % m);      // r^k r
        QCOMPARE(group.product(m, k), m + k);            // s r^k
        QCOMPARE(group.product(k, m), m + (m - k) % m);  // r^k s = s r^-k
        QCOMPARE(group.product(m + k, m + k), 0);        // a reflection
      }
      QCOMPARE(group.conjugacyClassCount(), m % 2 ? (m + 3) / 2 : (m + 6) / 2);
    }
  }

  void quaternions() {
    const Group group = Group::fromSpec("Q8");
    const int one = 0, minus = 1, i = 2, j = 4, k = 6;
    QCOMPARE(group.order(), 8);
    QCOMPARE(group.identity(), one);
    for (int unit : {i, j, k}) QCOMPARE(group.product(unit, unit), minus);
    QCOMPARE(group.product(i, j), k);
    QCOMPARE(group.product(j, k), i);
    QCOMPARE(group.product(k, i), j);
    QCOMPARE(group.product(j, i), k + 1);
    QCOMPARE(group.product(minus, i), i + 1);
    QCOMPARE(group.conjugacyClassCount(), 5);
  }

  void unknownGroupsAreRefused_data() {
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"",
                             "0",
                             "1",
                             "257",
                             "-5",
                             "1e3",
                             "4x",
                             "x4",
                             "4x0",
                             "4xx6",
                             "16x17",
                             "4y6",
                             "S",
                             "S1",
                             "S6",
                             "A2",
                             "A6",
                             "D1",
                             "D129",
                             "Q16",
                             "Z47",
                             " 47",
                             "99999999999999999999"})
      QTest::newRow(spec) << QString(spec);
    QTest::newRow("long") << QString(10000, '2');
  }
  void unknownGroupsAreRefused() {
    QFETCH(QString, spec);
    const std::string text = refusal<ConfigError>([&] { Group::fromSpec(spec.toStdString()); });
    EXPECT_HAS(text, "/group");
    EXPECT_HAS(text, "must be a group of order 2..256");
  }

  void tablesAreReadInEveryForm_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("name");
    const Group group = Group::fromSpec("S4");
    QTest::newRow("comma") << QByteArray::fromStdString(csvOf(group)) << "t.csv";
    QTest::newRow("semicolon") << QByteArray::fromStdString(csvOf(group, ";")) << "t.csv";
    QTest::newRow("spaces") << QByteArray::fromStdString(csvOf(group, "  ")) << "t.txt";
    QTest::newRow("tab") << QByteArray::fromStdString(csvOf(group, "\t")) << "t.tsv";
    QTest::newRow("windows, blank lines")
        << QByteArray("\r\n") + QByteArray::fromStdString(csvOf(group, ", ")).replace("\n", "\r\n\r\n") << "t.csv";
    QTest::newRow("no newline at the end") << QByteArray::fromStdString(csvOf(group)).chopped(1) << "t.csv";
    QTest::newRow("json") << "[[" + QByteArray::fromStdString(csvOf(group)).chopped(1).replace("\n", "],\n[") + "]]"
                          << "t.json";
  }
  void tablesAreReadInEveryForm() {
    QFETCH(QByteArray, text);
    QFETCH(QString, name);
    const TemporaryFolder folder;
    const std::string path = folder.path(name.toStdString());
    writeFile(path, text.toStdString());
    const Group read = Group::fromFile(path), expected = Group::fromSpec("S4");
    QVERIFY(std::ranges::equal(read.table(), expected.table()));
    QCOMPARE(read.name(), path);
  }

  // Every bad table of the lab's page, and what strangers' files hold beyond it.
  void badTablesAreRefusedWithTheirPlace_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("said");
    const auto row = [](const char* title, const QByteArray& text, const QStringList& said,
                        const char* name = "t.csv") { QTest::newRow(title) << text << QString(name) << said; };
    QByteArray outside = QByteArray::fromStdString(csvOf(Group::fromSpec("4x6")));
    QList<QByteArray> lines = outside.split('\n');
    QList<QByteArray> third = lines[2].split(',');
    third[4] = "24";
    lines[2] = third.join(',');
    row("entry outside", lines.join('\n'), {"row 3, column 5", "24 is not in 0..23"});
    row("negative entry", "0,1\n1,-1\n", {"row 2, column 2", "-1 is not in 0..1"});
    row("not square", "0,1,2\n1,2,0\n2,0\n", {"row 3", "3 entries expected", "found 2"});
    row("too few rows", "0,1,2\n1,2,0\n", {"row 1", "2 entries expected", "found 3"});
    row("row no permutation", "0,1,2\n1,2,1\n2,0,1\n", {"row 2", "1 occurs twice"});
    row("column no permutation", "0,1\n0,1\n", {"column 1", "0 occurs twice"});
    row("no identity", "0,2,1\n1,0,2\n2,1,0\n", {"no identity"});
    row("not associative", kNoGroup, {"elements 1, 1, 2", "(a b) c = 2", "a (b c) = 4"});
    row("one element", "0\n", {"2 to 256 rows", "found 1"});
    row("empty", "", {"2 to 256 rows", "found 0"});
    row("blank", "\n\n  \n", {"2 to 256 rows", "found 0"});
    row("text", "0,1\n1,zero\n", {"row 2, column 2", "an integer expected"});
    row("fraction", "0,1\n1,0.5\n", {"row 2"});
    row("not a number", "nan,1\n1,0\n", {"row 1, column 1", "an integer expected"});
    row("overflow", "0,1\n1,99999999999999999999\n", {"row 2, column 2", "an integer expected"});
    row("binary", QByteArray("\0\1\2\xff", 4), {"row 1, column 1"});
    row("json object", "{\"table\": [[0]]}", {"an array of rows"}, "t.json");
    row("json row", "[[0,1],7]", {"row 2", "array of integers"}, "t.json");
    row("json text", "[[0,1],[1,\"0\"]]", {"row 2, column 2", "an integer expected"}, "t.json");
    row("json fraction", "[[0,1],[1,0.0]]", {"row 2, column 2", "an integer expected"}, "t.json");
    row("json overflow", "[[0,1],[1,4294967296]]", {"row 2, column 2", "an integer expected"}, "t.json");
    row("json truncated", "[[0,1],[1,", {"t.json"}, "t.json");
    row("json deep", QByteArray(100, '[') + QByteArray(100, ']'), {"t.json"}, "t.json");
    QByteArray large;
    for (int g = 0; g < 257; ++g)
      for (int h = 0; h < 257; ++h) large += QByteArray::number((g + h) % 257) + (h == 256 ? "\n" : ",");
    row("257 elements", large, {"2 to 256 rows", "found 257"});
    row("oversized", QByteArray(3 << 20, '0'), {"t.csv"});
  }
  void badTablesAreRefusedWithTheirPlace() {
    QFETCH(QByteArray, text);
    QFETCH(QString, name);
    QFETCH(QStringList, said);
    const TemporaryFolder folder;
    const std::string path = folder.path(name.toStdString());
    writeFile(path, text.toStdString());
    const std::string error = refusal<DataError>([&] { Group::fromFile(path); });
    EXPECT_HAS(error, path);
    for (const QString& part : said) EXPECT_HAS(error, part.toStdString());
  }

  void aMissingFileIsAnIoError() {
    EXPECT_HAS(refusal<IoError>([] { Group::fromFile("/nonexistent/table.csv"); }), "/nonexistent/table.csv");
  }

  void expressionsMatchTheirValues_data() {
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QList<int>>("coefficients");  // of a^3, a^2, ab, b^2, a, b, 1
    QTest::newRow("a*b") << "a*b" << QList<int>{0, 0, 1, 0, 0, 0, 0};
    QTest::newRow("ab") << "ab" << QList<int>{0, 0, 1, 0, 0, 0, 0};
    QTest::newRow("a-b") << "a-b" << QList<int>{0, 0, 0, 0, 1, -1, 0};
    QTest::newRow("Power") << "a^2+a*b+b^2" << QList<int>{0, 1, 1, 1, 0, 0, 0};
    QTest::newRow("page") << "a^2+ab+b^2" << QList<int>{0, 1, 1, 1, 0, 0, 0};
    QTest::newRow("cube") << "a^3 + ab" << QList<int>{1, 0, 1, 0, 0, 0, 0};
    QTest::newRow("minus square") << "-a^2" << QList<int>{0, -1, 0, 0, 0, 0, 0};
    QTest::newRow("nested") << "2(a - (b + 3)) - -b" << QList<int>{0, 0, 0, 0, 2, -1, -6};
    QTest::newRow("squared sum") << "(a+b)^2" << QList<int>{0, 1, 2, 1, 0, 0, 0};
    QTest::newRow("power 0") << "a^0 + 1000000000*b^0" << QList<int>{0, 0, 0, 0, 0, 0, 1000000001};
  }
  void expressionsMatchTheirValues() {
    QFETCH(QString, expression);
    QFETCH(QList<int>, coefficients);
    for (int p : {2, 47, 256}) {
      const OperationTable table = OperationTable::fromExpression(expression.toStdString(), p);
      QVERIFY(!table.group());
      QCOMPARE(table.name(), expression.toStdString() + " mod " + std::to_string(p));
      for (long a = 0; a < p; ++a)
        for (long b = 0; b < p; ++b) {
          const long terms[] = {a * a * a, a * a, a * b, b * b, a, b, 1};
          long sum = 0;
          for (int i = 0; i < 7; ++i) sum += coefficients[i] * terms[i];
          QCOMPARE(static_cast<long>(table(static_cast<int>(a), static_cast<int>(b))), (sum % p + p) % p);
        }
    }
  }

  void largePowersAreQuick() {
    QString expression = "a^999";
    while (expression.size() < 195) expression += "a^999";
    const OperationTable table = OperationTable::fromExpression(expression.toStdString(), 251);
    // Fermat: a^250 = 1 mod 251.
    const int exponent = static_cast<int>(expression.size() / 5 * 999 % 250);
    long expected = 1;
    for (int i = 0; i < exponent; ++i) expected = expected * 6 % 251;
    QCOMPARE(table(6, 1), static_cast<int>(expected));
  }

  void badExpressionsAreRefusedWithTheirPosition_data() {
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QStringList>("said");
    QTest::newRow("unknown symbol") << "a+c" << QStringList{"position 3", "\"c\""};
    QTest::newRow("division") << "a/b" << QStringList{"position 2", "division is not allowed"};
    QTest::newRow("division first") << "/b" << QStringList{"position 1", "division"};
    QTest::newRow("fraction") << "0.5*a" << QStringList{"position 2", "integer"};
    QTest::newRow("empty") << "" << QStringList{"position 1", "the end"};
    QTest::newRow("spaces") << "   " << QStringList{"position 4", "the end"};
    QTest::newRow("open") << "(a+b" << QStringList{"position 5", "\")\" expected"};
    QTest::newRow("close") << "a+b)" << QStringList{"position 4", "operator expected"};
    QTest::newRow("operator last") << "a+" << QStringList{"position 3", "the end"};
    QTest::newRow("two operators") << "a**b" << QStringList{"position 3", "\"*\""};
    QTest::newRow("negative exponent") << "a^-1" << QStringList{"position 3", "exponent in 0..1000"};
    QTest::newRow("symbolic exponent") << "a^b" << QStringList{"position 3", "exponent"};
    QTest::newRow("large exponent") << "a^1001" << QStringList{"exponent in 0..1000"};
    QTest::newRow("large number") << "a+99999999999999999999" << QStringList{"position", "number"};
    QTest::newRow("code") << "__import__('os')" << QStringList{"position 1"};
    QTest::newRow("not ASCII") << QString::fromUtf8("a×b") << QStringList{"position 2"};
    QTest::newRow("deep") << QString(90, '(') + "a" + QString(90, ')') << QStringList{"nested at most 32 deep"};
    QTest::newRow("long") << QString(201, 'a') << QStringList{"at most 200 characters"};
  }
  void badExpressionsAreRefusedWithTheirPosition() {
    QFETCH(QString, expression);
    QFETCH(QStringList, said);
    const std::string error =
        refusal<ConfigError>([&] { OperationTable::fromExpression(expression.toStdString(), 47); });
    EXPECT_HAS(error, "/expression");
    for (const QString& part : said) EXPECT_HAS(error, part.toStdString());
  }

  void theModulusHasBounds() {
    for (int p : {-1, 0, 1, 257})
      EXPECT_HAS(refusal<ConfigError>([&] { OperationTable::fromExpression("a", p); }), "must be in 2..256");
  }

  void pairsAreOneShuffleOfTheTable() {
    const int counts[][2] = {{23, 361}, {31, 532}, {47, 905}, {59, 1203}, {97, 2219}};
    for (const auto& [p, n] : counts) QCOMPARE(PairTask::countFor(5, p), n);
    PairTask task(OperationTable(Group::fromSpec("S4")), 6, 300);
    const std::vector<std::int64_t> shuffle = RandomStream(6, 1).shuffled(576);
    std::vector<int> counted(24, 0);
    for (std::size_t i = 0; i < 576; ++i) {
      QCOMPARE(task.left()[i], static_cast<int>(shuffle[i] / 24));
      QCOMPARE(task.right()[i], static_cast<int>(shuffle[i] % 24));
      QCOMPARE(task.target()[i], task.operation()(task.left()[i], task.right()[i]));
      if (i < 300) ++counted[static_cast<std::size_t>(task.target()[i])];
    }
    QCOMPARE(task.classCounts(), counted);
    QCOMPARE(task.testCount(), 276);
    // Changing n keeps the shuffle.
    const std::vector<int> before(task.left().begin(), task.left().end());
    task.setTrainCount(100);
    QVERIFY(std::ranges::equal(task.left(), before));
    const std::vector<std::uint8_t> mask = task.trainMask();
    QCOMPARE(std::accumulate(mask.begin(), mask.end(), 0), 100);
    for (std::size_t i = 0; i < 576; ++i)
      QCOMPARE(mask[static_cast<std::size_t>(task.left()[i] * 24 + task.right()[i])] == 1, i < 100);
  }

  void trainingPairsHaveBounds() {
    const OperationTable operation(Group::fromSpec("7"));
    for (int n : {-1, 0, 6, 49, 50})
      EXPECT_HAS(refusal<ConfigError>([&] { PairTask(operation, 0, n); }),
                 "training pairs must be between M and M^2 - 1");
    QVERIFY(refusal<ConfigError>([&] { PairTask(operation, 0, 7), PairTask(operation, 0, 48); }).empty());
    QVERIFY(refusal<ConfigError>([&] { PairTask(operation, 0, 49, true); }).empty());
    QVERIFY(!refusal<ConfigError>([&] { PairTask(operation, 0, 50, true); }).empty());
  }
};

QTEST_APPLESS_MAIN(TestGroups)
#include "test_groups.moc"
