// The Python face of the engine: plans, workspaces and populations for float32 and for float64. Epochs
// run without the interpreter's lock, and no thread comes back to an interpreter that has ended.

#include <nanobind/stl/tuple.h>

#include <cstddef>

#include "exchange.hpp"
#include "interpreter.hpp"
#include "population/binding.hpp"
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

namespace axone {
namespace {

/// A plan's workspace, with the sizes that its arrays must have.
template <class Real>
class BoundWorkspace {
 public:
  BoundWorkspace(const Plan<Real>& plan, Index batch_size, Index capacity, int threads,
                 bool threads_forced)
      : sizes_(plan), workspace_(plan, batch_size, capacity, threads, threads_forced) {}

  nb::tuple run(Array1<Real> parameters, Array1<Real> buffers, std::vector<Array1<Real>> slots,
                Array2<const Real> X, std::optional<Labels> labels,
                std::optional<Array2<const Real>> numbers, std::optional<Array1<const Real>> weights,
                std::optional<Presence> mask, nb::tuple position, Array2<const double> rates, bool shuffle,
                std::function<bool(std::int64_t, std::int64_t)> poll, std::int64_t steps,
                bool measure, std::optional<Array2<Real>> trail) {
    const auto flat = flat_numbers_of(sizes_, parameters, buffers, slots);
    const auto rows = checked_rows(X, labels, numbers, weights, mask);
    require(steps >= -1, "the number of steps must be -1 or more");
    auto at = position_of(position);
    const Index batches = batches_of(rates, at, rows.count, workspace_.batch_size());
    const Schedule schedule{static_cast<std::int64_t>(rates.shape(0)), rates.data(), batches,
                            shuffle, steps, measure};
    const auto kept = trail_of(sizes_, trail, schedule.epochs);
    EpochReports reports;
    Ending ending;
    {
      const WithoutInterpreter outside;
      const FlushTinyNumbers flush;
      ending = workspace_.run(rows, schedule, at, reports, polling(outside, poll), flat, kept);
    }
    return nb::make_tuple(kEndings[static_cast<int>(ending)], tuple_of(at),
                          table_of(sizes_, reports, measure), workspace_.failed_loss());
  }

  /// `limits` are of the gradient, of the loss and of evaluations.
  nb::tuple minimise(Array1<Real> parameters, Array1<Real> buffers, Array1<Real> gradient,
                     Array2<Real> steps, Array2<Real> changes, Array1<double> curvatures,
                     Array1<double> standing, Array2<const Real> X, std::optional<Labels> labels,
                     std::optional<Array2<const Real>> numbers,
                     std::optional<Array1<const Real>> weights, std::optional<Presence> mask,
                     nb::tuple position, std::int64_t epochs, std::tuple<double, double, std::int64_t> limits,
                     std::function<bool(std::int64_t, std::int64_t)> poll, bool measure,
                     std::optional<Array2<Real>> trail) {
    sizes_.check(parameters.size(), buffers.size());
    const auto memory = curvatures.size();
    require(memory >= 1, "the memory must hold a pair");
    require(gradient.size() == sizes_.parameters, "the gradient has another length");
    for (const auto* rows : {&steps, &changes})
      require(rows->shape(0) == memory && rows->shape(1) == sizes_.parameters,
              "the memory has another shape");
    require(standing.size() == kStandingNumbers, "where the search stands is told in other numbers");
    const double pairs = standing.data()[offsetof(Standing, pairs) / sizeof(double)];
    require(pairs >= 0 && pairs < 1e15, "the number of pairs is out of range");
    const auto rows = checked_rows(X, labels, numbers, weights, mask);
    require(rows.count <= workspace_.capacity() || sizes_.buffers == 0,
            "the rows are more than the workspace holds");
    auto at = position_of(position);
    require(at.batch == 0, "the position is out of range");
    require(epochs >= 0 && epochs <= kMostSteps, "the number of epochs is out of range");
    const FlatNumbers<Real> flat{parameters.data(), buffers.data(), {}};
    const FlatMinimisation<Real> minimisation{parameters.data(), gradient.data(), steps.data(),
                                              changes.data(), curvatures.data(), standing.data(),
                                              static_cast<Index>(memory)};
    Schedule schedule;
    schedule.epochs = epochs;
    schedule.measure = measure;
    const Limits ends{std::get<0>(limits), std::get<1>(limits), std::get<2>(limits)};
    const auto kept = trail_of(sizes_, trail, epochs);
    EpochReports reports;
    Ending ending;
    {
      const WithoutInterpreter outside;
      const FlushTinyNumbers flush;
      ending = workspace_.minimise(rows, schedule, ends, at, reports, polling(outside, poll), flat,
                                   minimisation, kept);
    }
    return nb::make_tuple(kEndings[static_cast<int>(ending)], tuple_of(at),
                          table_of(sizes_, reports, measure), workspace_.failed_loss());
  }

