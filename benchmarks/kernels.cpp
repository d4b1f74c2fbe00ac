// The three products of a weight matrix, by the compiled engine's own headers, as a layer of its size
// would make them:
//
//   kernels ROWS INPUTS OUTPUTS...
//
// prints, for float32 and float64 and every shape, a line "TYPE PRODUCT ROWS INPUTS OUTPUTS SECONDS":
// forward Z = X·Wᵀ, input_gradient δ·W, weight_gradient δᵀ·X. Each figure is the best of several
// repetitions: what is looked for is what the code can do, not what the machine does beside it.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "affine.hpp"
#include "narrow_affine.hpp"
#include "timing.hpp"

namespace {

using namespace axone;
using timing::best_seconds;

template <class Real>
void fill(OwnMatrix<Real>& matrix, Index rows) {
  const auto view = matrix.view();
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < view.columns; ++c) view.row(r)[c] = Real((r * 7 + c * 3) % 11 - 5);
}

template <class Real>
void make_ready(Affine<Real>& affine, Matrix<Real> delta, Index rows) {
  affine.prepare(delta, rows, 0, rows);
}
template <class Real>
void make_ready(NarrowAffine<Real>& affine, Matrix<Real> delta, Index rows) {
  affine.clear_padding(delta, rows);
}

template <class Real>
void forward(Affine<Real>& affine, Matrix<Real> x, Matrix<Real> z, Index rows) {
  affine.forward(x, z, rows, nullptr, [](Index, Index) {});
}
template <class Real>
void forward(NarrowAffine<Real>& affine, Matrix<Real> x, Matrix<Real> z, Index rows) {
  affine.forward(x, z, -std::numeric_limits<Real>::infinity(), rows, nullptr);
}

template <class Real, template <class> class Kind>
void measure(const char* type, Index rows, Index inputs, Index outputs, const Settings& settings,
             const Site& site) {
  Kind<Real> affine(inputs, outputs, settings, site);
  std::vector<Store<Real>*> stores;
  affine.collect(stores);
  Arena<Real> arena;
  arena.hold(stores, 0);
  arena.need_gradients();
  std::vector<Real> flat(static_cast<std::size_t>(inputs * outputs));
  for (std::size_t n = 0; n < flat.size(); ++n) flat[n] = Real(n % 13) - 6;
  for (auto* store : stores) store->read(flat.data(), store->weight);
  OwnMatrix<Real> x(rows, affine.padded_inputs()), z(rows, affine.padded_outputs()),
      delta(rows, affine.padded_outputs()), dx(rows, affine.padded_inputs());
  fill(x, rows);
  fill(delta, rows);
  make_ready(affine, delta.view(), rows);
  const auto tell = [&](const char* product, double seconds) {
    std::printf("%s %s %td %td %td %.6e\n", type, product, rows, inputs, outputs, seconds);
  };
  tell("forward", best_seconds([&] { forward(affine, x.view(), z.view(), rows); }));
  tell("input_gradient",
       best_seconds([&] { affine.input_gradient(delta.view(), dx.view(), rows); }));
  tell("weight_gradient",
       best_seconds([&] { affine.weight_gradient(x.view(), delta.view(), rows); }));
}

template <class Real>
void measure(const char* type, Index rows, Index inputs, Index outputs) {
  Settings settings;
  settings.set_whole("weight", 0);
  settings.set_whole("has_bias", 0);
  const Site site{rows, rows, 0, 1, inputs * outputs, 0};
  if (NarrowAffine<Real>::suits(inputs, outputs, site)) {
    measure<Real, NarrowAffine>(type, rows, inputs, outputs, settings, site);
  } else {
    measure<Real, Affine>(type, rows, inputs, outputs, settings, site);
  }
}

}  // namespace

int main(int count, char** arguments) {
  for (int n = 1; n + 2 < count; n += 3) {
    const Index rows = std::atol(arguments[n]), inputs = std::atol(arguments[n + 1]),
                outputs = std::atol(arguments[n + 2]);
    measure<float>("float32", rows, inputs, outputs);
    measure<double>("float64", rows, inputs, outputs);
  }
}
