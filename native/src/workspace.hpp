// A workspace: all that changes while a plan runs, the weights in their panels, the optimiser's
// arrays, the memory of a batch, the team of threads. It trains whole epochs in one call, for one
// caller at a time.
#pragma once

#include <functional>
#include <stdexcept>

#include "lbfgs.hpp"
#include "plan.hpp"
#include "run.hpp"
#include "sole_use.hpp"
#include "thread_trial.hpp"

namespace axone {

template <class Real>
class Workspace {
 public:
  using Poll = std::function<bool(std::int64_t epoch, std::int64_t batch)>;

  /// For steps of `batch_size` rows and passes of up to `capacity`. With `threads_forced` the team
  /// makes every step, whether it is faster or not.
  Workspace(const Plan<Real>& plan, Index batch_size, Index capacity, int threads,
            bool threads_forced)
      : optimizer_(plan.optimizer), unclipped_(without_clipping(plan.optimizer)),
        unpenalised_(without_penalty(unclipped_)),
        batch_size_(checked(batch_size, capacity)), capacity_(capacity),
        parameters_(plan.parameters), averages_(plan.buffers),
        frozen_(static_cast<std::size_t>(plan.frozen)),
        seed_(RandomStream::from_seed(plan.seed)), noise_(seed_.child(kNoise)),
        augmenter_(plan.augmenter(checked_threads(threads))),
        layers_(plan.layers(capacity, batch_size, checked_threads(threads))),
        head_(plan.head(capacity)), input_(capacity, plan.columns) {
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      const bool learns = n >= frozen_;
      layers_[n]->collect(learns ? stores_ : frozen_stores_);
      layers_[n]->collect_buffers(learns ? buffers_ : frozen_buffers_);
      random_ = random_ || (learns && layers_[n]->is_random());
    }
    arena_.hold(stores_, plan.optimizer.slots());
    averages_arena_.hold(buffers_, 0);
    frozen_arena_.hold(frozen_stores_, 0);
    frozen_averages_arena_.hold(frozen_buffers_, 0);
    moves_at_once_ = arena_.size() <= kMostMovedAtOnce;
    if (moves_at_once_) arena_.need_gradients();
    for (first_ = frozen_; first_ + 1 < layers_.size(); ++first_) {
      std::vector<Store<Real>*> own;
      layers_[first_]->collect(own);
      if (!own.empty()) break;
    }
    layers_[first_]->spare_input_gradient();
    index_.resize(static_cast<std::size_t>(capacity));
    if (threads > 1) team_ = std::make_unique<Team>(threads);
    if (threads_forced) trial_.force_team();
  }

  /// How many threads the last run settled on.
  int threads_used() const { return team_ && trial_.uses_team() ? team_->size() : 1; }

  /// std::invalid_argument where the layers cannot take such a mask, or none of them ends it.
  void check_mask(const Mask& mask) const {
    if (mask && positions_after(layers_, mask.length) > 0)
      throw std::invalid_argument("the mask reaches the output");
  }

  Index batch_size() const { return batch_size_; }
  Index capacity() const { return capacity_; }

  /// Train; `reports` gets one entry an epoch completed. `poll` is asked about twenty times a
  /// second whether to stop after the batch in hand. The flat numbers change at the end of the call
  /// only, so that a batch whose loss, gradient or averages are not finite leaves no trace: the steps
  /// before it are made again from the numbers that the call began with, and that is where the call
  /// ends. Steps do not look for such a batch, for that costs small networks a twentieth of their
  /// time: it leaves weights or averages that are not finite, and only then is it looked for.
  Ending run(const Rows<Real>& rows, const Schedule& schedule, Position& at,
             EpochReports& reports, const Poll& poll,
             const FlatNumbers<Real>& flat, const Trail<Real>& trail = {}) {
    const SoleUse use(in_use_);
    const Position start = at;
    trail_ = trail;
    hold_mask(rows.mask);
    read(flat);
    Ending ending = train(rows, schedule, at, reports, poll);
    const auto repeat = [&](std::int64_t steps) {
      Schedule again = schedule;
      again.steps = steps;
      at = start;
      reports.clear();
      read(flat);
      return train(rows, again, at, reports, nullptr);
    };
    if (!numbers_are_finite()) {
      look_ = true;
      const Ending found = repeat(at.step - start.step + (has_failed(ending) ? 1 : 0));
      look_ = false;
      // Where nothing is found, finite steps led to weights that are not.
      if (has_failed(found)) ending = found;
    }
    if (has_failed(ending)) repeat(at.step - start.step);
    write(flat);
    return ending;
  }

