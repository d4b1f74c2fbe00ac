// A program: a network compiled with its loss and optimiser, which trains whole epochs in one call.
#pragma once

#include <chrono>
#include <functional>

#include "layers.hpp"
#include "losses.hpp"

namespace axone {

/// Rows to learn from: m × columns numbers, their targets, and their weights if they differ.
template <class Real>
struct Rows {
  const Real* X;
  Index count, columns;
  Targets<Real> targets;
  const Real* weights = nullptr;
};

/// Where a run stands; Python keeps it between calls.
struct Position {
  std::int64_t epoch = 0, batch = 0, step = 0;
  Totals totals;
  double penalty = 0;
  std::int64_t rows = 0;
};

struct EpochReport {
  Position position;  // its totals are the epoch's; epoch and step count what is completed
  double learning_rate = 0;
  std::vector<double> norms;  // of each layer: its gradient's norm, its share of dead units
};

enum class Ending { done, diverged, interrupted };

/// What `run` must know beside the rows.
struct Schedule {
  std::int64_t epochs = 0;   // to complete in this call
  const double* rates = nullptr;  // learning rate of each step of each of these epochs
  Index batch_size = 1;
  bool shuffle = true;
};

/// Finds out whether a team is worth its barriers: the first steps are made by turns with it and
/// without, until one way is clearly faster or enough are made, and the faster way makes the rest.
/// Both compute the same bits.
class ThreadTrial {
 public:
  bool uses_team() const { return decided_ ? team_is_faster_ : steps_ % 2 == 1; }
  void before_step() {
    if (!decided_) started_ = Clock::now();
  }
  void after_step() {
    if (decided_) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    // The shortest time of each way: a longer one only tells what else the machine was doing.
    double& best = best_[steps_ % 2];
    best = std::min(best, seconds);
    if (++steps_ % 2 == 1 || steps_ < kFewestSteps) return;
    const bool is_clear = std::min(best_[0], best_[1]) < kClear * std::max(best_[0], best_[1]);
    decided_ = is_clear || steps_ >= kSteps;
    team_is_faster_ = best_[1] < best_[0];
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kFewestSteps = 4, kSteps = 20;
  static constexpr double kClear = 0.8;
  int steps_ = 0;
  bool decided_ = false;
  bool team_is_faster_ = false;
  double best_[2] = {1e300, 1e300};
  Clock::time_point started_;
};

template <class Real>
class Program {
 public:
  using Layers = std::vector<std::unique_ptr<Layer<Real>>>;
  using Poll = std::function<bool(std::int64_t epoch, std::int64_t batch)>;

  Program(Layers layers, Head<Real> head, OptimizerSettings optimizer, Index columns,
          Index capacity, std::uint64_t seed, int threads)
      : layers_(std::move(layers)), head_(std::move(head)), optimizer_(optimizer),
        capacity_(capacity), seed_(RandomStream::from_seed(seed)), noise_(seed_.child(kNoise)),
        input_(capacity, columns) {
    for (auto& layer : layers_) {
      layer->collect(stores_);
      layer->collect_buffers(buffers_);
      random_ = random_ || layer->is_random();
    }
    for (first_ = 0; first_ + 1 < layers_.size(); ++first_) {
      std::vector<Store<Real>*> own;
      layers_[first_]->collect(own);
      if (!own.empty()) break;
    }
    layers_[first_]->needs_input_gradient = false;
    index_.resize(capacity);
    if (threads > 1) team_ = std::make_unique<Team>(threads);
  }

  /// How many threads the last run settled on.
  int threads_used() const { return trial_.uses_team() ? team_->size() : 1; }

  Index capacity() const { return capacity_; }
  Index hit_counts() const { return head_.hit_counts(); }
  Index depth() const { return static_cast<Index>(layers_.size()); }
  int slots() const { return optimizer_.slots(); }

  /// Take the numbers of Python's flat vectors, or give them back.
  void read(const Real* weights, const Real* buffers, const std::vector<const Real*>& slots) {
    for (auto* store : stores_) {
      store->read(weights, store->weight);
      for (std::size_t s = 0; s < slots.size(); ++s) store->read(slots[s], store->slot[s]);
    }
    for (auto* store : buffers_) store->read(buffers, store->weight);
  }
  void write(Real* weights, Real* buffers, const std::vector<Real*>& slots) {
    for (auto* store : stores_) {
      store->write(store->weight, weights);
      for (std::size_t s = 0; s < slots.size(); ++s) store->write(store->slot[s], slots[s]);
    }
    for (auto* store : buffers_) store->write(store->weight, buffers);
  }

