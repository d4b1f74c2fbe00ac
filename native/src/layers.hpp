// Layers of a program: each owns its arrays and its buffers for one batch, and runs its equations.
#pragma once

#include <memory>
#include <vector>

#include "activations.hpp"
#include "gemm.hpp"
#include "optimizers.hpp"
#include "random.hpp"
#include "team.hpp"
#include "transpose.hpp"

namespace axone {

/// What a pass must know beside its rows.
struct Pass {
  Index rows = 0;
  bool training = false;
  RandomStream random;        // of this step and this layer
  const OptimizerSettings* optimizer = nullptr;
  Team* team = nullptr;       // null: one thread
  Step step;
  bool update = false;        // move the weights during the backward pass
  bool keep_gradient = false; // leave the whole gradient for `Store::gradient`
  bool measure = false;       // add up the squared norm of the gradient
};

/// A block of columns, `width` wide: of input 0, of input 1, … from `offset` on.
struct Panel {
  Index first, width, offset;
};

/// One array of parameters: its home in the flat vectors of Python and its numbers here, which lie
/// in the same order or, those of a weight matrix, in panels.
template <class Real>
struct Store {
  Index offset = 0;   // in the flat vector
  Index count = 0;    // numbers in the flat vector
  bool penalised = false;
  Index outputs = 0, inputs = 0;  // of a weight matrix
  std::vector<Panel> panels;
  Buffer<Real> weight, slot[2], gradient;

