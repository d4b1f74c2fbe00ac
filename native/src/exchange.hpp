// What passes between Python and the engine: settings, arrays, rows, where a run stands and what its
// epochs showed. All shapes and types are checked here, before the first pointer is taken.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "plan.hpp"
#include "run.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace axone {

inline void require(bool holds, const char* message) {
  if (!holds) throw nb::value_error(message);
}

/// Read a dictionary of numbers, words, dictionaries and lists of dictionaries, which are not so deep in
/// one another that reading them, or building what they describe, takes all of a thread's stack.
inline Settings settings_of(const nb::dict& given, int depth = 0) {
  require(depth < 200, "the settings are too deep in one another");
  Settings settings;
  for (auto [key, value] : given) {
    const auto name = nb::cast<std::string>(key);
    if (nb::isinstance<nb::bool_>(value)) {
      settings.set_whole(name, nb::cast<bool>(value));
    } else if (nb::isinstance<nb::int_>(value)) {
      settings.set_whole(name, nb::cast<std::int64_t>(value));
    } else if (nb::isinstance<nb::float_>(value)) {
      settings.set(name, nb::cast<double>(value));
    } else if (nb::isinstance<nb::str>(value)) {
      settings.set(name, nb::cast<std::string>(value));
    } else if (nb::isinstance<nb::dict>(value)) {
      settings.set(name, std::vector<Settings>{settings_of(nb::cast<nb::dict>(value), depth + 1)});
    } else if (nb::isinstance<nb::list>(value)) {
      std::vector<Settings> list;
      for (auto item : nb::cast<nb::list>(value))
        list.push_back(settings_of(nb::cast<nb::dict>(item), depth + 1));
      settings.set(name, std::move(list));
    } else {
      throw nb::type_error(("'" + name + "' is of a type that no setting has").c_str());
    }
  }
  return settings;
}

template <class Real>
using Array1 = nb::ndarray<Real, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class Real>
using Array2 = nb::ndarray<Real, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Labels = Array1<const std::int64_t>;
using Presence = nb::ndarray<const bool, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// The sizes that the arrays of a plan must have.
struct Sizes {
  template <class Real>
  explicit Sizes(const Plan<Real>& plan)
      : columns(plan.columns), outputs(plan.outputs),
        parameters(static_cast<std::size_t>(plan.parameters)),
        buffers(static_cast<std::size_t>(plan.buffers)),
        slots(static_cast<std::size_t>(plan.optimizer.slots())), hit_counts(plan.hit_counts),
        depth(plan.depth), vocabulary(plan.vocabulary), takes_labels(plan.takes_labels) {}

  void check(std::size_t given_parameters, std::size_t given_buffers) const {
    require(given_parameters == parameters, "the vector of parameters has another length");
    require(given_buffers == buffers, "the vector of buffers has another length");
  }

  Index columns, outputs;
  std::size_t parameters, buffers, slots;
  Index hit_counts, depth, vocabulary;
  bool takes_labels;
};

/// The flat vectors of a run, checked.
template <class Real>
FlatNumbers<Real> flat_numbers_of(const Sizes& sizes, Array1<Real>& parameters,
                                  Array1<Real>& buffers, std::vector<Array1<Real>>& slots) {
  sizes.check(parameters.size(), buffers.size());
  require(slots.size() == sizes.slots, "the optimizer has another number of vectors");
  FlatNumbers<Real> flat{parameters.data(), buffers.data(), {}};
  for (auto& slot : slots) {
    require(slot.size() == sizes.parameters, "a vector of the optimizer has another length");
    flat.slots.push_back(slot.data());
  }
  return flat;
}

/// Where weights at the end of epochs go, checked.
template <class Real>
Trail<Real> trail_of(const Sizes& sizes, const std::optional<Array2<Real>>& given,
                     std::int64_t epochs) {
  if (!given) return {};
  require(given->shape(1) == sizes.parameters + sizes.buffers, "the trail has another width");
  require(epochs >= 0 && given->shape(0) >= static_cast<std::size_t>(epochs),
          "the trail has no room for all epochs");
  return {given->data(), static_cast<Index>(sizes.parameters), static_cast<Index>(sizes.buffers)};
}

/// Numbers of rows, checked: so many columns and, where they are tokens, tokens that there are.
template <class Real>
void check_rows(const Sizes& sizes, const Array2<const Real>& X) {
  require(Index(X.shape(1)) == sizes.columns, "X has another width");
  require(X.shape(0) < 0xFFFFFFFFu, "there are too many rows");
  if (sizes.vocabulary == 0) return;
  const Real* tokens = X.data();
  for (std::size_t n = 0; n < X.size(); ++n)
    require(tokens[n] >= 0 && tokens[n] < Real(sizes.vocabulary), "a token is out of range");
}

