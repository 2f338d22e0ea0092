// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/measures/fixed_point_table.h"

#include <algorithm>
#include <limits>

namespace learnscope {

State fixedPointTable(const FixedPoints& found, int dimension) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto d = static_cast<std::size_t>(dimension), shown = std::min<std::size_t>(3, d);
  std::vector<double> states, q, eigenvalues, directions, basin;
  std::vector<std::int64_t> slow, unstable, starts, continuum;
  for (const FixedPoint& point : found.points) {
    states.insert(states.end(), point.state.begin(), point.state.end());
    q.push_back(point.q);
    slow.push_back(point.slow);
    unstable.push_back(point.unstable);
    starts.push_back(point.starts);
    basin.push_back(point.basin);
    continuum.push_back(point.continuum);
    for (std::size_t k = 0; k < d; ++k) {
      const bool there = k < point.eigenvalues.size();
      eigenvalues.push_back(there ? point.eigenvalues[k].real() : none);
      eigenvalues.push_back(there ? point.eigenvalues[k].imag() : none);
    }
    for (std::size_t k = 0; k < shown * d; ++k)
      directions.push_back(k < point.directions.size() ? point.directions[k] : none);
  }
  const auto n = static_cast<std::int64_t>(found.points.size()), size = static_cast<std::int64_t>(d);
  State table;
  table.put("states", Array::from<double>(states, {n, size}));
  table.put("q", Array::vector<double>(q));
  table.put("slow", Array::vector<std::int64_t>(slow));
  table.put("unstable", Array::vector<std::int64_t>(unstable));
  table.put("starts", Array::vector<std::int64_t>(starts));
  table.put("basin", Array::vector<double>(basin));
  table.put("continuum", Array::vector<std::int64_t>(continuum));
  table.put("eigenvalues", Array::from<double>(eigenvalues, {n, size, 2}));
  table.put("directions", Array::from<double>(directions, {n, static_cast<std::int64_t>(shown), size}));
  return table;
}

}  // namespace learnscope
