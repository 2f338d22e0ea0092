// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/core/run.h"
#include "widgets/export/video_request.h"

namespace learnscope {

/// One frame of a video.
struct VideoFrame {
  enum class Part { Title, Run, End };
  Part part = Part::Run;
  std::int64_t step = 0;
  double time = 0;  ///< 0..1 through its part
  double fade = 1;  ///< 0..1 how far a card's text has come up
  QString caption;  ///< of an event; "": none
  double captionFade = 0;
};

/// Which step each frame of a request shows: a pure function of request, range and events.
class VideoPlan {
 public:
  /// `first` <= `last` are the steps that are shown; events outside are left out, those of indexed rules too.
  VideoPlan(const VideoRequest& request, std::int64_t first, std::int64_t last, const std::vector<Event>& events,
            const Description& description);
  int size() const { return titleFrames_ + runFrames_ + endFrames_; }
  VideoFrame at(int frame) const;
  /// The share of the run's time, 0..1, at which a step is reached, and back.
  double timeOf(std::int64_t step) const;
  std::int64_t stepAt(double time) const;
  bool hasCaptions() const { return !captions_.empty(); }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

 private:
  struct Caption {
    int from = 0, to = 0;  ///< frames of the run
    QString text;
  };
  void weigh(const std::vector<std::int64_t>& moments, double slowdown);
  void placeCaptions(std::vector<std::pair<std::int64_t, QString>> said, int rate);

  std::int64_t first_, last_;
  VideoRequest::Speed speed_;
  int titleFrames_ = 0, runFrames_ = 1, endFrames_ = 0, rate_ = 30;
  std::vector<double> reached_;  ///< of Speed::Events: time at which each of equal parts of the steps begins
  std::vector<Caption> captions_;
};

}  // namespace learnscope
