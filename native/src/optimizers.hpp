// Optimisers over contiguous numbers: weights, gradient and the optimiser's own arrays side by side.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "memory.hpp"
#include "tables.hpp"

namespace axone {

enum class Rule { sgd, momentum, nesterov, rmsprop, adam, lbfgs };

/// The settings of a run's steps; what changes from step to step is in `Step`.
struct OptimizerSettings {
  Rule rule = Rule::sgd;
  double beta = 0, share = 1;  // momentum: v ← βv + share·g
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
    {"nesterov", Rule::nesterov},    {"rmsprop", Rule::rmsprop},
    {"adam", Rule::adam},            {"adamw", Rule::adam}, {"lbfgs", Rule::lbfgs},
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

/// What the L2 penalty adds to a gradient for each unit of its weight.
template <class Real>
Real l2_share(const Stretch<Real>& s, const OptimizerSettings& settings, Index rows) {
  return s.penalised ? Real(settings.l2 / rows) : Real(0);
}

/// Whether nothing is done to gradients but an L2 penalty, if any, nor to weights before it.
inline bool penalises_plainly(const OptimizerSettings& settings) {
  return settings.l1 == 0 && settings.clip_value == 0 && settings.decay == 0;
}

/// Whether all numbers are finite. Sizes are rounded up to whole vectors.
template <class Real>
bool are_finite(const Real* numbers, Index size) {
  NotFinite<Real> here;
  for (Index n = 0; n < size; n += kLanes<Real>) here.look(load<Vector<Real>>(numbers + n));
  return !here.found();
}

/// Add the penalties' gradient and cut it to ±clip_value, in place; false if it was not finite.
template <class Real>
bool complete_gradient(const Stretch<Real>& s, const OptimizerSettings& settings, Index rows) {
  using V = Vector<Real>;
  const Real l1 = s.penalised ? Real(settings.l1 / rows) : Real(0);
  const Real l2 = l2_share(s, settings, rows);
  const Real clip = Real(settings.clip_value);
  if (l1 == 0 && l2 == 0 && clip == 0) return are_finite(s.gradient, s.size);
  NotFinite<Real> here;
  for (Index n = 0; n < s.size; n += kLanes<Real>) {
    const V w = load<V>(s.weight + n);
    const V sign = (w > 0 ? V{} + 1 : V{}) - (w < 0 ? V{} + 1 : V{});
    V g = load<V>(s.gradient + n) + l2 * w + l1 * sign;
    here.look(g);
    if (clip != 0) g = minimum(maximum(g, V{} - clip), V{} + clip);
    store(s.gradient + n, g);
  }
  return !here.found();
}

/// Move the weights by a gradient to which `l2` times each weight is still to be added. One that is
/// not finite leaves a weight that is not, for good: ∞ − x = ∞, and NaN stays NaN.
/// Sizes are rounded up to whole vectors: what lies beyond is padding of zeros. The pointers are
/// copied first: a store through one might otherwise change another, for all that the compiler
/// knows, and it would fetch them anew for every vector.
template <class Real>
void update(const Stretch<Real>& s, const OptimizerSettings& o, const Step& step, Real l2) {
  using V = Vector<Real>;
  Real* const weight = s.weight;
  Real* const first = s.slot[0];
  Real* const second = s.slot[1];
  const Real* const gradient = s.gradient;
  const Index size = s.size;
  const Real rate = Real(step.learning_rate);
  if (s.penalised && o.decay != 0) {
    const Real kept = Real(1 - step.learning_rate * o.decay);
    for (Index n = 0; n < size; n += kLanes<Real>)
      store(weight + n, load<V>(weight + n) * kept);
  }
  const auto each = [=](auto move) __attribute__((always_inline)) {
    if (l2 == 0) {
      for (Index n = 0; n < size; n += kLanes<Real>)
        store(weight + n, load<V>(weight + n) - move(load<V>(gradient + n), n));
    } else {
      for (Index n = 0; n < size; n += kLanes<Real>) {
        const V w = load<V>(weight + n);
        store(weight + n, w - move(load<V>(gradient + n) + l2 * w, n));
      }
    }
  };
  switch (o.rule) {
    case Rule::lbfgs:
      return;  // its steps are those of `Minimisation`
    case Rule::sgd:
      return each([=](V g, Index) { return rate * g; });
    case Rule::momentum: {
      const Real beta = Real(o.beta), share = Real(o.share);
      return each([=](V g, Index n) {
        const V v = beta * load<V>(first + n) + share * g;
        store(first + n, v);
        return rate * v;
      });
    }
    case Rule::nesterov: {
      const Real beta = Real(o.beta);
      return each([=](V g, Index n) {
        const V v = beta * load<V>(first + n) + g;
        store(first + n, v);
        return rate * (g + beta * v);
      });
    }
    case Rule::rmsprop: {
      const Real rho = Real(o.rho), rest = Real(1 - o.rho), epsilon = Real(o.epsilon);
      return each([=](V g, Index n) {
        const V v = rho * load<V>(first + n) + rest * g * g;
        store(first + n, v);
        return over_root(rate * g, v, epsilon);
      });
    }
    case Rule::adam: {
      const Real beta_1 = Real(o.beta_1), beta_2 = Real(o.beta_2);
      // Subtracted in float64: 1 − 0.999 in float32 would be wrong in the fifth digit.
      const Real rest_1 = Real(1 - o.beta_1), rest_2 = Real(1 - o.beta_2);
      const Real scaled = Real(step.scaled), epsilon = Real(step.epsilon);
      return each([=](V g, Index n) {
        const V m = beta_1 * load<V>(first + n) + rest_1 * g;
        const V v = beta_2 * load<V>(second + n) + rest_2 * g * g;
        store(first + n, m);
        store(second + n, v);
        return over_root(scaled * m, v, epsilon);
      });
    }
  }
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
      sums[s] += term(__builtin_convertvector(load<Vector<Real, lanes>>(numbers + n + s * lanes), Wide));
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
