// Where numbers to be learned live: their home in the flat vectors of Python, and their copy here,
// which lies in the same order or, that of a weight matrix, in panels.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "optimizers.hpp"

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

}  // namespace axone
