// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QObject>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/splats/rasteriser.h"
#include "widgets/scene/splat_gl.h"

namespace learnscope {

enum class SplatColours { Appearance, Opacity, Size, Depth };

/// Everything a picture of splats depends on: a value whose big arrays are shared.
struct SplatRequest {
  std::shared_ptr<const splats::PreparedSplats> splats;
  std::shared_ptr<const AlignedVector<float>> opacities;  ///< instead of the splats' own, 0 hides; may be null
  SplatColours colours = SplatColours::Appearance;
  splats::SplatCamera camera;
  splats::RenderOptions options;
  bool reduced = false;  ///< drawn smaller than it is shown
};

struct SplatFrame {
  QImage image;  ///< ARGB32_Premultiplied
  splats::FrameStatistics statistics;
  bool reduced = false;
  QString path;                   ///< "CPU", or what the graphics card calls itself
  std::array<double, 2> range{};  ///< what the ends of the colour scale mean, where there is one
};

/// Draws splats on a thread of its own: Gaussians with OpenGL where there is a graphics card, everything else with the
/// CPU rasteriser. All calls and all answers are on the thread the object lives in.
class SplatRenderer : public QObject {
  Q_OBJECT
 public:
  explicit SplatRenderer(int threads, QObject* parent = nullptr);
  ~SplatRenderer() override;
  int threads() const { return rasteriser_.threads(); }

  /// Answered by frameReady(), unless a newer request comes before it is begun.
  void show(const SplatRequest& request);
  /// Drawn and answered exactly once.
  void grab(const SplatRequest& request, std::function<void(const SplatFrame&)> done);
  /// The splat in front at a pixel of the request's picture.
  void pick(const SplatRequest& request, QPointF pixel, std::function<void(std::optional<std::size_t>)> done);
  /// The centres of all splats on the request's picture.
  void centres(const SplatRequest& request, std::function<void(const std::vector<splats::Rasteriser::Centre>&)> done);

 signals:
  void frameReady(const learnscope::SplatFrame& frame);

 private:
  using Job = std::function<void()>;
  void post(Job job);
  void work(const std::stop_token& stop);
  void openGraphicsCard();
  SplatFrame draw(const SplatRequest& request);
  SplatFrame drawOnCpu(const SplatRequest& request);
  bool drawOnCard(const SplatRequest& request, SplatFrame& frame);
  std::shared_ptr<const std::array<AlignedVector<float>, 3>> coloursOf(const SplatRequest& request, SplatFrame& frame);
  template <class Done, class... Answer>
  void reply(Done done, Answer... answer);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<SplatRequest> shown_;
  std::deque<Job> jobs_;

  // The worker's own.
  splats::Rasteriser rasteriser_;
  std::shared_ptr<const splats::PreparedSplats> current_, onCard_;
  std::unique_ptr<GlContext> context_;
  std::unique_ptr<SplatGlPainter> card_;
  QString cardName_;
  std::shared_ptr<const std::array<AlignedVector<float>, 3>> scale_;  ///< colours of the splats and mode below
  std::shared_ptr<const splats::PreparedSplats> scaled_;
  SplatColours scaleMode_ = SplatColours::Appearance;
  std::array<double, 2> scaleRange_{};

  std::jthread thread_;  // last: stops and is joined before the rest goes
};

/// Red, green, blue of cividis at u in 0..1 (held at its ends).
const std::array<float, 3>& scaleShade(double u);

/// Where the colour scale's ends lie for "opacity", "size" (log of the largest scale, 5 to 95 %) or "depth" (of the
/// camera), and the colours themselves, cividis.
std::shared_ptr<const std::array<AlignedVector<float>, 3>> scaleColours(const splats::Gaussians& splats,
                                                                        SplatColours mode,
                                                                        const splats::SplatCamera& camera,
                                                                        std::array<double, 2>& range);

}  // namespace learnscope