  void allocate(Index size, int slots) {
    weight = Buffer<Real>(size);
    for (int s = 0; s < slots; ++s) slot[s] = Buffer<Real>(size);
  }
  void need_gradient() {
    if (gradient.size() == 0) gradient = Buffer<Real>(weight.size());
  }
  void read(const Real* flat, Buffer<Real>& into) {
    const Real* home = flat + offset;
    each([&](Index there, Index here) { into[here] = home[there]; });
  }
  void write(Buffer<Real>& from, Real* flat) {
    Real* home = flat + offset;
    each([&](Index there, Index here) { home[there] = from[here]; });
  }
  /// Visit every number: its place in the flat array and its place here. Of a matrix, some inputs at
  /// a time, so that neither side leaves the cache.
  template <class Visit>
  void each(Visit visit) const {
    if (panels.empty())
      for (Index n = 0; n < count; ++n) visit(n, n);
    constexpr Index kInputs = 16;
    for (const auto& panel : panels)
      for (Index from = 0; from < inputs; from += kInputs)
        for (Index o = panel.first; o < std::min(panel.first + panel.width, outputs); ++o)
          for (Index i = from; i < std::min(from + kInputs, inputs); ++i)
            visit(o * inputs + i, panel.offset + i * panel.width + o - panel.first);
  }
  Stretch<Real> stretch(Index from, Index size, Real* g) {
    Stretch<Real> s{weight.data() + from, {nullptr, nullptr}, g, size, penalised};
    for (int n = 0; n < 2; ++n)
      if (slot[n].size()) s.slot[n] = slot[n].data() + from;
    return s;
  }
};

template <class Real>
class Layer {
 public:
  virtual ~Layer() = default;
  virtual Matrix<Real> forward(Matrix<Real> x, Pass& pass) = 0;
  /// Take ∂L/∂y (which may be overwritten) and give ∂L/∂x; the matrix is empty if not needed.
  virtual Matrix<Real> backward(Matrix<Real> dy, Pass& pass) = 0;
  virtual void collect(std::vector<Store<Real>*>&) {}
  virtual void collect_buffers(std::vector<Store<Real>*>&) {}
  virtual bool is_random() const { return false; }
  bool needs_input_gradient = true;
  double squared_norm = 0;  // of this layer's gradient, when a pass measures it
  double dead_share = 0;    // of its ReLU units, when a pass measures it
};

/// Finish a piece of gradient: measure it, and either move the weights by it or leave it. An L2
/// penalty alone is added on the way, where nothing else looks at the gradient.
template <class Real>
void finish(const Stretch<Real>& s, Pass& pass, double& squared) {
  if (pass.measure || pass.keep_gradient || !pass.update || !penalises_plainly(*pass.optimizer)) {
    if (pass.update) complete_gradient(s, *pass.optimizer, pass.rows);
    if (pass.measure) squared += squared_norm(s.gradient, s.size);
    if (pass.update && !pass.keep_gradient) update(s, *pass.optimizer, pass.step, Real(0));
    return;
  }
  update(s, *pass.optimizer, pass.step, l2_share(s, *pass.optimizer, pass.rows));
}

/// A = σ(X·Wᵀ + b). W lies in panels: for a block of outputs, the weights of input 0, of input 1, …
/// so that the kernel reads them in order, and so does the optimiser.
template <class Real>
class Dense : public Layer<Real> {
 public:
  Dense(Index inputs, Index outputs, Activation<Real> activation, bool bias, Index rows, int slots,
        int threads)
      : inputs_(inputs), outputs_(outputs), activation_(std::move(activation)), has_bias_(bias) {
    Index offset = 0;
    padded_inputs_ = round_up(inputs, kLanes<Real>);
    for (Index first = 0; first < outputs;) {
      const Index width = panel_width<Real>(outputs - first);
      weight_.panels.push_back({first, width, offset});
      offset += padded_inputs_ * width;
      first += width;
    }
    padded_outputs_ = weight_.panels.back().first + weight_.panels.back().width;
    weight_.allocate(offset, slots);
    is_large_ = offset * static_cast<Index>(sizeof(Real)) * (1 + slots) > 48 * 1024;
    weight_.penalised = true;
    weight_.count = inputs * outputs;
    weight_.outputs = outputs;
    weight_.inputs = inputs;
    bias_.allocate(padded_outputs_, slots);
    bias_.count = bias ? outputs : 0;
    alpha_.allocate(1, slots);
    a_ = OwnMatrix<Real>(rows, padded_outputs_);
    if (activation_.needs_input()) z_ = OwnMatrix<Real>(rows, padded_outputs_);
    dx_ = OwnMatrix<Real>(rows, round_up(inputs, 2 * kLanes<Real>));
    for (int thread = 0; thread < threads; ++thread)
      scratch_.push_back({Buffer<Real>(padded_outputs_ * kBlock),
                          Buffer<Real>(kBlock * 2 * kLanes<Real>)});
    bias_gradient_ = Buffer<Real>(padded_outputs_);
  }

