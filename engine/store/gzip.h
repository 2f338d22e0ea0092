// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

namespace learnscope {

/// The content of a file, unpacked if it starts as gzip (RFC 1952) does, whatever its name is. Neither the file nor its
/// content may exceed `limit` bytes: a file that unpacks to more is refused as soon as it does, with no more memory
/// used. Throws IoError, or DataError naming the byte of the packed file at which it is damaged or cut off.
std::string readMaybeGzip(const std::string& path, std::size_t limit);

}  // namespace learnscope
