// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>

#include "engine/core/errors.h"
#include "engine/splats/ply.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kBlockBytes = 1 << 20;
constexpr std::size_t kLongestNumber = 64;

/// The white-space separated numbers of a text file.
class NumberReader {
 public:
  NumberReader(const ByteSource& source, std::uint64_t offset) : source_(source), offset_(offset) {}

  float next(std::uint64_t row, const std::string& column) {
    fill();
    while (at_ < text_.size() && isSpace(text_[at_])) {
      ++at_;
      fill();
    }
    std::size_t end = at_;
    while (end < text_.size() && !isSpace(text_[end])) ++end;
    const std::string_view word = std::string_view(text_).substr(at_, end - at_);
    at_ = end;
    // Values beyond a float's range come out as infinite and are dropped with their splat.
    double value = 0;
    const std::size_t plus = !word.empty() && word[0] == '+' ? 1 : 0;
    const auto [stop, error] = std::from_chars(word.data() + plus, word.data() + word.size(), value);
    if (word.empty() || stop != word.data() + word.size() || error == std::errc::invalid_argument)
      throw DataError(source_.name(), "row " + std::to_string(row + 1) + ", " + column,
                      word.empty() ? "truncated PLY: the file ends here"
                                   : "a number expected, found \"" + std::string(word.substr(0, 20)) + "\"");
    return static_cast<float>(error == std::errc::result_out_of_range ? 1e39 : value);
  }

 private:
  static bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

  /// Keeps enough text behind `at_` for the longest number.
  void fill() {
    if (text_.size() - at_ > kLongestNumber || offset_ == source_.size()) return;
    text_.erase(0, at_);
    at_ = 0;
    const auto more = std::min<std::uint64_t>(kBlockBytes, source_.size() - offset_);
    const std::size_t before = text_.size();
    text_.resize(before + more);
    source_.read(offset_, std::as_writable_bytes(std::span(text_).subspan(before)));
    offset_ += more;
  }

  const ByteSource& source_;
  std::uint64_t offset_;
  std::string text_;
  std::size_t at_ = 0;
};

void readAscii(const ByteSource& source, const PlyHeader& header, const PlyElement& element,
               const std::vector<const PlyProperty*>& wanted, const std::vector<float*>& columns,
               const Progress& progress) {
  NumberReader reader(source, header.dataOffset);
  std::vector<float*> target(element.properties.size());
  for (std::size_t k = 0; k < wanted.size(); ++k)
    target[static_cast<std::size_t>(wanted[k] - element.properties.data())] = columns[k];
  for (const PlyElement& before : header.elements) {
    if (&before == &element) break;
    for (std::uint64_t row = 0; row < before.count; ++row)
      for (const PlyProperty& property : before.properties) reader.next(row, property.name);
  }
  for (std::uint64_t row = 0; row < element.count; ++row) {
    if (row % 4096 == 0)
      progress.report(static_cast<double>(row) / static_cast<double>(element.count), LS_TR("reading splats"));
    for (std::size_t k = 0; k < target.size(); ++k) {
      const float value = reader.next(row, element.properties[k].name);
      if (target[k]) target[k][row] = value;
    }
  }
}

}  // namespace

void forEachPlyBlock(const ByteSource& source, const PlyHeader& header, const PlyElement& element,
                     const Progress& progress, const std::function<void(std::size_t, ByteView, std::size_t)>& f) {
  const std::uint64_t offset = header.offsetOf(source, element);
  const std::size_t rows = std::max<std::size_t>(1, kBlockBytes / std::max<std::size_t>(1, element.stride));
  Bytes block;
  for (std::uint64_t first = 0; first < element.count; first += rows) {
    progress.report(static_cast<double>(first) / static_cast<double>(element.count), LS_TR("reading splats"));
    const std::size_t count = std::min<std::uint64_t>(rows, element.count - first);
    block.resize(count * element.stride);
    source.read(offset + first * element.stride, block);
    f(first, block, count);
  }
}

void readPlyColumns(const ByteSource& source, const PlyHeader& header, const PlyElement& element,
                    const std::vector<std::string>& names, const std::vector<float*>& columns,
                    const Progress& progress) {
  std::vector<const PlyProperty*> wanted;
  for (const std::string& name : names) {
    const PlyProperty* property = element.find(name);
    if (!property || property->list)
      throw DataError(source.name(), "element " + element.name, "property " + name + " expected");
    wanted.push_back(property);
  }
  if (header.encoding == PlyEncoding::Ascii) return readAscii(source, header, element, wanted, columns, progress);
  forEachPlyBlock(source, header, element, progress, [&](std::size_t first, ByteView rows, std::size_t count) {
    for (std::size_t k = 0; k < wanted.size(); ++k)
      decodePlyColumn(header, element, *wanted[k], rows, columns[k] + first, count);
  });
}

}  // namespace learnscope::splats
