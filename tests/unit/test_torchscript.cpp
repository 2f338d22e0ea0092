// SPDX-License-Identifier: GPL-3.0-or-later
// Weights from TorchScript archives (tests/data/torchscript, made with PyTorch 1.13) and hostile files in their place.
#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "engine/core/config.h"
#include "engine/core/errors.h"
#include "engine/store/zip_reader.h"
#include "engine/tools/fixed_points_tool.h"
#include "engine/tools/rnn_weights.h"
#include "engine/tools/torchscript_archive.h"
#include "tests/support/support.h"

using namespace learnscope;

namespace {

std::string fixture(const std::string& name) { return std::string(LEARNSCOPE_TEST_DATA "/torchscript/") + name; }

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string said(const std::function<void()>& reading) {
  try {
    reading();
  } catch (const Error& error) {
    return error.exitStatus() == ExitStatus::Refused ? error.what() : std::string("not refused: ") + error.what();
  }
  return {};
}

/// What the whole way through the helper process says.
std::string refusal(const std::string& path) {
  return said([&] { readRecurrentWeights(path); });
}

bool says(const std::string& text, const char* part) {
  const bool right = text.find(part) != std::string::npos && text.find("not refused") == std::string::npos;
  if (!right) qWarning("said: %s", text.c_str());
  return right;
}

bool refused(const std::string& path, const char* part) { return says(refusal(path), part); }

/// What the helper says before LibTorch sees the file; a process takes half a second to start.
bool refusedUnseen(const std::string& path, const char* part) {
  const std::string content = contentOf(path);
  return says(said([&] { checkTorchScriptArchive(bytesOf(content), path); }), part);
}

/// A zip of stored members; a member's claimed size may lie.
class Zip {
 public:
  Zip& add(const std::string& name, const std::string& body, std::uint16_t method = zip::stored,
           std::uint32_t claimed = 0) {
    const std::uint32_t offset = static_cast<std::uint32_t>(bytes_.size());
    const std::uint32_t size = claimed ? claimed : static_cast<std::uint32_t>(body.size());
    appendNumber(bytes_, zip::localSignature);
    shared(bytes_, name, body, method, size);
    append(bytes_, name);
    append(bytes_, body);
    appendNumber(directory_, zip::centralSignature);
    appendNumber(directory_, std::uint16_t{20});
    shared(directory_, name, body, method, size);
    for (int i = 0; i < 3; ++i) appendNumber(directory_, std::uint16_t{0});
    appendNumber(directory_, std::uint32_t{0});
    appendNumber(directory_, offset);
    append(directory_, name);
    ++count_;
    return *this;
  }
  void save(const std::string& path) const {
    Bytes all = bytes_;
    append(all, directory_);
    appendNumber(all, zip::endSignature);
    appendNumber(all, std::uint32_t{0});
    appendNumber(all, count_);
    appendNumber(all, count_);
    appendNumber(all, static_cast<std::uint32_t>(directory_.size()));
    appendNumber(all, static_cast<std::uint32_t>(bytes_.size()));
    appendNumber(all, std::uint16_t{0});
    write(path, std::string(textOf(all)));
  }

 private:
  static void shared(Bytes& to, const std::string& name, const std::string& body, std::uint16_t method,
                     std::uint32_t size) {
    for (const std::uint16_t value : {std::uint16_t{20}, std::uint16_t{0}, method, std::uint16_t{0}, std::uint16_t{33}})
      appendNumber(to, value);
    appendNumber(to, zip::crc(bytesOf(body)));
    appendNumber(to, static_cast<std::uint32_t>(body.size()));
    appendNumber(to, size);
    appendNumber(to, static_cast<std::uint16_t>(name.size()));
    appendNumber(to, std::uint16_t{0});
  }
  Bytes bytes_, directory_;
  std::uint16_t count_ = 0;
};

/// The members of a fixture, to be changed and packed again.
std::map<std::string, std::string> membersOf(const std::string& path) {
  const std::string content = contentOf(path);
  const ZipReader archive(bytesOf(content), path);
  std::map<std::string, std::string> members;
  for (const ZipMember& member : archive.members()) members[member.name] = textOf(archive.content(member));
  return members;
}

void pack(const std::map<std::string, std::string>& members, const std::string& path) {
  Zip packed;
  for (const auto& [name, body] : members) packed.add(name, body);
  packed.save(path);
}

}  // namespace