  /// Minimise the loss of all rows by iterations of L-BFGS, as many as `schedule` has epochs; the
  /// steps that `at` counts are gradients. Rows may be more than the capacity, unless layers keep
  /// averages of whole batches. `poll` is asked between two gradients as `run` asks. What is flat
  /// changes at the end of the call only, and holds then all that the next one depends on, even where
  /// the search for a step was interrupted.
  Ending minimise(const Rows<Real>& rows, const Schedule& schedule, const Limits& limits,
                  Position& at, EpochReports& reports, const Poll& poll,
                  const FlatNumbers<Real>& flat, const FlatMinimisation<Real>& minimisation,
                  const Trail<Real>& trail = {}) {
    const SoleUse use(in_use_);
    trail_ = trail;
    hold_mask(rows.mask);
    read(flat);
    arena_.need_gradients();
    if (!search_ || search_->memory() != minimisation.memory)
      search_ = std::make_unique<Minimisation<Real>>(parameters_, minimisation.memory);
    search_->read(minimisation);
    const Ending ending = search(rows, schedule, limits, at, reports, poll);
    search_->write(minimisation);
    for (auto* store : buffers_) store->write(store->weight, flat.buffers);
    return ending;
  }

  /// The summed loss of the batch that ended the last run, where it was not finite or its gradient.
  double failed_loss() const { return failed_loss_; }

  /// ŷ of all rows, and their mean weighted loss if there are targets.
  double predict(const Real* parameters, const Real* buffers, const Rows<Real>& rows, bool measured,
                 Real* out) {
    const SoleUse use(in_use_);
    hold_mask(rows.mask);
    read(parameters, buffers, std::vector<Real*>());
    Totals totals;
    totals.hits.resize(head_.hit_counts());
    for (Index from = 0; from < rows.count; from += capacity_) {
      const Index count = std::min(capacity_, rows.count - from);
      for (Index r = 0; r < count; ++r) index_[r] = static_cast<std::uint32_t>(from + r);
      Pass<Real> pass;
      pass.rows = count;
      const auto logits = forward(rows, index_.data(), count, 0, pass);
      const auto prediction = head_.predict(logits, count);
      if (measured)
        head_.measure(logits, prediction, rows.targets, index_.data(), rows.weights, count, totals);
      for (Index r = 0; r < count; ++r)
        std::copy_n(prediction.row(r), prediction.columns, out + (from + r) * prediction.columns);
    }
    return totals.weight > 0 ? totals.loss / totals.weight : 0;
  }

  /// The mean loss of one batch with its penalty, and the gradient into a flat vector.
  double gradient(const Real* parameters, const Real* buffers, const Rows<Real>& rows,
                  std::int64_t step_number, Real* flat) {
    const SoleUse use(in_use_);
    hold_mask(rows.mask);
    read(parameters, buffers, std::vector<Real*>());
    for (Index r = 0; r < rows.count; ++r) index_[r] = static_cast<std::uint32_t>(r);
    Totals totals;
    totals.hits.resize(head_.hit_counts());
    Pass<Real> pass;
    pass.rows = rows.count;
    pass.training = true;
    pass.keep_gradient = pass.completes = true;
    pass.optimizer = &unclipped_;
    arena_.need_gradients();
    pass.random = noise_.child(static_cast<std::uint64_t>(step_number));
    begin_augmentation(step_number, pass.rows);
    Matrix<Real> delta;
    loss_of(rows, index_.data(), 0, pass, totals, delta);
    backward(delta, pass);
    const double cost = penalty(rows.count);
    for (auto* store : stores_) store->write(store->gradient, flat);
    return totals.loss / totals.weight + cost;
  }

