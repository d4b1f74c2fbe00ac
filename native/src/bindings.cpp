// The Python face of the engine: plans and workspaces for float32 and for float64. All shapes and
// types are checked here, before the first pointer is taken; epochs run without the interpreter's
// lock, and no thread comes back to an interpreter that has ended.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <optional>
#include <tuple>

#include "interpreter.hpp"
#include "workspace.hpp"

#ifndef AXONE_MODULE
#define AXONE_MODULE _native
#endif
#ifndef AXONE_VARIANT
#define AXONE_VARIANT "generic"
#endif
#if defined(__clang__)
#define AXONE_COMPILER "Clang " __clang_version__
#elif defined(__GNUC__)
#define AXONE_COMPILER "GCC " __VERSION__
#else
#define AXONE_COMPILER "unknown"
#endif

namespace nb = nanobind;
using namespace nb::literals;

namespace axone {
namespace {

void require(bool holds, const char* message) {
  if (!holds) throw nb::value_error(message);
}

/// Read a dictionary of numbers, words, dictionaries and lists of dictionaries.
Settings settings_of(const nb::dict& given) {
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
      settings.set(name, std::vector<Settings>{settings_of(nb::cast<nb::dict>(value))});
    } else if (nb::isinstance<nb::list>(value)) {
      std::vector<Settings> list;
      for (auto item : nb::cast<nb::list>(value))
        list.push_back(settings_of(nb::cast<nb::dict>(item)));
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

/// A plan's workspace, with the sizes that its arrays must have.
template <class Real>
class BoundWorkspace {
 public:
  BoundWorkspace(const Plan<Real>& plan, Index batch_size, Index capacity, int threads,
                 bool threads_forced)
      : columns_(plan.columns), outputs_(plan.outputs),
        parameters_(static_cast<std::size_t>(plan.parameters)),
        buffers_(static_cast<std::size_t>(plan.buffers)),
        slots_(static_cast<std::size_t>(plan.optimizer.slots())), hit_counts_(plan.hit_counts),
        depth_(plan.depth), workspace_(plan, batch_size, capacity, threads, threads_forced) {}

  nb::tuple run(Array1<Real> parameters, Array1<Real> buffers, std::vector<Array1<Real>> slots,
                Array2<const Real> X, std::optional<Labels> labels,
                std::optional<Array2<const Real>> numbers, std::optional<Array1<const Real>> weights,
                nb::tuple position, Array2<const double> rates, bool shuffle,
                std::function<bool(std::int64_t, std::int64_t)> poll, std::int64_t steps,
                bool measure) {
    check(parameters.size(), buffers.size());
    require(slots.size() == slots_, "the optimizer has another number of vectors");
    FlatNumbers<Real> flat{parameters.data(), buffers.data(), {}};
    for (auto& slot : slots) {
      require(slot.size() == parameters_, "a vector of the optimizer has another length");
      flat.slots.push_back(slot.data());
    }
    const auto rows = rows_of(X, labels, numbers, weights);
    const Index batch_size = workspace_.batch_size();
    const Index batches = (rows.count + batch_size - 1) / batch_size;
    require(static_cast<Index>(rates.shape(1)) == batches, "one learning rate a step is needed");
    require(steps >= -1, "the number of steps must be -1 or more");
    auto at = position_of(position);
    require(at.epoch >= 0 && at.step >= at.batch && at.batch >= 0 && at.batch <= batches,
            "the position is out of range");
    const Schedule schedule{static_cast<std::int64_t>(rates.shape(0)), rates.data(), shuffle, steps,
                            measure};
    std::vector<EpochReport> reports;
    Ending ending;
    {
      const WithoutInterpreter outside;
      const FlushTinyNumbers flush;
      ending = workspace_.run(rows, schedule, at, reports, polling(outside, poll), flat);
    }
    return nb::make_tuple(kEndings[static_cast<int>(ending)], tuple_of(at), table_of(reports, measure),
                          workspace_.failed_loss());
  }

  /// `slots` are gradient, steps, changes; `limits` of gradient, loss and evaluations.
  nb::tuple minimise(Array1<Real> parameters, Array1<Real> buffers, Array1<Real> gradient,
                     Array2<Real> steps, Array2<Real> changes, Array1<double> curvatures,
                     Array1<double> standing, Array2<const Real> X, std::optional<Labels> labels,
                     std::optional<Array2<const Real>> numbers,
                     std::optional<Array1<const Real>> weights, nb::tuple position,
                     std::int64_t epochs, std::tuple<double, double, std::int64_t> limits,
                     std::function<bool(std::int64_t, std::int64_t)> poll, bool measure) {
    check(parameters.size(), buffers.size());
    const auto memory = curvatures.size();
    require(memory >= 1, "the memory must hold a pair");
    require(gradient.size() == parameters_, "the gradient has another length");
    for (const auto* rows : {&steps, &changes})
      require(rows->shape(0) == memory && rows->shape(1) == parameters_,
              "the memory has another shape");
    require(standing.size() == kStandingNumbers, "where the search stands is told in other numbers");
    const double pairs = standing.data()[offsetof(Standing, pairs) / sizeof(double)];
    require(pairs >= 0 && pairs < 1e15, "the number of pairs is out of range");
    const auto rows = rows_of(X, labels, numbers, weights);
    require(rows.count <= workspace_.capacity(), "the rows are more than the workspace holds");
    auto at = position_of(position);
    require(at.epoch >= 0 && at.step >= 0 && at.batch == 0, "the position is out of range");
    const FlatNumbers<Real> flat{parameters.data(), buffers.data(), {}};
    const FlatMinimisation<Real> minimisation{parameters.data(), gradient.data(), steps.data(),
                                              changes.data(), curvatures.data(), standing.data(),
                                              static_cast<Index>(memory)};
    Schedule schedule;
    schedule.epochs = epochs;
    schedule.measure = measure;
    const Limits ends{std::get<0>(limits), std::get<1>(limits), std::get<2>(limits)};
    std::vector<EpochReport> reports;
    Ending ending;
    {
      const WithoutInterpreter outside;
      const FlushTinyNumbers flush;
      ending = workspace_.minimise(rows, schedule, ends, at, reports, polling(outside, poll), flat,
                                   minimisation);
    }
    return nb::make_tuple(kEndings[static_cast<int>(ending)], tuple_of(at), table_of(reports, measure),
                          workspace_.failed_loss());
  }

  double predict(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                 std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                 std::optional<Array1<const Real>> weights, Array2<Real> out) {
    check(parameters.size(), buffers.size());
    const bool measured = labels || numbers;
    Rows<Real> rows{X.data(), Index(X.shape(0)), columns_, {}, nullptr};
    require(Index(X.shape(1)) == columns_, "X has another width");
    if (measured) rows = rows_of(X, labels, numbers, weights);
    require(out.shape(0) == X.shape(0) && Index(out.shape(1)) == outputs_, "out has another shape");
    const WithoutInterpreter outside;
    return workspace_.predict(parameters.data(), buffers.data(), rows, measured, out.data());
  }

  double gradient(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                  std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                  std::optional<Array1<const Real>> weights, std::int64_t step, Array1<Real> out) {
    check(parameters.size(), buffers.size());
    require(out.size() == parameters_, "out has another length");
    const auto rows = rows_of(X, labels, numbers, weights);
    require(rows.count <= workspace_.capacity(), "the batch is larger than the workspace");
    const WithoutInterpreter outside;
    return workspace_.gradient(parameters.data(), buffers.data(), rows, step, out.data());
  }

  Index batch_size() const { return workspace_.batch_size(); }
  Index capacity() const { return workspace_.capacity(); }
  int threads_used() const { return workspace_.threads_used(); }

 private:
  static constexpr const char* kEndings[] = {"done",     "interrupted", "loss",
                                             "gradient", "averages",    "converged"};

  using Poll = std::function<bool(std::int64_t, std::int64_t)>;

  /// Python's answer whether to stop, with its lock for as long as that takes.
  static Poll polling(const WithoutInterpreter& outside, const Poll& poll) {
    return [&](std::int64_t epoch, std::int64_t batch) {
      if (outside.is_ending()) return true;
      nb::gil_scoped_acquire acquire;
      return poll(epoch, batch);
    };
  }

  void check(std::size_t parameters, std::size_t buffers) const {
    require(parameters == parameters_, "the vector of parameters has another length");
    require(buffers == buffers_, "the vector of buffers has another length");
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

  /// One row an epoch: epoch, step, learning rate, loss, penalty, weight, rows, hits, and, if they
  /// are measured, of each layer the gradient's norm and the share of dead units.
  nb::ndarray<nb::numpy, double, nb::ndim<2>> table_of(const std::vector<EpochReport>& reports,
                                                       bool measured) {
    const auto columns =
        static_cast<std::size_t>(7 + hit_counts_ + (measured ? 2 * depth_ : 0));
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
  std::size_t parameters_, buffers_, slots_;
  Index hit_counts_, depth_;
  Workspace<Real> workspace_;
};

template <class Real>
void bind(nb::module_& module, const char* plan, const char* workspace) {
  using Bound = BoundWorkspace<Real>;
  // Nothing is converted in passing: results written into a converted copy would be lost.
  const auto array = [](const char* name) { return nb::arg(name).noconvert(); };
  const auto perhaps = [](const char* name) { return nb::arg(name).noconvert().none(); };
  nb::class_<Bound>(module, workspace)
      .def("run", &Bound::run, array("parameters"), array("buffers"), array("slots"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), "position"_a, array("rates"),
           "shuffle"_a, "poll"_a, "steps"_a = -1, "measure"_a = true)
      .def("minimise", &Bound::minimise, array("parameters"), array("buffers"), array("gradient"),
           array("steps"), array("changes"), array("curvatures"), array("standing"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), "position"_a, "epochs"_a,
           "limits"_a, "poll"_a, "measure"_a = true)
      .def("predict", &Bound::predict, array("parameters"), array("buffers"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), array("out"))
      .def("gradient", &Bound::gradient, array("parameters"), array("buffers"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), "step"_a, array("out"))
      .def_prop_ro("batch_size", &Bound::batch_size)
      .def_prop_ro("capacity", &Bound::capacity)
      .def_prop_ro("threads_used", &Bound::threads_used);
  nb::class_<Plan<Real>>(module, plan)
      .def("__init__",
           [](Plan<Real>* self, const nb::dict& settings, std::uint64_t seed) {
             new (self) Plan<Real>(settings_of(settings), seed);
           },
           "settings"_a, "seed"_a)
      .def_prop_ro("hit_counts", [](const Plan<Real>& self) { return self.hit_counts; })
      .def("workspace",
           [](const Plan<Real>& self, Index batch_size, Index capacity, int threads,
              bool threads_forced) {
             return std::make_unique<Bound>(self, batch_size, capacity, threads, threads_forced);
           },
           "batch_size"_a, "capacity"_a, "threads"_a, "threads_forced"_a = false);
}

template <class Names>
nb::tuple tuple_of_names(const Names& table) {
  nb::list names;
  for (const auto& name : names_of(table)) names.append(name);
  return nb::tuple(names);
}

}  // namespace
}  // namespace axone

NB_MODULE(AXONE_MODULE, module) {
  // A thread that is killed with the interpreter takes its objects with it.
  nb::set_leak_warnings(false);
  module.attr("variant") = AXONE_VARIANT;
  module.attr("compiler") = AXONE_COMPILER;
  module.attr("layers") = axone::tuple_of_names(axone::kLayers<float>);
  module.attr("activations") = axone::tuple_of_names(axone::kActivations<float>);
  module.attr("losses") = axone::tuple_of_names(axone::kLosses);
  module.attr("optimizers") = axone::tuple_of_names(axone::kOptimizers);
  axone::wait_for_threads_at_exit();
  axone::bind<float>(module, "Plan32", "Workspace32");
  axone::bind<double>(module, "Plan64", "Workspace64");
}
