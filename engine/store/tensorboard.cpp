// SPDX-License-Identifier: GPL-3.0-or-later
// Event files: records framed as TensorFlow does (tensorflow/core/lib/io/record_writer.h), each an Event message
// (tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto).
#include "engine/store/tensorboard.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <map>

#include "engine/store/export_parts.h"
#include "engine/store/png.h"
#include "engine/store/protobuf.h"
#include "engine/store/tensor_container.h"

namespace learnscope {
namespace {

constexpr std::size_t bucketCount = 32;
constexpr std::int64_t mostPictures = 16;
constexpr std::int64_t largestPicture = 4096;  // pixels a side
constexpr std::uint64_t dataTypeString = 7;

/// Checksums of data that holds checksums would be weak: they are masked.
std::uint32_t maskedCrc(ByteView bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15U | crc << 17U) + 0xA282EAD8U;
}

/// Seconds since 1970 of "2024-05-01T12:00:00Z"; 0 of anything else.
double secondsSince1970(const std::string& created) {
  std::tm time{};
  const char* end = strptime(created.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  return end ? static_cast<double>(timegm(&time)) : 0;
}

/// A part of a file name, whatever a stranger's run file says.
std::string plain(std::string text) {
  const auto odd = [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; };
  std::replace_if(text.begin(), text.end(), odd, '_');
  return text.substr(0, 64);
}

/// What is recorded at one step, collected so that the file runs in order.
struct Records {
  std::vector<std::pair<std::string, float>> scalars;
  std::vector<std::string> arrays;
};

ProtoMessage metadataOf(std::string_view plugin) {
  ProtoMessage data, metadata;
  data.text(1, plugin);
  metadata.message(1, data);
  return metadata;
}

/// Least and greatest finite value; least > greatest if there is none.
std::pair<double, double> rangeOf(const Array& array) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (std::size_t i = 0; i < array.size(); ++i)
    if (const double value = array.value(i); std::isfinite(value))
      low = std::min(low, value), high = std::max(high, value);
  return {low, high};
}

/// HistogramProto: bucket k holds the values in (limit k-1, limit k].
ProtoMessage histogramOf(const Array& array, double low, double high) {
  const std::size_t buckets = high > low ? bucketCount : 1;
  std::vector<double> limits(buckets), counts(buckets);
  for (std::size_t k = 0; k < buckets; ++k)
    limits[k] =
        k + 1 == buckets ? high : low + (high - low) * static_cast<double>(k + 1) / static_cast<double>(buckets);
  double number = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const double value = array.value(i);
    if (!std::isfinite(value)) continue;
    ++counts[static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end() - 1, value) - limits.begin())];
    ++number;
    sum += value;
    squares += value * value;
  }
  ProtoMessage histogram;
  histogram.real(1, low).real(2, high).real(3, number).real(4, sum).real(5, squares);
  return histogram.reals(6, limits).reals(7, counts);
}

/// Image messages of an array whose shape is that of pictures; none of another.
std::vector<ProtoMessage> imagesOf(const Array& array, double low, double high) {
  const std::vector<std::int64_t>& shape = array.shape();
  const bool one = shape.size() == 2, colored = shape.size() == 4 && shape[3] == 3;
  if (!one && !colored && shape.size() != 3) return {};
  const std::int64_t height = shape[one ? 0 : 1], width = shape[one ? 1 : 2], channels = colored ? 3 : 1;
  if (height < 1 || width < 1 || height > largestPicture || width > largestPicture) return {};
  if (low >= 0 && high <= 1) low = 0, high = 1;
  const auto size = static_cast<std::size_t>(height * width * channels);
  std::vector<ProtoMessage> images;
  for (std::int64_t n = 0; n < (one ? 1 : std::min(shape[0], mostPictures)); ++n) {
    std::vector<std::uint8_t> pixels(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double value = array.value(static_cast<std::size_t>(n) * size + i);
      const double level = high > low ? 255 * (value - low) / (high - low) : 0;
      pixels[i] = std::isfinite(level) ? static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0))) : 0;
    }
    ProtoMessage image;
    image.integer(1, static_cast<std::uint64_t>(height)).integer(2, static_cast<std::uint64_t>(width));
    image.integer(3, static_cast<std::uint64_t>(channels));
    images.push_back(image.bytes(
        4, encodePng(static_cast<int>(width), static_cast<int>(height), static_cast<int>(channels), pixels)));
  }
  return images;
}