  Store<Real>& weight() { return weight_; }
  Store<Real>& bias() { return bias_; }
  Store<Real>& alpha() { return alpha_; }
  void learn_alpha() { alpha_.count = 1; }

  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    if (has_bias_) stores.push_back(&bias_);
    if (alpha_.count) stores.push_back(&alpha_);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    x_ = x;
    if (alpha_.count) activation_.alpha = alpha_.weight[0];
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    share(pass.team, static_cast<Index>(weight_.panels.size()), [&](Index from, Index to, int) {
      for (Index p = from; p < to; ++p) {
        const auto& panel = weight_.panels[p];
        const Real* start = has_bias_ ? bias_.weight.data() + panel.first : nullptr;
        multiply<true>(Product<Real>{{x.data, x.stride, 1}, weight_.weight.data() + panel.offset,
                                     panel.width, inputs_, start, z.data + panel.first, z.stride},
                       pass.rows, panel.width);
      }
      if (activation_.is_softmax()) return;
      const Index first = weight_.panels[from].first;
      const Index last = to < Index(weight_.panels.size()) ? weight_.panels[to].first : outputs_;
      activation_.forward({z.data + first, z.stride, last - first},
                          {a.data + first, a.stride, last - first}, pass.rows);
    });
    a.columns = z.columns = outputs_;
    if (activation_.is_softmax()) activation_.forward(z, a, pass.rows);
    return a;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass& pass) override {
    auto a = a_.view();
    auto z = activation_.needs_input() ? z_.view() : a;
    a.columns = z.columns = outputs_;
    if (pass.measure) this->dead_share = activation_.dead_share(a, pass.rows);
    if (alpha_.count) learned_gradient(z, dy, pass);
    share(pass.team, pass.rows, [&](Index from, Index to, int) {
      activation_.backward(part(z, from), part(a, from), part(dy, from), to - from);
      clear_padding(part(dy, from), to - from);
    });
    for (auto& scratch : scratch_) scratch.squared_norm = 0;
    share(pass.team, (inputs_ + kBlock - 1) / kBlock, [&](Index from, Index to, int member) {
      for (Index first = from * kBlock; first < std::min(to * kBlock, inputs_); first += kBlock) {
        const Index count = std::min(kBlock, inputs_ - first);
        if (this->needs_input_gradient)
          input_gradient(dy, first, count, pass.rows, scratch_[member]);
        weight_gradient(dy, first, count, pass, scratch_[member]);
      }
    });
    this->squared_norm = 0;
    for (const auto& scratch : scratch_) this->squared_norm += scratch.squared_norm;
    if (has_bias_) bias_gradient(dy, pass);
    if (alpha_.count) finish(alpha_.stretch(0, 1, alpha_gradient_), pass, this->squared_norm);
    auto dx = dx_.view();
    dx.columns = inputs_;
    return this->needs_input_gradient ? dx : Matrix<Real>{};
  }

 private:
  static constexpr Index kBlock = 2 * kLanes<Real>;  // inputs treated together

  /// What one thread needs for a block of inputs.
  struct Scratch {
    Buffer<Real> transposed, gradient;
    double squared_norm = 0;
  };

  static Matrix<Real> part(Matrix<Real> m, Index from) {
    return {m.row(from), m.stride, m.columns};
  }

  /// What lies between the columns and the panels' width must not be learnt from.
  void clear_padding(Matrix<Real> d, Index rows) {
    if (padded_outputs_ == outputs_) return;
    for (Index r = 0; r < rows; ++r)
      std::fill(d.row(r) + outputs_, d.row(r) + padded_outputs_, Real{0});
  }

  /// ∂L/∂X = δ·W for a block of inputs, W transposed block by block while it is in the cache.
  void input_gradient(Matrix<Real> delta, Index first, Index count, Index rows, Scratch& scratch) {
    const Index width = panel_width<Real>(count);
    const Index height = std::min(round_up(count, kLanes<Real>), width);
    for (const auto& panel : weight_.panels)
      transpose(weight_.weight.data() + panel.offset + first * panel.width, panel.width, height,
                panel.width, scratch.transposed.data() + panel.first * width, width);
    auto dx = dx_.view();
    multiply<true>(Product<Real>{{delta.data, delta.stride, 1}, scratch.transposed.data(), width,
                                 outputs_, nullptr, dx.data + first, dx.stride},
                   rows, width);
  }

  /// ∂L/∂W = δᵀ·X for a block of inputs, and the step, while the block is in the cache.
  void weight_gradient(Matrix<Real> delta, Index first, Index count, Pass& pass,
                       Scratch& scratch) {
    for (const auto& panel : weight_.panels) {
      const Index offset = panel.offset + first * panel.width;
      Real* g = pass.keep_gradient ? weight_.gradient.data() + offset : scratch.gradient.data();
      const Index size = count * panel.width;
      const auto stretch = weight_.stretch(offset, size, g);
      if (is_large_) prefetch(stretch);
      multiply<false>(Product<Real>{{x_.data + first, 1, x_.stride}, delta.data + panel.first,
                                    delta.stride, pass.rows, nullptr, g, panel.width},
                      count, panel.width);
      // The optimiser works on whole vectors: what follows the last row is padding.
      std::fill(g + size, g + round_up(size, kLanes<Real>), Real{0});
      finish(stretch, pass, scratch.squared_norm);
    }
  }

