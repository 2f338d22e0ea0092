// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/scene/splat_renderer.h"

#include <spdlog/spdlog.h>
#include <QColor>
#include <QMetaObject>
#include <QPointer>

#include <algorithm>
#include <cmath>

#include "engine/splats/splat_statistics.h"
#include "widgets/model/theme.h"

namespace learnscope {
namespace {

constexpr std::size_t kShades = 256;

const std::array<std::array<float, 3>, kShades>& shades() {
  static const auto table = [] {
    std::array<std::array<float, 3>, kShades> colours{};
    for (std::size_t k = 0; k < kShades; ++k) {
      const QColor c = mapColor(QStringLiteral("sequential"), static_cast<double>(k) / (kShades - 1), Theme::light());
      colours[k] = {static_cast<float>(c.redF()), static_cast<float>(c.greenF()), static_cast<float>(c.blueF())};
    }
    return colours;
  }();
  return table;
}

void warn(const char* what, const std::exception& error) {
  if (const auto log = spdlog::get("render")) log->warn("{}: {}", what, error.what());  // none without a window
}

/// What a mode shows of splat i.
double quantity(const splats::Gaussians& s, SplatColours mode, const splats::SplatCamera& camera, std::size_t i) {
  if (mode == SplatColours::Opacity) return s.opacity[i];
  if (mode == SplatColours::Size) return std::max({s.logScale[0][i], s.logScale[1][i], s.logScale[2][i]});
  return camera.toCamera({s.position[0][i], s.position[1][i], s.position[2][i]})[2];
}

/// The 2 to 98 % quantiles of a mode's quantity among at most 20,000 splats.
std::array<double, 2> rangeOf(const splats::Gaussians& s, SplatColours mode, const splats::SplatCamera& camera) {
  if (mode == SplatColours::Opacity || s.size() == 0) return {0, 1};
  std::vector<double> sample;
  const std::size_t stride = std::max<std::size_t>(1, s.size() / 20000);
  for (std::size_t i = 0; i < s.size(); i += stride) sample.push_back(quantity(s, mode, camera, i));
  std::sort(sample.begin(), sample.end());
  const double low = sample[sample.size() * 2 / 100], high = sample[sample.size() * 98 / 100];
  return {low, high > low ? high : low + 1e-6};
}

}  // namespace

const std::array<float, 3>& scaleShade(double u) {
  return shades()[static_cast<std::size_t>(std::clamp(u, 0.0, 1.0) * (kShades - 1) + 0.5)];
}

std::shared_ptr<const std::array<AlignedVector<float>, 3>> scaleColours(const splats::Gaussians& splats,
                                                                        SplatColours mode,
                                                                        const splats::SplatCamera& camera,
                                                                        std::array<double, 2>& range) {
  range = rangeOf(splats, mode, camera);
  auto colours = std::make_shared<std::array<AlignedVector<float>, 3>>();
  for (auto& channel : *colours) channel.resize(splats.size());
  for (std::size_t i = 0; i < splats.size(); ++i) {
    const double u = (quantity(splats, mode, camera, i) - range[0]) / (range[1] - range[0]);
    const auto& shade = scaleShade(u);
    for (std::size_t c = 0; c < 3; ++c) (*colours)[c][i] = shade[c];
  }
  if (mode == SplatColours::Size) range = {std::exp(range[0]), std::exp(range[1])};
  return colours;
}

SplatRenderer::SplatRenderer(int threads, QObject* parent)
    : QObject(parent), rasteriser_(threads), thread_([this](const std::stop_token& stop) { work(stop); }) {}

SplatRenderer::~SplatRenderer() = default;

void SplatRenderer::show(const SplatRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    shown_ = request;
  }
  wake_.notify_one();
}

void SplatRenderer::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

/// Calls done(answer) on the object's own thread, unless the object is gone by then.
template <class Done, class... Answer>
void SplatRenderer::reply(Done done, Answer... answer) {
  QMetaObject::invokeMethod(
      this, [done = std::move(done), ... answer = std::move(answer)] { done(answer...); }, Qt::QueuedConnection);
}

