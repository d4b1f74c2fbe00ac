// The Python face of the engine: a program for float32 and one for float64. All shapes and types are
// checked here, before the first pointer is taken; epochs run without the interpreter's lock.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "program.hpp"

#ifndef AXONE_MODULE
#define AXONE_MODULE _native
#endif
#ifndef AXONE_VARIANT
#define AXONE_VARIANT "generic"
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace axone {
namespace {

template <class T>
T get(const nb::dict& settings, const char* key) {
  return nb::cast<T>(settings[key]);
}

void require(bool holds, const char* message) {
  if (!holds) throw nb::value_error(message);
}

template <class Real>
Activation<Real> activation_of(const nb::dict& settings) {
  return {get<std::string>(settings, "activation"), Real(get<double>(settings, "alpha"))};
}

/// Tell a store where its numbers lie in the flat vector.
template <class Real>
void place(Store<Real>& store, const nb::dict& settings, const char* key) {
  store.offset = get<Index>(settings, key);
  require(store.offset >= 0, "an offset is negative");
}

template <class Real>
std::unique_ptr<Layer<Real>> build(const nb::dict& s, Index rows, int slots, int threads) {
  const auto kind = get<std::string>(s, "kind");
  if (kind == "dense") {
    auto layer = std::make_unique<Dense<Real>>(get<Index>(s, "columns"), get<Index>(s, "outputs"),
                                               activation_of<Real>(s), get<bool>(s, "has_bias"),
                                               rows, slots, threads);
    place(layer->weight(), s, "weight");
    if (get<bool>(s, "has_bias")) place(layer->bias(), s, "bias");
    if (get<bool>(s, "learns_alpha")) {
      layer->learn_alpha();
      place(layer->alpha(), s, "alpha_offset");
    }
    return layer;
  }
  const auto columns = get<Index>(s, "columns");
  if (kind == "activation") {
    auto layer =
        std::make_unique<ActivationLayer<Real>>(columns, activation_of<Real>(s), rows, slots);
    if (get<bool>(s, "learns_alpha")) {
      layer->learn_alpha();
      place(layer->alpha(), s, "alpha_offset");
    }
    return layer;
  }
  if (kind == "dropout")
    return std::make_unique<Dropout<Real>>(columns, get<double>(s, "rate"), rows);
  if (kind == "gaussian_noise")
    return std::make_unique<GaussianNoise<Real>>(columns, get<double>(s, "deviation"), rows);
  if (kind == "batch_norm") {
    const auto channels = get<Index>(s, "channels");
    auto layer = std::make_unique<BatchNorm<Real>>(channels, columns / channels,
                                                   get<double>(s, "momentum"),
                                                   get<double>(s, "epsilon"), rows, slots);
    place(layer->weight(), s, "weight");
    place(layer->bias(), s, "bias");
    place(layer->mean(), s, "mean");
    place(layer->variance(), s, "variance");
    return layer;
  }
  if (kind == "residual") {
    typename Program<Real>::Layers inner;
    for (auto item : get<nb::list>(s, "layers"))
      inner.push_back(build<Real>(nb::cast<nb::dict>(item), rows, slots, threads));
    require(!inner.empty(), "a residual block is empty");
    return std::make_unique<Residual<Real>>(std::move(inner), columns, rows);
  }
  throw nb::value_error(("unknown layer " + kind).c_str());
}

OptimizerSettings optimizer_of(const nb::dict& s) {
  OptimizerSettings o;
  o.rule = rule_of(get<std::string>(s, "rule"));
  o.beta = get<double>(s, "beta");
  o.share = get<double>(s, "share");
  o.beta_1 = get<double>(s, "beta_1");
  o.beta_2 = get<double>(s, "beta_2");
  o.epsilon = get<double>(s, "epsilon");
  o.uncorrected = get<bool>(s, "uncorrected");
  o.rho = get<double>(s, "rho");
  o.decay = get<double>(s, "decay");
  o.l1 = get<double>(s, "l1");
  o.l2 = get<double>(s, "l2");
  o.clip_value = get<double>(s, "clip_value");
  o.clip_norm = get<double>(s, "clip_norm");
  return o;
}

template <class Real>
using Array1 = nb::ndarray<Real, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class Real>
using Array2 = nb::ndarray<Real, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Labels = Array1<const std::int64_t>;

/// A program with the sizes that its arrays must have.
template <class Real>
class BoundProgram {
 public:
  explicit BoundProgram(const nb::dict& s)
      : columns_(get<Index>(s, "columns")), outputs_(get<Index>(s, "outputs")),
        parameters_(get<std::size_t>(s, "parameters")), buffers_(get<std::size_t>(s, "buffers")),
        batch_size_(get<Index>(s, "batch_size")), program_(make(s)) {}

  nb::tuple run(Array1<Real> parameters, Array1<Real> buffers, std::vector<Array1<Real>> slots,
                Array2<const Real> X, std::optional<Labels> labels,
                std::optional<Array2<const Real>> numbers, std::optional<Array1<const Real>> weights,
                nb::tuple position, Array2<const double> rates, bool shuffle,
                std::function<bool(std::int64_t, std::int64_t)> poll) {
    check(parameters.size(), buffers.size(), slots);
    const auto rows = rows_of(X, labels, numbers, weights);
    const Index batches = (rows.count + batch_size_ - 1) / batch_size_;
    require(static_cast<Index>(rates.shape(1)) == batches, "one learning rate a step is needed");
    auto at = position_of(position);
    require(at.batch >= 0 && at.batch <= batches, "the batch number is out of range");
    Schedule schedule{static_cast<std::int64_t>(rates.shape(0)), rates.data(), batch_size_, shuffle};
    std::vector<Real*> slot_data;
    for (auto& slot : slots) slot_data.push_back(slot.data());
    std::vector<EpochReport> reports;
    Ending ending;
    {
      nb::gil_scoped_release release;
      FlushTinyNumbers flush;
      program_.read(parameters.data(), buffers.data(), {slot_data.begin(), slot_data.end()});
      ending = program_.run(rows, schedule, at, reports,
                            [&](std::int64_t epoch, std::int64_t batch) {
                              nb::gil_scoped_acquire acquire;
                              return poll(epoch, batch);
                            });
      program_.write(parameters.data(), buffers.data(), slot_data);
    }
    return nb::make_tuple(static_cast<int>(ending), tuple_of(at), table_of(reports),
                          program_.diverged_loss);
  }

  double predict(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                 std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                 std::optional<Array1<const Real>> weights, Array2<Real> out) {
    check(parameters.size(), buffers.size(), {});
    const bool measured = labels || numbers;
    Rows<Real> rows{X.data(), Index(X.shape(0)), columns_, {}, nullptr};
    require(Index(X.shape(1)) == columns_, "X has another width");
    if (measured) rows = rows_of(X, labels, numbers, weights);
    require(out.shape(0) == X.shape(0) && Index(out.shape(1)) == outputs_, "out has another shape");
    nb::gil_scoped_release release;
    program_.read(parameters.data(), buffers.data(), {});
    return program_.predict(rows, measured, out.data());
  }

  double gradient(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                  std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                  std::optional<Array1<const Real>> weights, std::int64_t step, Array1<Real> out) {
    check(parameters.size(), buffers.size(), {});
    require(out.size() == parameters_, "out has another length");
    const auto rows = rows_of(X, labels, numbers, weights);
    require(rows.count <= program_.capacity(), "the batch is larger than the program was built for");
    nb::gil_scoped_release release;
    program_.read(parameters.data(), buffers.data(), {});
    return program_.gradient(rows, step, out.data());
  }

  Index capacity() const { return program_.capacity(); }
  int threads_used() const { return program_.threads_used(); }

 private:
  static Program<Real> make(const nb::dict& s) {
    const auto capacity = get<Index>(s, "capacity");
    require(capacity >= 1 && capacity >= get<Index>(s, "batch_size"), "the capacity is too small");
    const auto optimizer = optimizer_of(get<nb::dict>(s, "optimizer"));
    const int threads = get<int>(s, "threads");
    require(threads >= 1 && threads <= 1024, "the number of threads is out of range");
    typename Program<Real>::Layers layers;
    for (auto item : get<nb::list>(s, "layers"))
      layers.push_back(build<Real>(nb::cast<nb::dict>(item), capacity, optimizer.slots(), threads));
    require(!layers.empty(), "a program needs layers");
    const auto head = get<nb::dict>(s, "head");
    return Program<Real>(
        std::move(layers),
        Head<Real>(loss_of(get<std::string>(head, "loss")), get<double>(head, "scale"),
                   get<double>(head, "delta"),
                   activation_of<Real>(head), get<Index>(s, "outputs"), capacity),
        optimizer, get<Index>(s, "columns"), capacity, get<std::uint64_t>(s, "seed"), threads);
  }

  void check(std::size_t parameters, std::size_t buffers, const std::vector<Array1<Real>>& slots) {
    require(parameters == parameters_, "the vector of parameters has another length");
    require(buffers == buffers_, "the vector of buffers has another length");
    for (const auto& slot : slots)
      require(slot.size() == parameters_, "a vector of the optimizer has another length");
    require(slots.empty() || Index(slots.size()) == program_.slots(), "too few optimizer vectors");
  }

  Rows<Real> rows_of(const Array2<const Real>& X, const std::optional<Labels>& labels,
                     const std::optional<Array2<const Real>>& numbers,
                     const std::optional<Array1<const Real>>& weights) {
    const auto count = X.shape(0);
    require(count >= 1 && count < 0xFFFFFFFFu, "there are no rows, or too many");
    require(Index(X.shape(1)) == columns_, "X has another width");
    require(labels.has_value() != numbers.has_value(), "either labels or numbers are needed");
    Rows<Real> rows{X.data(), Index(count), columns_, {}, nullptr};
    if (labels) {
      require(labels->shape(0) == count, "one label a row is needed");
      for (std::size_t r = 0; r < count; ++r)
        require((*labels)(r) >= 0 && (*labels)(r) < outputs_, "a label is out of range");
      rows.targets.classes = labels->data();
    } else {
      require(numbers->shape(0) == count && Index(numbers->shape(1)) == outputs_,
              "targets have another shape");
      rows.targets.numbers = numbers->data();
      rows.targets.columns = outputs_;
    }
    if (weights) {
      require(weights->shape(0) == count, "one weight a row is needed");
      rows.weights = weights->data();
    }
    return rows;
  }

  Position position_of(const nb::tuple& told) {
    Position at;
    at.epoch = nb::cast<std::int64_t>(told[0]);
    at.batch = nb::cast<std::int64_t>(told[1]);
    at.step = nb::cast<std::int64_t>(told[2]);
    at.totals.loss = nb::cast<double>(told[3]);
    at.penalty = nb::cast<double>(told[4]);
    at.totals.weight = nb::cast<double>(told[5]);
    at.rows = nb::cast<std::int64_t>(told[6]);
    at.totals.hits = nb::cast<std::vector<double>>(told[7]);
    return at;
  }

  /// One row an epoch: epoch, step, learning rate, loss, penalty, weight, rows, hits, and of each
  /// layer the gradient's norm and the share of dead units.
  nb::ndarray<nb::numpy, double, nb::ndim<2>> table_of(const std::vector<EpochReport>& reports) {
    const auto columns = static_cast<std::size_t>(7 + program_.hit_counts() + 2 * program_.depth());
    auto cells = std::make_unique<double[]>(reports.size() * columns);
    double* cell = cells.get();
    for (const auto& report : reports) {
      const auto& at = report.position;
      for (double number : {double(at.epoch), double(at.step), report.learning_rate,
                            at.totals.loss, at.penalty, at.totals.weight, double(at.rows)})
        *cell++ = number;
      cell = std::copy(at.totals.hits.begin(), at.totals.hits.end(), cell);
      cell = std::copy(report.norms.begin(), report.norms.end(), cell);
    }
    double* data = cells.release();
    nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<double*>(p); });
    return {data, {reports.size(), columns}, owner};
  }

  static nb::list list_of(const std::vector<double>& numbers) {
    nb::list list;
    for (double number : numbers) list.append(number);
    return list;
  }

  static nb::tuple tuple_of(const Position& at) {
    return nb::make_tuple(at.epoch, at.batch, at.step, at.totals.loss, at.penalty,
                          at.totals.weight, at.rows, list_of(at.totals.hits));
  }

  Index columns_, outputs_;
  std::size_t parameters_, buffers_;
  Index batch_size_;
  Program<Real> program_;
};

template <class Real>
void bind(nb::module_& module, const char* name) {
  using Bound = BoundProgram<Real>;
  nb::class_<Bound>(module, name)
      .def(nb::init<nb::dict>())
      .def("run", &Bound::run, "parameters"_a, "buffers"_a, "slots"_a, "X"_a, "labels"_a.none(),
           "numbers"_a.none(), "weights"_a.none(), "position"_a, "rates"_a, "shuffle"_a, "poll"_a)
      .def("predict", &Bound::predict, "parameters"_a, "buffers"_a, "X"_a, "labels"_a.none(),
           "numbers"_a.none(), "weights"_a.none(), "out"_a)
      .def("gradient", &Bound::gradient, "parameters"_a, "buffers"_a, "X"_a, "labels"_a.none(),
           "numbers"_a.none(), "weights"_a.none(), "step"_a, "out"_a)
      .def_prop_ro("capacity", &Bound::capacity)
      .def_prop_ro("threads_used", &Bound::threads_used);
}

}  // namespace
}  // namespace axone

NB_MODULE(AXONE_MODULE, module) {
  module.attr("variant") = AXONE_VARIANT;
  axone::bind<float>(module, "Program32");
  axone::bind<double>(module, "Program64");
}
