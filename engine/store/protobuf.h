// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/store/bytes.h"

namespace learnscope {

/// Writes one message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding): fields by
/// number, in the order in which they are added.
class ProtoMessage {
 public:
  ProtoMessage& integer(unsigned field, std::uint64_t value) {
    tag(field, 0);
    varint(value);
    return *this;
  }
  ProtoMessage& real(unsigned field, double value) {
    tag(field, 1);
    appendNumber(bytes_, value);
    return *this;
  }
  ProtoMessage& real(unsigned field, float value) {
    tag(field, 5);
    appendNumber(bytes_, value);
    return *this;
  }
  ProtoMessage& bytes(unsigned field, ByteView value) {
    tag(field, 2);
    varint(value.size());
    append(bytes_, value);
    return *this;
  }
  ProtoMessage& text(unsigned field, std::string_view value) { return bytes(field, bytesOf(value)); }
  ProtoMessage& message(unsigned field, const ProtoMessage& value) { return bytes(field, value.bytes_); }
  /// A packed repeated field.
  ProtoMessage& reals(unsigned field, std::span<const double> values) { return bytes(field, std::as_bytes(values)); }
  const Bytes& wire() const { return bytes_; }

 private:
  void tag(unsigned field, unsigned wireType) { varint(field << 3U | wireType); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_.push_back(static_cast<std::byte>(0x80 | (value & 0x7FU)));
    bytes_.push_back(static_cast<std::byte>(value));
  }
  Bytes bytes_;
};

}  // namespace learnscope
