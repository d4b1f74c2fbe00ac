// A population: many networks of one shape that train side by side, a lane of every vector each, with
// their own weights, rows, shuffles and settings. What would be too narrow for vectors in one network is
// as wide as they are in many.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

#include "../plan.hpp"
#include "../run.hpp"
#include "../sole_use.hpp"
#include "head.hpp"

namespace axone::population {

/// One network of the population, as a call to `run` finds and leaves it.
template <class Real>
struct Member {
  OptimizerSettings optimizer;
  RandomStream seed;
  FlatNumbers<Real> flat;
  Rows<Real> rows;
  Schedule schedule;
  Position at;
  Trail<Real> trail;
  EpochReports reports;
  bool has_failed = false;  // its numbers are not finite any more
};

/// What the members of a population share, whoever they are.
struct Common {
  Index batch_size;
  bool shuffle, measure;
};

template <class Real>
class Population {
 public:
  using V = Vector<Real>;
  static constexpr int kSeats = kLanes<Real>;
  using Poll = std::function<bool()>;

  /// std::invalid_argument where the plan's network has a layer that runs in no lanes.
  Population(const Plan<Real>& plan, const Common& common)
      : common_(common), rule_(plan.optimizer.rule), head_(head_of(plan, common.batch_size)),
        input_(common.batch_size, plan.columns), absent_(plan.columns),
        is_there_(product_of(common.batch_size, kSeats)) {
    for (const auto& settings : plan.described()) {
      layers_.push_back(build_layer<V>(settings, layers_.size(), common.batch_size, arena_));
      if (!layers_.back()) throw std::invalid_argument("a layer of this network runs in no lanes");
      random_ = random_ || layers_.back()->is_random();
    }
    arena_.allocate(plan.optimizer.slots());
    for (first_ = 0; first_ + 1 < layers_.size() && !layers_[first_]->learns(); ++first_) {}
    layers_[first_]->needs_input_gradient = false;
  }

  /// Train each member until its epochs are complete; a null pointer leaves a lane empty. `poll` is
  /// asked about twenty times a second whether all are to stop after the step in hand. The flat numbers
  /// change at the end of the call only, and those of a member that failed not at all.
  void run(const std::vector<Member<Real>*>& members, const Poll& poll) {
    const SoleUse use(in_use_);
    pass_ = {};
    pass_.rule = rule_;
    pass_.is_there = is_there_.data();
    pass_.random = random_of_lane_;
    for (int lane = 0; lane < kSeats; ++lane)
      lane_[lane].begin(members[static_cast<std::size_t>(lane)]);
    for (auto& layer : layers_) layer->doubt = V{};
    each_member([&](Lane& lane, int number) {
      note_settings(lane.member->optimizer);
      pass_.numbers.set(number, lane.member->optimizer, Step{}, 1);
    });
    read();
    PollTimer timer;
    while (gather()) {
      step();
      if (poll && timer.is_due_after_step() && poll()) break;
    }
    write();
  }

 private:
  /// A member at work: where it stands in its call.
  struct Lane {
    Member<Real>* member = nullptr;
    bool is_at_work = false, is_last = false;  // whether it makes this step; whether its epoch's last
    const std::uint32_t* order = nullptr;
    std::int64_t epochs_done = 0;
    Index from = 0, count = 0;
    bool plain = false;  // classes, rows that weigh 1
    std::optional<StepCounter> counter;
    Shuffler shuffler;
    std::vector<std::uint32_t> plain_order;

    void begin(Member<Real>* who) {
      member = who;
      epochs_done = 0;
      is_at_work = is_last = false;
      order = nullptr;
      if (!who) return;
      plain = who->rows.targets.classes && !who->rows.weights;
    }

    /// Find the next batch, in a new epoch if need be; false if all is done.
    bool take(const Common& common) {
      is_at_work = member && epochs_done < member->schedule.epochs;
      count = 0;
      is_last = false;
      if (!is_at_work) return false;
      if (!order) begin_epoch(common);
      const auto& at = member->at;
      from = at.batch * common.batch_size;
      count = std::min(common.batch_size, member->rows.count - from);
      is_last = at.batch + 1 == member->schedule.batches;
      return true;
    }

    double rate() const {
      const auto& schedule = member->schedule;
      return schedule.rates[epochs_done * schedule.batches + member->at.batch];
    }