 private:
  // Gradients of so many numbers stay in the first-level cache until all are there.
  static constexpr Index kMostMovedAtOnce = 32 * 1024 / static_cast<Index>(sizeof(Real));

  // Numbers of a batch that are worth fetching by several threads.
  static constexpr Index kManyNumbers = 128 * 1024;

  static Index checked(Index batch_size, Index capacity) {
    if (batch_size < 1 || capacity < batch_size)
      throw std::invalid_argument("the capacity must be at least the batch size, and that 1");
    if (capacity > Index{1} << 32) throw std::bad_array_new_length();  // rows have numbers of 32 bits
    return batch_size;
  }
  static OptimizerSettings without_clipping(OptimizerSettings settings) {
    settings.clip_value = 0;
    return settings;
  }
  static OptimizerSettings without_penalty(OptimizerSettings settings) {
    settings.l1 = settings.l2 = 0;
    return settings;
  }
  static int checked_threads(int threads) {
    if (threads < 1 || threads > 1024)
      throw std::invalid_argument("the number of threads must lie between 1 and 1024");
    return threads;
  }

  /// Take the numbers of Python's flat vectors, or give them back.
  void read(const FlatNumbers<Real>& flat) { read(flat.parameters, flat.buffers, flat.slots); }
  void read(const Real* parameters, const Real* buffers, const std::vector<Real*>& slots) {
    for (auto* store : stores_) {
      store->read(parameters, store->weight);
      for (std::size_t s = 0; s < slots.size(); ++s) store->read(slots[s], store->slot[s]);
    }
    for (auto* store : buffers_) store->read(buffers, store->weight);
    for (auto* store : frozen_stores_) store->read(parameters, store->weight);
    for (auto* store : frozen_buffers_) store->read(buffers, store->weight);
  }
  void write(const FlatNumbers<Real>& flat) {
    for (auto* store : stores_) {
      store->write(store->weight, flat.parameters);
      for (std::size_t s = 0; s < flat.slots.size(); ++s)
        store->write(store->slot[s], flat.slots[s]);
    }
    for (auto* store : buffers_) store->write(store->weight, flat.buffers);
    for (auto* store : frozen_stores_) store->write(store->weight, flat.parameters);
    for (auto* store : frozen_buffers_) store->write(store->weight, flat.buffers);
  }

  /// Leave the weights and averages of an epoch of this call where they were asked for.
  void leave_trail(std::int64_t epoch) {
    if (trail_.rows) write(trail_.of(epoch));
  }

  /// Make steps until the epochs are complete, or so many steps are made, or a step fails.
  Ending train(const Rows<Real>& rows, const Schedule& schedule, Position& at,
               EpochReports& reports, const Poll& poll) {
    const Index batches = schedule.batches;
    const std::int64_t last_epoch = at.epoch + schedule.epochs;
    std::int64_t steps_left = schedule.steps;
    PollTimer timer;
    for (std::int64_t n = 0; at.epoch < last_epoch; ++n) {
      if (steps_left == 0) return Ending::interrupted;
      const double* rates = schedule.rates + n * batches;
      const std::uint32_t* order = order_of(at.epoch, rows.count, schedule.shuffle);
      at.totals.hits.resize(head_.hit_counts());
      StepCounter counter(optimizer_, at.step - at.batch, at.batch);
      while (at.batch < batches) {
        if (steps_left == 0) return Ending::interrupted;
        const Index from = at.batch * batch_size_;
        const Index count = std::min(batch_size_, rows.count - from);
        const bool last = at.batch + 1 == batches;
        const Index ahead = std::min(count, rows.count - from - count);
        if (team_) trial_.before_step();
        const Ending ending = step(rows, order + from, count, ahead, counter.next(rates[at.batch]),
                                   last && schedule.measure ? &reports.measures : nullptr, at);
        if (ending != Ending::done) return ending;
        if (team_) trial_.after_step();
        ++at.batch;
        --steps_left;
        if (!last && poll && timer.is_due_after_step() && poll(at.epoch, at.batch))
          return Ending::interrupted;
      }
      ++at.epoch;
      at.batch = 0;
      leave_trail(n);
      reports.epochs.push_back({at, rates[batches - 1]});
      at.totals.loss = at.totals.weight = 0;
      at.totals.hits.assign(at.totals.hits.size(), 0);
      at.penalty = 0;
      at.rows = 0;
      if (at.epoch < last_epoch && poll && timer.is_due_after_step() && poll(at.epoch, 0))
        return Ending::interrupted;
    }
    return Ending::done;
  }

