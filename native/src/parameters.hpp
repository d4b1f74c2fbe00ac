// Where numbers to be learned live: their home in the flat vectors of Python, and their copy here,
// which lies in the same order or, that of a weight matrix, in panels or in rows of whole vectors.
#pragma once

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "optimizers.hpp"
#include "transpose.hpp"

namespace axone {

/// A block of columns, `width` wide: of input 0, of input 1, … from `offset` on. At most `columns` of them
/// are outputs, from `first` on, and other panels may lie between those of one input and the next.
struct Panel {
  Index first, width, offset;
  Index stride = width, columns = width;
};

/// One array of parameters.
template <class Real>
struct Store {
  Index offset = 0;   // in the flat vector
  Index count = 0;    // numbers in the flat vector
  bool penalised = false;
  Index outputs = 0, inputs = 0;  // of a weight matrix
  std::vector<Panel> panels;
  Index stride = 0;   // of a weight matrix in rows, an output each: from one to the next
  Index size = 0;     // numbers that it takes here, with padding
  Span<Real> weight, slot[2], gradient;  // in the arena

  /// Say where the `count` numbers lie in a flat vector of `size` numbers, before they are taken.
  void place(Index start, Index numbers, Index size) {
    if (start < 0 || numbers < 0 || start > size || numbers > size - start)
      throw std::invalid_argument("an array of " + std::to_string(numbers) + " numbers at place " +
                                  std::to_string(start) + " does not lie within the " +
                                  std::to_string(size) + " of the flat vector");
    offset = start;
    count = numbers;
  }
  void read(const Real* flat, Span<Real>& into) const {
    const Real* home = flat + offset;
    if (stride > 0) {
      for (Index o = 0; o < outputs; ++o)
        std::copy_n(home + o * inputs, inputs, into.data() + o * stride);
    } else if (panels.empty()) {
      std::copy_n(home, count, into.data());
    }
    for (const auto& panel : panels)
      transpose_exactly(home + panel.first * inputs, inputs, columns_of(panel), inputs,
                        into.data() + panel.offset, panel.stride);
  }
  void write(const Span<Real>& from, Real* flat) const {
    Real* home = flat + offset;
    if (stride > 0) {
      for (Index o = 0; o < outputs; ++o)
        std::copy_n(from.data() + o * stride, inputs, home + o * inputs);
    } else if (panels.empty()) {
      std::copy_n(from.data(), count, home);
    }
    for (const auto& panel : panels)
      transpose_exactly(from.data() + panel.offset, panel.stride, inputs, columns_of(panel),
                        home + panel.first * inputs, inputs);
  }
  /// How many columns of a panel are outputs; the others are padding.
  Index columns_of(const Panel& panel) const { return std::min(panel.columns, outputs - panel.first); }
  Stretch<Real> stretch(Index from, Index size, Real* g) {
    Stretch<Real> s{weight.data() + from, {nullptr, nullptr}, g, size, penalised};
    for (int n = 0; n < 2; ++n)
      if (slot[n].size()) s.slot[n] = slot[n].data() + from;
    return s;
  }
};

/// The memory of all stores: their weights side by side, first those that penalties apply to, and in
/// the same order the optimiser's arrays and the gradients, so that all can be moved at one go. What
/// lies between them is zero and stays so.
template <class Real>
class Arena {
 public:
  void hold(std::vector<Store<Real>*> stores, int slots) {
    stores_ = std::move(stores);
    const auto split = std::stable_partition(stores_.begin(), stores_.end(),
                                             [](const auto* store) { return store->penalised; });
    for (auto store = stores_.begin(); store != stores_.end(); ++store) {
      if (store == split) penalised_ = size_;
      if (__builtin_add_overflow(size_, room(**store), &size_)) throw std::bad_array_new_length();
    }
    if (split == stores_.end()) penalised_ = size_;
    weight_ = give([](Store<Real>& store) -> Span<Real>& { return store.weight; });
    for (int s = 0; s < slots; ++s)
      slot_[s] = give([s](Store<Real>& store) -> Span<Real>& { return store.slot[s]; });
  }
  /// Let gradients be kept, too.
  void need_gradients() {
    if (gradient_.size() == 0)
      gradient_ = give([](Store<Real>& store) -> Span<Real>& { return store.gradient; });
  }

  /// How many numbers each of the arrays holds.
  Index size() const { return size_; }
  const Real* weights() const { return weight_.data(); }
  Real* gradients() { return gradient_.data(); }

  /// All that is penalised, then all that is not, where gradients are kept.
  std::array<Stretch<Real>, 2> stretches() {
    return {stretch(0, penalised_, true), stretch(penalised_, size_, false)};
  }

 private:
  static Index room(const Store<Real>& store) {
    constexpr Index line = 64 / static_cast<Index>(sizeof(Real));
    return round_up(std::max<Index>(store.size, 1), line);
  }
  template <class Array>
  Buffer<Real> give(Array array) {
    Buffer<Real> memory(size_);
    Index offset = 0;
    for (auto* store : stores_) {
      array(*store) = Span<Real>(memory.data() + offset, store->size);
      offset += room(*store);
    }
    return memory;
  }
  Stretch<Real> stretch(Index from, Index to, bool penalised) {
    Stretch<Real> s{weight_.data() + from, {nullptr, nullptr}, gradient_.data() + from, to - from,
                    penalised};
    for (int n = 0; n < 2; ++n)
      if (slot_[n].size()) s.slot[n] = slot_[n].data() + from;
    return s;
  }

  std::vector<Store<Real>*> stores_;
  Index size_ = 0, penalised_ = 0;
  Buffer<Real> weight_, slot_[2], gradient_;
};

}  // namespace axone
