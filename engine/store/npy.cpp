// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/npy.h"

#include "engine/core/errors.h"
#include "engine/store/npy_header.h"
#include "engine/store/shape.h"

namespace learnscope {
namespace {

/// Copies `from` (first axis fastest) into row-major order.
void copyTransposed(const std::byte* from, std::byte* to, std::span<const std::int64_t> shape, std::size_t item) {
  const std::size_t axes = shape.size();
  std::vector<std::size_t> stride(axes), index(axes, 0);
  std::size_t count = 1;
  for (std::size_t a = 0; a < axes; ++a) {
    stride[a] = count;
    count *= static_cast<std::size_t>(shape[a]);
  }
  for (std::size_t i = 0, source = 0; i < count; ++i) {
    std::memcpy(to + i * item, from + source * item, item);
    for (std::size_t a = axes; a-- > 0;) {
      source += stride[a];
      if (++index[a] < static_cast<std::size_t>(shape[a])) break;
      source -= stride[a] * index[a];
      index[a] = 0;
    }
  }
}

}  // namespace

std::vector<std::byte> encodeNpy(const Array& array) {
  Bytes bytes = npyHeader(std::string("'").append(numpyName(array.dtype())).append("'"), array.shape());
  bytes.reserve(bytes.size() + array.bytes());
  append(bytes, ByteView(array.data(), array.bytes()));
  return bytes;
}

Array decodeNpy(std::span<const std::byte> bytes, const std::string& name) {
  const NpyHeader header = readNpyHeader(bytes, name);
  const auto type = dtypeNamed(header.descr);
  if (!type) throw DataError(name, "descr " + header.descr, "<f4, <f8, <i4, <i8 or |u1 expected");
  const auto size = checkedBytes(*type, header.shape);
  const std::size_t present = bytes.size() - header.dataOffset;
  if (!size || *size != present)
    throw DataError(name, "shape",
                    "as many values as the shape says expected, found " + std::to_string(present) + " bytes");
  Array array(*type, header.shape);
  if (*size == 0) return array;
  const std::byte* values = bytes.data() + header.dataOffset;
  if (header.fortranOrder)
    copyTransposed(values, array.mutableData(), header.shape, sizeOf(*type));
  else
    std::memcpy(array.mutableData(), values, *size);
  return array;
}

}  // namespace learnscope