/// A mask of so many rows, checked but for its length, which is the layers' affair.
inline Mask mask_of(const std::optional<Presence>& given, std::size_t rows) {
  if (!given) return {};
  require(given->shape(0) == rows && given->shape(1) > 0, "the mask has another shape");
  return {reinterpret_cast<const std::uint8_t*>(given->data()), static_cast<Index>(given->shape(1))};
}

/// Rows of the sizes that a plan's network takes, checked.
template <class Real>
Rows<Real> rows_of(const Sizes& sizes, const Array2<const Real>& X,
                   const std::optional<Labels>& labels,
                   const std::optional<Array2<const Real>>& numbers,
                   const std::optional<Array1<const Real>>& weights,
                   const std::optional<Presence>& mask = std::nullopt) {
  const auto count = X.shape(0);
  require(count >= 1, "there are no rows");
  check_rows(sizes, X);
  require(labels.has_value() != numbers.has_value(), "either labels or numbers are needed");
  Rows<Real> rows{X.data(), Index(count), sizes.columns, {}, nullptr, {}};
  if (labels) {
    require(sizes.takes_labels, "another loss is needed for labels");
    require(labels->shape(0) == count, "one label a row is needed");
    for (std::size_t r = 0; r < count; ++r)
      require((*labels)(r) >= 0 && (*labels)(r) < sizes.outputs, "a label is out of range");
    rows.targets.classes = labels->data();
  } else {
    require(numbers->shape(0) == count && Index(numbers->shape(1)) == sizes.outputs,
            "targets have another shape");
    rows.targets.numbers = numbers->data();
    rows.targets.columns = sizes.outputs;
  }
  if (weights) {
    require(weights->shape(0) == count, "one weight a row is needed");
    rows.weights = weights->data();
  }
  rows.mask = mask_of(mask, count);
  return rows;
}

/// Steps and epochs are counted as far as can be told in a table of numbers.
inline constexpr std::int64_t kMostSteps = std::int64_t{1} << 53;

inline Position position_of(const nb::tuple& told) {
  require(told.size() == 8, "the position is told in other numbers");
  Position at;
  at.epoch = nb::cast<std::int64_t>(told[0]);
  at.batch = nb::cast<std::int64_t>(told[1]);
  at.step = nb::cast<std::int64_t>(told[2]);
  for (auto number : {at.epoch, at.batch, at.step})
    require(number >= 0 && number <= kMostSteps, "the position is out of range");
  at.totals.loss = nb::cast<double>(told[3]);
  at.penalty = nb::cast<double>(told[4]);
  at.totals.weight = nb::cast<double>(told[5]);
  at.rows = nb::cast<std::int64_t>(told[6]);
  at.totals.hits = nb::cast<std::vector<double>>(told[7]);
  return at;
}

/// Learning rates of whole epochs, one a step: of every batch, or of every one that is full. How many
/// steps an epoch has; that and where a run stands are checked.
inline Index batches_of(const Array2<const double>& rates, const Position& at, Index count,
                        Index batch_size) {
  const Index batches = Index(rates.shape(1)), full = count / batch_size;
  const Index partial = count % batch_size != 0 ? 1 : 0;
  require(batches >= 1 && (batches == full || batches == full + partial),
          "one learning rate a step is needed");
  require(at.step >= at.batch && at.batch <= batches, "the position is out of range");
  return batches;
}

/// One row an epoch: epoch, step, learning rate, loss, penalty, weight, rows, hits, and, if they
/// are measured, of each layer the gradient's norm and the share of dead units.
inline nb::ndarray<nb::numpy, double, nb::ndim<2>> table_of(
    const Sizes& sizes, const EpochReports& reports, bool measured) {
  const auto columns =
      static_cast<std::size_t>(7 + sizes.hit_counts + (measured ? 2 * sizes.depth : 0));
  auto cells = std::make_unique<double[]>(reports.epochs.size() * columns);
  double* cell = cells.get();
  const double* measures = reports.measures.data();
  for (const auto& report : reports.epochs) {
    const auto& at = report.position;
    for (double number : {double(at.epoch), double(at.step), report.learning_rate,
                          at.totals.loss, at.penalty, at.totals.weight, double(at.rows)})
      *cell++ = number;
    cell = std::copy(at.totals.hits.begin(), at.totals.hits.end(), cell);
    if (measured) {
      cell = std::copy_n(measures, 2 * sizes.depth, cell);
      measures += 2 * sizes.depth;
    }
  }
  double* data = cells.release();
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<double*>(p); });
  return {data, {reports.epochs.size(), columns}, owner};
}

inline nb::list list_of(const std::vector<double>& numbers) {
  nb::list list;
  for (double number : numbers) list.append(number);
  return list;
}

inline nb::tuple tuple_of(const Position& at) {
  return nb::make_tuple(at.epoch, at.batch, at.step, at.totals.loss, at.penalty,
                        at.totals.weight, at.rows, list_of(at.totals.hits));
}

}  // namespace axone
