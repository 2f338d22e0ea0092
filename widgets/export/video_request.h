// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <optional>

#include "engine/core/config.h"
#include "widgets/model/session_model.h"
#include "widgets/model/view_spec.h"
#include "widgets/scene/camera.h"

namespace learnscope {

/// A place of the camera; one without a view holds for all scenes, one without a step for the beginning.
struct VideoKeyframe {
  std::string view;
  std::optional<std::int64_t> step;
  Json camera = Json::object();  ///< as Camera::fromJson; what is absent is the scene's own
};

/// A card with two lines of text before or after the run; none if both are empty.
struct VideoCard {
  QString text, detail;
  double seconds = 0;
  bool empty() const { return text.isEmpty() && detail.isEmpty(); }
};

/// What a video shows and how, as a value: the same request on the same run gives the same frames.
struct VideoRequest {
  enum class Layout { Auto, Focus, Row, Column, Grid };
  enum class Speed { Constant, Logarithmic, Events };
  enum class Path { Fixed, Turntable, Follow, Keyframes };

  std::vector<std::string> views;  ///< ids, in reading order
  Layout layout = Layout::Auto;
  bool compare = false;               ///< several runs in colours of their own
  std::int64_t first = 0, last = -1;  ///< steps; -1: the last that was recorded
  double seconds = 20;                ///< of the run, without the cards
  Speed speed = Speed::Constant;
  double slowdown = 5;  ///< of Speed::Events: how many times slower at an event than far from all
  QSize size{1920, 1080};
  int rate = 30;  ///< frames per second
  bool dark = false;
  double textSize = 1;
  bool heading = true, captions = true, timeline = true;
  VideoCard title, end;
  Path path = Path::Fixed;
  double turns = 1;    ///< of Path::Turntable, over the whole run; negative: the other way
  std::string camera;  ///< of the page, where the path begins; "": its first
  std::vector<VideoKeyframe> keyframes;
  Selection selection;  ///< highlighted in all views; what Path::Follow looks at

  /// The description that form, flags, checks and JSON come from; `views` are those that may be chosen.
  static std::vector<Parameter> parameters(const std::vector<ViewSpec>& views);
  /// Throws ConfigError with everything that is wrong. Objects may be nested ({"title": {"text": …}}) or dotted.
  static VideoRequest fromJson(const Json& json, const std::vector<ViewSpec>& views);
  Json toJson() const;
};

/// The views of a lab's page that exist for a config.
std::vector<ViewSpec> viewsFor(const LabPage& page, const Config& config);
/// "1280x720@30", or one of the named sizes; nothing if it is neither.
std::optional<std::pair<QSize, int>> videoSize(const std::string& name);

}  // namespace learnscope
