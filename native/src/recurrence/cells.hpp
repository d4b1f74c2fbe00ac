// Cells of recurrent layers: what one step does after its products, and the way back to δ, for a vector
// of units of one row. The equations are those of axone/layers/cells; PyTorch's gates in its order.
//
// Functions that wait for one another are in two halves, which are called for all rows one after the other:
// the processor looks ahead no further than to the next row, and would wait for each of them.
#pragma once

#include "../functions.hpp"

namespace axone {

/// How a cell's numbers lie. Of a vector of units a row of a step has `kSlots` vectors: what the input and
/// the state give before the step, the gates after it, δ at the end of the way back. The product with
/// the input fills `kGates` of them from `kInput` on, that with the state as many from `kState` on, in
/// the gates' orders told. Beside h a state has `kMemories` vectors, and a step leaves `kKept` more for
/// the way back.
struct CellLayout {
  int gates, slots, input, state, memories, kept;
  int input_order[4], state_order[4];
};

/// What a step works on, of one row and one vector of units.
template <class Real>
struct CellStep {
  Real* slots;
  const Real* before;         // h of the step before
  Real* after;                // h
  const Real* memory_before;  // c of the step before
  Real* memory;               // c
  Real* kept;
};

/// The same for the way back: ∂L/∂h becomes what of ∂L/∂h before does not pass through the gates.
template <class Real>
struct CellStepBack {
  Real* slots;
  const Real* before;
  const Real* memory_before;
  const Real* kept;
  Real* d_state;
  Real* d_memory;
};

/// h = tanh(z) or relu(z), z = W·x + U·h + b (Elman 1990).
template <class Real, int Lanes, bool IsReLU>
struct RNNStep {
  using V = Vector<Real, Lanes>;
  static constexpr CellLayout kLayout{1, 1, 0, 0, 0, 0, {0}, {0}};

  static AXONE_INLINE void forward(const CellStep<Real>& s) {
    const V z = load<V>(s.slots);
    const V h = IsReLU ? maximum(z, V{}) : hyperbolic_tangent(z);
    store(s.slots, h);
    store(s.after, h);
  }
  static AXONE_INLINE void complete(const CellStep<Real>&) {}
  static AXONE_INLINE void backward(const CellStepBack<Real>& s) {
    const V h = load<V>(s.slots), dh = load<V>(s.d_state);
    store(s.slots, IsReLU ? (h > 0 ? dh : V{}) : dh * (1 - h * h));
    store(s.d_state, V{});
  }
};

/// Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000): gates i, f, g, o; tanh(c)
/// is kept.
template <class Real, int Lanes>
struct LSTMStep {
  using V = Vector<Real, Lanes>;
  static constexpr CellLayout kLayout{4, 4, 0, 0, 1, 1, {0, 1, 2, 3}, {0, 1, 2, 3}};

  static AXONE_INLINE void forward(const CellStep<Real>& s) {
    const V i = sigmoid(load<V>(s.slots)), f = sigmoid(load<V>(s.slots + Lanes));
    const V g = hyperbolic_tangent(load<V>(s.slots + 2 * Lanes));
    const V o = sigmoid(load<V>(s.slots + 3 * Lanes));
    const V c = f * load<V>(s.memory_before) + i * g;
    store(s.slots, i);
    store(s.slots + Lanes, f);
    store(s.slots + 2 * Lanes, g);
    store(s.slots + 3 * Lanes, o);
    store(s.memory, c);
  }
  static AXONE_INLINE void complete(const CellStep<Real>& s) {
    const V shown = hyperbolic_tangent(load<V>(s.memory));
    store(s.kept, shown);
    store(s.after, load<V>(s.slots + 3 * Lanes) * shown);
  }
  static AXONE_INLINE void backward(const CellStepBack<Real>& s) {
    const V i = load<V>(s.slots), f = load<V>(s.slots + Lanes), g = load<V>(s.slots + 2 * Lanes);
    const V o = load<V>(s.slots + 3 * Lanes), shown = load<V>(s.kept), dh = load<V>(s.d_state);
    const V dc = load<V>(s.d_memory) + dh * o * (1 - shown * shown);
    store(s.slots, dc * g * i * (1 - i));
    store(s.slots + Lanes, dc * load<V>(s.memory_before) * f * (1 - f));
    store(s.slots + 2 * Lanes, dc * i * (1 - g * g));
    store(s.slots + 3 * Lanes, dh * shown * o * (1 - o));
    store(s.d_memory, dc * f);
    store(s.d_state, V{});
  }
};

/// The gated recurrent unit (Cho et al. 2014), reset after the product: s, then the gates r, z, n, so that
/// what the state gives, (s, r, z), and what the input gives, (r, z, n), each lie side by side.
template <class Real, int Lanes>
struct GRUStep {
  using V = Vector<Real, Lanes>;
  static constexpr CellLayout kLayout{3, 4, 1, 0, 0, 0, {0, 1, 2}, {2, 0, 1}};

  static AXONE_INLINE void forward(const CellStep<Real>& step) {
    const V r = sigmoid(load<V>(step.slots + Lanes)), z = sigmoid(load<V>(step.slots + 2 * Lanes));
    store(step.slots + Lanes, r);
    store(step.slots + 2 * Lanes, z);
    store(step.slots + 3 * Lanes, load<V>(step.slots + 3 * Lanes) + r * load<V>(step.slots));
  }
  static AXONE_INLINE void complete(const CellStep<Real>& step) {
    const V z = load<V>(step.slots + 2 * Lanes), n = hyperbolic_tangent(load<V>(step.slots + 3 * Lanes));
    store(step.slots + 3 * Lanes, n);
    store(step.after, (1 - z) * n + z * load<V>(step.before));
  }
  static AXONE_INLINE void backward(const CellStepBack<Real>& step) {
    const V s = load<V>(step.slots), r = load<V>(step.slots + Lanes);
    const V z = load<V>(step.slots + 2 * Lanes), n = load<V>(step.slots + 3 * Lanes);
    const V dh = load<V>(step.d_state), dn = dh * (1 - z) * (1 - n * n);
    store(step.slots, dn * r);
    store(step.slots + Lanes, dn * s * r * (1 - r));
    store(step.slots + 2 * Lanes, dh * (load<V>(step.before) - n) * z * (1 - z));
    store(step.slots + 3 * Lanes, dn);
    store(step.d_state, dh * z);
  }
};

}  // namespace axone
