// Convolutions by the compiled engine's own layer:
//
//   convolutions ROWS CHANNELS HEIGHT WIDTH OUT_CHANNELS OUT_HEIGHT OUT_WIDTH KERNEL_HEIGHT
//                KERNEL_WIDTH PADDING_TOP PADDING_LEFT...
//
// prints, for float32 and float64 and every eleven numbers, the line "TYPE FORWARD WEIGHTS BACKWARD":
// the seconds of z, of ∂L/∂W alone (as a first layer needs it) and of ∂L/∂W and ∂L/∂x. The examples
// lie in lanes, as they do between convolutions. Each figure is the best of several repetitions.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "../timing.hpp"
#include "layers/convolution.hpp"

namespace {

using namespace axone;
using timing::best_seconds;

constexpr int kNumbers = 11;  // of a convolution

Settings settings_of(const Index* n) {
  Settings s;
  const char* names[] = {"in_channels", "in_height",     "in_width",     "channels",    "out_height",
                         "out_width",   "kernel_height", "kernel_width", "padding_top", "padding_left"};
  for (const char* name : names) s.set_whole(name, *++n);
  for (const char* name : {"stride_height", "stride_width", "dilation_height", "dilation_width", "groups"})
    s.set_whole(name, 1);
  for (const char* name : {"has_bias", "weight", "bias", "learns_alpha"}) s.set_whole(name, 0);
  s.set_whole("columns", s.whole("in_channels") * s.whole("in_height") * s.whole("in_width"));
  s.set("activation", "identity");
  s.set("alpha", 0.0);
  return s;
}

template <class Real>
LaneMatrix<Real> numbers_of(Index rows, Index numbers) {
  LaneMatrix<Real> batch(rows, numbers);
  const auto view = batch.view();
  for (Index block = 0; block < blocks_of<Real>(rows); ++block)
    for (Index c = 0; c < view.columns; ++c)
      if (c % kLanes<Real> < lanes_in_use<Real>(block, rows)) view.row(block)[c] = Real((block * 7 + c * 3) % 11 - 5);
  return batch;
}

template <class Real>
void measure(const char* type, const Index* n) {
  const Index rows = n[0], weights = n[4] * n[1] * n[7] * n[8];
  const auto layer = Convolution<Real>::build(settings_of(n), Site{rows, rows, 0, 1, weights, 0});
  std::vector<Store<Real>*> stores;
  layer->collect(stores);
  Arena<Real> arena;
  arena.hold(stores, 0);
  arena.need_gradients();
  std::vector<Real> flat(static_cast<std::size_t>(weights));
  for (std::size_t w = 0; w < flat.size(); ++w) flat[w] = Real(w % 13) - 6;
  for (auto* store : stores) store->read(flat.data(), store->weight);

  const auto x = numbers_of<Real>(rows, layer->inputs), dy = numbers_of<Real>(rows, layer->outputs);
  const OptimizerSettings optimizer;
  Pass<Real> pass;
  pass.rows = rows;
  pass.training = pass.keep_gradient = true;
  pass.optimizer = &optimizer;
  const double forward = best_seconds([&] { layer->forward(x.view(), pass); });
  const double backward = best_seconds([&] { layer->backward(dy.view(), pass); });
  layer->spare_input_gradient();
  const double weights_alone = best_seconds([&] { layer->backward(dy.view(), pass); });
  std::printf("%s %.6e %.6e %.6e\n", type, forward, weights_alone, backward);
}

}  // namespace

int main(int count, char** arguments) {
  for (int first = 1; first + kNumbers <= count; first += kNumbers) {
    Index numbers[kNumbers];
    for (int n = 0; n < kNumbers; ++n) numbers[n] = std::atol(arguments[first + n]);
    measure<float>("float32", numbers);
    measure<double>("float64", numbers);
  }
}
