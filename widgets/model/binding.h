// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QObject>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "widgets/model/session_model.h"
#include "widgets/model/theme.h"

namespace learnscope {

/// Where the values of a layer's channel come from (resources/docs/views.md, "Bindings").
struct Binding {
  enum class Source { Constant, Measure, Analysis, Item, Parameter };
  enum class Transform { None, Log, Log10, Abs, Sqrt, OneMinus };

  Source source = Source::Constant;
  double constant = 0;
  std::string measure;           ///< Measure
  std::string parameter;         ///< Parameter: a number of the run's config; true is 1
  std::string analysis, result;  ///< Analysis
  /// Analysis; a value {"selection": kind} stands for the first selected id, {"parameter": id} for a live value,
  /// {"handle": axis} for a coordinate of the scene's handle.
  Json arguments = Json::object();
  std::optional<std::int64_t> column;  ///< index on the last axis of an array of two axes or more
  std::optional<std::int64_t> row;     ///< index on the first axis
  Transform transform = Transform::None;
  std::optional<std::array<double, 4>> scale;  ///< {in0, in1, out0, out1}, not clamped

  /// A number, a measure id, or an object; throws ConfigError at `pointer`.
  static Binding parse(const Json& json, const std::string& pointer);
  /// Transform, then scale. Logarithms of numbers <= 0 and roots of numbers < 0 are NaN.
  double apply(double value) const;
  bool operator==(const Binding&) const = default;
};

/// The values of a binding at one step, row-major, transformed and scaled.
struct Bound {
  std::vector<double> values;
  std::vector<std::int64_t> shape;  ///< {} of a scalar or constant
  std::vector<std::int64_t> ids;    ///< stable ids of the first axis; empty: 0..n-1
  bool itemIndex = false;           ///< {"item": "index"}: the values are the ids of whatever they are drawn with
  Binding binding;                  ///< transform and scale for `itemIndex`

  bool scalar() const { return shape.empty(); }
  /// Items of the first axis; 1 of a scalar.
  std::size_t items() const { return shape.empty() ? 1 : static_cast<std::size_t>(shape[0]); }
  std::int64_t id(std::size_t i) const { return ids.empty() ? static_cast<std::int64_t>(i) : ids[i]; }
  /// One value for each item of `reference`: scalars are repeated, items matched by their stable ids; NaN where there
  /// is none.
  std::vector<double> forItems(const Bound& reference) const;
};

/// Results of analyses for the layers of one view: asks for what is not there, remembers what came.
class AnalysisFeed : public QObject {
  Q_OBJECT
 public:
  AnalysisFeed(SessionModel& model, QString key, QObject* parent = nullptr);
  ~AnalysisFeed() override;
  /// The newest result of `binding` at or on its way to `step`; null until the first arrives (then `arrived`).
  std::shared_ptr<const State> result(const Binding& binding, std::int64_t step);
  /// Where the point stands that the user drags: arguments {"handle": "x" | "y" | "z"} take its coordinates.
  void setHandle(const std::array<double, 3>& at) { handle_ = at; }
  /// Why an analysis of this view has no result, or "".
  QString error() const;

 signals:
  void arrived();

 private:
  struct Request;
  Json resolvedArguments(const Json& arguments) const;

  SessionModel& model_;
  QString key_;
  std::array<double, 3> handle_{0, 0, 0};
  std::map<std::string, std::shared_ptr<Request>> requests_;
};

/// The values of `binding` for `run` at `step`; nothing while there is no such value (not recorded yet, or on its way).
/// `feed` answers bindings to analyses; without one they have no value.
std::optional<Bound> evaluate(const Binding& binding, SessionModel& model, const Run& run, std::int64_t step,
                              AnalysisFeed* feed = nullptr);
/// A slice of an array as a binding says; nothing if the array has no such row or column.
std::optional<Bound> slice(const Array& array, const Binding& binding);

/// A binding with its value at the last look, which knows whether that has changed since: views draw only when it has.
class LiveBinding {
 public:
  LiveBinding() = default;
  explicit LiveBinding(Binding binding) : binding_(std::move(binding)) {}
  const Binding& binding() const { return binding_; }
  /// Looks again; true if the value differs from that of the last look.
  bool update(SessionModel& model, const Run& run, std::int64_t step, AnalysisFeed* feed = nullptr);
  /// Nothing while there is no value.
  const std::optional<Bound>& value() const { return value_; }

 private:
  Binding binding_;
  std::optional<Bound> value_;
  std::string run_;
  std::shared_ptr<const Array> array_;  ///< the one that value_ was made from
  std::shared_ptr<const State> state_;
};

/// A colour of a layer: one key for all, or a value mapped to colours (which also draws a colour bar).
struct ColorBinding {
  QString key = QStringLiteral("0");  ///< of Theme::color, when there is no value
  std::optional<Binding> value;
  QString map;  ///< "sequential", "diverging", "cyclic", "category"
  std::optional<std::pair<double, double>> range;
  QString title;
  std::vector<QString> palette;  ///< colour keys of the categories; empty: the theme's own
  std::vector<QString> names;    ///< of the categories 0, 1, ..., for a legend; empty: none

  /// `fallback` is the key of a layer without a colour. Throws ConfigError at `pointer`.
  static ColorBinding parse(const Json& layer, const std::string& pointer, const QString& fallback);
  /// The range as given, else that of the finite `values` (symmetric about 0 for "diverging").
  std::pair<double, double> rangeOf(const std::vector<double>& values) const;
  QColor at(double v, std::pair<double, double> range, const Theme& theme) const;
  /// Names and colours of the named categories that occur among `values`.
  std::vector<std::pair<QString, QColor>> legend(const std::vector<double>& values, const Theme& theme) const;
};

}  // namespace learnscope
