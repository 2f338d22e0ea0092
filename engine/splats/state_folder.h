// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/measures/joint_estimate.h"
#include "engine/splats/splat_file.h"

namespace learnscope::splats {

/// The splat files of one object in several states, ascending.
struct StateSeries {
  std::string name;  ///< of the object
  struct File {
    int state = 0;
    std::string path;
  };
  std::vector<File> files;
};

/// The series in a folder, largest first. Official names are [eval_gaussians_]MESH_PART_STATE[_OTHERS].SUFFIX with a
/// state 0..5 and pairs of digits for the other parts; any other name that ends in digits is a plain sequence
/// (name0001.ply). Files of no series and subfolders are passed over. Throws IoError; DataError where there is none.
std::vector<StateSeries> findStateSeries(const std::string& folder);

/// An object of a folder, state by state.
struct ObjectStates {
  std::string name;
  std::string firstFile;                                 ///< that of the first state
  std::vector<int> states;                               ///< ascending; gaps where files are missing
  std::vector<std::shared_ptr<const Gaussians>> splats;  ///< of each
  bool sameCount = true;                                 ///< otherwise no displacement can be told
  bool pixelAligned = false;  ///< as many Gaussians as pixels of four views: index i is a pixel, not a material point
  bool material() const { return sameCount && !pixelAligned; }
  std::vector<std::string> notes;  ///< what a user should know: gaps, mixed counts, dropped splats
};
/// Reads all files of a series; splats that cannot be drawn break the correspondence, so a file with some counts as one
/// of another size. Throws DataError, IoError, Cancelled.
ObjectStates readStates(const StateSeries& series, const Progress& progress = {});

/// The joint that moves the object; nothing where its Gaussians are no material points or nothing moves.
std::optional<JointEstimate> jointOf(const ObjectStates& object);

/// The object between states: `place` counts files from 0. With a joint its part is turned or slid on from the state
/// before; without one that state is returned.
Gaussians stateAt(const ObjectStates& object, const std::optional<JointEstimate>& joint, double place);

}  // namespace learnscope::splats