class EventFile {
 public:
  EventFile(const std::string& path, double wallTime) : file_(path) {
    ProtoMessage event;
    event.real(1, wallTime).text(3, "brain.Event:2");
    record(event);
  }
  void summary(double wallTime, std::int64_t step, const ProtoMessage& values) {
    ProtoMessage event;
    event.real(1, wallTime).integer(2, static_cast<std::uint64_t>(step)).message(5, values);
    record(event);
  }
  void commit() { file_.commit(); }

 private:
  void record(const ProtoMessage& event) {
    Bytes frame;
    appendNumber(frame, static_cast<std::uint64_t>(event.wire().size()));
    appendNumber(frame, maskedCrc(frame));
    append(frame, event.wire());
    appendNumber(frame, maskedCrc(event.wire()));
    file_.write(frame);
  }
  AtomicFile file_;
};

void addArray(const Run& run, const std::string& measure, std::int64_t step, bool picture, ProtoMessage& summary) {
  const std::shared_ptr<const Array> array = run.loadArray(measure, step);
  if (!array) return;
  const auto [low, high] = rangeOf(*array);
  if (low > high) return;
  ProtoMessage value;
  summary.message(1, value.text(1, measure).message(5, histogramOf(*array, low, high)));
  if (!picture) return;
  const std::vector<ProtoMessage> images = imagesOf(*array, low, high);
  for (std::size_t n = 0; n < images.size(); ++n) {
    ProtoMessage shown;
    const std::string tag = images.size() == 1 ? measure : measure + "/" + std::to_string(n);
    summary.message(1, shown.text(1, tag).message(4, images[n]));
  }
}

ProtoMessage textSummary(const std::string& text) {
  ProtoMessage tensor, value, summary;
  tensor.integer(1, dataTypeString).message(2, ProtoMessage()).text(8, text);
  value.text(1, "learnscope").message(8, tensor).message(9, metadataOf("text"));
  return summary.message(1, value);
}

}  // namespace

std::string tensorBoardFile(const Run& run, const std::string& folder) {
  const RunInfo& info = run.info();
  const auto created = static_cast<std::int64_t>(secondsSince1970(info.created));
  std::string path = folder + "/" + plain(info.lab);
  path.append("-").append(std::to_string(info.seed)).append("-").append(plain(info.id).substr(0, 8));
  return path.append("/events.out.tfevents.").append(std::to_string(created)).append(".learnscope");
}

void exportTensorBoard(const Run& run, const std::vector<std::string>& measures, const std::set<std::string>& pictures,
                       const std::string& folder) {
  const RecordedMeasures wanted = chosenOf(run, measures);
  std::map<std::int64_t, Records> steps;
  for (const std::string& measure : wanted.scalars) {
    const ScalarSeries& series = run.scalars(measure);
    for (std::size_t i = 0, n = series.size(); i < n; ++i)
      steps[series[i].step].scalars.emplace_back(measure, static_cast<float>(series[i].value));
  }
  for (const std::string& measure : wanted.arrays) {
    const auto& entries = run.arrays(measure);
    for (std::size_t i = 0, n = entries.size(); i < n; ++i) steps[entries[i].step].arrays.push_back(measure);
  }
  const std::string path = tensorBoardFile(run, folder);
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  if (failed) throw IoError(path, "its folder cannot be made: " + failed.message());

  const double begin = secondsSince1970(run.info().created);
  const ScalarSeries& wallTime = run.scalars("wallTime");
  EventFile file(path, begin);
  file.summary(begin, run.info().forkStep, textSummary("```\n" + exportMetadata(run).dump(2) + "\n```"));
  for (const auto& [step, records] : steps) {
    const std::ptrdiff_t at = indexAt(wallTime, step);
    ProtoMessage summary;
    for (const auto& [measure, number] : records.scalars) {
      ProtoMessage value;
      summary.message(1, value.text(1, measure).real(2, number));
    }
    for (const std::string& measure : records.arrays) addArray(run, measure, step, pictures.contains(measure), summary);
    file.summary(begin + (at < 0 ? 0 : wallTime[static_cast<std::size_t>(at)].value), step, summary);
  }
  file.commit();
}

}  // namespace learnscope
