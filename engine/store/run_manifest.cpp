// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/run_manifest.h"

#include <charconv>

#include "engine/store/run_schema.h"

namespace learnscope {
namespace {

constexpr RunState states[] = {RunState::Created,  RunState::Running, RunState::Paused,     RunState::Finished,
                               RunState::Diverged, RunState::Failed,  RunState::Interrupted};

/// Rows of the manifest by key, with what is expected of them.
class Rows {
 public:
  explicit Rows(Database& database) : file_(database.path()) {
    Statement query = database.statement("SELECT key, value, crc32c FROM manifest", "table manifest");
    while (query.step()) {
      const std::string key = query.text(0), value = query.text(1);
      if (RowChecksum().add(key).add(value).value() != query.integer(2)) refuse(key, "an undamaged row (CRC32C)");
      rows_[key] = value;
    }
  }

  const std::string& text(const std::string& key) const {
    const auto found = rows_.find(key);
    if (found == rows_.end()) refuse(key, "a value");
    return found->second;
  }

  /// "" in files written before the key existed.
  std::string laterText(const std::string& key) const { return rows_.contains(key) ? text(key) : ""; }

  template <class Integer>
  Integer number(const std::string& key) const {
    const std::string& value = text(key);
    Integer number{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) refuse(key, "an integer");
    return number;
  }

  Json object(const std::string& key) const {
    Json json = parseJson(text(key), file_ + ": manifest: " + key);
    if (!json.is_object()) refuse(key, "a JSON object");
    return json;
  }

  RunState state() const {
    for (const RunState state : states)
      if (text("state") == runStateName(state)) return state;
    refuse("state", "created, running, paused, finished, diverged, failed or interrupted");
  }

  RunProgress progress() const {
    const Json json = object("progress");
    const auto count = [&](const char* key) {
      if (!json.contains(key) || !json[key].is_number_integer() || json[key] < 0) refuse("progress", "counts");
      return json[key].get<std::int64_t>();
    };
    return {count("lastStep"), count("points"), count("arrays"), count("events"), count("journal")};
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const {
    throw DataError(file_, "manifest: " + key, expected + " expected");
  }
  std::string file_;
  std::map<std::string, std::string> rows_;
};

std::string textAt(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

Measure measureFrom(const Json& json) {
  Measure measure{.id = textAt(json, "id"), .title = textAt(json, "title"), .doc = textAt(json, "doc")};
  measure.unit = textAt(json, "unit");
  measure.kind = textAt(json, "kind") == "array" ? MeasureKind::Array : MeasureKind::Scalar;
  measure.cadence = textAt(json, "cadence");
  measure.group = textAt(json, "group");
  if (json.is_object() && json.contains("shape") && json["shape"].is_array())
    for (const Json& extent : json["shape"])
      if (extent.is_string()) measure.shape.push_back(extent.get<std::string>());
  return measure;
}

}  // namespace

std::string progressText(const RunProgress& progress) {
  return Json{{"lastStep", progress.lastStep},
              {"points", progress.points},
              {"arrays", progress.arrays},
              {"events", progress.events},
              {"journal", progress.journal}}
      .dump();
}

std::map<std::string, std::string> labelRows(const RunLabel& label) {
  return {{"title", label.title}, {"note", label.note}, {"starred", label.starred ? "1" : ""}};
}

std::map<std::string, std::string> manifestRows(const Manifest& manifest) {
  const RunInfo& info = manifest.info;
  std::map<std::string, std::string> rows = labelRows(info.label);
  rows.insert({{"id", info.id},
               {"lab", info.lab},
               {"config", info.config.json().dump()},
               {"seed", std::to_string(info.seed)},
               {"steps", std::to_string(info.steps)},
               {"created", info.created},
               {"appVersion", info.appVersion},
               {"machine", info.machine},
               {"parent", info.parent},
               {"parentPath", info.parentPath},
               {"forkStep", std::to_string(info.forkStep)},
               {"difference", info.difference.dump()},
               {"state", std::string(runStateName(manifest.state))},
               {"progress", progressText(manifest.progress)},
               {"description", manifest.description}});
  return rows;
}

void writeManifestRow(Database& database, const std::string& key, const std::string& value) {
  database
      .statement("INSERT INTO manifest VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET value=?2, crc32c=?3",
                 "table manifest")
      .bind(1, key)
      .bind(2, value)
      .bind(3, RowChecksum().add(key).add(value).value())
      .run();
}

Manifest readManifest(Database& database) {
  const Rows rows(database);
  Manifest manifest;
  RunInfo& info = manifest.info;
  info.id = rows.text("id");
  info.lab = rows.text("lab");
  info.config = Config(rows.object("config"));
  info.seed = rows.number<std::uint64_t>("seed");
  info.steps = rows.number<std::int64_t>("steps");
  info.label = {rows.text("title"), rows.laterText("note"), !rows.laterText("starred").empty()};
  info.created = rows.text("created");
  info.appVersion = rows.text("appVersion");
  info.machine = rows.text("machine");
  info.parent = rows.text("parent");
  info.parentPath = rows.text("parentPath");
  info.forkStep = rows.number<std::int64_t>("forkStep");
  info.difference = rows.object("difference");
  manifest.state = rows.state();
  manifest.progress = rows.progress();
  manifest.description = rows.text("description");
  return manifest;
}

Description describedIn(const Manifest& manifest, const std::string& file) {
  const Json json = parseJson(manifest.description, file + ": manifest: description");
  Description description;
  description.id = manifest.info.lab;
  description.title = textAt(json, "title");
  description.summary = textAt(json, "summary");
  description.source = textAt(json, "source");
  const auto list = [&json](const char* key) {
    return json.is_object() ? json.value(key, Json::array()) : Json::array();
  };
  for (const Json& measure : list("measures")) description.measures.push_back(measureFrom(measure));
  for (const Json& rule : list("events"))
    description.events.push_back({textAt(rule, "id"), textAt(rule, "title"), textAt(rule, "rule"),
                                  rule.is_object() && rule.contains("phase") && rule["phase"] == true});
  return description;
}

std::string_view checkpointKindName(CheckpointKind kind) {
  switch (kind) {
    case CheckpointKind::Regular:
      return "regular";
    case CheckpointKind::Start:
      return "start";
    case CheckpointKind::Pause:
      return "pause";
    case CheckpointKind::Event:
      return "event";
    case CheckpointKind::Intervention:
      return "intervention";
    case CheckpointKind::Close:
      return "close";
  }
  return "";
}

}  // namespace learnscope