   private:
    void begin_epoch(const Common& common) {
      const auto& at = member->at;
      counter.emplace(member->optimizer, at.step - at.batch, at.batch);
      const auto count_of_rows = static_cast<std::size_t>(member->rows.count);
      if (common.shuffle) {
        const auto stream =
            member->seed.child(kShuffle).child(static_cast<std::uint64_t>(at.epoch));
        order = shuffler.permutation(stream, count_of_rows).data();
        return;
      }
      plain_order.resize(count_of_rows);
      for (std::size_t n = 0; n < count_of_rows; ++n) plain_order[n] = static_cast<std::uint32_t>(n);
      order = plain_order.data();
    }
  };

  static Head<V> head_of(const Plan<Real>& plan, Index rows) {
    const auto& s = plan.described_head();
    return {find(kLosses, s.word("loss"), "loss"), s.number("scale"), s.list_or_none("settings"),
            activation_of<Real>(s), plan.outputs, rows};
  }

  template <class Visit>
  void each_member(Visit visit) {
    for (int lane = 0; lane < kSeats; ++lane)
      if (lane_[lane].member) visit(lane_[lane], lane);
  }

  void note_settings(const OptimizerSettings& o) {
    pass_.adds_l2 = pass_.adds_l2 || o.l2 != 0;
    pass_.decays = pass_.decays || o.decay != 0;
    pass_.completes = pass_.completes || o.l1 != 0 || o.clip_value != 0;
    pass_.keep_gradient = pass_.keep_gradient || o.clip_norm != 0;
    penalises_ = pass_.adds_l2 || pass_.completes;
    if (pass_.keep_gradient && arena_.gradient.size() == 0)
      arena_.gradient = Buffer<Real>(arena_.weight.size());
  }

  /// Visit the arrays of all lanes, each with its home in Python's flat vectors.
  template <class Visit>
  void each_array(Visit visit) {
    each_member([&](Lane& lane, int number) {
      const auto& flat = lane.member->flat;
      visit(arena_.weight, flat.parameters, lane, number);
      for (std::size_t s = 0; s < flat.slots.size(); ++s)
        visit(arena_.slot[s], flat.slots[s], lane, number);
    });
  }
  void read() {
    each_array([&](Buffer<Real>& ours, const Real* theirs, Lane&, int lane) {
      arena_.each([&](Index there, Index here) { ours[here + lane] = theirs[there]; });
    });
  }
  void write() {
    each_member([&](Lane& lane, int number) {
      Real seen = 0;  // NaN, if anything is or was not finite
      arena_.each([&](Index, Index here) { seen += arena_.weight[here + number] * Real(0); });
      for (const auto& layer : layers_) seen += layer->doubt[number];
      double losses = lane.member->at.totals.loss + lane.member->at.penalty;
      for (const auto& report : lane.member->reports.epochs)
        losses += report.position.totals.loss + report.position.penalty;
      lane.member->has_failed = seen != 0 || !std::isfinite(losses);
    });
    each_array([&](Buffer<Real>& ours, Real* theirs, Lane& lane, int number) {
      if (lane.member->has_failed) return;
      arena_.each([&](Index there, Index here) { theirs[there] = ours[here + number]; });
    });
  }

  /// Find every lane's next batch, its rows, targets and settings; false if nobody has one.
  bool gather() {
    pass_.rows = 0;
    pass_.measure = false;
    bool any = false;
    alike_ = true;
    for (int number = 0; number < kSeats; ++number) {
      auto& lane = lane_[number];
      any = lane.take(common_) || any;
      if (!lane.is_at_work) {
        pass_.numbers.stand_still(number);
        continue;
      }
      alike_ = alike_ && lane.plain;
      pass_.rows = std::max(pass_.rows, lane.count);
      pass_.measure = pass_.measure || (lane.is_last && common_.measure);
      const auto& member = *lane.member;
      pass_.numbers.move_on(number, member.optimizer, lane.counter->next(lane.rate()), lane.count);
      if (random_)
        random_of_lane_[number] =
            member.seed.child(kNoise).child(static_cast<std::uint64_t>(member.at.step + 1));
    }
    if (any)
      for (Index r = 0; r < pass_.rows; ++r) gather_row(r);
    return any;
  }

  void gather_row(Index r) {
    const Real* rows[kSeats];
    for (int number = 0; number < kSeats; ++number) {
      const auto& lane = lane_[number];
      const bool is_there = r < lane.count;
      is_there_[r * kSeats + number] = Real(is_there);
      if (!is_there) {
        rows[number] = absent_.data();
        head_.leave_out(number, r);
        continue;
      }
      const auto& from = lane.member->rows;
      const Index index = lane.order[lane.from + r];
      rows[number] = from.X + index * from.columns;
      if (alike_) {
        head_.set_class(number, r, from.targets.classes[index]);
      } else {
        head_.set_target(number, r, from.targets, index,
                         from.weights ? from.weights[index] : Real(1));
      }
    }
    transpose_into_lanes(rows, absent_.size(), input_.view().at(r, 0));
  }

