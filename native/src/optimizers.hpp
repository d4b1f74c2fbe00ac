// Optimisers over contiguous numbers: weights, gradient and the optimiser's own arrays side by side.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "memory.hpp"
#include "tables.hpp"

namespace axone {

enum class Rule { sgd, momentum, nesterov, adagrad, rmsprop, adam, lbfgs };

/// The settings of a run's steps; what changes from step to step is in `Step`.
struct OptimizerSettings {
  Rule rule = Rule::sgd;
  double beta = 0, share = 1;  // momentum: v ← βv + share·g
  bool heavy_ball = false;     // momentum: v ← βv + ηg, W ← W − v
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8, rho = 0.9;
  bool uncorrected = false;  // Adam's ε is added to √v, not to √v̂
  double decay = 0;          // decoupled
  double l1 = 0, l2 = 0;
  double clip_value = 0, clip_norm = 0;  // 0: none

  int slots() const {
    switch (rule) {
      case Rule::sgd:
      case Rule::lbfgs: return 0;
      case Rule::adam: return 2;
      default: return 1;
    }
  }
};

inline constexpr Named<Rule> kOptimizers[] = {
    {"gradient_descent", Rule::sgd}, {"sgd", Rule::sgd},   {"momentum", Rule::momentum},
    {"nesterov", Rule::nesterov},    {"adagrad", Rule::adagrad},
    {"rmsprop", Rule::rmsprop},      {"adam", Rule::adam},
    {"adamw", Rule::adam},           {"lbfgs", Rule::lbfgs},
};

/// One step's numbers, the same for every weight.
struct Step {
  double learning_rate = 0, scaled = 0, epsilon = 0;
};

/// Counts steps for Adam's corrections of its start at zero: with cᵢ = 1 − βᵢᵗ, m̂/(√v̂ + ε) is
/// √c₂/c₁ · m/(√v + ε√c₂), two numbers a step; uncorrected, ε stays as it is. Powers are computed
/// when an epoch begins and then multiplied up, so that a run taken up in mid-epoch multiplies the
/// same numbers.
class StepCounter {
 public:
  StepCounter(const OptimizerSettings& settings, std::int64_t epoch_start, std::int64_t done)
      : settings_(settings) {
    if (settings.rule != Rule::adam) return;
    power_1_ = std::pow(settings.beta_1, static_cast<double>(epoch_start));
    power_2_ = std::pow(settings.beta_2, static_cast<double>(epoch_start));
    for (std::int64_t n = 0; n < done; ++n) advance();
  }

  Step next(double learning_rate) {
    if (settings_.rule != Rule::adam) return {learning_rate, learning_rate, settings_.epsilon};
    advance();
    const double second = std::sqrt(1 - power_2_);
    return {learning_rate, learning_rate * second / (1 - power_1_),
            settings_.epsilon * (settings_.uncorrected ? 1 : second)};
  }

 private:
  void advance() {
    power_1_ *= settings_.beta_1;
    power_2_ *= settings_.beta_2;
  }

  const OptimizerSettings& settings_;
  double power_1_ = 1, power_2_ = 1;
};

/// Numbers that one rule treats alike: where they lie and whether penalties apply to them.
template <class Real>
struct Stretch {
  Real* weight;
  Real* slot[2];
  Real* gradient;
  Index size;
  bool penalised;
};

/// Whether anything that passed was NaN or infinite. Times 0 such a number is NaN and all others are
/// ±0, whose bits, or-ed together, stay what they are: two quick instructions a vector, and no sum
/// that would have to wait for the one before.
template <class Real>
class NotFinite {
 public:
  using V = Vector<Real>;

  AXONE_INLINE void look(V x) { seen_ |= std::bit_cast<Bits>(x * Real(0)); }
  /// Whether something was.
  bool found() const {
    std::uint64_t words[sizeof(Bits) / 8], all = 0;
    std::memcpy(words, &seen_, sizeof seen_);
    for (const auto word : words) all |= word;
    constexpr std::uint64_t exponent = sizeof(Real) == 8 ? 0x7FF0000000000000 : 0x7F8000007F800000;
    return (all & exponent) != 0;
  }

 private:
  using Word = std::conditional_t<sizeof(Real) == 8, std::uint64_t, std::uint32_t>;
  using Bits = typename VectorOf<Word, kLanes<Real>>::type;
  Bits seen_{};
};

/// Whether nothing is done to gradients but an L2 penalty, if any, nor to weights before it.
inline bool penalises_plainly(const OptimizerSettings& settings) {
  return settings.l1 == 0 && settings.clip_value == 0 && settings.decay == 0;
}

/// Whether gradients are complete as they come: nothing is added to them, and nothing cut.
inline bool leaves_gradients(const OptimizerSettings& settings) {
  return settings.l1 == 0 && settings.l2 == 0 && settings.clip_value == 0;
}

/// Whether all numbers are finite. Sizes are rounded up to whole vectors.
template <class Real>
bool are_finite(const Real* numbers, Index size) {
  NotFinite<Real> here;
  for (Index n = 0; n < size; n += kLanes<Real>) here.look(load<Vector<Real>>(numbers + n));
  return !here.found();
}

/// The numbers of one step as the equations take them: vectors whose lanes are all alike, or each
/// lane's own where many networks are trained side by side.
template <class V>
struct StepNumbers {
  V rate, kept, scaled, epsilon;           // kept: 1 − ηλ, what decoupled decay leaves of a weight
  V beta, share;                           // momentum
  V beta_1, rest_1, beta_2, rest_2;        // Adam
  V rho, rest;                             // RMSprop
  V l1, l2;                                // of the penalties, divided by the rows
  V clip;                                  // the largest size of a gradient's number

