// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/splats/ply_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "engine/core/errors.h"

namespace learnscope::splats {
namespace {

constexpr std::size_t kHeaderLimit = 64 << 10;
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 40;

std::optional<PlyType> typeOf(std::string_view name) {
  static const std::map<std::string_view, PlyType> types{
      {"char", PlyType::Int8},      {"int8", PlyType::Int8},       {"uchar", PlyType::UInt8},
      {"uint8", PlyType::UInt8},    {"short", PlyType::Int16},     {"int16", PlyType::Int16},
      {"ushort", PlyType::UInt16},  {"uint16", PlyType::UInt16},   {"int", PlyType::Int32},
      {"int32", PlyType::Int32},    {"uint", PlyType::UInt32},     {"uint32", PlyType::UInt32},
      {"float", PlyType::Float32},  {"float32", PlyType::Float32}, {"double", PlyType::Float64},
      {"float64", PlyType::Float64}};
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string_view> wordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Reads the lines of a header one after the other.
class HeaderParser {
 public:
  HeaderParser(const ByteSource& source, std::string_view text) : source_(source), text_(text) {}

  PlyHeader parse() {
    if (const auto first = nextLine(); !first || *first != "ply") refuse("\"ply\" expected");
    bool formatSeen = false;
    while (const auto line = nextLine()) {
      const std::vector<std::string_view> words = wordsOf(*line);
      if (words.empty() || words[0] == "obj_info") continue;
      if (words[0] == "comment")
        header_.comments.emplace_back(line->substr(std::min<std::size_t>(8, line->size())));
      else if (words[0] == "format")
        formatSeen = addFormat(words);
      else if (words[0] == "element")
        addElement(words);
      else if (words[0] == "property")
        addProperty(words);
      else if (words[0] == "end_header")
        return finished(formatSeen);
      else
        refuse("format, element, property, comment or end_header expected");
    }
    throw DataError(source_.name(), "", "no end_header in the first 64 kB: not a PLY file, or a truncated one");
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) const {
    throw DataError(source_.name(), "line " + std::to_string(line_), expected);
  }

  std::optional<std::string_view> nextLine() {
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) return {};
    std::string_view line = text_.substr(at_, end - at_);
    at_ = end + 1;
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }

  bool addFormat(const std::vector<std::string_view>& words) {
    if (words.size() != 3 || words[2] != "1.0") refuse("format and version 1.0 expected");
    if (words[1] == "ascii")
      header_.encoding = PlyEncoding::Ascii;
    else if (words[1] == "binary_little_endian")
      header_.encoding = PlyEncoding::LittleEndian;
    else if (words[1] == "binary_big_endian")
      header_.encoding = PlyEncoding::BigEndian;
    else
      refuse("format ascii, binary_little_endian or binary_big_endian expected");
    return true;
  }

  void addElement(const std::vector<std::string_view>& words) {
    PlyElement element;
    if (words.size() != 3) refuse("element, its name and its count expected");
    const auto [stop, error] = std::from_chars(words[2].data(), words[2].data() + words[2].size(), element.count);
    if (error != std::errc() || stop != words[2].data() + words[2].size() || element.count > kMostRows)
      refuse("a count of 0 to 2^40 expected, found \"" + std::string(words[2].substr(0, 30)) + "\"");
    element.name = words[1];
    if (header_.find(element.name)) refuse("element " + element.name + " stands there twice");
    header_.elements.push_back(std::move(element));
  }

  void addProperty(const std::vector<std::string_view>& words) {
    if (header_.elements.empty()) refuse("a property before any element");
    PlyElement& element = header_.elements.back();
    PlyProperty property;
    property.list = words.size() == 5 && words[1] == "list";
    if (words.size() != 3 && !property.list) refuse("property, its type and its name expected");
    const auto type = typeOf(words[words.size() - 2]);
    if (!type || (property.list && !typeOf(words[2])))
      refuse("a type such as float or uchar expected, found \"" + std::string(words[1].substr(0, 30)) + "\"");
    property.type = *type;
    property.name = words.back();
    if (element.find(property.name)) refuse("property " + property.name + " stands there twice");
    property.offset = element.stride;
    if (!property.list) element.stride += sizeOf(property.type);
    element.properties.push_back(std::move(property));
  }

  PlyHeader finished(bool formatSeen) {
    if (!formatSeen) refuse("no format line before end_header");
    header_.dataOffset = at_;
    return std::move(header_);
  }

  const ByteSource& source_;
  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 0;
  PlyHeader header_;
};

template <class T, bool Swap>
void decode(const std::byte* first, std::size_t stride, std::size_t count, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), first + i * stride, sizeof(T));
    if constexpr (Swap) std::reverse(bytes.begin(), bytes.end());
    out[i] = static_cast<float>(std::bit_cast<T>(bytes));
  }
}

