// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "engine/core/random_stream.h"
#include "engine/store/npy.h"
#include "engine/tools/fixed_points_tool.h"
#include "engine/tools/rnn_weights.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

Array matrix(std::vector<double> values, std::int64_t rows, std::int64_t columns) {
  return Array::from<double>(values, {rows, columns});
}

std::vector<double> draws(RandomStream& random, std::size_t n, double bound) {
  std::vector<double> values(n);
  for (double& value : values) value = random.uniform(-bound, bound);
  return values;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string refusal(const std::string& path) {
  try {
    readRecurrentWeights(path);
  } catch (const Error& error) {
    return error.exitStatus() == ExitStatus::Refused ? error.what() : std::string("not refused: ") + error.what();
  }
  return {};
}

Config arguments(Json values) {
  std::vector<Problem> problems;
  Config config = resolved(makeFixedPointsTool()->describe().parameters, values, problems);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return config;
}

}  // namespace

class TestFixedPointsTool : public QObject {
  Q_OBJECT
 private slots:
  // The nine points of h = tanh(2 h) through files.
  void ninePointsThroughFiles() {
    const test::TemporaryFolder folder;
    writeNpz(folder.path("w.npz"),
             {{"rnn.weight_hh_l0", matrix({2, 0, 0, 2}, 2, 2)}, {"fc.weight", matrix({1, 1}, 1, 2)}});
    RandomStream random(1, "starts");
    const auto bytes = encodeNpy(matrix(draws(random, 400, 1.5), 200, 2));
    write(folder.path("s.npy"), std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    const Json summary = makeFixedPointsTool()->run(arguments({{"weights", folder.path("w.npz")},
                                                               {"states", folder.path("s.npy")},
                                                               {"flow", 8},
                                                               {"out", folder.path("fp.npz")}}),
                                                    {});
    QCOMPARE(summary["fixedPoints"].get<int>(), 9);
    QCOMPARE(summary["unsolvedStarts"].get<int>(), 0);
    QCOMPARE(summary["cell"].get<std::string>(), std::string("vanilla"));
    const auto out = readNpz(folder.path("fp.npz"));
    QVERIFY((out.at("states").shape() == std::vector<std::int64_t>{9, 2}));
    QVERIFY((out.at("eigenvalues").shape() == std::vector<std::int64_t>{9, 2, 2}));
    QCOMPARE(out.at("pointOfStart").size(), std::size_t{200});
    QCOMPARE(out.at("flowDirections").size(), std::size_t{128});
    makeFixedPointsTool()->run(arguments({{"weights", folder.path("w.npz")}, {"out", folder.path("fp.csv")}}), {});
    std::ifstream csv(folder.path("fp.csv"));
    std::string header;
    std::getline(csv, header);
    QCOMPARE(header, std::string("point,kind,q,unstable,largestModulus,basin,starts,continuum,h0,h1"));
  }

  // Gates in PyTorch's order, biases added, and the constant input: against a plain loop.
  void gatesAndInput() {
    const test::TemporaryFolder folder;
    RandomStream random(2, "weights");
    const std::int64_t h = 3, d = 2;
    const auto hh = draws(random, 27, 1), ih = draws(random, 18, 1), bhh = draws(random, 9, 1),
               bih = draws(random, 9, 1);
    writeNpz(folder.path("gru.npz"), {{"weight_hh_l0", matrix(hh, 3 * h, h)},
                                      {"weight_ih_l0", matrix(ih, 3 * h, d)},
                                      {"bias_hh_l0", Array::vector<double>(bhh)},
                                      {"bias_ih_l0", Array::vector<double>(bih)}});
    const RecurrentWeights weights = readRecurrentWeights(folder.path("gru.npz"));
    QVERIFY(weights.cell == RnnCell::Gru);
    const std::vector<double> x{0.7, -1.1}, state{0.2, -0.4, 0.9};
    const auto map = mapOf(weights, RnnActivation::Tanh, 1, x);
    double next[3];
    map->step(state.data(), 1, next);
    const auto gate = [&](std::size_t row, double scale) {
      double z = bih[row] + ih[row * 2] * x[0] + ih[row * 2 + 1] * x[1], r = bhh[row];
      for (std::size_t j = 0; j < 3; ++j) r += hh[row * 3 + j] * state[j];
      return z + scale * r;
    };
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    for (std::size_t u = 0; u < 3; ++u) {
      const double r = sigmoid(gate(u, 1)), z = sigmoid(gate(3 + u, 1)), n = std::tanh(gate(6 + u, r));
      QVERIFY(std::abs(next[u] - ((1 - z) * n + z * state[u])) < 1e-14);
    }
    QVERIFY_EXCEPTION_THROWN(mapOf(weights, RnnActivation::Tanh, 1, {1.0}), ConfigError);
  }

  void lstmFromJson() {
    const test::TemporaryFolder folder;
    write(folder.path("w.json"),
          R"({"lstm.weight_hh_l0": [[0.5], [1], [2], [-1]], "lstm.bias_hh_l0": [0.1, 0.2, 0.3, 0.4],
                                     "lstm.bias_ih_l0": [0, 0, 0, 0.1]})");
    const RecurrentWeights weights = readRecurrentWeights(folder.path("w.json"));
    QVERIFY(weights.cell == RnnCell::Lstm && weights.hidden == 1);
    const auto map = mapOf(weights, RnnActivation::Tanh, 1, {});
    const double state[2] = {0.3, -0.6};
    double next[2];
    map->step(state, 1, next);
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    const double c = sigmoid(0.2 + 0.3) * -0.6 + sigmoid(0.1 + 0.15) * std::tanh(0.3 + 0.6);
    QVERIFY(std::abs(next[1] - c) < 1e-14);
    QVERIFY(std::abs(next[0] - sigmoid(0.5 - 0.3) * std::tanh(c)) < 1e-14);
  }