  StepNumbers() = default;
  StepNumbers(const OptimizerSettings& o, const Step& step, Index rows) {
    set_all([](V& to, Real x) { to = splat<V>(x); }, o, step, rows);
  }
  /// Let them be those of another step.
  void move_on(const OptimizerSettings& o, const Step& step, Index rows) {
    set_moving([](V& to, Real x) { to = splat<V>(x); }, o, step, rows);
  }
  void move_on(int lane, const OptimizerSettings& o, const Step& step, Index rows) {
    set_moving([=](V& to, Real x) { to[lane] = x; }, o, step, rows);
  }
  /// Give one lane numbers of its own.
  void set(int lane, const OptimizerSettings& o, const Step& step, Index rows) {
    set_all([=](V& to, Real x) { to[lane] = x; }, o, step, rows);
  }
  /// Let nothing move in a lane whose gradient is zero.
  void stand_still(int lane) {
    for (V* zero : {&rate, &scaled, &share, &rest_1, &rest_2, &rest, &l1, &l2}) (*zero)[lane] = 0;
    for (V* one : {&kept, &epsilon, &beta, &beta_1, &beta_2, &rho, &clip}) (*one)[lane] = 1;
  }

 private:
  using Real = LaneOf<V>;
  template <class Set>
  AXONE_INLINE void set_all(Set set, const OptimizerSettings& o, const Step& step, Index rows) {
    set(beta, Real(o.beta));
    set(share, Real(o.share));
    set_moving(set, o, step, rows);
    // Subtracted in float64: 1 − 0.999 in float32 would be wrong in the fifth digit.
    set(beta_1, Real(o.beta_1));
    set(rest_1, Real(1 - o.beta_1));
    set(beta_2, Real(o.beta_2));
    set(rest_2, Real(1 - o.beta_2));
    set(rho, Real(o.rho));
    set(rest, Real(1 - o.rho));
    set(clip, o.clip_value != 0 ? Real(o.clip_value) : std::numeric_limits<Real>::infinity());
  }
  /// Those that change from step to step.
  template <class Set>
  AXONE_INLINE void set_moving(Set set, const OptimizerSettings& o, const Step& step, Index rows) {
    set(rate, Real(step.learning_rate));
    set(kept, Real(1 - step.learning_rate * o.decay));
    set(scaled, Real(step.scaled));
    set(epsilon, Real(step.epsilon));
    set(l1, Real(o.l1 / rows));
    set(l2, Real(o.l2 / rows));
    if (o.heavy_ball) [[unlikely]] {
      set(share, Real(step.learning_rate));
      set(rate, Real(1));
    }
  }
};

/// What is taken off a weight for its gradient g, the optimiser's own numbers moved on.
template <Rule R, class V>
AXONE_INLINE V step_of(V g, LaneOf<V>* first, LaneOf<V>* second, const StepNumbers<V>& s) {
  if constexpr (R == Rule::sgd) return s.rate * g;
  if constexpr (R == Rule::momentum) {
    const V v = s.beta * load<V>(first) + s.share * g;
    store(first, v);
    return s.rate * v;
  }
  if constexpr (R == Rule::nesterov) {
    const V v = s.beta * load<V>(first) + g;
    store(first, v);
    return s.rate * (g + s.beta * v);
  }
  if constexpr (R == Rule::adagrad) {
    const V v = load<V>(first) + g * g;
    store(first, v);
    return over_root(s.rate * g, v, s.epsilon);
  }
  if constexpr (R == Rule::rmsprop) {
    const V v = s.rho * load<V>(first) + s.rest * g * g;
    store(first, v);
    return over_root(s.rate * g, v, s.epsilon);
  }
  if constexpr (R == Rule::adam) {
    const V m = s.beta_1 * load<V>(first) + s.rest_1 * g;
    const V v = s.beta_2 * load<V>(second) + s.rest_2 * g * g;
    store(first, m);
    store(second, v);
    return over_root(s.scaled * m, v, s.epsilon);
  }
}

/// The penalties' gradient added to one vector of it, cut to ±clip; `look` is shown it before.
template <class V, class Look>
AXONE_INLINE V complete_gradient(V g, V w, const StepNumbers<V>& s, Look look) {
  const V sign = (w > 0 ? V{} + 1 : V{}) - (w < 0 ? V{} + 1 : V{});
  g = g + s.l2 * w + s.l1 * sign;
  look(g);
  return minimum(maximum(g, -s.clip), s.clip);
}

/// Add the penalties' gradient and cut it to ±clip_value, in place; false if it was not finite.
template <class Real>
bool complete_gradient(const Stretch<Real>& s, const OptimizerSettings& settings, Index rows) {
  using V = Vector<Real>;
  OptimizerSettings own = settings;
  if (!s.penalised) own.l1 = own.l2 = 0;
  if (leaves_gradients(own)) return are_finite(s.gradient, s.size);
  const StepNumbers<V> numbers(own, Step{}, rows);
  NotFinite<Real> here;
  for (Index n = 0; n < s.size; n += kLanes<Real>)
    store(s.gradient + n,
          complete_gradient(load<V>(s.gradient + n), load<V>(s.weight + n), numbers,
                            [&](V g) __attribute__((always_inline)) { here.look(g); }));
  return !here.found();
}

/// Move the weights by a gradient to which `adds_l2` may still add its share of each weight. One that
/// is not finite leaves a weight that is not, for good: ∞ − x = ∞, and NaN stays NaN. Sizes are
/// rounded up to whole vectors: what lies beyond is padding of zeros. The pointers are copied first, and
/// so are the numbers: a store through one might otherwise change another, for all that the compiler
/// knows, and it would fetch them anew for every vector.
template <class V>
AXONE_INLINE void update(const Stretch<LaneOf<V>>& s, Rule rule, bool decays, bool adds_l2,
                         const StepNumbers<V>& numbers) {
  using Real = LaneOf<V>;
  constexpr int lanes = kLanesOf<V>;
  Real* const weight = s.weight;
  Real* const first = s.slot[0];
  Real* const second = s.slot[1];
  const Real* const gradient = s.gradient;
  const Index size = s.size;
  if (s.penalised && decays) {
    const V kept = numbers.kept;
    for (Index n = 0; n < size; n += lanes) store(weight + n, load<V>(weight + n) * kept);
  }
  const bool adds = s.penalised && adds_l2;
  const auto by = [=, &numbers]<Rule R>() __attribute__((always_inline)) {
    const StepNumbers<V> own = numbers;
    if (!adds) {
      for (Index n = 0; n < size; n += lanes)
        store(weight + n, load<V>(weight + n) -
                              step_of<R>(load<V>(gradient + n), first + n, second + n, own));
    } else {
      for (Index n = 0; n < size; n += lanes) {
        const V w = load<V>(weight + n), g = load<V>(gradient + n) + own.l2 * w;
        store(weight + n, w - step_of<R>(g, first + n, second + n, own));
      }
    }
  };
  switch (rule) {
    case Rule::sgd: return by.template operator()<Rule::sgd>();
    case Rule::momentum: return by.template operator()<Rule::momentum>();
    case Rule::nesterov: return by.template operator()<Rule::nesterov>();
    case Rule::adagrad: return by.template operator()<Rule::adagrad>();
    case Rule::rmsprop: return by.template operator()<Rule::rmsprop>();
    case Rule::adam: return by.template operator()<Rule::adam>();
    case Rule::lbfgs: return;  // its steps are those of `Minimisation`
  }
}

/// The same for a network alone.
template <class Real>
void update(const Stretch<Real>& s, const OptimizerSettings& o,
            const StepNumbers<Vector<Real>>& numbers, bool adds_l2) {
  update<Vector<Real>>(s, o.rule, o.decay != 0, adds_l2 && o.l2 != 0, numbers);
}

/// The largest size among finite numbers.
template <class Real>
Real largest_size(const Real* numbers, Index size) {
  Real largest = 0;
  for (Index n = 0; n < size; ++n) largest = std::max(largest, std::abs(numbers[n]));
  return largest;
}

/// Ask for what the update of a stretch will read beside the weights, while there is other work.
template <class Real>
AXONE_INLINE void prefetch(const Stretch<Real>& s) {
  constexpr Index line = 64 / static_cast<Index>(sizeof(Real));
  for (Real* slot : s.slot)
    if (slot)
      for (Index n = 0; n < s.size; n += line) __builtin_prefetch(slot + n, 1);
}

/// Add up a term of each number in float64, in several sums at once: one would wait for itself.
template <class Real, class Term>
double total_of(const Real* numbers, Index size, Term term) {
  constexpr int lanes = kLanes<double>, kSums = 4;
  using Wide = Vector<double>;
  Wide sums[kSums] = {};
  Index n = 0;
  for (; n + kSums * lanes <= size; n += kSums * lanes)
    AXONE_UNROLL for (int s = 0; s < kSums; ++s)
      sums[s] += term(widened(load<Vector<Real, lanes>>(numbers + n + s * lanes)));
  double total = sum_of((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; n < size; ++n) total += term(double(numbers[n]));
  return total;
}

template <class Real>
double squared_norm(const Real* numbers, Index size) {
  return total_of(numbers, size, [](auto x) { return x * x; });
}

template <class Real>
double absolute_sum(const Real* numbers, Index size) {
  return total_of(numbers, size, [](auto x) { return x < 0 ? -x : x; });
}

}  // namespace axone