class TestTorchScript : public QObject {
  Q_OBJECT
 private slots:
  // A scripted net with a GRU and a readout; the values are those PyTorch printed (seed 0).
  void scriptedGru() {
    const RecurrentWeights weights = readRecurrentWeights(fixture("gru.pt"));
    QVERIFY(weights.cell == RnnCell::Gru);
    QCOMPARE(weights.hidden, 2);
    QCOMPARE(weights.inputs, 2);
    const std::vector<double> recurrent{-0.6755, -0.4683, -0.2915, 0.0262, 0.2795,  0.4243,
                                        -0.4794, -0.3079, 0.2568,  0.5872, -0.1455, 0.5291};
    for (std::size_t i = 0; i < recurrent.size(); ++i) QVERIFY(std::abs(weights.recurrent[i] - recurrent[i]) < 5.1e-5);
    const std::vector<double> bias{-0.2756, 0.6109, -0.4583, -0.3255, -0.4940, -0.6622};
    for (std::size_t i = 0; i < bias.size(); ++i) QVERIFY(std::abs(weights.recurrentBias[i] - bias[i]) < 5.1e-5);
  }

  // A traced torch.nn.RNN with W = 2 I: nine fixed points through the tool.
  void tracedNetThroughTheTool() {
    std::vector<Problem> problems;
    const auto tool = makeFixedPointsTool();
    const Config arguments = resolved(tool->describe().parameters, {{"weights", fixture("traced.pt")}}, problems);
    QVERIFY(problems.empty());
    const Json summary = tool->run(arguments, {});
    QCOMPARE(summary["fixedPoints"].get<int>(), 9);
    QCOMPARE(summary["cell"].get<std::string>(), std::string("vanilla"));
  }

  void picklesAreRefused() {
    QVERIFY(refused(fixture("state_dict.pt"), "pickle of torch.save"));
    QVERIFY(refused(fixture("legacy.pt"), "plain pickles are not read"));
    const test::TemporaryFolder folder;
    // Python's os.system("touch ran") as a pickle: plain, as torch.save's zip, and inside a TorchScript archive.
    const std::string mark = folder.path("ran");
    const std::string code = "cposix\nsystem\n(S'touch " + mark + "'\ntR.";
    write(folder.path("plain.pt"), "\x80\x02" + code);
    QVERIFY(refusedUnseen(folder.path("plain.pt"), "plain pickles are not read"));
    Zip().add("a/data.pkl", "\x80\x02" + code).add("a/version", "3\n").save(folder.path("zip.pt"));
    QVERIFY(refused(folder.path("zip.pt"), "pickle of torch.save"));
    auto members = membersOf(fixture("traced.pt"));
    members["traced/data.pkl"] = "\x80\x02" + code;
    pack(members, folder.path("inside.pt"));
    QVERIFY(refused(folder.path("inside.pt"), "inside.pt"));
    QVERIFY(!std::filesystem::exists(mark));
  }

  void codeThatRunsWhileLoadingIsRefused() {
    const test::TemporaryFolder folder;
    for (const char* code : {"  def __setstate__(self, state: int) -> NoneType:\n    return None\n",
                             "  def f(self) -> Tensor:\n    return torch.from_file(\"x\", True, 4)\n",
                             "  def f(self) -> NoneType:\n    ops.aten.save(1, \"x\")\n"}) {
      auto members = membersOf(fixture("traced.pt"));
      members["traced/code/__torch__/torch/nn/modules/rnn.py"] += code;
      pack(members, folder.path("code.pt"));
      QVERIFY(refusedUnseen(folder.path("code.pt"), "refused"));
    }
    auto members = membersOf(fixture("traced.pt"));
    members["traced/run.sh"] = "touch x";
    pack(members, folder.path("more.pt"));
    QVERIFY(refusedUnseen(folder.path("more.pt"), "traced/run.sh"));
    members.erase("traced/run.sh");
    members["traced/code/../../x.py"] = "x";
    pack(members, folder.path("up.pt"));
    QVERIFY(refusedUnseen(folder.path("up.pt"), "a member of a TorchScript archive"));
    members.erase("traced/code/../../x.py");
    members["traced/code/__torch__/torch/nn/modules/rnn.py"] = "class RNN(Module):\n  broken(";
    pack(members, folder.path("broken.pt"));
    QVERIFY(refused(folder.path("broken.pt"), "TorchScript cannot read it"));
  }

