// The Python face of a population: members take a seat with their arrays, then all train together.
#pragma once

#include <nanobind/stl/tuple.h>

#include "../exchange.hpp"
#include "../interpreter.hpp"
#include "population.hpp"

namespace axone::population {

/// A population, with the arrays of those who have a seat in it.
template <class Real>
class BoundPopulation {
 public:
  BoundPopulation(const Plan<Real>& plan, Index batch_size, bool shuffle, bool measure)
      : sizes_(plan), common_{checked(batch_size), shuffle, measure}, population_(plan, common_),
        seats_(kLanes<Real>) {}

  Index seats() const { return kLanes<Real>; }

  /// Let a run have a seat: its plan, whose settings and seed it has, its numbers and its rows.
  void take(Index seat, const Plan<Real>& plan, Array1<Real> parameters, Array1<Real> buffers,
            std::vector<Array1<Real>> slots, Array2<const Real> X, std::optional<Labels> labels,
            std::optional<Array2<const Real>> numbers, std::optional<Array1<const Real>> weights) {
    const Sizes sizes(plan);
    require(sizes.columns == sizes_.columns && sizes.outputs == sizes_.outputs &&
                sizes.parameters == sizes_.parameters && sizes.buffers == 0,
            "the plan has another network than the population");
    Member<Real> member;
    member.optimizer = plan.optimizer;
    member.seed = RandomStream::from_seed(plan.seed);
    member.flat = flat_numbers_of(sizes_, parameters, buffers, slots);
    member.rows = rows_of(sizes_, X, labels, numbers, weights);
    at(seat) = Seat{std::move(member), parameters, buffers, std::move(slots), X, labels, numbers,
                    weights};
  }

  /// Let a seat be empty.
  void leave(Index seat) { at(seat).reset(); }

  using Turn = std::tuple<nb::tuple, Array2<const double>, std::optional<Array2<Real>>>;

  /// Train: `turns` holds for each seat nothing, or where its run stands, a learning rate for every
  /// step of the epochs to complete, and where its weights at their ends go. Returned is for each
  /// nothing, or whether it failed, where it stands now and what its epochs showed.
  nb::list run(std::vector<std::optional<Turn>> turns, std::function<bool()> poll) {
    require(turns.size() == seats_.size(), "one turn a seat is needed");
    std::vector<Member<Real>*> members(seats_.size());
    for (std::size_t n = 0; n < turns.size(); ++n) {
      if (!turns[n]) continue;
      auto& member = at(static_cast<Index>(n)).value().member;
      const auto& [position, rates, trail] = *turns[n];
      member.at = position_of(position);
      member.schedule = {};
      member.schedule.batches =
          batches_of(rates, member.at, member.rows.count, common_.batch_size);
      member.schedule.epochs = static_cast<std::int64_t>(rates.shape(0));
      member.schedule.rates = rates.data();
      member.trail = trail_of(sizes_, trail, member.schedule.epochs);
      member.reports.clear();
      member.has_failed = false;
      members[n] = &member;
    }
    {
      const WithoutInterpreter outside;
      const FlushTinyNumbers flush;
      population_.run(members, [&] {
        if (outside.is_ending()) return true;
        nb::gil_scoped_acquire acquire;
        return poll();
      });
    }
    nb::list results;
    for (const auto* member : members) {
      if (member) {
        results.append(nb::make_tuple(member->has_failed, tuple_of(member->at),
                                      table_of(sizes_, member->reports, common_.measure)));
      } else {
        results.append(nb::none());
      }
    }
    return results;
  }

 private:
  struct Seat {
    Member<Real> member;
    Array1<Real> parameters, buffers;
    std::vector<Array1<Real>> slots;
    Array2<const Real> X;
    std::optional<Labels> labels;
    std::optional<Array2<const Real>> numbers;
    std::optional<Array1<const Real>> weights;
  };

  static Index checked(Index batch_size) {
    if (batch_size < 1) throw std::invalid_argument("the batch size must be at least 1");
    return batch_size;
  }
  std::optional<Seat>& at(Index seat) {
    require(seat >= 0 && seat < seats(), "there is no such seat");
    return seats_[static_cast<std::size_t>(seat)];
  }

  Sizes sizes_;
  Common common_;
  Population<Real> population_;
  std::vector<std::optional<Seat>> seats_;
};

template <class Real>
void bind(nb::module_& module, const char* name, nb::class_<Plan<Real>>& plan) {
  using Bound = BoundPopulation<Real>;
  // Nothing is converted in passing: results written into a converted copy would be lost.
  const auto array = [](const char* name) { return nb::arg(name).noconvert(); };
  const auto perhaps = [](const char* name) { return nb::arg(name).noconvert().none(); };
  nb::class_<Bound>(module, name)
      .def_prop_ro("seats", &Bound::seats)
      .def("take", &Bound::take, "seat"_a, "plan"_a, array("parameters"), array("buffers"),
           array("slots"), array("X"), perhaps("labels"), perhaps("numbers"), perhaps("weights"))
      .def("leave", &Bound::leave, "seat"_a)
      .def("run", &Bound::run, nb::arg("turns").noconvert(), "poll"_a);
  plan.def("population",
           [](const Plan<Real>& self, Index batch_size, bool shuffle, bool measure) {
             return std::make_unique<Bound>(self, batch_size, shuffle, measure);
           },
           "batch_size"_a, "shuffle"_a, "measure"_a);
}

}  // namespace axone::population