  void bias_gradient(Matrix<Real> delta, Pass& pass) {
    Real* g = pass.keep_gradient ? bias_.gradient.data() : bias_gradient_.data();
    // Σ δ is the product of a row of ones with δ.
    static constexpr Real kOne = 1;
    for (const auto& panel : weight_.panels)
      multiply<false>(Product<Real>{{&kOne, 0, 0}, delta.data + panel.first, delta.stride, pass.rows,
                                    nullptr, g + panel.first, panel.width},
                      1, panel.width);
    finish(bias_.stretch(0, padded_outputs_, g), pass, this->squared_norm);
  }

  /// ∂L/∂α = Σ ∂L/∂a · min(z, 0) of a parametric ReLU.
  void learned_gradient(Matrix<Real> z, Matrix<Real> da, Pass& pass) {
    Real total = 0;
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < outputs_; ++c)
        if (z.row(r)[c] < 0) total += da.row(r)[c] * z.row(r)[c];
    Real* g = pass.keep_gradient ? alpha_.gradient.data() : alpha_buffer_.data();
    g[0] = total;
    alpha_gradient_ = g;
  }

  Index inputs_, outputs_, padded_inputs_ = 0, padded_outputs_ = 0;
  Activation<Real> activation_;
  bool has_bias_;
  bool is_large_ = false;  // weights and slots do not stay in the first-level cache
  Store<Real> weight_, bias_, alpha_;
  OwnMatrix<Real> a_, z_, dx_;
  std::vector<Scratch> scratch_;
  Buffer<Real> bias_gradient_, alpha_buffer_{1};
  Real* alpha_gradient_ = nullptr;
  Matrix<Real> x_;
};

/// An activation of its own.
template <class Real>
class ActivationLayer : public Layer<Real> {
 public:
  ActivationLayer(Index columns, Activation<Real> activation, Index rows, int slots)
      : activation_(std::move(activation)), a_(rows, columns) {
    alpha_.allocate(1, slots);
  }

  Store<Real>& alpha() { return alpha_; }
  void learn_alpha() { alpha_.count = 1; }
  void collect(std::vector<Store<Real>*>& stores) override {
    if (alpha_.count) stores.push_back(&alpha_);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    if (activation_.is_identity()) return x;
    if (alpha_.count) activation_.alpha = alpha_.weight[0];
    x_ = x;
    activation_.forward(x, a_.view(), pass.rows);
    return a_.view();
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass& pass) override {
    this->squared_norm = 0;
    if (pass.measure) this->dead_share = activation_.dead_share(a_.view(), pass.rows);
    if (alpha_.count) {
      Real* g = pass.keep_gradient ? alpha_.gradient.data() : alpha_buffer_.data();
      g[0] = 0;
      for (Index r = 0; r < pass.rows; ++r)
        for (Index c = 0; c < dy.columns; ++c)
          if (x_.row(r)[c] < 0) g[0] += dy.row(r)[c] * x_.row(r)[c];
      activation_.backward(x_, a_.view(), dy, pass.rows);
      finish(alpha_.stretch(0, 1, g), pass, this->squared_norm);
      return dy;
    }
    activation_.backward(x_, a_.view(), dy, pass.rows);
    return dy;
  }

 private:
  Activation<Real> activation_;
  OwnMatrix<Real> a_;
  Store<Real> alpha_;
  Buffer<Real> alpha_buffer_{1};
  Matrix<Real> x_;
};