  /// One step on `count` rows: done, or why not. Where not, weights may have moved nevertheless.
  Ending step(const Rows<Real>& rows, const std::uint32_t* index, Index count, Index ahead,
              const Step& rate, std::vector<double>* measures, Position& at) {
    Pass<Real> pass;
    pass.rows = count;
    pass.training = true;
    pass.update = true;
    pass.optimizer = &optimizer_;
    numbers_.move_on(optimizer_, rate, count);
    pass.numbers = &numbers_;
    pass.team = team();
    const bool clips = optimizer_.clip_norm > 0;
    pass.keep_gradient = clips || moves_at_once_;
    pass.completes = measures || clips || look_ || !penalises_plainly(optimizer_);
    pass.measure = measures || clips;
    pass.look = look_;
    if (random_) pass.random = noise_.child(static_cast<std::uint64_t>(at.step + 1));
    begin_augmentation(at.step + 1, count);
    if (clips) arena_.need_gradients();
    Matrix<Real> delta;
    const double loss = loss_of(rows, index, ahead, pass, at.totals, delta);
    if (!std::isfinite(head_.scaled(loss))) return failed(Ending::loss, loss);
    at.penalty += penalty(count) * static_cast<double>(count);
    at.rows += count;
    backward(delta, pass);
    if (!gradient_is_finite()) return failed(Ending::gradient, loss);
    if (look_ && !are_finite(averages_arena_)) return failed(Ending::averages, loss);
    const double scale = clips ? clipping() : 1;
    if (pass.keep_gradient) move(pass);
    if (measures) measure_layers(scale, *measures);
    ++at.step;
    return Ending::done;
  }

  /// Iterations of `search_` until there are enough of them, or nothing is left to gain, or the loss
  /// cannot be computed.
  Ending search(const Rows<Real>& rows, const Schedule& schedule, const Limits& limits, Position& at,
                EpochReports& reports, const Poll& poll) {
    const std::int64_t last_epoch = at.epoch + schedule.epochs;
    Buffer<Real> gradient(search_->stride());
    // Running averages move with the weights, which trials of a step do not.
    std::vector<Real> averages(static_cast<std::size_t>(averages_));
    for (auto* store : buffers_) store->write(store->weight, averages.data());
    PollTimer timer;
    while (at.epoch < last_epoch) {
      const Real* trial = search_->trial(limits, at.step);
      if (!trial) return Ending::converged;
      for (auto* store : stores_) store->read(trial, store->weight);
      at.totals.hits.assign(static_cast<std::size_t>(head_.hit_counts()), 0);
      at.totals.loss = at.totals.weight = 0;
      if (team_) trial_.before_step();
      const Ending ending = differentiate(rows, schedule.measure, at);
      if (team_) trial_.after_step();
      bool is_complete = false;
      if (ending == Ending::done) {
        ++at.step;
        for (auto* store : stores_) store->write(store->gradient, gradient.data());
        const double cost = at.penalty / static_cast<double>(rows.count);
        const double loss = at.totals.loss / at.totals.weight + cost;
        is_complete = search_->tell(loss, gradient.data());
      }
      if (is_complete) {
        ++at.epoch;
        if (schedule.measure) {
          for (auto& layer : layers_) layer->tally.squared_norm = squared_norm_of(*layer);
          measure_layers(1, reports.measures);
        }
        leave_trail(static_cast<std::int64_t>(reports.epochs.size()));
        reports.epochs.push_back({at, 1});
        for (auto* store : buffers_) store->write(store->weight, averages.data());
      } else {
        for (auto* store : buffers_) store->read(averages.data(), store->weight);
      }
      at.totals = {};
      at.penalty = 0;
      at.rows = 0;
      if (ending != Ending::done) return ending;
      if (at.epoch < last_epoch && poll && timer.is_due_after_step() && poll(at.epoch, 0))
        return Ending::interrupted;
    }
    return Ending::done;
  }

