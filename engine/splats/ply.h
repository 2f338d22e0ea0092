// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "engine/splats/ply_header.h"
#include "engine/splats/splat_file.h"

namespace learnscope::splats {

/// Rows of a binary element, a few thousand at a time: f(index of the first, their bytes, how many).
void forEachPlyBlock(const ByteSource& source, const PlyHeader& header, const PlyElement& element,
                     const Progress& progress, const std::function<void(std::size_t, ByteView, std::size_t)>& f);

/// f_rest columns 0, 9, 24 or 45 as a degree; throws DataError.
int degreeOfColumns(const ByteSource& source, const PlyElement& element, int columns);

LoadedSplats readCompressedPly(const ByteSource& source, const PlyHeader& header, const Progress& progress);
/// Points without scale and rotation: radii from their neighbours.
LoadedSplats readPointCloud(const ByteSource& source, const PlyHeader& header, const Progress& progress);

/// The columns called `names` of an element's rows, [names][count]; binary or ascii. Throws DataError for a name that
/// is missing or a list, and for an ascii value that is no number.
void readPlyColumns(const ByteSource& source, const PlyHeader& header, const PlyElement& element,
                    const std::vector<std::string>& names, const std::vector<float*>& columns,
                    const Progress& progress);

}  // namespace learnscope::splats
