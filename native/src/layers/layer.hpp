// What a layer is: it owns its arrays and its memory for one batch, and runs its equations.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "../lanes.hpp"
#include "../mask.hpp"
#include "../parameters.hpp"
#include "../random.hpp"
#include "../settings.hpp"
#include "../team.hpp"

namespace axone {

/// What a pass must know beside its rows.
template <class Real>
struct Pass {
  Index rows = 0;             // examples of the batch
  Index positions = 1;        // of an example, where each of them is a row to a layer within another
  bool training = false;
  RandomStream random;        // of this step and this layer
  const OptimizerSettings* optimizer = nullptr;
  Team* team = nullptr;       // null: one thread
  const StepNumbers<Vector<Real>>* numbers = nullptr;  // of the step
  bool update = false;        // move weights and running averages
  bool keep_gradient = false; // leave the whole gradient for `Store::gradient`
  bool completes = false;     // add penalties to gradients and cut them, before they move weights
  bool measure = false;       // add up the squared norm of the gradient
  bool continues = false;     // the rows are of the same batch as those of the pass before
  bool look = false;          // at every gradient, whether it is finite
  Mask mask;                  // of the rows, as the layer meets it; one that ends positions ends it
};

/// What is found out about the gradient of a layer while it passes.
struct Tally {
  double squared_norm = 0;  // if the pass measures
  bool is_finite = true;    // as far as anybody looked

  void add(const Tally& other) {
    squared_norm += other.squared_norm;
    is_finite = is_finite && other.is_finite;
  }
};

/// Finish a piece of gradient: measure it, and either move the weights by it or leave it. Where
/// nothing looks at the gradient before, an L2 penalty is added when the weights move.
template <class Real>
void finish(const Stretch<Real>& s, const Pass<Real>& pass, Tally& tally) {
  const auto& optimizer = *pass.optimizer;
  const Index examples = pass.rows / pass.positions;
  // Numbers whose squares have a finite sum are finite: one look is enough where nothing is added.
  const bool looks_apart = !pass.measure || !leaves_gradients(optimizer);
  if (pass.completes && looks_apart && !complete_gradient(s, optimizer, examples)) tally.is_finite = false;
  if (pass.measure) {
    const double squares = squared_norm(s.gradient, s.size);
    if (!std::isfinite(squares) && !are_finite(s.gradient, s.size)) tally.is_finite = false;
    tally.squared_norm += squares;
  }
  if (!pass.keep_gradient) update(s, optimizer, *pass.numbers, !pass.completes);
}

/// Hand over the gradient of a small array that was added up apart, and finish it. `scratch` is for
/// passes that do not keep gradients.
template <class Real, class Sum>
void finish(Store<Real>& store, const Buffer<Sum>& sums, Buffer<Real>& scratch, const Pass<Real>& pass,
            Tally& tally) {
  Real* g = pass.keep_gradient ? store.gradient.data() : scratch.data();
  for (Index n = 0; n < store.count; ++n) g[n] = Real(sums.data()[n]);
  finish(store.stretch(0, store.count, g), pass, tally);
}

/// What a layer is built for.
struct Site {
  Index rows;        // at most in a pass
  Index batch;       // rows of a step
  int slots;         // arrays that the optimiser keeps beside the weights
  int threads;
  Index parameters;  // numbers of the flat vectors, within which every place must lie
  Index buffers;
  Arrangement arrangement = Arrangement::rows;  // in which the layer before leaves a batch
};

template <class Real>
class Blockwise;

template <class Real>
class Layer {
 public:
  /// Layers compute with their sizes before they take memory for them: none is so large that this overflows.
  Layer(Index inputs, Index outputs) : inputs(checked(inputs)), outputs(checked(outputs)) {}
  virtual ~Layer() = default;
  virtual Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) = 0;
  /// Take ∂L/∂y (which may be overwritten) and give ∂L/∂x; the matrix is empty if not needed.
  virtual Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) = 0;
  virtual void collect(std::vector<Store<Real>*>&) {}
  virtual void collect_buffers(std::vector<Store<Real>*>&) {}
  virtual bool is_random() const { return false; }
  /// How a batch lies that the layer is given, and the one that it gives.
  virtual Arrangement takes() const { return Arrangement::rows; }
  virtual Arrangement gives() const { return takes(); }
  /// The layer as one that can be asked for one block of lanes after the other, if it can.
  virtual Blockwise<Real>* blockwise() { return nullptr; }
  /// How many positions a mask of so many has behind the layer, 0 if it ends there;
  /// std::invalid_argument if the layer takes no mask, or none of that length.
  virtual Index positions_after(Index) const {
    throw std::invalid_argument("a mask meets a layer that takes none");
  }
  /// Whether rows are token numbers, and how many there are: 0, 1, … below this; 0 if they are not.
  virtual Index vocabulary() const { return 0; }
  /// Nobody asks for ∂L/∂x.
  virtual void spare_input_gradient() { needs_input_gradient = false; }

  const Index inputs, outputs;  // numbers of an example
  Tally tally;              // of this layer's gradient in the pass made last
  double dead_share = 0;    // of its ReLU units, when a pass measures it

 protected:
  bool needs_input_gradient = true;

  static Index checked(Index numbers) {
    if (numbers > kMostColumns)
      throw std::invalid_argument("a layer of " + std::to_string(numbers) +
                                  " numbers an example is out of range");
    return numbers;
  }
};

template <class Real>
using Layers = std::vector<std::unique_ptr<Layer<Real>>>;

/// How many positions a mask of so many has behind all of these layers; see Layer::positions_after.
template <class Real>
Index positions_after(const Layers<Real>& layers, Index positions) {
  for (const auto& layer : layers)
    if (positions > 0) positions = layer->positions_after(positions);
  return positions;
}

/// Build layers one after another, each as wide as the one before leaves it; what they are given lies
/// as the site says, and what they give as is asked for.
template <class Real>
Layers<Real> build_layers(const std::vector<Settings>& described, const Site& site, Arrangement at_last);

}  // namespace axone