  /// Train; `reports` gets one entry an epoch completed. `poll` is asked about twenty times a
  /// second whether to stop after the batch in hand.
  Ending run(const Rows<Real>& rows, const Schedule& schedule, Position& at,
             std::vector<EpochReport>& reports, const Poll& poll) {
    const Index batches = (rows.count + schedule.batch_size - 1) / schedule.batch_size;
    const std::int64_t last_epoch = at.epoch + schedule.epochs;
    auto asked = std::chrono::steady_clock::now();
    for (std::int64_t n = 0; at.epoch < last_epoch; ++n) {
      const double* rates = schedule.rates + n * batches;
      const std::uint32_t* order = order_of(at.epoch, rows.count, schedule.shuffle);
      at.totals.hits.resize(head_.hit_counts());
      StepCounter counter(optimizer_, at.step - at.batch, at.batch);
      std::vector<double> norms;
      while (at.batch < batches) {
        const Index from = at.batch * schedule.batch_size;
        const Index count = std::min(schedule.batch_size, rows.count - from);
        const bool last = at.batch + 1 == batches;
        const Index ahead = std::min(count, rows.count - from - count);
        if (team_) trial_.before_step();
        if (!step(rows, order + from, count, ahead, counter.next(rates[at.batch]), last ? &norms : nullptr, at))
          return Ending::diverged;
        if (team_) trial_.after_step();
        ++at.batch;
        if (at.batch % 16 == 0 && !last) {
          const auto now = std::chrono::steady_clock::now();
          if (now - asked > std::chrono::milliseconds(50)) {
            asked = now;
            if (poll(at.epoch, at.batch)) return Ending::interrupted;
          }
        }
      }
      ++at.epoch;
      at.batch = 0;
      reports.push_back({at, rates[batches - 1], std::move(norms)});
      at.totals.loss = at.totals.weight = 0;
      at.totals.hits.assign(at.totals.hits.size(), 0);
      at.penalty = 0;
      at.rows = 0;
    }
    return Ending::done;
  }