  void step() {
    if (penalises_) add_penalties();
    auto x = input_.view();
    for (auto& layer : layers_) x = layer->forward(x, pass_);
    auto d = head_.treat(x, pass_.rows, alike_);
    for (std::size_t n = layers_.size(); n-- > first_;) d = layers_[n]->backward(d, pass_);
    PerLane<kSeats> scale;
    scale.fill(1);
    if (pass_.keep_gradient) clip_and_move(scale);
    each_member([&](Lane& lane, int number) {
      if (lane.is_at_work) count_step(lane, number, scale[static_cast<std::size_t>(number)]);
    });
  }

  /// λ₁/m·Σ|W| + λ₂/(2m)·ΣW² of every lane, of the weights before the step.
  void add_penalties() {
    using Wide = Vector<double, kSeats>;
    Wide squares{}, sizes{};
    for (const auto& layer : layers_) {
      const auto place = layer->penalised();
      for (Index n = place.first; n < place.first + place.rows * place.stride; ++n) {
        const Wide w = __builtin_convertvector(load<V>(arena_.weight.data() + n * kSeats), Wide);
        squares += w * w;
        sizes += maximum(w, -w);
      }
    }
    each_member([&](Lane& lane, int number) {
      const auto& o = lane.member->optimizer;
      // Divided by the rows of the batch, and weighed by them in an epoch's mean.
      if (lane.is_at_work)
        lane.member->at.penalty += o.l1 * sizes[number] + 0.5 * o.l2 * squares[number];
    });
  }

  /// Scale every lane's whole gradient to the norm it is allowed, then move.
  void clip_and_move(PerLane<kSeats>& scale) {
    V factor = V{} + 1;
    each_member([&](Lane& lane, int number) {
      const double bound = lane.member->optimizer.clip_norm;
      double squared = 0;
      for (const auto& layer : layers_) squared += layer->squared_norm[number];
      const double norm = std::sqrt(squared);
      // Alone its squares would be summed in larger units.
      if (!std::isfinite(norm)) layers_[first_]->doubt[number] = Real(NAN);
      if (bound == 0 || !(norm > bound)) return;
      scale[static_cast<std::size_t>(number)] = bound / norm;
      factor[number] = Real(bound / norm);
    });
    for (Index n = 0; n < arena_.gradient.size(); n += kSeats)
      store(arena_.gradient.data() + n, load<V>(arena_.gradient.data() + n) * factor);
    for (auto& layer : layers_) layer->move(pass_);
  }

  void count_step(Lane& lane, int number, double scale) {
    auto& at = lane.member->at;
    const auto& here = head_.totals;
    at.totals.hits.resize(here.hits.size());
    at.totals.loss += here.loss[number];
    at.totals.weight += here.weight[number];
    for (std::size_t h = 0; h < here.hits.size(); ++h) at.totals.hits[h] += here.hits[h][number];
    at.rows += lane.count;
    ++at.step;
    ++at.batch;
    if (!lane.is_last) return;
    const auto& schedule = lane.member->schedule;
    const double rate = schedule.rates[(lane.epochs_done + 1) * schedule.batches - 1];
    auto& measures = lane.member->reports.measures;
    for (const auto& layer : layers_) {
      if (!common_.measure) break;
      measures.push_back(std::sqrt(layer->squared_norm[number]) * scale);
      measures.push_back(layer->dead_shares[static_cast<std::size_t>(number)]);
    }
    if (lane.member->trail.rows) {
      Real* row = lane.member->trail.of(lane.epochs_done).parameters;
      arena_.each([&](Index there, Index here) { row[there] = arena_.weight[here + number]; });
    }
    ++at.epoch;
    at.batch = 0;
    lane.member->reports.epochs.push_back({at, rate});
    at.totals.loss = at.totals.weight = 0;
    at.totals.hits.assign(here.hits.size(), 0);
    at.penalty = 0;
    at.rows = 0;
    ++lane.epochs_done;
    lane.order = nullptr;
  }

  const Common common_;
  const Rule rule_;
  Arena<V> arena_;
  Layers<V> layers_;
  Head<V> head_;
  OwnMatrix<V> input_;
  Buffer<Real> absent_;          // zeros, for a lane whose batch is shorter
  Buffer<Real> is_there_;        // 1 for a row of a lane, 0 where there is none
  bool random_ = false, penalises_ = false, alike_ = true;
  std::size_t first_ = 0;
  Pass<V> pass_;
  Lane lane_[kSeats];
  RandomStream random_of_lane_[kSeats];
  std::atomic<bool> in_use_{false};
};

}  // namespace axone::population