  /// Loss and gradient of all rows at the weights as they are: done, or what is not finite. They pass
  /// in groups as large as the workspace, whose gradients are added up.
  Ending differentiate(const Rows<Real>& rows, bool measure, Position& at) {
    Pass<Real> pass;
    pass.training = true;
    pass.update = true;  // of running averages: a gradient that is kept moves no weight
    pass.keep_gradient = pass.completes = true;
    pass.optimizer = &unpenalised_;
    pass.measure = measure;
    pass.team = team();
    const std::uint32_t* order = order_of(0, rows.count, false);
    double loss = 0;
    for (Index from = 0; from < rows.count; from += capacity_) {
      pass.rows = std::min(capacity_, rows.count - from);
      pass.continues = from > 0;
      const Index ahead = std::min(pass.rows, rows.count - from - pass.rows);
      const double before = at.totals.weight;
      Matrix<Real> delta;
      loss += loss_of(rows, order + from, ahead, pass, at.totals, delta);
      if (!std::isfinite(head_.scaled(loss))) return failed(Ending::loss, loss);
      backward(delta, pass);
      if (!gradient_is_finite()) return failed(Ending::gradient, loss);
      if (rows.count > capacity_) add_up(at.totals.weight - before, from == 0);
    }
    at.rows = rows.count;
    at.penalty = penalty(rows.count) * static_cast<double>(rows.count);
    if (!std::isfinite(at.penalty)) return failed(Ending::loss, loss);
    for (std::size_t n = 0; n < stores_.size(); ++n) {
      auto all = stores_[n]->stretch(0, stores_[n]->weight.size(), stores_[n]->gradient.data());
      if (rows.count > capacity_)
        for (Index k = 0; k < all.size; ++k)
          all.gradient[k] = Real(sums_[n][k] / Real(at.totals.weight));
      if (!complete_gradient(all, unclipped_, rows.count)) return failed(Ending::gradient, loss);
    }
    return are_finite(averages_arena_) ? Ending::done : failed(Ending::averages, loss);
  }

  /// Add the mean gradient of a group of rows to those before, by its weight.
  void add_up(double weight, bool is_first) {
    sums_.resize(stores_.size());
    for (std::size_t n = 0; n < stores_.size(); ++n) {
      const auto& gradient = stores_[n]->gradient;
      if (sums_[n].size() == 0) sums_[n] = Buffer<Real>(gradient.size());
      if (is_first) std::fill_n(sums_[n].data(), gradient.size(), Real{0});
      for (Index k = 0; k < gradient.size(); ++k)
        sums_[n][k] += Real(weight) * gradient.data()[k];
    }
  }

  /// The summed loss of the rows of a pass, which is added to `totals`, and δ at the logits.
  double loss_of(const Rows<Real>& rows, const std::uint32_t* index, Index ahead, Pass<Real>& pass,
                 Totals& totals, Matrix<Real>& delta) {
    const bool plain = head_.is_plain_classifier(rows.targets, rows.weights);
    if (plain) head_.take_classes(rows.targets, index, pass.rows);
    const auto logits = forward(rows, index, pass.rows, ahead, pass);
    if (plain) return head_.classify(logits, pass.rows, totals, delta);
    const auto prediction = head_.predict(logits, pass.rows);
    const double loss =
        head_.measure(logits, prediction, rows.targets, index, rows.weights, pass.rows, totals);
    delta = head_.delta(logits, prediction, rows.targets, index, rows.weights, pass.rows);
    return loss;
  }

  /// Of the gradient of a layer that was kept.
  static double squared_norm_of(Layer<Real>& layer) {
    std::vector<Store<Real>*> own;
    layer.collect(own);
    double total = 0;
    for (auto* store : own) total += squared_norm(store->gradient.data(), store->gradient.size());
    return total;
  }

