// Where numbers to be learned live: their home in the flat vectors of Python, and their copy here,
// which lies in the same order or, that of a weight matrix, in panels.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "optimizers.hpp"
#include "transpose.hpp"

namespace axone {

/// A block of columns, `width` wide: of input 0, of input 1, … from `offset` on.
struct Panel {
  Index first, width, offset;
};

/// One array of parameters.
template <class Real>
struct Store {
  Index offset = 0;   // in the flat vector
  Index count = 0;    // numbers in the flat vector
  bool penalised = false;
  Index outputs = 0, inputs = 0;  // of a weight matrix
  std::vector<Panel> panels;
  Buffer<Real> weight, slot[2], gradient;

  /// Say where the `count` numbers lie in a flat vector of `size` numbers, before they are taken.
  void place(Index start, Index numbers, Index size) {
    if (start < 0 || numbers < 0 || start > size || numbers > size - start)
      throw std::invalid_argument("an array of " + std::to_string(numbers) + " numbers at place " +
                                  std::to_string(start) + " does not lie within the " +
                                  std::to_string(size) + " of the flat vector");
    offset = start;
    count = numbers;
  }
  void allocate(Index size, int slots) {
    weight = Buffer<Real>(size);
    for (int s = 0; s < slots; ++s) slot[s] = Buffer<Real>(size);
  }
  void need_gradient() {
    if (gradient.size() == 0) gradient = Buffer<Real>(weight.size());
  }
  void read(const Real* flat, Buffer<Real>& into) const {
    const Real* home = flat + offset;
    if (panels.empty()) std::copy_n(home, count, into.data());
    for (const auto& panel : panels)
      transpose_exactly(home + panel.first * inputs, inputs, columns_of(panel), inputs,
                        into.data() + panel.offset, panel.width);
  }
  void write(const Buffer<Real>& from, Real* flat) const {
    Real* home = flat + offset;
    if (panels.empty()) std::copy_n(from.data(), count, home);
    for (const auto& panel : panels)
      transpose_exactly(from.data() + panel.offset, panel.width, inputs, columns_of(panel),
                        home + panel.first * inputs, inputs);
  }
  /// How many columns of a panel are outputs; the others are padding.
  Index columns_of(const Panel& panel) const { return std::min(panel.width, outputs - panel.first); }
  Stretch<Real> stretch(Index from, Index size, Real* g) {
    Stretch<Real> s{weight.data() + from, {nullptr, nullptr}, g, size, penalised};
    for (int n = 0; n < 2; ++n)
      if (slot[n].size()) s.slot[n] = slot[n].data() + from;
    return s;
  }
};

}  // namespace axone