  double predict(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                 std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                 std::optional<Array1<const Real>> weights, std::optional<Presence> mask,
                 Array2<Real> out) {
    sizes_.check(parameters.size(), buffers.size());
    const bool measured = labels || numbers;
    Rows<Real> rows{X.data(), Index(X.shape(0)), sizes_.columns, {}, nullptr, {}};
    if (measured) {
      rows = checked_rows(X, labels, numbers, weights, mask);
    } else {
      check_rows(sizes_, X);
      rows.mask = mask_of(mask, X.shape(0));
      workspace_.check_mask(rows.mask);
    }
    require(out.shape(0) == X.shape(0) && Index(out.shape(1)) == sizes_.outputs,
            "out has another shape");
    const WithoutInterpreter outside;
    return workspace_.predict(parameters.data(), buffers.data(), rows, measured, out.data());
  }

  /// The loss and ŷ of the same rows at several weights, a row of `trail` each; ŷ of one after ŷ of
  /// the other.
  void evaluate_each(Array2<const Real> trail, Array2<const Real> X, std::optional<Labels> labels,
                     std::optional<Array2<const Real>> numbers,
                     std::optional<Array1<const Real>> weights, std::optional<Presence> mask,
                     Array2<Real> out, Array1<double> losses) {
    const auto rows = checked_rows(X, labels, numbers, weights, mask);
    const auto count = trail.shape(0);
    require(trail.shape(1) == sizes_.parameters + sizes_.buffers, "the trail has another width");
    require(losses.size() == count && out.shape(0) == count * X.shape(0) &&
                Index(out.shape(1)) == sizes_.outputs,
            "losses or out have another shape");
    const WithoutInterpreter outside;
    for (std::size_t n = 0; n < count; ++n) {
      const Real* row = trail.data() + n * trail.shape(1);
      losses.data()[n] = workspace_.predict(row, row + sizes_.parameters, rows, true,
                                            out.data() + n * X.shape(0) * out.shape(1));
    }
  }