  /// ŷ of all rows, and their summed weighted loss if there are targets.
  double predict(const Rows<Real>& rows, bool measured, Real* out) {
    Totals totals;
    totals.hits.resize(head_.hit_counts());
    for (Index from = 0; from < rows.count; from += capacity_) {
      const Index count = std::min(capacity_, rows.count - from);
      for (Index r = 0; r < count; ++r) index_[r] = static_cast<std::uint32_t>(from + r);
      Pass pass;
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
  double gradient(const Rows<Real>& rows, std::int64_t step_number, Real* flat) {
    for (Index r = 0; r < rows.count; ++r) index_[r] = static_cast<std::uint32_t>(r);
    Totals totals;
    totals.hits.resize(head_.hit_counts());
    Pass pass;
    pass.rows = rows.count;
    pass.training = true;
    pass.keep_gradient = true;
    need_gradients();
    pass.random = noise_.child(static_cast<std::uint64_t>(step_number));
    const auto logits = forward(rows, index_.data(), rows.count, 0, pass);
    const auto prediction = head_.predict(logits, rows.count);
    head_.measure(logits, prediction, rows.targets, index_.data(), rows.weights, rows.count, totals);
    backward(head_.delta(logits, prediction, rows.targets, index_.data(), rows.weights, rows.count),
             pass);
    const double cost = penalty(rows.count);
    for (auto* store : stores_) {
      auto plain = optimizer_;
      plain.clip_value = 0;
      complete_gradient(store->stretch(0, store->weight.size(), store->gradient.data()), plain,
                        rows.count);
      store->write(store->gradient, flat);
    }
    return totals.loss / totals.weight + cost;
  }

 private:
  /// One step on `count` rows. False, and nothing moved, if the loss is not finite.
  bool step(const Rows<Real>& rows, const std::uint32_t* index, Index count, Index ahead,
            const Step& rate, std::vector<double>* norms, Position& at) {
    Pass pass;
    pass.rows = count;
    pass.training = true;
    pass.update = true;
    pass.optimizer = &optimizer_;
    pass.step = rate;
    if (team_ && team_->size() > 1 && trial_.uses_team()) pass.team = team_.get();
    pass.keep_gradient = optimizer_.clip_norm > 0;
    pass.measure = norms || pass.keep_gradient;
    if (random_) pass.random = noise_.child(static_cast<std::uint64_t>(at.step + 1));
    if (pass.keep_gradient) need_gradients();
    const auto logits = forward(rows, index, count, ahead, pass);
    Matrix<Real> prediction, delta;
    const bool plain = head_.is_plain_classifier(rows.targets, rows.weights);
    double loss;
    if (plain) {
      loss = head_.classify(logits, rows.targets, index, count, at.totals, delta);
    } else {
      prediction = head_.predict(logits, count);
      loss = head_.measure(logits, prediction, rows.targets, index, rows.weights, count, at.totals);
    }
    if (!std::isfinite(loss)) {
      diverged_loss = loss;
      return false;
    }
    at.penalty += penalty(count) * static_cast<double>(count);
    at.rows += count;
    if (!plain)
      delta = head_.delta(logits, prediction, rows.targets, index, rows.weights, count);
    backward(delta, pass);
    double scale = 1;
    if (pass.keep_gradient) scale = clipped_update(pass);
    if (norms) {
      norms->clear();
      for (auto& layer : layers_) {
        norms->push_back(std::sqrt(layer->squared_norm) * scale);
        norms->push_back(layer->dead_share);
      }
    }
    ++at.step;
    return true;
  }

  Matrix<Real> forward(const Rows<Real>& rows, const std::uint32_t* index, Index count, Index ahead,
                       Pass& pass) {
    const auto input = input_.view();
    for (Index r = 0; r < count; ++r) {
      copy_row(rows.X + Index(index[r]) * rows.columns, input.row(r), rows.columns);
      // The next batch's rows lie anywhere: ask for them now.
      if (r < ahead) prefetch(rows.X + Index(index[count + r]) * rows.columns, rows.columns);
    }
    const RandomStream random = pass.random;
    Matrix<Real> x = input;
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      if (pass.training && random_) pass.random = random.child(n);
      x = layers_[n]->forward(x, pass);
    }
    return x;
  }

  /// Copy by whole vectors, the last one overlapping the one before.
  static AXONE_INLINE void copy_row(const Real* from, Real* to, Index columns) {
    using V = Vector<Real, kFewestLanes<Real>>;
    constexpr Index lanes = kFewestLanes<Real>;
    if (columns > 256) {
      std::memcpy(to, from, static_cast<std::size_t>(columns) * sizeof(Real));
    } else if (columns >= lanes) {
      for (Index c = 0; c < columns - lanes; c += lanes) store(to + c, load<V>(from + c));
      store(to + columns - lanes, load<V>(from + columns - lanes));
    } else {
      for (Index c = 0; c < columns; ++c) to[c] = from[c];
    }
  }

  static void prefetch(const Real* row, Index columns) {
    for (Index c = 0; c < columns; c += 64 / static_cast<Index>(sizeof(Real)))
      __builtin_prefetch(row + c);
  }

  void backward(Matrix<Real> d, Pass& pass) {
    for (std::size_t n = layers_.size(); n-- > first_;) d = layers_[n]->backward(d, pass);
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

  /// Scale the whole gradient to the norm allowed, then move; return the scale.
  double clipped_update(Pass& pass) {
    double squared = 0;
    for (auto& layer : layers_) squared += layer->squared_norm;
    const double norm = std::sqrt(squared);
    const double scale = norm > optimizer_.clip_norm ? optimizer_.clip_norm / norm : 1;
    for (auto* store : stores_) {
      auto all = store->stretch(0, store->weight.size(), store->gradient.data());
      if (scale != 1)
        for (Index n = 0; n < all.size; ++n) all.gradient[n] *= Real(scale);
      update(all, optimizer_, pass.step, Real(0));
    }
    return scale;
  }

  void need_gradients() {
    for (auto* store : stores_) store->need_gradient();
  }

  const std::uint32_t* order_of(std::int64_t epoch, Index count, bool shuffle) {
    if (shuffle) {
      const auto stream = seed_.child(kShuffle).child(static_cast<std::uint64_t>(epoch));
      return shuffler_.permutation(stream, static_cast<std::size_t>(count)).data();
    }
    plain_order_.resize(count);
    for (Index n = 0; n < count; ++n) plain_order_[n] = static_cast<std::uint32_t>(n);
    return plain_order_.data();
  }

  Layers layers_;
  Head<Real> head_;
  OptimizerSettings optimizer_;
  Index capacity_;
  RandomStream seed_, noise_;
  bool random_ = false;
  OwnMatrix<Real> input_;
  std::vector<Store<Real>*> stores_, buffers_;
  std::size_t first_ = 0;
  std::unique_ptr<Team> team_;
  ThreadTrial trial_;
  std::vector<std::uint32_t> index_, plain_order_;
  Shuffler shuffler_;

 public:
  double diverged_loss = 0;
};

}  // namespace axone