  /// Add of each layer the norm of its gradient, scaled, and its share of dead units.
  void measure_layers(double scale, std::vector<double>& measures) const {
    for (auto& layer : layers_) {
      measures.push_back(std::sqrt(layer->tally.squared_norm) * scale);
      measures.push_back(layer->dead_share);
    }
  }

  Team* team() { return team_ && team_->size() > 1 && trial_.uses_team() ? team_.get() : nullptr; }

  static bool has_failed(Ending ending) {
    return ending != Ending::done && ending != Ending::interrupted;
  }

  /// As far as the pass made last has looked.
  bool gradient_is_finite() const {
    return std::all_of(layers_.begin() + static_cast<Index>(first_), layers_.end(),
                       [](const auto& layer) { return layer->tally.is_finite; });
  }

  bool numbers_are_finite() const { return are_finite(arena_) && are_finite(averages_arena_); }
  static bool are_finite(const Arena<Real>& arena) {
    return axone::are_finite(arena.weights(), arena.size());
  }

  Ending failed(Ending how, double loss) {
    failed_loss_ = head_.scaled(loss);
    return how;
  }

  Matrix<Real> forward(const Rows<Real>& rows, const std::uint32_t* index, Index count, Index ahead,
                       Pass<Real>& pass) {
    const auto input = input_.view();
    const auto gathering = [&](const auto& put) __attribute__((always_inline)) {
      return [&, put](Index from, Index to, int member) {
        for (Index r = from; r < to; ++r) {
          put(rows.X + Index(index[r]) * rows.columns, r, member);
          // The next batch's rows lie anywhere: ask for them now.
          if (r < ahead) prefetch(rows.X + Index(index[count + r]) * rows.columns, rows.columns);
        }
      };
    };
    pass.mask = gathered(rows.mask, index, count);
    if (pass.training && augmenter_) {
      share(pass.team, count, gathering([&](const Real* row, Index r, int member) {
              augmenter_.write(row, input.row(r), r, length_of(pass.mask, r), member);
            }));
    } else {
      Team* team = count * rows.columns >= kManyNumbers ? pass.team : nullptr;
      share(team, count, gathering([&](const Real* row, Index r, int) {
              copy_row(row, input.row(r), rows.columns);
            }));
    }
    const RandomStream random = pass.random;
    const bool training = pass.training;
    return forward_through(layers_, 0, layers_.size(), input, pass, [&](std::size_t n) {
      pass.training = training && n >= frozen_;
      if (pass.training && random_) pass.random = random.child(n);
    });
  }

  /// Room for a batch's part of such a mask.
  void hold_mask(const Mask& mask) {
    const Index size = cells(capacity_, mask.length);
    if (mask_.size() < size) mask_ = Buffer<std::uint8_t>(size);
  }

  Mask gathered(const Mask& mask, const std::uint32_t* index, Index count) {
    if (!mask) return {};
    for (Index r = 0; r < count; ++r)
      std::copy_n(mask.row(index[r]), mask.length, mask_.data() + r * mask.length);
    return {mask_.data(), mask.length};
  }

  /// Up to where positions of a row are there, as the augmentation asks.
  Index length_of(const Mask& mask, Index r) const {
    Index length = augmenter_.length();
    if (!mask || mask.length != length) return length;
    while (length > 0 && !mask.has(r, length - 1)) --length;
    return length;
  }

  void begin_augmentation(std::int64_t step, Index rows) {
    if (augmenter_)
      augmenter_.begin(seed_.child(kAugment).child(static_cast<std::uint64_t>(step)), rows);
  }

  static void prefetch(const Real* row, Index columns) {
    for (Index c = 0; c < columns; c += 64 / static_cast<Index>(sizeof(Real)))
      __builtin_prefetch(row + c);
  }

  void backward(Matrix<Real> d, Pass<Real>& pass) {
    backward_through(layers_, first_, layers_.size(), d, pass, [](std::size_t) {});
  }

  double penalty(Index rows) const {
    if (optimizer_.l1 == 0 && optimizer_.l2 == 0) return 0;
    double squares = 0, sizes = 0;
    for (const auto* store : stores_) {
      if (!store->penalised) continue;
      const Real* weight = store->weight.data();
      if (optimizer_.l2 != 0) squares += squared_norm(weight, store->weight.size());
      if (optimizer_.l1 != 0) sizes += absolute_sum(weight, store->weight.size());
    }
    return (optimizer_.l1 * sizes + 0.5 * optimizer_.l2 * squares) / static_cast<double>(rows);
  }