/// Y = X ⊙ mask/(1 − rate) in training.
template <class Real>
class Dropout : public Layer<Real> {
 public:
  Dropout(Index columns, double rate, Index rows)
      : rate_(rate), y_(rows, columns), mask_(rows, columns) {}

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    active_ = pass.training && rate_ > 0;
    if (!active_) return x;
    const auto threshold = static_cast<std::uint32_t>(
        std::min(std::nearbyint(rate_ * 4294967296.0), 4294967295.0));
    const Real kept = Real(1 / (1 - rate_));
    auto y = y_.view(), mask = mask_.view();
    for (Index r = 0; r < pass.rows; ++r) {
      const auto start = static_cast<std::uint32_t>(r * x.columns);
      for (Index c = 0; c < x.columns; ++c) {
        const auto n = start + static_cast<std::uint32_t>(c);
        mask.row(r)[c] = pass.random.bits(n) >= threshold ? kept : Real(0);
        y.row(r)[c] = x.row(r)[c] * mask.row(r)[c];
      }
    }
    return y;
  }

  bool is_random() const override { return rate_ > 0; }

  Matrix<Real> backward(Matrix<Real> dy, Pass& pass) override {
    if (active_)
      for (Index r = 0; r < pass.rows; ++r)
        for (Index c = 0; c < dy.columns; ++c) dy.row(r)[c] *= mask_.view().row(r)[c];
    return dy;
  }

 private:
  double rate_;
  OwnMatrix<Real> y_, mask_;
  bool active_ = false;
};

/// Y = X + N(0, σ²) in training.
template <class Real>
class GaussianNoise : public Layer<Real> {
 public:
  GaussianNoise(Index columns, double deviation, Index rows)
      : deviation_(deviation), y_(rows, columns) {}

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    if (!pass.training) return x;
    auto y = y_.view();
    const auto count = static_cast<std::uint32_t>(pass.rows * x.columns);
    std::uint32_t n = 0;
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < x.columns; ++c, ++n)
        y.row(r)[c] = x.row(r)[c] + Real(deviation_ * pass.random.normal(n, count));
    return y;
  }

  bool is_random() const override { return true; }

  Matrix<Real> backward(Matrix<Real> dy, Pass&) override { return dy; }

 private:
  double deviation_;
  OwnMatrix<Real> y_;
};

/// Batch normalisation over channels of `inner` numbers each.
template <class Real>
class BatchNorm : public Layer<Real> {
 public:
  BatchNorm(Index channels, Index inner, double momentum, double epsilon, Index rows, int slots)
      : channels_(channels), inner_(inner), momentum_(momentum), epsilon_(epsilon),
        y_(rows, channels * inner), normalised_(rows, channels * inner), dx_(rows, channels * inner),
        inverse_(channels), sum_(channels), product_(channels), gradient_(channels) {
    for (auto* store : {&weight_, &bias_}) {
      store->allocate(channels, slots);
      store->count = channels;
    }
    for (auto* store : {&mean_, &variance_}) {
      store->allocate(channels, 0);
      store->count = channels;
    }
  }