template <bool Swap>
void decodeAs(PlyType type, const std::byte* first, std::size_t stride, std::size_t count, float* out) {
  switch (type) {
    case PlyType::Int8:
      return decode<std::int8_t, Swap>(first, stride, count, out);
    case PlyType::UInt8:
      return decode<std::uint8_t, Swap>(first, stride, count, out);
    case PlyType::Int16:
      return decode<std::int16_t, Swap>(first, stride, count, out);
    case PlyType::UInt16:
      return decode<std::uint16_t, Swap>(first, stride, count, out);
    case PlyType::Int32:
      return decode<std::int32_t, Swap>(first, stride, count, out);
    case PlyType::UInt32:
      return decode<std::uint32_t, Swap>(first, stride, count, out);
    case PlyType::Float32:
      return decode<float, Swap>(first, stride, count, out);
    case PlyType::Float64:
      return decode<double, Swap>(first, stride, count, out);
  }
}

}  // namespace

std::size_t sizeOf(PlyType type) {
  constexpr std::array<std::size_t, 8> sizes{1, 1, 2, 2, 4, 4, 4, 8};
  return sizes[static_cast<std::size_t>(type)];
}

bool PlyElement::hasLists() const {
  return std::any_of(properties.begin(), properties.end(), [](const PlyProperty& p) { return p.list; });
}

const PlyProperty* PlyElement::find(const std::string& property) const {
  const auto found =
      std::find_if(properties.begin(), properties.end(), [&](const PlyProperty& p) { return p.name == property; });
  return found == properties.end() ? nullptr : &*found;
}

int PlyElement::countOf(const std::string& prefix) const {
  return static_cast<int>(std::count_if(properties.begin(), properties.end(),
                                        [&](const PlyProperty& p) { return p.name.starts_with(prefix); }));
}

const PlyElement* PlyHeader::find(const std::string& element) const {
  const auto found =
      std::find_if(elements.begin(), elements.end(), [&](const PlyElement& e) { return e.name == element; });
  return found == elements.end() ? nullptr : &*found;
}

std::uint64_t PlyHeader::offsetOf(const ByteSource& source, const PlyElement& element) const {
  std::uint64_t offset = dataOffset;
  for (const PlyElement& before : elements) {
    if (&before == &element) return offset;
    if (before.hasLists())
      throw DataError(source.name(), "element " + before.name, "no list before " + element.name + " expected");
    offset += before.count * before.stride;
  }
  return offset;
}

void PlyHeader::checkSize(const ByteSource& source) const {
  const std::uint64_t left = source.size() - dataOffset;
  std::uint64_t promised = 0;
  bool open = false;  // a list makes the size of what follows unknown
  for (const PlyElement& element : elements) {
    open = open || element.hasLists();
    if (open) break;
    // Counts are below 2^40 and a header of 64 kB names under 2^14 properties, so this cannot overflow.
    const std::uint64_t bytes = element.count * element.stride;
    if (bytes > left - promised) {
      const std::uint64_t held = element.stride == 0 ? 0 : (left - promised) / element.stride;
      throw DataError(source.name(), "element " + element.name,
                      "truncated PLY: header promises " + std::to_string(element.count) +
                          (element.name == "vertex" ? " splats (" : " rows (") + std::to_string(bytes) +
                          " bytes), file holds " + std::to_string(held));
    }
    promised += bytes;
  }
  if (!open && promised != left)
    throw DataError(source.name(), "byte " + std::to_string(dataOffset + promised),
                    "the end of the file expected: header promises " + std::to_string(promised) +
                        " bytes of data, file holds " + std::to_string(left));
}

PlyHeader readPlyHeader(const ByteSource& source) {
  const Bytes bytes = source.read(0, std::min<std::uint64_t>(source.size(), kHeaderLimit));
  return HeaderParser(source, textOf(bytes)).parse();
}

void decodePlyColumn(const PlyHeader& header, const PlyElement& element, const PlyProperty& property, ByteView rows,
                     float* out, std::size_t count) {
  const std::byte* first = rows.data() + property.offset;
  if (header.encoding == PlyEncoding::BigEndian)
    decodeAs<true>(property.type, first, element.stride, count, out);
  else
    decodeAs<false>(property.type, first, element.stride, count, out);
}

}  // namespace learnscope::splats
