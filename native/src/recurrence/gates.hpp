// The matrices of a recurrent cell, all gates of a vector of units side by side, and the three products
// with them.
#pragma once

#include <vector>

#include "../layers/layer.hpp"
#include "cells.hpp"
#include "product.hpp"

namespace axone {

/// What lies where for cells of so many units: blocks of a vector of units each.
template <class Real, int Lanes, class Cell>
struct CellSizes {
  static constexpr CellLayout kCell = Cell::kLayout;
  static constexpr Index kSlots = kCell.slots * Lanes;  // of a block, numbers of a row and a step
  static constexpr Index kGates = kCell.gates * Lanes;  // those that a product fills

  Index units;
  Index blocks() const { return (units + Lanes - 1) / Lanes; }
  Index padded() const { return blocks() * Lanes; }
};

/// W or U: gates·units rows of `inputs` numbers. They lie in a panel for each block of units: for input 0
/// all gates, then for input 1, …
template <class Real, int Lanes, class Cell>
class GateMatrix {
 public:
  using Sizes = CellSizes<Real, Lanes, Cell>;

  /// `order` tells which gate is first, second, … here, and `slot` where the first of them is in a step.
  GateMatrix(Index inputs, Sizes sizes, const int (&order)[4], int slot, Index place, const Site& site)
      : inputs_(inputs), slot_(slot * Lanes), sizes_(sizes) {
    const Index outputs = product_of(Sizes::kCell.gates, sizes.units);
    store_.place(place, product_of(inputs, outputs), site.parameters);
    panel_ = round_up(inputs, 4) * Sizes::kGates;
    for (Index block = 0; block < sizes.blocks(); ++block)
      for (int gate = 0; gate < Sizes::kCell.gates; ++gate)
        store_.panels.push_back({order[gate] * sizes.units + block * Lanes, Lanes,
                                 block * panel_ + gate * Lanes, Sizes::kGates,
                                 std::min<Index>(Lanes, sizes.units - block * Lanes)});
    store_.size = product_of(sizes.blocks(), panel_);
    store_.penalised = true;
    store_.outputs = outputs;
    store_.inputs = inputs;
    for (Index first = 0; first < inputs;) {
      const Index width = panel_width<Real>(inputs - first);
      turned_panels_.push_back({first, width, first * sizes.blocks() * Sizes::kGates});
      first += width;
    }
    const auto& last = turned_panels_.back();
    padded_inputs_ = last.first + last.width;
    turned_ = Buffer<Real>(product_of(padded_inputs_, sizes.blocks() * Sizes::kGates));
  }

  Store<Real>& store() { return store_; }
  /// How wide a gradient of the inputs must be.
  Index padded_inputs() const { return padded_inputs_; }

  /// Slots = start + X·Wᵀ, or slots += X·Wᵀ where there is no start, for `rows` rows of a block of units;
  /// slots of a row are `Sizes::kSlots` apart.
  void forward(Index block, const Real* x, Index x_stride, const Real* start, Real* slots, Index rows) {
    Product<Real> product{{x, x_stride, 1}, store_.weight.data() + block * panel_, Sizes::kGates, inputs_,
                          start, slots + slot_, Sizes::kSlots};
    product.adds = !start;
    Multiplier<Real, Lanes, Sizes::kCell.gates, true>::run(product, rows);
  }

  /// Make ready for `input_gradient`: the weights the other way round.
  void turn() {
    for (const auto& panel : turned_panels_)
      for (Index block = 0; block < sizes_.blocks(); ++block)
        transpose_exactly<Real>(
            store_.weight.data() + block * panel_ + panel.first * Sizes::kGates, Sizes::kGates,
            std::min(panel.width, inputs_ - panel.first), Sizes::kGates,
            turned_.data() + panel.offset + block * Sizes::kGates * panel.width, panel.width);
  }

  /// ∂L/∂X = δ·W, or added to what is there, for `rows` rows; blocks of δ are `delta_block` apart.
  void input_gradient(const Real* delta, Index delta_block, Real* dx, Index dx_stride, bool adds,
                      Index rows) const {
    for (const auto& panel : turned_panels_)
      multiply_pieces(PieceProduct<Real>{delta + slot_, Sizes::kSlots, delta_block, sizes_.blocks(),
                                         Sizes::kGates, turned_.data() + panel.offset,
                                         dx + panel.first, dx_stride, adds},
                      rows, panel.width);
  }

  /// The gradient comes in so many pieces, which different threads may make.
  Index tasks() const { return sizes_.blocks() * chunks(); }
  /// Numbers of the largest.
  static Index scratch() { return kTogether * Sizes::kGates; }

  /// One of these pieces of ∂L/∂W = δᵀ·X, finished as the pass says.
  void gradient(Index task, const Real* x, Index x_stride, const Real* delta, Index delta_block,
                Index rows, const Pass<Real>& pass, Buffer<Real>& scratch, Tally& tally) {
    const Index block = task / chunks(), first = task % chunks() * kTogether;
    const Index count = std::min(kTogether, inputs_ - first);
    const Index offset = block * panel_ + first * Sizes::kGates, size = count * Sizes::kGates;
    Real* g = pass.keep_gradient ? store_.gradient.data() + offset : scratch.data();
    Multiplier<Real, Lanes, Sizes::kCell.gates, false>::run(
        Product<Real>{{x + first, 1, x_stride}, delta + block * delta_block + slot_, Sizes::kSlots, rows,
                      nullptr, g, Sizes::kGates},
        count);
    // The optimiser works on whole vectors: what follows the last row is padding.
    const Index whole = round_up(count, 4) * Sizes::kGates;
    std::fill(g + size, g + whole, Real{0});
    finish(store_.stretch(offset, whole, g), pass, tally);
  }

 private:
  static constexpr Index kTogether = 32;  // inputs of a piece, a multiple of four

  Index chunks() const { return (inputs_ + kTogether - 1) / kTogether; }

  Index inputs_, slot_;
  Sizes sizes_;
  Index panel_ = 0;  // numbers of the panel of a block
  Store<Real> store_;
  std::vector<Panel> turned_panels_;  // of inputs, over the gates of all units
  Index padded_inputs_ = 0;
  Buffer<Real> turned_;
};

}  // namespace axone