  Store<Real>& weight() { return weight_; }
  Store<Real>& bias() { return bias_; }
  Store<Real>& mean() { return mean_; }
  Store<Real>& variance() { return variance_; }
  void collect(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&weight_);
    stores.push_back(&bias_);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    stores.push_back(&mean_);
    stores.push_back(&variance_);
  }

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    auto y = y_.view(), normalised = normalised_.view();
    const Index cells = pass.rows * inner_;
    for (Index c = 0; c < channels_; ++c) {
      double mean = mean_.weight[c], variance = variance_.weight[c];
      if (pass.training) {
        double sum = 0, squares = 0;
        over(c, pass.rows, [&](Index r, Index i) { sum += x.row(r)[i]; });
        mean = sum / cells;
        over(c, pass.rows, [&](Index r, Index i) {
          const double distance = x.row(r)[i] - mean;
          squares += distance * distance;
        });
        variance = squares / cells;
        if (pass.update) {
          mean_.weight[c] = Real(momentum_ * mean_.weight[c] + (1 - momentum_) * mean);
          variance_.weight[c] = Real(momentum_ * variance_.weight[c] + (1 - momentum_) * variance);
        }
      }
      inverse_[c] = Real(1 / std::sqrt(variance + epsilon_));
      over(c, pass.rows, [&](Index r, Index i) {
        normalised.row(r)[i] = Real(x.row(r)[i] - mean) * inverse_[c];
        y.row(r)[i] = weight_.weight[c] * normalised.row(r)[i] + bias_.weight[c];
      });
    }
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass& pass) override {
    auto dx = dx_.view(), normalised = normalised_.view();
    const Index cells = pass.rows * inner_;
    this->squared_norm = 0;
    for (Index c = 0; c < channels_; ++c) {
      double sum = 0, product = 0;
      over(c, pass.rows, [&](Index r, Index i) {
        sum += dy.row(r)[i];
        product += dy.row(r)[i] * normalised.row(r)[i];
      });
      sum_[c] = Real(sum);
      product_[c] = Real(product);
      const Real scale = weight_.weight[c] * inverse_[c];
      const Real mean = Real(sum / cells), pull = Real(product / cells);
      over(c, pass.rows, [&](Index r, Index i) {
        dx.row(r)[i] = scale * (dy.row(r)[i] - mean - normalised.row(r)[i] * pull);
      });
    }
    pass_gradient(weight_, product_, pass);
    pass_gradient(bias_, sum_, pass);
    return dx;
  }

 private:
  template <class Body>
  void over(Index channel, Index rows, Body body) {
    for (Index r = 0; r < rows; ++r)
      for (Index i = channel * inner_; i < (channel + 1) * inner_; ++i) body(r, i);
  }

  void pass_gradient(Store<Real>& store, Buffer<Real>& computed, Pass& pass) {
    Real* g = pass.keep_gradient ? store.gradient.data() : gradient_.data();
    std::copy_n(computed.data(), channels_, g);
    finish(store.stretch(0, channels_, g), pass, this->squared_norm);
  }

  Index channels_, inner_;
  double momentum_, epsilon_;
  OwnMatrix<Real> y_, normalised_, dx_;
  Buffer<Real> inverse_, sum_, product_, gradient_;
  Store<Real> weight_, bias_, mean_, variance_;
};

/// Y = X + F(X).
template <class Real>
class Residual : public Layer<Real> {
 public:
  Residual(std::vector<std::unique_ptr<Layer<Real>>> layers, Index columns, Index rows)
      : layers_(std::move(layers)), y_(rows, columns), dy_(rows, columns) {}

  void collect(std::vector<Store<Real>*>& stores) override {
    for (auto& layer : layers_) layer->collect(stores);
  }
  void collect_buffers(std::vector<Store<Real>*>& stores) override {
    for (auto& layer : layers_) layer->collect_buffers(stores);
  }

  bool is_random() const override {
    return std::any_of(layers_.begin(), layers_.end(), [](auto& l) { return l->is_random(); });
  }

  Matrix<Real> forward(Matrix<Real> x, Pass& pass) override {
    const RandomStream random = pass.random;
    Matrix<Real> inner = x;
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      pass.random = random.child(n);
      inner = layers_[n]->forward(inner, pass);
    }
    auto y = y_.view();
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < y.columns; ++c) y.row(r)[c] = x.row(r)[c] + inner.row(r)[c];
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass& pass) override {
    auto own = dy_.view();
    for (Index r = 0; r < pass.rows; ++r) std::copy_n(dy.row(r), own.columns, own.row(r));
    double squared = 0;
    this->dead_share = 0;
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      dy = (*layer)->backward(dy, pass);
      squared += (*layer)->squared_norm;
      this->dead_share = std::max(this->dead_share, (*layer)->dead_share);
    }
    this->squared_norm = squared;
    for (Index r = 0; r < pass.rows; ++r)
      for (Index c = 0; c < own.columns; ++c) own.row(r)[c] += dy.row(r)[c];
    return own;
  }

 private:
  std::vector<std::unique_ptr<Layer<Real>>> layers_;
  OwnMatrix<Real> y_, dy_;
};

}  // namespace axone