  double gradient(Array1<const Real> parameters, Array1<const Real> buffers, Array2<const Real> X,
                  std::optional<Labels> labels, std::optional<Array2<const Real>> numbers,
                  std::optional<Array1<const Real>> weights, std::optional<Presence> mask,
                  std::int64_t step, Array1<Real> out) {
    sizes_.check(parameters.size(), buffers.size());
    require(out.size() == sizes_.parameters, "out has another length");
    const auto rows = checked_rows(X, labels, numbers, weights, mask);
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

  Rows<Real> checked_rows(const Array2<const Real>& X, const std::optional<Labels>& labels,
                          const std::optional<Array2<const Real>>& numbers,
                          const std::optional<Array1<const Real>>& weights,
                          const std::optional<Presence>& mask) const {
    const auto rows = rows_of(sizes_, X, labels, numbers, weights, mask);
    workspace_.check_mask(rows.mask);
    return rows;
  }

  Sizes sizes_;
  Workspace<Real> workspace_;
};

template <class Real>
void bind(nb::module_& module, const char* plan, const char* workspace, const char* population) {
  using Bound = BoundWorkspace<Real>;
  // Nothing is converted in passing: results written into a converted copy would be lost.
  const auto array = [](const char* name) { return nb::arg(name).noconvert(); };
  const auto perhaps = [](const char* name) { return nb::arg(name).noconvert().none(); };
  nb::class_<Bound>(module, workspace)
      .def("run", &Bound::run, array("parameters"), array("buffers"), array("slots"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), perhaps("mask"), "position"_a, array("rates"),
           "shuffle"_a, "poll"_a, "steps"_a = -1, "measure"_a = true,
           perhaps("trail") = nb::none())
      .def("minimise", &Bound::minimise, array("parameters"), array("buffers"), array("gradient"),
           array("steps"), array("changes"), array("curvatures"), array("standing"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), perhaps("mask"), "position"_a, "epochs"_a,
           "limits"_a, "poll"_a, "measure"_a = true, perhaps("trail") = nb::none())
      .def("evaluate_each", &Bound::evaluate_each, array("trail"), array("X"), perhaps("labels"),
           perhaps("numbers"), perhaps("weights"), perhaps("mask"), array("out"), array("losses"))
      .def("predict", &Bound::predict, array("parameters"), array("buffers"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), perhaps("mask"), array("out"))
      .def("gradient", &Bound::gradient, array("parameters"), array("buffers"), array("X"),
           perhaps("labels"), perhaps("numbers"), perhaps("weights"), perhaps("mask"), "step"_a, array("out"))
      .def_prop_ro("batch_size", &Bound::batch_size)
      .def_prop_ro("capacity", &Bound::capacity)
      .def_prop_ro("threads_used", &Bound::threads_used);
  nb::class_<Plan<Real>> plans(module, plan);
  plans.def("__init__",
           [](Plan<Real>* self, const nb::dict& settings, std::uint64_t seed) {
             new (self) Plan<Real>(settings_of(settings), seed);
           },
           "settings"_a, "seed"_a)
      .def_prop_ro("hit_counts", [](const Plan<Real>& self) { return self.hit_counts; })
      .def("takes_mask", &Plan<Real>::takes_mask, "positions"_a)
      .def_prop_ro_static("vector_bytes", [](nb::handle) { return kVectorBytes; })
      .def("workspace",
           [](const Plan<Real>& self, Index batch_size, Index capacity, int threads,
              bool threads_forced) {
             return std::make_unique<Bound>(self, batch_size, capacity, threads, threads_forced);
           },
           "batch_size"_a, "capacity"_a, "threads"_a, "threads_forced"_a = false);
  population::bind<Real>(module, population, plans);
}

void bind_draws(nb::module_& module) {
  const auto numbers = [](Array1<double> out) {
    // Normal numbers take two words each, and words are numbered by 32 bits.
    require(out.size() <= (std::size_t{1} << 31), "a stream has no more than 2^31 numbers at a time");
    return static_cast<std::uint32_t>(out.size());
  };
  module.def(
      "normal",
      [numbers](std::uint64_t key, Array1<double> out) {
        const auto count = numbers(out);
        const WithoutInterpreter outside;
        fill(out.data(), count, [stream = RandomStream{key}, count](std::uint32_t n) {
          return stream.normal(n, count);
        });
      },
      "key"_a, nb::arg("out").noconvert());
  module.def(
      "uniform",
      [numbers](std::uint64_t key, Array1<double> out) {
        const auto count = numbers(out);
        const WithoutInterpreter outside;
        fill(out.data(), count, [stream = RandomStream{key}](std::uint32_t n) {
          return stream.uniform(n);
        });
      },
      "key"_a, nb::arg("out").noconvert());
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
  module.attr("operations") = axone::tuple_of_names(axone::kOperations<float>);
  module.attr("registers") = axone::Program<float>::kMostRegisters;
  module.attr("augmentations") = axone::tuple_of_names(axone::kAugmentations);
  module.attr("losses") = axone::tuple_of_names(axone::kLosses);
  module.attr("optimizers") = axone::tuple_of_names(axone::kOptimizers);
  axone::wait_for_threads_at_exit();
  axone::bind_draws(module);
  axone::bind<float>(module, "Plan32", "Workspace32", "Population32");
  axone::bind<double>(module, "Plan64", "Workspace64", "Population64");
}