  void badWeights() {
    const test::TemporaryFolder folder;
    auto members = membersOf(fixture("traced.pt"));
    const float nan = NAN;
    members["traced/data/1"].replace(0, 4, reinterpret_cast<const char*>(&nan), 4);
    pack(members, folder.path("nan.pt"));
    QVERIFY(refused(folder.path("nan.pt"), "finite"));
    members["traced/data/1"].resize(4);
    pack(members, folder.path("short.pt"));
    QVERIFY(!refusal(folder.path("short.pt")).empty());
    // The input weights stand where the recurrent ones should: 2×1 is no H×H.
    auto swapped = membersOf(fixture("traced.pt"));
    for (const char* name : {"traced/data.pkl", "traced/code/__torch__/torch/nn/modules/rnn.py"}) {
      std::string& text = swapped[name];
      for (std::size_t at = 0; (at = text.find("weight_hh_l0", at)) != std::string::npos;)
        text.replace(at, 12, "weight_xx_l0");
      for (std::size_t at = 0; (at = text.find("weight_ih_l0", at)) != std::string::npos;)
        text.replace(at, 12, "weight_hh_l0");
    }
    pack(swapped, folder.path("shape.pt"));
    QVERIFY(refused(folder.path("shape.pt"), "found 2×1"));
  }

  void bombsAndDamage() {
    const test::TemporaryFolder folder;
    // A member that claims 3 GB, one that claims more than deflate can give, and ten thousand of them.
    Zip()
        .add("a/data.pkl", "x", zip::deflated, 3000000000U)
        .add("a/constants.pkl", "x")
        .add("a/code/a.py", "x")
        .save(folder.path("bomb.pt"));
    QVERIFY(refusedUnseen(folder.path("bomb.pt"), "1 GB"));
    Zip()
        .add("a/data.pkl", "x", zip::deflated, 900000000U)
        .add("a/constants.pkl", "x")
        .add("a/code/a.py", "x")
        .save(folder.path("ratio.pt"));
    QVERIFY(refusedUnseen(folder.path("ratio.pt"), "plausible"));
    Zip many;
    for (int i = 0; i < 10001; ++i) many.add("a/data/" + std::to_string(i), "");
    many.save(folder.path("many.pt"));
    QVERIFY(refusedUnseen(folder.path("many.pt"), "10000"));
    write(folder.path("empty.pt"), "");
    QVERIFY(refusedUnseen(folder.path("empty.pt"), "torch.jit.save"));
    QVERIFY(!refusal(folder.path("absent.pt")).empty());
    const std::string whole = contentOf(fixture("traced.pt"));
    for (double share = 0; share < 1; share += 0.01) {
      write(folder.path("cut.pt"),
            whole.substr(0, static_cast<std::size_t>(share * static_cast<double>(whole.size()))));
      QVERIFY(refusedUnseen(folder.path("cut.pt"), "cut.pt"));
    }
    for (std::size_t at = 40; at < whole.size(); at += whole.size() / 5) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      write(folder.path("flip.pt"), damaged);
      readable(folder.path("flip.pt"));
    }
  }

 private:
  /// Loads, or is refused: never anything else.
  static void readable(const std::string& path) {
    const std::string text = refusal(path);
    QVERIFY2(text.find("not refused") == std::string::npos, text.c_str());
  }
};

QTEST_APPLESS_MAIN(TestTorchScript)
#include "test_torchscript.moc"