  /// Scale the whole gradient to the norm allowed; return the scale.
  double clipping() {
    const double norm = gradient_norm();
    const double scale = norm > optimizer_.clip_norm ? optimizer_.clip_norm / norm : 1;
    if (scale != 1)
      for (Index n = 0; n < arena_.size(); ++n) arena_.gradients()[n] *= Real(scale);
    return scale;
  }

  /// Make the step by gradients that were kept.
  void move(const Pass<Real>& pass) {
    for (const auto& stretch : arena_.stretches())
      update(stretch, optimizer_, numbers_, !pass.completes);
  }

  /// The norm of the whole gradient, which is finite. In units of the largest number where squares
  /// are not.
  double gradient_norm() const {
    double squared = 0;
    for (auto& layer : layers_) squared += layer->tally.squared_norm;
    if (std::isfinite(squared)) return std::sqrt(squared);
    Real largest = 0;
    for (auto* store : stores_)
      largest = std::max(largest, largest_size(store->gradient.data(), store->gradient.size()));
    const double unit = largest;
    double relative = 0;
    for (auto* store : stores_)
      relative += total_of(store->gradient.data(), store->gradient.size(),
                           [=](auto g) { return (g / unit) * (g / unit); });
    return unit * std::sqrt(relative);
  }

  /// The order of an epoch, drawn once however often the epoch is taken up.
  const std::uint32_t* order_of(std::int64_t epoch, Index count, bool shuffle) {
    const Order wanted{shuffle ? epoch : -1, count};
    if (wanted == drawn_) return order_;
    drawn_ = wanted;
    if (shuffle) {
      const auto stream = seed_.child(kShuffle).child(static_cast<std::uint64_t>(epoch));
      order_ = shuffler_.permutation(stream, static_cast<std::size_t>(count)).data();
    } else {
      plain_order_.resize(static_cast<std::size_t>(count));
      for (Index n = 0; n < count; ++n) plain_order_[n] = static_cast<std::uint32_t>(n);
      order_ = plain_order_.data();
    }
    return order_;
  }

  /// Which epoch's order, -1 for that of the rows themselves, and of how many rows.
  struct Order {
    std::int64_t epoch = -2;
    Index count = 0;
    bool operator==(const Order&) const = default;
  };

  const OptimizerSettings optimizer_, unclipped_, unpenalised_;
  StepNumbers<Vector<Real>> numbers_{optimizer_, Step{}, 1};
  const Index batch_size_, capacity_, parameters_, averages_;  // averages: numbers that batches keep
  const std::size_t frozen_;  // layers, the first ones
  const RandomStream seed_, noise_;
  Augmenter<Real> augmenter_;
  Layers<Real> layers_;
  Head<Real> head_;
  bool random_ = false;
  bool moves_at_once_ = false;  // all weights, when the whole gradient is there
  OwnMatrix<Real> input_;
  Buffer<std::uint8_t> mask_;  // of the batch
  std::vector<Store<Real>*> stores_, buffers_, frozen_stores_, frozen_buffers_;
  Arena<Real> arena_, averages_arena_;
  Arena<Real> frozen_arena_, frozen_averages_arena_;  // which nothing moves
  std::vector<Buffer<Real>> sums_;  // of the gradients of groups of rows, a store each
  std::size_t first_ = 0;
  std::unique_ptr<Team> team_;
  ThreadTrial trial_;
  std::unique_ptr<Minimisation<Real>> search_;  // of the last call to minimise
  std::vector<std::uint32_t> index_, plain_order_;
  const std::uint32_t* order_ = nullptr;
  Order drawn_;
  Shuffler shuffler_;
  std::atomic<bool> in_use_{false};
  bool look_ = false;  // at every step, whether it is finite
  double failed_loss_ = 0;
  Trail<Real> trail_;  // of the call under way
};

}  // namespace axone