  void hostileFiles() {
    const test::TemporaryFolder folder;
    const auto says = [&](const std::string& name, const char* part) {
      const std::string text = refusal(folder.path(name));
      return text.find(part) != std::string::npos && text.find("not refused") == std::string::npos;
    };
    writeNpz(folder.path("shape.npz"), {{"weight_hh_l0", matrix(std::vector<double>(10), 5, 2)}});
    QVERIFY(says("shape.npz", "found 5×2"));
    writeNpz(folder.path("bias.npz"),
             {{"W", matrix({1, 0, 0, 1}, 2, 2)}, {"b", Array::vector<double>(std::vector<double>{1})}});
    QVERIFY(says("bias.npz", "shape 2 expected"));
    writeNpz(folder.path("nan.npz"), {{"W", matrix({1, NAN, 0, 1}, 2, 2)}});
    QVERIFY(says("nan.npz", "finite"));
    writeNpz(folder.path("inf.npz"), {{"W", matrix({1, 0, INFINITY, 1}, 2, 2)}});
    QVERIFY(says("inf.npz", "finite"));
    writeNpz(folder.path("none.npz"), {{"x", matrix({1}, 1, 1)}});
    QVERIFY(says("none.npz", "missing"));
    writeNpz(folder.path("empty.npz"), {{"W", matrix({}, 0, 0)}});
    QVERIFY(says("empty.npz", "expected"));
    writeNpz(folder.path("deep.npz"), {{"weight_hh_l0", matrix({1}, 1, 1)}, {"weight_hh_l1", matrix({1}, 1, 1)}});
    QVERIFY(says("deep.npz", "one layer"));
    writeNpz(folder.path("both.npz"),
             {{"weight_hh_l0", matrix({1}, 1, 1)}, {"weight_hh_l0_reverse", matrix({1}, 1, 1)}});
    QVERIFY(says("both.npz", "one direction"));
    writeNpz(folder.path("two.npz"), {{"a.weight_hh_l0", matrix({1}, 1, 1)}, {"b.weight_hh_l0", matrix({1}, 1, 1)}});
    QVERIFY(says("two.npz", "one recurrent layer"));
    write(folder.path("net.pt"),
          "\x80\x02"
          "cposix\nsystem\n");
    QVERIFY(says("net.pt", "plain pickles are not read"));
    write(folder.path("net.pkl"), "\x80\x02");
    QVERIFY(says("net.pkl", "run code"));
    write(folder.path("text.npz"), "not a zip");
    QVERIFY(says("text.npz", "zip"));
    write(folder.path("zero.npz"), "");
    QVERIFY(says("zero.npz", "zip"));
    writeNpz(folder.path("whole.npz"), {{"W", matrix({1, 0, 0, 1}, 2, 2)}});
    std::ifstream whole(folder.path("whole.npz"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
    for (std::size_t cut = 1; cut < bytes.size(); cut += 7) {
      write(folder.path("cut.npz"), bytes.substr(0, cut));
      QVERIFY(!refusal(folder.path("cut.npz")).empty());
    }
    for (const char* text : {"", "[", "[]", "{}", R"({"W": 3})", R"({"W": [[1, "x"]]})", R"({"W": [[1, 2], [3]]})",
                             R"({"W": []})", R"({"W": [[1, 2], 3]})", R"({"W": [[1e999]]})"}) {
      write(folder.path("bad.json"), text);
      QVERIFY2(!refusal(folder.path("bad.json")).empty(), text);
    }
    QVERIFY(!refusal(folder.path("absent.npz")).empty());
  }

  void hostileStates() {
    const test::TemporaryFolder folder;
    const auto put = [&](const char* name, const Array& array) {
      const auto bytes = encodeNpy(array);
      write(folder.path(name), std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
      return folder.path(name);
    };
    QCOMPARE(readStates(put("a.npy", Array::from<float>(std::vector<float>(24), {3, 4, 2})), 2).size(),
             std::size_t{24});
    QVERIFY_EXCEPTION_THROWN(readStates(put("b.npy", matrix(std::vector<double>(6), 2, 3)), 2), DataError);
    QVERIFY_EXCEPTION_THROWN(readStates(put("c.npy", Array::vector<double>(std::vector<double>(2))), 2), DataError);
    QVERIFY_EXCEPTION_THROWN(readStates(put("d.npy", matrix({1, NAN}, 1, 2)), 2), DataError);
    QVERIFY_EXCEPTION_THROWN(readStates(put("e.npy", matrix({}, 0, 2)), 2), DataError);
    write(folder.path("f.npy"), "\x93NUMPY");
    QVERIFY_EXCEPTION_THROWN(readStates(folder.path("f.npy"), 2), DataError);
  }

  void refusesBadArguments() {
    const test::TemporaryFolder folder;
    writeNpz(folder.path("w.npz"), {{"W", matrix({0.5}, 1, 1)}});
    const auto tool = makeFixedPointsTool();
    const std::string w = folder.path("w.npz");
    QVERIFY_EXCEPTION_THROWN(tool->run(arguments({{"weights", w}, {"out", folder.path("x.txt")}}), {}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(tool->run(arguments({{"weights", w}, {"input", {1.0}}}), {}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(tool->run(arguments({{"weights", w}, {"slowSpeed", 1e-15}}), {}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(arguments({{"leak", 0.0}}), ConfigError);
    QVERIFY_EXCEPTION_THROWN(tool->run(arguments(Json::object()), {}), ConfigError);
    QVERIFY(!std::filesystem::exists(folder.path("x.txt")));
  }
};

QTEST_APPLESS_MAIN(TestFixedPointsTool)
#include "test_fixed_points_tool.moc"