void SplatRenderer::grab(const SplatRequest& request, std::function<void(const SplatFrame&)> done) {
  post([this, request, done = std::move(done)] { reply(done, draw(request)); });
}

void SplatRenderer::pick(const SplatRequest& request, QPointF pixel,
                         std::function<void(std::optional<std::size_t>)> done) {
  post([this, request, pixel, done = std::move(done)] {
    drawOnCpu(request);
    reply(done, rasteriser_.pick(pixel.x(), pixel.y()));
  });
}

void SplatRenderer::centres(const SplatRequest& request,
                            std::function<void(const std::vector<splats::Rasteriser::Centre>&)> done) {
  post([this, request, done = std::move(done)] {
    drawOnCpu(request);
    reply(done, rasteriser_.centres());
  });
}

std::shared_ptr<const std::array<AlignedVector<float>, 3>> SplatRenderer::coloursOf(const SplatRequest& request,
                                                                                    SplatFrame& frame) {
  if (request.colours == SplatColours::Appearance) return nullptr;
  // Depths change with every camera, the other quantities only with the splats.
  if (!scale_ || scaled_ != request.splats || scaleMode_ != request.colours || request.colours == SplatColours::Depth)
    scale_ = scaleColours(request.splats->gaussians(), request.colours, request.camera, scaleRange_);
  scaled_ = request.splats;
  scaleMode_ = request.colours;
  frame.range = scaleRange_;
  return scale_;
}

void SplatRenderer::openGraphicsCard() {
  context_ = openHardwareContext().context;
  if (!context_) return;
  try {
    card_ = std::make_unique<SplatGlPainter>(*context_);
    cardName_ = QString::fromStdString(rendererName(*context_));
  } catch (const std::exception& error) {
    warn("splats stay on the CPU", error);
    context_.reset();
  }
}

bool SplatRenderer::drawOnCard(const SplatRequest& request, SplatFrame& frame) {
  if (!card_ || request.options.shape != splats::SplatShape::Gaussian) return false;
  try {
    if (request.splats->size() > card_->capacity()) return false;
    if (request.splats != onCard_) {
      onCard_ = request.splats;
      card_->setSplats(onCard_);
    }
    frame.statistics =
        card_->render(request.camera, request.options, coloursOf(request, frame), request.opacities, frame.image);
  } catch (const std::exception& error) {
    warn("splats go on on the CPU", error);
    card_.reset();
    context_.reset();
    return false;
  }
  frame.path = cardName_;
  return true;
}

SplatFrame SplatRenderer::draw(const SplatRequest& request) {
  SplatFrame frame;
  frame.reduced = request.reduced;
  frame.image = QImage(request.camera.width, request.camera.height, QImage::Format_ARGB32_Premultiplied);
  return drawOnCard(request, frame) ? frame : drawOnCpu(request);
}

SplatFrame SplatRenderer::drawOnCpu(const SplatRequest& request) {
  if (request.splats != current_) {
    current_ = request.splats;
    rasteriser_.setSplats(current_);
  }
  SplatFrame frame;
  frame.reduced = request.reduced;
  frame.path = rasteriser_.threads() == 1 ? tr("CPU, one thread") : tr("CPU, %1 threads").arg(rasteriser_.threads());
  rasteriser_.setOpacities(request.opacities);
  rasteriser_.setColours(coloursOf(request, frame));
  frame.image = QImage(request.camera.width, request.camera.height, QImage::Format_ARGB32_Premultiplied);
  frame.statistics =
      rasteriser_.render(request.camera, request.options, reinterpret_cast<std::uint32_t*>(frame.image.bits()),
                         static_cast<std::size_t>(frame.image.bytesPerLine() / 4));
  return frame;
}

void SplatRenderer::work(const std::stop_token& stop) {
  openGraphicsCard();
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return shown_ || !jobs_.empty(); });
    if (stop.stop_requested()) break;
    if (!jobs_.empty()) {
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      continue;
    }
    const SplatRequest request = *std::exchange(shown_, std::nullopt);
    lock.unlock();
    reply([this](const SplatFrame& frame) { emit frameReady(frame); }, draw(request));
  }
  card_.reset();  // its context is current on this thread alone
  context_.reset();
}

}  // namespace learnscope
