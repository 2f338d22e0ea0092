// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "engine/store/file_lock.h"
#include "engine/store/run_file.h"
#include "engine/store/run_reader.h"
#include "engine/store/run_writer.h"
#include "engine/store/sha256.h"

namespace learnscope {
namespace {

/// Every field goes into the hash with its length, so that no two contents give the same bytes.
class Digest {
 public:
  Digest& add(std::string_view text) {
    number(text.size());
    hash_.add(bytesOf(text));
    return *this;
  }
  Digest& add(ByteView bytes) {
    number(bytes.size());
    hash_.add(bytes);
    return *this;
  }
  Digest& number(std::uint64_t value) {
    hash_.add(std::as_bytes(std::span(&value, 1)));
    return *this;
  }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

void addArray(Digest& digest, const std::string& measure, std::int64_t step, const Array& array) {
  digest.add("array").add(measure).number(static_cast<std::uint64_t>(step)).add(numpyName(array.dtype()));
  digest.add(std::as_bytes(std::span(array.shape()))).add(std::as_bytes(std::span(array.ids())));
  digest.add(ByteView(array.data(), array.bytes()));
}

/// JSON has no infinity and no NaN.
Json finiteOrNull(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json measuresJson(RunReader& reader) {
  Json measures = Json::object();
  for (const auto& [name, point] : reader.lastValues())
    measures[name] = {{"kind", "scalar"}, {"step", point.step}, {"value", finiteOrNull(point.value)}};
  Statement query =
      reader.database().statement("SELECT measure, count(*), max(step) FROM arrays GROUP BY measure", "table arrays");
  while (query.step())
    measures[query.text(0)] = {{"kind", "array"}, {"count", query.integer(1)}, {"step", query.integer(2)}};
  return measures;
}

/// Steps a second of training and measuring, from the trainer's own clock; null if it was not recorded.
Json stepRate(RunReader& reader, std::int64_t forkStep) {
  const std::vector<ScalarPoint> ends = reader.ends("wallTime");
  if (ends.empty() || !(ends.back().value > 0)) return nullptr;
  return finiteOrNull(static_cast<double>(ends.back().step - forkStep) / ends.back().value);
}

}  // namespace

Json runFileInfo(const std::string& path) {
  const bool written = FileLock::held(path);
  RunReader reader(path);
  Transaction snapshot(reader.database(), false);
  const Manifest manifest = reader.manifest();
  const RunInfo& info = manifest.info;
  const bool interrupted = manifest.state == RunState::Running && !written;
  Json events = Json::array();
  for (const Event& event : reader.events())
    events.push_back({{"name", event.id}, {"step", event.step}, {"detected", event.detected}, {"title", event.title}});
  const std::vector<CheckpointInfo> checkpoints = reader.checkpoints();
  std::size_t checkpointBytes = 0;
  for (const CheckpointInfo& checkpoint : checkpoints) checkpointBytes += checkpoint.bytes;
  Json json = {{"lab", info.lab},
               {"id", info.id},
               {"title", info.label.title},
               {"note", info.label.note},
               {"starred", info.label.starred},
               {"state", runStateName(interrupted ? RunState::Interrupted : manifest.state)},
               {"config", info.config.json()},
               {"seed", info.seed},
               {"steps", manifest.progress.lastStep},
               {"targetSteps", info.steps},
               {"stepRate", stepRate(reader, info.forkStep)},
               {"measures", measuresJson(reader)},
               {"events", std::move(events)},
               {"journalEntries", manifest.progress.journal},
               {"checkpoints", checkpoints.size()},
               {"checkpointBytes", checkpointBytes},
               {"checkpointLimit", WriterLimits().checkpointBytes},
               {"parent", info.parent},
               {"forkStep", info.forkStep},
               {"difference", info.difference},
               {"created", info.created},
               {"appVersion", info.appVersion},
               {"machine", info.machine},
               {"schema", runFileSchema}};
  snapshot.commit();
  json["bytes"] = runFileBytes(path);
  return json;
}

std::string runFileDigest(const std::string& path) {
  RunReader reader(path);
  reader.check();
  Transaction snapshot(reader.database(), false);
  const Manifest manifest = reader.manifest();
  Digest digest;
  digest.add("learnscope run 1").add(manifest.info.lab).add(manifest.info.config.json().dump());
  digest.number(manifest.info.seed);
  for (const auto& [measure, points] : reader.scalars()) {
    if (measure == "wallTime") continue;
    digest.add("scalars").add(measure).number(points.size());
    for (const ScalarPoint& point : points) digest.add(std::as_bytes(std::span(&point, 1)));
  }
  reader.eachArray([&](const std::string& measure, std::int64_t step, const Array& array) {
    addArray(digest, measure, step, array);
  });
  for (const Event& event : reader.events())
    digest.add("event")
        .add(event.id)
        .number(static_cast<std::uint64_t>(event.step))
        .number(static_cast<std::uint64_t>(event.detected))
        .add(event.values.dump());
  for (const JournalEntry& entry : reader.journal())
    digest.add("journal").number(static_cast<std::uint64_t>(entry.step)).add(entry.command.dump());
  snapshot.commit();
  return digest.hex().substr(0, 16);
}

}  // namespace learnscope
