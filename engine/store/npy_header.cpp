// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/npy_header.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/core/errors.h"
#include "engine/store/shape.h"

namespace learnscope {
namespace {

constexpr std::string_view magic{"\x93NUMPY", 6};
constexpr std::size_t textLimit = 65535;  // what version 1.0 can hold; longer ones belong to types that we do not read

/// Parses the one-line Python dictionary; knows exactly the literals that numpy writes there.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::size_t start, const std::string& name)
      : text_(text), start_(start), name_(name) {}

  NpyHeader parse() {
    NpyHeader header;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true))
        header.descr = next() == '[' ? bracketed() : quoted();
      else if (key == "fortran_order" && !std::exchange(order, true))
        header.fortranOrder = boolean();
      else if (key == "shape" && !std::exchange(shape, true))
        header.shape = tuple();
      else
        refuse("descr, fortran_order and shape, once each, expected");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!descr || !order || !shape) refuse("descr, fortran_order and shape expected");
    skipSpace();
    if (at_ != text_.size()) refuse("nothing after the header's dictionary expected");
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) const {
    throw DataError(name_, "byte " + std::to_string(start_ + at_), expected);
  }
  void skipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  char next() {
    skipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (next() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse(std::string("'") + c + "' of a .npy header expected");
  }
  std::string quoted() {
    const char quote = next();
    if (quote != '\'' && quote != '"') refuse("a quoted text of a .npy header expected");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse("a closing quote expected");
    std::string found(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return found;
  }
  std::string bracketed() {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) refuse("']' expected");
    std::string found(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    return found;
  }
  bool boolean() {
    next();
    for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {std::string_view("False"), false}})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    refuse("True or False expected");
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!accept(')')) {
      next();
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
      if (error != std::errc() || value < 0) refuse("an extent from 0 up expected");
      at_ = static_cast<std::size_t>(end - text_.data());
      values.push_back(value);
      if (values.size() > axisLimit) refuse("at most " + std::to_string(axisLimit) + " axes expected");
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  std::string_view text_;
  std::size_t start_;
  const std::string& name_;
  std::size_t at_ = 0;
};

}  // namespace

Bytes npyHeader(std::string_view descr, std::span<const std::int64_t> shape) {
  std::string text = "{'descr': " + std::string(descr) + ", 'fortran_order': False, 'shape': (";
  for (const std::int64_t extent : shape) text += std::to_string(extent) + (shape.size() == 1 ? "," : ", ");
  if (shape.size() > 1) text.resize(text.size() - 2);
  text += "), }";
  constexpr std::size_t before = magic.size() + 4;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  Bytes bytes;
  append(bytes, magic);
  appendNumber(bytes, std::uint8_t{1});
  appendNumber(bytes, std::uint8_t{0});
  appendNumber(bytes, static_cast<std::uint16_t>(text.size()));
  append(bytes, text);
  return bytes;
}

NpyHeader readNpyHeader(ByteView bytes, const std::string& name) {
  if (bytes.size() < magic.size() + 4 || textOf(bytes.first(magic.size())) != magic)
    throw DataError(name, "byte 0", "numpy's .npy expected");
  const auto version = static_cast<int>(bytes[6]);
  if (version < 1 || version > 3) throw DataError(name, "byte 6", ".npy of version 1, 2 or 3 expected");
  const std::size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) throw DataError(name, "byte 8", "the header's length expected");
  const std::size_t length = version == 1 ? numberAt<std::uint16_t>(bytes, 8) : numberAt<std::uint32_t>(bytes, 8);
  if (length > textLimit || length > bytes.size() - start)
    throw DataError(name, "byte 8", "a whole header of at most 64 kB expected");
  NpyHeader header = HeaderParser(textOf(bytes.subspan(start, length)), start, name).parse();
  header.dataOffset = start + length;
  return header;
}

}  // namespace learnscope
